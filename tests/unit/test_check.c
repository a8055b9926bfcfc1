/*
 * heap_check finds damage: whatever it compares is made wrong, one thing at a time, and put right again.
 */
#include "gc/debug.h"

#include <check.h>
#include <stdlib.h>

struct VM {
    Heap heap;
};

struct Type {
    TypeHead head;
};

enum { REPORT_BYTES = 512, SLOTS = 200, SLOT_BYTES = 48, SPAN_PAGES = 5, OBJECTS = 4 };

static VM *vm_new(HeapMode mode) {
    VM *vm = malloc(sizeof *vm);
    ck_assert(vm != NULL && heap_init(&vm->heap, &(HeapOptions){.mode = mode}));
    return vm;
}

static void expect_sound(VM *vm) {
    char report[REPORT_BYTES] = "";
    ck_assert_msg(heap_check(&vm->heap, report, sizeof report), "%s", report);
}

static void expect_difference(VM *vm, const char *text) {
    char report[REPORT_BYTES] = "";
    ck_assert_msg(!heap_check(&vm->heap, report, sizeof report), "not found: %s", text);
    ck_assert_msg(strstr(report, text) != NULL, "found instead of '%s': %s", text, report);
    ck_assert(!heap_check(&vm->heap, NULL, 0));
}

/* Let it be found that `place` has the value, and put it right. */
#define DAMAGE(vm, place, value, text) \
    do { \
        __typeof__(place) before = (place); \
        (place) = (value); \
        expect_difference(vm, text); \
        (place) = before; \
        expect_sound(vm); \
    } while (0)

static void vm_free(VM *vm) {
    expect_sound(vm);
    heap_fini(&vm->heap);
    free(vm);
}

static uint32_t page_at(const VM *vm, const void *block) { return page_of(&vm->heap.spans.range, block); }

/* ---- Spans and arenas ---- */

enum { SPAN_BYTES = SPAN_PAGES * PAGE_BYTES, ROW = 5 };

/* Large blocks in a row, each second one free again, so that there are two free spans of one length. */
typedef struct Spread {
    void *blocks[ROW];
    uint32_t gaps[2]; /* the first pages of the free spans */
} Spread;

static Spread spread_new(VM *vm) {
    Spread s;
    for (int i = 0; i < ROW; i++) {
        s.blocks[i] = heap_alloc(&vm->heap, SPAN_BYTES);
        ck_assert_uint_eq(page_at(vm, s.blocks[i]), page_at(vm, s.blocks[0]) + (uint32_t)(i * SPAN_PAGES));
    }
    for (int i = 1; i < ROW; i += 2) {
        s.gaps[i / 2] = page_at(vm, s.blocks[i]);
        memset(s.blocks[i], 1, SPAN_BYTES);
        heap_free(&vm->heap, s.blocks[i], SPAN_BYTES);
    }
    return s;
}

static void spread_free(VM *vm, const Spread *s) {
    for (int i = 0; i < ROW; i += 2)
        heap_free(&vm->heap, s->blocks[i], SPAN_BYTES);
}

START_TEST(free_spans) {
    VM *vm = vm_new(HEAP_POOLS);
    Spread s = spread_new(vm);
    uint32_t page = vm->heap.spans.bins[SPAN_PAGES];
    PageLinks *links = vm->heap.spans.range.links;
    uint32_t next = links[page].next;
    ck_assert(page == s.gaps[0] ? next == s.gaps[1] : page == s.gaps[1] && next == s.gaps[0]);
    Page *span = &vm->heap.pages[page];
    DAMAGE(vm, span->count, 0, "has 0 pages");
    DAMAGE(vm, span->count, ARENA_PAGES + 1, "has 257 pages");
    DAMAGE(vm, span->count, ARENA_PAGES, "has 256 pages");
    DAMAGE(vm, span[SPAN_PAGES - 1].state, PAGE_SPAN, "is not marked at its end");
    DAMAGE(vm, span[SPAN_PAGES - 1].count, 1, "is not marked at its end");
    DAMAGE(vm, vm->heap.spans.bins[SPAN_PAGES], PAGE_NONE, "is not in its list");
    DAMAGE(vm, links[next].prev, next, "is not in its list");
    DAMAGE(vm, links[page].next, page, "is not in its list");
    DAMAGE(vm, span[SPAN_PAGES].state, PAGE_FREE, "are not joined");
    uint32_t other = page_at(
        vm, s.blocks[0]); /* whose links mean nothing: the second span points to it, as it does back */
    links[other].next = next;
    DAMAGE(vm, links[next].prev, other, "is not in its list");
    spread_free(vm, &s);
    vm_free(vm);
}
END_TEST

START_TEST(large_blocks) {
    VM *vm = vm_new(HEAP_POOLS);
    Spread s = spread_new(vm);
    Page *page = &vm->heap.pages[page_at(vm, s.blocks[0])];
    DAMAGE(vm, page->bytes, (size_t)SPAN_BYTES + 1, "large block at page");
    DAMAGE(vm, page->bytes, (size_t)(SPAN_PAGES - 1) * PAGE_BYTES, "large block at page");
    DAMAGE(vm, page->state, 77, "in state 77");
    spread_free(vm, &s);
    vm_free(vm);
}
END_TEST

START_TEST(arenas) {
    VM *vm = vm_new(HEAP_POOLS);
    size_t bytes = (size_t)3 * ARENA_BYTES;
    heap_free(&vm->heap, heap_alloc(&vm->heap, bytes), bytes);
    heap_trim(&vm->heap); /* some arenas are absent again */
    Spread s = spread_new(vm);
    Spans *spans = &vm->heap.spans;
    AddressRange *range = &spans->range;
    HeapArena *arena = &range->arenas[page_arena(s.gaps[0])];
    ck_assert_uint_gt(arena->dirty_pages, 0);
    DAMAGE(vm, range->present[0], range->present[0] & ~(uint64_t)1, "is occupied but absent");
    DAMAGE(vm, arena->dirty_pages, arena->dirty_pages + 1, "dirty pages, has");
    DAMAGE(vm, arena->free_pages, 0, "dirty pages, has");
    DAMAGE(vm, arena->free_pages, ARENA_PAGES, "free pages is occupied");
    DAMAGE(vm, range->occupied[0], 0, "is not occupied");
    DAMAGE(vm, range->committed, range->committed + 1, "arenas committed");
    DAMAGE(vm, spans->dirty_pages, spans->dirty_pages + 1, "dirty pages in arenas");
    DAMAGE(vm, spans->used_pages, spans->used_pages + 1, "the accounts do not add up");
    spread_free(vm, &s);
    vm_free(vm);
}
END_TEST

/* ---- Pools ---- */

static void fill_pools(VM *vm, void *slots[SLOTS]) {
    for (int i = 0; i < SLOTS; i++)
        slots[i] = heap_alloc(&vm->heap, SLOT_BYTES);
}

/* Of each page so many: the first ones of every five, from `rest` on. */
static void free_slots(VM *vm, void *slots[SLOTS], int rest) {
    for (int i = 0; i < SLOTS; i++) {
        if (slots[i] == NULL || i % 5 < rest) continue;
        heap_free(&vm->heap, slots[i], SLOT_BYTES);
        slots[i] = NULL;
    }
}

START_TEST(pools) {
    VM *vm = vm_new(HEAP_POOLS);
    Heap *heap = &vm->heap;
    void *slots[SLOTS];
    fill_pools(vm, slots);
    free_slots(vm, slots, 2);
    expect_sound(vm); /* nothing is on a shelf any more */
    unsigned size_class = pool_class(SLOT_BYTES);
    PoolClass *class = &heap->classes[size_class];
    uint32_t page = page_at(vm, slots[0]);
    Page *pool = &heap->pages[page];
    ck_assert_int_eq(pool->state, PAGE_PARTIAL);
    ck_assert_int_eq(class->current->state, PAGE_CURRENT);
    DAMAGE(vm, pool->size_class, 0, "has size class 0");
    DAMAGE(vm, pool->size_class, POOL_CLASSES, "has size class");
    DAMAGE(vm, pool->state, PAGE_CURRENT, "current pool of its class, or not?");
    DAMAGE(vm, class->current->state, PAGE_FULL, "current pool of its class, or not?");
    DAMAGE(vm, pool->countdown, 0, "missed a transition");
    DAMAGE(vm, pool->floor, pool->floor + 1, "live and");
    char *start = page_address(&heap->spans.range, page);
    DAMAGE(vm, pool->free, (char *)pool->free + 8, "is not of its pool");
    DAMAGE(vm, pool->free, start + class->capacity * class->slot_size, "is not of its pool");
    DAMAGE(vm, *(SlotLink *)pool->free, pool->free, "is free twice");
    DAMAGE(vm, class->first[pool->bucket], PAGE_NONE, "is not in its bucket");
    free_slots(vm, slots, 0);
    vm_free(vm);
}
END_TEST

START_TEST(pools_in_one_bucket) {
    VM *vm = vm_new(HEAP_POOLS);
    void *slots[SLOTS];
    fill_pools(vm, slots);
    free_slots(vm, slots, 2);
    expect_sound(vm);
    uint32_t page = page_at(vm, slots[0]), other = page_at(vm, slots[SLOTS / 2]);
    PageLinks *links = vm->heap.spans.range.links;
    ck_assert_uint_ne(page, other);
    ck_assert_uint_eq(vm->heap.pages[page].bucket, vm->heap.pages[other].bucket);
    uint32_t second = links[page].prev == PAGE_NONE ? other : page;
    ck_assert_uint_ne(links[second].prev, PAGE_NONE);
    DAMAGE(vm, links[links[second].prev].next, PAGE_NONE, "is not in its bucket");
    free_slots(vm, slots, 0);
    vm_free(vm);
}
END_TEST

/* ---- Generations ---- */

static int traverse(Object *self, VisitFn visit, void *context) {
    (void)self, (void)visit, (void)context;
    return 0;
}

static struct Type box_type = {
    .head = {.object = OBJECT_IMMORTAL(NULL), .name = "box", .traverse = traverse}};

START_TEST(generations) {
    VM *vm = vm_new(HEAP_POOLS);
    Generation *young = &vm->heap.generations[YOUNGEST];
    Object *objects[OBJECTS];
    for (int i = 0; i < OBJECTS; i++) {
        objects[i] = object_new_container(vm, &box_type, SLOT_BYTES);
        if (i > 0) object_track(objects[i]);
    }
    expect_sound(vm);
    DAMAGE(vm, young->holes, 1, "generation 0 counts 1 holes, has 0");
    DAMAGE(vm, objects[1]->gc, objects[2]->gc, "box object");
    uint32_t flags = objects[1]->gc - (uint32_t)object_place(objects[1]);
    DAMAGE(vm, objects[1]->gc, flags + GC_OLD, "says place");
    DAMAGE(vm, objects[1]->refs, 0, "is tracked and has no references");
    object_track(objects[0]);
    gc_collect(&vm->heap, YOUNGEST);
    expect_sound(vm);
    flags = objects[1]->gc - (uint32_t)object_place(objects[1]);
    DAMAGE(vm, objects[1]->gc, flags + GC_NEW, "says place");
    for (int i = 0; i < OBJECTS; i++) {
        object_untrack(vm, objects[i]);
        object_free(vm, objects[i], SLOT_BYTES);
    }
    vm_free(vm);
}
END_TEST

/* ---- The debug mode ---- */

START_TEST(debug_blocks) {
    VM *vm = vm_new(HEAP_DEBUG);
    char *block = heap_alloc(&vm->heap, SLOT_BYTES);
    DebugBlock *head = (DebugBlock *)block - 1;
    DAMAGE(vm, block[-1], 0, "written to before its start");
    DAMAGE(vm, block[SLOT_BYTES], 0, "written to behind its end");
    DAMAGE(vm, head->mark, 0, "not a block of this heap");
    heap_free(&vm->heap, block, SLOT_BYTES);
    ck_assert_ptr_nonnull(debug_problem(head)); /* in quarantine, it would be freed twice */
    vm_free(vm);
}
END_TEST

START_TEST(system_blocks) {
    VM *vm = vm_new(HEAP_SYSTEM);
    void *block = heap_alloc(&vm->heap, SLOT_BYTES);
    expect_sound(vm);
    heap_free(&vm->heap, block, SLOT_BYTES);
    vm_free(vm);
}
END_TEST

int main(void) {
    TCase *tests = tcase_create("check");
    tcase_add_test(tests, free_spans);
    tcase_add_test(tests, large_blocks);
    tcase_add_test(tests, arenas);
    tcase_add_test(tests, pools);
    tcase_add_test(tests, pools_in_one_bucket);
    tcase_add_test(tests, generations);
    tcase_add_test(tests, debug_blocks);
    tcase_add_test(tests, system_blocks);
    tcase_set_timeout(tests, 120);
    Suite *suite = suite_create("heap_check");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
