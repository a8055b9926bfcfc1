/*
 * String literals: decoding, concatenation of adjacent ones, f-strings.
 *
 * An f-string's parts are collected as they come, text and fields; strings_join() then makes what CPython
 * makes of all literals in a row: one Constant, or one JoinedStr in which neighbouring texts are one
 * Constant.
 */

#include <string.h>

#include "lexer/literal.h"
#include "parser/state.h"

static Node *constant_new(Parser *p, ConstantKind kind, Span span, const char *text, size_t length,
                          bool u_prefix) {
    if (!text) return NULL;
    Constant value = {text, (uint32_t)length, (uint8_t)kind, 0, u_prefix};
    return NODE_NEW(Constant, span, .value = value);
}

/* A literal that stands for nothing is the parser's error: one of the lexer in the rest of the text comes before it. */
static void hold_error(Parser *p) {
    Diagnostic found = p->diagnostics->error;
    if (found.kind != DIAGNOSTIC_SYNTAX_ERROR) return;
    p->diagnostics->failed = false;
    p->diagnostics->error = (Diagnostic){0};
    syntax_error(p, found.span, "%s", found.message);
    p->error.literal = true;
}

/* What a STRING or FSTRING_MIDDLE stands for, as a Constant. */
static Node *decode(Parser *p, Token token, ConstantKind kind, Span span, bool u_prefix) {
    p->scratch.length = 0;
    if (!literal_decode(&token, &p->scratch, p->diagnostics)) return hold_error(p), NULL;
    const char *text = arena_copy(p->arena, p->scratch.data, p->scratch.length);
    return constant_new(p, kind, span, text, p->scratch.length, u_prefix);
}

Node *string_piece(Parser *p, Token string) {
    StringLiteral literal = string_literal(&string);
    bool u_prefix = literal.unicode && string.text[0] == 'u'; /* for CPython a capital U is none */
    return decode(p, string, literal.bytes ? CONSTANT_BYTES : CONSTANT_STR, string.span, u_prefix);
}

Node *fstring_text(Parser *p, Token middle) {
    /* A doubled brace: the second one is in no token, but the text covers it. */
    Span span = middle.span;
    char last = middle.length ? middle.text[middle.length - 1] : 0;
    if ((last == '{' || last == '}') && middle.text[middle.length] == last) span.end_column++;
    return decode(p, middle, CONSTANT_STR, span, false);
}

/* ---- Replacement fields ---------------------------------------------------------------------------- */

static int conversion_of(Parser *p, Token conversion) {
    if (conversion.kind == 0) return -1;
    char c = conversion.length == 1 ? conversion.text[0] : 0;
    if (c != 's' && c != 'r' && c != 'a')
        syntax_error(p, conversion.span,
                     "f-string: invalid conversion character '%.*s': expected 's', 'r', or 'a'",
                     (int)conversion.length, conversion.text);
    return c;
}

/* The text of `{expression=}` from the brace up to what follows the sign and its blanks. */
static Node *debug_text(Parser *p, Token open, Token conversion, Expr spec, Token close) {
    Span end = close.span;
    if (conversion.kind) {
        end = conversion.span;
        end.column--; /* the exclamation mark */
    } else if (spec.node) {
        end = spec.span;
    }
    Span span = {open.span.end_line, open.span.end_column, end.line, end.column};
    size_t length;
    const char *text = source_slice(p->source, span, &length);
    return constant_new(p, CONSTANT_STR, span, arena_copy(p->arena, text, length), length, false);
}

void fstring_field(Parser *p, NodeList *parts, Token open, Expr value, Token equal, Token conversion,
                   Expr spec, Token close) {
    int how = conversion_of(p, conversion);
    if (equal.kind) {
        nodes_append(p, parts, debug_text(p, open, conversion, spec, close));
        if (how == -1 && !spec.node) how = 'r';
    }
    Span span = span_join(open.span, close.span);
    nodes_append(
        p, parts,
        NODE_NEW(FormattedValue, span, .value = value.node, .conversion = how, .format_spec = spec.node));
}

/* ---- Concatenation --------------------------------------------------------------------------------- */

/* The texts of items[0..count) as one Constant. */
static Node *constants_merge(Parser *p, Node **items, uint32_t count, Span span) {
    if (count == 1) return items[0];
    size_t length = 0;
    for (uint32_t i = 0; i < count; i++)
        length += items[i]->Constant.value.length;
    char *text = arena_alloc(p->arena, length + 1);
    if (!text) return NULL;
    char *end = text;
    for (uint32_t i = 0; i < count; i++) {
        const Constant *value = &items[i]->Constant.value;
        memcpy(end, value->text, value->length);
        end += value->length;
    }
    const Constant *first = &items[0]->Constant.value;
    return constant_new(p, first->kind, span, text, length, first->has_u_prefix);
}

/* `parts` with runs of texts merged and empty texts dropped. */
static NodeList parts_merge(Parser *p, NodeList parts) {
    NodeList merged = {0};
    for (uint32_t i = 0, end; i < parts.count; i = end) {
        Node *part = parts.items[i];
        end = i + 1;
        if (part->kind == AST_Constant) {
            while (end < parts.count && parts.items[end]->kind == AST_Constant)
                end++;
            part = constants_merge(p, parts.items + i, end - i,
                                   span_join(part->span, parts.items[end - 1]->span));
            if (!part || part->Constant.value.length == 0) continue;
        }
        nodes_append(p, &merged, part);
    }
    return merged;
}

/* All parts of all pieces in one list; a NULL part, left by a failure, makes the result false. */
static bool parts_flatten(Parser *p, NodeList pieces, NodeList *parts) {
    for (uint32_t i = 0; i < pieces.count; i++) {
        Node *piece = pieces.items[i];
        NodeList inner = piece->kind == AST_JoinedStr ? piece->JoinedStr.values : (NodeList){&piece, 1};
        for (uint32_t k = 0; k < inner.count; k++) {
            if (!inner.items[k]) return false;
            nodes_append(p, parts, inner.items[k]);
        }
    }
    return true;
}

Expr strings_join(Parser *p, Sequence pieces) {
    bool any_format = false, any_bytes = false, any_text = false;
    for (uint32_t i = 0; i < pieces.nodes.count; i++) {
        const Node *piece = pieces.nodes.items[i];
        if (!piece) return (Expr){NULL, pieces.span};
        bool bytes = piece->kind == AST_Constant && piece->Constant.value.kind == CONSTANT_BYTES;
        any_format |= piece->kind == AST_JoinedStr;
        any_bytes |= bytes;
        any_text |= !bytes;
    }
    if (any_bytes && any_text) {
        syntax_error(p, p->line[p->line_count - 1].span, "cannot mix bytes and nonbytes literals");
        return (Expr){NULL, pieces.span};
    }
    if (!any_format)
        return (Expr){constants_merge(p, pieces.nodes.items, pieces.nodes.count, pieces.span), pieces.span};
    NodeList parts = {0};
    if (!parts_flatten(p, pieces.nodes, &parts)) return (Expr){NULL, pieces.span};
    return EXPR_NEW(JoinedStr, pieces.span, .values = parts_merge(p, parts));
}
