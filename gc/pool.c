#include "gc/debug.h"

/* ---- Size classes ---- */

/* Slots of the medium classes: a page in 7, 6, 5, 4, 3 and 2, rounded down to the slot step. */
static const uint16_t MEDIUM_SLOTS[MEDIUM_CLASSES] = {576, 672, 816, 1024, 1360, POOL_MAX};

unsigned pool_class(size_t size) {
    if (size <= SMALL_MAX) return (unsigned)((size + SLOT_STEP - 1) / SLOT_STEP);
    unsigned medium = 0;
    while (MEDIUM_SLOTS[medium] < size)
        medium++;
    return SMALL_CLASSES + 1 + medium;
}

static size_t class_slot_size(unsigned size_class) {
    if (size_class <= SMALL_CLASSES) return size_class * SLOT_STEP;
    return MEDIUM_SLOTS[size_class - SMALL_CLASSES - 1];
}

static void class_init(PoolClass *class, size_t slot_size) {
    *class = (PoolClass){.slot_size = (uint16_t)slot_size, .capacity = (uint16_t)(PAGE_BYTES / slot_size)};
    class->rest = (uint16_t)(1 + class->capacity / POOL_REST_SHARE);
    for (unsigned bucket = 0; bucket < POOL_BUCKETS; bucket++) {
        unsigned low = (bucket * class->capacity + POOL_BUCKETS - 1) / POOL_BUCKETS;
        class->low[bucket] = (uint16_t)(low < 1 ? 1 : low);
        class->first[bucket] = class->last[bucket] = PAGE_NONE;
    }
}

void pools_init(Heap *heap) {
    heap->sentinel = (Page){.free = NULL};
    for (unsigned i = 0; i <= SMALL_CLASSES; i++)
        heap->shelves[i].top = heap->shelves[i].limit = &heap->shelves[i].slots[0];
    for (unsigned i = 0; i < POOL_CLASSES; i++) {
        class_init(&heap->classes[i], class_slot_size(i == 0 ? 1 : i));
        heap->classes[i].current = &heap->sentinel;
    }
}

/* ---- Buckets of partial pools: first in, first out, so that a pool gathers free slots ---- */

static uint32_t number_of(const Heap *heap, const Page *pool) { return (uint32_t)(pool - heap->pages); }

static void bucket_append(Heap *heap, PoolClass *class, Page *pool, unsigned bucket) {
    PageLinks *links = heap->spans.range.links;
    uint32_t number = number_of(heap, pool), last = class->last[bucket];
    pool->bucket = (uint8_t)bucket;
    links[number] = (PageLinks){.next = PAGE_NONE, .prev = last};
    *(last == PAGE_NONE ? &class->first[bucket] : &links[last].next) = number;
    class->last[bucket] = number;
    class->filled = (uint8_t)(class->filled | 1u << bucket);
}

static void bucket_remove(Heap *heap, PoolClass *class, Page *pool) {
    PageLinks *links = heap->spans.range.links, *own = &links[number_of(heap, pool)];
    unsigned bucket = pool->bucket;
    *(own->prev == PAGE_NONE ? &class->first[bucket] : &links[own->prev].next) = own->next;
    *(own->next == PAGE_NONE ? &class->last[bucket] : &links[own->next].prev) = own->prev;
    if (class->first[bucket] == PAGE_NONE) class->filled = (uint8_t)(class->filled & ~(1u << bucket));
}

/* ---- Transitions (gc/pool.h) ---- */

/* Free -> current: a page, all its slots linked in the order of their addresses. */
static Page *make_pool(Heap *heap, unsigned size_class) {
    const PoolClass *class = &heap->classes[size_class];
    uint32_t number = span_take(&heap->spans, 1);
    if (number == PAGE_NONE) return NULL;
    char *slots = page_address(&heap->spans.range, number);
    char *last = slots + (size_t)(class->capacity - 1) * class->slot_size;
    for (char *slot = slots; slot < last; slot += class->slot_size)
        *(SlotLink *)slot = slot + class->slot_size;
    *(SlotLink *)last = NULL;
    Page *pool = &heap->pages[number];
    pool->free = slots;
    pool->size_class = (uint8_t)size_class;
    pool->countdown = 0; /* no live slots, for make_current */
    pool->floor = 0;
    return pool;
}

/* Partial -> current. */
static Page *fullest_pool(Heap *heap, PoolClass *class) {
    if (class->filled == 0) return NULL;
    unsigned bucket = 31 - (unsigned)__builtin_clz(class->filled);
    Page *pool = &heap->pages[class->first[bucket]];
    bucket_remove(heap, class, pool);
    return pool;
}

static void make_current(Heap *heap, unsigned size_class, Page *pool) {
    unsigned live = pool_live(pool);
    pool->state = PAGE_CURRENT;
    pool->floor = -1;
    pool->countdown = (uint16_t)(live + 1);
    heap->classes[size_class].current = pool;
    if (!heap_is_watched(heap)) heap->current[size_class] = pool;
}

/* Current -> full. */
static void make_full(const PoolClass *class, Page *pool) {
    pool->state = PAGE_FULL;
    pool->floor = (int16_t)(class->capacity - class->rest);
    pool->countdown = class->rest;
}

void *pool_refill(Heap *heap, unsigned size_class) {
    PoolClass *class = &heap->classes[size_class];
    Page *old = class->current, *pool = fullest_pool(heap, class);
    if (pool == NULL) pool = make_pool(heap, size_class);
    if (pool == NULL) return NULL;
    if (old != &heap->sentinel) make_full(class, old);
    make_current(heap, size_class, pool);
    return pool_take(pool);
}

static unsigned bucket_for(const PoolClass *class, unsigned live) {
    unsigned bucket = POOL_BUCKETS - 1;
    while (live < class->low[bucket])
        bucket--;
    return bucket;
}

void pool_transition(Heap *heap, Page *pool) {
    PoolClass *class = &heap->classes[pool->size_class];
    unsigned live = pool_live(pool);
    if (pool->state == PAGE_PARTIAL) bucket_remove(heap, class, pool);
    if (live == 0) {
        span_free(&heap->spans, number_of(heap, pool), 1);
        return;
    }
    unsigned bucket = bucket_for(class, live);
    pool->state = PAGE_PARTIAL;
    pool->floor = (int16_t)(class->low[bucket] - 1);
    pool->countdown = (uint16_t)((int)live - pool->floor);
    bucket_append(heap, class, pool, bucket);
}

void shelves_clear(Heap *heap) {
    for (unsigned i = 0; i <= SMALL_CLASSES; i++) {
        Shelf *shelf = &heap->shelves[i];
        for (void *slot; (slot = shelf_take(shelf)) != NULL;)
            block_give(heap, slot, i * SLOT_STEP);
    }
}

void pools_trim(Heap *heap) {
    shelves_clear(heap);
    for (unsigned i = 1; i < POOL_CLASSES; i++) {
        Page *pool = heap->classes[i].current;
        if (pool == &heap->sentinel || pool_live(pool) > 0) continue;
        heap->classes[i].current = heap->current[i] = &heap->sentinel;
        span_free(&heap->spans, number_of(heap, pool), 1);
    }
}
