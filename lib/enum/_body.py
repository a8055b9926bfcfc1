"""The body of an enum's class: what may stand in it, and the namespace that tells members from everything else."""

import builtins as _builtins

__name__ = "enum"  # the home that the classes tell


class nonmember:
    """Marks a value in an enum's body as no member."""

    def __init__(self, value):
        self.value = value


class member:
    """Marks a value in an enum's body as a member, though it would be taken for a method, say."""

    def __init__(self, value):
        self.value = value


class _NoValue:
    def __repr__(self):
        return "<object object>"


_no_auto_value = _NoValue()


class auto:
    """In an enum's body: a value that _generate_next_value_ gives."""

    def __init__(self, value=_no_auto_value):
        self.value = value

    def __repr__(self):
        return f"auto({self.value!r})" if self.value is not _no_auto_value else "auto()"


# --- kinds of names and values ---

def _is_descriptor(obj):
    return hasattr(obj, "__get__") or hasattr(obj, "__set__") or hasattr(obj, "__delete__")


def _is_inner_class(cls_name, obj):
    """Is it a class that has been defined in the body of the class of that name? Such a one is no member."""
    if cls_name is None or not isinstance(obj, type):
        return False
    return f".{obj.__qualname__}".endswith(f".{cls_name}.{obj.__name__}")


def _is_dunder(name):
    return len(name) > 4 and name[:2] == name[-2:] == "__" and name[2] != "_" and name[-3] != "_"


def _is_sunder(name):
    return len(name) > 2 and name[0] == name[-1] == "_" and name[1] != "_" and name[-2] != "_"


def _is_private(cls_name, name):
    prefix = f"_{cls_name}__"
    return len(name) > len(prefix) and name.startswith(prefix) and not name.endswith("__")


# --- the namespace ---

_known_sunders = {"_order_", "_generate_next_value_", "_numeric_repr_", "_missing_", "_ignore_", "_iter_member_",
                  "_iter_member_by_value_", "_iter_member_by_def_", "_add_alias_", "_add_value_alias_",
                  "_use_args_"}


class EnumDict(dict):
    """The namespace of an enum's body: tells members, in order, from everything else."""

    def __init__(self, cls_name=None):
        super().__init__()
        self._member_names = {}  # in order; the values mean nothing
        self._last_values = []
        self._ignore = []
        self._auto_called = False
        self._generate_next_value = None
        self._cls_name = cls_name

    def __setitem__(self, key, value):
        if self._cls_name is not None and _is_private(self._cls_name, key):
            pass
        elif _is_sunder(key):
            value = self._take_sunder(key, value)
        elif _is_dunder(key):
            if key == "__order__":
                key = "_order_"
        elif key in self._member_names:
            raise TypeError(f"{key!r} already defined as {self[key]!r}")
        elif key in self._ignore:
            pass
        elif isinstance(value, nonmember):
            value = value.value
        elif _is_descriptor(value) or _is_inner_class(self._cls_name, value):
            pass
        else:
            if isinstance(value, member):
                value = value.value
            if key in self:
                raise TypeError(f"{key!r} already defined as {self[key]!r}")
            if isinstance(value, auto) or isinstance(value, tuple) and any(isinstance(v, auto) for v in value):
                value = self._resolve(key, value)
                self._member_names[key] = None
            else:
                self._member_names[key] = None
                self._last_values.append(value)
        super().__setitem__(key, value)

    def _take_sunder(self, key, value):
        if key not in _known_sunders:
            raise ValueError(f"_sunder_ names, such as {key!r}, are reserved for future Enum use")
        if key == "_generate_next_value_":
            if self._auto_called:
                raise TypeError("_generate_next_value_ must be defined before members")
            self._generate_next_value = value.__func__ if isinstance(value, staticmethod) else value
        elif key == "_ignore_":
            value = value.replace(",", " ").split() if isinstance(value, str) else list(value)
            self._ignore = value
            already = set(value) & set(self._member_names)
            if already:
                raise ValueError(f"_ignore_ cannot specify already set names: {already!r}")
        return value

    def _next(self, key):
        self._auto_called = True
        return self._generate_next_value(key, 1, len(self._member_names), self._last_values[:])

    def _resolve(self, key, value):
        """Put values in the place of an auto, or of those in a tuple. They count as the last ones, the tuple
        does not."""
        parts = []
        for part in (value,) if isinstance(value, auto) else value:
            if isinstance(part, auto):
                if part.value is _no_auto_value:
                    part.value = self._next(key)
                part = part.value
                self._last_values.append(part)
            parts.append(part)
        if isinstance(value, auto):
            return parts[0]
        made = type(value)
        return made(parts) if made is tuple else made(*parts)

    @_builtins.property
    def member_names(self):
        return list(self._member_names)

    def update(self, members, **more_members):
        try:
            keys = members.keys()
        except AttributeError:
            for name, value in members:
                self[name] = value
        else:
            for name in keys:
                self[name] = members[name]
        for name, value in more_members.items():
            self[name] = value


_EnumDict = EnumDict
