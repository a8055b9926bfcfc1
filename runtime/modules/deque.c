/*
 * collections.deque and its two iterators.
 *
 * A deque is a ring: item i lies at (first + i) modulo the capacity, a power of two. It doubles when it is full and
 * halves when seven eighths are empty. `state` changes whenever items come, go or move; who has called user code in
 * between compares it, and iterators do at each step.
 */
#include "gc/likely.h"
#include "runtime/arguments.h"
#include "runtime/classes/genericalias.h"
#include "runtime/classes/instance.h"
#include "runtime/classes/slots.h"
#include "runtime/containers/list.h"
#include "runtime/containers/row.h"
#include "runtime/containers/tuple.h"
#include "runtime/each.h"
#include "runtime/errors/error.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

enum { CAPACITY_MIN = 8, SHRINK_ABOVE = 64, UNBOUNDED = -1 };

typedef struct {
    Object head;
    Value *items; /* owned; NULL while capacity is 0 */
    int64_t capacity, first, length;
    int64_t maximum; /* length; UNBOUNDED: any */
    uint64_t state;
} Deque;

static Deque *as_deque(Value v) { return (Deque *)as_object(v); }
static bool is_deque(Value v) { return value_is_instance(v, &deque_type); }

/* --- the ring --- */

static inline Value *place(const Deque *d, int64_t i) {
    return &d->items[(d->first + i) & (d->capacity - 1)];
}

/* Write the items in order. */
static void unroll(const Deque *d, Value *target) {
    int64_t front = d->capacity - d->first;
    if (front > d->length) front = d->length;
    if (front > 0) memcpy(target, d->items + d->first, (size_t)front * sizeof(Value));
    if (d->length > front) memcpy(target + front, d->items, (size_t)(d->length - front) * sizeof(Value));
}

static void use_block(VM *vm, Deque *d, Value *items, int64_t capacity) {
    unroll(d, items);
    memory_free(vm, d->items, (size_t)d->capacity * sizeof(Value));
    d->items = items;
    d->capacity = capacity;
    d->first = 0;
}

/* Room for at least so many items. RAISES. */
static bool reserve(VM *vm, Deque *d, int64_t length) {
    if (length > ROW_LENGTH_MAX / 2) return raise_memory(vm), false;
    int64_t capacity = d->capacity ? d->capacity : CAPACITY_MIN;
    while (capacity < length)
        capacity *= 2;
    if (capacity == d->capacity) return true;
    Value *items = memory_alloc(vm, (size_t)capacity * sizeof(Value));
    if (!items) return false;
    use_block(vm, d, items, capacity);
    return true;
}

static void shrink(VM *vm, Deque *d) {
    int64_t capacity = d->capacity / 2;
    Value *items = heap_alloc(vm_heap(vm), (size_t)capacity * sizeof(Value));
    if (items) use_block(vm, d, items, capacity); /* or it stays as large as it is */
}

static inline void shrink_if_sparse(VM *vm, Deque *d) {
    if (UNLIKELY(d->capacity > SHRINK_ABOVE && d->length < d->capacity / 8)) shrink(vm, d);
}

static inline Value take_first(VM *vm, Deque *d) {
    Value item = d->items[d->first];
    d->first = (d->first + 1) & (d->capacity - 1);
    d->length--;
    d->state++;
    shrink_if_sparse(vm, d);
    return item;
}

static inline Value take_last(VM *vm, Deque *d) {
    Value item = *place(d, --d->length);
    d->state++;
    shrink_if_sparse(vm, d);
    return item;
}

/* An item too many is dropped at the other end. RAISES, with the reference dropped, too. */
static inline bool push_last(VM *vm, Deque *d, STEALS Value item) {
    Value dropped = ABSENT;
    if (UNLIKELY(d->length == d->maximum)) {
        if (d->maximum == 0) return value_drop(vm, item), true;
        dropped = take_first(vm, d);
    }
    if (UNLIKELY(d->length == d->capacity) && !reserve(vm, d, d->length + 1)) {
        value_drop(vm, item);
        return false;
    }
    *place(d, d->length++) = item;
    d->state++;
    value_xdrop(vm, dropped);
    return true;
}

static inline bool push_first(VM *vm, Deque *d, STEALS Value item) {
    Value dropped = ABSENT;
    if (UNLIKELY(d->length == d->maximum)) {
        if (d->maximum == 0) return value_drop(vm, item), true;
        dropped = take_last(vm, d);
    }
    if (UNLIKELY(d->length == d->capacity) && !reserve(vm, d, d->length + 1)) {
        value_drop(vm, item);
        return false;
    }
    d->first = (d->first - 1) & (d->capacity - 1);
    d->items[d->first] = item;
    d->length++;
    d->state++;
    value_xdrop(vm, dropped);
    return true;
}

/* Make a gap at `index`, or close it, by moving the shorter side. There is room. */
static void open_gap(Deque *d, int64_t index) {
    bool front = index < d->length / 2;
    if (front) d->first = (d->first - 1) & (d->capacity - 1);
    d->length++;
    if (front) {
        for (int64_t i = 0; i < index; i++)
            *place(d, i) = *place(d, i + 1);
    } else {
        for (int64_t i = d->length - 1; i > index; i--)
            *place(d, i) = *place(d, i - 1);
    }
    d->state++;
}

static Value take_at(VM *vm, Deque *d, int64_t index) {
    Value item = *place(d, index);
    if (index < d->length / 2) {
        for (int64_t i = index; i > 0; i--)
            *place(d, i) = *place(d, i - 1);
        take_first(vm, d);
    } else {
        for (int64_t i = index; i < d->length - 1; i++)
            *place(d, i) = *place(d, i + 1);
        take_last(vm, d);
    }
    return item;
}

static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* Of a deque that is not full: the last n items become the first ones. As many at a time as lie in a row at both
 * places, and no more than are free: what is overwritten has then been moved before. */
static void rotate_right(Deque *d, int64_t n) {
    int64_t mask = d->capacity - 1, free = d->capacity - d->length;
    while (n > 0) {
        int64_t from = ((d->first + d->length - 1) & mask) + 1, to = ((d->first - 1) & mask) + 1;
        int64_t count = least(least(n, free), least(from, to));
        memcpy(d->items + to - count, d->items + from - count, (size_t)count * sizeof(Value));
        d->first = (d->first - count) & mask;
        n -= count;
    }
}

static void rotate_left(Deque *d, int64_t n) {
    int64_t mask = d->capacity - 1, free = d->capacity - d->length;
    while (n > 0) {
        int64_t from = d->first, to = (d->first + d->length) & mask;
        int64_t count = least(least(n, free), d->capacity - (from > to ? from : to));
        memcpy(d->items + to, d->items + from, (size_t)count * sizeof(Value));
        d->first = (d->first + count) & mask;
        n -= count;
    }
}

/* By n places to the right. */
static void rotate(Deque *d, int64_t n) {
    if (d->length <= 1) return;
    if (n >= d->length || n < 0) n %= d->length;
    if (n < 0) n += d->length;
    d->state++;
    if (d->length == d->capacity) {
        d->first = (d->first - n) & (d->capacity - 1);
    } else if (n <= d->length / 2) {
        rotate_right(d, n);
    } else {
        rotate_left(d, d->length - n);
    }
}

/* The deque is empty before the first item dies. */
static void clear(VM *vm, Object *self) {
    Deque *d = (Deque *)self, old = *d;
    if (!old.items) return;
    d->items = NULL;
    d->capacity = d->first = d->length = 0;
    d->state++;
    for (int64_t i = 0; i < old.length; i++)
        value_drop(vm, *place(&old, i));
    memory_free(vm, old.items, (size_t)old.capacity * sizeof(Value));
}

/* --- life --- */

static int traverse(Object *self, VisitFn visit, void *context) {
    const Deque *d = (const Deque *)self;
    for (int64_t i = 0; i < d->length; i++)
        VISIT(*place(d, i));
    return 0;
}

static void dealloc(VM *vm, Object *self) {
    clear(vm, self);
    object_free(vm, self, instance_size(self, 0));
}

static Value make(VM *vm, Type *type, int64_t maximum) {
    Deque *d = (Deque *)(type == &deque_type ? object_new_container(vm, type, sizeof(Deque))
                                             : instance_new(vm, type, 0));
    if (!d) return type == &deque_type ? raise_memory(vm) : ABSENT;
    d->maximum = maximum;
    object_track(&d->head);
    return from_object(d);
}

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    return make(vm, type, UNBOUNDED);
}

static bool append_item(VM *vm, Value item, void *deque) { return push_last(vm, deque, value_ref(item)); }

static bool append_first(VM *vm, Value item, void *deque) { return push_first(vm, deque, value_ref(item)); }

/* All items of a row at the end of a deque without bounds. */
static bool append_row(VM *vm, Deque *d, Row row) {
    if (row.length == 0) return true;
    if (!reserve(vm, d, d->length + row.length)) return false;
    for (int64_t i = 0; i < row.length; i++)
        *place(d, d->length + i) = value_ref(row.items[i]);
    d->length += row.length;
    d->state++;
    return true;
}

static bool extend(VM *vm, Value self, Value iterable, EachFn each) {
    bool row_itself = is_exactly(iterable, &list_type) || is_exactly(iterable, &tuple_type);
    int64_t maximum = as_deque(self)->maximum;
    if (row_itself && each == append_item && maximum == UNBOUNDED)
        return append_row(vm, as_deque(self), row_of(iterable));
    Value items = iterable;
    if (value_same(self, iterable)) {
        items = list_from_iterable(vm, iterable);
    } else if (row_itself && maximum != UNBOUNDED && row_of(iterable).length > maximum) {
        Row row = row_of(iterable); /* only its end stays */
        items = list_from(vm, row.items + row.length - maximum, maximum);
    }
    bool done = !is_absent(items) && each_item(vm, items, each, as_deque(self));
    if (!value_same(items, iterable)) value_xdrop(vm, items);
    return done;
}

static bool read_maximum(VM *vm, Value v, int64_t *maximum) {
    *maximum = UNBOUNDED;
    if (!value_is_given(v)) return true;
    if (!int_required(vm, v, maximum)) return false;
    if (*maximum < 0) raise_value(vm, "maxlen must be non-negative");
    return *maximum >= 0;
}

static bool init(VM *vm, Value self, Value *args, int nargs, Value names) {
    Value row[2];
    int64_t maximum;
    if (!arguments_bind(vm, "deque", "iterable=(), maxlen=None", args, nargs, names, row)) return false;
    if (!read_maximum(vm, row[1], &maximum)) return false;
    as_deque(self)->maximum = maximum;
    clear(vm, as_object(self));
    return is_absent(row[0]) || extend(vm, self, row[0], append_item);
}

/* --- copies --- */

static Value maximum_value(VM *vm, const Deque *d) {
    return d->maximum == UNBOUNDED ? NONE : int_from(vm, d->maximum);
}

static Value copy_exactly(VM *vm, const Deque *d, int64_t room) {
    Value copy = make(vm, &deque_type, d->maximum);
    if (is_absent(copy)) return ABSENT;
    Deque *to = as_deque(copy);
    if (d->length > 0 && !reserve(vm, to, d->length + room)) return value_drop(vm, copy), ABSENT;
    if (d->length > 0) unroll(d, to->items);
    for (to->length = 0; to->length < d->length; to->length++)
        value_ref(to->items[to->length]);
    return copy;
}

/* A subclass makes its own, by type(self)(self) or type(self)(self, maxlen). */
static Value copy(VM *vm, Value self) {
    const Deque *d = as_deque(self);
    if (is_exactly(self, &deque_type)) return copy_exactly(vm, d, 0);
    Value class = from_object(type_of(self)), result;
    if (d->maximum == UNBOUNDED) {
        result = call_1(vm, class, self);
    } else {
        Value maximum = maximum_value(vm, d);
        if (is_absent(maximum)) return ABSENT;
        result = call_2(vm, class, self, maximum);
        value_drop(vm, maximum);
    }
    if (is_absent(result) || is_deque(result)) return result;
    raise_type(vm, "%T() must return a deque, not %T", self, result);
    value_drop(vm, result);
    return ABSENT;
}

/* --- slots --- */

static int64_t length(VM *vm, Value self) { return as_deque(self)->length; }

/* -1 RAISES. */
static int64_t subscript(VM *vm, Value self, Value key) {
    int64_t index;
    if (is_int(key)) {
        index = int_get(key);
    } else if (!type_of(key)->number.index) {
        raise_type(vm, "sequence index must be integer, not '%T'", key);
        return -1;
    } else if (!object_to_int64(vm, key, &exc_IndexError, &index)) {
        return -1;
    }
    const Deque *d = as_deque(self);
    if (index < 0) index += d->length;
    if ((uint64_t)index < (uint64_t)d->length) return index;
    raise_index(vm, "deque index out of range");
    return -1;
}

static Value get_item(VM *vm, Value self, Value key) {
    if (is_int(key) && (uint64_t)int_get(key) < (uint64_t)as_deque(self)->length)
        return value_ref(*place(as_deque(self), int_get(key)));
    int64_t index = subscript(vm, self, key);
    return index < 0 ? ABSENT : value_ref(*place(as_deque(self), index));
}

static bool set_item(VM *vm, Value self, Value key, Value value) {
    int64_t index = subscript(vm, self, key);
    if (index < 0) return false;
    Deque *d = as_deque(self);
    if (is_absent(value)) {
        value_drop(vm, take_at(vm, d, index));
    } else {
        value_set(vm, place(d, index), value_ref(value));
    }
    return true;
}

static bool mutated(VM *vm, const Deque *d, uint64_t state) {
    if (d->state == state) return false;
    raise_error(vm, &exc_RuntimeError, "deque mutated during iteration");
    return true;
}

/* The index of the first such item from `start` up to `stop`; -1 missing, -2 RAISES. */
static int64_t find(VM *vm, Deque *d, Value item, int64_t start, int64_t stop) {
    uint64_t state = d->state;
    for (int64_t i = start; i < stop && i < d->length; i++) {
        Value candidate = value_ref(*place(d, i));
        int equal = row_equal(vm, candidate, item);
        value_drop(vm, candidate);
        if (equal < 0 || mutated(vm, d, state)) return -2;
        if (equal) return i;
    }
    return -1;
}

static int contains(VM *vm, Value self, Value item) {
    int64_t index = find(vm, as_deque(self), item, 0, INT64_MAX);
    return index == -2 ? -1 : index >= 0;
}

static Value concat(VM *vm, Value self, Value other) {
    if (!is_deque(other)) return raise_type(vm, "can only concatenate deque (not \"%T\") to deque", other);
    Value result = copy(vm, self);
    if (is_absent(result) || extend(vm, result, other, append_item)) return result;
    value_drop(vm, result);
    return ABSENT;
}

static Value inplace_concat(VM *vm, Value self, Value other) {
    return extend(vm, self, other, append_item) ? value_ref(self) : ABSENT;
}

static Value inplace_repeat(VM *vm, Value self, Value factor) {
    int64_t count;
    Deque *d = as_deque(self);
    if (!row_repeat_count(vm, factor, 0, &count)) return ABSENT;
    int64_t length = d->length;
    if (length == 0 || count == 1) return value_ref(self);
    if (count == 0) {
        clear(vm, &d->head);
        return value_ref(self);
    }
    if (d->maximum != UNBOUNDED && count > d->maximum / length + 1) count = d->maximum / length + 1;
    if (count > ROW_LENGTH_MAX / 2 / length) return raise_memory(vm);
    if (d->maximum == UNBOUNDED && !reserve(vm, d, length * count)) return ABSENT;
    Value row = list_from_iterable(vm, self);
    for (int64_t i = 1; !is_absent(row) && i < count; i++) {
        if (!each_item(vm, row, append_item, d)) value_clear(vm, &row);
    }
    if (is_absent(row)) return ABSENT;
    value_drop(vm, row);
    return value_ref(self);
}

static Value repeat(VM *vm, Value self, Value factor) {
    Value result = copy(vm, self);
    if (is_absent(result)) return ABSENT;
    Value repeated = inplace_repeat(vm, result, factor);
    value_drop(vm, result);
    return repeated;
}

/* The first index at which two deques differ; the length of the shorter one if they do not; -1 RAISES. */
static int64_t difference(VM *vm, Deque *a, Deque *b) {
    uint64_t state_a = a->state, state_b = b->state;
    int64_t i = 0;
    for (; i < a->length && i < b->length; i++) {
        Value x = value_ref(*place(a, i)), y = value_ref(*place(b, i));
        int equal = row_equal(vm, x, y);
        value_drop(vm, x), value_drop(vm, y);
        if (equal == 0) return i;
        if (equal < 0 || mutated(vm, a, state_a) || mutated(vm, b, state_b)) return -1;
    }
    return i;
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!is_deque(self) || !is_deque(other)) return NOT_IMPLEMENTED;
    Deque *a = as_deque(self), *b = as_deque(other);
    if (op == COMPARE_EQ || op == COMPARE_NE) {
        if (a == b) return bool_from(op == COMPARE_EQ);
        if (a->length != b->length) return bool_from(op == COMPARE_NE);
    }
    if (!recursion_enter(vm, " in comparison")) return ABSENT;
    int64_t i = difference(vm, a, b);
    recursion_leave(vm);
    if (i < 0) return ABSENT;
    bool in_both = i < a->length && i < b->length;
    if (in_both && op == COMPARE_EQ) return FALSE_VALUE;
    if (in_both && op == COMPARE_NE) return TRUE_VALUE;
    if (!in_both) return object_compare(vm, int_small(a->length), int_small(b->length), op);
    Value x = value_ref(*place(a, i)), y = value_ref(*place(b, i));
    Value result = object_compare(vm, x, y, op);
    value_drop(vm, x), value_drop(vm, y);
    return result;
}

static Value repr(VM *vm, Value self) {
    int entered = repr_enter(vm, self);
    if (entered <= 0) return entered < 0 ? ABSENT : string_from_c(vm, "[...]");
    Value list = list_from_iterable(vm, self), text = ABSENT;
    if (!is_absent(list)) {
        const char *name = type_short_name(type_of(self));
        int64_t maximum = as_deque(self)->maximum;
        text = maximum == UNBOUNDED
                   ? string_format(vm, "%s(%R)", name, list)
                   : string_format(vm, "%s(%R, maxlen=%lld)", name, list, (long long)maximum);
        value_drop(vm, list);
    }
    repr_leave(vm, self);
    return text;
}

/* --- methods --- */

METHOD(append) { return push_last(vm, as_deque(args[0]), value_ref(args[1])) ? NONE : ABSENT; }

METHOD(appendleft) { return push_first(vm, as_deque(args[0]), value_ref(args[1])) ? NONE : ABSENT; }

METHOD(extend) { return extend(vm, args[0], args[1], append_item) ? NONE : ABSENT; }

METHOD(extendleft) { return extend(vm, args[0], args[1], append_first) ? NONE : ABSENT; }

METHOD(pop) {
    Deque *d = as_deque(args[0]);
    return d->length ? take_last(vm, d) : raise_index(vm, "pop from an empty deque");
}

METHOD(popleft) {
    Deque *d = as_deque(args[0]);
    return d->length ? take_first(vm, d) : raise_index(vm, "pop from an empty deque");
}

METHOD(clear) {
    clear(vm, as_object(args[0]));
    return NONE;
}

METHOD(copy) { return copy(vm, args[0]); }

METHOD(count) {
    Deque *d = as_deque(args[0]);
    int64_t count = 0, i = -1;
    while ((i = find(vm, d, args[1], i + 1, INT64_MAX)) >= 0)
        count++;
    return i == -2 ? ABSENT : int_small(count);
}

METHOD(index) {
    int64_t start, stop;
    if (!row_bounds(vm, args[2], args[3], &start, &stop)) return ABSENT;
    Deque *d = as_deque(args[0]);
    if (start < 0 && (start += d->length) < 0) start = 0;
    if (stop < 0 && (stop += d->length) < 0) stop = 0;
    int64_t index = find(vm, d, args[1], start, stop);
    if (index == -1) return raise_value(vm, "%R is not in deque", args[1]);
    return index < 0 ? ABSENT : int_small(index);
}

METHOD(insert) {
    int64_t index;
    if (!row_position(vm, args[1], &index)) return ABSENT;
    Deque *d = as_deque(args[0]);
    if (d->length == d->maximum) return raise_index(vm, "deque already at its maximum size");
    if (!reserve(vm, d, d->length + 1)) return ABSENT;
    if (index < 0 && (index += d->length) < 0) index = 0;
    if (index > d->length) index = d->length;
    open_gap(d, index);
    *place(d, index) = value_ref(args[2]);
    return NONE;
}

/* A comparison that changes the deque is an IndexError here. */
METHOD(remove) {
    Deque *d = as_deque(args[0]);
    uint64_t state = d->state;
    int64_t index = find(vm, d, args[1], 0, INT64_MAX);
    if (index == -1) return raise_value(vm, "%R is not in deque", args[1]);
    if (index == -2 && d->state != state && error_is(vm, &exc_RuntimeError)) {
        error_clear(vm);
        return raise_index(vm, "deque mutated during iteration");
    }
    if (index < 0) return ABSENT;
    value_drop(vm, take_at(vm, d, index));
    return NONE;
}

METHOD(reverse) {
    const Deque *d = as_deque(args[0]);
    for (int64_t i = 0, j = d->length - 1; i < j; i++, j--) {
        Value v = *place(d, i);
        *place(d, i) = *place(d, j);
        *place(d, j) = v;
    }
    return NONE;
}

METHOD(rotate) {
    int64_t n = 1;
    if (!is_absent(args[1]) && !row_position(vm, args[1], &n)) return ABSENT;
    rotate(as_deque(args[0]), n);
    return NONE;
}

METHOD(sizeof) {
    const Object *self = as_object(args[0]);
    return int_small((int64_t)self->type->basic_size + as_deque(args[0])->capacity * (int64_t)sizeof(Value));
}

/* (class, () or ((), maxlen), state, iterator). */
METHOD(reduce) {
    Value self = args[0], result = ABSENT;
    const Deque *d = as_deque(self);
    Value state = call_method(vm, self, NAME_OF(vm, getstate), NULL, 0);
    Value iterator = is_absent(state) ? ABSENT : object_iterate(vm, self);
    Value maximum = is_absent(iterator) ? ABSENT : maximum_value(vm, d);
    Value arguments = ABSENT;
    if (!is_absent(maximum)) {
        arguments =
            is_none(maximum) ? value_ref(vm->empty_tuple) : tuple_pack(vm, 2, vm->empty_tuple, maximum);
    }
    if (!is_absent(arguments))
        result = tuple_pack(vm, 4, from_object(type_of(self)), arguments, state, iterator);
    value_xdrop(vm, arguments), value_xdrop(vm, maximum), value_xdrop(vm, iterator), value_xdrop(vm, state);
    return result;
}

static Value get_maximum(VM *vm, Value self) { return maximum_value(vm, as_deque(self)); }

/* --- iterators --- */

typedef struct {
    Object head;
    Value deque; /* owned */
    uint64_t state;
    int64_t remaining; /* 0 after a change was reported, too */
} DequeIterator;

static DequeIterator *as_iterator(Value v) { return (DequeIterator *)as_object(v); }

static Value iterator_make(VM *vm, Type *type, Value deque) {
    DequeIterator *it = (DequeIterator *)object_new_container(vm, type, sizeof(DequeIterator));
    if (!it) return raise_memory(vm);
    it->deque = value_ref(deque);
    it->state = as_deque(deque)->state;
    it->remaining = as_deque(deque)->length;
    object_track(&it->head);
    return from_object(it);
}

static Value iterate(VM *vm, Value self) { return iterator_make(vm, &deque_iterator_type, self); }

METHOD(reversed) { return iterator_make(vm, &deque_reverse_iterator_type, args[0]); }

static int iterator_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((DequeIterator *)self)->deque);
    return 0;
}

static void iterator_dealloc(VM *vm, Object *self) {
    value_xdrop(vm, ((DequeIterator *)self)->deque);
    object_free(vm, self, sizeof(DequeIterator));
}

/* _deque_iterator(deque[, how many to pass over]). */
static Value iterator_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    int64_t skip = 0;
    if (!arguments_no_names(vm, type_short_name(type), names)) return ABSENT;
    if (nargs < 1) return raise_type(vm, "function takes at least 1 argument (0 given)");
    if (nargs > 2) return raise_type(vm, "function takes at most 2 arguments (%d given)", nargs);
    if (!is_deque(args[0])) return raise_type(vm, "argument 1 must be collections.deque, not %Q", args[0]);
    if (nargs == 2 && !row_position(vm, args[1], &skip)) return ABSENT;
    Value iterator = iterator_make(vm, type, args[0]);
    if (is_absent(iterator) || skip <= 0) return iterator;
    DequeIterator *it = as_iterator(iterator);
    it->remaining = skip < it->remaining ? it->remaining - skip : 0;
    return iterator;
}

static inline bool may_step(VM *vm, DequeIterator *it) {
    if (UNLIKELY(as_deque(it->deque)->state != it->state)) {
        it->remaining = 0;
        return !mutated(vm, as_deque(it->deque), it->state);
    }
    return it->remaining > 0;
}

static Value iterator_forward(VM *vm, Value self) {
    DequeIterator *it = as_iterator(self);
    if (!may_step(vm, it)) return ABSENT;
    const Deque *d = as_deque(it->deque);
    return value_ref(*place(d, d->length - it->remaining--));
}

static Value iterator_backward(VM *vm, Value self) {
    DequeIterator *it = as_iterator(self);
    if (!may_step(vm, it)) return ABSENT;
    return value_ref(*place(as_deque(it->deque), --it->remaining));
}

METHOD(iterator_hint) { return int_small(as_iterator(args[0])->remaining); }

METHOD(iterator_reduce) {
    const DequeIterator *it = as_iterator(args[0]);
    Value done = int_small(as_deque(it->deque)->length - it->remaining);
    Value arguments = tuple_pack(vm, 2, it->deque, done);
    if (is_absent(arguments)) return ABSENT;
    Value result = tuple_pack(vm, 2, from_object(type_of(args[0])), arguments);
    value_drop(vm, arguments);
    return result;
}

static const NativeDef iterator_methods[] = {
    {"__length_hint__", method_iterator_hint, "", "Private method returning an estimate of len(list(it))."},
    {"__reduce__", method_iterator_reduce, "", "Return state information for pickling."},
    {0},
};

#define DEQUE_ITERATOR(variable, name_text, step) \
    Type variable = { \
        TYPE_HEAD(variable, name_text, .traverse = iterator_traverse, .dealloc = iterator_dealloc), \
        .basic_size = sizeof(DequeIterator), \
        .base = &object_type, \
        .new = iterator_new, \
        .iterate = iterator_itself, \
        .next = step, \
        .methods = iterator_methods, \
    };

DEQUE_ITERATOR(deque_iterator_type, "collections._deque_iterator", iterator_forward)
DEQUE_ITERATOR(deque_reverse_iterator_type, "collections._deque_reverse_iterator", iterator_backward)

/* --- the type --- */

static const NativeDef methods[] = {
    {"__class_getitem__", generic_alias_class_getitem, "object, /", "See PEP 585", NATIVE_CLASS_METHOD},
    {"__copy__", method_copy, "", "Return a shallow copy of a deque."},
    {"__reduce__", method_reduce, "", "Return state information for pickling."},
    {"__reversed__", method_reversed, "", "Return a reverse iterator over the deque."},
    {"__sizeof__", method_sizeof, "", "Return the size of the deque in memory, in bytes."},
    {"append", method_append, "item, /", "Add an element to the right side of the deque."},
    {"appendleft", method_appendleft, "item, /", "Add an element to the left side of the deque."},
    {"clear", method_clear, "", "Remove all elements from the deque."},
    {"copy", method_copy, "", "Return a shallow copy of a deque."},
    {"count", method_count, "value, /", "Return number of occurrences of value."},
    {"extend", method_extend, "iterable, /",
     "Extend the right side of the deque with elements from the iterable."},
    {"extendleft", method_extendleft, "iterable, /",
     "Extend the left side of the deque with elements from the iterable."},
    {"index", method_index, "value, start=0, stop=9223372036854775807, /",
     "Return first index of value.\n\nRaises ValueError if the value is not present."},
    {"insert", method_insert, "index, value, /", "Insert value before index."},
    {"pop", method_pop, "", "Remove and return the rightmost element."},
    {"popleft", method_popleft, "", "Remove and return the leftmost element."},
    {"remove", method_remove, "value, /", "Remove first occurrence of value."},
    {"reverse", method_reverse, "", "Reverse *IN PLACE*."},
    {"rotate", method_rotate, "n=1, /",
     "Rotate the deque n steps to the right.  If n is negative, rotates left."},
    {0},
};

static const GetSetDef getsets[] = {
    {"maxlen", get_maximum, NULL, "maximum size of a deque or None if unbounded"},
    {0},
};

Type deque_type = {
    TYPE_HEAD(deque_type, "collections.deque", .traverse = traverse, .clear = clear, .dealloc = dealloc),
    .flags = TYPE_WEAKLY_REFERABLE | TYPE_BASE | TYPE_SEQUENCE | TYPE_NUMBERED,
    .basic_size = sizeof(Deque),
    .base = &object_type,
    .doc = "A list-like sequence optimized for data accesses near its endpoints.",
    .new = new,
    .init = init,
    .repr = repr,
    .hash = hash_unhashable,
    .compare = compare,
    .iterate = iterate,
    .container = {.length = length,
                  .get_item = get_item,
                  .set_item = set_item,
                  .contains = contains,
                  .concat = concat,
                  .repeat = repeat,
                  .inplace_concat = inplace_concat,
                  .inplace_repeat = inplace_repeat},
    .methods = methods,
    .getsets = getsets,
};
