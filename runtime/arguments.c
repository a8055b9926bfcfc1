#include "runtime/arguments.h"

#include <math.h>

#include "runtime/errors/error.h"
#include "runtime/nanoseconds.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
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

bool arguments_seconds(VM *vm, Value v, time_t *seconds) {
    Value index = object_index(vm, v);
    if (is_absent(index)) return false;
    int64_t number;
    bool fits = int_to_int64(index, &number);
    value_drop(vm, index);
    if (!fits) return raise_overflow(vm, "timestamp out of range for platform time_t"), false;
    *seconds = number;
    return true;
}

bool arguments_timespec(VM *vm, Value v, struct timespec *time) {
    *time = (struct timespec){0};
    if (!is_float_family(v)) return arguments_seconds(vm, v, &time->tv_sec);
    double d = float_number(v), whole, part = floor(modf(d, &whole) * NS_PER_S);
    if (isnan(d)) return raise_value(vm, "Invalid value NaN (not a number)"), false;
    if (part < 0) {
        part += NS_PER_S;
        whole--;
    }
    if (!(whole >= -0x1p63 && whole < 0x1p63))
        return raise_overflow(vm, "timestamp out of range for platform time_t"), false;
    *time = (struct timespec){(time_t)whole, (long)part};
    return true;
}
