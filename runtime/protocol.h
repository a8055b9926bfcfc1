#ifndef MPY_RUNTIME_PROTOCOL_H
#define MPY_RUNTIME_PROTOCOL_H

/*
 * The abstract operations: what the language does to a value whatever its type.
 *
 * Each finds the slot in the value's type and runs it, with the language's fallbacks, and raises CPython's error when
 * there is none. The eval loop's slow paths, the built-in functions and the containers all go through here.
 */

#include "gc/likely.h"
#include "runtime/state.h"

/* --- text, truth, hash, identity --- */
NEW RAISES Value object_repr(VM *vm, Value v); /* a str */
NEW RAISES Value object_str(VM *vm, Value v);  /* a str */
NEW RAISES Value object_ascii(VM *vm, Value v);
NEW RAISES Value object_format(VM *vm, Value v, Value spec /* str; ABSENT: empty */);
RAISES int object_truth(VM *vm, Value v);         /* 1, 0, -1 */
RAISES int object_truth_by_type(VM *vm, Value v); /* the same; not of None, True or False */
RAISES bool object_hash(VM *vm, Value v, int64_t *hash);

/* --- comparison --- */
NEW RAISES Value object_compare(VM *vm, Value a, Value b, CompareOp op);
RAISES int object_compare_truth(VM *vm, Value a, Value b, CompareOp op); /* identity does not shortcut */
RAISES int object_equal(VM *vm, Value a, Value b); /* identity or ==, as containers compare */

/* a < b, with both kept alive while user code answers. */
RAISES int object_less_further(VM *vm, Value a, Value b);
RAISES static inline int object_less(VM *vm, Value a, Value b) {
    if (are_ints(a, b)) return int_get(a) < int_get(b);
    if (is_float(a) && is_float(b)) return float_get(a) < float_get(b);
    return object_less_further(vm, a, b);
}

/* For `compare` slots: what == or != gives (op is one of them) by whether the two are equal, 1, 0 or -1 for an error;
 * what any operator gives by the order of the two, below, at or above zero. */
static inline Value compare_equality(int equal, CompareOp op) {
    return equal < 0 ? ABSENT : bool_from(equal == (op == COMPARE_EQ));
}
static inline bool order_holds(int64_t order, CompareOp op) {
    switch (op) {
    case COMPARE_LT: return order < 0;
    case COMPARE_LE: return order <= 0;
    case COMPARE_EQ: return order == 0;
    case COMPARE_NE: return order != 0;
    case COMPARE_GT: return order > 0;
    default: return order >= 0;
    }
}
static inline Value compare_order(int64_t order, CompareOp op) { return bool_from(order_holds(order, op)); }

/* --- arithmetic --- */
NEW RAISES Value object_binary(VM *vm, BinaryOp op, Value left, Value right);
NEW RAISES Value object_inplace(VM *vm, BinaryOp op, Value left, Value right);
/* What is left to try when the number slots of both operands have declined: `+` and `*` of sequences; else
 * TypeError. */
NEW RAISES Value object_binary_declined(VM *vm, BinaryOp op, bool inplace, Value left, Value right);
NEW RAISES Value object_power3(VM *vm, Value base, Value exponent, Value modulus /* may be None */);
NEW RAISES Value object_unary(VM *vm, UnaryOp op, Value v);
NEW RAISES Value object_index(VM *vm, Value v); /* an exact int through __index__, or TypeError */
/* Through __index__ to a C integer. `overflow` names the exception for one that does not fit; NULL: clamp. */
RAISES bool object_to_int64_slow(VM *vm, Value v, Type *overflow, int64_t *result);
RAISES static inline bool object_to_int64(VM *vm, Value v, Type *overflow, int64_t *result) {
    if (!is_int(v)) return object_to_int64_slow(vm, v, overflow, result);
    *result = int_get(v);
    return true;
}
/* The same to a C int and a C long; OverflowError for one that does not fit. */
RAISES bool object_to_c_int(VM *vm, Value v, int *result);
RAISES bool object_to_c_long(VM *vm, Value v, int64_t *result);
NEW RAISES Value object_to_float(VM *vm, Value v); /* a float (float(v) without parsing strings) */
RAISES bool object_to_double(VM *vm, Value v, double *result);

/* --- attributes --- */
NEW RAISES Value object_get_attribute(VM *vm, Value v, Value name);
/* The same for a name that is known to be a data descriptor's in the object's class. */
NEW RAISES Value object_get_described(VM *vm, Value v, Value name, Value descriptor);
/* What is raised, if it is an AttributeError of a program's own, says which attribute of what is missing, too. */
void attribute_error_complete(VM *vm, Value v, Value name);
NEW RAISES int object_find_attribute(VM *vm, Value v, Value name, Value *result); /* 1 found, 0 missing, -1 */
RAISES bool object_set_attribute(VM *vm, Value v, Value name, Value value /* ABSENT: delete */);
NEW RAISES Value object_generic_get(VM *vm, Value v, Value name); /* object.__getattribute__ */
/* object_generic_get without an error for a missing attribute: 1 found (*result is NEW), 0 missing, -1 RAISES. */
RAISES int object_generic_find(VM *vm, Value v, Value name, Value *result);
/* What the object itself has by that name, without its class. BORROWED, ABSENT when missing. */
BORROWED Value object_own_attribute(VM *vm, Value v, Value name);
RAISES bool object_generic_set(VM *vm, Value v, Value name,
                               Value value); /* object.__setattr__, __delattr__ */
/* A special method looked up on the type, bound; ABSENT with nothing raised when missing, else RAISES. */
NEW RAISES Value object_special(VM *vm, Value v, Value name);

/* --- calls --- */
NEW RAISES Value object_call(VM *vm, Value callable, Value *args, int nargs, Value names);
NEW RAISES Value call_0(VM *vm, Value callable);
NEW RAISES Value call_1(VM *vm, Value callable, Value a);
NEW RAISES Value call_2(VM *vm, Value callable, Value a, Value b);
NEW RAISES Value call_3(VM *vm, Value callable, Value a, Value b, Value c);
/* callable(*arguments, **mapping) with a tuple and a dict (or ABSENT), which may change meanwhile. */
NEW RAISES Value call_with(VM *vm, Value callable, Value arguments, Value mapping);
/* v.name(args...), without making a bound method. */
NEW RAISES Value call_method(VM *vm, Value v, Value name, Value *args, int nargs);

/* --- containers --- */
RAISES int64_t object_length(VM *vm, Value v);
RAISES int64_t object_length_hint(VM *vm, Value v, int64_t otherwise);
NEW RAISES Value object_get_item(VM *vm, Value v, Value key);
RAISES bool object_set_item(VM *vm, Value v, Value key, Value value /* ABSENT: delete */);
RAISES int object_contains(VM *vm, Value container, Value item);

/* --- iteration --- */
NEW RAISES Value object_iterate(VM *vm, Value v);
/* After a type's `next` gave ABSENT: true at the end (a StopIteration is cleared), false when an error is raised. */
bool iterator_ended(VM *vm);
NEW RAISES Value iterator_pull_unusual(VM *vm, Value iterator); /* the rarer cases of iterator_pull */
/* As iterator_next, but a StopIteration stays raised. */
NEW RAISES static inline Value iterator_pull(VM *vm, Value iterator) {
    Value (*next)(VM *, Value) = type_of(iterator)->next;
    if (UNLIKELY(next == NULL || vm->interrupted)) return iterator_pull_unusual(vm, iterator);
    return next(vm, iterator);
}
/* The next item; ABSENT at the end, or on an error: error_raised tells. A StopIteration is taken as the end. */
NEW RAISES static inline Value iterator_next(VM *vm, Value iterator) {
    Value item = iterator_pull(vm, iterator);
    if (UNLIKELY(is_absent(item))) iterator_ended(vm);
    return item;
}
/* What a loop over an iterator calls: its `next`, which only that of a class of the program's own may change meanwhile.
 * The loop looks for signals, and asks iterator_ended behind it. */
static inline Value (*iterator_next_of(Value iterator))(VM *, Value) {
    const Type *type = type_of(iterator);
    return type->next && !(type->flags & TYPE_HEAP) ? type->next : iterator_next;
}
/* The `iterate` slot of iterators: a new reference to itself. */
NEW Value iterator_itself(VM *vm, Value iterator);
/* Call `each` with every item; stops when it returns false (which RAISES). */
RAISES bool object_each(VM *vm, Value iterable, bool (*each)(VM *vm, Value item, void *context),
                        void *context);
/* The same for what an iterator has left. */
RAISES bool iterator_each(VM *vm, Value iterator, bool (*each)(VM *vm, Value item, void *context),
                          void *context);

/* --- types --- */
RAISES int object_is_instance(VM *vm, Value v, Value type_or_tuple);
RAISES int object_is_subclass(VM *vm, Value type, Value type_or_tuple);
/* What stands for a class need not be a type: a tuple `__bases__` makes it one. Does one of them lead to the other? */
RAISES int object_leads_to(VM *vm, Value derived, Value class);
bool type_is_subtype(const Type *type, const Type *of); /* by the mro */
static inline bool value_is_instance(Value v, const Type *type) {
    return type_of(v) == type || type_is_subtype(type_of(v), type);
}

/* Enter the repr of a container: 1 go on, 0 it is already under way (print "[...]"), -1 RAISES. Leave pairs with 1. */
RAISES int repr_enter(VM *vm, Value v);
void repr_leave(VM *vm, Value v);

#endif
