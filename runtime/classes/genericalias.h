#ifndef MPY_RUNTIME_GENERICALIAS_H
#define MPY_RUNTIME_GENERICALIAS_H

/*
 * types.GenericAlias: list[int] and its like.
 *
 * A proxy of a class (`origin`) that remembers type arguments: calling it makes an instance of the origin,
 * most attributes are the origin's, and it compares and hashes by origin and arguments.
 */

#include "runtime/state.h"

typedef struct {
    Object head;
    Value origin;     /* owned */
    Value args;       /* a tuple; owned */
    Value parameters; /* the type variables among args, a tuple; ABSENT: not asked for yet. Owned */
    bool starred;     /* *tuple[int]: unpacked in a subscript */
} GenericAlias;

/* origin[args]; args that are no tuple are put into one. Refs both. */
NEW RAISES Value generic_alias_new(VM *vm, Value origin, Value args);

/* The type variables among a tuple of type arguments, each once, in their order: a tuple. */
NEW RAISES Value generic_parameters(VM *vm, Value args);

/* Call a function of lib/_typing/__init__.py, which is imported when first needed. */
NEW RAISES Value typing_call(VM *vm, const char *function, Value *args, int nargs, Value names);

/* The class method __class_getitem__ of the generic built-in types. */
NEW RAISES Value generic_alias_class_getitem(VM *vm, Value *args, int nargs, Value names);

#endif
