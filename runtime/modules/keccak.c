/* The Keccak sponge. */
#include "runtime/modules/keccak.h"

#include <endian.h>
#include <string.h>
#ifdef __x86_64__
#include <sys/platform/x86.h>
#endif

/* --- the permutation (FIPS 202, section 3) --- */

enum { ROUNDS = 24 };

static const uint64_t round_constants[ROUNDS] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

#define ROTATE(x, n) ((x) << (n) | (x) >> (64 - (n)))
#define COLUMN(x) (from[x] ^ from[x + 5] ^ from[x + 10] ^ from[x + 15] ^ from[x + 20])
/* A lane after theta and rho, its column being the lane's number modulo 5. */
#define LANE(i, n) ROTATE(from[i] ^ d[(i) % 5], n)
/* chi of one row. */
#define ROW(y) \
    to[y] = b0 ^ (~b1 & b2), to[y + 1] = b1 ^ (~b2 & b3), to[y + 2] = b2 ^ (~b3 & b4), \
    to[y + 3] = b3 ^ (~b4 & b0), to[y + 4] = b4 ^ (~b0 & b1)

static inline __attribute__((always_inline)) void round_of(const uint64_t *from, uint64_t *to,
                                                           uint64_t constant) {
    uint64_t c0 = COLUMN(0), c1 = COLUMN(1), c2 = COLUMN(2), c3 = COLUMN(3), c4 = COLUMN(4);
    uint64_t d[5] = {c4 ^ ROTATE(c1, 1), c0 ^ ROTATE(c2, 1), c1 ^ ROTATE(c3, 1), c2 ^ ROTATE(c4, 1),
                     c3 ^ ROTATE(c0, 1)};
    uint64_t b0 = from[0] ^ d[0], b1 = LANE(6, 44), b2 = LANE(12, 43), b3 = LANE(18, 21), b4 = LANE(24, 14);
    ROW(0);
    to[0] ^= constant;
    b0 = LANE(3, 28), b1 = LANE(9, 20), b2 = LANE(10, 3), b3 = LANE(16, 45), b4 = LANE(22, 61);
    ROW(5);
    b0 = LANE(1, 1), b1 = LANE(7, 6), b2 = LANE(13, 25), b3 = LANE(19, 8), b4 = LANE(20, 18);
    ROW(10);
    b0 = LANE(4, 27), b1 = LANE(5, 36), b2 = LANE(11, 10), b3 = LANE(17, 15), b4 = LANE(23, 56);
    ROW(15);
    b0 = LANE(2, 62), b1 = LANE(8, 55), b2 = LANE(14, 39), b3 = LANE(15, 41), b4 = LANE(21, 2);
    ROW(20);
}

static inline __attribute__((always_inline)) void permute_with(uint64_t *lanes) {
    uint64_t a[KECCAK_LANES], b[KECCAK_LANES];
    memcpy(a, lanes, sizeof a);
    for (int i = 0; i < ROUNDS; i += 2) {
        round_of(a, b, round_constants[i]);
        round_of(b, a, round_constants[i + 1]);
    }
    memcpy(lanes, a, sizeof a);
}

#ifdef __x86_64__
/* With instructions for "and not" and for rotation from one register into another: an eighth faster. The C library has
 * asked the processor for them already, when the process started. */
__attribute__((target("bmi,bmi2"))) static void permute_bmi(uint64_t *lanes) { permute_with(lanes); }
static void permute_plain(uint64_t *lanes) { permute_with(lanes); }

static void permute(uint64_t *lanes) {
    if (x86_cpu_active(x86_cpu_BMI1) && x86_cpu_active(x86_cpu_BMI2))
        permute_bmi(lanes);
    else
        permute_plain(lanes);
}
#else
static void permute(uint64_t *lanes) { permute_with(lanes); }
#endif

/* --- the sponge --- */

void keccak_init(Keccak *k, unsigned rate) { *k = (Keccak){.rate = rate}; }

static void add_byte(Keccak *k, unsigned at, unsigned byte) {
    k->lanes[at / 8] ^= (uint64_t)byte << at % 8 * 8;
}

static void add_word(Keccak *k, unsigned lane, const uint8_t *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    k->lanes[lane] ^= le64toh(word);
}

/* So much of the data as the state has room for. Returns how much. */
static size_t fill(Keccak *k, const uint8_t *data, size_t size) {
    size_t room = k->rate - k->at, part = size < room ? size : room, done = 0;
    while (done < part) {
        if (k->at % 8 == 0 && part - done >= 8) {
            add_word(k, k->at / 8, data + done);
            k->at += 8, done += 8;
        } else {
            add_byte(k, k->at++, data[done++]);
        }
    }
    return part;
}

void keccak_update(Keccak *k, const uint8_t *data, size_t size) {
    while (size > 0) {
        size_t part = fill(k, data, size);
        data += part, size -= part;
        if (k->at < k->rate) return;
        permute(k->lanes);
        k->at = 0;
    }
}

void keccak_digest(Keccak *k, unsigned domain, uint8_t *to, size_t size) {
    add_byte(k, k->at, domain);
    add_byte(k, k->rate - 1, 0x80);
    for (;;) {
        permute(k->lanes);
        for (unsigned i = 0; i < k->rate; i++, size--) {
            if (size == 0) return;
            *to++ = (uint8_t)(k->lanes[i / 8] >> i % 8 * 8);
        }
    }
}
