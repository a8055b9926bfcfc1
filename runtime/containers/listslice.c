#include "runtime/containers/listbody.h"
#include "runtime/containers/row.h"
#include "runtime/containers/slice.h"
#include "runtime/errors/error.h"
#include "runtime/protocol.h"

enum { REMOVED_LOCAL = 16 }; /* so many removed items need no block to wait in */

/* Put items[0..count) of another list or tuple in place of [low, high), which must lie in the list. */
static bool replace_items(VM *vm, List *list, int64_t low, int64_t high, const Value *items, int64_t count) {
    int64_t removed_count = high - low, length = list->length - removed_count + count;
    size_t removed_size = (size_t)removed_count * sizeof(Value);
    Value local[REMOVED_LOCAL], *removed = local;
    if (removed_count > REMOVED_LOCAL) removed = memory_alloc(vm, removed_size);
    if (!removed || !list_make_room(vm, list, length)) {
        if (removed && removed != local) memory_free(vm, removed, removed_size);
        return false;
    }
    if (removed_count > 0) memcpy(removed, list->items + low, removed_size);
    if (length > 0) {
        memmove(list->items + low + count, list->items + high, (size_t)(list->length - high) * sizeof(Value));
        row_copy(list->items + low, items, count);
    }
    list->length = length;
    list_shrink(vm, list);
    row_drop(vm, removed, removed_count);
    if (removed != local) memory_free(vm, removed, removed_size);
    return true;
}

Value list_get_slice(VM *vm, Value self, Value key) {
    int64_t start, stop, step;
    if (!slice_unpack(vm, key, &start, &stop, &step)) return ABSENT;
    Value result = list_new(vm, 0);
    if (is_absent(result)) return ABSENT;
    List *source = as_list(self), *target = as_list(result);
    int64_t count = slice_adjust(source->length, &start, &stop, step);
    if (count > 0 && !list_reserve(vm, target, count)) {
        value_drop(vm, result);
        return ABSENT;
    }
    if (step == 1) {
        row_copy(target->items, source->items + (count ? start : 0), count);
    } else {
        for (int64_t i = 0; i < count; i++)
            target->items[i] = value_ref(source->items[start + i * step]);
    }
    target->length = count;
    return result;
}

/* The items to assign, a NEW list or tuple other than `self`. No user code runs until they are in it. */
static Value source_items(VM *vm, Value self, Value value) {
    if (value_same(value, self)) return list_from_iterable(vm, value);
    return row_from_iterable(vm, value, "must assign iterable to extended slice");
}

bool list_assign(VM *vm, Value self, int64_t start, int64_t stop, Value value) {
    Value source = source_items(vm, self, value);
    if (is_absent(source)) return false;
    List *list = as_list(self);
    slice_adjust(list->length, &start, &stop, 1);
    if (stop < start) stop = start;
    Row row = row_of(source);
    bool done = replace_items(vm, list, start, stop, row.items, row.length);
    value_drop(vm, source);
    return done;
}

/* Put a row into the places start, start + step, ...; what was there dies when all are in. */
static bool exchange(VM *vm, List *list, int64_t start, int64_t step, Row row) {
    size_t removed_size = (size_t)row.length * sizeof(Value);
    Value *removed = memory_alloc(vm, removed_size);
    if (!removed) return false;
    for (int64_t i = 0; i < row.length; i++) {
        Value *place = &list->items[start + i * step];
        removed[i] = *place;
        *place = value_ref(row.items[i]);
    }
    row_drop(vm, removed, row.length);
    memory_free(vm, removed, removed_size);
    return true;
}

static bool assign_extended(VM *vm, Value self, int64_t start, int64_t stop, int64_t step, Value value) {
    Value source = source_items(vm, self, value);
    if (is_absent(source)) return false;
    List *list = as_list(self);
    int64_t count = slice_adjust(list->length, &start, &stop, step);
    Row row = row_of(source);
    if (row.length != count) {
        raise_value(vm, "attempt to assign sequence of size %lld to extended slice of size %lld",
                    (long long)row.length, (long long)count);
        value_drop(vm, source);
        return false;
    }
    bool done = count == 0 || exchange(vm, list, start, step, row);
    value_drop(vm, source);
    return done;
}

static bool delete_extended(VM *vm, List *list, int64_t start, int64_t step, int64_t count) {
    if (step < 0) {
        start += (count - 1) * step;
        step = -step;
    }
    size_t removed_size = (size_t)count * sizeof(Value);
    Value *removed = memory_alloc(vm, removed_size);
    if (!removed) return false;
    int64_t write = start;
    for (int64_t read = start, taken = 0; read < list->length; read++) {
        if (taken < count && read == start + taken * step) {
            removed[taken++] = list->items[read];
        } else {
            list->items[write++] = list->items[read];
        }
    }
    list->length = write;
    list_shrink(vm, list);
    row_drop(vm, removed, count);
    memory_free(vm, removed, removed_size);
    return true;
}

bool list_set_slice(VM *vm, Value self, Value key, Value value) {
    int64_t start, stop, step;
    if (!slice_unpack(vm, key, &start, &stop, &step)) return false;
    if (!is_absent(value)) {
        if (step == 1) return list_assign(vm, self, start, stop, value);
        return assign_extended(vm, self, start, stop, step, value);
    }
    List *list = as_list(self);
    int64_t count = slice_adjust(list->length, &start, &stop, step);
    if (count == 0) return true;
    if (step == 1) return replace_items(vm, list, start, stop, NULL, 0);
    return delete_extended(vm, list, start, step, count);
}
