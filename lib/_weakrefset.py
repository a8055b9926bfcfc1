"""WeakSet: a set that does not keep its elements alive.

Elements leave by themselves when they die. While somebody iterates over the set, that is put off until the iterator is
done, so that the table does not change under it.
"""

from _weakref import ref
from types import GenericAlias

__all__ = ["WeakSet"]


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
        """Let go of those that died during iterations."""
        while self._dead and not self._iterators:
            self.data.discard(self._dead.pop())

    def _references(self, items):
        return {ref(item) for item in items}

    def __iter__(self):
        self._iterators += 1
        try:
            for reference in self.data:
                item = reference()
                if item is not None:
                    yield item
                    del item
        finally:
            self._iterators -= 1
            self._bury()

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
        self._bury()
        self.data.add(ref(item, self._remove))

    def clear(self):
        self._bury()
        self.data.clear()

    def copy(self):
        return self.__class__(self)

    def pop(self):
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
        self._bury()
        self.data.remove(ref(item))

    def discard(self, item):
        self._bury()
        self.data.discard(ref(item))

    def update(self, other):
        self._bury()
        for item in other:
            self.add(item)

    def __ior__(self, other):
        self.update(other)
        return self

    def difference(self, other):
        result = self.copy()
        result.difference_update(other)
        return result

    __sub__ = difference

    def difference_update(self, other):
        self.__isub__(other)

    def __isub__(self, other):
        self._bury()
        if self is other:
            self.data.clear()
        else:
            self.data.difference_update(self._references(other))
        return self

    def intersection(self, other):
        return self.__class__(item for item in other if item in self)

    __and__ = intersection

    def intersection_update(self, other):
        self.__iand__(other)

    def __iand__(self, other):
        self._bury()
        self.data.intersection_update(self._references(other))
        return self

    def issubset(self, other):
        return self.data.issubset(self._references(other))

    __le__ = issubset

    def __lt__(self, other):
        return self.data < self._references(other)

    def issuperset(self, other):
        return self.data.issuperset(self._references(other))

    __ge__ = issuperset

    def __gt__(self, other):
        return self.data > self._references(other)

    def __eq__(self, other):
        if not isinstance(other, self.__class__):
            return NotImplemented
        return self.data == self._references(other)

    def symmetric_difference(self, other):
        result = self.copy()
        result.symmetric_difference_update(other)
        return result

    __xor__ = symmetric_difference

    def symmetric_difference_update(self, other):
        self.__ixor__(other)

    def __ixor__(self, other):
        self._bury()
        if self is other:
            self.data.clear()
        else:
            self.data.symmetric_difference_update({ref(item, self._remove) for item in other})
        return self

    def union(self, other):
        return self.__class__(item for items in (self, other) for item in items)

    __or__ = union

    def isdisjoint(self, other):
        return not self.intersection(other)

    def __repr__(self):
        return repr(self.data)

    __class_getitem__ = classmethod(GenericAlias)
