/*
 * The shapes of tokens. What depends on context (layout, f-strings, soft keywords) is decided in scan_code and
 * the functions it calls; the rules below look at nothing but bytes.
 */

#include "lexer/lexer.h"

#include "lexer/scan.h"

/* What the rules recognise besides complete tokens. */
enum {
    RULE_NEWLINE = TK_COUNT,
    RULE_BACKSLASH,
    RULE_END,
    RULE_STRING,  /* prefix and opening quotes */
    RULE_FSTRING, /* the same of an f-string */
    RULE_CONTROL, /* a control character, which has no place in a program */
};

typedef struct {
    int rule; /* a TokenKind or one of the above */
    const char *start;
    const char *end;
} Match;

#define GIVE(rule) \
    return (Match) { rule, start, cursor }

/*
 * The longest rule that matches at `cursor`, blanks and comments passed over. The NULs behind the text stop
 * every rule, so nothing is read beyond them.
 */
static Match next_match(const char *cursor)
{
    const char *start, *marker;
next:
    start = cursor;
    /*!re2c
    re2c:define:YYCTYPE = "unsigned char";
    re2c:define:YYCURSOR = cursor;
    re2c:define:YYMARKER = marker;
    re2c:yyfill:enable = 0;

    digit = [0-9];
    digits = digit ("_"? digit)*;
    integer = [1-9] ("_"? digit)* | "0" ("_"? "0")*
            | "0" [xX] ("_"? [0-9a-fA-F])+ | "0" [oO] ("_"? [0-7])+ | "0" [bB] ("_"? [01])+;
    exponent = [eE] [+-]? digits;
    float = digits? "." digits exponent? | digits "." exponent? | digits exponent;
    number = integer | (float | digits) [jJ] | float;
    quote = "'" | "'''" | ["] | ["]["]["];
    raw = [rR];
    bytes = [bB];
    name = [a-zA-Z_\x80-\xFF] [a-zA-Z0-9_\x80-\xFF]*;

    [ \t\f]+ | "#" [^\n\x00]*  { goto next; }
    "\n"                       { GIVE(RULE_NEWLINE); }
    "\\"                       { GIVE(RULE_BACKSLASH); }
    "\x00"                     { cursor = start; GIVE(RULE_END); }

    number                                          { GIVE(TK_NUMBER); }
    ([uU] | raw | bytes raw? | raw bytes)? quote    { GIVE(RULE_STRING); }
    ([fF] raw? | raw [fF]) quote                    { GIVE(RULE_FSTRING); }

    "False"     { GIVE(TK_KW_FALSE); }
    "None"      { GIVE(TK_KW_NONE); }
    "True"      { GIVE(TK_KW_TRUE); }
    "and"       { GIVE(TK_KW_AND); }
    "as"        { GIVE(TK_KW_AS); }
    "assert"    { GIVE(TK_KW_ASSERT); }
    "async"     { GIVE(TK_KW_ASYNC); }
    "await"     { GIVE(TK_KW_AWAIT); }
    "break"     { GIVE(TK_KW_BREAK); }
    "class"     { GIVE(TK_KW_CLASS); }
    "continue"  { GIVE(TK_KW_CONTINUE); }
    "def"       { GIVE(TK_KW_DEF); }
    "del"       { GIVE(TK_KW_DEL); }
    "elif"      { GIVE(TK_KW_ELIF); }
    "else"      { GIVE(TK_KW_ELSE); }
    "except"    { GIVE(TK_KW_EXCEPT); }
    "finally"   { GIVE(TK_KW_FINALLY); }
    "for"       { GIVE(TK_KW_FOR); }
    "from"      { GIVE(TK_KW_FROM); }
    "global"    { GIVE(TK_KW_GLOBAL); }
    "if"        { GIVE(TK_KW_IF); }
    "import"    { GIVE(TK_KW_IMPORT); }
    "in"        { GIVE(TK_KW_IN); }
    "is"        { GIVE(TK_KW_IS); }
    "lambda"    { GIVE(TK_KW_LAMBDA); }
    "nonlocal"  { GIVE(TK_KW_NONLOCAL); }
    "not"       { GIVE(TK_KW_NOT); }
    "or"        { GIVE(TK_KW_OR); }
    "pass"      { GIVE(TK_KW_PASS); }
    "raise"     { GIVE(TK_KW_RAISE); }
    "return"    { GIVE(TK_KW_RETURN); }
    "try"       { GIVE(TK_KW_TRY); }
    "while"     { GIVE(TK_KW_WHILE); }
    "with"      { GIVE(TK_KW_WITH); }
    "yield"     { GIVE(TK_KW_YIELD); }
    name        { GIVE(TK_NAME); }

    "("     { GIVE(TK_LPAR); }
    ")"     { GIVE(TK_RPAR); }
    "["     { GIVE(TK_LSQB); }
    "]"     { GIVE(TK_RSQB); }
    "{"     { GIVE(TK_LBRACE); }
    "}"     { GIVE(TK_RBRACE); }
    ":"     { GIVE(TK_COLON); }
    ","     { GIVE(TK_COMMA); }
    ";"     { GIVE(TK_SEMI); }
    "."     { GIVE(TK_DOT); }
    "..."   { GIVE(TK_ELLIPSIS); }
    "!"     { GIVE(TK_EXCLAMATION); }
    ":="    { GIVE(TK_COLONEQUAL); }
    "->"    { GIVE(TK_RARROW); }
    "+"     { GIVE(TK_PLUS); }
    "-"     { GIVE(TK_MINUS); }
    "*"     { GIVE(TK_STAR); }
    "**"    { GIVE(TK_DOUBLESTAR); }
    "/"     { GIVE(TK_SLASH); }
    "//"    { GIVE(TK_DOUBLESLASH); }
    "%"     { GIVE(TK_PERCENT); }
    "@"     { GIVE(TK_AT); }
    "<<"    { GIVE(TK_LEFTSHIFT); }
    ">>"    { GIVE(TK_RIGHTSHIFT); }
    "&"     { GIVE(TK_AMPER); }
    "|"     { GIVE(TK_VBAR); }
    "^"     { GIVE(TK_CIRCUMFLEX); }
    "~"     { GIVE(TK_TILDE); }
    "<"     { GIVE(TK_LESS); }
    ">"     { GIVE(TK_GREATER); }
    "<="    { GIVE(TK_LESSEQUAL); }
    ">="    { GIVE(TK_GREATEREQUAL); }
    "=="    { GIVE(TK_EQEQUAL); }
    "!="    { GIVE(TK_NOTEQUAL); }
    "="     { GIVE(TK_EQUAL); }
    "+="    { GIVE(TK_PLUSEQUAL); }
    "-="    { GIVE(TK_MINEQUAL); }
    "*="    { GIVE(TK_STAREQUAL); }
    "**="   { GIVE(TK_DOUBLESTAREQUAL); }
    "/="    { GIVE(TK_SLASHEQUAL); }
    "//="   { GIVE(TK_DOUBLESLASHEQUAL); }
    "%="    { GIVE(TK_PERCENTEQUAL); }
    "@="    { GIVE(TK_ATEQUAL); }
    "<<="   { GIVE(TK_LEFTSHIFTEQUAL); }
    ">>="   { GIVE(TK_RIGHTSHIFTEQUAL); }
    "&="    { GIVE(TK_AMPEREQUAL); }
    "|="    { GIVE(TK_VBAREQUAL); }
    "^="    { GIVE(TK_CIRCUMFLEXEQUAL); }

    [$?`] | "<>"    { GIVE(TK_OP); }
    *               { GIVE(RULE_CONTROL); }
    */
}

#undef GIVE

/* Not ctype.h's: the locale has no say in what a Python program is. */
static bool continues_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static TokenKind scan_name(Lexer *lexer, Token *token)
{
    token_end(lexer, token, TK_NAME);
    for (uint32_t i = 0; i < token->length; i++)
        if ((unsigned char)token->text[i] >= 0x80) return scan_unicode_name(lexer, token);
    token->kind = lookahead_name_kind(lexer, token);
    if (token->kind == TK_SOFT_MATCH) lexer->match_line = true;
    return token->kind;
}

static TokenKind scan_bracket(Lexer *lexer, Token *token, TokenKind kind)
{
    bool opens = kind == TK_LPAR || kind == TK_LSQB || kind == TK_LBRACE;
    bool ok = opens ? layout_open(lexer) : layout_close(lexer);
    return ok ? token_end(lexer, token, kind) : TK_ERROR;
}

/* At the outermost level of an f-string's field a colon, even that of ':=', begins the format spec. */
static TokenKind scan_colon(Lexer *lexer, Token *token, const char *start, TokenKind kind)
{
    if (!fstring_in_field(lexer)) return token_end(lexer, token, kind);
    lexer->cursor = start + 1;
    fstring_begin_spec(lexer);
    return token_end(lexer, token, TK_COLON);
}

/* A newline between tokens: the end of a logical line, or nothing inside of brackets. */
static bool scan_newline(Lexer *lexer, Token *token)
{
    bool ends_line = lexer->bracket_depth == 0;
    if (ends_line) {
        token_end(lexer, token, TK_NEWLINE);
        lexer->at_line_start = true;
    }
    lexer_next_line(lexer);
    return ends_line;
}

/* The token that `match` begins. */
static TokenKind scan_match(Lexer *lexer, Token *token, Match match)
{
    switch (match.rule) {
    case RULE_END: return layout_end(lexer, token);
    case RULE_STRING: return scan_string(lexer, token);
    case RULE_FSTRING: return scan_fstring_start(lexer, token);
    case RULE_CONTROL: return fail_character(lexer, (unsigned char)*match.start, match.start);
    case TK_NAME: return scan_name(lexer, token);
    case TK_NUMBER:
        if (continues_word(*lexer->cursor)) return scan_number_end(lexer, token);
        return token_end(lexer, token, TK_NUMBER);
    case TK_LPAR:
    case TK_LSQB:
    case TK_LBRACE:
    case TK_RPAR:
    case TK_RSQB:
    case TK_RBRACE: return scan_bracket(lexer, token, (TokenKind)match.rule);
    case TK_COLON:
    case TK_COLONEQUAL: return scan_colon(lexer, token, match.start, (TokenKind)match.rule);
    default: return token_end(lexer, token, (TokenKind)match.rule);
    }
}

TokenKind scan_code(Lexer *lexer, Token *token)
{
    for (;;) {
        Match match = next_match(lexer->cursor);
        lexer->cursor = match.end;
        token_begin(lexer, token, match.start);
        if (match.rule == RULE_NEWLINE) {
            if (scan_newline(lexer, token)) return TK_NEWLINE;
        } else if (match.rule == RULE_BACKSLASH) {
            if (!layout_join_line(lexer)) return TK_ERROR;
        } else {
            return scan_match(lexer, token, match);
        }
    }
}
