#include "parser/ast.h"

#define FIELD(field, type, group, optional) {#field, FIELD_##type, GROUP_##group, optional},
#define IDENT(field) FIELD(field, IDENT, NONE, false)
#define IDENT_OPT(field) FIELD(field, IDENT, NONE, true)
#define IDENTS(field) FIELD(field, IDENTS, NONE, false)
#define CHILD(group, field) FIELD(field, CHILD, group, false)
#define CHILD_OPT(group, field) FIELD(field, CHILD, group, true)
#define CHILDREN(group, field) FIELD(field, CHILDREN, group, false)
#define CHILDREN_OPT(group, field) FIELD(field, CHILDREN, group, true)
#define INTEGER(field) FIELD(field, INTEGER, NONE, false)
#define CONSTANT(field) FIELD(field, CONSTANT, NONE, false)
#define OPERATOR(field) FIELD(field, OPERATOR, NONE, false)
#define OPERATORS(field) FIELD(field, OPERATORS, NONE, false)
#define CONTEXT(field) FIELD(field, CONTEXT, NONE, false)

const AstNodeInfo ast_nodes[AST_KIND_COUNT] = {
#define NODE(kind, group, positioned, fields) {#kind, GROUP_##group, positioned, {fields{NULL, 0, 0, 0}}},
#include "parser/ast.def"
};

/* ---- Walking ----------------------------------------------------------------------------------------------
 *
 * A node's struct is made of its fields in order, so their places follow from sizes and alignments alone.
 */

static const struct {
    uint8_t size, alignment;
} field_layout[] = {
#define LAYOUT(type) \
    { sizeof(type), _Alignof(type) }
    [FIELD_IDENT] = LAYOUT(Identifier),  [FIELD_IDENTS] = LAYOUT(IdentifierList),
    [FIELD_CHILD] = LAYOUT(Node *),      [FIELD_CHILDREN] = LAYOUT(NodeList),
    [FIELD_INTEGER] = LAYOUT(int),       [FIELD_CONSTANT] = LAYOUT(Constant),
    [FIELD_OPERATOR] = LAYOUT(Operator), [FIELD_OPERATORS] = LAYOUT(OperatorList),
    [FIELD_CONTEXT] = LAYOUT(Context),
#undef LAYOUT
};

AstCursor ast_first(const Node *node) {
    /* Every kind's struct starts where the union does. */
    return (AstCursor){ast_nodes[node->kind].fields, (char *)node + offsetof(Node, Module)};
}

void ast_next(AstCursor *cursor) {
    uintptr_t end = (uintptr_t)cursor->value + field_layout[cursor->field->type].size;
    cursor->field++;
    if (!cursor->field->name) return;
    size_t alignment = field_layout[cursor->field->type].alignment;
    cursor->value = (void *)((end + alignment - 1) & ~(uintptr_t)(alignment - 1));
}

/* ---- Operators ------------------------------------------------------------------------------------- */

static const struct {
    const char *name, *spelling;
} operators[OPERATOR_COUNT] = {
#define OPERATOR_ROW(name, spelling) {#name, spelling},
#include "parser/operators.def"
};

const char *operator_name(Operator op) { return operators[op].name; }

const char *operator_spelling(Operator op) { return operators[op].spelling; }
