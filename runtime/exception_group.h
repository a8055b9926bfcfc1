#ifndef MPY_RUNTIME_EXCEPTION_GROUP_H
#define MPY_RUNTIME_EXCEPTION_GROUP_H

/* BaseExceptionGroup's functions, for its row in the table of runtime/exception.c. */

#include "runtime/native.h"

extern const NativeDef group_methods[];

NEW RAISES Value group_new(VM *vm, Type *type, Value *args, int nargs, Value names);
RAISES bool group_init(VM *vm, Value self, Value *args, int nargs, Value names);
NEW RAISES Value group_str(VM *vm, Value self);

#endif
