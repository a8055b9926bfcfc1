"""Container types beside the built-in ones."""

__all__ = ['ChainMap', 'Counter', 'OrderedDict', 'UserDict', 'UserList', 'UserString', 'defaultdict', 'deque',
           'namedtuple']

import sys as _sys
import _collections_abc
try:
    from _collections import OrderedDict, _count_elements, _deque_iterator, _tuplegetter, defaultdict, deque
except ImportError:
    from _pure.collections import OrderedDict, _count_elements, _tuplegetter
from itertools import chain as _chain, repeat as _repeat, starmap as _starmap
from operator import itemgetter as _itemgetter

abc = _sys.modules['collections.abc'] = _collections_abc
if 'deque' in globals():
    abc.MutableSequence.register(deque)

_KEYWORDS = frozenset('''False None True and as assert async await break class continue def del elif else except finally
    for from global if import in is lambda nonlocal not or pass raise return try while with yield'''.split())


# --- namedtuple ---

def _replaced_names(names):
    """What rename=True makes of the names that may not be used: _0, _1, ... by position."""
    seen = set()
    for index, name in enumerate(names):
        if not name.isidentifier() or name in _KEYWORDS or name.startswith('_') or name in seen:
            names[index] = f'_{index}'
        seen.add(name)


def _check_names(typename, names, rename):
    for name in [typename, *names]:
        if type(name) is not str:
            raise TypeError('Type names and field names must be strings')
        if not name.isidentifier():
            raise ValueError(f'Type names and field names must be valid identifiers: {name!r}')
        if name in _KEYWORDS:
            raise ValueError(f'Type names and field names cannot be a keyword: {name!r}')
    seen = set()
    for name in names:
        if name.startswith('_') and not rename:
            raise ValueError(f'Field names cannot start with an underscore: {name!r}')
        if name in seen:
            raise ValueError(f'Encountered duplicate field name: {name!r}')
        seen.add(name)


def namedtuple(typename, field_names, *, rename=False, defaults=None, module=None):
    """A new subclass of tuple whose items are also attributes.

    `field_names` is a sequence of names or one string of them between blanks or commas. `defaults` are for the
    rightmost fields. With `rename`, names that are not allowed become _0, _1, ...
    """
    if isinstance(field_names, str):
        field_names = field_names.replace(',', ' ').split()
    names = list(map(str, field_names))
    typename = _sys.intern(str(typename))
    if rename:
        _replaced_names(names)
    _check_names(typename, names, rename)
    field_defaults = {}
    if defaults is not None:
        defaults = tuple(defaults)
        if len(defaults) > len(names):
            raise TypeError('Got more default values than field names')
        field_defaults = dict(zip(names[len(names) - len(defaults):], defaults))
    fields = tuple(map(_sys.intern, names))
    count = len(fields)
    places = {name: place for place, name in enumerate(fields)}
    new_tuple = tuple.__new__
    row = ', '.join(fields)
    if count == 1:
        row += ','

    scope = {'_new_tuple': new_tuple, '__builtins__': {}, '__name__': f'namedtuple_{typename}'}
    __new__ = eval(f'lambda _cls, {row}: _new_tuple(_cls, ({row}))', scope)
    __new__.__name__ = '__new__'
    __new__.__doc__ = f'Create new instance of {typename}({", ".join(fields)})'
    if defaults is not None:
        __new__.__defaults__ = defaults

    @classmethod
    def _make(cls, iterable):
        result = new_tuple(cls, iterable)
        if len(result) != count:
            raise TypeError(f'Expected {count} arguments, got {len(result)}')
        return result

    _make.__func__.__doc__ = f'Make a new {typename} object from a sequence or iterable'

    def _replace(self, /, **kwds):
        values = [*self]
        if len(values) > count:
            del values[count:]
        try:
            for name, value in kwds.items():
                values[places[name]] = value
        except (KeyError, IndexError):
            self._make(values)  # are there as many as there are fields?
            unexpected = [name for name in kwds if name not in places]
            raise TypeError(f'Got unexpected field names: {unexpected!r}') from None
        return self._make(values)

    _replace.__doc__ = f'Return a new {typename} object replacing specified fields with new values'
    template = '(' + ', '.join(f'{name}=%r' for name in fields) + ')'

    def __repr__(self):
        'Return a nicely formatted representation string'
        return self.__class__.__name__ + template % self

    def _asdict(self):
        'Return a new dict which maps field names to their values.'
        return dict(zip(self._fields, self))

    def __getnewargs__(self):
        'Return self as a plain tuple.  Used by copy and pickle.'
        return tuple(self)

    for method in __new__, _make.__func__, _replace, __repr__, _asdict, __getnewargs__:
        method.__qualname__ = f'{typename}.{method.__name__}'
    body = {
        '__doc__': f'{typename}({", ".join(fields)})', '__slots__': (), '_fields': fields,
        '_field_defaults': field_defaults, '__new__': __new__, '_make': _make, '__replace__': _replace,
        '_replace': _replace, '__repr__': __repr__, '_asdict': _asdict, '__getnewargs__': __getnewargs__,
        '__match_args__': fields,
    }
    for index, name in enumerate(fields):
        body[name] = _tuplegetter(index, _sys.intern(f'Alias for field number {index}'))
    result = type(typename, (tuple,), body)
    if module is None:
        module = _caller_module()
    if module is not None:
        result.__module__ = module
    return result


def _caller_module():
    """The name of the module that calls namedtuple, if it can be found."""
    try:
        return _sys._getframe(2).f_globals.get('__name__', '__main__')
    except (AttributeError, ValueError):
        return None


# --- Counter ---

_by_count = _itemgetter(1)


def _reader(counter):
    """What gives the counter's count of an item, or else the 0 that it is given."""
    if type(counter) is Counter:
        return counter.get
    return lambda item, zero: counter[item]  # a subclass may have its own way


def _counter_of(counts):
    """A counter with those counts."""
    result = dict.__new__(Counter)
    dict.update(result, counts)
    return result


class Counter(dict):
    """How often each hashable item occurs: a dict from items to counts, which may be zero or negative.

    An item that is not there counts 0. The operators + - & | and the comparisons take counters as multisets; those
    that make a new counter keep positive counts only.
    """

    def __init__(self, iterable=None, /, **kwds):
        """Count the items of an iterable, or take counts from a mapping or from keywords."""
        super().__init__()
        self.update(iterable, **kwds)

    def __missing__(self, key):
        'The count of elements not in the Counter is zero.'
        return 0

    def total(self):
        'Sum of the counts'
        return sum(self.values())

    def most_common(self, n=None):
        """The n most common items with their counts, the most common first; all of them if n is None.

        Items of equal counts are in the order in which they were met first.
        """
        if n is None:
            return sorted(self.items(), key=_by_count, reverse=True)
        import heapq
        return heapq.nlargest(n, self.items(), key=_by_count)

    def elements(self):
        """Each item as often as it counts, in the order of first occurrence. Counts below one are left out."""
        return _chain.from_iterable(_starmap(_repeat, self.items()))

    @classmethod
    def fromkeys(cls, iterable, v=None):
        raise NotImplementedError('Counter.fromkeys() is undefined.  Use Counter(iterable) instead.')

    def update(self, iterable=None, /, **kwds):
        """Add counts: those of a mapping or of keywords, or one for each item of an iterable."""
        if iterable is not None:
            if not isinstance(iterable, _collections_abc.Mapping):
                _count_elements(self, iterable)
            elif self:
                get = self.get
                for item, count in iterable.items():
                    self[item] = count + get(item, 0)
            else:
                super().update(iterable)
        if kwds:
            self.update(kwds)

    def subtract(self, iterable=None, /, **kwds):
        """As update, but counts are subtracted; they may become zero and negative."""
        if iterable is not None:
            get = self.get
            if isinstance(iterable, _collections_abc.Mapping):
                for item, count in iterable.items():
                    self[item] = get(item, 0) - count
            else:
                for item in iterable:
                    self[item] = get(item, 0) - 1
        if kwds:
            self.subtract(kwds)

    def copy(self):
        'Return a shallow copy.'
        return self.__class__(self)

    def __reduce__(self):
        return self.__class__, (dict(self),)

    def __delitem__(self, elem):
        'Like dict.__delitem__() but does not raise KeyError for missing values.'
        if elem in self:
            super().__delitem__(elem)

    def __repr__(self):
        if not self:
            return f'{self.__class__.__name__}()'
        try:
            counts = dict(self.most_common())
        except TypeError:  # counts that cannot be sorted
            counts = dict(self)
        return f'{self.__class__.__name__}({counts!r})'

    def __eq__(self, other):
        'True if all counts agree. Missing counts are treated as zero.'
        if not isinstance(other, Counter):
            return NotImplemented
        return all(self[item] == other[item] for counter in (self, other) for item in counter)

    def __ne__(self, other):
        'True if any counts disagree. Missing counts are treated as zero.'
        if not isinstance(other, Counter):
            return NotImplemented
        return not self == other

    def __le__(self, other):
        'True if all counts in self are a subset of those in other.'
        if not isinstance(other, Counter):
            return NotImplemented
        return all(self[item] <= other[item] for counter in (self, other) for item in counter)

    def __lt__(self, other):
        'True if all counts in self are a proper subset of those in other.'
        if not isinstance(other, Counter):
            return NotImplemented
        return self <= other and self != other

    def __ge__(self, other):
        'True if all counts in self are a superset of those in other.'
        if not isinstance(other, Counter):
            return NotImplemented
        return all(self[item] >= other[item] for counter in (self, other) for item in counter)

    def __gt__(self, other):
        'True if all counts in self are a proper superset of those in other.'
        if not isinstance(other, Counter):
            return NotImplemented
        return self >= other and self != other

    def __add__(self, other):
        """The sums of the counts, positive ones only.

        >>> Counter('abbb') + Counter('bcc')
        Counter({'b': 4, 'c': 2, 'a': 1})
        """
        if not isinstance(other, Counter):
            return NotImplemented
        there = _reader(other)
        result = {}
        for item, count in self.items():
            if (total := count + there(item, 0)) > 0:
                result[item] = total
        for item, count in other.items():
            if item not in self and count > 0:
                result[item] = count
        return _counter_of(result)

    def __sub__(self, other):
        """The differences of the counts, positive ones only.

        >>> Counter('abbbc') - Counter('bccd')
        Counter({'b': 2, 'a': 1})
        """
        if not isinstance(other, Counter):
            return NotImplemented
        there = _reader(other)
        result = {}
        for item, count in self.items():
            if (rest := count - there(item, 0)) > 0:
                result[item] = rest
        for item, count in other.items():
            if item not in self and count < 0:
                result[item] = 0 - count
        return _counter_of(result)

    def __or__(self, other):
        """The larger one of each two counts, positive ones only.

        >>> Counter('abbb') | Counter('bcc')
        Counter({'b': 3, 'c': 2, 'a': 1})
        """
        if not isinstance(other, Counter):
            return NotImplemented
        there = _reader(other)
        result = {}
        for item, count in self.items():
            other_count = there(item, 0)
            if (larger := other_count if count < other_count else count) > 0:
                result[item] = larger
        for item, count in other.items():
            if item not in self and count > 0:
                result[item] = count
        return _counter_of(result)

    def __and__(self, other):
        """The smaller one of each two counts, positive ones only.

        >>> Counter('abbb') & Counter('bcc')
        Counter({'b': 1})
        """
        if not isinstance(other, Counter):
            return NotImplemented
        there = _reader(other)
        result = {}
        for item, count in self.items():
            other_count = there(item, 0)
            if (smaller := count if count < other_count else other_count) > 0:
                result[item] = smaller
        return _counter_of(result)

    def __pos__(self):
        'Adds an empty counter, effectively stripping negative and zero counts'
        return _counter_of({item: count for item, count in self.items() if count > 0})

    def __neg__(self):
        """Subtracts from an empty counter: zero and positive counts go, negative ones change their sign."""
        return _counter_of({item: 0 - count for item, count in self.items() if count < 0})

    def _keep_positive(self):
        """Take out the items that do not count more than zero."""
        for item in [item for item, count in self.items() if not count > 0]:
            del self[item]
        return self

    def __iadd__(self, other):
        """Add counts in place, and keep positive ones.

        >>> c = Counter('abbb')
        >>> c += Counter('bcc')
        >>> c
        Counter({'b': 4, 'c': 2, 'a': 1})
        """
        for item, count in other.items():
            self[item] += count
        return self._keep_positive()

    def __isub__(self, other):
        """Subtract counts in place, and keep positive ones.

        >>> c = Counter('abbbc')
        >>> c -= Counter('bccd')
        >>> c
        Counter({'b': 2, 'a': 1})
        """
        for item, count in other.items():
            self[item] -= count
        return self._keep_positive()

    def __ior__(self, other):
        """Take the larger counts in place, and keep positive ones.

        >>> c = Counter('abbb')
        >>> c |= Counter('bcc')
        >>> c
        Counter({'b': 3, 'c': 2, 'a': 1})
        """
        for item, there in other.items():
            if there > self[item]:
                self[item] = there
        return self._keep_positive()

    def __iand__(self, other):
        """Take the smaller counts in place, and keep positive ones.

        >>> c = Counter('abbb')
        >>> c &= Counter('bcc')
        >>> c
        Counter({'b': 1})
        """
        for item, count in self.items():
            if (there := other[item]) < count:
                self[item] = there
        return self._keep_positive()


# --- ChainMap ---

_nothing = object()  # is in no mapping


class ChainMap(_collections_abc.MutableMapping):
    """Several mappings as one: `maps` is their list, searched in order; changes go to the first."""

    def __init__(self, *maps):
        self.maps = list(maps) or [{}]

    def __missing__(self, key):
        raise KeyError(key)

    def __getitem__(self, key):
        for mapping in self.maps:
            if type(mapping) is dict:
                value = mapping.get(key, _nothing)
                if value is not _nothing:
                    return value
                continue
            try:
                return mapping[key]  # `in` would not do for a defaultdict
            except KeyError:
                pass
        return self.__missing__(key)

    def get(self, key, default=None):
        return self[key] if key in self else default

    def _merged(self):
        """A dict with all keys, in the order in which the last mapping, updated by the ones before, has them."""
        keys = {}
        for mapping in reversed(self.maps):
            keys.update(dict.fromkeys(mapping))
        return keys

    def __len__(self):
        return len(set().union(*self.maps))

    def __iter__(self):
        return iter(self._merged())

    def __contains__(self, key):
        for mapping in self.maps:
            if key in mapping:
                return True
        return False

    def __bool__(self):
        return any(self.maps)

    def __repr__(self):
        return f'{self.__class__.__name__}({", ".join(map(repr, self.maps))})'

    @classmethod
    def fromkeys(cls, iterable, value=None, /):
        'Create a new ChainMap with keys from iterable and values set to value.'
        return cls(dict.fromkeys(iterable, value))

    def copy(self):
        'New ChainMap or subclass with a new copy of maps[0] and refs to maps[1:]'
        return self.__class__(self.maps[0].copy(), *self.maps[1:])

    __copy__ = copy

    def new_child(self, m=None, **kwargs):
        """A new ChainMap with a new mapping in front of this one's: `m` (or an empty dict), updated with the
        keywords."""
        if m is None:
            m = kwargs
        elif kwargs:
            m.update(kwargs)
        return self.__class__(m, *self.maps)

    @property
    def parents(self):
        'New ChainMap from maps[1:].'
        return self.__class__(*self.maps[1:])

    def __setitem__(self, key, value):
        self.maps[0][key] = value

    def __delitem__(self, key):
        try:
            del self.maps[0][key]
        except KeyError:
            raise KeyError(f'Key not found in the first mapping: {key!r}')

    def popitem(self):
        'Remove and return an item pair from maps[0]. Raise KeyError is maps[0] is empty.'
        try:
            return self.maps[0].popitem()
        except KeyError:
            raise KeyError('No keys found in the first mapping.')

    def pop(self, key, *args):
        'Remove *key* from maps[0] and return its value. Raise KeyError if *key* not in maps[0].'
        try:
            return self.maps[0].pop(key, *args)
        except KeyError:
            raise KeyError(f'Key not found in the first mapping: {key!r}')

    def clear(self):
        'Clear maps[0], leaving maps[1:] intact.'
        self.maps[0].clear()

    def __ior__(self, other):
        self.maps[0].update(other)
        return self

    def __or__(self, other):
        if not isinstance(other, _collections_abc.Mapping):
            return NotImplemented
        result = self.copy()
        result.maps[0].update(other)
        return result

    def __ror__(self, other):
        if not isinstance(other, _collections_abc.Mapping):
            return NotImplemented
        merged = dict(other)
        for mapping in reversed(self.maps):
            merged.update(mapping)
        return self.__class__(merged)


# --- names that are imported with their first use ---

_LATER = ('UserDict', 'UserList', 'UserString')


def __getattr__(name):
    if name not in _LATER:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    from collections import _user
    globals().update((later, getattr(_user, later)) for later in _LATER)
    return globals()[name]


def __dir__():
    return sorted({*globals(), *_LATER})
