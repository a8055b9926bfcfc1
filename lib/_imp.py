"""_imp: what programs ask of the machinery of imports: which modules are built in, or lie frozen in the binary."""

import sys
from _frozen_importlib import BuiltinImporter, FrozenImporter

check_hash_based_pycs = "default"
_held = 0


def lock_held():
    """Is the lock held that keeps other threads from importing? There are none."""
    return _held > 0


def acquire_lock():
    global _held
    _held += 1


def release_lock():
    global _held
    if not _held:
        raise RuntimeError("not holding the import lock")
    _held -= 1


def extension_suffixes():
    """The endings of files that hold modules in machine code: none."""
    return []


def is_builtin(name, /):
    """0 if no built-in module has the name, -1 if it has and cannot be made anew, else 1."""
    if name not in sys.builtin_module_names:
        return 0
    return -1 if name in ("sys", "builtins") else 1


def is_frozen(name, /):
    return FrozenImporter.find_spec(name) is not None


def _frozen_spec(name):
    spec = FrozenImporter.find_spec(name)
    if spec is None:
        raise ImportError(f"No such frozen object named {name!r}", name=name)
    return spec


def is_frozen_package(name, /):
    return _frozen_spec(name).submodule_search_locations is not None


def get_frozen_object(name, data=None, /):
    """The code object of a frozen module."""
    _frozen_spec(name)
    return FrozenImporter.get_code(name)


def find_frozen(name, /, *, withdata=False):
    """(None, is it a package?, its name), or None if there is no such module."""
    if not is_frozen(name):
        return None
    return None, is_frozen_package(name), name


def create_builtin(spec, /):
    return BuiltinImporter.create_module(spec)


def exec_builtin(mod, /):
    BuiltinImporter.exec_module(mod)
    return 0


def create_dynamic(spec, file=None, /):
    raise ImportError("no modules in machine code can be loaded", name=spec.name, path=spec.origin)


def exec_dynamic(mod, /):
    return 0


def _override_frozen_modules_for_tests(override, /):
    """Frozen modules are the library: they are used whatever is asked for."""


def _override_multi_interp_extensions_check(override, /):
    raise RuntimeError("_imp._override_multi_interp_extensions_check() cannot be used in the main interpreter")
