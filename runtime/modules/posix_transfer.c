/* The module posix: bytes between descriptors and many buffers, files that are none on a disk, attributes of files,
 * special files, terminals. */
#include "runtime/auditevent.h"
#include "runtime/modules/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utmp.h>

#include "runtime/arguments.h"
#include "runtime/bytes/buffer.h"
#include "runtime/bytes/bytes.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/codec.h"
#include "runtime/text/str.h"

bool posix_is_sequence(Value v) { return type_of(v)->container.get_item && !is_dict(v); }

bool posix_fd(VM *vm, Value v, int *fd) {
    Value number = value_ref(v);
    if (!is_int_family(v)) {
        value_drop(vm, number);
        Value name = string_intern_c(vm, "fileno");
        Value method = is_absent(name) ? ABSENT : object_get_attribute(vm, v, name);
        value_xdrop(vm, name);
        if (is_absent(method)) {
            if (!error_is(vm, &exc_AttributeError)) return false;
            error_clear(vm);
            return raise_type(vm, "argument must be an int, or have a fileno() method."), false;
        }
        number = call_0(vm, method);
        value_drop(vm, method);
        if (is_absent(number)) return false;
        if (!is_int_family(number)) {
            value_drop(vm, number);
            return raise_type(vm, "fileno() returned a non-integer"), false;
        }
    }
    bool ok = posix_int(vm, number, fd);
    value_drop(vm, number);
    if (!ok || *fd >= 0) return ok;
    return raise_value(vm, "file descriptor cannot be a negative integer (%d)", *fd), false;
}

static bool int64_argument(VM *vm, Value v, int64_t *n) {
    return object_to_int64(vm, v, &exc_OverflowError, n);
}

static bool count_argument(VM *vm, Value v, size_t *count) {
    int64_t n;
    if (!int64_argument(vm, v, &n)) return false;
    if (n < 0) return raise_value(vm, "negative value for 'count' not allowed"), false;
    *count = (size_t)n;
    return true;
}

/* --- many buffers at once --- */

typedef struct {
    BufferView *views;
    struct iovec *parts;
    int64_t count, acquired;
    Value items; /* the sequence's, as a tuple */
} Vector;

static void vector_fini(VM *vm, Vector *v) {
    while (v->acquired > 0)
        buffer_release(vm, &v->views[--v->acquired]);
    memory_free(vm, v->views, (size_t)v->count * sizeof *v->views);
    memory_free(vm, v->parts, (size_t)v->count * sizeof *v->parts);
    value_drop(vm, v->items);
}

static bool vector_init(VM *vm, Vector *v, const char *function, Value buffers, bool writable) {
    *v = (Vector){0};
    if (!posix_is_sequence(buffers)) return raise_type(vm, "%s() arg 2 must be a sequence", function), false;
    v->items = tuple_from_iterable(vm, buffers);
    if (is_absent(v->items)) return false;
    v->count = as_tuple(v->items)->length;
    if (v->count > 0) {
        v->views = memory_alloc(vm, (size_t)v->count * sizeof *v->views);
        v->parts = v->views ? memory_alloc(vm, (size_t)v->count * sizeof *v->parts) : NULL;
    }
    bool ok = v->count == 0 || v->parts != NULL;
    for (; ok && v->acquired < v->count; v->acquired += ok) {
        BufferView *view = &v->views[v->acquired];
        Value item = as_tuple(v->items)->items[v->acquired];
        ok = buffer_acquire(vm, item, writable ? BUFFER_WRITABLE : BUFFER_SIMPLE, view);
        if (ok) v->parts[v->acquired] = (struct iovec){view->data, (size_t)view->size};
    }
    if (!ok) vector_fini(vm, v);
    return ok;
}

typedef enum { VECTOR_READ, VECTOR_WRITE, VECTOR_READ_AT, VECTOR_WRITE_AT } VectorKind;

static Value vectored(VM *vm, VectorKind kind, Value *args) {
    static const char *const names[] = {"readv", "writev", "preadv", "pwritev"};
    bool at = kind >= VECTOR_READ_AT;
    int fd, flags = 0;
    int64_t offset = 0;
    Vector v;
    ssize_t moved;
    if (!posix_int(vm, args[0], &fd) || (at && !int64_argument(vm, args[2], &offset)) ||
        (at && !is_absent(args[3]) && !posix_int(vm, args[3], &flags)) ||
        !vector_init(vm, &v, names[kind], args[1], kind == VECTOR_READ || kind == VECTOR_READ_AT)) {
        return ABSENT;
    }
    int count = (int)(v.count > INT_MAX ? INT_MAX : v.count);
    do {
        moved = kind == VECTOR_READ      ? readv(fd, v.parts, count)
                : kind == VECTOR_WRITE   ? writev(fd, v.parts, count)
                : kind == VECTOR_READ_AT ? preadv2(fd, v.parts, count, offset, flags)
                                         : pwritev2(fd, v.parts, count, offset, flags);
    } while (moved < 0 && posix_try_again(vm));
    if (moved < 0 && !error_raised(vm)) raise_os(vm, errno, ABSENT);
    vector_fini(vm, &v);
    return moved < 0 ? ABSENT : int_from(vm, moved);
}

NATIVE(posix_readv) { return vectored(vm, VECTOR_READ, args); }
NATIVE(posix_writev) { return vectored(vm, VECTOR_WRITE, args); }
NATIVE(posix_preadv) { return vectored(vm, VECTOR_READ_AT, args); }
NATIVE(posix_pwritev) { return vectored(vm, VECTOR_WRITE_AT, args); }

/* --- from descriptor to descriptor --- */

static Value moved_bytes(VM *vm, ssize_t moved) {
    if (moved >= 0) return int_from(vm, moved);
    return error_raised(vm) ? ABSENT : raise_os(vm, errno, ABSENT);
}

static bool offset_argument(VM *vm, Value v, off_t *offset, off_t **place) {
    *place = value_is_given(v) ? offset : NULL;
    return !*place || int64_argument(vm, v, offset);
}

NATIVE(posix_copy_file_range) {
    int from, to;
    size_t count;
    off_t from_at = 0, to_at = 0, *from_place, *to_place;
    ssize_t moved;
    if (!posix_int(vm, args[0], &from) || !posix_int(vm, args[1], &to) ||
        !count_argument(vm, args[2], &count) || !offset_argument(vm, args[3], &from_at, &from_place) ||
        !offset_argument(vm, args[4], &to_at, &to_place)) {
        return ABSENT;
    }
    do
        moved = copy_file_range(from, from_place, to, to_place, count, 0);
    while (moved < 0 && posix_try_again(vm));
    return moved_bytes(vm, moved);
}

NATIVE(posix_splice) {
    int from, to, flags = 0;
    size_t count;
    off_t from_at = 0, to_at = 0, *from_place, *to_place;
    ssize_t moved;
    if (!posix_int(vm, args[0], &from) || !posix_int(vm, args[1], &to) ||
        !count_argument(vm, args[2], &count) || !offset_argument(vm, args[3], &from_at, &from_place) ||
        !offset_argument(vm, args[4], &to_at, &to_place) ||
        (!is_absent(args[5]) && !posix_int(vm, args[5], &flags))) {
        return ABSENT;
    }
    do
        moved = splice(from, from_place, to, to_place, count, (unsigned)flags);
    while (moved < 0 && posix_try_again(vm));
    return moved_bytes(vm, moved);
}

NATIVE(posix_sendfile) {
    int from, to;
    int64_t count;
    off_t at = 0, *place;
    ssize_t moved;
    if (!posix_int(vm, args[0], &to) || !posix_int(vm, args[1], &from) ||
        !offset_argument(vm, args[2], &at, &place) || !int64_argument(vm, args[3], &count)) {
        return ABSENT;
    }
    do
        moved = sendfile(to, from, place, (size_t)count);
    while (moved < 0 && posix_try_again(vm));
    return moved_bytes(vm, moved);
}

NATIVE(posix_posix_fadvise) {
    int fd, advice;
    int64_t at, length;
    if (!posix_int(vm, args[0], &fd) || !int64_argument(vm, args[1], &at) ||
        !int64_argument(vm, args[2], &length) || !posix_int(vm, args[3], &advice)) {
        return ABSENT;
    }
    int error = posix_fadvise(fd, at, length, advice);
    return error ? raise_os(vm, error, ABSENT) : NONE;
}

NATIVE(posix_posix_fallocate) {
    int fd;
    int64_t at, length;
    if (!posix_int(vm, args[0], &fd) || !int64_argument(vm, args[1], &at) ||
        !int64_argument(vm, args[2], &length))
        return ABSENT;
    int error = posix_fallocate(fd, at, length);
    return error ? raise_os(vm, error, ABSENT) : NONE;
}

NATIVE(posix_lockf) {
    if (!AUDIT(vm, "os.lockf", args[0], args[1], args[2])) return ABSENT;
    int fd, command;
    int64_t length;
    if (!posix_int(vm, args[0], &fd) || !posix_int(vm, args[1], &command) ||
        !int64_argument(vm, args[2], &length))
        return ABSENT;
    int done;
    do
        done = lockf(fd, command, length);
    while (done < 0 && posix_try_again(vm));
    return error_raised(vm) ? ABSENT : posix_status(vm, done);
}

NATIVE(posix_sync) {
    sync();
    return NONE;
}

NATIVE(posix_pipe2) {
    int flags, fds[2];
    if (!posix_int(vm, args[0], &flags)) return ABSENT;
    if (pipe2(fds, flags) < 0) return raise_os(vm, errno, ABSENT);
    return tuple_pack(vm, 2, int_small(fds[0]), int_small(fds[1]));
}

/* --- descriptors of events, memory and processes --- */

static Value descriptor(VM *vm, int fd) { return fd < 0 ? raise_os(vm, errno, ABSENT) : int_small(fd); }

NATIVE(posix_eventfd) {
    int64_t start;
    int flags = EFD_CLOEXEC;
    if (!int64_argument(vm, args[0], &start)) return ABSENT;
    if (start < 0) return raise_value(vm, "value must be positive");
    if (start > UINT_MAX) return raise_overflow(vm, "Python int too large for C unsigned int");
    if (!is_absent(args[1]) && !posix_int(vm, args[1], &flags)) return ABSENT;
    return descriptor(vm, eventfd((unsigned)start, flags));
}

NATIVE(posix_eventfd_read) {
    int fd;
    eventfd_t value;
    if (!posix_fd(vm, args[0], &fd)) return ABSENT;
    return eventfd_read(fd, &value) < 0 ? raise_os(vm, errno, ABSENT) : int_from_unsigned(vm, value);
}

NATIVE(posix_eventfd_write) {
    int fd;
    int64_t value;
    if (!posix_fd(vm, args[0], &fd) || !int64_argument(vm, args[1], &value)) return ABSENT;
    return posix_status(vm, eventfd_write(fd, (eventfd_t)value));
}

NATIVE(posix_memfd_create) {
    PosixPath name;
    int64_t flags = MFD_CLOEXEC;
    if (!posix_name_init(vm, &name, args[0])) return ABSENT;
    bool ok = is_absent(args[1]) || int64_argument(vm, args[1], &flags);
    Value fd = ok ? descriptor(vm, memfd_create(name.text, (unsigned)flags)) : ABSENT;
    posix_path_fini(vm, &name);
    return fd;
}

NATIVE(posix_pidfd_open) {
    int pid, flags = 0;
    if (!posix_pid(vm, args[0], &pid) || (!is_absent(args[1]) && !posix_int(vm, args[1], &flags)))
        return ABSENT;
    return descriptor(vm, (int)syscall(SYS_pidfd_open, pid, flags));
}

/* --- extended attributes --- */

typedef struct {
    PosixPath path, name;
    bool follow;
} Attribute;

/* `name` and `follow` may be ABSENT. */
static bool attribute_init(VM *vm, Attribute *a, const char *function, Value path, Value name, Value follow) {
    if (!arguments_flag(vm, follow, true, &a->follow)) return false;
    if (!posix_path_init(vm, &a->path, function, path, true)) return false;
    a->name = (PosixPath){.fd = -1};
    if (is_absent(name)) return true;
    if (is_int_family(name)) {
        raise_type(vm, "%s: attribute should be string, bytes or os.PathLike, not %T", function, name);
    } else if (posix_name_init(vm, &a->name, name)) {
        if (a->path.fd < 0 || a->follow) return true;
        raise_value(vm, "%s: cannot use fd and follow_symlinks together", function);
        posix_path_fini(vm, &a->name);
    }
    posix_path_fini(vm, &a->path);
    return false;
}

static Value attribute_result(VM *vm, Attribute *a, ssize_t result) {
    posix_path_fini(vm, &a->name);
    return posix_path_result(vm, &a->path, result < 0 ? -1 : 0);
}

static ssize_t read_attribute(Attribute *a, char *to, size_t size) {
    const char *path = a->path.text, *name = a->name.text;
    if (!name) {
        return a->path.fd >= 0 ? flistxattr(a->path.fd, to, size)
               : a->follow     ? listxattr(path, to, size)
                               : llistxattr(path, to, size);
    }
    return a->path.fd >= 0 ? fgetxattr(a->path.fd, name, to, size)
           : a->follow     ? getxattr(path, name, to, size)
                           : lgetxattr(path, name, to, size);
}

/* The attribute's bytes, or the names of all attributes with a zero behind each. Ends `a`. */
static Value attribute_bytes(VM *vm, Attribute *a) {
    for (;;) {
        ssize_t size = read_attribute(a, NULL, 0);
        if (size < 0) return attribute_result(vm, a, -1);
        Bytes *bytes = bytes_new(vm, size);
        ssize_t got = bytes ? read_attribute(a, (char *)bytes->data, (size_t)size) : 0;
        if (got < 0) {
            int error = errno;
            value_drop(vm, from_object(bytes));
            errno = error;
            if (error == ERANGE) continue; /* it grew meanwhile */
            return attribute_result(vm, a, -1);
        }
        attribute_result(vm, a, 0);
        return bytes ? from_object(bytes_resize(vm, bytes, got)) : ABSENT;
    }
}

NATIVE(posix_getxattr) {
    if (!AUDIT(vm, "os.getxattr", args[0], args[1])) return ABSENT;
    Attribute a;
    if (!attribute_init(vm, &a, "getxattr", args[0], args[1], args[2])) return ABSENT;
    return attribute_bytes(vm, &a);
}

NATIVE(posix_listxattr) {
    if (!AUDIT(vm, "os.listxattr", args[0])) return ABSENT;
    Attribute a;
    Value here = string_from_c(vm, ".");
    if (is_absent(here)) return ABSENT;
    bool ok = attribute_init(vm, &a, "listxattr", value_is_given(args[0]) ? args[0] : here, ABSENT, args[1]);
    value_drop(vm, here);
    Value bytes = ok ? attribute_bytes(vm, &a) : ABSENT;
    if (is_absent(bytes)) return ABSENT;
    Value list = list_new(vm, 0);
    const char *at = (const char *)as_bytes(bytes)->data, *end = at + as_bytes(bytes)->length;
    for (; at < end && !is_absent(list); at += strlen(at) + 1) {
        Value name = string_decode_utf8(vm, at, strlen(at), "surrogateescape");
        if (is_absent(name) || !list_append_owned(vm, list, name)) value_clear(vm, &list);
    }
    value_drop(vm, bytes);
    return list;
}

NATIVE(posix_setxattr) {
    if (!AUDIT(vm, "os.setxattr", args[0], args[1], args[2], is_absent(args[3]) ? int_small(0) : args[3]))
        return ABSENT;
    Attribute a;
    BufferView value;
    int flags = 0;
    if (!is_absent(args[3]) && !posix_int(vm, args[3], &flags)) return ABSENT;
    if (!buffer_acquire(vm, args[2], BUFFER_SIMPLE, &value)) return ABSENT;
    Value result = ABSENT;
    if (attribute_init(vm, &a, "setxattr", args[0], args[1], args[4])) {
        size_t size = (size_t)value.size;
        result = attribute_result(vm, &a,
                                  a.path.fd >= 0 ? fsetxattr(a.path.fd, a.name.text, value.data, size, flags)
                                  : a.follow     ? setxattr(a.path.text, a.name.text, value.data, size, flags)
                                             : lsetxattr(a.path.text, a.name.text, value.data, size, flags));
    }
    buffer_release(vm, &value);
    return result;
}

NATIVE(posix_removexattr) {
    if (!AUDIT(vm, "os.removexattr", args[0], args[1])) return ABSENT;
    Attribute a;
    if (!attribute_init(vm, &a, "removexattr", args[0], args[1], args[2])) return ABSENT;
    return attribute_result(vm, &a,
                            a.path.fd >= 0 ? fremovexattr(a.path.fd, a.name.text)
                            : a.follow     ? removexattr(a.path.text, a.name.text)
                                           : lremovexattr(a.path.text, a.name.text));
}

/* --- special files --- */

static bool device_argument(VM *vm, Value v, dev_t *device) {
    int64_t n;
    if (!is_int_family(v)) return raise_type(vm, "an integer is required"), false;
    if (int_to_int64(v, &n)) {
        *device = (dev_t)n;
        return true;
    }
    IntView view;
    int_view(v, &view);
    if (view.count != 1) return raise_overflow(vm, "int too big to convert"), false;
    *device = view.negative ? -view.limbs[0] : view.limbs[0];
    return true;
}

/* -1 stands for no device. */
static Value device_part(VM *vm, dev_t device, unsigned part) {
    return device == (dev_t)-1 ? int_small(-1) : int_from(vm, part);
}

NATIVE(posix_major) {
    dev_t device;
    return device_argument(vm, args[0], &device) ? device_part(vm, device, major(device)) : ABSENT;
}

NATIVE(posix_minor) {
    dev_t device;
    return device_argument(vm, args[0], &device) ? device_part(vm, device, minor(device)) : ABSENT;
}

static bool part_argument(VM *vm, Value v, unsigned *part) {
    dev_t n;
    if (!device_argument(vm, v, &n)) return false;
    *part = (unsigned)n;
    if (n == *part || n == (dev_t)-1) return true;
    return raise_overflow(vm, "Python int too large to convert to C unsigned int"), false;
}

NATIVE(posix_makedev) {
    unsigned high, low;
    if (!part_argument(vm, args[0], &high) || !part_argument(vm, args[1], &low)) return ABSENT;
    return high == UINT_MAX && low == UINT_MAX ? int_small(-1) : int_from_unsigned(vm, makedev(high, low));
}

static Value make_node(VM *vm, const char *function, Value v, Value dir, int mode, dev_t device) {
    PosixPath path;
    int at;
    if (!posix_dir(vm, dir, &at) || !posix_path_init(vm, &path, function, v, false)) return ABSENT;
    int done = mknodat(at, path.text, (mode_t)mode, device), error = errno;
    posix_path_fini(vm, &path);
    return done < 0 ? raise_os(vm, error, ABSENT) : NONE;
}

NATIVE(posix_mkfifo) {
    int mode = 0666;
    if (!is_absent(args[1]) && !posix_int(vm, args[1], &mode)) return ABSENT;
    return make_node(vm, "mkfifo", args[0], args[2], (mode & ~S_IFMT) | S_IFIFO, 0);
}

NATIVE(posix_mknod) {
    int mode = 0600;
    dev_t device = 0;
    if (!is_absent(args[1]) && !posix_int(vm, args[1], &mode)) return ABSENT;
    if (!is_absent(args[2]) && !device_argument(vm, args[2], &device)) return ABSENT;
    return make_node(vm, "mknod", args[0], args[3], mode, device);
}

/* --- terminals --- */

NATIVE(posix_ctermid) {
    char name[L_ctermid];
    return string_from_c(vm, ctermid(name));
}

NATIVE(posix_ttyname) {
    int fd;
    char name[PATH_MAX];
    if (!posix_int(vm, args[0], &fd)) return ABSENT;
    int error = ttyname_r(fd, name, sizeof name);
    return error ? raise_os(vm, error, ABSENT)
                 : string_decode_utf8(vm, name, strlen(name), "surrogateescape");
}

NATIVE(posix_device_encoding) {
    int fd;
    if (!posix_int(vm, args[0], &fd)) return ABSENT;
    return isatty(fd) ? string_from_c(vm, "UTF-8") : NONE;
}

NATIVE(posix_getlogin) {
    char name[256];
    int error = getlogin_r(name, sizeof name);
    return error ? raise_os(vm, error, ABSENT)
                 : string_decode_utf8(vm, name, strlen(name), "surrogateescape");
}

NATIVE(posix_openpty) {
    int terminal, program;
    if (openpty(&terminal, &program, NULL, NULL, NULL) < 0) return raise_os(vm, errno, ABSENT);
    fcntl(terminal, F_SETFD, FD_CLOEXEC);
    fcntl(program, F_SETFD, FD_CLOEXEC);
    return tuple_pack(vm, 2, int_small(terminal), int_small(program));
}

NATIVE(posix_posix_openpt) {
    int flags;
    return posix_int(vm, args[0], &flags) ? descriptor(vm, posix_openpt(flags | O_CLOEXEC)) : ABSENT;
}

NATIVE(posix_ptsname) {
    int fd;
    char name[PATH_MAX];
    if (!posix_fd(vm, args[0], &fd)) return ABSENT;
    int error = ptsname_r(fd, name, sizeof name);
    return error ? raise_os(vm, error, ABSENT) : string_from_c(vm, name);
}

#define FD_STATUS(name) \
    NATIVE(posix_##name) { \
        int fd; \
        return posix_fd(vm, args[0], &fd) ? posix_status(vm, name(fd)) : ABSENT; \
    }
FD_STATUS(grantpt)
FD_STATUS(unlockpt)
FD_STATUS(login_tty)

const NativeDef posix_transfer_functions[] = {
    POSIX_ROW(readv, "fd, buffers, /", "Read from a file descriptor fd into an iterable of buffers."),
    POSIX_ROW(writev, "fd, buffers, /", "Write the contents of each buffer to a file descriptor."),
    POSIX_ROW(preadv, "fd, buffers, offset, flags=0, /", "Read at an offset into a number of buffers."),
    POSIX_ROW(pwritev, "fd, buffers, offset, flags=0, /", "Write the contents of each buffer at an offset."),
    POSIX_ROW(copy_file_range, "src, dst, count, offset_src=None, offset_dst=None",
              "Copy count bytes from one file descriptor to another."),
    POSIX_ROW(splice, "src, dst, count, offset_src=None, offset_dst=None, flags=0",
              "Transfer count bytes from one pipe to a descriptor or vice versa."),
    POSIX_ROW(sendfile, "out_fd, in_fd, offset, count",
              "Copy count bytes from file descriptor in_fd to file descriptor out_fd."),
    POSIX_ROW(posix_fadvise, "fd, offset, length, advice, /", "Announce how data is going to be accessed."),
    POSIX_ROW(posix_fallocate, "fd, offset, length, /", "Ensure a file has that many bytes on disk."),
    POSIX_ROW(lockf, "fd, command, length, /",
              "Apply, test or remove a POSIX lock on an open file descriptor."),
    POSIX_ROW(sync, "", "Force write of everything to disk."),
    POSIX_ROW(pipe2, "flags, /", "Create a pipe with flags set atomically."),
    POSIX_ROW(eventfd, "initval, flags=EFD_CLOEXEC",
              "Creates and returns an event notification file descriptor."),
    POSIX_ROW(eventfd_read, "fd", "Read eventfd value"),
    POSIX_ROW(eventfd_write, "fd, value", "Write eventfd value."),
    POSIX_ROW(memfd_create, "name, flags=MFD_CLOEXEC", "A file descriptor of a file in memory."),
    POSIX_ROW(pidfd_open, "pid, flags=0", "Return a file descriptor referring to the process *pid*."),
    POSIX_ROW(getxattr, "path, attribute, *, follow_symlinks=True",
              "Return the value of extended attribute attribute on path."),
    POSIX_ROW(listxattr, "path=None, *, follow_symlinks=True",
              "Return a list of extended attributes on path."),
    POSIX_ROW(setxattr, "path, attribute, value, flags=0, *, follow_symlinks=True",
              "Set extended attribute attribute on path to value."),
    POSIX_ROW(removexattr, "path, attribute, *, follow_symlinks=True",
              "Remove extended attribute attribute on path."),
    POSIX_ROW(major, "device, /", "Extracts a device major number from a raw device number."),
    POSIX_ROW(minor, "device, /", "Extracts a device minor number from a raw device number."),
    POSIX_ROW(makedev, "major, minor, /", "Composes a raw device number from the major and minor numbers."),
    POSIX_ROW(mkfifo, "path, mode=438, *, dir_fd=None", "Create a \"fifo\" (a POSIX named pipe)."),
    POSIX_ROW(mknod, "path, mode=384, device=0, *, dir_fd=None", "Create a node in the file system."),
    POSIX_ROW(ctermid, "", "Return the name of the controlling terminal for this process."),
    POSIX_ROW(ttyname, "fd, /", "Return the name of the terminal device connected to 'fd'."),
    POSIX_ROW(device_encoding, "fd", "Return a string describing the encoding of a terminal's descriptor."),
    POSIX_ROW(getlogin, "", "Return the actual login name."),
    POSIX_ROW(openpty, "", "Open a pseudo-terminal."),
    POSIX_ROW(posix_openpt, "oflag, /", "Open a file descriptor for a master pseudo-terminal device."),
    POSIX_ROW(ptsname, "fd, /", "Return the name of the slave pseudo-terminal device."),
    POSIX_ROW(grantpt, "fd, /", "Grant access to the slave pseudo-terminal device."),
    POSIX_ROW(unlockpt, "fd, /", "Unlock a pseudo-terminal master/slave pair."),
    POSIX_ROW(login_tty, "fd, /", "Prepare the terminal of a descriptor for a new login session."),
    {0},
};
