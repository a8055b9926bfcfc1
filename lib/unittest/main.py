"""The command line: unittest.main() and mpy -m unittest."""

import os
import sys

from . import loader, runner
from .signals import installHandler

__unittest = True

_NO_TESTS_EXITCODE = 5

_USAGE = """usage: {prog} [-h] [-v] [-q] [--locals] [--durations N] [-f] [-c] [-b]
{pad} [-k TESTNAMEPATTERNS]
{pad} [tests ...]
"""

_HELP = """
positional arguments:
  tests                a list of any number of test modules, classes and test
                       methods.

options:
  -h, --help           show this help message and exit
  -v, --verbose        Verbose output
  -q, --quiet          Quiet output
  --locals             Show local variables in tracebacks
  --durations N        Show the N slowest test cases (N=0 for all)
  -f, --failfast       Stop on first fail or error
  -c, --catch          Catch Ctrl-C and display results so far
  -b, --buffer         Buffer stdout and stderr during tests
  -k TESTNAMEPATTERNS  Only run tests which match the given substring
"""


def _convert_name(name):
    """A file's path as a module's name."""
    if os.path.isfile(name) and name.lower().endswith((".py", ".mpy")):
        if os.path.isabs(name):
            rel_path = os.path.relpath(name, os.getcwd())
            if os.path.isabs(rel_path) or rel_path.startswith(os.pardir):
                return name
            name = rel_path
        return os.path.splitext(os.path.normpath(name))[0].replace("\\", ".").replace("/", ".")
    return name


def _convert_select_pattern(pattern):
    return pattern if "*" in pattern else f"*{pattern}*"


class TestProgram:
    """A command line program that runs tests."""

    module = None
    verbosity = 1
    failfast = catchbreak = buffer = progName = warnings = testNamePatterns = None
    _discovery_loader = None

    def __init__(self, module="__main__", defaultTest=None, argv=None, testRunner=None,
                 testLoader=loader.defaultTestLoader, exit=True, verbosity=1, failfast=None, catchbreak=None,
                 buffer=None, warnings=None, *, tb_locals=False, durations=None):
        if isinstance(module, str):
            self.module = __import__(module)
            for part in module.split(".")[1:]:
                self.module = getattr(self.module, part)
        else:
            self.module = module
        argv = sys.argv if argv is None else argv
        self.exit = exit
        self.failfast = failfast
        self.catchbreak = catchbreak
        self.verbosity = verbosity
        self.buffer = buffer
        self.tb_locals = tb_locals
        self.durations = durations
        if warnings is None and not sys.warnoptions:
            self.warnings = "default"
        else:
            self.warnings = warnings
        self.defaultTest = defaultTest
        self.testRunner = testRunner
        self.testLoader = testLoader
        self.progName = os.path.basename(argv[0])
        self.parseArgs(argv)
        self.runTests()

    def usageExit(self, msg=None, code=2):
        """Print the usage and end."""
        pad = " " * (len("usage: ") + len(self.progName))
        stream = sys.stderr if msg else sys.stdout
        stream.write(_USAGE.format(prog=self.progName, pad=pad))
        if msg:
            stream.write(f"{self.progName}: error: {msg}\n")
        else:
            stream.write(_HELP)
        sys.exit(code)

    def _value(self, name, rest, text):
        """The value of an option: what follows in the same word, or the next one."""
        if text:
            return text.removeprefix("=")
        if not rest:
            self.usageExit(f"argument {name}: expected one argument")
        return rest.pop(0)

    def _option(self, arg, rest):
        """Take one option; False if it is none of these."""
        if arg in ("-h", "--help"):
            self.usageExit(code=0)
        elif arg in ("-v", "--verbose"):
            self.verbosity = 2
        elif arg in ("-q", "--quiet"):
            self.verbosity = 0
        elif arg == "--locals":
            self.tb_locals = True
        elif arg in ("-f", "--failfast"):
            self.failfast = True
        elif arg in ("-c", "--catch"):
            self.catchbreak = True
        elif arg in ("-b", "--buffer"):
            self.buffer = True
        elif arg.startswith("-k"):
            if self.testNamePatterns is None:
                self.testNamePatterns = []
            self.testNamePatterns.append(_convert_select_pattern(self._value("-k", rest, arg[2:])))
        elif arg == "--durations" or arg.startswith("--durations="):
            self.durations = int(self._value("--durations", rest, arg[len("--durations"):]))
        else:
            return False
        return True

    def parseArgs(self, argv):
        """Read the command line and load the tests."""
        rest = list(argv[1:])
        if self.module is None and rest and rest[0].lower() == "discover":
            return self._do_discovery(rest[1:])
        names = []
        while rest:
            arg = rest.pop(0)
            if arg == "--":
                names.extend(rest)
                break
            if len(arg) > 2 and arg[0] == "-" and arg[1] in "vqfcb":
                rest.insert(0, "-" + arg[2:])
                arg = arg[:2]
            if not arg.startswith("-") or arg == "-":
                names.append(arg)
            elif not self._option(arg, rest):
                self.usageExit(f"unrecognized arguments: {arg}")
        if self.module is None and not names:
            return self._do_discovery([])
        if names:
            self.testNames = [_convert_name(name) for name in names]
            if __name__ == "__main__":
                self.module = None
        elif self.defaultTest is None:
            self.testNames = None
        elif isinstance(self.defaultTest, str):
            self.testNames = (self.defaultTest,)
        else:
            self.testNames = list(self.defaultTest)
        self.createTests()

    def createTests(self, from_discovery=False, Loader=None):
        """Load the tests."""
        if self.testNamePatterns:
            self.testLoader.testNamePatterns = self.testNamePatterns
        if from_discovery:
            found = self.testLoader if Loader is None else Loader()
            self.test = found.discover(self.start, self.pattern, self.top)
        elif self.testNames is None:
            self.test = self.testLoader.loadTestsFromModule(self.module)
        else:
            self.test = self.testLoader.loadTestsFromNames(self.testNames, self.module)

    def _do_discovery(self, argv, Loader=None):
        self.start = "."
        self.pattern = "test*.py"
        self.top = None
        rest = list(argv)
        places = []
        while rest:
            arg = rest.pop(0)
            for short, long, attr in (("-s", "--start-directory", "start"), ("-p", "--pattern", "pattern"),
                                      ("-t", "--top-level-directory", "top")):
                if arg == short or arg == long or arg.startswith(long + "="):
                    setattr(self, attr, self._value(short, rest, arg[len(long):] if arg.startswith(long) else ""))
                    break
            else:
                if not arg.startswith("-"):
                    places.append(arg)
                elif not self._option(arg, rest):
                    self.usageExit(f"unrecognized arguments: {arg}")
        for attr, value in zip(("start", "pattern", "top"), places):
            setattr(self, attr, value)
        self.createTests(from_discovery=True, Loader=Loader)

    def runTests(self):
        """Run them; end the process with 0, 1, or 5 when there were none."""
        if self.catchbreak:
            installHandler()
        if self.testRunner is None:
            self.testRunner = runner.TextTestRunner
        if isinstance(self.testRunner, type):
            settings = dict(verbosity=self.verbosity, failfast=self.failfast, buffer=self.buffer,
                            warnings=self.warnings)
            try:
                try:
                    test_runner = self.testRunner(tb_locals=self.tb_locals, durations=self.durations, **settings)
                except TypeError:
                    test_runner = self.testRunner(**settings)
            except TypeError:
                test_runner = self.testRunner()
        else:
            test_runner = self.testRunner
        self.result = test_runner.run(self.test)
        if self.exit:
            if not self.result.wasSuccessful():
                sys.exit(1)
            if self.result.testsRun == 0 and len(self.result.skipped) == 0:
                sys.exit(_NO_TESTS_EXITCODE)
            sys.exit(0)


main = TestProgram
