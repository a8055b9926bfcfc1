#ifndef MPY_GC_ARENA_H
#define MPY_GC_ARENA_H

/*
 * Arenas: how memory comes from the operating system and goes back to it.
 *
 * The heap reserves one contiguous range of addresses, a window of RANGE_WINDOW bytes, and right behind it the
 * arrays of descriptors that tell what the window is used for:
 *
 *     base            pages                     links                          arenas
 *     | 0 | 1 | ...   | a Page for each page    | a PageLinks for each page    | a HeapArena for each arena |
 *       arenas of 1 MiB, each of 256 pages of 4 KiB
 *
 * Reserved addresses cost nothing. They are made usable (*committed*) one arena at a time, together with the
 * descriptors of its 256 pages. An arena that has become entirely free may be *released*: its memory goes back
 * to the system, its addresses stay reserved. An address tells its page in one subtraction and one shift,
 * (address - base) >> PAGE_SHIFT, and the page's number its descriptor, so that the pages themselves hold
 * nothing but data: no header of a pool or block lies among the objects, no overrun of one can damage another's
 * books, and a page's contents could be moved behind its back (docs/architecture.md, section 3).
 *
 * Where a limit on address space (ulimit -v), a sanitizer or valgrind refuses the whole window, the range
 * begins at a fixed hint and grows in steps of at most RANGE_STEP bytes, each reserved right behind the one
 * before, and no larger than what it leaves to the C library.
 *
 * States of an arena
 *   absent     not committed; every arena at the start. (`occupied` bit clear.)
 *     -> in use     arena_commit, when span.c takes a page of it
 *   in use     committed, some page of it in a pool or a large block. (`occupied` bit set.)
 *     -> vacant     its last page is freed (span.c)
 *   vacant     committed, all 256 pages free. (`occupied` bit clear.)
 *     -> in use     a page is taken
 *     -> absent     arena_release, when span.c gives memory back
 *
 * The pages of an arena in use belong to pools, to large blocks or to free spans: gc/span.h cuts arenas into
 * these, gc/pool.h says what a pool is. Both use the descriptors defined here; the range owns their memory.
 *
 * Tests: tests/unit/test_heap.c, memory_goes_back, little_address_space, two_heaps_are_independent.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PAGE_SHIFT = 12,
    PAGE_BYTES = 1 << PAGE_SHIFT, /* the unit in which memory can be given back, so a pool is one page */
    ARENA_SHIFT = 20,
    ARENA_BYTES = 1 << ARENA_SHIFT,
    ARENA_PAGES = ARENA_BYTES / PAGE_BYTES,
    ARENA_DIRTY_WORDS = ARENA_PAGES / 64,
};

/* The most that one heap can hold; page numbers fit 32 bits with room to spare. */
#define RANGE_WINDOW ((size_t)64 << 30)
/* How much a range grows where the window is refused; halved, down to one arena, as long as that is refused too. */
#define RANGE_STEP ((size_t)64 << 20)
#define RANGE_ARENAS ((uint32_t)(RANGE_WINDOW >> ARENA_SHIFT))
#define PAGE_NONE UINT32_MAX /* no page, in links between page descriptors */

/* What a page is in. The value of a zeroed descriptor is PAGE_ABSENT. */
typedef enum {
    PAGE_ABSENT = 0, /* of an absent arena */
    PAGE_FREE,       /* first or last page of a free span */
    PAGE_SPAN,       /* first or last page of a large block */
    PAGE_CURRENT,    /* a pool; these three states are defined in gc/pool.h */
    PAGE_PARTIAL,
    PAGE_FULL,
} PageState;

/* The descriptor of one page: of a pool, or of the first (and, where noted, last) page of a span. 16 bytes,
 * four in a cache line: this is what every allocation and every free touches. */
typedef struct Page {
    union {
        void *free;   /* pool: its free slots, each pointing to the next */
        size_t bytes; /* large block, first page: its size as it was asked for */
    };
    union {
        struct {
            uint16_t countdown; /* pool: frees until the pool changes its state or bucket */
            int16_t floor;      /* pool: live slots when that happens; live == floor + countdown */
        };
        uint32_t count; /* span: its pages; also in the last page of a free span */
    };
    uint8_t state;      /* PageState */
    uint8_t size_class; /* pool */
    uint8_t bucket;     /* partial pool */
    uint8_t reserved;
} Page;

/* The part of a descriptor that is seldom looked at, in an array of its own. */
typedef struct PageLinks {
    uint32_t next, prev; /* free span, partial pool: neighbours in their list */
    uint32_t padding[2]; /* an arena's links fill one page: they are committed and released with it */
} PageLinks;

typedef struct HeapArena {             /* base/arena.h has the other kind of arena */
    uint64_t dirty[ARENA_DIRTY_WORDS]; /* free pages that still hold memory; a bit a page */
    uint32_t next, prev;               /* neighbours in the list of arenas with dirty pages; arena numbers */
    uint16_t free_pages;
    uint16_t dirty_pages;
    bool roomy; /* its pages are for one growing block: those still free are in no list (gc/span.h) */
    uint8_t padding[19]; /* the records of 64 arenas, a word of `present`, fill one page */
} HeapArena;

typedef struct AddressRange {
    char *base;       /* aligned to an arena */
    Page *pages;      /* RANGE_WINDOW / PAGE_BYTES of them; only those of committed arenas may be touched */
    PageLinks *links; /* as many */
    HeapArena *arenas;
    size_t reserved;                      /* bytes of the window that are ours */
    bool whole;                           /* the window was reserved in one piece */
    uint32_t lowest_vacant;               /* no arena below it is vacant or absent */
    uint32_t committed;                   /* committed arenas */
    uint64_t present[RANGE_ARENAS / 64];  /* which these are; a bit each */
    uint64_t occupied[RANGE_ARENAS / 64]; /* arenas in use; a bit each */
} AddressRange;

_Static_assert(sizeof(Page) == 16 && sizeof(PageLinks) == 16,
               "the shift in page_of and the descriptors of an arena filling whole pages");
_Static_assert(ARENA_PAGES * sizeof(Page) % PAGE_BYTES == 0 &&
                   ARENA_PAGES * sizeof(PageLinks) % PAGE_BYTES == 0,
               "descriptors are committed by the arena");
_Static_assert(64 * sizeof(HeapArena) == PAGE_BYTES, "records are given back by the page");

/* In place. False when not even one arena's addresses can be had. range_fini gives the whole range back. */
bool range_init(AddressRange *range);
void range_fini(AddressRange *range);

/* The number of the first of `count` neighbouring arenas that are vacant or absent; reserves more addresses
 * if need be. RANGE_ARENAS when there are none. */
uint32_t range_find_vacant(AddressRange *range, uint32_t count);

/* Are these `count` arenas, from `first`, vacant or absent, and ours? May reserve more addresses. */
bool range_is_vacant(AddressRange *range, uint32_t first, uint32_t count);

/* The first of `count` neighbouring arenas in the middle of the widest gap between arenas in use, where a block has the
 * most room to grow. RANGE_ARENAS when no gap is wide enough, or the range is no window: its steps leave no gaps. */
uint32_t range_find_roomy(const AddressRange *range, uint32_t count);

/* The first committed arena from number `from` on; RANGE_ARENAS when there is none. */
uint32_t range_next_present(const AddressRange *range, uint32_t from);

/* The bytes that descriptors and arena records take from the system. */
size_t range_metadata_bytes(const AddressRange *range);

/* Make an absent arena usable, its descriptors zeroed; false when the system refuses. */
bool arena_commit(AddressRange *range, uint32_t arena);
/* Have the system promise the memory of a long run of arenas, absent ones among them, before they are committed. It
 * judges single requests: one for more than it has is refused here, where the same in single arenas would be granted,
 * and some process killed when they are filled. Withdrawn, the promise of those that are still absent counts no
 * more. */
bool range_promise(AddressRange *range, uint32_t first, uint32_t count);
void range_withdraw(AddressRange *range, uint32_t first, uint32_t count);

/* Give a vacant arena back: it is absent afterwards. Its free span must be out of its list. */
void arena_release(AddressRange *range, uint32_t arena);

/* Give back the memory of some free pages of a committed arena. Their contents are lost. */
void pages_return(AddressRange *range, uint32_t first, uint32_t count);

/* Note that an arena is in use, or that it is not. */
void arena_set_occupied(AddressRange *range, uint32_t arena, bool occupied);

static inline bool arena_is_present(const AddressRange *range, uint32_t arena) {
    return range->present[arena / 64] >> (arena % 64) & 1;
}

static inline uint32_t page_arena(uint32_t page) { return page / ARENA_PAGES; }

static inline char *page_address(const AddressRange *range, uint32_t page) {
    return range->base + ((size_t)page << PAGE_SHIFT);
}

/* The page of an address inside the range. */
static inline uint32_t page_of(const AddressRange *range, const void *address) {
    return (uint32_t)((size_t)((const char *)address - range->base) >> PAGE_SHIFT);
}

#endif
