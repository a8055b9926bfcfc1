"""Abstract base classes of finders and loaders."""

import abc
import _frozen_importlib_external as _external
from importlib import machinery

__all__ = ['Loader', 'MetaPathFinder', 'PathEntryFinder', 'ResourceLoader', 'InspectLoader', 'ExecutionLoader',
           'FileLoader', 'SourceLoader']


class Loader(metaclass=abc.ABCMeta):
    """A loader: create_module makes the module, exec_module runs its code in it."""

    def create_module(self, spec):
        """The new module, or None if a plain one will do."""
        return None

    def load_module(self, fullname):
        """Import the module the old way. Deprecated."""
        if not hasattr(self, 'exec_module'):
            raise ImportError
        return _external._load_module_shim(self, fullname)


class MetaPathFinder(metaclass=abc.ABCMeta):
    """A finder for sys.meta_path: find_spec(fullname, path, target=None) gives a spec or None."""

    def invalidate_caches(self):
        """Forget what is known of files."""


class PathEntryFinder(metaclass=abc.ABCMeta):
    """A finder for one entry of a path: find_spec(fullname, target=None) gives a spec or None."""

    def invalidate_caches(self):
        """Forget what is known of files."""


class ResourceLoader(Loader):
    """A loader that can read files."""

    @abc.abstractmethod
    def get_data(self, path):
        """A file's bytes, or OSError."""
        raise OSError


class InspectLoader(Loader):
    """A loader that tells about modules: their source, their code."""

    def is_package(self, fullname):
        """Whether the module is a package, or ImportError."""
        raise ImportError

    def get_code(self, fullname):
        """The module's code object, None if it has none, or ImportError."""
        source = self.get_source(fullname)
        return None if source is None else self.source_to_code(source)

    @abc.abstractmethod
    def get_source(self, fullname):
        """The module's source text, None if it has none, or ImportError."""
        raise ImportError

    @staticmethod
    def source_to_code(data, path='<string>'):
        """The code object of source text or bytes."""
        return compile(data, path, 'exec', dont_inherit=True)

    exec_module = _external._LoaderBasics.exec_module
    load_module = _external._LoaderBasics.load_module


class ExecutionLoader(InspectLoader):
    """A loader that knows what file a module is."""

    @abc.abstractmethod
    def get_filename(self, fullname):
        """What __file__ is to be, or ImportError."""
        raise ImportError

    def get_code(self, fullname):
        """The module's code object, None if it has none, or ImportError."""
        source = self.get_source(fullname)
        if source is None:
            return None
        try:
            path = self.get_filename(fullname)
        except ImportError:
            return self.source_to_code(source)
        return self.source_to_code(source, path)


class FileLoader(_external.FileLoader, ResourceLoader, ExecutionLoader):
    """A loader of a file."""


class SourceLoader(_external.SourceLoader, ResourceLoader, ExecutionLoader):
    """A loader of source text: get_data and get_filename make it."""

    def path_mtime(self, path):
        """When the file was changed last."""
        if self.path_stats.__func__ is SourceLoader.path_stats:
            raise OSError
        return int(self.path_stats(path)['mtime'])

    def path_stats(self, path):
        """{'mtime': ..., perhaps 'size': ...} of a file."""
        if self.path_mtime.__func__ is SourceLoader.path_mtime:
            raise OSError
        return {'mtime': self.path_mtime(path)}

    def set_data(self, path, data):
        """Write a file, or do nothing."""


def __getattr__(name):
    """What has moved to importlib.resources.abc."""
    if name in ('ResourceReader', 'Traversable', 'TraversableResources'):
        import importlib.resources.abc
        import warnings

        warnings._deprecated(f'{__name__}.{name}', remove=(3, 14))
        return getattr(importlib.resources.abc, name)
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')


MetaPathFinder.register(machinery.BuiltinImporter)
MetaPathFinder.register(machinery.FrozenImporter)
MetaPathFinder.register(machinery.PathFinder)
PathEntryFinder.register(machinery.FileFinder)
InspectLoader.register(machinery.BuiltinImporter)
InspectLoader.register(machinery.FrozenImporter)
InspectLoader.register(machinery.NamespaceLoader)
ExecutionLoader.register(machinery.ExtensionFileLoader)
FileLoader.register(machinery.SourceFileLoader)
FileLoader.register(machinery.SourcelessFileLoader)
SourceLoader.register(machinery.SourceFileLoader)
