/*
 * The views of a dict (keys, values, items) and its six iterators.
 *
 * Keys and items behave as sets; their operators make a set of the left operand and update it with the right
 * one. An iterator notices that its dict has changed size, or that its entries have moved out from under it.
 */

#include "runtime/classes/descriptor.h"
#include "runtime/classes/slots.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/iterators.h"
#include "runtime/containers/list.h"
#include "runtime/containers/set.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

typedef enum { PART_KEY, PART_VALUE, PART_ITEM } Part;

/* --- iterators --- */

typedef struct {
    Object head;
    Value dict;        /* owned; ABSENT: exhausted */
    int64_t count;     /* of the dict when iteration began; -1 after a change was reported */
    int64_t position;  /* of the next entry, or reversed the one behind it */
    int64_t remaining; /* entries not yet yielded */
    Value pair;        /* the tuple yielded last, see tuple_reuse; or ABSENT. Owned */
} DictIterator;

static Value iterator_make(VM *vm, Type *type, Value dict, bool backward) {
    DictIterator *it = (DictIterator *)object_new_container(vm, type, sizeof(DictIterator));
    if (!it) return raise_memory(vm);
    it->dict = value_ref(dict);
    it->count = it->remaining = as_dict(dict)->count;
    it->position = backward ? as_dict(dict)->fill : 0;
    object_track(&it->head);
    return from_object(it);
}

static int iterator_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((DictIterator *)self)->dict);
    VISIT(((DictIterator *)self)->pair);
    return 0;
}

/* The pair that it has yielded may hold itself. */
static void iterator_clear(VM *vm, Object *self) { value_clear(vm, &((DictIterator *)self)->pair); }

static void iterator_dealloc(VM *vm, Object *self) {
    value_xdrop(vm, ((DictIterator *)self)->dict);
    value_xdrop(vm, ((DictIterator *)self)->pair);
    object_free(vm, self, sizeof(DictIterator));
}

/* The entry at the iterator's position, which moves on; -1 at the end or RAISES. */
static inline __attribute__((always_inline)) int64_t find_entry(VM *vm, DictIterator *it, bool backward) {
    if (is_absent(it->dict)) return -1;
    const Dict *dict = as_dict(it->dict);
    if (it->count != dict->count) {
        it->count = -1;
        raise_error(vm, &exc_RuntimeError, "dictionary changed size during iteration");
        return -1;
    }
    const DictEntry *entries = dict_entries(dict);
    int64_t i = backward ? it->position - 1 : it->position;
    if (backward && i >= dict->fill) i = (int64_t)dict->fill - 1;
    while (i >= 0 && i < dict->fill && is_absent(entries[i].key))
        i += backward ? -1 : 1;
    if (i < 0 || i >= dict->fill) {
        value_clear(vm, &it->dict);
        return -1;
    }
    if (it->remaining == 0) {
        it->count = -1;
        raise_error(vm, &exc_RuntimeError, "dictionary keys changed during iteration");
        return -1;
    }
    it->position = backward ? i : i + 1;
    it->remaining--;
    return i;
}

static int item_iterator_next_pair(VM *vm, Value self, Value *key, Value *value) {
    DictIterator *it = (DictIterator *)as_object(self);
    int64_t i = find_entry(vm, it, false);
    if (i < 0) return 0;
    const DictEntry *entry = &dict_entries(as_dict(it->dict))[i];
    *key = value_ref(entry->key), *value = value_ref(entry->value);
    return 1;
}

static inline __attribute__((always_inline)) Value iterator_advance(VM *vm, Value self, Part part,
                                                                    bool backward) {
    DictIterator *it = (DictIterator *)as_object(self);
    int64_t i = find_entry(vm, it, backward);
    if (i < 0) return ABSENT;
    const DictEntry *entry = &dict_entries(as_dict(it->dict))[i];
    if (part == PART_KEY) return value_ref(entry->key);
    if (part == PART_VALUE) return value_ref(entry->value);
    return tuple_reuse_pair(vm, &it->pair, value_ref(entry->key), value_ref(entry->value));
}

METHOD(length_hint) {
    const DictIterator *it = (const DictIterator *)as_object(args[0]);
    bool live = !is_absent(it->dict) && it->count == as_dict(it->dict)->count;
    return int_small(live ? it->remaining : 0);
}

/* A copy is made through the list of what is left; the iterator itself stays where it is. */
METHOD(reduce) {
    const DictIterator *it = (const DictIterator *)as_object(args[0]);
    DictIterator *copy = (DictIterator *)object_new_container(vm, it->head.type, sizeof(DictIterator));
    if (!copy) return raise_memory(vm);
    copy->dict = value_xref(it->dict);
    copy->count = it->count;
    copy->position = it->position;
    copy->remaining = it->remaining;
    object_track(&copy->head);
    Value rest = list_from_iterable(vm, from_object(copy));
    object_drop(vm, &copy->head);
    return is_absent(rest) ? ABSENT : iterator_reduction(vm, "iter", rest, ABSENT);
}

static const NativeDef iterator_methods[] = {
    {"__length_hint__", method_length_hint, "", "Private method returning an estimate of len(list(it))."},
    {"__reduce__", method_reduce, "", "Return state information for pickling."},
    {0},
};

#define DICT_ITERATOR(variable, name_text, part, backward, next_pair_function) \
    static Value variable##_next(VM *vm, Value self) { return iterator_advance(vm, self, part, backward); } \
    Type variable = { \
        TYPE_HEAD(variable, name_text, .traverse = iterator_traverse, .clear = iterator_clear, \
                  .dealloc = iterator_dealloc), \
        .flags = TYPE_NO_NEW, \
        .basic_size = sizeof(DictIterator), \
        .base = &object_type, \
        .iterate = iterator_itself, \
        .next = variable##_next, \
        .next_pair = next_pair_function, \
        .methods = iterator_methods, \
    };

DICT_ITERATOR(dict_key_iterator_type, "dict_keyiterator", PART_KEY, false, NULL)
DICT_ITERATOR(dict_value_iterator_type, "dict_valueiterator", PART_VALUE, false, NULL)
DICT_ITERATOR(dict_item_iterator_type, "dict_itemiterator", PART_ITEM, false, item_iterator_next_pair)
DICT_ITERATOR(dict_reverse_key_iterator_type, "dict_reversekeyiterator", PART_KEY, true, NULL)
DICT_ITERATOR(dict_reverse_value_iterator_type, "dict_reversevalueiterator", PART_VALUE, true, NULL)
DICT_ITERATOR(dict_reverse_item_iterator_type, "dict_reverseitemiterator", PART_ITEM, true, NULL)

Value dict_iterate(VM *vm, Value dict) { return iterator_make(vm, &dict_key_iterator_type, dict, false); }
Value dict_reverse(VM *vm, Value dict) {
    return iterator_make(vm, &dict_reverse_key_iterator_type, dict, true);
}

/* --- views --- */

typedef struct {
    Object head;
    Value dict; /* owned */
} DictView;
_Static_assert(sizeof(DictView) == DICT_VIEW_SIZE, "dict.h");

Value dict_viewed(Value view) { return ((DictView *)as_object(view))->dict; }

static bool is_set_view(Value v) {
    const Type *type = type_of(v);
    return type == &dict_keys_type || type == &dict_items_type || type == &ordered_keys_type ||
           type == &ordered_items_type;
}

Value dict_view_new(VM *vm, Type *type, Value dict) {
    DictView *view = (DictView *)object_new_container(vm, type, sizeof(DictView));
    if (!view) return raise_memory(vm);
    view->dict = value_ref(dict);
    object_track(&view->head);
    return from_object(view);
}

static int view_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((DictView *)self)->dict);
    return 0;
}

static void view_dealloc(VM *vm, Object *self) {
    value_xdrop(vm, ((DictView *)self)->dict);
    object_free(vm, self, sizeof(DictView));
}

static int64_t view_length(VM *vm, Value self) { return as_dict(dict_viewed(self))->count; }

static Value view_repr(VM *vm, Value self) {
    int entered = repr_enter(vm, self);
    if (entered <= 0) return entered < 0 ? ABSENT : string_from_c(vm, "...");
    Value list = list_from_iterable(vm, self), text = ABSENT;
    if (!is_absent(list)) {
        text = string_format(vm, "%s(%R)", type_name_of(self), list);
        value_drop(vm, list);
    }
    repr_leave(vm, self);
    return text;
}

static Value iterate_part(VM *vm, Value self, bool backward) {
    const Type *type = type_of(self);
    Part part = type == &dict_keys_type ? PART_KEY : type == &dict_values_type ? PART_VALUE : PART_ITEM;
    Type *const iterators[2][3] = {
        {&dict_key_iterator_type, &dict_value_iterator_type, &dict_item_iterator_type},
        {&dict_reverse_key_iterator_type, &dict_reverse_value_iterator_type,
         &dict_reverse_item_iterator_type},
    };
    return iterator_make(vm, iterators[backward][part], dict_viewed(self), backward);
}

static Value view_iterate(VM *vm, Value self) { return iterate_part(vm, self, false); }

METHOD(view_reversed) { return iterate_part(vm, args[0], true); }

static int keys_contains(VM *vm, Value self, Value key) { return dict_contains(vm, dict_viewed(self), key); }

static int items_contains(VM *vm, Value self, Value item) {
    if (!is_tuple(item) || as_tuple(item)->length != 2) return 0;
    Value value = dict_get(vm, dict_viewed(self), as_tuple(item)->items[0]);
    if (is_absent(value)) return error_raised(vm) ? -1 : 0;
    value_ref(value);
    int equal = object_equal(vm, value, as_tuple(item)->items[1]);
    value_drop(vm, value);
    return equal;
}

/* --- views as sets --- */

static bool is_set_like(Value v) { return is_set(v) || is_set_view(v); }

/* Every item of `a` in `b`? */
static int all_contained(VM *vm, Value a, Value b) {
    Value iterator = object_iterate(vm, a);
    if (is_absent(iterator)) return -1;
    int contained = 1;
    while (contained == 1) {
        Value item = iterator_next(vm, iterator);
        if (is_absent(item)) {
            if (error_raised(vm)) contained = -1;
            break;
        }
        contained = object_contains(vm, b, item);
        value_drop(vm, item);
    }
    value_drop(vm, iterator);
    return contained;
}

static Value view_compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!is_set_view(self) || !is_set_like(other)) return NOT_IMPLEMENTED;
    int64_t a = object_length(vm, self), b = object_length(vm, other);
    if (a < 0 || b < 0) return ABSENT;
    bool possible = op == COMPARE_LT   ? a < b
                    : op == COMPARE_LE ? a <= b
                    : op == COMPARE_GT ? a > b
                    : op == COMPARE_GE ? a >= b
                                       : a == b;
    int result = 0;
    if (possible) {
        bool swap = op == COMPARE_GT || op == COMPARE_GE;
        result = swap ? all_contained(vm, other, self) : all_contained(vm, self, other);
    }
    return result < 0 ? ABSENT : bool_from(result == (op != COMPARE_NE));
}

/* set(left), then one of set's updates with `right`. */
static Value set_operation(VM *vm, Value left, Value right, bool (*update)(VM *vm, Value set, Value other)) {
    if (!is_set_view(left) && !is_set_view(right)) return NOT_IMPLEMENTED;
    Value set = set_from_iterable(vm, is_exactly(left, &dict_keys_type) ? dict_viewed(left) : left);
    if (is_absent(set) || update(vm, set, right)) return set;
    value_drop(vm, set);
    return ABSENT;
}

static Value view_subtract(VM *vm, Value left, Value right) {
    return set_operation(vm, left, right, set_difference_update);
}

static Value view_or(VM *vm, Value left, Value right) { return set_operation(vm, left, right, set_update); }

/* An item of the one, and what `others`, a dict, has of the other: it is gone if equal, else the item is added. */
static bool toggle_item(VM *vm, Value set, Value others, Value key, Value value, int64_t hash) {
    Dict *dict = as_dict(others);
    int64_t index = dict_find(vm, dict, key, hash);
    if (index == -2) return false;
    if (index >= 0) {
        Value other = value_ref(dict_entries(dict)[index].value);
        int equal = object_equal(vm, other, value);
        value_drop(vm, other);
        if (equal) return equal > 0 && dict_delete_hashed(vm, others, key, hash) >= 0;
    }
    Value pair = tuple_pair(vm, value_ref(key), value_ref(value));
    bool added = !is_absent(pair) && set_add(vm, set, pair);
    value_xdrop(vm, pair);
    return added;
}

/* Of items that are in both nothing is hashed but the keys: their values need not be hashable. */
static Value items_xor(VM *vm, Value left, Value right) {
    Value dict = dict_viewed(right), others = dict_copy(vm, dict_viewed(left)), key, value;
    Value set = is_absent(others) ? ABSENT : set_new(vm);
    int64_t position = 0, hash;
    bool done = !is_absent(set);
    while (done && dict_next_hashed(vm, dict, &position, &key, &value, &hash)) {
        value_ref(key), value_ref(value);
        done = toggle_item(vm, set, others, key, value, hash);
        value_drop(vm, key), value_drop(vm, value);
    }
    Value rest = done ? dict_view_new(vm, &dict_items_type, others) : ABSENT;
    if (is_absent(rest) || !set_update(vm, set, rest)) value_clear(vm, &set);
    value_xdrop(vm, rest);
    value_xdrop(vm, others);
    return set;
}

static Value view_xor(VM *vm, Value left, Value right) {
    if (is_exactly(left, &dict_items_type) && is_exactly(right, &dict_items_type))
        return items_xor(vm, left, right);
    return set_operation(vm, left, right, set_symmetric_difference_update);
}

/* The result has the items of the operand that is walked: the other one, unless that is the larger of two
 * sets. */
static Value view_and(VM *vm, Value left, Value right) {
    if (!is_set_view(left) && !is_set_view(right)) return NOT_IMPLEMENTED;
    Value view = is_set_view(left) ? left : right, other = is_set_view(left) ? right : left;
    if (is_exactly(other, &set_type) && view_length(vm, view) <= as_set(other)->used)
        return set_intersection(vm, other, view);
    if (is_set_like(other) && object_length(vm, other) > view_length(vm, view)) {
        Value larger = other;
        other = view;
        view = larger;
    }
    Value result = set_new(vm), iterator = ABSENT;
    if (!is_absent(result)) iterator = object_iterate(vm, other);
    bool done = !is_absent(iterator);
    while (done) {
        Value item = iterator_next(vm, iterator);
        if (is_absent(item)) {
            done = !error_raised(vm);
            break;
        }
        int contained = object_contains(vm, view, item);
        done = contained == 0 || (contained > 0 && set_add(vm, result, item));
        value_drop(vm, item);
    }
    value_xdrop(vm, iterator);
    if (done) return result;
    value_xdrop(vm, result);
    return ABSENT;
}

METHOD(isdisjoint) {
    Value iterator = object_iterate(vm, args[1]);
    if (is_absent(iterator)) return ABSENT;
    int contained = 0;
    while (contained == 0) {
        Value item = iterator_next(vm, iterator);
        if (is_absent(item)) {
            if (error_raised(vm)) contained = -1;
            break;
        }
        contained = object_contains(vm, args[0], item);
        value_drop(vm, item);
    }
    value_drop(vm, iterator);
    return contained < 0 ? ABSENT : bool_from(!contained);
}

/* --- the view types --- */

static Value get_mapping(VM *vm, Value self) { return mapping_proxy_new(vm, dict_viewed(self)); }

static const GetSetDef view_getsets[] = {
    {"mapping", get_mapping, NULL, "dictionary that this view refers to"},
    {0},
};

static const NativeDef values_methods[] = {
    {"__reversed__", method_view_reversed, "", "Return a reverse iterator over the dict values."},
    {0},
};

static const NativeDef set_view_methods[] = {
    {"__reversed__", method_view_reversed, "", "Return a reverse iterator over the view."},
    {"isdisjoint", method_isdisjoint, "object, /",
     "Return True if the view and the given iterable have a null intersection."},
    {0},
};

#define VIEW_COMMON(variable, name_text) \
    TYPE_HEAD(variable, name_text, .traverse = view_traverse, .dealloc = view_dealloc), \
        .flags = TYPE_NO_NEW, .basic_size = sizeof(DictView), .base = &object_type, .repr = view_repr, \
        .iterate = view_iterate, .getsets = view_getsets

#define VIEW_AS_SET \
    .hash = hash_unhashable, .compare = view_compare, .methods = set_view_methods, \
    .number.binary = {[BINARY_SUBTRACT] = view_subtract, \
                      [BINARY_AND] = view_and, \
                      [BINARY_OR] = view_or, \
                      [BINARY_XOR] = view_xor}

Type dict_keys_type = {
    VIEW_COMMON(dict_keys_type, "dict_keys"),
    VIEW_AS_SET,
    .container = {.length = view_length, .contains = keys_contains},
};

Type dict_values_type = {
    VIEW_COMMON(dict_values_type, "dict_values"),
    .container = {.length = view_length},
    .methods = values_methods,
};

Type dict_items_type = {
    VIEW_COMMON(dict_items_type, "dict_items"),
    VIEW_AS_SET,
    .container = {.length = view_length, .contains = items_contains},
};
