/*
 * Soft keywords. The grammar is LALR(1), and `match (x)` is a call until its line turns out to end in a
 * colon: so the lexer looks ahead, with a copy of itself that runs over the rest of the logical line and is
 * thrown away. Only a line's first word is looked behind, so no byte is read more than twice.
 *
 * - `match` begins a statement if what follows cannot go on with an expression whose first word is the name match
 *   (`match x`), or if it could (a bracket, a sign, a star) but the line ends in a colon.
 * - `case` begins a clause at the start of every line right inside of a match statement's block, and nowhere else.
 * - `type` begins a statement if a name follows.
 */

#include "lexer/scan.h"

#include <string.h>

static TokenKind peek(Lexer *ahead) {
    Token token;
    return lex_next(ahead, &token);
}

static bool line_ends_in_colon(Lexer *ahead) {
    TokenKind last = TK_ERROR;
    for (;;) {
        TokenKind kind = peek(ahead);
        if (kind == TK_NEWLINE) return last == TK_COLON;
        if (kind == TK_ERROR || kind == TK_ENDMARKER) return false;
        last = kind;
    }
}

static bool begins_match(Lexer *ahead) {
    switch (peek(ahead)) {
    case TK_NAME:
    case TK_NUMBER:
    case TK_STRING:
    case TK_FSTRING_START:
    case TK_LBRACE:
    case TK_TILDE:
    case TK_ELLIPSIS:
    case TK_KW_NONE:
    case TK_KW_TRUE:
    case TK_KW_FALSE:
    case TK_KW_LAMBDA:
    case TK_KW_AWAIT: return true;
    case TK_KW_NOT: return peek(ahead) != TK_KW_IN;
    case TK_LPAR:
    case TK_LSQB:
    case TK_PLUS:
    case TK_MINUS:
    case TK_STAR: return line_ends_in_colon(ahead);
    default: return false;
    }
}

static bool is_word(const Token *token, const char *word) {
    return token->length == strlen(word) && memcmp(token->text, word, token->length) == 0;
}

static bool begins_line(const Lexer *lexer) {
    return lexer->previous == TK_NEWLINE || lexer->previous == TK_INDENT || lexer->previous == TK_DEDENT;
}

static bool begins_statement(const Lexer *lexer) {
    if (begins_line(lexer) || lexer->previous == TK_SEMI) return true;
    return lexer->previous == TK_COLON && lexer->bracket_depth == 0;
}

TokenKind lookahead_name_kind(const Lexer *lexer, const Token *token) {
    if (lexer->peeking) return TK_NAME;
    bool is_case = is_word(token, "case") && begins_line(lexer);
    if (is_case) return lexer->indents[lexer->indent_depth].cases ? TK_SOFT_CASE : TK_NAME;
    bool is_match = is_word(token, "match") && begins_line(lexer);
    bool is_type = is_word(token, "type") && begins_statement(lexer);
    if (!is_match && !is_type) return TK_NAME;
    Lexer ahead = *lexer;
    ahead.peeking = true;
    ahead.interactive = false;
    ahead.previous = TK_NAME;
    if (is_match) return begins_match(&ahead) ? TK_SOFT_MATCH : TK_NAME;
    return peek(&ahead) == TK_NAME ? TK_SOFT_TYPE : TK_NAME;
}
