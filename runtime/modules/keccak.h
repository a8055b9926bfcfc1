#ifndef MPY_RUNTIME_MODULES_KECCAK_H
#define MPY_RUNTIME_MODULES_KECCAK_H

/*
 * The sponge of SHA-3 and SHAKE (FIPS 202): input is added to the first `rate` bytes of a state of 1600 bits, which
 * Keccak's permutation stirs whenever they are full; output comes from the same bytes. What is hidden behind them, the
 * capacity, is what the hash's strength lies in.
 */

#include <stddef.h>
#include <stdint.h>

enum { KECCAK_LANES = 25, KECCAK_SHA3 = 0x06, KECCAK_SHAKE = 0x1f /* the bits between input and padding */ };

typedef struct {
    uint64_t lanes[KECCAK_LANES];
    unsigned rate, at; /* bytes; `at` of them have input since the last permutation */
} Keccak;

void keccak_init(Keccak *k, unsigned rate);
void keccak_update(Keccak *k, const uint8_t *data, size_t size);
/* Ends the input and writes so many bytes of output; the sponge is of no use afterwards. */
void keccak_digest(Keccak *k, unsigned domain, uint8_t *to, size_t size);

#endif
