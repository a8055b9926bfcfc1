/* Ints as text and as bytes: parsing in every base, printing, to_bytes and from_bytes. */
#include <gmp.h>

#include "runtime/bytes.h"
#include "runtime/error.h"
#include "runtime/int.h"
#include "runtime/str.h"
#include "runtime/unicode.h"

enum {
    DIGITS_UNLIMITED = 640
}; /* a text to this length is never refused (sys.int_info.str_digits_check_threshold) */

static int log2_of(int base) { return 31 - __builtin_clz((unsigned)base); }

static bool is_power_of_two(int base) { return (base & (base - 1)) == 0; }

/* --- printing --- */

/* Two decimal digits at a time; where they begin. */
static char *print_decimal(uint64_t rest, char *next) {
    while (rest >= 10) {
        unsigned pair = (unsigned)(rest % 100);
        rest /= 100;
        *--next = (char)('0' + pair % 10);
        *--next = (char)('0' + pair / 10);
    }
    if (rest) *--next = (char)('0' + rest);
    return next;
}

char *int_print_decimal(int64_t i, char *end) {
    char *next = print_decimal(i < 0 ? 0 - (uint64_t)i : (uint64_t)i, end);
    if (next == end) *--next = '0';
    if (i < 0) *--next = '-';
    return next;
}

Value int_print_immediate(VM *vm, int64_t i, unsigned base, const char *prefix) {
    char text[80], *end = text + sizeof text, *next = end;
    uint64_t rest = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
    if (base == 10) {
        next = print_decimal(rest, next);
    } else if (is_power_of_two((int)base)) {
        for (int shift = log2_of((int)base); rest; rest >>= shift)
            *--next = "0123456789abcdefghijklmnopqrstuvwxyz"[rest & (base - 1)];
    } else {
        for (; rest; rest /= base)
            *--next = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % base];
    }
    if (next == end) *--next = '0';
    for (size_t length = strlen(prefix); length > 0;)
        *--next = prefix[--length];
    if (i < 0) *--next = '-';
    return string_from_ascii(vm, next, (size_t)(end - next));
}

/* Do this many bits certainly have more decimal digits than the limit allows? */
static bool over_digit_limit(const VM *vm, int64_t bits) {
    int64_t limit = vm->int_max_str_digits;
    return limit && bits > limit * 3 && (double)(bits - 1) * 0.30102999566398120 >= (double)limit;
}

static Value raise_print_limit(VM *vm) {
    return raise_value(vm,
                       "Exceeds the limit (%d digits) for integer string conversion; "
                       "use sys.set_int_max_str_digits() to increase the limit",
                       vm->int_max_str_digits);
}

Value int_to_string(VM *vm, Value v, int base) {
    if (is_int(v)) return int_print_immediate(vm, int_get(v), (unsigned)base, "");
    IntView view;
    int_view(v, &view);
    if (view.count == 0) return string_from_ascii(vm, "0", 1);
    bool limited = vm->int_max_str_digits && !is_power_of_two(base);
    if (limited && over_digit_limit(vm, int_bit_length(v))) return raise_print_limit(vm);
    size_t room = mpn_sizeinbase((const mp_limb_t *)view.limbs, view.count, base) + 2;
    size_t copy_size = (size_t)(view.count + 1) * sizeof(mp_limb_t);
    uint8_t *digits = memory_alloc(vm, room);
    if (!digits) return ABSENT;
    mp_limb_t *copy = memory_alloc(vm, copy_size); /* mpn_get_str destroys its operand */
    if (!copy) {
        memory_free(vm, digits, room);
        return ABSENT;
    }
    mpn_copyi(copy, (const mp_limb_t *)view.limbs, view.count);
    size_t count = mpn_get_str(digits, base, copy, view.count);
    memory_free(vm, copy, copy_size);
    size_t skip = 0;
    while (skip + 1 < count && digits[skip] == 0)
        skip++;
    if (limited && count - skip > (size_t)vm->int_max_str_digits) {
        memory_free(vm, digits, room);
        return raise_print_limit(vm);
    }
    String *s = string_new(vm, (int64_t)(count - skip) + view.negative, 0);
    if (s) {
        uint8_t *to = s->data;
        if (view.negative) *to++ = '-';
        for (size_t i = skip; i < count; i++)
            *to++ = (uint8_t) "0123456789abcdefghijklmnopqrstuvwxyz"[digits[i]];
    }
    memory_free(vm, digits, room);
    return from_object(s);
}

/* --- parsing --- */

static int digit_value(uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'z') return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
    return 99;
}

/* The digits' values as one number; NULL-free small texts take no heap. */
static Value number_of_digits(VM *vm, const uint8_t *values, size_t count, int base, bool negative) {
    uint64_t small = 0;
    size_t i = 0;
    for (; i < count && small < UINT64_C(1) << 55; i++)
        small = small * (unsigned)base + values[i];
    if (i == count && small <= (uint64_t)INT_MAX_IMMEDIATE) {
        return int_small(negative ? -(int64_t)small : (int64_t)small);
    }
    size_t room = count * (size_t)(log2_of(base) + 1) / 64 + 2;
    mp_limb_t *limbs = memory_alloc(vm, room * sizeof *limbs);
    if (!limbs) return ABSENT;
    mp_size_t used = mpn_set_str(limbs, values, count, base);
    Value result = int_from_limbs(vm, (const uint64_t *)limbs, used, negative);
    memory_free(vm, limbs, room * sizeof *limbs);
    return result;
}

static Value raise_digit_limit(VM *vm, size_t digits) {
    return raise_value(vm,
                       "Exceeds the limit (%d digits) for integer string conversion: value has %zu digits; "
                       "use sys.set_int_max_str_digits() to increase the limit",
                       vm->int_max_str_digits, digits);
}

static bool too_many_digits(const VM *vm, size_t digits, int base) {
    return !is_power_of_two(base) && digits > DIGITS_UNLIMITED && vm->int_max_str_digits &&
           digits > (size_t)vm->int_max_str_digits;
}

static Value from_digits(VM *vm, const char *digits, size_t length, int base, bool negative) {
    if (too_many_digits(vm, length, base)) return raise_digit_limit(vm, length);
    uint8_t local[64], *values = length <= sizeof local ? local : memory_alloc(vm, length);
    if (!values) return ABSENT;
    for (size_t i = 0; i < length; i++)
        values[i] = (uint8_t)digit_value((uint8_t)digits[i]);
    size_t skip = 0;
    while (skip + 1 < length && values[skip] == 0)
        skip++;
    Value result = number_of_digits(vm, values + skip, length - skip, base, negative);
    if (values != local) memory_free(vm, values, length);
    return result;
}

Value int_from_digits(VM *vm, const char *digits, size_t length, int base) {
    return from_digits(vm, digits, length, base, false);
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F); }

/* Skip a prefix such as 0x where `*base` allows it; base 0 becomes what the prefix says. False: malformed. */
static bool skip_prefix(const char **text, const char *end, int *base) {
    const char *s = *text;
    int named = 0;
    if (end - s >= 2 && s[0] == '0') {
        char letter = (char)(s[1] | 0x20);
        named = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
    }
    if (named && (*base == 0 || *base == named)) {
        *base = named;
        s += 2;
        if (s < end && *s == '_') s++;
    } else if (*base == 0) {
        *base = 10; /* "0", "00", "0_0" are zero; other numbers may not begin with 0 */
        if (s < end && *s == '0') {
            for (const char *c = s; c < end; c++) {
                if (*c != '0' && *c != '_') return false;
            }
        }
    }
    *text = s;
    return true;
}

/* Copy digits to `to`, leaving out single underscores between them; the number of digits, or -1. */
static int64_t collect_digits(const char *text, const char *end, int base, char *to) {
    int64_t count = 0;
    bool after_digit = false;
    for (; text < end; text++) {
        if (*text == '_') {
            if (!after_digit) return -1;
            after_digit = false;
        } else {
            if (digit_value((uint8_t)*text) >= base) return -1;
            to[count++] = *text;
            after_digit = true;
        }
    }
    return after_digit ? count : -1;
}

/* int(text[0..length), base) for ASCII text; ABSENT with nothing raised when it is no number. */
static Value parse_ascii(VM *vm, const char *text, size_t length, int base) {
    const char *end = text + length;
    while (text < end && is_space(*text))
        text++;
    while (text < end && is_space(end[-1]))
        end--;
    bool negative = text < end && *text == '-';
    if (text < end && (*text == '-' || *text == '+')) text++;
    if (!skip_prefix(&text, end, &base) || text == end) return ABSENT;
    size_t room = (size_t)(end - text);
    char local[64], *digits = room <= sizeof local ? local : memory_alloc(vm, room);
    if (!digits) return ABSENT;
    int64_t count = collect_digits(text, end, base, digits);
    Value result = count < 0 ? ABSENT : from_digits(vm, digits, (size_t)count, base, negative);
    if (digits != local) memory_free(vm, digits, room);
    return result;
}

/* The text with Unicode decimal digits and spaces turned into ASCII ones, in a block of *size bytes; other
 * characters become '?', which no number has. */
static char *to_ascii(VM *vm, const String *s, size_t *size) {
    *size = (size_t)s->length + 1;
    char *ascii = memory_alloc(vm, *size);
    if (!ascii) return NULL;
    for (int64_t i = 0; i < (int64_t)s->length; i++) {
        uint32_t c = string_at(s, i);
        int digit = c < 0x80 ? -1 : unicode_decimal(c);
        ascii[i] = c < 0x80 ? (char)c : digit >= 0 ? (char)('0' + digit) : unicode_is_space(c) ? ' ' : '?';
    }
    return ascii;
}

static Value raise_bad_literal(VM *vm, Value text, int base) {
    return error_raised(vm) ? ABSENT
                            : raise_value(vm, "invalid literal for int() with base %d: %R", base, text);
}

Value int_parse(VM *vm, Value text, int base) {
    Value result = ABSENT;
    if (is_string(text)) {
        const String *s = as_string(text);
        if (s->ascii) {
            result = parse_ascii(vm, (const char *)s->data, (size_t)s->length, base);
        } else {
            size_t size;
            char *ascii = to_ascii(vm, s, &size);
            if (!ascii) return ABSENT;
            result = parse_ascii(vm, ascii, size - 1, base);
            memory_free(vm, ascii, size);
        }
    } else {
        result = parse_ascii(vm, (const char *)as_bytes(text)->data, (size_t)as_bytes(text)->length, base);
    }
    return is_absent(result) ? raise_bad_literal(vm, text, base) : result;
}

/* --- bytes --- */

/* The eight bytes of a limb, or of what there is of it, whose lowest byte is number `at` from the low end. */
static uint64_t read_limb(const uint8_t *bytes, size_t size, size_t at, bool little_endian, uint64_t fill) {
    uint64_t limb = fill;
    if (size - at >= 8) {
        memcpy(&limb, little_endian ? bytes + at : bytes + size - at - 8, 8);
        return little_endian ? limb : __builtin_bswap64(limb);
    }
    for (size_t i = size; i-- > at;)
        limb = limb << 8 | bytes[little_endian ? i : size - 1 - i];
    return limb;
}

Value int_from_bytes(VM *vm, const uint8_t *bytes, size_t size, bool little_endian, bool is_signed) {
    if (size == 0) return int_small(0);
    size_t count = (size + 7) / 8;
    uint64_t local[32], *limbs = count <= 32 ? local : memory_alloc(vm, count * 8);
    if (!limbs) return ABSENT;
    bool negative = is_signed && (bytes[little_endian ? size - 1 : 0] & 0x80);
    for (size_t i = 0; i < count; i++)
        limbs[i] = read_limb(bytes, size, i * 8, little_endian, negative ? UINT64_MAX : 0);
    if (negative) mpn_neg((mp_limb_t *)limbs, (mp_limb_t *)limbs, (mp_size_t)count);
    Value result = int_from_limbs(vm, limbs, (int64_t)count, negative);
    if (limbs != local) memory_free(vm, limbs, count * 8);
    return result;
}

/* Limb i of the two's complement of a number; *carry is true at first. */
static uint64_t complement_limb(const IntView *view, int64_t i, bool *carry) {
    uint64_t limb = i < view->count ? view->limbs[i] : 0;
    if (!view->negative) return limb;
    limb = ~limb + *carry;
    *carry = *carry && limb == 0;
    return limb;
}

bool int_to_bytes(VM *vm, Value v, uint8_t *bytes, size_t size, bool little_endian, bool is_signed) {
    IntView view;
    int_view(v, &view);
    if (view.negative && !is_signed) {
        raise_overflow(vm, "can't convert negative int to unsigned");
        return false;
    }
    bool carry = true;
    size_t at = 0;
    for (; size - at >= 8; at += 8) {
        uint64_t limb = complement_limb(&view, (int64_t)(at / 8), &carry);
        if (!little_endian) limb = __builtin_bswap64(limb);
        memcpy(little_endian ? bytes + at : bytes + size - at - 8, &limb, 8);
    }
    uint64_t last = at < size ? complement_limb(&view, (int64_t)(at / 8), &carry) : 0;
    for (; at < size; at++, last >>= 8)
        bytes[little_endian ? at : size - 1 - at] = (uint8_t)last;
    int64_t bits = int_bit_length(v), room = (int64_t)size * 8;
    uint8_t top = size ? bytes[little_endian ? size - 1 : 0] : 0;
    bool fits = bits <= room;
    if (fits && is_signed && view.count)
        fits = size > 0 && (bits < room || view.negative) && (top >> 7) == view.negative;
    if (!fits) raise_overflow(vm, "int too big to convert");
    return fits;
}
