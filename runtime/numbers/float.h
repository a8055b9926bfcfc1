#ifndef MPY_RUNTIME_FLOAT_H
#define MPY_RUNTIME_FLOAT_H

/* float: a double. Immediate for every usual magnitude (runtime/value.h); huge, tiny, inf and nan are heap objects, and
 * so are instances of subclasses. */

#include "runtime/state.h"

typedef struct {
    Object head;
    double number;
} HeapFloat;

static inline bool is_float_family(Value v) {
    return is_float(v) || (!is_int(v) && is_family(v, TYPE_FLOAT));
}

/* The number of a float-family value. */
static inline double float_number(Value v) {
    return is_float(v) ? float_get(v) : ((HeapFloat *)as_object(v))->number;
}

NEW RAISES Value float_from_heap(VM *vm, double d);
NEW RAISES static inline Value float_from(VM *vm, double d) {
    Value v;
    return float_immediate(d, &v) ? v : float_from_heap(vm, d);
}

/* A format code as CPython's PyOS_double_to_string: 'r' shortest repr, 'e' 'f' 'g' with precision. The text is written
 * to a heap block of *size bytes that the caller frees (memory_free). */
enum {
    FLOAT_ADD_DOT_0 = 1,
    FLOAT_ALTERNATE = 2,
    FLOAT_ALWAYS_SIGN = 4,
    FLOAT_NO_NEGATIVE_ZERO = 8,
    FLOAT_UPPER = 16
};
RAISES char *float_to_text(VM *vm, double d, char code, int precision, int flags, size_t *size);
/* The shortest repr into `buffer` (at least 32 bytes); the length. */
int float_repr(double d, char *buffer);
int64_t float_hash(double d); /* of any but nan */
/* bits * 2^(exponent - 64), of bits with the highest one set, rounded half to even; `rest`: something nonzero follows
 * the bits. Infinite if too big. */
double float_round(uint64_t bits, bool rest, int64_t exponent);
/* float(text) of a str or bytes; an error shows `shown`. */
NEW RAISES Value float_parse(VM *vm, Value text, Value shown);
/* Parse text[0..length) wholly as a float literal (underscores already removed); false when it is none. */
bool float_scan(const char *text, size_t length, double *result);

#endif
