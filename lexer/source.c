#include "lexer/source.h"

#include <string.h>

#include "lexer/encoding.h"
#include "lexer/utf8.h"

/* What is wrong with the bytes of a source, found before they are decoded. */
typedef struct {
    size_t offset;      /* of the offending byte; the length of the source when there is none */
    size_t length;      /* bytes that are wrong together */
    const char *reason; /* NULL for a NUL byte */
} Defect;

// ----------------------------------------------------------------------------------------------------------
// Checking
// ----------------------------------------------------------------------------------------------------------

static Defect find_bad_utf8(const char *bytes, size_t length) {
    for (size_t i = 0; i < length;) {
        if ((unsigned char)bytes[i] < 0x80) {
            i++;
            continue;
        }
        Utf8Result result = utf8_read(bytes + i, length - i);
        if (result.reason) return (Defect){i, result.length, result.reason};
        i += result.length;
    }
    return (Defect){.offset = length};
}

static size_t find_non_ascii(const char *bytes, size_t length) {
    size_t i = 0;
    while (i < length && (unsigned char)bytes[i] < 0x80)
        i++;
    return i;
}

/* Position of the byte at `offset` of undecoded text. */
static Span locate(const char *bytes, size_t offset) {
    uint32_t line = 1;
    size_t start = 0;
    for (size_t i = 0; i < offset; i++) {
        bool pair = bytes[i] == '\r' && bytes[i + 1] == '\n';
        if ((bytes[i] != '\n' && bytes[i] != '\r') || pair) continue;
        line++;
        start = i + 1;
    }
    uint32_t column = (uint32_t)(offset - start);
    return (Span){line, column, line, column};
}

/* An error that belongs to no line of the text. */
static bool fail_unplaced(Diagnostics *diagnostics, const char *format, ...) {
    va_list args;
    va_start(args, format);
    diagnostics_vfail(diagnostics, DIAGNOSTIC_SYNTAX_ERROR, (Span){0}, format, args);
    va_end(args);
    diagnostics->error.no_text = true;
    return false;
}

/* Is the encoding one that we read, and does the byte order mark not contradict it? */
static bool check_encoding(const SourceEncoding *found, SourceKind kind, Diagnostics *diagnostics) {
    if (!found->disagrees && found->encoding != ENCODING_UNKNOWN) return true;
    const char *format = found->disagrees      ? "encoding problem: %s with BOM"
                         : kind == SOURCE_FILE ? "encoding problem: %s"
                                               : "unknown encoding: %s";
    fail_unplaced(diagnostics, format, found->name);
    diagnostics->error.of_text = kind != SOURCE_FILE;
    return false;
}

static bool fail_utf8(const Source *source, const SourceEncoding *found, SourceKind kind, const char *bytes,
                      Defect defect, Diagnostics *diagnostics) {
    Span span = locate(bytes, defect.offset);
    unsigned byte = (unsigned char)bytes[defect.offset];
    if (kind == SOURCE_FILE && !found->declared)
        return fail_unplaced(diagnostics,
                             "Non-UTF-8 code starting with '\\x%02x' in file %s on line %u, but no encoding "
                             "declared; see https://peps.python.org/pep-0263/ for details",
                             byte, source->name, span.line);
    if (defect.length == 1)
        return diagnostics_fail(diagnostics, DIAGNOSTIC_SYNTAX_ERROR, span,
                                "(unicode error) 'utf-8' codec can't decode byte 0x%02x in position %u: %s",
                                byte, span.column, defect.reason);
    return diagnostics_fail(diagnostics, DIAGNOSTIC_SYNTAX_ERROR, span,
                            "(unicode error) 'utf-8' codec can't decode bytes in position %u-%u: %s",
                            span.column, span.column + (uint32_t)defect.length - 1, defect.reason);
}

static bool fail_ascii(SourceKind kind, const char *bytes, size_t offset, Diagnostics *diagnostics) {
    if (kind == SOURCE_FILE) return fail_unplaced(diagnostics, "encoding problem: ascii");
    fail_unplaced(diagnostics,
                  "'ascii' codec can't decode byte 0x%02x in position %zu: ordinal not in range(128)",
                  (unsigned char)bytes[offset], offset);
    diagnostics->error.of_text = true;
    return false;
}

static bool fail_nul(SourceKind kind, const char *bytes, size_t offset, Diagnostics *diagnostics) {
    if (kind != SOURCE_FILE)
        return fail_unplaced(diagnostics, "source code string cannot contain null bytes");
    diagnostics_fail(diagnostics, DIAGNOSTIC_SYNTAX_ERROR, locate(bytes, offset),
                     "source code cannot contain null bytes");
    diagnostics->error.no_caret = true;
    return false;
}

/* Report the first thing that is wrong with the bytes, if anything is. */
static bool check(const Source *source, const SourceEncoding *found, SourceKind kind, const char *bytes,
                  size_t length, Diagnostics *diagnostics) {
    const char *nul = length ? memchr(bytes, '\0', length) : NULL;
    if (nul && kind != SOURCE_FILE) return fail_nul(kind, bytes, (size_t)(nul - bytes), diagnostics);
    if (!check_encoding(found, kind, diagnostics)) return false;
    size_t clean = nul ? (size_t)(nul - bytes) : length;
    if (found->encoding == ENCODING_UTF8) {
        Defect defect = find_bad_utf8(bytes, clean);
        if (defect.offset < clean) return fail_utf8(source, found, kind, bytes, defect, diagnostics);
    }
    if (found->encoding == ENCODING_ASCII) {
        size_t offset = find_non_ascii(bytes, clean);
        if (offset < clean) return fail_ascii(kind, bytes, offset, diagnostics);
    }
    return nul ? fail_nul(kind, bytes, clean, diagnostics) : true;
}

// ----------------------------------------------------------------------------------------------------------
// Decoding
// ----------------------------------------------------------------------------------------------------------

/*
 * Write one character of the input, whatever its encoding, as UTF-8; the input's bytes it took are returned.
 * What cannot be decoded becomes U+FFFD: the text of a source with an error in it is still there to be shown.
 */
static size_t decode_char(Source *source, Encoding encoding, const char *bytes, size_t available) {
    char *out = source->text + source->length;
    unsigned char byte = (unsigned char)bytes[0];
    if (byte < 0x80) {
        *out = (char)byte;
        source->length++;
        return 1;
    }
    if (encoding == ENCODING_LATIN1) {
        source->length += utf8_write(byte, out);
        return 1;
    }
    Utf8Result result = utf8_read(bytes, available);
    source->length += utf8_write(result.reason ? 0xFFFD : result.code_point, out);
    return result.length;
}

/* Decode up to a NUL byte, making all newlines '\n' and ending in one. */
static bool decode(Source *source, Encoding encoding, const char *bytes, size_t length, bool clean) {
    /* Latin-1 grows to two bytes a character, a replacement character has three. */
    size_t growth = clean ? (encoding == ENCODING_LATIN1 ? 2 : 1) : 3;
    source->text_capacity = length * growth + 1 + SOURCE_PADDING;
    source->text = allocator_resize(source->allocator, NULL, 0, source->text_capacity);
    if (!source->text) return false;
    for (size_t i = 0; i < length && bytes[i];) {
        if (bytes[i] == '\r') {
            source->text[source->length++] = '\n';
            i += i + 1 < length && bytes[i + 1] == '\n' ? 2 : 1;
        } else {
            i += decode_char(source, encoding, bytes + i, length - i);
        }
    }
    if (source->length > 0 && source->text[source->length - 1] != '\n') {
        source->text[source->length++] = '\n';
        source->newline_added = true;
    }
    memset(source->text + source->length, 0, SOURCE_PADDING);
    return true;
}

static bool index_lines(Source *source) {
    size_t count = 0;
    for (size_t i = 0; i < source->length; i++)
        count += source->text[i] == '\n';
    source->lines_capacity = (count + 1) * sizeof *source->lines;
    source->lines = allocator_resize(source->allocator, NULL, 0, source->lines_capacity);
    if (!source->lines) return false;
    source->lines[0] = 0;
    for (size_t i = 0; i < source->length; i++)
        if (source->text[i] == '\n') source->lines[++source->line_count] = (uint32_t)i + 1;
    return true;
}

static bool copy_name(Source *source, const char *name) {
    size_t size = strlen(name) + 1;
    source->name = allocator_resize(source->allocator, NULL, 0, size);
    if (source->name) memcpy(source->name, name, size);
    return source->name != NULL;
}

bool source_init(Source *source, Allocator allocator, const char *name, SourceKind kind, const char *bytes,
                 size_t length, Diagnostics *diagnostics) {
    *source = (Source){.allocator = allocator};
    SourceEncoding found = {.encoding = ENCODING_UTF8, .declared = true};
    if (kind != SOURCE_TEXT) found = encoding_detect(bytes, length);
    if (found.mark) {
        bytes += 3;
        length -= 3;
    }
    if (length > SOURCE_SIZE_MAX || !copy_name(source, name)) return diagnostics_fail_memory(diagnostics);
    bool clean = check(source, &found, kind, bytes, length, diagnostics);
    if (!decode(source, found.encoding, bytes, length, clean) || !index_lines(source))
        return diagnostics_fail_memory(diagnostics);
    return clean;
}

void source_fini(Source *source) {
    Allocator allocator = source->allocator;
    if (source->name) allocator_resize(allocator, source->name, strlen(source->name) + 1, 0);
    if (source->text) allocator_resize(allocator, source->text, source->text_capacity, 0);
    if (source->lines) allocator_resize(allocator, source->lines, source->lines_capacity, 0);
    *source = (Source){.allocator = allocator};
}

// ----------------------------------------------------------------------------------------------------------
// Positions
// ----------------------------------------------------------------------------------------------------------

size_t source_offset(const Source *source, uint32_t line, uint32_t column) {
    if (line == 0 || line > source->line_count) return source->length;
    size_t offset = (size_t)source->lines[line - 1] + column;
    return offset < source->length ? offset : source->length;
}

const char *source_line(const Source *source, uint32_t line, size_t *length) {
    *length = 0;
    if (line == 0 || line > source->line_count) return NULL;
    *length = source->lines[line] - source->lines[line - 1] - 1;
    return source->text + source->lines[line - 1];
}

const char *source_slice(const Source *source, Span span, size_t *length) {
    size_t start = source_offset(source, span.line, span.column);
    size_t end = source_offset(source, span.end_line, span.end_column);
    *length = end > start ? end - start : 0;
    return source->text + start;
}

uint32_t source_display_column(const Source *source, uint32_t line, uint32_t column) {
    size_t length;
    const char *text = source_line(source, line, &length);
    if (!text) return column;
    size_t inside = column < length ? column : length;
    return (uint32_t)(utf8_count(text, inside) + (column - inside));
}
