#ifndef MPY_RUNTIME_UNITS_H
#define MPY_RUNTIME_UNITS_H

/*
 * Rows of code points of 1, 2 or 4 bytes each: copying between rows of different widths.
 *
 * A width is given as a power of two. What is copied to a narrower row must fit it. The rows do not overlap, but that a
 * row may be widened where it lies (units_widen).
 */

#include <stdint.h>

#include "base/copy.h"

void units_convert(void *to, unsigned to_log, const void *from, unsigned from_log, int64_t count);

static inline void units_widen_eight(uint16_t *to, const uint8_t *from) {
    typedef uint8_t Bytes8 __attribute__((vector_size(8)));
    typedef uint16_t Halves8 __attribute__((vector_size(16)));
    Bytes8 bytes;
    memcpy(&bytes, from, sizeof bytes);
    Halves8 halves = __builtin_convertvector(bytes, Halves8);
    memcpy(to, &halves, sizeof halves);
}

static inline void units_copy(void *to, unsigned to_log, const void *from, unsigned from_log, int64_t count) {
    if (to_log == from_log) {
        copy_bytes(to, from, (size_t)count << to_log);
    } else if (to_log == 1 && from_log == 0 && count >= 8 &&
               count <= 16) { /* two eights, which may overlap */
        units_widen_eight(to, from);
        units_widen_eight((uint16_t *)to + count - 8, (const uint8_t *)from + count - 8);
    } else if (to_log == 1 && from_log == 0 && count < 8) { /* so few that vector loops do not pay */
        for (int64_t i = 0; i < count; i++)
            ((uint16_t *)to)[i] = ((const uint8_t *)from)[i];
    } else {
        units_convert(to, to_log, from, from_log, count);
    }
}

/* Every step-th unit from `from` on, in either direction. */
void units_pick(void *to, const void *from, unsigned width_log, int64_t step, int64_t count);

/* The row at `units`, which has room for it, made wider. */
void units_widen(void *units, unsigned to_log, unsigned from_log, int64_t count);

#endif
