"""Weak references: names for objects that do not keep them alive (PEP 205).

The references and proxies themselves are in _weakref. Here are the containers of them, references to bound methods, and
finalize.

The dictionaries drop an item when its key or value dies. While somebody iterates over one, that is put off until the
iterator is done, so that the table does not change under it.
"""

from _weakref import (CallableProxyType, ProxyType, ReferenceType, _remove_dead_weakref, getweakrefcount,
                      getweakrefs, proxy, ref)
from _weakrefset import WeakSet, _Held
import _collections_abc
import sys

ProxyTypes = (ProxyType, CallableProxyType)

__all__ = ["ref", "proxy", "getweakrefcount", "getweakrefs", "WeakKeyDictionary", "ReferenceType", "ProxyType",
           "CallableProxyType", "ProxyTypes", "WeakValueDictionary", "WeakSet", "WeakMethod", "finalize"]

_collections_abc.MutableSet.register(WeakSet)


class WeakMethod(ref):
    """A weak reference to a bound method.

    The method object itself dies as soon as nobody holds it; this reference lives as long as both the instance and the
    function do, and makes the method anew when called.
    """

    __slots__ = "_function", "_method_type", "_alive", "__weakref__"

    def __new__(cls, meth, callback=None):
        try:
            instance, function = meth.__self__, meth.__func__
        except AttributeError:
            raise TypeError(f"argument should be a bound method, not {type(meth)}") from None

        def died(_):
            self = find_self()
            if self is not None and self._alive:
                self._alive = False
                if callback is not None:
                    callback(self)

        self = ref.__new__(cls, instance, died)
        self._function = ref(function, died)
        self._method_type = type(meth)
        self._alive = True
        find_self = ref(self)
        return self

    def __call__(self):
        instance, function = super().__call__(), self._function()
        if instance is None or function is None:
            return None
        return self._method_type(function, instance)

    def __eq__(self, other):
        if not isinstance(other, WeakMethod):
            return NotImplemented
        if not self._alive or not other._alive:
            return self is other
        return ref.__eq__(self, other) and self._function == other._function

    def __ne__(self, other):
        if not isinstance(other, WeakMethod):
            return NotImplemented
        return not self == other

    __hash__ = ref.__hash__


class KeyedRef(ref):
    """A reference that knows under which key a WeakValueDictionary has it."""

    __slots__ = ("key",)

    def __new__(type, ob, callback, key):
        self = ref.__new__(type, ob, callback)
        self.key = key
        return self

    def __init__(self, ob, callback, key):
        super().__init__(ob, callback)


class WeakValueDictionary(_collections_abc.MutableMapping):
    """A mapping that refers to its values weakly. An item goes when its value dies."""

    def __init__(self, other=(), /, **kw):
        self.data = {}
        self._dead = []  # keys whose removal waits for the iterators
        self._iterators = 0

        def remove(reference, find_dict=ref(self)):
            mapping = find_dict()
            if mapping is None:
                return
            if mapping._iterators:
                mapping._dead.append(reference.key)
            else:
                _remove_dead_weakref(mapping.data, reference.key)

        self._remove = remove
        self.update(other, **kw)

    def _bury(self):
        """Let go of what died during iterations. What takes dead entries out by itself asks for it before."""
        while self._dead:
            _remove_dead_weakref(self.data, self._dead.pop())

    def _alive(self):
        """The items whose values are alive, the table being held still meanwhile."""
        with _Held(self):
            for key, reference in self.data.items():
                value = reference()
                if value is not None:
                    yield key, value
                    del value

    def __getitem__(self, key):
        value = self.data[key]()
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key, value):
        if self._dead:
            self._bury()
        self.data[key] = KeyedRef(value, self._remove, key)

    def __delitem__(self, key):
        self._bury()
        del self.data[key]

    def __len__(self):
        return len(self.data) - len(self._dead)

    def __contains__(self, key):
        reference = self.data.get(key)
        return reference is not None and reference() is not None

    def __repr__(self):
        return f"<{self.__class__.__name__} at {id(self):#x}>"

    def copy(self):
        """A new dictionary of the same kind with the same entries."""
        new = WeakValueDictionary()
        for key, value in self._alive():
            new[key] = value
        return new

    __copy__ = copy

    def __deepcopy__(self, memo):
        from copy import deepcopy
        new = self.__class__()
        for key, value in self._alive():
            new[deepcopy(key, memo)] = value
        return new

    def get(self, key, default=None):
        """The value of a key, or the default."""
        reference = self.data.get(key)
        value = None if reference is None else reference()
        return default if value is None else value

    def items(self):
        """An iterator over (key, value), of entries that are alive."""
        yield from self._alive()

    def keys(self):
        """An iterator over the keys of entries that are alive."""
        for key, _ in self._alive():
            yield key

    __iter__ = keys

    def values(self):
        """An iterator over the values of entries that are alive."""
        for _, value in self._alive():
            yield value
            del value

    def itervaluerefs(self):
        """The weak references to the values, one by one. Some may be dead."""
        with _Held(self):
            yield from self.data.values()

    def valuerefs(self):
        """A list of the weak references to the values. Some may be dead."""
        self._bury()
        return list(self.data.values())

    def popitem(self):
        """Remove and return some entry that is alive, (key, value). KeyError when there is none."""
        self._bury()
        while True:
            key, reference = self.data.popitem()
            value = reference()
            if value is not None:
                return key, value

    def pop(self, key, *args):
        """Remove a key and return its value, or the default. KeyError when there is neither."""
        self._bury()
        reference = self.data.pop(key, None)
        value = None if reference is None else reference()
        if value is None:
            if not args:
                raise KeyError(key)
            return args[0]
        return value

    def setdefault(self, key, default=None):
        """The value of a key, which is the default from now on if it had none."""
        value = self.get(key)
        if value is None:
            self[key] = value = default
        return value

    def update(self, other=None, /, **kwargs):
        """Add the entries of a mapping or of an iterable of pairs, and the keywords."""
        if other is not None:
            for key, value in (other if hasattr(other, "items") else dict(other)).items():
                self[key] = value
        for key, value in kwargs.items():
            self[key] = value

    def __ior__(self, other):
        self.update(other)
        return self

    def __or__(self, other):
        if not isinstance(other, _collections_abc.Mapping):
            return NotImplemented
        result = self.copy()
        result.update(other)
        return result

    def __ror__(self, other):
        if not isinstance(other, _collections_abc.Mapping):
            return NotImplemented
        result = self.__class__()
        result.update(other)
        result.update(self)
        return result


class WeakKeyDictionary(_collections_abc.MutableMapping):
    """A mapping that refers to its keys weakly. An item goes when its key dies."""

    def __init__(self, dict=None):
        self.data = {}
        self._dead = []  # references whose removal waits for the iterators
        self._iterators = 0

        def remove(reference, find_dict=ref(self)):
            mapping = find_dict()
            if mapping is None:
                return
            if mapping._iterators:
                mapping._dead.append(reference)
            else:
                mapping.data.pop(reference, None)

        self._remove = remove
        if dict is not None:
            self.update(dict)

    def _bury(self):
        """Let go of what died during iterations. What takes dead entries out by itself asks for it before."""
        while self._dead:
            self.data.pop(self._dead.pop(), None)

    def _alive(self):
        """The items whose keys are alive, the table being held still meanwhile."""
        with _Held(self):
            for reference, value in self.data.items():
                key = reference()
                if key is not None:
                    yield key, value
                    del key

    def __getitem__(self, key):
        return self.data[ref(key)]

    def __setitem__(self, key, value):
        self.data[ref(key, self._remove)] = value

    def __delitem__(self, key):
        del self.data[ref(key)]

    def __len__(self):
        return len(self.data) - len(self._dead)

    def __contains__(self, key):
        try:
            reference = ref(key)
        except TypeError:
            return False
        return reference in self.data

    def __repr__(self):
        return f"<{self.__class__.__name__} at {id(self):#x}>"

    def copy(self):
        """A new dictionary of the same kind with the same entries."""
        new = WeakKeyDictionary()
        for key, value in self._alive():
            new[key] = value
        return new

    __copy__ = copy

    def __deepcopy__(self, memo):
        from copy import deepcopy
        new = self.__class__()
        for key, value in self._alive():
            new[key] = deepcopy(value, memo)
        return new

    def get(self, key, default=None):
        """The value of a key, or the default."""
        return self.data.get(ref(key), default)

    def items(self):
        """An iterator over (key, value), of entries that are alive."""
        yield from self._alive()

    def keys(self):
        """An iterator over the keys of entries that are alive."""
        for key, _ in self._alive():
            yield key
            del key

    __iter__ = keys

    def values(self):
        """An iterator over the values of entries that are alive."""
        for _, value in self._alive():
            yield value

    def keyrefs(self):
        """A list of the weak references to the keys. Some may be dead."""
        return list(self.data)

    def popitem(self):
        """Remove and return some entry that is alive, (key, value). KeyError when there is none."""
        self._bury()
        while True:
            reference, value = self.data.popitem()
            key = reference()
            if key is not None:
                return key, value

    def pop(self, key, *args):
        """Remove a key and return its value, or the default. KeyError when there is neither."""
        return self.data.pop(ref(key), *args)

    def setdefault(self, key, default=None):
        """The value of a key, which is the default from now on if it had none."""
        return self.data.setdefault(ref(key, self._remove), default)

    def update(self, dict=None, /, **kwargs):
        """Add the entries of a mapping or of an iterable of pairs, and the keywords."""
        if dict is not None:
            for key, value in (dict if hasattr(dict, "items") else type({})(dict)).items():
                self[key] = value
        if kwargs:
            self.update(kwargs)

    def __ior__(self, other):
        self.update(other)
        return self

    def __or__(self, other):
        if not isinstance(other, _collections_abc.Mapping):
            return NotImplemented
        result = self.copy()
        result.update(other)
        return result

    def __ror__(self, other):
        if not isinstance(other, _collections_abc.Mapping):
            return NotImplemented
        result = self.__class__()
        result.update(other)
        result.update(self)
        return result


class finalize:
    """A function to call, once, when an object dies, or at the latest (if `atexit` is true) when the program ends.

    finalize(obj, func, *args, **kwargs) returns the finalizer, which need not be kept. Calling it runs the
    function now. Neither the function nor its arguments may refer to the object, which then would never die.
    What are still alive at the end run then, the youngest first.
    """

    __slots__ = ()

    _registry = {}  # finalizer -> its _Info, in order of creation; what has run or is detached is not in it
    _at_exit = False  # whether _exitfunc is registered
    _newborn = False  # whether one was made since that looked

    class _Info:
        __slots__ = "weakref", "func", "args", "kwargs", "atexit"

    def __init__(self, obj, func, /, *args, **kwargs):
        if not finalize._at_exit:
            import atexit
            atexit.register(self._exitfunc)
            finalize._at_exit = True
        info = self._Info()
        info.weakref = ref(obj, self)
        info.func = func
        info.args = args
        info.kwargs = kwargs or None
        info.atexit = True
        self._registry[self] = info
        finalize._newborn = True

    def __call__(self, _=None):
        """Run the function now, if that has not been done, and return its result."""
        info = self._registry.pop(self, None)
        if info is not None:
            return info.func(*info.args, **(info.kwargs or {}))

    def _parts(self, info):
        obj = None if info is None else info.weakref()
        return None if obj is None else (obj, info.func, info.args, info.kwargs or {})

    def detach(self):
        """If alive, let the finalizer die without a call and return (obj, func, args, kwargs)."""
        parts = self._parts(self._registry.get(self))
        if parts is not None and self._registry.pop(self, None) is not None:
            return parts

    def peek(self):
        """If alive, (obj, func, args, kwargs)."""
        return self._parts(self._registry.get(self))

    @property
    def alive(self):
        """Whether the function is still to be called."""
        return self in self._registry

    @property
    def atexit(self):
        """Whether the function is called when the program ends before the object does."""
        info = self._registry.get(self)
        return info is not None and info.atexit

    @atexit.setter
    def atexit(self, value):
        info = self._registry.get(self)
        if info is not None:
            info.atexit = bool(value)

    def __repr__(self):
        info = self._registry.get(self)
        obj = None if info is None else info.weakref()
        if obj is None:
            return f"<{type(self).__name__} object at {id(self):#x}; dead>"
        return f"<{type(self).__name__} object at {id(self):#x}; for {type(obj).__name__!r} at {id(obj):#x}>"

    @classmethod
    def _exitfunc(cls):
        """Run what is alive and wants it, the youngest first. Those may make new ones: these run, too."""
        import gc
        collecting = gc.isenabled()
        gc.disable()
        try:
            waiting = []
            while True:
                if not waiting or finalize._newborn:
                    finalize._newborn = False
                    waiting = [f for f, info in cls._registry.items() if info.atexit]
                    if not waiting:
                        break
                try:
                    waiting.pop()()
                except Exception:
                    sys.excepthook(*sys.exc_info())
        finally:
            if collecting:
                gc.enable()
