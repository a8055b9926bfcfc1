/*
 * Slots that lead to special methods. In order: calling a special method, the slot functions of classes by family
 * (life, text, attributes, numbers, containers), the table, deciding on the slots of a type.
 */

#include "runtime/classes/slots.h"

#include "runtime/bytes/buffer.h"
#include "runtime/classes/class.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/iterators.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/native.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- calling a special method --- */

/* *unbound: whether a descriptor has raised instead of giving what to call. */
static Value call_attribute(VM *vm, Value attribute, Value *row, int count, bool *unbound) {
    Type *type = type_of(attribute);
    *unbound = false;
    if (type->flags & TYPE_METHOD_DESCRIPTOR) return type->call(vm, attribute, row, count, ABSENT);
    if (type->descriptor_get == NULL) return object_call(vm, attribute, row + 1, count - 1, ABSENT);
    Value bound = type->descriptor_get(vm, attribute, row[0], from_object(type_of(row[0])));
    *unbound = is_absent(bound);
    if (*unbound) return ABSENT;
    Value result = object_call(vm, bound, row + 1, count - 1, ABSENT);
    value_drop(vm, bound);
    return result;
}

static Value call_if_bound(VM *vm, NameIndex name, Value *row, int count, bool *missing, bool *unbound) {
    Value attribute = type_lookup_interned(vm, type_of(row[0]), vm->names[name]);
    *unbound = false;
    *missing = is_absent(attribute);
    if (*missing) return ABSENT;
    if (!recursion_enter(vm, " while calling a Python object")) return ABSENT;
    value_ref(attribute); /* the method may replace itself */
    Value result = call_attribute(vm, attribute, row, count, unbound);
    value_drop(vm, attribute);
    recursion_leave(vm);
    return result;
}

Value special_call(VM *vm, NameIndex name, Value *row, int count, bool *missing) {
    bool unbound;
    return call_if_bound(vm, name, row, count, missing, &unbound);
}

/* The same where a descriptor that raises stands for no method, as in CPython for some: its error is forgotten. */
static Value call_or_miss(VM *vm, NameIndex name, Value *row, int count, bool *missing) {
    bool unbound;
    Value result = call_if_bound(vm, name, row, count, missing, &unbound);
    if (unbound) error_clear(vm);
    *missing = *missing || unbound;
    return result;
}

/* The same for a method that its class has, or had when its slot was chosen. */
static Value call_present(VM *vm, NameIndex name, Value *row, int count) {
    bool missing;
    Value result = special_call(vm, name, row, count, &missing);
    return missing ? raise_new(vm, &exc_AttributeError, vm->names[name]) : result;
}

static Value call_or_not_implemented(VM *vm, NameIndex name, Value *row, int count) {
    bool missing;
    Value result = special_call(vm, name, row, count, &missing);
    return missing ? NOT_IMPLEMENTED : result;
}

static bool drop_result(VM *vm, Value result) {
    value_xdrop(vm, result);
    return !is_absent(result);
}

/* --- life --- */

/* function(first, *args, ...) */
static Value call_with_first(VM *vm, Value function, Value first, Value *args, int nargs, Value names) {
    int count = nargs + (is_absent(names) ? 0 : (int)as_tuple(names)->length);
    Value few[8], *row = few;
    size_t size = (size_t)(count + 1) * sizeof(Value);
    if (count + 1 > 8 && (row = memory_alloc(vm, size)) == NULL) return ABSENT;
    row[0] = first;
    if (count) memcpy(row + 1, args, (size_t)count * sizeof(Value));
    Value result = object_call(vm, function, row, nargs + 1, names);
    if (row != few) memory_free(vm, row, size);
    return result;
}

static Value slot_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value new = object_get_attribute(vm, from_object(type), NAME_OF(vm, new));
    if (is_absent(new)) return ABSENT;
    Value result = call_with_first(vm, new, from_object(type), args, nargs, names);
    value_drop(vm, new);
    return result;
}

/* A special method called with what it is bound to in front, rather than made a bound method. */
static Value call_special(VM *vm, Value self, Value name, Value *args, int nargs, Value names) {
    Value found = type_lookup(vm, type_of(self), name), result;
    if (!is_absent(found) && type_of(found)->flags & TYPE_METHOD_DESCRIPTOR) {
        value_ref(found);
        result = call_with_first(vm, found, self, args, nargs, names);
    } else {
        found = object_special(vm, self, name);
        if (is_absent(found)) return error_raised(vm) ? ABSENT : raise_attribute(vm, self, name);
        result = object_call(vm, found, args, nargs, names);
    }
    value_drop(vm, found);
    return result;
}

static bool slot_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    Value result = call_special(vm, self, NAME_OF(vm, init), args, nargs, names);
    if (is_absent(result)) return false;
    bool none = is_none(result);
    if (!none) raise_type(vm, "__init__() should return None, not '%T'", result);
    value_drop(vm, result);
    return none;
}

static void slot_finalize(VM *vm, Object *self) {
    Value pending = error_take(vm);
    Value method = type_lookup(vm, self->type, NAME_OF(vm, del));
    Value row[1] = {from_object(self)};
    bool missing;
    value_xref(method);
    if (!drop_result(vm, call_or_miss(vm, NAME_del, row, 1, &missing)) && error_raised(vm)) {
        error_unraisable(vm, "Exception ignored in: ", is_absent(method) ? row[0] : method);
    }
    value_xdrop(vm, method);
    error_restore(vm, pending);
}

static Value slot_call(VM *vm, Value callable, Value *args, int nargs, Value names) {
    if (!recursion_enter(vm, " while calling a Python object")) return ABSENT;
    Value result = call_special(vm, callable, NAME_OF(vm, call), args, nargs, names);
    recursion_leave(vm);
    return result;
}

/* --- text, hash, comparison --- */

static Value slot_repr(VM *vm, Value self) {
    Value row[1] = {self};
    bool missing;
    Value result = call_or_miss(vm, NAME_repr, row, 1, &missing);
    return missing ? string_format(vm, "<%T object at 0x%llx>", self, (unsigned long long)self.bits) : result;
}

static Value slot_str(VM *vm, Value self) {
    Value row[1] = {self};
    return call_present(vm, NAME_str, row, 1);
}

bool hash_unhashable(VM *vm, Value self, int64_t *hash) {
    raise_type(vm, "unhashable type: '%T'", self);
    return false;
}

static bool slot_hash(VM *vm, Value self, int64_t *hash) {
    Value method = type_lookup_interned(vm, type_of(self), NAME_OF(vm, hash));
    if (!value_is_given(method)) return hash_unhashable(vm, self, hash);
    Value row[1] = {self};
    bool missing;
    Value result = call_or_miss(vm, NAME_hash, row, 1, &missing);
    if (missing) return hash_unhashable(vm, self, hash);
    if (is_absent(result)) return false;
    bool ok = is_int_family(result);
    if (!ok) {
        raise_type(vm, "__hash__ method should return an integer");
    } else if (!int_to_int64(result, hash)) {
        ok = int_type.hash(vm, result, hash); /* too wide: the hash of the integer */
    }
    if (ok && *hash == -1) *hash = -2;
    value_drop(vm, result);
    return ok;
}

Value slot_compare(VM *vm, Value self, Value other, CompareOp op) {
    static const uint16_t names[] = {NAME_lt, NAME_le, NAME_eq, NAME_ne, NAME_gt, NAME_ge};
    Value row[2] = {self, other};
    bool missing;
    Value result = call_or_miss(vm, names[op], row, 2, &missing);
    return missing ? NOT_IMPLEMENTED : result;
}

/* --- attributes, descriptors --- */

/* Does a class have object's __getattribute__? */
static bool has_plain_getter(VM *vm, Type *type) {
    Value getter = type_lookup(vm, type, NAME_OF(vm, getattribute));
    return is_absent(getter) ||
           (is_exactly(getter, &wrapper_descriptor_type) &&
            ((WrapperDescriptor *)as_object(getter))->function == (SlotFunction)object_generic_get);
}

/* __getattribute__, and __getattr__ when that found nothing. */
static Value slot_get_attribute(VM *vm, Value self, Value name) {
    Value row[2] = {self, name}, result = ABSENT;
    bool plain = has_plain_getter(vm, type_of(self)) && is_string(name);
    int found = 0;
    if (plain) {
        found = object_generic_find(vm, self, name, &result);
    } else {
        result = call_present(vm, NAME_getattribute, row, 2);
        found = is_absent(result) ? -1 : 1;
    }
    if (found > 0 || (found < 0 && !error_is(vm, &exc_AttributeError))) return result;
    if (is_absent(type_lookup(vm, type_of(self), NAME_OF(vm, getattr)))) {
        return found < 0 ? ABSENT : raise_attribute(vm, self, name);
    }
    error_clear(vm);
    return call_present(vm, NAME_getattr, row, 2);
}

bool slots_find_as_usual(VM *vm, Type *type) {
    return type->get_attribute == object_generic_get ||
           (type->get_attribute == slot_get_attribute && has_plain_getter(vm, type));
}

static bool slot_set_attribute(VM *vm, Value self, Value name, Value value) {
    Value row[3] = {self, name, value};
    return drop_result(vm, is_absent(value) ? call_present(vm, NAME_delattr, row, 2)
                                            : call_present(vm, NAME_setattr, row, 3));
}

static Value slot_descriptor_get(VM *vm, Value descriptor, Value instance, Value owner) {
    Value row[3] = {descriptor, is_absent(instance) ? NONE : instance, is_absent(owner) ? NONE : owner};
    bool missing;
    Value result = special_call(vm, NAME_get, row, 3, &missing);
    return missing ? value_ref(descriptor) : result;
}

static bool slot_descriptor_set(VM *vm, Value descriptor, Value instance, Value value) {
    Value row[3] = {descriptor, instance, value};
    return drop_result(vm, is_absent(value) ? call_present(vm, NAME_delete, row, 2)
                                            : call_present(vm, NAME_set, row, 3));
}

/* --- iteration --- */

static Value slot_iterate(VM *vm, Value self) {
    Value method = type_lookup(vm, type_of(self), NAME_OF(vm, iter));
    Value row[1] = {self}, result = ABSENT;
    bool missing = true;
    if (!is_none(method)) result = call_or_miss(vm, NAME_iter, row, 1, &missing);
    if (!missing) return result;
    if (is_none(method) || is_absent(type_lookup(vm, type_of(self), NAME_OF(vm, getitem))))
        return raise_type(vm, "'%T' object is not iterable", self);
    return sequence_iterator_new(vm, self);
}

static Value slot_next(VM *vm, Value self) {
    Value row[1] = {self};
    return call_present(vm, NAME_next, row, 1);
}

/* --- numbers --- */

typedef Value (*BinarySlot)(VM *vm, Value left, Value right);

/* Does the type of `other` have a reflected method that is not the one `self`'s type has? */
static bool overrides(VM *vm, Value other, Value self, NameIndex reflected) {
    Value theirs = type_lookup(vm, type_of(other), vm->names[reflected]);
    return !is_absent(theirs) && !value_same(theirs, type_lookup(vm, type_of(self), vm->names[reflected]));
}

/* A binary operator where `slot` is in the slot `op` of the type of one operand or both. The right operand goes first
 * if its type is a subclass of the left one's that overrides the reflected method. */
static Value slot_binary(VM *vm, Value left, Value right, BinaryOp op, BinarySlot slot, NameIndex name,
                         NameIndex reflected) {
    Type *left_type = type_of(left), *right_type = type_of(right);
    bool try_right = left_type != right_type && right_type->number.binary[op] == slot;
    Value forward[2] = {left, right}, backward[2] = {right, left};
    if (left_type->number.binary[op] == slot) {
        if (try_right && type_is_subtype(right_type, left_type) && overrides(vm, right, left, reflected)) {
            Value result = call_or_not_implemented(vm, reflected, backward, 2);
            if (!value_same(result, NOT_IMPLEMENTED)) return result;
            try_right = false;
        }
        Value result = call_or_not_implemented(vm, name, forward, 2);
        if (!value_same(result, NOT_IMPLEMENTED) || left_type == right_type) return result;
    }
    return try_right ? call_or_not_implemented(vm, reflected, backward, 2) : NOT_IMPLEMENTED;
}

#define BINARY_FUNCTION(name, op) \
    static Value slot_##name(VM *vm, Value left, Value right) { \
        return slot_binary(vm, left, right, op, slot_##name, NAME_##name, NAME_r##name); \
    }
#define INPLACE_FUNCTION(name) \
    static Value slot_##name(VM *vm, Value left, Value right) { \
        Value row[2] = {left, right}; \
        return call_or_not_implemented(vm, NAME_##name, row, 2); \
    }
#define UNARY_FUNCTION(slot, name) \
    static Value slot_##slot(VM *vm, Value self) { \
        Value row[1] = {self}; \
        return call_present(vm, NAME_##name, row, 1); \
    }

#define OPERATOR(name, op, symbol) \
    BINARY_FUNCTION(name, op) \
    INPLACE_FUNCTION(i##name)
#include "runtime/classes/slots.def"
#undef OPERATOR
BINARY_FUNCTION(divmod, BINARY_DIVMOD)
BINARY_FUNCTION(pow, BINARY_POWER)
INPLACE_FUNCTION(ipow)
UNARY_FUNCTION(neg, neg)
UNARY_FUNCTION(pos, pos)
UNARY_FUNCTION(invert, invert)
UNARY_FUNCTION(abs, abs)
UNARY_FUNCTION(to_int, int)
UNARY_FUNCTION(to_float, float)
UNARY_FUNCTION(index, index)

static Value slot_power3(VM *vm, Value base, Value exponent, Value modulus) {
    /* Only the base is asked: there is no reflected pow() with a modulus. */
    if (type_of(base)->number.power3 != slot_power3) return NOT_IMPLEMENTED;
    Value row[3] = {base, exponent, modulus};
    return call_or_not_implemented(vm, NAME_pow, row, 3);
}

static int slot_truth(VM *vm, Value self) {
    Value row[1] = {self};
    Value result = call_present(vm, NAME_bool, row, 1);
    if (is_absent(result)) return -1;
    if (is_bool(result)) return value_same(result, TRUE_VALUE);
    raise_type(vm, "__bool__ should return bool, returned %T", result);
    value_drop(vm, result);
    return -1;
}

/* --- containers --- */

static int64_t slot_length(VM *vm, Value self) {
    Value row[1] = {self};
    Value result = call_present(vm, NAME_len, row, 1);
    if (is_absent(result)) return -1;
    int64_t length = -1;
    Value index = object_index(vm, result);
    value_drop(vm, result);
    if (is_absent(index)) return -1;
    if (int_sign(index) < 0) {
        raise_value(vm, "__len__() should return >= 0");
    } else if (!int_to_int64(index, &length)) {
        raise_overflow(vm, "cannot fit 'int' into an index-sized integer");
        length = -1;
    }
    value_drop(vm, index);
    return length;
}

static Value slot_get_item(VM *vm, Value self, Value key) {
    Value row[2] = {self, key};
    return call_present(vm, NAME_getitem, row, 2);
}

static bool slot_set_item(VM *vm, Value self, Value key, Value value) {
    Value row[3] = {self, key, value};
    return drop_result(vm, is_absent(value) ? call_present(vm, NAME_delitem, row, 2)
                                            : call_present(vm, NAME_setitem, row, 3));
}

static int slot_contains(VM *vm, Value self, Value item) {
    Value method = type_lookup(vm, type_of(self), NAME_OF(vm, contains));
    if (is_none(method)) {
        raise_type(vm, "'%T' object is not a container", self);
        return -1;
    }
    Value row[2] = {self, item};
    Value result = call_present(vm, NAME_contains, row, 2);
    if (is_absent(result)) return -1;
    int truth = object_truth(vm, result);
    value_drop(vm, result);
    return truth;
}

/* --- the table --- */

const SlotRow slot_rows[SLOT_ROW_COUNT] = {
#define SLOT(name, place, function, kind, operand, doc) \
    {NAME_##name, offsetof(Type, place), WRAP_##kind, operand, (SlotFunction)function, doc},
#include "runtime/classes/slots.def"
#undef SLOT
};

const SlotRow *slot_row_of(VM *vm, Value name) {
    const String *s = as_string(name); /* all begin with two underscores */
    if (s->width_log > 0 || s->length < 2 || s->data[0] != '_' || s->data[1] != '_') return NULL;
    for (int i = 0; i < SLOT_ROW_COUNT; i++) {
        if (value_same(vm->names[slot_rows[i].name], name)) return &slot_rows[i];
    }
    return NULL;
}

/* --- slots of built-in types --- */

static bool is_place_start(int row) { return row == 0 || slot_rows[row].offset != slot_rows[row - 1].offset; }

void slots_inherit(Type *type) {
    const Type *base = type->base;
    if (base == NULL) return;
    if (type->compare != NULL && type->hash == NULL) type->hash = hash_unhashable;
    for (int i = 0; i < SLOT_ROW_COUNT; i++) {
        SlotFunction *slot = slot_at(type, &slot_rows[i]);
        /* object's own `new` would make half an instance of a built-in type that has fields and no `new`. */
        bool plain = (type->flags & TYPE_BASE) && type->basic_size == sizeof(Object);
        bool own_only = slot_rows[i].name == NAME_new && base->base == NULL && !plain;
        if (*slot == NULL && !own_only) *slot = *slot_at(base, &slot_rows[i]);
    }
    if (type->head.dealloc == NULL) type->head.dealloc = base->head.dealloc;
    if (type->head.traverse == NULL && type->head.clear == NULL) {
        type->head.traverse = base->head.traverse;
        type->head.clear = base->head.clear;
    }
}

bool slots_fill_dict(VM *vm, Type *type, Value dict) {
    for (int i = 0; i < SLOT_ROW_COUNT; i++) {
        const SlotRow *row = &slot_rows[i];
        SlotFunction function = *slot_at(type, row);
        if (function == NULL || row->kind == WRAP_NONE) continue;
        bool own = row->name == NAME_init && type->flags & TYPE_EXCEPTION && type != &exc_ExceptionGroup;
        if (!own && type->base != NULL && function == *slot_at(type->base, row)) continue; /* inherited */
        Value name = vm->names[row->name];
        if (!is_absent(dict_get_string(vm, dict, name))) continue;
        bool unhashable = function == (SlotFunction)hash_unhashable;
        Value wrapper = unhashable ? NONE : wrapper_descriptor_new(vm, type, row);
        if (is_absent(wrapper)) return false;
        bool ok = dict_set(vm, dict, name, wrapper);
        value_drop(vm, wrapper);
        if (!ok) return false;
    }
    return true;
}

/* --- slots of classes --- */

/* What the rows of one place say, summed up. */
typedef struct {
    SlotFunction specific; /* the slot of a built-in type, if all methods found are wrappers of it */
    SlotFunction generic;
    bool use_generic;
} Decision;

static bool is_native_new(Value v) {
    return is_exactly(v, &native_function_type) &&
           ((NativeFunction *)as_object(v))->function == type_new_native;
}

static void decide_on_wrapper(const Type *type, const SlotRow *row, WrapperDescriptor *wrapper, Decision *d) {
    if (wrapper->row->name == row->name && wrapper->row->offset != row->offset) { /* `+` of a sequence */
        if (row->name == NAME_iadd && row->function != NULL) d->specific = wrapper->function;
        return;
    }
    d->generic = row->function;
    bool fits = wrapper->row == row && type_is_subtype(type, wrapper->owner) &&
                (d->specific == NULL || d->specific == wrapper->function);
    if (fits) {
        d->specific = wrapper->function;
    } else {
        d->use_generic = true;
    }
}

static void decide(VM *vm, Type *type, const SlotRow *row, Decision *d) {
    Value method = type_lookup(vm, type, vm->names[row->name]);
    if (is_absent(method)) return;
    if (is_exactly(method, &wrapper_descriptor_type)) {
        decide_on_wrapper(type, row, (WrapperDescriptor *)as_object(method), d);
    } else if (row->name == NAME_new && is_native_new(method)) {
        d->specific = (SlotFunction)(as_type(((NativeFunction *)as_object(method))->self))->new;
    } else if (row->name == NAME_hash && is_none(method)) {
        d->specific = (SlotFunction)hash_unhashable;
    } else {
        d->use_generic = true;
        d->generic = row->function;
    }
}

/* Decide on the place whose first row is slot_rows[row]. */
static void resolve_place(VM *vm, Type *type, int row) {
    Decision d = {0};
    const SlotRow *first = &slot_rows[row];
    for (int i = row; i < SLOT_ROW_COUNT && slot_rows[i].offset == first->offset; i++) {
        decide(vm, type, &slot_rows[i], &d);
    }
    *slot_at(type, first) = d.specific != NULL && !d.use_generic ? d.specific : d.generic;
}

void slots_resolve(VM *vm, Type *type) {
    for (int i = 0; i < SLOT_ROW_COUNT; i++) {
        if (is_place_start(i)) resolve_place(vm, type, i);
    }
}

static void update_subclasses(VM *vm, Type *type, Value name) {
    Value key, value;
    if (is_absent(type->subclasses)) return;
    for (int64_t position = 0; dict_next(type->subclasses, &position, &key, &value);) {
        slots_update(vm, (Type *)(uintptr_t)int_get(key), name);
    }
}

void slots_update(VM *vm, Type *type, Value name) {
    if (slot_row_of(vm, name) == NULL) return;
    for (int i = 0; i < SLOT_ROW_COUNT; i++) {
        if (!value_same(vm->names[slot_rows[i].name], name)) continue;
        int first = i;
        while (!is_place_start(first))
            first--;
        resolve_place(vm, type, first);
    }
    update_subclasses(vm, type, name);
}
