#ifndef MPY_VM_ARITHMETIC_H
#define MPY_VM_ARITHMETIC_H

/*
 * The operators on immediate numbers, inlined into the eval loop.
 *
 * Each function either stores the result and returns true, or returns false for operands it does not serve:
 * other types, results that leave the immediate range, division by zero. The slow path then does the whole
 * operation anew. ABSENT is neither an int nor a float, so unbound locals fall through too. No references
 * change hands.
 *
 * An immediate int is 4i + 2, so sums and differences need no untagging: (4i+2) + (4j+2) - 2 = 4(i+j) + 2.
 */

#include <math.h>

#include "gc/likely.h"
#include "runtime/value.h"

/* GCC thinks some of them too long to be inlined, but they are the loop. */
#define FAST_INLINE static inline __attribute__((always_inline))

/* Both immediate floats? */
FAST_INLINE bool are_floats(Value a, Value b) { return is_float(a) && is_float(b); }

/* An immediate number as a double. */
FAST_INLINE double number_get(Value v) { return is_int(v) ? (double)int_get(v) : float_get(v); }

/* --- two immediate ints: false when the result is none --- */

FAST_INLINE bool ints_add(Value a, Value b, Value *result) {
    return !__builtin_add_overflow((int64_t)a.bits, (int64_t)(b.bits - 2), (int64_t *)&result->bits);
}

FAST_INLINE bool ints_subtract(Value a, Value b, Value *result) {
    return !__builtin_sub_overflow((int64_t)a.bits, (int64_t)(b.bits - 2), (int64_t *)&result->bits);
}

FAST_INLINE bool ints_multiply(Value a, Value b, Value *result) {
    int64_t product;
    if (__builtin_mul_overflow((int64_t)(a.bits - 2), int_get(b), &product)) return false;
    result->bits = (uint64_t)product + 2;
    return true;
}

FAST_INLINE bool ints_true_divide(Value a, Value b, Value *result) {
    enum { EXACT = 53 }; /* ints up to 2**53 are exact doubles, so one division rounds right */
    int64_t x = int_get(a), y = int_get(b), limit = INT64_C(1) << EXACT;
    if (y == 0 || x > limit || x < -limit || y > limit || y < -limit) return false;
    return float_immediate((double)x / (double)y, result);
}

FAST_INLINE bool ints_floor_divide(Value a, Value b, Value *result) {
    int64_t x = int_get(a), y = int_get(b);
    if (y == 0) return false;
    int64_t quotient = x / y;
    if (x % y != 0 && (x ^ y) < 0) quotient--;
    if (!int_fits(quotient)) return false; /* the least int divided by -1 */
    *result = int_small(quotient);
    return true;
}

FAST_INLINE bool ints_modulo(Value a, Value b, Value *result) {
    int64_t x = int_get(a), y = int_get(b);
    if (y == 0) return false;
    int64_t remainder = x % y;
    if (remainder != 0 && (remainder ^ y) < 0) remainder += y;
    *result = int_small(remainder);
    return true;
}

FAST_INLINE bool ints_power(Value a, Value b, Value *result) {
    return int_get(b) == 2 && ints_multiply(a, a, result);
}

FAST_INLINE bool ints_lshift(Value a, Value b, Value *result) {
    int64_t x = int_get(a), y = int_get(b);
    if (y < 0 || y > 61) return false;
    int64_t shifted = (int64_t)((uint64_t)x << y);
    if (shifted >> y != x || !int_fits(shifted)) return false;
    *result = int_small(shifted);
    return true;
}

FAST_INLINE bool ints_rshift(Value a, Value b, Value *result) {
    int64_t y = int_get(b);
    if (y < 0) return false;
    *result = int_small(int_get(a) >> (y > 63 ? 63 : y));
    return true;
}

FAST_INLINE bool ints_and(Value a, Value b, Value *result) {
    result->bits = a.bits & b.bits;
    return true;
}

FAST_INLINE bool ints_or(Value a, Value b, Value *result) {
    result->bits = a.bits | b.bits;
    return true;
}

FAST_INLINE bool ints_xor(Value a, Value b, Value *result) {
    result->bits = (a.bits ^ b.bits) | 2;
    return true;
}

FAST_INLINE bool ints_matmul(Value a, Value b, Value *result) { return false; }

/* --- two immediate floats: false when the operands are none; the result may be any double --- */

#define FLOATS(name, operator) \
    FAST_INLINE bool floats_##name(Value a, Value b, double *result) { \
        if (!is_float(a) || !is_float(b)) return false; \
        *result = float_get(a) operator float_get(b); \
        return true; \
    }

FLOATS(add, +)
FLOATS(subtract, -)
FLOATS(multiply, *)

FAST_INLINE bool floats_true_divide(Value a, Value b, double *result) {
    if (!is_float(a) || !is_float(b) || float_get(b) == 0) return false;
    *result = float_get(a) / float_get(b);
    return true;
}

FAST_INLINE bool floats_power(Value a, Value b, double *result) {
    if (!are_floats(a, b) || !(float_get(a) > 0)) return false;
    *result = pow(float_get(a), float_get(b));
    return isfinite(*result);
}

/* The other operators have no short way for floats. */
#define NO_FLOATS(name) \
    FAST_INLINE bool floats_##name(Value a, Value b, double *result) { return false; }

NO_FLOATS(floor_divide)
NO_FLOATS(modulo)
NO_FLOATS(lshift)
NO_FLOATS(rshift)
NO_FLOATS(and)
NO_FLOATS(or)
NO_FLOATS(xor)
NO_FLOATS(matmul)

/* --- an immediate int and an immediate float --- */

/* The other operand of a double: an immediate number's value. */
FAST_INLINE bool get_number(Value v, double *number) {
    if (LIKELY(is_float(v))) {
        *number = float_get(v);
        return true;
    }
    *number = (double)int_get(v);
    return is_int(v);
}

/* An immediate number other than 0; ABSENT for anything else. */
FAST_INLINE Value divisor(Value v) {
    double number;
    return get_number(v, &number) && number != 0 ? v : ABSENT;
}

FAST_INLINE bool is_mixed(Value a, Value b) { return is_int(a) ? is_float(b) : is_float(a) && is_int(b); }

/* --- order and truth --- */

FAST_INLINE int double_order(double x, double y) { return x < y ? 0 : x == y ? 1 : x > y ? 2 : 3; }

/* An int and a float compare exactly as doubles only while the int is below 2**53. */
static __attribute__((noinline)) int mixed_order(Value a, Value b) {
    if (is_int(a) && (int_get(a) >> 53 > 0 || int_get(a) >> 53 < -1)) return -1;
    if (is_int(b) && (int_get(b) >> 53 > 0 || int_get(b) >> 53 < -1)) return -1;
    return double_order(number_get(a), number_get(b));
}

/* 0 less, 1 equal, 2 greater, 3 unordered; -1: not two immediate numbers. */
FAST_INLINE int fast_order(Value a, Value b) {
    if (LIKELY(are_ints(a, b))) {
        int64_t x = (int64_t)a.bits, y = (int64_t)b.bits;
        return (x > y) - (x < y) + 1;
    }
    if (LIKELY(are_floats(a, b))) return double_order(float_get(a), float_get(b));
    if (is_object(a) || is_object(b)) return -1;
    return mixed_order(a, b);
}

/* Is the comparison (a CompareOp) true of operands in this order? A row of four bits for each operator. */
FAST_INLINE bool order_satisfies(int order, unsigned compare) { return compare_mask(compare) >> order & 1; }

/* 1, 0; -1: ask the type. */
FAST_INLINE int fast_truth(Value v) {
    if (v.bits == TRUE_VALUE.bits) return 1;
    if (v.bits == FALSE_VALUE.bits || v.bits == NONE.bits) return 0;
    return is_int(v) ? v.bits != 2 : -1;
}

#endif
