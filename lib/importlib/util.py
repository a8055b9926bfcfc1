"""Tools for writers of finders and loaders."""

import sys
import types
from _frozen_importlib import module_from_spec
from _frozen_importlib_external import (MAGIC_NUMBER, cache_from_source, decode_source, source_from_cache,
                                        spec_from_file_location, spec_from_loader)
from importlib import _find_spec, _resolve
from importlib.abc import Loader

__all__ = ['LazyLoader', 'Loader', 'MAGIC_NUMBER', 'cache_from_source', 'decode_source', 'find_spec',
           'module_from_spec', 'resolve_name', 'source_from_cache', 'source_hash', 'spec_from_file_location',
           'spec_from_loader']


def source_hash(source_bytes):
    """Eight bytes that tell one source from another."""
    value = 0xcbf29ce484222325
    for byte in source_bytes:
        value = (value ^ byte) * 0x100000001b3 & 0xffffffffffffffff
    return value.to_bytes(8, 'little')


def resolve_name(name, package):
    """The absolute name of a relative one, seen from the package."""
    if not name.startswith('.'):
        return name
    if not package:
        raise ImportError(f'no package specified for {name!r} (required for relative module names)')
    return _resolve(name, package)


def _spec_of_imported(fullname, told):
    """The __spec__ of a module in sys.modules; errors call it what the caller was told."""
    module = sys.modules[fullname]
    if module is None:
        return None
    try:
        spec = module.__spec__
    except AttributeError:
        raise ValueError(f'{told}.__spec__ is not set') from None
    if spec is None:
        raise ValueError(f'{told}.__spec__ is None')
    return spec


def _find_spec_from_path(name, path=None):
    """The spec of a module looked for along a path, or as one without parents, none of which is imported."""
    return _spec_of_imported(name, name) if name in sys.modules else _find_spec(name, path)


def find_spec(name, package=None):
    """The spec of a module, without importing it (but its parents): of one that is imported, its __spec__.

    None when nobody has the module; ValueError when its __spec__ is missing or None.
    """
    fullname = resolve_name(name, package) if name.startswith('.') else name
    if fullname in sys.modules:
        return _spec_of_imported(fullname, name)
    parent_name = fullname.rpartition('.')[0]
    path = None
    if parent_name:
        parent = __import__(parent_name, fromlist=['__path__'])
        try:
            path = parent.__path__
        except AttributeError as error:
            raise ModuleNotFoundError(f'__path__ attribute not found on {parent_name!r} while trying to find '
                                      f'{fullname!r}', name=fullname) from error
    return _find_spec(fullname, path)


class _LazyModule(types.ModuleType):
    """A module whose code runs when an attribute is first asked for."""

    def __getattribute__(self, attr):
        spec = object.__getattribute__(self, '__spec__')
        state = spec.loader_state
        if type(self) is _LazyModule and not state['is_loading']:
            state['is_loading'] = True
            namespace = object.__getattribute__(self, '__dict__')
            before, now = state['__dict__'], dict(namespace)
            changed = {name: value for name, value in now.items()
                       if name not in before or before[name] is not value}
            spec.loader.exec_module(self)
            if spec.name in sys.modules and sys.modules[spec.name] is not self:
                raise ValueError(f'module object for {spec.name!r} substituted in sys.modules during a lazy load')
            namespace.update(changed)
            self.__class__ = types.ModuleType
        return getattr(self, attr) if type(self) is not _LazyModule else object.__getattribute__(self, attr)

    def __delattr__(self, attr):
        self.__getattribute__(attr)
        delattr(self, attr)


class LazyLoader(Loader):
    """A loader that puts off running the module's code, by another loader, until an attribute is asked for."""

    @classmethod
    def factory(cls, loader):
        """A callable that makes lazy loaders out of what makes loaders."""
        cls.__check_eager_loader(loader)
        return lambda *args, **kwargs: cls(loader(*args, **kwargs))

    @staticmethod
    def __check_eager_loader(loader):
        if not hasattr(loader, 'exec_module'):
            raise TypeError('loader must define exec_module()')

    def __init__(self, loader):
        self.__check_eager_loader(loader)
        self.loader = loader

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = self.loader
        module.__loader__ = self.loader
        module.__spec__.loader_state = {'__dict__': dict(module.__dict__), 'is_loading': False}
        module.__class__ = _LazyModule
