/* The module _codecs: what lib/codecs must know of the encodings that are made in C. */
#include "runtime/containers/dict.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/text/builder.h"
#include "runtime/text/codec.h"
#include "runtime/text/str.h"
#include "runtime/text/text.h"

/* A str argument as C text that *keeper holds; NULL RAISES. */
static const char *name_argument(VM *vm, Value v, Value *keeper) {
    size_t length;
    if (!is_string(v)) return raise_type(vm, "encoding must be str, not %T", v), NULL;
    return string_utf8(vm, v, &length, keeper);
}

NATIVE(function_canonical) {
    Value keeper = ABSENT;
    const char *name = name_argument(vm, args[0], &keeper);
    if (!name) return ABSENT;
    const char *canonical = codec_canonical(name);
    value_xdrop(vm, keeper);
    return canonical ? string_from_c(vm, canonical) : NONE;
}

NATIVE(function_incomplete_tail) {
    Value keeper = ABSENT;
    if (!is_bytes_like(args[1])) return raise_type(vm, "a bytes-like object is required, not '%T'", args[1]);
    const char *name = name_argument(vm, args[0], &keeper);
    if (!name) return ABSENT;
    Text t = text_of(args[1]);
    size_t tail = codec_incomplete_tail(name, t.data, (size_t)text_length(t));
    value_xdrop(vm, keeper);
    return int_small((int64_t)tail);
}

/* (converted, where it stopped); `converted` is given away, and may be ABSENT. */
static Value part_of(VM *vm, STEALS Value converted, int64_t stop) {
    return tuple_from_made(vm, (Value[]){converted, int_small(stop)}, 2);
}

enum { NO_CHARACTER = 0xFFFE }; /* stands in a table where a byte means nothing */

NATIVE(function_decode_table) {
    if (!is_bytes(args[0])) return raise_type(vm, "data must be bytes, not %T", args[0]);
    if (!is_string(args[1])) return raise_type(vm, "table must be str, not %T", args[1]);
    const Bytes *data = as_bytes(args[0]);
    const String *table = as_string(args[1]);
    int64_t at = 0, known = string_length(table);
    if (!text_size_argument(vm, args[2], &at)) return ABSENT;
    Builder out;
    builder_init(&out, vm);
    for (at = at < 0 ? 0 : at; at < data->length && data->data[at] < known; at++) {
        uint32_t c = string_at(table, data->data[at]);
        if (c == NO_CHARACTER) break;
        builder_char(&out, c);
    }
    return part_of(vm, builder_finish(&out), at);
}

NATIVE(function_encode_table) {
    if (!is_string(args[0])) return raise_type(vm, "text must be str, not %T", args[0]);
    if (!is_exactly(args[1], &dict_type)) return raise_type(vm, "mapping must be dict, not %T", args[1]);
    const String *text = as_string(args[0]);
    int64_t at = 0, length = string_length(text);
    if (!text_size_argument(vm, args[2], &at)) return ABSENT;
    Builder out;
    builder_init(&out, vm);
    for (at = at < 0 ? 0 : at; at < length; at++) {
        Value byte = dict_get_simple(vm, args[1], int_small(string_at(text, at)));
        bool usable = !is_absent(byte) && is_int(byte) && int_get(byte) >= 0 && int_get(byte) < 256;
        if (usable) builder_char(&out, (uint32_t)int_get(byte));
        value_xdrop(vm, byte);
        if (!usable) break;
    }
    return part_of(vm, builder_finish_bytes(&out), at);
}

static const NativeDef functions[] = {
    {"canonical", function_canonical, "name, /", "The first name of a native encoding, or None."},
    {"incomplete_tail", function_incomplete_tail, "name, data, /",
     "How many bytes at the end begin a character that is not complete."},
    {"decode_table", function_decode_table, "data, table, start=0, /",
     "(text, stop): the bytes from `start` on by a str of characters, up to one that it has none for."},
    {"encode_table", function_encode_table, "text, mapping, start=0, /",
     "(bytes, stop): the characters from `start` on by a dict {code point: byte}, up to one that it has "
     "not."},
    {0},
};

Value module__codecs_new(VM *vm) {
    return module_make(
        vm, &(ModuleDef){.name = "_codecs", .doc = "The native encodings.", .functions = functions});
}
