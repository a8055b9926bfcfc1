/* gc/object.h ends with the inlined functions, which need the struct below: it is included before the guard,
 * so that either header may come first. */
#include "gc/object.h"

#ifndef MPY_GC_HEAP_H
#define MPY_GC_HEAP_H

/*
 * The heap: all memory of one VM, and the door through which every block goes in and out.
 *
 * A block is asked for with its size and given back with the same size; nothing is stored beside it. In the
 * ordinary mode, blocks up to 512 bytes are served by the inlined paths from the shelf of their size class or its
 * current pool (gc/heap_inline.h, gc/pool.h), others by heap_alloc_slow: up to 2048 bytes from pools too, beyond
 * that as spans of pages (gc/span.h). All of them lie in one range of addresses (gc/arena.h) and in one
 * account (heap_stats).
 *
 * Modes and watches. `system` serves every block with malloc, for sanitizers and valgrind; `debug` puts
 * fences around each block and fills it (gc/debug.h). A watch (fail_at) counts requests. A recorder is told of
 * every block that comes and goes (tracemalloc). None of these slows the fast paths down: the inlined allocation
 * sees an empty shelf and an empty pool, the inlined free an address out of range, and both call the slow path,
 * which knows.
 *
 * The heap is the first member of struct VM, so that either pointer gives the other. A block is owned by
 * whoever asked for it; heap_fini takes every page back, and a debug build asserts that no block was left.
 *
 * Tests: tests/unit/test_heap.c; of the watch and the limit, the_nth_request_fails and the_limit_holds_and_repeats; of
 * the recorder, the_recorder_knows_all_blocks.
 */

#include "gc/collector.h"
#include "gc/generation.h"
#include "gc/pool.h"
#include "gc/span.h"

typedef enum {
    HEAP_DEFAULT, /* in options: pools, or system in builds for the address sanitizer (MPY_ASAN) */
    HEAP_POOLS,   /* pools and spans */
    HEAP_SYSTEM,  /* malloc and free for every block */
    HEAP_DEBUG,   /* pools and spans, fenced and filled */
} HeapMode;

typedef struct HeapOptions {
    HeapMode mode;
    uint64_t fail_at;   /* refuse the Nth request, from 1; 0: none */
    bool fail_forever;  /* and all after it */
    size_t limit;       /* bytes of pages (system mode: blocks) in use that requests may not pass; 0: none */
    bool tell_requests; /* for whoever owns the VM: print how many there were */
    bool check_at_end;  /* for whoever owns the VM: prove the heap before it is taken down */
    uint32_t gc_stress; /* a full collection every so many new containers; 0: off */
} HeapOptions;

/* What upper rooms install. Each may be NULL. They keep a pending exception pending. */
typedef struct HeapHooks {
    /* The object, with GC_WEAKLY_REFERENCED set, dies by count: clear the references to it, call their
     * callbacks. */
    void (*weak_references_died)(VM *vm, Object *object);

    /* The same for an object that is garbage of a collection, in two steps. The first runs no user code and
     * allocates nothing: clear the references to the object and set those aside that have a callback and are
     * not themselves gc_is_garbage. The second calls the callbacks of those set aside. */
    void (*weak_references_garbage)(VM *vm, Object *object);
    void (*weak_references_notify)(VM *vm);

    /* A collection has become due: have gc_collect_due called at the next safe point. Runs no user code. */
    void (*collection_due)(VM *vm);

    /* A collection begins, and has ended. Both may run user code; no collection begins inside. */
    void (*collection_started)(VM *vm, int generation);
    void (*collection_ended)(VM *vm, int generation, uint32_t unreachable, uint64_t nanoseconds);

    /* GC_DEBUG_COLLECTABLE: this object was found to be garbage. May run user code. */
    void (*garbage_found)(VM *vm, Object *object);
    /* GC_DEBUG_SAVEALL: keep a reference to this object instead of having it cleared. Runs no user code. */
    void (*garbage_saved)(VM *vm, Object *object);
} HeapHooks;

/* Who is told of blocks. Both functions run no user code and free nothing; what they ask for themselves they are not
 * told of, and no collection makes room for it. */
typedef struct HeapRecorder {
    void (*taken)(VM *vm, void *block, size_t size); /* also of a block with a new size */
    void (*given)(VM *vm, void *block); /* maybe twice, and of blocks from before it was installed */
} HeapRecorder;

/* The account, in bytes. `taken` is counted where arenas are committed, the others by walking the pages; the
 * identity is that all from pool_live to metadata add up to it. Live bytes are in slots and pages; what of a
 * slot its owner did not ask for is known to its owner only. */
typedef struct HeapStats {
    size_t taken;          /* committed arenas, descriptors, arena records (system mode: live blocks) */
    size_t pool_live;      /* live slots */
    size_t pool_free;      /* free slots */
    size_t pool_tail;      /* what is left over behind a page's last slot */
    size_t span_live;      /* large blocks, as asked for */
    size_t span_slack;     /* up to their last page's end */
    size_t pages_held;     /* free pages with memory behind them */
    size_t pages_returned; /* free pages without */
    size_t metadata;       /* descriptors and arena records */
    size_t system_live;    /* system mode: all blocks */

    size_t live_blocks;
    size_t used; /* pages in use, the figure that the limit bounds */
    size_t used_peak;
    size_t reserved; /* addresses */
    size_t arenas, pools, spans;
    uint64_t requests; /* counted while a watch is set */
} HeapStats;

struct DebugBlock;

struct Heap {
    /* What the inlined paths look at. */
    char *fast_base;   /* the range, while blocks may be freed by the inlined path ... */
    size_t fast_bytes; /* ... or 0 */
    Page *pages;
    uint32_t poll_at;     /* ask for a collection when the young generation's count has reached it */
    uint32_t death_depth; /* nested object_die */
    Generation generations[GENERATIONS + 1]; /* young, middle, old; permanent */
    Page *current[POOL_CLASSES]; /* each class's current pool, or the sentinel while requests are watched */
    Shelf shelves[SMALL_CLASSES + 1];

    Object *deferred; /* deaths that wait for the outermost one; linked through their headers */
    Collector collector;
    HeapHooks hooks;

    Page sentinel; /* a pool that never has a free slot */
    PoolClass classes[POOL_CLASSES];
    Spans spans;

    HeapMode mode;
    bool no_emergency;    /* a refused request is not worth a collection, or this is no moment for one */
    uint32_t fruitless;   /* emergency collections in a row that freed nothing ... */
    uint32_t skipped;     /* ... and refusals since the last that went without one */
    bool exempt;          /* from the limit: the collector's scratch memory, which frees more than it takes */
    size_t limit;         /* bytes; SIZE_MAX: none */
    size_t pressure_at;   /* bytes in use at which a full collection is due, short of the limit */
    bool pressed;         /* that has come */
    uint64_t emergencies; /* collections because a request was refused */
    uint64_t fail_at;     /* 0: requests are not watched */
    bool fail_forever;
    uint64_t requests;
    const HeapRecorder *recorder; /* NULL: none */
    bool telling;                 /* it is being told: of what it asks for itself, it is not */
    size_t system_bytes, system_blocks, system_peak;
    struct DebugBlock *debug_blocks; /* live blocks, newest first */
    struct DebugBlock **quarantine;  /* a ring of freed blocks, not yet reused */
    uint32_t quarantine_next;
};

/* Must every request and free take the slow path? */
static inline bool heap_is_watched(const Heap *heap) {
    return heap->mode != HEAP_POOLS || heap->fail_at != 0 || heap->recorder != NULL;
}

/* In place. NULL options: the defaults. False when the system gives no addresses. */
bool heap_init(Heap *heap, const HeapOptions *options);

/* Give everything back to the system, whatever is still alive in it. */
void heap_fini(Heap *heap);

static inline Heap *vm_heap(VM *vm) { return (Heap *)vm; }

static inline VM *heap_vm(Heap *heap) { return (VM *)heap; }

/* A block of `size` bytes, aligned to 16, contents undefined; NULL when refused, which is after an emergency
 * collection (gc_collect_quietly). Size 0 gives a block too. Runs no user code. */
static inline void *heap_alloc(Heap *heap, size_t size);

/* Give back a block (not NULL) with the size that it was asked for, or last resized to. */
static inline void heap_free(Heap *heap, void *block, size_t size);

/* Change a block's size, moving it if need be; NULL when refused, and then the block is as it was. Block NULL
 * with old size 0 allocates. */
void *heap_resize(Heap *heap, void *block, size_t old_size, size_t new_size);

/* The door in the shape of base/memory.h's AllocateFn: `heap` is the context, new_size 0 frees. */
void *heap_allocate_fn(void *heap, void *block, size_t old_size, size_t new_size);

/* Begin a watch: refuse the Nth request from here (1: the next), once or forever; UINT64_MAX only counts them; 0 ends
 * the watch. */
void heap_watch(Heap *heap, uint64_t fail_at, bool forever);

/* Have every block from here on told to a recorder; NULL ends it. */
void heap_record(Heap *heap, const HeapRecorder *recorder);

/* Bound the bytes in use; 0: no limit. */
void heap_set_limit(Heap *heap, size_t limit);

/* The bytes that the limit bounds: pages in use, or the live blocks of the system mode. */
size_t heap_used(const Heap *heap);

/* Give back all the memory that can be without moving a block. */
void heap_trim(Heap *heap);

/* How many blocks are live, and the account of all bytes: both walk the pages. */
size_t heap_live_blocks(const Heap *heap);
void heap_stats(Heap *heap, HeapStats *stats);

/* Do the accounts add up, and agree with the counters kept beside them? */
bool heap_check_accounts(Heap *heap);

/* Walk the whole heap (spans, pools, free slots, generations, debug fences) and compare what is said twice.
 * True when all agrees; else false, and a sentence on the first difference in `report`. Touches no object
 * beyond its header. */
bool heap_check(Heap *heap, char *report, size_t report_size);

/* The paths that are not inlined. `type` (may be NULL) is for the debug mode's reports. */
#ifdef MPY_DEBUG
void heap_assert_block(const Heap *heap, const void *block, size_t size); /* it is live, and of that size */
#endif
void *heap_alloc_slow(Heap *heap, size_t size, const Type *type);
void heap_free_slow(Heap *heap, void *block, size_t size);
Object *object_new_container_slow(VM *vm, Type *type, size_t size);

/* For the collector: it answered the pressure, which is felt again halfway from here to the limit; its
 * scratch memory, by which more is freed than it takes, is exempt from the limit. */
void heap_relieve(Heap *heap);
void heap_set_exempt(Heap *heap, bool exempt);

#include "gc/heap_inline.h"

#endif
