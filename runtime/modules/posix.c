/* The module posix: the system calls under the module os. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/times.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "runtime/arguments.h"
#include "runtime/buffer.h"
#include "runtime/bytes.h"
#include "runtime/codec.h"
#include "runtime/dict.h"
#include "runtime/error.h"
#include "runtime/file.h"
#include "runtime/float.h"
#include "runtime/int.h"
#include "runtime/list.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/str.h"
#include "runtime/structseq.h"
#include "runtime/tuple.h"

extern char **environ;

/* --- arguments --- */

/* A path or, where `may_be_fd`, a descriptor. */
typedef struct {
    Value target; /* str, bytes or int; owned */
    Value keeper; /* of `text`; owned */
    const char *text;
    int fd; /* -1: a path */
    bool is_bytes;
} Path;

static bool int_argument(VM *vm, Value v, int *result) {
    int64_t n;
    if (is_family(v, TYPE_FLOAT))
        return raise_type(vm, "'float' object cannot be interpreted as an integer"), false;
    if (!object_to_int64(vm, v, &exc_OverflowError, &n)) return false;
    if (n > INT_MAX) return raise_overflow(vm, "signed integer is greater than maximum"), false;
    if (n < INT_MIN) return raise_overflow(vm, "signed integer is less than minimum"), false;
    *result = (int)n;
    return true;
}

static void path_fini(VM *vm, Path *path) {
    value_xdrop(vm, path->keeper);
    value_xdrop(vm, path->target);
}

static bool path_init(VM *vm, Path *path, const char *function, Value v, bool may_be_fd) {
    *path = (Path){.fd = -1, .text = ""};
    if (may_be_fd && !is_string(v) && !is_bytes(v) && type_of(v)->number.index) {
        path->target = value_ref(v);
        return int_argument(vm, v, &path->fd);
    }
    if (!is_string(v) && !is_bytes(v)) {
        Value name = string_intern_c(vm, "__fspath__");
        Value method = is_absent(name) ? ABSENT : object_special(vm, v, name);
        value_xdrop(vm, name);
        if (is_absent(method) && !error_raised(vm)) {
            raise_type(vm, "%s: path should be string, bytes%s, not %T", function,
                       may_be_fd ? ", os.PathLike or integer" : " or os.PathLike", v);
        }
        value_xdrop(vm, method);
        if (error_raised(vm)) return false;
    }
    path->target = file_target(vm, v);
    if (is_absent(path->target)) return false;
    path->is_bytes = is_bytes(path->target);
    path->text = file_path(vm, path->target, &path->keeper);
    if (path->text) return true;
    if (error_is(vm, &exc_ValueError)) {
        error_clear(vm);
        raise_value(vm, "%s: embedded null character in path", function);
    }
    path_fini(vm, path);
    return false;
}

static bool dir_argument(VM *vm, Value v, int *fd) {
    *fd = AT_FDCWD;
    return !value_is_given(v) || int_argument(vm, v, fd);
}

/* The result of a system call on a path: None, or the error with its name. Ends the path. */
static Value path_result(VM *vm, Path *path, int status) {
    Value result = status < 0 ? raise_os(vm, errno, path->target) : NONE;
    path_fini(vm, path);
    return result;
}

static Value status(VM *vm, int result) { return result < 0 ? raise_os(vm, errno, ABSENT) : NONE; }

static Value name_value(VM *vm, const char *text, size_t length, bool as_bytes) {
    return as_bytes ? bytes_from(vm, text, (int64_t)length)
                    : string_decode_utf8(vm, text, length, "surrogateescape");
}

/* --- stat --- */

#define F STRUCTSEQ_FIELD
#define H STRUCTSEQ_HIDDEN
enum { STAT_FIELDS = 19 };
static const MemberDef stat_fields[] = {F(0, "st_mode", "protection bits"),
                                        F(1, "st_ino", "inode"),
                                        F(2, "st_dev", "device"),
                                        F(3, "st_nlink", "number of hard links"),
                                        F(4, "st_uid", "user ID of owner"),
                                        F(5, "st_gid", "group ID of owner"),
                                        F(6, "st_size", "total size, in bytes"),
                                        F(7, "st_atime", NULL),
                                        F(8, "st_mtime", NULL),
                                        F(9, "st_ctime", NULL),
                                        H(10, "st_atime"),
                                        H(11, "st_mtime"),
                                        H(12, "st_ctime"),
                                        H(13, "st_atime_ns"),
                                        H(14, "st_mtime_ns"),
                                        H(15, "st_ctime_ns"),
                                        H(16, "st_blksize"),
                                        H(17, "st_blocks"),
                                        H(18, "st_rdev"),
                                        {0}};
STRUCTSEQ_TYPE(stat_result_type, "os.stat_result", stat_fields,
               "stat_result: Result from stat, fstat, or lstat.");

static const MemberDef statvfs_fields[] = {
    F(0, "f_bsize", NULL),  F(1, "f_frsize", NULL),  F(2, "f_blocks", NULL), F(3, "f_bfree", NULL),
    F(4, "f_bavail", NULL), F(5, "f_files", NULL),   F(6, "f_ffree", NULL),  F(7, "f_favail", NULL),
    F(8, "f_flag", NULL),   F(9, "f_namemax", NULL), H(10, "f_fsid"),        {0}};
STRUCTSEQ_TYPE(statvfs_result_type, "os.statvfs_result", statvfs_fields,
               "statvfs_result: Result from statvfs or fstatvfs.");

static const MemberDef uname_fields[] = {F(0, "sysname", NULL), F(1, "nodename", NULL), F(2, "release", NULL),
                                         F(3, "version", NULL), F(4, "machine", NULL),  {0}};
STRUCTSEQ_TYPE(uname_result_type, "posix.uname_result", uname_fields,
               "uname_result: Result from os.uname().");

static const MemberDef times_fields[] = {F(0, "user", NULL),          F(1, "system", NULL),
                                         F(2, "children_user", NULL), F(3, "children_system", NULL),
                                         F(4, "elapsed", NULL),       {0}};
STRUCTSEQ_TYPE(times_result_type, "posix.times_result", times_fields,
               "times_result: Result from os.times().");

static const MemberDef size_fields[] = {F(0, "columns", NULL), F(1, "lines", NULL), {0}};
STRUCTSEQ_TYPE(terminal_size_type, "os.terminal_size", size_fields, "A tuple of (columns, lines).");
#undef F
#undef H

static Value nanoseconds(VM *vm, struct timespec t) {
    return int_from(vm, (int64_t)t.tv_sec * 1000000000 + t.tv_nsec);
}

static Value stat_value(VM *vm, const struct stat *s) {
    struct timespec times[] = {s->st_atim, s->st_mtim, s->st_ctim};
    int64_t heads[] = {s->st_mode, (int64_t)s->st_ino, (int64_t)s->st_dev, (int64_t)s->st_nlink,
                       s->st_uid,  s->st_gid,          s->st_size};
    Value items[STAT_FIELDS];
    for (int i = 0; i < 7; i++)
        items[i] = int_from(vm, heads[i]);
    for (int i = 0; i < 3; i++) {
        items[7 + i] = int_from(vm, times[i].tv_sec);
        items[10 + i] = float_from(vm, (double)times[i].tv_sec + 1e-9 * (double)times[i].tv_nsec);
        items[13 + i] = nanoseconds(vm, times[i]);
    }
    items[16] = int_from(vm, s->st_blksize);
    items[17] = int_from(vm, s->st_blocks);
    items[18] = int_from(vm, (int64_t)s->st_rdev);
    return structseq_new(vm, &stat_result_type, items);
}

static Value stat_path(VM *vm, const char *function, Value v, Value dir, bool follow) {
    Path path;
    int dir_fd;
    struct stat s;
    if (!dir_argument(vm, dir, &dir_fd) || !path_init(vm, &path, function, v, follow)) return ABSENT;
    int done =
        path.fd >= 0 ? fstat(path.fd, &s) : fstatat(dir_fd, path.text, &s, follow ? 0 : AT_SYMLINK_NOFOLLOW);
    Value result = path_result(vm, &path, done);
    return is_absent(result) ? ABSENT : stat_value(vm, &s);
}

NATIVE(posix_stat) {
    bool follow;
    return arguments_flag(vm, args[2], true, &follow) ? stat_path(vm, "stat", args[0], args[1], follow)
                                                      : ABSENT;
}

NATIVE(posix_lstat) { return stat_path(vm, "lstat", args[0], args[1], false); }

NATIVE(posix_fstat) {
    int fd;
    struct stat s;
    if (!int_argument(vm, args[0], &fd)) return ABSENT;
    return fstat(fd, &s) < 0 ? raise_os(vm, errno, ABSENT) : stat_value(vm, &s);
}

NATIVE(posix_statvfs) {
    Path path;
    struct statvfs s;
    if (!path_init(vm, &path, "statvfs", args[0], true)) return ABSENT;
    Value result = path_result(vm, &path, path.fd >= 0 ? fstatvfs(path.fd, &s) : statvfs(path.text, &s));
    if (is_absent(result)) return ABSENT;
    uint64_t fields[] = {s.f_bsize, s.f_frsize, s.f_blocks, s.f_bfree,   s.f_bavail, s.f_files,
                         s.f_ffree, s.f_favail, s.f_flag,   s.f_namemax, s.f_fsid};
    Value items[11];
    for (int i = 0; i < 11; i++)
        items[i] = int_from_unsigned(vm, fields[i]);
    return structseq_new(vm, &statvfs_result_type, items);
}

/* --- directories --- */

/* What is in a directory: names, or (name, inode, kind) for scandir. */
static Value read_directory(VM *vm, const char *function, Value v, bool entries) {
    Path path;
    Value here = string_from_c(vm, ".");
    if (is_absent(here)) return ABSENT;
    bool ok = path_init(vm, &path, function, !value_is_given(v) ? here : v, true);
    value_drop(vm, here);
    if (!ok) return ABSENT;
    DIR *dir = path.fd >= 0 ? fdopendir(dup(path.fd)) : opendir(path.text);
    if (!dir) return path_result(vm, &path, -1);
    if (path.fd >= 0) rewinddir(dir);
    Value list = list_new(vm, 0);
    for (struct dirent *e; !is_absent(list) && (e = readdir(dir)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        Value item = name_value(vm, e->d_name, strlen(e->d_name), path.is_bytes);
        if (entries && !is_absent(item)) {
            Value inode = int_from_unsigned(vm, e->d_ino), name = item;
            item = is_absent(inode) ? ABSENT : tuple_pack(vm, 3, name, inode, int_small(e->d_type));
            value_drop(vm, name);
            value_xdrop(vm, inode);
        }
        if (is_absent(item) || !list_append_owned(vm, list, item)) value_clear(vm, &list);
    }
    closedir(dir);
    path_fini(vm, &path);
    return list;
}

NATIVE(posix_listdir) { return read_directory(vm, "listdir", args[0], false); }
NATIVE(posix_entries) { return read_directory(vm, "scandir", args[0], true); }

NATIVE(posix_mkdir) {
    Path path;
    int mode = 0777, dir;
    if ((!is_absent(args[1]) && !int_argument(vm, args[1], &mode)) || !dir_argument(vm, args[2], &dir) ||
        !path_init(vm, &path, "mkdir", args[0], false)) {
        return ABSENT;
    }
    return path_result(vm, &path, mkdirat(dir, path.text, (mode_t)mode));
}

static Value unlink_with(VM *vm, const char *function, Value *args, int flags) {
    Path path;
    int dir;
    if (!dir_argument(vm, args[1], &dir) || !path_init(vm, &path, function, args[0], false)) return ABSENT;
    return path_result(vm, &path, unlinkat(dir, path.text, flags));
}

NATIVE(posix_unlink) { return unlink_with(vm, "unlink", args, 0); }
NATIVE(posix_remove) { return unlink_with(vm, "remove", args, 0); }
NATIVE(posix_rmdir) { return unlink_with(vm, "rmdir", args, AT_REMOVEDIR); }

NATIVE(posix_chdir) {
    Path path;
    if (!path_init(vm, &path, "chdir", args[0], true)) return ABSENT;
    return path_result(vm, &path, path.fd >= 0 ? fchdir(path.fd) : chdir(path.text));
}

static Value current_directory(VM *vm, bool bytes) {
    char *text = getcwd(NULL, 0);
    if (!text) return raise_os(vm, errno, ABSENT);
    Value result = name_value(vm, text, strlen(text), bytes);
    free(text);
    return result;
}

NATIVE(posix_getcwd) { return current_directory(vm, false); }
NATIVE(posix_getcwdb) { return current_directory(vm, true); }

/* --- two paths --- */

static Value raise_two(VM *vm, int error, Value first, Value second) {
    Value text = string_from_c(vm, strerror(error)), row[] = {int_small(error), text, first, NONE, second};
    Value e = is_absent(text) ? ABSENT : object_call(vm, from_object(&exc_OSError), row, 5, ABSENT);
    value_xdrop(vm, text);
    return is_absent(e) ? ABSENT : raise_object(vm, e);
}

typedef enum { TWO_RENAME, TWO_REPLACE, TWO_LINK, TWO_SYMLINK } TwoKind;

static Value two_paths(VM *vm, TwoKind kind, Value from, Value to, Value from_dir, Value to_dir,
                       bool follow) {
    static const char *const names[] = {"rename", "replace", "link", "symlink"};
    Path a, b;
    int a_dir, b_dir, done;
    if (!dir_argument(vm, from_dir, &a_dir) || !dir_argument(vm, to_dir, &b_dir)) return ABSENT;
    if (!path_init(vm, &a, names[kind], from, false)) return ABSENT;
    if (!path_init(vm, &b, names[kind], to, false)) {
        path_fini(vm, &a);
        return ABSENT;
    }
    if (kind == TWO_SYMLINK)
        done = symlinkat(a.text, b_dir, b.text);
    else if (kind == TWO_LINK)
        done = linkat(a_dir, a.text, b_dir, b.text, follow ? AT_SYMLINK_FOLLOW : 0);
    else
        done = renameat(a_dir, a.text, b_dir, b.text);
    Value result = done < 0 ? raise_two(vm, errno, a.target, b.target) : NONE;
    path_fini(vm, &a);
    path_fini(vm, &b);
    return result;
}

NATIVE(posix_rename) { return two_paths(vm, TWO_RENAME, args[0], args[1], args[2], args[3], false); }
NATIVE(posix_replace) { return two_paths(vm, TWO_REPLACE, args[0], args[1], args[2], args[3], false); }
NATIVE(posix_symlink) { return two_paths(vm, TWO_SYMLINK, args[0], args[1], ABSENT, args[3], false); }

NATIVE(posix_link) {
    bool follow;
    if (!arguments_flag(vm, args[4], true, &follow)) return ABSENT;
    return two_paths(vm, TWO_LINK, args[0], args[1], args[2], args[3], follow);
}

NATIVE(posix_readlink) {
    Path path;
    int dir;
    char text[PATH_MAX];
    if (!dir_argument(vm, args[1], &dir) || !path_init(vm, &path, "readlink", args[0], false)) return ABSENT;
    ssize_t length = readlinkat(dir, path.text, text, sizeof text);
    bool bytes = path.is_bytes;
    Value result = path_result(vm, &path, (int)length);
    return is_absent(result) ? ABSENT : name_value(vm, text, (size_t)length, bytes);
}

/* --- permissions and times --- */

NATIVE(posix_access) {
    Path path;
    int mode, dir;
    bool effective, follow;
    if (!int_argument(vm, args[1], &mode) || !dir_argument(vm, args[2], &dir) ||
        !arguments_flag(vm, args[3], false, &effective) || !arguments_flag(vm, args[4], true, &follow) ||
        !path_init(vm, &path, "access", args[0], false)) {
        return ABSENT;
    }
    int flags = (effective ? AT_EACCESS : 0) | (follow ? 0 : AT_SYMLINK_NOFOLLOW);
    bool can = faccessat(dir, path.text, mode, flags) == 0;
    path_fini(vm, &path);
    return bool_from(can);
}

NATIVE(posix_chmod) {
    Path path;
    int mode, dir;
    bool follow;
    if (!int_argument(vm, args[1], &mode) || !dir_argument(vm, args[2], &dir) ||
        !arguments_flag(vm, args[3], true, &follow) || !path_init(vm, &path, "chmod", args[0], true)) {
        return ABSENT;
    }
    return path_result(vm, &path,
                       path.fd >= 0
                           ? fchmod(path.fd, (mode_t)mode)
                           : fchmodat(dir, path.text, (mode_t)mode, follow ? 0 : AT_SYMLINK_NOFOLLOW));
}

/* utime by two counts of nanoseconds, or None for now. */
NATIVE(posix_utime_ns) {
    Path path;
    int dir;
    bool follow;
    struct timespec times[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
    for (int i = 0; i < 2 && !is_none(args[1]); i++) {
        int64_t ns;
        if (!object_to_int64(vm, args[1 + i], &exc_OverflowError, &ns)) return ABSENT;
        times[i].tv_sec = ns / 1000000000 - (ns % 1000000000 < 0);
        times[i].tv_nsec = ns % 1000000000 + (ns % 1000000000 < 0 ? 1000000000 : 0);
    }
    if (!dir_argument(vm, args[3], &dir) || !arguments_flag(vm, args[4], true, &follow) ||
        !path_init(vm, &path, "utime", args[0], true)) {
        return ABSENT;
    }
    return path_result(vm, &path,
                       path.fd >= 0 ? futimens(path.fd, times)
                                    : utimensat(dir, path.text, times, follow ? 0 : AT_SYMLINK_NOFOLLOW));
}

NATIVE(posix_truncate) {
    Path path;
    int64_t size;
    if (!object_to_int64(vm, args[1], &exc_OverflowError, &size) ||
        !path_init(vm, &path, "truncate", args[0], true)) {
        return ABSENT;
    }
    return path_result(vm, &path, path.fd >= 0 ? ftruncate(path.fd, size) : truncate(path.text, size));
}

NATIVE(posix_umask) {
    int mask;
    return int_argument(vm, args[0], &mask) ? int_small(umask((mode_t)mask)) : ABSENT;
}

/* --- descriptors --- */

/* Interrupted by a signal: run its handler and go on (PEP 475), unless that raises. */
static bool try_again(VM *vm) {
    return errno == EINTR && (!vm_interrupted(vm) || vm->hooks.handle_signals(vm));
}

NATIVE(posix_open) {
    Path path;
    int flags, mode = 0777, dir, fd;
    if (!int_argument(vm, args[1], &flags) || (!is_absent(args[2]) && !int_argument(vm, args[2], &mode)) ||
        !dir_argument(vm, args[3], &dir) || !path_init(vm, &path, "open", args[0], false)) {
        return ABSENT;
    }
    do
        fd = openat(dir, path.text, flags | O_CLOEXEC, mode);
    while (fd < 0 && try_again(vm));
    Value result = error_raised(vm) ? (path_fini(vm, &path), ABSENT) : path_result(vm, &path, fd);
    return is_absent(result) ? ABSENT : int_small(fd);
}

#define FD_CALL(name, expression) \
    NATIVE(posix_##name) { \
        int fd; \
        return int_argument(vm, args[0], &fd) ? status(vm, expression) : ABSENT; \
    }
FD_CALL(close, close(fd))
FD_CALL(fsync, fsync(fd))
FD_CALL(fdatasync, fdatasync(fd))
FD_CALL(fchdir, fchdir(fd))

NATIVE(posix_isatty) {
    int fd;
    return int_argument(vm, args[0], &fd) ? bool_from(isatty(fd)) : ABSENT;
}

static Value read_at(VM *vm, Value *args, Value offset) {
    int fd;
    int64_t size, at = 0;
    if (!int_argument(vm, args[0], &fd) || !object_to_int64(vm, args[1], &exc_OverflowError, &size))
        return ABSENT;
    if (!is_absent(offset) && !object_to_int64(vm, offset, &exc_OverflowError, &at)) return ABSENT;
    if (size < 0) return raise_os(vm, EINVAL, ABSENT);
    Bytes *bytes = bytes_new(vm, size);
    if (!bytes) return ABSENT;
    ssize_t got;
    do
        got = is_absent(offset) ? read(fd, bytes->data, (size_t)size)
                                : pread(fd, bytes->data, (size_t)size, at);
    while (got < 0 && try_again(vm));
    if (got >= 0) return from_object(bytes_resize(vm, bytes, got));
    if (!error_raised(vm)) raise_os(vm, errno, ABSENT);
    value_drop(vm, from_object(bytes));
    return ABSENT;
}

static Value write_at(VM *vm, Value *args, Value offset) {
    int fd;
    int64_t at = 0;
    BufferView from;
    if (!int_argument(vm, args[0], &fd) ||
        (!is_absent(offset) && !object_to_int64(vm, offset, &exc_OverflowError, &at)) ||
        !buffer_acquire(vm, args[1], BUFFER_SIMPLE, &from)) {
        return ABSENT;
    }
    ssize_t put;
    do
        put = is_absent(offset) ? write(fd, from.data, (size_t)from.size)
                                : pwrite(fd, from.data, (size_t)from.size, at);
    while (put < 0 && try_again(vm));
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
    if (!int_argument(vm, args[0], &fd) || !object_to_int64(vm, args[1], &exc_OverflowError, &offset) ||
        !int_argument(vm, args[2], &whence)) {
        return ABSENT;
    }
    off_t at = lseek(fd, offset, whence);
    return at < 0 ? raise_os(vm, errno, ABSENT) : int_from(vm, at);
}

NATIVE(posix_ftruncate) {
    int fd;
    int64_t size;
    if (!int_argument(vm, args[0], &fd) || !object_to_int64(vm, args[1], &exc_OverflowError, &size))
        return ABSENT;
    return status(vm, ftruncate(fd, size));
}

NATIVE(posix_dup) {
    int fd;
    if (!int_argument(vm, args[0], &fd)) return ABSENT;
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return copy < 0 ? raise_os(vm, errno, ABSENT) : int_small(copy);
}

NATIVE(posix_dup2) {
    int fd, to;
    bool inheritable;
    if (!int_argument(vm, args[0], &fd) || !int_argument(vm, args[1], &to) ||
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
    if (!int_argument(vm, args[0], &fd)) return ABSENT;
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? raise_os(vm, errno, ABSENT) : bool_from(!(flags & O_NONBLOCK));
}

NATIVE(posix_set_blocking) {
    int fd;
    bool blocking;
    if (!int_argument(vm, args[0], &fd) || !arguments_flag(vm, args[1], true, &blocking)) return ABSENT;
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0) flags = fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
    return flags < 0 ? raise_os(vm, errno, ABSENT) : NONE;
}

NATIVE(posix_get_terminal_size) {
    int fd = STDOUT_FILENO;
    struct winsize size;
    if (!is_absent(args[0]) && !int_argument(vm, args[0], &fd)) return ABSENT;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0) return raise_os(vm, errno, ABSENT);
    Value items[] = {int_small(size.ws_col), int_small(size.ws_row)};
    return structseq_new(vm, &terminal_size_type, items);
}

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
    (void)vm;
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
    return int_argument(vm, args[0], &code) ? string_from_c(vm, strerror(code)) : ABSENT;
}

NATIVE(posix__exit) {
    int code;
    if (!int_argument(vm, args[0], &code)) return ABSENT;
    _exit(code);
}

NATIVE(posix_abort) {
    (void)vm;
    abort();
}

NATIVE(posix_kill) {
    int pid, number;
    if (!int_argument(vm, args[0], &pid) || !int_argument(vm, args[1], &number)) return ABSENT;
    if (kill(pid, number) < 0) return raise_os(vm, errno, ABSENT);
    return vm_interrupted(vm) && !vm->hooks.handle_signals(vm) ? ABSENT : NONE;
}

static Value random_bytes(VM *vm, Value size_value, int flags, bool all) {
    int64_t size, done = 0;
    if (!object_to_int64(vm, size_value, &exc_OverflowError, &size)) return ABSENT;
    if (size < 0)
        return all ? raise_value(vm, "negative argument not allowed") : raise_os(vm, EINVAL, ABSENT);
    Bytes *bytes = bytes_new(vm, size);
    while (bytes && done < size) {
        ssize_t got = getrandom(bytes->data + done, (size_t)(size - done), (unsigned)flags);
        if (got < 0 && try_again(vm)) continue;
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
    if (!is_absent(args[1]) && !int_argument(vm, args[1], &flags)) return ABSENT;
    return random_bytes(vm, args[0], flags, false);
}

/* --- the environment --- */

NATIVE(posix_putenv) {
    Path name, value;
    if (!path_init(vm, &name, "putenv", args[0], false)) return ABSENT;
    if (!path_init(vm, &value, "putenv", args[1], false)) {
        path_fini(vm, &name);
        return ABSENT;
    }
    bool illegal = !*name.text || strchr(name.text, '=');
    int done = illegal ? 0 : setenv(name.text, value.text, 1);
    path_fini(vm, &name);
    path_fini(vm, &value);
    return illegal ? raise_value(vm, "illegal environment variable name") : status(vm, done);
}

NATIVE(posix_unsetenv) {
    Path name;
    if (!path_init(vm, &name, "unsetenv", args[0], false)) return ABSENT;
    int done = unsetenv(name.text);
    path_fini(vm, &name);
    return status(vm, done);
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

static Value environment(VM *vm) {
    Value dict = dict_new(vm);
    for (char **row = environ; !is_absent(dict) && row && *row; row++) {
        if (!add_variable(vm, dict, *row)) value_clear(vm, &dict);
    }
    return dict;
}

NATIVE(posix_fspath) {
    return is_int_family(args[0])
               ? raise_type(vm, "expected str, bytes or os.PathLike object, not %T", args[0])
               : file_target(vm, args[0]);
}

/* --- the machine, device numbers --- */

NATIVE(posix_getloadavg) {
    double load[3];
    if (getloadavg(load, 3) != 3) return raise_error(vm, &exc_OSError, "Load averages are unobtainable");
    Value items[] = {float_from(vm, load[0]), float_from(vm, load[1]), float_from(vm, load[2])};
    return tuple_from_owned(vm, items, 3);
}

NATIVE(posix_sched_yield) { return status(vm, sched_yield()); }

NATIVE(posix_fchmod) {
    int fd, mode;
    if (!int_argument(vm, args[0], &fd) || !int_argument(vm, args[1], &mode)) return ABSENT;
    return status(vm, fchmod(fd, (mode_t)mode));
}

NATIVE(posix_get_inheritable) {
    int fd;
    if (!int_argument(vm, args[0], &fd)) return ABSENT;
    int flags = fcntl(fd, F_GETFD);
    return flags < 0 ? raise_os(vm, errno, ABSENT) : bool_from(!(flags & FD_CLOEXEC));
}

NATIVE(posix_set_inheritable) {
    int fd, inheritable;
    if (!int_argument(vm, args[0], &fd) || !int_argument(vm, args[1], &inheritable)) return ABSENT;
    int flags = fcntl(fd, F_GETFD);
    if (flags >= 0) flags = fcntl(fd, F_SETFD, inheritable ? flags & ~FD_CLOEXEC : flags | FD_CLOEXEC);
    return status(vm, flags < 0 ? -1 : 0);
}

/* --- the module --- */

#define ROW(name, params, doc) \
    { #name, posix_##name, params, doc, 0 }
static const NativeDef functions[] = {
    ROW(getloadavg, "", "Return the average system load over the last minute, 5 and 15 minutes."),
    ROW(sched_yield, "", "Voluntarily relinquish the CPU."),
    ROW(fchmod, "fd, mode", "Change the access permissions of the file given by file descriptor."),
    ROW(get_inheritable, "fd, /", "Get the inheritable flag of the specified file descriptor."),
    ROW(set_inheritable, "fd, inheritable, /", "Set the inheritable flag of the specified file descriptor."),
    ROW(stat, "path, *, dir_fd=None, follow_symlinks=True", "Perform a stat system call on the given path."),
    ROW(lstat, "path, *, dir_fd=None", "Perform a stat system call, without following symbolic links."),
    ROW(fstat, "fd", "Perform a stat system call on the given file descriptor."),
    ROW(statvfs, "path", "Perform a statvfs system call on the given path."),
    ROW(listdir, "path=None", "Return a list containing the names of the files in the directory."),
    {"_entries", posix_entries, "path=None", "Names, inodes and kinds of what is in a directory.", 0},
    ROW(mkdir, "path, mode=511, *, dir_fd=None", "Create a directory."),
    ROW(unlink, "path, *, dir_fd=None", "Remove a file (same as remove())."),
    ROW(remove, "path, *, dir_fd=None", "Remove a file (same as unlink())."),
    ROW(rmdir, "path, *, dir_fd=None", "Remove a directory."),
    ROW(chdir, "path", "Change the current working directory to the specified path."),
    ROW(fchdir, "fd", "Change to the directory of the given file descriptor."),
    ROW(getcwd, "", "Return a unicode string representing the current working directory."),
    ROW(getcwdb, "", "Return a bytes string representing the current working directory."),
    ROW(rename, "src, dst, *, src_dir_fd=None, dst_dir_fd=None", "Rename a file or directory."),
    ROW(replace, "src, dst, *, src_dir_fd=None, dst_dir_fd=None",
        "Rename a file or directory, overwriting the destination."),
    ROW(link, "src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True",
        "Create a hard link to a file."),
    ROW(symlink, "src, dst, target_is_directory=False, *, dir_fd=None", "Create a symbolic link."),
    ROW(readlink, "path, *, dir_fd=None", "Return the path to which the symbolic link points."),
    ROW(access, "path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True",
        "Use the real uid/gid to test for access to a path."),
    ROW(chmod, "path, mode, *, dir_fd=None, follow_symlinks=True",
        "Change the access permissions of a file."),
    {"_utime", posix_utime_ns, "path, atime, mtime, dir_fd=None, follow_symlinks=True, /", NULL, 0},
    ROW(truncate, "path, length", "Truncate a file, specified by path, to a specific length."),
    ROW(umask, "mask, /", "Set the current numeric umask and return the previous umask."),
    ROW(open, "path, flags, mode=511, *, dir_fd=None", "Open a file for low level IO."),
    ROW(close, "fd", "Close a file descriptor."),
    ROW(fsync, "fd", "Force write of fd to disk."),
    ROW(fdatasync, "fd", "Force write of fd to disk without forcing update of metadata."),
    ROW(isatty, "fd, /", "Return True if the fd is connected to a terminal."),
    ROW(read, "fd, length, /", "Read from a file descriptor.  Returns a bytes object."),
    ROW(pread, "fd, length, offset, /", "Read a number of bytes from a file descriptor at a position."),
    ROW(write, "fd, data, /", "Write a bytes object to a file descriptor."),
    ROW(pwrite, "fd, buffer, offset, /", "Write bytes to a file descriptor starting at a position."),
    ROW(lseek, "fd, position, whence, /", "Set the position of a file descriptor."),
    ROW(ftruncate, "fd, length, /", "Truncate a file, specified by file descriptor."),
    ROW(dup, "fd, /", "Return a duplicate of a file descriptor."),
    ROW(dup2, "fd, fd2, inheritable=True", "Duplicate file descriptor."),
    ROW(pipe, "", "Create a pipe: (read_fd, write_fd)."),
    ROW(get_blocking, "fd, /", "Get the blocking mode of the file descriptor."),
    ROW(set_blocking, "fd, blocking, /", "Set the blocking mode of the specified file descriptor."),
    ROW(get_terminal_size, "fd=1, /", "Return the size of the terminal window as (columns, lines)."),
    ROW(getpid, "", "Return the current process id."),
    ROW(getppid, "", "Return the parent's process id."),
    ROW(getuid, "", "Return the current process's user id."),
    ROW(geteuid, "", "Return the current process's effective user id."),
    ROW(getgid, "", "Return the current process's group id."),
    ROW(getegid, "", "Return the current process's effective group id."),
    ROW(cpu_count, "", "Return the number of logical CPUs in the system."),
    ROW(uname, "", "Return an object identifying the current operating system."),
    ROW(times, "", "Return a collection containing process timing information."),
    ROW(strerror, "code, /", "Translate an error code to a message string."),
    ROW(_exit, "status", "Exit to the system with specified status, without normal exit processing."),
    ROW(abort, "", "Abort the interpreter immediately."),
    ROW(kill, "pid, signal, /", "Kill a process with a signal."),
    ROW(urandom, "size, /", "Return a bytes object containing random bytes suitable for cryptographic use."),
    ROW(getrandom, "size, flags=0", "Obtain a series of random bytes."),
    ROW(putenv, "name, value, /", "Change or add an environment variable."),
    ROW(unsetenv, "name, /", "Delete an environment variable."),
    ROW(fspath, "path", "Return the file system path representation of the object."),
    {0},
};

#define C(name) \
    { #name, name }
static const NamedNumber constants[] = {
    C(F_OK),        C(R_OK),        C(W_OK),           C(X_OK),      C(O_RDONLY),
    C(O_WRONLY),    C(O_RDWR),      C(O_APPEND),       C(O_CREAT),   C(O_EXCL),
    C(O_TRUNC),     C(O_NONBLOCK),  C(O_SYNC),         C(O_CLOEXEC), C(O_DIRECTORY),
    C(O_NOFOLLOW),  C(O_NOCTTY),    C(O_NDELAY),       C(O_DSYNC),   C(GRND_NONBLOCK),
    C(GRND_RANDOM), C(ST_RDONLY),   C(ST_NOSUID),      C(O_ACCMODE), C(O_ASYNC),
    C(O_DIRECT),    C(O_FSYNC),     C(O_LARGEFILE),    C(O_NOATIME), C(O_PATH),
    C(O_RSYNC),     C(O_TMPFILE),   C(SEEK_DATA),      C(SEEK_HOLE), C(EX_CANTCREAT),
    C(EX_CONFIG),   C(EX_DATAERR),  C(EX_IOERR),       C(EX_NOHOST), C(EX_NOINPUT),
    C(EX_NOPERM),   C(EX_NOUSER),   C(EX_OSERR),       C(EX_OSFILE), C(EX_PROTOCOL),
    C(EX_SOFTWARE), C(EX_TEMPFAIL), C(EX_UNAVAILABLE), C(EX_USAGE),  {0}};
#undef C

static const NamedType types[] = {{"stat_result", &stat_result_type},
                                  {"statvfs_result", &statvfs_result_type},
                                  {"uname_result", &uname_result_type},
                                  {"times_result", &times_result_type},
                                  {"terminal_size", &terminal_size_type},
                                  {"error", &exc_OSError},
                                  {0}};

static bool add_environment(VM *vm, Value dict) { return module_add(vm, dict, "environ", environment(vm)); }

Value module_posix_new(VM *vm) {
    return module_make(vm, &(ModuleDef){.name = "posix",
                                        .doc = "The system calls under the module os.",
                                        .types = types,
                                        .functions = functions,
                                        .numbers = constants,
                                        .fill = add_environment});
}
