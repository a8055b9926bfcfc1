/* Expressions: values on the stack, and tests as jumps. */

#include "compiler/compiler.h"

#include "runtime/code/code.h"

#include <string.h>

#include "compiler/warn.h"
#include "runtime/containers/set.h"
#include "runtime/type.h"

enum {
    STACK_USE_MAX = 30, /* a longer display is filled item by item */
};

/* ---- Boolean operators and tests --------------------------------------------------------------------------------- */

static void boolean(Compiler *c, Node *node) {
    Label end = label_new(c);
    Opcode op = node->BoolOp.op == OPERATOR_And ? OP_JUMP_IF_FALSE_OR_POP : OP_JUMP_IF_TRUE_OR_POP;
    NodeList values = node->BoolOp.values;
    for (uint32_t i = 0; i < values.count && !c->failed; i++) {
        expression(c, values.items[i]);
        if (i + 1 < values.count) emit_jump(c, op, end, node->span);
    }
    label_place(c, end);
}

static void conditional(Compiler *c, Node *node) {
    Label otherwise = label_new(c), end = label_new(c);
    jump_if(c, node->IfExp.test, otherwise, false);
    expression(c, node->IfExp.body);
    emit_jump(c, OP_JUMP, end, NO_SPAN);
    label_place(c, otherwise);
    expression(c, node->IfExp.orelse);
    label_place(c, end);
}

static void emit_comparison(Compiler *c, Operator op, bool negated, Span span) {
    static const uint8_t compares[] = {
        [OPERATOR_Eq] = COMPARE_EQ,  [OPERATOR_NotEq] = COMPARE_NE, [OPERATOR_Lt] = COMPARE_LT,
        [OPERATOR_LtE] = COMPARE_LE, [OPERATOR_Gt] = COMPARE_GT,    [OPERATOR_GtE] = COMPARE_GE,
    };
    switch (op) {
    case OPERATOR_Is: emit(c, OP_IS, negated, span); break;
    case OPERATOR_IsNot: emit(c, OP_IS, !negated, span); break;
    case OPERATOR_In: emit(c, OP_CONTAINS, negated, span); break;
    case OPERATOR_NotIn: emit(c, OP_CONTAINS, !negated, span); break;
    default: emit(c, OP_COMPARE, compares[op], span);
    }
}

/* The right operand of comparison `i`. A display that only the last `in` looks through may be a constant. */
static void comparator(Compiler *c, Node *node, uint32_t i) {
    Operator op = node->Compare.ops.items[i];
    Node *operand = node->Compare.comparators.items[i];
    bool last = i + 1 == node->Compare.ops.count;
    if (last && (op == OPERATOR_In || op == OPERATOR_NotIn))
        iterable(c, operand);
    else
        expression(c, operand);
}

/* All but the last comparison of a chain: (left) -> (middle); a false one jumps to `out` with one value more. */
static void comparison_chain(Compiler *c, Node *node, Label out) {
    expression(c, node->Compare.left);
    for (uint32_t i = 0; i + 1 < node->Compare.ops.count && !c->failed; i++) {
        comparator(c, node, i);
        emit(c, OP_SWAP, 2, node->span);
        emit(c, OP_COPY, 2, node->span);
        emit_comparison(c, node->Compare.ops.items[i], false, node->span);
        emit_jump(c, OP_POP_JUMP_IF_FALSE, out, node->span);
    }
}

void comparison(Compiler *c, Node *node, bool negated) {
    uint32_t last = node->Compare.ops.count - 1;
    warn_comparison(c, node, negated);
    if (last == 0) {
        expression(c, node->Compare.left);
        comparator(c, node, 0);
        emit_comparison(c, node->Compare.ops.items[0], negated, node->span);
        return;
    }
    Label out = label_new(c), end = label_new(c);
    expression(c, node->Compare.left);
    for (uint32_t i = 0; i < last && !c->failed; i++) {
        comparator(c, node, i);
        emit(c, OP_SWAP, 2, node->span);
        emit(c, OP_COPY, 2, node->span);
        emit_comparison(c, node->Compare.ops.items[i], false, node->span);
        emit_jump(c, OP_JUMP_IF_FALSE_OR_POP, out, node->span);
    }
    comparator(c, node, last);
    emit_comparison(c, node->Compare.ops.items[last], false, node->span);
    emit_jump(c, OP_JUMP, end, NO_SPAN);
    label_place(c, out); /* (middle, false) */
    emit(c, OP_SWAP, 2, node->span);
    emit(c, OP_POP_TOP, 0, node->span);
    label_place(c, end);
}

static void jump_if_boolean(Compiler *c, Node *node, Label label, bool sense) {
    NodeList values = node->BoolOp.values;
    bool decides = node->BoolOp.op == OPERATOR_Or; /* the truth of one operand that settles the whole */
    Label settled = decides == sense ? label : label_new(c);
    for (uint32_t i = 0; i + 1 < values.count && !c->failed; i++)
        jump_if(c, values.items[i], settled, decides);
    jump_if(c, values.items[values.count - 1], label, sense);
    if (settled != label) label_place(c, settled);
}

static void jump_if_conditional(Compiler *c, Node *node, Label label, bool sense) {
    Label otherwise = label_new(c), end = label_new(c);
    jump_if(c, node->IfExp.test, otherwise, false);
    jump_if(c, node->IfExp.body, label, sense);
    emit_jump(c, OP_JUMP, end, NO_SPAN);
    label_place(c, otherwise);
    jump_if(c, node->IfExp.orelse, label, sense);
    label_place(c, end);
}

static void jump_if_chain(Compiler *c, Node *node, Label label, bool sense) {
    Label out = label_new(c), end = label_new(c);
    uint32_t last = node->Compare.ops.count - 1;
    warn_comparison(c, node, false);
    comparison_chain(c, node, out);
    comparator(c, node, last);
    emit_comparison(c, node->Compare.ops.items[last], false, node->span);
    emit_jump(c, sense ? OP_POP_JUMP_IF_TRUE : OP_POP_JUMP_IF_FALSE, label, node->span);
    emit_jump(c, OP_JUMP, end, NO_SPAN);
    label_place(c, out); /* (middle) */
    emit(c, OP_POP_TOP, 0, node->span);
    if (!sense) emit_jump(c, OP_JUMP, label, NO_SPAN);
    label_place(c, end);
}

void jump_if(Compiler *c, Node *node, Label label, bool sense) {
    int truth = fold_truth(c, node);
    if (c->failed) return;
    if (truth >= 0) {
        if (truth == sense) emit_jump(c, OP_JUMP, label, node->span);
        return;
    }
    bool is_not = node->kind == AST_UnaryOp && node->UnaryOp.op == OPERATOR_Not && !fold_not_comparison(node);
    if (is_not)
        jump_if(c, node->UnaryOp.operand, label, !sense);
    else if (node->kind == AST_BoolOp)
        jump_if_boolean(c, node, label, sense);
    else if (node->kind == AST_IfExp)
        jump_if_conditional(c, node, label, sense);
    else if (node->kind == AST_Compare && node->Compare.ops.count > 1)
        jump_if_chain(c, node, label, sense);
    else {
        expression(c, node);
        Node *compare = fold_not_comparison(node);
        Span span = compare ? compare->span : node->span;
        emit_jump(c, sense ? OP_POP_JUMP_IF_TRUE : OP_POP_JUMP_IF_FALSE, label, span);
    }
}

/* ---- Displays ---------------------------------------------------------------------------------------------------- */

static bool has_starred(NodeList list) {
    for (uint32_t i = 0; i < list.count; i++)
        if (list.items[i]->kind == AST_Starred) return true;
    return false;
}

Value constant_row(Compiler *c, NodeList list) {
    if (list.count == 0) return ABSENT;
    Value *items = arena_alloc(c->arena, list.count * sizeof *items);
    if (!items) compile_fail_memory(c);
    for (uint32_t i = 0; i < list.count && !c->failed; i++) {
        items[i] = fold_constant(c, list.items[i]);
        if (is_absent(items[i])) return ABSENT;
    }
    return tuple_value(c, items, list.count);
}

void iterable(Compiler *c, Node *node) {
    NodeList elements = node->List.elts;
    Value row = ABSENT;
    if (node->kind == AST_List || node->kind == AST_Set) row = constant_row(c, elements);
    if (c->failed) return;
    if (!is_absent(row) && node->kind == AST_Set) row = constant_unique(c, frozenset_constant(c->vm, row));
    if (!is_absent(row)) {
        emit_const(c, row, node->span);
    } else if (node->kind == AST_List && !has_starred(elements) && elements.count <= STACK_USE_MAX) {
        for (uint32_t i = 0; i < elements.count; i++)
            expression(c, elements.items[i]);
        emit(c, OP_BUILD_TUPLE, (int32_t)elements.count, node->span);
    } else {
        expression(c, node);
    }
}

void sequence(Compiler *c, uint32_t extra, NodeList elements, SequenceKind kind, Span span) {
    static const uint8_t builds[] = {OP_BUILD_LIST, OP_BUILD_SET, OP_BUILD_TUPLE};
    bool set = kind == SEQUENCE_SET;
    uint32_t count = extra + elements.count;
    if (count <= STACK_USE_MAX && !has_starred(elements)) {
        for (uint32_t i = 0; i < elements.count; i++)
            expression(c, elements.items[i]);
        emit(c, (Opcode)builds[kind], (int32_t)count, span);
        return;
    }
    bool built = count > STACK_USE_MAX;
    Opcode build = set ? OP_BUILD_SET : OP_BUILD_LIST;
    if (built) emit(c, build, (int32_t)extra, span);
    for (uint32_t i = 0; i < elements.count && !c->failed; i++) {
        Node *element = elements.items[i];
        bool starred = element->kind == AST_Starred;
        if (starred && !built) emit(c, build, (int32_t)(extra + i), span), built = true;
        expression(c, starred ? element->Starred.value : element);
        if (starred)
            emit(c, set ? OP_SET_UPDATE : OP_LIST_EXTEND, 1, span);
        else if (built)
            emit(c, set ? OP_SET_ADD : OP_LIST_APPEND, 1, span);
    }
    if (kind == SEQUENCE_TUPLE) emit(c, OP_LIST_TO_TUPLE, 0, span);
}

/* A list or set whose items are all constants is filled from one. */
static void list_or_set(Compiler *c, Node *node) {
    bool set = node->kind == AST_Set;
    NodeList elements = node->List.elts;
    Value row = elements.count > 2 ? constant_row(c, elements) : ABSENT;
    if (c->failed) return;
    if (is_absent(row)) {
        sequence(c, 0, elements, set ? SEQUENCE_SET : SEQUENCE_LIST, node->span);
        return;
    }
    if (set) row = constant_unique(c, frozenset_constant(c->vm, row));
    emit(c, set ? OP_BUILD_SET : OP_BUILD_LIST, 0, node->span);
    emit_const(c, row, node->span);
    emit(c, set ? OP_SET_UPDATE : OP_LIST_EXTEND, 1, node->span);
}

static void dict(Compiler *c, Node *node) {
    NodeList keys = node->Dict.keys, values = node->Dict.values;
    bool small = 2 * keys.count <= STACK_USE_MAX;
    for (uint32_t i = 0; i < keys.count; i++)
        small &= keys.items[i] != NULL;
    if (!small) emit(c, OP_BUILD_MAP, 0, node->span);
    for (uint32_t i = 0; i < keys.count && !c->failed; i++) {
        if (keys.items[i]) expression(c, keys.items[i]);
        expression(c, values.items[i]);
        if (!keys.items[i])
            emit(c, OP_DICT_UPDATE, 1, node->span);
        else if (!small)
            emit(c, OP_MAP_ADD, 1, node->span);
    }
    if (small) emit(c, OP_BUILD_MAP, (int32_t)keys.count, node->span);
}

/* ---- Attributes and items ---------------------------------------------------------------------------------------- */

Span attribute_span(Node *attribute, Span span) {
    Span whole = attribute->span;
    if (span.line == whole.end_line) return span;
    uint32_t length = attribute->Attribute.attr.length;
    span.line = whole.end_line;
    span.column = whole.end_column >= length ? whole.end_column - length : 0;
    return span;
}

bool super_arguments(Compiler *c, Node *node) {
    if (node->kind != AST_Call || c->scope != c->unit->scope || c->scope->kind != SCOPE_FUNCTION)
        return false;
    Node *func = node->Call.func;
    if (func->kind != AST_Name || strcmp(func->Name.id.utf8, "super") != 0) return false;
    if (node->Call.args.count || node->Call.keywords.count || !c->unit->positional_count) return false;
    Name *super_name = name_c(c, "super"), *class_name = name_c(c, "__class__");
    if (c->failed || !variable_is_global(c, super_name) || scope_find(c->symbols.module, super_name))
        return false;
    const Symbol *symbol = scope_find(c->scope, class_name);
    if (!symbol || symbol->resolution != RESOLVED_FREE) return false;
    variable_access(c, super_name, ACCESS_LOAD, func->span);
    variable_access(c, class_name, ACCESS_LOAD, node->span);
    variable_access(c, c->unit->variables[0], ACCESS_LOAD, node->span);
    return true;
}

static void attribute(Compiler *c, Node *node) {
    bool super = super_arguments(c, node->Attribute.value);
    if (!super) expression(c, node->Attribute.value);
    Span span = attribute_span(node, node->span);
    emit_name(c, super ? OP_LOAD_SUPER_ATTR : OP_LOAD_ATTR, name_identifier(c, node->Attribute.attr), span);
}

static void optional(Compiler *c, Node *node, Span span) {
    if (node)
        expression(c, node);
    else
        emit_const(c, NONE, span);
}

bool is_plain_slice(const Node *node) { return node->kind == AST_Slice && !node->Slice.step; }

void slice_bounds(Compiler *c, Node *slice) {
    optional(c, slice->Slice.lower, slice->span);
    optional(c, slice->Slice.upper, slice->span);
}

static void slice(Compiler *c, Node *node) {
    slice_bounds(c, node);
    if (node->Slice.step) expression(c, node->Slice.step);
    emit(c, OP_BUILD_SLICE, node->Slice.step ? 3 : 2, node->span);
}

static void subscript(Compiler *c, Node *node) {
    Node *key = node->Subscript.slice;
    warn_subscript(c, node);
    expression(c, node->Subscript.value);
    if (is_plain_slice(key))
        slice_bounds(c, key);
    else
        expression(c, key);
    emit(c, is_plain_slice(key) ? OP_GET_SLICE : OP_GET_ITEM, 0, node->span);
}

/* ---- The rest ---------------------------------------------------------------------------------------------------- */

static void unary(Compiler *c, Node *node) {
    Node *compare = fold_not_comparison(node);
    if (compare) {
        comparison(c, compare, true);
        return;
    }
    Node *operand = node->UnaryOp.operand;
    expression(c, operand);
    /* As in CPython, an error in the comparison of `not a == b` is one of the whole. */
    bool compares = node->UnaryOp.op == OPERATOR_Not && operand->kind == AST_Compare;
    if (compares && !c->failed) c->unit->stream->items[c->unit->stream->count - 1].span = node->span;
    switch (node->UnaryOp.op) {
    case OPERATOR_Not: emit(c, OP_NOT, 0, node->span); break;
    case OPERATOR_USub: emit(c, OP_NEGATIVE, 0, node->span); break;
    case OPERATOR_UAdd: emit(c, OP_POSITIVE, 0, node->span); break;
    default: emit(c, OP_INVERT, 0, node->span);
    }
}

static void binary(Compiler *c, Node *node) {
    if (percent_display(c, node)) return;
    expression(c, node->BinOp.left);
    expression(c, node->BinOp.right);
    emit(c, binary_opcode(node->BinOp.op), 0, node->span);
}

/* (iterator, None) -> (result): every value that the iterator gives is yielded. */
static void yield_from(Compiler *c, Span span) {
    Label send = label_new(c), thrown = label_new(c), end = label_new(c);
    label_place(c, send);
    emit_jump(c, OP_SEND, end, span);
    handler_push(c, thrown, false, 0);
    emit(c, OP_YIELD, YIELD_DELEGATED, span);
    handler_pop(c);
    emit_jump(c, OP_JUMP, send, span);
    Stream *before = cold_begin(c);
    label_place(c, thrown);
    emit(c, OP_CLEANUP_THROW, 0, span);
    emit_jump(c, OP_JUMP, end, span);
    cold_end(c, before);
    label_place(c, end);
}

void await_top(Compiler *c, int32_t what, Span span) {
    emit(c, OP_GET_AWAITABLE, what, span);
    emit_const(c, NONE, span);
    yield_from(c, span);
}

void async_next(Compiler *c, Label ended, Span span) {
    handler_push(c, ended, false, 0);
    emit(c, OP_GET_ANEXT, 0, span);
    emit_const(c, NONE, span);
    yield_from(c, span);
    handler_pop(c);
}

static void yield(Compiler *c, Node *node) {
    if (!scope_is_function(c->unit->scope)) {
        compile_fail(c, node->span, "%s outside function",
                     node->kind == AST_Yield ? "'yield'" : "'yield from'");
    } else if (node->kind == AST_Yield) {
        optional(c, node->Yield.value, node->span);
        emit(c, OP_YIELD, c->unit->flags & CODE_ASYNC_GENERATOR ? YIELD_ASYNC : YIELD_PLAIN, node->span);
    } else {
        expression(c, node->YieldFrom.value);
        emit(c, OP_GET_YIELD_FROM_ITER, 0, node->span);
        emit_const(c, NONE, node->span);
        yield_from(c, node->span);
    }
}

static void walrus(Compiler *c, Node *node) {
    expression(c, node->NamedExpr.value);
    emit(c, OP_COPY, 1, node->span);
    assign(c, node->NamedExpr.target);
}

/* Emit a constant expression as its value; false when it is none. */
static bool folded(Compiler *c, Node *node) {
    Value v = fold_constant(c, node);
    if (is_absent(v)) return c->failed;
    emit_const(c, v, node->span);
    return true;
}

void expression(Compiler *c, Node *node) {
    if (c->failed || compile_refused(c, node) || folded(c, node)) return;
    switch (node->kind) {
    case AST_Name: identifier_access(c, node->Name.id, ACCESS_LOAD, node->span); break;
    case AST_Attribute: attribute(c, node); break;
    case AST_Call: call(c, node); break;
    case AST_BinOp: binary(c, node); break;
    case AST_Compare: comparison(c, node, false); break;
    case AST_Subscript: subscript(c, node); break;
    case AST_BoolOp: boolean(c, node); break;
    case AST_UnaryOp: unary(c, node); break;
    case AST_IfExp: conditional(c, node); break;
    case AST_NamedExpr: walrus(c, node); break;
    case AST_Lambda: lambda(c, node); break;
    case AST_Tuple: sequence(c, 0, node->Tuple.elts, SEQUENCE_TUPLE, node->span); break;
    case AST_List:
    case AST_Set: list_or_set(c, node); break;
    case AST_Dict: dict(c, node); break;
    case AST_ListComp:
    case AST_SetComp:
    case AST_DictComp: comprehension(c, node); break;
    case AST_GeneratorExp: generator_expression(c, node); break;
    case AST_Yield:
    case AST_YieldFrom: yield(c, node); break;
    case AST_JoinedStr: joined_string(c, node); break;
    case AST_FormattedValue: formatted_value(c, node); break;
    case AST_Slice: slice(c, node); break;
    case AST_Await:
        expression(c, node->Await.value);
        await_top(c, AWAIT_EXPRESSION, node->span);
        break;
    default: compile_fail(c, node->span, "can't use starred expression here");
    }
}
