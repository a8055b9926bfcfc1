#ifndef MPY_COMPILER_DISASSEMBLE_H
#define MPY_COMPILER_DISASSEMBLE_H

/*
 * Code objects as text, for `mpy --dis` and for teaching: each source line, the instructions made from it with their
 * operands spelled out, the exception table; then the same for the code objects among the constants. All that is said
 * of an instruction comes from compiler/opcodes.def.
 */

#include "base/buffer.h"
#include "lexer/source.h"
#include "runtime/code/code.h"

/* Append the text of `code` and all code in it to `out`. `source` may be NULL: no source lines. False RAISES; a refused
 * append shows in out->failed. */
RAISES bool disassemble(VM *vm, Value code, const Source *source, Buffer *out);

#endif
