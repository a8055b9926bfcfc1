#ifndef MPY_BASE_COPY_H
#define MPY_BASE_COPY_H

/*
 * Copying and comparing short texts.
 *
 * Most texts are so short that a call of memcpy or memcmp costs more than its work. Two words, or two halves of one,
 * that overlap in the middle do for any length from one of them to two of them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Copy `size` bytes to a place that does not overlap them. */
static inline void copy_bytes(void *to, const void *from, size_t size) {
    uint8_t *target = to;
    const uint8_t *source = from;
    if (size < 4) {
        if (!size) return;
        uint8_t middle = source[size / 2], last = source[size - 1];
        target[0] = source[0];
        target[size / 2] = middle;
        target[size - 1] = last;
    } else if (size < 8) {
        uint32_t first, last;
        memcpy(&first, source, 4);
        memcpy(&last, source + size - 4, 4);
        memcpy(target, &first, 4);
        memcpy(target + size - 4, &last, 4);
    } else if (size <= 16) {
        uint64_t first, last;
        memcpy(&first, source, 8);
        memcpy(&last, source + size - 8, 8);
        memcpy(target, &first, 8);
        memcpy(target + size - 8, &last, 8);
    } else if (size <= 32) {
        uint64_t words[4];
        memcpy(words, source, 16);
        memcpy(words + 2, source + size - 16, 16);
        memcpy(target, words, 16);
        memcpy(target + size - 16, words + 2, 16);
    } else {
        memcpy(to, from, size);
    }
}

/* Are `size` bytes the same? */
static inline bool equal_bytes(const void *a, const void *b, size_t size) {
    const uint8_t *x = a, *y = b;
    if (size > 16) return memcmp(a, b, size) == 0;
    if (size >= 8) {
        uint64_t words[4];
        memcpy(&words[0], x, 8);
        memcpy(&words[1], y, 8);
        memcpy(&words[2], x + size - 8, 8);
        memcpy(&words[3], y + size - 8, 8);
        return ((words[0] ^ words[1]) | (words[2] ^ words[3])) == 0;
    }
    if (size >= 4) {
        uint32_t halves[4];
        memcpy(&halves[0], x, 4);
        memcpy(&halves[1], y, 4);
        memcpy(&halves[2], x + size - 4, 4);
        memcpy(&halves[3], y + size - 4, 4);
        return ((halves[0] ^ halves[1]) | (halves[2] ^ halves[3])) == 0;
    }
    return size == 0 || (x[0] == y[0] && x[size / 2] == y[size / 2] && x[size - 1] == y[size - 1]);
}

#endif
