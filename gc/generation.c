#include "gc/heap.h"

static bool is_under_collection(const Heap *heap, const Generation *generation) {
    return heap->collector.collecting && heap->collector.target == generation;
}

/* Change the capacity; false when refused. */
static bool resize(VM *vm, Generation *generation, size_t capacity) {
    size_t old_bytes = generation->capacity * sizeof(Object *), new_bytes = capacity * sizeof(Object *);
    Heap *heap = vm_heap(vm);
    bool telling = heap->telling;
    heap->telling = heap->no_emergency = true; /* no line of a program asks for a vector */
    Object **items = heap_resize(heap, generation->items, old_bytes, new_bytes);
    heap->telling = telling;
    heap->no_emergency = false;
    if (items == NULL) return false;
    generation->items = items;
    generation->capacity = (uint32_t)capacity;
    return true;
}

bool generation_reserve(VM *vm, Generation *generation, uint32_t more) {
    const size_t most = (size_t)GC_INDEX_MAX + 1;
    if (generation->capacity - generation->length >= more) return true;
    bool worth_closing = generation->holes >= generation->length / 4 && generation->holes > 0;
    if (worth_closing && !is_under_collection(vm_heap(vm), generation)) {
        generation_compact(generation, 0);
        if (generation->capacity - generation->length >= more) return true;
    }
    size_t need = (size_t)generation->length + more;
    if (need > most) return false;
    size_t capacity = generation->capacity + generation->capacity / 2;
    if (capacity < GENERATION_CAPACITY_MIN) capacity = GENERATION_CAPACITY_MIN;
    if (capacity > most) capacity = most;
    return resize(vm, generation, capacity > need ? capacity : need);
}

void generation_shrink(VM *vm, Generation *generation, uint32_t expected) {
    size_t wanted = (size_t)(generation->length > expected ? generation->length : expected) * 2;
    if (wanted < GENERATION_CAPACITY_MIN) wanted = GENERATION_CAPACITY_MIN;
    if (generation->capacity / 4 >= wanted) resize(vm, generation, wanted); /* refused: it stays as it is */
}

void generation_compact(Generation *generation, uint32_t start) {
    uint32_t to = start;
    for (uint32_t from = start; from < generation->length; from++) {
        Object *object = generation->items[from];
        if (object == NULL) continue;
        if (from != to) {
            generation->items[to] = object;
            object_set_place(object, object_place(object), to);
        }
        to++;
    }
    generation->holes -= generation->length - to;
    generation->length = to;
}

/* A hole in a generation that is not young. */
static void leave_hole(VM *vm, Generation *generation, uint32_t index) {
    generation->items[index] = NULL;
    generation->holes++;
    if (generation->holes < GENERATION_CAPACITY_MIN || generation->holes < generation->length / 4 * 3) return;
    if (is_under_collection(vm_heap(vm), generation)) return;
    generation_compact(generation, 0);
    generation_shrink(vm, generation, 0);
}

void generation_remove(VM *vm, Object *object) {
    GcPlace place = object_place(object);
    uint32_t index = object_vector_index(object);
    Generation *generations = vm_heap(vm)->generations;
    object_set_place(object, GC_UNTRACKED, 0);
    if (place == GC_YOUNG || place == GC_NEW) {
        generation_leave_young(&generations[YOUNGEST], index);
    } else {
        leave_hole(vm, &generations[place - GC_YOUNG], index);
    }
}
