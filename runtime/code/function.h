#ifndef MPY_RUNTIME_FUNCTION_H
#define MPY_RUNTIME_FUNCTION_H

/*
 * function: a code object with the globals it runs in, its defaults and its closure; and method: a function
 * bound to its first argument. The types' slots are in vm/, where calls are.
 */

#include "runtime/code/code.h"

typedef struct {
    Object head;
    Code *code;
    Value globals;          /* the dict it was made in */
    Value builtins;         /* the dict that names fall back to */
    Value closure;          /* tuple of cells, or ABSENT */
    Value defaults;         /* tuple, or ABSENT */
    Value keyword_defaults; /* dict, or ABSENT */
    Value name, qualified_name;
    Value doc;
    Value module;      /* __module__; None when the globals have no __name__ */
    Value annotations; /* dict, or ABSENT: made when asked for */
    Value type_params; /* tuple, or ABSENT */
    Value dict;        /* __dict__, or ABSENT: made when asked for */
    Value retired;     /* list of code objects it had before, which frames may still run; or ABSENT */
} Function;

typedef struct {
    Object head;
    Value function;
    Value self;
} Method;

static inline Function *as_function(Value v) { return (Function *)as_object(v); }
static inline bool is_function(Value v) { return is_exactly(v, &function_type); }
static inline Method *as_method(Value v) { return (Method *)as_object(v); }
static inline bool is_method(Value v) { return is_exactly(v, &method_type); }

/* A function of `code` in the dict `globals`, without defaults or closure. */
NEW RAISES Value function_new(VM *vm, Value code, Value globals);
NEW RAISES Value method_new(VM *vm, Value function, Value self);

#endif
