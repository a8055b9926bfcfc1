#ifndef MPY_LEXER_SOURCE_H
#define MPY_LEXER_SOURCE_H

/*
 * A program's text as every later stage sees it: decoded to UTF-8, newlines made '\n', cut into lines.
 *
 * Invariants: `text` is valid UTF-8 without NUL bytes, ends in '\n' unless it is empty, and is followed by
 * SOURCE_PADDING NUL bytes, so that the lexer needs no bounds check. Line n (from 1) is
 * text[lines[n-1]..lines[n]), its
 * '\n' included. Positions are 1-based lines and 0-based columns counted in bytes; line and column give the
 * offset in one addition, so a Span holds nothing else.
 *
 * A Source owns its text, its line table and its name. It outlives the tokens, trees and diagnostics that
 * point into it; tracebacks may keep it longer.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "lexer/diagnostic.h"

enum {
    SOURCE_PADDING = 8,
    SOURCE_SIZE_MAX = INT32_MAX / 2, /* offsets and columns fit 32 bits after any recoding */
};

typedef enum {
    SOURCE_FILE,  /* bytes of a script: coding cookie honoured, errors name the file */
    SOURCE_BYTES, /* bytes given to compile(): coding cookie honoured */
    SOURCE_TEXT,  /* UTF-8 of a str: a coding cookie is a comment */
} SourceKind;

typedef struct {
    Allocator allocator;
    char *name; /* file name as shown in messages, UTF-8, NUL-terminated */
    char *text;
    size_t length;
    uint32_t *lines;       /* line_count + 1 offsets; the last one is `length` */
    uint32_t line_count;   /* 0 for an empty source */
    size_t text_capacity;  /* exact sizes of the allocations */
    size_t lines_capacity; /* in bytes */
    bool newline_added;    /* the last line had no newline of its own */
} Source;

/*
 * Decode `bytes` and index its lines. On false `diagnostics` has the error, and the source holds what can be
 * decoded, up to a NUL byte and with U+FFFD for what cannot: enough to show the line of the error.
 * source_fini is needed either way.
 */
bool source_init(Source *source, Allocator allocator, const char *name, SourceKind kind, const char *bytes,
                 size_t length, Diagnostics *diagnostics);
void source_fini(Source *source);

/* Byte offset of a position; positions past the end give `length`. */
size_t source_offset(const Source *source, uint32_t line, uint32_t column);

/* Text of line `line` without its newline; NULL and length 0 when there is no such line. */
const char *source_line(const Source *source, uint32_t line, size_t *length);

/* Text that a span covers. */
const char *source_slice(const Source *source, Span span, size_t *length);

/* Code points in the first `column` bytes of a line: what people call the column, counted from 0. */
uint32_t source_display_column(const Source *source, uint32_t line, uint32_t column);

#endif
