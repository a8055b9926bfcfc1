#ifndef MPY_RUNTIME_BUILDER_H
#define MPY_RUNTIME_BUILDER_H

/*
 * A string under construction: append pieces, then take the str.
 *
 * The text grows in a buffer as wide as its widest code point so far; short texts stay in the builder itself and cost
 * one allocation, the string's. After a refused allocation the builder is `failed`, with MemoryError raised, and
 * further appends do nothing: append freely, test at builder_finish. A builder that is not finished is dropped with
 * builder_fini. Nothing here runs user code except builder_repr, builder_str and builder_format.
 */

#include <stdarg.h>

#include "runtime/state.h"

typedef struct {
    VM *vm;
    int64_t length;   /* code points */
    int64_t capacity; /* code points that fit at the present width */
    unsigned width_log;
    bool ascii;
    bool failed;
    uint8_t *data;      /* `local` or a heap block of capacity << width_log bytes; owned */
    uint32_t local[32]; /* aligned for any width */
} Builder;

void builder_init(Builder *b, VM *vm);
void builder_fini(Builder *b);
/* The text as a str; ends the builder. NEW, RAISES. */
NEW RAISES Value builder_finish(Builder *b);
/* The text, all of whose code points are below 256, as bytes; the same else. */
NEW RAISES Value builder_finish_bytes(Builder *b);

void builder_char_slow(Builder *b, uint32_t c);
static inline void builder_char(Builder *b, uint32_t c) {
    if (c < 0x80 && b->width_log == 0 && b->length < b->capacity) {
        b->data[b->length++] = (uint8_t)c;
    } else if (c < 0x10000 && b->width_log == 1 && b->length < b->capacity) {
        ((uint16_t *)b->data)[b->length++] = (uint16_t)c;
    } else {
        builder_char_slow(b, c);
    }
}
RAISES bool builder_reserve(Builder *b, int64_t count); /* room for ASCII ones, all at once */
void builder_repeat(Builder *b, uint32_t c, int64_t count);
void builder_ascii(Builder *b, const char *text, size_t length);
/* `count` code points of 1 << width_log bytes, the greatest of which takes no more room than `maximum`. */
void builder_units(Builder *b, const void *units, unsigned width_log, int64_t count, uint32_t maximum);
void builder_c(Builder *b, const char *ascii_text);
void builder_utf8(Builder *b, const char *text, size_t length); /* valid WTF-8 */
void builder_string(Builder *b, Value string);
void builder_slice(Builder *b, Value string, int64_t start, int64_t stop);
void builder_upper_ascii(Builder *b, int64_t start); /* a-z to A-Z in what was appended since `start` */
/* Append repr(v), str(v); a raised exception makes the builder failed. The result is !b->failed. */
void builder_int(Builder *b, int64_t i);
RAISES bool builder_repr(Builder *b, Value v);
RAISES bool builder_str(Builder *b, Value v);
/* raise_error's formats. */
void builder_format(Builder *b, const char *format, ...);
void builder_vformat(Builder *b, const char *format, va_list args);

#endif
