#include "lexer/encoding.h"

#include <stdio.h>
#include <string.h>

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }

static bool is_digit_or_letter(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_cookie_char(char c) { return is_digit_or_letter(c) || c == '-' || c == '_' || c == '.'; }

/* Copy `name` in lower case to `out`, with every run of punctuation made one `separator`. */
static void fold_name(const char *name, char separator, char out[ENCODING_NAME_MAX]) {
    size_t length = 0;
    for (; *name && length < ENCODING_NAME_MAX - 1; name++) {
        char c = *name;
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if (!is_digit_or_letter(c)) c = separator;
        if (c == separator && length > 0 && out[length - 1] == separator) continue;
        out[length++] = c;
    }
    out[length] = '\0';
}

/* Is `name` the encoding `known`, perhaps with a suffix as in "utf-8-unix"? */
static bool is_variant(const char *name, const char *known) {
    size_t length = strlen(known);
    return strncmp(name, known, length) == 0 && (name[length] == '\0' || name[length] == '-');
}

/* Give the spellings that Emacs and friends use one name, as CPython does before it looks a codec up. */
static void normalize_name(char name[ENCODING_NAME_MAX]) {
    char folded[ENCODING_NAME_MAX];
    fold_name(name, '-', folded);
    if (is_variant(folded, "utf-8"))
        strcpy(name, "utf-8");
    else if (is_variant(folded, "latin-1") || is_variant(folded, "iso-8859-1") ||
             is_variant(folded, "iso-latin-1"))
        strcpy(name, "iso-8859-1");
}

static Encoding encoding_called(const char *name) {
    static const struct {
        const char *alias;
        Encoding encoding;
    } aliases[] = {
        {"utf_8", ENCODING_UTF8},
        {"utf8", ENCODING_UTF8},
        {"u8", ENCODING_UTF8},
        {"utf", ENCODING_UTF8},
        {"cp65001", ENCODING_UTF8},
        {"iso_8859_1", ENCODING_LATIN1},
        {"iso8859_1", ENCODING_LATIN1},
        {"iso8859", ENCODING_LATIN1},
        {"8859", ENCODING_LATIN1},
        {"latin_1", ENCODING_LATIN1},
        {"latin1", ENCODING_LATIN1},
        {"latin", ENCODING_LATIN1},
        {"l1", ENCODING_LATIN1},
        {"cp819", ENCODING_LATIN1},
        {"ibm819", ENCODING_LATIN1},
        {"iso_ir_100", ENCODING_LATIN1},
        {"csisolatin1", ENCODING_LATIN1},
        {"ascii", ENCODING_ASCII},
        {"us_ascii", ENCODING_ASCII},
        {"us", ENCODING_ASCII},
        {"646", ENCODING_ASCII},
        {"iso646_us", ENCODING_ASCII},
        {"ansi_x3_4_1968", ENCODING_ASCII},
        {"cp367", ENCODING_ASCII},
        {"ibm367", ENCODING_ASCII},
        {"csascii", ENCODING_ASCII},
        {"iso_ir_6", ENCODING_ASCII},
    };
    char folded[ENCODING_NAME_MAX];
    fold_name(name, '_', folded);
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcmp(folded, aliases[i].alias) == 0) return aliases[i].encoding;
    return ENCODING_UNKNOWN;
}

/* Copy the cookie of the comment line[0..length) to `name`; false if it has none. */
static bool find_cookie(const char *line, size_t length, char name[ENCODING_NAME_MAX]) {
    for (size_t i = 0; i + 7 < length; i++) {
        if (memcmp(line + i, "coding", 6) != 0 || (line[i + 6] != ':' && line[i + 6] != '=')) continue;
        size_t start = i + 7;
        while (start < length && (line[start] == ' ' || line[start] == '\t'))
            start++;
        size_t end = start;
        while (end < length && is_cookie_char(line[end]))
            end++;
        if (end == start) continue;
        snprintf(name, ENCODING_NAME_MAX, "%.*s", (int)(end - start < 100 ? end - start : 100), line + start);
        return true;
    }
    return false;
}

SourceEncoding encoding_detect(const char *bytes, size_t length) {
    SourceEncoding result = {.encoding = ENCODING_UTF8, .name = "utf-8"};
    result.mark = result.declared = length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0;
    size_t start = result.mark ? 3 : 0;
    for (int line = 0; line < 2 && start < length; line++) {
        while (start < length && is_blank(bytes[start]))
            start++;
        size_t end = start;
        while (end < length && bytes[end] != '\n' && bytes[end] != '\r')
            end++;
        if (end > start && bytes[start] != '#') break; /* code: no cookie below it */
        if (find_cookie(bytes + start, end - start, result.name)) {
            normalize_name(result.name);
            result.encoding = encoding_called(result.name);
            result.declared = true;
            result.disagrees = result.mark && strcmp(result.name, "utf-8") != 0;
            break;
        }
        start = end + (end + 1 < length && bytes[end] == '\r' && bytes[end + 1] == '\n' ? 2 : 1);
    }
    return result;
}
