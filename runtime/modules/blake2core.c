/* BLAKE2, once for each size of words. */
#include "runtime/modules/blake2core.h"

#include <endian.h>
#include <string.h>

static const uint64_t start_b[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                                    0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                    0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
static const uint32_t start_s[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/* Which word of the message each step of a round takes. */
static const uint8_t schedule[10][16] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                         {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
                                         {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
                                         {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
                                         {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
                                         {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
                                         {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
                                         {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
                                         {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
                                         {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

/* The mixing function of section 3.1, with the rotations of the words' size. */
#define MIX(a, b, c, d, x, y, r1, r2, r3, r4) \
    a += b + (x), d = ROTATE(d ^ a, r1), c += d, b = ROTATE(b ^ c, r2), a += b + (y), d = ROTATE(d ^ a, r3), \
                  c += d, b = ROTATE(b ^ c, r4)
#define ROTATE(x, n) ((x) >> (n) | (x) << (8 * sizeof(x) - (n)))
#define WORD(i) m[schedule[r][i]]

/* A round: the columns, then the diagonals. Its number is a constant once the loop is unrolled. */
#define ROUND(number, ...) \
    do { \
        enum { r = (number) % 10 }; \
        MIX(v0, v4, v8, v12, WORD(0), WORD(1), __VA_ARGS__); \
        MIX(v1, v5, v9, v13, WORD(2), WORD(3), __VA_ARGS__); \
        MIX(v2, v6, v10, v14, WORD(4), WORD(5), __VA_ARGS__); \
        MIX(v3, v7, v11, v15, WORD(6), WORD(7), __VA_ARGS__); \
        MIX(v0, v5, v10, v15, WORD(8), WORD(9), __VA_ARGS__); \
        MIX(v1, v6, v11, v12, WORD(10), WORD(11), __VA_ARGS__); \
        MIX(v2, v7, v8, v13, WORD(12), WORD(13), __VA_ARGS__); \
        MIX(v3, v4, v9, v14, WORD(14), WORD(15), __VA_ARGS__); \
    } while (0)
#define TEN_ROUNDS(...) \
    ROUND(0, __VA_ARGS__); \
    ROUND(1, __VA_ARGS__); \
    ROUND(2, __VA_ARGS__); \
    ROUND(3, __VA_ARGS__); \
    ROUND(4, __VA_ARGS__); \
    ROUND(5, __VA_ARGS__); \
    ROUND(6, __VA_ARGS__); \
    ROUND(7, __VA_ARGS__); \
    ROUND(8, __VA_ARGS__); \
    ROUND(9, __VA_ARGS__)
#define ROUNDS_B() \
    TEN_ROUNDS(32, 24, 16, 63); \
    ROUND(10, 32, 24, 16, 63); \
    ROUND(11, 32, 24, 16, 63)
#define ROUNDS_S() TEN_ROUNDS(16, 12, 8, 7)

/* The compression function (3.2) and the three steps of hashing (3.3). */
#define BLAKE2(letter, State, Word, BITS, BLOCK, DIGEST, ROUNDS) \
    static void compress_##letter(State *s, const uint8_t *block, size_t size, bool last) { \
        const Word *start = start_##letter; \
        Word m[16]; \
        for (int i = 0; i < 16; i++) { \
            memcpy(&m[i], block + i * sizeof(Word), sizeof(Word)); \
            m[i] = le##BITS##toh(m[i]); \
        } \
        s->total += size; \
        Word v0 = s->h[0], v1 = s->h[1], v2 = s->h[2], v3 = s->h[3], v4 = s->h[4], v5 = s->h[5], \
             v6 = s->h[6], v7 = s->h[7], v8 = start[0], v9 = start[1], v10 = start[2], v11 = start[3], \
             v12 = start[4] ^ (Word)s->total, v13 = start[5] ^ (Word)(s->total >> (BITS - 1) >> 1), \
             v14 = start[6] ^ (Word) - (Word)last, v15 = start[7] ^ (Word) - (Word)(last && s->last_node); \
        ROUNDS(); \
        s->h[0] ^= v0 ^ v8, s->h[1] ^= v1 ^ v9, s->h[2] ^= v2 ^ v10, s->h[3] ^= v3 ^ v11; \
        s->h[4] ^= v4 ^ v12, s->h[5] ^= v5 ^ v13, s->h[6] ^= v6 ^ v14, s->h[7] ^= v7 ^ v15; \
    } \
\
    void blake2##letter##_begin(State *s, const uint8_t *parameters, bool last_node) { \
        *s = (State){.last_node = last_node}; \
        for (int i = 0; i < 8; i++) { \
            Word word; \
            memcpy(&word, parameters + i * sizeof(Word), sizeof(Word)); \
            s->h[i] = start_##letter[i] ^ le##BITS##toh(word); \
        } \
    } \
\
    void blake2##letter##_add(State *s, const uint8_t *data, size_t size) { \
        while (size > 0) { \
            if (s->waiting == BLOCK) { \
                compress_##letter(s, s->block, BLOCK, false); \
                s->waiting = 0; \
            } \
            while (s->waiting == 0 && size > BLOCK) { \
                compress_##letter(s, data, BLOCK, false); \
                data += BLOCK, size -= BLOCK; \
            } \
            size_t room = BLOCK - s->waiting, part = size < room ? size : room; \
            memcpy(s->block + s->waiting, data, part); \
            data += part, size -= part, s->waiting += part; \
        } \
    } \
\
    void blake2##letter##_end(State *s, uint8_t *digest) { \
        memset(s->block + s->waiting, 0, BLOCK - s->waiting); \
        compress_##letter(s, s->block, s->waiting, true); \
        for (int i = 0; i < 8; i++) { \
            Word word = htole##BITS(s->h[i]); \
            memcpy(digest + i * sizeof(Word), &word, sizeof(Word)); \
        } \
    }

BLAKE2(b, Blake2b, uint64_t, 64, BLAKE2B_BLOCK, BLAKE2B_DIGEST, ROUNDS_B)
BLAKE2(s, Blake2s, uint32_t, 32, BLAKE2S_BLOCK, BLAKE2S_DIGEST, ROUNDS_S)
