#ifndef MPY_RUNTIME_MODULES_POSIX_H
#define MPY_RUNTIME_MODULES_POSIX_H

/*
 * What the files of the module posix share: arguments, results, tables.
 *
 * A path argument may be a str, bytes, an object with __fspath__ or, for some functions, a file descriptor. It is
 * opened by posix_path_init as a PosixPath, which owns what its text lies in, and ended by posix_path_result or
 * posix_path_fini.
 */

#include <dirent.h>
#include <sys/stat.h>

#include "runtime/native.h"

typedef struct {
    Value target; /* str, bytes or int; owned */
    Value keeper; /* of `text`; owned */
    const char *text;
    int fd; /* -1: a path */
    bool is_bytes;
} PosixPath;

RAISES bool posix_path_init(VM *vm, PosixPath *path, const char *function, Value v, bool may_be_fd);
/* The same of an argument that errors call by another name than "path". */
RAISES bool posix_argument_init(VM *vm, PosixPath *path, const char *function, const char *argument, Value v,
                                bool may_be_fd);
void posix_path_fini(VM *vm, PosixPath *path);
/* A name that is no path of a file: of a user, an attribute. Ended by posix_path_fini. */
RAISES bool posix_name_init(VM *vm, PosixPath *name, Value v);

/* The path without double slashes, dots, and what ".." takes back, written to `out`: its length, no more than the
 * path's, or one byte. */
size_t posix_normalize(const char *path, size_t length, char *out);

/* An int argument; an optional dir_fd, AT_FDCWD when it is not given. */
RAISES bool posix_int(VM *vm, Value v, int *result);
RAISES bool posix_pid(VM *vm, Value v, int *pid); /* the same with other words when it does not fit */
RAISES bool posix_fd(VM *vm, Value v, int *fd);   /* an int or an object with fileno() */
bool posix_is_sequence(Value v);
RAISES bool posix_dir(VM *vm, Value v, int *fd);

/* The result of a system call: None, or OSError, of one on a path with its name. Ends the path. */
NEW RAISES Value posix_status(VM *vm, int result);
NEW RAISES Value posix_path_result(VM *vm, PosixPath *path, int result);

/* After a system call failed: was it interrupted by a signal, whose handler has been run, so that it is to be called
 * again (PEP 475)? False with an error raised when the handler raised one. */
RAISES bool posix_try_again(VM *vm);

/* The argument of a function that reads a directory: a path, a descriptor, or None for the current one. Then its
 * stream, of a descriptor that of a copy, at its beginning; NULL RAISES and ends the path. */
RAISES bool posix_directory_init(VM *vm, PosixPath *path, const char *function, Value v);
RAISES DIR *posix_open_directory(VM *vm, PosixPath *path);

/* A file's name as str or bytes; what stat tells. */
NEW RAISES Value posix_name_value(VM *vm, const char *text, size_t length, bool as_bytes);
NEW RAISES Value posix_stat_value(VM *vm, const struct stat *s);

/* A user or group id; -1 means "as it is" where a system call says so. `kind` is "uid" or "gid". */
RAISES bool posix_id(VM *vm, Value v, const char *kind, uint32_t *id);
NEW RAISES Value posix_id_value(VM *vm, uint32_t id);

/* Room for what the system tells of a user or group: begun as {0}, grown before each try. Owns the block. */
typedef struct {
    char *block;
    size_t size;
} PosixDatabase;

RAISES bool posix_database_grow(VM *vm, PosixDatabase *d);
void posix_database_fini(VM *vm, PosixDatabase *d);

/* A row of a table of functions. */
#define POSIX_ROW(name, params, doc) \
    { #name, posix_##name, params, doc }

extern const NativeDef posix_descriptor_functions[], posix_process_functions[], posix_owner_functions[],
    posix_transfer_functions[], posix_config_functions[], posix_scandir_functions[], posix_timer_functions[];
/* sysconf_names and its like. */
RAISES bool posix_config_fill(VM *vm, Value dict);

/* The environment as a dict of bytes. */
NEW RAISES Value posix_environment(VM *vm);

#endif
