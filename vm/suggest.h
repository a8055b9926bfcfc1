#ifndef MPY_VM_SUGGEST_H
#define MPY_VM_SUGGEST_H

/*
 * "Did you mean ...?": the known name that is nearest to a wrong one, by edit distance, as CPython measures
 * it: an inserted, deleted or replaced byte costs 2, a change of case 1, and a third of the two lengths is
 * the most that still counts as a slip.
 */

#include "runtime/state.h"

/* Of `names` (a row of strs, others are passed over) the nearest to `wrong`; ABSENT when none is near.
 * BORROWED. */
BORROWED Value suggest_name(VM *vm, const Value *names, int64_t count, Value wrong);

/* What to add to the message of an uncaught NameError, AttributeError or ImportError: a str, or ABSENT.
 * Raises nothing. */
NEW Value suggest_for(VM *vm, Value exception);

#endif
