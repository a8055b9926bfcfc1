#include "lexer/dump.h"

/* Print text in quotes, escaped as repr() does it for ASCII; other characters are printed as they are. */
static void print_text(const char *text, size_t length, FILE *out) {
    char quote = '\'';
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\'') quote = '"';
        if (text[i] == '"') {
            quote = '\'';
            break;
        }
    }
    putc(quote, out);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '\n')
            fputs("\\n", out);
        else if (c == '\t')
            fputs("\\t", out);
        else if (c < 0x20 || c == 0x7F)
            fprintf(out, "\\x%02x", c);
        else
            fprintf(out, c == '\\' || c == (unsigned char)quote ? "\\%c" : "%c", c);
    }
    putc(quote, out);
}

static void print_token(const Source *source, const Token *token, FILE *out) {
    const Span *span = &token->span;
    char range[64];
    snprintf(range, sizeof range, "%u,%u-%u,%u:", span->line,
             source_display_column(source, span->line, span->column), span->end_line,
             source_display_column(source, span->end_line, span->end_column));
    const char *name = token_kind_name(token->kind);
    fprintf(out, "%-20s%-15s", range, name);
    bool added = token->kind == TK_NEWLINE && source->newline_added && span->line == source->line_count;
    print_text(token->text, added ? 0 : token->length, out);
    putc('\n', out);
}

bool lexer_print_tokens(const Source *source, Diagnostics *diagnostics, FILE *out) {
    Lexer lexer;
    Token token;
    lexer_init(&lexer, source, diagnostics);
    while (lex_next(&lexer, &token) != TK_ERROR) {
        print_token(source, &token, out);
        if (token.kind == TK_ENDMARKER) return !diagnostics->failed;
    }
    return false;
}
