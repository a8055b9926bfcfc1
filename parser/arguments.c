/* Arguments and parameters: read as flat lists, put in order and checked here. */

#include "parser/state.h"

/* ---- Arguments of calls and classes ---------------------------------------------------------------- */

Expr argument_name(Parser *p, Expr name, Token equal) {
    const Node *node = name.node;
    if (!node) return name;
    name.span = span_join(node->span, equal.span);
    if (node->kind == AST_Constant && node->Constant.value.kind <= CONSTANT_FALSE && !node->parenthesized)
        syntax_error(p, name.span, "cannot assign to %s", expression_description(node));
    else if (node->kind != AST_Name || node->parenthesized)
        syntax_error(p, name.span, "expression cannot contain assignment, perhaps you meant \"==\"?");
    return name;
}

Expr argument_keyword(Parser *p, Expr name, Expr value) {
    const Node *node = name.node;
    bool plain = node && node->kind == AST_Name;
    Span span = span_join(name.span, value.span);
    return EXPR_NEW(keyword, span, .arg = plain ? node->Name.id : (Identifier){0}, .value = value.node);
}

static bool is_bare_generator(const Node *argument) {
    return argument->kind == AST_GeneratorExp && !argument->parenthesized;
}

/* The word that a comprehension's clause begins with. */
static Span keyword_span(const Node *clause) {
    Span span = clause->span;
    return (Span){span.line, span.column, span.line, span.column + (clause->comprehension.is_async ? 5 : 3)};
}

static void check_generator(Parser *p, const Sequence *arguments, bool call, Node *generator) {
    const Node *element = generator->GeneratorExp.elt;
    bool alone = arguments->nodes.count == 1 && !arguments->comma;
    if (call && element && element->kind == AST_Starred)
        syntax_error(p, element->span, "iterable unpacking cannot be used in comprehension");
    if (!call && alone) {
        const Node *first = generator->GeneratorExp.generators.items[0];
        if (first) syntax_error(p, keyword_span(first), "invalid syntax");
    } else if (!alone) {
        syntax_error(p, span_join(element ? element->span : generator->span, generator->span),
                     "Generator expression must be parenthesized");
    } else {
        generator->span = arguments->span;
    }
}

/* The last byte of `span`: a closing bracket. */
static Span last_byte(Span span) {
    return (Span){span.end_line, span.end_column - 1, span.end_line, span.end_column};
}

/* CPython points from the comma before the argument to just before the end of the last token it has seen. */
static Span unpacking_span(const Parser *p, Span argument, Span parentheses) {
    uint32_t i = p->line_count;
    while (i > 1 &&
           (p->line[i - 1].span.line != argument.line || p->line[i - 1].span.column != argument.column))
        i--;
    Span comma = i > 1 ? p->line[i - 2].span : argument;
    return (Span){comma.line, comma.column, parentheses.end_line, parentheses.end_column - 1};
}

Arguments arguments_split(Parser *p, Sequence arguments, bool call) {
    bool unpacked = false; /* a `**mapping` came before */
    Arguments split = {0};
    for (uint32_t i = 0; i < arguments.nodes.count; i++) {
        Node *argument = arguments.nodes.items[i];
        if (!argument) continue;
        if (argument->kind == AST_keyword) {
            unpacked |= !argument->keyword.arg.utf8;
            nodes_append(p, &split.keywords, argument);
            continue;
        }
        if (is_bare_generator(argument)) check_generator(p, &arguments, call, argument);
        if (argument->kind == AST_Starred && unpacked)
            syntax_error(p, unpacking_span(p, argument->span, arguments.span),
                         "iterable argument unpacking follows keyword argument unpacking");
        else if (argument->kind != AST_Starred && split.keywords.count)
            syntax_error(p, last_byte(arguments.span), "positional argument follows keyword argument%s",
                         unpacked ? " unpacking" : "");
        nodes_append(p, &split.positional, argument);
    }
    return split;
}

/* ---- Parameters ------------------------------------------------------------------------------------ */

ParameterList parameter_append(Parser *p, ParameterList list, Parameter parameter) {
    Parameter *copy = arena_alloc(p->arena, sizeof *copy);
    if (!copy) return list;
    *copy = parameter;
    if (list.last)
        list.last->next = copy;
    else
        list.first = copy;
    list.last = copy;
    return list;
}

/* Where we are in a parameter list. */
typedef struct {
    Parser *p;
    const Token *colon; /* of the lambda, or NULL */
    NodeList plain;     /* positional ones since the start or the slash */
    NodeList positional_only, defaults, keyword_only, keyword_defaults;
    Node *star, *double_star;
    bool slash_seen, star_seen;
} Signature;

static void add_plain(Signature *s, const Parameter *parameter) {
    Parser *p = s->p;
    if (s->star_seen) {
        nodes_append(p, &s->keyword_only, parameter->arg);
        nodes_append(p, &s->keyword_defaults, parameter->default_value);
        return;
    }
    nodes_append(p, &s->plain, parameter->arg);
    if (parameter->default_value)
        nodes_append(p, &s->defaults, parameter->default_value);
    else if (s->defaults.count)
        syntax_error(p, parameter->span, "parameter without a default follows parameter with a default");
}

static void add_slash(Signature *s, const Parameter *slash) {
    Parser *p = s->p;
    if (s->star_seen)
        syntax_error(p, slash->span, "/ must be ahead of *");
    else if (s->slash_seen)
        syntax_error(p, slash->span, "/ may appear only once");
    else if (s->plain.count == 0 && !slash->next)
        syntax_error(p, slash->span, "invalid syntax");
    else if (s->plain.count == 0)
        syntax_error(p, slash->span, "at least one argument must precede /");
    s->slash_seen = true;
    s->positional_only = s->plain;
    s->plain = (NodeList){0};
}

static void add_star(Signature *s, const Parameter *star) {
    Parser *p = s->p;
    const Parameter *next = star->next;
    if (s->star_seen && star->kind == PARAMETER_BARE_STAR && !next)
        syntax_error(p, star->span, "invalid syntax");
    else if (s->star_seen)
        syntax_error(p, star->span, "* argument may appear only once");
    else if (star->kind == PARAMETER_BARE_STAR && (!next || next->kind == PARAMETER_DOUBLE_STAR))
        syntax_error(p,
                     !s->colon ? star->span
                     : next    ? next->span
                               : s->colon->span,
                     "named arguments must follow bare *");
    s->star_seen = true;
    s->star = star->arg;
}

static void add_double_star(Signature *s, const Parameter *parameter) {
    if (parameter->next)
        parser_fail(s->p, DIAGNOSTIC_SYNTAX_ERROR, parameter->next->span,
                    "arguments cannot follow var-keyword argument");
    s->double_star = parameter->arg;
}

Node *parameters_finish(Parser *p, ParameterList list, const Token *colon) {
    Signature s = {.p = p, .colon = colon};
    for (const Parameter *parameter = list.first; parameter; parameter = parameter->next) {
        switch (parameter->kind) {
        case PARAMETER_PLAIN: add_plain(&s, parameter); break;
        case PARAMETER_SLASH: add_slash(&s, parameter); break;
        case PARAMETER_BARE_STAR:
        case PARAMETER_STAR: add_star(&s, parameter); break;
        case PARAMETER_DOUBLE_STAR: add_double_star(&s, parameter); break;
        }
    }
    Span span = list.first ? span_join(list.first->span, list.last->span) : (Span){0};
    return NODE_NEW(arguments, span, .posonlyargs = s.positional_only, .args = s.plain, .vararg = s.star,
                    .kwonlyargs = s.keyword_only, .kw_defaults = s.keyword_defaults, .kwarg = s.double_star,
                    .defaults = s.defaults);
}
