"""Type variables. Their classes are the interpreter's own, which leave to this file what may be given to them."""

from _types import NoDefaultType, ParamSpec, TypeVar, TypeVarTuple
from _typing.forms import _Final, _type_check

__name__ = "typing"  # the home that classes and functions tell

NoDefault = NoDefaultType()


def _variable_arguments(constraints, bound, covariant, contravariant, infer_variance):
    """What the call of a class keeps: a bound or constraints, and three flags. The constraints are True for those of a
    TypeVar without, False for a ParamSpec."""
    covariant, contravariant, infer_variance = bool(covariant), bool(contravariant), bool(infer_variance)
    if covariant and contravariant:
        raise ValueError("Bivariant types are not supported.")
    if infer_variance and (covariant or contravariant):
        raise ValueError("Variance cannot be specified with infer_variance.")
    limit = bound
    if bound is not None or constraints is False:
        limit = _type_check(bound, "Bound must be a type.")
    if isinstance(constraints, tuple):
        if len(constraints) == 1:
            raise TypeError("A single constraint is not allowed")
        if bound is not None:
            raise TypeError("Constraints cannot be combined with bound=...")
        limit = constraints
    return limit, covariant, contravariant, infer_variance


class _Parameters(_Final, _root=True):
    """Some of the parameters that a ParamSpec stands for."""

    __slots__ = ("__origin__",)

    def __init__(self, origin):
        self.__origin__ = origin

    def __repr__(self):
        name = self.__origin__.__name__ if isinstance(self.__origin__, ParamSpec) else self.__origin__
        return f"{name}.{self._told}"

    def __eq__(self, other):
        return self.__origin__ == other.__origin__ if isinstance(other, type(self)) else NotImplemented

    __hash__ = None

    def __mro_entries__(self, bases):
        raise TypeError(f"Cannot subclass an instance of {type(self).__name__}")


class ParamSpecArgs(_Parameters, _root=True):
    """P.args: the positional arguments of a ParamSpec."""

    __slots__ = ()
    _told = "args"


class ParamSpecKwargs(_Parameters, _root=True):
    """P.kwargs: the keyword arguments of a ParamSpec."""

    __slots__ = ()
    _told = "kwargs"


def _is_variable(t):
    return isinstance(t, (TypeVar, ParamSpec, TypeVarTuple))


def _has_default(p):
    """Without working it out."""
    return hasattr(p, "has_default") and p.has_default()
