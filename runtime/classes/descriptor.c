/*
 * The descriptors in the dicts of built-in types: method_descriptor and classmethod_descriptor, getset_descriptor,
 * member_descriptor, wrapper_descriptor and the method-wrapper that it becomes when bound.
 */

#include "runtime/classes/descriptor.h"

#include "runtime/classes/instance.h"
#include "runtime/classes/slots.h"
#include "runtime/containers/row.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/reduce.h"
#include "runtime/text/str.h"

/* Is `instance` one that a descriptor of `owner` can work on? */
static bool check_instance(VM *vm, const char *name, const Type *owner, Value instance) {
    if (value_is_instance(instance, owner)) return true;
    raise_type(vm, "descriptor '%s' for '%N' objects doesn't apply to a '%T' object", name, owner, instance);
    return false;
}

/* Memory of a descriptor; one that belongs to a class owns it, and the collector looks at the cycle. */
static Object *descriptor_alloc(VM *vm, Type *type, size_t size, Type *owner) {
    bool owned = owner->flags & TYPE_HEAP;
    Object *self = owned ? object_new_container(vm, type, size) : object_new(vm, type, size);
    if (self == NULL) raise_memory(vm);
    if (self != NULL && owned) object_ref(&owner->head.object);
    return self;
}

static int visit_owner(Type *owner, VisitFn visit, void *context) {
    return owner != NULL && owner->flags & TYPE_HEAP ? visit(&owner->head.object, context) : 0;
}

static void descriptor_free(VM *vm, Object *self, size_t size, Type *owner) {
    object_free(vm, self, size);
    if (owner->flags & TYPE_HEAP) object_drop(vm, &owner->head.object);
}

static Value doc_or_none(VM *vm, const char *doc) { return doc == NULL ? NONE : string_from_c(vm, doc); }

/* --- method_descriptor, classmethod_descriptor --- */

static MethodDescriptor *as_method_descriptor(Value v) { return (MethodDescriptor *)as_object(v); }

Value method_descriptor_new(VM *vm, Type *owner, const NativeDef *def) {
    Type *type = def->kind == NATIVE_CLASS_METHOD ? &class_method_descriptor_type : &method_descriptor_type;
    MethodDescriptor *m = (MethodDescriptor *)object_new(vm, type, sizeof *m);
    if (m == NULL) return raise_memory(vm);
    m->def = def;
    m->function = def->function;
    m->owner = owner;
    signature_init(&m->signature);
    return from_object(m);
}

static void method_dealloc(VM *vm, Object *self) {
    signature_fini(vm, &((MethodDescriptor *)self)->signature);
    object_free(vm, self, sizeof(MethodDescriptor));
}

static int method_leaves(Object *self, VisitFn visit, void *context) {
    const Tuple *names = ((MethodDescriptor *)self)->signature.names;
    if (names != NULL) VISIT(from_object(names));
    return 0;
}

/* The method bound to `self`; it shares what the descriptor knows of its parameters. */
static Value bind(VM *vm, MethodDescriptor *m, Value self) {
    bool parsed = m->signature.names != NULL;
    if (!parsed && !signature_parse(vm, m->def->params, &m->signature)) return ABSENT;
    Value function = native_function_new(vm, m->def, self, ABSENT);
    if (is_absent(function)) return ABSENT;
    Signature *signature = &((NativeFunction *)as_object(function))->signature;
    *signature = m->signature;
    object_ref(&signature->names->head);
    return function;
}

static Value method_get(VM *vm, Value descriptor, Value instance, Value owner) {
    MethodDescriptor *m = as_method_descriptor(descriptor);
    if (is_absent(instance)) return value_ref(descriptor);
    if (!check_instance(vm, m->def->name, m->owner, instance)) return ABSENT;
    return bind(vm, m, instance);
}

static Value method_repr(VM *vm, Value self) {
    MethodDescriptor *m = as_method_descriptor(self);
    return string_format(vm, "<method '%s' of '%N' objects>", m->def->name, m->owner);
}

static Value method_get_name(VM *vm, Value self) {
    return string_intern_fixed(vm, as_method_descriptor(self)->def->name);
}

static Value method_get_qualname(VM *vm, Value self) {
    MethodDescriptor *m = as_method_descriptor(self);
    return type_qualify(vm, m->owner, m->def->name);
}

static Value method_get_owner(VM *vm, Value self) {
    return value_ref(from_object(as_method_descriptor(self)->owner));
}

static Value method_get_doc(VM *vm, Value self) { return native_doc(vm, as_method_descriptor(self)->def); }

static Value method_get_text_signature(VM *vm, Value self) {
    return native_text_signature(vm, as_method_descriptor(self)->def, true);
}

static const GetSetDef method_getsets[] = {
    {"__name__", method_get_name, NULL, NULL},
    {"__qualname__", method_get_qualname, NULL, NULL},
    {"__objclass__", method_get_owner, NULL, NULL},
    {"__doc__", method_get_doc, NULL, NULL},
    {"__text_signature__", method_get_text_signature, NULL, NULL},
    {0},
};

Type method_descriptor_type = {
    TYPE_HEAD(method_descriptor_type, "method_descriptor", .dealloc = method_dealloc,
              .leaves = method_leaves),
    .flags = TYPE_METHOD_DESCRIPTOR,
    .basic_size = sizeof(MethodDescriptor),
    .base = &object_type,
    .repr = method_repr,
    .call = method_descriptor_call,
    .descriptor_get = method_get,
    .getsets = method_getsets,
    .methods = member_reduce_methods,
};

static Value class_method_get(VM *vm, Value descriptor, Value instance, Value owner) {
    MethodDescriptor *m = as_method_descriptor(descriptor);
    if (!value_is_given(owner)) {
        if (is_absent(instance)) {
            return raise_type(vm, "descriptor '%s' for type '%N' needs either an object or a type",
                              m->def->name, m->owner);
        }
        owner = from_object(type_of(instance));
    }
    if (!is_family(owner, TYPE_TYPE)) {
        return raise_type(vm, "descriptor '%s' for type '%N' needs a type, not a '%T' as arg 2", m->def->name,
                          m->owner, owner);
    }
    if (!type_is_subtype(as_type(owner), m->owner)) {
        return raise_type(vm, "descriptor '%s' requires a subtype of '%N' but received '%N'", m->def->name,
                          m->owner, as_object(owner));
    }
    return bind(vm, m, owner);
}

static Value class_method_call(VM *vm, Value self, Value *args, int nargs, Value names) {
    MethodDescriptor *m = as_method_descriptor(self);
    if (nargs < 1) {
        return raise_type(vm, "descriptor '%s' of '%N' object needs an argument", m->def->name, m->owner);
    }
    Value bound = class_method_get(vm, self, ABSENT, args[0]);
    if (is_absent(bound)) return ABSENT;
    Value result = object_call(vm, bound, args + 1, nargs - 1, names);
    value_drop(vm, bound);
    return result;
}

Type class_method_descriptor_type = {
    TYPE_HEAD(class_method_descriptor_type, "classmethod_descriptor", .dealloc = method_dealloc,
              .leaves = method_leaves),
    .basic_size = sizeof(MethodDescriptor),
    .base = &object_type,
    .repr = method_repr,
    .call = class_method_call,
    .descriptor_get = class_method_get,
    .getsets = method_getsets,
};

/* --- getset_descriptor --- */

static GetSetDescriptor *as_getset(Value v) { return (GetSetDescriptor *)as_object(v); }

Value getset_descriptor_new(VM *vm, Type *owner, const GetSetDef *def) {
    GetSetDescriptor *g = (GetSetDescriptor *)descriptor_alloc(vm, &getset_descriptor_type, sizeof *g, owner);
    if (g == NULL) return ABSENT;
    g->owner = owner;
    g->def = def;
    object_track(&g->head);
    return from_object(g);
}

static int getset_traverse(Object *self, VisitFn visit, void *context) {
    return visit_owner(((GetSetDescriptor *)self)->owner, visit, context);
}

static void getset_dealloc(VM *vm, Object *self) {
    descriptor_free(vm, self, sizeof(GetSetDescriptor), ((GetSetDescriptor *)self)->owner);
}

static Value getset_get(VM *vm, Value descriptor, Value instance, Value owner) {
    GetSetDescriptor *g = as_getset(descriptor);
    if (is_absent(instance)) return value_ref(descriptor);
    if (!check_instance(vm, g->def->name, g->owner, instance)) return ABSENT;
    return g->def->get(vm, instance);
}

static bool getset_set(VM *vm, Value descriptor, Value instance, Value value) {
    GetSetDescriptor *g = as_getset(descriptor);
    if (!check_instance(vm, g->def->name, g->owner, instance)) return false;
    if (g->def->set != NULL) return g->def->set(vm, instance, value);
    raise_error(vm, &exc_AttributeError, "attribute '%s' of '%N' objects is not writable", g->def->name,
                g->owner);
    return false;
}

static Value getset_repr(VM *vm, Value self) {
    return string_format(vm, "<attribute '%s' of '%N' objects>", as_getset(self)->def->name,
                         as_getset(self)->owner);
}

static Value getset_get_name(VM *vm, Value self) {
    return string_intern_fixed(vm, as_getset(self)->def->name);
}

static Value getset_get_qualname(VM *vm, Value self) {
    return type_qualify(vm, as_getset(self)->owner, as_getset(self)->def->name);
}

static Value getset_get_owner(VM *vm, Value self) { return value_ref(from_object(as_getset(self)->owner)); }

static Value getset_get_doc(VM *vm, Value self) { return doc_or_none(vm, as_getset(self)->def->doc); }

static const GetSetDef getset_getsets[] = {
    {"__name__", getset_get_name, NULL, NULL},
    {"__qualname__", getset_get_qualname, NULL, NULL},
    {"__objclass__", getset_get_owner, NULL, NULL},
    {"__doc__", getset_get_doc, NULL, NULL},
    {0},
};

Type getset_descriptor_type = {
    TYPE_HEAD(getset_descriptor_type, "getset_descriptor", .traverse = getset_traverse,
              .dealloc = getset_dealloc),
    .basic_size = sizeof(GetSetDescriptor),
    .base = &object_type,
    .repr = getset_repr,
    .descriptor_get = getset_get,
    .descriptor_set = getset_set,
    .getsets = getset_getsets,
};

/* --- member_descriptor --- */

static MemberDescriptor *as_member(Value v) { return (MemberDescriptor *)as_object(v); }

Value member_descriptor_new(VM *vm, Type *owner, Value name, uint32_t offset, uint32_t flags,
                            const char *doc) {
    MemberDescriptor *m = (MemberDescriptor *)descriptor_alloc(vm, &member_descriptor_type, sizeof *m, owner);
    if (m == NULL) return ABSENT;
    m->owner = owner;
    m->name = value_ref(name);
    m->offset = offset;
    m->flags = flags;
    m->doc = doc;
    object_track(&m->head);
    return from_object(m);
}

static int member_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((MemberDescriptor *)self)->name);
    return visit_owner(((MemberDescriptor *)self)->owner, visit, context);
}

static void member_dealloc(VM *vm, Object *self) {
    MemberDescriptor *m = (MemberDescriptor *)self;
    value_drop(vm, m->name);
    descriptor_free(vm, self, sizeof *m, m->owner);
}

static bool check_member(VM *vm, const MemberDescriptor *m, Value instance) {
    if (value_is_instance(instance, m->owner)) return true;
    raise_type(vm, "descriptor '%S' for '%N' objects doesn't apply to a '%T' object", m->name, m->owner,
               instance);
    return false;
}

static Value *member_place(const MemberDescriptor *m, Value instance) {
    if (m->owner->flags & TYPE_HEAP) return object_slot_place(as_object(instance), m->offset);
    return (Value *)((char *)as_object(instance) + m->offset);
}

static Value member_get(VM *vm, Value descriptor, Value instance, Value owner) {
    MemberDescriptor *m = as_member(descriptor);
    if (is_absent(instance)) return value_ref(descriptor);
    if (!check_member(vm, m, instance)) return ABSENT;
    if (m->flags & MEMBER_DOUBLE) return float_from(vm, *(double *)member_place(m, instance));
    Value value = *member_place(m, instance);
    if (!is_absent(value)) return value_ref(value);
    if (m->flags & MEMBER_INTEGER) return int_small(0);
    return m->flags & MEMBER_NONE_IF_ABSENT ? NONE : raise_member(vm, instance, m->name);
}

static bool set_integer(VM *vm, Value *place, Value value) {
    int64_t integer;
    if (is_absent(value)) return raise_type(vm, "can't delete numeric/char attribute"), false;
    if (!is_int_family(value)) return raise_type(vm, "an integer is required"), false;
    if (!row_position(vm, value, &integer)) return false;
    Value number = int_from(vm, integer);
    if (!is_absent(number)) value_set(vm, place, number);
    return !is_absent(number);
}

bool member_refuse(VM *vm, Value self, Value value) {
    raise_error(vm, &exc_AttributeError, "readonly attribute");
    return false;
}

static bool member_set(VM *vm, Value descriptor, Value instance, Value value) {
    MemberDescriptor *m = as_member(descriptor);
    if (!check_member(vm, m, instance)) return false;
    if (m->flags & MEMBER_READONLY) return member_refuse(vm, instance, value);
    Value *place = member_place(m, instance);
    if (m->flags & MEMBER_INTEGER) return set_integer(vm, place, value);
    if (is_absent(value) && is_absent(*place) && !(m->flags & MEMBER_NONE_IF_ABSENT)) {
        raise_new(vm, &exc_AttributeError, m->name);
        return false;
    }
    value_set(vm, place, value_xref(value));
    return true;
}

static Value member_repr(VM *vm, Value self) {
    return string_format(vm, "<member '%S' of '%N' objects>", as_member(self)->name, as_member(self)->owner);
}

static Value member_get_name(VM *vm, Value self) { return value_ref(as_member(self)->name); }

static Value member_get_qualname(VM *vm, Value self) {
    const Type *owner = as_member(self)->owner;
    Value name = as_member(self)->name;
    if (owner->qualified_name == NULL) return string_format(vm, "%s.%S", type_short_name(owner), name);
    return string_format(vm, "%S.%S", from_object(owner->qualified_name), name);
}

static Value member_get_owner(VM *vm, Value self) { return value_ref(from_object(as_member(self)->owner)); }

static Value member_get_doc(VM *vm, Value self) { return doc_or_none(vm, as_member(self)->doc); }

static const GetSetDef member_getsets[] = {
    {"__name__", member_get_name, NULL, NULL},
    {"__qualname__", member_get_qualname, NULL, NULL},
    {"__objclass__", member_get_owner, NULL, NULL},
    {"__doc__", member_get_doc, NULL, NULL},
    {0},
};

Type member_descriptor_type = {
    TYPE_HEAD(member_descriptor_type, "member_descriptor", .traverse = member_traverse,
              .dealloc = member_dealloc),
    .basic_size = sizeof(MemberDescriptor),
    .base = &object_type,
    .repr = member_repr,
    .descriptor_get = member_get,
    .descriptor_set = member_set,
    .getsets = member_getsets,
    .methods = member_reduce_methods,
};
