/*
 * Asynchronous generators: the type, and the awaitables of its methods and of anext() with a default.
 *
 * An awaitable is an iterator that is used once: in state FRESH its first step begins, in RUNNING what is sent goes to
 * the generator, and CLOSED it refuses. Only one of a generator's awaitables may be RUNNING at a time.
 */
#include "vm/asyncgen.h"

#include "compiler/opcode.h"
#include "runtime/auditevent.h"
#include "runtime/classes/descriptor.h"
#include "runtime/classes/genericalias.h"
#include "runtime/containers/structseq.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/errors/warn.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

typedef enum { FRESH, RUNNING, CLOSED } AwaitableState;

/* async_generator_asend, async_generator_athrow. */
typedef struct {
    Object head;
    Value generator; /* owned */
    Value argument;  /* what is sent; athrow()'s arguments as a tuple, ABSENT for aclose(). Owned */
    AwaitableState state;
} Awaitable;

static Awaitable *as_awaitable(Value v) { return (Awaitable *)as_object(v); }
static Generator *generator_of(const Awaitable *a) { return as_generator(a->generator); }

static int awaitable_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((Awaitable *)self)->generator);
    VISIT(((Awaitable *)self)->argument);
    return 0;
}

static void awaitable_dealloc(VM *vm, Object *self) {
    value_xdrop(vm, ((Awaitable *)self)->generator);
    value_xdrop(vm, ((Awaitable *)self)->argument);
    object_free(vm, self, sizeof(Awaitable));
}

/* One that dies before its first step was never awaited. */
static void awaitable_finalize(VM *vm, Object *self) {
    const Awaitable *a = (const Awaitable *)self;
    if (a->state != FRESH || is_absent(a->generator)) return;
    const char *method = self->type == &async_send_type ? "asend"
                         : is_absent(a->argument)       ? "aclose"
                                                        : "athrow";
    Value raised = error_take(vm);
    if (!warn_unawaited_method(vm, a->generator, generator_of(a)->qualified_name, method))
        error_unraisable(vm, NULL, a->generator);
    error_restore(vm, raised);
}

/* The first use of a generator: remember the finalizer hook and tell the other one. */
static bool ask_hooks(VM *vm, Generator *g) {
    if (g->async & GENERATOR_HOOKED) return true;
    g->async |= GENERATOR_HOOKED;
    g->extra = value_xref(vm->asyncgen_finalizer);
    if (is_absent(vm->asyncgen_first_iteration)) return true;
    Value result = call_1(vm, vm->asyncgen_first_iteration, from_object(g));
    value_xdrop(vm, result);
    return !is_absent(result);
}

bool async_generator_hand_over(VM *vm, Generator *g) {
    if (g->head.type != &async_generator_type || is_absent(g->extra) || g->async & GENERATOR_CLOSED)
        return false;
    Value raised = error_take(vm);
    Value result = call_1(vm, g->extra, from_object(g));
    if (is_absent(result))
        error_unraisable(vm, NULL, from_object(g));
    else
        value_drop(vm, result);
    error_restore(vm, raised);
    return true;
}

static Value awaitable_new(VM *vm, Type *type, Value generator, STEALS Value argument) {
    Awaitable *a = NULL;
    if (ask_hooks(vm, as_generator(generator))) {
        a = (Awaitable *)object_new_container(vm, type, sizeof *a);
        if (!a) raise_memory(vm);
    }
    if (!a) {
        value_xdrop(vm, argument);
        return ABSENT;
    }
    a->generator = value_ref(generator);
    a->argument = argument;
    object_track(&a->head);
    return from_object(a);
}

/* --- steps that both share --- */

static bool ends_generator(VM *vm) {
    return error_is(vm, &exc_StopAsyncIteration) || error_is(vm, &exc_GeneratorExit);
}

/* Did the generator yield an item just now? */
static bool take_yielded(Generator *g) {
    bool yielded = g->async & GENERATOR_YIELDED;
    g->async &= (uint8_t)~GENERATOR_YIELDED;
    return yielded;
}

/* What a step of the generator has given: 0 and an item, which ends the awaiting; 1 and what goes to the event loop;
 * -1 RAISES. */
static int sort_out(VM *vm, Generator *g, Value result) {
    if (is_absent(result)) {
        if (ends_generator(vm)) g->async |= GENERATOR_CLOSED;
        g->async &= (uint8_t)~GENERATOR_AWAITED;
        return -1;
    }
    if (!take_yielded(g)) return 1;
    g->async &= (uint8_t)~GENERATOR_AWAITED;
    return 0;
}

/* The same for those who call send() and throw(): an item is a StopIteration. */
static Value unwrap(VM *vm, Generator *g, STEALS Value result) {
    if (sort_out(vm, g, result) != 0) return result;
    raise_stop(vm, result);
    value_drop(vm, result);
    return ABSENT;
}

static Value raise_running(VM *vm, Awaitable *a, const char *method) {
    a->state = CLOSED;
    return raise_error(vm, &exc_RuntimeError, "%s(): asynchronous generator is already running", method);
}

/* close(): throw GeneratorExit; it must end. */
static Value close_awaitable(VM *vm, Value self, Value (*throw)(VM *vm, Value self, Value *thrown)) {
    if (as_awaitable(self)->state == CLOSED) return NONE;
    Value result = throw(vm, self, (Value[]){from_object(&exc_GeneratorExit), ABSENT, ABSENT});
    if (!is_absent(result)) {
        value_drop(vm, result);
        return raise_error(vm, &exc_RuntimeError, "coroutine ignored GeneratorExit");
    }
    if (!ends_generator(vm) && !error_is(vm, &exc_StopIteration)) return ABSENT;
    error_clear(vm);
    return NONE;
}

/* --- asend, __anext__ --- */

int async_send_step(VM *vm, Value self, Value value, NEW Value *out) {
    Awaitable *a = as_awaitable(self);
    Generator *g = generator_of(a);
    *out = ABSENT;
    if (a->state == CLOSED) {
        raise_error(vm, &exc_RuntimeError, "cannot reuse already awaited __anext__()/asend()");
        return -1;
    }
    if (a->state == FRESH) {
        if (g->async & GENERATOR_AWAITED) {
            raise_running(vm, a, "anext");
            return -1;
        }
        if (is_none(value)) value = a->argument;
        a->state = RUNNING;
    }
    g->async |= GENERATOR_AWAITED;
    value_ref(self);
    *out = generator_send(vm, g, value);
    int step = sort_out(vm, g, *out);
    if (step <= 0) a->state = CLOSED;
    value_drop(vm, self);
    return step;
}

static Value asend_step(VM *vm, Value self, Value value) {
    Value result;
    if (async_send_step(vm, self, value, &result) != 0) return result;
    raise_stop(vm, result);
    value_drop(vm, result);
    return ABSENT;
}

/* throw() of an awaitable. */
static Value throw_old(VM *vm, Generator *g, Value *thrown) {
    if (!generator_check_thrown(vm, "throw", generator_thrown_count(thrown))) return ABSENT;
    return generator_throw(vm, g, thrown);
}

static Value asend_throw(VM *vm, Value self, Value *thrown) {
    Awaitable *a = as_awaitable(self);
    Generator *g = generator_of(a);
    if (a->state != RUNNING) {
        if (a->state == CLOSED)
            return raise_error(vm, &exc_RuntimeError, "cannot reuse already awaited __anext__()/asend()");
        if (g->async & GENERATOR_AWAITED) return raise_running(vm, a, "anext");
        a->state = RUNNING;
        g->async |= GENERATOR_AWAITED;
    }
    value_ref(self);
    Value result = unwrap(vm, g, throw_old(vm, g, thrown));
    if (is_absent(result)) a->state = CLOSED;
    value_drop(vm, self);
    return result;
}

static Value asend_next(VM *vm, Value self) { return asend_step(vm, self, NONE); }

NATIVE(asend_send) { return asend_step(vm, args[0], args[1]); }

NATIVE(asend_throw_method) { return asend_throw(vm, args[0], args + 1); }

NATIVE(asend_close) { return close_awaitable(vm, args[0], asend_throw); }

NATIVE(await_self) { return value_ref(args[0]); }

#define AWAITABLE_METHODS(prefix) \
    {"__await__", await_self, "", "Return an iterator to be used in await expression."}, \
        {"send", prefix##_send, "value, /", \
         "send(value) -> send 'value' into generator,\nreturn next yielded value or raise StopIteration."}, \
        {"throw", prefix##_throw_method, "typ, val=None, tb=None, /", \
         "throw(value)\n\nRaise exception in generator, return next yielded value or " \
         "raise\nStopIteration."}, \
        {"close", prefix##_close, "", "close() -> raise GeneratorExit inside generator."}, {0},

static const NativeDef asend_methods[] = {AWAITABLE_METHODS(asend)};

Type async_send_type = {
    TYPE_HEAD(async_send_type, "async_generator_asend", .traverse = awaitable_traverse,
              .finalize = awaitable_finalize, .dealloc = awaitable_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(Awaitable),
    .base = &object_type,
    .iterate = iterator_itself,
    .next = asend_next,
    .methods = asend_methods,
};

/* --- athrow, aclose --- */

static const char *athrow_name(const Awaitable *a) { return is_absent(a->argument) ? "aclose" : "athrow"; }

static Value raise_ignored(VM *vm, Awaitable *a, STEALS Value yielded) {
    value_drop(vm, yielded);
    take_yielded(generator_of(a));
    generator_of(a)->async &= (uint8_t)~GENERATOR_AWAITED;
    a->state = CLOSED;
    return raise_error(vm, &exc_RuntimeError, "async generator ignored GeneratorExit");
}

/* The generator has ended; of an aclose() that is the result. */
static Value athrow_ended(VM *vm, Awaitable *a) {
    generator_of(a)->async &= (uint8_t)~GENERATOR_AWAITED;
    a->state = CLOSED;
    if (is_absent(a->argument) && ends_generator(vm)) {
        error_clear(vm);
        raise_stop(vm, ABSENT);
    }
    return ABSENT;
}

/* What a step has given. */
static Value athrow_result(VM *vm, Awaitable *a, STEALS Value result) {
    Generator *g = generator_of(a);
    if (!is_absent(a->argument)) {
        result = unwrap(vm, g, result);
        return is_absent(result) ? athrow_ended(vm, a) : result;
    }
    if (is_absent(result)) return athrow_ended(vm, a);
    return g->async & GENERATOR_YIELDED ? raise_ignored(vm, a, result) : result;
}

static Value athrow_begin(VM *vm, Awaitable *a, Value value) {
    Generator *g = generator_of(a);
    if (g->async & GENERATOR_AWAITED) return raise_running(vm, a, athrow_name(a));
    if (g->async & GENERATOR_CLOSED) {
        a->state = CLOSED;
        return raise_new(vm, &exc_StopAsyncIteration, ABSENT);
    }
    if (!is_none(value))
        return raise_error(vm, &exc_RuntimeError, "can't send non-None value to a just-started coroutine");
    a->state = RUNNING;
    g->async |= GENERATOR_AWAITED;
    Value thrown[3] = {from_object(&exc_GeneratorExit)};
    if (is_absent(a->argument)) {
        g->async |= GENERATOR_CLOSED;
    } else {
        const Tuple *given = as_tuple(a->argument);
        if (given->length == 0) return raise_type(vm, "athrow expected at least 1 argument, got 0");
        if (given->length > 3)
            return raise_type(vm, "athrow expected at most 3 arguments, got %lld", (long long)given->length);
        memcpy(thrown, given->items, given->length * sizeof(Value));
    }
    return generator_throw(vm, g, thrown);
}

static Value raise_athrow_reused(VM *vm) {
    return raise_error(vm, &exc_RuntimeError, "cannot reuse already awaited aclose()/athrow()");
}

static Value athrow_step(VM *vm, Value self, Value value) {
    Awaitable *a = as_awaitable(self);
    Generator *g = generator_of(a);
    if (a->state == CLOSED) return raise_athrow_reused(vm);
    if (g->state == GENERATOR_FINISHED) {
        a->state = CLOSED;
        return raise_stop(vm, ABSENT);
    }
    value_ref(self);
    bool fresh = a->state == FRESH;
    Value result = fresh ? athrow_begin(vm, a, value) : generator_send(vm, g, value);
    if (!fresh && !is_absent(a->argument))
        result = unwrap(vm, g, result); /* it stays open after an error, as CPython's */
    else if (!fresh || a->state == RUNNING)
        result = athrow_result(vm, a, result);
    value_drop(vm, self);
    return result;
}

static Value athrow_throw(VM *vm, Value self, Value *thrown) {
    Awaitable *a = as_awaitable(self);
    Generator *g = generator_of(a);
    if (a->state == CLOSED) return raise_athrow_reused(vm);
    if (a->state == FRESH && g->async & GENERATOR_AWAITED) return raise_running(vm, a, athrow_name(a));
    a->state = RUNNING;
    g->async |= GENERATOR_AWAITED;
    value_ref(self);
    Value result = athrow_result(vm, a, throw_old(vm, g, thrown));
    value_drop(vm, self);
    return result;
}

static Value athrow_next(VM *vm, Value self) { return athrow_step(vm, self, NONE); }

NATIVE(athrow_send) { return athrow_step(vm, args[0], args[1]); }

NATIVE(athrow_throw_method) { return athrow_throw(vm, args[0], args + 1); }

NATIVE(athrow_close) { return close_awaitable(vm, args[0], athrow_throw); }

static const NativeDef athrow_methods[] = {AWAITABLE_METHODS(athrow)};

Type async_throw_type = {
    TYPE_HEAD(async_throw_type, "async_generator_athrow", .traverse = awaitable_traverse,
              .finalize = awaitable_finalize, .dealloc = awaitable_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(Awaitable),
    .base = &object_type,
    .iterate = iterator_itself,
    .next = athrow_next,
    .methods = athrow_methods,
};

/* --- async_generator --- */

Value async_generator_next(VM *vm, Value generator) {
    return awaitable_new(vm, &async_send_type, generator, NONE);
}

NATIVE(anext_method) { return async_generator_next(vm, args[0]); }

NATIVE(asend_method) { return awaitable_new(vm, &async_send_type, args[0], value_ref(args[1])); }

/* The arguments are looked at when it is awaited. */
NATIVE(athrow_method) {
    if (!is_absent(names)) return raise_type(vm, "async_generator.athrow() takes no keyword arguments");
    if (!generator_check_thrown(vm, "athrow", nargs - 1)) return ABSENT;
    Value thrown = tuple_from(vm, args + 1, nargs - 1);
    return is_absent(thrown) ? ABSENT : awaitable_new(vm, &async_throw_type, args[0], thrown);
}

NATIVE(aclose_method) { return awaitable_new(vm, &async_throw_type, args[0], ABSENT); }

static Value get_running(VM *vm, Value self) {
    return bool_from((as_generator(self)->async & GENERATOR_AWAITED) != 0);
}

static const NativeDef methods[] = {
    {"__aiter__", await_self, "", "Return an awaitable, that resolves in asynchronous iterator."},
    {"__anext__", anext_method, "", "Return a value or raise StopAsyncIteration."},
    {"asend", asend_method, "value, /", "asend(v) -> send 'v' in generator."},
    {"athrow", athrow_method, "*args",
     "athrow(value)\nathrow(type[,value[,tb]])\n\nraise exception in generator."},
    {"aclose", aclose_method, "", "aclose() -> raise GeneratorExit inside generator."},
    {"__class_getitem__", generic_alias_class_getitem, "object, /", "See PEP 585", NATIVE_CLASS_METHOD},
    {0},
};

static const GetSetDef getsets[] = {
    {"ag_await", generator_get_delegate, NULL, "object being awaited on, or None"},
    {"ag_code", generator_get_code, NULL, NULL},
    {"ag_frame", generator_get_frame, NULL, NULL},
    {"ag_running", get_running, member_refuse, NULL},
    {"ag_suspended", generator_get_suspended, NULL, NULL},
    {"__name__", generator_get_name, generator_set_name, "name of the async generator"},
    {"__qualname__", generator_get_qualified_name, generator_set_qualified_name,
     "qualified name of the async generator"},
    {0},
};

Type async_generator_type = {
    TYPE_HEAD(async_generator_type, "async_generator", .traverse = generator_traverse,
              .clear = generator_clear, .finalize = generator_finalize, .dealloc = generator_dealloc),
    .flags = TYPE_WEAKLY_REFERABLE | TYPE_NO_NEW,
    .basic_size = sizeof(Generator),
    .item_size = sizeof(Value),
    .base = &object_type,
    .repr = generator_repr,
    .methods = methods,
    .getsets = getsets,
};

/* --- anext() with a default --- */

/* Awaits `inner`; a StopAsyncIteration turns into the default. */
typedef struct {
    Object head;
    Value inner;     /* owned */
    Value otherwise; /* owned */
} AnextAwaitable;

static int anext_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((AnextAwaitable *)self)->inner);
    VISIT(((AnextAwaitable *)self)->otherwise);
    return 0;
}

static void anext_dealloc(VM *vm, Object *self) {
    value_xdrop(vm, ((AnextAwaitable *)self)->inner);
    value_xdrop(vm, ((AnextAwaitable *)self)->otherwise);
    object_free(vm, self, sizeof(AnextAwaitable));
}

static Value anext_result(VM *vm, const AnextAwaitable *a, Value result) {
    if (!is_absent(result) || !error_is(vm, &exc_StopAsyncIteration)) return result;
    error_clear(vm);
    raise_stop(vm, a->otherwise);
    return ABSENT;
}

/* What awaiting the inner object sends to, and a method of it; the iterator of __await__() itself for __next__. */
static Value anext_call(VM *vm, Value self, const char *method, Value *args, int count) {
    AnextAwaitable *a = (AnextAwaitable *)as_object(self);
    Value target = awaitable(vm, a->inner, AWAIT_EXPRESSION), result = ABSENT;
    if (is_absent(target)) return ABSENT;
    value_ref(self);
    if (is_sendable(target) && !method) {
        result = generator_send(vm, as_generator(target), NONE);
    } else if (!method) {
        result = type_of(target)->next(vm, target);
        if (is_absent(result) && !error_raised(vm)) raise_stop(vm, ABSENT);
    } else {
        Value name = string_intern_fixed(vm, method);
        if (!is_absent(name)) result = call_method(vm, target, name, args, count);
        value_xdrop(vm, name);
    }
    value_drop(vm, target);
    result = anext_result(vm, a, result);
    value_drop(vm, self);
    return result;
}

static Value anext_next(VM *vm, Value self) { return anext_call(vm, self, NULL, NULL, 0); }

NATIVE(anext_send) { return anext_call(vm, args[0], "send", args + 1, 1); }

NATIVE(anext_throw) {
    int count = !is_absent(args[3]) ? 3 : !is_absent(args[2]) ? 2 : 1;
    return anext_call(vm, args[0], "throw", args + 1, count);
}

NATIVE(anext_close) { return anext_call(vm, args[0], "close", NULL, 0); }

static const NativeDef anext_methods[] = {
    {"__await__", await_self, "", NULL},
    {"send", anext_send, "value, /", NULL},
    {"throw", anext_throw, "typ, val=None, tb=None, /", NULL},
    {"close", anext_close, "", NULL},
    {0},
};

Type anext_awaitable_type = {
    TYPE_HEAD(anext_awaitable_type, "anext_awaitable", .traverse = anext_traverse, .dealloc = anext_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(AnextAwaitable),
    .base = &object_type,
    .iterate = iterator_itself,
    .next = anext_next,
    .methods = anext_methods,
};

NATIVE(builtin_aiter) {
    Value method = object_special(vm, args[0], NAME_OF(vm, aiter));
    if (is_absent(method))
        return error_raised(vm) ? ABSENT : raise_type(vm, "'%T' object is not an async iterable", args[0]);
    Value iterator = call_0(vm, method);
    value_drop(vm, method);
    if (is_absent(iterator)) return ABSENT;
    Value next = object_special(vm, iterator, NAME_OF(vm, anext));
    if (is_absent(next)) {
        if (!error_raised(vm))
            raise_type(vm, "aiter() returned not an async iterator of type '%T'", iterator);
        value_drop(vm, iterator);
        return ABSENT;
    }
    value_drop(vm, next);
    return iterator;
}

NATIVE(builtin_anext) {
    Value method = object_special(vm, args[0], NAME_OF(vm, anext));
    if (is_absent(method))
        return error_raised(vm) ? ABSENT : raise_type(vm, "'%T' object is not an async iterator", args[0]);
    Value inner = call_0(vm, method);
    value_drop(vm, method);
    if (is_absent(inner) || is_absent(args[1])) return inner;
    AnextAwaitable *a = (AnextAwaitable *)object_new_container(vm, &anext_awaitable_type, sizeof *a);
    if (!a) {
        value_drop(vm, inner);
        return raise_memory(vm);
    }
    a->inner = inner;
    a->otherwise = value_ref(args[1]);
    object_track(&a->head);
    return from_object(a);
}

static const NativeDef functions[] = {
    {"aiter", builtin_aiter, "async_iterable, /", "Return an AsyncIterator for an AsyncIterable object."},
    {"anext", builtin_anext, "aiterator, default=None, /",
     "Return the next item from the async iterator.\n\nIf default is given and the async iterator is "
     "exhausted,\nit is returned instead of raising StopAsyncIteration."},
    {0},
};

/* --- sys: hooks, and where coroutines were made --- */

static const MemberDef hooks_members[] = {
    STRUCTSEQ_FIELD(0, "firstiter", NULL), STRUCTSEQ_FIELD(1, "finalizer", NULL), {0}};

STRUCTSEQ_TYPE(
    asyncgen_hooks_type, "asyncgen_hooks", hooks_members,
    "What is called when an asynchronous generator is used first, and when it is to be finalized.");

NATIVE(get_hooks) {
    Value items[] = {value_or_none(vm->asyncgen_first_iteration), value_or_none(vm->asyncgen_finalizer)};
    return structseq_new(vm, &asyncgen_hooks_type, items);
}

/* Is it a hook, None, or not given? */
static bool check_hook(VM *vm, Value v, const char *name) {
    if (!value_is_given(v) || type_of(v)->call != NULL) return true;
    return raise_type(vm, "callable %s expected, got %T", name, v), false;
}

static void set_hook(VM *vm, Value *place, Value v) {
    if (is_absent(v)) return;
    Value old = *place;
    *place = is_none(v) ? ABSENT : value_ref(v);
    value_xdrop(vm, old);
}

NATIVE(set_hooks) {
    if (!check_hook(vm, args[1], "finalizer") || !check_hook(vm, args[0], "firstiter")) return ABSENT;
    if (!is_absent(args[1]) && !AUDIT_PLAIN(vm, "sys.set_asyncgen_hook_finalizer")) return ABSENT;
    if (!is_absent(args[0]) && !AUDIT_PLAIN(vm, "sys.set_asyncgen_hook_firstiter")) return ABSENT;
    set_hook(vm, &vm->asyncgen_first_iteration, args[0]);
    set_hook(vm, &vm->asyncgen_finalizer, args[1]);
    return NONE;
}

NATIVE(get_origin_depth) { return int_small(vm->coroutine_origin_depth); }

NATIVE(set_origin_depth) {
    int64_t depth;
    if (!object_to_int64(vm, args[0], &exc_OverflowError, &depth)) return ABSENT;
    if (depth < 0) return raise_value(vm, "depth must be >= 0");
    vm->coroutine_origin_depth = depth > INT32_MAX ? INT32_MAX : (uint32_t)depth;
    return NONE;
}

static const NativeDef sys_functions[] = {
    {"get_asyncgen_hooks", get_hooks, "", "Return the installed asynchronous generators hooks."},
    {"set_asyncgen_hooks", set_hooks, "firstiter=None, finalizer=None",
     "Set a finalizer for async generators objects."},
    {"get_coroutine_origin_tracking_depth", get_origin_depth, "",
     "Check status of origin tracking for coroutine objects in this thread."},
    {"set_coroutine_origin_tracking_depth", set_origin_depth, "depth",
     "Enable or disable origin tracking for coroutine objects in this thread."},
    {0},
};

bool asyncgen_init(VM *vm) {
    return module_add_functions(vm, vm->builtins, functions, "builtins") &&
           module_add_functions(vm, vm->sys, sys_functions, "sys");
}
