"""Classes that are made of fields (PEP 557).

@dataclass reads the annotations of a class and gives it __init__, __repr__, __eq__ and others. The source text
of all of them is put together and compiled at once.
"""

import abc
import copy
import sys
import types
from reprlib import recursive_repr

__all__ = ["dataclass", "field", "Field", "FrozenInstanceError", "InitVar", "KW_ONLY", "MISSING", "fields", "asdict",
           "astuple", "make_dataclass", "replace", "is_dataclass"]


class FrozenInstanceError(AttributeError):
    """A field of a frozen dataclass was to be set or deleted."""


class _HAS_DEFAULT_FACTORY_CLASS:
    def __repr__(self):
        return "<factory>"


_HAS_DEFAULT_FACTORY = _HAS_DEFAULT_FACTORY_CLASS()


class _MISSING_TYPE:
    pass


MISSING = _MISSING_TYPE()


class _KW_ONLY_TYPE:
    pass


KW_ONLY = _KW_ONLY_TYPE()  # as an annotation: the fields behind it are keyword-only

_EMPTY_METADATA = types.MappingProxyType({})


class _FIELD_BASE:
    """A kind of field."""

    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return self.name


_FIELD = _FIELD_BASE("_FIELD")
_FIELD_CLASSVAR = _FIELD_BASE("_FIELD_CLASSVAR")
_FIELD_INITVAR = _FIELD_BASE("_FIELD_INITVAR")

_FIELDS = "__dataclass_fields__"
_PARAMS = "__dataclass_params__"
_POST_INIT_NAME = "__post_init__"


class InitVar:
    """InitVar[T] as an annotation: a parameter of __init__ and __post_init__ that is no field."""

    __slots__ = ("type",)

    def __init__(self, type):
        self.type = type

    def __repr__(self):
        plain = isinstance(self.type, type) and not isinstance(self.type, types.GenericAlias)
        return f"dataclasses.InitVar[{self.type.__name__ if plain else repr(self.type)}]"

    def __class_getitem__(cls, type):
        return InitVar(type)


class Field:
    """What a dataclass knows of a field. Made by field(), not by programs; `name` and `type` are set by dataclass."""

    __slots__ = ("name", "type", "default", "default_factory", "repr", "hash", "init", "compare", "metadata",
                 "kw_only", "_field_type")

    def __init__(self, default, default_factory, init, repr, hash, compare, metadata, kw_only):
        self.name = None
        self.type = None
        self.default = default
        self.default_factory = default_factory
        self.init = init
        self.repr = repr
        self.hash = hash
        self.compare = compare
        self.metadata = _EMPTY_METADATA if metadata is None else types.MappingProxyType(metadata)
        self.kw_only = kw_only
        self._field_type = None

    @recursive_repr()
    def __repr__(self):
        return (f"Field(name={self.name!r},type={self.type!r},default={self.default!r},"
                f"default_factory={self.default_factory!r},init={self.init!r},repr={self.repr!r},hash={self.hash!r},"
                f"compare={self.compare!r},metadata={self.metadata!r},kw_only={self.kw_only!r},"
                f"_field_type={self._field_type})")

    def __set_name__(self, owner, name):
        """A default that is a descriptor learns its name."""
        method = getattr(type(self.default), "__set_name__", None)
        if method:
            method(self.default, owner, name)

    __class_getitem__ = classmethod(types.GenericAlias)


class _DataclassParams:
    """The arguments of @dataclass."""

    __slots__ = ("init", "repr", "eq", "order", "unsafe_hash", "frozen", "match_args", "kw_only", "slots",
                 "weakref_slot")

    def __init__(self, init, repr, eq, order, unsafe_hash, frozen, match_args, kw_only, slots, weakref_slot):
        self.init = init
        self.repr = repr
        self.eq = eq
        self.order = order
        self.unsafe_hash = unsafe_hash
        self.frozen = frozen
        self.match_args = match_args
        self.kw_only = kw_only
        self.slots = slots
        self.weakref_slot = weakref_slot

    def __repr__(self):
        return f"_DataclassParams({','.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"


def field(*, default=MISSING, default_factory=MISSING, init=True, repr=True, hash=None, compare=True, metadata=None,
          kw_only=MISSING):
    """The default value of a field for which more is to be said.

    default_factory makes the default anew for each instance. init, repr, compare: whether the field takes part
    in __init__, __repr__, comparisons. hash: whether in __hash__; None for as in comparisons. metadata: a
    mapping for others' use.
    """
    if default is not MISSING and default_factory is not MISSING:
        raise ValueError("cannot specify both default and default_factory")
    return Field(default, default_factory, init, repr, hash, compare, metadata, kw_only)


# --- finding fields ---

def _split_annotation(text):
    """The module prefix and the name at the beginning of an annotation that is a str; None: it begins otherwise."""
    words = []
    rest = text.lstrip()
    for _ in range(2):
        end = 0
        while end < len(rest) and (rest[end].isalnum() or rest[end] == "_"):
            end += 1
        if end == 0:
            break
        words.append(rest[:end])
        rest = rest[end:].lstrip()
        if not rest.startswith("."):
            break
        rest = rest[1:].lstrip()
    if not words:
        return None
    return (None, words[0]) if len(words) == 1 else tuple(words)


def _is_classvar(annotation, typing):
    return annotation is typing.ClassVar or getattr(annotation, "__origin__", None) is typing.ClassVar


def _is_string_of(annotation, cls, module, is_type):
    """Does an annotation that is a str name something of `module`, as seen from the module of the class?"""
    found = _split_annotation(annotation)
    if found is None:
        return False
    prefix, name = found
    own = sys.modules.get(cls.__module__)
    namespace = None
    if prefix is None:
        namespace = own.__dict__ if own else None
    elif own and own.__dict__.get(prefix) is module:
        namespace = module.__dict__
    return bool(namespace and is_type(namespace.get(name)))


def _kind_of(cls, annotation):
    typing = sys.modules.get("typing")
    text = isinstance(annotation, str)
    if typing and (_is_classvar(annotation, typing) or text and _is_string_of(
            annotation, cls, typing, lambda a: a is not None and _is_classvar(a, typing))):
        return _FIELD_CLASSVAR
    if annotation is InitVar or type(annotation) is InitVar or text and _is_string_of(
            annotation, cls, sys.modules[__name__], lambda a: a is InitVar or type(a) is InitVar):
        return _FIELD_INITVAR
    return _FIELD


def _get_field(cls, name, annotation, default_kw_only):
    default = getattr(cls, name, MISSING)
    if isinstance(default, Field):
        f = default
    else:
        if isinstance(default, types.MemberDescriptorType):
            default = MISSING  # of __slots__: no default
        f = field(default=default)
    f.name = name
    f.type = annotation
    f._field_type = _kind_of(cls, annotation)
    if f._field_type is not _FIELD and f.default_factory is not MISSING:
        raise TypeError(f"field {f.name} cannot have a default factory")
    if f._field_type is not _FIELD_CLASSVAR:
        if f.kw_only is MISSING:
            f.kw_only = default_kw_only
    elif f.kw_only is not MISSING:
        raise TypeError(f"field {f.name} is a ClassVar but specifies kw_only")
    if f._field_type is _FIELD and f.default.__class__.__hash__ is None:
        raise ValueError(f"mutable default {type(f.default)} for field {f.name} is not allowed: use default_factory")
    return f


def _own_fields(cls, kw_only):
    """The fields that the class's own annotations make."""
    found = []
    annotations = cls.__dict__.get("__annotations__", {})
    marked = False
    for name, annotation in annotations.items():
        is_mark = annotation is KW_ONLY or isinstance(annotation, str) and _is_string_of(
            annotation, cls, sys.modules[__name__], lambda a: a is KW_ONLY)
        if is_mark:
            if marked:
                raise TypeError(f"{name!r} is KW_ONLY, but KW_ONLY has already been specified")
            marked = kw_only = True
        else:
            found.append(_get_field(cls, name, annotation, kw_only))
    for f in found:
        # A field() in the class gives way to the default, or to nothing.
        if isinstance(getattr(cls, f.name, None), Field):
            if f.default is MISSING:
                delattr(cls, f.name)
            else:
                setattr(cls, f.name, f.default)
    for name, value in cls.__dict__.items():
        if isinstance(value, Field) and name not in annotations:
            raise TypeError(f"{name!r} is a field but has no type annotation")
    return found


def _inherited_fields(cls, frozen):
    fields = {}
    any_frozen, all_frozen, any_base = False, None, False
    for base in cls.__mro__[-1:0:-1]:
        base_fields = getattr(base, _FIELDS, None)
        if base_fields is not None:
            any_base = True
            fields.update(base_fields)
            if all_frozen is None:
                all_frozen = True
            current = getattr(base, _PARAMS).frozen
            all_frozen = all_frozen and current
            any_frozen = any_frozen or current
    if any_base and any_frozen and not frozen:
        raise TypeError("cannot inherit non-frozen dataclass from a frozen one")
    if any_base and not all_frozen and frozen:
        raise TypeError("cannot inherit frozen dataclass from a non-frozen one")
    return fields


# --- making methods ---

class _Source:
    """The text of methods to compile, and the values that it names."""

    def __init__(self):
        self.lines = []
        self.values = {"FACTORY": _HAS_DEFAULT_FACTORY, "MISSING": MISSING, "object": object}
        self.names = []

    def add(self, name, parameters, body):
        self.names.append(name)
        self.lines.append(f" def {name}({', '.join(parameters)}):")
        self.lines.extend("  " + line for line in body)

    def compile(self, cls, module_globals):
        """The functions, by their names."""
        if not self.names:
            return {}
        prefix = "__dataclass_"
        parameters = ", ".join(prefix + name for name in self.values)
        text = "\n".join([f"def __create_fn__({parameters}):", *self.lines, f" return {', '.join(self.names)},"])
        namespace = {}
        exec(text, module_globals, namespace)
        made = namespace["__create_fn__"](*self.values.values())
        functions = {}
        for name, function in zip(self.names, made):
            function.__qualname__ = f"{cls.__qualname__}.{name}"
            functions[name] = function
        return functions


def _parameter(f):
    if f.default is MISSING and f.default_factory is MISSING:
        return f.name
    if f.default is not MISSING:
        return f"{f.name}=__dataclass_dflt_{f.name}__"
    return f"{f.name}=__dataclass_FACTORY"


def _assignment(f, frozen, self_name, slots):
    """The line of __init__ that sets a field, or None."""
    factory = f"__dataclass_dflt_{f.name}__"
    if f.default_factory is not MISSING:
        value = f"{factory}() if {f.name} is __dataclass_FACTORY else {f.name}" if f.init else f"{factory}()"
    elif f.init:
        value = f.name
    elif slots and f.default is not MISSING:
        value = factory  # a class with slots has no place for it
    else:
        return None
    if f._field_type is _FIELD_INITVAR:
        return None
    if frozen:
        return f"__dataclass_object.__setattr__({self_name},{f.name!r},{value})"
    return f"{self_name}.{f.name}={value}"


def _add_init(source, fields, std_fields, kw_only_fields, frozen, has_post_init, self_name, slots):
    seen_default = None
    for f in std_fields:
        if f.init:
            if not (f.default is MISSING and f.default_factory is MISSING):
                seen_default = f
            elif seen_default is not None:
                raise TypeError(f"non-default argument {f.name!r} follows default argument {seen_default.name!r}")
    body = []
    for f in fields:
        if f.default_factory is not MISSING:
            source.values[f"dflt_{f.name}__"] = f.default_factory
        elif f.default is not MISSING:
            source.values[f"dflt_{f.name}__"] = f.default
        line = _assignment(f, frozen, self_name, slots)
        if line is not None:
            body.append(line)
    if has_post_init:
        arguments = ",".join(f.name for f in fields if f._field_type is _FIELD_INITVAR)
        body.append(f"{self_name}.{_POST_INIT_NAME}({arguments})")
    parameters = [self_name, *(_parameter(f) for f in std_fields if f.init)]
    keyword_only = [_parameter(f) for f in kw_only_fields if f.init]
    if keyword_only:
        parameters += ["*", *keyword_only]
    source.add("__init__", parameters, body or ["pass"])


def _tuple_of(owner, fields):
    return "(" + "".join(f"{owner}.{f.name}," for f in fields) + ")"


def _add_methods(source, cls, params, fields, field_list, names):
    """Everything but __init__."""
    if params.repr and "__repr__" not in names:
        text = ", ".join(f"{f.name}={{self.{f.name}!r}}" for f in field_list if f.repr)
        source.add("__repr__", ["self"], [f'return f"{{self.__class__.__qualname__}}({text})"'])
    compared = [f for f in field_list if f.compare]
    if params.eq and "__eq__" not in names:
        terms = " and ".join(f"self.{f.name}==other.{f.name}" for f in compared) or "True"
        source.add("__eq__", ["self", "other"],
                   ["if self is other:", " return True", "if other.__class__ is self.__class__:",
                    f" return {terms}", "return NotImplemented"])
    if params.order:
        mine, theirs = _tuple_of("self", compared), _tuple_of("other", compared)
        for name, symbol in (("__lt__", "<"), ("__le__", "<="), ("__gt__", ">"), ("__ge__", ">=")):
            if name in names:
                raise TypeError(f"Cannot overwrite attribute {name} in class {cls.__name__} Consider using "
                                f"functools.total_ordering")
            source.add(name, ["self", "other"], ["if other.__class__ is self.__class__:",
                                                 f" return {mine}{symbol}{theirs}", "return NotImplemented"])
    if params.frozen:
        for name in ("__setattr__", "__delattr__"):
            if name in names:
                raise TypeError(f"Cannot overwrite attribute {name} in class {cls.__name__}")
        source.values["cls"] = cls
        source.values["error"] = FrozenInstanceError
        condition = "type(self) is __dataclass_cls"
        if field_list:
            condition += " or name in {" + ",".join(repr(f.name) for f in field_list) + "}"
        for name, verb, more in (("__setattr__", "assign to", ["value"]), ("__delattr__", "delete", [])):
            source.add(name, ["self", "name", *more],
                       [f"if {condition}:", f' raise __dataclass_error(f"cannot {verb} field {{name!r}}")',
                        f"super(__dataclass_cls, self).{name}({', '.join(['name', *more])})"])


def _choose_hash(source, cls, params, field_list, names):
    """The table of the documentation: whether __hash__ is added, set to None, or left alone. True: set it to None."""
    own = cls.__dict__.get("__hash__", MISSING)
    explicit = not (own is MISSING or own is None and "__eq__" in cls.__dict__)
    if params.unsafe_hash:
        if explicit:
            raise TypeError(f"Cannot overwrite attribute __hash__ in class {cls.__name__}")
    elif explicit or not params.eq:
        return False
    elif not params.frozen:
        return True
    hashed = [f for f in field_list if (f.compare if f.hash is None else f.hash)]
    source.add("__hash__", ["self"], [f"return hash({_tuple_of('self', hashed)})"])
    return False


def _annotation_text(annotation):
    if getattr(annotation, "__module__", None) == "typing":
        return repr(annotation).replace("typing.", "")
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        if annotation.__module__ == "builtins":
            return annotation.__qualname__
        return f"{annotation.__module__}.{annotation.__qualname__}"
    return repr(annotation)


def _signature_text(cls, made_init, std_fields, kw_only_fields):
    """The parameters of the class, for the docstring."""
    if (not made_init or type(cls) is not type or cls.__new__ is not object.__new__
            or hasattr(cls, "__signature__")):
        import inspect
        try:
            return str(inspect.signature(cls)).replace(" -> None", "")
        except (TypeError, ValueError):
            return ""
    parts = []
    for group, mark in ((std_fields, None), (kw_only_fields, "*")):
        group = [f for f in group if f.init]
        if group and mark:
            parts.append(mark)
        for f in group:
            text = f"{f.name}: {_annotation_text(f.type)}"
            if f.default is not MISSING:
                text += f" = {f.default!r}"
            elif f.default_factory is not MISSING:
                text += " = <factory>"
            parts.append(text)
    return f"({', '.join(parts)})"


def _process_class(cls, params):
    module = sys.modules.get(cls.__module__)
    module_globals = module.__dict__ if module is not None else {}
    fields = _inherited_fields(cls, params.frozen)
    setattr(cls, _PARAMS, params)
    for f in _own_fields(cls, params.kw_only):
        fields[f.name] = f
    setattr(cls, _FIELDS, fields)
    if params.order and not params.eq:
        raise ValueError("eq must be true if order is true")
    names = cls.__dict__
    init_fields = [f for f in fields.values() if f._field_type is not _FIELD_CLASSVAR]
    std_fields = [f for f in init_fields if not f.kw_only]
    kw_only_fields = [f for f in init_fields if f.kw_only]
    field_list = [f for f in fields.values() if f._field_type is _FIELD]
    source = _Source()
    if params.init:
        _add_init(source, init_fields, std_fields, kw_only_fields, params.frozen, hasattr(cls, _POST_INIT_NAME),
                  "__dataclass_self__" if "self" in fields else "self", params.slots)
    _add_methods(source, cls, params, fields, field_list, names)
    no_hash = _choose_hash(source, cls, params, field_list, names)
    functions = source.compile(cls, module_globals)
    made_init = "__init__" in functions and "__init__" not in names
    if made_init:
        functions["__init__"].__annotations__ = {f.name: f.type for f in init_fields if f.init} | {"return": None}
    else:
        functions.pop("__init__", None)
    if "__repr__" in functions:
        functions["__repr__"] = recursive_repr()(functions["__repr__"])
    if "__replace__" not in names:
        cls.__replace__ = _replace
    if no_hash:
        cls.__hash__ = None
    elif "__hash__" in functions:
        cls.__hash__ = functions.pop("__hash__")
    for name, function in functions.items():
        setattr(cls, name, function)
    if not getattr(cls, "__doc__"):
        cls.__doc__ = cls.__name__ + _signature_text(cls, made_init, std_fields, kw_only_fields)
    if params.match_args and "__match_args__" not in names:
        cls.__match_args__ = tuple(f.name for f in std_fields if f.init)
    if params.weakref_slot and not params.slots:
        raise TypeError("weakref_slot is True but slots is False")
    if params.slots:
        cls = _add_slots(cls, params.frozen, params.weakref_slot)
    abc.update_abstractmethods(cls)
    return cls


# --- slots ---

def _dataclass_getstate(self):
    return [getattr(self, f.name) for f in fields(self)]


def _dataclass_setstate(self, state):
    for f, value in zip(fields(self), state):
        object.__setattr__(self, f.name, value)


def _slots_of(cls):
    """The names that a base already has slots for."""
    slots = cls.__dict__.get("__slots__")
    if slots is None:
        names = []
        if getattr(cls, "__weakrefoffset__", 0):
            names.append("__weakref__")
        if getattr(cls, "__dictoffset__", 0):
            names.append("__dict__")
        return names
    if isinstance(slots, str):
        return [slots]
    if hasattr(slots, "__next__"):
        raise TypeError(f"Slots of '{cls.__name__}' cannot be determined")
    return list(slots)


def _add_slots(cls, is_frozen, weakref_slot):
    """The class made anew, with slots."""
    if "__slots__" in cls.__dict__:
        raise TypeError(f"{cls.__name__} already specifies __slots__")
    namespace = dict(cls.__dict__)
    field_names = tuple(f.name for f in fields(cls))
    inherited = {name for base in cls.__mro__[1:-1] for name in _slots_of(base)}
    wanted = field_names + ("__weakref__",) if weakref_slot else field_names
    namespace["__slots__"] = tuple(name for name in wanted if name not in inherited)
    for name in field_names:
        namespace.pop(name, None)
    namespace.pop("__dict__", None)
    namespace.pop("__weakref__", None)
    qualname = getattr(cls, "__qualname__", None)
    made = type(cls)(cls.__name__, cls.__bases__, namespace)
    if qualname is not None:
        made.__qualname__ = qualname
    if is_frozen:
        if "__getstate__" not in namespace:
            made.__getstate__ = _dataclass_getstate
        if "__setstate__" not in namespace:
            made.__setstate__ = _dataclass_setstate
    return made


# --- the interface ---

def dataclass(cls=None, /, *, init=True, repr=True, eq=True, order=False, unsafe_hash=False, frozen=False,
              match_args=True, kw_only=False, slots=False, weakref_slot=False):
    """Make a class a dataclass: add methods after its annotated attributes.

    init, repr, eq, order: whether to add __init__, __repr__, __eq__, and the four of ordering. unsafe_hash: add
    __hash__ in any case. frozen: fields cannot be set. match_args: add __match_args__. kw_only: all fields are
    keyword-only. slots: return a new class with __slots__; weakref_slot: with one for weak references.
    """
    def wrap(cls):
        return _process_class(cls, _DataclassParams(init, repr, eq, order, unsafe_hash, frozen, match_args, kw_only,
                                                    slots, weakref_slot))
    return wrap if cls is None else wrap(cls)


def fields(class_or_instance):
    """A tuple of the Fields of a dataclass or of an instance of one."""
    try:
        found = getattr(class_or_instance, _FIELDS)
    except AttributeError:
        raise TypeError("must be called with a dataclass type or instance") from None
    return tuple(f for f in found.values() if f._field_type is _FIELD)


def _is_dataclass_instance(obj):
    return hasattr(type(obj), _FIELDS)


def is_dataclass(obj):
    """Is it a dataclass, or an instance of one?"""
    cls = obj if isinstance(obj, type) else type(obj)
    return hasattr(cls, _FIELDS)


# What a deep copy need not be asked for.
_ATOMIC_TYPES = frozenset({types.NoneType, bool, int, float, str, complex, bytes, types.EllipsisType,
                           types.NotImplementedType, types.CodeType, types.BuiltinFunctionType, types.FunctionType,
                           type, range, property})


def asdict(obj, *, dict_factory=dict):
    """The fields of an instance as a dict, down through dataclasses, lists, tuples and dicts; the rest is
    deep-copied."""
    if not _is_dataclass_instance(obj):
        raise TypeError("asdict() should be called on dataclass instances")
    return _convert(obj, lambda pairs, again: dict_factory([(name, again(value)) for name, value in pairs]))


def astuple(obj, *, tuple_factory=tuple):
    """The values of an instance's fields as a tuple, in the same way."""
    if not _is_dataclass_instance(obj):
        raise TypeError("astuple() should be called on dataclass instances")
    return _convert(obj, lambda pairs, again: tuple_factory([again(value) for _, value in pairs]))


def _convert(obj, make):
    def again(obj):
        cls = type(obj)
        if cls in _ATOMIC_TYPES:
            return obj
        if hasattr(cls, _FIELDS):
            return make([(f.name, getattr(obj, f.name)) for f in fields(obj)], again)
        if cls is list:
            return [again(item) for item in obj]
        if isinstance(obj, dict):
            pairs = [(again(key), again(value)) for key, value in obj.items()]
            if hasattr(cls, "default_factory"):
                made = cls(obj.default_factory)
                for key, value in pairs:
                    made[key] = value
                return made
            return cls(pairs)
        if isinstance(obj, tuple) and hasattr(obj, "_fields"):
            return cls(*[again(item) for item in obj])
        if isinstance(obj, (list, tuple)):
            return cls(again(item) for item in obj)
        return copy.deepcopy(obj)
    return again(obj)


_KEYWORDS = frozenset("""False None True and as assert async await break class continue def del elif else except finally
                         for from global if import in is lambda nonlocal not or pass raise return try while with
                         yield""".split())


def make_dataclass(cls_name, fields, *, bases=(), namespace=None, init=True, repr=True, eq=True, order=False,
                   unsafe_hash=False, frozen=False, match_args=True, kw_only=False, slots=False, weakref_slot=False,
                   module=None):
    """A dataclass made at run time. Each of `fields` is a name, (name, type) or (name, type, Field or default)."""
    if namespace is None:
        namespace = {}
    annotations, defaults = {}, {}
    for item in fields:
        if isinstance(item, str):
            name, annotation = item, "typing.Any"
        elif len(item) == 2:
            name, annotation = item
        elif len(item) == 3:
            name, annotation, defaults[item[0]] = item
        else:
            raise TypeError(f"Invalid field: {item!r}")
        if not isinstance(name, str) or not name.isidentifier():
            raise TypeError(f"Field names must be valid identifiers: {name!r}")
        if name in _KEYWORDS:
            raise TypeError(f"Field names must not be keywords: {name!r}")
        if name in annotations:
            raise TypeError(f"Field name duplicated: {name!r}")
        annotations[name] = annotation

    def fill(body):
        body.update(namespace)
        body.update(defaults)
        body["__annotations__"] = annotations

    cls = types.new_class(cls_name, bases, {}, fill)
    if module is None:
        try:
            module = sys._getframe(1).f_globals.get("__name__", "__main__")
        except ValueError:
            pass
    if module is not None:
        cls.__module__ = module
    return dataclass(cls, init=init, repr=repr, eq=eq, order=order, unsafe_hash=unsafe_hash, frozen=frozen,
                     match_args=match_args, kw_only=kw_only, slots=slots, weakref_slot=weakref_slot)


def replace(obj, /, **changes):
    """An instance with the same fields as obj but for the changes, made by __init__."""
    try:
        fields = type(obj).__dataclass_fields__
    except AttributeError:
        raise TypeError("replace() should be called on dataclass instances") from None
    return _replaced(obj, fields, changes)


def _replace(self, /, **changes):
    return _replaced(self, self.__dataclass_fields__, changes)


def _replaced(obj, fields, changes):
    for f in fields.values():
        name = f.name
        if name in changes:
            if not f.init and f._field_type is not _FIELD_CLASSVAR:
                raise TypeError(f"field {name} is declared with init=False, it cannot be specified with replace()")
        elif f.init:
            kind = f._field_type
            if kind is _FIELD:
                changes[name] = getattr(obj, name)
            elif kind is _FIELD_INITVAR:
                if f.default is MISSING:
                    raise TypeError(f"InitVar {name!r} must be specified with replace()")
                changes[name] = getattr(obj, name)
    return obj.__class__(**changes)
