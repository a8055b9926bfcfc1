#include "gc/debug.h"

#include <stdarg.h>
#include <stdio.h>

/*
 * heap_check: what is said twice must agree. Each part returns true, or writes the first difference it finds.
 *
 *     arenas and spans, pools and their buckets, generations, debug blocks, accounts
 */

typedef struct Report {
    char *text;
    size_t size;
} Report;

static bool differ(const Report *report, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool differ(const Report *report, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    if (report->size > 0) vsnprintf(report->text, report->size, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- Arenas and spans ---- */

/* In the list of its length. */
static bool is_listed(const Heap *heap, uint32_t page) {
    const PageLinks *links = heap->spans.range.links, *own = &links[page];
    uint32_t before =
        own->prev == PAGE_NONE ? heap->spans.bins[heap->pages[page].count] : links[own->prev].next;
    return before == page && (own->next == PAGE_NONE || links[own->next].prev == page);
}

/* A free span and its marks: the length at both ends, the list of its length, no free neighbour behind it. */
static bool check_free_span(const Heap *heap, uint32_t page, const Report *report) {
    const Page *first = &heap->pages[page], *last = first + first->count - 1;
    uint32_t end = page + first->count;
    if (first->count == 0 || first->count > ARENA_PAGES || page_arena(page) != page_arena(end - 1)) {
        return differ(report, "free span at page %u has %u pages", page, first->count);
    }
    if (last->state != PAGE_FREE || last->count != first->count) {
        return differ(report, "free span at page %u is not marked at its end", page);
    }
    if (!heap->spans.range.arenas[page_arena(page)].roomy && !is_listed(heap, page)) {
        return differ(report, "free span at page %u is not in its list", page);
    }
    if (end % ARENA_PAGES != 0 && heap->pages[end].state == PAGE_FREE) {
        return differ(report, "free spans at pages %u and %u are not joined", page, end);
    }
    return true;
}

static bool check_arena(const Heap *heap, uint32_t number, size_t *dirty, const Report *report) {
    const HeapArena *arena = &heap->spans.range.arenas[number];
    bool occupied = heap->spans.range.occupied[number / 64] >> (number % 64) & 1;
    unsigned dirty_bits = 0;
    if (!arena_is_present(&heap->spans.range, number)) {
        if (occupied) return differ(report, "arena %u is occupied but absent", number);
        return true;
    }
    for (int i = 0; i < ARENA_DIRTY_WORDS; i++)
        dirty_bits += (unsigned)__builtin_popcountll(arena->dirty[i]);
    if (dirty_bits != arena->dirty_pages || dirty_bits > arena->free_pages) {
        return differ(report, "arena %u counts %u dirty pages, has %u", number, arena->dirty_pages,
                      dirty_bits);
    }
    if (occupied != (arena->free_pages < ARENA_PAGES)) {
        return differ(report, "arena %u with %u free pages is%s occupied", number, arena->free_pages,
                      occupied ? "" : " not");
    }
    *dirty += dirty_bits;
    return true;
}

static bool check_arenas(const Heap *heap, const Report *report) {
    size_t dirty = 0, committed = 0;
    const AddressRange *range = &heap->spans.range;
    for (uint32_t number = 0; number < RANGE_ARENAS; number++) {
        if (!check_arena(heap, number, &dirty, report)) return false;
        committed += arena_is_present(range, number);
    }
    if (committed != range->committed) return differ(report, "%zu arenas committed", committed);
    if (dirty != heap->spans.dirty_pages) return differ(report, "%zu dirty pages in arenas", dirty);
    return true;
}

/* ---- Pools ---- */

/* The free slots: inside the page, on slot borders, none twice, as many as are not live. */
static bool check_free_slots(const Heap *heap, uint32_t page, const Report *report) {
    const Page *pool = &heap->pages[page];
    const PoolClass *class = &heap->classes[pool->size_class];
    const char *slots = page_address(&heap->spans.range, page);
    uint64_t seen[PAGE_BYTES / SLOT_STEP / 64] = {0};
    unsigned count = 0;
    for (const char *slot = pool->free; slot != NULL; slot = *(const SlotLink *)slot, count++) {
        size_t offset = (size_t)(slot - slots), index = offset / class->slot_size;
        if (offset % class->slot_size != 0 || index >= class->capacity) {
            return differ(report, "free slot %p is not of its pool, page %u", (const void *)slot, page);
        }
        if (seen[index / 64] >> (index % 64) & 1) {
            return differ(report, "slot %p is free twice", (const void *)slot);
        }
        seen[index / 64] |= (uint64_t)1 << (index % 64);
    }
    if (count + pool_live(pool) == class->capacity) return true;
    return differ(report, "pool at page %u: %u live and %u free slots of %u", page, pool_live(pool), count,
                  class->capacity);
}

static bool check_pool(const Heap *heap, uint32_t page, const Report *report) {
    const Page *pool = &heap->pages[page];
    if (pool->size_class == 0 || pool->size_class >= POOL_CLASSES) {
        return differ(report, "pool at page %u has size class %u", page, pool->size_class);
    }
    const PoolClass *class = &heap->classes[pool->size_class];
    if ((pool->state == PAGE_CURRENT) != (class->current == pool)) {
        return differ(report, "pool at page %u in state %u: current pool of its class, or not?", page,
                      pool->state);
    }
    if (pool->countdown == 0) return differ(report, "pool at page %u missed a transition", page);
    if (pool->state == PAGE_PARTIAL) {
        const PageLinks *links = heap->spans.range.links;
        uint32_t prev = links[page].prev;
        uint32_t before = prev == PAGE_NONE ? class->first[pool->bucket] : links[prev].next;
        if (before != page) return differ(report, "partial pool at page %u is not in its bucket", page);
    }
    return check_free_slots(heap, page, report);
}

static bool check_pages(const Heap *heap, const Report *report) {
    const Spans *spans = &heap->spans;
    for (uint32_t page = span_next(spans, PAGE_NONE); page != PAGE_NONE; page = span_next(spans, page)) {
        const Page *first = &heap->pages[page];
        bool good = true;
        switch (first->state) {
        case PAGE_FREE: good = check_free_span(heap, page, report); break;
        case PAGE_SPAN: {
            size_t bytes = (size_t)first->count * PAGE_BYTES;
            good = first->bytes <= bytes && first->bytes + PAGE_BYTES > bytes;
            if (!good)
                differ(report, "large block at page %u: %zu bytes in %u pages", page, first->bytes,
                       first->count);
            break;
        }
        case PAGE_CURRENT:
        case PAGE_PARTIAL:
        case PAGE_FULL: good = check_pool(heap, page, report); break;
        default: good = differ(report, "page %u in state %u", page, first->state);
        }
        if (!good) return false;
    }
    return true;
}

/* ---- Generations and debug blocks ---- */

static bool place_fits(GcPlace place, int generation) {
    return place == (GcPlace)(GC_YOUNG + generation) || (place == GC_NEW && generation == YOUNGEST);
}

static bool check_generation(const Heap *heap, int number, const Report *report) {
    const Generation *generation = &heap->generations[number];
    uint32_t holes = 0;
    for (uint32_t i = 0; i < generation->length; i++) {
        const Object *object = generation->items[i];
        if (object == NULL) {
            holes++;
        } else if (object_vector_index(object) != i || !place_fits(object_place(object), number)) {
            return differ(report, "%s object %p, entry %u of generation %d, says place %d, entry %u",
                          object_slots(object)->name, (const void *)object, i, number, object_place(object),
                          object_vector_index(object));
        } else if (object->refs == 0) {
            return differ(report, "%s object %p is tracked and has no references", object_slots(object)->name,
                          (const void *)object);
        }
    }
    if (holes == generation->holes) return true;
    return differ(report, "generation %d counts %u holes, has %u", number, generation->holes, holes);
}

static bool check_generations(const Heap *heap, const Report *report) {
    for (int i = 0; i <= PERMANENT; i++) {
        if (!check_generation(heap, i, report)) return false;
    }
    return true;
}

static bool check_debug_blocks(const Heap *heap, const Report *report) {
    for (const DebugBlock *block = heap->debug_blocks; block != NULL; block = block->next) {
        const char *problem = debug_problem(block);
        if (problem != NULL)
            return differ(report, "%s: %p, %zu bytes", problem, (const void *)(block + 1), block->size);
    }
    return true;
}

bool heap_check(Heap *heap, char *report_text, size_t report_size) {
    Report report = {report_text, report_size};
    shelves_clear(heap);
    if (!check_arenas(heap, &report) || !check_pages(heap, &report)) return false;
    if (!check_generations(heap, &report) || !check_debug_blocks(heap, &report)) return false;
    if (!heap_check_accounts(heap)) return differ(&report, "the accounts do not add up");
    return true;
}
