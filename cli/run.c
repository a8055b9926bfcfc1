/* Running files, code and modules. */
#include "cli/run.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "compiler/compile.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/files/file.h"
#include "runtime/module.h"
#include "runtime/modules/posix.h"
#include "runtime/modules/sys.h"
#include "runtime/protocol.h"
#include "runtime/site.h"
#include "runtime/text/codec.h"
#include "runtime/text/str.h"
#include "vm/eval.h"
#include "vm/import.h"
#include "vm/load.h"
#include "vm/machine.h"
#include "vm/tracemalloc.h"

enum { GO_ON = -1, STATUS_ERROR = 1, STATUS_NO_FILE = 2 };

Value run_decode(VM *vm, const char *argument) {
    return string_decode_utf8(vm, argument, strlen(argument), "surrogateescape");
}

/* The value of a variable, unless the environment is to be ignored. */
static const char *environment(const Options *o, const char *name) {
    return o->flags.ignore_environment ? NULL : getenv(name);
}

/* --- sys --- */

static bool append_text(VM *vm, Value list, const char *text) {
    Value v = run_decode(vm, text);
    return !is_absent(v) && list_append_owned(vm, list, v);
}

/* A list of texts; `first`, if not NULL, takes the place of the first one. */
static Value text_list(VM *vm, const char *first, int count, char **texts) {
    Value list = list_new(vm, count);
    bool ok = !is_absent(list);
    for (int i = 0; ok && i < count; i++)
        ok = append_text(vm, list, i == 0 && first ? first : texts[i]);
    if (ok && first && count == 0) ok = append_text(vm, list, first);
    if (!ok) value_clear(vm, &list);
    return list;
}

static const char *argv_head(const Options *o) {
    switch (o->action) {
    case ACTION_CODE: return "-c";
    case ACTION_MODULE: return "-m"; /* until its file is found */
    case ACTION_STDIN: return o->argc ? NULL : "";
    default: return NULL;
    }
}

/* What sys.path begins with: the script's folder, links resolved; the working folder for a module; else ''.
 * NULL: the folder is not known. */
static const char *first_path(const Options *o, char buffer[PATH_MAX]) {
    if (o->action == ACTION_MODULE) return getcwd(buffer, PATH_MAX);
    if (o->action != ACTION_FILE) return "";
    struct stat status;
    if (!realpath(o->target, buffer)) return NULL;
    if (stat(buffer, &status) == 0 && S_ISDIR(status.st_mode)) return buffer;
    char *slash = strrchr(buffer, '/');
    slash[slash == buffer] = '\0';
    return buffer;
}

/* The folder that -X lib= names, of the library's sources; NULL: there is none. The last one counts. */
static const char *library_folder(const Options *o) {
    for (int i = o->extra_count; i-- > 0;)
        if (strncmp(o->extra[i], "lib=", 4) == 0) return o->extra[i] + 4;
    return NULL;
}

/* Append a folder of PYTHONPATH, as it is called from anywhere, unless it is there. */
static bool append_folder(VM *vm, Value list, const char *text, int length) {
    char current[PATH_MAX], *joined;
    bool relative = text[0] != '/' && getcwd(current, sizeof current);
    int size = asprintf(&joined, "%s%s%.*s", relative ? current : "", relative ? "/" : "", length, text);
    char *path = size < 0 ? NULL : malloc((size_t)size + 1);
    Value folder =
        path ? string_decode_utf8(vm, path, posix_normalize(joined, (size_t)size, path), "surrogateescape")
             : raise_memory(vm);
    if (size >= 0) free(joined);
    free(path);
    int known = is_absent(folder) ? -1 : object_contains(vm, list, folder);
    bool ok = known > 0 || (known == 0 && list_append(vm, list, folder));
    value_xdrop(vm, folder);
    return ok;
}

/* The first folder, then those of PYTHONPATH, then the library: the one in the binary or a folder of its sources. */
static Value search_path(VM *vm, const Options *o) {
    char buffer[PATH_MAX];
    const char *first = o->flags.safe_path ? NULL : first_path(o, buffer);
    const char *more = environment(o, "PYTHONPATH");
    Value list = list_new(vm, 0);
    bool ok = !is_absent(list) && (!first || append_text(vm, list, first));
    while (ok && more && *more) {
        const char *end = strchrnul(more, ':');
        ok = append_folder(vm, list, more, (int)(end - more));
        more = *end ? end + 1 : end;
    }
    const char *library = library_folder(o);
    vm_machine(vm)->library_off = library;
    if (ok) ok = library ? append_text(vm, list, library) : load_add_library(vm, list);
    if (!ok) value_clear(vm, &list);
    return list;
}

static Value executable(VM *vm) {
    char buffer[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", buffer, sizeof buffer);
    return string_decode_utf8(vm, buffer, length > 0 ? (size_t)length : 0, "surrogateescape");
}

/* sys._xoptions: what was said with -X. */
static Value extra_options(VM *vm, const Options *o) {
    Value dict = dict_new(vm);
    for (int i = 0; i < o->extra_count && !is_absent(dict); i++) {
        const char *text = o->extra[i], *end = strchrnul(text, '=');
        Value name = string_decode_utf8(vm, text, (size_t)(end - text), "surrogateescape");
        Value value = *end ? run_decode(vm, end + 1) : TRUE_VALUE;
        bool ok = !is_absent(name) && !is_absent(value) && dict_set(vm, dict, name, value);
        value_xdrop(vm, name);
        value_xdrop(vm, value);
        if (!ok) value_clear(vm, &dict);
    }
    return dict;
}

/* sys.warnoptions: those of -X dev, what PYTHONWARNINGS says, comma-separated, what was said with -W, those of -b. */
static Value warning_options(VM *vm, const Options *o) {
    const char *more = environment(o, "PYTHONWARNINGS");
    Value list = list_new(vm, 0);
    bool ok = !is_absent(list) && (!o->flags.dev_mode || append_text(vm, list, "default"));
    while (ok && more && *more) {
        const char *end = strchrnul(more, ',');
        Value option = string_decode_utf8(vm, more, (size_t)(end - more), "surrogateescape");
        ok = !is_absent(option) && list_append_owned(vm, list, option);
        more = *end ? end + 1 : end;
    }
    for (int i = 0; ok && i < o->warning_count; i++)
        ok = append_text(vm, list, o->warnings[i]);
    const char *of_bytes = o->flags.bytes_warning > 1 ? "error::BytesWarning" : "default::BytesWarning";
    if (ok && o->flags.bytes_warning) ok = append_text(vm, list, of_bytes);
    if (!ok) value_clear(vm, &list);
    return list;
}

/* With such options the filters are made at once, which also complains of bad ones. */
static bool read_warning_options(VM *vm) {
    Value list = dict_get_c(vm, vm->sys, "warnoptions");
    if (is_absent(list) || as_list(list)->length == 0) return true;
    Value module = vm->hooks.library(vm, "warnings");
    value_xdrop(vm, module);
    return !is_absent(module);
}

/* What the machine is told of the flags. */
static void set_modes(VM *vm, const Options *o) {
    if (o->flags.optimize >= 1) vm->compile_flags |= COMPILE_NO_ASSERTS;
    if (o->flags.optimize >= 2) vm->compile_flags |= COMPILE_NO_DOCSTRINGS;
    if (o->no_columns) vm->compile_flags |= COMPILE_NO_COLUMNS;
    vm_machine(vm)->import_times.told = o->import_times;
    vm->bytes_warning = o->flags.bytes_warning;
    vm->encoding_warning = o->flags.warn_default_encoding;
    vm->int_max_str_digits = o->flags.int_max_str_digits;
}

bool run_prepare(VM *vm, const Options *o, int argc, char **argv) {
    set_modes(vm, o);
    return (!o->trace_frames || tracemalloc_start(vm, o->trace_frames)) && sys_set_flags(vm, &o->flags) &&
           dict_set_c(vm, vm->builtins, "__debug__", bool_from(!o->flags.optimize)) &&
           module_add(vm, vm->sys, "argv", text_list(vm, argv_head(o), o->argc, o->argv)) &&
           module_add(vm, vm->sys, "orig_argv", text_list(vm, NULL, argc, argv)) &&
           module_add(vm, vm->sys, "path", search_path(vm, o)) &&
           module_add(vm, vm->sys, "executable", executable(vm)) &&
           module_add(vm, vm->sys, "_xoptions", extra_options(vm, o)) &&
           module_add(vm, vm->sys, "warnoptions", warning_options(vm, o)) &&
           streams_init(vm, o->unbuffered, environment(o, "PYTHONIOENCODING")) && site_init(vm) &&
           read_warning_options(vm);
}

/* --- code in __main__ --- */

/* Compile a text as statements and run it in __main__. `flags` are those of compile_source. False: it raised. */
static bool run_text(VM *vm, const char *text, size_t length, Value filename, int flags) {
    Value module = machine_main_module(vm);
    if (is_absent(module)) return false;
    Value code = compile_source(vm, text, length, filename, COMPILE_EXEC, flags);
    if (is_absent(code)) return false;
    Value result = eval_code(vm, code, as_module(module)->dict, ABSENT, ABSENT);
    value_drop(vm, code);
    value_xdrop(vm, result);
    return !is_absent(result);
}

static bool run_code(VM *vm, const char *code) {
    Value filename = string_from_c(vm, "<string>"), text = run_decode(vm, code);
    bool ok = !is_absent(filename) && !is_absent(text) && machine_add_source(vm, filename, text) &&
              run_text(vm, code, strlen(code), filename, 0);
    value_xdrop(vm, filename);
    value_xdrop(vm, text);
    return ok;
}

static bool read_stdin(VM *vm, Buffer *text) {
    for (;;) {
        buffer_reserve(text, FILE_BUFFER_SIZE);
        if (text->failed) return raise_memory(vm), false;
        ssize_t got = read(STDIN_FILENO, text->data + text->length, FILE_BUFFER_SIZE);
        if (got == 0) return true;
        if (got > 0) {
            text->length += (size_t)got;
        } else if (errno == EBADF) {
            return true; /* closed: there is nothing to run */
        } else if (errno != EINTR) {
            return raise_os(vm, errno, ABSENT), false;
        } else if (vm_interrupted(vm) && !vm->hooks.run_pending(vm)) {
            return false;
        }
    }
}

/* When a script has ended, what is left of it, at the prompt or at exit, has no file any more. */
static void forget_file(VM *vm) {
    static const char *const names[] = {"__file__", "__cached__"};
    Value module = machine_main_module(vm), raised = error_take(vm);
    for (size_t i = 0; i < sizeof names / sizeof *names && !is_absent(module); i++) {
        Value name = string_intern_fixed(vm, names[i]);
        if (!is_absent(name)) dict_delete(vm, as_module(module)->dict, name);
        value_xdrop(vm, name);
        error_clear(vm);
    }
    error_restore(vm, raised);
}

static bool run_stdin(VM *vm) {
    Buffer text;
    buffer_init(&text, (Allocator){heap_allocate_fn, vm_heap(vm)});
    Value filename = string_from_c(vm, "<stdin>");
    Value module = is_absent(filename) ? ABSENT : machine_main_module(vm);
    bool ok = !is_absent(module) && dict_set(vm, as_module(module)->dict, NAME_OF(vm, file), filename) &&
              dict_set_c(vm, as_module(module)->dict, "__cached__", NONE) && read_stdin(vm, &text) &&
              run_text(vm, text.length ? text.data : "", text.length, filename, COMPILE_FILE);
    forget_file(vm);
    buffer_fini(&text);
    value_xdrop(vm, filename);
    return ok;
}

/* --- files --- */

/* What `path` is called from anywhere: as CPython's, not normalised, but for a single dot. NEW. */
static Value absolute_path(VM *vm, const char *path) {
    char folder[PATH_MAX], *joined;
    if (path[0] == '/' || !getcwd(folder, sizeof folder)) return run_decode(vm, path);
    if (strcmp(path, ".") == 0) return run_decode(vm, folder);
    if (asprintf(&joined, "%s/%s", strcmp(folder, "/") ? folder : "", path) < 0) return raise_memory(vm);
    Value result = run_decode(vm, joined);
    free(joined);
    return result;
}

/* Print a line on standard error, after what was printed before. */
static int complain(VM *vm, int status, const char *format, Value a, Value b, Value c) {
    streams_flush(vm);
    Value text = string_format(vm, format, a, b, c), keeper = ABSENT;
    size_t length;
    const char *utf8 = is_absent(text) ? NULL : string_utf8(vm, text, &length, &keeper);
    if (utf8) fprintf(stderr, "mpy: %.*s\n", (int)length, utf8);
    value_xdrop(vm, keeper);
    value_xdrop(vm, text);
    error_clear(vm);
    return status;
}

int run_unreadable(VM *vm, Value filename) {
    if (!error_is(vm, &exc_OSError)) return run_finish(vm);
    Value error = error_take(vm), *fields = as_exception(error)->fields;
    int status = complain(vm, STATUS_NO_FILE, "can't open file '%S': [Errno %S] %S", filename,
                          fields[OS_ERRNO], fields[OS_STRERROR]);
    value_drop(vm, error);
    return status;
}

/* Run a file as __main__, its first line perhaps taken for empty; `package` is its __package__ (None for a script,
 * which has no spec). */
static int run_file_at(VM *vm, Value filename, Value package, bool skip_line) {
    Value module = machine_main_module(vm);
    size_t length;
    char *text = is_absent(module) ? NULL : import_read(vm, filename, &length);
    if (!text) return run_unreadable(vm, filename);
    char *end = skip_line ? memchr(text, '\n', length) : text, *from = end ? end : text + length;
    Value dict = as_module(module)->dict;
    bool ok = dict_set(vm, dict, NAME_OF(vm, file), filename) && dict_set_c(vm, dict, "__cached__", NONE) &&
              dict_set(vm, dict, NAME_OF(vm, package), package) &&
              (!is_none(package) || dict_set(vm, dict, NAME_OF(vm, loader), NONE)) &&
              run_text(vm, from, length - (size_t)(from - text), filename, COMPILE_FILE);
    if (is_none(package)) forget_file(vm);
    memory_free(vm, text, length ? length : 1);
    return ok ? 0 : run_finish(vm);
}

/* The file of a module named by a C text in the folders `path` (ABSENT: none was found, or RAISES). NEW. */
static Value find_file(VM *vm, const char *name, Value path, bool *package) {
    Value text = string_from_c(vm, name);
    Value found = is_absent(text) ? ABSENT : import_find_file(vm, text, path, package);
    value_xdrop(vm, text);
    return found;
}

/* dict[key] = object.name */
static bool copy_attribute(VM *vm, Value object, Value name, Value dict, Value key) {
    Value v = object_get_attribute(vm, object, name);
    bool ok = !is_absent(v) && dict_set(vm, dict, key, v);
    value_xdrop(vm, v);
    return ok;
}

/* __spec__, __loader__ and __package__ of a module that runs as __main__; None: there is no spec to be had. */
static bool set_spec(VM *vm, Value spec) {
    Value module = machine_main_module(vm);
    if (is_absent(module) || is_none(spec)) return !is_absent(module);
    Value dict = as_module(module)->dict, parent = string_intern_c(vm, "parent");
    bool ok = !is_absent(parent) && dict_set(vm, dict, NAME_OF(vm, spec), spec) &&
              copy_attribute(vm, spec, parent, dict, NAME_OF(vm, package)) &&
              copy_attribute(vm, spec, NAME_OF(vm, spec_loader), dict, NAME_OF(vm, loader));
    value_xdrop(vm, parent);
    return ok;
}

/* A folder is run by the __main__ in it. */
static int run_folder(VM *vm, Value folder) {
    bool package = false;
    Value path = dict_get_c(vm, vm->sys, "path");
    Value file = find_file(vm, "__main__", path, &package);
    if (is_absent(file)) {
        if (error_raised(vm)) return run_finish(vm);
        return complain(vm, STATUS_ERROR, "can't find '__main__' module in '%S'", folder, ABSENT, ABSENT);
    }
    Value spec = load_find_file(vm, NAME_OF(vm, main), path);
    bool ok = !is_absent(spec) && set_spec(vm, spec);
    value_xdrop(vm, spec);
    int status = ok ? run_file_at(vm, file, vm->empty_string, false) : run_finish(vm);
    value_drop(vm, file);
    return status;
}

static int run_file(VM *vm, const char *path, bool skip_line) {
    struct stat status;
    Value filename = absolute_path(vm, path);
    if (is_absent(filename)) return run_finish(vm);
    bool folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    int result = folder ? run_folder(vm, filename) : run_file_at(vm, filename, NONE, skip_line);
    value_drop(vm, filename);
    return result;
}

int run_startup(VM *vm, const Options *o) {
    const char *path = environment(o, "PYTHONSTARTUP");
    if (!path || !*path) return GO_ON;
    Value filename = run_decode(vm, path);
    size_t length;
    char *text = is_absent(filename) ? NULL : import_read(vm, filename, &length);
    if (!text) fputs("Could not open PYTHONSTARTUP\n", stderr);
    bool ok = text && run_text(vm, text, length, filename, COMPILE_FILE);
    if (text) memory_free(vm, text, length ? length : 1);
    value_xdrop(vm, filename);
    bool leaving = !ok && error_is(vm, &exc_SystemExit);
    int status = ok ? 0 : run_finish(vm);
    streams_flush(vm);
    return leaving ? status : GO_ON;
}

/* --- modules --- */

/* The module's __path__; ABSENT: it is no package (or RAISES). NEW. */
static Value package_path(VM *vm, Value name) {
    Value module = import_module(vm, name), path = ABSENT;
    if (is_absent(module)) return ABSENT;
    if (object_find_attribute(vm, module, NAME_OF(vm, path), &path) <= 0) path = ABSENT;
    value_drop(vm, module);
    return path;
}

/* sys.argv[0] of a module is its file. */
static bool set_program(VM *vm, Value filename) {
    Value argv = dict_get_c(vm, vm->sys, "argv");
    return is_absent(argv) || object_set_item(vm, argv, int_small(0), filename);
}

/* Run the file of the module `name`, which was found along `path`. */
static int run_found_module(VM *vm, Value name, Value path, Value filename, Value package) {
    Value spec = load_find_file(vm, name, path);
    bool ok = !is_absent(spec) && set_spec(vm, spec) && set_program(vm, filename);
    value_xdrop(vm, spec);
    return ok ? run_file_at(vm, filename, package, false) : run_finish(vm);
}

/* What sys.argv[0] is for a module of the library: a path such as it would have in a folder. NEW, RAISES. */
static Value library_program(VM *vm, Value name) {
    Value row[2] = {string_from_c(vm, "."), string_from_c(vm, "/")},
          method = string_intern_fixed(vm, "replace");
    bool ok = !is_absent(row[0]) && !is_absent(row[1]) && !is_absent(method);
    Value path = ok ? call_method(vm, name, method, row, 2) : ABSENT;
    Value program = is_absent(path) ? ABSENT : string_format(vm, "<frozen>/%S.py", path);
    value_xdrop(vm, row[0]);
    value_xdrop(vm, row[1]);
    value_xdrop(vm, method);
    value_xdrop(vm, path);
    return program;
}

/* A module of the library as __main__. Its parents are imported, as those of a file are. */
static int run_library_module(VM *vm, Value name, STEALS Value code) {
    Value module = machine_main_module(vm), spec = is_absent(module) ? ABSENT : load_find_frozen(vm, name);
    Value program = is_absent(spec) ? ABSENT : library_program(vm, name), result = ABSENT;
    if (!is_absent(program) && set_program(vm, program) && set_spec(vm, spec))
        result = eval_code(vm, code, as_module(module)->dict, ABSENT, ABSENT);
    value_xdrop(vm, program);
    value_xdrop(vm, spec);
    value_drop(vm, code);
    value_xdrop(vm, result);
    return is_absent(result) ? run_finish(vm) : 0;
}

/* `package` is a package: its module __main__. */
static int run_package(VM *vm, Value package) {
    Value path = package_path(vm, package), file = ABSENT, code = ABSENT;
    Value name = error_raised(vm) ? ABSENT : string_format(vm, "%S.__main__", package);
    bool nested;
    int status;
    if (!is_absent(path) && !is_absent(name)) file = find_file(vm, "__main__", path, &nested);
    if (is_absent(file) && !error_raised(vm)) code = load_frozen_code(vm, name);
    if (error_raised(vm)) {
        status = run_finish(vm);
    } else if (!is_absent(code)) {
        status = run_library_module(vm, name, code);
    } else if (is_absent(file)) {
        status = complain(vm, STATUS_ERROR,
                          "No module named %S.__main__; %R is a package and cannot be directly executed",
                          package, package, ABSENT);
    } else {
        status = run_found_module(vm, name, path, file, package);
    }
    value_xdrop(vm, file);
    value_xdrop(vm, name);
    value_xdrop(vm, path);
    return status;
}

/* The module's parent cannot be imported, `error`, or is no package. `name` may be meant for a file's name. */
static int complain_of_parent(VM *vm, Value name, Value error) {
    int64_t stem_length = string_length(as_string(name)) - 3;
    Value end = stem_length > 0 ? string_slice(vm, name, stem_length, stem_length + 3) : ABSENT,
          hint = ABSENT;
    if (!is_absent(end) && string_equal_c(end, ".py")) {
        Value stem = string_slice(vm, name, 0, stem_length);
        if (!is_absent(stem))
            hint = string_format(vm, ". Try using '%S' instead of '%S' as the module name.", stem, name);
        value_xdrop(vm, stem);
    }
    int status = complain(vm, STATUS_ERROR,
                          "Error while finding module specification for %R (ModuleNotFoundError: %S)%S", name,
                          error, is_absent(hint) ? vm->empty_string : hint);
    value_xdrop(vm, end);
    value_xdrop(vm, hint);
    return status;
}

/* Has an import failed because there is no such module as `parent`, or one of its own parents? */
static bool parent_is_missing(VM *vm, Value parent) {
    if (!error_is(vm, &exc_ImportError)) return false;
    Value name = as_exception(vm->raised)->fields[IMPORT_NAME];
    if (is_absent(name) || !is_string(name)) return false;
    int64_t length = string_length(as_string(name)), whole = string_length(as_string(parent));
    if (length > whole || (length < whole && string_at(as_string(parent), length) != '.')) return false;
    for (int64_t i = 0; i < length; i++) {
        if (string_at(as_string(name), i) != string_at(as_string(parent), i)) return false;
    }
    return true;
}

/* No file was found: the module may be a folder without an __init__, or a native one. */
static int run_without_file(VM *vm, Value name, Value parent, bool in_package) {
    if (error_raised(vm) && !parent_is_missing(vm, parent)) return run_finish(vm);
    Value error = error_take(vm);
    if (is_absent(error) && !in_package)
        error = string_format(vm, "__path__ attribute not found on %R while trying to find %R", parent, name);
    if (!is_absent(error)) {
        int status = complain_of_parent(vm, name, error);
        value_drop(vm, error);
        return status;
    }
    Value code = load_frozen_code(vm, name);
    if (!is_absent(code) && !load_is_frozen_package(vm, name)) return run_library_module(vm, name, code);
    value_xdrop(vm, code);
    Value path = package_path(vm, name);
    bool package = !is_absent(path), missing = error_is(vm, &exc_ImportError);
    value_xdrop(vm, path);
    if (package) return run_package(vm, name);
    if (error_raised(vm) && !missing) return run_finish(vm);
    error_clear(vm);
    return complain(vm, STATUS_ERROR, missing ? "No module named %S" : "No code object available for %S",
                    name, ABSENT, ABSENT);
}

static int run_module(VM *vm, const char *text) {
    Value name = run_decode(vm, text), path = ABSENT, parent = vm->empty_string, file = ABSENT;
    if (is_absent(name)) return run_finish(vm);
    if (*text == '.') {
        value_drop(vm, name);
        return complain(vm, STATUS_ERROR, "Relative module names not supported", ABSENT, ABSENT, ABSENT);
    }
    const char *dot = strrchr(text, '.');
    value_ref(parent);
    if (dot) {
        value_set(vm, &parent, string_decode_utf8(vm, text, (size_t)(dot - text), "surrogateescape"));
        if (!is_absent(parent)) path = package_path(vm, parent);
    } else {
        path = value_xref(dict_get_c(vm, vm->sys, "path"));
    }
    bool package = false;
    if (!is_absent(path)) file = find_file(vm, dot ? dot + 1 : text, path, &package);
    int status;
    if (is_absent(file))
        status = run_without_file(vm, name, parent, !is_absent(path));
    else
        status = package ? run_package(vm, name) : run_found_module(vm, name, path, file, parent);
    value_xdrop(vm, file);
    value_xdrop(vm, path);
    value_xdrop(vm, parent);
    value_drop(vm, name);
    return status;
}

/* --- the program's end --- */

/* Does standard output lead to a pipe whose other end is closed? */
static bool stdout_is_broken(void) {
    struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&p, 1, 0) == 1 && (p.revents & POLLERR);
}

int run_finish(VM *vm) {
    if (!error_is(vm, &exc_BrokenPipeError) || !stdout_is_broken()) return machine_finish(vm);
    error_clear(vm);
    return STATUS_ERROR;
}

int run_program(VM *vm, const Options *o) {
    switch (o->action) {
    case ACTION_FILE: return run_file(vm, o->target, o->skip_line);
    case ACTION_MODULE: return run_module(vm, o->target);
    case ACTION_CODE: return run_code(vm, o->target) ? 0 : run_finish(vm);
    default: return run_stdin(vm) ? 0 : run_finish(vm);
    }
}
