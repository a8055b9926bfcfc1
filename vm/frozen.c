/* Library modules by name. */

#include "vm/frozen.h"

#include <stdlib.h>
#include <string.h>

static int order(const void *name, const void *module) {
    return strcmp(name, ((const FrozenModule *)module)->name);
}

const FrozenModule *frozen_find(const char *name) {
    return bsearch(name, frozen_modules, frozen_count, sizeof *frozen_modules, order);
}
