"""What the interpreter itself needs of typing: generic classes, and what its own types (TypeVar and its like, list[T],
X | Y) leave to Python.

The C code calls functions of this file by name (typing_call, runtime/classes/genericalias.h); nothing else of typing is
loaded for it. The other files of the folder hold special forms, aliases, type variables and protocols. They need each
other when they run: each imports what it needs from those that begin before it, and this one, forms and aliases import
the rest at their ends. Module typing gives all of it its public names.
"""

import functools
import operator

from _types import Generic

__name__ = "typing"  # the home that classes and functions tell


def _tp_cache(getitem):
    """A subscription whose latest results are given again; arguments that cannot be hashed are computed each time."""
    recall = functools.lru_cache(getitem)

    @functools.wraps(getitem)
    def subscribe(self, params):
        try:
            return recall(self, params)
        except TypeError:
            pass  # not hashable, or the form's own error, which is raised again
        return getitem(self, params)
    subscribe._recall = recall
    return subscribe


# --- generic classes ---

@_tp_cache
def _generic_class_getitem(cls, args):
    """cls[args] of a generic class, and Generic[T, ...] itself."""
    if not isinstance(args, tuple):
        args = (args,)
    args = tuple(_type_convert(p) for p in args)
    if cls in (Generic, Protocol):
        if not args:
            raise TypeError(f"Parameter list to {cls.__qualname__}[...] cannot be empty")
        plain = [a.__args__[0] if isinstance(a, _UnpackGenericAlias) else a for a in args]
        if not all(_is_variable(p) for p in plain) or any(isinstance(a, TypeVarTuple) for a in args):
            raise TypeError(f"Parameters to {cls.__name__}[...] must all be type variables or parameter specification "
                            "variables.")
        if len(set(plain)) != len(plain):
            raise TypeError(f"Parameters to {cls.__name__}[...] must all be unique")
        _check_order(args)
        return _GenericAlias(cls, args)
    params = getattr(cls, "__parameters__", ())
    if not params:
        raise TypeError(f"{cls} is not a generic class")
    given = _assigned(cls, args)
    flat = []
    for p in params:
        value = given[p]
        if isinstance(p, TypeVarTuple):
            flat.extend(value)
        else:
            flat.append(value)
    return _GenericAlias(cls, tuple(flat))


def _check_order(args):
    """Defaults of a generic class's parameters: only other parameters with one may follow, and none may follow *Ts."""
    unpacked = default = None
    for p in args:
        if isinstance(p, _UnpackGenericAlias):
            unpacked = p
        elif unpacked and _has_default(p):
            raise TypeError("Type parameter with a default follows TypeVarTuple")
        elif _has_default(p):
            default = p
        elif default:
            raise TypeError(f"Type parameter {p!r} without a default follows type parameter with a default")


def _generic_init_subclass(cls, *args, **kwargs):
    super(Generic, cls).__init_subclass__(*args, **kwargs)
    bases = cls.__dict__.get("__orig_bases__")
    if bases is not None:
        error = Generic in bases
    else:
        error = Generic in cls.__bases__ and cls.__name__ != "Protocol" and type(cls).__name__ != "_TypedDictMeta"
    if error:
        raise TypeError("Cannot inherit from plain Generic")
    variables = []
    if bases is not None:
        variables = _collect_parameters(bases)
        listed, listed_by_generic = None, False
        for base in bases:
            if isinstance(base, _GenericAlias) and base.__origin__ in (Generic, Protocol):
                if base.__origin__ is Generic:
                    if listed_by_generic:
                        raise TypeError("Cannot inherit from Generic[...] multiple times.")
                    listed_by_generic = True
                    listed = base.__parameters__
                elif listed is None:
                    listed = base.__parameters__
        if listed is not None:
            missing = [v for v in variables if v not in listed]
            if missing:
                raise TypeError(f"Some type variables ({', '.join(str(v) for v in missing)}) are not listed in "
                                f"Generic[{', '.join(str(v) for v in listed)}]")
            variables = listed
    cls.__parameters__ = tuple(variables)


# --- for the interpreter's types ---

def _substituted_args(alias, args):
    """The arguments of alias[args], an alias of the interpreter's own."""
    args = args if type(args) is tuple else (args,)
    args = tuple(_type_check(a, _MUST_BE_TYPES) if isinstance(a, str) else a for a in args)
    return _new_args(alias, args)


def _substituted_union(union, args):
    """union[args]."""
    return functools.reduce(operator.or_, _substituted_args(union, args))


def _union_of(left, right):
    return Union[left, right]


def _unpack_one(variables):
    return iter((Unpack[variables],))


def _generic_base(params):
    """What a class statement with type parameters has for its last base."""
    return Generic[_unpacked_variables(params)]


def _unpacked_variables(params):
    return tuple(Unpack[p] if isinstance(p, TypeVarTuple) else p for p in params)


def _refuse_base(variable, bases):
    raise TypeError(f"Cannot subclass an instance of {type(variable).__name__}")


# They stand on what is above.
from _typing.forms import _MUST_BE_TYPES, Union, Unpack, _type_check, _type_convert
from _typing.aliases import (_assigned, _collect_parameters, _GenericAlias, _new_args, _UnpackGenericAlias,
                             _variable_prepare_subst, _variable_subst)
from _typing.protocols import Protocol
from _typing.variables import (ParamSpecArgs, ParamSpecKwargs, TypeVarTuple, _has_default, _is_variable,
                               _variable_arguments)
