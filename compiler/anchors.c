/* Anchors of failed expressions, from a parse of the piece of source. */

#include "compiler/anchors.h"

#include <string.h>

#include "base/buffer.h"
#include "parser/parser.h"

/* --- parsing a piece --- */

typedef struct {
    Arena arena;
    Diagnostics diagnostics;
    Source source;
    Node *module; /* NULL: the text is no program */
} Piece;

static void piece_init(Piece *piece, Allocator allocator, const char *text, size_t length) {
    arena_init(&piece->arena, allocator);
    diagnostics_init(&piece->diagnostics, &piece->arena);
    bool ok = source_init(&piece->source, allocator, "", SOURCE_TEXT, text, length, &piece->diagnostics);
    piece->module = ok ? parse_source(&piece->source, PARSE_FILE, &piece->diagnostics) : NULL;
}

static void piece_fini(Piece *piece) {
    source_fini(&piece->source);
    arena_fini(&piece->arena);
}

/* --- positions in the wrapped expression --- */

/* A place in the parsed text: lines from 1, columns in bytes. */
typedef struct {
    const Source *source;
    uint32_t line;
    size_t column;
} Place;

/* The byte there; 0 behind the line's end. */
static char byte_at(Place p) {
    size_t length;
    const char *line = source_line(p.source, p.line, &length);
    return line != NULL && p.column < length ? line[p.column] : '\0';
}

/* Step over line ends, comments and continuations to a byte that is part of the code. False: there is no more. */
static bool skip_to_code(Place *p) {
    for (;;) {
        char c = byte_at(*p);
        if (c != '\0' && c != '#' && c != '\\') return true;
        if (p->line >= p->source->line_count) return false;
        p->line++;
        p->column = 0;
    }
}

/* To the first byte of the code from `p` on that is not blank and, for `sought` 0, no closing parenthesis; else to the
 * byte `sought`. */
static bool find_byte(Place *p, char sought) {
    while (skip_to_code(p)) {
        char c = byte_at(*p);
        bool blank = c == ' ' || c == '\t' || c == '\f' || c == '\r';
        if (sought ? c == sought : !blank && c != ')') return true;
        p->column++;
    }
    return false;
}

static void set_anchors(CaretAnchors *anchors, Place left, uint32_t right_line, size_t right_column) {
    enum { WRAPPED_LINES = 2 }; /* lines from 1, and a "(" line in front */
    anchors->left_line = (int)left.line - WRAPPED_LINES;
    anchors->left_column = (int)left.column;
    anchors->right_line = (int)right_line - WRAPPED_LINES;
    anchors->right_column = (int)right_column;
}

static bool operator_anchors(const Source *source, const Node *node, CaretAnchors *anchors) {
    Span left = node->BinOp.left->span, right = node->BinOp.right->span;
    Place p = {source, left.end_line, left.end_column};
    if (!find_byte(&p, '\0')) return false;
    Place second = {source, p.line, p.column + 1};
    char c = byte_at(second);
    bool before_right = right.line > p.line || second.column < right.column;
    bool two = c != '\0' && before_right && !strchr(" \t\f\r\\#", c);
    set_anchors(anchors, p, p.line, p.column + 1 + two);
    return true;
}

static bool bracket_anchors(const Source *source, const Node *node, const Node *front, char bracket,
                            CaretAnchors *anchors) {
    Place p = {source, front->span.end_line, front->span.end_column};
    if (!find_byte(&p, bracket)) return false;
    set_anchors(anchors, p, node->span.end_line, node->span.end_column);
    return true;
}

static bool node_anchors(const Source *source, const Node *node, CaretAnchors *anchors) {
    switch (node->kind) {
    case AST_BinOp: return operator_anchors(source, node, anchors);
    case AST_Subscript: return bracket_anchors(source, node, node->Subscript.value, '[', anchors);
    case AST_Call: return bracket_anchors(source, node, node->Call.func, '(', anchors);
    default: return false;
    }
}

bool anchors_find(Allocator allocator, const char *expression, size_t length, CaretAnchors *anchors) {
    Buffer text;
    Piece piece;
    buffer_init(&text, allocator);
    buffer_append_text(&text, "(\n");
    buffer_append(&text, expression, length);
    buffer_append_text(&text, "\n)");
    bool found = false;
    if (!text.failed) {
        piece_init(&piece, allocator, text.data, text.length);
        if (piece.module != NULL && piece.module->Module.body.count > 0) {
            const Node *statement = piece.module->Module.body.items[0];
            found =
                statement->kind == AST_Expr && node_anchors(&piece.source, statement->Expr.value, anchors);
        }
        piece_fini(&piece);
    }
    buffer_fini(&text);
    return found;
}

bool anchors_whole_call(Allocator allocator, const char *text, size_t length, int start, int end) {
    Piece piece;
    piece_init(&piece, allocator, text, length);
    const Node *call = NULL;
    if (piece.module != NULL && piece.module->Module.body.count > 0) {
        const Node *statement = piece.module->Module.body.items[0];
        bool to_name = statement->kind == AST_Assign && statement->Assign.targets.count == 1 &&
                       statement->Assign.targets.items[0]->kind == AST_Name;
        if (to_name) call = statement->Assign.value;
        if (statement->kind == AST_Return) call = statement->Return.value;
        if (call != NULL && call->kind != AST_Call) call = NULL;
        if (call != NULL && statement->kind == AST_Return && call->Call.func->kind != AST_Name) call = NULL;
    }
    bool whole = call != NULL && call->span.line == 1 && call->span.end_line == piece.source.line_count &&
                 call->span.column == (uint32_t)start && call->span.end_column == (uint32_t)end;
    piece_fini(&piece);
    return whole;
}
