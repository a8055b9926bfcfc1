#ifndef MPY_RUNTIME_HEXDIGITS_H
#define MPY_RUNTIME_HEXDIGITS_H

/* Bytes as hexadecimal digits, two a byte, lower case. */

#include <stdint.h>
#include <string.h>

/* Four bytes at a time: each goes into two bytes of a word, a half in either, and a digit's value becomes its letter. */
static inline void hex_write(uint8_t *to, const uint8_t *from, int64_t count) {
    const uint64_t ones = UINT64_C(0x0101010101010101), low_halves = UINT64_C(0x000F000F000F000F);
    int64_t i = 0;
    for (; i + 4 <= count; i += 4) {
        uint32_t four;
        memcpy(&four, from + i, sizeof four);
        uint64_t wide = (four | (uint64_t)four << 16) & UINT64_C(0x0000FFFF0000FFFF);
        wide = (wide | wide << 8) & UINT64_C(0x00FF00FF00FF00FF);
        uint64_t values = (wide >> 4 & low_halves) | (wide & low_halves) << 8;
        uint64_t letters = (values + 6 * ones) >> 4 & ones; /* which are beyond 9 */
        values += '0' * ones + letters * ('a' - '0' - 10);
        memcpy(to + 2 * i, &values, sizeof values);
    }
    for (; i < count; i++) {
        to[2 * i] = (uint8_t) "0123456789abcdef"[from[i] >> 4];
        to[2 * i + 1] = (uint8_t) "0123456789abcdef"[from[i] & 15];
    }
}

#endif
