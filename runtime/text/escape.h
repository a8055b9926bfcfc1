#ifndef MPY_RUNTIME_ESCAPE_H
#define MPY_RUNTIME_ESCAPE_H

/* A character as a backslash, a letter and hexadecimal digits: how long that is, and writing it. */

#include <stdint.h>

enum { ESCAPE_MAX = 10 };

static inline int escape_size(uint32_t c) { return c < 0x100 ? 4 : c < 0x10000 ? 6 : ESCAPE_MAX; }

/* Behind what was written. */
static inline uint8_t *escape_put(uint8_t *to, uint32_t c) {
    static const char digits[] = "0123456789abcdef";
    int size = escape_size(c);
    to[0] = '\\';
    to[1] = size == 4 ? 'x' : size == 6 ? 'u' : 'U';
    for (int i = size - 1; i > 3; i--, c >>= 4)
        to[i] = (uint8_t)digits[c & 15];
    to[3] = (uint8_t)digits[c & 15];
    to[2] = (uint8_t)digits[c >> 4 & 15];
    return to + size;
}

#endif
