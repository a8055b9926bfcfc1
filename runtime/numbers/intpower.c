/* Powers of ints, also modulo one. */
#include <math.h>

#include "runtime/numbers/float.h"
#include "runtime/numbers/intlimbs.h"

/* base ** exponent (exponent >= 0) by squaring, the bits of the exponent from the top; reduced by modulus if
 * present. */
static Value power_by_squaring(VM *vm, Value base, const IntView *exponent, Value modulus) {
    Value result = int_small(1);
    for (int64_t bit = view_bits(exponent) - 1; bit >= 0; bit--) {
        if (!vm_may_go_on(vm)) {
            value_drop(vm, result);
            return ABSENT;
        }
        bool set = exponent->limbs[bit / 64] >> (bit % 64) & 1;
        for (int step = 0; step <= set; step++) {
            Value next = int_multiply(vm, result, step ? base : result);
            value_drop(vm, result);
            if (is_absent(next)) return ABSENT;
            result = next;
            if (is_absent(modulus)) continue;
            bool divided = int_divmod(vm, result, modulus, NULL, &next);
            value_drop(vm, result);
            if (!divided) return ABSENT;
            result = next;
        }
    }
    return result;
}

/* Of immediates, while the squares fit a word; false when something does not. */
static bool power_small(int64_t base, int64_t exponent, int64_t *result) {
    for (*result = 1;;) {
        if (exponent & 1 && __builtin_mul_overflow(*result, base, result)) return false;
        exponent >>= 1;
        if (exponent == 0) return true;
        if (__builtin_mul_overflow(base, base, &base)) return false;
    }
}

static Value power(VM *vm, Value a, Value b) {
    int64_t small;
    if (are_ints(a, b) && int_get(b) >= 0 && power_small(int_get(a), int_get(b), &small))
        return int_from(vm, small);
    IntView x, exponent;
    view_of(b, &exponent);
    view_of(a, &x);
    if (exponent.negative) {
        double base, power;
        if (x.count == 0) {
            return raise_error(vm, &exc_ZeroDivisionError, "0.0 cannot be raised to a negative power");
        }
        if (!int_to_double(vm, a, &base) || !int_to_double(vm, b, &power)) return ABSENT;
        return float_from(vm, pow(base, power));
    }
    bool unit = x.count == 0 || (x.count == 1 && x.limbs[0] == 1);
    if (!unit &&
        (exponent.count > 1 || (exponent.count == 1 && exponent.limbs[0] > (uint64_t)LIMBS_MAX * 64))) {
        return raise_memory(vm);
    }
    if (unit && exponent.count) { /* 0, 1 or -1: only the exponent's parity matters */
        return int_small(x.count == 0 ? 0 : x.negative && (exponent.limbs[0] & 1) ? -1 : 1);
    }
    if (exponent.count && view_bits(&x) * (int64_t)exponent.limbs[0] / 64 > LIMBS_MAX + 1)
        return raise_memory(vm);
    return power_by_squaring(vm, a, &exponent, ABSENT);
}

/* t0 - q * t1. */
static Value next_cofactor(VM *vm, Value t0, Value q, Value t1) {
    Value product = int_multiply(vm, q, t1);
    Value t = is_absent(product) ? ABSENT : int_subtract(vm, t0, product);
    value_xdrop(vm, product);
    return t;
}

/* The inverse of a modulo n (n > 1) by Euclid's extended algorithm, whose cofactors are smaller than n; ABSENT with
 * nothing raised when there is none. */
static Value inverse_modulo(VM *vm, Value a, Value n) {
    Value r0 = value_ref(n), r1 = ABSENT, t0 = int_small(0), t1 = int_small(1), result = ABSENT;
    bool ok = int_divmod(vm, a, n, NULL, &r1);
    while (ok && !value_same(r1, int_small(0))) {
        Value q = ABSENT, r = ABSENT, t = int_small(0); /* after the last quotient it is not asked for */
        ok = int_divmod(vm, r0, r1, &q, &r);
        if (ok && !value_same(r, int_small(0))) t = next_cofactor(vm, t0, q, t1);
        value_xdrop(vm, q);
        value_drop(vm, r0), value_drop(vm, t0);
        r0 = r1, r1 = r, t0 = t1, t1 = t;
        ok = ok && !is_absent(t);
    }
    if (ok && value_same(r0, int_small(1))) result = int_sign(t0) < 0 ? int_add(vm, t0, n) : value_ref(t0);
    value_xdrop(vm, r0), value_xdrop(vm, r1), value_xdrop(vm, t0), value_xdrop(vm, t1);
    return result;
}

Value int_power_modulo(VM *vm, Value base, Value exponent, Value modulus) {
    int sign = int_sign(modulus);
    if (sign == 0) return raise_value(vm, "pow() 3rd argument cannot be 0");
    Value n = sign < 0 ? int_negate(vm, modulus) : int_exact(vm, modulus);
    if (is_absent(n)) return ABSENT;
    Value reduced = ABSENT, result = ABSENT;
    if (int_sign(exponent) < 0) {
        reduced = inverse_modulo(vm, base, n);
        if (is_absent(reduced) && !error_raised(vm))
            raise_value(vm, "base is not invertible for the given modulus");
    } else {
        int_divmod(vm, base, n, NULL, &reduced);
    }
    if (!is_absent(reduced)) {
        IntView view;
        view_of(exponent, &view);
        result = power_by_squaring(vm, reduced, &view, n);
        value_drop(vm, reduced);
    }
    value_drop(vm, n);
    if (is_absent(result)) return ABSENT;
    Value floored; /* towards the modulus' sign, and 0 when the modulus is 1 */
    bool divided = int_divmod(vm, result, modulus, NULL, &floored);
    value_drop(vm, result);
    return divided ? floored : ABSENT;
}

OPERATOR(power, power(vm, a, b))
