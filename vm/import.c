/* Import: names, modules and their parents, __import__, then the statements. */

#include "vm/import.h"

#include <stdio.h>

#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/module.h"
#include "runtime/nanoseconds.h"
#include "runtime/protocol.h"
#include "runtime/spec.h"
#include "runtime/text/str.h"
#include "vm/load.h"
#include "vm/machine.h"

/* --- errors --- */

static void set_field(VM *vm, int field, Value value) {
    value_set(vm, &as_exception(vm->raised)->fields[field], value_ref(value));
}

/* ModuleNotFoundError with its `name`; `format` has one %R, for the name. */
static Value raise_not_found(VM *vm, Value name, const char *format, Value second) {
    raise_error(vm, &exc_ModuleNotFoundError, format, name, second);
    if (error_is(vm, &exc_ImportError)) set_field(vm, IMPORT_NAME, name);
    return ABSENT;
}

/* --- modules --- */

/* name[0..dot) and name(dot..]; ABSENT parts when there is no dot. NEW both. */
static bool split_name(VM *vm, Value name, Value *parent, Value *last) {
    const String *s = as_string(name);
    int64_t length = string_length(s), dot = length;
    while (dot > 0 && string_at(s, dot - 1) != '.')
        dot--;
    *parent = dot ? string_slice(vm, name, 0, dot - 1) : ABSENT;
    *last = dot ? string_slice(vm, name, dot, length) : value_ref(name);
    bool ok = !is_absent(*last) && (!dot || !is_absent(*parent));
    if (!ok) value_xdrop(vm, *parent), value_xdrop(vm, *last);
    return ok;
}

/* The search path for what is inside a package, which is imported: NEW. */
static Value parent_path(VM *vm, Value name, Value parent, Value package) {
    Value path = object_get_attribute(vm, package, NAME_OF(vm, path));
    if (!is_absent(path) || !error_is(vm, &exc_AttributeError)) return path;
    Value context = error_take(vm);
    raise_not_found(vm, name, "No module named %R; %R is not a package", parent);
    if (!error_is(vm, &exc_ModuleNotFoundError)) return value_drop(vm, context), ABSENT;
    exception_set_cause(vm, vm->raised, ABSENT);
    value_set(vm, &as_exception(vm->raised)->context, context);
    return ABSENT;
}

static Value load(VM *vm, Value name, Value parent, Value last, Value path) {
    Value module = load_module(vm, name, parent, last, path);
    return is_absent(module) && !error_raised(vm) ? raise_not_found(vm, name, "No module named %R", ABSENT)
                                                  : module;
}

static Value load_top(VM *vm, Value name) {
    Value path = dict_get_c(vm, vm->sys, "path");
    if (vm_machine(vm)->imports_ended) return load_module(vm, name, ABSENT, name, ABSENT);
    if (is_absent(path))
        return raise_error(vm, &exc_RuntimeError, "sys.path must be a list of directory names");
    value_ref(path);
    Value module = load(vm, name, ABSENT, name, path);
    value_drop(vm, path);
    return module;
}

static Value known_module(VM *vm, Value name) {
    Value module = dict_get(vm, vm->modules, name);
    if (is_absent(module) || !is_none(module)) return value_xref(module);
    return raise_not_found(vm, name, "import of %S halted; None in sys.modules", ABSENT);
}

static Value load_below(VM *vm, Value name, Value parent, Value last) {
    Value package = dict_get(vm, vm->modules, parent);
    if (is_absent(package) && error_raised(vm)) return ABSENT;
    package = is_absent(package) ? import_module(vm, parent) : value_ref(package);
    if (is_absent(package)) return ABSENT;
    Value module = known_module(vm, name); /* the parent, package or not, may have put it there: os.path */
    bool fresh = is_absent(module) && !error_raised(vm);
    Value path = fresh ? parent_path(vm, name, parent, package) : ABSENT;
    value_drop(vm, package);
    if (!fresh) return module;
    if (is_absent(path)) return ABSENT;
    module = load(vm, name, parent, last, path);
    value_drop(vm, path);
    if (is_absent(module)) return ABSENT;
    package = dict_get(vm, vm->modules, parent);
    if (is_absent(package) || object_set_attribute(vm, package, last, module)) return module;
    value_drop(vm, module);
    return ABSENT;
}

/* One line of -X importtime: the time of the import alone, with those in it, and the module's name. */
static void print_time(VM *vm, Value name, int64_t own, int64_t whole) {
    size_t length;
    Value keeper = ABSENT;
    const char *text = string_utf8(vm, name, &length, &keeper);
    int indent = 2 * vm_machine(vm)->import_times.depth;
    if (text)
        fprintf(stderr, "import time: %9ld | %10ld | %*s%.*s\n", (long)own / 1000, (long)whole / 1000, indent,
                "", (int)length, text);
    else
        error_clear(vm);
    value_xdrop(vm, keeper);
}

static Value load_module_named(VM *vm, Value name, Value parent, Value last) {
    Machine *machine = vm_machine(vm);
    bool told = machine->import_times.told;
    if (told && !machine->import_times.begun)
        fputs("import time: self [us] | cumulative | imported package\n", stderr);
    machine->import_times.begun = true;
    int64_t start = told ? ns_now() : 0, beside = machine->import_times.nested;
    machine->import_times.nested = 0;
    machine->import_times.depth++;
    Value module = is_absent(parent) ? load_top(vm, name) : load_below(vm, name, parent, last);
    machine->import_times.depth--;
    int64_t whole = told ? ns_now() - start : 0;
    if (told && !is_absent(module)) print_time(vm, name, whole - machine->import_times.nested, whole);
    machine->import_times.nested = beside + whole;
    return module;
}

Value import_module(VM *vm, Value name) {
    Value module = known_module(vm, name), parent, last;
    if (!is_absent(module) || error_raised(vm)) return module;
    if (!recursion_enter(vm, "")) return ABSENT;
    if (split_name(vm, name, &parent, &last)) {
        module = load_module_named(vm, name, parent, last);
        value_xdrop(vm, parent);
        value_drop(vm, last);
    }
    recursion_leave(vm);
    return module;
}

/* --- relative names and fromlist --- */

/* The package that relative names are relative to; NEW. */
static Value current_package(VM *vm, Value globals) {
    Value package = is_absent(globals) ? ABSENT : dict_get_string(vm, globals, NAME_OF(vm, package));
    if (value_is_given(package)) {
        if (!is_string(package)) return raise_type(vm, "package must be a string");
        return value_ref(package);
    }
    Value name = is_absent(globals) ? ABSENT : dict_get_string(vm, globals, NAME_OF(vm, name)), parent, last;
    if (is_absent(name) || !is_string(name))
        return raise_error(vm, &exc_KeyError, "'__name__' not in globals");
    if (!is_absent(dict_get_string(vm, globals, NAME_OF(vm, path)))) return value_ref(name);
    if (!split_name(vm, name, &parent, &last)) return ABSENT;
    value_drop(vm, last);
    return is_absent(parent) ? value_ref(vm->empty_string) : parent;
}

/* The absolute name of a relative one; NEW. */
static Value resolve_name(VM *vm, Value name, Value globals, int64_t level) {
    Value package = current_package(vm, globals);
    if (is_absent(package)) return ABSENT;
    const String *s = as_string(package);
    int64_t end = string_length(s);
    if (end == 0) {
        value_drop(vm, package);
        return raise_error(vm, &exc_ImportError, "attempted relative import with no known parent package");
    }
    for (; level > 1; level--) {
        while (end > 0 && string_at(s, end - 1) != '.')
            end--;
        if (end == 0) {
            value_drop(vm, package);
            return raise_error(vm, &exc_ImportError, "attempted relative import beyond top-level package");
        }
        end--;
    }
    Value base = string_slice(vm, package, 0, end), result = base;
    value_drop(vm, package);
    if (is_absent(base) || string_length(as_string(name)) == 0) return base;
    result = string_format(vm, "%S.%S", base, name);
    value_drop(vm, base);
    return result;
}

/* Import a submodule that `from package import x` names, if x is no attribute yet and there is such a module.
 */
static bool ensure_attribute(VM *vm, Value module, Value module_name, Value x) {
    Value found;
    int there = object_find_attribute(vm, module, x, &found);
    if (there) value_xdrop(vm, found);
    if (there) return there > 0;
    Value full = string_format(vm, "%S.%S", module_name, x);
    if (is_absent(full)) return false;
    Value submodule = import_module(vm, full);
    if (is_absent(submodule) && error_is(vm, &exc_ModuleNotFoundError)) {
        Value missing = as_exception(vm->raised)->fields[IMPORT_NAME];
        if (!is_absent(missing) && is_string(missing) && string_equal(missing, full)) error_clear(vm);
    }
    value_drop(vm, full);
    value_xdrop(vm, submodule);
    return !error_raised(vm);
}

static bool handle_fromlist(VM *vm, Value module, Value module_name, Value fromlist, bool may_star) {
    Value names = tuple_from_iterable(vm, fromlist), all;
    bool ok = !is_absent(names);
    for (int64_t i = 0; ok && i < as_tuple(names)->length; i++) {
        Value x = as_tuple(names)->items[i];
        if (!is_string(x)) {
            raise_type(vm, "Item in ``from list'' must be str, not %T", x);
            ok = false;
        } else if (string_equal_c(x, "*")) {
            int found = may_star ? object_find_attribute(vm, module, NAME_OF(vm, all), &all) : 0;
            ok = found == 0 || (found > 0 && handle_fromlist(vm, module, module_name, all, false));
            if (found > 0) value_drop(vm, all);
        } else {
            ok = ensure_attribute(vm, module, module_name, x);
        }
    }
    value_xdrop(vm, names);
    return ok;
}

/* What `import a.b.c` binds: the module of the first part of the name. */
static Value first_module(VM *vm, Value name, Value absolute, STEALS Value module) {
    const String *s = as_string(name);
    int64_t dot = 0, length = string_length(s);
    while (dot < length && string_at(s, dot) != '.')
        dot++;
    if (dot == length) return module;
    value_drop(vm, module);
    int64_t cut = string_length(as_string(absolute)) - (length - dot);
    Value front = string_slice(vm, absolute, 0, cut);
    if (is_absent(front)) return ABSENT;
    Value first = import_module(vm, front);
    value_drop(vm, front);
    return first;
}

/* __import__(name, globals, locals, fromlist, level). `globals` may be ABSENT when the level is 0. */
static Value import_at_level(VM *vm, Value name, Value globals, Value fromlist, int64_t level) {
    if (!is_string(name)) return raise_type(vm, "module name must be a string");
    if (level < 0) return raise_value(vm, "level must be >= 0");
    if (level == 0 && string_length(as_string(name)) == 0) return raise_value(vm, "Empty module name");
    Value absolute = level ? resolve_name(vm, name, globals, level) : value_ref(name);
    if (is_absent(absolute)) return ABSENT;
    Value module = import_module(vm, absolute), path;
    int from = is_absent(module) || !value_is_given(fromlist) ? 0 : object_truth(vm, fromlist);
    if (from < 0) value_clear(vm, &module);
    if (!is_absent(module) && !from && string_length(as_string(name))) {
        module = first_module(vm, name, absolute, module);
    } else if (!is_absent(module) && from) {
        int package = object_find_attribute(vm, module, NAME_OF(vm, path), &path);
        if (package > 0) value_drop(vm, path);
        if (package < 0 || (package > 0 && !handle_fromlist(vm, module, absolute, fromlist, true))) {
            value_clear(vm, &module);
        }
    }
    value_drop(vm, absolute);
    return module;
}

Value import_function(VM *vm, Value *args, int nargs, Value names) {
    int64_t level = 0;
    if (!is_absent(args[4]) && !object_to_int64(vm, args[4], &exc_OverflowError, &level)) return ABSENT;
    bool globals = !is_absent(args[1]) && is_dict(args[1]);
    if (level > 0 && !globals) return raise_type(vm, "globals must be a dict");
    return import_at_level(vm, args[0], globals ? args[1] : ABSENT, args[3], level);
}

/* --- statements --- */

Value import_statement(VM *vm, const Frame *frame, Value name, Value fromlist, Value level) {
    Value import = dict_get_string(vm, frame_builtins(frame), NAME_OF(vm, import));
    if (is_absent(import)) return raise_error(vm, &exc_ImportError, "__import__ not found");
    if (value_same(import, vm_machine(vm)->native_import)) {
        return import_at_level(vm, name, frame_globals(frame), fromlist, int_get(level));
    }
    Value row[] = {name, frame_globals(frame), is_absent(frame->names) ? NONE : frame->names, fromlist,
                   level};
    value_ref(import);
    Value result = object_call(vm, import, row, 5, ABSENT);
    value_drop(vm, import);
    return result;
}

/* An attribute that may be missing or no str: NEW str, or ABSENT. Swallows errors. */
static Value text_attribute(VM *vm, Value module, Value name) {
    Value found;
    int there = object_find_attribute(vm, module, name, &found);
    if (there < 0) error_clear(vm);
    if (there <= 0) return ABSENT;
    if (is_string(found)) return found;
    value_drop(vm, found);
    return ABSENT;
}

static Value raise_cannot_import(VM *vm, Value module, Value module_name, Value name) {
    Value file = text_attribute(vm, module, NAME_OF(vm, file));
    Value unknown = string_from_c(vm, "unknown location"), shown_name = module_name;
    if (is_absent(module_name)) shown_name = string_from_c(vm, "<unknown module name>");
    if (!is_absent(unknown) && !is_absent(shown_name)) {
        Value location = is_absent(file) ? unknown : file;
        bool circular =
            value_is_instance(module, &module_type) && spec_is_initializing(vm, as_module(module)->dict);
        raise_error(vm, &exc_ImportError,
                    circular ? "cannot import name %R from partially initialized module %R (most likely due "
                               "to a circular import) (%S)"
                             : "cannot import name %R from %R (%S)",
                    name, shown_name, location);
    }
    if (error_is(vm, &exc_ImportError)) {
        if (!is_absent(module_name)) set_field(vm, IMPORT_NAME, module_name);
        if (!is_absent(file)) set_field(vm, IMPORT_PATH, file);
        set_field(vm, IMPORT_NAME_FROM, name);
    }
    if (is_absent(module_name)) value_xdrop(vm, shown_name);
    value_xdrop(vm, unknown);
    value_xdrop(vm, file);
    return ABSENT;
}

Value import_from(VM *vm, Value module, Value name) {
    Value found;
    int there = object_find_attribute(vm, module, name, &found);
    if (there) return there < 0 ? ABSENT : found;
    Value module_name = text_attribute(vm, module, NAME_OF(vm, name));
    if (!is_absent(module_name)) {
        /* A circular import: the submodule may be there, but not yet an attribute of its package. */
        Value full = string_format(vm, "%S.%S", module_name, name);
        found = is_absent(full) ? ABSENT : value_xref(dict_get(vm, vm->modules, full));
        value_xdrop(vm, full);
    } else {
        found = ABSENT;
    }
    if (is_absent(found) && !error_raised(vm)) raise_cannot_import(vm, module, module_name, name);
    value_xdrop(vm, module_name);
    return found;
}

/* The names that `import *` takes, a list; NEW. *all: they are the module's __all__. */
static Value star_names(VM *vm, Value module, bool *all) {
    Value source, names;
    int found = object_find_attribute(vm, module, NAME_OF(vm, all), &source);
    *all = found > 0;
    if (found == 0) found = object_find_attribute(vm, module, NAME_OF(vm, dict), &source);
    if (found == 0)
        return raise_error(vm, &exc_ImportError, "from-import-* object has no __dict__ and no __all__");
    if (found < 0) return ABSENT;
    names = list_from_iterable(vm, source);
    value_drop(vm, source);
    return names;
}

static bool star_one(VM *vm, const Frame *frame, Value module, Value name, bool all) {
    if (!is_string(name)) {
        Value title = object_get_attribute(vm, module, NAME_OF(vm, name));
        if (is_absent(title)) return false;
        raise_type(vm, "%s in %S.%s must be str, not %T", all ? "Item" : "Key", title,
                   all ? "__all__" : "__dict__", name);
        value_drop(vm, title);
        return false;
    }
    if (!all && string_length(as_string(name)) > 0 && string_at(as_string(name), 0) == '_') return true;
    Value v = object_get_attribute(vm, module, name);
    if (is_absent(v)) return false;
    Value names = is_absent(frame->names) ? frame_globals(frame) : frame->names;
    Value interned = string_intern(vm, value_ref(name));
    bool ok = !is_absent(interned) && object_set_item(vm, names, interned, v);
    value_xdrop(vm, interned);
    value_drop(vm, v);
    return ok;
}

bool import_star(VM *vm, const Frame *frame, Value module) {
    bool all, ok;
    Value names = star_names(vm, module, &all);
    if (is_absent(names)) return false;
    ok = true;
    for (int64_t i = 0; ok && i < as_list(names)->length; i++) {
        ok = star_one(vm, frame, module, as_list(names)->items[i], all);
    }
    value_drop(vm, names);
    return ok;
}
