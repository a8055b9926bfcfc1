#ifndef MPY_LEXER_SCAN_H
#define MPY_LEXER_SCAN_H

/*
 * What the lexer's own files share; no other room includes it.
 *
 * A function that gives a token has its cursor at the token's first byte when it is called and behind its
 * last one when it returns. token_begin and token_end bracket the work between, so that no function computes
 * spans by hand.
 */

#include "lexer/lexer.h"

/* Start `token` at `start`, a place in the cursor's line; then, with the cursor behind it, end it. */
void token_begin(const Lexer *lexer, Token *token, const char *start);
TokenKind token_end(const Lexer *lexer, Token *token, TokenKind kind);

/* The cursor has passed a '\n'. */
void lexer_next_line(Lexer *lexer);

/* Is the cursor at the NUL behind the text? */
bool lexer_at_end(const Lexer *lexer);

/* The empty span at `place`, which is in the cursor's line. */
Span lexer_spot(const Lexer *lexer, const char *place);

/* The line to name in "(detected at line %u)": the cursor's, or the last one there is. */
uint32_t lexer_detection_line(const Lexer *lexer);

/*
 * Report an error and stop; TK_ERROR. A lexer that peeks stops in silence. The weak form is for errors that
 * CPython does not let outrank a syntax error found before them.
 */
TokenKind lexer_fail(Lexer *lexer, Span span, const char *format, ...) __attribute__((format(printf, 3, 4)));
TokenKind lexer_fail_weakly(Lexer *lexer, DiagnosticKind kind, Span span, const char *message);
TokenKind lexer_fail_memory(Lexer *lexer);

/* The text so far could be completed by more lines: say so in the error just reported. */
TokenKind lexer_mark_incomplete(Lexer *lexer);

// ----------------------------------------------------------------------------------------------------------
// layout.c: lines, indentation, brackets
// ----------------------------------------------------------------------------------------------------------

/* Pass blank lines and indentation, and set `pending` to the tokens that come of it. False on an error. */
bool layout_begin_line(Lexer *lexer);

/* INDENT, DEDENT: one of the pending tokens. */
TokenKind layout_take_pending(Lexer *lexer, Token *token);

/* The cursor is behind a backslash: pass the newline that has to follow. False on an error. */
bool layout_join_line(Lexer *lexer);

/* Record the bracket just before the cursor as opened or closed. False on an error. */
bool layout_open(Lexer *lexer);
bool layout_close(Lexer *lexer);

/* The text is at its end: DEDENTs, ENDMARKER or a complaint about what is still open. */
TokenKind layout_end(Lexer *lexer, Token *token);

/* "'(' was never closed", about the innermost open bracket. */
TokenKind layout_fail_unclosed(Lexer *lexer);

// ----------------------------------------------------------------------------------------------------------
// lexer.re, string.c, number.c, name.c, lookahead.c: tokens
// ----------------------------------------------------------------------------------------------------------

/* A token of ordinary code. */
TokenKind scan_code(Lexer *lexer, Token *token);

/* The cursor is behind the opening quotes of a string that is not an f-string: pass its body and closing
 * quotes. */
TokenKind scan_string(Lexer *lexer, Token *token);

/* The cursor is behind the opening quotes of an f-string. */
TokenKind scan_fstring_start(Lexer *lexer, Token *token);

/* Are we in the text of an f-string, or at the outermost level of the code in one of its fields? */
bool fstring_in_text(const Lexer *lexer);
bool fstring_in_field(const Lexer *lexer);

/*
 * The next token of an f-string's text, opening braces of fields included. False if there is none, because
 * the text has come to the closing brace of a field or to the end of a format spec: then go on with
 * scan_code.
 */
bool scan_fstring_text(Lexer *lexer, Token *token);

/* A ':' or a closing brace at the outermost level of a field. */
void fstring_begin_spec(Lexer *lexer);
void fstring_end_field(Lexer *lexer);

/* The cursor is behind a well-formed number that a letter, a digit or '_' follows. */
TokenKind scan_number_end(Lexer *lexer, Token *token);

/* The token ends here and has a byte beyond ASCII: check its characters, and normalise it. */
TokenKind scan_unicode_name(Lexer *lexer, Token *token);

/* "invalid character", about `code_point` at `place`. */
TokenKind fail_character(Lexer *lexer, uint32_t code_point, const char *place);

/* The kind of the NAME just passed: SOFT_MATCH, SOFT_CASE or SOFT_TYPE where that word starts a statement. */
TokenKind lookahead_name_kind(const Lexer *lexer, const Token *token);

#endif
