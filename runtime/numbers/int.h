#ifndef MPY_RUNTIME_INT_H
#define MPY_RUNTIME_INT_H

/*
 * int: any size. A value in 62 bits is immediate; beyond that a heap object holds GMP limbs (mpn_*).
 *
 * Invariant: an exact int on the heap never fits 62 bits, so equal exact ints have equal representations' kinds.
 * Instances of subclasses of int are always heap objects (BigInt with however few limbs); bool's two objects are
 * static and have no limbs: code that wants the number of any int-family value reads it through IntView.
 */

#include "runtime/state.h"

typedef struct {
    Object head;
    int64_t size;     /* limbs, negative for a negative number; 0 for zero (subclasses only) */
    uint64_t limbs[]; /* |value|, least significant first; the last is not 0 */
} BigInt;

static inline bool is_int_family(Value v) { return is_int(v) || is_family(v, TYPE_INT); }

/* The number of any int-family value as sign and limbs. An immediate's limb is in the view itself, so a view must not
 * be copied and is valid as long as the value it was made from. */
typedef struct {
    const uint64_t *limbs;
    int64_t count; /* 0 for zero; the last limb is not 0 */
    bool negative;
    uint64_t immediate;
} IntView;

void int_view(Value v, IntView *view);

/* An int from limbs in memory (leading zero limbs allowed). */
NEW RAISES Value int_from_limbs(VM *vm, const uint64_t *limbs, int64_t count, bool negative);
NEW RAISES Value int_from_bytes(VM *vm, const uint8_t *bytes, size_t size, bool little_endian,
                                bool is_signed);
/* Two's complement into `size` bytes; OverflowError when it does not fit. */
RAISES bool int_to_bytes(VM *vm, Value v, uint8_t *bytes, size_t size, bool little_endian, bool is_signed);
int64_t int_bit_length(Value v);
int int_order(Value a, Value b); /* <0, 0, >0; both of the family */
/* Two exact ints. What is on the heap equals no immediate, and is as long as its equal. */
static inline bool ints_equal(Value a, Value b) {
    if (is_int(a) || is_int(b)) return value_same(a, b);
    const BigInt *x = (const BigInt *)as_object(a), *y = (const BigInt *)as_object(b);
    if (x->size != y->size) return false;
    int64_t i = x->size < 0 ? -x->size : x->size;
    while (i > 0 && x->limbs[i - 1] == y->limbs[i - 1])
        i--;
    return i == 0;
}
int64_t int_hash(Value v); /* modulo 2^61-1, never -1 */
/* Floor division and modulo at once: either result pointer may be NULL. */
RAISES bool int_divmod(VM *vm, Value a, Value b, NEW Value *quotient, NEW Value *remainder);
NEW RAISES Value int_power_modulo(VM *vm, Value base, Value exponent, Value modulus);
NEW RAISES Value int_shift(VM *vm, Value v, int64_t left); /* v << left; negative: v >> -left */
NEW RAISES Value int_negate(VM *vm, Value v);
/* DeprecationWarning: __int__ or __index__ returned an instance of a subclass of int. */
RAISES bool warn_int_subclass(VM *vm, const char *method, Value result);
NEW RAISES Value int_exact(VM *vm, Value v); /* the same number as an exact int */

NEW RAISES Value int_from_big(VM *vm, int64_t i); /* for one that does not fit 62 bits */
NEW RAISES Value int_from_unsigned(VM *vm, uint64_t i);
NEW RAISES Value int_from_double(VM *vm, double d); /* truncated; OverflowError/ValueError for inf/nan */
NEW RAISES static inline Value int_from(VM *vm, int64_t i) {
    return int_fits(i) ? int_small(i) : int_from_big(vm, i);
}

/* The number of an int-family value as an int64; false when it does not fit (nothing raised). */
bool int_to_int64(Value v, int64_t *result);
/* The same where only an int will do, and __index__ is not asked: TypeError, OverflowError. */
RAISES bool int_required(VM *vm, Value v, int64_t *result);
int int_sign(Value v); /* -1, 0, 1 */
void int_dealloc(VM *vm, Object *self);
/* The number is nearly the result, at least 1/2 (or 0), times two to the exponent: rounded as a double. */
double int_fraction(Value v, int64_t *exponent);
RAISES bool int_to_double(VM *vm, Value v,
                          double *result); /* OverflowError: "int too large to convert to float" */
/* From digits (no sign, no prefix, underscores removed) in base 2..36. */
NEW RAISES Value int_from_digits(VM *vm, const char *digits, size_t length, int base);
/* int(text, base): signs, prefixes, underscores, white space; ValueError as CPython's. */
NEW RAISES Value int_parse(VM *vm, Value text, int base);
/* The digits of an integer, with its sign and a prefix of two behind that, written in front of `end`; where they
 * begin. */
enum { INT_DECIMAL_ROOM = 24, INT_DIGITS_ROOM = 80 };
char *int_print_decimal(int64_t i, char *end);
char *int_print_digits(int64_t i, unsigned base, const char *prefix, char *end);
NEW RAISES Value int_print_immediate(VM *vm, int64_t i, unsigned base,
                                     const char *prefix /* behind the sign */);
NEW RAISES Value int_to_string(VM *vm, Value v, int base); /* no prefix, lower case, '-' when negative */
/* The same for a moment: without an object if the integer is immediate. The caller drops `owner` (value_xdrop). */
typedef struct {
    char *text; /* not terminated */
    size_t length;
    Value owner; /* the str it is in; ABSENT: it is in `local` */
    char local[INT_DIGITS_ROOM];
} IntText;
RAISES bool int_text_init(VM *vm, IntText *t, Value v, int base);
/* The binary operators: both of int's family; NOT_IMPLEMENTED else. */
NEW RAISES Value int_binary(VM *vm, BinaryOp op, Value a, Value b);
NEW RAISES Value int_add(VM *vm, Value a, Value b);
NEW RAISES Value int_subtract(VM *vm, Value a, Value b);
NEW RAISES Value int_multiply(VM *vm, Value a, Value b);
NEW RAISES Value int_true_divide(VM *vm, Value a, Value b);
NEW RAISES Value int_floor_divide(VM *vm, Value a, Value b);
NEW RAISES Value int_modulo(VM *vm, Value a, Value b);
NEW RAISES Value int_power(VM *vm, Value a, Value b);
NEW RAISES Value int_left_shift(VM *vm, Value a, Value b);
NEW RAISES Value int_right_shift(VM *vm, Value a, Value b);
NEW RAISES Value int_and(VM *vm, Value a, Value b);
NEW RAISES Value int_or(VM *vm, Value a, Value b);
NEW RAISES Value int_xor(VM *vm, Value a, Value b);
NEW RAISES Value int_divmod_pair(VM *vm, Value a, Value b);

#endif
