/*
 * type: the type of types. In order: calling a type, its attributes, its computed attributes, its methods, its life.
 * Making classes is in runtime/classes/class.c, looking attributes up in runtime/classes/lookup.c.
 */

#include "runtime/auditevent.h"
#include "runtime/classes/class.h"
#include "runtime/classes/descriptor.h"
#include "runtime/classes/instance.h"
#include "runtime/classes/slots.h"
#include "runtime/classes/union.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

static bool is_type(Value v) { return is_family(v, TYPE_TYPE); }

/* --- calling --- */

static Value type_call(VM *vm, Value callable, Value *args, int nargs, Value names) {
    Type *type = as_type(callable);
    if (nargs == 1 && type->convert != NULL && (is_absent(names) || as_tuple(names)->length == 0))
        return type->convert(vm, args[0]);
    if (type == &type_type && nargs == 1) return raise_type(vm, "type() takes no keyword arguments");
    if (type == &type_type && nargs != 3) return raise_type(vm, "type() takes 1 or 3 arguments");
    if (type->new == NULL || type->flags & TYPE_NO_NEW) {
        return raise_type(vm, "cannot create '%N' instances", type);
    }
    Value self = type->new (vm, type, args, nargs, names);
    if (is_absent(self) || !value_is_instance(self, type)) return self;
    Type *made = type_of(self);
    if (!type_inits(made, nargs)) return self;
    if (made->init == NULL || made->init(vm, self, args, nargs, names)) return self;
    value_drop(vm, self);
    return ABSENT;
}

static Value type_convert(VM *vm, Value x) { return value_ref(from_object(type_of(x))); }

static Value type_new(VM *vm, Type *metatype, Value *args, int nargs, Value names) {
    if (nargs != 3) {
        return raise_type(vm, "type.__new__() takes exactly 3 arguments (%d given)", nargs);
    }
    static const char *const wanted[] = {"str", "tuple", "dict"};
    bool right[] = {is_string(args[0]), is_tuple(args[1]), is_dict(args[2])};
    for (int i = 0; i < 3; i++) {
        if (right[i]) continue;
        return raise_type(vm, "type.__new__() argument %d must be %s, not %Q", i + 1, wanted[i], args[i]);
    }
    return class_new(vm, metatype, args[0], args[1], args[2], args + 3, names);
}

static bool type_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    if (nargs == 1 && !arguments_no_names(vm, "type.__init__", names)) return false;
    if (nargs == 1 || nargs == 3) return true;
    raise_type(vm, "type.__init__() takes 1 or 3 arguments");
    return false;
}

/* --- attributes --- */

int type_find_attribute(VM *vm, Value self, Value name, Value *result) {
    Type *type = as_type(self), *metatype = as_object(self)->type;
    Value meta = value_xref(type_lookup(vm, metatype, name));
    Type *meta_kind = is_absent(meta) ? NULL : type_of(meta);
    bool is_data =
        meta_kind != NULL && meta_kind->descriptor_get != NULL && meta_kind->descriptor_set != NULL;
    Value own = is_data ? ABSENT : value_xref(type_lookup(vm, type, name));
    if (!is_absent(own)) {
        Type *kind = type_of(own);
        *result = own;
        if (kind->descriptor_get != NULL) {
            *result = kind->descriptor_get(vm, own, ABSENT, self);
            value_drop(vm, own);
        }
        value_xdrop(vm, meta);
    } else {
        if (meta_kind == NULL)
            return type_lookup_refused(vm, type) || type_lookup_refused(vm, metatype) ? -1 : 0;
        *result = meta;
        if (meta_kind->descriptor_get != NULL) {
            *result = meta_kind->descriptor_get(vm, meta, self, from_object(metatype));
            value_drop(vm, meta);
        }
    }
    return is_absent(*result) ? -1 : 1;
}

static Value type_get_attribute(VM *vm, Value self, Value name) {
    if (!is_string(name)) return raise_type(vm, "attribute name must be string, not '%T'", name);
    Value result = ABSENT;
    return type_find_attribute(vm, self, name, &result) ? result : raise_attribute(vm, self, name);
}

/* Is it neither called nor a descriptor? Caches look such an attribute up by name, and keep all else. */
static bool is_data(Value v) {
    const Type *type = type_of(v);
    return type->descriptor_get == NULL && type->descriptor_set == NULL && type->call == NULL;
}

static bool set_in_class(VM *vm, Type *type, Value name, Value value) {
    Value dict = from_object(type->dict), old = value_xref(dict_get_string(vm, dict, name));
    bool data =
        !is_absent(old) && is_data(old) && !is_absent(value) && is_data(value) && !slot_row_of(vm, name);
    bool ok;
    if (is_absent(value)) {
        int deleted = dict_delete(vm, dict, name);
        if (deleted == 0) raise_attribute(vm, from_object(type), name);
        ok = deleted > 0;
    } else {
        ok = dict_set(vm, dict, name, value);
    }
    data ? type_forget(vm, type, name) : type_modified(vm, type);
    value_xdrop(vm, old); /* now that its finalizer finds what has come in its place */
    return ok;
}

static bool type_set_attribute(VM *vm, Value self, Value name, Value value) {
    Type *type = as_type(self);
    if (!is_string(name)) {
        raise_type(vm, "attribute name must be string, not '%T'", name);
        return false;
    }
    if (!(type->flags & TYPE_HEAP)) {
        raise_type(vm, "cannot set %R attribute of immutable type '%N'", name, type);
        return false;
    }
    Value interned = string_intern(vm, value_ref(name));
    if (is_absent(interned)) return false;
    Value meta = value_xref(type_lookup(vm, as_object(self)->type, interned));
    bool ok;
    if (!is_absent(meta) && is_data_descriptor(meta)) {
        ok = type_of(meta)->descriptor_set(vm, meta, self, value);
    } else {
        ok = set_in_class(vm, type, interned, value);
        const SlotRow *row = ok ? slot_row_of(vm, interned) : NULL;
        if (row != NULL) {
            slots_update(vm, type, interned);
            if (row->offset == offsetof(Type, descriptor_get) ||
                row->offset == offsetof(Type, descriptor_set))
                descriptors_modified(vm);
        }
    }
    value_xdrop(vm, meta);
    value_drop(vm, interned);
    return ok;
}

/* --- computed attributes --- */

static Value own_attribute(VM *vm, Type *type, NameIndex name) {
    Dict *dict = type_dict(vm, type);
    return dict == NULL ? ABSENT : dict_get_string(vm, from_object(dict), vm->names[name]);
}

/* May `what` of this type be set to `value`? */
static bool check_settable(VM *vm, Type *type, Value value, const char *what) {
    if (!(type->flags & TYPE_HEAP)) {
        raise_type(vm, "cannot set '%s' attribute of immutable type '%N'", what, type);
    } else if (is_absent(value)) {
        raise_type(vm, "cannot delete '%s' attribute of immutable type '%N'", what, type);
    } else {
        return true;
    }
    return false;
}

static Value get_name(VM *vm, Value self) {
    Type *type = as_type(self);
    if (type->name != NULL) return value_ref(from_object(type->name));
    return string_intern_fixed(vm, type_short_name(type));
}

static bool set_name(VM *vm, Value self, Value value) {
    Type *type = as_type(self);
    if (!check_settable(vm, type, value, "__name__") || !audit_set(vm, self, "__name__", value)) return false;
    if (is_string(value)) return type_set_name(vm, type, value);
    raise_type(vm, "can only assign string to %N.__name__, not '%T'", type, value);
    return false;
}

static Value get_qualname(VM *vm, Value self) {
    Type *type = as_type(self);
    return type->qualified_name == NULL ? get_name(vm, self) : value_ref(from_object(type->qualified_name));
}

Value type_qualify(VM *vm, const Type *type, const char *name) {
    if (type->qualified_name == NULL) return string_format(vm, "%s.%s", type_short_name(type), name);
    return string_format(vm, "%S.%s", from_object(&type->qualified_name->head), name);
}

static bool set_qualname(VM *vm, Value self, Value value) {
    Type *type = as_type(self);
    if (!check_settable(vm, type, value, "__qualname__") || !audit_set(vm, self, "__qualname__", value))
        return false;
    if (!is_string(value)) {
        raise_type(vm, "can only assign string to %N.__qualname__, not '%T'", type, value);
        return false;
    }
    String *old = type->qualified_name;
    type->qualified_name = as_string(value_ref(value));
    object_drop(vm, &old->head);
    return true;
}

static Value get_module(VM *vm, Value self) {
    Type *type = as_type(self);
    if (type->flags & TYPE_HEAP) {
        Value module = own_attribute(vm, type, NAME_module);
        return is_absent(module) ? raise_error(vm, &exc_AttributeError, "__module__") : value_ref(module);
    }
    const char *name = type->head.name, *bare = type_short_name(type);
    if (bare == name) return string_from_c(vm, "builtins");
    return string_from_utf8(vm, name, (size_t)(bare - name - 1));
}

static bool set_in_dict(VM *vm, Value self, Value value, NameIndex name) {
    Type *type = as_type(self);
    const char *text = (const char *)as_string(vm->names[name])->data;
    if (!check_settable(vm, type, value, text) || !audit_set(vm, self, text, value)) return false;
    return set_in_class(vm, type, vm->names[name], value);
}

/* The line that the class statement stood on says nothing about another module. */
static bool set_module(VM *vm, Value self, Value value) {
    if (!set_in_dict(vm, self, value, NAME_module)) return false;
    Value line = string_intern_fixed(vm, "__firstlineno__");
    if (is_absent(line)) return false;
    bool known = !is_absent(dict_get_string(vm, from_object(as_type(self)->dict), line));
    bool done = !known || set_in_class(vm, as_type(self), line, ABSENT);
    value_drop(vm, line);
    return done;
}

#define SIGNATURE_END ")\n--\n\n"

/* Where what follows the parameters begins, or NULL. */
static const char *behind_signature(const char *doc) {
    const char *marker = doc && doc[0] == '(' ? strstr(doc, SIGNATURE_END) : NULL;
    return marker ? marker + strlen(SIGNATURE_END) : NULL;
}

const char *type_plain_doc(const char *doc) {
    const char *behind = behind_signature(doc);
    return behind ? behind : doc;
}

Value type_doc_signature(VM *vm, const char *doc) {
    const char *behind = behind_signature(doc);
    if (!behind) return NONE;
    return string_from_utf8(vm, doc, (size_t)(behind - doc) - strlen(SIGNATURE_END) + 1);
}

static Value get_doc(VM *vm, Value self) {
    if (as_type(self)->doc != NULL) return string_from_c(vm, type_plain_doc(as_type(self)->doc));
    Value doc = own_attribute(vm, as_type(self), NAME_doc);
    if (is_absent(doc)) return error_raised(vm) ? ABSENT : NONE;
    value_ref(doc);
    Type *kind = type_of(doc);
    if (kind->descriptor_get == NULL) return doc;
    Value result = kind->descriptor_get(vm, doc, ABSENT, self);
    value_drop(vm, doc);
    return result;
}

static bool set_doc(VM *vm, Value self, Value value) { return set_in_dict(vm, self, value, NAME_doc); }

static Value get_bases(VM *vm, Value self) {
    Type *type = as_type(self);
    if (type->bases != NULL) return value_ref(from_object(type->bases));
    if (type->base == NULL) return value_ref(vm->empty_tuple);
    Value base = from_object(type->base), exception = from_object(&exc_Exception);
    return type == &exc_ExceptionGroup ? tuple_pack(vm, 2, base, exception) : tuple_pack(vm, 1, base);
}

static bool set_bases(VM *vm, Value self, Value value) { return class_set_bases(vm, as_type(self), value); }

static Value get_base(VM *vm, Value self) {
    Type *base = as_type(self)->base;
    return base == NULL ? NONE : value_ref(from_object(base));
}

static Value get_mro(VM *vm, Value self) {
    Tuple *mro = type_mro(vm, as_type(self));
    if (mro == NULL) return error_raised(vm) ? ABSENT : NONE;
    return value_ref(from_object(mro));
}

static Value get_dict(VM *vm, Value self) {
    Dict *dict = type_dict(vm, as_type(self));
    return dict == NULL ? ABSENT : mapping_proxy_new(vm, from_object(dict));
}

static Value get_basic_size(VM *vm, Value self) { return int_small(as_type(self)->basic_size); }

static Value get_item_size(VM *vm, Value self) { return int_small(as_type(self)->item_size); }

static Value get_dict_offset(VM *vm, Value self) {
    const Type *type = as_type(self);
    return int_small(type->attributes_offset ? type->attributes_offset : type->dict_offset);
}

/* Weak references lie outside of objects: like CPython's -32 of a type with a managed field, a sign that there may
 * be. */
static Value get_weakref_offset(VM *vm, Value self) {
    return int_small(as_type(self)->flags & TYPE_WEAKLY_REFERABLE ? -32 : 0);
}

static Value get_flags(VM *vm, Value self) {
    static const struct {
        uint32_t ours;
        int bit; /* CPython's, for scripts that look at it */
    } known[] = {
        {TYPE_SEQUENCE, 5},  {TYPE_MAPPING, 6},    {TYPE_NO_NEW, 7},
        {TYPE_HEAP, 9},      {TYPE_BASE, 10},      {TYPE_METHOD_DESCRIPTOR, 17},
        {TYPE_ABSTRACT, 20}, {TYPE_INT, 24},       {TYPE_LIST, 25},
        {TYPE_TUPLE, 26},    {TYPE_BYTES, 27},     {TYPE_STR, 28},
        {TYPE_DICT, 29},     {TYPE_EXCEPTION, 30}, {TYPE_TYPE, 31},
    };
    enum { IMMUTABLE = 1 << 8 };
    uint32_t flags = as_type(self)->flags, shown = flags & TYPE_HEAP ? 0 : IMMUTABLE;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (flags & known[i].ours) shown |= 1u << known[i].bit;
    return int_small(shown);
}

static Value get_abstract_methods(VM *vm, Value self) {
    Value methods =
        as_type(self) == &type_type ? ABSENT : own_attribute(vm, as_type(self), NAME_abstractmethods);
    if (!is_absent(methods)) return value_ref(methods);
    return error_raised(vm) ? ABSENT : raise_error(vm, &exc_AttributeError, "__abstractmethods__");
}

static bool set_abstract_methods(VM *vm, Value self, Value value) {
    Type *type = as_type(self);
    bool missing = is_absent(value) && is_absent(own_attribute(vm, type, NAME_abstractmethods));
    if (missing && !error_raised(vm)) raise_error(vm, &exc_AttributeError, "__abstractmethods__");
    if (missing) return false;
    int truth = is_absent(value) ? 0 : object_truth(vm, value);
    if (truth < 0 || (!is_absent(value) && !check_settable(vm, type, value, "__abstractmethods__")))
        return false;
    if (!set_in_class(vm, type, NAME_OF(vm, abstractmethods), value)) return false;
    type->flags = truth ? type->flags | TYPE_ABSTRACT : type->flags & ~(uint32_t)TYPE_ABSTRACT;
    return true;
}

static Value get_annotations(VM *vm, Value self) {
    Type *type = as_type(self);
    if (!(type->flags & TYPE_HEAP)) {
        return raise_error(vm, &exc_AttributeError, "type object '%N' has no attribute '__annotations__'",
                           type);
    }
    Value found = own_attribute(vm, type, NAME_annotations);
    if (!is_absent(found)) return value_ref(found);
    Value made = dict_new(vm);
    if (is_absent(made) || set_in_class(vm, type, NAME_OF(vm, annotations), made)) return made;
    value_drop(vm, made);
    return ABSENT;
}

static bool set_annotations(VM *vm, Value self, Value value) {
    Type *type = as_type(self);
    if (!(type->flags & TYPE_HEAP)) return check_settable(vm, type, NONE, "__annotations__");
    return set_in_class(vm, type, NAME_OF(vm, annotations), value);
}

static Value get_type_params(VM *vm, Value self) {
    Type *type = as_type(self);
    Value found = type->flags & TYPE_HEAP ? own_attribute(vm, type, NAME_type_params) : ABSENT;
    return value_ref(is_absent(found) ? vm->empty_tuple : found);
}

static bool set_type_params(VM *vm, Value self, Value value) {
    return set_in_dict(vm, self, value, NAME_type_params);
}

static Value get_text_signature(VM *vm, Value self) { return type_doc_signature(vm, as_type(self)->doc); }

static const GetSetDef getsets[] = {
    {"__name__", get_name, set_name, NULL},
    {"__qualname__", get_qualname, set_qualname, NULL},
    {"__module__", get_module, set_module, NULL},
    {"__doc__", get_doc, set_doc, NULL},
    {"__bases__", get_bases, set_bases, NULL},
    {"__base__", get_base, member_refuse, NULL},
    {"__mro__", get_mro, NULL, NULL},
    {"__dict__", get_dict, NULL, NULL},
    {"__basicsize__", get_basic_size, member_refuse, NULL},
    {"__itemsize__", get_item_size, member_refuse, NULL},
    {"__dictoffset__", get_dict_offset, member_refuse, NULL},
    {"__weakrefoffset__", get_weakref_offset, member_refuse, NULL},
    {"__flags__", get_flags, member_refuse, NULL},
    {"__abstractmethods__", get_abstract_methods, set_abstract_methods, NULL},
    {"__annotations__", get_annotations, set_annotations, NULL},
    {"__type_params__", get_type_params, set_type_params, NULL},
    {"__text_signature__", get_text_signature, NULL, NULL},
    {0},
};

/* --- methods --- */

NATIVE(type_mro_method) {
    Type *type = as_type(args[0]);
    if (type->flags & TYPE_HEAP) {
        Value mro = class_linearize(vm, type, type->bases);
        if (is_absent(mro)) return ABSENT;
        Value list = list_from(vm, as_tuple(mro)->items, as_tuple(mro)->length);
        value_drop(vm, mro);
        return list;
    }
    Tuple *mro = type_mro(vm, type);
    return mro == NULL ? ABSENT : list_from(vm, mro->items, mro->length);
}

/* Classes without a parent in this VM's registry of built-in types are found in the table of them. */
static bool add_static_subclasses(VM *vm, const Type *type, Value list) {
    for (int i = 1; i < STATIC_TYPE_COUNT; i++) {
        Type *t = static_type_at(i);
        bool second = t == &exc_ExceptionGroup && type == &exc_Exception; /* the only one with two bases */
        if ((t->base == type || second) && !list_append(vm, list, from_object(t))) return false;
    }
    return true;
}

Value type_subclass_list(VM *vm, Type *type) {
    Value list = list_new(vm, 0), key, value;
    if (is_absent(list)) return ABSENT;
    bool ok = type->flags & TYPE_HEAP || add_static_subclasses(vm, type, list);
    Value weak = *type_subclasses(vm, type);
    for (int64_t position = 0; ok && !is_absent(weak) && dict_next(weak, &position, &key, &value);) {
        Type *subclass = (Type *)(uintptr_t)int_get(key);
        bool dying = subclass->head.object.refs == 0;
        ok = dying || list_append(vm, list, from_object(subclass));
    }
    if (ok) return list;
    value_drop(vm, list);
    return ABSENT;
}

NATIVE(type_subclasses_method) { return type_subclass_list(vm, as_type(args[0])); }

NATIVE(type_prepare) { return dict_new(vm); }

bool type_is_claimed(VM *vm, Value v) {
    Value name = NAME_OF(vm, class);
    Type *actual = type_of(v);
    if (actual->get_attribute != object_generic_get) return false;
    if (!(actual->flags & TYPE_HEAP)) return true; /* no built-in one has a __class__ of its own then */
    return value_same(type_lookup(vm, actual, name), type_lookup(vm, &object_type, name));
}

int type_claims(VM *vm, Value v, const Type *type) {
    Value claimed, name = NAME_OF(vm, class);
    if (type_is_claimed(vm, v)) return 0;
    int found = object_find_attribute(vm, v, name, &claimed);
    if (found <= 0) return found;
    bool matches = is_type(claimed) && type_is_subtype(as_type(claimed), type);
    value_drop(vm, claimed);
    return matches;
}

/* isinstance() as type.__instancecheck__ has it: the type, or what __class__ claims. */
NATIVE(type_instance_check) {
    Type *type = as_type(args[0]);
    if (value_is_instance(args[1], type)) return TRUE_VALUE;
    int matches = type_claims(vm, args[1], type);
    return bool_from_truth(matches);
}

NATIVE(type_subclass_check) {
    if (is_type(args[1])) return bool_from(type_is_subtype(as_type(args[1]), as_type(args[0])));
    int leads = object_leads_to(vm, args[1], args[0]);
    return bool_from_truth(leads);
}

/* Add the names in the dicts along the mro to `names`, a dict. */
bool type_collect_names(VM *vm, Type *type, Value names) {
    Tuple *mro = type_mro(vm, type);
    if (mro == NULL) return !error_raised(vm);
    for (int64_t i = mro->length - 1; i >= 0; i--) {
        Dict *dict = type_dict(vm, as_type(mro->items[i]));
        if (dict == NULL || !dict_update(vm, names, from_object(dict))) return false;
    }
    return true;
}

NATIVE(type_dir) {
    Value collected = dict_new(vm);
    if (is_absent(collected)) return ABSENT;
    Value list =
        type_collect_names(vm, as_type(args[0]), collected) ? list_from_iterable(vm, collected) : ABSENT;
    value_drop(vm, collected);
    return list;
}

NATIVE(type_size_of) { return int_small((int64_t)sizeof(Type)); }

static const NativeDef methods[] = {
    {"mro", type_mro_method, "", "Return a type's method resolution order."},
    {"__subclasses__", type_subclasses_method, "", "Return a list of immediate subclasses."},
    {"__prepare__", type_prepare, "*args, **kwargs",
     "($cls, name, bases, /, **kwds)\n--\n\nCreate the namespace for the class statement",
     NATIVE_CLASS_METHOD},
    {"__instancecheck__", type_instance_check, "instance, /", "Check if an object is an instance."},
    {"__subclasscheck__", type_subclass_check, "subclass, /", "Check if a class is a subclass."},
    {"__dir__", type_dir, "", "Specialized __dir__ implementation for types."},
    {"__sizeof__", type_size_of, "", "Return memory consumption of the type object."},
    {0},
};

/* --- text --- */

static Value type_repr(VM *vm, Value self) {
    Value module = get_module(vm, self);
    if (is_absent(module)) {
        error_clear(vm);
        return string_format(vm, "<class '%N'>", as_type(self));
    }
    bool qualified = is_string(module) && !string_equal_c(module, "builtins");
    Value name = qualified ? get_qualname(vm, self) : NONE, text = ABSENT;
    if (!is_absent(name))
        text = qualified ? string_format(vm, "<class '%S.%S'>", module, name)
                         : string_format(vm, "<class '%N'>", as_type(self));
    value_xdrop(vm, name);
    value_drop(vm, module);
    return text;
}

/* --- life --- */

static int traverse(Object *self, VisitFn visit, void *context) {
    Type *type = (Type *)self;
    Object *owned[] = {(Object *)type->dict, (Object *)type->bases, (Object *)type->mro,
                       (Object *)type->base, (Object *)type->name,  (Object *)type->qualified_name};
    if (!(type->flags & TYPE_HEAP)) return 0;
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) {
        int stop = owned[i] == NULL ? 0 : visit(owned[i], context);
        if (stop) return stop;
    }
    VISIT(type->subclasses);
    VISIT(type->slot_names);
    return 0;
}

static void leave_bases(VM *vm, Type *type) {
    for (int64_t i = 0; type->bases != NULL && i < type->bases->length; i++) {
        type_remove_subclass(vm, as_type(type->bases->items[i]), type);
    }
}

/* Instances may outlive this, within the same garbage, and need the slots, the layout and the bases. */
static void clear(VM *vm, Object *self) {
    Type *type = (Type *)self;
    type_modified(vm, type);
    leave_bases(vm, type);
    Tuple *mro = type->mro;
    type->mro = NULL;
    if (type->dict != NULL) dict_clear(vm, from_object(type->dict));
    if (mro != NULL) object_drop(vm, &mro->head);
}

static void drop_part(VM *vm, void *part) {
    if (part != NULL) object_drop(vm, part);
}

static void dealloc(VM *vm, Object *self) {
    Type *type = (Type *)self;
    object_untrack(vm, self);
    leave_bases(vm, type);
    shapes_free(vm, type);
    drop_part(vm, type->dict);
    drop_part(vm, type->mro);
    drop_part(vm, type->bases);
    drop_part(vm, type->base);
    drop_part(vm, type->qualified_name);
    if (type->name != NULL) memory_free(vm, (char *)type->head.name, strlen(type->head.name) + 1);
    drop_part(vm, type->name);
    value_xdrop(vm, type->subclasses);
    value_xdrop(vm, type->slot_names);
    object_free(vm, self, instance_size(self, 0));
}

Type type_type = {
    TYPE_HEAD(type_type, "type", .traverse = traverse, .clear = clear, .dealloc = dealloc),
    .flags = TYPE_WEAKLY_REFERABLE | TYPE_BASE | TYPE_TYPE,
    .basic_size = sizeof(Type),
    .base = &object_type,
    .doc = "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type",
    .new = type_new,
    .convert = type_convert,
    .init = type_init,
    .repr = type_repr,
    .call = type_call,
    .get_attribute = type_get_attribute,
    .set_attribute = type_set_attribute,
    .number = {.binary = {[BINARY_OR] = union_or}},
    .methods = methods,
    .getsets = getsets,
};
