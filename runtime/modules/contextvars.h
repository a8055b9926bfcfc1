#ifndef MPY_RUNTIME_MODULES_CONTEXTVARS_H
#define MPY_RUNTIME_MODULES_CONTEXTVARS_H

/*
 * Contexts (PEP 567): the values of context variables, as one map that is copied with little work.
 *
 * A context's map is a dict that copies of the context share until one of them sets a variable: who sets one while
 * anybody else refers to the dict makes a dict of its own first. So copying takes constant time, and an iterator over
 * the dict never sees it change. The VM owns the running context (vm->context; ABSENT: none has been needed yet). A
 * context that is entered owns the one that was running before.
 */

#include "runtime/state.h"

extern Object token_missing_object; /* Token.MISSING: immortal, as None is */

/* A copy of the running context. */
NEW RAISES Value context_copy_current(VM *vm);

static inline bool is_context(Value v) { return is_exactly(v, &context_type); }

/* Call in that context, which must not be entered already. The arguments are as those of object_call. */
NEW RAISES Value context_run(VM *vm, Value context, Value callable, Value *args, int nargs, Value names);

#endif
