/*
 * The module binascii: bytes as ASCII text (hexadecimal, base64, quoted-printable, uuencode) and back, and two
 * checksums.
 *
 * A conversion is a function of the bytes of its first argument; `convert` acquires them, so that nothing that options'
 * __bool__ and the like do moves them. Results are written to a block of the greatest length and cut.
 */
#include <zlib.h>

#include "runtime/arguments.h"
#include "runtime/bytes/buffer.h"
#include "runtime/bytes/bytes.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/hexdigits.h"
#include "runtime/text/str.h"

typedef struct {
    const uint8_t *data;
    int64_t length;
} Source;

typedef Value (*Conversion)(VM *vm, Source s, Value *args);

static Value fail(VM *vm, const char *text) { return raise_error(vm, &binascii_error_type, "%s", text); }

static Value convert(VM *vm, Value *args, Conversion f) {
    BufferView from;
    if (!buffer_acquire(vm, args[0], BUFFER_SIMPLE, &from)) return ABSENT;
    Value result = f(vm, (Source){from.data, from.size}, args);
    buffer_release(vm, &from);
    return result;
}

/* The same of bytes or ASCII text. */
static Value convert_text(VM *vm, Value *args, Conversion f) {
    if (is_string(args[0])) {
        const String *s = as_string(args[0]);
        if (!s->ascii) return raise_value(vm, "string argument should contain only ASCII characters");
        return f(vm, (Source){s->data, string_length(s)}, args);
    }
    Value result = has_buffer(args[0]) ? convert(vm, args, f) : ABSENT;
    if (!is_absent(result) || (error_raised(vm) && !error_is(vm, &exc_BufferError))) return result;
    return raise_type(vm, "argument should be bytes, buffer or ASCII string, not '%T'", args[0]);
}

/* Room for `count` groups of `size` bytes, and `more`. */
static Bytes *room(VM *vm, int64_t count, int64_t size, int64_t more) {
    int64_t length;
    if (__builtin_mul_overflow(count, size, &length) || __builtin_add_overflow(length, more, &length))
        return raise_memory(vm), NULL;
    return bytes_new(vm, length);
}

static Value cut(VM *vm, Bytes *bytes, int64_t length) {
    if (bytes->length == length) return from_object(bytes);
    return from_object(bytes_resize(vm, bytes, length));
}

static Value drop_and_fail(VM *vm, Bytes *bytes, const char *text) {
    object_drop(vm, &bytes->head);
    return fail(vm, text);
}

/* --- hexadecimal --- */

static Value from_hex(VM *vm, Source s, Value *args) {
    if (s.length % 2) return fail(vm, "Odd-length string");
    Bytes *to = bytes_new(vm, s.length / 2);
    int64_t i = 0;
    while (to && i + 8 <= s.length && hex_read_eight(to->data + i / 2, s.data + i))
        i += 8;
    for (; to && i < s.length; i += 2) {
        int high = hex_digit(s.data[i]), low = hex_digit(s.data[i + 1]);
        if ((high | low) < 0) return drop_and_fail(vm, to, "Non-hexadecimal digit found");
        to->data[i / 2] = (uint8_t)(high << 4 | low);
    }
    return from_object(to);
}

NATIVE(binascii_unhexlify) { return convert_text(vm, args, from_hex); }

/* The one character of a separator; -1 RAISES. */
static int separator(VM *vm, Value v) {
    int64_t length = object_length(vm, v);
    if (length < 0) return -1;
    if (length != 1) return raise_value(vm, "sep must be length 1."), -1;
    if (is_string(v) && string_at(as_string(v), 0) < 256) return (int)string_at(as_string(v), 0);
    if (is_bytes(v)) return as_bytes(v)->data[0];
    if (is_string(v)) return raise_value(vm, "sep must be ASCII."), -1;
    return raise_type(vm, "sep must be str or bytes."), -1;
}

static Value to_hex(VM *vm, Source s, Value *args) {
    int group = 1;
    if (!is_absent(args[2]) && !object_to_c_int(vm, args[2], &group)) return ABSENT;
    int sep = is_absent(args[1]) ? 0 : separator(vm, args[1]);
    if (sep < 0) return ABSENT;
    bool from_left = group < 0;
    uint64_t size = from_left ? -(uint64_t)(int64_t)group : (uint64_t)group;
    if (is_absent(args[1]) || size == 0) size = INT64_MAX;
    int64_t seps = s.length ? (int64_t)((uint64_t)(s.length - 1) / size) : 0;
    Bytes *to = room(vm, s.length, 2, seps);
    if (!to) return ABSENT;
    uint8_t *p = to->data;
    if (!seps) {
        hex_write(p, s.data, s.length);
        return from_object(to);
    }
    uint64_t left = from_left || s.length == 0 ? size : (uint64_t)(s.length - 1) % size + 1;
    for (int64_t i = 0; i < s.length; i++, left--) {
        if (left == 0) *p++ = (uint8_t)sep, left = size;
        hex_write(p, s.data + i, 1);
        p += 2;
    }
    return from_object(to);
}

NATIVE(binascii_hexlify) { return convert(vm, args, to_hex); }

/* --- base64 --- */

static const char alphabet64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The value of each digit, plus one. */
static const uint8_t values64[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
    ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64};

static inline int value64(uint8_t c) { return values64[c] - 1; }

typedef struct {
    uint8_t *to;
    uint32_t bits; /* of the quartet so far */
    int place;     /* in the quartet */
    int pads;      /* '=' since the last digit, inside a quartet */
    bool strict;
} Decoder64;

static void decode_digit(Decoder64 *d, int value) {
    d->bits = d->bits << 6 | (uint32_t)value;
    if (d->place > 0) *d->to++ = (uint8_t)(d->bits >> (6 - 2 * d->place));
    d->place = (d->place + 1) % 4;
    d->pads = 0;
}

/* One '=': NULL go on, "" the end, else an error. */
static const char *decode_pad(Decoder64 *d, bool first, bool last) {
    if (d->place) d->pads++;
    if (d->place >= 2 && d->place + d->pads >= 4)
        return d->strict && !last ? "Excess data after padding" : "";
    if (!d->strict || d->place) return NULL;
    return first ? "Leading padding not allowed" : "Excess padding not allowed";
}

static Value from_base64(VM *vm, Source s, Value *args) {
    Decoder64 d = {0};
    if (!arguments_flag(vm, args[1], false, &d.strict)) return ABSENT;
    Bytes *to = room(vm, s.length / 4, 3, 3);
    if (!to) return ABSENT;
    d.to = to->data;
    for (int64_t i = 0; i < s.length; i++) {
        for (; d.place == 0 && s.length - i >= 4; i += 4) { /* whole quartets of digits */
            int v[4] = {value64(s.data[i]), value64(s.data[i + 1]), value64(s.data[i + 2]),
                        value64(s.data[i + 3])};
            if ((v[0] | v[1] | v[2] | v[3]) < 0 || (d.strict && d.pads)) break;
            d.pads = 0;
            *d.to++ = (uint8_t)(v[0] << 2 | v[1] >> 4);
            *d.to++ = (uint8_t)(v[1] << 4 | v[2] >> 2);
            *d.to++ = (uint8_t)(v[2] << 6 | v[3]);
        }
        if (i == s.length) break;
        const char *stop = NULL;
        int value = value64(s.data[i]);
        if (s.data[i] == '=') {
            stop = decode_pad(&d, i == 0, i + 1 == s.length);
        } else if (value < 0) {
            if (d.strict) stop = "Only base64 data is allowed";
        } else if (d.strict && d.pads) {
            stop = "Discontinuous padding not allowed";
        } else {
            decode_digit(&d, value);
        }
        if (!stop) continue;
        return *stop ? drop_and_fail(vm, to, stop) : cut(vm, to, d.to - to->data);
    }
    if (d.place == 0) return cut(vm, to, d.to - to->data);
    long long digits = (long long)(d.to - to->data) / 3 * 4 + 1;
    if (d.place != 1) return drop_and_fail(vm, to, "Incorrect padding");
    object_drop(vm, &to->head);
    return raise_error(vm, &binascii_error_type,
                       "Invalid base64-encoded string: number of data characters (%lld) cannot be 1 more "
                       "than a multiple of 4",
                       digits);
}

NATIVE(binascii_a2b_base64) { return convert_text(vm, args, from_base64); }

static Value to_base64(VM *vm, Source s, Value *args) {
    bool newline;
    if (!arguments_flag(vm, args[1], true, &newline)) return ABSENT;
    Bytes *to = room(vm, s.length / 3 + (s.length % 3 != 0), 4, newline);
    if (!to) return ABSENT;
    uint8_t *p = to->data;
    for (int64_t i = 0; i < s.length; i += 3, p += 4) {
        int64_t left = s.length - i;
        uint32_t bits = (uint32_t)s.data[i] << 16 | (left > 1 ? (uint32_t)s.data[i + 1] << 8 : 0) |
                        (left > 2 ? s.data[i + 2] : 0);
        p[0] = (uint8_t)alphabet64[bits >> 18];
        p[1] = (uint8_t)alphabet64[bits >> 12 & 63];
        p[2] = left > 1 ? (uint8_t)alphabet64[bits >> 6 & 63] : '=';
        p[3] = left > 2 ? (uint8_t)alphabet64[bits & 63] : '=';
    }
    if (newline) *p = '\n';
    return from_object(to);
}

NATIVE(binascii_b2a_base64) { return convert(vm, args, to_base64); }

/* --- uuencode --- */

enum { UU_LINE = 45 };

static bool ends_line(uint8_t c) { return c == '\n' || c == '\r'; }

/* Spaces at the end of a line may be lost: what is missing is zeros. */
static Value from_uu(VM *vm, Source s, Value *args) {
    int64_t length = s.length ? (s.data[0] - ' ') & 63 : 32, i = 1, done = 0;
    Bytes *to = bytes_new(vm, length);
    if (!to) return ABSENT;
    uint32_t bits = 0;
    for (int count = 0; done < length; i++) {
        uint8_t c = i < s.length && !ends_line(s.data[i]) ? s.data[i] : ' ';
        if (c < ' ' || c > ' ' + 64) return drop_and_fail(vm, to, "Illegal char");
        bits = bits << 6 | ((c - ' ') & 63u);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        to->data[done++] = (uint8_t)(bits >> count);
    }
    for (; i < s.length; i++)
        if (s.data[i] != ' ' && s.data[i] != '`' && !ends_line(s.data[i]))
            return drop_and_fail(vm, to, "Trailing garbage");
    return from_object(to);
}

NATIVE(binascii_a2b_uu) { return convert_text(vm, args, from_uu); }

static Value to_uu(VM *vm, Source s, Value *args) {
    bool backtick;
    if (!arguments_flag(vm, args[1], false, &backtick)) return ABSENT;
    if (s.length > UU_LINE) return fail(vm, "At most 45 bytes at once");
    uint8_t line[UU_LINE / 3 * 4 + 2], *p = line;
#define UU(six) (uint8_t)((six) == 0 && backtick ? '`' : ' ' + (six))
    *p++ = UU(s.length);
    for (int64_t i = 0; i < s.length; i += 3) {
        uint32_t bits = (uint32_t)s.data[i] << 16 | (i + 1 < s.length ? (uint32_t)s.data[i + 1] << 8 : 0) |
                        (i + 2 < s.length ? s.data[i + 2] : 0);
        for (int shift = 18; shift >= 0; shift -= 6)
            *p++ = UU(bits >> shift & 63);
    }
#undef UU
    *p++ = '\n';
    return bytes_from(vm, line, p - line);
}

NATIVE(binascii_b2a_uu) { return convert(vm, args, to_uu); }

/* --- quoted-printable --- */

enum { QP_LINE = 76 };

static Value from_qp(VM *vm, Source s, Value *args) {
    bool header;
    if (!arguments_flag(vm, args[1], false, &header)) return ABSENT;
    Bytes *to = bytes_new(vm, s.length);
    if (!to) return ABSENT;
    uint8_t *p = to->data;
    for (int64_t i = 0; i < s.length;) {
        uint8_t c = s.data[i++];
        if (c != '=') {
            *p++ = c == '_' && header ? ' ' : c;
        } else if (i == s.length) {
            break;
        } else if (ends_line(s.data[i])) {
            while (i < s.length && s.data[i] != '\n')
                i++;
            i++;
        } else if (s.data[i] == '=') {
            *p++ = '=', i++;
        } else if (i + 1 < s.length && hex_digit(s.data[i]) >= 0 && hex_digit(s.data[i + 1]) >= 0) {
            *p++ = (uint8_t)(hex_digit(s.data[i]) << 4 | hex_digit(s.data[i + 1]));
            i += 2;
        } else {
            *p++ = '=';
        }
    }
    return cut(vm, to, p - to->data);
}

NATIVE(binascii_a2b_qp) { return convert_text(vm, args, from_qp); }

typedef struct {
    bool quote_tabs, is_text, header;
    bool crlf;  /* lines end so */
    uint8_t *p; /* behind what is written */
    int column;
} EncoderQp;

/* Must the byte be written as =XX? */
static bool must_quote(const EncoderQp *e, Source s, int64_t i) {
    uint8_t c = s.data[i];
    bool last = i + 1 == s.length;
    if (c > 126 || c == '=' || (c == '_' && e->header)) return true;
    if (c == '.' && e->column == 0) return last || ends_line(s.data[i + 1]) || s.data[i + 1] == 0;
    if (ends_line(c)) return !e->is_text;
    if (c == ' ' || c == '\t') return last || e->quote_tabs;
    return c < 33;
}

static void write_newline(EncoderQp *e) {
    if (e->crlf) *e->p++ = '\r';
    *e->p++ = '\n';
    e->column = 0;
}

static void soft_break(EncoderQp *e) {
    *e->p++ = '=';
    write_newline(e);
}

static void write_quoted(EncoderQp *e, uint8_t c) {
    static const char digits[] = "0123456789ABCDEF";
    *e->p++ = '=';
    *e->p++ = (uint8_t)digits[c >> 4];
    *e->p++ = (uint8_t)digits[c & 15];
}

/* Blanks at the end of a line would be lost on the way. */
static void end_line(EncoderQp *e, const uint8_t *start) {
    if (e->p > start && (e->p[-1] == ' ' || e->p[-1] == '\t')) {
        uint8_t blank = *--e->p;
        write_quoted(e, blank);
    }
    write_newline(e);
}

static void encode_qp(EncoderQp *e, Source s, const uint8_t *start) {
    for (int64_t i = 0; i < s.length; i++) {
        uint8_t c = s.data[i];
        bool next_newline = i + 1 < s.length && s.data[i + 1] == '\n';
        if (must_quote(e, s, i)) {
            if (e->column + 3 >= QP_LINE) soft_break(e);
            write_quoted(e, c);
            e->column += 3;
        } else if (e->is_text && (c == '\n' || (c == '\r' && next_newline))) {
            if (c == '\r') i++;
            end_line(e, start);
        } else {
            if (i + 1 < s.length && !next_newline && e->column + 1 >= QP_LINE) soft_break(e);
            *e->p++ = c == ' ' && e->header ? '_' : c;
            e->column++;
        }
    }
}

static Value to_qp(VM *vm, Source s, Value *args) {
    EncoderQp e = {0};
    if (!arguments_flag(vm, args[1], false, &e.quote_tabs) ||
        !arguments_flag(vm, args[2], true, &e.is_text) || !arguments_flag(vm, args[3], false, &e.header))
        return ABSENT;
    const uint8_t *newline = s.length ? memchr(s.data, '\n', (size_t)s.length) : NULL;
    e.crlf = newline && newline > s.data && newline[-1] == '\r';
    Bytes *to = room(vm, s.length, 6, 0); /* =XX and a soft break each */
    if (!to) return ABSENT;
    e.p = to->data;
    encode_qp(&e, s, to->data);
    return cut(vm, to, e.p - to->data);
}

NATIVE(binascii_b2a_qp) { return convert(vm, args, to_qp); }

/* --- checksums --- */

/* The low 32 bits of an integer, as of a machine word in two's complement. RAISES. */
static bool low_word(VM *vm, Value v, uint32_t *word) {
    *word = 0;
    if (is_absent(v)) return true;
    Value integer = object_index(vm, v);
    if (is_absent(integer)) return false;
    IntView view;
    int_view(integer, &view);
    if (view.count) *word = (uint32_t)view.limbs[0];
    if (int_sign(integer) < 0) *word = -*word;
    value_drop(vm, integer);
    return true;
}

static Value crc32_of(VM *vm, Source s, Value *args) {
    uint32_t crc;
    if (!low_word(vm, args[1], &crc)) return ABSENT;
    return int_small((int64_t)crc32_z(crc, s.data, (z_size_t)s.length));
}

NATIVE(binascii_crc32) { return convert(vm, args, crc32_of); }

/* CRC-CCITT of polynomial x^16 + x^12 + x^5 + 1, a byte at a time without a table. */
static Value crc_hqx_of(VM *vm, Source s, Value *args) {
    uint32_t crc;
    if (!low_word(vm, args[1], &crc)) return ABSENT;
    uint16_t sum = (uint16_t)crc;
    for (int64_t i = 0; i < s.length; i++) {
        uint16_t x = (uint16_t)((sum >> 8) ^ s.data[i]);
        x ^= x >> 4;
        sum = (uint16_t)(sum << 8 ^ x << 12 ^ x << 5 ^ x);
    }
    return int_small(sum);
}

NATIVE(binascii_crc_hqx) { return convert(vm, args, crc_hqx_of); }

/* --- the module --- */

Type binascii_error_type = {
    TYPE_HEAD(binascii_error_type, "binascii.Error", .traverse = NULL),
    .flags = TYPE_WEAKLY_REFERABLE | TYPE_BASE | TYPE_EXCEPTION,
    .base = &exc_ValueError,
};

Type binascii_incomplete_type = {
    TYPE_HEAD(binascii_incomplete_type, "binascii.Incomplete", .traverse = NULL),
    .flags = TYPE_WEAKLY_REFERABLE | TYPE_BASE | TYPE_EXCEPTION,
    .base = &exc_Exception,
};

#define HEX "data, sep=<unrepresentable>, bytes_per_sep=1"
#define HEX_DOC \
    "Hexadecimal digits of bytes, in groups of bytes_per_sep bytes (negative: counted from the left)."

static const NativeDef functions[] = {
    {"a2b_base64", binascii_a2b_base64, "data, /, *, strict_mode=False", "Decode a line of base64 data."},
    {"a2b_hex", binascii_unhexlify, "hexstr, /", "Binary data of hexadecimal representation."},
    {"a2b_qp", binascii_a2b_qp, "data, header=False", "Decode a string of qp-encoded data."},
    {"a2b_uu", binascii_a2b_uu, "data, /", "Decode a line of uuencoded data."},
    {"b2a_base64", binascii_b2a_base64, "data, /, *, newline=True", "Base64-code line of data."},
    {"b2a_hex", binascii_hexlify, HEX, HEX_DOC},
    {"b2a_qp", binascii_b2a_qp, "data, quotetabs=False, istext=True, header=False",
     "Encode a string using quoted-printable encoding."},
    {"b2a_uu", binascii_b2a_uu, "data, /, *, backtick=False", "Uuencode line of data."},
    {"crc32", binascii_crc32, "data, crc=0, /", "Compute CRC-32 incrementally."},
    {"crc_hqx", binascii_crc_hqx, "data, crc, /", "Compute CRC-CCITT incrementally."},
    {"hexlify", binascii_hexlify, HEX, HEX_DOC},
    {"unhexlify", binascii_unhexlify, "hexstr, /", "Binary data of hexadecimal representation."},
    {0},
};

static const NamedType types[] = {
    {"Error", &binascii_error_type}, {"Incomplete", &binascii_incomplete_type}, {0}};

Value module_binascii_new(VM *vm) {
    return module_make(vm, &(ModuleDef){.name = "binascii",
                                        .doc = "Conversion between binary data and ASCII",
                                        .types = types,
                                        .functions = functions});
}
