"""Synchronization primitives. They are not for threads: code between two awaits is never interrupted."""

__all__ = 'Lock', 'Event', 'Condition', 'Semaphore', 'BoundedSemaphore', 'Barrier'

import collections
import enum

from . import exceptions, mixins


class _Waiting(mixins._LoopBoundMixin):
    """A queue of Futures, one for each task that waits."""

    _waiters = None

    async def _wait_in_line(self, too_late=None):
        """Wait until the Future at one's place is done. Call too_late() when it is, but the task cannot go on."""
        if self._waiters is None:
            self._waiters = collections.deque()
        future = self._get_loop().create_future()
        self._waiters.append(future)
        try:
            await future
        except (exceptions.CancelledError, MemoryError):
            if too_late is not None and future.done() and not future.cancelled():
                too_late()
            raise
        finally:
            self._waiters.remove(future)

    def __repr__(self):
        state = self._state_text()
        if self._waiters:
            state = f'{state}, waiters:{len(self._waiters)}'
        return f'<{super().__repr__()[1:-1]} [{state}]>'


class _ContextManagerMixin:
    """async with: acquire it, and release it at the end."""

    async def __aenter__(self):
        await self.acquire()
        return None  # there is nothing to be bound

    async def __aexit__(self, exc_type, exc, tb):
        self.release()


class Lock(_ContextManagerMixin, _Waiting):
    """A lock that one task holds at a time. Who has waited longest gets it next."""

    def __init__(self):
        self._locked = False

    def _state_text(self):
        return 'locked' if self._locked else 'unlocked'

    def locked(self):
        """Is it held?"""
        return self._locked

    async def acquire(self):
        """Wait until it is free, and take it. Returns True."""
        # Nobody goes before those who wait already, even when the lock is free for the moment.
        if self._locked or (self._waiters and not all(w.cancelled() for w in self._waiters)):
            try:
                await self._wait_in_line()
            except (exceptions.CancelledError, MemoryError):
                if not self._locked:
                    self._wake_up_first()  # it was this one's turn: the next one's now
                raise
        self._locked = True
        return True

    def release(self):
        """Let go of it; RuntimeError when it is not held."""
        if not self._locked:
            raise RuntimeError('Lock is not acquired.')
        self._locked = False
        self._wake_up_first()

    def _wake_up_first(self):
        if self._waiters:
            first = self._waiters[0]
            if not first.done():
                first.set_result(True)


class Event(_Waiting):
    """Something that happens once: all who wait for it go on."""

    def __init__(self):
        self._value = False

    def _state_text(self):
        return 'set' if self._value else 'unset'

    def is_set(self):
        """Has it happened?"""
        return self._value

    def set(self):
        """It has happened."""
        if not self._value:
            self._value = True
            for future in self._waiters or ():
                if not future.done():
                    future.set_result(True)

    def clear(self):
        """It may happen again."""
        self._value = False

    async def wait(self):
        """Wait until it has happened. Returns True."""
        if not self._value:
            await self._wait_in_line()
        return True


class Condition(_ContextManagerMixin, _Waiting):
    """A lock whose holder can wait for another holder's notice, letting go of it for the time."""

    def __init__(self, lock=None):
        self._lock = Lock() if lock is None else lock
        self.locked = self._lock.locked
        self.acquire = self._lock.acquire
        self.release = self._lock.release

    def _state_text(self):
        return 'locked' if self.locked() else 'unlocked'

    async def wait(self):
        """Wait for a notice. The lock must be held; it is held again afterwards, even if the wait is cancelled."""
        if not self.locked():
            raise RuntimeError('cannot wait on un-acquired lock')
        self.release()
        try:
            try:
                await self._wait_in_line()
                return True
            finally:
                error = await self._acquire_anyhow()
                if error is not None:
                    try:
                        raise error
                    finally:
                        error = None  # no cycle through the traceback
        except BaseException:
            # The notice may have been meant for this one: let it not be lost. A notice too many does no harm.
            self._notify(1)
            raise

    async def _acquire_anyhow(self):
        """Acquire the lock whatever happens. Returns a CancelledError that came meanwhile."""
        error = None
        while True:
            try:
                await self.acquire()
                return error
            except exceptions.CancelledError as exc:
                error = exc

    async def wait_for(self, predicate):
        """Wait until predicate() is true, and return what it gave."""
        result = predicate()
        while not result:
            await self.wait()
            result = predicate()
        return result

    def notify(self, n=1):
        """Let so many of those that wait go on, when the lock is let go of. It must be held."""
        if not self.locked():
            raise RuntimeError('cannot notify on un-acquired lock')
        self._notify(n)

    def _notify(self, n):
        for future in self._waiters or ():
            if n <= 0:
                break
            if not future.done():
                n -= 1
                future.set_result(False)

    def notify_all(self):
        """Let all go on."""
        self.notify(len(self._waiters or ()))


class Semaphore(_ContextManagerMixin, _Waiting):
    """A number of permits: acquire() takes one and waits while there is none, release() gives one back."""

    def __init__(self, value=1):
        if value < 0:
            raise ValueError('Semaphore initial value must be >= 0')
        self._value = value

    def _state_text(self):
        return 'locked' if self.locked() else f'unlocked, value:{self._value}'

    def locked(self):
        """Would acquire() have to wait?"""
        return self._value == 0 or any(not w.cancelled() for w in self._waiters or ())

    async def acquire(self):
        """Take a permit. Returns True."""
        if not self.locked():
            self._value -= 1
            return True
        try:
            await self._wait_in_line(self._give_back)
        finally:
            while self._value > 0 and self._wake_up_next():
                pass
        return True

    def _give_back(self):
        self._value += 1  # who has woken it up has taken the permit for it

    def release(self):
        """Give one back, or make one."""
        self._value += 1
        self._wake_up_next()

    def _wake_up_next(self):
        for future in self._waiters or ():
            if not future.done():
                self._value -= 1
                future.set_result(True)
                return True
        return False


class BoundedSemaphore(Semaphore):
    """A semaphore that refuses to have more permits than it had at first."""

    def __init__(self, value=1):
        self._bound_value = value
        super().__init__(value)

    def release(self):
        if self._value >= self._bound_value:
            raise ValueError('BoundedSemaphore released too many times')
        super().release()


class _BarrierState(enum.Enum):
    FILLING = 'filling'
    DRAINING = 'draining'
    RESETTING = 'resetting'
    BROKEN = 'broken'


class Barrier(mixins._LoopBoundMixin):
    """So many tasks wait for one another, and go on together."""

    def __init__(self, parties):
        if parties < 1:
            raise ValueError('parties must be > 0')
        self._cond = Condition()
        self._parties = parties
        self._state = _BarrierState.FILLING
        self._count = 0  # tasks that are in

    def __repr__(self):
        state = self._state.value
        if not self.broken:
            state += f', waiters:{self.n_waiting}/{self.parties}'
        return f'<{super().__repr__()[1:-1]} [{state}]>'

    async def __aenter__(self):
        return await self.wait()

    async def __aexit__(self, *args):
        pass

    async def wait(self):
        """Wait for the others. Returns a number from 0 to parties - 1, another one for each task."""
        async with self._cond:
            await self._until_it_fills()
            try:
                index = self._count
                self._count += 1
                if index + 1 == self._parties:
                    self._state = _BarrierState.DRAINING
                    self._cond.notify_all()
                else:
                    await self._until_it_drains()
                return index
            finally:
                self._count -= 1
                if self._count == 0:
                    if self._state in (_BarrierState.RESETTING, _BarrierState.DRAINING):
                        self._state = _BarrierState.FILLING
                    self._cond.notify_all()

    async def _until_it_fills(self):
        await self._cond.wait_for(lambda: self._state not in (_BarrierState.DRAINING, _BarrierState.RESETTING))
        if self._state is _BarrierState.BROKEN:
            raise exceptions.BrokenBarrierError('Barrier aborted')

    async def _until_it_drains(self):
        await self._cond.wait_for(lambda: self._state is not _BarrierState.FILLING)
        if self._state in (_BarrierState.BROKEN, _BarrierState.RESETTING):
            raise exceptions.BrokenBarrierError('Abort or reset of barrier')

    async def reset(self):
        """Make it empty again. Those that wait get a BrokenBarrierError."""
        async with self._cond:
            if self._count > 0:
                self._state = _BarrierState.RESETTING
            else:
                self._state = _BarrierState.FILLING
            self._cond.notify_all()

    async def abort(self):
        """Break it: who waits, and who will, gets a BrokenBarrierError, until reset()."""
        async with self._cond:
            self._state = _BarrierState.BROKEN
            self._cond.notify_all()

    @property
    def parties(self):
        """How many tasks it takes."""
        return self._parties

    @property
    def n_waiting(self):
        """How many wait."""
        return self._count if self._state is _BarrierState.FILLING else 0

    @property
    def broken(self):
        """Has abort() been called?"""
        return self._state is _BarrierState.BROKEN
