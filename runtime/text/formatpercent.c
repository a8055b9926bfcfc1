/*
 * The % operator of str and bytes: printf-style conversions.
 *
 * %[(key)][flags][width][.precision][length]type. A bytes template is read as Latin-1 text, so that one formatter
 * serves both.
 */
#include "runtime/bytes/buffer.h"
#include "runtime/bytes/bytes.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/builder.h"
#include "runtime/text/format.h"
#include "runtime/text/str.h"
#include "runtime/text/strsearch.h"
#include "runtime/text/text.h"

typedef struct {
    VM *vm;
    Value template;
    Text text;
    int64_t end;     /* its length */
    int64_t at;      /* the next character of the template */
    Value arguments; /* a tuple, a mapping or a single value */
    int64_t next;    /* the next positional argument */
    int64_t count;   /* of a tuple's; 1 for a single value */
    bool is_row;     /* a tuple */
    bool is_mapping; /* may be asked for keys */
    bool used_key;
    bool bytes;
    Builder out;
    Value whole; /* a text that is all of the result, of whatever class, owned; or ABSENT */
} Formatter;

typedef struct {
    bool left, plus, space, alternate, zero;
    int64_t width;
    int precision; /* -1: none */
    uint32_t type;
    Value key_value; /* of a %(key), owned; ABSENT: positional */
} Conversion;

/* --- arguments --- */

/* The next positional argument. BORROWED, RAISES. */
static Value next_argument(Formatter *f) {
    if (f->next >= f->count || f->used_key)
        return raise_type(f->vm, "not enough arguments for format string");
    int64_t i = f->next++;
    return f->is_row ? as_tuple(f->arguments)->items[i] : f->arguments;
}

static Value key_argument(Formatter *f) {
    VM *vm = f->vm;
    int64_t start = f->at;
    int depth = 1;
    for (; f->at < f->end; f->at++) {
        uint32_t c = text_at(f->text, f->at);
        if (c == '(') depth++;
        if (c == ')' && --depth == 0) break;
    }
    if (depth) return raise_value(vm, "incomplete format key");
    Value key = text_slice(vm, f->template, start, f->at++); /* of a bytes template it is bytes */
    if (is_absent(key)) return ABSENT;
    Value value = object_get_item(vm, f->arguments, key);
    value_drop(vm, key);
    f->used_key = true;
    return value;
}

/* --- parsing --- */

static const uint32_t TEMPLATE_END = UINT32_MAX; /* no character */

static inline uint32_t next_char(Formatter *f) {
    return f->at < f->end ? text_at(f->text, f->at++) : TEMPLATE_END;
}

/* What a number in a conversion may be: a width any size, a precision an int of C. */
typedef struct {
    int64_t limit;
    const char *too_big; /* of digits */
    const char *type;    /* in C, of a value for * */
} CountKind;

/* A width or precision: digits, or * for an argument. `*c` is the character to look at and then the one
 * behind. */
static bool parse_count(Formatter *f, uint32_t *c, const CountKind *kind, int64_t *count) {
    *count = 0;
    if (*c == '*') {
        Value v = next_argument(f);
        if (is_absent(v)) return false;
        if (!is_int_family(v)) return raise_type(f->vm, "* wants int"), false;
        if (!int_to_int64(v, count) || *count > kind->limit || *count < -kind->limit - 1)
            return raise_overflow(f->vm, "Python int too large to convert to C %s", kind->type), false;
        *c = next_char(f);
        return true;
    }
    for (; *c >= '0' && *c <= '9'; *c = next_char(f)) {
        int64_t digit = *c - '0';
        if (*count > (kind->limit - digit) / 10) return raise_value(f->vm, "%s", kind->too_big), false;
        *count = *count * 10 + digit;
    }
    return true;
}

/* The width and the precision, from `*next` on, which is then what stands behind them. */
static bool parse_sizes(Formatter *f, Conversion *c, uint32_t *next) {
    static const CountKind width_kind = {INT64_MAX, "width too big", "ssize_t"};
    const CountKind precision_kind = {INT32_MAX, f->bytes ? "prec too big" : "precision too big", "int"};
    if (!parse_count(f, next, &width_kind, &c->width)) return false;
    if (c->width < 0) c->left = true, c->width = c->width == INT64_MIN ? 0 : -c->width;
    if (*next == '.') {
        int64_t precision;
        *next = next_char(f);
        if (!parse_count(f, next, &precision_kind, &precision)) return false;
        c->precision = precision < 0 ? 0 : (int)precision;
    }
    return true;
}

/* What stands between '%' and the type, the first of it being `next`. */
static bool parse_conversion(Formatter *f, Conversion *c, uint32_t next) {
    VM *vm = f->vm;
    if (next == '(') {
        if (!f->is_mapping) return raise_type(vm, "format requires a mapping"), false;
        c->key_value = key_argument(f);
        if (is_absent(c->key_value)) return false;
        next = next_char(f);
    }
    for (;; next = next_char(f)) {
        if (next == '-')
            c->left = true;
        else if (next == '+')
            c->plus = true;
        else if (next == ' ')
            c->space = true;
        else if (next == '#')
            c->alternate = true;
        else if (next == '0')
            c->zero = true;
        else
            break;
    }
    if (next < 'A' && !parse_sizes(f, c, &next)) return false; /* no letter yet */
    if (next == 'h' || next == 'l' || next == 'L') next = next_char(f);
    if (next == TEMPLATE_END) return raise_value(vm, "incomplete format"), false;
    c->type = next;
    return true;
}

/* --- conversions --- */

static void pad(Builder *b, int64_t count) { builder_repeat(b, ' ', count); }

static void append_padded(Formatter *f, const Conversion *c, Text t, uint32_t maximum) {
    int64_t padding = c->width - text_length(t);
    if (padding > 0 && !c->left) pad(&f->out, padding);
    if (f->bytes || maximum < 0x80)
        builder_ascii(&f->out, (const char *)t.data, (size_t)text_length(t));
    else
        builder_units(&f->out, t.data, text_log(t), text_length(t), maximum);
    if (padding > 0 && c->left) pad(&f->out, padding);
}

/* bytes, or what anything with __bytes__ gives. NEW, RAISES. */
static Value bytes_operand(VM *vm, Value v) {
    Value bytes = ABSENT;
    if (is_bytes(v)) return value_ref(v);
    if (type_of(v)->flags & TYPE_BYTEARRAY) {
        bytes = object_call(vm, from_object(&bytes_type), &v, 1, ABSENT);
    } else {
        Value method = object_special(vm, v, NAME_OF(vm, bytes));
        if (!is_absent(method)) {
            bytes = call_0(vm, method);
            value_drop(vm, method);
            if (!is_absent(bytes) && !is_bytes(bytes)) {
                raise_type(vm, "__bytes__ returned non-bytes (type %T)", bytes);
                value_clear(vm, &bytes);
            }
        } else if (!error_raised(vm) && has_buffer(v)) {
            bytes = buffer_to_bytes(vm, v, BUFFER_FULL_RO);
        } else if (!error_raised(vm)) {
            raise_type(
                vm, "%%b requires a bytes-like object, or an object that implements __bytes__, not '%T'", v);
        }
    }
    return bytes;
}

static bool append_text(Formatter *f, const Conversion *c, Value v) {
    VM *vm = f->vm;
    Value text;
    if (f->bytes && (c->type == 's' || c->type == 'b')) {
        text = bytes_operand(vm, v);
    } else if (c->type == 's') {
        text = is_exactly(v, &str_type) ? value_ref(v) : object_str(vm, v);
    } else {
        text = c->type == 'r' && !f->bytes ? object_repr(vm, v) : object_ascii(vm, v);
    }
    if (is_absent(text)) return false;
    Text t = text_of(text);
    bool alone = f->out.length == 0 && f->at == f->end && c->precision < 0 && c->width == 0;
    if (alone && (f->bytes ? is_exactly(text, &bytes_type) : is_string(text))) {
        f->whole = text;
        return true;
    }
    if (c->precision >= 0 && c->precision < text_length(t)) t = text_part(t, 0, c->precision);
    append_padded(f, c, t, is_string(text) ? string_maximum_in(as_string(text), 0, text_length(t)) : 0xFF);
    value_drop(vm, text);
    return true;
}

/* A str into a str, bytes into bytes, with nothing asked for: the commonest. */
static void append_exact(Formatter *f, Value v) {
    if (f->out.length == 0 && f->at == f->end) {
        f->whole = value_ref(v);
    } else if (f->bytes) {
        builder_ascii(&f->out, (const char *)as_bytes(v)->data, (size_t)as_bytes(v)->length);
    } else {
        builder_string(&f->out, v);
    }
}

/* Whatever TypeError there is already, this is the one. */
static bool refuse_character(const Formatter *f) {
    if (error_raised(f->vm) && !error_is(f->vm, &exc_TypeError)) return false;
    error_clear(f->vm);
    raise_type(f->vm, f->bytes ? "%%c requires an integer in range(256) or a single byte"
                               : "%%c requires int or char");
    return false;
}

static bool append_character(Formatter *f, const Conversion *c, Value v) {
    VM *vm = f->vm;
    int64_t limit = f->bytes ? 256 : 0x110000, code = -1;
    if (!f->bytes && is_string(v) && as_string(v)->length == 1) {
        code = string_at(as_string(v), 0);
    } else if (f->bytes && is_bytes_like(v) && text_length(text_of(v)) == 1) {
        code = text_of(v).data[0];
    } else if (is_int_family(v) || type_of(v)->number.index) {
        Value index = object_index(vm, v);
        if (is_absent(index)) return refuse_character(f);
        bool fits = int_to_int64(index, &code) && code >= 0 && code < limit;
        value_drop(vm, index);
        if (!fits) {
            raise_overflow(vm, f->bytes ? "%%c arg not in range(256)" : "%%c arg not in range(0x110000)");
            return false;
        }
    } else {
        return refuse_character(f);
    }
    if (!c->left) pad(&f->out, c->width - 1);
    builder_char(&f->out, (uint32_t)code);
    if (c->left) pad(&f->out, c->width - 1);
    return true;
}

/* Sign, prefix and digits, padded: zeros go between prefix and digits. */
static void append_number(Formatter *f, const Conversion *c, char sign, const char *prefix,
                          const char *digits, int64_t count, int64_t zeros) {
    int64_t length = (sign != 0) + (int64_t)strlen(prefix) + zeros + count, padding = c->width - length;
    bool zero = c->zero && !c->left;
    if (!zero && !c->left) pad(&f->out, padding);
    if (sign) builder_char(&f->out, (uint8_t)sign);
    builder_c(&f->out, prefix);
    if (zero) builder_repeat(&f->out, '0', padding);
    builder_repeat(&f->out, '0', zeros);
    builder_ascii(&f->out, digits, (size_t)count);
    if (c->left) pad(&f->out, padding);
}

static char sign_of(const Conversion *c, bool negative) {
    return negative ? '-' : c->plus ? '+' : c->space ? ' ' : 0;
}

/* The int to print for %d (from any real number) or %x (from an integer). NEW, RAISES. */
static Value integer_operand(const Formatter *f, const Conversion *c, Value v) {
    VM *vm = f->vm;
    const NumberSlots *number = &type_of(v)->number;
    bool decimal = c->type == 'd' || c->type == 'i' || c->type == 'u';
    if (is_int_family(v)) return int_exact(vm, v);
    if (decimal && number->to_int) {
        Value i = number->to_int(vm, v);
        if (is_absent(i) || is_int_family(i)) return i;
        value_drop(vm, i);
    } else if (number->index) {
        Value i = object_index(vm, v);
        if (!is_absent(i) || !error_is(vm, &exc_TypeError)) return i;
        error_clear(vm);
    }
    uint32_t shown = f->bytes && c->type == 'i' ? 'd' : c->type;
    return raise_type(vm,
                      decimal ? "%%%c format: a real number is required, not %T"
                              : "%%%c format: an integer is required, not %T",
                      shown, v);
}

/* Digit by digit: copied as a whole, they would have to wait until each is in memory. */
static bool append_small(Formatter *f, int64_t i, unsigned base, const char *prefix, bool upper) {
    char text[INT_DIGITS_ROOM], *end = text + sizeof text;
    const char *next = base == 10 ? int_print_decimal(i, end) : int_print_digits(i, base, prefix, end);
    for (; next < end; next++)
        builder_char(&f->out, (uint8_t)(upper && *next >= 'a' ? *next - 0x20 : *next));
    return !f->out.failed;
}

static bool append_integer(Formatter *f, const Conversion *c, Value v) {
    VM *vm = f->vm;
    int base = c->type == 'o' ? 8 : c->type == 'x' || c->type == 'X' ? 16 : 10;
    bool plain = c->width == 0 && c->precision < 0 && !c->plus && !c->space, upper = c->type == 'X';
    const char *prefix = !c->alternate || base == 10 ? "" : base == 8 ? "0o" : upper ? "0X" : "0x";
    if (is_int(v) && plain) return append_small(f, int_get(v), (unsigned)base, prefix, upper);
    if (c->precision > INT32_MAX - 3) return raise_overflow(vm, "precision too large"), false;
    Value i = integer_operand(f, c, v);
    if (is_absent(i)) return false;
    IntText t;
    bool printed = int_text_init(vm, &t, i, base);
    value_drop(vm, i);
    if (!printed) return false;
    bool negative = t.text[0] == '-';
    int64_t count = (int64_t)t.length - negative;
    int64_t zeros = c->precision > count ? c->precision - count : 0;
    int64_t start = f->out.length;
    append_number(f, c, sign_of(c, negative), prefix, t.text + negative, count, zeros);
    value_xdrop(vm, t.owner);
    if (upper && !f->out.failed) builder_upper_ascii(&f->out, start);
    return true;
}

static bool append_float(Formatter *f, const Conversion *c, Value v) {
    VM *vm = f->vm;
    double d;
    if (!is_int_family(v) && !is_float_family(v) && !type_of(v)->number.to_float &&
        !type_of(v)->number.index) {
        raise_type(vm, f->bytes ? "float argument required, not %T" : "must be real number, not %T", v);
        return false;
    }
    if (is_float_family(v))
        d = float_number(v);
    else if (!object_to_double(vm, v, &d))
        return false;
    char code = (char)(c->type | 0x20);
    int flags = (c->alternate ? FLOAT_ALTERNATE : 0) | (c->type < 'a' ? FLOAT_UPPER : 0);
    size_t size;
    char *text = float_to_text(vm, d, code, c->precision < 0 ? 6 : c->precision, flags, &size);
    if (!text) return false;
    bool negative = *text == '-';
    append_number(f, c, sign_of(c, negative), "", text + negative, (int64_t)strlen(text + negative), 0);
    memory_free(vm, text, size);
    return true;
}

static bool raise_unknown(Formatter *f, uint32_t type) {
    if (f->bytes && type >= 0x80) /* a char of C with a sign */
        return raise_overflow(f->vm, "character argument not in range(0x110000)"), false;
    long long at = (long long)f->at - 1;
    uint32_t shown = f->bytes || (type >= 32 && type < 127) ? type : '?';
    raise_value(f->vm, "unsupported format character '%c' (0x%x) at index %lld", shown, type, at);
    return false;
}

static bool append_value(Formatter *f, const Conversion *c, Value v) {
    switch (c->type) {
    case 'b':
        if (!f->bytes) return raise_unknown(f, c->type);
        return append_text(f, c, v);
    case 's':
    case 'r':
    case 'a': return append_text(f, c, v);
    case 'c': return append_character(f, c, v);
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X': return append_integer(f, c, v);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G': return append_float(f, c, v);
    default: return raise_unknown(f, c->type);
    }
}

/* One conversion, behind its '%'. */
static bool convert(Formatter *f) {
    Conversion c = {.precision = -1};
    uint32_t next = next_char(f);
    if (next == '%') {
        builder_char(&f->out, '%');
        return true;
    }
    bool plain = next >= 'A' && next != 'h' && next != 'l' && next != 'L' && next != TEMPLATE_END,
         ok = true; /* nothing but the type */
    if (plain) {
        c.type = next;
    } else {
        ok = parse_conversion(f, &c, next);
    }
    if (ok) {
        Value v = is_absent(c.key_value) ? next_argument(f) : c.key_value;
        bool whole = plain && (next == 's' || (next == 'b' && f->bytes));
        if (is_absent(v)) {
            ok = false;
        } else if (whole && is_exactly(v, f->bytes ? &bytes_type : &str_type)) {
            append_exact(f, v);
        } else if (plain && is_int(v) && (next == 's' || next == 'r') && !f->bytes) {
            builder_int(&f->out, int_get(v));
        } else {
            ok = append_value(f, &c, v);
        }
        ok = ok && !f->out.failed;
    }
    value_xdrop(f->vm, c.key_value);
    return ok;
}

/* Up to the next '%', or to the template's end. */
static void append_literal(Formatter *f) {
    int64_t start = f->at;
    if (text_at(f->text, start) == '%') return;
    int64_t length = text_find_unit(text_part(f->text, start, f->end), '%');
    f->at = length < 0 ? f->end : start + length;
    if (f->bytes) {
        builder_ascii(&f->out, (const char *)f->text.data + start,
                      (size_t)(f->at - start)); /* or other bytes */
    } else if (f->at - start == f->end) {
        f->whole = value_ref(f->template);
    } else {
        builder_slice(&f->out, f->template, start, f->at);
    }
}

static bool run(Formatter *f) {
    while (f->at < f->end) {
        append_literal(f);
        if (f->at == f->end) break;
        f->at++;
        if (!convert(f)) return false;
    }
    if (f->next < f->count && !f->is_mapping) {
        raise_type(f->vm, "not all arguments converted during %s formatting", f->bytes ? "bytes" : "string");
        return false;
    }
    return true;
}

/* May items be asked for by name? */
static bool is_mapping(const Type *type, bool bytes) {
    if (!type->container.get_item ||
        type->flags & (bytes ? TYPE_STR | TYPE_BYTES | TYPE_BYTEARRAY : TYPE_STR))
        return false;
    return !(type->flags & TYPE_NUMBERED) ||
           type->container.get_item != type_native_base(type)->container.get_item;
}

static Value format(VM *vm, Value template, Value arguments, bool bytes) {
    Formatter f; /* field by field: an initializer would clear the builder's room too */
    f.vm = vm;
    f.template = template;
    f.text = text_of(template);
    f.end = text_length(f.text);
    f.whole = ABSENT;
    f.arguments = arguments;
    f.bytes = bytes;
    f.at = f.next = 0;
    f.used_key = false;
    f.is_row = is_tuple(arguments);
    f.count = f.is_row ? as_tuple(arguments)->length : 1;
    f.is_mapping = !f.is_row && is_mapping(type_of(arguments), bytes);
    builder_init(&f.out, vm);
    bool done = run(&f);
    if (done && is_absent(f.whole)) return bytes ? builder_finish_bytes(&f.out) : builder_finish(&f.out);
    builder_fini(&f.out);
    if (done) return f.whole;
    value_xdrop(vm, f.whole);
    return ABSENT;
}

Value format_percent(VM *vm, Value template, Value arguments) {
    return format(vm, template, arguments, false);
}

Value format_percent_bytes(VM *vm, Value template, Value arguments) {
    return format(vm, template, arguments, true);
}
