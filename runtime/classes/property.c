/* property, staticmethod, classmethod and mappingproxy. */

#include "runtime/classes/descriptor.h"
#include "runtime/classes/genericalias.h"
#include "runtime/classes/instance.h"
#include "runtime/code/function.h"
#include "runtime/containers/dict.h"
#include "runtime/errors/error.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- property --- */

static Property *as_property(Value v) { return (Property *)as_object(v); }

static int property_traverse(Object *self, VisitFn visit, void *context) {
    Property *p = (Property *)self;
    VISIT(p->get);
    VISIT(p->set);
    VISIT(p->delete);
    VISIT(p->doc);
    VISIT(p->name);
    return 0;
}

static void property_clear(VM *vm, Object *self) {
    Property *p = (Property *)self;
    value_clear(vm, &p->get);
    value_clear(vm, &p->set);
    value_clear(vm, &p->delete);
    value_clear(vm, &p->doc);
    value_clear(vm, &p->name);
}

static void property_dealloc(VM *vm, Object *self) {
    object_untrack(vm, self);
    property_clear(vm, self);
    object_free(vm, self, instance_size(self, 0));
}

/* An attribute of a function whose owner user code may meanwhile set up anew. As object_find_attribute. */
static int find_in_function(VM *vm, Value function, Value name, Value *found) {
    value_ref(function);
    int there = object_find_attribute(vm, function, name, found);
    value_drop(vm, function);
    return there;
}

static Value given(Value v) { return !value_is_given(v) ? ABSENT : value_ref(v); }

/* Without a docstring of its own a property has its getter's, if that has one. */
static bool take_getter_doc(VM *vm, Property *p, Value *doc) {
    if (is_absent(p->get)) return true;
    int found = find_in_function(vm, p->get, NAME_OF(vm, doc), doc);
    if (found > 0 && is_none(*doc)) *doc = ABSENT;
    p->doc_from_getter = found > 0 && !is_absent(*doc);
    return found >= 0;
}

/*
 * An instance of a subclass has its docstring among its own attributes, since the class's would hide the field. If it
 * has no room for it, a docstring that was given is lost, as is none; the getter's is missed.
 */
static bool put_doc(VM *vm, Value self, STEALS Value doc) {
    if (is_exactly(self, &property_type)) {
        value_set(vm, &as_property(self)->doc, doc);
        return true;
    }
    bool done = object_set_attribute(vm, self, NAME_OF(vm, doc), is_absent(doc) ? NONE : doc);
    value_xdrop(vm, doc);
    if (done || as_property(self)->doc_from_getter || !error_is(vm, &exc_AttributeError)) return done;
    error_clear(vm);
    return true;
}

static bool property_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    Value row[4];
    if (!arguments_bind(vm, "property", "fget=None, fset=None, fdel=None, doc=None", args, nargs, names,
                        row)) {
        return false;
    }
    Property *p = as_property(self);
    value_set(vm, &p->get, given(row[0]));
    value_set(vm, &p->set, given(row[1]));
    value_set(vm, &p->delete, given(row[2]));
    Value doc = given(row[3]);
    p->doc_from_getter = false;
    if (is_absent(doc) && !take_getter_doc(vm, p, &doc)) return false;
    return put_doc(vm, self, doc);
}

static int property_find_name(VM *vm, const Property *p, Value *name) {
    *name = value_xref(p->name);
    if (!is_absent(*name)) return 1;
    return is_absent(p->get) ? 0 : find_in_function(vm, p->get, NAME_OF(vm, name), name);
}

static void raise_missing(VM *vm, const Property *p, Value instance, const char *what) {
    Value name;
    int found = property_find_name(vm, p, &name);
    if (found < 0) return;
    Value type = object_get_attribute(vm, from_object(type_of(instance)), NAME_OF(vm, qualname));
    if (!is_absent(type)) {
        Value text = found ? string_format(vm, "property %R of %R object has no %s", name, type, what)
                           : string_format(vm, "property of %R object has no %s", type, what);
        value_drop(vm, type);
        if (!is_absent(text)) {
            raise_new(vm, &exc_AttributeError, text);
            value_drop(vm, text);
        }
    }
    if (found) value_drop(vm, name);
}

static Value property_get(VM *vm, Value descriptor, Value instance, Value owner) {
    Property *p = as_property(descriptor);
    if (!value_is_given(instance)) return value_ref(descriptor);
    if (is_absent(p->get)) {
        raise_missing(vm, p, instance, "getter");
        return ABSENT;
    }
    Value function = value_ref(p->get), result = call_1(vm, function, instance);
    value_drop(vm, function);
    return result;
}

static bool property_set(VM *vm, Value descriptor, Value instance, Value value) {
    Property *p = as_property(descriptor);
    Value function = is_absent(value) ? p->delete : p->set;
    if (is_absent(function)) {
        raise_missing(vm, p, instance, is_absent(value) ? "deleter" : "setter");
        return false;
    }
    value_ref(function);
    Value result = is_absent(value) ? call_1(vm, function, instance) : call_2(vm, function, instance, value);
    value_drop(vm, function);
    value_xdrop(vm, result);
    return !is_absent(result);
}

static Value or_none(Value v) { return is_absent(v) ? NONE : v; }

/* A copy with one function replaced: type(self)(get, set, delete, doc). */
static Value property_copy(VM *vm, Value self, Value get, Value set, Value delete) {
    Property *p = as_property(self);
    bool fresh_doc = p->doc_from_getter && value_is_given(get);
    Value args[4] = {or_none(value_is_given(get) ? get : p->get), or_none(value_is_given(set) ? set : p->set),
                     or_none(value_is_given(delete) ? delete : p->delete),
                     fresh_doc ? NONE : or_none(p->doc)};
    for (int i = 0; i < 4; i++)
        value_ref(args[i]);
    Value copy = object_call(vm, from_object(type_of(self)), args, 4, ABSENT);
    for (int i = 0; i < 4; i++)
        value_drop(vm, args[i]);
    if (is_absent(copy) || !value_is_instance(copy, &property_type)) return copy;
    if (!is_absent(p->name)) value_set(vm, &as_property(copy)->name, value_ref(p->name));
    as_property(copy)->doc_from_getter |= p->doc_from_getter;
    return copy;
}

NATIVE(property_getter) { return property_copy(vm, args[0], args[1], ABSENT, ABSENT); }

NATIVE(property_setter) { return property_copy(vm, args[0], ABSENT, args[1], ABSENT); }

NATIVE(property_deleter) { return property_copy(vm, args[0], ABSENT, ABSENT, args[1]); }

NATIVE(property_set_name) {
    if (nargs != 3) {
        return raise_type(vm, "__set_name__() takes 2 positional arguments but %d were given", nargs - 1);
    }
    value_set(vm, &as_property(args[0])->name, value_ref(args[2]));
    return NONE;
}

static Value property_get_name(VM *vm, Value self) {
    Value name;
    int found = property_find_name(vm, as_property(self), &name);
    if (found > 0) return name;
    return found < 0 ? ABSENT : raise_attribute(vm, self, NAME_OF(vm, name));
}

static bool property_set_name_attribute(VM *vm, Value self, Value value) {
    value_set(vm, &as_property(self)->name, value_xref(value));
    return true;
}

/* Is this function marked by abc.abstractmethod? */
static int is_abstract(VM *vm, Value function) {
    Value mark;
    if (is_absent(function)) return 0;
    int found = find_in_function(vm, function, NAME_OF(vm, isabstractmethod), &mark);
    if (found <= 0) return found;
    int truth = object_truth(vm, mark);
    value_drop(vm, mark);
    return truth;
}

static Value property_get_abstract(VM *vm, Value self) {
    const Property *p = as_property(self);
    int abstract = is_abstract(vm, p->get);
    if (!abstract) abstract = is_abstract(vm, p->set);
    if (!abstract) abstract = is_abstract(vm, p->delete);
    return bool_from_truth(abstract);
}

static const NativeDef property_methods[] = {
    {"getter", property_getter, "object, /",
     "Descriptor to obtain a copy of the property with a different getter."},
    {"setter", property_setter, "object, /",
     "Descriptor to obtain a copy of the property with a different setter."},
    {"deleter", property_deleter, "object, /",
     "Descriptor to obtain a copy of the property with a different deleter."},
    {"__set_name__", property_set_name, "*args", "Method to set name of a property."},
    {0},
};

static const MemberDef property_members[] = {
    {"fget", offsetof(Property, get), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, NULL},
    {"fset", offsetof(Property, set), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, NULL},
    {"fdel", offsetof(Property, delete), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, NULL},
    {"__doc__", offsetof(Property, doc), MEMBER_NONE_IF_ABSENT, NULL},
    {0},
};

static const GetSetDef property_getsets[] = {
    {"__name__", property_get_name, property_set_name_attribute, NULL},
    {"__isabstractmethod__", property_get_abstract, NULL, NULL},
    {0},
};

Type property_type = {
    TYPE_HEAD(property_type, "property", .traverse = property_traverse, .clear = property_clear,
              .dealloc = property_dealloc),
    .flags = TYPE_BASE,
    .basic_size = sizeof(Property),
    .base = &object_type,
    .doc = "(fget=None, fset=None, fdel=None, doc=None)\n--\n\nProperty attribute.\n\n  fget\n    function "
           "to be used for getting an attribute value\n  fset\n    function to be used for setting an "
           "attribute value\n  fdel\n    function to be used for del'ing an attribute\n  doc\n    docstring",
    .new = instance_new_blank,
    .init = property_init,
    .descriptor_get = property_get,
    .descriptor_set = property_set,
    .methods = property_methods,
    .members = property_members,
    .getsets = property_getsets,
};

/* --- staticmethod, classmethod --- */

static MethodWrapper *as_wrapper(Value v) { return (MethodWrapper *)as_object(v); }

static int wrapper_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((MethodWrapper *)self)->callable);
    return attributes_traverse_own(self, visit, context);
}

static void wrapper_clear(VM *vm, Object *self) {
    value_clear(vm, &((MethodWrapper *)self)->callable);
    attributes_clear_own(vm, self);
}

static void wrapper_dealloc(VM *vm, Object *self) {
    object_untrack(vm, self);
    wrapper_clear(vm, self);
    object_free(vm, self, instance_size(self, 0));
}

static Value wrapper_make(VM *vm, Type *type, Value callable) {
    Object *self = instance_new(vm, type, 0);
    if (self == NULL) return ABSENT;
    ((MethodWrapper *)self)->callable = value_xref(callable);
    object_track(self);
    return from_object(self);
}

Value static_method_new(VM *vm, Value callable) { return wrapper_make(vm, &static_method_type, callable); }

Value class_method_new(VM *vm, Value callable) { return wrapper_make(vm, &class_method_type, callable); }

static Value wrapper_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    return wrapper_make(vm, type, ABSENT);
}

static bool wrapper_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    Value row[1];
    bool is_static = value_is_instance(self, &static_method_type);
    const char *name = is_static ? "staticmethod" : "classmethod";
    if (!arguments_bind(vm, name, "function, /", args, nargs, names, row)) return false;
    value_set(vm, &as_wrapper(self)->callable, value_ref(row[0]));
    return true;
}

static bool check_callable(VM *vm, const MethodWrapper *w, const char *name) {
    if (is_absent(w->callable)) raise_error(vm, &exc_RuntimeError, "uninitialized %s object", name);
    return !is_absent(w->callable);
}

static Value static_get(VM *vm, Value descriptor, Value instance, Value owner) {
    MethodWrapper *w = as_wrapper(descriptor);
    return check_callable(vm, w, "staticmethod") ? value_ref(w->callable) : ABSENT;
}

static Value static_call(VM *vm, Value self, Value *args, int nargs, Value names) {
    MethodWrapper *w = as_wrapper(self);
    if (!check_callable(vm, w, "staticmethod")) return ABSENT;
    Value callable = value_ref(w->callable);
    Value result = object_call(vm, callable, args, nargs, names);
    value_drop(vm, callable);
    return result;
}

static Value class_get(VM *vm, Value descriptor, Value instance, Value owner) {
    MethodWrapper *w = as_wrapper(descriptor);
    if (!check_callable(vm, w, "classmethod")) return ABSENT;
    Value class = is_absent(owner) ? from_object(type_of(instance)) : owner;
    return method_new(vm, w->callable, class);
}

static Value wrapper_repr(VM *vm, Value self) {
    Value callable = value_ref(or_none(as_wrapper(self)->callable));
    Value text = string_format(vm, "<%T(%R)>", self, callable);
    value_drop(vm, callable);
    return text;
}

static Value wrapper_get_abstract(VM *vm, Value self) {
    int abstract = is_abstract(vm, as_wrapper(self)->callable);
    return bool_from_truth(abstract);
}

/* An attribute that is the wrapped function's unless it was set here. */
static Value wrapped_attribute(VM *vm, Value self, NameIndex name) {
    Value own = attributes_get(vm, as_object(self), vm->names[name]);
    if (!is_absent(own)) return value_ref(own);
    if (is_absent(as_wrapper(self)->callable)) return raise_attribute(vm, self, vm->names[name]);
    Value callable = value_ref(as_wrapper(self)->callable);
    Value found = object_get_attribute(vm, callable, vm->names[name]);
    value_drop(vm, callable);
    return found;
}

#define WRAPPED_GETTER(name) \
    static Value wrapper_get_##name(VM *vm, Value self) { return wrapped_attribute(vm, self, NAME_##name); } \
    static bool wrapper_set_##name(VM *vm, Value self, Value value) { \
        if (is_absent(value)) return attributes_delete(vm, as_object(self), NAME_OF(vm, name)) >= 0; \
        return attributes_set(vm, as_object(self), NAME_OF(vm, name), value); \
    }

WRAPPED_GETTER(name)
WRAPPED_GETTER(qualname)
WRAPPED_GETTER(module)
WRAPPED_GETTER(doc)
WRAPPED_GETTER(annotations)

static const MemberDef wrapper_members[] = {
    {"__func__", offsetof(MethodWrapper, callable), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, NULL},
    {"__wrapped__", offsetof(MethodWrapper, callable), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, NULL},
    {0},
};

static const GetSetDef wrapper_getsets[] = {
    {"__isabstractmethod__", wrapper_get_abstract, NULL, NULL},
    {"__dict__", instance_get_dict, instance_set_dict, NULL},
    {"__name__", wrapper_get_name, wrapper_set_name, NULL},
    {"__qualname__", wrapper_get_qualname, wrapper_set_qualname, NULL},
    {"__module__", wrapper_get_module, wrapper_set_module, NULL},
    {"__doc__", wrapper_get_doc, wrapper_set_doc, NULL},
    {"__annotations__", wrapper_get_annotations, wrapper_set_annotations, NULL},
    {0},
};

Type static_method_type = {
    TYPE_HEAD(static_method_type, "staticmethod", .traverse = wrapper_traverse, .clear = wrapper_clear,
              .dealloc = wrapper_dealloc),
    .flags = TYPE_BASE,
    .basic_size = sizeof(MethodWrapper),
    .attributes_offset = sizeof(MethodWrapper),
    .base = &object_type,
    .doc = "(function, /)\n--\n\nConvert a function to be a static method.\n\nA static method does not "
           "receive an implicit first argument.",
    .new = wrapper_new,
    .init = wrapper_init,
    .repr = wrapper_repr,
    .call = static_call,
    .descriptor_get = static_get,
    .members = wrapper_members,
    .getsets = wrapper_getsets,
};

Type class_method_type = {
    TYPE_HEAD(class_method_type, "classmethod", .traverse = wrapper_traverse, .clear = wrapper_clear,
              .dealloc = wrapper_dealloc),
    .flags = TYPE_BASE,
    .basic_size = sizeof(MethodWrapper),
    .attributes_offset = sizeof(MethodWrapper),
    .base = &object_type,
    .doc = "(function, /)\n--\n\nConvert a function to be a class method.\n\nA class method receives the "
           "class as implicit first argument,\njust like an instance method receives the instance.",
    .new = wrapper_new,
    .init = wrapper_init,
    .repr = wrapper_repr,
    .descriptor_get = class_get,
    .members = wrapper_members,
    .getsets = wrapper_getsets,
};

/* --- mappingproxy: a mapping that cannot be changed through it --- */

static Value proxied(Value v) { return ((MappingProxy *)as_object(v))->mapping; }

/* The mapping under all proxies: they may lie over each other deeper than the stack of C. */
static Value unwrap(Value v) {
    while (is_exactly(v, &mapping_proxy_type))
        v = proxied(v);
    return v;
}

Value mapping_proxy_new(VM *vm, Value mapping) {
    MappingProxy *p = (MappingProxy *)object_new_container(vm, &mapping_proxy_type, sizeof *p);
    if (p == NULL) return raise_memory(vm);
    p->mapping = value_ref(mapping);
    object_track(&p->head);
    return from_object(p);
}

static int proxy_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((MappingProxy *)self)->mapping);
    return 0;
}

static void proxy_dealloc(VM *vm, Object *self) {
    object_untrack(vm, self);
    value_xdrop(vm, ((MappingProxy *)self)->mapping);
    object_free(vm, self, sizeof(MappingProxy));
}

static Value proxy_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[1];
    if (!arguments_bind(vm, "mappingproxy", "mapping", args, nargs, names, row)) return ABSENT;
    bool mapping = type_of(row[0])->container.get_item != NULL && !is_family(row[0], TYPE_LIST | TYPE_TUPLE);
    if (!mapping) return raise_type(vm, "mappingproxy() argument must be a mapping, not %T", row[0]);
    return mapping_proxy_new(vm, row[0]);
}

static Value proxy_repr(VM *vm, Value self) { return string_format(vm, "mappingproxy(%R)", proxied(self)); }

static Value proxy_str(VM *vm, Value self) { return object_str(vm, proxied(self)); }

static bool proxy_hash(VM *vm, Value self, int64_t *hash) { return object_hash(vm, unwrap(self), hash); }

/* The mapping as the operand beside `other`, whose reflected method is given it and may change it: a class's own dict
 * must not be. NEW, RAISES. */
static Value lent(VM *vm, Value v, Value other) {
    Value mapping = unwrap(v);
    bool safe = !is_exactly(mapping, &dict_type) || is_exactly(other, &dict_type);
    return safe ? value_ref(mapping) : dict_copy(vm, mapping);
}

static Value proxy_compare(VM *vm, Value self, Value other, CompareOp op) {
    Value mapping = lent(vm, self, other);
    Value result = is_absent(mapping) ? ABSENT : object_compare(vm, mapping, other, op);
    value_xdrop(vm, mapping);
    return result;
}

static Value proxy_or(VM *vm, Value left, Value right) {
    Value a = lent(vm, left, unwrap(right)), b = is_absent(a) ? ABSENT : lent(vm, right, unwrap(left));
    Value result = is_absent(b) ? ABSENT : object_binary(vm, BINARY_OR, a, b);
    value_xdrop(vm, a);
    value_xdrop(vm, b);
    return result;
}

static Value proxy_inplace_or(VM *vm, Value left, Value right) {
    return raise_type(vm, "'|=' is not supported by %T; use '|' instead", left);
}

static int64_t proxy_length(VM *vm, Value self) { return object_length(vm, unwrap(self)); }

static Value proxy_get_item(VM *vm, Value self, Value key) { return object_get_item(vm, unwrap(self), key); }

static int proxy_contains(VM *vm, Value self, Value key) { return object_contains(vm, unwrap(self), key); }

static Value proxy_iterate(VM *vm, Value self) { return object_iterate(vm, unwrap(self)); }

static Value forward(VM *vm, Value self, const char *method, Value *args, int nargs) {
    Value name = string_intern_fixed(vm, method);
    if (is_absent(name)) return ABSENT;
    Value result = call_method(vm, unwrap(self), name, args, nargs);
    value_drop(vm, name);
    return result;
}

NATIVE(proxy_get) {
    Value row[2] = {args[1], or_none(args[2])};
    return forward(vm, args[0], "get", row, 2);
}

#define FORWARDED(name, method) \
    NATIVE(proxy_##name) { return forward(vm, args[0], method, NULL, 0); }

FORWARDED(keys, "keys")
FORWARDED(values, "values")
FORWARDED(items, "items")
FORWARDED(copy, "copy")
FORWARDED(reversed, "__reversed__")

static const NativeDef proxy_methods[] = {
    {"get", proxy_get, "key, default=None, /",
     "Return the value for key if key is in the mapping, else default."},
    {"keys", proxy_keys, "", "D.keys() -> a set-like object providing a view on D's keys"},
    {"values", proxy_values, "", "D.values() -> an object providing a view on D's values"},
    {"items", proxy_items, "", "D.items() -> a set-like object providing a view on D's items"},
    {"copy", proxy_copy, "", "D.copy() -> a shallow copy of D"},
    {"__reversed__", proxy_reversed, "", "D.__reversed__() -> reverse iterator"},
    {"__class_getitem__", generic_alias_class_getitem, "object, /", "See PEP 585", NATIVE_CLASS_METHOD},
    {0},
};

Type mapping_proxy_type = {
    TYPE_HEAD(mapping_proxy_type, "mappingproxy", .traverse = proxy_traverse, .dealloc = proxy_dealloc),
    .flags = TYPE_MAPPING,
    .basic_size = sizeof(MappingProxy),
    .base = &object_type,
    .doc = "(mapping)\n--\n\nRead-only proxy of a mapping.",
    .new = proxy_new,
    .repr = proxy_repr,
    .str = proxy_str,
    .hash = proxy_hash,
    .compare = proxy_compare,
    .iterate = proxy_iterate,
    .number = {.binary = {[BINARY_OR] = proxy_or}, .inplace = {[BINARY_OR] = proxy_inplace_or}},
    .container = {.length = proxy_length, .get_item = proxy_get_item, .contains = proxy_contains},
    .methods = proxy_methods,
};
