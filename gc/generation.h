#include "gc/object.h" /* before the guard: see gc/heap.h */

#ifndef MPY_GC_GENERATION_H
#define MPY_GC_GENERATION_H

/*
 * A generation: the tracked objects of one age, as a vector in order of creation.
 *
 * Most objects die young, and those that have lived for a while tend to live on (the generational hypothesis:
 * Lieberman and Hewitt 1983, Ungar 1984). So containers are sorted by how many collections they have survived:
 * none (young), one (middle), more (old). The young generation is small and collected often, the old one is
 * large and collected seldom. gc.freeze() sets objects aside in a fourth vector that is never collected.
 *
 * An object's header holds its generation and its index here, so it leaves in constant time: its entry
 * becomes a hole (NULL). In the young generation holes at the end are dropped at once, so that a short-lived
 * object leaves no trace. Holes elsewhere are closed, in order, by a collection, or when the vector is full,
 * or, in the older generations, when three entries in four are holes. Vectors are only ever reordered by
 * closing holes, never while a collection is under way. References in them are not counted: an entry goes when
 * its object dies.
 *
 * Tests: tests/unit/test_collector.c, survivors_grow_old, holes_do_not_pile_up, frozen_objects_are_left_alone,
 * untracking.
 */

enum {
    GENERATIONS = 3,
    YOUNGEST = 0,
    OLDEST = GENERATIONS - 1,
    PERMANENT = GENERATIONS, /* the vector of frozen objects, kept with the generations but never collected */
    GENERATION_CAPACITY_MIN = 512,
};

typedef struct Generation {
    Object **items;
    uint32_t length; /* entries in use, holes included */
    uint32_t capacity;
    uint32_t holes;

    /* As CPython's: generation 0 counts containers made less containers gone, the others collections of the
     * generation below; a collection is due when count > threshold. */
    uint32_t count;
    int32_t threshold; /* of generation 0: 0 means never */

    /* Statistics over the heap's life. */
    uint64_t collections, collected, uncollectable;
    uint64_t nanoseconds; /* spent in collections of this generation, finalizers included */
    uint64_t longest;     /* of one of them */
} Generation;

/* Room for `more` entries at the end, by closing holes if there are many, or growing. False when memory is
 * refused, or GC_INDEX_MAX is passed. */
bool generation_reserve(VM *vm, Generation *generation, uint32_t more);

/* Close the holes from entry `start` on; every object learns its new index. */
void generation_compact(Generation *generation, uint32_t start);

/* Take a tracked (or GC_NEW) object out. Its place is GC_UNTRACKED from then on, its flags stay. */
void generation_remove(VM *vm, Object *object);

/* Give back most of a vector that is much too large for what it has and for the `expected` entries it may get again. */
void generation_shrink(VM *vm, Generation *generation, uint32_t expected);

/* The entry of an object that leaves the young generation: a hole, or dropped with the holes before it. */
static inline void generation_leave_young(Generation *young, uint32_t index) {
    young->items[index] = NULL;
    if (index + 1 < young->length) {
        young->holes++;
        return;
    }
    while (index > 0 && young->items[index - 1] == NULL) {
        index--;
        young->holes--;
    }
    young->length = index;
}

static inline bool place_is_tracked(GcPlace place) { return place >= GC_YOUNG && place <= GC_NEW; }

static inline uint32_t object_vector_index(const Object *object) { return object->gc >> GC_INDEX_SHIFT; }

static inline void object_set_place(Object *object, GcPlace place, uint32_t index) {
    uint32_t flags = object->gc & (GC_FINALIZED | GC_WEAKLY_REFERENCED);
    object->gc = (index << GC_INDEX_SHIFT) | flags | (uint32_t)place;
}

/* Put an object, in no vector now, at the end. There must be room. */
static inline void generation_append(Generation *generation, Object *object, GcPlace place) {
    object_set_place(object, place, generation->length);
    generation->items[generation->length++] = object;
}

#endif
