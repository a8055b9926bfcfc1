#ifndef MPY_RUNTIME_RANGE_H
#define MPY_RUNTIME_RANGE_H

/*
 * range: an immutable arithmetic progression of ints of any size.
 *
 * start, stop, step and length are exact ints. When all four fit 62 bits and so does every item and the one
 * behind the last, `small` is set and the arithmetic is done on C integers; iteration then makes a
 * RangeIterator, which the eval loop advances itself.
 */

#include "runtime/state.h"

typedef struct {
    Object head;
    Value start, stop, step, length; /* exact ints; owned */
    bool small;                      /* all items, and start + length * step, are immediate */
} Range;

/* Yields next, next + step, ... as long as remaining > 0. Every item it yields is an immediate int. */
typedef struct {
    Object head;
    int64_t next;
    int64_t step;
    int64_t remaining;
} RangeIterator;

enum { RANGE_PIECE = 1 << 18 }; /* items made of a range between two looks for signals */

static inline bool is_range(Value v) { return is_exactly(v, &range_type); }
static inline Range *as_range(Value v) { return (Range *)as_object(v); }

#endif
