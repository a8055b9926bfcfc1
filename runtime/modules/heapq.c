/*
 * The module _heapq: heaps in lists.
 *
 * A comparison may run user code that changes the list: the length is compared after each one that could, and items are
 * held meanwhile. An item on its way down goes to the bottom along the better children first, and from there up to its
 * place: fewer comparisons, because it mostly came from the bottom (Knuth, TAOCP 3, 5.2.3, exercise 18).
 */
#include "gc/likely.h"
#include "runtime/containers/listbody.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/protocol.h"

/* Does items[i] stand above items[j]: is it less, or in a heap with the largest first, more? -1 RAISES. */
static inline int above(VM *vm, const List *heap, int64_t i, int64_t j, bool largest) {
    int64_t length = heap->length;
    Value a = heap->items[i], b = heap->items[j];
    int result = largest ? object_less(vm, b, a) : object_less(vm, a, b);
    if (UNLIKELY(heap->length != length)) {
        if (result >= 0) raise_error(vm, &exc_RuntimeError, "list changed size during iteration");
        return -1;
    }
    return result;
}

static inline void swap(List *heap, int64_t i, int64_t j) {
    Value v = heap->items[i];
    heap->items[i] = heap->items[j];
    heap->items[j] = v;
}

/* Move an item up to its place, not above `top`. RAISES. */
static bool rise(VM *vm, List *heap, int64_t top, int64_t i, bool largest) {
    while (i > top) {
        int64_t parent = (i - 1) >> 1;
        int higher = above(vm, heap, i, parent, largest);
        if (higher < 0) return false;
        if (!higher) break;
        swap(heap, i, parent);
        i = parent;
    }
    return true;
}

static bool sink(VM *vm, List *heap, int64_t top, bool largest) {
    int64_t i = top, length = heap->length;
    while (i < length / 2) {
        int64_t child = 2 * i + 1;
        if (child + 1 < length) {
            int left = above(vm, heap, child, child + 1, largest);
            if (left < 0) return false;
            child += !left;
        }
        swap(heap, i, child);
        i = child;
    }
    return rise(vm, heap, top, i, largest);
}

static Value pop(VM *vm, Value self, bool largest) {
    List *heap = as_list(self);
    if (heap->length == 0) return raise_index(vm, "index out of range");
    Value last = heap->items[--heap->length];
    list_shrink(vm, heap);
    if (heap->length == 0) return last;
    Value result = heap->items[0];
    heap->items[0] = last;
    if (sink(vm, heap, 0, largest)) return result;
    value_drop(vm, result);
    return ABSENT;
}

static Value replace(VM *vm, Value self, Value item, bool largest) {
    List *heap = as_list(self);
    if (heap->length == 0) return raise_index(vm, "index out of range");
    Value result = heap->items[0];
    heap->items[0] = value_ref(item);
    if (sink(vm, heap, 0, largest)) return result;
    value_drop(vm, result);
    return ABSENT;
}

static Value heapify(VM *vm, Value self, bool largest) {
    List *heap = as_list(self);
    for (int64_t i = heap->length / 2 - 1; i >= 0; i--) {
        if (!sink(vm, heap, i, largest)) return ABSENT;
    }
    return NONE;
}

static bool check(VM *vm, const char *function, bool alone, Value v) {
    if (is_list(v)) return true;
    raise_type(vm, alone ? "%s() argument must be list, not %Q" : "%s() argument 1 must be list, not %Q",
               function, v);
    return false;
}

NATIVE(function_heappush) {
    if (!check(vm, "heappush", false, args[0]) || !list_append(vm, args[0], args[1])) return ABSENT;
    List *heap = as_list(args[0]);
    return rise(vm, heap, 0, heap->length - 1, false) ? NONE : ABSENT;
}

NATIVE(function_heappop) { return check(vm, "heappop", true, args[0]) ? pop(vm, args[0], false) : ABSENT; }

NATIVE(function_heapreplace) {
    return check(vm, "heapreplace", false, args[0]) ? replace(vm, args[0], args[1], false) : ABSENT;
}

NATIVE(function_heappushpop) {
    if (!check(vm, "heappushpop", false, args[0])) return ABSENT;
    const List *heap = as_list(args[0]);
    if (heap->length == 0) return value_ref(args[1]);
    int lower = object_less(vm, heap->items[0], args[1]);
    if (lower < 0) return ABSENT;
    return lower ? replace(vm, args[0], args[1], false) : value_ref(args[1]);
}

NATIVE(function_heapify) {
    return check(vm, "heapify", true, args[0]) ? heapify(vm, args[0], false) : ABSENT;
}

NATIVE(function_heapify_max) {
    return check(vm, "_heapify_max", true, args[0]) ? heapify(vm, args[0], true) : ABSENT;
}

NATIVE(function_heappop_max) {
    return check(vm, "_heappop_max", true, args[0]) ? pop(vm, args[0], true) : ABSENT;
}

NATIVE(function_heapreplace_max) {
    return check(vm, "_heapreplace_max", false, args[0]) ? replace(vm, args[0], args[1], true) : ABSENT;
}

static const NativeDef functions[] = {
    {"heappush", function_heappush, "heap, item, /", "Push item onto heap, maintaining the heap invariant."},
    {"heappop", function_heappop, "heap, /",
     "Pop the smallest item off the heap, maintaining the heap invariant."},
    {"heapreplace", function_heapreplace, "heap, item, /",
     "Pop and return the current smallest value, and add the new item.\n\nThe item that is returned may be "
     "larger than the one that is added."},
    {"heappushpop", function_heappushpop, "heap, item, /",
     "Push item on the heap, then pop and return the smallest item from the heap."},
    {"heapify", function_heapify, "heap, /", "Transform list into a heap, in-place, in O(len(heap)) time."},
    {"_heapify_max", function_heapify_max, "heap, /", "Maxheap variant of heapify."},
    {"_heappop_max", function_heappop_max, "heap, /", "Maxheap variant of heappop."},
    {"_heapreplace_max", function_heapreplace_max, "heap, item, /", "Maxheap variant of heapreplace."},
    {0},
};

Value module__heapq_new(VM *vm) {
    return module_make(vm, &(ModuleDef){.name = "_heapq", .doc = "Heaps in lists.", .functions = functions});
}
