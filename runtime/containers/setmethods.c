/* set and frozenset: the types, the operations on whole sets, the methods. */

#include "runtime/arguments.h"
#include "runtime/classes/genericalias.h"
#include "runtime/classes/instance.h"
#include "runtime/classes/slots.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/iterators.h"
#include "runtime/containers/list.h"
#include "runtime/containers/setbody.h"
#include "runtime/errors/error.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- life --- */

static int traverse(Object *self, VisitFn visit, void *context) {
    const Set *set = (const Set *)self;
    if (!set->table) return 0;
    for (uint64_t i = 0; i <= set->mask; i++)
        VISIT(set->table[i].key);
    return 0;
}

static void clear(VM *vm, Object *self) { set_clear(vm, from_object(self)); }

static void dealloc(VM *vm, Object *self) {
    bool exact = self->type == &set_type || self->type == &frozenset_type;
    size_t size = exact ? sizeof(Set) : instance_size(self, 0);
    set_clear(vm, from_object(self));
    object_free(vm, self, size);
}

static Value empty_of(VM *vm, Type *type) {
    bool exact = type == &set_type || type == &frozenset_type;
    Set *set = (Set *)(exact ? object_new_container(vm, type, sizeof(Set)) : instance_new(vm, type, 0));
    if (!set) return exact ? raise_memory(vm) : ABSENT;
    set_init(set);
    object_track(&set->head);
    return from_object(set);
}

static Value set_type_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    return empty_of(vm, type);
}

static bool init(VM *vm, Value self, Value *args, int nargs, Value names) {
    if (!arguments_no_names(vm, "set", names)) return false;
    if (!arguments_count(vm, type_short_name(type_of(self)), nargs, 0, 1)) return false;
    set_clear(vm, self);
    return nargs == 0 || set_update(vm, self, args[0]);
}

static Value frozenset_type_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    bool plain = type == &frozenset_type || type->init == frozenset_type.init;
    if (plain && !arguments_no_names(vm, "frozenset", names)) return ABSENT;
    if (!arguments_count(vm, type_short_name(type), nargs, 0, 1)) return ABSENT;
    if (type == &frozenset_type) return frozenset_from_iterable(vm, nargs ? args[0] : ABSENT);
    Value self = empty_of(vm, type);
    if (is_absent(self) || nargs == 0 || set_update(vm, self, args[0])) return self;
    value_drop(vm, self);
    return ABSENT;
}

/* --- operations: results are of the built-in type --- */

static Type *result_type(Value self) {
    return type_is_subtype(type_of(self), &set_type) ? &set_type : &frozenset_type;
}

static Value copy_of(VM *vm, Value self) { return set_copy_as(vm, result_type(self), self); }

/* A set or frozenset as it is; else a new set of the iterable's items. NEW. */
static Value as_set_of(VM *vm, Value iterable) {
    return is_set(iterable) ? value_ref(iterable) : set_from_iterable(vm, iterable);
}

/* `other` is a set, a dict whose keys are meant, or ABSENT. */
typedef bool (*EachFn)(VM *vm, Value target, Value other, Value key, int64_t hash);

/* Call `each` with the items of `source`, held, until it returns false. It becomes part of the loop. */
static inline __attribute__((always_inline)) bool each_entry(VM *vm, Value target, Value source, Value other,
                                                             EachFn each) {
    int64_t position = 0, hash;
    Value key;
    while (set_next(as_set(source), &position, &key, &hash)) {
        value_ref(key);
        bool done = each(vm, target, other, key, hash);
        value_drop(vm, key);
        if (!done) return false;
    }
    return true;
}

static inline int has(VM *vm, Value other, Value key, int64_t hash) {
    if (is_set(other)) return set_contains_hashed(vm, as_set(other), key, hash);
    int64_t index = dict_find(vm, as_dict(other), key, hash);
    return index == -2 ? -1 : index >= 0;
}

static inline bool add_if_missing(VM *vm, Value target, Value other, Value key, int64_t hash) {
    int contained = has(vm, other, key, hash);
    return contained > 0 || (contained == 0 && set_add_hashed(vm, as_set(target), key, hash));
}

static inline bool add_if_contained(VM *vm, Value target, Value other, Value key, int64_t hash) {
    int contained = has(vm, other, key, hash);
    return contained == 0 || (contained > 0 && set_add_hashed(vm, as_set(target), key, hash));
}

static bool discard_entry(VM *vm, Value target, Value other, Value key, int64_t hash) {
    return set_discard_hashed(vm, as_set(target), key, hash) >= 0;
}

static bool toggle_entry(VM *vm, Value target, Value other, Value key, int64_t hash) {
    int found = set_discard_hashed(vm, as_set(target), key, hash);
    return found > 0 || (found == 0 && set_add_hashed(vm, as_set(target), key, hash));
}

static bool discard_item(VM *vm, Value item, void *context) {
    return set_discard(vm, *(Value *)context, item) >= 0;
}

bool set_difference_update(VM *vm, Value self, Value other) {
    if (value_same(self, other)) {
        set_clear(vm, self);
        return true;
    }
    bool done;
    if (is_set(other)) {
        value_ref(other);
        done = each_entry(vm, self, other, ABSENT, discard_entry);
        value_drop(vm, other);
    } else {
        done = object_each(vm, other, discard_item, &self);
    }
    return done && set_shed_deleted(vm, as_set(self));
}

bool set_symmetric_difference_update(VM *vm, Value self, Value other) {
    if (value_same(self, other)) {
        set_clear(vm, self);
        return true;
    }
    Value set = as_set_of(vm, other);
    if (is_absent(set)) return false;
    bool done = each_entry(vm, self, set, ABSENT, toggle_entry);
    value_drop(vm, set);
    return done;
}

/* Items of `self` that are not in `other`: gathered, or, if few are to go, discarded from a copy. */
static Value difference(VM *vm, Value self, Value other) {
    bool dict = is_exactly(other, &dict_type), gather = dict || is_set(other);
    if (gather) gather = as_set(self)->used >> 2 <= (dict ? as_dict(other)->count : as_set(other)->used);
    Value result = gather ? empty_of(vm, result_type(self)) : copy_of(vm, self);
    if (is_absent(result)) return ABSENT;
    bool done = gather ? each_entry(vm, result, self, other, add_if_missing)
                       : set_difference_update(vm, result, other);
    if (done) return result;
    value_drop(vm, result);
    return ABSENT;
}

typedef struct {
    Value self, result;
} Intersection;

/* Until all of them are there. */
static bool keep_common(VM *vm, Value item, void *context) {
    const Intersection *both = context;
    int64_t hash, before = as_set(both->result)->used;
    if (!object_hash(vm, item, &hash) || !add_if_contained(vm, both->result, both->self, item, hash))
        return false;
    return as_set(both->result)->used == before || as_set(both->result)->used < as_set(both->self)->used;
}

/* The smaller of two sets is walked. */
Value set_intersection(VM *vm, Value self, Value other) {
    if (value_same(self, other)) return copy_of(vm, self);
    Value result = empty_of(vm, result_type(self));
    if (is_absent(result)) return ABSENT;
    bool done;
    if (is_set(other)) {
        bool swap = as_set(other)->used > as_set(self)->used;
        Value walked = swap ? self : other, asked = swap ? other : self;
        done = each_entry(vm, result, walked, asked, add_if_contained);
    } else {
        Intersection both = {self, result};
        done = object_each(vm, other, keep_common, &both) || !error_raised(vm);
    }
    if (done) return result;
    value_drop(vm, result);
    return ABSENT;
}

/* Exchange the tables of two sets. */
static void swap_tables(Set *a, Set *b) {
    Set saved = *a;
    a->used = b->used, a->fill = b->fill, a->mask = b->mask, a->table = b->table;
    b->used = saved.used, b->fill = saved.fill, b->mask = saved.mask, b->table = saved.table;
}

bool set_intersection_update(VM *vm, Value self, Value other) {
    Value common = set_intersection(vm, self, other);
    if (is_absent(common)) return false;
    swap_tables(as_set(self), as_set(common));
    value_drop(vm, common);
    return true;
}

static Value symmetric_difference(VM *vm, Value self, Value other) {
    Value result = set_copy_as(vm, result_type(self), other);
    if (is_absent(result) || set_symmetric_difference_update(vm, result, self)) return result;
    value_drop(vm, result);
    return ABSENT;
}

/* --- operators --- */

static Value op_or(VM *vm, Value self, Value other) {
    if (!is_set(self) || !is_set(other)) return NOT_IMPLEMENTED;
    Value result = copy_of(vm, self);
    if (is_absent(result) || set_update(vm, result, other)) return result;
    value_drop(vm, result);
    return ABSENT;
}

#define OPERATOR(name, operation) \
    static Value op_##name(VM *vm, Value self, Value other) { \
        return is_set(self) && is_set(other) ? operation(vm, self, other) : NOT_IMPLEMENTED; \
    }

#define INPLACE(name, update) \
    static Value inplace_##name(VM *vm, Value self, Value other) { \
        if (!is_set(other)) return NOT_IMPLEMENTED; \
        return update(vm, self, other) ? value_ref(self) : ABSENT; \
    }

OPERATOR(and, set_intersection)
OPERATOR(subtract, difference)
OPERATOR(xor, symmetric_difference)
INPLACE(or, set_update)
INPLACE(and, set_intersection_update)
INPLACE(subtract, set_difference_update)
INPLACE(xor, set_symmetric_difference_update)

/* --- comparison, hash --- */

static inline bool require_contained(VM *vm, Value target, Value other, Value key, int64_t hash) {
    return has(vm, other, key, hash) > 0;
}

/* Is every item of `a` in `b`? */
static int is_subset(VM *vm, Value a, Value b) {
    if (as_set(a)->used > as_set(b)->used) return 0;
    if (each_entry(vm, ABSENT, a, b, require_contained)) return 1;
    return error_raised(vm) ? -1 : 0;
}

static int sets_equal(VM *vm, Value a, Value b) {
    const Set *x = as_set(a), *y = as_set(b);
    if (x->used != y->used || (x->hash != -1 && y->hash != -1 && x->hash != y->hash)) return 0;
    return is_subset(vm, a, b);
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!is_set(self) || !is_set(other)) return NOT_IMPLEMENTED;
    bool same_size = as_set(self)->used == as_set(other)->used;
    int result;
    switch (op) {
    case COMPARE_EQ: result = sets_equal(vm, self, other); break;
    case COMPARE_NE: result = sets_equal(vm, self, other); return result < 0 ? ABSENT : bool_from(!result);
    case COMPARE_LT: result = same_size ? 0 : is_subset(vm, self, other); break;
    case COMPARE_LE: result = is_subset(vm, self, other); break;
    case COMPARE_GT: result = same_size ? 0 : is_subset(vm, other, self); break;
    default: result = is_subset(vm, other, self); break;
    }
    return bool_from_truth(result);
}

static uint64_t shuffle(uint64_t hash) { return ((hash ^ 89869747) ^ (hash << 16)) * 3644798167; }

/* Independent of order: an exclusive or of the items' hashes, each shuffled so that near ones do not cancel
 * out. */
static bool hash(VM *vm, Value self, int64_t *result) {
    Set *set = as_set(self);
    if (set->hash != -1) {
        *result = set->hash;
        return true;
    }
    uint64_t sum = 0;
    const SetEntry *entry = set->table;
    for (int64_t left = set->used; left > 0; entry++) {
        if (is_absent(entry->key)) continue;
        sum ^= shuffle((uint64_t)entry->hash);
        left--;
    }
    sum ^= ((uint64_t)set->used + 1) * 1927868237;
    sum ^= (sum >> 11) ^ (sum >> 25);
    sum = sum * 69069 + 907133923;
    if (sum == UINT64_MAX) sum = 590923713;
    *result = set->hash = (int64_t)sum;
    return true;
}

/* --- text, length, iteration --- */

static Value repr(VM *vm, Value self) {
    const char *name = type_name_of(self);
    if (as_set(self)->used == 0) return string_format(vm, "%s()", name);
    int entered = repr_enter(vm, self);
    if (entered <= 0) return entered < 0 ? ABSENT : string_format(vm, "%s(...)", name);
    Value text = ABSENT, list = list_from_iterable(vm, self), items = ABSENT;
    if (!is_absent(list)) items = object_repr(vm, list);
    if (!is_absent(items)) {
        Value inner = string_slice(vm, items, 1, string_length(as_string(items)) - 1);
        const char *format = is_exactly(self, &set_type) ? "{%S}" : "%s({%S})";
        if (!is_absent(inner)) {
            text = is_exactly(self, &set_type) ? string_format(vm, format, inner)
                                               : string_format(vm, format, name, inner);
        }
        value_xdrop(vm, inner);
    }
    value_xdrop(vm, items);
    value_xdrop(vm, list);
    repr_leave(vm, self);
    return text;
}

static int64_t length(VM *vm, Value self) { return as_set(self)->used; }

/* A set, which cannot be hashed, is looked for as the frozenset it is equal to. */
static int contains(VM *vm, Value self, Value item) {
    int result = set_contains(vm, self, item);
    if (result >= 0 || !is_set(item) || !error_is(vm, &exc_TypeError)) return result;
    error_clear(vm);
    Value frozen = set_copy_as(vm, &frozenset_type, item);
    if (is_absent(frozen)) return -1;
    result = set_contains(vm, self, frozen);
    value_drop(vm, frozen);
    return result;
}

typedef struct {
    Object head;
    Value set;         /* owned; ABSENT: exhausted */
    int64_t used;      /* of the set when iteration began; -1 after a change was reported */
    int64_t position;  /* of the next cell */
    int64_t remaining; /* items not yet yielded */
} SetIterator;

static Value iterator_make(VM *vm, Value set, int64_t position, int64_t remaining) {
    SetIterator *it = (SetIterator *)object_new_container(vm, &set_iterator_type, sizeof(SetIterator));
    if (!it) return raise_memory(vm);
    it->set = value_xref(set);
    it->used = is_absent(set) ? 0 : as_set(set)->used;
    it->position = position;
    it->remaining = remaining;
    object_track(&it->head);
    return from_object(it);
}

static Value iterate(VM *vm, Value self) { return iterator_make(vm, self, 0, as_set(self)->used); }

static int iterator_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((SetIterator *)self)->set);
    return 0;
}

static void iterator_dealloc(VM *vm, Object *self) {
    value_xdrop(vm, ((SetIterator *)self)->set);
    object_free(vm, self, sizeof(SetIterator));
}

static Value iterator_advance(VM *vm, Value self) {
    SetIterator *it = (SetIterator *)as_object(self);
    if (is_absent(it->set)) return ABSENT;
    if (it->used != as_set(it->set)->used) {
        it->used = -1;
        return raise_error(vm, &exc_RuntimeError, "Set changed size during iteration");
    }
    Value key;
    int64_t hash;
    if (set_next(as_set(it->set), &it->position, &key, &hash)) {
        it->remaining--;
        return value_ref(key);
    }
    value_clear(vm, &it->set);
    return ABSENT;
}

METHOD(iterator_length_hint) {
    const SetIterator *it = (const SetIterator *)as_object(args[0]);
    bool live = !is_absent(it->set) && it->used == as_set(it->set)->used;
    return int_small(live ? it->remaining : 0);
}

METHOD(iterator_reduce) {
    const SetIterator *it = (const SetIterator *)as_object(args[0]);
    Value copy = iterator_make(vm, it->set, it->position, it->remaining);
    if (is_absent(copy)) return ABSENT;
    Value rest = list_from_iterable(vm, copy);
    value_drop(vm, copy);
    return is_absent(rest) ? ABSENT : iterator_reduction(vm, "iter", rest, ABSENT);
}

static const NativeDef iterator_methods[] = {
    {"__length_hint__", method_iterator_length_hint, "",
     "Private method returning an estimate of len(list(it))."},
    {"__reduce__", method_iterator_reduce, "", "Return state information for pickling."},
    {0},
};

Type set_iterator_type = {
    TYPE_HEAD(set_iterator_type, "set_iterator", .traverse = iterator_traverse, .dealloc = iterator_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(SetIterator),
    .base = &object_type,
    .iterate = iterator_itself,
    .next = iterator_advance,
    .methods = iterator_methods,
};

/* --- methods of both --- */

METHOD(copy) {
    if (is_exactly(args[0], &frozenset_type)) return value_ref(args[0]);
    return copy_of(vm, args[0]);
}

METHOD(union) {
    Value result = copy_of(vm, args[0]);
    for (int i = 1; i < nargs && !is_absent(result); i++) {
        if (!set_update(vm, result, args[i])) value_clear(vm, &result);
    }
    return result;
}

METHOD(intersection) {
    if (nargs == 1) return copy_of(vm, args[0]);
    Value result = value_ref(args[0]);
    for (int i = 1; i < nargs && !is_absent(result); i++)
        value_set(vm, &result, set_intersection(vm, result, args[i]));
    return result;
}

METHOD(difference) {
    if (nargs == 1) return copy_of(vm, args[0]);
    Value result = difference(vm, args[0], args[1]);
    for (int i = 2; i < nargs && !is_absent(result); i++) {
        if (!set_difference_update(vm, result, args[i])) value_clear(vm, &result);
    }
    return result;
}

METHOD(symmetric_difference) { return symmetric_difference(vm, args[0], args[1]); }

METHOD(issubset) {
    if (is_set(args[1])) {
        int result = is_subset(vm, args[0], args[1]);
        return bool_from_truth(result);
    }
    Value common = set_intersection(vm, args[0], args[1]);
    if (is_absent(common)) return ABSENT;
    bool all = as_set(common)->used == as_set(args[0])->used;
    value_drop(vm, common);
    return bool_from(all);
}

static bool check_contained(VM *vm, Value item, void *context) {
    int contained = set_contains(vm, *(Value *)context, item);
    return contained > 0;
}

static bool check_missing(VM *vm, Value item, void *context) {
    int contained = set_contains(vm, *(Value *)context, item);
    return contained == 0;
}

/* Does `check` hold for every item? It stops at the first for which it does not, or RAISES. */
static Value holds_for_all(VM *vm, Value iterable, bool (*check)(VM *vm, Value item, void *context),
                           Value *context) {
    if (object_each(vm, iterable, check, context)) return TRUE_VALUE;
    return error_raised(vm) ? ABSENT : FALSE_VALUE;
}

METHOD(issuperset) {
    if (is_set(args[1])) {
        int result = is_subset(vm, args[1], args[0]);
        return bool_from_truth(result);
    }
    return holds_for_all(vm, args[1], check_contained, &args[0]);
}

static inline bool require_missing(VM *vm, Value target, Value other, Value key, int64_t hash) {
    return has(vm, other, key, hash) == 0;
}

METHOD(isdisjoint) {
    if (!is_set(args[1])) return holds_for_all(vm, args[1], check_missing, &args[0]);
    bool swap = as_set(args[1])->used > as_set(args[0])->used;
    if (each_entry(vm, ABSENT, args[!swap], args[swap], require_missing)) return TRUE_VALUE;
    return error_raised(vm) ? ABSENT : FALSE_VALUE;
}

METHOD(reduce) {
    Value list = list_from_iterable(vm, args[0]);
    if (is_absent(list)) return ABSENT;
    Value state = call_method(vm, args[0], NAME_OF(vm, getstate), NULL, 0);
    Value arguments = is_absent(state) ? ABSENT : tuple_pack(vm, 1, list);
    Value result =
        is_absent(arguments) ? ABSENT : tuple_pack(vm, 3, from_object(type_of(args[0])), arguments, state);
    value_xdrop(vm, arguments);
    value_xdrop(vm, state);
    value_drop(vm, list);
    return result;
}

METHOD(sizeof) {
    return int_small((int64_t)type_of(args[0])->basic_size + (int64_t)set_table_size(as_set(args[0])));
}

/* --- methods of set --- */

METHOD(add) { return set_add(vm, args[0], args[1]) ? NONE : ABSENT; }

/* set_discard, a set taken as the frozenset it is equal to. */
static int discard(VM *vm, Value self, Value item) {
    int found = set_discard(vm, self, item);
    if (found >= 0 || !is_set(item) || !error_is(vm, &exc_TypeError)) return found;
    error_clear(vm);
    Value frozen = set_copy_as(vm, &frozenset_type, item);
    if (is_absent(frozen)) return -1;
    found = set_discard(vm, self, frozen);
    value_drop(vm, frozen);
    return found;
}

METHOD(discard) { return discard(vm, args[0], args[1]) < 0 ? ABSENT : NONE; }

METHOD(remove) {
    int found = discard(vm, args[0], args[1]);
    return found > 0 ? NONE : found == 0 ? raise_key(vm, args[1]) : ABSENT;
}

METHOD(pop) {
    Set *set = as_set(args[0]);
    if (set->used == 0) return raise_error(vm, &exc_KeyError, "pop from an empty set");
    uint64_t i = set->finger & set->mask;
    while (is_absent(set->table[i].key))
        i = (i + 1) & set->mask;
    Value item = set->table[i].key;
    set->table[i] = (SetEntry){ABSENT, SET_DELETED_HASH};
    set->used--;
    set->finger = i + 1;
    return item;
}

METHOD(clear) {
    set_clear(vm, args[0]);
    return NONE;
}

METHOD(update) {
    for (int i = 1; i < nargs; i++) {
        if (!set_update(vm, args[0], args[i])) return ABSENT;
    }
    return NONE;
}

METHOD(intersection_update) {
    Value common = method_intersection(vm, args, nargs, names);
    if (is_absent(common)) return ABSENT;
    swap_tables(as_set(args[0]), as_set(common));
    value_drop(vm, common);
    return NONE;
}

METHOD(difference_update) {
    for (int i = 1; i < nargs; i++) {
        if (!set_difference_update(vm, args[0], args[i])) return ABSENT;
    }
    return NONE;
}

METHOD(symmetric_difference_update) {
    return set_symmetric_difference_update(vm, args[0], args[1]) ? NONE : ABSENT;
}

/* --- tables --- */

#define METHODS_OF_BOTH \
    {"__class_getitem__", generic_alias_class_getitem, "object, /", \
     "An alias of the class with type arguments.", NATIVE_CLASS_METHOD}, \
        {"__reduce__", method_reduce, "", "Return state information for pickling."}, \
        {"__sizeof__", method_sizeof, "", "S.__sizeof__() -> size of S in memory, in bytes."}, \
        {"copy", method_copy, "", "Return a shallow copy of a set."}, \
        {"difference", method_difference, "*others", \
         "Return a new set with elements in the set that are not in the others."}, \
        {"intersection", method_intersection, "*others", \
         "Return a new set with elements common to the set and all others."}, \
        {"isdisjoint", method_isdisjoint, "other, /", "Return True if two sets have a null intersection."}, \
        {"issubset", method_issubset, "other, /", "Report whether another set contains this set."}, \
        {"issuperset", method_issuperset, "other, /", "Report whether this set contains another set."}, \
        {"symmetric_difference", method_symmetric_difference, "other, /", \
         "Return a new set with elements in either the set or other but not both."}, \
    { \
        "union", method_union, "*others", "Return a new set with elements from the set and all others." \
    }

static const NativeDef frozenset_methods[] = {
    METHODS_OF_BOTH,
    {0},
};

static const NativeDef set_methods[] = {
    METHODS_OF_BOTH,
    {"add", method_add, "object, /",
     "Add an element to a set.\n\nThis has no effect if the element is already present."},
    {"clear", method_clear, "", "Remove all elements from this set."},
    {"difference_update", method_difference_update, "*others",
     "Update the set, removing elements found in others."},
    {"discard", method_discard, "object, /",
     "Remove an element from a set if it is a member.\n\nUnlike set.remove(), the discard() method does not "
     "raise\nan exception when an element is missing from the set."},
    {"intersection_update", method_intersection_update, "*others",
     "Update the set, keeping only elements found in it and all others."},
    {"pop", method_pop, "",
     "Remove and return an arbitrary set element.\n\nRaises KeyError if the set is empty."},
    {"remove", method_remove, "object, /",
     "Remove an element from a set; it must be a member.\n\nIf the element is not a member, raise a "
     "KeyError."},
    {"symmetric_difference_update", method_symmetric_difference_update, "other, /",
     "Update the set, keeping only elements found in either set, but not in both."},
    {"update", method_update, "*others", "Update the set, adding elements from all others."},
    {0},
};

#define OPERATORS \
    [BINARY_OR] = op_or, [BINARY_AND] = op_and, [BINARY_SUBTRACT] = op_subtract, [BINARY_XOR] = op_xor

Type set_type = {
    TYPE_HEAD(set_type, "set", .traverse = traverse, .clear = clear, .dealloc = dealloc),
    .flags = TYPE_WEAKLY_REFERABLE | TYPE_BASE | TYPE_SET,
    .basic_size = sizeof(Set),
    .base = &object_type,
    .doc = "(iterable=(), /)\n--\n\nBuild an unordered collection of unique elements.",
    .new = set_type_new,
    .convert = set_from_iterable,
    .init = init,
    .repr = repr,
    .hash = hash_unhashable,
    .compare = compare,
    .iterate = iterate,
    .number = {.binary = {OPERATORS},
               .inplace = {[BINARY_OR] = inplace_or,
                           [BINARY_AND] = inplace_and,
                           [BINARY_SUBTRACT] = inplace_subtract,
                           [BINARY_XOR] = inplace_xor}},
    .container = {.length = length, .contains = contains},
    .methods = set_methods,
};

Type frozenset_type = {
    TYPE_HEAD(frozenset_type, "frozenset", .traverse = traverse, .clear = clear, .dealloc = dealloc),
    .flags = TYPE_WEAKLY_REFERABLE | TYPE_BASE | TYPE_SET,
    .basic_size = sizeof(Set),
    .base = &object_type,
    .doc = "(iterable=(), /)\n--\n\nBuild an immutable unordered collection of unique elements.",
    .new = frozenset_type_new,
    .convert = frozenset_from_iterable,
    .repr = repr,
    .hash = hash,
    .compare = compare,
    .iterate = iterate,
    .number = {.binary = {OPERATORS}},
    .container = {.length = length, .contains = contains},
    .methods = frozenset_methods,
};
