#ifndef MPY_RUNTIME_MODULE_H
#define MPY_RUNTIME_MODULE_H

/* module: a name and a dict. The dict is the globals of the module's code; it may outlive the module object. */

#include "runtime/state.h"

typedef struct Module {
    Object head;
    Value dict; /* owned; ABSENT only before __init__ */
} Module;

static inline Module *as_module(Value v) { return (Module *)as_object(v); }

/* A module with __name__, __doc__, __package__, __loader__ and __spec__ (None) in its dict. */
NEW RAISES Value module_new(VM *vm, Value name);
NEW RAISES Value module_new_c(VM *vm, const char *name, const char *doc);
/* Build the builtins module's dict into vm->builtins and put the module into vm->modules. */
RAISES bool builtins_init(VM *vm);

#endif
