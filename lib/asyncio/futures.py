"""Futures: results that are not there yet."""

__all__ = 'Future', 'isfuture'

import contextvars
import reprlib
from types import GenericAlias

from . import events, exceptions, format_helpers

_PENDING = 'PENDING'
_CANCELLED = 'CANCELLED'
_FINISHED = 'FINISHED'


def isfuture(obj):
    """Is it a Future, or does it say that it behaves as one?"""
    return hasattr(type(obj), '_asyncio_future_blocking') and obj._asyncio_future_blocking is not None


def _callbacks_text(callbacks):
    texts = [format_helpers.callback_text(callback, ()) for callback, context in callbacks]
    if len(texts) > 2:
        texts[1:-1] = [f'<{len(texts) - 2} more>']
    return f"cb=[{', '.join(texts)}]"


def _future_repr_info(future):
    """The parts of a Future's repr."""
    info = [future._state.lower()]
    if future._state == _FINISHED:
        if future._exception is not None:
            info.append(f'exception={future._exception!r}')
        else:
            info.append(f'result={reprlib.repr(future._result)}')
    if future._callbacks:
        info.append(_callbacks_text(future._callbacks))
    if future._source_traceback:
        frame = future._source_traceback[-1]
        info.append(f'created at {frame[0]}:{frame[1]}')
    return info


class Future:
    """A result that somebody will set, or an exception, or that it is cancelled.

    Awaiting it waits for that. Callbacks are called by its event loop, not at once.
    """

    _state = _PENDING
    _result = None
    _exception = None
    _loop = None
    _source_traceback = None
    _cancel_message = None
    _cancelled_exc = None  # the CancelledError that has ended a Task: raised again once
    _traceback = None      # of the exception, as it was set
    _log_it = False        # nobody has asked for the exception yet
    # Set by __await__ just before the Future is yielded: how a Task knows that it was awaited, not yielded by hand.
    _asyncio_future_blocking = False

    def __init__(self, *, loop=None):
        self._loop = events.get_event_loop() if loop is None else loop
        self._callbacks = []
        if self._loop.get_debug():
            self._source_traceback = format_helpers.creation_stack(1)

    def __repr__(self):
        return f"<{type(self).__name__} {' '.join(_future_repr_info(self))}>"

    def __del__(self):
        if not self._log_it:
            return
        report = {'message': f'{self.__class__.__name__} exception was never retrieved', 'exception': self._exception,
                  'future': self}
        if self._source_traceback:
            report['source_traceback'] = self._source_traceback
        self._loop.call_exception_handler(report)

    __class_getitem__ = classmethod(GenericAlias)

    @property
    def _log_traceback(self):
        return self._log_it

    @_log_traceback.setter
    def _log_traceback(self, value):
        if value:
            raise ValueError('_log_traceback can only be set to False')
        self._log_it = False

    def get_loop(self):
        """The event loop that it belongs to."""
        if self._loop is None:
            raise RuntimeError("Future object is not initialized.")
        return self._loop

    def _make_cancelled_error(self):
        exc = self._cancelled_exc
        if exc is not None:
            self._cancelled_exc = None
            return exc
        if self._cancel_message is None:
            return exceptions.CancelledError()
        return exceptions.CancelledError(self._cancel_message)

    def cancel(self, msg=None):
        """Cancel it, unless it is done: then False."""
        self._log_it = False
        if self._state is not _PENDING:
            return False
        self._state = _CANCELLED
        self._cancel_message = msg
        self._schedule_callbacks()
        return True

    def _schedule_callbacks(self):
        callbacks = self._callbacks
        if callbacks:
            self._callbacks = []
            call_soon = self._loop.call_soon
            for callback, context in callbacks:
                call_soon(callback, self, context=context)

    def cancelled(self):
        """Has it been cancelled?"""
        return self._state == _CANCELLED

    def done(self):
        """Is there a result or an exception, or is it cancelled?"""
        return self._state != _PENDING

    def result(self):
        """The result; or the exception or CancelledError, raised."""
        if self._state == _FINISHED:
            self._log_it = False
            if self._exception is not None:
                raise self._exception.with_traceback(self._traceback)
            return self._result
        if self._state == _CANCELLED:
            raise self._make_cancelled_error()
        raise exceptions.InvalidStateError('Result is not set.')

    def exception(self):
        """The exception, None if there is a result."""
        if self._state == _CANCELLED:
            raise self._make_cancelled_error()
        if self._state != _FINISHED:
            raise exceptions.InvalidStateError('Exception is not set.')
        self._log_it = False
        return self._exception

    def add_done_callback(self, fn, *, context=None):
        """Let fn(future) be called when it is done; soon, if it is so already."""
        if self._state != _PENDING:
            self._loop.call_soon(fn, self, context=context)
        else:
            self._callbacks.append((fn, contextvars.copy_context() if context is None else context))

    def remove_done_callback(self, fn):
        """Remove all that equal the function, and say how many there were."""
        kept = [entry for entry in self._callbacks if entry[0] != fn]
        removed = len(self._callbacks) - len(kept)
        if removed:
            self._callbacks[:] = kept
        return removed

    def set_result(self, result):
        """It is done, and this is the result."""
        if self._state != _PENDING:
            raise exceptions.InvalidStateError(f'{self._state}: {self!r}' if self._loop is None else 'invalid state')
        self._result = result
        self._state = _FINISHED
        self._schedule_callbacks()

    def set_exception(self, exception):
        """It is done, and this is the exception, or its class."""
        if self._state != _PENDING:
            raise exceptions.InvalidStateError('invalid state')
        if isinstance(exception, type) and issubclass(exception, BaseException):
            exception = exception()
        if not isinstance(exception, BaseException):
            raise TypeError('invalid exception object')
        if isinstance(exception, StopIteration):
            error = RuntimeError('StopIteration interacts badly with generators and cannot be raised into a Future')
            error.__cause__ = exception
            error.__context__ = exception
            exception = error
        self._exception = exception
        self._traceback = exception.__traceback__
        self._state = _FINISHED
        self._schedule_callbacks()
        self._log_it = True

    def __await__(self):
        if self._state is _PENDING:
            self._asyncio_future_blocking = True
            yield self
            if self._state is _PENDING:
                raise RuntimeError("await wasn't used with future")
        return self.result()

    __iter__ = __await__


def _set_result_unless_cancelled(future, result):
    """The call that ends a sleep: meanwhile it may have been cancelled."""
    if future._state is _PENDING:
        future.set_result(result)
