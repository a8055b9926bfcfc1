#include "lexer/dump.h"

#include "lexer/utf8.h"

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

/* Where the last position printed was: columns are counted from there, or a long line would take quadratic
 * time. */
typedef struct {
    uint32_t line, bytes, code_points;
} Place;

static uint32_t display_column(const Source *source, Place *place, uint32_t line, uint32_t column) {
    if (line != place->line || column < place->bytes) *place = (Place){.line = line};
    size_t start = source_offset(source, line, place->bytes), end = source_offset(source, line, column);
    place->code_points += (uint32_t)utf8_count(source->text + start, end - start);
    place->bytes = column;
    return place->code_points;
}

static void print_token(const Source *source, Place *place, const Token *token, FILE *out) {
    const Span *span = &token->span;
    uint32_t start = display_column(source, place, span->line, span->column);
    uint32_t end = display_column(source, place, span->end_line, span->end_column);
    char range[64];
    snprintf(range, sizeof range, "%u,%u-%u,%u:", span->line, start, span->end_line, end);
    fprintf(out, "%-20s%-14s ", range, token_kind_name(token->kind));
    bool added = token->kind == TK_NEWLINE && source->newline_added && span->line == source->line_count;
    print_text(token->text, added ? 0 : token->length, out);
    putc('\n', out);
}

bool lexer_print_tokens(const Source *source, Diagnostics *diagnostics, FILE *out) {
    Lexer lexer;
    Token token;
    Place place = {.line = 1};
    lexer_init(&lexer, source, diagnostics);
    while (lex_next(&lexer, &token) != TK_ERROR) {
        print_token(source, &place, &token, out);
        if (token.kind == TK_ENDMARKER) return !diagnostics->failed;
    }
    return false;
}
