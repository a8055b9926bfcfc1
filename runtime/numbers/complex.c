/* The type complex: arithmetic, powers, text, methods. */
#include "runtime/numbers/complex.h"

#include <math.h>
#include <stddef.h>

#include "base/unicode.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/warn.h"
#include "runtime/hash.h"
#include "runtime/native.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/builder.h"
#include "runtime/text/format.h"
#include "runtime/text/str.h"

Value complex_from(VM *vm, double real, double imag) {
    Complex *c = (Complex *)object_new(vm, &complex_type, sizeof *c);
    if (!c) return raise_memory(vm);
    c->number = (ComplexNumber){real, imag};
    return from_object(c);
}

static void dealloc(VM *vm, Object *self) {
    object_free(vm, self, self->type == &complex_type ? sizeof(Complex) : instance_size(self, 0));
}

static __attribute__((noinline)) int convert_operand(VM *vm, Value v, ComplexNumber *c) {
    *c = (ComplexNumber){0, 0};
    if (is_float_family(v)) {
        c->real = float_number(v);
    } else if (is_int_family(v)) {
        return int_to_double(vm, v, &c->real) ? 1 : -1;
    } else if (is_complex(v)) {
        *c = complex_number(v);
    } else {
        return 0;
    }
    return 1;
}

/* The number of an operand: 1 done, 0 no number, -1 RAISES. */
static inline int operand(VM *vm, Value v, ComplexNumber *c) {
    if (!is_exactly(v, &complex_type)) return convert_operand(vm, v, c);
    *c = complex_number(v);
    return 1;
}

/* --- arithmetic --- */

static ComplexNumber product(ComplexNumber a, ComplexNumber b) {
    return (ComplexNumber){a.real * b.real - a.imag * b.imag, a.real * b.imag + a.imag * b.real};
}

/* Smith's method: scale by the greater part of the divisor, so that nothing overflows that need not. */
static ComplexNumber quotient(ComplexNumber a, ComplexNumber b) {
    if (fabs(b.real) >= fabs(b.imag)) {
        double ratio = b.imag / b.real, denominator = b.real + b.imag * ratio;
        return (ComplexNumber){(a.real + a.imag * ratio) / denominator,
                               (a.imag - a.real * ratio) / denominator};
    }
    if (isnan(b.real) || isnan(b.imag)) return (ComplexNumber){NAN, NAN};
    double ratio = b.real / b.imag, denominator = b.real * ratio + b.imag;
    return (ComplexNumber){(a.real * ratio + a.imag) / denominator, (a.imag * ratio - a.real) / denominator};
}

static ComplexNumber integer_power(ComplexNumber base, int n) {
    ComplexNumber result = {1, 0}, square = base;
    for (int rest = n < 0 ? -n : n; rest; rest >>= 1) {
        if (rest & 1) result = product(result, square);
        square = product(square, square);
    }
    return n < 0 ? quotient((ComplexNumber){1, 0}, result) : result;
}

/* `nowhere`: the result has no direction, which counts as a division by zero. */
static ComplexNumber polar_power(ComplexNumber a, ComplexNumber b, bool *nowhere) {
    double size = hypot(a.real, a.imag), angle = atan2(a.imag, a.real);
    double length = pow(size, b.real), phase = angle * b.real;
    if (b.imag != 0) {
        length /= exp(angle * b.imag);
        phase += b.imag * log(size);
    }
    *nowhere = isinf(phase);
    return (ComplexNumber){length * cos(phase), length * sin(phase)};
}

Value complex_power(VM *vm, ComplexNumber a, ComplexNumber b) {
    enum { INTEGER_POWER_MAX = 100 }; /* repeated products are exacter up to here, as in CPython */
    ComplexNumber result = {0, 0};
    bool nowhere = false;
    bool zero = a.real == 0 && a.imag == 0;
    if (b.real == 0 && b.imag == 0) {
        result = (ComplexNumber){1, 0};
    } else if (zero && (b.imag != 0 || b.real < 0)) {
        nowhere = true;
    } else if (b.imag == 0 && b.real == floor(b.real) && fabs(b.real) <= INTEGER_POWER_MAX) {
        result = integer_power(a, (int)b.real);
    } else if (!zero) {
        result = polar_power(a, b, &nowhere);
    }
    if (nowhere) return raise_error(vm, &exc_ZeroDivisionError, "0.0 to a negative or complex power");
    if (isinf(result.real) || isinf(result.imag)) return raise_overflow(vm, "complex exponentiation");
    return complex_from(vm, result.real, result.imag);
}

static Value arithmetic(VM *vm, BinaryOp op, Value left, Value right) {
    ComplexNumber a, b;
    int known = operand(vm, left, &a);
    if (known == 1) known = operand(vm, right, &b);
    if (known < 0) return ABSENT;
    if (known == 0) return NOT_IMPLEMENTED;
    switch (op) {
    case BINARY_ADD: return complex_from(vm, a.real + b.real, a.imag + b.imag);
    case BINARY_SUBTRACT: return complex_from(vm, a.real - b.real, a.imag - b.imag);
    case BINARY_MULTIPLY: a = product(a, b); return complex_from(vm, a.real, a.imag);
    case BINARY_POWER: return complex_power(vm, a, b);
    default:
        if (b.real == 0 && b.imag == 0)
            return raise_error(vm, &exc_ZeroDivisionError, "complex division by zero");
        a = quotient(a, b);
        return complex_from(vm, a.real, a.imag);
    }
}

#define BINARY(name, op) \
    static Value name(VM *vm, Value a, Value b) { return arithmetic(vm, op, a, b); }
BINARY(add, BINARY_ADD)
BINARY(subtract, BINARY_SUBTRACT)
BINARY(multiply, BINARY_MULTIPLY)
BINARY(true_divide, BINARY_TRUE_DIVIDE)
BINARY(power, BINARY_POWER)
#undef BINARY

static Value power_3(VM *vm, Value a, Value b, Value c) {
    ComplexNumber ignored;
    int known = operand(vm, a, &ignored);
    if (known == 1) known = operand(vm, b, &ignored);
    if (known < 0) return ABSENT;
    return known ? raise_value(vm, "complex modulo") : NOT_IMPLEMENTED;
}

static Value negative(VM *vm, Value self) {
    ComplexNumber c = complex_number(self);
    return complex_from(vm, -c.real, -c.imag);
}

static Value positive(VM *vm, Value self) {
    ComplexNumber c = complex_number(self);
    return is_exactly(self, &complex_type) ? value_ref(self) : complex_from(vm, c.real, c.imag);
}

static Value absolute(VM *vm, Value self) {
    ComplexNumber c = complex_number(self);
    double size = hypot(c.real, c.imag);
    if (isinf(size) && isfinite(c.real) && isfinite(c.imag))
        return raise_overflow(vm, "absolute value too large");
    return float_from(vm, size);
}

static int truth(VM *vm, Value self) {
    ComplexNumber c = complex_number(self);
    return c.real != 0 || c.imag != 0;
}

/* --- comparison, hash, text --- */

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (op != COMPARE_EQ && op != COMPARE_NE) return NOT_IMPLEMENTED;
    ComplexNumber c = complex_number(self);
    bool equal;
    if (is_complex(other)) {
        ComplexNumber d = complex_number(other);
        equal = c.real == d.real && c.imag == d.imag;
    } else if (is_int_family(other) || is_float_family(other)) {
        Value real = float_from(vm, c.real); /* an int may be too large for a double: compare exactly */
        if (is_absent(real)) return ABSENT;
        int same = c.imag == 0 ? object_equal(vm, real, other) : 0;
        value_drop(vm, real);
        if (same < 0) return ABSENT;
        equal = same;
    } else {
        return NOT_IMPLEMENTED;
    }
    return bool_from(equal == (op == COMPARE_EQ));
}

static bool hash(VM *vm, Value self, int64_t *result) {
    static const uint64_t imaginary_factor = 1000003; /* sys.hash_info.imag */
    ComplexNumber c = complex_number(self);
    int64_t address = hash_pointer(as_object(self));
    uint64_t real = (uint64_t)(isnan(c.real) ? address : float_hash(c.real));
    uint64_t imag = (uint64_t)(isnan(c.imag) ? address : float_hash(c.imag));
    int64_t sum = (int64_t)(real + imaginary_factor * imag);
    *result = sum == -1 ? -2 : sum;
    return true;
}

static void append_part(Builder *b, double d, int flags) {
    size_t size;
    char *text = float_to_text(b->vm, d, 'r', 0, flags, &size);
    if (!text) {
        b->failed = true;
        return;
    }
    builder_c(b, text);
    memory_free(b->vm, text, size);
}

static Value repr(VM *vm, Value self) {
    ComplexNumber c = complex_number(self);
    Builder b;
    builder_init(&b, vm);
    if (c.real == 0 && !signbit(c.real)) {
        append_part(&b, c.imag, 0);
        builder_char(&b, 'j');
    } else {
        builder_char(&b, '(');
        append_part(&b, c.real, 0);
        append_part(&b, c.imag, FLOAT_ALWAYS_SIGN);
        builder_c(&b, "j)");
    }
    return builder_finish(&b);
}

/* --- complex(x, y) --- */

static bool is_j(char c) { return (c | 0x20) == 'j'; }

static const char *skip_space(const char *text) {
    while (unicode_is_margin((unsigned char)*text))
        text++;
    return text;
}

/* How many characters of text form a float (sign included), 0 for none. */
static size_t number_length(const char *text, double *d) {
    const char *s = text;
    for (; *s && !is_j(*s) && *s != ')' && !unicode_is_margin((unsigned char)*s); s++) {
        /* a sign that is not an exponent's begins the next number */
        if ((*s == '+' || *s == '-') && s > text && (s[-1] | 0x20) != 'e') break;
    }
    return float_scan(text, (size_t)(s - text), d) ? (size_t)(s - text) : 0;
}

/* A lone sign before j stands for one. */
static size_t imaginary_length(const char *text, double *d) {
    size_t length = number_length(text, d);
    if (length) return length;
    *d = *text == '-' ? -1 : 1;
    return *text == '+' || *text == '-';
}

/* ASCII text with a NUL at its end as "real", "imagj", "real+imagj", in parentheses or not. */
static bool scan(const char *text, const char *end, ComplexNumber *c) {
    *c = (ComplexNumber){0, 0};
    text = skip_space(text);
    bool parenthesis = *text == '(';
    if (parenthesis) text = skip_space(text + 1);
    if (is_j(*text)) {
        c->imag = 1;
        text++;
    } else {
        double first, second;
        size_t length = imaginary_length(text, &first);
        if (!length) return false;
        bool bare_sign = length == 1 && !(text[0] >= '0' && text[0] <= '9');
        text += length;
        if (is_j(*text)) {
            c->imag = first;
            text++;
        } else {
            if (bare_sign) return false;
            c->real = first;
            if (*text == '+' || *text == '-') {
                length = imaginary_length(text, &second);
                if (!length || !is_j(text[length])) return false;
                c->imag = second;
                text += length + 1;
            }
        }
    }
    text = skip_space(text);
    if (parenthesis) {
        if (*text++ != ')') return false;
        text = skip_space(text);
    }
    return text == end;
}

/* The text in ASCII, without underscores, in `to`, which has room for it and a NUL; the length. *valid: each underscore
 * stands between digits. */
static size_t clean(const String *s, char *to, bool *valid) {
    size_t count = 0;
    bool digit_before = false, underscores = false;
    *valid = true;
    for (int64_t i = 0; i < (int64_t)s->length; i++) {
        uint32_t c = string_at(s, i);
        int digit = unicode_decimal(c);
        if (c == '_') {
            underscores = true;
            *valid = *valid && digit_before && i + 1 < (int64_t)s->length &&
                     unicode_decimal(string_at(s, i + 1)) >= 0;
            continue;
        }
        if (c == 0) {
            c = '?';
            *valid = *valid && !underscores;
        }
        digit_before = digit >= 0;
        to[count++] = (char)(digit >= 0 ? '0' + digit : unicode_is_margin(c) ? ' ' : c < 0x80 ? (int)c : '?');
        if (to[count - 1] == '?') break; /* wrong, whatever follows */
    }
    to[count] = 0;
    return count;
}

static Value parse(VM *vm, Value text) {
    const String *s = as_string(text);
    const char *ascii = (const char *)s->data;
    size_t room = (size_t)s->length + 1, length = s->length;
    bool valid = true, plain = s->ascii && !memchr(ascii, '_', length);
    if (!plain) {
        char *copy = memory_alloc(vm, room);
        if (!copy) return ABSENT;
        length = clean(s, copy, &valid);
        ascii = copy;
    }
    ComplexNumber c;
    bool number = scan(ascii, ascii + length, &c);
    if (!plain) memory_free(vm, (char *)ascii, room);
    if (!valid) return raise_value(vm, "could not convert string to complex: %R", text);
    if (!number) return raise_value(vm, "complex() arg is a malformed string");
    return complex_from(vm, c.real, c.imag);
}

/* x.__complex__(), or x as it is if it has none. NEW. */
static Value through_complex(VM *vm, Value x) {
    if (!is_object(x) || is_exactly(x, &complex_type)) return value_ref(x);
    Value method = object_special(vm, x, NAME_OF(vm, complex));
    if (is_absent(method)) return error_raised(vm) ? ABSENT : value_ref(x);
    Value result = call_0(vm, method);
    value_drop(vm, method);
    if (is_absent(result) || is_exactly(result, &complex_type)) return result;
    if (!is_complex(result)) {
        raise_type(vm, "__complex__ returned non-complex (type %T)", result);
    } else if (warn(vm, &exc_DeprecationWarning, 1,
                    "__complex__ returned non-complex (type %T).  The ability to return an instance of a "
                    "strict "
                    "subclass of complex is deprecated, and may be removed in a future version of Python.",
                    result)) {
        return result;
    }
    value_drop(vm, result);
    return ABSENT;
}

/* One argument as a complex number. */
static bool convert(VM *vm, Value x, const char *wanted, ComplexNumber *c) {
    bool number = is_float_family(x) || (is_int_family(x) && !is_bool(x));
    bool own =
        number && !is_exactly(x, &float_type) && !is_exactly(x, &int_type); /* may have its own __float__ */
    int known = own ? 0 : operand(vm, x, c);
    if (own) *c = (ComplexNumber){0, 0};
    if (known) return known > 0;
    const Type *type = type_of(x);
    if (!type->number.to_float && !type->number.index) {
        raise_type(vm, wanted, x);
        return false;
    }
    return object_to_double(vm, x, &c->real);
}

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[2];
    if (!arguments_bind(vm, "complex", "real=0, imag=0", args, nargs, names, row)) return ABSENT;
    Value x = row[0], y = row[1], result = ABSENT;
    if (!is_absent(x) && is_string(x)) {
        if (!is_absent(y)) return raise_type(vm, "complex() can't take second arg if first is a string");
        result = parse(vm, x);
    } else if (!is_absent(y) && is_string(y)) {
        return raise_type(vm, "complex() second arg can't be a string");
    } else {
        ComplexNumber a = {0, 0}, b = {0, 0};
        Value first = is_absent(x) ? int_small(0) : through_complex(vm, x);
        if (is_absent(first)) return ABSENT;
        bool first_is_complex = is_family(first, TYPE_COMPLEX);
        bool ok = convert(vm, first, "complex() first argument must be a string or a number, not '%T'", &a);
        value_drop(vm, first);
        if (!ok) return ABSENT;
        if (!is_absent(y) && !convert(vm, y, "complex() second argument must be a number, not '%T'", &b))
            return ABSENT;
        /* a + b * 1j, but adding no zero that is not there, which would take away the sign of another */
        double imag = is_absent(y) ? a.imag : first_is_complex ? a.imag + b.real : b.real;
        result = complex_from(vm, a.real - b.imag, imag);
    }
    if (is_absent(result) || type == &complex_type) return result;
    Complex *self = (Complex *)instance_new(vm, type, 0);
    if (self) {
        self->number = complex_number(result);
        object_track(&self->head);
    }
    value_drop(vm, result);
    return from_object(self);
}

/* --- methods --- */

NATIVE(conjugate) {
    ComplexNumber c = complex_number(args[0]);
    return complex_from(vm, c.real, -c.imag);
}

NATIVE(complex_method) { return positive(vm, args[0]); }

NATIVE(format_method) { return format_complex(vm, args[0], args[1]); }

NATIVE(getnewargs) {
    ComplexNumber number = complex_number(args[0]);
    return tuple_from_made(vm, (Value[]){float_from(vm, number.real), float_from(vm, number.imag)}, 2);
}

static const NativeDef methods[] = {
    {"conjugate", conjugate, "", "Return the complex conjugate of its argument."},
    {"__complex__", complex_method, "", "Convert this value to exact type complex."},
    {"__format__", format_method, "format_spec, /", "Convert to a string according to format_spec."},
    {"__getnewargs__", getnewargs, "", NULL},
    {0},
};

static const MemberDef members[] = {
    {"real", offsetof(Complex, number.real), MEMBER_READONLY | MEMBER_DOUBLE,
     "the real part of a complex number"},
    {"imag", offsetof(Complex, number.imag), MEMBER_READONLY | MEMBER_DOUBLE,
     "the imaginary part of a complex number"},
    {0},
};

Type complex_type = {
    TYPE_HEAD(complex_type, "complex", .dealloc = dealloc),
    .flags = TYPE_BASE | TYPE_COMPLEX,
    .basic_size = sizeof(Complex),
    .base = &object_type,
    .doc = "(real=0, imag=0)\n--\n\nCreate a complex number from a string or numbers.",
    .new = new,
    .repr = repr,
    .hash = hash,
    .compare = compare,
    .number =
        {
            .binary =
                {
                    [BINARY_ADD] = add,
                    [BINARY_SUBTRACT] = subtract,
                    [BINARY_MULTIPLY] = multiply,
                    [BINARY_TRUE_DIVIDE] = true_divide,
                    [BINARY_POWER] = power,
                },
            .unary = {[UNARY_NEGATIVE] = negative, [UNARY_POSITIVE] = positive, [UNARY_ABSOLUTE] = absolute},
            .power3 = power_3,
            .truth = truth,
        },
    .methods = methods,
    .members = members,
};
