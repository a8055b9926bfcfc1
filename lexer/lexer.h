#ifndef MPY_LEXER_LEXER_H
#define MPY_LEXER_LEXER_H

/*
 * Source text to tokens, one at a time.
 *
 * The re2c rules (lexer.re) know the shapes of tokens; the layout (layout.c) knows what surrounds them: the
 * stack of indentations that becomes INDENT and DEDENT, the stack of open brackets that joins lines, the
 * stack of f-strings whose replacement fields are ordinary tokens (PEP 701), and the lookahead that tells the
 * statement `match x:` from the call `match(x)`. All three stacks have CPython's fixed limits and live in the
 * Lexer: nothing recurses over the input, and a snapshot of the lexer is a struct copy.
 *
 * A Lexer borrows its Source and its Diagnostics; texts of tokens point into the source, except those of
 * identifiers that NFKC changes, which live in the diagnostics' arena. lex_next yields tokens up to
 * ENDMARKER, and ENDMARKER ever after. At the first error it yields TK_ERROR, the reason is in the
 * Diagnostics, and TK_ERROR is all that follows.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lexer/diagnostic.h"
#include "lexer/source.h"

typedef enum {
    TK_ERROR = 0,
#define TOKEN(name, text) TK_##name,
#include "lexer/tokens.def"
    TK_COUNT,
} TokenKind;

/*
 * What the token kinds mean beyond their text:
 * - NAME: `text` is the NFKC form.
 * - FSTRING_MIDDLE: a piece of literal text still to be unescaped (literal.h); `{{` and `}}` each end a piece after
 *   their first brace and the second one belongs to no token, so pieces in a row are simply joined.
 * - INDENT covers the indentation, DEDENT and ENDMARKER are empty, NEWLINE covers the newline even where the source
 *   ended without one.
 */
typedef struct {
    TokenKind kind;
    bool raw;        /* FSTRING_*: backslashes are ordinary characters */
    uint32_t length; /* of text, in bytes */
    const char *text;
    Span span;
} Token;

/* CPython's limits, so that the same programs are refused. */
enum {
    LEXER_INDENT_MAX = 100, /* the outermost level, which has no indentation, is counted */
    LEXER_BRACKET_MAX = 200,
    LEXER_FSTRING_MAX = 149,
    LEXER_FIELD_MAX = 3, /* replacement fields nested by format specs: f'{a:{b:{c}}}' */
};

typedef struct {
    char bracket; /* '(', '[' or '{' */
    uint32_t line, column;
} OpenBracket;

typedef struct {
    uint32_t width;     /* columns with tabs to multiples of 8 */
    uint32_t alternate; /* with tabs of 1: an order that differs between the two is a TabError */
    bool cases;         /* block of a match statement: its lines start with `case` */
} Indentation;

/*
 * An f-string whose end has not been reached. It is read as text while no replacement field is open or the
 * innermost one has come to its format spec, else as code.
 */
typedef struct {
    char quote;
    uint8_t quote_length; /* 1 or 3 */
    bool raw;
    uint8_t field_count;   /* replacement fields open now, one inside the format spec of the other */
    uint8_t specs;         /* bit i: field i is in its format spec */
    bool fresh_spec;       /* in a spec that has had no nested field yet: there `{{` is not an escape */
    uint32_t line, column; /* of its start */
    uint32_t field_depth[LEXER_FIELD_MAX]; /* bracket_depth just inside of each field's brace */
} OpenFString;

typedef struct {
    const Source *source;
    Diagnostics *diagnostics;
    const char *cursor;     /* first byte not yet in a token */
    const char *line_start; /* of the cursor's line */
    uint32_t line;
    bool interactive;   /* set after lexer_init: a block is not complete before a blank line follows it */
    bool at_line_start; /* a logical line starts here: indentation is to be measured */
    bool match_line;    /* this logical line began with SOFT_MATCH */
    bool block_line;    /* the last outermost logical line may head a block */
    bool peeking;       /* a snapshot that looks ahead: no messages, no soft keywords */
    bool stopped;       /* TK_ERROR was given */
    bool weak_error;    /* ... for a reason that does not outrank a syntax error before it */
    TokenKind previous;
    int32_t pending; /* INDENT (+1) or DEDENTs (-n) still to be given */
    uint32_t indent_depth;
    uint32_t bracket_depth;
    uint32_t fstring_depth;
    Indentation indents[LEXER_INDENT_MAX];
    OpenBracket brackets[LEXER_BRACKET_MAX];
    OpenFString fstrings[LEXER_FSTRING_MAX];
} Lexer;

void lexer_init(Lexer *lexer, const Source *source, Diagnostics *diagnostics);

/* The next token, also in *token; its kind is returned. */
TokenKind lex_next(Lexer *lexer, Token *token);

/*
 * To be called when the parser has found a syntax error at line `line`: reads on to the end, since a lexical
 * error or a bracket opened before `line` and never closed explains more than "invalid syntax" does. If there
 * is such a thing it becomes the error of the Diagnostics, unless that has one already; true if it did.
 * (CPython lets a bracket on the error's own line count as well when the error is a general one: pass line
 * + 1.)
 */
bool lexer_explain(Lexer *lexer, uint32_t line);

/* Innermost bracket that is open at this point, or NULL: for "'(' was never closed". Borrowed from the lexer.
 */
const OpenBracket *lexer_open_bracket(const Lexer *lexer);

/* "LPAR", "KW_IF"; and the text column of tokens.def: "(", "if". */
const char *token_kind_name(TokenKind kind);
const char *token_kind_text(TokenKind kind);

#endif
