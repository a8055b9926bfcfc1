"""cProfile: how often each function of a program is called, and how long it takes."""

__all__ = ["run", "runctx", "Profile"]

import _lsprof
import profile as _pyprofile
import pstats as _pstats


def run(statement, filename=None, sort=-1):
    """Run a statement under the profiler; print the figures, or write them to a file."""
    return _pyprofile._Utils(Profile).run(statement, filename, sort)


def runctx(statement, globals, locals, filename=None, sort=-1):
    """The same with the namespaces given."""
    return _pyprofile._Utils(Profile).runctx(statement, globals, locals, filename, sort)


class Profile(_lsprof.Profiler):
    """A profiler; between enable() and disable(), or as a context manager, everything that is called is measured."""

    def print_stats(self, sort=-1):
        if not isinstance(sort, tuple):
            sort = (sort,)
        _pstats.Stats(self).strip_dirs().sort_stats(*sort).print_stats()

    def dump_stats(self, file):
        self.create_stats()
        _pstats._write(self.stats, file)

    def create_stats(self):
        self.disable()
        self.snapshot_stats()

    def snapshot_stats(self):
        """Set `stats` to what pstats works with."""
        entries = self.getstats()
        self.stats = {}
        callers_of = {}
        for entry in entries:
            callers = callers_of[id(entry.code)] = {}
            primitive = entry.callcount - entry.reccallcount
            self.stats[label(entry.code)] = primitive, entry.callcount, entry.inlinetime, entry.totaltime, callers
        for entry in entries:
            caller = label(entry.code)
            for call in entry.calls or ():
                figures = call.callcount, call.callcount - call.reccallcount, call.inlinetime, call.totaltime
                callers = callers_of.get(id(call.code), {})
                callers[caller] = _pstats._sum(callers.get(caller), figures)

    def run(self, cmd):
        import __main__

        return self.runctx(cmd, __main__.__dict__, __main__.__dict__)

    def runctx(self, cmd, globals, locals):
        self.enable()
        try:
            exec(cmd, globals, locals)
        finally:
            self.disable()
        return self

    def runcall(self, func, /, *args, **kw):
        self.enable()
        try:
            return func(*args, **kw)
        finally:
            self.disable()

    def __enter__(self):
        self.enable()
        return self

    def __exit__(self, *exc_info):
        self.disable()


def label(code):
    """(file, line, name) of what is called."""
    return ("~", 0, code) if isinstance(code, str) else (code.co_filename, code.co_firstlineno, code.co_name)


def main():
    _pyprofile._main("cProfile.py", runctx, "Profile a library module")


if __name__ == "__main__":
    main()
