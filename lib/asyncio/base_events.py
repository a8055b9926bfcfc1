"""The event loop but for what depends on the operating system: ready calls, timers, tasks, errors.

A round of the loop (_run_once) waits for files until the next timer is due, not at all if calls are ready; adds what
has become ready; and then makes exactly the calls that were ready when the round began to make them. Timers lie in a
heap of (time, number, handle), the number giving those of one time the order in which they were made.

A MemoryError may cost a call: the step of a task, the wake-up of whoever waits for it. When the loop has seen one,
and there is nothing left that could ever wake it up (no call, timer, file or signal), it raises another instead of
waiting for ever.
"""

__all__ = 'BaseEventLoop',

import collections
import heapq
import sys
import time
import weakref

from . import coroutines, events, format_helpers, futures, log, tasks

# The heap is tidied up when so many timers, and half of all, have been cancelled.
_CANCELLED_TIMERS_MIN = 100
_TIMEOUT_MAX = 24 * 3600  # a wait is no longer than a day


def _format_handle(handle):
    callback = handle._callback
    if isinstance(getattr(callback, '__self__', None), tasks.Task):
        return repr(callback.__self__)
    return str(handle)


def _run_until_complete_cb(future):
    if not future.cancelled() and isinstance(future.exception(), (SystemExit, KeyboardInterrupt)):
        return  # it leaves run_forever() by itself
    future.get_loop().stop()


class BaseEventLoop(events.AbstractEventLoop):
    """An event loop. A subclass has _poll(timeout), which calls _add_callback for handles whose files are ready,
    and _waits_for_nothing(), true if it has no files or signals to wait for."""

    def __init__(self):
        self._timer_cancelled_count = 0
        self._timer_number = 0
        self._closed = False
        self._stopping = False
        self._running = False
        self._ready = collections.deque()
        self._scheduled = []
        self._clock_resolution = time.get_clock_info('monotonic').resolution
        self._exception_handler = None
        self._debug = False
        self.set_debug(coroutines._is_debug_mode())
        self.slow_callback_duration = 0.1  # seconds; in debug mode what takes longer is logged
        self._current_handle = None
        self._starved = False  # a call or a task of the loop has raised MemoryError
        self._task_factory = None
        self._origin_depth = None  # coroutine origin tracking as it was before debug mode turned it on
        self._asyncgens = weakref.WeakSet()
        self._asyncgens_shutdown_called = False

    def __repr__(self):
        return (f'<{self.__class__.__name__} running={self.is_running()} closed={self.is_closed()} '
                f'debug={self.get_debug()}>')

    # --- futures and tasks ---

    def create_future(self):
        """A Future of this loop."""
        return futures.Future(loop=self)

    def create_task(self, coro, *, name=None, context=None):
        """Let the coroutine run as a Task."""
        self._check_closed()
        if self._task_factory is None:
            task = tasks.Task(coro, loop=self, name=name, context=context)
            if task._source_traceback:
                del task._source_traceback[-1]
            return task
        if context is None:
            task = self._task_factory(self, coro)
        else:
            task = self._task_factory(self, coro, context=context)
        task.set_name(name)
        return task

    def set_task_factory(self, factory):
        """Make tasks by factory(loop, coro, context=None); None: as by default."""
        if factory is not None and not callable(factory):
            raise TypeError('task factory must be a callable or None')
        self._task_factory = factory

    def get_task_factory(self):
        """The task factory, None for the default one."""
        return self._task_factory

    # --- asynchronous generators ---

    def _asyncgen_finalizer_hook(self, agen):
        self._asyncgens.discard(agen)
        if not self.is_closed():
            self.call_soon_threadsafe(self.create_task, agen.aclose())

    def _asyncgen_firstiter_hook(self, agen):
        if self._asyncgens_shutdown_called:
            import warnings
            warnings.warn(f'asynchronous generator {agen!r} was scheduled after loop.shutdown_asyncgens() call',
                          ResourceWarning, source=self)
        self._asyncgens.add(agen)

    async def shutdown_asyncgens(self):
        """Close all asynchronous generators that have not ended."""
        self._asyncgens_shutdown_called = True
        closing = list(self._asyncgens)
        if not closing:
            return
        self._asyncgens.clear()
        results = await tasks.gather(*[agen.aclose() for agen in closing], return_exceptions=True)
        for result, agen in zip(results, closing):
            if isinstance(result, Exception):
                self.call_exception_handler({
                    'message': f'an error occurred during closing of asynchronous generator {agen!r}',
                    'exception': result, 'asyncgen': agen})

    async def shutdown_default_executor(self, timeout=None):
        """There are no executors: nothing to be done."""

    # --- running ---

    def _check_closed(self):
        if self._closed:
            raise RuntimeError('Event loop is closed')

    def _check_running(self):
        if self._running:
            raise RuntimeError('This event loop is already running')
        if events._get_running_loop() is not None:
            raise RuntimeError('Cannot run the event loop while another loop is running')

    def run_forever(self):
        """Run until stop() is called."""
        self._check_closed()
        self._check_running()
        self._set_coroutine_origin_tracking(self._debug)
        hooks = sys.get_asyncgen_hooks()
        try:
            self._running = True
            sys.set_asyncgen_hooks(firstiter=self._asyncgen_firstiter_hook, finalizer=self._asyncgen_finalizer_hook)
            events._set_running_loop(self)
            run_once = self._run_once
            while True:
                run_once()
                if self._stopping:
                    break
        except MemoryError:
            self._starved = True
            raise
        finally:
            self._stopping = False
            self._running = False
            events._set_running_loop(None)
            self._set_coroutine_origin_tracking(False)
            sys.set_asyncgen_hooks(*hooks)

    def run_until_complete(self, future):
        """Run until the Future is done, and return its result or raise its exception. A coroutine becomes a Task."""
        self._check_closed()
        self._check_running()
        own_task = not futures.isfuture(future)
        future = tasks.ensure_future(future, loop=self)
        if own_task:
            future._log_destroy_pending = False  # an exception of the loop is about to tell
        future.add_done_callback(_run_until_complete_cb)
        try:
            self.run_forever()
        except:
            if own_task and future.done() and not future.cancelled():
                future.exception()  # the program sees the loop's exception instead
            raise
        finally:
            future.remove_done_callback(_run_until_complete_cb)
        if not future.done():
            raise RuntimeError('Event loop stopped before Future completed.')
        return future.result()

    def stop(self):
        """Let run_forever() return after this round."""
        self._stopping = True

    def close(self):
        """Let go of everything. It must not be running, and cannot be used again."""
        if self._running:
            raise RuntimeError('Cannot close a running event loop')
        if self._closed:
            return
        if self._debug:
            log.debug('Close %r', self)
        self._closed = True
        self._ready.clear()
        self._scheduled.clear()

    def is_closed(self):
        """Has it been closed?"""
        return self._closed

    def is_running(self):
        """Does it run?"""
        return self._running

    def __del__(self, _warn=None):
        if self.is_closed():
            return
        import warnings
        warnings.warn(f'unclosed event loop {self!r}', ResourceWarning, source=self)
        if not self.is_running():
            self.close()

    # --- calls ---

    def time(self):
        """Seconds of a clock that never goes back."""
        return time.monotonic()

    def call_later(self, delay, callback, *args, context=None):
        """Call in so many seconds."""
        if delay is None:
            raise TypeError('delay must not be None')
        timer = self.call_at(self.time() + delay, callback, *args, context=context)
        if timer._source_traceback:
            del timer._source_traceback[-1]
        return timer

    def call_at(self, when, callback, *args, context=None):
        """Call at a time of the loop's clock."""
        if when is None:
            raise TypeError('when cannot be None')
        self._check_closed()
        if self._debug:
            self._check_callback(callback, 'call_at')
        timer = events.TimerHandle(when, callback, args, self, context)
        if timer._source_traceback:
            del timer._source_traceback[-1]
        self._timer_number += 1
        heapq.heappush(self._scheduled, (when, self._timer_number, timer))
        timer._scheduled = True
        return timer

    def call_soon(self, callback, *args, context=None):
        """Call in the next round, behind those that are ready already."""
        if self._closed:
            raise RuntimeError('Event loop is closed')
        if self._debug:
            self._check_callback(callback, 'call_soon')
        handle = events.Handle(callback, args, self, context)
        if handle._source_traceback:
            del handle._source_traceback[-1]
        self._ready.append(handle)
        return handle

    def call_soon_threadsafe(self, callback, *args, context=None):
        """call_soon() for signal handlers: it wakes the loop up."""
        self._check_closed()
        if self._debug:
            self._check_callback(callback, 'call_soon_threadsafe')
        handle = events.Handle(callback, args, self, context)
        if handle._source_traceback:
            del handle._source_traceback[-1]
        self._ready.append(handle)
        if handle._source_traceback:
            del handle._source_traceback[-1]
        self._write_to_self()
        return handle

    def _check_callback(self, callback, method):
        if coroutines.iscoroutine(callback) or coroutines.iscoroutinefunction(callback):
            raise TypeError(f'coroutines cannot be used with {method}()')
        if not callable(callback):
            raise TypeError(f'a callable object was expected by {method}(), got {callback!r}')

    def _add_callback(self, handle):
        if not handle._cancelled:
            self._ready.append(handle)

    def _timer_handle_cancelled(self, handle):
        if handle._scheduled:
            self._timer_cancelled_count += 1

    def _tidy_timers(self):
        """Take out the cancelled timers: all of them, if there are many, or else those that come next."""
        scheduled = self._scheduled
        if (len(scheduled) > _CANCELLED_TIMERS_MIN and self._timer_cancelled_count > len(scheduled) / 2):
            kept = []
            for entry in scheduled:
                if entry[2]._cancelled:
                    entry[2]._scheduled = False
                else:
                    kept.append(entry)
            heapq.heapify(kept)
            self._scheduled = kept
            self._timer_cancelled_count = 0
            return
        while scheduled and scheduled[0][2]._cancelled:
            self._timer_cancelled_count -= 1
            heapq.heappop(scheduled)[2]._scheduled = False

    def _run_once(self):
        if self._timer_cancelled_count:
            self._tidy_timers()
        ready = self._ready
        scheduled = self._scheduled
        if ready or self._stopping:
            timeout = 0
        elif scheduled:
            timeout = min(max(scheduled[0][0] - self.time(), 0), _TIMEOUT_MAX)
        else:
            timeout = None
            if self._starved and self._waits_for_nothing():
                raise MemoryError('what the event loop waits for was lost to a MemoryError')
        self._poll(timeout)
        if scheduled:
            end = self.time() + self._clock_resolution
            while scheduled and scheduled[0][0] < end:
                handle = heapq.heappop(scheduled)[2]
                handle._scheduled = False
                ready.append(handle)
        handle = None
        for _ in range(len(ready)):
            handle = ready.popleft()
            if handle._cancelled:
                continue
            if not self._debug:
                handle._run()
                continue
            self._current_handle = handle
            try:
                start = self.time()
                handle._run()
                duration = self.time() - start
                if duration >= self.slow_callback_duration:
                    log.logger.warning('Executing %s took %.3f seconds', _format_handle(handle), duration)
            finally:
                self._current_handle = None
        handle = None  # it may hold a lot

    # --- errors ---

    def get_exception_handler(self):
        """The exception handler, None for the default one."""
        return self._exception_handler

    def set_exception_handler(self, handler):
        """Let handler(loop, context) be told of exceptions that nobody else sees; None: the default one."""
        if handler is not None and not callable(handler):
            raise TypeError(f'A callable object or None is expected, got {handler!r}')
        self._exception_handler = handler

    def default_exception_handler(self, context):
        """Log the message, the exception with its traceback, and whatever else is in the dict."""
        if ('source_traceback' not in context and self._current_handle is not None
                and self._current_handle._source_traceback):
            context['handle_traceback'] = self._current_handle._source_traceback
        lines = [context.get('message') or 'Unhandled exception in event loop']
        for key in sorted(context.keys() - {'message', 'exception'}):
            value = context[key]
            if key in ('source_traceback', 'handle_traceback'):
                thing = 'Object' if key == 'source_traceback' else 'Handle'
                import traceback
                stack = ''.join(traceback.format_list(value)).rstrip()
                value = f'{thing} created at (most recent call last):\n{stack}'
            else:
                value = repr(value)
            lines.append(f'{key}: {value}')
        exc = context.get('exception')
        log.logger.error('\n'.join(lines), exc_info=False if exc is None else (type(exc), exc, exc.__traceback__))

    def call_exception_handler(self, context):
        """Report an exception: the dict has a 'message' and perhaps an 'exception', 'future', 'task', 'handle', ..."""
        if isinstance(context, dict) and isinstance(context.get('exception'), MemoryError):
            self._starved = True
        if self._exception_handler is None:
            try:
                self.default_exception_handler(context)
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException:
                log.logger.error('Exception in default exception handler', exc_info=True)
            return
        try:
            self._run_exception_handler(context)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as exc:
            try:
                self.default_exception_handler({'message': 'Unhandled error in exception handler', 'exception': exc,
                                                'context': context})
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException:
                log.logger.error('Exception in default exception handler while handling an unexpected error in custom '
                                 'exception handler', exc_info=True)

    def _run_exception_handler(self, context):
        # In the context of what has failed, if it has one.
        thing = context.get('task') or context.get('future') or context.get('handle')
        run_in = thing.get_context() if hasattr(thing, 'get_context') else None
        if run_in is not None and hasattr(run_in, 'run'):
            run_in.run(self._exception_handler, self, context)
        else:
            self._exception_handler(self, context)

    # --- debug mode ---

    def get_debug(self):
        """Is it in debug mode?"""
        return self._debug

    def set_debug(self, enabled):
        """In debug mode more mistakes are found, and it is remembered where things were made."""
        self._debug = enabled
        if self._running:
            self.call_soon_threadsafe(self._set_coroutine_origin_tracking, enabled)

    def _set_coroutine_origin_tracking(self, enabled):
        if bool(enabled) == (self._origin_depth is not None):
            return
        if enabled:
            self._origin_depth = sys.get_coroutine_origin_tracking_depth()
            sys.set_coroutine_origin_tracking_depth(format_helpers.DEBUG_STACK_DEPTH)
        else:
            sys.set_coroutine_origin_tracking_depth(self._origin_depth)
            self._origin_depth = None
