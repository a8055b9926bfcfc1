/*
 * Constant folding: expressions whose value is known when they are compiled. What is folded, and up to which size of
 * the result, follows CPython, so that code objects stay small and errors (1 / 0) stay where the program runs.
 */

#include "compiler/compiler.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/bytes/bytes.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

enum {
    FOLD_INT_BITS_MAX = 128,   /* of a product, power or shift */
    FOLD_COLLECTION_MAX = 256, /* items of a repeated tuple */
    FOLD_STRING_MAX = 4096,    /* characters of a repeated string */
};

static bool is_exact_int(Value v) { return is_int(v) || is_exactly(v, &int_type); }

static bool is_sequence_constant(Value v) {
    return is_object(v) && (is_string(v) || is_bytes(v) || is_tuple(v));
}

/* Bits of |v|, an exact int. */
static int64_t int_bits(Value v) {
    if (!is_int(v)) return llabs(((BigInt *)as_object(v))->size) * 64;
    int64_t i = int_get(v);
    return i ? 64 - __builtin_clzll((uint64_t)(i < 0 ? -i : i)) : 0;
}

/* Is sequence * count small enough? */
static bool repeat_is_small(Value sequence, Value count) {
    if (!is_int(count)) return false;
    int64_t n = int_get(count), length, max = FOLD_STRING_MAX;
    if (is_string(sequence))
        length = string_length(as_string(sequence));
    else if (is_bytes(sequence))
        length = as_bytes(sequence)->length;
    else
        length = as_tuple(sequence)->length, max = FOLD_COLLECTION_MAX;
    return length == 0 || (n >= 0 && n <= max / length);
}

static bool is_foldable(Operator op, Value left, Value right) {
    bool ints = is_exact_int(left) && is_exact_int(right);
    switch (op) {
    case OPERATOR_Mult:
        if (ints) return int_bits(left) + int_bits(right) <= FOLD_INT_BITS_MAX;
        if (is_sequence_constant(left)) return repeat_is_small(left, right);
        return !is_sequence_constant(right) || repeat_is_small(right, left);
    case OPERATOR_Pow:
        return !ints || int_sign(right) <= 0 ||
               (is_int(right) && int_get(right) <= FOLD_INT_BITS_MAX &&
                int_bits(left) * int_get(right) <= FOLD_INT_BITS_MAX);
    case OPERATOR_LShift:
        return !ints || int_sign(right) < 0 ||
               (is_int(right) && int_get(right) <= FOLD_INT_BITS_MAX - int_bits(left));
    case OPERATOR_Mod: return !is_sequence_constant(left);
    case OPERATOR_MatMult: return false;
    default: return true;
    }
}

/* The result of an operation, ABSENT if it raised: then the program is to raise it. */
static Value fold_result(Compiler *c, Value result) {
    if (!is_absent(result)) return constant_unique(c, result);
    if (error_is(c->vm, &exc_MemoryError) || error_is(c->vm, &exc_KeyboardInterrupt))
        c->failed = true;
    else
        error_clear(c->vm);
    return ABSENT;
}

static Value fold_binary(Compiler *c, Node *node) {
    static const uint8_t operations[] = {
        [OPERATOR_Add] = BINARY_ADD,        [OPERATOR_Sub] = BINARY_SUBTRACT,
        [OPERATOR_Mult] = BINARY_MULTIPLY,  [OPERATOR_Div] = BINARY_TRUE_DIVIDE,
        [OPERATOR_Mod] = BINARY_MODULO,     [OPERATOR_Pow] = BINARY_POWER,
        [OPERATOR_LShift] = BINARY_LSHIFT,  [OPERATOR_RShift] = BINARY_RSHIFT,
        [OPERATOR_BitOr] = BINARY_OR,       [OPERATOR_BitXor] = BINARY_XOR,
        [OPERATOR_BitAnd] = BINARY_AND,     [OPERATOR_FloorDiv] = BINARY_FLOOR_DIVIDE,
        [OPERATOR_MatMult] = BINARY_MATMUL,
    };
    Value left = fold_constant(c, node->BinOp.left);
    if (is_absent(left)) return ABSENT;
    Value right = fold_constant(c, node->BinOp.right);
    if (is_absent(right) || !is_foldable(node->BinOp.op, left, right)) return ABSENT;
    return fold_result(c, object_binary(c->vm, (BinaryOp)operations[node->BinOp.op], left, right));
}

static Value fold_unary(Compiler *c, Node *node) {
    Value operand = fold_constant(c, node->UnaryOp.operand);
    if (is_absent(operand)) return ABSENT;
    switch (node->UnaryOp.op) {
    case OPERATOR_Not: {
        int truth = object_truth(c->vm, operand);
        return truth < 0 ? fold_result(c, ABSENT) : bool_from(!truth);
    }
    case OPERATOR_USub: return fold_result(c, object_unary(c->vm, UNARY_NEGATIVE, operand));
    case OPERATOR_UAdd: return fold_result(c, object_unary(c->vm, UNARY_POSITIVE, operand));
    default: return fold_result(c, object_unary(c->vm, UNARY_INVERT, operand));
    }
}

static Value fold_tuple(Compiler *c, Node *node) {
    NodeList elements = node->Tuple.elts;
    if (node->Tuple.ctx != CONTEXT_LOAD) return ABSENT;
    Value *items = arena_alloc(c->arena, elements.count * sizeof *items + 1);
    if (!items) compile_fail_memory(c);
    for (uint32_t i = 0; i < elements.count && !c->failed; i++) {
        items[i] = fold_constant(c, elements.items[i]);
        if (is_absent(items[i])) return ABSENT;
    }
    return tuple_value(c, items, elements.count);
}

static Value fold_subscript(Compiler *c, Node *node) {
    if (node->Subscript.ctx != CONTEXT_LOAD) return ABSENT;
    Value container = fold_constant(c, node->Subscript.value);
    if (is_absent(container) || !is_sequence_constant(container)) return ABSENT;
    Value index = fold_constant(c, node->Subscript.slice);
    if (is_absent(index) || !is_int(index)) return ABSENT;
    return fold_result(c, object_get_item(c->vm, container, index));
}

Value fold_constant(Compiler *c, Node *node) {
    if (c->failed) return ABSENT;
    switch (node->kind) {
    case AST_Constant: return constant_literal(c, node);
    case AST_BinOp: return fold_binary(c, node);
    case AST_UnaryOp: return fold_unary(c, node);
    case AST_Tuple: return fold_tuple(c, node);
    case AST_Subscript: return fold_subscript(c, node);
    case AST_Name:
        if (node->Name.ctx != CONTEXT_LOAD || strcmp(node->Name.id.utf8, "__debug__") != 0) return ABSENT;
        return bool_from(!(c->flags & COMPILE_NO_ASSERTS));
    default: return ABSENT;
    }
}

int fold_truth(Compiler *c, Node *node) {
    Value v = fold_constant(c, node);
    if (is_absent(v)) return -1;
    int truth = object_truth(c->vm, v);
    if (truth < 0) fold_result(c, ABSENT);
    return truth;
}

Node *fold_not_comparison(Node *node) {
    if (node->kind != AST_UnaryOp || node->UnaryOp.op != OPERATOR_Not) return NULL;
    Node *operand = node->UnaryOp.operand;
    if (operand->kind != AST_Compare || operand->Compare.ops.count != 1) return NULL;
    return operand->Compare.ops.items[0] >= OPERATOR_Is ? operand : NULL;
}
