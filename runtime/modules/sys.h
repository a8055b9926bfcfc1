#ifndef MPY_RUNTIME_MODULES_SYS_H
#define MPY_RUNTIME_MODULES_SYS_H

/* What the command line tells the module sys, and what the runtime asks of it. */

#include "runtime/state.h"

/* sys.flags, without the one that is always the same here. Most count how often an option was given. */
typedef struct {
    int debug, inspect, interactive, optimize, dont_write_bytecode, no_user_site, no_site, ignore_environment,
        verbose, bytes_warning, quiet, isolated, dev_mode, utf8_mode, warn_default_encoding, safe_path,
        int_max_str_digits;
} SysFlags;

/* The functions of the hooks and of what exists for the sake of programs that ask: runtime/modules/syshooks.c. */
RAISES bool sys_add_hooks(VM *vm, Value dict);

RAISES bool sys_set_flags(VM *vm, const SysFlags *flags);

/* Report an exception that nobody can catch through sys.unraisablehook; false when that is the default one.
 * `where` is the object whose code failed, or ABSENT; then `message`, if not NULL, says it
 * all, with a colon at its end that the hook does not see. Raises nothing. */
bool sys_call_unraisablehook(VM *vm, Value exception, const char *message, Value where);

#endif
