"""Limits of time for a block."""

__all__ = 'Timeout', 'timeout', 'timeout_at'

import enum

from . import events, exceptions, tasks


class _State(enum.Enum):
    CREATED = 'created'
    ENTERED = 'active'
    EXPIRING = 'expiring'
    EXPIRED = 'expired'
    EXITED = 'finished'


class Timeout:
    """An asynchronous context manager that cancels its block at a time, and then raises TimeoutError after it."""

    def __init__(self, when):
        """`when` is a time of the event loop's clock, None for never."""
        self._state = _State.CREATED
        self._timer = None
        self._task = None
        self._when = when

    def when(self):
        """The time."""
        return self._when

    def reschedule(self, when):
        """Let it be another time."""
        if self._state is not _State.ENTERED:
            if self._state is _State.CREATED:
                raise RuntimeError('Timeout has not been entered')
            raise RuntimeError(f'Cannot change state of {self._state.value} Timeout')
        self._when = when
        if self._timer is not None:
            self._timer.cancel()
        if when is None:
            self._timer = None
            return
        loop = events.get_running_loop()
        if when <= loop.time():
            self._timer = loop.call_soon(self._on_timeout)
        else:
            self._timer = loop.call_at(when, self._on_timeout)

    def expired(self):
        """Has the time come within the block?"""
        return self._state in (_State.EXPIRING, _State.EXPIRED)

    def __repr__(self):
        info = ''
        if self._state is _State.ENTERED:
            info = f' when={None if self._when is None else round(self._when, 3)}'
        return f'<Timeout [{self._state.value}]{info}>'

    async def __aenter__(self):
        if self._state is not _State.CREATED:
            raise RuntimeError('Timeout has already been entered')
        task = tasks.current_task()
        if task is None:
            raise RuntimeError('Timeout should be used inside a task')
        self._state = _State.ENTERED
        self._task = task
        self._cancelling = task.cancelling()
        self.reschedule(self._when)
        return self

    async def __aexit__(self, exc_type, exc_val, exc_tb):
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._state is _State.ENTERED:
            self._state = _State.EXITED
        elif self._state is _State.EXPIRING:
            self._state = _State.EXPIRED
            # If somebody else has cancelled the task, too, it stays a cancellation.
            if self._task.uncancel() <= self._cancelling and exc_type is not None:
                if issubclass(exc_type, exceptions.CancelledError):
                    raise TimeoutError from exc_val
                self._replace_cancellation(exc_val)
        return None

    @staticmethod
    def _replace_cancellation(exc):
        """Let the exception have been raised while a TimeoutError was handled, not the CancelledError behind it."""
        while exc.__context__ is not None:
            if isinstance(exc.__context__, exceptions.CancelledError):
                timeout = TimeoutError()
                timeout.__context__ = timeout.__cause__ = exc.__context__
                exc.__context__ = timeout
                break
            exc = exc.__context__

    def _on_timeout(self):
        self._task.cancel()
        self._state = _State.EXPIRING
        self._timer = None  # no cycle


def timeout(delay):
    """A Timeout so many seconds from now; None: without a limit, which reschedule() can set."""
    loop = events.get_running_loop()
    return Timeout(None if delay is None else loop.time() + delay)


def timeout_at(when):
    """A Timeout at a time of the event loop's clock."""
    return Timeout(when)
