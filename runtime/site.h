#ifndef MPY_RUNTIME_SITE_H
#define MPY_RUNTIME_SITE_H

/*
 * The built-ins for somebody at a prompt: exit and quit, which tell how to leave when printed and raise SystemExit when
 * called; help; copyright, credits and license, which show a text. What they show is made by the library's module
 * _sitebuiltins, imported when it is asked for: at the start of a program they are six small objects.
 */

#include "runtime/state.h"

RAISES bool site_init(VM *vm);

/* Call a function of the library's module _sitebuiltins. The arguments are those of a call slot. */
NEW RAISES Value site_call(VM *vm, const char *function, Value *args, int nargs, Value names);

#endif
