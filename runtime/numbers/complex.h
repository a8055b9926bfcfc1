#ifndef MPY_RUNTIME_COMPLEX_H
#define MPY_RUNTIME_COMPLEX_H

/* complex: a pair of doubles, always a heap object. */

#include "runtime/state.h"

typedef struct {
    double real, imag;
} ComplexNumber;

typedef struct {
    Object head;
    ComplexNumber number;
} Complex;

static inline bool is_complex(Value v) { return is_family(v, TYPE_COMPLEX); }
static inline ComplexNumber complex_number(Value v) { return ((Complex *)as_object(v))->number; }

NEW RAISES Value complex_from(VM *vm, double real, double imag);
NEW RAISES Value complex_power(VM *vm, ComplexNumber base, ComplexNumber exponent);

#endif
