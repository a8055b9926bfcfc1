#ifndef MPY_PARSER_PARSER_H
#define MPY_PARSER_PARSER_H

/*
 * Source text to syntax tree.
 *
 * The grammar (grammar.y, made into LALR(1) tables by Lemon) accepts Python 3.13. Where one token of
 * lookahead cannot tell, it accepts more and the constructors check: targets are parsed as expressions and
 * converted, arguments and parameters are put in order afterwards. When the grammar refuses a token,
 * diagnose.c finds out what to say about it; messages, positions and their precedence are CPython 3.13's.
 *
 * The tree and all texts in it live in the arena of `diagnostics`; the Source must outlive the tree. Nothing
 * is global, and nothing recurses over the input.
 */

#include "lexer/diagnostic.h"
#include "lexer/source.h"
#include "parser/ast.h"

typedef enum {
    PARSE_FILE, /* Module */
    PARSE_EVAL, /* Expression */
    PARSE_SINGLE, /* Interactive: one statement; a blank line behind a compound one that is not indented at its end */
    PARSE_COMMAND, /* the same, but a blank line behind any compound one */
    PARSE_PROMPT,  /* the same from what has been typed so far, or nothing but comments */
} ParseMode;

/*
 * The tree, or NULL and an error in `diagnostics`, whose `incomplete` says that more lines could make the
 * text right.
 */
Node *parse_source(const Source *source, ParseMode mode, Diagnostics *diagnostics);

#endif
