/* The parser room: trees, syntax errors, limits, memory. Expectations are CPython 3.13's. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/dump.h"
#include "parser/parser.h"

/* ---- One parse ------------------------------------------------------------------------------------- */

typedef struct {
    Arena arena;
    Diagnostics diagnostics;
    Source source;
    Node *root;
} Fixture;

static void parse_with(Fixture *f, Allocator allocator, ParseMode mode, const char *text) {
    arena_init(&f->arena, allocator);
    diagnostics_init(&f->diagnostics, &f->arena);
    bool decoded =
        source_init(&f->source, allocator, "script.mpy", SOURCE_FILE, text, strlen(text), &f->diagnostics);
    f->root = decoded ? parse_source(&f->source, mode, &f->diagnostics) : NULL;
    ck_assert(f->root || f->diagnostics.failed);
}

static void parse(Fixture *f, ParseMode mode, const char *text) {
    parse_with(f, allocator_libc(), mode, text);
}

static void close_fixture(Fixture *f) {
    source_fini(&f->source);
    arena_fini(&f->arena);
}

/* What ast_print prints, to be freed. */
static char *dump(const Node *root, bool positions) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    ast_print(root, positions, out);
    fclose(out);
    return text;
}

/* Undo the indentation: what ast.dump prints without one. */
static void unindent(char *text) {
    char *end = text;
    for (char *c = text; *c; c++) {
        if (*c != '\n') {
            *end++ = *c;
            continue;
        }
        while (c[1] == ' ')
            c++;
        if (end > text && end[-1] == ',') *end++ = ' ';
    }
    *end = 0;
}

/* `text` repeated between a head and a tail, to be freed. */
static char *repeat(const char *head, const char *text, size_t times, const char *tail) {
    size_t length = strlen(text);
    char *all = malloc(strlen(head) + length * times + strlen(tail) + 1), *end = stpcpy(all, head);
    for (size_t i = 0; i < times; i++)
        end = stpcpy(end, text);
    strcpy(end, tail);
    return all;
}

/* ---- Trees ----------------------------------------------------------------------------------------- */

/* A program, and the body of ast.dump(ast.parse(program)). */
static const char *const trees[][2] = {
    {"x = a, *b = f(c, *d, e=1, **g)",
     "[Assign(targets=[Name(id='x', ctx=Store()), Tuple(elts=[Name(id='a', ctx=Store()), "
     "Starred(value=Name(id='b', ctx=Store()), ctx=Store())], ctx=Store())], "
     "value=Call(func=Name(id='f', ctx=Load()), args=[Name(id='c', ctx=Load()), "
     "Starred(value=Name(id='d', ctx=Load()), ctx=Load())], keywords=[keyword(arg='e', "
     "value=Constant(value=1)), keyword(value=Name(id='g', ctx=Load()))]))]"},
    {"a < b <= c is not d and not e or f ** -g",
     "[Expr(value=BoolOp(op=Or(), values=[BoolOp(op=And(), values=[Compare(left=Name(id='a', "
     "ctx=Load()), ops=[Lt(), LtE(), IsNot()], comparators=[Name(id='b', ctx=Load()), "
     "Name(id='c', ctx=Load()), Name(id='d', ctx=Load())]), UnaryOp(op=Not(), "
     "operand=Name(id='e', ctx=Load()))]), BinOp(left=Name(id='f', ctx=Load()), op=Pow(), "
     "right=UnaryOp(op=USub(), operand=Name(id='g', ctx=Load())))]))]"},
    {"[x async for x, *y in z if a if b]",
     "[Expr(value=ListComp(elt=Name(id='x', ctx=Load()), "
     "generators=[comprehension(target=Tuple(elts=[Name(id='x', ctx=Store()), "
     "Starred(value=Name(id='y', ctx=Store()), ctx=Store())], ctx=Store()), iter=Name(id='z', "
     "ctx=Load()), ifs=[Name(id='a', ctx=Load()), Name(id='b', ctx=Load())], is_async=1)]))]"},
    {"f'{a!r:>{w}}b{c = }'",
     "[Expr(value=JoinedStr(values=[FormattedValue(value=Name(id='a', ctx=Load()), "
     "conversion=114, format_spec=JoinedStr(values=[Constant(value='>'), "
     "FormattedValue(value=Name(id='w', ctx=Load()), conversion=-1)])), Constant(value='bc = '), "
     "FormattedValue(value=Name(id='c', ctx=Load()), conversion=114)]))]"},
    {"def f(a, /, b: int = 1, *c: *d, e, g=2, **h) -> i: pass",
     "[FunctionDef(name='f', args=arguments(posonlyargs=[arg(arg='a')], args=[arg(arg='b', "
     "annotation=Name(id='int', ctx=Load()))], vararg=arg(arg='c', "
     "annotation=Starred(value=Name(id='d', ctx=Load()), ctx=Load())), kwonlyargs=[arg(arg='e'), "
     "arg(arg='g')], kw_defaults=[None, Constant(value=2)], kwarg=arg(arg='h'), "
     "defaults=[Constant(value=1)]), body=[Pass()], returns=Name(id='i', ctx=Load()))]"},
    {"class A[T: int, *U, **V](B, k=1): x: int = 3",
     "[ClassDef(name='A', bases=[Name(id='B', ctx=Load())], keywords=[keyword(arg='k', "
     "value=Constant(value=1))], body=[AnnAssign(target=Name(id='x', ctx=Store()), "
     "annotation=Name(id='int', ctx=Load()), value=Constant(value=3), simple=1)], "
     "type_params=[TypeVar(name='T', bound=Name(id='int', ctx=Load())), TypeVarTuple(name='U'), "
     "ParamSpec(name='V')])]"},
    {"match a:\n case [1, *b] | {'k': -1 + 2j, **r} | C.D(e, f=None) as g if h: pass",
     "[Match(subject=Name(id='a', ctx=Load()), "
     "cases=[match_case(pattern=MatchAs(pattern=MatchOr(patterns=[MatchSequence(patterns=[MatchVal"
     "ue(value=Constant(value=1)), MatchStar(name='b')]), "
     "MatchMapping(keys=[Constant(value='k')], "
     "patterns=[MatchValue(value=BinOp(left=UnaryOp(op=USub(), operand=Constant(value=1)), "
     "op=Add(), right=Constant(value=2j)))], rest='r'), "
     "MatchClass(cls=Attribute(value=Name(id='C', ctx=Load()), attr='D', ctx=Load()), "
     "patterns=[MatchAs(name='e')], kwd_attrs=['f'], "
     "kwd_patterns=[MatchSingleton(value=None)])]), name='g'), guard=Name(id='h', ctx=Load()), "
     "body=[Pass()])])]"},
    {"with (a, b as c):\n pass",
     "[With(items=[withitem(context_expr=Name(id='a', ctx=Load())), "
     "withitem(context_expr=Name(id='b', ctx=Load()), optional_vars=Name(id='c', ctx=Store()))], "
     "body=[Pass()])]"},
    {"try: pass\nexcept* A as b: pass\nelse: pass\nfinally: pass",
     "[TryStar(body=[Pass()], handlers=[ExceptHandler(type=Name(id='A', ctx=Load()), name='b', "
     "body=[Pass()])], orelse=[Pass()], finalbody=[Pass()])]"},
    {"if a: pass\nelif b: pass\nelse: pass",
     "[If(test=Name(id='a', ctx=Load()), body=[Pass()], orelse=[If(test=Name(id='b', ctx=Load()), "
     "body=[Pass()], orelse=[Pass()])])]"},
    {"a[b:c, ::d, *e]",
     "[Expr(value=Subscript(value=Name(id='a', ctx=Load()), "
     "slice=Tuple(elts=[Slice(lower=Name(id='b', ctx=Load()), upper=Name(id='c', ctx=Load())), "
     "Slice(step=Name(id='d', ctx=Load())), Starred(value=Name(id='e', ctx=Load()), ctx=Load())], "
     "ctx=Load()), ctx=Load()))]"},
    {"lambda x=1, *, y: (yield)",
     "[Expr(value=Lambda(args=arguments(args=[arg(arg='x')], kwonlyargs=[arg(arg='y')], "
     "kw_defaults=[None], defaults=[Constant(value=1)]), body=Yield()))]"},
    {"u'a' 'b', b'\\x00' b\"'\", 0xff, 1e400, 1_0.5j, '\\u20ac\\ud800'",
     "[Expr(value=Tuple(elts=[Constant(value='ab', kind='u'), Constant(value=b\"\\x00'\"), "
     "Constant(value=255), Constant(value=inf), Constant(value=10.5j), "
     "Constant(value='€\\ud800')], ctx=Load()))]"},
    {"from ..a.b import (c as d, e,)",
     "[ImportFrom(module='a.b', names=[alias(name='c', asname='d'), alias(name='e')], level=2)]"},
    {"async def f():\n async with a: await b",
     "[AsyncFunctionDef(name='f', args=arguments(), "
     "body=[AsyncWith(items=[withitem(context_expr=Name(id='a', ctx=Load()))], "
     "body=[Expr(value=Await(value=Name(id='b', ctx=Load())))])])]"},
};

START_TEST(test_tree) {
    Fixture f;
    parse(&f, PARSE_FILE, trees[_i][0]);
    ck_assert_msg(f.root != NULL, "%s: %s", trees[_i][0], f.diagnostics.error.message);
    char *text = dump(f.root, false), *expected = repeat("Module(body=", trees[_i][1], 1, ")");
    unindent(text);
    ck_assert_str_eq(text, expected);
    free(text);
    free(expected);
    close_fixture(&f);
}
END_TEST

START_TEST(test_indentation_and_positions) {
    Fixture f;
    parse(&f, PARSE_FILE, "(a) + f()\n");
    char *text = dump(f.root, false);
    ck_assert_str_eq(text, "Module(\n  body=[\n    Expr(\n      value=BinOp(\n"
                           "        left=Name(id='a', ctx=Load()),\n        op=Add(),\n        right=Call(\n"
                           "          func=Name(id='f', ctx=Load()))))])\n");
    free(text);
    const Node *sum = f.root->Module.body.items[0]->Expr.value;
    ck_assert_uint_eq(sum->span.column, 0); /* its text starts with the parenthesis */
    ck_assert_uint_eq(sum->span.end_column, 9);
    ck_assert_uint_eq(sum->BinOp.left->span.column, 1); /* the name's does not */
    ck_assert(sum->BinOp.left->parenthesized && !sum->parenthesized);
    ck_assert_uint_eq(sum->depth, 3);
    close_fixture(&f);
}
END_TEST

static const char *const constants[][2] = {
    {"0x_ff", "255"},
    {"0b1111111111111111111111111111111111111111111111111111111111111111111", "147573952589676412927"},
    {"0o777777777777777777777777777777", "1237940039285380274899124223"},
    {"000", "0"},
    {"1_000", "1000"},
    {"1e16", "1e+16"},
    {"1e15", "1000000000000000.0"},
    {"1e-4", "0.0001"},
    {"1e-5", "1e-05"},
    {".1", "0.1"},
    {"1.5e300", "1.5e+300"},
    {"5e-324", "5e-324"},
    {"123456789.123456789", "123456789.12345679"},
    {"1e400", "inf"},
    {"1.5J", "1.5j"},
    {"10j", "10j"},
    {"'a\"'", "'a\"'"},
    {"\"'\"", "\"'\""},
    {"'\\n\\x7f\\xa0\\u200b\\U0010ffff\\ud800'", "'\\n\\x7f\\xa0\\u200b\\U0010ffff\\ud800'"},
    {"b'\\xff\\\\'", "b'\\xff\\\\'"},
    {"...", "Ellipsis"},
};

START_TEST(test_constant) {
    Fixture f;
    parse(&f, PARSE_EVAL, constants[_i][0]);
    ck_assert_ptr_nonnull(f.root);
    char *text = dump(f.root, false),
         *expected = repeat("Expression(body=Constant(value=", constants[_i][1], 1, "))");
    unindent(text);
    ck_assert_str_eq(text, expected);
    free(text);
    free(expected);
    close_fixture(&f);
}
END_TEST

/* ---- Errors ---------------------------------------------------------------------------------------- */

/*
 * A program and what CPython says to it: message, lineno, offset, end_lineno, end_offset (0: it gives none).
 */
static const struct {
    const char *text, *message;
    unsigned line, offset, end_line, end_offset;
} errors[] = {
    {"if x", "expected ':'", 1, 5, 1, 6},
    {"if x pass", "invalid syntax", 1, 6, 1, 10},
    {"if x:", "expected an indented block after 'if' statement on line 1", 1, 6, 1, 0},
    {"if x:\npass", "expected an indented block after 'if' statement on line 1", 2, 1, 2, 5},
    {"while x", "expected ':'", 1, 8, 1, 9},
    {"while x:\nx", "expected an indented block after 'while' statement on line 1", 2, 1, 2, 2},
    {"for x in y:\nx", "expected an indented block after 'for' statement on line 1", 2, 1, 2, 2},
    {"for x y", "invalid syntax", 1, 7, 1, 8},
    {"for x", "invalid syntax", 1, 6, 1, 7},
    {"for", "invalid syntax", 1, 4, 1, 5},
    {"for x in", "invalid syntax", 1, 9, 1, 10},
    {"async for x in y:\nx", "expected an indented block after 'for' statement on line 1", 2, 1, 2, 2},
    {"with a:\nx", "expected an indented block after 'with' statement on line 1", 2, 1, 2, 2},
    {"with (a as b):\nx", "expected an indented block after 'with' statement on line 1", 2, 1, 2, 2},
    {"def f", "expected '('", 1, 6, 1, 7},
    {"def f(", "'(' was never closed", 1, 6, 1, 0},
    {"def f():\nx", "expected an indented block after function definition on line 1", 2, 1, 2, 2},
    {"async def f():\nx", "expected an indented block after function definition on line 1", 2, 1, 2, 2},
    {"def 1(): pass", "invalid syntax", 1, 5, 1, 6},
    {"def (): pass", "invalid syntax", 1, 5, 1, 6},
    {"class A:\nx", "expected an indented block after class definition on line 1", 2, 1, 2, 2},
    {"class A(B):\nx", "expected an indented block after class definition on line 1", 2, 1, 2, 2},
    {"class A pass", "invalid syntax", 1, 9, 1, 13},
    {"class 1: pass", "invalid syntax", 1, 7, 1, 8},
    {"class A(B) pass", "invalid syntax", 1, 12, 1, 16},
    {"try:\nx", "expected an indented block after 'try' statement on line 1", 2, 1, 2, 2},
    {"try: pass", "expected 'except' or 'finally' block", 1, 10, 1, 0},
    {"try: pass\nx", "expected 'except' or 'finally' block", 2, 1, 2, 2},
    {"try:\n pass\nexcept:\nx", "expected an indented block after 'except' statement on line 3", 4, 1, 4, 2},
    {"try:\n pass\nexcept a:\nx", "expected an indented block after 'except' statement on line 3", 4, 1, 4,
     2},
    {"try:\n pass\nexcept* a:\nx", "expected an indented block after 'except*' statement on line 3", 4, 1, 4,
     2},
    {"try:\n pass\nexcept* a as b:\nx", "expected an indented block after 'except*' statement on line 3", 4,
     1, 4, 2},
    {"try:\n pass\nfinally:\nx", "expected an indented block after 'finally' statement on line 3", 4, 1, 4,
     2},
    {"try:\n pass\nexcept: pass\nelse:\nx", "expected an indented block after 'else' statement on line 4", 5,
     1, 5, 2},
    {"try:\n pass\nexcept a, b:\n pass", "multiple exception types must be parenthesized", 3, 8, 3, 12},
    {"try:\n pass\nexcept a, b as c:\n pass", "multiple exception types must be parenthesized", 3, 8, 3, 17},
    {"try:\n pass\nexcept*:\n pass", "expected one or more exception types", 3, 8, 3, 9},
    {"try:\n pass\nexcept*\n pass", "expected one or more exception types", 3, 8, 3, 9},
    {"try:\n pass\nexcept a as b.c: pass", "invalid syntax", 3, 14, 3, 15},
    {"try:\n pass\nexcept a as 1: pass", "invalid syntax", 3, 13, 3, 14},
    {"try:\n pass\nexcept: pass\nexcept* a: pass",
     "cannot have both 'except' and 'except*' on the same 'try'", 4, 1, 4, 8},
    {"try:\n pass\nexcept* a: pass\nexcept b: pass",
     "cannot have both 'except' and 'except*' on the same 'try'", 4, 1, 4, 7},
    {"if x: pass\nelse:\nx", "expected an indented block after 'else' statement on line 2", 3, 1, 3, 2},
    {"if x: pass\nelif y:\nx", "expected an indented block after 'elif' statement on line 2", 3, 1, 3, 2},
    {"while x: pass\nelse:\nx", "expected an indented block after 'else' statement on line 2", 3, 1, 3, 2},
    {"match x:\ncase y: pass", "expected an indented block after 'match' statement on line 1", 2, 1, 2, 5},
    {"match x:\n case y:\n pass", "expected an indented block after 'case' statement on line 2", 3, 2, 3, 6},
    {"match x:\n case 1+1: pass", "imaginary number required in complex literal", 2, 9, 2, 10},
    {"match x:\n case 1j+1: pass", "real number required in complex literal", 2, 7, 2, 9},
    {"match x:\n case 1-1: pass", "imaginary number required in complex literal", 2, 9, 2, 10},
    {"match x:\n case A(b=1, c): pass", "positional patterns follow keyword patterns", 2, 14, 2, 15},
    {"match x:\n case A(b=1, c, d=2, e): pass", "positional patterns follow keyword patterns", 2, 14, 2, 15},
    {"match x:\n case a as 1: pass", "invalid pattern target", 2, 12, 2, 13},
    {"match x:\n case a as _: pass", "cannot use '_' as a target", 2, 12, 2, 13},
    {"x = 1\n  y = 2", "unexpected indent", 2, 2, 2, 0},
    {"  x = 1", "unexpected indent", 1, 2, 1, 0},
    {"x = [1, 2", "'[' was never closed", 1, 5, 1, 0},
    {"x = {1: 2", "'{' was never closed", 1, 5, 1, 0},
    {"x = (1, 2]", "closing parenthesis ']' does not match opening parenthesis '('", 1, 10, 1, 10},
    {"x = 1)", "unmatched ')'", 1, 6, 1, 6},
    {"x = ]", "unmatched ']'", 1, 5, 1, 5},
    {"f(a b)", "invalid syntax. Perhaps you forgot a comma?", 1, 3, 1, 6},
    {"f(a b c)", "invalid syntax. Perhaps you forgot a comma?", 1, 3, 1, 6},
    {"{a: b, c d}", "':' expected after dictionary key", 1, 8, 1, 0},
    {"{a: b, c}", "':' expected after dictionary key", 1, 8, 1, 0},
    {"{a: }", "expression expected after dictionary key and ':'", 1, 3, 1, 4},
    {"{a: , b: c}", "expression expected after dictionary key and ':'", 1, 3, 1, 4},
    {"{a: *b}", "cannot use a starred expression in a dictionary value", 1, 5, 1, 7},
    {"{a: *b, c: d}", "cannot use a starred expression in a dictionary value", 1, 5, 1, 7},
    {"{**a for a in b}", "dict unpacking cannot be used in dict comprehension", 1, 2, 1, 4},
    {"(a if b c)", "expected 'else' after 'if' expression", 1, 2, 1, 8},
    {"(a if b)", "expected 'else' after 'if' expression", 1, 2, 1, 8},
    {"print a", "Missing parentheses in call to 'print'. Did you mean print(...)?", 1, 1, 1, 8},
    {"print \"x\"", "Missing parentheses in call to 'print'. Did you mean print(...)?", 1, 1, 1, 10},
    {"exec a", "Missing parentheses in call to 'exec'. Did you mean exec(...)?", 1, 1, 1, 7},
    {"exec \"x\"", "Missing parentheses in call to 'exec'. Did you mean exec(...)?", 1, 1, 1, 9},
    {"f(a.b=c)", "expression cannot contain assignment, perhaps you meant \"==\"?", 1, 3, 1, 7},
    {"f(**a=b)", "cannot assign to keyword argument unpacking", 1, 3, 1, 8},
    {"f(*a=b)", "cannot assign to iterable argument unpacking", 1, 3, 1, 7},
    {"f(*)", "Invalid star expression", 1, 4, 1, 5},
    {"f(a, *)", "Invalid star expression", 1, 7, 1, 8},
    {"f(a for b)", "'in' expected after for-loop variables", 1, 10, 1, 11},
    {"f(a for b in c, d)", "Generator expression must be parenthesized", 1, 3, 1, 15},
    {"f(d, a for b in c)", "Generator expression must be parenthesized", 1, 6, 1, 18},
    {"[a for b]", "'in' expected after for-loop variables", 1, 9, 1, 10},
    {"[a, b for c in d]", "did you forget parentheses around the comprehension target?", 1, 2, 1, 6},
    {"[a, b, for c in d]", "did you forget parentheses around the comprehension target?", 1, 2, 1, 6},
    {"[*a for b in c]", "iterable unpacking cannot be used in comprehension", 1, 2, 1, 4},
    {"(*a for b in c)", "iterable unpacking cannot be used in comprehension", 1, 2, 1, 4},
    {"(*a)", "cannot use starred expression here", 1, 2, 1, 4},
    {"(**a)", "cannot use double starred expression here", 1, 2, 1, 4},
    {"import", "Expected one or more names after 'import'", 1, 7, 1, 7},
    {"import a from b", "Did you mean to use 'from ... import ...' instead?", 1, 1, 1, 16},
    {"import a, b from c", "Did you mean to use 'from ... import ...' instead?", 1, 1, 1, 19},
    {"from a import", "Expected one or more names after 'import'", 1, 14, 1, 14},
    {"from a import b,", "trailing comma not allowed without surrounding parentheses", 1, 17, 1, 18},
    {"from a import b, c,", "trailing comma not allowed without surrounding parentheses", 1, 20, 1, 21},
    {"x + y: int", "illegal target for annotation", 1, 1, 1, 6},
    {"if x = 1: pass", "invalid syntax. Maybe you meant '==' or ':=' instead of '='?", 1, 4, 1, 9},
    {"if (x = 1): pass", "invalid syntax. Maybe you meant '==' or ':=' instead of '='?", 1, 5, 1, 10},
    {"for x.y() in z: pass", "cannot assign to function call", 1, 5, 1, 10},
    {"for 1 in y: pass", "cannot assign to literal", 1, 5, 1, 6},
    {"with (a as b, c as 1): pass", "cannot assign to literal", 1, 20, 1, 21},
    {"def f(a=, b): pass", "expected default value expression", 1, 8, 1, 9},
    {"def f(*): pass", "named arguments must follow bare *", 1, 7, 1, 8},
    {"def f(a=1, b): pass", "parameter without a default follows parameter with a default", 1, 12, 1, 13},
    {"def f[T: pass", "expected '('", 1, 6, 1, 7},
    {"def f[](x): pass", "Type parameter list cannot be empty", 1, 7, 1, 7},
    {"class A[*T: int]: pass", "cannot use bound with TypeVarTuple", 1, 11, 1, 16},
    {"class A[**T: int]: pass", "cannot use bound with ParamSpec", 1, 12, 1, 17},
    {"None = 1", "cannot assign to None", 1, 1, 1, 5},
    {"True: int", "illegal target for annotation", 1, 1, 1, 5},
    {"f() = 1", "cannot assign to function call here. Maybe you meant '==' instead of '='?", 1, 1, 1, 4},
    {"a + b = c", "cannot assign to expression here. Maybe you meant '==' instead of '='?", 1, 1, 1, 6},
    {"a, b += 1", "'tuple' is an illegal expression for augmented assignment", 1, 1, 1, 5},
    {"f\"{\"", "f-string: expecting '}'", 1, 4, 1, 4},
    {"f\"{}\"", "f-string: valid expression required before '}'", 1, 4, 1, 5},
    {"f\"{a!x}\"", "f-string: invalid conversion character 'x': expected 's', 'r', or 'a'", 1, 6, 1, 7},
    {"f\"{a!}\"", "f-string: missing conversion character", 1, 6, 1, 7},
    {"f\"{a! r}\"", "f-string: conversion type must come right after the exclamanation mark", 1, 5, 1, 8},
    {"f\"{a!r s}\"", "f-string: expecting ':' or '}'", 1, 8, 1, 9},
    {"f\"{a!r:x\"", "f-string: expecting '}', or format specs", 1, 9, 1, 10},
    {"f\"{a:{}}\"", "f-string: valid expression required before '}'", 1, 7, 1, 8},
    {"f\"{a:{b}\"", "f-string: expecting '}', or format specs", 1, 9, 1, 10},
    {"f\"{a\"", "f-string: expecting '}'", 1, 5, 1, 5},
    {"f\"}\"", "f-string: single '}' is not allowed", 1, 3, 1, 3},
    {"f\"{a}}\"", "f-string: single '}' is not allowed", 1, 6, 1, 6},
    {"f\"{a!1}\"", "f-string: invalid conversion character", 1, 6, 1, 7},
    {"f\"{=}\"", "f-string: valid expression required before '='", 1, 4, 1, 5},
    {"f\"{!r}\"", "f-string: valid expression required before '!'", 1, 4, 1, 5},
    {"f\"{:x}\"", "f-string: valid expression required before ':'", 1, 4, 1, 5},
    {"f\"{,}\"", "f-string: expecting a valid expression after '{'", 1, 4, 1, 5},
    {"f\"{*}\"", "f-string: expecting a valid expression after '{'", 1, 4, 1, 5},
    {"f\"{a=b}\"", "f-string: expecting '!', or ':', or '}'", 1, 6, 1, 7},
    {"f\"{a=!}\"", "f-string: missing conversion character", 1, 7, 1, 8},
    {"f\"{lambda x: y}\"", "f-string: lambda expressions are not allowed without parentheses", 1, 4, 1, 13},
    {"f\"{lambda: x!r}\"", "f-string: lambda expressions are not allowed without parentheses", 1, 4, 1, 11},
    {"f\"{a $ b}\"", "f-string: expecting '=', or '!', or ':', or '}'", 1, 6, 1, 7},
    {"f\"{a;b}\"", "f-string: expecting '=', or '!', or ':', or '}'", 1, 5, 1, 6},
    {"f\"{a!rr}\"", "f-string: invalid conversion character 'rr': expected 's', 'r', or 'a'", 1, 6, 1, 8},
    {"f\"{a!r!s}\"", "f-string: expecting ':' or '}'", 1, 7, 1, 8},
    {"f\"{a=1}\"", "f-string: expecting '!', or ':', or '}'", 1, 6, 1, 7},
    {"f\"{a)}\"", "f-string: unmatched ')'", 1, 5, 1, 5},
    {"f\"{a]}\"", "f-string: unmatched ']'", 1, 5, 1, 5},
    {"f\"{(a}\"", "closing parenthesis '}' does not match opening parenthesis '('", 1, 6, 1, 6},
    {"b'a' 'b'", "cannot mix bytes and nonbytes literals", 1, 9, 1, 10},
    {"'a' b'b'", "cannot mix bytes and nonbytes literals", 1, 9, 1, 10},
    {"01", "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers",
     1, 1, 1, 2},
    {")", "unmatched ')'", 1, 1, 1, 1},
    {"]", "unmatched ']'", 1, 1, 1, 1},
    {"}", "unmatched '}'", 1, 1, 1, 1},
    {"(]", "closing parenthesis ']' does not match opening parenthesis '('", 1, 2, 1, 2},
    {"[)", "closing parenthesis ')' does not match opening parenthesis '['", 1, 2, 1, 2},
    {"{)", "closing parenthesis ')' does not match opening parenthesis '{'", 1, 2, 1, 2},
    {"({]})", "closing parenthesis ']' does not match opening parenthesis '{'", 1, 3, 1, 3},
    {"\\x", "unexpected character after line continuation character", 1, 2, 1, 0},
    {"x \\ y", "unexpected character after line continuation character", 1, 4, 1, 0},
    {"def f():\n    if x:\n    y", "expected an indented block after 'if' statement on line 2", 3, 5, 3, 6},
    {"if True:\n\tx\n        y", "inconsistent use of tabs and spaces in indentation", 3, 1, 3, 0},
    {"a[b.c = d]", "cannot assign to attribute here. Maybe you meant '==' instead of '='?", 1, 3, 1, 6},
    {"(a + 1 = c)", "cannot assign to expression here. Maybe you meant '==' instead of '='?", 1, 2, 1, 7},
    {"(a, b.c = d)", "cannot assign to attribute here. Maybe you meant '==' instead of '='?", 1, 5, 1, 8},
    {"((a) = x)", "cannot assign to name here. Maybe you meant '==' instead of '='?", 1, 3, 1, 4},
    {"(f(x) = y z)", "cannot assign to function call here. Maybe you meant '==' instead of '='?", 1, 2, 1, 6},
    {"with a as 1 + 2: pass", "cannot assign to expression", 1, 11, 1, 16},
    {"def f(a, *): pass", "named arguments must follow bare *", 1, 10, 1, 11},
    {"def f(a, (b, c), d): pass", "Function parameters cannot be parenthesized", 1, 10, 1, 16},
    {"def f(a, /, /): pass", "/ may appear only once", 1, 13, 1, 14},
    {"def f(a, *, /): pass", "/ must be ahead of *", 1, 13, 1, 14},
    {"def f(a, **b, c): pass", "arguments cannot follow var-keyword argument", 1, 15, 1, 16},
    {"def f(a, **b, *c): pass", "arguments cannot follow var-keyword argument", 1, 15, 1, 16},
    {"def f(a, *b=1): pass", "var-positional argument cannot have default value", 1, 12, 1, 13},
    {"def f(a, **b=1): pass", "var-keyword argument cannot have default value", 1, 13, 1, 14},
    {"def f(a, *b=): pass", "var-positional argument cannot have default value", 1, 12, 1, 13},
    {"lambda (a, b): 0", "Lambda expression parameters cannot be parenthesized", 1, 8, 1, 14},
    {"lambda a, (b): 0", "Lambda expression parameters cannot be parenthesized", 1, 11, 1, 14},
    {"lambda a, /, /: 0", "/ may appear only once", 1, 14, 1, 15},
    {"lambda /, a: 0", "at least one argument must precede /", 1, 8, 1, 9},
    {"lambda *a, *b: 0", "* argument may appear only once", 1, 12, 1, 13},
    {"lambda a=1, b: 0", "parameter without a default follows parameter with a default", 1, 13, 1, 14},
    {"lambda a=, b: 0", "expected default value expression", 1, 9, 1, 10},
    {"a, b: c", "only single target (not tuple) can be annotated", 1, 1, 1, 2},
    {"a, b: c = d", "only single target (not tuple) can be annotated", 1, 1, 1, 2},
    {"[a, b]: c", "only single target (not list) can be annotated", 1, 1, 1, 7},
    {"a + b += c", "'expression' is an illegal expression for augmented assignment", 1, 1, 1, 6},
    {"f() += 1", "'function call' is an illegal expression for augmented assignment", 1, 1, 1, 4},
    {"a.b := c", "cannot use assignment expressions with attribute", 1, 1, 1, 4},
    {"(a.b := c)", "cannot use assignment expressions with attribute", 1, 2, 1, 5},
    {"(a[b] := c)", "cannot use assignment expressions with subscript", 1, 2, 1, 6},
    {"(f() := c)", "cannot use assignment expressions with function call", 1, 2, 1, 5},
    {"((a, b) := c)", "cannot use assignment expressions with tuple", 1, 2, 1, 8},
    {"([a] := c)", "cannot use assignment expressions with list", 1, 2, 1, 5},
    {"(1 := c)", "cannot use assignment expressions with literal", 1, 2, 1, 3},
    {"(None := c)", "cannot use assignment expressions with None", 1, 2, 1, 6},
    {"(a + b := c)", "cannot use assignment expressions with expression", 1, 2, 1, 7},
    {"(lambda: a := b)", "cannot use assignment expressions with lambda", 1, 2, 1, 11},
    {"(a if b else c := d)", "cannot use assignment expressions with conditional expression", 1, 2, 1, 15},
    {"(not a := b)", "cannot use assignment expressions with expression", 1, 2, 1, 7},
    {"while 1 := c: pass", "cannot use assignment expressions with literal", 1, 7, 1, 8},
    {"del f() = b", "cannot delete function call", 1, 5, 1, 8},
    {"del a, f()", "cannot delete function call", 1, 8, 1, 11},
    {"del [a, 1]", "cannot delete literal", 1, 9, 1, 10},
    {"del a if b else c", "cannot delete conditional expression", 1, 5, 1, 18},
    {"del {a}", "cannot delete set display", 1, 5, 1, 8},
    {"del lambda: x", "cannot delete lambda", 1, 5, 1, 14},
    {"del (yield)", "cannot delete yield expression", 1, 6, 1, 11},
    {"del not a", "cannot delete expression", 1, 5, 1, 10},
    {"del \"a\"", "cannot delete literal", 1, 5, 1, 8},
    {"del f\"a\"", "cannot delete f-string expression", 1, 5, 1, 9},
    {"for f() in x: pass", "cannot assign to function call", 1, 5, 1, 8},
    {"for a + b in x: pass", "cannot assign to expression", 1, 5, 1, 10},
    {"for (a for b in c) in x: pass", "cannot assign to generator expression", 1, 5, 1, 19},
    {"for lambda: a in x: pass", "cannot assign to lambda", 1, 5, 1, 19},
    {"for a if b else c in x: pass", "cannot assign to conditional expression", 1, 5, 1, 23},
    {"for None in x: pass", "cannot assign to None", 1, 5, 1, 9},
    {"for {a} in x: pass", "cannot assign to set display", 1, 5, 1, 8},
    {"with a as {b}: pass", "cannot assign to set display", 1, 11, 1, 14},
    {"with a as b if c else d: pass", "cannot assign to conditional expression", 1, 11, 1, 24},
    {"with a as lambda: b: pass", "cannot assign to lambda", 1, 11, 1, 20},
    {"yield a = b", "assignment to yield expression not possible", 1, 1, 1, 8},
    {"x = yield a = b", "assignment to yield expression not possible", 1, 5, 1, 12},
    {"await a = b", "cannot assign to await expression here. Maybe you meant '==' instead of '='?", 1, 1, 1,
     8},
    {"None += 1", "'None' is an illegal expression for augmented assignment", 1, 1, 1, 5},
    {"f(True=1, x)", "cannot assign to True", 1, 3, 1, 8},
    {"a + not b", "'not' after an operator must be parenthesized", 1, 5, 1, 10},
    {"a * not b", "'not' after an operator must be parenthesized", 1, 5, 1, 10},
    {"class A:\n  def f():\nx", "expected an indented block after function definition on line 2", 3, 0, 3, 0},
    {"class A:\n  def f():\n  x", "expected an indented block after function definition on line 2", 3, 3, 3,
     4},
    {"class A:\n  class B:\n    def f():\n  x",
     "expected an indented block after function definition on line 3", 4, 2, 4, 0},
    {"class A:\n  @b\nx", "unexpected unindent", 3, 0, 3, 0},
    {"class A:\n  class B:\n    @b\n  x", "unexpected unindent", 4, 2, 4, 0},
};

START_TEST(test_error) {
    Fixture f;
    parse(&f, PARSE_FILE, errors[_i].text);
    ck_assert_ptr_null(f.root);
    const Diagnostic *e = &f.diagnostics.error;
    ck_assert_msg(strcmp(e->message, errors[_i].message) == 0, "%s: %s", errors[_i].text, e->message);
    ck_assert_msg(e->span.line == errors[_i].line &&
                      (e->no_caret ? 0 : e->span.column + 1) == errors[_i].offset,
                  "%s: at %u, %u", errors[_i].text, e->span.line, e->span.column + 1);
    bool no_end = e->span.end_column >= SPAN_UNKNOWN_END || e->no_caret;
    ck_assert_msg(e->span.end_line == errors[_i].end_line &&
                      (no_end ? 0 : e->span.end_column + 1) == errors[_i].end_offset,
                  "%s: ends at %u, %u", errors[_i].text, e->span.end_line, e->span.end_column + 1);
    close_fixture(&f);
}
END_TEST

static const struct {
    const char *text;
    bool incomplete;
} typed[] = {
    {"if x:\n", true},
    {"if x:\n  y\n", true},
    {"x = (\n", true},
    {"x = '''a\n", true},
    {"@a\n", true},
    {"try:\n  x\n", true},
    {"class A:\n  def f(self):\n", true},
    {"x = \\\n", true},
    {"x = 1 +\n", false},
    {"if x\n", false},
    {"x y\n", false},
    {"x = 'a\n", false},
};

START_TEST(test_incomplete) {
    Fixture f;
    parse(&f, PARSE_PROMPT, typed[_i].text);
    ck_assert_ptr_null(f.root);
    ck_assert_msg(f.diagnostics.error.incomplete == typed[_i].incomplete, "%s", typed[_i].text);
    close_fixture(&f);
}
END_TEST

START_TEST(test_modes) {
    static const struct {
        ParseMode mode;
        const char *text;
        const char *message; /* NULL: it parses */
    } cases[] = {
        {PARSE_SINGLE, "x; y\n", NULL},
        {PARSE_SINGLE, "", "invalid syntax"},
        {PARSE_SINGLE, "if x:\n  y", NULL},
        {PARSE_COMMAND, "if x:\n  y", "invalid syntax"},
        {PARSE_COMMAND, "if x:\n  y\n", NULL},
        {PARSE_SINGLE, "x\ny", "multiple statements found while compiling a single statement"},
        {PARSE_PROMPT, "if x:\n  y\n\n", NULL},
        {PARSE_PROMPT, "# nothing\n", NULL},
        {PARSE_EVAL, "\n a, b\n\n", "unexpected indent"},
        {PARSE_EVAL, "\na, b\n\n", NULL},
        {PARSE_EVAL, "*a, b", "invalid syntax"},
        {PARSE_EVAL, "x = 1", "invalid syntax"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Fixture f;
        parse(&f, cases[i].mode, cases[i].text);
        if (cases[i].message)
            ck_assert_str_eq(f.diagnostics.error.message, cases[i].message);
        else
            ck_assert_msg(f.root != NULL, "%s: %s", cases[i].text, f.diagnostics.error.message);
        close_fixture(&f);
    }
}
END_TEST

/* ---- Limits ---------------------------------------------------------------------------------------- */

/* `kind` of the error that head, times x text, tail has; -1 for none. */
static void check_repeated(const char *head, const char *text, size_t times, const char *tail, int kind) {
    Fixture f;
    char *program = repeat(head, text, times, tail);
    parse(&f, PARSE_FILE, program);
    ck_assert_msg((f.root ? -1 : (int)f.diagnostics.error.kind) == kind, "%s%s... x %zu", head, text, times);
    close_fixture(&f);
    free(program);
}

START_TEST(test_depth_limit) {
    /* `a` is a level, and so are the statement and the module around the sum. */
    check_repeated("a", "+a", AST_MAX_DEPTH - 3, "", -1);
    check_repeated("a", "+a", AST_MAX_DEPTH - 2, "", DIAGNOSTIC_RECURSION_ERROR);
    check_repeated("", "-", AST_MAX_DEPTH - 3, "a", -1);
    check_repeated("", "-", AST_MAX_DEPTH - 2, "a", DIAGNOSTIC_RECURSION_ERROR);
    check_repeated("a", ".a", 100000, "", DIAGNOSTIC_RECURSION_ERROR);
    check_repeated("a", "()", 100000, "", DIAGNOSTIC_RECURSION_ERROR);
    check_repeated("", "not ", 100000, "a", DIAGNOSTIC_MEMORY_ERROR);
    check_repeated("", "lambda:", 100000, "a", DIAGNOSTIC_MEMORY_ERROR);
    check_repeated("", "(", 1000000, "", DIAGNOSTIC_SYNTAX_ERROR);
}
END_TEST

START_TEST(test_long_chains) {
    check_repeated("a", " and a", 100000, "", -1);
    check_repeated("a", " < a", 100000, "", -1);
    check_repeated("a", " = a", 100000, "", -1);
    check_repeated("'a'", " 'a'", 100000, "", -1);
    check_repeated("[", "a, ", 100000, "]", -1);
    check_repeated("", "a = b\n", 100000, "", -1);
    check_repeated("if a: b\n", "elif a: b\n", 100000, "else: c\n", -1);
    check_repeated("import a", ".a", 100000, "", -1);
}
END_TEST

START_TEST(test_elif_is_no_level) {
    Fixture f;
    parse(&f, PARSE_FILE, "if a: b\nelif c: d\nelif e: f\nelse: g\n");
    unsigned count = 0;
    for (const Node *n = f.root->Module.body.items[0]; n; count++) {
        ck_assert_uint_eq(n->depth, 3);
        ck_assert_uint_eq(n->span.end_line, 4);
        n = ast_is_elif(n->If.orelse) ? n->If.orelse.items[0] : NULL;
    }
    ck_assert_uint_eq(count, 3);
    close_fixture(&f);
}
END_TEST

/* ---- Memory ---------------------------------------------------------------------------------------- */

/* An allocator that grants *context allocations. */
static void *resize_limited(void *context, void *block, size_t old_size, size_t new_size) {
    long *granted = context;
    (void)old_size;
    if (new_size == 0) {
        free(block);
        return NULL;
    }
    if (*granted == 0) return NULL;
    --*granted;
    return realloc(block, new_size);
}

START_TEST(test_refused_memory) {
    static const char *const programs[] = {
        "def f(a, b=1, *c, **d):\n    return f'{a!r:>{b}}' 'x' + [x for x in c if d][1:2]\n"
        "match f:\n    case {'a': [1, *b]} | C(d=2): pass\n",
        "f(a, (b c))\n",
        "with (a, b as c): print a\n",
    };
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        bool refused = true;
        for (long granted = 0; refused; granted++) {
            long left = granted;
            Fixture f;
            parse_with(&f, (Allocator){resize_limited, &left}, PARSE_FILE, programs[i]);
            refused = !f.root && f.diagnostics.error.kind == DIAGNOSTIC_MEMORY_ERROR;
            close_fixture(&f);
            ck_assert_int_lt(granted, 1000);
        }
    }
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

int main(void) {
    Suite *suite = suite_create("parser");
    TCase *tests = tcase_create("parser");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, test_tree, 0, COUNT(trees));
    tcase_add_test(tests, test_indentation_and_positions);
    tcase_add_loop_test(tests, test_constant, 0, COUNT(constants));
    tcase_add_loop_test(tests, test_error, 0, COUNT(errors));
    tcase_add_loop_test(tests, test_incomplete, 0, COUNT(typed));
    tcase_add_test(tests, test_modes);
    tcase_add_test(tests, test_depth_limit);
    tcase_add_test(tests, test_long_chains);
    tcase_add_test(tests, test_elif_is_no_level);
    tcase_add_test(tests, test_refused_memory);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
