#ifndef MPY_RUNTIME_MODULES_GAMMA_H
#define MPY_RUNTIME_MODULES_GAMMA_H

/* The gamma function and its logarithm, by Lanczos' approximation with g = 6.0246... and 13 terms (Lanczos 1964; the
 * coefficients are those that Boost and CPython use, so that results agree to the last digit). */

#include "runtime/state.h"

NEW RAISES Value gamma_function(VM *vm, double x);
NEW RAISES Value log_gamma_function(VM *vm, double x);

#endif
