/*
 * Writing JSON: an encoder made from the settings of a json.JSONEncoder writes a whole value into one str. What it
 * does not know it asks `default` for, and writes the answer.
 */
#include <stddef.h>
#include <stdio.h>

#include "runtime/arguments.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/row.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/modules/json.h"
#include "runtime/native.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/builder.h"
#include "runtime/text/str.h"
#include "runtime/text/text.h"

typedef enum { QUOTE_ASCII, QUOTE_ALL, QUOTE_CALL } Quoting;

typedef struct {
    Object head;
    Value markers;  /* a dict: ids of what is being written; ABSENT: cycles are not looked for */
    Value fallback; /* `default`. This and the following owned */
    Value encoder;  /* str -> JSON string, when it is neither of ours */
    Value indent;   /* str, or ABSENT: all on one line */
    Value key_separator, item_separator; /* str */
    Quoting quoting;
    bool sort_keys, skip_keys, allow_nan;
} Encoder;

typedef struct {
    VM *vm;
    const Encoder *encoder;
    Builder out;
    int64_t level; /* of indentation */
} Writer;

/* --- strings --- */

/* Up to 8 characters, the first in the lowest byte: from a word they are copied without waiting for single stores. */
static void put_word(Builder *b, uint64_t word, size_t length) {
    builder_ascii(b, (const char *)&word, length);
}

static void put_code_unit(Builder *b, uint32_t unit) {
    uint32_t digits = unit >> 12 | (unit >> 8 & 15) << 8 | (unit >> 4 & 15) << 16 | (unit & 15) << 24;
    uint32_t letters = (digits + 0x06060606) >> 4 & 0x01010101; /* where a digit is above 9 */
    digits += letters * ('a' - '9' - 1) + 0x30303030;
    put_word(b, (uint64_t)digits << 16 | 'u' << 8 | '\\', 6);
}

/* The letter that stands for the character behind a backslash, or 0. */
static char escape_letter(uint32_t c) {
    switch (c) {
    case '"':
    case '\\': return (char)c;
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    case '\f': return 'f';
    case '\b': return 'b';
    default: return 0;
    }
}

static void put_escaped(Builder *b, uint32_t c) {
    char letter = escape_letter(c);
    if (letter) {
        put_word(b, (uint64_t)letter << 8 | '\\', 2);
    } else if (c >= 0x10000) {
        put_code_unit(b, 0xD7C0 + (c >> 10));
        put_code_unit(b, 0xDC00 | (c & 0x3FF));
    } else {
        put_code_unit(b, c);
    }
}

static inline bool is_plain(uint32_t c, bool ascii) {
    if (c == '"' || c == '\\' || c < 0x20) return false;
    return !ascii || c < 0x7F;
}

/* How many characters from `at` on stand for themselves. */
static int64_t plain_run(Text t, int64_t at, bool ascii) {
    int64_t start = at;
    for (; text_log(t) == 0 && at + 8 <= text_length(t); at += 8) {
        uint64_t word = json_load(t.data + at), bits = json_specials(word);
        if (ascii) bits |= (word & JSON_EACH(0x80)) | json_zeros(word ^ JSON_EACH(0x7F));
        if (bits) return at + json_first(bits) - start;
    }
    while (at < text_length(t) && is_plain(text_at(t, at), ascii))
        at++;
    return at - start;
}

static void put_quoted(Builder *b, Value string, bool ascii) {
    Text t = text_of(string);
    builder_char(b, '"');
    for (int64_t at = 0; at < text_length(t);) {
        int64_t run = text_log(t) > 0 && ascii ? 0 : plain_run(t, at, ascii); /* there they are short */
        if (run > 0) builder_slice(b, string, at, at + run);
        at += run;
        if (at == text_length(t)) break;
        uint32_t c = text_at(t, at++);
        if (is_plain(c, ascii))
            builder_char(b, c);
        else
            put_escaped(b, c);
    }
    builder_char(b, '"');
}

static Value quote(VM *vm, Value v, bool ascii) {
    if (!is_string(v)) return raise_type(vm, "first argument must be a string, not %T", v);
    Builder b;
    builder_init(&b, vm);
    put_quoted(&b, v, ascii);
    return builder_finish(&b);
}

Value json_quote_ascii(VM *vm, Value *args, int nargs, Value names) { return quote(vm, args[0], true); }

Value json_quote(VM *vm, Value *args, int nargs, Value names) { return quote(vm, args[0], false); }

static bool write_string(Writer *w, Value v) {
    if (w->encoder->quoting != QUOTE_CALL) {
        put_quoted(&w->out, v, w->encoder->quoting == QUOTE_ASCII);
        return !w->out.failed;
    }
    Value text = call_1(w->vm, w->encoder->encoder, v);
    if (is_absent(text)) return false;
    bool good = is_string(text);
    if (good)
        builder_string(&w->out, text);
    else
        raise_type(w->vm, "encoder() must return a string, not %T", text);
    value_drop(w->vm, text);
    return good && !w->out.failed;
}

/* --- numbers --- */

/* The number's own text, or NaN and the like; false RAISES. */
static bool put_float(Writer *w, Value v) {
    double d = float_number(v);
    if (d - d == 0) {
        char text[32];
        int size = float_repr(d, text);
        builder_ascii(&w->out, text, (size_t)size);
        return !w->out.failed;
    }
    if (!w->encoder->allow_nan) {
        Value text = object_repr(w->vm, v);
        if (!is_absent(text))
            raise_value(w->vm, "Out of range float values are not JSON compliant: %S", text);
        value_xdrop(w->vm, text);
        return false;
    }
    builder_c(&w->out, d != d ? "NaN" : d > 0 ? "Infinity" : "-Infinity");
    return !w->out.failed;
}

static bool put_int(Writer *w, Value v) {
    Value exact = int_exact(w->vm, v), text = is_absent(exact) ? ABSENT : object_repr(w->vm, exact);
    value_xdrop(w->vm, exact);
    if (is_absent(text)) return false;
    builder_string(&w->out, text);
    value_drop(w->vm, text);
    return !w->out.failed;
}

/* --- containers --- */

static bool write_value(Writer *w, Value v);

static void new_line(Writer *w) {
    if (is_absent(w->encoder->indent)) return;
    builder_char(&w->out, '\n');
    for (int64_t i = 0; i < w->level && !w->out.failed; i++)
        builder_string(&w->out, w->encoder->indent);
}

static bool write_items(Writer *w, Value items) {
    bool done = true;
    builder_char(&w->out, '[');
    w->level++;
    for (int64_t i = 0; done && i < row_of(items).length; i++) {
        if (i) builder_string(&w->out, w->encoder->item_separator);
        new_line(w);
        Value item = value_ref(row_of(items).items[i]);
        done = write_value(w, item);
        value_drop(w->vm, item);
    }
    w->level--;
    new_line(w);
    builder_char(&w->out, ']');
    return done && !w->out.failed;
}

static bool write_sequence(Writer *w, Value v) {
    if (row_of(v).length > 0) return write_items(w, v);
    builder_ascii(&w->out, "[]", 2);
    return !w->out.failed;
}

/* A key in quotation marks: 1; 0: it is to be left out; -1 RAISES. */
static int write_key(Writer *w, Value key) {
    if (is_string(key)) return write_string(w, key) ? 1 : -1;
    bool constant = is_none(key) || value_same(key, TRUE_VALUE) || value_same(key, FALSE_VALUE);
    bool number = is_int_family(key) || is_float(key) || is_family(key, TYPE_FLOAT);
    if (!constant && !number) {
        if (w->encoder->skip_keys) return 0;
        raise_type(w->vm, "keys must be str, int, float, bool or None, not %T", key);
        return -1;
    }
    builder_char(&w->out, '"');
    bool done = write_value(w, key);
    builder_char(&w->out, '"');
    return done && !w->out.failed ? 1 : -1;
}

/* A member, with what separates it from the one before. */
static bool write_member(Writer *w, Value key, Value value, bool *first) {
    bool skipped = w->encoder->skip_keys && !is_string(key) && !is_none(key) && !is_int_family(key) &&
                   !value_same(key, TRUE_VALUE) && !value_same(key, FALSE_VALUE) && !is_float(key) &&
                   !is_family(key, TYPE_FLOAT);
    if (skipped) return true;
    if (!*first) {
        builder_string(&w->out, w->encoder->item_separator);
        new_line(w);
    }
    *first = false;
    if (write_key(w, key) < 0) return false;
    builder_string(&w->out, w->encoder->key_separator);
    return write_value(w, value);
}

static bool write_pairs(Writer *w, Value pairs) {
    bool first = true, done = true;
    for (int64_t i = 0; done && i < as_list(pairs)->length; i++) {
        Value pair = value_ref(as_list(pairs)->items[i]);
        done = is_exactly(pair, &tuple_type) && as_tuple(pair)->length == 2;
        if (!done)
            raise_value(w->vm, "items must return 2-tuples");
        else
            done = write_member(w, as_tuple(pair)->items[0], as_tuple(pair)->items[1], &first);
        value_drop(w->vm, pair);
    }
    return done;
}

/* The items of a mapping as a list, in order of keys if that is wanted. */
static Value pairs_of(Writer *w, Value v) {
    Value items = call_method(w->vm, v, NAME_OF(w->vm, items), NULL, 0);
    Value list = is_absent(items) ? ABSENT : list_from_iterable(w->vm, items);
    value_xdrop(w->vm, items);
    if (!is_absent(list) && w->encoder->sort_keys && !list_sort(w->vm, list, ABSENT, false))
        value_clear(w->vm, &list);
    return list;
}

static bool write_plain_dict(Writer *w, Value dict) {
    int64_t position = 0;
    Value key, value;
    bool first = true, done = true;
    while (done && dict_next(dict, &position, &key, &value)) {
        value_ref(key), value_ref(value);
        done = write_member(w, key, value, &first);
        value_drop(w->vm, key), value_drop(w->vm, value);
    }
    return done;
}

static bool write_dict(Writer *w, Value v) {
    if (as_dict(v)->count == 0 && is_exactly(v, &dict_type)) {
        builder_ascii(&w->out, "{}", 2);
        return !w->out.failed;
    }
    bool plain = is_exactly(v, &dict_type) && !w->encoder->sort_keys, done;
    Value pairs = plain ? ABSENT : pairs_of(w, v);
    if (!plain && is_absent(pairs)) return false;
    bool empty = !plain && as_list(pairs)->length == 0;
    builder_char(&w->out, '{');
    w->level++;
    if (!empty) new_line(w);
    done = plain ? write_plain_dict(w, v) : write_pairs(w, pairs);
    w->level--;
    if (!empty) new_line(w);
    builder_char(&w->out, '}');
    value_xdrop(w->vm, pairs);
    return done && !w->out.failed;
}

/* Note that `v` is being written; false RAISES: it is already. */
static bool enter(Writer *w, Value v, Value *id) {
    *id = ABSENT;
    if (is_absent(w->encoder->markers)) return true;
    *id = int_from(w->vm, (int64_t)v.bits);
    if (is_absent(*id)) return false;
    int present = dict_contains(w->vm, w->encoder->markers, *id);
    if (present == 0 && dict_set(w->vm, w->encoder->markers, *id, v)) return true;
    if (present > 0) raise_value(w->vm, "Circular reference detected");
    value_clear(w->vm, id);
    return false;
}

static void leave(Writer *w, STEALS Value id) {
    if (is_absent(id)) return;
    Value raised = error_take(w->vm);
    dict_delete(w->vm, w->encoder->markers, id);
    error_restore(w->vm, raised);
    value_drop(w->vm, id);
}

static bool write_unknown(Writer *w, Value v) {
    Value answer = call_1(w->vm, w->encoder->fallback, v);
    if (is_absent(answer)) return false;
    bool done = write_value(w, answer);
    value_drop(w->vm, answer);
    return done;
}

static bool write_container(Writer *w, Value v) {
    Value id;
    if (!recursion_enter(w->vm, " while encoding a JSON object")) return false;
    if (!vm_may_go_on(w->vm)) return false;
    bool done = enter(w, v, &id);
    if (done) {
        if (is_dict(v))
            done = write_dict(w, v);
        else
            done = is_list(v) || is_tuple(v) ? write_sequence(w, v) : write_unknown(w, v);
        leave(w, id);
    }
    recursion_leave(w->vm);
    return done;
}

static bool write_value(Writer *w, Value v) {
    if (is_int(v)) {
        char text[INT_DECIMAL_ROOM], *end = text + sizeof text, *start = int_print_decimal(int_get(v), end);
        builder_ascii(&w->out, start, (size_t)(end - start));
        return !w->out.failed;
    }
    if (is_string(v)) return write_string(w, v);
    if (is_none(v) || value_same(v, TRUE_VALUE) || value_same(v, FALSE_VALUE)) {
        builder_c(&w->out, is_none(v) ? "null" : value_same(v, TRUE_VALUE) ? "true" : "false");
        return !w->out.failed;
    }
    if (is_int_family(v)) return put_int(w, v);
    if (is_float(v) || is_family(v, TYPE_FLOAT)) return put_float(w, v);
    return write_container(w, v);
}

/* --- the encoder --- */

static int traverse(Object *self, VisitFn visit, void *context) {
    const Encoder *e = (const Encoder *)self;
    VISIT(e->markers);
    VISIT(e->fallback);
    VISIT(e->encoder);
    VISIT(e->indent);
    VISIT(e->key_separator);
    VISIT(e->item_separator);
    return 0;
}

static void clear(VM *vm, Object *self) {
    Encoder *e = (Encoder *)self;
    value_clear(vm, &e->markers);
    value_set(vm, &e->fallback, NONE);
    value_set(vm, &e->encoder, NONE);
}

static void dealloc(VM *vm, Object *self) {
    Encoder *e = (Encoder *)self;
    value_xdrop(vm, e->markers);
    value_xdrop(vm, e->fallback);
    value_xdrop(vm, e->encoder);
    value_xdrop(vm, e->indent);
    value_xdrop(vm, e->key_separator);
    value_xdrop(vm, e->item_separator);
    object_free(vm, self, sizeof(Encoder));
}

static Value call(VM *vm, Value self, Value *args, int nargs, Value names) {
    Value row[2];
    if (!arguments_bind(vm, "_iterencode", "obj, _current_indent_level", args, nargs, names, row))
        return ABSENT;
    Writer w = {.vm = vm, .encoder = (const Encoder *)as_object(self)};
    if (!object_to_int64(vm, row[1], &exc_OverflowError, &w.level)) return ABSENT;
    value_ref(self);
    builder_init(&w.out, vm);
    bool done = write_value(&w, row[0]);
    Value text = done ? builder_finish(&w.out) : ABSENT;
    if (!done) builder_fini(&w.out);
    value_drop(vm, self);
    return tuple_from_made(vm, &text, 1);
}

static Quoting quoting_of(Value encoder) {
    if (!is_exactly(encoder, &native_function_type)) return QUOTE_CALL;
    NativeFn function = ((const NativeFunction *)as_object(encoder))->function;
    return function == json_quote_ascii ? QUOTE_ASCII : function == json_quote ? QUOTE_ALL : QUOTE_CALL;
}

enum {
    MARKERS,
    DEFAULT,
    ENCODER,
    INDENT,
    KEY_SEPARATOR,
    ITEM_SEPARATOR,
    SORT_KEYS,
    SKIP_KEYS,
    ALLOW_NAN,
    SETTINGS
};

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[SETTINGS];
    int flags[3];
    if (!arguments_bind(vm, "make_encoder",
                        "markers, default, encoder, indent, key_separator, item_separator, sort_keys, "
                        "skipkeys, allow_nan",
                        args, nargs, names, row))
        return ABSENT;
    if (!is_none(row[MARKERS]) && !is_exactly(row[MARKERS], &dict_type))
        return raise_type(vm, "make_encoder() argument 1 must be dict or None, not %Q", row[MARKERS]);
    if (!is_none(row[INDENT]) && !is_string(row[INDENT]))
        return raise_type(vm, "make_encoder() wants indent as str");
    for (int i = KEY_SEPARATOR; i <= ITEM_SEPARATOR; i++)
        if (!is_string(row[i]))
            return raise_type(vm, "make_encoder() argument %d must be str, not %Q", i + 1, row[i]);
    for (int i = 0; i < 3; i++) {
        if ((flags[i] = object_truth(vm, row[SORT_KEYS + i])) < 0) return ABSENT;
    }
    Encoder *e = (Encoder *)object_new_container(vm, type, sizeof *e);
    if (!e) return raise_memory(vm);
    e->markers = is_none(row[MARKERS]) ? ABSENT : value_ref(row[MARKERS]);
    e->fallback = value_ref(row[DEFAULT]);
    e->encoder = value_ref(row[ENCODER]);
    e->indent = is_none(row[INDENT]) ? ABSENT : value_ref(row[INDENT]);
    e->key_separator = value_ref(row[KEY_SEPARATOR]);
    e->item_separator = value_ref(row[ITEM_SEPARATOR]);
    e->quoting = quoting_of(row[ENCODER]);
    e->sort_keys = flags[0];
    e->skip_keys = flags[1];
    e->allow_nan = flags[2];
    object_track(&e->head);
    return from_object(e);
}

Type json_encoder_type = {
    TYPE_HEAD(json_encoder_type, "_json.Encoder", .traverse = traverse, .clear = clear, .dealloc = dealloc),
    .basic_size = sizeof(Encoder),
    .base = &object_type,
    .doc = "Encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, "
           "allow_nan)",
    .new = new,
    .call = call,
};

/* --- the module --- */

static const NativeDef functions[] = {
    {"encode_basestring", json_quote, "string, /", "Return a JSON representation of a Python string"},
    {"encode_basestring_ascii", json_quote_ascii, "string, /",
     "Return an ASCII-only JSON representation of a Python string"},
    {"scanstring", json_scan_string, "string, end, strict=True, /",
     "Scan the string s for a JSON string.\n\nEnd is the index of the character in s after the quote that "
     "started the JSON\nstring. Returns a tuple of the decoded string and the index of the character\nin s "
     "after the end quote."},
    {0},
};

NEW RAISES Value module__json_new(VM *vm) {
    Value module = module_new_c(vm, "_json", "json speedups\n");
    if (is_absent(module)) return ABSENT;
    Value dict = as_module(module)->dict;
    if (module_add_functions(vm, dict, functions, "_json") &&
        dict_set_c(vm, dict, "make_scanner", from_object(&json_scanner_type)) &&
        dict_set_c(vm, dict, "make_encoder", from_object(&json_encoder_type)))
        return module;
    value_drop(vm, module);
    return ABSENT;
}
