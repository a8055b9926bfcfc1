#ifndef MPY_RUNTIME_UNION_H
#define MPY_RUNTIME_UNION_H

/*
 * types.UnionType: int | str, for annotations and isinstance().
 *
 * The alternatives are a tuple without repetitions, in the order of writing; unions compare as sets. None stands for
 * NoneType.
 */

#include "runtime/state.h"

typedef struct {
    Object head;
    Value args; /* a tuple; owned */
} Union;

/* The `|` of classes and what may stand beside them: NOT_IMPLEMENTED for other operands. The binary slot of type,
 * of unions and of generic aliases. */
NEW RAISES Value union_or(VM *vm, Value left, Value right);

/* isinstance() and issubclass() with a union behind: is it so for one of the alternatives? */
RAISES int union_is_instance(VM *vm, Value v, Value alternatives);
RAISES int union_is_subclass(VM *vm, Value class, Value alternatives);

#endif
