/* SHAKE128: a sponge of Keccak, whose permutation is Nettle's. */
#include <endian.h>
#include <string.h>

#include "runtime/modules/hashlib.h"

enum { WORDS = SHAKE_128_BLOCK_SIZE / 8, DOMAIN_AND_PADDING = 0x1f, LAST_OF_PADDING = 0x80 };

static void absorb(struct sha3_state *state, const uint8_t *block) {
    for (int i = 0; i < WORDS; i++) {
        uint64_t word;
        memcpy(&word, block + 8 * i, sizeof word);
        state->a[i] ^= le64toh(word);
    }
    sha3_permute(state);
}

static void squeeze(const struct sha3_state *state, uint8_t *block) {
    for (int i = 0; i < WORDS; i++) {
        uint64_t word = htole64(state->a[i]);
        memcpy(block + 8 * i, &word, sizeof word);
    }
}

void shake_128_init(struct shake_128_ctx *c) {
    memset(&c->state, 0, sizeof c->state);
    c->index = 0;
}

void shake_128_update(struct shake_128_ctx *c, size_t length, const uint8_t *data) {
    while (length > 0) {
        if (c->index == 0 && length >= SHAKE_128_BLOCK_SIZE) {
            absorb(&c->state, data);
            data += SHAKE_128_BLOCK_SIZE, length -= SHAKE_128_BLOCK_SIZE;
            continue;
        }
        size_t part = SHAKE_128_BLOCK_SIZE - c->index;
        if (part > length) part = length;
        memcpy(c->block + c->index, data, part);
        data += part, length -= part, c->index += (unsigned)part;
        if (c->index < SHAKE_128_BLOCK_SIZE) return;
        absorb(&c->state, c->block);
        c->index = 0;
    }
}

void shake_128_shake(struct shake_128_ctx *c, size_t length, uint8_t *digest) {
    memset(c->block + c->index, 0, SHAKE_128_BLOCK_SIZE - c->index);
    c->block[c->index] = DOMAIN_AND_PADDING;
    c->block[SHAKE_128_BLOCK_SIZE - 1] |= LAST_OF_PADDING;
    absorb(&c->state, c->block);
    for (;;) {
        squeeze(&c->state, c->block);
        size_t part = length < SHAKE_128_BLOCK_SIZE ? length : SHAKE_128_BLOCK_SIZE;
        memcpy(digest, c->block, part);
        digest += part, length -= part;
        if (length == 0) return;
        sha3_permute(&c->state);
    }
}
