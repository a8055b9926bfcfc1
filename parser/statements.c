/* Constructors of statements. */

#include <string.h>

#include "parser/state.h"

/* ---- Blocks ---------------------------------------------------------------------------------------- */

Sequence sequence_join(Parser *p, Sequence first, Sequence second) {
    if (first.nodes.count == 0) return second;
    for (uint32_t i = 0; i < second.nodes.count; i++)
        nodes_append(p, &first.nodes, second.nodes.items[i]);
    first.span = span_through(first.span, second);
    return first;
}

/* ---- Assignments ----------------------------------------------------------------------------------- */

/* Could `node` be what a comparison compares, so that `target == node` may have been meant? */
static bool starts_with_operand(const Node *node) {
    while (node && !node->parenthesized) {
        switch ((AstKind)node->kind) {
        case AST_Tuple: node = node->Tuple.elts.items[0]; break;
        case AST_IfExp: node = node->IfExp.body; break;
        case AST_BoolOp: node = node->BoolOp.values.items[0]; break;
        case AST_Compare: node = node->Compare.left; break;
        case AST_UnaryOp: return node->UnaryOp.op != OPERATOR_Not;
        case AST_Yield:
        case AST_YieldFrom:
        case AST_Lambda:
        case AST_Starred: return false;
        default: return true;
        }
    }
    return node != NULL;
}

static bool is_operand(const Node *node) {
    switch ((AstKind)node->kind) {
    case AST_BoolOp:
    case AST_Compare:
    case AST_IfExp:
    case AST_Lambda: return node->parenthesized;
    case AST_UnaryOp: return node->UnaryOp.op != OPERATOR_Not || node->parenthesized;
    default: return true;
    }
}

/* What CPython takes for a target of `=` that is wrong in parts only. */
static bool is_display(const Node *node) {
    bool constant = node->kind == AST_Constant && node->Constant.value.kind <= CONSTANT_FALSE;
    return node->kind == AST_List || node->kind == AST_Tuple || node->kind == AST_GeneratorExp ||
           (constant && !node->parenthesized);
}

static const Node *last_item(const Node *target) {
    bool tuple = target->kind == AST_Tuple && !target->parenthesized;
    return tuple ? target->Tuple.elts.items[target->Tuple.elts.count - 1] : target;
}

bool target_is_comparable(const Node *target) {
    const Node *last = last_item(target);
    return last && is_operand(last) && !is_display(last) && last->kind != AST_Starred;
}

void comparison_suggest(Parser *p, const Node *target, Span value) {
    if (target->kind == AST_Name && !target->parenthesized)
        syntax_error(p, span_join(target->span, value),
                     "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
    else
        syntax_error(p, target->span, "cannot assign to %s here. Maybe you meant '==' instead of '='?",
                     expression_description(target));
}

/* The operand that an expression begins with, if it is not all of it. */
static const Node *leading_operand(const Node *node) {
    const Node *part = node, *whole;
    do {
        whole = part;
        if (whole == NULL || whole->parenthesized) break;
        switch ((AstKind)whole->kind) {
        case AST_Tuple: part = whole->Tuple.elts.count ? whole->Tuple.elts.items[0] : whole; break;
        case AST_Compare: part = whole->Compare.left; break;
        case AST_BoolOp: part = whole->BoolOp.values.items[0]; break;
        case AST_IfExp: part = whole->IfExp.body; break;
        default: break;
        }
    } while (part != whole);
    return part && part != node && is_operand(part) && part->kind != AST_Starred ? part : NULL;
}

/* So it is when the last item before the only `=` could be compared, with the operand that the value begins with. */
void assignment_refuse(Parser *p, Node *target, const Node *value) {
    const Node *operand = leading_operand(value);
    if (!target_is_comparable(target) || !starts_with_operand(value))
        target_set(p, target, TARGET_ASSIGN);
    else
        comparison_suggest(p, last_item(target), (operand ? operand : value)->span);
}

/* x = 1, y = 2 is not a chain of assignments: what it begins with, x = 1, may be meant as a condition. */
static void chain_refuse(Parser *p, const Node *first, const Node *second) {
    const Node *operand = leading_operand(second);
    if (operand && target_is_comparable(first)) comparison_suggest(p, last_item(first), operand->span);
}

Node *statement_assign(Parser *p, Sequence targets, Expr value) {
    Node *first = targets.nodes.count ? targets.nodes.items[0] : NULL;
    if (targets.nodes.count == 1 && target_invalid_part(first, TARGET_ASSIGN))
        assignment_refuse(p, first, value.node);
    bool chain_ok = true;
    for (uint32_t i = 1; first && chain_ok && i < targets.nodes.count; i++)
        chain_ok = !target_invalid_part(targets.nodes.items[i], TARGET_ASSIGN);
    if (!chain_ok) chain_refuse(p, first, targets.nodes.items[1]);
    for (uint32_t i = 0; i < targets.nodes.count; i++)
        target_set(p, targets.nodes.items[i], TARGET_ASSIGN);
    return NODE_NEW(Assign, span_join(targets.span, value.span), .targets = targets.nodes,
                    .value = value.node);
}

static bool is_single_target(const Node *node) {
    return node->kind == AST_Name || node->kind == AST_Attribute || node->kind == AST_Subscript;
}

Node *statement_augmented(Parser *p, Expr target, Token operator, Expr value) {
    if (target.node && !is_single_target(target.node))
        syntax_error(p, target.node->span, "'%s' is an illegal expression for augmented assignment",
                     expression_description(target.node));
    else
        target_set(p, target.node, TARGET_ASSIGN);
    return NODE_NEW(AugAssign, span_join(target.span, value.span), .target = target.node,
                    .op = operator_of(operator.kind), .value = value.node);
}

static void explain_annotation(Parser *p, const Node *target, Token colon) {
    if (target->kind == AST_Starred)
        syntax_error(p, colon.span, "invalid syntax");
    else if (target->kind == AST_Tuple && !target->parenthesized && target->Tuple.elts.items[0])
        syntax_error(p, target->Tuple.elts.items[0]->span, "only single target (not tuple) can be annotated");
    else if (target->kind == AST_Tuple || target->kind == AST_List)
        syntax_error(p, target->span, "only single target (not %s) can be annotated",
                     expression_description(target));
    else
        syntax_error(p, target->span, "illegal target for annotation");
}

Node *statement_annotated(Parser *p, Expr target, Token colon, Expr annotation, Expr value) {
    if (target.node && !is_single_target(target.node))
        explain_annotation(p, target.node, colon);
    else
        target_set(p, target.node, TARGET_ASSIGN);
    bool simple = target.node && target.node->kind == AST_Name && !target.node->parenthesized;
    Span end = value.node ? value.span : annotation.span;
    return NODE_NEW(AnnAssign, span_join(target.span, end), .target = target.node,
                    .annotation = annotation.node, .value = value.node, .simple = simple);
}

/* ---- Imports --------------------------------------------------------------------------------------- */

/* "a.b.c" from its parts. */
static Identifier dotted(Parser *p, NameSequence name) {
    if (name.names.count == 1) return name.names.items[0];
    size_t length = 0;
    for (uint32_t i = 0; i < name.names.count; i++)
        length += name.names.items[i].length + 1;
    char *text = length ? arena_alloc(p->arena, length) : NULL;
    if (!text) return (Identifier){0};
    char *end = text;
    for (uint32_t i = 0; i < name.names.count; i++) {
        if (i) *end++ = '.';
        memcpy(end, name.names.items[i].utf8, name.names.items[i].length);
        end += name.names.items[i].length;
    }
    return (Identifier){text, (uint32_t)(length - 1)};
}

Node *alias_new(Parser *p, NameSequence name, Token asname) {
    Span span = asname.kind ? span_join(name.span, asname.span) : name.span;
    return NODE_NEW(alias, span, .name = dotted(p, name),
                    .asname = asname.kind ? identifier(p, asname) : (Identifier){0});
}

Node *statement_import_from(Parser *p, Token keyword, int level, NameSequence module, Sequence names) {
    return NODE_NEW(ImportFrom, span_join(keyword.span, names.span), .module = dotted(p, module),
                    .names = names.nodes, .level = level);
}

/* ---- Compound statements --------------------------------------------------------------------------- */

/*
 * Link a flat chain from its end: each elif becomes the orelse of the one before, and all end where the last
 * does.
 */
Node *statement_if(Parser *p, NodeList chain, Sequence orelse) {
    Node *next = NULL;
    for (uint32_t i = chain.count; i-- > 0;) {
        Node *node = chain.items[i];
        if (!node) return NULL;
        if (next)
            node->span = span_join(node->span, next->span);
        else if (orelse.nodes.count)
            node->span = span_join(node->span, orelse.span);
        node->If.orelse = next ? list_of(p, next) : orelse.nodes;
        node_seal(p, node);
        next = node;
    }
    return next;
}

Node *statement_try(Parser *p, AstKind kind, Token keyword, Sequence body, Sequence handlers, Sequence orelse,
                    Sequence finalbody) {
    Span span = span_through(span_through(span_through(body.span, handlers), orelse), finalbody);
    __typeof__(((Node *)0)->Try) fields = {body.nodes, handlers.nodes, orelse.nodes, finalbody.nodes};
    return node_new(p, kind, span_join(keyword.span, span), &fields,
                    sizeof fields); /* Try and TryStar have the same fields */
}

/* Each of the kinds that may be async is followed in ast.def by its async twin, which has the same fields. */
Node *statement_async(Token keyword, Node *statement) {
    _Static_assert((int)AST_AsyncFunctionDef == AST_FunctionDef + 1 && (int)AST_AsyncFor == AST_For + 1 &&
                       (int)AST_AsyncWith == AST_With + 1,
                   "an async kind does not follow its plain one");
    if (!statement) return NULL;
    statement->kind++;
    statement->span = span_join(keyword.span, statement->span);
    return statement;
}

Node *statement_decorated(Parser *p, NodeList decorators, Node *definition) {
    if (!definition) return NULL;
    if (definition->kind == AST_ClassDef)
        definition->ClassDef.decorator_list = decorators;
    else
        definition->FunctionDef.decorator_list = decorators; /* or AsyncFunctionDef */
    node_seal(p, definition);
    return definition;
}

static Node *with_item_of(Parser *p, Node *value) {
    return value ? NODE_NEW(withitem, value->span, .context_expr = value) : NULL;
}

static bool is_plain_item(const Node *value) {
    return !value || !(value->kind == AST_Starred || (value->kind == AST_NamedExpr && !value->parenthesized));
}

/*
 * The items of `with (a, b):`, which looks like a tuple until the colon; anything but a plain tuple is one
 * item.
 */
NodeList with_items_of(Parser *p, Node *value, Span outer) {
    NodeList items = {0};
    bool is_list = value && value->kind == AST_Tuple && value->parenthesized && value->Tuple.elts.count &&
                   value->span.column == outer.column && value->span.line == outer.line;
    for (uint32_t i = 0; is_list && i < value->Tuple.elts.count; i++)
        is_list = is_plain_item(value->Tuple.elts.items[i]);
    if (!is_list) return list_of(p, with_item_of(p, value));
    for (uint32_t i = 0; i < value->Tuple.elts.count; i++)
        nodes_append(p, &items, with_item_of(p, value->Tuple.elts.items[i]));
    return items;
}

/* The expressions before the first `as` in `with (a, b as c):`, which cannot be a tuple any more. */
NodeList with_items_before(Parser *p, NodeList values) {
    NodeList items = {0};
    for (uint32_t i = 0; i < values.count; i++) {
        if (!is_plain_item(values.items[i])) syntax_error(p, values.items[i]->span, "invalid syntax");
        nodes_append(p, &items, with_item_of(p, values.items[i]));
    }
    return items;
}
