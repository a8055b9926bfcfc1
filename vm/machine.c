/*
 * The machine's life: stack, hooks, start-up, shutdown, signals, the end of a program.
 */

#include "vm/asyncgen.h"
#include "vm/machine.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gc/collector.h"
#include "runtime/audit.h"
#include "runtime/auditevent.h"
#include "runtime/bytes/bytes.h"
#include "runtime/classes/class.h"
#include "runtime/code/cell.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/files/file.h"
#include "runtime/module.h"
#include "runtime/modules/gc.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/intern.h"
#include "runtime/text/str.h"
#include "runtime/weakref.h"
#include "vm/dynamic.h"
#include "vm/eval.h"
#include "vm/import.h"
#include "vm/load.h"
#include "vm/monitor.h"
#include "vm/roots.h"
#include "vm/specialise.h"
#include "vm/suggest.h"
#include "vm/trace.h"
#include "vm/traceback.h"
#include "vm/tracemalloc.h"

/* --- the value stack --- */

enum {
    STACK_BYTES = 512 << 20, /* addresses; memory is taken as the stack grows. Some two million frames */
    STACK_LEAST = 1 << 20,
    STACK_LIMIT_SHARE = 16, /* of a limit on the address space */
    STACK_MARGIN = 256,     /* slots behind stack_end that the machine may use without asking */
    GUARD_BYTES = 64 << 10,
};

static size_t stack_wish(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur / STACK_LIMIT_SHARE >= STACK_BYTES)
        return STACK_BYTES;
    size_t share = limit.rlim_cur / STACK_LIMIT_SHARE / GUARD_BYTES * GUARD_BYTES;
    return share < STACK_LEAST ? STACK_LEAST : share;
}

static bool stack_init(VM *vm) {
    for (size_t size = stack_wish(); size >= STACK_LEAST; size /= 2) {
        char *base =
            mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (base == MAP_FAILED) continue;
        mprotect(base + size - GUARD_BYTES, GUARD_BYTES, PROT_NONE);
        vm->stack = (Value *)base;
        vm->stack_end = (Value *)(base + size - GUARD_BYTES) - STACK_MARGIN;
        vm_machine(vm)->stack_size = size;
        return true;
    }
    return false;
}

/* --- what the runtime asks of the machine --- */

static Value current_globals(VM *vm) { return vm->frame ? frame_globals(vm->frame) : ABSENT; }

/* The cell __class__ of the running method. */
static Value class_cell(const Frame *frame) {
    const Code *code = frame->code;
    for (uint32_t i = 0; i < code->variable_count; i++) {
        if (code->kinds[i] & VARIABLE_FREE && string_equal_c(code->variables->items[i], "__class__")) {
            return frame->locals[i];
        }
    }
    return ABSENT;
}

static bool super_arguments(VM *vm, Value *type, Value *self) {
    const Frame *frame = vm->frame;
    const char *problem = NULL;
    if (frame == NULL)
        problem = "super(): no current frame";
    else if (frame->code->positional_count == 0)
        problem = "super(): no arguments";
    if (problem == NULL) {
        *self = frame->locals[0];
        if (!is_absent(*self) && frame->code->kinds[0] & VARIABLE_CELL && is_cell(*self))
            *self = as_cell(*self)->content;
        Value cell = class_cell(frame);
        if (is_absent(*self))
            problem = "super(): arg[0] deleted";
        else if (is_absent(cell))
            problem = "super(): __class__ cell not found";
        else if (is_absent(*type = as_cell(cell)->content))
            problem = "super(): empty __class__ cell";
    }
    if (problem != NULL) raise_error(vm, &exc_RuntimeError, "%s", problem);
    return problem == NULL;
}

/* The pages of the value stack that have memory behind them, from its start, in bytes. */
static size_t stack_touched(const VM *vm, size_t page_size) {
    size_t low = 0, high = vm_machine(vm)->stack_size / page_size;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        unsigned char resident = 0;
        if (mincore((char *)vm->stack + middle * page_size, page_size, &resident) == 0 && resident & 1) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low * page_size;
}

static void memory(VM *vm, VMMemory *memory) {
    size_t touched = stack_touched(vm, (size_t)sysconf(_SC_PAGESIZE));
    size_t used = (size_t)((char *)frame_base(vm) - (char *)vm->stack);
    memory->vm = sizeof *vm + sizeof(Machine);
    memory->stack_used = used;
    memory->stack_free = touched > used ? touched - used : 0;
}

static Value traceback_here(VM *vm, Value exception) {
    if (vm->frame == NULL) return exception;
    error_restore(vm, exception);
    traceback_add(vm, vm->frame, frame_index(vm->frame));
    return error_take(vm);
}

/* Take the outermost entries of that file out of the raised exception's traceback. */
static void hide_frames(VM *vm, const char *filename) {
    Value *place = &as_exception(vm->raised)->traceback;
    while (!is_absent(*place)) {
        const Traceback *entry = as_traceback(*place);
        const Code *code = as_frame_object(entry->frame)->code;
        if (!string_equal_c(code->filename, filename)) return;
        value_set(vm, place, value_xref(entry->next));
    }
}

/* --- safe points --- */

static void collection_due(VM *vm) {
    if (!vm->interrupted) vm->interrupted = 1; /* a trace function's 2 leads to the same place */
}

static bool run_pending(VM *vm) {
    vm->interrupted = trace_is_on(vm) ? 2 : 0;
    gc_collect_due(vm_heap(vm));
    return signals_handle(vm);
}

static void set_hooks(VM *vm) {
    vm_heap(vm)->hooks.collection_due = collection_due;
    vm->hooks = (VMHooks){
        .current_globals = current_globals,
        .import = import_module,
        .library = load_library_module,
        .hide_frames = hide_frames,
        .run_pending = run_pending,
        .class_body = eval_body,
        .super_arguments = super_arguments,
        .nearest_name = suggest_name,
        .traceback_here = traceback_here,
        .print_exception = traceback_print,
        .print_unraisable = traceback_print_plain,
        .memory = memory,
        .plain_code = specialise_plain,
        .send = iterator_send,
        .visit_roots = machine_visit_roots,
    };
}

/* --- start --- */

/* PYTHONHASHSEED: a number gives the same hashes in every run, 0 the key 0. */
static void seed_hash(VM *vm) {
    const char *seed = getenv("PYTHONHASHSEED");
    char *end;
    if (seed != NULL && *seed != '\0' && strcmp(seed, "random") != 0) {
        uint64_t x = strtoul(seed, &end, 10);
        for (int i = 0; i < 2 && x != 0; i++) {
            /* SplitMix64 */
            uint64_t z = (x += UINT64_C(0x9E3779B97F4A7C15));
            z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
            z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
            vm->hash_key[i] = z ^ z >> 31;
        }
        return;
    }
    if (getrandom(vm->hash_key, sizeof vm->hash_key, GRND_NONBLOCK) != sizeof vm->hash_key) {
        vm->hash_key[0] = (uint64_t)(uintptr_t)vm ^ (uint64_t)getpid();
        vm->hash_key[1] = (uint64_t)(uintptr_t)&seed;
    }
}

static bool init_objects(VM *vm) {
    AttributeCacheEntry *cache = heap_alloc(vm_heap(vm), ATTRIBUTE_CACHE_SIZE * sizeof *cache);
    if (cache == NULL) return false;
    memset(cache, 0, ATTRIBUTE_CACHE_SIZE * sizeof *cache);
    vm_machine(vm)->attribute_cache = cache;
    Tuple *empty = tuple_new(vm, 0);
    if (empty == NULL) return false;
    vm->empty_tuple = tuple_finish(empty);
    object_untrack(vm, &empty->head);
    Bytes *bytes = bytes_new(vm, 0);
    if (bytes == NULL) return false;
    vm->empty_bytes = from_object(bytes);
    for (int i = 0; i < 256; i++) {
        const uint8_t byte = (uint8_t)i;
        vm->bytes_of_one[i] = bytes_from(vm, &byte, 1);
        if (is_absent(vm->bytes_of_one[i])) return false;
    }
    return strings_init(vm) && types_init(vm) && memory_errors_init(vm);
}

NEW RAISES Value module_sys_new(VM *vm);

static bool init_modules(VM *vm) {
    Machine *machine = vm_machine(vm);
    vm->modules = dict_new(vm);
    machine->sources = is_absent(vm->modules) ? ABSENT : dict_new(vm);
    if (is_absent(machine->sources) || !builtins_init(vm)) return false;
    Value sys = module_sys_new(vm); /* not by import, which looks into vm->sys: this fills it */
    bool added = !is_absent(sys) && dict_set_c(vm, vm->modules, "sys", sys);
    value_xdrop(vm, sys);
    if (!added) return false;
    Value names = import_native_names(vm);
    bool ok = !is_absent(names) && dict_set_c(vm, vm->sys, "builtin_module_names", names) &&
              dict_set_c(vm, vm->sys, "modules", vm->modules) && load_init(vm) && dynamic_init(vm) &&
              trace_init(vm) && asyncgen_init(vm);
    value_xdrop(vm, names);
    return ok;
}

VM *vm_new(const HeapOptions *options) {
    VM *vm = calloc(1, sizeof *vm);
    Machine *machine = calloc(1, sizeof *machine);
    if (vm == NULL || machine == NULL || !heap_init(&vm->heap, options)) {
        free(vm);
        free(machine);
        return NULL;
    }
    vm->upper = machine;
    signals_init(vm);
    vm->handled = &vm->handled_base;
    vm->recursion_limit = RECURSION_LIMIT_DEFAULT;
    vm->int_max_str_digits = INT_MAX_STR_DIGITS_DEFAULT;
    vm->audit_at_end = options != NULL && options->check_at_end;
    recursion_init(vm);
    weak_references_init(vm);
    seed_hash(vm);
    set_hooks(vm);
    bool scarce = options != NULL && (options->limit > 0 || options->fail_at > 0);
    if (stack_init(vm) && init_objects(vm) && init_modules(vm) && (!scarce || types_complete(vm))) return vm;
    error_clear(vm);
    vm_free(vm);
    return NULL;
}

Value machine_main_module(VM *vm) {
    Value module = dict_get_string(vm, vm->modules, NAME_OF(vm, main));
    if (!is_absent(module)) return module;
    module = module_new(vm, NAME_OF(vm, main));
    Value builtins = dict_get_c(vm, vm->modules, "builtins");
    bool ok =
        !is_absent(module) &&
        module_add(vm, as_module(module)->dict, "__loader__",
                   value_ref(from_object(&builtin_importer_type))) &&
        module_add(vm, as_module(module)->dict, "__annotations__", dict_new(vm)) &&
        (is_absent(builtins) || dict_set(vm, as_module(module)->dict, NAME_OF(vm, builtins), builtins)) &&
        dict_set(vm, vm->modules, NAME_OF(vm, main), module);
    value_xdrop(vm, module);
    return ok ? module : ABSENT;
}

bool machine_add_source(VM *vm, Value filename, Value text) {
    return dict_set(vm, vm_machine(vm)->sources, filename, text);
}

/* --- end --- */

/* Delete all of the dict but three names. */
static void clear_but(VM *vm, Value dict, const char *const kept[3]) {
    Value names = is_absent(dict) ? ABSENT : list_from_iterable(vm, dict);
    for (int64_t i = 0; !is_absent(names) && i < as_list(names)->length; i++) {
        Value name = as_list(names)->items[i];
        if (!is_string(name) || !string_length(as_string(name))) continue;
        if (string_equal_c(name, kept[0]) || string_equal_c(name, kept[1]) || string_equal_c(name, kept[2]))
            continue;
        dict_delete(vm, dict, name);
        error_clear(vm);
    }
    value_xdrop(vm, names);
    error_clear(vm);
}

/* What finalizers still need when the other modules go: a library that they import stands on sys. */
static const char *const last_modules[] = {"sys", "builtins", "warnings"};

/* What scripts left elsewhere in sys may refer to anything. */
static const char *const streams[] = {"stdout", "stderr", "stdin"};

/* The exception that ended the program holds its frames. */
static void forget_last_exception(VM *vm) {
    static const char *const names[] = {"last_exc", "last_type", "last_value", "last_traceback"};
    for (size_t i = 0; i < sizeof names / sizeof *names && !is_absent(vm->sys); i++)
        dict_set_c(vm, vm->sys, names[i], NONE);
    error_clear(vm);
}

/* What scripts have registered with the machine. A finalizer may do it again, as long as there are any. */
static void forget_registered(VM *vm) {
    Machine *machine = vm_machine(vm);
    signals_fini(vm);
    value_clear(vm, &vm->context);
    value_clear(vm, &vm->exit_functions);
    value_clear(vm, &vm->audit_hooks);
    value_clear(vm, &vm->asyncgen_first_iteration);
    value_clear(vm, &vm->asyncgen_finalizer);
    value_clear(vm, &machine->trace_function);
    value_clear(vm, &machine->profile_function);
    monitor_fini(vm);
}

/* Let go of all modules. The streams and builtins stay usable for finalizers. */
static void clear_modules(VM *vm) {
    if (is_absent(vm->modules)) return;
    forget_registered(vm);
    clear_but(vm, vm->modules, last_modules);
    forget_last_exception(vm);
    gc_collect(vm_heap(vm), OLDEST);
    vm_machine(vm)->imports_ended = true;
    dict_clear(vm, vm->modules);
    gc_collect(vm_heap(vm), OLDEST);
    gc_module_fini(vm);
    clear_but(vm, vm->sys, streams);
    gc_collect(vm_heap(vm), OLDEST);
    if (!is_absent(vm->sys)) streams_flush(vm);
}

static void clear_dict(VM *vm, Value *dict) {
    if (is_absent(*dict)) return;
    dict_clear(vm, *dict);
    value_clear(vm, dict);
}

/* The proof of the heap when the program has ended; failing it ends the process. */
static void audit_at_end(VM *vm) {
    AuditReport report;
    if (audit_heap(vm, vm->frame == NULL, &report) != AUDIT_PROBLEM) return;
    fprintf(stderr, "heap.check: %s\n", report.problem);
    abort();
}

void vm_free(VM *vm) {
    Machine *machine = vm_machine(vm);
    error_clear(vm);
    value_clear(vm, &vm->handled_base.exception);
    if (vm->method_cache != NULL) {
        gc_collect(vm_heap(vm), OLDEST);
        if (vm->audit_at_end) audit_at_end(vm);
        gc_module_stop(vm);
        clear_modules(vm);
        value_clear(vm, &machine->monitoring.disable);
        value_clear(vm, &machine->monitoring.missing);
        value_clear(vm, &machine->native_import);
        value_clear(vm, &machine->file_loader);
        memory_error_reset(vm);
        if (!is_absent(vm->sys)) dict_clear(vm, vm->sys); /* itself it stays: finalizers look into it */
        clear_dict(vm, &vm->builtins);
        value_clear(vm, &vm->asyncio);
        forget_registered(vm);
        value_clear(vm, &vm->unsupported_operation); /* a class, so part of a cycle */
        gc_collect(vm_heap(vm), OLDEST);
        forget_registered(vm);
        gc_forgo_finalizers(vm_heap(vm)); /* they have had their turns, and might make the like for ever */
        gc_collect(vm_heap(vm), OLDEST);
    }
    tracemalloc_stop(vm);
    value_clear(vm, &vm->sys);
    value_clear(vm, &machine->sources);
    attribute_cache_clear(vm);
    value_clear(vm, &vm->modules);
    value_clear(vm, &vm->asyncio);
    value_clear(vm, &vm->struct_cache);
    value_clear(vm, &vm->unsupported_operation);
    value_clear(vm, &vm->repr_running);
    error_clear(vm);
    types_fini(vm);
    strings_fini(vm);
    for (int i = 0; i < 256; i++)
        value_clear(vm, &vm->bytes_of_one[i]);
    value_clear(vm, &vm->empty_bytes);
    value_clear(vm, &vm->empty_tuple);
    memory_free(vm, machine->attribute_cache, ATTRIBUTE_CACHE_SIZE * sizeof *machine->attribute_cache);
    intern_fini(vm);
    if (vm->stack != NULL) munmap(vm->stack, machine->stack_size);
    heap_fini(&vm->heap);
    free(machine);
    free(vm);
}

/* --- the end of a program --- */

/* A line of text to sys.stderr, or the process's. */
static void print_error_line(VM *vm, Value text) {
    Value stream = dict_get_c(vm, vm->sys, "stderr");
    Value line = string_format(vm, "%S\n", text), written = ABSENT;
    if (!is_absent(line) && value_is_given(stream)) {
        value_ref(stream);
        written = call_method(vm, stream, NAME_OF(vm, write), &line, 1);
        value_drop(vm, stream);
    }
    value_xdrop(vm, line);
    value_xdrop(vm, written);
    error_clear(vm);
}

/* The status that a SystemExit asks for. */
static int exit_status(VM *vm, Value exception) {
    Value code = as_exception(exception)->fields[EXIT_CODE];
    if (!value_is_given(code)) return 0;
    if (is_int_family(code)) {
        int64_t status;
        return int_to_int64(code, &status) ? (int)(status & 0xFF) : 0xFF;
    }
    streams_flush(vm);
    Value text = object_str(vm, code);
    if (!is_absent(text)) print_error_line(vm, text);
    value_xdrop(vm, text);
    error_clear(vm);
    return 1;
}

/* Show the exception through sys.excepthook. The exit status: 1, or that of the SystemExit that the hook raises. */
static int call_excepthook(VM *vm, Value exception) {
    Value hook = dict_get_c(vm, vm->sys, "excepthook"), traceback = as_exception(exception)->traceback;
    if (is_absent(hook)) {
        Value text = string_from_c(vm, "sys.excepthook is missing");
        if (!is_absent(text)) print_error_line(vm, text);
        value_xdrop(vm, text);
        traceback_print(vm, exception);
        return 1;
    }
    int status = 1;
    value_ref(hook);
    Value trace = is_absent(traceback) ? NONE : traceback, class = from_object(type_of(exception));
    if (!AUDIT(vm, "sys.excepthook", hook, class, exception, trace)) error_clear(vm);
    Value result =
        call_3(vm, hook, from_object(type_of(exception)), exception, is_absent(traceback) ? NONE : traceback);
    value_drop(vm, hook);
    if (is_absent(result) && error_is(vm, &exc_SystemExit)) {
        status = machine_finish(vm);
    } else if (is_absent(result)) {
        Value second = error_take(vm), text = string_from_c(vm, "Error in sys.excepthook:");
        if (!is_absent(text)) print_error_line(vm, text);
        value_xdrop(vm, text);
        traceback_print(vm, second);
        value_drop(vm, second);
        text = string_from_c(vm, "\nOriginal exception was:");
        if (!is_absent(text)) print_error_line(vm, text);
        value_xdrop(vm, text);
        traceback_print(vm, exception);
    }
    value_xdrop(vm, result);
    error_clear(vm);
    return status;
}

int machine_finish(VM *vm) {
    Value exception = error_take(vm);
    if (is_absent(exception)) return 0;
    int status;
    if (value_is_instance(exception, &exc_SystemExit) && !vm_machine(vm)->inspected) {
        status = exit_status(vm, exception);
    } else {
        Value traceback = as_exception(exception)->traceback;
        dict_set_c(vm, vm->sys, "last_exc", exception);
        dict_set_c(vm, vm->sys, "last_type", from_object(type_of(exception)));
        dict_set_c(vm, vm->sys, "last_value", exception);
        dict_set_c(vm, vm->sys, "last_traceback", is_absent(traceback) ? NONE : traceback);
        streams_flush(vm);
        status = call_excepthook(vm, exception);
        if (status == 1 && is_exactly(exception, &exc_KeyboardInterrupt)) status = STATUS_INTERRUPTED;
    }
    value_drop(vm, exception);
    error_clear(vm);
    return status;
}
