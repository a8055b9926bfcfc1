#include "gc/heap.h"
#include "gc/likely.h"

#include <assert.h>

/*
 * Death, in constant C stack.
 *
 * A dealloc slot drops references, which may be the last ones of other objects, whose dealloc slots drop
 * more. Down to DEATH_DEPTH_MAX deaths inside each other that is plain recursion. Deeper ones are deferred:
 * the object joins a list that the outermost death works off before it returns, the last to join first (as
 * CPython's trashcan). The list is threaded through the objects themselves, since a death must not need
 * memory: a link takes the 59 bits of `refs` and of the vector index. An object on it is out of its vector,
 * its flags are kept, its place is GC_DEFERRED.
 */

enum {
    DEATH_DEPTH_MAX = 50, /* CPython's figure; a few hundred bytes of C stack for each */
    LINK_SHIFT = 3,       /* objects are aligned to 8 */
    LINK_REFS_BITS = 32,
};

static void deferred_push(Heap *heap, Object *object) {
    uint64_t link = (uint64_t)(uintptr_t)heap->deferred >> LINK_SHIFT;
    assert(link >> (LINK_REFS_BITS + 32 - GC_INDEX_SHIFT) == 0);
    object_set_place(object, GC_DEFERRED, (uint32_t)(link >> LINK_REFS_BITS));
    object->refs = (uint32_t)link;
    heap->deferred = object;
}

static Object *deferred_pop(Heap *heap) {
    Object *object = heap->deferred;
    uint64_t link = (uint64_t)object_vector_index(object) << LINK_REFS_BITS | object->refs;
    heap->deferred = (Object *)(uintptr_t)(link << LINK_SHIFT);
    object_set_place(object, GC_UNTRACKED, 0);
    object->refs = 0;
    return object;
}

void object_finalize(VM *vm, Object *object) {
    if (!object_has_finalizer(object)) return;
    object->gc |= GC_FINALIZED;
    object_slots(object)->finalize(vm, object);
}

void object_kill_weak_references(VM *vm, Object *object) {
    const HeapHooks *hooks = &vm_heap(vm)->hooks;
    if ((object->gc & GC_WEAKLY_REFERENCED) == 0) return;
    object->gc &= ~(uint32_t)GC_WEAKLY_REFERENCED;
    if (hooks->weak_references_died != NULL) hooks->weak_references_died(vm, object);
}

/* True if the object lives on. */
static bool finalize_dead(VM *vm, Object *object) {
    object->refs = 1;
    object_finalize(vm, object);
    return --object->refs > 0;
}

static void bury(VM *vm, Object *object) {
    if (object_has_finalizer(object) && object_place(object) != GC_NEW && finalize_dead(vm, object)) return;
    object_untrack(vm, object); /* first: callbacks of weak references may collect, and must not see it */
    object_kill_weak_references(vm, object);
    object_slots(object)->dealloc(vm, object);
}

/* Deferring took the object out of its vector, but a finalizer may bring it back to life, as a container that
 * the collector must see. If there is no memory for that, it lives on unseen. */
static void bury_deferred(VM *vm, Object *object) {
    bool to_finalize = object_has_finalizer(object) && object_slots(object)->traverse != NULL;
    if (to_finalize) object_track_again(vm, object);
    bury(vm, object);
}

static void defer(VM *vm, Object *object) {
    if (object_place(object) == GC_NEW) object->gc |= GC_FINALIZED; /* half-made: never finalized */
    object_untrack(vm, object);
    deferred_push(vm_heap(vm), object);
}

static void work_off(VM *vm) {
    Heap *heap = vm_heap(vm);
    heap->death_depth = 1;
    while (heap->deferred != NULL)
        bury_deferred(vm, deferred_pop(heap));
    heap->death_depth = 0;
}

static void die_unusually(VM *vm, Object *object) {
    Heap *heap = vm_heap(vm);
    if (object_is_immortal(object)) {
        object->refs = IMMORTAL_REFS;
    } else if (heap->death_depth >= DEATH_DEPTH_MAX) {
        defer(vm, object);
    } else {
        heap->death_depth++;
        bury(vm, object);
        if (--heap->death_depth == 0 && heap->deferred != NULL) work_off(vm);
    }
}

/* The low bits of the gc word of an object that is in the young generation or untracked, and not weakly
 * referenced: a bit for each value that they may have. */
#define USUAL_STATES \
    ((1u << GC_UNTRACKED | 1u << GC_YOUNG | 1u << GC_NEW) | (1u << GC_UNTRACKED | 1u << GC_YOUNG) \
                                                                << GC_FINALIZED)

/* What bury does, for the usual death. */
static inline void bury_usual(VM *vm, Object *object, const TypeHead *slots) {
    Generation *young = &vm_heap(vm)->generations[YOUNGEST];
    if (object_place(object) != GC_UNTRACKED) {
        uint32_t index = object_vector_index(object);
        object->gc = GC_UNTRACKED;
        generation_leave_young(young, index);
        young->count -= young->count > 0;
    }
    slots->dealloc(vm, object);
}

/* The death of an object that owns references, or has a finalizer. The depth is put back as it was, not counted down:
 * to be counted from, what was stored just before would have to be waited for. */
static __attribute__((noinline)) void die_with_others(VM *vm, Object *object, const TypeHead *slots) {
    Heap *heap = vm_heap(vm);
    uint32_t depth = heap->death_depth;
    bool is_usual = USUAL_STATES >> (object->gc & ((1 << GC_INDEX_SHIFT) - 1)) & 1;
    if (UNLIKELY(!is_usual || slots->finalize != NULL || depth >= DEATH_DEPTH_MAX)) {
        die_unusually(vm, object);
        return;
    }
    heap->death_depth = depth + 1;
    bury_usual(vm, object, slots);
    heap->death_depth = depth;
    if (depth == 0 && UNLIKELY(heap->deferred != NULL)) work_off(vm);
}

void object_die(VM *vm, Object *object) {
    const TypeHead *slots = object_slots(object);
    if (object->gc == GC_UNTRACKED && slots->traverse == NULL && slots->finalize == NULL) {
        slots->dealloc(vm, object); /* a leaf: no death leads from it to ever deeper ones */
        return;
    }
    die_with_others(vm, object, slots);
}

void object_untrack(VM *vm, Object *object) {
    Generation *young = &vm_heap(vm)->generations[YOUNGEST];
    if (!place_is_tracked(object_place(object))) return;
    generation_remove(vm, object);
    if (young->count > 0) young->count--;
}

bool object_track_again(VM *vm, Object *object) {
    Generation *young = &vm_heap(vm)->generations[YOUNGEST];
    if (object_place(object) != GC_UNTRACKED) return true;
    if (!generation_reserve(vm, young, 1)) return false;
    generation_append(young, object, GC_YOUNG);
    young->count++;
    return true;
}
