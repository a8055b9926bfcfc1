#include "gc/object.h" /* before the guard: see gc/heap.h */

#ifndef MPY_GC_COLLECTOR_H
#define MPY_GC_COLLECTOR_H

/*
 * The cycle collector: finds objects that only keep each other alive.
 *
 * Reference counts reclaim everything but cycles. A collection of generation g takes the objects of
 * generations g and younger, the *candidates*, and asks which of them have references that do not come from
 * candidates: those, and all they lead to, are alive; the rest is garbage (as CPython; the idea of trial
 * deletion is in Lins 1992, Bacon and Rajan 2001). It is a list of phases; gc/collector.c states what holds
 * before and after each:
 *
 *   gather      candidates move, in order of creation, to the vector of the generation they will join
 *   copy        every candidate's count is copied to a parallel scratch array
 *   subtract    each reference from candidate to candidate takes one off the copy: the rest is from outside
 *   split       all that is reachable from candidates with something left is marked; the others are garbage.
 *               Marked containers that can close no cycle are untracked
 *   weak refs   weak references to garbage die, callbacks of live ones are called
 *   queue       garbage with a finalizer that has not run goes to the finalizer queue, in order of creation
 *   finalize    the queue is drained: each finalizer runs once, with all garbage still whole (PEP 442)
 *   resurrect   if user code ran: copy, subtract, split among the garbage alone; what came back is alive
 *   clear       garbage lets go of its references, and reference counting does the rest
 *   promote     holes are closed, statistics are kept
 *
 * User code runs in three of them (weak refs, finalize, clear) and there it may do anything: make objects,
 * which go to the young vector and are not candidates; drop them; ask for a collection, which returns 0. The
 * candidates' vector is not reordered from gather to promote, objects that die leave holes.
 *
 * Everything a collection needs is allocated before anything irrevocable happens; if that is refused, it ends
 * with every candidate alive. (Who gets a finalizer only while user code runs, and no room in the queue, is
 * finalized as it dies.)
 *
 * When: as a container is made, a collection becomes *due* if more than the threshold were made than went away
 * since the last one. It begins at the next *safe point*, a place where code of the program may run anyhow: in the
 * eval loop after a jump and as a function is entered, in long native loops from item to item (vm_may_go_on). So
 * making an object never runs user code, and native code may hold on to what it has borrowed. The oldest generation
 * is collected only if the objects that reached it since its last collection exceed a quarter of it, so that the work
 * over a program's run stays linear.
 *
 * Tests: tests/unit/test_collector.c; of the phases, cycles_are_found,
 * weak_references_die_before_finalizers_of_garbage, finalizers_run_once_in_order_of_creation,
 * resurrection_saves_what_it_reaches, finalizers_may_do_anything; of when, collections_come_by_themselves,
 * collections_wait_for_a_safe_point and full_collections_stay_linear; of refusals, every_request_may_fail. Seen from
 * programs: examples/garbage.mpy, examples/generations.mpy, examples/finalizers.mpy.
 */

#include "gc/generation.h"

typedef struct Heap Heap;

/* Garbage whose finalizers are still to run, as entries of the target's vector. It owns no references: who dies by
 * count meanwhile, because another's finalizer let go of it, is finalized then and leaves a hole. */
typedef struct FinalizerQueue {
    uint32_t *entries;
    Object *running; /* whose finalizer runs; NULL: none */
    uint32_t length;
    uint32_t next; /* the first that has not been started */
    uint32_t capacity;
} FinalizerQueue;

/* Collector.debug, with the values of the module gc's constants. The collector itself looks at two of them. */
enum {
    GC_DEBUG_STATS = 1,
    GC_DEBUG_COLLECTABLE = 2,   /* tell hooks.garbage_found of each object of the garbage */
    GC_DEBUG_UNCOLLECTABLE = 4, /* without effect: the finalizers of PEP 442 leave no such garbage */
    GC_DEBUG_SAVEALL = 32,      /* give garbage to hooks.garbage_saved when its finalizers have run */
    GC_DEBUG_LEAK = GC_DEBUG_COLLECTABLE | GC_DEBUG_UNCOLLECTABLE | GC_DEBUG_SAVEALL,
};

typedef struct Collector {
    int32_t debug; /* GC_DEBUG_... */
    bool enabled;
    bool collecting;
    bool due;        /* a collection, at the next safe point */
    uint32_t stress; /* while enabled, a full collection every so many new containers; 0: off */
    uint32_t stress_count;
    uint64_t oldest_total;   /* objects in the oldest generation after its last collection */
    uint64_t oldest_pending; /* objects that joined it since */

    /* The collection under way. */
    Generation *target;       /* holds the candidates ... */
    uint32_t start, end;      /* ... at these entries */
    uint32_t emptied[OLDEST]; /* how many entries each generation had that was moved there */
    uint32_t *scratch;        /* a word for each, see collector.c */
    size_t scratch_bytes;
    FinalizerQueue finalizers;
} Collector;

/* Collect generation 0, 1 or 2 now. The number of unreachable objects found, as CPython's gc.collect(); 0 if
 * a collection is under way. Runs user code. */
long gc_collect(Heap *heap, int generation);

/* A full collection for a request that was refused, wherever it came from: it runs no user code. So if any of the
 * garbage has a finalizer to run, or weak references, it all stays, and the next container makes a full collection due.
 * False if nothing was freed. */
bool gc_collect_quietly(Heap *heap);

/* Automatic collections: on or off. gc_collect works either way. */
void gc_enable(Heap *heap);
void gc_disable(Heap *heap);
bool gc_is_enabled(const Heap *heap);
/* A generation's threshold and count, as gc.get_threshold() and gc.get_count() show them (gc/generation.h). */
void gc_set_threshold(Heap *heap, int generation, int32_t threshold);
int32_t gc_get_threshold(const Heap *heap, int generation);
uint32_t gc_get_count(const Heap *heap, int generation);

/* Set all tracked objects aside so that no collection looks at them; false when memory is refused or a
 * collection is under way. gc_unfreeze moves them to the oldest generation. */
bool gc_freeze(Heap *heap);
bool gc_unfreeze(Heap *heap);
/* How many objects are set aside. */
uint32_t gc_freeze_count(const Heap *heap);

/* Call `each` for the tracked objects of a generation, of all three (generation -1) or those set aside (PERMANENT), in
 * order of creation, until it returns other than 0, and return that. Garbage of a collection under way is left out.
 * `each` may allocate blocks, but make, track and drop no objects. */
int gc_each(Heap *heap, int generation, int (*each)(Object *object, void *context), void *context);

/* The garbage that waits for its finalizer: the next one at or after *position, which starts at 0 and is moved behind
 * it; NULL at the end. */
Object *gc_next_finalizer(const Heap *heap, uint32_t *position);

/* The end has come for all tracked objects: their finalizers will not be called. */
void gc_forgo_finalizers(Heap *heap);

/* Is the object in a generation's vector? Has its finalizer been called? */
bool gc_is_tracked(const Object *object);
bool gc_is_finalized(const Object *object);

/* Is this object garbage of the collection under way? For the weak reference hooks: only a callback of a
 * reference that is not garbage itself is called. */
bool gc_is_garbage(const Heap *heap, const Object *object);

/* Decide again when containers must ask for a collection: after a change to thresholds or fields above. */
void gc_arm(Heap *heap);

/* A container is about to be made: when that makes a collection due, hooks.collection_due is told. */
void gc_poll(Heap *heap);

/* At a safe point: run the collection that is due, if one is. Runs user code. */
void gc_collect_due(Heap *heap);

#endif
