"""What a coroutine is, and how it is shown."""

import collections.abc
import inspect
import os
import sys
import types

__all__ = 'iscoroutinefunction', 'iscoroutine'


def _is_debug_mode():
    """Do new event loops begin in debug mode? In development mode, or by the environment."""
    return sys.flags.dev_mode or (not sys.flags.ignore_environment and bool(os.environ.get('PYTHONASYNCIODEBUG')))


_is_coroutine = object()  # a mark that others put on functions


def iscoroutinefunction(func):
    """Is it a function that returns a coroutine when called?"""
    return inspect.iscoroutinefunction(func) or getattr(func, '_is_coroutine', None) is _is_coroutine


# Classes that have been found to be coroutines: asking an abstract class takes long.
_known_classes = {types.CoroutineType}
_KNOWN_MAX = 100


def iscoroutine(obj):
    """Is it a coroutine object?"""
    cls = type(obj)
    if cls in _known_classes:
        return True
    if not isinstance(obj, (types.CoroutineType, collections.abc.Coroutine)):
        return False
    if len(_known_classes) < _KNOWN_MAX:
        _known_classes.add(cls)
    return True


def _format_coroutine(coro):
    name = getattr(coro, '__qualname__', None) or getattr(coro, '__name__', None)
    name = f'{name}()' if name else f'<{type(coro).__name__} without __name__>()'
    kind = 'cr' if hasattr(coro, 'cr_code') else 'gi'
    code = getattr(coro, kind + '_code', None)
    if code is None:
        return f'{name} running' if getattr(coro, kind + '_running', False) else name
    frame = getattr(coro, kind + '_frame', None)
    filename = code.co_filename or '<empty co_filename>'
    if frame is not None:
        return f'{name} running at {filename}:{frame.f_lineno}'
    return f'{name} done, defined at {filename}:{code.co_firstlineno}'
