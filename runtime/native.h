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
 * function RAW: it sees nargs and names as they come, after a check of the positional parameters in front. What it
 * takes in truth may stand at the head of its docstring, for __text_signature__: "($module, event, /, *args)\n--\n\n".
 *
 * args[0] of a method is self (its type is checked), of a class method the class; module functions have neither.
 */

#include "runtime/state.h"

/* The head of a native function and of a method. */
#define NATIVE_PARAMETERS VM *vm, Value *args, int nargs, Value names
#define NATIVE(name) static Value name(NATIVE_PARAMETERS)
#define METHOD(name) NATIVE(method_##name)

typedef enum {
    NATIVE_METHOD,
    NATIVE_CLASS_METHOD,
    NATIVE_STATIC_METHOD,
    NATIVE_NAMED_METHOD, /* CPython parses its call as one with keywords, though it has none: its errors say so */
} NativeKind;

struct NativeDef {
    const char *name; /* NULL ends a table */
    NativeFn function;
    const char *params;
    const char *doc;
    uint8_t kind; /* NativeKind; not given, NATIVE_METHOD: a method, in a module's table a plain function */
};

/* A computed attribute. `set` NULL: read-only; a set value of ABSENT deletes. */
struct GetSetDef {
    const char *name; /* NULL ends a table */
    Value (*get)(VM *vm, Value self);
    bool (*set)(VM *vm, Value self, Value value);
    const char *doc;
};

/* A field of the object's struct, shown as an attribute: a Value, or what the flags say. */
struct MemberDef {
    const char *name; /* NULL ends a table */
    uint32_t offset;
    uint8_t flags; /* MEMBER_* */
    const char *doc;
};

enum {
    MEMBER_READONLY = 1,
    MEMBER_NONE_IF_ABSENT = 2, /* reads as None instead of raising AttributeError */
    MEMBER_DOUBLE = 4,         /* a double, which reads as a float; readonly too */
    MEMBER_INTEGER = 8,        /* an int of 64 bits, 0 if absent; it cannot be deleted */
};

/* A parameter string, parsed. It is parsed at the first call: until then `names` is NULL and `count` is -1, which no
 * call's number of arguments equals. */
typedef struct {
    int16_t positional_only;   /* how many of `count` may not be given by keyword */
    int16_t positional;        /* how many may be given by position */
    int16_t required;          /* how many of the positional ones must be given */
    int16_t count;             /* all; of a raw function, those in front of *args */
    int16_t exact;             /* so many positional arguments are the row as it stands; -1: no number is */
    bool raw;                  /* *args or **kwargs: the function sees the call as it is */
    bool raw_args;             /* raw, with any number of positional arguments */
    bool raw_names;            /* raw, and keywords are allowed */
    uint32_t keyword_required; /* bit i: keyword-only parameter positional+i must be given */
    Tuple *names;              /* of all parameters, interned; owned */
} Signature;

enum { NATIVE_PARAMS_MAX = 24 }; /* no built-in function has more; the row of a call is that long */

/* A native function, or a native bound to `self`. builtin_function_or_method. */
typedef struct {
    Object head;
    const NativeDef *def;
    NativeFn function; /* def->function, at hand for calls */
    Value self;        /* what goes into args[0]; ABSENT: nothing. Owned */
    Value module;      /* the module's name, or ABSENT; owned */
    const Type
        *owner; /* of a static method: its type, borrowed, since built-in types are immortal; else NULL */
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

NEW RAISES Value native_function_new(VM *vm, const NativeDef *def, Value self, Value module);

/* Read a parameter string into a signature that signature_init made, unless that has been done. */
void signature_init(Signature *signature);
RAISES bool signature_parse(VM *vm, const char *params, Signature *signature);
void signature_fini(VM *vm, Signature *signature);
NEW RAISES Value native_doc(VM *vm, const NativeDef *def);
NEW RAISES Value native_text_signature(VM *vm, const NativeDef *def, bool method);

/* What the call slots of the two types do. */
NEW RAISES Value native_function_call(VM *vm, Value function, Value *args, int nargs, Value names);
NEW RAISES Value method_descriptor_call(VM *vm, Value descriptor, Value *args, int nargs, Value names);

/*
 * For a `new` or `init` slot: bind a call's arguments to `params`, a parameter string without *args, in a row of
 * borrowed Values (at least as many as there are parameters; ABSENT where none was given). `function` is the name that
 * errors give, the type's.
 */
RAISES bool arguments_bind(VM *vm, const char *function, const char *params, Value *args, int nargs,
                           Value names, Value *row);
/* The cache behind that. */
RAISES bool signatures_init(VM *vm);
void signatures_fini(VM *vm);
int signatures_visit(VM *vm, VisitFn visit, void *context); /* what it owns */
/* TypeError "f() takes no keyword arguments" unless there are none. */
RAISES bool arguments_no_names(VM *vm, const char *function, Value names);

/* Fill a module's dict from a table. */
RAISES bool module_add_functions(VM *vm, Value dict, const NativeDef *defs, const char *module_name);

#endif
