/* dict: the type, its slots and its methods. */

#include "runtime/arguments.h"
#include "runtime/classes/genericalias.h"
#include "runtime/classes/instance.h"
#include "runtime/classes/slots.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/iterators.h"
#include "runtime/containers/list.h"
#include "runtime/containers/row.h"
#include "runtime/containers/set.h"
#include "runtime/containers/tuple.h"
#include "runtime/each.h"
#include "runtime/errors/error.h"
#include "runtime/hash.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/builder.h"

/* --- life --- */

static int traverse(Object *self, VisitFn visit, void *context) {
    const Dict *dict = (const Dict *)self;
    bool with_keys = dict->kind == DICT_GENERAL || visit == visit_all_values; /* or are they leaves? */
    for (int64_t i = 0; i < dict->fill; i++) {
        if (with_keys) VISIT(dict_entries(dict)[i].key);
        VISIT(dict_entries(dict)[i].value);
    }
    return 0;
}

/* The strs and ints that are a simple dict's keys are leaves. */
static int rows(Object *self, ReferenceRow *rows) {
    enum { STRIDE = sizeof(DictEntry) / sizeof(Value) };
    const Dict *dict = (const Dict *)self;
    if (dict->fill == 0) return 0;
    const DictEntry *entries = dict_entries(dict);
    rows[0] = (ReferenceRow){&entries->value.bits, dict->fill, STRIDE};
    rows[1] = (ReferenceRow){&entries->key.bits, dict->fill, STRIDE};
    return dict->kind == DICT_GENERAL ? 2 : 1;
}

static void clear(VM *vm, Object *self) { dict_clear(vm, from_object(self)); }

static void dealloc(VM *vm, Object *self) {
    size_t size = self->type == &dict_type ? sizeof(Dict) : instance_size(self, 0);
    if (((Dict *)self)->table != NULL) dict_clear(vm, from_object(self));
    object_free(vm, self, size);
}

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (type == &dict_type) return dict_new(vm);
    Object *self = instance_new(vm, type, 0);
    if (self) object_track(self);
    return from_object(self);
}

/* --- merging --- */

static bool merge_dict(VM *vm, Value self, Value other) {
    Dict *source = as_dict(other), *target = as_dict(self);
    if (source == target) return true;
    if (target->count == 0) return dict_fill(vm, self, other);
    int64_t count = source->count, position = 0, hash;
    Value key, value;
    while (dict_next_hashed(vm, other, &position, &key, &value, &hash)) {
        value_ref(key), value_ref(value);
        bool done = dict_set_hashed(vm, self, key, hash, value);
        value_drop(vm, key), value_drop(vm, value);
        if (!done) return false;
        if (source->count != count) {
            raise_error(vm, &exc_RuntimeError, "dict mutated during update");
            return false;
        }
    }
    return true;
}

static bool merge_key(VM *vm, Value key, void *context) {
    Value *pair = context; /* target, mapping */
    Value value = object_get_item(vm, pair[1], key);
    if (is_absent(value)) return false;
    bool done = dict_set(vm, pair[0], key, value);
    value_drop(vm, value);
    return done;
}

Value mapping_keys(VM *vm, Value mapping) {
    Value given = call_method(vm, mapping, NAME_OF(vm, keys), NULL, 0);
    if (is_absent(given)) return ABSENT;
    Value keys = list_from_iterable(vm, given);
    if (is_absent(keys) && error_is(vm, &exc_TypeError) && !type_of(given)->iterate)
        raise_type(vm, "%T.keys() returned a non-iterable (type %T)", mapping, given);
    value_drop(vm, given);
    return keys;
}

static bool merge_mapping(VM *vm, Value self, Value other) {
    Value keys = mapping_keys(vm, other);
    if (is_absent(keys)) return false;
    Value pair[2] = {self, other};
    bool done = object_each(vm, keys, merge_key, pair);
    value_drop(vm, keys);
    return done;
}

typedef struct {
    Value dict;
    long long number;
} Pairs;

static bool merge_pair(VM *vm, Value item, void *context) {
    Pairs *pairs = context;
    if (is_exactly(item, &tuple_type) && as_tuple(item)->length == 2) {
        pairs->number++;
        return dict_set(vm, pairs->dict, as_tuple(item)->items[0], as_tuple(item)->items[1]);
    }
    Value row = row_from_iterable(vm, item, "");
    if (is_absent(row)) {
        if (error_is(vm, &exc_TypeError)) {
            raise_type(vm, "cannot convert dictionary update sequence element #%lld to a sequence",
                       pairs->number);
        }
        return false;
    }
    bool done = false;
    if (row_of(row).length == 2) {
        Value key = value_ref(row_of(row).items[0]), value = value_ref(row_of(row).items[1]);
        done = dict_set(vm, pairs->dict, key, value);
        value_drop(vm, key), value_drop(vm, value);
    } else {
        raise_value(vm, "dictionary update sequence element #%lld has length %lld; 2 is required",
                    pairs->number, (long long)row_of(row).length);
    }
    pairs->number++;
    value_drop(vm, row);
    return done;
}

/* The items of such as zip(keys, values), for which no tuples need be made; *pairs becomes false when they are none. */
static bool merge_pairs(VM *vm, Value self, Value iterator, bool *pairs) {
    Value key, value;
    for (int got; (got = type_of(iterator)->next_pair(vm, iterator, &key, &value)) != 0;) {
        if (got < 0) return *pairs = false;
        bool done = dict_set(vm, self, key, value) && vm_may_go_on(vm);
        value_drop(vm, key), value_drop(vm, value);
        if (!done) return false;
    }
    return iterator_ended(vm);
}

bool dict_update(VM *vm, Value self, Value other) {
    if (is_exactly(other, &dict_type)) return merge_dict(vm, self, other);
    /* A subclass that iterates as dict does may be read directly, as long as it has not its own keys either.
     */
    if (is_dict(other) && type_of(other)->iterate == dict_type.iterate) {
        return merge_dict(vm, self, other);
    }
    if (type_of(other)->next_pair) {
        bool pairs = true, done = merge_pairs(vm, self, other, &pairs);
        if (pairs) return done;
    }
    Value keys;
    int mapping = object_find_attribute(vm, other, NAME_OF(vm, keys), &keys);
    if (mapping < 0) return false;
    if (mapping) {
        value_drop(vm, keys);
        return merge_mapping(vm, self, other);
    }
    Pairs pairs = {self, 0};
    return each_item(vm, other, merge_pair, &pairs);
}

/* dict(...) and update(...): at most one positional argument, then keywords. */
static bool merge_call(VM *vm, const char *function, Value self, Value *args, int nargs, Value names) {
    if (!arguments_count(vm, function, nargs, 0, 1)) return false;
    if (nargs == 1 && !dict_update(vm, self, args[0])) return false;
    int64_t count = names_count(names);
    for (int64_t i = 0; i < count; i++) {
        if (!dict_set(vm, self, as_tuple(names)->items[i], args[nargs + i])) return false;
    }
    return true;
}

static bool init(VM *vm, Value self, Value *args, int nargs, Value names) {
    return merge_call(vm, "dict", self, args, nargs, names);
}

/* --- slots --- */

static void repr_entries(Builder *b, Value self) {
    int64_t position = 0;
    Value key, value;
    bool first = true, done = true;
    while (done && dict_next(self, &position, &key, &value)) {
        value_ref(key), value_ref(value);
        if (!first) builder_ascii(b, ", ", 2);
        first = false;
        done = builder_repr(b, key);
        builder_ascii(b, ": ", 2);
        done = done && builder_repr(b, value);
        value_drop(b->vm, key), value_drop(b->vm, value);
    }
}

static Value repr(VM *vm, Value self) {
    if (as_dict(self)->count == 0) return string_from_c(vm, "{}");
    int entered = repr_enter(vm, self);
    if (entered <= 0) return entered < 0 ? ABSENT : string_from_c(vm, "{...}");
    Builder b;
    builder_init(&b, vm);
    builder_char(&b, '{');
    repr_entries(&b, self);
    builder_char(&b, '}');
    repr_leave(vm, self);
    return builder_finish(&b);
}

/* Does the very same key lead to the very same value, at the same place? So it is in most dicts that are equal. */
static bool same_entry(const Dict *dict, int64_t index, Value key, Value value) {
    if (index >= dict->fill) return false;
    const DictEntry *entry = &dict_entries(dict)[index];
    return value_same(entry->key, key) && value_same(entry->value, value);
}

/* Is every entry of `a` in `b`, with an equal value? */
static int entries_equal(VM *vm, Value a, Value b) {
    int64_t position = 0;
    Value key, value;
    while (dict_next(a, &position, &key, &value)) {
        if (same_entry(as_dict(b), position - 1, key, value)) continue;
        int64_t hash = dict_entry_hash(vm, as_dict(a), position - 1);
        value_ref(key), value_ref(value);
        int64_t index = dict_find(vm, as_dict(b), key, hash);
        int equal = index == -2 ? -1 : 0;
        if (index >= 0) {
            Value other = value_ref(dict_entries(as_dict(b))[index].value);
            equal = object_equal(vm, value, other);
            value_drop(vm, other);
        }
        value_drop(vm, key), value_drop(vm, value);
        if (equal <= 0) return equal;
    }
    return 1;
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if ((op != COMPARE_EQ && op != COMPARE_NE) || !is_dict(self) || !is_dict(other)) return NOT_IMPLEMENTED;
    int equal = as_dict(self)->count == as_dict(other)->count ? entries_equal(vm, self, other) : 0;
    return compare_equality(equal, op);
}

static int64_t length(VM *vm, Value self) { return as_dict(self)->count; }

static Value get_item(VM *vm, Value self, Value key) {
    Value value = dict_get(vm, self, key);
    if (!is_absent(value)) return value_ref(value);
    if (error_raised(vm)) return ABSENT;
    if (!is_exactly(self, &dict_type)) {
        Value missing = object_special(vm, self, NAME_OF(vm, missing));
        if (!is_absent(missing)) {
            value = call_1(vm, missing, key);
            value_drop(vm, missing);
            return value;
        }
        if (error_raised(vm)) return ABSENT;
    }
    return raise_key(vm, key);
}

static bool set_item(VM *vm, Value self, Value key, Value value) {
    if (!is_absent(value)) return dict_set(vm, self, key, value);
    int deleted = dict_delete(vm, self, key);
    if (deleted == 0) raise_key(vm, key);
    return deleted > 0;
}

/* A subclass that iterates in its own way is copied by that. */
static Value copy_of(VM *vm, Value self) {
    if (is_exactly(self, &dict_type) || type_of(self)->iterate == dict_type.iterate)
        return dict_copy(vm, self);
    Value result = dict_new(vm);
    if (is_absent(result) || dict_update(vm, result, self)) return result;
    value_drop(vm, result);
    return ABSENT;
}

static Value merge(VM *vm, Value left, Value right) {
    if (!is_dict(left) || !is_dict(right)) return NOT_IMPLEMENTED;
    Value result = copy_of(vm, left);
    if (is_absent(result) || dict_update(vm, result, right)) return result;
    value_drop(vm, result);
    return ABSENT;
}

static Value inplace_merge(VM *vm, Value self, Value other) {
    return dict_update(vm, self, other) ? value_ref(self) : ABSENT;
}

/* --- methods --- */

METHOD(get) {
    Value value = dict_get(vm, args[0], args[1]);
    if (!is_absent(value)) return value_ref(value);
    if (error_raised(vm)) return ABSENT;
    return value_or_none(args[2]);
}

METHOD(setdefault) { return dict_set_default(vm, args[0], args[1], is_absent(args[2]) ? NONE : args[2]); }

METHOD(pop) {
    /* An empty dict does not ask for a hash. */
    Value value = as_dict(args[0])->count ? dict_pop(vm, args[0], args[1]) : ABSENT;
    if (!is_absent(value) || error_raised(vm)) return value;
    return is_absent(args[2]) ? raise_key(vm, args[1]) : value_ref(args[2]);
}

METHOD(popitem) {
    Tuple *pair = tuple_new(vm, 2);
    if (!pair) return ABSENT;
    if (dict_take_last(as_dict(args[0]), &pair->items[0], &pair->items[1])) return tuple_finish(pair);
    object_drop(vm, &pair->head);
    return raise_error(vm, &exc_KeyError, "popitem(): dictionary is empty");
}

METHOD(keys) { return dict_view_new(vm, &dict_keys_type, args[0]); }

METHOD(values) { return dict_view_new(vm, &dict_values_type, args[0]); }

METHOD(items) { return dict_view_new(vm, &dict_items_type, args[0]); }

METHOD(update) { return merge_call(vm, "update", args[0], args + 1, nargs - 1, names) ? NONE : ABSENT; }

METHOD(clear) {
    dict_clear(vm, args[0]);
    return NONE;
}

METHOD(copy) { return copy_of(vm, args[0]); }

METHOD(reversed) { return dict_reverse(vm, args[0]); }

METHOD(sizeof) {
    return int_small((int64_t)type_of(args[0])->basic_size + (int64_t)dict_table_size(as_dict(args[0])));
}

typedef struct {
    Value target, value;
} Filling;

static bool set_to_same(VM *vm, Value key, void *context) {
    const Filling *filling = context;
    if (is_exactly(filling->target, &dict_type)) return dict_set(vm, filling->target, key, filling->value);
    return object_set_item(vm, filling->target, key, filling->value);
}

/* The keys of a dict or set, whose hashes are known, into a new dict. */
static bool fill_hashed(VM *vm, Value keys, const Filling *filling) {
    int64_t position = 0, hash;
    Value key, value;
    bool done = true;
    while (done) {
        bool more = is_dict(keys) ? dict_next_hashed(vm, keys, &position, &key, &value, &hash)
                                  : set_next(as_set(keys), &position, &key, &hash);
        if (!more) break;
        value_ref(key);
        done = dict_set_hashed(vm, filling->target, key, hash, filling->value);
        value_drop(vm, key);
    }
    return done;
}

METHOD(fromkeys) {
    Filling filling = {call_0(vm, args[0]), is_absent(args[2]) ? NONE : args[2]};
    Value keys = args[1];
    if (is_absent(filling.target)) return ABSENT;
    bool fresh = is_exactly(filling.target, &dict_type) && as_dict(filling.target)->count == 0;
    bool hashed =
        is_exactly(keys, &dict_type) || is_exactly(keys, &set_type) || is_exactly(keys, &frozenset_type);
    if (fresh && hashed ? fill_hashed(vm, keys, &filling) : object_each(vm, keys, set_to_same, &filling))
        return filling.target;
    value_drop(vm, filling.target);
    return ABSENT;
}

static const NativeDef methods[] = {
    {"__class_getitem__", generic_alias_class_getitem, "object, /",
     "An alias of the class with type arguments.", NATIVE_CLASS_METHOD},
    {"__reversed__", method_reversed, "", "Return a reverse iterator over the dict keys."},
    {"__sizeof__", method_sizeof, "", "Return the size of the dict in memory."},
    {"clear", method_clear, "", "Remove all items from the dict."},
    {"copy", method_copy, "", "Return a shallow copy of the dict."},
    {"fromkeys", method_fromkeys, "iterable, value=None, /",
     "Create a new dictionary with keys from iterable and values set to value.", NATIVE_CLASS_METHOD},
    {"get", method_get, "key, default=None, /",
     "Return the value for key if key is in the dictionary, else default."},
    {"items", method_items, "", "Return a set-like object providing a view on the dict's items."},
    {"keys", method_keys, "", "Return a set-like object providing a view on the dict's keys."},
    {"pop", method_pop, "key, default=<unrepresentable>, /",
     "D.pop(k[,d]) -> v, remove specified key and return the corresponding value.\n\nIf the key is not "
     "found, return the default if given; otherwise,\nraise a KeyError."},
    {"popitem", method_popitem, "",
     "Remove and return a (key, value) pair as a 2-tuple.\n\nPairs are returned in LIFO (last-in, first-out) "
     "order.\nRaises KeyError if the dict is empty."},
    {"setdefault", method_setdefault, "key, default=None, /",
     "Insert key with a value of default if key is not in the dictionary.\n\nReturn the value for key if key "
     "is in the dictionary, else default."},
    {"update", method_update, "*args, **kwargs",
     "D.update([E, ]**F) -> None.  Update D from mapping/iterable E and F."},
    {"values", method_values, "", "Return an object providing a view on the dict's values."},
    {0},
};

Type dict_type = {
    TYPE_HEAD(dict_type, "dict", .traverse = traverse, .rows = rows, .clear = clear, .dealloc = dealloc,
              .acyclic = dict_is_acyclic, .acyclic_uncounted = true),
    .flags = TYPE_BASE | TYPE_DICT | TYPE_MAPPING,
    .basic_size = sizeof(Dict),
    .base = &object_type,
    .doc = "dict() -> new empty dictionary\ndict(mapping) -> new dictionary initialized from a mapping "
           "object's\n    (key, value) pairs\ndict(iterable) -> new dictionary initialized from (key, value) "
           "pairs\ndict(**kwargs) -> new dictionary initialized with the name=value pairs\n    in the "
           "keyword argument list.",
    .new = new,
    .init = init,
    .repr = repr,
    .hash = hash_unhashable,
    .compare = compare,
    .iterate = dict_iterate,
    .number = {.binary = {[BINARY_OR] = merge}, .inplace = {[BINARY_OR] = inplace_merge}},
    .container = {.length = length, .get_item = get_item, .set_item = set_item, .contains = dict_contains},
    .methods = methods,
};
