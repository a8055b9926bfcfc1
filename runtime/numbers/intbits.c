/* Shifts and bits of ints. */
#include "runtime/numbers/intlimbs.h"

/* --- shifts --- */

static Value shift_left(VM *vm, const IntView *x, int64_t by) {
    int64_t words = by / 64, bits = by % 64, length = words + x->count;
    bool spills = bits > __builtin_clzll(x->limbs[x->count - 1]);
    int64_t room = length + spills;
    BigInt *result = big_new(vm, room);
    if (!result) return ABSENT;
    mp_limb_t *to = (mp_limb_t *)result->limbs;
    for (int64_t i = 0; i < words; i++)
        to[i] = 0;
    if (bits && x->count <= SHORT_LIMBS) {
        uint64_t below = 0;
        for (int64_t i = 0; i < x->count; i++) {
            to[words + i] = x->limbs[i] << bits | below;
            below = x->limbs[i] >> (64 - bits);
        }
        if (spills) to[length] = below;
    } else if (bits) {
        mp_limb_t top = mpn_lshift(to + words, limbs_of(x), x->count, (unsigned)bits);
        if (spills) to[length] = top;
    } else {
        mpn_copyi(to + words, limbs_of(x), x->count);
    }
    return big_finish(vm, result, room, room, x->negative);
}

/* Floor: of a negative number with a set bit among those shifted out, one more is taken away. */
static Value shift_right(VM *vm, const IntView *x, int64_t by) {
    int64_t words = by / 64, left = x->count - words;
    unsigned bits = by % 64;
    if (left <= 0) return int_small(x->negative ? -1 : 0);
    const mp_limb_t *from = limbs_of(x) + words;
    bool shorter = from[left - 1] >> bits == 0;
    if (!x->negative && left == 1 + shorter)
        return int_from_unsigned(vm, from[0] >> bits | (shorter ? from[1] << (64 - bits) : 0));
    int64_t room = x->negative ? left + 1 /* it may carry */ : left - shorter;
    BigInt *result = big_new(vm, room);
    if (!result) return ABSENT;
    mp_limb_t *to = (mp_limb_t *)result->limbs;
    int64_t whole = room < left ? room : left;
    if (left <= SHORT_LIMBS) {
        for (int64_t i = 0; i + 1 < left; i++)
            to[i] = from[i] >> bits | from[i + 1] << 1 << (63 - bits);
        if (whole == left) to[left - 1] = from[left - 1] >> bits;
    } else if (bits) {
        mpn_rshift(to, from, whole, bits);
        if (whole < left) to[whole - 1] |= from[whole] << (64 - bits);
    } else {
        mpn_copyi(to, from, whole);
    }
    if (x->negative) {
        to[left] = 0;
        bool lost = from[0] << 1 << (63 - bits) || (words && !mpn_zero_p(limbs_of(x), words));
        if (lost) mpn_add_1(to, to, room, 1);
    }
    return big_finish(vm, result, room, room, x->negative);
}

Value int_shift(VM *vm, Value v, int64_t left) {
    if (is_int(v) && left <= 0) {
        return int_small(left <= -63 ? (int_get(v) < 0 ? -1 : 0) : int_get(v) >> -left);
    }
    IntView view;
    view_of(v, &view);
    if (view.count == 0) return int_small(0);
    return left >= 0 ? shift_left(vm, &view, left) : shift_right(vm, &view, -left);
}

static inline Value shift(VM *vm, Value a, Value b, bool left) {
    int64_t by;
    if (is_int(b) && (uint64_t)int_get(b) <= 64 * (uint64_t)LIMBS_MAX)
        return int_shift(vm, a, left ? int_get(b) : -int_get(b));
    if (int_sign(b) < 0) return raise_value(vm, "negative shift count");
    if (!int_to_int64(b, &by) || by > 64 * LIMBS_MAX) {
        if (int_sign(a) == 0) return int_small(0);
        if (!left) return int_small(int_sign(a) < 0 ? -1 : 0);
        return int_bit_length(b) <= 65 ? raise_memory(vm) : raise_overflow(vm, "too many digits in integer");
    }
    return int_shift(vm, a, left ? by : -by);
}

/* --- bits, as if in two's complement without end --- */

static uint64_t combine(BinaryOp op, uint64_t a, uint64_t b) {
    return op == BINARY_AND ? a & b : op == BINARY_OR ? a | b : a ^ b;
}

/* Of two numbers that are not negative, x at least as long as y. */
static inline __attribute__((always_inline)) Value bitwise_positive(VM *vm, BinaryOp op, const IntView *x,
                                                                    const IntView *y) {
    int64_t room = op == BINARY_AND ? y->count : x->count;
    BigInt *result = big_new(vm, room);
    if (!result) return ABSENT;
    const uint64_t *long_limbs = x->limbs, *short_limbs = y->limbs;
    int64_t both = y->count;
    for (int64_t i = 0; i < both; i++)
        result->limbs[i] = combine(op, long_limbs[i], short_limbs[i]);
    for (int64_t i = both; i < room; i++)
        result->limbs[i] = long_limbs[i];
    return big_finish(vm, result, room, room, false);
}

static inline __attribute__((always_inline)) Value bitwise(VM *vm, BinaryOp op, Value a, Value b) {
    if (are_ints(a, b)) return int_small((int64_t)combine(op, (uint64_t)int_get(a), (uint64_t)int_get(b)));
    IntView x, y;
    view_of(a, &x);
    view_of(b, &y);
    if (!x.negative && !y.negative)
        return x.count < y.count ? bitwise_positive(vm, op, &y, &x) : bitwise_positive(vm, op, &x, &y);
    int64_t room = (x.count > y.count ? x.count : y.count) + 1;
    bool negative = combine(op, x.negative, y.negative);
    BigInt *result = big_new(vm, room);
    if (!result) return ABSENT;
    bool carry_x = true, carry_y = true;
    for (int64_t i = 0; i < room; i++) {
        result->limbs[i] = combine(op, complement_limb(&x, i, &carry_x), complement_limb(&y, i, &carry_y));
    }
    if (negative) mpn_neg((mp_limb_t *)result->limbs, (mp_limb_t *)result->limbs, room);
    return big_finish(vm, result, room, room, negative);
}

OPERATOR(left_shift, shift(vm, a, b, true))
OPERATOR(right_shift, shift(vm, a, b, false))
OPERATOR(and, bitwise(vm, BINARY_AND, a, b))
OPERATOR(or, bitwise(vm, BINARY_OR, a, b))
OPERATOR(xor, bitwise(vm, BINARY_XOR, a, b))
