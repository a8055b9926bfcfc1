#include "gc/debug.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    MARK_LIVE = 0x4c495645,
    MARK_DEAD = 0x44454144,
    LEAKS_SHOWN = 20,
};

static unsigned char *user_block(const DebugBlock *block) { return (unsigned char *)(block + 1); }

static DebugBlock *block_of(void *user) { return (DebugBlock *)user - 1; }

static bool is_filled(const unsigned char *bytes, size_t count, unsigned char with) {
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] != with) return false;
    }
    return true;
}

/* Header, block, fence; 0 on overflow. */
static size_t gross_size(size_t size) {
    size_t extra = sizeof(DebugBlock) + DEBUG_FENCE_BYTES;
    return size > SIZE_MAX - extra ? 0 : size + extra;
}

/* ---- Reports ---- */

static void print_site(const char *what, const void *site) {
    Dl_info info;
    if (site == NULL) return;
    if (dladdr(site, &info) == 0) {
        fprintf(stderr, "  %s at %p\n", what, site);
        return;
    }
    size_t offset = (size_t)((const char *)site - (const char *)info.dli_fbase);
    fprintf(stderr, "  %s at %s+0x%zx%s%s\n", what, info.dli_fname, offset, info.dli_sname ? " in " : "",
            info.dli_sname ? info.dli_sname : "");
}

static void print_block(const DebugBlock *block) {
    bool is_object = block->type_name[0] != '\0';
    fprintf(stderr, "  block %p of %zu bytes%s%.*s\n", (void *)user_block(block), block->size,
            is_object ? ", a " : ", no object", DEBUG_NAME_BYTES, block->type_name);
    print_site("allocated", block->allocated_at);
    print_site("freed", block->freed_at);
}

static _Noreturn void fail(const char *problem, const DebugBlock *block, const void *site) {
    fprintf(stderr, "heap: %s\n", problem);
    if (block != NULL) print_block(block);
    print_site("found", site);
    abort();
}

/* ---- The dead ---- */

/* Out of quarantine: nobody may have written to it since. */
static void release(Heap *heap, DebugBlock *block) {
    if (block->mark != MARK_DEAD || !is_filled(user_block(block), block->size, DEBUG_DEAD)) {
        fail("a block was written to after it was freed", block, NULL);
    }
    block_give(heap, block, gross_size(block->size));
}

static void bury(Heap *heap, DebugBlock *block) {
    if (block->size > QUARANTINE_BLOCK_MAX) {
        release(heap, block);
        return;
    }
    DebugBlock **place = &heap->quarantine[heap->quarantine_next++ % QUARANTINE_BLOCKS];
    if (*place != NULL) release(heap, *place);
    *place = block;
}

bool debug_init(Heap *heap) {
    size_t bytes = QUARANTINE_BLOCKS * sizeof(DebugBlock *);
    heap->quarantine = block_take(heap, bytes);
    if (heap->quarantine == NULL) return false;
    memset(heap->quarantine, 0, bytes);
    return true;
}

void debug_fini(Heap *heap) {
    for (unsigned i = 0; i < QUARANTINE_BLOCKS; i++) {
        if (heap->quarantine[i] != NULL) release(heap, heap->quarantine[i]);
    }
    block_give(heap, heap->quarantine, QUARANTINE_BLOCKS * sizeof(DebugBlock *));
    heap->quarantine = NULL;
    unsigned shown = 0;
    for (DebugBlock *block = heap->debug_blocks; block != NULL && shown < LEAKS_SHOWN; block = block->next) {
        if (shown++ == 0) fprintf(stderr, "heap: blocks left at the end\n");
        print_block(block);
    }
}

/* ---- The living ---- */

void *debug_alloc(Heap *heap, size_t size, const Type *type, const void *site) {
    size_t gross = gross_size(size);
    DebugBlock *block = gross == 0 ? NULL : block_take(heap, gross);
    if (block == NULL) return NULL;
    *block = (DebugBlock){.next = heap->debug_blocks, .size = size, .allocated_at = site, .mark = MARK_LIVE};
    if (type != NULL) {
        snprintf(block->type_name, sizeof block->type_name, "%s", ((const TypeHead *)type)->name);
    }
    if (block->next != NULL) block->next->prev = block;
    heap->debug_blocks = block;
    memset(block->fence, DEBUG_FENCE, sizeof block->fence);
    memset(user_block(block), DEBUG_CLEAN, size);
    memset(user_block(block) + size, DEBUG_FENCE, DEBUG_FENCE_BYTES);
    return user_block(block);
}

const char *debug_problem(const DebugBlock *block) {
    if (block->mark == MARK_DEAD) return "a block was freed twice";
    if (block->mark != MARK_LIVE) return "not a block of this heap, or overwritten from before";
    if (!is_filled(block->fence, sizeof block->fence, DEBUG_FENCE))
        return "a block was written to before its start";
    if (!is_filled(user_block(block) + block->size, DEBUG_FENCE_BYTES, DEBUG_FENCE)) {
        return "a block was written to behind its end";
    }
    return NULL;
}

static void check(const DebugBlock *block, size_t size, const void *site) {
    const char *problem = debug_problem(block);
    if (problem == NULL && block->size != size)
        problem = "a block was given back with a size that is not its own";
    if (problem != NULL)
        fail(problem, block->mark == MARK_LIVE || block->mark == MARK_DEAD ? block : NULL, site);
}

void debug_free(Heap *heap, void *user, size_t size, const void *site) {
    DebugBlock *block = block_of(user);
    check(block, size, site);
    if (block->next != NULL) block->next->prev = block->prev;
    *(block->prev != NULL ? &block->prev->next : &heap->debug_blocks) = block->next;
    block->mark = MARK_DEAD;
    block->freed_at = site;
    memset(user_block(block), DEBUG_DEAD, size);
    bury(heap, block);
}

/* Always moves, so that stale pointers into the old block show. */
void *debug_resize(Heap *heap, void *user, size_t old_size, size_t new_size, const void *site) {
    check(block_of(user), old_size, site);
    void *moved = debug_alloc(heap, new_size, NULL, site);
    if (moved == NULL) return NULL;
    memcpy(block_of(moved)->type_name, block_of(user)->type_name, DEBUG_NAME_BYTES);
    memcpy(moved, user, old_size < new_size ? old_size : new_size);
    debug_free(heap, user, old_size, site);
    return moved;
}
