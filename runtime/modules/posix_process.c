/* The module posix: the process, its environment, the machine. */
#include "runtime/auditevent.h"
#include "runtime/modules/posix.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "runtime/bytes/bytes.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/structseq.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

extern char **environ;

#define F STRUCTSEQ_FIELD
static const MemberDef uname_fields[] = {F(0, "sysname", NULL), F(1, "nodename", NULL), F(2, "release", NULL),
                                         F(3, "version", NULL), F(4, "machine", NULL),  {0}};
STRUCTSEQ_TYPE(uname_result_type, "posix.uname_result", uname_fields,
               "uname_result: Result from os.uname().");

static const MemberDef times_fields[] = {F(0, "user", NULL),          F(1, "system", NULL),
                                         F(2, "children_user", NULL), F(3, "children_system", NULL),
                                         F(4, "elapsed", NULL),       {0}};
STRUCTSEQ_TYPE(times_result_type, "posix.times_result", times_fields,
               "times_result: Result from os.times().");

#undef F

/* --- the process --- */

#define NUMBER(name) \
    NATIVE(posix_##name) { return int_from(vm, (int64_t)name()); }
NUMBER(getpid)
NUMBER(getppid)
NUMBER(getuid)
NUMBER(geteuid)
NUMBER(getgid)
NUMBER(getegid)

NATIVE(posix_cpu_count) {
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? int_small(count) : NONE;
}

NATIVE(posix_uname) {
    struct utsname u;
    if (uname(&u) < 0) return raise_os(vm, errno, ABSENT);
    Value items[] = {string_from_c(vm, u.sysname), string_from_c(vm, u.nodename),
                     string_from_c(vm, u.release), string_from_c(vm, u.version),
                     string_from_c(vm, u.machine)};
    return structseq_new(vm, &uname_result_type, items);
}

NATIVE(posix_times) {
    struct tms t;
    clock_t elapsed = times(&t), counts[] = {t.tms_utime, t.tms_stime, t.tms_cutime, t.tms_cstime, elapsed};
    double ticks = (double)sysconf(_SC_CLK_TCK);
    Value items[5];
    for (int i = 0; i < 5; i++)
        items[i] = float_from(vm, (double)counts[i] / ticks);
    return structseq_new(vm, &times_result_type, items);
}

NATIVE(posix_strerror) {
    int code;
    return posix_int(vm, args[0], &code) ? string_from_c(vm, strerror(code)) : ABSENT;
}

NATIVE(posix__exit) {
    int code;
    if (!posix_int(vm, args[0], &code)) return ABSENT;
    _exit(code);
}

NATIVE(posix_abort) { abort(); }

NATIVE(posix_kill) {
    if (!AUDIT(vm, "os.kill", args[0], args[1])) return ABSENT;
    int pid, number;
    if (!posix_pid(vm, args[0], &pid) || !posix_int(vm, args[1], &number)) return ABSENT;
    if (kill(pid, number) < 0) return raise_os(vm, errno, ABSENT);
    return vm_may_go_on(vm) ? NONE : ABSENT;
}

static Value random_bytes(VM *vm, Value size_value, int flags, bool all) {
    int64_t size, done = 0;
    if (!object_to_int64(vm, size_value, &exc_OverflowError, &size)) return ABSENT;
    if (size < 0)
        return all ? raise_value(vm, "negative argument not allowed") : raise_os(vm, EINVAL, ABSENT);
    Bytes *bytes = bytes_new(vm, size);
    while (bytes && done < size) {
        ssize_t got = getrandom(bytes->data + done, (size_t)(size - done), (unsigned)flags);
        if (got < 0 && posix_try_again(vm)) continue;
        if (got < 0) {
            if (!error_raised(vm)) raise_os(vm, errno, ABSENT);
            value_drop(vm, from_object(bytes));
            return ABSENT;
        }
        done += got;
        if (!all) break;
    }
    return bytes ? from_object(bytes_resize(vm, bytes, done)) : ABSENT;
}

NATIVE(posix_urandom) { return random_bytes(vm, args[0], 0, true); }

NATIVE(posix_getrandom) {
    int flags = 0;
    if (!is_absent(args[1]) && !posix_int(vm, args[1], &flags)) return ABSENT;
    return random_bytes(vm, args[0], flags, false);
}

/* --- the environment --- */

/* A variable's name, and value if any, as the bytes that they are to the system. */
static bool audit_variable(VM *vm, const char *event, const char *name, const char *value) {
    if (is_absent(vm->audit_hooks)) return true;
    Value row[2] = {bytes_from(vm, name, strlen(name)), value ? bytes_from(vm, value, strlen(value)) : NONE};
    bool ok = !is_absent(row[0]) && !is_absent(row[1]) && audit_tell(vm, event, row, value ? 2 : 1);
    value_xdrop(vm, row[0]), value_xdrop(vm, row[1]);
    return ok;
}

NATIVE(posix_putenv) {
    PosixPath name, value;
    if (!posix_name_init(vm, &name, args[0])) return ABSENT;
    if (!posix_name_init(vm, &value, args[1])) {
        posix_path_fini(vm, &name);
        return ABSENT;
    }
    bool illegal = strchr(name.text, '=') != NULL;
    if (!illegal && !audit_variable(vm, "os.putenv", name.text, value.text)) {
        posix_path_fini(vm, &name);
        posix_path_fini(vm, &value);
        return ABSENT;
    }
    int done = illegal ? 0 : setenv(name.text, value.text, 1);
    posix_path_fini(vm, &name);
    posix_path_fini(vm, &value);
    return illegal ? raise_value(vm, "illegal environment variable name") : posix_status(vm, done);
}

NATIVE(posix_unsetenv) {
    PosixPath name;
    if (!posix_name_init(vm, &name, args[0])) return ABSENT;
    if (!audit_variable(vm, "os.unsetenv", name.text, NULL)) {
        posix_path_fini(vm, &name);
        return ABSENT;
    }
    int done = unsetenv(name.text);
    posix_path_fini(vm, &name);
    return posix_status(vm, done);
}

static bool add_variable(VM *vm, Value dict, const char *text) {
    const char *equals = strchr(text, '=');
    if (!equals) return true;
    Value name = bytes_from(vm, text, equals - text);
    Value value = bytes_from(vm, equals + 1, (int64_t)strlen(equals + 1));
    bool ok = !is_absent(name) && !is_absent(value);
    if (ok && is_absent(dict_get(vm, dict, name))) ok = !error_raised(vm) && dict_set(vm, dict, name, value);
    value_xdrop(vm, name);
    value_xdrop(vm, value);
    return ok;
}

Value posix_environment(VM *vm) {
    Value dict = dict_new(vm);
    for (char **row = environ; !is_absent(dict) && row && *row; row++) {
        if (!add_variable(vm, dict, *row)) value_clear(vm, &dict);
    }
    return dict;
}

/* --- the machine --- */

NATIVE(posix_getloadavg) {
    double load[3];
    if (getloadavg(load, 3) != 3) return raise_error(vm, &exc_OSError, "Load averages are unobtainable");
    Value items[] = {float_from(vm, load[0]), float_from(vm, load[1]), float_from(vm, load[2])};
    return tuple_from_made(vm, items, 3);
}

NATIVE(posix_sched_yield) { return posix_status(vm, sched_yield()); }

NATIVE(posix_unshare) {
    int flags;
    return posix_int(vm, args[0], &flags) ? posix_status(vm, unshare(flags)) : ABSENT;
}

NATIVE(posix_setns) {
    int fd, kind = 0;
    if (!posix_fd(vm, args[0], &fd) || (!is_absent(args[1]) && !posix_int(vm, args[1], &kind))) return ABSENT;
    return posix_status(vm, setns(fd, kind));
}

const NativeDef posix_process_functions[] = {
    POSIX_ROW(getloadavg, "", "Return the average system load over the last minute, 5 and 15 minutes."),
    POSIX_ROW(sched_yield, "", "Voluntarily relinquish the CPU."),
    POSIX_ROW(unshare, "flags", "Disassociate parts of a process (or thread) execution context."),
    POSIX_ROW(setns, "fd, nstype=0", "Move the calling thread into different namespaces."),
    POSIX_ROW(getpid, "", "Return the current process id."),
    POSIX_ROW(getppid, "", "Return the parent's process id."),
    POSIX_ROW(getuid, "", "Return the current process's user id."),
    POSIX_ROW(geteuid, "", "Return the current process's effective user id."),
    POSIX_ROW(getgid, "", "Return the current process's group id."),
    POSIX_ROW(getegid, "", "Return the current process's effective group id."),
    POSIX_ROW(cpu_count, "", "Return the number of logical CPUs in the system."),
    POSIX_ROW(uname, "", "Return an object identifying the current operating system."),
    POSIX_ROW(times, "", "Return a collection containing process timing information."),
    POSIX_ROW(strerror, "code, /", "Translate an error code to a message string."),
    POSIX_ROW(_exit, "status", "Exit to the system with specified status, without normal exit processing."),
    POSIX_ROW(abort, "", "Abort the interpreter immediately."),
    POSIX_ROW(kill, "pid, signal, /", "Kill a process with a signal."),
    POSIX_ROW(urandom, "size, /",
              "Return a bytes object containing random bytes suitable for cryptographic use."),
    POSIX_ROW(getrandom, "size, flags=0", "Obtain a series of random bytes."),
    POSIX_ROW(putenv, "name, value, /", "Change or add an environment variable."),
    POSIX_ROW(unsetenv, "name, /", "Delete an environment variable."),
    {0},
};
