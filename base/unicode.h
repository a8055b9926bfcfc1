#ifndef MPY_BASE_UNICODE_H
#define MPY_BASE_UNICODE_H

/*
 * What the Unicode Character Database says of a code point: the predicates and case mappings behind str's methods and
 * the lexer's identifiers, read from base/unicode_table.h. Any uint32_t up to 0x10FFFF may be asked about, surrogates
 * included.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/unicode_table.h"

enum { UNICODE_EXPANSION_MAX = 3 }; /* no case mapping is longer */

static inline bool unicode_is_alpha(uint32_t c) { return unicode_flags(c) & UNICODE_ALPHA; }
static inline bool unicode_is_space(uint32_t c) { return unicode_flags(c) & UNICODE_SPACE; }
/* What may stand around the number that int(), float() and complex() read: of ASCII, C's blanks alone. */
static inline bool unicode_is_margin(uint32_t c) {
    return c < 0x80 ? c == ' ' || (c >= '\t' && c <= '\r') : unicode_is_space(c);
}
static inline bool unicode_is_printable(uint32_t c) {
    return c == ' ' || unicode_flags(c) & UNICODE_PRINTABLE;
}
static inline bool unicode_is_lower(uint32_t c) { return unicode_flags(c) & UNICODE_LOWER; }
static inline bool unicode_is_upper(uint32_t c) { return unicode_flags(c) & UNICODE_UPPER; }
static inline bool unicode_is_cased(uint32_t c) { return unicode_flags(c) & UNICODE_CASED; }
static inline bool unicode_is_title(uint32_t c) { return unicode_flags(c) & UNICODE_TITLE; } /* Lt only */
static inline int unicode_decimal(uint32_t c) { return unicode_record(c)->decimal; } /* 0 to 9, or -1 */

/* The full mapping of a code point without regard to what is around it; how many code points it has. */
int unicode_map(uint32_t c, CaseMapping mapping, uint32_t to[UNICODE_EXPANSION_MAX]);

#endif
