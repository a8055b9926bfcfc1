"""The native part of functools in Python."""

from reprlib import recursive_repr
from types import GenericAlias

__name__ = "functools"

_missing = object()


class partial:
    """A function with some of its arguments given."""

    __slots__ = "func", "args", "keywords", "__dict__", "__weakref__"

    def __new__(cls, func, /, *args, **keywords):
        if not callable(func):
            raise TypeError("the first argument must be callable")
        if isinstance(func, partial):
            args = func.args + args
            keywords = {**func.keywords, **keywords}
            func = func.func
        self = super().__new__(cls)
        self.func, self.args, self.keywords = func, args, keywords
        return self

    def __call__(self, /, *args, **keywords):
        keywords = {**self.keywords, **keywords}
        return self.func(*self.args, *args, **keywords)

    @recursive_repr()
    def __repr__(self):
        cls = type(self)
        parts = [repr(self.func), *map(repr, self.args)]
        parts += [f"{name}={value!r}" for name, value in self.keywords.items()]
        return f"{cls.__module__}.{cls.__qualname__}({', '.join(parts)})"

    def __get__(self, obj, objtype=None):
        if obj is None:
            return self
        import warnings

        warnings.warn(
            "functools.partial will be a method descriptor in future Python versions; wrap it in staticmethod() "
            "if you want to preserve the old behavior",
            FutureWarning,
            2,
        )
        return self

    def __reduce__(self):
        return type(self), (self.func,), (self.func, self.args, self.keywords or None, self.__dict__ or None)

    def __setstate__(self, state):
        if not isinstance(state, tuple):
            raise TypeError("argument to __setstate__ must be a tuple")
        if len(state) != 4:
            raise TypeError(f"expected 4 items in state, got {len(state)}")
        func, args, keywords, namespace = state
        if (
            not callable(func)
            or not isinstance(args, tuple)
            or (keywords is not None and not isinstance(keywords, dict))
            or (namespace is not None and not isinstance(namespace, dict))
        ):
            raise TypeError("invalid partial state")
        args = tuple(args)
        if keywords is None:
            keywords = {}
        elif type(keywords) is not dict:
            keywords = dict(keywords)
        self.__dict__ = {} if namespace is None else namespace
        self.func, self.args, self.keywords = func, args, keywords

    __class_getitem__ = classmethod(GenericAlias)


def reduce(function, sequence, initial=_missing):
    """Make one value of a sequence by a function of two: the result so far and the next item."""
    items = iter(sequence)
    if initial is _missing:
        try:
            value = next(items)
        except StopIteration:
            raise TypeError("reduce() of empty iterable with no initial value") from None
    else:
        value = initial
    for item in items:
        value = function(value, item)
    return value


def cmp_to_key(mycmp):
    """Make a key function of a comparison that gives a number below, at or above 0."""

    class K:
        __slots__ = ["obj"]

        def __init__(self, obj):
            self.obj = obj

        def __lt__(self, other):
            return mycmp(self.obj, other.obj) < 0

        def __gt__(self, other):
            return mycmp(self.obj, other.obj) > 0

        def __eq__(self, other):
            return mycmp(self.obj, other.obj) == 0

        def __le__(self, other):
            return mycmp(self.obj, other.obj) <= 0

        def __ge__(self, other):
            return mycmp(self.obj, other.obj) >= 0

        __hash__ = None

    return K


class _Key(list):
    """The arguments of a call, hashed once."""

    __slots__ = "hash"

    def __init__(self, parts):
        self[:] = parts
        self.hash = hash(parts)

    def __hash__(self):
        return self.hash


_KEYWORDS = (object(),)  # stands before the keywords in a key


def _make_key(args, kwds, typed):
    """What a call is remembered by."""
    key = args
    if kwds:
        key += _KEYWORDS
        for item in kwds.items():
            key += item
    if typed:
        key += tuple(type(value) for value in args)
        key += tuple(type(value) for value in kwds.values())
    elif len(key) == 1 and type(key[0]) in (int, str):
        return key[0]
    return _Key(key)


def _lru_cache_wrapper(user_function, maxsize, typed, make_info):
    """The function that remembers results; a dict keeps them in the order of their last use."""
    results = {}
    hits = misses = 0

    def wrapper(*args, **kwds):
        nonlocal hits, misses
        if maxsize == 0:
            misses += 1
            return user_function(*args, **kwds)
        key = _make_key(args, kwds, typed)
        result = results.get(key, _missing)
        if result is not _missing:
            hits += 1
            if maxsize is not None:
                # Comparing keys may run code that changes the dict.
                results[key] = results.pop(key, result)
            return result
        misses += 1
        result = user_function(*args, **kwds)
        if key not in results:
            if maxsize is not None and len(results) >= maxsize:
                del results[next(iter(results))]
            results[key] = result
        return result

    def cache_info():
        """How often a result was there, how often it was not, the greatest number of them, and their number."""
        return make_info(hits, misses, maxsize, len(results))

    def cache_clear():
        """Forget all results."""
        nonlocal hits, misses
        results.clear()
        hits = misses = 0

    wrapper.cache_info = cache_info
    wrapper.cache_clear = cache_clear
    return wrapper


def _own(instance, name, default):
    """The instance's own attribute; NotImplemented sends the asker to its __dict__."""
    return NotImplemented


def _set_own(instance, attributes):
    return False
