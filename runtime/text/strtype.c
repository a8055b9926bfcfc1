/* The type str: slots, constructor, iterator. Its methods are in strmethods.c. */
#include "runtime/text/strtype.h"

#include "runtime/arguments.h"
#include "runtime/classes/class.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/iterators.h"
#include "runtime/containers/slice.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/codec.h"
#include "runtime/text/format.h"
#include "runtime/text/str.h"
#include "runtime/text/strsearch.h"

/* --- slots --- */

static Value exact(VM *vm, Value self) {
    return is_exactly(self, &str_type) ? value_ref(self)
                                       : string_slice(vm, self, 0, string_length(as_string(self)));
}

static bool hash(VM *vm, Value self, int64_t *result) {
    *result = string_hash(vm, self);
    return true;
}

static Value compare(VM *vm, Value a, Value b, CompareOp op) {
    if (!is_string(b)) return NOT_IMPLEMENTED;
    if (op == COMPARE_EQ || op == COMPARE_NE) return bool_from(string_equal(a, b) == (op == COMPARE_EQ));
    return compare_order(string_order(a, b), op);
}

static int64_t length(VM *vm, Value self) { return string_length(as_string(self)); }

static int contains(VM *vm, Value self, Value item) {
    if (!is_string(item)) {
        raise_type(vm, "'in <string>' requires string as left operand, not %T", item);
        return -1;
    }
    return text_find(text_of(self), text_of(item)) >= 0;
}

static Value concat(VM *vm, Value self, Value other) {
    if (!is_string(other)) return raise_type(vm, "can only concatenate str (not \"%T\") to str", other);
    return string_concat(vm, self, other);
}

static Value repeat(VM *vm, Value self, Value factor) {
    int64_t count;
    if (!object_to_int64(vm, factor, &exc_OverflowError, &count)) return ABSENT;
    const String *s = as_string(self);
    int64_t size = (int64_t)s->length;
    if (count <= 0 || size == 0) return value_ref(vm->empty_string);
    if (count == 1) return exact(vm, self);
    if (size > INT64_MAX / count) return raise_overflow(vm, "repeated string is too long");
    String *all = string_new(vm, size * count, string_limit(s));
    if (!all) return ABSENT;
    size_t unit = (size_t)size << s->width_log, whole = unit * (size_t)count;
    if (unit == 1) {
        memset(all->data, s->data[0], whole);
        return from_object(all);
    }
    memcpy(all->data, s->data, unit);
    for (size_t done = unit, part; done < whole; done += part) { /* double what is there */
        part = done < whole - done ? done : whole - done;
        memcpy(all->data + done, all->data, part);
    }
    return from_object(all);
}

static Value get_slice(VM *vm, Value self, Value slice) {
    int64_t start, stop, step, count;
    if (!slice_indices(vm, slice, string_length(as_string(self)), &start, &stop, &step, &count))
        return ABSENT;
    if (count == 0) return value_ref(vm->empty_string);
    if (step == 1) return string_slice(vm, self, start, start + count);
    const String *s = as_string(self);
    if (count == 1) return string_from_char(vm, string_at(s, start));
    String *part = string_new(vm, count, string_limit(s));
    if (!part) return ABSENT;
    const uint8_t *first = s->data + ((size_t)start << s->width_log);
    units_pick(part->data, first, s->width_log, step, count);
    return s->ascii ? from_object(part) : string_narrowed(vm, from_object(part));
}

static Value get_item(VM *vm, Value self, Value key) {
    if (is_slice(key)) return get_slice(vm, self, key);
    if (!is_int_family(key) && !type_of(key)->number.index) {
        return raise_type(vm, "string indices must be integers, not '%T'", key);
    }
    int64_t i, count = string_length(as_string(self));
    if (!object_to_int64(vm, key, &exc_IndexError, &i)) return ABSENT;
    if (i < 0) i += count;
    if (i < 0 || i >= count) return raise_index(vm, "string index out of range");
    return string_from_char(vm, string_at(as_string(self), i));
}

static Value modulo(VM *vm, Value left, Value right) {
    return is_string(left) ? format_percent(vm, left, right) : NOT_IMPLEMENTED;
}

/* --- str(object), str(bytes, encoding, errors) --- */

static Value make_subclass(VM *vm, Type *type, STEALS Value text) {
    const String *s = as_string(text);
    size_t size = ((size_t)s->length + 1) << s->width_log;
    String *self = (String *)instance_new(vm, type, (int64_t)size);
    if (self) {
        self->hash = s->hash;
        self->length = s->length;
        self->width_log = s->width_log;
        self->ascii = s->ascii;
        self->interned = 0;
        memcpy(self->data, s->data, size);
        object_track(&self->head);
    }
    value_drop(vm, text);
    return from_object(self);
}

/* Of a codec or its error handler: other than elsewhere, None is no special wrong type. */
static bool check_name(VM *vm, const char *parameter, Value v) {
    if (is_absent(v) || is_string(v)) return codec_check_argument(vm, "str", parameter, v);
    Value type = type_full_name(vm, type_of(v));
    if (is_absent(type)) return false;
    raise_type(vm, "str() argument '%s' must be str, not %S", parameter, type);
    value_drop(vm, type);
    return false;
}

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[3], text;
    if (nargs > 3 && type == &str_type && !arguments_count(vm, "str", nargs, 0, 3)) return ABSENT;
    if (!arguments_bind(vm, "str", "object='', encoding='utf-8', errors='strict'", args, nargs, names, row))
        return ABSENT;
    if (!check_name(vm, "encoding", row[1]) || !check_name(vm, "errors", row[2])) return ABSENT;
    if (is_absent(row[1]) && is_absent(row[2])) {
        text = is_absent(row[0]) ? value_ref(vm->empty_string) : object_str(vm, row[0]);
    } else if (is_absent(row[0])) {
        text = value_ref(vm->empty_string);
    } else {
        if (is_string(row[0])) return raise_type(vm, "decoding str is not supported");
        text = codec_decode_by(vm, "str", row[0], row[1], row[2]);
    }
    if (is_absent(text) || type == &str_type) return text;
    return make_subclass(vm, type, text);
}

/* --- iterator --- */

static Value iterate(VM *vm, Value self) {
    bool ascii = as_string(self)->ascii && is_exactly(self, &str_type);
    Type *type = ascii ? &string_ascii_iterator_type : &string_iterator_type;
    return sequence_iterator_make(vm, type, self, 0);
}

static Value iterator_next_character(VM *vm, Value self) {
    SequenceIterator *it = (SequenceIterator *)as_object(self);
    if (is_absent(it->sequence)) return ABSENT;
    const String *s = as_string(it->sequence);
    if (it->index < string_length(s)) return string_from_char(vm, string_at(s, it->index++));
    value_clear(vm, &it->sequence);
    return ABSENT;
}

#define STRING_ITERATOR(type, name) \
    Type type = { \
        TYPE_HEAD(type, name, .traverse = sequence_iterator_traverse, .dealloc = sequence_iterator_dealloc), \
        .flags = TYPE_NO_NEW, \
        .basic_size = sizeof(SequenceIterator), \
        .base = &object_type, \
        .methods = sequence_iterator_methods, \
        .iterate = iterator_itself, \
        .next = iterator_next_character, \
    }

STRING_ITERATOR(string_ascii_iterator_type, "str_ascii_iterator");
STRING_ITERATOR(string_iterator_type, "str_iterator");

Type str_type = {
    TYPE_HEAD(str_type, "str", .dealloc = string_dealloc),
    .flags = TYPE_BASE | TYPE_STR,
    .basic_size = sizeof(String),
    .item_size = 1,
    .base = &object_type,
    .doc = "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\n"
           "A text: an immutable sequence of Unicode code points.",
    .new = new,
    .convert = object_str,
    .repr = string_repr,
    .str = exact,
    .hash = hash,
    .compare = compare,
    .iterate = iterate,
    .number = {.binary = {[BINARY_MODULO] = modulo}},
    .container =
        {.length = length, .get_item = get_item, .contains = contains, .concat = concat, .repeat = repeat},
    .methods = string_methods,
};
