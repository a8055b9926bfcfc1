/* repr and ascii of str, repr of bytes: quotes and escapes. */
#include "runtime/builder.h"
#include "runtime/bytes.h"
#include "runtime/strsearch.h"
#include "runtime/strtype.h"
#include "runtime/unicode.h"

/* ' unless the text has a ' and no ". */
static char choose_quote(bool has_single, bool has_double) { return has_single && !has_double ? '"' : '\''; }

static void append_hex(Builder *b, char letter, uint32_t c, int digits) {
    builder_char(b, '\\');
    builder_char(b, (uint8_t)letter);
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
        builder_char(b, (uint8_t) "0123456789abcdef"[c >> shift & 15]);
    }
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

/* One character of a quoted text: itself, or its escape. */
static void append_quoted(Builder *b, uint32_t c, char quote, bool keep) {
    const char *letters = "\tt\nn\rr";
    if (c == (uint8_t)quote || c == '\\') {
        builder_char(b, '\\');
        builder_char(b, c);
        return;
    }
    for (const char *l = letters; *l; l += 2) {
        if (c == (uint8_t)*l) {
            builder_char(b, '\\');
            builder_char(b, (uint8_t)l[1]);
            return;
        }
    }
    if (keep) {
        builder_char(b, c);
    } else {
        builder_escape(b, c);
    }
}

static bool is_plain(uint32_t c) { return c >= ' ' && c < 0x7F; }

static Value quote_string(VM *vm, Value string, bool ascii) {
    Text t = text_of(string);
    char quote = choose_quote(text_find_unit(t, '\'') >= 0, text_find_unit(t, '"') >= 0);
    Builder b;
    builder_init(&b, vm);
    builder_char(&b, (uint8_t)quote);
    for (int64_t i = 0; i < t.length;) {
        int64_t start = i;
        uint32_t c = 0;
        while (i < t.length && is_plain(c = text_at(t, i)) && c != (uint8_t)quote && c != '\\')
            i++;
        if (i > start) builder_slice(&b, string, start, i);
        if (i == t.length) break;
        append_quoted(&b, c, quote, c >= 0x80 && !ascii && unicode_is_printable(c));
        i++;
    }
    builder_char(&b, (uint8_t)quote);
    return builder_finish(&b);
}

Value string_repr(VM *vm, Value self) { return quote_string(vm, self, false); }

Value bytes_quote(VM *vm, const char *before, const uint8_t *data, int64_t length, const char *after) {
    bool has_single = memchr(data, '\'', (size_t)length), has_double = memchr(data, '"', (size_t)length);
    char quote = choose_quote(has_single, has_double);
    Builder b;
    builder_init(&b, vm);
    builder_c(&b, before);
    builder_char(&b, (uint8_t)quote);
    for (int64_t i = 0; i < length; i++)
        append_quoted(&b, data[i], quote, is_plain(data[i]));
    builder_char(&b, (uint8_t)quote);
    builder_c(&b, after);
    return builder_finish(&b);
}
