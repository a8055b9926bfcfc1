"""Queues of three orders. There are no threads: only a signal's handler can end a wait, or its timeout."""

import heapq
import time
import types
from collections import deque

__all__ = ['Empty', 'Full', 'ShutDown', 'Queue', 'PriorityQueue', 'LifoQueue', 'SimpleQueue']

_PAUSE = 0.01  # seconds between two looks at a queue that is waited for


class Empty(Exception):
    """Nothing to take without waiting longer."""


Empty.__module__ = '_queue'


class Full(Exception):
    """No room without waiting longer."""


class ShutDown(Exception):
    """The queue has been shut down."""


def _wait(ready, block, timeout, failure):
    """Wait until `ready()`, as block and timeout of put and get say; `failure` when that does not come about."""
    if not block:
        if not ready():
            raise failure
        return
    if timeout is not None and timeout < 0:
        raise ValueError("'timeout' must be a non-negative number")
    end = None if timeout is None else time.monotonic() + timeout
    while not ready():
        rest = _PAUSE if end is None else end - time.monotonic()
        if rest <= 0:
            raise failure
        time.sleep(min(rest, _PAUSE))


class Queue:
    """First in, first out; at most maxsize items, where that is positive.

    A subclass has another order by other methods _init, _qsize, _put and _get.
    """

    def __init__(self, maxsize=0):
        self.maxsize = maxsize
        self._init(maxsize)
        self.unfinished_tasks = 0
        self.is_shutdown = False

    def task_done(self):
        """Say that work on an item that was taken is done."""
        if self.unfinished_tasks <= 0:
            raise ValueError('task_done() called too many times')
        self.unfinished_tasks -= 1

    def join(self):
        """Wait until work on all items is done."""
        _wait(lambda: not self.unfinished_tasks, True, None, Empty)

    def qsize(self):
        """How many items are there."""
        return self._qsize()

    def empty(self):
        """Is no item there?"""
        return not self._qsize()

    def full(self):
        """Is there room for no more?"""
        return 0 < self.maxsize <= self._qsize()

    def put(self, item, block=True, timeout=None):
        """Add an item, when there is room for it."""
        if self.is_shutdown:
            raise ShutDown
        if self.maxsize > 0:
            _wait(lambda: self.is_shutdown or self._qsize() < self.maxsize, block, timeout, Full)
            if self.is_shutdown:
                raise ShutDown
        self._put(item)
        self.unfinished_tasks += 1

    def get(self, block=True, timeout=None):
        """Take an item, when one is there."""
        if self.is_shutdown and not self._qsize():
            raise ShutDown
        _wait(lambda: self.is_shutdown or self._qsize(), block, timeout, Empty)
        if not self._qsize():
            raise ShutDown
        return self._get()

    def put_nowait(self, item):
        """put without waiting."""
        return self.put(item, block=False)

    def get_nowait(self):
        """get without waiting."""
        return self.get(block=False)

    def shutdown(self, immediate=False):
        """Let no more items in; with `immediate`, those that are there are lost."""
        self.is_shutdown = True
        while immediate and self._qsize():
            self._get()
            if self.unfinished_tasks > 0:
                self.unfinished_tasks -= 1

    def _init(self, maxsize):
        self.queue = deque()

    def _qsize(self):
        return len(self.queue)

    def _put(self, item):
        self.queue.append(item)

    def _get(self):
        return self.queue.popleft()

    __class_getitem__ = classmethod(types.GenericAlias)


class PriorityQueue(Queue):
    """The least item first."""

    def _init(self, maxsize):
        self.queue = []

    def _qsize(self):
        return len(self.queue)

    def _put(self, item):
        heapq.heappush(self.queue, item)

    def _get(self):
        return heapq.heappop(self.queue)


class LifoQueue(Queue):
    """Last in, first out."""

    def _init(self, maxsize):
        self.queue = []

    def _qsize(self):
        return len(self.queue)

    def _put(self, item):
        self.queue.append(item)

    def _get(self):
        return self.queue.pop()


class SimpleQueue:
    """First in, first out, without a bound and without tasks."""

    def __init__(self):
        self._items = deque()

    def put(self, item, block=True, timeout=None):
        """Add an item; block and timeout do not matter."""
        self._items.append(item)

    def get(self, block=True, timeout=None):
        """Take an item, when one is there."""
        _wait(lambda: self._items, block, timeout, Empty)
        return self._items.popleft()

    def put_nowait(self, item):
        """put."""
        self.put(item)

    def get_nowait(self):
        """get without waiting."""
        return self.get(False)

    def empty(self):
        """Is no item there?"""
        return not self._items

    def qsize(self):
        """How many items are there."""
        return len(self._items)

    __class_getitem__ = classmethod(types.GenericAlias)


SimpleQueue.__module__ = '_queue'
