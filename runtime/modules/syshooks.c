/*
 * The module sys, continued: audit hooks, the switch interval, and what is there for programs that ask although nothing
 * here depends on it (threads, the trampoline of profilers, caches).
 */
#include <unistd.h>

#include "runtime/auditevent.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/structseq.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/modules/sys.h"
#include "runtime/native.h"
#include "runtime/numbers/float.h"
#include "runtime/protocol.h"
#include "runtime/text/intern.h"
#include "runtime/text/str.h"

/* --- audit hooks --- */

/* Call each hook with the event and its arguments; the first that fails ends it. */
static bool tell_hooks(VM *vm, Value event, Value arguments) {
    for (int64_t i = 0; !is_absent(vm->audit_hooks) && i < as_list(vm->audit_hooks)->length; i++) {
        Value hook = value_ref(as_list(vm->audit_hooks)->items[i]),
              result = call_2(vm, hook, event, arguments);
        value_drop(vm, hook);
        if (is_absent(result)) return false;
        value_drop(vm, result);
    }
    return true;
}

bool audit_tell(VM *vm, const char *event, const Value *args, int count) {
    Value raised = error_take(vm), name = string_intern_c(vm, event), row[AUDIT_ARGUMENTS_MAX];
    for (int i = 0; i < count; i++)
        row[i] = is_absent(args[i]) ? NONE : args[i];
    Value arguments = tuple_from(vm, row, count);
    bool ok = !is_absent(name) && !is_absent(arguments) && tell_hooks(vm, name, arguments);
    value_xdrop(vm, name), value_xdrop(vm, arguments);
    if (ok)
        error_restore(vm, raised);
    else
        value_xdrop(vm, raised);
    return ok;
}

bool audit_attribute(VM *vm, const char *event, Value object, const char *name, Value value) {
    const Value row[3] = {object, string_intern_c(vm, name), value};
    bool ok = !is_absent(row[1]) && audit_tell(vm, event, row, is_absent(value) ? 2 : 3);
    value_xdrop(vm, row[1]);
    return ok;
}

bool audit_tuple(VM *vm, const char *event, const Value *row, int count) {
    Value tuple = tuple_from(vm, row, count);
    bool ok = !is_absent(tuple) && audit_tell(vm, event, &tuple, 1);
    value_xdrop(vm, tuple);
    return ok;
}

NATIVE(sys_audit) {
    if (nargs == 0) return raise_type(vm, "audit() missing 1 required positional argument: 'event'");
    if (!is_string(args[0])) return raise_type(vm, "expected str for argument 'event', not %T", args[0]);
    if (is_absent(vm->audit_hooks)) return NONE;
    Value arguments = tuple_from(vm, args + 1, nargs - 1);
    bool done = !is_absent(arguments) && tell_hooks(vm, args[0], arguments);
    value_xdrop(vm, arguments);
    return done ? NONE : ABSENT;
}

/* The hooks that are there may refuse a new one, silently, by a RuntimeError (as CPython: by any Exception of that
 * kind). */
NATIVE(sys_addaudithook) {
    Value event = string_from_c(vm, "sys.addaudithook"), none = vm->empty_tuple;
    bool agreed = !is_absent(event) && tell_hooks(vm, event, none);
    value_xdrop(vm, event);
    if (!agreed) {
        if (!error_is(vm, &exc_RuntimeError)) return ABSENT;
        error_clear(vm);
        return NONE;
    }
    if (is_absent(vm->audit_hooks)) vm->audit_hooks = list_new(vm, 0);
    return !is_absent(vm->audit_hooks) && list_append(vm, vm->audit_hooks, args[0]) ? NONE : ABSENT;
}

/* --- threads: there is one --- */

NATIVE(sys_getswitchinterval) { return float_from(vm, vm->switch_interval); }

NATIVE(sys_setswitchinterval) {
    double seconds;
    if (!object_to_double(vm, args[0], &seconds)) return ABSENT;
    if (!(seconds > 0)) return raise_value(vm, "switch interval must be strictly positive");
    vm->switch_interval = seconds;
    return NONE;
}

NATIVE(sys_is_gil_enabled) { return TRUE_VALUE; }

static const MemberDef thread_fields[] = {
    STRUCTSEQ_FIELD(0, "name", "name of the thread implementation"),
    STRUCTSEQ_FIELD(1, "lock", "name of the lock implementation"),
    STRUCTSEQ_FIELD(2, "version", "name and version of the thread library"),
    {0}};

STRUCTSEQ_TYPE(thread_info_type, "sys.thread_info", thread_fields,
               "A named tuple holding information about the thread implementation.");

static Value thread_info(VM *vm) {
    char version[64] = "";
    bool known = confstr(_CS_GNU_LIBPTHREAD_VERSION, version, sizeof version) > 0;
    Value items[] = {string_from_c(vm, "pthread"), string_from_c(vm, "semaphore"),
                     known ? string_from_c(vm, version) : NONE};
    return structseq_new(vm, &thread_info_type, items);
}

/* --- strings, caches --- */

NATIVE(sys_is_interned) {
    if (!is_string(args[0])) return raise_type(vm, "_is_interned() argument must be str, not %Q", args[0]);
    return bool_from(as_string(args[0])->interned);
}

/* With _only_immortal: those that the VM keeps by itself, of which none are told apart. */
NATIVE(sys_getunicodeinternedsize) {
    int only_immortal = is_absent(args[0]) ? 0 : object_truth(vm, args[0]);
    if (only_immortal < 0) return ABSENT;
    return int_small(only_immortal ? 0 : (int64_t)intern_count(vm));
}

NATIVE(sys_nothing) { return NONE; }

/* --- the trampoline of profilers --- */

NATIVE(sys_activate_stack_trampoline) {
    if (!is_string(args[0]))
        return raise_type(vm, "activate_stack_trampoline() argument must be str, not %Q", args[0]);
    return raise_value(vm, "perf trampoline not available");
}

NATIVE(sys_is_stack_trampoline_active) { return FALSE_VALUE; }

static const NativeDef functions[] = {
    {"audit", sys_audit, "*args",
     "($module, event, /, *args)\n--\n\nPasses the event to any audit hooks that are attached."},
    {"addaudithook", sys_addaudithook, "hook", "Adds a new audit hook callback."},
    {"getswitchinterval", sys_getswitchinterval, "", "Return the current thread switch interval."},
    {"setswitchinterval", sys_setswitchinterval, "interval, /",
     "Set the ideal thread switching delay inside the interpreter."},
    {"_is_gil_enabled", sys_is_gil_enabled, "", "Return True: one thread runs at a time."},
    {"_is_interned", sys_is_interned, "string, /", "Return True if the given string is interned."},
    {"getunicodeinternedsize", sys_getunicodeinternedsize, "*, _only_immortal=False",
     "Return the number of elements of the unicode interned dictionary"},
    {"_clear_type_cache", sys_nothing, "", "Does nothing: the cache is never stale."},
    {"_clear_internal_caches", sys_nothing, "", "Does nothing: no cache is ever stale."},
    {"activate_stack_trampoline", sys_activate_stack_trampoline, "backend, /",
     "Activate stack profiler trampoline backend: there is none."},
    {"deactivate_stack_trampoline", sys_nothing, "", "Deactivate the current stack profiler trampoline."},
    {"is_stack_trampoline_active", sys_is_stack_trampoline_active, "",
     "Return True if a stack profiler trampoline is active."},
    {0},
};

bool sys_add_hooks(VM *vm, Value dict) {
    enum { MILLISECONDS = 5 /* CPython's interval */ };
    vm->switch_interval = MILLISECONDS / 1000.0;
    Value threads = thread_info(vm);
    bool done = !is_absent(threads) && dict_set_c(vm, dict, "thread_info", threads) &&
                module_add_functions(vm, dict, functions, "sys");
    value_xdrop(vm, threads);
    return done;
}
