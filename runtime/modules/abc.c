/*
 * The module _abc: what abc.ABCMeta does for every isinstance and issubclass, with its caches.
 *
 * Each abstract base class has an _abc_data in its attribute _abc_impl: the classes that were registered with it, and
 * those that were found to be, or not to be, subclasses of it. Positive answers stay true. A registration anywhere
 * may turn a negative one, so each set of them belongs to a number of registrations (vm->abc_registrations) and is
 * dropped when that has gone on.
 */
#include "runtime/classes/class.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/set.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "runtime/weakref.h"

typedef struct {
    Object head;
    Value registry, cache, negative; /* sets of weak references to classes, or ABSENT while empty; owned */
    uint64_t negative_version;       /* vm->abc_registrations when the negative cache was begun */
} AbcData;

static inline AbcData *as_data(Value v) { return (AbcData *)as_object(v); }

static int traverse(Object *self, VisitFn visit, void *context) {
    AbcData *data = (AbcData *)self;
    VISIT(data->registry);
    VISIT(data->cache);
    VISIT(data->negative);
    return 0;
}

static void clear(VM *vm, Object *self) {
    AbcData *data = (AbcData *)self;
    value_clear(vm, &data->registry);
    value_clear(vm, &data->cache);
    value_clear(vm, &data->negative);
}

static void dealloc(VM *vm, Object *self) {
    object_untrack(vm, self);
    clear(vm, self);
    object_free(vm, self, sizeof(AbcData));
}

static Value make(VM *vm, Type *type, Value *args, int nargs, Value names) {
    AbcData *data = (AbcData *)object_new_container(vm, type, sizeof *data);
    if (data == NULL) return raise_memory(vm);
    data->negative_version = vm->abc_registrations;
    object_track(&data->head);
    return from_object(data);
}

Type abc_data_type = {
    TYPE_HEAD(abc_data_type, "_abc._abc_data", .traverse = traverse, .clear = clear, .dealloc = dealloc),
    .basic_size = sizeof(AbcData),
    .base = &object_type,
    .doc = "Internal state held by ABC machinery.",
    .new = make,
};

/* --- the sets --- */

/* They hold weak references: to have been asked about does not keep a class alive. */

static int has(VM *vm, Value set, Value class) {
    if (is_absent(set)) return 0;
    Value reference = weak_reference_new(vm, &weak_ref_type, class, ABSENT);
    if (is_absent(reference)) return -1;
    value_ref(set); /* a metaclass's __hash__ or __eq__ may do anything */
    int found = set_contains(vm, set, reference);
    value_drop(vm, set);
    value_drop(vm, reference);
    return found;
}

/* The classes of a set that are still there, a list. NEW. */
static Value living(VM *vm, Value set) {
    Value list = list_new(vm, 0), reference;
    int64_t hash;
    for (int64_t position = 0; !is_absent(list) && set_next(as_set(set), &position, &reference, &hash);) {
        Value class = weak_reference_get((WeakReference *)as_object(reference));
        if (!is_absent(class) && !list_append_owned(vm, list, class)) value_clear(vm, &list);
    }
    return list;
}

static bool add_reference(VM *vm, Value set, Value class) {
    Value reference = weak_reference_new(vm, &weak_ref_type, class, ABSENT);
    bool ok = !is_absent(reference) && set_add(vm, set, reference);
    value_xdrop(vm, reference);
    return ok;
}

/* The same set without the references to classes that have died. */
static bool sweep(VM *vm, Value *set) {
    Value classes = living(vm, *set), fresh = is_absent(classes) ? ABSENT : set_new(vm);
    bool ok = !is_absent(fresh);
    for (int64_t i = 0; ok && i < as_list(classes)->length; i++)
        ok = add_reference(vm, fresh, as_list(classes)->items[i]);
    value_xdrop(vm, classes);
    if (ok)
        value_set(vm, set, fresh);
    else
        value_xdrop(vm, fresh);
    return ok;
}

static bool add(VM *vm, Value *set, Value class) {
    enum { SWEEP_MIN = 64 }; /* then at each doubling */
    if (is_absent(*set) && is_absent(*set = set_new(vm))) return false;
    int64_t used = as_set(*set)->used;
    if (used >= SWEEP_MIN && (used & (used - 1)) == 0 && !sweep(vm, set)) return false;
    Value target = value_ref(*set);
    bool ok = add_reference(vm, target, class);
    value_drop(vm, target);
    return ok;
}

/* The class's data. NEW, RAISES. */
static Value data_of(VM *vm, Value self) {
    if (is_family(self, TYPE_TYPE) && type_of(self)->get_attribute == type_type.get_attribute) {
        Value found = type_lookup(vm, as_type(self), NAME_OF(vm, abc_impl));
        if (!is_absent(found) && is_exactly(found, &abc_data_type)) return value_ref(found);
    }
    Value data = object_get_attribute(vm, self, NAME_OF(vm, abc_impl));
    if (is_absent(data) || is_exactly(data, &abc_data_type)) return data;
    value_drop(vm, data);
    return raise_type(vm, "_abc_impl is set to a wrong type");
}

/* --- abstract methods --- */

/* 1 abstract, 0 not, -1 RAISES. */
static int is_abstract(VM *vm, Value v) {
    Value mark;
    int found = object_find_attribute(vm, v, NAME_OF(vm, isabstractmethod), &mark);
    if (found <= 0) return found;
    int truth = object_truth(vm, mark);
    value_drop(vm, mark);
    return truth;
}

/* The abstract ones among the class's own attributes. */
static bool add_own(VM *vm, Value self, Value abstracts) {
    Dict *dict = type_dict(vm, as_type(self));
    Value copy = dict == NULL ? ABSENT : dict_copy(vm, from_object(dict)), name, value;
    bool ok = !is_absent(copy);
    for (int64_t position = 0; ok && dict_next(copy, &position, &name, &value);) {
        int abstract = is_abstract(vm, value);
        ok = abstract == 0 || (abstract > 0 && set_add(vm, abstracts, name));
    }
    value_xdrop(vm, copy);
    return ok;
}

/* One name that is abstract in a base: is it still, seen from here? */
static bool add_if_abstract(VM *vm, Value self, Value name, Value abstracts) {
    Value value;
    if (!is_string(name)) return raise_type(vm, "attribute name must be string, not '%T'", name), false;
    int found = object_find_attribute(vm, self, name, &value);
    if (found <= 0) return found == 0;
    int abstract = is_abstract(vm, value);
    value_drop(vm, value);
    return abstract == 0 || (abstract > 0 && set_add(vm, abstracts, name));
}

static bool add_of_base(VM *vm, Value self, Value base, Value abstracts) {
    Value names;
    int found = object_find_attribute(vm, base, NAME_OF(vm, abstractmethods), &names);
    if (found <= 0) return found == 0;
    Value row = tuple_from_iterable(vm, names);
    value_drop(vm, names);
    bool ok = !is_absent(row);
    for (int64_t i = 0; ok && i < as_tuple(row)->length; i++)
        ok = add_if_abstract(vm, self, as_tuple(row)->items[i], abstracts);
    value_xdrop(vm, row);
    return ok;
}

static bool compute_abstract_methods(VM *vm, Value self) {
    Value abstracts = set_new(vm);
    Value bases = is_absent(abstracts) ? ABSENT : object_get_attribute(vm, self, NAME_OF(vm, bases));
    bool ok = !is_absent(bases) && is_tuple(bases) && add_own(vm, self, abstracts);
    for (int64_t i = 0; ok && i < as_tuple(bases)->length; i++)
        ok = add_of_base(vm, self, as_tuple(bases)->items[i], abstracts);
    Value frozen = ok ? frozenset_from_iterable(vm, abstracts) : ABSENT;
    ok = ok && !is_absent(frozen) && object_set_attribute(vm, self, NAME_OF(vm, abstractmethods), frozen);
    value_xdrop(vm, frozen);
    value_xdrop(vm, bases);
    value_xdrop(vm, abstracts);
    return ok;
}

/* --- what patterns match --- */

/* CPython's numbers, which a class gives as __abc_tpflags__. */
enum { PATTERN_SEQUENCE = 1 << 5, PATTERN_MAPPING = 1 << 6 };

/* Take what the class says of itself. */
static bool take_pattern_flags(VM *vm, Value self) {
    Type *type = as_type(self);
    Value flags;
    Dict *dict = type_dict(vm, type);
    if (dict == NULL) return false;
    flags = dict_get_string(vm, from_object(dict), NAME_OF(vm, abc_tpflags));
    if (is_absent(flags) || !is_int(flags)) return true;
    int64_t bits = int_get(flags);
    if ((bits & PATTERN_SEQUENCE) && (bits & PATTERN_MAPPING)) {
        raise_type(vm, "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING");
        return false;
    }
    type->flags &= ~(uint32_t)(TYPE_SEQUENCE | TYPE_MAPPING);
    type->flags |= bits & PATTERN_SEQUENCE ? TYPE_SEQUENCE : bits & PATTERN_MAPPING ? TYPE_MAPPING : 0;
    return object_set_attribute(vm, self, NAME_OF(vm, abc_tpflags), ABSENT);
}

/* A registered class and its subclasses are matched as the class they were registered with. Built-in types do not
 * change. */
static bool give_pattern_flags(VM *vm, Type *type, uint32_t flags) {
    if (!(type->flags & TYPE_HEAP) || (type->flags & (TYPE_SEQUENCE | TYPE_MAPPING)) == flags) return true;
    if (!recursion_enter(vm, "")) return false;
    type->flags = (type->flags & ~(uint32_t)(TYPE_SEQUENCE | TYPE_MAPPING)) | flags;
    Value below = type_subclass_list(vm, type);
    bool ok = !is_absent(below);
    for (int64_t i = 0; ok && i < as_list(below)->length; i++)
        ok = give_pattern_flags(vm, as_type(as_list(below)->items[i]), flags);
    value_xdrop(vm, below);
    recursion_leave(vm);
    return ok;
}

/* --- the functions --- */

static bool check_class(VM *vm, Value self, const char *function) {
    if (is_family(self, TYPE_TYPE)) return true;
    raise_type(vm, "%s() argument 1 must be a class, not %T", function, self);
    return false;
}

NATIVE(abc_init) {
    if (!check_class(vm, args[0], "_abc_init") || !compute_abstract_methods(vm, args[0])) return ABSENT;
    Value data = make(vm, &abc_data_type, NULL, 0, ABSENT);
    bool ok = !is_absent(data) && object_set_attribute(vm, args[0], NAME_OF(vm, abc_impl), data) &&
              take_pattern_flags(vm, args[0]);
    value_xdrop(vm, data);
    return ok ? NONE : ABSENT;
}

NATIVE(abc_register) {
    Value self = args[0], class = args[1];
    if (!is_family(class, TYPE_TYPE)) return raise_type(vm, "Can only register classes");
    int known = object_is_subclass(vm, class, self);
    if (known) return known < 0 ? ABSENT : value_ref(class);
    int cycle = object_is_subclass(vm, self, class);
    if (cycle > 0) raise_error(vm, &exc_RuntimeError, "Refusing to create an inheritance cycle");
    Value data = cycle ? ABSENT : data_of(vm, self);
    bool ok = !is_absent(data) && add(vm, &as_data(data)->registry, class);
    value_xdrop(vm, data);
    if (!ok) return ABSENT;
    vm->abc_registrations++;
    uint32_t flags = is_family(self, TYPE_TYPE) ? as_type(self)->flags & (TYPE_SEQUENCE | TYPE_MAPPING) : 0;
    if (flags && !give_pattern_flags(vm, as_type(class), flags)) return ABSENT;
    return value_ref(class);
}

/* What __subclasshook__ says: 1, 0, -1 RAISES, 2 does not know. */
static int ask_hook(VM *vm, Value self, Value class) {
    Value answer = call_method(vm, self, NAME_OF(vm, subclasshook), &class, 1);
    if (is_absent(answer)) return -1;
    int result = value_same(answer, NOT_IMPLEMENTED) ? 2 : value_same(answer, TRUE_VALUE);
    bool known = result || value_same(answer, FALSE_VALUE);
    value_drop(vm, answer);
    if (known) return result;
    raise_error(vm, &exc_AssertionError,
                "__subclasshook__ must return either False, True, or NotImplemented");
    return -1;
}

/* Is the class a subclass of one of those in the list (which it is given)? */
static int below_any(VM *vm, Value class, STEALS Value classes) {
    int answer = is_absent(classes) ? -1 : 0;
    for (int64_t i = 0; answer == 0 && i < as_list(classes)->length; i++)
        answer = object_is_subclass(vm, class, as_list(classes)->items[i]);
    value_xdrop(vm, classes);
    return answer;
}

/* Find out what no cache knows: 1, 0, -1 RAISES. */
static int find_out(VM *vm, Value self, const AbcData *data, Value class) {
    int answer = ask_hook(vm, self, class);
    if (answer != 2) return answer;
    if (is_family(self, TYPE_TYPE) && type_is_subtype(as_type(class), as_type(self))) return 1;
    if (!is_absent(data->registry)) {
        answer = below_any(vm, class, living(vm, data->registry));
        if (answer == 1 || answer < 0) return answer;
    }
    Value below = call_method(vm, self, NAME_OF(vm, subclasses), NULL, 0);
    if (is_absent(below)) return -1;
    if (is_list(below)) return below_any(vm, class, below);
    value_drop(vm, below);
    raise_type(vm, "__subclasses__() must return a list");
    return -1;
}

static int check_subclass(VM *vm, Value self, AbcData *data, Value class) {
    int cached = has(vm, data->cache, class);
    if (cached) return cached;
    if (data->negative_version < vm->abc_registrations) {
        value_clear(vm, &data->negative);
        data->negative_version = vm->abc_registrations;
    } else {
        cached = has(vm, data->negative, class);
        if (cached) return cached < 0 ? -1 : 0;
    }
    if (!recursion_enter(vm, " in __subclasscheck__")) return -1;
    int answer = find_out(vm, self, data, class);
    recursion_leave(vm);
    if (answer >= 0 && !add(vm, answer ? &data->cache : &data->negative, class)) return -1;
    return answer;
}

NATIVE(abc_subclasscheck) {
    if (!is_family(args[1], TYPE_TYPE)) return raise_type(vm, "issubclass() arg 1 must be a class");
    Value data = data_of(vm, args[0]);
    if (is_absent(data)) return ABSENT;
    int answer = check_subclass(vm, args[0], as_data(data), args[1]);
    value_drop(vm, data);
    return bool_from_truth(answer);
}

/* By the instance's type, then by what its __class__ claims if that is another. */
static Value ask_both(VM *vm, Value self, Value claimed, Value type) {
    Value answer = call_method(vm, self, NAME_OF(vm, subclasscheck), &claimed, 1);
    int truth = is_absent(answer) ? -1 : object_truth(vm, answer);
    if (truth || value_same(claimed, type)) return answer;
    value_drop(vm, answer);
    return call_method(vm, self, NAME_OF(vm, subclasscheck), &type, 1);
}

NATIVE(abc_instancecheck) {
    Value data = data_of(vm, args[0]), type = from_object(type_of(args[1]));
    if (is_absent(data)) return ABSENT;
    Value claimed = type_is_claimed(vm, args[1]) ? value_ref(type)
                                                 : object_get_attribute(vm, args[1], NAME_OF(vm, class));
    Value answer = ABSENT;
    if (!is_absent(claimed)) {
        const AbcData *d = as_data(data);
        int yes = has(vm, d->cache, claimed), no = 0;
        if (yes == 0 && value_same(claimed, type) && d->negative_version == vm->abc_registrations)
            no = has(vm, d->negative, claimed);
        if (yes == 0 && no == 0)
            answer = ask_both(vm, args[0], claimed, type);
        else if (yes >= 0 && no >= 0)
            answer = bool_from(yes);
        value_drop(vm, claimed);
    }
    value_drop(vm, data);
    return answer;
}

static Value set_shown(VM *vm, Value set) {
    return is_absent(set) ? set_new(vm) : set_from_iterable(vm, set);
}

NATIVE(abc_get_dump) {
    Value data = data_of(vm, args[0]), dump = ABSENT;
    if (is_absent(data)) return ABSENT;
    const AbcData *d = as_data(data);
    Value registry = set_shown(vm, d->registry), cache = set_shown(vm, d->cache);
    Value negative = set_shown(vm, d->negative), version = int_from_unsigned(vm, d->negative_version);
    if (!is_absent(registry) && !is_absent(cache) && !is_absent(negative) && !is_absent(version))
        dump = tuple_pack(vm, 4, registry, cache, negative, version);
    value_xdrop(vm, registry);
    value_xdrop(vm, cache);
    value_xdrop(vm, negative);
    value_xdrop(vm, version);
    value_drop(vm, data);
    return dump;
}

NATIVE(abc_reset_registry) {
    Value data = data_of(vm, args[0]);
    if (is_absent(data)) return ABSENT;
    value_clear(vm, &as_data(data)->registry);
    value_drop(vm, data);
    return NONE;
}

NATIVE(abc_reset_caches) {
    Value data = data_of(vm, args[0]);
    if (is_absent(data)) return ABSENT;
    value_clear(vm, &as_data(data)->cache);
    value_clear(vm, &as_data(data)->negative);
    value_drop(vm, data);
    return NONE;
}

NATIVE(abc_get_cache_token) { return int_from_unsigned(vm, vm->abc_registrations); }

static const NativeDef functions[] = {
    {"_abc_init", abc_init, "self, /", "Find the class's abstract methods and give it its caches."},
    {"_abc_register", abc_register, "self, subclass, /", "Register a virtual subclass."},
    {"_abc_instancecheck", abc_instancecheck, "self, instance, /", "isinstance(instance, self)"},
    {"_abc_subclasscheck", abc_subclasscheck, "self, subclass, /", "issubclass(subclass, self)"},
    {"_get_dump", abc_get_dump, "self, /", "(registry, cache, negative cache, its version)"},
    {"_reset_registry", abc_reset_registry, "self, /", "Forget what was registered."},
    {"_reset_caches", abc_reset_caches, "self, /", "Forget what was found out."},
    {"get_cache_token", abc_get_cache_token, "",
     "A value that changes with every registration of a virtual subclass."},
    {0},
};

Value module__abc_new(VM *vm) {
    return module_make(vm,
                       &(ModuleDef){.name = "_abc", .doc = "What abc is made of.", .functions = functions});
}
