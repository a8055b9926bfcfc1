/*
 * Identifiers beyond ASCII: which characters they may have (UAX 31, the XID properties) and their NFKC form.
 */

#include "lexer/scan.h"

#include <string.h>

#include <utf8proc.h>

#include "base/canonical.h"
#include "base/unicode.h"
#include "lexer/utf8.h"

TokenKind fail_character(Lexer *lexer, uint32_t code_point, const char *place) {
    Span span = lexer_spot(lexer, place);
    if (!unicode_is_printable(code_point))
        return lexer_fail(lexer, span, "invalid non-printable character U+%04X", code_point);
    char text[4];
    int length = (int)utf8_write(code_point, text);
    return lexer_fail(lexer, span, "invalid character '%.*s' (U+%04X)", length, text, code_point);
}

// ----------------------------------------------------------------------------------------------------------
// Normalisation
// ----------------------------------------------------------------------------------------------------------

static const utf8proc_option_t nfkc = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT;

/* Write the decomposed text to points[0..capacity), or nothing if that is NULL; the number of code points, or
 * < 0. */
static utf8proc_ssize_t decompose(const Token *token, utf8proc_int32_t *points, utf8proc_ssize_t capacity) {
    utf8proc_ssize_t count = 0;
    int boundary = 0;
    for (const char *place = token->text; place < token->text + token->length;) {
        utf8proc_int32_t code_point = (utf8proc_int32_t)utf8_next(&place);
        utf8proc_int32_t *out = points ? points + count : NULL;
        utf8proc_ssize_t written =
            utf8proc_decompose_char(code_point, out, points ? capacity - count : 0, nfkc, &boundary);
        if (written < 0) return written;
        count += written;
    }
    return count;
}

/* Replace the token's text by its NFKC form. */
static TokenKind normalize(Lexer *lexer, Token *token) {
    utf8proc_ssize_t count = decompose(token, NULL, 0);
    if (count < 0) return lexer_fail_memory(lexer);
    Arena *arena = lexer->diagnostics->arena;
    utf8proc_int32_t *scratch = arena_alloc(arena, (size_t)count * sizeof *scratch);
    utf8proc_int32_t *points = arena_alloc(arena, ((size_t)count + 1) * sizeof *points);
    if (!scratch || !points) return lexer_fail_memory(lexer);
    decompose(token, points, count);
    canonical_order(points, scratch, (size_t)count);
    utf8proc_ssize_t length = utf8proc_reencode(points, count, nfkc);
    if (length < 0) return lexer_fail_memory(lexer);
    token->text = (const char *)points;
    token->length = (uint32_t)length;
    return TK_NAME;
}

TokenKind scan_unicode_name(Lexer *lexer, Token *token) {
    if (lexer->peeking) return TK_NAME;
    const char *end = token->text + token->length;
    for (const char *place = token->text; place < end;) {
        const char *next = place;
        uint32_t code_point = utf8_next(&next);
        unsigned wanted = place > token->text ? UNICODE_XID_CONTINUE : UNICODE_XID_START;
        if (code_point >= 0x80 && !(unicode_flags(code_point) & wanted))
            return fail_character(lexer, code_point, place);
        place = next;
    }
    return normalize(lexer, token);
}
