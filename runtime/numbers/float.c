/* The type float: arithmetic, comparison, rounding, hash, methods. Text is in floattext.c. */
#include "runtime/numbers/float.h"

#include "gc/likely.h"
#include "runtime/text/text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/bytes/bytes.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/hash.h"
#include "runtime/native.h"
#include "runtime/numbers/complex.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/codec.h"
#include "runtime/text/format.h"
#include "runtime/text/hexdigits.h"
#include "runtime/text/str.h"

/* --- making --- */

Value float_from_heap(VM *vm, double d) {
    HeapFloat *f = (HeapFloat *)object_new(vm, &float_type, sizeof *f);
    if (!f) return raise_memory(vm);
    f->number = d;
    return from_object(f);
}

static void dealloc(VM *vm, Object *self) {
    if (UNLIKELY(self->type != &float_type))
        instance_free(vm, self, 0);
    else
        heap_free(vm_heap(vm), self, sizeof(HeapFloat));
}

/* The number of an operand: 1 done, 0 neither int nor float, -1 RAISES. */
static int operand(VM *vm, Value v, double *d) {
    if (is_float_family(v)) {
        *d = float_number(v);
        return 1;
    }
    if (!is_int_family(v)) return 0;
    return int_to_double(vm, v, d) ? 1 : -1;
}

/* --- arithmetic --- */

/* Floor division and modulo by fmod, so that floor(x / y) * y + mod == x as nearly as can be. The result has
 * the sign of y; a zero remainder too. */
static double divide_floor(double x, double y, double *modulo) {
    double mod = fmod(x, y), div = (x - mod) / y;
    if (mod != 0) {
        if ((y < 0) != (mod < 0)) mod += y, div -= 1.0;
    } else {
        mod = copysign(0.0, y);
    }
    *modulo = mod;
    if (div == 0) return copysign(0.0, x / y);
    double whole = floor(div);
    return div - whole > 0.5 ? whole + 1.0 : whole;
}

static Value raise_zero(VM *vm, const char *text) {
    return raise_error(vm, &exc_ZeroDivisionError, "%s", text);
}

static Value power(VM *vm, double x, double y) {
    if (x == 0 && y < 0 && isfinite(y)) return raise_zero(vm, "0.0 cannot be raised to a negative power");
    if (x < 0 && isfinite(x) && isfinite(y) && y != floor(y)) {
        return complex_power(vm, (ComplexNumber){x, 0}, (ComplexNumber){y, 0});
    }
    double result = pow(x, y);
    if (isinf(result) && isfinite(x) && isfinite(y)) {
        return raise_error(vm, &exc_OverflowError, "(34, 'Numerical result out of range')");
    }
    return float_from(vm, result);
}

static Value arithmetic(VM *vm, BinaryOp op, Value a, Value b) {
    double x, y, modulo;
    int left = operand(vm, a, &x), right = left == 1 ? operand(vm, b, &y) : 0;
    if (left < 0 || right < 0) return ABSENT;
    if (left == 0 || right == 0) return NOT_IMPLEMENTED;
    switch (op) {
    case BINARY_ADD: return float_from(vm, x + y);
    case BINARY_SUBTRACT: return float_from(vm, x - y);
    case BINARY_MULTIPLY: return float_from(vm, x * y);
    case BINARY_TRUE_DIVIDE: return y == 0 ? raise_zero(vm, "float division by zero") : float_from(vm, x / y);
    case BINARY_POWER: return power(vm, x, y);
    case BINARY_MODULO:
        if (y == 0) return raise_zero(vm, "float modulo by zero");
        divide_floor(x, y, &modulo);
        return float_from(vm, modulo);
    default:
        if (y == 0) return raise_zero(vm, "float floor division by zero");
        return float_from(vm, divide_floor(x, y, &modulo));
    }
}

static Value divide_with_rest(VM *vm, Value a, Value b) {
    double x, y, modulo;
    int left = operand(vm, a, &x), right = left == 1 ? operand(vm, b, &y) : 0;
    if (left < 0 || right < 0) return ABSENT;
    if (left == 0 || right == 0) return NOT_IMPLEMENTED;
    if (y == 0) return raise_zero(vm, "float divmod()");
    double quotient = divide_floor(x, y, &modulo);
    return tuple_from_made(vm, (Value[]){float_from(vm, quotient), float_from(vm, modulo)}, 2);
}

#define BINARY(name, op) \
    static Value name(VM *vm, Value a, Value b) { return arithmetic(vm, op, a, b); }
#define BINARY_AT_ONCE(name, op, operator) \
    static Value name(VM *vm, Value a, Value b) { \
        if (!is_float_family(a) || !is_float_family(b)) return arithmetic(vm, op, a, b); \
        return float_from(vm, float_number(a) operator float_number(b)); \
    }
BINARY_AT_ONCE(add, BINARY_ADD, +)
BINARY_AT_ONCE(subtract, BINARY_SUBTRACT, -)
BINARY_AT_ONCE(multiply, BINARY_MULTIPLY, *)
BINARY(true_divide, BINARY_TRUE_DIVIDE)
BINARY(floor_divide, BINARY_FLOOR_DIVIDE)
BINARY(modulo, BINARY_MODULO)
BINARY(to_the_power, BINARY_POWER)
#undef BINARY
#undef BINARY_AT_ONCE

static Value power_3(VM *vm, Value a, Value b, Value c) {
    return raise_type(vm, "pow() 3rd argument not allowed unless all arguments are integers");
}

static Value negative(VM *vm, Value self) { return float_from(vm, -float_number(self)); }

static Value absolute(VM *vm, Value self) { return float_from(vm, fabs(float_number(self))); }

static Value exact(VM *vm, Value self) {
    bool is_exact = is_float(self) || is_exactly(self, &float_type);
    return is_exact ? value_ref(self) : float_from(vm, float_number(self));
}

static int truth(VM *vm, Value self) { return float_number(self) != 0; }

static Value to_int(VM *vm, Value self) { return int_from_double(vm, float_number(self)); }

static Value repr(VM *vm, Value self) {
    char text[40];
    return string_from_ascii(vm, text, (size_t)float_repr(float_number(self), text));
}

/* --- comparison and hash --- */

/* The order of a float (no nan) and an int, exactly. 2: memory was refused. */
static int order_with_int(VM *vm, double d, Value i) {
    if (isinf(d)) return d > 0 ? 1 : -1;
    if (is_int(i) && llabs(int_get(i)) <= INT64_C(1) << 53) {
        double e = (double)int_get(i);
        return d < e ? -1 : d > e;
    }
    if (is_exactly(i, &int_type) && fabs(d) < 0x1p61) /* which is farther from zero */
        return int_sign(i) < 0 ? 1 : -1;
    Value whole = int_from_double(vm, floor(d));
    if (is_absent(whole)) return 2;
    int order = int_order(whole, i);
    value_drop(vm, whole);
    return order ? order : d > floor(d);
}

static __attribute__((noinline)) Value compare_with_int(VM *vm, double x, Value b, CompareOp op) {
    if (!is_int_family(b)) return NOT_IMPLEMENTED;
    if (isnan(x)) return bool_from(op == COMPARE_NE);
    int order = order_with_int(vm, x, b);
    return order == 2 ? ABSENT : compare_order(order, op);
}

static Value compare(VM *vm, Value a, Value b, CompareOp op) {
    double x = float_number(a);
    if (!is_float_family(b)) return compare_with_int(vm, x, b, op);
    double y = float_number(b);
    if (isnan(x) || isnan(y)) return bool_from(op == COMPARE_NE);
    return compare_order((x > y) - (x < y), op);
}

/* Modulo the prime 2^61-1, as ints hash, so that equal numbers have equal hashes (the library reference,
 * "Hashing of numeric types"). nan hashes by identity. */
int64_t float_hash(double d) {
    enum { BITS = 61 };
    static const uint64_t modulus = (UINT64_C(1) << BITS) - 1;
    if (isinf(d)) return d > 0 ? 314159 : -314159;
    int exponent;
    double mantissa = frexp(fabs(d), &exponent);
    uint64_t x = 0;
    while (mantissa != 0) {
        x = ((x << 28) & modulus) | x >> (BITS - 28);
        mantissa *= 268435456.0; /* 2^28 */
        exponent -= 28;
        uint64_t digit = (uint64_t)mantissa;
        mantissa -= (double)digit;
        x += digit;
        if (x >= modulus) x -= modulus;
    }
    int turn = exponent >= 0 ? exponent % BITS : BITS - 1 - (-1 - exponent) % BITS;
    x = ((x << turn) & modulus) | x >> (BITS - turn);
    int64_t hash = d < 0 ? -(int64_t)x : (int64_t)x;
    return hash == -1 ? -2 : hash;
}

static bool hash(VM *vm, Value self, int64_t *result) {
    double d = float_number(self);
    *result = isnan(d) ? hash_pointer(as_object(self)) : float_hash(d);
    return true;
}

/* --- float(x) --- */

static Value convert(VM *vm, Value x) {
    if (is_float(x)) return x;
    if (is_int(x)) return float_from(vm, (double)int_get(x));
    if (is_exactly(x, &str_type)) return float_parse(vm, x, x);
    if (type_of(x)->number.to_float || type_of(x)->number.index) return object_to_float(vm, x);
    if (is_string(x) || is_bytes(x)) return float_parse(vm, x, x);
    if (is_bytes_like(x)) {
        Value bytes = object_call(vm, from_object(&bytes_type), &x, 1, ABSENT);
        Value number = is_absent(bytes) ? ABSENT : float_parse(vm, bytes, x);
        value_xdrop(vm, bytes);
        return number;
    }
    return raise_type(vm, "float() argument must be a string or a real number, not '%T'", x);
}

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value x;
    if (nargs == 1 && is_absent(names)) {
        x = args[0];
    } else if (!arguments_no_names(vm, "float", names) ||
               !arguments_bind(vm, "float", "x=0, /", args, nargs, names, &x)) {
        return ABSENT;
    }
    Value number = is_absent(x) ? float_from(vm, 0.0) : convert(vm, x);
    if (is_absent(number) || type == &float_type) return number;
    HeapFloat *self = (HeapFloat *)instance_new(vm, type, 0);
    if (self) {
        self->number = float_number(number);
        object_track(&self->head);
    }
    value_drop(vm, number);
    return from_object(self);
}

/* --- methods --- */

NATIVE(is_integer) {
    double d = float_number(args[0]);
    return bool_from(isfinite(d) && floor(d) == d);
}

double float_round(uint64_t bits, bool rest, int64_t exponent) {
    if (exponent > 1024) return INFINITY;
    int64_t keep = exponent < -1021 ? 53 - (-1021 - exponent) : 53; /* a subnormal has fewer bits */
    if (keep < 0) return 0.0;
    int drop = 64 - (int)keep;
    uint64_t kept = drop == 64 ? 0 : bits >> drop;
    uint64_t lost = drop == 64 ? bits : bits & ((UINT64_C(1) << drop) - 1), half = UINT64_C(1) << (drop - 1);
    if (lost > half || (lost == half && (rest || (kept & 1)))) kept++;
    return ldexp((double)kept, (int)(exponent - keep));
}

NATIVE(conjugate) { return exact(vm, args[0]); }

NATIVE(trunc_method) { return to_int(vm, args[0]); }

NATIVE(floor_method) { return int_from_double(vm, floor(float_number(args[0]))); }

NATIVE(ceil_method) { return int_from_double(vm, ceil(float_number(args[0]))); }

enum { ROUNDED_TEXT = 700 }; /* room for 309 digits before the point and 323 behind it */

/*
 * The exact number as text, rounded to a multiple of 10**places. Its digits are counted in the whole part, which prints
 * exactly: a logarithm is off by one for a number just below a power of ten.
 */
static void round_whole_digits(double d, int places, char *text) {
    double whole = floor(fabs(d));
    int digits = snprintf(text, ROUNDED_TEXT, "%.0f", whole);
    if (digits > places) {
        snprintf(text, ROUNDED_TEXT, "%.*e", digits - places - 1, d);
        return;
    }
    /* The result is zero or one unit: up from above the half, a 5 with something behind it. */
    bool up = digits == places && text[0] >= '5' &&
              (text[0] > '5' || strspn(text + 1, "0") + 1 < (size_t)digits || whole != fabs(d));
    snprintf(text, ROUNDED_TEXT, "%s%de%d", signbit(d) ? "-" : "", up, places);
}

/* Round by arithmetic where that is exact: the power of ten is, the whole number in between is, and the scaled value is
 * farther from a half than its error. Then the quotient is the double nearest to the decimal number. */
static bool round_scaled(double d, int64_t digits, double *rounded) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if ((uint64_t)digits >= sizeof powers / sizeof *powers) return false;
    double scaled = d * powers[digits], whole = rint(scaled);
    if (!(fabs(scaled) < 0x1p52) || 0.5 - fabs(scaled - whole) <= fabs(scaled) * 0x1p-51) return false;
    *rounded = copysign(whole / powers[digits], d);
    return true;
}

/* Round to `digits` decimals, else through the exact decimal text: halves of the true value go to even. */
static Value round_to(VM *vm, double d, int64_t digits) {
    double simply;
    if (round_scaled(d, digits, &simply)) return float_from(vm, simply);
    if (!isfinite(d) || digits > 323)
        return float_from(vm, d); /* no double has digits that far behind the point */
    if (digits < -308) return float_from(vm, copysign(0.0, d));
    char text[ROUNDED_TEXT];
    if (digits >= 0)
        snprintf(text, sizeof text, "%.*f", (int)digits, d);
    else
        round_whole_digits(d, -(int)digits, text);
    double rounded = strtod(text, NULL);
    if (isinf(rounded)) return raise_overflow(vm, "rounded value too large to represent");
    return float_from(vm, rounded);
}

NATIVE(round_method) {
    double d = float_number(args[0]);
    if (!value_is_given(args[1])) return int_from_double(vm, nearbyint(d));
    int64_t digits;
    if (!object_to_int64(vm, args[1], NULL, &digits)) return ABSENT;
    return round_to(vm, d, digits);
}

NATIVE(as_integer_ratio) {
    double d = float_number(args[0]);
    if (isinf(d)) return raise_overflow(vm, "cannot convert Infinity to integer ratio");
    if (isnan(d)) return raise_value(vm, "cannot convert NaN to integer ratio");
    int exponent;
    double mantissa = frexp(d, &exponent);
    for (int i = 0; i < 300 && mantissa != floor(mantissa); i++)
        mantissa *= 2, exponent--;
    Value pair[2] = {int_from_double(vm, mantissa), int_small(1)};
    if (is_absent(pair[0])) return ABSENT;
    Value *scaled = exponent > 0 ? &pair[0] : &pair[1];
    value_set(vm, scaled, int_shift(vm, *scaled, exponent > 0 ? exponent : -exponent));
    return tuple_from_made(vm, pair, 2);
}

NATIVE(hex) {
    double d = float_number(args[0]);
    if (!isfinite(d)) return repr(vm, args[0]);
    int exponent = 0;
    double mantissa = d == 0 ? 0 : frexp(fabs(d), &exponent);
    if (d != 0) {
        int least = exponent - 1 < -1022 ? -1022 : exponent - 1; /* subnormals keep the least exponent */
        mantissa = ldexp(mantissa, exponent - least);
        exponent = least;
    }
    int lead = (int)mantissa;
    uint64_t fraction = (uint64_t)ldexp(mantissa - lead, 52);
    const char *sign = signbit(d) ? "-" : "";
    if (d == 0) return string_format(vm, "%s0x0.0p+0", sign);
    char text[48];
    snprintf(text, sizeof text, "%s0x%d.%013llxp%+d", sign, lead, (unsigned long long)fraction, exponent);
    return string_from_c(vm, text);
}

/* The digits of a hexadecimal number: its first 64 bits, whether any bit behind them is set, and what power of two the
 * lowest of those bits is. */
typedef struct {
    uint64_t bits;
    bool rest;
    int64_t exponent;
} HexDigits;

/* Take the digits from `next` on; behind them. */
static const char *read_hex_digits(const char *next, HexDigits *h, bool fraction) {
    for (int digit; (digit = hex_digit((uint8_t)*next)) >= 0; next++) {
        bool fits = h->bits >> 60 == 0;
        if (fits)
            h->bits = h->bits << 4 | (unsigned)digit;
        else
            h->rest |= digit != 0;
        h->exponent += (fits ? 0 : 4) - (fraction ? 4 : 0);
    }
    return next;
}

/* The decimal exponent behind a p, clamped to what no number of digits makes up for; NULL when there is none. */
static const char *read_exponent(const char *next, int64_t *exponent) {
    const int64_t most = INT64_MAX / 4;
    bool negative = *next == '-';
    if (*next == '-' || *next == '+') next++;
    if (!isdigit((unsigned char)*next)) return NULL;
    int64_t e = 0;
    for (; isdigit((unsigned char)*next); next++)
        e = e < most / 16 ? e * 10 + (*next - '0') : most;
    *exponent += negative ? -e : e;
    return next;
}

/* The number at the beginning of a text without a sign; behind it, or NULL when there is none. */
static const char *read_hex(const char *next, double *d) {
    HexDigits h = {0};
    if (next[0] == '0' && (next[1] | 0x20) == 'x') next += 2;
    const char *whole = next;
    next = read_hex_digits(next, &h, false);
    int64_t count = next - whole;
    if (*next == '.') {
        const char *fraction = next + 1;
        next = read_hex_digits(fraction, &h, true);
        count += next - fraction;
    }
    if (count == 0) return NULL;
    if ((*next | 0x20) == 'p' && !(next = read_exponent(next + 1, &h.exponent))) return NULL;
    *d = 0;
    if (h.bits) {
        int shift = __builtin_clzll(h.bits);
        *d = float_round(h.bits << shift, h.rest, h.exponent + 64 - shift);
    }
    return next;
}

/* A text ended by a NUL. A number too large is so before what stands behind it is looked at. */
static bool scan_hex(VM *vm, const char *text, double *d) {
    bool negative = *text == '-';
    if (*text == '-' || *text == '+') text++;
    const char *end = read_hex(text, d);
    if (end && isinf(*d)) raise_overflow(vm, "hexadecimal value too large to represent as a float");
    bool ok = end ? *end == 0 : float_scan(text, strlen(text), d) && !isfinite(*d);
    if (ok && negative) *d = -*d;
    return ok && !error_raised(vm);
}

/* The same between blanks. */
static bool parse_hex(VM *vm, const uint8_t *text, int64_t length, double *d) {
    while (length && isspace(*text))
        text++, length--;
    while (length && isspace(text[length - 1]))
        length--;
    size_t size = (size_t)length + 1;
    char local[64], *copy = size <= sizeof local ? local : memory_alloc(vm, size);
    if (!copy) return false;
    memcpy(copy, text, (size_t)length);
    copy[length] = 0;
    bool ok = !memchr(text, 0, (size_t)length) && scan_hex(vm, copy, d);
    if (copy != local) memory_free(vm, copy, size);
    return ok;
}

NATIVE(fromhex) {
    if (!is_string(args[1])) return raise_type(vm, "bad argument type for built-in operation");
    Value encoded = codec_encode(vm, args[1], "utf-8", NULL);
    if (is_absent(encoded)) return ABSENT;
    double d = 0;
    bool ok = parse_hex(vm, as_bytes(encoded)->data, as_bytes(encoded)->length, &d);
    value_drop(vm, encoded);
    if (!ok) return error_raised(vm) ? ABSENT : raise_value(vm, "invalid hexadecimal floating-point string");
    Value number = float_from(vm, d);
    if (is_absent(number) || value_same(args[0], from_object(&float_type))) return number;
    Value result = call_1(vm, args[0], number);
    value_drop(vm, number);
    return result;
}

NATIVE(getformat) {
    if (!is_string(args[1])) return raise_type(vm, "__getformat__() argument must be str, not %Q", args[1]);
    if (!codec_check_argument(vm, "__getformat__", "typestr", args[1])) return ABSENT;
    if (!string_equal_c(args[1], "double") && !string_equal_c(args[1], "float")) {
        return raise_value(vm, "__getformat__() argument 1 must be 'double' or 'float'");
    }
    return string_from_c(vm, "IEEE, little-endian");
}

NATIVE(getnewargs) {
    Value number = exact(vm, args[0]);
    return tuple_from_made(vm, &number, 1);
}

NATIVE(format_method) { return format_float(vm, args[0], args[1]); }

static const NativeDef methods[] = {
    {"is_integer", is_integer, "", "Return True if the float is an integer."},
    {"conjugate", conjugate, "", "Return self, the complex conjugate of any float."},
    {"as_integer_ratio", as_integer_ratio, "", "A pair of integers whose ratio is the float."},
    {"hex", hex, "", "Return a hexadecimal representation of a floating-point number."},
    {"fromhex", fromhex, "string, /", "Create a floating-point number from a hexadecimal string.",
     NATIVE_CLASS_METHOD},
    {"__getformat__", getformat, "typestr, /", NULL, NATIVE_CLASS_METHOD},
    {"__trunc__", trunc_method, "", "Return the Integral closest to x between 0 and x."},
    {"__floor__", floor_method, "", "Return the floor as an Integral."},
    {"__ceil__", ceil_method, "", "Return the ceiling as an Integral."},
    {"__round__", round_method, "ndigits=None, /",
     "Return the Integral closest to x, rounding half toward even."},
    {"__format__", format_method, "format_spec, /", "Formats the float according to format_spec."},
    {"__getnewargs__", getnewargs, "", NULL},
    {0},
};

static Value get_real(VM *vm, Value self) { return exact(vm, self); }

static Value get_imaginary(VM *vm, Value self) { return float_from(vm, 0.0); }

static const GetSetDef getsets[] = {
    {"real", get_real, NULL, "the real part of a complex number"},
    {"imag", get_imaginary, NULL, "the imaginary part of a complex number"},
    {0},
};

Type float_type = {
    TYPE_HEAD(float_type, "float", .dealloc = dealloc),
    .flags = TYPE_BASE | TYPE_FLOAT,
    .basic_size = sizeof(HeapFloat),
    .base = &object_type,
    .doc = "(x=0, /)\n--\n\nConvert a string or number to a floating-point number, if possible.",
    .new = new,
    .convert = convert,
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
                    [BINARY_FLOOR_DIVIDE] = floor_divide,
                    [BINARY_MODULO] = modulo,
                    [BINARY_POWER] = to_the_power,
                    [BINARY_DIVMOD] = divide_with_rest,
                },
            .unary =
                {
                    [UNARY_NEGATIVE] = negative,
                    [UNARY_POSITIVE] = exact,
                    [UNARY_ABSOLUTE] = absolute,
                },
            .power3 = power_3,
            .truth = truth,
            .to_int = to_int,
            .to_float = exact,
        },
    .methods = methods,
    .getsets = getsets,
};
