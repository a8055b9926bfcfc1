/* Signals of the process, and the module _signal under signal. */
#include "vm/signal.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/structseq.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/module.h"
#include "runtime/nanoseconds.h"
#include "runtime/native.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "vm/frame.h"
#include "vm/machine.h"
#include "vm/trace.h"

/* --- delivery --- */

/* Where the process's signals go: a signal handler has no other way to find its VM. */
static VM *volatile target;

static void on_signal(int number) {
    VM *vm = target;
    if (vm == NULL) return;
    int error = errno;
    SignalState *state = &vm_machine(vm)->signals;
    state->pending[number] = 1;
    state->any = 1;
    vm->interrupted = 1;
    unsigned char byte = (unsigned char)number;
    if (state->wakeup_fd >= 0 && write(state->wakeup_fd, &byte, 1) < 0) {
        /* a full pipe wakes its reader just as well */
    }
    errno = error;
}

static bool install(int number, void (*function)(int)) {
    struct sigaction action = {.sa_handler = function};
    sigemptyset(&action.sa_mask);
    return sigaction(number, &action, NULL) == 0;
}

void signals_init(VM *vm) { vm_machine(vm)->signals.wakeup_fd = -1; }

void signals_catch(VM *vm) {
    target = vm;
    install(SIGINT, vm ? on_signal : SIG_DFL);
}

void signals_fini(VM *vm) {
    SignalState *state = &vm_machine(vm)->signals;
    for (int i = 1; i < SIGNAL_COUNT; i++) {
        bool ours = i == SIGINT || !is_absent(state->handlers[i]);
        if (ours && target == vm) install(i, SIG_DFL);
        value_clear(vm, &state->handlers[i]);
    }
    state->wakeup_fd = -1;
    if (target == vm) target = NULL;
}

static bool run_handler(VM *vm, int number) {
    Value handler = vm_machine(vm)->signals.handlers[number];
    if (is_absent(handler)) {
        if (number == SIGINT) raise_new(vm, &exc_KeyboardInterrupt, ABSENT);
        return number != SIGINT;
    }
    value_ref(handler);
    Value frame = vm->frame ? frame_object(vm, vm->frame) : NONE;
    Value result = is_absent(frame) ? ABSENT : call_2(vm, handler, int_small(number), frame);
    value_xdrop(vm, frame);
    value_drop(vm, handler);
    value_xdrop(vm, result);
    return !is_absent(result);
}

bool signals_handle(VM *vm) {
    SignalState *state = &vm_machine(vm)->signals;
    if (!state->any) return true;
    state->any = 0;
    for (int i = 1; i < SIGNAL_COUNT; i++) {
        if (!state->pending[i]) continue;
        state->pending[i] = 0;
        if (run_handler(vm, i)) continue;
        state->any = 1; /* there may be more, for the next time */
        vm->interrupted = 1;
        return false;
    }
    return true;
}

/* --- the module's functions --- */

static bool int_argument(VM *vm, Value v, int *result) {
    int64_t n;
    if (!object_to_int64(vm, v, &exc_OverflowError, &n)) return false;
    if (n != (int32_t)n) return raise_overflow(vm, "Python int too large to convert to C int"), false;
    *result = (int)n;
    return true;
}

static bool number_argument(VM *vm, Value v, int *number) {
    if (!int_argument(vm, v, number)) return false;
    if (*number < 1 || *number >= SIGNAL_COUNT) return raise_value(vm, "signal number out of range"), false;
    return true;
}

/* The handler of a signal as the module shows it: a callable, 0 (SIG_DFL), 1 (SIG_IGN), or None: not known here. */
static Value handler_of(VM *vm, int number) {
    Value handler = vm_machine(vm)->signals.handlers[number];
    if (!is_absent(handler)) return value_ref(handler);
    struct sigaction now;
    if (sigaction(number, NULL, &now) < 0) return NONE;
    return now.sa_handler == SIG_DFL ? int_small(0) : now.sa_handler == SIG_IGN ? int_small(1) : NONE;
}

NATIVE(get_signal) {
    int number;
    return number_argument(vm, args[0], &number) ? handler_of(vm, number) : ABSENT;
}

NATIVE(set_signal) {
    int number;
    int64_t special = -1;
    if (!int_argument(vm, args[0], &number)) return ABSENT;
    bool is_number = is_int_family(args[1]);
    if (is_number && !object_to_int64(vm, args[1], NULL, &special)) return ABSENT;
    if (is_number ? special != 0 && special != 1 : type_of(args[1])->call == NULL) {
        return raise_type(vm, "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object");
    }
    if (!number_argument(vm, args[0], &number)) return ABSENT;
    if (!vm_machine(vm)->signals.any || signals_handle(vm)) {
        Value before = handler_of(vm, number);
        Value *place = &vm_machine(vm)->signals.handlers[number];
        if (!install(number, special == 0 ? SIG_DFL : special == 1 ? SIG_IGN : on_signal)) {
            value_drop(vm, before);
            return raise_os(vm, errno, ABSENT);
        }
        target = vm;
        value_set(vm, place, is_number ? ABSENT : value_ref(args[1]));
        return before;
    }
    return ABSENT;
}

/* None, or the error of the system call; then what it has brought about by now is handled. */
static Value done(VM *vm, bool good) {
    if (!good) return raise_os(vm, errno, ABSENT);
    return vm_may_go_on(vm) ? NONE : ABSENT;
}

NATIVE(raise_signal) {
    int number;
    return int_argument(vm, args[0], &number) ? done(vm, raise(number) == 0) : ABSENT;
}

NATIVE(pause_signal) {
    pause();
    return done(vm, true);
}

NATIVE(default_int_handler) { return raise_new(vm, &exc_KeyboardInterrupt, ABSENT); }

NATIVE(str_signal) {
    int number;
    if (!number_argument(vm, args[0], &number)) return ABSENT;
    const char *text = strsignal(number);
    return text == NULL || strstr(text, "Unknown signal") != NULL ? NONE : string_from_c(vm, text);
}

NATIVE(sig_interrupt) {
    int number, flag;
    struct sigaction action;
    if (!number_argument(vm, args[0], &number) || !int_argument(vm, args[1], &flag)) return ABSENT;
    if (sigaction(number, NULL, &action) < 0) return raise_os(vm, errno, ABSENT);
    action.sa_flags = flag ? action.sa_flags & ~SA_RESTART : action.sa_flags | SA_RESTART;
    return done(vm, sigaction(number, &action, NULL) == 0);
}

NATIVE(set_wakeup_fd) {
    int fd;
    if (!int_argument(vm, args[0], &fd)) return ABSENT;
    int flags = fd == -1 ? O_NONBLOCK : fcntl(fd, F_GETFL);
    if (flags < 0) return raise_os(vm, errno, ABSENT);
    if (!(flags & O_NONBLOCK)) return raise_value(vm, "the fd %d must be in non-blocking mode", fd);
    SignalState *state = &vm_machine(vm)->signals;
    int before = state->wakeup_fd;
    state->wakeup_fd = fd;
    return int_small(before);
}

/* --- timers --- */

NATIVE(set_alarm) {
    int seconds;
    return int_argument(vm, args[0], &seconds) ? int_small((int64_t)alarm((unsigned)seconds)) : ABSENT;
}

static bool time_argument(VM *vm, Value v, struct timeval *t) {
    double seconds = 0;
    int64_t number;
    if (!is_absent(v) && is_float_family(v)) {
        if (!object_to_double(vm, v, &seconds)) return false;
    } else if (!is_absent(v)) {
        if (!object_to_int64(vm, v, &exc_OverflowError, &number)) return false;
        seconds = (double)number;
    }
    if (isnan(seconds)) return raise_value(vm, "Invalid value NaN (not a number)"), false;
    if (fabs(seconds) > 9e15) return raise_overflow(vm, "timestamp out of range for platform time_t"), false;
    double whole = floor(seconds), micro = ceil((seconds - whole) * 1e6);
    t->tv_sec = (time_t)whole + (micro >= 1e6);
    t->tv_usec = (suseconds_t)(micro >= 1e6 ? 0 : micro);
    return true;
}

/* (seconds to go, interval) */
static Value timer_tuple(VM *vm, const struct itimerval *t) {
    Value items[] = {float_from(vm, (double)t->it_value.tv_sec + (double)t->it_value.tv_usec / 1e6),
                     float_from(vm, (double)t->it_interval.tv_sec + (double)t->it_interval.tv_usec / 1e6)};
    return tuple_from_made(vm, items, 2);
}

NATIVE(set_timer) {
    int which;
    struct itimerval new, old;
    if (!int_argument(vm, args[0], &which) || !time_argument(vm, args[1], &new.it_value) ||
        !time_argument(vm, args[2], &new.it_interval)) {
        return ABSENT;
    }
    if (setitimer((__itimer_which_t)which, &new, &old) < 0) return raise_os(vm, errno, ABSENT);
    return timer_tuple(vm, &old);
}

NATIVE(get_timer) {
    int which;
    struct itimerval now;
    if (!int_argument(vm, args[0], &which)) return ABSENT;
    if (getitimer((__itimer_which_t)which, &now) < 0) return raise_os(vm, errno, ABSENT);
    return timer_tuple(vm, &now);
}

/* --- masks --- */

static bool set_argument(VM *vm, Value iterable, sigset_t *set) {
    sigemptyset(set);
    Value list = list_from_iterable(vm, iterable);
    bool good = !is_absent(list);
    for (int64_t i = 0; good && i < as_list(list)->length; i++) {
        int number = 0;
        Value item = value_ref(as_list(list)->items[i]);
        good = int_argument(vm, item, &number);
        if (good && (number < 1 || number >= SIGNAL_COUNT)) {
            raise_value(vm, "signal number %d out of range [1; %d]", number, SIGNAL_COUNT - 1);
            good = false;
        }
        value_drop(vm, item);
        if (good) sigaddset(set, number);
    }
    value_xdrop(vm, list);
    return good;
}

static Value set_list(VM *vm, const sigset_t *set) {
    Value list = list_new(vm, 0);
    for (int i = 1; i < SIGNAL_COUNT && !is_absent(list); i++) {
        if (sigismember(set, i) == 1 && !list_append_owned(vm, list, int_small(i))) value_clear(vm, &list);
    }
    return list;
}

NATIVE(set_mask) {
    int how;
    sigset_t set, before;
    if (!int_argument(vm, args[0], &how) || !set_argument(vm, args[1], &set)) return ABSENT;
    int error = pthread_sigmask(how, &set, &before);
    if (error) return raise_os(vm, error, ABSENT);
    return is_absent(done(vm, true)) ? ABSENT : set_list(vm, &before);
}

NATIVE(sig_pending) {
    sigset_t set;
    return sigpending(&set) < 0 ? raise_os(vm, errno, ABSENT) : set_list(vm, &set);
}

NATIVE(sig_wait) {
    int number;
    sigset_t set;
    if (!set_argument(vm, args[0], &set)) return ABSENT;
    int error = sigwait(&set, &number);
    return error ? raise_os(vm, error, ABSENT) : int_small(number);
}

static const MemberDef siginfo_fields[] = {
    STRUCTSEQ_FIELD(0, "si_signo", "signal number"),
    STRUCTSEQ_FIELD(1, "si_code", "signal code"),
    STRUCTSEQ_FIELD(2, "si_errno", "errno associated with this signal"),
    STRUCTSEQ_FIELD(3, "si_pid", "sending process ID"),
    STRUCTSEQ_FIELD(4, "si_uid", "real user ID of sending process"),
    STRUCTSEQ_FIELD(5, "si_status", "exit value or signal"),
    STRUCTSEQ_FIELD(6, "si_band", "band event for SIGPOLL"),
    {0}};
STRUCTSEQ_TYPE(struct_siginfo_type, "signal.struct_siginfo", siginfo_fields,
               "struct_siginfo: Result from sigwaitinfo or sigtimedwait.\n\nThis object may be accessed "
               "either as a tuple of\n(si_signo, si_code, si_errno, si_pid, si_uid, si_status, si_band),\nor "
               "via the attributes si_signo, si_code, and so on.");

static Value siginfo(VM *vm, const siginfo_t *info) {
    Value items[] = {int_small(info->si_signo),  int_small(info->si_code), int_small(info->si_errno),
                     int_small(info->si_pid),    int_small(info->si_uid),  int_small(info->si_status),
                     int_from(vm, info->si_band)};
    return structseq_new(vm, &struct_siginfo_type, items);
}

NATIVE(sig_wait_info) {
    sigset_t set;
    siginfo_t info;
    if (!set_argument(vm, args[0], &set)) return ABSENT;
    while (sigwaitinfo(&set, &info) < 0) { /* another signal came: its handler runs, and the wait goes on */
        if (errno != EINTR) return raise_os(vm, errno, ABSENT);
        if (!vm_may_go_on(vm)) return ABSENT;
    }
    return siginfo(vm, &info);
}

NATIVE(sig_timed_wait) {
    sigset_t set;
    siginfo_t info;
    struct timeval timeout;
    if (!is_float_family(args[1])) {
        Value index = object_index(vm, args[1]);
        if (is_absent(index)) return ABSENT;
        value_drop(vm, index);
    }
    if (!time_argument(vm, args[1], &timeout)) return ABSENT;
    if (timeout.tv_sec < 0) return raise_value(vm, "timeout must be non-negative");
    if (!set_argument(vm, args[0], &set)) return ABSENT;
    enum { LONGEST = 1 << 30 }; /* seconds, so that nanoseconds fit a word */
    int64_t seconds = timeout.tv_sec < LONGEST ? timeout.tv_sec : LONGEST;
    int64_t rest = seconds * NS_PER_S + timeout.tv_usec * 1000, end = ns_now() + rest;
    for (;;) {
        struct timespec left = ns_to_timespec(rest);
        if (sigtimedwait(&set, &info, &left) >= 0) return siginfo(vm, &info);
        if (errno == EAGAIN) return NONE;
        if (errno != EINTR) return raise_os(vm, errno, ABSENT);
        if (!vm_may_go_on(vm)) return ABSENT;
        rest = end - ns_now();
        if (rest < 0) return NONE;
    }
}

NATIVE(pidfd_send) {
    int fd, number, flags = 0;
    if (!int_argument(vm, args[0], &fd) || !int_argument(vm, args[1], &number)) return ABSENT;
    if (!is_absent(args[3]) && !int_argument(vm, args[3], &flags)) return ABSENT;
    if (value_is_given(args[2])) return raise_type(vm, "siginfo must be None");
    return done(vm, syscall(SYS_pidfd_send_signal, fd, number, NULL, flags) == 0);
}

NATIVE(valid_signals) {
    sigset_t set;
    sigfillset(&set);
    return set_list(vm, &set);
}

static const NativeDef functions[] = {
    {"signal", set_signal, "signalnum, handler, /", "Set the action for the given signal."},
    {"getsignal", get_signal, "signalnum, /", "Return the current action for the given signal."},
    {"raise_signal", raise_signal, "signalnum, /", "Send a signal to the executing process."},
    {"pause", pause_signal, "", "Wait until a signal arrives."},
    {"default_int_handler", default_int_handler, "signalnum, frame, /",
     "The default handler for SIGINT installed by Python: raises KeyboardInterrupt."},
    {"strsignal", str_signal, "signalnum, /", "Return the system description of the given signal."},
    {"siginterrupt", sig_interrupt, "signalnum, flag, /", "Change system call restart behaviour."},
    {"set_wakeup_fd", set_wakeup_fd, "fd, /, *, warn_on_full_buffer=True",
     "Set the descriptor that gets a byte for each signal."},
    {"alarm", set_alarm, "seconds, /", "Arrange for SIGALRM to arrive after the given number of seconds."},
    {"setitimer", set_timer, "which, seconds, interval=0.0, /", "Set an interval timer."},
    {"getitimer", get_timer, "which, /", "Return (seconds to go, interval) of an interval timer."},
    {"pthread_sigmask", set_mask, "how, mask, /", "Fetch and/or change the signal mask."},
    {"sigpending", sig_pending, "", "Examine pending signals."},
    {"sigwait", sig_wait, "sigset, /", "Wait for a signal."},
    {"sigwaitinfo", sig_wait_info, "sigset, /",
     "Wait synchronously until one of the signals in *sigset* is delivered.\n\nReturns a struct_siginfo "
     "containing information about the signal."},
    {"sigtimedwait", sig_timed_wait, "sigset, timeout, /",
     "Like sigwaitinfo(), but with a timeout.\n\nThe timeout is specified in seconds, with floating-point "
     "numbers allowed."},
    {"pidfd_send_signal", pidfd_send, "pidfd, signalnum, siginfo=None, flags=0, /",
     "Send a signal to a process referred to by a pid file descriptor."},
    {"valid_signals", valid_signals, "", "The numbers of the signals of this platform."},
    {0},
};

static const struct {
    const char *name;
    int number;
} numbers[] = {
#define N(name) \
    { #name, name }
    N(SIGHUP),      N(SIGINT),      N(SIGQUIT),        N(SIGILL),      N(SIGTRAP),   N(SIGABRT),
    N(SIGIOT),      N(SIGBUS),      N(SIGFPE),         N(SIGKILL),     N(SIGUSR1),   N(SIGSEGV),
    N(SIGUSR2),     N(SIGPIPE),     N(SIGALRM),        N(SIGTERM),     N(SIGSTKFLT), N(SIGCHLD),
    N(SIGCLD),      N(SIGCONT),     N(SIGSTOP),        N(SIGTSTP),     N(SIGTTIN),   N(SIGTTOU),
    N(SIGURG),      N(SIGXCPU),     N(SIGXFSZ),        N(SIGVTALRM),   N(SIGPROF),   N(SIGWINCH),
    N(SIGIO),       N(SIGPOLL),     N(SIGPWR),         N(SIGSYS),      N(SIG_BLOCK), N(SIG_UNBLOCK),
    N(SIG_SETMASK), N(ITIMER_REAL), N(ITIMER_VIRTUAL), N(ITIMER_PROF),
#undef N
};

static bool fill(VM *vm, Value dict) {
    if (!module_add_functions(vm, dict, functions, "signal") ||
        !dict_set_c(vm, dict, "SIGRTMIN", int_small(SIGRTMIN)) ||
        !dict_set_c(vm, dict, "SIGRTMAX", int_small(SIGRTMAX)) ||
        !dict_set_c(vm, dict, "NSIG", int_small(SIGNAL_COUNT))) {
        return false;
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (!dict_set_c(vm, dict, numbers[i].name, int_small(numbers[i].number))) return false;
    }
    struct sigaction now;
    Value *place = &vm_machine(vm)->signals.handlers[SIGINT];
    bool caught = sigaction(SIGINT, NULL, &now) == 0 && now.sa_handler == on_signal && target == vm;
    if (caught && is_absent(*place))
        value_set(vm, place, value_ref(dict_get_c(vm, dict, "default_int_handler")));
    return true;
}

NEW RAISES Value module__signal_new(VM *vm);

Value module__signal_new(VM *vm) {
    static const NamedType types[] = {{"struct_siginfo", &struct_siginfo_type}, {0}};
    return module_make(
        vm, &(ModuleDef){.name = "_signal", .doc = "What signal is made of.", .types = types, .fill = fill});
}
