#ifndef MPY_LEXER_UNINAME_H
#define MPY_LEXER_UNINAME_H

/*
 * Names of Unicode characters, both ways.
 *
 * The table is generated at build time from the Unicode Character Database (lexer/tools/uninames.c has its
 * layout); names of Hangul syllables and CJK ideographs are computed. Case is ignored when looking a name up,
 * and aliases are found as well.
 */

#include <stddef.h>
#include <stdint.h>

enum { UNINAME_MAX = 128 }; /* bytes of the longest name and a bit more; the generator checks it */

/* The code point called `name`, or -1. */
int32_t uniname_lookup(const char *name, size_t length);

/* Write the name of `code_point` and a NUL to `name`; its length, or 0 when it has none. */
size_t uniname_of(uint32_t code_point, char name[UNINAME_MAX]);

#endif
