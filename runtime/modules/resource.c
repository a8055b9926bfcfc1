/* The module resource: what the process has used of the system's resources, and its limits. */
#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

#include "runtime/containers/row.h"
#include "runtime/containers/structseq.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"

#define F STRUCTSEQ_FIELD
static const MemberDef fields[] = {F(0, "ru_utime", "user time used"),
                                   F(1, "ru_stime", "system time used"),
                                   F(2, "ru_maxrss", "max. resident set size"),
                                   F(3, "ru_ixrss", "shared memory size"),
                                   F(4, "ru_idrss", "unshared data size"),
                                   F(5, "ru_isrss", "unshared stack size"),
                                   F(6, "ru_minflt", "page faults not requiring I/O"),
                                   F(7, "ru_majflt", "page faults requiring I/O"),
                                   F(8, "ru_nswap", "number of swap outs"),
                                   F(9, "ru_inblock", "block input operations"),
                                   F(10, "ru_oublock", "block output operations"),
                                   F(11, "ru_msgsnd", "IPC messages sent"),
                                   F(12, "ru_msgrcv", "IPC messages received"),
                                   F(13, "ru_nsignals", "signals received"),
                                   F(14, "ru_nvcsw", "voluntary context switches"),
                                   F(15, "ru_nivcsw", "involuntary context switches"),
                                   {0}};
#undef F
STRUCTSEQ_TYPE(
    rusage_type, "resource.struct_rusage", fields,
    "struct_rusage: Result from getrusage.\n\nA tuple of what a process has used, times in seconds.");

static Value seconds(VM *vm, struct timeval t) {
    return float_from(vm, (double)t.tv_sec + (double)t.tv_usec * 1e-6);
}

NATIVE(getrusage_) {
    int who;
    struct rusage u;
    if (!object_to_c_int(vm, args[0], &who)) return ABSENT;
    if (getrusage(who, &u) != 0)
        return errno == EINVAL ? raise_value(vm, "invalid who parameter") : raise_os(vm, errno, ABSENT);
    const long counts[] = {u.ru_maxrss, u.ru_ixrss,    u.ru_idrss,   u.ru_isrss,   u.ru_minflt,
                           u.ru_majflt, u.ru_nswap,    u.ru_inblock, u.ru_oublock, u.ru_msgsnd,
                           u.ru_msgrcv, u.ru_nsignals, u.ru_nvcsw,   u.ru_nivcsw};
    enum { TIMES = 2, COUNTS = sizeof counts / sizeof *counts };
    Value items[TIMES + COUNTS] = {seconds(vm, u.ru_utime), seconds(vm, u.ru_stime)};
    for (int i = 0; i < COUNTS; i++)
        items[TIMES + i] = int_small(counts[i]);
    return structseq_new(vm, &rusage_type, items);
}

/* --- limits: pairs of what counts now, and how far that may be raised --- */

static bool is_limit(VM *vm, int resource) {
    if (resource >= 0 && resource < RLIM_NLIMITS) return true;
    raise_value(vm, "invalid resource specified");
    return false;
}

static Value limits_pair(VM *vm, struct rlimit limits) {
    Value items[] = {int_from(vm, (int64_t)limits.rlim_cur), int_from(vm, (int64_t)limits.rlim_max)};
    return tuple_from_made(vm, items, 2);
}

RAISES static bool limits_of(VM *vm, Value pair, struct rlimit *limits) {
    Value row = tuple_from_iterable(vm, pair);
    if (is_absent(row)) return false;
    int64_t now, most;
    bool ok = as_tuple(row)->length == 2;
    if (!ok) raise_value(vm, "expected a tuple of 2 integers");
    ok = ok && object_to_c_long(vm, as_tuple(row)->items[0], &now) &&
         object_to_c_long(vm, as_tuple(row)->items[1], &most);
    value_drop(vm, row);
    if (ok) *limits = (struct rlimit){(rlim_t)now, (rlim_t)most};
    return ok;
}

static Value raise_limit(VM *vm) {
    if (errno == EINVAL) return raise_value(vm, "current limit exceeds maximum limit");
    return errno == EPERM ? raise_value(vm, "not allowed to raise maximum limit")
                          : raise_os(vm, errno, ABSENT);
}

NATIVE(getrlimit_) {
    int resource;
    struct rlimit limits;
    if (!object_to_c_int(vm, args[0], &resource) || !is_limit(vm, resource)) return ABSENT;
    return getrlimit(resource, &limits) == 0 ? limits_pair(vm, limits) : raise_os(vm, errno, ABSENT);
}

NATIVE(setrlimit_) {
    int resource;
    struct rlimit limits;
    if (!object_to_c_int(vm, args[0], &resource) || !is_limit(vm, resource)) return ABSENT;
    if (!limits_of(vm, args[1], &limits)) return ABSENT;
    if (setrlimit(resource, &limits) != 0) return raise_limit(vm);
    if (resource == RLIMIT_STACK) recursion_lower(vm);
    return NONE;
}

NATIVE(prlimit_) {
    int pid, resource;
    struct rlimit limits, before;
    bool set = nargs > 2 && value_is_given(args[2]);
    if (!object_to_c_int(vm, args[0], &pid) || !object_to_c_int(vm, args[1], &resource)) return ABSENT;
    if (!is_limit(vm, resource) || (set && !limits_of(vm, args[2], &limits))) return ABSENT;
    if (prlimit(pid, (unsigned)resource, set ? &limits : NULL, &before) != 0)
        return errno == EINVAL ? raise_limit(vm) : raise_os(vm, errno, ABSENT);
    if (resource == RLIMIT_STACK) recursion_lower(vm);
    return limits_pair(vm, before);
}

NATIVE(getpagesize_) { return int_small(sysconf(_SC_PAGESIZE)); }

static const NativeDef functions[] = {
    {"getrusage", getrusage_, "who, /", "Return what the process has used, or what its children have."},
    {"getrlimit", getrlimit_, "resource, /", "Return a limit, and how far it may be raised."},
    {"setrlimit", setrlimit_, "resource, limits, /", "Set a limit, and how far it may be raised."},
    {"prlimit", prlimit_, "pid, resource, limits=None, /",
     "Return the limits that another process had, and set them if some are given."},
    {"getpagesize", getpagesize_, "", "Return the size of a page of memory in bytes."},
    {0},
};

static const NamedType types[] = {{"error", &exc_OSError}, {"struct_rusage", &rusage_type}, {0}};

#define N(name) \
    { #name, (int64_t)name }
static const NamedNumber numbers[] = {
    N(RLIMIT_AS),       N(RLIMIT_CORE),   N(RLIMIT_CPU),
    N(RLIMIT_DATA),     N(RLIMIT_FSIZE),  N(RLIMIT_MEMLOCK),
    N(RLIMIT_MSGQUEUE), N(RLIMIT_NICE),   N(RLIMIT_NOFILE),
    N(RLIMIT_NPROC),    N(RLIMIT_OFILE),  N(RLIMIT_RSS),
    N(RLIMIT_RTPRIO),   N(RLIMIT_RTTIME), N(RLIMIT_SIGPENDING),
    N(RLIMIT_STACK),    N(RLIM_INFINITY), N(RUSAGE_CHILDREN),
    N(RUSAGE_SELF),     N(RUSAGE_THREAD), {0},
};
#undef N

Value module_resource_new(VM *vm) {
    return module_make(
        vm, &(ModuleDef){.name = "resource",
                         .doc = "What the process has used of the system's resources, and its limits.",
                         .functions = functions,
                         .types = types,
                         .numbers = numbers});
}
