/* The module posix: owners of files; users, groups, sessions and priorities of processes; what a wait status means. */
#include "runtime/auditevent.h"
#include "runtime/modules/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/arguments.h"
#include "runtime/containers/list.h"
#include "runtime/containers/set.h"
#include "runtime/containers/structseq.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- ids --- */

bool posix_id(VM *vm, Value v, const char *kind, uint32_t *id) {
    int64_t number;
    Value index = is_int_family(v) ? value_ref(v) : type_of(v)->number.index ? object_index(vm, v) : ABSENT;
    if (is_absent(index)) {
        if (!error_raised(vm)) raise_type(vm, "%s should be integer, not %T", kind, v);
        return false;
    }
    bool is_long = int_to_int64(index, &number);
    bool above = !is_long && int_sign(index) > 0, fits = is_long && number >= -1 && number <= UINT32_MAX;
    value_drop(vm, index);
    if (!fits) {
        raise_overflow(vm, "%s is %s", kind, above ? "greater than maximum" : "less than minimum");
        return false;
    }
    *id = (uint32_t)number;
    return true;
}

Value posix_id_value(VM *vm, uint32_t id) { return id == UINT32_MAX ? int_small(-1) : int_from(vm, id); }

/* --- users and groups by name --- */

bool posix_database_grow(VM *vm, PosixDatabase *d) {
    size_t size = d->size ? d->size * 2 : 1024;
    posix_database_fini(vm, d);
    d->block = memory_alloc(vm, size);
    if (!d->block) return false;
    d->size = size;
    return true;
}

void posix_database_fini(VM *vm, PosixDatabase *d) {
    memory_free(vm, d->block, d->size);
    *d = (PosixDatabase){0};
}

/* --- the process's ids --- */

#define SET_ID(name, kind) \
    NATIVE(posix_##name) { \
        uint32_t id; \
        return posix_id(vm, args[0], kind, &id) ? posix_status(vm, name(id)) : ABSENT; \
    }
SET_ID(setuid, "uid")
SET_ID(seteuid, "uid")
SET_ID(setgid, "gid")
SET_ID(setegid, "gid")

#define SET_IDS(name, kind) \
    NATIVE(posix_##name) { \
        uint32_t real, effective; \
        if (!posix_id(vm, args[0], kind, &real) || !posix_id(vm, args[1], kind, &effective)) return ABSENT; \
        return posix_status(vm, name(real, effective)); \
    }
SET_IDS(setreuid, "uid")
SET_IDS(setregid, "gid")

#define THREE_IDS(suffix, kind) \
    NATIVE(posix_setres##suffix) { \
        uint32_t id[3]; \
        for (int i = 0; i < 3; i++) { \
            if (!posix_id(vm, args[i], kind, &id[i])) return ABSENT; \
        } \
        return posix_status(vm, setres##suffix(id[0], id[1], id[2])); \
    } \
    NATIVE(posix_getres##suffix) { \
        uint32_t id[3]; \
        if (getres##suffix(&id[0], &id[1], &id[2]) < 0) return raise_os(vm, errno, ABSENT); \
        Value items[] = {posix_id_value(vm, id[0]), posix_id_value(vm, id[1]), posix_id_value(vm, id[2])}; \
        return tuple_from_made(vm, items, 3); \
    }
THREE_IDS(uid, "uid")
THREE_IDS(gid, "gid")

static Value id_list(VM *vm, const gid_t *ids, int count) {
    Value list = list_new(vm, 0);
    for (int i = 0; i < count && !is_absent(list); i++) {
        Value id = posix_id_value(vm, ids[i]);
        if (is_absent(id) || !list_append_owned(vm, list, id)) value_clear(vm, &list);
    }
    return list;
}

NATIVE(posix_getgroups) {
    int count = getgroups(0, NULL);
    if (count < 0) return raise_os(vm, errno, ABSENT);
    size_t size = ((size_t)count + 1) * sizeof(gid_t);
    gid_t *ids = memory_alloc(vm, size);
    if (!ids) return ABSENT;
    count = getgroups(count, ids);
    Value list = count < 0 ? raise_os(vm, errno, ABSENT) : id_list(vm, ids, count);
    memory_free(vm, ids, size);
    return list;
}

NATIVE(posix_setgroups) {
    if (!posix_is_sequence(args[0])) return raise_type(vm, "setgroups argument must be a sequence");
    Value items = tuple_from_iterable(vm, args[0]);
    if (is_absent(items)) return ABSENT;
    int64_t count = as_tuple(items)->length;
    gid_t ids[NGROUPS_MAX > 1024 ? 1024 : NGROUPS_MAX];
    bool ok = true;
    if (count > (int64_t)(sizeof ids / sizeof *ids)) ok = false, raise_value(vm, "too many groups");
    for (int64_t i = 0; ok && i < count; i++) {
        Value v = as_tuple(items)->items[i];
        ok = is_int_family(v) ? posix_id(vm, v, "gid", &ids[i])
                              : (raise_type(vm, "groups must be integers"), false);
    }
    value_drop(vm, items);
    return ok ? posix_status(vm, setgroups((size_t)count, ids)) : ABSENT;
}

NATIVE(posix_getgrouplist) {
    PosixPath user;
    uint32_t base;
    if (!posix_name_init(vm, &user, args[0])) return ABSENT;
    if (!posix_id(vm, args[1], "gid", &base)) {
        posix_path_fini(vm, &user);
        return ABSENT;
    }
    gid_t ids[1024];
    int count = sizeof ids / sizeof *ids;
    Value list = getgrouplist(user.text, base, ids, &count) < 0 ? raise_os(vm, ENOMEM, ABSENT)
                                                                : id_list(vm, ids, count);
    posix_path_fini(vm, &user);
    return list;
}

NATIVE(posix_initgroups) {
    PosixPath user;
    uint32_t base;
    if (!posix_name_init(vm, &user, args[0])) return ABSENT;
    Value result =
        posix_id(vm, args[1], "gid", &base) ? posix_status(vm, initgroups(user.text, base)) : ABSENT;
    posix_path_fini(vm, &user);
    return result;
}

/* --- owners --- */

static Value change_owner(VM *vm, const char *function, Value v, Value *owner, Value dir, bool follow) {
    PosixPath path;
    uint32_t user, group;
    int at;
    if (!posix_id(vm, owner[0], "uid", &user) || !posix_id(vm, owner[1], "gid", &group) ||
        !posix_dir(vm, dir, &at) || !posix_path_init(vm, &path, function, v, follow)) {
        return ABSENT;
    }
    if (!AUDIT(vm, "os.chown", v, int_small(user), int_small(group), audit_folder(dir))) {
        posix_path_fini(vm, &path);
        return ABSENT;
    }
    return posix_path_result(vm, &path,
                             path.fd >= 0
                                 ? fchown(path.fd, user, group)
                                 : fchownat(at, path.text, user, group, follow ? 0 : AT_SYMLINK_NOFOLLOW));
}

NATIVE(posix_chown) {
    bool follow;
    if (!arguments_flag(vm, args[4], true, &follow)) return ABSENT;
    return change_owner(vm, "chown", args[0], args + 1, args[3], follow);
}

NATIVE(posix_lchown) { return change_owner(vm, "lchown", args[0], args + 1, ABSENT, false); }

NATIVE(posix_fchown) {
    int fd;
    uint32_t user, group;
    if (!posix_int(vm, args[0], &fd) || !posix_id(vm, args[1], "uid", &user) ||
        !posix_id(vm, args[2], "gid", &group)) {
        return ABSENT;
    }
    if (!AUDIT(vm, "os.chown", args[0], int_small(user), int_small(group), int_small(-1))) return ABSENT;
    return posix_status(vm, fchown(fd, user, group));
}

NATIVE(posix_chroot) {
    PosixPath path;
    if (!posix_path_init(vm, &path, "chroot", args[0], false)) return ABSENT;
    return posix_path_result(vm, &path, chroot(path.text));
}

/* --- groups of processes, priorities --- */

static Value number(VM *vm, int64_t result) {
    return result < 0 ? raise_os(vm, errno, ABSENT) : int_from(vm, result);
}

NATIVE(posix_getpgrp) { return int_from(vm, getpgrp()); }
NATIVE(posix_setpgrp) { return posix_status(vm, setpgid(0, 0)); }
NATIVE(posix_setsid) { return posix_status(vm, setsid() < 0 ? -1 : 0); }

NATIVE(posix_getpgid) {
    int pid;
    return posix_pid(vm, args[0], &pid) ? number(vm, getpgid(pid)) : ABSENT;
}

NATIVE(posix_getsid) {
    int pid;
    return posix_pid(vm, args[0], &pid) ? number(vm, getsid(pid)) : ABSENT;
}

#define TWO_INTS(name, expression) \
    NATIVE(posix_##name) { \
        int a, b; \
        if (!posix_int(vm, args[0], &a) || !posix_int(vm, args[1], &b)) return ABSENT; \
        return posix_status(vm, expression); \
    }
TWO_INTS(setpgid, setpgid(a, b))
TWO_INTS(tcsetpgrp, tcsetpgrp(a, b))

NATIVE(posix_tcgetpgrp) {
    int fd;
    return posix_int(vm, args[0], &fd) ? number(vm, tcgetpgrp(fd)) : ABSENT;
}

NATIVE(posix_killpg) {
    if (!AUDIT(vm, "os.killpg", args[0], args[1])) return ABSENT;
    int group, signal;
    if (!posix_int(vm, args[0], &group) || !posix_int(vm, args[1], &signal)) return ABSENT;
    if (killpg(group, signal) < 0) return raise_os(vm, errno, ABSENT);
    return vm_may_go_on(vm) ? NONE : ABSENT;
}

NATIVE(posix_nice) {
    int increment;
    if (!posix_int(vm, args[0], &increment)) return ABSENT;
    errno = 0;
    int value = nice(increment);
    return value == -1 && errno ? raise_os(vm, errno, ABSENT) : int_small(value);
}

NATIVE(posix_getpriority) {
    int which, who;
    if (!posix_int(vm, args[0], &which) || !posix_int(vm, args[1], &who)) return ABSENT;
    errno = 0;
    int value = getpriority(which, (id_t)who);
    return errno ? raise_os(vm, errno, ABSENT) : int_small(value);
}

NATIVE(posix_setpriority) {
    int which, who, value;
    if (!posix_int(vm, args[0], &which) || !posix_int(vm, args[1], &who) || !posix_int(vm, args[2], &value))
        return ABSENT;
    return posix_status(vm, setpriority(which, (id_t)who, value));
}

/* --- scheduling --- */

enum { CPUS_MAX = 1 << 16 }; /* what a mask has room for; Linux knows 8192 */
enum { MASK_SIZE = CPUS_MAX / 8 };

NATIVE(posix_sched_getaffinity) {
    int pid;
    if (!posix_pid(vm, args[0], &pid)) return ABSENT;
    cpu_set_t *mask = memory_alloc(vm, MASK_SIZE);
    if (!mask) return ABSENT;
    memset(mask, 0, MASK_SIZE);
    Value set = sched_getaffinity(pid, MASK_SIZE, mask) < 0 ? raise_os(vm, errno, ABSENT) : set_new(vm);
    for (size_t cpu = 0; !is_absent(set) && cpu < CPUS_MAX; cpu++) {
        if (CPU_ISSET_S(cpu, MASK_SIZE, mask) && !set_add(vm, set, int_small((int64_t)cpu)))
            value_clear(vm, &set);
    }
    memory_free(vm, mask, MASK_SIZE);
    return set;
}

static bool add_cpu(VM *vm, cpu_set_t *mask, Value v) {
    int64_t cpu;
    if (!is_int_family(v)) {
        raise_type(vm, "expected an iterator of ints, but iterator yielded %R", from_object(type_of(v)));
        return false;
    }
    if (!int_to_int64(v, &cpu) || cpu < 0 || cpu >= CPUS_MAX) {
        if (int_sign(v) < 0) return raise_value(vm, "negative CPU number"), false;
        return raise_overflow(vm, "CPU number too large"), false;
    }
    CPU_SET_S((size_t)cpu, MASK_SIZE, mask);
    return true;
}

NATIVE(posix_sched_setaffinity) {
    int pid;
    if (!posix_pid(vm, args[0], &pid)) return ABSENT;
    Value cpus = tuple_from_iterable(vm, args[1]);
    if (is_absent(cpus)) return ABSENT;
    cpu_set_t *mask = memory_alloc(vm, MASK_SIZE);
    if (!mask) {
        value_drop(vm, cpus);
        return ABSENT;
    }
    memset(mask, 0, MASK_SIZE);
    bool ok = true;
    for (int64_t i = 0; ok && i < as_tuple(cpus)->length; i++)
        ok = add_cpu(vm, mask, as_tuple(cpus)->items[i]);
    Value result = ok ? posix_status(vm, sched_setaffinity(pid, MASK_SIZE, mask)) : ABSENT;
    memory_free(vm, mask, MASK_SIZE);
    value_drop(vm, cpus);
    return result;
}

#define ONE_INT(name) \
    NATIVE(posix_##name) { \
        int n; \
        return posix_int(vm, args[0], &n) ? number(vm, name(n)) : ABSENT; \
    }
ONE_INT(sched_get_priority_max)
ONE_INT(sched_get_priority_min)
ONE_INT(sched_getscheduler)

NATIVE(posix_sched_rr_get_interval) {
    int pid;
    struct timespec t;
    if (!posix_pid(vm, args[0], &pid)) return ABSENT;
    if (sched_rr_get_interval(pid, &t) < 0) return raise_os(vm, errno, ABSENT);
    return float_from(vm, (double)t.tv_sec + 1e-9 * (double)t.tv_nsec);
}

static const MemberDef sched_fields[] = {STRUCTSEQ_FIELD(0, "sched_priority", "the scheduling priority"),
                                         {0}};

static Value sched_param_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value priority;
    if (!arguments_bind(vm, "sched_param", "sched_priority", args, nargs, names, &priority)) return ABSENT;
    value_ref(priority);
    return structseq_new(vm, type, &priority);
}

Type sched_param_type = {
    TYPE_HEAD(sched_param_type, "posix.sched_param", .traverse = structseq_traverse,
              .dealloc = structseq_dealloc),
    .flags = TYPE_TUPLE,
    .basic_size = sizeof(Tuple),
    .item_size = sizeof(Value),
    .base = &tuple_type,
    .doc = "(sched_priority)\n--\n\nCurrently has only one field: sched_priority\n\n  sched_priority\n    A "
           "scheduling parameter.",
    .new = sched_param_new,
    .repr = structseq_repr,
    .members = sched_fields,
    .methods = structseq_methods,
};

static bool sched_argument(VM *vm, Value v, struct sched_param *param) {
    int64_t priority;
    if (!is_exactly(v, &sched_param_type)) return raise_type(vm, "must have a sched_param object"), false;
    if (!object_to_c_long(vm, as_tuple(v)->items[0], &priority)) return false;
    if (priority != (int)priority) return raise_overflow(vm, "sched_priority out of range"), false;
    *param = (struct sched_param){.sched_priority = (int)priority};
    return true;
}

NATIVE(posix_sched_getparam) {
    int pid;
    struct sched_param param;
    if (!posix_pid(vm, args[0], &pid)) return ABSENT;
    if (sched_getparam(pid, &param) < 0) return raise_os(vm, errno, ABSENT);
    Value priority = int_small(param.sched_priority);
    return structseq_new(vm, &sched_param_type, &priority);
}

NATIVE(posix_sched_setparam) {
    int pid;
    struct sched_param param;
    if (!posix_pid(vm, args[0], &pid) || !sched_argument(vm, args[1], &param)) return ABSENT;
    return posix_status(vm, sched_setparam(pid, &param));
}

NATIVE(posix_sched_setscheduler) {
    int pid, policy;
    struct sched_param param;
    if (!posix_pid(vm, args[0], &pid) || !posix_int(vm, args[1], &policy) ||
        !sched_argument(vm, args[2], &param))
        return ABSENT;
    return posix_status(vm, sched_setscheduler(pid, policy, &param));
}

/* --- what a wait status means --- */

#define STATUS(name, result) \
    NATIVE(posix_##name) { \
        int status; \
        return posix_int(vm, args[0], &status) ? result(name(status)) : ABSENT; \
    }
STATUS(WCOREDUMP, bool_from)
STATUS(WIFCONTINUED, bool_from)
STATUS(WIFSTOPPED, bool_from)
STATUS(WIFSIGNALED, bool_from)
STATUS(WIFEXITED, bool_from)
STATUS(WEXITSTATUS, int_small)
STATUS(WTERMSIG, int_small)
STATUS(WSTOPSIG, int_small)

NATIVE(posix_waitstatus_to_exitcode) {
    int status;
    if (!posix_int(vm, args[0], &status)) return ABSENT;
    if (WIFEXITED(status)) return int_small(WEXITSTATUS(status));
    if (WIFSIGNALED(status)) return int_small(-WTERMSIG(status));
    if (WIFSTOPPED(status))
        return raise_value(vm, "process stopped by delivery of signal %d", WSTOPSIG(status));
    return raise_value(vm, "invalid wait status: %d", status);
}

const NativeDef posix_owner_functions[] = {
    POSIX_ROW(chown, "path, uid, gid, *, dir_fd=None, follow_symlinks=True",
              "Change the owner and group id of path to the numeric uid and gid."),
    POSIX_ROW(fchown, "fd, uid, gid",
              "Change the owner and group id of the file specified by file descriptor."),
    POSIX_ROW(lchown, "path, uid, gid", "Change the owner and group id of path, which is not followed."),
    POSIX_ROW(chroot, "path", "Change root directory to path."),
    POSIX_ROW(setuid, "uid, /", "Set the current process's user id."),
    POSIX_ROW(seteuid, "euid, /", "Set the current process's effective user id."),
    POSIX_ROW(setgid, "gid, /", "Set the current process's group id."),
    POSIX_ROW(setegid, "egid, /", "Set the current process's effective group id."),
    POSIX_ROW(setreuid, "ruid, euid, /", "Set the current process's real and effective user ids."),
    POSIX_ROW(setregid, "rgid, egid, /", "Set the current process's real and effective group ids."),
    POSIX_ROW(setresuid, "ruid, euid, suid, /", "Set the real, effective, and saved user ids."),
    POSIX_ROW(setresgid, "rgid, egid, sgid, /", "Set the real, effective, and saved group ids."),
    POSIX_ROW(getresuid, "", "Return a tuple of the real, effective, and saved user ids."),
    POSIX_ROW(getresgid, "", "Return a tuple of the real, effective, and saved group ids."),
    POSIX_ROW(getgroups, "", "Return list of supplemental group IDs for the process."),
    POSIX_ROW(setgroups, "groups, /", "Set the groups of the current process to list."),
    POSIX_ROW(getgrouplist, "user, group, /", "Returns a list of groups to which a user belongs."),
    POSIX_ROW(initgroups, "username, gid, /", "Initialize the group access list."),
    POSIX_ROW(getpgid, "pid", "Call the system call getpgid(), and return the result."),
    POSIX_ROW(getpgrp, "", "Return the current process group id."),
    POSIX_ROW(setpgid, "pid, pgrp, /", "Call the system call setpgid(pid, pgrp)."),
    POSIX_ROW(setpgrp, "", "Make the current process the leader of its process group."),
    POSIX_ROW(getsid, "pid, /", "Call the system call getsid(pid) and return the result."),
    POSIX_ROW(setsid, "", "Call the system call setsid()."),
    POSIX_ROW(tcgetpgrp, "fd, /", "Return the process group associated with a terminal."),
    POSIX_ROW(tcsetpgrp, "fd, pgid, /", "Set the process group associated with a terminal."),
    POSIX_ROW(killpg, "pgid, signal, /", "Kill a process group with a signal."),
    POSIX_ROW(nice, "increment, /", "Add increment to the priority of process and return the new priority."),
    POSIX_ROW(getpriority, "which, who", "Return program scheduling priority."),
    POSIX_ROW(setpriority, "which, who, priority", "Set program scheduling priority."),
    POSIX_ROW(sched_getaffinity, "pid, /", "Return the affinity of the process, or the current one if zero."),
    POSIX_ROW(sched_setaffinity, "pid, mask, /",
              "Set the CPU affinity of the process identified by pid to mask."),
    POSIX_ROW(sched_get_priority_max, "policy", "Get the maximum scheduling priority for policy."),
    POSIX_ROW(sched_get_priority_min, "policy", "Get the minimum scheduling priority for policy."),
    POSIX_ROW(sched_getscheduler, "pid, /", "Get the scheduling policy for the process identified by pid."),
    POSIX_ROW(sched_getparam, "pid, /", "Returns scheduling parameters for the process identified by pid."),
    POSIX_ROW(sched_setparam, "pid, param, /",
              "Set scheduling parameters for the process identified by pid."),
    POSIX_ROW(sched_setscheduler, "pid, policy, param, /",
              "Set the scheduling policy for the process identified by pid."),
    POSIX_ROW(sched_rr_get_interval, "pid, /", "Return the round-robin quantum of a process, in seconds."),
    POSIX_ROW(WCOREDUMP, "status, /",
              "Return True if the process returning status was dumped to a core file."),
    POSIX_ROW(WIFCONTINUED, "status", "Return True if the process was continued from a job control stop."),
    POSIX_ROW(WIFSTOPPED, "status", "Return True if the process returning status was stopped."),
    POSIX_ROW(WIFSIGNALED, "status", "Return True if the process was terminated by a signal."),
    POSIX_ROW(WIFEXITED, "status", "Return True if the process exited via the exit() system call."),
    POSIX_ROW(WEXITSTATUS, "status", "Return the process return code from status."),
    POSIX_ROW(WTERMSIG, "status",
              "Return the signal that terminated the process that provided the status value."),
    POSIX_ROW(WSTOPSIG, "status",
              "Return the signal that stopped the process that provided the status value."),
    POSIX_ROW(waitstatus_to_exitcode, "status", "Convert a wait status to an exit code."),
    {0},
};
