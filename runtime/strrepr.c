/* repr and ascii of str, repr of bytes: quotes and escapes. */
#include "runtime/builder.h"
#include "runtime/strsearch.h"
#include "runtime/strtype.h"
#include "runtime/unicode.h"

/* ' unless the text has a ' and no ". */
static char choose_quote(bool has_single, bool has_double) { return has_single && !has_double ? '"' : '\''; }

static void append_hex(Builder *b, char letter, uint32_t c, int digits) {
    char text[10] = {'\\', letter};
    for (int i = digits + 1; i > 1; i--, c >>= 4)
        text[i] = "0123456789abcdef"[c & 15];
    builder_ascii(b, text, (size_t)digits + 2);
}

void builder_escape(Builder *b, uint32_t c) {
    if (c < 0x100) {
        append_hex(b, 'x', c, 2);
    } else if (c < 0x10000) {
        append_hex(b, 'u', c, 4);
    } else {
        append_hex(b, 'U', c, 8);
    }
}

/* The escape of a character that may not stand in a quoted text. */
static void append_escaped(Builder *b, uint32_t c) {
    uint32_t letter = c == '\t'                            ? 't'
                      : c == '\n'                          ? 'n'
                      : c == '\r'                          ? 'r'
                      : c == '\'' || c == '"' || c == '\\' ? c
                                                           : 0;
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

/* The usual text, in which nothing has to be escaped. ABSENT with nothing raised when it is another. */
static Value quote_plain(VM *vm, const String *s) {
    int64_t length = string_length(s), i = 0;
    if (!s->ascii) return ABSENT;
    while (i < length && is_plain(s->data[i], '\''))
        i++;
    String *quoted = i < length ? NULL : string_new(vm, length + 2, 0);
    if (!quoted) return ABSENT;
    quoted->data[0] = quoted->data[length + 1] = '\'';
    memcpy(quoted->data + 1, s->data, (size_t)length);
    return from_object(quoted);
}

static Value quote_string(VM *vm, Value string) {
    Value plain = quote_plain(vm, as_string(string));
    if (!is_absent(plain) || error_raised(vm)) return plain;
    Text t = text_of(string);
    char quote = choose_quote(text_find_unit(t, '\'') >= 0, text_find_unit(t, '"') >= 0);
    Builder b;
    builder_init(&b, vm);
    builder_char(&b, (uint8_t)quote);
    for (int64_t i = 0; i < t.length; i++) {
        int64_t start = i;
        uint32_t c = 0;
        while (i < t.length &&
               (c = text_at(t, i), is_plain(c, quote) || (c >= 0x80 && unicode_is_printable(c))))
            i++;
        if (i > start) builder_slice(&b, string, start, i);
        if (i < t.length) append_escaped(&b, c);
    }
    builder_char(&b, (uint8_t)quote);
    return builder_finish(&b);
}

Value string_repr(VM *vm, Value self) { return quote_string(vm, self); }

Value bytes_quote(VM *vm, const char *before, const uint8_t *data, int64_t length, const char *after) {
    bool has_single = memchr(data, '\'', (size_t)length), has_double = memchr(data, '"', (size_t)length);
    char quote = choose_quote(has_single, has_double);
    Builder b;
    builder_init(&b, vm);
    builder_c(&b, before);
    builder_char(&b, (uint8_t)quote);
    for (int64_t i = 0; i < length; i++) {
        int64_t start = i;
        while (i < length && is_plain(data[i], quote))
            i++;
        if (i > start) builder_ascii(&b, (const char *)data + start, (size_t)(i - start));
        if (i < length) append_escaped(&b, data[i]);
    }
    builder_char(&b, (uint8_t)quote);
    builder_c(&b, after);
    return builder_finish(&b);
}
