#ifndef MPY_BASE_BUFFER_H
#define MPY_BASE_BUFFER_H

/*
 * A growable run of bytes, for text under construction in rooms that know no objects.
 *
 * The buffer owns `data` and grows it by half through its Allocator. A refused growth sets `failed` and drops the
 * text that did not fit: append freely, test once. Formats are printf's.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"

typedef struct {
    Allocator allocator;
    char *data; /* NULL while empty; not NUL-terminated */
    size_t length;
    size_t capacity;
    bool failed;
} Buffer;

void buffer_init(Buffer *buffer, Allocator allocator);
void buffer_fini(Buffer *buffer);

/* Make room for `extra` more bytes; false, and `failed`, when memory is refused. */
bool buffer_reserve(Buffer *buffer, size_t extra);
void buffer_append(Buffer *buffer, const char *bytes, size_t length);
void buffer_append_text(Buffer *buffer, const char *text);
void buffer_append_char(Buffer *buffer, char c);
void buffer_printf(Buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_vprintf(Buffer *buffer, const char *format, va_list args);

#endif
