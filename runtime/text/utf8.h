#ifndef MPY_RUNTIME_UTF8_H
#define MPY_RUNTIME_UTF8_H

/* UTF-8, one code point at a time. Text handed to these functions is valid WTF-8 (UTF-8 that may hold surrogates);
 * codec.c checks what comes from outside. */

#include <stddef.h>
#include <stdint.h>

static inline size_t utf8_size(uint32_t c) { return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4; }

/* Write `c` at `to`; the place behind it. */
static inline char *utf8_encode(char *to, uint32_t c) {
    size_t size = utf8_size(c);
    if (size == 1) {
        *to = (char)c;
        return to + 1;
    }
    static const uint8_t leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = size - 1; i > 0; i--, c >>= 6)
        to[i] = (char)(0x80 | (c & 0x3F));
    to[0] = (char)(leads[size] | c);
    return to + size;
}

/* The code point at *next, which moves behind it. */
static inline uint32_t utf8_decode(const char **next) {
    const uint8_t *s = (const uint8_t *)*next;
    if (s[0] < 0x80) {
        *next += 1;
        return s[0];
    }
    if (s[0] < 0xE0) {
        *next += 2;
        return (uint32_t)(s[0] & 0x1F) << 6 | (s[1] & 0x3F);
    }
    if (s[0] < 0xF0) {
        *next += 3;
        return (uint32_t)(s[0] & 0x0F) << 12 | (uint32_t)(s[1] & 0x3F) << 6 | (s[2] & 0x3F);
    }
    *next += 4;
    return (uint32_t)(s[0] & 0x07) << 18 | (uint32_t)(s[1] & 0x3F) << 12 | (uint32_t)(s[2] & 0x3F) << 6 |
           (s[3] & 0x3F);
}

/* What is known of a text: how many code points it has, and its greatest lead byte (0: all are ASCII), or any other
 * that is as great for utf8_maximum. */
typedef struct {
    int64_t count;
    uint8_t greatest;
} Utf8Measure;

/* An upper bound of code points with such lead bytes, as wide as the greatest. */
static inline uint32_t utf8_maximum(uint8_t lead) {
    return lead >= 0xF0 ? 0x10FFFF : lead >= 0xC4 ? 0xFFFF : lead >= 0xC0 ? 0xFF : 0;
}

/* How many code points there are. *maximum gets an upper bound of them that is as wide as the greatest: 0 for none or
 * only ASCII ones. */
static inline int64_t utf8_measure(const char *text, size_t length, uint32_t *maximum) {
    const uint8_t *s = (const uint8_t *)text;
    uint8_t any = 0, lead = 0;
    *maximum = 0;
    for (size_t i = 0; i < length; i++)
        any |= s[i];
    if (any < 0x80) return (int64_t)length;
    int64_t count = 0;
    for (size_t i = 0; i < length; i++) {
        count += (s[i] & 0xC0) != 0x80;
        lead = s[i] > lead ? s[i] : lead;
    }
    *maximum = utf8_maximum(lead);
    return count;
}

#endif
