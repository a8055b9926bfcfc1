#ifndef MPY_VM_TRACEBACK_H
#define MPY_VM_TRACEBACK_H

/*
 * Printing exceptions, to the character as CPython 3.13: the chain of causes and contexts, each with its
 * traceback, the source lines with carets, notes, suggestions, and the special forms of SyntaxError and
 * exception groups.
 */

#include "runtime/state.h"

/* Write to sys.stderr. Raises nothing. */
void traceback_print(VM *vm, Value exception);

/* Without carets, chain, notes and suggestions, as errors are reported that nobody can catch. Raises nothing. */
void traceback_print_plain(VM *vm, Value exception);

#endif
