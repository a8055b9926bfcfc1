/* The items of an array: their kinds, and where they lie. */

#include "runtime/modules/array.h"

#include "runtime/bytes/memoryview.h"
#include "runtime/bytes/packing.h"
#include "runtime/classes/instance.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- kinds of items --- */

const ArrayKind array_kinds[ARRAY_KIND_COUNT] = {
    {'b', "b", 1, 1, true, false, "signed char"},
    {'B', "B", 1, 0, false, false, "unsigned byte integer"},
    {'u', "w", 4, 20, false, true, NULL},
    {'w', "w", 4, 20, false, true, NULL},
    {'h', "h", 2, 4, true, false, "signed short integer"},
    {'H', "H", 2, 2, false, false, "unsigned short"},
    {'i', "i", 4, 8, true, false, "signed integer"},
    {'I', "I", 4, 6, false, false, NULL},
    {'l', "l", 8, 12, true, false, NULL},
    {'L', "L", 8, 10, false, false, NULL},
    {'q', "q", 8, 12, true, false, NULL},
    {'Q', "Q", 8, 10, false, false, NULL},
    {'f', "f", 4, 14, true, false, NULL},
    {'d', "d", 8, 16, true, false, NULL},
};

const ArrayKind *array_kind_of_code(uint32_t code) {
    for (int i = 0; i < ARRAY_KIND_COUNT; i++) {
        if ((uint32_t)array_kinds[i].code == code) return &array_kinds[i];
    }
    return NULL;
}

Value array_get(VM *vm, const Array *a, int64_t i) {
    switch (a->kind->code) { /* the commonest, at once */
    case 'B': return int_small(a->buffer.data[i]);
    case 'i': return int_small(((const int32_t *)(const void *)a->buffer.data)[i]);
    case 'd': return float_from(vm, ((const double *)(const void *)a->buffer.data)[i]);
    case 'l':
    case 'q': return int_from(vm, ((const int64_t *)(const void *)a->buffer.data)[i]);
    default: break;
    }
    if (!a->kind->is_text) return native_unpack(vm, a->kind->code, array_item_at(a, i));
    uint32_t c;
    memcpy(&c, array_item_at(a, i), sizeof c);
    return c > 0x10FFFF ? raise_value(vm, "chr() arg not in range(0x110000)") : string_from_char(vm, c);
}

static bool set_text(VM *vm, Value v, uint8_t *item) {
    if (!is_string(v) || string_length(as_string(v)) != 1)
        return raise_type(vm, "array item must be unicode character"), false;
    uint32_t c = string_at(as_string(v), 0);
    memcpy(item, &c, sizeof c);
    return true;
}

/* The error for an int that a 64-bit kind, or 'I', does not hold. */
static bool raise_wide(VM *vm, const ArrayKind *kind, Value number) {
    bool negative = int_sign(number) < 0, quad = kind->code == 'q' || kind->code == 'Q';
    if (negative && !kind->is_signed)
        raise_overflow(vm, quad ? "can't convert negative int to unsigned"
                                : "can't convert negative value to unsigned int");
    else if (quad)
        raise_overflow(vm, "int too big to convert");
    else if (kind->is_signed)
        raise_overflow(vm, "Python int too large to convert to C long");
    else
        raise_overflow(vm, int_bit_length(number) > 64 ? "Python int too large to convert to C unsigned long"
                                                       : "unsigned int is greater than maximum");
    return false;
}

/* The error for one that a narrow kind does not hold, in the steps in which C integers narrow. */
static bool raise_narrow(VM *vm, const ArrayKind *kind, Value number) {
    int64_t n;
    const char *name = kind->name, *way = int_sign(number) < 0 ? "less than minimum" : "greater than maximum";
    if (!int_to_int64(number, &n)) {
        raise_overflow(vm, "Python int too large to convert to C long");
    } else {
        if (kind->code == 'b' && n != (int16_t)n) name = "signed short integer";
        if (kind->code == 'H' && n != (int32_t)n) name = "signed integer";
        raise_overflow(vm, "%s is %s", name, way);
    }
    return false;
}

bool array_set(VM *vm, const ArrayKind *kind, Value v, uint8_t *item) {
    if (kind->is_text) return set_text(vm, v, item);
    if (is_int(v) && native_pack(vm, kind->code, v, item) == PACKED) return true;
    if (kind->code == 'f' || kind->code == 'd') {
        double d;
        if (!object_to_double(vm, v, &d)) return false;
        float f = (float)d;
        memcpy(item, kind->code == 'f' ? (void *)&f : (void *)&d, kind->size);
        return true;
    }
    Value number = object_index(vm, v);
    if (is_absent(number)) return false;
    bool done = native_pack(vm, kind->code, number, item) == PACKED;
    if (!done) (kind->name ? raise_narrow : raise_wide)(vm, kind, number);
    value_drop(vm, number);
    return done;
}

/* --- storage --- */

bool array_may_resize(VM *vm, const Array *a) {
    if (a->exports == 0) return true;
    raise_error(vm, &exc_BufferError, "cannot resize an array that is exporting buffers");
    return false;
}

bool array_reserve(VM *vm, Array *a, int64_t capacity) {
    int64_t size;
    if (__builtin_mul_overflow(capacity, a->kind->size, &size) || size > PTRDIFF_MAX)
        return raise_memory(vm), false;
    uint8_t *data = memory_resize(vm, a->buffer.data, (size_t)(a->capacity * a->kind->size), (size_t)size);
    if (!data) return false;
    a->buffer.data = data;
    a->capacity = capacity;
    return true;
}

static void set_length(Array *a, int64_t length) {
    a->length = length;
    a->buffer.size = length * a->kind->size;
}

bool array_resize(VM *vm, Array *a, int64_t length) {
    if (length == a->length) return true;
    if (!array_may_resize(vm, a)) return false;
    if (length == 0) {
        memory_free(vm, a->buffer.data, (size_t)(a->capacity * a->kind->size));
        a->buffer.data = NULL;
        a->capacity = 0;
    } else if (length > a->capacity || (length < a->length && length < a->capacity / 2)) {
        int64_t spare = (length >> 4) + (a->length < 8 ? 3 : 7);
        if (a->length == 0) spare = 0; /* it may have all the items it will ever have */
        bool smaller = length <= a->capacity;
        if (spare > INT64_MAX - length || !array_reserve(vm, a, length + spare)) {
            if (!smaller) return error_raised(vm) ? false : (raise_memory(vm), false);
            error_clear(vm); /* it may as well stay where it is */
        }
    }
    set_length(a, length);
    return true;
}

bool array_replace(VM *vm, Array *a, int64_t start, int64_t stop, int64_t count) {
    int64_t tail = a->length - stop, change = count - (stop - start);
    if (change == 0) return true;
    if (a->length > INT64_MAX - count) return raise_memory(vm), false;
    if (!array_may_resize(vm, a)) return false;
    if (change < 0 && tail)
        memmove(array_item_at(a, start + count), array_item_at(a, stop), (size_t)(tail * a->kind->size));
    if (!array_resize(vm, a, a->length + change)) return false;
    if (change > 0 && tail)
        memmove(array_item_at(a, start + count), array_item_at(a, stop), (size_t)(tail * a->kind->size));
    return true;
}

Value array_make(VM *vm, Type *type, const ArrayKind *kind, int64_t length) {
    Array *a;
    if (type == &array_type) {
        a = (Array *)object_new(vm, type, sizeof *a);
        if (!a) return raise_memory(vm);
        memset(&a->buffer.head + 1, 0, sizeof *a - sizeof a->buffer.head);
    } else {
        a = (Array *)instance_new(vm, type, 0);
        if (!a) return ABSENT;
        object_track(&a->buffer.head);
    }
    a->buffer.simple = true;
    a->kind = kind;
    if (length && !array_resize(vm, a, length)) {
        object_drop(vm, &a->buffer.head);
        return ABSENT;
    }
    return from_object(a);
}

Value array_make_from(VM *vm, const ArrayKind *kind, const uint8_t *items, int64_t length) {
    Value v = array_make(vm, &array_type, kind, length);
    if (!is_absent(v) && length) memcpy(as_array(v)->buffer.data, items, (size_t)(length * kind->size));
    return v;
}

void array_dealloc(VM *vm, Object *self) {
    Array *a = (Array *)self;
    if (a->buffer.data) memory_free(vm, a->buffer.data, (size_t)(a->capacity * a->kind->size));
    object_free(vm, self, instance_size(self, 0));
}

static void release_export(VM *vm, BufferView *buffer) { as_array(buffer->owner)->exports--; }

bool array_get_buffer(VM *vm, Value self, BufferView *buffer, unsigned flags) {
    Array *a = as_array(self);
    if (!buffer_fill(vm, buffer, self, a->buffer.data ? a->buffer.data : (uint8_t *)"", a->buffer.size, false,
                     flags))
        return false;
    if (flags & BUFFER_ND) buffer->item_size = a->kind->size;
    if (flags & BUFFER_FORMAT) buffer->format = a->kind->format;
    buffer->release = release_export;
    a->exports++;
    return true;
}
