#ifndef MPY_PARSER_SCENE_H
#define MPY_PARSER_SCENE_H

/*
 * The surroundings of a token that the grammar refuses: what diagnose.c asks before it says anything. Private
 * to this room.
 *
 * A Scene looks at the tokens of one logical line through parser_token(), which reads on when an index lies
 * ahead of the refused token. Indexes are into that line. Nothing in here changes the parse or reports an
 * error.
 */

#include "parser/state.h"

typedef struct {
    Parser *p;
    const void *grammar;
    uint32_t refused; /* index of the refused token */
    uint32_t at;      /* the same, or an opening bracket around it when what is wrong is looked for there */
    int open;         /* index of the innermost bracket open there, or -1 */
    uint32_t start;   /* index where the innermost expression around it starts */
    uint32_t first;   /* index of the statement's first word */
} Scene;

/* ---- Tokens ---------------------------------------------------------------------------------------- */

bool token_opens(TokenKind kind); /* a bracket or an f-string */
bool token_closes(TokenKind kind);
bool token_is_star(TokenKind kind);      /* `*` or `**` */
bool token_ends_operand(TokenKind kind); /* `(` behind it is a call's */

Token scene_token(const Scene *s, uint32_t index);
TokenKind scene_kind(const Scene *s, uint32_t index);
/* Kind of the token before `index`, or TK_NEWLINE at the start of the line. */
TokenKind scene_kind_before(const Scene *s, uint32_t index);
/* Could a token of this kind stand where the refused one does? */
bool scene_accepts(const Scene *s, TokenKind kind);

/* ---- Surroundings ---------------------------------------------------------------------------------- */

/* Set `open` and `start` from `at` and `first`. */
void scene_look_around(Scene *s);
/* The token of kind `wanted` nearest to the left of `index` between the same brackets, or -1. */
int scene_find_left(const Scene *s, uint32_t index, TokenKind wanted);
/* The statement's first word, behind an `async`. */
TokenKind scene_header(const Scene *s);
/* Is the bracket at `index` the brace of an f-string's replacement field? */
bool scene_is_field(const Scene *s, int index);
/* Do the star or two at `index` unpack the operand after them? */
bool scene_is_unpacking(const Scene *s, uint32_t index);
/* Is the innermost bracket that of a call? */
bool scene_is_call(const Scene *s);
/* Is the innermost bracket that of an index? */
bool scene_is_index(const Scene *s);
/* Are we among a lambda's parameters? */
bool scene_in_lambda_head(const Scene *s);
/* Do names, not expressions, stand where the innermost item starts: parameters, imported names? */
bool scene_is_names_place(const Scene *s);

/* ---- Parts of the line ----------------------------------------------------------------------------- */

/* The longest piece of the line from some token on that a rule derives; node is NULL if there is none. */
typedef struct {
    Node *node;
    Span span;     /* the node's: parentheses around the whole are outside, as in CPython's messages */
    uint32_t end;  /* index behind its last token */
    uint32_t stop; /* index of the token at which no longer piece can be hoped for */
} Prefix;

Prefix scene_parse(const Scene *s, StartRule rule, uint32_t start);

#endif
