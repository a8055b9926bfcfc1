#ifndef MPY_RUNTIME_STR_H
#define MPY_RUNTIME_STR_H

/*
 * str: an immutable row of code points, 1, 2 or 4 bytes each, as wide as its widest one needs (O(1) indexing).
 *
 * Invariants: `width` is minimal for the content; `ascii` is set iff all code points are below 128; data is followed
 * by one zero code unit, so that an ASCII string is also a C string. `hash` is 0 until first asked for, and of the
 * empty string. Lone surrogates are ordinary code points here; only encoding refuses them. Interned strings are unique
 * by content, so that names compare by address; the intern table does not own them.
 */

#include <stdarg.h>

#include "runtime/state.h"
#include "runtime/text/utf8.h"

struct String {
    Object head;
    int64_t hash;           /* 0: not computed */
    uint64_t length : 60;   /* code points */
    uint64_t width_log : 2; /* 0, 1, 2: bytes per code point as a power of two */
    uint64_t ascii : 1;
    uint64_t interned : 1;
    uint8_t data[];
};

static inline String *as_string(Value v) { return (String *)as_object(v); }
static inline bool is_string(Value v) { return is_family(v, TYPE_STR); }
static inline int64_t string_length(const String *s) { return (int64_t)s->length; }

static inline uint32_t string_at(const String *s, int64_t index) {
    switch (s->width_log) {
    case 0: return s->data[index];
    case 1: return ((const uint16_t *)s->data)[index];
    default: return ((const uint32_t *)s->data)[index];
    }
}

/* A string of `length` code points as wide as `maximum` needs, the content yet to be written. */
NEW RAISES String *string_new(VM *vm, int64_t length, uint32_t maximum);
NEW RAISES Value string_from_utf8(VM *vm, const char *text,
                                  size_t length); /* WTF-8: surrogates pass; must be valid */
/* The same with the measure taken. */
NEW RAISES Value string_from_measured(VM *vm, const char *text, size_t size, Utf8Measure measure);
NEW RAISES Value string_from_c(VM *vm, const char *text); /* NUL-terminated UTF-8 */
NEW RAISES Value string_from_ascii(VM *vm, const char *text, size_t length);
NEW RAISES Value string_from_char(VM *vm, uint32_t code_point);
NEW RAISES Value string_format(VM *vm, const char *format, ...); /* raise_error's formats */
NEW RAISES Value string_vformat(VM *vm, const char *format, va_list args);

/* The unique string of this content. string_intern STEALS and returns NEW. */
NEW RAISES Value string_intern(VM *vm, STEALS Value string);
NEW RAISES Value string_intern_c(VM *vm, const char *text);
/* The same for text that stays where it is: a literal, which is found again by its address. */
NEW RAISES Value string_intern_fixed(VM *vm, const char *literal);
NEW RAISES Value string_intern_utf8(VM *vm, const char *text, size_t length);

/* The content as UTF-8 (surrogates as WTF-8). ASCII strings: their own data. Others: a copy in a bytes object stored
 * to *keeper, which the caller drops (value_xdrop) when done. NULL RAISES. */
RAISES const char *string_utf8(VM *vm, Value string, size_t *length, NEW Value *keeper);

bool string_equal(Value a, Value b);
static inline bool string_equal_c(Value a, const char *text) { /* ASCII text */
    const String *s = as_string(a);
    return s->ascii && s->length == strlen(text) && memcmp(s->data, text, s->length) == 0;
}
int string_order(Value a, Value b); /* <0, 0, >0 by code points */
int64_t string_hash(VM *vm, Value string);
NEW RAISES Value string_concat(VM *vm, Value a, Value b);
/* *text += more, in place when nobody else has the text (amortised linear); unchanged when that fails. */
RAISES bool string_append(VM *vm, Value *text, Value more);
NEW RAISES Value string_slice(VM *vm, Value string, int64_t start, int64_t stop); /* in range, step 1 */
/* A str that nobody else has, and that may be wider than its characters need, as narrow as it can be. */
NEW RAISES Value string_narrowed(VM *vm, STEALS Value string);
NEW RAISES Value string_join(VM *vm, Value separator, const Value *items, int64_t count);

/* For building: store a code point; copy `count` code points, `to` at least as wide; an upper bound of the code
 * points in a part, as wide as the greatest; an upper bound of them all by width. */
void string_store(String *s, int64_t index, uint32_t c);
void string_copy(String *to, int64_t at, const String *from, int64_t start, int64_t count);
uint32_t string_maximum_in(const String *s, int64_t start, int64_t stop);
uint32_t string_limit(const String *s);
void string_dealloc(VM *vm, Object *self);

/* SipHash-1-3 with the VM's key, never 0 or -1: the hash of str and bytes that are not empty. */
int64_t hash_bytes(const VM *vm, const void *data, size_t size);

#endif
