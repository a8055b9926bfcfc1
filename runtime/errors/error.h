#ifndef MPY_RUNTIME_ERROR_H
#define MPY_RUNTIME_ERROR_H

/*
 * Raising and looking at exceptions from C.
 *
 * A function that raises puts the exception into vm->raised and returns ABSENT (NULL, false or -1, by its type); its
 * callers clean up and return the same. The helpers below return what a Value function returns on failure, so that
 * `return raise_type(vm, ...)` is a whole statement. Raising sets __context__ from the exception being handled.
 *
 * Formats know, beside printf's %s %d %u %x %c %zd %ld %lld %.Ns and %%: %R repr of a Value, %S str of a Value, %U the
 * text of a str, %A ascii of a Value, %T the name of a Value's type (fully CPython's tp_name form), %N the name of a
 * Type *, %Q as %T, but "None" for None, as in "f() argument 1 must be str, not None". An error while formatting
 * replaces the one that was to be raised.
 */

#include "runtime/state.h"

#define EXCEPTION(name, base, doc) extern Type exc_##name;
#include "runtime/errors/exceptions.def"
#undef EXCEPTION

/* Raise `type` with one formatted argument. Always returns ABSENT. */
RAISES Value raise_error(VM *vm, Type *type, const char *format, ...);
RAISES Value raise_type(VM *vm, const char *format, ...);  /* TypeError */
RAISES Value raise_value(VM *vm, const char *format, ...); /* ValueError */
RAISES Value raise_index(VM *vm, const char *format, ...); /* IndexError */
RAISES Value raise_overflow(VM *vm, const char *format, ...);
RAISES Value raise_memory(VM *vm); /* MemoryError; allocates nothing */
void memory_error_reset(VM *vm);   /* let the shared MemoryError forget its last use */
RAISES bool memory_errors_init(VM *vm);
void memory_errors_fini(VM *vm);
RAISES Value raise_key(VM *vm, Value key); /* KeyError(key) */
RAISES Value raise_attribute(VM *vm, Value object,
                             Value name); /* "'T' object has no attribute 'n'", name and obj set */
RAISES Value raise_attribute_text(VM *vm, Value object, Value name, STEALS Value text); /* in these words */
RAISES Value raise_member(VM *vm, Value object, Value name); /* the same with the type's name in full */
RAISES Value raise_stop(VM *vm, Value value); /* StopIteration(value); ABSENT or None: no value */
RAISES Value raise_os(VM *vm, int error,
                      Value filename); /* OSError subclass by errno; filename may be ABSENT */
RAISES Value raise_new(VM *vm, Type *type, Value argument); /* type(argument); ABSENT: type() */
RAISES Value raise_object(VM *vm,
                          STEALS Value exception); /* an exception instance as it is; sets the context */

static inline bool error_raised(const VM *vm) { return !is_absent(vm->raised); }

/* Is the raised exception an instance of this type? False when none is raised. */
bool error_is(const VM *vm, const Type *type);

/* Forget the raised exception, if any. */
void error_clear(VM *vm);

/* The innermost exception that is being handled (sys.exception()), or ABSENT. */
BORROWED Value error_handled(const VM *vm);

/* Take the raised exception out of the VM (ABSENT when none), e.g. to run clean-up code; and put it back. */
NEW Value error_take(VM *vm);
void error_restore(VM *vm, STEALS Value exception);

/* Report the raised exception through sys.unraisablehook and clear it. `where` is the object whose code failed, or
 * ABSENT; `message` stands before its repr, NULL for "Exception ignored in: ". */
void error_unraisable(VM *vm, const char *message, Value where);
/* A str to sys.stderr, or failing that to the process's; nowhere when sys.stderr is None. Raises nothing. */
void error_write(VM *vm, Value text);
/* What the default hook does: print it to sys.stderr. */
void error_print_unraisable(VM *vm, Value exception, const char *message, Value where);

#endif
