/*
 * asyncio's Task and the module _asyncio.
 *
 * What the event loop calls for a task is a TaskCall: a step, which may bring an exception that is to be thrown into
 * the coroutine; the wake-up by the Future that was waited for; or the first step of an eager task.
 */
#include "runtime/classes/genericalias.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/module.h"
#include "runtime/modules/asyncio.h"
#include "runtime/modules/contextvars.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- the state --- */

static int state_traverse(Object *self, VisitFn visit, void *context) {
    const AsyncState *state = (const AsyncState *)self;
    for (int i = 0; i < ASYNC_PART_COUNT; i++)
        VISIT(state->parts[i]);
    VISIT(state->current_tasks);
    VISIT(state->context_names);
    return 0;
}

static void unlink_task(Task *t) {
    if (!t->link) return;
    *t->link = t->next;
    if (t->next) t->next->link = t->link;
    t->link = NULL;
    t->next = NULL;
}

static void state_dealloc(VM *vm, Object *self) {
    AsyncState *state = (AsyncState *)self;
    while (state->tasks)
        unlink_task(state->tasks);
    for (int i = 0; i < ASYNC_PART_COUNT; i++)
        value_clear(vm, &state->parts[i]);
    value_clear(vm, &state->current_tasks);
    value_clear(vm, &state->context_names);
    object_free(vm, self, sizeof *state);
}

Type async_state_type = {
    TYPE_HEAD(async_state_type, "_asyncio._State", .traverse = state_traverse, .dealloc = state_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(AsyncState),
    .base = &object_type,
};

static void link_task(AsyncState *state, Task *t) {
    t->next = state->tasks;
    t->link = &state->tasks;
    if (t->next) t->next->link = &t->next;
    state->tasks = t;
}

/* --- what the loop calls --- */

typedef enum { CALL_STEP, CALL_WAKEUP, CALL_EAGER } CallKind;

typedef struct {
    Object head;
    Value task, exception; /* exception: for a step, or ABSENT. Owned */
    CallKind kind;
} TaskCall;

static Value call_new(VM *vm, Value task, CallKind kind, Value exception) {
    TaskCall *c = (TaskCall *)object_new_container(vm, &task_call_type, sizeof *c);
    if (!c) return raise_memory(vm);
    c->task = value_ref(task);
    c->exception = value_xref(exception);
    c->kind = kind;
    object_track(&c->head);
    return from_object(c);
}

static int call_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((TaskCall *)self)->task);
    VISIT(((TaskCall *)self)->exception);
    return 0;
}

static void call_clear(VM *vm, Object *self) {
    value_clear(vm, &((TaskCall *)self)->task);
    value_clear(vm, &((TaskCall *)self)->exception);
}

static void call_dealloc(VM *vm, Object *self) {
    call_clear(vm, self);
    object_free(vm, self, sizeof(TaskCall));
}

static bool call_step_soon(VM *vm, Value self, Value exception) {
    Task *t = as_task(self);
    Value call = call_new(vm, self, CALL_STEP, exception);
    bool ok = !is_absent(call) && async_call_soon(vm, t->future.loop, call, ABSENT, t->context);
    value_xdrop(vm, call);
    return ok;
}

/* --- a step --- */

static bool is_cancellation(VM *vm, Value exception) {
    AsyncState *state = async_state_maybe(vm);
    return state && value_is_instance(exception, as_type(state->parts[ASYNC_CANCELLED_ERROR]));
}

/* method(msg=message) of a Future of any class: 1, 0, -1 RAISES. */
static int ask_to_cancel(VM *vm, Value future, Value message) {
    if (is_exactly(future, &future_type)) return future_cancel(vm, future, message);
    Value method = object_get_attribute(vm, future, NAME_OF(vm, cancel));
    Value names = is_absent(method) ? ABSENT : tuple_pack(vm, 1, NAME_OF(vm, msg)), result = ABSENT;
    Value args[1] = {is_absent(message) ? NONE : message};
    if (!is_absent(names)) result = object_call(vm, method, args, 0, names);
    int truth = is_absent(result) ? -1 : object_truth(vm, result);
    value_xdrop(vm, method);
    value_xdrop(vm, names);
    value_xdrop(vm, result);
    return truth;
}

/* The task waits for `awaited`, which will wake it up; if it has been cancelled meanwhile, that is what is
 * cancelled. */
static bool begin_waiting(VM *vm, Task *t, Value awaited) {
    value_set(vm, &t->waiter, value_ref(awaited));
    if (!t->must_cancel) return true;
    int cancelled = ask_to_cancel(vm, awaited, t->future.cancel_message);
    if (cancelled > 0) t->must_cancel = false;
    return cancelled >= 0;
}

/* The next step raises RuntimeError of this text. */
static bool fail_soon(VM *vm, Value self, STEALS Value text) {
    Value error = is_absent(text) ? ABSENT : call_1(vm, from_object(&exc_RuntimeError), text);
    bool ok = !is_absent(error) && call_step_soon(vm, self, error);
    value_xdrop(vm, text);
    value_xdrop(vm, error);
    return ok;
}

/* What may be wrong with the Future that was awaited; ABSENT: nothing. `same_loop`, `blocking`: as it says. */
static Value objection(VM *vm, Value self, Value awaited, bool same_loop, bool blocking) {
    if (!same_loop)
        return string_format(vm, "Task %R got Future %R attached to a different loop", self, awaited);
    if (!blocking)
        return string_format(vm, "yield was used instead of yield from in task %R with %R", self, awaited);
    if (value_same(awaited, self)) return string_format(vm, "Task cannot await on itself: %R", self);
    return ABSENT;
}

static bool wait_for_plain(VM *vm, Value self, Value awaited) {
    Task *t = as_task(self);
    Future *f = as_future(awaited);
    bool same_loop = value_same(f->loop, t->future.loop);
    if (!same_loop || !f->blocking || value_same(awaited, self))
        return fail_soon(vm, self, objection(vm, self, awaited, same_loop, f->blocking));
    f->blocking = false;
    Value wakeup = call_new(vm, self, CALL_WAKEUP, ABSENT);
    bool ok = !is_absent(wakeup) && future_add_callback(vm, awaited, wakeup, t->context);
    value_xdrop(vm, wakeup);
    return ok && begin_waiting(vm, t, awaited);
}

/* awaited.add_done_callback(wakeup, context=...). */
static bool add_wakeup(VM *vm, Value self, Value awaited) {
    AsyncState *state = async_state(vm);
    Value wakeup = state ? call_new(vm, self, CALL_WAKEUP, ABSENT) : ABSENT, result = ABSENT;
    Value method =
        is_absent(wakeup) ? ABSENT : object_get_attribute(vm, awaited, NAME_OF(vm, add_done_callback));
    Value args[2] = {wakeup, as_task(self)->context};
    if (!is_absent(method)) result = object_call(vm, method, args, 1, state->context_names);
    value_xdrop(vm, wakeup);
    value_xdrop(vm, method);
    value_xdrop(vm, result);
    return !is_absent(result);
}

/* `mark` is its attribute _asyncio_future_blocking, not None. */
static bool wait_for_other(VM *vm, Value self, Value awaited, Value mark) {
    Value loop = call_method(vm, awaited, NAME_OF(vm, get_loop), NULL, 0);
    int blocking = is_absent(loop) ? -1 : object_truth(vm, mark);
    bool same_loop = blocking >= 0 && value_same(loop, as_task(self)->future.loop);
    value_xdrop(vm, loop);
    if (blocking < 0) return false;
    if (!same_loop || !blocking || value_same(awaited, self))
        return fail_soon(vm, self, objection(vm, self, awaited, same_loop, blocking));
    return object_set_attribute(vm, awaited, NAME_OF(vm, future_blocking), FALSE_VALUE) &&
           add_wakeup(vm, self, awaited) && begin_waiting(vm, as_task(self), awaited);
}

/* The coroutine has yielded: see to its going on. */
static bool wait_for(VM *vm, Value self, Value awaited) {
    if (is_plain_future(awaited)) return wait_for_plain(vm, self, awaited);
    if (is_none(awaited)) return call_step_soon(vm, self, ABSENT); /* a bare yield: one round */
    Value mark = ABSENT;
    int found = object_find_attribute(vm, awaited, NAME_OF(vm, future_blocking), &mark);
    if (found < 0) return false;
    if (found > 0) {
        bool is_future = !is_none(mark), ok = is_future && wait_for_other(vm, self, awaited, mark);
        value_drop(vm, mark);
        if (is_future) return ok;
    }
    const char *format = is_exactly(awaited, &generator_type)
                             ? "yield was used instead of yield from for generator in task %R with %R"
                             : NULL;
    return fail_soon(vm, self,
                     format ? string_format(vm, format, self, awaited)
                            : string_format(vm, "Task got bad yield: %R", awaited));
}

/* The coroutine has returned. */
static bool finish(VM *vm, Value self, Value result) {
    Task *t = as_task(self);
    if (!t->must_cancel) return future_set_result(vm, self, result);
    t->must_cancel = false; /* it was cancelled in its last step */
    Value message = value_xref(t->future.cancel_message);
    bool ok = future_cancel(vm, self, message) >= 0;
    value_xdrop(vm, message);
    return ok;
}

/* The coroutine has raised. A MemoryError may mean that others wait in vain, which the loop has to know. */
static bool fail(VM *vm, Value self) {
    Value error = error_take(vm);
    if (value_is_instance(error, &exc_MemoryError) &&
        !object_set_attribute(vm, as_future(self)->loop, NAME_OF(vm, loop_starved), TRUE_VALUE))
        error_clear(vm);
    if (is_cancellation(vm, error)) {
        value_set(vm, &as_future(self)->cancelled_error, error);
        return future_cancel(vm, self, ABSENT) >= 0;
    }
    bool ok = future_set_exception(vm, self, error);
    if (value_is_instance(error, &exc_KeyboardInterrupt) || value_is_instance(error, &exc_SystemExit)) {
        error_clear(vm);
        error_restore(vm, error);
        return false;
    }
    value_drop(vm, error);
    return ok;
}

/* Send None into the coroutine, or throw. */
static bool advance(VM *vm, Value self, Value exception) {
    Value coroutine = value_xref(as_task(self)->coroutine), result = ABSENT;
    int status = -1;
    if (is_absent(coroutine)) {
        raise_error(vm, &exc_RuntimeError, "Task object is not initialized.");
    } else if (is_absent(exception)) {
        status = vm->hooks.send(vm, coroutine, NONE, &result);
    } else {
        result = call_method(vm, coroutine, NAME_OF(vm, throw), &exception, 1);
        status = is_absent(result) ? -1 : 1;
    }
    value_xdrop(vm, coroutine);
    if (status < 0 && error_is(vm, &exc_StopIteration)) {
        Value stop = error_take(vm);
        result = value_ref(stop_iteration_value(stop));
        value_drop(vm, stop);
        status = 0;
    }
    bool ok = status < 0    ? fail(vm, self)
              : status == 0 ? finish(vm, self, result)
                            : wait_for(vm, self, result);
    value_xdrop(vm, result);
    if (!ok && status > 0) ok = fail(vm, self); /* it would never be woken up */
    if (as_future(self)->status != FUTURE_PENDING) unlink_task(as_task(self));
    return ok;
}

/* The task is the loop's running one. */
static bool enter(VM *vm, AsyncState *state, Value self) {
    Value loop = as_future(self)->loop, current = dict_get(vm, state->current_tasks, loop);
    if (is_absent(current)) return !error_raised(vm) && dict_set(vm, state->current_tasks, loop, self);
    raise_error(vm, &exc_RuntimeError, "Cannot enter into task %R while another task %R is being executed.",
                self, current);
    return false;
}

/* `previous` runs again, ABSENT: none. What is raised stays so. */
static bool leave(VM *vm, AsyncState *state, Value loop, Value previous) {
    Value raised = error_take(vm);
    bool ok = is_absent(previous) ? dict_delete(vm, state->current_tasks, loop) >= 0
                                  : dict_set(vm, state->current_tasks, loop, previous);
    if (is_absent(raised)) return ok;
    error_clear(vm);
    error_restore(vm, raised);
    return false;
}

/* A cancelled task's step raises CancelledError, whatever it was to do. */
static bool take_cancellation(VM *vm, Task *t, Value *exception) {
    if (!t->must_cancel) return true;
    if (is_absent(*exception) || !is_cancellation(vm, *exception)) {
        Value error = future_cancelled_error(vm, &t->future);
        if (is_absent(error)) return false;
        value_set(vm, exception, error);
    }
    t->must_cancel = false;
    return true;
}

/* `exception` ABSENT: None is sent. */
static bool step(VM *vm, Value self, STEALS Value exception) {
    AsyncState *state = async_state(vm);
    Task *t = as_task(self);
    bool ok = state && future_check(vm, &t->future);
    if (ok && t->future.status != FUTURE_PENDING) {
        raise_error(vm, as_type(state->parts[ASYNC_INVALID_STATE]), "__step(): already done: %R, %R", self,
                    is_absent(exception) ? NONE : exception);
        ok = false;
    }
    ok = ok && take_cancellation(vm, t, &exception);
    if (ok) {
        value_ref(from_object(state));
        Value loop = value_ref(t->future.loop);
        value_clear(vm, &t->waiter);
        ok = enter(vm, state, self);
        if (ok) {
            ok = advance(vm, self, exception);
            ok = leave(vm, state, loop, ABSENT) && ok;
        }
        value_drop(vm, loop);
        value_drop(vm, from_object(state));
    }
    value_xdrop(vm, exception);
    /* Nobody would make the step another time, and whoever awaits the task would wait for ever. */
    if (!ok && error_is(vm, &exc_MemoryError) && t->future.status == FUTURE_PENDING && is_absent(t->waiter)) {
        ok = fail(vm, self);
        unlink_task(t);
    }
    return ok;
}

/* What the Future raises, if it does: to be thrown in. What it gives its iterator hands to the coroutine. */
static Value outcome(VM *vm, Value future) {
    if (!is_plain_future(future) || as_future(future)->status == FUTURE_PENDING) {
        Value result = call_method(vm, future, NAME_OF(vm, result), NULL, 0);
        if (is_absent(result)) return error_take(vm);
        value_drop(vm, result);
        return ABSENT;
    }
    Future *f = as_future(future);
    if (f->status == FUTURE_CANCELLED) {
        Value error = future_cancelled_error(vm, f);
        return is_absent(error) ? error_take(vm) : error;
    }
    if (is_absent(f->exception)) return ABSENT;
    f->log_it = false;
    value_set(vm, &as_exception(f->exception)->traceback, value_xref(f->traceback));
    return value_ref(f->exception);
}

static Value call_call(VM *vm, Value callable, Value *args, int nargs, Value names) {
    Value row[1];
    TaskCall *c = (TaskCall *)as_object(callable);
    const char *params = c->kind == CALL_WAKEUP ? "future, /" : "";
    if (!arguments_bind(vm, c->kind == CALL_WAKEUP ? "task_wakeup" : "TaskStepMethWrapper", params, args,
                        nargs, names, row))
        return ABSENT;
    if (is_absent(c->task)) return NONE;
    Value task = value_ref(c->task);
    bool ok = c->kind == CALL_EAGER    ? advance(vm, task, ABSENT)
              : c->kind == CALL_WAKEUP ? step(vm, task, outcome(vm, row[0]))
                                       : step(vm, task, value_xref(c->exception));
    value_drop(vm, task);
    return ok ? NONE : ABSENT;
}

static Value call_name(VM *vm, Value self) {
    if (((TaskCall *)as_object(self))->kind == CALL_WAKEUP) return string_from_c(vm, "Task.task_wakeup");
    return raise_attribute(vm, self, NAME_OF(vm, qualname));
}

static const GetSetDef call_getsets[] = {{"__qualname__", call_name, NULL, NULL}, {0}};

static const MemberDef call_members[] = {
    {"__self__", offsetof(TaskCall, task), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, NULL},
    {0},
};

Type task_call_type = {
    TYPE_HEAD(task_call_type, "TaskStepMethWrapper", .traverse = call_traverse, .clear = call_clear,
              .dealloc = call_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(TaskCall),
    .base = &object_type,
    .call = call_call,
    .getsets = call_getsets,
    .members = call_members,
};

/* --- life --- */

static int task_traverse(Object *self, VisitFn visit, void *context) {
    const Task *t = (const Task *)self;
    VISIT(t->coroutine);
    VISIT(t->name);
    VISIT(t->context);
    VISIT(t->waiter);
    return future_type.head.traverse(self, visit, context);
}

static void drop_task_values(VM *vm, Task *t) {
    value_clear(vm, &t->coroutine);
    value_clear(vm, &t->name);
    value_clear(vm, &t->context);
    value_clear(vm, &t->waiter);
}

static void task_clear(VM *vm, Object *self) {
    drop_task_values(vm, (Task *)self);
    future_type.head.clear(vm, self);
}

static void task_dealloc(VM *vm, Object *self) {
    unlink_task((Task *)self);
    drop_task_values(vm, (Task *)self);
    future_type.head.dealloc(vm, self);
}

static void task_finalize(VM *vm, Object *self) {
    Task *t = (Task *)self;
    AsyncState *state = async_state_maybe(vm);
    if (t->future.status == FUTURE_PENDING && t->log_destroy && state && !is_absent(t->future.loop)) {
        Value raised = error_take(vm);
        Value result = call_1(vm, state->parts[ASYNC_REPORT_PENDING], from_object(self));
        if (is_absent(result)) error_unraisable(vm, NULL, from_object(self));
        value_xdrop(vm, result);
        error_restore(vm, raised);
    }
    future_finalize(vm, self);
}

/* 1, 0, -1 RAISES. */
static int is_coroutine(VM *vm, AsyncState *state, Value v) {
    if (is_exactly(v, &coroutine_type)) return 1;
    Value answer = call_1(vm, state->parts[ASYNC_IS_COROUTINE], v);
    int truth = is_absent(answer) ? -1 : object_truth(vm, answer);
    value_xdrop(vm, answer);
    return truth;
}

static int loop_is_running(VM *vm, Value loop) {
    Value answer = call_method(vm, loop, NAME_OF(vm, is_running), NULL, 0);
    int truth = is_absent(answer) ? -1 : object_truth(vm, answer);
    value_xdrop(vm, answer);
    return truth;
}

/* An eager task's first step is made at once, inside of the task that makes it. */
static bool start_eagerly(VM *vm, AsyncState *state, Value self) {
    Task *t = as_task(self);
    Value loop = value_ref(t->future.loop), call = call_new(vm, self, CALL_EAGER, ABSENT);
    Value previous = is_absent(call) ? ABSENT : value_xref(dict_get(vm, state->current_tasks, loop));
    bool ok = !is_absent(call) && !error_raised(vm) && dict_set(vm, state->current_tasks, loop, self);
    if (ok) {
        link_task(state, t);
        Value result = context_run(vm, t->context, call, NULL, 0, ABSENT);
        value_xdrop(vm, result);
        ok = !is_absent(result);
        ok = leave(vm, state, loop, previous) && ok;
        if (t->future.status != FUTURE_PENDING) value_clear(vm, &t->coroutine);
    }
    value_xdrop(vm, call);
    value_xdrop(vm, previous);
    value_drop(vm, loop);
    return ok;
}

static bool set_name(VM *vm, Task *t, Value name) {
    Value text = is_exactly(name, &str_type) ? value_ref(name) : object_str(vm, name);
    if (!is_absent(text)) value_set(vm, &t->name, text);
    return !is_absent(text);
}

static bool set_context(VM *vm, Task *t, Value context) {
    bool given = !is_absent(context) && !is_none(context);
    context = given ? value_ref(context) : context_copy_current(vm);
    if (!is_absent(context)) value_set(vm, &t->context, context);
    return !is_absent(context);
}

static bool start(VM *vm, AsyncState *state, Value self, Value eager) {
    int eagerly = is_absent(eager) ? 0 : object_truth(vm, eager);
    if (eagerly > 0) eagerly = loop_is_running(vm, as_future(self)->loop);
    if (eagerly < 0) return false;
    if (eagerly && is_context(as_task(self)->context)) return start_eagerly(vm, state, self);
    if (!call_step_soon(vm, self, ABSENT)) return false;
    link_task(state, as_task(self));
    return true;
}

static bool task_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    enum { CORO, LOOP, NAME, CONTEXT, EAGER_START, COUNT };
    Value row[COUNT];
    AsyncState *state = async_state(vm);
    if (!state ||
        !arguments_bind(vm, "Task", "coro, *, loop=None, name=None, context=None, eager_start=False", args,
                        nargs, names, row))
        return false;
    Task *t = as_task(self);
    unlink_task(t);
    drop_task_values(vm, t);
    t->log_destroy = false;
    int fits = is_coroutine(vm, state, row[CORO]);
    if (fits == 0) raise_type(vm, "a coroutine was expected, got %R", row[CORO]);
    if (fits <= 0 || !future_init(vm, self, row[LOOP])) return false;
    t->must_cancel = false;
    t->cancel_requests = 0;
    t->number = 0;
    value_set(vm, &t->coroutine, value_ref(row[CORO]));
    if (is_absent(row[NAME]) || is_none(row[NAME]))
        t->number = ++state->task_count;
    else if (!set_name(vm, t, row[NAME]))
        return false;
    t->log_destroy = true;
    value_ref(from_object(state));
    bool ok = set_context(vm, t, row[CONTEXT]) && start(vm, state, self, row[EAGER_START]);
    value_drop(vm, from_object(state));
    return ok;
}

/* --- methods --- */

static int task_cancel(VM *vm, Value self, Value message) {
    Task *t = as_task(self);
    if (!future_check(vm, &t->future)) return -1;
    t->future.log_it = false;
    if (t->future.status != FUTURE_PENDING) return 0;
    t->cancel_requests++;
    if (!is_absent(t->waiter)) {
        /* Tasks that wait for one another may be a long chain. */
        if (!recursion_enter(vm, " while cancelling a task")) return -1;
        Value waiter = value_ref(t->waiter);
        int cancelled = is_exactly(waiter, &task_type) ? task_cancel(vm, waiter, message)
                                                       : ask_to_cancel(vm, waiter, message);
        value_drop(vm, waiter);
        recursion_leave(vm);
        if (cancelled) return cancelled;
    }
    t->must_cancel = true;
    value_set(vm, &t->future.cancel_message, value_xref(message));
    return 1;
}

NATIVE(cancel) {
    int done = task_cancel(vm, args[0], args[1]);
    return done < 0 ? ABSENT : bool_from(done);
}

NATIVE(cancelling) { return int_small(as_task(args[0])->cancel_requests); }

NATIVE(uncancel) {
    Task *t = as_task(args[0]);
    if (t->cancel_requests > 0 && --t->cancel_requests == 0) t->must_cancel = false;
    return int_small(t->cancel_requests);
}

NATIVE(refuse_result) {
    return raise_error(vm, &exc_RuntimeError, "Task does not support set_result operation");
}

NATIVE(refuse_exception) {
    return raise_error(vm, &exc_RuntimeError, "Task does not support set_exception operation");
}

NATIVE(get_name) {
    Task *t = as_task(args[0]);
    if (is_absent(t->name)) t->name = string_format(vm, "Task-%llu", (unsigned long long)t->number);
    return value_xref(t->name);
}

NATIVE(set_name_method) { return set_name(vm, as_task(args[0]), args[1]) ? NONE : ABSENT; }

NATIVE(get_coro) { return value_or_none(as_task(args[0])->coroutine); }

NATIVE(get_context) { return value_or_none(as_task(args[0])->context); }

NATIVE(get_stack) {
    AsyncState *state = async_state(vm);
    return state ? call_2(vm, state->parts[ASYNC_TASK_STACK], args[0], is_absent(args[1]) ? NONE : args[1])
                 : ABSENT;
}

NATIVE(print_stack) {
    AsyncState *state = async_state(vm);
    Value limit = is_absent(args[1]) ? NONE : args[1], file = is_absent(args[2]) ? NONE : args[2];
    return state ? call_3(vm, state->parts[ASYNC_PRINT_STACK], args[0], limit, file) : ABSENT;
}

static Value task_repr(VM *vm, Value self) {
    AsyncState *state = async_state(vm);
    return state ? call_1(vm, state->parts[ASYNC_TASK_REPR], self) : ABSENT;
}

static Value get_must_cancel(VM *vm, Value self) { return bool_from(as_task(self)->must_cancel); }

static Value get_log_destroy(VM *vm, Value self) { return bool_from(as_task(self)->log_destroy); }

static bool set_log_destroy(VM *vm, Value self, Value value) {
    if (is_absent(value)) return raise_error(vm, &exc_AttributeError, "cannot delete attribute"), false;
    int truth = object_truth(vm, value);
    if (truth >= 0) as_task(self)->log_destroy = truth;
    return truth >= 0;
}

static const NativeDef methods[] = {
    {"cancel", cancel, "msg=None",
     "Request that this task cancel itself: a CancelledError is raised in its coroutine, which may catch "
     "it."},
    {"cancelling", cancelling, "",
     "Return the count of the task's cancellation requests that have not been taken back by uncancel()."},
    {"uncancel", uncancel, "",
     "Decrement the task's count of cancellation requests.\n\nReturns the remaining number of them."},
    {"set_result", refuse_result, "result, /", NULL},
    {"set_exception", refuse_exception, "exception, /", NULL},
    {"get_name", get_name, "", NULL},
    {"set_name", set_name_method, "value, /", NULL},
    {"get_coro", get_coro, "", NULL},
    {"get_context", get_context, "", NULL},
    {"get_stack", get_stack, "*, limit=None", "Return the list of stack frames for this task's coroutine."},
    {"print_stack", print_stack, "*, limit=None, file=None",
     "Print the stack or traceback for this task's coroutine."},
    {"__class_getitem__", generic_alias_class_getitem, "object, /", "See PEP 585", NATIVE_CLASS_METHOD},
    {0},
};

static const GetSetDef getsets[] = {
    {"_must_cancel", get_must_cancel, NULL, NULL},
    {"_log_destroy_pending", get_log_destroy, set_log_destroy, NULL},
    {0},
};

static const MemberDef members[] = {
    {"_coro", offsetof(Task, coroutine), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, NULL},
    {"_fut_waiter", offsetof(Task, waiter), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, NULL},
    {0},
};

Type task_type = {
    TYPE_HEAD(task_type, "_asyncio.Task", .traverse = task_traverse, .clear = task_clear,
              .finalize = task_finalize, .dealloc = task_dealloc),
    .flags = TYPE_WEAKLY_REFERABLE | TYPE_BASE,
    .basic_size = sizeof(Task),
    .attributes_offset = sizeof(Task),
    .base = &future_type,
    .doc = "(coro, *, loop=None, name=None, context=None, eager_start=False)\n--\n\nA coroutine that is run "
           "by an event loop, and its result.\n\nIt runs until it awaits a Future that is not done, and goes "
           "on when that is. What it raises becomes its exception.",
    .init = task_init,
    .repr = task_repr,
    .methods = methods,
    .getsets = getsets,
    .members = members,
};

/* --- the module --- */

NATIVE(install) {
    if (nargs != ASYNC_PART_COUNT) return raise_type(vm, "_install() wants %d arguments", ASYNC_PART_COUNT);
    for (int i = ASYNC_CANCELLED_ERROR; i <= ASYNC_INVALID_STATE; i++) {
        if (!is_family(args[i], TYPE_TYPE) || !((as_type(args[i]))->flags & TYPE_EXCEPTION))
            return raise_type(vm, "exceptions must derive from BaseException");
    }
    AsyncState *state = async_state_maybe(vm);
    for (int i = 0; state && i < nargs; i++)
        value_set(vm, &state->parts[i], value_ref(args[i]));
    return NONE;
}

NATIVE(pending_tasks) {
    AsyncState *state = async_state_maybe(vm);
    Value list = list_new(vm, 0);
    for (Task *t = state ? state->tasks : NULL; t && !is_absent(list); t = t->next) {
        if (object_is_dying(&t->future.head) || list_append(vm, list, from_object(t))) continue;
        value_clear(vm, &list);
    }
    return list;
}

static const NativeDef functions[] = {
    {"_install", install, "*args", "What the package does in Python."},
    {"_tasks", pending_tasks, "", "A list of the tasks that are not done."},
    {0},
};

static bool make_state(VM *vm) {
    if (!is_absent(vm->asyncio)) return true;
    AsyncState *state = (AsyncState *)object_new_container(vm, &async_state_type, sizeof *state);
    if (!state) return raise_memory(vm), false;
    state->current_tasks = dict_new(vm);
    if (!is_absent(state->current_tasks)) state->context_names = tuple_pack(vm, 1, NAME_OF(vm, context));
    object_track(&state->head);
    vm->asyncio = from_object(state);
    if (!is_absent(state->current_tasks) && !is_absent(state->context_names)) return true;
    value_clear(vm, &vm->asyncio);
    return false;
}

static bool fill(VM *vm, Value dict) {
    return make_state(vm) && module_add_functions(vm, dict, functions, "_asyncio") &&
           dict_set_c(vm, dict, "_current_tasks", async_state_maybe(vm)->current_tasks) &&
           dict_set_c(vm, dict, "Future", from_object(&future_type)) &&
           dict_set_c(vm, dict, "Task", from_object(&task_type));
}

Value module__asyncio_new(VM *vm) {
    Value module = module_new_c(vm, "_asyncio", "Accelerator module for asyncio");
    if (!is_absent(module) && !fill(vm, as_module(module)->dict)) value_clear(vm, &module);
    return module;
}
