#ifndef MPY_VM_EVAL_H
#define MPY_VM_EVAL_H

/*
 * Running code.
 *
 * eval_run is the loop; everything that enters Python code from C goes through one of the functions below.
 * Calls from Python to Python, and generators resumed by for, yield from and the like, stay inside one run of
 * the loop.
 */

#include "vm/frame.h"

/* Run vm->frame, which has FRAME_ENTRY, and what it calls, until it ends. NEW, RAISES; for a generator also
 * what it yields. */
NEW RAISES Value eval_run(VM *vm);

/* eval_run while there is a trace or profile function; `entering`: the frame starts, or its generator goes on. */
NEW RAISES Value eval_traced(VM *vm, bool entering);

/* Run a code object as a module or exec() does: `names` a mapping (ABSENT: the globals themselves), `closure` a tuple
 * of as many cells as the code has free variables (ABSENT: none). A function's code is called without arguments. */
NEW RAISES Value eval_code(VM *vm, Value code, Value globals, Value names, Value closure);

/* Run a function of no parameters with a namespace: a class body. */
NEW RAISES Value eval_body(VM *vm, Value function, Value names);

#endif
