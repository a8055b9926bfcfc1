/* Text encodings: errors, decoding. Names are in codecnames.c, encoding is in codecencode.c. */

#if defined __GNUC__ && !defined __clang__
#pragma GCC optimize("O3") /* its loops over characters are made vector loops */
#endif

#include "runtime/text/codecbody.h"

#include "lexer/uniname.h"
#include "runtime/bytes/bytes.h"
#include "runtime/errors/error.h"
#include "runtime/errors/warn.h"
#include "runtime/protocol.h"
#include "runtime/text/builder.h"
#include "runtime/text/str.h"
#include "runtime/text/strsearch.h"
#include "runtime/text/strtype.h"
#include "runtime/text/text.h"
#include "runtime/text/units.h"

/* --- errors --- */

Value codec_error(VM *vm, Type *type, const char *encoding, Value object, int64_t start, int64_t end,
                  const char *reason) {
    Value error = ABSENT;
    Value args[5] = {string_from_c(vm, encoding), object, int_small(start), int_small(end),
                     string_from_c(vm, reason)};
    if (!is_absent(args[0]) && !is_absent(args[1]) && !is_absent(args[4]))
        error = object_call(vm, from_object(type), args, 5, ABSENT);
    value_xdrop(vm, args[0]);
    value_xdrop(vm, args[4]);
    return error;
}

void codec_raise(VM *vm, Type *type, const char *encoding, Value object, int64_t start, int64_t end,
                 const char *reason) {
    Value error = codec_error(vm, type, encoding, object, start, end, reason);
    if (!is_absent(error)) raise_object(vm, error);
}

/* --- decoding: what cannot be decoded --- */

/* Bytes being decoded. The object they lie in does not change: nothing here runs user code before it is through with
 * them, but handlers of the program's own, for which decode_bytes makes a copy first. */
typedef struct {
    VM *vm;
    const char *name; /* of the encoding, for errors */
    const char *errors;
    const uint8_t *data;
    size_t size;
    unsigned width; /* bytes of a unit of UTF-16 and UTF-32; else 1 */
    bool big_endian;
    ErrorHandler handler; /* what `errors` names */
    size_t
        *taken; /* NULL: all there is; else more may come, and an incomplete character at the end is left */
    const uint8_t *odd_escape; /* the first escape that means nothing, behind its backslash; or NULL */
    Builder out;
} Decoder;

#define DECODE_FAILED SIZE_MAX

static size_t raise_decode(Decoder *d, size_t start, size_t end, const char *reason) {
    Value object = bytes_from(d->vm, d->data, (int64_t)d->size);
    codec_raise(d->vm, &exc_UnicodeDecodeError, d->name, object, (int64_t)start, (int64_t)end, reason);
    value_xdrop(d->vm, object);
    return DECODE_FAILED;
}

/* A surrogate encoded like any code point; the place behind it, or 0. */
static size_t pass_surrogate(Decoder *d, size_t start) {
    const uint8_t *p = d->data + start;
    uint32_t c = 0;
    unsigned size = d->width == 1 ? 3 : d->width;
    if (d->size - start < size) return 0;
    if (d->width > 1) {
        c = codec_wide_unit(p, d->width, d->big_endian);
    } else if (strcmp(d->name, "utf-8") == 0 && p[0] == 0xED && (p[1] & 0xC0) == 0x80 &&
               (p[2] & 0xC0) == 0x80) {
        c = 0xD000 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    }
    if (!is_surrogate(c)) return 0;
    builder_char(&d->out, c);
    return start + size;
}

static size_t ask_program(Decoder *d, size_t start, size_t end, const char *reason) {
    Value object = bytes_from(d->vm, d->data, (int64_t)d->size), replacement = ABSENT;
    Value error =
        codec_error(d->vm, &exc_UnicodeDecodeError, d->name, object, (int64_t)start, (int64_t)end, reason);
    value_xdrop(d->vm, object);
    int64_t next = codec_library_handle(d->vm, d->errors, error, (int64_t)d->size, &replacement);
    if (next < 0) return DECODE_FAILED;
    bool text = is_string(replacement);
    if (text)
        builder_string(&d->out, replacement);
    else
        raise_type(d->vm, "decoding error handler must return (str, int) tuple");
    value_drop(d->vm, replacement);
    return text && !d->out.failed ? (size_t)next : DECODE_FAILED;
}

/* Is it only that the bytes end too early? */
static bool is_incomplete(const char *reason) {
    static const char *const words[] = {"unexpected end", "truncated", "\\ at end", "malformed \\N"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strncmp(reason, words[i], strlen(words[i])) == 0) return true;
    }
    return false;
}

/* Bytes [start, end) cannot be decoded. Where to go on, or DECODE_FAILED RAISES. */
static size_t decode_error(Decoder *d, size_t start, size_t end, const char *reason) {
    size_t next = start;
    if (d->taken && end == d->size && is_incomplete(reason)) return *d->taken = start, end;
    switch (d->handler) {
    case HANDLER_UNKNOWN: return ask_program(d, start, end, reason);
    case HANDLER_STRICT: break;
    case HANDLER_IGNORE: return end;
    case HANDLER_REPLACE: builder_char(&d->out, 0xFFFD); return end;
    case HANDLER_BACKSLASH:
        for (; next < end; next++)
            builder_escape(&d->out, d->data[next]);
        return end;
    case HANDLER_XML:
    case HANDLER_NAME:
        raise_type(d->vm, "don't know how to handle UnicodeDecodeError in error callback");
        return DECODE_FAILED;
    case HANDLER_SURROGATE_ESCAPE:
        for (; next < end && next < start + 4 && d->data[next] >= 0x80; next++)
            builder_char(&d->out, 0xDC00 | d->data[next]);
        if (next > start) return next;
        break;
    case HANDLER_SURROGATE_PASS:
        next = pass_surrogate(d, start);
        if (next > start) return next;
        break;
    }
    return raise_decode(d, start, end, reason);
}

/* --- UTF-8 --- */

/* The size of the character at `s`, of which `length` bytes are there (1 at least). Where it is not valid, how many
 * bytes to blame, negative, and why. */
static int utf8_sequence(const uint8_t *s, size_t length, const char **reason) {
    uint8_t lead = s[0], low = 0x80, high = 0xBF;
    if (lead < 0x80) return 1;
    if (lead - 0xC2U < 0xE0 - 0xC2 && length > 1 && (s[1] & 0xC0) == 0x80) return 2;
    if (lead < 0xC2 || lead > 0xF4) {
        *reason = "invalid start byte";
        return -1;
    }
    int size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (lead == 0xE0) low = 0xA0; /* no longer form than needed, no surrogate, nothing above U+10FFFF */
    if (lead == 0xED) high = 0x9F;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
    for (int i = 1; i < size; i++) {
        if ((size_t)i == length) {
            *reason = "unexpected end of data";
            return -i;
        }
        if (s[i] < low || s[i] > high) {
            *reason = "invalid continuation byte";
            return -i;
        }
        low = 0x80, high = 0xBF;
    }
    return size;
}

/* How many bytes are ASCII, from the first on. */
static size_t ascii_run(const uint8_t *s, size_t length) {
    const uint64_t high = UINT64_C(0x8080808080808080);
    size_t at = 0;
    for (uint64_t words[4]; at + 32 <= length; at += 32) {
        memcpy(words, s + at, 32);
        if ((words[0] | words[1] | words[2] | words[3]) & high) break;
    }
    for (uint64_t word; at + 8 <= length; at += 8) {
        memcpy(&word, s + at, 8);
        if (word & high) return at + (size_t)__builtin_ctzll(word & high) / 8;
    }
    while (at < length && s[at] < 0x80)
        at++;
    return at;
}

/* Does a character of three or four bytes, the low ones of the word, begin with a lead byte that is free to have any
 * bytes of that kind behind it? Most are; the others are for utf8_sequence. */
static inline bool is_plain_three(uint32_t word) {
    enum { PLAIN = 0xFFFF & ~(1 << 0x0 | 1 << 0xD) };
    return (word & 0xC0C0F0) == 0x8080E0 && PLAIN >> (word & 15) & 1;
}

static inline bool is_plain_four(uint32_t word) {
    return (word & 0xC0C0C0FC) == 0x808080F0 && (word & 0x3003) != 0;
}

/* How many bytes are valid characters of one and two bytes, from the first on, by blocks of eight. `trailing` counts
 * the second bytes, `beyond` becomes true when a character is not in Latin-1. */
static size_t short_run(const uint8_t *s, size_t length, size_t *trailing, bool *beyond) {
    const uint64_t ones = UINT64_C(0x0101010101010101), top = ones << 7;
    uint64_t carry = 0, wide = 0; /* is the last byte of the block before a lead byte? */
    size_t at = 0;
    for (; at + 8 <= length; at += 8) {
        uint64_t word;
        memcpy(&word, s + at, sizeof word);
        uint64_t high = word & top, leads = high & word << 1, seconds = high ^ leads;
        if (!(high | carry)) continue;
        uint64_t wider = (word << 3 | word << 4 | word << 5) & leads; /* C4 to DF */
        uint64_t wrong =
            (leads & word << 2) | (seconds ^ (leads << 8 | carry)) | (leads & ~(wider | word << 6));
        if (wrong) break;
        wide |= wider;
        carry = leads >> 56;
        *trailing += (seconds >> 7) * ones >> 56;
    }
    if (wide) *beyond = true;
    return carry ? at - 1 : at;
}

/* How many bytes are valid UTF-8, from the first on; the number of characters and the greatest lead byte are added up
 * in *measure. */
static size_t utf8_run(const uint8_t *s, size_t length, Utf8Measure *measure) {
    const char *reason;
    uint8_t longer = 0;
    bool beyond = false;
    size_t at = 0, trailing = 0;
    for (;;) {
        uint64_t word;
        uint32_t four;
        while (at + 8 <= length && (memcpy(&word, s + at, 8), !(word &= UINT64_C(0x8080808080808080))))
            at += 8;
        if (at + 8 <= length) {
            at += (size_t)__builtin_ctzll(word) / 8;
        } else {
            while (at < length && s[at] < 0x80)
                at++;
            if (at == length) break;
        }
        size_t start = at;
        if (s[at] - 0xC2U > 0xF4U - 0xC2U) break; /* no lead byte */
        if (s[at] < 0xE0) {
            at += short_run(s + at, length - at, &trailing, &beyond);
            if (at > start) continue;
        }
        for (; at + 4 <= length && (memcpy(&four, s + at, 4), is_plain_three(four)); at += 3)
            trailing += 2;
        if (at > start) {
            longer |= 0xE0;
            continue;
        }
        for (; at + 4 <= length && (memcpy(&four, s + at, 4), is_plain_four(four)); at += 4)
            trailing += 3;
        if (at > start) {
            longer |= 0xF0;
            continue;
        }
        int size = utf8_sequence(s + at, length - at, &reason);
        if (size <= 0) break;
        beyond |= size == 2 && s[at] >= 0xC4;
        longer |= size == 3 ? 0xE0 : size == 4 ? 0xF0 : 0;
        trailing += (size_t)size - 1;
        at += (size_t)size;
    }
    uint8_t greatest = longer ? longer : beyond ? 0xC4 : trailing ? 0xC2 : 0;
    if (greatest > measure->greatest) measure->greatest = greatest;
    measure->count += (int64_t)(at - trailing);
    return at;
}

/* Append the ASCII bytes from `at` on; where they end. Expanded for the widths that the text mostly has by then. */
static inline __attribute__((always_inline)) size_t put_ascii_of(Decoder *d, size_t at, unsigned width_log) {
    uint8_t *to = d->out.data + ((size_t)d->out.length << width_log);
    size_t start = at, step = 8;
    for (uint64_t word, high; step == 8 && d->size - at >= 8; at += step) {
        memcpy(&word, d->data + at, sizeof word);
        high = word & UINT64_C(0x8080808080808080);
        if (width_log == 0)
            memcpy(to + (at - start), &word, sizeof word);
        else
            units_widen_eight((uint16_t *)to + (at - start), d->data + at);
        if (high) step = (size_t)__builtin_ctzll(high) / 8;
    }
    for (; step == 8 && at < d->size && d->data[at] < 0x80; at++) {
        if (width_log == 0)
            to[at - start] = d->data[at];
        else
            ((uint16_t *)to)[at - start] = d->data[at];
    }
    d->out.length += (int64_t)(at - start);
    return at;
}

static size_t put_ascii(Decoder *d, size_t at) {
    const Builder *b = &d->out;
    bool room = b->capacity - b->length >= (int64_t)(d->size - at) && !b->failed;
    if (room && b->width_log == 0) return put_ascii_of(d, at, 0);
    if (room && b->width_log == 1) return put_ascii_of(d, at, 1);
    size_t run = ascii_run(d->data + at, d->size - at);
    builder_ascii(&d->out, (const char *)d->data + at, run);
    return at + run;
}

static bool decode_utf8(Decoder *d) {
    const char *reason = NULL;
    for (size_t at = 0; at < d->size;) {
        at = put_ascii(d, at);
        if (at == d->size) break;
        int size = utf8_sequence(d->data + at, d->size - at, &reason);
        if (size > 0) {
            Utf8Measure measure = {0};
            size_t run = utf8_run(d->data + at, d->size - at, &measure);
            builder_utf8(&d->out, (const char *)d->data + at, run);
            at += run;
            continue;
        }
        at = decode_error(d, at, at - (size_t)(int64_t)size, reason);
        if (at == DECODE_FAILED) return false;
    }
    return true;
}

/* --- one byte a character --- */

static bool decode_ascii(Decoder *d) {
    for (size_t at = 0; at < d->size;) {
        at = put_ascii(d, at);
        if (at == d->size) break;
        at = decode_error(d, at, at + 1, "ordinal not in range(128)");
        if (at == DECODE_FAILED) return false;
    }
    return true;
}

/* At least one byte is not ASCII. */
static Value decode_latin_1(VM *vm, const uint8_t *data, size_t size) {
    if (size == 1) return string_from_char(vm, data[0]);
    String *s = string_new(vm, (int64_t)size, 0xFF);
    if (s) memcpy(s->data, data, size);
    return from_object(s);
}

/* Windows-1252 from 0x80 to 0x9F; 0: undefined. */
const uint16_t codec_cp1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

/* Are there bytes from 0x80 to 0x9F? All others are the same in Latin-1. */
static bool has_controls(const uint8_t *data, size_t size) {
    uint8_t any = 0;
    for (size_t i = 0; i < size; i++)
        any |= (data[i] & 0xE0) == 0x80;
    return any;
}

static bool decode_cp1252(Decoder *d) {
    for (size_t at = 0; at < d->size;) {
        uint8_t byte = d->data[at];
        uint32_t c = byte >= 0x80 && byte < 0xA0 ? codec_cp1252[byte - 0x80] : byte;
        if (c || !byte) {
            builder_char(&d->out, c);
            at++;
            continue;
        }
        at = decode_error(d, at, at + 1, "character maps to <undefined>");
        if (at == DECODE_FAILED) return false;
    }
    return true;
}

/* --- UTF-16, UTF-32 --- */

/* The character at `at`, and its size; why not, if it is not valid, with the number of bytes to blame in *size. */
static const char *wide_character(const Decoder *d, size_t at, uint32_t *c, size_t *size) {
    size_t left = d->size - at;
    *size = left < d->width ? left : d->width;
    if (left < d->width) return "truncated data";
    *c = codec_wide_unit(d->data + at, d->width, d->big_endian);
    if (d->width == 4) {
        if (*c > 0x10FFFF) return "code point not in range(0x110000)";
        return is_surrogate(*c) ? "code point in surrogate code point range(0xd800, 0xe000)" : NULL;
    }
    if (!is_surrogate(*c)) return NULL;
    if (*c >= 0xDC00) return "illegal encoding";
    if (left < 4) {
        *size = left;
        return "unexpected end of data";
    }
    uint32_t low = codec_wide_unit(d->data + at + 2, 2, d->big_endian);
    if (low < 0xDC00 || low > 0xDFFF) return "illegal UTF-16 surrogate";
    *c = 0x10000 + ((*c & 0x3FF) << 10 | (low & 0x3FF));
    *size = 4;
    return NULL;
}

static bool decode_wide(Decoder *d, CodecId id) {
    static const char *const names[2][2] = {{"utf-16-le", "utf-16-be"}, {"utf-32-le", "utf-32-be"}};
    size_t at = 0, size;
    uint32_t c;
    d->width = id >= CODEC_UTF_32 ? 4 : 2;
    d->big_endian = id == CODEC_UTF_16_BE || id == CODEC_UTF_32_BE;
    if ((id == CODEC_UTF_16 || id == CODEC_UTF_32) && d->size >= d->width) {
        d->big_endian = codec_wide_unit(d->data, d->width, true) == 0xFEFF;
        if (d->big_endian || codec_wide_unit(d->data, d->width, false) == 0xFEFF) at = d->width;
    }
    d->name = names[d->width == 4][d->big_endian];
    while (at < d->size) {
        const char *reason = wide_character(d, at, &c, &size);
        if (reason) {
            at = decode_error(d, at, at + size, reason);
            if (at == DECODE_FAILED) return false;
        } else {
            builder_char(&d->out, c);
            at += size;
        }
    }
    return true;
}

/* --- the escaped forms --- */

static int digit_value(uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

/* Up to `count` digits at *at, which moves behind them. */
static uint32_t read_digits(const Decoder *d, size_t *at, int count, int base, int *found) {
    uint32_t c = 0;
    for (*found = 0; *found < count && *at < d->size && digit_value(d->data[*at]) < base; ++*found)
        c = c * (uint32_t)base + (uint32_t)digit_value(d->data[(*at)++]);
    return c;
}

/* \xhh, \uhhhh or \Uhhhhhhhh, the letter being at *at - 1; what is wrong with it, or NULL. */
static const char *numeric_escape(Decoder *d, size_t *at, bool raw) {
    uint8_t letter = d->data[*at - 1];
    int count = letter == 'x' ? 2 : letter == 'u' ? 4 : 8, found;
    uint32_t c = read_digits(d, at, count, 16, &found);
    if (found < count) {
        return letter == 'x'   ? "truncated \\xXX escape"
               : letter == 'u' ? "truncated \\uXXXX escape"
                               : "truncated \\UXXXXXXXX escape";
    }
    if (c > 0x10FFFF) return raw ? "\\Uxxxxxxxx out of range" : "illegal Unicode character";
    builder_char(&d->out, c);
    return NULL;
}

/* \N{name}, *at being behind the N. */
static const char *named_escape(Decoder *d, size_t *at) {
    if (*at == d->size || d->data[*at] != '{') return "malformed \\N character escape";
    size_t start = ++*at;
    while (*at < d->size && d->data[*at] != '}')
        ++*at;
    if (*at == start || *at == d->size) return "malformed \\N character escape";
    int32_t c = uniname_lookup((const char *)d->data + start, *at - start);
    ++*at;
    if (c < 0) return "unknown Unicode character name";
    builder_char(&d->out, (uint32_t)c);
    return NULL;
}

/* The escape whose backslash is at *at - 1. */
static const char *simple_escape(Decoder *d, size_t *at) {
    static const char letters[] = "\\\\''\"\"b\bf\ft\tn\nr\rv\va\a";
    int found;
    if (*at == d->size) return "\\ at end of string";
    uint8_t letter = d->data[(*at)++];
    if (letter == 'x' || letter == 'u' || letter == 'U') return numeric_escape(d, at, false);
    if (letter == 'N') return named_escape(d, at);
    if (letter == '\n') return NULL;
    if (letter >= '0' && letter <= '7') {
        const uint8_t *digits = d->data + --*at;
        uint32_t c = read_digits(d, at, 3, 8, &found);
        if (c > 0xFF && !d->odd_escape) d->odd_escape = digits;
        builder_char(&d->out, c);
        return NULL;
    }
    for (const char *l = letters; *l; l += 2) {
        if (letter == (uint8_t)*l) {
            builder_char(&d->out, (uint8_t)l[1]);
            return NULL;
        }
    }
    if (!d->odd_escape) d->odd_escape = d->data + *at - 1;
    builder_char(&d->out, '\\');
    builder_char(&d->out, letter);
    return NULL;
}

/* Runs user code: `escape` is read before. */
static bool warn_of_escape(VM *vm, const uint8_t *escape) {
    uint8_t c = *escape;
    if (c >= '0' && c <= '7') {
        const char digits[] = {(char)c, (char)escape[1], (char)escape[2], '\0'};
        return warn(vm, &exc_DeprecationWarning, 1, "invalid octal escape sequence '\\%s'", digits);
    }
    return warn(vm, &exc_DeprecationWarning, 1, "invalid escape sequence '\\%S'", vm->characters[c]);
}

static const char *raw_escape(Decoder *d, size_t *at) {
    uint8_t letter = *at < d->size ? d->data[*at] : 0;
    if (letter == 'u' || letter == 'U') {
        ++*at;
        return numeric_escape(d, at, true);
    }
    if (d->taken && *at == d->size) return "\\ at end of string";
    builder_char(&d->out, '\\');
    if (*at < d->size) builder_char(&d->out, d->data[(*at)++]);
    return NULL;
}

static bool decode_escaped(Decoder *d, bool raw) {
    for (size_t at = 0; at < d->size;) {
        size_t start = at++;
        if (d->data[start] != '\\') {
            while (at < d->size && d->data[at] != '\\' && (d->data[at] | d->data[start]) < 0x80)
                at++;
            if (at - start > 1)
                builder_ascii(&d->out, (const char *)d->data + start, at - start);
            else
                builder_char(&d->out, d->data[start]);
            continue;
        }
        const char *reason = raw ? raw_escape(d, &at) : simple_escape(d, &at);
        if (!reason) continue;
        at = decode_error(d, start, at, reason);
        if (at == DECODE_FAILED) return false;
    }
    return true;
}

/* --- decoding --- */

static bool decode(Decoder *d, CodecId id) {
    switch (id) {
    case CODEC_UTF_8: return decode_utf8(d);
    case CODEC_ASCII: d->name = "ascii"; return decode_ascii(d);
    case CODEC_CP1252: d->name = "charmap"; return decode_cp1252(d);
    case CODEC_UNICODE_ESCAPE: d->name = "unicodeescape"; return decode_escaped(d, false);
    case CODEC_RAW_UNICODE_ESCAPE: d->name = "rawunicodeescape"; return decode_escaped(d, true);
    default: return decode_wide(d, id);
    }
}

static const uint8_t utf8_mark[3] = {0xEF, 0xBB, 0xBF};

/* One character after the other. `taken`: see Decoder; it has been set to `size`. */
static Value decode_slowly(VM *vm, CodecId id, const uint8_t *data, size_t size, const char *errors,
                           size_t *taken) {
    Value copy = ABSENT, text = ABSENT;
    ErrorHandler handler = codec_handler(errors);
    if (handler == HANDLER_UNKNOWN) {
        copy = bytes_from(vm, data, (int64_t)size);
        if (is_absent(copy)) return ABSENT;
        data = as_bytes(copy)->data;
    }
    Decoder d = {.vm = vm,
                 .name = "utf-8",
                 .errors = errors,
                 .handler = handler,
                 .data = data,
                 .size = size,
                 .width = 1,
                 .taken = taken};
    builder_init(&d.out, vm);
    bool room = builder_reserve(&d.out, (int64_t)size / (id >= CODEC_UTF_16 ? 2 : 1));
    if (room && decode(&d, id))
        text = builder_finish(&d.out);
    else
        builder_fini(&d.out);
    if (!is_absent(text) && d.odd_escape && !warn_of_escape(vm, d.odd_escape)) value_clear(vm, &text);
    value_xdrop(vm, copy);
    return text;
}

static Value decode_bytes(VM *vm, CodecId id, const uint8_t *data, size_t size, const char *errors) {
    if (id == CODEC_UTF_8_SIG) {
        id = CODEC_UTF_8;
        if (size >= sizeof utf8_mark && memcmp(data, utf8_mark, sizeof utf8_mark) == 0)
            data += sizeof utf8_mark, size -= sizeof utf8_mark;
    }
    size_t ascii = id <= CODEC_CP1252 ? ascii_run(data, size) : 0;
    if (id <= CODEC_CP1252 && ascii == size) return string_from_ascii(vm, (const char *)data, size);
    if (id == CODEC_LATIN_1 || (id == CODEC_CP1252 && !has_controls(data, size)))
        return decode_latin_1(vm, data, size);
    Utf8Measure measure = {.count = (int64_t)ascii};
    if (id == CODEC_UTF_8 && ascii + utf8_run(data + ascii, size - ascii, &measure) == size)
        return string_from_measured(vm, (const char *)data, size, measure);
    if (id >= CODEC_UTF_16) {
        Value plain = codec_decode_wide(vm, id, data, size);
        if (!is_absent(plain) || error_raised(vm)) return plain;
    }
    return decode_slowly(vm, id, data, size, errors, NULL);
}

/* What an exporter has that is no Text: a view with gaps (an error), a class with __buffer__. */
static Value decode_exporter(VM *vm, Value exporter, const char *encoding, const char *errors) {
    Value bytes = buffer_to_bytes(vm, exporter, BUFFER_SIMPLE);
    if (is_absent(bytes)) {
        error_clear(vm);
        return raise_type(vm, "decoding to str: need a bytes-like object, %T found", exporter);
    }
    Value text = codec_decode(vm, bytes, encoding, errors);
    value_drop(vm, bytes);
    return text;
}

Value codec_decode(VM *vm, Value bytes_like, const char *encoding, const char *errors) {
    if (!is_bytes_like(bytes_like)) {
        if (has_buffer(bytes_like)) return decode_exporter(vm, bytes_like, encoding, errors);
        return raise_type(vm, "decoding to str: need a bytes-like object, %T found", bytes_like);
    }
    Text t = text_of(bytes_like);
    if (text_length(t) == 0) return value_ref(vm->empty_string); /* whatever the encoding */
    CodecId id = codec_find(encoding);
    if (id == CODEC_UNKNOWN) return codec_library_decode(vm, bytes_like, encoding, errors);
    return decode_bytes(vm, id, t.data, (size_t)text_length(t), errors);
}

Value string_decode_utf8(VM *vm, const char *data, size_t length, const char *errors) {
    return decode_bytes(vm, CODEC_UTF_8, (const uint8_t *)data, length, errors);
}

/* --- by the arguments of a method --- */

/* An optional str argument that has been checked as C text, `otherwise` when it is ABSENT. NULL RAISES. *keeper gets
 * what the text lies in, or ABSENT. */
static inline const char *text_argument(VM *vm, Value v, const char *otherwise, Value *keeper) {
    size_t length;
    *keeper = ABSENT;
    if (is_absent(v)) return otherwise;
    if (as_string(v)->ascii) return (const char *)as_string(v)->data;
    return string_utf8(vm, v, &length, keeper);
}

/* Can it be C text: has it no surrogates and no NUL? */
static bool is_c_text(VM *vm, Value v) {
    const String *s = as_string(v);
    if (!s->ascii) {
        Value bytes = codec_encode(vm, v, "utf-8", "strict");
        if (is_absent(bytes)) return false;
        value_drop(vm, bytes);
    }
    if (s->ascii ? !memchr(s->data, 0, s->length) : text_find_unit(text_of_string(s), 0) < 0) return true;
    raise_value(vm, "embedded null character");
    return false;
}

bool codec_check_argument(VM *vm, const char *function, const char *parameter, Value v) {
    if (is_absent(v)) return true;
    if (is_string(v)) return is_c_text(vm, v);
    if (is_none(v)) {
        raise_type(vm, "%s() argument '%s' must be str, not None", function, parameter);
    } else {
        raise_type(vm, "%s() argument '%s' must be str, not %Q", function, parameter, v);
    }
    return false;
}

static Value convert_by(VM *vm, Value (*convert)(VM *, Value, const char *, const char *),
                        const char *function, Value v, Value encoding, Value errors) {
    Value keepers[2] = {ABSENT, ABSENT}, result = ABSENT;
    if (!codec_check_argument(vm, function, "encoding", encoding) ||
        !codec_check_argument(vm, function, "errors", errors))
        return ABSENT;
    const char *encoding_text = text_argument(vm, encoding, "utf-8", &keepers[0]);
    const char *errors_text = encoding_text ? text_argument(vm, errors, "strict", &keepers[1]) : NULL;
    if (errors_text) result = convert(vm, v, encoding_text, errors_text);
    value_xdrop(vm, keepers[0]);
    value_xdrop(vm, keepers[1]);
    return result;
}

Value codec_decode_by(VM *vm, const char *function, Value bytes_like, Value encoding, Value errors) {
    return convert_by(vm, codec_decode, function, bytes_like, encoding, errors);
}

Value codec_encode_by(VM *vm, const char *function, Value string, Value encoding, Value errors) {
    return convert_by(vm, codec_encode, function, string, encoding, errors);
}

/* --- in pieces --- */

size_t codec_incomplete_tail(const char *encoding, const uint8_t *data, size_t length) {
    const char *reason;
    CodecId id = codec_find(encoding);
    if (id == CODEC_UTF_8 || id == CODEC_UTF_8_SIG) {
        size_t back = 1;
        while (back < length && back < 4 && (data[length - back] & 0xC0) == 0x80)
            back++;
        if (length == 0 || data[length - back] < 0xC2) return 0;
        int size = utf8_sequence(data + length - back, back, &reason);
        return size == -(int)back && back < 4 && strcmp(reason, "unexpected end of data") == 0 ? back : 0;
    }
    if (id >= CODEC_UTF_32 && id <= CODEC_UTF_32_BE) return length & 3;
    if (id < CODEC_UTF_16 || id > CODEC_UTF_16_BE) return 0;
    bool big_endian = id == CODEC_UTF_16_BE ||
                      (id == CODEC_UTF_16 && length >= 2 && codec_wide_unit(data, 2, true) == 0xFEFF);
    size_t odd = length & 1;
    if (length < 2) return odd;
    uint32_t last = codec_wide_unit(data + length - odd - 2, 2, big_endian);
    return last >= 0xD800 && last < 0xDC00 ? odd + 2 : odd;
}

bool codec_is_part_of_mark(const char *encoding, const uint8_t *data, size_t size) {
    return codec_find(encoding) == CODEC_UTF_8_SIG && size < 3 && memcmp(data, utf8_mark, size) == 0;
}

Value codec_decode_part(VM *vm, const char *encoding, const uint8_t *data, size_t size, const char *errors,
                        size_t *taken) {
    CodecId id = codec_find(encoding);
    *taken = size;
    if (id == CODEC_UNKNOWN) {
        Value bytes = bytes_from(vm, data, (int64_t)size);
        Value text =
            is_absent(bytes) ? ABSENT : codec_library_decode_part(vm, bytes, encoding, errors, taken);
        value_xdrop(vm, bytes);
        return text;
    }
    if (codec_is_part_of_mark(encoding, data, size)) return *taken = 0, value_ref(vm->empty_string);
    bool escaped = id == CODEC_UNICODE_ESCAPE || id == CODEC_RAW_UNICODE_ESCAPE;
    size_t whole = size - codec_incomplete_tail(encoding, data, size);
    if (!escaped && id < CODEC_UTF_16) {
        /* Where another incomplete character is in front of that at the end, the byte behind it is what is wrong. */
        if (whole == size || codec_incomplete_tail(encoding, data, whole) == 0)
            return *taken = whole, decode_bytes(vm, id, data, whole, errors);
        size_t mark = id == CODEC_UTF_8_SIG && memcmp(data, utf8_mark, 3) == 0 ? 3 : 0;
        *taken -= mark;
        Value text = decode_slowly(vm, CODEC_UTF_8, data + mark, size - mark, errors, taken);
        return *taken += mark, text;
    }
    Value plain = escaped ? ABSENT : codec_decode_wide(vm, id, data, whole);
    if (!is_absent(plain)) *taken = whole;
    return !is_absent(plain) || error_raised(vm) ? plain : decode_slowly(vm, id, data, size, errors, taken);
}

bool codec_check_mark(VM *vm, const char *encoding, const uint8_t *data, size_t length) {
    CodecId id = codec_find(encoding);
    size_t size = id == CODEC_UTF_32 ? 4 : 2;
    if ((id != CODEC_UTF_16 && id != CODEC_UTF_32) || length < size) return true;
    if (codec_wide_unit(data, (unsigned)size, false) == 0xFEFF ||
        codec_wide_unit(data, (unsigned)size, true) == 0xFEFF)
        return true;
    Value object = bytes_from(vm, data, (int64_t)length);
    codec_raise(vm, &exc_UnicodeDecodeError, id == CODEC_UTF_32 ? "utf-32" : "utf-16", object, 0,
                (int64_t)size, "Stream does not start with BOM");
    return value_xdrop(vm, object), false;
}
