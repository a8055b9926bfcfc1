/* asyncio's Future, and the iterator by which it is awaited. */
#include "runtime/classes/genericalias.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/modules/asyncio.h"
#include "runtime/modules/contextvars.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

AsyncState *async_state(VM *vm) {
    AsyncState *state = async_state_maybe(vm);
    if (state && !is_absent(state->parts[0])) return state;
    raise_error(vm, &exc_RuntimeError, "asyncio is not there");
    return NULL;
}

/* Raise one of the installed exceptions. */
static Value raise_part(VM *vm, AsyncPart part, const char *text) {
    AsyncState *state = async_state(vm);
    return state ? raise_error(vm, as_type(state->parts[part]), "%s", text) : ABSENT;
}

bool async_call_soon(VM *vm, Value loop, Value callback, Value argument, Value context) {
    AsyncState *state = async_state(vm);
    Value method = state ? object_get_attribute(vm, loop, NAME_OF(vm, call_soon)) : ABSENT;
    if (is_absent(method)) return false;
    Value args[3] = {callback, argument, context};
    bool alone = is_absent(argument);
    if (alone) args[1] = context;
    Value result = object_call(vm, method, args, alone ? 1 : 2, state->context_names);
    value_drop(vm, method);
    value_xdrop(vm, result);
    return !is_absent(result);
}

/* --- life --- */

static int future_traverse(Object *self, VisitFn visit, void *context) {
    const Future *f = (const Future *)self;
    const Value values[] = {
        f->loop,      f->callback,  f->context,        f->callbacks,       f->result,
        f->exception, f->traceback, f->cancel_message, f->cancelled_error, f->source_traceback};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        VISIT(values[i]);
    return attributes_traverse_own(self, visit, context);
}

static void drop_values(VM *vm, Future *f) {
    Value *values[] = {
        &f->loop,      &f->callback,  &f->context,        &f->callbacks,       &f->result,
        &f->exception, &f->traceback, &f->cancel_message, &f->cancelled_error, &f->source_traceback};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        value_clear(vm, values[i]);
}

static void future_clear(VM *vm, Object *self) {
    drop_values(vm, (Future *)self);
    attributes_clear_own(vm, self);
}

static void future_dealloc(VM *vm, Object *self) {
    future_clear(vm, self);
    object_free(vm, self, instance_size(self, 0));
}

void future_finalize(VM *vm, Object *self) {
    Future *f = (Future *)self;
    AsyncState *state = async_state_maybe(vm);
    if (!f->log_it || !state || is_absent(f->loop)) return;
    f->log_it = false;
    Value raised = error_take(vm);
    Value result = call_1(vm, state->parts[ASYNC_REPORT_EXCEPTION], from_object(self));
    if (is_absent(result)) error_unraisable(vm, NULL, from_object(self));
    value_xdrop(vm, result);
    error_restore(vm, raised);
}

static Value future_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Object *f = instance_new(vm, type, 0);
    if (!f) return ABSENT;
    object_track(f);
    return from_object(f);
}

/* In debug mode: remember where it is made. */
static bool remember_source(VM *vm, AsyncState *state, Future *f) {
    Value debug = call_method(vm, f->loop, NAME_OF(vm, get_debug), NULL, 0);
    int wanted = is_absent(debug) ? -1 : object_truth(vm, debug);
    value_xdrop(vm, debug);
    if (wanted <= 0) return wanted == 0;
    Value stack = call_1(vm, state->parts[ASYNC_CREATION_STACK], int_small(0));
    if (is_absent(stack)) return false;
    value_set(vm, &f->source_traceback, stack);
    return true;
}

bool future_init(VM *vm, Value self, Value loop) {
    AsyncState *state = async_state(vm);
    if (!state) return false;
    bool given = !is_absent(loop) && !is_none(loop);
    loop = given ? value_ref(loop) : call_0(vm, state->parts[ASYNC_GET_EVENT_LOOP]);
    if (is_absent(loop)) return false;
    Future *f = as_future(self);
    drop_values(vm, f);
    f->status = FUTURE_PENDING;
    f->blocking = f->log_it = false;
    value_set(vm, &f->loop, loop);
    return remember_source(vm, state, f);
}

static bool init(VM *vm, Value self, Value *args, int nargs, Value names) {
    Value row[1];
    return arguments_bind(vm, "Future", "*, loop=None", args, nargs, names, row) &&
           future_init(vm, self, row[0]);
}

bool future_check(VM *vm, const Future *f) {
    if (!is_absent(f->loop)) return true;
    raise_error(vm, &exc_RuntimeError, "Future object is not initialized.");
    return false;
}

/* --- callbacks --- */

bool future_add_callback(VM *vm, Value self, Value callback, Value context) {
    Future *f = as_future(self);
    context = is_absent(context) || is_none(context) ? context_copy_current(vm) : value_ref(context);
    if (is_absent(context)) return false;
    bool ok;
    if (f->status != FUTURE_PENDING) {
        ok = async_call_soon(vm, f->loop, callback, self, context);
    } else if (is_absent(f->callback) && is_absent(f->callbacks)) {
        f->callback = value_ref(callback);
        f->context = value_ref(context);
        ok = true;
    } else {
        if (is_absent(f->callbacks)) f->callbacks = list_new(vm, 0);
        Value pair = is_absent(f->callbacks) ? ABSENT : tuple_pack(vm, 2, callback, context);
        ok = !is_absent(pair) && list_append_owned(vm, f->callbacks, pair);
    }
    value_drop(vm, context);
    return ok;
}

/* Nobody has been told that the Future is done, so it is not. */
static void be_pending_again(VM *vm, Future *f, STEALS Value callback, STEALS Value context,
                             STEALS Value others) {
    f->status = FUTURE_PENDING;
    f->log_it = false;
    value_clear(vm, &f->result);
    value_clear(vm, &f->exception);
    value_clear(vm, &f->traceback);
    value_set(vm, &f->callback, callback);
    value_set(vm, &f->context, context);
    value_set(vm, &f->callbacks, others);
}

/*
 * The Future is done: its callbacks are no longer its own. When the loop cannot even take the first one (for want of
 * memory), it is not done after all, so that whoever waits for it can still be woken up; when it cannot take a later
 * one, the others are not made to suffer for that.
 */
static bool schedule_callbacks(VM *vm, Value self) {
    Future *f = as_future(self);
    Value callback = f->callback, context = f->context, others = f->callbacks;
    int64_t count = is_absent(others) ? 0 : as_list(others)->length;
    f->callback = f->context = f->callbacks = ABSENT;
    bool told = false;
    for (int64_t i = is_absent(callback) ? 0 : -1; i < count; i++) {
        const Tuple *pair = i < 0 ? NULL : as_tuple(as_list(others)->items[i]);
        Value raised = error_take(vm);
        bool ok = pair ? async_call_soon(vm, f->loop, pair->items[0], self, pair->items[1])
                       : async_call_soon(vm, f->loop, callback, self, context);
        if (!ok && !told) return be_pending_again(vm, f, callback, context, others), false;
        told = true;
        if (is_absent(raised)) continue;
        error_clear(vm);
        error_restore(vm, raised);
    }
    value_xdrop(vm, callback);
    value_xdrop(vm, context);
    value_xdrop(vm, others);
    return !error_raised(vm);
}

NATIVE(add_done_callback) {
    if (!future_check(vm, as_future(args[0]))) return ABSENT;
    return future_add_callback(vm, args[0], args[1], args[2]) ? NONE : ABSENT;
}

/* Take those out of a list that equal `function`; how many there were, -1 RAISES. Comparing may change the list, which
 * then keeps what it has. */
static int64_t remove_from_list(VM *vm, Future *f, Value function) {
    Value list = value_ref(f->callbacks), kept = list_new(vm, 0);
    int64_t removed = 0, length = as_list(list)->length;
    bool ok = !is_absent(kept);
    for (int64_t i = 0; ok && i < length && i < as_list(list)->length; i++) {
        Value pair = value_ref(as_list(list)->items[i]);
        int equal = object_equal(vm, as_tuple(pair)->items[0], function);
        removed += equal > 0;
        ok = equal >= 0 && (equal || list_append(vm, kept, pair));
        value_drop(vm, pair);
    }
    bool unchanged = ok && value_same(f->callbacks, list) && as_list(list)->length == length;
    if (unchanged) {
        if (as_list(kept)->length == 0) value_clear(vm, &kept);
        value_set(vm, &f->callbacks, kept);
    } else {
        value_xdrop(vm, kept);
    }
    value_drop(vm, list);
    return ok ? removed : -1;
}

NATIVE(remove_done_callback) {
    Future *f = as_future(args[0]);
    int64_t removed = 0;
    if (!future_check(vm, f)) return ABSENT;
    if (!is_absent(f->callback)) {
        Value callback = value_ref(f->callback);
        int equal = object_equal(vm, callback, args[1]);
        if (equal > 0 && value_same(f->callback, callback)) {
            value_clear(vm, &f->callback);
            value_clear(vm, &f->context);
            removed++;
        }
        value_drop(vm, callback);
        if (equal < 0) return ABSENT;
    }
    if (!is_absent(f->callbacks)) {
        int64_t more = remove_from_list(vm, f, args[1]);
        if (more < 0) return ABSENT;
        removed += more;
    }
    return int_small(removed);
}

/* --- being done --- */

static bool check_pending(VM *vm, const Future *f) {
    if (!future_check(vm, f)) return false;
    if (f->status == FUTURE_PENDING) return true;
    raise_part(vm, ASYNC_INVALID_STATE, "invalid state");
    return false;
}

bool future_set_result(VM *vm, Value self, Value result) {
    Future *f = as_future(self);
    if (!check_pending(vm, f)) return false;
    f->status = FUTURE_FINISHED;
    value_set(vm, &f->result, value_ref(result));
    return schedule_callbacks(vm, self);
}

/* The instance that a class or an instance means. */
static Value exception_instance(VM *vm, Value exception) {
    bool class = is_exception_class(exception);
    exception = class ? call_0(vm, exception) : value_ref(exception);
    if (is_absent(exception) || is_exception(exception)) return exception;
    value_drop(vm, exception);
    return raise_type(vm, "invalid exception object");
}

/* A StopIteration cannot be thrown into a coroutine. */
static Value without_stop(VM *vm, STEALS Value exception) {
    if (is_absent(exception) || !value_is_instance(exception, &exc_StopIteration)) return exception;
    raise_error(vm, &exc_RuntimeError,
                "StopIteration interacts badly with generators and cannot be raised into a Future");
    Value error = error_take(vm);
    value_set(vm, &as_exception(error)->context, value_ref(exception));
    exception_set_cause(vm, error, exception);
    return error;
}

bool future_set_exception(VM *vm, Value self, Value exception) {
    Future *f = as_future(self);
    if (!check_pending(vm, f)) return false;
    exception = without_stop(vm, exception_instance(vm, exception));
    if (is_absent(exception)) return false;
    if (f->status != FUTURE_PENDING) { /* making the exception has set it */
        value_drop(vm, exception);
        return check_pending(vm, f);
    }
    f->status = FUTURE_FINISHED;
    value_set(vm, &f->traceback, value_xref(as_exception(exception)->traceback));
    value_set(vm, &f->exception, exception);
    f->log_it = true;
    return schedule_callbacks(vm, self);
}

int future_cancel(VM *vm, Value self, Value message) {
    Future *f = as_future(self);
    if (!future_check(vm, f)) return -1;
    f->log_it = false;
    if (f->status != FUTURE_PENDING) return 0;
    f->status = FUTURE_CANCELLED;
    value_set(vm, &f->cancel_message, value_xref(message));
    return schedule_callbacks(vm, self) ? 1 : -1;
}

Value future_cancelled_error(VM *vm, Future *f) {
    Value error = f->cancelled_error;
    if (!is_absent(error)) {
        f->cancelled_error = ABSENT;
        return error;
    }
    AsyncState *state = async_state(vm);
    if (!state) return ABSENT;
    Value message = f->cancel_message, class = state->parts[ASYNC_CANCELLED_ERROR];
    return is_absent(message) || is_none(message) ? call_0(vm, class) : call_1(vm, class, message);
}

NATIVE(set_result) { return future_set_result(vm, args[0], args[1]) ? NONE : ABSENT; }

NATIVE(set_exception) { return future_set_exception(vm, args[0], args[1]) ? NONE : ABSENT; }

NATIVE(cancel) {
    int done = future_cancel(vm, args[0], args[1]);
    return done < 0 ? ABSENT : bool_from(done);
}

NATIVE(make_cancelled_error) { return future_cancelled_error(vm, as_future(args[0])); }

/* Raise the exception of a finished Future with the traceback that it had. Always ABSENT. */
static Value raise_exception(VM *vm, Future *f) {
    Value exception = value_ref(f->exception);
    value_set(vm, &as_exception(exception)->traceback, value_xref(f->traceback));
    return raise_object(vm, exception);
}

static Value raise_cancelled(VM *vm, Future *f) {
    Value error = future_cancelled_error(vm, f);
    if (is_absent(error)) return ABSENT;
    if (is_exception(error)) return raise_object(vm, error);
    value_drop(vm, error);
    return raise_type(vm, "exceptions must derive from BaseException");
}

static Value result_of(VM *vm, Future *f) {
    if (!future_check(vm, f)) return ABSENT;
    if (f->status == FUTURE_CANCELLED) return raise_cancelled(vm, f);
    if (f->status == FUTURE_PENDING) return raise_part(vm, ASYNC_INVALID_STATE, "Result is not set.");
    f->log_it = false;
    return is_absent(f->exception) ? value_ref(f->result) : raise_exception(vm, f);
}

NATIVE(result) { return result_of(vm, as_future(args[0])); }

NATIVE(exception) {
    Future *f = as_future(args[0]);
    if (!future_check(vm, f)) return ABSENT;
    if (f->status == FUTURE_CANCELLED) return raise_cancelled(vm, f);
    if (f->status == FUTURE_PENDING) return raise_part(vm, ASYNC_INVALID_STATE, "Exception is not set.");
    f->log_it = false;
    return is_absent(f->exception) ? NONE : value_ref(f->exception);
}

NATIVE(done) { return bool_from(as_future(args[0])->status != FUTURE_PENDING); }

NATIVE(cancelled) { return bool_from(as_future(args[0])->status == FUTURE_CANCELLED); }

NATIVE(get_loop) {
    const Future *f = as_future(args[0]);
    return future_check(vm, f) ? value_ref(f->loop) : ABSENT;
}

/* --- awaiting --- */

typedef struct {
    Object head;
    Value future; /* owned; ABSENT: its result has been given */
} FutureIterator;

static Value iterate(VM *vm, Value self) {
    if (!future_check(vm, as_future(self))) return ABSENT;
    FutureIterator *it = (FutureIterator *)object_new_container(vm, &future_iterator_type, sizeof *it);
    if (!it) return raise_memory(vm);
    it->future = value_ref(self);
    object_track(&it->head);
    return from_object(it);
}

NATIVE(await) { return iterate(vm, args[0]); }

static int awaiter_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((FutureIterator *)self)->future);
    return 0;
}

static void awaiter_clear(VM *vm, Object *self) { value_clear(vm, &((FutureIterator *)self)->future); }

static void awaiter_dealloc(VM *vm, Object *self) {
    awaiter_clear(vm, self);
    object_free(vm, self, sizeof(FutureIterator));
}

static Value awaiter_self(VM *vm, Value self) { return value_ref(self); }

static Value awaiter_next(VM *vm, Value self) {
    FutureIterator *it = (FutureIterator *)as_object(self);
    if (is_absent(it->future)) return ABSENT;
    Future *f = as_future(it->future);
    if (f->status == FUTURE_PENDING) {
        if (f->blocking) return raise_error(vm, &exc_RuntimeError, "await wasn't used with future");
        f->blocking = true;
        return value_ref(it->future);
    }
    Value future = it->future;
    it->future = ABSENT;
    Value result = result_of(vm, f);
    value_drop(vm, future);
    if (is_absent(result) || is_none(result)) return ABSENT; /* the end, with None, needs no StopIteration */
    raise_stop(vm, result);
    value_drop(vm, result);
    return ABSENT;
}

static Value end(VM *vm, Value result) {
    return is_absent(result) && !error_raised(vm) ? raise_stop(vm, ABSENT) : result;
}

NATIVE(awaiter_send) { return end(vm, awaiter_next(vm, args[0])); }

NATIVE(awaiter_throw) {
    Value exception = exception_instance(vm, args[1]);
    awaiter_clear(vm, as_object(args[0]));
    return is_absent(exception) ? ABSENT : raise_object(vm, exception);
}

NATIVE(awaiter_close) {
    awaiter_clear(vm, as_object(args[0]));
    return NONE;
}

static const NativeDef awaiter_methods[] = {
    {"send", awaiter_send, "arg, /", NULL},
    {"throw", awaiter_throw, "typ, val=None, tb=None, /", NULL},
    {"close", awaiter_close, "", NULL},
    {0},
};

Type future_iterator_type = {
    TYPE_HEAD(future_iterator_type, "_asyncio.FutureIter", .traverse = awaiter_traverse,
              .clear = awaiter_clear, .dealloc = awaiter_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(FutureIterator),
    .base = &object_type,
    .iterate = awaiter_self,
    .next = awaiter_next,
    .methods = awaiter_methods,
};

/* --- attributes --- */

static Value get_state(VM *vm, Value self) {
    static const char *const names[] = {"PENDING", "CANCELLED", "FINISHED"};
    return string_intern_c(vm, names[as_future(self)->status]);
}

static Value get_blocking(VM *vm, Value self) { return bool_from(as_future(self)->blocking); }

static bool set_blocking(VM *vm, Value self, Value value) {
    if (is_absent(value)) return raise_error(vm, &exc_AttributeError, "cannot delete attribute"), false;
    int truth = object_truth(vm, value);
    if (truth >= 0) as_future(self)->blocking = truth;
    return truth >= 0;
}

static Value get_log(VM *vm, Value self) { return bool_from(as_future(self)->log_it); }

static bool set_log(VM *vm, Value self, Value value) {
    if (is_absent(value)) return raise_error(vm, &exc_AttributeError, "cannot delete attribute"), false;
    int truth = object_truth(vm, value);
    if (truth > 0) return raise_value(vm, "_log_traceback can only be set to False"), false;
    if (truth == 0) as_future(self)->log_it = false;
    return truth == 0;
}

/* All of them as a list, None if there are none. */
static Value get_callbacks(VM *vm, Value self) {
    const Future *f = as_future(self);
    if (is_absent(f->callback) && is_absent(f->callbacks)) return NONE;
    Value list = list_new(vm, 0);
    if (!is_absent(list) && !is_absent(f->callback)) {
        Value pair = tuple_pack(vm, 2, f->callback, f->context);
        if (is_absent(pair) || !list_append_owned(vm, list, pair)) value_clear(vm, &list);
    }
    if (!is_absent(list) && !is_absent(f->callbacks) && !list_extend(vm, list, f->callbacks))
        value_clear(vm, &list);
    return list;
}

static Value repr(VM *vm, Value self) {
    AsyncState *state = async_state(vm);
    return state ? call_1(vm, state->parts[ASYNC_FUTURE_REPR], self) : ABSENT;
}

static const GetSetDef getsets[] = {
    {"__dict__", instance_get_dict, instance_set_dict, NULL},
    {"_state", get_state, NULL, NULL},
    {"_asyncio_future_blocking", get_blocking, set_blocking, NULL},
    {"_log_traceback", get_log, set_log, NULL},
    {"_callbacks", get_callbacks, NULL, NULL},
    {0},
};

static const MemberDef members[] = {
    {"_loop", offsetof(Future, loop), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, NULL},
    {"_result", offsetof(Future, result), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, NULL},
    {"_exception", offsetof(Future, exception), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, NULL},
    {"_source_traceback", offsetof(Future, source_traceback), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, NULL},
    {"_cancel_message", offsetof(Future, cancel_message), MEMBER_NONE_IF_ABSENT, NULL},
    {0},
};

static const NativeDef methods[] = {
    {"result", result, "", "Return the result this future represents."},
    {"exception", exception, "", "Return the exception that was set on this future."},
    {"set_result", set_result, "result, /", "Mark the future done and set its result."},
    {"set_exception", set_exception, "exception, /", "Mark the future done and set an exception."},
    {"add_done_callback", add_done_callback, "fn, /, *, context=None",
     "Add a callback to be run when the future becomes done."},
    {"remove_done_callback", remove_done_callback, "fn, /",
     "Remove all instances of a callback from the \"call when done\" list.\n\nReturns the number of "
     "callbacks removed."},
    {"cancel", cancel, "msg=None", "Cancel the future and schedule callbacks."},
    {"cancelled", cancelled, "", "Return True if the future was cancelled."},
    {"done", done, "", "Return True if the future is done."},
    {"get_loop", get_loop, "", "Return the event loop the Future is bound to."},
    {"_make_cancelled_error", make_cancelled_error, "",
     "Create the CancelledError to raise if the Future is cancelled."},
    {"__await__", await, "", "Return an iterator to be used in await expression."},
    {"__class_getitem__", generic_alias_class_getitem, "object, /", "See PEP 585", NATIVE_CLASS_METHOD},
    {0},
};

Type future_type = {
    TYPE_HEAD(future_type, "_asyncio.Future", .traverse = future_traverse, .clear = future_clear,
              .finalize = future_finalize, .dealloc = future_dealloc),
    .flags = TYPE_WEAKLY_REFERABLE | TYPE_BASE,
    .basic_size = sizeof(Future),
    .attributes_offset = sizeof(Future),
    .base = &object_type,
    .doc = "(*, loop=None)\n--\n\nA result that somebody will set, or an exception, or that it is "
           "cancelled.\n\nAwaiting it waits for that. Callbacks are called by its event loop, not at once.",
    .new = future_new,
    .init = init,
    .repr = repr,
    .iterate = iterate,
    .get_attribute = object_generic_get,
    .set_attribute = object_generic_set,
    .methods = methods,
    .getsets = getsets,
    .members = members,
};
