#ifndef MPY_RUNTIME_BUFFER_H
#define MPY_RUNTIME_BUFFER_H

/*
 * The buffer protocol: direct access to the memory of an object (an exporter), without a copy.
 *
 * Whoever wants it acquires a BufferView and releases it when done. In between the exporter keeps the memory where it
 * is and as long as it is: it counts its exports, and refuses to be resized (BufferError) while there are any. A
 * BufferView owns a reference to the exporter, so `data` is valid until the release, whatever user code runs; its
 * contents may change.
 *
 * The memory is a row of `size` bytes of items of `item_size` bytes whose meaning `format` tells in the struct module's
 * notation; or, with a shape and strides, an array of any number of dimensions. The exporter owns format, shape and
 * strides, which are valid until the release.
 *
 * Objects of the family TYPE_BUFFER (memoryview, array) begin with a BufferHead, which is what the methods of bytes see
 * of them: a momentary look (runtime/text/text.h) needs no export.
 *
 * A class exports through the memoryview that its __buffer__ method returns (PEP 688).
 */

#include "runtime/bytes/bytes.h"

/* What is wanted of an exporter; the numbers are those of inspect.BufferFlags. */
enum {
    BUFFER_SIMPLE = 0, /* a contiguous row of bytes */
    BUFFER_WRITABLE = 1,
    BUFFER_FORMAT = 4,
    BUFFER_ND = 8,
    BUFFER_STRIDES = 0x10 | BUFFER_ND,
    BUFFER_C_CONTIGUOUS = 0x20 | BUFFER_STRIDES,
    BUFFER_F_CONTIGUOUS = 0x40 | BUFFER_STRIDES,
    BUFFER_ANY_CONTIGUOUS = 0x80 | BUFFER_STRIDES,
    BUFFER_FULL_RO = 0x100 | BUFFER_STRIDES | BUFFER_FORMAT, /* anything */
};

enum {
    BUFFER_DIMENSIONS_MAX = 64
}; /* as CPython; views of more could not be passed on to C code written for it */

struct BufferView {
    Value owner;   /* the exporter; owned */
    Value through; /* of a class: the memoryview that its __buffer__ returned; else ABSENT. Owned */
    uint8_t *data;
    int64_t size; /* bytes of all items */
    int64_t item_size;
    const char *format; /* borrowed of the exporter */
    int ndim;
    bool readonly;
    const int64_t *shape, *strides; /* borrowed of the exporter; NULL: one dimension, without gaps */
    void (*release)(VM *vm, BufferView *buffer); /* what the exporter does at the end; NULL: nothing */
};

/* How objects of the family TYPE_BUFFER begin. */
typedef struct {
    Object head;
    bool simple;   /* a contiguous row of bytes, and not released */
    uint8_t *data; /* borrowed or owned, as the type says */
    int64_t size;  /* bytes */
} BufferHead;

static inline bool has_buffer(Value v) { return type_of(v)->get_buffer != NULL; }

/* Acquire. TypeError "a bytes-like object is required, not 'T'" for what exports none, BufferError when it has not what
 * `flags` asks for. */
RAISES bool buffer_acquire(VM *vm, Value v, unsigned flags, BufferView *buffer);
/* Acquire a contiguous row of bytes of what the caller keeps alive; exact bytes, which never change, are not held. */
static inline RAISES bool buffer_borrow(VM *vm, Value v, BufferView *buffer) {
    if (!is_exactly(v, &bytes_type)) return buffer_acquire(vm, v, BUFFER_SIMPLE, buffer);
    buffer->owner = ABSENT;
    buffer->data = as_bytes(v)->data;
    buffer->size = as_bytes(v)->length;
    return true;
}
/* Acquire a contiguous row of bytes to write to, an argument of `function`. */
RAISES bool buffer_writable_argument(VM *vm, const char *function, Value v, BufferView *buffer);
/* May run user code (the exporter's end, __release_buffer__). Keeps a raised exception raised. */
void buffer_release(VM *vm, BufferView *buffer);

/* For get_buffer slots: fill in a contiguous row of bytes of `owner`. BufferError if it must be writable and is not. */
RAISES bool buffer_fill(VM *vm, BufferView *buffer, Value owner, const void *data, int64_t size,
                        bool readonly, unsigned flags);

/* The same items in another object? By dimensions, and by format but for a leading '@'. */
bool buffer_same_structure(const BufferView *a, const BufferView *b);
/* Is the memory without gaps, the last (C) or the first ('F') index varying fastest? */
bool buffer_is_contiguous(const BufferView *buffer, char order);
/* All items one behind the other, the last (C) or the first ('F') index varying fastest: `size` bytes. */
void buffer_copy_out(const BufferView *buffer, uint8_t *to, char order);
/* Contents as an exact bytes, in C order. */
NEW RAISES Value buffer_to_bytes(VM *vm, Value v, unsigned flags);

/* The get_buffer slot of classes with a __buffer__ method. */
RAISES bool slot_get_buffer(VM *vm, Value self, BufferView *buffer, unsigned flags);

#endif
