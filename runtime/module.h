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

/* --- native modules --- */

/* Rows of a table that a row of zeros ends. */
typedef struct {
    const char *name;
    Type *type;
} NamedType;

typedef struct {
    const char *name;
    int64_t value; /* of less than 62 bits */
} NamedNumber;

/* What a native module is made of; each part may be missing. */
typedef struct {
    const char *name, *doc;
    const struct NativeDef *functions;
    const NamedType *types;
    const NamedNumber *numbers;
    bool (*fill)(VM *vm, Value dict); /* what the tables do not say, when they have been read. RAISES */
} ModuleDef;

/* The whole of what a module_name_new does (runtime/modules/modules.def), but for a few. */
NEW RAISES Value module_make(VM *vm, const ModuleDef *def);

/* Store a new value under a name; ABSENT passes a failure on. */
RAISES bool module_add(VM *vm, Value dict, const char *name, STEALS Value v);

/* The attribute of that name of a module, which is imported if need be; and what calling it gives. */
NEW RAISES Value module_get(VM *vm, const char *module, const char *name);
NEW RAISES Value module_call(VM *vm, const char *module, const char *function, Value *args, int nargs,
                             Value names);

/* Build the builtins module's dict into vm->builtins and put the module into vm->modules. */
RAISES bool builtins_init(VM *vm);

#endif
