/* Ints as text and as bytes: parsing in every base, printing, to_bytes and from_bytes. */
#include "base/unicode.h"
#include "runtime/bytes/bytes.h"
#include "runtime/numbers/intlimbs.h"
#include "runtime/text/str.h"

enum {
    DIGITS_UNLIMITED = 640
}; /* a text to this length is never refused (sys.int_info.str_digits_check_threshold) */

static int log2_of(int base) { return 31 - __builtin_clz((unsigned)base); }

static bool is_power_of_two(int base) { return (base & (base - 1)) == 0; }

/* --- printing --- */

static const char digit_letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";

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

char *int_print_digits(int64_t i, unsigned base, const char *prefix, char *end) {
    char *next = end;
    uint64_t rest = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
    if (base == 10) {
        next = print_decimal(rest, next);
    } else if (is_power_of_two((int)base)) {
        for (int shift = log2_of((int)base); rest; rest >>= shift)
            *--next = digit_letters[rest & (base - 1)];
    } else {
        for (; rest; rest /= base)
            *--next = digit_letters[rest % base];
    }
    if (next == end) *--next = '0';
    for (size_t length = strlen(prefix); length > 0;)
        *--next = prefix[--length];
    if (i < 0) *--next = '-';
    return next;
}

Value int_print_immediate(VM *vm, int64_t i, unsigned base, const char *prefix) {
    char text[INT_DIGITS_ROOM], *end = text + sizeof text;
    char *start = int_print_digits(i, base, prefix, end);
    return string_from_ascii(vm, start, (size_t)(end - start));
}

bool int_text_init(VM *vm, IntText *t, Value v, int base) {
    t->owner = ABSENT;
    if (is_int(v)) {
        char *end = t->local + sizeof t->local;
        t->text = int_print_digits(int_get(v), (unsigned)base, "", end);
        t->length = (size_t)(end - t->text);
        return true;
    }
    t->owner = int_to_string(vm, v, base);
    if (is_absent(t->owner)) return false;
    t->text = (char *)as_string(t->owner)->data;
    t->length = as_string(t->owner)->length;
    return true;
}

/* Do this many bits certainly have more decimal digits than the limit allows? */
static bool over_digit_limit(const VM *vm, int64_t bits) {
    int64_t limit = vm->int_max_str_digits;
    return limit && bits > limit * 3 && (double)(bits - 1) * 0.30102999566398120 >= (double)limit;
}

static Value raise_print_limit(VM *vm) {
    return raise_value(vm,
                       "Exceeds the limit (%d digits) for integer string conversion; use "
                       "sys.set_int_max_str_digits() to increase the limit",
                       vm->int_max_str_digits);
}

/* The text of eight digits, whose values are the bytes of a word: those over 9 are letters. */
static inline uint64_t digits_text(uint64_t values) {
    uint64_t letters = (values + UINT64_C(0x7676767676767676)) >> 7 & UINT64_C(0x0101010101010101);
    return values + UINT64_C(0x3030303030303030) + letters * ('a' - '0' - 10);
}

/* The eight digits of 32 bits in base 16, the highest first. */
static void print_eight_nibbles(uint8_t *to, uint32_t bits) {
    uint64_t values = bits;
    values = (values | values << 16) & UINT64_C(0x0000FFFF0000FFFF);
    values = (values | values << 8) & UINT64_C(0x00FF00FF00FF00FF);
    values = (values | values << 4) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    uint64_t text = __builtin_bswap64(digits_text(values));
    memcpy(to, &text, sizeof text);
}

/* In a base of 2**shift every digit is some bits of its own. */
static Value print_bits(VM *vm, const IntView *view, int64_t bits, int shift) {
    int64_t count = (bits + shift - 1) / shift;
    String *s = string_new(vm, count + view->negative, 0);
    if (!s) return ABSENT;
    uint8_t *next = s->data + s->length;
    uint64_t limb = 0, mask = (UINT64_C(1) << shift) - 1;
    int64_t used = 0;
    for (; shift == 4 && count >= 16; count -= 16) {
        next -= 16;
        print_eight_nibbles(next, (uint32_t)(view->limbs[used] >> 32));
        print_eight_nibbles(next + 8, (uint32_t)view->limbs[used++]);
    }
    int left = 0; /* bits of the limb that are not printed yet */
    while (count > 0) {
        if (left < shift) { /* a digit's bits may lie in two limbs */
            uint64_t following = used < view->count ? view->limbs[used++] : 0;
            *--next = (uint8_t)digit_letters[(limb | following << left) & mask];
            limb = following >> (shift - left);
            left += 64 - shift;
            count--;
        }
        for (; left >= shift && count > 0; left -= shift, limb >>= shift, count--)
            *--next = (uint8_t)digit_letters[limb & mask];
    }
    if (view->negative) *--next = '-';
    return from_object(s);
}

/* A str of the values of digits, without the zeros in front. */
static Value print_digits(VM *vm, const uint8_t *first, const uint8_t *end, bool negative) {
    while (first + 1 < end && *first == 0)
        first++;
    if (vm->int_max_str_digits && end - first > vm->int_max_str_digits) return raise_print_limit(vm);
    String *s = string_new(vm, end - first + negative, 0);
    if (!s) return ABSENT;
    uint8_t *to = s->data;
    if (negative) *to++ = '-';
    for (uint64_t word; end - first >= 8; first += 8, to += 8) {
        memcpy(&word, first, sizeof word);
        word = digits_text(word);
        memcpy(to, &word, sizeof word);
    }
    while (first < end)
        *to++ = (uint8_t)digit_letters[*first++];
    return from_object(s);
}

static Value print_huge(VM *vm, Value v, int base) {
    size_t room;
    uint8_t *digits = int_print_huge(vm, v, base, &room);
    if (!digits) return ABSENT;
    Value result = print_digits(vm, digits, digits + room, int_sign(v) < 0);
    memory_free(vm, digits, room);
    return result;
}

/* A number of two limbs at most in base 10: in chunks of as many digits as a limb holds, from the low end. */
static Value print_two_limbs(VM *vm, const IntView *view) {
    enum { CHUNK_DIGITS = 19 };
    static const uint64_t scale = UINT64_C(10000000000000000000);
    unsigned __int128 rest = view->limbs[0];
    if (view->count == 2) rest |= (unsigned __int128)view->limbs[1] << 64;
    char text[3 * CHUNK_DIGITS + 1], *end = text + sizeof text, *next = end;
    while (rest >> 64) {
        char *start = next - CHUNK_DIGITS;
        next = print_decimal((uint64_t)(rest % scale), next);
        while (next > start)
            *--next = '0';
        rest /= scale;
    }
    next = print_decimal((uint64_t)rest, next);
    if (view->negative) *--next = '-';
    return string_from_ascii(vm, next, (size_t)(end - next));
}

Value int_to_string(VM *vm, Value v, int base) {
    if (is_int(v)) return int_print_immediate(vm, int_get(v), (unsigned)base, "");
    IntView view;
    int_view(v, &view);
    if (view.count == 0) return string_from_ascii(vm, "0", 1);
    if (is_power_of_two(base)) return print_bits(vm, &view, int_bit_length(v), log2_of(base));
    if (base == 10 && view.count <= 2) return print_two_limbs(vm, &view);
    if (over_digit_limit(vm, int_bit_length(v))) return raise_print_limit(vm);
    enum { LOCAL_LIMBS = 16 };
    size_t limbs = (size_t)view.count + 1, size = limbs * sizeof(mp_limb_t);
    size_t room = mpn_sizeinbase((const mp_limb_t *)view.limbs, view.count, base) + 2;
    if (room > INT_HUGE_DIGITS) return print_huge(vm, v, base);
    mp_limb_t local[LOCAL_LIMBS], *copy = local; /* mpn_get_str destroys its operand */
    uint8_t local_digits[LOCAL_LIMBS * 64], *digits = local_digits;
    bool small = limbs <= LOCAL_LIMBS;
    if (!small) {
        copy = memory_alloc(vm, size + room);
        if (!copy) return ABSENT;
        digits = (uint8_t *)(copy + limbs);
    }
    mpn_copyi(copy, (const mp_limb_t *)view.limbs, view.count);
    const uint8_t *end = digits + mpn_get_str(digits, base, copy, view.count);
    Value result = print_digits(vm, digits, end, view.negative);
    if (!small) memory_free(vm, copy, size + room);
    return result;
}

/* --- parsing --- */

/* The values of the digits of base 36, and one that no base has for any other character. */
enum { NO_DIGIT = 99 };
#define FIGURES 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
#define LETTERS \
    10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35
static const uint8_t digit_values[256] = {
    [0 ... '0' - 1] = NO_DIGIT,
    ['9' + 1 ... 'A' - 1] = NO_DIGIT,
    ['Z' + 1 ... 'a' - 1] = NO_DIGIT,
    ['z' + 1 ... 255] = NO_DIGIT,
    ['0'] = FIGURES,
    ['A'] = LETTERS,
    ['a'] = LETTERS,
};

/* The number of eight digits of base 16. */
static uint64_t eight_nibbles(const uint8_t *values) {
    uint64_t word;
    memcpy(&word, values, sizeof word);
    word = __builtin_bswap64(word);
    word = (word | word >> 4) & UINT64_C(0x00FF00FF00FF00FF);
    word = (word | word >> 8) & UINT64_C(0x0000FFFF0000FFFF);
    return (word | word >> 16) & 0xFFFFFFFF;
}

/* In a base of 2**shift every digit is some bits of its own; how many limbs. */
static mp_size_t set_bits(mp_limb_t *limbs, const uint8_t *values, size_t count, int shift) {
    mp_size_t used = 0;
    mp_limb_t limb = 0;
    for (; shift == 4 && count >= 16; count -= 16)
        limbs[used++] = eight_nibbles(values + count - 8) | eight_nibbles(values + count - 16) << 32;
    for (int at = 0; count > 0;) {
        for (; count > 0 && at + shift <= 64; at += shift)
            limb |= (mp_limb_t)values[--count] << at;
        if (count == 0) break;
        mp_limb_t split = at < 64 ? values[--count] : 0; /* a digit's bits may lie in two limbs */
        limbs[used++] = at < 64 ? limb | split << at : limb;
        limb = at < 64 ? split >> (64 - at) : 0;
        at = at < 64 ? at + shift - 64 : 0;
    }
    if (limb) limbs[used++] = limb;
    return used;
}

/* limbs * scale + chunk. */
static mp_size_t append_chunk(mp_limb_t *limbs, mp_size_t used, mp_limb_t scale, mp_limb_t chunk) {
    mp_limb_t carry = used ? mpn_mul_1(limbs, limbs, used, scale) : 0;
    if (carry) limbs[used++] = carry;
    carry = used ? mpn_add_1(limbs, limbs, used, chunk) : chunk;
    if (carry) limbs[used++] = carry;
    return used;
}

/* Eight decimal digits: neighbours are joined to pairs, these to fours, these to all eight, within a word. */
static uint64_t eight_digits(const uint8_t *values) {
    uint64_t word;
    memcpy(&word, values, sizeof word);
    word = word * 10 + (word >> 8);
    uint64_t first = word & UINT64_C(0x000000FF000000FF), second = word >> 16 & UINT64_C(0x000000FF000000FF);
    return (first * (100 + (UINT64_C(1000000) << 32)) + second * (1 + (UINT64_C(10000) << 32))) >> 32;
}

/* As many digits at a time as a limb has room for; how many limbs. */
static mp_size_t set_chunks(mp_limb_t *limbs, const uint8_t *values, size_t count, unsigned base) {
    mp_size_t used = 0;
    size_t i = 0;
    for (; base == 10 && count - i >= 16; i += 16) {
        uint64_t chunk = eight_digits(values + i) * 100000000 + eight_digits(values + i + 8);
        used = append_chunk(limbs, used, UINT64_C(10000000000000000), chunk);
    }
    mp_limb_t last_scale = UINT64_MAX / base;
    while (i < count) {
        mp_limb_t chunk = 0, scale = 1;
        for (; i < count && scale <= last_scale; i++, scale *= base)
            chunk = chunk * base + values[i];
        used = append_chunk(limbs, used, scale, chunk);
    }
    return used;
}

enum { CHUNKED_DIGITS = 600 }; /* beyond, GMP's divide and conquer is faster */

/* The digits' values as one number, the first of them not 0. */
static Value number_of_digits(VM *vm, const uint8_t *values, size_t count, int base, bool negative) {
    uint64_t small = 0;
    size_t i = 0;
    for (; i < count && count < 64 && small < UINT64_C(1) << 55; i++)
        small = small * (unsigned)base + values[i];
    if (i == count && small <= (uint64_t)INT_MAX_IMMEDIATE) {
        return int_small(negative ? -(int64_t)small : (int64_t)small);
    }
    if (count > INT_HUGE_DIGITS && !is_power_of_two(base))
        return int_read_huge(vm, values, count, base, negative);
    size_t room = count * (size_t)(log2_of(base) + 1) / 64 + 2;
    mp_limb_t local[32], *limbs = room <= 32 ? local : memory_alloc(vm, room * sizeof *limbs);
    if (!limbs) return ABSENT;
    mp_size_t used = is_power_of_two(base)     ? set_bits(limbs, values, count, log2_of(base))
                     : count <= CHUNKED_DIGITS ? set_chunks(limbs, values, count, (unsigned)base)
                                               : mpn_set_str(limbs, values, count, base);
    Value result = int_from_limbs(vm, (const uint64_t *)limbs, used, negative);
    if (limbs != local) memory_free(vm, limbs, room * sizeof *limbs);
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

static Value from_values(VM *vm, const uint8_t *values, size_t count, int base, bool negative) {
    if (too_many_digits(vm, count, base)) return raise_digit_limit(vm, count);
    for (; count > 1 && *values == 0; values++)
        count--;
    return number_of_digits(vm, values, count, base, negative);
}

Value int_from_digits(VM *vm, const char *digits, size_t length, int base) {
    if (length == 0) return int_small(0);
    uint8_t local[64], *values = length <= sizeof local ? local : memory_alloc(vm, length);
    if (!values) return ABSENT;
    for (size_t i = 0; i < length; i++)
        values[i] = digit_values[(uint8_t)digits[i]];
    Value result = from_values(vm, values, length, base, false);
    if (values != local) memory_free(vm, values, length);
    return result;
}

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

/* The values of the digits, which single underscores may stand between; the number of digits, or -1. */
static int64_t collect_digits(const char *text, const char *end, int base, uint8_t *to) {
    for (const uint8_t *first = to;;) {
        const char *start = text;
        for (uint8_t value; text < end && (value = digit_values[(uint8_t)*text]) < base; text++)
            *to++ = value;
        if (text == start) return -1;
        if (text == end) return to - first;
        if (*text++ != '_') return -1;
    }
}

/* int(text[0..length), base) for ASCII text; ABSENT with nothing raised when it is no number. */
static Value parse_ascii(VM *vm, const char *text, size_t length, int base) {
    const char *end = text + length;
    while (text < end && unicode_is_margin((unsigned char)*text))
        text++;
    while (text < end && unicode_is_margin((unsigned char)end[-1]))
        end--;
    bool negative = text < end && *text == '-';
    if (text < end && (*text == '-' || *text == '+')) text++;
    if (!skip_prefix(&text, end, &base) || text == end) return ABSENT;
    size_t room = (size_t)(end - text);
    uint8_t local[256], *values = room <= sizeof local ? local : memory_alloc(vm, room);
    if (!values) return ABSENT;
    int64_t count = collect_digits(text, end, base, values);
    Value result = count < 0 ? ABSENT : from_values(vm, values, (size_t)count, base, negative);
    if (values != local) memory_free(vm, values, room);
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
    if (size < 8 && !is_signed) return int_small((int64_t)read_limb(bytes, size, 0, little_endian, 0));
    if (size <= 8 && is_signed) {
        bool minus = bytes[little_endian ? size - 1 : 0] & 0x80;
        return int_from(vm, (int64_t)read_limb(bytes, size, 0, little_endian, minus ? UINT64_MAX : 0));
    }
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

bool int_to_bytes(VM *vm, Value v, uint8_t *bytes, size_t size, bool little_endian, bool is_signed) {
    IntView view;
    view_of(v, &view);
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
    int64_t bits = view_bits(&view), room = (int64_t)size * 8;
    uint8_t top = size ? bytes[little_endian ? size - 1 : 0] : 0;
    bool fits = bits <= room;
    if (fits && is_signed && view.count)
        fits = size > 0 && (bits < room || view.negative) && (top >> 7) == view.negative;
    if (size == 0 && view.negative && bits == 1) fits = true; /* -1 in no bytes, as CPython */
    if (!fits) raise_overflow(vm, "int too big to convert");
    return fits;
}
