#ifndef MPY_GC_HEAP_INLINE_H
#define MPY_GC_HEAP_INLINE_H

/*
 * The inlined paths: taking a small block from its class's shelf or current pool and giving it back, and the same for
 * objects.
 *
 * Each is about ten instructions and leads to a slow path whenever anything at all is out of the ordinary.
 * Included at the end of gc/object.h.
 */

#include "gc/heap.h"
#include "gc/likely.h"

#include <string.h>

/* A small block, or NULL when the slow path must serve. Sizes 0 and over SMALL_MAX are not served here. */
static inline void *heap_alloc_fast(Heap *heap, size_t size) {
    if (UNLIKELY(size > SMALL_MAX)) return NULL;
    size_t size_class = (size + SLOT_STEP - 1) / SLOT_STEP;
    void *slot = shelf_take(&heap->shelves[size_class]);
    return LIKELY(slot != NULL) ? slot : pool_take(heap->current[size_class]);
}

static inline void *heap_alloc(Heap *heap, size_t size) {
    void *block = heap_alloc_fast(heap, size);
    return LIKELY(block != NULL) ? block : heap_alloc_slow(heap, size, NULL);
}

static inline void heap_free(Heap *heap, void *block, size_t size) {
#ifdef MPY_DEBUG
    heap_assert_block(heap, block, size);
#endif
    bool small = size <= SMALL_MAX;
    if (LIKELY(small && shelf_put(&heap->shelves[(size + SLOT_STEP - 1) / SLOT_STEP], block))) return;
    size_t offset = (size_t)((char *)block - heap->fast_base);
    if (UNLIKELY(!small || offset >= heap->fast_bytes)) {
        heap_free_slow(heap, block, size);
        return;
    }
    Page *pool = &heap->pages[offset >> PAGE_SHIFT];
    if (UNLIKELY(pool_give(pool, block))) pool_transition(heap, pool);
}

/* heap_resize to a size that is not greater: without a call when the block's slot stays the right one. */
static inline void *heap_shorten(Heap *heap, void *block, size_t old_size, size_t new_size) {
    bool same_slot = old_size <= SMALL_MAX && (old_size - 1) / SLOT_STEP == (new_size - 1) / SLOT_STEP;
    if (same_slot && (size_t)((char *)block - heap->fast_base) < heap->fast_bytes) return block;
    return heap_resize(heap, block, old_size, new_size);
}

static inline Object *object_begin(Object *object, Type *type) {
    object->refs = 1;
    object->gc = GC_UNTRACKED;
    object->type = type;
    return object;
}

static inline Object *object_new_if_easy(VM *vm, Type *type, size_t size) {
    Object *object = (Object *)heap_alloc_fast(vm_heap(vm), size);
    return LIKELY(object != NULL) ? object_begin(object, type) : NULL;
}

static inline Object *object_new(VM *vm, Type *type, size_t size) {
    Object *object = (Object *)heap_alloc_fast(vm_heap(vm), size);
    if (UNLIKELY(object == NULL)) {
        object = (Object *)heap_alloc_slow(vm_heap(vm), size, type);
        if (object == NULL) return NULL;
    }
    return object_begin(object, type);
}

static inline Object *object_new_container_if_easy(VM *vm, Type *type, size_t size) {
    Heap *heap = vm_heap(vm);
    Generation *young = &heap->generations[YOUNGEST];
    uint32_t count = young->count, index = young->length;
    if (UNLIKELY(count >= heap->poll_at || index >= young->capacity)) return NULL;
    Object *object = (Object *)heap_alloc_fast(heap, size);
    if (UNLIKELY(object == NULL)) return NULL;
    object->refs = 1;
    object->gc = (index << GC_INDEX_SHIFT) | GC_NEW;
    object->type = type;
    young->items[index] = object;
    young->length = index + 1;
    young->count = count + 1;
    return object;
}

static inline Object *object_new_container_to_fill(VM *vm, Type *type, size_t size, size_t zeroed) {
    Object *object = object_new_container_if_easy(vm, type, size);
    if (UNLIKELY(object == NULL)) return object_new_container_slow(vm, type, size);
    memset(object + 1, 0, zeroed - sizeof(Object));
    return object;
}

static inline Object *object_new_container(VM *vm, Type *type, size_t size) {
    return object_new_container_to_fill(vm, type, size, size);
}

static inline void object_track(Object *object) {
    if (object_place(object) == GC_NEW) object->gc ^= GC_NEW ^ GC_YOUNG;
}

static inline void object_free(VM *vm, Object *object, size_t size) {
    if (UNLIKELY(object_place(object) != GC_UNTRACKED)) object_untrack(vm, object);
    heap_free(vm_heap(vm), object, size);
}

#endif
