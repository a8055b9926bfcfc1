/* The module gc: the cycle collector's controls and what it sees (gc/collector.h). */
#include "gc/collector.h"

#include <stdio.h>

#include "runtime/auditevent.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/modules/gc.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- watching collections: callbacks, debugging output --- */

/* To sys.stderr; to the process's when that is None. The program's own errors are not touched by what the hooks do: see
 * their callers. */
static void report_line(VM *vm, const char *line) {
    Value stream = is_absent(vm->sys) ? ABSENT : dict_get_string(vm, vm->sys, NAME_OF(vm, stderr));
    if (!is_absent(stream) && is_none(stream)) {
        fputs(line, stderr);
        return;
    }
    Value text = string_from_c(vm, line);
    if (!is_absent(text)) error_write(vm, text);
    value_xdrop(vm, text);
    error_clear(vm);
}

static void report_start(VM *vm, int generation) {
    const Heap *heap = vm_heap(vm);
    unsigned lengths[GENERATIONS + 1];
    char line[160];
    for (int i = 0; i <= PERMANENT; i++)
        lengths[i] = heap->generations[i].length - heap->generations[i].holes;
    snprintf(line, sizeof line, "gc: collecting generation %d...\n", generation);
    report_line(vm, line);
    snprintf(line, sizeof line,
             "gc: objects in each generation: %u %u %u\ngc: objects in permanent generation: %u\n",
             lengths[0], lengths[1], lengths[2], lengths[PERMANENT]);
    report_line(vm, line);
}

static void report_end(VM *vm, uint32_t unreachable, uint64_t nanoseconds) {
    char line[120];
    snprintf(line, sizeof line, "gc: done, %u unreachable, 0 uncollectable, %.4fs elapsed\n", unreachable,
             (double)nanoseconds * 1e-9);
    report_line(vm, line);
}

static void on_found(VM *vm, Object *object) {
    char line[160];
    Value pending = error_take(vm);
    snprintf(line, sizeof line, "gc: collectable <%.100s %p>\n", type_name(object->type), (void *)object);
    report_line(vm, line);
    error_restore(vm, pending);
}

/* Out of memory, the object is merely not cleared: the next collection finds it again. */
static void on_saved(VM *vm, Object *object) {
    Value pending = error_take(vm);
    if (!is_absent(vm->gc_garbage)) list_append(vm, vm->gc_garbage, from_object(object));
    error_restore(vm, pending);
}

static Value information(VM *vm, int generation, uint32_t collected) {
    Value info = dict_new(vm);
    if (is_absent(info)) return ABSENT;
    if (dict_set_c(vm, info, "generation", int_small(generation)) &&
        dict_set_c(vm, info, "collected", int_small(collected)) &&
        dict_set_c(vm, info, "uncollectable", int_small(0))) {
        return info;
    }
    value_drop(vm, info);
    return ABSENT;
}

/* Call gc.callbacks, which may change while they run. */
static void call_back(VM *vm, const char *phase, int generation, uint32_t collected) {
    if (is_absent(vm->gc_callbacks) || as_list(vm->gc_callbacks)->length == 0) return;
    Value name = string_from_c(vm, phase),
          info = is_absent(name) ? ABSENT : information(vm, generation, collected);
    Value callbacks = value_ref(vm->gc_callbacks);
    if (is_absent(info)) error_unraisable(vm, NULL, ABSENT);
    for (int64_t i = 0; !is_absent(info) && i < as_list(callbacks)->length; i++) {
        Value callback = value_ref(as_list(callbacks)->items[i]), result = call_2(vm, callback, name, info);
        if (is_absent(result)) error_unraisable(vm, NULL, callback);
        value_xdrop(vm, result);
        value_drop(vm, callback);
    }
    value_drop(vm, callbacks);
    value_xdrop(vm, info);
    value_xdrop(vm, name);
}

static void on_start(VM *vm, int generation) {
    Value pending = error_take(vm);
    call_back(vm, "start", generation, 0);
    if (vm_heap(vm)->collector.debug & GC_DEBUG_STATS) report_start(vm, generation);
    error_restore(vm, pending);
}

static void on_end(VM *vm, int generation, uint32_t unreachable, uint64_t nanoseconds) {
    Value pending = error_take(vm);
    if (vm_heap(vm)->collector.debug & GC_DEBUG_STATS) report_end(vm, unreachable, nanoseconds);
    call_back(vm, "stop", generation, unreachable);
    error_restore(vm, pending);
}

void gc_module_stop(VM *vm) {
    value_clear(vm, &vm->gc_callbacks);
    gc_unfreeze(vm_heap(vm));
}

void gc_module_fini(VM *vm) {
    HeapHooks *hooks = &vm_heap(vm)->hooks;
    Value garbage = vm->gc_garbage;
    bool many = !is_absent(garbage) && as_list(garbage)->length > 0;
    if (many && (vm_heap(vm)->collector.debug & GC_DEBUG_LEAK) == GC_DEBUG_UNCOLLECTABLE) {
        Value line = string_format(vm, "      %R\n", garbage);
        if (!is_absent(line)) error_write(vm, line);
        value_xdrop(vm, line);
        error_clear(vm);
    }
    vm_heap(vm)->collector.debug = 0;
    hooks->collection_started = NULL;
    hooks->collection_ended = NULL;
    hooks->garbage_found = NULL;
    hooks->garbage_saved = NULL;
    value_clear(vm, &vm->gc_garbage);
}

/* --- controls --- */

/* As CPython's argument converters for a C int: through __index__. */
static bool to_c_int(VM *vm, Value v, const char *above, const char *below, int32_t *result) {
    int64_t wide = 0;
    Value number = object_index(vm, v);
    if (is_absent(number)) return false;
    bool fits = int_to_int64(number, &wide);
    value_drop(vm, number);
    if (!fits)
        return raise_overflow(vm, "Python int too large to convert to C %s", above ? "long" : "int"), false;
    *result = (int32_t)wide;
    if (*result == wide) return true;
    raise_overflow(vm, "%s", !above ? "Python int too large to convert to C int" : wide > 0 ? above : below);
    return false;
}

NATIVE(collect) {
    int32_t generation = OLDEST;
    if (!is_absent(args[0]) && !to_c_int(vm, args[0], NULL, NULL, &generation)) return ABSENT;
    if (generation < 0 || generation > OLDEST) return raise_value(vm, "invalid generation");
    return int_small(gc_collect(vm_heap(vm), generation));
}

NATIVE(enable) {
    gc_enable(vm_heap(vm));
    return NONE;
}

NATIVE(disable) {
    gc_disable(vm_heap(vm));
    return NONE;
}

NATIVE(isenabled) { return bool_from(gc_is_enabled(vm_heap(vm))); }

NATIVE(get_threshold) {
    Value items[GENERATIONS];
    for (int i = 0; i < GENERATIONS; i++)
        items[i] = int_small(gc_get_threshold(vm_heap(vm), i));
    return tuple_from(vm, items, GENERATIONS);
}

NATIVE(get_count) {
    Value items[GENERATIONS];
    for (int i = 0; i < GENERATIONS; i++)
        items[i] = int_small(gc_get_count(vm_heap(vm), i));
    return tuple_from(vm, items, GENERATIONS);
}

NATIVE(set_threshold) {
    int32_t thresholds[GENERATIONS];
    if (!arguments_no_names(vm, "set_threshold", names)) return ABSENT;
    if (nargs < 1 || nargs > GENERATIONS) return raise_type(vm, "gc.set_threshold requires 1 to 3 arguments");
    for (int i = 0; i < nargs; i++) {
        if (!to_c_int(vm, args[i], "signed integer is greater than maximum",
                      "signed integer is less than minimum", &thresholds[i])) {
            return ABSENT;
        }
    }
    for (int i = 0; i < nargs; i++)
        gc_set_threshold(vm_heap(vm), i, thresholds[i]);
    return NONE;
}

NATIVE(set_debug) { return to_c_int(vm, args[0], NULL, NULL, &vm_heap(vm)->collector.debug) ? NONE : ABSENT; }

NATIVE(get_debug) { return int_small(vm_heap(vm)->collector.debug); }

/* A dict is tracked from its making, and taken out by a collection; what is told of it is what would come of that. */
static bool is_shown(const Object *object) { return gc_is_tracked(object) && !dict_is_acyclic(object); }

NATIVE(is_tracked) { return bool_from(is_object(args[0]) && is_shown(as_object(args[0]))); }

NATIVE(is_finalized) { return bool_from(is_object(args[0]) && gc_is_finalized(as_object(args[0]))); }

NATIVE(freeze) { return gc_freeze(vm_heap(vm)) ? NONE : raise_memory(vm); }

NATIVE(unfreeze) { return gc_unfreeze(vm_heap(vm)) ? NONE : raise_memory(vm); }

NATIVE(get_freeze_count) { return int_small(gc_freeze_count(vm_heap(vm))); }

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

static int note_tracked(Object *object, void *context) {
    return is_shown(object) ? note(object, context) : 0;
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

NATIVE(get_objects) {
    if (!AUDIT(vm, "gc.get_objects", is_absent(args[0]) || is_none(args[0]) ? int_small(-1) : args[0]))
        return ABSENT;
    int64_t generation = -1; /* all of them, also when the program says so */
    if (value_is_given(args[0])) {
        if (!is_int_family(args[0]) && type_of(args[0])->number.index == NULL) {
            return raise_type(vm, "argument should be integer or None, not '%T'", args[0]);
        }
        if (!object_to_int64(vm, args[0], &exc_OverflowError, &generation)) return ABSENT;
        if (generation < -1) return raise_value(vm, "generation parameter cannot be negative");
        if (generation > OLDEST) {
            return raise_value(
                vm, "generation parameter must be less than the number of available generations (%d)",
                GENERATIONS);
        }
    }
    Findings f = {.vm = vm};
    return list_findings(&f, gc_each(vm_heap(vm), (int)generation, note_tracked, &f));
}

NATIVE(get_referrers) {
    if (!AUDIT_ROW(vm, "gc.get_referrers", args, nargs)) return ABSENT;
    Findings f = {.vm = vm, .wanted = args, .wanted_count = nargs};
    return list_findings(&f, gc_each(vm_heap(vm), -1, note_referrer, &f));
}

int visit_all_values(Object *referent, void *thorough_visit) {
    const ThoroughVisit *thorough = thorough_visit;
    return thorough->visit(from_object(referent), thorough->context);
}

static int note_value(Value v, void *context) { return note(as_object(v), context); }

static void reverse(Findings *f, size_t from) {
    for (size_t to = f->count; from + 1 < to; from++) {
        Object *first = f->found[from];
        f->found[from] = f->found[--to];
        f->found[to] = first;
    }
}

/* As CPython: a value before its key, and of keys that are all strs nothing. */
static int note_dict(Findings *f, Value dict) {
    bool strings = true;
    int status = 0;
    Value key, value;
    for (int64_t at = 0; strings && dict_next(dict, &at, &key, &value);)
        strings = is_exactly(key, &str_type);
    for (int64_t at = 0; status == 0 && dict_next(dict, &at, &key, &value);) {
        status = note_value(value, f);
        if (status == 0 && !strings) status = note_value(key, f);
    }
    return status;
}

static int note_referents(Findings *f, Value v) {
    if (!is_object(v) || !object_slots(as_object(v))->traverse) return 0;
    if (is_exactly(v, &dict_type)) return note_dict(f, v);
    ThoroughVisit visit = {note_value, f};
    size_t from = f->count;
    int status = object_slots(as_object(v))->traverse(as_object(v), visit_all_values, &visit);
    /* CPython visits the items of sequences from their end. */
    if (is_family(v, TYPE_LIST) || is_family(v, TYPE_TUPLE)) reverse(f, from);
    return status;
}

NATIVE(get_referents) {
    if (!AUDIT_ROW(vm, "gc.get_referents", args, nargs)) return ABSENT;
    Findings f = {.vm = vm};
    int status = 0;
    for (int i = 0; i < nargs && status == 0; i++)
        status = note_referents(&f, args[i]);
    return list_findings(&f, status);
}

NATIVE(get_stats) {
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
    {"enable", enable, "", "Enable automatic garbage collection."},
    {"disable", disable, "", "Disable automatic garbage collection."},
    {"isenabled", isenabled, "", "Returns true if automatic garbage collection is enabled."},
    {"set_debug", set_debug, "flags, /",
     "Set the garbage collection debugging flags.\n\n"
     "  flags\n"
     "    An integer that can have the following bits turned on:\n"
     "      DEBUG_STATS - Print statistics during collection.\n"
     "      DEBUG_COLLECTABLE - Print collectable objects found.\n"
     "      DEBUG_UNCOLLECTABLE - Print unreachable but uncollectable objects\n"
     "        found.\n"
     "      DEBUG_SAVEALL - Save objects to gc.garbage rather than freeing them.\n"
     "      DEBUG_LEAK - Debug leaking programs (everything but STATS).\n\n"
     "Debugging information is written to sys.stderr."},
    {"get_debug", get_debug, "", "Get the garbage collection debugging flags."},
    {"get_count", get_count, "", "Return a three-tuple of the current collection counts."},
    {"set_threshold", set_threshold, "*thresholds, **names",
     "set_threshold(threshold0, [threshold1, [threshold2]])\n"
     "Set the collection thresholds (the collection frequency).\n\n"
     "Setting 'threshold0' to zero disables collection."},
    {"get_threshold", get_threshold, "", "Return the current collection thresholds."},
    {"collect", collect, "generation=2",
     "Run the garbage collector.\n\n"
     "With no arguments, run a full collection.  The optional argument\n"
     "may be an integer specifying which generation to collect.  A ValueError\n"
     "is raised if the generation number is invalid.\n\n"
     "The number of unreachable objects is returned."},
    {"get_objects", get_objects, "generation=None",
     "Return a list of objects tracked by the collector (excluding the list returned).\n\n"
     "  generation\n"
     "    Generation to extract the objects from.\n\n"
     "If generation is not None, return only the objects tracked by the collector\n"
     "that are in that generation."},
    {"get_stats", get_stats, "", "Return a list of dictionaries containing per-generation statistics."},
    {"is_tracked", is_tracked, "obj, /",
     "Returns true if the object is tracked by the garbage collector.\n\n"
     "Simple atomic objects will return false."},
    {"is_finalized", is_finalized, "obj, /",
     "Returns true if the object has been already finalized by the GC."},
    {"get_referrers", get_referrers, "*objs",
     "Return the list of objects that directly refer to any of 'objs'."},
    {"get_referents", get_referents, "*objs",
     "Return the list of objects that are directly referred to by 'objs'."},
    {"freeze", freeze, "",
     "Freeze all current tracked objects and ignore them for future collections.\n\n"
     "This can be used before a POSIX fork() call to make the gc copy-on-write friendly.\n"
     "Note: collection before a POSIX fork() call may free pages for future allocation\n"
     "which can cause copy-on-write."},
    {"unfreeze", unfreeze, "",
     "Unfreeze all objects in the permanent generation.\n\n"
     "Put all objects in the permanent generation back into oldest generation."},
    {"get_freeze_count", get_freeze_count, "", "Return the number of objects in the permanent generation."},
    {0},
};

static const char module_doc[] =
    "This module provides access to the garbage collector for reference cycles.\n\n"
    "enable() -- Enable automatic garbage collection.\n"
    "disable() -- Disable automatic garbage collection.\n"
    "isenabled() -- Returns true if automatic collection is enabled.\n"
    "collect() -- Do a full collection right now.\n"
    "get_count() -- Return the current collection counts.\n"
    "get_stats() -- Return list of dictionaries containing per-generation stats.\n"
    "set_debug() -- Set debugging flags.\n"
    "get_debug() -- Get debugging flags.\n"
    "set_threshold() -- Set the collection thresholds.\n"
    "get_threshold() -- Return the current the collection thresholds.\n"
    "get_objects() -- Return a list of all objects tracked by the collector.\n"
    "is_tracked() -- Returns true if a given object is tracked.\n"
    "is_finalized() -- Returns true if a given object has been already finalized.\n"
    "get_referrers() -- Return the list of objects that refer to an object.\n"
    "get_referents() -- Return the list of objects that an object refers to.\n"
    "freeze() -- Freeze all tracked objects and ignore them for future collections.\n"
    "unfreeze() -- Unfreeze all objects in the permanent generation.\n"
    "get_freeze_count() -- Return the number of objects in the permanent generation.\n";

static const NamedNumber constants[] = {
    {"DEBUG_STATS", GC_DEBUG_STATS},     {"DEBUG_COLLECTABLE", GC_DEBUG_COLLECTABLE},
    {"DEBUG_SAVEALL", GC_DEBUG_SAVEALL}, {"DEBUG_UNCOLLECTABLE", GC_DEBUG_UNCOLLECTABLE},
    {"DEBUG_LEAK", GC_DEBUG_LEAK},       {0},
};

/* The two lists belong to the VM: the collector goes on using them if the module's attributes are set anew. */
static bool add_lists(VM *vm, Value dict) {
    if (is_absent(vm->gc_garbage) && is_absent(vm->gc_garbage = list_new(vm, 0))) return false;
    if (is_absent(vm->gc_callbacks) && is_absent(vm->gc_callbacks = list_new(vm, 0))) return false;
    return dict_set_c(vm, dict, "garbage", vm->gc_garbage) &&
           dict_set_c(vm, dict, "callbacks", vm->gc_callbacks);
}

Value module_gc_new(VM *vm) {
    Value module = module_make(vm, &(ModuleDef){.name = "gc",
                                                .doc = module_doc,
                                                .functions = functions,
                                                .numbers = constants,
                                                .fill = add_lists});
    if (is_absent(module)) return ABSENT;
    HeapHooks *hooks = &vm_heap(vm)->hooks;
    hooks->collection_started = on_start;
    hooks->collection_ended = on_end;
    hooks->garbage_found = on_found;
    hooks->garbage_saved = on_saved;
    return module;
}
