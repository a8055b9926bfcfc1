#ifndef MPY_RUNTIME_MODULES_SYS_H
#define MPY_RUNTIME_MODULES_SYS_H

/* What the command line tells the module sys. */

#include "runtime/state.h"

/* sys.flags, without those that are always the same here. */
typedef struct {
    bool inspect, interactive, dont_write_bytecode, no_user_site, no_site, ignore_environment, quiet, isolated, safe_path;
} SysFlags;

RAISES bool sys_set_flags(VM *vm, const SysFlags *flags);

#endif
