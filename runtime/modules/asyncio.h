#ifndef MPY_RUNTIME_MODULES_ASYNCIO_H
#define MPY_RUNTIME_MODULES_ASYNCIO_H

/*
 * The module _asyncio: Future and Task, the hot parts of asyncio.
 *
 * A Future is pending until it gets a result or an exception, or is cancelled; then its callbacks are handed to its
 * event loop. A Task is a Future that runs a coroutine, a step at a time: the loop calls the step, the coroutine
 * yields the Future that it waits for, and that Future's wake-up callback makes the next step. What is seldom needed
 * (reprs, reports of exceptions that nobody has looked at, stacks) is Python code of the package, which it installs
 * as the parts of the AsyncState. The VM owns the state (vm->asyncio).
 *
 * Tasks that are not done are linked in a ring that owns nothing: asyncio.all_tasks() walks it.
 */

#include "runtime/state.h"

/* What lib/asyncio installs, in this order. */
typedef enum {
    ASYNC_CANCELLED_ERROR,
    ASYNC_INVALID_STATE,
    ASYNC_GET_EVENT_LOOP,
    ASYNC_IS_COROUTINE,
    ASYNC_FUTURE_REPR,
    ASYNC_TASK_REPR,
    ASYNC_REPORT_EXCEPTION, /* (future): its exception was never retrieved */
    ASYNC_REPORT_PENDING,   /* (task): it dies while it is pending */
    ASYNC_CREATION_STACK,
    ASYNC_TASK_STACK,
    ASYNC_PRINT_STACK,
    ASYNC_PART_COUNT,
} AsyncPart;

typedef struct Task Task;

typedef struct {
    Object head;
    Value parts[ASYNC_PART_COUNT]; /* owned; ABSENT until installed */
    Value current_tasks;           /* dict: loop -> running task. Owned */
    Value context_names;           /* ("context",) */
    Task *tasks;                   /* the first of those that are not done; borrowed */
    uint64_t task_count;           /* for their names */
} AsyncState;

typedef enum { FUTURE_PENDING, FUTURE_CANCELLED, FUTURE_FINISHED } FutureStatus;

typedef struct {
    Object head;
    Value loop;              /* ABSENT: __init__ has not been called */
    Value callback, context; /* the first callback and its context; ABSENT: none */
    Value callbacks;         /* a list of tuples (callback, context): the others; or ABSENT */
    Value result, exception, traceback;
    Value cancel_message, cancelled_error; /* the error: a Task's own, raised again once */
    Value source_traceback;                /* in debug mode: where it was made */
    uint8_t status;                        /* FutureStatus */
    bool blocking;                         /* it was yielded by its __await__, not by hand */
    bool log_it;                           /* nobody has asked for the exception yet */
} Future;

struct Task {
    Future future;
    Value coroutine, name, context; /* name ABSENT: by the number */
    Value waiter;                   /* the Future that it waits for, or ABSENT */
    uint64_t number;
    int64_t cancel_requests;
    bool must_cancel;   /* its next step raises CancelledError */
    bool log_destroy;   /* report when it dies pending */
    Task *next, **link; /* in the state's ring; link NULL: it is not there */
};

static inline Future *as_future(Value v) { return (Future *)as_object(v); }
static inline Task *as_task(Value v) { return (Task *)as_object(v); }
static inline bool is_plain_future(Value v) {
    return is_exactly(v, &future_type) || is_exactly(v, &task_type);
}

/* The state, with everything installed; NULL RAISES. */
RAISES AsyncState *async_state(VM *vm);
/* The state, NULL when there is none (any more). */
static inline AsyncState *async_state_maybe(VM *vm) {
    return is_absent(vm->asyncio) ? NULL : (AsyncState *)as_object(vm->asyncio);
}

/* loop.call_soon(callback[, argument], context=context). */
RAISES bool async_call_soon(VM *vm, Value loop, Value callback, Value argument, Value context);

/* Of asyncio/Future: what its methods do. False RAISES. */
RAISES bool future_init(VM *vm, Value self, Value loop);
RAISES bool future_check(VM *vm, const Future *future); /* has __init__ been called? */
RAISES bool future_set_result(VM *vm, Value self, Value result);
RAISES bool future_set_exception(VM *vm, Value self, Value exception);
RAISES int future_cancel(VM *vm, Value self, Value message); /* 1, 0 it is done already, -1 */
RAISES bool future_add_callback(VM *vm, Value self, Value callback, Value context /* or ABSENT */);
NEW RAISES Value future_cancelled_error(VM *vm, Future *future);
void future_finalize(VM *vm, Object *self);

#endif
