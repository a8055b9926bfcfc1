#include "gc/arena.h"

#include <string.h>
#include <sys/mman.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0 /* older kernels take the address as a hint; reserve_at checks */
#endif

_Static_assert(sizeof(void *) == 8, "the window needs 64-bit addresses");

enum { HINTS = 64 };

#define PAGES_BYTES (RANGE_WINDOW / PAGE_BYTES * sizeof(Page))
#define LINKS_BYTES (RANGE_WINDOW / PAGE_BYTES * sizeof(PageLinks))
#define ARENAS_BYTES (((size_t)RANGE_ARENAS * sizeof(HeapArena) + PAGE_BYTES - 1) & ~(size_t)(PAGE_BYTES - 1))
#define WINDOW_BYTES (RANGE_WINDOW + PAGES_BYTES + LINKS_BYTES + ARENAS_BYTES)
#define HINT_FIRST \
    ((char *)((uintptr_t)1 << 45)) /* far from where systems put programs, stacks and libraries */
#define HINT_STRIDE ((size_t)1 << 38)

static void range_lay_out(AddressRange *range, char *base) {
    range->base = base;
    range->pages = (Page *)(base + RANGE_WINDOW);
    range->links = (PageLinks *)(base + RANGE_WINDOW + PAGES_BYTES);
    range->arenas = (HeapArena *)(base + RANGE_WINDOW + PAGES_BYTES + LINKS_BYTES);
}

/* Without MAP_NORESERVE: the system keeps account of what is made usable, and refuses what is more than it has. */
static void *reserve_anywhere(size_t bytes) {
    void *block = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return block == MAP_FAILED ? NULL : block;
}

/* Exactly there, or not at all. */
static bool reserve_at(void *address, size_t bytes) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    void *block = mmap(address, bytes, PROT_NONE, flags, -1, 0);
    if (block == MAP_FAILED) return false;
    if (block == address) return true;
    munmap(block, bytes);
    return false;
}

static bool make_usable(void *address, size_t bytes) {
    return mprotect(address, bytes, PROT_READ | PROT_WRITE) == 0;
}

static bool reserve_whole(AddressRange *range) {
    char *block = reserve_anywhere(WINDOW_BYTES + ARENA_BYTES);
    if (block == NULL) return false;
    char *base = (char *)(((uintptr_t)block + ARENA_BYTES - 1) & ~(uintptr_t)(ARENA_BYTES - 1));
    size_t before = (size_t)(base - block), after = ARENA_BYTES - before;
    munmap(block, before); /* of no length, it does nothing */
    munmap(base + WINDOW_BYTES, after);
    range_lay_out(range, base);
    range->reserved = RANGE_WINDOW;
    range->whole = true;
    return true;
}

/* A piece of the window: some addresses, and then the descriptors for them. */
typedef struct Piece {
    void *address;
    size_t bytes;
} Piece;

enum { PIECES = 3 };

/* The pieces for the `bytes`, a multiple of an arena's, at an offset from the range's base. */
static void pieces_of(const AddressRange *range, size_t offset, size_t bytes, Piece pieces[PIECES]) {
    size_t page = offset / PAGE_BYTES, pages = bytes / PAGE_BYTES;
    pieces[0] = (Piece){range->base + offset, bytes};
    pieces[1] = (Piece){range->pages + page, pages * sizeof(Page)};
    pieces[2] = (Piece){range->links + page, pages * sizeof(PageLinks)};
}

/* Reserve `bytes`, a multiple of an arena's, behind what is reserved, and their descriptors. */
static bool reserve_step(AddressRange *range, size_t bytes) {
    Piece pieces[PIECES];
    if (bytes > RANGE_WINDOW - range->reserved) return false;
    pieces_of(range, range->reserved, bytes, pieces);
    for (int i = 0; i < PIECES; i++) {
        if (reserve_at(pieces[i].address, pieces[i].bytes)) continue;
        while (--i >= 0)
            munmap(pieces[i].address, pieces[i].bytes);
        return false;
    }
    range->reserved += bytes;
    return true;
}

static bool are_free(size_t bytes) {
    void *block = reserve_anywhere(bytes);
    if (block != NULL) munmap(block, bytes);
    return block != NULL;
}

/* By more than what is needed only where as much is left to the C library. */
static bool range_extend(AddressRange *range, uint32_t arenas) {
    size_t need = (size_t)arenas * ARENA_BYTES;
    for (size_t step = RANGE_STEP; step > need; step /= 2) {
        if (are_free(2 * step) && reserve_step(range, step)) return true;
    }
    return reserve_step(range, need);
}

static bool reserve_in_steps(AddressRange *range) {
    for (size_t i = 0; i < HINTS; i++) {
        range_lay_out(range, HINT_FIRST + i * HINT_STRIDE);
        if (!reserve_at(range->arenas, ARENAS_BYTES)) continue;
        if (range_extend(range, 1)) return true;
        munmap(range->arenas, ARENAS_BYTES);
    }
    return false;
}

bool range_init(AddressRange *range) {
    memset(range, 0, sizeof *range);
    if (!reserve_whole(range) && !reserve_in_steps(range)) return false;
    if (make_usable(range->arenas, ARENAS_BYTES)) return true;
    range_fini(range);
    return false;
}

void range_fini(AddressRange *range) {
    Piece pieces[PIECES];
    pieces_of(range, 0, range->reserved, pieces);
    for (int i = 0; i < PIECES; i++)
        munmap(pieces[i].address, pieces[i].bytes);
    munmap(range->arenas, ARENAS_BYTES);
    range->reserved = 0;
}

static bool is_occupied(const AddressRange *range, uint32_t arena) {
    return range->occupied[arena / 64] >> (arena % 64) & 1;
}

void arena_set_occupied(AddressRange *range, uint32_t arena, bool occupied) {
    uint64_t bit = (uint64_t)1 << (arena % 64);
    if (occupied) {
        range->occupied[arena / 64] |= bit;
    } else {
        range->occupied[arena / 64] &= ~bit;
        if (arena < range->lowest_vacant) range->lowest_vacant = arena;
    }
}

/* The first of `count` neighbours below `limit`, or RANGE_ARENAS; then *tail is how many lie free just below
 * it. */
static uint32_t find_run(const AddressRange *range, uint32_t limit, uint32_t count, uint32_t *tail) {
    uint32_t run = 0;
    for (uint32_t arena = range->lowest_vacant; arena < limit; arena++) {
        if (arena % 64 == 0 && range->occupied[arena / 64] == UINT64_MAX) {
            run = 0;
            arena += 63;
        } else if (is_occupied(range, arena)) {
            run = 0;
        } else if (++run == count) {
            return arena + 1 - count;
        }
    }
    *tail = run;
    return RANGE_ARENAS;
}

uint32_t range_find_vacant(AddressRange *range, uint32_t count) {
    uint32_t limit = (uint32_t)(range->reserved >> ARENA_SHIFT), tail = 0;
    while (range->lowest_vacant < limit && is_occupied(range, range->lowest_vacant))
        range->lowest_vacant++;
    uint32_t first = find_run(range, limit, count, &tail);
    if (first < RANGE_ARENAS || range->whole || !range_extend(range, count - tail)) return first;
    return limit - tail;
}

uint32_t range_find_roomy(const AddressRange *range, uint32_t count) {
    if (!range->whole) return RANGE_ARENAS;
    uint32_t first = 0, widest = 0, start = 0;
    for (uint32_t word = 0; word <= RANGE_ARENAS / 64; word++) {
        uint64_t used =
            word < RANGE_ARENAS / 64 ? range->occupied[word] : 1; /* the end of the window ends a gap */
        if (used == 0) continue;
        uint32_t end = word * 64 + (uint32_t)__builtin_ctzll(used);
        if (end - start > widest) {
            widest = end - start;
            first = start;
        }
        start = word * 64 + 64 - (uint32_t)__builtin_clzll(used);
    }
    return widest < count ? RANGE_ARENAS : first + (widest - count) / 2;
}

uint32_t range_next_present(const AddressRange *range, uint32_t from) {
    uint64_t mask = UINT64_MAX << (from % 64);
    for (uint32_t word = from / 64; word < RANGE_ARENAS / 64; word++) {
        uint64_t present = range->present[word] & mask;
        if (present != 0) return word * 64 + (uint32_t)__builtin_ctzll(present);
        mask = UINT64_MAX;
    }
    return RANGE_ARENAS;
}

size_t range_metadata_bytes(const AddressRange *range) {
    size_t record_pages = 0;
    for (uint32_t word = 0; word < RANGE_ARENAS / 64; word++)
        record_pages += range->present[word] != 0;
    return (size_t)range->committed * ARENA_PAGES * (sizeof(Page) + sizeof(PageLinks)) +
           record_pages * PAGE_BYTES;
}

bool range_is_vacant(AddressRange *range, uint32_t first, uint32_t count) {
    if (count > RANGE_ARENAS - first) return false;
    uint32_t limit = (uint32_t)(range->reserved >> ARENA_SHIFT);
    for (uint32_t arena = first; arena < first + count && arena < limit; arena++) {
        if (is_occupied(range, arena)) return false;
    }
    return first + count <= limit || (!range->whole && range_extend(range, first + count - limit));
}

bool arena_commit(AddressRange *range, uint32_t arena) {
    Piece pieces[PIECES];
    pieces_of(range, (size_t)arena * ARENA_BYTES, ARENA_BYTES, pieces);
    for (int i = 0; i < PIECES; i++) {
        if (!make_usable(pieces[i].address, pieces[i].bytes)) return false;
    }
    HeapArena *record = &range->arenas[arena];
    memset(record, 0, sizeof *record);
    record->free_pages = ARENA_PAGES;
    range->present[arena / 64] |= (uint64_t)1 << (arena % 64);
    range->committed++;
    return true;
}

/* Give the memory back, keep the addresses. A fresh mapping in place of the old one does both, also to the
 * account that the system keeps of committed memory. */
static void discard(void *address, size_t bytes) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    if (mmap(address, bytes, PROT_NONE, flags, -1, 0) == MAP_FAILED) {
        madvise(address, bytes, MADV_DONTNEED); /* too many mappings: the memory goes back all the same */
    }
}

bool range_promise(AddressRange *range, uint32_t first, uint32_t count) {
    if (make_usable(range->base + (size_t)first * ARENA_BYTES, (size_t)count * ARENA_BYTES)) return true;
    range_withdraw(range, first, count);
    return false;
}

void range_withdraw(AddressRange *range, uint32_t first, uint32_t count) {
    for (uint32_t arena = first; arena < first + count; arena++) {
        if (!arena_is_present(range, arena)) discard(range->base + (size_t)arena * ARENA_BYTES, ARENA_BYTES);
    }
}

void arena_release(AddressRange *range, uint32_t arena) {
    Piece pieces[PIECES];
    pieces_of(range, (size_t)arena * ARENA_BYTES, ARENA_BYTES, pieces);
    for (int i = 0; i < PIECES; i++)
        discard(pieces[i].address, pieces[i].bytes);
    range->present[arena / 64] &= ~((uint64_t)1 << (arena % 64));
    range->committed--;
    if (range->present[arena / 64] == 0)
        madvise(&range->arenas[arena & ~63u], PAGE_BYTES, MADV_DONTNEED); /* nobody's records */
}

void pages_return(AddressRange *range, uint32_t first, uint32_t count) {
    madvise(page_address(range, first), (size_t)count * PAGE_BYTES, MADV_DONTNEED);
}
