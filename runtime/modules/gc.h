#ifndef MPY_RUNTIME_MODULES_GC_H
#define MPY_RUNTIME_MODULES_GC_H

/* What the module gc has to do with the end of a VM: its two lists belong to the VM, and the collector calls its
 * hooks from the module's import on. */

#include "runtime/state.h"

/* The program has ended, its modules are about to be cleared: no more callbacks, and nothing is frozen any more. */
void gc_module_stop(VM *vm);

/* The modules are gone: report what is left in gc.garbage if DEBUG_UNCOLLECTABLE asks for it, and let go of it. */
void gc_module_fini(VM *vm);

#endif
