/*
 * Slots of built-in types as methods. In order: calling a slot with a method's arguments, by kind; wrapper_descriptor;
 * method-wrapper; the built-in __new__.
 */

#include <limits.h>

#include "runtime/bytes/memoryview.h"
#include "runtime/classes/descriptor.h"
#include "runtime/classes/slots.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/set.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/reduce.h"
#include "runtime/text/str.h"

/* The slots' types, to cast a SlotFunction to. */
typedef Value (*UnarySlot)(VM *, Value);
typedef Value (*BinarySlot)(VM *, Value, Value);
typedef Value (*TernarySlot)(VM *, Value, Value, Value);
typedef Value (*CompareSlot)(VM *, Value, Value, CompareOp);
typedef int (*TruthSlot)(VM *, Value);
typedef bool (*HashSlot)(VM *, Value, int64_t *);
typedef int64_t (*LengthSlot)(VM *, Value);
typedef int (*ContainsSlot)(VM *, Value, Value);
typedef bool (*SetSlot)(VM *, Value, Value, Value);
typedef Value (*CallSlot)(VM *, Value, Value *, int, Value);
typedef bool (*InitSlot)(VM *, Value, Value *, int, Value);
typedef void (*FinalizeSlot)(VM *, Object *);
typedef bool (*BufferSlot)(VM *, Value, BufferView *, unsigned);

/* --- calling a slot --- */

/* The look-ups of some types are methods of their own in CPython, which shows in messages. */
static bool is_plain_method(const WrapperDescriptor *w) {
    const Type *t = w->owner;
    if (w->row->offset == offsetof(Type, container.get_item))
        return w->row->kind == WRAP_LEFT && (t == &list_type || t == &dict_type);
    return w->row->kind == WRAP_CONTAINS && (t == &dict_type || t == &set_type || t == &frozenset_type);
}

/* `blank`: CPython names a function without a name where it unpacks a tuple of arguments. */
static bool check_count(VM *vm, const WrapperDescriptor *w, int nargs, int least, int most, bool blank) {
    if (nargs >= least && nargs <= most) return true;
    int bound = nargs < least ? least : most;
    if (is_plain_method(w)) {
        raise_type(vm, "%N.%S() takes exactly one argument (%d given)", w->owner, vm->names[w->row->name],
                   nargs);
        return false;
    }
    raise_type(vm, "%sexpected %s%d argument%s, got %d", blank ? " " : "",
               least == most   ? ""
               : nargs < least ? "at least "
                               : "at most ",
               bound, bound == 1 ? "" : "s", nargs);
    return false;
}

static Value none_if(bool ok) { return ok ? NONE : ABSENT; }

static Value call_power(VM *vm, const WrapperDescriptor *w, Value self, Value *args, int nargs) {
    bool right = w->row->kind == WRAP_POWER_RIGHT;
    bool modulus = nargs == 2 && !is_none(args[1]);
    if (modulus && w->owner->number.power3 != NULL) {
        return right ? w->owner->number.power3(vm, args[0], self, args[1])
                     : w->owner->number.power3(vm, self, args[0], args[1]);
    }
    BinarySlot power = (BinarySlot)w->function;
    return right ? power(vm, args[0], self) : power(vm, self, args[0]);
}

static Value call_next(VM *vm, UnarySlot next, Value self) {
    Value item = next(vm, self);
    if (is_absent(item) && !error_raised(vm)) raise_stop(vm, ABSENT);
    return item;
}

static Value call_hash(VM *vm, HashSlot slot, Value self) {
    int64_t hash;
    return slot(vm, self, &hash) ? int_from(vm, hash) : ABSENT;
}

static Value call_length(VM *vm, LengthSlot slot, Value self) {
    int64_t length = slot(vm, self);
    return length < 0 ? ABSENT : int_from(vm, length);
}

static Value call_get(VM *vm, TernarySlot slot, Value self, Value *args, int nargs) {
    Value instance = is_none(args[0]) ? ABSENT : args[0];
    Value owner = nargs < 2 || is_none(args[1]) ? ABSENT : args[1];
    if (is_absent(instance) && is_absent(owner)) return raise_type(vm, "__get__(None, None) is invalid");
    return slot(vm, self, instance, owner);
}

/* How many arguments beside self each kind takes. */
static const struct {
    int8_t least, most;
} counts[] = {
    [WRAP_UNARY] = {0, 0},   [WRAP_LEFT] = {1, 1},        [WRAP_RIGHT] = {1, 1},       [WRAP_POWER] = {1, 2},
    [WRAP_COMPARE] = {1, 1}, [WRAP_POWER_RIGHT] = {1, 2}, [WRAP_TRUTH] = {0, 0},       [WRAP_HASH] = {0, 0},
    [WRAP_LENGTH] = {0, 0},  [WRAP_CONTAINS] = {1, 1},    [WRAP_SET] = {2, 2},         [WRAP_DELETE] = {1, 1},
    [WRAP_GET] = {1, 2},     [WRAP_NEXT] = {0, 0},        [WRAP_DELETE_SELF] = {0, 0}, [WRAP_BUFFER] = {1, 1},
};

static Value call_buffer(VM *vm, BufferSlot get_buffer, Value self, Value flags) {
    int64_t number;
    if (!object_to_int64(vm, flags, &exc_OverflowError, &number)) return ABSENT;
    if (number > INT_MAX) return raise_overflow(vm, "buffer flags too large");
    return memoryview_of_slot(vm, self, (unsigned)number, get_buffer);
}

static Value call_simple(VM *vm, const WrapperDescriptor *w, Value self, Value *args, int nargs) {
    SlotFunction f = w->function;
    switch ((WrapperKind)w->row->kind) {
    case WRAP_UNARY: return ((UnarySlot)f)(vm, self);
    case WRAP_LEFT: return ((BinarySlot)f)(vm, self, args[0]);
    case WRAP_RIGHT: return ((BinarySlot)f)(vm, args[0], self);
    case WRAP_POWER:
    case WRAP_POWER_RIGHT: return call_power(vm, w, self, args, nargs);
    case WRAP_COMPARE: return ((CompareSlot)f)(vm, self, args[0], (CompareOp)w->row->operand);
    case WRAP_TRUTH: return bool_from_truth(((TruthSlot)f)(vm, self));
    case WRAP_HASH: return call_hash(vm, (HashSlot)f, self);
    case WRAP_LENGTH: return call_length(vm, (LengthSlot)f, self);
    case WRAP_CONTAINS: return bool_from_truth(((ContainsSlot)f)(vm, self, args[0]));
    case WRAP_SET: return none_if(((SetSlot)f)(vm, self, args[0], args[1]));
    case WRAP_DELETE: return none_if(((SetSlot)f)(vm, self, args[0], ABSENT));
    case WRAP_GET: return call_get(vm, (TernarySlot)f, self, args, nargs);
    case WRAP_NEXT: return call_next(vm, (UnarySlot)f, self);
    case WRAP_DELETE_SELF: ((FinalizeSlot)f)(vm, as_object(self)); return NONE;
    case WRAP_BUFFER: return call_buffer(vm, (BufferSlot)f, self, args[0]);
    default: return raise_error(vm, &exc_SystemError, "a slot without a method was called");
    }
}

/* `class.__setattr__` of a built-in type must not go around the one that a more derived built-in type has. */
static bool check_set_attribute(VM *vm, const WrapperDescriptor *w, Value self) {
    if (w->function != (SlotFunction)object_generic_set) return true;
    const Type *type = type_of(self);
    while (type->flags & TYPE_HEAP)
        type = type->base;
    if (type->set_attribute == object_generic_set) return true;
    raise_type(vm, "can't apply this %s to %T object",
               w->row->kind == WRAP_SET ? "__setattr__" : "__delattr__", self);
    return false;
}

/* CPython unpacks a tuple for two arguments or more, for a buffer's flags, and for how often to repeat a sequence. */
static bool unpacks_tuple(const SlotRow *row) {
    bool repeats = row->offset == offsetof(Type, container.repeat) ||
                   row->offset == offsetof(Type, container.inplace_repeat);
    return counts[row->kind].most > 1 || row->kind == WRAP_BUFFER || repeats;
}

/* The slots that take the name of an attribute rely on its being a str. */
static bool is_attribute_slot(const SlotRow *row) {
    return row->offset == offsetof(Type, get_attribute) || row->offset == offsetof(Type, set_attribute);
}

static Value call_wrapper(VM *vm, const WrapperDescriptor *w, Value self, Value *args, int nargs,
                          Value names) {
    if (w->row->kind == WRAP_CALL) return ((CallSlot)w->function)(vm, self, args, nargs, names);
    if (w->row->kind == WRAP_INIT) return none_if(((InitSlot)w->function)(vm, self, args, nargs, names));
    if (!is_absent(names) && as_tuple(names)->length > 0) {
        Value name = vm->names[w->row->name];
        return is_plain_method(w) ? raise_type(vm, "%N.%S() takes no keyword arguments", w->owner, name)
                                  : raise_type(vm, "wrapper %S() takes no keyword arguments", name);
    }
    if (!check_count(vm, w, nargs, counts[w->row->kind].least, counts[w->row->kind].most,
                     unpacks_tuple(w->row)))
        return ABSENT;
    if (is_attribute_slot(w->row) && !is_string(args[0])) {
        return raise_type(vm, "attribute name must be string, not '%T'", args[0]);
    }
    if (!check_set_attribute(vm, w, self)) return ABSENT;
    return call_simple(vm, w, self, args, nargs);
}

/* --- wrapper_descriptor --- */

static WrapperDescriptor *as_wrapper(Value v) { return (WrapperDescriptor *)as_object(v); }

Value wrapper_descriptor_new(VM *vm, Type *owner, const SlotRow *row) {
    WrapperDescriptor *w = (WrapperDescriptor *)object_new(vm, &wrapper_descriptor_type, sizeof *w);
    if (w == NULL) return raise_memory(vm);
    w->owner = owner;
    w->row = row;
    w->function = *slot_at(owner, row);
    return from_object(w);
}

static void wrapper_dealloc(VM *vm, Object *self) { object_free(vm, self, sizeof(WrapperDescriptor)); }

static Value wrapper_get(VM *vm, Value descriptor, Value instance, Value owner) {
    WrapperDescriptor *w = as_wrapper(descriptor);
    if (is_absent(instance)) return value_ref(descriptor);
    if (!value_is_instance(instance, w->owner)) {
        return raise_type(vm, "descriptor '%S' for '%N' objects doesn't apply to a '%T' object",
                          vm->names[w->row->name], w->owner, instance);
    }
    BoundWrapper *b = (BoundWrapper *)object_new_container(vm, &method_wrapper_type, sizeof *b);
    if (b == NULL) return raise_memory(vm);
    b->wrapper = value_ref(descriptor);
    b->self = value_ref(instance);
    object_track(&b->head);
    return from_object(b);
}

static Value wrapper_call(VM *vm, Value callable, Value *args, int nargs, Value names) {
    WrapperDescriptor *w = as_wrapper(callable);
    Value name = vm->names[w->row->name];
    if (nargs < 1) return raise_type(vm, "descriptor '%S' of '%N' object needs an argument", name, w->owner);
    if (!value_is_instance(args[0], w->owner)) {
        return raise_type(vm, "descriptor '%S' requires a '%N' object but received a '%T'", name, w->owner,
                          args[0]);
    }
    return call_wrapper(vm, w, args[0], args + 1, nargs - 1, names);
}

bool wrapper_refuses_names(Value callable) {
    if (is_exactly(callable, &method_wrapper_type)) callable = ((BoundWrapper *)as_object(callable))->wrapper;
    if (!is_exactly(callable, &wrapper_descriptor_type)) return false;
    uint8_t kind = as_wrapper(callable)->row->kind;
    return kind != WRAP_CALL && kind != WRAP_INIT;
}

static Value wrapper_repr(VM *vm, Value self) {
    WrapperDescriptor *w = as_wrapper(self);
    return string_format(vm, "<slot wrapper '%S' of '%N' objects>", vm->names[w->row->name], w->owner);
}

static Value wrapper_get_name(VM *vm, Value self) {
    return value_ref(vm->names[as_wrapper(self)->row->name]);
}

static Value wrapper_get_qualname(VM *vm, Value self) {
    return string_format(vm, "%s.%S", type_short_name(as_wrapper(self)->owner),
                         vm->names[as_wrapper(self)->row->name]);
}

static Value wrapper_get_owner(VM *vm, Value self) { return value_ref(from_object(as_wrapper(self)->owner)); }

static Value wrapper_get_doc(VM *vm, Value self) { return string_from_c(vm, as_wrapper(self)->row->doc); }

/* What the parameters of a slot are called where that is not a matter of its kind alone; or NULL. */
static const char *parameters_by_place(const SlotRow *row) {
    static const struct {
        size_t offset;
        const char *left, *set, *delete;
    } places[] = {
        {offsetof(Type, get_attribute), ", name", NULL, NULL},
        {offsetof(Type, set_attribute), NULL, ", name, value", ", name"},
        {offsetof(Type, descriptor_set), NULL, ", instance, value", ", instance"},
        {offsetof(Type, container.get_item), ", key", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (row->offset != places[i].offset) continue;
        return row->kind == WRAP_LEFT  ? places[i].left
               : row->kind == WRAP_SET ? places[i].set
                                       : places[i].delete;
    }
    return NULL;
}

static Value wrapper_get_text_signature(VM *vm, Value self) {
    static const char *const parameters[] = {
        [WRAP_UNARY] = "",
        [WRAP_LEFT] = ", value",
        [WRAP_RIGHT] = ", value",
        [WRAP_COMPARE] = ", value",
        [WRAP_POWER] = ", value, mod=None",
        [WRAP_POWER_RIGHT] = ", value, mod=None",
        [WRAP_TRUTH] = "",
        [WRAP_HASH] = "",
        [WRAP_LENGTH] = "",
        [WRAP_CONTAINS] = ", key",
        [WRAP_SET] = ", key, value",
        [WRAP_DELETE] = ", key",
        [WRAP_GET] = ", instance, owner=None",
        [WRAP_NEXT] = "",
        [WRAP_CALL] = "",
        [WRAP_INIT] = "",
        [WRAP_DELETE_SELF] = "",
        [WRAP_BUFFER] = ", flags",
    };
    uint8_t kind = as_wrapper(self)->row->kind;
    bool raw = kind == WRAP_CALL || kind == WRAP_INIT;
    const char *named = parameters_by_place(as_wrapper(self)->row);
    return string_format(vm, "($self%s%s)", named ? named : parameters[kind],
                         raw ? ", /, *args, **kwargs" : ", /");
}

static const GetSetDef wrapper_getsets[] = {
    {"__name__", wrapper_get_name, NULL, NULL},
    {"__qualname__", wrapper_get_qualname, NULL, NULL},
    {"__objclass__", wrapper_get_owner, NULL, NULL},
    {"__doc__", wrapper_get_doc, NULL, NULL},
    {"__text_signature__", wrapper_get_text_signature, NULL, NULL},
    {0},
};

Type wrapper_descriptor_type = {
    TYPE_HEAD(wrapper_descriptor_type, "wrapper_descriptor", .dealloc = wrapper_dealloc),
    .flags = TYPE_METHOD_DESCRIPTOR,
    .basic_size = sizeof(WrapperDescriptor),
    .base = &object_type,
    .repr = wrapper_repr,
    .call = wrapper_call,
    .descriptor_get = wrapper_get,
    .getsets = wrapper_getsets,
    .methods = member_reduce_methods,
};

/* --- method-wrapper --- */

static BoundWrapper *as_bound(Value v) { return (BoundWrapper *)as_object(v); }

static int bound_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((BoundWrapper *)self)->wrapper);
    VISIT(((BoundWrapper *)self)->self);
    return 0;
}

static void bound_dealloc(VM *vm, Object *self) {
    BoundWrapper *b = (BoundWrapper *)self;
    object_untrack(vm, self);
    value_xdrop(vm, b->wrapper);
    value_xdrop(vm, b->self);
    object_free(vm, self, sizeof *b);
}

static Value bound_call(VM *vm, Value callable, Value *args, int nargs, Value names) {
    BoundWrapper *b = as_bound(callable);
    return call_wrapper(vm, as_wrapper(b->wrapper), b->self, args, nargs, names);
}

static Value bound_repr(VM *vm, Value self) {
    BoundWrapper *b = as_bound(self);
    return string_format(vm, "<method-wrapper '%S' of %T object at 0x%llx>",
                         vm->names[as_wrapper(b->wrapper)->row->name], b->self,
                         (unsigned long long)b->self.bits);
}

static Value bound_compare(VM *vm, Value self, Value other, CompareOp op) {
    if ((op != COMPARE_EQ && op != COMPARE_NE) || !is_exactly(other, &method_wrapper_type))
        return NOT_IMPLEMENTED;
    bool equal = value_same(as_bound(self)->wrapper, as_bound(other)->wrapper) &&
                 value_same(as_bound(self)->self, as_bound(other)->self);
    return bool_from(equal == (op == COMPARE_EQ));
}

static bool bound_hash(VM *vm, Value self, int64_t *hash) {
    uint64_t mixed = as_bound(self)->self.bits ^ as_bound(self)->wrapper.bits * 31;
    *hash = (int64_t)(mixed >> 4 | mixed << 60);
    if (*hash == -1) *hash = -2;
    return true;
}

static Value bound_get_name(VM *vm, Value self) { return wrapper_get_name(vm, as_bound(self)->wrapper); }

static Value bound_get_qualname(VM *vm, Value self) {
    return wrapper_get_qualname(vm, as_bound(self)->wrapper);
}

static Value bound_get_owner(VM *vm, Value self) { return wrapper_get_owner(vm, as_bound(self)->wrapper); }

static Value bound_get_doc(VM *vm, Value self) { return wrapper_get_doc(vm, as_bound(self)->wrapper); }

static Value bound_get_text_signature(VM *vm, Value self) {
    return wrapper_get_text_signature(vm, as_bound(self)->wrapper);
}

static const MemberDef bound_members[] = {{"__self__", offsetof(BoundWrapper, self), MEMBER_READONLY, NULL},
                                          {0}};

static const GetSetDef bound_getsets[] = {
    {"__name__", bound_get_name, NULL, NULL},
    {"__qualname__", bound_get_qualname, NULL, NULL},
    {"__objclass__", bound_get_owner, NULL, NULL},
    {"__doc__", bound_get_doc, NULL, NULL},
    {"__text_signature__", bound_get_text_signature, NULL, NULL},
    {0},
};

Type method_wrapper_type = {
    TYPE_HEAD(method_wrapper_type, "method-wrapper", .traverse = bound_traverse, .dealloc = bound_dealloc),
    .basic_size = sizeof(BoundWrapper),
    .base = &object_type,
    .repr = bound_repr,
    .hash = bound_hash,
    .compare = bound_compare,
    .call = bound_call,
    .members = bound_members,
    .getsets = bound_getsets,
    .methods = bound_reduce_methods,
};

/* --- __new__ --- */

Value type_new_native(VM *vm, Value *args, int nargs, Value names) {
    Type *type = as_type(args[0]);
    if (nargs < 2) return raise_type(vm, "%N.__new__(): not enough arguments", type);
    if (!is_family(args[1], TYPE_TYPE)) {
        return raise_type(vm, "%N.__new__(X): X is not a type object (%T)", type, args[1]);
    }
    Type *wanted = as_type(args[1]);
    if (!type_is_subtype(wanted, type)) {
        return raise_type(vm, "%N.__new__(%N): %N is not a subtype of %N", type, wanted, wanted, type);
    }
    /* The built-in base of the class must be the one that makes its instances. */
    const Type *base = wanted;
    while (base != NULL && base->flags & TYPE_HEAP)
        base = base->base;
    if (base != NULL && base->new != type->new) {
        while (wanted->flags & TYPE_HEAP && wanted->new != base->new) /* it has its own in Python */
            wanted = wanted->base;
        return raise_type(vm, "%N.__new__(%N) is not safe, use %N.__new__()", type, as_type(args[1]), wanted);
    }
    return type->new (vm, wanted, args + 2, nargs - 2, names);
}
