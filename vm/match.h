#ifndef MPY_VM_MATCH_H
#define MPY_VM_MATCH_H

/*
 * What the instructions of match statements do. Operands stay the caller's.
 */

#include "runtime/state.h"

/* The tuple of subject's values for a tuple of keys, through its `get`; None when one is missing. */
NEW RAISES Value match_keys(VM *vm, Value subject, Value keys);
/* A dict of what else is in the mapping. */
NEW RAISES Value match_rest(VM *vm, Value subject, Value keys);
/* The tuple of attributes that a class pattern looks at: `positional` ones by __match_args__, then `names`. None when
 * the subject is no instance of the class or has not all of them. */
NEW RAISES Value match_class(VM *vm, Value subject, Value class, Value names, uint32_t positional);

#endif
