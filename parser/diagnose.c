/*
 * What to say about a token that the grammar refuses.
 *
 * CPython parses a wrong text a second time with rules for common mistakes; the first such rule to match,
 * from the outside in and from left to right, gives the message. An LALR parser knows the place of the error
 * exactly but not what the writer meant, so this module looks at the tokens of the logical line (scene.h):
 * what surrounds the refused one (brackets, the start of its item, the statement's first word), what the
 * grammar would have accepted in its place, and how far an expression reaches from some token on, by running
 * the grammar on a part of the line.
 *
 * Each explain_ function knows one group of mistakes, and reports and returns true when it recognises one.
 * Their order in diagnose() is that of precedence. Sections: expressions; displays and calls; f-strings;
 * statements; blocks; all together.
 */

#include <string.h>

#include "parser/scene.h"

/* ---- Expressions ----------------------------------------------------------------------------------- */

static bool fail(const Scene *s, Span span, const char *message) {
    syntax_error(s->p, span, "%s", message);
    return true;
}

/* Blanks and a comment behind the last token belong to the newline. */
static Span newline_span(const Scene *s) {
    Span span = scene_token(s, s->at).span;
    uint32_t column = s->at ? scene_token(s, s->at - 1).span.end_column : 0;
    size_t length = 0;
    const char *line = source_line(s->p->source, span.line, &length);
    if (s->at && scene_token(s, s->at - 1).span.end_line != span.line) return span;
    while (column < length && (line[column] == ' ' || line[column] == '\t' || line[column] == '\f'))
        column++;
    if (column < length && line[column] == '#') span.column = column;
    return span;
}

static bool fail_at(const Scene *s, uint32_t index, const char *message) {
    bool newline = index == s->at && scene_kind(s, index) == TK_NEWLINE;
    return fail(s, newline ? newline_span(s) : scene_token(s, index).span, message);
}

/*
 * From the start of `first` to just before the end of `last`, the last token that CPython has seen by then.
 */
static Span span_up_to(Span first, Span last) {
    return (Span){first.line, first.column, last.end_line, last.end_column ? last.end_column - 1 : 0};
}

static bool is_word(Token token, const char *word) {
    return token.kind == TK_NAME && token.length == strlen(word) &&
           memcmp(token.text, word, token.length) == 0;
}

static bool explain_comma(const Scene *s, Prefix operand);
static bool explain_conditional(const Scene *s, Prefix operand);

/* print x */
static bool explain_print(const Scene *s) {
    Token word = scene_token(s, s->start);
    bool print = is_word(word, "print");
    if ((!print && !is_word(word, "exec")) || scene_kind(s, s->start + 1) == TK_LPAR) return false;
    Scene behind = *s;
    behind.start++;
    Prefix operand = scene_parse(s, START_DISJUNCTION, behind.start);
    if (operand.node && (explain_conditional(s, operand) || explain_comma(&behind, operand))) return true;
    Prefix value = scene_parse(s, START_EXPRESSIONS, s->start + 1);
    if (!value.node) return false;
    const char *name = print ? "print" : "exec";
    syntax_error(s->p, span_join(word.span, value.span),
                 "Missing parentheses in call to '%s'. Did you mean %s(...)?", name, name);
    return true;
}

/* As CPython asks it: is the name the beginning of a soft keyword? `(c d)` is one of two statements to it. */
static bool may_be_soft_keyword(Token name) {
    static const char *const soft_keywords[] = {"match", "case", "type", "_"};
    for (size_t i = 0; i < sizeof soft_keywords / sizeof soft_keywords[0]; i++)
        if (strncmp(soft_keywords[i], name.text, name.length) == 0) return true;
    return false;
}

/* (a b) */
static bool lacks_comma(const Scene *s, Prefix operand) {
    Token first = scene_token(s, s->start);
    if (first.kind == TK_NAME && (scene_kind(s, s->start + 1) == TK_STRING || may_be_soft_keyword(first)))
        return false;
    if (operand.end == s->start + 1 && (is_word(first, "print") || is_word(first, "exec"))) return false;
    Prefix next = scene_parse(s, START_EXPRESSION, operand.end);
    return next.node && s->open >= 0 &&
           fail(s, span_join(operand.span, next.span), "invalid syntax. Perhaps you forgot a comma?");
}

/* (a"b" c): what stands behind a name could be what an old statement prints, and is looked at for itself. */
static bool explain_comma(const Scene *s, Prefix operand) {
    bool star_item = token_is_star(scene_kind_before(s, s->start)) &&
                     scene_kind_before(s, s->start - 1) == TK_COMMA && !scene_is_call(s);
    if (star_item) return false;
    for (Scene scene = *s; operand.node; operand = scene_parse(s, START_DISJUNCTION, scene.start)) {
        if (lacks_comma(&scene, operand)) return true;
        bool name = scene_kind(s, scene.start++) == TK_NAME;
        if (!name || scene_kind(s, scene.start) == TK_LPAR) return false;
        scene_parse(s, START_EXPRESSIONS, scene.start); /* which may run into the end of the text */
    }
    return false;
}

/* a if b */
static bool explain_conditional(const Scene *s, Prefix operand) {
    if (scene_kind(s, operand.end) != TK_KW_IF) return false;
    Prefix test = scene_parse(s, START_DISJUNCTION, operand.end + 1);
    if (!test.node || scene_kind(s, test.end) == TK_KW_ELSE || scene_kind(s, test.end) == TK_COLON)
        return false;
    return fail(s, span_join(operand.span, test.span), "expected 'else' after 'if' expression");
}

/* f'{lambda x: y}', where the colon ends the expression */
static bool explain_field_lambda(const Scene *s) {
    int lambda = scene_find_left(s, s->at, TK_KW_LAMBDA), colon = scene_find_left(s, s->at, TK_COLON);
    if (!scene_is_field(s, s->open) || lambda < 0 || colon != (int)s->at - 1) return false;
    if (scene_kind(s, s->at) != TK_FSTRING_MIDDLE && scene_kind(s, s->at) != TK_LBRACE) return false;
    return fail(s, span_join(scene_token(s, (uint32_t)lambda).span, scene_token(s, (uint32_t)colon).span),
                "f-string: lambda expressions are not allowed without parentheses");
}

/* May a named expression, `x := y`, stand where the innermost expression starts? */
static bool is_named_place(const Scene *s) {
    TokenKind before = scene_kind_before(s, s->start);
    bool decorator = before == TK_AT && s->start == s->first + 1;
    if (s->open < 0) return decorator || before == TK_KW_IF || before == TK_KW_ELIF || before == TK_KW_WHILE;
    if (before != TK_COMMA && (int)s->start != s->open + 1) return false;
    bool dict = scene_kind(s, (uint32_t)s->open) == TK_LBRACE && scene_find_left(s, s->at, TK_COLON) >= 0;
    return !scene_is_call(s) && !dict && !scene_is_field(s, s->open);
}

static bool is_assignment(TokenKind kind) { return kind == TK_EQUAL || kind == TK_COLONEQUAL; }

/* Does an operand begin with a list, a tuple, a generator expression, True, None or False? */
static bool begins_with_display(const Node *operand, TokenKind first) {
    for (;;) {
        switch (operand->kind) {
        case AST_Attribute: operand = operand->Attribute.value; break;
        case AST_Subscript: operand = operand->Subscript.value; break;
        case AST_Call: operand = operand->Call.func; break;
        case AST_BinOp: operand = operand->BinOp.left; break;
        case AST_List: return first == TK_LSQB;
        case AST_Tuple:
        case AST_GeneratorExp: return true;
        default: return first == TK_KW_TRUE || first == TK_KW_NONE || first == TK_KW_FALSE;
        }
    }
}

/* x = 1 from `start` on, where a condition may be meant */
static bool explain_equal_from(const Scene *s, uint32_t start) {
    Prefix left = scene_parse(s, START_ARITHMETIC, start);
    if (!left.node || scene_kind(s, left.end) != TK_EQUAL) return false;
    if (begins_with_display(left.node, scene_kind(s, start)))
        return false; /* nothing behind the `=` is read, which tells how far an open bracket matters */
    Prefix right = scene_parse(s, START_ARITHMETIC, left.end + 1);
    if (!right.node || is_assignment(scene_kind(s, right.end))) return false;
    comparison_suggest(s->p, left.node, right.span);
    return true;
}

/* if x = 1: */
static bool explain_equal(const Scene *s) {
    return scene_kind(s, s->at) == TK_EQUAL && is_named_place(s) && explain_equal_from(s, s->start);
}

/* a, b c = 1: for CPython the items of a list, where named expressions may stand */
static bool explain_item(const Scene *s) {
    int comma = scene_find_left(s, s->at, TK_COMMA);
    return s->open < 0 && comma >= (int)s->first && !scene_is_names_place(s) &&
           scene_find_left(s, s->at, TK_EQUAL) < 0 && explain_equal_from(s, s->at);
}

/* a print b; a b if c: a second expression that is wrong in itself */
static bool explain_second(const Scene *s, Prefix operand) {
    Scene second = *s;
    second.start = s->at;
    if (operand.end != s->at) return false;
    Prefix next = scene_parse(s, START_DISJUNCTION, s->at);
    return next.node && (explain_print(&second) || explain_conditional(&second, next));
}

/* a + not b */
static bool explain_not(const Scene *s) {
    TokenKind before = scene_kind_before(s, s->at);
    bool after = before == TK_PLUS || before == TK_MINUS || before == TK_STAR || before == TK_SLASH ||
                 before == TK_DOUBLESLASH || before == TK_PERCENT || before == TK_AT || before == TK_TILDE;
    if (scene_kind(s, s->at) != TK_KW_NOT || !after) return false;
    const Node *value = scene_parse(s, START_DISJUNCTION, s->at).node;
    while (value && value->kind == AST_BoolOp)
        value = value->BoolOp.values.items[0];
    return value && fail(s, value->span, "'not' after an operator must be parenthesized");
}

/* (a.b := 1, with something wrong behind it */
static bool explain_walrus(const Scene *s) {
    if (scene_kind_before(s, s->start) != TK_COLONEQUAL || s->open < 0 || scene_is_call(s)) return false;
    uint32_t sign = s->start - 1;
    int comma = scene_find_left(s, sign, TK_COMMA);
    Prefix target = scene_parse(s, START_EXPRESSION, (uint32_t)(comma < 0 ? s->open : comma) + 1);
    if (!target.node || target.end != sign || target.node->kind == AST_Name ||
        !scene_parse(s, START_EXPRESSION, s->start).node)
        return false;
    syntax_error(s->p, target.node->span, "cannot use assignment expressions with %s",
                 expression_description(target.node));
    return true;
}

static bool explain_expression(const Scene *s) {
    if (explain_field_lambda(s)) return true;
    if (scene_is_names_place(s)) return false;
    if (explain_print(s)) return true;
    Prefix operand = scene_parse(s, START_DISJUNCTION, s->start);
    /* What follows the `for` or `in` of a comprehension is no expression of its own. */
    bool clause = s->open >= 0 && scene_find_left(s, s->at, TK_KW_FOR) >= 0;
    if (operand.node && !clause &&
        (explain_comma(s, operand) || explain_conditional(s, operand) || explain_second(s, operand)))
        return true;
    return explain_not(s) || explain_equal(s) || explain_walrus(s);
}

/* ---- Displays and calls ---------------------------------------------------------------------------- */

/* Targets without an `in`: `[a for b]`. */
static bool explain_in(const Scene *s, uint32_t keyword) {
    TokenKind before = scene_kind_before(s, keyword);
    TokenKind open = scene_kind(s, (uint32_t)s->open);
    bool comma = before == TK_COMMA && (open == TK_LSQB || open == TK_LBRACE);
    bool clause = token_ends_operand(before) || before == TK_KW_ASYNC || comma;
    if (open == TK_LPAR && !scene_is_call(s) && scene_find_left(s, keyword, TK_COMMA) >= 0) return false;
    if (!clause) return false;
    Prefix targets = scene_parse(s, START_TARGETS, keyword + 1);
    if (!targets.node || scene_kind(s, targets.end) == TK_KW_IN) return false;
    uint32_t read = targets.end > s->at ? targets.end : s->at;
    return fail(s, scene_token(s, read).span, "'in' expected after for-loop variables");
}

/* [a, b for c in d] */
static bool explain_comprehension(const Scene *s) {
    TokenKind kind = scene_kind(s, s->at), open = scene_kind(s, (uint32_t)s->open);
    int before = scene_find_left(s, s->at, TK_KW_FOR);
    if (before >= 0) return explain_in(s, (uint32_t)before);
    TokenKind word = scene_kind_before(s, s->at);
    bool may_follow = token_ends_operand(word) || (word == TK_COMMA && open != TK_LPAR);
    bool async = kind == TK_KW_ASYNC && may_follow && scene_kind(s, s->at + 1) == TK_KW_FOR;
    if (kind != TK_KW_FOR && !async) return false;
    uint32_t first = (uint32_t)s->open + 1, last = s->at - 1;
    if (explain_in(s, s->at + async)) return true;
    if (open == TK_LBRACE && scene_kind(s, first) == TK_DOUBLESTAR && scene_find_left(s, s->at, TK_COMMA) < 0)
        return scene_parse(s, START_GENERATORS, s->at).node &&
               fail(s, scene_token(s, first).span, "dict unpacking cannot be used in dict comprehension");
    Prefix elements = scene_parse(s, START_EXPRESSIONS, first);
    int comma = scene_find_left(s, s->at, TK_COMMA);
    if ((open != TK_LSQB && open != TK_LBRACE) || elements.end != s->at || comma < 0) return false;
    bool one = comma == (int)last && scene_find_left(s, last, TK_COMMA) < 0;
    if (comma == (int)last && !one) last--;
    return scene_parse(s, START_GENERATORS, s->at).node &&
           fail(s, span_join(scene_token(s, first).span, scene_token(s, last).span),
                "did you forget parentheses around the comprehension target?");
}

/* A key without a value, in a dict whose earlier items show that it is one. */
static bool explain_dict_key(const Scene *s) {
    int comma = scene_find_left(s, s->at, TK_COMMA);
    bool pairs = comma >= 0 && !scene_in_lambda_head(s) &&
                 (scene_kind(s, (uint32_t)s->open + 1) == TK_DOUBLESTAR ||
                  scene_find_left(s, (uint32_t)comma, TK_COLON) >= 0);
    if (!pairs || s->start != (uint32_t)comma + 1 || scene_find_left(s, s->at, TK_KW_FOR) >= 0) return false;
    Prefix key = scene_parse(s, START_DISJUNCTION, s->start);
    if (!key.node || scene_kind(s, key.end) == TK_COLON) return false;
    Span end = {key.span.line, key.span.end_column - 1, key.span.end_line, SPAN_NO_END};
    return fail(s, end, "':' expected after dictionary key");
}

static bool explain_dict_value(const Scene *s) {
    TokenKind kind = scene_kind(s, s->at);
    if (scene_kind_before(s, s->at) != TK_COLON || scene_find_left(s, s->at, TK_KW_LAMBDA) >= 0) return false;
    if (kind == TK_RBRACE || kind == TK_COMMA)
        return fail(s, scene_token(s, s->at - 1).span, "expression expected after dictionary key and ':'");
    Prefix value = scene_parse(s, START_ARITHMETIC, s->at + 1);
    if (kind != TK_STAR || !value.node) return false;
    return fail(s, span_up_to(scene_token(s, s->at).span, scene_token(s, value.end).span),
                "cannot use a starred expression in a dictionary value");
}

/* f(*), f(*(a b)): in the brackets around and in those around them. CPython notices it before anything else, and at
 * once where there may be an argument or index; `floor`: the brackets to begin with. */
static bool explain_starred(const Scene *s, int floor) {
    for (Scene scene = *s; scene.open >= floor && scene.open >= 0; scene_look_around(&scene)) {
        bool item = (scene_is_call(&scene) || scene_is_index(&scene)) && !scene_is_names_place(&scene);
        if (item && scene_kind_before(&scene, scene.start) == TK_STAR &&
            scene_is_unpacking(&scene, scene.start - 1) &&
            !scene_parse(&scene, START_EXPRESSION, scene.start).node)
            return fail_at(s, s->refused, "Invalid star expression");
        scene.at = (uint32_t)scene.open;
    }
    return false;
}

/* x f(*): in the expression behind another one. */
static bool explain_starred_behind(const Scene *s) {
    Scene inner = *s;
    if (!token_ends_operand(scene_kind_before(s, s->at)) || scene_is_names_place(s)) return false;
    /* Behind the iterable of a comprehension, brackets alone are looked into. */
    bool clause = s->open >= 0 && scene_find_left(s, s->at, TK_KW_FOR) >= 0;
    if (clause && !token_opens(scene_kind(s, s->at))) return false;
    if (scene_parse(s, START_DISJUNCTION, s->start).end != s->at) return false;
    inner.at = inner.refused = scene_parse(s, START_EXPRESSION, s->at).stop;
    if (inner.at <= s->at) return false;
    scene_look_around(&inner);
    return explain_starred(&inner, (int)s->at);
}

/* (**a), (*) */
static bool explain_stars(const Scene *s) {
    TokenKind kind = scene_kind(s, s->at);
    if ((int)s->start == s->open + 2 && scene_kind_before(s, s->start) == TK_STAR &&
        scene_is_unpacking(s, s->start - 1) && !scene_parse(s, START_EXPRESSION, s->start).node)
        return fail_at(s, s->refused, "Invalid star expression");
    if (scene_is_call(s) || kind != TK_DOUBLESTAR || (int)s->at != s->open + 1 ||
        scene_kind(s, (uint32_t)s->open) != TK_LPAR)
        return false;
    Prefix value = scene_parse(s, START_EXPRESSION, s->at + 1);
    return value.node && scene_kind(s, value.end) == TK_RPAR &&
           fail(s, scene_token(s, s->at).span, "cannot use double starred expression here");
}

static bool explain_bracket(const Scene *s) {
    if (s->open < 0 || scene_is_field(s, s->open) || scene_is_names_place(s)) return false;
    bool brace = scene_kind(s, (uint32_t)s->open) == TK_LBRACE;
    return explain_comprehension(s) || (brace && explain_dict_value(s)) || explain_stars(s);
}

/* ---- F-strings ------------------------------------------------------------------------------------- */

static bool ends_field(TokenKind kind) {
    return kind == TK_EXCLAMATION || kind == TK_COLON || kind == TK_RBRACE;
}

/* What is wrong behind the expression of a replacement field, which ends before `index`. */
static bool explain_field_tail(const Scene *s, uint32_t index) {
    TokenKind kind = scene_kind(s, index);
    if (kind != TK_EQUAL && !ends_field(kind))
        return fail_at(s, index, "f-string: expecting '=', or '!', or ':', or '}'");
    if (kind == TK_EQUAL && !ends_field(kind = scene_kind(s, ++index)))
        return fail_at(s, index, "f-string: expecting '!', or ':', or '}'");
    if (kind == TK_EXCLAMATION) {
        kind = scene_kind(s, ++index);
        if (kind == TK_COLON || kind == TK_RBRACE)
            return fail_at(s, index, "f-string: missing conversion character");
        if (kind != TK_NAME) return fail_at(s, index, "f-string: invalid conversion character");
        kind = scene_kind(s, ++index);
        if (kind != TK_COLON && kind != TK_RBRACE) return fail_at(s, index, "f-string: expecting ':' or '}'");
    }
    return kind == TK_COLON && fail_at(s, s->at, "f-string: expecting '}', or format specs");
}

static bool explain_field(const Scene *s) {
    int field = (int)s->at - 1, depth = 0;
    for (; field >= 0; field--) {
        TokenKind kind = scene_kind(s, (uint32_t)field);
        if (token_opens(kind) && depth == 0 && scene_is_field(s, field)) break;
        if (token_closes(kind)) depth++;
        if (token_opens(kind) && depth > 0) depth--;
    }
    if (field < 0) return false;
    uint32_t first = (uint32_t)field + 1;
    TokenKind kind = scene_kind(s, first);
    if (kind == TK_EQUAL || ends_field(kind)) {
        syntax_error(s->p, scene_token(s, first).span, "f-string: valid expression required before '%s'",
                     token_kind_text(kind));
        return true;
    }
    Prefix value = scene_parse(s, START_FIELD, first);
    if (!value.node) return fail_at(s, first, "f-string: expecting a valid expression after '{'");
    return explain_field_tail(s, value.end);
}

/* ---- Statements ------------------------------------------------------------------------------------ */

/* def f[](), class A[], type X[] */
static bool explain_empty_parameters(const Scene *s) {
    TokenKind kind = scene_header(s);
    uint32_t open = s->first + (scene_kind(s, s->first) == TK_KW_ASYNC) + 2;
    bool generic = kind == TK_KW_DEF || kind == TK_KW_CLASS || kind == TK_SOFT_TYPE;
    if (!generic || scene_kind(s, s->at) != TK_RSQB || s->at != open + 1 || scene_kind(s, open) != TK_LSQB)
        return false;
    Span spot = scene_token(s, s->at).span, next = scene_token(s, s->at + 1).span;
    spot.end_column = kind == TK_SOFT_TYPE ? next.end_column - 1 : spot.column;
    return fail(s, spot, "Type parameter list cannot be empty");
}

/* def f[...], where the brackets are wrong; def f without any */
static bool explain_def(const Scene *s) {
    uint32_t name = s->first + (scene_kind(s, s->first) == TK_KW_ASYNC) + 1;
    if (s->at <= name) return false;
    if (s->open == (int)name + 1 && scene_kind(s, name + 1) == TK_LSQB) {
        return fail_at(s, name + 1, "expected '('");
    }
    if (s->open >= 0) return false;
    if (scene_accepts(s, TK_LPAR) && scene_find_left(s, s->at, TK_RPAR) < 0)
        return fail_at(s, s->at, "expected '('");
    return scene_find_left(s, s->at, TK_RARROW) < 0 && scene_accepts(s, TK_COLON) &&
           fail_at(s, s->at, "expected ':'");
}

/* What CPython cannot read as a return type is where it expects the colon. */
static bool explain_return_type(const Scene *s) {
    uint32_t arrow = s->first;
    while (arrow < s->at && scene_kind(s, arrow) != TK_RARROW)
        arrow++;
    if (scene_header(s) != TK_KW_DEF || arrow == s->at) return false;
    Prefix type = scene_parse(s, START_EXPRESSION, arrow + 1);
    if (!type.node) return fail_at(s, arrow, "expected ':'");
    return scene_kind(s, type.end) != TK_COLON && fail_at(s, type.end, "expected ':'");
}

/* Words that must be followed by a colon, whatever comes. */
static bool explain_colon_forced(const Scene *s) {
    TokenKind before = scene_kind_before(s, s->at);
    bool forced = before == TK_KW_ELSE || before == TK_KW_TRY || before == TK_KW_FINALLY;
    return forced && s->open < 0 && scene_accepts(s, TK_COLON) && fail_at(s, s->at, "expected ':'");
}

/* Does a compound statement (but a def) or a clause of one start with this word? */
static bool is_header(TokenKind kind) {
    switch (kind) {
    case TK_KW_IF:
    case TK_KW_ELIF:
    case TK_KW_ELSE:
    case TK_KW_FOR:
    case TK_KW_WHILE:
    case TK_KW_WITH:
    case TK_KW_TRY:
    case TK_KW_EXCEPT:
    case TK_KW_FINALLY:
    case TK_KW_CLASS:
    case TK_SOFT_MATCH:
    case TK_SOFT_CASE: return true;
    default: return false;
    }
}

/* A compound statement's head that ends without its colon. */
static bool explain_colon(const Scene *s) {
    return scene_kind(s, s->at) == TK_NEWLINE && scene_accepts(s, TK_COLON) && !scene_in_lambda_head(s) &&
           is_header(scene_header(s)) && fail_at(s, s->at, "expected ':'");
}

static bool explain_import(const Scene *s) {
    Token refused = scene_token(s, s->at), first = scene_token(s, s->first);
    TokenKind before = scene_kind_before(s, s->at);
    if (first.kind != TK_KW_IMPORT && first.kind != TK_KW_FROM) return false;
    if (refused.kind == TK_NEWLINE && before == TK_KW_IMPORT) {
        Span newline = newline_span(s);
        return fail(s, span_up_to(newline, newline), "Expected one or more names after 'import'");
    }
    if (first.kind == TK_KW_FROM)
        return refused.kind == TK_NEWLINE && before == TK_COMMA && s->open < 0 &&
               scene_find_left(s, s->at, TK_KW_IMPORT) >= 0 &&
               fail_at(s, s->at, "trailing comma not allowed without surrounding parentheses");
    if (refused.kind != TK_KW_FROM || before == TK_KW_IMPORT || scene_find_left(s, s->at, TK_KW_AS) >= 0)
        return false;
    Prefix module = scene_parse(s, START_ARITHMETIC, s->at + 1);
    return module.node && fail(s, span_up_to(first.span, scene_token(s, module.end).span),
                               "Did you mean to use 'from ... import ...' instead?");
}

/* case a as 1 */
static bool explain_case(const Scene *s) {
    if (scene_kind(s, s->first) != TK_SOFT_CASE || scene_kind_before(s, s->at) != TK_KW_AS) return false;
    Prefix target = scene_parse(s, START_EXPRESSION, s->at);
    return target.node && fail(s, target.node->span, "invalid pattern target");
}

static bool fail_target(const Scene *s, Node *target, TargetUse use) {
    if (!target_invalid_part(target, use)) return false;
    target_set(s->p, target, use);
    return true;
}

/* for not a in b; del f() = 1 */
static bool explain_target(const Scene *s) {
    TokenKind kind = scene_header(s);
    uint32_t first = s->first + (scene_kind(s, s->first) == TK_KW_ASYNC) + 1;
    if ((kind != TK_KW_FOR && kind != TK_KW_DEL) || first > s->at || s->open >= 0) return false;
    Prefix fine = scene_parse(s, START_TARGETS, first);
    if (kind == TK_KW_FOR && fine.node && !target_invalid_part(fine.node, TARGET_ASSIGN) &&
        scene_kind(s, fine.end) == TK_KW_IN)
        return false;
    Node *target = scene_parse(s, START_EXPRESSIONS, first).node;
    return fail_target(s, target, kind == TK_KW_DEL ? TARGET_DELETE : TARGET_BEFORE_IN);
}

/* for 1 in ...: CPython has stopped here, and finds what is behind, the block included, wrong only if it can say
 * why. */
static bool explain_for(const Scene *s) {
    uint32_t first = s->first + (scene_kind(s, s->first) == TK_KW_ASYNC) + 1;
    if (scene_header(s) != TK_KW_FOR || first > s->at) return false;
    Prefix fine = scene_parse(s, START_TARGETS, first);
    if (!fine.node || fine.end >= s->at || scene_kind(s, fine.end) != TK_KW_IN) return false;
    return fail_target(s, fine.node, TARGET_ASSIGN);
}

/*
 * A wrong target of a `=` to the left of the refused token. What could be compared with the value is looked at last
 * (`comparable`): first comes what is wrong in the value.
 */
static bool explain_assigned(const Scene *s, bool comparable) {
    uint32_t start = s->first;
    int depth = 0;
    for (uint32_t i = s->first; i < s->at; i++) {
        TokenKind kind = scene_kind(s, i);
        depth += token_opens(kind) - token_closes(kind);
        if (depth || kind != TK_EQUAL) continue;
        Prefix target = scene_parse(s, START_EXPRESSIONS, start);
        if (!target.node || target.end != i) return false;
        if (target_invalid_part(target.node, TARGET_ASSIGN)) {
            bool only = start == s->first && target_is_comparable(target.node);
            Prefix value = only ? scene_parse(s, START_ARITHMETIC, i + 1) : (Prefix){0};
            if (only != comparable) return false;
            assignment_refuse(s->p, target.node, is_assignment(scene_kind(s, value.end)) ? NULL : value.node);
            return true;
        }
        start = i + 1;
    }
    return false;
}

/* f() += with nothing behind it that it could be read with: CPython stops at the sign. */
static bool explain_augmented(const Scene *s) {
    Prefix target = scene_parse(s, START_EXPRESSIONS, s->first);
    TokenKind sign = scene_kind(s, target.end);
    if (!target.node || target.end >= s->at || sign < TK_PLUSEQUAL || sign > TK_CIRCUMFLEXEQUAL) return false;
    AstKind kind = (AstKind)target.node->kind;
    bool single = kind == AST_Name || kind == AST_Attribute || kind == AST_Subscript;
    return !single && !scene_parse(s, START_EXPRESSIONS, target.end + 1).node &&
           fail_at(s, target.end, "invalid syntax");
}

/* What is wrong in the brackets of the expression that starts at `start`. */
static bool explain_inside(const Scene *s, uint32_t start) {
    Scene inner = *s;
    inner.at = inner.refused = scene_parse(s, START_EXPRESSION, start).stop;
    scene_look_around(&inner);
    for (; inner.open >= (int)start; scene_look_around(&inner)) {
        if (explain_expression(&inner) || explain_bracket(&inner)) return true;
        inner.at = (uint32_t)inner.open;
    }
    return false;
}

/* yield x = 1; a.b := 1 */
static bool explain_assignment(const Scene *s) {
    Token refused = scene_token(s, s->at);
    if (s->open >= 0 || !is_assignment(refused.kind)) return false;
    bool named = refused.kind == TK_COLONEQUAL && token_ends_operand(scene_kind_before(s, s->at));
    if (named && explain_inside(s, s->at + 1)) return true;
    int yield = scene_find_left(s, s->at, TK_KW_YIELD);
    if (refused.kind == TK_EQUAL)
        return yield >= 0 &&
               fail(s, span_join(scene_token(s, (uint32_t)yield).span, scene_token(s, s->at - 1).span),
                    "assignment to yield expression not possible");
    int comma = scene_find_left(s, s->at, TK_COMMA);
    Prefix target = scene_parse(s, START_EXPRESSION, s->first);
    if (comma >= (int)s->first && target.end == (uint32_t)comma)
        target = scene_parse(s, START_EXPRESSION, (uint32_t)comma + 1);
    if (!target.node || target.end != s->at || target.node->kind == AST_Name) return false;
    if (!scene_parse(s, START_EXPRESSION, s->at + 1).node) return false;
    syntax_error(s->p, target.node->span, "cannot use assignment expressions with %s",
                 expression_description(target.node));
    return true;
}

static bool explain_except(const Scene *s) {
    TokenKind kind = scene_kind(s, s->at), before = scene_kind_before(s, s->at);
    if (s->open >= 0 || scene_header(s) != TK_KW_EXCEPT) return false;
    Span word = scene_token(s, s->first).span;
    int comma = scene_find_left(s, s->at, TK_COMMA);
    if (comma > (int)s->first) return fail_at(s, (uint32_t)comma, "invalid syntax");
    const char *both = "cannot have both 'except' and 'except*' on the same 'try'";
    if (before == TK_KW_EXCEPT && kind == TK_STAR)
        return fail(s, span_join(word, scene_token(s, s->at).span), both);
    if (before == TK_KW_EXCEPT && scene_accepts(s, TK_STAR) && !scene_accepts(s, TK_COLON))
        return fail(s, word, both);
    return before == TK_STAR && s->at == s->first + 2 && (kind == TK_COLON || kind == TK_NEWLINE) &&
           fail_at(s, s->at, "expected one or more exception types");
}

static bool explain_statement(const Scene *s) {
    return explain_except(s) || (scene_header(s) == TK_KW_FOR && explain_target(s)) || explain_colon(s) ||
           explain_import(s) || explain_case(s) || explain_assignment(s) || explain_target(s) ||
           explain_item(s) || explain_augmented(s) || explain_assigned(s, true);
}

/* ---- Blocks ---------------------------------------------------------------------------------------- */

/* Does the text end here? */
static bool is_last(const Scene *s) {
    uint32_t next = s->at;
    while (scene_kind(s, next) == TK_DEDENT)
        next++;
    return scene_kind(s, next) == TK_ENDMARKER;
}

/*
 * Where CPython's tokenizer stands at tokens that have no text: at the end of the last line, or in front of
 * the last byte of an indentation, which for none at all is no column.
 */
static Span spot_of(const Scene *s, Token token) {
    if (token.kind != TK_INDENT && token.kind != TK_DEDENT && token.kind != TK_ENDMARKER) return token.span;
    const Source *source = s->p->source;
    uint32_t line = token.span.line, column = token.span.end_column;
    if (!is_last(s)) return (Span){line, column ? column - 1 : 0, line, SPAN_UNKNOWN_END};
    size_t length = 0;
    source_line(source, source->line_count, &length);
    return (Span){source->line_count, (uint32_t)length, source->line_count, SPAN_UNKNOWN_END};
}

/* "'if' statement", or as CPython calls the block that the line with `s->first` begins. */
static const char *block_name(const Scene *s) {
    switch (scene_header(s)) {
    case TK_KW_DEF: return "function definition";
    case TK_KW_CLASS: return "class definition";
    case TK_KW_IF: return "'if' statement";
    case TK_KW_ELIF: return "'elif' statement";
    case TK_KW_ELSE: return "'else' statement";
    case TK_KW_FOR: return "'for' statement";
    case TK_KW_WHILE: return "'while' statement";
    case TK_KW_WITH: return "'with' statement";
    case TK_KW_TRY: return "'try' statement";
    case TK_KW_FINALLY: return "'finally' statement";
    case TK_SOFT_MATCH: return "'match' statement";
    case TK_SOFT_CASE: return "'case' statement";
    default: return scene_kind(s, s->first + 1) == TK_STAR ? "'except*' statement" : "'except' statement";
    }
}

/* `match (x)` and an indented line: a call or an operation, but it looks like the statement without its colon. */
static bool is_match_without_colon(const Scene *s) {
    if (scene_kind(s, s->at) != TK_INDENT || scene_kind_before(s, s->at) != TK_NEWLINE ||
        s->at < s->first + 3)
        return false;
    Token word = scene_token(s, s->first);
    Prefix subject = is_word(word, "match") ? scene_parse(s, START_EXPRESSIONS, s->first + 1) : (Prefix){0};
    return subject.node && subject.end == s->at - 1;
}

static bool explain_block(const Scene *s) {
    Token refused = scene_token(s, s->at);
    Span spot = spot_of(s, refused);
    if (is_match_without_colon(s)) return fail(s, spot, "expected ':'");
    if (scene_kind_before(s, s->at) == TK_NEWLINE && s->at > 0 && scene_accepts(s, TK_INDENT)) {
        uint32_t word = s->first + (scene_kind(s, s->first) == TK_KW_ASYNC);
        parser_fail(s->p, DIAGNOSTIC_INDENTATION_ERROR, spot,
                    "expected an indented block after %s on line %u", block_name(s),
                    (unsigned)scene_token(s, word).span.line);
        return true;
    }
    bool lacks_clause = scene_accepts(s, TK_KW_FINALLY) && !scene_accepts(s, TK_KW_ELSE);
    if (lacks_clause && (refused.kind != TK_INDENT || !scene_accepts(s, TK_NAME)))
        return fail(s, spot, "expected 'except' or 'finally' block");
    if (refused.kind != TK_INDENT && refused.kind != TK_DEDENT) return false;
    parser_fail(s->p, DIAGNOSTIC_INDENTATION_ERROR, spot, "unexpected %s",
                refused.kind == TK_INDENT ? "indent" : "unindent");
    s->p->error.conclusive = true;
    return true;
}

/* ---- All together ---------------------------------------------------------------------------------- */

/* A parenthesis among parameters: CPython reads nothing in it. */
static bool is_parenthesized_parameter(const Scene *s) {
    if (s->open < 0 || scene_is_call(s) || scene_kind(s, (uint32_t)s->open) != TK_LPAR) return false;
    Scene outer = *s;
    outer.at = (uint32_t)s->open;
    scene_look_around(&outer);
    return scene_is_names_place(&outer) && scene_header(s) != TK_KW_FROM;
}

/*
 * From the innermost brackets outwards: for what stands around brackets with something wrong in them, they are no part
 * of an operand (`f[`, `f(`), but what follows one.
 */
static bool explain_around(const Scene *s) {
    if (is_parenthesized_parameter(s)) return false;
    for (Scene scene = *s;; scene_look_around(&scene)) {
        if (explain_expression(&scene) || explain_bracket(&scene)) return true;
        if (scene.open < 0) return false;
        scene.at = (uint32_t)scene.open;
    }
}

static bool is_operator(TokenKind kind) {
    return (kind >= TK_PLUS && kind <= TK_NOTEQUAL) || kind == TK_KW_AND || kind == TK_KW_OR ||
           kind == TK_KW_IS || kind == TK_KW_NOT || kind == TK_KW_AWAIT;
}

/* The first token of targets at which CPython gives up: behind an operand it knows no operator there. UINT32_MAX:
 * none. */
static uint32_t target_end(const Scene *s) {
    int start = -1;
    if (s->open >= 0) {
        start = scene_find_left(s, s->at, TK_KW_FOR);
        if (scene_find_left(s, s->at, TK_KW_IN) > start) start = -1;
    } else if (scene_header(s) == TK_KW_FOR && scene_find_left(s, s->at, TK_KW_IN) < (int)s->first) {
        start = (int)s->first + (scene_kind(s, s->first) == TK_KW_ASYNC);
    } else if (scene_header(s) == TK_KW_DEL) {
        start = (int)s->first;
    } else if (scene_header(s) == TK_KW_WITH) {
        start = scene_find_left(s, s->at, TK_KW_AS);
    }
    int depth = 0;
    for (uint32_t i = (uint32_t)start + 1; start >= 0 && i < s->at; i++) {
        TokenKind kind = scene_kind(s, i);
        depth += token_opens(kind) - token_closes(kind);
        bool sign = is_operator(kind) || kind == TK_KW_IF;
        bool prefix = s->open < 0 && kind != TK_STAR;
        if (depth == 0 && sign && (prefix || token_ends_operand(scene_kind_before(s, i)))) return i;
    }
    return UINT32_MAX;
}

/* x + y := ), a `:=` behind what is more than a name: CPython does not get past it. */
static bool follows_stray_walrus(const Scene *s) {
    if (scene_kind_before(s, s->at) != TK_COLONEQUAL || s->at < 3) return false;
    TokenKind before = scene_kind(s, s->at - 3);
    return scene_kind(s, s->at - 2) != TK_NAME || before == TK_DOT || is_operator(before);
}

/* The item of a call that the refused token is in or behind, the first that is no keyword argument or unpacking behind
 * one that is (`unpacked`: behind `**`); -1: none. */
static int find_positional(const Scene *s, bool *unpacked) {
    bool keyword = false, starts = true;
    int depth = 0;
    for (uint32_t i = (uint32_t)s->open + 1; i <= s->at; i++) {
        TokenKind kind = scene_kind(s, i);
        bool named = kind == TK_NAME && i < s->at && scene_kind(s, i + 1) == TK_EQUAL;
        if (starts && keyword && !named && !token_is_star(kind)) return (int)i;
        if (starts) *unpacked = *unpacked || kind == TK_DOUBLESTAR;
        if (starts) keyword = keyword || named || kind == TK_DOUBLESTAR;
        depth += token_opens(kind) - token_closes(kind);
        starts = depth == 0 && kind == TK_COMMA;
    }
    return -1;
}

/* f(a=1, x +): CPython minds a positional argument behind a keyword before it sees what is wrong with it. One that does
 * not begin as an expression it does not get past: `*stop`, its first token. */
static bool explain_positional(const Scene *s, Span *stop) {
    for (Scene scene = *s; scene.open >= 0; scene_look_around(&scene)) {
        bool unpacked = false;
        int item =
            scene_is_call(&scene) && !scene_is_names_place(&scene) ? find_positional(&scene, &unpacked) : -1;
        scene.at = (uint32_t)scene.open;
        if (item < 0) continue;
        Prefix value = scene_parse(s, START_EXPRESSION, (uint32_t)item);
        bool named = value.node && scene_kind(s, value.end) == TK_COLONEQUAL;
        if (value.node && !named)
            return fail_at(s, s->refused,
                           unpacked ? "positional argument follows keyword argument unpacking"
                                    : "positional argument follows keyword argument");
        *stop = scene_token(s, (uint32_t)item + named).span;
    }
    return false;
}

/* Where CPython's parser stopped: some tokens it does not get past are fine for our grammar, for now. */
static Span refused_span(const Scene *s) {
    Token refused = scene_token(s, s->at);
    uint32_t target_stop = target_end(s);
    if (target_stop < s->at) return scene_token(s, target_stop).span;
    if (follows_stray_walrus(s)) return scene_token(s, s->at - 1).span;
    if (refused.kind == TK_NEWLINE) return newline_span(s);
    if (s->open < 0) return refused.span;
    if (scene_kind_before(s, s->at) == TK_KW_ASYNC && scene_find_left(s, s->at, TK_COMMA) >= 0)
        return scene_token(s, s->at - 1).span;
    int clause = scene_find_left(s, s->at, TK_KW_FOR);
    bool parenthesis = scene_kind(s, (uint32_t)s->open) == TK_LPAR;
    if (parenthesis && clause >= 0 && scene_find_left(s, (uint32_t)clause, TK_COMMA) >= 0)
        return scene_token(s, (uint32_t)clause).span;
    return is_parenthesized_parameter(s) ? scene_token(s, (uint32_t)s->open).span : refused.span;
}

/* `x + 1:` at a statement's start: the colon of an annotation, but of nothing that can have one. */
static bool explain_stray_colon(const Scene *s) {
    if (s->open >= 0 || scene_kind_before(s, s->at) != TK_COLON || s->at < s->first + 2) return false;
    Prefix target = scene_parse(s, START_EXPRESSIONS, s->first);
    if (!target.node || target.end != s->at - 1) return false;
    AstKind kind = (AstKind)target.node->kind;
    bool single = kind == AST_Name || kind == AST_Attribute || kind == AST_Subscript;
    return !single && fail_at(s, s->at - 1, "invalid syntax");
}

/* Move on to the simple statement around the refused token, behind a block's colon or a semicolon. */
static void find_statement(Scene *s) {
    int depth = 0, lambdas = 0;
    bool head = is_header(scene_header(s)) || scene_header(s) == TK_KW_DEF;
    for (uint32_t i = s->first; i < s->at; i++) {
        TokenKind kind = scene_kind(s, i);
        depth += token_opens(kind) - token_closes(kind);
        if (depth) continue;
        lambdas += kind == TK_KW_LAMBDA;
        bool ends_head = kind == TK_COLON && head && lambdas == 0;
        lambdas -= kind == TK_COLON && lambdas > 0;
        if (!ends_head && kind != TK_SEMI) continue;
        head = false;
        s->first = i + 1;
    }
}

/* Are we in the pattern of a case? For what is wrong there, CPython has no words but those about its targets. */
static bool is_in_pattern(const Scene *s) {
    if (scene_header(s) != TK_SOFT_CASE) return false;
    int depth = 0;
    for (uint32_t i = s->first + 1; i < s->at; i++) {
        TokenKind kind = scene_kind(s, i);
        depth += token_opens(kind) - token_closes(kind);
        if (depth == 0 && (kind == TK_KW_IF || kind == TK_COLON)) return false;
    }
    return true;
}

static bool explain(const Scene *s) {
    if (is_in_pattern(s)) return explain_colon(s) || explain_case(s);
    bool clause = s->open >= 0 && scene_find_left(s, s->at, TK_KW_FOR) >= 0;
    if ((!clause && explain_starred(s, 0)) || explain_starred_behind(s)) return true;
    if (explain_colon_forced(s) || explain_empty_parameters(s) || explain_assigned(s, false)) return true;
    if (scene_header(s) == TK_KW_DEF && explain_def(s)) return true;
    bool dict = s->open >= 0 && scene_kind(s, (uint32_t)s->open) == TK_LBRACE && !scene_is_field(s, s->open);
    if (dict && explain_dict_key(s)) return true;
    return explain_around(s) || explain_field(s) || explain_return_type(s) || explain_statement(s) ||
           explain_stray_colon(s);
}

/* The scene of the last token read. */
static Scene scene_of(Parser *p, const void *grammar) {
    Scene s = {.p = p, .grammar = grammar, .at = p->line_count - 1, .refused = p->line_count - 1};
    while (s.first < s.at && (scene_kind(&s, s.first) == TK_INDENT || scene_kind(&s, s.first) == TK_DEDENT))
        s.first++;
    scene_look_around(&s);
    return s;
}

void diagnose_unclosed(Parser *p, void *grammar) {
    Scene s = scene_of(p, grammar);
    find_statement(&s);
    if (explain_assigned(&s, false)) return;
    grammar_feed(grammar, grammar_symbol(TK_INDENT),
                 scene_token(&s, s.at)); /* makes the moves that are due */
}

void diagnose(Parser *p, const void *grammar) {
    Scene s = scene_of(p, grammar);
    Token refused = scene_token(&s, s.at);
    bool end = refused.kind == TK_ENDMARKER;
    if (scene_kind_before(&s, s.at) == TK_NEWLINE && explain_for(&s)) return;
    if (explain_block(&s)) {
        p->error.no_caret = refused.kind == TK_DEDENT && refused.span.column == 0 && !is_last(&s);
        return;
    }
    find_statement(&s);
    if (explain(&s) || explain_for(&s)) return;
    uint32_t last_line = p->source->line_count;
    Span stop = end ? (Span){last_line, 0, last_line, 0} : refused_span(&s);
    if (explain_positional(&s, &stop)) return;
    fail(&s, stop, "invalid syntax");
    p->error.no_caret = end;
}
