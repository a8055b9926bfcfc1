"""Decorators of enums. enum imports this module when it has made its classes."""

import sys

from enum import Enum, Flag, FlagBoundary, ReprEnum, StrEnum, _high_bit, _is_single_bit, _iter_bits_lsb

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
