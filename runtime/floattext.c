/*
 * Floats as text.
 *
 * The shortest repr is the shortest decimal that reads back as the same double, the nearest one if there are
 * several. A normal double whose shortest decimal has at most 15 digits shows it in "%.15g"; otherwise 16 or
 * 17 digits do, and a subnormal may need any number from 1 up. libc prints and reads with exact rounding, so
 * trying is enough.
 */
#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/bytes.h"
#include "runtime/error.h"
#include "runtime/float.h"
#include "runtime/str.h"
#include "runtime/unicode.h"

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

/* Short decimals, the commonest: d = m / 10^k exactly rounded for an m that a double holds. */
static bool try_short(double d, Decimal *out) {
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};
    if (!(d >= 1e-4 && d < 1e15)) return false;
    for (int k = 0; k < 9; k++) {
        double scaled = d * powers[k];
        if (scaled >= 1e15) return false;
        int64_t m = llround(scaled);
        if ((double)m / powers[k] != d) continue;
        out->count = snprintf(out->digits, sizeof out->digits, "%lld", (long long)m);
        out->point = out->count - k;
        trim_zeros(out);
        return true;
    }
    return false;
}

static void print_digits(double d, int precision, Decimal *out) {
    char text[40];
    snprintf(text, sizeof text, "%.*e", precision - 1, d);
    const char *exponent = strchr(text, 'e');
    out->count = 0;
    for (const char *c = text; c < exponent; c++) {
        if (*c != '.') out->digits[out->count++] = *c;
    }
    out->point = atoi(exponent + 1) + 1;
    trim_zeros(out);
}

static bool reads_back(const Decimal *decimal, double d) {
    char text[48];
    snprintf(text, sizeof text, "0.%.*se%d", decimal->count, decimal->digits, decimal->point);
    return strtod(text, NULL) == d;
}

/* The next greater decimal of `precision` digits. */
static void increment(Decimal *d, int precision) {
    while (d->count < precision)
        d->digits[d->count++] = '0';
    int i = precision - 1;
    while (i >= 0 && d->digits[i] == '9')
        d->digits[i--] = '0';
    if (i >= 0) {
        d->digits[i]++;
    } else {
        d->digits[0] = '1';
        d->point++;
    }
    trim_zeros(d);
}

/* Round to fewer digits; false where the digits that are gone, rounded themselves, look like half a unit. */
static bool round_decimal(const Decimal *from, int precision, Decimal *to) {
    *to = *from;
    if (from->count <= precision) return true;
    bool tie = from->digits[precision] == '5' && from->count == precision + 1;
    to->count = precision;
    if (from->digits[precision] >= '5') {
        increment(to, precision);
    } else {
        trim_zeros(to);
    }
    return !tie;
}

/* Doubles lie half as far apart below a power of two as above it: there the nearest decimal may belong to the next
 * double below, and the one after it be the nearest that reads back. */
static void shortest(double d, Decimal *out) {
    int exponent;
    if (try_short(d, out)) return;
    bool uneven = frexp(d, &exponent) == 0.5;
    Decimal longest;
    print_digits(d, 17, &longest);
    for (int precision = d < DBL_MIN ? 1 : 15; precision < 17; precision++) {
        if (!round_decimal(&longest, precision, out)) print_digits(d, precision, out);
        if (reads_back(out, d)) return;
        if (!uneven) continue;
        increment(out, precision);
        if (reads_back(out, d)) return;
    }
    *out = longest;
}

static int write_exponent(char *to, int exponent, char letter) {
    return sprintf(to, "%c%c%02d", letter, exponent < 0 ? '-' : '+', abs(exponent));
}

/* The digits as repr lays them out: plain from 1e-4 to 1e16, else with an exponent. */
static int lay_out(const Decimal *d, bool add_dot_0, char *to) {
    char *start = to;
    if (d->point <= -4 || d->point > 16) {
        *to++ = d->digits[0];
        if (d->count > 1) {
            *to++ = '.';
            memcpy(to, d->digits + 1, (size_t)d->count - 1);
            to += d->count - 1;
        }
        to += write_exponent(to, d->point - 1, 'e');
        return (int)(to - start);
    }
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

/* The alternate form shows a point in every finite number. */
static void ensure_point(char *text) {
    if (strpbrk(text, ".in")) return;
    char *end = text + strcspn(text, "e");
    memmove(end + 1, end, strlen(end) + 1);
    *end = '.';
}

/*
 * "%.*f" of a number that is m / 2^s, its text with `precision` digits behind the point: m * 10^precision / 2^s, rounded
 * to even, in 128 bits. False when it does not fit, and for infinities and NaN.
 */
static bool print_fixed(double d, int precision, bool alternate, char *to) {
    static const uint64_t powers[] = {1,      10,      100,      1000,      10000,
                                      100000, 1000000, 10000000, 100000000, 1000000000};
    if (precision > 9 || !isfinite(d)) return false;
    int exponent, count = 0;
    uint64_t m = (uint64_t)ldexp(frexp(fabs(d), &exponent), 53);
    int shift = 53 - exponent;
    if (shift < 1 || shift > 100) return false;
    unsigned __int128 scaled = (unsigned __int128)m * powers[precision],
                      half = (unsigned __int128)1 << (shift - 1);
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
    } else if (code != 'f' || (flags & FLOAT_ADD_DOT_0) ||
               !print_fixed(d, precision, flags & FLOAT_ALTERNATE, body)) {
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

static const char *skip_digits(const char *s, const char *end) {
    while (s < end && *s >= '0' && *s <= '9')
        s++;
    return s;
}

static bool equals_letters(const char *s, const char *end, const char *word) {
    for (; s < end && *word; s++, word++) {
        if ((*s | 0x20) != *word) return false;
    }
    return s == end && !*word;
}

/* Is s[0..end) digits with a point and an exponent, in Python's grammar? */
static bool is_number(const char *s, const char *end) {
    const char *whole = skip_digits(s, end), *rest = whole;
    bool any = whole > s;
    if (rest < end && *rest == '.') {
        const char *fraction = skip_digits(rest + 1, end);
        any = any || fraction > rest + 1;
        rest = fraction;
    }
    if (any && rest < end && (*rest | 0x20) == 'e') {
        const char *digits = rest + 1;
        if (digits < end && (*digits == '+' || *digits == '-')) digits++;
        const char *after = skip_digits(digits, end);
        if (after == digits) return false;
        rest = after;
    }
    return any && rest == end;
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
    bool negative = s < end && *s == '-';
    if (s < end && (*s == '-' || *s == '+')) s++;
    if (scan_short(s, end, result)) {
        if (negative) *result = -*result;
    } else if (equals_letters(s, end, "inf") || equals_letters(s, end, "infinity")) {
        *result = negative ? -INFINITY : INFINITY;
    } else if (equals_letters(s, end, "nan")) {
        *result = negative ? -NAN : NAN;
    } else if (is_number(s, end)) {
        *result =
            strtod(text, NULL); /* the byte behind the number ends it: `text` is terminated by its caller */
    } else {
        return false;
    }
    return true;
}

/* Copy text without underscores, which must stand between digits, as ASCII with a NUL; the length, or -1. */
static int64_t clean(const String *s, char *to) {
    int64_t count = 0, start = 0, end = (int64_t)s->length;
    while (start < end && unicode_is_space(string_at(s, start)))
        start++;
    while (end > start && unicode_is_space(string_at(s, end - 1)))
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

static Value parse_string(VM *vm, Value text, Value shown) {
    const String *s = as_string(text);
    size_t room = (size_t)s->length + 1;
    char local[64], *ascii = room <= sizeof local ? local : memory_alloc(vm, room);
    if (!ascii) return ABSENT;
    double d;
    int64_t length = clean(s, ascii);
    bool ok = length >= 0 && float_scan(ascii, (size_t)length, &d);
    if (ascii != local) memory_free(vm, ascii, room);
    return ok ? float_from(vm, d) : raise_value(vm, "could not convert string to float: %R", shown);
}

Value float_parse(VM *vm, Value text) {
    if (is_string(text)) return parse_string(vm, text, text);
    const Bytes *bytes = as_bytes(text);
    String *s = string_new(vm, bytes->length, 0xFF); /* read as Latin-1: what is not ASCII is no digit */
    if (!s) return ABSENT;
    for (int64_t i = 0; i < bytes->length; i++)
        s->data[i] = bytes->data[i] < 0x80 ? bytes->data[i] : '?';
    Value result = parse_string(vm, from_object(s), text);
    value_drop(vm, from_object(s));
    return result;
}
