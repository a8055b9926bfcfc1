#ifndef MPY_RUNTIME_POWERS_H
#define MPY_RUNTIME_POWERS_H

/*
 * Powers of ten in 128 bits, for the shortest decimals of floats. build/gen/powers.c, which
 * runtime/numbers/tools/powers.c writes, holds them: that of 10**k is 10**k scaled by the power of two that makes 127
 * its highest bit, rounded up.
 */

#include <stdint.h>

enum { POWER_MIN = -292, POWER_MAX = 324 };

typedef struct {
    uint64_t high, low;
} Power;

extern const Power powers_of_ten[POWER_MAX - POWER_MIN + 1];

#endif
