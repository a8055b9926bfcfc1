#ifndef MPY_RUNTIME_SPEC_H
#define MPY_RUNTIME_SPEC_H

/*
 * importlib.machinery.ModuleSpec: what a finder has found, and how the module is to be made (PEP 451).
 *
 * Finders written in Python make them as the import statement does. All Values are owned; ABSENT reads as None.
 */

#include "runtime/state.h"

typedef struct {
    Object head;
    Value name, loader, origin, loader_state;
    Value locations;   /* submodule_search_locations: None for what is no package */
    Value cached;      /* the path of compiled code: always None unless somebody sets it */
    bool has_location; /* origin is a place that can be loaded from: __file__ */
    bool initializing; /* the module's code runs */
} ModuleSpec;

static inline ModuleSpec *as_spec(Value v) { return (ModuleSpec *)as_object(v); }
static inline bool is_spec(Value v) { return is_exactly(v, &module_spec_type); }

/* A spec of these (ABSENT: None), which it refs. */
NEW RAISES Value spec_new(VM *vm, Value name, Value loader, Value origin, Value locations);

/* Is the module of this dict (with __spec__ there) being made: does its code run? Raises nothing. */
bool spec_is_initializing(VM *vm, Value module_dict);
RAISES bool spec_set_initializing(VM *vm, Value spec, bool running);

/* The repr of a module by its spec: <module 'x' from 'path'> and the like. */
NEW RAISES Value spec_module_repr(VM *vm, Value spec);

#endif
