#ifndef MPY_RUNTIME_HASH_H
#define MPY_RUNTIME_HASH_H

/*
 * Hashes that the containers compute themselves.
 *
 * Rows of hashes (tuple, slice, range) are mixed by the accumulator of xxHash64's long-input loop, one lane
 * an item, as CPython does since 3.8, so that printed hashes agree. An immediate int's hash is its value
 * modulo 2^61 - 1; -1, which means "error" to C code elsewhere, is never a hash.
 */

#include "runtime/protocol.h"
#include "runtime/text/str.h"

typedef struct {
    uint64_t accumulator;
} Hasher;

#define HASH_PRIME_1 UINT64_C(11400714785074694791)
#define HASH_PRIME_2 UINT64_C(14029467366897019727)
#define HASH_PRIME_5 UINT64_C(2870177450012600261)

static inline Hasher hasher_begin(void) { return (Hasher){HASH_PRIME_5}; }

static inline void hasher_add(Hasher *h, int64_t lane) {
    uint64_t sum = h->accumulator + (uint64_t)lane * HASH_PRIME_2;
    h->accumulator = ((sum << 31) | (sum >> 33)) * HASH_PRIME_1;
}

static inline void hasher_add_length(Hasher *h, int64_t length) {
    h->accumulator += (uint64_t)length ^ (HASH_PRIME_5 ^ UINT64_C(3527539));
}

static inline int64_t hasher_end(const Hasher *h) {
    return h->accumulator == UINT64_MAX ? 1546275796 : (int64_t)h->accumulator;
}

/* By identity. Objects are 16-byte aligned, so the low bits are turned to the top, where tables do not look
 * first. */
static inline int64_t hash_pointer(const void *p) {
    uint64_t address = (uint64_t)(uintptr_t)p;
    int64_t hash = (int64_t)((address >> 4) | (address << 60));
    return hash == -1 ? -2 : hash;
}

static inline int64_t hash_int(Value v) {
    const int64_t modulus = (INT64_C(1) << 61) - 1;
    int64_t i = int_get(v);
    if (i >= modulus) i -= modulus;
    if (i <= -modulus) i += modulus;
    return i == -1 ? -2 : i;
}

/* The hash of an exact str. */
static inline int64_t hash_string(VM *vm, Value v) {
    int64_t hash = as_string(v)->hash;
    return hash ? hash : string_hash(vm, v);
}

/* object_hash with the commonest keys inlined. */
RAISES static inline bool hash_value(VM *vm, Value v, int64_t *hash) {
    if (is_int(v)) {
        *hash = hash_int(v);
        return true;
    }
    if (is_exactly(v, &str_type)) {
        *hash = hash_string(vm, v);
        return true;
    }
    return object_hash(vm, v, hash);
}

/* The same from within a container's hash slot, where nesting is a recursion of C. */
RAISES static inline bool hash_nested(VM *vm, Value v, int64_t *hash) {
    if (!is_object(v) || is_exactly(v, &str_type)) return hash_value(vm, v, hash);
    if (!recursion_enter(vm, " while hashing")) return false;
    bool done = object_hash(vm, v, hash);
    recursion_leave(vm);
    return done;
}

#endif
