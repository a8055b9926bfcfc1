#ifndef MPY_RUNTIME_HEXDIGITS_H
#define MPY_RUNTIME_HEXDIGITS_H

/* Bytes as hexadecimal digits, two a byte, lower case; and what a digit is worth. */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Four bytes at a time: each goes into two bytes of a word, a half in either, and a digit's value becomes its letter.
 * */
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

/* The value of a digit of either case, or -1. */
static inline int hex_digit(uint8_t c) {
    static const int8_t values[256] = {
        ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
        ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
        ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
    };
    return values[c] - 1;
}

/* Eight digits as four bytes; false when one of them is none. In each byte of a word, what is at least a bound
 * carries into the top bit of its sum with 0x80 less the bound. */
static inline bool hex_read_eight(uint8_t *to, const uint8_t *from) {
    const uint64_t ones = UINT64_C(0x0101010101010101), top = ones << 7;
    uint64_t x;
    memcpy(&x, from, sizeof x);
    uint64_t lower = x | ones << 5;
    uint64_t digits = (x + ones * (0x80 - '0')) & ~(x + ones * (0x80 - '9' - 1));
    uint64_t letters = (lower + ones * (0x80 - 'a')) & ~(lower + ones * (0x80 - 'f' - 1)) & top;
    if (x & top || ((digits | letters) & top) != top) return false;
    x = (x & ones * 15) + (letters >> 7) * 9;
    x = (x << 4 | x >> 8) & UINT64_C(0x00FF00FF00FF00FF);
    x = (x | x >> 8) & UINT64_C(0x0000FFFF0000FFFF);
    uint32_t four = (uint32_t)(x | x >> 16);
    memcpy(to, &four, sizeof four);
    return true;
}

#endif
