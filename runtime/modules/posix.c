/*
 * The module posix: the system calls under the module os. This file has those on paths; posix_descriptor.c those on
 * file descriptors, posix_process.c what concerns the process and the machine, posix_owner.c owners, users, groups
 * and priorities, posix_transfer.c what moves bytes in other ways, special files and terminals, posix_scandir.c
 * directories entry by entry, posix_timer.c timers, posix_config.c the configuration.
 */
#include "runtime/auditevent.h"
#include "runtime/modules/posix.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/limits.h>
#include <linux/memfd.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <sysexits.h>
#include <unistd.h>

#include "runtime/arguments.h"
#include "runtime/bytes/bytes.h"
#include "runtime/containers/list.h"
#include "runtime/containers/structseq.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/files/file.h"
#include "runtime/module.h"
#include "runtime/nanoseconds.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/codec.h"
#include "runtime/text/str.h"

/* --- arguments --- */

/* An int; what is said of one that does not fit, above and below. */
static bool read_int(VM *vm, Value v, int *result, const char *above, const char *below) {
    int64_t n;
    if (is_family(v, TYPE_FLOAT))
        return raise_type(vm, "'float' object cannot be interpreted as an integer"), false;
    if (!object_to_int64(vm, v, NULL, &n)) return false; /* clamped */
    if (n > INT_MAX) return raise_overflow(vm, "%s", above), false;
    if (n < INT_MIN) return raise_overflow(vm, "%s", below), false;
    *result = (int)n;
    return true;
}

bool posix_int(VM *vm, Value v, int *result) {
    static const char message[] = "Python int too large to convert to C int";
    return read_int(vm, v, result, message, message);
}

bool posix_pid(VM *vm, Value v, int *pid) {
    return read_int(vm, v, pid, "signed integer is greater than maximum",
                    "signed integer is less than minimum");
}

static bool read_fd(VM *vm, Value v, int *fd) {
    return read_int(vm, v, fd, "fd is greater than maximum", "fd is less than minimum");
}

void posix_path_fini(VM *vm, PosixPath *path) {
    value_xdrop(vm, path->keeper);
    value_xdrop(vm, path->target);
}

bool posix_name_init(VM *vm, PosixPath *path, Value v) {
    *path = (PosixPath){.fd = -1, .text = ""};
    if (is_int_family(v))
        return raise_type(vm, "expected str, bytes or os.PathLike object, not %s",
                          type_short_name(type_of(v))),
               false;
    path->target = file_target(vm, v);
    if (is_absent(path->target)) return false;
    path->text = file_path(vm, path->target, &path->keeper);
    if (!path->text) posix_path_fini(vm, path);
    return path->text != NULL;
}

/* Has the function a directory's path for which None stands, too? */
static bool may_be_none(const char *function) {
    return strcmp(function, "listdir") == 0 || strcmp(function, "scandir") == 0;
}

bool posix_path_init(VM *vm, PosixPath *path, const char *function, Value v, bool may_be_fd) {
    return posix_argument_init(vm, path, function, "path", v, may_be_fd);
}

bool posix_argument_init(VM *vm, PosixPath *path, const char *function, const char *argument, Value v,
                         bool may_be_fd) {
    *path = (PosixPath){.fd = -1, .text = ""};
    if (may_be_fd && !is_string(v) && !is_bytes(v) && type_of(v)->number.index) {
        if (!read_fd(vm, v, &path->fd)) return false;
        path->target = value_ref(v);
        return true;
    }
    if (!is_string(v) && !is_bytes(v)) {
        Value name = string_intern_fixed(vm, "__fspath__");
        Value method = is_absent(name) ? ABSENT : object_special(vm, v, name);
        value_xdrop(vm, name);
        if (!value_is_given(method) && !error_raised(vm)) {
            const char *others = !may_be_fd              ? " or os.PathLike"
                                 : may_be_none(function) ? ", os.PathLike, integer or None"
                                                         : ", os.PathLike or integer";
            raise_type(vm, "%s: %s should be string, bytes%s, not %s", function, argument, others,
                       type_short_name(type_of(v)));
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
        raise_value(vm, "%s: embedded null character in %s", function, argument);
    }
    posix_path_fini(vm, path);
    return false;
}

bool posix_dir(VM *vm, Value v, int *fd) {
    *fd = AT_FDCWD;
    if (!value_is_given(v)) return true;
    if (!is_int_family(v) && !type_of(v)->number.index)
        return raise_type(vm, "argument should be integer or None, not %T", v), false;
    return read_fd(vm, v, fd);
}

/* The result of a system call on a path: None, or the error with its name. Ends the path. */
Value posix_path_result(VM *vm, PosixPath *path, int status) {
    Value result = status < 0 ? raise_os(vm, errno, path->target) : NONE;
    posix_path_fini(vm, path);
    return result;
}

Value posix_status(VM *vm, int result) { return result < 0 ? raise_os(vm, errno, ABSENT) : NONE; }

Value posix_name_value(VM *vm, const char *text, size_t length, bool as_bytes) {
    return as_bytes ? bytes_from(vm, text, (int64_t)length)
                    : string_decode_utf8(vm, text, length, "surrogateescape");
}

/* Interrupted by a signal: run its handler and go on (PEP 475), unless that raises. */
bool posix_try_again(VM *vm) { return errno == EINTR && vm_may_go_on(vm); }

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

#undef F
#undef H

/* A file may be of any year; 64 bits hold 1678 to 2262. */
static Value nanoseconds(VM *vm, struct timespec t) {
    __int128 ns = (__int128)t.tv_sec * NS_PER_S + t.tv_nsec;
    if ((int64_t)ns == ns) return int_from(vm, (int64_t)ns);
    unsigned __int128 size = ns < 0 ? -(unsigned __int128)ns : (unsigned __int128)ns;
    uint64_t limbs[] = {(uint64_t)size, (uint64_t)(size >> 64)};
    return int_from_limbs(vm, limbs, 2, ns < 0);
}

Value posix_stat_value(VM *vm, const struct stat *s) {
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

static Value stat_path(VM *vm, const char *function, Value v, Value dir, bool follow, struct stat *s) {
    PosixPath path;
    int dir_fd;
    if (!posix_dir(vm, dir, &dir_fd) || !posix_path_init(vm, &path, function, v, follow)) return ABSENT;
    int flags = follow ? 0 : AT_SYMLINK_NOFOLLOW;
    return posix_path_result(vm, &path,
                             path.fd >= 0 ? fstat(path.fd, s) : fstatat(dir_fd, path.text, s, flags));
}

static Value stat_or_lstat(VM *vm, const char *function, Value *args, bool follow) {
    struct stat s;
    return is_absent(stat_path(vm, function, args[0], args[1], follow, &s)) ? ABSENT
                                                                            : posix_stat_value(vm, &s);
}

NATIVE(posix_stat) {
    bool follow;
    return arguments_flag(vm, args[2], true, &follow) ? stat_or_lstat(vm, "stat", args, follow) : ABSENT;
}

NATIVE(posix_lstat) { return stat_or_lstat(vm, "lstat", args, false); }

NATIVE(posix_path_mode) {
    struct stat s;
    bool follow = value_same(args[1], TRUE_VALUE);
    if (!is_absent(stat_path(vm, follow ? "stat" : "lstat", args[0], ABSENT, follow, &s)))
        return int_small(s.st_mode);
    if (!error_is(vm, &exc_OSError) && !error_is(vm, &exc_ValueError)) return ABSENT;
    error_clear(vm);
    return int_small(0);
}

NATIVE(posix_fstat) {
    int fd;
    struct stat s;
    if (!posix_int(vm, args[0], &fd)) return ABSENT;
    return fstat(fd, &s) < 0 ? raise_os(vm, errno, ABSENT) : posix_stat_value(vm, &s);
}

static Value statvfs_value(VM *vm, const struct statvfs *s) {
    uint64_t fields[] = {s->f_bsize, s->f_frsize, s->f_blocks, s->f_bfree,   s->f_bavail, s->f_files,
                         s->f_ffree, s->f_favail, s->f_flag,   s->f_namemax, s->f_fsid};
    Value items[11];
    for (int i = 0; i < 11; i++)
        items[i] = int_from_unsigned(vm, fields[i]);
    return structseq_new(vm, &statvfs_result_type, items);
}

NATIVE(posix_statvfs) {
    PosixPath path;
    struct statvfs s;
    if (!posix_path_init(vm, &path, "statvfs", args[0], true)) return ABSENT;
    Value result =
        posix_path_result(vm, &path, path.fd >= 0 ? fstatvfs(path.fd, &s) : statvfs(path.text, &s));
    return is_absent(result) ? ABSENT : statvfs_value(vm, &s);
}

NATIVE(posix_fstatvfs) {
    int fd;
    struct statvfs s;
    if (!posix_int(vm, args[0], &fd)) return ABSENT;
    return fstatvfs(fd, &s) < 0 ? raise_os(vm, errno, ABSENT) : statvfs_value(vm, &s);
}

/* --- directories --- */

bool posix_directory_init(VM *vm, PosixPath *path, const char *function, Value v) {
    Value here = value_is_given(v) ? value_ref(v) : string_from_c(vm, ".");
    if (is_absent(here)) return false;
    bool ok = posix_path_init(vm, path, function, here, true);
    value_drop(vm, here);
    return ok;
}

DIR *posix_open_directory(VM *vm, PosixPath *path) {
    int copy = path->fd < 0 ? -1 : fcntl(path->fd, F_DUPFD_CLOEXEC, 0);
    DIR *stream = path->fd < 0 ? opendir(path->text) : copy < 0 ? NULL : fdopendir(copy);
    if (stream) {
        if (copy >= 0) rewinddir(stream);
        return stream;
    }
    if (path->fd >= 0 && copy < 0) value_clear(vm, &path->target); /* the error names no file */
    int error = errno;
    if (copy >= 0) close(copy);
    errno = error;
    posix_path_result(vm, path, -1);
    return NULL;
}

NATIVE(posix_listdir) {
    if (!AUDIT(vm, "os.listdir", args[0])) return ABSENT;
    PosixPath path;
    if (!posix_directory_init(vm, &path, "listdir", args[0])) return ABSENT;
    DIR *stream = posix_open_directory(vm, &path);
    if (!stream) return ABSENT;
    Value list = list_new(vm, 0);
    for (struct dirent *e; !is_absent(list) && (e = readdir(stream)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        Value name = posix_name_value(vm, e->d_name, strlen(e->d_name), path.is_bytes);
        if (is_absent(name) || !list_append_owned(vm, list, name)) value_clear(vm, &list);
    }
    closedir(stream);
    posix_path_fini(vm, &path);
    return list;
}

NATIVE(posix_mkdir) {
    if (!AUDIT(vm, "os.mkdir", args[0], is_absent(args[1]) ? int_small(0777) : args[1],
               audit_folder(args[2])))
        return ABSENT;
    PosixPath path;
    int mode = 0777, dir;
    if ((!is_absent(args[1]) && !posix_int(vm, args[1], &mode)) || !posix_dir(vm, args[2], &dir) ||
        !posix_path_init(vm, &path, "mkdir", args[0], false)) {
        return ABSENT;
    }
    return posix_path_result(vm, &path, mkdirat(dir, path.text, (mode_t)mode));
}

static Value unlink_with(VM *vm, const char *function, Value *args, int flags) {
    PosixPath path;
    int dir;
    const char *event = flags & AT_REMOVEDIR ? "os.rmdir" : "os.remove";
    if (!AUDIT(vm, event, args[0], audit_folder(args[1]))) return ABSENT;
    if (!posix_dir(vm, args[1], &dir) || !posix_path_init(vm, &path, function, args[0], false)) return ABSENT;
    return posix_path_result(vm, &path, unlinkat(dir, path.text, flags));
}

NATIVE(posix_unlink) { return unlink_with(vm, "unlink", args, 0); }
NATIVE(posix_remove) { return unlink_with(vm, "remove", args, 0); }
NATIVE(posix_rmdir) { return unlink_with(vm, "rmdir", args, AT_REMOVEDIR); }

NATIVE(posix_chdir) {
    if (!AUDIT(vm, "os.chdir", args[0])) return ABSENT;
    PosixPath path;
    if (!posix_path_init(vm, &path, "chdir", args[0], true)) return ABSENT;
    return posix_path_result(vm, &path, path.fd >= 0 ? fchdir(path.fd) : chdir(path.text));
}

static Value current_directory(VM *vm, bool bytes) {
    char usual[PATH_MAX], *text = getcwd(usual, sizeof usual);
    if (!text && errno == ERANGE) text = getcwd(NULL, 0); /* there may be longer ones */
    if (!text) return raise_os(vm, errno, ABSENT);
    Value result = posix_name_value(vm, text, strlen(text), bytes);
    if (text != usual) free(text);
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
    PosixPath a, b;
    int a_dir, b_dir, done;
    static const char *const events[] = {"os.rename", "os.rename", "os.link"};
    bool told = kind == TWO_SYMLINK
                    ? AUDIT(vm, "os.symlink", from, to, audit_folder(to_dir))
                    : AUDIT(vm, events[kind], from, to, audit_folder(from_dir), audit_folder(to_dir));
    if (!told) return ABSENT;
    if (!posix_dir(vm, from_dir, &a_dir) || !posix_dir(vm, to_dir, &b_dir)) return ABSENT;
    if (!posix_argument_init(vm, &a, names[kind], "src", from, false)) return ABSENT;
    if (!posix_argument_init(vm, &b, names[kind], "dst", to, false)) {
        posix_path_fini(vm, &a);
        return ABSENT;
    }
    if (kind == TWO_SYMLINK)
        done = symlinkat(a.text, b_dir, b.text);
    else if (kind == TWO_LINK)
        done = linkat(a_dir, a.text, b_dir, b.text, follow ? AT_SYMLINK_FOLLOW : 0);
    else
        done = renameat(a_dir, a.text, b_dir, b.text);
    Value result = done < 0 ? raise_two(vm, errno, a.target, b.target) : NONE;
    posix_path_fini(vm, &a);
    posix_path_fini(vm, &b);
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
    PosixPath path;
    int dir;
    char text[PATH_MAX];
    if (!posix_dir(vm, args[1], &dir) || !posix_path_init(vm, &path, "readlink", args[0], false))
        return ABSENT;
    ssize_t length = readlinkat(dir, path.text, text, sizeof text);
    bool bytes = path.is_bytes;
    Value result = posix_path_result(vm, &path, (int)length);
    return is_absent(result) ? ABSENT : posix_name_value(vm, text, (size_t)length, bytes);
}

/* --- permissions and times --- */

NATIVE(posix_access) {
    PosixPath path;
    int mode, dir;
    bool effective, follow;
    if (!posix_int(vm, args[1], &mode) || !posix_dir(vm, args[2], &dir) ||
        !arguments_flag(vm, args[3], false, &effective) || !arguments_flag(vm, args[4], true, &follow) ||
        !posix_path_init(vm, &path, "access", args[0], false)) {
        return ABSENT;
    }
    int flags = (effective ? AT_EACCESS : 0) | (follow ? 0 : AT_SYMLINK_NOFOLLOW);
    bool can = faccessat(dir, path.text, mode, flags) == 0;
    posix_path_fini(vm, &path);
    return bool_from(can);
}

NATIVE(posix_chmod) {
    if (!AUDIT(vm, "os.chmod", args[0], args[1], audit_folder(args[2]))) return ABSENT;
    PosixPath path;
    int mode, dir;
    bool follow;
    if (!posix_int(vm, args[1], &mode) || !posix_dir(vm, args[2], &dir) ||
        !arguments_flag(vm, args[3], true, &follow) || !posix_path_init(vm, &path, "chmod", args[0], true)) {
        return ABSENT;
    }
    return posix_path_result(vm, &path,
                             path.fd >= 0
                                 ? fchmod(path.fd, (mode_t)mode)
                                 : fchmodat(dir, path.text, (mode_t)mode, follow ? 0 : AT_SYMLINK_NOFOLLOW));
}

/* A count of nanoseconds as seconds and the rest. */
static bool nanoseconds_argument(VM *vm, Value v, struct timespec *t) {
    Value pair = object_binary(vm, BINARY_DIVMOD, v, int_small(NS_PER_S));
    if (is_absent(pair)) return false;
    int64_t rest;
    bool ok = false;
    if (!is_tuple(pair) || as_tuple(pair)->length != 2)
        raise_type(vm, "%T.__divmod__() must return a 2-tuple, not %T", v, pair);
    else
        ok = arguments_seconds(vm, as_tuple(pair)->items[0], &t->tv_sec) &&
             object_to_int64(vm, as_tuple(pair)->items[1], &exc_OverflowError, &rest);
    if (ok) t->tv_nsec = rest;
    value_drop(vm, pair);
    return ok;
}

/* What utime sets, from `seconds`, which may be None, or else from `ns`, which may be ABSENT: (accessed, modified). */
static bool utime_arguments(VM *vm, Value seconds, Value ns, struct timespec times[2]) {
    bool given = !is_none(seconds);
    Value pair = given ? seconds : ns;
    if (is_absent(pair)) return true;
    if (given && !is_absent(ns))
        return raise_value(vm, "utime: you may specify either 'times' or 'ns' but not both"), false;
    if (!is_tuple(pair) || as_tuple(pair)->length != 2)
        return raise_type(vm, given ? "utime: 'times' must be either a tuple of two ints or None"
                                    : "utime: 'ns' must be a tuple of two ints"),
               false;
    for (int i = 0; i < 2; i++) {
        Value time = as_tuple(pair)->items[i];
        if (!(given ? arguments_timespec : nanoseconds_argument)(vm, time, &times[i])) return false;
    }
    return true;
}

NATIVE(posix_utime) {
    Value seconds = is_absent(args[1]) ? NONE : args[1], ns = args[2];
    if (!AUDIT(vm, "os.utime", args[0], seconds, is_absent(ns) ? NONE : ns, audit_folder(args[3])))
        return ABSENT;
    PosixPath path;
    int dir;
    bool follow;
    struct timespec times[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
    if (!posix_dir(vm, args[3], &dir) || !arguments_flag(vm, args[4], true, &follow) ||
        !utime_arguments(vm, seconds, ns, times) || !posix_path_init(vm, &path, "utime", args[0], true)) {
        return ABSENT;
    }
    return posix_path_result(vm, &path,
                             path.fd >= 0
                                 ? futimens(path.fd, times)
                                 : utimensat(dir, path.text, times, follow ? 0 : AT_SYMLINK_NOFOLLOW));
}

NATIVE(posix_truncate) {
    if (!AUDIT(vm, "os.truncate", args[0], args[1])) return ABSENT;
    PosixPath path;
    int64_t size;
    if (!object_to_int64(vm, args[1], &exc_OverflowError, &size) ||
        !posix_path_init(vm, &path, "truncate", args[0], true)) {
        return ABSENT;
    }
    return posix_path_result(vm, &path, path.fd >= 0 ? ftruncate(path.fd, size) : truncate(path.text, size));
}

NATIVE(posix_umask) {
    int mask;
    return posix_int(vm, args[0], &mask) ? int_small(umask((mode_t)mask)) : ABSENT;
}

NATIVE(posix_fspath) {
    return is_int_family(args[0]) ? raise_type(vm, "expected str, bytes or os.PathLike object, not %s",
                                               type_short_name(type_of(args[0])))
                                  : file_target(vm, args[0]);
}

/* Exactly two slashes in front are a root of their own. */
size_t posix_normalize(const char *path, size_t length, char *out) {
    size_t root = length > 0 && path[0] == '/';
    if (length > 1 && root && path[1] == '/' && !(length > 2 && path[2] == '/')) root = 2;
    memset(out, '/', root);
    size_t size = root,
           kept = root; /* what stands before `kept`, a root or leading "..", is not taken back */
    for (size_t from = root, end; from < length; from = end + 1) {
        const char *slash = memchr(path + from, '/', length - from);
        end = slash ? (size_t)(slash - path) : length;
        size_t part = end - from;
        if (part == 0 || (part == 1 && path[from] == '.')) continue;
        bool up = part == 2 && path[from] == '.' && path[from + 1] == '.';
        if (up && size > kept) {
            while (size > kept && out[--size] != '/')
                continue;
        } else if (!up || root == 0) {
            if (size > root) out[size++] = '/';
            memcpy(out + size, path + from, part);
            size += part;
            if (up) kept = size;
        }
    }
    if (size == 0) out[size++] = '.';
    return size;
}

/* What is no path at all is told in the words of CPython's function; 1 there is __fspath__, 0, -1 RAISES. */
static int is_pathlike(VM *vm, Value v) {
    if (is_string(v) || is_bytes(v)) return 1;
    Value name = string_intern_fixed(vm, "__fspath__");
    if (is_absent(name)) return -1;
    Value method = object_special(vm, v, name);
    value_drop(vm, name);
    if (is_absent(method)) return error_raised(vm) ? -1 : 0;
    value_drop(vm, method);
    return 1;
}

NATIVE(posix_normpath) {
    int pathlike = is_pathlike(vm, args[0]);
    if (pathlike == 0)
        raise_type(vm, "_path_normpath: path should be string, bytes or os.PathLike, not %T", args[0]);
    if (pathlike <= 0) return ABSENT;
    Value path = posix_fspath(vm, args, nargs, names), keeper = ABSENT, result = ABSENT;
    if (is_absent(path)) return ABSENT;
    size_t length;
    const char *text = (const char *)as_bytes(path)->data;
    if (is_bytes(path)) {
        length = (size_t)as_bytes(path)->length;
    } else if (!(text = string_utf8(vm, path, &length, &keeper))) {
        return value_drop(vm, path), ABSENT;
    }
    char *out = memory_alloc(vm, length + 1);
    if (out) {
        size_t size = posix_normalize(text, length, out);
        result = is_bytes(path) ? bytes_from(vm, out, (int64_t)size) : string_from_utf8(vm, out, size);
        memory_free(vm, out, length + 1);
    }
    value_xdrop(vm, keeper);
    value_drop(vm, path);
    return result;
}

/* --- the module --- */

static const NativeDef functions[] = {
    POSIX_ROW(stat, "path, *, dir_fd=None, follow_symlinks=True",
              "Perform a stat system call on the given path."),
    POSIX_ROW(lstat, "path, *, dir_fd=None", "Perform a stat system call, without following symbolic links."),
    POSIX_ROW(fstat, "fd", "Perform a stat system call on the given file descriptor."),
    POSIX_ROW(fstatvfs, "fd, /", "Perform an fstatvfs system call on the given fd."),
    POSIX_ROW(statvfs, "path", "Perform a statvfs system call on the given path."),
    POSIX_ROW(listdir, "path=None", "Return a list containing the names of the files in the directory."),
    POSIX_ROW(mkdir, "path, mode=511, *, dir_fd=None", "Create a directory."),
    POSIX_ROW(unlink, "path, *, dir_fd=None", "Remove a file (same as remove())."),
    POSIX_ROW(remove, "path, *, dir_fd=None", "Remove a file (same as unlink())."),
    POSIX_ROW(rmdir, "path, *, dir_fd=None", "Remove a directory."),
    POSIX_ROW(chdir, "path", "Change the current working directory to the specified path."),
    POSIX_ROW(getcwd, "", "Return a unicode string representing the current working directory."),
    POSIX_ROW(getcwdb, "", "Return a bytes string representing the current working directory."),
    POSIX_ROW(rename, "src, dst, *, src_dir_fd=None, dst_dir_fd=None", "Rename a file or directory."),
    POSIX_ROW(replace, "src, dst, *, src_dir_fd=None, dst_dir_fd=None",
              "Rename a file or directory, overwriting the destination."),
    POSIX_ROW(link, "src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True",
              "Create a hard link to a file."),
    POSIX_ROW(symlink, "src, dst, target_is_directory=False, *, dir_fd=None", "Create a symbolic link."),
    POSIX_ROW(readlink, "path, *, dir_fd=None", "Return the path to which the symbolic link points."),
    POSIX_ROW(access, "path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True",
              "Use the real uid/gid to test for access to a path."),
    POSIX_ROW(chmod, "path, mode, *, dir_fd=None, follow_symlinks=True",
              "Change the access permissions of a file."),
    POSIX_ROW(utime, "path, times=None, *, ns=<unrepresentable>, dir_fd=None, follow_symlinks=True",
              "Set the access and modified time of path."),
    POSIX_ROW(truncate, "path, length", "Truncate a file, specified by path, to a specific length."),
    POSIX_ROW(umask, "mask, /", "Set the current numeric umask and return the previous umask."),
    POSIX_ROW(fspath, "path", "Return the file system path representation of the object."),
    {"_path_mode", posix_path_mode, "path, follow", "The mode of a file, 0 if it cannot be looked up."},
    {"_path_normpath", posix_normpath, "path", "Normalize path, eliminating double slashes, etc."},
    {0},
};

#define CONSTANT(name) {#name, name},
static const NamedNumber constants[] = {
#include "runtime/modules/posix_constants.def"
    {0}};

static const NamedType types[] = {{"DirEntry", &dir_entry_type},
                                  {"stat_result", &stat_result_type},
                                  {"statvfs_result", &statvfs_result_type},
                                  {"sched_param", &sched_param_type},
                                  {"uname_result", &uname_result_type},
                                  {"times_result", &times_result_type},
                                  {"terminal_size", &terminal_size_type},
                                  {"error", &exc_OSError},
                                  {0}};

static bool fill(VM *vm, Value dict) {
    return module_add_functions(vm, dict, posix_descriptor_functions, "posix") &&
           module_add_functions(vm, dict, posix_process_functions, "posix") &&
           module_add_functions(vm, dict, posix_owner_functions, "posix") &&
           module_add_functions(vm, dict, posix_transfer_functions, "posix") &&
           module_add_functions(vm, dict, posix_scandir_functions, "posix") &&
           module_add_functions(vm, dict, posix_timer_functions, "posix") &&
           module_add_functions(vm, dict, posix_config_functions, "posix") && posix_config_fill(vm, dict) &&
           module_add(vm, dict, "environ", posix_environment(vm));
}

Value module_posix_new(VM *vm) {
    return module_make(vm, &(ModuleDef){.name = "posix",
                                        .doc = "The system calls under the module os.",
                                        .types = types,
                                        .functions = functions,
                                        .numbers = constants,
                                        .fill = fill});
}
