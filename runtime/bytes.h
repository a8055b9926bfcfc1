#ifndef MPY_RUNTIME_BYTES_H
#define MPY_RUNTIME_BYTES_H

/* bytes: an immutable row of bytes inside the object, followed by a zero byte that is not counted. The empty bytes is
 * one object a VM. `hash` is 0 until first asked for; it equals the hash of an ASCII str of the same content. */

#include "runtime/state.h"

typedef struct {
    Object head;
    int64_t hash;
    int64_t length;
    uint8_t data[];
} Bytes;

static inline Bytes *as_bytes(Value v) { return (Bytes *)as_object(v); }
static inline bool is_bytes(Value v) { return is_family(v, TYPE_BYTES); }

NEW RAISES Bytes *bytes_new(VM *vm, int64_t length); /* the content yet to be written, the final zero in place */
/* The same bytes cut or lengthened (the rest undefined); takes the reference, which must be the only one. */
NEW RAISES Bytes *bytes_resize(VM *vm, STEALS Bytes *bytes, int64_t length);
NEW RAISES Value bytes_from(VM *vm, const void *data, int64_t length);

#endif
