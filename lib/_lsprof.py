"""_lsprof: what cProfile measures with: the calls of functions and the time that they take, who called whom.

A function is known by its code object, a native one by a text. While it runs, a call lies on a stack with the time that
it began and the time that calls from it have taken. An entry's time is that of its outermost call only.
"""

import sys
from collections import namedtuple
from time import perf_counter
from types import ModuleType

profiler_entry = namedtuple("profiler_entry", "code callcount reccallcount totaltime inlinetime calls")
profiler_subentry = namedtuple("profiler_subentry", "code callcount reccallcount totaltime inlinetime")
profiler_entry.__module__ = profiler_subentry.__module__ = __name__


class _Figures:
    """The calls of a function, all of them or those from one other."""

    __slots__ = "calls", "recursive", "total", "inline", "depth", "callees"

    def __init__(self):
        self.calls = self.recursive = self.depth = 0
        self.total = self.inline = 0
        self.callees = {}

    def finish(self, total, inline):
        self.depth -= 1
        self.calls += 1
        self.inline += inline
        if self.depth:
            self.recursive += 1
        else:
            self.total += total


class _Call:
    __slots__ = "figures", "from_caller", "start", "inner"


def _native_name(function):
    """What a native function is called."""
    owner, name = function.__self__, function.__name__
    if owner is None or isinstance(owner, ModuleType):
        return f"<built-in method {function.__module__}.{name}>" if function.__module__ else f"<built-in method {name}>"
    for cls in type(owner).__mro__:
        if name in vars(cls):
            return repr(vars(cls)[name])
    return f"<built-in method {name}>"


class Profiler:
    """Profiler(timer=None, timeunit=None, subcalls=True, builtins=True)

    Measures with the function `timer`, a clock by default; if it gives ints, each is `timeunit` seconds. Which function
    has called which is told apart with subcalls, native functions are seen with builtins.
    """

    def __init__(self, timer=None, timeunit=0.0, subcalls=True, builtins=True):
        self._timer = perf_counter if timer is None else timer
        self._unit = timeunit or 1
        self._subcalls, self._builtins = subcalls, builtins
        self._active = False
        self.clear()

    def clear(self):
        """Forget what has been measured."""
        self._entries = {}
        self._stack = []

    def enable(self, subcalls=True, builtins=True):
        """Begin to measure."""
        if not self._active and sys.getprofile() is not None:
            raise ValueError("Another profiling tool is already active")
        self._subcalls, self._builtins = subcalls, builtins
        self._active = True
        sys.setprofile(self._event)

    def disable(self):
        """Stop measuring; calls that are not over end here."""
        if not self._active:
            return
        self._active = False
        sys.setprofile(None)
        while self._stack:
            self._end()

    def getstats(self):
        """A list of profiler_entry; their `calls` are profiler_subentry, or None."""
        unit = self._unit
        return [
            profiler_entry(
                code, f.calls, f.recursive, f.total * unit, f.inline * unit,
                [
                    profiler_subentry(callee, s.calls, s.recursive, s.total * unit, s.inline * unit)
                    for callee, s in f.callees.items()
                    if s.calls
                ]
                or None,
            )
            for code, f in self._entries.items()
            if f.calls
        ]

    def _event(self, frame, event, arg):
        """The profile function. What it does counts as time of the function that is at work."""
        if event == "call":
            if frame.f_code is _DISABLE:
                # It is seen as the native method that it is elsewhere, and all that it calls is not.
                if self._builtins and self._active:
                    self._begin("<method 'disable' of '_lsprof.Profiler' objects>")
                self._builtins = False
            else:
                self._begin(frame.f_code)
        elif event == "return":
            if self._stack:
                self._end()
        elif self._builtins:
            if event == "c_call":
                self._begin(_native_name(arg))
            elif self._stack:
                self._end()

    def _begin(self, code):
        figures = self._entries.get(code)
        if figures is None:
            figures = self._entries[code] = _Figures()
        figures.depth += 1
        call = _Call()
        call.figures, call.from_caller, call.inner = figures, None, 0
        if self._subcalls and self._stack:
            callees = self._stack[-1].figures.callees
            call.from_caller = callees.get(code)
            if call.from_caller is None:
                call.from_caller = callees[code] = _Figures()
            call.from_caller.depth += 1
        self._stack.append(call)
        call.start = self._timer()

    def _end(self):
        call = self._stack.pop()
        total = self._timer() - call.start
        if self._stack:
            self._stack[-1].inner += total
        call.figures.finish(total, total - call.inner)
        if call.from_caller is not None:
            call.from_caller.finish(total, total - call.inner)


_DISABLE = Profiler.disable.__code__
