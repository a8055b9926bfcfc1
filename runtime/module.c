/* module objects. */

#include "runtime/module.h"

#include "runtime/classes/descriptor.h"
#include "runtime/classes/class.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/set.h"
#include "runtime/errors/exception.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/spec.h"
#include "runtime/text/str.h"

/* --- life --- */

static int traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((Module *)self)->dict);
    return 0;
}

static void clear(VM *vm, Object *self) { value_clear(vm, &((Module *)self)->dict); }

static void dealloc(VM *vm, Object *self) {
    object_untrack(vm, self);
    clear(vm, self);
    object_free(vm, self, instance_size(self, 0));
}

static Value make(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Object *self = instance_new(vm, type, 0);
    if (self == NULL) return ABSENT;
    ((Module *)self)->dict = dict_new(vm);
    object_track(self);
    if (!is_absent(((Module *)self)->dict)) return from_object(self);
    object_drop(vm, self);
    return ABSENT;
}

static bool set_up(VM *vm, Value module, Value name, Value doc) {
    static const NameIndex empty[] = {NAME_package, NAME_loader, NAME_spec};
    Value dict = as_module(module)->dict;
    if (!dict_set(vm, dict, NAME_OF(vm, name), name)) return false;
    if (!dict_set(vm, dict, NAME_OF(vm, doc), is_absent(doc) ? NONE : doc)) return false;
    for (int i = 0; i < 3; i++) {
        if (!dict_set(vm, dict, vm->names[empty[i]], NONE)) return false;
    }
    return true;
}

static bool init(VM *vm, Value self, Value *args, int nargs, Value names) {
    Value row[2];
    if (!arguments_bind(vm, "module", "name, doc=None", args, nargs, names, row)) return false;
    if (!is_string(row[0])) {
        raise_type(vm, "module() argument 'name' must be str, not %Q", row[0]);
        return false;
    }
    return set_up(vm, self, row[0], row[1]);
}

Value module_new(VM *vm, Value name) {
    Value module = make(vm, &module_type, NULL, 0, ABSENT);
    if (is_absent(module) || set_up(vm, module, name, ABSENT)) return module;
    value_drop(vm, module);
    return ABSENT;
}

Value module_new_c(VM *vm, const char *name, const char *doc) {
    Value text = string_intern_c(vm, name);
    if (is_absent(text)) return ABSENT;
    Value module = module_new(vm, text);
    value_drop(vm, text);
    if (is_absent(module)) return ABSENT;
    if (doc == NULL) return module;
    Value doc_text = string_from_c(vm, doc);
    bool ok = !is_absent(doc_text) && dict_set(vm, as_module(module)->dict, NAME_OF(vm, doc), doc_text);
    value_xdrop(vm, doc_text);
    if (ok) return module;
    value_drop(vm, module);
    return ABSENT;
}

bool module_add(VM *vm, Value dict, const char *name, STEALS Value v) {
    bool done = !is_absent(v) && dict_set_c(vm, dict, name, v);
    value_xdrop(vm, v);
    return done;
}

static bool fill(VM *vm, Value dict, const ModuleDef *def) {
    if (def->functions && !module_add_functions(vm, dict, def->functions, def->name)) return false;
    for (const NamedType *t = def->types; t && t->name; t++) {
        if (!dict_set_c(vm, dict, t->name, from_object(t->type))) return false;
    }
    for (const NamedNumber *n = def->numbers; n && n->name; n++) {
        if (!dict_set_c(vm, dict, n->name, int_small(n->value))) return false;
    }
    return !def->fill || def->fill(vm, dict);
}

Value module_make(VM *vm, const ModuleDef *def) {
    Value module = module_new_c(vm, def->name, def->doc);
    if (!is_absent(module) && !fill(vm, as_module(module)->dict, def)) value_clear(vm, &module);
    return module;
}

/* --- attributes --- */

/* BORROWED; ABSENT when the module has none that is a str. */
static Value module_name(VM *vm, Value dict) {
    Value name = dict_get_string(vm, dict, NAME_OF(vm, name));
    return !is_absent(name) && is_string(name) ? name : ABSENT;
}

/* Behind the last slash before `end`. */
static int64_t folder_end(const String *path, int64_t end) {
    while (end > 0 && string_at(path, end - 1) != '/')
        end--;
    return end;
}

/* Does the module's file lie in the folder of the script? Then it may hide a library module that was meant. */
static bool may_hide(VM *vm, Value file) {
    Value path = is_absent(vm->sys) ? ABSENT : dict_get_c(vm, vm->sys, "path");
    if (is_absent(path) || !is_exactly(path, &list_type) || as_list(path)->length == 0) return false;
    Value folder = as_list(path)->items[0];
    if (!is_string(folder)) return false;
    int64_t end = folder_end(as_string(file), string_length(as_string(file)));
    Value last = end > 0 ? string_slice(vm, file, end, string_length(as_string(file))) : ABSENT;
    bool package =
        !is_absent(last) && (string_equal_c(last, "__init__.py") || string_equal_c(last, "__init__.mpy"));
    value_xdrop(vm, last);
    if (package) end = folder_end(as_string(file), end - 1);
    Value holder = end > 0 ? string_slice(vm, file, 0, end - 1) : ABSENT;
    bool same = !is_absent(holder) && string_equal(holder, folder);
    value_xdrop(vm, holder);
    error_clear(vm);
    return same;
}

static bool is_library_name(VM *vm, Value name) {
    Value names = dict_get_c(vm, vm->sys, "stdlib_module_names");
    int found = is_absent(names) || !is_set(names) ? 0 : set_contains(vm, names, name);
    if (found < 0) error_clear(vm);
    return found > 0;
}

static Value missing_text(VM *vm, Value dict, Value module, Value name) {
    Value file = dict_get_string(vm, dict, NAME_OF(vm, file));
    bool located = !is_absent(file) && is_string(file), hides = located && may_hide(vm, file);
    if (hides && is_library_name(vm, module))
        return string_format(
            vm,
            "module '%S' has no attribute '%S' (consider renaming %R since it has the same name as the "
            "standard library module named '%S' and the import system gives it precedence)",
            module, name, file, module);
    if (!spec_is_initializing(vm, dict))
        return string_format(vm, "module '%S' has no attribute '%S'", module, name);
    if (hides)
        return string_format(vm,
                             "module '%S' has no attribute '%S' (consider renaming %R if it has the same "
                             "name as a third-party module you intended to import)",
                             module, name, file);
    if (located)
        return string_format(vm,
                             "partially initialized module '%S' from '%S' has no attribute '%S' (most likely "
                             "due to a circular import)",
                             module, file, name);
    return string_format(
        vm, "partially initialized module '%S' has no attribute '%S' (most likely due to a circular import)",
        module, name);
}

static Value raise_missing(VM *vm, Value module, Value dict, Value name) {
    Value module_text = module_name(vm, dict);
    Value text = is_absent(module_text) ? string_format(vm, "module has no attribute '%S'", name)
                                        : missing_text(vm, dict, module_text, name);
    if (is_absent(text)) return ABSENT;
    Value exception = call_1(vm, from_object(&exc_AttributeError), text);
    value_drop(vm, text);
    if (is_absent(exception)) return ABSENT;
    value_set(vm, &as_exception(exception)->fields[ATTRIBUTE_NAME], value_ref(name));
    value_set(vm, &as_exception(exception)->fields[ATTRIBUTE_OBJECT], value_ref(module));
    return raise_object(vm, exception);
}

static Value get_attribute(VM *vm, Value self, Value name) {
    Value dict = as_module(self)->dict;
    if (!is_string(name) || is_absent(dict)) return object_generic_get(vm, self, name);
    Value own = dict_get_string(vm, dict, name);
    Value of_type = type_lookup(vm, type_of(self), name);
    bool data = !is_absent(of_type) && type_of(of_type)->descriptor_set != NULL;
    if (!is_absent(own) && !data) return value_ref(own);
    if (!is_absent(of_type)) return object_generic_get(vm, self, name);
    Value getter = dict_get_string(vm, dict, NAME_OF(vm, getattr));
    if (is_absent(getter)) return raise_missing(vm, self, dict, name);
    value_ref(getter);
    Value result = call_1(vm, getter, name);
    value_drop(vm, getter);
    return result;
}

static Value get_dict(VM *vm, Value self) { return value_ref(as_module(self)->dict); }

static Value get_annotations(VM *vm, Value self) {
    Value dict = as_module(self)->dict, found = dict_get_string(vm, dict, NAME_OF(vm, annotations));
    if (!is_absent(found)) return value_ref(found);
    Value made = dict_new(vm);
    if (is_absent(made) || dict_set(vm, dict, NAME_OF(vm, annotations), made)) return made;
    value_drop(vm, made);
    return ABSENT;
}

static bool set_annotations(VM *vm, Value self, Value value) {
    Value dict = as_module(self)->dict;
    if (!is_absent(value)) return dict_set(vm, dict, NAME_OF(vm, annotations), value);
    int deleted = dict_delete(vm, dict, NAME_OF(vm, annotations));
    if (deleted == 0) raise_attribute(vm, self, NAME_OF(vm, annotations));
    return deleted > 0;
}

NATIVE(dir) {
    Value dict = as_module(args[0])->dict;
    Value function = dict_get_string(vm, dict, NAME_OF(vm, dir));
    return is_absent(function) ? list_from_iterable(vm, dict) : call_0(vm, function);
}

static Value repr(VM *vm, Value self) {
    Value dict = as_module(self)->dict, spec = dict_get_string(vm, dict, NAME_OF(vm, spec));
    if (value_is_given(spec)) {
        value_ref(spec);
        Value text = spec_module_repr(vm, spec);
        value_drop(vm, spec);
        return text;
    }
    Value name = module_name(vm, dict), file = dict_get_string(vm, dict, NAME_OF(vm, file));
    Value loader = dict_get_string(vm, dict, NAME_OF(vm, loader));
    if (is_absent(name)) return string_from_c(vm, "<module '?'>");
    if (!is_absent(file) && is_string(file)) return string_format(vm, "<module %R from %R>", name, file);
    if (value_is_given(loader)) return string_format(vm, "<module %R (%R)>", name, loader);
    return string_format(vm, "<module %R>", name);
}

static const NativeDef methods[] = {{"__dir__", dir, "", "__dir__() -> list"}, {0}};

static const GetSetDef getsets[] = {
    {"__dict__", get_dict, member_refuse, NULL},
    {"__annotations__", get_annotations, set_annotations, NULL},
    {0},
};

Type module_type = {
    TYPE_HEAD(module_type, "module", .traverse = traverse, .clear = clear, .dealloc = dealloc),
    .flags = TYPE_WEAKLY_REFERABLE | TYPE_BASE,
    .basic_size = sizeof(Module),
    .dict_offset = offsetof(Module, dict),
    .base = &object_type,
    .doc = "(name, doc=None)\n--\n\nCreate a module object.\n\nThe name must be a string; the optional "
           "docstring can have any type.",
    .new = make,
    .init = init,
    .repr = repr,
    .get_attribute = get_attribute,
    .methods = methods,
    .getsets = getsets,
};

/* --- what other modules have --- */

Value module_get(VM *vm, const char *module, const char *name) {
    Value text = string_intern_fixed(vm, module);
    Value imported = is_absent(text) ? ABSENT : vm->hooks.import(vm, text), found = ABSENT;
    value_xdrop(vm, text);
    if (is_absent(imported)) return ABSENT;
    text = string_intern_fixed(vm, name);
    if (!is_absent(text)) found = object_get_attribute(vm, imported, text);
    value_xdrop(vm, text);
    value_drop(vm, imported);
    return found;
}

Value module_call(VM *vm, const char *module, const char *function, Value *args, int nargs, Value names) {
    Value callable = module_get(vm, module, function);
    if (is_absent(callable)) return ABSENT;
    Value result = object_call(vm, callable, args, nargs, names);
    value_drop(vm, callable);
    return result;
}
