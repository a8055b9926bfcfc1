"""What is tested: options, the examples of texts, and the docstrings of objects."""

import inspect
import linecache
import re

__name__ = "doctest"  # the home that classes and functions tell

# --- options ---

OPTIONFLAGS_BY_NAME = {}


def register_optionflag(name):
    """The flag of that name; a new one if there is none yet."""
    return OPTIONFLAGS_BY_NAME.setdefault(name, 1 << len(OPTIONFLAGS_BY_NAME))


DONT_ACCEPT_TRUE_FOR_1 = register_optionflag("DONT_ACCEPT_TRUE_FOR_1")
DONT_ACCEPT_BLANKLINE = register_optionflag("DONT_ACCEPT_BLANKLINE")
NORMALIZE_WHITESPACE = register_optionflag("NORMALIZE_WHITESPACE")
ELLIPSIS = register_optionflag("ELLIPSIS")
SKIP = register_optionflag("SKIP")
IGNORE_EXCEPTION_DETAIL = register_optionflag("IGNORE_EXCEPTION_DETAIL")
COMPARISON_FLAGS = (DONT_ACCEPT_TRUE_FOR_1 | DONT_ACCEPT_BLANKLINE | NORMALIZE_WHITESPACE | ELLIPSIS | SKIP
                    | IGNORE_EXCEPTION_DETAIL)
REPORT_UDIFF = register_optionflag("REPORT_UDIFF")
REPORT_CDIFF = register_optionflag("REPORT_CDIFF")
REPORT_NDIFF = register_optionflag("REPORT_NDIFF")
REPORT_ONLY_FIRST_FAILURE = register_optionflag("REPORT_ONLY_FIRST_FAILURE")
FAIL_FAST = register_optionflag("FAIL_FAST")
REPORTING_FLAGS = REPORT_UDIFF | REPORT_CDIFF | REPORT_NDIFF | REPORT_ONLY_FIRST_FAILURE | FAIL_FAST

BLANKLINE_MARKER = "<BLANKLINE>"
ELLIPSIS_MARKER = "..."


# --- examples ---


def _with_newline(text):
    return text if not text or text[-1] == "\n" else text + "\n"


class Example:
    """A statement and what it should print; `exc_msg` is the last part of an expected traceback."""

    def __init__(self, source, want, exc_msg=None, lineno=0, indent=0, options=None):
        self.source = source if source.endswith("\n") else source + "\n"
        self.want = _with_newline(want)
        self.lineno = lineno
        self.indent = indent
        self.options = {} if options is None else options
        self.exc_msg = exc_msg + "\n" if exc_msg is not None and not exc_msg.endswith("\n") else exc_msg

    def __eq__(self, other):
        if type(self) is not type(other):
            return NotImplemented
        return vars(self) == vars(other)

    def __hash__(self):
        return hash((self.source, self.want, self.lineno, self.indent, self.exc_msg))


class DocTest:
    """The examples of one text, and the names they see."""

    def __init__(self, examples, globs, name, filename, lineno, docstring):
        if isinstance(examples, str):
            raise AssertionError("DocTest no longer accepts str; use DocTestParser instead")
        self.examples = examples
        self.docstring = docstring
        self.globs = globs.copy()
        self.name = name
        self.filename = filename
        self.lineno = lineno

    def __repr__(self):
        count = len(self.examples)
        many = "no examples" if not count else "1 example" if count == 1 else f"{count} examples"
        return f"<{type(self).__name__} {self.name} from {self.filename}:{self.lineno} ({many})>"

    def __eq__(self, other):
        if type(self) is not type(other):
            return NotImplemented
        return self._key() == other._key()

    def _key(self):
        return self.examples, self.docstring, self.globs, self.name, self.filename, self.lineno

    def __hash__(self):
        return hash((self.docstring, self.name, self.filename, self.lineno))

    def __lt__(self, other):
        if not isinstance(other, DocTest):
            return NotImplemented
        mine, others = (
            (test.name, test.filename or "", -1 if test.lineno is None else test.lineno, id(test))
            for test in (self, other)
        )
        return mine < others


class DocTestParser:
    """Finds the examples in a text."""

    _PROMPT = re.compile(r"( *)>>>(?: .*|$)?")
    _EXCEPTION = re.compile(
        r"(?P<header>Traceback\ \((?:most\ recent\ call\ last|innermost\ last)\):)\s*$\n?"
        r"(?P<stack>.*?)^(?P<message>\w+.*)",
        re.MULTILINE | re.DOTALL,
    )
    _OPTION = re.compile(r"#\s*doctest:\s*([^\n\'\"]*)$", re.MULTILINE)

    def parse(self, string, name="<string>"):
        """Text and Examples in turn, a str first and last."""
        string = string.expandtabs()
        margin = self._margin(string)
        if margin > 0:
            string = "\n".join(line[margin:] for line in string.split("\n"))
        lines = re.findall(r"[^\n]*\n|[^\n]+", string)
        output, text, i = [], [], 0
        while i < len(lines):
            prompt = re.match(r" *>>>", lines[i])
            if not prompt:
                text.append(lines[i])
                i += 1
                continue
            output.append("".join(text))
            text = []
            example, i = self._example(lines, i, prompt.end() - 3, name)
            if example:
                example.indent += margin
                output.append(example)
        output.append("".join(text))
        return output

    @staticmethod
    def _margin(string):
        return min((len(line) - len(line.lstrip(" ")) for line in string.split("\n") if line.strip()), default=0)

    def _example(self, lines, i, indent, name):
        """The Example that begins in line i (None for a comment alone), and the line behind it."""
        first, source, want = i, [lines[i]], []
        i += 1
        while i < len(lines) and re.match(r" *\.\.\.", lines[i]):
            source.append(lines[i])
            i += 1
        while i < len(lines) and lines[i].strip(" \n") and not re.match(r" *>>>", lines[i]):
            want.append(lines[i])
            i += 1
        source = [line.rstrip("\n") for line in source]
        self._check_blank(source, indent, name, first)
        self._check_prefix(source[1:], " " * indent + ".", name, first)
        source = "\n".join(line[indent + 4:] for line in source)
        want = "".join(want)
        want_lines = want.split("\n")
        if len(want_lines) > 1 and not want_lines[-1].strip(" "):
            del want_lines[-1]
        self._check_prefix(want_lines, " " * indent, name, first + len(source.split("\n")))
        want = "\n".join(line[indent:] for line in want_lines)
        match = self._EXCEPTION.match(want)
        options = self._options(source, name, first)
        if not self._has_code(source):
            return None, i
        return Example(source, want, match and match["message"], first, indent, options), i

    def _has_code(self, source):
        return any(line.strip() and not line.lstrip().startswith("#") for line in source.split("\n"))

    def _options(self, source, name, lineno):
        options = {}
        for match in self._OPTION.finditer(source):
            for option in match[1].replace(",", " ").split():
                if option[0] not in "+-" or option[1:] not in OPTIONFLAGS_BY_NAME:
                    raise ValueError(f"line {lineno + 1!r} of the doctest for {name} has an invalid option: {option!r}")
                options[OPTIONFLAGS_BY_NAME[option[1:]]] = option[0] == "+"
        if options and not self._has_code(source):
            raise ValueError(f"line {lineno!r} of the doctest for {name} has an option directive on a line with no "
                             f"example: {source!r}")
        return options

    def _check_blank(self, lines, indent, name, lineno):
        for i, line in enumerate(lines):
            if len(line) >= indent + 4 and line[indent + 3] != " ":
                raise ValueError(f"line {lineno + i + 1!r} of the docstring for {name} lacks blank after "
                                 f"{line[indent:indent + 3]}: {line!r}")

    def _check_prefix(self, lines, prefix, name, lineno):
        for i, line in enumerate(lines):
            if line and not line.startswith(prefix):
                raise ValueError(f"line {lineno + i + 1!r} of the docstring for {name} has inconsistent leading "
                                 f"whitespace: {line!r}")

    def get_doctest(self, string, globs, name, filename, lineno):
        return DocTest(self.get_examples(string, name), globs, name, filename, lineno, string)

    def get_examples(self, string, name="<string>"):
        return [part for part in self.parse(string, name) if isinstance(part, Example)]


class DocTestFinder:
    """Finds the docstrings of an object and of what it contains."""

    def __init__(self, verbose=False, parser=DocTestParser(), recurse=True, exclude_empty=True):
        self._parser = parser
        self._verbose = verbose
        self._recurse = recurse
        self._exclude_empty = exclude_empty

    def find(self, obj, name=None, module=None, globs=None, extraglobs=None):
        """The DocTests, in order. `module` is obj's; False: none."""
        if name is None:
            name = getattr(obj, "__name__", None)
            if name is None:
                raise ValueError("DocTestFinder.find: name must be given when obj.__name__ doesn't exist: "
                                 f"{type(obj)!r}")
        if module is False:
            module = None
        elif module is None:
            module = inspect.getmodule(obj)
        if globs is None:
            globs = {} if module is None else module.__dict__
        globs = globs.copy()
        if extraglobs is not None:
            globs.update(extraglobs)
        globs.setdefault("__name__", "__main__")
        tests = []
        self._find(tests, obj, name, module, self._source_lines(obj, module), globs, {})
        tests.sort()
        return tests

    def _source_lines(self, obj, module):
        try:
            file = inspect.getsourcefile(obj)
        except TypeError:
            return None
        if not file:
            file = inspect.getfile(obj)
            if not (file[:1] + file[-1:] == "<>"):
                file = None
        if file is None:
            return None
        return linecache.getlines(file, *([] if module is None else [module.__dict__])) or None

    def _from_module(self, module, obj):
        """Was the object defined in that module?"""
        if module is None:
            return True
        if inspect.getmodule(obj) is not None:
            return module is inspect.getmodule(obj)
        if inspect.isfunction(obj):
            return module.__dict__ is obj.__globals__
        if inspect.ismethoddescriptor(obj) or inspect.ismethodwrapper(obj):
            owner = getattr(obj, "__objclass__", None)
            home = owner.__module__ if owner else getattr(obj, "__module__", None)
            return home is None or module.__name__ == home
        if inspect.isclass(obj):
            return module.__name__ == obj.__module__
        if hasattr(obj, "__module__"):
            return module.__name__ == obj.__module__
        if isinstance(obj, property):
            return True
        raise ValueError("object must be a class or function")

    def _find(self, tests, obj, name, module, source_lines, globs, seen):
        if self._verbose:
            print(f"Finding tests in {name}")
        if id(obj) in seen:
            return
        seen[id(obj)] = 1
        test = self._get_test(obj, name, module, globs, source_lines)
        if test is not None:
            tests.append(test)
        if not self._recurse:
            return
        for part, value in self._parts(obj, name, module):
            self._find(tests, value, f"{name}.{part}", module, source_lines, globs, seen)

    def _parts(self, obj, name, module):
        """(name, value) of what an object contains that may have docstrings."""
        if inspect.ismodule(obj):
            for part, value in obj.__dict__.items():
                if (self._routine_like(value) or inspect.isclass(value)) and self._from_module(module, value):
                    yield part, value
            for part, value in getattr(obj, "__test__", {}).items():
                if not isinstance(part, str):
                    raise ValueError(f"DocTestFinder.find: __test__ keys must be strings: {type(part)!r}")
                if not (inspect.isroutine(value) or inspect.isclass(value) or inspect.ismodule(value)
                        or isinstance(value, str)):
                    raise ValueError("DocTestFinder.find: __test__ values must be strings, functions, methods, "
                                     f"classes, or modules: {type(value)!r}")
                yield f"__test__.{part}", value
        if inspect.isclass(obj):
            for part, value in obj.__dict__.items():
                if isinstance(value, (staticmethod, classmethod)):
                    value = value.__func__
                routine = inspect.isroutine(value) or inspect.isclass(value) or isinstance(value, property)
                if routine and self._from_module(module, value):
                    yield part, value

    def _routine_like(self, value):
        try:
            value = inspect.unwrap(value)
        except ValueError:
            pass
        return inspect.isroutine(value)

    def _get_test(self, obj, name, module, globs, source_lines):
        docstring = obj if isinstance(obj, str) else getattr(obj, "__doc__", None)
        docstring = "" if docstring is None else docstring if isinstance(docstring, str) else str(docstring)
        lineno = self._find_lineno(obj, source_lines)
        if self._exclude_empty and not docstring:
            return None
        filename = None
        if module is not None:
            filename = getattr(module, "__file__", None) or module.__name__
            filename = filename[:-1] if filename[-4:] == ".pyc" else filename
        return self._parser.get_doctest(docstring, globs, name, filename, lineno)

    def _find_lineno(self, obj, source_lines):
        """The line where an object's docstring begins, counted from 0; None where that is unknown."""
        lineno = None
        docstring = getattr(obj, "__doc__", None)
        if inspect.ismodule(obj) and docstring is not None:
            lineno = 0
        if inspect.isclass(obj) and docstring is not None:
            if source_lines is None:
                return None
            pattern = re.compile(r"^\s*class\s*%s\b" % re.escape(getattr(obj, "__name__", "-")))
            lineno = next((i for i, line in enumerate(source_lines) if pattern.match(line)), None)
        if inspect.ismethod(obj):
            obj = obj.__func__
        if isinstance(obj, property):
            obj = obj.fget
        if inspect.isroutine(obj) and getattr(obj, "__doc__", None):
            obj = inspect.unwrap(obj)
            try:
                obj = obj.__code__
            except AttributeError:
                return None
        if inspect.istraceback(obj):
            obj = obj.tb_frame
        if inspect.isframe(obj):
            obj = obj.f_code
        if inspect.iscode(obj):
            lineno = obj.co_firstlineno - 1
        if lineno is None:
            return None
        if source_lines is None:
            return lineno + 1
        string = re.compile(r"(^|.*:)\s*\w*(\"|')")
        return next((i for i in range(lineno, len(source_lines)) if string.match(source_lines[i])), None)
