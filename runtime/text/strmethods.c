/* The methods of str that bytes do not have, and str's table. The others are in text*.c. */
#include "runtime/containers/dict.h"
#include "runtime/containers/tuple.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/codec.h"
#include "runtime/text/format.h"
#include "runtime/text/strtype.h"
#include "runtime/text/textmethods.h"

METHOD(encode) { return codec_encode_by(vm, "encode", args[0], args[1], args[2]); }

/* --- formatting --- */

METHOD(format) { return format_call(vm, args[0], args + 1, nargs - 1, names); }

METHOD(format_map) { return format_mapped(vm, args[0], args[1]); }

METHOD(dunder_format) {
    if (!format_check_spec(vm, args[1])) return ABSENT;
    return format_string(vm, args[0], args[1]);
}

/* --- maketrans, translate --- */

/* Map each key of a dict, an integer or a character, to its value in another. */
static bool add_translation(VM *vm, Value table, Value key, Value value) {
    if (is_string(key)) {
        if (string_length(as_string(key)) != 1) {
            raise_value(vm, "string keys in translate table must be of length 1");
            return false;
        }
        return dict_set(vm, table, int_small(string_at(as_string(key), 0)), value);
    }
    if (is_int_family(key)) return dict_set(vm, table, key, value);
    raise_type(vm, "keys in translate table must be strings or integers");
    return false;
}

static bool translations_from_dict(VM *vm, Value table, Value dict) {
    int64_t position = 0;
    Value key, value;
    while (dict_next(dict, &position, &key, &value)) {
        value_ref(key);
        value_ref(value);
        bool added = add_translation(vm, table, key, value);
        value_drop(vm, key);
        value_drop(vm, value);
        if (!added) return false;
    }
    return true;
}

static bool translations_from_texts(VM *vm, Value table, Value from, Value to, Value deleted) {
    const String *x = as_string(from), *y = as_string(to);
    if (x->length != y->length) {
        raise_value(vm, "the first two maketrans arguments must have equal length");
        return false;
    }
    for (int64_t i = 0; i < string_length(x); i++) {
        if (!dict_set(vm, table, int_small(string_at(x, i)), int_small(string_at(y, i)))) return false;
    }
    if (is_absent(deleted)) return true;
    for (int64_t i = 0; i < string_length(as_string(deleted)); i++) {
        if (!dict_set(vm, table, int_small(string_at(as_string(deleted), i)), NONE)) return false;
    }
    return true;
}

static bool check_maketrans(VM *vm, const Value *args) {
    for (int i = 1; i <= 2; i++) {
        if (is_absent(args[i]) || is_string(args[i])) continue;
        if (is_none(args[i]))
            return raise_type(vm, "maketrans() argument %d must be str, not None", i + 1), false;
        raise_type(vm, "maketrans() argument %d must be str, not %Q", i + 1, args[i]);
        return false;
    }
    if (is_absent(args[1]) ? is_exactly(args[0], &dict_type) : is_string(args[0])) return true;
    raise_type(vm, "%s",
               is_absent(args[1])
                   ? "if you give only one argument to maketrans it must be a dict"
                   : "first maketrans argument must be a string if there is a second argument");
    return false;
}

METHOD(maketrans) {
    if (!check_maketrans(vm, args)) return ABSENT;
    Value table = dict_new(vm);
    if (is_absent(table)) return ABSENT;
    bool done = is_absent(args[1]) ? translations_from_dict(vm, table, args[0])
                                   : translations_from_texts(vm, table, args[0], args[1], args[2]);
    if (done) return table;
    value_drop(vm, table);
    return ABSENT;
}

/* Append what a table says of a character: nothing for None, a character for its number, a text. */
static bool append_translation(Builder *b, Value to) {
    VM *vm = b->vm;
    int64_t number;
    if (is_none(to)) return true;
    if (is_string(to)) {
        builder_string(b, to);
        return !b->failed;
    }
    if (!is_int_family(to)) {
        raise_type(vm, "character mapping must return integer, None or str");
        return false;
    }
    if (!int_to_int64(to, &number) || number < 0 || number > 0x10FFFF) {
        raise_value(vm, "character mapping must be in range(0x110000)");
        return false;
    }
    builder_char(b, (uint32_t)number);
    return !b->failed;
}

/* table[c], or ABSENT with nothing raised if it has none. NEW, RAISES. */
static Value look_up(VM *vm, Value table, uint32_t c) {
    if (is_exactly(table, &dict_type)) return value_xref(dict_get(vm, table, int_small(c)));
    Value to = object_get_item(vm, table, int_small(c));
    if (is_absent(to) && error_is(vm, &exc_LookupError)) error_clear(vm);
    return to;
}

static bool translate_one(Builder *b, Value table, uint32_t c) {
    Value to = look_up(b->vm, table, c);
    if (is_absent(to)) {
        if (error_raised(b->vm)) return false;
        builder_char(b, c);
        return !b->failed;
    }
    bool done = append_translation(b, to);
    value_drop(b->vm, to);
    return done;
}

/* What a dict says of ASCII characters is asked once: the ASCII character that each becomes, or that it is deleted. */
enum { TRANSLATION_UNKNOWN = 0, TRANSLATION_DELETED = 0x80 };

static void learn(uint8_t *known, const Builder *b, int64_t before) {
    if (b->length == before) *known = TRANSLATION_DELETED;
    if (b->length == before + 1 && b->width_log == 0 && b->data[before] < 0x80) *known = b->data[before];
}

/* From i on, up to a character that is not known: there is room for all of them. Where that is. */
static int64_t translate_known(Builder *b, const String *s, int64_t i, const uint8_t *known) {
    uint8_t *to = b->data + b->length;
    for (; i < string_length(s); i++) {
        uint8_t c = known[s->data[i]];
        if (c == TRANSLATION_UNKNOWN) break;
        *to = c;
        to += c != TRANSLATION_DELETED;
    }
    b->length = to - b->data;
    return i;
}

METHOD(translate) {

    const String *s = as_string(args[0]);
    uint8_t known[128] = {TRANSLATION_UNKNOWN};
    bool plain = is_exactly(args[1], &dict_type);
    Builder b;
    builder_init(&b, vm);
    if (s->ascii) builder_reserve(&b, string_length(s));
    for (int64_t i = 0; i < string_length(s); i++) {
        if (s->ascii && b.width_log == 0 && b.capacity - b.length >= string_length(s) - i) {
            i = translate_known(&b, s, i, known);
            if (i == string_length(s)) break;
        }
        uint32_t c = string_at(s, i);
        if (c < 0x80 && known[c]) {
            if (known[c] != TRANSLATION_DELETED) builder_char(&b, known[c]);
            continue;
        }
        int64_t before = b.length;
        if (!translate_one(&b, args[1], c)) {
            builder_fini(&b);
            return ABSENT;
        }
        if (plain && c < 0x80) learn(&known[c], &b, before);
    }
    return builder_finish(&b);
}

METHOD(getnewargs) {
    Value exact = string_slice(vm, args[0], 0, string_length(as_string(args[0])));
    return tuple_from_made(vm, &exact, 1);
}

METHOD(sizeof) {
    const String *s = as_string(args[0]);
    return int_small((int64_t)sizeof *s + ((string_length(s) + 1) << s->width_log));
}

const NativeDef string_methods[] = {
    TEXT_METHODS("old, new, /, count=-1"),
    {"casefold", text_method_casefold, "", "A copy suitable for caseless comparisons."},
    {"encode", method_encode, "encoding='utf-8', errors='strict'",
     "Encode the string using the codec registered for encoding."},
    {"format", method_format, "*args, **kwargs",
     "Return a formatted version of the string, using substitutions from args and kwargs."},
    {"format_map", method_format_map, "mapping, /",
     "Return a formatted version of the string, using substitutions from mapping."},
    {"isdecimal", text_method_isdecimal, "", "Whether all are decimal digits and there is at least one."},
    {"isidentifier", text_method_isidentifier, "", "Whether the string is a valid Python identifier."},
    {"isnumeric", text_method_isnumeric, "", "Whether all are numeric and there is at least one."},
    {"isprintable", text_method_isprintable, "", "Whether all are printable."},
    {"maketrans", method_maketrans, "x, y=<unrepresentable>, z=<unrepresentable>, /",
     "A translation table for str.translate: from a dict, or from two strings of equal length and\n"
     "a third one of characters to delete.",
     NATIVE_STATIC_METHOD},
    {"translate", method_translate, "table, /",
     "Replace each character by what the table says of its ordinal: an ordinal, a string, or None\n"
     "to delete it; characters for which it raises LookupError stay."},
    {"__format__", method_dunder_format, "format_spec, /", "Return a formatted version of the string."},
    {"__getnewargs__", method_getnewargs, "", "The arguments of __new__ that make an equal string."},
    {"__sizeof__", method_sizeof, "", "Return the size of the string in memory, in bytes."},
    {0},
};
