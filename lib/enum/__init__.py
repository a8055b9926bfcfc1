"""Enumerations: classes whose attributes are a fixed set of named, unique members (PEP 435).

An Enum class is made by EnumType from an EnumDict, the namespace of the class body, which tells members from
the rest. What becomes a member is first a _Pending in the class's dict; type.__new__ calls its __set_name__,
which makes the member. So members exist when __init_subclass__ runs.
"""

import builtins as _builtins
import sys
from types import DynamicClassAttribute, MappingProxyType

from enum._body import (EnumDict, auto, member, nonmember, _NoValue, _is_descriptor, _is_dunder, _is_inner_class,
                        _is_private, _is_sunder, _no_auto_value)

__all__ = ["EnumType", "EnumMeta", "EnumDict", "Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "ReprEnum", "auto",
           "unique", "property", "verify", "member", "nonmember", "FlagBoundary", "STRICT", "CONFORM", "EJECT", "KEEP",
           "global_flag_repr", "global_enum_repr", "global_str", "global_enum", "EnumCheck", "CONTINUOUS",
           "NAMED_FLAGS", "UNIQUE", "pickle_by_global_name", "pickle_by_enum_name"]

# The classes that EnumType treats specially: set as they are made below.
Enum = Flag = EJECT = ReprEnum = None

_not_given = _NoValue()


# --- bits ---

def _is_single_bit(number):
    return number > 0 and number & (number - 1) == 0


def _iter_bits_lsb(number):
    """The single bits of a number, the lowest first."""
    if isinstance(number, Enum):
        number = number.value
    if number < 0:
        raise ValueError(f"{number} is not a positive integer")
    while number:
        bit = number & -number
        yield bit
        number ^= bit


def show_flag_values(value):
    """A list of the single bits of a flag."""
    return list(_iter_bits_lsb(value))


def _high_bit(value):
    return value.bit_length() - 1


def bin(num, max_bits=None):
    """A number in binary with its sign as a leading digit: bin(10) is '0b0 1010', bin(~10) '0b1 0101'."""
    width = num.bit_length()
    sign = "0b1" if num < 0 else "0b0"
    digits = format(num & (1 << width) - 1, f"0{width}b") if width else ""
    if max_bits is not None and len(digits) < max_bits:
        digits = (sign[-1] * max_bits + digits)[-max_bits:]
    return f"{sign} {digits}"


def _make_class_unpicklable(cls):
    """For a class that cannot be found by its name."""
    def refuse(self, proto):
        raise TypeError(f"{self!r} cannot be pickled")
    cls.__reduce_ex__ = refuse
    cls.__module__ = "<unknown>"


class property(DynamicClassAttribute):
    """An attribute of members that leaves its name free for a member: an enum may have members `name` and `value`."""

    member = None
    _attr_type = None
    _cls_type = None

    def __get__(self, instance, ownerclass=None):
        if instance is None:
            if self.member is not None:
                return self.member
            raise AttributeError(f"{ownerclass!r} has no attribute {self.name!r}")
        if self.fget is not None:
            return self.fget(instance)
        if self._attr_type == "attr":
            return getattr(self._cls_type, self.name)
        if self._attr_type == "desc":
            return getattr(instance._value_, self.name)
        try:
            return ownerclass._member_map_[self.name]
        except KeyError:
            raise AttributeError(f"{ownerclass!r} has no attribute {self.name!r}") from None

    def __set__(self, instance, value):
        if self.fset is not None:
            return self.fset(instance, value)
        raise AttributeError(f"<enum {self.clsname!r}> cannot set attribute {self.name!r}")

    def __delete__(self, instance):
        if self.fdel is not None:
            return self.fdel(instance)
        raise AttributeError(f"<enum {self.clsname!r}> cannot delete attribute {self.name!r}")

    def __set_name__(self, ownerclass, name):
        self.name = name
        self.clsname = ownerclass.__name__


# --- making members ---

class _Pending:
    """A value in the dict of a class under way, to become a member when the class has its shape."""

    def __init__(self, value):
        self.value = value

    def _make(self, cls, value):
        args = value if isinstance(value, tuple) else (value,)
        if cls._member_type_ is tuple:
            args = (args,)
        made = cls._new_member_(cls, *args) if cls._use_args_ else cls._new_member_(cls)
        if not hasattr(made, "_value_"):
            if cls._member_type_ is object:
                made._value_ = value
            else:
                try:
                    made._value_ = cls._member_type_(*args)
                except Exception as error:
                    failure = TypeError("_value_ not set in __new__, unable to create it")
                    failure.__cause__ = error
                    raise failure
        return made, args

    def __set_name__(self, cls, name):
        delattr(cls, name)
        made, args = self._make(cls, self.value)
        value = made._value_
        made._name_ = name
        made.__objclass__ = cls
        made.__init__(*args)
        made._sort_order_ = len(cls._member_names_)
        is_flag = Flag is not None and issubclass(cls, Flag)
        if is_flag and isinstance(value, int):
            cls._flag_mask_ |= value
            if _is_single_bit(value):
                cls._singles_mask_ |= value
            cls._all_bits_ = (1 << cls._flag_mask_.bit_length()) - 1
        known = self._find(cls, value)
        if known is not None:
            made = known
        elif not is_flag or (isinstance(value, int) and _is_single_bit(value)):
            cls._member_names_.append(name)
        cls._add_member_(name, made)
        try:
            cls._value2member_map_.setdefault(value, made)
        except TypeError:
            cls._unhashable_values_.append(value)
            cls._unhashable_values_map_.setdefault(name, []).append(value)

    @staticmethod
    def _find(cls, value):
        """The member with an equal value, of which this one is an alias."""
        try:
            return cls._value2member_map_.get(value)
        except TypeError:
            for known in cls._member_map_.values():
                if known._value_ == value:
                    return known


# --- the metaclass ---

_EnumDict = EnumDict


class EnumType(type):
    """The class of enums."""

    @classmethod
    def __prepare__(metacls, cls, bases, **kwds):
        metacls._check_for_existing_members_(cls, bases)
        namespace = EnumDict(cls)
        _, first_enum = metacls._get_mixins_(cls, bases)
        if first_enum is not None:
            namespace["_generate_next_value_"] = getattr(first_enum, "_generate_next_value_", None)
        return namespace

    def __new__(metacls, cls, bases, classdict, *, boundary=None, _simple=False, **kwds):
        if _simple:
            return super().__new__(metacls, cls, bases, classdict, **kwds)
        classdict.setdefault("_ignore_", []).append("_ignore_")
        for key in classdict["_ignore_"]:
            classdict.pop(key, None)
        names = classdict._member_names
        invalid = set(names) & {"mro", ""}
        if invalid:
            raise ValueError("invalid enum member name(s) %s" % ",".join(repr(name) for name in invalid))
        order = classdict.pop("_order_", None)
        next_value = classdict.get("_generate_next_value_")
        body = {key: value for key, value in classdict.items()}
        if next_value is not None and not isinstance(next_value, staticmethod):
            body["_generate_next_value_"] = staticmethod(next_value)
        member_type, first_enum = metacls._get_mixins_(cls, bases)
        new, save_new, use_args = metacls._find_new_(classdict, member_type, first_enum)
        body["_new_member_"] = new
        body["_use_args_"] = use_args
        body["_member_names_"] = []
        body["_member_map_"] = {}
        body["_value2member_map_"] = {}
        body["_unhashable_values_"] = []
        body["_unhashable_values_map_"] = {}
        body["_member_type_"] = member_type
        body["_value_repr_"] = metacls._find_data_repr_(cls, bases)
        if Flag is not None and any(issubclass(base, Flag) for base in bases) or boundary is not None:
            body["_boundary_"] = boundary or getattr(first_enum, "_boundary_", None)
            body["_flag_mask_"] = body["_singles_mask_"] = body["_all_bits_"] = 0
            body["_inverted_"] = None
        for name in names:
            body[name] = _Pending(body[name])
        try:
            enum_class = super().__new__(metacls, cls, bases, body, **kwds)
        except Exception as error:
            if hasattr(error, "__notes__"):
                del error.__notes__  # type.__new__ speaks of _Pending, which is nobody's business
            raise
        metacls._choose_methods(enum_class, classdict, bases, member_type, first_enum)
        if Enum is not None:
            if save_new:
                enum_class.__new_member__ = new
            enum_class.__new__ = Enum.__new__
        if Flag is not None and issubclass(enum_class, Flag):
            metacls._complete_flag(enum_class, classdict)
        if order is not None:
            metacls._check_order(enum_class, order)
        return enum_class

    def __init__(cls, *args, **kwds):
        super().__init__(*args)

    @classmethod
    def _choose_methods(metacls, enum_class, classdict, bases, member_type, first_enum):
        """The mixed-in data type's methods do not hide those of the enum, except for the text of a ReprEnum."""
        if ReprEnum is not None and ReprEnum in bases:
            if member_type is object:
                raise TypeError("ReprEnum subclasses must be mixed with a data type (i.e. int, str, float, etc.)")
            if "__format__" not in classdict:
                enum_class.__format__ = member_type.__format__
            if "__str__" not in classdict:
                method = member_type.__str__
                enum_class.__str__ = member_type.__repr__ if method is object.__str__ else method
        if first_enum is None:
            return
        for name in ("__repr__", "__str__", "__format__", "__reduce_ex__"):
            if name in classdict:
                continue
            if getattr(enum_class, name) in (getattr(member_type, name), getattr(object, name)):
                if name in enum_class.__dict__ and name in ("__str__", "__format__"):
                    continue
                setattr(enum_class, name, getattr(first_enum, name))

    @classmethod
    def _complete_flag(metacls, enum_class, classdict):
        for name in ("__or__", "__and__", "__xor__", "__ror__", "__rand__", "__rxor__", "__invert__"):
            if name not in classdict:
                setattr(enum_class, name, getattr(Flag, name))
        values = [m._value_ for m in enum_class]
        if values != sorted(values):
            enum_class._iter_member_ = enum_class._iter_member_by_def_

    @staticmethod
    def _check_order(enum_class, order):
        if isinstance(order, str):
            order = order.replace(",", " ").split()
        members = enum_class._member_map_
        is_flag = Flag is not None and issubclass(enum_class, Flag)
        order = [name for name in order if name not in members or members[name]._name_ == name and
                 (not is_flag or _is_single_bit(members[name]._value_))]
        if order != enum_class._member_names_:
            raise TypeError(f"member order does not match _order_:\n  {enum_class._member_names_!r}\n  {order!r}")

    def __bool__(cls):
        return True

    def __call__(cls, value, names=_not_given, *values, module=None, qualname=None, type=None, start=1,
                 boundary=None):
        """The member with that value; or, for an enum without members, a new enum with these names."""
        if cls._member_map_:
            if names is not _not_given:
                value = (value, names) + values
            return cls.__new__(cls, value)
        if names is _not_given and type is None:
            raise TypeError(f"{cls} has no members; specify `names=()` if you meant to create a new, empty, enum")
        return cls._create_(class_name=value, names=None if names is _not_given else names, module=module,
                            qualname=qualname, type=type, start=start, boundary=boundary)

    def __contains__(cls, value):
        if isinstance(value, cls):
            return True
        if value in cls._unhashable_values_:
            return True
        try:
            return value in cls._value2member_map_
        except TypeError:
            return False

    def __delattr__(cls, attr):
        if attr in cls.__dict__.get("_member_map_", ()):
            raise AttributeError(f"{cls.__name__!r} cannot delete member {attr!r}.")
        super().__delattr__(attr)

    def __dir__(cls):
        names = {"__class__", "__contains__", "__doc__", "__getitem__", "__iter__", "__len__", "__members__",
                 "__module__", "__name__", "__qualname__", *cls._member_names_}
        if cls._new_member_ is not object.__new__:
            names.add("__new__")
        if cls.__init_subclass__ is not object.__init_subclass__:
            names.add("__init_subclass__")
        if cls._member_type_ is not object:
            names.update(dir(cls._member_type_))
        return sorted(names)

    def __getitem__(cls, name):
        return cls._member_map_[name]

    def __iter__(cls):
        return (cls._member_map_[name] for name in cls._member_names_)

    def __len__(cls):
        return len(cls._member_names_)

    @_builtins.property
    def __members__(cls):
        """All names, aliases too, and their members."""
        return MappingProxyType(cls._member_map_)

    def __repr__(cls):
        kind = "flag" if Flag is not None and issubclass(cls, Flag) else "enum"
        return f"<{kind} {cls.__name__!r}>"

    def __reversed__(cls):
        return (cls._member_map_[name] for name in reversed(cls._member_names_))

    def __setattr__(cls, name, value):
        if name in cls.__dict__.get("_member_map_", ()):
            raise AttributeError(f"cannot reassign member {name!r}")
        super().__setattr__(name, value)

    def _create_(cls, class_name, names, *, module=None, qualname=None, type=None, start=1, boundary=None):
        """The functional API: names are a string, a sequence, a sequence of pairs, or a mapping."""
        metacls = cls.__class__
        bases = (cls,) if type is None else (type, cls)
        _, first_enum = cls._get_mixins_(class_name, bases)
        classdict = metacls.__prepare__(class_name, bases)
        if isinstance(names, str):
            names = names.replace(",", " ").split()
        if isinstance(names, (tuple, list)) and names and isinstance(names[0], str):
            plain, names, last_values = names, [], []
            for count, name in enumerate(plain):
                value = first_enum._generate_next_value_(name, start, count, last_values[:])
                last_values.append(value)
                names.append((name, value))
        for item in () if names is None else names:
            name, value = (item, names[item]) if isinstance(item, str) else item
            classdict[name] = value
        if module is None:
            module = sys._getframe(2).f_globals.get("__name__")
        if module is not None:
            classdict["__module__"] = module
        if qualname is not None:
            classdict["__qualname__"] = qualname
        made = metacls.__new__(metacls, class_name, bases, classdict, boundary=boundary)
        if module is None:
            _make_class_unpicklable(made)
        return made

    def _convert_(cls, name, module, filter, source=None, *, boundary=None, as_global=False):
        """An enum of those names of a module that the filter accepts; they become globals of the module."""
        module_globals = sys.modules[module].__dict__
        source = module_globals if source is None else source.__dict__
        members = [(key, source[key]) for key in source if filter(key)]
        try:
            members.sort(key=lambda item: (item[1], item[0]))
        except TypeError:
            members.sort(key=lambda item: item[0])
        made = cls(name, members, module=module, boundary=boundary or KEEP)
        if as_global:
            global_enum(made)
        else:
            sys.modules[made.__module__].__dict__.update(made.__members__)
        module_globals[name] = made
        return made

    @classmethod
    def _check_for_existing_members_(metacls, class_name, bases):
        for chain in bases:
            for base in chain.__mro__:
                if isinstance(base, EnumType) and base._member_names_:
                    raise TypeError(f"<enum {class_name!r}> cannot extend {base!r}")

    @classmethod
    def _get_mixins_(metacls, class_name, bases):
        """The data type of members, and the enum among the bases."""
        if not bases:
            return object, Enum
        first_enum = bases[-1]
        if not isinstance(first_enum, EnumType):
            raise TypeError("new enumerations should be created as "
                            "`EnumName([mixin_type, ...] [data_type,] enum_type)`")
        return metacls._find_data_type_(class_name, bases) or object, first_enum

    @classmethod
    def _find_data_type_(metacls, class_name, bases):
        data_types = []
        for chain in bases:
            candidate = None
            for base in chain.__mro__:
                if base is object:
                    continue
                found = None
                if isinstance(base, EnumType):
                    if base._member_type_ is object:
                        continue
                    found = base._member_type_
                elif "__new__" in base.__dict__ or "__dataclass_fields__" in base.__dict__:
                    found = candidate or base
                if found is not None:
                    if found not in data_types:
                        data_types.append(found)
                    break
                candidate = candidate or (None if isinstance(base, EnumType) else base)
        if len(data_types) > 1:
            raise TypeError(f"too many data types for {class_name!r}: {set(data_types)!r}")
        return data_types[0] if data_types else None

    @classmethod
    def _find_data_repr_(metacls, class_name, bases):
        """What shows the values: the repr of the data type, None for that of the values themselves."""
        for chain in bases:
            for base in chain.__mro__:
                if base is object:
                    continue
                if isinstance(base, EnumType):
                    return base._value_repr_
                if "__repr__" in base.__dict__:
                    params = base.__dict__.get("__dataclass_params__")
                    return _dataclass_repr if params is not None and params.repr else base.__dict__["__repr__"]
        return None

    @classmethod
    def _find_new_(metacls, classdict, member_type, first_enum):
        """What makes members, whether it is to be kept as __new_member__, and whether it takes the values."""
        new = classdict.get("__new__")
        save_new = first_enum is not None and new is not None
        usual = [object.__new__] if Enum is None else [object.__new__, Enum.__new__]
        if new is None:
            for method in ("__new_member__", "__new__"):
                for source in (member_type, first_enum):
                    found = getattr(source, method, None)
                    if new is None and found is not None and found not in usual and source is not None:
                        new = found
            if new is None:
                new = object.__new__
        return new, save_new, first_enum is not None and new not in usual

    def _add_member_(cls, name, made):
        """Enter a member, or an alias, under a name. A property of that name goes on serving the members."""
        if name in cls._member_map_:
            if cls._member_map_[name] is not made:
                raise NameError(f"{name!r} is already bound: {cls._member_map_[name]!r}")
            return
        found, owner = None, None
        for base in cls.__mro__[1:]:
            found = base.__dict__.get(name)
            if found is not None:
                owner = base
                break
        redirect = None
        if isinstance(found, (property, DynamicClassAttribute, _builtins.property)):
            redirect = property(found.fget, found.fset, found.fdel, found.__doc__)
        elif found is not None and not isinstance(found, Enum or ()):
            redirect = property()
            redirect._attr_type = "desc" if hasattr(found, "__get__") else "attr"
            redirect._cls_type = owner
        if redirect is not None:
            redirect.member = made
            redirect.__set_name__(cls, name)
            type.__setattr__(cls, name, redirect)
        else:
            type.__setattr__(cls, name, made)
        cls._member_map_[name] = made


EnumMeta = EnumType


# --- enums ---

class Enum(metaclass=EnumType):
    """A set of named constants.

        class Color(Enum):
            RED = 1
            BLUE = 2

    Color.RED, Color(1) and Color['RED'] are the same member, whose name is 'RED' and whose value is 1.
    """

    def __new__(cls, value):
        # Members are made by _Pending: this finds the one with a value.
        if type(value) is cls:
            return value
        try:
            return cls._value2member_map_[value]
        except KeyError:
            pass
        except TypeError:
            for name, values in cls._unhashable_values_map_.items():
                if value in values:
                    return cls[name]
        if not cls._member_map_:
            raise TypeError(f"{cls!r} has no members defined")
        failure = None
        try:
            result = cls._missing_(value)
        except Exception as error:
            failure, result = error, None
        try:
            if isinstance(result, cls):
                return result
            if Flag is not None and issubclass(cls, Flag) and cls._boundary_ is EJECT and isinstance(result, int):
                return result
            invalid = ValueError(f"{value!r} is not a valid {cls.__qualname__}")
            if result is None and failure is None:
                raise invalid
            if failure is None:
                failure = TypeError(f"error in {cls.__name__}._missing_: returned {result!r} instead of None or a "
                                    f"valid member")
            if not isinstance(failure, ValueError):
                failure.__context__ = invalid
            raise failure
        finally:
            failure = invalid = None  # they refer to this frame

    def __init__(self, *args, **kwds):
        pass

    def _add_alias_(self, name):
        self.__class__._add_member_(name, self)

    def _add_value_alias_(self, value):
        cls = self.__class__
        try:
            known = cls._value2member_map_.get(value)
            if known is None:
                cls._value2member_map_[value] = self
        except TypeError:
            known = next((m for m in cls._member_map_.values() if m._value_ == value), None)
            if known is None:
                cls._unhashable_values_.append(value)
                cls._unhashable_values_map_.setdefault(self.name, []).append(value)
        if known is not None and known is not self:
            raise ValueError(f"{value!r} is already bound: {known!r}")

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        """The value of an auto(): one more than the largest so far."""
        if not last_values:
            return start
        try:
            last_value = sorted(last_values)[-1]
        except TypeError:
            raise TypeError("unable to sort non-numeric values") from None
        try:
            return last_value + 1
        except TypeError:
            raise TypeError(f"unable to increment {last_value!r}") from None

    @classmethod
    def _missing_(cls, value):
        """The member for a value that is none's, or None."""
        return None

    def __repr__(self):
        show = self.__class__._value_repr_ or repr
        return f"<{self.__class__.__name__}.{self._name_}: {show(self._value_)}>"

    def __str__(self):
        return f"{self.__class__.__name__}.{self._name_}"

    def __dir__(self):
        """Public methods and attributes, those of a mixed-in data type too."""
        names = set()
        if self.__class__._member_type_ is not object:
            names = set(object.__dir__(self))
        for name in getattr(self, "__dict__", ()):
            if name[0] != "_" and name not in self._member_map_:
                names.add(name)
        for cls in self.__class__.mro():
            for name, found in cls.__dict__.items():
                if name[0] == "_":
                    continue
                if isinstance(found, property):
                    if found.fget is not None or name not in self._member_map_:
                        names.add(name)
                    else:
                        names.discard(name)
                elif name not in self._member_map_:
                    names.add(name)
        return sorted(names | {"__class__", "__doc__", "__eq__", "__hash__", "__module__"})

    def __format__(self, format_spec):
        return str.__format__(str(self), format_spec)

    @classmethod
    def __signature__(cls):
        if cls._member_names_:
            return "(*values)"
        return "(new_class_name, /, names, *, module=None, qualname=None, type=None, start=1, boundary=None)"

    def __hash__(self):
        return hash(self._name_)

    def __reduce_ex__(self, proto):
        return self.__class__, (self._value_,)

    def __deepcopy__(self, memo):
        return self

    def __copy__(self):
        return self

    @property
    def name(self):
        """The name of the Enum member."""
        return self._name_

    @property
    def value(self):
        """The value of the Enum member."""
        return self._value_


class ReprEnum(Enum):
    """An enum of which only the repr is its own: str() and format() are those of the data type."""


class IntEnum(int, ReprEnum):
    """An enum whose members are ints."""


class StrEnum(str, ReprEnum):
    """An enum whose members are strs; auto() gives the name in lower case."""

    def __new__(cls, *values):
        if len(values) > 3:
            raise TypeError(f"too many arguments for str(): {values!r}")
        if len(values) == 1 and not isinstance(values[0], str):
            raise TypeError(f"{values[0]!r} is not a string")
        if len(values) >= 2 and not isinstance(values[1], str):
            raise TypeError(f"encoding must be a string, not {values[1]!r}")
        if len(values) == 3 and not isinstance(values[2], str):
            raise TypeError(f"errors must be a string, not {values[2]!r}")
        value = str(*values)
        made = str.__new__(cls, value)
        made._value_ = value
        return made

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        return name.lower()


def pickle_by_global_name(self, proto):
    """A __reduce_ex__ for members that are globals of their module."""
    return self.name


_reduce_ex_by_global_name = pickle_by_global_name


def pickle_by_enum_name(self, proto):
    """A __reduce_ex__ that finds the member by its name, not by its value."""
    return getattr, (self.__class__, self._name_)


class FlagBoundary(StrEnum):
    """What a Flag does with bits that no member has."""

    STRICT = auto()  # ValueError
    CONFORM = auto()  # they are dropped
    EJECT = auto()  # the result is an int
    KEEP = auto()  # they stay


STRICT, CONFORM, EJECT, KEEP = FlagBoundary


class Flag(Enum, boundary=STRICT):
    """An enum whose members combine by | & ^ ~."""

    _numeric_repr_ = repr

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        """The value of an auto(): the next power of two."""
        if not last_values:
            return start if start is not None else 1
        last_value = max(last_values)
        try:
            high_bit = _high_bit(last_value)
        except Exception:
            raise TypeError(f"invalid flag value {last_value!r}") from None
        return 2 ** (high_bit + 1)

    @classmethod
    def _iter_member_by_value_(cls, value):
        for bit in _iter_bits_lsb(value & cls._flag_mask_):
            yield cls._value2member_map_.get(bit)

    _iter_member_ = _iter_member_by_value_

    @classmethod
    def _iter_member_by_def_(cls, value):
        yield from sorted(cls._iter_member_by_value_(value), key=lambda m: m._sort_order_)

    @classmethod
    def _missing_(cls, value):
        """The combination with that value, made now."""
        if not isinstance(value, int):
            raise ValueError(f"{value!r} is not a valid {cls.__qualname__}")
        mask, all_bits = cls._flag_mask_, cls._all_bits_
        boundary = cls._boundary_
        if not ~all_bits <= value <= all_bits or value & (all_bits ^ mask):
            if boundary is STRICT:
                width = max(value.bit_length(), mask.bit_length())
                raise ValueError(f"{cls!r} invalid value {value!r}\n    given {bin(value, width)}\n"
                                 f"  allowed {bin(mask, width)}")
            if boundary is CONFORM:
                value &= mask
            elif boundary is EJECT:
                return value
            elif boundary is KEEP and value < 0:
                value = max(all_bits + 1, 2 ** value.bit_length()) + value
        negative = value if value < 0 else None
        if negative is not None:
            value = all_bits + 1 + value if boundary in (EJECT, KEEP) else mask & value
        if value & ~mask and boundary is not KEEP:
            raise ValueError(f"{cls.__name__}({value!r}) -->  unknown values {value & ~mask!r} [{bin(value & ~mask)}]")
        made = object.__new__(cls) if cls._member_type_ is object else cls._member_type_.__new__(cls, value)
        if not hasattr(made, "_value_"):
            made._value_ = value
        made._name_ = cls._name_of(value)
        made = cls._value2member_map_.setdefault(value, made)
        if negative is not None:
            cls._value2member_map_[negative] = made
        return made

    @classmethod
    def _name_of(cls, value):
        """The names of the members in a combination, None if there is none."""
        members = list(cls._iter_member_(value & cls._singles_mask_))
        covered = 0
        for m in members:
            covered |= m._value_
        if value & ~cls._singles_mask_:
            for m in cls._member_map_.values():
                if m not in members and m._value_ and m._value_ & value == m._value_:
                    members.append(m)
                    covered |= m._value_
        if not covered:
            return None
        name = "|".join(m._name_ for m in members)
        unknown = value ^ covered
        if unknown and cls._boundary_ is STRICT:
            raise ValueError(f"{cls!r}: no members with value {unknown!r}")
        return f"{name}|{cls._numeric_repr_(unknown)}" if unknown else name

    def __contains__(self, other):
        if not isinstance(other, self.__class__):
            raise TypeError(f"unsupported operand type(s) for 'in': {type(other).__qualname__!r} and "
                            f"{self.__class__.__qualname__!r}")
        return other._value_ & self._value_ == other._value_

    def __iter__(self):
        """The members of one bit in this combination."""
        yield from self._iter_member_(self._value_)

    def __len__(self):
        return self._value_.bit_count()

    def __repr__(self):
        show = self.__class__._value_repr_ or repr
        name = "" if self._name_ is None else f".{self._name_}"
        return f"<{self.__class__.__name__}{name}: {show(self._value_)}>"

    def __str__(self):
        if self._name_ is None:
            return f"{self.__class__.__name__}({self._value_!r})"
        return f"{self.__class__.__name__}.{self._name_}"

    def __bool__(self):
        return bool(self._value_)

    def _get_value(self, flag):
        if isinstance(flag, self.__class__):
            return flag._value_
        if self._member_type_ is not object and isinstance(flag, self._member_type_):
            return flag
        return NotImplemented

    def _operand(self, other, symbol):
        """The number to combine with; a member whose value is None stands for no flag at all."""
        value = self._get_value(other)
        if value is NotImplemented:
            return value
        for flag in (self, other):
            if self._get_value(flag) is None:
                raise TypeError(f"'{flag}' cannot be combined with other flags with {symbol}")
        return value

    def __or__(self, other):
        cls = self.__class__
        value = other._value_ if other.__class__ is cls else self._operand(other, "|")
        if value is None or self._value_ is None:
            value = self._operand(other, "|")
        if value is NotImplemented:
            return value
        value |= self._value_
        found = cls._value2member_map_.get(value)
        return cls(value) if found is None else found

    def __and__(self, other):
        cls = self.__class__
        value = other._value_ if other.__class__ is cls else self._operand(other, "&")
        if value is None or self._value_ is None:
            value = self._operand(other, "&")
        if value is NotImplemented:
            return value
        value &= self._value_
        found = cls._value2member_map_.get(value)
        return cls(value) if found is None else found

    def __xor__(self, other):
        cls = self.__class__
        value = other._value_ if other.__class__ is cls else self._operand(other, "^")
        if value is None or self._value_ is None:
            value = self._operand(other, "^")
        if value is NotImplemented:
            return value
        value ^= self._value_
        found = cls._value2member_map_.get(value)
        return cls(value) if found is None else found

    def __invert__(self):
        if self._get_value(self) is None:
            raise TypeError(f"'{self}' cannot be inverted")
        if self._inverted_ is None:
            if self._boundary_ in (EJECT, KEEP):
                self._inverted_ = self.__class__(~self._value_)
            else:
                self._inverted_ = self.__class__(self._singles_mask_ & ~self._value_)
        return self._inverted_

    __rand__ = __and__
    __ror__ = __or__
    __rxor__ = __xor__


class IntFlag(int, ReprEnum, Flag, boundary=KEEP):
    """A Flag whose members are ints; unknown bits are kept."""


# They stand on what is above.
from enum._decorators import (CONTINUOUS, NAMED_FLAGS, UNIQUE, EnumCheck, _dataclass_repr, global_enum,
                              global_enum_repr, global_flag_repr, global_str, unique, verify, _simple_enum,
                              _test_simple_enum)
