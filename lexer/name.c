/*
 * Identifiers beyond ASCII: which characters they may have (UAX 31, the XID properties) and their NFKC form.
 */

#include "lexer/scan.h"

#include <string.h>

#include <utf8proc.h>

#include "base/canonical.h"
#include "lexer/utf8.h"

// ----------------------------------------------------------------------------------------------------------
// Properties
// ----------------------------------------------------------------------------------------------------------

typedef struct {
    uint32_t first, last;
} Range;

static bool in_ranges(const Range *ranges, size_t count, uint32_t code_point) {
    for (size_t i = 0; i < count; i++)
        if (code_point >= ranges[i].first && code_point <= ranges[i].last) return true;
    return false;
}

#define IN(ranges, code_point) in_ranges(ranges, sizeof(ranges) / sizeof *(ranges), code_point)

/* Letters whose NFKC form is not an identifier: ID_Start but not XID_Start; the last three XID_Continue all
 * the same. */
static const Range not_xid_start[] = {
    {0x037A, 0x037A}, {0x309B, 0x309C}, {0xFC5E, 0xFC63}, {0xFDFA, 0xFDFB}, {0xFE70, 0xFE70},
    {0xFE72, 0xFE72}, {0xFE74, 0xFE74}, {0xFE76, 0xFE76}, {0xFE78, 0xFE78}, {0xFE7A, 0xFE7A},
    {0xFE7C, 0xFE7C}, {0xFE7E, 0xFE7E}, {0x0E33, 0x0E33}, {0x0EB3, 0x0EB3}, {0xFF9E, 0xFF9F},
};

static bool is_xid_start(uint32_t code_point) {
    static const Range other_id_start[] = {{0x1885, 0x1886}, {0x2118, 0x2118}, {0x212E, 0x212E}};
    if (IN(not_xid_start, code_point)) return false;
    switch (utf8proc_category((utf8proc_int32_t)code_point)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_NL: return !(code_point == 0x2E2F); /* VERTICAL TILDE is pattern syntax */
    default: return IN(other_id_start, code_point);
    }
}

static bool is_xid_continue(uint32_t code_point) {
    static const Range other_id_continue[] = {{0x00B7, 0x00B7}, {0x0387, 0x0387}, {0x1369, 0x1371},
                                              {0x19DA, 0x19DA}, {0x200C, 0x200D}, {0x30FB, 0x30FB},
                                              {0xFF65, 0xFF65}};
    static const Range only_continue[] = {{0x0E33, 0x0E33}, {0x0EB3, 0x0EB3}, {0xFF9E, 0xFF9F}};
    if (is_xid_start(code_point) || IN(only_continue, code_point)) return true;
    switch (utf8proc_category((utf8proc_int32_t)code_point)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_PC: return true;
    default: return IN(other_id_continue, code_point);
    }
}

TokenKind fail_character(Lexer *lexer, uint32_t code_point, const char *place) {
    Span span = lexer_spot(lexer, place);
    if (!code_point_is_printable(code_point))
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
        bool valid = code_point < 0x80 || is_xid_start(code_point) ||
                     (place > token->text && is_xid_continue(code_point));
        if (!valid) return fail_character(lexer, code_point, place);
        place = next;
    }
    return normalize(lexer, token);
}
