"""importlib.resources: the files that lie in packages.

`files(package)` is the package's folder, a pathlib.Path or what behaves like one. The library's own packages lie in
the binary and have no files.
"""

import contextlib
import importlib
import os
import pathlib
import sys
import tempfile
import types
import warnings
from typing import Union

from importlib.resources import abc
from importlib.resources.abc import ResourceReader

__all__ = ["Package", "Anchor", "ResourceReader", "as_file", "files", "contents", "is_resource", "open_binary",
           "open_text", "path", "read_binary", "read_text"]

Package = Union[types.ModuleType, str]
Anchor = Package
_MISSING = object()


def files(anchor=None):
    """The folder of a package, or that a module lies in; by default of the module that calls."""
    if anchor is None:
        anchor = sys._getframe(1).f_globals["__name__"]
    module = importlib.import_module(anchor) if isinstance(anchor, str) else anchor
    spec = module.__spec__
    reader = getattr(getattr(spec, "loader", None), "get_resource_reader", None)
    if reader and (reader := reader(spec.name)) is not None and hasattr(reader, "files"):
        return reader.files()
    if file := getattr(module, "__file__", None) or getattr(spec, "has_location", False) and spec.origin:
        return pathlib.Path(file).parent
    if spec is None:
        raise AttributeError("'NoneType' object has no attribute 'name'")
    places = [place for place in spec.submodule_search_locations or () if os.path.isdir(place)]
    if not places:
        raise FileNotFoundError(f"the files of {spec.name!r} lie in no folder")
    from importlib.readers import MultiplexedPath
    return MultiplexedPath(*places)


@contextlib.contextmanager
def as_file(path):
    """A path in the file system of a resource: its own, or that of a copy that lives as long as the block."""
    if isinstance(path, pathlib.Path):
        yield path
        return
    if path.is_dir():
        with tempfile.TemporaryDirectory() as folder:
            yield _copy(pathlib.Path(folder), path)
        return
    fd, name = tempfile.mkstemp(suffix=path.name)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(path.read_bytes())
        yield pathlib.Path(name)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.remove(name)


def _copy(folder, source):
    target = folder / source.name
    if source.is_dir():
        target.mkdir()
        for item in source.iterdir():
            _copy(target, item)
    else:
        target.write_bytes(source.read_bytes())
    return target


def _resource(anchor, path_names):
    return files(anchor).joinpath(*path_names)


def _encoding(encoding, path_names):
    if encoding is not _MISSING:
        return encoding
    if len(path_names) <= 1:
        return "utf-8"
    raise TypeError("'encoding' argument required with multiple path names")


def open_binary(anchor, *path_names):
    """A resource opened to read bytes."""
    return _resource(anchor, path_names).open("rb")


def open_text(anchor, *path_names, encoding=_MISSING, errors="strict"):
    """A resource opened to read text."""
    encoding = _encoding(encoding, path_names)
    return _resource(anchor, path_names).open("r", encoding=encoding, errors=errors)


def read_binary(anchor, *path_names):
    """A resource's bytes."""
    return _resource(anchor, path_names).read_bytes()


def read_text(anchor, *path_names, encoding=_MISSING, errors="strict"):
    """A resource's text."""
    encoding = _encoding(encoding, path_names)
    resource = _resource(anchor, path_names)
    with resource.open("r", encoding=encoding, errors=errors) as file:
        return file.read()


def path(anchor, *path_names):
    """as_file() of a resource."""
    return as_file(_resource(anchor, path_names))


def is_resource(anchor, *path_names):
    """Do the names lead to a file?"""
    return _resource(anchor, path_names).is_file()


def contents(anchor, *path_names):
    """The names of what is in a folder. Deprecated: use files().iterdir()."""
    warnings.warn("importlib.resources.contents is deprecated. Use files(anchor).iterdir() instead.",
                  DeprecationWarning, stacklevel=1)
    return (item.name for item in _resource(anchor, path_names).iterdir())
