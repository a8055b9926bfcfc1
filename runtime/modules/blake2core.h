#ifndef MPY_RUNTIME_MODULES_BLAKE2CORE_H
#define MPY_RUNTIME_MODULES_BLAKE2CORE_H

/*
 * BLAKE2b and BLAKE2s (RFC 7693): the functions themselves, begun with any parameter block (section 2.5). They differ in
 * the size of their words, 64 and 32 bits, and so in all other sizes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BLAKE2B_BLOCK = 128, BLAKE2B_DIGEST = 64, BLAKE2S_BLOCK = 64, BLAKE2S_DIGEST = 32 };

typedef struct {
    uint64_t h[8];
    uint64_t total; /* bytes compressed */
    size_t waiting; /* bytes in `block`, which is compressed when more come, since the last one is marked */
    bool last_node;
    uint8_t block[BLAKE2B_BLOCK];
} Blake2b;

typedef struct {
    uint32_t h[8];
    uint64_t total;
    size_t waiting;
    bool last_node;
    uint8_t block[BLAKE2S_BLOCK];
} Blake2s;

/* `parameters`, as many bytes as the longest digest has. */
void blake2b_begin(Blake2b *s, const uint8_t *parameters, bool last_node);
void blake2s_begin(Blake2s *s, const uint8_t *parameters, bool last_node);
void blake2b_add(Blake2b *s, const uint8_t *data, size_t size);
void blake2s_add(Blake2s *s, const uint8_t *data, size_t size);
/* The longest digest, of which others are the beginning; ends the state. */
void blake2b_end(Blake2b *s, uint8_t *digest);
void blake2s_end(Blake2s *s, uint8_t *digest);

#endif
