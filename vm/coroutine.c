/* Coroutines: the type, the iterator of __await__(), and what can be awaited. */
#include "compiler/opcode.h"
#include "runtime/classes/genericalias.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/errors/warn.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "vm/asyncgen.h"

/* --- awaiting --- */

/* A coroutine, or a generator that types.coroutine has marked. */
static bool is_coroutine_like(Value v) {
    if (is_exactly(v, &coroutine_type)) return true;
    return is_generator(v) && as_generator(v)->frame->code->flags & CODE_ITERABLE_COROUTINE;
}

static Value raise_not_awaitable(VM *vm, Value v, uint32_t what) {
    if (what == AWAIT_EXPRESSION) return raise_type(vm, "object %T can't be used in 'await' expression", v);
    return raise_type(vm, "'async with' received an object from %s that does not implement __await__: %T",
                      what == AWAIT_ENTER ? "__aenter__" : "__aexit__", v);
}

/* iter of v.__await__(). ABSENT with nothing raised when there is no such method. */
static Value call_await(VM *vm, Value v) {
    Value method = object_special(vm, v, NAME_OF(vm, await));
    if (is_absent(method)) return ABSENT;
    Value iterator = call_0(vm, method);
    value_drop(vm, method);
    if (is_absent(iterator)) return ABSENT;
    if (is_coroutine_like(iterator)) {
        raise_type(vm, "__await__() returned a coroutine");
    } else if (type_of(iterator)->next == NULL) {
        raise_type(vm, "__await__() returned non-iterator of type '%T'", iterator);
    } else {
        return iterator;
    }
    value_drop(vm, iterator);
    return ABSENT;
}

Value awaitable(VM *vm, Value v, uint32_t what) {
    if (is_coroutine_like(v)) {
        if (is_exactly(v, &coroutine_type) && !is_absent(generator_delegate(as_generator(v))))
            return raise_error(vm, &exc_RuntimeError, "coroutine is being awaited already");
        return value_ref(v);
    }
    if (is_exactly(v, &async_send_type)) return value_ref(v);
    Value iterator = call_await(vm, v);
    if (!is_absent(iterator) || error_raised(vm)) return iterator;
    return raise_not_awaitable(vm, v, what);
}

Value yield_from_iterator(VM *vm, const Code *code, Value v) {
    if (!is_exactly(v, &coroutine_type)) return object_iterate(vm, v);
    if (code->flags & CODE_ITERABLE_COROUTINE) return value_ref(v);
    return raise_type(vm, "cannot 'yield from' a coroutine object in a non-coroutine generator");
}

Value async_iterate(VM *vm, Value v) {
    Value method = object_special(vm, v, NAME_OF(vm, aiter));
    if (is_absent(method)) {
        if (error_raised(vm)) return ABSENT;
        return raise_type(vm, "'async for' requires an object with __aiter__ method, got %T", v);
    }
    Value iterator = call_0(vm, method);
    value_drop(vm, method);
    if (is_absent(iterator)) return ABSENT;
    Value next = object_special(vm, iterator, NAME_OF(vm, anext));
    if (!is_absent(next)) {
        value_drop(vm, next);
        return iterator;
    }
    if (!error_raised(vm)) {
        raise_type(vm, "'async for' received an object from __aiter__ that does not implement __anext__: %T",
                   iterator);
    }
    value_drop(vm, iterator);
    return ABSENT;
}

Value async_next_awaitable(VM *vm, Value iterator) {
    if (is_exactly(iterator, &async_generator_type)) return async_generator_next(vm, iterator);
    Value method = object_special(vm, iterator, NAME_OF(vm, anext));
    if (is_absent(method)) {
        if (error_raised(vm)) return ABSENT;
        return raise_type(vm, "'async for' requires an iterator with __anext__ method, got %T", iterator);
    }
    Value next = call_0(vm, method);
    value_drop(vm, method);
    if (is_absent(next)) return ABSENT;
    Value result = awaitable(vm, next, AWAIT_EXPRESSION);
    if (is_absent(result)) {
        Value cause = error_take(vm);
        raise_type(vm, "'async for' received an invalid object from __anext__: %T", next);
        Value error = error_take(vm);
        value_set(vm, &as_exception(error)->context, value_ref(cause));
        exception_set_cause(vm, error, cause);
        error_restore(vm, error);
    }
    value_drop(vm, next);
    return result;
}

void coroutine_warn_unawaited(VM *vm, Value coroutine) {
    Value raised = error_take(vm);
    if (!warn_unawaited(vm, coroutine)) error_unraisable(vm, NULL, coroutine);
    error_restore(vm, raised);
}

/* --- coroutine_wrapper --- */

typedef struct {
    Object head;
    Value coroutine; /* owned */
} Wrapper;

static Value wrapped(Value v) { return ((Wrapper *)as_object(v))->coroutine; }

static int wrapper_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((Wrapper *)self)->coroutine);
    return 0;
}

static void wrapper_dealloc(VM *vm, Object *self) {
    value_xdrop(vm, ((Wrapper *)self)->coroutine);
    object_free(vm, self, sizeof(Wrapper));
}

static Value wrapper_next(VM *vm, Value self) {
    return generator_send(vm, as_generator(wrapped(self)), NONE);
}

NATIVE(wrapper_send) { return generator_send(vm, as_generator(wrapped(args[0])), args[1]); }

NATIVE(wrapper_throw) {
    if (!generator_check_thrown(vm, "throw", generator_thrown_count(args + 1))) return ABSENT;
    return generator_throw(vm, as_generator(wrapped(args[0])), args + 1);
}

NATIVE(wrapper_close) { return generator_close(vm, as_generator(wrapped(args[0]))); }

#define SEND_DOC "send(arg) -> send 'arg' into coroutine,\nreturn next yielded value or raise StopIteration."
#define THROW_DOC \
    "throw(value)\nthrow(type[,value[,traceback]])\n\nRaise exception in coroutine, return next yielded " \
    "value or " \
    "raise\nStopIteration."
#define CLOSE_DOC "close() -> raise GeneratorExit inside coroutine."

static const NativeDef wrapper_methods[] = {
    {"send", wrapper_send, "arg, /", SEND_DOC},
    {"throw", wrapper_throw, "typ, val=None, tb=None, /", THROW_DOC},
    {"close", wrapper_close, "", CLOSE_DOC},
    {0},
};

Type coroutine_wrapper_type = {
    TYPE_HEAD(coroutine_wrapper_type, "coroutine_wrapper", .traverse = wrapper_traverse,
              .dealloc = wrapper_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(Wrapper),
    .base = &object_type,
    .doc = "A wrapper object implementing __await__ for coroutines.",
    .iterate = iterator_itself,
    .next = wrapper_next,
    .methods = wrapper_methods,
};

/* --- coroutine --- */

NATIVE(await_method) {
    Wrapper *w = (Wrapper *)object_new_container(vm, &coroutine_wrapper_type, sizeof *w);
    if (!w) return raise_memory(vm);
    w->coroutine = value_ref(args[0]);
    object_track(&w->head);
    return from_object(w);
}

static const NativeDef methods[] = {
    {"send", generator_send_method, "arg, /", SEND_DOC},
    {"throw", generator_throw_method, "typ, val=None, tb=None, /", THROW_DOC},
    {"close", generator_close_method, "", CLOSE_DOC},
    {"__await__", await_method, "", "Return an iterator to be used in await expression."},
    {"__class_getitem__", generic_alias_class_getitem, "object, /", "See PEP 585", NATIVE_CLASS_METHOD},
    {0},
};

static const GetSetDef getsets[] = {
    {"cr_await", generator_get_delegate, NULL, "object being awaited on, or None"},
    {"cr_code", generator_get_code, NULL, NULL},
    {"cr_frame", generator_get_frame, NULL, NULL},
    {"cr_running", generator_get_running, NULL, NULL},
    {"cr_suspended", generator_get_suspended, NULL, NULL},
    {"__name__", generator_get_name, generator_set_name, "name of the coroutine"},
    {"__qualname__", generator_get_qualified_name, generator_set_qualified_name,
     "qualified name of the coroutine"},
    {0},
};

static const MemberDef members[] = {
    {"cr_origin", offsetof(Generator, extra), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, NULL}, {0}};

Type coroutine_type = {
    TYPE_HEAD(coroutine_type, "coroutine", .traverse = generator_traverse, .clear = generator_clear,
              .finalize = generator_finalize, .dealloc = generator_dealloc),
    .flags = TYPE_WEAKLY_REFERABLE | TYPE_NO_NEW,
    .basic_size = sizeof(Generator),
    .item_size = sizeof(Value),
    .base = &object_type,
    .repr = generator_repr,
    .methods = methods,
    .getsets = getsets,
    .members = members,
};
