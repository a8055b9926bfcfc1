"""Special forms, type variables, what subscripting makes of them, generic classes and protocols."""

import functools
import operator
import sys
import types
from abc import ABCMeta
from types import GenericAlias

import _types
from _types import Generic, TypeAliasType

__name__ = "typing"  # the home that classes and functions tell


# --- helpers ---

_MUST_BE_TYPES = "Parameters to generic types must be types."


def _type_repr(obj):
    """How a type is shown as an argument."""
    if isinstance(obj, tuple):
        return "[" + ", ".join(_type_repr(t) for t in obj) + "]"
    if isinstance(obj, list):
        return "[" + ", ".join(_type_repr(t) for t in obj) + "]"
    if isinstance(obj, type) and not isinstance(obj, GenericAlias):
        return obj.__qualname__ if obj.__module__ == "builtins" else f"{obj.__module__}.{obj.__qualname__}"
    if obj is ...:
        return "..."
    if isinstance(obj, types.FunctionType):
        return obj.__name__
    return repr(obj)


def _type_convert(arg, module=None, *, allow_special_forms=False):
    if arg is None:
        return type(None)
    if isinstance(arg, str):
        return ForwardRef(arg, module=module, is_class=allow_special_forms)
    return arg


def _type_check(arg, msg, is_argument=True, module=None, *, allow_special_forms=False):
    """The argument as a type; TypeError if it cannot be one."""
    invalid = (Generic, Protocol)
    if not allow_special_forms:
        invalid += (ClassVar,)
        if is_argument:
            invalid += (Final,)
    arg = _type_convert(arg, module=module, allow_special_forms=allow_special_forms)
    if isinstance(arg, _GenericAlias) and arg.__origin__ in invalid:
        raise TypeError(f"{arg} is not valid as type argument")
    if arg in (Any, LiteralString, NoReturn, Never, Self, TypeAlias):
        return arg
    if allow_special_forms and arg in (ClassVar, Final):
        return arg
    if isinstance(arg, _SpecialForm) or arg in (Generic, Protocol):
        raise TypeError(f"Plain {arg} is not valid as type argument")
    if type(arg) is tuple:
        raise TypeError(f"{msg} Got {arg!r:.100}.")
    return arg


def _is_variable(t):
    return isinstance(t, (TypeVar, ParamSpec, TypeVarTuple)) and not isinstance(t, type)


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


def _check_count(cls, params, args):
    """Enough arguments for those parameters that need one, and not too many."""
    count = len(args)
    needed = [p for p in params if not isinstance(p, TypeVarTuple)]
    if count < len(needed) and not _has_default(needed[count]):
        only = isinstance(needed[count], ParamSpec) and len(needed) == len(params)
        told = "" if only else f"; actual {count}, expected at least {count + 1}"
        raise TypeError(f"Too few arguments for {cls}{told}")
    if count > len(needed) == len(params):
        raise TypeError(f"Too many arguments for {cls}; actual {count}, expected {len(params)}")


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


def _has_default(p):
    """Without working it out."""
    return hasattr(p, "has_default") and p.has_default()


def _assigned(cls, params, args):
    """{variable: type} for a subscription with args."""
    if len(params) == 1 and isinstance(params[0], ParamSpec) and args:
        one = args[0]
        if one is not ... and not isinstance(one, (list, tuple, ParamSpec, _ConcatenateGenericAlias)):
            args = (tuple(args),)
    _check_count(cls, params, args)
    given = {}
    at = 0
    for i, p in enumerate(params):
        if isinstance(p, TypeVarTuple):
            behind = len(params) - i - 1
            end = max(at, len(args) - behind)
            given[p] = tuple(args[at:end])
            at = end
        elif at < len(args):
            arg = args[at]
            given[p] = tuple(arg) if isinstance(p, ParamSpec) and isinstance(arg, list) else arg
            at += 1
        else:
            given[p] = p.__default__
    return given


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


def _substituted_args(alias, args):
    """The arguments of alias[args], an alias of the interpreter's own."""
    args = args if type(args) is tuple else (args,)
    args = tuple(_type_check(a, _MUST_BE_TYPES) if isinstance(a, str) else a for a in args)
    return tuple(_flattened(alias.__args__, _assigned(alias, alias.__parameters__, _unpacked_args(args))))


def _substituted_union(union, args):
    """union[args]."""
    return functools.reduce(operator.or_, _substituted_args(union, args))


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


def _union_of(left, right):
    return Union[left, right]


def _unpack_one(variables):
    return iter((Unpack[variables],))


def _unpacked_variables(params):
    return tuple(Unpack[p] if isinstance(p, TypeVarTuple) else p for p in params)


def _refuse_base(variable, bases):
    raise TypeError(f"Cannot subclass an instance of {type(variable).__name__}")


def _deduplicated(params):
    result = []
    for p in params:
        if p not in result:
            result.append(p)
    return result


def _flatten_union(params):
    flat = []
    for p in params:
        if isinstance(p, (_UnionGenericAlias, types.UnionType)):
            flat.extend(p.__args__)
        else:
            flat.append(p)
    return tuple(_deduplicated(flat))


def _remembered(getitem):
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


def _caller(depth=1):
    try:
        return sys._getframe(depth + 1).f_globals.get("__name__", "__main__")
    except (AttributeError, ValueError):
        return None


class _Final:
    """No class may be derived from what derives from this."""

    __slots__ = ("__weakref__",)

    def __init_subclass__(cls, /, *args, **kwds):
        if "_root" not in kwds:
            raise TypeError("Cannot subclass special typing classes")


class _NoDefaultType:
    def __new__(cls):
        return NoDefault

    def __repr__(self):
        return "typing.NoDefault"

    def __reduce__(self):
        return "NoDefault"


_NoDefaultType.__name__ = _NoDefaultType.__qualname__ = 'NoDefaultType'
NoDefault = object.__new__(_NoDefaultType)


class _UnionOperators:
    """X | Y as Union[X, Y]."""

    __slots__ = ()

    def __or__(self, other):
        return Union[self, other]

    def __ror__(self, other):
        return Union[other, self]


# --- special forms ---

class _SpecialForm(_UnionOperators, _Final, _root=True):
    __slots__ = ("_name", "__doc__", "_getitem", "_recall")

    def __init__(self, getitem):
        self._getitem = getitem
        self._recall = getattr(getitem, "_recall", getitem)  # what it remembers, asked without a call of Python code
        self._name = getitem.__name__
        self.__doc__ = getitem.__doc__

    def __getattr__(self, item):
        if item in ("__name__", "__qualname__"):
            return self._name
        raise AttributeError(item)

    def __mro_entries__(self, bases):
        raise TypeError(f"Cannot subclass {self!r}")

    def __repr__(self):
        return "typing." + self._name

    def __reduce__(self):
        return self._name

    def __call__(self, *args, **kwds):
        raise TypeError(f"Cannot instantiate {self!r}")

    def __instancecheck__(self, obj):
        raise TypeError(f"{self} cannot be used with isinstance()")

    def __subclasscheck__(self, cls):
        raise TypeError(f"{self} cannot be used with issubclass()")

    def __getitem__(self, parameters):
        try:
            return self._recall(self, parameters)
        except TypeError:
            pass
        return self._getitem(self, parameters)


class _AnyMeta(type):
    def __instancecheck__(self, obj):
        if self is Any:
            raise TypeError("typing.Any cannot be used with isinstance()")
        return super().__instancecheck__(obj)

    def __repr__(self):
        return "typing.Any" if self is Any else super().__repr__()


class Any(metaclass=_AnyMeta):
    """Compatible with every type."""

    def __new__(cls, *args, **kwargs):
        if cls is Any:
            raise TypeError("Any cannot be instantiated")
        return super().__new__(cls)


def _unsubscriptable(self, parameters):
    raise TypeError(f"{self} is not subscriptable")


@_SpecialForm
def NoReturn(self, parameters):
    """A function that never returns."""
    _unsubscriptable(self, parameters)


@_SpecialForm
def Never(self, parameters):
    """The type without members."""
    _unsubscriptable(self, parameters)


@_SpecialForm
def Self(self, parameters):
    """The class around."""
    _unsubscriptable(self, parameters)


@_SpecialForm
def LiteralString(self, parameters):
    """Any literal string."""
    _unsubscriptable(self, parameters)


@_SpecialForm
def TypeAlias(self, parameters):
    """Marks an assignment as a type alias."""
    _unsubscriptable(self, parameters)


def _single(name, doc, *, message="typing.{} accepts only single type.", allow_special_forms=False):
    message = message.format(name)

    def getitem(self, parameters):
        return _GenericAlias(self, (_type_check(parameters, message, allow_special_forms=allow_special_forms),))
    getitem.__name__ = name
    getitem.__doc__ = doc
    return _SpecialForm(_remembered(getitem))


ClassVar = _single("ClassVar", "Marks a class variable.", allow_special_forms=True)
Final = _single("Final", "Marks a name that is not assigned again.", allow_special_forms=True)
TypeGuard = _single("TypeGuard", "The result of a function that narrows a type when it is true.")
TypeIs = _single("TypeIs", "The result of a function that narrows a type either way.")
_in_typed_dict = functools.partial(_single, message="{} accepts only a single type.")
Required = _in_typed_dict("Required", "A key that a TypedDict must have.")
NotRequired = _in_typed_dict("NotRequired", "A key that a TypedDict may lack.")
ReadOnly = _in_typed_dict("ReadOnly", "A key of a TypedDict that is not changed.")


@_SpecialForm
@_remembered
def Union(self, parameters):
    """One of several types."""
    if parameters == ():
        raise TypeError("Cannot take a Union of no types.")
    if not isinstance(parameters, tuple):
        parameters = (parameters,)
    parameters = tuple(_type_check(p, "Union[arg, ...]: each arg must be a type.") for p in parameters)
    parameters = _flatten_union(parameters)
    if len(parameters) == 1:
        return parameters[0]
    name = "Optional" if len(parameters) == 2 and type(None) in parameters else None
    return _UnionGenericAlias(self, parameters, name=name)


@_SpecialForm
@_remembered
def Optional(self, parameters):
    """Optional[X] is Union[X, None]."""
    arg = _type_check(parameters, f"{self} requires a single type.")
    return Union[arg, type(None)]


@_SpecialForm
def Literal(self, parameters):
    """One of several values."""
    if not isinstance(parameters, tuple):
        parameters = (parameters,)
    flat = []
    for p in parameters:
        flat.extend(p.__args__ if isinstance(p, _LiteralGenericAlias) else (p,))
    unique = []
    for p in flat:
        if not any(type(p) is type(q) and p == q for q in unique):
            unique.append(p)
    return _LiteralGenericAlias(self, tuple(unique))


@_SpecialForm
@_remembered
def Concatenate(self, parameters):
    """Parameters in front of those of a ParamSpec."""
    if parameters == ():
        raise TypeError("Cannot take a Concatenate of no types.")
    if not isinstance(parameters, tuple):
        parameters = (parameters,)
    if not (parameters[-1] is ... or isinstance(parameters[-1], ParamSpec)):
        raise TypeError("The last parameter to Concatenate should be a ParamSpec variable or ellipsis.")
    checked = tuple(_type_check(p, "Concatenate[arg, ...]: each arg must be a type.") for p in parameters[:-1])
    return _ConcatenateGenericAlias(self, (*checked, parameters[-1]))


@_SpecialForm
@_remembered
def Unpack(self, parameters):
    """The members of a TypeVarTuple or tuple type, one by one."""
    return _UnpackGenericAlias(self, (_type_check(parameters, f"{self} accepts only single type."),))


@_SpecialForm
def Annotated(self, params):
    """A type with something said about it."""
    if not isinstance(params, tuple) or len(params) < 2:
        raise TypeError("Annotated[...] should be used with at least two arguments (a type and an annotation).")
    if isinstance(params[0], _UnpackGenericAlias):
        raise TypeError("Annotated[...] should not be used with an unpacked TypeVarTuple")
    origin = _type_check(params[0], "Annotated[t, ...]: t must be a type.", allow_special_forms=True)
    return _AnnotatedAlias(origin, tuple(params[1:]))


# --- type variables ---

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


# --- subscripted forms ---

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

    @_remembered
    def __getitem__(self, args):
        if self.__origin__ in (Generic, Protocol):
            raise TypeError(f"Cannot subscript already-subscripted {self}")
        if not self.__parameters__:
            raise TypeError(f"{self} is not a generic class")
        if not isinstance(args, tuple):
            args = (args,)
        args = tuple(_type_convert(p) for p in args)
        given = _assigned(self, self.__parameters__, args)
        return self.copy_with(tuple(_flattened(self.__args__, given)))

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

    @_remembered
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
        if len(args) == 2 and (isinstance(args[0], (ParamSpec, _ConcatenateGenericAlias)) or args[0] is ...):
            return super().__repr__()
        return f"typing.Callable[[{', '.join(_type_repr(a) for a in args[:-1])}], {_type_repr(args[-1])}]"

    def copy_with(self, args):
        flat = []
        for a in args[:-1]:
            flat.extend(a) if isinstance(a, tuple) else flat.append(a)
        return _CallableGenericAlias(self.__origin__, (*flat, args[-1]), name=self._name, inst=self._inst)

    def __reduce__(self):
        args = self.__args__
        if not (len(args) == 2 and (isinstance(args[0], (ParamSpec, _ConcatenateGenericAlias)) or args[0] is ...)):
            args = list(args[:-1]), args[-1]
        return operator.getitem, (sys.modules["typing"].Callable, args)


class _CallableType(_SpecialGenericAlias, _root=True):
    def copy_with(self, params):
        return _CallableGenericAlias(self.__origin__, params, name=self._name, inst=self._inst)

    @_remembered
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
    @_remembered
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

    def __repr__(self):
        return f"typing.Literal[{', '.join(repr(a) for a in self.__args__) or '()'}]"


class _ConcatenateGenericAlias(_GenericAlias, _root=True):
    def copy_with(self, params):
        if isinstance(params[-1], (list, tuple)):
            return (*params[:-1], *params[-1])
        if isinstance(params[-1], _ConcatenateGenericAlias):
            params = (*params[:-1], *params[-1].__args__)
        return super().copy_with(params)


class _UnpackGenericAlias(_GenericAlias, _root=True):
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


# --- generic classes ---

@_remembered
def _generic_class_getitem(cls, args):
    """cls[args] of a generic class, and Generic[T, ...] itself."""
    if not isinstance(args, tuple):
        args = (args,)
    args = tuple(_type_convert(p) for p in args)
    if cls in (Generic, Protocol):
        if not args:
            raise TypeError(f"Parameter list to {cls.__qualname__}[...] cannot be empty")
        args = tuple(Unpack[a] if isinstance(a, TypeVarTuple) else a for a in args)
        plain = [a.__args__[0] if isinstance(a, _UnpackGenericAlias) else a for a in args]
        if not all(_is_variable(p) for p in plain):
            raise TypeError(f"Parameters to {cls.__name__}[...] must all be type variables or parameter specification "
                            "variables.")
        if len(set(plain)) != len(plain):
            raise TypeError(f"Parameters to {cls.__name__}[...] must all be unique")
        _check_order(args)
        return _GenericAlias(cls, args)
    params = getattr(cls, "__parameters__", ())
    if not params:
        raise TypeError(f"{cls} is not a generic class")
    given = _assigned(cls, params, args)
    flat = []
    for p in params:
        value = given[p]
        if isinstance(p, TypeVarTuple):
            flat.extend(value)
        else:
            flat.append(value)
    return _GenericAlias(cls, tuple(flat))


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


# --- protocols ---

_NOT_MEMBERS = frozenset({
    "__parameters__", "__orig_bases__", "__orig_class__", "_is_protocol", "_is_runtime_protocol", "__protocol_attrs__",
    "__non_callable_proto_members__", "__type_params__", "__abstractmethods__", "__annotations__", "__dict__",
    "__doc__", "__init__", "__module__", "__new__", "__slots__", "__subclasshook__", "__weakref__",
    "__class_getitem__", "__match_args__", "__static_attributes__", "__firstlineno__", "__qualname__", "_abc_impl",
    "__classcell__",
})


def _protocol_members(cls):
    members = set()
    for base in cls.__mro__[:-1]:
        if base.__name__ in ("Protocol", "Generic") and base.__module__ == "typing":
            continue
        for name in (*base.__dict__, *base.__dict__.get("__annotations__", {})):
            if not name.startswith("_abc_") and name not in _NOT_MEMBERS:
                members.add(name)
    return members


def _no_init_or_replace_init(self, *args, **kwargs):
    cls = type(self)
    if cls._is_protocol:
        raise TypeError("Protocols cannot be instantiated")
    if cls.__init__ is not _no_init_or_replace_init:
        return
    for base in cls.__mro__:
        init = base.__dict__.get("__init__", _no_init_or_replace_init)
        if init is not _no_init_or_replace_init:
            cls.__init__ = init
            break
    else:
        cls.__init__ = object.__init__
    cls.__init__(self, *args, **kwargs)


_MISSING = object()


def _static(obj, name):
    """An attribute without running any code of the object; _MISSING if there is none."""
    own = {} if isinstance(obj, type) else getattr(obj, "__dict__", {})
    for place in (own, *(c.__dict__ for c in type(obj).__mro__)):
        if name in place:
            return place[name]
    if isinstance(obj, type):
        for c in obj.__mro__:
            if name in c.__dict__:
                return c.__dict__[name]
    return _MISSING


def _proto_hook(cls, other):
    if not cls.__dict__.get("_is_protocol", False):
        return NotImplemented
    for attr in cls.__protocol_attrs__:
        for base in other.__mro__:
            if attr in base.__dict__:
                if base.__dict__[attr] is None:
                    return NotImplemented
                break
            annotations = getattr(base, "__annotations__", {})
            if attr in annotations and getattr(base, "_is_protocol", False):
                break
        else:
            return NotImplemented
    return True


class _ProtocolMeta(ABCMeta):
    def __new__(mcls, name, bases, namespace, /, **kwargs):
        if name != "Protocol" and Protocol in bases:
            for base in bases:
                known = base in (object, Generic) or base.__module__ in ("collections.abc", "contextlib", "io", "os")
                if not known and not getattr(base, "_is_protocol", False):
                    raise TypeError(f"Protocols can only inherit from other protocols, got {base!r}")
        return super().__new__(mcls, name, bases, namespace, **kwargs)

    def __init__(cls, *args, **kwargs):
        if getattr(cls, "_is_protocol", False):
            cls.__protocol_attrs__ = _protocol_members(cls)

    def __subclasscheck__(cls, other):
        if cls is Protocol:
            return type.__subclasscheck__(cls, other)
        if getattr(cls, "_is_protocol", False) and not _abc_caller():
            if not isinstance(other, type):
                raise TypeError("issubclass() arg 1 must be a class")
            if not getattr(cls, "_is_runtime_protocol", False):
                raise TypeError("Instance and class checks can only be used with @runtime_checkable protocols")
            data = cls.__dict__.get("__non_callable_proto_members__")
            if data:
                shown = ", ".join(repr(name) for name in sorted(data))
                raise TypeError(f"Protocols with non-method members don't support issubclass(). "
                                f"Non-method members: {shown}.")
        return super().__subclasscheck__(other)

    def __instancecheck__(cls, instance):
        if cls is Protocol:
            return type.__instancecheck__(cls, instance)
        if not getattr(cls, "_is_protocol", False):
            return super().__instancecheck__(instance)
        if not getattr(cls, "_is_runtime_protocol", False):
            raise TypeError("Instance and class checks can only be used with @runtime_checkable protocols")
        if super().__instancecheck__(instance):
            return True
        data = cls.__dict__.get("__non_callable_proto_members__", ())
        for attr in cls.__protocol_attrs__:
            value = _static(instance, attr)
            if value is _MISSING or value is None and attr not in data:
                return False
        return True


def _abc_caller():
    return sys._getframe(2).f_globals.get("__name__") in ("abc", "_py_abc", "functools", None)


class Protocol(Generic, metaclass=_ProtocolMeta):
    """Base class of protocols: classes that tell what attributes an object must have."""

    __slots__ = ()
    _is_protocol = True
    _is_runtime_protocol = False

    def __init_subclass__(cls, *args, **kwargs):
        super().__init_subclass__(*args, **kwargs)
        if not cls.__dict__.get("_is_protocol", False):
            cls._is_protocol = any(b is Protocol for b in cls.__bases__)
        if "__subclasshook__" not in cls.__dict__:
            cls.__subclasshook__ = classmethod(_proto_hook)
        if cls._is_protocol and cls.__init__ is Protocol.__init__:
            cls.__init__ = _no_init_or_replace_init


def runtime_checkable(cls):
    """Let isinstance() look whether an object has the attributes of a protocol."""
    if not (isinstance(cls, type) and issubclass(cls, Generic) and getattr(cls, "_is_protocol", False)):
        raise TypeError(f"@runtime_checkable can be only applied to protocol classes, got {cls!r}")
    cls._is_runtime_protocol = True
    cls.__non_callable_proto_members__ = {name for name in cls.__protocol_attrs__
                                          if not callable(getattr(cls, name, None))}
    return cls


def is_protocol(tp, /):
    """Is it a protocol?"""
    return isinstance(tp, type) and getattr(tp, "_is_protocol", False) and tp is not Protocol


def get_protocol_members(tp, /):
    """The names of a protocol's attributes."""
    if not is_protocol(tp):
        raise TypeError(f"{tp!r} is not a Protocol")
    return frozenset(tp.__protocol_attrs__)


# --- forward references and hints ---

class ForwardRef(_UnionOperators, _Final, _root=True):
    """A type that is written as a string, to be evaluated later."""

    __slots__ = ("__forward_arg__", "__forward_code__", "__forward_evaluated__", "__forward_value__",
                 "__forward_is_argument__", "__forward_is_class__", "__forward_module__")

    def __init__(self, arg, is_argument=True, module=None, *, is_class=False):
        if not isinstance(arg, str):
            raise TypeError(f"Forward reference must be a string -- got {arg!r}")
        try:
            self.__forward_code__ = compile(f"({arg},)[0]" if arg.startswith("*") else arg, "<string>", "eval")
        except SyntaxError:
            raise SyntaxError(f"Forward reference must be an expression -- got {arg!r}")
        self.__forward_arg__ = arg
        self.__forward_evaluated__ = False
        self.__forward_value__ = None
        self.__forward_is_argument__ = is_argument
        self.__forward_is_class__ = is_class
        self.__forward_module__ = module

    def _evaluate(self, globalns, localns, type_params=(), *, recursive_guard=frozenset()):
        if self.__forward_arg__ in recursive_guard:
            return self
        if self.__forward_evaluated__ and localns is globalns:
            return self.__forward_value__
        if globalns is None and localns is None:
            globalns = localns = {}
        elif globalns is None:
            globalns = localns
        elif localns is None:
            localns = globalns
        if self.__forward_module__ is not None:
            globalns = getattr(sys.modules.get(self.__forward_module__, None), "__dict__", globalns)
        if type_params:
            localns = {**{p.__name__: p for p in type_params}, **localns}
        value = _type_check(eval(self.__forward_code__, globalns, localns),
                            "Forward references must evaluate to types.",
                            is_argument=self.__forward_is_argument__,
                            allow_special_forms=self.__forward_is_class__)
        self.__forward_value__ = _evaluated(value, globalns, localns, type_params,
                                            recursive_guard | {self.__forward_arg__})
        self.__forward_evaluated__ = True
        return self.__forward_value__

    def __eq__(self, other):
        if not isinstance(other, ForwardRef):
            return NotImplemented
        if self.__forward_evaluated__ and other.__forward_evaluated__:
            return (self.__forward_arg__ == other.__forward_arg__
                    and self.__forward_value__ == other.__forward_value__)
        return (self.__forward_arg__ == other.__forward_arg__
                and self.__forward_module__ == other.__forward_module__)

    def __hash__(self):
        return hash((self.__forward_arg__, self.__forward_module__))

    def __repr__(self):
        module = "" if self.__forward_module__ is None else f", module={self.__forward_module__!r}"
        return f"ForwardRef({self.__forward_arg__!r}{module})"


def _with_args(t, args):
    """The alias or union t with other arguments."""
    if args == t.__args__:
        return t
    if isinstance(t, GenericAlias):
        return GenericAlias(t.__origin__, args)
    if isinstance(t, types.UnionType):
        return functools.reduce(operator.or_, args)
    return t.copy_with(args)


def _evaluated(t, globalns, localns, type_params=(), guard=frozenset()):
    """t with the forward references in it evaluated."""
    if isinstance(t, ForwardRef):
        return t._evaluate(globalns, localns, type_params, recursive_guard=guard)
    if isinstance(t, (_GenericAlias, GenericAlias, types.UnionType)):
        args = tuple(ForwardRef(a) if isinstance(t, GenericAlias) and isinstance(a, str) else a for a in t.__args__)
        new = tuple(_evaluated(a, globalns, localns, type_params, guard) for a in args)
        return _with_args(t, new)
    return t
