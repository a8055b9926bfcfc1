#ifndef MPY_VM_ARITHMETIC_H
#define MPY_VM_ARITHMETIC_H

/*
 * The operators on immediate numbers, inlined into the eval loop.
 *
 * Each function either stores the result and returns true, or returns false for operands it does not serve: other
 * types, results that leave the immediate range, division by zero. The slow path then does the whole operation anew.
 * ABSENT is neither an int nor a float, so unbound locals fall through too. No references change hands.
 *
 * An immediate int is 4i + 2, so sums and differences need no untagging: (4i+2) + (4j+2) - 2 = 4(i+j) + 2.
 */

#include "runtime/value.h"

/* GCC thinks some of them too long to be inlined, but they are the loop. */
#define FAST_INLINE static inline __attribute__((always_inline))

#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* Two operands as doubles, when at least one is an immediate float and the other an immediate number. */
FAST_INLINE bool both_doubles(Value a, Value b, double *x, double *y)
{
    if (is_float(a)) {
        *x = float_get(a);
        if (is_float(b)) *y = float_get(b);
        else if (is_int(b)) *y = (double)int_get(b);
        else return false;
        return true;
    }
    if (!is_float(b) || !is_int(a)) return false;
    *x = (double)int_get(a);
    *y = float_get(b);
    return true;
}

FAST_INLINE bool fast_add(Value a, Value b, Value *result)
{
    if (LIKELY(are_ints(a, b))) {
        int64_t sum;
        if (__builtin_add_overflow((int64_t)a.bits, (int64_t)(b.bits - 2), &sum)) return false;
        result->bits = (uint64_t)sum;
        return true;
    }
    double x, y;
    return both_doubles(a, b, &x, &y) && float_immediate(x + y, result);
}

FAST_INLINE bool fast_subtract(Value a, Value b, Value *result)
{
    if (LIKELY(are_ints(a, b))) {
        int64_t difference;
        if (__builtin_sub_overflow((int64_t)a.bits, (int64_t)(b.bits - 2), &difference)) return false;
        result->bits = (uint64_t)difference;
        return true;
    }
    double x, y;
    return both_doubles(a, b, &x, &y) && float_immediate(x - y, result);
}

FAST_INLINE bool fast_multiply(Value a, Value b, Value *result)
{
    if (are_ints(a, b)) {
        int64_t product;
        if (__builtin_mul_overflow((int64_t)(a.bits - 2), int_get(b), &product)) return false;
        result->bits = (uint64_t)product + 2;
        return true;
    }
    double x, y;
    return both_doubles(a, b, &x, &y) && float_immediate(x * y, result);
}

FAST_INLINE bool fast_true_divide(Value a, Value b, Value *result)
{
    enum { EXACT = 53 }; /* ints up to 2**53 are exact doubles, so one division rounds right */
    if (are_ints(a, b)) {
        int64_t x = int_get(a), y = int_get(b), limit = INT64_C(1) << EXACT;
        if (y == 0 || x > limit || x < -limit || y > limit || y < -limit) return false;
        return float_immediate((double)x / (double)y, result);
    }
    double x, y;
    return both_doubles(a, b, &x, &y) && y != 0 && float_immediate(x / y, result);
}

FAST_INLINE bool fast_floor_divide(Value a, Value b, Value *result)
{
    if (!are_ints(a, b)) return false;
    int64_t x = int_get(a), y = int_get(b);
    if (y == 0) return false;
    int64_t quotient = x / y;
    if (x % y != 0 && (x ^ y) < 0) quotient--;
    if (!int_fits(quotient)) return false; /* the least int divided by -1 */
    *result = int_small(quotient);
    return true;
}

FAST_INLINE bool fast_modulo(Value a, Value b, Value *result)
{
    if (!are_ints(a, b)) return false;
    int64_t x = int_get(a), y = int_get(b);
    if (y == 0) return false;
    int64_t remainder = x % y;
    if (remainder != 0 && (remainder ^ y) < 0) remainder += y;
    *result = int_small(remainder);
    return true;
}

FAST_INLINE bool fast_power(Value a, Value b, Value *result)
{
    (void)a, (void)b, (void)result;
    return false;
}

FAST_INLINE bool fast_lshift(Value a, Value b, Value *result)
{
    if (!are_ints(a, b)) return false;
    int64_t x = int_get(a), y = int_get(b);
    if (y < 0 || y > 61) return false;
    int64_t shifted = (int64_t)((uint64_t)x << y);
    if (shifted >> y != x || !int_fits(shifted)) return false;
    *result = int_small(shifted);
    return true;
}

FAST_INLINE bool fast_rshift(Value a, Value b, Value *result)
{
    if (!are_ints(a, b)) return false;
    int64_t y = int_get(b);
    if (y < 0) return false;
    *result = int_small(int_get(a) >> (y > 63 ? 63 : y));
    return true;
}

FAST_INLINE bool fast_and(Value a, Value b, Value *result)
{
    if (!are_ints(a, b)) return false;
    result->bits = a.bits & b.bits;
    return true;
}

FAST_INLINE bool fast_or(Value a, Value b, Value *result)
{
    if (!are_ints(a, b)) return false;
    result->bits = a.bits | b.bits;
    return true;
}

FAST_INLINE bool fast_xor(Value a, Value b, Value *result)
{
    if (!are_ints(a, b)) return false;
    result->bits = (a.bits ^ b.bits) | 2;
    return true;
}

FAST_INLINE bool fast_matmul(Value a, Value b, Value *result)
{
    (void)a, (void)b, (void)result;
    return false;
}

/* 0 less, 1 equal, 2 greater, 3 unordered; -1: not two immediate numbers. An int and a float compare exactly as
 * doubles only while the int is below 2**53. */
FAST_INLINE int fast_order(Value a, Value b)
{
    if (LIKELY(are_ints(a, b))) {
        int64_t x = (int64_t)a.bits, y = (int64_t)b.bits;
        return (x > y) - (x < y) + 1;
    }
    double x, y;
    if (!is_float(a) && (!is_int(a) || int_get(a) >> 53 > 0 || int_get(a) >> 53 < -1)) return -1;
    if (!is_float(b) && (!is_int(b) || int_get(b) >> 53 > 0 || int_get(b) >> 53 < -1)) return -1;
    if (!both_doubles(a, b, &x, &y)) return -1;
    return x < y ? 0 : x == y ? 1 : x > y ? 2 : 3;
}

/* Is the comparison (a CompareOp) true of operands in this order? A row of four bits for each operator. */
FAST_INLINE bool order_satisfies(int order, unsigned compare)
{
    return 0x64D231 >> (compare * 4 + (unsigned)order) & 1;
}

/* 1, 0; -1: ask the type. */
FAST_INLINE int fast_truth(Value v)
{
    if (v.bits == TRUE_VALUE.bits) return 1;
    if (v.bits == FALSE_VALUE.bits || v.bits == NONE.bits) return 0;
    return is_int(v) ? v.bits != 2 : -1;
}

#endif
