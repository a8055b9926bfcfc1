#ifndef MPY_RUNTIME_SLICE_H
#define MPY_RUNTIME_SLICE_H

/*
 * slice: the immutable triple that a[start:stop:step] hands to __getitem__.
 *
 * Normalising one for a sequence takes two steps, because the first may run user code (__index__) that
 * changes the sequence's length: slice_unpack reads the three numbers, slice_adjust clips them to a length.
 * slice_indices does both for sequences whose length cannot change.
 */

#include "runtime/state.h"

typedef struct {
    Object head;
    Value start, stop, step; /* owned, never ABSENT */
} Slice;

static inline bool is_slice(Value v) { return is_exactly(v, &slice_type); }
static inline Slice *as_slice(Value v) { return (Slice *)as_object(v); }

NEW RAISES Value slice_new(VM *vm, Value start, Value stop,
                           Value step); /* refs them; ABSENT is taken as None */

/* The numbers of a slice, clamped to int64; missing ones are the ends for the step's direction. */
RAISES bool slice_unpack(VM *vm, Value slice, int64_t *start, int64_t *stop, int64_t *step);

/* Clip to a sequence of `length` items; the number of items selected. Afterwards start is a valid index if
 * that number is not 0. */
int64_t slice_adjust(int64_t length, int64_t *start, int64_t *stop, int64_t step);

/* Both; *count gets the number of items selected. */
RAISES bool slice_indices(VM *vm, Value slice, int64_t length, int64_t *start, int64_t *stop, int64_t *step,
                          int64_t *count);

/* The same without limits, for a length that is an exact int: start, stop and step as NEW ints in result[].
 */
RAISES bool slice_big_indices(VM *vm, Value slice, Value length, Value result[3]);

/* One bound of sequence.index(item, start, stop): __index__, clamped. ABSENT or None leaves *bound as it is.
 */
RAISES bool slice_bound(VM *vm, Value v, int64_t *bound);

#endif
