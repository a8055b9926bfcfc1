"""_py_abc: the metaclass of abstract base classes in Python, as PEP 3119 tells it. abc has the fast one.

A class keeps, weakly, those that are registered with it, those that have been found to be subclasses, and those that
have been found to be none. What has been found to be none may become one by a registration with any class: the second
cache is of the generation that _py_abc counts, and is dropped when that is past.
"""

from _weakrefset import WeakSet

_generation = 0


def get_cache_token():
    """A token that changes with every call of register()."""
    return _generation


class ABCMeta(type):
    def __new__(mcls, name, bases, namespace, /, **kwargs):
        cls = super().__new__(mcls, name, bases, namespace, **kwargs)
        abstract = {key for key, value in namespace.items() if getattr(value, "__isabstractmethod__", False)}
        for base in bases:
            for key in getattr(base, "__abstractmethods__", ()):
                if getattr(getattr(cls, key, None), "__isabstractmethod__", False):
                    abstract.add(key)
        cls.__abstractmethods__ = frozenset(abstract)
        cls._abc_registry = WeakSet()
        cls._abc_cache = WeakSet()
        cls._abc_negative_cache = WeakSet()
        cls._abc_negative_cache_version = _generation
        return cls

    def register(cls, subclass):
        """Make a class a virtual subclass. It is returned, so that this may be a decorator."""
        global _generation
        if not isinstance(subclass, type):
            raise TypeError("Can only register classes")
        if issubclass(subclass, cls):
            return subclass
        if issubclass(cls, subclass):
            raise RuntimeError("Refusing to create an inheritance cycle")
        cls._abc_registry.add(subclass)
        _generation += 1
        return subclass

    def _dump_registry(cls, file=None):
        """Print the registry and the caches."""
        print(f"Class: {cls.__module__}.{cls.__qualname__}", file=file)
        print(f"Inv. counter: {get_cache_token()}", file=file)
        for name, value in vars(cls).items():
            if name.startswith("_abc_"):
                print(f"{name}: {set(value) if isinstance(value, WeakSet) else value!r}", file=file)

    def _abc_registry_clear(cls):
        cls._abc_registry.clear()

    def _abc_caches_clear(cls):
        cls._abc_cache.clear()
        cls._abc_negative_cache.clear()

    def __instancecheck__(cls, instance):
        subclass = instance.__class__
        if subclass in cls._abc_cache:
            return True
        kind = type(instance)
        if kind is subclass:
            if cls._abc_negative_cache_version == _generation and subclass in cls._abc_negative_cache:
                return False
            return cls.__subclasscheck__(subclass)
        return any(cls.__subclasscheck__(c) for c in (subclass, kind))

    def __subclasscheck__(cls, subclass):
        if not isinstance(subclass, type):
            raise TypeError("issubclass() arg 1 must be a class")
        if subclass in cls._abc_cache:
            return True
        if cls._abc_negative_cache_version < _generation:
            cls._abc_negative_cache = WeakSet()
            cls._abc_negative_cache_version = _generation
        elif subclass in cls._abc_negative_cache:
            return False
        answer = cls._decide(subclass)
        (cls._abc_cache if answer else cls._abc_negative_cache).add(subclass)
        return answer

    def _decide(cls, subclass):
        answer = cls.__subclasshook__(subclass)
        if answer is not NotImplemented:
            assert isinstance(answer, bool)
            return answer
        return (
            cls in getattr(subclass, "__mro__", ())
            or any(issubclass(subclass, registered) for registered in cls._abc_registry)
            or any(issubclass(subclass, heir) for heir in cls.__subclasses__())
        )
