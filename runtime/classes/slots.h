#ifndef MPY_RUNTIME_SLOTS_H
#define MPY_RUNTIME_SLOTS_H

/*
 * Slots and special methods: two views of one thing.
 *
 * runtime/classes/slots.def pairs them. A built-in type fills slots, and its dict gets a wrapper_descriptor for each,
 * so that `int.__add__` exists. A class defines methods, and its slots get the functions of slots.c that look the
 * method up and call it. When both meet (a class inherits from int, or is assigned `__add__ = int.__add__`) the slot of
 * the built-in type is used directly.
 */

#include "runtime/state.h"

typedef void (*SlotFunction)(void); /* any slot, to be cast to its own type */

typedef enum {
    WRAP_NONE,
    WRAP_UNARY,
    WRAP_LEFT,  /* f(self, value) */
    WRAP_RIGHT, /* f(value, self) */
    WRAP_POWER, /* f(self, value), with power3 for a third argument */
    WRAP_POWER_RIGHT,
    WRAP_COMPARE,
    WRAP_TRUTH,
    WRAP_HASH,
    WRAP_LENGTH,
    WRAP_CONTAINS,
    WRAP_SET,    /* f(self, key, value) */
    WRAP_DELETE, /* the same slot without a value */
    WRAP_GET,
    WRAP_NEXT,
    WRAP_CALL,
    WRAP_INIT,
    WRAP_DELETE_SELF, /* __del__ */
    WRAP_BUFFER,
} WrapperKind;

typedef struct {
    uint16_t name; /* NameIndex */
    uint16_t offset;
    uint8_t kind; /* WrapperKind */
    uint8_t operand;
    SlotFunction function;
    const char *doc;
} SlotRow;

enum {
    SLOT_ROW_COUNT = 0
#define SLOT(name, place, function, kind, operand, doc) +1
#include "runtime/classes/slots.def"
#undef SLOT
};

extern const SlotRow slot_rows[SLOT_ROW_COUNT];

static inline SlotFunction *slot_at(const Type *type, const SlotRow *row) {
    return (SlotFunction *)((char *)type + row->offset);
}

/* A slot of a built-in type as a method in its dict; method-wrapper is one bound to an object. */
typedef struct {
    Object head;
    Type *owner; /* borrowed: a built-in type */
    const SlotRow *row;
    SlotFunction function;
} WrapperDescriptor;

typedef struct {
    Object head;
    Value wrapper; /* a WrapperDescriptor; owned */
    Value self;    /* owned */
} BoundWrapper;

NEW RAISES Value wrapper_descriptor_new(VM *vm, Type *owner, const SlotRow *row);

/* Does a call of it fail wherever a keyword is given? Whatever that is, also if it is no str. */
bool wrapper_refuses_names(Value callable);

/* The row of a special method's name, or NULL. Further rows of the same name follow at any distance. */
const SlotRow *slot_row_of(VM *vm, Value name);

/* Fill the slots that a built-in type leaves out from its base. */
void slots_inherit(Type *type);
/* Put the wrapper descriptors of a built-in type's own slots into its dict. */
RAISES bool slots_fill_dict(VM *vm, Type *type, Value dict);
/* Decide on every slot of a class from what its mro has. */
void slots_resolve(VM *vm, Type *type);
/* The class attribute `name` has changed: decide again on its slots, also in the subclasses. */
void slots_update(VM *vm, Type *type, Value name);

/* Is an attribute that an instance or its class has found as object's __getattribute__ does it? Where there is none,
 * __getattr__ may be asked. */
bool slots_find_as_usual(VM *vm, Type *type);
/* The compare slot of classes with a comparison of their own, or of a class among their bases. */
NEW RAISES Value slot_compare(VM *vm, Value self, Value other, CompareOp op);
/* The hash slot of types whose instances cannot be hashed. */
RAISES bool hash_unhashable(VM *vm, Value self, int64_t *hash);
/* The function behind `__new__` in a built-in type's dict: calls the `new` slot of the type it is bound to. */
NEW RAISES Value type_new_native(VM *vm, Value *args, int nargs, Value names);

/*
 * Call the special method `name` of row[0] with row[1..count) as arguments. Sets *missing, and returns ABSENT with
 * nothing raised, when the type has none.
 */
NEW RAISES Value special_call(VM *vm, NameIndex name, Value *row, int count, bool *missing);

#endif
