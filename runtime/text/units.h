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

static inline void units_copy(void *to, unsigned to_log, const void *from, unsigned from_log, int64_t count) {
    if (to_log == from_log) {
        copy_bytes(to, from, (size_t)count << to_log);
    } else if (to_log == 1 && from_log == 0 && count < 16) { /* so few that vector loops do not pay */
        for (int64_t i = 0; i < count; i++)
            ((uint16_t *)to)[i] = ((const uint8_t *)from)[i];
    } else {
        units_convert(to, to_log, from, from_log, count);
    }
}

/* The row at `units`, which has room for it, made wider. */
void units_widen(void *units, unsigned to_log, unsigned from_log, int64_t count);

#endif
