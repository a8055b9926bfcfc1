#ifndef MPY_RUNTIME_MODULES_ITERTOOLS_H
#define MPY_RUNTIME_MODULES_ITERTOOLS_H

/*
 * What the three parts of the module itertools share.
 *
 * itertools.c has the streams (one item in, one out), itertoolsselect.c the selections from a pool (product,
 * permutations, combinations), itertoolsgroup.c groupby and tee.
 *
 * User code that an iterator calls may call the same iterator again, or drop what it owns: a field that such a call can
 * change is held by an own reference while the call runs. Every field may be ABSENT once the collector has cleared it.
 */

#include "runtime/arguments.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/iterators.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"

#define REDUCE_DOC "Return state information for pickling."
#define SETSTATE_DOC "Set state information for unpickling."

/* A method by which iterators are copied and pickled: each says that it will go. */
#define COPYING(name) \
    NATIVE(name); \
    METHOD(name) { return itertools_warn_of_copying(vm) ? name(vm, args, nargs, names) : ABSENT; } \
    NATIVE(name)

RAISES bool itertools_warn_of_copying(VM *vm);

/* A new instance of one of the module's types, its body zeroed, not yet tracked. NULL RAISES. */
NEW RAISES static inline Object *iterator_make(VM *vm, Type *type, size_t size) {
    if (type->flags & TYPE_HEAP) return instance_new(vm, type, 0);
    Object *object = object_new_container(vm, type, size);
    if (!object) raise_memory(vm);
    return object;
}

/* The next item of the iterator in *place, which may be replaced meanwhile, with a look at the C stack
 * (iterator_may_nest). ABSENT as iterator_next. */
NEW RAISES Value step_held_other(VM *vm, Value iterator);
NEW RAISES Value step_held_unusual(VM *vm, Value iterator);
/* Of an iterator that is no list's; inlined where that is most of the work. */
NEW RAISES static inline __attribute__((always_inline)) Value step_held_here(VM *vm, Value iterator) {
    Object *object = as_object(iterator);
    Value (*next)(VM *, Value) = object->type->next;
    bool unusual = object->type == &range_iterator_type || next == NULL || vm_interrupted(vm);
    if (unusual || !iterator_may_nest(vm)) return step_held_unusual(vm, iterator);
    object_ref(object);
    Value item = next(vm, iterator);
    if (is_absent(item)) iterator_ended(vm);
    object_drop(vm, object);
    return item;
}
NEW RAISES static inline __attribute__((always_inline)) Value step_held(VM *vm, const Value *place) {
    return iterator_step_or(vm, *place, step_held_other);
}

NEW RAISES Value itertools_tee(VM *vm, Value *args, int nargs, Value names);

#endif
