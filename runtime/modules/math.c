/*
 * The module math: C's functions on doubles with Python's errors, sums without rounding loss, and integer
 * functions.
 *
 * A function of doubles is one row of a table; domain and range errors are told from its result as C99 Annex
 * F has them: nan from numbers is a domain error, infinity from finite ones a range error, or a domain error
 * at a pole.
 */
#include <float.h>
#include <gmp.h>
#include <math.h>
#include <stdlib.h>

#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/modules/gamma.h"
#include "runtime/native.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"

static Value domain_error(VM *vm) { return raise_value(vm, "math domain error"); }
static Value range_error(VM *vm) { return raise_overflow(vm, "math range error"); }

static bool number(VM *vm, Value v, double *d) {
    if (is_float(v)) {
        *d = float_get(v);
        return true;
    }
    if (is_int(v)) {
        *d = (double)int_get(v);
        return true;
    }
    return object_to_double(vm, v, d);
}

/* --- functions of one and two doubles --- */

typedef double (*Function1)(double);
typedef double (*Function2)(double, double);

/* `overflows`: an infinite result of a finite argument is a range error; else it is a pole, a domain error.
 */
static Value call_function(VM *vm, Value arg, Function1 f, bool overflows) {
    double x;
    if (!number(vm, arg, &x)) return ABSENT;
    double y = f(x);
    if (isnan(y) && !isnan(x)) return domain_error(vm);
    if (isinf(y) && isfinite(x)) return overflows ? range_error(vm) : domain_error(vm);
    return float_from(vm, y);
}

#define FUNCTION(name, f, overflows) \
    NATIVE(name) { return call_function(vm, args[0], f, overflows); }

FUNCTION(math_acos, acos, false)
FUNCTION(math_acosh, acosh, false)
FUNCTION(math_asin, asin, false)
FUNCTION(math_asinh, asinh, false)
FUNCTION(math_atan, atan, false)
FUNCTION(math_atanh, atanh, false)
FUNCTION(math_cbrt, cbrt, false)
FUNCTION(math_cos, cos, false)
FUNCTION(math_cosh, cosh, true)
FUNCTION(math_erf, erf, false)
FUNCTION(math_erfc, erfc, false)
FUNCTION(math_exp, exp, true)
FUNCTION(math_exp2, exp2, true)
FUNCTION(math_expm1, expm1, true)
FUNCTION(math_fabs, fabs, false)
FUNCTION(math_log1p, log1p, false)
FUNCTION(math_sin, sin, false)
FUNCTION(math_sinh, sinh, true)
FUNCTION(math_sqrt, sqrt, false)
FUNCTION(math_tan, tan, false)
FUNCTION(math_tanh, tanh, false)

static double to_degrees(double x) { return x * (180.0 / M_PI); }
static double to_radians(double x) { return x * (M_PI / 180.0); }
static double ulp(double x) {
    if (isnan(x)) return x;
    x = fabs(x);
    if (isinf(x)) return x;
    double next = nextafter(x, INFINITY);
    return isinf(next) ? x - nextafter(x, -INFINITY) : next - x;
}
/* For functions that map every argument, infinite ones too, to an answer. */
#define TOTAL(name, expression) \
    NATIVE(name) { \
        double x; \
        return number(vm, args[0], &x) ? expression : ABSENT; \
    }
TOTAL(math_degrees, float_from(vm, to_degrees(x)))
TOTAL(math_radians, float_from(vm, to_radians(x)))
TOTAL(math_ulp, float_from(vm, ulp(x)))
TOTAL(math_isfinite, bool_from(isfinite(x)))
TOTAL(math_isinf, bool_from(isinf(x)))
TOTAL(math_isnan, bool_from(isnan(x)))
TOTAL(math_gamma, gamma_function(vm, x))
TOTAL(math_lgamma, log_gamma_function(vm, x))

static Value call_function2(VM *vm, Value *args, Function2 f) {
    double x, y;
    if (!number(vm, args[0], &x) || !number(vm, args[1], &y)) return ABSENT;
    double z = f(x, y);
    if (isnan(z) && !isnan(x) && !isnan(y)) return domain_error(vm);
    if (isinf(z) && isfinite(x) && isfinite(y)) return range_error(vm);
    return float_from(vm, z);
}

#define FUNCTION2(name, f) \
    NATIVE(name) { return call_function2(vm, args, f); }
FUNCTION2(math_atan2, atan2)
FUNCTION2(math_copysign, copysign)
FUNCTION2(math_fmod, fmod)
FUNCTION2(math_remainder, remainder)

NATIVE(math_pow) {
    double x, y;
    if (!number(vm, args[0], &x) || !number(vm, args[1], &y)) return ABSENT;
    if (x == 0 && y < 0 && isfinite(y)) return domain_error(vm);
    return call_function2(vm, args, pow);
}

NATIVE(math_fma) {
    double x, y, z;
    if (!number(vm, args[0], &x) || !number(vm, args[1], &y) || !number(vm, args[2], &z)) return ABSENT;
    double r = fma(x, y, z);
    if (isnan(r) && !isnan(x) && !isnan(y) && !isnan(z)) return raise_value(vm, "invalid operation in fma");
    if (isinf(r) && isfinite(x) && isfinite(y) && isfinite(z)) return raise_overflow(vm, "overflow in fma");
    return float_from(vm, r);
}

NATIVE(math_nextafter) {
    double x, y;
    if (!number(vm, args[0], &x) || !number(vm, args[1], &y)) return ABSENT;
    if (!value_is_given(args[2])) return float_from(vm, nextafter(x, y));
    int64_t steps;
    if (!object_to_int64(vm, args[2], NULL, &steps)) return ABSENT;
    if (steps < 0) return raise_value(vm, "steps must be a non-negative integer");
    if (steps == 0) return float_from(vm, x);
    if (isnan(x) || isnan(y)) return float_from(vm, x + y);
    /* Doubles of one sign are in the order of their bits: walk the integers that number them. */
    int64_t from, to;
    memcpy(&from, &x, 8);
    memcpy(&to, &y, 8);
    if (from < 0) from = INT64_MIN - from;
    if (to < 0) to = INT64_MIN - to;
    uint64_t distance = from < to ? (uint64_t)to - (uint64_t)from : (uint64_t)from - (uint64_t)to;
    if ((uint64_t)steps >= distance) return float_from(vm, y);
    from = from < to ? from + steps : from - steps;
    if (from < 0) from = INT64_MIN - from;
    double result;
    memcpy(&result, &from, 8);
    return float_from(vm, result == 0 ? copysign(0.0, x) : result);
}

NATIVE(math_isclose) {
    double a, b, relative = 1e-9, absolute = 0.0;
    if (!number(vm, args[0], &a) || !number(vm, args[1], &b)) return ABSENT;
    if (!is_absent(args[2]) && !number(vm, args[2], &relative)) return ABSENT;
    if (!is_absent(args[3]) && !number(vm, args[3], &absolute)) return ABSENT;
    if (relative < 0 || absolute < 0) return raise_value(vm, "tolerances must be non-negative");
    if (a == b) return TRUE_VALUE;
    if (isinf(a) || isinf(b)) return FALSE_VALUE;
    double difference = fabs(b - a);
    return bool_from(difference <= fabs(relative * b) || difference <= fabs(relative * a) ||
                     difference <= absolute);
}

/* --- taking doubles apart --- */

NATIVE(math_frexp) {
    double x;
    int exponent = 0;
    if (!number(vm, args[0], &x)) return ABSENT;
    double mantissa = isfinite(x) ? frexp(x, &exponent) : x;
    return tuple_from_made(vm, (Value[]){float_from(vm, mantissa), int_small(exponent)}, 2);
}

NATIVE(math_modf) {
    double x, whole;
    if (!number(vm, args[0], &x)) return ABSENT;
    double fraction = modf(x, &whole);
    return tuple_from_made(vm, (Value[]){float_from(vm, fraction), float_from(vm, whole)}, 2);
}

NATIVE(math_ldexp) {
    double x;
    int64_t exponent;
    if (!number(vm, args[0], &x)) return ABSENT;
    if (!is_int_family(args[1])) return raise_type(vm, "Expected an int as second argument to ldexp.");
    if (!int_to_int64(args[1], &exponent)) exponent = int_sign(args[1]) < 0 ? INT32_MIN : INT32_MAX;
    if (exponent > 5000) exponent = 5000; /* beyond any double, either way */
    if (exponent < -5000) exponent = -5000;
    double y = ldexp(x, (int)exponent);
    return isinf(y) && isfinite(x) ? range_error(vm) : float_from(vm, y);
}

/* x.__floor__() and the like, or the function on a double. */
static Value round_with(VM *vm, Value x, Value name, Function1 f) {
    if (is_int(x)) return x;
    if (is_float(x)) return int_from_double(vm, f(float_get(x)));
    Value method = object_special(vm, x, name);
    if (!is_absent(method)) {
        Value result = call_0(vm, method);
        value_drop(vm, method);
        return result;
    }
    double d;
    if (error_raised(vm) || !number(vm, x, &d)) return ABSENT;
    return int_from_double(vm, f(d));
}

NATIVE(math_floor) { return round_with(vm, args[0], NAME_OF(vm, floor), floor); }

NATIVE(math_ceil) { return round_with(vm, args[0], NAME_OF(vm, ceil), ceil); }

NATIVE(math_trunc) {
    if (is_float(args[0])) return int_from_double(vm, float_get(args[0]));
    Value method = object_special(vm, args[0], NAME_OF(vm, trunc));
    if (is_absent(method)) {
        return error_raised(vm) ? ABSENT : raise_type(vm, "type %T doesn't define __trunc__ method", args[0]);
    }
    Value result = call_0(vm, method);
    value_drop(vm, method);
    return result;
}

/* --- logarithms, which take ints of any size --- */

static bool logarithm(VM *vm, Value v, Function1 f, double *result) {
    double x;
    int64_t exponent = 0;
    if (is_int_family(v) && !is_int(v)) {
        x = int_fraction(v, &exponent);
    } else if (!number(vm, v, &x)) {
        return false;
    }
    if (x <= 0) {
        domain_error(vm);
        return false;
    }
    bool fits = exponent <= DBL_MAX_EXP; /* else the logarithms of fraction and exponent */
    *result = fits ? f(ldexp(x, (int)exponent)) : f(x) + f(2.0) * (double)exponent;
    return true;
}

NATIVE(math_log) {
    double x, base;
    if (!logarithm(vm, args[0], log, &x)) return ABSENT;
    if (is_absent(args[1])) return float_from(vm, x);
    if (!logarithm(vm, args[1], log, &base)) return ABSENT;
    if (base == 0) return raise_error(vm, &exc_ZeroDivisionError, "float division by zero");
    return float_from(vm, x / base);
}

NATIVE(math_log2) {
    double x;
    return logarithm(vm, args[0], log2, &x) ? float_from(vm, x) : ABSENT;
}

NATIVE(math_log10) {
    double x;
    return logarithm(vm, args[0], log10, &x) ? float_from(vm, x) : ABSENT;
}

/* --- sums and norms --- */

/* Partial sums that do not overlap, in rising order: together the exact sum so far (Shewchuk, "Adaptive
 * Precision Floating-Point Arithmetic", 1997). */
typedef struct {
    double *partials; /* heap block; owned */
    int64_t count, capacity;
    double specials; /* the sum of inf and nan items */
    double infinities;
} ExactSum;

static bool exact_add(VM *vm, ExactSum *s, double x) {
    if (!isfinite(x)) {
        if (isinf(x)) s->infinities += x;
        s->specials += x;
        return true;
    }
    int64_t kept = 0;
    for (int64_t i = 0; i < s->count; i++) {
        double y = s->partials[i];
        if (fabs(x) < fabs(y)) {
            double swap = x;
            x = y;
            y = swap;
        }
        double high = x + y, low = y - (high - x);
        if (low != 0) s->partials[kept++] = low;
        x = high;
    }
    if (!isfinite(x)) {
        raise_overflow(vm, "intermediate overflow in fsum");
        return false;
    }
    if (kept == s->capacity) {
        int64_t capacity = s->capacity ? s->capacity * 2 : 16;
        double *partials = memory_resize(vm, s->partials, (size_t)s->capacity * 8, (size_t)capacity * 8);
        if (!partials) return false;
        s->partials = partials;
        s->capacity = capacity;
    }
    if (x != 0) s->partials[kept++] = x;
    s->count = kept;
    return true;
}

/* Round the partials once: half-way cases look at the sign of what comes below. */
static double exact_round(const ExactSum *s) {
    int64_t n = s->count;
    if (n == 0) return 0.0;
    double high = s->partials[--n], low = 0;
    while (n > 0) {
        double x = high, y = s->partials[--n];
        high = x + y;
        low = y - (high - x);
        if (low != 0) break;
    }
    if (n > 0 && ((low < 0 && s->partials[n - 1] < 0) || (low > 0 && s->partials[n - 1] > 0))) {
        double twice = low * 2, x = high + twice;
        if (twice == x - high) high = x;
    }
    return high;
}

static bool add_item(VM *vm, Value item, void *context) {
    double x;
    return number(vm, item, &x) && exact_add(vm, context, x);
}

NATIVE(math_fsum) {
    ExactSum sum = {0};
    Value result = ABSENT;
    if (object_each(vm, args[0], add_item, &sum)) {
        if (sum.specials != 0) {
            result =
                isnan(sum.infinities) ? raise_value(vm, "-inf + inf in fsum") : float_from(vm, sum.specials);
        } else {
            result = float_from(vm, exact_round(&sum));
        }
    }
    memory_free(vm, sum.partials, (size_t)sum.capacity * 8);
    return result;
}

static double power_of_two(int exponent) {
    uint64_t bits = (uint64_t)(exponent + 1023) << 52;
    double d;
    return memcpy(&d, &bits, sizeof d), d;
}

/* The length of a vector: scaled by a power of two against overflow, squares summed exactly enough by
 * splitting each with fma, and one correction step for the root. */
static double vector_length(double *x, int64_t count) {
    double greatest = 0;
    bool any_nan = false;
    for (int64_t i = 0; i < count; i++) {
        x[i] = fabs(x[i]);
        any_nan = any_nan || isnan(x[i]);
        if (x[i] > greatest) greatest = x[i];
    }
    if (isinf(greatest)) return greatest;
    if (any_nan) return NAN;
    if (greatest == 0 || count == 1) return greatest;
    int exponent;
    frexp(greatest, &exponent);
    bool plain = exponent > -1000 && exponent < 1000; /* then one factor scales all */
    double factor = plain ? power_of_two(-exponent) : 0;
    double sum = 1.0, low = 0.0; /* the leading 1.0 keeps the order of magnitudes for the cheap two-sum */
    for (int64_t i = 0; i < count; i++) {
        double scaled = plain ? x[i] * factor : ldexp(x[i], -exponent), square = scaled * scaled,
               before = sum;
        sum += square;
        low += square - (sum - before) + fma(scaled, scaled, -square);
    }
    double root = sqrt(sum - 1.0 + low), square = root * root;
    double rest = (sum - 1.0 - square) + low - fma(root, root, -square);
    root += rest / (2 * root);
    return plain ? root * power_of_two(exponent) : ldexp(root, exponent);
}

NATIVE(math_hypot) {
    double local[8], *x = nargs <= 8 ? local : memory_alloc(vm, (size_t)nargs * 8);
    if (!x) return ABSENT;
    bool ok = true;
    for (int i = 0; ok && i < nargs; i++)
        ok = number(vm, args[i], &x[i]);
    Value result = ok ? float_from(vm, vector_length(x, nargs)) : ABSENT;
    if (x != local) memory_free(vm, x, (size_t)nargs * 8);
    return result;
}

static Value distance(VM *vm, const Tuple *p, const Tuple *q) {
    int64_t n = p->length;
    if (n != q->length) return raise_value(vm, "both points must have the same number of dimensions");
    double local[8], *x = n <= 8 ? local : memory_alloc(vm, (size_t)n * 8);
    if (!x) return ABSENT;
    bool ok = true;
    for (int64_t i = 0; ok && i < n; i++) {
        double a, b;
        ok = number(vm, p->items[i], &a) && number(vm, q->items[i], &b);
        if (ok) x[i] = a - b;
    }
    Value result = ok ? float_from(vm, vector_length(x, n)) : ABSENT;
    if (x != local) memory_free(vm, x, (size_t)n * 8);
    return result;
}

NATIVE(math_dist) {
    Value p = tuple_from_iterable(vm, args[0]);
    Value q = is_absent(p) ? ABSENT : tuple_from_iterable(vm, args[1]);
    Value result = is_absent(q) ? ABSENT : distance(vm, as_tuple(p), as_tuple(q));
    value_xdrop(vm, p);
    value_xdrop(vm, q);
    return result;
}

static bool is_exact_int(Value v) { return is_int(v) || is_exactly(v, &int_type); }
static bool is_exact_float(Value v) { return is_float(v) || is_exactly(v, &float_type); }

static bool multiply_item(VM *vm, Value item, void *context) {
    Value *product = context;
    bool ints = is_exact_int(*product) && is_exact_int(item);
    Value next = ints ? int_multiply(vm, *product, item) : object_binary(vm, BINARY_MULTIPLY, *product, item);
    if (is_absent(next)) return false;
    value_set(vm, product, next);
    return true;
}

NATIVE(math_prod) {
    Value product = is_absent(args[1]) ? int_small(1) : value_ref(args[1]);
    if (object_each(vm, args[0], multiply_item, &product)) return product;
    value_drop(vm, product);
    return ABSENT;
}

/* Both as doubles: one must be a float, the other a float, an int or a bool that a double can hold. */
static bool float_pair(VM *vm, Value p, Value q, double *a, double *b) {
    bool first = is_exact_float(p), second = is_exact_float(q);
    if (!first && !second) return false;
    if (!first && !is_exact_int(p) && !is_bool(p)) return false;
    if (!second && !is_exact_int(q) && !is_bool(q)) return false;
    if (number(vm, p, a) && number(vm, q, b)) return true;
    error_clear(vm);
    return false;
}

static bool add_to_total(VM *vm, Value *total, STEALS Value item) {
    value_set(vm, total, is_absent(item) ? ABSENT : object_binary(vm, BINARY_ADD, *total, item));
    value_xdrop(vm, item);
    return !is_absent(*total);
}

/* x + y and what its rounding loses, exactly (Knuth's two-sum). */
static double exact_pair(double x, double y, double *lost) {
    double sum = x + y, part = sum - x;
    *lost = (x - (sum - part)) + (y - part);
    return sum;
}

/* A sum of products: first of ints, then of floats, then of whatever there is. A float among ints ends the exact sum of
 * either. */
typedef struct {
    Value total;
    enum { ALL_INTS, ALL_FLOATS, ANYTHING } kind;
    bool any_floats;
    double high, low, tiny; /* of the floats */
} Products;

/* Add a product of floats in thrice the precision of a double (Ogita, Rump and Oishi, "Accurate Sum and Dot Product",
 * 2005). False: they are no such pair, or make the sum infinite. */
static bool add_float_product(VM *vm, Products *s, Value p, Value q) {
    double a, b;
    if (!float_pair(vm, p, q, &a, &b)) return false;
    double product = a * b, lost, lost_low, lost_middle;
    double sum = exact_pair(s->high, product, &lost);
    if (!isfinite(sum)) return false;
    double middle = exact_pair(s->low, fma(a, b, -product), &lost_low);
    s->high = sum;
    s->low = exact_pair(middle, lost, &lost_middle);
    s->tiny += lost_low + lost_middle;
    s->any_floats = true;
    return true;
}

/* Add the floats to the total. */
static bool add_floats(VM *vm, Products *s) {
    return !s->any_floats || add_to_total(vm, &s->total, float_from(vm, s->high + (s->low + s->tiny)));
}

static bool add_product(VM *vm, Products *s, Value p, Value q) {
    if (s->kind == ALL_INTS) {
        if (is_exact_int(p) && is_exact_int(q)) return add_to_total(vm, &s->total, int_multiply(vm, p, q));
        s->kind = ALL_FLOATS;
    }
    if (s->kind == ALL_FLOATS) {
        if (add_float_product(vm, s, p, q)) return true;
        s->kind = ANYTHING;
        if (!add_floats(vm, s)) return false;
    }
    return add_to_total(vm, &s->total, object_binary(vm, BINARY_MULTIPLY, p, q));
}

/* All pairs of the two iterators, which end together. */
static bool add_products(VM *vm, Products *s, Value ps, Value qs) {
    Value (*next_p)(VM *, Value) = iterator_next_of(ps), (*next_q)(VM *, Value) = iterator_next_of(qs);
    for (bool ok = true; ok;) {
        Value p = next_p(vm, ps);
        if (is_absent(p) && !iterator_ended(vm)) return false;
        Value q = next_q(vm, qs);
        bool both = !is_absent(p) && !is_absent(q), failed = is_absent(q) && !iterator_ended(vm);
        bool ended = is_absent(p) && is_absent(q) && !failed;
        if (both)
            ok = add_product(vm, s, p, q) && vm_may_go_on(vm);
        else if (!ended && !failed)
            raise_value(vm, "Inputs are not the same length");
        value_xdrop(vm, p);
        value_xdrop(vm, q);
        if (!both) return ended;
    }
    return false;
}

NATIVE(math_sumprod) {
    Products sum = {.total = int_small(0)};
    Value ps = object_iterate(vm, args[0]), qs = is_absent(ps) ? ABSENT : object_iterate(vm, args[1]);
    bool ok = !is_absent(qs) && add_products(vm, &sum, ps, qs);
    value_xdrop(vm, ps);
    value_xdrop(vm, qs);
    if (ok && sum.kind == ALL_FLOATS) ok = add_floats(vm, &sum);
    if (ok) return sum.total;
    value_xdrop(vm, sum.total);
    return ABSENT;
}

/* --- integers --- */

/* Fold the arguments, as ints, with a step. */
static Value fold_ints(VM *vm, Value *args, int nargs, int64_t start, Value (*step)(VM *, Value, Value)) {
    Value total = int_small(start);
    for (int i = 0; i < nargs && !is_absent(total); i++) {
        Value next = object_index(vm, args[i]);
        value_set(vm, &total, is_absent(next) ? ABSENT : step(vm, total, next));
        value_xdrop(vm, next);
    }
    return total;
}

static Value absolute(VM *vm, Value v) { return int_sign(v) < 0 ? int_negate(vm, v) : value_ref(v); }

/* Without its factors of two, the number that `to` (as long as `x`) is to hold: how many there were. The limbs of `to`
 * are counted in *count. */
static mp_bitcnt_t odd_part(const IntView *x, mp_limb_t *to, mp_size_t *count) {
    const mp_limb_t *from = (const mp_limb_t *)x->limbs;
    mp_bitcnt_t zeros = mpn_scan1(from, 0);
    mp_size_t whole = (mp_size_t)(zeros / GMP_NUMB_BITS);
    unsigned part = (unsigned)(zeros % GMP_NUMB_BITS);
    *count = x->count - whole;
    if (part)
        mpn_rshift(to, from + whole, *count, part);
    else
        mpn_copyi(to, from + whole, *count);
    *count -= to[*count - 1] == 0;
    return zeros;
}

static bool is_longer(const mp_limb_t *a, mp_size_t n, const mp_limb_t *b, mp_size_t m) {
    return n != m ? n > m : mpn_cmp(a, b, n) > 0;
}

/* GMP's, of the odd parts. `room` holds both numbers and the result. */
static Value divisor_of_limbs(VM *vm, const IntView *x, const IntView *y, mp_limb_t *room) {
    mp_limb_t *a = room, *b = a + x->count, *result = b + y->count;
    mp_size_t n, m;
    mp_bitcnt_t zeros = odd_part(x, a, &n), others = odd_part(y, b, &m);
    if (others < zeros) zeros = others;
    mp_size_t count = is_longer(a, n, b, m) ? mpn_gcd(result, a, n, b, m) : mpn_gcd(result, b, m, a, n);
    Value divisor = int_from_limbs(vm, (const uint64_t *)result, count, false);
    if (zeros == 0 || is_absent(divisor)) return divisor;
    Value shifted = int_shift(vm, divisor, (int64_t)zeros);
    value_drop(vm, divisor);
    return shifted;
}

static Value greatest_divisor(VM *vm, Value x, Value y) {
    enum { FEW = 48 };
    if (are_ints(x, y) && int_get(x) && int_get(y)) {
        mp_limb_t u = (mp_limb_t)labs(int_get(x)), v = (mp_limb_t)labs(int_get(y));
        return int_from_unsigned(vm, mpn_gcd_1(&u, 1, v));
    }
    IntView a, b;
    int_view(x, &a);
    int_view(y, &b);
    if (a.count == 0 || b.count == 0) return absolute(vm, a.count == 0 ? y : x);
    if (b.count == 1)
        return int_from_unsigned(vm, mpn_gcd_1((const mp_limb_t *)a.limbs, a.count, b.limbs[0]));
    if (a.count == 1)
        return int_from_unsigned(vm, mpn_gcd_1((const mp_limb_t *)b.limbs, b.count, a.limbs[0]));
    mp_limb_t few[FEW];
    size_t limbs = (size_t)(a.count + b.count + (a.count < b.count ? a.count : b.count));
    if (limbs <= FEW) return divisor_of_limbs(vm, &a, &b, few);
    mp_limb_t *room = memory_alloc(vm, limbs * sizeof *room);
    if (!room) return ABSENT;
    Value divisor = divisor_of_limbs(vm, &a, &b, room);
    memory_free(vm, room, limbs * sizeof *room);
    return divisor;
}

static Value least_multiple(VM *vm, Value x, Value y) {
    if (int_sign(x) == 0 || int_sign(y) == 0) return int_small(0);
    Value divisor = greatest_divisor(vm, x, y);
    if (is_absent(divisor)) return ABSENT;
    Value part = int_binary(vm, BINARY_FLOOR_DIVIDE, x, divisor);
    value_drop(vm, divisor);
    Value product = is_absent(part) ? ABSENT : int_binary(vm, BINARY_MULTIPLY, part, y);
    value_xdrop(vm, part);
    Value result = is_absent(product) ? ABSENT : absolute(vm, product);
    value_xdrop(vm, product);
    return result;
}

NATIVE(math_gcd) { return fold_ints(vm, args, nargs, 0, greatest_divisor); }

NATIVE(math_lcm) { return fold_ints(vm, args, nargs, 1, least_multiple); }

NATIVE(math_isqrt) {
    Value n = object_index(vm, args[0]);
    if (is_absent(n)) return ABSENT;
    IntView view;
    int_view(n, &view);
    Value result;
    if (view.negative) {
        result = raise_value(vm, "isqrt() argument must be nonnegative");
    } else if (view.count == 0) {
        result = int_small(0);
    } else {
        int64_t room = (view.count + 1) / 2;
        mp_limb_t *root = memory_alloc(vm, (size_t)room * sizeof *root);
        if (root) mpn_sqrtrem(root, NULL, (const mp_limb_t *)view.limbs, view.count);
        result = root ? int_from_limbs(vm, (const uint64_t *)root, room, false) : ABSENT;
        memory_free(vm, root, (size_t)room * sizeof *root);
    }
    value_drop(vm, n);
    return result;
}

/* low * (low + 1) * ... * high, of positive numbers, halving the range so that the factors stay of like size. */
static Value product_of_range(VM *vm, int64_t low, int64_t high) {
    if (low > high) return int_small(1);
    int bits = 64 - __builtin_clzll((uint64_t)high);
    if (high - low < 62 / bits) { /* it fits 62 bits */
        int64_t product = low;
        for (int64_t i = low + 1; i <= high; i++)
            product *= i;
        return int_from(vm, product);
    }
    if (!vm_may_go_on(vm)) return ABSENT;
    int64_t middle = low + (high - low) / 2;
    Value left = product_of_range(vm, low, middle);
    Value right = is_absent(left) ? ABSENT : product_of_range(vm, middle + 1, high);
    Value product = is_absent(right) ? ABSENT : int_multiply(vm, left, right);
    value_xdrop(vm, left);
    value_xdrop(vm, right);
    return product;
}

static const int64_t FACTORIAL_MAX = INT64_C(1) << 28; /* a result beyond it has over 6 Gbit */

NATIVE(math_factorial) {
    Value n = object_index(vm, args[0]);
    if (is_absent(n)) return ABSENT;
    int64_t i;
    bool fits = int_to_int64(n, &i);
    int sign = int_sign(n);
    value_drop(vm, n);
    if (sign < 0) return raise_value(vm, "factorial() not defined for negative values");
    if (!fits) return raise_overflow(vm, "factorial() argument should not exceed %lld", (long long)INT64_MAX);
    return i > FACTORIAL_MAX ? raise_memory(vm) : product_of_range(vm, 2, i);
}

/* The ints n and k, neither of them negative; owned. */
static bool two_counts(VM *vm, Value *args, Value *n, Value *k) {
    *n = object_index(vm, args[0]);
    *k = is_absent(*n) ? ABSENT : object_index(vm, args[1]);
    if (!is_absent(*k) && int_sign(*n) >= 0 && int_sign(*k) >= 0) return true;
    if (!is_absent(*k)) raise_value(vm, "%s must be a non-negative integer", int_sign(*n) < 0 ? "n" : "k");
    value_xdrop(vm, *n), value_xdrop(vm, *k);
    return false;
}

/* (n - first) * (n - first - 1) * ..., down to but without n - last, where n is at least `last`. */
static Value falling_product(VM *vm, Value n, int64_t first, int64_t last) {
    if (first == last) return int_small(1);
    if (is_int(n)) return product_of_range(vm, int_get(n) - last + 1, int_get(n) - first);
    if (last - first == 1) return int_binary(vm, BINARY_SUBTRACT, n, int_small(first));
    if (!vm_may_go_on(vm)) return ABSENT;
    int64_t middle = first + (last - first) / 2;
    Value left = falling_product(vm, n, first, middle);
    Value right = is_absent(left) ? ABSENT : falling_product(vm, n, middle, last);
    Value product = is_absent(right) ? ABSENT : int_binary(vm, BINARY_MULTIPLY, left, right);
    value_xdrop(vm, left), value_xdrop(vm, right);
    return product;
}

/* The product of the k factors below n, with both ints at hand; `what` is the number that may be too large. */
static Value falling_factors(VM *vm, Value n, Value k, const char *what, int64_t *count) {
    if (!int_to_int64(k, count))
        return raise_overflow(vm, "%s must not exceed %lld", what, (long long)INT64_MAX);
    return *count > FACTORIAL_MAX ? raise_memory(vm) : falling_product(vm, n, 0, *count);
}

static Value math_perm(VM *vm, Value *args, int nargs, Value names) {
    Value n, k;
    int64_t count;
    if (!value_is_given(args[1])) return math_factorial(vm, args, nargs, names);
    if (!two_counts(vm, args, &n, &k)) return ABSENT;
    Value result = int_order(k, n) > 0 ? int_small(0) : falling_factors(vm, n, k, "k", &count);
    value_drop(vm, n), value_drop(vm, k);
    return result;
}

/* n! without its factors of two, modulo 2^64. */
static const uint64_t odd_factorials[] = {
    0x0000000000000001u, 0x0000000000000001u, 0x0000000000000001u, 0x0000000000000003u, 0x0000000000000003u,
    0x000000000000000fu, 0x000000000000002du, 0x000000000000013bu, 0x000000000000013bu, 0x0000000000000b13u,
    0x000000000000375fu, 0x0000000000026115u, 0x000000000007233fu, 0x00000000005cca33u, 0x0000000002898765u,
    0x00000000260eeeebu, 0x00000000260eeeebu, 0x0000000286fddd9bu, 0x00000016beecca73u, 0x000001b02b930689u,
    0x00000870d9df20adu, 0x0000b141df4dae31u, 0x00079dd498567c1bu, 0x00af2e19afc5266du, 0x020d8a4d0f4f7347u,
    0x335281867ec241efu, 0x9b3093d46fdd5923u, 0x5e1f9767cc5866b1u, 0x92dd23d6966aced7u, 0xa30d0f4f0a196e5bu,
    0x8dc3e5a1977d7755u, 0x2ab8ce915831734bu, 0x2ab8ce915831734bu, 0x81d2a0bc5e5fdcabu, 0x9efcac82445da75bu,
    0xbc8b95cf58cde171u, 0xa0e8444a1f3cecf9u, 0x4191deb683ce3ffdu, 0xddd3878bc84ebfc7u, 0xcb39a64b83ff3751u,
    0xf8203f7993fc1495u, 0xbd2a2a78b35f4bddu, 0x84757be6b6d13921u, 0x3fbbcfc0b524988bu, 0xbd11ed47c8928df9u,
    0x3c26b59e41c2f4c5u, 0x677a5137e883fdb3u, 0xff74e943b03b93ddu, 0xfe5ebbcb10b2bb97u, 0xb021f1de3235e7e7u,
    0x33509eb2e743a58fu, 0x390f9da41279fb7du, 0xe5cb0154f031c559u, 0x93074695ba4ddb6du, 0x81c471caa636247fu,
    0xe1347289b5a1d749u, 0x286f21c3f76ce2ffu, 0x00be84a2173e8ac7u, 0x1595065ca215b88bu, 0xf95877595b018809u,
    0x9c2efe3c5516f887u, 0x373294604679382bu, 0xaf1ff7a888adcd35u, 0x18ddf279a2c5800bu, 0x18ddf279a2c5800bu,
    0x505a90e2542582cbu, 0x5bacad2cd8d5dc2bu, 0xfe3152bcbff89f41u};

enum { COMB_SHORT = sizeof odd_factorials / sizeof *odd_factorials }; /* below it all fits 64 bits */

/* n over k by division modulo 2^64, for which a divisor must be odd: its inverse comes by Newton's method. The factors
 * of two are as many as there are carries in k + (n - k) (Kummer, 1852), and those show in the sum's digits. */
static uint64_t comb_short(int64_t n, int64_t k) {
    uint64_t below = odd_factorials[k] * odd_factorials[n - k];
    uint64_t inverse = (3 * below) ^ 2; /* 5 bits right; each step doubles them */
    for (int i = 0; i < 4; i++)
        inverse *= 2 - below * inverse;
    return odd_factorials[n] * inverse << __builtin_popcountll((uint64_t)(n ^ k ^ (n - k)));
}

/* n over k, where k is at most n. */
static Value comb(VM *vm, Value n, Value k) {
    int64_t count;
    Value rest = int_binary(vm, BINARY_SUBTRACT, n, k);
    if (is_absent(rest)) return ABSENT;
    Value fewer = int_order(k, rest) > 0 ? rest : k;
    Value above = falling_factors(vm, n, fewer, "min(n - k, k)", &count);
    Value below = is_absent(above) ? ABSENT : product_of_range(vm, 2, count);
    Value result = is_absent(below) ? ABSENT : int_binary(vm, BINARY_FLOOR_DIVIDE, above, below);
    value_drop(vm, rest), value_xdrop(vm, above), value_xdrop(vm, below);
    return result;
}

NATIVE(math_comb) {
    Value n = args[0], k = args[1];
    if (are_ints(n, k) && (uint64_t)int_get(n) < COMB_SHORT && (uint64_t)int_get(k) <= (uint64_t)int_get(n))
        return int_from_unsigned(vm, comb_short(int_get(n), int_get(k)));
    if (!two_counts(vm, args, &n, &k)) return ABSENT;
    Value result = int_order(k, n) > 0 ? int_small(0) : comb(vm, n, k);
    value_drop(vm, n), value_drop(vm, k);
    return result;
}

/* --- the module --- */

static const NativeDef functions[] = {
    {"acos", math_acos, "x, /", "Return the arc cosine (measured in radians) of x."},
    {"acosh", math_acosh, "x, /", "Return the inverse hyperbolic cosine of x."},
    {"asin", math_asin, "x, /", "Return the arc sine (measured in radians) of x."},
    {"asinh", math_asinh, "x, /", "Return the inverse hyperbolic sine of x."},
    {"atan", math_atan, "x, /", "Return the arc tangent (measured in radians) of x."},
    {"atan2", math_atan2, "y, x, /", "Return the arc tangent of y/x in the quadrant that the signs tell."},
    {"atanh", math_atanh, "x, /", "Return the inverse hyperbolic tangent of x."},
    {"cbrt", math_cbrt, "x, /", "Return the cube root of x."},
    {"ceil", math_ceil, "x, /", "Return the least integer >= x."},
    {"comb", math_comb, "n, k, /",
     "Number of ways to choose k items from n items without repetition and order."},
    {"copysign", math_copysign, "x, y, /", "Return a float with the magnitude of x and the sign of y."},
    {"cos", math_cos, "x, /", "Return the cosine of x (measured in radians)."},
    {"cosh", math_cosh, "x, /", "Return the hyperbolic cosine of x."},
    {"degrees", math_degrees, "x, /", "Convert angle x from radians to degrees."},
    {"dist", math_dist, "p, q, /", "Return the Euclidean distance between two points."},
    {"erf", math_erf, "x, /", "Error function at x."},
    {"erfc", math_erfc, "x, /", "Complementary error function at x."},
    {"exp", math_exp, "x, /", "Return e raised to the power of x."},
    {"exp2", math_exp2, "x, /", "Return 2 raised to the power of x."},
    {"expm1", math_expm1, "x, /", "Return exp(x)-1, exact for small x."},
    {"fabs", math_fabs, "x, /", "Return the absolute value of the float x."},
    {"factorial", math_factorial, "n, /", "Find n!."},
    {"floor", math_floor, "x, /", "Return the greatest integer <= x."},
    {"fma", math_fma, "x, y, z, /", "x * y + z with one rounding."},
    {"fmod", math_fmod, "x, y, /", "Return fmod(x, y), as C computes it: the sign is that of x."},
    {"frexp", math_frexp, "x, /", "Return (m, e) such that x == m * 2**e and 0.5 <= abs(m) < 1."},
    {"fsum", math_fsum, "seq, /", "Return an exactly rounded sum of the values."},
    {"gamma", math_gamma, "x, /", "Gamma function at x."},
    {"gcd", math_gcd, "*integers", "Greatest Common Divisor."},
    {"hypot", math_hypot, "*coordinates", "Multidimensional Euclidean distance from the origin."},
    {"isclose", math_isclose, "a, b, *, rel_tol=1e-09, abs_tol=0.0",
     "Whether two floats are close in value."},
    {"isfinite", math_isfinite, "x, /", "Return True if x is neither an infinity nor a NaN."},
    {"isinf", math_isinf, "x, /", "Return True if x is a positive or negative infinity."},
    {"isnan", math_isnan, "x, /", "Return True if x is a NaN."},
    {"isqrt", math_isqrt, "n, /", "Return the integer part of the square root of the input."},
    {"lcm", math_lcm, "*integers", "Least Common Multiple."},
    {"ldexp", math_ldexp, "x, i, /", "Return x * (2**i)."},
    {"lgamma", math_lgamma, "x, /", "Natural logarithm of absolute value of Gamma function at x."},
    {"log", math_log, "x, base=None, /", "Return the logarithm of x to the given base (default e)."},
    {"log10", math_log10, "x, /", "Return the base 10 logarithm of x."},
    {"log1p", math_log1p, "x, /", "Return the natural logarithm of 1+x, exact for small x."},
    {"log2", math_log2, "x, /", "Return the base 2 logarithm of x."},
    {"modf", math_modf, "x, /", "Return the fractional and integer parts of x."},
    {"nextafter", math_nextafter, "x, y, /, *, steps=None",
     "The floating-point value the given steps after x, towards y."},
    {"perm", math_perm, "n, k=None, /", "Number of ways to choose k items from n items in order."},
    {"pow", math_pow, "x, y, /", "Return x**y (x to the power of y)."},
    {"prod", math_prod, "iterable, /, *, start=1", "The product of all the elements of the iterable."},
    {"radians", math_radians, "x, /", "Convert angle x from degrees to radians."},
    {"remainder", math_remainder, "x, y, /", "Difference between x and the closest integer multiple of y."},
    {"sin", math_sin, "x, /", "Return the sine of x (measured in radians)."},
    {"sinh", math_sinh, "x, /", "Return the hyperbolic sine of x."},
    {"sqrt", math_sqrt, "x, /", "Return the square root of x."},
    {"sumprod", math_sumprod, "p, q, /", "Return the sum of products of values from two iterables."},
    {"tan", math_tan, "x, /", "Return the tangent of x (measured in radians)."},
    {"tanh", math_tanh, "x, /", "Return the hyperbolic tangent of x."},
    {"trunc", math_trunc, "x, /", "Truncates the Real x to the nearest Integral toward 0."},
    {"ulp", math_ulp, "x, /", "Return the value of the least significant bit of the float x."},
    {0},
};

static bool add_constants(VM *vm, Value dict) {
    return module_add(vm, dict, "pi", float_from(vm, M_PI)) &&
           module_add(vm, dict, "e", float_from(vm, M_E)) &&
           module_add(vm, dict, "tau", float_from(vm, 2 * M_PI)) &&
           module_add(vm, dict, "inf", float_from(vm, INFINITY)) &&
           module_add(vm, dict, "nan", float_from(vm, NAN));
}

Value module_math_new(VM *vm) {
    return module_make(
        vm, &(ModuleDef){.name = "math",
                         .doc = "The mathematical functions of the C standard, and some for integers.",
                         .functions = functions,
                         .fill = add_constants});
}
