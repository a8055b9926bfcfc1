/*
 * The grammar of Python 3.12 as LALR(1), for Lemon.
 *
 * How it differs in form from the reference grammar, because one token of lookahead has to do:
 *   - targets are parsed as expressions and converted by target_set(), which also reports what cannot be one;
 *   - `with (a, b as c):` is read as a parenthesised list whose items turn out to be with-items at the first
 *     `as`;
 *   - arguments and parameters are read as flat lists, and put in order and checked by a constructor;
 *   - binary operators share one nonterminal a level of meaning (`test`, `arith`), told apart by precedence.
 *
 * Sections: set-up; roots; statements; compound statements; patterns; expressions; arguments and parameters;
 * strings; code after the tables.
 *
 * An Expr carries the text it covers with its parentheses, its node the text without: the start of `(a) + b`
 * is the parenthesis. Lemon resolves no conflict here but those between the operators listed by %left and
 * %right.
 */

%name grammar_machine
%token_prefix G_
%token_type {Token}
%default_type {Expr}
%extra_context {Parser *p}
%stack_size PARSER_STACK_MAX
%start_symbol root

%include {
/* Lemon's assertions bring along a mutable global for tracing. */
#ifndef NDEBUG
#define NDEBUG
#endif
#include "parser/state.h"

/* The first syntax error ends the parse. */
#define YYNOERRORRECOVERY 1

/* The template's functions take more than this grammar asks of them. */
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-parameter"
}

%syntax_error {
    p->rejected = true;
}

%stack_overflow {
    parser_fail(p, DIAGNOSTIC_MEMORY_ERROR, (Span){0},
                "Parser stack overflowed - Python source too complex to parse");
}

/* A character that no rule wants. */
%token OP.

%left KW_OR.
%left KW_AND.
%right KW_NOT.
%left VBAR.
%left CIRCUMFLEX.
%left AMPER.
%left LEFTSHIFT RIGHTSHIFT.
%left PLUS MINUS.
%left STAR SLASH DOUBLESLASH PERCENT AT.
%right UNARY.
%right DOUBLESTAR.

/* ---- Roots ----------------------------------------------------------------------------------------- */

root ::= MARK_FILE statements_opt(S) ENDMARKER(E). {
    p->root = NODE_NEW(Module, span_join((Span){1, 0, 1, 0}, E.span), .body = S.nodes);
}
root ::= MARK_EVAL expression_list(X) newlines ENDMARKER. {
    p->root = NODE_NEW(Expression, X.span, .body = expr_from_sequence(p, X).node);
}
root ::= MARK_SINGLE ENDMARKER(E). { p->root = NODE_NEW(Interactive, E.span, .body = {0}); }
root ::= MARK_SINGLE statement(S) newlines ENDMARKER. {
    p->root = NODE_NEW(Interactive, S.span, .body = S.nodes);
}

/* Parts of a program, for the diagnosis of errors. */
root ::= MARK_EXPRESSION expression(X) ENDMARKER. { p->root = X.node; }
root ::= MARK_DISJUNCTION test(X) ENDMARKER. { p->root = X.node; }
root ::= MARK_ARITHMETIC arith(X) ENDMARKER. { p->root = X.node; }
root ::= MARK_EXPRESSIONS expressions(X) ENDMARKER. { p->root = expr_from_sequence(p, X).node; }
root ::= MARK_TARGETS targets(X) ENDMARKER. { p->root = X.node; }
root ::= MARK_GENERATORS generators(L) ENDMARKER. { p->root = L.count ? L.items[0] : NULL; }
root ::= MARK_FIELD field_value(X) ENDMARKER. { p->root = X.node; }

newlines ::= .
newlines ::= newlines NEWLINE.

/* ---- Statements ------------------------------------------------------------------------------------ */

%type statements_opt {Sequence}
%type statements {Sequence}
%type statement {Sequence}
%type simple_line {Sequence}
%type simple_list {Sequence}
%type block {Sequence}
%type simple {Node *}
%type compound {Node *}

statements_opt(A) ::= . { A = (Sequence){0}; }
statements_opt(A) ::= statements(A).
statements(A) ::= statement(A).
statements(A) ::= statements(A) statement(B). { A = sequence_join(p, A, B); }

statement(A) ::= simple_line(A).
statement(A) ::= compound(N). { A = sequence_of(p, expr_of(N)); }

simple_line(A) ::= simple_list(A) NEWLINE.
simple_line(A) ::= simple_list(A) SEMI(S) NEWLINE. { A.span = span_join(A.span, S.span); }
simple_list(A) ::= simple(N). { A = sequence_of(p, expr_of(N)); }
simple_list(A) ::= simple_list(A) SEMI simple(N). {
    sequence_append(p, &A, expr_of(N));
}

block(A) ::= simple_line(A).
block(A) ::= NEWLINE INDENT statements(S) DEDENT. { A = S; }

%type assignment_targets {Sequence}

simple(A) ::= expressions(X). {
    Expr value = expr_from_sequence(p, X);
    A = NODE_NEW(Expr, value.span, .value = value.node);
}
simple(A) ::= yield(X). { A = NODE_NEW(Expr, X.span, .value = X.node); }
simple(A) ::= assignment_targets(T) value(V). { A = statement_assign(p, T, V); }
simple(A) ::= expressions(T) augmented(O) value(V). {
    A = statement_augmented(p, expr_from_sequence(p, T), O, V);
}
simple(A) ::= expressions(T) COLON(C) expression(N). {
    A = statement_annotated(p, expr_from_sequence(p, T), C, N, (Expr){0});
}
simple(A) ::= expressions(T) COLON(C) expression(N) EQUAL value(V). {
    A = statement_annotated(p, expr_from_sequence(p, T), C, N, V);
}

assignment_targets(A) ::= expressions(X) EQUAL. { A = sequence_of(p, expr_from_sequence(p, X)); }
assignment_targets(A) ::= assignment_targets(A) expressions(X) EQUAL. {
    sequence_append(p, &A, expr_from_sequence(p, X));
}

value(A) ::= expressions(X). { A = expr_from_sequence(p, X); }
value(A) ::= yield(A).

%type augmented {Token}
augmented(A) ::= PLUSEQUAL|MINEQUAL|STAREQUAL|DOUBLESTAREQUAL|SLASHEQUAL|DOUBLESLASHEQUAL|PERCENTEQUAL(A).
augmented(A) ::= ATEQUAL|LEFTSHIFTEQUAL|RIGHTSHIFTEQUAL|AMPEREQUAL|VBAREQUAL|CIRCUMFLEXEQUAL(A).

simple(A) ::= SOFT_TYPE(T) NAME(N) type_parameters_opt(P) EQUAL expression(X). {
    Expr name = expr_name(p, N);
    target_set(p, name.node, TARGET_ASSIGN);
    A = NODE_NEW(TypeAlias, span_join(T.span, X.span), .name = name.node, .type_params = P, .value = X.node);
}

simple(A) ::= KW_PASS(T). { A = NODE_NEW(Pass, T.span); }
simple(A) ::= KW_BREAK(T). { A = NODE_NEW(Break, T.span); }
simple(A) ::= KW_CONTINUE(T). { A = NODE_NEW(Continue, T.span); }

simple(A) ::= KW_RETURN(T). { A = NODE_NEW(Return, T.span, .value = NULL); }
simple(A) ::= KW_RETURN(T) expressions(X). {
    Expr value = expr_from_sequence(p, X);
    A = NODE_NEW(Return, span_join(T.span, value.span), .value = value.node);
}

simple(A) ::= KW_RAISE(T). { A = NODE_NEW(Raise, T.span, .exc = NULL); }
simple(A) ::= KW_RAISE(T) expression(X). { A = NODE_NEW(Raise, span_join(T.span, X.span), .exc = X.node); }
simple(A) ::= KW_RAISE(T) expression(X) KW_FROM expression(C). {
    A = NODE_NEW(Raise, span_join(T.span, C.span), .exc = X.node, .cause = C.node);
}

simple(A) ::= KW_ASSERT(T) expression(X). { A = NODE_NEW(Assert, span_join(T.span, X.span), .test = X.node); }
simple(A) ::= KW_ASSERT(T) expression(X) COMMA expression(M). {
    A = NODE_NEW(Assert, span_join(T.span, M.span), .test = X.node, .msg = M.node);
}

simple(A) ::= KW_DEL(T) expressions(X). {
    for (uint32_t i = 0; i < X.nodes.count; i++) target_set(p, X.nodes.items[i], TARGET_DELETE);
    A = NODE_NEW(Delete, span_join(T.span, X.span), .targets = X.nodes);
}

%type names {NameSequence}
names(A) ::= NAME(N). {
    A = (NameSequence){.span = N.span};
    names_append(p, &A.names, identifier(p, N));
}
names(A) ::= names(A) COMMA NAME(N). {
    names_append(p, &A.names, identifier(p, N));
    A.span = span_join(A.span, N.span);
}
simple(A) ::= KW_GLOBAL(T) names(N). { A = NODE_NEW(Global, span_join(T.span, N.span), .names = N.names); }
simple(A) ::= KW_NONLOCAL(T) names(N). {
    A = NODE_NEW(Nonlocal, span_join(T.span, N.span), .names = N.names);
}

%type dotted_name {NameSequence}
%type import_name {Node *}
%type import_names {Sequence}
%type from_name {Node *}
%type from_names {Sequence}
%type from_targets {Sequence}
%type dots {int}

dotted_name(A) ::= NAME(N). {
    A = (NameSequence){.span = N.span};
    names_append(p, &A.names, identifier(p, N));
}
dotted_name(A) ::= dotted_name(A) DOT NAME(N). {
    names_append(p, &A.names, identifier(p, N));
    A.span = span_join(A.span, N.span);
}

simple(A) ::= KW_IMPORT(T) import_names(N). {
    A = NODE_NEW(Import, span_join(T.span, N.span), .names = N.nodes);
}
import_names(A) ::= import_name(N). { A = sequence_of(p, expr_of(N)); }
import_names(A) ::= import_names(A) COMMA import_name(N). {
    sequence_append(p, &A, expr_of(N));
}
import_name(A) ::= dotted_name(N). { A = alias_new(p, N, (Token){0}); }
import_name(A) ::= dotted_name(N) KW_AS NAME(S). { A = alias_new(p, N, S); }

simple(A) ::= KW_FROM(T) dotted_name(M) KW_IMPORT from_targets(N). {
    A = statement_import_from(p, T, 0, M, N);
}
simple(A) ::= KW_FROM(T) dots(D) dotted_name(M) KW_IMPORT from_targets(N). {
    A = statement_import_from(p, T, D, M, N);
}
simple(A) ::= KW_FROM(T) dots(D) KW_IMPORT from_targets(N). {
    A = statement_import_from(p, T, D, (NameSequence){0}, N);
}
dots(A) ::= DOT. { A = 1; }
dots(A) ::= ELLIPSIS. { A = 3; }
dots(A) ::= dots(A) DOT. { A += 1; }
dots(A) ::= dots(A) ELLIPSIS. { A += 3; }

from_targets(A) ::= STAR(S). {
    Node *all = NODE_NEW(alias, S.span, .name = identifier(p, S));
    A = sequence_of(p, (Expr){all, S.span});
}
from_targets(A) ::= from_names(A).
from_targets(A) ::= LPAR(L) from_names(N) RPAR(R). { A = N; A.span = span_join(L.span, R.span); }
from_targets(A) ::= LPAR(L) from_names(N) COMMA RPAR(R). { A = N; A.span = span_join(L.span, R.span); }
from_names(A) ::= from_name(N). { A = sequence_of(p, expr_of(N)); }
from_names(A) ::= from_names(A) COMMA from_name(N). {
    sequence_append(p, &A, expr_of(N));
}
from_name(A) ::= NAME(N). { A = NODE_NEW(alias, N.span, .name = identifier(p, N)); }
from_name(A) ::= NAME(N) KW_AS NAME(S). {
    A = NODE_NEW(alias, span_join(N.span, S.span), .name = identifier(p, N), .asname = identifier(p, S));
}

/* ---- Compound statements --------------------------------------------------------------------------- */

%type if_chain {Sequence}
%type else_opt {Sequence}
%type finally_opt {Sequence}
%type loop_or_with {Node *}
%type definition {Node *}
%type plain_definition {Node *}
%type decorators {Sequence}
%type handlers {Sequence}
%type handler {Node *}
%type star_handlers {Sequence}
%type star_handler {Node *}

/* A chain of elifs is a flat list until it is complete: it may be thousands long. */
compound(A) ::= if_chain(C). { A = statement_if(p, C.nodes, (Sequence){0}); }
compound(A) ::= if_chain(C) KW_ELSE COLON block(B). { A = statement_if(p, C.nodes, B); }
if_chain(A) ::= KW_IF(T) named(X) COLON block(B). {
    Span span = span_join(T.span, B.span);
    A = sequence_of(p, (Expr){NODE_NEW(If, span, .test = X.node, .body = B.nodes), span});
}
if_chain(A) ::= if_chain(A) KW_ELIF(T) named(X) COLON block(B). {
    Span span = span_join(T.span, B.span);
    sequence_append(p, &A, (Expr){NODE_NEW(If, span, .test = X.node, .body = B.nodes), span});
}

else_opt(A) ::= . { A = (Sequence){0}; }
else_opt(A) ::= KW_ELSE COLON block(B). { A = B; }
finally_opt(A) ::= . { A = (Sequence){0}; }
finally_opt(A) ::= KW_FINALLY COLON block(B). { A = B; }

compound(A) ::= KW_WHILE(T) named(X) COLON block(B) else_opt(E). {
    A = NODE_NEW(While, span_join(T.span, span_through(B.span, E)), .test = X.node, .body = B.nodes,
                 .orelse = E.nodes);
}

compound(A) ::= loop_or_with(A).
compound(A) ::= KW_ASYNC(T) loop_or_with(N). { A = statement_async(T, N); }

loop_or_with(A) ::= KW_FOR(T) loop(L) COLON block(B) else_opt(E). {
    A = NODE_NEW(For, span_join(T.span, span_through(B.span, E)), .target = L.target, .iter = L.iterable,
                 .body = B.nodes, .orelse = E.nodes);
}
/* What is no target is refused before the block is read. */
%type loop {Loop}
loop(A) ::= targets(X) KW_IN expressions(I). {
    target_set(p, X.node, TARGET_ASSIGN);
    A = (Loop){X.node, expr_from_sequence(p, I).node};
}

targets(A) ::= target_list(X). { A = expr_from_sequence(p, X); }
%type target_list {Sequence}
%type target_items {Sequence}
target_list(A) ::= target_items(A).
target_list(A) ::= target_items(A) COMMA(C). { A.span = span_join(A.span, C.span); A.comma = true; }
target_items(A) ::= target(X). { A = sequence_of(p, X); }
target_items(A) ::= target_items(A) COMMA target(X). { sequence_append(p, &A, X); }
target(A) ::= arith(A).
target(A) ::= STAR(S) arith(X). { A = expr_starred(p, S, X); }

/* with (a, b as c): until an `as` comes, the list in parentheses may be an ordinary tuple. */
loop_or_with(A) ::= KW_WITH(T) with_items(I) COLON block(B). {
    NodeList items = I.nodes;
    if (items.count == 1 && items.items[0] && !items.items[0]->withitem.optional_vars)
        items = with_items_of(p, items.items[0]->withitem.context_expr, I.span);
    A = NODE_NEW(With, span_join(T.span, B.span), .items = items, .body = B.nodes);
}
loop_or_with(A) ::= KW_WITH(T) LPAR with_as_list(I) comma_opt RPAR COLON block(B). {
    A = NODE_NEW(With, span_join(T.span, B.span), .items = I.nodes, .body = B.nodes);
}
%type with_items {Sequence}
%type with_as_list {Sequence}
%type with_item {Node *}
%type with_as {Node *}
with_items(A) ::= with_item(N). { A = sequence_of(p, expr_of(N)); }
with_items(A) ::= with_items(A) COMMA with_item(N). { sequence_append(p, &A, expr_of(N)); }
with_item(A) ::= expression(X). { A = NODE_NEW(withitem, X.span, .context_expr = X.node); }
with_item(A) ::= with_as(A).
with_as(A) ::= expression(X) KW_AS starred_expression(T). {
    target_set(p, T.node, TARGET_ASSIGN);
    A = NODE_NEW(withitem, span_join(X.span, T.span), .context_expr = X.node, .optional_vars = T.node);
}
with_as_list(A) ::= with_as(N). { A = sequence_of(p, expr_of(N)); }
with_as_list(A) ::= element_items(X) COMMA with_as(N). {
    A = (Sequence){with_items_before(p, X.nodes), X.span, true};
    sequence_append(p, &A, expr_of(N));
}
with_as_list(A) ::= with_as_list(A) COMMA with_item(N). {
    sequence_append(p, &A, expr_of(N));
}
comma_opt ::= .
comma_opt ::= COMMA.

compound(A) ::= KW_TRY(T) COLON block(B) KW_FINALLY COLON block(F). {
    A = statement_try(p, AST_Try, T, B, (Sequence){0}, (Sequence){0}, F);
}
compound(A) ::= KW_TRY(T) COLON block(B) handlers(H) else_opt(E) finally_opt(F). {
    A = statement_try(p, AST_Try, T, B, H, E, F);
}
compound(A) ::= KW_TRY(T) COLON block(B) star_handlers(H) else_opt(E) finally_opt(F). {
    A = statement_try(p, AST_TryStar, T, B, H, E, F);
}
handlers(A) ::= handler(N). { A = sequence_of(p, expr_of(N)); }
handlers(A) ::= handlers(A) handler(N). { sequence_append(p, &A, expr_of(N)); }
handler(A) ::= KW_EXCEPT(T) COLON block(B). {
    A = NODE_NEW(ExceptHandler, span_join(T.span, B.span), .body = B.nodes);
}
handler(A) ::= KW_EXCEPT(T) expression(X) as_name_opt(N) COLON block(B). {
    A = NODE_NEW(ExceptHandler, span_join(T.span, B.span), .type = X.node, .name = N, .body = B.nodes);
}
handler(A) ::= types_refused(T) block(B). { A = NODE_NEW(ExceptHandler, T.span, .body = B.nodes); }
%type types_refused {Token}
types_refused(A) ::= KW_EXCEPT(A) expression(X) COMMA expression_list as_name_opt COLON(C). {
    types_refuse(p, X, C);
}
star_handler(A) ::= star_types_refused(T) block(B). { A = NODE_NEW(ExceptHandler, T.span, .body = B.nodes); }
%type star_types_refused {Token}
star_types_refused(A) ::= KW_EXCEPT(A) STAR expression(X) COMMA expression_list as_name_opt COLON(C). {
    types_refuse(p, X, C);
}
%include {
static void types_refuse(Parser *p, Expr first, Token colon)
{
    Span span = {first.span.line, first.span.column, colon.span.line, colon.span.column};
    syntax_error(p, span, "multiple exception types must be parenthesized");
}
}
star_handlers(A) ::= star_handler(N). { A = sequence_of(p, expr_of(N)); }
star_handlers(A) ::= star_handlers(A) star_handler(N). {
    sequence_append(p, &A, expr_of(N));
}
star_handler(A) ::= KW_EXCEPT(T) STAR expression(X) as_name_opt(N) COLON block(B). {
    A = NODE_NEW(ExceptHandler, span_join(T.span, B.span), .type = X.node, .name = N, .body = B.nodes);
}
%type as_name_opt {Identifier}
as_name_opt(A) ::= . { A = (Identifier){0}; }
as_name_opt(A) ::= KW_AS NAME(N). { A = identifier(p, N); }

compound(A) ::= definition(A).
compound(A) ::= decorators(D) definition(N). { A = statement_decorated(p, D.nodes, N); }
decorators(A) ::= AT named(X) NEWLINE. { A = sequence_of(p, X); }
decorators(A) ::= decorators(A) AT named(X) NEWLINE. { sequence_append(p, &A, X); }

definition(A) ::= plain_definition(A).
definition(A) ::= KW_ASYNC(T) plain_definition(N). { A = statement_async(T, N); }
plain_definition(A) ::= KW_DEF(T) NAME(N) type_parameters_opt(P) signature(L) returns_opt(R) COLON block(B). {
    A = NODE_NEW(FunctionDef, span_join(T.span, B.span), .name = identifier(p, N), .args = L, .body = B.nodes,
                 .returns = R.node, .type_params = P);
}
%type signature {Node *}
signature(A) ::= LPAR parameters_opt(L) RPAR. { A = parameters_finish(p, L, NULL); }
returns_opt(A) ::= . { A = (Expr){0}; }
returns_opt(A) ::= RARROW expression(X). { A = X; }

definition(A) ::= KW_CLASS(T) NAME(N) type_parameters_opt(P) bases_opt(L) COLON block(B). {
    A = NODE_NEW(ClassDef, span_join(T.span, B.span), .name = identifier(p, N), .bases = L.positional,
                 .keywords = L.keywords, .body = B.nodes, .type_params = P);
}
%type bases_opt {Arguments}
bases_opt(A) ::= . { A = (Arguments){0}; }
bases_opt(A) ::= LPAR(L) arguments_opt(X) RPAR(R). {
    X.span = span_join(L.span, R.span);
    A = arguments_split(p, X, false);
}

%type type_parameters_opt {NodeList}
%type type_parameters {NodeList}
%type type_parameter {Node *}
type_parameters_opt(A) ::= . { A = (NodeList){0}; }
type_parameters_opt(A) ::= LSQB type_parameters(L) comma_opt RSQB. { A = L; }
type_parameters(A) ::= type_parameter(N). { A = list_of(p, N); }
type_parameters(A) ::= type_parameters(A) COMMA type_parameter(N). { nodes_append(p, &A, N); }
type_parameter(A) ::= NAME(N) type_default(D). {
    A = NODE_NEW(TypeVar, span_until(N.span, D), .name = identifier(p, N), .default_value = D.node);
}
type_parameter(A) ::= NAME(N) COLON expression(X) type_default(D). {
    A = NODE_NEW(TypeVar, span_until(span_join(N.span, X.span), D), .name = identifier(p, N), .bound = X.node,
                 .default_value = D.node);
}
type_parameter(A) ::= STAR(S) NAME(N) types_default(D). {
    A = NODE_NEW(TypeVarTuple, span_until(span_join(S.span, N.span), D), .name = identifier(p, N),
                 .default_value = D.node);
}
type_parameter(A) ::= DOUBLESTAR(S) NAME(N) type_default(D). {
    A = NODE_NEW(ParamSpec, span_until(span_join(S.span, N.span), D), .name = identifier(p, N),
                 .default_value = D.node);
}
type_parameter(A) ::= STAR NAME COLON(C) expression(X) type_default. { A = bound_refused(p, C, X, "TypeVarTuple"); }
type_parameter(A) ::= DOUBLESTAR NAME COLON(C) expression(X) type_default. { A = bound_refused(p, C, X, "ParamSpec"); }

%type type_default {Expr}
%type types_default {Expr}
type_default(A) ::= . { A = (Expr){0}; }
type_default(A) ::= EQUAL expression(X). { A = X; }
types_default(A) ::= . { A = (Expr){0}; }
types_default(A) ::= EQUAL starred_expression(X). { A = X; }
%include {
static Span span_until(Span span, Expr last) { return last.node ? span_join(span, last.span) : span; }

static Node *bound_refused(Parser *p, Token colon, Expr bound, const char *kind)
{
    bool constraints = bound.node && bound.node->kind == AST_Tuple;
    syntax_error(p, span_join(colon.span, bound.span), "cannot use %s with %s",
                 constraints ? "constraints" : "bound", kind);
    return bound.node;
}
}

/* ---- Patterns -------------------------------------------------------------------------------------- */

%type cases {Sequence}
%type case {Node *}
compound(A) ::= SOFT_MATCH(T) subject(X) NEWLINE INDENT cases(C) DEDENT. {
    A = NODE_NEW(Match, span_join(T.span, C.span), .subject = X.node, .cases = C.nodes);
}
subject(A) ::= elements(X) COLON(C). {
    A = expr_from_sequence(p, X);
    if (A.node && A.node->kind == AST_Starred) syntax_error(p, C.span, "invalid syntax");
}
cases(A) ::= case(N). { A = sequence_of(p, expr_of(N)); }
cases(A) ::= cases(A) case(N). { sequence_append(p, &A, expr_of(N)); }
case(A) ::= SOFT_CASE(T) open_pattern(M) COLON block(B). {
    A = NODE_NEW(match_case, span_join(T.span, B.span), .pattern = M.node, .body = B.nodes);
}
case(A) ::= SOFT_CASE(T) open_pattern(M) KW_IF named(G) COLON block(B). {
    A = NODE_NEW(match_case, span_join(T.span, B.span), .pattern = M.node, .guard = G.node, .body = B.nodes);
}

%type pattern_items {Sequence}
%type or_items {Sequence}
%type mapping_items {Pairs}
%type class_items {ClassItems}
%include {
/* Arguments of a class pattern. */
typedef struct {
    NodeList patterns;
    IdentifierList names;
    NodeList named_patterns;
} ClassItems;
}

open_pattern(A) ::= pattern(A).
open_pattern(A) ::= star_pattern(X) COMMA(C). {
    Span span = span_join(X.span, C.span);
    A = EXPR_NEW(MatchSequence, span, .patterns = list_of(p, X.node));
}
open_pattern(A) ::= star_pattern(X) COMMA pattern_items(L). {
    Sequence items = sequence_of(p, X);
    items = sequence_join(p, items, L);
    A = EXPR_NEW(MatchSequence, items.span, .patterns = items.nodes);
}
open_pattern(A) ::= star_pattern(X) COMMA pattern_items(L) COMMA(C). {
    Sequence items = sequence_of(p, X);
    items = sequence_join(p, items, L);
    Span span = span_join(items.span, C.span);
    A = EXPR_NEW(MatchSequence, span, .patterns = items.nodes);
}
pattern_items(A) ::= star_pattern(X). { A = sequence_of(p, X); }
pattern_items(A) ::= pattern_items(A) COMMA star_pattern(X). { sequence_append(p, &A, X); }
star_pattern(A) ::= pattern(A).
star_pattern(A) ::= STAR(S) NAME(N). {
    Span span = span_join(S.span, N.span);
    A = EXPR_NEW(MatchStar, span, .name = pattern_name(p, N));
}

pattern(A) ::= or_pattern(A).
pattern(A) ::= or_pattern(X) KW_AS NAME(N). {
    Span span = span_join(X.span, N.span);
    if (N.length == 1 && N.text[0] == '_') syntax_error(p, N.span, "cannot use '_' as a target");
    A = EXPR_NEW(MatchAs, span, .pattern = X.node, .name = identifier(p, N));
}
or_pattern(A) ::= closed_pattern(A).
or_pattern(A) ::= or_items(L). { A = EXPR_NEW(MatchOr, L.span, .patterns = L.nodes); }
or_items(A) ::= closed_pattern(X) VBAR closed_pattern(Y). {
    A = sequence_of(p, X);
    sequence_append(p, &A, Y);
}
or_items(A) ::= or_items(A) VBAR closed_pattern(X). { sequence_append(p, &A, X); }

closed_pattern(A) ::= pattern_number(X). { A = EXPR_NEW(MatchValue, X.span, .value = X.node); }
closed_pattern(A) ::= strings(L). {
    Expr X = strings_join(p, L);
    A = EXPR_NEW(MatchValue, X.span, .value = X.node);
}
closed_pattern(A) ::= KW_NONE(T). { A = pattern_singleton(p, CONSTANT_NONE, T); }
closed_pattern(A) ::= KW_TRUE(T). { A = pattern_singleton(p, CONSTANT_TRUE, T); }
closed_pattern(A) ::= KW_FALSE(T). { A = pattern_singleton(p, CONSTANT_FALSE, T); }
closed_pattern(A) ::= NAME(N). { A = EXPR_NEW(MatchAs, N.span, .name = pattern_name(p, N)); }
closed_pattern(A) ::= attribute_name(X). { A = EXPR_NEW(MatchValue, X.span, .value = X.node); }
closed_pattern(A) ::= LPAR(L) pattern(X) RPAR(R). { A = (Expr){X.node, span_join(L.span, R.span)}; }
closed_pattern(A) ::= LPAR(L) RPAR(R). {
    Span span = span_join(L.span, R.span);
    A = EXPR_NEW(MatchSequence, span, .patterns = {0});
}
closed_pattern(A) ::= LPAR(L) star_pattern(X) COMMA RPAR(R). {
    Span span = span_join(L.span, R.span);
    A = EXPR_NEW(MatchSequence, span, .patterns = list_of(p, X.node));
}
closed_pattern(A) ::= LPAR(L) star_pattern(X) COMMA pattern_items(I) comma_opt RPAR(R). {
    Sequence items = sequence_of(p, X);
    Span span = span_join(L.span, R.span);
    A = EXPR_NEW(MatchSequence, span, .patterns = sequence_join(p, items, I).nodes);
}
closed_pattern(A) ::= LSQB(L) RSQB(R). {
    Span span = span_join(L.span, R.span);
    A = EXPR_NEW(MatchSequence, span, .patterns = {0});
}
closed_pattern(A) ::= LSQB(L) pattern_items(I) comma_opt RSQB(R). {
    Span span = span_join(L.span, R.span);
    A = EXPR_NEW(MatchSequence, span, .patterns = I.nodes);
}

pattern_number(A) ::= pattern_part(A).
pattern_number(A) ::= pattern_part(X) PLUS|MINUS(O) NUMBER(N). {
    A = pattern_complex(p, X, O, expr_number(p, N));
}
pattern_part(A) ::= NUMBER(N). { A = expr_number(p, N); }
pattern_part(A) ::= MINUS(O) NUMBER(N). { A = expr_unary(p, O, expr_number(p, N)); }

attribute_name(A) ::= NAME(N) DOT NAME(M). { A = attribute_of(p, expr_name(p, N), M); }
attribute_name(A) ::= attribute_name(X) DOT NAME(M). { A = attribute_of(p, X, M); }

closed_pattern(A) ::= LBRACE(L) RBRACE(R). {
    Span span = span_join(L.span, R.span);
    A = EXPR_NEW(MatchMapping, span, .keys = {0});
}
closed_pattern(A) ::= LBRACE(L) mapping_items(I) comma_opt RBRACE(R). {
    Span span = span_join(L.span, R.span);
    A = EXPR_NEW(MatchMapping, span, .keys = I.keys, .patterns = I.values);
}
closed_pattern(A) ::= LBRACE(L) DOUBLESTAR NAME(N) comma_opt RBRACE(R). {
    Span span = span_join(L.span, R.span);
    A = EXPR_NEW(MatchMapping, span, .keys = {0}, .rest = rest_name(p, N));
}
closed_pattern(A) ::= LBRACE(L) mapping_items(I) COMMA DOUBLESTAR NAME(N) comma_opt RBRACE(R). {
    Span span = span_join(L.span, R.span);
    A = EXPR_NEW(MatchMapping, span, .keys = I.keys, .patterns = I.values, .rest = rest_name(p, N));
}
mapping_items(A) ::= mapping_key(K) COLON pattern(X). {
    A = (Pairs){list_of(p, K.node), list_of(p, X.node)};
}
mapping_items(A) ::= mapping_items(A) COMMA mapping_key(K) COLON pattern(X). {
    nodes_append(p, &A.keys, K.node);
    nodes_append(p, &A.values, X.node);
}
mapping_key(A) ::= pattern_number(A).
mapping_key(A) ::= strings(L). { A = strings_join(p, L); }
mapping_key(A) ::= KW_NONE(T). { A = expr_constant(p, CONSTANT_NONE, T.span); }
mapping_key(A) ::= KW_TRUE(T). { A = expr_constant(p, CONSTANT_TRUE, T.span); }
mapping_key(A) ::= KW_FALSE(T). { A = expr_constant(p, CONSTANT_FALSE, T.span); }
mapping_key(A) ::= attribute_name(A).

closed_pattern(A) ::= class_name(C) LPAR RPAR(R). {
    Span span = span_join(C.span, R.span);
    A = EXPR_NEW(MatchClass, span, .cls = C.node);
}
closed_pattern(A) ::= class_name(C) LPAR class_items(I) comma_opt RPAR(R). {
    Span span = span_join(C.span, R.span);
    A = EXPR_NEW(MatchClass, span, .cls = C.node, .patterns = I.patterns, .kwd_attrs = I.names,
                 .kwd_patterns = I.named_patterns);
}
class_name(A) ::= NAME(N). { A = expr_name(p, N); }
class_name(A) ::= attribute_name(A).
class_items(A) ::= class_item(A).
class_items(A) ::= class_items(A) COMMA class_item(B). { A = class_items_join(p, A, B); }
%type class_item {ClassItems}
class_item(A) ::= pattern(X). { A = (ClassItems){.patterns = list_of(p, X.node)}; }
class_item(A) ::= NAME(N) EQUAL pattern(X). {
    A = (ClassItems){.named_patterns = list_of(p, X.node)};
    names_append(p, &A.names, identifier(p, N));
}

%include {
/* The name that a capture pattern binds: none for `_`. */
static Identifier pattern_name(Parser *p, Token name)
{
    return name.length == 1 && name.text[0] == '_' ? (Identifier){0} : identifier(p, name);
}

/* The name in `**rest`, which has to be one. */
static Identifier rest_name(Parser *p, Token name)
{
    if (name.length == 1 && name.text[0] == '_') syntax_error(p, name.span, "invalid syntax");
    return identifier(p, name);
}

static Expr pattern_singleton(Parser *p, ConstantKind kind, Token word)
{
    return EXPR_NEW(MatchSingleton, word.span, .value = {.kind = (uint8_t)kind});
}

/* `real + imaginary` in a pattern. */
static Expr pattern_complex(Parser *p, Expr real, Token sign, Expr imaginary)
{
    Node *number = real.node;
    if (number && number->kind == AST_UnaryOp) number = number->UnaryOp.operand;
    if (number && number->Constant.value.kind == CONSTANT_IMAGINARY)
        syntax_error(p, real.span, "real number required in complex literal");
    else if (imaginary.node && imaginary.node->Constant.value.kind != CONSTANT_IMAGINARY)
        syntax_error(p, imaginary.span, "imaginary number required in complex literal");
    return expr_binary(p, real, sign, imaginary);
}

static Expr attribute_of(Parser *p, Expr value, Token name)
{
    Span span = span_join(value.span, name.span);
    return EXPR_NEW(Attribute, span, .value = value.node, .attr = identifier(p, name));
}

static ClassItems class_items_join(Parser *p, ClassItems items, ClassItems item)
{
    if (item.patterns.count && items.names.count && item.patterns.items[0]) {
        syntax_error(p, item.patterns.items[0]->span, "positional patterns follow keyword patterns");
    } else if (item.patterns.count) {
        nodes_append(p, &items.patterns, item.patterns.items[0]);
    } else if (item.names.count && item.named_patterns.count) {
        names_append(p, &items.names, item.names.items[0]);
        nodes_append(p, &items.named_patterns, item.named_patterns.items[0]);
    }
    return items;
}
}

/* ---- Expressions ----------------------------------------------------------------------------------- */

%type expression_list {Sequence}
%type expression_items {Sequence}
%type expressions {Sequence}
%type starred_items {Sequence}
%type elements {Sequence}
%type element_items {Sequence}

/* a, b: no stars */
expression_list(A) ::= expression_items(A).
expression_list(A) ::= expression_items(A) COMMA(C). { A.span = span_join(A.span, C.span); A.comma = true; }
expression_items(A) ::= expression(X). { A = sequence_of(p, X); }
expression_items(A) ::= expression_items(A) COMMA expression(X). { sequence_append(p, &A, X); }

/* a, *b */
expressions(A) ::= starred_items(A).
expressions(A) ::= starred_items(A) COMMA(C). { A.span = span_join(A.span, C.span); A.comma = true; }
starred_items(A) ::= starred_expression(X). { A = sequence_of(p, X); }
starred_items(A) ::= starred_items(A) COMMA starred_expression(X). { sequence_append(p, &A, X); }
starred_expression(A) ::= expression(A).
starred_expression(A) ::= STAR(S) arith(X). { A = expr_starred(p, S, X); }

/* a, *b, c := d */
elements(A) ::= element_items(A).
elements(A) ::= element_items(A) COMMA(C). { A.span = span_join(A.span, C.span); A.comma = true; }
element_items(A) ::= element(X). { A = sequence_of(p, X); }
element_items(A) ::= element_items(A) COMMA element(X). { sequence_append(p, &A, X); }
element(A) ::= named(A).
element(A) ::= STAR(S) arith(X). { A = expr_starred(p, S, X); }

named(A) ::= expression(A).
named(A) ::= expression(T) COLONEQUAL expression(V). { A = expr_walrus(p, T, V); }

yield(A) ::= KW_YIELD(T). { A = EXPR_NEW(Yield, T.span, .value = NULL); }
yield(A) ::= KW_YIELD(T) expressions(X). {
    Expr value = expr_from_sequence(p, X);
    Span span = span_join(T.span, value.span);
    A = EXPR_NEW(Yield, span, .value = value.node);
}
yield(A) ::= KW_YIELD(T) KW_FROM expression(X). {
    Span span = span_join(T.span, X.span);
    A = EXPR_NEW(YieldFrom, span, .value = X.node);
}

expression(A) ::= test(A).
expression(A) ::= test(B) KW_IF test(C) KW_ELSE expression(E). {
    Span span = span_join(B.span, E.span);
    A = EXPR_NEW(IfExp, span, .test = C.node, .body = B.node, .orelse = E.node);
}
expression(A) ::= KW_LAMBDA(T) lambda_signature(L) expression(X). {
    Span span = span_join(T.span, X.span);
    A = EXPR_NEW(Lambda, span, .args = L, .body = X.node);
}
%type lambda_signature {Node *}
lambda_signature(A) ::= lambda_parameters_opt(L) COLON(C). { A = parameters_finish(p, L, &C); }

test(A) ::= test(L) KW_OR test(R). { A = expr_boolean(p, L, OPERATOR_Or, R); }
test(A) ::= test(L) KW_AND test(R). { A = expr_boolean(p, L, OPERATOR_And, R); }
test(A) ::= KW_NOT(O) test(X). { A = expr_unary(p, O, X); }
test(A) ::= comparison(A).

comparison(A) ::= arith(A).
comparison(A) ::= comparison(L) compare(O) arith(R). { A = expr_compare(p, L, O, R); }
%type compare {Operator}
compare(A) ::= LESS|GREATER|LESSEQUAL|GREATEREQUAL|EQEQUAL|NOTEQUAL(O). { A = operator_of(O.kind); }
compare(A) ::= KW_IN. { A = OPERATOR_In; }
compare(A) ::= KW_NOT KW_IN. { A = OPERATOR_NotIn; }
compare(A) ::= KW_IS. { A = OPERATOR_Is; }
compare(A) ::= KW_IS KW_NOT. { A = OPERATOR_IsNot; }

arith(A) ::= arith(L) VBAR(O) arith(R). { A = expr_binary(p, L, O, R); }
arith(A) ::= arith(L) CIRCUMFLEX(O) arith(R). { A = expr_binary(p, L, O, R); }
arith(A) ::= arith(L) AMPER(O) arith(R). { A = expr_binary(p, L, O, R); }
arith(A) ::= arith(L) LEFTSHIFT|RIGHTSHIFT(O) arith(R). { A = expr_binary(p, L, O, R); }
arith(A) ::= arith(L) PLUS|MINUS(O) arith(R). { A = expr_binary(p, L, O, R); }
arith(A) ::= arith(L) STAR|SLASH|DOUBLESLASH|PERCENT|AT(O) arith(R). { A = expr_binary(p, L, O, R); }
arith(A) ::= PLUS|MINUS|TILDE(O) arith(X). [UNARY] { A = expr_unary(p, O, X); }
arith(A) ::= arith(L) DOUBLESTAR(O) arith(R). { A = expr_binary(p, L, O, R); }
arith(A) ::= primary(A).
arith(A) ::= KW_AWAIT(T) primary(X). {
    Span span = span_join(T.span, X.span);
    A = EXPR_NEW(Await, span, .value = X.node);
}

primary(A) ::= atom(A).
primary(A) ::= primary(X) DOT NAME(N). { A = attribute_of(p, X, N); }
primary(A) ::= primary(F) LPAR(L) arguments_opt(X) RPAR(R). { A = expr_call(p, F, X, L, R); }
primary(A) ::= primary(X) LSQB subscript(S) RSQB(R). {
    Span span = span_join(X.span, R.span);
    A = EXPR_NEW(Subscript, span, .value = X.node, .slice = S.node);
}

%type slices {Sequence}
subscript(A) ::= slice(A).
subscript(A) ::= slice(X) COMMA(C). {
    Span span = span_join(X.span, C.span);
    A = EXPR_NEW(Tuple, span, .elts = list_of(p, X.node));
}
subscript(A) ::= slices(L). { A = EXPR_NEW(Tuple, L.span, .elts = L.nodes); }
subscript(A) ::= slices(L) COMMA(C). {
    Span span = span_join(L.span, C.span);
    A = EXPR_NEW(Tuple, span, .elts = L.nodes);
}
/* More than one item, or a star: always a tuple. */
slices(A) ::= starred_slice(X). { A = sequence_of(p, X); }
slices(A) ::= slice(X) COMMA slice(Y). { A = sequence_of(p, X); sequence_append(p, &A, Y); }
slices(A) ::= slice(X) COMMA starred_slice(Y). { A = sequence_of(p, X); sequence_append(p, &A, Y); }
slices(A) ::= slices(A) COMMA slice(X). { sequence_append(p, &A, X); }
slices(A) ::= slices(A) COMMA starred_slice(X). { sequence_append(p, &A, X); }
starred_slice(A) ::= STAR(S) arith(X). { A = expr_starred(p, S, X); }
slice(A) ::= named(A).
slice(A) ::= bound_opt(L) COLON(C) bound_opt(U). {
    Span span = span_join(L.node ? L.span : C.span, U.node ? U.span : C.span);
    A = EXPR_NEW(Slice, span, .lower = L.node, .upper = U.node);
}
slice(A) ::= bound_opt(L) COLON(C) bound_opt(U) COLON(D) bound_opt(S). {
    Span span = span_join(L.node ? L.span : C.span, S.node ? S.span : D.span);
    A = EXPR_NEW(Slice, span, .lower = L.node, .upper = U.node, .step = S.node);
}
bound_opt(A) ::= . { A = (Expr){0}; }
bound_opt(A) ::= expression(A).

atom(A) ::= NAME(N). { A = expr_name(p, N); }
atom(A) ::= NUMBER(N). { A = expr_number(p, N); }
atom(A) ::= strings(L). { A = strings_join(p, L); }
atom(A) ::= KW_NONE(T). { A = expr_constant(p, CONSTANT_NONE, T.span); }
atom(A) ::= KW_TRUE(T). { A = expr_constant(p, CONSTANT_TRUE, T.span); }
atom(A) ::= KW_FALSE(T). { A = expr_constant(p, CONSTANT_FALSE, T.span); }
atom(A) ::= ELLIPSIS(T). { A = expr_constant(p, CONSTANT_ELLIPSIS, T.span); }
atom(A) ::= LPAR(L) RPAR(R). { A = expr_tuple(p, (NodeList){0}, L, R); }
atom(A) ::= LPAR(L) elements(X) RPAR(R). { A = group_or_tuple(p, X, L, R); }
atom(A) ::= LPAR(L) yield(X) RPAR(R). { A = expr_group(X, L, R); }
atom(A) ::= LPAR(L) element(X) generators(G) RPAR(R). {
    Span span = span_join(L.span, R.span);
    check_element(p, X.node);
    A = expr_group(EXPR_NEW(GeneratorExp, span, .elt = X.node, .generators = G), L, R);
}
atom(A) ::= LSQB(L) RSQB(R). {
    Span span = span_join(L.span, R.span);
    A = EXPR_NEW(List, span, .elts = {0});
}
atom(A) ::= LSQB(L) elements(X) RSQB(R). {
    Span span = span_join(L.span, R.span);
    A = EXPR_NEW(List, span, .elts = X.nodes);
}
atom(A) ::= LSQB(L) element(X) generators(G) RSQB(R). {
    Span span = span_join(L.span, R.span);
    check_element(p, X.node);
    A = EXPR_NEW(ListComp, span, .elt = X.node, .generators = G);
}
atom(A) ::= LBRACE(L) elements(X) RBRACE(R). {
    Span span = span_join(L.span, R.span);
    A = EXPR_NEW(Set, span, .elts = X.nodes);
}
atom(A) ::= LBRACE(L) element(X) generators(G) RBRACE(R). {
    Span span = span_join(L.span, R.span);
    check_element(p, X.node);
    A = EXPR_NEW(SetComp, span, .elt = X.node, .generators = G);
}
%type pairs {Pairs}
atom(A) ::= LBRACE(L) RBRACE(R). {
    Span span = span_join(L.span, R.span);
    A = EXPR_NEW(Dict, span, .keys = {0});
}
atom(A) ::= LBRACE(L) pairs(X) comma_opt RBRACE(R). {
    Span span = span_join(L.span, R.span);
    A = EXPR_NEW(Dict, span, .keys = X.keys, .values = X.values);
}
atom(A) ::= LBRACE(L) expression(K) COLON expression(V) generators(G) RBRACE(R). {
    Span span = span_join(L.span, R.span);
    A = EXPR_NEW(DictComp, span, .key = K.node, .value = V.node, .generators = G);
}
pairs(A) ::= expression(K) COLON expression(V). { A = (Pairs){list_of(p, K.node), list_of(p, V.node)}; }
pairs(A) ::= DOUBLESTAR arith(V). { A = (Pairs){list_of(p, NULL), list_of(p, V.node)}; }
pairs(A) ::= pairs(A) COMMA expression(K) COLON expression(V). {
    nodes_append(p, &A.keys, K.node);
    nodes_append(p, &A.values, V.node);
}
pairs(A) ::= pairs(A) COMMA DOUBLESTAR arith(V). {
    nodes_append(p, &A.keys, NULL);
    nodes_append(p, &A.values, V.node);
}

%type generators {NodeList}
%type generator {Node *}
generators(A) ::= generator(N). { A = list_of(p, N); }
generators(A) ::= generators(A) generator(N). { nodes_append(p, &A, N); }
generator(A) ::= KW_FOR(T) targets(X) KW_IN test(I). { A = generator_new(p, T, X, I, 0); }
generator(A) ::= KW_ASYNC(T) KW_FOR targets(X) KW_IN test(I). { A = generator_new(p, T, X, I, 1); }
generator(A) ::= generator(A) KW_IF test(C). { generator_add_condition(p, A, C); }

%include {
static Expr group_or_tuple(Parser *p, Sequence items, Token open, Token close)
{
    if (items.comma) return expr_tuple(p, items.nodes, open, close);
    Node *inner = items.nodes.count ? items.nodes.items[0] : NULL;
    if (inner && inner->kind == AST_Starred)
        syntax_error(p, inner->span, "cannot use starred expression here");
    return expr_group((Expr){inner, items.span}, open, close);
}

static Node *generator_new(Parser *p, Token keyword, Expr target, Expr iterable, int is_async)
{
    target_set(p, target.node, TARGET_ASSIGN);
    return NODE_NEW(comprehension, span_join(keyword.span, iterable.span), .target = target.node,
                    .iter = iterable.node, .is_async = is_async);
}

/* A comprehension has no position of its own; its span tells where the whole text ends. */
static void generator_add_condition(Parser *p, Node *generator, Expr condition)
{
    if (!generator) return;
    nodes_append(p, &generator->comprehension.ifs, condition.node);
    generator->span = span_join(generator->span, condition.span);
    node_seal(p, generator);
}

static void check_element(Parser *p, const Node *element)
{
    if (element && element->kind == AST_Starred)
        syntax_error(p, element->span, "iterable unpacking cannot be used in comprehension");
}
}

/* ---- Arguments and parameters ---------------------------------------------------------------------- */

%type arguments_opt {Sequence}
%type arguments {Sequence}
%type argument {Expr}
%type argument_name {Expr}
arguments_opt(A) ::= . { A = (Sequence){0}; }
arguments_opt(A) ::= arguments(A).
arguments_opt(A) ::= arguments(A) COMMA. { A.comma = true; }
arguments(A) ::= argument(X). { A = sequence_of(p, X); }
arguments(A) ::= arguments(A) COMMA argument(X). { sequence_append(p, &A, X); }
argument(A) ::= expression(A).
argument(A) ::= expression(T) COLONEQUAL(O) expression(V). { A = argument_walrus(p, T, O, V); }
argument(A) ::= argument_name(K) expression(V). { A = argument_keyword(p, K, V); }
argument(A) ::= argument_name(K). {
    A = K;
    if (is_value_missing(p, TK_RPAR)) syntax_error(p, K.span, "expected argument value expression");
}
argument_name(A) ::= expression(K) EQUAL(E). { A = argument_name(p, K, E); }
argument(A) ::= STAR(S) expression(X). { A = expr_starred(p, S, X); }
argument(A) ::= DOUBLESTAR(S) expression(X). {
    Span span = span_join(S.span, X.span);
    A = EXPR_NEW(keyword, span, .value = X.node);
}
/* Allowed only when it is alone, which arguments_split() checks. */
argument(A) ::= expression(X) generators(G). { A = argument_generator(p, X, G); }
argument(A) ::= expression(T) COLONEQUAL(O) expression(V) generators(G). {
    A = argument_generator(p, argument_walrus(p, T, O, V), G);
}
argument(A) ::= STAR(S) expression(X) generators(G). { A = argument_generator(p, expr_starred(p, S, X), G); }
argument(A) ::= STAR(S) expression EQUAL expression(X). {
    A = (Expr){X.node, span_join(S.span, X.span)};
    syntax_error(p, A.span, "cannot assign to iterable argument unpacking");
}
argument(A) ::= DOUBLESTAR(S) expression EQUAL expression(X). {
    A = (Expr){X.node, span_join(S.span, X.span)};
    syntax_error(p, A.span, "cannot assign to keyword argument unpacking");
}
argument(A) ::= argument_name(A) expression generators. {
    syntax_error(p, A.span,
                 "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
}
%include {
/*
 * Nothing follows a `=`: that is a mistake of its own before a comma or `end`; else the token that came
 * instead, and has been read or the parser would not be here, is refused.
 */
static bool is_value_missing(Parser *p, TokenKind end)
{
    TokenKind next = p->line[p->line_count - 1].kind;
    p->rejected |= next != TK_COMMA && next != end;
    return !p->rejected;
}

static Expr argument_walrus(Parser *p, Expr target, Token operator, Expr value)
{
    if (target.node && target.node->kind != AST_Name) syntax_error(p, operator.span, "invalid syntax");
    return expr_walrus(p, target, value);
}

static Expr argument_generator(Parser *p, Expr element, NodeList generators)
{
    const Node *last = generators.count ? generators.items[generators.count - 1] : NULL;
    Span span = last ? span_join(element.span, last->span) : element.span;
    return EXPR_NEW(GeneratorExp, span, .elt = element.node, .generators = generators);
}
}

%include {
static Parameter parameter(ParameterKind kind, Node *arg, Node *default_value, Span span)
{
    return (Parameter){kind, arg, default_value, span, NULL};
}
}

%type parameters_opt {ParameterList}
%type parameters {ParameterList}
%type parameter {Parameter}
parameters_opt(A) ::= . { A = (ParameterList){0}; }
parameters_opt(A) ::= parameters(A) comma_opt.
parameters(A) ::= parameter(X). { A = parameter_append(p, (ParameterList){0}, X); }
parameters(A) ::= parameters(L) COMMA parameter(X). { A = parameter_append(p, L, X); }
parameter(A) ::= annotated(N). { A = parameter(PARAMETER_PLAIN, N.node, NULL, N.span); }
parameter(A) ::= annotated(N) EQUAL expression(D). { A = parameter(PARAMETER_PLAIN, N.node, D.node, N.span); }
parameter(A) ::= SLASH(T). { A = parameter(PARAMETER_SLASH, NULL, NULL, T.span); }
parameter(A) ::= STAR(T). { A = parameter(PARAMETER_BARE_STAR, NULL, NULL, T.span); }
parameter(A) ::= STAR(T) annotated(N). { A = parameter(PARAMETER_STAR, N.node, NULL, T.span); }
parameter(A) ::= STAR(T) NAME(N) COLON STAR(S) arith(X). {
    Expr annotation = expr_starred(p, S, X);
    Node *arg = NODE_NEW(arg, span_join(N.span, X.span), .arg = identifier(p, N),
                         .annotation = annotation.node);
    A = parameter(PARAMETER_STAR, arg, NULL, T.span);
}
parameter(A) ::= DOUBLESTAR(T) annotated(N). { A = parameter(PARAMETER_DOUBLE_STAR, N.node, NULL, T.span); }

/* What people write and Python refuses. */
%type default_refused {Token}
default_refused(A) ::= EQUAL(A).
default_refused(A) ::= EQUAL(A) expression.
parameter(A) ::= annotated(N) EQUAL(E). {
    A = parameter(PARAMETER_PLAIN, N.node, NULL, N.span);
    if (is_value_missing(p, TK_RPAR)) syntax_error(p, E.span, "expected default value expression");
}
parameter(A) ::= STAR(T) annotated(N) default_refused(E). {
    A = parameter(PARAMETER_STAR, N.node, NULL, T.span);
    syntax_error(p, E.span, "var-positional argument cannot have default value");
}
parameter(A) ::= DOUBLESTAR(T) annotated(N) default_refused(E). {
    A = parameter(PARAMETER_DOUBLE_STAR, N.node, NULL, T.span);
    syntax_error(p, E.span, "var-keyword argument cannot have default value");
}
parameter(A) ::= LPAR(L) names comma_opt RPAR(R). {
    A = parameter(PARAMETER_SLASH, NULL, NULL, L.span);
    syntax_error(p, span_join(L.span, R.span), "Function parameters cannot be parenthesized");
}
parameter(A) ::= SLASH(T) STAR(S). {
    A = parameter(PARAMETER_SLASH, NULL, NULL, T.span);
    syntax_error(p, S.span, "expected comma between / and *");
}

annotated(A) ::= NAME(N). { A = EXPR_NEW(arg, N.span, .arg = identifier(p, N)); }
annotated(A) ::= NAME(N) COLON expression(X). {
    Span span = span_join(N.span, X.span);
    A = EXPR_NEW(arg, span, .arg = identifier(p, N), .annotation = X.node);
}

%type lambda_parameters_opt {ParameterList}
%type lambda_parameters {ParameterList}
%type lambda_parameter {Parameter}
lambda_parameters_opt(A) ::= . { A = (ParameterList){0}; }
lambda_parameters_opt(A) ::= lambda_parameters(A) comma_opt.
lambda_parameters(A) ::= lambda_parameter(X). { A = parameter_append(p, (ParameterList){0}, X); }
lambda_parameters(A) ::= lambda_parameters(L) COMMA lambda_parameter(X). { A = parameter_append(p, L, X); }
lambda_parameter(A) ::= plain_parameter(N). { A = parameter(PARAMETER_PLAIN, N.node, NULL, N.span); }
lambda_parameter(A) ::= plain_parameter(N) EQUAL expression(D). {
    A = parameter(PARAMETER_PLAIN, N.node, D.node, N.span);
}
lambda_parameter(A) ::= SLASH(T). { A = parameter(PARAMETER_SLASH, NULL, NULL, T.span); }
lambda_parameter(A) ::= STAR(T). { A = parameter(PARAMETER_BARE_STAR, NULL, NULL, T.span); }
lambda_parameter(A) ::= STAR(T) plain_parameter(N). { A = parameter(PARAMETER_STAR, N.node, NULL, T.span); }
lambda_parameter(A) ::= DOUBLESTAR(T) plain_parameter(N). {
    A = parameter(PARAMETER_DOUBLE_STAR, N.node, NULL, T.span);
}
lambda_parameter(A) ::= plain_parameter(N) EQUAL(E). {
    A = parameter(PARAMETER_PLAIN, N.node, NULL, N.span);
    if (is_value_missing(p, TK_COMMA)) syntax_error(p, E.span, "expected default value expression");
}
lambda_parameter(A) ::= STAR(T) plain_parameter(N) default_refused(E). {
    A = parameter(PARAMETER_STAR, N.node, NULL, T.span);
    syntax_error(p, E.span, "var-positional argument cannot have default value");
}
lambda_parameter(A) ::= DOUBLESTAR(T) plain_parameter(N) default_refused(E). {
    A = parameter(PARAMETER_DOUBLE_STAR, N.node, NULL, T.span);
    syntax_error(p, E.span, "var-keyword argument cannot have default value");
}
lambda_parameter(A) ::= LPAR(L) names comma_opt RPAR(R). {
    A = parameter(PARAMETER_SLASH, NULL, NULL, L.span);
    syntax_error(p, span_join(L.span, R.span), "Lambda expression parameters cannot be parenthesized");
}
lambda_parameter(A) ::= SLASH(T) STAR(S). {
    A = parameter(PARAMETER_SLASH, NULL, NULL, T.span);
    syntax_error(p, S.span, "expected comma between / and *");
}
plain_parameter(A) ::= NAME(N). { A = EXPR_NEW(arg, N.span, .arg = identifier(p, N)); }

/* ---- Strings --------------------------------------------------------------------------------------- */

%type strings {Sequence}
%type string {Expr}
%type fstring_parts {NodeList}
strings(A) ::= string(X). { A = sequence_of(p, X); }
strings(A) ::= strings(A) string(X). { sequence_append(p, &A, X); }
string(A) ::= STRING(T). { A = (Expr){string_piece(p, T), T.span}; }
string(A) ::= FSTRING_START(T) fstring_parts(L) FSTRING_END(E). {
    Span span = span_join(T.span, E.span);
    A = EXPR_NEW(JoinedStr, span, .values = L);
}
fstring_parts(A) ::= . { A = (NodeList){0}; }
fstring_parts(A) ::= fstring_parts(A) FSTRING_MIDDLE(T). { nodes_append(p, &A, fstring_text(p, T)); }
fstring_parts(A) ::= fstring_parts(A) LBRACE(L) field_value(V) field_equal(E) field_conversion(C)
                     field_spec(S) RBRACE(R). {
    fstring_field(p, &A, L, V, E, C, S, R);
}
field_value(A) ::= expressions(X). { A = expr_from_sequence(p, X); }
field_value(A) ::= yield(A).
%type field_equal {Token}
field_equal(A) ::= . { A = (Token){0}; }
field_equal(A) ::= EQUAL(A).
%type field_conversion {Token}
field_conversion(A) ::= . { A = (Token){0}; }
field_conversion(A) ::= EXCLAMATION(E) NAME(N). {
    A = N;
    if (E.span.end_line != N.span.line || E.span.end_column != N.span.column)
        syntax_error(p, span_join(E.span, N.span),
                     "f-string: conversion type must come right after the exclamanation mark");
}
field_spec(A) ::= . { A = (Expr){0}; }
field_spec(A) ::= COLON(C) fstring_parts(L). { A = format_spec(p, C, L); }

%include {
/* The node is the spec; the span is that of the colon before it. */
static Expr format_spec(Parser *p, Token colon, NodeList parts)
{
    Span span = colon.span;
    const Node *last = parts.count ? parts.items[parts.count - 1] : NULL;
    if (last) span = span_join(span, last->span);
    Expr spec = EXPR_NEW(JoinedStr, span, .values = parts);
    return (Expr){strings_join(p, sequence_of(p, spec)).node, colon.span};
}
}

/* ---- Code after the tables ------------------------------------------------------------------------- */

%code {
size_t grammar_size(void)
{
    return sizeof(yyParser);
}

void grammar_init(void *grammar, Parser *p)
{
    grammar_machineInit(grammar, p);
}

void grammar_feed(void *grammar, int symbol, Token token)
{
    grammar_machine(grammar, symbol, token);
}

/*
 * The machine's moves on `symbol` up to its shift, on states alone. States that the moves push lie in
 * `pushed`, below them what is left of the real stack.
 */
bool grammar_accepts(const void *grammar, int symbol)
{
    const yyParser *machine = grammar;
    const yyStackEntry *below = machine->yytos;
    YYACTIONTYPE pushed[8]; /* reductions of empty rules in a row */
    size_t count = 0;
    YYACTIONTYPE state = below->stateno;
    for (;;) {
        YYACTIONTYPE action = yy_find_shift_action((YYCODETYPE)symbol, state);
        if (action < YY_MIN_REDUCE) return action != YY_ERROR_ACTION && action != YY_NO_ACTION;
        unsigned rule = action - YY_MIN_REDUCE;
        for (int popped = -yyRuleInfoNRhs[rule]; popped > 0; popped--) {
            if (count > 0) count--;
            else below--;
        }
        state = yy_find_reduce_action(count ? pushed[count - 1] : below->stateno, yyRuleInfoLhs[rule]);
        if (count == sizeof pushed / sizeof pushed[0]) return false;
        pushed[count++] = state;
    }
}

int grammar_symbol(TokenKind kind)
{
    static const uint8_t symbols[TK_COUNT] = {
#undef TOKEN /* the template has one */
#define TOKEN(name, text) [TK_##name] = G_##name,
#include "lexer/tokens.def"
    };
    return symbols[kind];
}

int grammar_start_symbol(StartRule rule)
{
    static const uint8_t symbols[START_COUNT] = {
        [START_FILE] = G_MARK_FILE,
        [START_EVAL] = G_MARK_EVAL,
        [START_SINGLE] = G_MARK_SINGLE,
        [START_EXPRESSION] = G_MARK_EXPRESSION,
        [START_DISJUNCTION] = G_MARK_DISJUNCTION,
        [START_ARITHMETIC] = G_MARK_ARITHMETIC,
        [START_EXPRESSIONS] = G_MARK_EXPRESSIONS,
        [START_TARGETS] = G_MARK_TARGETS,
        [START_GENERATORS] = G_MARK_GENERATORS,
        [START_FIELD] = G_MARK_FIELD,
    };
    return symbols[rule];
}
}
