/* repr and ascii of str, repr of bytes: quotes and escapes. */
#include "base/unicode.h"
#include "runtime/text/builder.h"
#include "runtime/text/escape.h"
#include "runtime/text/strsearch.h"
#include "runtime/text/strtype.h"

/* ' unless the text has a ' and no ". */
static char choose_quote(bool has_single, bool has_double) { return has_single && !has_double ? '"' : '\''; }

void builder_escape(Builder *b, uint32_t c) {
    uint8_t text[ESCAPE_MAX];
    builder_ascii(b, (const char *)text, (size_t)(escape_put(text, c) - text));
}

/* The letter behind the backslash for a character that may not stand in a quoted text; 0: it has none. */
static inline uint8_t escape_letter(uint32_t c) {
    return c == '\t'                            ? 't'
           : c == '\n'                          ? 'n'
           : c == '\r'                          ? 'r'
           : c == '\'' || c == '"' || c == '\\' ? (uint8_t)c
                                                : 0;
}

/* The escape of a character that may not stand in a quoted text. */
static void append_escaped(Builder *b, uint32_t c) {
    uint8_t letter = escape_letter(c);
    if (!letter) {
        builder_escape(b, c);
        return;
    }
    builder_char(b, '\\');
    builder_char(b, letter);
}

/* Can it stand in a text with this quote as it is? */
static inline bool is_plain(uint32_t c, char quote) {
    return c - ' ' < 0x7F - ' ' && c != (uint8_t)quote && c != '\\';
}

typedef uint8_t Bytes16 __attribute__((vector_size(16)));

/* Can all of an ASCII text stand between single quotes as it is? */
static bool are_plain(const uint8_t *data, int64_t length) {
    int64_t at = 0;
    for (; length - at >= 16; at += 16) {
        Bytes16 units;
        uint64_t any[2];
        memcpy(&units, data + at, sizeof units);
        Bytes16 others =
            (Bytes16)(units - ' ' >= 0x7F - ' ') | (Bytes16)(units == '\'') | (Bytes16)(units == '\\');
        memcpy(any, &others, sizeof any);
        if (any[0] | any[1]) return false;
    }
    while (at < length && is_plain(data[at], '\''))
        at++;
    return at == length;
}

/* An ASCII text. Usually nothing has to be escaped. */
static Value quote_ascii(VM *vm, const String *s) {
    int64_t length = string_length(s);
    if (!are_plain(s->data, length)) return bytes_quote(vm, "", s->data, length, "", false);
    String *quoted = string_new(vm, length + 2, 0);
    if (!quoted) return ABSENT;
    quoted->data[0] = quoted->data[length + 1] = '\'';
    memcpy(quoted->data + 1, s->data, (size_t)length);
    return from_object(quoted);
}

/* Where the characters end, from `i` on, that may stand in a text with this quote. Expanded for each width. */
static inline __attribute__((always_inline)) int64_t plain_end_of(Text t, unsigned width_log, int64_t i,
                                                                  char quote) {
    t = text_make(t.data, text_length(t), width_log);
    for (uint32_t c; i < text_length(t); i++) {
        c = text_at(t, i);
        if (c < 0x80 ? !is_plain(c, quote) : !unicode_is_printable(c)) break;
    }
    return i;
}

static int64_t plain_end(Text t, int64_t i, char quote) {
    if (text_log(t) == 0) return plain_end_of(t, 0, i, quote);
    return text_log(t) == 1 ? plain_end_of(t, 1, i, quote) : plain_end_of(t, 2, i, quote);
}

static Value quote_string(VM *vm, Value string) {
    if (as_string(string)->ascii) return quote_ascii(vm, as_string(string));
    Text t = text_of(string);
    char quote = choose_quote(text_find_unit(t, '\'') >= 0, text_find_unit(t, '"') >= 0);
    Builder b;
    builder_init(&b, vm);
    builder_char(&b, (uint8_t)quote);
    for (int64_t i = 0; i < text_length(t); i++) {
        int64_t start = i;
        i = plain_end(t, i, quote);
        if (i > start) builder_slice(&b, string, start, i);
        if (i < text_length(t)) append_escaped(&b, text_at(t, i));
    }
    builder_char(&b, (uint8_t)quote);
    return builder_finish(&b);
}

Value string_repr(VM *vm, Value self) { return quote_string(vm, self); }

/* How bytes are quoted: those that are no plain character and the two, which may be the same, are escaped. */
typedef struct {
    uint8_t quote, other;
} Quotes;

/* How long a byte is in quotes that are neither of those. */
static const uint8_t quoted_sizes[256] = {
    [0 ... 8] = 4,     ['\t' ... '\n'] = 2, [0x0B ... 0x0C] = 4, ['\r'] = 2,          [0x0E ... 0x1F] = 4,
    [' ' ... '['] = 1, ['\\'] = 2,          [']' ... '~'] = 1,   [0x7F ... 0xFF] = 4,
};

/* How long the quoted bytes are without their quotes, of which they have only single ones, if at all. */
static int64_t quoted_size(const uint8_t *data, int64_t length, bool has_quotes) {
    int64_t size = 0;
    for (int64_t i = 0; i < length; i++)
        size += quoted_sizes[data[i]];
    if (has_quotes)
        size += text_count(text_make(data, length, 0), text_make((const uint8_t *)"'", 1, 0), INT64_MAX);
    return size;
}

static uint8_t *put_quoted(uint8_t *to, const uint8_t *data, int64_t length, Quotes quotes) {
    *to++ = quotes.quote;
    for (const uint8_t *end = data + length; data < end; data++) {
        uint8_t c = *data, size = quoted_sizes[c];
        if (size == 1) {
            if (c == quotes.quote || c == quotes.other) *to++ = '\\';
            *to++ = c;
        } else if (size == 2) {
            *to++ = '\\';
            *to++ = escape_letter(c);
        } else {
            to = escape_put(to, c);
        }
    }
    *to++ = quotes.quote;
    return to;
}

Value bytes_quote(VM *vm, const char *before, const uint8_t *data, int64_t length, const char *after,
                  bool escape_single) {
    bool has_single = memchr(data, '\'', (size_t)length);
    bool has_double = has_single && memchr(data, '"', (size_t)length);
    uint8_t quote = (uint8_t)choose_quote(has_single, has_double);
    Quotes quotes = {quote, escape_single ? '\'' : quote};
    bool has_quotes = has_single && quotes.other == '\''; /* a double one quotes only what has none */
    size_t ahead = strlen(before), behind = strlen(after);
    String *s = string_new(vm, quoted_size(data, length, has_quotes) + 2 + (int64_t)(ahead + behind), 0);
    if (!s) return ABSENT;
    memcpy(s->data, before, ahead);
    memcpy(put_quoted(s->data + ahead, data, length, quotes), after, behind);
    return from_object(s);
}
