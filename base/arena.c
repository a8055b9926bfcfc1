#include "base/arena.h"

#include <stdint.h>
#include <string.h>

enum {
    ARENA_ALIGN = 16,
    ARENA_CHUNK_MIN = 4096,    /* a one-line script needs no more */
    ARENA_CHUNK_MAX = 1 << 20, /* beyond it the waste at a chunk's end outgrows the saving */
};

struct ArenaChunk {
    ArenaChunk *older;
    size_t size; /* of the whole chunk, this header included */
};

void arena_init(Arena *arena, Allocator allocator) { *arena = (Arena){.allocator = allocator}; }

void arena_fini(Arena *arena) {
    for (ArenaChunk *chunk = arena->chunks, *older; chunk; chunk = older) {
        older = chunk->older;
        allocator_resize(arena->allocator, chunk, chunk->size, 0);
    }
    *arena = (Arena){.allocator = arena->allocator};
}

static size_t header_size(void) {
    return (sizeof(ArenaChunk) + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
}

/* Open a chunk that holds at least `size` bytes. */
static bool grow(Arena *arena, size_t size) {
    size_t chunk_size = arena->chunks ? arena->chunks->size * 2 : ARENA_CHUNK_MIN;
    if (chunk_size > ARENA_CHUNK_MAX) chunk_size = ARENA_CHUNK_MAX;
    if (chunk_size < size + header_size()) chunk_size = size + header_size();
    ArenaChunk *chunk = allocator_resize(arena->allocator, NULL, 0, chunk_size);
    if (!chunk) return false;
    *chunk = (ArenaChunk){arena->chunks, chunk_size};
    arena->chunks = chunk;
    arena->next = (char *)chunk + header_size();
    arena->end = (char *)chunk + chunk_size;
    return true;
}

void *arena_alloc(Arena *arena, size_t size) {
    size_t rounded = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    bool overflows = rounded < size || rounded > SIZE_MAX - 2 * ARENA_ALIGN;
    if (arena->failed || overflows ||
        ((size_t)(arena->end - arena->next) < rounded && !grow(arena, rounded))) {
        arena->failed = true;
        return NULL;
    }
    void *block = arena->next;
    arena->next += rounded;
    return memset(block, 0, rounded);
}

char *arena_copy(Arena *arena, const char *text, size_t length) {
    char *copy = arena_alloc(arena, length + 1);
    if (copy && length) memcpy(copy, text, length);
    return copy;
}
