"""Modules and files run as programs."""

import importlib.machinery
import importlib.util
import os
import sys
import types

__all__ = ['run_module', 'run_path']


class _Replaced:
    """sys.modules[name] is a new module and sys.argv[0] a file's name, for a while."""

    def __init__(self, name, filename):
        self.name, self.filename = name, filename
        self.module = types.ModuleType(name)

    def __enter__(self):
        self.before = sys.modules.get(self.name)
        self.program = sys.argv[0]
        sys.modules[self.name] = self.module
        sys.argv[0] = self.filename
        return self.module

    def __exit__(self, *exc_info):
        sys.argv[0] = self.program
        if self.before is None:
            del sys.modules[self.name]
        else:
            sys.modules[self.name] = self.before


def _run(code, names, init_globals, run_name, spec, filename):
    """Run the code in a dict that is filled as a module's would be."""
    if init_globals is not None:
        names.update(init_globals)
    package = run_name.rpartition('.')[0] if spec is None else spec.parent
    filename = filename if spec is None else spec.origin
    names.update(__name__=run_name, __file__=filename, __cached__=None, __doc__=None,
                 __loader__=None if spec is None else spec.loader, __package__=package, __spec__=spec)
    exec(code, names)
    return names


def _run_as_module(code, init_globals, run_name, spec, filename):
    with _Replaced(run_name, filename) as module:
        # What the program has left, before the module is gone.
        return _run(code, module.__dict__, init_globals, run_name, spec, filename).copy()


def _find(name):
    """The spec and the code of a module, or of a package's __main__."""
    if name.startswith('.'):
        raise ImportError('Relative module names not supported')
    parent = name.rpartition('.')[0]
    if parent:
        try:
            __import__(parent)
        except ImportError as error:
            if error.name is None or (error.name != parent and not parent.startswith(error.name + '.')):
                raise
        existing = sys.modules.get(name)
        if existing is not None and not hasattr(existing, '__path__'):
            import warnings
            warnings.warn(f'{name!r} found in sys.modules after import of package {parent!r}, but prior to execution '
                          f'of {name!r}; this may result in unpredictable behaviour', RuntimeWarning, stacklevel=3)
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        message = f'Error while finding module specification for {name!r} ({type(error).__name__}: {error})'
        if name.endswith('.py'):
            message += f". Try using '{name[:-3]}' instead of '{name}' as the module name."
        raise ImportError(message) from error
    if spec is None:
        raise ImportError(f'No module named {name}')
    if spec.submodule_search_locations is not None:
        if name == '__main__' or name.endswith('.__main__'):
            raise ImportError('Cannot use package as __main__ module')
        try:
            return _find(name + '.__main__')
        except ImportError as error:
            if name not in sys.modules:
                raise
            raise ImportError(f'{error}; {name!r} is a package and cannot be directly executed')
    if spec.loader is None:
        raise ImportError(f'{name!r} is a namespace package and cannot be executed')
    try:
        code = spec.loader.get_code(name)
    except ImportError as error:
        raise ImportError(str(error)) from error
    if code is None:
        raise ImportError(f'No code object available for {name}')
    return spec, code


def run_module(mod_name, init_globals=None, run_name=None, alter_sys=False):
    """Run a module's code anew; the resulting names. With alter_sys, it is in sys.modules and sys.argv meanwhile."""
    spec, code = _find(mod_name)
    run_name = run_name or spec.name
    if alter_sys:
        return _run_as_module(code, init_globals, run_name, spec, spec.origin)
    return _run(code, {}, init_globals, run_name, spec, spec.origin)


def _run_folder(path, init_globals, run_name):
    """Run the __main__ of a folder, which is the first of sys.path meanwhile."""
    sys.path.insert(0, path)
    try:
        spec = importlib.machinery.PathFinder.find_spec('__main__', [path])
        if spec is None:
            raise ImportError(f"can't find '__main__' module in {path!r}")
        return _run_as_module(spec.loader.get_code('__main__'), init_globals, run_name, spec, path)
    finally:
        if path in sys.path:
            sys.path.remove(path)


def run_path(path_name, init_globals=None, run_name=None):
    """Run a file, or the __main__ of a folder; the resulting names."""
    run_name = '<run_path>' if run_name is None else run_name
    path = os.fsdecode(path_name)
    if os.path.isdir(path):
        return _run_folder(path, init_globals, run_name)
    with open(os.path.abspath(path), 'rb') as file:
        code = compile(file.read(), path, 'exec')
    return _run_as_module(code, init_globals, run_name, None, path)
