/* The finders that sys.meta_path begins with, and the module _frozen_importlib, where importlib finds them. */

#include "runtime/containers/dict.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "vm/eval.h"
#include "vm/load.h"
#include "vm/machine.h"

static bool check_name(VM *vm, Value name) {
    if (is_string(name)) return true;
    raise_type(vm, "module name must be a string, not %T", name);
    return false;
}

static Value raise_not_ours(VM *vm, Value name, const char *what) {
    raise_error(vm, &exc_ImportError, "%R is not a %s module", name, what);
    if (error_is(vm, &exc_ImportError))
        value_set(vm, &as_exception(vm->raised)->fields[IMPORT_NAME], value_ref(name));
    return ABSENT;
}

/* --- what the two importers of the binary share --- */

/* Is there such a module? `find` says so by a spec. */
static bool check_found(VM *vm, Value name, Value (*find)(VM *, Value), const char *what) {
    Value spec = check_name(vm, name) ? find(vm, name) : ABSENT;
    bool found = value_is_given(spec);
    if (!is_absent(spec) && !found) raise_not_ours(vm, name, what);
    value_xdrop(vm, spec);
    return found;
}

static Value spec_name(VM *vm, Value spec) { return object_get_attribute(vm, spec, NAME_OF(vm, spec_name)); }

/* load_module(fullname), the old way: the module that is there, or the one its spec makes. */
static Value load_old(VM *vm, Value name, Value (*find)(VM *, Value), const char *what) {
    if (!check_found(vm, name, find, what)) return ABSENT;
    Value known = dict_get(vm, vm->modules, name);
    if (!is_absent(known) || error_raised(vm)) return value_xref(known);
    Value spec = find(vm, name), module = is_absent(spec) ? ABSENT : load_spec(vm, spec);
    value_xdrop(vm, spec);
    return module;
}

/* --- native modules --- */

NATIVE(builtin_find_spec) { return check_name(vm, args[1]) ? load_find_native(vm, args[1]) : ABSENT; }

NATIVE(builtin_create_module) {
    Value name = spec_name(vm, args[0]);
    if (is_absent(name)) return ABSENT;
    Value module = check_found(vm, name, load_find_native, "built-in") ? load_native(vm, name) : ABSENT;
    value_drop(vm, name);
    return module;
}

NATIVE(do_nothing) { return NONE; }

NATIVE(builtin_no_code) { return check_found(vm, args[1], load_find_native, "built-in") ? NONE : ABSENT; }

NATIVE(builtin_is_package) {
    return check_found(vm, args[1], load_find_native, "built-in") ? FALSE_VALUE : ABSENT;
}

NATIVE(builtin_load_module) { return load_old(vm, args[1], load_find_native, "built-in"); }

static const NativeDef builtin_methods[] = {
    {"find_spec", builtin_find_spec, "fullname, path=None, target=None",
     "The spec of a native module, or None.", NATIVE_CLASS_METHOD},
    {"create_module", builtin_create_module, "spec", "Make a native module.", NATIVE_STATIC_METHOD},
    {"exec_module", do_nothing, "module", "Nothing: a native module is made whole.", NATIVE_STATIC_METHOD},
    {"get_code", builtin_no_code, "fullname", "None: native modules have no code objects.",
     NATIVE_CLASS_METHOD},
    {"get_source", builtin_no_code, "fullname", "None: native modules have no source.", NATIVE_CLASS_METHOD},
    {"is_package", builtin_is_package, "fullname", "False: native modules are no packages.",
     NATIVE_CLASS_METHOD},
    {"load_module", builtin_load_module, "fullname", "Import a native module. Deprecated.",
     NATIVE_CLASS_METHOD},
    {0},
};

Type builtin_importer_type = {
    TYPE_HEAD(builtin_importer_type, "_frozen_importlib.BuiltinImporter"),
    .flags = TYPE_BASE,
    .basic_size = sizeof(Object),
    .base = &object_type,
    .doc = "Finds and makes the modules that are written in C. Used as a class, without instances.",
    .methods = builtin_methods,
};

/* --- the library in the binary --- */

NATIVE(frozen_find_spec) { return check_name(vm, args[1]) ? load_find_frozen(vm, args[1]) : ABSENT; }

NATIVE(frozen_exec_module) {
    Value name = object_get_attribute(vm, args[0], NAME_OF(vm, name));
    if (is_absent(name)) return ABSENT;
    Value code = check_found(vm, name, load_find_frozen, "frozen") ? load_frozen_code(vm, name) : ABSENT;
    value_drop(vm, name);
    Value dict = is_absent(code) ? ABSENT : object_get_attribute(vm, args[0], NAME_OF(vm, dict)),
          result = ABSENT;
    if (!is_absent(dict) && is_dict(dict)) result = eval_code(vm, code, dict, ABSENT, ABSENT);
    value_xdrop(vm, dict);
    value_xdrop(vm, code);
    return result;
}

NATIVE(frozen_get_code) {
    return check_found(vm, args[1], load_find_frozen, "frozen") ? load_frozen_code(vm, args[1]) : ABSENT;
}

NATIVE(frozen_get_source) {
    return check_found(vm, args[1], load_find_frozen, "frozen") ? load_frozen_source(vm, args[1]) : ABSENT;
}

NATIVE(frozen_is_package) {
    if (!check_found(vm, args[1], load_find_frozen, "frozen")) return ABSENT;
    return bool_from(load_is_frozen_package(vm, args[1]));
}

NATIVE(frozen_load_module) { return load_old(vm, args[1], load_find_frozen, "frozen"); }

static const NativeDef frozen_methods[] = {
    {"find_spec", frozen_find_spec, "fullname, path=None, target=None",
     "The spec of a library module, or None.", NATIVE_CLASS_METHOD},
    {"create_module", do_nothing, "spec", "None: a plain module will do.", NATIVE_STATIC_METHOD},
    {"exec_module", frozen_exec_module, "module", "Run the module's code in it.", NATIVE_STATIC_METHOD},
    {"get_code", frozen_get_code, "fullname", "The module's code object.", NATIVE_CLASS_METHOD},
    {"get_source", frozen_get_source, "fullname", "The module's source text.", NATIVE_CLASS_METHOD},
    {"is_package", frozen_is_package, "fullname", "Is the module a package?", NATIVE_CLASS_METHOD},
    {"load_module", frozen_load_module, "fullname", "Import a library module. Deprecated.",
     NATIVE_CLASS_METHOD},
    {0},
};

Type frozen_importer_type = {
    TYPE_HEAD(frozen_importer_type, "_frozen_importlib.FrozenImporter"),
    .flags = TYPE_BASE,
    .basic_size = sizeof(Object),
    .base = &object_type,
    .doc = "Finds and makes the library's modules. Used as a class, without instances.",
    .methods = frozen_methods,
};

/* --- files --- */

NATIVE(path_find_spec) { return check_name(vm, args[1]) ? load_find_file(vm, args[1], args[2]) : ABSENT; }

/* Each finder that a path hook has made is told to forget what it knows. */
NATIVE(path_invalidate_caches) {
    Value module = load_library_module(vm, "_frozen_importlib_external");
    if (is_absent(module)) return ABSENT;
    Value function = value_xref(dict_get_c(vm, as_module(module)->dict, "_invalidate_path_caches"));
    value_drop(vm, module);
    if (is_absent(function)) return NONE;
    Value result = call_0(vm, function);
    value_drop(vm, function);
    return result;
}

static const NativeDef path_methods[] = {
    {"find_spec", path_find_spec, "fullname, path=None, target=None",
     "The spec of a module in a file along the path, or None.", NATIVE_CLASS_METHOD},
    {"invalidate_caches", path_invalidate_caches, "", "Let the finders along the path forget what they know.",
     NATIVE_STATIC_METHOD},
    {0},
};

Type path_finder_type = {
    TYPE_HEAD(path_finder_type, "_frozen_importlib_external.PathFinder"),
    .flags = TYPE_BASE,
    .basic_size = sizeof(Object),
    .base = &object_type,
    .doc =
        "Finds modules in files along sys.path or a package's __path__. Used as a class, without instances.",
    .methods = path_methods,
};

/* --- the module --- */

NATIVE(module_from_spec) { return load_module_from_spec(vm, args[0]); }

NATIVE(load) { return load_spec(vm, args[0]); }

NATIVE(init_module_attrs) {
    int override = is_absent(args[2]) ? 0 : object_truth(vm, args[2]);
    if (override < 0 || !load_set_attributes(vm, args[0], args[1], override)) return ABSENT;
    return value_ref(args[1]);
}

NATIVE(import_absolute) {
    if (!is_string(args[0])) return raise_type(vm, "module name must be str, not %T", args[0]);
    if (string_length(as_string(args[0])) == 0) return raise_value(vm, "Empty module name");
    return import_module(vm, args[0]);
}

static const NativeDef functions[] = {
    {"_import", import_absolute, "name", "The module of an absolute name, imported if need be."},
    {"module_from_spec", module_from_spec, "spec", "A new module of a spec, whose code has not run."},
    {"_load", load, "spec", "Make and run the module of a spec."},
    {"_init_module_attrs", init_module_attrs, "spec, module, override=False",
     "Set a module's attributes from its spec."},
    {0},
};

NEW RAISES static const NamedType types[] = {{"ModuleSpec", &module_spec_type},
                                             {"BuiltinImporter", &builtin_importer_type},
                                             {"FrozenImporter", &frozen_importer_type},
                                             {"PathFinder", &path_finder_type},
                                             {0}};

static bool add_import(VM *vm, Value dict) {
    Value import = vm_machine(vm)->native_import;
    return is_absent(import) || dict_set(vm, dict, NAME_OF(vm, import), import);
}

Value module__frozen_importlib_new(VM *vm) {
    return module_make(vm, &(ModuleDef){.name = "_frozen_importlib",
                                        .doc = "The part of import that is written in C.",
                                        .functions = functions,
                                        .types = types,
                                        .fill = add_import});
}
