/* Raising and looking at exceptions from C; the end of the C stack; memory for bodies. */

#include "runtime/errors/error.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gc/likely.h"
#include "runtime/classes/class.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/exception.h"
#include "runtime/modules/sys.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- raising --- */

Value error_handled(const VM *vm) {
    const HandledException *item = is_absent(vm->handled->exception) ? vm->handled->nearest : vm->handled;
    return item == NULL ? ABSENT : item->exception;
}

/* Cut the chain of contexts that starts at `context` where `exception` is in it, so that no cycle arises. A chain may
 * be cyclic already (scripts may set __context__): the hare and the tortoise notice. */
static void cut_context(VM *vm, Value context, Value exception) {
    Exception *link = as_exception(context), *slow = link;
    for (bool step = false; !is_absent(link->context); step = !step) {
        if (value_same(link->context, exception)) {
            value_clear(vm, &link->context);
            return;
        }
        link = as_exception(link->context);
        if (link == slow) return;
        if (step) slow = as_exception(slow->context);
    }
}

Value raise_object(VM *vm, STEALS Value exception) {
    Value context = error_handled(vm);
    if (!is_absent(context) && !value_same(context, exception)) {
        /* What nothing else refers to is in no chain; a chain may be as long as the stack is deep. */
        if (as_object(exception)->refs > 1) cut_context(vm, context, exception);
        value_set(vm, &as_exception(exception)->context, value_ref(context));
    }
    value_set(vm, &vm->raised, exception);
    return ABSENT;
}

Value raise_new(VM *vm, Type *type, Value argument) {
    Value exception =
        is_absent(argument) ? call_0(vm, from_object(type)) : call_1(vm, from_object(type), argument);
    if (is_absent(exception)) return ABSENT;
    if (!is_exception(exception)) {
        raise_type(vm, "exceptions must derive from BaseException");
        value_drop(vm, exception);
        return ABSENT;
    }
    return raise_object(vm, exception);
}

static Value raise_text(VM *vm, Type *type, const char *format, va_list args) {
    Value text = strchr(format, '%') == NULL ? string_from_c(vm, format) : string_vformat(vm, format, args);
    if (is_absent(text)) return ABSENT;
    raise_new(vm, type, text);
    value_drop(vm, text);
    return ABSENT;
}

#define RAISE_FUNCTION(function, type) \
    Value function(VM *vm, const char *format, ...) { \
        va_list args; \
        va_start(args, format); \
        raise_text(vm, &(type), format, args); \
        va_end(args); \
        return ABSENT; \
    }

RAISE_FUNCTION(raise_type, exc_TypeError)
RAISE_FUNCTION(raise_value, exc_ValueError)
RAISE_FUNCTION(raise_index, exc_IndexError)
RAISE_FUNCTION(raise_overflow, exc_OverflowError)

Value raise_error(VM *vm, Type *type, const char *format, ...) {
    va_list args;
    va_start(args, format);
    raise_text(vm, type, format, args);
    va_end(args);
    return ABSENT;
}

void memory_error_reset(VM *vm) {
    if (vm->shared_memory_error == NULL) return;
    Value error = value_ref(from_object(vm->shared_memory_error));
    value_clear(vm, &as_exception(error)->traceback);
    value_clear(vm, &as_exception(error)->context);
    value_clear(vm, &as_exception(error)->cause);
    value_drop(vm, error);
}

/* Take a spare one. */
static Value give_away(VM *vm, Value *spare) {
    Value error = *spare;
    *spare = ABSENT;
    object_track_again(vm, as_object(error)); /* refused: a cycle through it is not found */
    return error;
}

/* A spare MemoryError is given away, and comes back when it dies (runtime/errors/exception.c): so it is like any other,
 * and what its traceback holds goes with it. If many are alive at a time, all but the first are one and the same. As in
 * CPython, it has no context. */
Value raise_memory(VM *vm) {
    if (!vm->keep_memory_errors) return ABSENT; /* the VM is being made or taken down */
    Value error;
    if (!is_absent(vm->memory_error)) {
        error = give_away(vm, &vm->memory_error);
    } else if (!is_absent(vm->last_memory_error)) {
        vm->shared_memory_error = as_object(vm->last_memory_error);
        error = give_away(vm, &vm->last_memory_error);
    } else {
        error = value_ref(from_object(vm->shared_memory_error));
        memory_error_reset(vm);
    }
    value_set(vm, &vm->raised, error);
    return ABSENT;
}

bool memory_errors_init(VM *vm) {
    Value *spares[] = {&vm->memory_error, &vm->last_memory_error};
    for (int i = 0; i < 2; i++) {
        *spares[i] = call_0(vm, from_object(&exc_MemoryError));
        if (is_absent(*spares[i])) return false;
        object_untrack(vm, as_object(*spares[i]));
    }
    vm->keep_memory_errors = true;
    return true;
}

void memory_errors_fini(VM *vm) {
    vm->keep_memory_errors = false;
    value_clear(vm, &vm->memory_error);
    value_clear(vm, &vm->last_memory_error);
}

Value raise_key(VM *vm, Value key) {
    /* A tuple as key must not become the exception's row of arguments. */
    Value args = tuple_pack(vm, 1, key);
    if (is_absent(args)) return ABSENT;
    Value exception = call_with(vm, from_object(&exc_KeyError), args, ABSENT);
    value_drop(vm, args);
    return is_absent(exception) ? ABSENT : raise_object(vm, exception);
}

static Value attribute_text(VM *vm, Value object, Value name) {
    if (is_family(object, TYPE_TYPE)) {
        return string_format(vm, "type object '%N' has no attribute '%U'", as_object(object), name);
    }
    return string_format(vm, "'%T' object has no attribute '%U'", object, name);
}

Value raise_attribute_text(VM *vm, Value object, Value name, STEALS Value text) {
    if (is_absent(text)) return ABSENT;
    Value exception = call_1(vm, from_object(&exc_AttributeError), text);
    value_drop(vm, text);
    if (is_absent(exception)) return ABSENT;
    Exception *e = as_exception(exception);
    value_set(vm, &e->fields[ATTRIBUTE_NAME], value_ref(name));
    value_set(vm, &e->fields[ATTRIBUTE_OBJECT], value_ref(object));
    return raise_object(vm, exception);
}

Value raise_attribute(VM *vm, Value object, Value name) {
    return raise_attribute_text(vm, object, name, attribute_text(vm, object, name));
}

Value raise_member(VM *vm, Value object, Value name) {
    Value type = type_full_name(vm, type_of(object)), text = ABSENT;
    if (!is_absent(type)) text = string_format(vm, "'%S' object has no attribute '%U'", type, name);
    value_xdrop(vm, type);
    return raise_attribute_text(vm, object, name, text);
}

Value raise_stop(VM *vm, Value value) {
    if (!value_is_given(value)) return raise_new(vm, &exc_StopIteration, ABSENT);
    Value args = tuple_pack(vm, 1, value);
    if (is_absent(args)) return ABSENT;
    Value exception = call_with(vm, from_object(&exc_StopIteration), args, ABSENT);
    value_drop(vm, args);
    return is_absent(exception) ? ABSENT : raise_object(vm, exception);
}

Value raise_os(VM *vm, int error, Value filename) {
    Value text = string_from_c(vm, strerror(error));
    if (is_absent(text)) return ABSENT;
    Value type = from_object(&exc_OSError);
    Value exception = is_absent(filename) ? call_2(vm, type, int_small(error), text)
                                          : call_3(vm, type, int_small(error), text, filename);
    value_drop(vm, text);
    return is_absent(exception) ? ABSENT : raise_object(vm, exception);
}

/* --- looking --- */

bool error_is(const VM *vm, const Type *type) {
    return !is_absent(vm->raised) && value_is_instance(vm->raised, type);
}

void error_clear(VM *vm) { value_clear(vm, &vm->raised); }

Value error_take(VM *vm) {
    Value exception = vm->raised;
    vm->raised = ABSENT;
    return exception;
}

void error_restore(VM *vm, STEALS Value exception) { value_set(vm, &vm->raised, exception); }

/* --- errors with nobody to raise them to --- */

void error_write(VM *vm, Value text) {
    Value stream = is_absent(vm->sys) ? ABSENT : dict_get_string(vm, vm->sys, NAME_OF(vm, stderr));
    if (!is_absent(stream) && is_none(stream)) return;
    if (!is_absent(stream)) {
        value_ref(stream);
        Value written = call_method(vm, stream, NAME_OF(vm, write), &text, 1);
        value_drop(vm, stream);
        value_xdrop(vm, written);
        if (!is_absent(written)) return;
        error_clear(vm);
    }
    size_t length;
    Value keeper = ABSENT;
    const char *utf8 = string_utf8(vm, text, &length, &keeper);
    if (utf8 != NULL) fwrite(utf8, 1, length, stderr);
    value_xdrop(vm, keeper);
}

/* The line that says whose code failed. */
static Value unraisable_text(VM *vm, const char *message, Value where) {
    if (is_absent(where)) return string_format(vm, "%s\n", message);
    Value shown = object_repr(vm, where);
    if (is_absent(shown)) {
        error_clear(vm);
        return string_format(vm, "%s<object repr() failed>\n", message);
    }
    Value text = string_format(vm, "%s%S\n", message, shown);
    value_drop(vm, shown);
    return text;
}

void error_print_unraisable(VM *vm, Value exception, const char *message, Value where) {
    Value text = unraisable_text(vm, message == NULL ? "Exception ignored in: " : message, where);
    if (!is_absent(text)) {
        error_write(vm, text);
        value_drop(vm, text);
    }
    error_clear(vm);
    if (vm->hooks.print_unraisable != NULL) vm->hooks.print_unraisable(vm, exception);
    error_clear(vm);
}

void error_unraisable(VM *vm, const char *message, Value where) {
    Value exception = error_take(vm);
    if (is_absent(exception)) return;
    if (is_absent(as_exception(exception)->traceback)) exception = vm->hooks.traceback_here(vm, exception);
    if (!sys_call_unraisablehook(vm, exception, message, where))
        error_print_unraisable(vm, exception, message, where);
    value_drop(vm, exception);
}

/* --- the C stack --- */

enum {
    C_STACK_DEFAULT = 8 << 20,  /* what an unlimited stack is taken for */
    C_STACK_MARGIN = 256 << 10, /* for what runs at the limit: raising the error, finalizers, a collection */
    C_STACK_USED_MARGIN = 64 << 10, /* what the program's start may have used of it */
};

/* The lowest address of the calling thread's C stack; NULL when unknown. */
static char *thread_stack_base(void) {
    pthread_attr_t attributes;
    void *base = NULL;
    size_t size;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return NULL;
    if (pthread_attr_getstack(&attributes, &base, &size) != 0) base = NULL;
    pthread_attr_destroy(&attributes);
    return base;
}

/* Of a stack that has grown down to `here` and grows up to the process's limit. */
static char *growing_stack_base(char *here) {
    struct rlimit limit;
    size_t size = C_STACK_DEFAULT;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < C_STACK_DEFAULT * 8) size = limit.rlim_cur;
    return size > C_STACK_USED_MARGIN ? here - size + C_STACK_USED_MARGIN : here;
}

/* Where on a stack from `start` to `base` calls are refused. */
static char *stack_limit(const char *start, char *base) {
    size_t room = (size_t)(start - base), margin = C_STACK_MARGIN;
    return base + (room > 2 * margin ? margin : room / 2);
}

void recursion_init(VM *vm) {
    char *here = __builtin_frame_address(0);
    /* The main thread's stack grows; asking pthread for it would read /proc. */
    bool main_thread = syscall(SYS_gettid) == getpid();
    char *base = main_thread ? NULL : thread_stack_base();
    vm->c_stack_start = base ? NULL : here;
    vm->c_stack_limit = stack_limit(here, base ? base : growing_stack_base(here));
}

void recursion_lower(VM *vm) {
    char *start = vm->c_stack_start;
    if (start == NULL) return;
    char *limit = stack_limit(start, growing_stack_base(start));
    if (limit > vm->c_stack_limit) vm->c_stack_limit = limit;
}

bool recursion_refuse(VM *vm, const char *where) {
    /* Raising runs code that recurs, too: let it use half of the margin. */
    char *limit = vm->c_stack_limit;
    vm->c_stack_limit = limit - C_STACK_MARGIN / 2;
    if ((char *)__builtin_frame_address(0) > vm->c_stack_limit) {
        raise_error(vm, &exc_RecursionError, "maximum recursion depth exceeded%s", where);
    } else {
        raise_memory(vm);
    }
    vm->c_stack_limit = limit;
    return false;
}

/* --- memory --- */

void *memory_alloc(VM *vm, size_t size) {
    void *block = heap_alloc(vm_heap(vm), size);
    if (UNLIKELY(block == NULL)) raise_memory(vm);
    return block;
}

void *memory_resize(VM *vm, void *block, size_t old_size, size_t new_size) {
    void *moved = heap_resize(vm_heap(vm), block, old_size, new_size);
    if (UNLIKELY(moved == NULL)) raise_memory(vm);
    return moved;
}
