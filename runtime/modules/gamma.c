#include "runtime/modules/gamma.h"

#include <math.h>

#include "runtime/errors/error.h"
#include "runtime/numbers/float.h"

enum { TERMS = 13, EXACT_FACTORIALS = 23 };

static const double lanczos_g = 6.024680040776729583740234375;
static const double lanczos_g_minus_half = 5.524680040776729583740234375;

static const double numerator[TERMS] = {
    23531376880.410759688572007674451636754734846804940, 42919803642.649098768957899047001988850926355848959,
    35711959237.355668049440185451547166705960488635843, 17921034426.037209699919755754458931112671403265390,
    6039542586.3520280050642916443072979210699388420708, 1439720407.3117216736632230727949123939715485786372,
    248874557.86205415651146038641322942321632125127801, 31426415.585400194380614231628318205362874684987640,
    2876370.6289353724412254090516208496135991145378768, 186056.26539522349504029498971604569928220784236328,
    8071.6720023658162106380029022722506138218516325024, 210.82427775157934587250973392071336271166969580291,
    2.5066282746310002701649081771338373386264310793408};

/* x (x+1) ... (x+11), multiplied out. */
static const double denominator[TERMS] = {0.0,        39916800.0, 120543840.0, 150917976.0, 105258076.0,
                                          45995730.0, 13339535.0, 2637558.0,   357423.0,    32670.0,
                                          1925.0,     66.0,       1.0};

static double lanczos_sum(double x) {
    double above = 0, below = 0;
    if (x < 5.0) {
        for (int i = TERMS; --i >= 0;) {
            above = above * x + numerator[i];
            below = below * x + denominator[i];
        }
    } else { /* in powers of 1/x, so that large x does not overflow */
        for (int i = 0; i < TERMS; i++) {
            above = above / x + numerator[i];
            below = below / x + denominator[i];
        }
    }
    return above / below;
}

/* sin(pi x), by reducing x to a quarter of the period first. */
static double sin_pi(double x) {
    double y = fmod(fabs(x), 2.0), r;
    switch ((int)round(2.0 * y)) {
    case 0: r = sin(M_PI * y); break;
    case 1: r = cos(M_PI * (y - 0.5)); break;
    case 2: r = sin(M_PI * (1.0 - y)); break;
    case 3: r = -cos(M_PI * (y - 1.5)); break;
    default: r = sin(M_PI * (y - 2.0));
    }
    return copysign(1.0, x) * r;
}

static double small_factorial(int n) {
    double product = 1;
    for (int i = 2; i <= n; i++)
        product *= i;
    return product;
}

/* Gamma of a finite x that is no pole, |x| >= 1e-20 and at most 200. */
static double lanczos_gamma(double x) {
    double a = fabs(x), y = a + lanczos_g_minus_half, z, r;
    if (a > lanczos_g_minus_half) { /* the rounding error of y, corrected for below */
        z = y - a - lanczos_g_minus_half;
    } else {
        z = y - lanczos_g_minus_half - a;
    }
    z = z * lanczos_g / y;
    if (x < 0) {
        r = -M_PI / sin_pi(a) / a * exp(y) / lanczos_sum(a);
        r -= z * r;
        return a < 140.0 ? r / pow(y, a - 0.5) : r / pow(y, a / 2 - 0.25) / pow(y, a / 2 - 0.25);
    }
    r = lanczos_sum(a) / exp(y);
    r += z * r;
    return a < 140.0 ? r * pow(y, a - 0.5) : r * pow(y, a / 2 - 0.25) * pow(y, a / 2 - 0.25);
}

Value gamma_function(VM *vm, double x) {
    if (isnan(x) || x == INFINITY) return float_from(vm, x);
    if (x == -INFINITY || x == 0 || (x < 0 && x == floor(x))) return raise_value(vm, "math domain error");
    double result;
    if (x == floor(x) && x <= EXACT_FACTORIALS) {
        result = small_factorial((int)x - 1);
    } else if (fabs(x) < 1e-20) {
        result = 1.0 / x;
    } else if (fabs(x) > 200.0) {
        result = x < 0 ? 0.0 / sin_pi(x) : INFINITY;
    } else {
        result = lanczos_gamma(x);
    }
    return isinf(result) ? raise_overflow(vm, "math range error") : float_from(vm, result);
}

Value log_gamma_function(VM *vm, double x) {
    if (!isfinite(x)) return float_from(vm, isnan(x) ? x : INFINITY);
    if (x <= 0 && x == floor(x)) return raise_value(vm, "math domain error");
    if (x == 1 || x == 2) return float_from(vm, 0.0);
    double a = fabs(x), result;
    if (a < 1e-20) {
        result = -log(a);
    } else {
        result = log(lanczos_sum(a)) - lanczos_g + (a - 0.5) * (log(a + lanczos_g - 0.5) - 1);
        if (x < 0) result = log(M_PI) - log(fabs(sin_pi(a))) - log(a) - result;
    }
    return isinf(result) ? raise_overflow(vm, "math range error") : float_from(vm, result);
}
