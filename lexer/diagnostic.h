#ifndef MPY_LEXER_DIAGNOSTIC_H
#define MPY_LEXER_DIAGNOSTIC_H

/*
 * Where text is, and what is wrong with it.
 *
 * A Diagnostics collects the first error and all warnings of one compilation; the lexer, the parser and the
 * compiler share it. The first error wins, later ones are dropped, so a stage may report and unwind without
 * asking what has been said. Messages are CPython's, live in the arena and die with it. When there is no
 * memory for a message the error becomes DIAGNOSTIC_MEMORY_ERROR, which needs none.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* From (line, column) up to, not including, (end_line, end_column): lines from 1, columns in bytes from 0. */
typedef struct {
    uint32_t line, column;
    uint32_t end_line, end_column;
} Span;

/*
 * An error in one spot has an empty span there and is shown as one caret. As `end_column`, SPAN_NO_END says
 * that CPython reports no end (end_offset 0), and SPAN_UNKNOWN_END that it reports -1, which looks the same.
 */
enum { SPAN_NO_END = INT32_MAX, SPAN_UNKNOWN_END = SPAN_NO_END - 1 };

typedef enum {
    DIAGNOSTIC_SYNTAX_ERROR,
    DIAGNOSTIC_INDENTATION_ERROR,
    DIAGNOSTIC_TAB_ERROR,
    DIAGNOSTIC_MEMORY_ERROR,
    DIAGNOSTIC_RECURSION_ERROR, /* the tree is too deep; as DIAGNOSTIC_MEMORY_ERROR, in no particular place */
    DIAGNOSTIC_SYNTAX_WARNING,
} DiagnosticKind;

typedef struct Diagnostic Diagnostic;
struct Diagnostic {
    DiagnosticKind kind;
    bool incomplete; /* an error only because the text ends here: a prompt should read another line */
    bool no_text;    /* the source line cannot be shown */
    bool of_text;    /* the error is the whole text's: it has a name, but no line */
    bool no_caret;   /* the line is known, the column is not */
    bool in_token;   /* the tokens themselves are wrong: CPython then shows the line without its newline */
    bool passed;     /* the lexer had left the line: the same, unless a file has it */
    bool from_text;  /* CPython counts the column from the beginning of the text that it has, `first_line` */
    uint32_t
        first_line; /* of the text, when that begins before the error's line; 0 else. A file's is the line */
    Span span;      /* line 0 when the error is in no particular place */
    const char *message;
    Diagnostic *next; /* of the warnings */
};

typedef struct {
    Arena *arena;
    bool failed;          /* `error` is set */
    Diagnostic error;     /* the first one reported */
    Diagnostic *warnings; /* in order of discovery */
    Diagnostic *last_warning;
    bool silent; /* warnings are dropped: what is read has been read before */
} Diagnostics;

void diagnostics_init(Diagnostics *diagnostics, Arena *arena);

/* Report an error, unless there is one already. Always false, so that a caller can return it. */
bool diagnostics_fail(Diagnostics *diagnostics, DiagnosticKind kind, Span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool diagnostics_vfail(Diagnostics *diagnostics, DiagnosticKind kind, Span span, const char *format,
                       va_list args);
bool diagnostics_fail_memory(Diagnostics *diagnostics);

void diagnostics_warn(Diagnostics *diagnostics, Span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Move the warnings of another one behind those that there are. */
void diagnostics_take_warnings(Diagnostics *diagnostics, Diagnostics *from);

/* The Python exception or warning class that `kind` stands for, such as "SyntaxError". */
const char *diagnostic_kind_name(DiagnosticKind kind);

#endif
