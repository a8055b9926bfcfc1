/* The structural half of runtime/protocol.h: attributes, calls, containers, iteration. */

#include "gc/likely.h"
#include "runtime/classes/class.h"
#include "runtime/classes/genericalias.h"
#include "runtime/classes/slots.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/iterators.h"
#include "runtime/containers/list.h"
#include "runtime/containers/row.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/module.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "runtime/text/text.h"

/* --- attributes; object_generic_get and its like are in runtime/object.c --- */

void attribute_error_complete(VM *vm, Value v, Value name) {
    if (!error_is(vm, &exc_AttributeError)) return;
    Value *fields = as_exception(vm->raised)->fields;
    if (!is_absent(fields[ATTRIBUTE_NAME]) || !is_absent(fields[ATTRIBUTE_OBJECT])) return;
    fields[ATTRIBUTE_NAME] = value_ref(name);
    fields[ATTRIBUTE_OBJECT] = value_ref(v);
}

Value object_get_attribute(VM *vm, Value v, Value name) {
    Value result = type_of(v)->get_attribute(vm, v, name);
    if (UNLIKELY(is_absent(result))) attribute_error_complete(vm, v, name);
    return result;
}

Value object_get_described(VM *vm, Value v, Value name, Value descriptor) {
    value_ref(descriptor);
    Value result = recursion_enter(vm, "")
                       ? type_of(descriptor)->descriptor_get(vm, descriptor, v, from_object(type_of(v)))
                       : ABSENT;
    value_drop(vm, descriptor);
    if (UNLIKELY(is_absent(result))) attribute_error_complete(vm, v, name);
    return result;
}

bool object_set_attribute(VM *vm, Value v, Value name, Value value) {
    return type_of(v)->set_attribute(vm, v, name, value);
}

Value object_special(VM *vm, Value v, Value name) {
    Value attribute = type_lookup(vm, type_of(v), name);
    if (is_absent(attribute)) {
        type_lookup_refused(vm, type_of(v));
        return ABSENT;
    }
    Type *kind = type_of(attribute);
    value_ref(attribute);
    if (kind->descriptor_get == NULL) return attribute;
    Value bound = kind->descriptor_get(vm, attribute, v, from_object(type_of(v)));
    value_drop(vm, attribute);
    return bound;
}

/* --- calls --- */

/* Who calls a module may mean what it has of its own name, as `pprint` or `copy`. */
static Value raise_not_callable(VM *vm, Value v) {
    Value name = ABSENT, meant = ABSENT;
    if (is_exactly(v, &module_type))
        name = value_xref(dict_get_string(vm, as_module(v)->dict, NAME_OF(vm, name)));
    bool found = !is_absent(name) && is_string(name) && object_find_attribute(vm, v, name, &meant) > 0;
    if (found && type_of(meant)->call != NULL)
        raise_type(vm, "'%T' object is not callable. Did you mean: '%S.%S(...)'?", v, name, name);
    else if (!error_raised(vm))
        raise_type(vm, "'%T' object is not callable", v);
    if (found) value_drop(vm, meant);
    value_xdrop(vm, name);
    return ABSENT;
}

static inline Value call_row(VM *vm, Value callable, Value *args, int nargs, Value names) {
    Value (*call)(VM *, Value, Value *, int, Value) = type_of(callable)->call;
    if (call == NULL) return raise_not_callable(vm, callable);
    /* Callables may wrap one another without end. */
    if (!recursion_enter(vm, " while calling a Python object")) return ABSENT;
    Value result = call(vm, callable, args, nargs, names);
    recursion_leave(vm);
    return result;
}

Value object_call(VM *vm, Value callable, Value *args, int nargs, Value names) {
    return call_row(vm, callable, args, nargs, names);
}

Value call_0(VM *vm, Value callable) {
    Value none[1];
    return call_row(vm, callable, none, 0, ABSENT);
}

Value call_1(VM *vm, Value callable, Value a) { return call_row(vm, callable, &a, 1, ABSENT); }

Value call_2(VM *vm, Value callable, Value a, Value b) {
    Value row[2] = {a, b};
    return call_row(vm, callable, row, 2, ABSENT);
}

Value call_3(VM *vm, Value callable, Value a, Value b, Value c) {
    Value row[3] = {a, b, c};
    return call_row(vm, callable, row, 3, ABSENT);
}

/* The keys of a dict of keyword arguments as a tuple, its values into `values`, both NEW. The tuple has been made
 * before, as long as the dict. */
static bool take_keywords(VM *vm, Value callable, Value mapping, Tuple *names, Value *values) {
    Value key, value;
    int64_t i = 0;
    for (int64_t position = 0; dict_next(mapping, &position, &key, &value); i++) {
        if (!is_string(key) && !wrapper_refuses_names(callable)) {
            row_drop(vm, values, i);
            return raise_type(vm, "keywords must be strings"), false;
        }
        names->items[i] = value_ref(key);
        values[i] = value_ref(value);
    }
    tuple_finish(names);
    return true;
}

Value call_with(VM *vm, Value callable, Value arguments, Value mapping) {
    const Tuple *tuple = as_tuple(arguments);
    int64_t named = is_absent(mapping) ? 0 : as_dict(mapping)->count, count = tuple->length + named;
    if (named == 0) return object_call(vm, callable, (Value *)tuple->items, (int)tuple->length, ABSENT);
    Value few[16], *row = few, result = ABSENT;
    size_t size = (size_t)count * sizeof(Value);
    if (count > 16 && (row = memory_alloc(vm, size)) == NULL) return ABSENT;
    Tuple *names = tuple_new(vm, named);
    Value *values = row + tuple->length;
    if (names != NULL && take_keywords(vm, callable, mapping, names, values)) {
        if (tuple->length) memcpy(row, tuple->items, (size_t)tuple->length * sizeof(Value));
        result = object_call(vm, callable, row, (int)tuple->length, from_object(names));
        row_drop(vm, values, named);
        object_drop(vm, &names->head);
    } else if (names != NULL) {
        object_drop(vm, &names->head);
    }
    if (row != few) memory_free(vm, row, size);
    return result;
}

/* A method of the type that nothing of the instance hides, to be called with the instance in front. BORROWED. */
static Value unbound_method(VM *vm, Value v, Value name) {
    Type *type = type_of(v);
    if (type->get_attribute != object_generic_get || type_keeps_attributes(type)) return ABSENT;
    Value method = type_lookup(vm, type, name);
    return !is_absent(method) && type_of(method)->flags & TYPE_METHOD_DESCRIPTOR ? method : ABSENT;
}

Value call_method(VM *vm, Value v, Value name, Value *args, int nargs) {
    enum { ROW = 8 };
    Value method = unbound_method(vm, v, name), result;
    if (!is_absent(method) && nargs < ROW) {
        Value row[ROW] = {v};
        for (int i = 0; i < nargs; i++)
            row[i + 1] = args[i];
        value_ref(method);
        result = object_call(vm, method, row, nargs + 1, ABSENT);
    } else {
        method = object_get_attribute(vm, v, name);
        if (is_absent(method)) return ABSENT;
        result = object_call(vm, method, args, nargs, ABSENT);
    }
    value_drop(vm, method);
    return result;
}

/* --- containers --- */

int64_t object_length(VM *vm, Value v) {
    int64_t (*length)(VM *, Value) = type_of(v)->container.length;
    if (length != NULL) return length(vm, v);
    raise_type(vm, "object of type '%T' has no len()", v);
    return -1;
}

/* What __length_hint__ says; `otherwise` when it declines. */
static int64_t asked_hint(VM *vm, Value v, int64_t otherwise) {
    Value row[1] = {v};
    bool missing;
    Value hint = special_call(vm, NAME_length_hint, row, 1, &missing);
    if (missing || value_same(hint, NOT_IMPLEMENTED)) return otherwise;
    if (is_absent(hint)) {
        if (!error_is(vm, &exc_TypeError)) return -1;
        error_clear(vm);
        return otherwise;
    }
    int64_t result = -1;
    if (!is_int_family(hint)) {
        raise_type(vm, "__length_hint__ must be an integer, not %T", hint);
    } else if (int_required(vm, hint, &result) && result < 0) {
        raise_value(vm, "__length_hint__() should return >= 0");
        result = -1;
    }
    value_drop(vm, hint);
    return result;
}

int64_t object_length_hint(VM *vm, Value v, int64_t otherwise) {
    if (type_of(v)->container.length != NULL) {
        int64_t length = object_length(vm, v);
        if (length >= 0 || !error_is(vm, &exc_TypeError)) return length;
        error_clear(vm);
    }
    return asked_hint(vm, v, otherwise);
}

/* A class subscripted: type[int], or through __class_getitem__. */
static __attribute__((noinline)) Value class_get_item(VM *vm, Value class, Value key) {
    if (value_same(class, from_object(&type_type))) return generic_alias_new(vm, class, key);
    Value method;
    int found = object_find_attribute(vm, class, NAME_OF(vm, class_getitem), &method);
    if (found < 0) return ABSENT;
    if (!found || is_none(method)) {
        if (found) value_drop(vm, method);
        return raise_type(vm, "type '%N' is not subscriptable", as_object(class));
    }
    Value result = call_1(vm, method, key);
    value_drop(vm, method);
    return result;
}

Value object_get_item(VM *vm, Value v, Value key) {
    Value (*get)(VM *, Value, Value) = type_of(v)->container.get_item;
    if (get != NULL) return get(vm, v, key);
    if (is_family(v, TYPE_TYPE)) return class_get_item(vm, v, key);
    return raise_type(vm, "'%T' object is not subscriptable", v);
}

bool object_set_item(VM *vm, Value v, Value key, Value value) {
    bool (*set)(VM *, Value, Value, Value) = type_of(v)->container.set_item;
    if (set != NULL) return set(vm, v, key, value);
    /* A sequence, as CPython sees it, has its index read before it refuses. */
    bool sequence = type_of(key)->number.index != NULL &&
                    (type_of(v)->container.length != NULL || type_of(v)->flags & TYPE_HEAP);
    int64_t index;
    if (sequence && !object_to_int64(vm, key, &exc_IndexError, &index)) return false;
    if (!is_absent(value)) {
        raise_type(vm, "'%T' object does not support item assignment", v);
    } else {
        raise_type(vm, "'%T' object %s support item deletion", v, sequence ? "doesn't" : "does not");
    }
    return false;
}

/* --- iteration --- */

Value object_iterate(VM *vm, Value v) {
    const Type *type = type_of(v);
    if (type->iterate == NULL) {
        if (type->container.get_item != NULL && !(type->flags & TYPE_DICT))
            return sequence_iterator_new(vm, v);
        return raise_type(vm, "'%T' object is not iterable", v);
    }
    Value iterator = type->iterate(vm, v);
    if (is_absent(iterator) || type_of(iterator)->next != NULL) return iterator;
    raise_type(vm, "iter() returned non-iterator of type '%T'", iterator);
    value_drop(vm, iterator);
    return ABSENT;
}

Value iterator_itself(VM *vm, Value iterator) { return value_ref(iterator); }

Value iterator_pull_unusual(VM *vm, Value iterator) {
    Value (*next)(VM *, Value) = type_of(iterator)->next;
    if (next == NULL) return raise_type(vm, "'%T' object is not an iterator", iterator);
    if (!vm_may_go_on(vm)) return ABSENT; /* it may have no end */
    return next(vm, iterator);
}

bool iterator_ended(VM *vm) {
    if (!error_raised(vm)) return true;
    if (!error_is(vm, &exc_StopIteration)) return false;
    error_clear(vm);
    return true;
}

/* One item, and a look for signals: what is iterated over may have no end. */
static inline __attribute__((always_inline)) bool
visit_item(VM *vm, STEALS Value item, bool (*each)(VM *vm, Value item, void *context), void *context) {
    bool ok = each(vm, item, context);
    value_drop(vm, item);
    return ok && vm_may_go_on(vm);
}

/* Lists are walked by index, as their iterator would: they may change under way. */
static bool each_of_list(VM *vm, Value list, bool (*each)(VM *vm, Value item, void *context), void *context) {
    for (int64_t i = 0; i < as_list(list)->length; i++) {
        if (!visit_item(vm, value_ref(as_list(list)->items[i]), each, context)) return false;
    }
    return true;
}

/* So are bytes, of both types. */
static bool each_of_bytes(VM *vm, Value bytes, bool (*each)(VM *vm, Value item, void *context),
                          void *context) {
    for (int64_t i = 0;; i++) {
        Text t = text_of(bytes);
        if (i >= text_length(t)) return true;
        if (!visit_item(vm, int_small(t.data[i]), each, context)) return false;
    }
}

bool iterator_each(VM *vm, Value iterator, bool (*each)(VM *vm, Value item, void *context), void *context) {
    if (type_of(iterator)->each) return type_of(iterator)->each(vm, iterator, each, context);
    Value (*next)(VM *, Value) = iterator_next_of(iterator), item;
    while (!is_absent(item = next(vm, iterator))) {
        if (!visit_item(vm, item, each, context)) return false;
    }
    return iterator_ended(vm);
}

bool object_each(VM *vm, Value iterable, bool (*each)(VM *vm, Value item, void *context), void *context) {
    if (is_exactly(iterable, &list_type)) return each_of_list(vm, iterable, each, context);
    if (is_exactly(iterable, &bytes_type) || is_exactly(iterable, &bytearray_type))
        return each_of_bytes(vm, iterable, each, context);
    Value iterator = object_iterate(vm, iterable);
    if (is_absent(iterator)) return false;
    bool ok = iterator_each(vm, iterator, each, context);
    value_drop(vm, iterator);
    return ok;
}

/* --- membership --- */

typedef struct {
    Value wanted;
    bool found;
} Search;

static bool compare_item(VM *vm, Value item, void *context) {
    Search *search = context;
    int equal = object_equal(vm, item, search->wanted);
    search->found = equal > 0;
    return equal == 0;
}

int object_contains(VM *vm, Value container, Value item) {
    const Type *type = type_of(container);
    if (type->container.contains != NULL) return type->container.contains(vm, container, item);
    Search search = {item, false};
    Value iterator = object_iterate(vm, container);
    if (is_absent(iterator)) {
        if (error_is(vm, &exc_TypeError)) {
            error_clear(vm);
            raise_type(vm, "argument of type '%T' is not iterable", container);
        }
        return -1;
    }
    bool missing = iterator_each(vm, iterator, compare_item, &search);
    value_drop(vm, iterator);
    return missing ? 0 : search.found && !error_raised(vm) ? 1 : -1;
}
