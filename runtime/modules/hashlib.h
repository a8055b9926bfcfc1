#ifndef MPY_RUNTIME_MODULES_HASHLIB_H
#define MPY_RUNTIME_MODULES_HASHLIB_H

/* What the modules of hash objects, _hashlib and _blake2, have in common, and SHA-512 for the seeds of `random`. */

#include "runtime/bytes/buffer.h"
#include "runtime/state.h"

/* The bytes of what is to be hashed, no str. The caller releases the view. */
RAISES bool hash_acquire(VM *vm, Value data, BufferView *view);
/* A digest in hexadecimal digits. */
NEW RAISES Value hash_hexadecimal(VM *vm, STEALS Value digest /* may be ABSENT */);

enum { HASH_SHA512_SIZE = 64 };
void hash_sha512(const void *data, size_t size, uint8_t digest[HASH_SHA512_SIZE]);

#endif
