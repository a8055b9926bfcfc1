#include "gc/heap.h"

#include <time.h>

/*
 * The phases of a collection, in their order (gc/collector.h says what each is for):
 *
 *     gather, copy, subtract, split, weak refs, queue, finalize, resurrect, clear, promote
 *
 * then the rest of the interface.
 *
 * The scratch array has a word for each candidate, beside the target's vector. Until a candidate is marked,
 * its word is the number of its references not yet accounted for; from then on it is MARKED with, while the
 * candidate waits to be traversed, the number of the next one waiting. Candidates that are not marked after
 * the split are garbage.
 */

#define MARKED ((uint32_t)1 << 31)
#define COUNT_MANY (MARKED - 1) /* as many or more; not counted down */
#define LIST_END (MARKED - 1)   /* in a link: no next */

enum { FETCH_AHEAD = 8 }; /* objects */

typedef struct Trace {
    uint32_t *scratch;
    uint32_t start;
    uint32_t waiting; /* split: the first marked candidate to be traversed; a list through scratch */
    GcPlace place;    /* of candidates */
} Trace;

static Trace trace_of(const Heap *heap) {
    const Collector *c = &heap->collector;
    GcPlace place = (GcPlace)(GC_YOUNG + (c->target - heap->generations));
    return (Trace){.scratch = c->scratch, .start = c->start, .waiting = LIST_END, .place = place};
}

static uint32_t candidate_count(const Collector *c) { return c->end - c->start; }

/* Candidate number i. BORROWED; NULL if it died meanwhile. */
static Object *candidate(const Collector *c, uint32_t i) { return c->target->items[c->start + i]; }

/* The same for a walk during which no user code runs, in registers. */
typedef struct Candidates {
    Object **objects;
    uint32_t *scratch;
    uint32_t count;
} Candidates;

static inline Candidates candidates_of(const Collector *c) {
    return (Candidates){c->target->items + c->start, c->scratch, candidate_count(c)};
}

/* Objects die and are born all over the heap, so a walk in order of creation waits for memory, unless it asks early.
 * (As a function without any effect it would be dropped before it is inlined, if that were left to the compiler.) */
static inline __attribute__((always_inline)) void fetch_ahead(Candidates all, uint32_t i) {
    if (i + FETCH_AHEAD < all.count) __builtin_prefetch(all.objects[i + FETCH_AHEAD]);
}

static bool is_garbage(const Collector *c, uint32_t i) {
    return !(c->scratch[i] & MARKED) && candidate(c, i) != NULL;
}

/* Is an object a candidate, and with which number? */
static inline bool find_candidate(const Trace *trace, const Object *object, uint32_t *number) {
    uint32_t word = object->gc;
    *number = (word >> GC_INDEX_SHIFT) - trace->start;
    return (word & GC_PLACE_MASK) == trace->place && word >> GC_INDEX_SHIFT >= trace->start;
}

/* Call `visit`, which becomes part of the loop, for each reference that an object owns. It works on a copy of the
 * trace, which can be in registers. */
static inline __attribute__((always_inline)) void traverse(Object *object, VisitFn visit, Trace *trace) {
    const TypeHead *slots = object_slots(object);
    if (slots->rows == NULL) {
        if (slots->traverse != NULL) slots->traverse(object, visit, trace);
        return;
    }
    ReferenceRow rows[REFERENCE_ROWS_MAX];
    int count = slots->rows(object, rows);
    Trace here = *trace;
    if (slots->counts_instances) visit((Object *)object->type, &here);
    for (const ReferenceRow *row = rows; row < rows + count; row++) {
        const ReferenceWord *word = row->words;
        for (size_t i = row->count; i > 0; i--, word += row->stride) {
            if (*word != 0 && (*word & REFERENCE_TAG) == 0) visit((Object *)(uintptr_t)*word, &here);
        }
    }
    trace->waiting = here.waiting;
}

/* ---- gather ----
 * Before: collecting is set, nothing else of the collection is.
 * After: true, the candidates are target->items[start..end) without holes, in order of creation, and scratch
 * is zeroed. Objects still GC_NEW stay in the young vector. Or false: memory was refused, nothing has
 * changed. */

static uint32_t live_entries(const Generation *generation) { return generation->length - generation->holes; }

static void move_candidates(Generation *from, Generation *target, GcPlace place) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < from->length; i++) {
        Object *object = from->items[i];
        if (object == NULL) continue;
        if (object_place(object) != GC_NEW) {
            generation_append(target, object, place);
        } else {
            from->items[kept] = object;
            object_set_place(object, GC_NEW, kept++);
        }
    }
    from->length = kept;
    from->holes = 0;
}

static uint32_t *make_scratch(Heap *heap, Generation *target, uint32_t incoming, uint32_t count) {
    if (!generation_reserve(heap_vm(heap), target, incoming)) return NULL;
    uint32_t *scratch = heap_alloc(heap, count * sizeof(uint32_t));
    if (scratch != NULL) memset(scratch, 0, count * sizeof(uint32_t));
    return scratch;
}

static bool gather(Heap *heap, int generation) {
    Collector *c = &heap->collector;
    int above = generation < OLDEST ? generation + 1 : OLDEST;
    Generation *target = &heap->generations[above];
    uint32_t incoming = 0;
    for (int i = above - 1; i >= 0; i--)
        incoming += live_entries(&heap->generations[i]);
    if (generation == OLDEST) generation_compact(target, 0);
    uint32_t count = incoming + (generation == OLDEST ? target->length : 0);
    heap_set_exempt(heap, true);
    c->scratch = make_scratch(heap, target, incoming, count);
    heap_set_exempt(heap, false);
    if (c->scratch == NULL) return false;
    c->target = target;
    c->start = generation == OLDEST ? 0 : target->length;
    for (int i = above - 1; i >= 0; i--) {
        c->emptied[i] = heap->generations[i].length;
        move_candidates(&heap->generations[i], target, (GcPlace)(GC_YOUNG + above));
    }
    c->end = target->length;
    c->scratch_bytes = count * sizeof(uint32_t);
    return true;
}

/* ---- copy ----
 * Before: candidates are not marked, or were in an earlier round and are known to be alive.
 * After: the word of every candidate that is not marked is its reference count. Those that died are
 * marked. */

static void copy_counts(const Collector *c) {
    Candidates all = candidates_of(c);
    for (uint32_t i = 0; i < all.count; i++) {
        fetch_ahead(all, i);
        if (all.scratch[i] & MARKED) continue;
        const Object *object = all.objects[i];
        if (object == NULL) {
            all.scratch[i] = MARKED;
        } else {
            all.scratch[i] = object->refs < COUNT_MANY ? object->refs : COUNT_MANY;
        }
    }
}

/* ---- subtract ----
 * Before: words are reference counts.
 * After: words are the counts of references from elsewhere: other generations, marked candidates, and
 * outside. */

static inline int subtract_one(Object *referent, void *context) {
    const Trace *trace = context;
    uint32_t i;
    if (!find_candidate(trace, referent, &i)) return 0;
    uint32_t less = trace->scratch[i] - 1;
    if (less < COUNT_MANY - 1) trace->scratch[i] = less; /* it was neither 0, nor many, nor marked */
    return 0;
}

static void subtract_internal(const Heap *heap) {
    Candidates all = candidates_of(&heap->collector);
    Trace trace = trace_of(heap);
    for (uint32_t i = 0; i < all.count; i++) {
        fetch_ahead(all, i);
        if (!(all.scratch[i] & MARKED)) traverse(all.objects[i], subtract_one, &trace);
    }
}

/* ---- split ----
 * Before: words are the counts of references from elsewhere.
 * After: every candidate that has some, and every one reachable from those, is marked and, if its type says
 * that it can close no cycle, untracked. The others are garbage: what there is among them is returned. */

typedef struct Garbage {
    uint32_t count;
    uint32_t finalizers; /* objects whose finalizer has not run */
    bool referenced;     /* there are weak references to some */
} Garbage;

static inline void mark(Trace *trace, uint32_t i) {
    trace->scratch[i] = MARKED | trace->waiting;
    trace->waiting = i;
}

static inline int mark_referent(Object *referent, void *context) {
    Trace *trace = context;
    uint32_t i;
    if (find_candidate(trace, referent, &i) && !(trace->scratch[i] & MARKED)) mark(trace, i);
    return 0;
}

static void mark_reachable(Heap *heap, Candidates all, Trace *trace) {
    while (trace->waiting != LIST_END) {
        uint32_t i = trace->waiting;
        trace->waiting = all.scratch[i] & ~MARKED;
        Object *object = all.objects[i];
        traverse(object, mark_referent, trace);
        const TypeHead *slots = object_slots(object);
        if (slots->acyclic != NULL && slots->acyclic(object)) generation_remove(heap_vm(heap), object);
    }
}

/* Whoever refers to it is garbage, too. */
static bool leave_out(Heap *heap, Object *object) {
    const TypeHead *slots = object_slots(object);
    if (!slots->acyclic_uncounted || !slots->acyclic(object)) return false;
    generation_remove(heap_vm(heap), object);
    return true;
}

static Garbage survey(Heap *heap, Candidates all) {
    Garbage garbage = {0};
    for (uint32_t i = 0; i < all.count; i++) {
        Object *object = all.objects[i];
        if (all.scratch[i] & MARKED || leave_out(heap, object)) continue; /* the dead are marked, too */
        garbage.count++;
        garbage.finalizers += object_has_finalizer(object);
        garbage.referenced |= (object->gc & GC_WEAKLY_REFERENCED) != 0;
    }
    return garbage;
}

static Garbage split(Heap *heap) {
    Candidates all = candidates_of(&heap->collector);
    Trace trace = trace_of(heap);
    for (uint32_t i = 0; i < all.count; i++) {
        if (all.scratch[i] == 0 || (all.scratch[i] & MARKED)) continue;
        mark(&trace, i);
        mark_reachable(heap, all, &trace);
    }
    return survey(heap, all);
}

static bool report_garbage(Heap *heap) {
    const Collector *c = &heap->collector;
    if (!(c->debug & GC_DEBUG_COLLECTABLE) || heap->hooks.garbage_found == NULL) return false;
    for (uint32_t i = 0; i < candidate_count(c); i++) {
        if (is_garbage(c, i)) heap->hooks.garbage_found(heap_vm(heap), candidate(c, i));
    }
    return true;
}

/* ---- weak refs ----
 * Before: garbage is known and whole; the finalizer queue has its memory.
 * After: no weak reference leads to garbage; callbacks have been called, and user code with them. */

static bool handle_weak_references(Heap *heap) {
    Collector *c = &heap->collector;
    const HeapHooks *hooks = &heap->hooks;
    bool any = false;
    for (uint32_t i = 0; i < candidate_count(c); i++) {
        Object *object = candidate(c, i);
        if (!is_garbage(c, i) || !(object->gc & GC_WEAKLY_REFERENCED)) continue;
        object->gc &= ~(uint32_t)GC_WEAKLY_REFERENCED;
        if (hooks->weak_references_garbage != NULL) hooks->weak_references_garbage(heap_vm(heap), object);
        any = true;
    }
    if (any && hooks->weak_references_notify != NULL) hooks->weak_references_notify(heap_vm(heap));
    return any;
}

/* ---- queue ----
 * Before: (reserve) garbage is known; (fill) it has had its weak references handled.
 * After: the queue has the entry of each garbage object whose finalizer has not run, in order of creation.
 * No user code has run, no finalizer is marked as run. */

static bool wants_finalizer(const Collector *c, uint32_t i) {
    return is_garbage(c, i) && object_has_finalizer(candidate(c, i));
}

static bool reserve_queue(Heap *heap, uint32_t count) {
    FinalizerQueue *queue = &heap->collector.finalizers;
    *queue = (FinalizerQueue){.capacity = count};
    if (count == 0) return true;
    heap_set_exempt(heap, true);
    queue->entries = heap_alloc(heap, count * sizeof *queue->entries);
    heap_set_exempt(heap, false);
    return queue->entries != NULL;
}

/* User code that ran meanwhile may have given a class a finalizer. Where memory for more entries is refused, those
 * objects are finalized as they die. */
static bool extend_queue(Heap *heap) {
    FinalizerQueue *queue = &heap->collector.finalizers;
    uint32_t capacity = candidate_count(&heap->collector);
    size_t size = queue->capacity * sizeof *queue->entries, wanted = capacity * sizeof *queue->entries;
    uint32_t *entries = heap_resize(heap, queue->entries, size, wanted);
    if (entries == NULL) return false;
    queue->entries = entries;
    queue->capacity = capacity;
    return true;
}

static void fill_queue(Heap *heap) {
    Collector *c = &heap->collector;
    FinalizerQueue *queue = &c->finalizers;
    for (uint32_t i = 0; i < candidate_count(c); i++) {
        if (!wants_finalizer(c, i)) continue;
        if (queue->length == queue->capacity && !extend_queue(heap)) return;
        queue->entries[queue->length++] = i;
    }
}

/* ---- finalize ----
 * Before: the queue is filled, all garbage is whole.
 * After: each of its finalizers has run, the queue is gone. User code has run: some garbage may be reachable
 * again, some may have died (its entry is NULL). */

static bool drain_queue(Heap *heap) {
    FinalizerQueue *queue = &heap->collector.finalizers;
    bool any = queue->length > 0;
    while (queue->next < queue->length) {
        Object *object = candidate(&heap->collector, queue->entries[queue->next++]);
        if (object == NULL) continue;
        object_ref(object);
        queue->running = object;
        object_finalize(heap_vm(heap), object);
        queue->running = NULL;
        object_drop(heap_vm(heap), object);
    }
    if (queue->entries != NULL) heap_free(heap, queue->entries, queue->capacity * sizeof *queue->entries);
    *queue = (FinalizerQueue){.entries = NULL};
    return any;
}

Object *gc_next_finalizer(const Heap *heap, uint32_t *position) {
    const FinalizerQueue *queue = &heap->collector.finalizers;
    if (*position < queue->next) *position = queue->next;
    while (*position < queue->length) {
        uint32_t i = queue->entries[(*position)++];
        if (wants_finalizer(&heap->collector, i)) return candidate(&heap->collector, i);
    }
    return NULL;
}

/* ---- resurrect ----
 * Before: user code ran with the garbage in its hands.
 * After: what it made reachable from outside, and all that leads to, is marked. The rest is garbage for good,
 * and its number is returned. */

static uint32_t handle_resurrected(Heap *heap) {
    copy_counts(&heap->collector);
    subtract_internal(heap);
    return split(heap).count;
}

/* ---- clear ----
 * Before: garbage has no finalizer left to run and no weak references.
 * After: it has let go of its references, and so its cycles are gone. User code may have run. */

static void save_garbage(Heap *heap) {
    const Collector *c = &heap->collector;
    for (uint32_t i = 0; i < candidate_count(c); i++) {
        if (is_garbage(c, i)) heap->hooks.garbage_saved(heap_vm(heap), candidate(c, i));
    }
}

static void clear_garbage(Heap *heap) {
    const Collector *c = &heap->collector;
    VM *vm = heap_vm(heap);
    for (uint32_t i = 0; i < candidate_count(c); i++) {
        if (!is_garbage(c, i)) continue;
        Object *object = candidate(c, i);
        const TypeHead *slots = object_slots(object);
        if (slots->clear == NULL) continue;
        object_ref(object);
        slots->clear(vm, object);
        object_drop(vm, object);
    }
}

/* ---- promote ----
 * Before: user code is done; only survivors are left among the candidates.
 * After: they are members of the target's generation without holes, the scratch array is gone, the books are
 * kept. */

static void promote(Heap *heap, int generation) {
    Collector *c = &heap->collector;
    heap_free(heap, c->scratch, c->scratch_bytes);
    c->scratch = NULL;
    generation_compact(c->target, c->start);
    uint32_t survivors = c->target->length - c->start;
    if (generation == OLDEST) {
        c->oldest_total = survivors;
        c->oldest_pending = 0;
        spans_relax(&heap->spans);
    } else if (generation == OLDEST - 1) {
        c->oldest_pending += survivors;
    }
    for (int i = 0; i <= generation; i++) /* a younger one is as full again when it is collected next */
        generation_shrink(heap_vm(heap), &heap->generations[i], i < OLDEST ? c->emptied[i] : 0);
}

/* ---- The collection as a whole ---- */

static uint32_t dispose_of_garbage(Heap *heap, Garbage garbage) {
    bool user_code_ran = report_garbage(heap);
    if (garbage.referenced || user_code_ran) user_code_ran |= handle_weak_references(heap);
    if (garbage.finalizers > 0 || user_code_ran) fill_queue(heap);
    user_code_ran |= drain_queue(heap);
    if (user_code_ran) garbage.count = handle_resurrected(heap);
    if (heap->collector.debug & GC_DEBUG_SAVEALL && heap->hooks.garbage_saved != NULL) {
        save_garbage(heap);
    } else {
        clear_garbage(heap);
    }
    return garbage.count;
}

static uint32_t find_and_dispose(Heap *heap, int generation) {
    if (!gather(heap, generation)) return 0;
    copy_counts(&heap->collector);
    subtract_internal(heap);
    Garbage garbage = split(heap);
    uint32_t count = 0;
    if (garbage.count > 0 && reserve_queue(heap, garbage.finalizers))
        count = dispose_of_garbage(heap, garbage);
    promote(heap, generation);
    return count;
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void keep_statistics(Generation *generation, uint32_t collected, uint64_t nanoseconds) {
    generation->collections++;
    generation->collected += collected;
    generation->nanoseconds += nanoseconds;
    if (nanoseconds > generation->longest) generation->longest = nanoseconds;
}

long gc_collect(Heap *heap, int generation) {
    Collector *c = &heap->collector;
    if (c->collecting) return 0;
    c->collecting = true;
    c->due = false;
    gc_arm(heap);
    if (heap->hooks.collection_started != NULL) heap->hooks.collection_started(heap_vm(heap), generation);
    uint64_t start = now();
    if (generation < OLDEST) heap->generations[generation + 1].count++;
    for (int i = 0; i <= generation; i++)
        heap->generations[i].count = 0;
    uint32_t garbage = find_and_dispose(heap, generation);
    uint64_t nanoseconds = now() - start;
    c->target = NULL;
    keep_statistics(&heap->generations[generation], garbage, nanoseconds);
    if (heap->hooks.collection_ended != NULL) {
        heap->hooks.collection_ended(heap_vm(heap), generation, garbage, nanoseconds);
    }
    c->collecting = false;
    gc_arm(heap);
    return (long)garbage;
}

bool gc_collect_quietly(Heap *heap) {
    Collector *c = &heap->collector;
    uint32_t garbage = 0, objects = 0;
    for (int i = 0; i <= OLDEST; i++)
        objects += live_entries(&heap->generations[i]);
    if (objects == 0) return false;
    uint64_t start = now();
    c->collecting = true;
    gc_arm(heap);
    if (gather(heap, OLDEST)) {
        copy_counts(c);
        subtract_internal(heap);
        Garbage found = split(heap);
        if (found.finalizers > 0 || found.referenced) {
            heap->pressed = true;
        } else if (found.count > 0) {
            garbage = found.count;
            clear_garbage(heap);
        }
        promote(heap, OLDEST);
    }
    c->target = NULL;
    c->collecting = false;
    keep_statistics(&heap->generations[OLDEST], garbage, now() - start);
    gc_arm(heap);
    return garbage > 0;
}

/* ---- When to collect ---- */

/* Is it the turn of a generation that is not the youngest? */
static bool is_due(const Heap *heap, int generation) {
    const Generation *g = &heap->generations[generation];
    if ((int64_t)g->count <= g->threshold) return false;
    return generation < OLDEST || heap->collector.oldest_pending >= heap->collector.oldest_total / 4;
}

void gc_poll(Heap *heap) {
    Collector *c = &heap->collector;
    if (heap->poll_at == UINT32_MAX || heap->generations[YOUNGEST].count < heap->poll_at) return;
    if (c->stress > 0 && ++c->stress_count < c->stress) return;
    c->stress_count = 0;
    c->due = true;
    gc_arm(heap);
    if (heap->hooks.collection_due != NULL) heap->hooks.collection_due(heap_vm(heap));
}

void gc_collect_due(Heap *heap) {
    Collector *c = &heap->collector;
    if (!c->due) return;
    if (c->stress > 0) {
        gc_collect(heap, OLDEST);
    } else if (heap->pressed) {
        gc_collect(heap, OLDEST);
        heap_relieve(heap);
    } else {
        int generation = OLDEST;
        while (generation > YOUNGEST && !is_due(heap, generation))
            generation--;
        gc_collect(heap, generation);
    }
}

void gc_arm(Heap *heap) {
    const Collector *c = &heap->collector;
    int32_t threshold = heap->generations[YOUNGEST].threshold;
    if (c->collecting || c->due || !c->enabled) {
        heap->poll_at = UINT32_MAX;
    } else if (c->stress > 0 || heap->pressed) {
        heap->poll_at = 0;
    } else {
        heap->poll_at = threshold == 0 ? UINT32_MAX : threshold < 0 ? 0 : (uint32_t)threshold;
    }
}

/* ---- Switches, freezing, iteration ---- */

void gc_enable(Heap *heap) {
    heap->collector.enabled = true;
    gc_arm(heap);
}

void gc_disable(Heap *heap) {
    heap->collector.enabled = heap->collector.due = false;
    gc_arm(heap);
}

bool gc_is_enabled(const Heap *heap) { return heap->collector.enabled; }

void gc_set_threshold(Heap *heap, int generation, int32_t threshold) {
    heap->generations[generation].threshold = threshold;
    gc_arm(heap);
}

int32_t gc_get_threshold(const Heap *heap, int generation) { return heap->generations[generation].threshold; }

uint32_t gc_get_count(const Heap *heap, int generation) { return heap->generations[generation].count; }

bool gc_freeze(Heap *heap) {
    Generation *permanent = &heap->generations[PERMANENT];
    uint64_t incoming = 0;
    for (int i = 0; i <= OLDEST; i++)
        incoming += live_entries(&heap->generations[i]);
    if (heap->collector.collecting || incoming > GC_INDEX_MAX) return false;
    if (!generation_reserve(heap_vm(heap), permanent, (uint32_t)incoming)) return false;
    for (int i = OLDEST; i >= 0; i--) {
        move_candidates(&heap->generations[i], permanent, GC_PERMANENT);
        heap->generations[i].count = 0;
    }
    return true;
}

bool gc_unfreeze(Heap *heap) {
    Generation *oldest = &heap->generations[OLDEST], *permanent = &heap->generations[PERMANENT];
    if (heap->collector.collecting) return false;
    if (!generation_reserve(heap_vm(heap), oldest, live_entries(permanent))) return false;
    move_candidates(permanent, oldest, GC_OLD);
    return true;
}

uint32_t gc_freeze_count(const Heap *heap) { return live_entries(&heap->generations[PERMANENT]); }

bool gc_is_garbage(const Heap *heap, const Object *object) {
    const Collector *c = &heap->collector;
    if (!c->collecting || c->scratch == NULL) return false;
    Trace trace = trace_of(heap);
    uint32_t i;
    return find_candidate(&trace, object, &i) && !(c->scratch[i] & MARKED);
}

static int each_of(Heap *heap, const Generation *generation, int (*each)(Object *, void *), void *context) {
    for (uint32_t i = 0; i < generation->length; i++) {
        Object *object = generation->items[i];
        if (object == NULL || object_place(object) == GC_NEW || gc_is_garbage(heap, object)) continue;
        int result = each(object, context);
        if (result != 0) return result;
    }
    return 0;
}

int gc_each(Heap *heap, int generation, int (*each)(Object *object, void *context), void *context) {
    int result = 0;
    for (int i = PERMANENT; i >= 0 && result == 0; i--) {
        if (generation == i || (generation < 0 && i <= OLDEST))
            result = each_of(heap, &heap->generations[i], each, context);
    }
    return result;
}

static int forgo_finalizer(Object *object, void *context) {
    object->gc |= GC_FINALIZED;
    return 0;
}

void gc_forgo_finalizers(Heap *heap) { gc_each(heap, -1, forgo_finalizer, NULL); }

bool gc_is_tracked(const Object *object) {
    GcPlace place = object_place(object);
    return place_is_tracked(place) && place != GC_NEW;
}

bool gc_is_finalized(const Object *object) { return (object->gc & GC_FINALIZED) != 0; }
