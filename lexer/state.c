#include "lexer/lexer.h"

#include <string.h>

#include "lexer/scan.h"

void lexer_init(Lexer *lexer, const Source *source, Diagnostics *diagnostics) {
    /* The stacks are written before they are read; clearing them would cost more than a short script's
     * tokens. */
    memset(lexer, 0, offsetof(Lexer, indents));
    lexer->source = source;
    lexer->diagnostics = diagnostics;
    lexer->cursor = lexer->line_start = source->text;
    lexer->line = 1;
    lexer->at_line_start = true;
    lexer->previous = TK_NEWLINE;
    lexer->indents[0] = (Indentation){0};
}

// ----------------------------------------------------------------------------------------------------------
// Tokens and positions
// ----------------------------------------------------------------------------------------------------------

void token_begin(const Lexer *lexer, Token *token, const char *start) {
    token->raw = false;
    token->text = start;
    token->span.line = lexer->line;
    token->span.column = (uint32_t)(start - lexer->line_start);
}

TokenKind token_end(const Lexer *lexer, Token *token, TokenKind kind) {
    token->kind = kind;
    token->length = (uint32_t)(lexer->cursor - token->text);
    token->span.end_line = lexer->line;
    token->span.end_column = (uint32_t)(lexer->cursor - lexer->line_start);
    return kind;
}

void lexer_next_line(Lexer *lexer) {
    lexer->line++;
    lexer->line_start = lexer->cursor;
}

bool lexer_at_end(const Lexer *lexer) { return *lexer->cursor == '\0'; }

Span lexer_spot(const Lexer *lexer, const char *place) {
    uint32_t column = (uint32_t)(place - lexer->line_start);
    return (Span){lexer->line, column, lexer->line, column};
}

uint32_t lexer_detection_line(const Lexer *lexer) {
    uint32_t last = lexer->source->line_count;
    return lexer->line < last ? lexer->line : last;
}

// ----------------------------------------------------------------------------------------------------------
// Errors
// ----------------------------------------------------------------------------------------------------------

TokenKind lexer_fail(Lexer *lexer, Span span, const char *format, ...) {
    lexer->stopped = true;
    if (lexer->peeking) return TK_ERROR;
    va_list args;
    va_start(args, format);
    diagnostics_vfail(lexer->diagnostics, DIAGNOSTIC_SYNTAX_ERROR, span, format, args);
    va_end(args);
    lexer->diagnostics->error.in_token = true;
    return TK_ERROR;
}

TokenKind lexer_fail_weakly(Lexer *lexer, DiagnosticKind kind, Span span, const char *message) {
    lexer->stopped = lexer->weak_error = true;
    if (!lexer->peeking) diagnostics_fail(lexer->diagnostics, kind, span, "%s", message);
    return TK_ERROR;
}

TokenKind lexer_fail_memory(Lexer *lexer) {
    lexer->stopped = true;
    diagnostics_fail_memory(lexer->diagnostics);
    return TK_ERROR;
}

TokenKind lexer_mark_incomplete(Lexer *lexer) {
    if (!lexer->peeking) lexer->diagnostics->error.incomplete = true;
    return TK_ERROR;
}

/* Lex the rest into `diagnostics` instead of the lexer's own. */
static void lex_rest(Lexer *lexer, Diagnostics *diagnostics) {
    Diagnostics *own = lexer->diagnostics;
    Token token;
    lexer->diagnostics = diagnostics;
    for (TokenKind kind = lexer->previous; kind != TK_ERROR && kind != TK_ENDMARKER;)
        kind = lex_next(lexer, &token);
    lexer->diagnostics = own;
}

bool lexer_explain(Lexer *lexer, uint32_t line) {
    if (lexer->diagnostics->failed || lexer->stopped) return false;
    Diagnostics found;
    diagnostics_init(&found, lexer->diagnostics->arena);
    lex_rest(lexer, &found);
    diagnostics_take_warnings(lexer->diagnostics, &found);
    if (lexer->stopped && lexer->fstring_depth > 0)
        return false; /* CPython overlooks what is wrong in an f-string */
    if (lexer->weak_error) {
        const OpenBracket *open = lexer_open_bracket(lexer);
        if (!open || open->line >= line) return false;
        layout_fail_unclosed(lexer);
        return true;
    }
    if (found.failed) {
        lexer->diagnostics->failed = true;
        lexer->diagnostics->error = found.error;
    }
    return found.failed;
}

const OpenBracket *lexer_open_bracket(const Lexer *lexer) {
    return lexer->bracket_depth > 0 ? &lexer->brackets[lexer->bracket_depth - 1] : NULL;
}

// ----------------------------------------------------------------------------------------------------------
// The way in
// ----------------------------------------------------------------------------------------------------------

/*
 * Remember whether a logical line without indentation begins like one that a block follows. At a prompt the
 * block, or even a one-line `if x: y`, is complete only when a blank line has been typed: `else` could come.
 */
static void note_line(Lexer *lexer, TokenKind kind) {
    bool begins = lexer->previous == TK_NEWLINE || lexer->previous == TK_DEDENT;
    if (!begins || lexer->indent_depth > 0 || kind == TK_INDENT || kind == TK_DEDENT || kind == TK_ENDMARKER)
        return;
    switch (kind) {
    case TK_KW_IF:
    case TK_KW_ELIF:
    case TK_KW_ELSE:
    case TK_KW_WHILE:
    case TK_KW_FOR:
    case TK_KW_TRY:
    case TK_KW_EXCEPT:
    case TK_KW_FINALLY:
    case TK_KW_WITH:
    case TK_KW_DEF:
    case TK_KW_CLASS:
    case TK_KW_ASYNC:
    case TK_SOFT_MATCH:
    case TK_AT: lexer->block_line = true; break;
    default: lexer->block_line = false;
    }
}

static TokenKind next_token(Lexer *lexer, Token *token) {
    if (fstring_in_text(lexer) && scan_fstring_text(lexer, token)) return token->kind;
    if (lexer->at_line_start && !layout_begin_line(lexer)) return TK_ERROR;
    if (lexer->pending != 0) return layout_take_pending(lexer, token);
    return scan_code(lexer, token);
}

TokenKind lex_next(Lexer *lexer, Token *token) {
    TokenKind kind = lexer->stopped ? TK_ERROR : next_token(lexer, token);
    if (kind == TK_ERROR) {
        token_begin(lexer, token, lexer->cursor);
        token_end(lexer, token, TK_ERROR);
    }
    if (lexer->interactive) note_line(lexer, kind);
    lexer->previous = kind;
    return kind;
}
