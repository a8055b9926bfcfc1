#ifndef MPY_RUNTIME_TYPE_H
#define MPY_RUNTIME_TYPE_H

/*
 * A type: what all objects of a kind share, as a row of slots.
 *
 * The model is CPython's, because its behaviour is what scripts rely on: every operator, protocol and life-cycle step
 * is a C function pointer in the type. A built-in type fills its slots in a static initialiser; a class statement
 * makes a heap type whose slots are inherited, or lead to the dunder methods it defines. Which dunder name belongs to
 * which slot stands once, in runtime/classes/slots.def.
 *
 * Built-in types are static, shared by all VMs, and do not change. What varies with a VM (the dict of a built-in type,
 * its subclasses) is kept in the VM under the type's `static_index`. Heap types carry theirs.
 *
 * Attributes of instances. Types with `attributes_offset` != 0 give their instances an Attributes area (runtime/
 * instance.h): a shape and value slots. Types whose instances vary in size (`item_size` != 0) have that area after
 * the items. Modules and functions keep a plain dict instead, a Value at `dict_offset`.
 */

#include "runtime/value.h"

/* A native function. Positional arguments first, then as many keyword values as the tuple `names` has (ABSENT: none);
 * `nargs` counts the positional ones. Arguments are borrowed. NEW, RAISES. See runtime/native.h for how a NativeDef's
 * parameter string spares the function all argument parsing. */
typedef Value (*NativeFn)(VM *vm, Value *args, int nargs, Value names);

typedef enum { COMPARE_LT, COMPARE_LE, COMPARE_EQ, COMPARE_NE, COMPARE_GT, COMPARE_GE } CompareOp;

/* The binary operators, in the order in which instructions number them. */
typedef enum {
    BINARY_ADD,
    BINARY_SUBTRACT,
    BINARY_MULTIPLY,
    BINARY_TRUE_DIVIDE,
    BINARY_FLOOR_DIVIDE,
    BINARY_MODULO,
    BINARY_POWER,
    BINARY_LSHIFT,
    BINARY_RSHIFT,
    BINARY_AND,
    BINARY_OR,
    BINARY_XOR,
    BINARY_MATMUL,
    BINARY_DIVMOD, /* last: a function (divmod), no in-place form */
    BINARY_COUNT,
} BinaryOp;

typedef enum { UNARY_NEGATIVE, UNARY_POSITIVE, UNARY_INVERT, UNARY_ABSOLUTE, UNARY_COUNT } UnaryOp;

/* Number slots. As in CPython, binary slots are called with the operands in source order whichever operand's type they
 * come from, and return NOT_IMPLEMENTED for operands they do not know. All results NEW, RAISES. */
typedef struct {
    Value (*binary[BINARY_COUNT])(VM *vm, Value left, Value right);
    Value (*inplace[BINARY_COUNT])(VM *vm, Value left, Value right); /* NULL: fall back to binary */
    Value (*unary[UNARY_COUNT])(VM *vm, Value self);
    Value (*power3)(VM *vm, Value base, Value exponent, Value modulus);
    int (*truth)(VM *vm, Value self); /* 1, 0, or -1 RAISES */
    Value (*to_int)(VM *vm, Value self);
    Value (*to_float)(VM *vm, Value self);
    Value (*index)(VM *vm, Value self);
} NumberSlots;

/* Container slots. `length` and `contains` return -1 on RAISES. `set_item` with an ABSENT value deletes. */
typedef struct {
    int64_t (*length)(VM *vm, Value self);
    Value (*get_item)(VM *vm, Value self, Value key);
    bool (*set_item)(VM *vm, Value self, Value key, Value value);
    int (*contains)(VM *vm, Value self, Value item);
    Value (*concat)(VM *vm, Value self, Value other);
    Value (*repeat)(VM *vm, Value self, Value count);
    Value (*inplace_concat)(VM *vm, Value self, Value other);
    Value (*inplace_repeat)(VM *vm, Value self, Value count);
} ContainerSlots;

enum {
    TYPE_HEAP = 1 << 0,              /* made by a class statement or type(); owns its strings and dict */
    TYPE_BASE = 1 << 1,              /* may be subclassed */
    TYPE_ABSTRACT = 1 << 2,          /* has abstract methods: no instances */
    TYPE_NO_NEW = 1 << 3,            /* "cannot create '%s' instances" */
    TYPE_METHOD_DESCRIPTOR = 1 << 4, /* instances are unbound functions: a call may pass self in front */
    TYPE_WEAKLY_REFERABLE = 1 << 5,  /* instances may have weak references to them */
    TYPE_INSTANTIATED = 1 << 6,      /* of a heap type: it has had an instance */
    /* The built-in families, inherited by subclasses: a fast isinstance. */
    TYPE_INT = 1 << 8,
    TYPE_FLOAT = 1 << 9,
    TYPE_STR = 1 << 10,
    TYPE_BYTES = 1 << 11,
    TYPE_LIST = 1 << 12,
    TYPE_TUPLE = 1 << 13,
    TYPE_DICT = 1 << 14,
    TYPE_SET = 1 << 15, /* set and frozenset */
    TYPE_EXCEPTION = 1 << 16,
    TYPE_TYPE = 1 << 17,
    TYPE_COMPLEX = 1 << 18,
    TYPE_BYTEARRAY = 1 << 19,
    TYPE_SEQUENCE = 1 << 20, /* matched by a sequence pattern */
    TYPE_MAPPING = 1 << 21,  /* matched by a mapping pattern */
    TYPE_BUFFER = 1 << 22,   /* its objects begin with a BufferHead (runtime/bytes/buffer.h) */
    TYPE_NUMBERED = 1 << 23, /* its own subscription takes numbers alone, no slices: no mapping to % */
    TYPE_FAMILIES = ~0xFF,
};

typedef struct BufferView BufferView;
typedef struct NativeDef NativeDef;
typedef struct GetSetDef GetSetDef;
typedef struct MemberDef MemberDef;
typedef struct String String;
typedef struct Tuple Tuple;
typedef struct Dict Dict;

struct Type {
    TypeHead head;
    uint32_t flags;
    uint32_t static_index; /* built-in types: their place in vm->static_types, from 1; heap types: 0 */
    uint32_t basic_size;   /* bytes of an instance; of one with no items when item_size != 0 */
    uint32_t item_size;    /* bytes of each further item */
    uint32_t
        attributes_offset; /* equals basic_size: there is an Attributes area, behind it; 0: there is none */
    uint32_t dict_offset;  /* of a Value with the dict of attributes, ABSENT until there are some; 0: none */
    uint32_t attribute_slots; /* how many inline value slots new instances get in that area */
    uint32_t version;         /* of the attributes found through this type; 0: none assigned (type_version) */
    Type *base;               /* the base that gives the layout; NULL for object */
    const char *
        doc; /* built-in types, behind "(parameters)\n--\n\n" or alone; heap types keep __doc__ in their dict */

    /* Life. */
    Value (*new)(VM *vm, Type *type, Value *args, int nargs, Value names);
    bool (*init)(VM *vm, Value self, Value *args, int nargs, Value names);

    /* Text, hash, comparison. `compare` returns NOT_IMPLEMENTED for operands it does not know. */
    Value (*repr)(VM *vm, Value self);
    Value (*str)(VM *vm, Value self);
    bool (*hash)(VM *vm, Value self, int64_t *hash);
    Value (*compare)(VM *vm, Value self, Value other, CompareOp op);

    /* Calls, attributes, descriptors. `name` is an interned or plain str. set_attribute with ABSENT deletes. */
    Value (*call)(VM *vm, Value callable, Value *args, int nargs, Value names);
    Value (*get_attribute)(VM *vm, Value self, Value name);
    bool (*set_attribute)(VM *vm, Value self, Value name, Value value);
    Value (*descriptor_get)(VM *vm, Value descriptor, Value instance /* ABSENT: through the type */,
                            Value owner);
    bool (*descriptor_set)(VM *vm, Value descriptor, Value instance, Value value);

    /* Iteration. `next` returns ABSENT with nothing raised at the end (a raised StopIteration is allowed too). */
    Value (*iterate)(VM *vm, Value self);
    Value (*next)(VM *vm, Value self);

    /* Direct access to the object's memory: runtime/bytes/buffer.h. RAISES. */
    bool (*get_buffer)(VM *vm, Value self, BufferView *buffer, unsigned flags);

    NumberSlots number;
    ContainerSlots container;

    /* What a built-in type's dict is filled from, at its first use in a VM; NULL: none. */
    const NativeDef *methods;
    const GetSetDef *getsets;
    const MemberDef *members;

    /* Built-in types only: what calling the type with `x` alone gives, int(x). NULL: what `new` and `init` make. */
    Value (*convert)(VM *vm, Value x);

    /* Built-in types only: the next items of an iterator at once, at most `room` of them (above 0): how many, 0 where
     * `next` would give ABSENT. When it gives any, no user code ran since it took the first: nobody can tell that they
     * were taken together. NULL: one at a time. */
    int64_t (*next_row)(VM *vm, Value self, NEW Value *row, int64_t room);
    /* Built-in types only: the next item, a pair, without the tuple: 1; 0 where `next` would give ABSENT; -1: this
     * one's items are no pairs. NULL: none's are. */
    int (*next_pair)(VM *vm, Value self, NEW Value *first, NEW Value *second);
    /* Built-in types only: give all that are left to a function, as iterator_each, which this is. */
    bool (*each)(VM *vm, Value self, bool (*visit)(VM *vm, Value item, void *context), void *context);

    /* Heap types only, owned. */
    String *qualified_name;
    String *name;
    Tuple *bases;
    Tuple *mro;
    Dict *dict;
    Value subclasses;         /* weakly held: see type_subclasses in runtime/classes/class.h */
    Value slot_names;         /* the tuple of __slots__, or ABSENT */
    struct Shape *root_shape; /* of instances with no attributes yet */
    struct Module *module;    /* unused by built-ins */
};

/* Have the type's instances attributes of their own, in whatever form? */
static inline bool type_keeps_attributes(const Type *type) {
    return type->attributes_offset != 0 || type->dict_offset != 0;
}

/* The type of any Value but ABSENT. */
static inline Type *type_of(Value v);

extern Type int_type, float_type;

static inline Type *type_of(Value v) {
    if (LIKELY(is_object(v))) return as_object(v)->type;
    return is_int(v) ? &int_type : &float_type;
}

static inline Type *as_type(Value v) { return (Type *)as_object(v); }

static inline const char *type_name(const Type *type) { return type->head.name; }
/* Without the module, which built-in types have in their names: for reprs and qualified names. */
static inline const char *type_short_name(const Type *type) {
    const char *name = type_name(type), *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}
/* The qualified name of what is called `name` in the type. */
NEW RAISES Value type_qualify(VM *vm, const Type *type, const char *name);
/* The built-in type whose layout a class's instances begin with: itself, for a built-in type. */
static inline const Type *type_native_base(const Type *type) {
    while (type->flags & TYPE_HEAP)
        type = type->base;
    return type;
}
static inline const char *type_name_of(Value v) { return type_name(type_of(v)); }

/* `v` is an instance of a built-in family or of a subclass of it (TYPE_INT, ...). */
static inline bool is_family(Value v, uint32_t family) { return type_of(v)->flags & family; }

/* Every built-in type stands once in runtime/types.def, which numbers them. */
typedef enum {
    STATIC_NONE,
#define X(type) STATIC_##type,
#include "runtime/types.def"
#undef X
    STATIC_TYPE_COUNT,
} StaticTypeIndex;

#define X(type) extern Type type;
#include "runtime/types.def"
#undef X

/*
 * A built-in type is a static initialiser that begins with TYPE_HEAD and the life-cycle slots:
 *
 *     Type list_type = {
 *         TYPE_HEAD(list_type, "list", .traverse = traverse, .clear = clear, .dealloc = dealloc),
 *         .flags = TYPE_BASE | TYPE_LIST,
 *         .basic_size = sizeof(List),
 *         .base = &object_type,
 *         ...
 *     };
 *
 * Slots that it leaves NULL are inherited from `base` when the VM starts (types_init), as for heap types.
 */
#define TYPE_HEAD(type, name_text, ...) \
    .head = {.object = OBJECT_IMMORTAL(&type_type), .name = name_text, __VA_ARGS__}, \
    .static_index = STATIC_##type

#endif
