#ifndef MPY_RUNTIME_ARGUMENTS_H
#define MPY_RUNTIME_ARGUMENTS_H

/*
 * Argument checks for the `new` and `init` slots, which see a call as it comes (methods get theirs bound by
 * their parameter string: runtime/native.h), and arguments that many functions read alike.
 *
 * The texts are CPython's: "list expected at most 1 argument, got 2", "list() takes no keyword arguments".
 */

#include <time.h>

#include "runtime/containers/tuple.h"

static inline int64_t names_count(Value names) { return is_absent(names) ? 0 : as_tuple(names)->length; }

/* Between `minimum` and `maximum` positional arguments? */
RAISES bool arguments_count(VM *vm, const char *function, int64_t nargs, int minimum, int maximum);

/* The same, and no keywords. */
RAISES bool arguments_check(VM *vm, const char *function, int64_t nargs, Value names, int minimum,
                            int maximum);

/* An optional argument that is a truth value. */
RAISES bool arguments_flag(VM *vm, Value v, bool otherwise, bool *flag);

/* A whole number of seconds. */
RAISES bool arguments_seconds(VM *vm, Value v, time_t *seconds);

/* A number of seconds, with their fraction if it is a float, rounded down. */
RAISES bool arguments_timespec(VM *vm, Value v, struct timespec *time);

#endif
