/*
 * Instances of classes, and the attributes of any object that has some. In order: where things stand in an object,
 * making one, reading, storing and deleting attributes, __dict__, the life-cycle slots.
 */

#include "runtime/classes/instance.h"

#include "gc/likely.h"
#include "runtime/bytes/bytes.h"
#include "runtime/classes/shape.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/int.h"
#include "runtime/text/str.h"

enum { EXTRA_STEP = 4 }; /* values by which the block beside the inline slots grows */

/* --- layout --- */

/* Bytes behind the fixed part of an object, for the families whose objects vary in size. */
static size_t item_bytes(const Object *object) {
    uint32_t flags = object->type->flags;
    if (flags & TYPE_TUPLE) return (size_t)((const Tuple *)object)->length * sizeof(Value);
    if (flags & TYPE_INT) {
        int64_t size = ((const BigInt *)object)->size;
        return (size_t)(size < 0 ? -size : size) * sizeof(uint64_t);
    }
    if (flags & TYPE_STR) {
        const String *s = (const String *)object;
        return ((size_t)s->length + 1) << s->width_log;
    }
    return flags & TYPE_BYTES ? (size_t)((const Bytes *)object)->length + 1 : 0;
}

static size_t aligned(size_t size) { return (size + 7) & ~(size_t)7; }

Attributes *object_attributes(Object *object) {
    const Type *type = object->type;
    if (type->attributes_offset == 0) return NULL;
    if (type->item_size == 0) return attributes_at(object, type->attributes_offset);
    return (Attributes *)((char *)object + aligned(type->basic_size + item_bytes(object)));
}

Value *object_slot_place(Object *object, uint32_t offset) {
    const Type *type = object->type;
    if (type->item_size == 0) return (Value *)((char *)object + offset);
    size_t fixed = type_native_base(type)->basic_size;
    return (Value *)((char *)object + aligned(fixed + item_bytes(object)) + (offset - fixed));
}

static size_t area_size(uint32_t slots) { return sizeof(Attributes) + slots * sizeof(Value); }

size_t instance_size(const Object *object, int64_t items) {
    const Type *type = object->type;
    size_t size = type->basic_size + (size_t)items * type->item_size;
    if (type->flags & TYPE_HEAP) size = aligned(size);
    if (type->attributes_offset == 0) return size;
    size = aligned(size);
    return size + area_size(((const Attributes *)((const char *)object + size))->inline_slots);
}

void instance_free(VM *vm, Object *self, int64_t items) { object_free(vm, self, instance_size(self, items)); }

/* How many inline slots a new instance gets. */
static inline uint32_t slots_for(Type *type) {
    uint32_t slots = type->attribute_slots;
    if (LIKELY((type->flags & (TYPE_HEAP | TYPE_INSTANTIATED)) != TYPE_HEAP)) return slots;
    type->flags |= TYPE_INSTANTIATED;
    return slots + FIRST_INSTANCE_SPARE_SLOTS;
}

static void begin_area(Attributes *a, const Type *type, uint32_t slots) {
    a->inline_slots = (uint16_t)slots;
    if (type->root_shape != NULL) a->shape_id = type->root_shape->id;
}

/* The commonest: with references, all of one size. By itself, for it needs fewer registers than the rest. */
static __attribute__((noinline)) Object *new_plain(VM *vm, Type *type) {
    bool has_area = type->attributes_offset != 0;
    uint32_t slots = has_area ? slots_for(type) : 0;
    size_t fixed = has_area ? aligned(type->basic_size) : type->basic_size;
    size_t size = has_area ? fixed + area_size(slots) : fixed;
    Object *object = object_new_container_to_fill(vm, type, size, sizeof(Object));
    if (object == NULL) {
        raise_memory(vm);
        return NULL;
    }
    memory_clear(object + 1, size - sizeof(Object));
    if (has_area) begin_area((Attributes *)((char *)object + fixed), type, slots);
    if (type->flags & TYPE_HEAP) object_ref(&type->head.object);
    return object;
}

Object *instance_new(VM *vm, Type *type, int64_t items) {
    if (type->item_size == 0 && type->head.traverse != NULL) return new_plain(vm, type);
    bool has_area = type->attributes_offset != 0;
    size_t fixed, size;
    if (__builtin_mul_overflow((size_t)items, (size_t)type->item_size, &fixed) ||
        __builtin_add_overflow(fixed, (size_t)type->basic_size, &fixed) || fixed > SIZE_MAX / 2) {
        raise_memory(vm);
        return NULL;
    }
    if (has_area || type->flags & TYPE_HEAP) fixed = aligned(fixed);
    uint32_t slots = has_area ? slots_for(type) : 0;
    size = has_area ? fixed + area_size(slots) : fixed;
    bool leaf = type->head.traverse == NULL;
    Object *object = leaf ? object_new(vm, type, size) : object_new_container(vm, type, size);
    if (object == NULL) {
        raise_memory(vm);
        return NULL;
    }
    if (leaf) memset(object + 1, 0, size - sizeof *object);
    if (has_area) begin_area((Attributes *)((char *)object + fixed), type, slots);
    if (type->flags & TYPE_HEAP) object_ref(&type->head.object);
    return object;
}

Value instance_new_blank(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Object *self = instance_new(vm, type, 0);
    if (!self) return ABSENT;
    object_track(self);
    return from_object(self);
}

/* --- the area --- */

static Dict *area_dict(const Attributes *a) { return a->shape_id == SHAPE_DICT ? a->dict : NULL; }

static uint32_t area_count(VM *vm, const Attributes *a) {
    return a->shape_id >= SHAPE_FIRST ? shape_of(vm, a->shape_id)->count : 0;
}

Value attributes_get(VM *vm, Object *object, Value name) {
    Attributes *a = object_attributes(object);
    if (a == NULL || a->shape_id == SHAPE_NONE) return ABSENT;
    if (a->shape_id == SHAPE_DICT) return dict_get_string(vm, from_object(a->dict), name);
    const Shape *shape = shape_of(vm, a->shape_id);
    if (shape->count == 0) return ABSENT;
    if (UNLIKELY(!as_string(name)->interned)) {
        Value interned = string_intern(vm, value_ref(name));
        if (is_absent(interned)) {
            error_clear(vm);
            return ABSENT;
        }
        int slot = shape_find(shape, interned);
        value_drop(vm, interned);
        return slot < 0 ? ABSENT : *attributes_slot(a, (uint32_t)slot);
    }
    int slot = shape_find(shape, name);
    return slot < 0 ? ABSENT : *attributes_slot(a, (uint32_t)slot);
}

/* From shape to dict mode: the attributes move into `dict`, which the area then owns. */
static void enter_dict_mode(VM *vm, Attributes *a, STEALS Dict *dict) {
    uint32_t count = area_count(vm, a);
    Value *extra = a->shape_id == SHAPE_DICT ? NULL : a->extra;
    size_t extra_size = a->extra_capacity * sizeof(Value);
    Dict *old = area_dict(a);
    Value slots[SHAPE_SLOTS_MAX];
    for (uint32_t i = 0; i < count; i++) {
        Value *slot = i < a->inline_slots ? &a->slots[i] : &extra[i - a->inline_slots];
        slots[i] = *slot;
        *slot = ABSENT;
    }
    a->shape_id = SHAPE_DICT;
    a->extra_capacity = 0;
    a->dict = dict;
    if (extra != NULL) memory_free(vm, extra, extra_size);
    for (uint32_t i = 0; i < count; i++)
        value_xdrop(vm, slots[i]);
    if (old != NULL) object_drop(vm, &old->head);
}

/* A dict with the attributes that the area holds by shape. */
static Value copy_to_dict(VM *vm, Attributes *a) {
    uint32_t count = area_count(vm, a);
    Value dict = dict_new_sized(vm, count);
    if (is_absent(dict) || count == 0) return dict;
    Value names[SHAPE_SLOTS_MAX];
    shape_names(shape_of(vm, a->shape_id), names);
    for (uint32_t i = 0; i < count; i++) {
        if (!dict_set(vm, dict, names[i], *attributes_slot(a, i))) {
            value_drop(vm, dict);
            return ABSENT;
        }
    }
    return dict;
}

static bool to_dict_mode(VM *vm, Attributes *a) {
    if (a->shape_id == SHAPE_DICT) return true;
    Value dict = copy_to_dict(vm, a);
    if (is_absent(dict)) return false;
    enter_dict_mode(vm, a, as_dict(dict));
    return true;
}

/* Make room for the value slot `index`, the next one. */
static bool reserve_slot(VM *vm, Type *type, Attributes *a, uint32_t index) {
    type_learn_slots(type, index + 1);
    if (index < (uint32_t)a->inline_slots + a->extra_capacity) return true;
    uint32_t capacity = a->extra_capacity + EXTRA_STEP + a->extra_capacity / 2u;
    Value *extra = memory_resize(vm, a->extra, a->extra_capacity * sizeof(Value), capacity * sizeof(Value));
    if (extra == NULL) return false;
    memset(extra + a->extra_capacity, 0, (capacity - a->extra_capacity) * sizeof(Value));
    a->extra = extra;
    a->extra_capacity = (uint16_t)capacity;
    return true;
}

/* Store into the dict, or (ABSENT) delete from it: 1 done, 0 missing, -1 RAISES. The value that goes may have a
 * finalizer that gives the object another __dict__. */
static int change_dict(VM *vm, Attributes *a, Value name, Value value) {
    if (!to_dict_mode(vm, a)) return -1;
    Value dict = value_ref(from_object(a->dict));
    int result = is_absent(value) ? dict_delete(vm, dict, name) : dict_set(vm, dict, name, value) ? 1 : -1;
    value_drop(vm, dict);
    return result;
}

/* `name` is interned and the area in shape mode. */
static bool set_by_shape(VM *vm, Type *type, Attributes *a, Value name, Value value) {
    Shape *shape = shape_of(vm, a->shape_id);
    int slot = shape_find(shape, name);
    if (slot >= 0) {
        value_set(vm, attributes_slot(a, (uint32_t)slot), value_ref(value));
        return true;
    }
    Shape *next = shape_add(vm, shape, name);
    if (next == NULL) return !error_raised(vm) && change_dict(vm, a, name, value) > 0;
    if (!reserve_slot(vm, type, a, shape->count)) return false;
    *attributes_slot(a, shape->count) = value_ref(value);
    a->shape_id = next->id;
    return true;
}

bool attributes_set(VM *vm, Object *object, Value name, Value value) {
    Attributes *a = object_attributes(object);
    if (a->shape_id < SHAPE_FIRST) return change_dict(vm, a, name, value) > 0;
    if (as_string(name)->interned) return set_by_shape(vm, object->type, a, name, value);
    Value interned = string_intern(vm, value_ref(name));
    if (is_absent(interned)) return false;
    bool ok = set_by_shape(vm, object->type, a, interned, value);
    value_drop(vm, interned);
    return ok;
}

int attributes_delete(VM *vm, Object *object, Value name) {
    Attributes *a = object_attributes(object);
    if (a == NULL || a->shape_id == SHAPE_NONE || is_absent(attributes_get(vm, object, name))) return 0;
    if (a->shape_id == SHAPE_DICT) return change_dict(vm, a, name, ABSENT);
    Shape *shape = shape_of(vm, a->shape_id);
    if (string_equal(shape->name, name)) { /* the newest: one shape back */
        a->shape_id = shape->parent->id;
        value_clear(vm, attributes_slot(a, shape->count - 1));
        return 1;
    }
    return change_dict(vm, a, name, ABSENT);
}

/* --- __dict__ --- */

Value attributes_dict(VM *vm, Object *object) {
    Attributes *a = object_attributes(object);
    if (a == NULL) {
        return raise_error(vm, &exc_AttributeError, "'%N' object has no attribute '__dict__'", object->type);
    }
    return to_dict_mode(vm, a) ? from_object(a->dict) : ABSENT;
}

bool attributes_set_dict(VM *vm, Object *object, Value dict) {
    Attributes *a = object_attributes(object);
    if (is_absent(dict)) {
        dict = dict_new(vm);
        if (is_absent(dict)) return false;
    } else if (!is_dict(dict)) {
        raise_type(vm, "__dict__ must be set to a dictionary, not a '%T'", dict);
        return false;
    } else {
        value_ref(dict);
    }
    enter_dict_mode(vm, a, as_dict(dict));
    return true;
}

Value instance_get_dict(VM *vm, Value self) {
    Value dict = attributes_dict(vm, as_object(self));
    return value_xref(dict);
}

bool instance_set_dict(VM *vm, Value self, Value dict) {
    return attributes_set_dict(vm, as_object(self), dict);
}

int attributes_traverse(Object *object, VisitFn visit, void *context) {
    const Type *type = object->type;
    if (type->attributes_offset == 0) return 0;
    Attributes *a =
        type->item_size == 0 ? attributes_at(object, type->attributes_offset) : object_attributes(object);
    for (uint32_t i = 0; i < a->inline_slots; i++)
        VISIT(a->slots[i]);
    if (a->shape_id == SHAPE_DICT) return a->dict == NULL ? 0 : visit(&a->dict->head, context);
    for (uint32_t i = 0; i < a->extra_capacity; i++)
        VISIT(a->extra[i]);
    return 0;
}

/* The values go with the area in a state that later uses may find: a root shape or an empty dict mode would need
 * memory, so the shape is SHAPE_NONE, which counts as no attributes and becomes dict mode at the next store. */
void attributes_clear(VM *vm, Object *object) {
    Attributes *a = object_attributes(object);
    if (a == NULL || a->shape_id == SHAPE_NONE)
        return; /* nothing has been stored, or it is cleared already */
    bool by_dict = a->shape_id == SHAPE_DICT;
    Dict *dict = by_dict ? a->dict : NULL;
    Value *extra = by_dict ? NULL : a->extra;
    uint32_t capacity = a->extra_capacity;
    a->shape_id = SHAPE_NONE;
    a->extra_capacity = 0;
    a->extra = NULL;
    for (uint32_t i = 0; i < a->inline_slots; i++)
        value_clear(vm, &a->slots[i]);
    for (uint32_t i = 0; i < capacity; i++)
        value_xdrop(vm, extra[i]);
    if (extra != NULL) memory_free(vm, extra, capacity * sizeof(Value));
    if (dict != NULL) object_drop(vm, &dict->head);
}

int attributes_traverse_own(Object *object, VisitFn visit, void *context) {
    return object->type->flags & TYPE_HEAP ? 0 : attributes_traverse(object, visit, context);
}

void attributes_clear_own(VM *vm, Object *object) {
    if (!(object->type->flags & TYPE_HEAP)) attributes_clear(vm, object);
}

/* --- life-cycle slots of instances of classes --- */

/* The values of __slots__: every word that classes have added to their built-in base. */
static Value *slot_values(Object *self, const Type *base, uint32_t *count) {
    *count = (self->type->basic_size - base->basic_size) / (uint32_t)sizeof(Value);
    return *count ? object_slot_place(self, base->basic_size) : NULL;
}

int instance_traverse(Object *self, VisitFn visit, void *context) {
    const Type *base = type_native_base(self->type);
    uint32_t count;
    Value *slots = slot_values(self, base, &count);
    for (uint32_t i = 0; i < count; i++)
        VISIT(slots[i]);
    int stop = attributes_traverse(self, visit, context);
    if (stop == 0) stop = visit(&self->type->head.object, context);
    return stop || base->head.traverse == NULL ? stop : base->head.traverse(self, visit, context);
}

int instance_rows(Object *self, ReferenceRow *rows) {
    const Type *type = self->type;
    int n = 0;
    if (type->basic_size > sizeof(Object)) { /* of __slots__ */
        size_t count = (type->basic_size - sizeof(Object)) / sizeof(Value);
        rows[n++] = (ReferenceRow){(const ReferenceWord *)(self + 1), count, 1};
    }
    if (type->attributes_offset == 0) return n;
    const Attributes *a = attributes_at(self, type->attributes_offset);
    rows[n++] = (ReferenceRow){&a->slots[0].bits, a->inline_slots, 1};
    if (a->shape_id == SHAPE_DICT) {
        rows[n++] = (ReferenceRow){(const ReferenceWord *)&a->dict, 1, 1};
    } else if (a->extra_capacity > 0) {
        rows[n++] = (ReferenceRow){&a->extra->bits, a->extra_capacity, 1};
    }
    return n;
}

int instance_leaves(Object *self, VisitFn visit, void *context) {
    const Type *base = type_native_base(self->type);
    return base->head.leaves == NULL ? 0 : base->head.leaves(self, visit, context);
}

void instance_clear(VM *vm, Object *self) {
    const Type *base = type_native_base(self->type);
    uint32_t count;
    Value *slots = slot_values(self, base, &count);
    for (uint32_t i = 0; i < count; i++)
        value_clear(vm, &slots[i]);
    attributes_clear(vm, self);
    if (base->head.clear != NULL) base->head.clear(vm, self);
}

/* Drop the values of an object that nobody can look at any more. */
static void drop_attributes(VM *vm, const Attributes *a) {
    for (uint32_t i = 0; i < a->inline_slots; i++)
        value_xdrop(vm, a->slots[i]);
    if (a->shape_id == SHAPE_DICT) {
        if (a->dict != NULL) object_drop(vm, &a->dict->head);
    } else if (a->extra != NULL) {
        for (uint32_t i = 0; i < a->extra_capacity; i++)
            value_xdrop(vm, a->extra[i]);
        memory_free(vm, a->extra, a->extra_capacity * sizeof(Value));
    }
}

void instance_dealloc(VM *vm, Object *self) {
    Type *type = self->type;
    const Type *base = type_native_base(type);
    uint32_t count;
    Value *slots = slot_values(self, base, &count);
    for (uint32_t i = 0; i < count; i++)
        value_clear(vm, &slots[i]);
    if (base == &object_type) {
        size_t size = instance_size(self, 0);
        if (type->attributes_offset != 0) drop_attributes(vm, attributes_at(self, type->attributes_offset));
        object_free(vm, self, size);
    } else {
        attributes_clear(vm, self);
        base->head.dealloc(vm, self);
    }
    object_drop(vm, &type->head.object);
}
