#ifndef MPY_RUNTIME_REDUCE_H
#define MPY_RUNTIME_REDUCE_H

/*
 * How an object says what it is made of, for copying and pickling: object's __getstate__, __reduce__ and __reduce_ex__
 * (protocol 2 and higher; PEP 307). The functions that make an object anew are Python, in the module copyreg, as is all
 * of the protocols 0 and 1.
 */

#include "runtime/native.h"
#include "runtime/state.h"

NEW RAISES Value object_get_state(VM *vm, Value *args, int nargs, Value names);
/* Has the object attributes beside those of __slots__? Their dict, or None. */
BORROWED RAISES Value object_attributes_state(VM *vm, Value self);
NEW RAISES Value object_reduce(VM *vm, Value *args, int nargs, Value names);
NEW RAISES Value object_reduce_ex(VM *vm, Value *args, int nargs, Value names);

/* (builtins.<function>, arguments[, state]); a state of ABSENT is none. STEALS arguments and state, also when the
 * arguments are ABSENT: that raises nothing more. */
NEW RAISES Value reduce_to_builtin(VM *vm, const char *function, STEALS Value arguments, STEALS Value state);

/* The methods of types whose objects are found by name in their __self__, or in their __objclass__: __reduce__. */
extern const NativeDef bound_reduce_methods[], member_reduce_methods[];

#endif
