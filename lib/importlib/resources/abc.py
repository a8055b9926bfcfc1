"""importlib.resources.abc: what a reader of a package's resources, and a resource, can do."""

import abc
import itertools
import os
import pathlib
from typing import Protocol, runtime_checkable

__all__ = ["ResourceReader", "Traversable", "TraversableResources"]


class ResourceReader(metaclass=abc.ABCMeta):
    """The resources of a package, as a loader's get_resource_reader() gives them."""

    @abc.abstractmethod
    def open_resource(self, resource):
        """A binary file to read, or FileNotFoundError."""
        raise FileNotFoundError

    @abc.abstractmethod
    def resource_path(self, resource):
        """Its path in the file system, or FileNotFoundError."""
        raise FileNotFoundError

    @abc.abstractmethod
    def is_resource(self, path):
        """Is the name a resource? FileNotFoundError if there is no such thing."""
        raise FileNotFoundError

    @abc.abstractmethod
    def contents(self):
        """The names of what is in the package, resources or not."""
        raise FileNotFoundError


class TraversalError(Exception):
    """A way through a tree of resources that leads nowhere."""


@runtime_checkable
class Traversable(Protocol):
    """What pathlib.Path can do of reading."""

    @abc.abstractmethod
    def iterdir(self):
        """What is in it."""

    def read_bytes(self):
        with self.open("rb") as stream:
            return stream.read()

    def read_text(self, encoding=None):
        with self.open(encoding=encoding) as stream:
            return stream.read()

    @abc.abstractmethod
    def is_dir(self):
        """Is it a folder?"""

    @abc.abstractmethod
    def is_file(self):
        """Is it a file?"""

    def joinpath(self, *descendants):
        """What lies below it under these names, or TraversalError."""
        if not descendants:
            return self
        names = itertools.chain.from_iterable(path.parts for path in map(pathlib.PurePosixPath, descendants))
        target = next(names)
        matches = (child for child in self.iterdir() if child.name == target)
        try:
            match = next(matches)
        except StopIteration:
            raise TraversalError("Target not found during traversal.", target, list(names))
        return match.joinpath(*names)

    def __truediv__(self, child):
        return self.joinpath(child)

    @abc.abstractmethod
    def open(self, mode="r", *args, **kwargs):
        """Open it to read, in mode "r" or "rb"."""

    @property
    @abc.abstractmethod
    def name(self):
        """Its name, without what it lies in."""


class TraversableResources(ResourceReader):
    """A reader whose resources are a tree."""

    @abc.abstractmethod
    def files(self):
        """The package as a Traversable."""

    def open_resource(self, resource):
        return self.files().joinpath(resource).open("rb")

    def resource_path(self, resource):
        raise FileNotFoundError(resource)

    def is_resource(self, path):
        return self.files().joinpath(path).is_file()

    def contents(self):
        return (item.name for item in self.files().iterdir())
