/* FileIO: a file descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/auditevent.h"
#include "runtime/bytes/buffer.h"
#include "runtime/bytes/bytes.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/row.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/warn.h"
#include "runtime/files/file.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/codec.h"
#include "runtime/text/str.h"

/* --- life --- */

Value file_new(VM *vm, int fd, bool readable, bool writable, Value name, bool close_fd) {
    FileIO *file = (FileIO *)instance_new(vm, &file_io_type, 0);
    if (!file) return ABSENT;
    file->fd = fd;
    file->readable = readable;
    file->writable = writable;
    file->close_fd = close_fd;
    file->block_size = FILE_BUFFER_SIZE;
    file->name = value_ref(name);
    object_track(&file->head);
    return from_object(file);
}

static int traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((FileIO *)self)->name);
    return attributes_traverse_own(self, visit, context);
}

static void clear(VM *vm, Object *self) {
    value_clear(vm, &((FileIO *)self)->name);
    attributes_clear_own(vm, self);
}

static void finalize(VM *vm, Object *self) {
    FileIO *file = (FileIO *)self;
    if (file->fd < 0 || !file->close_fd) return;
    Value raised = error_take(vm);
    file_warn_unclosed(vm, from_object(self));
    if (!file_close(vm, file)) error_unraisable(vm, NULL, from_object(self));
    error_restore(vm, raised);
}

static void dealloc(VM *vm, Object *self) {
    FileIO *file = (FileIO *)self;
    if (file->fd >= 0 && file->close_fd) close(file->fd);
    value_xdrop(vm, file->name);
    attributes_clear_own(vm, self);
    object_free(vm, self, instance_size(self, 0));
}

/* --- opening --- */

/* What open(2) wants for the letters of a mode; -1 RAISES. */
static int open_flags(VM *vm, const char *mode, FileIO *file) {
    int kinds = 0, flags = O_CLOEXEC;
    bool plus = strchr(mode, '+');
    for (const char *m = mode; *m; m++) {
        kinds += strchr("rwax", *m) != NULL;
        if (*m == 'r') file->readable = true;
        if (*m == 'w') file->writable = true, flags |= O_CREAT | O_TRUNC;
        if (*m == 'a') file->writable = file->appending = true, flags |= O_CREAT | O_APPEND;
        if (*m == 'x') file->writable = file->created = true, flags |= O_CREAT | O_EXCL;
    }
    if (kinds != 1) {
        raise_value(vm, "Must have exactly one of create/read/write/append mode and at most one plus");
        return -1;
    }
    if (plus) file->readable = file->writable = true;
    return flags | (file->readable && file->writable ? O_RDWR : file->readable ? O_RDONLY : O_WRONLY);
}

const char *file_path(VM *vm, Value name, NEW Value *keeper) {
    size_t length;
    const char *text;
    *keeper = ABSENT;
    if (is_string(name)) {
        if (as_string(name)->ascii) {
            text = string_utf8(vm, name, &length, keeper);
        } else {
            *keeper = codec_encode(vm, name, "utf-8", "surrogateescape");
            if (is_absent(*keeper)) return NULL;
            text = (const char *)as_bytes(*keeper)->data;
            length = (size_t)as_bytes(*keeper)->length;
        }
    } else if (is_bytes(name)) {
        text = (const char *)as_bytes(name)->data;
        length = (size_t)as_bytes(name)->length;
    } else {
        raise_type(vm, "expected str, bytes or os.PathLike object, not %s", type_short_name(type_of(name)));
        return NULL;
    }
    if (text && strlen(text) != length) {
        raise_value(vm, "embedded null byte");
        return NULL;
    }
    return text;
}

static int open_retrying(VM *vm, const char *path, int flags) {
    for (;;) {
        int fd = open(path, flags, 0666);
        if (fd >= 0 || errno != EINTR) return fd;
        if (!vm_may_go_on(vm)) return -1;
    }
}

static int open_with(VM *vm, Value opener, Value name, int flags) {
    Value result = call_2(vm, opener, name, int_small(flags));
    if (is_absent(result)) return -1;
    int fd = -1;
    if (!is_int_family(result)) {
        raise_type(vm, "expected integer from opener");
    } else if (object_to_c_int(vm, result, &fd) && fd < 0) {
        raise_value(vm, "opener returned %d", fd);
    }
    value_drop(vm, result);
    return fd;
}

static int open_name(VM *vm, Value name, int flags, Value opener) {
    if (value_is_given(opener)) return open_with(vm, opener, name, flags);
    Value keeper;
    const char *path = file_path(vm, name, &keeper);
    int fd = path ? open_retrying(vm, path, flags) : -1;
    int error = errno;
    value_xdrop(vm, keeper);
    if (fd < 0 && !error_raised(vm)) raise_os(vm, error, name);
    return fd;
}

/* An opened directory is no file; appending starts at the end. */
static bool check_opened(VM *vm, FileIO *file) {
    struct stat st;
    if (fstat(file->fd, &st) < 0) {
        raise_os(vm, errno, ABSENT);
        return false;
    }
    if (S_ISDIR(st.st_mode)) {
        raise_os(vm, EISDIR, file->name);
        return false;
    }
    if (st.st_blksize > 1) file->block_size = st.st_blksize;
    if (file->appending) lseek(file->fd, 0, SEEK_END);
    return true;
}

static bool audit_open(VM *vm, Value name, const char *mode, int flags) {
    if (is_absent(vm->audit_hooks)) return true;
    Value text = string_from_c(vm, mode);
    bool ok = !is_absent(text) && AUDIT(vm, "open", name, text, int_small(flags));
    value_xdrop(vm, text);
    return ok;
}

/* Open into a closed FileIO. */
static bool open_into(VM *vm, FileIO *file, Value name, const char *mode, bool close_fd, Value opener) {
    file->close_fd = close_fd;
    file->readable = file->writable = file->appending = file->created = false;
    file->seeks = SEEKS_UNKNOWN;
    value_set(vm, &file->name, value_ref(name));
    int flags = open_flags(vm, mode, file);
    bool ok = flags >= 0 && audit_open(vm, name, mode, flags);
    if (ok && is_int_family(name)) {
        int64_t fd;
        if (!int_to_int64(name, &fd) || fd != (int)fd) {
            ok = (raise_type(vm, "expected str, bytes or os.PathLike object, not %T", name), false);
        } else if (fd < 0) {
            ok = (raise_value(vm, "negative file descriptor"), false);
        } else {
            file->fd = (int)fd;
        }
    } else if (ok && !close_fd) {
        raise_value(vm, "Cannot use closefd=False with file name");
        ok = false;
    } else if (ok) {
        file->fd = open_name(vm, name, flags, opener);
        ok = file->fd >= 0;
    }
    if (ok && check_opened(vm, file)) return true;
    if (is_int_family(name)) file->fd = -1; /* it was not ours to close */
    Value raised = error_take(vm);
    if (!file_close(vm, file)) error_clear(vm);
    error_restore(vm, raised);
    return false;
}

Value file_open(VM *vm, Value name, const char *mode, bool close_fd, Value opener) {
    Value result = file_new(vm, -1, false, false, name, close_fd);
    if (is_absent(result) || open_into(vm, as_file(result), name, mode, close_fd, opener)) return result;
    value_drop(vm, result);
    return ABSENT;
}

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    FileIO *file = (FileIO *)instance_new(vm, type, 0);
    if (!file) return ABSENT;
    file->fd = -1;
    file->close_fd = true;
    file->block_size = FILE_BUFFER_SIZE;
    object_track(&file->head);
    return from_object(file);
}

static bool init(VM *vm, Value self, Value *args, int nargs, Value names) {
    static const char params[] = "file, mode='r', closefd=True, opener=None";
    Value row[4];
    if (!arguments_bind(vm, "FileIO", params, args, nargs, names, row)) return false;
    if (!is_absent(row[1]) && !is_string(row[1]))
        return raise_type(vm, "FileIO() argument 'mode' must be str, not %Q", row[1]), false;
    const char *mode = is_absent(row[1]) ? "r" : (const char *)as_string(row[1])->data;
    bool known = strspn(mode, "rwaxb+") == strlen(mode) && (is_absent(row[1]) || as_string(row[1])->ascii);
    if (!known) return raise_value(vm, "invalid mode: %.200s", mode), false;
    int close_fd = is_absent(row[2]) ? 1 : object_truth(vm, row[2]);
    if (close_fd < 0 || !file_close(vm, as_file(self))) return false;
    if (is_bool(row[0]) && !warn(vm, &exc_RuntimeWarning, 1, "bool is used as a file descriptor"))
        return false;
    Value target = file_target(vm, row[0]);
    bool ok = !is_absent(target) && open_into(vm, as_file(self), target, mode, close_fd, row[3]);
    if (ok) value_set(vm, &as_file(self)->name, value_ref(row[0]));
    value_xdrop(vm, target);
    return ok;
}

/* --- system calls --- */

static bool file_check_open(VM *vm, const FileIO *file) {
    if (file->fd < 0) raise_value(vm, "I/O operation on closed file.");
    return file->fd >= 0;
}

/* After a call of the system that failed: is it to be made again? Else *result is STREAM_BLOCKED, or -1 RAISES. */
static bool is_interrupted(VM *vm, int64_t *result) {
    if (errno == EINTR) {
        *result = -1;
        return vm_may_go_on(vm);
    }
    *result = errno == EAGAIN ? STREAM_BLOCKED : (raise_os(vm, errno, ABSENT), -1);
    return false;
}

int64_t file_read(VM *vm, FileIO *file, void *to, int64_t size) {
    int64_t got;
    do {
        if (!vm_may_go_on(vm)) return -1; /* a handler that waits for the loop would wait for the data, too */
        got = read(file->fd, to, (size_t)size);
    } while (got < 0 && is_interrupted(vm, &got));
    return got;
}

/* What one call of the system writes; STREAM_BLOCKED; -1 RAISES. */
static int64_t write_some(VM *vm, const FileIO *file, const void *from, int64_t size) {
    int64_t put;
    do {
        if (!vm_may_go_on(vm)) return -1; /* the call before may have been cut short by a signal */
        put = write(file->fd, from, (size_t)size);
    } while (put < 0 && is_interrupted(vm, &put));
    return put;
}

int64_t file_write(VM *vm, FileIO *file, const void *from, int64_t size) {
    int64_t done = 0;
    while (done < size) {
        int64_t put = write_some(vm, file, (const char *)from + done, size - done);
        if (put == STREAM_BLOCKED) stream_raise_blocked(vm, 0);
        if (put < 0) break;
        done += put;
    }
    return done;
}

int64_t file_seek(VM *vm, FileIO *file, int64_t offset, int whence) {
    int64_t at = lseek(file->fd, offset, whence);
    if (at < 0) raise_os(vm, errno, ABSENT);
    return at;
}

bool file_can_seek(FileIO *file) {
    if (file->seeks == SEEKS_UNKNOWN) file->seeks = lseek(file->fd, 0, SEEK_CUR) >= 0 ? SEEKS : SEEKS_NOT;
    return file->seeks == SEEKS;
}

bool file_close(VM *vm, FileIO *file) {
    int fd = file->fd;
    file->fd = -1;
    if (fd < 0 || !file->close_fd || close(fd) == 0) return true;
    raise_os(vm, errno, ABSENT);
    return false;
}

static const char *file_mode(const FileIO *file) {
    if (file->created) return file->readable ? "xb+" : "xb";
    if (file->appending) return file->readable ? "ab+" : "ab";
    if (file->readable) return file->writable ? "rb+" : "rb";
    return "wb";
}

/* --- methods --- */

Value unsupported_operation(VM *vm) {
    if (is_absent(
            vm->unsupported_operation)) { /* OSError and ValueError at once: a class made at first use */
        Value name = string_from_c(vm, "UnsupportedOperation");
        Value bases = tuple_pack(vm, 2, from_object(&exc_OSError), from_object(&exc_ValueError));
        Value dict = dict_new(vm), module = string_from_c(vm, "io");
        bool ok = !is_absent(name) && !is_absent(bases) && !is_absent(dict) && !is_absent(module) &&
                  dict_set(vm, dict, NAME_OF(vm, module), module);
        if (ok) vm->unsupported_operation = call_3(vm, from_object(&type_type), name, bases, dict);
        value_xdrop(vm, name), value_xdrop(vm, bases), value_xdrop(vm, dict), value_xdrop(vm, module);
    }
    return vm->unsupported_operation;
}

Value raise_unsupported(VM *vm, const char *text) {
    if (is_absent(unsupported_operation(vm))) return ABSENT;
    return raise_error(vm, as_type(vm->unsupported_operation), "%s", text);
}

/* CPython words it without the full stop here. */
static bool check_open(VM *vm, const FileIO *file) {
    if (file->fd < 0) raise_value(vm, "I/O operation on closed file");
    return file->fd >= 0;
}

static FileIO *readable(VM *vm, Value self) {
    FileIO *file = as_file(self);
    if (!check_open(vm, file)) return NULL;
    if (!file->readable) raise_unsupported(vm, "File not open for reading");
    return file->readable ? file : NULL;
}

static FileIO *writable(VM *vm, Value self) {
    FileIO *file = as_file(self);
    if (!check_open(vm, file)) return NULL;
    if (!file->writable) raise_unsupported(vm, "File not open for writing");
    return file->writable ? file : NULL;
}

/* How many bytes were read or written; None where that would block. */
static Value count_result(VM *vm, int64_t count) {
    return count >= 0 ? int_from(vm, count) : count == STREAM_BLOCKED ? NONE : ABSENT;
}

/* How much a file probably has left, and a byte more, with which its end shows: no more than is soon made use of. */
static int64_t expected_size(const FileIO *file) {
    enum { EXPECTED_MAX = 1 << 26 };
    struct stat info;
    off_t at = fstat(file->fd, &info) == 0 && S_ISREG(info.st_mode) ? lseek(file->fd, 0, SEEK_CUR) : -1;
    int64_t left = at >= 0 && info.st_size > at ? info.st_size - at + 1 : 0;
    return left < FILE_BUFFER_SIZE ? FILE_BUFFER_SIZE : left < EXPECTED_MAX ? left : EXPECTED_MAX;
}

static Value read_all(VM *vm, FileIO *file) {
    Bytes *all = bytes_new(vm, expected_size(file));
    int64_t count = 0;
    while (all) {
        int64_t got = file_read(vm, file, all->data + count, all->length - count);
        if (got == -1 || (got == STREAM_BLOCKED && count == 0)) {
            value_drop(vm, from_object(all));
            return got == -1 ? ABSENT : NONE;
        }
        if (got <= 0) break;
        count += got;
        if (count == all->length) all = bytes_resize(vm, all, count * 2);
    }
    return from_object(all ? bytes_resize(vm, all, count) : NULL);
}

NATIVE(read_method) {
    int64_t size = -1;
    if (!file_count_argument(vm, args[1], &size)) return ABSENT;
    FileIO *file = readable(vm, args[0]);
    if (!file || size < 0) return file ? read_all(vm, file) : ABSENT;
    Bytes *bytes = bytes_new(vm, size);
    if (!bytes) return ABSENT;
    int64_t got = file_read(vm, file, bytes->data, size);
    if (got >= 0) return from_object(bytes_resize(vm, bytes, got));
    value_drop(vm, from_object(bytes));
    return got == STREAM_BLOCKED ? NONE : ABSENT;
}

NATIVE(readinto_method) {
    BufferView to;
    if (!buffer_writable_argument(vm, "readinto", args[1], &to)) return ABSENT;
    FileIO *file = readable(vm, args[0]);
    int64_t got = file ? file_read(vm, file, to.data, to.size) : -1;
    buffer_release(vm, &to);
    return count_result(vm, got);
}

NATIVE(readall_method) { return check_open(vm, as_file(args[0])) ? read_all(vm, as_file(args[0])) : ABSENT; }

NATIVE(write_method) {
    BufferView from;
    if (!buffer_acquire(vm, args[1], BUFFER_SIMPLE, &from)) return ABSENT;
    FileIO *file = writable(vm, args[0]);
    int64_t written = file ? write_some(vm, file, from.data, from.size) : -1;
    if (written >= 0 && written < from.size && !vm_may_go_on(vm)) written = -1; /* a signal cut it short */
    buffer_release(vm, &from);
    return count_result(vm, written);
}

NATIVE(seek_method) {
    int whence = SEEK_SET;
    int64_t offset;
    if (!is_absent(args[2]) && !object_to_c_int(vm, args[2], &whence)) return ABSENT;
    if (!check_open(vm, as_file(args[0])) || !row_position(vm, args[1], &offset)) return ABSENT;
    int64_t at = file_seek(vm, as_file(args[0]), offset, whence);
    return at < 0 ? ABSENT : int_from(vm, at);
}

NATIVE(tell_method) {
    int64_t at = check_open(vm, as_file(args[0])) ? file_seek(vm, as_file(args[0]), 0, SEEK_CUR) : -1;
    return at < 0 ? ABSENT : int_from(vm, at);
}

NATIVE(truncate_method) {
    FileIO *file = writable(vm, args[0]);
    int64_t size;
    if (!file) return ABSENT;
    if (!value_is_given(args[1])) {
        size = file_seek(vm, file, 0, SEEK_CUR);
        if (size < 0) return ABSENT;
    } else if (!row_position(vm, args[1], &size)) {
        return ABSENT;
    }
    return ftruncate(file->fd, size) == 0 ? int_from(vm, size) : raise_os(vm, errno, ABSENT);
}

NATIVE(close_method) { return file_close(vm, as_file(args[0])) ? NONE : ABSENT; }

NATIVE(fileno_method) { return check_open(vm, as_file(args[0])) ? int_small(as_file(args[0])->fd) : ABSENT; }

NATIVE(isatty_method) {
    return check_open(vm, as_file(args[0])) ? bool_from(isatty(as_file(args[0])->fd)) : ABSENT;
}

NATIVE(readable_method) {
    return check_open(vm, as_file(args[0])) ? bool_from(as_file(args[0])->readable) : ABSENT;
}

NATIVE(writable_method) {
    return check_open(vm, as_file(args[0])) ? bool_from(as_file(args[0])->writable) : ABSENT;
}

NATIVE(seekable_method) {
    return check_open(vm, as_file(args[0])) ? bool_from(file_can_seek(as_file(args[0]))) : ABSENT;
}

NATIVE(flush_method) { return file_check_open(vm, as_file(args[0])) ? NONE : ABSENT; }

static const NativeDef methods[] = {
    {"read", read_method, "size=-1, /", "Read at most size bytes, returned as bytes."},
    {"readinto", readinto_method, "buffer, /", "Same as RawIOBase.readinto()."},
    {"readall", readall_method, "", "Read all data from the file, returned as bytes."},
    {"write", write_method, "b, /", "Write buffer b to file, return number of bytes written."},
    {"seek", seek_method, "pos, whence=0, /", "Move to new file position and return the file position."},
    {"tell", tell_method, "", "Current file position."},
    {"truncate", truncate_method, "size=None, /", "Truncate the file to at most size bytes."},
    {"close", close_method, "", "Close the file."},
    {"flush", flush_method, "", "Nothing is held back here."},
    {"fileno", fileno_method, "", "Return the underlying file descriptor (an integer)."},
    {"isatty", isatty_method, "", "True if the file is connected to a TTY device."},
    {"readable", readable_method, "", "True if file was opened in a read mode."},
    {"writable", writable_method, "", "True if file was opened in a write mode."},
    {"seekable", seekable_method, "", "True if file supports random-access."},
    {0},
};

static Value get_closed(VM *vm, Value self) { return bool_from(as_file(self)->fd < 0); }

static Value get_close_fd(VM *vm, Value self) { return bool_from(as_file(self)->close_fd); }

static Value get_block_size(VM *vm, Value self) { return int_from(vm, as_file(self)->block_size); }

static Value get_mode(VM *vm, Value self) { return string_from_c(vm, file_mode(as_file(self))); }

static const GetSetDef getsets[] = {
    {"closed", get_closed, NULL, "True if the file is closed"},
    {"closefd", get_close_fd, NULL, "True if the file descriptor will be closed by close()."},
    {"mode", get_mode, NULL, "String giving the file mode"},
    {"_blksize", get_block_size, NULL, NULL},
    {0},
};

static const MemberDef members[] = {{"name", offsetof(FileIO, name), 0, NULL}, {0}};

static Value repr(VM *vm, Value self) {
    const FileIO *file = as_file(self);
    if (file->fd < 0) return string_format(vm, "<%T [closed]>", self);
    return string_format(vm, "<%T name=%R mode='%s' closefd=%s>", self, file->name, file_mode(file),
                         file->close_fd ? "True" : "False");
}

Type file_io_type = {
    TYPE_HEAD(file_io_type, "_io.FileIO", .traverse = traverse, .clear = clear, .finalize = finalize,
              .dealloc = dealloc),
    .basic_size = sizeof(FileIO),
    .base = &raw_io_base_type,
    .doc = "(file, mode='r', closefd=True, opener=None)\n--\n\nA file descriptor, unbuffered.",
    .flags = TYPE_BASE | TYPE_WEAKLY_REFERABLE,
    .attributes_offset = sizeof(FileIO),
    .new = new,
    .init = init,
    .repr = repr,
    .methods = methods,
    .getsets = getsets,
    .members = members,
};
