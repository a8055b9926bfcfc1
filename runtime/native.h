#ifndef MPY_RUNTIME_NATIVE_H
#define MPY_RUNTIME_NATIVE_H

/*
 * Functions written in C, and how a type or module lists them.
 *
 * A NativeDef is one row of a table: name, function, parameters, docstring. The parameter string is Python's own
 * notation, as inspect.signature would print it: "sep=None, maxsplit=-1", "iterable=(), /", "*, key=None,
 * reverse=False", "*args". From it the call machinery binds positional and keyword arguments, raises CPython's
 * TypeErrors, and hands the function a row with exactly one Value for each parameter, ABSENT where none was given
 * (the defaults in the string are documentation; the function supplies them). So a native parses nothing: it is called
 * with nargs = the number of parameters (self included for methods) and names = ABSENT.
 *
 * Only a string that ends in "*args" or "**kwargs" parameters ("*args", "*args, **kwargs", "object, *args") makes the
 * function RAW: it sees nargs and names as they come, after a check of the positional parameters in front.
 *
 * args[0] of a method is self (its type is checked), of a class method the class; module functions have neither.
 */

#include "runtime/state.h"

typedef enum { NATIVE_METHOD, NATIVE_CLASS_METHOD, NATIVE_STATIC_METHOD } NativeKind;

struct NativeDef {
    const char *name; /* NULL ends a table */
    NativeFn function;
    const char *params;
    const char *doc;
    uint8_t kind; /* NativeKind; in a module's table NATIVE_METHOD, the default, means a plain function */
};

/* A computed attribute. `set` NULL: read-only; a set value of ABSENT deletes. */
struct GetSetDef {
    const char *name; /* NULL ends a table */
    Value (*get)(VM *vm, Value self);
    bool (*set)(VM *vm, Value self, Value value);
    const char *doc;
};

/* A Value field of the object's struct, shown as an attribute. */
struct MemberDef {
    const char *name; /* NULL ends a table */
    uint32_t offset;
    uint8_t flags; /* MEMBER_* */
    const char *doc;
};

enum {
    MEMBER_READONLY = 1,
    MEMBER_NONE_IF_ABSENT = 2, /* reads as None instead of raising AttributeError */
};

/* A parameter string, parsed. */
typedef struct {
    int16_t positional_only;  /* how many of `count` may not be given by keyword */
    int16_t positional;       /* how many may be given by position */
    int16_t required;         /* how many of the positional ones must be given */
    int16_t count;            /* all */
    bool raw;                 /* *args or **kwargs: the function sees the call as it is */
    bool raw_names;           /* raw, and keywords are allowed */
    uint32_t keyword_required; /* bit i: keyword-only parameter positional+i must be given */
    Tuple *names;             /* of all parameters, interned; owned */
} Signature;

/* A native function, or a native bound to `self`. builtin_function_or_method. */
typedef struct {
    Object head;
    const NativeDef *def;
    NativeFn function; /* def->function, at hand for calls */
    Value self;        /* what goes into args[0]; ABSENT: nothing. Owned */
    Value module;      /* the module's name, or ABSENT; owned */
    Signature signature;
} NativeFunction;

/* A native method in a type's dict. method_descriptor (classmethod_descriptor for class methods). */
typedef struct {
    Object head;
    const NativeDef *def;
    NativeFn function;
    Type *owner; /* borrowed: built-in types are immortal */
    Signature signature;
} MethodDescriptor;

extern Type native_function_type, method_descriptor_type;

NEW RAISES Value native_function_new(VM *vm, const NativeDef *def, Value self, Value module);

/* Bind a call's arguments to the row the function wants and call it. `self` ABSENT: none is put in front. */
NEW RAISES Value native_call(VM *vm, const NativeDef *def, const Signature *signature, Value self, Value *args,
                             int nargs, Value names);

/* Fill a module's dict from a table. */
RAISES bool module_add_functions(VM *vm, Value dict, const NativeDef *defs, const char *module_name);

#endif
