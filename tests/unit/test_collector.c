/* Objects: death, resurrection, generations, the cycle collector and its finalizer queue. */

#include "gc/heap.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum { LOG_MAX = 200, REPORT_BYTES = 512, LINKS = 3 };

struct Type {
    TypeHead head;
};

typedef struct Node {
    Object head;
    int id;
    Object *links[LINKS];
} Node;

struct VM {
    Heap heap;
    int log[LOG_MAX]; /* what happened to which node: EVENT + id */
    int logged;
    int made, gone;
    int told_due;      /* how often a collection became due */
    long inner_result; /* of a collection asked for by a finalizer */
    Node *saved;       /* what a finalizer brought back to life; owned */
    Node *weak;        /* the node that the weak reference hooks set aside */
    Node *to_drop;     /* what a finalizer drops a reference to; owned */
};

enum { FINALIZED = 1000, DIED = 2000, WEAK_DIED = 3000, WEAK_GARBAGE = 4000, WEAK_NOTIFIED = 5000 };

static void note(VM *vm, int event, const Node *node) {
    if (vm->logged < LOG_MAX && node->id != 0) vm->log[vm->logged++] = event + node->id;
}

static void drop(VM *vm, Node *node) { object_drop(vm, &node->head); }

static int node_traverse(Object *self, VisitFn visit, void *context) {
    for (int i = 0; i < LINKS; i++) {
        Object *referent = ((Node *)self)->links[i];
        int stop = referent == NULL ? 0 : visit(referent, context);
        if (stop != 0) return stop;
    }
    return 0;
}

static void node_clear(VM *vm, Object *self) {
    for (int i = 0; i < LINKS; i++) {
        Object *referent = ((Node *)self)->links[i];
        ((Node *)self)->links[i] = NULL;
        if (referent != NULL) object_drop(vm, referent);
    }
}

static void node_dealloc(VM *vm, Object *self) {
    note(vm, DIED, (Node *)self);
    vm->gone++;
    node_clear(vm, self);
    object_free(vm, self, sizeof(Node));
}

static void finalize_plain(VM *vm, Object *self) {
    ck_assert_uint_ge(self->refs, 1);
    note(vm, FINALIZED, (Node *)self);
}

static void finalize_resurrect(VM *vm, Object *self) {
    note(vm, FINALIZED, (Node *)self);
    if (vm->saved != NULL) return;
    object_ref(self);
    vm->saved = (Node *)self;
}

/* Drops what it holds itself, as a `__del__` that says `self.next = None`. */
static void finalize_dropping(VM *vm, Object *self) {
    note(vm, FINALIZED, (Node *)self);
    node_clear(vm, self);
}

static Node *node_new(VM *vm, Type *type, int id);
static Type node_type;

static void finalize_busy(VM *vm, Object *self) {
    note(vm, FINALIZED, (Node *)self);
    vm->inner_result += gc_collect(&vm->heap, OLDEST);
    for (int i = 0; i < 5000; i++) {
        Node *node = node_new(vm, &node_type, 0);
        object_ref(&node->head);
        node->links[0] = &node->head;
        object_drop(vm, &node->head);
    }
    if (vm->to_drop != NULL) object_drop(vm, &vm->to_drop->head);
    vm->to_drop = NULL;
}

static bool node_is_acyclic(const Object *self) {
    for (int i = 0; i < LINKS; i++) {
        if (((const Node *)self)->links[i] != NULL) return false;
    }
    return true;
}

#define NODE_TYPE(name_, ...) \
    { \
        .head = { \
            .object = OBJECT_IMMORTAL(NULL), \
            .name = (name_), \
            .traverse = node_traverse, \
            .clear = node_clear, \
            .dealloc = node_dealloc, \
            __VA_ARGS__ \
        } \
    }

static Type node_type = NODE_TYPE("node", .finalize = NULL);
static Type plain_type = NODE_TYPE("plain", .finalize = finalize_plain);
static Type resurrect_type = NODE_TYPE("resurrect", .finalize = finalize_resurrect);
static Type dropping_type = NODE_TYPE("dropping", .finalize = finalize_dropping);
static Type busy_type = NODE_TYPE("busy", .finalize = finalize_busy);
static Type leaf_like_type = NODE_TYPE("leaf_like", .acyclic = node_is_acyclic);

static Node *node_unsafe(VM *vm, Type *type, int id) {
    Node *node = (Node *)object_new_container(vm, type, sizeof(Node));
    if (node == NULL) return NULL;
    vm->made++;
    node->id = id;
    object_track(&node->head);
    return node;
}

/* With a safe point behind it. */
static Node *node_try(VM *vm, Type *type, int id) {
    Node *node = node_unsafe(vm, type, id);
    gc_collect_due(&vm->heap);
    return node;
}

static Node *node_new(VM *vm, Type *type, int id) {
    Node *node = node_try(vm, type, id);
    ck_assert_ptr_nonnull(node);
    return node;
}

/* `from` gets a reference of its own to `to`. */
static void point(Node *from, int link, Node *to) {
    object_ref(&to->head);
    from->links[link] = &to->head;
}

/* `count` nodes in a ring, ids from `id`; nobody outside refers to them but the returned array, which owns
 * them. */
static Node **ring_new(VM *vm, Type *type, int count, int id) {
    Node **nodes = malloc((size_t)count * sizeof *nodes);
    for (int i = 0; i < count; i++)
        nodes[i] = node_new(vm, type, id ? id + i : 0);
    for (int i = 0; i < count; i++)
        point(nodes[i], 0, nodes[(i + 1) % count]);
    return nodes;
}

static void ring_drop(VM *vm, Node **nodes, int count) {
    for (int i = 0; i < count; i++)
        drop(vm, nodes[i]);
    free(nodes);
}

static VM *vm_with(HeapOptions options) {
    VM *vm = calloc(1, sizeof *vm);
    ck_assert(vm != NULL && heap_init(&vm->heap, &options));
    return vm;
}

static const HeapMode MODES[] = {HEAP_POOLS, HEAP_SYSTEM, HEAP_DEBUG};

enum { MODE_COUNT = 3 };

static VM *vm_new(int mode) { return vm_with((HeapOptions){.mode = MODES[mode]}); }

static void assert_sound(VM *vm) {
    char report[REPORT_BYTES] = "";
    ck_assert_msg(heap_check(&vm->heap, report, sizeof report), "%s", report);
}

static void vm_free(VM *vm) {
    assert_sound(vm);
    ck_assert_int_eq(vm->made, vm->gone);
    heap_fini(&vm->heap);
    free(vm);
}

static void assert_log(VM *vm, int count, const int *expected) {
    ck_assert_int_eq(vm->logged, count);
    for (int i = 0; i < count; i++)
        ck_assert_int_eq(vm->log[i], expected[i]);
    vm->logged = 0;
}

#define ASSERT_LOG(vm, ...) assert_log(vm, sizeof((int[]){__VA_ARGS__}) / sizeof(int), (int[]){__VA_ARGS__})

/* ---- Death by count ---- */

START_TEST(the_last_drop_kills) {
    VM *vm = vm_new(_i);
    Node *a = node_new(vm, &plain_type, 1), *b = node_new(vm, &node_type, 2);
    point(a, 0, b);
    drop(vm, b);
    ck_assert_int_eq(vm->gone, 0);
    drop(vm, a);
    ASSERT_LOG(vm, FINALIZED + 1, DIED + 1, DIED + 2);
    vm_free(vm);
}
END_TEST

START_TEST(resurrection_by_count_happens_once) {
    VM *vm = vm_new(_i);
    drop(vm, node_new(vm, &resurrect_type, 1));
    ASSERT_LOG(vm, FINALIZED + 1);
    ck_assert(gc_is_finalized(&vm->saved->head) && gc_is_tracked(&vm->saved->head));
    assert_sound(vm);
    drop(vm, vm->saved);
    ASSERT_LOG(vm, DIED + 1);
    vm_free(vm);
}
END_TEST

START_TEST(half_made_objects_are_not_finalized) {
    VM *vm = vm_new(_i);
    Node *node = (Node *)object_new_container(vm, &plain_type, sizeof(Node));
    vm->made++;
    node->id = 1;
    ck_assert_int_eq(gc_collect(&vm->heap, OLDEST), 0);
    ck_assert_int_eq(object_place(&node->head), GC_NEW);
    drop(vm, node);
    ASSERT_LOG(vm, DIED + 1);
    vm_free(vm);
}
END_TEST

START_TEST(immortals_are_armed_again) {
    VM *vm = vm_new(_i);
    static Object immortal = OBJECT_IMMORTAL(&node_type);
    immortal.refs = 1;
    object_drop(vm, &immortal);
    ck_assert_uint_eq(immortal.refs, IMMORTAL_REFS);
    object_untrack(vm, &immortal);
    vm_free(vm);
}
END_TEST

static void died(VM *vm, Object *object) {
    ck_assert(object_is_dying(object));
    note(vm, WEAK_DIED, (Node *)object);
    gc_collect(&vm->heap, OLDEST);
}

START_TEST(weak_references_die_after_the_finalizer) {
    VM *vm = vm_new(_i);
    vm->heap.hooks.weak_references_died = died;
    Node *node = node_new(vm, &plain_type, 1);
    node->head.gc |= GC_WEAKLY_REFERENCED;
    drop(vm, node);
    ASSERT_LOG(vm, FINALIZED + 1, WEAK_DIED + 1, DIED + 1);
    vm_free(vm);
}
END_TEST

/* A chain of `length` nodes; the first is returned, and owned. */
static Node *chain_new(VM *vm, Type *type, int length) {
    Node *first = NULL;
    for (int i = 0; i < length; i++) {
        Node *node = node_new(vm, type, 0);
        node->links[0] = first == NULL ? NULL : &first->head;
        first = node;
    }
    return first;
}

START_TEST(deep_chains_die_in_constant_stack) {
    Type *const types[] = {&node_type, &plain_type, &dropping_type};

    for (int k = 0; k < 3; k++) {
        const int length = _i == 0 && k == 0 ? 5000000 : 200000;
        VM *vm = vm_new(_i);
        drop(vm, chain_new(vm, types[k], length));
        ck_assert_int_eq(vm->gone, length);
        vm_free(vm);
    }
}
END_TEST

START_TEST(deep_resurrection_is_tracked_again) {
    VM *vm = vm_new(_i);
    Node *deep = node_new(vm, &resurrect_type, 1), *first = deep;
    for (int i = 0; i < 200; i++) {
        Node *node = node_new(vm, &node_type, 0);
        node->links[0] = &first->head;
        first = node;
    }
    drop(vm, first);
    ck_assert_ptr_eq(vm->saved, deep);
    ck_assert_uint_eq(deep->head.refs, 1);
    ck_assert(gc_is_tracked(&deep->head));
    point(deep, 0, deep);
    drop(vm, deep);
    ck_assert_int_eq(gc_collect(&vm->heap, OLDEST), 1);
    vm_free(vm);
}
END_TEST

/* ---- Cycles ---- */

START_TEST(cycles_are_found) {
    VM *vm = vm_new(_i);
    static const int SIZES[] = {1, 2, 3, 10, 1000, 50000};
    for (size_t k = 0; k < sizeof SIZES / sizeof SIZES[0]; k++) {
        int size = SIZES[k];
        gc_disable(&vm->heap);
        Node **ring = ring_new(vm, &node_type, size, 0);
        ck_assert_int_eq(gc_collect(&vm->heap, OLDEST), 0);
        object_ref(&ring[size / 2]->head);
        Node *kept = ring[size / 2];
        ring_drop(vm, ring, size);
        ck_assert_int_eq(gc_collect(&vm->heap, OLDEST), 0);
        drop(vm, kept);
        ck_assert_int_eq(gc_collect(&vm->heap, OLDEST), size);
        assert_sound(vm);
    }
    vm_free(vm);
}
END_TEST

START_TEST(finalizers_run_once_in_order_of_creation) {
    VM *vm = vm_new(_i);
    Node **ring = ring_new(vm, &plain_type, 5, 1);
    gc_collect(&vm->heap, _i % GENERATIONS); /* order is kept through promotion */
    ring_drop(vm, ring, 5);
    ck_assert_int_eq(gc_collect(&vm->heap, OLDEST), 5);
    ck_assert_int_eq(vm->logged, 10);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(vm->log[i], FINALIZED + 1 + i);
    for (int i = 5; i < 10; i++)
        ck_assert_int_gt(vm->log[i], DIED);
    vm_free(vm);
}
END_TEST

START_TEST(resurrection_saves_what_it_reaches) {
    VM *vm = vm_new(_i);
    Node **lost = ring_new(vm, &plain_type, 3, 11);
    Node **saved = ring_new(vm, &plain_type, 3, 1);
    Node *saviour = node_new(vm, &resurrect_type, 9);
    point(saviour, 0, saved[0]);
    point(saved[0], 1, saviour);
    ring_drop(vm, saved, 3);
    ring_drop(vm, lost, 3);
    drop(vm, saviour);
    ck_assert_int_eq(gc_collect(&vm->heap, OLDEST), 3);
    ck_assert_int_eq(vm->gone, 3);
    ck_assert_uint_eq(vm->saved->head.refs, 2);
    assert_sound(vm);
    vm->logged = 0;
    drop(vm, vm->saved);
    ck_assert_int_eq(gc_collect(&vm->heap, OLDEST), 4);
    for (int i = 0; i < vm->logged; i++)
        ck_assert_int_gt(vm->log[i], DIED);
    vm_free(vm);
}
END_TEST

START_TEST(finalizers_may_do_anything) {
    VM *vm = vm_new(_i);
    Node **ring = ring_new(vm, &busy_type, 4, 1);
    object_ref(&ring[3]->head);
    vm->to_drop = ring[3]; /* makes all of it reachable until the first finalizer has run */
    object_ref(&ring[1]->head);
    Node *hold = ring[1];
    ring_drop(vm, ring, 4);
    ck_assert_int_eq(gc_collect(&vm->heap, OLDEST), 0);
    drop(vm, hold);
    drop(vm, vm->to_drop);
    vm->to_drop = node_new(vm, &node_type, 50);
    ck_assert_int_eq(gc_collect(&vm->heap, OLDEST), 4);
    ck_assert_int_eq(vm->inner_result, 0);
    assert_sound(vm);
    ck_assert_int_eq(gc_collect(&vm->heap, OLDEST), 20000);
    vm_free(vm);
}
END_TEST

static void weak_garbage(VM *vm, Object *object) {
    ck_assert(gc_is_garbage(&vm->heap, object));
    note(vm, WEAK_GARBAGE, (Node *)object);
    vm->weak = (Node *)object;
}

static void weak_notify(VM *vm) {
    note(vm, WEAK_NOTIFIED, vm->weak);
    ck_assert_int_eq(gc_collect(&vm->heap, OLDEST), 0);
    object_ref(&vm->weak->head);
    node_clear(vm, &vm->weak->head); /* breaks the ring: what can die, dies now */
    drop(vm, vm->weak);
}

START_TEST(weak_references_die_before_finalizers_of_garbage) {
    VM *vm = vm_new(_i);
    vm->heap.hooks.weak_references_garbage = weak_garbage;
    vm->heap.hooks.weak_references_notify = weak_notify;
    Node **ring = ring_new(vm, &plain_type, 2, 1);
    ring[1]->head.gc |= GC_WEAKLY_REFERENCED;
    ring_drop(vm, ring, 2);
    gc_collect(&vm->heap, OLDEST);
    ASSERT_LOG(vm, WEAK_GARBAGE + 2, WEAK_NOTIFIED + 2, FINALIZED + 1, DIED + 1, FINALIZED + 2, DIED + 2);
    vm_free(vm);
}
END_TEST

/* ---- Generations ---- */

START_TEST(survivors_grow_old) {
    VM *vm = vm_new(_i);
    Node *node = node_new(vm, &node_type, 1);
    static const GcPlace PLACES[] = {GC_YOUNG, GC_MIDDLE, GC_OLD, GC_OLD};
    static const int COLLECT[] = {0, 1, 2, 2};
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(object_place(&node->head), PLACES[i]);
        gc_collect(&vm->heap, COLLECT[i]);
    }
    point(node, 0, node);
    drop(vm, node);
    ck_assert_int_eq(gc_collect(&vm->heap, 0) + gc_collect(&vm->heap, 1), 0);
    ck_assert_int_eq(gc_collect(&vm->heap, 2), 1);
    vm_free(vm);
}
END_TEST

START_TEST(collections_come_by_themselves) {
    VM *vm = vm_new(_i);
    enum { COUNT = 300000 };
    for (int i = 0; i < COUNT; i++) {
        Node *node = node_new(vm, &node_type, 0);
        point(node, 0, node);
        drop(vm, node);
        ck_assert_int_le(vm->made - vm->gone,
                         2001 + 100); /* of each collection the node in hand grows older */
    }
    ck_assert_uint_eq(vm->heap.generations[0].collections + vm->heap.generations[1].collections +
                          vm->heap.generations[2].collections,
                      COUNT / 2001);
    gc_collect(&vm->heap, OLDEST);
    vm_free(vm);
}
END_TEST

static void note_due(VM *vm) { vm->told_due++; }

START_TEST(collections_wait_for_a_safe_point) {
    VM *vm = vm_new(_i);
    vm->heap.hooks.collection_due = note_due;
    for (int i = 0; i < 5000; i++) {
        Node *node = node_unsafe(vm, &plain_type, 0);
        point(node, 0, node);
        drop(vm, node);
    }
    ck_assert_int_eq(vm->told_due, 1);
    ck_assert_int_eq(vm->gone, 0);
    gc_collect_due(&vm->heap);
    ck_assert_int_eq(vm->gone, 5000);
    gc_collect_due(&vm->heap); /* none is due */
    ck_assert_uint_eq(vm->heap.generations[0].collections, 1);
    gc_set_threshold(&vm->heap, 0, 10);
    Node *nodes[11];
    for (int i = 0; i < 11; i++)
        nodes[i] = node_unsafe(vm, &node_type, 0);
    ck_assert_int_eq(vm->told_due, 2);
    gc_disable(&vm->heap); /* and what was due is so no more */
    gc_collect_due(&vm->heap);
    ck_assert_uint_eq(vm->heap.generations[0].collections, 1);
    for (int i = 0; i < 11; i++)
        drop(vm, nodes[i]);
    vm_free(vm);
}
END_TEST

START_TEST(full_collections_stay_linear) {
    VM *vm = vm_new(0);
    enum { COUNT = 1000000 };
    Node *first = NULL;
    for (int i = 0; i < COUNT; i++) {
        Node *node = node_new(vm, &node_type, 0);
        node->links[0] = first == NULL ? NULL : &first->head;
        first = node;
    }
    ck_assert_uint_le(vm->heap.generations[OLDEST].collections, 25);
    ck_assert_uint_ge(vm->heap.generations[OLDEST].collections, 2);
    drop(vm, first);
    ck_assert_uint_le(vm->heap.generations[OLDEST].capacity, 4 * GENERATION_CAPACITY_MIN);
    vm_free(vm);
}
END_TEST

START_TEST(disabled_means_never) {
    VM *vm = vm_new(_i);
    gc_disable(&vm->heap);
    Node **ring = ring_new(vm, &node_type, 10000, 0);
    ring_drop(vm, ring, 10000);
    ck_assert_int_eq(vm->gone, 0);
    gc_enable(&vm->heap);
    gc_set_threshold(&vm->heap, 0, 0);
    drop(vm, node_new(vm, &node_type, 0));
    ck_assert_int_eq(vm->gone, 1);
    gc_set_threshold(&vm->heap, 0, 100);
    drop(vm, node_new(vm, &node_type, 0));
    ck_assert_int_eq(vm->gone, 10002);
    vm_free(vm);
}
END_TEST

START_TEST(holes_do_not_pile_up) {
    VM *vm = vm_new(_i);
    enum { LIVE = 1000 };
    gc_disable(&vm->heap);
    Node *nodes[LIVE] = {NULL};
    uint64_t random = 3;
    for (int i = 0; i < 400000; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        Node **place = &nodes[(random >> 40) % LIVE];
        if (*place != NULL) drop(vm, *place);
        *place = node_new(vm, &node_type, 0);
    }
    ck_assert_uint_le(vm->heap.generations[YOUNGEST].capacity, 4 * LIVE);
    assert_sound(vm);
    for (int i = 0; i < LIVE; i++) {
        if (nodes[i] != NULL) drop(vm, nodes[i]);
    }
    ck_assert_uint_eq(vm->heap.generations[YOUNGEST].length, 0);
    vm_free(vm);
}
END_TEST

static int count_object(Object *object, void *context) {
    (void)object;
    ++*(int *)context;
    return 0;
}

static int tracked(VM *vm, int generation) {
    int count = 0;
    ck_assert_int_eq(gc_each(&vm->heap, generation, count_object, &count), 0);
    return count;
}

START_TEST(frozen_objects_are_left_alone) {
    VM *vm = vm_new(_i);
    ring_drop(vm, ring_new(vm, &node_type, 7, 0), 7);
    ck_assert(gc_freeze(&vm->heap));
    ck_assert_uint_eq(gc_freeze_count(&vm->heap), 7);
    ck_assert_int_eq(tracked(vm, -1), 0);
    ck_assert_int_eq(gc_collect(&vm->heap, OLDEST), 0);
    drop(vm, node_new(vm, &node_type, 0));
    assert_sound(vm);
    ck_assert(gc_unfreeze(&vm->heap));
    ck_assert_uint_eq(gc_freeze_count(&vm->heap), 0);
    ck_assert_int_eq(tracked(vm, OLDEST), 7);
    ck_assert_int_eq(gc_collect(&vm->heap, OLDEST), 7);
    vm_free(vm);
}
END_TEST

START_TEST(untracking) {
    VM *vm = vm_new(_i);
    Node *node = node_new(vm, &node_type, 0), *leaf = node_new(vm, &leaf_like_type, 0);
    object_untrack(vm, &node->head);
    object_untrack(vm, &node->head);
    object_track(&node->head);
    ck_assert(!gc_is_tracked(&node->head) && gc_is_tracked(&leaf->head));
    ck_assert_int_eq(gc_collect(&vm->heap, 0), 0);
    ck_assert(!gc_is_tracked(&leaf->head));
    ck_assert(object_track_again(vm, &node->head) && object_track_again(vm, &leaf->head));
    ck_assert_int_eq(tracked(vm, YOUNGEST), 2);
    assert_sound(vm);
    drop(vm, node);
    drop(vm, leaf);
    vm_free(vm);
}
END_TEST

START_TEST(stress_collects_every_time) {
    VM *vm = vm_with((HeapOptions){.mode = MODES[_i], .gc_stress = 3});
    for (int i = 0; i < 300; i++) {
        Node *node = node_new(vm, &plain_type, 0);
        point(node, 0, node);
        drop(vm, node);
    }
    ck_assert_uint_eq(vm->heap.generations[OLDEST].collections, 100);
    gc_collect(&vm->heap, OLDEST);
    vm_free(vm);
}
END_TEST

/* ---- Refusals ---- */

/* Collect until nothing comes back to life any more. */
static void settle(VM *vm) {
    gc_collect(&vm->heap, OLDEST);
    for (int i = 0; i < 20 && vm->saved != NULL; i++) {
        Node *saved = vm->saved;
        vm->saved = NULL;
        drop(vm, saved);
        gc_collect(&vm->heap, OLDEST);
    }
}

/* Builds rings, chains and plain nodes, some resurrected; NULLs are tolerated everywhere. */
static void work(VM *vm) {
    Node *nodes[60] = {NULL};
    for (int i = 0; i < 60; i++) {
        nodes[i] = node_try(vm, i % 3 ? &plain_type : i % 2 ? &resurrect_type : &node_type, 0);
        if (nodes[i] == NULL) continue;
        if (i > 0 && nodes[i - 1] != NULL) point(nodes[i], 0, nodes[i - 1]);
        if (i > 4 && nodes[i - 5] != NULL && nodes[i - 5]->links[1] == NULL) point(nodes[i - 5], 1, nodes[i]);
        if (i % 20 == 19) gc_collect(&vm->heap, i / 20);
    }
    for (int i = 0; i < 60; i++) {
        if (nodes[i] != NULL) drop(vm, nodes[i]);
    }
    settle(vm);
}

START_TEST(every_request_may_fail) {
    bool forever = _i / MODE_COUNT;
    for (uint64_t at = 1;; at++) {
        VM *vm =
            vm_with((HeapOptions){.mode = MODES[_i % MODE_COUNT], .fail_at = at, .fail_forever = forever});
        work(vm);
        uint64_t requests = vm->heap.requests;
        assert_sound(vm);
        heap_watch(&vm->heap, 0, false);
        settle(vm);
        vm_free(vm);
        if (requests < at) break;
    }
}
END_TEST

START_TEST(deep_death_without_memory) {
    VM *vm = vm_new(_i);
    Node *chain = chain_new(vm, &plain_type, 100000);
    heap_watch(&vm->heap, 1, true);
    drop(vm, chain);
    ck_assert_int_eq(vm->gone, 100000);
    vm_free(vm);
}
END_TEST

START_TEST(garbage_is_collected_before_the_limit_refuses) {
    VM *vm = vm_with((HeapOptions){.mode = MODES[_i], .limit = 2 << 20});
    gc_set_threshold(&vm->heap, 0, 1000000000);
    for (int i = 0; i < 200000; i++) {
        Node *node = node_new(vm, &node_type, 0);
        point(node, 0, node);
        drop(vm, node);
    }
    gc_collect(&vm->heap, OLDEST);
    vm_free(vm);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("collector");
    TCase *death = tcase_create("death"), *cycles = tcase_create("cycles"),
          *ages = tcase_create("generations"), *refusals = tcase_create("refusals");
    tcase_add_loop_test(death, the_last_drop_kills, 0, MODE_COUNT);
    tcase_add_loop_test(death, resurrection_by_count_happens_once, 0, MODE_COUNT);
    tcase_add_loop_test(death, half_made_objects_are_not_finalized, 0, MODE_COUNT);
    tcase_add_test(death, immortals_are_armed_again);
    tcase_add_loop_test(death, weak_references_die_after_the_finalizer, 0, MODE_COUNT);
    tcase_add_loop_test(death, deep_chains_die_in_constant_stack, 0, MODE_COUNT);
    tcase_add_loop_test(death, deep_resurrection_is_tracked_again, 0, MODE_COUNT);
    tcase_add_loop_test(cycles, cycles_are_found, 0, MODE_COUNT);
    tcase_add_loop_test(cycles, finalizers_run_once_in_order_of_creation, 0, MODE_COUNT);
    tcase_add_loop_test(cycles, resurrection_saves_what_it_reaches, 0, MODE_COUNT);
    tcase_add_loop_test(cycles, finalizers_may_do_anything, 0, MODE_COUNT);
    tcase_add_loop_test(cycles, weak_references_die_before_finalizers_of_garbage, 0, MODE_COUNT);
    tcase_add_loop_test(ages, survivors_grow_old, 0, MODE_COUNT);
    tcase_add_loop_test(ages, collections_come_by_themselves, 0, MODE_COUNT);
    tcase_add_loop_test(ages, collections_wait_for_a_safe_point, 0, MODE_COUNT);
    tcase_add_test(ages, full_collections_stay_linear);
    tcase_add_loop_test(ages, disabled_means_never, 0, MODE_COUNT);
    tcase_add_loop_test(ages, holes_do_not_pile_up, 0, MODE_COUNT);
    tcase_add_loop_test(ages, frozen_objects_are_left_alone, 0, MODE_COUNT);
    tcase_add_loop_test(ages, untracking, 0, MODE_COUNT);
    tcase_add_loop_test(ages, stress_collects_every_time, 0, MODE_COUNT);
    tcase_add_loop_test(refusals, every_request_may_fail, 0, 2 * MODE_COUNT);
    tcase_add_loop_test(refusals, deep_death_without_memory, 0, MODE_COUNT);
    tcase_add_loop_test(refusals, garbage_is_collected_before_the_limit_refuses, 0, MODE_COUNT);
    TCase *cases[] = {death, cycles, ages, refusals};
    for (int i = 0; i < 4; i++) {
        tcase_set_timeout(cases[i], 120);
        suite_add_tcase(suite, cases[i]);
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
