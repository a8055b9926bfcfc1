"""The native part of collections in Python, all but deque and defaultdict."""

from _collections_abc import MutableMapping
from reprlib import recursive_repr

__name__ = "collections"

_missing = object()


class OrderedDict(dict):
    """A dict in which the order counts: when it is compared, and because keys can be moved in it.

    A dict keeps the order in which keys came; what is moved to the front makes all others move behind it.
    """

    def __init__(self, other=(), /, **kwds):
        self.update(other, **kwds)

    update = MutableMapping.update
    __ne__ = object.__ne__

    def popitem(self, last=True):
        """Take out the (key, value) that came last, or first."""
        if not self:
            raise KeyError("dictionary is empty")
        key = next(reversed(self) if last else iter(self))
        return key, self.pop(key)

    def move_to_end(self, key, last=True):
        """Move a key to the end, or to the front."""
        value = dict.__getitem__(self, key)
        others = [] if last else [item for item in dict.items(self) if item[0] is not key and item[0] != key]
        dict.__delitem__(self, key)
        dict.__setitem__(self, key, value)
        for other, value in others:
            dict.__delitem__(self, other)
            dict.__setitem__(self, other, value)

    def pop(self, key, default=_missing):
        """Take a key out and give its value."""
        if key in self:
            value = self[key]
            del self[key]
            return value
        if default is not _missing:
            return default
        if hasattr(type(self), "__missing__"):
            return type(self).__missing__(self, key)
        raise KeyError(key)

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]

    def copy(self):
        return self.__class__(self)

    @classmethod
    def fromkeys(cls, iterable, value=None):
        self = cls()
        for key in iterable:
            self[key] = value
        return self

    @recursive_repr()
    def __repr__(self):
        return f"{self.__class__.__name__}({dict(self.items())!r})" if self else f"{self.__class__.__name__}()"

    def __reduce__(self):
        state = self.__getstate__()
        return self.__class__, (), state, None, iter(self.items())

    def __eq__(self, other):
        if isinstance(other, OrderedDict):
            return dict.__eq__(self, other) and all(a is b or a == b for a, b in zip(self, other))
        return dict.__eq__(self, other)

    def __or__(self, other):
        if not isinstance(other, dict):
            return NotImplemented
        result = self.__class__(self)
        result.update(other)
        return result

    def __ror__(self, other):
        if not isinstance(other, dict):
            return NotImplemented
        result = self.__class__(other)
        result.update(self)
        return result

    def __ior__(self, other):
        self.update(other)
        return self


def _count_elements(mapping, iterable):
    """Add to the mapping how often each item is there."""
    count = mapping.get
    for item in iterable:
        mapping[item] = count(item, 0) + 1


def _tuplegetter(index, doc):
    """The attribute that is an item of a named tuple."""
    return property(lambda self: tuple.__getitem__(self, index), doc=doc)
