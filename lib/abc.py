"""Abstract base classes (PEP 3119): the metaclass, and the decorator that marks what is abstract."""


def abstractmethod(funcobj):
    """Mark a method, or a descriptor, as one that concrete subclasses must override.

    A class made by ABCMeta cannot be instantiated while it has such methods. They may have a body, which overriding
    methods reach through super().
    """
    funcobj.__isabstractmethod__ = True
    return funcobj


class abstractclassmethod(classmethod):
    """Deprecated: @classmethod above @abstractmethod does the same."""

    __isabstractmethod__ = True

    def __init__(self, callable):
        callable.__isabstractmethod__ = True
        super().__init__(callable)


class abstractstaticmethod(staticmethod):
    """Deprecated: @staticmethod above @abstractmethod does the same."""

    __isabstractmethod__ = True

    def __init__(self, callable):
        callable.__isabstractmethod__ = True
        super().__init__(callable)


class abstractproperty(property):
    """Deprecated: @property above @abstractmethod does the same."""

    __isabstractmethod__ = True


try:
    from _abc import (get_cache_token, _abc_init, _abc_register, _abc_instancecheck, _abc_subclasscheck, _get_dump,
                      _reset_caches, _reset_registry)
except ImportError:
    from _py_abc import ABCMeta, get_cache_token

    ABCMeta.__module__ = __name__
else:
    class ABCMeta(type):
        """The metaclass of abstract base classes.

        Such a class may be inherited from, or other classes may be registered as its virtual subclasses: issubclass and
        isinstance then say yes, but nothing is inherited.
        """

        def __new__(mcls, name, bases, namespace, /, **kwargs):
            cls = super().__new__(mcls, name, bases, namespace, **kwargs)
            _abc_init(cls)
            return cls

        def register(cls, subclass):
            """Make a class a virtual subclass of this one; returns it, so this serves as a decorator."""
            return _abc_register(cls, subclass)

        def __instancecheck__(cls, instance):
            """isinstance(instance, cls)"""
            return _abc_instancecheck(cls, instance)

        def __subclasscheck__(cls, subclass):
            """issubclass(subclass, cls)"""
            return _abc_subclasscheck(cls, subclass)

        def _dump_registry(cls, file=None):
            """Print the class's registry and caches."""
            registry, cache, negative_cache, negative_cache_version = _get_dump(cls)
            print(f"Class: {cls.__module__}.{cls.__qualname__}", file=file)
            print(f"Inv. counter: {get_cache_token()}", file=file)
            print(f"_abc_registry: {registry!r}", file=file)
            print(f"_abc_cache: {cache!r}", file=file)
            print(f"_abc_negative_cache: {negative_cache!r}", file=file)
            print(f"_abc_negative_cache_version: {negative_cache_version!r}", file=file)

        def _abc_registry_clear(cls):
            """Forget the registered classes."""
            _reset_registry(cls)

        def _abc_caches_clear(cls):
            """Forget what isinstance and issubclass have found out."""
            _reset_caches(cls)


def update_abstractmethods(cls):
    """Find a class's abstract methods anew, after its attributes have changed; returns the class.

    For decorators that add methods. A class that was not made by ABCMeta is returned as it is.
    """
    if not hasattr(cls, '__abstractmethods__'):
        return cls
    names = {name for base in cls.__bases__ for name in getattr(base, '__abstractmethods__', ())}
    abstracts = {name for name in names
                 if getattr(getattr(cls, name, None), '__isabstractmethod__', False)}
    abstracts |= {name for name, value in cls.__dict__.items()
                  if getattr(value, '__isabstractmethod__', False)}
    cls.__abstractmethods__ = frozenset(abstracts)
    return cls


class ABC(metaclass=ABCMeta):
    """A base that makes its subclasses abstract base classes."""

    __slots__ = ()
