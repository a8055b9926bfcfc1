/* The module posix: timers that are descriptors (timerfd), in seconds and in nanoseconds. */
#include <errno.h>
#include <math.h>
#include <sys/timerfd.h>

#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/modules/posix.h"
#include "runtime/nanoseconds.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"

/* An argument in seconds, or in nanoseconds; 0 when it is absent. */
static bool time_argument(VM *vm, Value v, bool ns, struct timespec *time) {
    int64_t number = 0;
    double seconds = 0;
    if (is_absent(v)) {
        number = 0;
    } else if (ns) {
        Value index = object_index(vm, v);
        if (is_absent(index)) return false;
        bool fits = int_to_int64(index, &number);
        value_drop(vm, index);
        if (!fits) return raise_overflow(vm, "int too big to convert"), false;
    } else {
        if (!object_to_double(vm, v, &seconds)) return false;
        double whole = floor(seconds * NS_PER_S);
        if (!(whole >= -0x1p63 && whole < 0x1p63))
            return raise_overflow(vm, "timestamp out of range for platform time_t"), false;
        number = (int64_t)whole;
    }
    *time = ns_to_timespec(number);
    return true;
}

/* (until it expires next, interval) */
static Value setting(VM *vm, const struct itimerspec *t, bool ns) {
    int64_t times[] = {ns_from_timespec(t->it_value), ns_from_timespec(t->it_interval)};
    Value pair[2];
    for (int i = 0; i < 2; i++)
        pair[i] = ns ? int_from(vm, times[i]) : float_from(vm, (double)times[i] / NS_PER_S);
    return tuple_from_made(vm, pair, 2);
}

static Value set_timer(VM *vm, Value *args, bool ns) {
    int fd, flags = 0;
    struct itimerspec new, old;
    if (!posix_fd(vm, args[0], &fd) || (!is_absent(args[1]) && !posix_int(vm, args[1], &flags)) ||
        !time_argument(vm, args[2], ns, &new.it_value) || !time_argument(vm, args[3], ns, &new.it_interval))
        return ABSENT;
    return timerfd_settime(fd, flags, &new, &old) < 0 ? raise_os(vm, errno, ABSENT) : setting(vm, &old, ns);
}

static Value get_timer(VM *vm, Value *args, bool ns) {
    int fd;
    struct itimerspec now;
    if (!posix_fd(vm, args[0], &fd)) return ABSENT;
    return timerfd_gettime(fd, &now) < 0 ? raise_os(vm, errno, ABSENT) : setting(vm, &now, ns);
}

NATIVE(posix_timerfd_create) {
    int clock, flags = 0;
    if (!posix_int(vm, args[0], &clock) || (!is_absent(args[1]) && !posix_int(vm, args[1], &flags)))
        return ABSENT;
    int fd = timerfd_create(clock, flags | TFD_CLOEXEC);
    return fd < 0 ? raise_os(vm, errno, ABSENT) : int_small(fd);
}

NATIVE(posix_timerfd_settime) { return set_timer(vm, args, false); }
NATIVE(posix_timerfd_settime_ns) { return set_timer(vm, args, true); }
NATIVE(posix_timerfd_gettime) { return get_timer(vm, args, false); }
NATIVE(posix_timerfd_gettime_ns) { return get_timer(vm, args, true); }

const NativeDef posix_timer_functions[] = {
    POSIX_ROW(timerfd_create, "clockid, /, *, flags=0", "Create and return a timer file descriptor."),
    POSIX_ROW(timerfd_settime, "fd, /, *, flags=0, initial=0.0, interval=0.0",
              "Alter a timer file descriptor's internal timer in seconds."),
    POSIX_ROW(timerfd_settime_ns, "fd, /, *, flags=0, initial=0, interval=0",
              "Alter a timer file descriptor's internal timer in nanoseconds."),
    POSIX_ROW(timerfd_gettime, "fd, /",
              "Return a tuple of a timer file descriptor's (interval, next expiration) in float seconds."),
    POSIX_ROW(timerfd_gettime_ns, "fd, /",
              "Return a tuple of a timer file descriptor's (interval, next expiration) in nanoseconds."),
    {0},
};
