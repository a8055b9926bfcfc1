"""Aliases: what subscripted forms and generic classes are, and the types that take the place of variables in them."""

import operator
import sys
import types
from types import GenericAlias

from _types import Generic
from _typing import _tp_cache
from _typing.forms import (_MUST_BE_TYPES, Annotated, Union, Unpack, _Final, _SpecialForm, _type_check, _type_convert,
                           _type_repr, _UnionOperators)
from _typing.variables import ParamSpec, TypeVar, TypeVarTuple, _is_variable

__name__ = "typing"  # the home that classes and functions tell


# --- types in the place of variables ---

def _collect_parameters(args):
    """The type variables in args, each once, as they come."""
    found = []
    for t in args:
        if isinstance(t, type) and not isinstance(t, GenericAlias):
            continue
        if _is_variable(t):
            if t not in found:
                found.append(t)
        elif isinstance(t, (tuple, list)):
            for p in _collect_parameters(t):
                if p not in found:
                    found.append(p)
        else:
            for p in getattr(t, "__parameters__", ()):
                if p not in found:
                    found.append(p)
    return tuple(found)


def _assigned(alias, args):
    """{variable: type} for alias[args]: each variable takes what it wants of the arguments."""
    params = alias.__parameters__
    for p in params:
        args = p.__typing_prepare_subst__(alias, args)
    if len(args) != len(params):
        told = "many" if len(args) > len(params) else "few"
        raise TypeError(f"Too {told} arguments for {alias}; actual {len(args)}, expected {len(params)}")
    return dict(zip(params, args))


def _unpacked_args(args):
    """args, with the members of *tuple[...] in its place."""
    flat = []
    for a in args:
        inner = getattr(a, "__typing_unpacked_tuple_args__", None)
        if inner is None or inner and inner[-1] is ...:
            flat.append(a)
        else:
            flat.extend(inner)
    return tuple(flat)


def _new_args(alias, args):
    """The arguments of alias[args]."""
    given = {p: arg if isinstance(p, TypeVarTuple) else p.__typing_subst__(arg)
             for p, arg in _assigned(alias, _unpacked_args(args)).items()}
    return tuple(_flattened(alias.__args__, given))


def _substituted(t, given):
    """t with the variables replaced; a tuple of types in the place of a TypeVarTuple."""
    if _is_variable(t):
        return given.get(t, t)
    if isinstance(t, _UnpackGenericAlias) and isinstance(t.__args__[0], TypeVarTuple):
        inner = given.get(t.__args__[0], t)
        return _Several(inner) if isinstance(inner, tuple) else inner
    if isinstance(t, (list, tuple)):
        return type(t)(_flattened(t, given))
    params = getattr(t, "__parameters__", ())
    if isinstance(t, type) and not isinstance(t, GenericAlias) or not params:
        return t
    new_args = []
    for p in params:
        value = given.get(p, p)
        if isinstance(p, TypeVarTuple) and isinstance(value, tuple):
            new_args.extend(value)
        else:
            new_args.append(value)
    return t[tuple(new_args)]


class _Several(tuple):
    """Types that take the place of one."""


def _flattened(args, given):
    result = []
    for t in args:
        new = _substituted(t, given)
        if isinstance(new, _Several):
            result.extend(new)
        else:
            result.append(new)
    return result


def _is_param_expr(arg):
    """May it take the place of a ParamSpec?"""
    return arg is ... or isinstance(arg, (list, tuple, ParamSpec, _ConcatenateGenericAlias))


def _variable_subst(variable, arg):
    """The type that takes the variable's place in a subscription."""
    if isinstance(variable, TypeVar):
        arg = _type_check(arg, _MUST_BE_TYPES)
        if isinstance(arg, _UnpackGenericAlias) or isinstance(arg, GenericAlias) and arg.__unpacked__:
            raise TypeError(f"{arg} is not valid as type argument")
        return arg
    if isinstance(variable, TypeVarTuple):
        raise TypeError("Substitution of bare TypeVarTuple is not supported")
    if isinstance(arg, (list, tuple)):
        return tuple(_type_convert(a) for a in arg)
    if _is_param_expr(arg):
        return arg
    raise TypeError(f"Expected a list of types, an ellipsis, ParamSpec, or Concatenate. Got {arg}")


def _variable_prepare_subst(variable, alias, args):
    """The arguments of a subscription with those in the places of a variable as it wants them: a default, a tuple of
    those for a TypeVarTuple."""
    params = alias.__parameters__
    at = operator.indexOf(params, variable)
    if isinstance(variable, TypeVarTuple):
        return _with_row(variable, alias, args, at, len(params) - at - 1)
    if isinstance(variable, ParamSpec) and len(params) == 1 and args and not _is_param_expr(args[0]):
        args = args,
    elif at >= len(args):
        if at > len(args) or not variable.has_default():
            only = isinstance(variable, ParamSpec)
            told = "" if only else f"; actual {len(args)}, expected at least {at + 1}"
            raise TypeError(f"Too few arguments for {alias}{told}")
        args = *args, variable.__default__
    if isinstance(variable, ParamSpec) and isinstance(args[at], list):
        args = *args[:at], tuple(args[at]), *args[at + 1:]
    return args


def _with_row(variable, alias, args, before, behind):
    """The arguments with a tuple of those for a TypeVarTuple that has so many variables before and behind it. One
    argument of the form *tuple[t, ...] gives variables beside it their t."""
    count = len(args)
    endless = [i for i, a in enumerate(args) if (getattr(a, "__typing_unpacked_tuple_args__", None) or (0,))[-1] is ...]
    if len(endless) > 1:
        raise TypeError("More than one unpacked arbitrary-length tuple argument")
    left, right, filler = before, behind, None
    if endless:
        filler = args[endless[0]].__typing_unpacked_tuple_args__[0]
        left, right = min(left, endless[0]), min(right, count - endless[0] - 1)
    elif left + right > count:
        raise TypeError(f"Too few arguments for {alias}; actual {count}, expected at least {left + right}")
    row = args[left:count - right]
    if not row and variable.has_default():
        row = _unpacked_args((variable.__default__,))
    return *args[:left], *[filler] * (before - left), row, *[filler] * (behind - right - left), *args[count - right:]


# --- aliases ---

class _BaseGenericAlias(_Final, _root=True):
    """What subscripted and plain special forms share: they stand for their origin."""

    def __init__(self, origin, *, inst=True, name=None):
        self._inst = inst
        self._name = name
        self.__origin__ = origin
        self.__slots__ = None

    def __call__(self, *args, **kwargs):
        if not self._inst:
            raise TypeError(f"Type {self._name} cannot be instantiated; use {self.__origin__.__name__}() instead")
        result = self.__origin__(*args, **kwargs)
        try:
            result.__orig_class__ = self
        except Exception:
            pass
        return result

    def __mro_entries__(self, bases):
        result = []
        if self.__origin__ not in bases:
            result.append(self.__origin__)
        at = bases.index(self)
        for b in bases[at + 1:]:
            if isinstance(b, _BaseGenericAlias) or isinstance(b, type) and issubclass(b, Generic):
                break
        else:
            result.append(Generic)
        return tuple(result)

    def __getattr__(self, attr):
        if attr in ("__name__", "__qualname__"):
            return self._name or self.__origin__.__name__
        if "__origin__" in self.__dict__ and not (attr[:2] == "__" == attr[-2:]):
            return getattr(self.__origin__, attr)
        raise AttributeError(attr)

    def __setattr__(self, attr, val):
        own = attr[:2] == "__" == attr[-2:] or attr in ("_name", "_inst", "_nparams", "_defaults")
        if own:
            super().__setattr__(attr, val)
        else:
            setattr(self.__origin__, attr, val)

    def __instancecheck__(self, obj):
        return self.__subclasscheck__(type(obj))

    def __subclasscheck__(self, cls):
        raise TypeError("Subscripted generics cannot be used with class and instance checks")

    def __dir__(self):
        return list(set(super().__dir__() + [attr for attr in dir(self.__origin__)
                                             if not (attr[:2] == "__" == attr[-2:])]))


class _GenericAlias(_UnionOperators, _BaseGenericAlias, _root=True):
    """X[args]."""

    def __init__(self, origin, args, *, inst=True, name=None):
        super().__init__(origin, inst=inst, name=name)
        if not isinstance(args, tuple):
            args = (args,)
        self.__args__ = tuple(... if a is _ellipsis else a for a in args)
        self.__parameters__ = _collect_parameters(args)
        if not name:
            self.__module__ = getattr(origin, "__module__", None)

    def __eq__(self, other):
        if not isinstance(other, _GenericAlias):
            return NotImplemented
        return self.__origin__ == other.__origin__ and self.__args__ == other.__args__

    def __hash__(self):
        return hash((self.__origin__, self.__args__))

    @_tp_cache
    def __getitem__(self, args):
        if self.__origin__ in (Generic, Protocol):
            raise TypeError(f"Cannot subscript already-subscripted {self}")
        if not self.__parameters__:
            raise TypeError(f"{self} is not a generic class")
        if not isinstance(args, tuple):
            args = (args,)
        args = tuple(_type_convert(p) for p in args)
        return self.copy_with(_new_args(self, args))

    def copy_with(self, args):
        """The same form with other arguments."""
        return self.__class__(self.__origin__, args, name=self._name, inst=self._inst)

    def __repr__(self):
        name = "typing." + self._name if self._name else _type_repr(self.__origin__)
        args = ", ".join(_type_repr(a) for a in self.__args__) if self.__args__ else "()"
        return f"{name}[{args}]"

    def __reduce__(self):
        origin = getattr(sys.modules["typing"], self._name) if self._name else self.__origin__
        args = tuple(self.__args__)
        if len(args) == 1 and not isinstance(args[0], tuple):
            args, = args
        return operator.getitem, (origin, args)

    def __mro_entries__(self, bases):
        if isinstance(self.__origin__, _SpecialForm):
            raise TypeError(f"Cannot subclass {self!r}")
        if self._name:
            return super().__mro_entries__(bases)
        if self.__origin__ is Generic:
            if Protocol in bases:
                return ()
            at = bases.index(self)
            for b in bases[at + 1:]:
                if isinstance(b, _BaseGenericAlias) and b is not self:
                    return ()
        return (self.__origin__,)

    def __iter__(self):
        yield Unpack[self]


_ellipsis = object()


class _SpecialGenericAlias(_UnionOperators, _BaseGenericAlias, _root=True):
    """List, Dict and their like: other names of generic classes."""

    # What stands for the last arguments where they are left out.
    _DEFAULTS = {"Generator": (types.NoneType,) * 2, "AsyncGenerator": (types.NoneType,),
                 "ContextManager": (bool | None,), "AsyncContextManager": (bool | None,)}

    def __init__(self, origin, nparams, *, inst=True, name=None):
        if name is None:
            name = origin.__name__
        super().__init__(origin, inst=inst, name=name)
        self._nparams = nparams
        home = "" if origin.__module__ == "builtins" else f"{origin.__module__}."
        self.__doc__ = f"A generic version of {home}{origin.__qualname__}."

    @_tp_cache
    def __getitem__(self, params):
        if not isinstance(params, tuple):
            params = (params,)
        params = tuple(_type_check(p, _MUST_BE_TYPES) for p in params)
        if self._nparams < 0 or len(params) != self._nparams:
            defaults = self._DEFAULTS.get(self._name, ())
            if self._nparams == 0:
                raise TypeError(f"{self} is not a generic class")
            least = self._nparams - len(defaults)
            if not least <= len(params) < self._nparams:
                raise TypeError(f"Too {'many' if len(params) > self._nparams else 'few'} arguments for {self}; "
                                f"actual {len(params)}, expected {'at least ' if defaults else ''}{least}")
            params += defaults[len(params) - least:]
        return self.copy_with(params)

    def copy_with(self, params):
        """The form subscripted."""
        return _GenericAlias(self.__origin__, params, name=self._name, inst=self._inst)

    def __repr__(self):
        return "typing." + self._name

    def __reduce__(self):
        return self._name

    def __subclasscheck__(self, cls):
        if isinstance(cls, _SpecialGenericAlias):
            return issubclass(cls.__origin__, self.__origin__)
        if not isinstance(cls, _GenericAlias):
            return issubclass(cls, self.__origin__)
        return super().__subclasscheck__(cls)


class _CallableGenericAlias(_GenericAlias, _root=True):
    def __repr__(self):
        args = self.__args__
        if len(args) == 2 and _is_param_expr(args[0]):
            return super().__repr__()
        return f"typing.Callable[[{', '.join(_type_repr(a) for a in args[:-1])}], {_type_repr(args[-1])}]"

    def copy_with(self, args):
        flat = []
        for a in args[:-1]:
            flat.extend(a) if isinstance(a, tuple) else flat.append(a)
        return _CallableGenericAlias(self.__origin__, (*flat, args[-1]), name=self._name, inst=self._inst)

    def __reduce__(self):
        args = self.__args__
        if not (len(args) == 2 and _is_param_expr(args[0])):
            args = list(args[:-1]), args[-1]
        return operator.getitem, (sys.modules["typing"].Callable, args)


class _CallableType(_SpecialGenericAlias, _root=True):
    def copy_with(self, params):
        return _CallableGenericAlias(self.__origin__, params, name=self._name, inst=self._inst)

    @_tp_cache
    def __getitem__(self, params):
        if not isinstance(params, tuple) or len(params) != 2:
            raise TypeError("Callable must be used as Callable[[arg, ...], result].")
        args, result = params
        result = _type_check(result, "Callable[args, result]: result must be a type.")
        if isinstance(args, list):
            checked = tuple(_type_convert(a) for a in args)
            return self.copy_with((*checked, result))
        if args is ... or isinstance(args, (ParamSpec, _ConcatenateGenericAlias)):
            return self.copy_with((args, result))
        if isinstance(args, tuple):
            return self.copy_with((*args, result))
        return self.copy_with((_type_check(args, "Callable[args, result]: args must be a list."), result))


class _TupleType(_SpecialGenericAlias, _root=True):
    @_tp_cache
    def __getitem__(self, params):
        if not isinstance(params, tuple):
            params = (params,)
        if len(params) >= 2 and params[-1] is ...:
            checked = tuple(_type_check(p, "Tuple[t, ...]: t must be a type.") for p in params[:-1])
            return self.copy_with((*checked, ...))
        return self.copy_with(tuple(_type_check(p, "Tuple[t0, t1, ...]: each t must be a type.") for p in params))


class _UnionGenericAlias(_GenericAlias, _root=True):
    def copy_with(self, params):
        return Union[params]

    def __eq__(self, other):
        if not isinstance(other, (_UnionGenericAlias, types.UnionType)):
            return NotImplemented
        try:
            return set(self.__args__) == set(other.__args__)
        except TypeError:
            return all(a in other.__args__ for a in self.__args__) and len(self.__args__) == len(other.__args__)

    def __hash__(self):
        return hash(frozenset(self.__args__))

    def __repr__(self):
        args = self.__args__
        if len(args) == 2:
            if args[0] is type(None):
                return f"typing.Optional[{_type_repr(args[1])}]"
            if args[1] is type(None):
                return f"typing.Optional[{_type_repr(args[0])}]"
        return f"typing.Union[{', '.join(_type_repr(a) for a in args)}]"

    def __instancecheck__(self, obj):
        return self.__subclasscheck__(type(obj))

    def __subclasscheck__(self, cls):
        return any(issubclass(cls, arg) for arg in self.__args__)

    def __reduce__(self):
        return operator.getitem, (Union, self.__args__)


class _LiteralGenericAlias(_GenericAlias, _root=True):
    def __eq__(self, other):
        if not isinstance(other, _LiteralGenericAlias):
            return NotImplemented
        return ({(type(a), a) for a in self.__args__} == {(type(a), a) for a in other.__args__})

    def __hash__(self):
        return hash(frozenset((type(a), a) for a in self.__args__))


class _ConcatenateGenericAlias(_GenericAlias, _root=True):
    def copy_with(self, params):
        if isinstance(params[-1], (list, tuple)):
            return (*params[:-1], *params[-1])
        if isinstance(params[-1], _ConcatenateGenericAlias):
            params = (*params[:-1], *params[-1].__args__)
        return super().copy_with(params)


class _UnpackGenericAlias(_GenericAlias, _root=True):
    @property
    def __typing_unpacked_tuple_args__(self):
        """The types that *tuple[...] stands for; None for *Ts."""
        arg = self.__args__[0]
        if not isinstance(arg, (_GenericAlias, GenericAlias)):
            return None
        if arg.__origin__ is not tuple:
            raise TypeError("Unpack[...] must be used with a tuple type")
        return arg.__args__

    @property
    def __typing_is_unpacked_typevartuple__(self):
        """Is it *Ts?"""
        return isinstance(self.__args__[0], TypeVarTuple)

    def __getitem__(self, args):
        return args if self.__typing_is_unpacked_typevartuple__ else super().__getitem__(args)

    def __repr__(self):
        return f"typing.Unpack[{_type_repr(self.__args__[0])}]"


class _AnnotatedAlias(_GenericAlias, _root=True):
    def __init__(self, origin, metadata):
        if isinstance(origin, _AnnotatedAlias):
            metadata = origin.__metadata__ + metadata
            origin = origin.__origin__
        super().__init__(origin, origin, name="Annotated")
        self.__metadata__ = metadata

    def copy_with(self, params):
        return self.__class__(params[0], self.__metadata__)

    def __repr__(self):
        return f"typing.Annotated[{_type_repr(self.__origin__)}, {', '.join(repr(a) for a in self.__metadata__)}]"

    def __reduce__(self):
        return operator.getitem, (Annotated, (self.__origin__, *self.__metadata__))

    def __eq__(self, other):
        if not isinstance(other, _AnnotatedAlias):
            return NotImplemented
        return self.__origin__ == other.__origin__ and self.__metadata__ == other.__metadata__

    def __hash__(self):
        return hash((self.__origin__, self.__metadata__))

    def __getattr__(self, attr):
        if attr in ("__name__", "__qualname__"):
            return "Annotated"
        return super().__getattr__(attr)

    def __mro_entries__(self, bases):
        return (self.__origin__,)


# It stands on what is above.
from _typing.protocols import Protocol
