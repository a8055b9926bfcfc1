#ifndef MPY_RUNTIME_WARN_H
#define MPY_RUNTIME_WARN_H

/*
 * Warnings from C, by the library's module warnings, which is imported with the first one.
 *
 * A filter may make any warning an exception: both functions may raise the warning itself, and whatever a
 * warnings.showwarning of the program's own raises.
 */

#include "runtime/errors/error.h"

/* Warn of what the running Python code does (stack level 1), or its caller (2), ... `format` as raise_error's. */
RAISES bool warn(VM *vm, Type *category, int stack_level, const char *format, ...);
/* EncodingWarning that no encoding was asked for, where such warnings are wanted. */
RAISES bool warn_of_encoding(VM *vm, int stack_level);

/* A coroutine was never awaited: RuntimeWarning. */
RAISES bool warn_unawaited(VM *vm, Value coroutine);
/* The same of what a method of an asynchronous generator returned. */
RAISES bool warn_unawaited_method(VM *vm, Value generator, Value qualified_name, const char *method);

/* An object dies that holds a resource and that nobody has closed: ResourceWarning, `format` having its repr. What the
 * warning raises is shown as unraisable, told of `blamed`. No exception is left. */
void warn_unclosed(VM *vm, const char *format, Value source, Value blamed);

/* Warn of a line of a file. */
RAISES bool warn_explicit(VM *vm, Type *category, Value message, Value filename, uint32_t line);

#endif
