/* How the diagnosis of errors looks around. Sections: the line; parsing parts of it. */

#include "parser/scene.h"

/* ---- Looking around -------------------------------------------------------------------------------- */

Token scene_token(const Scene *s, uint32_t index) { return parser_token(s->p, index); }

TokenKind scene_kind(const Scene *s, uint32_t index) { return scene_token(s, index).kind; }

TokenKind scene_kind_before(const Scene *s, uint32_t index) {
    return index ? scene_kind(s, index - 1) : TK_NEWLINE;
}

bool scene_accepts(const Scene *s, TokenKind kind) {
    return grammar_accepts(s->grammar, grammar_symbol(kind));
}

bool token_opens(TokenKind kind) {
    return kind == TK_LPAR || kind == TK_LSQB || kind == TK_LBRACE || kind == TK_FSTRING_START;
}

bool token_closes(TokenKind kind) {
    return kind == TK_RPAR || kind == TK_RSQB || kind == TK_RBRACE || kind == TK_FSTRING_END;
}

/* Does a word or bracket of this kind end an operand, so that `(` after it is a call? */
bool token_ends_operand(TokenKind kind) {
    return kind == TK_NAME || kind == TK_NUMBER || kind == TK_STRING || kind == TK_ELLIPSIS ||
           kind == TK_KW_NONE || kind == TK_KW_TRUE || kind == TK_KW_FALSE || token_closes(kind);
}

bool scene_is_field(const Scene *s, int index) {
    if (index < 1 || scene_kind(s, (uint32_t)index) != TK_LBRACE) return false;
    int depth = 0;
    bool colon = false; /* we are in the format spec of a field, if it is a field */
    for (int i = index - 1; i >= 0; i--) {
        TokenKind kind = scene_kind(s, (uint32_t)i);
        if (token_closes(kind)) depth++;
        if (depth == 0 && kind == TK_FSTRING_START) return true;
        if (depth == 0 && kind == TK_LBRACE) return colon && scene_is_field(s, i);
        colon |= depth == 0 && kind == TK_COLON;
        if (depth == 0 && token_opens(kind)) return false;
        if (token_opens(kind)) depth--;
    }
    return false;
}

/* Words and signs after which an expression starts anew. */
static bool starts_expression(TokenKind kind) {
    switch (kind) {
    case TK_COMMA:
    case TK_COLON:
    case TK_COLONEQUAL:
    case TK_EQUAL:
    case TK_SEMI:
    case TK_RARROW:
    case TK_NEWLINE:
    case TK_INDENT:
    case TK_DEDENT:
    case TK_SOFT_MATCH:
    case TK_SOFT_CASE:
    case TK_KW_ELSE:
    case TK_KW_RETURN:
    case TK_KW_YIELD:
    case TK_KW_ASSERT:
    case TK_KW_DEL:
    case TK_KW_RAISE:
    case TK_KW_FROM:
    case TK_KW_IN:
    case TK_KW_ELIF:
    case TK_KW_WHILE:
    case TK_KW_WITH:
    case TK_KW_AS:
    case TK_KW_EXCEPT:
    case TK_KW_FOR: return true;
    default: return kind >= TK_PLUSEQUAL && kind <= TK_CIRCUMFLEXEQUAL;
    }
}

/* An `if` that starts a statement, not one inside an expression. */
static bool is_statement_if(const Scene *s, uint32_t index) {
    TokenKind before = scene_kind_before(s, index);
    return scene_kind(s, index) == TK_KW_IF && s->open < 0 &&
           (index == s->first || before == TK_SEMI || before == TK_COLON || before == TK_KW_ELSE ||
            scene_kind(s, s->first) == TK_SOFT_CASE);
}

bool token_is_star(TokenKind kind) { return kind == TK_STAR || kind == TK_DOUBLESTAR; }

bool scene_is_unpacking(const Scene *s, uint32_t index) {
    TokenKind before = scene_kind_before(s, index);
    return token_is_star(scene_kind(s, index)) && (token_opens(before) || starts_expression(before));
}

/* Is the `in` at `index` a comparison, not that of a `for`? */
static bool is_comparison(const Scene *s, uint32_t index) {
    int depth = 0;
    for (int i = (int)index - 1; i > s->open && i >= (int)s->first; i--) {
        TokenKind kind = scene_kind(s, (uint32_t)i);
        if (depth == 0 && kind == TK_KW_FOR) return false;
        if (depth == 0 && kind == TK_KW_IN) break;
        depth += token_closes(kind) - token_opens(kind);
    }
    return true;
}

static bool ends_scan(const Scene *s, uint32_t index) {
    TokenKind kind = scene_kind(s, index);
    bool comparison = kind == TK_KW_IN && is_comparison(s, index);
    return (starts_expression(kind) && !comparison) || is_statement_if(s, index) ||
           scene_is_unpacking(s, index) || (kind == TK_AT && index == s->first);
}

/* Find the brackets and the start of the expression around the refused token, going left from it. */
void scene_look_around(Scene *s) {
    int depth = 0;
    s->open = -1;
    for (int i = (int)s->at - 1; i >= 0 && s->open < 0; i--) {
        TokenKind kind = scene_kind(s, (uint32_t)i);
        if (token_closes(kind))
            depth++;
        else if (token_opens(kind) && depth == 0)
            s->open = i;
        else if (token_opens(kind))
            depth--;
    }
    depth = 0;
    for (s->start = s->at; s->start > (uint32_t)(s->open + 1); s->start--) {
        TokenKind kind = scene_kind(s, s->start - 1);
        if (token_closes(kind)) depth++;
        if (token_opens(kind)) depth--;
        if (depth == 0 && !token_closes(kind) && ends_scan(s, s->start - 1)) break;
    }
}

int scene_find_left(const Scene *s, uint32_t index, TokenKind wanted) {
    int depth = 0;
    for (int i = (int)index - 1; i > s->open; i--) {
        TokenKind kind = scene_kind(s, (uint32_t)i);
        if (depth == 0 && kind == wanted) return i;
        if (token_closes(kind)) depth++;
        if (token_opens(kind)) depth--;
    }
    return -1;
}

bool scene_is_call(const Scene *s) {
    return s->open > 0 && scene_kind(s, (uint32_t)s->open) == TK_LPAR &&
           token_ends_operand(scene_kind(s, (uint32_t)s->open - 1));
}

bool scene_is_index(const Scene *s) {
    return s->open > 0 && scene_kind(s, (uint32_t)s->open) == TK_LSQB &&
           token_ends_operand(scene_kind(s, (uint32_t)s->open - 1));
}

bool scene_in_lambda_head(const Scene *s) {
    int lambda = scene_find_left(s, s->at, TK_KW_LAMBDA);
    return lambda >= 0 && scene_find_left(s, s->at, TK_COLON) < lambda;
}

TokenKind scene_header(const Scene *s) {
    TokenKind kind = scene_kind(s, s->first);
    return kind == TK_KW_ASYNC ? scene_kind(s, s->first + 1) : kind;
}

bool scene_is_names_place(const Scene *s) {
    TokenKind before = scene_kind_before(s, s->start);
    if (scene_in_lambda_head(s) && scene_find_left(s, s->at, TK_KW_LAMBDA) >= (int)s->start) return true;
    if (before == TK_KW_AS && scene_header(s) == TK_KW_EXCEPT) return true;
    if (before == TK_EQUAL || before == TK_COLON || before == TK_RARROW) return false;
    if (scene_in_lambda_head(s)) return true;
    bool outermost = s->open >= 0;
    for (int i = s->open - 1, depth = 0; i >= 0 && outermost; i--) {
        TokenKind kind = scene_kind(s, (uint32_t)i);
        depth += token_closes(kind) - token_opens(kind);
        outermost = depth >= 0 && kind != TK_RARROW;
    }
    TokenKind kind = scene_header(s);
    bool types = kind == TK_KW_CLASS && outermost && scene_kind(s, (uint32_t)s->open) == TK_LSQB;
    return kind == TK_KW_FROM || kind == TK_KW_IMPORT || types || (kind == TK_KW_DEF && outermost);
}

/* ---- Parsing parts --------------------------------------------------------------------------------- */

/* Without warnings, which the first parse gives. */
static void feed_silently(Parser *part, void *grammar, int symbol, Token token) {
    part->diagnostics->silent = true;
    grammar_feed(grammar, symbol, token);
    part->diagnostics->silent = false;
}

/*
 * Feed tokens [start, end), or as many as are accepted; the result is the end of the longest complete piece.
 */
static uint32_t feed_piece(Parser *part, Parser *p, void *grammar, StartRule rule, uint32_t start,
                           uint32_t end, uint32_t *stop) {
    uint32_t complete = start;
    *stop = start;
    grammar_init(grammar, part);
    grammar_feed(grammar, grammar_start_symbol(rule), (Token){0});
    for (uint32_t i = start; i < end; i++) {
        Token token = parser_token(p, i);
        part->line = p->line; /* reading may have moved it */
        part->line_count = i + 1;
        *stop = i;
        int symbol = grammar_symbol(token.kind);
        if (token.kind == TK_ERROR || token.kind == TK_ENDMARKER || !grammar_accepts(grammar, symbol)) break;
        feed_silently(part, grammar, symbol, token);
        if (part->error.set || part->arena->failed || part->diagnostics->failed) break;
        if (grammar_accepts(grammar, grammar_symbol(TK_ENDMARKER))) complete = i + 1;
    }
    return complete;
}

/* A literal that is wrong is the error, although it was met in a part only. */
static void keep_literal(Parser *p, const Parser *part) {
    if (part->error.literal && !p->error.set) p->error = part->error;
}

Prefix scene_parse(const Scene *s, StartRule rule, uint32_t start) {
    Parser *p = s->p;
    Parser part = {.source = p->source, .arena = p->arena, .diagnostics = p->diagnostics};
    Prefix prefix = {.end = start, .stop = start};
    uint32_t stop;
    buffer_init(&part.scratch, p->arena->allocator);
    void *grammar = allocator_resize(p->arena->allocator, NULL, 0, grammar_size());
    if (grammar) {
        prefix.end = feed_piece(&part, p, grammar, rule, start, UINT32_MAX, &prefix.stop);
        keep_literal(p, &part);
        part.error.set = false;
        feed_piece(&part, p, grammar, rule, start, prefix.end, &stop);
        Token end = {.kind = TK_ENDMARKER};
        if (prefix.end > start) feed_silently(&part, grammar, grammar_symbol(TK_ENDMARKER), end);
        if (prefix.end > start && !part.error.set) feed_silently(&part, grammar, 0, end);
        keep_literal(p, &part);
        prefix.node = part.error.set ? NULL : part.root;
    }
    if (prefix.node) prefix.span = prefix.node->span;
    allocator_resize(p->arena->allocator, grammar, grammar_size(), 0);
    buffer_fini(&part.scratch);
    return prefix;
}
