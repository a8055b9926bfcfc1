"""Packages: the modules in them, files beside them, folders to be added to them."""

import importlib
import importlib.machinery
import os
import sys
from collections import namedtuple
from functools import singledispatch

__all__ = ['get_importer', 'iter_importers', 'get_loader', 'find_loader', 'walk_packages', 'iter_modules', 'get_data',
           'read_code', 'extend_path', 'ModuleInfo']

ModuleInfo = namedtuple('ModuleInfo', 'module_finder name ispkg')
ModuleInfo.__doc__ = 'A module that has been found, by which finder, and whether it is a package.'


def read_code(stream):
    """The code object in a file of compiled code. Here there are none: None, as for one of another version."""
    return None


# --- finders ---

def get_importer(path_item):
    """The finder of an entry of sys.path: from the cache, else from the first hook that takes it; None without one."""
    path_item = os.fsdecode(path_item)
    finder = sys.path_importer_cache.get(path_item)
    if finder is not None:
        return finder
    for hook in sys.path_hooks:
        try:
            finder = hook(path_item)
        except ImportError:
            continue
        sys.path_importer_cache.setdefault(path_item, finder)
        return finder
    if os.path.isdir(path_item or '.'):
        machinery = importlib.machinery
        return machinery.FileFinder(path_item, (machinery.SourceFileLoader, machinery.SOURCE_SUFFIXES))
    return None


def iter_importers(fullname=''):
    """The finders that look for a module: those of its package, or for one that is in none all there are."""
    if fullname.startswith('.'):
        raise ImportError(f'Relative module name {fullname!r} not supported')
    package = fullname.rpartition('.')[0]
    if package:
        path = getattr(importlib.import_module(package), '__path__', None)
        if path is None:
            return
    else:
        yield from sys.meta_path
        path = sys.path
    for item in path:
        yield get_importer(item)


def get_loader(module_or_name):
    """The loader of a module. Deprecated: importlib.util.find_spec tells it."""
    import warnings
    warnings._deprecated('pkgutil.get_loader', f'{warnings._DEPRECATED_MSG}; use importlib.util.find_spec() instead',
                         remove=(3, 14))
    if module_or_name in sys.modules:
        module_or_name = sys.modules[module_or_name]
        if module_or_name is None:
            return None
    if isinstance(module_or_name, type(sys)):
        loader = getattr(module_or_name, '__loader__', None)
        if loader is not None:
            return loader
        if getattr(module_or_name, '__spec__', None) is None:
            return None
        module_or_name = module_or_name.__name__
    return _find_loader(module_or_name)


def find_loader(fullname):
    """The loader of a module of that name. Deprecated: importlib.util.find_spec tells it."""
    import warnings
    warnings._deprecated('pkgutil.find_loader', f'{warnings._DEPRECATED_MSG}; use importlib.util.find_spec() instead',
                         remove=(3, 14))
    return _find_loader(fullname)


def _find_loader(fullname):
    import importlib.util
    if fullname.startswith('.'):
        raise ImportError(f'Relative module name {fullname!r} not supported')
    try:
        spec = importlib.util.find_spec(fullname)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise ImportError(f'Error while finding loader for {fullname!r} ({type(error)}: {error})') from error
    return None if spec is None else spec.loader


# --- what is there ---

def walk_packages(path=None, prefix='', onerror=None):
    """A ModuleInfo for each module along a list of folders, or sys.path, and in the packages there, all the way down.

    Packages are imported on the way. When that raises, `onerror` is called with the package's name; without it
    ImportErrors are passed over. `prefix` is put in front of names.
    """
    seen = set()
    for info in iter_modules(path, prefix):
        yield info
        if not info.ispkg:
            continue
        try:
            __import__(info.name)
        except ImportError:
            if onerror is not None:
                onerror(info.name)
        except Exception:
            if onerror is None:
                raise
            onerror(info.name)
        else:
            below = [item for item in getattr(sys.modules[info.name], '__path__', None) or [] if item not in seen]
            seen.update(below)
            yield from walk_packages(below, info.name + '.', onerror)


def iter_modules(path=None, prefix=''):
    """A ModuleInfo for each module along a list of folders, or sys.path. `prefix` is put in front of names."""
    if isinstance(path, str):
        raise ValueError('path must be None or list of paths to look for modules in')
    yielded = set()
    for finder in iter_importers() if path is None else map(get_importer, path):
        for name, ispkg in iter_importer_modules(finder, prefix):
            if name not in yielded:
                yielded.add(name)
                yield ModuleInfo(finder, name, ispkg)


@singledispatch
def iter_importer_modules(importer, prefix=''):
    """(name, is it a package) for each module of a finder. More kinds of finders may be registered."""
    return importer.iter_modules(prefix) if hasattr(importer, 'iter_modules') else []


@iter_importer_modules.register(importlib.machinery.FileFinder)
def _iter_file_finder_modules(importer, prefix=''):
    import inspect
    if importer.path is None or not os.path.isdir(importer.path):
        return
    yielded = {'__init__'}
    try:
        entries = sorted(os.listdir(importer.path))
    except OSError:
        return
    for entry in entries:
        name = inspect.getmodulename(entry)
        is_package = False
        folder = os.path.join(importer.path, entry)
        if not name and '.' not in entry and os.path.isdir(folder):
            try:
                is_package = any(inspect.getmodulename(inner) == '__init__' for inner in os.listdir(folder))
            except OSError:
                pass
            name = entry if is_package else None
        if name and '.' not in name and name not in yielded:
            yielded.add(name)
            yield prefix + name, is_package


@iter_importer_modules.register(type)
def _iter_library(importer, prefix=''):
    """The library's modules, which FrozenImporter finds."""
    if importer is importlib.machinery.FrozenImporter:
        for name in sorted(sys.stdlib_module_names):
            spec = None if name in sys.builtin_module_names else importer.find_spec(name)
            if spec is not None:
                yield prefix + name, spec.submodule_search_locations is not None


# --- packages of several parts, files of packages, names ---

def extend_path(path, name):
    """A package's __path__ with all folders of its name along sys.path, and what files NAME.pkg there list:

        from pkgutil import extend_path
        __path__ = extend_path(__path__, __name__)
    """
    if not isinstance(path, list):
        return path
    path = path[:]
    package, _, last = name.rpartition('.')
    if package:
        try:
            search = sys.modules[package].__path__
        except (KeyError, AttributeError):
            return path
    else:
        search = sys.path
    for folder in search:
        if not isinstance(folder, str):
            continue
        finder = get_importer(folder)
        if finder is not None and hasattr(finder, 'find_spec'):
            spec = finder.find_spec(last)
            for portion in spec.submodule_search_locations or [] if spec is not None else []:
                if portion not in path:
                    path.append(portion)
        listing = os.path.join(folder, name + '.pkg')
        if os.path.isfile(listing):
            try:
                file = open(listing)
            except OSError as error:
                sys.stderr.write(f"Can't open {listing}: {error}\n")
                continue
            with file:
                path.extend(line for line in map(str.rstrip, file) if line and not line.startswith('#'))
    return path


def get_data(package, resource):
    """The bytes of a file beside a package's __init__, its path with slashes; None if the package or its loader has no
    files."""
    import importlib.util
    spec = importlib.util.find_spec(package)
    if spec is None or not hasattr(spec.loader, 'get_data'):
        return None
    module = sys.modules.get(package) or importlib.import_module(package)
    if not hasattr(module, '__file__'):
        return None
    return spec.loader.get_data(os.path.join(os.path.dirname(module.__file__), *resource.split('/')))


def _is_dotted_name(text):
    return all(part.isidentifier() for part in text.split('.'))


def resolve_name(name):
    """The object of a name: 'module:object.attribute', or 'module.object.attribute', where as much as can be imported
    is the module."""
    module, colon, rest = name.partition(':')
    if not _is_dotted_name(module) or rest and not _is_dotted_name(rest):
        raise ValueError(f'invalid format: {name!r}')
    if colon:
        result = importlib.import_module(module)
        parts = rest.split('.') if rest else []
    else:
        module, *parts = module.split('.')
        result = importlib.import_module(module)
        while parts:
            try:
                result = importlib.import_module(module := f'{module}.{parts[0]}')
            except ImportError:
                break
            del parts[0]
    for part in parts:
        result = getattr(result, part)
    return result
