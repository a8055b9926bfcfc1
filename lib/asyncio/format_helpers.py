"""How callbacks and call stacks are shown in reprs and messages."""

import functools
import reprlib
import sys
from types import FunctionType

DEBUG_STACK_DEPTH = 10  # frames that debug mode remembers of where an object was made


def source_of(func):
    """(file, line) of where a Python function is defined, or None."""
    while hasattr(func, '__wrapped__'):
        func = func.__wrapped__
    if isinstance(func, FunctionType):
        return func.__code__.co_filename, func.__code__.co_firstlineno
    if isinstance(func, (functools.partial, functools.partialmethod)):
        return source_of(func.func)
    return None


def arguments_text(args, kwargs, *, debug=False):
    """The arguments in parentheses. They may be secrets, so outside of debug mode they are not shown."""
    if not debug:
        return '()'
    items = [reprlib.repr(arg) for arg in args]
    items += [f'{name}={reprlib.repr(arg)}' for name, arg in kwargs.items()]
    return f"({', '.join(items)})"


def call_text(func, args, kwargs={}, suffix='', *, debug=False):
    """A call as source text: name(arguments)."""
    suffix = arguments_text(args, kwargs, debug=debug) + suffix
    if isinstance(func, functools.partial):
        return call_text(func.func, func.args, func.keywords, suffix, debug=debug)
    name = getattr(func, '__qualname__', None) or getattr(func, '__name__', None) or repr(func)
    return name + suffix


def callback_text(func, args, *, debug=False):
    """The call, and where its function is defined."""
    text = call_text(func, args, debug=debug)
    source = source_of(func)
    return f'{text} at {source[0]}:{source[1]}' if source else text


def creation_stack(depth):
    """The stack of who calls the caller of this, `depth` frames further up, as debug mode keeps it."""
    import traceback
    return traceback.StackSummary.extract(traceback.walk_stack(sys._getframe(depth + 1)), limit=DEBUG_STACK_DEPTH,
                                          lookup_lines=False)[::-1]
