/* The lexer room: sources, tokens, literals, character names. Expectations are CPython 3.13's. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lexer/dump.h"
#include "lexer/lexer.h"
#include "lexer/literal.h"
#include "lexer/uniname.h"

/* One source being lexed, with all that it needs. */
typedef struct {
    Arena arena;
    Diagnostics diagnostics;
    Source source;
    Lexer lexer;
    Token token;
    bool decoded;
} Fixture;

static void open_bytes(Fixture *f, SourceKind kind, const char *bytes, size_t length) {
    arena_init(&f->arena, allocator_libc());
    diagnostics_init(&f->diagnostics, &f->arena);
    f->decoded =
        source_init(&f->source, allocator_libc(), "script.mpy", kind, bytes, length, &f->diagnostics);
    if (f->decoded) lexer_init(&f->lexer, &f->source, &f->diagnostics);
}

static void open_text(Fixture *f, const char *text) { open_bytes(f, SOURCE_TEXT, text, strlen(text)); }

static void close_fixture(Fixture *f) {
    source_fini(&f->source);
    arena_fini(&f->arena);
}

static TokenKind next(Fixture *f) { return lex_next(&f->lexer, &f->token); }

static TokenKind lex_all(Fixture *f) {
    TokenKind kind = TK_ERROR;
    while (f->decoded) {
        kind = next(f);
        if (kind == TK_ERROR || kind == TK_ENDMARKER) break;
    }
    return kind;
}

/* `text` repeated, then `tail`; freed by the caller. */
static char *repeat(const char *text, size_t times, const char *tail) {
    size_t length = strlen(text);
    char *all = malloc(length * times + strlen(tail) + 1);
    for (size_t i = 0; i < times; i++)
        memcpy(all + i * length, text, length);
    strcpy(all + length * times, tail);
    return all;
}

// ----------------------------------------------------------------------------------------------------------
// Tokens
// ----------------------------------------------------------------------------------------------------------

START_TEST(every_spelling_in_the_table_lexes_to_its_kind) {
    static const struct {
        TokenKind kind;
        const char *text;
    } spellings[] = {
#define TOKEN(name, text)
#define OPERATOR(name, text) {TK_##name, text},
#define KEYWORD(name, text) {TK_##name, text},
#include "lexer/tokens.def"
    };
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        Fixture f;
        char text[16];
        bool closes = strchr(")]}", spellings[i].text[0]) != NULL;
        snprintf(text, sizeof text, "%s%s",
                 spellings[i].kind == TK_RPAR   ? "("
                 : spellings[i].kind == TK_RSQB ? "["
                 : closes                       ? "{"
                                                : "",
                 spellings[i].text);
        open_text(&f, text);
        if (closes) next(&f);
        ck_assert_str_eq(token_kind_name(next(&f)), token_kind_name(spellings[i].kind));
        ck_assert_str_eq(token_kind_text(f.token.kind), spellings[i].text);
        close_fixture(&f);
    }
}
END_TEST

/* The kinds of all tokens of `text`, by name, each followed by a blank; freed by the caller. */
static char *kinds_of(const char *text) {
    Fixture f;
    char *names = NULL;
    size_t size = 0;
    open_text(&f, text);
    FILE *out = open_memstream(&names, &size);
    for (TokenKind kind = TK_NEWLINE; kind != TK_ERROR && kind != TK_ENDMARKER;) {
        kind = next(&f);
        fprintf(out, "%s ", token_kind_name(kind));
    }
    fclose(out);
    close_fixture(&f);
    return names;
}

typedef struct {
    const char *text;
    const char *kinds; /* ENDMARKER left out */
} KindCase;

static const KindCase kind_cases[] = {
    {"", ""},
    {"\n  # nothing\n\f\n", ""},
    {"x", "NAME NEWLINE "},
    {"x;", "NAME SEMI NEWLINE "},
    {"if x:\n  y\n\n# z\nz", "KW_IF NAME COLON NEWLINE INDENT NAME NEWLINE DEDENT NAME NEWLINE "},
    {"if x:\n  if y:\n    z", "KW_IF NAME COLON NEWLINE INDENT KW_IF NAME COLON NEWLINE INDENT NAME NEWLINE "
                              "DEDENT DEDENT "},
    {"(\nx\n)", "LPAR NAME RPAR NEWLINE "},
    {"x = \\\n1", "NAME EQUAL NUMBER NEWLINE "},
    {"if x:\n  \\\n      y\n  z", "KW_IF NAME COLON NEWLINE INDENT NAME NEWLINE NAME NEWLINE DEDENT "},
    {"if x:\n  y\n \f  z", "KW_IF NAME COLON NEWLINE INDENT NAME NEWLINE NAME NEWLINE DEDENT "},
    {"if x:\n\ty\n\tz", "KW_IF NAME COLON NEWLINE INDENT NAME NEWLINE NAME NEWLINE DEDENT "},
    {"1_000 0xFf 0b1_0 0o17 1.5e-3 1j .5 1. 00 0_0 09.5",
     "NUMBER NUMBER NUMBER NUMBER NUMBER NUMBER NUMBER NUMBER "
     "NUMBER NUMBER NUMBER NEWLINE "},
    {"rb'' Br\"\" u'' b'' '''a\n''' '\\''", "STRING STRING STRING STRING STRING STRING NEWLINE "},
    {"bu''", "NAME STRING NEWLINE "},
    {"a.b...c..d", "NAME DOT NAME ELLIPSIS NAME DOT DOT NAME NEWLINE "},
    {"x ? <> $", "NAME OP OP OP NEWLINE "},
    {"f''", "FSTRING_START FSTRING_END NEWLINE "},
    {"f'a{{b}}c'", "FSTRING_START FSTRING_MIDDLE FSTRING_MIDDLE FSTRING_MIDDLE FSTRING_END NEWLINE "},
    {"f'{x!r:>{w}.2}'", "FSTRING_START LBRACE NAME EXCLAMATION NAME COLON FSTRING_MIDDLE LBRACE NAME RBRACE "
                        "FSTRING_MIDDLE RBRACE FSTRING_END NEWLINE "},
    {"f'{x:=5}'", "FSTRING_START LBRACE NAME COLON FSTRING_MIDDLE RBRACE FSTRING_END NEWLINE "},
    {"f'{(x:=5)}'", "FSTRING_START LBRACE LPAR NAME COLONEQUAL NUMBER RPAR RBRACE FSTRING_END NEWLINE "},
    {"f'{x!=y}'", "FSTRING_START LBRACE NAME NOTEQUAL NAME RBRACE FSTRING_END NEWLINE "},
    {"f'{x=}'", "FSTRING_START LBRACE NAME EQUAL RBRACE FSTRING_END NEWLINE "},
    {"f'{f'{'x'}'}'",
     "FSTRING_START LBRACE FSTRING_START LBRACE STRING RBRACE FSTRING_END RBRACE FSTRING_END NEWLINE "},
    {"f'{x\n# note\n}'", "FSTRING_START LBRACE NAME RBRACE FSTRING_END NEWLINE "},
    {"f'{x:a\n}'", "FSTRING_START LBRACE NAME COLON FSTRING_MIDDLE RBRACE FSTRING_END NEWLINE "},
    {"f'\\N{DASH}{{'", "FSTRING_START FSTRING_MIDDLE FSTRING_MIDDLE FSTRING_END NEWLINE "},
    {"rf'\\N{x}'", "FSTRING_START FSTRING_MIDDLE LBRACE NAME RBRACE FSTRING_END NEWLINE "},
    {"f'{x:{{1}}}'",
     "FSTRING_START LBRACE NAME COLON LBRACE LBRACE NUMBER RBRACE RBRACE RBRACE FSTRING_END NEWLINE "},
    /* soft keywords */
    {"match = case = type = _", "NAME EQUAL NAME EQUAL NAME EQUAL NAME NEWLINE "},
    {"match(x)", "NAME LPAR NAME RPAR NEWLINE "},
    {"match (x):", "SOFT_MATCH LPAR NAME RPAR COLON NEWLINE "},
    {"match -x:", "SOFT_MATCH MINUS NAME COLON NEWLINE "},
    {"match -x", "NAME MINUS NAME NEWLINE "},
    {"match *a, b:", "SOFT_MATCH STAR NAME COMMA NAME COLON NEWLINE "},
    {"match [a]: int", "NAME LSQB NAME RSQB COLON NAME NEWLINE "},
    {"match [a]: # cases follow", "SOFT_MATCH LSQB NAME RSQB COLON NEWLINE "},
    {"match (a), b:", "SOFT_MATCH LPAR NAME RPAR COMMA NAME COLON NEWLINE "},
    {"match (\n':'):", "SOFT_MATCH LPAR STRING RPAR COLON NEWLINE "},
    {"match not x:", "SOFT_MATCH KW_NOT NAME COLON NEWLINE "},
    {"match not in x", "NAME KW_NOT KW_IN NAME NEWLINE "},
    {"match lambda: 0:", "SOFT_MATCH KW_LAMBDA COLON NUMBER COLON NEWLINE "},
    {"match: int = 3", "NAME COLON NAME EQUAL NUMBER NEWLINE "},
    {"match.x[a:b]", "NAME DOT NAME LSQB NAME COLON NAME RSQB NEWLINE "},
    {"case(x)", "NAME LPAR NAME RPAR NEWLINE "},
    {"match x:\n  # first\n  case case: case = 1\n  case (y):\n    case(y)\ncase(x)",
     "SOFT_MATCH NAME COLON NEWLINE INDENT SOFT_CASE NAME COLON NAME EQUAL NUMBER NEWLINE SOFT_CASE LPAR "
     "NAME RPAR COLON "
     "NEWLINE INDENT NAME LPAR NAME RPAR NEWLINE DEDENT DEDENT NAME LPAR NAME RPAR NEWLINE "},
    {"type X = int; type Y[T] = X",
     "SOFT_TYPE NAME EQUAL NAME SEMI SOFT_TYPE NAME LSQB NAME RSQB EQUAL NAME NEWLINE "},
    {"if x: type type = int", "KW_IF NAME COLON SOFT_TYPE NAME EQUAL NAME NEWLINE "},
    {"type (x)", "NAME LPAR NAME RPAR NEWLINE "},
    {"x = {a: type, 'b': type}", "NAME EQUAL LBRACE NAME COLON NAME COMMA STRING COLON NAME RBRACE NEWLINE "},
};

START_TEST(token_kinds) {
    const KindCase *c = &kind_cases[_i];
    char *kinds = kinds_of(c->text);
    size_t length = strlen(c->kinds);
    ck_assert_msg(strncmp(kinds, c->kinds, length) == 0 && strcmp(kinds + length, "ENDMARKER ") == 0,
                  "%s\n  gives %s", c->text, kinds);
    free(kinds);
}
END_TEST

START_TEST(spans_slice_the_source) {
    Fixture f;
    size_t length;
    open_text(&f, "\xC3\xA9t\xC3\xA9 = '''a\nb''' + 1");
    next(&f);
    ck_assert_uint_eq(f.token.span.end_column, 5);
    ck_assert_uint_eq(source_display_column(&f.source, 1, 5), 3);
    next(&f);
    next(&f);
    ck_assert_uint_eq(f.token.span.line, 1);
    ck_assert_uint_eq(f.token.span.end_line, 2);
    ck_assert_uint_eq(f.token.span.end_column, 4);
    const char *slice = source_slice(&f.source, f.token.span, &length);
    ck_assert_uint_eq(length, 9);
    ck_assert_mem_eq(slice, "'''a\nb'''", 9);
    slice = source_line(&f.source, 2, &length);
    ck_assert_uint_eq(length, 8);
    ck_assert_ptr_null(source_line(&f.source, 3, &length));
    close_fixture(&f);
}
END_TEST

START_TEST(names_are_normalised) {
    Fixture f;
    open_text(&f, "\xEF\xAC\x81x = e\xCC\x81 + e\xCC\xA3\xCC\x81");
    next(&f);
    ck_assert_uint_eq(f.token.length, 3);
    ck_assert_mem_eq(f.token.text, "fix", 3);
    next(&f);
    next(&f);
    ck_assert_mem_eq(f.token.text, "\xC3\xA9", 2);
    ck_assert_int_eq(lex_all(&f), TK_ENDMARKER);
    close_fixture(&f);
}
END_TEST

START_TEST(dump_looks_like_tokenize) {
    Fixture f;
    char *text = NULL;
    size_t size = 0;
    open_text(&f, "if \xC3\xA9: x");
    FILE *out = open_memstream(&text, &size);
    ck_assert(lexer_print_tokens(&f.source, &f.diagnostics, out));
    fclose(out);
    ck_assert_str_eq(text, "1,0-1,2:            KW_IF          'if'\n"
                           "1,3-1,4:            NAME           '\xC3\xA9'\n"
                           "1,4-1,5:            COLON          ':'\n"
                           "1,6-1,7:            NAME           'x'\n"
                           "1,7-1,8:            NEWLINE        ''\n"
                           "2,0-2,0:            ENDMARKER      ''\n");
    free(text);
    close_fixture(&f);
}
END_TEST

// ----------------------------------------------------------------------------------------------------------
// Errors
// ----------------------------------------------------------------------------------------------------------

typedef struct {
    const char *text;
    uint32_t line, column; /* as CPython shows them: both from 1 */
    const char *message;
} ErrorCase;

static const ErrorCase error_cases[] = {
    {"x = 'abc\n", 1, 5, "unterminated string literal (detected at line 1)"},
    {"x = 'a\\\nbc\n\n", 1, 5, "unterminated string literal (detected at line 2)"},
    {"x = rb'a", 1, 5, "unterminated string literal (detected at line 1)"},
    {"'''abc\n\ndef\n", 1, 1, "unterminated triple-quoted string literal (detected at line 3)"},
    {"x \\ y", 1, 4, "unexpected character after line continuation character"},
    {"x \\", 1, 4, "unexpected EOF while parsing"},
    {"(\\", 1, 1, "'(' was never closed"},
    {"x = [(1,\n2", 1, 6, "'(' was never closed"},
    {"x)", 1, 2, "unmatched ')'"},
    {"{1:2)", 1, 5, "closing parenthesis ')' does not match opening parenthesis '{'"},
    {"(\n]", 2, 1, "closing parenthesis ']' does not match opening parenthesis '(' on line 1"},
    {"1__0", 1, 2, "invalid decimal literal"},
    {"12ab", 1, 2, "invalid decimal literal"},
    {"1._5", 1, 2, "invalid decimal literal"},
    {"1e+", 1, 3, "invalid decimal literal"},
    {"1orx", 1, 1, "invalid decimal literal"},
    {"0_", 1, 2, "invalid decimal literal"},
    {"x=0777_", 1, 7, "invalid decimal literal"},
    {"0x", 1, 2, "invalid hexadecimal literal"},
    {"0x1_g", 1, 4, "invalid hexadecimal literal"},
    {"0b12", 1, 4, "invalid digit '2' in binary literal"},
    {"0b1e5", 1, 3, "invalid binary literal"},
    {"0o_8", 1, 4, "invalid digit '8' in octal literal"},
    {"0o", 1, 2, "invalid octal literal"},
    {"1jj", 1, 2, "invalid imaginary literal"},
    {"012", 1, 1,
     "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers"},
    {"x = a\xE2\x82\xAC", 1, 6, "invalid character '\xE2\x82\xAC' (U+20AC)"},
    {"a\xC2\xA0z", 1, 2, "invalid non-printable character U+00A0"},
    {"x \x01", 1, 3, "invalid non-printable character U+0001"},
    {"\xC2\xB7z", 1, 1, "invalid character '\xC2\xB7' (U+00B7)"},
    {"\xEF\xBB\xBFx", 1, 1, "invalid non-printable character U+FEFF"},
    {"f'{a'", 1, 5, "f-string: expecting '}'"},
    {"f'}'", 1, 3, "f-string: single '}' is not allowed"},
    {"f'{a}}'", 1, 6, "f-string: single '}' is not allowed"},
    {"f'{a)}'", 1, 5, "f-string: unmatched ')'"},
    {"f'{(a}'", 1, 6, "closing parenthesis '}' does not match opening parenthesis '('"},
    {"x = f'abc", 1, 5, "unterminated f-string literal (detected at line 1)"},
    {"f'''abc\n\n", 1, 1, "unterminated triple-quoted f-string literal (detected at line 2)"},
    {"f'{a#}'", 1, 3, "'{' was never closed"},
    {"f'{a:x", 1, 3, "'{' was never closed"},
    {"f'{x:{y}\n}'", 1, 1, "unterminated f-string literal (detected at line 1)"},
    {"f'{a:{b:{c:{d}}}}'", 1, 11, "f-string: expressions nested too deeply"},
    {"if 1:\n  a\n b\n", 3, 3, "unindent does not match any outer indentation level"},
    {"if 1:\n\ta\n        b\n", 3, 1, "inconsistent use of tabs and spaces in indentation"},
    {"if 1:\n a\n\tb\n", 3, 1, "inconsistent use of tabs and spaces in indentation"},
    /* literals */
    {"'ab\\x1'", 1, 1,
     "(unicode error) 'unicodeescape' codec can't decode bytes in position 2-4: truncated \\xXX escape"},
    {"'\xC3\xA9\\u12'", 1, 1,
     "(unicode error) 'unicodeescape' codec can't decode bytes in position 10-13: truncated \\uXXXX escape"},
    {"'\\U00110000'", 1, 1,
     "(unicode error) 'unicodeescape' codec can't decode bytes in position 0-9: illegal Unicode character"},
    {"'\\N{}'", 1, 1,
     "(unicode error) 'unicodeescape' codec can't decode bytes in position 0-2: malformed \\N character "
     "escape"},
    {"'\\N{DASH'", 1, 1,
     "(unicode error) 'unicodeescape' codec can't decode bytes in position 0-6: malformed \\N character "
     "escape"},
    {"'\\N{foo}'", 1, 1,
     "(unicode error) 'unicodeescape' codec can't decode bytes in position 0-6: unknown Unicode character "
     "name"},
    {"f'ab{x}\\x1'", 1, 11,
     "(unicode error) 'unicodeescape' codec can't decode bytes in position 0-2: truncated \\xXX escape"},
    {"b'ab\\x'", 1, 1, "(value error) invalid \\x escape at position 2"},
    {"b'\xC3\xA9'", 1, 1, "bytes can only contain ASCII literal characters"},
};

/* Lex all of a source and unescape its strings, up to the first error. */
static void lex_and_decode(Fixture *f) {
    Buffer out;
    buffer_init(&out, allocator_libc());
    while (f->decoded) {
        TokenKind kind = next(f);
        if (kind == TK_ERROR || kind == TK_ENDMARKER) break;
        bool text = kind == TK_STRING || kind == TK_FSTRING_MIDDLE;
        if (text && !literal_decode(&f->token, &out, &f->diagnostics)) break;
    }
    buffer_fini(&out);
}

START_TEST(errors) {
    const ErrorCase *c = &error_cases[_i];
    Fixture f;
    open_text(&f, c->text);
    lex_and_decode(&f);
    const Diagnostic *error = &f.diagnostics.error;
    ck_assert_msg(f.diagnostics.failed, "%s", c->text);
    ck_assert_str_eq(error->message, c->message);
    ck_assert_uint_eq(error->span.line, c->line);
    ck_assert_uint_eq(source_display_column(&f.source, error->span.line, error->span.column) + 1, c->column);
    ck_assert_int_eq(f.token.kind == TK_ERROR ? next(&f) : TK_ERROR, TK_ERROR);
    close_fixture(&f);
}
END_TEST

START_TEST(kinds_of_errors) {
    static const struct {
        const char *text;
        const char *name;
    } cases[] = {
        {"(", "SyntaxError"}, {"if 1:\n  a\n b\n", "IndentationError"}, {"if 1:\n a\n\tb\n", "TabError"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Fixture f;
        open_text(&f, cases[i].text);
        ck_assert_int_eq(lex_all(&f), TK_ERROR);
        ck_assert_str_eq(diagnostic_kind_name(f.diagnostics.error.kind), cases[i].name);
        close_fixture(&f);
    }
}
END_TEST

START_TEST(warnings) {
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"'\\d\\e'", "invalid escape sequence '\\d'"},        {"b'\\u'", "invalid escape sequence '\\u'"},
        {"'\\400'", "invalid octal escape sequence '\\400'"}, {"f'\\{a}'", "invalid escape sequence '\\{'"},
        {"f'\\}}'", "invalid escape sequence '\\}'"},         {"1if x else y", "invalid decimal literal"},
        {"0xfor x", "invalid hexadecimal literal"},           {"match(1or 2)", "invalid decimal literal"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Fixture f;
        open_text(&f, cases[i].text);
        lex_and_decode(&f);
        ck_assert_msg(!f.diagnostics.failed && f.diagnostics.warnings, "%s", cases[i].text);
        ck_assert_str_eq(f.diagnostics.warnings->message, cases[i].message);
        ck_assert_ptr_null(f.diagnostics.warnings->next);
        close_fixture(&f);
    }
}
END_TEST

/* Lex `count` tokens, then ask what explains a syntax error in the line of the last one. */
static const char *explain(Fixture *f, const char *text, int count) {
    open_text(f, text);
    while (count-- > 0)
        next(f);
    bool explained = lexer_explain(&f->lexer, f->token.span.line + 1);
    ck_assert(explained == f->diagnostics.failed);
    return explained ? f->diagnostics.error.message : "";
}

START_TEST(later_errors_explain_syntax_errors) {
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"a b\n'", "unterminated string literal (detected at line 2)"},
        {"a b\n\n)", "unmatched ')'"},
        {"a b (\nc", "'(' was never closed"},
        {"a b\n(c", ""},
        {"a b\n\\ c", ""},
        {"a b\n  c\n d", ""},
        {"a b", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Fixture f;
        ck_assert_str_eq(explain(&f, cases[i].text, 2), cases[i].message);
        close_fixture(&f);
    }
}
END_TEST

START_TEST(a_prompt_knows_what_is_incomplete) {
    static const struct {
        const char *text;
        bool incomplete;
    } cases[] = {
        {"x\n", false},      {"(\n", true},          {"'''a\n", true},           {"'a\n", false},
        {"x = \\\n", true},  {"'a\\\n", true},       {"if x:\n", true},          {"if x:\n  y\n", true},
        {"@x\n", true},      {"f'''a\n", true},      {"f'{a\n", true},           {"if x:\n  y\n\n", false},
        {"if x: y\n", true}, {"if x: y\n\n", false}, {"if x:\n  y\nz\n", false}, {")\n", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Fixture f;
        open_text(&f, cases[i].text);
        f.lexer.interactive = true;
        lex_all(&f);
        ck_assert_msg(f.diagnostics.error.incomplete == cases[i].incomplete, "%s", cases[i].text);
        close_fixture(&f);
    }
}
END_TEST

// ----------------------------------------------------------------------------------------------------------
// Limits
// ----------------------------------------------------------------------------------------------------------

/* Lex `text` and free it; the message of the error, if any, is copied out. */
static void lex_freed(char *text, char message[64]) {
    Fixture f;
    open_text(&f, text);
    lex_all(&f);
    snprintf(message, 64, "%s", f.diagnostics.failed ? f.diagnostics.error.message : "");
    close_fixture(&f);
    free(text);
}

START_TEST(bracket_limit) {
    char message[64];
    lex_freed(repeat("(", LEXER_BRACKET_MAX, ""), message);
    ck_assert_str_eq(message, "'(' was never closed");
    lex_freed(repeat("[", LEXER_BRACKET_MAX + 1, ""), message);
    ck_assert_str_eq(message, "too many nested parentheses");
    lex_freed(repeat("(", 1000000, ""), message);
    ck_assert_str_eq(message, "too many nested parentheses");
}
END_TEST

START_TEST(fstring_limit) {
    char message[64];
    lex_freed(repeat("f'{", LEXER_FSTRING_MAX, ""), message);
    ck_assert_str_eq(message, "'{' was never closed");
    lex_freed(repeat("f'{", LEXER_FSTRING_MAX + 1, ""), message);
    ck_assert_str_eq(message, "too many nested f-strings");
}
END_TEST

/* Blocks nested `depth` deep. */
static char *nested_blocks(int depth) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    for (int i = 0; i < depth; i++)
        fprintf(out, "%*sif 1:\n", i, "");
    fprintf(out, "%*sx\n", depth, "");
    fclose(out);
    return text;
}

START_TEST(indentation_limit) {
    char message[64];
    lex_freed(nested_blocks(LEXER_INDENT_MAX - 1), message);
    ck_assert_str_eq(message, "");
    lex_freed(nested_blocks(LEXER_INDENT_MAX), message);
    ck_assert_str_eq(message, "too many levels of indentation");
}
END_TEST

START_TEST(field_limit) {
    char message[64];
    lex_freed(strdup("f'{a:{b:{c}}}'"), message);
    ck_assert_str_eq(message, "");
    lex_freed(strdup("f'{a:{b:{c:{d}}}}'"), message);
    ck_assert_str_eq(message, "f-string: expressions nested too deeply");
}
END_TEST

START_TEST(long_input_takes_linear_time) {
    char message[64];
    lex_freed(repeat("match (x)\n", 100000, ""), message);
    ck_assert_str_eq(message, "");
    lex_freed(repeat("\xCC\x81", 300000, ""), message);
    ck_assert_str_ne(message, "");
    char *marks = repeat("\xCC\xA3", 300000, ""), *name = repeat("\xCC\x81", 300000, marks);
    char *letter = malloc(strlen(name) + 2);
    sprintf(letter, "e%s", name);
    free(marks);
    free(name);
    lex_freed(letter, message);
    ck_assert_str_eq(message, "");
}
END_TEST

// ----------------------------------------------------------------------------------------------------------
// Literals and character names
// ----------------------------------------------------------------------------------------------------------

START_TEST(strings_are_unescaped) {
    static const struct {
        const char *text;
        const char *value;
        size_t length;
    } cases[] = {
        {"'a\\n\\t\\\\\\''", "a\n\t\\'", 5},
        {"'\\0\\x41\\101\\1011'", "\0AAA1", 5},
        {"'a\\\nb'", "ab", 2},
        {"'\\u20AC\\U0001F600'", "\xE2\x82\xAC\xF0\x9F\x98\x80", 7},
        {"'\\ud83d\\ude00'", "\xED\xA0\xBD\xED\xB8\x80", 6},
        {"'\\N{latin small letter e with acute}'", "\xC3\xA9", 2},
        {"'\xC3\xA9\\d'", "\xC3\xA9\\d", 4},
        {"r'\\n'", "\\n", 2},
        {"b'\\xff\\777\\u0041'", "\xFF\xFF\\u0041", 8},
        {"Rb'\\x'", "\\x", 2},
        {"'''a''b'''", "a''b", 4},
        {"''", "", 0},
        {"''''''", "", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Fixture f;
        Buffer out;
        buffer_init(&out, allocator_libc());
        open_text(&f, cases[i].text);
        ck_assert_int_eq(next(&f), TK_STRING);
        ck_assert_msg(literal_decode(&f.token, &out, &f.diagnostics), "%s", cases[i].text);
        ck_assert_uint_eq(out.length, cases[i].length);
        if (out.length) ck_assert_mem_eq(out.data, cases[i].value, out.length);
        buffer_fini(&out);
        close_fixture(&f);
    }
}
END_TEST

START_TEST(fstring_pieces_join) {
    Fixture f;
    Buffer out;
    buffer_init(&out, allocator_libc());
    open_text(&f, "f'a\\x41{{\\N{DIGIT ONE}}}\\{x}'");
    next(&f);
    while (next(&f) == TK_FSTRING_MIDDLE)
        ck_assert(literal_decode(&f.token, &out, &f.diagnostics));
    ck_assert_int_eq(f.token.kind, TK_LBRACE);
    ck_assert_uint_eq(out.length, 6);
    ck_assert_mem_eq(out.data, "aA{1}\\", 6);
    buffer_fini(&out);
    close_fixture(&f);
}
END_TEST

START_TEST(string_prefixes) {
    Fixture f;
    open_text(&f, "u'a' rB'''b'''");
    next(&f);
    StringLiteral literal = string_literal(&f.token);
    ck_assert(literal.unicode && !literal.bytes && !literal.raw && !literal.triple && literal.start == 2);
    next(&f);
    literal = string_literal(&f.token);
    ck_assert(!literal.unicode && literal.bytes && literal.raw && literal.triple);
    ck_assert_uint_eq(literal.start, 5);
    ck_assert_uint_eq(literal.end, 6);
    close_fixture(&f);
}
END_TEST

START_TEST(numbers_are_classified) {
    static const struct {
        const char *text;
        NumberKind kind;
        int base;
        const char *digits;
    } cases[] = {
        {"1_000", NUMBER_INT, 10, "1000"},    {"0XFf_e5", NUMBER_INT, 16, "Ffe5"},
        {"0b1_0", NUMBER_INT, 2, "10"},       {"0o17", NUMBER_INT, 8, "17"},
        {"0", NUMBER_INT, 10, "0"},           {"1_0.5E-1_0", NUMBER_FLOAT, 10, "10.5E-10"},
        {".5", NUMBER_FLOAT, 10, ".5"},       {"1e5", NUMBER_FLOAT, 10, "1e5"},
        {"1_0J", NUMBER_IMAGINARY, 10, "10"}, {"09j", NUMBER_IMAGINARY, 10, "09"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Fixture f;
        NumberLiteral literal;
        open_text(&f, cases[i].text);
        ck_assert_int_eq(next(&f), TK_NUMBER);
        ck_assert(number_literal(&f.token, &f.arena, &literal));
        ck_assert_int_eq(literal.kind, cases[i].kind);
        ck_assert_int_eq(literal.base, cases[i].base);
        ck_assert_str_eq(literal.digits, cases[i].digits);
        ck_assert_uint_eq(literal.length, strlen(cases[i].digits));
        close_fixture(&f);
    }
}
END_TEST

static int32_t lookup(const char *name) { return uniname_lookup(name, strlen(name)); }

START_TEST(character_names) {
    char name[UNINAME_MAX];
    ck_assert_int_eq(lookup("Latin Small Letter A"), 'a');
    ck_assert_int_eq(lookup("LINE FEED"), '\n');
    ck_assert_int_eq(lookup("HANGUL SYLLABLE GAG"), 0xAC01);
    ck_assert_int_eq(lookup("HANGUL SYLLABLE "), -1);
    ck_assert_int_eq(lookup("CJK UNIFIED IDEOGRAPH-4E00"), 0x4E00);
    ck_assert_int_eq(lookup("CJK UNIFIED IDEOGRAPH-A000"), -1);
    ck_assert_int_eq(lookup("LATIN  SMALL LETTER A"), -1);
    ck_assert_int_eq(lookup(""), -1);
    ck_assert_uint_eq(uniname_of('\n', name), 0);
    ck_assert_uint_eq(uniname_of(0x110000, name), 0);
    ck_assert_uint_gt(uniname_of(0xD7A3, name), 0);
    ck_assert_str_eq(name, "HANGUL SYLLABLE HIH");
}
END_TEST

START_TEST(every_character_name_leads_back) {
    char name[UNINAME_MAX];
    uint32_t named = 0;
    for (uint32_t code_point = 0; code_point < 0x110000; code_point++) {
        size_t length = uniname_of(code_point, name);
        if (length == 0) continue;
        named++;
        ck_assert_int_eq(uniname_lookup(name, length), (int32_t)code_point);
    }
    ck_assert_uint_gt(named, 140000);
}
END_TEST

// ----------------------------------------------------------------------------------------------------------
// Sources
// ----------------------------------------------------------------------------------------------------------

static void check_text(SourceKind kind, const char *bytes, const char *text) {
    Fixture f;
    open_bytes(&f, kind, bytes, strlen(bytes));
    ck_assert_msg(f.decoded, "%s", bytes);
    ck_assert_str_eq(f.source.text, text);
    close_fixture(&f);
}

START_TEST(sources_are_decoded) {
    check_text(SOURCE_FILE, "a\r\nb\rc\n", "a\nb\nc\n");
    check_text(SOURCE_FILE, "a", "a\n");
    check_text(SOURCE_FILE, "", "");
    check_text(SOURCE_FILE, "\r", "\n");
    check_text(SOURCE_FILE, "\xEF\xBB\xBFx", "x\n");
    check_text(SOURCE_FILE, "\xEF\xBB\xBF# coding: utf-8\n", "# coding: utf-8\n");
    check_text(SOURCE_FILE, "# -*- coding: Latin-1 -*-\n\xE9", "# -*- coding: Latin-1 -*-\n\xC3\xA9\n");
    check_text(SOURCE_FILE, "\n#vim:encoding=iso_8859_1:\n\xE9", "\n#vim:encoding=iso_8859_1:\n\xC3\xA9\n");
    check_text(SOURCE_FILE, "# coding: us-ascii\nx", "# coding: us-ascii\nx\n");
    check_text(SOURCE_FILE, "\n\n# coding: foo\n", "\n\n# coding: foo\n");
    check_text(SOURCE_FILE, "x\n# coding: foo\n", "x\n# coding: foo\n");
    check_text(SOURCE_TEXT, "# coding: latin-1\n\xC3\xA9", "# coding: latin-1\n\xC3\xA9\n");
}
END_TEST

START_TEST(wrong_sources_are_refused) {
    static const struct {
        SourceKind kind;
        const char *bytes;
        size_t length;
        const char *message;
    } cases[] = {
        {SOURCE_FILE, "x\n\xE9", 3,
         "Non-UTF-8 code starting with '\\xe9' in file script.mpy on line 2, but no encoding declared; see "
         "https://peps.python.org/pep-0263/ for details"},
        {SOURCE_BYTES, "\xED\xA0\x80", 3,
         "(unicode error) 'utf-8' codec can't decode byte 0xed in position 0: invalid continuation byte"},
        {SOURCE_BYTES, "\xEF\xBB", 2,
         "(unicode error) 'utf-8' codec can't decode bytes in position 0-1: unexpected end of data"},
        {SOURCE_FILE, "x\0y", 3, "source code cannot contain null bytes"},
        {SOURCE_TEXT, "x\0y", 3, "source code string cannot contain null bytes"},
        {SOURCE_FILE, "# coding: foo", 13, "encoding problem: foo"},
        {SOURCE_BYTES, "# coding: foo", 13, "unknown encoding: foo"},
        {SOURCE_FILE, "\xEF\xBB\xBF# coding: latin-1", 20, "encoding problem: iso-8859-1 with BOM"},
        {SOURCE_BYTES, "#coding:ascii\n\xE9", 15,
         "'ascii' codec can't decode byte 0xe9 in position 14: ordinal not in range(128)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Fixture f;
        open_bytes(&f, cases[i].kind, cases[i].bytes, cases[i].length);
        ck_assert(!f.decoded && f.diagnostics.failed);
        ck_assert_str_eq(f.diagnostics.error.message, cases[i].message);
        close_fixture(&f);
    }
}
END_TEST

/* An allocator that refuses all but the first `left` requests. */
static void *resize_some(void *context, void *block, size_t old_size, size_t new_size) {
    int *left = context;
    if (new_size > 0 && (*left)-- <= 0) return NULL;
    return allocator_libc().allocate(NULL, block, old_size, new_size);
}

START_TEST(refused_memory_is_an_error) {
    static const char text[] = "\xC3\xA9 = 'a\\d' + 1if x else f'{y}' + \xE2\x82\xAC";
    bool done = false;
    for (int allowed = 0; !done; allowed++) {
        int left = allowed;
        Allocator allocator = {resize_some, &left};
        Fixture f;
        arena_init(&f.arena, allocator);
        diagnostics_init(&f.diagnostics, &f.arena);
        f.decoded =
            source_init(&f.source, allocator, "script.mpy", SOURCE_TEXT, text, strlen(text), &f.diagnostics);
        if (f.decoded) lexer_init(&f.lexer, &f.source, &f.diagnostics);
        lex_and_decode(&f);
        ck_assert(f.diagnostics.failed);
        done = f.diagnostics.error.kind == DIAGNOSTIC_SYNTAX_ERROR;
        ck_assert(done || f.diagnostics.error.kind == DIAGNOSTIC_MEMORY_ERROR);
        ck_assert_int_lt(allowed, 100);
        close_fixture(&f);
    }
}
END_TEST

// ----------------------------------------------------------------------------------------------------------

int main(void) {
    TCase *tests = tcase_create("lexer");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, every_spelling_in_the_table_lexes_to_its_kind);
    tcase_add_loop_test(tests, token_kinds, 0, sizeof kind_cases / sizeof *kind_cases);
    tcase_add_test(tests, spans_slice_the_source);
    tcase_add_test(tests, names_are_normalised);
    tcase_add_test(tests, dump_looks_like_tokenize);
    tcase_add_loop_test(tests, errors, 0, sizeof error_cases / sizeof *error_cases);
    tcase_add_test(tests, kinds_of_errors);
    tcase_add_test(tests, warnings);
    tcase_add_test(tests, later_errors_explain_syntax_errors);
    tcase_add_test(tests, a_prompt_knows_what_is_incomplete);
    tcase_add_test(tests, bracket_limit);
    tcase_add_test(tests, fstring_limit);
    tcase_add_test(tests, indentation_limit);
    tcase_add_test(tests, field_limit);
    tcase_add_test(tests, long_input_takes_linear_time);
    tcase_add_test(tests, strings_are_unescaped);
    tcase_add_test(tests, fstring_pieces_join);
    tcase_add_test(tests, string_prefixes);
    tcase_add_test(tests, numbers_are_classified);
    tcase_add_test(tests, character_names);
    tcase_add_test(tests, every_character_name_leads_back);
    tcase_add_test(tests, sources_are_decoded);
    tcase_add_test(tests, wrong_sources_are_refused);
    tcase_add_test(tests, refused_memory_is_an_error);
    Suite *suite = suite_create("lexer");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
