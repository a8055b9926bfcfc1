#include "lexer/scan.h"

#include <string.h>

enum { TAB_WIDTH = 8 };

// ----------------------------------------------------------------------------------------------------------
// Lines
// ----------------------------------------------------------------------------------------------------------

/* The end of the cursor's line, where CPython points when a whole line is at fault. */
static Span line_end(const Lexer *lexer) {
    const char *newline = strchr(lexer->cursor, '\n');
    Span span = lexer_spot(lexer, newline ? newline : lexer->cursor);
    span.end_column = SPAN_NO_END;
    return span;
}

static Span line_start(const Lexer *lexer) { return (Span){lexer->line, 0, lexer->line, SPAN_NO_END}; }

bool layout_join_line(Lexer *lexer) {
    Span span = lexer_spot(lexer, lexer->cursor);
    span.end_column = SPAN_NO_END;
    if (*lexer->cursor != '\n') {
        lexer_fail_weakly(lexer, DIAGNOSTIC_SYNTAX_ERROR, span,
                          "unexpected character after line continuation character");
        if (!lexer->peeking) lexer->diagnostics->error.from_text = true;
        return false;
    }
    lexer->cursor++;
    if (lexer_at_end(lexer)) {
        if (lexer->bracket_depth > 0)
            layout_fail_unclosed(lexer);
        else
            lexer_fail_weakly(lexer, DIAGNOSTIC_SYNTAX_ERROR, span, "unexpected EOF while parsing");
        lexer_mark_incomplete(lexer);
        return false;
    }
    lexer_next_line(lexer);
    return true;
}

// ----------------------------------------------------------------------------------------------------------
// Indentation
// ----------------------------------------------------------------------------------------------------------

/* Pass the blanks at the start of a line. A backslash goes on in the next line but the first width counts. */
static bool measure(Lexer *lexer, Indentation *here) {
    Indentation joined = {0};
    for (;; lexer->cursor++) {
        switch (*lexer->cursor) {
        case ' ':
            here->width++;
            here->alternate++;
            break;
        case '\t':
            here->width = (here->width / TAB_WIDTH + 1) * TAB_WIDTH;
            here->alternate++;
            break;
        case '\f': here->width = here->alternate = 0; break;
        case '\\':
            if (joined.width == 0) joined = *here;
            lexer->cursor++;
            if (!layout_join_line(lexer)) return false;
            lexer->cursor--; /* undone by the loop */
            break;
        default:
            if (joined.width > 0) *here = joined;
            return true;
        }
    }
}

static bool fail_indentation(Lexer *lexer, DiagnosticKind kind, Span span, const char *message) {
    lexer_fail_weakly(lexer, kind, span, message);
    return false;
}

static bool fail_tabs(Lexer *lexer) {
    return fail_indentation(lexer, DIAGNOSTIC_TAB_ERROR, line_start(lexer),
                            "inconsistent use of tabs and spaces in indentation");
}

static bool indent(Lexer *lexer, Indentation here) {
    const Indentation *top = &lexer->indents[lexer->indent_depth];
    if (lexer->indent_depth + 1 >= LEXER_INDENT_MAX)
        return fail_indentation(lexer, DIAGNOSTIC_INDENTATION_ERROR, line_start(lexer),
                                "too many levels of indentation");
    if (here.alternate <= top->alternate) return fail_tabs(lexer);
    here.cases = lexer->match_line;
    lexer->indents[++lexer->indent_depth] = here;
    lexer->pending = 1;
    return true;
}

static bool dedent(Lexer *lexer, Indentation here) {
    while (here.width < lexer->indents[lexer->indent_depth].width) {
        lexer->indent_depth--;
        lexer->pending--;
    }
    const Indentation *top = &lexer->indents[lexer->indent_depth];
    if (here.width != top->width)
        return fail_indentation(lexer, DIAGNOSTIC_INDENTATION_ERROR, line_end(lexer),
                                "unindent does not match any outer indentation level");
    return here.alternate == top->alternate || fail_tabs(lexer);
}

static bool set_indentation(Lexer *lexer, Indentation here) {
    const Indentation *top = &lexer->indents[lexer->indent_depth];
    if (here.width > top->width) return indent(lexer, here);
    if (here.width < top->width) return dedent(lexer, here);
    return here.alternate == top->alternate || fail_tabs(lexer);
}

bool layout_begin_line(Lexer *lexer) {
    for (;;) {
        Indentation here = {0};
        if (!measure(lexer, &here)) return false;
        if (*lexer->cursor == '#') lexer->cursor = strchr(lexer->cursor, '\n');
        if (*lexer->cursor != '\n') {
            lexer->at_line_start = false;
            bool ok = lexer_at_end(lexer) || set_indentation(lexer, here);
            lexer->match_line = false;
            return ok;
        }
        lexer->cursor++;
        lexer_next_line(lexer);
    }
}

TokenKind layout_take_pending(Lexer *lexer, Token *token) {
    if (lexer->pending < 0) {
        lexer->pending++;
        token_begin(lexer, token, lexer->cursor);
        return token_end(lexer, token, TK_DEDENT);
    }
    lexer->pending--;
    token_begin(lexer, token, lexer->line_start);
    return token_end(lexer, token, TK_INDENT);
}

// ----------------------------------------------------------------------------------------------------------
// Brackets
// ----------------------------------------------------------------------------------------------------------

bool layout_open(Lexer *lexer) {
    const char *place = lexer->cursor - 1;
    Span span = lexer_spot(lexer, place);
    if (lexer->bracket_depth >= LEXER_BRACKET_MAX) {
        lexer_fail(lexer, span, "too many nested parentheses");
        return false;
    }
    lexer->brackets[lexer->bracket_depth++] = (OpenBracket){*place, span.line, span.column};
    return true;
}

static bool fail_mismatch(Lexer *lexer, const OpenBracket *open, char closing) {
    Span span = lexer_spot(lexer, lexer->cursor - 1);
    if (fstring_in_field(lexer))
        lexer_fail(lexer, span, "f-string: unmatched '%c'", closing);
    else if (open->line == lexer->line)
        lexer_fail(lexer, span, "closing parenthesis '%c' does not match opening parenthesis '%c'", closing,
                   open->bracket);
    else
        lexer_fail(lexer, span, "closing parenthesis '%c' does not match opening parenthesis '%c' on line %u",
                   closing, open->bracket, open->line);
    return false;
}

bool layout_close(Lexer *lexer) {
    const OpenBracket *open = lexer_open_bracket(lexer);
    char closing = lexer->cursor[-1];
    if (!open) {
        lexer_fail(lexer, lexer_spot(lexer, lexer->cursor - 1), "unmatched '%c'", closing);
        return false;
    }
    char opening = closing == ')' ? '(' : closing == ']' ? '[' : '{';
    if (open->bracket != opening) return fail_mismatch(lexer, open, closing);
    if (fstring_in_field(lexer)) fstring_end_field(lexer);
    lexer->bracket_depth--;
    return true;
}

TokenKind layout_fail_unclosed(Lexer *lexer) {
    const OpenBracket *open = lexer_open_bracket(lexer);
    Span span = {open->line, open->column, open->line, SPAN_NO_END};
    bool first = !lexer->diagnostics->failed;
    TokenKind kind = lexer_fail_weakly(lexer, DIAGNOSTIC_SYNTAX_ERROR, span,
                                       open->bracket == '('   ? "'(' was never closed"
                                       : open->bracket == '[' ? "'[' was never closed"
                                                              : "'{' was never closed");
    if (first) lexer->diagnostics->error.passed = lexer_detection_line(lexer) > open->line;
    return kind;
}

// ----------------------------------------------------------------------------------------------------------
// The end
// ----------------------------------------------------------------------------------------------------------

/* Is there nothing at all in the last line? At a prompt that is what ends a block. */
static bool last_line_is_empty(const Source *source) {
    size_t length;
    return source_line(source, source->line_count, &length) && length == 0;
}

TokenKind layout_end(Lexer *lexer, Token *token) {
    if (lexer->bracket_depth > 0) {
        layout_fail_unclosed(lexer);
        return lexer_mark_incomplete(lexer);
    }
    if (lexer->interactive && lexer->block_line && !last_line_is_empty(lexer->source)) {
        Span span = lexer_spot(lexer, lexer->cursor);
        lexer_fail_weakly(lexer, DIAGNOSTIC_SYNTAX_ERROR, span, "unexpected EOF while parsing");
        return lexer_mark_incomplete(lexer);
    }
    if (lexer->indent_depth > 0) {
        lexer->pending = -(int32_t)lexer->indent_depth;
        lexer->indent_depth = 0;
        return layout_take_pending(lexer, token);
    }
    return token_end(lexer, token, TK_ENDMARKER);
}
