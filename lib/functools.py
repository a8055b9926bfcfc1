"""Tools for working with functions and callable objects.

The parts that are called often (partial, reduce, cmp_to_key and the wrapper of lru_cache) are native, in _functools.
"""

__all__ = ['update_wrapper', 'wraps', 'WRAPPER_ASSIGNMENTS', 'WRAPPER_UPDATES', 'total_ordering', 'cache',
           'cmp_to_key', 'lru_cache', 'reduce', 'partial', 'partialmethod', 'singledispatch',
           'singledispatchmethod', 'cached_property']

from abc import get_cache_token
from sys import modules
from types import FunctionType, GenericAlias, MappingProxyType, UnionType
try:
    from _functools import _lru_cache_wrapper, _own, _set_own, cmp_to_key, partial, reduce
except ImportError:
    from _pure.functools import _lru_cache_wrapper, _make_key, _own, _set_own, cmp_to_key, partial, reduce

WRAPPER_ASSIGNMENTS = ('__module__', '__name__', '__qualname__', '__doc__', '__annotations__', '__type_params__')
WRAPPER_UPDATES = ('__dict__',)


# --- wrappers ---

def update_wrapper(wrapper, wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES):
    """Make `wrapper` look like `wrapped`: copy the attributes `assigned`, merge those `updated`, set __wrapped__."""
    if assigned is WRAPPER_ASSIGNMENTS and type(wrapped) is type(wrapper) is FunctionType:
        wrapper.__module__ = wrapped.__module__
        wrapper.__name__ = wrapped.__name__
        wrapper.__qualname__ = wrapped.__qualname__
        wrapper.__doc__ = wrapped.__doc__
        wrapper.__annotations__ = wrapped.__annotations__
        wrapper.__type_params__ = wrapped.__type_params__
        if updated is WRAPPER_UPDATES:
            wrapper.__dict__.update(wrapped.__dict__)
            wrapper.__wrapped__ = wrapped
            return wrapper
        assigned = ()
    for name in assigned:
        try:
            value = getattr(wrapped, name)
        except AttributeError:
            continue
        setattr(wrapper, name, value)
    for name in updated:
        getattr(wrapper, name).update(getattr(wrapped, name, {}))
    wrapper.__wrapped__ = wrapped
    return wrapper


def wraps(wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES):
    """A decorator that applies update_wrapper() to the decorated function."""
    return partial(update_wrapper, wrapped=wrapped, assigned=assigned, updated=updated)


# --- total_ordering ---

# Comparisons of classes that define another one.

def _gt_from_lt(self, other):
    result = type(self).__lt__(self, other)
    return result if result is NotImplemented else not result and self != other


def _le_from_lt(self, other):
    result = type(self).__lt__(self, other)
    return result if result is NotImplemented else result or self == other


def _ge_from_lt(self, other):
    result = type(self).__lt__(self, other)
    return result if result is NotImplemented else not result


def _ge_from_le(self, other):
    result = type(self).__le__(self, other)
    return result if result is NotImplemented else not result or self == other


def _lt_from_le(self, other):
    result = type(self).__le__(self, other)
    return result if result is NotImplemented else result and self != other


def _gt_from_le(self, other):
    result = type(self).__le__(self, other)
    return result if result is NotImplemented else not result


def _lt_from_gt(self, other):
    result = type(self).__gt__(self, other)
    return result if result is NotImplemented else not result and self != other


def _ge_from_gt(self, other):
    result = type(self).__gt__(self, other)
    return result if result is NotImplemented else result or self == other


def _le_from_gt(self, other):
    result = type(self).__gt__(self, other)
    return result if result is NotImplemented else not result


def _le_from_ge(self, other):
    result = type(self).__ge__(self, other)
    return result if result is NotImplemented else not result or self == other


def _gt_from_ge(self, other):
    result = type(self).__ge__(self, other)
    return result if result is NotImplemented else result and self != other


def _lt_from_ge(self, other):
    result = type(self).__ge__(self, other)
    return result if result is NotImplemented else not result


_DERIVATIONS = {
    '__lt__': [('__gt__', _gt_from_lt), ('__le__', _le_from_lt), ('__ge__', _ge_from_lt)],
    '__le__': [('__ge__', _ge_from_le), ('__lt__', _lt_from_le), ('__gt__', _gt_from_le)],
    '__gt__': [('__lt__', _lt_from_gt), ('__ge__', _ge_from_gt), ('__le__', _le_from_gt)],
    '__ge__': [('__le__', _le_from_ge), ('__gt__', _gt_from_ge), ('__lt__', _lt_from_ge)],
}


def total_ordering(cls):
    """Class decorator: supply the ordering methods that are missing from the one or more that are there."""
    defined = [name for name in _DERIVATIONS if getattr(cls, name, None) is not getattr(object, name)]
    if not defined:
        raise ValueError('must define at least one ordering operation: < > <= >=')
    root = max(defined)  # __lt__ is preferred to __le__, that to __gt__, that to __ge__
    for name, method in _DERIVATIONS[root]:
        if name not in defined:
            method.__name__ = name
            method.__doc__ = getattr(object, name).__doc__
            setattr(cls, name, method)
    return cls


# --- caches ---

def lru_cache(maxsize=128, typed=False):
    """Decorator: remember the results of the `maxsize` calls used last; None for all.

    With `typed`, arguments that are equal but of different types are different. Arguments must be hashable. The
    function gets cache_info(), cache_clear(), cache_parameters(), and is itself at __wrapped__.
    """
    function = None
    if isinstance(maxsize, int):
        maxsize = max(maxsize, 0)
    elif callable(maxsize) and isinstance(typed, bool):
        function, maxsize = maxsize, 128
    elif maxsize is not None:
        raise TypeError('Expected first argument to be an integer, a callable, or None')

    def decorating_function(user_function):
        wrapper = _lru_cache_wrapper(user_function, maxsize, typed, _cache_info)
        wrapper.cache_parameters = lambda: {'maxsize': maxsize, 'typed': typed}
        return update_wrapper(wrapper, user_function)

    return decorating_function if function is None else decorating_function(function)


def _cache_info(hits, misses, maxsize, currsize):
    """The named tuple CacheInfo, whose class is made when the first is asked for."""
    global _CacheInfo
    if _CacheInfo is None:
        from collections import namedtuple
        _CacheInfo = namedtuple('CacheInfo', ['hits', 'misses', 'maxsize', 'currsize'], module='functools')
    return _CacheInfo(hits, misses, maxsize, currsize)


_CacheInfo = None


def cache(user_function, /):
    """lru_cache(maxsize=None): simple, unbounded."""
    return lru_cache(maxsize=None)(user_function)


_MISSING = object()


class cached_property:
    # A property that is computed once for an instance and then kept in its __dict__.

    """A property that is computed once for each instance and then kept in the instance's __dict__."""

    def __init__(self, func):
        self.func = func
        self.attrname = None
        self.__doc__ = func.__doc__
        self.__module__ = func.__module__

    def __set_name__(self, owner, name):
        if self.attrname is None:
            self.attrname = name
        elif name != self.attrname:
            raise TypeError('Cannot assign the same cached_property to two different names '
                            f'({self.attrname!r} and {name!r}).')

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        if self.attrname is None:
            raise TypeError('Cannot use cached_property instance without calling __set_name__ on it.')
        value = _own(instance, self.attrname, _MISSING)
        if value is not NotImplemented:
            if value is _MISSING:
                value = self.func(instance)
                if not _set_own(instance, {self.attrname: value}):
                    instance.__dict__[self.attrname] = value
            return value
        try:
            attributes = instance.__dict__
        except AttributeError:
            raise TypeError(f"No '__dict__' attribute on {type(instance).__name__!r} "
                            f"instance to cache {self.attrname!r} property.") from None
        value = attributes.get(self.attrname, _MISSING)
        if value is _MISSING:
            value = self.func(instance)
            try:
                attributes[self.attrname] = value
            except TypeError:
                raise TypeError(f"The '__dict__' attribute on {type(instance).__name__!r} instance "
                                f"does not support item assignment for caching {self.attrname!r} property."
                                ) from None
        return value

    __class_getitem__ = classmethod(GenericAlias)


# --- partialmethod ---

class partialmethod:
    """Like partial, for use as a method: the instance goes in front of the arguments given here."""

    def __init__(self, func, /, *args, **keywords):
        if isinstance(func, partialmethod):
            args = func.args + args
            keywords = {**func.keywords, **keywords}
            func = func.func
        elif not callable(func) and not hasattr(func, '__get__'):
            raise TypeError(f'{func!r} is not callable or a descriptor')
        self.func = func
        self.args = args
        self.keywords = keywords

    def __repr__(self):
        shown = [repr(self.func), *map(repr, self.args), *(f'{k}={v!r}' for k, v in self.keywords.items())]
        cls = type(self)
        return f"{cls.__module__}.{cls.__qualname__}({', '.join(shown)})"

    def _make_unbound_method(self):
        def _method(cls_or_self, /, *args, **keywords):
            return self.func(cls_or_self, *self.args, *args, **{**self.keywords, **keywords})
        _method.__isabstractmethod__ = self.__isabstractmethod__
        _method.__partialmethod__ = self
        return _method

    def __get__(self, obj, cls=None):
        get = getattr(self.func, '__get__', None)
        if get is not None and not isinstance(self.func, partial):  # which warns of what it will be once
            bound = get(obj, cls)
            if bound is not self.func:
                result = partial(bound, *self.args, **self.keywords)
                try:
                    result.__self__ = bound.__self__
                except AttributeError:
                    pass
                return result
        return self._make_unbound_method().__get__(obj, cls)

    @property
    def __isabstractmethod__(self):
        return getattr(self.func, '__isabstractmethod__', False)

    __class_getitem__ = classmethod(GenericAlias)


# --- singledispatch ---

def _find_impl(cls, registry):
    """The implementation for a class: that of the first class along its mro which is registered.

    An abstract base class that `cls` has without inheriting from it counts as standing right behind the class of the
    mro that brings it in. Two that come in at the same place, neither derived from the other, are ambiguous.
    """
    mro = cls.__mro__
    for klass in mro:
        if klass in registry:
            return registry[klass]
        here = [t for t in registry if t not in mro and issubclass(klass, t) and
                not any(issubclass(base, t) for base in klass.__bases__)]
        nearest = [t for t in here if not any(u is not t and issubclass(u, t) for u in here)]
        if len(nearest) > 1:
            raise RuntimeError(f'Ambiguous dispatch: {nearest[0]} or {nearest[1]}')
        if nearest:
            return registry[nearest[0]]
    return registry.get(object)


def _alternatives(cls):
    """The members of `int | str` or `typing.Union[int, str]`; None: it is no union."""
    if isinstance(cls, UnionType):
        return cls.__args__
    typing = modules.get('typing')
    return cls.__args__ if typing and getattr(cls, '__origin__', None) is typing.Union else None


def _is_dispatch_type(cls):
    alternatives = _alternatives(cls)
    if alternatives is not None:
        return all(isinstance(each, type) for each in alternatives)
    return isinstance(cls, type) and not isinstance(cls, GenericAlias)


def singledispatch(func):
    """Make a function generic: register() adds implementations for types of the first argument."""
    from _weakref import ref
    registry = {object: func}
    known = {}  # id of a class that lives -> (implementation, reference that takes the entry out when the class dies)
    find = known.get
    token = None
    name = getattr(func, '__name__', 'singledispatch function')

    def dispatch(cls):
        """dispatch(cls) -> the implementation that a call with an instance of `cls` runs."""
        nonlocal token
        if token is not None and token != (current := get_cache_token()):
            known.clear()
            token = current
        key = id(cls)
        if key in known:
            return known[key][0]
        reference = ref(cls, lambda _: known.pop(key, None))
        found = registry[cls] if cls in registry else _find_impl(cls, registry)
        known[key] = found, reference
        return found

    def annotated_type(function):
        annotations = getattr(function, '__annotations__', {})
        if not annotations:
            raise TypeError(f'Invalid first argument to `register()`: {function!r}. '
                            'Use either `@register(some_class)` or plain `@register` on an annotated function.')
        argument, cls = next(iter(annotations.items()))
        if isinstance(cls, str):
            cls = eval(cls, getattr(function, '__globals__', {}))
        if cls is None:
            cls = type(None)
        if not _is_dispatch_type(cls):
            if _alternatives(cls) is not None:
                raise TypeError(f'Invalid annotation for {argument!r}. {cls!r} not all arguments are classes.')
            raise TypeError(f'Invalid annotation for {argument!r}. {cls!r} is not a class.')
        return cls

    def register(cls, func=None):
        """register(cls, func) -> func, now the implementation for `cls`. A decorator when `func` is left out."""
        nonlocal token
        if _is_dispatch_type(cls):
            if func is None:
                return lambda f: register(cls, f)
        else:
            if func is not None:
                raise TypeError(f'Invalid first argument to `register()`. {cls!r} is not a class or union type.')
            func = cls
            cls = annotated_type(func)
        for each in _alternatives(cls) or [cls]:
            registry[each] = func
            if token is None and hasattr(each, '__abstractmethods__'):
                token = get_cache_token()
        known.clear()
        return func

    def wrapper(*args, **kw):
        if not args:
            raise TypeError(f'{name} requires at least 1 positional argument')
        cls = args[0].__class__
        found = find(id(cls)) if token is None else None
        return (dispatch(cls) if found is None else found[0])(*args, **kw)

    wrapper.register = register
    wrapper.dispatch = dispatch
    wrapper.registry = MappingProxyType(registry)
    wrapper._clear_cache = known.clear
    return update_wrapper(wrapper, func)


class singledispatchmethod:
    """singledispatch for methods: dispatches on the first argument behind self or cls."""

    def __init__(self, func):
        if not callable(func) and not hasattr(func, '__get__'):
            raise TypeError(f'{func!r} is not callable or a descriptor')
        self.dispatcher = singledispatch(func)
        self.func = func

    def register(self, cls, method=None):
        """Register an implementation for the type `cls`, as the generic function's register()."""
        return self.dispatcher.register(cls, func=method)

    def __get__(self, obj, cls=None):
        dispatch = self.dispatcher.dispatch
        name = getattr(self.func, '__name__', 'singledispatchmethod method')

        def _method(*args, **kwargs):
            if not args:
                raise TypeError(f'{name} requires at least 1 positional argument')
            return dispatch(args[0].__class__).__get__(obj, cls)(*args, **kwargs)

        _method.__isabstractmethod__ = self.__isabstractmethod__
        _method.register = self.register
        return update_wrapper(_method, self.func)

    @property
    def __isabstractmethod__(self):
        return getattr(self.func, '__isabstractmethod__', False)
