#ifndef MPY_RUNTIME_MODULES_HASHLIB_H
#define MPY_RUNTIME_MODULES_HASHLIB_H

/*
 * What the modules of hash objects, _hashlib and _blake2, have in common, the sponge that Nettle 3.8 lacks, and SHA-512
 * for the seeds of `random`.
 */

#include <nettle/sha3.h>

#include "runtime/bytes/buffer.h"
#include "runtime/state.h"

/* The bytes of what is to be hashed, no str. The caller releases the view. */
RAISES bool hash_acquire(VM *vm, Value data, BufferView *view);
/* A digest in hexadecimal digits. */
NEW RAISES Value hash_hexadecimal(VM *vm, STEALS Value digest /* may be ABSENT */);

/* SHAKE128 (FIPS 202, section 6.2) on Nettle's permutation: absorbs 168 bytes at a time. */
enum { SHAKE_128_BLOCK_SIZE = 168 };

struct shake_128_ctx {
    struct sha3_state state;
    unsigned index; /* bytes that wait in `block` */
    uint8_t block[SHAKE_128_BLOCK_SIZE];
};

/* As Nettle's functions for its own hashes. */
void shake_128_init(struct shake_128_ctx *context);
void shake_128_update(struct shake_128_ctx *context, size_t length, const uint8_t *data);
/* A digest of any length; ends the context. */
void shake_128_shake(struct shake_128_ctx *context, size_t length, uint8_t *digest);

enum { HASH_SHA512_SIZE = 64 };
void hash_sha512(const void *data, size_t size, uint8_t digest[HASH_SHA512_SIZE]);

/* PBKDF2 by HMAC of SHA-256 with one iteration, and what is made of it (scrypt.c). */
void hash_derive_sha256(const uint8_t *password, size_t password_size, const uint8_t *salt, size_t salt_size,
                        uint8_t *to, size_t size);
NEW RAISES Value hashlib_scrypt(VM *vm, Value *args, int nargs, Value names);

#endif
