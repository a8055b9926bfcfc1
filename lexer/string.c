/*
 * Where strings end, and the text of f-strings (PEP 701). What their escapes mean is literal.c's business:
 * here a backslash only takes the next character with it.
 */

#include "lexer/scan.h"

#include <string.h>

/* Of the quotes that end just before `end`: ''' or """ count as 3, if they are three in a row. */
static uint8_t quotes_before(const char *start, const char *end) {
    return end - start >= 3 && end[-2] == end[-1] && end[-3] == end[-1] ? 3 : 1;
}

/* Is the closing quote, or are the three of them, at `place`? */
static bool quotes_at(const char *place, char quote, uint8_t count) {
    return place[0] == quote && (count == 1 || (place[1] == quote && place[2] == quote));
}

/* Pass a newline that is part of a string. */
static void pass_newline(Lexer *lexer) {
    lexer->cursor++;
    lexer_next_line(lexer);
}

/* Pass a backslash and the character it protects; a NUL stays. */
static void pass_escape(Lexer *lexer) {
    lexer->cursor++;
    if (*lexer->cursor == '\n')
        pass_newline(lexer);
    else if (*lexer->cursor)
        lexer->cursor++;
}

// ----------------------------------------------------------------------------------------------------------
// Plain strings
// ----------------------------------------------------------------------------------------------------------

static TokenKind fail_unterminated(Lexer *lexer, const Token *token, char quote, uint8_t quote_length,
                                   bool quote_escaped) {
    Span span = {token->span.line, token->span.column, token->span.line, token->span.column};
    if (lexer->fstring_depth > 0) {
        const OpenFString *outer = &lexer->fstrings[lexer->fstring_depth - 1];
        if (outer->quote == quote && outer->quote_length == quote_length)
            return lexer_fail(lexer, span, "f-string: expecting '}'");
    }
    bool at_end = lexer_at_end(lexer);
    lexer_fail(lexer, span, "unterminated %sstring literal (detected at line %u)%s",
               quote_length == 3 ? "triple-quoted " : "", lexer_detection_line(lexer),
               quote_escaped && quote_length == 1 ? "; perhaps you escaped the end quote?" : "");
    return at_end ? lexer_mark_incomplete(lexer) : TK_ERROR;
}

TokenKind scan_string(Lexer *lexer, Token *token) {
    char quote = lexer->cursor[-1];
    uint8_t count = quotes_before(token->text, lexer->cursor);
    bool quote_escaped = false;
    while (!quotes_at(lexer->cursor, quote, count)) {
        switch (*lexer->cursor) {
        case '\\':
            quote_escaped |= lexer->cursor[1] == quote;
            pass_escape(lexer);
            break;
        case '\0': return fail_unterminated(lexer, token, quote, count, quote_escaped);
        case '\n':
            if (count == 1) return fail_unterminated(lexer, token, quote, count, quote_escaped);
            pass_newline(lexer);
            break;
        default: lexer->cursor++;
        }
    }
    lexer->cursor += count;
    return token_end(lexer, token, TK_STRING);
}

// ----------------------------------------------------------------------------------------------------------
// The stack of f-strings
// ----------------------------------------------------------------------------------------------------------

static OpenFString *innermost(Lexer *lexer) { return &lexer->fstrings[lexer->fstring_depth - 1]; }

static bool in_spec(const OpenFString *open) {
    return open->field_count > 0 && (open->specs >> (open->field_count - 1) & 1);
}

bool fstring_in_text(const Lexer *lexer) {
    if (lexer->fstring_depth == 0) return false;
    const OpenFString *open = &lexer->fstrings[lexer->fstring_depth - 1];
    return open->field_count == 0 || in_spec(open);
}

bool fstring_in_field(const Lexer *lexer) {
    if (lexer->fstring_depth == 0) return false;
    const OpenFString *open = &lexer->fstrings[lexer->fstring_depth - 1];
    return open->field_count > 0 && open->field_depth[open->field_count - 1] == lexer->bracket_depth;
}

TokenKind scan_fstring_start(Lexer *lexer, Token *token) {
    if (lexer->fstring_depth >= LEXER_FSTRING_MAX)
        return lexer_fail(lexer, lexer_spot(lexer, lexer->cursor - 1), "too many nested f-strings");
    bool raw =
        token->text[0] == 'r' || token->text[0] == 'R' || token->text[1] == 'r' || token->text[1] == 'R';
    lexer->fstrings[lexer->fstring_depth++] = (OpenFString){
        .quote = lexer->cursor[-1],
        .quote_length = quotes_before(token->text, lexer->cursor),
        .raw = raw,
        .line = token->span.line,
        .column = token->span.column,
    };
    token->raw = raw;
    return token_end(lexer, token, TK_FSTRING_START);
}

void fstring_begin_spec(Lexer *lexer) {
    OpenFString *open = innermost(lexer);
    open->specs |= (uint8_t)(1u << (open->field_count - 1));
    open->fresh_spec = true;
}

static void end_spec(OpenFString *open) { open->specs &= (uint8_t) ~(1u << (open->field_count - 1)); }

void fstring_end_field(Lexer *lexer) {
    OpenFString *open = innermost(lexer);
    end_spec(open);
    open->field_count--;
    open->fresh_spec = false;
}

// ----------------------------------------------------------------------------------------------------------
// Text of f-strings
// ----------------------------------------------------------------------------------------------------------

/* How a piece of text ends. */
typedef enum {
    PIECE_END_QUOTE,
    PIECE_END_FIELD,       /* at the '{' of a replacement field */
    PIECE_END_BRACE,       /* at a single '}' */
    PIECE_END_DOUBLE,      /* at a '{{' or '}}' that stands for one brace */
    PIECE_END_NAME,        /* behind the '}' of a \N{...} */
    PIECE_END_SPEC,        /* at a newline, which ends the spec of an f-string in single quotes */
    PIECE_END_UNTERMINATED /* where the f-string would have had to end before */
} PieceEnd;

/* What a brace at the cursor is; `name` says that a \N{ is open. */
static PieceEnd classify_brace(const Lexer *lexer, const OpenFString *open, bool name) {
    char brace = *lexer->cursor;
    bool doubled = lexer->cursor[1] == brace && !open->fresh_spec;
    if (brace == '{') return doubled ? PIECE_END_DOUBLE : PIECE_END_FIELD;
    if (name) return PIECE_END_NAME;
    return doubled && open->field_count == 0 ? PIECE_END_DOUBLE : PIECE_END_BRACE;
}

/* Pass a backslash with what it protects; true if that begins the name of a character. A brace is never
 * protected. */
static bool pass_text_escape(Lexer *lexer, const OpenFString *open) {
    const char *next = lexer->cursor + 1;
    if (*next == '{' || *next == '}') {
        lexer->cursor++;
        return false;
    }
    bool name = !open->raw && next[0] == 'N' && next[1] == '{';
    pass_escape(lexer);
    lexer->cursor += name;
    return name;
}

/* Move the cursor to the end of the piece of text it is in. */
static PieceEnd pass_text(Lexer *lexer, const OpenFString *open) {
    bool name = false;
    while (!quotes_at(lexer->cursor, open->quote, open->quote_length)) {
        switch (*lexer->cursor) {
        case '\0': return PIECE_END_UNTERMINATED;
        case '\n':
            if (open->quote_length == 1) return open->fresh_spec ? PIECE_END_SPEC : PIECE_END_UNTERMINATED;
            pass_newline(lexer);
            break;
        case '\\': name |= pass_text_escape(lexer, open); break;
        case '{':
        case '}': return classify_brace(lexer, open, name);
        default: lexer->cursor++;
        }
    }
    return PIECE_END_QUOTE;
}

static TokenKind fail_unterminated_fstring(Lexer *lexer, const OpenFString *open) {
    Span span = {open->line, open->column, open->line, open->column};
    bool at_end = lexer_at_end(lexer);
    lexer_fail(lexer, span, "unterminated %sf-string literal (detected at line %u)",
               open->quote_length == 3 ? "triple-quoted " : "", lexer_detection_line(lexer));
    return at_end ? lexer_mark_incomplete(lexer) : TK_ERROR;
}

static TokenKind begin_field(Lexer *lexer, Token *token, OpenFString *open) {
    if (open->field_count >= LEXER_FIELD_MAX)
        return lexer_fail(lexer, lexer_spot(lexer, lexer->cursor - 1),
                          "f-string: expressions nested too deeply");
    lexer->cursor++;
    if (!layout_open(lexer)) return TK_ERROR;
    open->field_depth[open->field_count++] = lexer->bracket_depth;
    return token_end(lexer, token, TK_LBRACE);
}

static TokenKind end_fstring(Lexer *lexer, Token *token, const OpenFString *open) {
    lexer->cursor += open->quote_length;
    lexer->fstring_depth--;
    return token_end(lexer, token, TK_FSTRING_END);
}

/* What follows when no text is left before `end`: a token, or none (TK_COUNT) when code goes on from here. */
static TokenKind scan_piece_end(Lexer *lexer, Token *token, OpenFString *open, PieceEnd end) {
    switch (end) {
    case PIECE_END_QUOTE: return end_fstring(lexer, token, open);
    case PIECE_END_FIELD: return begin_field(lexer, token, open);
    case PIECE_END_UNTERMINATED: return fail_unterminated_fstring(lexer, open);
    default:
        if (open->field_count == 0)
            return lexer_fail(lexer, lexer_spot(lexer, lexer->cursor), "f-string: single '}' is not allowed");
        end_spec(open);
        open->fresh_spec = false;
        return TK_COUNT;
    }
}

bool scan_fstring_text(Lexer *lexer, Token *token) {
    OpenFString *open = innermost(lexer);
    token_begin(lexer, token, lexer->cursor);
    /* In a format specification CPython 3.13 replaces the escapes of a raw string, too. */
    token->raw = open->raw && open->field_count == 0;
    PieceEnd end = pass_text(lexer, open);
    if (end == PIECE_END_UNTERMINATED) {
        token->kind = fail_unterminated_fstring(lexer, open);
        return true;
    }
    /* The first of two braces is text, and so is the one that ends a name. */
    lexer->cursor += end == PIECE_END_DOUBLE || end == PIECE_END_NAME;
    if (lexer->cursor > token->text) {
        token_end(lexer, token, TK_FSTRING_MIDDLE);
        lexer->cursor += end == PIECE_END_DOUBLE;
        return true;
    }
    token->kind = scan_piece_end(lexer, token, open, end);
    return token->kind != TK_COUNT;
}
