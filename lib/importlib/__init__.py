"""Import by name, again, and with finders and loaders of one's own (PEP 451)."""

import sys
import _frozen_importlib
from _frozen_importlib import __import__

__all__ = ['__import__', 'import_module', 'invalidate_caches', 'reload']

_RELOADING = {}


def __getattr__(name):
    """The submodules, which need not be imported by themselves."""
    if name in ('abc', 'machinery', 'util', '_bootstrap', '_bootstrap_external'):
        return import_module(f'{__name__}.{name}')
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')


def import_module(name, package=None):
    """Import a module and return it; a relative name is meant from the package."""
    if name.startswith('.'):
        if not package:
            raise TypeError(f"the 'package' argument is required to perform a relative import for {name!r}")
        if not isinstance(package, str):
            raise TypeError('__package__ not set to a string')
        name = _resolve(name, package)
    return _frozen_importlib._import(name)


def _resolve(name, package):
    """The absolute name of a relative one."""
    level = len(name) - len(name.lstrip('.'))
    parts = package.rsplit('.', level - 1)
    if len(parts) < level:
        raise ImportError('attempted relative import beyond top-level package')
    base, rest = parts[0], name[level:]
    return f'{base}.{rest}' if rest else base


def invalidate_caches():
    """Tell the finders that files may have come or gone."""
    for finder in sys.meta_path:
        if hasattr(finder, 'invalidate_caches'):
            finder.invalidate_caches()


def reload(module):
    """Run a module's code again, in the module that is there."""
    name = _name_of(module)
    if sys.modules.get(name) is not module:
        raise ImportError(f'module {name} not in sys.modules', name=name)
    if name in _RELOADING:
        return _RELOADING[name]
    _RELOADING[name] = module
    try:
        _execute_again(name, module)
        return sys.modules[name]
    finally:
        del _RELOADING[name]


def _name_of(module):
    try:
        return module.__spec__.name
    except AttributeError:
        try:
            return module.__name__
        except AttributeError:
            raise TypeError('reload() argument must be a module') from None


def _execute_again(name, module):
    parent = name.rpartition('.')[0]
    path = None
    if parent:
        try:
            path = sys.modules[parent].__path__
        except KeyError:
            raise ImportError(f'parent {parent!r} not in sys.modules', name=parent) from None
    spec = module.__spec__ = _find_spec(name, path, module)
    if spec is None:
        raise ModuleNotFoundError(f'spec not found for the module {name!r}', name=name)
    _frozen_importlib._init_module_attrs(spec, module, True)
    if spec.loader is not None and not hasattr(spec.loader, 'exec_module'):
        from _frozen_importlib_external import _load_backward_compatible
        _load_backward_compatible(spec)
    elif spec.loader is not None:
        spec.loader.exec_module(module)


def _find_spec(name, path, target=None):
    """Ask the finders of sys.meta_path in turn; None if none has the module."""
    for finder in sys.meta_path:
        find = getattr(finder, 'find_spec', None)
        spec = find(name, path, target) if find is not None else None
        if spec is not None:
            return spec
    return None


def _import_dotted(name):
    """The object of a dotted name: modules are imported along it."""
    first, *rest = name.split('.')
    done, found = first, __import__(first)
    for part in rest:
        done += '.' + part
        try:
            found = getattr(found, part)
        except AttributeError:
            __import__(done)
            found = getattr(found, part)
    return found
