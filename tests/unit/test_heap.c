/* The memory of the heap: size classes, spans, resizing, accounts, watches, limits, the debug mode's reports.
 */

#include "gc/debug.h"
#include "tests/unit/sanitizer.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* A build that measures coverage has this; a child that does not return from main must call it. */
extern void __gcov_dump(void) __attribute__((weak));

static void leave_record(int signal) {
    (void)signal;
    if (__gcov_dump != NULL) __gcov_dump();
}

static _Noreturn void leave(int status) {
    leave_record(0);
    _exit(status);
}

struct VM {
    Heap heap;
};

struct Type {
    TypeHead head;
};

static const HeapMode MODES[] = {HEAP_POOLS, HEAP_DEBUG, HEAP_SYSTEM};

enum { MODE_COUNT = sizeof MODES / sizeof MODES[0], REPORT_BYTES = 512 };

static VM *vm_new(HeapOptions options) {
    VM *vm = malloc(sizeof *vm);
    ck_assert(vm != NULL && heap_init(&vm->heap, &options));
    return vm;
}

static void assert_sound(VM *vm) {
    char report[REPORT_BYTES] = "";
    ck_assert_msg(heap_check(&vm->heap, report, sizeof report), "%s", report);
}

static void vm_free(VM *vm) {
    assert_sound(vm);
    ck_assert_uint_eq(heap_live_blocks(&vm->heap), 0);
    heap_fini(&vm->heap);
    free(vm);
}

/* A small generator of our own, so that a failure can be repeated. */
static uint32_t next_random(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

static void fill(void *block, size_t size, unsigned char with) { memset(block, with, size); }

static bool is_filled(const unsigned char *block, size_t size, unsigned char with) {
    for (size_t i = 0; i < size; i++) {
        if (block[i] != with) return false;
    }
    return true;
}

/* ---- Size classes and spans ---- */

START_TEST(every_size_is_aligned_and_whole) {
    VM *vm = vm_new((HeapOptions){.mode = MODES[_i]});
    enum { MOST = 2 * POOL_MAX + 50 };
    unsigned char **blocks = malloc((MOST + 1) * sizeof *blocks);
    for (size_t size = 0; size <= MOST; size++) {
        blocks[size] = heap_alloc(&vm->heap, size);
        ck_assert_ptr_nonnull(blocks[size]);
        ck_assert_uint_eq((uintptr_t)blocks[size] % 16, 0);
        fill(blocks[size], size, (unsigned char)size);
    }
    ck_assert_uint_ge(heap_live_blocks(&vm->heap), MOST + 1);
    assert_sound(vm);
    for (size_t size = 0; size <= MOST; size++) {
        ck_assert(is_filled(blocks[size], size, (unsigned char)size));
        heap_free(&vm->heap, blocks[size], size);
    }
    free(blocks);
    vm_free(vm);
}
END_TEST

START_TEST(size_classes_fit_their_sizes) {
    VM *vm = vm_new((HeapOptions){.mode = HEAP_POOLS});
    for (size_t size = 1; size <= POOL_MAX; size++) {
        unsigned size_class = pool_class(size);
        ck_assert_uint_lt(size_class, POOL_CLASSES);
        ck_assert_uint_ge(vm->heap.classes[size_class].slot_size, size);
        if (size_class > 1) ck_assert_uint_lt(vm->heap.classes[size_class - 1].slot_size, size);
    }
    ck_assert_uint_eq(vm->heap.classes[POOL_CLASSES - 1].slot_size, POOL_MAX);
    vm_free(vm);
}
END_TEST

START_TEST(large_blocks) {
    static const size_t SIZES[] = {POOL_MAX + 1,    PAGE_BYTES,      PAGE_BYTES + 1,  ARENA_BYTES - 1,
                                   ARENA_BYTES,     ARENA_BYTES + 1, 3 * ARENA_BYTES, 5 * ARENA_BYTES + 12345,
                                   40 * ARENA_BYTES};
    enum { COUNT = sizeof SIZES / sizeof SIZES[0] };
    VM *vm = vm_new((HeapOptions){.mode = MODES[_i]});
    for (int round = 0; round < 3; round++) {
        unsigned char *blocks[COUNT];
        for (int i = 0; i < COUNT; i++) {
            blocks[i] = heap_alloc(&vm->heap, SIZES[i]);
            ck_assert_ptr_nonnull(blocks[i]);
            blocks[i][0] = blocks[i][SIZES[i] - 1] = (unsigned char)i;
        }
        assert_sound(vm);
        for (int k = 0; k < COUNT; k++) {
            int i = (k * 4 + round) % COUNT;
            ck_assert(blocks[i][0] == i && blocks[i][SIZES[i] - 1] == i);
            heap_free(&vm->heap, blocks[i], SIZES[i]);
            assert_sound(vm);
        }
    }
    vm_free(vm);
}
END_TEST

START_TEST(impossible_sizes_are_refused) {
    VM *vm = vm_new((HeapOptions){.mode = MODES[_i]});
    static const size_t SIZES[] = {SIZE_MAX, SIZE_MAX - 15, SIZE_MAX - PAGE_BYTES, SIZE_MAX / 2,
                                   (size_t)1 << 47};
    void *block = heap_alloc(&vm->heap, 10);
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        ck_assert_ptr_null(heap_alloc(&vm->heap, SIZES[i]));
        ck_assert_ptr_null(heap_resize(&vm->heap, block, 10, SIZES[i]));
    }
    heap_free(&vm->heap, block, 10);
    vm_free(vm);
}
END_TEST

/* ---- Resizing ---- */

START_TEST(resizing_keeps_contents) {
    VM *vm = vm_new((HeapOptions){.mode = MODES[_i]});
    uint64_t random = 1;
    size_t size = 0;
    unsigned char *block = NULL;
    for (int step = 0; step < 2000; step++) {
        size_t new_size = next_random(&random) % (step % 7 == 0 ? 3 * ARENA_BYTES : step % 2 ? 9000 : 700);
        block = heap_resize(&vm->heap, block, size, new_size);
        ck_assert_ptr_nonnull(block);
        size_t kept = size < new_size ? size : new_size;
        ck_assert(is_filled(block, kept < 100 ? kept : 100, (unsigned char)(step - 1)) || step == 0);
        fill(block, new_size, (unsigned char)step);
        size = new_size;
    }
    assert_sound(vm);
    heap_free(&vm->heap, block, size);
    vm_free(vm);
}
END_TEST

START_TEST(resizing_in_place) {
    VM *vm = vm_new((HeapOptions){.mode = HEAP_POOLS});
    Heap *heap = &vm->heap;
    void *small = heap_alloc(heap, 33);
    ck_assert_ptr_eq(heap_resize(heap, small, 33, 48), small);
    char *large = heap_alloc(heap, 3 * PAGE_BYTES);
    size_t size = 3 * PAGE_BYTES;
    for (size_t pages = 4; pages < 3 * ARENA_PAGES; pages += 5) {
        ck_assert_ptr_eq(heap_resize(heap, large, size, pages * PAGE_BYTES), large);
        size = pages * PAGE_BYTES;
        large[size - 1] = 1;
        assert_sound(vm);
    }
    while (size > 3 * PAGE_BYTES) {
        ck_assert_ptr_eq(heap_resize(heap, large, size, size / 2 + PAGE_BYTES), large);
        size = size / 2 + PAGE_BYTES;
        assert_sound(vm);
    }
    heap_free(heap, large, size);
    heap_free(heap, small, 48);
    vm_free(vm);
}
END_TEST

/* A block that grows while others are made is moved to where it has room once, and takes no other block's pages nor
 * gives them any. */
START_TEST(a_growing_block_is_given_room) {
    VM *vm = vm_new((HeapOptions){.mode = HEAP_POOLS});
    Heap *heap = &vm->heap;
    const AddressRange *range = &heap->spans.range;
    enum { OTHERS = 3000, FIRST = 100 * PAGE_BYTES, LAST = 20 * ARENA_BYTES };
    void *others[OTHERS];
    size_t size = FIRST;
    unsigned char *block = heap_alloc(heap, size);
    memset(block, 0, size);
    int made = 0, moves = 0;
    for (unsigned char mark = 1; size < LAST; mark++) {
        size_t larger = size + size / 8;
        for (int i = 0; i < 60; i++)
            others[made++] = heap_alloc(heap, 3 * PAGE_BYTES);
        unsigned char *grown = heap_resize(heap, block, size, larger);
        ck_assert_ptr_nonnull(grown);
        moves += grown != block;
        memset(grown + size, mark, larger - size);
        ck_assert_uint_eq(grown[0], 0);
        ck_assert_uint_eq(grown[size - 1], (unsigned char)(mark - 1));
        block = grown;
        size = larger;
        assert_sound(vm);
    }
    ck_assert_int_le(moves, 4);
    uint32_t last = page_arena(page_of(range, block + size - 1));
    ck_assert(range->arenas[last].roomy);
    for (int i = 0; i < made; i++)
        ck_assert(!range->arenas[page_arena(page_of(range, others[i]))].roomy);
    heap_free(heap, block, size);
    ck_assert(!range->arenas[last].roomy);
    for (int i = 0; i < made; i++)
        heap_free(heap, others[i], 3 * PAGE_BYTES);
    assert_sound(vm);
    vm_free(vm);
}
END_TEST

START_TEST(the_door_as_a_function) {
    VM *vm = vm_new((HeapOptions){.mode = HEAP_POOLS});
    void *block = heap_allocate_fn(&vm->heap, NULL, 0, 100);
    ck_assert_ptr_nonnull(block);
    block = heap_allocate_fn(&vm->heap, block, 100, 10000);
    ck_assert_ptr_nonnull(block);
    ck_assert_ptr_null(heap_allocate_fn(&vm->heap, block, 10000, 0));
    ck_assert_ptr_null(heap_allocate_fn(&vm->heap, NULL, 0, 0));
    vm_free(vm);
}
END_TEST

/* ---- Random workloads, accounts, giving back ---- */

enum { LIVE_MAX = 3000 };

typedef struct {
    unsigned char *block;
    size_t size;
    unsigned char with;
} Slot;

static size_t random_size(uint64_t *random) {
    switch (next_random(random) % 16) {
    case 0: return next_random(random) % 40000;
    case 1: return next_random(random) % 3000;
    case 2: return next_random(random) % 64 == 0 ? next_random(random) % (3 * ARENA_BYTES) : 1;
    default: return next_random(random) % 520;
    }
}

static void free_slot(VM *vm, Slot *slot) {
    if (slot->block == NULL) return;
    size_t seen = slot->size < 64 ? slot->size : 64;
    ck_assert(is_filled(slot->block, seen, slot->with));
    ck_assert(is_filled(slot->block + slot->size - seen, seen, slot->with));
    heap_free(&vm->heap, slot->block, slot->size);
    slot->block = NULL;
}

START_TEST(random_lifetimes_keep_the_accounts) {
    VM *vm = vm_new((HeapOptions){.mode = MODES[_i % MODE_COUNT]});
    uint64_t random = (uint64_t)_i + 17;
    Slot *slots = calloc(LIVE_MAX, sizeof *slots);
    for (int step = 0; step < 60000; step++) {
        Slot *slot = &slots[next_random(&random) % (step / 10000 % 2 ? LIVE_MAX / 10 : LIVE_MAX)];
        if (slot->block != NULL) {
            free_slot(vm, slot);
            continue;
        }
        *slot = (Slot){.size = random_size(&random), .with = (unsigned char)step};
        slot->block = heap_alloc(&vm->heap, slot->size);
        ck_assert_ptr_nonnull(slot->block);
        fill(slot->block, slot->size, slot->with);
        if (step % 5000 == 0) assert_sound(vm);
    }
    for (int i = 0; i < LIVE_MAX; i++)
        free_slot(vm, &slots[i]);
    free(slots);
    vm_free(vm);
}
END_TEST

START_TEST(memory_goes_back) {
    VM *vm = vm_new((HeapOptions){.mode = HEAP_POOLS});
    enum { COUNT = 200000 };
    void **blocks = malloc(COUNT * sizeof *blocks);
    HeapStats full, empty;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < COUNT; i++)
            blocks[i] = heap_alloc(&vm->heap, 64);
        heap_stats(&vm->heap, &full);
        ck_assert_uint_ge(full.pool_live, COUNT * 64);
        for (int i = 0; i < COUNT; i++)
            heap_free(&vm->heap, blocks[(i * 7919) % COUNT], 64);
        heap_stats(&vm->heap, &empty);
        ck_assert_uint_le(empty.used, 2 * PAGE_BYTES);
        size_t kept = DIRTY_MIN + vm->heap.spans.refetched;
        ck_assert_uint_le(empty.pages_held, (kept + 2) * PAGE_BYTES);
        if (round == 0) ck_assert_uint_le(empty.taken, full.taken / 2);
        assert_sound(vm);
    }
    heap_trim(&vm->heap);
    heap_stats(&vm->heap, &empty);
    ck_assert_uint_eq(empty.taken, empty.metadata);
    free(blocks);
    vm_free(vm);
}
END_TEST

/* The transitions of gc/pool.h, each by what brings it about. */
START_TEST(a_pool_goes_through_its_states) {
    VM *vm = vm_new((HeapOptions){.mode = HEAP_POOLS});
    Heap *heap = &vm->heap;
    enum { SIZE = 256, PER_PAGE = PAGE_BYTES / SIZE };
    const PoolClass *class = &heap->classes[pool_class(SIZE)];
    void *first[PER_PAGE], *second[PER_PAGE];
    for (int i = 0; i < PER_PAGE; i++)
        first[i] = block_take(heap, SIZE);
    const Page *pool = &heap->pages[page_of(&heap->spans.range, first[0])];
    ck_assert_int_eq(pool->state,
                     PAGE_CURRENT); /* free -> current; that it has no free slot is not noticed yet */

    second[0] = block_take(heap, SIZE);
    const Page *other = &heap->pages[page_of(&heap->spans.range, second[0])];
    ck_assert_ptr_ne(pool, other);
    ck_assert_int_eq(pool->state, PAGE_FULL); /* current -> full */
    ck_assert_int_eq(other->state, PAGE_CURRENT);

    int live = PER_PAGE;
    for (; live > PER_PAGE - class->rest; block_give(heap, first[--live], SIZE))
        ck_assert_int_eq(pool->state, PAGE_FULL);
    ck_assert_int_eq(pool->state, PAGE_PARTIAL); /* full -> partial */
    ck_assert_int_eq(pool->bucket, POOL_BUCKETS - 1);
    while (live >= class->low[POOL_BUCKETS - 1])
        block_give(heap, first[--live], SIZE);
    ck_assert_int_eq(pool->state, PAGE_PARTIAL); /* partial -> partial, a bucket lower */
    ck_assert_int_eq(pool->bucket, POOL_BUCKETS - 2);

    for (int i = 1; i < PER_PAGE; i++)
        second[i] = block_take(heap, SIZE);
    first[live++] = block_take(heap, SIZE);
    ck_assert_int_eq(pool->state, PAGE_CURRENT); /* partial -> current */
    ck_assert_int_eq(other->state, PAGE_FULL);
    assert_sound(vm);

    for (int i = 0; i < PER_PAGE; i++)
        block_give(heap, second[i], SIZE);
    ck_assert_int_eq(other->state, PAGE_FREE); /* partial -> free */
    while (live > 0)
        block_give(heap, first[--live], SIZE);
    ck_assert_int_eq(pool->state, PAGE_CURRENT);
    HeapStats stats;
    heap_trim(heap);
    heap_stats(heap, &stats);
    ck_assert_uint_eq(stats.pools, 0); /* current -> free, and the arena went with it */
    vm_free(vm);
}
END_TEST

START_TEST(the_fullest_pool_serves) {
    VM *vm = vm_new((HeapOptions){.mode = HEAP_POOLS});
    enum { SIZE = 512, PER_PAGE = PAGE_BYTES / SIZE, POOLS = 40 };
    void *blocks[POOLS * PER_PAGE];
    for (int i = 0; i < POOLS * PER_PAGE; i++)
        blocks[i] = block_take(&vm->heap, SIZE);
    for (int i = 0; i < POOLS * PER_PAGE; i++) { /* pool i loses all slots but i % PER_PAGE + 1 */
        if (i % PER_PAGE > i / PER_PAGE % PER_PAGE) {
            block_give(&vm->heap, blocks[i], SIZE);
            blocks[i] = NULL;
        }
    }
    assert_sound(vm);
    void *spare[PER_PAGE];
    for (int i = 0; i < PER_PAGE; i++) {
        spare[i] = block_take(&vm->heap, SIZE);
        const Page *pool = &vm->heap.pages[page_of(&vm->heap.spans.range, spare[i])];
        ck_assert_uint_ge(pool_live(pool), PER_PAGE - 1);
    }
    for (int i = 0; i < PER_PAGE; i++)
        block_give(&vm->heap, spare[i], SIZE);
    for (int i = 0; i < POOLS * PER_PAGE; i++) {
        if (blocks[i] != NULL) block_give(&vm->heap, blocks[i], SIZE);
    }
    vm_free(vm);
}
END_TEST

/* A freed slot is the next to be given out; no more than fit on the shelf wait there. */
START_TEST(the_slot_freed_last_serves_first) {
    VM *vm = vm_new((HeapOptions){.mode = HEAP_POOLS});
    enum { SIZE = 64, COUNT = 20 * PAGE_BYTES / SIZE };
    Heap *heap = &vm->heap;
    void *blocks[COUNT];
    for (int i = 0; i < COUNT; i++)
        blocks[i] = heap_alloc(heap, SIZE);
    for (int i = 0; i < COUNT; i += 100) {
        heap_free(heap, blocks[i], SIZE);
        ck_assert_ptr_eq(heap_alloc(heap, SIZE - 15), blocks[i]);
    }
    const Page *pool = &heap->pages[page_of(&heap->spans.range, blocks[0])];
    for (int i = 0; i < SHELF_SLOTS; i++)
        heap_free(heap, blocks[i], SIZE);
    ck_assert_uint_eq(pool_live(pool), PAGE_BYTES / SIZE);
    heap_free(heap, blocks[SHELF_SLOTS], SIZE);
    ck_assert_uint_eq(pool_live(pool), PAGE_BYTES / SIZE - 1);
    ck_assert_uint_eq(heap_live_blocks(heap), COUNT - SHELF_SLOTS - 1); /* clears the shelves */
    ck_assert_uint_eq(pool_live(pool), PAGE_BYTES / SIZE - SHELF_SLOTS - 1);
    for (int i = SHELF_SLOTS + 1; i < COUNT; i++)
        heap_free(heap, blocks[i], SIZE);
    vm_free(vm);
}
END_TEST

/* Near the limit, what lies on the shelves of other sizes is no reason to refuse. */
START_TEST(a_refusal_clears_the_shelves) {
    enum { LIMIT = 1 << 20, SMALL = 16, MOST = LIMIT / SMALL };
    VM *vm = vm_new((HeapOptions){.mode = HEAP_POOLS, .limit = LIMIT});
    void **blocks = calloc(MOST + 1, sizeof *blocks); /* and NULL */
    int count = 0;
    while ((blocks[count] = heap_alloc(&vm->heap, SMALL)) != NULL)
        count++;
    int per_page = PAGE_BYTES / SMALL;
    for (int i = count - 1; i >= 0; i--) {
        if (i / per_page == 1 && i % per_page >= SHELF_SLOTS) heap_free(&vm->heap, blocks[i], SMALL);
    }
    shelves_clear(&vm->heap);
    for (int i = per_page; i < per_page + SHELF_SLOTS; i++)
        heap_free(&vm->heap, blocks[i], SMALL);
    void *page = heap_alloc(&vm->heap, PAGE_BYTES);
    ck_assert_ptr_nonnull(page);
    heap_free(&vm->heap, page, PAGE_BYTES);
    for (int i = 0; i < count; i++) {
        if (i / per_page != 1) heap_free(&vm->heap, blocks[i], SMALL);
    }
    free(blocks);
    vm_free(vm);
}
END_TEST

START_TEST(two_heaps_are_independent) {
    VM *one = vm_new((HeapOptions){.mode = HEAP_POOLS}), *two = vm_new((HeapOptions){.mode = HEAP_DEBUG});
    void *a = heap_alloc(&one->heap, 100), *b = heap_alloc(&two->heap, 100);
    vm_free((heap_free(&one->heap, a, 100), one));
    ck_assert_uint_eq(heap_live_blocks(&two->heap), 1);
    heap_free(&two->heap, b, 100);
    vm_free(two);
}
END_TEST

/* ---- Refusals ---- */

START_TEST(the_nth_request_fails) {
    VM *vm = vm_new((HeapOptions){.mode = MODES[_i], .fail_at = 3});
    Heap *heap = &vm->heap;
    void *a = heap_alloc(heap, 16), *b = heap_alloc(heap, 5000);
    ck_assert(a != NULL && b != NULL);
    ck_assert_ptr_null(heap_resize(heap, b, 5000, 6000));
    void *c = heap_alloc(heap, 16);
    ck_assert_ptr_nonnull(c);
    heap_watch(heap, 2, true);
    void *d = heap_alloc(heap, 16);
    ck_assert_ptr_nonnull(d);
    for (int i = 0; i < 10; i++)
        ck_assert_ptr_null(heap_alloc(heap, 16));
    heap_watch(heap, UINT64_MAX, false);
    void *e = heap_alloc(heap, 16);
    ck_assert_uint_eq(heap->requests, 1);
    heap_watch(heap, 0, false);
    heap_free(heap, a, 16);
    heap_free(heap, b, 5000);
    heap_free(heap, c, 16);
    heap_free(heap, d, 16);
    heap_free(heap, e, 16);
    vm_free(vm);
}
END_TEST

/* How many blocks fit. Frees them again. */
static int fill_up(VM *vm, size_t size) {
    struct Link {
        struct Link *next;
    } *list = NULL;
    int count = 0;
    for (struct Link *link; (link = heap_alloc(&vm->heap, size)) != NULL; count++) {
        link->next = list;
        list = link;
    }
    while (list != NULL) {
        struct Link *next = list->next;
        heap_free(&vm->heap, list, size);
        list = next;
    }
    return count;
}

START_TEST(the_limit_holds_and_repeats) {
    enum { LIMIT = 3 << 20 };
    static const size_t SIZES[] = {48, 700, 5000, 200000};
    VM *vm = vm_new((HeapOptions){.mode = MODES[_i], .limit = LIMIT});
    for (size_t k = 0; k < sizeof SIZES / sizeof SIZES[0]; k++) {
        int first = fill_up(vm, SIZES[k]);
        ck_assert_int_gt(first, 0);
        ck_assert_uint_le((size_t)first * SIZES[k], LIMIT);
        if (MODES[_i] == HEAP_DEBUG) continue; /* the quarantine moves things about */
        for (int round = 0; round < 10; round++)
            ck_assert_int_eq(fill_up(vm, SIZES[k]), first);
        assert_sound(vm);
    }
    ck_assert_ptr_null(heap_alloc(&vm->heap, LIMIT + 1));
    heap_set_limit(&vm->heap, 0);
    void *block = heap_alloc(&vm->heap, LIMIT + 1);
    ck_assert_ptr_nonnull(block);
    heap_free(&vm->heap, block, LIMIT + 1);
    vm_free(vm);
}
END_TEST

/* In a child with little address space: the range grows in steps, and refusals are clean. */
static void use_steps(void) {
    struct rlimit limit = {300 << 20, 300 << 20};
    setrlimit(RLIMIT_AS, &limit);
    VM vm;
    if (!heap_init(&vm.heap, NULL)) leave(1);
    if (vm.heap.spans.range.whole) leave(2);
    int first = fill_up(&vm, 100000);
    if (first < 1500 || first > 3000 || fill_up(&vm, 100000) < first - 20) leave(3);
    void *block = heap_alloc(&vm.heap, 50 << 20);
    if (block == NULL) leave(4);
    heap_free(&vm.heap, block, 50 << 20);
    if (!heap_check(&vm.heap, NULL, 0)) leave(5);
    heap_fini(&vm.heap);
    leave(0);
}

START_TEST(little_address_space) {
    if (UNDER_ASAN) return; /* the sanitizer itself needs the addresses */
    pid_t child = fork();
    if (child == 0) use_steps();
    int status;
    waitpid(child, &status, 0);
    ck_assert_int_eq(status, 0);
}
END_TEST

/* ---- The debug mode ---- */

static struct Type spam_type = {.head = {.object = OBJECT_IMMORTAL(NULL), .name = "spam"}};

static void free_twice(VM *vm) {
    Object *object = object_new(vm, &spam_type, 48);
    object_free(vm, object, 48);
    object_free(vm, object, 48);
}

static void write_behind(VM *vm) {
    char *object = (char *)object_new(vm, &spam_type, 48);
    object[48] = 0;
    object_free(vm, (Object *)object, 48);
}

static void write_before(VM *vm) {
    char *block = heap_alloc(&vm->heap, 40);
    block[-1] = 0;
    heap_free(&vm->heap, block, 40);
}

static void wrong_size(VM *vm) { heap_free(&vm->heap, heap_alloc(&vm->heap, 40), 41); }

static void write_after_free(VM *vm) {
    Object *object = object_new(vm, &spam_type, 48);
    object_free(vm, object, 48);
    ((char *)object)[20] = 1;
    for (int i = 0; i < 2 * QUARANTINE_BLOCKS; i++)
        heap_free(&vm->heap, heap_alloc(&vm->heap, 8), 8);
}

static void free_from_inside(VM *vm) { heap_free(&vm->heap, (char *)heap_alloc(&vm->heap, 400) + 160, 240); }

static void free_what_came_from_nowhere(VM *vm) {
    char *block = heap_alloc(&vm->heap, 40);
    ((DebugBlock *)block)[-1].allocated_at = (void *)16;
    heap_free(&vm->heap, block, 41);
}

static void overwrite_freed(VM *vm) {
    char *block = heap_alloc(&vm->heap, 40);
    heap_free(&vm->heap, block, 40);
    ((DebugBlock *)block)[-1].mark = 0;
    for (int i = 0; i < 2 * QUARANTINE_BLOCKS; i++)
        heap_free(&vm->heap, heap_alloc(&vm->heap, 8), 8);
}

static void free_twice_in_a_library(VM *vm) {
    void *block = heap_alloc(&vm->heap, 40);
    debug_free(&vm->heap, block, 40, (const void *)(uintptr_t)abort);
    debug_free(&vm->heap, block, 40, (const void *)(uintptr_t)abort);
}

static void leak(VM *vm) {
    for (int i = 0; i < 100; i++)
        object_new(vm, &spam_type, 48);
    heap_fini(&vm->heap);
    abort();
}

static const struct {
    void (*fault)(VM *vm);
    const char *report, *detail;
} FAULTS[] = {
    {free_twice, "a block was freed twice", "a spam\n  allocated at"},
    {write_behind, "written to behind its end", "a spam\n  allocated at"},
    {write_before, "written to before its start", "no object\n  allocated at"},
    {wrong_size, "a size that is not its own", "no object\n  allocated at"},
    {free_from_inside, "not a block of this heap", "  found at"},
    {free_what_came_from_nowhere, "a size that is not its own", "  allocated at 0x10\n"},
    {write_after_free, "written to after it was freed", "a spam\n  allocated at"},
    {overwrite_freed, "written to after it was freed", "no object\n  allocated at"},
    {free_twice_in_a_library, "a block was freed twice", " in abort\n"},
    {leak, "blocks left at the end", "a spam\n  allocated at"},
};

START_TEST(debug_mode_reports) {
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        dup2(ends[1], 2);
        signal(SIGABRT, leave_record);
        FAULTS[_i].fault(vm_new((HeapOptions){.mode = HEAP_DEBUG}));
        leave(0);
    }
    close(ends[1]);
    char text[4096] = "";
    size_t length = 0;
    for (ssize_t got; (got = read(ends[0], text + length, sizeof text - 1 - length)) > 0;)
        length += (size_t)got;
    close(ends[0]);
    int status;
    waitpid(child, &status, 0);
    ck_assert_msg(WIFSIGNALED(status), "status %d: %s", status, text);
    ck_assert_msg(strstr(text, FAULTS[_i].report) != NULL, "%s", text);
    ck_assert_msg(strstr(text, FAULTS[_i].detail) != NULL, "%s", text);
}
END_TEST

START_TEST(new_memory_is_filled_in_debug_mode) {
    VM *vm = vm_new((HeapOptions){.mode = HEAP_DEBUG});
    unsigned char *block = heap_alloc(&vm->heap, 100);
    ck_assert(is_filled(block, 100, DEBUG_CLEAN));
    heap_free(&vm->heap, block, 100);
    ck_assert(is_filled(block, 100, DEBUG_DEAD));
    vm_free(vm);
}
END_TEST

/* ---- The recorder ---- */

enum { RECORDED_MAX = 4000 };
static struct {
    void *block;
    size_t size;
} recorded[RECORDED_MAX];
static int recorded_count;

static int recorded_at(const void *block) {
    for (int i = 0; i < recorded_count; i++) {
        if (recorded[i].block == block) return i;
    }
    return -1;
}

/* Asks for a block itself, of which it must not be told. */
static void note_taken(VM *vm, void *block, size_t size) {
    void *own = heap_alloc(&vm->heap, 48);
    ck_assert_ptr_nonnull(own);
    ck_assert_int_eq(recorded_at(block), -1);
    ck_assert_int_lt(recorded_count, RECORDED_MAX);
    recorded[recorded_count].block = block;
    recorded[recorded_count++].size = size;
    heap_free(&vm->heap, own, 48);
}

static void note_given(VM *vm, void *block) {
    int i = recorded_at(block);
    if (i >= 0) recorded[i] = recorded[--recorded_count];
}

START_TEST(the_recorder_knows_all_blocks) {
    static const HeapRecorder recorder = {note_taken, note_given};
    enum { BLOCKS = 200, STEPS = 20000 };
    VM *vm = vm_new((HeapOptions){.mode = MODES[_i]});
    Heap *heap = &vm->heap;
    void *before = heap_alloc(heap, 64), *blocks[BLOCKS] = {NULL};
    size_t sizes[BLOCKS];
    heap_free(heap, heap_alloc(heap, 32), 32); /* lies on a shelf */
    recorded_count = 0;
    heap_record(heap, &recorder);
    unsigned random = 1;
    for (int step = 0; step < STEPS; step++) {
        random = random * 1103515245 + 12345;
        unsigned i = random >> 8 & 127, kind = random >> 20 & 3;
        size_t size = kind == 0 ? 1 + (random >> 16 & 8191) : 1 + (random >> 16 & 511);
        if (blocks[i] == NULL) {
            blocks[i] = heap_alloc(heap, sizes[i] = size);
        } else if (kind == 1) {
            heap_free(heap, blocks[i], sizes[i]);
            blocks[i] = NULL;
            continue;
        } else {
            blocks[i] = size <= sizes[i] ? heap_shorten(heap, blocks[i], sizes[i], size)
                                         : heap_resize(heap, blocks[i], sizes[i], size);
            sizes[i] = size;
        }
        int at = recorded_at(blocks[i]);
        ck_assert_int_ge(at, 0);
        ck_assert_uint_eq(recorded[at].size, size);
    }
    int live = 0;
    for (int i = 0; i < BLOCKS; i++)
        live += blocks[i] != NULL;
    ck_assert_int_eq(recorded_count, live);
    heap_free(heap, before, 64);
    for (int i = 0; i < BLOCKS; i++) {
        if (blocks[i] != NULL) heap_free(heap, blocks[i], sizes[i]);
    }
    ck_assert_int_eq(recorded_count, 0);
    heap_record(heap, NULL);
    heap_free(heap, heap_alloc(heap, 32), 32);
    ck_assert_int_eq(recorded_count, 0);
    char report[REPORT_BYTES];
    ck_assert_msg(heap_check(heap, report, sizeof report), "%s", report);
    vm_free(vm);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("heap");
    TCase *blocks = tcase_create("blocks"), *refusals = tcase_create("refusals"),
          *debug = tcase_create("debug");
    tcase_add_loop_test(blocks, every_size_is_aligned_and_whole, 0, MODE_COUNT);
    tcase_add_test(blocks, size_classes_fit_their_sizes);
    tcase_add_loop_test(blocks, large_blocks, 0, MODE_COUNT);
    tcase_add_loop_test(blocks, impossible_sizes_are_refused, 0, MODE_COUNT);
    tcase_add_loop_test(blocks, resizing_keeps_contents, 0, MODE_COUNT);
    tcase_add_test(blocks, resizing_in_place);
    tcase_add_test(blocks, a_growing_block_is_given_room);
    tcase_add_test(blocks, the_door_as_a_function);
    tcase_add_loop_test(blocks, random_lifetimes_keep_the_accounts, 0, 2 * MODE_COUNT);
    tcase_add_test(blocks, memory_goes_back);
    tcase_add_test(blocks, a_pool_goes_through_its_states);
    tcase_add_test(blocks, the_fullest_pool_serves);
    tcase_add_test(blocks, the_slot_freed_last_serves_first);
    tcase_add_test(blocks, a_refusal_clears_the_shelves);
    tcase_add_test(blocks, two_heaps_are_independent);
    tcase_add_loop_test(blocks, the_recorder_knows_all_blocks, 0, MODE_COUNT);
    tcase_add_loop_test(refusals, the_nth_request_fails, 0, MODE_COUNT);
    tcase_add_loop_test(refusals, the_limit_holds_and_repeats, 0, MODE_COUNT);
    tcase_add_test(refusals, little_address_space);
    tcase_add_loop_test(debug, debug_mode_reports, 0, sizeof FAULTS / sizeof FAULTS[0]);
    tcase_add_test(debug, new_memory_is_filled_in_debug_mode);
    TCase *cases[] = {blocks, refusals, debug};
    for (int i = 0; i < 3; i++) {
        tcase_set_timeout(cases[i], 120);
        suite_add_tcase(suite, cases[i]);
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
