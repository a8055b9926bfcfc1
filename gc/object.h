#ifndef MPY_GC_OBJECT_H
#define MPY_GC_OBJECT_H

/*
 * The object header: all that the memory manager knows of an object.
 *
 * Every heap object begins with these 16 bytes: how many references own it, where the cycle collector has it,
 * and its type. A type is an object too, and begins with a TypeHead: the functions through which the
 * collector and the reference counts reach into an object without knowing what it is. Nothing in gc/ includes
 * a type's header.
 *
 * References. An owned reference is counted in `refs`; the object dies, at once, when the last one is
 * dropped. Immortal objects (None, the static types, ...) carry IMMORTAL_REFS: counting goes on, without a
 * branch, and a count that ever drifts to zero is armed again instead of freed.
 *
 * Roots. The collector needs no list of them: references held outside of objects (the value stack, frames, C
 * locals, the VM struct) are those counted in `refs` that no traversal accounts for, and whatever has such a
 * reference is alive. So every reference that lives in an object must be counted and visited, and no other
 * may be visited.
 *
 * The `gc` word packs, from the low end: where the object is (3 bits, GcPlace), GC_FINALIZED,
 * GC_WEAKLY_REFERENCED, and its index in its generation's vector (27 bits: 134 million tracked objects a
 * generation).
 *
 * Tests: tests/unit/test_collector.c, the_last_drop_kills, resurrection_by_count_happens_once,
 * weak_references_die_after_the_finalizer, deep_chains_die_in_constant_stack, immortals_are_armed_again.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct VM VM; /* the machine that owns a heap; passed through to the slots, never looked into here */
typedef struct Type Type; /* begins with a TypeHead */

typedef struct Object {
    uint32_t refs;
    uint32_t gc;
    Type *type;
} Object;

/* Called for each reference an object owns; other than 0 stops the traversal and is returned from it. */
typedef int (*VisitFn)(Object *referent, void *context);

/* A row of words in a container: every `stride`-th of them is a reference it owns; or zero; or, told by its low three
 * bits not being zero, no pointer. */
typedef uint64_t __attribute__((may_alias)) ReferenceWord;
typedef struct {
    const ReferenceWord *words;
    size_t count; /* of those that are looked at */
    size_t stride;
} ReferenceRow;

enum { REFERENCE_ROWS_MAX = 4, REFERENCE_TAG = 7 };

typedef struct TypeHead {
    Object object;
    const char *name; /* UTF-8, NUL-terminated; for reports */

    /* Visit every object reference that `self` owns, as often as it owns it. NULL: a leaf, never tracked.
     * Must tolerate an object whose body is still zeroed. Runs no user code, allocates nothing. */
    int (*traverse)(Object *self, VisitFn visit, void *context);

    /* For containers that are common: all that traverse visits, as rows, but for the type of an instance that owns it
     * (counts_instances). The collector walks them without a call for each reference. Returns how many there are. NULL:
     * traverse only. */
    int (*rows)(Object *self, ReferenceRow rows[REFERENCE_ROWS_MAX]);
    bool counts_instances; /* each instance owns a reference to its type, which is in no row */

    /* Drop the references that may close a cycle; the object stays valid, if empty. NULL: its cycles always
     * run through another object that has one. */
    void (*clear)(VM *vm, Object *self);

    /* Run the object's finalizer (`__del__`, a generator's finally blocks). Called at most once per object,
     * with the object alive; may resurrect it. NULL: none. Errors inside are reported as unraisable by the
     * slot. */
    void (*finalize)(VM *vm, Object *self);

    /* The count is zero, the finalizer has run and weak references are dead: drop the owned references and
     * give the memory back with its exact size (object_free). The object is untracked already. */
    void (*dealloc)(VM *vm, Object *self);

    /* This container can close no cycle as long as it is not changed, whatever happens to the objects in it
     * (a tuple or dict of leaves and of untracked tuples): a collection that finds it alive takes it out of
     * the vectors. Who changes it afterwards calls object_track_again. Runs no user code, allocates nothing.
     * NULL: never. */
    bool (*acyclic)(const Object *self);
    bool acyclic_uncounted; /* garbage that is acyclic is not counted: it dies with what refers to it */

    /* A leaf's own references, all to leaves (a range's ends): for the audit, which must find every reference, as
     * `traverse`. NULL: none, or traverse shows them. */
    int (*leaves)(Object *self, VisitFn visit, void *context);
} TypeHead;

static inline const TypeHead *object_slots(const Object *object) { return (const TypeHead *)object->type; }

enum {
    IMMORTAL_REFS = 1 << 30,

    GC_PLACE_BITS = 3,
    GC_PLACE_MASK = (1 << GC_PLACE_BITS) - 1,
    GC_FINALIZED = 1 << 3,         /* finalize has been called */
    GC_WEAKLY_REFERENCED = 1 << 4, /* the weak reference table has entries for this object */
    GC_INDEX_SHIFT = 5,
    GC_INDEX_MAX = (1 << (32 - GC_INDEX_SHIFT)) - 1,
};

/* Where the collector has an object. */
typedef enum {
    GC_UNTRACKED = 0, /* in no vector: a leaf, or a container known to close no cycle */
    GC_YOUNG = 1,     /* generations 0, 1 and 2: in heap->generations[place - GC_YOUNG] at its index */
    GC_MIDDLE = 2,
    GC_OLD = 3,
    GC_PERMANENT = 4, /* set aside by gc.freeze() */
    GC_NEW = 5, /* has its index in the young vector, but its body is still being filled: not traversed */
    GC_DEFERRED = 6, /* dead; waits in the list of deferred deaths, threaded through headers (gc/object.c) */
    GC_IMMORTAL = 7, /* static, never freed */
} GcPlace;

/* The header of a static object of the given type. */
#define OBJECT_IMMORTAL(type_pointer) \
    { .refs = IMMORTAL_REFS, .gc = GC_IMMORTAL, .type = (Type *)(type_pointer) }

static inline GcPlace object_place(const Object *object) { return (GcPlace)(object->gc & GC_PLACE_MASK); }

static inline bool object_is_immortal(const Object *object) { return object_place(object) == GC_IMMORTAL; }

/* Memory of a new object of `size` bytes: one reference, untracked, the body's bytes undefined. For types
 * without a traverse slot, and containers of which it is known that they close no cycle. NEW, RAISES: NULL when memory
 * is refused (the caller raises MemoryError). */
static inline Object *object_new(VM *vm, Type *type, size_t size);

/* The same, only where that takes no step out of the ordinary, else NULL. */
static inline Object *object_new_if_easy(VM *vm, Type *type, size_t size);

/* The same for a container: its body is zeroed and it has its place in the young generation, but it is
 * GC_NEW, not looked at, until object_track. May make a collection due, which waits for a safe point: as object_new it
 * runs no user code. NEW, NULL when refused. */
static inline Object *object_new_container(VM *vm, Type *type, size_t size);

/* The same, but of its bytes only the first `zeroed` are sure to be zero: the caller fills the rest at once, before
 * anything else is asked of this room. */
static inline Object *object_new_container_to_fill(VM *vm, Type *type, size_t size, size_t zeroed);

/* The same, no byte of the body zeroed, and only where that takes no step out of the ordinary, else NULL: then ask one
 * of the others. */
static inline Object *object_new_container_if_easy(VM *vm, Type *type, size_t size);

/* The body is filled: from here on the collector looks at the object. Cannot fail. No effect if tracked
 * already or untracked by object_untrack. */
static inline void object_track(Object *object);

/* Take a container out of the collector's sight: it can close no cycle, or is about to die. Idempotent. */
void object_untrack(VM *vm, Object *object);

/* The reverse, for a container that was untracked and may close a cycle again (a dict that is given a list).
 * No effect if tracked. RAISES: false when the vector cannot grow. Never collects. */
bool object_track_again(VM *vm, Object *object);

/* Give back the memory of a dead object (dealloc's last step); `size` as it was asked for. Untracks it. */
static inline void object_free(VM *vm, Object *object, size_t size);

/*
 * The last reference went. In this order, as CPython: the finalizer, with the object alive again for the time
 * (it may stay alive: resurrection); untracking; weak references; dealloc. Objects that are still GC_NEW have
 * no finalizer run. Deep structures die in constant C stack: DEATH_DEPTH_MAX nested deaths, then the object
 * joins a list that the outermost death works off.
 */
void object_die(VM *vm, Object *object);

/* Is there a finalizer that has not run? */
static inline bool object_has_finalizer(const Object *object) {
    return object_slots(object)->finalize != NULL && !(object->gc & GC_FINALIZED);
}

/* Run the finalizer unless it has run or there is none. The caller owns a reference. */
void object_finalize(VM *vm, Object *object);

/* Kill the weak references to an object before its finalizer runs: for the finalize slots of types whose
 * weak references die first (generators, as CPython). No effect when there are none. */
void object_kill_weak_references(VM *vm, Object *object);

/* Has the object's last reference gone? What a weak reference must ask before it hands its referent out. */
static inline bool object_is_dying(const Object *object) {
    return object->refs == 0 || object_place(object) == GC_DEFERRED;
}

/* Own one more reference; give one up, with which the object may die and user code run. */
static inline void object_ref(Object *object) { object->refs++; }

static inline void object_drop(VM *vm, Object *object) {
    if (--object->refs == 0) object_die(vm, object);
}

#include "gc/heap_inline.h"

#endif
