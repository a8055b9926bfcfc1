#ifndef MPY_VM_OPERATOR_H
#define MPY_VM_OPERATOR_H

/*
 * Operators of classes: which method in Python an operator comes down to, so that the eval loop can enter its
 * frame instead of recurring in C.
 *
 * operator_binary and the like give that function when it is certain that the language would call it first,
 * and with exactly these arguments; in all other cases ABSENT, and the operation goes through
 * runtime/protocol.h. The function may decline by returning NotImplemented; then the ..._declined functions
 * do what is left of the operation.
 */

#include "runtime/classes/slots.h"

BORROWED Value operator_binary(VM *vm, BinaryOp op, bool inplace, Value left, Value right);
BORROWED Value operator_class_compare(VM *vm, Value left, Value right,
                                      CompareOp op); /* left: its class compares */
static inline BORROWED Value operator_compare(VM *vm, Value left, Value right, CompareOp op) {
    bool by_class =
        is_object(left) && as_object(left)->type->compare == slot_compare; /* not an enum of ints, say */
    return by_class ? operator_class_compare(vm, left, right, op) : ABSENT;
}
BORROWED Value operator_class_contains(VM *vm, Value container); /* its class is made by a program */
BORROWED Value operator_get_item(VM *vm, Value container);
BORROWED Value operator_set_item(VM *vm, Value container);
static inline BORROWED Value operator_contains(VM *vm, Value container) {
    bool by_class = is_object(container) && as_object(container)->type->flags & TYPE_HEAP;
    return by_class ? operator_class_contains(vm, container) : ABSENT;
}

/* `word`: the instruction. */
NEW RAISES Value operator_binary_declined(VM *vm, uint32_t word, Value left, Value right);
NEW RAISES Value operator_compare_declined(VM *vm, CompareOp op, Value left, Value right);

#endif
