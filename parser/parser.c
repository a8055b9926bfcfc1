/* The loop that feeds the grammar. */

#include "parser/parser.h"

#include <string.h>

#include "parser/state.h"

/* ---- Tokens ---------------------------------------------------------------------------------------- */

/* Read one more token to the end of the line; false when memory is refused. */
static bool read_token(Parser *p) {
    if (p->line_count == p->line_capacity) {
        uint32_t capacity = p->line_capacity ? p->line_capacity * 2 : 64;
        Allocator allocator = p->arena->allocator;
        Token *line =
            allocator_resize(allocator, p->line, p->line_capacity * sizeof *line, capacity * sizeof *line);
        if (!line) {
            p->arena->failed = true;
            return false;
        }
        p->line = line;
        p->line_capacity = capacity;
    }
    lex_next(&p->lexer, &p->line[p->line_count++]);
    return true;
}

Token parser_token(Parser *p, uint32_t index) {
    while (p->line_count <= index) {
        Token last = p->line[p->line_count - 1];
        if (last.kind == TK_ENDMARKER || last.kind == TK_ERROR || !read_token(p)) return last;
    }
    return p->line[index];
}

/* ---- The loop -------------------------------------------------------------------------------------- */

static bool stopped(const Parser *p) {
    return p->rejected || p->error.set || p->arena->failed || p->diagnostics->failed;
}

/* Once the first token of a line is accepted, those of the line before are needed no more. */
static void forget_line(Parser *p) {
    if (p->line_count < 2 || p->line[p->line_count - 2].kind != TK_NEWLINE) return;
    p->line[0] = p->line[p->line_count - 1];
    p->line_count = 1;
}

/* Feed tokens up to the end, or until the grammar refuses one or something fails. */
static void feed_all(Parser *p, void *grammar) {
    while (!stopped(p)) {
        if (!read_token(p)) return;
        Token token = p->line[p->line_count - 1];
        if (token.kind == TK_ERROR) return;
        grammar_feed(grammar, grammar_symbol(token.kind), token);
        if (!stopped(p)) forget_line(p);
        if (token.kind != TK_ENDMARKER || stopped(p)) continue;
        grammar_feed(grammar, 0, token); /* a last move takes place only now */
        return;
    }
}

/* The text ends at token `index`: more lines could help. */
static bool at_end(Parser *p, uint32_t index) {
    while (parser_token(p, index).kind == TK_DEDENT)
        index++;
    return parser_token(p, index).kind == TK_ENDMARKER;
}

/* Where the logical line with the line `line` ends, as far as it has been read. */
static uint32_t logical_end(const Parser *p, uint32_t line) {
    uint32_t i = 0;
    while (i + 1 < p->line_count && (p->line[i].kind != TK_NEWLINE || p->line[i].span.line < line))
        i++;
    return p->line[i].kind == TK_ENDMARKER ? line : p->line[i].span.line;
}

/* Is there nothing but blanks behind this column of the line, and a backslash that joins the next line to it? */
static bool joins(const Source *source, uint32_t line, uint32_t column) {
    size_t length, at = column;
    const char *text = source_line(source, line, &length);
    while (at < length && (text[at] == ' ' || text[at] == '\t' || text[at] == '\f'))
        at++;
    return at + 1 == length && text[at] == '\\';
}

/* CPython's lexer has of a text the lines from the first one whose beginning is neither within a token nor joined to
 * the line before; a backslash before a line's first token does not keep that line. It shows all of them. */
static uint32_t first_line_shown(const Parser *p, uint32_t line) {
    uint32_t first = line, i = p->line_count;
    for (;;) {
        while (i > 0 && p->line[i - 1].span.line >= first)
            i--;
        Span before = i > 0 ? p->line[i - 1].span : (Span){0};
        if (before.end_line >= first)
            first = before.line;
        else if (first > 1 &&
                 joins(p->source, first - 1, before.end_line == first - 1 ? before.end_column : 0))
            first--;
        else
            break;
    }
    while (first < line && joins(p->source, first, 0))
        first++;
    return first;
}

/* Report the error that was held, unless the rest of the text has a better one. */
static void report(Parser *p) {
    if (p->arena->failed) diagnostics_fail_memory(p->diagnostics);
    if (p->diagnostics->failed) return;
    const ParseError *error = &p->error;
    uint32_t read_line = p->line[p->line_count - 1].span.line; /* as far as the tokens were looked at */
    if (!error->conclusive && lexer_explain(&p->lexer, read_line)) return;
    Span span = error->span;
    if (span.end_line > span.line && span.end_column < SPAN_UNKNOWN_END) {
        /* CPython counts the end in the text of the first line. */
        size_t length = 0;
        source_line(p->source, span.line, &length);
        if (span.end_column > length) span.end_column = (uint32_t)length;
    }
    diagnostics_fail(p->diagnostics, error->kind, span, "%s", error->message);
    p->diagnostics->error.incomplete |= error->incomplete;
    p->diagnostics->error.no_caret = error->no_caret;
    p->diagnostics->error.passed = !error->early && logical_end(p, span.line) > span.line;
}

/* Does a line that begins so belong to a compound statement? */
static bool begins_compound(TokenKind kind) {
    switch (kind) {
    case TK_KW_ASYNC:
    case TK_KW_CLASS:
    case TK_KW_DEF:
    case TK_KW_ELIF:
    case TK_KW_ELSE:
    case TK_KW_EXCEPT:
    case TK_KW_FINALLY:
    case TK_KW_FOR:
    case TK_KW_IF:
    case TK_KW_TRY:
    case TK_KW_WHILE:
    case TK_KW_WITH: return true;
    default: return false;
    }
}

/* Another statement where there may be but one. Behind a compound one CPython has no words for it. */
static void refuse_second(Parser *p, const void *grammar) {
    if (p->line_count < 2 || !grammar_accepts(grammar, grammar_symbol(TK_ENDMARKER))) return;
    if (begins_compound(p->line[0].kind)) return;
    Token before = p->line[p->line_count - 2];
    if (before.kind != TK_NEWLINE) return;
    syntax_error(p, before.span, "multiple statements found while compiling a single statement");
    p->error.conclusive = true;
}

static bool is_compound(const Node *statement) {
    switch (statement->kind) {
    case AST_FunctionDef:
    case AST_AsyncFunctionDef:
    case AST_ClassDef:
    case AST_If:
    case AST_For:
    case AST_AsyncFor:
    case AST_While:
    case AST_With:
    case AST_AsyncWith:
    case AST_Try:
    case AST_TryStar:
    case AST_Match: return true;
    default: return false;
    }
}

/* compile() wants a statement, and a blank line behind a compound one unless it is in an indented block that ends with
 * the text. */
static void refuse_unfinished(Parser *p, bool open_blocks) {
    const NodeList body = p->root->Interactive.body;
    uint32_t line = p->source->line_count;
    size_t length = 0;
    const char *text = source_line(p->source, line, &length);
    size_t indent = text ? strspn(text, " \t\f") : 0;
    bool ends_block = indent && indent < length && text[indent] != '#' && !open_blocks;
    if (body.count && !(is_compound(body.items[0]) && p->source->newline_added && !ends_block)) return;
    bool blank = !body.count && indent && indent == length && p->source->newline_added;
    Span end = {line, (uint32_t)length, line, (uint32_t)length};
    if (blank)
        parser_fail(p, DIAGNOSTIC_INDENTATION_ERROR, (Span){line, end.column - 1, line, SPAN_UNKNOWN_END},
                    "unexpected indent");
    else
        syntax_error(p, end, "invalid syntax");
    p->error.no_caret = !body.count && !blank;
    p->error.conclusive = blank;
    p->error.incomplete = true;
}

/*
 * The text ended inside brackets. That is the error, unless CPython stops before it comes to the end, at a `=` with a
 * wrong target or a list of parameters with something wrong in it.
 */
static void prefer_refusal(Parser *p, void *grammar) {
    Diagnostics *d = p->diagnostics;
    const OpenBracket *open = lexer_open_bracket(&p->lexer);
    if (!d->failed || !d->error.incomplete || !open || p->lexer.fstring_depth || p->error.set) return;
    Diagnostic unclosed = d->error;
    d->failed = false;
    d->error = (Diagnostic){0};
    diagnose_unclosed(p, grammar);
    p->error.early = p->error.span.end_line == p->error.span.line;
    if (p->error.set && open->line >= p->error.span.line) return;
    p->error.set = false;
    d->failed = true;
    d->error = unclosed;
}

static void run(Parser *p, ParseMode mode, void *grammar) {
    static const StartRule starts[] = {
        [PARSE_FILE] = START_FILE,      [PARSE_EVAL] = START_EVAL,     [PARSE_SINGLE] = START_SINGLE,
        [PARSE_COMMAND] = START_SINGLE, [PARSE_PROMPT] = START_SINGLE,
    };
    grammar_init(grammar, p);
    grammar_feed(grammar, grammar_start_symbol(starts[mode]), (Token){0});
    feed_all(p, grammar);
    prefer_refusal(p, grammar);
    if (p->rejected && !p->error.set && !p->arena->failed && !p->diagnostics->failed) {
        uint32_t refused = p->line_count - 1;
        if (starts[mode] == START_SINGLE) refuse_second(p, grammar);
        if (!p->error.set) diagnose(p, grammar);
        p->error.incomplete = at_end(p, refused);
    }
    bool command = mode == PARSE_SINGLE || mode == PARSE_COMMAND;
    if (command && p->root && !stopped(p)) refuse_unfinished(p, mode == PARSE_COMMAND);
    if (p->error.set || p->arena->failed) {
        p->root = NULL;
        report(p);
    }
}

Node *parse_source(const Source *source, ParseMode mode, Diagnostics *diagnostics) {
    Parser p = {.source = source, .arena = diagnostics->arena, .diagnostics = diagnostics};
    lexer_init(&p.lexer, source, diagnostics);
    p.lexer.interactive = mode == PARSE_PROMPT;
    buffer_init(&p.scratch, p.arena->allocator);
    void *grammar = allocator_resize(p.arena->allocator, NULL, 0, grammar_size());
    if (grammar)
        run(&p, mode, grammar);
    else
        diagnostics_fail_memory(diagnostics);
    allocator_resize(p.arena->allocator, grammar, grammar_size(), 0);
    Diagnostic *error = &diagnostics->error;
    if (diagnostics->failed && error->span.line && !error->in_token)
        error->first_line = first_line_shown(&p, error->span.line);
    allocator_resize(p.arena->allocator, p.line, p.line_capacity * sizeof *p.line, 0);
    buffer_fini(&p.scratch);
    return diagnostics->failed ? NULL : p.root;
}
