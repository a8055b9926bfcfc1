/* super: attributes of an object as the classes behind one class in its mro have them. */

#include "runtime/classes/class.h"
#include "runtime/classes/descriptor.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

static Super *as_super(Value v) { return (Super *)as_object(v); }

static int traverse(Object *self, VisitFn visit, void *context) {
    Super *s = (Super *)self;
    Type *types[] = {s->start, s->self_type};
    for (int i = 0; i < 2; i++) {
        int stop = types[i] == NULL ? 0 : visit(&types[i]->head.object, context);
        if (stop) return stop;
    }
    VISIT(s->self);
    return 0;
}

static void replace_type(VM *vm, Type **place, Type *type) {
    Type *old = *place;
    if (type != NULL) object_ref(&type->head.object);
    *place = type;
    if (old != NULL) object_drop(vm, &old->head.object);
}

/* Its object may be itself, by a second __init__. */
static void clear(VM *vm, Object *self) {
    Super *s = (Super *)self;
    Value object = s->self;
    s->self = ABSENT;
    replace_type(vm, &s->self_type, NULL);
    value_xdrop(vm, object);
}

static void dealloc(VM *vm, Object *self) {
    Super *s = (Super *)self;
    object_untrack(vm, self);
    value_clear(vm, &s->self);
    replace_type(vm, &s->start, NULL);
    replace_type(vm, &s->self_type, NULL);
    object_free(vm, self, instance_size(self, 0));
}

/* A class whose metaclass has an mro() of its own may not be in its own order. */
static bool is_ordered_below(const Type *type, const Type *start) {
    bool found = type != start || type->mro == NULL;
    for (int64_t i = 0; !found && i < type->mro->length; i++)
        found = as_object(type->mro->items[i]) == &start->head.object;
    return found && type_is_subtype(type, start);
}

/* The type whose mro is searched: that of the instance, or the class itself. BORROWED; NULL RAISES. */
static Type *check_object(VM *vm, Type *start, Value self, NEW Value *keeper) {
    if (is_family(self, TYPE_TYPE) && is_ordered_below(as_type(self), start)) return as_type(self);
    if (value_is_instance(self, start)) return type_of(self);
    int found = object_find_attribute(vm, self, NAME_OF(vm, class), keeper);
    if (found < 0) return NULL;
    if (found > 0 && is_family(*keeper, TYPE_TYPE) && type_is_subtype(as_type(*keeper), start)) {
        return as_type(*keeper);
    }
    bool of_type = is_family(self, TYPE_TYPE);
    const char *what = of_type ? "type" : "instance of";
    const Type *shown = of_type ? (const Type *)as_object(self) : type_of(self);
    raise_type(vm, "super(type, obj): obj (%s %N) is not an instance or subtype of type (%N).", what, shown,
               start);
    return NULL;
}

static bool set_up(VM *vm, Super *s, Type *start, Value self) {
    Type *self_type = NULL;
    Value keeper = ABSENT;
    if (!is_absent(self) && is_none(self)) self = ABSENT;
    bool ok = is_absent(self) || (self_type = check_object(vm, start, self, &keeper)) != NULL;
    if (ok) {
        replace_type(vm, &s->start, start);
        replace_type(vm, &s->self_type, self_type);
        value_set(vm, &s->self, value_xref(self));
    }
    value_xdrop(vm, keeper);
    return ok;
}

static bool super_init(VM *vm, Value v, Value *args, int nargs, Value names) {
    Value row[2];
    if (!arguments_no_names(vm, "super", names)) return false;
    if (nargs > 2) {
        raise_type(vm, "super() expected at most 2 arguments, got %d", nargs);
        return false;
    }
    for (int i = 0; i < 2; i++)
        row[i] = i < nargs ? args[i] : ABSENT;
    if (nargs == 0) {
        if (vm->hooks.super_arguments == NULL) {
            raise_error(vm, &exc_RuntimeError, "super(): no current frame");
            return false;
        }
        if (!vm->hooks.super_arguments(vm, &row[0], &row[1])) return false;
    }
    if (!is_family(row[0], TYPE_TYPE)) {
        raise_type(vm, "super() argument 1 must be a type, not %T", row[0]);
        return false;
    }
    return set_up(vm, as_super(v), as_type(row[0]), row[1]);
}

/* What the classes behind `start` in the mro of `type` have under this name. BORROWED, ABSENT when nothing. */
static Value find_behind(VM *vm, Type *type, const Type *start, Value name) {
    Tuple *mro = type_mro(vm, type);
    int64_t i = 0;
    if (mro == NULL) return ABSENT;
    while (i < mro->length && as_object(mro->items[i]) != &start->head.object)
        i++;
    for (i++; i < mro->length; i++) {
        Dict *dict = type_dict(vm, as_type(mro->items[i]));
        if (dict == NULL) return ABSENT;
        Value found = dict_get_string(vm, from_object(dict), name);
        if (!is_absent(found)) return found;
    }
    return ABSENT;
}

static Value super_get_attribute(VM *vm, Value v, Value name) {
    Super *s = as_super(v);
    if (s->self_type == NULL || !is_string(name) || string_equal_c(name, "__class__")) {
        return object_generic_get(vm, v, name);
    }
    Value found = find_behind(vm, s->self_type, s->start, name);
    if (is_absent(found)) return error_raised(vm) ? ABSENT : object_generic_get(vm, v, name);
    Type *kind = type_of(found);
    value_ref(found);
    if (kind->descriptor_get == NULL) return found;
    bool of_class = value_same(s->self, from_object(s->self_type));
    Value result = kind->descriptor_get(vm, found, of_class ? ABSENT : s->self, from_object(s->self_type));
    value_drop(vm, found);
    return result;
}

/* An unbound super in a class's dict becomes bound to the instance. */
static Value super_get(VM *vm, Value descriptor, Value instance, Value owner) {
    Super *s = as_super(descriptor);
    if (!value_is_given(instance) || !is_absent(s->self)) return value_ref(descriptor);
    if (type_of(descriptor) != &super_type) {
        return call_2(vm, from_object(type_of(descriptor)), from_object(s->start), instance);
    }
    Value bound = instance_new_blank(vm, &super_type, NULL, 0, ABSENT);
    if (is_absent(bound) || set_up(vm, as_super(bound), s->start, instance)) return bound;
    value_drop(vm, bound);
    return ABSENT;
}

static Value super_repr(VM *vm, Value v) {
    Super *s = as_super(v);
    const char *start = s->start == NULL ? "NULL" : type_name(s->start);
    if (s->self_type == NULL) return string_format(vm, "<super: <class '%s'>, NULL>", start);
    return string_format(vm, "<super: <class '%s'>, <%N object>>", start, s->self_type);
}

static Value type_or_none(Type *type) { return type == NULL ? NONE : value_ref(from_object(type)); }

static Value get_start(VM *vm, Value v) { return type_or_none(as_super(v)->start); }

static Value get_self_type(VM *vm, Value v) { return type_or_none(as_super(v)->self_type); }

static const MemberDef members[] = {
    {"__self__", offsetof(Super, self), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT,
     "the instance invoking super(); may be None"},
    {0},
};

static const GetSetDef getsets[] = {
    {"__thisclass__", get_start, NULL, "the class invoking super()"},
    {"__self_class__", get_self_type, NULL, "the type of the instance invoking super(); may be None"},
    {0},
};

Type super_type = {
    TYPE_HEAD(super_type, "super", .traverse = traverse, .clear = clear, .dealloc = dealloc),
    .flags = TYPE_BASE,
    .basic_size = sizeof(Super),
    .base = &object_type,
    .doc = "super() -> same as super(__class__, <first argument>)\nsuper(type) -> unbound super object\n"
           "super(type, obj) -> bound super object; requires isinstance(obj, type)\n"
           "super(type, type2) -> bound super object; requires issubclass(type2, type)",
    .new = instance_new_blank,
    .init = super_init,
    .repr = super_repr,
    .get_attribute = super_get_attribute,
    .descriptor_get = super_get,
    .members = members,
    .getsets = getsets,
};
