/* The numeric half of runtime/protocol.h: operators with their fallbacks, conversions to numbers. */

#include "runtime/containers/dict.h"
#include "runtime/errors/error.h"
#include "runtime/errors/warn.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

static const char *const binary_symbols[BINARY_COUNT] = {
    [BINARY_ADD] = "+",
    [BINARY_SUBTRACT] = "-",
    [BINARY_MULTIPLY] = "*",
    [BINARY_TRUE_DIVIDE] = "/",
    [BINARY_FLOOR_DIVIDE] = "//",
    [BINARY_MODULO] = "%",
    [BINARY_POWER] = "** or pow()",
    [BINARY_LSHIFT] = "<<",
    [BINARY_RSHIFT] = ">>",
    [BINARY_AND] = "&",
    [BINARY_OR] = "|",
    [BINARY_XOR] = "^",
    [BINARY_MATMUL] = "@",
    [BINARY_DIVMOD] = "divmod()",
};

/* --- binary operators --- */

static Value raise_unsupported(VM *vm, Value left, Value right, const char *symbol, const char *suffix) {
    bool print_redirection = strcmp(symbol, ">>") == 0 && is_exactly(left, &native_function_type) &&
                             value_same(left, dict_get_c(vm, vm->builtins, "print"));
    return raise_type(vm, "unsupported operand type(s) for %s%s: '%T' and '%T'%s", symbol, suffix, left,
                      right,
                      print_redirection ? ". Did you mean \"print(<message>, file=<output_stream>)\"?" : "");
}

/* The number slots of both operands, the right one's first if its type is a subclass of the left one's. */
static Value try_number(VM *vm, BinaryOp op, Value left, Value right) {
    Type *left_type = type_of(left), *right_type = type_of(right);
    Value (*first)(VM *, Value, Value) = left_type->number.binary[op];
    Value (*second)(VM *, Value, Value) = right_type->number.binary[op];
    if (second == first) second = NULL;
    if (first != NULL) {
        bool may_derive = second != NULL && right_type->base != &object_type;
        if (may_derive && type_is_subtype(right_type, left_type)) {
            Value result = second(vm, left, right);
            if (!value_same(result, NOT_IMPLEMENTED)) return result;
            second = NULL;
        }
        Value result = first(vm, left, right);
        if (!value_same(result, NOT_IMPLEMENTED)) return result;
    }
    return second == NULL ? NOT_IMPLEMENTED : second(vm, left, right);
}

static Value repeat(VM *vm, Value (*slot)(VM *, Value, Value), Value sequence, Value count) {
    if (type_of(count)->number.index == NULL) {
        return raise_type(vm, "can't multiply sequence by non-int of type '%T'", count);
    }
    Value exact = object_index(vm, count);
    if (is_absent(exact)) return ABSENT;
    Value result = slot(vm, sequence, exact);
    value_drop(vm, exact);
    return result;
}

/* `+` and `*` of sequences. */
static Value try_sequence(VM *vm, BinaryOp op, Value left, Value right) {
    const ContainerSlots *l = &type_of(left)->container, *r = &type_of(right)->container;
    if (op == BINARY_ADD && l->concat != NULL) return l->concat(vm, left, right);
    if (op == BINARY_MULTIPLY && l->repeat != NULL) return repeat(vm, l->repeat, left, right);
    if (op == BINARY_MULTIPLY && r->repeat != NULL) return repeat(vm, r->repeat, right, left);
    return NOT_IMPLEMENTED;
}

Value object_binary(VM *vm, BinaryOp op, Value left, Value right) {
    Value result;
    if (is_object(left) && is_object(right) && as_object(left)->type == as_object(right)->type) {
        Value (*slot)(VM *, Value, Value) = as_object(left)->type->number.binary[op];
        result = slot != NULL ? slot(vm, left, right) : NOT_IMPLEMENTED;
    } else {
        result = try_number(vm, op, left, right);
    }
    return value_same(result, NOT_IMPLEMENTED) ? object_binary_declined(vm, op, false, left, right) : result;
}

static Value try_inplace_sequence(VM *vm, BinaryOp op, Value left, Value right) {
    const ContainerSlots *l = &type_of(left)->container;
    if (op == BINARY_ADD && l->inplace_concat != NULL) return l->inplace_concat(vm, left, right);
    if (op == BINARY_MULTIPLY && l->inplace_repeat != NULL) return repeat(vm, l->inplace_repeat, left, right);
    /* A container on the left that cannot be repeated is not asked of the other side, as it is outside of `*=`. */
    bool container = l->length || l->get_item || l->contains || type_of(left)->flags & TYPE_HEAP;
    if (op == BINARY_MULTIPLY && container && l->repeat == NULL) return NOT_IMPLEMENTED;
    return try_sequence(vm, op, left, right);
}

Value object_inplace(VM *vm, BinaryOp op, Value left, Value right) {
    Value (*slot)(VM *, Value, Value) = type_of(left)->number.inplace[op];
    Value result = slot == NULL ? NOT_IMPLEMENTED : slot(vm, left, right);
    if (!value_same(result, NOT_IMPLEMENTED)) return result;
    result = try_number(vm, op, left, right);
    return value_same(result, NOT_IMPLEMENTED) ? object_binary_declined(vm, op, true, left, right) : result;
}

Value object_binary_declined(VM *vm, BinaryOp op, bool inplace, Value left, Value right) {
    Value result = inplace ? try_inplace_sequence(vm, op, left, right) : try_sequence(vm, op, left, right);
    if (!value_same(result, NOT_IMPLEMENTED)) return result;
    const char *symbol = inplace && op == BINARY_POWER ? "**" : binary_symbols[op];
    return raise_unsupported(vm, left, right, symbol, inplace ? "=" : "");
}

/* pow() with a modulus: the slots of all three operands are asked, left to right. */
Value object_power3(VM *vm, Value base, Value exponent, Value modulus) {
    if (is_none(modulus)) return object_binary(vm, BINARY_POWER, base, exponent);
    Value operands[] = {base, exponent, modulus};
    for (int i = 0; i < 3; i++) {
        Value (*slot)(VM *, Value, Value, Value) = type_of(operands[i])->number.power3;
        bool asked = slot == NULL;
        for (int j = 0; j < i; j++)
            asked |= type_of(operands[j])->number.power3 == slot;
        if (asked) continue;
        Value result = slot(vm, base, exponent, modulus);
        if (!value_same(result, NOT_IMPLEMENTED)) return result;
    }
    return raise_type(vm, "unsupported operand type(s) for ** or pow(): '%T', '%T', '%T'", base, exponent,
                      modulus);
}

Value object_unary(VM *vm, UnaryOp op, Value v) {
    static const char *const names[UNARY_COUNT] = {"unary -", "unary +", "unary ~", "abs()"};
    Value (*slot)(VM *, Value) = type_of(v)->number.unary[op];
    return slot == NULL ? raise_type(vm, "bad operand type for %s: '%T'", names[op], v) : slot(vm, v);
}

/* --- conversions --- */

/* The exact int with the number of a value of int's family. */
static Value exact_int(VM *vm, Value v) {
    return is_int(v) || is_exactly(v, &int_type) ? value_ref(v) : int_type.number.index(vm, v);
}

Value object_index(VM *vm, Value v) {
    if (is_int(v)) return v;
    if (is_int_family(v)) return exact_int(vm, v);
    Value (*slot)(VM *, Value) = type_of(v)->number.index;
    if (slot == NULL) return raise_type(vm, "'%T' object cannot be interpreted as an integer", v);
    Value result = slot(vm, v);
    if (is_absent(result) || is_int(result)) return result;
    Value exact = ABSENT;
    if (!is_int_family(result))
        raise_type(vm, "__index__ returned non-int (type %T)", result);
    else if (is_exactly(result, &int_type) || warn_int_subclass(vm, "__index__", result))
        exact = exact_int(vm, result);
    value_drop(vm, result);
    return exact;
}

bool object_to_int64_slow(VM *vm, Value v, Type *overflow, int64_t *result) {
    Value index = object_index(vm, v);
    if (is_absent(index)) return false;
    bool fits = int_to_int64(index, result);
    if (!fits && overflow == NULL) {
        *result = int_sign(index) < 0 ? INT64_MIN : INT64_MAX;
        fits = true;
    }
    value_drop(vm, index);
    if (!fits) raise_error(vm, overflow, "cannot fit '%T' into an index-sized integer", v);
    return fits;
}

bool object_to_c_int(VM *vm, Value v, int *result) {
    int64_t wide;
    if (!object_to_int64(vm, v, NULL, &wide)) return false;
    *result = (int)wide;
    return *result == wide ? true : (raise_overflow(vm, "Python int too large to convert to C int"), false);
}

bool object_to_c_long(VM *vm, Value v, int64_t *result) {
    Value number = object_index(vm, v);
    if (is_absent(number)) return false;
    bool fits = int_to_int64(number, result);
    value_drop(vm, number);
    return fits ? true : (raise_overflow(vm, "Python int too large to convert to C long"), false);
}

static Value float_from_slot(VM *vm, Value v) {
    Value result = type_of(v)->number.to_float(vm, v);
    if (is_absent(result) || is_float(result) || is_exactly(result, &float_type)) return result;
    if (is_float_family(result) &&
        warn(vm, &exc_DeprecationWarning, 1,
             "%T.__float__ returned non-float (type %T).  The ability to return an instance of a strict "
             "subclass of float is deprecated, and may be removed in a future version of Python.",
             v, result))
        return result;
    if (!error_raised(vm)) raise_type(vm, "%T.__float__ returned non-float (type %T)", v, result);
    value_drop(vm, result);
    return ABSENT;
}

Value object_to_float(VM *vm, Value v) {
    if (is_float(v) || is_exactly(v, &float_type)) return value_ref(v);
    double number;
    if (type_of(v)->number.to_float != NULL) {
        Value result = float_from_slot(vm, v);
        if (is_absent(result) || is_float(result) || is_exactly(result, &float_type)) return result;
        number = float_number(result);
        value_drop(vm, result);
        return float_from(vm, number);
    }
    if (type_of(v)->number.index == NULL) return raise_type(vm, "must be real number, not %T", v);
    Value index = object_index(vm, v);
    if (is_absent(index)) return ABSENT;
    bool ok = int_to_double(vm, index, &number);
    value_drop(vm, index);
    return ok ? float_from(vm, number) : ABSENT;
}

bool object_to_double(VM *vm, Value v, double *result) {
    if (is_float(v)) {
        *result = float_get(v);
        return true;
    }
    Value number = object_to_float(vm, v);
    if (is_absent(number)) return false;
    *result = float_number(number);
    value_drop(vm, number);
    return true;
}
