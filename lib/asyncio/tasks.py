"""Tasks: coroutines that an event loop runs, and what waits for several of them. The class Task is C code."""

__all__ = ('Task', 'create_task', 'FIRST_COMPLETED', 'FIRST_EXCEPTION', 'ALL_COMPLETED', 'wait', 'wait_for',
           'as_completed', 'sleep', 'gather', 'shield', 'ensure_future', 'current_task', 'all_tasks',
           'create_eager_task_factory', 'eager_task_factory', '_register_task', '_unregister_task', '_enter_task',
           '_leave_task')

import inspect
import math
import types
import weakref

import _asyncio
from _asyncio import Future, Task, _current_tasks

from . import coroutines, events, exceptions, format_helpers, futures, queues, timeouts

FIRST_COMPLETED = 'FIRST_COMPLETED'
FIRST_EXCEPTION = 'FIRST_EXCEPTION'
ALL_COMPLETED = 'ALL_COMPLETED'

# --- which tasks there are ---

_foreign_tasks = weakref.WeakSet()  # of other classes than Task


def current_task(loop=None):
    """The running task, None if what runs is none."""
    return _current_tasks.get(events.get_running_loop() if loop is None else loop)


def all_tasks(loop=None):
    """The set of the loop's tasks that are not done."""
    if loop is None:
        loop = events.get_running_loop()
    return {task for task in [*_asyncio._tasks(), *_foreign_tasks] if not task.done() and task.get_loop() is loop}


def _register_task(task):
    """For tasks of other classes than Task."""
    _foreign_tasks.add(task)


def _unregister_task(task):
    """The reverse."""
    _foreign_tasks.discard(task)


def _enter_task(loop, task):
    current = _current_tasks.get(loop)
    if current is not None:
        raise RuntimeError(f'Cannot enter into task {task!r} while another task {current!r} is being executed.')
    _current_tasks[loop] = task


def _leave_task(loop, task):
    current = _current_tasks.get(loop)
    if current is not task:
        raise RuntimeError(f'Leaving task {task!r} does not match the current task {current!r}.')
    del _current_tasks[loop]


def _swap_current_task(loop, task):
    previous = _current_tasks.pop(loop, None)
    if task is not None:
        _current_tasks[loop] = task
    return previous


# --- what tasks do seldom ---

def _task_repr(task):
    info = futures._future_repr_info(task)
    if task.cancelling() and not task.done():
        info[0] = 'cancelling'
    info.insert(1, f'name={task.get_name()!r}')
    if task._coro is not None:
        info.insert(2, f'coro=<{coroutines._format_coroutine(task._coro)}>')
    if task._fut_waiter is not None:
        info.insert(3 if task._coro is not None else 2, f'wait_for={task._fut_waiter!r}')
    return f"<{type(task).__name__} {' '.join(info)}>"


def _report_pending(task):
    """A task dies that is pending."""
    report = {'task': task, 'message': 'Task was destroyed but it is pending!'}
    if task._source_traceback:
        report['source_traceback'] = task._source_traceback
    task._loop.call_exception_handler(report)


def _task_stack(task, limit):
    """The frames of the coroutine: where it waits, or where the exception came from. The oldest first."""
    coro = task._coro
    frame = getattr(coro, 'cr_frame', None) or getattr(coro, 'gi_frame', None) or getattr(coro, 'ag_frame', None)
    frames = []
    if frame is not None:
        while frame is not None and (limit is None or len(frames) < limit):
            frames.append(frame)
            frame = frame.f_back
        frames.reverse()
    elif task._exception is not None:
        traceback = task._exception.__traceback__
        while traceback is not None and (limit is None or len(frames) < limit):
            frames.append(traceback.tb_frame)
            traceback = traceback.tb_next
    return frames


def _print_stack(task, limit, file):
    """Print the stack or the traceback to a file, standard error by default."""
    import linecache
    import sys
    import traceback
    lines = []
    checked = set()
    for frame in task.get_stack(limit=limit):
        filename = frame.f_code.co_filename
        if filename not in checked:
            checked.add(filename)
            linecache.checkcache(filename)
        line = linecache.getline(filename, frame.f_lineno, frame.f_globals)
        lines.append((filename, frame.f_lineno, frame.f_code.co_name, line))
    file = file or sys.stderr
    exc = task._exception
    if not lines:
        print(f'No stack for {task!r}', file=file)
    elif exc is not None:
        print(f'Traceback for {task!r} (most recent call last):', file=file)
    else:
        print(f'Stack for {task!r} (most recent call last):', file=file)
    traceback.print_list(lines, file=file)
    if exc is not None:
        for line in traceback.format_exception_only(type(exc), exc):
            print(line, file=file, end='')


_asyncio._install(exceptions.CancelledError, exceptions.InvalidStateError, events.get_event_loop,
                  coroutines.iscoroutine, futures._future_repr, _task_repr, futures._report_exception,
                  _report_pending, format_helpers.creation_stack, _task_stack, _print_stack)


def create_task(coro, *, name=None, context=None):
    """Let the coroutine run as a task of the running loop."""
    loop = events.get_running_loop()
    if context is None:
        return loop.create_task(coro, name=name)
    return loop.create_task(coro, name=name, context=context)


def create_eager_task_factory(custom_task_constructor):
    """A task factory whose tasks begin to run while they are made; those that need not wait are done at once."""
    def factory(loop, coro, *, name=None, context=None):
        return custom_task_constructor(coro, loop=loop, name=name, context=context, eager_start=True)
    return factory


eager_task_factory = create_eager_task_factory(Task)


@types.coroutine
def _yield_once():
    yield


async def sleep(delay, result=None):
    """Let others run for so many seconds; 0: for one round."""
    if delay <= 0:
        await _yield_once()
        return result
    if math.isnan(delay):
        raise ValueError('Invalid delay: NaN (not a number)')
    loop = events.get_running_loop()
    future = loop.create_future()
    timer = loop.call_later(delay, futures._set_result_unless_cancelled, future, result)
    try:
        return await future
    finally:
        timer.cancel()


async def _await_it(awaitable):
    return await awaitable


def ensure_future(coro_or_future, *, loop=None):
    """A Future as it is; a coroutine, or whatever else can be awaited, as a Task."""
    if futures.isfuture(coro_or_future):
        if loop is not None and loop is not coro_or_future.get_loop():
            raise ValueError('The future belongs to a different loop than the one specified as the loop argument')
        return coro_or_future
    ours = False
    if not coroutines.iscoroutine(coro_or_future):
        if not inspect.isawaitable(coro_or_future):
            raise TypeError('An asyncio.Future, a coroutine or an awaitable is required')
        coro_or_future = _await_it(coro_or_future)
        ours = True
    try:
        if loop is None:
            loop = events.get_event_loop()
        return loop.create_task(coro_or_future)
    except RuntimeError:
        if ours:
            coro_or_future.close()
        raise


# --- waiting for several ---

async def wait(fs, *, timeout=None, return_when=ALL_COMPLETED):
    """Wait for Futures; the sets (done, pending). A timeout, in seconds, raises nothing and cancels nothing."""
    if futures.isfuture(fs) or coroutines.iscoroutine(fs):
        raise TypeError(f'expect a list of futures, not {type(fs).__name__}')
    if not fs:
        raise ValueError('Set of Tasks/Futures is empty.')
    if return_when not in (FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED):
        raise ValueError(f'Invalid return_when value: {return_when}')
    fs = set(fs)
    if any(coroutines.iscoroutine(f) for f in fs):
        raise TypeError('Passing coroutines is forbidden, use tasks explicitly.')
    loop = events.get_running_loop()
    await _wait_until(fs, timeout, return_when, loop)
    done = {f for f in fs if f.done()}
    return done, fs - done


async def _wait_until(fs, timeout, return_when, loop):
    waiter = loop.create_future()
    timer = None
    if timeout is not None:
        timer = loop.call_later(timeout, futures._set_result_unless_cancelled, waiter, None)
    left = len(fs)

    def _on_completion(future):
        nonlocal left
        left -= 1
        enough = left <= 0 or return_when == FIRST_COMPLETED or (
            return_when == FIRST_EXCEPTION and not future.cancelled() and future.exception() is not None)
        if enough:
            if timer is not None:
                timer.cancel()
            if not waiter.done():
                waiter.set_result(None)

    for future in fs:
        future.add_done_callback(_on_completion)
    try:
        await waiter
    finally:
        if timer is not None:
            timer.cancel()
        for future in fs:
            future.remove_done_callback(_on_completion)


async def _cancel_and_wait(future):
    """Cancel it, and wait until it has ended."""
    loop = events.get_running_loop()
    waiter = loop.create_future()

    def release(future):
        if not waiter.done():
            waiter.set_result(None)

    future.add_done_callback(release)
    try:
        future.cancel()
        await waiter
    finally:
        future.remove_done_callback(release)


async def wait_for(fut, timeout):
    """Wait for one for so many seconds at most; then it is cancelled and TimeoutError raised."""
    if timeout is not None and timeout <= 0:
        fut = ensure_future(fut)
        if fut.done():
            return fut.result()
        await _cancel_and_wait(fut)
        try:
            return fut.result()
        except exceptions.CancelledError as exc:
            raise TimeoutError from exc
    async with timeouts.timeout(timeout):
        return await fut


class _AsCompleted:
    """What as_completed() returns: an asynchronous iterator of the Futures themselves, or a plain one of coroutines."""

    def __init__(self, fs, timeout):
        self._done = queues.Queue()
        self._timer = None
        loop = events.get_event_loop()
        todo = {ensure_future(f, loop=loop) for f in set(fs)}
        for future in todo:
            future.add_done_callback(self._on_completion)
        if todo and timeout is not None:
            self._timer = loop.call_later(timeout, self._on_timeout)
        self._todo = todo
        self._left = len(todo)

    def __aiter__(self):
        return self

    def __iter__(self):
        return self

    async def __anext__(self):
        if not self._left:
            raise StopAsyncIteration
        self._left -= 1
        return await self._next(resolve=False)

    def __next__(self):
        if not self._left:
            raise StopIteration
        self._left -= 1
        return self._next(resolve=True)

    def _on_timeout(self):
        for future in self._todo:
            future.remove_done_callback(self._on_completion)
            self._done.put_nowait(None)  # says that there will not be one
        self._todo.clear()

    def _on_completion(self, future):
        if not self._todo:
            return  # the time is over
        self._todo.remove(future)
        self._done.put_nowait(future)
        if not self._todo and self._timer is not None:
            self._timer.cancel()

    async def _next(self, resolve):
        future = await self._done.get()
        if future is None:
            raise exceptions.TimeoutError
        return future.result() if resolve else future


_AsCompleted._next.__qualname__ = '_AsCompletedIterator._wait_for_one'


def as_completed(fs, *, timeout=None):
    """Iterate over them in the order in which they complete.

        async for future in as_completed(tasks):
            print(await future)
    """
    if futures.isfuture(fs) or coroutines.iscoroutine(fs):
        raise TypeError(f'expects an iterable of awaitables, not {type(fs).__name__}')
    return _AsCompleted(fs, timeout)


class _GatheringFuture(Future):
    """What gather() returns: cancelling it cancels the children."""

    def __init__(self, children, *, loop):
        super().__init__(loop=loop)
        self._children = children
        self._cancel_requested = False

    def cancel(self, msg=None):
        if self.done():
            return False
        cancelled = False
        for child in self._children:
            if child.cancel(msg=msg):
                cancelled = True
        if cancelled:
            self._cancel_requested = True  # it is itself cancelled when the last child has ended
        return cancelled


def _outcome(future):
    """A done Future's result, exception or CancelledError as a value."""
    if future.cancelled():
        return exceptions.CancelledError('' if future._cancel_message is None else future._cancel_message)
    exc = future.exception()
    return future.result() if exc is None else exc


def gather(*coros_or_futures, return_exceptions=False):
    """A Future of the list of all results. The first exception becomes its exception, unless exceptions are to stand
    among the results; the others run on."""
    if not coros_or_futures:
        future = events.get_event_loop().create_future()
        future.set_result([])
        return future

    def _done_callback(child):
        nonlocal finished
        finished += 1
        if outer is None or outer.done():
            if not child.cancelled():
                child.exception()  # it has been looked at
            return
        if not return_exceptions:
            if child.cancelled():
                outer.set_exception(child._make_cancelled_error())
                return
            exc = child.exception()
            if exc is not None:
                outer.set_exception(exc)
                return
        if finished < len(future_of):
            return
        if outer._cancel_requested:
            outer.set_exception(child._make_cancelled_error())
        else:
            outer.set_result([_outcome(child) for child in children])

    future_of = {}  # an argument may be given twice
    children = []
    finished = 0
    outer = loop = None
    done_already = []
    for arg in coros_or_futures:
        child = future_of.get(arg)
        if child is None:
            child = ensure_future(arg, loop=loop)
            if loop is None:
                loop = child.get_loop()
            if child is not arg:
                child._log_destroy_pending = False  # the caller does not know it
            future_of[arg] = child
            if child.done():
                done_already.append(child)
            else:
                child.add_done_callback(_done_callback)
        children.append(child)
    outer = _GatheringFuture(children, loop=loop)
    for child in done_already:
        _done_callback(child)
    return outer


def shield(arg):
    """A Future that ends as the inner one does, which is not cancelled with it."""
    inner = ensure_future(arg)
    if inner.done():
        return inner
    loop = inner.get_loop()
    outer = loop.create_future()

    def _inner_done_callback(inner):
        if outer.cancelled():
            if not inner.cancelled():
                inner.exception()  # it has been looked at
            return
        if inner.cancelled():
            outer.cancel()
        elif inner.exception() is not None:
            outer.set_exception(inner.exception())
        else:
            outer.set_result(inner.result())

    def _outer_done_callback(outer):
        if not inner.done():
            inner.remove_done_callback(_inner_done_callback)

    inner.add_done_callback(_inner_done_callback)
    outer.add_done_callback(_outer_done_callback)
    return outer
