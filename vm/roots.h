#ifndef MPY_VM_ROOTS_H
#define MPY_VM_ROOTS_H

/* The references that the machine and its frames own outside of objects: what vm->hooks.visit_roots is. */

#include "runtime/state.h"

int machine_visit_roots(VM *vm, VisitFn visit, void *context);

#endif
