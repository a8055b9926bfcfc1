"""Decorators of enums. enum imports this module when it has made its classes."""

import sys

from enum import Enum, EnumType, Flag, FlagBoundary, ReprEnum, StrEnum, _high_bit, _is_single_bit, _iter_bits_lsb

__name__ = "enum"  # the home that the functions tell


def unique(enumeration):
    """Refuse an enum with aliases."""
    duplicates = [(name, m.name) for name, m in enumeration.__members__.items() if name != m.name]
    if duplicates:
        details = ", ".join(f"{alias} -> {name}" for alias, name in duplicates)
        raise ValueError(f"duplicate values found in {enumeration!r}: {details}")
    return enumeration


def _dataclass_repr(self):
    fields = self.__dataclass_fields__
    return ", ".join(f"{key}={getattr(self, key)!r}" for key in fields if fields[key].repr)


def global_enum_repr(self):
    """A repr that is the member's name in its module."""
    module = self.__class__.__module__.split(".")[-1]
    return f"{module}.{self._name_}"


def global_flag_repr(self):
    """The same for flags, combined ones too."""
    module = self.__class__.__module__.split(".")[-1]
    cls_name = self.__class__.__name__
    if self._name_ is None:
        return f"{module}.{cls_name}({self._value_!r})"
    if _is_single_bit(self._value_):
        return f"{module}.{self._name_}"
    if self._boundary_ is not FlagBoundary.KEEP:
        return "|".join(f"{module}.{name}" for name in self.name.split("|"))
    parts = [name if name[0].isdigit() else f"{module}.{name}" for name in self._name_.split("|")]
    return "|".join(parts)


def global_str(self):
    """A str that is the bare name."""
    if self._name_ is None:
        return f"{self.__class__.__name__}({self._value_!r})"
    return self._name_


def global_enum(cls, update_str=False):
    """Make the members globals of their module, and let their repr say so."""
    cls.__repr__ = global_flag_repr if issubclass(cls, Flag) else global_enum_repr
    if not issubclass(cls, ReprEnum) or update_str:
        cls.__str__ = global_str
    sys.modules[cls.__module__].__dict__.update(cls.__members__)
    return cls


class EnumCheck(StrEnum):
    """What verify() can check."""

    CONTINUOUS = "no skipped integer values"
    NAMED_FLAGS = "multi-flag aliases may not contain unnamed flags"
    UNIQUE = "one name per value"


CONTINUOUS, NAMED_FLAGS, UNIQUE = EnumCheck


class verify:
    """A class decorator that checks an enum: verify(UNIQUE, CONTINUOUS)."""

    def __init__(self, *checks):
        self.checks = checks

    def __call__(self, enumeration):
        if not issubclass(enumeration, Enum):
            raise TypeError("the 'verify' decorator only works with Enum and Flag")
        for check in self.checks:
            if check is UNIQUE:
                self._check_unique(enumeration)
            elif check is CONTINUOUS:
                self._check_continuous(enumeration)
            elif check is NAMED_FLAGS:
                self._check_named(enumeration)
        return enumeration

    @staticmethod
    def _check_unique(enumeration):
        duplicates = [(name, m.name) for name, m in enumeration.__members__.items() if name != m.name]
        if duplicates:
            details = ", ".join(f"{alias} -> {name}" for alias, name in duplicates)
            raise ValueError(f"aliases found in {enumeration!r}: {details}")

    @staticmethod
    def _check_continuous(enumeration):
        values = {m.value for m in enumeration}
        if len(values) < 2:
            return
        low, high = min(values), max(values)
        kind = "flag" if issubclass(enumeration, Flag) else "enum"
        if kind == "flag":
            missing = [2 ** i for i in range(_high_bit(low) + 1, _high_bit(high)) if 2 ** i not in values]
        else:
            missing = [i for i in range(low + 1, high) if i not in values]
        if missing:
            text = f"invalid {kind} {enumeration.__name__!r}: missing values {', '.join(map(str, missing))}"
            raise ValueError(text[:256])

    @staticmethod
    def _check_named(enumeration):
        named = enumeration._member_map_
        values = [m.value for m in enumeration]
        names, total = [], 0
        for name, alias in named.items():
            if name in enumeration._member_names_ or alias.value < 0:
                continue
            missed = [bit for bit in _iter_bits_lsb(alias.value) if bit not in values]
            if missed:
                names.append(name)
                for bit in missed:
                    total |= bit
        if not names:
            return
        if len(names) == 1:
            which = f"alias {names[0]} is missing"
        else:
            which = f"aliases {', '.join(names[:-1])} and {names[-1]} are missing"
        value = "combined values of 0x%x" % total if not _is_single_bit(total) else f"value 0x{total:x}"
        raise ValueError(f"invalid Flag {enumeration.__name__!r}: {which} {value} "
                         f"[use enum.show_flag_values(value) for details]")


def _simple_enum(etype=Enum, *, boundary=None, use_args=None):
    """Decorator: make an enum of the given kind from a plain class whose attributes are the members' values."""

    def convert(cls):
        namespace = EnumType.__prepare__(cls.__name__, (etype,))
        for name, value in vars(cls).items():
            if name not in ("__dict__", "__weakref__", "__slots__"):
                namespace[name] = value
        if use_args is not None:
            namespace["_use_args_"] = use_args
        keywords = {} if boundary is None else {"boundary": boundary}
        return EnumType(cls.__name__, (etype,), namespace, **keywords)

    return convert


def _test_simple_enum(checked_enum, simple_enum):
    """TypeError if the two enums, one of a class statement and one of _simple_enum, are not alike."""
    failed = []
    checked, simple = checked_enum.__members__, simple_enum.__members__
    for name in checked.keys() | simple.keys():
        if name not in simple:
            failed.append(f"missing member from simple enum: {name!r}")
        elif name not in checked:
            failed.append(f"extra member in simple enum:    {name!r}")
        elif checked[name]._value_ != simple[name]._value_:
            failed.append(f"{name}: {checked[name]._value_!r} != {simple[name]._value_!r}")
    keys, other_keys = (
        {key for key in vars(enum) if key not in members and not key.startswith("_")}
        for enum, members in ((checked_enum, checked), (simple_enum, simple))
    )
    failed += [f"missing attribute: {key!r}" for key in sorted(keys - other_keys)]
    failed += [f"extra attribute: {key!r}" for key in sorted(other_keys - keys)]
    if checked_enum.__bases__ != simple_enum.__bases__:
        failed.append(f"bases: {checked_enum.__bases__} != {simple_enum.__bases__}")
    if failed:
        raise TypeError("enum mismatch:\n   %s" % "\n   ".join(failed))
