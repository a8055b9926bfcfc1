/*
 * The module array: what a program sees of arrays (runtime/modules/array.h).
 *
 * In order: adding, items and slices, comparison and search, methods, pickling, the types and the module.
 */

#include "runtime/modules/array.h"

#include "runtime/arguments.h"
#include "runtime/auditevent.h"
#include "runtime/bytes/bytes.h"
#include "runtime/bytes/memoryview.h"
#include "runtime/bytes/packing.h"
#include "runtime/classes/genericalias.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/iterators.h"
#include "runtime/containers/list.h"
#include "runtime/containers/row.h"
#include "runtime/containers/slice.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/warn.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/builder.h"
#include "runtime/text/codec.h"
#include "runtime/text/str.h"

/* --- adding --- */

static bool append(VM *vm, Array *a, Value v) {
    uint8_t item[ARRAY_ITEM_MAX];
    if (!array_set(vm, a->kind, v, item) || !array_resize(vm, a, a->length + 1)) return false;
    memcpy(array_item_at(a, a->length - 1), item, a->kind->size);
    return true;
}

static bool append_to(VM *vm, Value item, void *array) { return append(vm, array, item); }

static bool append_memory(VM *vm, Array *a, const void *data, int64_t size) {
    if (size % a->kind->size) return raise_value(vm, "bytes length not a multiple of item size"), false;
    int64_t length = a->length;
    if (length > INT64_MAX - size || !array_resize(vm, a, length + size / a->kind->size)) return false;
    if (size) memcpy(array_item_at(a, length), data, (size_t)size);
    return true;
}

static bool append_string(VM *vm, Array *a, Value text) {
    int64_t length = a->length, more = string_length(as_string(text));
    if (!array_resize(vm, a, length + more)) return false;
    for (int64_t i = 0; i < more; i++) {
        uint32_t c = string_at(as_string(text), i);
        memcpy(array_item_at(a, length + i), &c, sizeof c);
    }
    return true;
}

/* Another array of the same kind, maybe the same one. */
static bool append_array(VM *vm, Array *a, const Array *other, const char *error) {
    if (a->kind != other->kind) return raise_type(vm, "%s", error), false;
    int64_t length = a->length, more = other->length;
    if (more == 0) return true;
    if (length > INT64_MAX - more || !array_resize(vm, a, length + more)) {
        if (!error_raised(vm)) raise_memory(vm);
        return false;
    }
    memcpy(array_item_at(a, length), other->buffer.data, (size_t)(more * a->kind->size));
    return true;
}

static bool extend(VM *vm, Array *a, Value iterable) {
    if (is_array(iterable))
        return append_array(vm, a, as_array(iterable), "can only extend with array of same kind");
    return object_each(vm, iterable, append_to, a);
}

static bool fill(VM *vm, Array *a, Value initial) {
    if (a->kind->is_text && is_string(initial)) return append_string(vm, a, initial);
    if (is_family(initial, TYPE_BYTES | TYPE_BYTEARRAY)) {
        BufferView from;
        if (!buffer_acquire(vm, initial, BUFFER_SIMPLE, &from)) return false;
        bool done = append_memory(vm, a, from.data, from.size);
        buffer_release(vm, &from);
        return done;
    }
    if (is_array(initial) && (as_array(initial)->kind == a->kind || as_array(initial)->kind->is_text))
        return append_memory(vm, a, as_array(initial)->buffer.data, as_array(initial)->buffer.size);
    if (is_exactly(initial, &list_type) || is_exactly(initial, &tuple_type)) {
        int64_t length = row_of(initial).length;
        if (!array_reserve(vm, a, length ? length : 1)) return false;
    }
    return object_each(vm, initial, append_to, a);
}

static RAISES bool warn_of_code(VM *vm, uint32_t code) {
    return code != 'u' || warn(vm, &exc_DeprecationWarning, 1,
                               "The 'u' type code is deprecated and will be removed in Python 3.16");
}

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (type == &array_type && names_count(names))
        return raise_type(vm, "array.array() takes no keyword arguments");
    if (nargs < 1) return raise_type(vm, "array() takes at least 1 argument (0 given)");
    if (nargs > 2) return raise_type(vm, "array() takes at most 2 arguments (%d given)", nargs);
    if (!is_string(args[0]) || string_length(as_string(args[0])) != 1)
        return raise_type(vm, "array() argument 1 must be a unicode character, not %Q", args[0]);
    uint32_t code = string_at(as_string(args[0]), 0);
    if (!AUDIT(vm, "array.__new__", args[0], nargs > 1 ? args[1] : NONE)) return ABSENT;
    if (!warn_of_code(vm, code)) return ABSENT;
    const ArrayKind *kind = array_kind_of_code(code);
    bool text = kind && kind->is_text;
    if (nargs > 1 && !text && is_string(args[1]))
        return raise_type(vm, "cannot use a str to initialize an array with typecode '%c'", (int)code);
    if (nargs > 1 && !text && is_array(args[1]) && as_array(args[1])->kind->is_text)
        return raise_type(vm, "cannot use a unicode array to initialize an array with typecode '%c'",
                          (int)code);
    if (!kind && nargs > 1) { /* an iterable, which must be one */
        Value iterator = object_iterate(vm, args[1]);
        if (is_absent(iterator)) return ABSENT;
        value_drop(vm, iterator);
    }
    if (!kind) return raise_value(vm, "bad typecode (must be b, B, u, h, H, i, I, l, L, q, Q, f or d)");
    Value v = array_make(vm, type, kind, 0);
    if (is_absent(v) || nargs == 1 || fill(vm, as_array(v), args[1])) return v;
    value_drop(vm, v);
    return ABSENT;
}

/* --- items and slices --- */

static int64_t length(VM *vm, Value self) { return as_array(self)->length; }

/* An index: 1, or 0 for a slice, or -1 RAISES. */
static int subscript(VM *vm, Value key, int64_t *i) {
    if (is_int(key)) return *i = int_get(key), 1;
    if (is_slice(key)) return 0;
    if (is_int_family(key) || type_of(key)->number.index)
        return object_to_int64(vm, key, &exc_IndexError, i) ? 1 : -1;
    raise_type(vm, "array indices must be integers");
    return -1;
}

static Value get_slice(VM *vm, Value self, Value slice) {
    int64_t start, stop, step;
    if (!slice_unpack(vm, slice, &start, &stop, &step)) return ABSENT;
    Array *a = as_array(self);
    int64_t count = slice_adjust(a->length, &start, &stop, step);
    if (step == 1) return array_make_from(vm, a->kind, count ? array_item_at(a, start) : NULL, count);
    Value v = array_make(vm, &array_type, a->kind, count);
    for (int64_t i = 0; !is_absent(v) && i < count; i++)
        memcpy(array_item_at(as_array(v), i), array_item_at(a, start + i * step), a->kind->size);
    return v;
}

static Value get_item(VM *vm, Value self, Value key) {
    int64_t i;
    int kind = subscript(vm, key, &i);
    if (kind <= 0) return kind ? ABSENT : get_slice(vm, self, key);
    const Array *a = as_array(self);
    if (i < 0) i += a->length;
    if ((uint64_t)i >= (uint64_t)a->length) return raise_index(vm, "array index out of range");
    return array_get(vm, a, i);
}

/* Take every step-th item out of an array that may be resized, `count` of them from `start` on. */
static bool delete_steps(VM *vm, Array *a, int64_t start, int64_t step, int64_t count) {
    if (count == 0) return true;
    if (step < 0) {
        start += step * (count - 1);
        step = -step;
    }
    int64_t to = start;
    for (int64_t i = 0; i < count; i++) {
        int64_t from = start + i * step + 1, next = i + 1 < count ? from + step - 1 : a->length;
        memmove(array_item_at(a, to), array_item_at(a, from), (size_t)((next - from) * a->kind->size));
        to += next - from;
    }
    return array_resize(vm, a, to);
}

/* The items that a slice selects: from start on, by step. */
typedef struct {
    int64_t start, stop, step;
} Selection;

/* Put `count` items at `source`, which is not in the array, in place of a slice. */
static bool assign_slice(VM *vm, Array *a, Selection slice, const uint8_t *source, int64_t count) {
    int64_t size = a->kind->size, selected = slice_adjust(a->length, &slice.start, &slice.stop, slice.step);
    if ((count == 0 || selected != count) && !array_may_resize(vm, a)) return false;
    if (slice.step == 1) {
        if (!array_replace(vm, a, slice.start, slice.start + selected, count)) return false;
        if (count) memcpy(array_item_at(a, slice.start), source, (size_t)(count * size));
        return true;
    }
    if (count == 0) return delete_steps(vm, a, slice.start, slice.step, selected);
    if (selected != count) {
        raise_value(vm, "attempt to assign array of size %lld to extended slice of size %lld",
                    (long long)count, (long long)selected);
        return false;
    }
    for (int64_t i = 0; i < count; i++)
        memcpy(array_item_at(a, slice.start + i * slice.step), source + i * size, (size_t)size);
    return true;
}

static bool set_slice(VM *vm, Value self, Value slice, Value value) {
    Array *a = as_array(self);
    Selection s;
    if (!slice_unpack(vm, slice, &s.start, &s.stop, &s.step)) return false;
    if (is_absent(value)) return assign_slice(vm, a, s, NULL, 0);
    if (!is_array(value))
        return raise_type(vm, "can only assign array (not \"%T\") to array slice", value), false;
    if (as_array(value)->kind != a->kind)
        return raise_type(vm, "bad argument type for built-in operation"), false;
    if (as_array(value) != a)
        return assign_slice(vm, a, s, as_array(value)->buffer.data, as_array(value)->length);
    Value copy = array_make_from(vm, a->kind, a->buffer.data, a->length);
    if (is_absent(copy)) return false;
    bool done = assign_slice(vm, a, s, as_array(copy)->buffer.data, as_array(copy)->length);
    value_drop(vm, copy);
    return done;
}

static bool set_item(VM *vm, Value self, Value key, Value value) {
    int64_t i;
    uint8_t item[ARRAY_ITEM_MAX];
    Array *a = as_array(self);
    int kind = subscript(vm, key, &i);
    if (kind <= 0) return kind ? false : set_slice(vm, self, key, value);
    if (i < 0) i += a->length;
    if ((uint64_t)i < (uint64_t)a->length && !is_absent(value) && !array_set(vm, a->kind, value, item))
        return false;
    if ((uint64_t)i >= (uint64_t)a->length)
        return raise_index(vm, "array assignment index out of range"), false;
    if (is_absent(value)) return array_replace(vm, a, i, i + 1, 0);
    memcpy(array_item_at(a, i), item, a->kind->size);
    return true;
}

static Value concat(VM *vm, Value self, Value other) {
    if (!is_array(other)) return raise_type(vm, "can only append array (not \"%T\") to array", other);
    const Array *a = as_array(self), *b = as_array(other);
    if (a->kind != b->kind) return raise_type(vm, "bad argument type for built-in operation");
    Value v = array_make_from(vm, a->kind, a->buffer.data, a->length);
    if (is_absent(v) || append_array(vm, as_array(v), b, "")) return v;
    value_drop(vm, v);
    return ABSENT;
}

static Value inplace_concat(VM *vm, Value self, Value other) {
    if (!is_array(other)) return raise_type(vm, "can only extend array with array (not \"%T\")", other);
    bool done = append_array(vm, as_array(self), as_array(other), "can only extend with array of same kind");
    return done ? value_ref(self) : ABSENT;
}

static bool repeat_in_place(VM *vm, Array *a, Value factor) {
    int64_t count, size = a->buffer.size;
    if (!row_repeat_count(vm, factor, 0, &count)) return false;
    int64_t once = a->length, all;
    if (once != 0 && count != 1) {
        if (__builtin_mul_overflow(once, count, &all)) return raise_memory(vm), false;
        size = a->buffer.size;
        if (!array_resize(vm, a, all)) return false;
        for (int64_t at = size; at < a->buffer.size;) { /* double what is there */
            int64_t part = at < a->buffer.size - at ? at : a->buffer.size - at;
            memcpy(a->buffer.data + at, a->buffer.data, (size_t)part);
            at += part;
        }
    }
    return true;
}

static Value repeat(VM *vm, Value self, Value factor) {
    Value v = array_make_from(vm, as_array(self)->kind, as_array(self)->buffer.data, as_array(self)->length);
    if (is_absent(v) || repeat_in_place(vm, as_array(v), factor)) return v;
    value_drop(vm, v);
    return ABSENT;
}

static Value inplace_repeat(VM *vm, Value self, Value factor) {
    return repeat_in_place(vm, as_array(self), factor) ? value_ref(self) : ABSENT;
}

/* --- comparison and search --- */

static bool compared_by_bits(const Array *a, const Array *b) {
    return a->kind == b->kind && a->kind->code != 'f' && a->kind->code != 'd';
}

/* The first index where they differ, with the two items; or where the shorter one ends, with none. -1 RAISES. */
static int64_t first_difference(VM *vm, const Array *a, const Array *b, NEW Value *x, NEW Value *y) {
    int64_t i = 0, shorter = a->length < b->length ? a->length : b->length, size = a->kind->size;
    *x = *y = ABSENT;
    if (compared_by_bits(a, b)) {
        while (i < shorter && memcmp(array_item_at(a, i), array_item_at(b, i), (size_t)size) == 0)
            i++;
    }
    for (; i < a->length && i < b->length; i++) {
        *x = array_get(vm, a, i);
        *y = is_absent(*x) ? ABSENT : array_get(vm, b, i);
        int equal = is_absent(*y) ? -1 : object_compare_truth(vm, *x, *y, COMPARE_EQ);
        if (equal == 0) return i;
        value_xdrop(vm, *x);
        value_xdrop(vm, *y);
        *x = *y = ABSENT;
        if (equal < 0) return -1;
    }
    return i;
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!is_array(other)) return NOT_IMPLEMENTED;
    const Array *a = as_array(self), *b = as_array(other);
    bool equality = op == COMPARE_EQ || op == COMPARE_NE;
    if (equality && a->length != b->length) return bool_from(op == COMPARE_NE);
    if (equality && compared_by_bits(a, b)) {
        bool equal = a->length == 0 || memcmp(a->buffer.data, b->buffer.data, (size_t)a->buffer.size) == 0;
        return bool_from(equal == (op == COMPARE_EQ));
    }
    Value x, y, result;
    if (first_difference(vm, a, b, &x, &y) < 0) return ABSENT;
    if (is_absent(x)) return compare_order(a->length - b->length, op);
    result = equality ? bool_from(op == COMPARE_NE) : object_compare(vm, x, y, op);
    value_drop(vm, x);
    value_drop(vm, y);
    return result;
}

/* The index of the next item equal to `wanted` from `i` on; -1 missing, -2 RAISES. */
static int64_t find(VM *vm, Value self, Value wanted, int64_t i, int64_t stop) {
    const Array *a = as_array(self);
    for (; i < a->length && i < stop; i++) {
        Value item = array_get(vm, a, i);
        int equal = is_absent(item) ? -1 : object_compare_truth(vm, item, wanted, COMPARE_EQ);
        value_xdrop(vm, item);
        if (equal) return equal < 0 ? -2 : i;
        if (!vm_may_go_on(vm)) return -2;
    }
    return -1;
}

static int contains(VM *vm, Value self, Value item) {
    int64_t at = find(vm, self, item, 0, INT64_MAX);
    return at == -2 ? -1 : at >= 0;
}

METHOD(count) {
    int64_t count = 0;
    for (int64_t at = -1; (at = find(vm, args[0], args[1], at + 1, INT64_MAX)) != -1; count++) {
        if (at == -2) return ABSENT;
    }
    return int_from(vm, count);
}

METHOD(index) {
    int64_t start, stop;
    if (!row_bounds(vm, args[2], args[3], &start, &stop)) return ABSENT;
    int64_t length = as_array(args[0])->length;
    if (start < 0) start = start + length < 0 ? 0 : start + length;
    if (stop < 0) stop += length;
    int64_t at = find(vm, args[0], args[1], start, stop);
    if (at >= 0) return int_from(vm, at);
    return at == -2 ? ABSENT : raise_value(vm, "array.index(x): x not in array");
}

METHOD(remove) {
    int64_t at = find(vm, args[0], args[1], 0, INT64_MAX);
    if (at == -1) return raise_value(vm, "array.remove(x): x not in array");
    if (at < 0) return ABSENT;
    Array *a = as_array(args[0]);
    return at >= a->length || array_replace(vm, a, at, at + 1, 0)
               ? NONE
               : ABSENT; /* comparing may have shortened it */
}

/* --- methods --- */

METHOD(append) { return append(vm, as_array(args[0]), args[1]) ? NONE : ABSENT; }

METHOD(extend) { return extend(vm, as_array(args[0]), args[1]) ? NONE : ABSENT; }

METHOD(insert) {
    int64_t at;
    uint8_t item[ARRAY_ITEM_MAX];
    Array *a = as_array(args[0]);
    if (!row_position(vm, args[1], &at) || !array_set(vm, a->kind, args[2], item)) return ABSENT;
    if (at < 0) at = at + a->length < 0 ? 0 : at + a->length;
    if (at > a->length) at = a->length;
    if (!array_replace(vm, a, at, at, 1)) return ABSENT;
    memcpy(array_item_at(a, at), item, a->kind->size);
    return NONE;
}

METHOD(pop) {
    int64_t at = -1;
    if (!is_absent(args[1]) && !row_position(vm, args[1], &at)) return ABSENT;
    Array *a = as_array(args[0]);
    if (a->length == 0) return raise_index(vm, "pop from empty array");
    if (at < 0) at += a->length;
    if ((uint64_t)at >= (uint64_t)a->length) return raise_index(vm, "pop index out of range");
    Value item = array_get(vm, a, at);
    if (is_absent(item) || array_replace(vm, a, at, at + 1, 0)) return item;
    value_drop(vm, item);
    return ABSENT;
}

METHOD(clear) { return array_resize(vm, as_array(args[0]), 0) ? NONE : ABSENT; }

METHOD(reverse) {
    Array *a = as_array(args[0]);
    for (int64_t i = 0, j = a->length - 1; i < j; i++, j--) {
        uint8_t item[ARRAY_ITEM_MAX];
        memcpy(item, array_item_at(a, i), a->kind->size);
        memcpy(array_item_at(a, i), array_item_at(a, j), a->kind->size);
        memcpy(array_item_at(a, j), item, a->kind->size);
    }
    return NONE;
}

static void swap_bytes(uint8_t *data, int64_t size, int item_size) {
    for (int64_t at = 0; at < size; at += item_size) {
        for (int i = 0, j = item_size - 1; i < j; i++, j--) {
            uint8_t byte = data[at + i];
            data[at + i] = data[at + j];
            data[at + j] = byte;
        }
    }
}

METHOD(byteswap) {
    swap_bytes(as_array(args[0])->buffer.data, as_array(args[0])->buffer.size, as_array(args[0])->kind->size);
    return NONE;
}

METHOD(buffer_info) {
    const Array *a = as_array(args[0]);
    Value parts[2] = {int_from_unsigned(vm, (uint64_t)(uintptr_t)a->buffer.data), int_from(vm, a->length)};
    return tuple_from_made(vm, parts, 2);
}

METHOD(tolist) {
    Value list = list_new(vm, as_array(args[0])->length);
    for (int64_t i = 0; !is_absent(list) && i < as_array(args[0])->length; i++) {
        Value item = array_get(vm, as_array(args[0]), i);
        if (is_absent(item) || !list_append_owned(vm, list, item)) value_clear(vm, &list);
    }
    return list;
}

METHOD(fromlist) {
    if (!is_exactly(args[1], &list_type) && !is_family(args[1], TYPE_LIST))
        return raise_type(vm, "arg must be list");
    Array *a = as_array(args[0]);
    int64_t before = a->length, count = as_list(args[1])->length;
    for (int64_t i = 0; i < count; i++) {
        bool same = as_list(args[1])->length == count;
        if (!same) raise_error(vm, &exc_RuntimeError, "list changed size during iteration");
        Value item = same ? value_ref(as_list(args[1])->items[i]) : ABSENT;
        bool done = same && append(vm, a, item);
        value_xdrop(vm, item);
        if (done) continue;
        Value error = error_take(vm);
        bool as_before = a->length <= before || array_resize(vm, a, before);
        if (as_before) {
            error_restore(vm, error);
        } else {
            value_drop(vm, error); /* somebody looks into the array now, and that is told */
        }
        return ABSENT;
    }
    return NONE;
}

METHOD(tobytes) { return bytes_from(vm, as_array(args[0])->buffer.data, as_array(args[0])->buffer.size); }

METHOD(frombytes) {
    BufferView from;
    if (!buffer_acquire(vm, args[1], BUFFER_C_CONTIGUOUS | BUFFER_FORMAT, &from)) return ABSENT;
    bool done = from.item_size == 1;
    if (!done) raise_type(vm, "a bytes-like object is required");
    done = done && append_memory(vm, as_array(args[0]), from.data, from.size);
    buffer_release(vm, &from);
    return done ? NONE : ABSENT;
}

static Value decode(VM *vm, const uint8_t *data, int64_t size, const char *encoding) {
    Value bytes = bytes_from(vm, data, size);
    Value text = is_absent(bytes) ? ABSENT : codec_decode(vm, bytes, encoding, "strict");
    value_xdrop(vm, bytes);
    return text;
}

METHOD(tounicode) {
    const Array *a = as_array(args[0]);
    if (!a->kind->is_text)
        return raise_value(vm, "tounicode() may only be called on unicode type arrays ('u' or 'w')");
    Builder b;
    for (int64_t i = 0; i < a->length; i++) {
        uint32_t c;
        memcpy(&c, array_item_at(a, i), sizeof c);
        if (c > 0x10FFFF && a->kind->code == 'u')
            return raise_value(vm, "character U+%llx is not in range [U+0000; U+10ffff]",
                               (unsigned long long)c);
        if (c > 0x10FFFF || (a->kind->code == 'w' && c >= 0xD800 && c < 0xE000))
            return decode(vm, a->buffer.data, a->buffer.size, "utf-32-le"); /* its error */
    }
    builder_init(&b, vm);
    for (int64_t i = 0; i < a->length; i++) {
        uint32_t c;
        memcpy(&c, array_item_at(a, i), sizeof c);
        builder_char(&b, c);
    }
    return builder_finish(&b);
}

METHOD(fromunicode) {
    Array *a = as_array(args[0]);
    if (!is_string(args[1])) return raise_type(vm, "fromunicode() argument must be str, not %Q", args[1]);
    if (!a->kind->is_text)
        return raise_value(vm, "fromunicode() may only be called on unicode type arrays ('u' or 'w')");
    return append_string(vm, a, args[1]) ? NONE : ABSENT;
}

METHOD(fromfile) {
    int64_t count, size;
    Array *a = as_array(args[0]);
    if (!row_position(vm, args[2], &count)) return ABSENT;
    if (count < 0) return raise_value(vm, "negative count");
    if (__builtin_mul_overflow(count, a->kind->size, &size)) return raise_memory(vm);
    Value name = string_intern_c(vm, "read"), wanted = int_from(vm, size), row[1] = {wanted};
    Value bytes = is_absent(name) ? ABSENT : call_method(vm, args[1], name, row, 1);
    value_xdrop(vm, name);
    value_xdrop(vm, wanted);
    if (is_absent(bytes)) return ABSENT;
    bool done = false;
    if (!is_bytes(bytes))
        raise_type(vm, "read() didn't return bytes");
    else if (append_memory(vm, a, as_bytes(bytes)->data, as_bytes(bytes)->length)) {
        done = as_bytes(bytes)->length == size;
        if (!done) raise_error(vm, &exc_EOFError, "read() didn't return enough bytes");
    }
    value_drop(vm, bytes);
    return done ? NONE : ABSENT;
}

enum { FILE_BLOCK = 64 << 10 }; /* bytes written at a time */

METHOD(tofile) {
    const Array *a = as_array(args[0]);
    for (int64_t at = 0; at < a->buffer.size; at += FILE_BLOCK) {
        int64_t size = a->buffer.size - at < FILE_BLOCK ? a->buffer.size - at : FILE_BLOCK;
        Value block = bytes_from(vm, a->buffer.data + at, size);
        Value result = is_absent(block) ? ABSENT : call_method(vm, args[1], NAME_OF(vm, write), &block, 1);
        value_xdrop(vm, block);
        if (is_absent(result)) return ABSENT;
        value_drop(vm, result);
    }
    return NONE;
}

METHOD(copy) {
    const Array *a = as_array(args[0]);
    return array_make_from(vm, a->kind, a->buffer.data, a->length);
}

METHOD(sizeof) {
    const Array *a = as_array(args[0]);
    return int_from(vm, (int64_t)sizeof(Array) + a->capacity * a->kind->size);
}

static Value repr(VM *vm, Value self) {
    const Array *a = as_array(self);
    Builder b;
    const char *shown = type_short_name(type_of(self));
    if (a->length == 0) return string_format(vm, "%s('%c')", shown, a->kind->code);
    Value items = (a->kind->is_text ? method_tounicode : method_tolist)(vm, &self, 1, ABSENT);
    if (is_absent(items)) return ABSENT;
    builder_init(&b, vm);
    builder_format(&b, "%s('%c', ", shown, a->kind->code);
    builder_repr(&b, items);
    builder_char(&b, ')');
    value_drop(vm, items);
    return builder_finish(&b);
}

/* --- pickling --- */

/* The numbers of the machine formats in pickles; the big-endian one is one more. */
enum {
    MACHINE_UNSIGNED_8,
    MACHINE_SIGNED_8,
    MACHINE_FLOAT = 14,
    MACHINE_UTF_16 = 18,
    MACHINE_UTF_32 = 20,
    MACHINE_END = 22
};

static const ArrayKind *kind_of_machine(int machine, const ArrayKind *preferred) {
    if ((preferred->machine | 1) == (machine | 1) && preferred->size > 1) return preferred;
    if (preferred->machine == machine) return preferred;
    int i = 0; /* there is one for every number below those of texts */
    while (array_kinds[i].size > 1 ? (array_kinds[i].machine | 1) != (machine | 1)
                                   : array_kinds[i].machine != machine)
        i++;
    return &array_kinds[i];
}

/* An array of `type` from the bytes of a machine's array. */
static Value reconstruct(VM *vm, Type *type, const ArrayKind *kind, int machine, const Bytes *bytes) {
    bool big_endian = machine > MACHINE_SIGNED_8 && (machine & 1);
    if (machine >= MACHINE_UTF_16) {
        static const char *const encodings[] = {"utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"};
        Value text = decode(vm, bytes->data, bytes->length, encodings[machine - MACHINE_UTF_16]);
        bool go_on = !is_absent(text) && warn_of_code(vm, (uint32_t)kind->code);
        Value v = go_on ? array_make(vm, type, kind, 0) : ABSENT;
        if (!is_absent(v) && !(kind->is_text ? append_string(vm, as_array(v), text)
                                             : object_each(vm, text, append_to, as_array(v))))
            value_clear(vm, &v);
        value_xdrop(vm, text);
        return v;
    }
    const ArrayKind *stored = kind_of_machine(machine, kind);
    bool floating = machine >= MACHINE_FLOAT;
    Value v = array_make(vm, type, stored, 0);
    if (is_absent(v)) return ABSENT;
    if (!append_memory(vm, as_array(v), bytes->data, bytes->length)) return value_drop(vm, v), ABSENT;
    if (big_endian) swap_bytes(as_array(v)->buffer.data, as_array(v)->buffer.size, stored->size);
    if (!floating || stored == kind) return v;
    Value converted =
        array_make(vm, type, kind, 0); /* floats keep their typecode, whatever their width was */
    if (!is_absent(converted) && !object_each(vm, v, append_to, as_array(converted)))
        value_clear(vm, &converted);
    value_drop(vm, v);
    return converted;
}

NATIVE(array_reconstructor) {
    int machine;
    if (!is_string(args[1]) || string_length(as_string(args[1])) != 1)
        return raise_type(vm, "_array_reconstructor() argument 2 must be a unicode character, not %Q",
                          args[1]);
    if (!object_to_c_int(vm, args[2], &machine)) return ABSENT;
    if (!is_family(args[0], TYPE_TYPE))
        return raise_type(vm, "first argument must be a type object, not %T", args[0]);
    Type *type = as_type(args[0]);
    if (!type_is_subtype(type, &array_type))
        return raise_type(vm, "%N is not a subtype of array.array", type);
    const ArrayKind *kind = array_kind_of_code(string_at(as_string(args[1]), 0));
    if (!kind) return raise_value(vm, "second argument must be a valid type code");
    if (machine < 0 || machine >= MACHINE_END)
        return raise_value(vm, "third argument must be a valid machine format code.");
    if (!is_bytes(args[3])) return raise_type(vm, "fourth argument should be bytes, not %T", args[3]);
    return reconstruct(vm, type, kind, machine, as_bytes(args[3]));
}

static const NativeDef functions[] = {
    {"_array_reconstructor", array_reconstructor, "arraytype, typecode, mformat_code, items, /",
     "Internal. Used for pickling support."},
    {0},
};

static Value reduction_arguments(VM *vm, Value self, Value code, bool as_list) {
    const Array *a = as_array(self);
    Value type = from_object(type_of(self));
    Value items = (as_list ? method_tolist : method_tobytes)(vm, &self, 1, ABSENT);
    if (is_absent(items)) return ABSENT;
    Value row = as_list ? tuple_pack(vm, 2, code, items)
                        : tuple_pack(vm, 4, type, code, int_small(a->kind->machine), items);
    value_drop(vm, items);
    return row;
}

METHOD(reduce_ex) {
    int64_t protocol;
    if (!is_family(args[1], TYPE_INT)) return raise_type(vm, "__reduce_ex__ argument should be an integer");
    if (!int_to_int64(args[1], &protocol))
        return raise_overflow(vm, "Python int too large to convert to C long");
    Value state = ABSENT, result = ABSENT, callable = ABSENT;
    int found = object_find_attribute(vm, args[0], NAME_OF(vm, dict), &state);
    if (found < 0) return ABSENT;
    if (!found) state = NONE;
    Value code = string_from_char(vm, (uint32_t)as_array(args[0])->kind->code);
    Value row = is_absent(code) ? ABSENT : reduction_arguments(vm, args[0], code, protocol < 3);
    if (!is_absent(row))
        callable = protocol < 3 ? value_ref(from_object(type_of(args[0])))
                                : module_get(vm, "array", functions->name);
    if (!is_absent(callable)) result = tuple_pack(vm, 3, callable, row, state);
    value_xdrop(vm, callable);
    value_xdrop(vm, row);
    value_xdrop(vm, code);
    value_drop(vm, state);
    return result;
}

/* --- the types and the module --- */

static Value get_typecode(VM *vm, Value self) {
    return string_from_char(vm, (uint32_t)as_array(self)->kind->code);
}

static Value get_itemsize(VM *vm, Value self) { return int_small(as_array(self)->kind->size); }

static const GetSetDef getsets[] = {
    {"typecode", get_typecode, NULL, "The typecode character used to create the array."},
    {"itemsize", get_itemsize, NULL, "The size, in bytes, of one array item."},
    {0},
};

static const NativeDef methods[] = {
    {"__class_getitem__", generic_alias_class_getitem, "object, /", "See PEP 585.", NATIVE_CLASS_METHOD},
    {"__copy__", method_copy, "", "Return a copy of the array."},
    {"__deepcopy__", method_copy, "unused, /", "Return a copy of the array."},
    {"__reduce_ex__", method_reduce_ex, "value, /", "Return state information for pickling.",
     NATIVE_NAMED_METHOD},
    {"__release_buffer__", memoryview_release_buffer, "buffer, /",
     "Release the buffer object that exposes the underlying memory of the object."},
    {"__sizeof__", method_sizeof, "", "Size of the array in memory, in bytes."},
    {"append", method_append, "v, /", "Append new value v to the end of the array."},
    {"buffer_info", method_buffer_info, "",
     "Return a tuple (address, length) giving the current memory address and the length in items."},
    {"byteswap", method_byteswap, "", "Byteswap all items of the array."},
    {"clear", method_clear, "", "Remove all items from the array."},
    {"count", method_count, "v, /", "Return number of occurrences of v in the array."},
    {"extend", method_extend, "bb, /", "Append items to the end of the array.", NATIVE_NAMED_METHOD},
    {"frombytes", method_frombytes, "buffer, /",
     "Appends items from the string, interpreting it as an array of machine values."},
    {"fromfile", method_fromfile, "f, n, /", "Read n objects from the file object f and append them.",
     NATIVE_NAMED_METHOD},
    {"fromlist", method_fromlist, "list, /", "Append items to array from list."},
    {"fromunicode", method_fromunicode, "ustr, /",
     "Extends this array with data from the unicode string ustr."},
    {"index", method_index, "v, start=0, stop=sys.maxsize, /",
     "Return index of first occurrence of v in the array."},
    {"insert", method_insert, "i, v, /", "Insert a new item v into the array before position i."},
    {"pop", method_pop, "i=-1, /", "Return the i-th element and delete it from the array."},
    {"remove", method_remove, "v, /", "Remove the first occurrence of v in the array."},
    {"reverse", method_reverse, "", "Reverse the order of the items in the array."},
    {"tobytes", method_tobytes, "",
     "Convert the array to an array of machine values and return it as bytes."},
    {"tofile", method_tofile, "f, /", "Write all items (as machine values) to the file object f.",
     NATIVE_NAMED_METHOD},
    {"tolist", method_tolist, "", "Convert array to an ordinary list with the same items."},
    {"tounicode", method_tounicode, "", "Convert an array of characters to a str."},
    {0},
};

static Value iterate(VM *vm, Value self) { return sequence_iterator_make(vm, &array_iterator_type, self, 0); }

static Value next_item(VM *vm, Value self) {
    SequenceIterator *it = (SequenceIterator *)as_object(self);
    if (is_absent(it->sequence)) return ABSENT;
    const Array *a = as_array(it->sequence);
    if (it->index < a->length) return array_get(vm, a, it->index++);
    value_clear(vm, &it->sequence);
    return ABSENT;
}

METHOD(iterator_reduce) {
    SequenceIterator *it = (SequenceIterator *)as_object(args[0]);
    bool over = is_absent(it->sequence);
    Value sequence = value_ref(over ? vm->empty_tuple : it->sequence);
    return iterator_reduction(vm, "iter", sequence, over ? ABSENT : int_small(it->index));
}

METHOD(iterator_setstate) {
    int64_t index;
    SequenceIterator *it = (SequenceIterator *)as_object(args[0]);
    if (!int_required(vm, args[1], &index)) return ABSENT;
    int64_t length = is_absent(it->sequence) ? 0 : as_array(it->sequence)->length;
    it->index = index < 0 ? 0 : index < length ? index : length;
    return NONE;
}

static const NativeDef iterator_methods[] = {
    {"__reduce__", method_iterator_reduce, "", "Return state information for pickling."},
    {"__setstate__", method_iterator_setstate, "object, /", "Set state information for unpickling."},
    {0},
};

Type array_iterator_type = {
    TYPE_HEAD(array_iterator_type, "array.arrayiterator", .traverse = sequence_iterator_traverse,
              .dealloc = sequence_iterator_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(SequenceIterator),
    .base = &object_type,
    .methods = iterator_methods,
    .iterate = iterator_itself,
    .next = next_item,
};

Type array_type = {
    TYPE_HEAD(array_type, "array.array", .dealloc = array_dealloc),
    .flags = TYPE_WEAKLY_REFERABLE | TYPE_BASE | TYPE_SEQUENCE | TYPE_BUFFER,
    .basic_size = sizeof(Array),
    .base = &object_type,
    .doc = "array(typecode [, initializer]) -> array\n\nReturn a new array whose items are restricted by "
           "typecode,\n"
           "which is one of the characters in array.typecodes, and filled from the initializer: a list of\n"
           "items, a bytes-like object, a str (for the codes u and w), or an iterable over items.",
    .new = new,
    .repr = repr,
    .hash = NULL,
    .compare = compare,
    .get_buffer = array_get_buffer,
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

/* collections.abc.MutableSequence.register(array). */
static bool register_abc(VM *vm) {
    Value class = module_get(vm, "_collections_abc", "MutableSequence"), array = from_object(&array_type);
    Value method = is_absent(class) ? ABSENT : string_intern_c(vm, "register");
    Value result = is_absent(method) ? ABSENT : call_method(vm, class, method, &array, 1);
    value_xdrop(vm, method);
    value_xdrop(vm, class);
    value_xdrop(vm, result);
    return !error_raised(vm);
}

static const NamedType types[] = {{"array", &array_type}, {"ArrayType", &array_type}, {0}};

static bool fill_module(VM *vm, Value dict) {
    return module_add(vm, dict, "typecodes", string_from_c(vm, "bBuwhHiIlLqQfd")) && register_abc(vm);
}

Value module_array_new(VM *vm) {
    return module_make(
        vm, &(ModuleDef){.name = "array",
                         .doc = "This module defines an object type which can efficiently represent\n"
                                "an array of basic values: characters, integers, floating-point\n"
                                "numbers. Arrays are sequence types and behave very much like lists,\n"
                                "except that the type of objects stored in them is constrained.\n",
                         .types = types,
                         .functions = functions,
                         .fill = fill_module});
}
