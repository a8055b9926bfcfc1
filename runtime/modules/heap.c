/* The module heap: the memory manager to be watched. docs/heap.md describes it for its readers; there is no such module
 * in CPython. */
#include <string.h>

#include "gc/collector.h"
#include "runtime/audit.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/text/str.h"

/* --- dicts of numbers --- */

typedef struct {
    const char *name;
    uint64_t number;
} Row;

/* The rows' numbers under their names, in their order. NEW, RAISES. */
static Value rows_dict(VM *vm, const Row *rows, size_t count) {
    Value dict = dict_new_sized(vm, (int64_t)count);
    for (size_t i = 0; i < count && !is_absent(dict); i++) {
        Value number = int_from_unsigned(vm, rows[i].number);
        bool ok = !is_absent(number) && dict_set_c(vm, dict, rows[i].name, number);
        value_xdrop(vm, number);
        if (!ok) value_clear(vm, &dict);
    }
    return dict;
}

#define ROWS_DICT(vm, rows) rows_dict(vm, rows, sizeof(rows) / sizeof *(rows))

/* Append a dict to a list; both may be ABSENT, which RAISED. */
static bool append_rows(VM *vm, Value list, STEALS Value dict) {
    return !is_absent(dict) && list_append_owned(vm, list, dict);
}

/* --- stats --- */

NATIVE(stats) {
    Heap *heap = vm_heap(vm);
    HeapStats s;
    heap_stats(heap, &s);
    VMMemory outside = {0};
    if (vm->hooks.memory != NULL) vm->hooks.memory(vm, &outside);
    size_t beside = outside.vm + outside.stack_used + outside.stack_free;
    const Row rows[] = {
        {"taken", s.taken + beside},
        {"small_live", s.pool_live},
        {"small_free", s.pool_free},
        {"small_tail", s.pool_tail},
        {"large_live", s.span_live},
        {"large_slack", s.span_slack},
        {"pages_held", s.pages_held},
        {"pages_returned", s.pages_returned},
        {"metadata", s.metadata},
        {"system_live", s.system_live},
        {"stack_used", outside.stack_used},
        {"stack_free", outside.stack_free},
        {"vm", outside.vm},
    };
#ifdef MPY_DEBUG
    uint64_t sum = 0;
    for (size_t i = 1; i < sizeof rows / sizeof *rows; i++)
        sum += rows[i].number;
    if (sum != rows[0].number || !heap_check_accounts(heap)) {
        return raise_error(vm, &exc_SystemError, "the heap's accounts do not add up");
    }
#endif
    return ROWS_DICT(vm, rows);
}

NATIVE(counters) {
    const Heap *heap = vm_heap(vm);
    HeapStats s;
    heap_stats(vm_heap(vm), &s);
    const Row rows[] = {
        {"blocks", s.live_blocks},
        {"pools", s.pools},
        {"spans", s.spans},
        {"arenas", s.arenas},
        {"used", s.used},
        {"used_peak", s.used_peak},
        {"addresses", s.reserved},
        {"requests", s.requests},
        {"limit", heap->limit == SIZE_MAX ? 0 : heap->limit},
        {"emergencies", heap->emergencies},
    };
    return ROWS_DICT(vm, rows);
}

/* --- views --- */

static const char *const modes[] = {[HEAP_POOLS] = "pools", [HEAP_SYSTEM] = "system", [HEAP_DEBUG] = "debug"};

NATIVE(mode) { return string_from_c(vm, modes[vm_heap(vm)->mode]); }

/* One row a size class: what its pools are like. */
typedef struct {
    uint64_t pools[PAGE_FULL + 1], live, free;
} ClassView;

static void view_page(const Heap *heap, uint32_t page, ClassView views[POOL_CLASSES]) {
    const Page *pool = &heap->pages[page];
    if (pool->state < PAGE_CURRENT) return;
    ClassView *view = &views[pool->size_class];
    view->pools[pool->state]++;
    view->live += pool_live(pool);
    view->free += heap->classes[pool->size_class].capacity - pool_live(pool);
}

NATIVE(pools) {
    Heap *heap = vm_heap(vm);
    ClassView views[POOL_CLASSES] = {0};
    shelves_clear(heap);
    for (uint32_t page = span_next(&heap->spans, PAGE_NONE); page != PAGE_NONE;
         page = span_next(&heap->spans, page))
        view_page(heap, page, views);
    Value list = list_new(vm, POOL_CLASSES);
    for (int i = 1; i < POOL_CLASSES && !is_absent(list); i++) {
        const ClassView *view = &views[i];
        if (view->live + view->free == 0) continue;
        const Row rows[] = {
            {"slot_size", heap->classes[i].slot_size},
            {"slots", heap->classes[i].capacity},
            {"current", view->pools[PAGE_CURRENT]},
            {"partial", view->pools[PAGE_PARTIAL]},
            {"full", view->pools[PAGE_FULL]},
            {"live", view->live},
            {"free", view->free},
        };
        if (!append_rows(vm, list, ROWS_DICT(vm, rows))) value_clear(vm, &list);
    }
    return list;
}

NATIVE(arenas) {
    const AddressRange *range = &vm_heap(vm)->spans.range;
    Value list = list_new(vm, range->committed);
    for (uint32_t i = range_next_present(range, 0); i < RANGE_ARENAS && !is_absent(list);
         i = range_next_present(range, i + 1)) {
        const HeapArena *arena = &range->arenas[i];
        const Row rows[] = {
            {"number", i},
            {"address", (uintptr_t)page_address(range, i * ARENA_PAGES)},
            {"pages_used", (uint64_t)(ARENA_PAGES - arena->free_pages)},
            {"pages_held", arena->dirty_pages},
            {"pages_returned", (uint64_t)(arena->free_pages - arena->dirty_pages)},
        };
        if (!append_rows(vm, list, ROWS_DICT(vm, rows))) value_clear(vm, &list);
    }
    return list;
}

NATIVE(generations) {
    static const char *const generation_names[] = {"young", "middle", "old", "permanent"};
    Value list = list_new(vm, GENERATIONS + 1);
    for (int i = 0; i <= PERMANENT && !is_absent(list); i++) {
        const Generation *g = &vm_heap(vm)->generations[i];
        const Row rows[] = {
            {"objects", (uint64_t)(g->length - g->holes)},
            {"holes", g->holes},
            {"capacity", g->capacity},
            {"count", g->count},
            {"collections", g->collections},
            {"collected", g->collected},
            {"nanoseconds", g->nanoseconds},
            {"longest", g->longest},
        };
        Value dict = ROWS_DICT(vm, rows), name = string_from_c(vm, generation_names[i]);
        if (!is_absent(dict) && (is_absent(name) || !dict_set_c(vm, dict, "name", name)))
            value_clear(vm, &dict);
        value_xdrop(vm, name);
        if (!append_rows(vm, list, dict)) value_clear(vm, &list);
    }
    return list;
}

/* The finalizer queue of the collection under way: (running, pending). */
NATIVE(finalizers) {
    const Object *object = vm_heap(vm)->collector.finalizers.running;
    Value running = object != NULL ? from_object(object) : NONE, pending = list_new(vm, 0);
    uint32_t position = 0;
    while (!is_absent(pending) && (object = gc_next_finalizer(vm_heap(vm), &position)) != NULL) {
        if (!list_append(vm, pending, from_object(object))) value_clear(vm, &pending);
    }
    Value pair = is_absent(pending) ? ABSENT : tuple_pack(vm, 2, running, pending);
    value_xdrop(vm, pending);
    return pair;
}

/* --- check, trim --- */

NATIVE(check) {
    AuditReport report;
    switch (audit_heap(vm, false, &report)) {
    case AUDIT_CLEAN: break;
    case AUDIT_NO_MEMORY: return raise_memory(vm);
    default: return raise_error(vm, &exc_SystemError, "heap.check: %s", report.problem);
    }
    const Row rows[] = {
        {"objects", report.objects},
        {"references", report.references},
        {"roots", report.roots},
        {"held", report.held},
    };
    return ROWS_DICT(vm, rows);
}

NATIVE(trim) {
    heap_trim(vm_heap(vm));
    return NONE;
}

static const NativeDef functions[] = {
    {"stats", stats, "",
     "Return a dict of the bytes taken from the operating system ('taken') and what they are used for: the "
     "other\n"
     "entries, which add up to it."},
    {"counters", counters, "",
     "Return a dict of counts: blocks, pools, spans, arenas, the bytes in use and their peak, the limit."},
    {"mode", mode, "", "Return where memory comes from: 'pools', 'system' or 'debug' (-X malloc)."},
    {"pools", pools, "", "Return a list of dicts, one for each size class that has pools."},
    {"arenas", arenas, "", "Return a list of dicts, one for each arena that holds memory."},
    {"generations", generations, "", "Return a list of dicts: the three generations and the frozen objects."},
    {"finalizers", finalizers, "",
     "Return (running, pending): the object whose finalizer a collection is running, or None, and the list "
     "of those\n"
     "that wait."},
    {"check", check, "",
     "Walk the whole heap and prove that it is consistent; return what was counted. Raise SystemError, "
     "naming the\n"
     "object, at the first difference."},
    {"trim", trim, "", "Give back to the operating system all memory that can be without moving a block."},
    {0},
};

Value module_heap_new(VM *vm) {
    return module_make(
        vm,
        &(ModuleDef){.name = "heap",
                     .doc = "The memory manager, to be watched: what it holds, where, and the proof of it.",
                     .functions = functions});
}
