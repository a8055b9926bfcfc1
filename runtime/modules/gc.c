/* The module gc: the cycle collector's controls and what it sees. */
#include "gc/collector.h"

#include "runtime/dict.h"
#include "runtime/error.h"
#include "runtime/int.h"
#include "runtime/list.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/tuple.h"

static Value collect(VM *vm, Value *args, int nargs, Value names) {
    (void)nargs, (void)names;
    int64_t generation = OLDEST;
    if (!is_absent(args[0]) && !object_to_int64(vm, args[0], &exc_OverflowError, &generation)) return ABSENT;
    if (generation < 0 || generation > OLDEST) return raise_value(vm, "invalid generation");
    return int_small(gc_collect(vm_heap(vm), (int)generation));
}

static Value enable(VM *vm, Value *args, int nargs, Value names) {
    (void)args, (void)nargs, (void)names;
    gc_enable(vm_heap(vm));
    return NONE;
}

static Value disable(VM *vm, Value *args, int nargs, Value names) {
    (void)args, (void)nargs, (void)names;
    gc_disable(vm_heap(vm));
    return NONE;
}

static Value isenabled(VM *vm, Value *args, int nargs, Value names) {
    (void)args, (void)nargs, (void)names;
    return bool_from(gc_is_enabled(vm_heap(vm)));
}

/* A 3-tuple of what `get` says of each generation. */
static Value triple(VM *vm, uint32_t (*get)(const Heap *heap, int generation)) {
    Value items[3];
    for (int i = 0; i <= OLDEST; i++)
        items[i] = int_small(get(vm_heap(vm), i));
    return tuple_from(vm, items, 3);
}

static Value get_threshold(VM *vm, Value *args, int nargs, Value names) {
    (void)args, (void)nargs, (void)names;
    return triple(vm, gc_get_threshold);
}

static Value get_count(VM *vm, Value *args, int nargs, Value names) {
    (void)args, (void)nargs, (void)names;
    return triple(vm, gc_get_count);
}

static Value set_threshold(VM *vm, Value *args, int nargs, Value names) {
    (void)nargs, (void)names;
    for (int i = 0; i <= OLDEST && !is_absent(args[i]); i++) {
        int64_t threshold;
        if (!object_to_int64(vm, args[i], &exc_OverflowError, &threshold)) return ABSENT;
        if (threshold != (int32_t)threshold)
            return raise_overflow(vm, "Python int too large to convert to C int");
        gc_set_threshold(vm_heap(vm), i, threshold < 0 ? 0 : (uint32_t)threshold);
    }
    return NONE;
}

static Value is_tracked(VM *vm, Value *args, int nargs, Value names) {
    (void)vm, (void)nargs, (void)names;
    return bool_from(is_object(args[0]) && gc_is_tracked(as_object(args[0])));
}

static Value is_finalized(VM *vm, Value *args, int nargs, Value names) {
    (void)vm, (void)nargs, (void)names;
    return bool_from(is_object(args[0]) && gc_is_finalized(as_object(args[0])));
}

static Value freeze(VM *vm, Value *args, int nargs, Value names) {
    (void)args, (void)nargs, (void)names;
    return gc_freeze(vm_heap(vm)) ? NONE : raise_memory(vm);
}

static Value unfreeze(VM *vm, Value *args, int nargs, Value names) {
    (void)args, (void)nargs, (void)names;
    return gc_unfreeze(vm_heap(vm)) ? NONE : raise_memory(vm);
}

static Value get_freeze_count(VM *vm, Value *args, int nargs, Value names) {
    (void)args, (void)nargs, (void)names;
    return int_small(gc_freeze_count(vm_heap(vm)));
}

/* --- objects --- */

/* Borrowed objects that a visit finds, in a block of its own: nothing may be made while the collector's
 * vectors are walked. */
typedef struct {
    VM *vm;
    Object **found;
    size_t count, capacity;
    Value *wanted; /* get_referrers: the objects whose referrers are sought */
    int wanted_count;
} Findings;

static int note(Object *object, void *context) {
    Findings *f = context;
    if (f->count == f->capacity) {
        size_t capacity = f->capacity ? f->capacity * 2 : 256;
        Object **found =
            memory_resize(f->vm, f->found, f->capacity * sizeof *found, capacity * sizeof *found);
        if (!found) return -1;
        f->found = found;
        f->capacity = capacity;
    }
    f->found[f->count++] = object;
    return 0;
}

static int is_wanted(Object *referent, void *context) {
    const Findings *f = context;
    for (int i = 0; i < f->wanted_count; i++) {
        if (value_same(f->wanted[i], from_object(referent))) return 1;
    }
    return 0;
}

static int note_referrer(Object *object, void *context) {
    int (*traverse)(Object *, VisitFn, void *) = object_slots(object)->traverse;
    return traverse && traverse(object, is_wanted, context) ? note(object, context) : 0;
}

/* The findings as a list; gives their block back. `status` is what the walk returned. */
static Value list_findings(Findings *f, int status) {
    VM *vm = f->vm;
    Value list = status < 0 ? ABSENT : list_new(vm, (int64_t)f->count);
    for (size_t i = 0; i < f->count && !is_absent(list); i++) {
        if (!list_append(vm, list, from_object(f->found[i]))) value_clear(vm, &list);
    }
    memory_free(vm, f->found, f->capacity * sizeof *f->found);
    return list;
}

static Value get_objects(VM *vm, Value *args, int nargs, Value names) {
    (void)nargs, (void)names;
    int64_t generation = -1;
    if (!is_absent(args[0]) && !is_none(args[0])) {
        if (!object_to_int64(vm, args[0], &exc_OverflowError, &generation)) return ABSENT;
        if (generation < 0) return raise_value(vm, "generation parameter cannot be negative");
        if (generation > OLDEST) {
            return raise_value(
                vm, "generation parameter must be less than the number of available generations (3)");
        }
    }
    Findings f = {.vm = vm};
    return list_findings(&f, gc_each(vm_heap(vm), (int)generation, note, &f));
}

static Value get_referrers(VM *vm, Value *args, int nargs, Value names) {
    (void)names;
    Findings f = {.vm = vm, .wanted = args, .wanted_count = nargs};
    return list_findings(&f, gc_each(vm_heap(vm), -1, note_referrer, &f));
}

static Value get_referents(VM *vm, Value *args, int nargs, Value names) {
    (void)names;
    Findings f = {.vm = vm};
    int status = 0;
    for (int i = 0; i < nargs && status == 0; i++) {
        if (!is_object(args[i]) || !object_slots(as_object(args[i]))->traverse) continue;
        status = object_slots(as_object(args[i]))->traverse(as_object(args[i]), note, &f);
    }
    return list_findings(&f, status);
}

static Value get_stats(VM *vm, Value *args, int nargs, Value names) {
    (void)args, (void)nargs, (void)names;
    Value list = list_new(vm, OLDEST + 1);
    for (int i = 0; i <= OLDEST && !is_absent(list); i++) {
        const Generation *g = &vm_heap(vm)->generations[i];
        Value dict = dict_new(vm);
        bool ok = !is_absent(dict) &&
                  dict_set_c(vm, dict, "collections", int_small((int64_t)g->collections)) &&
                  dict_set_c(vm, dict, "collected", int_small((int64_t)g->collected)) &&
                  dict_set_c(vm, dict, "uncollectable", int_small((int64_t)g->uncollectable)) &&
                  list_append(vm, list, dict);
        value_xdrop(vm, dict);
        if (!ok) value_clear(vm, &list);
    }
    return list;
}

static const NativeDef functions[] = {
    {"collect", collect, "generation=2", "Run the collector; return the number of unreachable objects found.",
     0},
    {"enable", enable, "", "Enable automatic garbage collection.", 0},
    {"disable", disable, "", "Disable automatic garbage collection.", 0},
    {"isenabled", isenabled, "", "Returns true if automatic garbage collection is enabled.", 0},
    {"get_threshold", get_threshold, "", "Return the current collection thresholds.", 0},
    {"set_threshold", set_threshold, "threshold0, threshold1=None, threshold2=None, /",
     "Set the collection thresholds (the collection frequency).", 0},
    {"get_count", get_count, "", "Return a three-tuple of the current collection counts.", 0},
    {"get_stats", get_stats, "", "Return a list of dictionaries containing per-generation statistics.", 0},
    {"get_objects", get_objects, "generation=None", "Return a list of objects tracked by the collector.", 0},
    {"get_referrers", get_referrers, "*objs",
     "Return the list of objects that directly refer to any of 'objs'.", 0},
    {"get_referents", get_referents, "*objs",
     "Return the list of objects that are directly referred to by 'objs'.", 0},
    {"is_tracked", is_tracked, "obj, /", "Returns true if the object is tracked by the garbage collector.",
     0},
    {"is_finalized", is_finalized, "obj, /",
     "Returns true if the object has been already finalized by the GC.", 0},
    {"freeze", freeze, "", "Freeze all current tracked objects and ignore them for future collections.", 0},
    {"unfreeze", unfreeze, "", "Unfreeze all objects in the permanent generation.", 0},
    {"get_freeze_count", get_freeze_count, "", "Return the number of objects in the permanent generation.",
     0},
    {0},
};

Value module_gc_new(VM *vm) {
    Value module =
        module_new_c(vm, "gc", "Access to the cycle collector: see gc/collector.h for how it works.");
    if (is_absent(module) || module_add_functions(vm, as_module(module)->dict, functions, "gc"))
        return module;
    value_drop(vm, module);
    return ABSENT;
}
