#ifndef MPY_BASE_ARENA_H
#define MPY_BASE_ARENA_H

/*
 * A bump arena: memory that is taken in order and given back all at once.
 *
 * One parse owns one arena; tokens' texts, AST nodes and diagnostics live in it and die with it. Chunks come from the
 * arena's Allocator and double in size up to ARENA_CHUNK_MAX. A refused chunk makes the arena `failed`: the call and
 * every later one return NULL, so that a user may test once at the end of a phase instead of after each node, so long
 * as it never reads through a NULL.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"

typedef struct ArenaChunk ArenaChunk;

typedef struct {
    Allocator allocator;
    ArenaChunk *chunks; /* newest first */
    char *next;         /* first free byte of the newest chunk */
    char *end;          /* one past its last byte */
    bool failed;        /* an allocation was refused */
} Arena;

void arena_init(Arena *arena, Allocator allocator);
void arena_fini(Arena *arena);

/* `size` zeroed bytes aligned for any type, or NULL when memory is refused. They live until arena_fini. */
void *arena_alloc(Arena *arena, size_t size);

/* A NUL-terminated copy of text[0..length), or NULL. */
char *arena_copy(Arena *arena, const char *text, size_t length);

#endif
