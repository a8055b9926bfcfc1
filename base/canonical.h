#ifndef MPY_BASE_CANONICAL_H
#define MPY_BASE_CANONICAL_H

/*
 * The canonical ordering algorithm of Unicode normalisation (The Unicode Standard, section 3.11, D109): each run of
 * combining marks sorted by combining class, marks of one class staying in order.
 *
 * Decomposition and composition, before and after it, are utf8proc's. Its own sorting is not used because it takes
 * quadratic time, and a run of marks may be as long as a script's author likes.
 */

#include <stddef.h>
#include <stdint.h>

/* Sort points[0..count), which are decomposed, in place. `scratch` is as long. */
void canonical_order(int32_t *points, int32_t *scratch, size_t count);

#endif
