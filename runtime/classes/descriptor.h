#ifndef MPY_RUNTIME_DESCRIPTOR_H
#define MPY_RUNTIME_DESCRIPTOR_H

/*
 * Descriptors: the objects in a class's dict that decide what an attribute of an instance is.
 *
 * Those of built-in types are made from tables when the type's dict is first filled: getset_descriptor runs a pair of
 * C functions, member_descriptor reaches a Value field at an offset (also for __slots__ of classes), wrapper_descriptor
 * calls a slot of the type. property, staticmethod and classmethod wrap what Python code gives them.
 */

#include "runtime/native.h"

typedef struct {
    Object head;
    Type *owner; /* owned when a heap type */
    const GetSetDef *def;
} GetSetDescriptor;

typedef struct {
    Object head;
    Type *owner; /* as above */
    Value name;  /* owned */
    uint32_t offset;
    uint32_t flags; /* MEMBER_* */
    const char *doc;
} MemberDescriptor;

typedef struct {
    Object head;
    Value get, set, delete; /* ABSENT: none; owned, like the rest */
    Value doc;
    Value name; /* from __set_name__, or ABSENT */
    bool doc_from_getter;
} Property;

/* staticmethod and classmethod. */
typedef struct {
    Object head;
    Value callable; /* owned; ABSENT before __init__ */
} MethodWrapper;

typedef struct {
    Object head;
    Value mapping; /* owned */
} MappingProxy;

typedef struct {
    Object head;
    Type *start;     /* the mro is searched behind this class; owned */
    Value self;      /* the instance or class that methods are bound to; ABSENT: unbound; owned */
    Type *self_type; /* whose mro is searched; owned */
} Super;

NEW RAISES Value getset_descriptor_new(VM *vm, Type *owner, const GetSetDef *def);
NEW RAISES Value member_descriptor_new(VM *vm, Type *owner, Value name, uint32_t offset, uint32_t flags,
                                       const char *doc);
NEW RAISES Value method_descriptor_new(VM *vm, Type *owner, const NativeDef *def);
NEW RAISES Value static_method_new(VM *vm, Value callable);
NEW RAISES Value class_method_new(VM *vm, Value callable);
NEW RAISES Value mapping_proxy_new(VM *vm, Value mapping);

/* The `set` of an attribute that is computed here, but a read-only field in CPython: another text than a property's. */
RAISES bool member_refuse(VM *vm, Value self, Value value);

/* Is `v` a data descriptor: one that wins over the instance's own attributes? */
static inline bool is_data_descriptor(Value v) { return type_of(v)->descriptor_set != NULL; }

#endif
