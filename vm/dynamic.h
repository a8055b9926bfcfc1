#ifndef MPY_VM_DYNAMIC_H
#define MPY_VM_DYNAMIC_H

/* The built-in functions that need frames, the compiler or import: eval, exec, compile, globals, locals,
 * vars, dir,
 * __import__; and sys._getframe. */

#include "runtime/state.h"

/* Put them into the builtins and sys. */
RAISES bool dynamic_init(VM *vm);

#endif
