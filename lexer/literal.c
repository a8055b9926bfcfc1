#include "lexer/literal.h"

#include <string.h>

#include "lexer/uniname.h"
#include "lexer/utf8.h"

// ----------------------------------------------------------------------------------------------------------
// Numbers
// ----------------------------------------------------------------------------------------------------------

static int base_of(const Token *token) {
    if (token->length < 2 || token->text[0] != '0') return 10;
    switch (token->text[1]) {
    case 'x':
    case 'X': return 16;
    case 'o':
    case 'O': return 8;
    case 'b':
    case 'B': return 2;
    default: return 10;
    }
}

/* Is the token, not being a based integer, a float? */
static bool has_fraction(const Token *token) {
    for (uint32_t i = 0; i < token->length; i++)
        if (strchr(".eE", token->text[i])) return true;
    return false;
}

bool number_literal(const Token *token, Arena *arena, NumberLiteral *literal) {
    int base = base_of(token);
    size_t start = base == 10 ? 0 : 2, end = token->length;
    bool imaginary = base == 10 && (token->text[end - 1] | 0x20) == 'j';
    bool fraction = base == 10 && !imaginary && has_fraction(token);
    char *digits = arena_alloc(arena, token->length + 1);
    if (!digits) return false;
    size_t length = 0;
    for (size_t i = start; i < end - imaginary; i++)
        if (token->text[i] != '_') digits[length++] = token->text[i];
    NumberKind kind = imaginary ? NUMBER_IMAGINARY : fraction ? NUMBER_FLOAT : NUMBER_INT;
    *literal = (NumberLiteral){kind, base, digits, length};
    return true;
}

// ----------------------------------------------------------------------------------------------------------
// Strings
// ----------------------------------------------------------------------------------------------------------

StringLiteral string_literal(const Token *token) {
    StringLiteral literal = {0};
    const char *text = token->text;
    uint32_t start = 0;
    for (; text[start] != '\'' && text[start] != '"'; start++) {
        char prefix = text[start] | 0x20;
        literal.bytes |= prefix == 'b';
        literal.raw |= prefix == 'r';
        literal.unicode |= prefix == 'u';
    }
    literal.triple =
        token->length >= start + 6 && text[start + 1] == text[start] && text[start + 2] == text[start];
    uint32_t quotes = literal.triple ? 3 : 1;
    literal.start = start + quotes;
    literal.end = token->length - quotes;
    return literal;
}

typedef struct {
    const Token *token;
    Buffer *out;
    Diagnostics *diagnostics;
    const char *body, *end;
    const char *at; /* the escape being read, then behind it */
    bool bytes;
    bool warned; /* only the first invalid escape of a token is warned of */
} Decoder;

/* Where errors in the token are reported: CPython blames the token behind a piece of an f-string. */
static Span error_span(const Token *token) {
    Span span = token->span;
    if (token->kind != TK_FSTRING_MIDDLE) return span;
    return (Span){span.end_line, span.end_column, span.end_line, span.end_column + 1};
}

/*
 * The position that CPython reports for `place`. It counts in a copy of the body where each character beyond
 * ASCII has been written as \UXXXXXXXX, and a backslash in front of one as \u005c.
 */
static size_t position_of(const Decoder *decoder, const char *place) {
    size_t position = 0;
    for (const char *s = decoder->body; s < place;) {
        if ((unsigned char)*s >= 0x80) {
            utf8_next(&s);
            position += 10;
        } else if (*s == '\\' && s + 1 < place && (unsigned char)s[1] >= 0x80) {
            s++;
            position += 6;
        } else {
            bool escape = *s == '\\' && s + 1 < place;
            s += 1 + escape;
            position += 1 + escape;
        }
    }
    return position;
}

/* The escape that begins at `start` is wrong, up to `end`. */
static bool fail_escape(const Decoder *decoder, const char *start, const char *end, const char *reason) {
    size_t first = position_of(decoder, start), size = (size_t)(end - start);
    if (decoder->bytes)
        return diagnostics_fail(decoder->diagnostics, DIAGNOSTIC_SYNTAX_ERROR, error_span(decoder->token),
                                "(value error) invalid \\x escape at position %zu",
                                (size_t)(start - decoder->body));
    for (const char *s = start; s < end; utf8_next(&s))
        if ((unsigned char)*s >= 0x80) size += 10 - (size_t)utf8_read(s, 4).length;
    return diagnostics_fail(
        decoder->diagnostics, DIAGNOSTIC_SYNTAX_ERROR, error_span(decoder->token),
        "(unicode error) 'unicodeescape' codec can't decode bytes in position %zu-%zu: %s", first,
        first + size - 1, reason);
}

static void warn_escape(Decoder *decoder, const char *what, const char *escape, int length) {
    if (decoder->warned) return;
    decoder->warned = true;
    diagnostics_warn(decoder->diagnostics, decoder->token->span, "invalid %s sequence '\\%.*s'", what, length,
                     escape);
}

/* Append a code point of a str, or a byte of a bytes literal. */
static void append(Decoder *decoder, uint32_t value) {
    char encoded[4] = {(char)value};
    size_t length = decoder->bytes ? 1 : utf8_write(value, encoded);
    buffer_append(decoder->out, encoded, length);
}

static int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \xHH, \uHHHH, \UHHHHHHHH: `at` is behind the letter. */
static bool decode_hex(Decoder *decoder, const char *start, int digits, const char *truncated) {
    uint32_t value = 0;
    for (int i = 0; i < digits; i++, decoder->at++) {
        int digit = decoder->at < decoder->end ? hex_value(*decoder->at) : -1;
        if (digit < 0) return fail_escape(decoder, start, decoder->at, truncated);
        value = value << 4 | (uint32_t)digit;
    }
    if (value > 0x10FFFF) return fail_escape(decoder, start, decoder->at, "illegal Unicode character");
    append(decoder, value);
    return true;
}

/* \ooo: `at` is behind the backslash, at the first of up to three digits. */
static void decode_octal(Decoder *decoder) {
    const char *start = decoder->at;
    uint32_t value = 0;
    while (decoder->at < decoder->end && decoder->at < start + 3 && *decoder->at >= '0' &&
           *decoder->at <= '7')
        value = value << 3 | (uint32_t)(*decoder->at++ - '0');
    if (value > 0xFF) warn_escape(decoder, "octal escape", start, 3);
    append(decoder, decoder->bytes ? value & 0xFF : value);
}

/* \N{NAME}: `at` is behind the N. */
static bool decode_name(Decoder *decoder, const char *start) {
    static const char malformed[] = "malformed \\N character escape";
    if (decoder->at >= decoder->end || *decoder->at != '{')
        return fail_escape(decoder, start, decoder->at, malformed);
    const char *name = ++decoder->at;
    const char *close = memchr(name, '}', (size_t)(decoder->end - name));
    if (!close || close == name) return fail_escape(decoder, start, close ? close : decoder->end, malformed);
    decoder->at = close + 1;
    int32_t code_point = uniname_lookup(name, (size_t)(close - name));
    if (code_point < 0) return fail_escape(decoder, start, decoder->at, "unknown Unicode character name");
    append(decoder, (uint32_t)code_point);
    return true;
}

/* Keep the backslash, as Python does; the character behind it is then read as if there had been none. */
static bool keep_backslash(Decoder *decoder) {
    /* An f-string's text may end in a backslash: a brace, which it does not escape, follows in the source. */
    if ((unsigned char)*decoder->at < 0x80) warn_escape(decoder, "escape", decoder->at, 1);
    buffer_append_char(decoder->out, '\\');
    return true;
}

/* The escapes that stand for one character; 0 for any other. */
static char simple_escape(char c) {
    switch (c) {
    case '\\':
    case '\'':
    case '"': return c;
    case 'a': return '\a';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    default: return 0;
    }
}

/* `at` is at a backslash. */
static bool decode_escape(Decoder *decoder) {
    const char *start = decoder->at++;
    if (decoder->at >= decoder->end) return keep_backslash(decoder);
    char c = *decoder->at;
    char simple = simple_escape(c);
    if (simple || c == '\n') {
        decoder->at++;
        if (simple) buffer_append_char(decoder->out, simple);
        return true;
    }
    if (c >= '0' && c <= '7') {
        decode_octal(decoder);
        return true;
    }
    bool text_only = c == 'u' || c == 'U' || c == 'N';
    if (c != 'x' && (!text_only || decoder->bytes)) return keep_backslash(decoder);
    decoder->at++;
    switch (c) {
    case 'x': return decode_hex(decoder, start, 2, "truncated \\xXX escape");
    case 'u': return decode_hex(decoder, start, 4, "truncated \\uXXXX escape");
    case 'U': return decode_hex(decoder, start, 8, "truncated \\UXXXXXXXX escape");
    default: return decode_name(decoder, start);
    }
}

static bool decode_body(Decoder *decoder) {
    while (decoder->at < decoder->end) {
        const char *backslash = memchr(decoder->at, '\\', (size_t)(decoder->end - decoder->at));
        const char *plain_end = backslash ? backslash : decoder->end;
        buffer_append(decoder->out, decoder->at, (size_t)(plain_end - decoder->at));
        decoder->at = plain_end;
        if (backslash && !decode_escape(decoder)) return false;
    }
    return true;
}

static bool is_ascii(const char *text, const char *end) {
    while (text < end && (unsigned char)*text < 0x80)
        text++;
    return text == end;
}

bool literal_decode(const Token *token, Buffer *out, Diagnostics *diagnostics) {
    StringLiteral literal = {.raw = token->raw, .end = token->length};
    if (token->kind == TK_STRING) literal = string_literal(token);
    const char *body = token->text + literal.start, *end = token->text + literal.end;
    if (literal.bytes && !is_ascii(body, end))
        return diagnostics_fail(diagnostics, DIAGNOSTIC_SYNTAX_ERROR, error_span(token),
                                "bytes can only contain ASCII literal characters");
    Decoder decoder = {token, out, diagnostics, body, end, body, literal.bytes, false};
    if (literal.raw)
        buffer_append(out, body, (size_t)(end - body));
    else if (!decode_body(&decoder))
        return false;
    return out->failed ? diagnostics_fail_memory(diagnostics) : true;
}
