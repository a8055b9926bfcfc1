#ifndef MPY_GC_SPAN_H
#define MPY_GC_SPAN_H

/*
 * Spans: runs of neighbouring pages, the unit in which arenas are cut up.
 *
 * A span is free, or is one pool (one page), or is one large block. Spans of up to an arena's pages lie
 * inside one arena; longer ones take whole neighbouring arenas, and the pages they leave over in the last one
 * are a free span.
 *
 * Free spans are kept in lists by their exact length (1 to 256 pages), with a bitmap of the lists that are
 * not empty: the best fit is found in a few instructions. The first and the last page of a free span carry
 * its length, so a freed span finds free neighbours in its arena and joins with them at once (boundary tags:
 * Knuth, TAOCP 1, 2.5). Free spans never cross an arena's border; two free spans are never neighbours in one
 * arena.
 *
 * Room to grow. A large block that outgrows its place moves to the middle of the widest gap between arenas, and
 * from then on grows there without being copied. Its arenas are *roomy*: the pages left over in the last one
 * wait for it and are in no list. An arena stops being roomy when it is wholly free. Addresses are plenty, and
 * pages that nobody has touched cost nothing.
 *
 * Giving back. A freed page is *dirty*: it still has memory behind it. The heap holds on to dirty pages up to
 * a budget; past it, the dirty pages of the arenas that have had some longest are returned to the system
 * until half the budget is left, and of the arenas that are wholly free only a few are kept, the others
 * released. The budget is small, DIRTY_MIN and an eighth of the pages in use, plus what experience adds: each
 * page that has to be fetched again although the heap held as many before (`refetched`) raises it by one, so
 * that a program that builds and drops the same structure over and over pays for it twice and no more. Full
 * collections forget a quarter of that experience.
 *
 * Tests: tests/unit/test_heap.c, large_blocks, resizing_in_place, a_growing_block_is_given_room,
 * memory_goes_back, random_lifetimes_keep_the_accounts.
 */

#include "gc/arena.h"

enum {
    SPAN_BIN_MAX = ARENA_PAGES,
    SPAN_BITMAP_WORDS = SPAN_BIN_MAX / 64 + 1,
    DIRTY_MIN = 512,        /* pages, 2 MiB: what is always kept */
    VACANT_MIN = 2,         /* arenas */
    MOVE_BYTES = 256 << 10, /* span_move gives back so many at a time */
    KEPT_SHARE = 8,         /* and of the pages and arenas in use, one in so many */
};

typedef struct Spans {
    AddressRange range;
    uint32_t bins[SPAN_BIN_MAX + 1];    /* first free span of that many pages, or PAGE_NONE */
    uint64_t filled[SPAN_BITMAP_WORDS]; /* bins that are not empty */
    uint32_t dirty_first, dirty_last;   /* arenas with dirty pages, longest first; PAGE_NONE */
    size_t dirty_pages;
    uint32_t vacant;   /* committed arenas that are wholly free */
    size_t refetched;  /* pages fetched again after they, or others, had been returned */
    size_t used_pages; /* in pools and large blocks */
    size_t used_limit; /* span_take refuses to pass it */
    size_t used_peak;
} Spans;

/* In place; false when the system gives no addresses. spans_fini gives everything back, whatever is in use. */
bool spans_init(Spans *spans);
void spans_fini(Spans *spans);

/* The first of `count` neighbouring pages, or PAGE_NONE. Their contents are undefined; the descriptors of the
 * first and last page are PAGE_SPAN, and the first has the count. */
uint32_t span_take(Spans *spans, size_t count);

/* The same, where many pages behind it can still be had: for a block that grows. PAGE_NONE also when only span_take
 * might find a place. */
uint32_t span_take_roomy(Spans *spans, size_t count);

/* Give back the `count` pages that span_take gave; they may still hold memory (dirty). */
void span_free(Spans *spans, uint32_t page, size_t count);

/* Copy a large block's bytes to another span and free the old one, whose memory goes back to the system on the way: the
 * two are never there at the same time as wholes. */
void span_move(Spans *spans, uint32_t from, uint32_t to, size_t bytes);

/* Make a span longer without moving it; false when the pages behind it are taken. */
bool span_grow(Spans *spans, uint32_t page, size_t count, size_t new_count);

/* Give up its last pages. 1 <= new_count <= count. */
void span_shrink(Spans *spans, uint32_t page, size_t count, size_t new_count);

/* Forget a quarter of what `refetched` says, and return what is then over the budget. */
void spans_relax(Spans *spans);

/* Return dirty pages and wholly free arenas to the system until at most `keep` dirty pages are left. */
void spans_return_dirty(Spans *spans, size_t keep);

/* The first page of the span (free, pool or large block) behind the one that begins at `page`, in committed
 * arenas; PAGE_NONE begins the walk and ends it. */
uint32_t span_next(const Spans *spans, uint32_t page);

#endif
