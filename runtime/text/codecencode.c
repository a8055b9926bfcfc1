/* Encoding: str to bytes. One loop for all encodings, which differ in what encode_character makes of a code point. */

#if defined __GNUC__ && !defined __clang__
#pragma GCC optimize("O3") /* its loops over characters are made vector loops */
#endif

#include "base/copy.h"
#include "lexer/uniname.h"
#include "runtime/bytes/bytes.h"
#include "runtime/errors/error.h"
#include "runtime/text/codecbody.h"
#include "runtime/text/escape.h"
#include "runtime/text/str.h"
#include "runtime/text/text.h"
#include "runtime/text/units.h"
#include "runtime/text/utf8.h"

typedef struct {
    VM *vm;
    CodecId id;
    unsigned width; /* bytes of a unit */
    bool big_endian;
    Value string;
    const char *errors;
    bool handled; /* `handler` is known */
    ErrorHandler handler;
    Bytes *out; /* has room beyond `at`; owned; NULL after a failure to grow */
    int64_t at;
} Encoder;

enum { ENCODED_MAX = 10 }; /* bytes of a character in any encoding: \Uhhhhhhhh */

/* How errors call the encodings. */
static const char *const error_names[] = {
    [CODEC_UTF_8] = "utf-8",         [CODEC_UTF_8_SIG] = "utf-8",     [CODEC_ASCII] = "ascii",
    [CODEC_LATIN_1] = "latin-1",     [CODEC_CP1252] = "charmap",      [CODEC_UTF_16] = "utf-16",
    [CODEC_UTF_16_LE] = "utf-16-le", [CODEC_UTF_16_BE] = "utf-16-be", [CODEC_UTF_32] = "utf-32",
    [CODEC_UTF_32_LE] = "utf-32-le", [CODEC_UTF_32_BE] = "utf-32-be",
};

static const char *reason_of(CodecId id) {
    switch (id) {
    case CODEC_ASCII: return "ordinal not in range(128)";
    case CODEC_LATIN_1: return "ordinal not in range(256)";
    case CODEC_CP1252: return "character maps to <undefined>";
    default: return "surrogates not allowed";
    }
}

/* --- one character --- */

static inline int put_unit(const Encoder *e, uint32_t unit, uint8_t *to) {
    unsigned last = e->width - 1;
    for (unsigned i = 0; i <= last; i++)
        to[e->big_endian ? last - i : i] = (uint8_t)(unit >> 8 * i);
    return (int)e->width;
}

static int put_wide(const Encoder *e, uint32_t c, uint8_t *to) {
    if (e->width == 4 || c < 0x10000) return put_unit(e, c, to);
    put_unit(e, 0xD7C0 + (c >> 10), to);
    return 2 + put_unit(e, 0xDC00 | (c & 0x3FF), to + 2);
}

static inline int put_escape(uint32_t c, uint8_t *to) { return (int)(escape_put(to, c) - to); }

static int put_byte(uint32_t c, uint8_t *to) {
    *to = (uint8_t)c;
    return 1;
}

static int put_cp1252(uint32_t c, uint8_t *to) {
    if (c < 0x80 || (c >= 0xA0 && c < 0x100)) return put_byte(c, to);
    for (uint32_t i = 0; i < 32; i++) {
        if (codec_cp1252[i] == c) return put_byte(0x80 + i, to);
    }
    return 0;
}

static int put_simple_escape(uint32_t c, uint8_t *to) {
    const char *letter = c == '\t' ? "t" : c == '\n' ? "n" : c == '\r' ? "r" : c == '\\' ? "\\" : NULL;
    if (!letter) return c >= ' ' && c < 0x7F ? put_byte(c, to) : put_escape(c, to);
    to[0] = '\\';
    to[1] = (uint8_t)*letter;
    return 2;
}

/* How many bytes the code point has in encoding `id`, which is e's, written to `to`; 0: it has no encoding. */
static inline __attribute__((always_inline)) int encode_as(const Encoder *e, CodecId id, uint32_t c,
                                                           uint8_t *to) {
    switch (id) {
    case CODEC_UTF_8:
    case CODEC_UTF_8_SIG: return is_surrogate(c) ? 0 : (int)(utf8_encode((char *)to, c) - (char *)to);
    case CODEC_ASCII: return c < 0x80 ? put_byte(c, to) : 0;
    case CODEC_LATIN_1: return c < 0x100 ? put_byte(c, to) : 0;
    case CODEC_CP1252: return put_cp1252(c, to);
    case CODEC_UNICODE_ESCAPE: return put_simple_escape(c, to);
    case CODEC_RAW_UNICODE_ESCAPE: return c < 0x100 ? put_byte(c, to) : put_escape(c, to);
    default: return is_surrogate(c) ? 0 : put_wide(e, c, to);
    }
}

static int encode_character(const Encoder *e, uint32_t c, uint8_t *to) { return encode_as(e, e->id, c, to); }

/* --- what cannot be encoded --- */

static bool reserve(Encoder *e, int64_t size) {
    if (e->out->length - e->at >= size) return true;
    int64_t length = e->out->length + e->out->length / 2;
    e->out = bytes_resize(e->vm, e->out, length > e->at + size ? length : e->at + size);
    return e->out;
}

static bool append_ascii(Encoder *e, const uint8_t *text, int size) {
    if (!reserve(e, (int64_t)size * e->width)) return false;
    for (int i = 0; i < size; i++)
        e->at += put_unit(e, text[i], e->out->data + e->at);
    return true;
}

static bool raise_encode(Encoder *e, int64_t start, int64_t end) {
    codec_raise(e->vm, &exc_UnicodeEncodeError, error_names[e->id], e->string, start, end, reason_of(e->id));
    return false;
}

/* \N{name}, or an escape of the number. */
static int put_name(uint32_t c, uint8_t *to) {
    char name[UNINAME_MAX];
    size_t length = uniname_of(c, name);
    if (length == 0) return put_escape(c, to);
    memcpy(to, "\\N{", 3);
    memcpy(to + 3, name, length);
    to[3 + length] = '}';
    return (int)length + 4;
}

static int put_reference(uint32_t c, uint8_t *to) {
    uint8_t digits[8];
    int count = 0, size = 2;
    memcpy(to, "&#", 2);
    do {
        digits[count++] = (uint8_t)('0' + c % 10);
    } while (c /= 10);
    while (count)
        to[size++] = digits[--count];
    to[size++] = ';';
    return size;
}

enum { REPLACEMENT_MAX = UNINAME_MAX + 4 };

static inline int put_replacement(ErrorHandler handler, uint32_t c, uint8_t *to) {
    switch (handler) {
    case HANDLER_REPLACE: return put_byte('?', to);
    case HANDLER_XML: return put_reference(c, to);
    case HANDLER_NAME: return put_name(c, to);
    default: return put_escape(c, to);
    }
}

static inline bool replace(Encoder *e, uint32_t c) {
    uint8_t text[REPLACEMENT_MAX];
    if (e->width > 1) return append_ascii(e, text, put_replacement(e->handler, c, text));
    if (!reserve(e, e->handler == HANDLER_NAME ? REPLACEMENT_MAX : ENCODED_MAX)) return false;
    e->at += put_replacement(e->handler, c, e->out->data + e->at);
    return true;
}

/* Bytes that surrogateescape made surrogates of become bytes again. */
static bool restore_bytes(Encoder *e, int64_t start, int64_t end) {
    if (!reserve(e, end - start)) return false;
    int64_t i = start, at = e->at;
    for (; i < end; i++) {
        uint32_t c = string_at(as_string(e->string), i);
        if (c < 0xDC80 || c > 0xDCFF || e->width > 1) break;
        e->out->data[at++] = (uint8_t)c;
    }
    if (i < end) return raise_encode(e, e->id == CODEC_CP1252 ? start : i, end);
    e->at = at;
    return true;
}

static bool pass_surrogates(Encoder *e, int64_t start, int64_t end) {
    if (e->width == 1 && e->id != CODEC_UTF_8 && e->id != CODEC_UTF_8_SIG) return raise_encode(e, start, end);
    for (int64_t i = start; i < end; i++) {
        if (!reserve(e, ENCODED_MAX)) return false;
        uint32_t c = string_at(as_string(e->string), i);
        uint8_t *to = e->out->data + e->at;
        e->at += e->width > 1 ? put_unit(e, c, to) : (int64_t)(utf8_encode((char *)to, c) - (char *)to);
    }
    return true;
}

/* A handler's bytes as they are; its str in the encoding, in which all its characters must be. False RAISES the error
 * that it was asked about, or MemoryError. */
static bool append_replacement(Encoder *e, Value replacement, int64_t start, int64_t end) {
    if (!is_string(replacement)) {
        const Bytes *bytes = as_bytes(replacement);
        if (bytes->length % e->width) return raise_encode(e, start, end);
        if (!reserve(e, bytes->length)) return false;
        memcpy(e->out->data + e->at, bytes->data, (size_t)bytes->length);
        e->at += bytes->length;
        return true;
    }
    const String *s = as_string(replacement);
    bool unicode = e->width > 1 || e->id == CODEC_UTF_8 || e->id == CODEC_UTF_8_SIG;
    if (unicode && !s->ascii) return raise_encode(e, start, end);
    for (int64_t i = 0, length = string_length(s); i < length; i++) {
        if (!reserve(e, ENCODED_MAX)) return false;
        int size = encode_character(e, string_at(s, i), e->out->data + e->at);
        if (!size) return raise_encode(e, start, end);
        e->at += size;
    }
    return true;
}

static int64_t ask_program(Encoder *e, int64_t start, int64_t end) {
    Value replacement = ABSENT;
    Value error = codec_error(e->vm, &exc_UnicodeEncodeError, error_names[e->id], e->string, start, end,
                              reason_of(e->id));
    int64_t length = string_length(as_string(e->string));
    int64_t next = codec_library_handle(e->vm, e->errors, error, length, &replacement);
    if (next < 0) return -1;
    bool ok = append_replacement(e, replacement, start, end);
    value_drop(e->vm, replacement);
    return ok ? next : -1;
}

/* Characters [start, end) have no encoding. Where to go on; -1 RAISES. */
static int64_t encode_error(Encoder *e, int64_t start, int64_t end) {
    if (!e->handled) e->handler = codec_handler(e->errors), e->handled = true;
    bool ok = true;
    switch (e->handler) {
    case HANDLER_UNKNOWN: return ask_program(e, start, end);
    case HANDLER_STRICT: ok = raise_encode(e, start, end); break;
    case HANDLER_IGNORE: break;
    case HANDLER_SURROGATE_ESCAPE: ok = restore_bytes(e, start, end); break;
    case HANDLER_SURROGATE_PASS: ok = pass_surrogates(e, start, end); break;
    default:
        for (int64_t i = start; i < end && ok; i++)
            ok = replace(e, string_at(as_string(e->string), i));
    }
    return ok ? end : -1;
}

/* --- encoding --- */

/* Is the character the same in all encodings of one byte a character, and needs no escape? */
static inline bool is_plain(uint32_t c) { return c - 32U < 95 && c != '\\'; }

/* Characters [at, length) of one byte each, as far as they are ASCII, copied to `to`, which has room for all of them;
 * where they end. */
static inline int64_t copy_ascii(const uint8_t *data, int64_t at, int64_t length, uint8_t *to) {
    for (uint64_t word, high; length - at >= 8; at += 8, to += 8) {
        memcpy(&word, data + at, sizeof word);
        memcpy(to, &word, sizeof word);
        high = word & UINT64_C(0x8080808080808080);
        if (high) return at + __builtin_ctzll(high) / 8;
    }
    for (; at < length && data[at] < 0x80; at++)
        *to++ = data[at];
    return at;
}

/* copy_ascii from characters of two bytes each, four at a time. */
static inline int64_t copy_ascii_halves(const uint8_t *data, int64_t at, int64_t length, uint8_t *to) {
    for (uint64_t four; length - at >= 4; at += 4, to += 4) {
        memcpy(&four, data + 2 * at, sizeof four);
        if (four & UINT64_C(0xFF80FF80FF80FF80)) break;
        four |= four >> 8;
        uint32_t bytes = (uint32_t)((four & 0xFFFF) | (four >> 16 & 0xFFFF0000));
        memcpy(to, &bytes, sizeof bytes);
    }
    for (uint16_t c; at < length && (c = ((const uint16_t *)data)[at]) < 0x80; at++)
        *to++ = (uint8_t)c;
    return at;
}

/* The same of those that every encoding of one byte a character has as they are, in a str of any width. */
static inline __attribute__((always_inline)) int64_t copy_plain(const String *s, CodecId id,
                                                                unsigned width_log, int64_t at, uint8_t *to) {
    Text t = text_make(s->data, string_length(s), width_log);
    if (width_log == 0 && id != CODEC_UNICODE_ESCAPE) return copy_ascii(s->data, at, text_length(t), to);
    if (width_log == 1 && id != CODEC_UNICODE_ESCAPE)
        return copy_ascii_halves(s->data, at, text_length(t), to);
    for (uint32_t c; at < text_length(t) && is_plain(c = text_at(t, at)); at++)
        *to++ = (uint8_t)c;
    return at;
}

/* How many bytes a character that has no encoding becomes, written to `to`; -1: encode_error knows. */
static inline int handle_one(ErrorHandler handler, CodecId id, uint32_t c, uint8_t *to) {
    switch (handler) {
    case HANDLER_IGNORE: return 0;
    case HANDLER_REPLACE: return put_byte('?', to);
    case HANDLER_BACKSLASH: return put_escape(c, to);
    case HANDLER_XML: return put_reference(c, to);
    case HANDLER_SURROGATE_ESCAPE:
        return id == CODEC_CP1252 || c < 0xDC80 || c > 0xDCFF ? -1 : put_byte(c, to);
    case HANDLER_SURROGATE_PASS:
        return id == CODEC_UTF_8 ? (int)(utf8_encode((char *)to, c) - (char *)to) : -1;
    default: return -1;
    }
}

/* Characters from `i` on, as far as there is room for and until one needs encode_error; where it is. */
static inline __attribute__((always_inline)) int64_t encode_on(Encoder *e, CodecId id, Text t, int64_t i) {
    const String *s = as_string(e->string);
    bool narrow = id < CODEC_UTF_16;
    ErrorHandler handler = e->handled && narrow ? e->handler : HANDLER_UNKNOWN;
    uint8_t *to = e->out->data + e->at;
    const uint8_t *last = e->out->data + e->out->length - ENCODED_MAX;
    while (i < text_length(t) && last - to >= (narrow ? text_length(t) - i : 0)) {
        int64_t start = i;
        if (narrow) i = copy_plain(s, id, text_log(t), i, to);
        to += i - start;
        if (i == text_length(t)) break;
        uint32_t c = text_at(t, i);
        int size = encode_as(e, id, c, to);
        if (!size) size = handle_one(handler, id, c, to);
        if (size < 0) break;
        to += size;
        i++;
    }
    e->at = to - e->out->data;
    return i;
}

/* Expanded for the encodings and widths in which characters are most often missing. */
static inline __attribute__((always_inline)) bool encode_with(Encoder *e, CodecId id, unsigned width_log) {
    uint8_t ignored[ENCODED_MAX];
    bool narrow = id < CODEC_UTF_16;
    const String *s = as_string(e->string);
    Text t = text_make(s->data, string_length(s), width_log);
    for (int64_t i = 0; i < text_length(t);) {
        if (!reserve(e, (narrow ? text_length(t) - i : 0) + ENCODED_MAX)) return false;
        int64_t start = i = encode_on(e, id, t, i);
        while (i < text_length(t) && (narrow || i == start) && !encode_as(e, id, text_at(t, i), ignored))
            i++;
        if (i > start) i = encode_error(e, start, i);
        if (i < 0) return false;
    }
    return true;
}

static bool encode(Encoder *e) {
    unsigned width_log = as_string(e->string)->width_log;
    if (e->id == CODEC_ASCII && width_log == 0) return encode_with(e, CODEC_ASCII, 0);
    if (e->id == CODEC_ASCII && width_log == 1) return encode_with(e, CODEC_ASCII, 1);
    if (e->id == CODEC_UTF_8 && width_log == 1) return encode_with(e, CODEC_UTF_8, 1);
    if (e->id == CODEC_UNICODE_ESCAPE && width_log == 0) return encode_with(e, CODEC_UNICODE_ESCAPE, 0);
    if (e->id == CODEC_RAW_UNICODE_ESCAPE && width_log == 1)
        return encode_with(e, CODEC_RAW_UNICODE_ESCAPE, 1);
    return encode_with(e, e->id, width_log);
}

/* The same for UTF-8 where nothing goes wrong, written once for each width of str. */

/* How many of the bytes are beyond ASCII, eight at a time. */
static int64_t count_high(const uint8_t *data, int64_t length) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    int64_t count = 0, i = 0;
    for (; i + 8 <= length; i += 8) {
        uint64_t word;
        memcpy(&word, data + i, sizeof word);
        count += (int64_t)(((word >> 7 & ones) * ones) >> 56);
    }
    for (; i < length; i++)
        count += data[i] >> 7;
    return count;
}

typedef uint8_t Bytes8 __attribute__((vector_size(8)));
typedef uint16_t Halves8 __attribute__((vector_size(16)));

/* How many bytes characters have in UTF-8, -1 if there are surrogates: eight at a time. So few at once that what they
 * have beyond the first byte of each can be summed up in half a word. */
static int64_t halves_length(const uint16_t *data, int64_t length) {
    enum { BLOCK = 8 * 1024 };
    int64_t size = length, i = 0;
    uint64_t any[2];
    Halves8 surrogates = {0};
    while (i + 8 <= length) {
        int64_t end = length - i < BLOCK ? length : i + BLOCK;
        Halves8 more = {0}, units;
        for (; i + 8 <= end; i += 8) {
            memcpy(&units, data + i, sizeof units);
            more -= (Halves8)(units > 0x7F) + (Halves8)(units > 0x7FF); /* what is true is -1 */
            surrogates |= (Halves8)((units & 0xF800) == 0xD800);
        }
        for (int lane = 0; lane < 8; lane++)
            size += more[lane];
    }
    memcpy(any, &surrogates, sizeof any);
    for (; i < length; i++) {
        size += (data[i] > 0x7F) + (data[i] > 0x7FF);
        any[0] |= (data[i] & 0xF800) == 0xD800;
    }
    return any[0] | any[1] ? -1 : size;
}

static int64_t words_length(const uint32_t *data, int64_t length) {
    enum { BLOCK = 1 << 20 };
    int64_t size = length;
    uint32_t surrogates = 0;
    for (int64_t start = 0; start < length; start += BLOCK) {
        int64_t end = length - start < BLOCK ? length : start + BLOCK;
        uint32_t more = 0;
        for (int64_t i = start; i < end; i++) {
            more += (uint32_t)(data[i] >= 0x80) + (data[i] >= 0x800) + (data[i] >= 0x10000);
            surrogates |= (data[i] & 0xFFFFF800) == 0xD800;
        }
        size += more;
    }
    return surrogates ? -1 : size;
}

static int64_t utf8_length(const String *s) {
    int64_t length = string_length(s);
    return s->width_log == 0   ? length + count_high(s->data, length)
           : s->width_log == 1 ? halves_length((const uint16_t *)s->data, length)
                               : words_length((const uint32_t *)s->data, length);
}

/* Eight characters together, and of those the ASCII ones between two others; a block is read at a place that does not
 * depend on what was in the one before. Eight bytes are written each time, so there must be room for another block. */
static void utf8_write_narrow(const String *s, uint8_t *to) {
    const uint8_t *from = s->data, *end = from + s->length;
    for (uint64_t word; end - from >= 16; from += 8) {
        memcpy(&word, from, sizeof word);
        int done = 0;
        for (uint64_t high = word & UINT64_C(0x8080808080808080); high; high &= high - 1) {
            int at = __builtin_ctzll(high) / 8;
            memcpy(to, &word, sizeof word);
            to += at - done;
            word >>= 8 * (at - done);
            *to++ = 0xC0 | (word >> 6 & 3);
            *to++ = 0x80 | (word & 0x3F);
            word >>= 8;
            done = at + 1;
        }
        memcpy(to, &word, sizeof word);
        to += 8 - done;
    }
    for (; from < end; from++) {
        if (*from < 0x80) {
            *to++ = *from;
        } else {
            *to++ = 0xC0 | *from >> 6;
            *to++ = 0x80 | (*from & 0x3F);
        }
    }
}

/* Four characters of two bytes each that also have two bytes in UTF-8? */
static inline bool are_short(uint64_t halves) {
    const uint64_t ones = UINT64_C(0x0001000100010001);
    return !(halves & ones * 0xF800) && !(~((halves & ones * 0x780) + ones * 0x7F80) & ones * 0x8000);
}

/* Eight characters of two bytes each as bytes; how many of them, from the first on, are ASCII and so come out right. */
static inline __attribute__((always_inline)) int put_eight_halves(uint8_t *to, const uint8_t *from) {
    uint64_t words[2];
    memcpy(words, from, sizeof words);
    Halves8 halves;
    memcpy(&halves, from, sizeof halves);
    Bytes8 bytes = __builtin_convertvector(halves, Bytes8);
    memcpy(to, &bytes, sizeof bytes);
    uint64_t high = UINT64_C(0xFF80FF80FF80FF80), low = words[0] & high;
    if (low) return __builtin_ctzll(low) / 16;
    high &= words[1];
    return high ? 4 + __builtin_ctzll(high) / 16 : 8;
}

/* Three bytes are written as four, over the last of which the next character goes; so the last character is none of
 * those. */
static inline __attribute__((always_inline)) void utf8_write(const String *s, unsigned width_log, char *to) {
    Text t = text_make(s->data, string_length(s), width_log);
    int64_t last = text_length(t) - 1;
    for (int64_t i = 0; i < last; i++) {
        uint32_t c = text_at(t, i);
        if (c < 0x80) {
            bool more = width_log == 1 && i + 8 <= last && text_at(t, i + 1) < 0x80;
            int run = more ? put_eight_halves((uint8_t *)to, t.data + 2 * i) : 1;
            if (!more) *to = (char)c;
            to += run;
            i += run - 1;
        } else if (c < 0x800) {
            for (uint64_t four; width_log == 1 && i + 4 <= last; i += 4, to += 8) {
                memcpy(&four, t.data + 2 * i, sizeof four);
                if (!are_short(four)) break;
                four =
                    0x80C080C080C080C0 | (four >> 6 & 0x001F001F001F001F) | (four & 0x003F003F003F003F) << 8;
                memcpy(to, &four, sizeof four);
            }
            c = text_at(t, i);
            if (i == last || c < 0x80 || c >= 0x800) {
                i--; /* it is for the next round */
                continue;
            }
            uint16_t half = (uint16_t)(0x80C0 | c >> 6 | (c & 0x3F) << 8);
            memcpy(to, &half, sizeof half);
            to += 2;
        } else if (c < 0x10000) {
            do { /* seldom alone */
                uint32_t word = 0x8080E0 | c >> 12 | (c << 2 & 0x3F00) | (c << 16 & 0x3F0000);
                memcpy(to, &word, sizeof word);
                to += 3;
                c = text_at(t, ++i);
            } while (i < last && c >= 0x800 && c < 0x10000);
            i--;
        } else {
            uint32_t word =
                0x808080F0 | c >> 18 | (c >> 4 & 0x3F00) | (c << 10 & 0x3F0000) | (c << 24 & 0x3F000000);
            memcpy(to, &word, sizeof word);
            to += 4;
        }
    }
    if (last >= 0) utf8_encode(to, text_at(t, last));
}

/* ABSENT with nothing raised when there are surrogates. */
static Value encode_utf8(VM *vm, const String *s) {
    unsigned w = s->width_log;
    int64_t size = utf8_length(s);
    Bytes *bytes = size < 0 ? NULL : bytes_new(vm, size);
    if (!bytes) return ABSENT;
    char *to = (char *)bytes->data;
    if (w == 0) utf8_write_narrow(s, bytes->data);
    if (w == 1) utf8_write(s, 1, to);
    if (w == 2) utf8_write(s, 2, to);
    bytes->data[size] = 0;
    return from_object(bytes);
}

/* The other order of bytes in all units. */
static void swap_units(uint8_t *data, int64_t count, unsigned width) {
    uint16_t half;
    uint32_t word;
    for (uint8_t *end = data + count * 2; width == 2 && data < end; data += 2) {
        memcpy(&half, data, sizeof half);
        half = __builtin_bswap16(half);
        memcpy(data, &half, sizeof half);
    }
    for (uint8_t *end = data + count * 4; width == 4 && data < end; data += 4) {
        memcpy(&word, data, sizeof word);
        word = __builtin_bswap32(word);
        memcpy(data, &word, sizeof word);
    }
}

static bool has_surrogates(const String *s) {
    uint32_t surrogates = 0;
    const uint16_t *halves = (const uint16_t *)s->data;
    const uint32_t *words = (const uint32_t *)s->data;
    for (int64_t i = 0, length = string_length(s); i < length && s->width_log == 1; i++)
        surrogates |= (halves[i] & 0xF800) == 0xD800;
    for (int64_t i = 0, length = string_length(s); i < length && s->width_log == 2; i++)
        surrogates |= (words[i] & 0xFFFFF800) == 0xD800;
    return surrogates;
}

/* How many characters need two units in UTF-16. */
static int64_t count_astral(const String *s) {
    const uint32_t *words = (const uint32_t *)s->data;
    int64_t count = 0;
    for (int64_t i = 0, length = string_length(s); i < length && s->width_log == 2; i++)
        count += words[i] > 0xFFFF;
    return count;
}

static void put_utf16(uint8_t *to, const String *s) {
    const uint32_t *words = (const uint32_t *)s->data;
    for (int64_t i = 0, length = string_length(s); i < length; i++) {
        uint32_t c = words[i];
        uint32_t units = c < 0x10000 ? c : (0xD7C0 + (c >> 10)) | (0xDC00 | (c & 0x3FF)) << 16;
        memcpy(to, &units, c < 0x10000 ? 2 : 4);
        to += c < 0x10000 ? 2 : 4;
    }
}

/* UTF-16 and UTF-32. ABSENT with nothing raised when there are surrogates. */
static Value encode_wide(VM *vm, const String *s, CodecId id) {
    unsigned width = id >= CODEC_UTF_32 ? 4 : 2;
    bool marked = id == CODEC_UTF_16 || id == CODEC_UTF_32;
    if (has_surrogates(s)) return ABSENT;
    int64_t length = string_length(s), units = length + (width == 2 ? count_astral(s) : 0);
    Bytes *bytes = bytes_new(vm, (int64_t)width * (units + marked));
    if (!bytes) return ABSENT;
    uint8_t *to = bytes->data;
    if (marked) {
        memcpy(to, width == 2 ? "\xFF\xFE" : "\xFF\xFE\0", width);
        to += width;
    }
    if (units > length) {
        put_utf16(to, s);
    } else {
        units_copy(to, width / 2, s->data, s->width_log, length);
    }
    if (id == CODEC_UTF_16_BE || id == CODEC_UTF_32_BE) swap_units(to, units, width);
    return from_object(bytes);
}

/* Are the str's bytes in memory those of its encoding? */
static bool is_encoded(const String *s, CodecId id) {
    if (id == CODEC_LATIN_1) return s->width_log == 0;
    return s->ascii && (id == CODEC_UTF_8 || id == CODEC_ASCII || id == CODEC_CP1252);
}

Value codec_encode(VM *vm, Value string, const char *encoding, const char *errors) {
    CodecId id = codec_find(encoding);
    if (id == CODEC_UNKNOWN) return codec_library_encode(vm, string, encoding, errors);
    const String *s = as_string(string);
    if (is_encoded(s, id)) return bytes_from(vm, s->data, string_length(s));
    if (id == CODEC_UTF_8) {
        Value plain = encode_utf8(vm, s);
        if (!is_absent(plain) || error_raised(vm)) return plain;
    }
    if (id >= CODEC_UTF_16) {
        Value plain = encode_wide(vm, s, id);
        if (!is_absent(plain) || error_raised(vm)) return plain;
    }
    Encoder e = {.vm = vm,
                 .id = id,
                 .width = id >= CODEC_UTF_32   ? 4
                          : id >= CODEC_UTF_16 ? 2
                                               : 1,
                 .big_endian = id == CODEC_UTF_16_BE || id == CODEC_UTF_32_BE,
                 .string = string,
                 .errors = errors};
    e.out = bytes_new(vm, string_length(s) * (int64_t)e.width + ENCODED_MAX);
    if (!e.out) return ABSENT;
    if (id == CODEC_UTF_16 || id == CODEC_UTF_32) e.at = put_unit(&e, 0xFEFF, e.out->data);
    if (id == CODEC_UTF_8_SIG)
        e.at = (int64_t)(utf8_encode((char *)e.out->data, 0xFEFF) - (char *)e.out->data);
    if (encode(&e)) return from_object(bytes_resize(vm, e.out, e.at));
    if (e.out) object_drop(vm, &e.out->head);
    return ABSENT;
}
