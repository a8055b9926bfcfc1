"""Finding tests: in classes, modules, by name, in folders."""

import functools
import os
import re
import sys
import traceback
import types
from fnmatch import fnmatch, fnmatchcase

from . import case, suite

__unittest = True

VALID_MODULE_NAME = re.compile(r"[_a-z]\w*\.py$", re.IGNORECASE)


class _FailedTest(case.TestCase):
    """Fails with the error that kept a module from being loaded."""

    _testMethodName = None

    def __init__(self, method_name, exception):
        self._exception = exception
        super().__init__(method_name)

    def __getattr__(self, name):
        if name != self._testMethodName:
            return super().__getattribute__(name)

        def test_failure():
            raise self._exception
        return test_failure


def _make_failed_import_test(name, suite_class):
    message = f"Failed to import test module: {name}\n{traceback.format_exc()}"
    return suite_class((_FailedTest(name, ImportError(message)),)), message


def _make_failed_test(method_name, exception, suite_class, message):
    return suite_class((_FailedTest(method_name, exception),)), message


def _make_skipped_test(method_name, exception, suite_class):
    @case.skip(str(exception))
    def test_skipped(self):
        pass
    return suite_class((type("ModuleSkipped", (case.TestCase,), {method_name: test_skipped})(method_name),))


class TestLoader:
    """Makes suites of tests."""

    testMethodPrefix = "test"
    sortTestMethodsUsing = staticmethod(lambda x, y: (x > y) - (x < y))
    testNamePatterns = None
    suiteClass = suite.TestSuite
    _top_level_dir = None

    def __init__(self):
        super().__init__()
        self.errors = []
        self._entered = set()  # names of the packages that discovery is in

    def loadTestsFromTestCase(self, testCaseClass):
        """All tests of a class."""
        if issubclass(testCaseClass, suite.TestSuite):
            raise TypeError("Test cases should not be derived from TestSuite. Maybe you meant to derive from TestCase?")
        if testCaseClass in (case.TestCase, case.FunctionTestCase):
            names = []
        else:
            names = self.getTestCaseNames(testCaseClass)
            if not names and hasattr(testCaseClass, "runTest"):
                names = ["runTest"]
        return self.suiteClass(map(testCaseClass, names))

    def loadTestsFromModule(self, module, *, pattern=None):
        """All tests of a module's classes; its load_tests() may change them."""
        tests = []
        for name in dir(module):
            obj = getattr(module, name)
            if (isinstance(obj, type) and issubclass(obj, case.TestCase)
                    and obj not in (case.TestCase, case.FunctionTestCase)):
                tests.append(self.loadTestsFromTestCase(obj))
        load_tests = getattr(module, "load_tests", None)
        tests = self.suiteClass(tests)
        if load_tests is not None:
            try:
                return load_tests(self, tests, pattern)
            except Exception as e:
                message = f"Failed to call load_tests:\n{traceback.format_exc()}"
                failed, message = _make_failed_test(module.__name__, e, self.suiteClass, message)
                self.errors.append(message)
                return failed
        return tests

    def loadTestsFromName(self, name, module=None):
        """What a dotted name means: a module, a class, a method, a function that makes tests."""
        parts = name.split(".")
        error_case = error_message = None
        if module is None:
            parts_copy = parts[:]
            while parts_copy:
                try:
                    module_name = ".".join(parts_copy)
                    module = __import__(module_name)
                    break
                except ImportError:
                    next_attribute = parts_copy.pop()
                    error_case, error_message = _make_failed_import_test(next_attribute, self.suiteClass)
                    if not parts_copy:
                        self.errors.append(error_message)
                        return error_case
            parts = parts[1:]
        obj = module
        parent = None
        for part in parts:
            try:
                parent, obj = obj, getattr(obj, part)
            except AttributeError as e:
                if getattr(obj, "__path__", None) is not None and error_case is not None:
                    self.errors.append(error_message)
                    return error_case
                failed, message = _make_failed_test(part, e, self.suiteClass,
                                                    f"Failed to access attribute:\n{traceback.format_exc()}")
                self.errors.append(message)
                return failed
        if isinstance(obj, types.ModuleType):
            return self.loadTestsFromModule(obj)
        if (isinstance(obj, type) and issubclass(obj, case.TestCase)
                and obj not in (case.TestCase, case.FunctionTestCase)):
            return self.loadTestsFromTestCase(obj)
        if isinstance(obj, types.FunctionType) and isinstance(parent, type) and issubclass(parent, case.TestCase):
            name = parts[-1]
            inst = parent(name)
            if not isinstance(getattr(inst, name), types.FunctionType):
                return self.suiteClass([inst])
        elif isinstance(obj, suite.TestSuite):
            return obj
        if callable(obj):
            test = obj()
            if isinstance(test, suite.TestSuite):
                return test
            if isinstance(test, case.TestCase):
                return self.suiteClass([test])
            raise TypeError(f"calling {obj} returned {test}, not a test")
        raise TypeError(f"don't know how to make test from: {obj}")

    def loadTestsFromNames(self, names, module=None):
        """A suite of what all names mean."""
        return self.suiteClass([self.loadTestsFromName(name, module) for name in names])

    def getTestCaseNames(self, testCaseClass):
        """The names of a class's test methods, sorted."""
        def wanted(attrname):
            if not attrname.startswith(self.testMethodPrefix) or not callable(getattr(testCaseClass, attrname)):
                return False
            full = f"{testCaseClass.__module__}.{testCaseClass.__qualname__}.{attrname}"
            return self.testNamePatterns is None or any(fnmatchcase(full, p) for p in self.testNamePatterns)
        names = list(filter(wanted, dir(testCaseClass)))
        if self.sortTestMethodsUsing:
            names.sort(key=functools.cmp_to_key(self.sortTestMethodsUsing))
        return names

    def discover(self, start_dir, pattern="test*.py", top_level_dir=None):
        """The tests of all modules below a folder whose file names match the pattern."""
        before = self._top_level_dir
        top_is_open = top_level_dir is None and before is None
        if top_level_dir is None:
            top_level_dir = before or start_dir
        top_level_dir = os.path.abspath(top_level_dir)
        if top_level_dir not in sys.path:
            sys.path.insert(0, top_level_dir)
        self._top_level_dir = top_level_dir
        if os.path.isdir(os.path.abspath(start_dir)):
            start_dir = os.path.abspath(start_dir)
            importable = start_dir == top_level_dir or os.path.isfile(os.path.join(start_dir, "__init__.py"))
        else:
            try:
                __import__(start_dir)
            except ImportError:
                importable = False
            else:
                importable = True
                module, top = sys.modules[start_dir], sys.modules[start_dir.partition(".")[0]]
                try:
                    start_dir = os.path.dirname(os.path.abspath(module.__file__))
                except AttributeError:
                    if module.__name__ in sys.builtin_module_names:
                        raise TypeError("Can not use builtin modules as dotted module names") from None
                    raise TypeError(f"don't know how to discover from {module!r}") from None
                if top_is_open:
                    sys.path.remove(top_level_dir)
                    self._top_level_dir = os.path.dirname(os.path.abspath(top.__file__))
                    if hasattr(top, "__path__"):
                        self._top_level_dir = os.path.dirname(self._top_level_dir)
        if not importable:
            raise ImportError("Start directory is not importable: %r" % start_dir)
        tests = list(self._find_tests(start_dir, pattern))
        self._top_level_dir = before
        return self.suiteClass(tests)

    def _module_name(self, path):
        relative = os.path.relpath(os.path.splitext(os.path.normpath(path))[0], self._top_level_dir)
        return relative.replace(os.path.sep, ".")

    def _find_tests(self, folder, pattern):
        """The suites of a folder's modules and packages. A package is imported, whatever its name: it may say by
        load_tests what its tests are, and then nobody looks into it."""
        name = self._module_name(folder)
        if name != "." and name not in self._entered:  # the search begins in a package
            tests, is_whole = self._tests_of_package(name, pattern)
            yield tests
            if is_whole:
                return
        for entry in sorted(os.listdir(folder)):
            path = os.path.join(folder, entry)
            if os.path.isfile(path):
                if VALID_MODULE_NAME.match(entry) and self._match_path(entry, path, pattern):
                    yield self._tests_of_file(path, pattern)
            elif os.path.isdir(path) and os.path.isfile(os.path.join(path, "__init__.py")):
                name = self._module_name(path)
                tests, is_whole = self._tests_of_package(name, pattern)
                yield tests
                if not is_whole:
                    self._entered.add(name)
                    try:
                        yield from self._find_tests(path, pattern)
                    finally:
                        self._entered.discard(name)

    def _match_path(self, path, full_path, pattern):
        """Is a file of this name wanted? May be overridden."""
        return fnmatch(path, pattern)

    def _tests_of_file(self, path, pattern):
        name = self._module_name(path)
        module, failed = self._import_tests(name)
        if failed is not None:
            return failed
        found = os.path.splitext(os.path.realpath(getattr(module, "__file__", path)))[0]
        if found.lower() != os.path.splitext(os.path.realpath(path))[0].lower():
            stem = os.path.splitext(os.path.basename(path))[0]
            raise ImportError(f"{stem!r} module incorrectly imported from {os.path.dirname(found)!r}. Expected "
                              f"{os.path.dirname(path)!r}. Is this module globally installed?")
        return self.loadTestsFromModule(module, pattern=pattern)

    def _tests_of_package(self, name, pattern):
        """(the suite, whether it is all that there is of the package)"""
        package, failed = self._import_tests(name)
        if failed is not None:
            return failed, True
        self._entered.add(name)
        try:
            tests = self.loadTestsFromModule(package, pattern=pattern)
        finally:
            self._entered.discard(name)
        return tests, getattr(package, "load_tests", None) is not None

    def _import_tests(self, name):
        """(the module, None), or (None, the suite that says why there is none)"""
        try:
            __import__(name)
        except case.SkipTest as e:
            return None, _make_skipped_test(name, e, self.suiteClass)
        except Exception:
            failed, message = _make_failed_import_test(name, self.suiteClass)
            self.errors.append(message)
            return None, failed
        return sys.modules[name], None


defaultTestLoader = TestLoader()
