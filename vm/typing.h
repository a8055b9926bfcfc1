#ifndef MPY_VM_TYPING_H
#define MPY_VM_TYPING_H

/*
 * What PEP 695 syntax makes: TypeVar, ParamSpec, TypeVarTuple, TypeAliasType and Generic. They carry names
 * and functions that give bounds and values when asked; nothing here checks types.
 */

#include "compiler/opcode.h"
#include "vm/frame.h"

/* The instructions TYPE_PARAM, TYPE_ALIAS, GENERIC_BASE, SET_TYPE_PARAMS on their operands. */
NEW RAISES Value step_typing(VM *vm, const Frame *frame, Opcode op, uint32_t operand, Value *operands);

#endif
