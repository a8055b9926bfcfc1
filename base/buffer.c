#include "base/buffer.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { BUFFER_MIN = 64 };

void buffer_init(Buffer *buffer, Allocator allocator) { *buffer = (Buffer){.allocator = allocator}; }

void buffer_fini(Buffer *buffer) {
    if (buffer->data) allocator_resize(buffer->allocator, buffer->data, buffer->capacity, 0);
    buffer_init(buffer, buffer->allocator);
}

bool buffer_reserve(Buffer *buffer, size_t extra) {
    if (extra <= buffer->capacity - buffer->length) return true;
    if (buffer->failed || extra > SIZE_MAX / 4 || buffer->length > SIZE_MAX / 4) {
        buffer->failed = true;
        return false;
    }
    size_t needed = buffer->length + extra;
    size_t capacity = buffer->capacity + buffer->capacity / 2;
    if (capacity < needed) capacity = needed;
    if (capacity < BUFFER_MIN) capacity = BUFFER_MIN;
    char *data = allocator_resize(buffer->allocator, buffer->data, buffer->capacity, capacity);
    if (!data) {
        buffer->failed = true;
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

void buffer_append(Buffer *buffer, const char *bytes, size_t length) {
    if (length == 0 || !buffer_reserve(buffer, length)) return;
    memcpy(buffer->data + buffer->length, bytes, length);
    buffer->length += length;
}

void buffer_append_text(Buffer *buffer, const char *text) { buffer_append(buffer, text, strlen(text)); }

void buffer_append_char(Buffer *buffer, char c) { buffer_append(buffer, &c, 1); }

void buffer_vprintf(Buffer *buffer, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    /* vsnprintf writes a terminator too, so reserve a byte that is not counted. */
    if (length >= 0 && buffer_reserve(buffer, (size_t)length + 1)) {
        vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    }
    va_end(again);
}

void buffer_printf(Buffer *buffer, const char *format, ...) {
    va_list args;
    va_start(args, format);
    buffer_vprintf(buffer, format, args);
    va_end(args);
}
