#ifndef MPY_VM_CALL_H
#define MPY_VM_CALL_H

/*
 * Calls of Python functions: binding arguments to parameters.
 *
 * The eval loop binds the common case itself (as many positional arguments as parameters, or defaults for the
 * rest). Everything else comes here. Error texts are CPython's.
 */

#include "vm/frame.h"

/*
 * Bind a call to the parameters of `function`: args[0..nargs) by position, then as many values as `names` (a
 * tuple, or ABSENT) has. `row` has room for parameter_count values and overlaps nothing; all of it is
 * written. The references of `args` go into the row, or are dropped: also on failure, when the row is left
 * empty.
 */
RAISES bool call_bind(VM *vm, Function *function, STEALS Value *args, int64_t nargs, Value names, Value *row);

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

/* How errors name a callable: "f()" with its qualified name, or "T object". NEW RAISES. */
NEW RAISES Value call_describe(VM *vm, Value callable);

#endif
