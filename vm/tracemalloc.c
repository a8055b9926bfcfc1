/* Tracing allocations, and the module _tracemalloc. */

#include "vm/tracemalloc.h"

#include <string.h>

#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "vm/frame.h"
#include "vm/machine.h"

typedef struct {
    Value filename; /* owned */
    uint32_t line;
} Place;

typedef struct {
    uint64_t hash;
    uint32_t count, total; /* places kept, the innermost first, and frames there were */
    Place places[];
} Trail;

typedef struct {
    const void *block; /* NULL: a free cell */
    size_t size;
    const Trail *trail;
} Trace;

/* Tables with open addressing and linear probing (Knuth, TAOCP 3, 6.4), at most two thirds full. Traces are deleted by
 * moving those behind back (algorithm R), trails never. */
struct Tracer {
    uint32_t frames; /* kept of a traceback */
    Trace *traces;
    size_t trace_count, trace_mask;
    Trail **trails;
    size_t trail_count, trail_mask, trail_bytes;
    size_t bytes, peak; /* of the traced blocks */
    Trail *scratch;     /* room for the traceback under way */
};

enum { TABLE_MINIMUM = 256 };

static size_t trail_size(uint32_t count) { return sizeof(Trail) + count * sizeof(Place); }

static bool is_crowded(size_t count, size_t mask) { return 3 * count > 2 * mask; }

/* --- trails --- */

static uint64_t mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 32;
}

/* The innermost frames, in the tracer's scratch; no references are counted there. */
static const Trail *trail_here(VM *vm, const Tracer *t) {
    Trail *trail = t->scratch;
    trail->hash = trail->count = trail->total = 0;
    for (const Frame *frame = vm->frame; frame != NULL; frame = frame->previous) {
        trail->total++;
        if (trail->count == t->frames) continue;
        Place place = {frame->code->filename, frame_line(frame)};
        trail->places[trail->count++] = place;
        trail->hash = mix(mix(trail->hash, place.filename.bits), place.line);
    }
    trail->hash = mix(trail->hash, trail->total);
    return trail;
}

static bool trails_equal(const Trail *a, const Trail *b) {
    if (a->hash != b->hash || a->count != b->count || a->total != b->total) return false;
    for (uint32_t i = 0; i < a->count; i++) {
        if (!value_same(a->places[i].filename, b->places[i].filename) ||
            a->places[i].line != b->places[i].line)
            return false;
    }
    return true;
}

/* The cell of the trail or the free one where it belongs. */
static Trail **trail_cell(Trail **trails, size_t mask, const Trail *trail) {
    size_t i = trail->hash & mask;
    while (trails[i] != NULL && !trails_equal(trails[i], trail))
        i = (i + 1) & mask;
    return &trails[i];
}

static void *table_new(VM *vm, size_t mask, size_t cell) {
    void *table = heap_alloc(vm_heap(vm), (mask + 1) * cell);
    return table ? memset(table, 0, (mask + 1) * cell) : NULL;
}

static bool trails_grow(VM *vm, Tracer *t) {
    size_t mask = 2 * t->trail_mask + 1;
    Trail **trails = table_new(vm, mask, sizeof *trails);
    if (!trails) return false;
    for (size_t i = 0; i <= t->trail_mask; i++) {
        if (t->trails[i] != NULL) *trail_cell(trails, mask, t->trails[i]) = t->trails[i];
    }
    heap_free(vm_heap(vm), t->trails, (t->trail_mask + 1) * sizeof *t->trails);
    t->trails = trails;
    t->trail_mask = mask;
    return true;
}

/* The one trail equal to this; NULL when there is no memory for it. */
static const Trail *trail_intern(VM *vm, Tracer *t, const Trail *trail) {
    Trail **cell = trail_cell(t->trails, t->trail_mask, trail);
    if (*cell != NULL) return *cell;
    if (is_crowded(t->trail_count + 1, t->trail_mask)) {
        if (!trails_grow(vm, t)) return NULL;
        cell = trail_cell(t->trails, t->trail_mask, trail);
    }
    size_t size = trail_size(trail->count);
    *cell = heap_alloc(vm_heap(vm), size);
    if (*cell == NULL) return NULL;
    memcpy(*cell, trail, size);
    for (uint32_t i = 0; i < trail->count; i++)
        value_ref(trail->places[i].filename);
    t->trail_count++;
    t->trail_bytes += size;
    return *cell;
}

/* --- traces --- */

static size_t trace_home(const Tracer *t, const void *block) {
    return mix(0, (uint64_t)(uintptr_t)block) & t->trace_mask;
}

static Trace *trace_cell(const Tracer *t, const void *block) {
    size_t i = trace_home(t, block);
    while (t->traces[i].block != NULL && t->traces[i].block != block)
        i = (i + 1) & t->trace_mask;
    return &t->traces[i];
}

static bool traces_grow(VM *vm, Tracer *t) {
    size_t mask = t->trace_mask;
    Trace *old = t->traces, *traces = table_new(vm, 2 * mask + 1, sizeof *traces);
    if (!traces) return false;
    t->traces = traces;
    t->trace_mask = 2 * mask + 1;
    for (size_t i = 0; i <= mask; i++) {
        if (old[i].block != NULL) *trace_cell(t, old[i].block) = old[i];
    }
    heap_free(vm_heap(vm), old, (mask + 1) * sizeof *old);
    return true;
}

static void trace_given(VM *vm, void *block) {
    Tracer *t = vm_machine(vm)->tracer;
    Trace *hole = trace_cell(t, block);
    if (hole->block == NULL) return;
    t->bytes -= hole->size;
    t->trace_count--;
    for (size_t i = (size_t)(hole - t->traces);;) {
        i = (i + 1) & t->trace_mask;
        Trace *next = &t->traces[i];
        if (next->block == NULL) break;
        size_t at = (size_t)(hole - t->traces), home = trace_home(t, next->block);
        /* It stays if its home lies behind the hole, going round from there to where it is. */
        if (((i - home) & t->trace_mask) < ((i - at) & t->trace_mask)) continue;
        *hole = *next;
        hole = next;
    }
    hole->block = NULL;
}

static void trace_taken(VM *vm, void *block, size_t size) {
    Tracer *t = vm_machine(vm)->tracer;
    if (is_crowded(t->trace_count + 1, t->trace_mask) && !traces_grow(vm, t)) return;
    const Trail *trail = trail_intern(vm, t, trail_here(vm, t));
    if (trail == NULL) return;
    *trace_cell(t, block) = (Trace){block, size, trail};
    t->trace_count++;
    t->bytes += size;
    if (t->bytes > t->peak) t->peak = t->bytes;
}

static const HeapRecorder recorder = {trace_taken, trace_given};

/* --- on and off --- */

static void tables_free(VM *vm, Tracer *t) {
    Heap *heap = vm_heap(vm);
    if (t->traces) heap_free(heap, t->traces, (t->trace_mask + 1) * sizeof *t->traces);
    for (size_t i = 0; t->trails && i <= t->trail_mask; i++) {
        Trail *trail = t->trails[i];
        if (trail == NULL) continue;
        for (uint32_t k = 0; k < trail->count; k++)
            value_drop(vm, trail->places[k].filename);
        heap_free(heap, trail, trail_size(trail->count));
    }
    if (t->trails) heap_free(heap, t->trails, (t->trail_mask + 1) * sizeof *t->trails);
    if (t->scratch) heap_free(heap, t->scratch, trail_size(t->frames));
    heap_free(heap, t, sizeof *t);
}

bool tracemalloc_start(VM *vm, int frames) {
    Machine *machine = vm_machine(vm);
    if (machine->tracer) return true;
    Tracer *t = heap_alloc(vm_heap(vm), sizeof *t);
    if (!t) return raise_memory(vm), false;
    *t = (Tracer){
        .frames = (uint32_t)frames, .trace_mask = TABLE_MINIMUM - 1, .trail_mask = TABLE_MINIMUM - 1};
    t->traces = table_new(vm, t->trace_mask, sizeof *t->traces);
    t->trails = table_new(vm, t->trail_mask, sizeof *t->trails);
    t->scratch = heap_alloc(vm_heap(vm), trail_size(t->frames));
    if (!t->traces || !t->trails || !t->scratch) {
        tables_free(vm, t);
        return raise_memory(vm), false;
    }
    machine->tracer = t;
    heap_record(vm_heap(vm), &recorder);
    return true;
}

void tracemalloc_stop(VM *vm) {
    Tracer *t = vm_machine(vm)->tracer;
    if (!t) return;
    heap_record(vm_heap(vm), NULL);
    vm_machine(vm)->tracer = NULL;
    tables_free(vm, t);
}

int tracemalloc_visit(const VM *vm, VisitFn visit, void *context) {
    const Tracer *t = vm_machine(vm)->tracer;
    for (size_t i = 0; t && i <= t->trail_mask; i++) {
        for (uint32_t k = 0; t->trails[i] && k < t->trails[i]->count; k++)
            VISIT(t->trails[i]->places[k].filename);
    }
    return 0;
}

/* --- the module --- */

/* ((filename, line), ...), the innermost first. */
NEW RAISES static Value places_tuple(VM *vm, const Trail *trail) {
    if (trail->count == 0) { /* asked for while no code of Python ran */
        Value unknown = string_from_c(vm, "<unknown>");
        Value place = is_absent(unknown) ? ABSENT : tuple_pair(vm, unknown, int_small(0));
        return is_absent(place) ? ABSENT : tuple_from_made(vm, &place, 1);
    }
    Tuple *tuple = tuple_new(vm, trail->count);
    for (uint32_t i = 0; tuple && i < trail->count; i++) {
        const Place *place = &trail->places[i];
        tuple_fill(vm, &tuple, i, tuple_pair(vm, value_ref(place->filename), int_small(place->line)));
    }
    return tuple ? tuple_finish(tuple) : ABSENT;
}

NATIVE(is_tracing) { return bool_from(vm_machine(vm)->tracer != NULL); }

NATIVE(start) {
    int64_t frames = 1;
    if (!is_absent(args[0]) && !object_to_int64(vm, args[0], NULL, &frames)) return ABSENT;
    if (frames < 1 || frames > TRACE_FRAMES_MAX)
        return raise_value(vm, "the number of frames must be in range [1; %d]", TRACE_FRAMES_MAX);
    return tracemalloc_start(vm, (int)frames) ? NONE : ABSENT;
}

NATIVE(stop) {
    tracemalloc_stop(vm);
    return NONE;
}

NATIVE(clear_traces) {
    const Tracer *t = vm_machine(vm)->tracer;
    if (!t) return NONE;
    uint32_t frames = t->frames;
    tracemalloc_stop(vm);
    return tracemalloc_start(vm, (int)frames) ? NONE : ABSENT;
}

NATIVE(get_traceback_limit) {
    const Tracer *t = vm_machine(vm)->tracer;
    return int_small(t ? t->frames : 1);
}

NATIVE(get_traced_memory) {
    const Tracer *t = vm_machine(vm)->tracer;
    return tuple_pair(vm, int_small(t ? (int64_t)t->bytes : 0), int_small(t ? (int64_t)t->peak : 0));
}

NATIVE(reset_peak) {
    Tracer *t = vm_machine(vm)->tracer;
    if (t) t->peak = t->bytes;
    return NONE;
}

NATIVE(get_tracemalloc_memory) {
    const Tracer *t = vm_machine(vm)->tracer;
    size_t size = 0;
    if (t) {
        size = sizeof *t + (t->trace_mask + 1) * sizeof *t->traces + (t->trail_mask + 1) * sizeof *t->trails +
               t->trail_bytes + trail_size(t->frames);
    }
    return int_small((int64_t)size);
}

/* The traces of this moment: those that the list itself takes are not among them. */
NATIVE(get_traces) {
    const Tracer *t = vm_machine(vm)->tracer;
    size_t count = t ? t->trace_count : 0, room = count * sizeof(Trace);
    Value list = list_new(vm, 0);
    if (is_absent(list) || count == 0) return list;
    Trace *traces = memory_alloc(vm, room);
    if (!traces) return value_drop(vm, list), ABSENT;
    size_t found = 0;
    for (size_t i = 0; i <= t->trace_mask && found < count; i++) {
        if (t->traces[i].block != NULL) traces[found++] = t->traces[i];
    }
    for (size_t i = 0; i < found && !is_absent(list); i++) {
        Value places = places_tuple(vm, traces[i].trail);
        Value row[] = {int_small(0), int_small((int64_t)traces[i].size), places,
                       int_small(traces[i].trail->total)};
        Value trace = tuple_from_made(vm, row, 4);
        if (is_absent(trace) || !list_append(vm, list, trace)) value_clear(vm, &list);
        value_xdrop(vm, trace);
    }
    memory_free(vm, traces, room);
    return list;
}

NATIVE(get_object_traceback) {
    const Tracer *t = vm_machine(vm)->tracer;
    if (!t || !is_object(args[0])) return NONE;
    const Trace *trace = trace_cell(t, as_object(args[0]));
    return trace->block ? places_tuple(vm, trace->trail) : NONE;
}

static const NativeDef functions[] = {
    {"is_tracing", is_tracing, "", "Return True if memory allocations are traced."},
    {"start", start, "nframe=1, /",
     "Start tracing memory allocations, with so many frames of each traceback."},
    {"stop", stop, "", "Stop tracing memory allocations, and forget the traces."},
    {"clear_traces", clear_traces, "", "Forget the traces of all memory blocks."},
    {"get_traceback_limit", get_traceback_limit, "", "Return how many frames of a traceback are kept."},
    {"get_traced_memory", get_traced_memory, "",
     "Return a tuple: the size of the traced memory blocks in bytes, and its peak."},
    {"reset_peak", reset_peak, "", "Make the peak of the traced memory its current size."},
    {"get_tracemalloc_memory", get_tracemalloc_memory, "", "Return how many bytes the tracing itself takes."},
    {"_get_traces", get_traces, "",
     "Return a list of (domain, size, ((filename, line), ...), frames in all)."},
    {"_get_object_traceback", get_object_traceback, "obj, /",
     "Return where the object was allocated, ((filename, line), ...), or None."},
    {0},
};

NEW RAISES Value module__tracemalloc_new(VM *vm);

Value module__tracemalloc_new(VM *vm) {
    return module_make(vm, &(ModuleDef){.name = "_tracemalloc",
                                        .doc = "Debug module to trace memory blocks allocated by Python.",
                                        .functions = functions});
}
