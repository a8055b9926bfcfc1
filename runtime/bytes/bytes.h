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

NEW RAISES Bytes *bytes_new(VM *vm,
                            int64_t length); /* the content yet to be written, the final zero in place */
/* The same bytes cut or lengthened (the rest undefined); takes the reference, which must be the only one. */
NEW RAISES Bytes *bytes_resize(VM *vm, STEALS Bytes *bytes, int64_t length);
NEW RAISES Value bytes_from(VM *vm, const void *data, int64_t length);
/* The same for what is never written to afterwards: one byte is an object that the VM has. */
static inline NEW RAISES Value bytes_part(VM *vm, const uint8_t *data, int64_t length) {
    return length == 1 ? value_ref(vm->bytes_of_one[*data]) : bytes_from(vm, data, length);
}

/* What bytes(source, encoding, errors) and bytearray(...) are filled from: text encoded, a count of zeros, the bytes of
 * a bytes-like object, or an iterable of integers. An exact bytes, for `type_name`'s errors. */
NEW RAISES Value bytes_from_arguments(VM *vm, const char *type_name, Value *args, int nargs, Value names);
/* How many zeros bytes(v) or bytearray(v) has: 1 and *count, 0 when `v` is no number, -1 RAISES. */
RAISES int bytes_count_argument(VM *vm, Value v, int64_t *count);
/* The bytes of a bytes-like object or of an iterable of integers, as an exact bytes. `type_error` is the format of the
 * TypeError for anything else, `range_error` the text of the ValueError for integers that are no bytes. Is the iterable
 * asked for its length (`hinted`), which may be code of the program? */
NEW RAISES Value bytes_from_iterable(VM *vm, Value iterable, bool hinted, const char *type_error,
                                     const char *range_error);
/* Can `v` be seen as a Text of bytes (runtime/text/text.h)? TypeError, or the BufferError of a view with gaps. */
RAISES bool bytes_like_check(VM *vm, Value v);
/* An integer in range(256), else -1 RAISES: "byte must be in range(0, 256)". */
RAISES int byte_argument_other(VM *vm, Value v);
RAISES static inline int byte_argument(VM *vm, Value v) {
    return is_int(v) && (uint64_t)int_get(v) < 256 ? (int)int_get(v) : byte_argument_other(vm, v);
}

#endif
