#ifndef MPY_RUNTIME_CELL_H
#define MPY_RUNTIME_CELL_H

/* cell: one variable shared between a function and the functions inside it. */

#include "runtime/state.h"

typedef struct {
    Object head;
    Value content; /* ABSENT: empty; owned */
} Cell;

static inline Cell *as_cell(Value v) { return (Cell *)as_object(v); }
static inline bool is_cell(Value v) { return is_exactly(v, &cell_type); }

NEW RAISES Value cell_new(VM *vm, Value content /* or ABSENT */);

#endif
