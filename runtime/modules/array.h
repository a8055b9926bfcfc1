#ifndef MPY_RUNTIME_MODULES_ARRAY_H
#define MPY_RUNTIME_MODULES_ARRAY_H

/*
 * An array of the module array: a row of numbers or characters of one C type.
 *
 * An Array owns a block of capacity * item size bytes. `exports` counts the buffers acquired; while there are any, the
 * length may not change. User code (__index__, __float__, an item's comparison) may change the array, so an item is
 * converted before the array is looked at, and lengths are read again after every such call.
 *
 * arrayitems.c has the kinds of items and the storage, array.c what a program sees of them.
 */

#include "runtime/bytes/buffer.h"
#include "runtime/protocol.h"

typedef struct {
    char code;
    char format[2]; /* in buffers */
    uint8_t size;
    uint8_t machine; /* little-endian */
    bool is_signed, is_text;
    /* In errors about its range; NULL: an unsigned or a 64-bit one, which have texts of their own. */
    const char *name;
} ArrayKind;

enum { ARRAY_KIND_COUNT = 14, ARRAY_ITEM_MAX = 8 /* bytes */ };

extern const ArrayKind array_kinds[ARRAY_KIND_COUNT];

/* The kind of a typecode; NULL when there is none. */
const ArrayKind *array_kind_of_code(uint32_t code);

typedef struct {
    BufferHead buffer; /* always simple; data is the block, size the bytes of all items */
    int64_t length, capacity;
    int64_t exports;
    const ArrayKind *kind;
} Array;

static inline Array *as_array(Value v) { return (Array *)as_object(v); }
static inline bool is_array(Value v) { return value_is_instance(v, &array_type); }

static inline uint8_t *array_item_at(const Array *a, int64_t i) { return a->buffer.data + i * a->kind->size; }

NEW RAISES Value array_get(VM *vm, const Array *a, int64_t i);

/* Convert to an item's bytes. May run user code. */
RAISES bool array_set(VM *vm, const ArrayKind *kind, Value v, uint8_t *item);

/* An array with `length` undefined items; with those at `items`. */
NEW RAISES Value array_make(VM *vm, Type *type, const ArrayKind *kind, int64_t length);
NEW RAISES Value array_make_from(VM *vm, const ArrayKind *kind, const uint8_t *items, int64_t length);

/* May the length change? BufferError while there are exports. */
RAISES bool array_may_resize(VM *vm, const Array *a);
/* Room for `capacity` items; the length stays. */
RAISES bool array_reserve(VM *vm, Array *a, int64_t capacity);
/* Make it `length` items; new ones are undefined. */
RAISES bool array_resize(VM *vm, Array *a, int64_t length);
/* Make items [start, stop) be `count` items, moving those behind; new ones are undefined. */
RAISES bool array_replace(VM *vm, Array *a, int64_t start, int64_t stop, int64_t count);

/* Slots of the type. */
void array_dealloc(VM *vm, Object *self);
RAISES bool array_get_buffer(VM *vm, Value self, BufferView *buffer, unsigned flags);

#endif
