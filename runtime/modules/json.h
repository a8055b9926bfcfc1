#ifndef MPY_RUNTIME_MODULES_JSON_H
#define MPY_RUNTIME_MODULES_JSON_H

/* The module _json: reading JSON texts (jsonread.c) and writing them (jsonwrite.c), for lib/json. */

#include <endian.h>

#include "runtime/state.h"

/* scanstring(string, end, strict=True): the str behind the quotation mark before `end`, and where it ends. */
NEW RAISES Value json_scan_string(VM *vm, Value *args, int nargs, Value names);
/* A text as a JSON string: with \u escapes for all that is not ASCII, or without. */
NEW RAISES Value json_quote_ascii(VM *vm, Value *args, int nargs, Value names);
NEW RAISES Value json_quote(VM *vm, Value *args, int nargs, Value names);

/* Eight bytes of text at once, as a word whose lowest byte is the first. JSON_EACH: a word of one byte eight times. */
#define JSON_EACH(byte) (UINT64_C(0x0101010101010101) * (uint8_t)(byte))

static inline uint64_t json_load(const uint8_t *text) {
    uint64_t word;
    memcpy(&word, text, sizeof word);
    return le64toh(word);
}

/* Words in which the lowest bit set is in the first byte that is zero; that is a quotation mark, backslash or control
 * character, so that it does not stand for itself; 0: there is none. */
static inline uint64_t json_zeros(uint64_t word) { return (word - JSON_EACH(1)) & ~word & JSON_EACH(0x80); }

static inline uint64_t json_specials(uint64_t word) {
    uint64_t controls = (word - JSON_EACH(' ')) & ~word & JSON_EACH(0x80);
    return controls | json_zeros(word ^ JSON_EACH('"')) | json_zeros(word ^ JSON_EACH('\\'));
}

static inline int json_first(uint64_t bits) { return __builtin_ctzll(bits) / 8; }

#endif
