#ifndef MPY_RUNTIME_LISTBODY_H
#define MPY_RUNTIME_LISTBODY_H

/*
 * Between the files of list: how its block grows and shrinks, and the forms of slice assignment.
 *
 * Growth leaves room for an eighth more, so that a row of appends copies each item a bounded number of times;
 * the block is given back in part when less than half of it is in use.
 */

#include "runtime/containers/list.h"

/* Room for `length` items, with the growth pattern's reserve if the block must grow. */
RAISES bool list_make_room(VM *vm, List *list, int64_t length);
/* Give memory back after items went away. */
void list_shrink(VM *vm, List *list);
/* Append a row of values; refs them. `items` may be the list's own. */
RAISES bool list_append_row(VM *vm, List *list, const Value *items, int64_t count);

NEW RAISES Value list_get_slice(VM *vm, Value list, Value slice);
RAISES bool list_set_slice(VM *vm, Value list, Value slice, Value value /* ABSENT: delete */);

#endif
