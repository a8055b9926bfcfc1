/* The module posix: limits and other values of the system's configuration, by name or number. */
#include "runtime/modules/posix.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "runtime/containers/dict.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/codec.h"
#include "runtime/text/str.h"

#define ROW(name) {#name, _##name},
#define NO_ROW(name)
static const NamedNumber system_names[] = {
#define CONFIG_SYSTEM ROW
#define CONFIG_PATH NO_ROW
#define CONFIG_TEXT NO_ROW
#include "runtime/modules/posix_config.def"
    {0}};
static const NamedNumber path_names[] = {
#undef CONFIG_SYSTEM
#undef CONFIG_PATH
#define CONFIG_SYSTEM NO_ROW
#define CONFIG_PATH ROW
#include "runtime/modules/posix_config.def"
    {0}};
static const NamedNumber text_names[] = {
#undef CONFIG_PATH
#undef CONFIG_TEXT
#define CONFIG_PATH NO_ROW
#define CONFIG_TEXT ROW
#include "runtime/modules/posix_config.def"
    {0}};

static bool name_argument(VM *vm, Value v, const NamedNumber *names, int *number) {
    if (is_int_family(v)) return posix_int(vm, v, number);
    if (!is_string(v)) return raise_type(vm, "configuration names must be strings or integers"), false;
    for (const NamedNumber *row = names; row->name; row++) {
        if (string_equal_c(v, row->name)) {
            *number = (int)row->value;
            return true;
        }
    }
    return raise_value(vm, "unrecognized configuration name"), false;
}

/* -1 without an error means that there is no limit. */
static Value limit(VM *vm, long value) {
    return value < 0 && errno ? raise_os(vm, errno, ABSENT) : int_from(vm, value);
}

NATIVE(posix_sysconf) {
    int name;
    if (!name_argument(vm, args[0], system_names, &name)) return ABSENT;
    errno = 0;
    return limit(vm, sysconf(name));
}

NATIVE(posix_pathconf) {
    PosixPath path;
    int name;
    if (!name_argument(vm, args[1], path_names, &name) ||
        !posix_path_init(vm, &path, "pathconf", args[0], true))
        return ABSENT;
    errno = 0;
    long value = path.fd >= 0 ? fpathconf(path.fd, name) : pathconf(path.text, name);
    if (value < 0 && errno) return posix_path_result(vm, &path, -1);
    posix_path_fini(vm, &path);
    return int_from(vm, value);
}

NATIVE(posix_fpathconf) {
    int fd, name;
    if (!posix_fd(vm, args[0], &fd) || !name_argument(vm, args[1], path_names, &name)) return ABSENT;
    errno = 0;
    return limit(vm, fpathconf(fd, name));
}

NATIVE(posix_confstr) {
    int name;
    if (!name_argument(vm, args[0], text_names, &name)) return ABSENT;
    errno = 0;
    size_t length = confstr(name, NULL, 0);
    if (length == 0) return errno ? raise_os(vm, errno, ABSENT) : NONE;
    char *text = memory_alloc(vm, length);
    if (!text) return ABSENT;
    confstr(name, text, length);
    Value result = string_decode_utf8(vm, text, length - 1, "surrogateescape");
    memory_free(vm, text, length);
    return result;
}

const NativeDef posix_config_functions[] = {
    POSIX_ROW(sysconf, "name, /", "Return an integer-valued system configuration variable."),
    POSIX_ROW(pathconf, "path, name", "Return the configuration limit name for the file or directory path."),
    POSIX_ROW(fpathconf, "fd, name, /", "Return the configuration limit name for the file descriptor fd."),
    POSIX_ROW(confstr, "name, /", "Return a string-valued system configuration variable."),
    {0},
};

static Value names_dict(VM *vm, const NamedNumber *names) {
    Value dict = dict_new(vm);
    for (const NamedNumber *row = names; !is_absent(dict) && row->name; row++) {
        if (!dict_set_c(vm, dict, row->name, int_small(row->value))) value_clear(vm, &dict);
    }
    return dict;
}

bool posix_config_fill(VM *vm, Value dict) {
    return module_add(vm, dict, "sysconf_names", names_dict(vm, system_names)) &&
           module_add(vm, dict, "pathconf_names", names_dict(vm, path_names)) &&
           module_add(vm, dict, "confstr_names", names_dict(vm, text_names));
}
