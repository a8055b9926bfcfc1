#include "runtime/containers/tuple.h"

#include <stdarg.h>

#include "gc/likely.h"
#include "runtime/arguments.h"
#include "runtime/classes/genericalias.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/iterators.h"
#include "runtime/containers/row.h"
#include "runtime/containers/slice.h"
#include "runtime/errors/error.h"
#include "runtime/hash.h"
#include "runtime/native.h"
#include "runtime/protocol.h"

/* --- making --- */

static size_t tuple_size(int64_t length) { return sizeof(Tuple) + (size_t)length * sizeof(Value); }

/* When there is no block of a pool at hand. */
static __attribute__((noinline)) Tuple *make_unusual(VM *vm, int64_t length, bool tracked) {
    if (length == 0 && !is_absent(vm->empty_tuple)) return as_tuple(value_ref(vm->empty_tuple));
    Object *object = NULL;
    if (length <= ROW_LENGTH_MAX)
        object = object_new_container_to_fill(vm, &tuple_type, tuple_size(length), sizeof(Tuple));
    if (!object) {
        raise_memory(vm);
        return NULL;
    }
    Tuple *tuple = (Tuple *)object;
    tuple->length = length;
    if (tracked) object_track(object);
    return tuple;
}

enum { SMALL_LENGTH = (SMALL_MAX - sizeof(Tuple)) / sizeof(Value) };

/* With its items still undefined. One that is tracked is filled at once. */
static inline __attribute__((always_inline)) Tuple *make(VM *vm, int64_t length, bool tracked) {
    bool small = (uint64_t)length - 1 < SMALL_LENGTH;
    if (UNLIKELY(!small)) return make_unusual(vm, length, tracked);
    Object *object = object_new_container_if_easy(vm, &tuple_type, tuple_size(length));
    if (UNLIKELY(!object)) return make_unusual(vm, length, tracked);
    Tuple *tuple = (Tuple *)object;
    tuple->length = length;
    if (tracked) object_track(object);
    return tuple;
}

Tuple *tuple_new_unfilled(VM *vm, int64_t length) { return make(vm, length, true); }

static __attribute__((noinline)) Tuple *new_settled_unusual(VM *vm, int64_t length) {
    Tuple *tuple = (Tuple *)object_new(vm, &tuple_type, tuple_size(length));
    if (tuple)
        tuple->length = length;
    else
        raise_memory(vm);
    return tuple;
}

Tuple *tuple_new_settled(VM *vm, int64_t length) {
    Tuple *tuple = (Tuple *)object_new_if_easy(vm, &tuple_type, tuple_size(length));
    if (UNLIKELY(!tuple)) return new_settled_unusual(vm, length);
    tuple->length = length;
    return tuple;
}

Tuple *tuple_new(VM *vm, int64_t length) {
    Tuple *tuple = make(vm, length, false);
    if (tuple) memory_clear(tuple->items, (size_t)length * sizeof(Value));
    return tuple;
}

Value tuple_from(VM *vm, const Value *items, int64_t length) {
    Tuple *tuple = make(vm, length, true);
    if (!tuple) return ABSENT;
    row_copy(tuple->items, items, length);
    return from_object(tuple);
}

/* How many of the items, from the first on, are numbers in the word itself. */
static inline int64_t count_numbers(const Value *items, int64_t length) {
    int64_t count = 0;
    while (count < length && !is_object(items[count]))
        count++;
    return count;
}

static __attribute__((noinline)) Value from_owned_unusual(VM *vm, Value *items, int64_t length) {
    Tuple *tuple = make(vm, length, true);
    if (!tuple) {
        row_drop(vm, items, length);
        return ABSENT;
    }
    row_move(tuple->items, items, length);
    if (count_numbers(items, length) == length) object_untrack(vm, &tuple->head);
    return from_object(tuple);
}

/* The head of a tuple, if there is a block of a pool at hand. A row of numbers can close no cycle: the collector need
 * not look at it. */
static inline __attribute__((always_inline)) Object *make_head(VM *vm, int64_t length, bool numbers) {
    return numbers ? object_new_if_easy(vm, &tuple_type, tuple_size(length))
                   : object_new_container_if_easy(vm, &tuple_type, tuple_size(length));
}

/* The usual way makes no call: it saves no registers. */
Value tuple_from_owned(VM *vm, Value *items, int64_t length) {
    bool few = (uint64_t)length - 1 < ROW_MOVE_SINGLY;
    Object *object = few ? make_head(vm, length, count_numbers(items, length) == length) : NULL;
    if (UNLIKELY(!object)) return from_owned_unusual(vm, items, length);
    Tuple *tuple = (Tuple *)object;
    tuple->length = length;
    row_move(tuple->items, items, length);
    return tuple_finish(tuple);
}

void tuple_fill(VM *vm, Tuple **tuple, int64_t i, Value item) {
    (*tuple)->items[i] = item;
    if (!is_absent(item)) return;
    object_drop(vm, &(*tuple)->head);
    *tuple = NULL;
}

Value tuple_from_made(VM *vm, Value *items, int64_t length) {
    bool all = true;
    for (int64_t i = 0; i < length; i++)
        all = all && !is_absent(items[i]);
    if (all) return tuple_from_owned(vm, items, length);
    for (int64_t i = 0; i < length; i++)
        value_xdrop(vm, items[i]);
    return ABSENT;
}

Tuple *tuple_renew(VM *vm, Value *kept, int64_t length) {
    if (!is_absent(*kept) && as_object(*kept)->refs == 1 && object_track_again(vm, as_object(*kept))) {
        return as_tuple(value_ref(*kept));
    }
    Tuple *tuple = tuple_new(vm, length);
    if (tuple && is_absent(*kept)) *kept = value_ref(from_object(tuple));
    return tuple;
}

/* Of two or three; so few are stored one by one. */
static inline __attribute__((always_inline)) Value few(VM *vm, Value a, Value b, Value c, int64_t length) {
    bool numbers = !is_object(a) && !is_object(b) && (length == 2 || !is_object(c));
    Object *object = make_head(vm, length, numbers);
    if (UNLIKELY(!object)) return from_owned_unusual(vm, (Value[]){a, b, c}, length);
    Tuple *tuple = (Tuple *)object;
    tuple->length = length;
    tuple->items[0] = a;
    tuple->items[1] = b;
    if (length > 2) tuple->items[2] = c;
    return tuple_finish(tuple);
}

Value tuple_pair(VM *vm, Value first, Value second) { return few(vm, first, second, ABSENT, 2); }

Value tuple_triple(VM *vm, Value first, Value second, Value third) {
    return few(vm, first, second, third, 3);
}

Value tuple_reuse_row_own(VM *vm, Value *kept, Value *items, int64_t length) {
    Tuple *tuple = tuple_reuse(vm, kept, length);
    if (!tuple) return row_drop(vm, items, length), ABSENT;
    for (int64_t i = 0; i < length; i++)
        value_set(vm, &tuple->items[i], items[i]);
    return tuple_finish(tuple);
}

Value tuple_reuse_pair_own(VM *vm, Value *kept, Value first, Value second) {
    Tuple *pair = tuple_reuse(vm, kept, 2);
    if (!pair) {
        value_drop(vm, first);
        value_drop(vm, second);
        return ABSENT;
    }
    value_set(vm, &pair->items[0], first);
    value_set(vm, &pair->items[1], second);
    return tuple_finish(pair);
}

Value tuple_pack(VM *vm, int count, ...) {
    Tuple *tuple = make(vm, count, true);
    if (!tuple) return ABSENT;
    va_list values;
    va_start(values, count);
    for (int i = 0; i < count; i++)
        tuple->items[i] = value_ref(va_arg(values, Value));
    va_end(values);
    return from_object(tuple);
}

/* The items of a range of immediates. Until all are there nobody sees the tuple. */
static Value from_range(VM *vm, const Range *range) {
    int64_t count = int_get(range->length), step = int_get(range->step), next = int_get(range->start);
    Tuple *tuple = make(vm, count, false);
    if (!tuple || count == 0) return tuple ? from_object(tuple) : ABSENT;
    for (int64_t i = 0; i < count; next += step) {
        tuple->items[i++] = int_small(next);
        if (i % RANGE_PIECE || vm_may_go_on(vm)) continue;
        for (; i < count; i++)
            tuple->items[i] = NONE;
        object_drop(vm, &tuple->head);
        return ABSENT;
    }
    return tuple_finish(tuple);
}

/* The keys of a dict. */
static Value from_dict(VM *vm, Value dict) {
    Tuple *tuple = tuple_new(vm, as_dict(dict)->count);
    if (!tuple) return ABSENT;
    Value key, value, *item = tuple->items;
    for (int64_t position = 0; dict_next(dict, &position, &key, &value);)
        *item++ = value_ref(key);
    return tuple_finish(tuple);
}

Value tuple_from_iterable(VM *vm, Value iterable) {
    if (is_exactly(iterable, &tuple_type)) return value_ref(iterable);
    if (is_range(iterable) && as_range(iterable)->small) return from_range(vm, as_range(iterable));
    if (is_exactly(iterable, &list_type))
        return tuple_from(vm, as_list(iterable)->items, as_list(iterable)->length);
    if (is_exactly(iterable, &dict_type)) return from_dict(vm, iterable);
    Value list = list_from_iterable(vm, iterable);
    if (is_absent(list)) return ABSENT;
    Tuple *tuple = tuple_new(vm, as_list(list)->length);
    if (!tuple) {
        value_drop(vm, list);
        return ABSENT;
    }
    if (tuple->length > 0) {
        memcpy(tuple->items, as_list(list)->items,
               (size_t)tuple->length * sizeof(Value)); /* moves the references */
    }
    as_list(list)->length = 0;
    value_drop(vm, list);
    return tuple_finish(tuple);
}

/* An instance of a subclass: the items of an exact tuple, copied. */
static Value subclass_new(VM *vm, Type *type, Value *args, int nargs) {
    Value exact = nargs ? tuple_from_iterable(vm, args[0]) : value_ref(vm->empty_tuple);
    if (is_absent(exact)) return ABSENT;
    int64_t length = as_tuple(exact)->length;
    Tuple *tuple = (Tuple *)instance_new(vm, type, length);
    if (tuple) {
        tuple->length = length;
        row_copy(tuple->items, as_tuple(exact)->items, length);
        object_track(&tuple->head);
    }
    value_drop(vm, exact);
    return from_object(tuple);
}

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    bool plain = type == &tuple_type || type->init == tuple_type.init;
    if (plain && !arguments_check(vm, "tuple", nargs, names, 0, 1)) return ABSENT;
    if (!arguments_count(vm, "tuple", nargs, 0, 1)) return ABSENT;
    if (type != &tuple_type) return subclass_new(vm, type, args, nargs);
    return nargs ? tuple_from_iterable(vm, args[0]) : value_ref(vm->empty_tuple);
}

/* --- life --- */

static int traverse(Object *self, VisitFn visit, void *context) {
    const Tuple *tuple = (const Tuple *)self;
    return row_traverse(tuple->items, tuple->length, visit, context);
}

static int rows(Object *self, ReferenceRow *rows) {
    const Tuple *tuple = (const Tuple *)self;
    rows[0] = (ReferenceRow){&tuple->items[0].bits, (size_t)tuple->length, 1};
    return 1;
}

/* The rest of it when the items before `end` are still owned. */
static __attribute__((noinline)) void dealloc_from(VM *vm, Tuple *tuple, int64_t end) {
    bool exact = tuple->head.type == &tuple_type;
    size_t size = exact ? tuple_size(tuple->length) : instance_size(&tuple->head, tuple->length);
    while (--end >= 0)
        value_xdrop(vm, tuple->items[end]);
    heap_free(vm_heap(vm), tuple, size);
}

/* Without a call as long as no item dies. */
static void dealloc(VM *vm, Object *self) {
    Tuple *tuple = (Tuple *)self;
    int64_t i = tuple->length;
    while (i >= 4 && row_four_ints(&tuple->items[i - 4]))
        i -= 4;
    for (; i > 0; i--) {
        Value item = tuple->items[i - 1];
        if (!is_object(item) || is_absent(item)) continue;
        if (as_object(item)->refs == 1) break;
        as_object(item)->refs--;
    }
    if (i > 0 || self->type != &tuple_type)
        dealloc_from(vm, tuple, i);
    else
        heap_free(vm_heap(vm), self, tuple_size(tuple->length));
}

bool tuple_settle(VM *vm, Value tuple) {
    Object *object = as_object(tuple);
    if (object_place(object) != GC_UNTRACKED && tuple_is_acyclic(object)) object_untrack(vm, object);
    return object_place(object) == GC_UNTRACKED;
}

bool tuple_is_acyclic(const Object *self) {
    const Tuple *tuple = (const Tuple *)self;
    if (self->type != &tuple_type) return false;
    for (int64_t i = 0; i < tuple->length; i++) {
        Value v = tuple->items[i];
        if (is_absent(v) || !is_object(v) || object_slots(as_object(v))->traverse == NULL) continue;
        const Type *type = as_object(v)->type;
        bool may_be = type == &tuple_type || type == &code_type;
        if (!may_be || object_place(as_object(v)) != GC_UNTRACKED) return false;
    }
    return true;
}

/* --- hash and comparison --- */

static bool hash(VM *vm, Value self, int64_t *result) {
    Tuple *tuple = as_tuple(self);
    Hasher h = hasher_begin();
    if (!vm_may_go_on(vm)) return false; /* nested ones may take long */
    for (int64_t i = 0; i < tuple->length; i++) {
        int64_t lane;
        if (!hash_nested(vm, tuple->items[i], &lane)) return false;
        hasher_add(&h, lane);
    }
    hasher_add_length(&h, tuple->length);
    *result = hasher_end(&h);
    return true;
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!is_tuple(self) || !is_tuple(other)) return NOT_IMPLEMENTED;
    return row_compare(vm, self, other, op);
}

/* --- as a sequence --- */

static int64_t length(VM *vm, Value self) { return as_tuple(self)->length; }

static Value get_slice(VM *vm, Value self, Value key) {
    Tuple *tuple = as_tuple(self);
    int64_t start, stop, step, count;
    if (!slice_indices(vm, key, tuple->length, &start, &stop, &step, &count)) return ABSENT;
    if (step == 1) {
        if (count == tuple->length && is_exactly(self, &tuple_type)) return value_ref(self);
        return tuple_from(vm, tuple->items + start, count);
    }
    Tuple *result = tuple_new(vm, count);
    if (!result) return ABSENT;
    for (int64_t i = 0; i < count; i++)
        result->items[i] = value_ref(tuple->items[start + i * step]);
    return tuple_finish(result);
}

static Value get_item(VM *vm, Value self, Value key) {
    int64_t index;
    int kind = row_subscript(vm, key, "tuple", &index);
    if (kind < 0) return ABSENT;
    if (kind == 0) return get_slice(vm, self, key);
    Tuple *tuple = as_tuple(self);
    if (index < 0) index += tuple->length;
    if ((uint64_t)index >= (uint64_t)tuple->length) return raise_index(vm, "tuple index out of range");
    return value_ref(tuple->items[index]);
}

static Value concat(VM *vm, Value self, Value other) {
    if (!is_tuple(other)) return raise_type(vm, "can only concatenate tuple (not \"%T\") to tuple", other);
    int64_t a = as_tuple(self)->length, b = as_tuple(other)->length;
    if (a == 0 && is_exactly(other, &tuple_type)) return value_ref(other);
    if (b == 0 && is_exactly(self, &tuple_type)) return value_ref(self);
    Tuple *result = tuple_new(vm, a + b);
    if (!result) return ABSENT;
    row_copy(result->items, as_tuple(self)->items, a);
    row_copy(result->items + a, as_tuple(other)->items, b);
    return tuple_finish(result);
}

static Value repeat(VM *vm, Value self, Value factor) {
    Tuple *tuple = as_tuple(self);
    int64_t count;
    if (!row_repeat_count(vm, factor, tuple->length, &count)) return ABSENT;
    if (is_exactly(self, &tuple_type) && (count == 1 || tuple->length == 0)) return value_ref(self);
    for (const VM *interruptible = vm;; interruptible = NULL) {
        Tuple *result = tuple_new(vm, tuple->length * count);
        if (!result) return ABSENT;
        if (row_repeat(interruptible, result->items, tuple->items, tuple->length, count))
            return tuple_finish(result);
        memory_clear(result->items, (size_t)(tuple->length * count) * sizeof(Value));
        value_drop(vm, from_object(result));
        if (!vm->hooks.run_pending(vm)) return ABSENT;
    }
}

static Value iterate(VM *vm, Value self) { return sequence_iterator_make(vm, &tuple_iterator_type, self, 0); }

/* --- methods --- */

METHOD(index) {
    int64_t start, stop;
    if (!row_bounds(vm, args[2], args[3], &start, &stop)) return ABSENT;
    int64_t index = row_find(vm, args[0], args[1], start, stop);
    if (index == -1) return raise_value(vm, "tuple.index(x): x not in tuple");
    return index < 0 ? ABSENT : int_small(index);
}

METHOD(getnewargs) {
    Value exact = tuple_from(vm, as_tuple(args[0])->items, as_tuple(args[0])->length);
    return tuple_from_made(vm, &exact, 1);
}

static const NativeDef methods[] = {
    {"__class_getitem__", generic_alias_class_getitem, "object, /",
     "An alias of the class with type arguments.", NATIVE_CLASS_METHOD},
    {"__getnewargs__", method_getnewargs, "", "The arguments of __new__ that make an equal tuple."},
    {"count", row_count, "value, /", "Return number of occurrences of value."},
    {"index", method_index, "value, start=0, stop=9223372036854775807, /",
     "Return first index of value.\n\nRaises ValueError if the value is not present."},
    {0},
};

Type tuple_type = {
    TYPE_HEAD(tuple_type, "tuple", .traverse = traverse, .rows = rows, .dealloc = dealloc,
              .acyclic = tuple_is_acyclic),
    .flags = TYPE_BASE | TYPE_TUPLE | TYPE_SEQUENCE,
    .basic_size = sizeof(Tuple),
    .item_size = sizeof(Value),
    .base = &object_type,
    .doc = "(iterable=(), /)\n--\n\nBuilt-in immutable sequence.\n\nIf no argument is given, the constructor "
           "returns an empty tuple.\nIf iterable is specified the tuple is initialized from iterable's "
           "items.\n\nIf the argument is a tuple, the return value is the same object.",
    .new = new,
    .convert = tuple_from_iterable,
    .repr = row_repr,
    .hash = hash,
    .compare = compare,
    .iterate = iterate,
    .container = {.length = length,
                  .get_item = get_item,
                  .contains = row_contains,
                  .concat = concat,
                  .repeat = repeat},
    .methods = methods,
};
