"""profile: the profiler in Python. cProfile measures the same with less to do for it; this one can be calibrated.

A call that is not over is a _Call on a stack, below all of them one of a function "profiler" that never ends.
"""

import sys
import time

__all__ = ["run", "runctx", "Profile"]


class _Utils:
    """What the functions of this module and of cProfile have in common."""

    def __init__(self, profiler):
        self.profiler = profiler

    def run(self, statement, filename, sort):
        return self._profiled(lambda profiler: profiler.run(statement), filename, sort)

    def runctx(self, statement, globals, locals, filename, sort):
        return self._profiled(lambda profiler: profiler.runctx(statement, globals, locals), filename, sort)

    def _profiled(self, work, filename, sort):
        profiler = self.profiler()
        try:
            work(profiler)
        except SystemExit:
            pass
        finally:
            if filename is None:
                profiler.print_stats(sort)
            else:
                profiler.dump_stats(filename)


def run(statement, filename=None, sort=-1):
    """Run a statement under the profiler; print the figures, or write them to a file."""
    return _Utils(Profile).run(statement, filename, sort)


def runctx(statement, globals, locals, filename=None, sort=-1):
    """The same with the namespaces given."""
    return _Utils(Profile).runctx(statement, globals, locals, filename, sort)


class _Call:
    __slots__ = "frame", "function", "inside", "outside"

    def __init__(self, frame, function):
        self.frame, self.function = frame, function
        self.inside = self.outside = 0


class Profile:
    """A profiler that measures with `timer`, which gives a number of seconds or a sequence whose sum it is.

    `bias`, what one event costs in seconds, is taken off each time; calibrate() finds it.
    """

    bias = 0

    def __init__(self, timer=None, bias=None):
        self.timings = {}
        self.cmd = ""
        if bias is not None:
            self.bias = bias
        if timer is None:
            self.timer = self.get_time = time.process_time
        else:
            self.timer = timer
            self.get_time = timer if isinstance(timer(), (int, float)) else lambda: sum(timer())
        self._stack = []
        self.simulate_call("profiler")
        self.t = self.get_time()

    def trace_dispatch(self, frame, event, arg):
        """The profile function."""
        call = self._stack[-1]
        call.inside += self.get_time() - self.t - self.bias
        if event == "call":
            code = frame.f_code
            self._push(frame, (code.co_filename, code.co_firstlineno, code.co_name))
        elif event == "c_call":
            self._push(frame, ("", 0, arg.__name__))
        elif frame is call.frame:
            self._pop()
        self.t = self.get_time()

    dispatcher = property(lambda self: self.trace_dispatch)

    def _push(self, frame, function):
        self._stack.append(_Call(frame, function))
        # Besides the figures there is the number of calls that are not over.
        primitive, open_calls, own, total, callers = self.timings.get(function, (0, 0, 0, 0, {}))
        self.timings[function] = primitive, open_calls + 1, own, total, callers

    def _pop(self):
        call = self._stack.pop()
        caller = self._stack[-1]
        time = call.inside + call.outside
        caller.outside += time
        primitive, open_calls, own, total, callers = self.timings[call.function]
        open_calls -= 1
        if not open_calls:
            primitive += 1
            total += time
        callers[caller.function] = callers.get(caller.function, 0) + 1
        self.timings[call.function] = primitive, open_calls, own + call.inside, total, callers

    def set_cmd(self, cmd):
        """Let what follows be called by a function named like the command."""
        if len(self._stack) == 1:
            self.cmd = cmd
            self.simulate_call(cmd)

    def simulate_call(self, name):
        self._push(None, ("profile", 0, name))

    def simulate_cmd_complete(self):
        """End all calls that are not over."""
        now = self.get_time()
        self._stack[-1].inside += now - self.t
        while len(self._stack) > 1:
            self._pop()
        self.t = self.get_time()

    def print_stats(self, sort=-1):
        import pstats

        if not isinstance(sort, tuple):
            sort = (sort,)
        pstats.Stats(self).strip_dirs().sort_stats(*sort).print_stats()

    def dump_stats(self, file):
        import pstats

        self.create_stats()
        pstats._write(self.stats, file)

    def create_stats(self):
        self.simulate_cmd_complete()
        self.snapshot_stats()

    def snapshot_stats(self):
        """Set `stats` to what pstats works with."""
        self.stats = {
            function: (primitive, sum(callers.values()), own, total, callers.copy())
            for function, (primitive, _, own, total, callers) in self.timings.items()
        }

    def run(self, cmd):
        import __main__

        return self.runctx(cmd, __main__.__dict__, __main__.__dict__)

    def runctx(self, cmd, globals, locals):
        self.set_cmd(cmd)
        sys.setprofile(self.trace_dispatch)
        try:
            exec(cmd, globals, locals)
        finally:
            sys.setprofile(None)
        return self

    def runcall(self, func, /, *args, **kw):
        self.set_cmd(repr(func))
        sys.setprofile(self.trace_dispatch)
        try:
            return func(*args, **kw)
        finally:
            sys.setprofile(None)

    def calibrate(self, m, verbose=0):
        """The bias of this machine: what an event costs on the average of m calls."""
        if self.__class__ is not Profile:
            raise TypeError("Subclasses must override .calibrate().")
        saved, self.bias = self.bias, 0
        try:
            return self._calibrate_inner(m, verbose)
        finally:
            self.bias = saved

    def _calibrate_inner(self, m, verbose):
        def work(n):
            for _ in range(n):
                pass

        def calls(n):
            for _ in range(n):
                work(100)

        start = self.get_time()
        calls(m)
        plain = self.get_time() - start
        profiler = Profile()
        start = self.get_time()
        profiler.runcall(calls, m)
        measured = self.get_time() - start
        if verbose:
            print("elapsed time without profiling =", plain)
            print("elapsed time with profiling =", measured)
        profiler.create_stats()
        reported = sum(row[2] for function, row in profiler.stats.items() if function[2] in ("work", "calls"))
        events = sum(row[1] for function, row in profiler.stats.items() if function[2] in ("work", "calls"))
        # There are two events for a call: its beginning and its end.
        mean = (reported - plain) / 2.0 / events
        if verbose:
            print("mean stopwatch overhead per profile event =", mean)
        return mean


def _main(name, runctx, help_of_module):
    """The command line of this module and of cProfile."""
    import os
    import types
    from importlib.machinery import ModuleSpec
    from optparse import OptionParser

    import pstats

    parser = OptionParser(usage=f"{name} [-o output_file_path] [-s sort] [-m module | scriptfile] [arg] ...", prog=name)
    parser.allow_interspersed_args = False
    outfile = ("-o", "--outfile"), dict(dest="outfile", help="Save stats to <outfile>", default=None)
    module = ("-m",), dict(dest="module", action="store_true", help=help_of_module, default=False)
    sort = ("-s", "--sort"), dict(
        dest="sort", help="Sort order when printing to stdout, based on pstats.Stats class",
        default=-1,
    )
    if name == "cProfile.py":
        sort[1].update(default=2, choices=sorted(pstats.Stats.sort_arg_dict_default))
    for flags, keywords in (outfile, sort, module) if name == "cProfile.py" else (outfile, module, sort):
        parser.add_option(*flags, **keywords)
    if not sys.argv[1:]:
        parser.print_usage()
        sys.exit(2)
    options, args = parser.parse_args()
    sys.argv[:] = args
    if options.outfile is not None:
        # The program may change the folder.
        options.outfile = os.path.abspath(options.outfile)
    if not args:
        parser.print_usage()
        return
    if options.module:
        import runpy

        code = "run_module(modname, run_name='__main__')"
        namespace = {"run_module": runpy.run_module, "modname": args[0]}
    else:
        program = args[0]
        sys.path.insert(0, os.path.dirname(program))
        with open(program, "rb") as file:
            code = compile(file.read(), program, "exec")
        main = types.ModuleType("__main__")
        main.__dict__.update(
            __spec__=ModuleSpec(name="__main__", loader=None, origin=program), __file__=program, __package__=None,
            __cached__=None,
        )
        sys.modules["__main__"] = main
        namespace = main.__dict__
    try:
        runctx(code, namespace, None, options.outfile, options.sort)
    except BrokenPipeError as error:
        # Nobody reads on: then there is no use in more errors.
        sys.stdout = None
        sys.exit(error.errno)


def main():
    _main("profile.py", runctx, "Profile a library module.")


if __name__ == "__main__":
    main()
