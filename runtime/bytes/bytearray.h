#ifndef MPY_RUNTIME_BYTEARRAY_H
#define MPY_RUNTIME_BYTEARRAY_H

/*
 * bytearray: a row of bytes that grows and shrinks at either end.
 *
 * The bytes lie in a block of their own, data[0..length), somewhere in it: taking bytes off the front moves `data`
 * forward, and what is free in front is used before the block grows. `exports` counts the users of `data` that may run
 * user code meanwhile; while there are any, the length may not change (BufferError).
 */

#include "runtime/state.h"

typedef struct {
    Object head;
    int64_t length;
    int64_t capacity; /* of the block */
    int64_t exports;
    uint8_t *block; /* NULL while capacity is 0; owned */
    uint8_t *data;  /* in the block; never NULL, even when empty */
} ByteArray;

static inline ByteArray *as_bytearray(Value v) { return (ByteArray *)as_object(v); }
static inline bool is_bytearray(Value v) { return is_family(v, TYPE_BYTEARRAY); }

NEW RAISES Value bytearray_new(VM *vm, int64_t length); /* the content yet to be written */
NEW RAISES Value bytearray_from(VM *vm, const void *data, int64_t length);
/* Make bytes [start, stop) be `length` bytes long, moving what is behind or in front of them; new ones undefined. */
RAISES bool bytearray_replace(VM *vm, ByteArray *b, int64_t start, int64_t stop, int64_t length);

#endif
