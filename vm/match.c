/* Match statements at run time. */

#include "vm/match.h"

#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/set.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- mappings --- */

/* Note one more key or name in a set: 1 it is new, 0 it was there, -1 RAISES. */
static int note_new(VM *vm, Value seen, Value v) {
    int found = set_contains(vm, seen, v);
    if (found != 0) return found < 0 ? -1 : 0;
    return set_add(vm, seen, v) ? 1 : -1;
}

/* How values are found: by subject.get(key, missing); in a dict, whose get() is known, at once. */
typedef struct {
    Value subject;
    Value get, missing; /* owned; ABSENT for a dict */
} Lookup;

/* 1 and the value, 0 there is none, -1 RAISES. */
static int find_value(VM *vm, const Lookup *lookup, Value key, NEW Value *value) {
    if (is_absent(lookup->get)) {
        *value = value_xref(dict_get(vm, lookup->subject, key));
        return !is_absent(*value) ? 1 : error_raised(vm) ? -1 : 0;
    }
    *value = call_2(vm, lookup->get, key, lookup->missing);
    if (is_absent(*value)) return -1;
    if (!value_same(*value, lookup->missing)) return 1;
    value_clear(vm, value);
    return 0;
}

/* `seen`: a set; ABSENT for the only key of a dict, which asks for its hash itself. */
static int collect_values(VM *vm, const Lookup *lookup, const Tuple *keys, Value seen, Tuple *values) {
    for (int64_t i = 0; i < keys->length; i++) {
        Value key = keys->items[i];
        int state = is_absent(seen) ? 1 : note_new(vm, seen, key);
        if (state == 0) raise_value(vm, "mapping pattern checks duplicate key (%R)", key);
        if (state <= 0) return -1;
        state = find_value(vm, lookup, key, &values->items[i]);
        if (state <= 0) return state;
    }
    return 1;
}

static Value match_with(VM *vm, const Lookup *lookup, Value keys) {
    Tuple *values = tuple_new(vm, as_tuple(keys)->length);
    if (values == NULL) return ABSENT;
    bool alone = as_tuple(keys)->length == 1 && is_absent(lookup->get);
    Value seen = alone ? ABSENT : set_new(vm);
    int all = alone || !is_absent(seen) ? collect_values(vm, lookup, as_tuple(keys), seen, values) : -1;
    value_xdrop(vm, seen);
    if (all > 0) return tuple_finish(values);
    object_drop(vm, &values->head);
    return all < 0 ? ABSENT : NONE;
}

Value match_keys(VM *vm, Value subject, Value keys) {
    if (as_tuple(keys)->length == 0) return value_ref(keys);
    Lookup lookup = {.subject = subject, .get = ABSENT, .missing = ABSENT};
    if (is_exactly(subject, &dict_type)) return match_with(vm, &lookup, keys);
    lookup.get = object_get_attribute(vm, subject, NAME_OF(vm, mapping_get));
    if (is_absent(lookup.get)) return ABSENT;
    lookup.missing = call_0(vm, from_object(&object_type));
    Value result = is_absent(lookup.missing) ? ABSENT : match_with(vm, &lookup, keys);
    value_xdrop(vm, lookup.missing);
    value_drop(vm, lookup.get);
    return result;
}

Value match_rest(VM *vm, Value subject, Value keys) {
    Value rest = dict_new(vm);
    if (is_absent(rest)) return ABSENT;
    bool ok = dict_update(vm, rest, subject);
    for (int64_t i = 0; ok && i < as_tuple(keys)->length; i++)
        ok = object_set_item(vm, rest, as_tuple(keys)->items[i], ABSENT);
    if (ok) return rest;
    value_drop(vm, rest);
    return ABSENT;
}

/* --- classes --- */

typedef struct {
    VM *vm;
    Value subject;
    Type *class;
    Value seen;   /* set of the attributes looked at by __match_args__, or ABSENT */
    Value values; /* list */
} ClassMatch;

/* Add one attribute: 1 done, 0 the subject does not have it, -1 RAISES. */
static int add_attribute(ClassMatch *m, Value name) {
    VM *vm = m->vm;
    Value value;
    int state = is_absent(m->seen) ? 1 : note_new(vm, m->seen, name);
    if (state == 0) raise_type(vm, "%N() got multiple sub-patterns for attribute %R", m->class, name);
    if (state <= 0) return -1;
    state = object_find_attribute(vm, m->subject, name, &value);
    if (state <= 0) return state;
    bool ok = list_append(vm, m->values, value);
    value_drop(vm, value);
    return ok ? 1 : -1;
}

static void refuse_positional(ClassMatch *m, int64_t allowed, uint32_t given) {
    raise_type(m->vm, "%N() accepts %lld positional sub-pattern%s (%u given)", m->class, (long long)allowed,
               allowed == 1 ? "" : "s", given);
}

/* The built-in types without __match_args__ whose one positional pattern matches the object itself. */
enum {
    MATCH_SELF = TYPE_INT | TYPE_FLOAT | TYPE_STR | TYPE_BYTES | TYPE_BYTEARRAY | TYPE_LIST | TYPE_TUPLE |
                 TYPE_DICT | TYPE_SET,
};

static int add_self(ClassMatch *m, uint32_t count) {
    bool self = m->class->flags & MATCH_SELF;
    if (count > self) {
        refuse_positional(m, self, count);
        return -1;
    }
    return list_append(m->vm, m->values, m->subject) ? 1 : -1;
}

static int add_named(ClassMatch *m, const Tuple *names, uint32_t count) {
    if (names->length < count) {
        refuse_positional(m, names->length, count);
        return -1;
    }
    for (uint32_t i = 0; i < count; i++) {
        Value name = names->items[i];
        if (!is_string(name)) {
            raise_type(m->vm, "__match_args__ elements must be strings (got %T)", name);
            return -1;
        }
        int state = add_attribute(m, name);
        if (state <= 0) return state;
    }
    return 1;
}

static int add_positional(ClassMatch *m, uint32_t count) {
    VM *vm = m->vm;
    Value names;
    int found = object_find_attribute(vm, from_object(m->class), NAME_OF(vm, match_args), &names);
    if (found <= 0) return found < 0 ? -1 : add_self(m, count);
    int state = -1;
    if (!is_exactly(names, &tuple_type))
        raise_type(vm, "%N.__match_args__ must be a tuple (got %T)", m->class, names);
    else
        state = add_named(m, as_tuple(names), count);
    value_drop(vm, names);
    return state;
}

static int collect_attributes(ClassMatch *m, const Tuple *names, uint32_t positional) {
    int state = positional ? add_positional(m, positional) : 1;
    for (int64_t i = 0; state > 0 && i < names->length; i++)
        state = add_attribute(m, names->items[i]);
    return state;
}

Value match_class(VM *vm, Value subject, Value class, Value names, uint32_t positional) {
    if (!is_family(class, TYPE_TYPE)) return raise_type(vm, "called match pattern must be a class");
    int instance = object_is_instance(vm, subject, class);
    if (instance <= 0) return instance < 0 ? ABSENT : NONE;
    ClassMatch m = {vm, subject, as_type(class), ABSENT, list_new(vm, 0)};
    Value result = ABSENT;
    /* Names given by keyword differ: the compiler has seen to that. */
    if (!is_absent(m.values) && positional) m.seen = set_new(vm);
    if (!is_absent(m.values) && (!positional || !is_absent(m.seen))) {
        int state = collect_attributes(&m, as_tuple(names), positional);
        if (state >= 0) result = state ? tuple_from_iterable(vm, m.values) : NONE;
    }
    value_xdrop(vm, m.seen);
    value_xdrop(vm, m.values);
    return result;
}
