"""The node classes Num, Str, Bytes, NameConstant and Ellipsis, which Constant has replaced: they make Constants, and
constants of their kind count as their instances."""

from ast import _REPLACED, Constant, _deprecated


def _warn(name, level):
    _deprecated(f"ast.{name} is deprecated and will be removed in Python 3.14; use ast.Constant instead", level + 1)


class _ABC(type):
    def __init__(cls, *args):
        cls.__doc__ = "Deprecated AST node class. Use ast.Constant instead"

    def __instancecheck__(cls, inst):
        values = _VALUES.get(cls)
        if values is None:
            return type.__instancecheck__(cls, inst)
        _warn(cls.__name__, 2)
        if not isinstance(inst, Constant) or not hasattr(inst, "value"):
            return False
        # bool is an int, and has a class of its own here
        return isinstance(inst.value, values) and not (cls is Num and isinstance(inst.value, bool))


def _new(cls, *args, **kwargs):
    for key in kwargs:
        if key in cls._fields and cls._fields.index(key) < len(args):
            raise TypeError(f"{cls.__name__} got multiple values for argument {key!r}")
    if cls not in _VALUES:
        return object.__new__(cls)
    _warn(cls.__name__, 2)
    return Constant(..., *args, **kwargs) if cls is Ellipsis else Constant(*args, **kwargs)


def _class(name, fields):
    return _ABC(name, (Constant,), {"__module__": "ast", "_fields": fields, "__new__": _new})


Num = _class("Num", ("n",))
Str = _class("Str", ("s",))
Bytes = _class("Bytes", ("s",))
NameConstant = _class("NameConstant", ("value", "kind"))
Ellipsis = _class("Ellipsis", ())

# The types of the values of each.
_VALUES = {cls: _REPLACED[cls.__name__] for cls in (Num, Str, Bytes, NameConstant, Ellipsis)}
