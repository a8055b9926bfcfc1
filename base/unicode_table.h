#ifndef MPY_BASE_UNICODE_TABLE_H
#define MPY_BASE_UNICODE_TABLE_H

/*
 * The shape of the table of character properties that base/tools/unidata.c makes from the Unicode Character
 * Database: what str's methods and the lexer ask of every character, found in three loads.
 *
 * Most code points share what is known of them with many others, so it stands in few records; the record of code
 * point c is records[blocks[index[c >> UNICODE_BLOCK_BITS]][c & UNICODE_BLOCK_MASK]]. Code points of which a full case
 * mapping is more than one code point long carry UNICODE_SPECIAL and stand in `special`, in order, with all four; so
 * does the capital sigma, whose lower case depends on what is around it.
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
    UNICODE_ALPHA = 1 << 10, /* general category L* */
    UNICODE_TITLE = 1 << 11, /* Lt */
    UNICODE_SPACE = 1 << 12, /* Zs, or of the bidirectional class of blanks or separators */
    UNICODE_PRINTABLE = 1 << 13,
};

typedef enum { CASE_LOWER, CASE_TITLE, CASE_UPPER, CASE_FOLD, CASE_MAPPINGS } CaseMapping;

typedef struct {
    uint16_t flags;
    int8_t decimal;                    /* the value of a decimal digit, else -1 */
    int32_t case_shift[CASE_MAPPINGS]; /* what a simple mapping adds to the code point */
} UnicodeRecord;

typedef struct {
    uint16_t code_point;
    uint16_t mappings[CASE_MAPPINGS][3]; /* each ended by 0 if shorter */
} UnicodeSpecial;

extern const uint16_t unicode_blocks[][UNICODE_BLOCK];
extern const uint16_t unicode_index[];
extern const UnicodeRecord unicode_records[];
extern const UnicodeSpecial unicode_special[];
extern const uint32_t unicode_special_count;

static inline const UnicodeRecord *unicode_record(uint32_t c) {
    return &unicode_records[unicode_blocks[unicode_index[c >> UNICODE_BLOCK_BITS]][c & UNICODE_BLOCK_MASK]];
}

static inline unsigned unicode_flags(uint32_t c) { return unicode_record(c)->flags; }

#endif
