#include "gc/span.h"

#include <string.h>

/* ---- Free spans: lists by length ---- */

static Page *page_at(const Spans *spans, uint32_t page) { return &spans->range.pages[page]; }

static PageLinks *links_at(const Spans *spans, uint32_t page) { return &spans->range.links[page]; }

static bool is_roomy(const Spans *spans, uint32_t page) {
    return spans->range.arenas[page_arena(page)].roomy;
}

static void bin_insert(Spans *spans, uint32_t page, uint32_t count) {
    Page *first = page_at(spans, page), *last = page_at(spans, page + count - 1);
    uint32_t head = spans->bins[count];
    first->state = last->state = PAGE_FREE;
    first->count = last->count = count;
    if (is_roomy(spans, page)) return;
    *links_at(spans, page) = (PageLinks){.next = head, .prev = PAGE_NONE};
    if (head != PAGE_NONE) links_at(spans, head)->prev = page;
    spans->bins[count] = page;
    spans->filled[count / 64] |= (uint64_t)1 << (count % 64);
}

static void bin_remove(Spans *spans, uint32_t page) {
    const PageLinks *links = links_at(spans, page);
    uint32_t count = page_at(spans, page)->count;
    if (is_roomy(spans, page)) return;
    if (links->next != PAGE_NONE) links_at(spans, links->next)->prev = links->prev;
    if (links->prev != PAGE_NONE) {
        links_at(spans, links->prev)->next = links->next;
    } else {
        spans->bins[count] = links->next;
        if (links->next == PAGE_NONE) spans->filled[count / 64] &= ~((uint64_t)1 << (count % 64));
    }
}

/* The shortest free span of at least `count` pages, or PAGE_NONE. */
static uint32_t bin_best_fit(const Spans *spans, uint32_t count) {
    uint64_t word = spans->filled[count / 64] & (UINT64_MAX << (count % 64));
    for (uint32_t i = count / 64;;) {
        if (word != 0) return spans->bins[i * 64 + (uint32_t)__builtin_ctzll(word)];
        if (++i == SPAN_BITMAP_WORDS) return PAGE_NONE;
        word = spans->filled[i];
    }
}

/* ---- Dirty pages ---- */

static void dirty_list_append(Spans *spans, uint32_t number) {
    HeapArena *arena = &spans->range.arenas[number];
    arena->next = PAGE_NONE;
    arena->prev = spans->dirty_last;
    if (spans->dirty_last == PAGE_NONE) {
        spans->dirty_first = number;
    } else {
        spans->range.arenas[spans->dirty_last].next = number;
    }
    spans->dirty_last = number;
}

static void dirty_list_remove(Spans *spans, uint32_t number) {
    HeapArena *arenas = spans->range.arenas, *arena = &arenas[number];
    *(arena->prev == PAGE_NONE ? &spans->dirty_first : &arenas[arena->prev].next) = arena->next;
    *(arena->next == PAGE_NONE ? &spans->dirty_last : &arenas[arena->next].prev) = arena->prev;
}

/* Of pages first..first+count-1 of a word of the bitmap's 64: those from `page` on that belong to the run. */
static uint64_t run_mask(uint32_t first, uint32_t count) {
    return (count == 64 ? UINT64_MAX : ((uint64_t)1 << count) - 1) << first;
}

/* Set or clear the dirty bits of a run of pages in one arena, and keep the counts and the list. */
static void dirty_mark(Spans *spans, uint32_t page, uint32_t count, bool dirty) {
    uint32_t number = page_arena(page), changed = 0;
    HeapArena *arena = &spans->range.arenas[number];
    for (uint32_t at = page % ARENA_PAGES, end = at + count, next; at < end; at = next) {
        next = (at / 64 + 1) * 64 < end ? (at / 64 + 1) * 64 : end;
        uint64_t mask = run_mask(at % 64, next - at), *word = &arena->dirty[at / 64];
        uint64_t turned = (dirty ? ~*word : *word) & mask;
        changed += turned == mask ? next - at : (uint32_t)__builtin_popcountll(turned);
        *word = dirty ? *word | mask : *word & ~mask;
    }
    if (changed == 0) return;
    if (dirty) {
        if (arena->dirty_pages == 0) dirty_list_append(spans, number);
        arena->dirty_pages = (uint16_t)(arena->dirty_pages + changed);
        spans->dirty_pages += changed;
    } else {
        arena->dirty_pages = (uint16_t)(arena->dirty_pages - changed);
        spans->dirty_pages -= changed;
        if (arena->dirty_pages == 0) dirty_list_remove(spans, number);
    }
}

/* Give back the memory of an arena's dirty pages, run by run. */
static void return_arena_pages(Spans *spans, uint32_t number) {
    HeapArena *arena = &spans->range.arenas[number];
    uint32_t base = number * ARENA_PAGES;
    for (uint32_t at = 0; at < ARENA_PAGES;) {
        uint32_t run = 0;
        while (at + run < ARENA_PAGES && (arena->dirty[(at + run) / 64] >> ((at + run) % 64) & 1))
            run++;
        if (run > 0) pages_return(&spans->range, base + at, run);
        at += run + 1;
    }
    dirty_mark(spans, base, ARENA_PAGES, false);
}

static void release_vacant(Spans *spans, uint32_t number) {
    bin_remove(spans, number * ARENA_PAGES);
    dirty_mark(spans, number * ARENA_PAGES, ARENA_PAGES, false);
    arena_release(&spans->range, number);
    spans->vacant--;
}

/* How many dirty pages may be kept. */
static size_t budget(const Spans *spans) {
    return DIRTY_MIN + spans->used_pages / KEPT_SHARE + spans->refetched;
}

static void keep_to_budget(Spans *spans) {
    size_t most = budget(spans);
    if (spans->dirty_pages > most) spans_return_dirty(spans, most / 2);
}

void spans_relax(Spans *spans) {
    spans->refetched -= spans->refetched / 4;
    keep_to_budget(spans);
}

void spans_return_dirty(Spans *spans, size_t keep) {
    while (spans->dirty_pages > keep) {
        uint32_t number = spans->dirty_first;
        if (spans->range.arenas[number].free_pages < ARENA_PAGES) {
            return_arena_pages(spans, number);
        } else {
            release_vacant(spans, number);
        }
    }
}

/* ---- Taking and freeing runs of pages; a part is the portion of a run inside one arena ---- */

static uint32_t part_length(uint32_t page, uint32_t end) {
    uint32_t border = (page_arena(page) + 1) * ARENA_PAGES;
    return (border < end ? border : end) - page;
}

/* Take `count` pages at the start of a free span, or of an absent arena; a wholly free arena becomes roomy or not. */
static bool claim_part(Spans *spans, uint32_t page, uint32_t count, bool roomy) {
    uint32_t number = page_arena(page);
    HeapArena *arena = &spans->range.arenas[number];
    if (!arena_is_present(&spans->range, number)) {
        if (!arena_commit(&spans->range, number)) return false;
        bin_insert(spans, page, ARENA_PAGES);
        spans->vacant++;
    }
    uint32_t available = page_at(spans, page)->count;
    bin_remove(spans, page);
    if (arena->free_pages == ARENA_PAGES) arena->roomy = roomy;
    if (available > count) bin_insert(spans, page + count, available - count);
    dirty_mark(spans, page, count, false);
    if (arena->free_pages == ARENA_PAGES) {
        arena_set_occupied(&spans->range, number, true);
        spans->vacant--;
    }
    arena->free_pages = (uint16_t)(arena->free_pages - count);
    spans->used_pages += count;
    return true;
}

static void free_part(Spans *spans, uint32_t page, uint32_t count) {
    uint32_t number = page_arena(page), start = page, end = page + count;
    HeapArena *arena = &spans->range.arenas[number];
    dirty_mark(spans, page, count, true);
    arena->free_pages = (uint16_t)(arena->free_pages + count);
    spans->used_pages -= count;
    if (start % ARENA_PAGES != 0 && page_at(spans, start - 1)->state == PAGE_FREE) {
        start -= page_at(spans, start - 1)->count;
        bin_remove(spans, start);
    }
    if (end % ARENA_PAGES != 0 && page_at(spans, end)->state == PAGE_FREE) {
        bin_remove(spans, end);
        end += page_at(spans, end)->count;
    }
    if (arena->free_pages == ARENA_PAGES) arena->roomy = false;
    bin_insert(spans, start, end - start);
    if (arena->free_pages < ARENA_PAGES) return;
    arena_set_occupied(&spans->range, number, false);
    spans->vacant++;
    if (spans->vacant > VACANT_MIN + budget(spans) / ARENA_PAGES) release_vacant(spans, number);
}

static void free_run(Spans *spans, uint32_t page, uint32_t end) {
    for (uint32_t count; page < end; page += count) {
        count = part_length(page, end);
        free_part(spans, page, count);
    }
}

/* All of the pages, which are free or of absent arenas, or none. */
static bool claim_run(Spans *spans, uint32_t page, uint32_t end, bool roomy) {
    size_t count = end - page, held = spans->used_pages + spans->dirty_pages;
    if (spans->used_pages > spans->used_limit || count > spans->used_limit - spans->used_pages) return false;
    uint32_t first = page_arena(page), arenas = page_arena(end - 1) + 1 - first;
    bool promised = arenas >= RANGE_STEP / ARENA_BYTES;
    if (promised && !range_promise(&spans->range, first, arenas)) return false;
    for (uint32_t at = page, part; at < end; at += part) {
        part = part_length(at, end);
        if (!claim_part(spans, at, part, roomy)) {
            free_run(spans, page, at);
            if (promised) range_withdraw(&spans->range, first, arenas);
            return false;
        }
    }
    size_t fetched = spans->used_pages + spans->dirty_pages - held; /* the rest of them was dirty */
    if (held < spans->used_peak && spans->refetched < spans->used_peak) spans->refetched += fetched;
    if (spans->used_pages > spans->used_peak) spans->used_peak = spans->used_pages;
    return true;
}

/* ---- Interface ---- */

bool spans_init(Spans *spans) {
    if (!range_init(&spans->range)) return false;
    memset(spans->bins, 0xff, sizeof spans->bins); /* PAGE_NONE */
    memset(spans->filled, 0, sizeof spans->filled);
    spans->dirty_first = spans->dirty_last = PAGE_NONE;
    spans->dirty_pages = spans->used_pages = spans->used_peak = 0;
    spans->vacant = 0;
    spans->refetched = 0;
    spans->used_limit = SIZE_MAX;
    return true;
}

void spans_fini(Spans *spans) { range_fini(&spans->range); }

static uint32_t arenas_for(uint32_t pages) { return (pages + ARENA_PAGES - 1) / ARENA_PAGES; }

/* Make a span of `pages` at `page`, if it is one and all of them can be had. */
static uint32_t claim_span(Spans *spans, uint32_t page, uint32_t pages, bool roomy) {
    if (page == PAGE_NONE || !claim_run(spans, page, page + pages, roomy)) return PAGE_NONE;
    page_at(spans, page)->count = pages;
    page_at(spans, page)->state = page_at(spans, page + pages - 1)->state = PAGE_SPAN;
    return page;
}

static uint32_t arena_start(uint32_t arena) {
    return arena == RANGE_ARENAS ? PAGE_NONE : arena * ARENA_PAGES;
}

uint32_t span_take(Spans *spans, size_t count) {
    if (count > RANGE_WINDOW / PAGE_BYTES) return PAGE_NONE;
    uint32_t pages = (uint32_t)count, page = PAGE_NONE;
    if (pages <= SPAN_BIN_MAX) page = bin_best_fit(spans, pages);
    if (page == PAGE_NONE) page = arena_start(range_find_vacant(&spans->range, arenas_for(pages)));
    return claim_span(spans, page, pages, false);
}

uint32_t span_take_roomy(Spans *spans, size_t count) {
    if (count > RANGE_WINDOW / PAGE_BYTES) return PAGE_NONE;
    uint32_t pages = (uint32_t)count;
    uint32_t arena = range_find_roomy(&spans->range, arenas_for(pages));
    return claim_span(spans, arena_start(arena), pages, true);
}

void span_free(Spans *spans, uint32_t page, size_t count) {
    free_run(spans, page, page + (uint32_t)count);
    keep_to_budget(spans);
}

void span_move(Spans *spans, uint32_t from, uint32_t to, size_t bytes) {
    for (size_t done = 0; done < bytes; done += MOVE_BYTES) {
        size_t part = bytes - done < MOVE_BYTES ? bytes - done : MOVE_BYTES;
        memcpy(page_address(&spans->range, to) + done, page_address(&spans->range, from) + done, part);
        if (part == MOVE_BYTES)
            pages_return(&spans->range, from + (uint32_t)(done / PAGE_BYTES), MOVE_BYTES / PAGE_BYTES);
    }
    uint32_t page = from, end = from + (uint32_t)(bytes / MOVE_BYTES * (MOVE_BYTES / PAGE_BYTES));
    span_free(spans, from, page_at(spans, from)->count);
    for (uint32_t part; page < end; page += part) {
        part = part_length(page, end);
        if (arena_is_present(&spans->range, page_arena(page))) dirty_mark(spans, page, part, false);
    }
}

/* Are pages from `page` to `end` free: the rest of their first arena in one span, and then whole arenas? */
static bool is_claimable(Spans *spans, uint32_t page, uint32_t end) {
    uint32_t here = page % ARENA_PAGES == 0 ? 0 : part_length(page, end);
    if (here > 0 && (page_at(spans, page)->state != PAGE_FREE || page_at(spans, page)->count < here))
        return false;
    uint32_t beyond = end - page - here;
    if (beyond == 0) return true;
    return range_is_vacant(&spans->range, page_arena(page + here), arenas_for(beyond));
}

bool span_grow(Spans *spans, uint32_t page, size_t count, size_t new_count) {
    if (new_count > RANGE_WINDOW / PAGE_BYTES - page) return false;
    uint32_t end = page + (uint32_t)count, new_end = page + (uint32_t)new_count;
    if (!is_claimable(spans, end, new_end) || !claim_run(spans, end, new_end, is_roomy(spans, page)))
        return false;
    page_at(spans, page)->count = (uint32_t)new_count;
    page_at(spans, new_end - 1)->state = PAGE_SPAN;
    return true;
}

void span_shrink(Spans *spans, uint32_t page, size_t count, size_t new_count) {
    if (new_count == count) return;
    page_at(spans, page)->count = (uint32_t)new_count;
    page_at(spans, page + (uint32_t)new_count - 1)->state = PAGE_SPAN;
    span_free(spans, page + (uint32_t)new_count, count - new_count);
}

uint32_t span_next(const Spans *spans, uint32_t page) {
    const AddressRange *range = &spans->range;
    if (page != PAGE_NONE) {
        const Page *here = page_at(spans, page);
        page += here->state == PAGE_FREE || here->state == PAGE_SPAN ? here->count : 1;
    } else {
        page = 0;
    }
    if (page % ARENA_PAGES != 0) return page;
    uint32_t arena = range_next_present(range, page_arena(page));
    return arena < RANGE_ARENAS ? arena * ARENA_PAGES : PAGE_NONE;
}
