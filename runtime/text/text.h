#ifndef MPY_RUNTIME_TEXT_H
#define MPY_RUNTIME_TEXT_H

/*
 * What str, bytes and bytearray have in common: a row of units that are 1, 2 or 4 bytes wide.
 *
 * A Text is a momentary view of one; it stays valid as long as the object lives and, for a bytearray, no user code can
 * run. So whatever may run some (conversions of arguments) is done before a Text is taken.
 *
 * Results are written front to back through a TextWriter, which makes an object of the kind of another one: a method
 * of str gives a str, one of bytearray a bytearray, those of subclasses an instance of the built-in base.
 */

#include "runtime/bytes/buffer.h"
#include "runtime/bytes/bytearray.h"
#include "runtime/bytes/bytes.h"
#include "runtime/errors/error.h"
#include "runtime/text/str.h"
#include "runtime/text/units.h"

/* Two whole words: it is passed in registers, and no bits have to be put into what lies in memory. */
typedef struct {
    const uint8_t *data;
    uint64_t shape; /* length << 2 | how wide a unit is, as a power of two */
} Text;

static inline int64_t text_length(Text t) { return (int64_t)t.shape >> 2; }
static inline unsigned text_log(Text t) { return t.shape & 3; }

static inline Text text_make(const uint8_t *data, int64_t length, unsigned width_log) {
    return (Text){data, (uint64_t)length << 2 | width_log};
}

static inline bool is_bytes_family(Value v) { return is_family(v, TYPE_BYTES | TYPE_BYTEARRAY); }

/* Can it be seen as a Text of bytes? A view with gaps, and what exports memory through Python code, can not. */
static inline bool is_bytes_like(Value v) {
    if (is_family(v, TYPE_BUFFER)) return ((const BufferHead *)as_object(v))->simple;
    return is_bytes_family(v);
}

static inline Text text_of_string(const String *s) {
    return text_make(s->data, (int64_t)s->length, s->width_log);
}

/* `v` is a str or bytes-like: which? That it is an object, no number, need not be asked. */
static inline bool text_is_string(Value v) { return as_object(v)->type->flags & TYPE_STR; }

static inline Text text_of(Value v) {
    unsigned flags = as_object(v)->type->flags;
    if (flags & TYPE_STR) return text_of_string(as_string(v));
    if (flags & TYPE_BYTES) return text_make(as_bytes(v)->data, as_bytes(v)->length, 0);
    if (flags & TYPE_BYTEARRAY) return text_make(as_bytearray(v)->data, as_bytearray(v)->length, 0);
    const BufferHead *b = (const BufferHead *)as_object(v);
    return text_make(b->data, b->size, 0);
}

static inline uint32_t text_at(Text t, int64_t i) {
    switch (text_log(t)) {
    case 0: return t.data[i];
    case 1: return ((const uint16_t *)t.data)[i];
    default: return ((const uint32_t *)t.data)[i];
    }
}

static inline Text text_part(Text t, int64_t start, int64_t stop) {
    return text_make(t.data + ((size_t)start << text_log(t)), stop - start, text_log(t));
}

/* A size through __index__; OverflowError when it is no int64. ABSENT leaves *size as it is. */
RAISES bool text_any_size_argument(VM *vm, Value v, int64_t *size);
RAISES static inline bool text_size_argument(VM *vm, Value v, int64_t *size) {
    if (is_absent(v)) return true;
    if (!is_int(v)) return text_any_size_argument(vm, v, size);
    *size = int_get(v);
    return true;
}

/* An upper bound of the units of `v`. */
static inline uint32_t text_limit(Value v) { return text_is_string(v) ? string_limit(as_string(v)) : 0xFF; }

typedef struct {
    Value value; /* the object being made; owned by the writer until taken */
    uint8_t *data;
    unsigned width_log;
    int64_t at;
} TextWriter;

/* Begin an object of the kind of `like` with `length` units up to `maximum`. MemoryError when it would be too long. */
RAISES bool writer_new(VM *vm, TextWriter *w, Value like, int64_t length, uint32_t maximum);
static inline void writer_put(TextWriter *w, Text part) {
    uint8_t *to = w->data + ((size_t)w->at << w->width_log);
    w->at += text_length(part);
    units_copy(to, w->width_log, part.data, text_log(part), text_length(part));
}
void writer_fill(TextWriter *w, uint32_t c, int64_t count);
/* v[start:stop] in range; `v` itself if that is all of it and it is an exact str or bytes. */
NEW RAISES Value text_part_new(VM *vm, Value v, int64_t start, int64_t stop);
NEW RAISES static inline Value text_slice(VM *vm, Value v, int64_t start, int64_t stop) {
    bool whole = is_exactly(v, &str_type) && stop - start == string_length(as_string(v));
    return whole ? value_ref(v) : text_part_new(vm, v, start, stop);
}

#endif
