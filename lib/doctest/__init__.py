"""doctest: run the examples in docstrings and text files as tests.

    >>> 1 + 1
    2

A DocTestParser finds the examples of a text, a DocTestFinder the docstrings of a module or another object (a DocTest
for each), a DocTestRunner runs them, and an OutputChecker compares what they print with what the text says.
"""

__all__ = [
    "register_optionflag", "DONT_ACCEPT_TRUE_FOR_1", "DONT_ACCEPT_BLANKLINE", "NORMALIZE_WHITESPACE", "ELLIPSIS",
    "SKIP", "IGNORE_EXCEPTION_DETAIL", "COMPARISON_FLAGS", "REPORT_UDIFF", "REPORT_CDIFF", "REPORT_NDIFF",
    "REPORT_ONLY_FIRST_FAILURE", "REPORTING_FLAGS", "FAIL_FAST", "Example", "DocTest", "DocTestParser",
    "DocTestFinder", "DocTestRunner", "OutputChecker", "DocTestFailure", "UnexpectedException", "DebugRunner",
    "testmod", "testfile", "run_docstring_examples", "DocTestSuite", "DocFileSuite", "set_unittest_reportflags",
    "script_from_examples", "testsource", "debug_src", "debug",
]

import __future__
import difflib
import inspect
import linecache
import os
import pdb
import re
import sys
import traceback
from collections import namedtuple
from io import StringIO

from doctest._debugger import _OutputRedirectingPdb
from doctest._find import *
from doctest._find import OPTIONFLAGS_BY_NAME, _with_newline

# --- helpers ---


def _indent(text, indent=4):
    """The text with its lines, but for empty ones, moved to the right."""
    return re.sub("(?m)^(?!$)", indent * " ", text)


def _normalize_module(module, depth=2):
    """A module from itself, its name, or (None) the one that called."""
    if inspect.ismodule(module):
        return module
    if isinstance(module, str):
        return __import__(module, globals(), locals(), ["*"])
    if module is None:
        frame = sys._getframe(depth)
        try:
            return sys.modules[frame.f_globals["__name__"]]
        except KeyError:
            import types
            made = types.ModuleType(frame.f_globals["__name__"])
            made.__dict__.update(frame.f_globals)
            return made
    raise TypeError("Expected a module, string, or None")


def _load_testfile(filename, package, module_relative, encoding):
    """(text, path) of a file; with module_relative it is looked for beside the package."""
    if module_relative:
        package = _normalize_module(package, 3)
        filename = _module_relative_path(package, filename)
        loader = getattr(package, "__loader__", None)
        if hasattr(loader, "get_data"):
            data = loader.get_data(filename).decode(encoding)
            return data.replace("\r\n", "\n").replace("\r", "\n"), filename
    with open(filename, encoding=encoding) as file:
        return file.read(), filename


def _module_relative_path(module, path):
    if not inspect.ismodule(module):
        raise TypeError(f"Expected a module: {module!r}")
    if path.startswith("/"):
        raise ValueError("Module-relative files may not have absolute paths")
    path = os.path.join(*path.split("/"))
    if hasattr(module, "__file__"):
        return os.path.join(os.path.split(module.__file__)[0], path)
    if module.__name__ == "__main__":
        return os.path.join(os.path.split(sys.argv[0])[0] if sys.argv and sys.argv[0] else os.curdir, path)
    for directory in getattr(module, "__path__", ()):
        if os.path.exists(full := os.path.join(directory, path)):
            return full
    raise ValueError(f"Can't resolve paths relative to the module {module!r} (it has no __file__)")


class _Captured(StringIO):
    """What an example prints."""

    def getvalue(self):
        return _with_newline(super().getvalue())

    def truncate(self, size=None):
        self.seek(size)
        super().truncate()


# --- running ---


class TestResults(namedtuple("TestResults", "failed attempted")):
    """How many examples failed of those that were run; `skipped` were not."""

    def __new__(cls, failed, attempted, *, skipped=0):
        results = super().__new__(cls, failed, attempted)
        results.skipped = skipped
        return results

    def __repr__(self):
        skipped = f", skipped={self.skipped}" if self.skipped else ""
        return f"TestResults(failed={self.failed}, attempted={self.attempted}{skipped})"


class DocTestRunner:
    """Runs examples, reports what goes wrong and counts."""

    DIVIDER = "*" * 70

    def __init__(self, checker=None, verbose=None, optionflags=0):
        self._checker = checker or OutputChecker()
        self._verbose = "-v" in sys.argv if verbose is None else verbose
        self.optionflags = self.original_optionflags = optionflags
        self.tries = self.failures = self.skips = 0
        self._stats = {}  # name: (failures, tries, skips)
        self._fakeout = _Captured()

    # reports: a subclass may write others

    def report_start(self, out, test, example):
        if self._verbose:
            want = "Expecting:\n" + _indent(example.want) if example.want else "Expecting nothing\n"
            out("Trying:\n" + _indent(example.source) + want)

    def report_success(self, out, test, example, got):
        if self._verbose:
            out("ok\n")

    def report_failure(self, out, test, example, got):
        out(self._failure_header(test, example) + self._checker.output_difference(example, got, self.optionflags))

    def report_unexpected_exception(self, out, test, example, exc_info):
        text = "".join(traceback.format_exception(*exc_info))
        out(self._failure_header(test, example) + "Exception raised:\n" + _indent(text))

    def _failure_header(self, test, example):
        if test.filename:
            line = "?"
            if test.lineno is not None and example.lineno is not None:
                line = test.lineno + example.lineno + 1
            place = f'File "{test.filename}", line {line}, in {test.name}'
        else:
            place = f"Line {example.lineno + 1}, in {test.name}"
        return f"{self.DIVIDER}\n{place}\nFailed example:\n{_indent(example.source)}"

    # running

    def run(self, test, compileflags=None, out=None, clear_globs=True):
        """Run a DocTest; returns TestResults."""
        self.test = test
        if compileflags is None:
            compileflags = _extract_future_flags(test.globs)
        stdout, encoding = sys.stdout, getattr(sys.stdout, "encoding", None)
        if out is None:
            def out(text):
                if encoding is not None and encoding.lower() != "utf-8":
                    text = text.encode(encoding, "backslashreplace").decode(encoding)
                stdout.write(text)
        saved = sys.gettrace(), pdb.set_trace, sys.displayhook, linecache.getlines
        sys.stdout = self._fakeout
        self.debugger = _OutputRedirectingPdb(stdout)
        self.debugger.reset()
        pdb.set_trace = self.debugger.set_trace
        self.save_linecache_getlines = linecache.getlines
        linecache.getlines = self.__patched_linecache_getlines
        sys.displayhook = sys.__displayhook__
        try:
            return self.__run(test, compileflags, out)
        finally:
            sys.stdout = stdout
            sys.settrace(saved[0])
            pdb.set_trace, sys.displayhook, linecache.getlines = saved[1:]
            if clear_globs:
                test.globs.clear()
                import builtins
                builtins._ = None

    _FILENAME = re.compile(r"<doctest (?P<name>.+)\[(?P<number>\d+)\]>$")

    def __patched_linecache_getlines(self, filename, module_globals=None):
        match = self._FILENAME.match(filename)
        if match and match["name"] == self.test.name:
            return self.test.examples[int(match["number"])].source.splitlines(keepends=True)
        return self.save_linecache_getlines(filename, module_globals)

    def __run(self, test, compileflags, out):
        failures = tries = skips = 0
        original = self.optionflags
        for number, example in enumerate(test.examples):
            quiet = self.optionflags & REPORT_ONLY_FIRST_FAILURE and failures > 0
            self.optionflags = original
            for flag, on in example.options.items():
                self.optionflags = self.optionflags | flag if on else self.optionflags & ~flag
            if self.optionflags & SKIP:
                skips += 1
                tries += 1
                continue
            tries += 1
            if not quiet:
                self.report_start(out, test, example)
            exception = self._execute(test, example, f"<doctest {test.name}[{number}]>", compileflags)
            got = self._fakeout.getvalue()
            self._fakeout.truncate(0)
            if exception is None:
                good = self._checker.check_output(example.want, got, self.optionflags)
            else:
                message = self._exception_text(exception)
                good = self._check_exception(example, message)
                if not quiet:
                    got += _exception_traceback(exception)
            if good:
                if not quiet:
                    self.report_success(out, test, example, got)
            else:
                if not quiet and exception is not None and example.exc_msg is None:
                    self.report_unexpected_exception(out, test, example, exception)
                elif not quiet:
                    self.report_failure(out, test, example, got)
                failures += 1
                if self.optionflags & FAIL_FAST:
                    break
        self.optionflags = original
        self.__record_outcome(test, failures, tries, skips)
        return TestResults(failures, tries, skipped=skips)

    def _execute(self, test, example, filename, compileflags):
        """Run an example; returns sys.exc_info() of what it raised, else None."""
        try:
            exec(compile(example.source, filename, "single", compileflags, True), test.globs)
            return None
        except KeyboardInterrupt:
            raise
        except:
            kind, value, trace = sys.exc_info()
            return kind, value, trace.tb_next
        finally:
            self.debugger.set_continue()

    @staticmethod
    def _exception_text(exception):
        lines = traceback.format_exception_only(*exception[:2])
        if issubclass(exception[0], SyntaxError):  # the place does not count, the message and notes do
            kind = exception[0]
            heads = f"{kind.__qualname__}:", f"{kind.__module__}.{kind.__qualname__}:"
            lines = lines[next(i for i, line in enumerate(lines) if line.startswith(heads)):]
        return "".join(lines)

    def _check_exception(self, example, message):
        if example.exc_msg is None:
            return False
        if self._checker.check_output(example.exc_msg, message, self.optionflags):
            return True
        if not self.optionflags & IGNORE_EXCEPTION_DETAIL:
            return False
        return self._checker.check_output(_exception_name(example.exc_msg), _exception_name(message), self.optionflags)

    def __record_outcome(self, test, failures, tries, skips):
        old = self._stats.get(test.name, (0, 0, 0))
        self._stats[test.name] = failures + old[0], tries + old[1], skips + old[2]
        self.failures += failures
        self.tries += tries
        self.skips += skips

    # counts

    def summarize(self, verbose=None):
        """Print how it went; returns TestResults of all."""
        verbose = self._verbose if verbose is None else verbose
        empty, passed, failed = [], [], []
        totals = [0, 0, 0]
        for name, (failures, tries, skips) in self._stats.items():
            totals = [a + b for a, b in zip(totals, (failures, tries, skips))]
            if not tries:
                empty.append(name)
            elif not failures:
                passed.append((name, tries))
            else:
                failed.append((name, failures, tries))
        if verbose:
            if empty:
                print(f"{_count(len(empty), 'item')} had no tests:")
                print(*(f"    {name}" for name in sorted(empty)), sep="\n")
            if passed:
                print(f"{_count(len(passed), 'item')} passed all tests:")
                for name, tries in sorted(passed):
                    print(f" {tries:3d} {'test' if tries == 1 else 'tests'} in {name}")
        if failed:
            print(self.DIVIDER)
            print(f"{_count(len(failed), 'item')} had failures:")
            for name, failures, tries in sorted(failed):
                print(f" {failures:3d} of {tries:3d} in {name}")
        failures, tries, skips = totals
        if verbose:
            print(f"{_count(tries, 'test')} in {_count(len(self._stats), 'item')}.")
            print(f"{tries - failures} passed" + (f" and {failures} failed." if failures else "."))
        if failures:
            print(f"***Test Failed*** {_count(failures, 'failure')}" + (f" and {_count(skips, 'skipped test')}"
                                                                       if skips else "") + ".")
        elif verbose:
            print("Test passed.")
        return TestResults(failures, tries, skipped=skips)

    def merge(self, other):
        """Add another runner's counts."""
        for name, counts in other._stats.items():
            old = self._stats.get(name, (0, 0, 0))
            self._stats[name] = tuple(a + b for a, b in zip(old, counts))


def _count(number, noun):
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _extract_future_flags(globs):
    """The flags of the features of __future__ that a namespace has."""
    flags = 0
    for name in __future__.all_feature_names:
        feature = getattr(__future__, name)
        if globs.get(name) is feature:
            flags |= feature.compiler_flag
    return flags


def _exception_traceback(exception):
    return "".join(traceback.format_exception(*exception))


def _exception_name(message):
    """The exception's name without its module, of what a traceback ends with."""
    start, end = 0, len(message)
    if (newline := message.find("\n")) >= 0:
        end = newline
    if (colon := message.find(":", 0, end)) >= 0:
        end = colon
    if (dot := message.rfind(".", 0, end)) >= 0:
        start = dot + 1
    return message[start:end]


class OutputChecker:
    """Compares what was printed with what was wanted, and shows the difference."""

    def check_output(self, want, got, optionflags):
        want, got = (text.encode("ascii", "backslashreplace").decode("ascii") for text in (want, got))
        if got == want:
            return True
        if not optionflags & DONT_ACCEPT_TRUE_FOR_1 and (got, want) in (("True\n", "1\n"), ("False\n", "0\n")):
            return True
        if not optionflags & DONT_ACCEPT_BLANKLINE:
            want = re.sub(rf"(?m)^{re.escape(BLANKLINE_MARKER)}\s*?$", "", want)
            got = re.sub(r"(?m)^[^\S\n]+$", "", got)
            if got == want:
                return True
        if optionflags & NORMALIZE_WHITESPACE:
            got, want = " ".join(got.split()), " ".join(want.split())
            if got == want:
                return True
        return bool(optionflags & ELLIPSIS) and _ellipsis_match(want, got)

    def _fancy(self, want, got, optionflags):
        if not optionflags & (REPORT_UDIFF | REPORT_CDIFF | REPORT_NDIFF):
            return False
        if optionflags & REPORT_NDIFF:
            return True
        return want.count("\n") > 2 and got.count("\n") > 2

    def output_difference(self, example, got, optionflags):
        want = example.want
        if not optionflags & DONT_ACCEPT_BLANKLINE:
            got = re.sub("(?m)^[ ]*(?=\n)", BLANKLINE_MARKER, got)
        if self._fancy(want, got, optionflags):
            wanted, lines = want.splitlines(keepends=True), got.splitlines(keepends=True)
            if optionflags & REPORT_UDIFF:
                diff = list(difflib.unified_diff(wanted, lines, n=2))[2:]
                kind = "unified diff with -expected +actual"
            elif optionflags & REPORT_CDIFF:
                diff = list(difflib.context_diff(wanted, lines, n=2))[2:]
                kind = "context diff with expected followed by actual"
            else:
                diff = difflib.Differ(charjunk=difflib.IS_CHARACTER_JUNK).compare(wanted, lines)
                kind = "ndiff with -expected +actual"
            return f"Differences ({kind}):\n" + _indent("".join(line.rstrip() + "\n" for line in diff))
        parts = [f"{head}:\n{_indent(text)}" if text else f"{head} nothing\n"
                 for head, text in (("Expected", want), ("Got", got))]
        return "".join(parts)


def _ellipsis_match(want, got):
    """Is `got` what `want` says, where `...` stands for any text?"""
    if ELLIPSIS_MARKER not in want:
        return want == got
    head, *middle, tail = want.split(ELLIPSIS_MARKER)
    if not got.startswith(head) or not got.endswith(tail):
        return False
    start, end = len(head), len(got) - len(tail)
    if start > end:
        return False
    for piece in middle:
        start = got.find(piece, start, end)
        if start < 0:
            return False
        start += len(piece)
    return True


class DocTestFailure(Exception):
    """An example of a DebugRunner that printed something else."""

    def __init__(self, test, example, got):
        self.test = test
        self.example = example
        self.got = got

    def __str__(self):
        return str(self.test)


class UnexpectedException(Exception):
    """An example of a DebugRunner that raised an exception."""

    def __init__(self, test, example, exc_info):
        self.test = test
        self.example = example
        self.exc_info = exc_info

    def __str__(self):
        return str(self.test)


class DebugRunner(DocTestRunner):
    """A runner that raises an exception at the first failure; the test's names stay as they are then."""

    def run(self, test, compileflags=None, out=None, clear_globs=True):
        results = super().run(test, compileflags, out, False)
        if clear_globs:
            test.globs.clear()
        return results

    def report_unexpected_exception(self, out, test, example, exc_info):
        raise UnexpectedException(test, example, exc_info)

    def report_failure(self, out, test, example, got):
        raise DocTestFailure(test, example, got)


# --- modules, files, objects ---

master = None  # the runner that has the counts of all testmod() and testfile() calls


def _finish(runner, report):
    global master
    if report:
        runner.summarize()
    if master is None:
        master = runner
    else:
        master.merge(runner)
    return TestResults(runner.failures, runner.tries, skipped=runner.skips)


def testmod(m=None, name=None, globs=None, verbose=None, report=True, optionflags=0, extraglobs=None,
            raise_on_error=False, exclude_empty=False):
    """Test the docstrings of a module, by default of the program."""
    if m is None:
        m = sys.modules.get("__main__")
    if not inspect.ismodule(m):
        raise TypeError(f"testmod: module required; {m!r}")
    runner = (DebugRunner if raise_on_error else DocTestRunner)(verbose=verbose, optionflags=optionflags)
    finder = DocTestFinder(exclude_empty=exclude_empty)
    for test in finder.find(m, m.__name__ if name is None else name, globs=globs, extraglobs=extraglobs):
        runner.run(test)
    return _finish(runner, report)


def testfile(filename, module_relative=True, name=None, package=None, globs=None, verbose=None, report=True,
             optionflags=0, extraglobs=None, raise_on_error=False, parser=DocTestParser(), encoding=None):
    """Test the examples of a text file, whose name is relative to the calling module or to `package`."""
    if package and not module_relative:
        raise ValueError("Package may only be specified for module-relative paths.")
    text, filename = _load_testfile(filename, package, module_relative, encoding or "utf-8")
    if name is None:
        name = os.path.basename(filename)
    globs = {} if globs is None else globs.copy()
    if extraglobs is not None:
        globs.update(extraglobs)
    globs.setdefault("__name__", "__main__")
    runner = (DebugRunner if raise_on_error else DocTestRunner)(verbose=verbose, optionflags=optionflags)
    runner.run(parser.get_doctest(text, globs, name, filename, 0))
    return _finish(runner, report)


def run_docstring_examples(f, globs, verbose=False, name="NoName", compileflags=None, optionflags=0):
    """Test one object's docstring with the names in `globs`."""
    runner = DocTestRunner(verbose=verbose, optionflags=optionflags)
    for test in DocTestFinder(verbose=verbose, recurse=False).find(f, name, globs=globs):
        runner.run(test, compileflags=compileflags)


# --- examples as programs ---


def script_from_examples(s):
    """The examples of a text as a program, everything else as comments."""
    output = []
    for piece in DocTestParser().parse(s):
        if isinstance(piece, Example):
            output.append(piece.source[:-1])
            if piece.want:
                output.append("# Expected:")
                output += ["## " + line for line in piece.want.split("\n")[:-1]]
        else:
            output += ["# " + line if line else "#" for line in piece.split("\n")[:-1]]
    while output and output[-1] == "#":
        output.pop()
    while output and output[0] == "#":
        output.pop(0)
    return "\n".join(output) + "\n"


def testsource(module, name):
    """The docstring of the object of that full name in a module, as a program."""
    module = _normalize_module(module)
    for test in DocTestFinder().find(module):
        if test.name == name:
            return script_from_examples(test.docstring)
    raise ValueError(name, "not found in tests")


def debug_src(src, pm=False, globs=None):
    """Run the examples of a text under the module pdb."""
    debug_script(script_from_examples(src), pm, globs)


def debug_script(src, pm=False, globs=None):
    """Run a program under the module pdb, or call it where the program fails."""
    import pdb
    globs = globs.copy() if globs else {}
    if not pm:
        pdb.Pdb(nosigint=True).run(f"exec({src!r})", globs, globs)
        return
    try:
        exec(src, globs, globs)
    except:
        print(sys.exc_info()[1])
        debugger = pdb.Pdb(nosigint=True)
        debugger.reset()
        debugger.interaction(None, sys.exc_info()[2])


def debug(module, name, pm=False):
    """Run the docstring of the object of that full name in a module under the module pdb."""
    module = _normalize_module(module)
    debug_script(testsource(module, name), pm, module.__dict__)


from doctest._cases import *
from doctest._cases import DocFileCase, DocFileTest, DocTestCase, SkipDocTestCase
