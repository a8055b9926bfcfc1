#ifndef MPY_LEXER_UTF8_H
#define MPY_LEXER_UTF8_H

/*
 * UTF-8, strictly: what Unicode calls well-formed, with CPython's reasons for what is not.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    size_t length;      /* bytes of the ill-formed sequence */
    const char *reason; /* as in "invalid start byte"; NULL when the character is well-formed */
    uint32_t code_point;
} Utf8Result;

/* Read the character at the head of bytes[0..available), available > 0. */
Utf8Result utf8_read(const char *bytes, size_t available);

/* The code point at the head of well-formed text; *text moves past it. */
uint32_t utf8_next(const char **text);

/*
 * Write a code point, or a lone surrogate (which makes the text WTF-8), as 1 to 4 bytes; their number is
 * returned.
 */
size_t utf8_write(uint32_t code_point, char out[4]);

/* Code points in well-formed text[0..length). */
size_t utf8_count(const char *text, size_t length);

#endif
