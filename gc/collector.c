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

/* Objects die and are born all over the heap, so a walk in order of creation waits for memory, unless it asks early. */
static inline void fetch_ahead(const Collector *c, uint32_t i) {
    if (i + FETCH_AHEAD < candidate_count(c)) __builtin_prefetch(candidate(c, i + FETCH_AHEAD));
}

static bool is_garbage(const Collector *c, uint32_t i) {
    return !(c->scratch[i] & MARKED) && candidate(c, i) != NULL;
}

/* The scratch word of an object, or NULL if it is no candidate. */
static inline uint32_t *word_of(const Trace *trace, const Object *object) {
    if (object_place(object) != trace->place || object_vector_index(object) < trace->start) return NULL;
    return &trace->scratch[object_vector_index(object) - trace->start];
}

/* Call `visit`, which becomes part of the loop, for each reference that an object owns. */
static inline __attribute__((always_inline)) void traverse(Object *object, VisitFn visit, Trace *trace) {
    const TypeHead *slots = object_slots(object);
    if (slots->rows == NULL) {
        if (slots->traverse != NULL) slots->traverse(object, visit, trace);
        return;
    }
    ReferenceRow rows[REFERENCE_ROWS_MAX];
    int count = slots->rows(object, rows);
    for (const ReferenceRow *row = rows; row < rows + count; row++) {
        const ReferenceWord *word = row->words;
        for (size_t i = row->count; i > 0; i--, word += row->stride) {
            if (*word != 0 && (*word & REFERENCE_TAG) == 0) visit((Object *)(uintptr_t)*word, trace);
        }
    }
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

static void copy_counts(Collector *c) {
    for (uint32_t i = 0; i < candidate_count(c); i++) {
        fetch_ahead(c, i);
        if (c->scratch[i] & MARKED) continue;
        const Object *object = candidate(c, i);
        if (object == NULL) {
            c->scratch[i] = MARKED;
        } else {
            c->scratch[i] = object->refs < COUNT_MANY ? object->refs : COUNT_MANY;
        }
    }
}

/* ---- subtract ----
 * Before: words are reference counts.
 * After: words are the counts of references from elsewhere: other generations, marked candidates, and
 * outside. */

static inline int subtract_one(Object *referent, void *context) {
    uint32_t *word = word_of((const Trace *)context, referent);
    if (word != NULL && *word - 1 < COUNT_MANY - 1) --*word; /* neither 0, nor many, nor marked */
    return 0;
}

static void subtract_internal(const Heap *heap) {
    const Collector *c = &heap->collector;
    Trace trace = trace_of(heap);
    for (uint32_t i = 0; i < candidate_count(c); i++) {
        fetch_ahead(c, i);
        if (!(c->scratch[i] & MARKED)) traverse(candidate(c, i), subtract_one, &trace);
    }
}

/* ---- split ----
 * Before: words are the counts of references from elsewhere.
 * After: every candidate that has some, and every one reachable from those, is marked and, if its type says
 * that it can close no cycle, untracked. The others are garbage, and their number is returned. */

static void mark(Trace *trace, uint32_t *word) {
    *word = MARKED | trace->waiting;
    trace->waiting = (uint32_t)(word - trace->scratch);
}

static inline int mark_referent(Object *referent, void *context) {
    uint32_t *word = word_of((const Trace *)context, referent);
    if (word != NULL && !(*word & MARKED)) mark((Trace *)context, word);
    return 0;
}

static void mark_reachable(Heap *heap, Trace *trace) {
    while (trace->waiting != LIST_END) {
        uint32_t i = trace->waiting;
        trace->waiting = trace->scratch[i] & ~MARKED;
        Object *object = candidate(&heap->collector, i);
        traverse(object, mark_referent, trace);
        const TypeHead *slots = object_slots(object);
        if (slots->acyclic != NULL && slots->acyclic(object)) generation_remove(heap_vm(heap), object);
    }
}

static uint32_t split(Heap *heap) {
    Collector *c = &heap->collector;
    Trace trace = trace_of(heap);
    uint32_t garbage = 0;
    for (uint32_t i = 0; i < candidate_count(c); i++) {
        if (c->scratch[i] == 0 || (c->scratch[i] & MARKED)) continue;
        mark(&trace, &c->scratch[i]);
        mark_reachable(heap, &trace);
    }
    for (uint32_t i = 0; i < candidate_count(c); i++)
        garbage += is_garbage(c, i);
    return garbage;
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
    if (!is_garbage(c, i)) return false;
    const Object *object = candidate(c, i);
    return object_slots(object)->finalize != NULL && !(object->gc & GC_FINALIZED);
}

static bool reserve_queue(Heap *heap) {
    Collector *c = &heap->collector;
    FinalizerQueue *queue = &c->finalizers;
    uint32_t count = 0;
    for (uint32_t i = 0; i < candidate_count(c); i++)
        count += wants_finalizer(c, i);
    *queue = (FinalizerQueue){.capacity = count};
    if (count == 0) return true;
    heap_set_exempt(heap, true);
    queue->entries = heap_alloc(heap, count * sizeof *queue->entries);
    heap_set_exempt(heap, false);
    return queue->entries != NULL;
}

static void fill_queue(Collector *c) {
    for (uint32_t i = 0; i < candidate_count(c); i++) {
        if (wants_finalizer(c, i)) c->finalizers.entries[c->finalizers.length++] = i;
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
    return split(heap);
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
    for (int i = 0; i <= OLDEST; i++)
        generation_shrink(heap_vm(heap), &heap->generations[i]);
}

/* ---- The collection as a whole ---- */

static uint32_t dispose_of_garbage(Heap *heap, uint32_t garbage) {
    bool user_code_ran = report_garbage(heap);
    user_code_ran |= handle_weak_references(heap);
    fill_queue(&heap->collector);
    user_code_ran |= drain_queue(heap);
    if (user_code_ran) garbage = handle_resurrected(heap);
    if (heap->collector.debug & GC_DEBUG_SAVEALL && heap->hooks.garbage_saved != NULL) {
        save_garbage(heap);
    } else {
        clear_garbage(heap);
    }
    return garbage;
}

static uint32_t find_and_dispose(Heap *heap, int generation) {
    if (!gather(heap, generation)) return 0;
    copy_counts(&heap->collector);
    subtract_internal(heap);
    uint32_t garbage = split(heap);
    if (garbage > 0) garbage = reserve_queue(heap) ? dispose_of_garbage(heap, garbage) : 0;
    promote(heap, generation);
    return garbage;
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

static bool needs_user_code(const Collector *c) {
    for (uint32_t i = 0; i < candidate_count(c); i++) {
        if (is_garbage(c, i) && (wants_finalizer(c, i) || candidate(c, i)->gc & GC_WEAKLY_REFERENCED))
            return true;
    }
    return false;
}

bool gc_collect_quietly(Heap *heap) {
    Collector *c = &heap->collector;
    uint32_t garbage = 0, objects = 0;
    for (int i = 0; i <= OLDEST; i++)
        objects += live_entries(&heap->generations[i]);
    if (c->collecting || !c->enabled || objects == 0) return false;
    uint64_t start = now();
    c->collecting = true;
    gc_arm(heap);
    if (gather(heap, OLDEST)) {
        copy_counts(c);
        subtract_internal(heap);
        garbage = split(heap);
        if (garbage > 0 && needs_user_code(c)) {
            heap->pressed = true;
            garbage = 0;
        }
        if (garbage > 0) clear_garbage(heap);
        promote(heap, OLDEST);
    }
    c->target = NULL;
    c->collecting = false;
    keep_statistics(&heap->generations[OLDEST], garbage, now() - start);
    gc_arm(heap);
    return garbage > 0;
}

/* ---- When to collect ---- */

/* The youngest count is one short of what it will be once the container is made. */
static bool is_due(const Heap *heap, int generation) {
    const Generation *g = &heap->generations[generation];
    if (generation == YOUNGEST) return (int64_t)g->count >= g->threshold;
    if ((int64_t)g->count <= g->threshold) return false;
    return generation < OLDEST || heap->collector.oldest_pending >= heap->collector.oldest_total / 4;
}

void gc_poll(Heap *heap) {
    Collector *c = &heap->collector;
    if (c->collecting || heap->generations[YOUNGEST].count < heap->poll_at) return;
    if (c->stress > 0) {
        if (++c->stress_count < c->stress) return;
        c->stress_count = 0;
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
    if (c->collecting || !c->enabled) {
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
    heap->collector.enabled = false;
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
    const uint32_t *word = word_of(&trace, object);
    return word != NULL && !(*word & MARKED);
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
    for (int i = OLDEST; i >= 0 && result == 0; i--) {
        if (generation == i || generation < 0) result = each_of(heap, &heap->generations[i], each, context);
    }
    return result;
}

bool gc_is_tracked(const Object *object) {
    GcPlace place = object_place(object);
    return place_is_tracked(place) && place != GC_NEW;
}

bool gc_is_finalized(const Object *object) { return (object->gc & GC_FINALIZED) != 0; }
