#ifndef MPY_RUNTIME_EXCEPTION_H
#define MPY_RUNTIME_EXCEPTION_H

/*
 * Exception instances.
 *
 * All built-in exceptions share one layout: the five Values that every exception has, then the fields of its own type
 * (OSError.errno, StopIteration.value, ...), Values too, so that one traverse, clear and dealloc serves them all. How
 * many fields a type has and what they are called stands in runtime/errors/exception.c; the enums below number those
 * that C code reaches. All are owned; ABSENT reads as None.
 */

#include "runtime/errors/error.h"

typedef struct {
    Object head;
    Value args;             /* a tuple */
    Value traceback;        /* a traceback object, or ABSENT */
    Value context;          /* an exception, or ABSENT */
    Value cause;            /* an exception, or ABSENT */
    Value suppress_context; /* True or False */
    Value fields[];
} Exception;

static inline Exception *as_exception(Value v) { return (Exception *)as_object(v); }
static inline bool is_exception(Value v) { return is_family(v, TYPE_EXCEPTION); }

/* Is `v` a class of exceptions? */
static inline bool is_exception_class(Value v) {
    return is_family(v, TYPE_TYPE) && as_type(v)->flags & TYPE_EXCEPTION;
}

enum { STOP_VALUE };      /* StopIteration */
enum { EXIT_CODE };       /* SystemExit */
enum { NAME_ERROR_NAME }; /* NameError */
enum { ATTRIBUTE_NAME, ATTRIBUTE_OBJECT };
enum { IMPORT_MESSAGE, IMPORT_NAME, IMPORT_PATH, IMPORT_NAME_FROM };
enum { OS_ERRNO, OS_STRERROR, OS_FILENAME, OS_FILENAME2, OS_WRITTEN };
enum {
    SYNTAX_MESSAGE,
    SYNTAX_FILENAME,
    SYNTAX_LINE,
    SYNTAX_OFFSET,
    SYNTAX_TEXT,
    SYNTAX_END_LINE,
    SYNTAX_END_OFFSET,
    SYNTAX_PRINT_FILE,
};
enum { UNICODE_ENCODING, UNICODE_OBJECT, UNICODE_START, UNICODE_END, UNICODE_REASON };
enum { GROUP_MESSAGE, GROUP_EXCEPTIONS };
enum { EXCEPTION_FIELDS_MAX = 8 };

/* The value of a StopIteration instance (None when it has none). */
BORROWED Value stop_iteration_value(Value exception);

/* The exception that `raise v` raises: v itself, or v() for an exception class; else TypeError. */
NEW RAISES Value exception_from(VM *vm, Value v);
/* Set __cause__ (None or ABSENT: none) and __suppress_context__. */
void exception_set_cause(VM *vm, Value exception, STEALS Value cause);
/* Does the exception match what an except clause names (a class or a tuple of them)? -1 RAISES. */
RAISES int exception_matches(VM *vm, Value exception, Value type_or_tuple);

/* Methods of the built-in types: what an exception is made of, for copying and pickling. In exception_reduce.c. */
NEW RAISES Value exception_reduce(VM *vm, Value *args, int nargs, Value names);
NEW RAISES Value import_error_reduce(VM *vm, Value *args, int nargs, Value names);
NEW RAISES Value os_error_reduce(VM *vm, Value *args, int nargs, Value names);
NEW RAISES Value attribute_error_reduce(VM *vm, Value *args, int nargs, Value names);
NEW RAISES Value attribute_error_get_state(VM *vm, Value *args, int nargs, Value names);

/* Fill in the built-in exception types; once a process, from types_init. */
void exceptions_prepare(void);

#endif
