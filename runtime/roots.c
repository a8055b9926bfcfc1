/* The roots: references that are owned outside of objects. */
#include "runtime/audit.h"

#include "runtime/classes/shape.h"
#include "runtime/native.h"
#include "runtime/weakref.h"

static int visit_errors(VM *vm, VisitFn visit, void *context) {
    VISIT(vm->raised);
    VISIT(vm->memory_error);
    VISIT(vm->last_memory_error);
    for (const HandledException *item = vm->handled; item != NULL; item = item->outer)
        VISIT(item->exception);
    return 0;
}

static int visit_strings(VM *vm, VisitFn visit, void *context) {
    for (int i = 0; i < NAME_COUNT; i++)
        VISIT(vm->names[i]);
    for (int i = 0; i < FIXED_NAMES; i++)
        VISIT(vm->fixed_names[i].name);
    for (size_t i = 0; i < sizeof vm->characters / sizeof *vm->characters; i++)
        VISIT(vm->characters[i]);
    for (size_t i = 0; i < sizeof vm->bytes_of_one / sizeof *vm->bytes_of_one; i++)
        VISIT(vm->bytes_of_one[i]);
    VISIT(vm->empty_string);
    VISIT(vm->empty_tuple);
    VISIT(vm->empty_bytes);
    return 0;
}

static int visit_types(VM *vm, VisitFn visit, void *context) {
    for (int i = 0; i < STATIC_TYPE_COUNT; i++) {
        const StaticTypeState *state = &vm->static_types[i];
        if (state->dict != NULL) VISIT(from_object(state->dict));
        if (state->mro != NULL) VISIT(from_object(state->mro));
        VISIT(state->subclasses);
    }
    for (int i = 0; vm->method_cache != NULL && i < METHOD_CACHE_SIZE; i++)
        VISIT(vm->method_cache[i].name);
    return 0;
}

static int visit_modules(VM *vm, VisitFn visit, void *context) {
    VISIT(vm->modules);
    VISIT(vm->builtins);
    VISIT(vm->sys);
    VISIT(vm->asyncgen_first_iteration);
    VISIT(vm->asyncgen_finalizer);
    VISIT(vm->asyncio);
    VISIT(vm->context);
    VISIT(vm->exit_functions);
    VISIT(vm->audit_hooks);
    for (const WeakReference *w = vm->weak_table.pending; w != NULL; w = w->next)
        VISIT(from_object(w));
    VISIT(vm->gc_callbacks);
    VISIT(vm->gc_garbage);
    VISIT(vm->unsupported_operation);
    VISIT(vm->struct_cache);
    VISIT(vm->repr_running);
    return 0;
}

int roots_visit(VM *vm, VisitFn visit, void *context) {
    int (*const parts[])(VM *, VisitFn, void *) = {visit_errors,  visit_strings,    visit_types,
                                                   visit_modules, signatures_visit, shapes_visit};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        int stop = parts[i](vm, visit, context);
        if (stop) return stop;
    }
    return vm->hooks.visit_roots != NULL ? vm->hooks.visit_roots(vm, visit, context) : 0;
}
