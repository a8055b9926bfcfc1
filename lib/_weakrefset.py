"""WeakSet: a set that does not keep its elements alive.

Elements leave by themselves when they die. While somebody iterates over the set, that is put off until the iterator is
done, so that the table does not change under it.
"""

from _weakref import ref
from types import GenericAlias

__all__ = ["WeakSet"]


class _Held:
    """Holds the table of a weak container still: who dies waits until the last iteration is done."""

    __slots__ = ("container",)

    def __init__(self, container):
        self.container = container

    def __enter__(self):
        self.container._iterators += 1

    def __exit__(self, *exc_info):
        container = self.container
        container._iterators -= 1
        if not container._iterators:
            container._bury()


class WeakSet:
    """A set of weak references to its elements, which must be hashable and weakly referable."""

    def __init__(self, data=None):
        self.data = set()
        self._dead = []  # references whose removal waits for the iterators
        self._iterators = 0

        def remove(reference, find_set=ref(self)):
            weak_set = find_set()
            if weak_set is None:
                return
            if weak_set._iterators:
                weak_set._dead.append(reference)
            else:
                weak_set.data.discard(reference)

        self._remove = remove
        if data is not None:
            self.update(data)

    def _bury(self):
        """Let go of those that died during iterations. What takes dead ones out by itself asks for it before."""
        while self._dead:
            self.data.discard(self._dead.pop())

    def _references(self, items):
        return {ref(item) for item in items}

    def __iter__(self):
        with _Held(self):
            for reference in self.data:
                item = reference()
                if item is not None:
                    yield item
                    del item

    def __len__(self):
        return len(self.data) - len(self._dead)

    def __contains__(self, item):
        try:
            reference = ref(item)
        except TypeError:
            return False
        return reference in self.data

    def __reduce__(self):
        return self.__class__, (list(self),), self.__getstate__()

    def add(self, item):
        """Add an item; nothing happens when it is there. TypeError when it cannot be referred to weakly."""
        self.data.add(ref(item, self._remove))

    def clear(self):
        """Remove all items."""
        self._bury()
        self.data.clear()

    def copy(self):
        """A new WeakSet of the same items."""
        return self.__class__(self)

    def pop(self):
        """Remove and return some item. KeyError when there is none."""
        self._bury()
        while True:
            try:
                reference = self.data.pop()
            except KeyError:
                raise KeyError("pop from empty WeakSet") from None
            item = reference()
            if item is not None:
                return item

    def remove(self, item):
        """Remove an item. KeyError when it is not there."""
        self.data.remove(ref(item))

    def discard(self, item):
        """Remove an item, if it is there."""
        self.data.discard(ref(item))

    def update(self, other):
        """Add the items of an iterable."""
        for item in other:
            self.add(item)

    def __ior__(self, other):
        self.update(other)
        return self

    def difference(self, other):
        """The items that are not in the other, as a new set."""
        result = self.copy()
        result.difference_update(other)
        return result

    __sub__ = difference

    def difference_update(self, other):
        """Remove the items of the other."""
        self.__isub__(other)

    def __isub__(self, other):
        if self is other:
            self.clear()
        else:
            self.data.difference_update(self._references(other))
        return self

    def intersection(self, other):
        """The items that are in both, as a new set."""
        return self.__class__(item for item in other if item in self)

    __and__ = intersection

    def intersection_update(self, other):
        """Keep only what is in the other too."""
        self.__iand__(other)

    def __iand__(self, other):
        self._bury()
        self.data.intersection_update(self._references(other))
        return self

    def issubset(self, other):
        """Is each item in the other?"""
        return self.data.issubset(self._references(other))

    __le__ = issubset

    def __lt__(self, other):
        return self.data < self._references(other)

    def issuperset(self, other):
        """Is each item of the other in here?"""
        return self.data.issuperset(self._references(other))

    __ge__ = issuperset

    def __gt__(self, other):
        return self.data > self._references(other)

    def __eq__(self, other):
        if not isinstance(other, self.__class__):
            return NotImplemented
        return self.data == self._references(other)

    def symmetric_difference(self, other):
        """The items that are in one of the two only, as a new set."""
        result = self.copy()
        result.symmetric_difference_update(other)
        return result

    __xor__ = symmetric_difference

    def symmetric_difference_update(self, other):
        self.__ixor__(other)

    def __ixor__(self, other):
        if self is other:
            self.clear()
        else:
            self.data.symmetric_difference_update({ref(item, self._remove) for item in other})
        return self

    def union(self, other):
        """The items of both, as a new set."""
        return self.__class__(item for items in (self, other) for item in items)

    __or__ = union

    def isdisjoint(self, other):
        """Have the two no item in common?"""
        return not self.intersection(other)

    def __repr__(self):
        return repr(self.data)

    __class_getitem__ = classmethod(GenericAlias)
