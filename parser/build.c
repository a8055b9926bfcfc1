/* Constructors of expressions and targets, and what all constructors stand on. */

#include <string.h>

#include "lexer/literal.h"
#include "parser/state.h"

/* ---- Errors ---------------------------------------------------------------------------------------- */

void parser_fail(Parser *p, DiagnosticKind kind, Span span, const char *format, ...) {
    if (p->error.set) return;
    p->error = (ParseError){.set = true, .kind = kind, .span = span};
    va_list args;
    va_start(args, format);
    p->scratch.length = 0;
    buffer_vprintf(&p->scratch, format, args);
    va_end(args);
    p->error.message = p->scratch.failed ? NULL : arena_copy(p->arena, p->scratch.data, p->scratch.length);
}

/* ---- Lists ----------------------------------------------------------------------------------------- */

/*
 * Lists carry no capacity: it is the power of two at or above the count, so that an array is full exactly
 * when its count is a power of two. Returns the array with room for one more item, or NULL.
 */
static void *list_room(Parser *p, void *items, uint32_t count, size_t item_size) {
    if (count & (count - 1)) return items;
    void *grown = arena_alloc(p->arena, (count ? (size_t)count * 2 : 1) * item_size);
    if (grown && count) memcpy(grown, items, count * item_size);
    return grown;
}

void nodes_append(Parser *p, NodeList *list, Node *node) {
    Node **items = list_room(p, list->items, list->count, sizeof *items);
    if (!items) return;
    items[list->count++] = node;
    list->items = items;
}

void names_append(Parser *p, IdentifierList *list, Identifier name) {
    Identifier *items = list_room(p, list->items, list->count, sizeof *items);
    if (!items) return;
    items[list->count++] = name;
    list->items = items;
}

static void operators_append(Parser *p, OperatorList *list, Operator op) {
    uint8_t *items = list_room(p, list->items, list->count, sizeof *items);
    if (!items) return;
    items[list->count++] = (uint8_t)op;
    list->items = items;
}

NodeList list_of(Parser *p, Node *node) {
    NodeList list = {0};
    nodes_append(p, &list, node);
    return list;
}

Identifier identifier(Parser *p, Token name) {
    char *copy = arena_copy(p->arena, name.text, name.length);
    return (Identifier){copy, copy ? name.length : 0};
}

Sequence sequence_of(Parser *p, Expr item) { return (Sequence){list_of(p, item.node), item.span, false}; }

void sequence_append(Parser *p, Sequence *items, Expr item) {
    nodes_append(p, &items->nodes, item.node);
    items->span = span_join(items->span, item.span);
    items->comma = true;
}

/* ---- Nodes ----------------------------------------------------------------------------------------- */

static unsigned deeper(unsigned depth, const Node *child) {
    return child && child->depth > depth ? child->depth : depth;
}

static unsigned deepest_child(const Node *node) {
    unsigned depth = 0;
    bool has_elif = node->kind == AST_If && node->If.orelse.count && node->If.orelse.items[0] &&
                    ast_is_elif(node->If.orelse);
    for (AstCursor c = ast_first(node); c.field->name; ast_next(&c)) {
        if (c.field->type == FIELD_CHILD) depth = deeper(depth, *(Node **)c.value);
        if (c.field->type != FIELD_CHILDREN) continue;
        const NodeList *list = c.value;
        if (has_elif && list == &node->If.orelse) {
            depth = deeper(depth + 1, list->items[0]) - 1; /* an elif is no level */
            continue;
        }
        for (uint32_t i = 0; i < list->count; i++)
            depth = deeper(depth, list->items[i]);
    }
    return depth;
}

static void set_depth(Parser *p, Node *node, unsigned depth) {
    if (depth > AST_MAX_DEPTH) {
        parser_fail(p, DIAGNOSTIC_RECURSION_ERROR, (Span){0},
                    "maximum recursion depth exceeded during compilation");
        depth = AST_MAX_DEPTH;
    }
    node->depth = (uint16_t)depth;
}

void node_seal(Parser *p, Node *node) {
    if (node) set_depth(p, node, deepest_child(node) + 1);
}

Node *node_new(Parser *p, AstKind kind, Span span, const void *fields, size_t size) {
    Node *node = arena_alloc(p->arena, offsetof(Node, Module) + size);
    if (!node) return NULL;
    node->kind = (uint8_t)kind;
    node->span = span;
    memcpy((char *)node + offsetof(Node, Module), fields, size);
    node_seal(p, node);
    return node;
}

/* ---- Atoms ----------------------------------------------------------------------------------------- */

Expr expr_name(Parser *p, Token name) { return EXPR_NEW(Name, name.span, .id = identifier(p, name)); }

Expr expr_number(Parser *p, Token number) {
    static const uint8_t kinds[] = {[NUMBER_INT] = CONSTANT_INT,
                                    [NUMBER_FLOAT] = CONSTANT_FLOAT,
                                    [NUMBER_IMAGINARY] = CONSTANT_IMAGINARY};
    NumberLiteral literal = {0};
    if (!number_literal(&number, p->arena, &literal)) return (Expr){NULL, number.span};
    Constant value = {literal.digits, (uint32_t)literal.length, kinds[literal.kind], (uint8_t)literal.base,
                      false};
    return EXPR_NEW(Constant, number.span, .value = value);
}

Expr expr_constant(Parser *p, ConstantKind kind, Span span) {
    return EXPR_NEW(Constant, span, .value = {.kind = (uint8_t)kind});
}

Expr expr_group(Expr inner, Token open, Token close) {
    if (inner.node) inner.node->parenthesized = true;
    return (Expr){inner.node, span_join(open.span, close.span)};
}

Expr expr_tuple(Parser *p, NodeList items, Token open, Token close) {
    Span span = span_join(open.span, close.span);
    Expr tuple = EXPR_NEW(Tuple, span, .elts = items);
    if (tuple.node) tuple.node->parenthesized = true;
    return tuple;
}

Expr expr_from_sequence(Parser *p, Sequence items) {
    if (items.comma) return EXPR_NEW(Tuple, items.span, .elts = items.nodes);
    return (Expr){items.nodes.count ? items.nodes.items[0] : NULL, items.span};
}

/* ---- Operators ------------------------------------------------------------------------------------- */

Operator operator_of(TokenKind kind) {
    switch (kind) {
    case TK_PLUS:
    case TK_PLUSEQUAL: return OPERATOR_Add;
    case TK_MINUS:
    case TK_MINEQUAL: return OPERATOR_Sub;
    case TK_STAR:
    case TK_STAREQUAL: return OPERATOR_Mult;
    case TK_AT:
    case TK_ATEQUAL: return OPERATOR_MatMult;
    case TK_SLASH:
    case TK_SLASHEQUAL: return OPERATOR_Div;
    case TK_PERCENT:
    case TK_PERCENTEQUAL: return OPERATOR_Mod;
    case TK_DOUBLESTAR:
    case TK_DOUBLESTAREQUAL: return OPERATOR_Pow;
    case TK_LEFTSHIFT:
    case TK_LEFTSHIFTEQUAL: return OPERATOR_LShift;
    case TK_RIGHTSHIFT:
    case TK_RIGHTSHIFTEQUAL: return OPERATOR_RShift;
    case TK_VBAR:
    case TK_VBAREQUAL: return OPERATOR_BitOr;
    case TK_CIRCUMFLEX:
    case TK_CIRCUMFLEXEQUAL: return OPERATOR_BitXor;
    case TK_AMPER:
    case TK_AMPEREQUAL: return OPERATOR_BitAnd;
    case TK_DOUBLESLASH:
    case TK_DOUBLESLASHEQUAL: return OPERATOR_FloorDiv;
    case TK_LESS: return OPERATOR_Lt;
    case TK_GREATER: return OPERATOR_Gt;
    case TK_LESSEQUAL: return OPERATOR_LtE;
    case TK_GREATEREQUAL: return OPERATOR_GtE;
    case TK_NOTEQUAL: return OPERATOR_NotEq;
    default: return OPERATOR_Eq;
    }
}

Expr expr_binary(Parser *p, Expr left, Token operator, Expr right) {
    Span span = span_join(left.span, right.span);
    return EXPR_NEW(BinOp, span, .left = left.node, .op = operator_of(operator.kind), .right = right.node);
}

Expr expr_unary(Parser *p, Token operator, Expr operand) {
    Operator op = operator.kind == TK_PLUS  ? OPERATOR_UAdd :
                  operator.kind == TK_MINUS ? OPERATOR_USub
                  :
                  operator.kind == TK_TILDE ? OPERATOR_Invert
                                            : OPERATOR_Not;
    Span span = span_join(operator.span, operand.span);
    return EXPR_NEW(UnaryOp, span, .op = op, .operand = operand.node);
}

/* A chain `a or b or c` is one flat node: it grows in place. */
Expr expr_boolean(Parser *p, Expr left, Operator op, Expr right) {
    Span span = span_join(left.span, right.span);
    Node *chain = left.node;
    if (!chain || chain->kind != AST_BoolOp || chain->BoolOp.op != op || chain->parenthesized) {
        NodeList values = list_of(p, left.node);
        nodes_append(p, &values, right.node);
        return EXPR_NEW(BoolOp, span, .op = op, .values = values);
    }
    nodes_append(p, &chain->BoolOp.values, right.node);
    chain->span = span;
    set_depth(p, chain, deeper(chain->depth - 1u, right.node) + 1);
    return (Expr){chain, span};
}

/* So is a chain of comparisons, which means `a < b and b < c`. */
Expr expr_compare(Parser *p, Expr left, Operator op, Expr right) {
    Span span = span_join(left.span, right.span);
    Node *chain = left.node;
    if (!chain || chain->kind != AST_Compare || chain->parenthesized) {
        OperatorList ops = {0};
        operators_append(p, &ops, op);
        return EXPR_NEW(Compare, span, .left = left.node, .ops = ops, .comparators = list_of(p, right.node));
    }
    operators_append(p, &chain->Compare.ops, op);
    nodes_append(p, &chain->Compare.comparators, right.node);
    chain->span = span;
    set_depth(p, chain, deeper(chain->depth - 1u, right.node) + 1);
    return (Expr){chain, span};
}

Expr expr_starred(Parser *p, Token star, Expr value) {
    Span span = span_join(star.span, value.span);
    return EXPR_NEW(Starred, span, .value = value.node);
}

Expr expr_walrus(Parser *p, Expr target, Expr value) {
    if (target.node && (target.node->kind != AST_Name || target.node->parenthesized))
        syntax_error(p, target.node->span, "cannot use assignment expressions with %s",
                     expression_description(target.node));
    else
        target_set(p, target.node, TARGET_ASSIGN);
    Span span = span_join(target.span, value.span);
    return EXPR_NEW(NamedExpr, span, .target = target.node, .value = value.node);
}

Expr expr_call(Parser *p, Expr func, Sequence arguments, Token open, Token close) {
    arguments.span = span_join(open.span, close.span);
    Arguments split = arguments_split(p, arguments, true);
    Span span = span_join(func.span, close.span);
    return EXPR_NEW(Call, span, .func = func.node, .args = split.positional, .keywords = split.keywords);
}

/* ---- Targets --------------------------------------------------------------------------------------- */

static const char *constant_description(const Constant *value) {
    switch ((ConstantKind)value->kind) {
    case CONSTANT_NONE: return "None";
    case CONSTANT_TRUE: return "True";
    case CONSTANT_FALSE: return "False";
    case CONSTANT_ELLIPSIS: return "ellipsis";
    default: return "literal";
    }
}

const char *expression_description(const Node *node) {
    switch ((AstKind)node->kind) {
    case AST_Attribute: return "attribute";
    case AST_Subscript: return "subscript";
    case AST_Starred: return "starred";
    case AST_Name: return "name";
    case AST_List: return "list";
    case AST_Tuple: return "tuple";
    case AST_Lambda: return "lambda";
    case AST_Call: return "function call";
    case AST_GeneratorExp: return "generator expression";
    case AST_Yield:
    case AST_YieldFrom: return "yield expression";
    case AST_Await: return "await expression";
    case AST_ListComp: return "list comprehension";
    case AST_SetComp: return "set comprehension";
    case AST_DictComp: return "dict comprehension";
    case AST_Dict: return "dict literal";
    case AST_Set: return "set display";
    case AST_JoinedStr:
    case AST_FormattedValue: return "f-string expression";
    case AST_Constant: return constant_description(&node->Constant.value);
    case AST_Compare: return "comparison";
    case AST_IfExp: return "conditional expression";
    case AST_NamedExpr: return "named expression";
    default: return "expression";
    }
}

Node *target_invalid_part(Node *node, TargetUse use) {
    if (!node) return NULL;
    switch ((AstKind)node->kind) {
    case AST_Name:
    case AST_Attribute:
    case AST_Subscript: return NULL;
    case AST_Starred: return use == TARGET_DELETE ? node : target_invalid_part(node->Starred.value, use);
    case AST_Compare:
        if (use != TARGET_BEFORE_IN) return node;
        return node->Compare.ops.items[0] == OPERATOR_In ? target_invalid_part(node->Compare.left, use)
                                                         : NULL;
    case AST_List:
    case AST_Tuple: break;
    default: return node;
    }
    NodeList items = node->kind == AST_List ? node->List.elts : node->Tuple.elts;
    for (uint32_t i = 0; i < items.count; i++) {
        Node *part = target_invalid_part(items.items[i], use);
        if (part) return part;
    }
    return NULL;
}

static void set_context(Node *node, Context context) {
    if (!node) return;
    NodeList items = {0};
    switch ((AstKind)node->kind) {
    case AST_Name: node->Name.ctx = context; break;
    case AST_Attribute: node->Attribute.ctx = context; break;
    case AST_Subscript: node->Subscript.ctx = context; break;
    case AST_Starred:
        node->Starred.ctx = context;
        set_context(node->Starred.value, context);
        break;
    case AST_List:
        node->List.ctx = context;
        items = node->List.elts;
        break;
    case AST_Tuple:
        node->Tuple.ctx = context;
        items = node->Tuple.elts;
        break;
    default: break;
    }
    for (uint32_t i = 0; i < items.count; i++)
        set_context(items.items[i], context);
}

void target_set(Parser *p, Node *node, TargetUse use) {
    const Node *part = target_invalid_part(node, use);
    if (part)
        syntax_error(p, part->span, "cannot %s %s", use == TARGET_DELETE ? "delete" : "assign to",
                     expression_description(part));
    else
        set_context(node, use == TARGET_DELETE ? CONTEXT_DEL : CONTEXT_STORE);
}
