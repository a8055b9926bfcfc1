#include "runtime/containers/row.h"

#include "runtime/containers/slice.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/builder.h"
#include "runtime/text/str.h"

static void repr_items(Builder *b, Value self) {
    for (int64_t i = 0;; i++) {
        Row row = row_of(self);
        if (i >= row.length) break;
        if (i > 0) builder_ascii(b, ", ", 2);
        Value item = value_ref(row.items[i]);
        bool done = builder_repr(b, item);
        value_drop(b->vm, item);
        if (!done) return;
    }
}

Value row_repr(VM *vm, Value self) {
    bool tuple = is_tuple(self);
    if (row_of(self).length == 0) return string_from_c(vm, tuple ? "()" : "[]");
    int entered = repr_enter(vm, self);
    if (entered < 0) return ABSENT;
    if (entered == 0) return string_from_c(vm, tuple ? "(...)" : "[...]");
    Builder b;
    builder_init(&b, vm);
    builder_char(&b, tuple ? '(' : '[');
    repr_items(&b, self);
    if (tuple && row_of(self).length == 1) builder_char(&b, ',');
    builder_char(&b, tuple ? ')' : ']');
    repr_leave(vm, self);
    return builder_finish(&b);
}

typedef uint64_t Pair __attribute__((vector_size(16)));

/* Two values, in the other order. */
static inline Pair pair_turned(const Value *items) {
    Pair pair;
    memcpy(&pair, items, sizeof pair);
    return __builtin_shuffle(pair, (Pair){1, 0});
}

void row_reverse(Row row) {
    Value *low = row.items, *high = row.items + row.length;
    for (; high - low >= 4; low += 2, high -= 2) {
        Pair first = pair_turned(low), last = pair_turned(high - 2);
        memcpy(low, &last, sizeof last);
        memcpy(high - 2, &first, sizeof first);
    }
    if (high - low < 2) return;
    Value v = *low;
    *low = high[-1];
    high[-1] = v;
}

/* Where two rows, from `i` on, first hold not the same value; `end` if nowhere before it. */
static int64_t same_until(const Value *a, const Value *b, int64_t i, int64_t end) {
    for (; i + 4 <= end; i += 4) {
        uint64_t differing = 0;
        for (int j = 0; j < 4; j++)
            differing |= a[i + j].bits ^ b[i + j].bits;
        if (differing) break;
    }
    while (i < end && value_same(a[i], b[i]))
        i++;
    return i;
}

/* The order of two items that are not the same, as row_order. */
static bool item_order(Value x, Value y, CompareOp op, int depth, int64_t *order);

static bool row_order_at(Row a, Row b, CompareOp op, int depth, int64_t *order) {
    *order = a.length - b.length;
    if (*order && (op == COMPARE_EQ || op == COMPARE_NE)) return true;
    int64_t shorter = a.length < b.length ? a.length : b.length, to_lengths = *order;
    for (int64_t i = 0; (i = same_until(a.items, b.items, i, shorter)) < shorter; i++) {
        if (!item_order(a.items[i], b.items[i], op, depth, order)) return false;
        if (*order) return true;
    }
    return *order = to_lengths, true;
}

static bool item_order(Value x, Value y, CompareOp op, int depth, int64_t *order) {
    enum { DEPTH_MAX = 8 };
    if (are_ints(x, y)) return *order = int_get(x) - int_get(y), true;
    if (is_float(x) && is_float(y)) {
        *order = (float_get(x) > float_get(y)) - (float_get(x) < float_get(y));
        return true;
    }
    if (is_exactly(x, &str_type) && is_exactly(y, &str_type)) {
        bool equality = op == COMPARE_EQ || op == COMPARE_NE;
        *order = equality ? !string_equal(x, y) : string_order(x, y);
        return true;
    }
    if (depth == DEPTH_MAX || !is_exactly(x, &tuple_type) || !is_exactly(y, &tuple_type)) return false;
    return row_order_at(row_of(x), row_of(y), op, depth + 1, order);
}

bool row_order(Row a, Row b, CompareOp op, int64_t *order) { return row_order_at(a, b, op, 0, order); }

Value row_compare(VM *vm, Value self, Value other, CompareOp op) {
    if (row_of(self).length != row_of(other).length && (op == COMPARE_EQ || op == COMPARE_NE)) {
        return bool_from(op == COMPARE_NE);
    }
    for (int64_t i = 0;; i++) {
        Row a = row_of(self), b = row_of(other);
        int64_t shorter = a.length < b.length ? a.length : b.length;
        if (i < shorter) i = same_until(a.items, b.items, i, shorter);
        if (i >= shorter) return compare_order(a.length - b.length, op);
        Value x = a.items[i], y = b.items[i];
        if (are_ints(x, y)) {
            if (op == COMPARE_EQ || op == COMPARE_NE) return bool_from(op == COMPARE_NE);
            return compare_order(int_get(x) - int_get(y), op);
        }
        value_ref(x), value_ref(y);
        int equal = vm_may_go_on(vm) ? row_equal(vm, x, y) : -1;
        Value result = ABSENT;
        if (equal == 0) {
            bool known = op == COMPARE_EQ || op == COMPARE_NE;
            result = known ? bool_from(op == COMPARE_NE) : object_compare(vm, x, y, op);
        }
        value_drop(vm, x), value_drop(vm, y);
        if (equal <= 0) return result;
    }
}

int64_t row_find(VM *vm, Value self, Value item, int64_t start, int64_t stop) {
    int64_t length = row_of(self).length;
    if (start < 0 && (start += length) < 0) start = 0;
    if (stop < 0 && (stop += length) < 0) stop = 0;
    for (int64_t i = start; i < stop; i++) {
        Row row = row_of(self);
        if (i >= row.length) break;
        Value candidate = row.items[i];
        if (value_same(candidate, item)) return i;
        if (are_ints(candidate, item)) continue;
        value_ref(candidate);
        int equal = vm_may_go_on(vm) ? row_equal(vm, candidate, item) : -1;
        value_drop(vm, candidate);
        if (equal) return equal < 0 ? -2 : i;
    }
    return -1;
}

int row_contains(VM *vm, Value self, Value item) {
    int64_t index = row_find(vm, self, item, 0, INT64_MAX);
    return index == -2 ? -1 : index >= 0;
}

Value row_count(VM *vm, Value *args, int nargs, Value names) {
    int64_t count = 0;
    for (int64_t i = 0;; i++) {
        i = row_find(vm, args[0], args[1], i, INT64_MAX);
        if (i == -2) return ABSENT;
        if (i < 0) return int_small(count);
        count++;
    }
}

int row_subscript(VM *vm, Value key, const char *kind, int64_t *index) {
    if (is_int(key)) {
        *index = int_get(key);
        return 1;
    }
    if (is_slice(key)) return 0;
    if (type_of(key)->number.index) return object_to_int64(vm, key, &exc_IndexError, index) ? 1 : -1;
    raise_type(vm, "%s indices must be integers or slices, not %T", kind, key);
    return -1;
}

bool row_bounds(VM *vm, Value first, Value last, int64_t *start, int64_t *stop) {
    Value given[] = {first, last};
    int64_t *bounds[] = {start, stop};
    *start = 0, *stop = INT64_MAX;
    for (int i = 0; i < 2; i++) {
        if (!is_absent(given[i]) && is_none(given[i]))
            return raise_type(vm, "slice indices must be integers or have an __index__ method"), false;
        if (!slice_bound(vm, given[i], bounds[i])) return false;
    }
    return true;
}

bool row_position(VM *vm, Value v, int64_t *position) {
    Value i = object_index(vm, v);
    if (is_absent(i)) return false;
    bool fits = int_to_int64(i, position);
    if (!fits) raise_overflow(vm, "Python int too large to convert to C ssize_t");
    value_drop(vm, i);
    return fits;
}

bool row_repeat_count(VM *vm, Value factor, int64_t length, int64_t *count) {
    if (!object_to_int64(vm, factor, &exc_OverflowError, count)) return false;
    if (*count < 0) *count = 0;
    if (length > 0 && *count > ROW_LENGTH_MAX / length) {
        raise_memory(vm);
        return false;
    }
    return true;
}

void row_copy(Value *target, const Value *items, int64_t length) {
    int64_t i = 0;
    if (length > ROW_MOVE_SINGLY) {
        for (; i + 4 <= length; i += 4) {
            if (!row_four_ints(items + i)) {
                for (int j = 0; j < 4; j++)
                    value_ref(items[i + j]);
            }
            memcpy(target + i, items + i, 4 * sizeof(Value));
        }
    }
    for (; i < length; i++)
        target[i] = value_ref(row_load(items + i));
}

/* Give the items of a row `count` references more, or less. */
static void count_row(const Value *items, int64_t length, uint32_t count) {
    for (int64_t i = 0; i < length; i++) {
        if (is_object(items[i])) as_object(items[i])->refs += count;
    }
}

bool row_repeat(const VM *vm, Value *target, const Value *items, int64_t length, int64_t count) {
    enum { REPEAT_PIECE = 1 << 21 }; /* values copied between two looks for signals */
    if (length == 0 || count == 0) return true;
    count_row(items, length, (uint32_t)count);
    if (length == 1 && count < REPEAT_PIECE) {
        Value item = items[0];
        for (int64_t i = 0; i < count; i++)
            target[i] = item;
        return true;
    }
    memmove(target, items, (size_t)length * sizeof(Value));
    int64_t total = length * count, pieces = (REPEAT_PIECE / length + 1) * length;
    for (int64_t done = length; done < total;) {
        int64_t more = done < total - done ? done : total - done;
        if (vm && more > pieces) more = pieces; /* whole rows */
        memcpy(target + done, target, (size_t)more * sizeof(Value));
        done += more;
        if (!vm || done < REPEAT_PIECE || !vm_interrupted(vm)) continue;
        count_row(items, length, 0 - (uint32_t)count);
        return false;
    }
    return true;
}

void row_drop(VM *vm, Value *items, int64_t length) {
    int64_t i = length;
    while (i >= 4) {
        i -= 4;
        if (row_four_ints(items + i)) continue;
        for (int j = 4; --j >= 0;)
            value_drop(vm, items[i + j]);
    }
    while (--i >= 0)
        value_drop(vm, items[i]);
}

int row_traverse(const Value *items, int64_t length, VisitFn visit, void *context) {
    int64_t i = 0;
    for (; i + 4 <= length; i += 4) {
        if (row_four_ints(items + i) && visit != visit_all_values) continue;
        for (int j = 0; j < 4; j++)
            VISIT(items[i + j]);
    }
    for (; i < length; i++)
        VISIT(items[i]);
    return 0;
}
