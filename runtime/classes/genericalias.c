#include "runtime/classes/genericalias.h"

#include "runtime/arguments.h"
#include "runtime/classes/instance.h"
#include "runtime/classes/slots.h"
#include "runtime/classes/union.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/hash.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/builder.h"
#include "runtime/text/str.h"

static GenericAlias *as_alias(Value v) { return (GenericAlias *)as_object(v); }
static bool is_alias(Value v) { return value_is_instance(v, &generic_alias_type); }

/* --- making, life --- */

static Value make(VM *vm, Type *type, Value origin, Value args) {
    Value tuple = is_exactly(args, &tuple_type) ? value_ref(args) : tuple_pack(vm, 1, args);
    if (is_absent(tuple)) return ABSENT;
    GenericAlias *alias = (GenericAlias *)instance_new(vm, type, 0);
    if (!alias) {
        value_drop(vm, tuple);
        return ABSENT;
    }
    alias->origin = value_ref(origin);
    alias->args = tuple;
    object_track(&alias->head);
    return from_object(alias);
}

Value generic_alias_new(VM *vm, Value origin, Value args) {
    return make(vm, &generic_alias_type, origin, args);
}

Value generic_alias_class_getitem(VM *vm, Value *args, int nargs, Value names) {
    return generic_alias_new(vm, args[0], args[1]);
}

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (!arguments_check(vm, "GenericAlias", nargs, names, 2, 2)) return ABSENT;
    return make(vm, type, args[0], args[1]);
}

static int traverse(Object *self, VisitFn visit, void *context) {
    GenericAlias *alias = (GenericAlias *)self;
    VISIT(alias->origin);
    VISIT(alias->args);
    VISIT(alias->parameters);
    return 0;
}

static void dealloc(VM *vm, Object *self) {
    GenericAlias *alias = (GenericAlias *)self;
    value_xdrop(vm, alias->origin);
    value_xdrop(vm, alias->args);
    value_xdrop(vm, alias->parameters);
    object_free(vm, self, instance_size(self, 0));
}

/* --- text --- */

/* The attribute `name` of v, NEW; ABSENT when there is none, or RAISES (the builder has failed). */
static Value find_attribute(Builder *b, Value v, Value name) {
    Value found = ABSENT;
    if (!b->failed && object_find_attribute(b->vm, v, name, &found) < 0) b->failed = true;
    return found;
}

/* Is it an alias itself? */
static bool is_alias_like(Builder *b, Value v) {
    Value origin = find_attribute(b, v, NAME_OF(b->vm, origin));
    Value args = is_absent(origin) ? ABSENT : find_attribute(b, v, NAME_OF(b->vm, type_args));
    bool both = !is_absent(args);
    value_xdrop(b->vm, origin);
    value_xdrop(b->vm, args);
    return both;
}

/* Append the name of a class or a function, with its module unless that is builtins; false where v has none. */
static bool append_name(Builder *b, Value v) {
    Value name = find_attribute(b, v, NAME_OF(b->vm, qualname));
    Value module = is_absent(name) ? ABSENT : find_attribute(b, v, NAME_OF(b->vm, module));
    bool named = !is_absent(module) && is_string(name) && is_string(module);
    if (named && !string_equal_c(module, "builtins")) {
        builder_string(b, module);
        builder_char(b, '.');
    }
    if (named) builder_string(b, name);
    value_xdrop(b->vm, name);
    value_xdrop(b->vm, module);
    return named;
}

static void append_argument(Builder *b, Value v);

/* Arguments, and between them commas. */
static void append_arguments(Builder *b, const Value *items, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        if (i > 0) builder_c(b, ", ");
        append_argument(b, items[i]);
    }
}

/* One argument as the repr shows it. A list holds the parameters of a callable. */
static void append_argument(Builder *b, Value v) {
    if (value_same(v, ELLIPSIS)) {
        builder_c(b, "...");
    } else if (type_of(v) == &list_type) {
        Value items = tuple_from_iterable(b->vm, v);
        builder_char(b, '[');
        if (is_absent(items))
            b->failed = true;
        else
            append_arguments(b, as_tuple(items)->items, as_tuple(items)->length);
        builder_char(b, ']');
        value_xdrop(b->vm, items);
    } else if (is_alias_like(b, v) || !append_name(b, v)) {
        builder_repr(b, v);
    }
}

static Value repr(VM *vm, Value self) {
    const GenericAlias *alias = as_alias(self);
    const Tuple *args = as_tuple(alias->args);
    int entered = repr_enter(vm, self);
    if (entered <= 0) return entered < 0 ? ABSENT : string_from_c(vm, "...");
    Builder b;
    builder_init(&b, vm);
    if (alias->starred) builder_char(&b, '*');
    append_argument(&b, alias->origin);
    builder_char(&b, '[');
    append_arguments(&b, args->items, args->length);
    if (args->length == 0) builder_c(&b, "()");
    builder_char(&b, ']');
    repr_leave(vm, self);
    return builder_finish(&b);
}

/* --- behaving as the origin --- */

/* Attributes that are the alias's own, not the origin's. Those it has not are looked for here in vain. */
static const char *const own_names[] = {
    "__class__",       "__bases__",      "__origin__",
    "__args__",        "__parameters__", "__typing_unpacked_tuple_args__",
    "__mro_entries__", "__reduce_ex__",  "__reduce__",
    "__copy__",        "__deepcopy__",   "__unpacked__",
};

enum { OWN_COUNT = sizeof own_names / sizeof *own_names };

static bool is_own(Value name) {
    for (size_t i = 0; i < OWN_COUNT; i++) {
        if (string_equal_c(name, own_names[i])) return true;
    }
    return false;
}

static Value get_attribute(VM *vm, Value self, Value name) {
    if (is_own(name)) return object_generic_get(vm, self, name);
    return object_get_attribute(vm, as_alias(self)->origin, name);
}

static Value call(VM *vm, Value self, Value *args, int nargs, Value names) {
    Value instance = object_call(vm, as_alias(self)->origin, args, nargs, names);
    if (is_absent(instance)) return ABSENT;
    Value name = string_intern_fixed(vm, "__orig_class__");
    bool done = !is_absent(name) && object_set_attribute(vm, instance, name, self);
    value_xdrop(vm, name);
    if (!done && (error_is(vm, &exc_AttributeError) || error_is(vm, &exc_TypeError))) {
        error_clear(vm);
        done = true;
    }
    if (done) return instance;
    value_drop(vm, instance);
    return ABSENT;
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    bool aliases = is_alias(self) && is_alias(other);
    if (!aliases || (op != COMPARE_EQ && op != COMPARE_NE)) return NOT_IMPLEMENTED;
    const GenericAlias *a = as_alias(self), *b = as_alias(other);
    int equal = a->starred == b->starred;
    if (equal) equal = object_equal(vm, a->origin, b->origin);
    if (equal > 0) equal = object_equal(vm, a->args, b->args);
    return compare_equality(equal, op);
}

static bool hash(VM *vm, Value self, int64_t *result) {
    int64_t origin, args;
    if (!hash_nested(vm, as_alias(self)->origin, &origin) || !hash_nested(vm, as_alias(self)->args, &args)) {
        return false;
    }
    *result = origin ^ args;
    if (*result == -1) *result = -2;
    return true;
}

/* Iterating over tuple[int] yields *tuple[int], once. */
static Value iterate(VM *vm, Value self) {
    Value starred = generic_alias_new(vm, as_alias(self)->origin, as_alias(self)->args);
    if (is_absent(starred)) return ABSENT;
    as_alias(starred)->starred = true;
    Value tuple = tuple_from_owned(vm, &starred, 1);
    if (is_absent(tuple)) return ABSENT;
    Value iterator = object_iterate(vm, tuple);
    value_drop(vm, tuple);
    return iterator;
}

/* --- type parameters --- */

/* Is `v` a type variable: an object with __typing_subst__ that is no class? 1, 0, -1 RAISES. */
static int is_parameter(VM *vm, Value v) {
    if (is_family(v, TYPE_TYPE)) return 0;
    Value name = string_intern_fixed(vm, "__typing_subst__"), method;
    if (is_absent(name)) return -1;
    int found = object_find_attribute(vm, v, name, &method);
    value_drop(vm, name);
    if (found > 0) value_drop(vm, method);
    return found;
}

static bool add_parameter(VM *vm, Value list, Value v) {
    int known = object_contains(vm, list, v);
    return known > 0 || (known == 0 && list_append(vm, list, v));
}

/* Add the type variables in `v`, an argument that is none itself: those of its __parameters__. */
static RAISES bool add_inner_parameters(VM *vm, Value list, Value v) {
    Value name = is_family(v, TYPE_TYPE) ? ABSENT : string_intern_fixed(vm, "__parameters__"), inner = ABSENT;
    if (is_absent(name)) return is_family(v, TYPE_TYPE);
    int found = -1;
    if (recursion_enter(vm, " while looking for type parameters")) {
        found = object_find_attribute(vm, v, name, &inner);
        recursion_leave(vm);
    }
    value_drop(vm, name);
    bool done = found >= 0;
    if (found > 0 && is_exactly(inner, &tuple_type)) {
        for (int64_t i = 0; done && i < as_tuple(inner)->length; i++)
            done = add_parameter(vm, list, as_tuple(inner)->items[i]);
    }
    value_xdrop(vm, inner);
    return done;
}

static RAISES bool collect_parameters(VM *vm, const Tuple *args, Value list) {
    for (int64_t i = 0; i < args->length; i++) {
        Value v = args->items[i];
        int parameter = is_parameter(vm, v);
        if (parameter < 0) return false;
        if (!(parameter ? add_parameter(vm, list, v) : add_inner_parameters(vm, list, v))) return false;
    }
    return true;
}

Value generic_parameters(VM *vm, Value args) {
    Value list = list_new(vm, 0), tuple = ABSENT;
    if (is_absent(list)) return ABSENT;
    if (collect_parameters(vm, as_tuple(args), list)) tuple = tuple_from_iterable(vm, list);
    value_drop(vm, list);
    return tuple;
}

static Value get_parameters(VM *vm, Value self) {
    GenericAlias *alias = as_alias(self);
    if (is_absent(alias->parameters)) {
        Value tuple = generic_parameters(vm, alias->args);
        if (is_absent(tuple)) return ABSENT;
        value_set(vm, &alias->parameters, tuple);
    }
    return value_ref(alias->parameters);
}

Value typing_call(VM *vm, const char *function, Value *args, int nargs, Value names) {
    Value module = vm->hooks.library(vm, "_typing"), result = ABSENT;
    Value name = is_absent(module) ? ABSENT : string_intern_fixed(vm, function);
    Value callable = is_absent(name) ? ABSENT : object_get_attribute(vm, module, name);
    if (!is_absent(callable)) result = object_call(vm, callable, args, nargs, names);
    value_xdrop(vm, callable);
    value_xdrop(vm, name);
    value_xdrop(vm, module);
    return result;
}

static Value get_item(VM *vm, Value self, Value key) {
    Value parameters = get_parameters(vm, self);
    if (is_absent(parameters)) return ABSENT;
    int64_t wanted = as_tuple(parameters)->length;
    value_drop(vm, parameters);
    if (wanted == 0) return raise_type(vm, "%R is not a generic class", self);
    Value row[2] = {self, key}, args = typing_call(vm, "_substituted_args", row, 2, ABSENT);
    if (is_absent(args)) return ABSENT;
    Value result = generic_alias_new(vm, as_alias(self)->origin, args);
    if (!is_absent(result)) as_alias(result)->starred = as_alias(self)->starred;
    value_drop(vm, args);
    return result;
}

/* --- tables --- */

METHOD(mro_entries) { return tuple_pack(vm, 1, as_alias(args[0])->origin); }

METHOD(refuse_check) { return raise_type(vm, "isinstance() argument 2 cannot be a parameterized generic"); }

METHOD(refuse_subclass_check) {
    return raise_type(vm, "issubclass() argument 2 cannot be a parameterized generic");
}

METHOD(reduce) {
    Value pair = tuple_pack(vm, 2, as_alias(args[0])->origin, as_alias(args[0])->args);
    if (is_absent(pair)) return ABSENT;
    Value result = tuple_pack(vm, 2, from_object(&generic_alias_type), pair);
    value_drop(vm, pair);
    return result;
}

METHOD(dir) {
    Value origin = as_alias(args[0])->origin, name = ABSENT;
    bool missing;
    Value found = special_call(vm, NAME_dir, &origin, 1, &missing), list = ABSENT;
    if (!is_absent(found)) list = list_from_iterable(vm, found);
    for (size_t i = 0; i < OWN_COUNT && !is_absent(list); i++) {
        int known =
            is_absent(name = string_intern_fixed(vm, own_names[i])) ? -1 : object_contains(vm, list, name);
        if (known < 0 || (!known && !list_append(vm, list, name))) value_clear(vm, &list);
        value_xdrop(vm, name);
    }
    value_xdrop(vm, found);
    return list;
}

static Value get_unpacked(VM *vm, Value self) { return bool_from(as_alias(self)->starred); }

/* What *tuple[...] stands for among the arguments of another alias. */
static Value get_unpacked_tuple(VM *vm, Value self) {
    GenericAlias *a = as_alias(self);
    return a->starred && value_same(a->origin, from_object(&tuple_type)) ? value_ref(a->args) : NONE;
}

static const NativeDef methods[] = {
    {"__dir__", method_dir, "", NULL},
    {"__instancecheck__", method_refuse_check, "object, /", "Refuse: arguments are not checked."},
    {"__mro_entries__", method_mro_entries, "object, /", "The origin, as the base of a class statement."},
    {"__reduce__", method_reduce, "", "Return state information for pickling."},
    {"__subclasscheck__", method_refuse_subclass_check, "object, /", "Refuse: arguments are not checked."},
    {0},
};

static const GetSetDef getsets[] = {
    {"__parameters__", get_parameters, NULL, "Type variables in the GenericAlias."},
    {"__typing_unpacked_tuple_args__", get_unpacked_tuple, NULL, NULL},
    {"__unpacked__", get_unpacked, NULL, "Is this an unpacked alias, *tuple[int]?"},
    {0},
};

static const MemberDef members[] = {
    {"__origin__", offsetof(GenericAlias, origin), MEMBER_READONLY, NULL},
    {"__args__", offsetof(GenericAlias, args), MEMBER_READONLY, NULL},
    {0},
};

Type generic_alias_type = {
    TYPE_HEAD(generic_alias_type, "types.GenericAlias", .traverse = traverse, .dealloc = dealloc),
    .flags = TYPE_WEAKLY_REFERABLE | TYPE_BASE,
    .basic_size = sizeof(GenericAlias),
    .base = &object_type,
    .doc = "(origin, args, /)\n--\n\nRepresent a PEP 585 generic type\n\nE.g. for t = list[int], "
           "t.__origin__ is list and t.__args__ is (int,).",
    .new = new,
    .repr = repr,
    .hash = hash,
    .compare = compare,
    .call = call,
    .get_attribute = get_attribute,
    .iterate = iterate,
    .number = {.binary = {[BINARY_OR] = union_or}},
    .container = {.get_item = get_item},
    .methods = methods,
    .getsets = getsets,
    .members = members,
};
