"""Compile text that may be the beginning of a statement only.

compile_command() gives a code object for a whole statement, None for the beginning of one, and raises SyntaxError,
ValueError or OverflowError for what no further line makes right.
"""

import __future__
import warnings

__all__ = ["compile_command", "Compile", "CommandCompiler"]

_features = [getattr(__future__, name) for name in __future__.all_feature_names]
PyCF_DONT_IMPLY_DEDENT = 0x200
PyCF_ALLOW_INCOMPLETE_INPUT = 0x4000
_INCOMPLETE = PyCF_DONT_IMPLY_DEDENT | PyCF_ALLOW_INCOMPLETE_INPUT


def _is_blank(line):
    line = line.strip()
    return not line or line[0] == "#"


def _is_incomplete(compiler, source, filename, symbol):
    """Could further lines make the source right, or longer? A compound statement ends with an empty line."""
    try:
        compiler(source, filename, symbol, flags=_INCOMPLETE)
    except _IncompleteInputError:
        try:
            compiler(source + "\n", filename, symbol, flags=_INCOMPLETE)
        except _IncompleteInputError:
            pass
        except SyntaxError:
            return False
        return True
    except SyntaxError:
        pass
    return False


def _maybe_compile(compiler, source, filename, symbol):
    if all(map(_is_blank, source.split("\n"))):
        if symbol != "eval":
            source = "pass"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", (SyntaxWarning, DeprecationWarning))
        if _is_incomplete(compiler, source, filename, symbol):
            return None
    return compiler(source, filename, symbol, incomplete_input=False)


def _compile(source, filename, symbol, incomplete_input=True, *, flags=0):
    return compile(source, filename, symbol, flags, dont_inherit=True)


def compile_command(source, filename="<input>", symbol="single"):
    """Compile a command, or return None when it is only the beginning of one.

    symbol is "single" (default), "exec" or "eval". Raises SyntaxError, ValueError or OverflowError when the text is
    wrong whatever follows.
    """
    return _maybe_compile(_compile, source, filename, symbol)


class Compile:
    """The built-in compile() with a memory: a __future__ statement that it has met holds for what it compiles later."""

    def __init__(self):
        self.flags = _INCOMPLETE

    def __call__(self, source, filename, symbol, flags=0, **kwargs):
        remembered = self.flags
        if kwargs.get("incomplete_input", True) is False:
            remembered &= ~_INCOMPLETE
        code = compile(source, filename, symbol, flags | remembered, True)
        for feature in _features:
            if code.co_flags & feature.compiler_flag:
                self.flags |= feature.compiler_flag
        return code


class CommandCompiler:
    """compile_command() with a memory: a __future__ statement that it has met holds for what it compiles later."""

    def __init__(self):
        self.compiler = Compile()

    def __call__(self, source, filename="<input>", symbol="single"):
        """Compile a command, or return None when it is only the beginning of one; see compile_command()."""
        return _maybe_compile(self.compiler, source, filename, symbol)
