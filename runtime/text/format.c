/*
 * The format mini-language (PEP 3101 and PEP 378, 515, 682):
 * [[fill]align][sign][z][#][0][width][grouping][.precision] [type], applied to str, int, float and complex.
 *
 * A number's text is taken apart as sign, prefix, digits, rest; grouping and zero padding work on the digits
 * alone, then the whole is padded to the width.
 */
#include "runtime/text/format.h"

#include "base/unicode.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/complex.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/builder.h"
#include "runtime/text/str.h"

typedef struct {
    uint32_t fill;
    uint32_t align; /* '<' '>' '=' '^' */
    char sign;      /* '+' ' ' or '-' (the default) */
    bool sign_given;
    bool no_negative_zero;
    bool alternate;
    int64_t width;     /* -1: none */
    uint32_t grouping; /* ',' '_' or 0 */
    int precision;     /* -1: none */
    uint32_t type;     /* 0: none */
} Spec;

/* More than any builder takes, so that it raises MemoryError, and little enough to reckon with. */
#define WIDTH_MAX (INT64_C(1) << 57)

/* --- parsing --- */

static bool is_align(uint32_t c) { return c == '<' || c == '>' || c == '=' || c == '^'; }

static bool is_digit(uint32_t c) { return c >= '0' && c <= '9'; }

/* A run of decimal digits, of any script, at *at; -1 when there is none, -2 RAISES. */
static int64_t parse_number(VM *vm, const String *s, int64_t *at) {
    int64_t n = -1, digit;
    for (; *at < (int64_t)s->length && (digit = unicode_decimal(string_at(s, *at))) >= 0; ++*at) {
        if (n > (INT64_MAX - digit) / 10) {
            raise_value(vm, "Too many decimal digits in format string");
            return -2;
        }
        n = (n < 0 ? 0 : n) * 10 + digit;
    }
    return n;
}

static uint32_t peek(const String *s, int64_t at) { return at < (int64_t)s->length ? string_at(s, at) : 0; }

static bool parse_grouping(VM *vm, const String *s, int64_t *at, Spec *out) {
    bool comma = peek(s, *at) == ',', underscore = peek(s, *at + comma) == '_';
    *at += comma + underscore;
    out->grouping = underscore ? '_' : comma ? ',' : 0;
    if (!underscore || (!comma && peek(s, *at) != ',')) return true;
    return raise_value(vm, "Cannot specify both ',' and '_'."), false;
}

/* Grouping goes with the decimal types; underscores with the other integer types too. */
static bool check_grouping(VM *vm, const Spec *spec, uint32_t default_type) {
    if (!spec->grouping) return true;
    uint32_t type = spec->type ? spec->type : default_type;
    if (type < 128 && strchr("deEfFgG%", (int)type)) return true;
    if (spec->grouping == '_' && type < 128 && strchr("boxX", (int)type)) return true;
    raise_value(
        vm, type > 32 && type < 128 ? "Cannot specify '%c' with '%c'." : "Cannot specify '%c' with '\\x%x'.",
        spec->grouping, type);
    return false;
}

static bool raise_unknown_code(VM *vm, uint32_t code, Value value) {
    if (code > 32 && code < 128) {
        raise_value(vm, "Unknown format code '%c' for object of type '%T'", code, value);
    } else {
        raise_value(vm, "Unknown format code '\\x%x' for object of type '%T'", code, value);
    }
    return false;
}

static bool parse_spec(VM *vm, Value spec, Value value, char default_align, Spec *out) {
    const String *s = as_string(spec);
    int64_t at = 0, length = (int64_t)s->length;
    *out = (Spec){.fill = ' ', .align = (uint32_t)default_align, .sign = '-', .width = -1, .precision = -1};
    bool align_given = true, fill_given = false;
    if (length >= 2 && is_align(string_at(s, 1))) {
        out->fill = string_at(s, 0);
        out->align = string_at(s, 1);
        fill_given = true;
        at = 2;
    } else if (is_align(peek(s, 0))) {
        out->align = string_at(s, at++);
    } else {
        align_given = false;
    }
    uint32_t c = peek(s, at);
    if (c == '+' || c == '-' || c == ' ') out->sign = (char)c, out->sign_given = true, at++;
    if (peek(s, at) == 'z') out->no_negative_zero = true, at++;
    if (peek(s, at) == '#') out->alternate = true, at++;
    if (!fill_given && peek(s, at) == '0') {
        out->fill = '0';
        if (!align_given && default_align == '>') out->align = '=';
        at++;
    }
    out->width = parse_number(vm, s, &at);
    if (out->width > WIDTH_MAX) out->width = WIDTH_MAX;
    if (out->width == -2 || !parse_grouping(vm, s, &at, out)) return false;
    if (peek(s, at) == '.') {
        at++;
        int64_t precision = parse_number(vm, s, &at);
        if (precision == -2) return false;
        if (precision < 0) return raise_value(vm, "Format specifier missing precision"), false;
        if (precision > INT32_MAX && !is_string(value)) return raise_value(vm, "precision too big"), false;
        out->precision = precision > INT32_MAX ? INT32_MAX : (int)precision;
    }
    if (length - at > 1) {
        Value plain = string_slice(vm, spec, 0, length); /* not what its class calls it */
        if (!is_absent(plain))
            raise_value(vm, "Invalid format specifier '%S' for object of type '%T'", plain, value);
        value_xdrop(vm, plain);
        return false;
    }
    if (at < length) out->type = string_at(s, at);
    bool names_zero = at < length && !out->type; /* which is for none, but in a number that is no int */
    if (names_zero && (is_string(value) || is_int_family(value))) return raise_unknown_code(vm, 0, value);
    return check_grouping(vm, out, is_string(value) ? 's' : 'd');
}

/* --- laying out --- */

static void pad_split(const Spec *spec, int64_t length, int64_t *left, int64_t *right) {
    int64_t padding = spec->width > length ? spec->width - length : 0;
    *left = spec->align == '>' || spec->align == '=' ? padding : spec->align == '^' ? padding / 2 : 0;
    *right = padding - *left;
}

/* A number's text in parts, ASCII. */
typedef struct {
    char sign; /* 0: none */
    const char *prefix;
    size_t prefix_length;
    const char *digits;
    size_t digit_count;
    const char *rest;
    size_t rest_length;
} NumberText;

/* The length of `count` digits with separators every `group`. */
static int64_t grouped_length(int64_t count, int group) {
    return group && count ? count + (count - 1) / group : count;
}

static void append_digits(Builder *b, const NumberText *n, int64_t zeros, int group, uint32_t separator) {
    int64_t total = zeros + (int64_t)n->digit_count;
    if (!group) {
        builder_repeat(b, '0', zeros);
        builder_ascii(b, n->digits, n->digit_count);
        return;
    }
    if (!builder_reserve(b, grouped_length(total, group))) return;
    for (int64_t i = 0; i < total; i++) {
        if (i && (total - i) % group == 0) builder_char(b, separator);
        builder_char(b, i < zeros ? '0' : (uint8_t)n->digits[i - zeros]);
    }
}

static void append_number(Builder *b, const Spec *spec, const NumberText *n) {
    uint32_t type = spec->type;
    int group = !spec->grouping || !n->digit_count                ? 0
                : type && type < 128 && strchr("boxX", (int)type) ? 4
                                                                  : 3;
    int64_t around = (n->sign != 0) + (int64_t)n->prefix_length + (int64_t)n->rest_length, zeros = 0;
    if (spec->fill == '0' && spec->align == '=') {
        int64_t wanted = spec->width - around, count = (int64_t)n->digit_count;
        if (wanted > 0) { /* the fewest digits whose grouped length reaches what is wanted */
            zeros = (group ? wanted * group / (group + 1) : wanted) - count;
            if (zeros < 0) zeros = 0;
            while (grouped_length(count + zeros, group) < wanted)
                zeros++;
        }
    }
    int64_t left, right, length = around + grouped_length(zeros + (int64_t)n->digit_count, group);
    pad_split(spec, length, &left, &right);
    if (spec->align != '=') builder_repeat(b, spec->fill, left);
    if (n->sign) builder_char(b, (uint8_t)n->sign);
    builder_ascii(b, n->prefix, n->prefix_length);
    if (spec->align == '=') builder_repeat(b, spec->fill, left);
    append_digits(b, n, zeros, group, spec->grouping);
    builder_ascii(b, n->rest, n->rest_length);
    builder_repeat(b, spec->fill, right);
}

static Value lay_out(VM *vm, const Spec *spec, const NumberText *n) {
    Builder b;
    builder_init(&b, vm);
    append_number(&b, spec, n);
    return builder_finish(&b);
}

/* The sign to show for a number that is negative or not. */
static char shown_sign(const Spec *spec, bool negative) {
    return negative ? '-' : spec->sign == '-' ? 0 : spec->sign;
}

/* --- str --- */

Value format_string(VM *vm, Value string, Value spec_text) {
    Spec spec;
    if (as_string(spec_text)->length == 0) return object_str(vm, string);
    if (!parse_spec(vm, spec_text, string, '<', &spec)) return ABSENT;
    if (spec.type && spec.type != 's') return raise_unknown_code(vm, spec.type, string), ABSENT;
    if (spec.sign_given) {
        return raise_value(vm, spec.sign == ' ' ? "Space not allowed in string format specifier"
                                                : "Sign not allowed in string format specifier");
    }
    if (spec.no_negative_zero)
        return raise_value(vm, "Negative zero coercion (z) not allowed in string format specifier");
    if (spec.alternate) return raise_value(vm, "Alternate form (#) not allowed in string format specifier");
    if (spec.align == '=') return raise_value(vm, "'=' alignment not allowed in string format specifier");
    int64_t length = string_length(as_string(string)), left, right;
    if (spec.precision >= 0 && spec.precision < length) length = spec.precision;
    pad_split(&spec, length, &left, &right);
    Builder b;
    builder_init(&b, vm);
    builder_repeat(&b, spec.fill, left);
    builder_slice(&b, string, 0, length);
    builder_repeat(&b, spec.fill, right);
    return builder_finish(&b);
}

/* --- int --- */

static Value format_character(VM *vm, Value number, Spec *spec) {
    if (spec->sign_given) return raise_value(vm, "Sign not allowed with integer format specifier 'c'");
    if (spec->alternate)
        return raise_value(vm, "Alternate form (#) not allowed with integer format specifier 'c'");
    int64_t c;
    if (!int_to_int64(number, &c)) return raise_overflow(vm, "Python int too large to convert to C long");
    if (c < 0 || c > 0x10FFFF) return raise_overflow(vm, "%%c arg not in range(0x110000)");
    int64_t left, right;
    pad_split(spec, 1, &left, &right);
    Builder b;
    builder_init(&b, vm);
    builder_repeat(&b, spec->fill, left);
    builder_char(&b, (uint32_t)c);
    builder_repeat(&b, spec->fill, right);
    return builder_finish(&b);
}

static int base_of(uint32_t type) {
    return type == 'b' ? 2 : type == 'o' ? 8 : type == 'x' || type == 'X' ? 16 : 10;
}

static Value format_int_as(VM *vm, Value number, const Spec *spec) {
    int base = base_of(spec->type);
    const char *prefix = base == 2 ? "0b" : base == 8 ? "0o" : spec->type == 'X' ? "0X" : "0x";
    IntText t;
    if (!int_text_init(vm, &t, number, base)) return ABSENT;
    bool negative = t.text[0] == '-';
    NumberText n = {
        .sign = shown_sign(spec, negative), .digits = t.text + negative, .digit_count = t.length - negative};
    for (size_t i = 0; i < t.length && spec->type == 'X';
         i++) { /* nobody else has seen the str, if it is one */
        if (t.text[i] >= 'a') t.text[i] = (char)(t.text[i] - 32);
    }
    if (spec->alternate && base != 10) n.prefix = prefix, n.prefix_length = 2;
    Value result = lay_out(vm, spec, &n);
    value_xdrop(vm, t.owner);
    return result;
}

static Value format_double(VM *vm, double d, Spec *spec);

bool format_check_spec(VM *vm, Value spec) {
    if (is_string(spec)) return true;
    raise_type(vm,
               is_none(spec) ? "__format__() argument must be str, not None"
                             : "__format__() argument must be str, not %Q",
               spec);
    return false;
}

Value format_int(VM *vm, Value number, Value spec_text) {
    Spec spec;
    if (!format_check_spec(vm, spec_text)) return ABSENT;
    if (as_string(spec_text)->length == 0) return object_str(vm, number);
    if (as_string(spec_text)->length == 1 && is_int(number)) { /* nothing but the type */
        uint32_t type = string_at(as_string(spec_text), 0);
        if (type == 'd' || type == 'x' || type == 'o' || type == 'b')
            return int_print_immediate(vm, int_get(number), (unsigned)base_of(type), "");
    }
    if (!parse_spec(vm, spec_text, number, '>', &spec)) return ABSENT;
    if (spec.type && spec.type < 128 && strchr("eEfFgG%", (int)spec.type)) {
        double d;
        if (!int_to_double(vm, number, &d)) return ABSENT;
        return format_double(vm, d, &spec);
    }
    if (spec.type && !(spec.type < 128 && strchr("bcdoxXn", (int)spec.type))) {
        return raise_unknown_code(vm, spec.type, number), ABSENT;
    }
    if (spec.precision >= 0) return raise_value(vm, "Precision not allowed in integer format specifier");
    if (spec.no_negative_zero) {
        return raise_value(vm, "Negative zero coercion (z) not allowed in integer format specifier");
    }
    return spec.type == 'c' ? format_character(vm, number, &spec) : format_int_as(vm, number, &spec);
}

/* --- float --- */

/* The text of |d| (or signed, in front) by the spec's type and precision, a block of *size bytes. */
static char *double_text(VM *vm, double d, const Spec *spec, bool add_dot_0, size_t *size) {
    int flags =
        (spec->alternate ? FLOAT_ALTERNATE : 0) | (spec->no_negative_zero ? FLOAT_NO_NEGATIVE_ZERO : 0);
    char code = spec->type == 'n' ? 'g' : (char)spec->type;
    int precision = spec->precision;
    if (code == 0) {
        code = precision < 0 ? 'r' : 'g';
        if (add_dot_0) flags |= FLOAT_ADD_DOT_0;
    } else if (code == '%') {
        d *= 100;
        code = 'f';
    } else if (code >= 'A' && code <= 'Z') {
        flags |= FLOAT_UPPER;
        code = (char)(code + 32);
    }
    return float_to_text(vm, d, code, precision < 0 ? 6 : precision, flags, size);
}

/* Take a float's text apart. */
static NumberText split_number(char *text, const Spec *spec) {
    bool negative = *text == '-';
    NumberText n = {.sign = shown_sign(spec, negative), .digits = text + negative};
    while (is_digit((uint8_t)n.digits[n.digit_count]))
        n.digit_count++;
    n.rest = n.digits + n.digit_count;
    n.rest_length = strlen(n.rest);
    return n;
}

static Value format_double(VM *vm, double d, Spec *spec) {
    size_t size;
    char *text = double_text(vm, d, spec, true, &size);
    if (!text) return ABSENT;
    if (spec->type == '%') strcat(text, "%");
    NumberText n = split_number(text, spec);
    Value result = lay_out(vm, spec, &n);
    memory_free(vm, text, size);
    return result;
}

Value format_float(VM *vm, Value number, Value spec_text) {
    Spec spec;
    if (!format_check_spec(vm, spec_text)) return ABSENT;
    if (as_string(spec_text)->length == 0) return object_str(vm, number);
    if (!parse_spec(vm, spec_text, number, '>', &spec)) return ABSENT;
    if (spec.type && !(spec.type < 128 && strchr("eEfFgGn%", (int)spec.type))) {
        return raise_unknown_code(vm, spec.type, number), ABSENT;
    }
    return format_double(vm, float_number(number), &spec);
}

/* --- complex --- */

static bool append_part(Builder *b, double d, const Spec *spec) {
    size_t size;
    char *text = double_text(b->vm, d, spec, false, &size);
    if (!text) return false;
    NumberText n = split_number(text, spec);
    append_number(b, spec, &n);
    memory_free(b->vm, text, size);
    return true;
}

Value format_complex(VM *vm, Value number, Value spec_text) {
    Spec spec;
    if (!format_check_spec(vm, spec_text)) return ABSENT;
    if (as_string(spec_text)->length == 0) return object_str(vm, number);
    if (!parse_spec(vm, spec_text, number, '>', &spec)) return ABSENT;
    if (spec.type && !(spec.type < 128 && strchr("eEfFgGn", (int)spec.type))) {
        return raise_unknown_code(vm, spec.type, number), ABSENT;
    }
    if (spec.fill == '0') return raise_value(vm, "Zero padding is not allowed in complex format specifier");
    if (spec.align == '=')
        return raise_value(vm, "'=' alignment flag is not allowed in complex format specifier");
    ComplexNumber c = complex_number(number);
    bool parentheses = spec.type == 0, real = !parentheses || c.real != 0 || __builtin_signbit(c.real);
    Spec part = spec; /* the parts are not padded: the whole is */
    part.width = -1;
    Builder b;
    builder_init(&b, vm);
    if (parentheses && real) builder_char(&b, '(');
    bool ok = !real || append_part(&b, c.real, &part);
    if (real) part.sign = '+';
    ok = ok && append_part(&b, c.imag, &part);
    builder_c(&b, parentheses && real ? "j)" : "j");
    if (!ok) {
        builder_fini(&b);
        return ABSENT;
    }
    Value whole = builder_finish(&b);
    if (is_absent(whole) || spec.width <= string_length(as_string(whole))) return whole;
    int64_t left, right;
    pad_split(&spec, string_length(as_string(whole)), &left, &right);
    builder_init(&b, vm);
    builder_repeat(&b, spec.fill, left);
    builder_string(&b, whole);
    builder_repeat(&b, spec.fill, right);
    value_drop(vm, whole);
    return builder_finish(&b);
}
