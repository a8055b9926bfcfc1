/*
 * Floats as text.
 *
 * The shortest repr is the shortest decimal that reads back as the same double, the nearest one if there are several:
 * by Schubfach (R. Giulietti, "The Schubfach way to render doubles", 2020), which needs three multiplications by a
 * power of ten in 128 bits. Everything with a precision is libc's, which rounds exactly.
 */
#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/unicode.h"
#include "runtime/bytes/bytes.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/powers.h"
#include "runtime/text/str.h"

/* The digits of a positive finite number without point, no zeros at the end; *point is the decimal point's
 * place counted from the first digit. */
typedef struct {
    char digits[24];
    int count;
    int point;
} Decimal;

static void trim_zeros(Decimal *d) {
    while (d->count > 1 && d->digits[d->count - 1] == '0')
        d->count--;
}

/* digits * 10**exponent */
static void set_digits(Decimal *d, uint64_t digits, int exponent) {
    char text[sizeof d->digits], *end = text + sizeof text, *first = end;
    for (; digits; digits /= 10)
        *--first = (char)('0' + digits % 10);
    d->count = (int)(end - first);
    d->point = d->count + exponent;
    memcpy(d->digits, first, (size_t)d->count);
    trim_zeros(d);
}

/* Short decimals, the commonest: d = m / 10^k exactly rounded for an m that a double holds. */
static bool try_short(double d, Decimal *out) {
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};
    if (!(d >= 1e-4 && d < 1e15)) return false;
    for (int k = 0; k < 9; k++) {
        double scaled = d * powers[k];
        if (scaled >= 1e15) return false;
        int64_t m = (int64_t)(scaled + 0.5);
        if ((double)m / powers[k] == d) return set_digits(out, (uint64_t)m, -k), true;
    }
    return false;
}

/* floor(log2(10**k)) and floor(log10(2**q)), the latter less log10(4/3) where doubles lie closer below than above. */
static int log2_of_power(int k) { return (k * 1741647) >> 19; }
static int log10_of_power(int q, bool uneven) { return (q * 1262611 - (uneven ? 524031 : 0)) >> 22; }

/* The upper 64 bits of power * factor / 2**64; the last bit is set if any bit below was, so that comparisons with it
 * come out as with the exact product. */
static uint64_t round_to_odd(Power power, uint64_t factor) {
    unsigned __int128 low = (unsigned __int128)power.low * factor,
                      high = (unsigned __int128)power.high * factor;
    high += (uint64_t)(low >> 64);
    return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

/* digits * 10**exponent for c * 2**q. The interval of what reads back as the double is [lower, upper] / 4 in units of
 * 10**k; first a decimal with one digit less is looked for in it. */
static uint64_t shortest_digits(uint64_t c, int q, bool uneven, int *exponent) {
    int k = log10_of_power(q, uneven), shift = q + log2_of_power(-k) + 1;
    Power power = powers_of_ten[-k - POWER_MIN];
    uint64_t middle = round_to_odd(power, (4 * c) << shift),
             open = c & 1; /* an odd double does not own its bounds */
    uint64_t lower = round_to_odd(power, (4 * c - 2 + uneven) << shift) + open;
    uint64_t upper = round_to_odd(power, (4 * c + 2) << shift) - open;
    uint64_t s = middle / 4, tens = s / 10;
    if (s >= 10) {
        bool below = lower <= 40 * tens, above = 40 * tens + 40 <= upper;
        *exponent = k + 1;
        if (below != above) return tens + above;
    }
    bool below = lower <= 4 * s, above = 4 * s + 4 <= upper;
    *exponent = k;
    if (below != above) return s + above;
    return s + (middle > 4 * s + 2 || (middle == 4 * s + 2 && (s & 1)));
}

static void shortest(double d, Decimal *out) {
    enum { FRACTION_BITS = 52, BIAS = 1023 + FRACTION_BITS };
    if (try_short(d, out)) return;
    uint64_t bits, fraction;
    memcpy(&bits, &d, sizeof bits);
    fraction = bits & ((UINT64_C(1) << FRACTION_BITS) - 1);
    int biased = (int)(bits >> FRACTION_BITS), exponent;
    uint64_t c = biased ? fraction | UINT64_C(1) << FRACTION_BITS : fraction;
    uint64_t digits =
        shortest_digits(c, (biased ? biased : 1) - BIAS, fraction == 0 && biased > 1, &exponent);
    set_digits(out, digits, exponent);
}

/* As printf does: a letter, a sign, two digits or three. How many characters. */
static int write_exponent(char *to, int exponent, char letter) {
    char *next = to;
    int size = abs(exponent);
    *next++ = letter;
    *next++ = exponent < 0 ? '-' : '+';
    if (size >= 100) *next++ = (char)('0' + size / 100);
    *next++ = (char)('0' + size / 10 % 10);
    *next++ = (char)('0' + size % 10);
    return (int)(next - to);
}

static char *lay_out_with_exponent(const Decimal *d, char *to) {
    *to++ = d->digits[0];
    if (d->count > 1) {
        *to++ = '.';
        memcpy(to, d->digits + 1, (size_t)d->count - 1);
        to += d->count - 1;
    }
    return to + write_exponent(to, d->point - 1, 'e');
}

static char *lay_out_plainly(const Decimal *d, char *to) {
    if (d->point <= 0) {
        *to++ = '0';
        *to++ = '.';
        for (int i = d->point; i < 0; i++)
            *to++ = '0';
    }
    for (int i = 0; i < d->count || i < d->point; i++) {
        if (i == d->point && i > 0) *to++ = '.';
        *to++ = i < d->count ? d->digits[i] : '0';
    }
    return to;
}

/* The digits as repr lays them out: plain from 1e-4 to 1e16, else with an exponent. */
static int lay_out(const Decimal *d, bool add_dot_0, char *to) {
    char *start = to;
    if (d->point <= -4 || d->point > 16) return (int)(lay_out_with_exponent(d, to) - start);
    to = lay_out_plainly(d, to);
    if (d->count <= d->point && add_dot_0) {
        *to++ = '.';
        *to++ = '0';
    }
    return (int)(to - start);
}

static int repr_into(double d, bool add_dot_0, char *to) {
    char *start = to;
    if (isnan(d)) return sprintf(to, "nan");
    if (signbit(d)) *to++ = '-';
    d = fabs(d);
    Decimal decimal = {.digits = "0", .count = 1, .point = 1};
    if (isinf(d)) {
        to += sprintf(to, "inf");
    } else {
        if (d != 0) shortest(d, &decimal);
        to += lay_out(&decimal, add_dot_0, to);
    }
    *to = 0;
    return (int)(to - start);
}

int float_repr(double d, char *buffer) { return repr_into(d, true, buffer); }

/* Put ".0" behind the digits of a text that shows neither point nor exponent. */
static void ensure_dot_0(char *text) {
    char *end = text + strlen(text);
    if (!strpbrk(text, ".enif")) strcpy(end, ".0");
}

/* %g that shows a point: as repr, it turns to an exponent one digit earlier, so that ".0" never adds a digit
 * that the precision does not cover. */
static void print_general_dot_0(char *to, size_t room, double d, int precision, bool alternate) {
    if (precision == 0) precision = 1;
    snprintf(to, room, alternate ? "%#.*e" : "%.*e", precision - 1, d);
    char *e = strchr(to, 'e');
    int exponent = e ? atoi(e + 1) : 0;
    if (e && (exponent < -4 || exponent + 1 > precision - 1)) {
        char *end = e;
        if (alternate) return;
        while (strchr(to, '.') && (end[-1] == '0' || end[-1] == '.')) {
            if (*--end == '.') break;
        }
        memmove(end, e, strlen(e) + 1);
        return;
    }
    snprintf(to, room, alternate ? "%#.*g" : "%.*g", precision, d);
    ensure_dot_0(to);
}

/* %#g in two steps, since glibc's leaves a zero out where rounding makes a digit more ("%#.2g" of 99.5). */
static void print_general_alternate(char *to, size_t room, double d, int precision) {
    if (precision == 0) precision = 1;
    snprintf(to, room, "%#.*e", precision - 1, d);
    const char *e = strchr(to, 'e');
    int exponent = e ? atoi(e + 1) : 0;
    if (e && exponent >= -4 && exponent < precision) snprintf(to, room, "%#.*f", precision - 1 - exponent, d);
}

/* The alternate form shows a point in every finite number. */
static void ensure_point(char *text) {
    if (strpbrk(text, ".in")) return;
    char *end = text + strcspn(text, "e");
    memmove(end + 1, end, strlen(end) + 1);
    *end = '.';
}

/*
 * "%.*f" of a number that is m / 2^s, its text with `precision` digits behind the point: m * 10^precision / 2^s,
 * rounded to even, in 128 bits. False when it does not fit, and for infinities and NaN.
 */
static bool print_fixed(double d, int precision, bool alternate, char *to) {
    enum { PRECISION_MAX = 19 }; /* 10^19 < 2^64 */
    if (precision > PRECISION_MAX || !isfinite(d)) return false;
    uint64_t power = 1;
    for (int i = 0; i < precision; i++)
        power *= 10;
    int exponent, count = 0;
    uint64_t m = (uint64_t)ldexp(frexp(fabs(d), &exponent), 53);
    int shift = 53 - exponent;
    if (shift < 1 || shift > 100) return false;
    unsigned __int128 scaled = (unsigned __int128)m * power, half = (unsigned __int128)1 << (shift - 1);
    unsigned __int128 whole = scaled >> shift, rest = scaled & (half * 2 - 1);
    if (whole >> 63) return false;
    uint64_t number = (uint64_t)whole;
    if (rest > half || (rest == half && number & 1)) number++;
    char digits[24];
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number || count <= precision);
    if (signbit(d)) *to++ = '-';
    while (count > precision)
        *to++ = digits[--count];
    if (precision || alternate) *to++ = '.';
    while (count > 0)
        *to++ = digits[--count];
    *to = 0;
    return true;
}

/* factor * 10**k in its upper 128 bits, less than one of which it is off; *exponent is that of their lowest bit. The
 * factor's highest bit is set. */
static unsigned __int128 scale(uint64_t factor, int k, int *exponent) {
    Power power = powers_of_ten[k - POWER_MIN];
    unsigned __int128 low = (unsigned __int128)power.low * factor,
                      high = (unsigned __int128)power.high * factor;
    *exponent = 64 + log2_of_power(k) - 127;
    return high + (uint64_t)(low >> 64);
}

/* Cut off the lowest bits, rounding to the nearest; false when a number of which the last one is unsure may be half
 * way. */
static bool round_bits(unsigned __int128 number, int bits, uint64_t *rounded) {
    unsigned __int128 half = (unsigned __int128)1 << (bits - 1), rest = number & (half * 2 - 1);
    if (rest >= half - 1 && rest <= half + 1) return false;
    *rounded = (uint64_t)(number >> bits) + (rest > half);
    return true;
}

enum { ROUNDED_DIGITS_MAX = 17 };

/* The first `count` digits, rounded, of a positive finite number. False when 128 bits do not tell. */
static bool round_decimal(double d, int count, Decimal *out) {
    uint64_t limit = 1, digits;
    for (int i = 0; i < count; i++)
        limit *= 10;
    int binary, exponent;
    uint64_t factor = (uint64_t)ldexp(frexp(d, &binary), 64 - 1) << 1; /* d is factor * 2**(binary - 64) */
    int power = log10_of_power(binary - 1, false);                     /* of the first digit, or one less */
    for (;; power++) {
        int k = count - 1 - power;
        if (k < POWER_MIN || k > POWER_MAX) return false;
        unsigned __int128 scaled = scale(factor, k, &exponent);
        if (!round_bits(scaled, -(exponent + binary - 64), &digits)) return false;
        if (digits < limit) break;
        if (digits == limit) { /* rounded up to one digit more, all but the first 0 */
            digits /= 10;
            power++;
            break;
        }
    }
    out->count = count;
    out->point = power + 1;
    for (int i = count; i-- > 0; digits /= 10)
        out->digits[i] = (char)('0' + digits % 10);
    return true;
}

/* "%.*e" and "%.*g" of usual numbers. */
static bool print_rounded(double d, char code, int precision, char *to) {
    Decimal decimal;
    int count = code == 'e' ? precision + 1 : precision ? precision : 1;
    if ((code != 'e' && code != 'g') || count > ROUNDED_DIGITS_MAX || !isfinite(d) || d == 0) return false;
    if (!round_decimal(fabs(d), count, &decimal)) return false;
    if (signbit(d)) *to++ = '-';
    if (code == 'g') trim_zeros(&decimal);
    bool plain = code == 'g' && decimal.point > -4 && decimal.point <= count;
    to = plain ? lay_out_plainly(&decimal, to) : lay_out_with_exponent(&decimal, to);
    *to = 0;
    return true;
}

static bool print_quickly(double d, char code, int precision, int flags, char *to) {
    if (flags & FLOAT_ADD_DOT_0) return false;
    if (code == 'f') return print_fixed(d, precision, flags & FLOAT_ALTERNATE, to);
    return !(flags & FLOAT_ALTERNATE) && print_rounded(d, code, precision, to);
}

char *float_to_text(VM *vm, double d, char code, int precision, int flags, size_t *size) {
    if (precision > INT32_MAX - 400) {
        raise_value(vm, "precision too big");
        return NULL;
    }
    size_t room = 352 + (size_t)(precision > 0 ? precision : 0); /* DBL_MAX has 309 digits before the point */
    char *text = memory_alloc(vm, room);
    if (!text) return NULL;
    *size = room;
    if (isnan(d)) d = NAN; /* its sign is not shown */
    char *body = text;
    if ((flags & FLOAT_ALWAYS_SIGN) && !signbit(d)) *body++ = '+';
    if (code == 'r') {
        repr_into(d, flags & FLOAT_ADD_DOT_0, body);
        if (flags & FLOAT_ALTERNATE) ensure_point(body);
    } else if (code == 'g' && (flags & FLOAT_ADD_DOT_0)) {
        print_general_dot_0(body, room - 4, d, precision, flags & FLOAT_ALTERNATE);
    } else if (code == 'g' && (flags & FLOAT_ALTERNATE)) {
        print_general_alternate(body, room - 4, d, precision);
    } else if (!print_quickly(d, code, precision, flags, body)) {
        const char format[] = {'%',
                               flags & FLOAT_ALTERNATE ? '#' : '.',
                               flags & FLOAT_ALTERNATE ? '.' : '*',
                               flags & FLOAT_ALTERNATE ? '*' : code,
                               flags & FLOAT_ALTERNATE ? code : 0,
                               0};
        snprintf(body, room - 4, format, precision, d);
        if (flags & FLOAT_ADD_DOT_0) ensure_dot_0(body);
    }
    if ((flags & FLOAT_NO_NEGATIVE_ZERO) && *body == '-' && !strpbrk(body, "123456789in")) {
        memmove(body, body + 1, strlen(body));
        if (flags & FLOAT_ALWAYS_SIGN) memmove(body + 1, body, strlen(body) + 1), *body = '+';
    }
    if (flags & FLOAT_UPPER) {
        for (char *c = body; *c; c++)
            *c = (char)toupper((unsigned char)*c);
    }
    return text;
}

/* --- reading --- */

static bool equals_letters(const char *s, const char *end, const char *word) {
    for (; s < end && *word; s++, word++) {
        if ((*s | 0x20) != *word) return false;
    }
    return s == end && !*word;
}

/* A number's digits, as many as a word holds, and the power of ten that they are multiplied with. */
typedef struct {
    uint64_t digits;
    int64_t exponent;
    bool cut; /* others than zeros were left out */
} Scan;

static const char *scan_digits(const char *s, const char *end, bool behind_point, Scan *n) {
    for (; s < end && *s >= '0' && *s <= '9'; s++) {
        if (n->digits < UINT64_C(1000000000000000000)) {
            n->digits = n->digits * 10 + (uint64_t)(*s - '0');
            n->exponent -= behind_point;
        } else {
            n->cut = n->cut || *s != '0';
            n->exponent += !behind_point;
        }
    }
    return s;
}

/* Is s[0..end) digits with a point and an exponent, in Python's grammar? */
static bool scan_number(const char *s, const char *end, Scan *n) {
    *n = (Scan){0};
    const char *rest = scan_digits(s, end, false, n);
    bool any = rest > s;
    if (rest < end && *rest == '.') {
        const char *fraction = scan_digits(rest + 1, end, true, n);
        any = any || fraction > rest + 1;
        rest = fraction;
    }
    if (any && rest < end && (*rest | 0x20) == 'e') {
        const char *digits = rest + 1;
        bool negative = digits < end && *digits == '-';
        if (digits < end && (*digits == '+' || *digits == '-')) digits++;
        int64_t exponent = 0;
        for (rest = digits; rest < end && *rest >= '0' && *rest <= '9'; rest++)
            exponent = exponent < 100000 ? exponent * 10 + (*rest - '0') : exponent;
        if (rest == digits) return false;
        n->exponent += negative ? -exponent : exponent;
    }
    return any && rest == end;
}

/* digits * 10**exponent, rounded to 53 bits. False when 128 bits do not tell, or the result is not a usual number. */
static bool scale_to_double(const Scan *n, double *result) {
    if (n->cut || n->digits == 0 || n->exponent < POWER_MIN || n->exponent > POWER_MAX) return false;
    int shift = __builtin_clzll(n->digits), exponent;
    unsigned __int128 scaled = scale(n->digits << shift, (int)n->exponent, &exponent);
    int drop = (uint64_t)(scaled >> 127) ? 128 - 53 : 127 - 53; /* it has 127 bits or 128 */
    uint64_t mantissa;
    exponent += drop - shift;
    if (exponent < -1074 + 1 || exponent > 1023 - 53 || !round_bits(scaled, drop, &mantissa)) return false;
    *result = ldexp((double)mantissa, exponent);
    return true;
}

/* Up to 15 digits with or without a point: an exact integer divided by an exact power of ten, hence rounded exactly. */
static bool scan_short(const char *s, const char *end, double *result) {
    static const double powers[] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    int64_t digits = 0;
    const char *point = NULL;
    if (end - s > 16 || s == end) return false;
    for (const char *c = s; c < end; c++) {
        if (*c >= '0' && *c <= '9') {
            digits = digits * 10 + (*c - '0');
        } else if (*c == '.' && !point) {
            point = c;
        } else {
            return false;
        }
    }
    int64_t behind = point ? end - point - 1 : 0;
    if (end - s - (point != NULL) < 1 || end - s - (point != NULL) > 15) return false;
    *result = (double)digits / powers[behind];
    return true;
}

bool float_scan(const char *text, size_t length, double *result) {
    const char *end = text + length, *s = text;
    Scan n;
    bool negative = s < end && *s == '-';
    if (s < end && (*s == '-' || *s == '+')) s++;
    if (scan_short(s, end, result)) {
        if (negative) *result = -*result;
    } else if (equals_letters(s, end, "inf") || equals_letters(s, end, "infinity")) {
        *result = negative ? -INFINITY : INFINITY;
    } else if (equals_letters(s, end, "nan")) {
        *result = negative ? -NAN : NAN;
    } else if (scan_number(s, end, &n)) {
        if (!scale_to_double(&n,
                             result)) { /* the byte behind the number ends it: the caller terminates `text` */
            *result = strtod(text, NULL);
        } else if (negative) {
            *result = -*result;
        }
    } else {
        return false;
    }
    return true;
}

/* Copy text without underscores, which must stand between digits, as ASCII with a NUL; the length, or -1. */
static int64_t clean(const String *s, char *to) {
    int64_t count = 0, start = 0, end = (int64_t)s->length;
    while (start < end && unicode_is_margin(string_at(s, start)))
        start++;
    while (end > start && unicode_is_margin(string_at(s, end - 1)))
        end--;
    bool digit_before = false;
    for (int64_t i = start; i < end; i++) {
        uint32_t c = string_at(s, i);
        int digit = unicode_decimal(c);
        if (c == '_') {
            if (!digit_before || i + 1 == end || unicode_decimal(string_at(s, i + 1)) < 0) return -1;
            continue;
        }
        if (digit < 0 && (c >= 0x80 || c == 0)) return -1;
        digit_before = digit >= 0;
        to[count++] = (char)(digit >= 0 ? '0' + digit : (int)c);
    }
    to[count] = 0;
    return count;
}

/* ASCII without underscores is read where it stands: what follows it, a blank or a NUL, ends a number. */
static bool scan_in_place(const String *s, double *result) {
    const char *text = (const char *)s->data, *end = text + s->length;
    while (text < end && unicode_is_margin((unsigned char)*text))
        text++;
    while (end > text && unicode_is_margin((unsigned char)end[-1]))
        end--;
    return float_scan(text, (size_t)(end - text), result);
}

static Value parse_string(VM *vm, Value text, Value shown) {
    const String *s = as_string(text);
    double d;
    if (s->ascii && !memchr(s->data, '_', s->length) && scan_in_place(s, &d)) return float_from(vm, d);
    size_t room = (size_t)s->length + 1;
    char local[64], *ascii = room <= sizeof local ? local : memory_alloc(vm, room);
    if (!ascii) return ABSENT;
    int64_t length = clean(s, ascii);
    bool ok = length >= 0 && float_scan(ascii, (size_t)length, &d);
    if (ascii != local) memory_free(vm, ascii, room);
    return ok ? float_from(vm, d) : raise_value(vm, "could not convert string to float: %R", shown);
}

Value float_parse(VM *vm, Value text, Value shown) {
    if (is_string(text)) return parse_string(vm, text, shown);
    const Bytes *bytes = as_bytes(text);
    String *s = string_new(vm, bytes->length, 0xFF); /* read as Latin-1: what is not ASCII is no digit */
    if (!s) return ABSENT;
    for (int64_t i = 0; i < bytes->length; i++)
        s->data[i] = bytes->data[i] < 0x80 ? bytes->data[i] : '?';
    Value result = parse_string(vm, from_object(s), shown);
    value_drop(vm, from_object(s));
    return result;
}
