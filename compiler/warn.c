#include "compiler/warn.h"

#include "runtime/type.h"

/* The type that an expression is seen to have; NULL: unknown. */
static const char *evident_type(Compiler *c, Node *node) {
    switch (node->kind) {
    case AST_Tuple: return "tuple";
    case AST_List:
    case AST_ListComp: return "list";
    case AST_Dict:
    case AST_DictComp: return "dict";
    case AST_Set:
    case AST_SetComp: return "set";
    case AST_GeneratorExp: return "generator";
    case AST_Lambda: return "function";
    case AST_JoinedStr:
    case AST_FormattedValue: return "str";
    default: {
        Value v = fold_constant(c, node);
        return is_absent(v) ? NULL : type_name_of(v);
    }
    }
}

/* A constant whose identity says nothing: not None, True, False or `...`. */
static bool is_literal_operand(Compiler *c, Node *node) {
    Value v = fold_constant(c, node);
    return !is_absent(v) && !is_none(v) && !is_bool(v) && !value_same(v, ELLIPSIS);
}

void warn_comparison(Compiler *c, Node *node, bool negated) {
    Node *left = node->Compare.left;
    for (uint32_t i = 0; i < node->Compare.ops.count && !c->failed; i++) {
        Operator op = node->Compare.ops.items[i];
        bool is = (op == OPERATOR_Is) != negated;
        Node *right = node->Compare.comparators.items[i];
        if (op == OPERATOR_Is || op == OPERATOR_IsNot) {
            bool left_literal = is_literal_operand(c, left);
            if (left_literal || is_literal_operand(c, right)) {
                const char *type = evident_type(c, left_literal ? left : right);
                compile_warn(c, node->span, "\"%s\" with '%s' literal. Did you mean \"%s\"?",
                             is ? "is" : "is not", type ? type : "", is ? "==" : "!=");
                return;
            }
        }
        left = right;
    }
}

void warn_callee(Compiler *c, Node *func) {
    if (func->kind == AST_Lambda) return;
    const char *type = evident_type(c, func);
    if (type && !c->failed)
        compile_warn(c, func->span, "'%s' object is not callable; perhaps you missed a comma?", type);
}

static bool is_indexable(Compiler *c, Node *node) {
    switch (node->kind) {
    case AST_Set:
    case AST_SetComp:
    case AST_GeneratorExp:
    case AST_Lambda: return false;
    default: {
        Value v = fold_constant(c, node);
        if (is_absent(v)) return true;
        return is_object(v) && !is_none(v) && !value_same(v, ELLIPSIS) &&
               !(type_of(v)->flags & (TYPE_INT | TYPE_FLOAT | TYPE_COMPLEX | TYPE_SET));
    }
    }
}

/* A sequence that takes only integers and slices. */
static bool is_evident_sequence(Compiler *c, Node *node) {
    if (node->kind == AST_Tuple || node->kind == AST_List || node->kind == AST_ListComp ||
        node->kind == AST_JoinedStr)
        return true;
    Value v = fold_constant(c, node);
    return !is_absent(v) && is_object(v) && (type_of(v)->flags & (TYPE_STR | TYPE_BYTES | TYPE_TUPLE));
}

void warn_subscript(Compiler *c, Node *node) {
    Node *value = node->Subscript.value, *index = node->Subscript.slice;
    if (node->Subscript.ctx != CONTEXT_LOAD || c->failed) return;
    if (!is_indexable(c, value)) {
        compile_warn(c, node->span, "'%s' object is not subscriptable; perhaps you missed a comma?",
                     evident_type(c, value));
        return;
    }
    if (!is_evident_sequence(c, value) || index->kind == AST_Slice) return;
    const char *type = evident_type(c, index);
    Value v = fold_constant(c, index);
    if (!type || c->failed || (!is_absent(v) && is_family(v, TYPE_INT))) return;
    compile_warn(c, node->span, "%s indices must be integers or slices, not %s; perhaps you missed a comma?",
                 evident_type(c, value), type);
}

void warn_assert(Compiler *c, Node *node) {
    Node *test = node->Assert.test;
    if (test->kind == AST_Tuple && test->Tuple.elts.count)
        compile_warn(c, node->span, "assertion is always true, perhaps remove parentheses?");
}
