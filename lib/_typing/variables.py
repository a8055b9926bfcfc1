"""Type variables that programs make by calling. Those of the syntax of PEP 695 are the interpreter's own."""

import _types
from _typing.forms import _MUST_BE_TYPES, Unpack, _caller, _type_check, _UnionOperators

__name__ = "typing"  # the home that classes and functions tell


class _NoDefaultType:
    def __new__(cls):
        return NoDefault

    def __repr__(self):
        return "typing.NoDefault"

    def __reduce__(self):
        return "NoDefault"


_NoDefaultType.__name__ = _NoDefaultType.__qualname__ = 'NoDefaultType'
NoDefault = object.__new__(_NoDefaultType)


class _VariableMeta(type):
    """An instance of the interpreter's own class is an instance, too."""

    def __instancecheck__(cls, obj):
        return type.__instancecheck__(cls, obj) or type(obj) is cls._native


class _Variable(_UnionOperators):
    _native = None
    __default__ = NoDefault

    def _name(self, name, kind):
        if not isinstance(name, str):
            raise TypeError(f"{kind}() argument 'name' must be str, not {type(name).__name__}")
        self.__name__ = name
        module = _caller(2)
        if module != "typing":
            self.__module__ = module

    def __typing_subst__(self, arg):
        """The type that takes the variable's place in a subscription."""
        return _type_check(arg, _MUST_BE_TYPES) if isinstance(self, TypeVar) else arg

    def has_default(self):
        """Has it a default?"""
        return self.__default__ is not NoDefault

    def __repr__(self):
        if getattr(self, "__infer_variance__", False):
            return self.__name__
        if getattr(self, "__covariant__", False):
            return "+" + self.__name__
        return ("-" if getattr(self, "__contravariant__", False) else "~") + self.__name__

    def __reduce__(self):
        return self.__name__

    def __mro_entries__(self, bases):
        raise TypeError(f"Cannot subclass an instance of {type(self).__name__}")

    def _set_variance(self, covariant, contravariant, infer_variance):
        if covariant and contravariant:
            raise ValueError("Bivariant types are not supported.")
        if infer_variance and (covariant or contravariant):
            raise ValueError("Variance cannot be specified with infer_variance.")
        self.__covariant__ = bool(covariant)
        self.__contravariant__ = bool(contravariant)
        self.__infer_variance__ = bool(infer_variance)


class TypeVar(_Variable, metaclass=_VariableMeta):
    """A type variable."""

    _native = _types.TypeVar

    def __init__(self, name, *constraints, bound=None, default=NoDefault, covariant=False, contravariant=False,
                 infer_variance=False):
        self._name(name, "typevar")
        self._set_variance(covariant, contravariant, infer_variance)
        if constraints and bound is not None:
            raise TypeError("Constraints cannot be combined with bound=...")
        if len(constraints) == 1:
            raise TypeError("A single constraint is not allowed")
        self.__constraints__ = tuple(_type_check(t, "TypeVar(name, constraint, ...): constraints must be types.")
                                     for t in constraints)
        self.__bound__ = None if bound is None else _type_check(bound, "Bound must be a type.")
        self.__default__ = default

    def __init_subclass__(cls, **kwargs):
        raise TypeError("type 'typing.TypeVar' is not an acceptable base type")


class ParamSpecArgs:
    """P.args: the positional arguments of a ParamSpec."""

    def __init__(self, origin):
        self.__origin__ = origin

    def __repr__(self):
        return f"{self.__origin__.__name__}.args"

    def __eq__(self, other):
        return isinstance(other, type(self)) and self.__origin__ == other.__origin__

    def __hash__(self):
        return hash((type(self), self.__origin__))

    def __mro_entries__(self, bases):
        raise TypeError(f"Cannot subclass an instance of {type(self).__name__}")


class ParamSpecKwargs(ParamSpecArgs):
    """P.kwargs: the keyword arguments of a ParamSpec."""

    def __repr__(self):
        return f"{self.__origin__.__name__}.kwargs"


class ParamSpec(_Variable, metaclass=_VariableMeta):
    """A variable for the parameters of a callable."""

    _native = _types.ParamSpec

    def __init__(self, name, *, bound=None, default=NoDefault, covariant=False, contravariant=False,
                 infer_variance=False):
        self._name(name, "paramspec")
        self._set_variance(covariant, contravariant, infer_variance)
        self.__bound__ = None if bound is None else _type_check(bound, "Bound must be a type.")
        self.__default__ = default

    @property
    def args(self):
        """The positional arguments."""
        return ParamSpecArgs(self)

    @property
    def kwargs(self):
        """The keyword arguments."""
        return ParamSpecKwargs(self)


class TypeVarTuple(_Variable, metaclass=_VariableMeta):
    """A variable for any number of types."""

    _native = _types.TypeVarTuple

    def __init__(self, name, *, default=NoDefault):
        self._name(name, "typevartuple")
        self.__default__ = default

    def __repr__(self):
        return self.__name__

    def __iter__(self):
        yield Unpack[self]

    def __or__(self, other):
        return NotImplemented

    __ror__ = __or__


def _is_variable(t):
    return isinstance(t, (TypeVar, ParamSpec, TypeVarTuple)) and not isinstance(t, type)


def _has_default(p):
    """Without working it out."""
    return hasattr(p, "has_default") and p.has_default()
