#ifndef MPY_VM_CALL_H
#define MPY_VM_CALL_H

/*
 * Calls of Python functions: binding arguments to parameters.
 *
 * The eval loop binds the common case itself (as many positional arguments as parameters, or defaults for the
 * rest). Everything else comes here. Error texts are CPython's.
 */

#include "runtime/containers/row.h"
#include "vm/frame.h"

/*
 * Bind a call to the parameters of `function`: args[0..nargs) by position, then as many values as there are `names`.
 * `row` has room for parameter_count values and overlaps nothing; all of it is written. The references of `args` go
 * into the row, or are dropped: also on failure, when the row is left empty.
 */
RAISES bool call_bind(VM *vm, Function *function, STEALS Value *args, int64_t nargs, Row names, Value *row);
/* Names as the row that call_bind wants, of a tuple or ABSENT. */
static inline Row call_names(Value names) { return is_absent(names) ? (Row){NULL, 0} : row_of(names); }

/* Is each key of a dict of keyword arguments a str? */
bool call_keywords_are_strings(Value mapping);
/* Bind function(*positional, **mapping), a tuple and such a dict, through `scratch`, which is where frames may begin:
 * call_spread_room words. The row is in its end, which is returned; or NULL RAISES. */
RAISES Value *call_bind_spread(VM *vm, Function *function, STEALS Value positional, STEALS Value mapping,
                               Value *scratch);
int64_t call_spread_room(const Function *function, Value positional, Value mapping);

/* The same for a call that passes as many positional arguments as there are parameters or fewer, in place:
 * fill the missing ones from the defaults. False if that is not enough; nothing is raised then. */
bool call_fill_defaults(const Function *function, Value *args, int64_t nargs);

/* There is no room on the stack: RecursionError, the arguments dropped. Always false. */
RAISES bool call_refuse(VM *vm, STEALS Value *args, int64_t count);

/* The call slot of function_type. */
NEW RAISES Value function_call(VM *vm, Value function, Value *args, int nargs, Value names);

/* callable(*arguments, **mapping) with a tuple and a dict (or ABSENT), as CALL_EX makes it. */
NEW RAISES Value call_spread(VM *vm, Value callable, Value arguments, Value mapping);

/* The parts of f(*x, **y): *x as a tuple; a mapping merged into the dict of keywords. Errors name `callable`.
 */
NEW RAISES Value call_spread_positional(VM *vm, Value callable, Value iterable);
RAISES bool call_merge_keywords(VM *vm, Value callable, Value keywords, Value mapping);

#endif
