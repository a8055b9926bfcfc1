/*
 * The module cmath: functions of complex numbers.
 *
 * C99's Annex G, which libm follows, has the special values that Python documents. What it calls invalid or a pole is a
 * ValueError here, an infinite result of finite parts an OverflowError; each function's row in the table of errors says
 * where it is invalid.
 *
 * Of finite numbers, roots, logarithms, tangents and the inverse functions are computed from real functions by the
 * formulas of W. Kahan ("Branch Cuts for Complex Elementary Functions, or Much Ado About Nothing's Sign Bit", 1987), as
 * CPython's are: the two agree to the last bit.
 */
#include <complex.h>
#include <float.h>
#include <math.h>

#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/numbers/complex.h"
#include "runtime/numbers/float.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

#ifndef CMPLX /* the C library shows it to gcc only */
#define CMPLX(real, imaginary) __builtin_complex((double)(real), (double)(imaginary))
#endif

typedef double complex Number;

static Value domain_error(VM *vm) { return raise_value(vm, "math domain error"); }

static bool number(VM *vm, Value v, Number *z) {
    ComplexNumber c = {0, 0};
    if (is_complex(v)) {
        c = complex_number(v);
    } else if (is_float(v)) {
        c.real = float_get(v);
    } else {
        Value name = string_intern_fixed(vm, "__complex__");
        if (is_absent(name)) return false;
        Value method = object_special(vm, v, name);
        value_drop(vm, name);
        if (error_raised(vm)) return false;
        if (!is_absent(method)) {
            Value made = call_1(vm, from_object(&complex_type), v);
            value_drop(vm, method);
            if (is_absent(made)) return false;
            c = complex_number(made);
            value_drop(vm, made);
        } else if (!object_to_double(vm, v, &c.real)) {
            return false;
        }
    }
    *z = CMPLX(c.real, c.imag);
    return true;
}

static bool is_finite(Number z) { return isfinite(creal(z)) && isfinite(cimag(z)); }
static bool is_infinite(Number z) { return isinf(creal(z)) || isinf(cimag(z)); }

static Value complex_value(VM *vm, Number z) { return complex_from(vm, creal(z), cimag(z)); }

/* --- functions of one number --- */

static bool nowhere(Number z) { return false; }
static bool at_zero(Number z) { return creal(z) == 0 && cimag(z) == 0; }
static bool at_one(Number z) { return fabs(creal(z)) == 1 && cimag(z) == 0; }
static bool at_i(Number z) { return creal(z) == 0 && fabs(cimag(z)) == 1; }
static bool at_infinite_height(Number z) { return isinf(cimag(z)) && !isnan(creal(z)); }
static bool at_infinite_width(Number z) { return isinf(creal(z)) && !isnan(cimag(z)); }
static bool at_exp_height(Number z) { return at_infinite_height(z) && creal(z) != -INFINITY; }
static bool at_finite_height(Number z) { return isinf(cimag(z)) && isfinite(creal(z)); }
static bool at_finite_width(Number z) { return isinf(creal(z)) && isfinite(cimag(z)); }

/* --- functions of finite numbers --- */

static const double HUGE_PART = DBL_MAX / 4; /* from there on a sum of parts, or one with 1, may overflow */

/* log |z / 2|, for huge ones. */
static double log_of_half(Number z) { return log(hypot(creal(z) / 2, cimag(z) / 2)); }
static bool is_huge(Number z) { return fabs(creal(z)) > HUGE_PART || fabs(cimag(z)) > HUGE_PART; }

static Number square_root(Number z) {
    double x = fabs(creal(z)), y = fabs(cimag(z)), root;
    if (!is_finite(z) || at_zero(z)) return csqrt(z);
    if (x < DBL_MIN && y < DBL_MIN) {
        const int shift = 53; /* parts become normal; that it is odd halves what is below the root */
        x = ldexp(x, shift);
        root = ldexp(sqrt(x + hypot(x, ldexp(y, shift))), -(shift + 1) / 2);
    } else {
        x /= 8;
        root = 2 * sqrt(x + hypot(x, y / 8));
    }
    double other = y / (2 * root);
    if (creal(z) >= 0) return CMPLX(root, copysign(other, cimag(z)));
    return CMPLX(other, copysign(root, cimag(z)));
}

static Number logarithm(Number z) {
    double x = fabs(creal(z)), y = fabs(cimag(z)), size;
    if (!is_finite(z) || at_zero(z)) return clog(z);
    double large = fmax(x, y), small = fmin(x, y), h = hypot(x, y);
    if (is_huge(z))
        size = log_of_half(z) + M_LN2;
    else if (large < DBL_MIN)
        size = log(hypot(ldexp(x, DBL_MANT_DIG), ldexp(y, DBL_MANT_DIG))) - DBL_MANT_DIG * M_LN2;
    else if (0.71 <= h && h <= 1.73) /* near the unit circle the logarithm of h would lose digits */
        size = log1p((large - 1) * (large + 1) + small * small) / 2;
    else
        size = log(h);
    return CMPLX(size, atan2(cimag(z), creal(z)));
}

static Number log10_of(Number z) {
    Number l = logarithm(z);
    return CMPLX(creal(l) / M_LN10, cimag(l) / M_LN10);
}

static Number arc_cosine(Number z) {
    if (!is_finite(z)) return cacos(z);
    if (is_huge(z)) {
        double size = log_of_half(z) + 2 * M_LN2;
        return CMPLX(atan2(fabs(cimag(z)), creal(z)), copysign(size, -cimag(z)));
    }
    Number below = square_root(CMPLX(1 - creal(z), -cimag(z)));
    Number above = square_root(CMPLX(1 + creal(z), cimag(z)));
    return CMPLX(2 * atan2(creal(below), creal(above)),
                 asinh(creal(above) * cimag(below) - cimag(above) * creal(below)));
}

static Number area_cosine(Number z) {
    if (!is_finite(z)) return cacosh(z);
    if (is_huge(z)) return CMPLX(log_of_half(z) + 2 * M_LN2, atan2(cimag(z), creal(z)));
    Number below = square_root(CMPLX(creal(z) - 1, cimag(z)));
    Number above = square_root(CMPLX(creal(z) + 1, cimag(z)));
    return CMPLX(asinh(creal(below) * creal(above) + cimag(below) * cimag(above)),
                 2 * atan2(cimag(below), creal(above)));
}

static Number area_sine(Number z) {
    if (!is_finite(z)) return casinh(z);
    if (is_huge(z)) {
        double size = log_of_half(z) + 2 * M_LN2;
        return CMPLX(copysign(size, creal(z)), atan2(cimag(z), fabs(creal(z))));
    }
    Number left = square_root(CMPLX(1 + cimag(z), -creal(z)));
    Number right = square_root(CMPLX(1 - cimag(z), creal(z)));
    return CMPLX(asinh(creal(left) * cimag(right) - creal(right) * cimag(left)),
                 atan2(cimag(z), creal(left) * creal(right) - cimag(left) * cimag(right)));
}

static Number area_tangent(Number z) {
    double x = creal(z), y = fabs(cimag(z)), real;
    const double wide = sqrt(HUGE_PART), flat = sqrt(DBL_MIN);
    if (!is_finite(z)) return catanh(z);
    if (signbit(x)) return -area_tangent(-z);
    if (x > wide || y > wide) {
        double h = hypot(x / 2, y / 2);
        return CMPLX(x / 4 / h / h, copysign(M_PI_2, cimag(z)));
    }
    if (x == 1 && y <= flat) {
        if (y == 0) return CMPLX(INFINITY, cimag(z));
        return CMPLX(-log(sqrt(y) / sqrt(hypot(y, 2))), copysign(atan2(2, -y) / 2, cimag(z)));
    }
    real = log1p(4 * x / ((1 - x) * (1 - x) + y * y)) / 4;
    return CMPLX(real, -atan2(-2 * cimag(z), (1 - x) * (1 + x) - y * y) / 2);
}

/* Of e to more than this power there is more than HUGE_PART: a part of the result comes from e to one power less. */
static bool is_far(double x) { return fabs(x) > log(HUGE_PART); }

static Number exponential(Number z) {
    if (!is_finite(z) || creal(z) < 0 || !is_far(creal(z))) return cexp(z);
    double size = exp(creal(z) - 1);
    return CMPLX(size * cos(cimag(z)) * M_E, size * sin(cimag(z)) * M_E);
}

static Number hyperbolic_cosine(Number z) {
    if (!is_finite(z) || !is_far(creal(z))) return ccosh(z);
    double nearer = creal(z) - copysign(1, creal(z));
    return CMPLX(cos(cimag(z)) * cosh(nearer) * M_E, sin(cimag(z)) * sinh(nearer) * M_E);
}

static Number hyperbolic_sine(Number z) {
    if (!is_finite(z) || !is_far(creal(z))) return csinh(z);
    double nearer = creal(z) - copysign(1, creal(z));
    return CMPLX(cos(cimag(z)) * sinh(nearer) * M_E, sin(cimag(z)) * cosh(nearer) * M_E);
}

static Number hyperbolic_tangent(Number z) {
    double x = creal(z), y = cimag(z);
    if (!is_finite(z)) return ctanh(z);
    if (is_far(x)) return CMPLX(copysign(1, x), 4 * sin(y) * cos(y) * exp(-2 * fabs(x)));
    double tx = tanh(x), ty = tan(y), narrow = 1 / cosh(x), both = tx * ty, divisor = 1 + both * both;
    return CMPLX(tx * (1 + ty * ty) / divisor, ty / divisor * narrow * narrow);
}

/* -i f(iz): the circular function of a hyperbolic one. */
static Number turned(Number (*f)(Number), Number z) {
    Number w = f(CMPLX(-cimag(z), creal(z)));
    return CMPLX(cimag(w), -creal(w));
}
static Number arc_sine(Number z) { return turned(area_sine, z); }
static Number arc_tangent(Number z) { return turned(area_tangent, z); }
static Number tangent(Number z) { return turned(hyperbolic_tangent, z); }
static Number sine(Number z) { return turned(hyperbolic_sine, z); }
static Number cosine(Number z) { return hyperbolic_cosine(CMPLX(-cimag(z), creal(z))); }

static Value call_function(VM *vm, Value arg, Number (*f)(Number), bool (*invalid)(Number)) {
    Number z;
    if (!number(vm, arg, &z)) return ABSENT;
    if (invalid(z)) return domain_error(vm);
    Number w = f(z);
    if (is_finite(z) && !is_finite(w)) return raise_overflow(vm, "math range error");
    return complex_value(vm, w);
}

#define FUNCTION(name, f, invalid) \
    NATIVE(cmath_##name) { return call_function(vm, args[0], f, invalid); }

FUNCTION(acos, arc_cosine, nowhere)
FUNCTION(acosh, area_cosine, nowhere)
FUNCTION(asin, arc_sine, nowhere)
FUNCTION(asinh, area_sine, nowhere)
FUNCTION(atan, arc_tangent, at_i)
FUNCTION(atanh, area_tangent, at_one)
FUNCTION(cos, cosine, at_infinite_width)
FUNCTION(cosh, hyperbolic_cosine, at_infinite_height)
FUNCTION(exp, exponential, at_exp_height)
FUNCTION(log10, log10_of, at_zero)
FUNCTION(sin, sine, at_infinite_width)
FUNCTION(sinh, hyperbolic_sine, at_infinite_height)
FUNCTION(sqrt, square_root, nowhere)
FUNCTION(tan, tangent, at_finite_width)
FUNCTION(tanh, hyperbolic_tangent, at_finite_height)

NATIVE(cmath_log) {
    Number z, base;
    if (!number(vm, args[0], &z)) return ABSENT;
    bool based = !is_absent(args[1]);
    if (based && !number(vm, args[1], &base)) return ABSENT;
    if (at_zero(based ? base : z)) return domain_error(vm);
    if (!based) return complex_value(vm, logarithm(z));
    Value quotient = ABSENT, above = complex_value(vm, logarithm(z)),
          below = complex_value(vm, logarithm(base));
    if (!is_absent(above) && !is_absent(below))
        quotient = object_binary(vm, BINARY_TRUE_DIVIDE, above, below);
    value_xdrop(vm, above), value_xdrop(vm, below);
    if (!is_absent(quotient) || !error_is(vm, &exc_ZeroDivisionError)) return quotient;
    error_clear(vm);
    return domain_error(vm);
}

/* --- polar coordinates --- */

NATIVE(cmath_phase) {
    Number z;
    return number(vm, args[0], &z) ? float_from(vm, carg(z)) : ABSENT;
}

NATIVE(cmath_polar) {
    Number z;
    if (!number(vm, args[0], &z)) return ABSENT;
    double r = cabs(z);
    if (isinf(r) && is_finite(z)) return raise_overflow(vm, "math range error");
    return tuple_from_made(vm, (Value[]){float_from(vm, r), float_from(vm, carg(z))}, 2);
}

/* An infinite radius has a direction unless the angle has none. */
static Number rect_special(double r, double phi) {
    if (isinf(r) && isfinite(phi) && phi != 0)
        return CMPLX(copysign(INFINITY, r * cos(phi)), copysign(INFINITY, r * sin(phi)));
    if (isinf(r) && phi == 0) return CMPLX(r, copysign(1, r) * phi);
    if (isinf(r)) return CMPLX(INFINITY, NAN);
    if (r == 0) return CMPLX(0, 0);
    if (isnan(r) && phi == 0) return CMPLX(NAN, 0);
    return CMPLX(NAN, NAN);
}

NATIVE(cmath_rect) {
    double r, phi;
    if (!object_to_double(vm, args[0], &r) || !object_to_double(vm, args[1], &phi)) return ABSENT;
    if (isinf(phi) && r != 0 && !isnan(r)) return domain_error(vm);
    if (!isfinite(r) || !isfinite(phi)) return complex_value(vm, rect_special(r, phi));
    if (phi == 0) return complex_from(vm, r, r * phi);
    return complex_from(vm, r * cos(phi), r * sin(phi));
}

/* --- predicates --- */

#define PREDICATE(name, condition) \
    NATIVE(cmath_##name) { \
        Number z; \
        return number(vm, args[0], &z) ? bool_from(condition) : ABSENT; \
    }
PREDICATE(isfinite, is_finite(z))
PREDICATE(isinf, is_infinite(z))
PREDICATE(isnan, isnan(creal(z)) || isnan(cimag(z)))

NATIVE(cmath_isclose) {
    Number a, b;
    double relative = 1e-9, absolute = 0.0;
    if (!number(vm, args[0], &a) || !number(vm, args[1], &b)) return ABSENT;
    if (!is_absent(args[2]) && !object_to_double(vm, args[2], &relative)) return ABSENT;
    if (!is_absent(args[3]) && !object_to_double(vm, args[3], &absolute)) return ABSENT;
    if (relative < 0 || absolute < 0) return raise_value(vm, "tolerances must be non-negative");
    if (creal(a) == creal(b) && cimag(a) == cimag(b)) return TRUE_VALUE;
    if (is_infinite(a) || is_infinite(b)) return FALSE_VALUE;
    double difference = cabs(a - b);
    return bool_from(difference <= relative * cabs(b) || difference <= relative * cabs(a) ||
                     difference <= absolute);
}

static const NativeDef functions[] = {
    {"acos", cmath_acos, "z, /", "Return the arc cosine of z."},
    {"acosh", cmath_acosh, "z, /", "Return the inverse hyperbolic cosine of z."},
    {"asin", cmath_asin, "z, /", "Return the arc sine of z."},
    {"asinh", cmath_asinh, "z, /", "Return the inverse hyperbolic sine of z."},
    {"atan", cmath_atan, "z, /", "Return the arc tangent of z."},
    {"atanh", cmath_atanh, "z, /", "Return the inverse hyperbolic tangent of z."},
    {"cos", cmath_cos, "z, /", "Return the cosine of z."},
    {"cosh", cmath_cosh, "z, /", "Return the hyperbolic cosine of z."},
    {"exp", cmath_exp, "z, /", "Return the exponential value e**z."},
    {"isclose", cmath_isclose, "a, b, *, rel_tol=1e-09, abs_tol=0.0",
     "Whether two complex numbers are close in value."},
    {"isfinite", cmath_isfinite, "z, /", "Whether both parts of z are finite."},
    {"isinf", cmath_isinf, "z, /", "Whether a part of z is infinite."},
    {"isnan", cmath_isnan, "z, /", "Whether a part of z is not a number."},
    {"log", cmath_log, "z, base=<unrepresentable>, /",
     "Return the logarithm of z to the given base (default e)."},
    {"log10", cmath_log10, "z, /", "Return the base-10 logarithm of z."},
    {"phase", cmath_phase, "z, /", "Return the phase angle of a complex number."},
    {"polar", cmath_polar, "z, /",
     "Convert from rectangular to polar coordinates: distance from 0, and angle."},
    {"rect", cmath_rect, "r, phi, /", "Convert from polar coordinates to rectangular coordinates."},
    {"sin", cmath_sin, "z, /", "Return the sine of z."},
    {"sinh", cmath_sinh, "z, /", "Return the hyperbolic sine of z."},
    {"sqrt", cmath_sqrt, "z, /", "Return the square root of z."},
    {"tan", cmath_tan, "z, /", "Return the tangent of z."},
    {"tanh", cmath_tanh, "z, /", "Return the hyperbolic tangent of z."},
    {0},
};

static bool add_constants(VM *vm, Value dict) {
    return module_add(vm, dict, "pi", float_from(vm, M_PI)) &&
           module_add(vm, dict, "e", float_from(vm, M_E)) &&
           module_add(vm, dict, "tau", float_from(vm, 2 * M_PI)) &&
           module_add(vm, dict, "inf", float_from(vm, INFINITY)) &&
           module_add(vm, dict, "nan", float_from(vm, NAN)) &&
           module_add(vm, dict, "infj", complex_from(vm, 0, INFINITY)) &&
           module_add(vm, dict, "nanj", complex_from(vm, 0, NAN));
}

Value module_cmath_new(VM *vm) {
    return module_make(vm, &(ModuleDef){.name = "cmath",
                                        .doc = "The mathematical functions for complex numbers.",
                                        .functions = functions,
                                        .fill = add_constants});
}
