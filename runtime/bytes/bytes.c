/* bytes: making, the constructor, the type's slots. Methods are in bytesmethods.c. */
#include "runtime/bytes/bytes.h"

#include "base/copy.h"
#include "runtime/bytes/bytesmethods.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/iterators.h"
#include "runtime/containers/list.h"
#include "runtime/containers/row.h"
#include "runtime/containers/slice.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/codec.h"
#include "runtime/text/format.h"
#include "runtime/text/strtype.h"

/* --- making --- */

#define BYTES_LENGTH_MAX ((int64_t)(PTRDIFF_MAX - sizeof(Bytes) - 1))

static size_t bytes_size(int64_t length) { return sizeof(Bytes) + 1 + (size_t)length; }

/* Inlined where bytes are made most often. */
static inline __attribute__((always_inline)) Bytes *make(VM *vm, int64_t length) {
    if (length > BYTES_LENGTH_MAX) {
        raise_overflow(vm, "byte string is too large");
        return NULL;
    }
    Bytes *bytes = (Bytes *)object_new(vm, &bytes_type, bytes_size(length));
    if (!bytes) {
        raise_memory(vm);
        return NULL;
    }
    bytes->hash = 0;
    bytes->length = length;
    bytes->data[length] = 0;
    return bytes;
}

Bytes *bytes_new(VM *vm, int64_t length) {
    if (length == 0 && !is_absent(vm->empty_bytes)) return as_bytes(value_ref(vm->empty_bytes));
    return make(vm, length);
}

Bytes *bytes_resize(VM *vm, Bytes *bytes, int64_t length) {
    if (bytes->length == length) return bytes;
    Bytes *resized = NULL;
    if (bytes->length > 0 && length > 0 && length <= BYTES_LENGTH_MAX) {
        resized = heap_resize(vm_heap(vm), bytes, bytes_size(bytes->length), bytes_size(length));
        if (resized) {
            resized->hash = 0;
            resized->length = length;
            resized->data[length] = 0;
            return resized;
        }
        raise_memory(vm);
    } else { /* the empty bytes is not for changing */
        resized = bytes_new(vm, length);
    }
    object_drop(vm, &bytes->head);
    return resized;
}

Value bytes_from(VM *vm, const void *data, int64_t length) {
    if (length == 0) return from_object(bytes_new(vm, 0));
    Bytes *bytes = make(vm, length);
    if (bytes) copy_bytes(bytes->data, data, (size_t)length);
    return from_object(bytes);
}

static void dealloc(VM *vm, Object *self) {
    int64_t length = ((Bytes *)self)->length;
    object_free(vm, self, self->type == &bytes_type ? bytes_size(length) : instance_size(self, length + 1));
}

/* --- from other things --- */

int byte_argument_other(VM *vm, Value v) {
    int64_t byte;
    if (!object_to_int64(vm, v, NULL, &byte)) return -1;
    if (byte >= 0 && byte < 256) return (int)byte;
    raise_value(vm, "byte must be in range(0, 256)");
    return -1;
}

bool bytes_like_check(VM *vm, Value v) {
    if (is_bytes_like(v)) return true;
    BufferView buffer; /* what the error is, it knows best */
    if (buffer_acquire(vm, v, BUFFER_SIMPLE, &buffer)) {
        buffer_release(vm, &buffer);
        raise_type(vm, "a bytes-like object is required, not '%T'", v);
    }
    return false;
}

/* Bytes being collected: the object has room beyond `length`. */
typedef struct {
    Bytes *bytes;
    int64_t length;
    const char *range_error;
} Collection;

static bool collect(VM *vm, Value item, void *context) {
    Collection *c = context;
    int byte = byte_argument(vm, item);
    if (byte < 0) {
        if (error_is(vm, &exc_ValueError)) {
            error_clear(vm);
            raise_value(vm, "%s", c->range_error);
        }
        return false;
    }
    if (c->length == c->bytes->length) {
        c->bytes = bytes_resize(vm, c->bytes, c->length + c->length / 2 + 16);
        if (!c->bytes) return false;
    }
    c->bytes->data[c->length++] = (uint8_t)byte;
    return vm_may_go_on(vm);
}

/* Of a list or tuple of small enough ints. ABSENT with nothing raised when it is something else. */
static Value from_ints(VM *vm, Value v) {
    if (!is_exactly(v, &list_type) && !is_exactly(v, &tuple_type)) return ABSENT;
    Row row = row_of(v);
    Bytes *bytes = bytes_new(vm, row.length);
    if (!bytes) return ABSENT;
    bool beyond = false;
    for (int64_t i = 0; i < row.length && !beyond; i++) {
        int64_t byte = int_get(row.items[i]);
        bytes->data[i] = (uint8_t)byte;
        beyond = !is_int(row.items[i]) || (uint64_t)byte > 0xFF;
    }
    if (!beyond) return from_object(bytes);
    object_drop(vm, &bytes->head);
    return ABSENT;
}

Value bytes_from_iterable(VM *vm, Value v, bool hinted, const char *type_error, const char *range_error) {
    if (is_exactly(v, &bytes_type)) return value_ref(v);
    Value simple = from_ints(vm, v);
    if (!is_absent(simple) || error_raised(vm)) return simple;
    if (is_bytes_like(v)) {
        Text t = text_of(v);
        return bytes_from(vm, t.data, text_length(t));
    }
    if (has_buffer(v)) return buffer_to_bytes(vm, v, BUFFER_FULL_RO);
    Value iterator = is_string(v) ? ABSENT : object_iterate(vm, v);
    if (is_absent(iterator)) {
        if (error_raised(vm) && !error_is(vm, &exc_TypeError)) return ABSENT;
        error_clear(vm);
        return raise_type(vm, type_error, v);
    }
    int64_t hint = hinted ? object_length_hint(vm, v, 16) : 16;
    if (hint > 1 << 20) hint = 1 << 20; /* it may be wrong */
    Collection c = {.bytes = hint < 0 ? NULL : bytes_new(vm, hint), .range_error = range_error};
    bool done = c.bytes && iterator_each(vm, iterator, collect, &c);
    value_drop(vm, iterator);
    if (c.bytes && done) return from_object(bytes_resize(vm, c.bytes, c.length));
    if (c.bytes) object_drop(vm, &c.bytes->head);
    return ABSENT;
}

int bytes_count_argument(VM *vm, Value v, int64_t *count) {
    if (!is_int_family(v) && !type_of(v)->number.index) return 0;
    if (!object_to_int64(vm, v, &exc_OverflowError, count)) {
        if (!error_is(vm, &exc_TypeError)) return -1;
        error_clear(vm);
        return 0;
    }
    if (*count >= 0) return 1;
    raise_value(vm, "negative count");
    return -1;
}

/* What x.__bytes__() gives; ABSENT with nothing raised when there is no such method. */
static Value from_special(VM *vm, Value source) {
    if (is_exactly(source, &bytes_type) || is_exactly(source, &str_type)) return ABSENT;
    Value method = object_special(vm, source, NAME_OF(vm, bytes));
    if (is_absent(method)) return ABSENT;
    Value bytes = call_0(vm, method);
    value_drop(vm, method);
    if (is_absent(bytes) || is_bytes(bytes)) return bytes;
    raise_type(vm, "__bytes__ returned non-bytes (type %T)", bytes);
    value_drop(vm, bytes);
    return ABSENT;
}

static Value from_source(VM *vm, Value source, bool to_bytes) {
    if (is_string(source)) return raise_type(vm, "string argument without an encoding");
    int64_t count;
    int is_count = bytes_count_argument(vm, source, &count);
    if (is_count) {
        Bytes *zeros = is_count > 0 ? bytes_new(vm, count) : NULL;
        if (zeros) memset(zeros->data, 0, (size_t)count);
        return from_object(zeros);
    }
    return to_bytes ? bytes_from_iterable(vm, source, true, "cannot convert '%T' object to bytes",
                                          "bytes must be in range(0, 256)")
                    : bytes_from_iterable(vm, source, false, "cannot convert '%T' object to bytearray",
                                          "byte must be in range(0, 256)");
}

static Value convert(VM *vm, Value source) {
    Value bytes = from_special(vm, source);
    return !is_absent(bytes) || error_raised(vm) ? bytes : from_source(vm, source, true);
}

Value bytes_from_arguments(VM *vm, const char *type_name, Value *args, int nargs, Value names) {
    Value row[3];
    bool to_bytes = strcmp(type_name, "bytes") == 0;
    if (!arguments_bind(vm, type_name, "source=b'', encoding='utf-8', errors='strict'", args, nargs, names,
                        row))
        return ABSENT;
    Value source = row[0], encoding = row[1], errors = row[2];
    if (!codec_check_argument(vm, type_name, "encoding", encoding) ||
        !codec_check_argument(vm, type_name, "errors", errors))
        return ABSENT;
    bool text = !is_absent(source) && is_string(source);
    if (!text && !is_absent(encoding)) return raise_type(vm, "encoding without a string argument");
    if (!text && !is_absent(errors)) return raise_type(vm, "errors without a string argument");
    if (is_absent(source)) return value_ref(vm->empty_bytes);
    if (!is_absent(encoding)) return codec_encode_by(vm, type_name, source, encoding, errors);
    return to_bytes ? convert(vm, source) : from_source(vm, source, false);
}

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value bytes = bytes_from_arguments(vm, "bytes", args, nargs, names);
    if (is_absent(bytes) || type == &bytes_type) return bytes;
    int64_t length = as_bytes(bytes)->length;
    Bytes *self = (Bytes *)instance_new(vm, type, length + 1);
    if (self) {
        self->length = length;
        memcpy(self->data, as_bytes(bytes)->data, (size_t)length + 1);
        object_track(&self->head);
    }
    value_drop(vm, bytes);
    return from_object(self);
}

/* --- slots --- */

static bool get_buffer(VM *vm, Value self, BufferView *buffer, unsigned flags) {
    return buffer_fill(vm, buffer, self, as_bytes(self)->data, as_bytes(self)->length, true, flags);
}

static Value repr(VM *vm, Value self) {
    return bytes_quote(vm, "b", as_bytes(self)->data, as_bytes(self)->length, "", false);
}

static bool hash(VM *vm, Value self, int64_t *result) {
    Bytes *b = as_bytes(self);
    if (!b->hash && b->length) b->hash = hash_bytes(vm, b->data, (size_t)b->length);
    *result = b->hash;
    return true;
}

static int64_t length(VM *vm, Value self) { return as_bytes(self)->length; }

static Value get_item(VM *vm, Value self, Value key) {
    int64_t i, length = as_bytes(self)->length;
    int kind = row_subscript(vm, key, "byte", &i);
    if (kind < 0) return ABSENT;
    if (kind == 0) return bytes_get_slice(vm, self, key);
    if (i < 0) i += length;
    if ((uint64_t)i >= (uint64_t)length) return raise_index(vm, "index out of range");
    return int_small(as_bytes(self)->data[i]);
}

static Value modulo(VM *vm, Value left, Value right) {
    return is_bytes(left) ? format_percent_bytes(vm, left, right) : NOT_IMPLEMENTED;
}

/* --- iterator --- */

static Value iterate(VM *vm, Value self) { return sequence_iterator_make(vm, &bytes_iterator_type, self, 0); }

static Value next_byte(VM *vm, Value self) {
    SequenceIterator *it = (SequenceIterator *)as_object(self);
    if (is_absent(it->sequence)) return ABSENT;
    const Bytes *plain = as_bytes(it->sequence);
    if (plain->head.type == &bytes_type && it->index < plain->length)
        return int_small(plain->data[it->index++]);
    Text t = text_of(it->sequence);
    if (it->index < text_length(t)) return int_small(t.data[it->index++]);
    value_clear(vm, &it->sequence);
    return ABSENT;
}

Type bytes_iterator_type = {
    TYPE_HEAD(bytes_iterator_type, "bytes_iterator", .traverse = sequence_iterator_traverse,
              .dealloc = sequence_iterator_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(SequenceIterator),
    .base = &object_type,
    .methods = sequence_iterator_methods,
    .iterate = iterator_itself,
    .next = next_byte,
};

Type bytearray_iterator_type = {
    TYPE_HEAD(bytearray_iterator_type, "bytearray_iterator", .traverse = sequence_iterator_traverse,
              .dealloc = sequence_iterator_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(SequenceIterator),
    .base = &object_type,
    .methods = sequence_iterator_methods,
    .iterate = iterator_itself,
    .next = next_byte,
};

Type bytes_type = {
    TYPE_HEAD(bytes_type, "bytes", .dealloc = dealloc),
    .flags = TYPE_BASE | TYPE_BYTES,
    .basic_size = sizeof(Bytes), /* and the zero byte, which is counted as an item */
    .item_size = 1,
    .base = &object_type,
    .doc = "bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\n"
           "bytes(bytes_or_buffer) -> copy\nbytes(int) -> that many zero bytes\nbytes() -> no bytes\n\n"
           "An immutable sequence of bytes.",
    .new = new,
    .convert = convert,
    .repr = repr,
    .str = bytes_str,
    .hash = hash,
    .compare = bytes_compare,
    .iterate = iterate,
    .get_buffer = get_buffer,
    .number = {.binary = {[BINARY_MODULO] = modulo}},
    .container = {.length = length,
                  .get_item = get_item,
                  .contains = bytes_contains,
                  .concat = bytes_concat,
                  .repeat = bytes_repeat},
    .methods = bytes_methods,
};
