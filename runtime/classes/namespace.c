/* types.SimpleNamespace: attributes and nothing else. sys.implementation is one. */
#include "runtime/classes/namespace.h"

#include "runtime/classes/instance.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/builder.h"
#include "runtime/text/str.h"

static Value attributes_of(VM *vm, Value self) { return attributes_dict(vm, as_object(self)); }

static Value make(VM *vm, Type *type) {
    Object *self = instance_new(vm, type, 0);
    if (self != NULL) object_track(self);
    return from_object(self);
}

Value namespace_new(VM *vm) { return make(vm, &namespace_type); }

static Value construct(VM *vm, Type *type, Value *args, int nargs, Value names) { return make(vm, type); }

/* The attributes of a mapping or of pairs. */
static bool take(VM *vm, Value dict, Value given) {
    Value taken = dict_new(vm), key, value;
    bool done = !is_absent(taken) && dict_update(vm, taken, given);
    for (int64_t at = 0; done && dict_next(taken, &at, &key, &value);) {
        done = is_string(key);
        if (!done) raise_type(vm, "keywords must be strings");
    }
    done = done && dict_update(vm, dict, taken);
    value_xdrop(vm, taken);
    return done;
}

/* A dict that has room for so many attributes. */
static bool give_dict(VM *vm, Value self, int64_t count) {
    Value dict = dict_new_sized(vm, count);
    bool given = !is_absent(dict) && attributes_set_dict(vm, as_object(self), dict);
    value_xdrop(vm, dict);
    return given;
}

static bool init(VM *vm, Value self, Value *args, int nargs, Value names) {
    if (nargs > 1) {
        raise_type(vm, "%s expected at most 1 argument, got %d", type_short_name(type_of(self)), nargs);
        return false;
    }
    int64_t count = is_absent(names) ? 0 : as_tuple(names)->length;
    if (object_attributes(as_object(self))->shape_id == SHAPE_NONE && !give_dict(vm, self, count))
        return false;
    Value dict = attributes_of(vm, self);
    if (is_absent(dict) || (nargs == 1 && !take(vm, dict, args[0]))) return false;
    for (int64_t i = 0; i < count; i++) {
        if (!dict_set(vm, dict, as_tuple(names)->items[i], args[nargs + i])) return false;
    }
    return true;
}

/* The names are looked up one by one, because a repr may change the dict. */
static bool append_attributes(Builder *b, Value dict) {
    VM *vm = b->vm;
    Value names = tuple_from_iterable(vm, dict);
    if (is_absent(names)) return false;
    bool ok = true, first = true;
    for (int64_t i = 0; ok && i < as_tuple(names)->length; i++) {
        Value name = as_tuple(names)->items[i];
        Value value = is_string(name) ? dict_get(vm, dict, name) : ABSENT;
        if (is_absent(value)) continue;
        value_ref(value);
        builder_format(b, "%s%S=", first ? "" : ", ", name);
        ok = builder_repr(b, value);
        value_drop(vm, value);
        first = false;
    }
    value_drop(vm, names);
    return ok;
}

static Value repr(VM *vm, Value self) {
    int entered = repr_enter(vm, self);
    if (entered < 0) return ABSENT;
    const char *name = type_of(self) == &namespace_type ? "namespace" : type_name_of(self);
    if (!entered) return string_format(vm, "%s(...)", name);
    Builder b;
    builder_init(&b, vm);
    builder_format(&b, "%s(", name);
    Value dict = attributes_of(vm, self);
    bool ok = !is_absent(dict) && append_attributes(&b, dict);
    repr_leave(vm, self);
    builder_char(&b, ')');
    if (ok) return builder_finish(&b);
    builder_fini(&b);
    return ABSENT;
}

static Value compare(VM *vm, Value a, Value b, CompareOp op) {
    if (!value_is_instance(b, &namespace_type) || !value_is_instance(a, &namespace_type))
        return NOT_IMPLEMENTED;
    Value left = attributes_of(vm, a), right = is_absent(left) ? ABSENT : attributes_of(vm, b);
    return is_absent(right) ? ABSENT : object_compare(vm, left, right, op);
}

static Value replace(VM *vm, Value *args, int nargs, Value names) {
    if (nargs > 1) return raise_type(vm, "__replace__() takes no positional arguments");
    Value own = attributes_of(vm, args[0]);
    Value copy = is_absent(own) ? ABSENT : call_0(vm, from_object(type_of(args[0])));
    if (is_absent(copy)) return ABSENT;
    Value dict = value_is_instance(copy, &namespace_type)
                     ? attributes_of(vm, copy)
                     : raise_type(vm, "expect types.SimpleNamespace type");
    bool ok = !is_absent(dict) && dict_update(vm, dict, own);
    for (int64_t i = 0; ok && !is_absent(names) && i < as_tuple(names)->length; i++)
        ok = dict_set(vm, dict, as_tuple(names)->items[i], args[nargs + i]);
    if (!ok) value_clear(vm, &copy);
    return copy;
}

NATIVE(namespace_reduce) {
    Value dict = attributes_of(vm, args[0]);
    return is_absent(dict) ? ABSENT : tuple_pack(vm, 3, from_object(type_of(args[0])), vm->empty_tuple, dict);
}

static const NativeDef methods[] = {
    {"__reduce__", namespace_reduce, "", "Return state information for pickling"},
    {"__replace__", replace, "*args, **changes",
     "($self, /, **changes)\n--\n\nReturn a copy of the namespace object with new values for the specified "
     "attributes."},
    {0},
};

static const GetSetDef getsets[] = {
    {"__dict__", instance_get_dict, NULL, NULL},
    {0},
};

Type namespace_type = {
    TYPE_HEAD(namespace_type, "types.SimpleNamespace"),
    .flags = TYPE_BASE,
    .basic_size = sizeof(Object),
    .attributes_offset = sizeof(Object),
    .base = &object_type,
    .doc = "(mapping_or_iterable=(), /, **kwargs)\n--\n\nSimpleNamespace(mapping_or_iterable=(), /, "
           "**kwargs)\n\nA simple attribute-based namespace.",
    .new = construct,
    .methods = methods,
    .getsets = getsets,
    .init = init,
    .repr = repr,
    .compare = compare,
};
