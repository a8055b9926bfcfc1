/* The module errno: the system's error numbers by name. */
#include <errno.h>

#include "runtime/containers/dict.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/numbers/int.h"
#include "runtime/text/str.h"

static bool add(VM *vm, Value dict, Value codes, const char *name, int number) {
    Value text = string_intern_c(vm, name);
    bool ok = !is_absent(text) && dict_set(vm, dict, text, int_small(number)) &&
              dict_set(vm, codes, int_small(number), text);
    value_xdrop(vm, text);
    return ok;
}

static bool fill(VM *vm, Value dict) {
    Value codes = dict_new(vm);
    bool ok = !is_absent(codes);
    /* Of two names for one number the one added last stands in errorcode: the later one, but for the three below. */
#define X(name) ok = ok && add(vm, dict, codes, #name, name);
#include "runtime/modules/errno.def"
    X(EDEADLOCK)
    X(EAGAIN)
    X(ENOTSUP)
#undef X
    ok = ok && dict_set_c(vm, dict, "errorcode", codes);
    value_xdrop(vm, codes);
    return ok;
}

Value module_errno_new(VM *vm) {
    return module_make(vm, &(ModuleDef){.name = "errno",
                                        .doc = "This module makes available standard errno system symbols.",
                                        .fill = fill});
}
