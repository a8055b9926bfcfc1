#include "gc/debug.h"

/* ---- heap_stats: the account, by walking pages ---- */

static void count_pool(const Heap *heap, const Page *pool, HeapStats *stats) {
    const PoolClass *class = &heap->classes[pool->size_class];
    unsigned live = pool_live(pool);
    stats->pools++;
    stats->live_blocks += live;
    stats->pool_live += (size_t)live * class->slot_size;
    stats->pool_free += (size_t)(class->capacity - live) * class->slot_size;
    stats->pool_tail += PAGE_BYTES - (size_t) class->capacity * class->slot_size;
}

static void count_large(const Page *first, HeapStats *stats) {
    stats->spans++;
    stats->live_blocks++;
    stats->span_live += first->bytes;
    stats->span_slack += (size_t)first->count * PAGE_BYTES - first->bytes;
}

static void count_arenas(const AddressRange *range, HeapStats *stats) {
    stats->reserved = range->reserved;
    stats->arenas = range->committed;
    stats->metadata = range_metadata_bytes(range);
    stats->taken = (size_t)range->committed * ARENA_BYTES + stats->metadata;
}

void heap_stats(Heap *heap, HeapStats *stats) {
    const Spans *spans = &heap->spans;
    shelves_clear(heap);
    *stats = (HeapStats){.used = heap_used(heap), .requests = heap->requests};
    size_t free_pages = 0;
    for (uint32_t page = span_next(spans, PAGE_NONE); page != PAGE_NONE; page = span_next(spans, page)) {
        const Page *first = &heap->pages[page];
        switch (first->state) {
        case PAGE_FREE: free_pages += first->count; break;
        case PAGE_SPAN: count_large(first, stats); break;
        default: count_pool(heap, first, stats);
        }
    }
    count_arenas(&spans->range, stats);
    stats->pages_held = spans->dirty_pages * PAGE_BYTES;
    stats->pages_returned = free_pages * PAGE_BYTES - stats->pages_held;
    stats->used_peak = spans->used_peak << PAGE_SHIFT;
    if (heap->mode == HEAP_SYSTEM) {
        stats->system_live = heap->system_bytes;
        stats->taken += heap->system_bytes;
        stats->live_blocks = heap->system_blocks;
        stats->used_peak = heap->system_peak;
    }
}

static size_t debug_block_count(const Heap *heap) {
    size_t count = 0;
    for (const DebugBlock *block = heap->debug_blocks; block != NULL; block = block->next)
        count++;
    return count;
}

size_t heap_live_blocks(const Heap *heap) {
    if (heap->mode == HEAP_SYSTEM) return heap->system_blocks;
    if (heap->mode == HEAP_DEBUG) return debug_block_count(heap);
    HeapStats stats;
    heap_stats((Heap *)heap, &stats);
    return stats.live_blocks;
}

/* ---- heap_check_accounts ---- */

bool heap_check_accounts(Heap *heap) {
    HeapStats s;
    heap_stats(heap, &s);
    size_t in_pools = s.pool_live + s.pool_free + s.pool_tail, in_spans = s.span_live + s.span_slack;
    size_t pages = in_pools + in_spans + s.pages_held + s.pages_returned;
    if (in_pools + in_spans != heap->spans.used_pages * PAGE_BYTES) return false;
    return pages + s.metadata + s.system_live == s.taken;
}
