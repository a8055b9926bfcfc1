"""Running functions at given times: a scheduler for one thread."""
import heapq
import time
from collections import namedtuple
from itertools import count

__all__ = ['scheduler']

Event = namedtuple('Event', 'time, priority, sequence, action, argument, kwargs')
Event.time.__doc__ = '''Numeric type compatible with the return value of the
timefunc function passed to the constructor.'''
Event.priority.__doc__ = 'Of events for the same time those with the lowest number go first.'
Event.sequence.__doc__ = 'A running number: events of equal time and priority go in the order they were entered.'
Event.action.__doc__ = 'What is called: action(*argument, **kwargs).'
Event.argument.__doc__ = 'A sequence of positional arguments.'
Event.kwargs.__doc__ = 'A dict of keyword arguments.'

_sentinel = object()


class scheduler:
    """timefunc tells the time, delayfunc waits for so long."""

    def __init__(self, timefunc=time.monotonic, delayfunc=time.sleep):
        self._queue = []
        self.timefunc = timefunc
        self.delayfunc = delayfunc
        self._sequence_generator = count()

    def enterabs(self, time, priority, action, argument=(), kwargs=_sentinel):
        """Enter an event for a time; it can be cancelled by what is returned."""
        event = Event(time, priority, next(self._sequence_generator), action, argument,
                      {} if kwargs is _sentinel else kwargs)
        heapq.heappush(self._queue, event)
        return event

    def enter(self, delay, priority, action, argument=(), kwargs=_sentinel):
        """Enter an event for a time from now."""
        return self.enterabs(self.timefunc() + delay, priority, action, argument, kwargs)

    def cancel(self, event):
        """Take an event out; ValueError if it is not there."""
        self._queue.remove(event)
        heapq.heapify(self._queue)

    def empty(self):
        """Whether no event waits."""
        return not self._queue

    def run(self, blocking=True):
        """Run all events, waiting for each. Not blocking: run those that are due, and return how long it is to the next
        one."""
        queue = self._queue
        while queue:
            event = queue[0]
            now = self.timefunc()
            if event.time > now:
                if not blocking:
                    return event.time - now
                self.delayfunc(event.time - now)
                continue
            heapq.heappop(queue)
            event.action(*event.argument, **event.kwargs)
            self.delayfunc(0)

    @property
    def queue(self):
        """The events in the order they will run."""
        return sorted(self._queue)
