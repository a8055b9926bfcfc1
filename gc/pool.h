#ifndef MPY_GC_POOL_H
#define MPY_GC_POOL_H

/*
 * Pools: a page cut into slots of one size, which is how small blocks are kept.
 *
 * A program asks for thousands of small blocks of a few sizes, most of which die soon. A pool serves blocks of
 * one size only, so any free slot fits any request, freeing and taking are a push and a pop on a list of free
 * slots, and no block needs a header. (Segregated storage: Wilson et al., "Dynamic Storage Allocation: A Survey
 * and Critical Review", 1995; the pools of CPython's pymalloc are the model.)
 *
 * Size classes. Sizes up to 512 bytes are rounded up to a multiple of 16, sizes up to 2048 to a seventh ... a
 * half of a page; each of these is a *size class* with its own pools. Larger blocks are spans of pages.
 *
 * What is known of a pool is in its page's descriptor (gc/arena.h), outside the page; the page holds slots
 * only. Free slots are linked through their first word. Nothing else depends on those links: they could be
 * made anew from the set of live slots.
 *
 *                  a page is taken                      no free slot
 *        (free) ------------------> current ---------------------------> full
 *          ^                          ^  |                                |
 *          |  heap_trim, none live    |  |                                | `rest` slots
 *          +--------------------------|--+                                | are freed
 *          |                          |  a slot is needed                 |
 *          +---------------------- partial <------------------------------+
 *             the last is freed
 *
 *   current   the one pool of its class that slots are taken from.
 *     -> full      a slot is wanted and it has none
 *     -> free      heap_trim finds it without a live slot
 *   full      had no free slot when last looked at. In no list. Its first freed slots (`rest` of its class,
 *             fewer than all) stay unnoticed, so that a pool is not put back for a single slot.
 *     -> partial   `rest` slots have been freed
 *   partial   has live and free slots. In one of its class's four buckets, by quarters of live slots.
 *     -> partial   in a lower bucket, when enough are freed
 *     -> current   its class needs a slot, and it is first in the fullest bucket
 *     -> free      its last live slot is freed: the page goes back to the spans
 *   free      no pool: a page of a free span (gc/span.h)
 *     -> current   its class needs a slot and has no partial pool
 *
 * That the fullest partial pool is taken first leaves the emptier ones alone, and they are the likeliest to
 * lose their last slot and to give their page back.
 *
 * Shelves. A program that frees a block mostly wants one of that size next, and that slot is in the processor's cache:
 * its pool's descriptor and the next slot of the pool's list mostly are not. So in front of the pools of each small
 * class lies a *shelf*: the slots that were freed last, whichever pools they are of. A request takes from the shelf
 * first, a free puts there while there is room. For its pool a slot on the shelf is live still; whoever counts or
 * checks pools, trims them or has no page left clears the shelves before (shelves_clear).
 *
 * One counter finds the transitions: `countdown` is the number of frees until the next one, whichever it is,
 * and the free path only decrements it and asks for zero. For the current pool it is one more than the live
 * slots, so never zero.
 *
 * Tests: tests/unit/test_heap.c, a_pool_goes_through_its_states, the_fullest_pool_serves,
 * the_slot_freed_last_serves_first. Seen from a program: examples/pools.mpy.
 */

#include "gc/arena.h"
#include "gc/likely.h"

enum {
    SLOT_STEP = 16,
    SMALL_MAX = 512,                       /* the sizes that the inlined paths serve */
    SMALL_CLASSES = SMALL_MAX / SLOT_STEP, /* classes 1 to 32: 16 bytes each step; class 0 is not used */
    MEDIUM_CLASSES = 6,                    /* classes 33 to 38: a page in 7, 6, 5, 4, 3 and 2 */
    POOL_CLASSES = 1 + SMALL_CLASSES + MEDIUM_CLASSES,
    POOL_MAX = PAGE_BYTES / 2, /* larger blocks are spans */
    POOL_BUCKETS = 4,
    POOL_REST_SHARE = 6, /* a full pool is noticed again when one slot more than one in so many is free */
    SHELF_SLOTS = 29,    /* few, since each may keep a page from being free; a shelf is four cache lines */
};

typedef struct Shelf {
    void **top;   /* the slot put there last; &slots[0], which holds NULL, when there is none */
    void **limit; /* how far `top` may go: &slots[0] while every request and free must take the slow path */
    void *slots[1 + SHELF_SLOTS];
} Shelf;

typedef struct PoolClass {
    uint16_t slot_size;
    uint16_t capacity;          /* slots in a page */
    uint16_t rest;              /* slots freed before a full pool is noticed */
    uint8_t filled;             /* buckets that are not empty; a bit each */
    Page *current;              /* or the sentinel */
    uint16_t low[POOL_BUCKETS]; /* the fewest live slots with which a pool belongs to a bucket; at least 1 */
    uint32_t first[POOL_BUCKETS], last[POOL_BUCKETS]; /* partial pools by live slots; PAGE_NONE */
} PoolClass;

typedef struct Heap Heap;

/* Fill in the size classes; none has a pool. */
void pools_init(Heap *heap);

/* The size class that serves blocks of `size` bytes, 1 to POOL_MAX. */
unsigned pool_class(size_t size);

/* A slot when the class's current pool has none; NULL when no page can be had. Leaves a new current pool. */
void *pool_refill(Heap *heap, unsigned size_class);

/* The countdown of a pool came to zero. */
void pool_transition(Heap *heap, Page *pool);

/* Put the slots on the shelves back into their pools. */
void shelves_clear(Heap *heap);

/* Give back the pages of current pools without a live slot. */
void pools_trim(Heap *heap);

/* How many of the pool's slots are live, or on a shelf. */
static inline unsigned pool_live(const Page *pool) { return (unsigned)(pool->countdown + pool->floor); }

/* Links between free slots overlay the contents of any type. */
typedef void *__attribute__((may_alias)) SlotLink;

/* A free slot of the pool, which is live from then on; NULL when there is none. */
static inline void *pool_take(Page *pool) {
    void *slot = pool->free;
    if (LIKELY(slot != NULL)) {
        pool->free = *(SlotLink *)slot;
        __builtin_prefetch(pool->free); /* the next request will read the link in it */
        pool->countdown++;
    }
    return slot;
}

/* Put a live slot back. True when a transition is due (pool_transition). */
static inline bool pool_give(Page *pool, void *slot) {
    *(SlotLink *)slot = pool->free;
    pool->free = slot;
    return --pool->countdown == 0;
}

/* The slot that was put on the shelf last; NULL when there is none. */
static inline void *shelf_take(Shelf *shelf) {
    void **top = shelf->top, *slot = *top;
    if (slot != NULL) shelf->top = top - 1;
    return slot;
}

/* False when there is no room. */
static inline bool shelf_put(Shelf *shelf, void *slot) {
    void **top = shelf->top;
    if (top == shelf->limit) return false;
    *++top = slot;
    shelf->top = top;
    return true;
}

#endif
