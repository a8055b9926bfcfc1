#ifndef MPY_GC_DEBUG_H
#define MPY_GC_DEBUG_H

/*
 * The debug mode: every block fenced, filled and remembered, in any build.
 *
 *     | DebugBlock: links, size, who asked, who freed, of what type | fence | the block | fence |
 *
 * A new block is filled with DEBUG_CLEAN, so that reading what was never written shows; a freed one with
 * DEBUG_DEAD, and it stays in quarantine (a ring of QUARANTINE_BLOCKS, large blocks excepted) before its
 * memory is used again. Fences are looked at when a block is freed or resized and by heap_check; a dead
 * block's filling when it leaves quarantine. Caught: writing before or behind a block, freeing it twice or
 * with a wrong size or what is no block, writing to it after it was freed. The report, on standard error,
 * names the type and the places in the program where the block was asked for and freed; then the process
 * aborts, since the damage is done.
 *
 * Tests: tests/unit/test_heap.c, debug_mode_reports, new_memory_is_filled_in_debug_mode.
 */

#include "gc/heap.h"

enum {
    /* Of these two the low three bits are zero: read as an object's header, they say GC_UNTRACKED. */
    DEBUG_CLEAN = 0xc8,
    DEBUG_DEAD = 0xd8,
    DEBUG_FENCE = 0xfb,
    DEBUG_FENCE_BYTES = 16,
    DEBUG_NAME_BYTES = 32,
    QUARANTINE_BLOCKS = 1024,
    QUARANTINE_BLOCK_MAX = 4096, /* bytes; at most 4 MiB wait */
};

typedef struct DebugBlock {
    struct DebugBlock *next, *prev; /* live blocks of the heap, newest first */
    size_t size;
    const void *allocated_at, *freed_at; /* return addresses */
    char type_name[DEBUG_NAME_BYTES];    /* "" for a block that is no object */
    uint32_t mark;                       /* live, dead, or something else if this is no block at all */
    unsigned char fence[DEBUG_FENCE_BYTES + 4];
} DebugBlock;

_Static_assert(sizeof(DebugBlock) % SLOT_STEP == 0, "blocks stay aligned");

/* The quarantine; false when refused. */
bool debug_init(Heap *heap);

/* Empty and free the quarantine, and print the blocks that are still live. */
void debug_fini(Heap *heap);

/* heap_alloc, heap_free and heap_resize of the debug mode. `site` is the place in the program that asks. */
void *debug_alloc(Heap *heap, size_t size, const Type *type, const void *site);
void debug_free(Heap *heap, void *block, size_t size, const void *site);
void *debug_resize(Heap *heap, void *block, size_t old_size, size_t new_size, const void *site);

/* What is wrong with a live block; NULL: nothing. */
const char *debug_problem(const DebugBlock *block);

/* Blocks without fences, from pools and spans: what the debug mode is built on. gc/heap.c. */
void *block_take(Heap *heap, size_t size);
void block_give(Heap *heap, void *block, size_t size);

#endif
