/*
 * The module struct: values packed into bytes by a format, and back.
 *
 * In order: layouts, packing and unpacking one field, whole rows, the functions, Struct, the iterator, the module.
 *
 * A format is compiled to a Layout: an immutable object with the place and kind of each field. The VM keeps the layouts
 * of the formats used last (struct_cache); whoever works by one holds a reference, since values' __index__ and the like
 * run code in between. For the same reason memory is reached through an acquired BufferView.
 */
#include <stdio.h>

#include "runtime/bytes/buffer.h"
#include "runtime/bytes/bytes.h"
#include "runtime/bytes/packing.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/hash.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/codec.h"
#include "runtime/text/str.h"
#include "runtime/text/text.h"

static Value fail(VM *vm, const char *text) { return raise_error(vm, &struct_error_type, "%s", text); }

/* --- layouts --- */

typedef struct {
    int64_t offset;
    int64_t size;        /* of one item; of 's' and 'p' their whole length */
    int64_t repeat;      /* items one behind the other */
    int64_t least, most; /* of the immediate ints that it holds; of other kinds least > most */
    char code;           /* as in the format */
    char machine;        /* the code of the machine's own item of that size */
    bool swap;           /* big-endian */
    bool standard;       /* not the machine's own layout: floats are checked for their range */
} Field;

typedef struct {
    Object head;
    int64_t size;  /* bytes */
    int64_t items; /* values */
    int64_t count;
    Field fields[];
} Layout;

static Layout *as_layout(Value v) { return (Layout *)as_object(v); }

static void layout_dealloc(VM *vm, Object *self) {
    object_free(vm, self, sizeof(Layout) + (size_t)((Layout *)self)->count * sizeof(Field));
}

Type struct_layout_type = {
    TYPE_HEAD(struct_layout_type, "_struct.Layout", .dealloc = layout_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(Layout),
    .base = &object_type,
};

/* What one code means by itself: the size of an item, 0 for no such code, and the machine's code for it. */
static int code_size(char code, bool standard, char *machine) {
    *machine = code;
    if (code == 'x' || code == 's' || code == 'p') return 1;
    if (!standard) return native_item_size(code);
    if (code == 'n' || code == 'N' || code == 'P') return 0;
    if (code == 'l') *machine = 'i';
    if (code == 'L') *machine = 'I';
    return native_item_size(*machine);
}

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static void set_range(Field *f) {
    int bits = (int)f->size * 8;
    bool is_signed = f->code && strchr("bhilqn", f->code), is_unsigned = f->code && strchr("BHILQN", f->code);
    f->most = is_signed ? (int64_t)(UINT64_MAX >> 1 >> (64 - bits)) : is_unsigned ? INT64_MAX : -1;
    if (is_unsigned && bits < 64) f->most = (int64_t)(UINT64_MAX >> (64 - bits));
    f->least = is_signed ? -f->most - 1 : 0;
}

/* Read the next field of a format, with *size so far; false at the end or RAISES. */
static bool next_field(VM *vm, const char **at, bool standard, bool swap, int64_t *size, Field *f) {
    const char *p = *at;
    while (is_blank(*p))
        p++;
    if (!*p) return false;
    int64_t repeat = 1, bytes;
    if (*p >= '0' && *p <= '9') {
        for (repeat = 0; *p >= '0' && *p <= '9'; p++) {
            if (__builtin_mul_overflow(repeat, 10, &repeat) ||
                __builtin_add_overflow(repeat, *p - '0', &repeat))
                return fail(vm, "total struct size too long"), false;
        }
        if (!*p) return fail(vm, "repeat count given without format specifier"), false;
    }
    *f = (Field){.code = *p, .repeat = repeat, .swap = swap, .standard = standard};
    int item = code_size(*p, standard, &f->machine);
    if (item == 0) return fail(vm, "bad char in struct format"), false;
    if (!standard && item > 1) {
        int64_t gap = (item - *size % item) % item;
        if (__builtin_add_overflow(*size, gap, size)) return fail(vm, "total struct size too long"), false;
    }
    f->offset = *size;
    f->size = item;
    set_range(f);
    if (__builtin_mul_overflow(repeat, item, &bytes) || __builtin_add_overflow(*size, bytes, size))
        return fail(vm, "total struct size too long"), false;
    if (*p == 's' || *p == 'p') {
        f->size = repeat;
        f->repeat = 1;
    }
    *at = p + 1;
    return true;
}

/* Go over a format of C text; fill in the fields if there are any to fill. RAISES. */
static bool read_format(VM *vm, const char *text, Layout *sums, Field *fields) {
    bool swap = *text == '>' || *text == '!', standard = swap || *text == '<' || *text == '=';
    if (standard || *text == '@') text++;
    Field f;
    sums->size = sums->items = sums->count = 0;
    while (next_field(vm, &text, standard, swap, &sums->size, &f)) {
        if (f.code == 'x' || f.repeat == 0) continue;
        if (fields) fields[sums->count] = f;
        sums->count++;
        sums->items += f.repeat;
    }
    return !error_raised(vm);
}

static Value layout_new(VM *vm, const char *text, int64_t length) {
    Layout sums;
    if ((int64_t)strlen(text) != length) return fail(vm, "embedded null character");
    if (!read_format(vm, text, &sums, NULL)) return ABSENT;
    Layout *layout =
        (Layout *)object_new(vm, &struct_layout_type, sizeof(Layout) + (size_t)sums.count * sizeof(Field));
    if (!layout) return raise_memory(vm);
    layout->count = sums.count;
    read_format(vm, text, layout, layout->fields);
    return from_object(layout);
}

/* The layout of a format, a str or bytes. NEW, RAISES. */
static Value layout_compile(VM *vm, Value format) {
    if (is_bytes(format)) {
        Bytes *b = as_bytes(format);
        return layout_new(vm, (const char *)b->data, b->length);
    }
    if (!is_string(format))
        return raise_type(vm, "Struct() argument 1 must be a str or bytes object, not %s",
                          type_short_name(type_of(format)));
    Value ascii = codec_encode(vm, format, "ascii", "strict");
    if (is_absent(ascii)) return ABSENT;
    Value layout = layout_new(vm, (const char *)as_bytes(ascii)->data, as_bytes(ascii)->length);
    value_drop(vm, ascii);
    return layout;
}

enum {
    CACHE_MAX = 100
}; /* formats; a program has few, and one that makes them up is not to fill the memory */

static Value layout_of(VM *vm, Value format) {
    int64_t hash; /* formats are looked up before they are looked at */
    if (!is_exactly(format, &str_type) && !is_exactly(format, &bytes_type))
        return hash_value(vm, format, &hash) ? layout_compile(vm, format) : ABSENT;
    if (is_absent(vm->struct_cache) && is_absent(vm->struct_cache = dict_new(vm))) return ABSENT;
    Value layout = dict_get(vm, vm->struct_cache, format);
    if (!is_absent(layout)) return value_ref(layout);
    if (error_raised(vm) || is_absent(layout = layout_compile(vm, format))) return ABSENT;
    if (object_length(vm, vm->struct_cache) >= CACHE_MAX) value_clear(vm, &vm->struct_cache);
    if (is_absent(vm->struct_cache)) vm->struct_cache = dict_new(vm);
    if (is_absent(vm->struct_cache) || !dict_set(vm, vm->struct_cache, format, layout))
        value_clear(vm, &layout);
    return layout;
}

/* --- one field --- */

static void copy_item(const Field *f, uint8_t *to, const uint8_t *from) {
    for (int64_t i = 0; i < f->size; i++)
        to[i] = from[f->swap ? f->size - 1 - i : i];
}

static Value unpack_pascal(VM *vm, const Field *f, const uint8_t *from) {
    int64_t length = f->size ? from[0] : 0;
    if (length >= f->size) length = f->size ? f->size - 1 : 0;
    return bytes_from(vm, from + 1, length);
}

/* An integer of either byte order: its bytes are brought to the upper end of a word, and from there down. */
static inline Value unpack_integer(VM *vm, const Field *f, const uint8_t *from) {
    uint64_t bits = 0;
    switch (f->size) {
    case 1: bits = *from; break;
    case 2: memcpy(&bits, from, 2); break;
    case 4: memcpy(&bits, from, 4); break;
    default: memcpy(&bits, from, 8);
    }
    int unused = 64 - (int)f->size * 8;
    bits = f->swap ? __builtin_bswap64(bits) : bits << unused;
    int64_t number = f->least < 0 ? (int64_t)bits >> unused : (int64_t)(bits >> unused);
    if (unused) return int_small(number);
    return f->least < 0 ? int_from(vm, number) : int_from_unsigned(vm, bits);
}

static Value unpack_item(VM *vm, const Field *f, const uint8_t *from) {
    uint8_t item[8];
    double number;
    if (f->most >= 0) return unpack_integer(vm, f, from);
    if (f->code == 'd' && !f->swap) return memcpy(&number, from, sizeof number), float_from(vm, number);
    if (f->code == 's') return bytes_from(vm, from, f->size);
    if (f->code == 'p') return unpack_pascal(vm, f, from);
    if (!f->swap) return native_unpack(vm, f->machine, from);
    copy_item(f, item, from);
    return native_unpack(vm, f->machine, item);
}

static bool pack_text(VM *vm, const Field *f, Value v, uint8_t *to) {
    if (!is_bytes_family(v)) {
        raise_error(vm, &struct_error_type, "argument for '%c' must be a bytes object", f->code);
        return false;
    }
    Text t = text_of(v);
    int64_t room = f->code == 'p' ? f->size - 1 : f->size,
            length = text_length(t) < room ? text_length(t) : room;
    if (f->size == 0) return true;
    if (f->code == 'p') *to++ = (uint8_t)(length < 255 ? length : 255);
    if (length > 0) memcpy(to, t.data, (size_t)length);
    return true;
}

static bool raise_range(VM *vm, const Field *f) {
    int bits = (int)f->size * 8;
    if (f->code == 'P') return fail(vm, "int too large to convert"), false;
    if (strchr("bhilqn", f->code)) {
        long long most = (long long)(UINT64_MAX >> 1 >> (64 - bits));
        raise_error(vm, &struct_error_type, "'%c' format requires %lld <= number <= %lld", f->code, -most - 1,
                    most);
    } else {
        raise_error(vm, &struct_error_type, "'%c' format requires 0 <= number <= %s", f->code,
                    bits == 64   ? "18446744073709551615"
                    : bits == 32 ? "4294967295"
                    : bits == 16 ? "65535"
                                 : "255");
    }
    return false;
}

static bool pack_integer(VM *vm, const Field *f, Value v, uint8_t *item) {
    if (!is_int_family(v) && !type_of(v)->number.index)
        return fail(vm, "required argument is not an integer"), false;
    Value number = object_index(vm, v);
    if (is_absent(number)) return false;
    bool done = native_pack(vm, f->machine, number, item) == PACKED;
    value_drop(vm, number);
    return done || raise_range(vm, f);
}

static bool pack_float(VM *vm, const Field *f, Value v, uint8_t *item) {
    double d;
    if (!object_to_double(vm, v, &d)) {
        error_clear(vm);
        return fail(vm, "required argument is not a float"), false;
    }
    uint16_t half;
    bool fits = true;
    if (f->code == 'd') {
        memcpy(item, &d, sizeof d);
    } else if (f->code == 'f') {
        float number = (float)d;
        memcpy(item, &number, sizeof number);
        fits = !f->standard || !__builtin_isinf(number) || __builtin_isinf(d);
    } else {
        fits = half_from_double(d, &half);
        if (fits) memcpy(item, &half, sizeof half);
    }
    if (fits) return true;
    if (is_int_family(v)) return fail(vm, "int too large to convert"), false;
    raise_overflow(vm, "float too large to pack with %c format", f->code);
    return false;
}

/* An immediate int in the field's range: the commonest item. */
static inline bool pack_small(const Field *f, Value v, uint8_t *to) {
    if (!is_int(v) || int_get(v) < f->least || int_get(v) > f->most) return false;
    uint64_t bits = (uint64_t)int_get(v);
    if (f->swap) bits = __builtin_bswap64(bits) >> (64 - 8 * f->size);
    switch (f->size) {
    case 1: *to = (uint8_t)bits; break;
    case 2: memcpy(to, &bits, 2); break;
    case 4: memcpy(to, &bits, 4); break;
    default: memcpy(to, &bits, 8); break;
    }
    return true;
}

/* Runs user code; the memory at `to` is the caller's for as long. */
static bool pack_item(VM *vm, const Field *f, Value v, uint8_t *to) {
    uint8_t item[8];
    bool done;
    switch (f->code) {
    case 's':
    case 'p': return pack_text(vm, f, v, to);
    case 'c':
        if (native_pack(vm, 'c', v, to) == PACKED) return true;
        return fail(vm, "char format requires a bytes object of length 1"), false;
    case '?': return native_pack(vm, '?', v, to) == PACKED;
    case 'e':
    case 'f':
    case 'd': done = pack_float(vm, f, v, item); break;
    default: done = pack_integer(vm, f, v, item);
    }
    if (!done) return false;
    if (f->swap)
        copy_item(f, to, item);
    else
        memcpy(to, item, (size_t)f->size);
    return true;
}

/* --- rows --- */

/* `to` has layout->size bytes. */
static bool pack_row(VM *vm, const Layout *layout, Value *values, uint8_t *to) {
    if (layout->size) memset(to, 0, (size_t)layout->size);
    for (const Field *f = layout->fields, *end = f + layout->count; f < end; f++) {
        uint8_t *item = to + f->offset;
        for (int64_t more = f->repeat; more > 0; more--, item += f->size, values++) {
            if (!pack_small(f, *values, item) && !pack_item(vm, f, *values, item)) return false;
        }
    }
    return true;
}

/* Fill a tuple that is new, or was so filled before. Runs no code. RAISES, and drops it then. */
static bool unpack_into(VM *vm, const Layout *layout, Tuple *row, const uint8_t *from) {
    Value *to = row->items;
    for (const Field *f = layout->fields, *end = f + layout->count; f < end; f++) {
        const uint8_t *item = from + f->offset;
        for (int64_t more = f->repeat; more > 0; more--, item += f->size) {
            Value v = unpack_item(vm, f, item), old = *to;
            *to++ = v;
            if (!is_absent(old)) value_drop(vm, old);
            if (is_absent(v)) return object_drop(vm, &row->head), false;
        }
    }
    return true;
}

/* No item refers to anything, so the collector need not see the tuple. */
static Value unpack_row(VM *vm, const Layout *layout, const uint8_t *from) {
    if (layout->items == 0) return value_ref(vm->empty_tuple);
    Tuple *row = tuple_new_settled(vm, layout->items);
    if (!row) return ABSENT;
    memory_clear(row->items, (size_t)layout->items * sizeof(Value));
    return unpack_into(vm, layout, row, from) ? from_object(row) : ABSENT;
}

static bool check_count(VM *vm, const char *function, const Layout *layout, int count) {
    if (count == layout->items) return true;
    raise_error(vm, &struct_error_type, "%s expected %lld items for packing (got %d)", function,
                (long long)layout->items, count);
    return false;
}

static Value pack(VM *vm, const Layout *layout, Value *values, int count) {
    if (!check_count(vm, "pack", layout, count)) return ABSENT;
    Bytes *bytes = bytes_new(vm, layout->size);
    if (bytes && layout->size && !pack_row(vm, layout, values, bytes->data)) {
        object_drop(vm, &bytes->head);
        return ABSENT;
    }
    if (bytes && !layout->size) {
        uint8_t nowhere[1];
        if (!pack_row(vm, layout, values, nowhere)) return value_drop(vm, from_object(bytes)), ABSENT;
    }
    return from_object(bytes);
}

static __attribute__((noinline)) bool check_room_unusual(VM *vm, const char *function, const Layout *layout,
                                                         int64_t length, int64_t *offset) {
    bool packing = function[0] == 'p';
    long long size = layout->size;
    if (*offset < 0) {
        if (*offset + size > 0) {
            raise_error(vm, &struct_error_type,
                        packing ? "no space to pack %lld bytes at offset %lld"
                                : "not enough data to unpack %lld bytes at offset %lld",
                        size, (long long)*offset);
            return false;
        }
        if (*offset + length < 0) {
            raise_error(vm, &struct_error_type, "offset %lld out of range for %lld-byte buffer",
                        (long long)*offset, (long long)length);
            return false;
        }
        *offset += length;
    }
    if (length - *offset >= size) return true;
    char needed[32];
    snprintf(needed, sizeof needed, "%llu", (unsigned long long)size + (unsigned long long)*offset);
    raise_error(vm, &struct_error_type,
                "%s requires a buffer of at least %s bytes for %s %lld bytes at offset %lld (actual buffer "
                "size is %lld)",
                function, needed, packing ? "packing" : "unpacking", size, (long long)*offset,
                (long long)length);
    return false;
}

/* Does the layout fit into a buffer at this offset, which may count from the end? RAISES. */
static inline bool check_room(VM *vm, const char *function, const Layout *layout, int64_t length,
                              int64_t *offset) {
    bool usual = *offset >= 0 && length - *offset >= layout->size;
    return usual || check_room_unusual(vm, function, layout, length, offset);
}

/* Acquire a writable buffer. RAISES. */
static bool acquire_target(VM *vm, Value v, BufferView *target) {
    if (has_buffer(v) && buffer_acquire(vm, v, BUFFER_WRITABLE, target)) return true;
    if (error_raised(vm) && !error_is(vm, &exc_BufferError)) return false;
    error_clear(vm);
    raise_type(vm, "argument must be read-write bytes-like object, not %Q", v);
    return false;
}

static Value pack_into(VM *vm, const Layout *layout, Value *args, int nargs) {
    if (nargs == 0) return fail(vm, "pack_into expected buffer argument");
    if (nargs == 1) return fail(vm, "pack_into expected offset argument");
    if (!check_count(vm, "pack_into", layout, nargs - 2)) return ABSENT;
    BufferView target;
    int64_t offset;
    if (!acquire_target(vm, args[0], &target)) return ABSENT;
    bool done = object_to_int64(vm, args[1], &exc_IndexError, &offset) &&
                check_room(vm, "pack_into", layout, target.size, &offset) &&
                pack_row(vm, layout, args + 2, target.data + offset);
    buffer_release(vm, &target);
    return done ? NONE : ABSENT;
}

static Value unpack(VM *vm, const Layout *layout, Value source) {
    BufferView from;
    if (!buffer_borrow(vm, source, &from)) return ABSENT;
    Value row = ABSENT;
    if (from.size == layout->size)
        row = unpack_row(vm, layout, from.data);
    else
        raise_error(vm, &struct_error_type, "unpack requires a buffer of %lld bytes",
                    (long long)layout->size);
    buffer_release(vm, &from);
    return row;
}

static Value unpack_from(VM *vm, const Layout *layout, Value source, Value start) {
    BufferView from;
    int64_t offset = 0;
    if (!buffer_borrow(vm, source, &from)) return ABSENT;
    Value row = ABSENT;
    if (text_size_argument(vm, start, &offset) && check_room(vm, "unpack_from", layout, from.size, &offset))
        row = unpack_row(vm, layout, from.data + offset);
    buffer_release(vm, &from);
    return row;
}

/* --- the iterator --- */

typedef struct {
    Object head;
    Value layout;      /* owned; ABSENT at the end */
    Value row;         /* the tuple yielded last, see tuple_reuse; or ABSENT. Owned */
    BufferView buffer; /* owned while there is a layout */
    int64_t offset;
} UnpackIterator;

static int iterator_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((UnpackIterator *)self)->row);
    VISIT(((UnpackIterator *)self)->buffer.owner);
    VISIT(((UnpackIterator *)self)->buffer.through);
    return 0;
}

static int iterator_leaves(Object *self, VisitFn visit, void *context) {
    VISIT(((UnpackIterator *)self)->layout);
    return 0;
}

static void iterator_end(VM *vm, UnpackIterator *it) {
    BufferView buffer = it->buffer;
    it->buffer = (BufferView){0};
    value_clear(vm, &it->row);
    value_clear(vm, &it->layout);
    buffer_release(vm, &buffer);
}

static void iterator_clear(VM *vm, Object *self) { iterator_end(vm, (UnpackIterator *)self); }

static void iterator_dealloc(VM *vm, Object *self) {
    iterator_end(vm, (UnpackIterator *)self);
    object_free(vm, self, sizeof(UnpackIterator));
}

static Value iterator_next_row(VM *vm, Value self) {
    UnpackIterator *it = (UnpackIterator *)as_object(self);
    if (is_absent(it->layout)) return ABSENT;
    if (it->offset == it->buffer.size) return iterator_end(vm, it), ABSENT;
    const Layout *layout = as_layout(it->layout);
    Tuple *row = layout->items ? tuple_reuse(vm, &it->row, layout->items) : tuple_new(vm, 0);
    if (!row) return ABSENT;
    const uint8_t *from = it->buffer.data + it->offset;
    it->offset += layout->size;
    return unpack_into(vm, layout, row, from) ? tuple_finish(row) : ABSENT;
}

NATIVE(iterator_length_hint) {
    const UnpackIterator *it = (UnpackIterator *)as_object(args[0]);
    if (is_absent(it->layout)) return int_small(0);
    return int_from(vm, (it->buffer.size - it->offset) / as_layout(it->layout)->size);
}

static const NativeDef iterator_methods[] = {
    {"__length_hint__", iterator_length_hint, "", "Private method returning an estimate of len(list(it))."},
    {0},
};

Type unpack_iterator_type = {
    TYPE_HEAD(unpack_iterator_type, "_struct.unpack_iterator", .traverse = iterator_traverse,
              .leaves = iterator_leaves, .clear = iterator_clear, .dealloc = iterator_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(UnpackIterator),
    .base = &object_type,
    .iterate = iterator_itself,
    .next = iterator_next_row,
    .methods = iterator_methods,
};

static Value iter_unpack(VM *vm, Value layout, Value source) {
    BufferView buffer;
    int64_t size = as_layout(layout)->size;
    if (size == 0) return fail(vm, "cannot iteratively unpack with a struct of length 0");
    UnpackIterator *it = (UnpackIterator *)object_new_container(vm, &unpack_iterator_type, sizeof *it);
    if (!it) return raise_memory(vm);
    if (!buffer_acquire(vm, source, BUFFER_SIMPLE, &buffer)) {
        object_drop(vm, &it->head);
        return ABSENT;
    }
    it->buffer = buffer;
    it->layout = value_ref(layout);
    object_track(&it->head);
    if (buffer.size % size == 0) return from_object(it);
    raise_error(vm, &struct_error_type, "iterative unpacking requires a buffer of a multiple of %lld bytes",
                (long long)size);
    object_drop(vm, &it->head);
    return ABSENT;
}

/* --- functions --- */

/* Call with the layout of a format. */
#define WITH_LAYOUT(format, call) \
    Value layout = layout_of(vm, format), result = ABSENT; \
    if (is_absent(layout)) return ABSENT; \
    result = (call); \
    value_drop(vm, layout); \
    return result

NATIVE(struct_pack) {
    if (nargs == 0) return raise_type(vm, "missing format argument");
    WITH_LAYOUT(args[0], pack(vm, as_layout(layout), args + 1, nargs - 1));
}

NATIVE(struct_pack_into) {
    if (nargs == 0) return raise_type(vm, "missing format argument");
    WITH_LAYOUT(args[0], pack_into(vm, as_layout(layout), args + 1, nargs - 1));
}

NATIVE(struct_unpack) { WITH_LAYOUT(args[0], unpack(vm, as_layout(layout), args[1])); }

NATIVE(struct_unpack_from) { WITH_LAYOUT(args[0], unpack_from(vm, as_layout(layout), args[1], args[2])); }

NATIVE(struct_iter_unpack) { WITH_LAYOUT(args[0], iter_unpack(vm, layout, args[1])); }

NATIVE(struct_calcsize) { WITH_LAYOUT(args[0], int_from(vm, as_layout(layout)->size)); }

NATIVE(struct_clearcache) {
    value_clear(vm, &vm->struct_cache);
    return NONE;
}

static const NativeDef functions[] = {
    {"_clearcache", struct_clearcache, "", "Clear the internal cache."},
    {"calcsize", struct_calcsize, "format, /",
     "Return size in bytes of the struct described by the format string."},
    {"iter_unpack", struct_iter_unpack, "format, buffer, /",
     "Return an iterator yielding tuples unpacked from the given bytes,\nwhich must be a multiple of the "
     "size."},
    {"pack", struct_pack, "*args",
     "pack(format, v1, v2, ...) -> bytes\n\nThe values packed according to the format string."},
    {"pack_into", struct_pack_into, "*args",
     "pack_into(format, buffer, offset, v1, v2, ...)\n\nPack the values into the writable buffer at the "
     "offset."},
    {"unpack", struct_unpack, "format, buffer, /",
     "Return a tuple of values unpacked from the buffer, whose size must be calcsize(format)."},
    {"unpack_from", struct_unpack_from, "format, /, buffer, offset=0",
     "Return a tuple of values unpacked from the buffer, starting at the offset."},
    {0},
};

/* --- Struct --- */

typedef struct {
    Object head;
    Value format; /* a str; owned; ABSENT before __init__ */
    Value layout; /* likewise */
} StructObject;

static StructObject *as_struct(Value v) { return (StructObject *)as_object(v); }

static Value struct_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    StructObject *s = (StructObject *)instance_new(vm, type, 0);
    if (!s) return ABSENT;
    object_track(&s->head);
    return from_object(s);
}

static bool struct_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    Value format;
    if (nargs > 1) return raise_type(vm, "Struct() takes at most 1 argument (%d given)", nargs), false;
    if (!arguments_bind(vm, "Struct", "format", args, nargs, names, &format)) return false;
    Value layout = layout_compile(vm, format);
    if (is_absent(layout)) return false;
    Value text = is_string(format) ? value_ref(format) : codec_decode(vm, format, "latin-1", "strict");
    if (is_absent(text)) return value_drop(vm, layout), false;
    value_set(vm, &as_struct(self)->layout, layout);
    value_set(vm, &as_struct(self)->format, text);
    return true;
}

static void struct_dealloc(VM *vm, Object *self) {
    value_xdrop(vm, ((StructObject *)self)->format);
    value_xdrop(vm, ((StructObject *)self)->layout);
    object_free(vm, self, instance_size(self, 0));
}

static int struct_leaves(Object *self, VisitFn visit, void *context) {
    VISIT(((StructObject *)self)->format);
    VISIT(((StructObject *)self)->layout);
    return 0;
}

static Value get_format(VM *vm, Value self) {
    Value format = as_struct(self)->format;
    return value_ref(is_absent(format) ? vm->empty_string : format);
}

static Value get_size(VM *vm, Value self) {
    Value layout = as_struct(self)->layout;
    return int_from(vm, is_absent(layout) ? -1 : as_layout(layout)->size);
}

static Value struct_repr(VM *vm, Value self) {
    Value format = get_format(vm, self);
    Value text = string_format(vm, "%s(%R)", type_short_name(type_of(self)), format);
    value_drop(vm, format);
    return text;
}

/* The layout of a Struct, held for the time of a call. */
static Value own_layout(VM *vm, Value self) {
    Value layout = as_struct(self)->layout;
    if (!is_absent(layout)) return value_ref(layout);
    return raise_error(vm, &exc_RuntimeError, "Struct object is not initialized");
}

#define LAYOUT_METHOD(name, call) \
    NATIVE(method_##name) { \
        Value layout = own_layout(vm, args[0]), result = ABSENT; \
        if (is_absent(layout)) return ABSENT; \
        result = (call); \
        value_drop(vm, layout); \
        return result; \
    }

LAYOUT_METHOD(pack, pack(vm, as_layout(layout), args + 1, nargs - 1))
LAYOUT_METHOD(pack_into, pack_into(vm, as_layout(layout), args + 1, nargs - 1))
LAYOUT_METHOD(unpack, unpack(vm, as_layout(layout), args[1]))
LAYOUT_METHOD(unpack_from, unpack_from(vm, as_layout(layout), args[1], args[2]))
LAYOUT_METHOD(iter_unpack, iter_unpack(vm, layout, args[1]))

NATIVE(method_sizeof) {
    Value layout = as_struct(args[0])->layout;
    int64_t fields = is_absent(layout) ? 0 : as_layout(layout)->count;
    return int_from(vm, (int64_t)(sizeof(StructObject) + sizeof(Layout)) + fields * (int64_t)sizeof(Field));
}

static const NativeDef struct_methods[] = {
    {"__sizeof__", method_sizeof, "", "Size of the object in memory, in bytes."},
    {"iter_unpack", method_iter_unpack, "buffer, /", "Return an iterator yielding tuples."},
    {"pack", method_pack, "*args",
     "S.pack(v1, v2, ...) -> bytes\n\nThe values packed according to S.format."},
    {"pack_into", method_pack_into, "*args",
     "S.pack_into(buffer, offset, v1, v2, ...)\n\nPack the values into the writable buffer at the offset."},
    {"unpack", method_unpack, "buffer, /",
     "Return a tuple of the values in the buffer, whose size is S.size."},
    {"unpack_from", method_unpack_from, "buffer, offset=0",
     "Return a tuple of the values in the buffer from the offset on."},
    {0},
};

static const GetSetDef struct_getsets[] = {
    {"format", get_format, NULL, "struct format string"},
    {"size", get_size, NULL, "struct size in bytes"},
    {0},
};

Type struct_type = {
    TYPE_HEAD(struct_type, "_struct.Struct", .leaves = struct_leaves, .dealloc = struct_dealloc),
    .flags = TYPE_WEAKLY_REFERABLE | TYPE_BASE,
    .basic_size = sizeof(StructObject),
    .base = &object_type,
    .doc = "Struct(fmt) --> compiled struct object\n\n",
    .new = struct_new,
    .init = struct_init,
    .repr = struct_repr,
    .methods = struct_methods,
    .getsets = struct_getsets,
};

Type struct_error_type = {
    TYPE_HEAD(struct_error_type, "struct.error", .traverse = NULL),
    .flags = TYPE_WEAKLY_REFERABLE | TYPE_BASE | TYPE_EXCEPTION,
    .base = &exc_Exception,
};

/* --- the module --- */

static Value exported_names(VM *vm) {
    static const char *const names[] = {"calcsize",    "pack",        "pack_into", "unpack",
                                        "unpack_from", "iter_unpack", "Struct",    "error"};
    Value list = list_new(vm, 8);
    for (size_t i = 0; !is_absent(list) && i < sizeof names / sizeof *names; i++) {
        Value name = string_intern_c(vm, names[i]);
        if (is_absent(name) || !list_append_owned(vm, list, name)) value_clear(vm, &list);
    }
    return list;
}

static const NamedType types[] = {{"Struct", &struct_type}, {"error", &struct_error_type}, {0}};

static bool fill(VM *vm, Value dict) {
    return module_add(vm, dict, "__all__", exported_names(vm)) &&
           module_add_functions(vm, dict, functions, "_struct");
}

Value module_struct_new(VM *vm) {
    return module_make(
        vm,
        &(ModuleDef){.name = "struct",
                     .doc = "Functions to convert between Python values and C structs.\n"
                            "Python bytes objects are used to hold the data representing the C struct\n"
                            "and also as format strings to describe the layout of data in the C struct.\n",
                     .types = types,
                     .fill = fill});
}
