#include "runtime/bytes/bytesmethods.h"

#include "base/copy.h"
#include "runtime/containers/slice.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/warn.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/codec.h"
#include "runtime/text/hexdigits.h"
#include "runtime/text/strsearch.h"
#include "runtime/text/textmethods.h"

/* A method of both types. */
#define SHARED_METHOD(name) Value bytes_method_##name(NATIVE_PARAMETERS)

/* --- slots --- */

static int order_of(Text a, Text b) {
    int64_t common = text_length(a) < text_length(b) ? text_length(a) : text_length(b);
    int order = common ? memcmp(a.data, b.data, (size_t)common) : 0; /* an empty bytearray may have no data */
    return order ? order : text_length(a) < text_length(b) ? -1 : text_length(a) > text_length(b);
}

/* -b: bytes are equal to no text, and to no number. */
static bool warn_of_comparison(VM *vm, Value self, Value other) {
    const char *name = is_bytearray(self) ? "bytearray" : "bytes";
    if (is_string(other)) return warn(vm, &exc_BytesWarning, 1, "Comparison between %s and string", name);
    return is_bytearray(self) || !is_int_family(other) ||
           warn(vm, &exc_BytesWarning, 1, "Comparison between %s and int", name);
}

Value bytes_str(VM *vm, Value self) {
    const Type *type = is_bytearray(self) ? &bytearray_type : &bytes_type;
    bool silent = !vm->bytes_warning || warn(vm, &exc_BytesWarning, 1, "str() on a %N instance", type);
    return silent ? type->repr(vm, self) : ABSENT;
}

Value bytes_compare(VM *vm, Value self, Value other, CompareOp op) {
    if (is_exactly(self, &bytes_type) && is_exactly(other, &bytes_type)) { /* the commonest */
        const Bytes *x = as_bytes(self), *y = as_bytes(other);
        if (op == COMPARE_EQ)
            return bool_from(x->length == y->length && equal_bytes(x->data, y->data, (size_t)x->length));
        return compare_order(order_of(text_make(x->data, x->length, 0), text_make(y->data, y->length, 0)),
                             op);
    }
    if (!is_bytes_like(self) || !is_bytes_like(other)) {
        bool warned = vm->bytes_warning && (op == COMPARE_EQ || op == COMPARE_NE);
        return warned && !warn_of_comparison(vm, self, other) ? ABSENT : NOT_IMPLEMENTED;
    }
    if (!is_bytearray(self) && !is_bytes(other)) return NOT_IMPLEMENTED; /* the other one is asked */
    Text a = text_of(self), b = text_of(other);
    if (text_length(a) != text_length(b) && (op == COMPARE_EQ || op == COMPARE_NE))
        return bool_from(op == COMPARE_NE);
    return compare_order(order_of(a, b), op);
}

int bytes_contains(VM *vm, Value self, Value item) {
    if (is_int(item) && (uint64_t)int_get(item) < 256)
        return text_find_unit(text_of(self), (uint32_t)int_get(item)) >= 0;
    if (is_bytes_like(item)) return text_find(text_of(self), text_of(item)) >= 0;
    if (!is_int_family(item) && !type_of(item)->number.index) {
        bytes_like_check(vm, item);
        return -1;
    }
    int byte = byte_argument(vm, item);
    return byte < 0 ? -1 : text_find_unit(text_of(self), (uint32_t)byte) >= 0;
}

/* Two exact bytes, neither of them empty. */
static Value concat_exact(VM *vm, const Bytes *a, const Bytes *b) {
    if (a->length > INT64_MAX - b->length) return raise_memory(vm);
    Bytes *both = bytes_new(vm, a->length + b->length);
    if (!both) return ABSENT;
    copy_bytes(both->data, a->data, (size_t)a->length);
    copy_bytes(both->data + a->length, b->data, (size_t)b->length);
    return from_object(both);
}

Value bytes_concat(VM *vm, Value self, Value other) {
    if (is_exactly(self, &bytes_type) && is_exactly(other, &bytes_type) && as_bytes(self)->length &&
        as_bytes(other)->length)
        return concat_exact(vm, as_bytes(self), as_bytes(other));
    if (!is_bytes_like(other)) return raise_type(vm, "can't concat %T to %T", other, self);
    Text a = text_of(self), b = text_of(other);
    if (text_length(b) == 0 && is_exactly(self, &bytes_type)) return value_ref(self);
    if (text_length(a) == 0 && is_bytes(self) && is_exactly(other, &bytes_type)) return value_ref(other);
    TextWriter w;
    if (text_length(a) > INT64_MAX - text_length(b)) return raise_memory(vm);
    if (!writer_new(vm, &w, self, text_length(a) + text_length(b), 0xFF)) return ABSENT;
    writer_put(&w, text_of(self));
    writer_put(&w, b);
    return w.value;
}

Value bytes_repeat(VM *vm, Value self, Value factor) {
    int64_t count, size;
    if (!object_to_int64(vm, factor, &exc_OverflowError, &count)) return ABSENT;
    Text t = text_of(self);
    if (count < 0) count = 0;
    if (count == 1 && is_exactly(self, &bytes_type)) return value_ref(self);
    if (__builtin_mul_overflow(text_length(t), count, &size)) {
        return is_bytes(self) ? raise_overflow(vm, "repeated bytes are too long") : raise_memory(vm);
    }
    TextWriter w;
    if (size == INT64_MAX) return raise_memory(vm);
    if (!writer_new(vm, &w, self, size, 0xFF)) return ABSENT;
    if (size) writer_put(&w, t);
    while (w.at < size) { /* double what is there */
        Text done = text_make(w.data, w.at < size - w.at ? w.at : size - w.at, 0);
        writer_put(&w, done);
    }
    return w.value;
}

Value bytes_get_slice(VM *vm, Value self, Value slice) {
    int64_t start, stop, step;
    if (!slice_unpack(vm, slice, &start, &stop, &step)) return ABSENT;
    Text t = text_of(self);
    int64_t count = slice_adjust(text_length(t), &start, &stop, step);
    if (step == 1) return text_slice(vm, self, start, start + count);
    TextWriter w;
    if (!writer_new(vm, &w, self, count, 0xFF)) return ABSENT;
    units_pick(w.data, t.data + start, 0, step, count);
    return w.value;
}

/* --- decode, hex --- */

SHARED_METHOD(decode) { return codec_decode_by(vm, "decode", args[0], args[1], args[2]); }

/* What most texts consist of altogether: digits without anything between them, or pairs of them with a blank between
 * two. How many there are from t.data[*i] on. */
static int64_t read_plain_hex(Text t, int64_t *i, uint8_t *to) {
    uint8_t *next = to;
    int64_t at = *i;
    for (; at + 8 <= text_length(t) && hex_read_eight(next, t.data + at); at += 8)
        next += 4;
    for (; at + 3 <= text_length(t) && t.data[at + 2] == ' '; at += 3) {
        int high = hex_digit(t.data[at]), low = hex_digit(t.data[at + 1]);
        if ((high | low) < 0) break;
        *next++ = (uint8_t)(high << 4 | low);
    }
    *i = at;
    return next - to;
}

/* Two hexadecimal digits a byte; the number of bytes, or -1 RAISES. */
static int64_t read_hex(VM *vm, Text t, uint8_t *to) {
    int64_t count = 0;
    for (int64_t i = 0; i < text_length(t); i++) {
        if (text_log(t) == 0) count += read_plain_hex(t, &i, to + count);
        if (i == text_length(t)) break;
        uint32_t c = text_at(t, i);
        if (text_is_blank(c, true)) continue;
        int high = c < 0x80 ? hex_digit((uint8_t)c) : -1, low = -1;
        if (high >= 0 && ++i < text_length(t) && text_at(t, i) < 0x80)
            low = hex_digit((uint8_t)text_at(t, i));
        if (low < 0) {
            raise_value(vm, "non-hexadecimal number found in fromhex() arg at position %lld", (long long)i);
            return -1;
        }
        to[count++] = (uint8_t)(high << 4 | low);
    }
    return count;
}

SHARED_METHOD(fromhex) {
    if (is_none(args[1])) return raise_type(vm, "fromhex() argument must be str, not None");
    if (!is_string(args[1])) return raise_type(vm, "fromhex() argument must be str, not %Q", args[1]);
    Bytes *bytes = bytes_new(vm, string_length(as_string(args[1])) / 2 + 1);
    if (!bytes) return ABSENT;
    int64_t count = read_hex(vm, text_of(args[1]), bytes->data);
    if (count < 0) {
        object_drop(vm, &bytes->head);
        return ABSENT;
    }
    Value result = from_object(bytes_resize(vm, bytes, count));
    if (is_absent(result) || value_same(args[0], from_object(&bytes_type))) return result;
    Value made = call_1(vm, args[0], result);
    value_drop(vm, result);
    return made;
}

/* The separator of hex(), or -1 RAISES. */
static int hex_separator(VM *vm, Value v) {
    int64_t length = object_length(vm, v);
    if (length < 0) return -1;
    bool right = is_string(v) || is_bytes(v);
    if (length != 1) {
        raise_value(vm, "sep must be length 1.");
    } else if (!right) {
        raise_type(vm, "sep must be str or bytes.");
    } else if (text_at(text_of(v), 0) >= 0x80) {
        raise_value(vm, "sep must be ASCII.");
    } else {
        return (int)text_at(text_of(v), 0);
    }
    return -1;
}

/* The digits of groups of bytes, the first of which has `first` bytes, with a separator between two. */
static void write_groups(uint8_t *to, Text t, int64_t group, int64_t first, uint8_t separator) {
    enum { SOME = 64 };
    uint8_t digits[2 * SOME];
    int64_t left = first + 1; /* this many bytes more, before and with the next separator */
    for (int64_t at = 0; at < text_length(t); at += SOME) {
        int64_t count = text_length(t) - at < SOME ? text_length(t) - at : SOME;
        hex_write(digits, t.data + at, count);
        for (const uint8_t *from = digits, *end = digits + 2 * count; from < end; from += 2) {
            if (--left == 0) {
                *to++ = separator;
                left = group;
            }
            memcpy(to, from, 2);
            to += 2;
        }
    }
}

SHARED_METHOD(hex) {
    int given = 1;
    if (!is_absent(args[2]) && !object_to_c_int(vm, args[2], &given)) return ABSENT;
    int separator = is_absent(args[1]) ? 0 : hex_separator(vm, args[1]);
    if (separator < 0) return ABSENT;
    Text t = text_of(args[0]);
    bool from_left = given < 0;
    int64_t group = from_left ? -(int64_t)given : given;
    if (is_absent(args[1]) || group == 0 || text_length(t) == 0) group = INT64_MAX;
    int64_t separators = group == INT64_MAX ? 0 : (text_length(t) - 1) / group;
    if (text_length(t) > (INT64_MAX - separators) / 2) return raise_memory(vm);
    String *s = text_length(t) ? string_new(vm, text_length(t) * 2 + separators, 0)
                               : as_string(value_ref(vm->empty_string));
    if (!s) return ABSENT;
    uint8_t *to = s->data;
    if (!separators) hex_write(to, t.data, text_length(t));
    if (separators)
        write_groups(to, t, group, from_left ? group : (text_length(t) - 1) % group + 1, (uint8_t)separator);
    return from_object(s);
}

/* --- translate --- */

SHARED_METHOD(maketrans) {
    if (!bytes_like_check(vm, args[0]) || !bytes_like_check(vm, args[1])) return ABSENT;
    Text from = text_of(args[0]), to = text_of(args[1]);
    if (text_length(from) != text_length(to))
        return raise_value(vm, "maketrans arguments must have same length");
    Bytes *table = bytes_new(vm, 256);
    if (!table) return ABSENT;
    for (int i = 0; i < 256; i++)
        table->data[i] = (uint8_t)i;
    for (int64_t i = 0; i < text_length(from); i++)
        table->data[from.data[i]] = to.data[i];
    return from_object(table);
}

static Value translate_all(VM *vm, Value self, const uint8_t *table) {
    TextWriter w;
    Text t = text_of(self);
    if (!writer_new(vm, &w, self, text_length(t), 0xFF)) return ABSENT;
    uint8_t *to = w.data;
    for (const uint8_t *from = t.data, *end = from + text_length(t); from < end;)
        *to++ = table[*from++];
    return w.value;
}

/* What is not deleted. */
static Value translate_some(VM *vm, Value self, const uint8_t *table, const bool *deleted) {
    TextWriter w;
    Text t = text_of(self);
    const uint8_t *end = t.data + text_length(t);
    int64_t kept = 0;
    for (const uint8_t *from = t.data; from < end;)
        kept += !deleted[*from++];
    if (!writer_new(vm, &w, self, kept, 0xFF)) return ABSENT;
    uint8_t *to = w.data;
    for (const uint8_t *from = t.data; from < end; from++) {
        if (!deleted[*from]) *to++ = table[*from];
    }
    return w.value;
}

SHARED_METHOD(translate) {
    bool deleted[256];
    uint8_t same[256];
    const uint8_t *table = same;
    if (!is_none(args[1])) {
        if (!bytes_like_check(vm, args[1])) return ABSENT;
        if (text_length(text_of(args[1])) != 256)
            return raise_value(vm, "translation table must be 256 characters long");
        table = text_of(args[1]).data;
    } else {
        for (int i = 0; i < 256; i++)
            same[i] = (uint8_t)i;
    }
    if (is_absent(args[2])) return translate_all(vm, args[0], table);
    if (!bytes_like_check(vm, args[2])) return ABSENT;
    Text unwanted = text_of(args[2]);
    memset(deleted, 0, sizeof deleted);
    for (int64_t i = 0; i < text_length(unwanted); i++)
        deleted[unwanted.data[i]] = true;
    return translate_some(vm, args[0], table, deleted);
}

METHOD(getnewargs) {
    Value exact = bytes_from(vm, as_bytes(args[0])->data, as_bytes(args[0])->length);
    return tuple_from_made(vm, &exact, 1);
}

METHOD(bytes) { return text_slice(vm, args[0], 0, as_bytes(args[0])->length); }

const NativeDef bytes_methods[] = {
    TEXT_METHODS("old, new, count=-1, /"),
    BYTES_METHODS,
    {"__bytes__", method_bytes, "", "Convert this value to exact type bytes."},
    {"__getnewargs__", method_getnewargs, "", "The arguments of __new__ that make an equal value."},
    {0},
};
