/* The module atexit. */

#include "runtime/modules/atexit.h"

#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

static void report(VM *vm, Value function) {
    Value raised = error_take(vm), keeper = ABSENT;
    Value text = string_format(vm, "Exception ignored in atexit callback %R:", function);
    size_t length;
    const char *utf8 = is_absent(text) ? NULL : string_utf8(vm, text, &length, &keeper);
    error_clear(vm);
    error_restore(vm, raised);
    error_unraisable(vm, utf8, ABSENT);
    value_xdrop(vm, keeper);
    value_xdrop(vm, text);
}

static void run_entry(VM *vm, Value entry) {
    Value *fields = as_tuple(entry)->items;
    Value result = call_with(vm, fields[0], fields[1], fields[2]);
    if (is_absent(result)) report(vm, fields[0]);
    value_xdrop(vm, result);
}

static void forget_all(VM *vm) {
    while (!is_absent(vm->exit_functions) && as_list(vm->exit_functions)->length > 0) {
        List *list = as_list(vm->exit_functions);
        value_drop(vm, list->items[--list->length]);
    }
}

/* A function may unregister those that are still to come. What it registers is forgotten, as by CPython. */
void atexit_run(VM *vm) {
    if (is_absent(vm->exit_functions)) return;
    List *list = as_list(vm->exit_functions);
    for (int64_t i = list->length - 1; i >= 0; i--) {
        if (i >= list->length || is_none(list->items[i])) continue;
        Value entry = value_ref(list->items[i]);
        run_entry(vm, entry);
        value_drop(vm, entry);
    }
    forget_all(vm);
}

static Value register_function(VM *vm, Value *args, int nargs, Value names) {
    if (nargs < 1) return raise_type(vm, "register() takes at least 1 argument (0 given)");
    if (type_of(args[0])->call == NULL) return raise_type(vm, "the first argument must be callable");
    Value arguments = tuple_from(vm, args + 1, nargs - 1);
    Value keywords = is_absent(arguments) ? ABSENT : dict_new(vm);
    bool ok = !is_absent(keywords);
    for (int64_t i = 0; ok && !is_absent(names) && i < as_tuple(names)->length; i++)
        ok = dict_set(vm, keywords, as_tuple(names)->items[i], args[nargs + i]);
    Value entry = ok ? tuple_pack(vm, 3, args[0], arguments, keywords) : ABSENT;
    value_xdrop(vm, arguments);
    value_xdrop(vm, keywords);
    if (is_absent(entry)) return ABSENT;
    if (is_absent(vm->exit_functions)) vm->exit_functions = list_new(vm, 0);
    ok = !is_absent(vm->exit_functions) && list_append(vm, vm->exit_functions, entry);
    value_drop(vm, entry);
    return ok ? value_ref(args[0]) : ABSENT;
}

/* Comparing runs user code, which may change the list. What is unregistered leaves a None: the places of the others do
 * not change. */
NATIVE(unregister) {
    if (is_absent(vm->exit_functions)) return NONE;
    List *list = as_list(vm->exit_functions);
    for (int64_t i = 0; i < list->length; i++) {
        if (is_none(list->items[i])) continue;
        Value entry = value_ref(list->items[i]);
        int equal = object_equal(vm, as_tuple(entry)->items[0], args[0]);
        if (equal > 0 && i < list->length && value_same(list->items[i], entry)) {
            value_set(vm, &list->items[i], NONE);
        }
        value_drop(vm, entry);
        if (equal < 0) return ABSENT;
    }
    return NONE;
}

NATIVE(clear) {
    forget_all(vm);
    return NONE;
}

NATIVE(run_functions) {
    atexit_run(vm);
    return NONE;
}

NATIVE(count_functions) {
    return int_small(is_absent(vm->exit_functions) ? 0 : as_list(vm->exit_functions)->length);
}

static const NativeDef functions[] = {
    {"register", register_function, "*args, **kwargs",
     "($module, func, /, *args, **kwargs)\n--\n\nRegister a function to be executed upon normal program "
     "termination\n\n"
     "    func - function to be called at exit\n"
     "    args - optional arguments to pass to func\n"
     "    kwargs - optional keyword arguments to pass to func\n\n"
     "    func is returned to facilitate usage as a decorator."},
    {"unregister", unregister, "func, /",
     "Unregister an exit function which was previously registered using\natexit.register\n\n"
     "    func - function to be unregistered"},
    {"_clear", clear, "", "Clear the list of previously registered exit functions."},
    {"_run_exitfuncs", run_functions, "",
     "Run all registered exit functions.\n\n"
     "If a callback raises an exception, it is logged with sys.unraisablehook."},
    {"_ncallbacks", count_functions, "", "Return the number of registered exit functions."},
    {0},
};

Value module_atexit_new(VM *vm) {
    return module_make(
        vm, &(ModuleDef){.name = "atexit",
                         .doc = "allow programmer to define multiple exit functions to be executed\n"
                                "upon normal program termination.\n\n"
                                "Two public functions, register and unregister, are defined.\n",
                         .functions = functions});
}
