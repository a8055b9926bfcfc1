/* Finding and loading: the native modules, files, the library in the binary, then sys.meta_path. */

#include "vm/load.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/compile.h"
#include "runtime/auditevent.h"
#include "runtime/code/image.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/set.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/files/file.h"
#include "runtime/module.h"
#include "runtime/modules/zlib.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/spec.h"
#include "runtime/text/codec.h"
#include "runtime/text/str.h"
#include "vm/eval.h"
#include "vm/frozen.h"
#include "vm/machine.h"

/* --- native modules --- */

#define X(name) NEW RAISES Value module_##name##_new(VM *vm);
#include "runtime/modules/modules.def"
#undef X

static const struct {
    const char *name;
    Value (*make)(VM *vm);
} native_modules[] = {
#define X(name) {#name, module_##name##_new},
#include "runtime/modules/modules.def"
#undef X
};

static bool is_native(Value name) {
    if (string_equal_c(name, "builtins")) return true;
    for (size_t i = 0; i < sizeof native_modules / sizeof *native_modules; i++) {
        if (string_equal_c(name, native_modules[i].name)) return true;
    }
    return false;
}

/* ABSENT with nothing raised: there is none of this name. */
static Value make_native(VM *vm, Value name) {
    for (size_t i = 0; i < sizeof native_modules / sizeof *native_modules; i++) {
        if (string_equal_c(name, native_modules[i].name)) return native_modules[i].make(vm);
    }
    return ABSENT;
}

Value import_native_names(VM *vm) {
    Value list = list_new(vm, 0), name = string_from_c(vm, "builtins");
    bool ok = !is_absent(list) && !is_absent(name) && list_append(vm, list, name);
    value_xdrop(vm, name);
    for (size_t i = 0; ok && i < sizeof native_modules / sizeof *native_modules; i++) {
        name = string_from_c(vm, native_modules[i].name);
        ok = !is_absent(name) && list_append_owned(vm, list, name);
    }
    Value tuple = ok && list_sort(vm, list, ABSENT, false) ? tuple_from_iterable(vm, list) : ABSENT;
    value_xdrop(vm, list);
    return tuple;
}

/* --- files --- */

char *import_read(VM *vm, Value filename, size_t *length) {
    Value keeper;
    const char *path = file_path(vm, filename, &keeper);
    if (path == NULL) return value_xdrop(vm, keeper), NULL;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    value_xdrop(vm, keeper);
    struct stat status;
    if (file < 0 || fstat(file, &status) < 0 || S_ISDIR(status.st_mode)) {
        raise_os(vm, file < 0 ? errno : EISDIR, filename);
        if (file >= 0) close(file);
        return NULL;
    }
    size_t capacity = status.st_size > 0 ? (size_t)status.st_size + 1 : 4096, filled = 0;
    char *text = memory_alloc(vm, capacity);
    while (text != NULL) {
        if (filled == capacity) { /* it grew, or is no regular file */
            char *larger = memory_resize(vm, text, capacity, capacity * 2);
            if (larger == NULL) break;
            text = larger;
            capacity *= 2;
        }
        ssize_t got = read(file, text + filled, capacity - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) raise_os(vm, errno, filename);
        if (got <= 0) break;
        filled += (size_t)got;
    }
    close(file);
    if (text == NULL) return NULL;
    char *fitting = error_raised(vm) ? NULL : memory_resize(vm, text, capacity, filled ? filled : 1);
    if (fitting == NULL) memory_free(vm, text, capacity);
    *length = filled;
    return fitting;
}

enum { KIND_NONE, KIND_FILE, KIND_DIRECTORY };

static int path_kind(VM *vm, Value path) {
    Value keeper;
    const char *text = file_path(vm, path, &keeper);
    struct stat status;
    int kind = KIND_NONE;
    if (text == NULL && error_is(vm, &exc_ValueError)) { /* no path can be like that */
        error_clear(vm);
    } else if (text == NULL) {
        kind = -1;
    } else if (stat(text, &status) == 0) {
        kind = S_ISDIR(status.st_mode) ? KIND_DIRECTORY : KIND_FILE;
    }
    value_xdrop(vm, keeper);
    return kind;
}

/* The folder that an entry of a path names, from the root on and without a slash at its end: '' is the root. NEW;
 * ABSENT without an error when there is no current folder. */
static Value folder_of(VM *vm, Value entry) {
    const String *s = as_string(entry);
    int64_t length = string_length(s);
    bool absolute = length > 0 && string_at(s, 0) == '/';
    while (length > 0 && string_at(s, length - 1) == '/')
        length--;
    if (absolute) return string_slice(vm, entry, 0, length);
    char current[PATH_MAX];
    if (getcwd(current, sizeof current) == NULL) return ABSENT;
    size_t filled = strlen(current);
    Value folder = string_decode_utf8(vm, current, filled == 1 ? 0 : filled, "surrogateescape");
    if (is_absent(folder) || length == 0 || (length == 1 && string_at(s, 0) == '.')) return folder;
    bool from_here = length > 2 && string_at(s, 0) == '.' && string_at(s, 1) == '/';
    Value part = string_slice(vm, entry, from_here ? 2 : 0, length);
    Value whole = is_absent(part) ? ABSENT : string_format(vm, "%S/%S", folder, part);
    value_drop(vm, folder);
    value_xdrop(vm, part);
    return whole;
}

/* directory/name + suffix, if that is a file: NEW; ABSENT else. */
static Value file_at(VM *vm, Value directory, Value name, const char *suffix) {
    Value path = string_format(vm, "%S/%S%s", directory, name, suffix);
    if (is_absent(path) || path_kind(vm, path) == KIND_FILE) return path;
    value_drop(vm, path);
    return ABSENT;
}

/* The file of `name` (its last part) in one directory, with `package` set for an __init__; a directory
 * without one is appended to `portions`. */
static Value find_in(VM *vm, Value directory, Value name, bool *package, Value portions) {
    static const struct {
        const char *suffix;
        bool package;
    } forms[] = {{"/__init__.mpy", true}, {"/__init__.py", true}, {".mpy", false}, {".py", false}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        Value path = file_at(vm, directory, name, forms[i].suffix);
        *package = forms[i].package;
        if (!is_absent(path) || error_raised(vm)) return path;
    }
    Value path = string_format(vm, "%S/%S", directory, name);
    if (!is_absent(path) && path_kind(vm, path) == KIND_DIRECTORY) list_append(vm, portions, path);
    value_xdrop(vm, path);
    return ABSENT;
}

/* --- the library in the binary --- */

/* The entry of sys.path, behind the program's own folders, where modules of the library are found; it is also the
 * __path__ of the library's packages. No folder is called by it. */
static const char library_entry[] = "<frozen>";

static const FrozenModule *find_frozen(VM *vm, Value name) {
    const String *s = as_string(name);
    const char *text = (const char *)s->data;
    if (vm_machine(vm)->library_off || !s->ascii || strlen(text) != s->length) return NULL;
    return frozen_find(text);
}

bool load_add_library(VM *vm, Value path) {
    Value entry = string_from_c(vm, library_entry);
    return !is_absent(entry) && list_append_owned(vm, path, entry);
}

/* --- where a module comes from --- */

typedef enum { FROM_NOWHERE, FROM_NATIVE, FROM_FILE, FROM_LIBRARY, FROM_FOLDERS } Origin;

typedef struct {
    Origin origin;
    Value filename; /* owned; or ABSENT */
    const FrozenModule *frozen;
    bool package;
    Value portions; /* folders without an __init__, a list; owned */
} Found;

static void found_drop(VM *vm, Found *found) {
    value_xdrop(vm, found->filename);
    value_xdrop(vm, found->portions);
}

static void found_in_library(Found *found, const FrozenModule *frozen) {
    found->origin = FROM_LIBRARY;
    found->frozen = frozen;
    found->package = frozen->package;
}

/* Look for `last`, the last part of a name, in one entry of a path. */
static void find_at(VM *vm, Value entry, Value name, Value last, Found *found) {
    const FrozenModule *frozen;
    if (string_equal_c(entry, library_entry) && (frozen = find_frozen(vm, name)) != NULL) {
        found_in_library(found, frozen);
        return;
    }
    Value folder = folder_of(vm, entry);
    if (is_absent(folder)) return;
    found->filename = find_in(vm, folder, last, &found->package, found->portions);
    if (!is_absent(found->filename)) found->origin = FROM_FILE;
    value_drop(vm, folder);
}

/* No file's name: that of a module is not, where it is empty or has a slash in it. */
static bool is_no_name(Value text) {
    const String *s = as_string(text);
    for (int64_t i = 0; i < string_length(s); i++)
        if (string_at(s, i) == '/') return true;
    return string_length(s) == 0;
}

/* Look along a path. False RAISES. */
static bool find_on_path(VM *vm, Value name, Value last, Value path, Found *found) {
    *found = (Found){.portions = list_new(vm, 0)};
    if (is_no_name(last)) return !is_absent(found->portions);
    Value entries = is_absent(found->portions) ? ABSENT : list_from_iterable(vm, path);
    if (is_absent(entries)) return false;
    for (int64_t i = 0; i < as_list(entries)->length && found->origin == FROM_NOWHERE && !error_raised(vm);
         i++) {
        Value entry = as_list(entries)->items[i];
        if (is_string(entry)) find_at(vm, entry, name, last, found);
    }
    value_drop(vm, entries);
    if (found->origin == FROM_NOWHERE && as_list(found->portions)->length > 0) {
        found->origin = FROM_FOLDERS;
        found->package = true;
    }
    return !error_raised(vm);
}

Value import_find_file(VM *vm, Value name, Value path, bool *package) {
    Found found = {0};
    Value filename = ABSENT;
    if (find_on_path(vm, name, name, path, &found)) filename = value_xref(found.filename);
    *package = found.package;
    found_drop(vm, &found);
    return filename;
}

/* --- specs --- */

static Value external(VM *vm, const char *name) {
    Value module = load_library_module(vm, "_frozen_importlib_external");
    if (is_absent(module)) return ABSENT;
    Value found = value_xref(dict_get_c(vm, as_module(module)->dict, name));
    value_drop(vm, module);
    return is_absent(found) ? raise_error(vm, &exc_ImportError, "importlib has no %s", name) : found;
}

/* The class of file loaders, kept by the machine. BORROWED. */
static Value file_loader_class(VM *vm) {
    Machine *machine = vm_machine(vm);
    if (is_absent(machine->file_loader)) machine->file_loader = external(vm, "SourceFileLoader");
    return machine->file_loader;
}

/* [the directory of an __init__ file] */
static Value package_path(VM *vm, Value filename) {
    const String *s = as_string(filename);
    int64_t slash = string_length(s);
    while (slash > 0 && string_at(s, slash - 1) != '/')
        slash--;
    Value directory = string_slice(vm, filename, 0, slash ? slash - 1 : 0);
    return is_absent(directory) ? ABSENT : list_from_owned(vm, &directory, 1);
}

static Value file_spec(VM *vm, Value name, const Found *found) {
    Value class = file_loader_class(vm);
    Value loader = is_absent(class) ? ABSENT : call_2(vm, class, name, found->filename);
    Value locations = found->package && !is_absent(loader) ? package_path(vm, found->filename) : ABSENT;
    Value spec = error_raised(vm) ? ABSENT : spec_new(vm, name, loader, found->filename, locations);
    if (!is_absent(spec)) as_spec(spec)->has_location = true;
    value_xdrop(vm, loader);
    value_xdrop(vm, locations);
    return spec;
}

/* The spec of a native or library module; `origin` says which. */
static Value inner_spec(VM *vm, Value name, Type *importer, const char *origin, bool package) {
    Value text = string_from_c(vm, origin), locations = ABSENT;
    if (is_absent(text)) return ABSENT;
    if (package) {
        locations = list_new(vm, 1);
        if (!is_absent(locations) && !load_add_library(vm, locations)) value_clear(vm, &locations);
    }
    Value spec = error_raised(vm) ? ABSENT : spec_new(vm, name, from_object(importer), text, locations);
    value_xdrop(vm, locations);
    value_drop(vm, text);
    return spec;
}

static Value folders_spec(VM *vm, Value name, const Found *found) {
    Value make = external(vm, "_namespace_spec");
    Value spec = is_absent(make) ? ABSENT : call_2(vm, make, name, found->portions);
    value_xdrop(vm, make);
    return spec;
}

static Value found_spec(VM *vm, Value name, const Found *found) {
    switch (found->origin) {
    case FROM_NATIVE: return inner_spec(vm, name, &builtin_importer_type, "built-in", false);
    case FROM_LIBRARY: return inner_spec(vm, name, &frozen_importer_type, "frozen", found->package);
    case FROM_FILE: return file_spec(vm, name, found);
    case FROM_FOLDERS: return folders_spec(vm, name, found);
    default: return NONE;
    }
}

/* --- a module's attributes --- */

/* The spec's attribute; ABSENT when it is missing (or RAISES). NEW. */
static Value spec_field(VM *vm, Value spec, NameIndex name) {
    Value v;
    return object_find_attribute(vm, spec, vm->names[name], &v) > 0 ? v : ABSENT;
}

/* Set an attribute unless the module has it, not None. */
static bool give(VM *vm, Value module, Value name, Value value, bool override) {
    Value old;
    int there = override ? 0 : object_find_attribute(vm, module, name, &old);
    if (there < 0) error_clear(vm);
    bool kept = there > 0 && !is_none(old);
    if (there > 0) value_drop(vm, old);
    if (kept || object_set_attribute(vm, module, name, value)) return true;
    if (!error_is(vm, &exc_AttributeError)) return false;
    error_clear(vm);
    return true;
}

static bool give_new(VM *vm, Value module, NameIndex name, STEALS Value value, bool override) {
    bool ok = !is_absent(value) && give(vm, module, vm->names[name], value, override);
    value_xdrop(vm, value);
    return ok || !error_raised(vm);
}

bool load_set_attributes(VM *vm, Value spec, Value module, bool override) {
    Value parent_name = string_intern_c(vm, "parent"), parent = ABSENT;
    if (is_absent(parent_name)) return false;
    object_find_attribute(vm, spec, parent_name, &parent);
    value_drop(vm, parent_name);
    bool ok = !error_raised(vm) &&
              give_new(vm, module, NAME_name, spec_field(vm, spec, NAME_spec_name), override) &&
              give_new(vm, module, NAME_loader, spec_field(vm, spec, NAME_spec_loader), override) &&
              give_new(vm, module, NAME_package, value_xref(parent), override) &&
              give(vm, module, NAME_OF(vm, spec), spec, true);
    value_xdrop(vm, parent);
    Value locations = ok ? spec_field(vm, spec, NAME_spec_locations) : ABSENT;
    if (value_is_given(locations)) {
        ok = give(vm, module, NAME_OF(vm, path), locations, override);
    }
    value_xdrop(vm, locations);
    Value located = ok ? spec_field(vm, spec, NAME_spec_has_location) : ABSENT;
    int truth = is_absent(located) ? 0 : object_truth(vm, located);
    value_xdrop(vm, located);
    if (truth > 0) ok = give_new(vm, module, NAME_file, spec_field(vm, spec, NAME_spec_origin), override);
    return ok && truth >= 0 && !error_raised(vm);
}

/* What __file__ is: a namespace package, which has no place but folders, has None. ABSENT: there is none. BORROWED. */
static Value file_of(const ModuleSpec *s) {
    if (s->has_location) return s->origin;
    return value_is_given(s->locations) && !value_is_given(s->origin) ? NONE : ABSENT;
}

/* The same for a module of our own making, whose spec is a ModuleSpec. */
static bool set_up(VM *vm, Value module, Value spec) {
    const ModuleSpec *s = as_spec(spec);
    Value file = file_of(s), dict = as_module(module)->dict, parent_name = string_intern_c(vm, "parent");
    Value parent = is_absent(parent_name) ? ABSENT : object_get_attribute(vm, spec, parent_name);
    value_xdrop(vm, parent_name);
    if (is_absent(parent)) return false;
    bool ok = dict_set(vm, dict, NAME_OF(vm, package), parent) &&
              dict_set(vm, dict, NAME_OF(vm, loader), s->loader) &&
              dict_set(vm, dict, NAME_OF(vm, spec), spec) &&
              (is_absent(s->locations) || dict_set(vm, dict, NAME_OF(vm, path), s->locations)) &&
              (is_absent(file) || dict_set(vm, dict, NAME_OF(vm, file), file));
    value_drop(vm, parent);
    return ok;
}

/* --- running --- */

static bool run_code(VM *vm, Value module, STEALS Value code) {
    if (is_absent(code)) return false;
    Value result =
        AUDIT(vm, "exec", code) ? eval_code(vm, code, as_module(module)->dict, ABSENT, ABSENT) : ABSENT;
    value_drop(vm, code);
    value_xdrop(vm, result);
    return !is_absent(result);
}

static bool run_file(VM *vm, Value module, Value filename) {
    size_t length;
    char *text = import_read(vm, filename, &length);
    if (text == NULL) return false;
    Value code = compile_source(vm, text, length, filename, COMPILE_EXEC, COMPILE_FILE);
    memory_free(vm, text, length ? length : 1);
    return run_code(vm, module, code);
}

/* What stands in sys.modules after the module has run: it may have put something else there. NEW. */
static Value settled(VM *vm, Value name) {
    Value now = dict_get(vm, vm->modules, name);
    if (!is_absent(now)) return value_ref(now);
    return error_raised(vm) ? ABSENT : raise_key(vm, name);
}

/* The module does not run any more; without success it must not stay. */
static bool end_run(VM *vm, Value name, Value spec, bool ok) {
    Value raised = error_take(vm);
    spec_set_initializing(vm, spec, false);
    if (!ok) dict_delete(vm, vm->modules, name);
    error_clear(vm);
    error_restore(vm, raised);
    return ok;
}

static Value load_found(VM *vm, Value name, const Found *found) {
    Value spec = found_spec(vm, name, found);
    if (is_absent(spec)) return ABSENT;
    Value module = found->origin == FROM_NATIVE ? load_native(vm, name) : module_new(vm, name);
    bool ok = !is_absent(module) && set_up(vm, module, spec) && dict_set(vm, vm->modules, name, module);
    if (ok && (found->origin == FROM_FILE || found->origin == FROM_LIBRARY)) {
        spec_set_initializing(vm, spec, true);
        ok = found->origin == FROM_FILE
                 ? run_file(vm, module, found->filename)
                 : run_code(vm, module, image_read(vm, found->frozen->image, found->frozen->size));
        ok = end_run(vm, name, spec, ok);
    }
    value_xdrop(vm, module);
    value_drop(vm, spec);
    return ok ? settled(vm, name) : ABSENT;
}

/* --- modules by their spec --- */

static Value new_module(VM *vm, Value spec, Value loader) {
    Value method, module = NONE;
    int creates = object_find_attribute(vm, loader, NAME_OF(vm, create_module), &method);
    if (creates < 0) return ABSENT;
    if (creates) {
        module = call_1(vm, method, spec);
        value_drop(vm, method);
    } else {
        int executes = object_find_attribute(vm, loader, NAME_OF(vm, exec_module), &method);
        if (executes > 0) {
            value_drop(vm, method);
            raise_error(vm, &exc_ImportError,
                        "loaders that define exec_module() must also define create_module()");
        }
        if (executes) return ABSENT;
    }
    if (is_absent(module) || !is_none(module)) return module;
    Value name = spec_field(vm, spec, NAME_spec_name);
    if (is_absent(name)) return error_raised(vm) ? ABSENT : raise_type(vm, "spec has no name");
    module = call_1(vm, from_object(&module_type), name);
    value_drop(vm, name);
    return module;
}

Value load_module_from_spec(VM *vm, Value spec) {
    Value loader = object_get_attribute(vm, spec, NAME_OF(vm, spec_loader));
    if (is_absent(loader)) return ABSENT;
    Value module = new_module(vm, spec, loader);
    value_drop(vm, loader);
    if (is_absent(module) || load_set_attributes(vm, spec, module, false)) return module;
    value_drop(vm, module);
    return ABSENT;
}

static bool execute(VM *vm, Value spec, Value name, Value module) {
    Value loader = object_get_attribute(vm, spec, NAME_OF(vm, spec_loader)), result = NONE;
    if (is_absent(loader)) return false;
    if (!is_none(loader)) {
        result = call_method(vm, loader, NAME_OF(vm, exec_module), &module, 1);
    } else {
        Value locations = spec_field(vm, spec, NAME_spec_locations);
        if (!value_is_given(locations)) {
            result = raise_error(vm, &exc_ImportError, "missing loader");
            if (error_is(vm, &exc_ImportError))
                value_set(vm, &as_exception(vm->raised)->fields[IMPORT_NAME], value_ref(name));
        }
        value_xdrop(vm, locations);
    }
    value_drop(vm, loader);
    value_xdrop(vm, result);
    return !is_absent(result);
}

/* Is this a loader from before there was exec_module? 1 or 0, -1 RAISES. */
static int loads_the_old_way(VM *vm, Value spec) {
    Value loader = object_get_attribute(vm, spec, NAME_OF(vm, spec_loader)), method;
    if (is_absent(loader)) return -1;
    int found = is_none(loader) ? 1 : object_find_attribute(vm, loader, NAME_OF(vm, exec_module), &method);
    if (found > 0 && !is_none(loader)) value_drop(vm, method);
    value_drop(vm, loader);
    return found < 0 ? -1 : !found;
}

static Value load_the_old_way(VM *vm, Value spec) {
    Value library = vm->hooks.library(vm, "_frozen_importlib_external"), result = ABSENT;
    Value name = is_absent(library) ? ABSENT : string_intern_fixed(vm, "_load_backward_compatible");
    if (!is_absent(name)) result = call_method(vm, library, name, &spec, 1);
    value_xdrop(vm, name);
    value_xdrop(vm, library);
    return result;
}

Value load_spec(VM *vm, Value spec) {
    int old = loads_the_old_way(vm, spec);
    if (old) return old < 0 ? ABSENT : load_the_old_way(vm, spec);
    Value name = object_get_attribute(vm, spec, NAME_OF(vm, spec_name)), result = ABSENT;
    if (is_absent(name)) return ABSENT;
    Value module = load_module_from_spec(vm, spec);
    if (!is_absent(module) && spec_set_initializing(vm, spec, true)) {
        bool ok = dict_set(vm, vm->modules, name, module) && execute(vm, spec, name, module);
        if (end_run(vm, name, spec, ok)) result = settled(vm, name);
    }
    value_xdrop(vm, module);
    value_drop(vm, name);
    return result;
}

/* --- the finders --- */

Value load_native(VM *vm, Value name) {
    static const char *const standing[] = {"sys", "builtins"}; /* there is one of each for all time */
    for (size_t i = 0; i < sizeof standing / sizeof *standing; i++) {
        Value module = string_equal_c(name, standing[i]) ? dict_get(vm, vm->modules, name) : ABSENT;
        if (!is_absent(module)) return value_ref(module);
    }
    return make_native(vm, name);
}

Value load_find_native(VM *vm, Value name) {
    Found found = {.origin = is_native(name) ? FROM_NATIVE : FROM_NOWHERE};
    return found_spec(vm, name, &found);
}

Value load_find_frozen(VM *vm, Value name) {
    const FrozenModule *frozen = find_frozen(vm, name);
    if (frozen == NULL) return NONE;
    Found found = {0};
    found_in_library(&found, frozen);
    return found_spec(vm, name, &found);
}

Value load_frozen_code(VM *vm, Value name) {
    const FrozenModule *frozen = find_frozen(vm, name);
    return frozen == NULL ? ABSENT : image_read(vm, frozen->image, frozen->size);
}

Value load_frozen_source(VM *vm, Value name) {
    const FrozenModule *frozen = find_frozen(vm, name);
    if (frozen == NULL) return error_raised(vm) ? ABSENT : NONE;
    Value text = ABSENT;
    char *unpacked = memory_alloc(vm, frozen->source_size + 1);
    if (!unpacked) return error_raised(vm) ? ABSENT : raise_memory(vm);
    if (zlib_unpack(vm, frozen->source, frozen->packed_size, (uint8_t *)unpacked, frozen->source_size))
        text = string_from_utf8(vm, unpacked, frozen->source_size);
    memory_free(vm, unpacked, frozen->source_size + 1);
    return text;
}

bool load_is_frozen_package(VM *vm, Value name) {
    const FrozenModule *frozen = find_frozen(vm, name);
    return frozen != NULL && frozen->package;
}

/* Behind the last dot; NEW. */
static Value last_part(VM *vm, Value name) {
    const String *s = as_string(name);
    int64_t length = string_length(s), dot = length;
    while (dot > 0 && string_at(s, dot - 1) != '.')
        dot--;
    return string_slice(vm, name, dot, length);
}

/* Is this the empty container that the machine put into sys? */
static bool is_pristine(VM *vm, const char *name, Type *type) {
    Value v = dict_get_c(vm, vm->sys, name);
    if (is_absent(v) || !is_exactly(v, type)) return false;
    return type == &list_type ? as_list(v)->length == 0 : as_dict(v)->count == 0;
}

static bool has_hooks(VM *vm) {
    return !is_pristine(vm, "path_hooks", &list_type) || !is_pristine(vm, "path_importer_cache", &dict_type);
}

/* Would the library, which comes last when sys.path does not name it, hide what was found? */
static bool may_be_hidden(const Found *found) {
    return found->origin == FROM_NOWHERE || found->origin == FROM_FOLDERS;
}

Value load_find_file(VM *vm, Value name, Value path) {
    if (!value_is_given(path)) path = dict_get_c(vm, vm->sys, "path");
    if (is_absent(path)) return NONE;
    if (has_hooks(vm)) {
        Value find = external(vm, "_find_along");
        Value spec = is_absent(find) ? ABSENT : call_2(vm, find, name, path);
        value_xdrop(vm, find);
        return spec;
    }
    Value last = last_part(vm, name), spec = ABSENT;
    Found found = {0};
    value_ref(path);
    if (!is_absent(last) && find_on_path(vm, name, last, path, &found)) {
        bool hidden = may_be_hidden(&found) && find_frozen(vm, name) != NULL;
        spec = hidden ? NONE : found_spec(vm, name, &found);
    }
    value_drop(vm, path);
    found_drop(vm, &found);
    value_xdrop(vm, last);
    return spec;
}

/* --- sys.meta_path --- */

static Type *const finders[] = {&builtin_importer_type, &path_finder_type, &frozen_importer_type};
enum { FINDER_COUNT = sizeof finders / sizeof *finders };

static bool finders_untouched(Value meta_path) {
    if (!is_exactly(meta_path, &list_type) || as_list(meta_path)->length != FINDER_COUNT) return false;
    for (int i = 0; i < FINDER_COUNT; i++) {
        if (!value_same(as_list(meta_path)->items[i], from_object(finders[i]))) return false;
    }
    return true;
}

/* One finder's spec; None when it has no find_spec. */
static Value ask_finder(VM *vm, Value finder, Value name, Value path) {
    Value method;
    int there = object_find_attribute(vm, finder, NAME_OF(vm, find_spec), &method);
    if (there <= 0) return there < 0 ? ABSENT : NONE;
    Value spec = call_3(vm, method, name, path, NONE);
    value_drop(vm, method);
    return spec;
}

static Value load_by_finders(VM *vm, Value meta_path, Value name, Value path) {
    Value list = list_from_iterable(vm, meta_path), module = ABSENT;
    for (int64_t i = 0; !is_absent(list) && i < as_list(list)->length; i++) {
        Value spec = ask_finder(vm, as_list(list)->items[i], name, path);
        bool found = value_is_given(spec);
        if (found) module = load_spec(vm, spec);
        value_xdrop(vm, spec);
        if (found || error_raised(vm)) break;
    }
    value_xdrop(vm, list);
    return module;
}

static Value raise_shutting_down(VM *vm) {
    return raise_error(vm, &exc_ImportError, "sys.meta_path is None, Python is likely shutting down");
}

/* CPython has these loaded before a program begins, so that a file of that name beside the program never takes their
 * place; here they are loaded when they are asked for. */
static bool is_there_at_start(Value name) {
    static const char *const names[] = {
        "_collections_abc", "abc",  "codecs", "encodings", "genericpath", "io", "os",
        "posixpath",        "site", "stat"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (string_equal_c(name, names[i])) return true;
    return false;
}

Value load_module(VM *vm, Value name, Value parent, Value last, Value path) {
    Value meta_path = dict_get_c(vm, vm->sys, "meta_path");
    if (!value_is_given(meta_path) || vm_machine(vm)->imports_ended) return raise_shutting_down(vm);
    if (!AUDIT(vm, "import", name, NONE, dict_get_c(vm, vm->sys, "path"), meta_path,
               dict_get_c(vm, vm->sys, "path_hooks")))
        return ABSENT;
    meta_path = dict_get_c(vm, vm->sys, "meta_path");
    if (!value_is_given(meta_path)) return raise_shutting_down(vm);
    if (!finders_untouched(meta_path) || has_hooks(vm)) {
        value_ref(meta_path);
        Value module = load_by_finders(vm, meta_path, name, is_absent(parent) ? NONE : path);
        value_drop(vm, meta_path);
        return module;
    }
    Found found = {0};
    Value module = ABSENT;
    bool ok = true, start = is_absent(parent) && is_there_at_start(name);
    if (is_absent(parent) && is_native(name))
        found.origin = FROM_NATIVE;
    else if (!start || find_frozen(vm, name) == NULL)
        ok = find_on_path(vm, name, last, path, &found);
    const FrozenModule *frozen =
        ok && is_absent(parent) && may_be_hidden(&found) ? find_frozen(vm, name) : NULL;
    if (frozen != NULL) found_in_library(&found, frozen);
    if (ok && found.origin != FROM_NOWHERE) module = load_found(vm, name, &found);
    found_drop(vm, &found);
    return module;
}

Value load_library_module(VM *vm, const char *text) {
    Value name = string_intern_c(vm, text), module = ABSENT;
    if (is_absent(name)) return ABSENT;
    Value known = dict_get(vm, vm->modules, name);
    const FrozenModule *frozen = frozen_find(text);
    if (!is_absent(known)) {
        module = value_ref(known);
    } else if (vm_machine(vm)->imports_ended) {
        raise_shutting_down(vm);
    } else if (frozen == NULL) {
        raise_error(vm, &exc_ImportError, "the library has no module %s", text);
    } else if (!error_raised(vm)) {
        Found found = {0};
        found_in_library(&found, frozen);
        module = load_found(vm, name, &found);
    }
    value_drop(vm, name);
    return module;
}

/* --- start --- */

static bool give_native_spec(VM *vm, const char *text) {
    Value name = string_intern_c(vm, text),
          module = is_absent(name) ? ABSENT : dict_get(vm, vm->modules, name);
    Value spec = is_absent(module) ? ABSENT : load_find_native(vm, name);
    bool ok = !is_absent(spec) && set_up(vm, module, spec);
    value_xdrop(vm, spec);
    value_xdrop(vm, name);
    return ok;
}

/* sys.stdlib_module_names: what is native or in the library. */
static Value library_names(VM *vm) {
    Value names = import_native_names(vm),
          set = is_absent(names) ? ABSENT : frozenset_from_iterable(vm, names);
    value_xdrop(vm, names);
    for (size_t i = 0; !is_absent(set) && i < frozen_count; i++) {
        if (strchr(frozen_modules[i].name, '.') != NULL) continue;
        Value name = string_intern_c(vm, frozen_modules[i].name);
        bool ok = !is_absent(name) && set_add(vm, set, name);
        value_xdrop(vm, name);
        if (!ok) value_clear(vm, &set);
    }
    return set;
}

bool load_init(VM *vm) {
    Value row[FINDER_COUNT];
    for (int i = 0; i < FINDER_COUNT; i++)
        row[i] = from_object(finders[i]);
    Value list = list_from(vm, row, FINDER_COUNT);
    bool ok = !is_absent(list) && dict_set_c(vm, vm->sys, "meta_path", list);
    value_xdrop(vm, list);
    Value names = ok ? library_names(vm) : ABSENT;
    ok = ok && !is_absent(names) && dict_set_c(vm, vm->sys, "stdlib_module_names", names);
    value_xdrop(vm, names);
    return ok && give_native_spec(vm, "sys") && give_native_spec(vm, "builtins");
}
