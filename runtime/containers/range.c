#include "runtime/containers/range.h"

#include "runtime/arguments.h"
#include "runtime/containers/iterators.h"
#include "runtime/containers/slice.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/hash.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- arithmetic on exact ints of any size --- */

static Value add(VM *vm, Value a, Value b) { return int_binary(vm, BINARY_ADD, a, b); }

/* start + index * step. NEW, RAISES. */
static Value item_at(VM *vm, const Range *range, Value index) {
    Value offset = int_binary(vm, BINARY_MULTIPLY, index, range->step);
    if (is_absent(offset)) return ABSENT;
    Value item = add(vm, range->start, offset);
    value_drop(vm, offset);
    return item;
}

static Value small_length(int64_t start, int64_t stop, int64_t step) {
    if (step > 0 ? start >= stop : start <= stop) return int_small(0);
    uint64_t distance = step > 0 ? (uint64_t)stop - (uint64_t)start : (uint64_t)start - (uint64_t)stop;
    uint64_t stride = step > 0 ? (uint64_t)step : -(uint64_t)step;
    uint64_t length = (distance - 1) / stride + 1;
    return length <= (uint64_t)INT_MAX_IMMEDIATE ? int_small((int64_t)length) : ABSENT;
}

/* (stop - start - sign) // step + 1, or 0. NEW, RAISES. */
static Value compute_length(VM *vm, Value start, Value stop, Value step) {
    if (are_ints(start, stop) && is_int(step)) {
        Value length = small_length(int_get(start), int_get(stop), int_get(step));
        if (!is_absent(length)) return length;
    }
    bool down = int_sign(step) < 0;
    int empty = down ? object_less(vm, start, stop) : object_less(vm, stop, start);
    if (empty) return empty < 0 ? ABSENT : int_small(0);
    Value v = int_binary(vm, BINARY_SUBTRACT, stop, start);
    if (!is_absent(v)) value_set(vm, &v, add(vm, v, int_small(down ? 1 : -1)));
    if (!is_absent(v)) value_set(vm, &v, int_binary(vm, BINARY_FLOOR_DIVIDE, v, step));
    if (!is_absent(v)) value_set(vm, &v, add(vm, v, int_small(1)));
    return v;
}

/* Is every item, and the one that would come next, an immediate int? */
static bool is_small(const Range *range) {
    if (!are_ints(range->start, range->stop) || !are_ints(range->step, range->length)) return false;
    int64_t end;
    if (__builtin_mul_overflow(int_get(range->length), int_get(range->step), &end)) return false;
    return !__builtin_add_overflow(end, int_get(range->start), &end) && int_fits(end);
}

/* --- making --- */

/* A range of exact ints, whose references it takes. */
static Value make(VM *vm, STEALS Value start, STEALS Value stop, STEALS Value step) {
    Value length = compute_length(vm, start, stop, step);
    Range *range = is_absent(length) ? NULL : (Range *)object_new(vm, &range_type, sizeof(Range));
    if (!range) {
        if (!is_absent(length)) raise_memory(vm);
        value_xdrop(vm, length);
        value_drop(vm, start);
        value_drop(vm, stop);
        value_drop(vm, step);
        return ABSENT;
    }
    range->start = start;
    range->stop = stop;
    range->step = step;
    range->length = length;
    range->small = is_small(range);
    return from_object(range);
}

/* A range of exact or int-like bounds (through __index__); step 0 is a ValueError. */
static Value make_range(VM *vm, Value start, Value stop, Value step) {
    Value a = object_index(vm, start);
    Value b = is_absent(a) ? ABSENT : object_index(vm, stop);
    Value c = is_absent(b) ? ABSENT : is_absent(step) ? int_small(1) : object_index(vm, step);
    if (!is_absent(c) && int_sign(c) != 0) return make(vm, a, b, c);
    if (!is_absent(c)) raise_value(vm, "range() arg 3 must not be zero");
    value_xdrop(vm, a);
    value_xdrop(vm, b);
    value_xdrop(vm, c);
    return ABSENT;
}

static Value convert(VM *vm, Value stop) { return make_range(vm, int_small(0), stop, ABSENT); }

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (!arguments_check(vm, "range", nargs, names, 1, 3)) return ABSENT;
    if (nargs == 1) return convert(vm, args[0]);
    return make_range(vm, args[0], args[1], nargs == 3 ? args[2] : ABSENT);
}

static void dealloc(VM *vm, Object *self) {
    Range *range = (Range *)self;
    value_drop(vm, range->start);
    value_drop(vm, range->stop);
    value_drop(vm, range->step);
    value_drop(vm, range->length);
    object_free(vm, self, sizeof(Range));
}

static int leaves(Object *self, VisitFn visit, void *context) {
    const Range *range = (const Range *)self;
    VISIT(range->start);
    VISIT(range->stop);
    VISIT(range->step);
    VISIT(range->length);
    return 0;
}

/* --- as a sequence --- */

static int64_t length(VM *vm, Value self) {
    int64_t result;
    if (int_to_int64(as_range(self)->length, &result)) return result;
    raise_overflow(vm, "Python int too large to convert to C ssize_t");
    return -1;
}

/* Items start..stop by step of these, as numbers of items. */
static Value get_slice(VM *vm, const Range *range, Value slice) {
    Value parts[3];
    if (!slice_big_indices(vm, slice, range->length, parts)) return ABSENT;
    Value step = int_binary(vm, BINARY_MULTIPLY, range->step, parts[2]);
    Value start = is_absent(step) ? ABSENT : item_at(vm, range, parts[0]);
    Value stop = is_absent(start) ? ABSENT : item_at(vm, range, parts[1]);
    for (int i = 0; i < 3; i++)
        value_drop(vm, parts[i]);
    if (!is_absent(stop)) return make(vm, start, stop, step);
    value_xdrop(vm, step);
    value_xdrop(vm, start);
    return ABSENT;
}

static Value get_big(VM *vm, const Range *range, Value key) {
    Value index = object_index(vm, key), item = ABSENT;
    if (is_absent(index)) return ABSENT;
    if (int_sign(index) < 0) value_set(vm, &index, add(vm, index, range->length));
    if (is_absent(index)) return ABSENT;
    int inside = int_sign(index) < 0 ? 0 : object_less(vm, index, range->length);
    if (inside > 0) item = item_at(vm, range, index);
    if (inside == 0) raise_index(vm, "range object index out of range");
    value_drop(vm, index);
    return item;
}

static Value get_item(VM *vm, Value self, Value key) {
    const Range *range = as_range(self);
    if (is_int(key) && range->small) {
        int64_t index = int_get(key), count = int_get(range->length);
        if (index < 0) index += count;
        if (index < 0 || index >= count) return raise_index(vm, "range object index out of range");
        return int_small(int_get(range->start) + index * int_get(range->step));
    }
    if (is_slice(key)) return get_slice(vm, range, key);
    if (type_of(key)->number.index) return get_big(vm, range, key);
    return raise_type(vm, "range indices must be integers or slices, not %T", key);
}

/* The index of an exact int, NEW; ABSENT with nothing raised when it is not in the range. */
static Value find_int(VM *vm, const Range *range, Value item) {
    Value offset = int_binary(vm, BINARY_SUBTRACT, item, range->start);
    Value rest = is_absent(offset) ? ABSENT : int_binary(vm, BINARY_MODULO, offset, range->step);
    Value index = ABSENT;
    if (!is_absent(rest) && int_sign(rest) == 0)
        index = int_binary(vm, BINARY_FLOOR_DIVIDE, offset, range->step);
    value_xdrop(vm, offset);
    value_xdrop(vm, rest);
    if (is_absent(index)) return ABSENT;
    if (int_sign(index) >= 0 && object_less(vm, index, range->length) > 0) return index;
    value_drop(vm, index);
    return ABSENT;
}

static bool is_exact_int(Value v) { return is_int(v) || is_exactly(v, &int_type) || is_bool(v); }

/* The index of anything, comparing item by item. -1 missing, -2 RAISES. */
static int64_t find_equal(VM *vm, Value self, Value item, int64_t *count) {
    Value iterator = object_iterate(vm, self);
    if (is_absent(iterator)) return -2;
    int64_t found = -1;
    for (int64_t i = 0;; i++) {
        Value candidate = iterator_next(vm, iterator);
        if (is_absent(candidate)) break;
        int equal = object_equal(vm, candidate, item);
        value_drop(vm, candidate);
        if (equal < 0 || !vm_may_go_on(vm)) break;
        if (!equal) continue;
        found = i;
        if (!count) break;
        ++*count;
    }
    value_drop(vm, iterator);
    return error_raised(vm) ? -2 : found;
}

static int contains(VM *vm, Value self, Value item) {
    const Range *range = as_range(self);
    if (is_int(item) && range->small) {
        int64_t offset = int_get(item) - int_get(range->start), step = int_get(range->step);
        return offset % step == 0 && offset / step >= 0 && offset / step < int_get(range->length);
    }
    if (is_exact_int(item)) {
        Value index = find_int(vm, range, item);
        if (is_absent(index)) return error_raised(vm) ? -1 : 0;
        value_drop(vm, index);
        return 1;
    }
    int64_t index = find_equal(vm, self, item, NULL);
    return index == -2 ? -1 : index >= 0;
}

/* --- slots --- */

static Value repr(VM *vm, Value self) {
    const Range *range = as_range(self);
    if (value_same(range->step, int_small(1)))
        return string_format(vm, "range(%R, %R)", range->start, range->stop);
    return string_format(vm, "range(%R, %R, %R)", range->start, range->stop, range->step);
}

static int truth(VM *vm, Value self) { return int_sign(as_range(self)->length) != 0; }

/* What decides equality, as a tuple: (length, start or None, step or None). */
static Value essence(VM *vm, const Range *range) {
    bool empty = int_sign(range->length) == 0, single = value_same(range->length, int_small(1));
    return tuple_pack(vm, 3, range->length, empty ? NONE : range->start,
                      empty || single ? NONE : range->step);
}

static bool hash(VM *vm, Value self, int64_t *result) {
    Value tuple = essence(vm, as_range(self));
    if (is_absent(tuple)) return false;
    bool done = object_hash(vm, tuple, result);
    value_drop(vm, tuple);
    return done;
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if ((op != COMPARE_EQ && op != COMPARE_NE) || !is_range(self) || !is_range(other)) return NOT_IMPLEMENTED;
    Value a = essence(vm, as_range(self)), b = is_absent(a) ? ABSENT : essence(vm, as_range(other));
    Value result = is_absent(b) ? ABSENT : object_compare(vm, a, b, op);
    value_xdrop(vm, a);
    value_xdrop(vm, b);
    return result;
}

/* --- iterators --- */

/* The iterator for ranges whose items outgrow 62 bits. */
typedef struct {
    Object head;
    Value next, step, remaining; /* exact ints; owned */
} LongRangeIterator;

/* The iterator over start, start + step, ... (count items, all of which must be immediate ints). */
static Value make_iterator(VM *vm, int64_t start, int64_t step, int64_t count) {
    RangeIterator *it = (RangeIterator *)object_new(vm, &range_iterator_type, sizeof(RangeIterator));
    if (!it) return raise_memory(vm);
    it->next = start;
    it->step = step;
    it->remaining = count;
    return from_object(it);
}

static Value long_iterator_new(VM *vm, STEALS Value start, STEALS Value step, Value count) {
    LongRangeIterator *it = (LongRangeIterator *)object_new(vm, &long_range_iterator_type, sizeof *it);
    if (!it) {
        value_drop(vm, start);
        value_drop(vm, step);
        return raise_memory(vm);
    }
    it->next = start;
    it->step = step;
    it->remaining = value_ref(count);
    return from_object(it);
}

static void long_dealloc(VM *vm, Object *self) {
    LongRangeIterator *it = (LongRangeIterator *)self;
    value_xdrop(vm, it->next);
    value_drop(vm, it->step);
    value_drop(vm, it->remaining);
    object_free(vm, self, sizeof(LongRangeIterator));
}

static int long_leaves(Object *self, VisitFn visit, void *context) {
    const LongRangeIterator *it = (const LongRangeIterator *)self;
    VISIT(it->next);
    VISIT(it->step);
    VISIT(it->remaining);
    return 0;
}

static void iterator_dealloc(VM *vm, Object *self) { object_free(vm, self, sizeof(RangeIterator)); }

static Value iterate(VM *vm, Value self) {
    const Range *range = as_range(self);
    if (!range->small)
        return long_iterator_new(vm, value_ref(range->start), value_ref(range->step), range->length);
    return make_iterator(vm, int_get(range->start), int_get(range->step), int_get(range->length));
}

METHOD(reversed) {
    const Range *range = as_range(args[0]);
    if (range->small) {
        int64_t count = int_get(range->length), step = int_get(range->step);
        return make_iterator(vm, int_get(range->start) + (count - 1) * step, -step, count);
    }
    Value last = int_binary(vm, BINARY_SUBTRACT, range->length, int_small(1));
    if (!is_absent(last)) value_set(vm, &last, item_at(vm, range, last));
    Value step = is_absent(last) ? ABSENT : int_binary(vm, BINARY_SUBTRACT, int_small(0), range->step);
    if (is_absent(step)) {
        value_xdrop(vm, last);
        return ABSENT;
    }
    return long_iterator_new(vm, last, step, range->length);
}

static Value iterator_next_item(VM *vm, Value self) {
    RangeIterator *it = (RangeIterator *)as_object(self);
    if (it->remaining <= 0) return ABSENT;
    Value item = int_small(it->next);
    it->next += it->step;
    it->remaining--;
    return item;
}

static Value long_next(VM *vm, Value self) {
    LongRangeIterator *it = (LongRangeIterator *)as_object(self);
    if (int_sign(it->remaining) == 0) return ABSENT;
    Value next = add(vm, it->next, it->step);
    Value remaining = is_absent(next) ? ABSENT : int_binary(vm, BINARY_SUBTRACT, it->remaining, int_small(1));
    if (is_absent(remaining)) {
        value_xdrop(vm, next);
        return ABSENT;
    }
    Value item = it->next;
    it->next = next;
    value_set(vm, &it->remaining, remaining);
    return item;
}

/* What is left, as start, step and count; NEW. */
static void what_is_left(VM *vm, Value self, Value left[3]) {
    if (is_exactly(self, &range_iterator_type)) {
        const RangeIterator *it = (const RangeIterator *)as_object(self);
        left[0] = int_from(vm, it->next);
        left[1] = int_from(vm, it->step);
        left[2] = int_from(vm, it->remaining);
    } else {
        const LongRangeIterator *it = (const LongRangeIterator *)as_object(self);
        left[0] = value_ref(it->next);
        left[1] = value_ref(it->step);
        left[2] = value_ref(it->remaining);
    }
}

METHOD(length_hint) {
    Value left[3];
    what_is_left(vm, args[0], left);
    value_xdrop(vm, left[0]);
    value_xdrop(vm, left[1]);
    return left[2];
}

METHOD(iterator_reduce) {
    Value left[3], range = ABSENT;
    what_is_left(vm, args[0], left);
    if (!is_absent(left[0]) && !is_absent(left[1]) && !is_absent(left[2])) {
        Value stop = int_binary(vm, BINARY_MULTIPLY, left[1], left[2]);
        if (!is_absent(stop)) value_set(vm, &stop, add(vm, stop, left[0]));
        if (!is_absent(stop)) range = make(vm, value_ref(left[0]), stop, value_ref(left[1]));
    }
    for (int i = 0; i < 3; i++)
        value_xdrop(vm, left[i]);
    return is_absent(range) ? ABSENT : iterator_reduction(vm, "iter", range, NONE);
}

/* Skip so many items: the state that a copy is told. */
METHOD(setstate) {
    int64_t skip;
    if (!object_to_c_long(vm, args[1], &skip)) return ABSENT;
    RangeIterator *it = (RangeIterator *)as_object(args[0]);
    if (skip < 0) skip = 0;
    if (skip > it->remaining) skip = it->remaining;
    it->next += skip * it->step;
    it->remaining -= skip;
    return NONE;
}

METHOD(long_setstate) {
    LongRangeIterator *it = (LongRangeIterator *)as_object(args[0]);
    Value skip = object_index(vm, args[1]);
    if (is_absent(skip)) return ABSENT;
    if (int_sign(skip) < 0) value_set(vm, &skip, int_small(0));
    int beyond = object_less(vm, it->remaining, skip);
    if (beyond > 0) value_set(vm, &skip, value_ref(it->remaining));
    Value next = beyond < 0 ? ABSENT : int_binary(vm, BINARY_MULTIPLY, skip, it->step);
    if (!is_absent(next)) value_set(vm, &next, add(vm, it->next, next));
    Value remaining = is_absent(next) ? ABSENT : int_binary(vm, BINARY_SUBTRACT, it->remaining, skip);
    value_drop(vm, skip);
    if (is_absent(remaining)) {
        value_xdrop(vm, next);
        return ABSENT;
    }
    value_set(vm, &it->next, next);
    value_set(vm, &it->remaining, remaining);
    return NONE;
}

static const NativeDef long_iterator_methods[] = {
    {"__length_hint__", method_length_hint, "", "Private method returning an estimate of len(list(it))."},
    {"__reduce__", method_iterator_reduce, "", "Return state information for pickling."},
    {"__setstate__", method_long_setstate, "object, /", "Set state information for unpickling."},
    {0},
};

static const NativeDef iterator_methods[] = {
    {"__length_hint__", method_length_hint, "", "Private method returning an estimate of len(list(it))."},
    {"__reduce__", method_iterator_reduce, "", "Return state information for pickling."},
    {"__setstate__", method_setstate, "object, /", "Set state information for unpickling."},
    {0},
};

Type range_iterator_type = {
    TYPE_HEAD(range_iterator_type, "range_iterator", .dealloc = iterator_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(RangeIterator),
    .base = &object_type,
    .iterate = iterator_itself,
    .next = iterator_next_item,
    .methods = iterator_methods,
};

Type long_range_iterator_type = {
    TYPE_HEAD(long_range_iterator_type, "longrange_iterator", .dealloc = long_dealloc, .leaves = long_leaves),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(LongRangeIterator),
    .base = &object_type,
    .iterate = iterator_itself,
    .next = long_next,
    .methods = long_iterator_methods,
};

/* --- methods --- */

METHOD(index) {
    if (is_exact_int(args[1])) {
        Value index = find_int(vm, as_range(args[0]), args[1]);
        if (!is_absent(index) || error_raised(vm)) return index;
        return raise_value(vm, "%R is not in range", args[1]);
    }
    int64_t index = find_equal(vm, args[0], args[1], NULL);
    if (index == -1) return raise_value(vm, "sequence.index(x): x not in sequence");
    return index < 0 ? ABSENT : int_small(index);
}

METHOD(count) {
    if (is_exact_int(args[1])) {
        int contained = contains(vm, args[0], args[1]);
        return contained < 0 ? ABSENT : int_small(contained);
    }
    int64_t count = 0;
    return find_equal(vm, args[0], args[1], &count) == -2 ? ABSENT : int_small(count);
}

METHOD(reduce) {
    const Range *range = as_range(args[0]);
    Value triple = tuple_pack(vm, 3, range->start, range->stop, range->step);
    if (is_absent(triple)) return ABSENT;
    Value result = tuple_pack(vm, 2, from_object(&range_type), triple);
    value_drop(vm, triple);
    return result;
}

static const NativeDef methods[] = {
    {"__reduce__", method_reduce, "", "Return state information for pickling."},
    {"__reversed__", method_reversed, "", "Return a reverse iterator."},
    {"count", method_count, "object, /",
     "rangeobject.count(value) -> integer -- return number of occurrences of value"},
    {"index", method_index, "object, /",
     "rangeobject.index(value) -> integer -- return index of value.\nRaise ValueError if the value is not "
     "present."},
    {0},
};

static const MemberDef members[] = {
    {"start", offsetof(Range, start), MEMBER_READONLY, NULL},
    {"stop", offsetof(Range, stop), MEMBER_READONLY, NULL},
    {"step", offsetof(Range, step), MEMBER_READONLY, NULL},
    {0},
};

Type range_type = {
    TYPE_HEAD(range_type, "range", .dealloc = dealloc, .leaves = leaves),
    .flags = TYPE_SEQUENCE,
    .basic_size = sizeof(Range),
    .base = &object_type,
    .doc = "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\nReturn an object that "
           "produces a sequence of integers from start (inclusive)\nto stop (exclusive) by step.  range(i, "
           "j) produces i, i+1, i+2, ..., j-1.\nstart defaults to 0, and stop is omitted!  range(4) produces "
           "0, 1, 2, 3.\nThese are exactly the valid indices for a list of 4 elements.\nWhen step is given, "
           "it specifies the increment (or decrement).",
    .new = new,
    .convert = convert,
    .repr = repr,
    .hash = hash,
    .compare = compare,
    .iterate = iterate,
    .number = {.truth = truth},
    .container = {.length = length, .get_item = get_item, .contains = contains},
    .methods = methods,
    .members = members,
};
