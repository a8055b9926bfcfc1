#include "runtime/arguments.h"

#include "runtime/errors/error.h"
#include "runtime/protocol.h"

bool arguments_count(VM *vm, const char *function, int64_t nargs, int minimum, int maximum) {
    if (nargs >= minimum && nargs <= maximum) return true;
    int bound = nargs < minimum ? minimum : maximum;
    const char *which = minimum == maximum ? "" : nargs < minimum ? "at least " : "at most ";
    raise_type(vm, "%s expected %s%d argument%s, got %lld", function, which, bound, bound == 1 ? "" : "s",
               (long long)nargs);
    return false;
}

bool arguments_check(VM *vm, const char *function, int64_t nargs, Value names, int minimum, int maximum) {
    if (names_count(names) > 0) {
        raise_type(vm, "%s() takes no keyword arguments", function);
        return false;
    }
    return arguments_count(vm, function, nargs, minimum, maximum);
}

bool arguments_flag(VM *vm, Value v, bool otherwise, bool *flag) {
    int truth = is_absent(v) ? otherwise : object_truth(vm, v);
    *flag = truth > 0;
    return truth >= 0;
}
