/*
 * collections.OrderedDict, its views and its iterator.
 *
 * A dict keeps its entries in order already; what is new is moving an entry to either end and taking the first one,
 * both at a constant cost (dict_move, dict_first). `changes` counts keys that came, went or moved, for iterators.
 * What a subclass defines of __setitem__, __getitem__ and the like is called where CPython calls it.
 */
#include "runtime/arguments.h"
#include "runtime/classes/instance.h"
#include "runtime/classes/slots.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/iterators.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/hash.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

typedef struct {
    Dict dict;
    uint32_t first; /* for dict_first */
    uint32_t changes;
} OrderedDict;

static OrderedDict *as_ordered(Value v) { return (OrderedDict *)as_object(v); }
static bool is_ordered(Value v) { return value_is_instance(v, &ordered_dict_type); }

/* --- life --- */

static int traverse(Object *self, VisitFn visit, void *context) {
    int stop = attributes_traverse_own(self, visit, context);
    return stop ? stop : dict_type.head.traverse(self, visit, context);
}

static void clear(VM *vm, Object *self) {
    attributes_clear_own(vm, self);
    as_ordered(from_object(self))->changes++;
    dict_clear(vm, from_object(self));
}

static void dealloc(VM *vm, Object *self) {
    attributes_clear_own(vm, self);
    dict_type.head.dealloc(vm, self);
}

/* --- updating: as MutableMapping.update, through the dict's own __setitem__ --- */

static bool set_pair(VM *vm, Value pair, void *self) {
    Value row = is_exactly(pair, &tuple_type) ? value_ref(pair) : tuple_from_iterable(vm, pair);
    if (is_absent(row)) return false;
    Tuple *tuple = as_tuple(row);
    bool done = false;
    if (tuple->length == 2) {
        done = object_set_item(vm, *(Value *)self, tuple->items[0], tuple->items[1]);
    } else if (tuple->length > 2) {
        raise_value(vm, "too many values to unpack (expected 2)");
    } else {
        raise_value(vm, "need more than %d value%s to unpack", (int)tuple->length,
                    tuple->length == 1 ? "" : "s");
    }
    value_drop(vm, row);
    return done;
}

static bool set_key(VM *vm, Value key, void *pair) {
    Value value = object_get_item(vm, ((Value *)pair)[1], key);
    if (is_absent(value)) return false;
    bool done = object_set_item(vm, ((Value *)pair)[0], key, value);
    value_drop(vm, value);
    return done;
}

/* A method of `other` gives what to walk; 1 done, 0 there is no such method, -1 RAISES. */
static int update_by(VM *vm, Value self, Value other, Value method_name, bool pairs) {
    Value method, pair[2] = {self, other};
    int found = object_find_attribute(vm, other, method_name, &method);
    if (found <= 0) return found;
    Value items = call_0(vm, method);
    value_drop(vm, method);
    if (is_absent(items)) return -1;
    bool done = pairs ? object_each(vm, items, set_pair, &self) : object_each(vm, items, set_key, pair);
    value_drop(vm, items);
    return done ? 1 : -1;
}

static bool update_exact_dict(VM *vm, Value self, Value other) {
    Value items = dict_view_new(vm, &dict_items_type, other);
    if (is_absent(items)) return false;
    bool done = object_each(vm, items, set_pair, &self);
    value_drop(vm, items);
    return done;
}

static bool update_from(VM *vm, Value self, Value other) {
    if (is_exactly(other, &dict_type)) return update_exact_dict(vm, self, other);
    int done = update_by(vm, self, other, NAME_OF(vm, keys), false);
    if (done == 0) done = update_by(vm, self, other, NAME_OF(vm, items), true);
    return done == 0 ? object_each(vm, other, set_pair, &self) : done > 0;
}

static bool update_call(VM *vm, Value self, Value *args, int nargs, Value names) {
    if (nargs == 1 && !update_from(vm, self, args[0])) return false;
    for (int64_t i = 0; i < names_count(names); i++) {
        if (!object_set_item(vm, self, as_tuple(names)->items[i], args[nargs + i])) return false;
    }
    return true;
}

static bool init(VM *vm, Value self, Value *args, int nargs, Value names) {
    if (nargs > 1) return raise_type(vm, "expected at most 1 arguments, got %d", nargs), false;
    return update_call(vm, self, args, nargs, names);
}

METHOD(update) {
    if (nargs > 2)
        return raise_type(vm, "update() takes at most 1 positional argument (%d given)", nargs - 1);
    return update_call(vm, args[0], args + 1, nargs - 1, names) ? NONE : ABSENT;
}

/* --- slots --- */

static bool set_item(VM *vm, Value self, Value key, Value value) {
    OrderedDict *d = as_ordered(self);
    int64_t count = d->dict.count;
    bool done = dict_type.container.set_item(vm, self, key, value);
    if (d->dict.count != count) d->changes++;
    return done;
}

/* Have two dicts of equal items the same order? -1 RAISES. */
static int same_order(VM *vm, Value a, Value b) {
    uint32_t changes_a = as_ordered(a)->changes, changes_b = as_ordered(b)->changes;
    int64_t i = 0, j = 0;
    Value x, y, unused;
    while (dict_next(a, &i, &x, &unused) && dict_next(b, &j, &y, &unused)) {
        value_ref(x), value_ref(y);
        int equal = object_equal(vm, x, y);
        value_drop(vm, x), value_drop(vm, y);
        if (equal <= 0) return equal;
        if (as_ordered(a)->changes != changes_a || as_ordered(b)->changes != changes_b) {
            raise_error(vm, &exc_RuntimeError, "OrderedDict mutated during iteration");
            return -1;
        }
    }
    return true;
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    Value equal = dict_type.compare(vm, self, other, op);
    bool ordered = is_ordered(self) && !is_absent(equal) && is_ordered(other);
    if (!ordered || !value_same(equal, bool_from(op == COMPARE_EQ))) return equal;
    int same = same_order(vm, self, other);
    return compare_equality(same, op);
}

static Value plain_dict(VM *vm, Value self) {
    if (is_exactly(self, &ordered_dict_type)) return dict_copy(vm, self);
    Value dict = dict_new(vm);
    if (!is_absent(dict) && !dict_update(vm, dict, self)) value_clear(vm, &dict);
    return dict;
}

static Value repr(VM *vm, Value self) {
    const char *name = type_short_name(type_of(self));
    if (as_dict(self)->count == 0) return string_format(vm, "%s()", name);
    int entered = repr_enter(vm, self);
    if (entered <= 0) return entered < 0 ? ABSENT : string_from_c(vm, "...");
    Value dict = plain_dict(vm, self), text = ABSENT;
    if (!is_absent(dict)) {
        text = string_format(vm, "%s(%R)", name, dict);
        value_drop(vm, dict);
    }
    repr_leave(vm, self);
    return text;
}

/* type(self)(left), updated with `right`; self is the ordered one of the two. */
static Value merge(VM *vm, Value left, Value right) {
    if (!is_dict(left) || !is_dict(right)) return NOT_IMPLEMENTED;
    Value self = is_ordered(left) ? left : right;
    Value result = call_1(vm, from_object(type_of(self)), left);
    if (!is_absent(result) && !update_from(vm, result, right)) value_clear(vm, &result);
    return result;
}

static Value inplace_merge(VM *vm, Value self, Value other) {
    return update_from(vm, self, other) ? value_ref(self) : ABSENT;
}

/* --- methods --- */

METHOD(clear) {
    as_ordered(args[0])->changes++;
    dict_clear(vm, args[0]);
    return NONE;
}

/* A subclass is asked for each value, and copies it into a new one of its own. */
METHOD(copy) {
    Value self = args[0], result = call_0(vm, from_object(type_of(self)));
    if (is_absent(result)) return ABSENT;
    if (is_exactly(self, &ordered_dict_type)) {
        if (!dict_fill(vm, result, self)) value_clear(vm, &result);
        return result;
    }
    uint32_t changes = as_ordered(self)->changes;
    int64_t position = 0;
    Value key, unused, pair[2] = {result, self};
    while (dict_next(self, &position, &key, &unused)) {
        value_ref(key);
        bool done = set_key(vm, key, pair);
        value_drop(vm, key);
        if (done && as_ordered(self)->changes != changes) {
            raise_error(vm, &exc_RuntimeError, "OrderedDict mutated during iteration");
            done = false;
        }
        if (!done) return value_drop(vm, result), ABSENT;
    }
    return result;
}

METHOD(fromkeys) {
    Value result = call_0(vm, args[0]), value = is_absent(args[2]) ? NONE : args[2];
    Value iterator = is_absent(result) ? ABSENT : object_iterate(vm, args[1]), key;
    bool done = !is_absent(iterator);
    while (done && !is_absent(key = iterator_next(vm, iterator))) {
        done = object_set_item(vm, result, key, value);
        value_drop(vm, key);
    }
    value_xdrop(vm, iterator);
    if (!is_absent(result) && error_raised(vm)) value_clear(vm, &result);
    return result;
}

METHOD(items) { return dict_view_new(vm, &ordered_items_type, args[0]); }

METHOD(keys) { return dict_view_new(vm, &ordered_keys_type, args[0]); }

METHOD(values) { return dict_view_new(vm, &ordered_values_type, args[0]); }

/* As in CPython, a tuple that is missed is the error's arguments, and None none. */
static Value raise_missing(VM *vm, Value key) {
    if (is_none(key)) return raise_new(vm, &exc_KeyError, ABSENT);
    if (!is_family(key, TYPE_TUPLE)) return raise_key(vm, key);
    Value exception = call_with(vm, from_object(&exc_KeyError), key, ABSENT);
    return is_absent(exception) ? ABSENT : raise_object(vm, exception);
}

METHOD(move_to_end) {
    OrderedDict *d = as_ordered(args[0]);
    int64_t hash;
    int last = is_absent(args[2]) ? 1 : object_truth(vm, args[2]);
    if (last < 0) return ABSENT;
    if (as_ordered(args[0])->dict.count == 0) return raise_missing(vm, args[1]); /* whatever it is */
    if (!hash_value(vm, args[1], &hash)) return ABSENT;
    int64_t index = dict_find(vm, &d->dict, args[1], hash);
    if (index == -1) return raise_missing(vm, args[1]);
    if (index < 0) return ABSENT;
    int64_t end = (int64_t)d->dict.fill - 1;
    while (last && end > index && is_absent(dict_entries(&d->dict)[end].key))
        end--;
    if (!last) end = dict_first(&d->dict, &d->first);
    if (index == end) return NONE;
    d->changes++;
    return dict_move(vm, &d->dict, index, last, &d->first) ? NONE : ABSENT;
}

METHOD(pop) {
    Value value = dict_pop(vm, args[0], args[1]);
    if (!is_absent(value)) {
        as_ordered(args[0])->changes++;
        return value;
    }
    if (error_raised(vm)) return ABSENT;
    return is_absent(args[2]) ? raise_missing(vm, args[1]) : value_ref(args[2]);
}

METHOD(popitem) {
    OrderedDict *d = as_ordered(args[0]);
    int last = is_absent(args[1]) ? 1 : object_truth(vm, args[1]);
    if (last < 0) return ABSENT;
    Tuple *pair = tuple_new(vm, 2);
    if (!pair) return ABSENT;
    if (d->dict.count == 0) {
        object_drop(vm, &pair->head);
        return raise_error(vm, &exc_KeyError, "dictionary is empty");
    }
    d->changes++;
    if (last) {
        dict_take_last(&d->dict, &pair->items[0], &pair->items[1]);
    } else {
        dict_take(&d->dict, dict_first(&d->dict, &d->first), &pair->items[0], &pair->items[1]);
    }
    return tuple_finish(pair);
}

METHOD(reduce) {
    Value self = args[0], result = ABSENT;
    Value state = call_method(vm, self, NAME_OF(vm, getstate), NULL, 0);
    Value items = is_absent(state) ? ABSENT : call_method(vm, self, NAME_OF(vm, items), NULL, 0);
    Value iterator = is_absent(items) ? ABSENT : object_iterate(vm, items);
    if (!is_absent(iterator))
        result = tuple_pack(vm, 5, from_object(type_of(self)), vm->empty_tuple, state, NONE, iterator);
    value_xdrop(vm, iterator), value_xdrop(vm, items), value_xdrop(vm, state);
    return result;
}

METHOD(setdefault) {
    Value self = args[0], value = is_absent(args[2]) ? NONE : args[2];
    if (is_exactly(self, &ordered_dict_type)) {
        int64_t count = as_dict(self)->count;
        value = dict_set_default(vm, self, args[1], value);
        if (as_dict(self)->count != count) as_ordered(self)->changes++;
        return value;
    }
    int there = object_contains(vm, self, args[1]);
    if (there < 0) return ABSENT;
    if (there) return object_get_item(vm, self, args[1]);
    return object_set_item(vm, self, args[1], value) ? value_ref(value) : ABSENT;
}

/* --- iteration --- */

typedef enum { PART_KEY, PART_VALUE, PART_ITEM } Part;

typedef struct {
    Object head;
    Value dict;       /* owned; ABSENT: exhausted */
    int64_t count;    /* of the dict when iteration began */
    int64_t position; /* of the next entry, or reversed the one behind it */
    uint32_t changes;
    uint8_t part; /* Part */
    bool backward;
    Value pair; /* the tuple yielded last, see tuple_reuse; or ABSENT. Owned */
} OrderedIterator;

static Value iterator_make(VM *vm, Value dict, Part part, bool backward) {
    OrderedIterator *it =
        (OrderedIterator *)object_new_container(vm, &ordered_iterator_type, sizeof(OrderedIterator));
    if (!it) return raise_memory(vm);
    it->dict = value_ref(dict);
    it->count = as_dict(dict)->count;
    it->position = backward ? as_dict(dict)->fill : 0;
    it->changes = as_ordered(dict)->changes;
    it->part = part;
    it->backward = backward;
    object_track(&it->head);
    return from_object(it);
}

static int iterator_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((OrderedIterator *)self)->dict);
    VISIT(((OrderedIterator *)self)->pair);
    return 0;
}

/* The pair that it has yielded may hold itself. */
static void iterator_clear(VM *vm, Object *self) { value_clear(vm, &((OrderedIterator *)self)->pair); }

static void iterator_dealloc(VM *vm, Object *self) {
    value_xdrop(vm, ((OrderedIterator *)self)->dict);
    value_xdrop(vm, ((OrderedIterator *)self)->pair);
    object_free(vm, self, sizeof(OrderedIterator));
}

static bool unchanged(VM *vm, const OrderedIterator *it) {
    bool same = as_ordered(it->dict)->changes == it->changes;
    if (same && as_dict(it->dict)->count == it->count) return true;
    raise_error(vm, &exc_RuntimeError, "OrderedDict %s during iteration", same ? "changed size" : "mutated");
    return false;
}

/* The number of the next live entry; -1 at the end. */
static int64_t next_entry(OrderedIterator *it) {
    const Dict *dict = as_dict(it->dict);
    int64_t i = it->backward ? it->position - 1 : it->position;
    if (it->backward && i >= dict->fill) i = (int64_t)dict->fill - 1;
    while (i >= 0 && i < dict->fill && is_absent(dict_entries(dict)[i].key))
        i += it->backward ? -1 : 1;
    it->position = it->backward ? i : i + 1;
    return i < dict->fill ? i : -1;
}

/* (key, value). The references are given away. */
static Value make_pair(VM *vm, OrderedIterator *it, STEALS Value key, STEALS Value value) {
    Tuple *pair = tuple_reuse(vm, &it->pair, 2);
    if (!pair) {
        value_drop(vm, key), value_drop(vm, value);
        return ABSENT;
    }
    value_set(vm, &pair->items[0], key);
    value_set(vm, &pair->items[1], value);
    return tuple_finish(pair);
}

static Value iterator_step_on(VM *vm, Value self) {
    OrderedIterator *it = (OrderedIterator *)as_object(self);
    if (is_absent(it->dict)) return ABSENT;
    int64_t i = unchanged(vm, it) ? next_entry(it) : -1;
    if (i < 0) {
        value_clear(vm, &it->dict);
        return ABSENT;
    }
    const DictEntry *entry = &dict_entries(as_dict(it->dict))[i];
    if (it->part == PART_KEY) return value_ref(entry->key);
    if (it->part == PART_VALUE) return value_ref(entry->value);
    return make_pair(vm, it, value_ref(entry->key), value_ref(entry->value));
}

METHOD(iterator_reduce) {
    const OrderedIterator *it = (const OrderedIterator *)as_object(args[0]);
    Value rest;
    if (is_absent(it->dict)) {
        rest = list_new(vm, 0);
    } else {
        Value copy = iterator_make(vm, it->dict, it->part, it->backward);
        if (is_absent(copy)) return ABSENT;
        OrderedIterator *other = (OrderedIterator *)as_object(copy);
        other->position = it->position;
        other->count = it->count;
        other->changes = it->changes;
        rest = list_from_iterable(vm, copy);
        value_drop(vm, copy);
    }
    return is_absent(rest) ? ABSENT : iterator_reduction(vm, "iter", rest, ABSENT);
}

static const NativeDef iterator_methods[] = {
    {"__reduce__", method_iterator_reduce, "", "Return state information for pickling"},
    {0},
};

Type ordered_iterator_type = {
    TYPE_HEAD(ordered_iterator_type, "odict_iterator", .traverse = iterator_traverse, .clear = iterator_clear,
              .dealloc = iterator_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(OrderedIterator),
    .base = &object_type,
    .iterate = iterator_itself,
    .next = iterator_step_on,
    .methods = iterator_methods,
};

#define ORDERED_VIEW(variable, name_text, base_type, part) \
    static Value variable##_iterate(VM *vm, Value self) { \
        return iterator_make(vm, dict_viewed(self), part, false); \
    } \
    METHOD(variable##_reversed) { return iterator_make(vm, dict_viewed(args[0]), part, true); } \
    static const NativeDef variable##_methods[] = { \
        {"__reversed__", method_##variable##_reversed, "", NULL}, \
        {0}, \
    }; \
    Type variable = { \
        TYPE_HEAD(variable, name_text, .traverse = NULL), \
        .flags = TYPE_NO_NEW, \
        .basic_size = DICT_VIEW_SIZE, \
        .base = &base_type, \
        .iterate = variable##_iterate, \
        .methods = variable##_methods, \
    };

ORDERED_VIEW(ordered_keys_type, "odict_keys", dict_keys_type, PART_KEY)
ORDERED_VIEW(ordered_values_type, "odict_values", dict_values_type, PART_VALUE)
ORDERED_VIEW(ordered_items_type, "odict_items", dict_items_type, PART_ITEM)

static Value iterate(VM *vm, Value self) { return iterator_make(vm, self, PART_KEY, false); }

METHOD(reversed) { return iterator_make(vm, args[0], PART_KEY, true); }

/* --- the type --- */

static const NativeDef methods[] = {
    {"__reduce__", method_reduce, "", "Return state information for pickling"},
    {"__reversed__", method_reversed, "", "od.__reversed__() <==> reversed(od)"},
    {"clear", method_clear, "", "od.clear() -> None.  Remove all items from od."},
    {"copy", method_copy, "", "od.copy() -> a shallow copy of od"},
    {"fromkeys", method_fromkeys, "iterable, value=None",
     "Create a new ordered dictionary with keys from iterable and values set to value.", NATIVE_CLASS_METHOD},
    {"items", method_items, "", NULL},
    {"keys", method_keys, "", NULL},
    {"move_to_end", method_move_to_end, "key, last=True",
     "Move an existing element to the end (or beginning if last is false).\n\nRaise KeyError if the element "
     "does not exist."},
    {"pop", method_pop, "key, default=<unrepresentable>",
     "od.pop(key[,default]) -> v, remove specified key and return the corresponding value.\n\nIf the key is "
     "not found, return the default if given; otherwise,\nraise a KeyError."},
    {"popitem", method_popitem, "last=True",
     "Remove and return a (key, value) pair from the dictionary.\n\nPairs are returned in LIFO order if last "
     "is true or FIFO order if false."},
    {"setdefault", method_setdefault, "key, default=None",
     "Insert key with a value of default if key is not in the dictionary.\n\nReturn the value for key if key "
     "is in the dictionary, else default."},
    {"update", method_update, "*args, **kwargs", NULL},
    {"values", method_values, "", NULL},
    {0},
};

static const GetSetDef getsets[] = {
    {"__dict__", instance_get_dict, instance_set_dict, NULL},
    {0},
};

Type ordered_dict_type = {
    TYPE_HEAD(ordered_dict_type, "collections.OrderedDict", .traverse = traverse, .clear = clear,
              .dealloc = dealloc),
    .flags = TYPE_WEAKLY_REFERABLE | TYPE_BASE | TYPE_DICT | TYPE_MAPPING,
    .basic_size = sizeof(OrderedDict),
    .attributes_offset = sizeof(OrderedDict),
    .base = &dict_type,
    .doc = "Dictionary that remembers insertion order",
    .init = init,
    .repr = repr,
    .hash = hash_unhashable,
    .compare = compare,
    .get_attribute = object_generic_get,
    .set_attribute = object_generic_set,
    .iterate = iterate,
    .number = {.binary = {[BINARY_OR] = merge}, .inplace = {[BINARY_OR] = inplace_merge}},
    .container = {.set_item = set_item},
    .methods = methods,
    .getsets = getsets,
};
