/* The module posix: system calls on file descriptors. */
#include "runtime/auditevent.h"
#include "runtime/modules/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/arguments.h"
#include "runtime/bytes/buffer.h"
#include "runtime/bytes/bytes.h"
#include "runtime/containers/structseq.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"

NATIVE(posix_open) {
    PosixPath path;
    int flags, mode = 0777, dir, fd;
    if (!posix_int(vm, args[1], &flags) || !AUDIT(vm, "open", args[0], NONE, int_small(flags | O_CLOEXEC)) ||
        (!is_absent(args[2]) && !posix_int(vm, args[2], &mode)) || !posix_dir(vm, args[3], &dir) ||
        !posix_path_init(vm, &path, "open", args[0], false)) {
        return ABSENT;
    }
    do
        fd = openat(dir, path.text, flags | O_CLOEXEC, mode);
    while (fd < 0 && posix_try_again(vm));
    Value result = error_raised(vm) ? (posix_path_fini(vm, &path), ABSENT) : posix_path_result(vm, &path, fd);
    return is_absent(result) ? ABSENT : int_small(fd);
}

#define FD_CALL(name, expression) \
    NATIVE(posix_##name) { \
        int fd; \
        return posix_int(vm, args[0], &fd) ? posix_status(vm, expression) : ABSENT; \
    }
FD_CALL(close, close(fd))
FD_CALL(fsync, fsync(fd))
FD_CALL(fdatasync, fdatasync(fd))
FD_CALL(fchdir, fchdir(fd))

NATIVE(posix_isatty) {
    int fd;
    return posix_int(vm, args[0], &fd) ? bool_from(isatty(fd)) : ABSENT;
}

static Value read_at(VM *vm, Value *args, Value offset) {
    int fd;
    int64_t size, at = 0;
    if (!posix_int(vm, args[0], &fd) || !object_to_int64(vm, args[1], &exc_OverflowError, &size))
        return ABSENT;
    if (!is_absent(offset) && !object_to_int64(vm, offset, &exc_OverflowError, &at)) return ABSENT;
    if (size < 0) return raise_os(vm, EINVAL, ABSENT);
    Bytes *bytes = bytes_new(vm, size);
    if (!bytes) return ABSENT;
    ssize_t got;
    do
        got = is_absent(offset) ? read(fd, bytes->data, (size_t)size)
                                : pread(fd, bytes->data, (size_t)size, at);
    while (got < 0 && posix_try_again(vm));
    if (got >= 0) return from_object(bytes_resize(vm, bytes, got));
    if (!error_raised(vm)) raise_os(vm, errno, ABSENT);
    value_drop(vm, from_object(bytes));
    return ABSENT;
}

static Value write_at(VM *vm, Value *args, Value offset) {
    int fd;
    int64_t at = 0;
    BufferView from;
    if (!posix_int(vm, args[0], &fd) ||
        (!is_absent(offset) && !object_to_int64(vm, offset, &exc_OverflowError, &at)) ||
        !buffer_acquire(vm, args[1], BUFFER_SIMPLE, &from)) {
        return ABSENT;
    }
    ssize_t put;
    do
        put = is_absent(offset) ? write(fd, from.data, (size_t)from.size)
                                : pwrite(fd, from.data, (size_t)from.size, at);
    while (put < 0 && posix_try_again(vm));
    if (put < 0 && !error_raised(vm)) raise_os(vm, errno, ABSENT);
    buffer_release(vm, &from);
    return put < 0 ? ABSENT : int_from(vm, put);
}

NATIVE(posix_read) { return read_at(vm, args, ABSENT); }
NATIVE(posix_pread) { return read_at(vm, args, args[2]); }
NATIVE(posix_write) { return write_at(vm, args, ABSENT); }
NATIVE(posix_pwrite) { return write_at(vm, args, args[2]); }

NATIVE(posix_lseek) {
    int fd, whence;
    int64_t offset;
    if (!posix_int(vm, args[0], &fd) || !object_to_int64(vm, args[1], &exc_OverflowError, &offset) ||
        !posix_int(vm, args[2], &whence)) {
        return ABSENT;
    }
    off_t at = lseek(fd, offset, whence);
    return at < 0 ? raise_os(vm, errno, ABSENT) : int_from(vm, at);
}

NATIVE(posix_ftruncate) {
    if (!AUDIT(vm, "os.truncate", args[0], args[1])) return ABSENT;
    int fd;
    int64_t size;
    if (!posix_int(vm, args[0], &fd) || !object_to_int64(vm, args[1], &exc_OverflowError, &size))
        return ABSENT;
    return posix_status(vm, ftruncate(fd, size));
}

NATIVE(posix_dup) {
    int fd;
    if (!posix_int(vm, args[0], &fd)) return ABSENT;
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return copy < 0 ? raise_os(vm, errno, ABSENT) : int_small(copy);
}

NATIVE(posix_dup2) {
    int fd, to;
    bool inheritable;
    if (!posix_int(vm, args[0], &fd) || !posix_int(vm, args[1], &to) ||
        !arguments_flag(vm, args[2], true, &inheritable)) {
        return ABSENT;
    }
    int done = inheritable || fd == to ? dup2(fd, to) : dup3(fd, to, O_CLOEXEC);
    return done < 0 ? raise_os(vm, errno, ABSENT) : int_small(to);
}

NATIVE(posix_pipe) {
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0) return raise_os(vm, errno, ABSENT);
    return tuple_pack(vm, 2, int_small(fds[0]), int_small(fds[1]));
}

NATIVE(posix_get_blocking) {
    int fd;
    if (!posix_int(vm, args[0], &fd)) return ABSENT;
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? raise_os(vm, errno, ABSENT) : bool_from(!(flags & O_NONBLOCK));
}

NATIVE(posix_set_blocking) {
    int fd;
    bool blocking;
    if (!posix_int(vm, args[0], &fd) || !arguments_flag(vm, args[1], true, &blocking)) return ABSENT;
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0) flags = fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
    return flags < 0 ? raise_os(vm, errno, ABSENT) : NONE;
}

static const MemberDef size_fields[] = {
    STRUCTSEQ_FIELD(0, "columns", NULL), STRUCTSEQ_FIELD(1, "lines", NULL), {0}};
STRUCTSEQ_TYPE(terminal_size_type, "os.terminal_size", size_fields, "A tuple of (columns, lines).");

NATIVE(posix_get_terminal_size) {
    int fd = STDOUT_FILENO;
    struct winsize size;
    if (!is_absent(args[0]) && !posix_int(vm, args[0], &fd)) return ABSENT;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0) return raise_os(vm, errno, ABSENT);
    Value items[] = {int_small(size.ws_col), int_small(size.ws_row)};
    return structseq_new(vm, &terminal_size_type, items);
}

NATIVE(posix_fchmod) {
    if (!AUDIT(vm, "os.chmod", args[0], args[1], int_small(-1))) return ABSENT;
    int fd, mode;
    if (!posix_int(vm, args[0], &fd) || !posix_int(vm, args[1], &mode)) return ABSENT;
    return posix_status(vm, fchmod(fd, (mode_t)mode));
}

NATIVE(posix_get_inheritable) {
    int fd;
    if (!posix_int(vm, args[0], &fd)) return ABSENT;
    int flags = fcntl(fd, F_GETFD);
    return flags < 0 ? raise_os(vm, errno, ABSENT) : bool_from(!(flags & FD_CLOEXEC));
}

NATIVE(posix_set_inheritable) {
    int fd, inheritable;
    if (!posix_int(vm, args[0], &fd) || !posix_int(vm, args[1], &inheritable)) return ABSENT;
    int flags = fcntl(fd, F_GETFD);
    if (flags >= 0) flags = fcntl(fd, F_SETFD, inheritable ? flags & ~FD_CLOEXEC : flags | FD_CLOEXEC);
    return posix_status(vm, flags < 0 ? -1 : 0);
}

const NativeDef posix_descriptor_functions[] = {
    POSIX_ROW(fchmod, "fd, mode", "Change the access permissions of the file given by file descriptor."),
    POSIX_ROW(get_inheritable, "fd, /", "Get the inheritable flag of the specified file descriptor."),
    POSIX_ROW(set_inheritable, "fd, inheritable, /",
              "Set the inheritable flag of the specified file descriptor."),
    POSIX_ROW(fchdir, "fd", "Change to the directory of the given file descriptor."),
    POSIX_ROW(open, "path, flags, mode=511, *, dir_fd=None", "Open a file for low level IO."),
    POSIX_ROW(close, "fd", "Close a file descriptor."),
    POSIX_ROW(fsync, "fd", "Force write of fd to disk."),
    POSIX_ROW(fdatasync, "fd", "Force write of fd to disk without forcing update of metadata."),
    POSIX_ROW(isatty, "fd, /", "Return True if the fd is connected to a terminal."),
    POSIX_ROW(read, "fd, length, /", "Read from a file descriptor.  Returns a bytes object."),
    POSIX_ROW(pread, "fd, length, offset, /", "Read a number of bytes from a file descriptor at a position."),
    POSIX_ROW(write, "fd, data, /", "Write a bytes object to a file descriptor."),
    POSIX_ROW(pwrite, "fd, buffer, offset, /", "Write bytes to a file descriptor starting at a position."),
    POSIX_ROW(lseek, "fd, position, whence, /", "Set the position of a file descriptor."),
    POSIX_ROW(ftruncate, "fd, length, /", "Truncate a file, specified by file descriptor."),
    POSIX_ROW(dup, "fd, /", "Return a duplicate of a file descriptor."),
    POSIX_ROW(dup2, "fd, fd2, inheritable=True", "Duplicate file descriptor."),
    POSIX_ROW(pipe, "", "Create a pipe: (read_fd, write_fd)."),
    POSIX_ROW(get_blocking, "fd, /", "Get the blocking mode of the file descriptor."),
    POSIX_ROW(set_blocking, "fd, blocking, /", "Set the blocking mode of the specified file descriptor."),
    POSIX_ROW(get_terminal_size, "fd=1, /", "Return the size of the terminal window as (columns, lines)."),
    {0},
};
