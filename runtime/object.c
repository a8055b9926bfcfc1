/*
 * object: the base of all types. In order: making an instance, attributes by the descriptor rules, the slots that
 * every type inherits, the methods.
 */

#include "runtime/classes/class.h"
#include "runtime/classes/descriptor.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/reduce.h"
#include "runtime/text/builder.h"
#include "runtime/text/format.h"
#include "runtime/text/str.h"

/* --- making --- */

static bool has_arguments(int nargs, Value names) {
    return nargs > 0 || (!is_absent(names) && as_tuple(names)->length > 0);
}

static Value raise_abstract(VM *vm, Type *type) {
    Value methods = object_get_attribute(vm, from_object(type), NAME_OF(vm, abstractmethods));
    if (is_absent(methods)) return ABSENT;
    Value sorted = list_from_iterable(vm, methods);
    value_drop(vm, methods);
    if (is_absent(sorted)) return ABSENT;
    Value text = ABSENT;
    if (list_sort(vm, sorted, ABSENT, false)) {
        Builder b;
        builder_init(&b, vm);
        for (int64_t i = 0; i < as_list(sorted)->length; i++) {
            builder_format(&b, i ? ", '%S'" : "'%S'", as_list(sorted)->items[i]);
        }
        text = builder_finish(&b);
    }
    bool many = as_list(sorted)->length > 1;
    value_drop(vm, sorted);
    if (is_absent(text)) return ABSENT;
    raise_type(vm, "Can't instantiate abstract class %N without an implementation for abstract method%s %S",
               type, many ? "s" : "", text);
    value_drop(vm, text);
    return ABSENT;
}

static bool object_init(VM *vm, Value self, Value *args, int nargs, Value names);

static Value object_make(VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (has_arguments(nargs, names)) {
        if (type->new != object_make) {
            return raise_type(vm, "object.__new__() takes exactly one argument (the type to instantiate)");
        }
        if (type->init == object_init) return raise_type(vm, "%N() takes no arguments", type);
    }
    if (type->flags & TYPE_ABSTRACT) return raise_abstract(vm, type);
    Object *self = instance_new(vm, type, 0);
    if (self == NULL) return ABSENT;
    object_track(self);
    return from_object(self);
}

static bool object_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    if (!has_arguments(nargs, names)) return true;
    Type *type = type_of(self);
    if (type->init != object_init) {
        raise_type(vm, "object.__init__() takes exactly one argument (the instance to initialize)");
        return false;
    }
    if (type->new == object_make) {
        raise_type(vm, "%N.__init__() takes exactly one argument (the instance to initialize)", type);
        return false;
    }
    return true;
}

static void object_dealloc(VM *vm, Object *self) {
    object_untrack(vm, self);
    attributes_clear(vm, self);
    object_free(vm, self, instance_size(self, 0));
}

/* --- attributes --- */

/* Where a module or function keeps the dict of its attributes; NULL: it is neither. */
static Value *dict_place(Value v) {
    uint32_t offset = type_of(v)->dict_offset;
    return offset ? (Value *)((char *)as_object(v) + offset) : NULL;
}

Value object_own_attribute(VM *vm, Value v, Value name) {
    if (type_of(v)->attributes_offset) return attributes_get(vm, as_object(v), name);
    const Value *dict = dict_place(v);
    return dict == NULL || is_absent(*dict) ? ABSENT : dict_get_string(vm, *dict, name);
}

/* A data descriptor of the type wins over the instance's own attributes, these over anything else of the type. */
int object_generic_find(VM *vm, Value v, Value name, Value *result) {
    Type *type = type_of(v);
    Value attribute = type_lookup_interned(vm, type, name);
    Type *kind = is_absent(attribute) ? NULL : type_of(attribute);
    value_xref(attribute);
    if (kind == NULL || kind->descriptor_set == NULL || kind->descriptor_get == NULL) {
        bool has_own = type->attributes_offset || type->dict_offset;
        Value own = has_own ? object_own_attribute(vm, v, name) : ABSENT;
        if (!is_absent(own)) {
            *result = value_ref(own);
            value_xdrop(vm, attribute);
            return 1;
        }
        if (kind == NULL) return type_lookup_refused(vm, type) ? -1 : 0;
    }
    if (kind->descriptor_get == NULL) {
        *result = attribute;
        return 1;
    }
    /* A descriptor in C may ask another object for the same: a method its function, a stream what it lies over. */
    *result = recursion_enter(vm, "") ? kind->descriptor_get(vm, attribute, v, from_object(type)) : ABSENT;
    value_drop(vm, attribute);
    return is_absent(*result) ? -1 : 1;
}

Value object_generic_get(VM *vm, Value v, Value name) {
    if (!is_string(name)) return raise_type(vm, "attribute name must be string, not '%T'", name);
    Value result;
    int found = object_generic_find(vm, v, name, &result);
    if (found > 0) return result;
    if (found < 0) return ABSENT;
    if (!is_family(v, TYPE_TYPE)) return raise_attribute(vm, v, name);
    /* The own attributes of a class statement's class are those of an object, too. */
    Dict *dict = as_type(v)->flags & TYPE_HEAP ? type_dict(vm, as_type(v)) : NULL;
    Value own = dict ? dict_get(vm, from_object(dict), name) : ABSENT;
    if (!is_absent(own)) return value_ref(own);
    if (error_raised(vm)) return ABSENT;
    /* nothing about which type it is */
    Value text = string_format(vm, "'%T' object has no attribute '%U'", v, name);
    return raise_attribute_text(vm, v, name, text);
}

int object_find_attribute(VM *vm, Value v, Value name, Value *result) {
    Type *type = type_of(v);
    bool generic = type->get_attribute == object_generic_get,
         of_class = type->get_attribute == type_type.get_attribute;
    if ((generic || of_class) && is_string(name)) { /* no error need be made */
        int found = (generic ? object_generic_find : type_find_attribute)(vm, v, name, result);
        if (found >= 0) return found;
    } else {
        *result = type->get_attribute(vm, v, name);
        if (!is_absent(*result)) return 1;
    }
    if (!error_is(vm, &exc_AttributeError)) return -1;
    error_clear(vm);
    return 0;
}

/* The attribute cannot be stored: the object keeps none of its own. */
static bool raise_no_dict(VM *vm, Value v, Value name, bool in_class) {
    if (in_class)
        return raise_error(vm, &exc_AttributeError, "'%T' object attribute '%S' is read-only", v, name),
               false;
    if (type_of(v)->set_attribute != object_generic_set) return raise_attribute(vm, v, name), false;
    Value text = string_format(
        vm, "'%T' object has no attribute '%U' and no __dict__ for setting new attributes", v, name);
    raise_attribute_text(vm, v, name, text);
    return false;
}

static bool set_in_dict(VM *vm, Value *place, Value name, Value value) {
    if (is_absent(*place)) *place = dict_new(vm);
    Value dict = value_xref(*place), interned = is_absent(dict) ? ABSENT : string_intern(vm, value_ref(name));
    bool ok = !is_absent(interned) && dict_set(vm, dict, interned, value);
    value_xdrop(vm, interned);
    value_xdrop(vm, dict);
    return ok;
}

static int delete_from_dict(VM *vm, const Value *place, Value name) {
    Value dict = value_xref(*place);
    int deleted = is_absent(dict) ? 0 : dict_delete(vm, dict, name);
    value_xdrop(vm, dict);
    return deleted;
}

/* Set or (ABSENT) delete an attribute of the object's own: 1, 0 missing, -1. */
static int change_own_attribute(VM *vm, Value v, Value name, Value value) {
    Value *dict = dict_place(v);
    if (!is_absent(value)) {
        bool ok = dict ? set_in_dict(vm, dict, name, value) : attributes_set(vm, as_object(v), name, value);
        return ok ? 1 : -1;
    }
    return dict ? delete_from_dict(vm, dict, name) : attributes_delete(vm, as_object(v), name);
}

bool object_generic_set(VM *vm, Value v, Value name, Value value) {
    if (!is_string(name)) {
        raise_type(vm, "attribute name must be string, not '%T'", name);
        return false;
    }
    Type *type = type_of(v);
    Value attribute = type_lookup(vm, type, name);
    if (!is_absent(attribute) && is_data_descriptor(attribute)) {
        value_ref(attribute);
        bool ok = type_of(attribute)->descriptor_set(vm, attribute, v, value);
        value_drop(vm, attribute);
        return ok;
    }
    if (!type_keeps_attributes(type)) return raise_no_dict(vm, v, name, !is_absent(attribute));
    int done = change_own_attribute(vm, v, name, value);
    if (done == 0) raise_attribute(vm, v, name);
    return done > 0;
}

/* --- slots --- */

static Value object_default_repr(VM *vm, Value self) {
    Value type = from_object(type_of(self));
    Value module = object_get_attribute(vm, type, NAME_OF(vm, module));
    if (is_absent(module)) {
        if (!error_is(vm, &exc_AttributeError)) return ABSENT;
        error_clear(vm);
        module = NONE;
    }
    bool qualified = is_string(module) && !string_equal_c(module, "builtins");
    Value name = qualified ? object_get_attribute(vm, type, NAME_OF(vm, qualname)) : NONE, text = ABSENT;
    unsigned long long address = self.bits;
    if (!is_absent(name)) {
        text = qualified ? string_format(vm, "<%S.%S object at 0x%llx>", module, name, address)
                         : string_format(vm, "<%T object at 0x%llx>", self, address);
        value_drop(vm, name);
    }
    value_drop(vm, module);
    return text;
}

static Value object_default_str(VM *vm, Value self) { return type_of(self)->repr(vm, self); }

static bool object_default_hash(VM *vm, Value self, int64_t *hash) {
    *hash = (int64_t)(self.bits >> 4 | self.bits << 60);
    if (*hash == -1) *hash = -2;
    return true;
}

/* Identity; `!=` is the opposite of whatever the type's `==` says. */
static Value object_default_compare(VM *vm, Value self, Value other, CompareOp op) {
    if (op == COMPARE_EQ) return value_same(self, other) ? TRUE_VALUE : NOT_IMPLEMENTED;
    if (op != COMPARE_NE) return NOT_IMPLEMENTED;
    Value equal = type_of(self)->compare(vm, self, other, COMPARE_EQ);
    if (is_absent(equal) || value_same(equal, NOT_IMPLEMENTED)) return equal;
    int truth = object_truth(vm, equal);
    value_drop(vm, equal);
    return truth < 0 ? ABSENT : bool_from(!truth);
}

/* --- attributes of every object --- */

static Value get_class(VM *vm, Value self) { return value_ref(from_object(type_of(self))); }

static const GetSetDef getsets[] = {
    {"__class__", get_class, object_set_class, "the object's class"},
    {0},
};

/* --- methods --- */

NATIVE(object_format_method) {
    if (!format_check_spec(vm, args[1])) return ABSENT;
    if (string_length(as_string(args[1])) > 0) {
        return raise_type(vm, "unsupported format string passed to %T.__format__", args[0]);
    }
    return object_str(vm, args[0]);
}

NATIVE(object_size_of) {
    int64_t size = type_of(args[0])->basic_size;
    int64_t item = type_of(args[0])->item_size;
    if (item > 0 && type_of(args[0])->container.length != NULL) {
        int64_t length = object_length(vm, args[0]);
        if (length < 0) return ABSENT;
        size += length * item;
    }
    return int_small(size);
}

static bool add_own_names(VM *vm, Value self, Value names) {
    Value dict;
    int found = object_find_attribute(vm, self, NAME_OF(vm, dict), &dict);
    if (found <= 0) return found == 0;
    bool ok = !is_dict(dict) || dict_update(vm, names, dict);
    value_drop(vm, dict);
    return ok;
}

static bool add_class_names(VM *vm, Value self, Value names) {
    Value class;
    int found = object_find_attribute(vm, self, NAME_OF(vm, class), &class);
    if (found <= 0) return found == 0;
    bool ok = !is_family(class, TYPE_TYPE) || type_collect_names(vm, as_type(class), names);
    value_drop(vm, class);
    return ok;
}

static Value object_dir_method(VM *vm, Value *args, int nargs, Value none) {
    Value names = dict_new(vm), list = ABSENT;
    if (is_absent(names)) return ABSENT;
    if (add_own_names(vm, args[0], names) && add_class_names(vm, args[0], names)) {
        list = list_from_iterable(vm, names);
    }
    value_drop(vm, names);
    return list;
}

NATIVE(object_init_subclass) { return NONE; }

NATIVE(object_subclass_hook) { return NOT_IMPLEMENTED; }

static const NativeDef methods[] = {
    {"__reduce_ex__", object_reduce_ex, "protocol, /", "Helper for pickle."},
    {"__reduce__", object_reduce, "", "Helper for pickle."},
    {"__getstate__", object_get_state, "", "Helper for pickle."},
    {"__subclasshook__", object_subclass_hook, "object, /",
     "Abstract classes can override this to customize issubclass().", NATIVE_CLASS_METHOD},
    {"__init_subclass__", object_init_subclass, "", "This method is called when a class is subclassed.",
     NATIVE_CLASS_METHOD},
    {"__format__", object_format_method, "format_spec, /", "Default object formatter."},
    {"__sizeof__", object_size_of, "", "Size of object in memory, in bytes."},
    {"__dir__", object_dir_method, "", "Default dir() implementation."},
    {0},
};

Type object_type = {
    TYPE_HEAD(object_type, "object", .dealloc = object_dealloc),
    .flags = TYPE_BASE,
    .basic_size = sizeof(Object),
    .doc = "The base class of the class hierarchy.\n\nWhen called, it accepts no arguments and returns a new "
           "featureless\ninstance that has no instance attributes and cannot be given any.\n",
    .new = object_make,
    .init = object_init,
    .repr = object_default_repr,
    .str = object_default_str,
    .hash = object_default_hash,
    .compare = object_default_compare,
    .get_attribute = object_generic_get,
    .set_attribute = object_generic_set,
    .methods = methods,
    .getsets = getsets,
};
