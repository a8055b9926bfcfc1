/* The built-in function __build_class__: what a class statement calls. */

#include "runtime/classes/class.h"
#include "runtime/code/cell.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* A class statement under way. All owned. */
typedef struct {
    Value name;
    Value bases;          /* a tuple, after __mro_entries__ */
    Value original_bases; /* as written; the same object when nothing was replaced */
    Value metaclass;
    Value names;   /* of the keyword arguments that are left: a tuple, or ABSENT */
    Value *values; /* theirs; `value_count` of them, borrowed */
    int value_count;
    Value namespace;
} ClassStatement;

/* Append what a base stands for: itself, or the classes that its __mro_entries__ names, which then replace it. */
static bool add_base(VM *vm, Value base, Value original, Value list, bool *replaced) {
    if (is_family(base, TYPE_TYPE)) return list_append(vm, list, base);
    Value method;
    int found = object_find_attribute(vm, base, NAME_OF(vm, mro_entries), &method);
    if (found <= 0) return found == 0 && list_append(vm, list, base);
    *replaced = true;
    Value entries = call_1(vm, method, original);
    value_drop(vm, method);
    if (is_absent(entries)) return false;
    bool ok = is_tuple(entries);
    if (!ok) raise_type(vm, "__mro_entries__ must return a tuple");
    ok = ok && list_extend(vm, list, entries);
    value_drop(vm, entries);
    return ok;
}

static bool resolve_bases(VM *vm, ClassStatement *s) {
    Tuple *original = as_tuple(s->original_bases);
    Value list = list_new(vm, original->length);
    bool ok = !is_absent(list), replaced = false;
    for (int64_t i = 0; ok && i < original->length; i++)
        ok = add_base(vm, original->items[i], s->original_bases, list, &replaced);
    if (ok && !replaced) s->bases = value_ref(s->original_bases);
    if (ok && replaced) s->bases = tuple_from(vm, as_list(list)->items, as_list(list)->length);
    value_xdrop(vm, list);
    return ok && !is_absent(s->bases);
}

/* Take metaclass= out of the keyword arguments, which then are copies. */
static bool take_metaclass(VM *vm, ClassStatement *s, Value *values, Value names) {
    int64_t count = is_absent(names) ? 0 : as_tuple(names)->length;
    Value kept = ABSENT;
    for (int64_t i = 0; i < count; i++) {
        if (!string_equal_c(as_tuple(names)->items[i], "metaclass")) continue;
        s->metaclass = value_ref(values[i]);
        kept = list_new(vm, count);
        for (int64_t j = 0; !is_absent(kept) && j < count; j++) {
            if (j == i) continue;
            s->values[s->value_count++] = values[j];
            if (!list_append(vm, kept, as_tuple(names)->items[j])) value_clear(vm, &kept);
        }
        if (is_absent(kept)) return false;
        s->names = count > 1 ? tuple_from(vm, as_list(kept)->items, count - 1) : ABSENT;
        value_drop(vm, kept);
        return count == 1 || !is_absent(s->names);
    }
    for (int64_t i = 0; i < count; i++)
        s->values[s->value_count++] = values[i];
    s->names = value_xref(names);
    return true;
}

static bool choose_metaclass(VM *vm, ClassStatement *s) {
    if (is_absent(s->metaclass)) {
        Tuple *bases = as_tuple(s->bases);
        Type *type = bases->length > 0 ? type_of(bases->items[0]) : &type_type;
        s->metaclass = value_ref(from_object(type));
    }
    if (!is_family(s->metaclass, TYPE_TYPE)) return true; /* any callable may make the class */
    Type *winner = class_metatype(vm, as_type(s->metaclass), s->bases);
    if (winner == NULL) return false;
    value_set(vm, &s->metaclass, value_ref(from_object(winner)));
    return true;
}

/* metaclass(name, bases, ...) or metaclass.__prepare__(name, bases, ...), with the keyword arguments. */
static Value call_with_keywords(VM *vm, const ClassStatement *s, Value callable, Value *args, int nargs) {
    Value row[3 + s->value_count];
    for (int i = 0; i < nargs; i++)
        row[i] = args[i];
    for (int i = 0; i < s->value_count; i++)
        row[nargs + i] = s->values[i];
    return object_call(vm, callable, row, nargs, s->names);
}

static bool prepare(VM *vm, ClassStatement *s) {
    Value method;
    if (value_same(s->metaclass, from_object(&type_type))) {
        s->namespace = dict_new(vm);
        return !is_absent(s->namespace);
    }
    int found = object_find_attribute(vm, s->metaclass, NAME_OF(vm, prepare), &method);
    if (found <= 0) {
        s->namespace = found < 0 ? ABSENT : dict_new(vm);
        return !is_absent(s->namespace);
    }
    Value args[2] = {s->name, s->bases};
    s->namespace = call_with_keywords(vm, s, method, args, 2);
    value_drop(vm, method);
    if (is_absent(s->namespace)) return false;
    if (type_of(s->namespace)->container.get_item != NULL) return true;
    const char *meta = is_family(s->metaclass, TYPE_TYPE) ? type_name(as_type(s->metaclass)) : "<metaclass>";
    raise_type(vm, "%s.__prepare__() must return a mapping, not %T", meta, s->namespace);
    return false;
}

/* The body has left its __class__ cell for type.__new__ to fill. */
static bool check_cell(VM *vm, const ClassStatement *s, Value cell, Value class) {
    if (!is_cell(cell) || !is_family(class, TYPE_TYPE)) return true;
    Value content = as_cell(cell)->content;
    if (is_absent(content)) {
        raise_error(vm, &exc_RuntimeError,
                    "__class__ not set defining %R as %R. Was __classcell__ propagated to type.__new__?",
                    s->name, class);
    } else if (!value_same(content, class)) {
        raise_type(vm, "__class__ set to %R defining %R as %R", content, s->name, class);
    } else {
        return true;
    }
    return false;
}

static Value run(VM *vm, ClassStatement *s, Value body) {
    Value cell = vm->hooks.class_body(vm, body, s->namespace);
    if (is_absent(cell)) return ABSENT;
    Value class = ABSENT;
    bool ok = value_same(s->bases, s->original_bases) ||
              object_set_item(vm, s->namespace, NAME_OF(vm, orig_bases), s->original_bases);
    if (ok) {
        Value args[3] = {s->name, s->bases, s->namespace};
        class = call_with_keywords(vm, s, s->metaclass, args, 3);
    }
    if (!is_absent(class) && !check_cell(vm, s, cell, class)) value_clear(vm, &class);
    value_drop(vm, cell);
    return class;
}

Value build_class(VM *vm, Value *args, int nargs, Value names) {
    if (nargs < 2) return raise_type(vm, "__build_class__: not enough arguments");
    if (!is_exactly(args[0], &function_type))
        return raise_type(vm, "__build_class__: func must be a function");
    if (!is_string(args[1])) return raise_type(vm, "__build_class__: name is not a string");
    int64_t count = is_absent(names) ? 0 : as_tuple(names)->length;
    size_t size = (size_t)count * sizeof(Value);
    ClassStatement s = {.name = args[1], .values = count ? memory_alloc(vm, size) : NULL};
    if (count && s.values == NULL) return ABSENT;
    s.original_bases = tuple_from(vm, args + 2, nargs - 2);
    Value class = ABSENT;
    if (!is_absent(s.original_bases) && resolve_bases(vm, &s) &&
        take_metaclass(vm, &s, args + nargs, names) && choose_metaclass(vm, &s) && prepare(vm, &s)) {
        class = run(vm, &s, args[0]);
    }
    value_xdrop(vm, s.namespace);
    value_xdrop(vm, s.metaclass);
    value_xdrop(vm, s.names);
    value_xdrop(vm, s.bases);
    value_xdrop(vm, s.original_bases);
    memory_free(vm, s.values, size);
    return class;
}
