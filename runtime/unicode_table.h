#ifndef MPY_RUNTIME_UNICODE_TABLE_H
#define MPY_RUNTIME_UNICODE_TABLE_H

/*
 * The shape of the table of character properties that runtime/tools/unidata.c makes from the Unicode Character
 * Database: what str needs and utf8proc does not know.
 *
 * The flags of code point c are blocks[index[c >> UNICODE_BLOCK_BITS]][c & UNICODE_BLOCK_MASK]. Code points whose
 * full case mappings are more than one code point long carry UNICODE_SPECIAL and stand in `special`, in order.
 */

#include <stdint.h>

enum {
    UNICODE_BLOCK_BITS = 7,
    UNICODE_BLOCK = 1 << UNICODE_BLOCK_BITS,
    UNICODE_BLOCK_MASK = UNICODE_BLOCK - 1
};

enum {
    UNICODE_DECIMAL = 1 << 0,
    UNICODE_DIGIT = 1 << 1,   /* Numeric_Type=Digit: superscripts and the like; decimals do not carry it */
    UNICODE_NUMERIC = 1 << 2, /* Numeric_Type=Numeric: fractions, ideographs */
    UNICODE_LOWER = 1 << 3,
    UNICODE_UPPER = 1 << 4,
    UNICODE_CASED = 1 << 5,
    UNICODE_CASE_IGNORABLE = 1 << 6,
    UNICODE_XID_START = 1 << 7,
    UNICODE_XID_CONTINUE = 1 << 8,
    UNICODE_SPECIAL = 1 << 9,
};

typedef enum { CASE_LOWER, CASE_TITLE, CASE_UPPER, CASE_FOLD } CaseMapping;

typedef struct {
    uint16_t code_point;
    uint16_t mappings[CASE_UPPER + 1][3]; /* each ended by 0 if shorter */
} UnicodeSpecial;

typedef struct {
    const uint16_t (*blocks)[UNICODE_BLOCK];
    const uint16_t *index;
    const UnicodeSpecial *special;
    uint32_t special_count;
} UnicodeTable;

extern const UnicodeTable unicode_table;

static inline unsigned unicode_flags(uint32_t c) {
    return unicode_table.blocks[unicode_table.index[c >> UNICODE_BLOCK_BITS]][c & UNICODE_BLOCK_MASK];
}

#endif
