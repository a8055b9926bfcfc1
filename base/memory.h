#ifndef MPY_BASE_MEMORY_H
#define MPY_BASE_MEMORY_H

/*
 * Where the front end's memory comes from.
 *
 * The lexer, the parser and the compiler's scratch structures know no heap: they are handed an `Allocator`, one
 * function and its context, and ask it for every byte with exact sizes. The interpreter plugs in its own heap, so
 * that parser arenas are in the accounts, obey the byte limit and fail when told to; the unit tests plug in libc.
 */

#include <stddef.h>

/*
 * Resize `block` from `old_size` to `new_size` bytes and return it, perhaps moved; NULL when memory is refused, and
 * then `block` is untouched. A NULL block with old_size 0 allocates; new_size 0 frees and returns NULL.
 */
typedef void *(*AllocateFn)(void *context, void *block, size_t old_size, size_t new_size);

typedef struct {
    AllocateFn allocate;
    void *context;
} Allocator;

/* Memory from libc, for tools and tests that have no heap. */
Allocator allocator_libc(void);

static inline void *allocator_resize(Allocator a, void *block, size_t old_size, size_t new_size) {
    return a.allocate(a.context, block, old_size, new_size);
}

#endif
