#ifndef MPY_RUNTIME_MODULES_ATEXIT_H
#define MPY_RUNTIME_MODULES_ATEXIT_H

/* The module atexit: functions to call when the program ends, the last registered first. The VM owns the list of them
 * (exit_functions), as tuples (function, args, keywords). */

#include "runtime/state.h"

/* Call and forget them all; errors go to sys.unraisablehook. At the end of a program, before the streams are flushed.
 * */
void atexit_run(VM *vm);

#endif
