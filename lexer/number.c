/*
 * Numbers that run into something. The rules of lexer.re match the longest well-formed number; when a letter,
 * a digit or '_' comes right behind it, the number is either wrong, which has a message of its own for each
 * way of being so, or it is followed by a keyword (`1if x else y`), which is legal and deprecated.
 */

#include "lexer/scan.h"

#include <string.h>

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_word_char(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* CPython points at the character before the one that it could not use. */
static TokenKind fail_before(Lexer *lexer, const char *place, const char *kind) {
    return lexer_fail(lexer, lexer_spot(lexer, place - 1), "invalid %s literal", kind);
}

static TokenKind fail_digit(Lexer *lexer, const char *place, const char *kind) {
    return lexer_fail(lexer, lexer_spot(lexer, place), "invalid digit '%c' in %s literal", *place, kind);
}

/* Is there a keyword at `place` that may follow an expression? Of if, in and is only the first two letters
 * count. */
static bool keyword_follows(const char *place) {
    static const char *const keywords[] = {"and", "else", "for", "or", "not"};
    if (place[0] == 'i' && place[1] && strchr("fns", place[1])) return true;
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        size_t length = strlen(keywords[i]);
        if (strncmp(place, keywords[i], length) == 0 && !is_word_char(place[length])) return true;
    }
    return false;
}

/* The number is fine if it ends at the cursor, because a keyword follows. */
static TokenKind end_before_word(Lexer *lexer, Token *token, const char *kind) {
    if (!keyword_follows(lexer->cursor)) return fail_before(lexer, lexer->cursor, kind);
    token_end(lexer, token, TK_NUMBER);
    if (!lexer->peeking) diagnostics_warn(lexer->diagnostics, token->span, "invalid %s literal", kind);
    return TK_NUMBER;
}

/* Behind a well-formed 0x.., 0o.. or 0b.. number, or just behind such a prefix. */
static TokenKind end_based(Lexer *lexer, Token *token, char base, bool has_digits) {
    base |= 0x20;
    const char *kind = base == 'x' ? "hexadecimal" : base == 'o' ? "octal" : "binary";
    const char *place = lexer->cursor;
    bool underscore = *place == '_';
    place += underscore;
    if (is_digit(*place)) return fail_digit(lexer, place, kind);
    if (underscore || !has_digits) return fail_before(lexer, place, kind);
    return end_before_word(lexer, token, kind);
}

/* The cursor is behind zeros and at another digit, perhaps after a '_': an octal number as Python 2 wrote it.
 */
static TokenKind fail_leading_zeros(Lexer *lexer, const Token *token) {
    const char *tail = lexer->cursor;
    while (is_digit(*tail) || (*tail == '_' && is_digit(tail[1])))
        tail++;
    if (*tail == '_') return fail_before(lexer, tail + 1, "decimal");
    if ((*tail == 'e' || *tail == 'E') && !keyword_follows(tail)) return fail_before(lexer, tail, "decimal");
    const char *zeros_end = token->text;
    while (*zeros_end == '0' || *zeros_end == '_')
        zeros_end++;
    Span span = lexer_spot(lexer, token->text);
    span.end_column += (uint32_t)(zeros_end - token->text);
    return lexer_fail(
        lexer, span,
        "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers");
}

/* Behind a decimal number that is followed by an 'e' which does not begin a well-formed exponent. */
static TokenKind end_at_exponent(Lexer *lexer, Token *token) {
    const char *sign = lexer->cursor + 1;
    if (*sign == '+' || *sign == '-') return fail_before(lexer, sign + 1, "decimal");
    return end_before_word(lexer, token, "decimal");
}

static TokenKind end_decimal(Lexer *lexer, Token *token) {
    const char *place = lexer->cursor;
    bool after_digit = is_digit(place[-1]);
    bool underscore = *place == '_' && after_digit;
    if (is_digit(place[underscore])) return fail_leading_zeros(lexer, token);
    if (underscore) return fail_before(lexer, place + 1, "decimal");
    if ((*place == 'e' || *place == 'E') && !memchr(token->text, *place, (size_t)(place - token->text)))
        return end_at_exponent(lexer, token);
    return end_before_word(lexer, token, "decimal");
}

TokenKind scan_number_end(Lexer *lexer, Token *token) {
    size_t length = (size_t)(lexer->cursor - token->text);
    char last = lexer->cursor[-1];
    if (length > 2 && token->text[0] == '0' && strchr("xXoObB", token->text[1]))
        return end_based(lexer, token, token->text[1], true);
    if (length == 1 && last == '0' && strchr("xXoObB", *lexer->cursor)) {
        char base = *lexer->cursor++;
        return end_based(lexer, token, base, false);
    }
    if (last == 'j' || last == 'J') return end_before_word(lexer, token, "imaginary");
    return end_decimal(lexer, token);
}
