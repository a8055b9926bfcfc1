/*
 * The module _collections: what collections' classes need in C: the attributes of named tuples, defaultdict, counting.
 * deque is in deque.c, OrderedDict in ordereddict.c.
 */
#include <stddef.h>

#include "runtime/arguments.h"
#include "runtime/classes/class.h"
#include "runtime/classes/genericalias.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/tuple.h"
#include "runtime/each.h"
#include "runtime/errors/error.h"
#include "runtime/hash.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- the attributes of named tuples --- */

/* A descriptor: item `index` of a tuple. */
typedef struct {
    Object head;
    int64_t index;
    Value doc; /* owned */
} TupleGetter;

static TupleGetter *as_getter(Value v) { return (TupleGetter *)as_object(v); }

static int traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((TupleGetter *)self)->doc);
    return 0;
}

static void clear(VM *vm, Object *self) { value_set(vm, &((TupleGetter *)self)->doc, NONE); }

static void dealloc(VM *vm, Object *self) {
    value_xdrop(vm, ((TupleGetter *)self)->doc);
    object_free(vm, self, sizeof(TupleGetter));
}

static Value getter_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    int64_t index;
    if (!arguments_check(vm, "_tuplegetter", nargs, names, 2, 2)) return ABSENT;
    if (!object_to_int64(vm, args[0], &exc_OverflowError, &index)) return ABSENT;
    TupleGetter *getter = (TupleGetter *)object_new_container(vm, type, sizeof *getter);
    if (!getter) return raise_memory(vm);
    getter->index = index;
    getter->doc = value_ref(args[1]);
    object_track(&getter->head);
    return from_object(getter);
}

static Value getter_get(VM *vm, Value self, Value instance, Value owner) {
    int64_t index = as_getter(self)->index;
    if (!value_is_given(instance)) return value_ref(self);
    if (!is_tuple(instance)) {
        return raise_type(vm, "descriptor for index '%lld' for tuple subclasses doesn't apply to '%T' object",
                          (long long)index, instance);
    }
    const Tuple *tuple = as_tuple(instance);
    if (index < 0 || index >= tuple->length) return raise_index(vm, "tuple index out of range");
    return value_ref(tuple->items[index]);
}

static bool getter_set(VM *vm, Value self, Value instance, Value value) {
    raise_error(vm, &exc_AttributeError, is_absent(value) ? "can't delete attribute" : "can't set attribute");
    return false;
}

static Value getter_repr(VM *vm, Value self) {
    int enter = repr_enter(vm, self);
    if (enter < 0) return ABSENT;
    if (enter == 0) return string_from_c(vm, "_tuplegetter(...)");
    Value doc = value_ref(as_getter(self)->doc);
    Value text = string_format(vm, "_tuplegetter(%lld, %R)", (long long)as_getter(self)->index, doc);
    value_drop(vm, doc);
    repr_leave(vm, self);
    return text;
}

NATIVE(getter_reduce) {
    Value index = int_from(vm, as_getter(args[0])->index), result = ABSENT;
    if (is_absent(index)) return ABSENT;
    Value arguments = tuple_pack(vm, 2, index, as_getter(args[0])->doc);
    value_drop(vm, index);
    if (is_absent(arguments)) return ABSENT;
    result = tuple_pack(vm, 2, from_object(&tuple_getter_type), arguments);
    value_drop(vm, arguments);
    return result;
}

static const NativeDef getter_methods[] = {
    {"__reduce__", getter_reduce, "", NULL},
    {0},
};

static const MemberDef getter_members[] = {
    {"__doc__", offsetof(TupleGetter, doc), 0, NULL},
    {0},
};

Type tuple_getter_type = {
    TYPE_HEAD(tuple_getter_type, "collections._tuplegetter", .traverse = traverse, .clear = clear,
              .dealloc = dealloc),
    .basic_size = sizeof(TupleGetter),
    .base = &object_type,
    .new = getter_new,
    .repr = getter_repr,
    .descriptor_get = getter_get,
    .descriptor_set = getter_set,
    .methods = getter_methods,
    .members = getter_members,
};

/* --- defaultdict --- */

typedef struct {
    Dict dict;
    Value factory; /* ABSENT means None; owned */
} DefaultDict;

static DefaultDict *as_default(Value v) { return (DefaultDict *)as_object(v); }
static bool is_default(Value v) { return value_is_instance(v, &default_dict_type); }
static BORROWED Value factory_of(Value self) {
    Value factory = as_default(self)->factory;
    return is_absent(factory) ? NONE : factory;
}

static int default_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((DefaultDict *)self)->factory);
    return dict_type.head.traverse(self, visit, context);
}

static void default_clear(VM *vm, Object *self) {
    value_clear(vm, &((DefaultDict *)self)->factory);
    dict_clear(vm, from_object(self));
}

static void default_dealloc(VM *vm, Object *self) {
    value_clear(vm, &((DefaultDict *)self)->factory);
    dict_type.head.dealloc(vm, self);
}

static bool default_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    Value factory = nargs > 0 ? args[0] : NONE;
    if (!is_none(factory) && !type_of(factory)->call) {
        raise_type(vm, "first argument must be callable or None");
        return false;
    }
    value_set(vm, &as_default(self)->factory, value_ref(factory));
    return dict_type.init(vm, self, args + (nargs > 0), nargs - (nargs > 0), names);
}

static Value make_missing(VM *vm, Value self, Value key) {
    if (is_none(factory_of(self))) return raise_key(vm, key);
    Value factory = value_ref(factory_of(self));
    Value value = call_0(vm, factory);
    value_drop(vm, factory);
    if (is_absent(value) || object_set_item(vm, self, key, value)) return value;
    value_drop(vm, value);
    return ABSENT;
}

METHOD(missing) { return make_missing(vm, args[0], args[1]); }

static Value default_get_item(VM *vm, Value self, Value key) {
    if (!is_exactly(self, &default_dict_type)) return dict_type.container.get_item(vm, self, key);
    Value value = dict_get(vm, self, key);
    if (!is_absent(value)) return value_ref(value);
    return error_raised(vm) ? ABSENT : make_missing(vm, self, key);
}

static Value factory_repr(VM *vm, Value factory) {
    int entered = repr_enter(vm, factory);
    if (entered <= 0) return entered < 0 ? ABSENT : string_from_c(vm, "...");
    Value text = object_repr(vm, factory);
    repr_leave(vm, factory);
    return text;
}

static Value default_repr(VM *vm, Value self) {
    Value items = dict_type.repr(vm, self), text = ABSENT;
    if (is_absent(items)) return ABSENT;
    Value factory = value_ref(factory_of(self)), shown = factory_repr(vm, factory);
    if (!is_absent(shown))
        text = string_format(vm, "%s(%S, %S)", type_short_name(type_of(self)), shown, items);
    value_xdrop(vm, shown);
    value_drop(vm, factory);
    value_drop(vm, items);
    return text;
}

/* type(self)(factory, items). */
static Value default_like(VM *vm, Value self, Value items) {
    Value factory = value_ref(factory_of(self));
    Value result = call_2(vm, from_object(type_of(self)), factory, items);
    value_drop(vm, factory);
    return result;
}

static Value default_merge(VM *vm, Value left, Value right) {
    if (!is_dict(left) || !is_dict(right)) return NOT_IMPLEMENTED;
    Value result = default_like(vm, is_default(left) ? left : right, left);
    if (is_absent(result)) return ABSENT;
    if (!is_dict(result)) {
        raise_type(vm, "expected dict, got %T", result);
        value_clear(vm, &result);
    } else if (!dict_update(vm, result, right)) {
        value_clear(vm, &result);
    }
    return result;
}

METHOD(default_copy) { return default_like(vm, args[0], args[0]); }

METHOD(default_reduce) {
    Value self = args[0], factory = factory_of(self), result = ABSENT;
    Value arguments = is_none(factory) ? value_ref(vm->empty_tuple) : tuple_pack(vm, 1, factory);
    Value items = is_absent(arguments) ? ABSENT : call_method(vm, self, NAME_OF(vm, items), NULL, 0);
    Value iterator = is_absent(items) ? ABSENT : object_iterate(vm, items);
    if (!is_absent(iterator))
        result = tuple_pack(vm, 5, from_object(type_of(self)), arguments, NONE, NONE, iterator);
    value_xdrop(vm, iterator), value_xdrop(vm, items), value_xdrop(vm, arguments);
    return result;
}

static const NativeDef default_methods[] = {
    {"__class_getitem__", generic_alias_class_getitem, "object, /", "See PEP 585", NATIVE_CLASS_METHOD},
    {"__copy__", method_default_copy, "", "D.copy() -> a shallow copy of D."},
    {"__missing__", method_missing, "object, /",
     "__missing__(key) # Called by __getitem__ for missing key; pseudo-code:\n  if self.default_factory is "
     "None: raise KeyError((key,))\n  self[key] = value = self.default_factory()\n  return value\n"},
    {"__reduce__", method_default_reduce, "", "Return state information for pickling."},
    {"copy", method_default_copy, "", "D.copy() -> a shallow copy of D."},
    {0},
};

static const MemberDef default_members[] = {
    {"default_factory", offsetof(DefaultDict, factory), MEMBER_NONE_IF_ABSENT,
     "Factory for default value called by __missing__()."},
    {0},
};

Type default_dict_type = {
    TYPE_HEAD(default_dict_type, "collections.defaultdict", .traverse = default_traverse,
              .clear = default_clear, .dealloc = default_dealloc),
    .flags = TYPE_BASE | TYPE_DICT | TYPE_MAPPING,
    .basic_size = sizeof(DefaultDict),
    .base = &dict_type,
    .doc = "defaultdict(default_factory=None, /, [...]) --> dict with default factory\n\nThe default factory "
           "is called without arguments to produce\na new value when a key is not present, in __getitem__ "
           "only.\nA defaultdict compares equal to a dict with the same items.\nAll remaining arguments are "
           "treated the same as if they were\npassed to the dict constructor, including keyword arguments.",
    .init = default_init,
    .repr = default_repr,
    .number = {.binary = {[BINARY_OR] = default_merge}},
    .container = {.get_item = default_get_item},
    .methods = default_methods,
    .members = default_members,
};

/* --- counting --- */

static bool count_directly(VM *vm, Value key, void *mapping) {
    Value self = *(Value *)mapping;
    int64_t hash;
    if (!hash_value(vm, key, &hash)) return false;
    int64_t index = dict_find(vm, as_dict(self), key, hash);
    if (index == -1) return dict_set_hashed(vm, self, key, hash, int_small(1));
    if (index < 0) return false;
    Value *place = &dict_entries(as_dict(self))[index].value;
    if (is_int(*place) && int_get(*place) < INT_MAX_IMMEDIATE) {
        *place = int_small(int_get(*place) + 1);
        return true;
    }
    Value old = value_ref(*place), sum = object_binary(vm, BINARY_ADD, old, int_small(1));
    value_drop(vm, old);
    bool done = !is_absent(sum) && dict_set_hashed(vm, self, key, hash, sum);
    value_xdrop(vm, sum);
    return done;
}

typedef struct {
    Value mapping, get;
} Counting;

static bool count_by_methods(VM *vm, Value key, void *context) {
    const Counting *counting = context;
    Value old = call_2(vm, counting->get, key, int_small(0));
    Value sum = is_absent(old) ? ABSENT : object_binary(vm, BINARY_ADD, old, int_small(1));
    value_xdrop(vm, old);
    bool done = !is_absent(sum) && object_set_item(vm, counting->mapping, key, sum);
    value_xdrop(vm, sum);
    return done;
}

static bool inherits(VM *vm, Type *type, Value name) {
    return value_same(type_lookup(vm, type, name), type_lookup(vm, &dict_type, name));
}

/* Does the mapping read and store as a dict does? */
static bool counts_directly(VM *vm, Value mapping) {
    Type *type = type_of(mapping);
    return is_dict(mapping) && inherits(vm, type, NAME_OF(vm, mapping_get)) &&
           inherits(vm, type, NAME_OF(vm, setitem));
}

METHOD(count_elements) {
    if (counts_directly(vm, args[0])) return each_item(vm, args[1], count_directly, &args[0]) ? NONE : ABSENT;
    Counting counting = {args[0], object_get_attribute(vm, args[0], NAME_OF(vm, mapping_get))};
    if (is_absent(counting.get)) return ABSENT;
    bool done = each_item(vm, args[1], count_by_methods, &counting);
    value_drop(vm, counting.get);
    return done ? NONE : ABSENT;
}

static const NativeDef functions[] = {
    {"_count_elements", method_count_elements, "mapping, iterable, /",
     "Count elements in the iterable, updating the mapping"},
    {0},
};

static const NamedType types[] = {
    {"_tuplegetter", &tuple_getter_type},
    {"deque", &deque_type},
    {"_deque_iterator", &deque_iterator_type},
    {"_deque_reverse_iterator", &deque_reverse_iterator_type},
    {"defaultdict", &default_dict_type},
    {"OrderedDict", &ordered_dict_type},
    {0},
};

Value module__collections_new(VM *vm) {
    return module_make(vm, &(ModuleDef){.name = "_collections",
                                        .doc = "What collections' classes need in C.",
                                        .types = types,
                                        .functions = functions});
}
