/*
 * The module posix: os.scandir, which reads a directory one entry at a time, and the entries.
 *
 * An entry knows its name, and mostly its kind, from the directory itself; what else is asked of it is a stat, which it
 * keeps.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/arguments.h"
#include "runtime/auditevent.h"
#include "runtime/classes/genericalias.h"
#include "runtime/errors/error.h"
#include "runtime/errors/warn.h"
#include "runtime/modules/posix.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

typedef struct {
    Object head;
    DIR *stream;  /* owned; NULL: closed */
    Value path;   /* as it was given; owned, as the following */
    Value prefix; /* of the entries' paths; ABSENT: the directory is a descriptor */
    int fd;       /* that one, or -1 */
    bool is_bytes;
} Scandir;

typedef struct {
    Object head;
    Value name, path; /* owned */
    Value stats[2];   /* without and with links followed; ABSENT until they are asked for; owned */
    mode_t modes[2];  /* from them */
    int fd;           /* the directory that `path` is in, or -1 */
    uint64_t inode;
    unsigned char kind; /* DT_... */
} DirEntry;

static Scandir *as_scandir(Value v) { return (Scandir *)as_object(v); }
static DirEntry *as_entry(Value v) { return (DirEntry *)as_object(v); }

/* --- entries --- */

static int entry_traverse(Object *self, VisitFn visit, void *context) {
    const DirEntry *entry = (const DirEntry *)self;
    VISIT(entry->name);
    VISIT(entry->path);
    VISIT(entry->stats[0]);
    VISIT(entry->stats[1]);
    return 0;
}

static void entry_dealloc(VM *vm, Object *self) {
    DirEntry *entry = (DirEntry *)self;
    value_xdrop(vm, entry->name);
    value_xdrop(vm, entry->path);
    value_xdrop(vm, entry->stats[0]);
    value_xdrop(vm, entry->stats[1]);
    object_free(vm, self, sizeof *entry);
}

static Value entry_repr(VM *vm, Value self) {
    return string_format(vm, "<DirEntry %R>", as_entry(self)->name);
}

/* Ask the system. */
static bool read_stat(VM *vm, DirEntry *entry, bool follow) {
    PosixPath path;
    struct stat s;
    if (!posix_path_init(vm, &path, "stat", entry->path, false)) return false;
    int fd = entry->fd >= 0 ? entry->fd : AT_FDCWD;
    int done = fstatat(fd, path.text, &s, follow ? 0 : AT_SYMLINK_NOFOLLOW);
    if (is_absent(posix_path_result(vm, &path, done))) return false;
    Value result = posix_stat_value(vm, &s);
    if (is_absent(result)) return false;
    entry->modes[follow] = s.st_mode;
    value_set(vm, &entry->stats[follow], result);
    return true;
}

static int has_mode(VM *vm, DirEntry *entry, bool follow, mode_t mode);

static int is_link(VM *vm, DirEntry *entry) {
    return entry->kind == DT_UNKNOWN ? has_mode(vm, entry, false, S_IFLNK) : entry->kind == DT_LNK;
}

/* Which of the entry's stats has the answer, of what is no link the one without following; it is there then. -1
 * RAISES. */
static int find_stat(VM *vm, DirEntry *entry, bool follow) {
    if (follow) {
        int link = is_link(vm, entry);
        if (link < 0) return -1;
        follow = link;
    }
    return is_absent(entry->stats[follow]) && !read_stat(vm, entry, follow) ? -1 : follow;
}

/* Is the entry of that kind? One that is gone meanwhile is of none. 1, 0, -1 RAISES. */
static int has_mode(VM *vm, DirEntry *entry, bool follow, mode_t mode) {
    if (entry->kind != DT_UNKNOWN && !(follow && entry->kind == DT_LNK))
        return (mode_t)DTTOIF(entry->kind) == mode;
    int found = find_stat(vm, entry, follow);
    if (found >= 0) return (entry->modes[found] & S_IFMT) == mode;
    if (!error_is(vm, &exc_FileNotFoundError)) return -1;
    error_clear(vm);
    return 0;
}

static Value question(VM *vm, Value *args, mode_t mode) {
    bool follow;
    return arguments_flag(vm, args[1], true, &follow)
               ? bool_from_truth(has_mode(vm, as_entry(args[0]), follow, mode))
               : ABSENT;
}

METHOD(entry_is_dir) { return question(vm, args, S_IFDIR); }
METHOD(entry_is_file) { return question(vm, args, S_IFREG); }
METHOD(entry_is_symlink) { return bool_from_truth(is_link(vm, as_entry(args[0]))); }
METHOD(entry_is_junction) { return FALSE_VALUE; }
METHOD(entry_inode) { return int_from_unsigned(vm, as_entry(args[0])->inode); }
METHOD(entry_fspath) { return value_ref(as_entry(args[0])->path); }

METHOD(entry_stat) {
    bool follow;
    if (!arguments_flag(vm, args[1], true, &follow)) return ABSENT;
    int found = find_stat(vm, as_entry(args[0]), follow);
    return found < 0 ? ABSENT : value_ref(as_entry(args[0])->stats[found]);
}

static const NativeDef entry_methods[] = {
    {"__class_getitem__", generic_alias_class_getitem, "object, /", "See PEP 585", NATIVE_CLASS_METHOD},
    {"__fspath__", method_entry_fspath, "", "Returns the path for the entry."},
    {"inode", method_entry_inode, "", "Return inode of the entry; cached per entry."},
    {"is_dir", method_entry_is_dir, "*, follow_symlinks=True",
     "Return True if the entry is a directory; cached per entry."},
    {"is_file", method_entry_is_file, "*, follow_symlinks=True",
     "Return True if the entry is a file; cached per entry."},
    {"is_junction", method_entry_is_junction, "",
     "Return True if the entry is a junction; cached per entry."},
    {"is_symlink", method_entry_is_symlink, "",
     "Return True if the entry is a symbolic link; cached per entry."},
    {"stat", method_entry_stat, "*, follow_symlinks=True",
     "Return stat_result object for the entry; cached per entry."},
    {0},
};

static const MemberDef entry_members[] = {
    {"name", offsetof(DirEntry, name), MEMBER_READONLY,
     "the entry's base filename, relative to scandir() \"path\" argument"},
    {"path", offsetof(DirEntry, path), MEMBER_READONLY,
     "the entry's full path name; equivalent to os.path.join(scandir_path, entry.name)"},
    {0},
};

Type dir_entry_type = {
    TYPE_HEAD(dir_entry_type, "posix.DirEntry", .traverse = entry_traverse, .dealloc = entry_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(DirEntry),
    .base = &object_type,
    .repr = entry_repr,
    .methods = entry_methods,
    .members = entry_members,
};

/* --- the iterator --- */

static int scandir_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((Scandir *)self)->path);
    VISIT(((Scandir *)self)->prefix);
    return 0;
}

static void close_directory(Scandir *it) {
    DIR *stream = it->stream;
    it->stream = NULL;
    if (!stream) return;
    if (it->fd >= 0) rewinddir(stream); /* a descriptor's place is that of its copy */
    closedir(stream);
}

static void scandir_finalize(VM *vm, Object *self) {
    Scandir *it = (Scandir *)self;
    if (it->stream) warn_unclosed(vm, "unclosed scandir iterator %R", from_object(it), from_object(it));
    close_directory(it);
}

static void scandir_dealloc(VM *vm, Object *self) {
    Scandir *it = (Scandir *)self;
    close_directory(it);
    value_xdrop(vm, it->path);
    value_xdrop(vm, it->prefix);
    object_free(vm, self, sizeof *it);
}

/* The entry of that name. STEALS name, which may be ABSENT. */
static Value make_entry(VM *vm, const Scandir *it, STEALS Value name, uint64_t inode, unsigned char kind) {
    if (is_absent(name)) return ABSENT;
    Value path = is_absent(it->prefix) ? value_ref(name) : object_binary(vm, BINARY_ADD, it->prefix, name);
    DirEntry *entry = NULL;
    if (!is_absent(path)) {
        entry = (DirEntry *)object_new_container(vm, &dir_entry_type, sizeof *entry);
        if (!entry) raise_memory(vm);
    }
    if (!entry) {
        value_drop(vm, name);
        value_xdrop(vm, path);
        return ABSENT;
    }
    entry->name = name;
    entry->path = path;
    entry->fd = it->fd;
    entry->inode = inode;
    entry->kind = kind;
    object_track(&entry->head);
    return from_object(entry);
}

static Value scandir_next(VM *vm, Value self) {
    Scandir *it = as_scandir(self);
    while (it->stream) {
        errno = 0;
        const struct dirent *e = readdir(it->stream);
        if (!e) {
            int error = errno;
            close_directory(it);
            return error ? raise_os(vm, error, it->path) : ABSENT;
        }
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        char text[sizeof e->d_name]; /* what making the entry calls may read on */
        uint64_t inode = e->d_ino;
        unsigned char kind = e->d_type;
        size_t length = strlen(e->d_name);
        memcpy(text, e->d_name, length);
        return make_entry(vm, it, posix_name_value(vm, text, length, it->is_bytes), inode, kind);
    }
    return ABSENT;
}

METHOD(scandir_close) { return close_directory(as_scandir(args[0])), NONE; }
METHOD(scandir_enter) { return value_ref(args[0]); }

static const NativeDef scandir_methods[] = {
    {"__enter__", method_scandir_enter, "", NULL},
    {"__exit__", method_scandir_close, "*args", NULL},
    {"close", method_scandir_close, "", NULL},
    {0},
};

Type scandir_type = {
    TYPE_HEAD(scandir_type, "posix.ScandirIterator", .traverse = scandir_traverse,
              .finalize = scandir_finalize, .dealloc = scandir_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(Scandir),
    .base = &object_type,
    .iterate = iterator_itself,
    .next = scandir_next,
    .methods = scandir_methods,
};

/* The path with a slash behind it, unless there is one. NEW, RAISES. */
static Value prefix_of(VM *vm, const PosixPath *path) {
    size_t length = strlen(path->text);
    Value shown = posix_name_value(vm, path->text, length, path->is_bytes), result = ABSENT;
    if (is_absent(shown) || (length > 0 && path->text[length - 1] == '/')) return shown;
    Value slash = posix_name_value(vm, "/", 1, path->is_bytes);
    if (!is_absent(slash)) result = object_binary(vm, BINARY_ADD, shown, slash);
    value_xdrop(vm, slash);
    value_drop(vm, shown);
    return result;
}

static Value open_directory(VM *vm, PosixPath *path) {
    Scandir *it = (Scandir *)object_new_container(vm, &scandir_type, sizeof *it);
    if (!it) return posix_path_fini(vm, path), raise_memory(vm);
    it->fd = path->fd;
    it->is_bytes = path->is_bytes;
    it->path = value_ref(path->target);
    object_track(&it->head);
    if (path->fd >= 0 || !is_absent(it->prefix = prefix_of(vm, path))) {
        it->stream = posix_open_directory(vm, path);
        if (it->stream) posix_path_fini(vm, path);
    } else {
        posix_path_fini(vm, path);
    }
    if (it->stream) return from_object(it);
    object_drop(vm, &it->head);
    return ABSENT;
}

NATIVE(posix_scandir) {
    if (!AUDIT(vm, "os.scandir", args[0])) return ABSENT;
    PosixPath path;
    return posix_directory_init(vm, &path, "scandir", args[0]) ? open_directory(vm, &path) : ABSENT;
}

const NativeDef posix_scandir_functions[] = {
    POSIX_ROW(scandir, "path=None", "Return an iterator of DirEntry objects for given path."),
    {0},
};
