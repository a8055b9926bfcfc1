#ifndef MPY_COMPILER_VERIFIER_H
#define MPY_COMPILER_VERIFIER_H

/*
 * The verifier: is this code object safe to run?
 *
 * It trusts nothing but the opcode table. It checks that opcodes and operands are in range, that jumps and handlers
 * lead to the first words of instructions, that every way through the code brings the same stack depth to an
 * instruction, never below zero and never above stack_size, that returns leave an empty stack, and that control
 * cannot run off the end. Debug builds verify every code object that the assembler makes.
 */

#include "base/memory.h"
#include "runtime/code/code.h"

/* What is wrong, NULL when nothing is (or when there is no memory to find out). Code nested in it is not looked at. */
const char *code_verify(const Code *code, Allocator allocator);

#endif
