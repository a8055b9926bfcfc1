#include "gc/heap.h"
#include "gc/debug.h"

#include <assert.h>
#include <stdlib.h>

enum {
    EMERGENCIES_FREE = 16,       /* collections that free nothing before refusals go without */
    ROOMY_BYTES = 2 * MOVE_BYTES /* from this size on a block that outgrows its place is given room */
};

/* ---- Blocks in pools and spans ---- */

static size_t page_count(size_t size) { return (size >> PAGE_SHIFT) + ((size & (PAGE_BYTES - 1)) != 0); }

void *block_take(Heap *heap, size_t size) {
    if (size <= POOL_MAX) {
        unsigned size_class = pool_class(size == 0 ? 1 : size);
        void *slot = size_class <= SMALL_CLASSES ? shelf_take(&heap->shelves[size_class]) : NULL;
        if (slot == NULL) slot = pool_take(heap->classes[size_class].current);
        return slot != NULL ? slot : pool_refill(heap, size_class);
    }
    uint32_t page = span_take(&heap->spans, page_count(size));
    if (page == PAGE_NONE) return NULL;
    heap->pages[page].bytes = size;
    return page_address(&heap->spans.range, page);
}

void block_give(Heap *heap, void *block, size_t size) {
    uint32_t page = page_of(&heap->spans.range, block);
    if (size <= POOL_MAX) {
        if (pool_give(&heap->pages[page], block)) pool_transition(heap, &heap->pages[page]);
    } else {
        span_free(&heap->spans, page, page_count(size));
    }
}

/* Without moving the block. */
static bool block_resize(Heap *heap, void *block, size_t old_size, size_t new_size) {
    if (old_size <= POOL_MAX || new_size <= POOL_MAX) {
        if (old_size > POOL_MAX || new_size > POOL_MAX) return false;
        return pool_class(old_size + !old_size) == pool_class(new_size + !new_size);
    }
    uint32_t page = page_of(&heap->spans.range, block);
    size_t old_count = page_count(old_size), new_count = page_count(new_size);
    if (new_count <= old_count) {
        span_shrink(&heap->spans, page, old_count, new_count);
    } else if (!span_grow(&heap->spans, page, old_count, new_count)) {
        return false;
    }
    heap->pages[page].bytes = new_size;
    return true;
}

/* ---- Blocks from the system's allocator ---- */

/* No block may be larger than the other modes could serve. */
static bool system_has_room(const Heap *heap, size_t size, size_t new_size) {
    if (new_size > RANGE_WINDOW) return false;
    return heap->exempt || (size <= heap->limit && heap->system_bytes <= heap->limit - size);
}

static void system_count(Heap *heap, size_t less, size_t more) {
    heap->system_bytes += more - less;
    if (heap->system_bytes > heap->system_peak) heap->system_peak = heap->system_bytes;
}

static void *system_alloc(Heap *heap, size_t size) {
    void *block = system_has_room(heap, size, size) ? malloc(size == 0 ? 1 : size) : NULL;
    if (block == NULL) return NULL;
    heap->system_blocks++;
    system_count(heap, 0, size);
    return block;
}

static void system_free(Heap *heap, void *block, size_t size) {
    heap->system_blocks--;
    system_count(heap, size, 0);
    free(block);
}

static void *system_resize(Heap *heap, void *block, size_t old_size, size_t new_size) {
    if (new_size > old_size && !system_has_room(heap, new_size - old_size, new_size)) return NULL;
    void *resized = realloc(block, new_size == 0 ? 1 : new_size);
    if (resized != NULL) system_count(heap, old_size, new_size);
    return resized;
}

/* ---- The door ---- */

#ifdef MPY_DEBUG
void heap_assert_block(const Heap *heap, const void *block, size_t size) {
    if (heap->mode != HEAP_POOLS) return;
    size_t offset = (size_t)((const char *)block - heap->fast_base);
    assert(offset < heap->spans.range.reserved);
    const Page *page = &heap->pages[offset >> PAGE_SHIFT];
    if (size <= POOL_MAX) {
        assert(page->state >= PAGE_CURRENT && page->size_class == pool_class(size == 0 ? 1 : size));
        assert(offset % PAGE_BYTES % heap->classes[page->size_class].slot_size == 0);
        if (size > SMALL_MAX) return;
        const Shelf *shelf = &heap->shelves[(size + SLOT_STEP - 1) / SLOT_STEP];
        for (void *const *slot = shelf->top; *slot != NULL; slot--)
            assert(*slot != block);
    } else {
        assert(page->state == PAGE_SPAN && page->bytes == size);
    }
}
#endif

/* Count a request; true when it is one that must fail. */
static bool watch_refuses(Heap *heap) {
    if (heap->fail_at == 0) return false;
    heap->requests++;
    return heap->requests == heap->fail_at || (heap->fail_forever && heap->requests > heap->fail_at);
}

/* Close to the limit, the next container that is made makes a full collection due. Well below it, what was learnt
 * close to it is forgotten. */
static void feel_pressure(Heap *heap) {
    size_t used = heap_used(heap), seven_eighths = heap->limit - heap->limit / 8;
    if (used < seven_eighths) {
        heap->pressure_at = seven_eighths;
        heap->fruitless = 0;
    }
    if (used < heap->pressure_at) return;
    heap->pressed = true;
    gc_arm(heap);
}

/* `block`, of which the recorder has been told. */
static void *record_taken(Heap *heap, void *block, size_t size) {
    if (heap->recorder == NULL || heap->telling || block == NULL) return block;
    bool no_emergency = heap->no_emergency;
    heap->telling = heap->no_emergency = true;
    heap->recorder->taken(heap_vm(heap), block, size);
    heap->telling = false;
    heap->no_emergency = no_emergency;
    return block;
}

static void record_given(Heap *heap, void *block) {
    if (heap->recorder != NULL && !heap->telling && block != NULL)
        heap->recorder->given(heap_vm(heap), block);
}

static void *serve(Heap *heap, size_t size, const Type *type, const void *site) {
    if (heap->limit != SIZE_MAX) feel_pressure(heap);
    switch (heap->mode) {
    case HEAP_SYSTEM: return system_alloc(heap, size);
    case HEAP_DEBUG: return debug_alloc(heap, size, type, site);
    default: return block_take(heap, size);
    }
}

/* May a refused request ask for a collection? The more of them have freed nothing, the seldomer: a program that unwinds
 * with its memory full would spend its time on them. */
static bool may_collect_for(Heap *heap, size_t size) {
    if (heap->exempt || heap->no_emergency || size > heap->limit) return false;
    if (!heap->collector.enabled || heap->collector.collecting) return false;
    if (heap->fruitless > EMERGENCIES_FREE) {
        uint32_t extra = heap->fruitless - EMERGENCIES_FREE;
        if (heap->skipped++ < 1u << (extra < 31 ? extra : 31)) return false;
    }
    heap->skipped = 0;
    heap->emergencies++;
    return true;
}

/* Did what lay on the shelves keep a page from being free? */
static bool shelves_yield(Heap *heap) {
    size_t used = heap->spans.used_pages;
    shelves_clear(heap);
    return heap->spans.used_pages < used;
}

/* A request for a block was refused; is it worth trying again? */
static bool has_found_room(Heap *heap, size_t size) {
    if (!may_collect_for(heap, size)) return shelves_yield(heap);
    bool fruitful = gc_collect_quietly(heap);
    heap->fruitless = fruitful ? 0 : heap->fruitless + 1;
    return shelves_yield(heap) || fruitful;
}

void *heap_alloc_slow(Heap *heap, size_t size, const Type *type) {
    const void *site = __builtin_return_address(0);
    if (watch_refuses(heap)) return NULL;
    void *block = serve(heap, size, type, site);
    if (block == NULL && has_found_room(heap, size)) block = serve(heap, size, type, site);
    return record_taken(heap, block, size);
}

void heap_free_slow(Heap *heap, void *block, size_t size) {
    record_given(heap, block);
    switch (heap->mode) {
    case HEAP_SYSTEM: system_free(heap, block, size); return;
    case HEAP_DEBUG: debug_free(heap, block, size, __builtin_return_address(0)); return;
    default: block_give(heap, block, size); return;
    }
}

/* Move a block that grows, and will go on growing, to where it has room: what is copied over its life is then
 * little. */
static void *move_to_room(Heap *heap, void *block, size_t old_size, size_t new_size) {
    uint32_t from = page_of(&heap->spans.range, block),
             to = span_take_roomy(&heap->spans, page_count(new_size));
    if (to == PAGE_NONE) to = span_take(&heap->spans, page_count(new_size));
    if (to == PAGE_NONE) return NULL;
    heap->pages[to].bytes = new_size;
    span_move(&heap->spans, from, to, old_size);
    return page_address(&heap->spans.range, to);
}

static void *resize_in_pools(Heap *heap, void *block, size_t old_size, size_t new_size) {
    if (block_resize(heap, block, old_size, new_size)) return block;
    if (old_size >= ROOMY_BYTES && new_size > old_size) return move_to_room(heap, block, old_size, new_size);
    void *moved = block_take(heap, new_size);
    if (moved == NULL) return NULL;
    memcpy(moved, block, old_size < new_size ? old_size : new_size);
    heap_free(heap, block, old_size);
    return moved;
}

static void *resize(Heap *heap, void *block, size_t old_size, size_t new_size, const void *site) {
    if (block == NULL) return serve(heap, new_size, NULL, site);
    if (heap->limit != SIZE_MAX) feel_pressure(heap);
    switch (heap->mode) {
    case HEAP_SYSTEM: return system_resize(heap, block, old_size, new_size);
    case HEAP_DEBUG: return debug_resize(heap, block, old_size, new_size, site);
    default: return resize_in_pools(heap, block, old_size, new_size);
    }
}

void *heap_resize(Heap *heap, void *block, size_t old_size, size_t new_size) {
    const void *site = __builtin_return_address(0);
    if (watch_refuses(heap)) return NULL;
    void *resized = resize(heap, block, old_size, new_size, site);
    if (resized == NULL && has_found_room(heap, new_size))
        resized = resize(heap, block, old_size, new_size, site);
    if (resized != NULL) record_given(heap, block);
    return record_taken(heap, resized, new_size);
}

void *heap_allocate_fn(void *heap, void *block, size_t old_size, size_t new_size) {
    if (new_size > 0) return heap_resize((Heap *)heap, block, old_size, new_size);
    if (block != NULL) heap_free((Heap *)heap, block, old_size);
    return NULL;
}

/* Memory and a place in the young generation, or neither. */
static Object *serve_container(Heap *heap, Type *type, size_t size, const void *site) {
    if (!generation_reserve(heap_vm(heap), &heap->generations[YOUNGEST], 1)) return NULL;
    return serve(heap, size, type, site);
}

Object *object_new_container_slow(VM *vm, Type *type, size_t size) {
    Heap *heap = vm_heap(vm);
    Generation *young = &heap->generations[YOUNGEST];
    const void *site = __builtin_return_address(0);
    gc_poll(heap);
    if (watch_refuses(heap)) return NULL;
    Object *object = serve_container(heap, type, size, site);
    if (object == NULL && has_found_room(heap, size)) object = serve_container(heap, type, size, site);
    if (object == NULL) return NULL;
    record_taken(heap, object, size);
    memset(object, 0, size);
    object->refs = 1;
    object->type = type;
    generation_append(young, object, GC_NEW);
    young->count++;
    return object;
}

/* ---- Switches ---- */

/* Which requests and frees may take the inlined paths. */
static void arm_fast_paths(Heap *heap) {
    bool watched = heap_is_watched(heap);
    for (unsigned i = 0; i < POOL_CLASSES; i++) {
        heap->current[i] = watched ? &heap->sentinel : heap->classes[i].current;
    }
    shelves_clear(heap);
    for (unsigned i = 0; i <= SMALL_CLASSES; i++) {
        Shelf *shelf = &heap->shelves[i];
        shelf->limit = &shelf->slots[watched ? 0 : SHELF_SLOTS];
    }
    heap->fast_bytes = heap->mode == HEAP_POOLS && heap->recorder == NULL ? RANGE_WINDOW : 0;
}

void heap_watch(Heap *heap, uint64_t fail_at, bool forever) {
    heap->fail_at = fail_at;
    heap->fail_forever = forever;
    heap->requests = 0;
    arm_fast_paths(heap);
}

void heap_record(Heap *heap, const HeapRecorder *recorder) {
    heap->recorder = recorder;
    arm_fast_paths(heap);
}

void heap_set_limit(Heap *heap, size_t limit) {
    heap->limit = limit == 0 ? SIZE_MAX : limit;
    heap->spans.used_limit = heap->limit >> PAGE_SHIFT;
    heap_relieve(heap);
}

size_t heap_used(const Heap *heap) {
    return heap->mode == HEAP_SYSTEM ? heap->system_bytes : heap->spans.used_pages << PAGE_SHIFT;
}

void heap_relieve(Heap *heap) {
    size_t used = heap_used(heap), seven_eighths = heap->limit - heap->limit / 8;
    size_t room = used < heap->limit ? heap->limit - used : 0;
    size_t halfway = room > heap->limit / 64 ? used + room / 2 : SIZE_MAX; /* close by, wait for a refusal */
    heap->pressure_at = halfway > seven_eighths ? halfway : seven_eighths;
    heap->pressed = false;
    gc_arm(heap);
}

void heap_set_exempt(Heap *heap, bool exempt) {
    heap->exempt = exempt;
    heap->spans.used_limit = exempt ? SIZE_MAX : heap->limit >> PAGE_SHIFT;
}

void heap_trim(Heap *heap) {
    heap->spans.refetched = 0;
    pools_trim(heap);
    spans_return_dirty(&heap->spans, 0);
}

/* ---- Life of the heap ---- */

#ifdef MPY_ASAN
#define MODE_DEFAULT HEAP_SYSTEM /* the sanitizer sees every block */
#else
#define MODE_DEFAULT HEAP_POOLS
#endif

static void collector_init(Heap *heap, uint32_t stress) {
    heap->generations[0].threshold = 2000; /* CPython's */
    heap->generations[1].threshold = 10;
    heap->generations[2].threshold = 10;
    heap->collector.enabled = true;
    heap->collector.stress = stress;
    gc_arm(heap);
}

bool heap_init(Heap *heap, const HeapOptions *options) {
    HeapOptions chosen = options != NULL ? *options : (HeapOptions){.mode = HEAP_DEFAULT};
    memset(heap, 0, sizeof *heap);
    heap->mode = chosen.mode != HEAP_DEFAULT ? chosen.mode : MODE_DEFAULT;
    if (!spans_init(&heap->spans)) return false;
    heap->fast_base = heap->spans.range.base;
    heap->pages = heap->spans.range.pages;
    pools_init(heap);
    if (heap->mode == HEAP_DEBUG && !debug_init(heap)) {
        spans_fini(&heap->spans);
        return false;
    }
    heap_watch(heap, chosen.fail_at, chosen.fail_forever);
    heap_set_limit(heap, chosen.limit);
    collector_init(heap, chosen.gc_stress);
    return true;
}

void heap_fini(Heap *heap) {
    for (unsigned i = 0; i <= PERMANENT; i++) {
        Generation *generation = &heap->generations[i];
        if (generation->items == NULL) continue;
        heap_free(heap, generation->items, generation->capacity * sizeof(Object *));
        generation->items = NULL;
    }
    if (heap->mode == HEAP_DEBUG) debug_fini(heap);
#ifdef MPY_DEBUG
    assert(heap_live_blocks(heap) == 0);
#endif
    spans_fini(&heap->spans);
}
