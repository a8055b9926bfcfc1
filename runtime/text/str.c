/* The core of str: making, measuring, comparing, hashing, joining. Methods are in strmethods.c. */
#include "runtime/text/str.h"

#include "base/copy.h"
#include "runtime/bytes/bytes.h"
#include "runtime/classes/instance.h"
#include "runtime/errors/error.h"
#include "runtime/text/intern.h"
#include "runtime/text/units.h"
#include "runtime/text/utf8.h"

/* --- making --- */

static const int64_t STRING_LENGTH_MAX = (INT64_C(1) << 59) - 64; /* fits `length` at any width */

static unsigned width_for(uint32_t maximum) { return maximum < 0x100 ? 0 : maximum < 0x10000 ? 1 : 2; }

static size_t data_size(const String *s) { return ((size_t)s->length + 1) << s->width_log; }

static inline void terminate(String *s, int64_t length, unsigned width_log) {
    if (width_log == 0) {
        s->data[length] = 0;
    } else if (width_log == 1) {
        ((uint16_t *)s->data)[length] = 0;
    } else {
        ((uint32_t *)s->data)[length] = 0;
    }
}

/* Inlined, so that for a width that is known not much remains. */
static inline __attribute__((always_inline)) String *make(VM *vm, int64_t length, unsigned width_log,
                                                          bool ascii) {
    if (length > STRING_LENGTH_MAX >> width_log) {
        raise_memory(vm);
        return NULL;
    }
    size_t size = sizeof(String) + (((size_t)length + 1) << width_log);
    String *s = (String *)object_new(vm, &str_type, size);
    if (!s) {
        raise_memory(vm);
        return NULL;
    }
    s->hash = 0;
    s->length = (uint64_t)length;
    s->width_log = width_log;
    s->ascii = ascii;
    s->interned = 0;
    terminate(s, length, width_log);
    return s;
}

String *string_new(VM *vm, int64_t length, uint32_t maximum) {
    if (maximum < 0x100) return make(vm, length, 0, maximum < 0x80);
    return make(vm, length, width_for(maximum), false);
}

static __attribute__((noinline)) void dealloc_unusual(VM *vm, String *s) {
    if (s->interned) intern_forget(vm, s);
    bool exact = s->head.type == &str_type;
    object_free(vm, &s->head,
                exact ? sizeof *s + data_size(s) : instance_size(&s->head, (int64_t)data_size(s)));
}

void string_dealloc(VM *vm, Object *self) {
    String *s = (String *)self;
    if (s->interned || self->type != &str_type || self->gc != GC_UNTRACKED) {
        dealloc_unusual(vm, s);
    } else {
        heap_free(vm_heap(vm), s, sizeof *s + data_size(s));
    }
}

void string_store(String *s, int64_t index, uint32_t c) {
    switch (s->width_log) {
    case 0: s->data[index] = (uint8_t)c; break;
    case 1: ((uint16_t *)s->data)[index] = (uint16_t)c; break;
    default: ((uint32_t *)s->data)[index] = c;
    }
}

Value string_from_ascii(VM *vm, const char *text, size_t length) {
    if (length <= 1) return value_ref(length ? vm->characters[(uint8_t)text[0]] : vm->empty_string);
    String *s = make(vm, (int64_t)length, 0, true);
    if (!s) return ABSENT;
    copy_bytes(s->data, text, length);
    return from_object(s);
}

/* The characters of valid UTF-8 that are below 256: eight bytes together, and of those the ASCII ones between two
 * others. Eight are written each time, so there must be room for another block, of half as many characters, and half
 * more. */
static void decode_narrow(uint8_t *to, const uint8_t *from, const uint8_t *end) {
    while (end - from >= 24) {
        uint64_t word;
        memcpy(&word, from, sizeof word);
        int done = 0;
        for (uint64_t leads = word & word << 1 & UINT64_C(0x8080808080808080); leads; leads &= leads - 1) {
            int at = __builtin_ctzll(leads) / 8;
            uint64_t rest = word >> 8 * done;
            memcpy(to, &rest, sizeof rest);
            to += at - done;
            *to++ = (uint8_t)(from[at] << 6 | (from[at + 1] & 0x3F));
            done = at + 2;
        }
        if (done < 8) {
            word >>= 8 * done;
            memcpy(to, &word, sizeof word);
            to += 8 - done;
        }
        from += done < 8 ? 8 : done;
    }
    while (from < end) {
        uint8_t lead = *from++;
        if (lead >= 0x80) lead = (uint8_t)(lead << 6 | (*from++ & 0x3F));
        *to++ = lead;
    }
}

/* Those that are below U+10000; mostly one is as long as the next. */
static void decode_halves(uint16_t *to, int64_t count, const uint8_t *from, const uint8_t *end) {
    const uint16_t *to_end = to + count;
    while (from < end) {
        for (int ascii = 8; ascii == 8 && to_end - to >= 8; from += ascii, to += ascii) {
            uint64_t word;
            memcpy(&word, from, sizeof word);
            units_widen_eight(to, from); /* those behind the ASCII ones are written again */
            word &= UINT64_C(0x8080808080808080);
            if (word) ascii = __builtin_ctzll(word) / 8;
        }
        for (; from < end && *from < 0x80; from++)
            *to++ = *from;
        for (uint64_t word; end - from >= 8; from += 6, to += 2) { /* two of three bytes each */
            memcpy(&word, from, sizeof word);
            if ((word & 0xF00000F0) != 0xE00000E0) break;
            uint32_t first = (word & 15) << 12 | (word >> 2 & 0xFC0) | (word >> 16 & 0x3F);
            uint32_t second = (word >> 24 & 15) << 12 | (word >> 26 & 0xFC0) | (word >> 40 & 0x3F);
            first |= second << 16;
            memcpy(to, &first, sizeof first);
        }
        for (; from < end && *from >= 0xE0; from += 3)
            *to++ = (uint16_t)(from[0] << 12 | (from[1] & 0x3F) << 6 | (from[2] & 0x3F));
        for (; from < end && (*from & 0xE0) == 0xC0; from += 2)
            *to++ = (uint16_t)((from[0] & 0x1F) << 6 | (from[1] & 0x3F));
    }
}

/* Those of any kind. */
static void decode_words(uint32_t *to, int64_t count, const char *from, const char *end) {
    const uint32_t *to_end = to + count;
    while (from < end) {
        for (int ascii = 8; ascii == 8 && to_end - to >= 8; from += ascii, to += ascii) {
            uint8_t bytes[8];
            uint64_t word;
            memcpy(bytes, from, sizeof bytes);
            for (int i = 0; i < 8; i++)
                to[i] = bytes[i];
            memcpy(&word, from, sizeof word);
            word &= UINT64_C(0x8080808080808080);
            if (word) ascii = __builtin_ctzll(word) / 8;
        }
        while (from < end && (to_end - to < 8 || *(const uint8_t *)from >= 0x80))
            *to++ = utf8_decode(&from);
    }
}

/* At least one code point is not ASCII. */
static Value from_wide(VM *vm, const char *text, size_t size, int64_t count, uint32_t maximum) {
    const char *end = text + size;
    if (count == 1) return string_from_char(vm, utf8_decode(&text));
    String *s = string_new(vm, count, maximum);
    if (!s) return ABSENT;
    if (s->width_log == 0) {
        decode_narrow(s->data, (const uint8_t *)text, (const uint8_t *)end);
    } else if (s->width_log == 1) {
        decode_halves((uint16_t *)s->data, count, (const uint8_t *)text, (const uint8_t *)end);
    } else {
        decode_words((uint32_t *)s->data, count, text, end);
    }
    return from_object(s);
}

Value string_from_utf8(VM *vm, const char *text, size_t length) {
    uint32_t maximum;
    int64_t count = utf8_measure(text, length, &maximum);
    if (maximum < 0x80) return string_from_ascii(vm, text, length);
    return from_wide(vm, text, length, count, maximum);
}

Value string_from_measured(VM *vm, const char *text, size_t size, Utf8Measure measure) {
    if (measure.greatest < 0x80) return string_from_ascii(vm, text, size);
    return from_wide(vm, text, size, measure.count, utf8_maximum(measure.greatest));
}

Value string_from_c(VM *vm, const char *text) { return string_from_utf8(vm, text, strlen(text)); }

Value string_from_char(VM *vm, uint32_t code_point) {
    if (code_point < 256) return value_ref(vm->characters[code_point]);
    bool wide = code_point >= 0x10000;
    String *s = wide ? make(vm, 1, 2, false) : make(vm, 1, 1, false);
    if (!s) return ABSENT;
    if (wide)
        ((uint32_t *)s->data)[0] = code_point;
    else
        ((uint16_t *)s->data)[0] = (uint16_t)code_point;
    return from_object(s);
}

/* --- copying between widths --- */

/* All bytes or-ed together in each place of a word, `size` being eight or more. */
static uint64_t any_bits(const uint8_t *data, size_t size) {
    uint64_t all = 0, word;
    for (size_t i = 0; i + 8 < size; i += 8) {
        memcpy(&word, data + i, sizeof word);
        all |= word;
    }
    memcpy(&word, data + size - 8, sizeof word); /* units are aligned to their size, and so are these */
    return all | word;
}

uint32_t string_maximum_in(const String *s, int64_t start, int64_t stop) {
    if (s->ascii) return 0x7F;
    unsigned log = s->width_log;
    const uint8_t *data = s->data + ((size_t)start << log);
    size_t size = (size_t)(stop - start) << log;
    if (size >= 8) {
        uint64_t all = any_bits(data, size);
        all |= all >> 32;
        if (log < 2) all |= all >> 16;
        if (log < 1) all |= all >> 8;
        return (uint32_t)(all & (log == 0 ? 0xFF : log == 1 ? 0xFFFF : 0xFFFFFFFF));
    }
    uint32_t all = 0, last;
    if (size >= 4) { /* the same with halves of a word */
        memcpy(&all, data, sizeof all);
        memcpy(&last, data + size - 4, sizeof last);
        all |= last;
        if (log < 2) all |= all >> 16;
        if (log < 1) all |= all >> 8;
        return all & (log == 0 ? 0xFF : log == 1 ? 0xFFFF : 0xFFFFFFFF);
    }
    for (int64_t i = start; i < stop; i++)
        all |= string_at(s, i);
    return all;
}

uint32_t string_limit(const String *s) {
    static const uint32_t limits[] = {0xFF, 0xFFFF, 0x10FFFF};
    return s->ascii ? 0x7F : limits[s->width_log];
}

void string_copy(String *to, int64_t at, const String *from, int64_t start, int64_t count) {
    unsigned w = to->width_log, v = from->width_log;
    units_copy(to->data + ((size_t)at << w), w, from->data + ((size_t)start << v), v, count);
}

Value string_slice(VM *vm, Value string, int64_t start, int64_t stop) {
    String *s = as_string(string);
    int64_t count = stop - start;
    if (count <= 0) return value_ref(vm->empty_string);
    if (count == (int64_t)s->length && s->head.type == &str_type) return value_ref(string);
    if (s->ascii) return string_from_ascii(vm, (const char *)s->data + start, (size_t)count);
    if (count == 1) return string_from_char(vm, string_at(s, start));
    String *part = string_new(vm, count, string_maximum_in(s, start, stop));
    if (!part) return ABSENT;
    if (part->width_log == s->width_log)
        copy_bytes(part->data, s->data + ((size_t)start << s->width_log), (size_t)count << s->width_log);
    else
        string_copy(part, 0, s, start, count);
    return from_object(part);
}

Value string_narrowed(VM *vm, Value string) {
    static const uint32_t narrower_limits[] = {0x7F, 0xFF, 0xFFFF};
    const String *s = as_string(string);
    uint32_t maximum = string_maximum_in(s, 0, string_length(s));
    if (s->ascii || maximum > narrower_limits[s->width_log]) return string;
    String *narrower = string_new(vm, string_length(s), maximum);
    if (narrower) string_copy(narrower, 0, s, 0, string_length(s));
    value_drop(vm, string);
    return from_object(narrower);
}

Value string_concat(VM *vm, Value a, Value b) {
    String *x = as_string(a), *y = as_string(b);
    if (x->length == 0 && y->head.type == &str_type) return value_ref(b);
    if (y->length == 0 && x->head.type == &str_type) return value_ref(a);
    if ((x->width_log | y->width_log) == 0) {
        String *both = make(vm, (int64_t)(x->length + y->length), 0, x->ascii & y->ascii);
        if (!both) return ABSENT;
        copy_bytes(both->data, x->data, x->length);
        copy_bytes(both->data + x->length, y->data, y->length);
        return from_object(both);
    }
    uint32_t limit = string_limit(x) > string_limit(y) ? string_limit(x) : string_limit(y);
    String *both = string_new(vm, (int64_t)(x->length + y->length), limit);
    if (!both) return ABSENT;
    string_copy(both, 0, x, 0, (int64_t)x->length);
    string_copy(both, (int64_t)x->length, y, 0, (int64_t)y->length);
    return from_object(both);
}

bool string_append(VM *vm, Value *text, Value more) {
    String *x = as_string(*text), *y = as_string(more);
    bool in_place = x->head.refs == 1 && x->head.type == &str_type && !x->interned && x->length > 1 &&
                    y->width_log <= x->width_log && (int64_t)(x->length + y->length) < STRING_LENGTH_MAX >> 2;
    if (!in_place) {
        Value both = string_concat(vm, *text, more);
        if (!is_absent(both)) value_set(vm, text, both);
        return !is_absent(both);
    }
    size_t old_size = sizeof *x + data_size(x);
    size_t new_size = old_size + ((size_t)y->length << x->width_log);
    String *grown = heap_resize(vm_heap(vm), x, old_size, new_size);
    if (!grown) return raise_memory(vm), false;
    int64_t at = (int64_t)grown->length;
    grown->hash = 0;
    grown->length += y->length;
    grown->ascii = grown->ascii && y->ascii;
    string_copy(grown, at, y, 0, (int64_t)y->length);
    terminate(grown, (int64_t)grown->length, grown->width_log);
    *text = from_object(grown);
    return true;
}

/* What a join's pieces are together. */
typedef struct {
    int64_t length;
    unsigned width_log;
    bool ascii;
} Joined;

static inline void joined_add(Joined *j, const String *s) {
    j->length += string_length(s);
    j->ascii &= s->ascii;
    j->width_log |= s->width_log;
}

/* Of strs with characters of one byte, as wide as the result. */
static void join_narrow(uint8_t *to, const String *glue, const Value *items, int64_t count) {
    size_t glue_length = glue->length;
    for (int64_t i = 0; i < count; i++) {
        const String *s = as_string(items[i]);
        if (i && glue_length == 1) {
            *to++ = glue->data[0];
        } else if (i) {
            copy_bytes(to, glue->data, glue_length);
            to += glue_length;
        }
        size_t length = s->length;
        copy_bytes(to, s->data, length);
        to += length;
    }
}

Value string_join(VM *vm, Value separator, const Value *items, int64_t count) {
    if (count == 0) return value_ref(vm->empty_string);
    String *glue = as_string(separator);
    Joined j = {.ascii = true};
    int64_t glue_length = count > 1 ? string_length(glue) : 0;
    if (glue_length && count - 1 > STRING_LENGTH_MAX / glue_length) return raise_memory(vm);
    if (count > 1) joined_add(&j, glue);
    j.length = glue_length * (count - 1);
    for (int64_t i = 0; i < count; i++) {
        if (!is_string(items[i])) {
            return raise_type(vm, "sequence item %lld: expected str instance, %T found", (long long)i,
                              items[i]);
        }
        joined_add(&j, as_string(items[i]));
        if (j.length > STRING_LENGTH_MAX)
            return raise_overflow(vm, "join() result is too long for a Python string");
    }
    if (count == 1 && as_string(items[0])->head.type == &str_type) return value_ref(items[0]);
    String *all = string_new(vm, j.length,
                             j.ascii           ? 0x7F
                             : j.width_log & 2 ? 0x10FFFF
                             : j.width_log     ? 0xFFFF
                                               : 0xFF);
    if (!all) return ABSENT;
    if (all->width_log == 0) {
        join_narrow(all->data, glue, items, count);
        return from_object(all);
    }
    int64_t at = 0;
    for (int64_t i = 0; i < count; i++) {
        String *s = as_string(items[i]);
        if (i && glue_length) string_copy(all, at, glue, 0, glue_length), at += glue_length;
        string_copy(all, at, s, 0, (int64_t)s->length);
        at += (int64_t)s->length;
    }
    return from_object(all);
}

/* --- UTF-8 --- */

const char *string_utf8(VM *vm, Value string, size_t *length, Value *keeper) {
    String *s = as_string(string);
    *keeper = ABSENT;
    if (s->ascii) {
        *length = (size_t)s->length;
        return (const char *)s->data;
    }
    size_t size = 0;
    for (int64_t i = 0; i < (int64_t)s->length; i++)
        size += utf8_size(string_at(s, i));
    Bytes *bytes = bytes_new(vm, (int64_t)size);
    if (!bytes) return NULL;
    char *next = (char *)bytes->data;
    for (int64_t i = 0; i < (int64_t)s->length; i++)
        next = utf8_encode(next, string_at(s, i));
    *keeper = from_object(bytes);
    *length = size;
    return (const char *)bytes->data;
}

/* --- comparing --- */

bool string_equal(Value a, Value b) {
    String *x = as_string(a), *y = as_string(b);
    if (x == y) return true;
    if (x->length != y->length || x->width_log != y->width_log) return false;
    if (x->interned && y->interned) return false;
    if (x->hash && y->hash && x->hash != y->hash) return false;
    return equal_bytes(x->data, y->data, (size_t)x->length << x->width_log);
}

#define FIRST_DIFFERENCE(X, Y) \
    do { \
        const X *p = (const X *)x->data; \
        const Y *q = (const Y *)y->data; \
        while (at < shared && p[at] == q[at]) \
            at++; \
        return at; \
    } while (0)

/* Where two strs differ first, at `at` or behind it, x being the one of wider units if they differ in that; `shared`
 * when nowhere. */
static int64_t first_difference(const String *x, const String *y, int64_t shared) {
    int64_t at = 0;
    if (x->width_log == y->width_log) {
        int64_t step = 8 >> x->width_log;
        for (uint64_t a, b; at + step <= shared; at += step) {
            memcpy(&a, x->data + (at << x->width_log), sizeof a);
            memcpy(&b, y->data + (at << x->width_log), sizeof b);
            if (a != b) break;
        }
        if (x->width_log == 1) FIRST_DIFFERENCE(uint16_t, uint16_t);
        FIRST_DIFFERENCE(uint32_t, uint32_t);
    }
    if (x->width_log == 1) FIRST_DIFFERENCE(uint16_t, uint8_t);
    if (y->width_log == 0) FIRST_DIFFERENCE(uint32_t, uint8_t);
    FIRST_DIFFERENCE(uint32_t, uint16_t);
}

int string_order(Value a, Value b) {
    String *x = as_string(a), *y = as_string(b);
    bool narrow = (x->width_log | y->width_log) == 0;
    if (narrow && x->data[0] != y->data[0]) return x->data[0] < y->data[0] ? -1 : 1; /* or one is empty */
    int64_t shared = (int64_t)(x->length < y->length ? x->length : y->length);
    if (narrow) {
        int order = memcmp(x->data, y->data, (size_t)shared);
        if (order) return order;
    } else {
        bool wider = x->width_log >= y->width_log;
        int64_t at = first_difference(wider ? x : y, wider ? y : x, shared);
        if (at < shared) return string_at(x, at) < string_at(y, at) ? -1 : 1;
    }
    return x->length < y->length ? -1 : x->length > y->length;
}

/* --- hashing: SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF") --- */

static inline uint64_t rotate_left(uint64_t x, int by) { return (x << by) | (x >> (64 - by)); }

static inline void sip_round(uint64_t v[4]) {
    v[0] += v[1], v[1] = rotate_left(v[1], 13) ^ v[0], v[0] = rotate_left(v[0], 32);
    v[2] += v[3], v[3] = rotate_left(v[3], 16) ^ v[2];
    v[0] += v[3], v[3] = rotate_left(v[3], 21) ^ v[0];
    v[2] += v[1], v[1] = rotate_left(v[1], 17) ^ v[2], v[2] = rotate_left(v[2], 32);
}

static inline void sip_absorb(uint64_t v[4], uint64_t word) {
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
}

/* The last bytes, fewer than eight, as a word: by halves of it, or single bytes, that overlap. */
static inline uint64_t sip_tail(const uint8_t *bytes, size_t size) {
    if (size >= 4) {
        uint32_t first, last;
        memcpy(&first, bytes, 4);
        memcpy(&last, bytes + size - 4, 4);
        return first | (uint64_t)last << 8 * (size - 4);
    }
    if (size == 0) return 0;
    return bytes[0] | (uint64_t)bytes[size / 2] << 8 * (size / 2) |
           (uint64_t)bytes[size - 1] << 8 * (size - 1);
}

int64_t hash_bytes(const VM *vm, const void *data, size_t size) {
    uint64_t k0 = vm->hash_key[0], k1 = vm->hash_key[1];
    uint64_t v[4] = {k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
                     k1 ^ 0x7465646279746573};
    const uint8_t *next = data, *end = next + (size & ~(size_t)7);
    for (; next < end; next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        sip_absorb(v, word);
    }
    sip_absorb(v, sip_tail(next, size & 7) | (uint64_t)size << 56);
    v[2] ^= 0xFF;
    for (int i = 0; i < 3; i++)
        sip_round(v);
    int64_t hash = (int64_t)(v[0] ^ v[1] ^ v[2] ^ v[3]);
    return hash == -1 || hash == 0 ? -2 : hash;
}

int64_t string_hash(VM *vm, Value string) {
    String *s = as_string(string);
    if (!s->hash && s->length) s->hash = hash_bytes(vm, s->data, (size_t)s->length << s->width_log);
    return s->hash;
}
