"""Ctrl-C during a run: the first one ends it after the test under way, the second one at once."""

import weakref

__unittest = True

_results = weakref.WeakKeyDictionary()
_handler = None


class _InterruptHandler:
    def __init__(self, default_handler):
        self.called = False
        self.original_handler = default_handler
        self.default_handler = default_handler

    def __call__(self, signum, frame):
        import signal
        if signal.getsignal(signal.SIGINT) is not self or self.called:
            self.default_handler(signum, frame)
        self.called = True
        for result in list(_results):
            result.stop()


def registerResult(result):
    """Let Ctrl-C stop this result's run."""
    _results[result] = 1


def removeResult(result):
    """No longer; False if it was not registered."""
    return bool(_results.pop(result, None))


def installHandler():
    """Handle Ctrl-C as said above."""
    global _handler
    import signal
    if _handler is None:
        _handler = _InterruptHandler(signal.getsignal(signal.SIGINT))
        signal.signal(signal.SIGINT, _handler)


def removeHandler(method=None):
    """Handle it as before; as a decorator, while a function runs."""
    if method is not None:
        import functools

        @functools.wraps(method)
        def inner(*args, **kwargs):
            import signal
            initial = signal.getsignal(signal.SIGINT)
            removeHandler()
            try:
                return method(*args, **kwargs)
            finally:
                signal.signal(signal.SIGINT, initial)
        return inner
    global _handler
    if _handler is not None:
        import signal
        signal.signal(signal.SIGINT, _handler.original_handler)
        _handler = None
    return None
