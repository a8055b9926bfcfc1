#ifndef MPY_RUNTIME_EXCEPTION_GROUP_H
#define MPY_RUNTIME_EXCEPTION_GROUP_H

/* BaseExceptionGroup's functions, for its row in the table of runtime/errors/exception.c. */

#include "runtime/native.h"

extern const NativeDef group_methods[];

NEW RAISES Value group_new(VM *vm, Type *type, Value *args, int nargs, Value names);
RAISES bool group_init(VM *vm, Value self, Value *args, int nargs, Value names);
NEW RAISES Value group_str(VM *vm, Value self);

/* except*: part an exception, or None, in what matches `type` and the rest; None: nothing. Both NEW. What
 * matches and is no group gets one around it. */
RAISES bool group_match(VM *vm, Value exception, Value type, NEW Value *match, NEW Value *rest);
/* What is to be raised after the clauses of `except*`: `list` has what they raised, None or the part that none of them
 * took last. None: nothing. */
NEW RAISES Value group_merge(VM *vm, Value exception, Value list);

#endif
