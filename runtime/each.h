#ifndef MPY_RUNTIME_EACH_H
#define MPY_RUNTIME_EACH_H

/* object_each for callers whose function is to become part of the loop: lists and tuples are walked here. A list is
 * taken by index anew for each item, as its iterator would, because the function may change it. */

#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/protocol.h"

typedef bool (*EachFn)(VM *vm, Value item, void *context);

RAISES static inline __attribute__((always_inline)) bool each_item(VM *vm, Value iterable, EachFn each,
                                                                   void *context) {
    bool list = is_exactly(iterable, &list_type);
    if (!list && !is_exactly(iterable, &tuple_type)) return object_each(vm, iterable, each, context);
    for (int64_t i = 0; i < (list ? as_list(iterable)->length : as_tuple(iterable)->length); i++) {
        Value item = value_ref(list ? as_list(iterable)->items[i] : as_tuple(iterable)->items[i]);
        bool ok = each(vm, item, context);
        value_drop(vm, item);
        if (!ok) return false;
    }
    return true;
}

#endif
