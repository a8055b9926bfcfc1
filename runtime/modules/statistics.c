/* The module _statistics: the normal distribution's quantiles for lib/statistics.py. */
#include <math.h>

#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/numbers/float.h"
#include "runtime/protocol.h"

enum { TERMS = 8 };

/* A scaled quotient of polynomials of the seventh degree, highest coefficient first. */
static double quotient(const double *over, const double *under, double r, double scale) {
    double num = over[0], den = under[0];
    for (int i = 1; i < TERMS; i++)
        num = num * r + over[i], den = den * r + under[i];
    return num * scale / den;
}

/* M. J. Wichura, algorithm AS 241 (PPND16), Applied Statistics 37 (1988): about 16 figures. */
static double inverse(double p, double mu, double sigma) {
    static const double middle[2][TERMS] = {
        {2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
         13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608},
        {5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
         5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0}};
    static const double side[2][TERMS] = {
        {7.7454501427834140764e-4, .0227238449892691845833, .24178072517745061177, 1.27045825245236838258,
         3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734},
        {1.05075007164441684324e-9, 5.475938084995344946e-4, .0151986665636164571966, .14810397642748007459,
         .68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0}};
    static const double tail[2][TERMS] = {
        {2.01033439929228813265e-7, 2.71155556874348757815e-5, .0012426609473880784386,
         .026532189526576123093, .29656057182850489123, 1.7848265399172913358, 5.4637849111641143699,
         6.6579046435011037772},
        {2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5,
         7.868691311456132591e-4, .0148753612908506148525, .13692988092273580531, .59983220655588793769,
         1.0}};
    double q = p - 0.5;
    if (fabs(q) <= 0.425) return mu + quotient(middle[0], middle[1], 0.180625 - q * q, q) * sigma;
    double r = sqrt(-log(q <= 0.0 ? p : 1.0 - p));
    double x = r <= 5.0 ? quotient(side[0], side[1], r - 1.6, 1) : quotient(tail[0], tail[1], r - 5.0, 1);
    return mu + (q < 0.0 ? -x : x) * sigma;
}

NATIVE(function_inv_cdf) {
    double p, mu, sigma;
    if (!object_to_double(vm, args[0], &p) || !object_to_double(vm, args[1], &mu) ||
        !object_to_double(vm, args[2], &sigma)) {
        return ABSENT;
    }
    double x = p > 0.0 && p < 1.0 && sigma > 0.0 ? inverse(p, mu, sigma) : mu;
    return float_from(vm, x);
}

static const NativeDef functions[] = {
    {"_normal_dist_inv_cdf", function_inv_cdf, "p, mu, sigma, /",
     "The value that a normally distributed variable does not exceed with probability p."},
    {0},
};

Value module__statistics_new(VM *vm) {
    return module_make(vm, &(ModuleDef){.name = "_statistics",
                                        .doc = "Accelerators for the statistics module.",
                                        .functions = functions});
}
