"""What pdb debugs: programs, and the places of functions in their files."""

import inspect
import io
import os
import sys
import tokenize
import types

__name__ = "pdb"  # the home that classes and functions tell


def find_function(funcname, filename):
    """(name, file, line to stop at) of a function in a file of source text; None."""
    try:
        with tokenize.open(filename) as file:
            codes = [compile(file.read(), filename, "exec", dont_inherit=True)]
    except (OSError, SyntaxError, ValueError):
        return None
    while codes:
        inner = [c for c in codes.pop(0).co_consts if isinstance(c, types.CodeType)]
        for c in inner:
            if c.co_name == funcname and c.co_flags & inspect.CO_OPTIMIZED:
                return funcname, filename, find_first_executable_line(c)
        codes += inner
    return None


def find_first_executable_line(code):
    """The line at which a stop at a function is: that of its first statement."""
    start = code.co_firstlineno
    lines = [line for *_, line in code.co_lines() if line is not None and line > start]
    return min(lines, default=start)


class _ScriptTarget:
    """A file of source text, to be run as __main__."""

    def __init__(self, name):
        self.name = name
        self.filename = os.path.realpath(name)
        self.package = None
        self.spec = None

    def check(self):
        """None, or what is wrong with it."""
        if not os.path.exists(self.filename):
            return f"Error: {self.name} does not exist"
        return f"Error: {self.name} is a directory" if os.path.isdir(self.filename) else None

    def __str__(self):
        return self.filename

    @property
    def code(self):
        """The statement that runs it."""
        with io.open_code(self.filename) as file:
            return f"exec(compile({file.read()!r}, {self.filename!r}, 'exec'))"

    def prepare(self):
        """Imports of the program are from its folder."""
        sys.path[0] = os.path.dirname(self.filename)


class _ModuleTarget(_ScriptTarget):
    """A module, found as imports find it."""

    def __init__(self, name):
        import importlib.util

        self.name = name
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = importlib.util.find_spec(name + ".__main__")
        self.spec = spec
        self.filename = getattr(spec, "origin", None)
        self.package = getattr(spec, "parent", None)

    def check(self):
        return None if self.filename else f"ImportError: No module named {self.name}"

    @property
    def code(self):
        source = self.spec.loader.get_source(self.spec.name)
        return f"exec(compile({source!r}, {self.filename!r}, 'exec'))"

    def prepare(self):
        sys.argv[0] = self.filename
