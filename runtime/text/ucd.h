#ifndef MPY_RUNTIME_UCD_H
#define MPY_RUNTIME_UCD_H

/*
 * The shape of the tables that runtime/text/tools/ucd.c makes from the Unicode Character Database for the module
 * unicodedata: what only that module asks. What str's methods ask stands in base/unicode_table.h.
 *
 * The record of code point c is ucd_records[ucd_blocks[ucd_index[c >> UCD_BLOCK_BITS]][c & UCD_BLOCK_MASK]]. The other
 * tables are sorted, by code point or by name, and their texts lie in ucd_text, each ended by a NUL.
 */

#include <stdint.h>

enum { UCD_BLOCK_BITS = 7, UCD_BLOCK = 1 << UCD_BLOCK_BITS, UCD_BLOCK_MASK = UCD_BLOCK - 1 };
enum { UCD_SEQUENCE_MAX = 4 };

typedef struct {
    uint8_t category, direction, width; /* indexes into the names below */
    uint8_t combining;                  /* canonical combining class */
    uint8_t mirrored;                   /* 0 or 1 */
    uint8_t changing;                   /* the UCD_NF bits of the forms that it is perhaps not in */
} UcdRecord;

/* Normalisation forms: those whose quick check (UAX 15, section 9) of a character does not say yes. */
enum { UCD_NFC = 1, UCD_NFKC = 2, UCD_NFD = 4, UCD_NFKD = 8 };

typedef struct {
    uint32_t code_point;
    uint32_t text; /* the mapping as the database writes it */
} UcdDecomposition;

/* The values of numeric characters: `decimal` and `digit` are -1 when they have none. */
typedef struct {
    uint32_t code_point;
    int8_t decimal, digit;
    int16_t denominator;
    int64_t numerator;
} UcdNumber;

typedef struct {
    uint32_t name;
    uint32_t points[UCD_SEQUENCE_MAX]; /* ended by 0 if fewer */
} UcdSequence;

extern const char *const ucd_categories[], *const ucd_directions[], *const ucd_widths[];
extern const UcdRecord ucd_records[];
extern const uint16_t ucd_blocks[][UCD_BLOCK];
extern const uint16_t ucd_index[];
extern const UcdDecomposition ucd_decompositions[];
extern const UcdNumber ucd_numbers[];
extern const UcdSequence ucd_sequences[];
extern const uint32_t ucd_decomposition_count, ucd_number_count, ucd_sequence_count;
extern const char ucd_text[];
extern const char ucd_version[]; /* such as "15.0.0" */

static inline const UcdRecord *ucd_record(uint32_t c) {
    return &ucd_records[ucd_blocks[ucd_index[c >> UCD_BLOCK_BITS]][c & UCD_BLOCK_MASK]];
}

#endif
