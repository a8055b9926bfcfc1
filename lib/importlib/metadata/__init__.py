"""importlib.metadata: what is said of installed packages: their versions, files, requirements and entry points.

Packages are found by their folders NAME-VERSION.dist-info and NAME.egg-info in the folders of sys.path.
"""

import abc
import collections
import csv
import functools
import importlib
import itertools
import os
import pathlib
import re
import sys
import warnings
from contextlib import suppress
from importlib.abc import MetaPathFinder

__all__ = ["Distribution", "DistributionFinder", "PackageMetadata", "PackageNotFoundError", "distribution",
           "distributions", "entry_points", "files", "metadata", "packages_distributions", "requires", "version"]


class PackageNotFoundError(ModuleNotFoundError):
    """No package of that name is installed."""

    def __str__(self):
        return f"No package metadata was found for {self.name}"

    @property
    def name(self):
        (name,) = self.args
        return name


def _normalized(name):
    """A package's name as all ways to write it have in common (PEP 503), with _ for -."""
    return re.sub(r"[-_.]+", "-", name).lower().replace("-", "_")


# --- metadata ---


class PackageMetadata:
    """The headers of a METADATA file: a mapping by name, in any case, of which each name may stand several times."""

    def __init__(self, text):
        headers, _, body = text.replace("\r\n", "\n").partition("\n\n")
        self._rows = []
        for line in headers.split("\n"):
            if line[:1] in (" ", "\t") and self._rows:
                name, value = self._rows[-1]
                self._rows[-1] = name, value + "\n" + re.sub(r"^ {7}\||^ {8}", "", line)
            elif ":" in line:
                name, _, value = line.partition(":")
                self._rows.append((name, value.strip(" \t")))
        if body:
            self._rows.append(("Description", body))

    def __len__(self):
        return len(self._rows)

    def __contains__(self, item):
        return any(name.lower() == item.lower() for name, _ in self._rows)

    def __getitem__(self, key):
        if key not in self:
            raise KeyError(key)
        return self.get(key)

    def __iter__(self):
        return iter(self.keys())

    def get(self, name, failobj=None):
        return next((value for key, value in self._rows if key.lower() == name.lower()), failobj)

    def get_all(self, name, failobj=None):
        """All values of a name, or failobj."""
        return [value for key, value in self._rows if key.lower() == name.lower()] or failobj

    def keys(self):
        return [name for name, _ in self._rows]

    def values(self):
        return [value for _, value in self._rows]

    def items(self):
        return list(self._rows)

    _SEVERAL = {"classifier", "obsoletes_dist", "platform", "project_url", "provides_dist", "provides_extra",
                "requires_dist", "requires_external", "supported_platform", "dynamic"}

    @property
    def json(self):
        """As a dict that JSON can hold (PEP 566)."""
        result = {}
        for name in self.keys():
            key = name.lower().replace("-", "_")
            value = self.get_all(name) if key in self._SEVERAL else self[name]
            result[key] = re.split(r"\s+", value) if key == "keywords" else value
        return result


# --- entry points ---


class EntryPoint:
    """A named object, of a group, that a package offers: its value is `module:attributes [extras]`."""

    pattern = re.compile(r"(?P<module>[\w.]+)\s*(:\s*(?P<attr>[\w.]+)\s*)?((?P<extras>\[.*\])\s*)?$")
    dist = None

    def __init__(self, name, value, group):
        vars(self).update(name=name, value=value, group=group)

    def load(self):
        """The object itself."""
        match = self.pattern.match(self.value)
        module = importlib.import_module(match["module"])
        return functools.reduce(getattr, filter(None, (match["attr"] or "").split(".")), module)

    @property
    def module(self):
        return self.pattern.match(self.value)["module"]

    @property
    def attr(self):
        return self.pattern.match(self.value)["attr"]

    @property
    def extras(self):
        return re.findall(r"\w+", self.pattern.match(self.value)["extras"] or "")

    def _for(self, dist):
        vars(self).update(dist=dist)
        return self

    def matches(self, **params):
        """Does it have these attributes?"""
        return all(getattr(self, name) == value for name, value in params.items())

    def _key(self):
        return self.name, self.value, self.group

    def __lt__(self, other):
        return self._key() < other._key()

    def __eq__(self, other):
        return self._key() == other._key()

    def __setattr__(self, name, value):
        raise AttributeError("EntryPoint objects are immutable.")

    def __repr__(self):
        return f"EntryPoint(name={self.name!r}, value={self.value!r}, group={self.group!r})"

    def __hash__(self):
        return hash(self._key())


class EntryPoints(tuple):
    """Entry points, to be chosen from."""

    __slots__ = ()

    def __getitem__(self, name):
        """The one of that name."""
        try:
            return next(iter(self.select(name=name)))
        except StopIteration:
            raise KeyError(name)

    def __repr__(self):
        return f"{type(self).__name__}({tuple(self)!r})"

    def select(self, **params):
        """Those that have these attributes."""
        return EntryPoints(point for point in self if point.matches(**params))

    @property
    def names(self):
        return {point.name for point in self}

    @property
    def groups(self):
        return {point.group for point in self}

    @classmethod
    def _from_text_for(cls, text, dist):
        points, group = [], None
        for line in (text or "").splitlines():
            line = line.strip()
            if not line or line[0] in "#;":
                continue
            if line[0] == "[" and line[-1] == "]":
                group = line[1:-1]
            elif group is not None and "=" in line:
                name, _, value = line.partition("=")
                points.append(EntryPoint(name.strip(), value.strip(), group)._for(dist))
        return cls(points)


# --- files ---


class PackagePath(pathlib.PurePosixPath):
    """The path of one of a package's files, with hash, size and dist."""

    def read_text(self, encoding="utf-8"):
        return self.locate().read_text(encoding=encoding)

    def read_binary(self):
        return self.locate().read_bytes()

    def locate(self):
        """Where it lies."""
        return self.dist.locate_file(self)


class FileHash:
    """A hash as RECORD files have it."""

    def __init__(self, spec):
        self.mode, _, self.value = spec.partition("=")

    def __repr__(self):
        return f"<FileHash mode: {self.mode} value: {self.value}>"


# --- packages ---


class DeprecatedNonAbstract:
    """A class whose instances may lack abstract methods, with a warning."""

    def __new__(cls, *args, **kwargs):
        missing = {name for base in cls.__mro__ for name in vars(base)
                   if getattr(getattr(cls, name), "__isabstractmethod__", False)}
        if missing:
            warnings.warn(f"Unimplemented abstract methods {missing}", DeprecationWarning, stacklevel=2)
        return super().__new__(cls)


class Distribution(DeprecatedNonAbstract):
    """An installed package."""

    @abc.abstractmethod
    def read_text(self, filename):
        """The text of a file of its metadata, or None."""

    @abc.abstractmethod
    def locate_file(self, path):
        """Where one of its files lies."""

    @classmethod
    def from_name(cls, name):
        """The package of that name, or PackageNotFoundError."""
        if not name:
            raise ValueError("A distribution name is required.")
        try:
            return next(iter(cls.discover(name=name)))
        except StopIteration:
            raise PackageNotFoundError(name)

    @classmethod
    def discover(cls, *, context=None, **kwargs):
        """All packages that the finders of sys.meta_path, and this module, find."""
        if context and kwargs:
            raise ValueError("cannot accept context and kwargs")
        context = context or DistributionFinder.Context(**kwargs)
        finders = [finder.find_distributions for finder in sys.meta_path
                   if getattr(finder, "find_distributions", None) is not None]
        if not any(getattr(find, "__func__", find) is MetadataPathFinder.find_distributions.__func__
                   for find in finders):
            finders.append(MetadataPathFinder.find_distributions)
        return itertools.chain.from_iterable(find(context) for find in finders)

    @staticmethod
    def at(path):
        """The package whose metadata lies in that folder."""
        return PathDistribution(pathlib.Path(path))

    @property
    def metadata(self):
        text = self.read_text("METADATA") or self.read_text("PKG-INFO") or self.read_text("") or ""
        return PackageMetadata(text)

    @property
    def name(self):
        return self.metadata["Name"]

    @property
    def _normalized_name(self):
        return _normalized(self.name)

    @property
    def version(self):
        return self.metadata["Version"]

    @property
    def entry_points(self):
        return EntryPoints._from_text_for(self.read_text("entry_points.txt"), self)

    @property
    def files(self):
        """Those of the package's files that are there as PackagePaths; None where nothing says which they are."""
        text = self.read_text("RECORD")
        if text is None:
            text = self.read_text("SOURCES.txt")
            if text is None:
                return None
            text = "\n".join(f'"{name}"' for name in text.splitlines())
        found = []
        for name, *rest in csv.reader(text.splitlines()):
            path = PackagePath(name)
            path.hash = FileHash(rest[0]) if rest and rest[0] else None
            path.size = int(rest[1]) if len(rest) > 1 and rest[1] else None
            path.dist = self
            if path.locate().exists():
                found.append(path)
        return found

    @property
    def requires(self):
        """What it requires, or None."""
        required = self.metadata.get_all("Requires-Dist") or self._egg_requires()
        return required and list(required)

    @property
    def origin(self):
        """What direct_url.json says of where it came from, as a namespace; or None."""
        import json
        import types
        text = self.read_text("direct_url.json")
        return text and json.loads(text, object_hook=lambda data: types.SimpleNamespace(**data))

    def _egg_requires(self):
        """The requirements of an egg, a section's as conditions."""
        text = self.read_text("requires.txt")
        if text is None:
            return None
        found, section = [], ""
        for line in text.splitlines():
            line = line.strip()
            if line.startswith("["):
                section = line.strip("[]")
            elif line and line[0] != "#":
                extra, _, markers = section.partition(":")
                if extra and markers:
                    markers = f"({markers})"
                conditions = [markers, extra and f'extra == "{extra}"']
                joined = " and ".join(filter(None, conditions))
                space = " " if "@" in line else ""
                found.append(line + space + (f"; {joined}" if joined else ""))
        return found


class DistributionFinder(MetaPathFinder):
    """A finder of modules that finds packages, too."""

    class Context:
        """What is looked for: the package `name`, None for all, in the folders `path`."""

        name = None

        def __init__(self, **kwargs):
            vars(self).update(kwargs)

        @property
        def path(self):
            return vars(self).get("path", sys.path)

    @abc.abstractmethod
    def find_distributions(self, context=Context()):
        """The packages that the context says."""


class MetadataPathFinder(DistributionFinder):
    """Finds packages in the folders of sys.path."""

    @classmethod
    def find_distributions(cls, context=DistributionFinder.Context()):
        wanted = None if context.name is None else _normalized(context.name)
        for folder in context.path:
            with suppress(OSError):
                for name in os.listdir(folder or "."):
                    stem, dot, kind = name.rpartition(".")
                    if kind in ("dist-info", "egg-info") and dot:
                        if wanted is None or _normalized(stem.partition("-")[0]) == wanted:
                            yield PathDistribution(pathlib.Path(folder or ".", name))


class PathDistribution(Distribution):
    """A package whose metadata lies in a folder."""

    def __init__(self, path):
        self._path = path

    def read_text(self, filename):
        with suppress(FileNotFoundError, IsADirectoryError, KeyError, NotADirectoryError, PermissionError):
            return self._path.joinpath(filename).read_text(encoding="utf-8")
        return None

    def locate_file(self, path):
        return self._path.parent / path

    @property
    def _normalized_name(self):
        # the folder is called name-version: no file needs to be read
        stem, _, kind = self._path.name.rpartition(".")
        if kind in ("dist-info", "egg-info"):
            return _normalized(stem.partition("-")[0])
        return super()._normalized_name


# --- functions ---


def distribution(distribution_name):
    """The package of that name."""
    return Distribution.from_name(distribution_name)


def distributions(**kwargs):
    """All packages."""
    return Distribution.discover(**kwargs)


def metadata(distribution_name):
    """A package's metadata."""
    return Distribution.from_name(distribution_name).metadata


def version(distribution_name):
    """A package's version."""
    return distribution(distribution_name).version


def entry_points(**params):
    """The entry points of all packages; of packages with the same name those of the first."""
    seen = {}
    for dist in distributions():
        seen.setdefault(dist._normalized_name, dist)
    points = itertools.chain.from_iterable(dist.entry_points for dist in seen.values())
    return EntryPoints(points).select(**params)


def files(distribution_name):
    """A package's files."""
    return distribution(distribution_name).files


def requires(distribution_name):
    """What a package requires."""
    return distribution(distribution_name).requires


def packages_distributions():
    """The names of the packages that have a module, by the module's name."""
    found = collections.defaultdict(list)
    for dist in distributions():
        text = dist.read_text("top_level.txt")
        modules = text.split() if text else {
            path.parts[0].partition(".")[0] for path in dist.files or ()
            if path.suffix in (".py", ".mpy") and "-" not in path.parts[0] and path.parts[0] != ".."
        }
        for module in modules:
            found[module].append(dist.metadata["Name"])
    return dict(found)
