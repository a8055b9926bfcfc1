/* bytearray: storage, the type's slots, the methods that change it. */
#include "runtime/bytes/bytearray.h"

#include "base/copy.h"
#include "runtime/bytes/bytesmethods.h"
#include "runtime/bytes/memoryview.h"
#include "runtime/classes/instance.h"
#include "runtime/classes/slots.h"
#include "runtime/containers/iterators.h"
#include "runtime/containers/row.h"
#include "runtime/containers/slice.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/codec.h"
#include "runtime/text/format.h"
#include "runtime/text/strsearch.h"
#include "runtime/text/strtype.h"
#include "runtime/text/textmethods.h"

/* --- storage --- */

#define NO_BYTES ((uint8_t *)"") /* what `data` of an empty one without a block points to; never written */
#define BYTEARRAY_LENGTH_MAX ((int64_t)(PTRDIFF_MAX - 1))

static bool can_resize(VM *vm, const ByteArray *b) {
    if (b->exports == 0) return true;
    raise_error(vm, &exc_BufferError, "Existing exports of data: object cannot be re-sized");
    return false;
}

/* Mostly there is nothing to move. */
static inline void move(uint8_t *to, const uint8_t *from, int64_t size) {
    if (size) memmove(to, from, (size_t)size);
}

/* Move to a block of `capacity` bytes, leaving a hole of `length` bytes in place of [start, stop). */
static bool reallocate(VM *vm, ByteArray *b, int64_t start, int64_t stop, int64_t length, int64_t capacity) {
    uint8_t *block = memory_alloc(vm, (size_t)capacity);
    if (!block) return false;
    move(block, b->data, start);
    move(block + start + length, b->data + stop, b->length - stop);
    memory_free(vm, b->block, (size_t)b->capacity);
    b->block = b->data = block;
    b->capacity = capacity;
    return true;
}

static bool shrink(VM *vm, ByteArray *b, int64_t start, int64_t stop, int64_t length) {
    int64_t left = b->length - (stop - start) + length;
    bool roomy = left < b->capacity / 4 && b->capacity > 64;
    if (roomy && reallocate(vm, b, start, stop, length, left + 1)) return true;
    if (roomy) error_clear(vm); /* it may as well stay where it is */
    int64_t less = stop - start - length, tail = b->length - stop;
    if (start < tail) {
        move(b->data + less, b->data, start);
        b->data += less;
    } else {
        move(b->data + start + length, b->data + stop, tail);
    }
    return true;
}

static bool grow(VM *vm, ByteArray *b, int64_t start, int64_t stop, int64_t length) {
    int64_t more = length - (stop - start), tail = b->length - stop;
    if (more > BYTEARRAY_LENGTH_MAX - b->length) {
        raise_memory(vm);
        return false;
    }
    int64_t wanted = b->length + more, front = b->block ? b->data - b->block : 0;
    if (b->block && start <= tail && front >= more) {
        move(b->data - more, b->data, start);
        b->data -= more;
        return true;
    }
    if (b->block && b->capacity - front > wanted) { /* the zero byte needs room, too */
        move(b->data + start + length, b->data + stop, tail);
        return true;
    }
    if (b->block && front > b->capacity / 2 && b->capacity > wanted) {
        move(b->block, b->data, start);
        move(b->block + start + length, b->data + stop, tail);
        b->data = b->block;
        return true;
    }
    int64_t spare = b->length ? wanted / 4 + 8 : 0;
    if (spare > BYTEARRAY_LENGTH_MAX - wanted) spare = 0;
    return reallocate(vm, b, start, stop, length, wanted + spare + 1);
}

bool bytearray_replace(VM *vm, ByteArray *b, int64_t start, int64_t stop, int64_t length) {
    int64_t change = length - (stop - start);
    if (change == 0) return true;
    if (!can_resize(vm, b)) return false;
    bool done = change < 0 ? shrink(vm, b, start, stop, length) : grow(vm, b, start, stop, length);
    if (!done) return false;
    b->length += change;
    b->data[b->length] = 0;
    return true;
}

static inline __attribute__((always_inline)) Value make(VM *vm, int64_t length) {
    ByteArray *b = (ByteArray *)object_new(vm, &bytearray_type, sizeof *b);
    if (!b) return raise_memory(vm);
    b->exports = b->length = b->capacity = 0;
    b->block = NULL;
    b->data = NO_BYTES;
    if (length == 0) return from_object(b);
    if (length <= BYTEARRAY_LENGTH_MAX) b->block = heap_alloc(vm_heap(vm), (size_t)length + 1);
    if (!b->block) {
        object_drop(vm, &b->head);
        return raise_memory(vm);
    }
    b->data = b->block;
    b->length = length;
    b->capacity = length + 1;
    b->data[length] = 0;
    return from_object(b);
}

Value bytearray_new(VM *vm, int64_t length) { return make(vm, length); }

Value bytearray_from(VM *vm, const void *data, int64_t length) {
    Value v = make(vm, length);
    if (!is_absent(v)) copy_bytes(as_bytearray(v)->data, data, (size_t)length);
    return v;
}

/* --- life --- */

static void dealloc(VM *vm, Object *self) {
    ByteArray *b = (ByteArray *)self;
    if (b->block) heap_free(vm_heap(vm), b->block, (size_t)b->capacity);
    object_free(vm, self, self->type == &bytearray_type ? sizeof *b : instance_size(self, 0));
}

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (type == &bytearray_type) return bytearray_new(vm, 0);
    ByteArray *b = (ByteArray *)instance_new(vm, type, 0);
    if (!b) return ABSENT;
    b->data = NO_BYTES;
    object_track(&b->head);
    return from_object(b);
}

/* Put `source`, which is not `b` itself, in place of [start, stop). */
static bool put(VM *vm, ByteArray *b, int64_t start, int64_t stop, Text source) {
    if (!bytearray_replace(vm, b, start, stop, text_length(source))) return false;
    copy_bytes(b->data + start, source.data, (size_t)text_length(source));
    return true;
}

static bool init(VM *vm, Value self, Value *args, int nargs, Value names) {
    ByteArray *b = as_bytearray(self);
    if (!bytearray_replace(vm, b, 0, b->length, 0)) return false;
    if (nargs == 1 && is_absent(names)) {
        int64_t count;
        if (is_exactly(args[0], &bytes_type)) return put(vm, b, 0, 0, text_of(args[0]));
        int is_count = bytes_count_argument(vm, args[0], &count);
        if (is_count) {
            bool done = is_count > 0 && bytearray_replace(vm, b, 0, b->length, count);
            if (done) memset(b->data, 0, (size_t)count);
            return done;
        }
    }
    Value bytes = bytes_from_arguments(vm, "bytearray", args, nargs, names);
    if (is_absent(bytes)) return false;
    bool done = put(vm, b, 0, b->length, text_of(bytes));
    value_drop(vm, bytes);
    return done;
}

/* The bytes as bytes are shown, but ' is escaped within either quotes. */
static Value repr(VM *vm, Value self) {
    const ByteArray *b = as_bytearray(self);
    if (is_exactly(self, &bytearray_type))
        return bytes_quote(vm, "bytearray(b", b->data, b->length, ")", true);
    Value quoted = bytes_quote(vm, "(b", b->data, b->length, ")", true), text = ABSENT;
    if (!is_absent(quoted)) text = string_format(vm, "%T%U", self, quoted);
    value_xdrop(vm, quoted);
    return text;
}

/* --- exports --- */

static void release_export(VM *vm, BufferView *buffer) { as_bytearray(buffer->owner)->exports--; }

static bool get_buffer(VM *vm, Value self, BufferView *buffer, unsigned flags) {
    ByteArray *b = as_bytearray(self);
    if (!buffer_fill(vm, buffer, self, b->data, b->length, false, flags)) return false;
    buffer->release = release_export;
    b->exports++;
    return true;
}

/* --- items and slices --- */

static int64_t length(VM *vm, Value self) { return as_bytearray(self)->length; }

static Value get_item(VM *vm, Value self, Value key) {
    int64_t i;
    int kind = row_subscript(vm, key, "bytearray", &i);
    if (kind < 0) return ABSENT;
    if (kind == 0) return bytes_get_slice(vm, self, key);
    const ByteArray *b = as_bytearray(self);
    if (i < 0) i += b->length;
    if ((uint64_t)i >= (uint64_t)b->length) return raise_index(vm, "bytearray index out of range");
    return int_small(b->data[i]);
}

/* Take every step-th byte out, `count` of them from `start` on. */
static bool delete_steps(VM *vm, ByteArray *b, int64_t start, int64_t step, int64_t count) {
    if (count == 0) return true;
    if (!can_resize(vm, b)) return false;
    if (step < 0) {
        start += step * (count - 1);
        step = -step;
    }
    int64_t to = start;
    for (int64_t i = 0; i < count; i++) {
        int64_t from = start + i * step + 1, next = i + 1 < count ? from + step - 1 : b->length;
        memmove(b->data + to, b->data + from, (size_t)(next - from));
        to += next - from;
    }
    return bytearray_replace(vm, b, to, b->length, 0);
}

static bool assign_slice(VM *vm, ByteArray *b, int64_t start, int64_t stop, int64_t step, Text source) {
    int64_t count = slice_adjust(b->length, &start, &stop, step);
    if (step == 1) return put(vm, b, start, start + count, source);
    if (text_length(source) == 0) return delete_steps(vm, b, start, step, count);
    if (text_length(source) != count) {
        raise_value(vm, "attempt to assign bytes of size %lld to extended slice of size %lld",
                    (long long)text_length(source), (long long)count);
        return false;
    }
    for (int64_t i = 0; i < count; i++)
        b->data[start + i * step] = source.data[i];
    return true;
}

static bool set_slice(VM *vm, Value self, Value slice, Value value) {
    ByteArray *b = as_bytearray(self);
    int64_t start, stop, step;
    if (!slice_unpack(vm, slice, &start, &stop, &step)) return false;
    if (is_absent(value)) return assign_slice(vm, b, start, stop, step, text_make(NO_BYTES, 0, 0));
    if (is_bytearray(value) && !value_same(value, self))
        return assign_slice(vm, b, start, stop, step, text_of(value));
    if (is_string(value) || type_of(value)->number.index || type_of(value)->number.to_float ||
        value_is_instance(value, &complex_type)) {
        raise_type(vm, "can assign only bytes, buffers, or iterables of ints in range(0, 256)");
        return false;
    }
    Value bytes = bytes_from_iterable(vm, value, false, "cannot convert '%T' object to bytearray",
                                      "byte must be in range(0, 256)");
    if (is_absent(bytes)) return false;
    /* Making them may have run code of the program: the indices are asked once more, as in CPython. */
    bool done = slice_unpack(vm, slice, &start, &stop, &step) &&
                assign_slice(vm, b, start, stop, step, text_of(bytes));
    value_drop(vm, bytes);
    return done;
}

static bool set_item(VM *vm, Value self, Value key, Value value) {
    int64_t i;
    int kind = row_subscript(vm, key, "bytearray", &i);
    if (kind < 0) return false;
    if (kind == 0) return set_slice(vm, self, key, value);
    int byte = is_absent(value) ? 0 : byte_argument(vm, value);
    if (byte < 0) return false;
    ByteArray *b = as_bytearray(self);
    if (i < 0) i += b->length;
    if ((uint64_t)i >= (uint64_t)b->length) {
        raise_index(vm, "bytearray index out of range");
        return false;
    }
    if (is_absent(value)) return bytearray_replace(vm, b, i, i + 1, 0);
    b->data[i] = (uint8_t)byte;
    return true;
}

static Value inplace_concat(VM *vm, Value self, Value other) {
    if (!is_bytes_like(other)) return raise_type(vm, "can't concat %T to %T", other, self);
    ByteArray *b = as_bytearray(self);
    b->exports += value_same(self, other);
    bool done = put(vm, b, b->length, b->length, text_of(other));
    b->exports -= value_same(self, other);
    return done ? value_ref(self) : ABSENT;
}

static Value inplace_repeat(VM *vm, Value self, Value factor) {
    int64_t count, size;
    if (!object_to_int64(vm, factor, &exc_OverflowError, &count)) return ABSENT;
    ByteArray *b = as_bytearray(self);
    int64_t once = b->length;
    if (__builtin_mul_overflow(once, count < 0 ? 0 : count, &size)) return raise_memory(vm);
    if (!bytearray_replace(vm, b, size < once ? size : once, once, size < once ? 0 : size - once))
        return ABSENT;
    for (int64_t at = once; at < size;) { /* double what is there */
        int64_t part = at < size - at ? at : size - at;
        memcpy(b->data + at, b->data, (size_t)part);
        at += part;
    }
    return value_ref(self);
}

static Value iterate(VM *vm, Value self) {
    return sequence_iterator_make(vm, &bytearray_iterator_type, self, 0);
}

static Value modulo(VM *vm, Value left, Value right) {
    if (!is_bytearray(left)) return NOT_IMPLEMENTED;
    Text t = text_of(left);
    Value template = bytes_from(vm, t.data, text_length(t));
    Value bytes = is_absent(template) ? ABSENT : format_percent_bytes(vm, template, right);
    value_xdrop(vm, template);
    if (is_absent(bytes)) return ABSENT;
    Value result = bytearray_from(vm, as_bytes(bytes)->data, as_bytes(bytes)->length);
    value_drop(vm, bytes);
    return result;
}

/* --- methods --- */

METHOD(append) {
    int byte = byte_argument(vm, args[1]);
    ByteArray *b = as_bytearray(args[0]);
    if (byte < 0 || !bytearray_replace(vm, b, b->length, b->length, 1)) return ABSENT;
    b->data[b->length - 1] = (uint8_t)byte;
    return NONE;
}

METHOD(extend) {
    if (is_string(args[1])) {
        if (string_length(as_string(args[1])) == 0) return NONE;
        return raise_type(vm, "expected iterable of integers; got: 'str'");
    }
    Value bytes = bytes_from_iterable(vm, args[1], true, "can't extend bytearray with %T",
                                      "byte must be in range(0, 256)");
    if (is_absent(bytes)) return ABSENT;
    ByteArray *b = as_bytearray(args[0]);
    bool done = put(vm, b, b->length, b->length, text_of(bytes));
    value_drop(vm, bytes);
    return done ? NONE : ABSENT;
}

METHOD(insert) {
    int64_t at;
    if (!text_size_argument(vm, args[1], &at)) return ABSENT;
    int byte = byte_argument(vm, args[2]);
    ByteArray *b = as_bytearray(args[0]);
    if (byte < 0) return ABSENT;
    if (at < 0) at = at + b->length < 0 ? 0 : at + b->length;
    if (at > b->length) at = b->length;
    if (!bytearray_replace(vm, b, at, at, 1)) return ABSENT;
    b->data[at] = (uint8_t)byte;
    return NONE;
}

METHOD(pop) {
    int64_t at = -1;
    if (!text_size_argument(vm, args[1], &at)) return ABSENT;
    ByteArray *b = as_bytearray(args[0]);
    if (b->length == 0) return raise_index(vm, "pop from empty bytearray");
    if (at < 0) at += b->length;
    if ((uint64_t)at >= (uint64_t)b->length) return raise_index(vm, "pop index out of range");
    uint8_t byte = b->data[at];
    return bytearray_replace(vm, b, at, at + 1, 0) ? int_small(byte) : ABSENT;
}

METHOD(remove) {
    int byte = byte_argument(vm, args[1]);
    if (byte < 0) return ABSENT;
    int64_t at = text_find_unit(text_of(args[0]), (uint32_t)byte);
    if (at < 0) return raise_value(vm, "value not found in bytearray");
    return bytearray_replace(vm, as_bytearray(args[0]), at, at + 1, 0) ? NONE : ABSENT;
}

METHOD(reverse) {
    ByteArray *b = as_bytearray(args[0]);
    uint8_t *start = b->data, *end = b->data + b->length;
    for (; end - start >= 16; start += 8, end -= 8) { /* eight with eight */
        uint64_t first, last;
        memcpy(&first, start, 8);
        memcpy(&last, end - 8, 8);
        first = __builtin_bswap64(first), last = __builtin_bswap64(last);
        memcpy(start, &last, 8);
        memcpy(end - 8, &first, 8);
    }
    for (; end - start >= 2; start++) {
        uint8_t byte = *start;
        *start = *--end;
        *end = byte;
    }
    return NONE;
}

METHOD(clear) {
    ByteArray *b = as_bytearray(args[0]);
    return bytearray_replace(vm, b, 0, b->length, 0) ? NONE : ABSENT;
}

METHOD(copy) { return bytearray_from(vm, as_bytearray(args[0])->data, as_bytearray(args[0])->length); }

/* The arguments that make it anew: none, the bytes, or for old protocols, which have no bytes, a text and an
 * encoding. */
static Value reduce_arguments(VM *vm, Value self, bool has_bytes) {
    Text t = text_of(self);
    if (text_length(t) == 0) return value_ref(vm->empty_tuple);
    Value parts[] = {bytes_from(vm, t.data, text_length(t)), ABSENT};
    if (is_absent(parts[0]) || has_bytes) return tuple_from_made(vm, parts, 1);
    value_set(vm, &parts[0], codec_decode(vm, parts[0], "latin-1", NULL));
    if (!is_absent(parts[0])) parts[1] = string_from_c(vm, "latin-1");
    return tuple_from_made(vm, parts, 2);
}

static Value reduce(VM *vm, Value self, int64_t protocol) {
    Value state = ABSENT, result = ABSENT, arguments = reduce_arguments(vm, self, protocol >= 3);
    if (is_absent(arguments)) return ABSENT;
    state = call_method(vm, self, NAME_OF(vm, getstate), NULL, 0);
    if (!is_absent(state)) result = tuple_pack(vm, 3, from_object(type_of(self)), arguments, state);
    value_xdrop(vm, state);
    value_drop(vm, arguments);
    return result;
}

METHOD(reduce) { return reduce(vm, args[0], 2); }

METHOD(reduce_ex) {
    int protocol = 0;
    if (!is_absent(args[1]) && !object_to_c_int(vm, args[1], &protocol)) return ABSENT;
    return reduce(vm, args[0], protocol);
}

METHOD(alloc) { return int_from(vm, as_bytearray(args[0])->capacity); }

METHOD(sizeof) {
    Object *self = as_object(args[0]);
    return int_small((int64_t)self->type->basic_size + as_bytearray(args[0])->capacity);
}

static const NativeDef methods[] = {
    TEXT_METHODS("old, new, count=-1, /"),
    BYTES_METHODS,
    {"__release_buffer__", memoryview_release_buffer, "buffer, /",
     "Release the buffer object that exposes the underlying memory of the object."},
    {"__sizeof__", method_sizeof, "", "Return the size of the bytearray object in memory, in bytes."},
    {"__reduce__", method_reduce, "", "Return state information for pickling."},
    {"__reduce_ex__", method_reduce_ex, "proto=0, /", "Return state information for pickling."},
    {"__alloc__", method_alloc, "", "Return the number of bytes actually allocated."},
    {"append", method_append, "item, /", "Append a single item to the end of the bytearray."},
    {"clear", method_clear, "", "Remove all items from the bytearray."},
    {"copy", method_copy, "", "Return a copy of the bytearray."},
    {"extend", method_extend, "iterable_of_ints, /",
     "Append all the items from the iterator or sequence to the bytearray."},
    {"insert", method_insert, "index, item, /", "Insert a single item before the given index."},
    {"pop", method_pop, "index=-1, /", "Remove and return the item at index, by default the last."},
    {"remove", method_remove, "value, /", "Remove the first occurrence of a value."},
    {"reverse", method_reverse, "", "Reverse the order of the values in place."},
    {0},
};

Type bytearray_type = {
    TYPE_HEAD(bytearray_type, "bytearray", .dealloc = dealloc),
    .flags = TYPE_BASE | TYPE_BYTEARRAY,
    .basic_size = sizeof(ByteArray),
    .base = &object_type,
    .doc = "bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\n"
           "bytearray(bytes_or_buffer) -> copy\nbytearray(int) -> that many zero bytes\n"
           "bytearray() -> no bytes\n\nA mutable sequence of bytes.",
    .new = new,
    .init = init,
    .repr = repr,
    .str = bytes_str,
    .hash = hash_unhashable,
    .compare = bytes_compare,
    .iterate = iterate,
    .get_buffer = get_buffer,
    .number = {.binary = {[BINARY_MODULO] = modulo}},
    .container = {.length = length,
                  .get_item = get_item,
                  .set_item = set_item,
                  .contains = bytes_contains,
                  .concat = bytes_concat,
                  .repeat = bytes_repeat,
                  .inplace_concat = inplace_concat,
                  .inplace_repeat = inplace_repeat},
    .methods = methods,
};
