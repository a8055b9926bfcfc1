#ifndef MPY_RUNTIME_INTERN_H
#define MPY_RUNTIME_INTERN_H

/*
 * The intern table of a VM: at most one string of each content is `interned`, so that names compare by address.
 *
 * The table is an open-addressed set of borrowed String pointers: an interned string is freed like any other when its
 * last reference goes, and its dealloc takes it out of the table (intern_forget). Deleted cells are marked and swept
 * when the table is rebuilt. Identifiers in code, attribute names and the strings of runtime/names.def are interned.
 */

#include "runtime/state.h"

RAISES bool intern_init(VM *vm);
void intern_fini(VM *vm);
void intern_forget(VM *vm, String *string);
size_t intern_count(const VM *vm);

/* Intern the strings of runtime/names.def and make the empty and the one-character strings. */
RAISES bool strings_init(VM *vm);
void strings_fini(VM *vm);

#endif
