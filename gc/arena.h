#ifndef MPY_GC_ARENA_H
#define MPY_GC_ARENA_H

/*
 * Arenas: how memory comes from the operating system and goes back.
 *
 * The heap reserves one contiguous range of addresses, a window of RANGE_WINDOW bytes, and behind it the
 * descriptors:
 *
 *     base                            pages                     links                 arenas
 *     | arena 0 | arena 1 | ...       | a Page per 4 KiB page   | a PageLinks likewise  | a HeapArena per MiB
 * |
 *
 * Reserved addresses cost nothing. They are made usable (*committed*) one arena of 1 MiB at a time, together
 * with the descriptors of its 256 pages, and an arena that has become entirely free is *released*: its
 * memory goes back, its addresses stay ours. So an address tells its page, (address - base) >> PAGE_SHIFT, in
 * one subtraction and one shift, and the pages themselves hold nothing but data.
 *
 * Where a limit on address space (ulimit -v), a sanitizer or valgrind refuses the whole window, the range
 * begins at a fixed hint and grows in steps of at most RANGE_STEP bytes, each reserved right behind the one
 * before.
 *
 * States of an arena
 *   absent     not committed; everything at the start. (`occupied` bit clear.)
 *     -> in use     arena_commit
 *   in use     committed, some page of it in a pool or a large block. (`occupied` bit set.)
 *     -> vacant     its last page is freed (span.c)
 *   vacant     committed, all 256 pages free. (`occupied` bit clear.)
 *     -> in use     a page is taken
 *     -> absent     arena_release, when span.c gives memory back
 *
 * Page descriptors are described in gc/span.h and gc/pool.h, which share them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PAGE_SHIFT = 12,
    PAGE_BYTES = 1 << PAGE_SHIFT, /* a pool is a page because pools of this size can be meshed */
    ARENA_SHIFT = 20,
    ARENA_BYTES = 1 << ARENA_SHIFT,
    ARENA_PAGES = ARENA_BYTES / PAGE_BYTES,
    ARENA_DIRTY_WORDS = ARENA_PAGES / 64,
};

#define RANGE_WINDOW \
    ((size_t)64 << 30) /* the most that one heap can hold; page numbers fit 32 bits with room to spare */
#define RANGE_STEP \
    ((size_t)64 << 20) /* growth where the window is refused; halved down to one arena if need be */
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
    uint32_t next, prev;  /* free span, partial pool: neighbours in their list */
    uint32_t reserved[2]; /* for meshing: which pages share this one's memory */
} PageLinks;

typedef struct HeapArena {             /* base/arena.h has the other kind of arena */
    uint64_t dirty[ARENA_DIRTY_WORDS]; /* free pages that still hold memory; a bit a page */
    uint32_t next, prev;               /* neighbours in the list of arenas with dirty pages; arena numbers */
    uint16_t free_pages;
    uint16_t dirty_pages;
    bool committed;
} HeapArena;

typedef struct AddressRange {
    char *base;       /* aligned to an arena */
    Page *pages;      /* RANGE_WINDOW / PAGE_BYTES of them; only those of committed arenas may be touched */
    PageLinks *links; /* as many */
    HeapArena *arenas;
    size_t reserved;                      /* bytes of the window that are ours */
    bool whole;                           /* the window was reserved in one piece */
    uint32_t arenas_used;                 /* arenas at and above this number have never been committed */
    uint32_t lowest_vacant;               /* no arena below it is vacant or absent */
    uint32_t committed;                   /* committed arenas */
    uint64_t occupied[RANGE_ARENAS / 64]; /* arenas in use; a bit each */
} AddressRange;

_Static_assert(sizeof(Page) == 16 && sizeof(PageLinks) == 16,
               "the shift in page_of and the descriptors of an arena filling whole pages");
_Static_assert(ARENA_PAGES * sizeof(Page) % PAGE_BYTES == 0, "descriptors are committed by the arena");

/* False when not even one arena's addresses can be had. */
bool range_init(AddressRange *range);
void range_fini(AddressRange *range);

/* The number of the first of `count` neighbouring arenas that are vacant or absent; reserves more addresses
 * if need be. RANGE_ARENAS when there are none. */
uint32_t range_find_vacant(AddressRange *range, uint32_t count);

/* Are these `count` arenas, from `first`, vacant or absent, and ours? May reserve more addresses. */
bool range_is_vacant(AddressRange *range, uint32_t first, uint32_t count);

/* Make an absent arena usable, its descriptors zeroed; false when the system refuses. */
bool arena_commit(AddressRange *range, uint32_t arena);

/* Give a vacant arena back. Its spans must be out of all lists. */
void arena_release(AddressRange *range, uint32_t arena);

/* Give back the memory of some free pages of a committed arena; they read as zeros, or not at all, from now
 * on. */
void pages_return(AddressRange *range, uint32_t first, uint32_t count);

void arena_set_occupied(AddressRange *range, uint32_t arena, bool occupied);

static inline uint32_t page_arena(uint32_t page) { return page / ARENA_PAGES; }

static inline char *page_address(const AddressRange *range, uint32_t page) {
    return range->base + ((size_t)page << PAGE_SHIFT);
}

/* The page of an address inside the range. */
static inline uint32_t page_of(const AddressRange *range, const void *address) {
    return (uint32_t)((size_t)((const char *)address - range->base) >> PAGE_SHIFT);
}

#endif
