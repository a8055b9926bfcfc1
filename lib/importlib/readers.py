"""importlib.readers: the resources of packages in the file system."""

import pathlib

from importlib.resources import abc


class MultiplexedPath(abc.Traversable):
    """Several folders as one, a name being that of the first that has it."""

    def __init__(self, *paths):
        self._paths = [pathlib.Path(path) for path in paths]
        if not self._paths:
            raise FileNotFoundError("MultiplexedPath must contain at least one path")
        if not all(path.is_dir() for path in self._paths):
            raise NotADirectoryError("MultiplexedPath only supports directories")

    def __repr__(self):
        return f"MultiplexedPath({', '.join(repr(str(path)) for path in self._paths)})"

    def iterdir(self):
        found = {}
        for folder in self._paths:
            for child in folder.iterdir():
                found.setdefault(child.name, []).append(child)
        for children in found.values():
            folders = [child for child in children if child.is_dir()]
            yield MultiplexedPath(*folders) if len(folders) > 1 and len(folders) == len(children) else children[0]

    def is_dir(self):
        return True

    def is_file(self):
        return False

    def joinpath(self, *descendants):
        try:
            return super().joinpath(*descendants)
        except abc.TraversalError:
            return self._paths[0].joinpath(*descendants)

    def open(self, *args, **kwargs):
        raise FileNotFoundError(f"{self} is not a file")

    @property
    def name(self):
        return self._paths[0].name


class FileReader(abc.TraversableResources):
    """The files beside a module that a loader of files has loaded."""

    def __init__(self, loader):
        self.path = pathlib.Path(loader.path).parent

    def resource_path(self, resource):
        return str(self.path.joinpath(resource))

    def files(self):
        return self.path


class NamespaceReader(abc.TraversableResources):
    """The files of a package that lies in several folders."""

    def __init__(self, namespace_path):
        if "NamespacePath" not in str(namespace_path):
            raise ValueError("Invalid path")
        self.path = MultiplexedPath(*namespace_path)

    def resource_path(self, resource):
        return str(self.path.joinpath(resource))

    def files(self):
        return self.path
