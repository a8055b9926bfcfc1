/*
 * Reading JSON (RFC 8259, and NaN and the infinities): a scanner made from a json.JSONDecoder reads one value at a
 * place in a str. Errors are json.JSONDecodeErrors with the place; where no value begins it is a StopIteration with it,
 * as the decoder wants to name that place itself.
 */
#include <stddef.h>

#include "runtime/arguments.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/modules/json.h"
#include "runtime/native.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/builder.h"
#include "runtime/text/str.h"
#include "runtime/text/text.h"

typedef struct {
    Object head;
    Value object_hook, object_pairs_hook; /* or ABSENT. These and the following owned */
    Value parse_float, parse_int;         /* ABSENT: the built-in types */
    Value parse_constant;
    bool strict;
} Scanner;

enum { RECENT_KEYS = 64 }; /* a power of two */

/* One reading. The text is held by whoever called. */
typedef struct {
    VM *vm;
    const Scanner *scanner;
    Value string;
    Text text;
    int64_t at;
    Value memo;                /* a dict: equal keys of objects are one str. Owned */
    Value recent[RECENT_KEYS]; /* some of them, each where its text leads to; ABSENT: none */
} Reader;

/* --- errors --- */

static Value raise_decode(VM *vm, const char *message, Value string, int64_t at) {
    Value module = vm->hooks.library(vm, "json.decoder");
    Value name = is_absent(module) ? ABSENT : string_intern_c(vm, "JSONDecodeError");
    Value type = is_absent(name) ? ABSENT : object_get_attribute(vm, module, name);
    Value row[3] = {is_absent(type) ? ABSENT : string_from_c(vm, message), string, int_small(at)};
    Value error = is_absent(row[0]) ? ABSENT : object_call(vm, type, row, 3, ABSENT);
    if (!is_absent(error)) raise_object(vm, error);
    value_xdrop(vm, row[0]);
    value_xdrop(vm, type);
    value_xdrop(vm, name);
    value_xdrop(vm, module);
    return ABSENT;
}

static Value fail(const Reader *r, const char *message, int64_t at) {
    return raise_decode(r->vm, message, r->string, at);
}

static Value fail_value(const Reader *r, int64_t at) { return raise_stop(r->vm, int_small(at)); }

/* --- characters --- */

static inline uint32_t peek(const Reader *r, int64_t at) {
    return at < text_length(r->text) ? text_at(r->text, at) : 0;
}

static inline bool is_blank(uint32_t c) { return c <= ' ' && (UINT64_C(0x100002600) >> c & 1); }

/* Past blanks, of which there are some. */
static void skip_blanks(Reader *r) {
    const Text t = r->text;
    int64_t at = r->at + 1;
    if (text_log(t) == 0) {
        while (at + 8 <= text_length(t) && json_load(t.data + at) == JSON_EACH(' '))
            at += 8;
        while (at < text_length(t) && is_blank(t.data[at]))
            at++;
    } else {
        while (at < text_length(t) && is_blank(text_at(t, at)))
            at++;
    }
    r->at = at;
}

static inline void skip_blank(Reader *r) {
    if (r->at < text_length(r->text) && is_blank(text_at(r->text, r->at))) skip_blanks(r);
}

static bool stands_at(const Reader *r, const char *word) {
    for (int64_t i = 0; word[i]; i++) {
        if (peek(r, r->at + i) != (uint8_t)word[i]) return false;
    }
    return true;
}

/* --- strings --- */

/* Four hexadecimal digits at `at`; -1: there are not. */
static int32_t four_digits(Text t, int64_t at) {
    int32_t value = 0;
    if (at + 4 > text_length(t)) return -1;
    for (int64_t i = at; i < at + 4; i++) {
        uint32_t c = text_at(t, i);
        int digit = c >= '0' && c <= '9'   ? (int)c - '0'
                    : c >= 'a' && c <= 'f' ? (int)c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? (int)c - 'A' + 10
                                           : -1;
        if (digit < 0) return -1;
        value = value << 4 | digit;
    }
    return value;
}

/* The character that the escape at *at (behind the backslash) stands for; -1: it is none, *message tells why. */
static int64_t read_escape(Text t, int64_t *at, const char **message) {
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    uint32_t c = text_at(t, *at);
    if (c != 'u') {
        const char *letter = c < 0x80 && c ? strchr(letters, (int)c) : NULL;
        *message = "Invalid \\escape";
        if (!letter) return -1;
        ++*at;
        return meanings[letter - letters];
    }
    int32_t code = four_digits(t, *at + 1);
    *message = "Invalid \\uXXXX escape";
    if (code < 0) return -1;
    *at += 5;
    if (code < 0xD800 || code > 0xDBFF || *at + 1 >= text_length(t) || text_at(t, *at) != '\\' ||
        text_at(t, *at + 1) != 'u')
        return code;
    int32_t low = four_digits(t, *at + 2);
    if (low < 0xDC00 || low > 0xDFFF) return code;
    *at += 6;
    return 0x10000 + ((code & 0x3FF) << 10 | (low & 0x3FF));
}

/* How many characters from `at` on stand for themselves. */
static int64_t plain_run(Text t, int64_t at) {
    int64_t start = at;
    for (; text_log(t) == 0 && at + 8 <= text_length(t); at += 8) {
        uint64_t bits = json_specials(json_load(t.data + at));
        if (bits) return at + json_first(bits) - start;
    }
    for (; at < text_length(t); at++) {
        uint32_t c = text_at(t, at);
        if (c == '"' || c == '\\' || c < 0x20) break;
    }
    return at - start;
}

/* The string whose first character is at *at; *at moves behind the closing quotation mark. */
static Value read_string(VM *vm, Value string, Text t, int64_t *at, bool strict) {
    int64_t begin = *at - 1, run = plain_run(t, *at);
    if (*at + run < text_length(t) && text_at(t, *at + run) == '"') { /* the commonest: nothing escaped */
        Value plain = string_slice(vm, string, *at, *at + run);
        *at += run + 1;
        return plain;
    }
    Builder b;
    const char *message = "Unterminated string starting at";
    int64_t blamed = begin;
    builder_init(&b, vm);
    while (*at < text_length(t)) {
        run = plain_run(t, *at);
        builder_slice(&b, string, *at, *at + run);
        *at += run;
        if (*at == text_length(t)) break;
        uint32_t c = text_at(t, (*at)++);
        if (c == '"') return builder_finish(&b);
        if (c == '\\') {
            if (*at == text_length(t)) break;
            int64_t escape = *at, code = read_escape(t, at, &message);
            blamed = t.data && text_at(t, escape) == 'u' ? escape : escape - 1;
            if (code < 0) goto failed;
            builder_char(&b, (uint32_t)code);
            message = "Unterminated string starting at";
            blamed = begin;
        } else if (strict) {
            message = "Invalid control character at";
            blamed = *at - 1;
            goto failed;
        } else {
            builder_char(&b, c);
        }
    }
failed:
    builder_fini(&b);
    return error_raised(vm) ? ABSENT : raise_decode(vm, message, string, blamed);
}

Value json_scan_string(VM *vm, Value *args, int nargs, Value names) {
    int64_t at;
    int strict = is_absent(args[2]) ? 1 : object_truth(vm, args[2]);
    if (strict < 0 || !object_to_int64(vm, args[1], &exc_OverflowError, &at)) return ABSENT;
    if (!is_string(args[0])) return raise_type(vm, "first argument must be a string, not %T", args[0]);
    Text t = text_of(args[0]);
    if (at < 0 || at > text_length(t)) return raise_value(vm, "end is out of bounds");
    Value text = read_string(vm, args[0], t, &at, strict);
    if (is_absent(text)) return ABSENT;
    Value pair = tuple_pack(vm, 2, text, int_small(at));
    value_drop(vm, text);
    return pair;
}

/* --- numbers --- */

static bool is_digit(uint32_t c) { return c - '0' < 10; }

static int64_t skip_digits(const Reader *r, int64_t at) {
    while (is_digit(peek(r, at)))
        at++;
    return at;
}

static Value call_with_text(Reader *r, Value callable, int64_t start, int64_t stop) {
    Value text = string_slice(r->vm, r->string, start, stop);
    if (is_absent(text)) return ABSENT;
    Value number = call_1(r->vm, callable, text);
    value_drop(r->vm, text);
    return number;
}

static Value read_integer(Reader *r, int64_t start, int64_t stop) {
    enum { SURE_DIGITS = 18 }; /* so many always fit */
    if (!is_absent(r->scanner->parse_int)) return call_with_text(r, r->scanner->parse_int, start, stop);
    bool negative = peek(r, start) == '-';
    if (stop - start - negative <= SURE_DIGITS) {
        int64_t value = 0;
        for (int64_t i = start + negative; i < stop; i++)
            value = value * 10 + (int64_t)(text_at(r->text, i) - '0');
        return int_from(r->vm, negative ? -value : value);
    }
    Value text = string_slice(r->vm, r->string, start, stop);
    if (is_absent(text)) return ABSENT;
    Value number = int_parse(r->vm, text, 10);
    value_drop(r->vm, text);
    return number;
}

/* A mantissa below 2**53 and a power of ten up to 10**22 are exact doubles: one operation rounds right (W. Clinger,
 * "How to read floating point numbers accurately", 1990). False: it takes more. */
static bool read_easy_real(const Reader *r, int64_t start, int64_t stop, double *value) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    uint64_t mantissa = 0;
    int64_t scale = 0;
    bool behind_point = false, negative = peek(r, start) == '-';
    for (int64_t i = start + negative; i < stop; i++) {
        uint32_t c = text_at(r->text, i);
        if (c == '.') {
            behind_point = true;
            continue;
        }
        if (!is_digit(c)) return false; /* an exponent */
        mantissa = mantissa * 10 + (c - '0');
        scale += behind_point;
        if (mantissa > (UINT64_C(1) << 53) || scale > 22) return false;
    }
    *value = (double)mantissa / powers[scale];
    if (negative) *value = -*value;
    return true;
}

static Value read_real(Reader *r, int64_t start, int64_t stop) {
    double value;
    if (!is_absent(r->scanner->parse_float)) return call_with_text(r, r->scanner->parse_float, start, stop);
    if (read_easy_real(r, start, stop, &value)) return float_from(r->vm, value);
    Value text = string_slice(r->vm, r->string, start, stop);
    if (is_absent(text)) return ABSENT;
    Value number = float_parse(r->vm, text, text);
    value_drop(r->vm, text);
    return number;
}

static Value read_number(Reader *r) {
    int64_t start = r->at, at = start + (peek(r, start) == '-');
    if (!is_digit(peek(r, at))) return fail_value(r, start);
    int64_t end = peek(r, at) == '0' ? at + 1 : skip_digits(r, at);
    bool real = false;
    if (peek(r, end) == '.' && is_digit(peek(r, end + 1))) {
        real = true;
        end = skip_digits(r, end + 1);
    }
    if ((peek(r, end) | 0x20) == 'e') {
        int64_t digits = end + 1;
        if (peek(r, digits) == '+' || peek(r, digits) == '-') digits++;
        if (is_digit(peek(r, digits))) {
            real = true;
            end = skip_digits(r, digits);
        }
    }
    r->at = end;
    return real ? read_real(r, start, end) : read_integer(r, start, end);
}

static Value read_constant(Reader *r, const char *word) {
    r->at += (int64_t)strlen(word);
    Value name = string_from_c(r->vm, word);
    if (is_absent(name)) return ABSENT;
    Value value = call_1(r->vm, r->scanner->parse_constant, name);
    value_drop(r->vm, name);
    return value;
}

/* --- arrays and objects --- */

static Value read_value(Reader *r);

static Value read_array(Reader *r) {
    Value list = list_new(r->vm, 0);
    r->at++;
    skip_blank(r);
    if (is_absent(list)) return ABSENT;
    if (peek(r, r->at) == ']' && r->at < text_length(r->text)) {
        r->at++;
        return list;
    }
    for (;;) {
        Value item = read_value(r);
        if (is_absent(item) || !list_append_owned(r->vm, list, item)) break;
        skip_blank(r);
        uint32_t c = peek(r, r->at);
        if (c == ']') {
            r->at++;
            return list;
        }
        if (c != ',') {
            fail(r, "Expecting ',' delimiter", r->at);
            break;
        }
        int64_t comma = r->at++;
        skip_blank(r);
        if (peek(r, r->at) == ']') {
            fail(r, "Illegal trailing comma before end of array", comma);
            break;
        }
    }
    value_drop(r->vm, list);
    return ABSENT;
}

/* The key at the reader's place, as the one str for all keys like it. */
static Value read_new_key(Reader *r) {
    Value key = read_string(r->vm, r->string, r->text, &r->at, r->scanner->strict);
    if (is_absent(key)) return ABSENT;
    Value shared = dict_set_default(r->vm, r->memo, key, key);
    value_drop(r->vm, key);
    return shared;
}

/* The same, first looked for among the recent ones: objects of one kind have the same keys. */
static Value read_known_key(Reader *r) {
    const uint8_t *text = r->text.data + r->at;
    int64_t run = text_log(r->text) == 0 ? plain_run(r->text, r->at) : 0;
    if (run == 0 || r->at + run >= text_length(r->text) || text[run] != '"') return read_new_key(r);
    Value *recent = &r->recent[(run + text[0] * 5 + text[run - 1] * 3) & (RECENT_KEYS - 1)];
    if (!is_absent(*recent)) {
        const String *s = as_string(*recent);
        if (s->width_log == 0 && string_length(s) == run && memcmp(s->data, text, (size_t)run) == 0) {
            r->at += run + 1;
            return value_ref(*recent);
        }
    }
    return *recent = read_new_key(r);
}

/* The key at the reader's place, and the colon. */
static Value read_key(Reader *r) {
    if (peek(r, r->at) != '"') return fail(r, "Expecting property name enclosed in double quotes", r->at);
    r->at++;
    Value shared = read_known_key(r);
    if (is_absent(shared)) return ABSENT;
    skip_blank(r);
    if (peek(r, r->at) == ':') {
        r->at++;
        skip_blank(r);
        return shared;
    }
    value_drop(r->vm, shared);
    return fail(r, "Expecting ':' delimiter", r->at);
}

/* Add a member to the dict, or to the list of pairs. */
static bool read_member(Reader *r, Value members, bool pairs) {
    Value key = read_key(r), value = is_absent(key) ? ABSENT : read_value(r);
    bool done = false;
    if (!is_absent(value) && pairs) {
        Value pair = tuple_pack(r->vm, 2, key, value);
        done = !is_absent(pair) && list_append_owned(r->vm, members, pair);
    } else if (!is_absent(value)) {
        done = dict_set(r->vm, members, key, value);
    }
    value_xdrop(r->vm, key);
    value_xdrop(r->vm, value);
    return done;
}

static bool read_members(Reader *r, Value members, bool pairs) {
    r->at++;
    skip_blank(r);
    if (peek(r, r->at) == '}') {
        r->at++;
        return true;
    }
    for (;;) {
        if (!read_member(r, members, pairs)) return false;
        skip_blank(r);
        uint32_t c = peek(r, r->at);
        if (c == '}') {
            r->at++;
            return true;
        }
        if (c != ',') return fail(r, "Expecting ',' delimiter", r->at), false;
        int64_t comma = r->at++;
        skip_blank(r);
        if (peek(r, r->at) == '}')
            return fail(r, "Illegal trailing comma before end of object", comma), false;
    }
}

static Value read_object(Reader *r) {
    Value pairs_hook = r->scanner->object_pairs_hook, hook = r->scanner->object_hook;
    bool pairs = !is_absent(pairs_hook);
    Value members = pairs ? list_new(r->vm, 0) : dict_new(r->vm);
    if (is_absent(members)) return ABSENT;
    if (!read_members(r, members, pairs)) {
        value_drop(r->vm, members);
        return ABSENT;
    }
    if (!pairs && is_absent(hook)) return members;
    Value result = call_1(r->vm, pairs ? pairs_hook : hook, members);
    value_drop(r->vm, members);
    return result;
}

static Value read_nested(Reader *r, bool object) {
    const char *where = object ? " while decoding a JSON object from a unicode string"
                               : " while decoding a JSON array from a unicode string";
    if (!recursion_enter(r->vm, where)) return ABSENT;
    Value value = object ? read_object(r) : read_array(r);
    recursion_leave(r->vm);
    return value;
}

static Value read_value(Reader *r) {
    static const char *const words[] = {"null", "true", "false", "NaN", "Infinity", "-Infinity"};
    const Value values[] = {NONE, TRUE_VALUE, FALSE_VALUE, ABSENT, ABSENT, ABSENT};
    if (r->at >= text_length(r->text)) return fail_value(r, r->at);
    switch (text_at(r->text, r->at)) {
    case '"': r->at++; return read_string(r->vm, r->string, r->text, &r->at, r->scanner->strict);
    case '{': return read_nested(r, true);
    case '[': return read_nested(r, false);
    case 'n':
    case 't':
    case 'f':
    case 'N':
    case 'I':
    case '-':
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            if (!stands_at(r, words[i])) continue;
            if (is_absent(values[i])) return read_constant(r, words[i]);
            r->at += (int64_t)strlen(words[i]);
            return values[i];
        }
        return read_number(r);
    default: return read_number(r);
    }
}

/* --- the scanner --- */

static int traverse(Object *self, VisitFn visit, void *context) {
    const Scanner *s = (const Scanner *)self;
    VISIT(s->object_hook);
    VISIT(s->object_pairs_hook);
    VISIT(s->parse_float);
    VISIT(s->parse_int);
    VISIT(s->parse_constant);
    return 0;
}

static void clear(VM *vm, Object *self) {
    Scanner *s = (Scanner *)self;
    value_clear(vm, &s->object_hook);
    value_clear(vm, &s->object_pairs_hook);
    value_clear(vm, &s->parse_float);
    value_clear(vm, &s->parse_int);
    value_set(vm, &s->parse_constant, NONE);
}

static void dealloc(VM *vm, Object *self) {
    clear(vm, self);
    object_free(vm, self, sizeof(Scanner));
}

static Value call(VM *vm, Value self, Value *args, int nargs, Value names) {
    Value row[2];
    int64_t at;
    if (!arguments_bind(vm, "scan_once", "string, idx", args, nargs, names, row)) return ABSENT;
    if (!object_to_int64(vm, row[1], &exc_OverflowError, &at)) return ABSENT;
    if (!is_string(row[0])) return raise_type(vm, "first argument must be a string, not %T", row[0]);
    if (at < 0) return raise_value(vm, "idx cannot be negative");
    Reader r = {.vm = vm, .scanner = (const Scanner *)as_object(self), .string = row[0], .at = at};
    r.text = text_of(row[0]);
    r.memo = dict_new(vm);
    if (is_absent(r.memo)) return ABSENT;
    value_ref(self);
    Value value = read_value(&r);
    Value pair = is_absent(value) ? ABSENT : tuple_pack(vm, 2, value, int_small(r.at));
    value_xdrop(vm, value);
    value_drop(vm, r.memo);
    value_drop(vm, self);
    return pair;
}

/* An attribute of the decoder into *place; None, and the built-in type `plain`, as ABSENT. */
static bool take(VM *vm, Value decoder, const char *name, const Type *plain, Value *place) {
    Value interned = string_intern_c(vm, name);
    *place = is_absent(interned) ? ABSENT : object_get_attribute(vm, decoder, interned);
    value_xdrop(vm, interned);
    if (is_absent(*place)) return false;
    if (is_none(*place) || value_same(*place, from_object(plain))) value_clear(vm, place);
    return true;
}

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value decoder, strict = ABSENT;
    if (!arguments_bind(vm, "make_scanner", "context", args, nargs, names, &decoder)) return ABSENT;
    Scanner *s = (Scanner *)object_new_container(vm, type, sizeof *s);
    if (!s) return raise_memory(vm);
    object_track(&s->head);
    int truth = -1;
    if (take(vm, decoder, "strict", NULL, &strict) &&
        take(vm, decoder, "object_hook", NULL, &s->object_hook) &&
        take(vm, decoder, "object_pairs_hook", NULL, &s->object_pairs_hook) &&
        take(vm, decoder, "parse_float", &float_type, &s->parse_float) &&
        take(vm, decoder, "parse_int", &int_type, &s->parse_int) &&
        take(vm, decoder, "parse_constant", NULL, &s->parse_constant))
        truth = is_absent(strict) ? 0 : object_truth(vm, strict);
    value_xdrop(vm, strict);
    s->strict = truth > 0;
    if (is_absent(s->parse_constant)) s->parse_constant = NONE;
    if (truth >= 0) return from_object(s);
    value_drop(vm, from_object(s));
    return ABSENT;
}

static const MemberDef members[] = {
    {"object_hook", offsetof(Scanner, object_hook), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, "object_hook"},
    {"object_pairs_hook", offsetof(Scanner, object_pairs_hook), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT,
     NULL},
    {"parse_constant", offsetof(Scanner, parse_constant), MEMBER_READONLY, "parse_constant"},
    {0},
};

Type json_scanner_type = {
    TYPE_HEAD(json_scanner_type, "_json.Scanner", .traverse = traverse, .clear = clear, .dealloc = dealloc),
    .basic_size = sizeof(Scanner),
    .base = &object_type,
    .doc = "JSON scanner object",
    .new = new,
    .call = call,
    .members = members,
};
