"""Shallow and deep copies of any object.

    copy(x)               a new object of x's kind that holds what x holds
    deepcopy(x[, memo])   a new object that holds copies of what x holds, all the way down
    replace(x, **changes) a copy with some fields changed, for objects that have __replace__

A class has its say through __copy__(self), __deepcopy__(self, memo), or the methods of pickling: __reduce_ex__,
__getstate__, __setstate__. A memo maps the id of each object copied to its copy, so that cycles end and what was shared
is shared again.
"""

from copyreg import dispatch_table
import types
from _functools import _set_own
from _weakref import ref

__all__ = ["Error", "copy", "deepcopy", "replace"]


class Error(Exception):
    """A class says nothing about how to copy its instances."""


error = Error  # an older name

# What is its own copy, shallow and deep.
_atomic_types = {type(None), int, float, bool, complex, str, bytes, type, type(...), type(NotImplemented), range,
                 types.FunctionType, types.BuiltinFunctionType, types.CodeType, ref, property}
_copiers = {list: list.copy, dict: dict.copy, set: set.copy, bytearray: bytearray.copy,
            **dict.fromkeys(_atomic_types | {tuple, frozenset, slice}, lambda x: x)}


def _reduction(x, cls, name):
    """How to take x apart: a tuple of 2 to 6, or a str if x is its own copy."""
    reductor = dispatch_table.get(cls)
    if reductor is not None:
        return reductor(x)
    reductor = getattr(x, "__reduce_ex__", None)
    if reductor is not None:
        return reductor(4)
    reductor = getattr(x, "__reduce__", None)
    if reductor is not None:
        return reductor()
    raise Error(f"un(deep)copyable object of type {cls}" if name == "deepcopy"
                else f"un(shallow)copyable object of type {cls}")


def copy(x):
    """A shallow copy of x."""
    return _copiers.get(type(x), _copy_other)(x)


def _copy_other(x):
    cls = type(x)
    if issubclass(cls, type):
        return x
    copier = getattr(cls, "__copy__", None)
    if copier is not None:
        return copier(x)
    reduced = _reduction(x, cls, "copy")
    if isinstance(reduced, str):
        return x
    return _reconstruct(x, None, *reduced)


def deepcopy(x, memo=None, _nil=[]):
    """A deep copy of x. `memo` maps ids of what has been copied to the copies."""
    cls = type(x)
    if cls in _atomic_types:
        return x
    key = id(x)
    if memo is None:
        memo = {}
    else:
        y = memo.get(key, _nil)
        if y is not _nil:
            return y
    copier = _deep_copiers.get(cls)
    if copier is not None:
        y = copier(x, memo)
    elif issubclass(cls, type):
        y = x
    else:
        copier = getattr(x, "__deepcopy__", None)
        if copier is not None:
            y = copier(memo)
        else:
            reduced = _reduction(x, cls, "deepcopy")
            y = x if isinstance(reduced, str) else _reconstruct(x, memo, *reduced)
    if y is not x:
        memo[key] = y
        _keep_alive(x, memo)
    return y


def _keep_alive(x, memo):
    """An object must live as long as its id stands in the memo."""
    kept = memo.get(id(memo))
    if kept is None:
        memo[id(memo)] = [x]
    else:
        kept.append(x)


def _deepcopy_list(x, memo):
    y = []
    memo[id(x)] = y
    append = y.append
    for item in x:
        append(item if type(item) in _atomic_types else deepcopy(item, memo))
    return y


def _deepcopy_tuple(x, memo):
    y = [item if type(item) in _atomic_types else deepcopy(item, memo) for item in x]
    # It may have been copied meanwhile, if it is part of a cycle.
    known = memo.get(id(x))
    if known is not None:
        return known
    for item, copied in zip(x, y):
        if item is not copied:
            return tuple(y)
    return x


def _deepcopy_dict(x, memo):
    y = {}
    memo[id(x)] = y
    for key, value in x.items():
        if type(value) not in _atomic_types:
            value = deepcopy(value, memo)
        y[key if type(key) in _atomic_types else deepcopy(key, memo)] = value
    return y


def _deepcopy_method(x, memo):
    return type(x)(x.__func__, deepcopy(x.__self__, memo))


_deep_copiers = {list: _deepcopy_list, tuple: _deepcopy_tuple, dict: _deepcopy_dict,
                 types.MethodType: _deepcopy_method}


def _reconstruct(x, memo, func, args, state=None, listiter=None, dictiter=None, /):
    """Make an object as a reduction says. With a memo, from deep copies of the parts."""
    deep = memo is not None
    if deep and args:
        args = [deepcopy(arg, memo) for arg in args]
    y = func(*args)
    if deep:
        memo[id(x)] = y
    if state is not None:
        if deep:
            state = deepcopy(state, memo)
        if hasattr(y, "__setstate__"):
            y.__setstate__(state)
        else:
            slots = None
            if isinstance(state, tuple) and len(state) == 2:
                state, slots = state
            if state is not None and not _set_own(y, state):
                y.__dict__.update(state)
            if slots is not None:
                for name, value in slots.items():
                    setattr(y, name, value)
    if listiter is not None:
        for item in listiter:
            y.append(deepcopy(item, memo) if deep else item)
    if dictiter is not None:
        for key, value in dictiter:
            if deep:
                key, value = deepcopy(key, memo), deepcopy(value, memo)
            y[key] = value
    return y


def replace(obj, /, **changes):
    """A copy of obj with some of its fields changed: what obj.__replace__ makes."""
    cls = obj.__class__
    replacer = getattr(cls, "__replace__", None)
    if replacer is None:
        raise TypeError(f"replace() does not support {cls.__name__} objects")
    return replacer(obj, **changes)
