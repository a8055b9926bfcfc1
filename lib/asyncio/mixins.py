"""What the synchronization primitives and queues share."""

from . import events


class _LoopBoundMixin:
    """An object belongs to the event loop in which it first has to wait."""

    _loop = None

    def _get_loop(self):
        loop = events._get_running_loop()
        if self._loop is None:
            self._loop = loop
        elif loop is not self._loop:
            raise RuntimeError(f'{self!r} is bound to a different event loop')
        return loop
