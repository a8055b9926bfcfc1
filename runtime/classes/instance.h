#ifndef MPY_RUNTIME_INSTANCE_H
#define MPY_RUNTIME_INSTANCE_H

/*
 * Shapes, and the attributes of instances.
 *
 * Instances of a class that were given the same attributes in the same order share a Shape: the map from attribute
 * name to slot index, a node in a tree of transitions that starts at the class's root shape. An instance holds only
 * the id of its shape and the slots. So an inline cache checks one id (and the class's version) and knows the slot.
 *
 * The Attributes area stands in the object at type->attributes_offset (after the items for types with items). The first
 * `inline_slots` values are in the area itself; more go to `extra`, a block of extra_capacity values. How many are
 * inline, a class learns from what its instances were given (type->attribute_slots), so the first instance, which may
 * remain the only one, gets some to spare.
 *
 * `__dict__`: made when asked for. From then on the area is in dict mode (shape_id == SHAPE_DICT): the attributes live
 * in that dict alone, and `dict` owns it. Deleting an attribute that is not the last one added, or adding more than
 * SHAPE_SLOTS_MAX, turns to dict mode too.
 *
 * Shape ids are never used again while a VM lives; a shape belongs to its class and dies with it.
 */

#include "gc/likely.h"
#include "runtime/state.h"

enum {
    SHAPE_NONE = 0, /* no attributes area filled in yet */
    SHAPE_DICT = 1, /* attributes live in the dict */
    SHAPE_FIRST = 2,
    SHAPE_SLOTS_MAX = 128, /* a wider instance is better served by a dict */
    INLINE_SLOTS_MAX = 32,
    FIRST_INSTANCE_SPARE_SLOTS = 8,
};

typedef struct {
    uint32_t shape_id;
    uint16_t inline_slots;   /* room for values in slots[] */
    uint16_t extra_capacity; /* room for values in extra[] */
    union {
        Value *extra; /* values beyond the inline ones; NULL: none yet. Owned */
        Dict *dict;   /* in dict mode. Owned */
    };
    Value slots[];
} Attributes;

typedef struct Shape Shape;
struct Shape {
    uint32_t id;
    uint32_t count; /* attributes of an instance with this shape; the newest has slot count-1 */
    Type *type;     /* borrowed: the shape dies with its class */
    Shape *parent;  /* NULL for the root */
    Value name;     /* the attribute that led here from the parent; interned; owned; ABSENT for the root */
    struct ShapeIndex *index; /* name -> slot, where a walk to the root would be long; or NULL. Owned */
    Shape *children;          /* transitions out: a list through `sibling` */
    Shape *sibling;
};

/* The area of an instance whose type has one; the type's items, if any, stand in front. */
static inline Attributes *attributes_at(Object *object, uint32_t offset) {
    return (Attributes *)((char *)object + offset);
}
/* The area of any object, or NULL if its type gives it none. */
Attributes *object_attributes(Object *object);
/*
 * The word of __slots__ at `offset` of a class's layout. Behind a text, whose length varies, the words follow its end:
 * `offset` counts as if it had none.
 */
Value *object_slot_place(Object *object, uint32_t offset);

static inline Value *attributes_slot(Attributes *a, uint32_t index) {
    if (LIKELY(index < a->inline_slots)) return &a->slots[index];
    return &a->extra[index - a->inline_slots];
}

Shape *shape_of(VM *vm, uint32_t id);
/* Instances with so many attributes come by: those made from now on have them inline, as far as there may be so
 * many. */
static inline void type_learn_slots(Type *type, uint32_t count) {
    if (type->attribute_slots < count && count <= INLINE_SLOTS_MAX && type->flags & TYPE_HEAP)
        type->attribute_slots = count;
}
/* The slot of an interned name in a shape, or -1. */
int shape_find(const Shape *shape, Value name);
/* The shape after adding `name`; NULL when it is to be dict mode, or RAISES. */
RAISES Shape *shape_add(VM *vm, Shape *shape, Value name);
void shapes_free(VM *vm, Type *type); /* with its class */

/* Attributes of the instance itself (no class look-up). BORROWED, ABSENT when missing. */
BORROWED Value attributes_get(VM *vm, Object *object, Value name);
RAISES bool attributes_set(VM *vm, Object *object, Value name, Value value);
RAISES int attributes_delete(VM *vm, Object *object, Value name); /* 1, 0 missing, -1 */
BORROWED RAISES Value attributes_dict(VM *vm, Object *object);    /* __dict__, made now if need be */
RAISES bool attributes_set_dict(VM *vm, Object *object, Value dict);
int attributes_traverse(Object *object, VisitFn visit, void *context);
void attributes_clear(VM *vm, Object *object);
/* The same for the slots of a built-in type whose instances have attributes: those of its subclasses' instances are
 * seen to by their own slots. */
int attributes_traverse_own(Object *object, VisitFn visit, void *context);
void attributes_clear_own(VM *vm, Object *object);

/* __dict__ as a computed attribute, for GetSetDef rows. */
NEW RAISES Value instance_get_dict(VM *vm, Value self);
RAISES bool instance_set_dict(VM *vm, Value self, Value dict);

/* A new instance of a class by its layout: header, zeroed fields, empty Attributes area. `items` for item_size types.
 * Not tracked: the caller fills it and calls object_track. */
NEW RAISES Object *instance_new(VM *vm, Type *type, int64_t items);

/* A `new` slot for types whose `init` does everything: an instance with its fields zeroed. */
NEW RAISES Value instance_new_blank(VM *vm, Type *type, Value *args, int nargs, Value names);
/* How much memory it has: the dealloc slot of a built-in type that may be subclassed ends with
 * object_free(vm, self, instance_size(self, items)), and so serves the instances of subclasses, too. */
size_t instance_size(const Object *object, int64_t items);
void instance_free(VM *vm, Object *self, int64_t items); /* just that */

/* The life-cycle slots of the instances of classes: their attributes and __slots__, then what their built-in base
 * does. */
int instance_traverse(Object *self, VisitFn visit, void *context);
int instance_rows(Object *self, ReferenceRow *rows); /* of a class that extends object */
int instance_leaves(Object *self, VisitFn visit, void *context);
void instance_clear(VM *vm, Object *self);
void instance_dealloc(VM *vm, Object *self);

#endif
