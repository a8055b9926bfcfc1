/*
 * The module select: waiting for files, by select(), poll objects and epoll objects.
 *
 * A wait is gone on with after a signal has been handled, until its end (PEP 475). Signal handlers are Python code
 * and may change or close the object that is being waited with, so each wait works on what it has taken from the
 * object before.
 */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/row.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/nanoseconds.h"
#include "runtime/native.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- files --- */

/* The descriptor that an int or an object with fileno() means. -1 RAISES. */
static int file_descriptor(VM *vm, Value file) {
    int number;
    Value result = ABSENT;
    if (!is_family(file, TYPE_INT)) {
        Value method = ABSENT;
        int found = object_find_attribute(vm, file, NAME_OF(vm, fileno), &method);
        if (found < 0) return -1;
        if (found == 0) return raise_type(vm, "argument must be an int, or have a fileno() method."), -1;
        result = call_0(vm, method);
        value_drop(vm, method);
        if (is_absent(result)) return -1;
        if (!is_family(result, TYPE_INT)) {
            value_drop(vm, result);
            return raise_type(vm, "fileno() returned a non-integer"), -1;
        }
        file = result;
    }
    bool ok = object_to_c_int(vm, file, &number);
    value_xdrop(vm, result);
    if (!ok) return -1;
    if (number < 0) return raise_value(vm, "file descriptor cannot be a negative integer (%d)", number), -1;
    return number;
}

/* Put (fd, events) at a list's end. */
static bool add_pair(VM *vm, Value list, int fd, uint32_t events) {
    Value pair = tuple_pack(vm, 2, int_small(fd), int_small(events));
    return !is_absent(pair) && list_append_owned(vm, list, pair);
}

/* --- time --- */

enum { NS_PER_MS = 1000000 };
#define FOREVER INT64_MAX

/* A number of units of so many nanoseconds, rounded up; None and ABSENT: FOREVER. */
static bool read_timeout(VM *vm, Value v, int64_t unit, const char *wanted, int64_t *timeout) {
    *timeout = FOREVER;
    if (!value_is_given(v)) return true;
    int64_t limit = INT64_MAX / unit;
    if (is_float_family(v)) {
        double d = float_number(v);
        if (isnan(d)) return raise_value(vm, "Invalid value NaN (not a number)"), false;
        if (!(fabs(d) < (double)limit))
            return raise_overflow(vm, "timestamp out of range for platform time_t"), false;
        *timeout = (int64_t)ceil(d * (double)unit);
        return true;
    }
    if (!type_of(v)->number.index) return raise_type(vm, "timeout must be %s or None", wanted), false;
    Value index = object_index(vm, v);
    if (is_absent(index)) return false;
    int64_t number;
    bool fits = int_to_int64(index, &number) && number <= limit && number >= -limit;
    value_drop(vm, index);
    if (!fits) return raise_overflow(vm, "timestamp too large to convert to C PyTime_t"), false;
    *timeout = number * unit;
    return true;
}

/* The wait: until when, and how long it still is. */
typedef struct {
    int64_t end; /* FOREVER: without */
} Wait;

static Wait wait_begin(int64_t timeout) {
    int64_t start = timeout == FOREVER ? 0 : ns_now();
    return (Wait){timeout > FOREVER - start ? FOREVER : start + timeout};
}

static int64_t wait_rest(Wait wait) {
    if (wait.end == FOREVER) return FOREVER;
    int64_t rest = wait.end - ns_now();
    return rest < 0 ? 0 : rest;
}

/* For poll() and epoll_wait(), which count in milliseconds: what is longer than an int is waited for in parts. */
static int wait_milliseconds(Wait wait) {
    int64_t rest = wait_rest(wait);
    if (rest == FOREVER) return -1;
    int64_t ms = (rest + NS_PER_MS - 1) / NS_PER_MS;
    return ms > INT_MAX ? INT_MAX : (int)ms;
}

/* What a system call has given: is it to be called again? Handles signals, false RAISES. */
static bool wait_again(VM *vm, Wait wait, int result, bool *again) {
    *again = (result == 0 && wait_rest(wait) > 0) || (result < 0 && errno == EINTR);
    if (result < 0 && errno != EINTR) return raise_os(vm, errno, ABSENT), false;
    return !*again || vm_may_go_on(vm);
}

/* --- select --- */

/* The files of one argument with their descriptors, which they are asked for but once. */
typedef struct {
    Value files; /* a list; owned */
    int count;   /* of descriptors; a program that finds the list may change that */
    int descriptors[FD_SETSIZE];
    fd_set set;
} FileSet;

/* False RAISES. */
static bool add_file(VM *vm, FileSet *set, Value file, int *highest) {
    int fd = file_descriptor(vm, file);
    if (fd < 0) return false;
    if (fd >= FD_SETSIZE) return raise_value(vm, "filedescriptor out of range in select()"), false;
    if (set->count >= FD_SETSIZE) return raise_value(vm, "too many file descriptors in select()"), false;
    if (!list_append(vm, set->files, file)) return false;
    set->descriptors[set->count++] = fd;
    FD_SET(fd, &set->set);
    if (fd > *highest) *highest = fd;
    return true;
}

/* Everything of an iterable, of a list also what is added while files are asked for their descriptors. False RAISES. */
static bool read_set(VM *vm, Value files, FileSet *set, int *highest) {
    FD_ZERO(&set->set);
    if (is_absent(set->files = list_new(vm, 0))) return false;
    Value row = is_list(files) || is_tuple(files) ? value_ref(files) : list_from_iterable(vm, files);
    if (is_absent(row)) {
        if (error_is(vm, &exc_TypeError)) {
            error_clear(vm);
            raise_type(vm, "arguments 1-3 must be sequences");
        }
        return false;
    }
    bool ok = true;
    for (int64_t i = 0; ok && i < row_of(row).length; i++) {
        Value file = value_ref(row_of(row).items[i]);
        ok = add_file(vm, set, file, highest);
        value_drop(vm, file);
    }
    value_drop(vm, row);
    return ok;
}

/* Those of the files that are ready. */
static Value ready_files(VM *vm, const FileSet *set) {
    Value ready = list_new(vm, 0);
    const List *files = as_list(set->files);
    for (int i = 0; !is_absent(ready) && i < set->count && i < files->length; i++) {
        if (FD_ISSET(set->descriptors[i], &set->set) && !list_append(vm, ready, files->items[i]))
            value_clear(vm, &ready);
    }
    return ready;
}

static bool wait_select(VM *vm, FileSet *sets, int count, Wait wait) {
    fd_set wanted[3] = {sets[0].set, sets[1].set, sets[2].set};
    for (bool again = true; again;) {
        int64_t rest = wait_rest(wait);
        struct timespec timeout = ns_to_timespec(rest);
        for (int i = 0; i < 3; i++)
            sets[i].set = wanted[i];
        int result =
            pselect(count, &sets[0].set, &sets[1].set, &sets[2].set, rest == FOREVER ? NULL : &timeout, NULL);
        if (!wait_again(vm, wait, result, &again)) return false;
    }
    return true;
}

NATIVE(select_select) {
    FileSet sets[3]; /* too large to be cleared as wholes */
    for (int i = 0; i < 3; i++)
        sets[i].files = ABSENT, sets[i].count = 0;
    int64_t timeout;
    int highest = -1;
    if (!read_timeout(vm, args[3], NS_PER_S, "a float", &timeout)) return ABSENT;
    if (timeout < 0) return raise_value(vm, "timeout must be non-negative");
    bool ok = true;
    for (int i = 0; i < 3 && ok; i++)
        ok = read_set(vm, args[i], &sets[i], &highest);
    ok = ok && wait_select(vm, sets, highest + 1, wait_begin(timeout));
    Value ready[3] = {ABSENT, ABSENT, ABSENT}, result = ABSENT;
    for (int i = 0; i < 3 && ok; i++) {
        ready[i] = ready_files(vm, &sets[i]);
        ok = !is_absent(ready[i]);
    }
    if (ok) result = tuple_pack(vm, 3, ready[0], ready[1], ready[2]);
    for (int i = 0; i < 3; i++) {
        value_xdrop(vm, ready[i]);
        value_xdrop(vm, sets[i].files);
    }
    return result;
}

/* --- poll --- */

typedef struct {
    Object head;
    struct pollfd *files; /* in the order of registration; a block of `capacity`. Owned */
    uint32_t count, capacity;
} Poll;

static Poll *as_poll(Value v) { return (Poll *)as_object(v); }

static void poll_dealloc(VM *vm, Object *self) {
    Poll *p = (Poll *)self;
    memory_free(vm, p->files, p->capacity * sizeof *p->files);
    object_free(vm, self, sizeof *p);
}

static struct pollfd *poll_find(const Poll *p, int fd) {
    for (uint32_t i = 0; i < p->count; i++) {
        if (p->files[i].fd == fd) return &p->files[i];
    }
    return NULL;
}

static bool read_poll_events(VM *vm, Value v, short *events) {
    if (!is_int_family(v)) return raise_type(vm, "an integer is required"), false;
    if (int_sign(v) < 0) return raise_value(vm, "value must be positive"), false;
    if (int_bit_length(v) > 64)
        return raise_overflow(vm, "Python int too large to convert to C unsigned long"), false;
    int64_t number;
    if (!int_to_int64(v, &number) || number > USHRT_MAX)
        return raise_overflow(vm, "Python int too large for C unsigned short"), false;
    *events = (short)number;
    return true;
}

static bool poll_grow(VM *vm, Poll *p) {
    uint32_t capacity = p->capacity ? p->capacity * 2 : 8;
    size_t old = p->capacity * sizeof *p->files;
    struct pollfd *files = memory_resize(vm, p->files, old, capacity * sizeof *p->files);
    if (!files) return false;
    p->files = files;
    p->capacity = capacity;
    return true;
}

NATIVE(poll_register) {
    Poll *p = as_poll(args[0]);
    short events = POLLIN | POLLPRI | POLLOUT;
    int fd = file_descriptor(vm, args[1]);
    if (fd < 0 || (!is_absent(args[2]) && !read_poll_events(vm, args[2], &events))) return ABSENT;
    struct pollfd *file = poll_find(p, fd);
    if (!file) {
        if (p->count == p->capacity && !poll_grow(vm, p)) return ABSENT;
        file = &p->files[p->count++];
    }
    *file = (struct pollfd){.fd = fd, .events = events};
    return NONE;
}

NATIVE(poll_modify) {
    short events;
    int fd = file_descriptor(vm, args[1]);
    if (fd < 0 || !read_poll_events(vm, args[2], &events)) return ABSENT;
    struct pollfd *file = poll_find(as_poll(args[0]), fd);
    if (!file) return raise_os(vm, ENOENT, ABSENT);
    file->events = events;
    return NONE;
}

NATIVE(poll_unregister) {
    Poll *p = as_poll(args[0]);
    int fd = file_descriptor(vm, args[1]);
    if (fd < 0) return ABSENT;
    struct pollfd *file = poll_find(p, fd);
    if (!file) return raise_key(vm, int_small(fd));
    memmove(file, file + 1, (size_t)(p->files + p->count - (file + 1)) * sizeof *file);
    p->count--;
    return NONE;
}

static Value poll_results(VM *vm, const struct pollfd *files, uint32_t count) {
    Value list = list_new(vm, 0);
    for (uint32_t i = 0; !is_absent(list) && i < count; i++) {
        if (files[i].revents && !add_pair(vm, list, files[i].fd, (uint16_t)files[i].revents))
            value_clear(vm, &list);
    }
    return list;
}

NATIVE(poll_poll) {
    const Poll *p = as_poll(args[0]);
    int64_t timeout;
    if (!read_timeout(vm, args[1], NS_PER_MS, "an integer", &timeout)) return ABSENT;
    if (timeout < 0) timeout = FOREVER;
    uint32_t count = p->count;
    size_t size = (count + 1) * sizeof *p->files;
    struct pollfd *files = memory_alloc(vm, size);
    if (!files) return ABSENT;
    if (count) memcpy(files, p->files, count * sizeof *files);
    Wait wait = wait_begin(timeout);
    bool again = true, ok = true;
    while (ok && again)
        ok = wait_again(vm, wait, poll(files, count, wait_milliseconds(wait)), &again);
    Value result = ok ? poll_results(vm, files, count) : ABSENT;
    memory_free(vm, files, size);
    return result;
}

static const NativeDef poll_methods[] = {
    {"register", poll_register, "fd, eventmask=select.POLLIN | select.POLLPRI | select.POLLOUT, /",
     "Register a file descriptor with the polling object.\n\n"
     "  fd\n    either an integer, or an object with a fileno() method returning an int\n"
     "  eventmask\n    an optional bitmask describing the type of events to check for"},
    {"modify", poll_modify, "fd, eventmask, /",
     "Modify an already registered file descriptor.\n\n"
     "  fd\n    either an integer, or an object with a fileno() method returning\n    an int\n"
     "  eventmask\n    a bitmask describing the type of events to check for"},
    {"unregister", poll_unregister, "fd, /", "Remove a file descriptor being tracked by the polling object."},
    {"poll", poll_poll, "timeout=None, /",
     "Polls the set of registered file descriptors.\n\n"
     "  timeout\n    The maximum time to wait in milliseconds, or else None (or a negative\n"
     "    value) to wait indefinitely.\n\n"
     "Returns a list containing any descriptors that have events or errors to\n"
     "report, as a list of (fd, event) 2-tuples."},
    {0},
};

Type poll_type = {
    TYPE_HEAD(poll_type, "select.poll", .dealloc = poll_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(Poll),
    .base = &object_type,
    .methods = poll_methods,
};

NATIVE(select_poll) {
    Poll *p = (Poll *)object_new(vm, &poll_type, sizeof *p);
    if (!p) return raise_memory(vm);
    p->files = NULL;
    p->count = p->capacity = 0;
    return from_object(p);
}

/* --- epoll --- */

typedef struct {
    Object head;
    int fd; /* -1: closed */
} Epoll;

enum { EPOLL_EVENTS = FD_SETSIZE - 1 }; /* so many are asked for at once, if the caller does not say */

static Epoll *as_epoll(Value v) { return (Epoll *)as_object(v); }

static void epoll_dealloc(VM *vm, Object *self) {
    if (((Epoll *)self)->fd >= 0) close(((Epoll *)self)->fd);
    object_free(vm, self, sizeof(Epoll));
}

/* Takes over the descriptor. */
static Value epoll_with(VM *vm, int fd) {
    Epoll *e = (Epoll *)object_new(vm, &epoll_type, sizeof *e);
    if (!e) {
        close(fd);
        return raise_memory(vm);
    }
    e->fd = fd;
    return from_object(e);
}

static Value epoll_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[2];
    int hint = -1, flags = 0;
    if (!arguments_bind(vm, "epoll", "sizehint=-1, flags=0", args, nargs, names, row)) return ABSENT;
    if (!is_absent(row[0]) && !object_to_c_int(vm, row[0], &hint)) return ABSENT;
    if (!is_absent(row[1]) && !object_to_c_int(vm, row[1], &flags)) return ABSENT;
    if (hint < -1 || hint == 0) return raise_value(vm, "negative sizehint");
    if (flags & ~EPOLL_CLOEXEC) return raise_error(vm, &exc_OSError, "invalid flags");
    int fd = epoll_create1(EPOLL_CLOEXEC);
    return fd < 0 ? raise_os(vm, errno, ABSENT) : epoll_with(vm, fd);
}

/* -1 RAISES. */
static int epoll_descriptor(VM *vm, Value self) {
    if (as_epoll(self)->fd < 0) raise_value(vm, "I/O operation on closed epoll object");
    return as_epoll(self)->fd;
}

/* The lowest bits of any int, as of a C integer that is cut. */
static bool read_epoll_events(VM *vm, Value v, uint32_t *mask) {
    Value index = object_index(vm, v);
    if (is_absent(index)) return false;
    IntView view;
    int_view(index, &view);
    uint64_t low = view.count ? view.limbs[0] : 0;
    *mask = (uint32_t)(view.negative ? -low : low);
    value_drop(vm, index);
    return true;
}

/* `events` ABSENT: none are given. */
static Value control(VM *vm, Value self, int operation, Value file, Value events) {
    uint32_t mask = operation == EPOLL_CTL_ADD ? EPOLLIN | EPOLLPRI | EPOLLOUT : 0;
    if (epoll_descriptor(vm, self) < 0) return ABSENT;
    int fd = file_descriptor(vm, file);
    if (fd < 0) return ABSENT;
    if (!is_absent(events) && !read_epoll_events(vm, events, &mask)) return ABSENT;
    struct epoll_event event = {.events = mask, .data.fd = fd};
    int control = epoll_descriptor(vm, self);
    if (control < 0) return ABSENT;
    return epoll_ctl(control, operation, fd, &event) < 0 ? raise_os(vm, errno, ABSENT) : NONE;
}

NATIVE(epoll_register) { return control(vm, args[0], EPOLL_CTL_ADD, args[1], args[2]); }

NATIVE(epoll_modify) { return control(vm, args[0], EPOLL_CTL_MOD, args[1], args[2]); }

NATIVE(epoll_unregister) { return control(vm, args[0], EPOLL_CTL_DEL, args[1], ABSENT); }

static Value epoll_results(VM *vm, const struct epoll_event *events, int count) {
    Value list = list_new(vm, count);
    for (int i = 0; !is_absent(list) && i < count; i++) {
        if (!add_pair(vm, list, events[i].data.fd, events[i].events)) value_clear(vm, &list);
    }
    return list;
}

static Value epoll_wait_for(VM *vm, Value self, struct epoll_event *events, int capacity, Wait wait) {
    int count = 0;
    for (bool again = true; again;) {
        int fd = epoll_descriptor(vm, self); /* a signal handler may have closed it */
        if (fd < 0) return ABSENT;
        count = epoll_wait(fd, events, capacity, wait_milliseconds(wait));
        if (!wait_again(vm, wait, count, &again)) return ABSENT;
    }
    return epoll_results(vm, events, count);
}

NATIVE(epoll_poll) {
    int64_t timeout;
    int capacity = -1;
    if (epoll_descriptor(vm, args[0]) < 0) return ABSENT;
    if (!read_timeout(vm, args[1], NS_PER_S, "an integer", &timeout)) return ABSENT;
    if (timeout < 0) timeout = FOREVER;
    if (!is_absent(args[2]) && !object_to_c_int(vm, args[2], &capacity)) return ABSENT;
    if (capacity == -1) capacity = EPOLL_EVENTS;
    if (capacity <= 0) return raise_value(vm, "maxevents must be greater than 0, got %d", capacity);
    struct epoll_event few[EPOLL_EVENTS], *events = few;
    if (capacity > EPOLL_EVENTS && !(events = memory_alloc(vm, (size_t)capacity * sizeof *events)))
        return ABSENT;
    Value result = epoll_wait_for(vm, args[0], events, capacity, wait_begin(timeout));
    if (events != few) memory_free(vm, events, (size_t)capacity * sizeof *events);
    return result;
}

NATIVE(epoll_close) {
    Epoll *e = as_epoll(args[0]);
    int fd = e->fd;
    e->fd = -1;
    return fd >= 0 && close(fd) < 0 ? raise_os(vm, errno, ABSENT) : NONE;
}

NATIVE(epoll_fileno) {
    int fd = epoll_descriptor(vm, args[0]);
    return fd < 0 ? ABSENT : int_small(fd);
}

NATIVE(epoll_from_descriptor) {
    int fd;
    return object_to_c_int(vm, args[1], &fd) ? epoll_with(vm, fd) : ABSENT;
}

NATIVE(epoll_enter) { return epoll_descriptor(vm, args[0]) < 0 ? ABSENT : value_ref(args[0]); }

static Value epoll_closed(VM *vm, Value self) { return bool_from(as_epoll(self)->fd < 0); }

static const NativeDef epoll_methods[] = {
    {"fromfd", epoll_from_descriptor, "fd, /", "Create an epoll object from a given control fd.",
     NATIVE_CLASS_METHOD},
    {"close", epoll_close, "",
     "Close the epoll control file descriptor.\n\nFurther operations on the epoll object will raise an "
     "exception."},
    {"fileno", epoll_fileno, "", "Return the epoll control file descriptor."},
    {"modify", epoll_modify, "fd, eventmask",
     "Modify event mask for a registered file descriptor.\n\n"
     "  fd\n    the target file descriptor of the operation\n"
     "  eventmask\n    a bit set composed of the various EPOLL constants"},
    {"register", epoll_register, "fd, eventmask=select.EPOLLIN | select.EPOLLPRI | select.EPOLLOUT",
     "Registers a new fd or raises an OSError if the fd is already registered.\n\n"
     "  fd\n    the target file descriptor of the operation\n"
     "  eventmask\n    a bit set composed of the various EPOLL constants\n\n"
     "The epoll interface supports all file descriptors that support poll."},
    {"unregister", epoll_unregister, "fd",
     "Remove a registered file descriptor from the epoll object.\n\n"
     "  fd\n    the target file descriptor of the operation"},
    {"poll", epoll_poll, "timeout=None, maxevents=-1",
     "Wait for events on the epoll file descriptor.\n\n"
     "  timeout\n    the maximum time to wait in seconds (as float);\n"
     "    a timeout of None or -1 makes poll wait indefinitely\n"
     "  maxevents\n    the maximum number of events returned; -1 means no limit\n\n"
     "Returns a list containing any descriptors that have events to report,\n"
     "as a list of (fd, events) 2-tuples."},
    {"__enter__", epoll_enter, "", NULL},
    {"__exit__", epoll_close, "exc_type=None, exc_value=None, exc_tb=None, /", NULL},
    {0},
};

static const GetSetDef epoll_getsets[] = {
    {"closed", epoll_closed, NULL, "True if the epoll handler is closed"},
    {0},
};

Type epoll_type = {
    TYPE_HEAD(epoll_type, "select.epoll", .dealloc = epoll_dealloc),
    .basic_size = sizeof(Epoll),
    .base = &object_type,
    .doc = "select.epoll(sizehint=-1, flags=0)\n\nReturns an epolling object\n\n"
           "sizehint must be a positive integer or -1 for the default size. The\n"
           "sizehint is used to optimize internal data structures. It doesn't limit\n"
           "the maximum number of monitored events.",
    .new = epoll_new,
    .methods = epoll_methods,
    .getsets = epoll_getsets,
};

/* --- the module --- */

static const NativeDef functions[] = {
    {"select", select_select, "rlist, wlist, xlist, timeout=None, /",
     "Wait until one or more file descriptors are ready for some kind of I/O.\n\n"
     "The first three arguments are iterables of file descriptors to be waited for, each an int or an "
     "object\n"
     "with a fileno() method: for reading, for writing, for an exceptional condition. The optional 4th\n"
     "argument specifies a timeout in seconds. The result has three lists, of those that are ready."},
    {"poll", select_poll, "",
     "Returns a polling object.\n\n"
     "This object supports registering and unregistering file descriptors, and then\n"
     "polling them for I/O events."},
    {0},
};

#define CONSTANT(name) \
    { #name, name }
static const struct {
    const char *name;
    uint32_t value;
} constants[] = {
    CONSTANT(EPOLLERR),    CONSTANT(EPOLLET),     CONSTANT(EPOLLEXCLUSIVE), CONSTANT(EPOLLHUP),
    CONSTANT(EPOLLIN),     CONSTANT(EPOLLMSG),    CONSTANT(EPOLLONESHOT),   CONSTANT(EPOLLOUT),
    CONSTANT(EPOLLPRI),    CONSTANT(EPOLLRDBAND), CONSTANT(EPOLLRDHUP),     CONSTANT(EPOLLRDNORM),
    CONSTANT(EPOLLWRBAND), CONSTANT(EPOLLWRNORM), CONSTANT(EPOLL_CLOEXEC),  CONSTANT(PIPE_BUF),
    CONSTANT(POLLERR),     CONSTANT(POLLHUP),     CONSTANT(POLLIN),         CONSTANT(POLLMSG),
    CONSTANT(POLLNVAL),    CONSTANT(POLLOUT),     CONSTANT(POLLPRI),        CONSTANT(POLLRDBAND),
    {"POLLRDHUP", 0x2000}, CONSTANT(POLLRDNORM),  CONSTANT(POLLWRBAND),     CONSTANT(POLLWRNORM),
};

static bool fill(VM *vm, Value dict) {
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
        if (!dict_set_c(vm, dict, constants[i].name, int_small(constants[i].value))) return false;
    }
    return module_add_functions(vm, dict, functions, "select") &&
           dict_set_c(vm, dict, "epoll", from_object(&epoll_type)) &&
           dict_set_c(vm, dict, "error", from_object(&exc_OSError));
}

Value module_select_new(VM *vm) {
    Value module = module_new_c(vm, "select", "Waiting until files can be read or written.");
    if (!is_absent(module) && !fill(vm, as_module(module)->dict)) value_clear(vm, &module);
    return module;
}
