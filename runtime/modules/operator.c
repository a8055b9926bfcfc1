/*
 * The module operator: the language's operators as functions, and the three callables attrgetter, itemgetter and
 * methodcaller, which are one struct: what to fetch, as a tuple.
 */
#include <stdio.h>

#include "runtime/arguments.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/row.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/builder.h"
#include "runtime/text/str.h"

/* --- operators --- */

#define COMPARISON(name, op) \
    NATIVE(operator_##name) { return object_compare(vm, args[0], args[1], op); }
#define BINARY(name, op) \
    NATIVE(operator_##name) { return object_binary(vm, op, args[0], args[1]); }
#define INPLACE(name, op) \
    NATIVE(operator_##name) { return object_inplace(vm, op, args[0], args[1]); }
#define UNARY(name, op) \
    NATIVE(operator_##name) { return object_unary(vm, op, args[0]); }

COMPARISON(lt, COMPARE_LT)
COMPARISON(le, COMPARE_LE)
COMPARISON(eq, COMPARE_EQ)
COMPARISON(ne, COMPARE_NE)
COMPARISON(ge, COMPARE_GE)
COMPARISON(gt, COMPARE_GT)
BINARY(add, BINARY_ADD)
BINARY(sub, BINARY_SUBTRACT)
BINARY(mul, BINARY_MULTIPLY)
BINARY(matmul, BINARY_MATMUL)
BINARY(truediv, BINARY_TRUE_DIVIDE)
BINARY(floordiv, BINARY_FLOOR_DIVIDE)
BINARY(mod, BINARY_MODULO)
BINARY(pow, BINARY_POWER)
BINARY(lshift, BINARY_LSHIFT)
BINARY(rshift, BINARY_RSHIFT)
BINARY(and, BINARY_AND)
BINARY(or, BINARY_OR)
BINARY(xor, BINARY_XOR)
INPLACE(iadd, BINARY_ADD)
INPLACE(isub, BINARY_SUBTRACT)
INPLACE(imul, BINARY_MULTIPLY)
INPLACE(imatmul, BINARY_MATMUL)
INPLACE(itruediv, BINARY_TRUE_DIVIDE)
INPLACE(ifloordiv, BINARY_FLOOR_DIVIDE)
INPLACE(imod, BINARY_MODULO)
INPLACE(ipow, BINARY_POWER)
INPLACE(ilshift, BINARY_LSHIFT)
INPLACE(irshift, BINARY_RSHIFT)
INPLACE(iand, BINARY_AND)
INPLACE(ior, BINARY_OR)
INPLACE(ixor, BINARY_XOR)
UNARY(neg, UNARY_NEGATIVE)
UNARY(pos, UNARY_POSITIVE)
UNARY(invert, UNARY_INVERT)
UNARY(abs, UNARY_ABSOLUTE)

NATIVE(operator_truth) {
    int truth = object_truth(vm, args[0]);
    return bool_from_truth(truth);
}

NATIVE(operator_not) {
    int truth = object_truth(vm, args[0]);
    return truth < 0 ? ABSENT : bool_from(!truth);
}

NATIVE(operator_is) { return bool_from(value_same(args[0], args[1])); }

NATIVE(operator_is_not) { return bool_from(!value_same(args[0], args[1])); }

NATIVE(operator_index) { return object_index(vm, args[0]); }

NATIVE(operator_call) { return object_call(vm, args[0], args + 1, nargs - 1, names); }

/* --- containers --- */

/* A sequence, as far as one can tell: its type has item access and is no dict. */
static bool is_concatenable(Value v) {
    const ContainerSlots *slots = &type_of(v)->container;
    return slots->concat || (slots->get_item && !is_dict(v) && (type_of(v)->flags & TYPE_HEAP));
}

static Value concatenate(VM *vm, Value a, Value b, bool inplace) {
    if (!is_concatenable(a)) return raise_type(vm, "'%T' object can't be concatenated", a);
    const ContainerSlots *slots = &type_of(a)->container;
    if (inplace && slots->inplace_concat) return slots->inplace_concat(vm, a, b);
    if (slots->concat) return slots->concat(vm, a, b);
    if (!is_concatenable(b)) return raise_type(vm, "'%T' object can't be concatenated", a);
    return inplace ? object_inplace(vm, BINARY_ADD, a, b) : object_binary(vm, BINARY_ADD, a, b);
}

NATIVE(operator_concat) { return concatenate(vm, args[0], args[1], false); }
NATIVE(operator_iconcat) { return concatenate(vm, args[0], args[1], true); }

NATIVE(operator_contains) {
    int found = object_contains(vm, args[0], args[1]);
    return bool_from_truth(found);
}

NATIVE(operator_getitem) { return object_get_item(vm, args[0], args[1]); }
NATIVE(operator_setitem) { return object_set_item(vm, args[0], args[1], args[2]) ? NONE : ABSENT; }
NATIVE(operator_delitem) { return object_set_item(vm, args[0], args[1], ABSENT) ? NONE : ABSENT; }

/* An iterator over what is searched. NEW, RAISES. */
static Value searched(VM *vm, Value v) {
    Value iterator = object_iterate(vm, v);
    if (is_absent(iterator) && error_is(vm, &exc_TypeError)) {
        error_clear(vm);
        return raise_type(vm, "argument of type '%T' is not iterable", v);
    }
    return iterator;
}

/* Walk the items: how many are equal to `wanted`, or, with `first`, the index of the first that is, -1 none. *failed
 * when it RAISES. */
static int64_t search(VM *vm, Value iterator, Value wanted, bool first, bool *failed) {
    int64_t found = 0;
    *failed = true;
    for (int64_t i = 0;; i++) {
        Value item = iterator_next(vm, iterator);
        if (is_absent(item)) {
            *failed = error_raised(vm);
            return first ? -1 : found;
        }
        int equal = object_equal(vm, item, wanted);
        value_drop(vm, item);
        if (equal < 0 || !vm_may_go_on(vm)) return -1;
        if (!equal) continue;
        if (first) {
            *failed = false;
            return i;
        }
        found++;
    }
}

NATIVE(operator_countOf) {
    bool failed;
    Value iterator = searched(vm, args[0]);
    if (is_absent(iterator)) return ABSENT;
    int64_t count = search(vm, iterator, args[1], false, &failed);
    value_drop(vm, iterator);
    return failed ? ABSENT : int_from(vm, count);
}

NATIVE(operator_indexOf) {
    bool failed;
    Value iterator = searched(vm, args[0]);
    if (is_absent(iterator)) return ABSENT;
    int64_t index = search(vm, iterator, args[1], true, &failed);
    value_drop(vm, iterator);
    if (failed) return ABSENT;
    return index < 0 ? raise_value(vm, "sequence.index(x): x not in sequence") : int_from(vm, index);
}

NATIVE(operator_length_hint) {
    int64_t otherwise = 0;
    if (!is_absent(args[1]) && !object_to_int64(vm, args[1], &exc_OverflowError, &otherwise)) return ABSENT;
    int64_t hint = object_length_hint(vm, args[0], otherwise);
    return hint == -1 && error_raised(vm) ? ABSENT : int_from(vm, hint);
}

/* --- attrgetter, itemgetter, methodcaller --- */

typedef struct {
    Object head;
    Value wanted; /* a tuple: attribute names; keys; a method's name and its arguments. Owned */
    Value
        paths; /* attrgetter: a tuple of an interned name, or of a tuple of them for a dotted one, each. Owned */
    Value keywords; /* methodcaller: a dict, or ABSENT when there are none. Owned */
    Value names;    /* methodcaller: the keywords as a tuple; their values end `wanted`. Owned */
} Getter;

static Getter *as_getter(Value v) { return (Getter *)as_object(v); }

static int traverse(Object *self, VisitFn visit, void *context) {
    const Getter *getter = (Getter *)self;
    VISIT(getter->wanted);
    VISIT(getter->paths);
    VISIT(getter->keywords);
    VISIT(getter->names);
    return 0;
}

static void dealloc(VM *vm, Object *self) {
    Getter *getter = (Getter *)self;
    value_xdrop(vm, getter->wanted);
    value_xdrop(vm, getter->paths);
    value_xdrop(vm, getter->keywords);
    value_xdrop(vm, getter->names);
    object_free(vm, self, sizeof *getter);
}

/* A getter of these; STEALS wanted and paths. ABSENT `wanted` passes a failure on. */
static Value make(VM *vm, Type *type, STEALS Value wanted, STEALS Value paths) {
    Getter *getter = NULL;
    if (!is_absent(wanted)) {
        getter = (Getter *)object_new_container(vm, type, sizeof *getter);
        if (!getter) raise_memory(vm);
    }
    if (!getter) {
        value_xdrop(vm, wanted);
        value_xdrop(vm, paths);
        return ABSENT;
    }
    getter->wanted = wanted;
    getter->paths = paths;
    object_track(&getter->head);
    return from_object(getter);
}

/* A name as its parts between dots: interned, or a tuple of interned ones. NEW, RAISES. */
static Value path_of(VM *vm, Value name) {
    const String *s = as_string(name);
    int64_t length = string_length(s), parts = 1, start = 0, at = 0;
    for (int64_t i = 0; i < length; i++)
        parts += string_at(s, i) == '.';
    if (parts == 1) return string_intern(vm, string_slice(vm, name, 0, length));
    Tuple *path = tuple_new(vm, parts);
    for (int64_t i = 0; path && i <= length; i++) {
        if (i < length && string_at(s, i) != '.') continue;
        Value part = string_slice(vm, name, start, i);
        if (!is_absent(part)) part = string_intern(vm, part);
        if (is_absent(part)) return object_drop(vm, &path->head), ABSENT;
        path->items[at++] = part;
        start = i + 1;
    }
    return path ? tuple_finish(path) : ABSENT;
}

static Value attrgetter_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (!arguments_no_names(vm, "attrgetter", names)) return ABSENT;
    if (nargs == 0) return raise_type(vm, "attrgetter expected 1 argument, got 0");
    for (int i = 0; i < nargs; i++) {
        if (!is_string(args[i])) return raise_type(vm, "attribute name must be a string");
    }
    Tuple *paths = tuple_new(vm, nargs);
    if (!paths) return ABSENT;
    for (int i = 0; i < nargs; i++) {
        paths->items[i] = path_of(vm, args[i]);
        if (is_absent(paths->items[i])) return object_drop(vm, &paths->head), ABSENT;
    }
    return make(vm, type, tuple_from(vm, args, nargs), tuple_finish(paths));
}

static Value itemgetter_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (!arguments_no_names(vm, "itemgetter", names)) return ABSENT;
    if (nargs == 0) return raise_type(vm, "itemgetter expected 1 argument, got 0");
    return make(vm, type, tuple_from(vm, args, nargs), ABSENT);
}

/* The keyword arguments of a call as a dict. NEW, RAISES. */
static Value keyword_dict(VM *vm, const Value *values, Value names) {
    Value dict = dict_new(vm);
    for (int64_t i = 0; !is_absent(dict) && i < names_count(names); i++) {
        if (!dict_set(vm, dict, as_tuple(names)->items[i], values[i])) value_clear(vm, &dict);
    }
    return dict;
}

static Value methodcaller_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (nargs == 0) return raise_type(vm, "methodcaller needs at least one argument, the method name");
    if (!is_string(args[0])) return raise_type(vm, "method name must be a string");
    int64_t keywords = names_count(names);
    Value wanted = tuple_from(vm, args, nargs + keywords);
    if (is_absent(wanted)) return ABSENT;
    Value self = make(vm, type, wanted, path_of(vm, args[0]));
    if (is_absent(self) || keywords == 0) return self;
    as_getter(self)->keywords = keyword_dict(vm, args + nargs, names);
    as_getter(self)->names = value_ref(names);
    if (is_absent(as_getter(self)->keywords)) value_clear(vm, &self);
    return self;
}

static __attribute__((noinline)) Value follow_names(VM *vm, Value v, Value path) {
    value_ref(v);
    for (int64_t i = 0; i < as_tuple(path)->length && !is_absent(v); i++) {
        Value attribute = object_get_attribute(vm, v, as_tuple(path)->items[i]);
        value_drop(vm, v);
        v = attribute;
    }
    return v;
}

/* v.a or v.a.b.c. NEW, RAISES. */
static inline Value follow(VM *vm, Value v, Value path) {
    return is_string(path) ? object_get_attribute(vm, v, path) : follow_names(vm, v, path);
}

/* What a getter of one or many fetches: the thing, or a tuple of them. NEW, RAISES. */
static inline Value fetch(VM *vm, Value v, const Tuple *wanted, Value (*get)(VM *vm, Value v, Value what)) {
    if (wanted->length == 1) return get(vm, v, wanted->items[0]);
    Tuple *all = tuple_new(vm, wanted->length);
    if (!all) return ABSENT;
    for (int64_t i = 0; i < all->length; i++) {
        all->items[i] = get(vm, v, wanted->items[i]);
        if (is_absent(all->items[i])) return object_drop(vm, &all->head), ABSENT;
    }
    return tuple_finish(all);
}

static bool is_single(int nargs, Value names) { return nargs == 1 && is_absent(names); }

static Value attrgetter_call(VM *vm, Value self, Value *args, int nargs, Value names) {
    if (!is_single(nargs, names) && !arguments_check(vm, "attrgetter", nargs, names, 1, 1)) return ABSENT;
    return fetch(vm, args[0], as_tuple(as_getter(self)->paths), follow);
}

/* v[key], of tuples and lists at once. */
static Value item(VM *vm, Value v, Value key) {
    if (is_int(key) && (is_exactly(v, &tuple_type) || is_exactly(v, &list_type))) {
        Row row = row_of(v);
        if ((uint64_t)int_get(key) < (uint64_t)row.length) return value_ref(row.items[int_get(key)]);
    }
    return object_get_item(vm, v, key);
}

static Value itemgetter_call(VM *vm, Value self, Value *args, int nargs, Value names) {
    const Tuple *wanted = as_tuple(as_getter(self)->wanted);
    if (!is_single(nargs, names) && !arguments_check(vm, "itemgetter", nargs, names, 1, 1)) return ABSENT;
    return fetch(vm, args[0], wanted, item);
}

static Value methodcaller_call(VM *vm, Value self, Value *args, int nargs, Value names) {
    if (!arguments_count(vm, "methodcaller", nargs, 1, 1)) return ABSENT;
    const Getter *getter = as_getter(self);
    const Tuple *wanted = as_tuple(getter->wanted);
    if (wanted->length == 1) return call_method(vm, args[0], wanted->items[0], NULL, 0);
    Value method = object_get_attribute(vm, args[0], wanted->items[0]);
    if (is_absent(method)) return ABSENT;
    int keywords = (int)names_count(getter->names);
    Value result = object_call(vm, method, as_tuple(getter->wanted)->items + 1,
                               (int)wanted->length - 1 - keywords, getter->names);
    value_drop(vm, method);
    return result;
}

/* operator.attrgetter('a', 'b'); a getter that is part of itself shows "...". */
static Value getter_repr(VM *vm, Value self) {
    const Getter *getter = as_getter(self);
    const Tuple *wanted = as_tuple(getter->wanted);
    int enter = repr_enter(vm, self);
    if (enter < 0) return ABSENT;
    if (enter == 0) return string_format(vm, "%s(...)", type_name_of(self));
    Builder b;
    builder_init(&b, vm);
    builder_c(&b, type_name_of(self));
    builder_char(&b, '(');
    int64_t keywords = names_count(getter->names), plain = wanted->length - keywords;
    for (int64_t i = 0; i < wanted->length && !b.failed; i++) {
        if (i > 0) builder_c(&b, ", ");
        if (i >= plain) {
            builder_string(&b, as_tuple(getter->names)->items[i - plain]);
            builder_char(&b, '=');
        }
        builder_repr(&b, wanted->items[i]);
    }
    builder_char(&b, ')');
    repr_leave(vm, self);
    return builder_finish(&b);
}

NATIVE(operator_getter_reduce) {
    return tuple_pack(vm, 2, from_object(type_of(args[0])), as_getter(args[0])->wanted);
}

/* With keywords: (functools.partial(methodcaller, name, **keywords), arguments). */
static Value reduce_partial(VM *vm, const Getter *getter, Value partial) {
    const Tuple *wanted = as_tuple(getter->wanted);
    int64_t count = wanted->length - names_count(getter->names);
    Value arguments = tuple_from(vm, wanted->items + 1, count - 1), made = ABSENT, result = ABSENT;
    Value front = tuple_pack(vm, 2, from_object(&methodcaller_type), wanted->items[0]);
    if (!is_absent(front)) made = call_with(vm, partial, front, getter->keywords);
    if (!is_absent(made) && !is_absent(arguments)) result = tuple_pack(vm, 2, made, arguments);
    value_xdrop(vm, arguments);
    value_xdrop(vm, front);
    value_xdrop(vm, made);
    return result;
}

NATIVE(operator_methodcaller_reduce) {
    const Getter *getter = as_getter(args[0]);
    if (is_absent(getter->keywords)) return operator_getter_reduce(vm, args, nargs, names);
    Value partial = module_get(vm, "functools", "partial");
    if (is_absent(partial)) return ABSENT;
    Value result = reduce_partial(vm, getter, partial);
    value_drop(vm, partial);
    return result;
}

static const NativeDef getter_methods[] = {
    {"__reduce__", operator_getter_reduce, "", "Return state information for pickling"},
    {0},
};

static const NativeDef methodcaller_methods[] = {
    {"__reduce__", operator_methodcaller_reduce, "", "Return state information for pickling"},
    {0},
};

#define GETTER_TYPE(kind, table, ...) \
    Type kind##_type = { \
        TYPE_HEAD(kind##_type, "operator." #kind, .traverse = traverse, .dealloc = dealloc), \
        .basic_size = sizeof(Getter), \
        .base = &object_type, \
        .doc = __VA_ARGS__, \
        .new = kind##_new, \
        .repr = getter_repr, \
        .call = kind##_call, \
        .methods = table, \
    };

GETTER_TYPE(attrgetter, getter_methods,
            "(attr, /, *attrs)\n--\n\nReturn a callable object that fetches the given attribute(s) from its "
            "operand.\nAfter f = attrgetter('name'), the call f(r) returns r.name.\nAfter g = "
            "attrgetter('name', 'date'), the call g(r) returns (r.name, r.date).\nAfter h = "
            "attrgetter('name.first', 'name.last'), the call h(r) returns\n(r.name.first, r.name.last).")
GETTER_TYPE(itemgetter, getter_methods,
            "(item, /, *items)\n--\n\nReturn a callable object that fetches the given item(s) from its "
            "operand.\nAfter f = itemgetter(2), the call f(r) returns r[2].\nAfter g = itemgetter(2, 5, 3), "
            "the call g(r) returns (r[2], r[5], r[3])")
GETTER_TYPE(methodcaller, methodcaller_methods,
            "(name, /, *args, **kwargs)\n--\n\nReturn a callable object that calls the given method on its "
            "operand.\nAfter f = methodcaller('name'), the call f(r) returns r.name().\nAfter g = "
            "methodcaller('name', 'date', foo=1), the call g(r) returns\nr.name('date', foo=1).")

/* --- the module --- */

#define SAME(name, function, params, text) \
    { name, operator_##function, params, "Same as " text "." }
#define TWO(name, text) SAME(#name, name, "a, b, /", text)

static const NativeDef functions[] = {
    SAME("abs", abs, "a, /", "abs(a)"),
    TWO(add, "a + b"),
    SAME("and_", and, "a, b, /", "a & b"),
    SAME("call", call, "obj, /, *args, **kwargs", "obj(*args, **kwargs)"),
    TWO(concat, "a + b, for a and b sequences"),
    TWO(contains, "b in a (note reversed operands)"),
    {"countOf", operator_countOf, "a, b, /", "Return the number of items in a which are, or which equal, b."},
    TWO(delitem, "del a[b]"),
    TWO(eq, "a == b"),
    TWO(floordiv, "a // b"),
    TWO(ge, "a >= b"),
    TWO(getitem, "a[b]"),
    TWO(gt, "a > b"),
    TWO(iadd, "a += b"),
    TWO(iand, "a &= b"),
    TWO(iconcat, "a += b, for a and b sequences"),
    TWO(ifloordiv, "a //= b"),
    TWO(ilshift, "a <<= b"),
    TWO(imatmul, "a @= b"),
    TWO(imod, "a %= b"),
    TWO(imul, "a *= b"),
    {"index", operator_index, "a, /", "Same as a.__index__()"},
    {"indexOf", operator_indexOf, "a, b, /", "Return the first index of b in a."},
    SAME("inv", invert, "a, /", "~a"),
    SAME("invert", invert, "a, /", "~a"),
    TWO(ior, "a |= b"),
    TWO(ipow, "a **= b"),
    TWO(irshift, "a >>= b"),
    SAME("is_", is, "a, b, /", "a is b"),
    TWO(is_not, "a is not b"),
    TWO(isub, "a -= b"),
    TWO(itruediv, "a /= b"),
    TWO(ixor, "a ^= b"),
    TWO(le, "a <= b"),
    {"length_hint", operator_length_hint, "obj, default=0, /",
     "Return an estimate of the number of items in obj.\n\nThis is useful for presizing containers when "
     "building from an iterable.\n\nIf the object supports len(), the result will be exact.\nOtherwise, it "
     "may over- or under-estimate by an arbitrary amount.\nThe result will be an integer >= 0."},
    TWO(lshift, "a << b"),
    TWO(lt, "a < b"),
    TWO(matmul, "a @ b"),
    TWO(mod, "a % b"),
    TWO(mul, "a * b"),
    TWO(ne, "a != b"),
    SAME("neg", neg, "a, /", "-a"),
    SAME("not_", not, "a, /", "not a"),
    SAME("or_", or, "a, b, /", "a | b"),
    SAME("pos", pos, "a, /", "+a"),
    TWO(pow, "a ** b"),
    TWO(rshift, "a >> b"),
    SAME("setitem", setitem, "a, b, c, /", "a[b] = c"),
    TWO(sub, "a - b"),
    TWO(truediv, "a / b"),
    {"truth", operator_truth, "a, /", "Return True if a is true, False otherwise."},
    TWO(xor, "a ^ b"),
    {0},
};

/* Functions that have no special method of their name. */
static bool has_special(const char *name) {
    static const char *const without[] = {"countOf", "indexOf", "is_", "is_not", "length_hint", "truth"};
    for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
        if (strcmp(name, without[i]) == 0) return false;
    }
    return true;
}

/* add is __add__ too, and and_ is __and__. */
static bool add_special(VM *vm, Value dict, const char *name) {
    if (!has_special(name)) return true;
    char text[32];
    size_t length = strlen(name);
    if (name[length - 1] == '_') length--;
    snprintf(text, sizeof text, "__%.*s__", (int)length, name);
    return dict_set_c(vm, dict, text, dict_get_c(vm, dict, name));
}

static bool add_name(VM *vm, Value all, const char *name) {
    Value text = string_intern_c(vm, name);
    return !is_absent(text) && list_append_owned(vm, all, text);
}

static bool add_names(VM *vm, Value dict, Value all) {
    static Type *const types[] = {&attrgetter_type, &itemgetter_type, &methodcaller_type};
    bool ok = module_add_functions(vm, dict, functions, "_operator");
    for (size_t i = 0; ok && i < sizeof types / sizeof *types; i++) {
        const char *name = type_name(types[i]) + sizeof "operator." - 1;
        ok = dict_set_c(vm, dict, name, from_object(types[i])) && add_name(vm, all, name);
    }
    for (const NativeDef *def = functions; ok && def->name; def++)
        ok = add_special(vm, dict, def->name) && add_name(vm, all, def->name);
    return ok && list_sort(vm, all, ABSENT, false) && dict_set_c(vm, dict, "__all__", all);
}

static bool fill(VM *vm, Value dict) {
    Value all = list_new(vm, 0);
    bool ok = !is_absent(all) && add_names(vm, dict, all);
    value_xdrop(vm, all);
    return ok;
}

Value module_operator_new(VM *vm) {
    return module_make(
        vm, &(ModuleDef){
                .name = "operator",
                .doc = "Operator interface.\n\nThis module exports a set of functions corresponding to the "
                       "operators of Python. For example,\noperator.add(x, y) is the expression x + y.",
                .fill = fill});
}
