/* Operators that classes define in Python. */

#include "vm/operator.h"

#include "compiler/opcode.h"
#include "runtime/classes/class.h"
#include "runtime/code/function.h"
#include "runtime/errors/error.h"
#include "runtime/protocol.h"

typedef struct {
    NameIndex name, reflected, inplace;
    const char *symbol;
} OperatorNames;

static const OperatorNames operator_names[BINARY_COUNT] = {
#define SLOT(...)
#define OPERATOR(name, op, symbol) [op] = {NAME_##name, NAME_r##name, NAME_i##name, symbol},
#include "runtime/classes/slots.def"
#undef OPERATOR
#undef SLOT
    [BINARY_POWER] = {NAME_pow, NAME_rpow, NAME_ipow, "**"},
};

/* The BinaryOp of an instruction. */
static BinaryOp word_operator(uint32_t word, bool *inplace) {
    Opcode opcode = word_opcode(word);
    *inplace = opcode == OP_ADD_TO_LOCAL || opcode == OP_SUBTRACT_FROM_LOCAL ||
               (word_operand_a(word) == 1 && opcode_info[opcode].a == OPERAND_FLAG);
    switch (opcode) {
    case OP_SUBTRACT:
    case OP_SUBTRACT_LOCAL_LOCAL:
    case OP_SUBTRACT_WITH_LOCAL:
    case OP_SUBTRACT_LOCAL_INT:
    case OP_SUBTRACT_WITH_CONST:
    case OP_SUBTRACT_CONST_LOCAL:
    case OP_SUBTRACT_LOCAL_LOCAL_STORE:
    case OP_SUBTRACT_WITH_LOCAL_STORE:
    case OP_SUBTRACT_FROM_LOCAL:
    case OP_SUBTRACT_INT: return BINARY_SUBTRACT;
    case OP_MULTIPLY:
    case OP_MULTIPLY_LOCAL_LOCAL:
    case OP_MULTIPLY_WITH_LOCAL:
    case OP_MULTIPLY_WITH_CONST:
    case OP_MULTIPLY_CONST_LOCAL:
    case OP_MULTIPLY_LOCAL_LOCAL_STORE:
    case OP_MULTIPLY_WITH_LOCAL_STORE:
    case OP_MULTIPLY_STORE:
    case OP_MULTIPLY_INT: return BINARY_MULTIPLY;
    case OP_TRUE_DIVIDE_WITH_LOCAL:
    case OP_TRUE_DIVIDE: return BINARY_TRUE_DIVIDE;
    case OP_FLOOR_DIVIDE:
    case OP_FLOOR_DIVIDE_INT: return BINARY_FLOOR_DIVIDE;
    case OP_MODULO:
    case OP_MODULO_INT: return BINARY_MODULO;
    case OP_POWER: return BINARY_POWER;
    case OP_LSHIFT:
    case OP_LSHIFT_INT: return BINARY_LSHIFT;
    case OP_RSHIFT:
    case OP_RSHIFT_INT: return BINARY_RSHIFT;
    case OP_AND:
    case OP_AND_INT: return BINARY_AND;
    case OP_OR: return BINARY_OR;
    case OP_XOR: return BINARY_XOR;
    case OP_MATMUL: return BINARY_MATMUL;
    default: return BINARY_ADD;
    }
}

/* A function of the class that a call with `count` positional arguments enters without binding. */
static Value plain_function(VM *vm, Type *type, NameIndex name, uint32_t count) {
    Value method = type_lookup_interned(vm, type, vm->names[name]);
    if (is_absent(method) || !is_function(method)) return ABSENT;
    const Code *code = as_function(method)->code;
    return code->simple && code->positional_count == count ? method : ABSENT;
}

Value operator_binary(VM *vm, BinaryOp op, bool inplace, Value left, Value right) {
    Type *type = type_of(left), *other = type_of(right);
    const OperatorNames *names = &operator_names[op];
    if (type->number.binary[op] == int_type.number.binary[op]) return ABSENT; /* an enum's, say: int's own */
    /* An instance of a subclass goes first with its reflected method; an in-place method has its own slot. */
    if (other != type && other->flags & TYPE_HEAP && type_is_subtype(other, type)) return ABSENT;
    if (inplace && type->number.inplace[op] != NULL) return ABSENT;
    return plain_function(vm, type, names->name, 2);
}

Value operator_class_compare(VM *vm, Value left, Value right, CompareOp op) {
    static const uint16_t names[] = {NAME_lt, NAME_le, NAME_eq, NAME_ne, NAME_gt, NAME_ge};
    Type *type = type_of(left), *other = type_of(right);
    if (other != type && other->flags & TYPE_HEAP && type_is_subtype(other, type)) return ABSENT;
    return plain_function(vm, type, (NameIndex)names[op], 2);
}

Value operator_class_contains(VM *vm, Value container) {
    return plain_function(vm, type_of(container), NAME_contains, 2);
}

Value operator_get_item(VM *vm, Value container) {
    return plain_function(vm, type_of(container), NAME_getitem, 2);
}

Value operator_set_item(VM *vm, Value container) {
    return plain_function(vm, type_of(container), NAME_setitem, 3);
}

/* The right operand's turn: its reflected method, or a built-in type's slot. */
static Value reflected(VM *vm, BinaryOp op, Value left, Value right) {
    Type *type = type_of(right);
    if (type == type_of(left) || type->number.binary[op] == NULL) return NOT_IMPLEMENTED;
    if (!(type->flags & TYPE_HEAP)) return type->number.binary[op](vm, left, right);
    Value method = object_special(vm, right, vm->names[operator_names[op].reflected]);
    if (is_absent(method)) return error_raised(vm) ? ABSENT : NOT_IMPLEMENTED;
    Value result = call_1(vm, method, left);
    value_drop(vm, method);
    return result;
}

Value operator_binary_declined(VM *vm, uint32_t word, Value left, Value right) {
    bool inplace;
    BinaryOp op = word_operator(word, &inplace);
    Value result = reflected(vm, op, left, right);
    return value_same(result, NOT_IMPLEMENTED) ? object_binary_declined(vm, op, inplace, left, right)
                                               : result;
}

Value operator_compare_declined(VM *vm, CompareOp op, Value left, Value right) {
    static const CompareOp swapped[] = {COMPARE_GT, COMPARE_GE, COMPARE_EQ,
                                        COMPARE_NE, COMPARE_LT, COMPARE_LE};
    static const char *const symbols[] = {"<", "<=", "==", "!=", ">", ">="};
    const Type *type = type_of(right);
    Value result = type->compare ? type->compare(vm, right, left, swapped[op]) : NOT_IMPLEMENTED;
    if (is_absent(result) || !value_same(result, NOT_IMPLEMENTED)) return result;
    if (op == COMPARE_EQ || op == COMPARE_NE) return bool_from(value_same(left, right) == (op == COMPARE_EQ));
    return raise_type(vm, "'%s' not supported between instances of '%T' and '%T'", symbols[op], left, right);
}
