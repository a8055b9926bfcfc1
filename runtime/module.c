/* module objects. */

#include "runtime/module.h"

#include "runtime/class.h"
#include "runtime/dict.h"
#include "runtime/exception.h"
#include "runtime/instance.h"
#include "runtime/list.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/str.h"

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
    (void)args;
    (void)nargs;
    (void)names;
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
        raise_type(vm, "module() argument 'name' must be str, not %T", row[0]);
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
    as_module(module)->native = true;
    if (doc == NULL) return module;
    Value doc_text = string_from_c(vm, doc);
    bool ok = !is_absent(doc_text) && dict_set(vm, as_module(module)->dict, NAME_OF(vm, doc), doc_text);
    value_xdrop(vm, doc_text);
    if (ok) return module;
    value_drop(vm, module);
    return ABSENT;
}

/* --- attributes --- */

/* BORROWED; ABSENT when the module has none that is a str. */
static Value module_name(VM *vm, Value dict) {
    Value name = dict_get_string(vm, dict, NAME_OF(vm, name));
    return !is_absent(name) && is_string(name) ? name : ABSENT;
}

/* Is the module's code still running? Then a missing name may be due to a circular import. */
static bool is_initializing(VM *vm, Value dict) {
    Value spec = dict_get_string(vm, dict, NAME_OF(vm, spec)), flag;
    if (is_absent(spec) || is_none(spec)) return false;
    Value name = string_intern_c(vm, "_initializing");
    if (is_absent(name)) {
        error_clear(vm);
        return false;
    }
    int found = object_find_attribute(vm, spec, name, &flag);
    value_drop(vm, name);
    if (found < 0) error_clear(vm);
    if (found <= 0) return false;
    bool result = value_same(flag, TRUE_VALUE);
    value_drop(vm, flag);
    return result;
}

static Value raise_missing(VM *vm, Value module, Value dict, Value name) {
    Value module_text = module_name(vm, dict), text;
    if (is_absent(module_text)) {
        text = string_format(vm, "module has no attribute '%S'", name);
    } else if (is_initializing(vm, dict)) {
        text = string_format(vm,
                             "partially initialized module '%S' has no attribute '%S' (most likely due to a "
                             "circular import)",
                             module_text, name);
    } else {
        text = string_format(vm, "module '%S' has no attribute '%S'", module_text, name);
    }
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

static bool set_attribute(VM *vm, Value self, Value name, Value value) {
    if (!is_string(name)) return object_generic_set(vm, self, name, value);
    Value of_type = type_lookup(vm, type_of(self), name);
    if (!is_absent(of_type) && type_of(of_type)->descriptor_set != NULL) {
        return object_generic_set(vm, self, name, value);
    }
    Value dict = as_module(self)->dict;
    if (!is_absent(value)) {
        Value interned = string_intern(vm, value_ref(name));
        if (is_absent(interned)) return false;
        bool ok = dict_set(vm, dict, interned, value);
        value_drop(vm, interned);
        return ok;
    }
    int deleted = dict_delete(vm, dict, name);
    if (deleted == 0) raise_attribute(vm, self, name);
    return deleted > 0;
}

static Value get_dict(VM *vm, Value self) {
    (void)vm;
    return value_ref(as_module(self)->dict);
}

static bool set_dict(VM *vm, Value self, Value value) {
    (void)self;
    (void)value;
    raise_error(vm, &exc_AttributeError, "readonly attribute");
    return false;
}

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

static Value dir(VM *vm, Value *args, int nargs, Value names) {
    (void)nargs;
    (void)names;
    Value dict = as_module(args[0])->dict;
    Value function = dict_get_string(vm, dict, NAME_OF(vm, dir));
    return is_absent(function) ? list_from_iterable(vm, dict) : call_0(vm, function);
}

static Value repr(VM *vm, Value self) {
    Value dict = as_module(self)->dict, name = module_name(vm, dict);
    Value file = dict_get_string(vm, dict, NAME_OF(vm, file));
    if (is_absent(name)) return string_from_c(vm, "<module '?'>");
    if (!is_absent(file) && is_string(file)) return string_format(vm, "<module %R from %R>", name, file);
    return string_format(vm, as_module(self)->native ? "<module %R (built-in)>" : "<module %R>", name);
}

static const NativeDef methods[] = {{"__dir__", dir, "", "__dir__() -> list", NATIVE_METHOD}, {0}};

static const GetSetDef getsets[] = {
    {"__dict__", get_dict, set_dict, NULL},
    {"__annotations__", get_annotations, set_annotations, NULL},
    {0},
};

Type module_type = {
    TYPE_HEAD(module_type, "module", .traverse = traverse, .clear = clear, .dealloc = dealloc),
    .flags = TYPE_BASE,
    .basic_size = sizeof(Module),
    .base = &object_type,
    .doc = "Create a module object.\n\nThe name must be a string; the optional docstring can have any type.",
    .new = make,
    .init = init,
    .repr = repr,
    .get_attribute = get_attribute,
    .set_attribute = set_attribute,
    .methods = methods,
    .getsets = getsets,
};
