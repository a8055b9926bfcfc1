#ifndef MPY_VM_CALL_H
#define MPY_VM_CALL_H

/*
 * Calls of Python functions: binding arguments to parameters.
 *
 * The eval loop binds the common case itself (as many positional arguments as parameters, or defaults for the
 * rest). Everything else comes here. Error texts are CPython's.
 */

#include "gc/likely.h"
#include "runtime/classes/class.h"
#include "runtime/classes/descriptor.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/row.h"
#include "vm/frame.h"
#include "vm/specialise.h"

/* --- what a call enters --- */

/* Does calling an object of this type, a metaclass, do what calling a class does? */
static inline bool calls_as_class(const Type *type) { return type->call == type_type.call; }

/* Is an object of this type called by the type's slot, and nothing else to be found out: in the library's own types? */
static inline bool calls_by_slot(const Type *type) {
    return !(type->flags & TYPE_HEAP) && type != &function_type && type != &method_type &&
           !calls_as_class(type);
}

/* The function __init__ of a class whose instances are made as usual; ABSENT: of another class. */
BORROWED static inline Value class_init(VM *vm, Type *class) {
    if (class->new != object_type.new || class->flags & TYPE_ABSTRACT) return ABSENT;
    Value init = type_lookup_interned(vm, class, NAME_OF(vm, init));
    return !is_absent(init) && is_function(init) ? init : ABSENT;
}

/* The function __new__ of a class that has one in Python; ABSENT: it has none, or something else there. */
BORROWED static inline Value class_maker(VM *vm, Type *class) {
    Value new = type_lookup_interned(vm, class, NAME_OF(vm, new));
    if (is_exactly(new, &static_method_type)) new = ((const MethodWrapper *)as_object(new))->callable;
    return !is_absent(new) && is_function(new) ? new : ABSENT;
}

/* An instance of such a class, for its __init__. */
NEW RAISES static inline Object *class_instance(VM *vm, Type *class, Value init) {
    if (UNLIKELY(class->root_shape != NULL && class->root_shape->children == NULL)) {
        specialise_instances(class, as_function(init)->code);
    }
    Object *instance = instance_new(vm, class, 0);
    if (LIKELY(instance != NULL)) object_track(instance);
    return instance;
}

/* The function whose frame a call of `callable` is: itself, a bound method's, the __init__ of a class whose instances
 * are made as usual, or by the native __new__ of lists, dicts, sets or exceptions. ABSENT: none is. `named`: keywords
 * are given that call_begin will not be told of. */
BORROWED Value call_target(VM *vm, Value callable, bool named);
/*
 * (callable, self or ABSENT) at base, and its target: `function`, owned, is what is to be called, base[1] its first
 * argument or ABSENT. The arguments are for a class's __new__. How many slots from base on stay on the stack: 1, the
 * new instance, if `callable` is a class, and the call is FRAME_INIT; else 0. -1 RAISES.
 */
RAISES int call_begin(VM *vm, Value *base, Value target, Value *args, int64_t nargs, Value names,
                      Value *function);

/* --- binding --- */

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
/* Bind function(self, *positional, **mapping), of which self may be ABSENT, a tuple and such a dict, through `scratch`,
 * which is where frames may begin: call_spread_room words. The row is in its end, which is returned; or NULL RAISES. */
RAISES Value *call_bind_spread(VM *vm, Function *function, STEALS Value self, STEALS Value positional,
                               STEALS Value mapping, Value *scratch);
int64_t call_spread_room(const Function *function, Value positional, Value mapping /* or ABSENT */);

/* The same for a call that passes as many positional arguments as there are parameters or fewer, in place:
 * fill the missing ones from the defaults. False if that is not enough; nothing is raised then. */
bool call_fill_defaults(const Function *function, Value *args, int64_t nargs);

/* There is no room on the stack: RecursionError, the arguments dropped. Always false. */
RAISES bool call_refuse(VM *vm, STEALS Value *args, int64_t count);

/* The call slot of function_type. */
NEW RAISES Value function_call(VM *vm, Value function, Value *args, int nargs, Value names);

/* The parts of f(*x, **y): *x as a tuple; **y as a dict; a mapping merged into the dict of keywords. Errors name
 * `callable`. */
NEW RAISES Value call_spread_keywords(VM *vm, Value callable, Value mapping);
NEW RAISES Value call_spread_positional(VM *vm, Value callable, Value iterable);
RAISES bool call_merge_keywords(VM *vm, Value callable, Value keywords, Value mapping);

#endif
