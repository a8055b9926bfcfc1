/*
 * What seldom happens in gc/: the system refuses memory or addresses, hooks are not there, states meet that a program
 * brings together only by chance. States that would take gigabytes to reach are set up by hand, and undone.
 */
#include "gc/debug.h"
#include "tests/unit/sanitizer.h"

#include <check.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct VM {
    Heap heap;
    int finalized, died, notified;
    bool visited; /* by gc_each */
};

struct Type {
    TypeHead head;
};

typedef struct Node {
    Object head;
    Object *link; /* owned, or NULL */
} Node;

static int traverse(Object *self, VisitFn visit, void *context) {
    return ((Node *)self)->link != NULL ? visit(((Node *)self)->link, context) : 0;
}

static void clear(VM *vm, Object *self) {
    Object *link = ((Node *)self)->link;
    ((Node *)self)->link = NULL;
    if (link != NULL) object_drop(vm, link);
}

static void dealloc(VM *vm, Object *self) {
    vm->died++;
    clear(vm, self);
    object_free(vm, self, sizeof(Node));
}

static void finalize(VM *vm, Object *self) {
    (void)self;
    vm->finalized++;
}

#define NODE_TYPE(...) \
    { \
        .head = {.object = OBJECT_IMMORTAL(NULL), .name = "node", .dealloc = dealloc, __VA_ARGS__ } \
    }

static struct Type node_type = NODE_TYPE(.traverse = traverse, .clear = clear);
static struct Type final_type = NODE_TYPE(.traverse = traverse, .clear = clear, .finalize = finalize);
static struct Type final_leaf_type = NODE_TYPE(.finalize = finalize);
static struct Type bare_type = NODE_TYPE(.clear = clear);

static VM *vm_with(HeapOptions options) {
    VM *vm = calloc(1, sizeof *vm);
    ck_assert(vm != NULL && heap_init(&vm->heap, &options));
    return vm;
}

static VM *vm_new(void) { return vm_with((HeapOptions){.mode = HEAP_POOLS}); }

static void vm_free(VM *vm) {
    char report[200] = "";
    ck_assert_msg(heap_check(&vm->heap, report, sizeof report), "%s", report);
    heap_fini(&vm->heap);
    free(vm);
}

static Node *node_new(VM *vm, Type *type) {
    Node *node = (Node *)object_new_container(vm, type, sizeof(Node));
    ck_assert_ptr_nonnull(node);
    object_track(&node->head);
    return node;
}

/* Garbage: a node that refers to itself. */
static Node *loop_new(VM *vm, Type *type) {
    Node *node = node_new(vm, type);
    node->link = &node->head;
    return node;
}

/* ---- The system refuses ---- */

/* Start heaps under ever higher limits, until one starts. What is refused moves on from the first request to the
 * last. */
static int start_under_limits(int resource, HeapMode mode) {
    struct rlimit old;
    if (getrlimit(resource, &old) != 0) return 1;
    bool started = false;
    for (size_t limit = 1 << 20; !started && limit < (size_t)1 << 30; limit += 256 << 10) {
        Heap heap;
        struct rlimit little = {limit, old.rlim_max};
        if (setrlimit(resource, &little) != 0) return 2;
        started = heap_init(&heap, &(HeapOptions){.mode = mode});
        if (started) heap_fini(&heap);
    }
    setrlimit(resource, &old);
    return started ? 0 : 3;
}

/* A heap that has started and is refused more memory is as it was, and goes on when there is memory again. */
static int go_on_after_refusals(void) {
    enum { COUNT = 400, BYTES = 3 * ARENA_BYTES };
    static void *blocks[COUNT];
    struct rlimit old, none = {0, 0};
    Heap heap;
    int count = 0;
    if (!heap_init(&heap, &(HeapOptions){.mode = HEAP_POOLS}) || getrlimit(RLIMIT_DATA, &old) != 0) return 4;
    none.rlim_max = old.rlim_max;
    void *first = heap_alloc(&heap, BYTES);
    setrlimit(RLIMIT_DATA, &none);
    while (count < COUNT && (blocks[count] = heap_alloc(&heap, BYTES)) != NULL)
        count++;
    void *more = heap_resize(&heap, first, BYTES, 50 * (size_t)BYTES);
    setrlimit(RLIMIT_DATA, &old);
    if (first == NULL || (count < COUNT && more != NULL) || !heap_check(&heap, NULL, 0)) return 5;
    if (more == NULL) more = heap_resize(&heap, first, BYTES, 50 * (size_t)BYTES);
    if (more == NULL) return 6;
    heap_free(&heap, more, 50 * (size_t)BYTES);
    while (count > 0)
        heap_free(&heap, blocks[--count], BYTES);
    heap_fini(&heap);
    return 0;
}

/* A long run of pages is asked for as a whole. It is refused before, in the midst of and behind that; a heap that was
 * refused it keeps nothing of it. */
static int long_runs_under_limits(void) {
    enum { LONG = 80 * ARENA_BYTES, SHORT = 20 * ARENA_BYTES };
    struct rlimit old;
    Heap heap;
    void *block = NULL;
    int status = 0;
    if (!heap_init(&heap, &(HeapOptions){.mode = HEAP_POOLS}) || getrlimit(RLIMIT_DATA, &old) != 0) return 11;
    for (size_t limit = LONG; block == NULL && limit < 2 * (size_t)LONG && status == 0; limit += 32 << 10) {
        struct rlimit little = {limit, old.rlim_max};
        setrlimit(RLIMIT_DATA, &little);
        block = heap_alloc(&heap, LONG);
        void *other = block == NULL ? heap_alloc(&heap, SHORT) : NULL;
        if (block == NULL && other == NULL) status = 12;
        if (other != NULL) heap_free(&heap, other, SHORT);
        setrlimit(RLIMIT_DATA, &old);
        if (!heap_check(&heap, NULL, 0)) status = 13;
    }
    if (status == 0 && block == NULL) status = 14;
    if (block != NULL) heap_free(&heap, block, LONG);
    heap_fini(&heap);
    return status;
}

/* The C library is refused memory. */
static int resize_without_memory(void) {
    struct rlimit old, little;
    Heap heap;
    if (!heap_init(&heap, &(HeapOptions){.mode = HEAP_SYSTEM}) || getrlimit(RLIMIT_AS, &old) != 0) return 9;
    little = (struct rlimit){1 << 20, old.rlim_max};
    void *block = heap_alloc(&heap, 1000);
    setrlimit(RLIMIT_AS, &little);
    void *more = heap_alloc(&heap, 1 << 30), *resized = heap_resize(&heap, block, 1000, 1 << 30);
    setrlimit(RLIMIT_AS, &old);
    if (more != NULL || resized != NULL || heap_used(&heap) != 1000) return 10;
    heap_free(&heap, block, 1000);
    heap_fini(&heap);
    return 0;
}

/* Where the range grows in steps, neighbours of what is reserved can be had too, as far as the window goes. */
static int grow_by_neighbours(void) {
    struct rlimit old, little;
    AddressRange range;
    getrlimit(RLIMIT_AS, &old);
    little = (struct rlimit){(size_t)4 << 30, old.rlim_max};
    setrlimit(RLIMIT_AS, &little);
    if (!range_init(&range)) return 7;
    uint32_t limit = (uint32_t)(range.reserved >> ARENA_SHIFT);
    bool good =
        range.whole || (range_is_vacant(&range, limit - 1, 3) && range.reserved >> ARENA_SHIFT > limit);
    good = good && !range_is_vacant(&range, RANGE_ARENAS - 1, 2) && range_is_vacant(&range, 0, 1);
    arena_set_occupied(&range, 1, true);
    good = good && !range_is_vacant(&range, 0, 2);
    good = good && (range.whole || range_find_roomy(&range, 1) == RANGE_ARENAS);
    /* Somebody is in the way of the descriptors of what comes next. */
    limit = (uint32_t)(range.reserved >> ARENA_SHIFT);
    void *way = (char *)(range.pages + range.reserved / PAGE_BYTES) + PAGE_BYTES;
    void *other =
        range.whole ? MAP_FAILED : mmap(way, PAGE_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    good = good && (other != way || !range_is_vacant(&range, limit - 1, 3));
    if (other != MAP_FAILED) munmap(other, PAGE_BYTES);
    little.rlim_cur = 1 << 20;
    setrlimit(RLIMIT_AS, &little);
    good = good && (range.whole || (!range_is_vacant(&range, limit - 1, 3) &&
                                    range_find_vacant(&range, limit) == RANGE_ARENAS));
    setrlimit(RLIMIT_AS, &old);
    range_fini(&range);
    return good ? 0 : 8;
}

/* In a process of its own: limits hold for all of one. */
START_TEST(the_system_refuses) {
    if (UNDER_ASAN) return; /* the sanitizer itself needs the memory */
    int status = 0;
    for (int mode = HEAP_POOLS; mode <= HEAP_DEBUG && status == 0; mode++) {
        status = start_under_limits(RLIMIT_DATA, (HeapMode)mode);
        if (status == 0) status = start_under_limits(RLIMIT_AS, (HeapMode)mode);
    }
    if (status == 0) status = go_on_after_refusals();
    if (status == 0) status = long_runs_under_limits();
    if (status == 0) status = resize_without_memory();
    if (status == 0) status = grow_by_neighbours();
    ck_assert_int_eq(status, 0);
}
END_TEST

/* No memory is behind these addresses: the books alone. */
START_TEST(a_window_that_is_full) {
    AddressRange range = {.reserved = RANGE_WINDOW};
    memset(range.occupied, 0xff, sizeof range.occupied);
    ck_assert_uint_eq(range_find_vacant(&range, 1), RANGE_ARENAS); /* not whole, and no step left to take */
    range.whole = true;
    range.lowest_vacant = 0;
    arena_set_occupied(&range, 70, false);
    arena_set_occupied(&range, 200, false);
    arena_set_occupied(&range, 201, false);
    ck_assert_uint_eq(range_find_vacant(&range, 2), 200);
    ck_assert_uint_eq(range_find_vacant(&range, 3), RANGE_ARENAS);
    for (uint32_t arena = 320; arena < 384; arena++)
        arena_set_occupied(&range, arena, false);
    ck_assert_uint_eq(range_find_roomy(&range, 64), 320);
    ck_assert_uint_eq(range_find_roomy(&range, 65), RANGE_ARENAS);
    ck_assert(range_is_vacant(&range, 200, 2) && !range_is_vacant(&range, 200, 3));
    range.reserved = (size_t)201 << ARENA_SHIFT;
    ck_assert(!range_is_vacant(&range, 200, 2)); /* whole, and so not to be extended */
}
END_TEST

START_TEST(sizes_near_the_window) {
    VM *vm = vm_new();
    void *block = heap_alloc(&vm->heap, 3 * PAGE_BYTES), *small = heap_alloc(&vm->heap, 3 * PAGE_BYTES);
    ck_assert_ptr_null(heap_resize(&vm->heap, block, 3 * PAGE_BYTES, RANGE_WINDOW));
    ck_assert_ptr_null(heap_resize(&vm->heap, small, 3 * PAGE_BYTES, RANGE_WINDOW - PAGE_BYTES));
    ck_assert_ptr_null(heap_alloc(&vm->heap, RANGE_WINDOW + 1));
    char *large = heap_alloc(&vm->heap, 4 * ARENA_BYTES);
    ck_assert_ptr_null(heap_resize(&vm->heap, large, 4 * ARENA_BYTES, RANGE_WINDOW + PAGE_BYTES));
    ck_assert_ptr_eq(heap_resize(&vm->heap, large, 4 * ARENA_BYTES, 4 * ARENA_BYTES), large);
    heap_free(&vm->heap, large, 4 * ARENA_BYTES);
    heap_free(&vm->heap, block, 3 * PAGE_BYTES);
    heap_free(&vm->heap, small, 3 * PAGE_BYTES);
    vm_free(vm);
}
END_TEST

/* A large block moves to where it has room; the arenas that it leaves go back, with what is noted of their pages. */
START_TEST(arenas_left_behind) {
    enum { ARENAS = 60 };
    VM *vm = vm_new();
    char *block = heap_alloc(&vm->heap, ARENAS * ARENA_BYTES), *behind = heap_alloc(&vm->heap, ARENA_BYTES);
    block[0] = 1;
    block[ARENAS * ARENA_BYTES - 1] = 2;
    char *moved = heap_resize(&vm->heap, block, ARENAS * ARENA_BYTES, 2 * ARENAS * ARENA_BYTES);
    ck_assert(moved != NULL && moved != block);
    ck_assert(moved[0] == 1 && moved[ARENAS * ARENA_BYTES - 1] == 2);
    ck_assert_uint_lt(vm->heap.spans.range.committed, 2 * ARENAS + 10);
    heap_free(&vm->heap, moved, 2 * ARENAS * ARENA_BYTES);
    heap_free(&vm->heap, behind, ARENA_BYTES);
    vm_free(vm);
}
END_TEST

START_TEST(shortening) {
    static const struct {
        size_t from, to;
    } SIZES[] = {{48, 33},     {48, 32},  {48, 1}, {SMALL_MAX, SMALL_MAX - 1}, {SMALL_MAX + 1, SMALL_MAX},
                 {5000, 4000}, {5000, 20}};
    for (HeapMode mode = HEAP_POOLS; mode <= HEAP_DEBUG; mode++) {
        VM *vm = vm_with((HeapOptions){.mode = mode});
        for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
            unsigned char *block = heap_alloc(&vm->heap, SIZES[i].from);
            memset(block, 7, SIZES[i].from);
            block = heap_shorten(&vm->heap, block, SIZES[i].from, SIZES[i].to);
            ck_assert(block != NULL && block[0] == 7 && block[SIZES[i].to - 1] == 7);
            heap_free(&vm->heap, block, SIZES[i].to);
        }
        vm_free(vm);
    }
}
END_TEST

/* ---- A generation's vector ---- */

START_TEST(a_vector_has_an_end) {
    VM *vm = vm_new();
    Generation *g = &vm->heap.generations[OLDEST], before = *g;
    g->length = g->capacity = (uint32_t)GC_INDEX_MAX + 1;
    ck_assert(!generation_reserve(vm, g, 1));
    g->length = g->capacity = (uint32_t)GC_INDEX_MAX / 10 * 9;
    heap_watch(&vm->heap, 1, true);
    ck_assert(!generation_reserve(vm, g, 1)); /* wants all that is left, and is refused */
    heap_watch(&vm->heap, 0, false);
    *g = before;
    ck_assert(generation_reserve(vm, g, 10));
    g->length = g->capacity;
    g->holes = g->length;
    vm->heap.collector.collecting = true;
    vm->heap.collector.target = g;
    memset(g->items, 0, g->capacity * sizeof *g->items);
    ck_assert(generation_reserve(vm, g, 1)); /* not by closing holes: numbers of candidates count on them */
    ck_assert_uint_gt(g->holes, 0);
    vm->heap.collector.collecting = false;
    vm->heap.collector.target = NULL;
    generation_compact(g, 0);
    heap_free(&vm->heap, g->items, g->capacity * sizeof *g->items);
    *g = before;
    vm_free(vm);
}
END_TEST

START_TEST(freezing_is_refused) {
    VM *vm = vm_new();
    Node *node = node_new(vm, &node_type);
    vm->heap.collector.collecting = true;
    ck_assert(!gc_freeze(&vm->heap) && !gc_unfreeze(&vm->heap));
    vm->heap.collector.collecting = false;
    uint32_t length = vm->heap.generations[OLDEST].length;
    vm->heap.generations[OLDEST].length = UINT32_MAX - 1;
    ck_assert(!gc_freeze(&vm->heap));
    vm->heap.generations[OLDEST].length = length;
    ck_assert(gc_freeze(&vm->heap));
    heap_watch(&vm->heap, 1, true); /* the oldest generation has never had a vector */
    ck_assert(!gc_unfreeze(&vm->heap));
    heap_watch(&vm->heap, 0, false);
    ck_assert(gc_unfreeze(&vm->heap));
    object_drop(vm, &node->head);
    vm_free(vm);
}
END_TEST

/* ---- Emergencies ---- */

typedef struct Block {
    struct Block *next;
} Block;

static Block *fill(VM *vm, size_t size) {
    Block *list = NULL;
    for (Block *block; (block = heap_alloc(&vm->heap, size)) != NULL; list = block)
        block->next = list;
    return list;
}

static void empty(VM *vm, Block *list, size_t size) {
    while (list != NULL) {
        Block *next = list->next;
        heap_free(&vm->heap, list, size);
        list = next;
    }
}

enum { LIMIT = 3 << 20, SIZE = sizeof(Node) /* in the pools of nodes */ };

START_TEST(refusals_that_collect) {
    VM *vm = vm_with((HeapOptions){.mode = HEAP_POOLS, .limit = LIMIT});
    gc_set_threshold(&vm->heap, YOUNGEST, 0);
    Node *live = node_new(vm, &node_type);
    for (int i = 0; i < 20000; i++)
        loop_new(vm, &node_type);
    Block *list = fill(vm, SIZE); /* finds the garbage when it is full the first time */
    ck_assert_int_eq(vm->died, 20000);
    uint64_t emergencies = vm->heap.emergencies;
    for (int i = 0; i < 10000; i++) { /* nothing is to be found: they are tried ever more seldom */
        Block *block = heap_alloc(&vm->heap, SIZE);
        if (block != NULL) *block = (Block){list}, list = block;
    }
    ck_assert_uint_gt(vm->heap.emergencies, emergencies);
    ck_assert_uint_lt(vm->heap.emergencies, emergencies + 100);
    ck_assert_ptr_null(object_new_container(vm, &node_type, sizeof(Node)));
    vm->heap.fruitless = 0;
    gc_disable(&vm->heap);
    ck_assert_ptr_null(heap_alloc(&vm->heap, SIZE));
    ck_assert_ptr_null(object_new_container(vm, &node_type, sizeof(Node)));
    gc_enable(&vm->heap);
    vm->heap.collector.collecting = true;
    ck_assert_ptr_null(heap_alloc(&vm->heap, SIZE));
    vm->heap.collector.collecting = false;
    heap_set_exempt(&vm->heap, true);
    ck_assert_ptr_null(heap_alloc(&vm->heap, RANGE_WINDOW + 1));
    heap_set_exempt(&vm->heap, false);
    ck_assert_ptr_null(heap_alloc(&vm->heap, LIMIT + 1));
    vm->heap.fruitless = 0;
    heap_watch(&vm->heap, 2, false); /* the collector's own request */
    ck_assert_ptr_null(heap_alloc(&vm->heap, SIZE));
    heap_watch(&vm->heap, 0, false);
    empty(vm, list, SIZE);
    object_drop(vm, &live->head);
    vm_free(vm);
}
END_TEST

/* A block that cannot grow finds room when garbage has gone. */
START_TEST(resizes_that_collect) {
    enum { MORE = LIMIT / 3 * 2 };
    VM *vm = vm_with((HeapOptions){.mode = HEAP_POOLS, .limit = LIMIT});
    gc_set_threshold(&vm->heap, YOUNGEST, 0);
    for (int i = 0; i < 40000; i++)
        loop_new(vm, &node_type);
    char *block = heap_alloc(&vm->heap, LIMIT / 4);
    ck_assert_ptr_nonnull(block);
    ck_assert_int_eq(vm->died, 0);
    block = heap_resize(&vm->heap, block, LIMIT / 4, MORE);
    ck_assert_ptr_nonnull(block);
    ck_assert_int_eq(vm->died, 40000);
    heap_free(&vm->heap, block, MORE);
    vm_free(vm);
}
END_TEST

/* Garbage whose end runs user code waits for the safe point after the next container. */
START_TEST(refusals_that_leave_garbage) {
    VM *vm = vm_with((HeapOptions){.mode = HEAP_POOLS, .limit = LIMIT});
    Node *referenced = loop_new(vm, &node_type);
    referenced->head.gc |= GC_WEAKLY_REFERENCED;
    Block *list = fill(vm, SIZE);
    ck_assert_int_eq(vm->died, 0);
    ck_assert(vm->heap.pressed);
    heap_free(&vm->heap, list, SIZE);
    Block *rest = list->next;
    Object *made = object_new_container(vm, &node_type, sizeof(Node));
    ck_assert_int_eq(vm->died, 0);
    gc_collect_due(&vm->heap);
    ck_assert_int_eq(vm->died, 1);
    Node *last = (Node *)made;
    ck_assert_ptr_nonnull(last);
    loop_new(vm, &final_type);
    list = fill(vm, SIZE);
    ck_assert_int_eq(vm->finalized, 0);
    empty(vm, list, SIZE);
    empty(vm, rest, SIZE);
    object_drop(vm, made);
    gc_collect(&vm->heap, OLDEST);
    ck_assert_int_eq(vm->finalized, 1);
    vm_free(vm);
}
END_TEST

/* A container that finds no room has the garbage collected first. */
START_TEST(containers_that_collect) {
    VM *vm = vm_with((HeapOptions){.mode = HEAP_POOLS, .limit = LIMIT});
    gc_set_threshold(&vm->heap, YOUNGEST, 0);
    Node *chain = NULL;
    int died = 0;
    for (int i = 0; i < 200000 && died == 0; i++, died = vm->died) {
        Object *made = object_new_container(vm, &node_type, sizeof(Node));
        if (made == NULL) break;
        object_track(made);
        ((Node *)made)->link = i % 2 ? made : chain == NULL ? NULL : &chain->head;
        if (i % 2 == 0) chain = (Node *)made;
    }
    ck_assert_int_gt(died, 0);
    object_drop(vm, &chain->head);
    gc_collect(&vm->heap, OLDEST);
    vm_free(vm);
}
END_TEST

/* ---- Collections without hooks, with odd types, and with user code between their phases ---- */

START_TEST(hooks_that_are_not_there) {
    VM *vm = vm_new();
    vm->heap.collector.debug = GC_DEBUG_COLLECTABLE | GC_DEBUG_SAVEALL;
    loop_new(vm, &node_type)->head.gc |= GC_WEAKLY_REFERENCED;
    ck_assert_int_eq(gc_collect(&vm->heap, OLDEST), 1);
    ck_assert_int_eq(vm->died, 1);
    Node *node = node_new(vm, &node_type);
    node->head.gc |= GC_WEAKLY_REFERENCED;
    object_finalize(vm, &node->head); /* it has none */
    object_drop(vm, &node->head);
    ck_assert_int_eq(vm->died, 2);
    vm_free(vm);
}
END_TEST

START_TEST(types_without_traversal) {
    VM *vm = vm_new();
    Node *bare = node_new(vm, &bare_type), *kept = node_new(vm, &node_type);
    bare->link = &kept->head;
    ck_assert_int_eq(gc_collect(&vm->heap, OLDEST), 0);
    object_drop(vm, &bare->head);
    Object *leaf = object_new(vm, &final_leaf_type, sizeof(Node));
    ((Node *)leaf)->link = NULL;
    object_drop(vm, leaf);
    ck_assert_int_eq(vm->finalized, 1);
    ck_assert_int_eq(vm->died, 3);
    vm_free(vm);
}
END_TEST

/* The class of all garbage gets a finalizer while weak references are told of its death. */
static void give_finalizers(VM *vm, Object *object) {
    object->type = &final_type;
    vm->notified++;
}

static void refuse_all(VM *vm) { heap_watch(&vm->heap, 1, true); }

START_TEST(finalizers_that_come_late) {
    VM *vm = vm_new();
    vm->heap.hooks.weak_references_garbage = give_finalizers;
    for (int round = 0; round < 2; round++) {
        vm->heap.hooks.weak_references_notify = round ? refuse_all : NULL;
        for (int i = 0; i < 3; i++)
            loop_new(vm, &node_type)->head.gc |= GC_WEAKLY_REFERENCED;
        ck_assert_int_eq(gc_collect(&vm->heap, OLDEST), 3);
        heap_watch(&vm->heap, 0, false);
        ck_assert_int_eq(vm->notified, 3 * (round + 1));
        ck_assert_int_eq(vm->died, 3 * (round + 1));
        ck_assert_int_eq(vm->finalized, vm->died); /* without room in the queue, as they die */
    }
    vm_free(vm);
}
END_TEST

static int note_visit(Object *object, void *context) {
    (void)object;
    ((VM *)context)->visited = true;
    return 5;
}

static void look_around(VM *vm, int generation) {
    (void)generation;
    gc_each(&vm->heap, -1, note_visit, vm);
}

START_TEST(walks_stop) {
    VM *vm = vm_new();
    Node *a = node_new(vm, &node_type), *b = node_new(vm, &node_type);
    Object *made = object_new_container(vm, &node_type, sizeof(Node)); /* not tracked yet: nobody sees it */
    ck_assert(!gc_is_tracked(made) && gc_is_tracked(&a->head));
    Object *leaf = object_new(vm, &final_leaf_type, sizeof(Node));
    ((Node *)leaf)->link = NULL;
    ck_assert(!gc_is_tracked(leaf));
    ck_assert_int_eq(gc_each(&vm->heap, -1, note_visit, vm), 5);
    ck_assert_int_eq(gc_each(&vm->heap, OLDEST, note_visit, vm), 0);
    gc_freeze(&vm->heap);
    ck_assert_int_eq(gc_each(&vm->heap, PERMANENT, note_visit, vm), 5);
    ck_assert_int_eq(gc_each(&vm->heap, -1, note_visit, vm), 0);
    gc_unfreeze(&vm->heap);
    object_drop(vm, &a->head); /* leaves a hole */
    vm->heap.hooks.collection_started = look_around;
    gc_collect(&vm->heap, YOUNGEST);
    ck_assert(vm->visited);
    object_drop(vm, &b->head);
    object_drop(vm, made);
    object_drop(vm, leaf);
    vm_free(vm);
}
END_TEST

/* ---- Deaths ---- */

/* A chain of `count`, the last of the type; the head. */
static Node *chain_new(VM *vm, int count, Object *last) {
    Object *link = last;
    for (int i = 0; i < count; i++) {
        Node *node = node_new(vm, &node_type);
        node->link = link;
        link = &node->head;
    }
    return (Node *)link;
}

START_TEST(deep_deaths_of_odd_objects) {
    enum { DEEP = 200 };
    VM *vm = vm_new();
    Object *leaf = object_new(vm, &final_leaf_type, sizeof(Node));
    ((Node *)leaf)->link = NULL;
    object_drop(vm, &chain_new(vm, DEEP, leaf)->head);
    ck_assert_int_eq(vm->finalized, 1);
    Object *half_made = object_new_container(vm, &final_type, sizeof(Node)); /* never finalized */
    object_drop(vm, &chain_new(vm, DEEP, half_made)->head);
    ck_assert_int_eq(vm->finalized, 1);
    gc_set_threshold(&vm->heap, YOUNGEST, 0);
    Node *last = node_new(vm, &final_type), *chain = chain_new(vm, DEEP, &last->head), *others = NULL;
    Generation *young = &vm->heap.generations[YOUNGEST];
    while (young->length < 10 * DEEP ||
           young->length < young->capacity) /* no place for one that comes back */
        others = chain_new(vm, 1, others == NULL ? NULL : &others->head);
    heap_watch(&vm->heap, 1, true);
    object_drop(vm, &chain->head);
    heap_watch(&vm->heap, 0, false);
    ck_assert_int_eq(vm->finalized, 2);
    object_drop(vm, &others->head);
    vm_free(vm);
}
END_TEST

/* As an attribute table sees its owner that waits among the deferred. */
START_TEST(who_is_dying) {
    VM *vm = vm_new();
    Node *node = node_new(vm, &node_type);
    ck_assert(!object_is_dying(&node->head));
    uint32_t word = node->head.gc;
    node->head.gc = GC_DEFERRED;
    ck_assert(object_is_dying(&node->head));
    node->head.gc = word;
    node->head.refs = 0;
    ck_assert(object_is_dying(&node->head));
    object_free(vm, &node->head, sizeof(Node)); /* which takes it out of its generation */
    vm_free(vm);
}
END_TEST

int main(void) {
    TCase *tests = tcase_create("corners");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, the_system_refuses);
    tcase_add_test(tests, a_window_that_is_full);
    tcase_add_test(tests, sizes_near_the_window);
    tcase_add_test(tests, arenas_left_behind);
    tcase_add_test(tests, shortening);
    tcase_add_test(tests, a_vector_has_an_end);
    tcase_add_test(tests, freezing_is_refused);
    tcase_add_test(tests, refusals_that_collect);
    tcase_add_test(tests, resizes_that_collect);
    tcase_add_test(tests, refusals_that_leave_garbage);
    tcase_add_test(tests, containers_that_collect);
    tcase_add_test(tests, hooks_that_are_not_there);
    tcase_add_test(tests, types_without_traversal);
    tcase_add_test(tests, finalizers_that_come_late);
    tcase_add_test(tests, walks_stop);
    tcase_add_test(tests, deep_deaths_of_odd_objects);
    tcase_add_test(tests, who_is_dying);
    Suite *suite = suite_create("corners");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
