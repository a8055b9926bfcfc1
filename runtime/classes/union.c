/* types.UnionType. */

#include "runtime/classes/union.h"

#include "runtime/classes/genericalias.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/hash.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/builder.h"
#include "runtime/text/str.h"

static Value args_of(Value v) { return ((Union *)as_object(v))->args; }

/* --- making --- */

static bool may_join(Value v) {
    return is_none(v) || is_family(v, TYPE_TYPE) || is_exactly(v, &union_type) ||
           is_exactly(v, &type_alias_type) || value_is_instance(v, &generic_alias_type);
}

static bool add_one(VM *vm, Value list, Value alternative) {
    if (is_none(alternative)) alternative = from_object(&none_type);
    for (int64_t i = 0; i < as_list(list)->length; i++) {
        int equal = object_equal(vm, as_list(list)->items[i], alternative);
        if (equal) return equal > 0;
    }
    return list_append(vm, list, alternative);
}

static bool add_all(VM *vm, Value list, Value v) {
    if (!is_exactly(v, &union_type)) return add_one(vm, list, v);
    Tuple *args = as_tuple(args_of(v));
    for (int64_t i = 0; i < args->length; i++) {
        if (!add_one(vm, list, args->items[i])) return false;
    }
    return true;
}

/* A union of at least two alternatives; one alone is itself. */
static Value make(VM *vm, List *alternatives) {
    if (alternatives->length == 1) return value_ref(alternatives->items[0]);
    Union *u = (Union *)object_new_container(vm, &union_type, sizeof *u);
    if (u == NULL) return raise_memory(vm);
    u->args = tuple_from(vm, alternatives->items, alternatives->length);
    object_track(&u->head);
    if (!is_absent(u->args)) return from_object(u);
    object_drop(vm, &u->head);
    return ABSENT;
}

Value union_or(VM *vm, Value left, Value right) {
    if (!may_join(left) || !may_join(right)) return NOT_IMPLEMENTED;
    Value list = list_new(vm, 2), result = ABSENT;
    if (is_absent(list)) return ABSENT;
    if (add_all(vm, list, left) && add_all(vm, list, right)) result = make(vm, as_list(list));
    value_drop(vm, list);
    return result;
}

/* --- life --- */

static int traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((Union *)self)->args);
    return 0;
}

static void dealloc(VM *vm, Object *self) {
    object_untrack(vm, self);
    value_xdrop(vm, ((Union *)self)->args);
    object_free(vm, self, sizeof(Union));
}

/* --- slots --- */

static bool add_text(VM *vm, Builder *b, Value alternative) {
    if (value_same(alternative, from_object(&none_type))) {
        builder_c(b, "None");
        return !b->failed;
    }
    if (!is_family(alternative, TYPE_TYPE)) return builder_repr(b, alternative);
    Value module = object_get_attribute(vm, alternative, NAME_OF(vm, module));
    if (is_absent(module)) return false;
    Value name = object_get_attribute(vm, alternative, NAME_OF(vm, qualname));
    if (!is_absent(name)) {
        bool plain = is_string(module) && string_equal_c(module, "builtins");
        if (plain) {
            builder_str(b, name);
        } else {
            builder_format(b, "%S.%S", module, name);
        }
        value_drop(vm, name);
    }
    value_drop(vm, module);
    return !is_absent(name) && !b->failed;
}

static Value repr(VM *vm, Value self) {
    Builder b;
    builder_init(&b, vm);
    Tuple *args = as_tuple(args_of(self));
    for (int64_t i = 0; i < args->length; i++) {
        if (i > 0) builder_c(&b, " | ");
        if (!add_text(vm, &b, args->items[i])) {
            builder_fini(&b);
            return ABSENT;
        }
    }
    return builder_finish(&b);
}

/* Independent of the order. */
static bool hash(VM *vm, Value self, int64_t *result) {
    Tuple *args = as_tuple(args_of(self));
    uint64_t mixed = (uint64_t)args->length;
    for (int64_t i = 0; i < args->length; i++) {
        int64_t one;
        if (!hash_nested(vm, args->items[i], &one)) return false;
        mixed += (uint64_t)one * UINT64_C(0x9E3779B97F4A7C15);
    }
    *result = (int64_t)mixed == -1 ? -2 : (int64_t)mixed;
    return true;
}

/* Is every alternative of `a` one of `b`? -1 RAISES. */
static int all_in(VM *vm, Value a, Value b) {
    Tuple *args = as_tuple(args_of(a));
    int found = 1;
    for (int64_t i = 0; found > 0 && i < args->length; i++)
        found = object_contains(vm, args_of(b), args->items[i]);
    return found;
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if ((op != COMPARE_EQ && op != COMPARE_NE) || !is_exactly(other, &union_type)) return NOT_IMPLEMENTED;
    int equal = as_tuple(args_of(self))->length == as_tuple(args_of(other))->length;
    if (equal) equal = all_in(vm, self, other);
    return compare_equality(equal, op);
}

static Value get_parameters(VM *vm, Value self) { return generic_parameters(vm, args_of(self)); }

/* The union with types in the places of its type variables. */
static Value get_item(VM *vm, Value self, Value key) {
    Value parameters = get_parameters(vm, self);
    if (is_absent(parameters)) return ABSENT;
    int64_t wanted = as_tuple(parameters)->length;
    value_drop(vm, parameters);
    if (wanted == 0) return raise_type(vm, "%R is not a generic class", self);
    Value row[2] = {self, key};
    return typing_call(vm, "_substituted_union", row, 2, ABSENT);
}

/* --- isinstance, issubclass --- */

/* The first alternative that says yes, or fails, decides: those behind it are not asked. */
static int ask(VM *vm, Value self, Value subject, int (*test)(VM *, Value, Value)) {
    Tuple *args = as_tuple(args_of(self));
    int answer = 0;
    for (int64_t i = 0; answer == 0 && i < args->length; i++)
        answer = test(vm, subject, args->items[i]);
    return answer;
}

int union_is_instance(VM *vm, Value v, Value alternatives) {
    return ask(vm, alternatives, v, object_is_instance);
}

int union_is_subclass(VM *vm, Value class, Value alternatives) {
    return ask(vm, alternatives, class, object_is_subclass);
}

static const MemberDef members[] = {{"__args__", offsetof(Union, args), MEMBER_READONLY, NULL}, {0}};

static const GetSetDef getsets[] = {
    {"__parameters__", get_parameters, NULL, "Type variables in the types.UnionType."},
    {0},
};

Type union_type = {
    TYPE_HEAD(union_type, "types.UnionType", .traverse = traverse, .dealloc = dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(Union),
    .base = &object_type,
    .doc = "Represent a PEP 604 union type\n\nE.g. for int | str",
    .repr = repr,
    .hash = hash,
    .compare = compare,
    .number = {.binary = {[BINARY_OR] = union_or}},
    .container = {.get_item = get_item},
    .members = members,
    .getsets = getsets,
};
