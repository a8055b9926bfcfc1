"""Filename globbing: the paths that match a pattern of the shell."""

import fnmatch
import functools
import os
import re
import sys
import warnings

__all__ = ["escape", "glob", "iglob", "translate"]

magic_check = re.compile("([*?[])")
magic_check_bytes = re.compile(b"([*?[])")


def glob(pathname, *, root_dir=None, dir_fd=None, recursive=False, include_hidden=False):
    """Return a list of paths matching a pathname pattern.

    The pattern may contain simple shell-style wildcards a la fnmatch. Unlike fnmatch, filenames starting with a dot
    are special cases that are not matched by '*' and '?' patterns by default.

    If `include_hidden` is true, the patterns '*', '?', '**' will match hidden directories. If `recursive` is true, the
    pattern '**' will match any files and zero or more directories and subdirectories.
    """
    return list(iglob(pathname, root_dir=root_dir, dir_fd=dir_fd, recursive=recursive,
                      include_hidden=include_hidden))


def iglob(pathname, *, root_dir=None, dir_fd=None, recursive=False, include_hidden=False):
    """Return an iterator which yields the paths matching a pathname pattern, as glob() lists them."""
    sys.audit("glob.glob", pathname, recursive)
    sys.audit("glob.glob/2", pathname, recursive, root_dir, dir_fd)
    root = pathname[:0] if root_dir is None else os.fspath(root_dir)
    if dir_fd is not None:
        folder = f"/proc/self/fd/{dir_fd}"
        root = os.path.join(folder.encode() if isinstance(pathname, bytes) else folder, root)
    return _Search(root, recursive, include_hidden).paths(pathname)


class _Search:
    """One search: where relative paths begin, and what the wildcards match."""

    def __init__(self, root, recursive, hidden):
        self.root = root
        self.recursive = recursive
        self.hidden = hidden

    def paths(self, pathname):
        if not pathname:
            return iter(())
        found = self.expand(pathname, False)
        if self.recursive and _is_recursive(pathname[:2]):
            return (path for path in found if path)  # the folder that '**' begins with is no match itself
        return found

    def expand(self, pathname, only_folders):
        """Yield what matches; of names in the last place all, or folders only."""
        folder, name = os.path.split(pathname)
        if not has_magic(pathname):
            if self.exists(pathname) if name else self.is_folder(folder):
                yield pathname
            return
        folders = [folder]
        if folder and folder != pathname and has_magic(folder):
            folders = self.expand(folder, True)
        for folder in folders:
            for match in self.names(folder, name, only_folders):
                yield os.path.join(folder, match)

    def names(self, folder, pattern, only_folders):
        """The names below one folder that match the last part of a pattern."""
        if self.recursive and _is_recursive(pattern):
            if not folder or self.is_folder(folder):
                yield pattern[:0]
                yield from self.below(folder, only_folders)
        elif has_magic(pattern):
            hidden = self.hidden or _is_hidden(pattern)
            listed = [name for name in self.listed(folder, only_folders) if hidden or not _is_hidden(name)]
            yield from fnmatch.filter(listed, pattern)
        elif pattern:
            if self.exists(os.path.join(folder, pattern)):
                yield pattern
        elif self.is_folder(folder):
            yield pattern

    def below(self, folder, only_folders):
        for name in self.listed(folder, only_folders):
            if self.hidden or not _is_hidden(name):
                yield name
                for inner in self.below(os.path.join(folder, name), only_folders):
                    yield os.path.join(name, inner)

    def listed(self, folder, only_folders):
        """The names in a folder; none where it cannot be read."""
        where = os.path.join(self.root, folder)
        try:
            with os.scandir(where or (os.curdir if isinstance(where, str) else os.fsencode(os.curdir))) as entries:
                return [entry.name for entry in entries if not only_folders or _leads_to_folder(entry)]
        except OSError:
            return []

    def exists(self, path):
        return os.path.lexists(os.path.join(self.root, path))

    def is_folder(self, path):
        return os.path.isdir(os.path.join(self.root, path))


def _leads_to_folder(entry):
    try:
        return entry.is_dir()
    except OSError:
        return False


def has_magic(s):
    """Has the path a wildcard?"""
    return (magic_check_bytes if isinstance(s, bytes) else magic_check).search(s) is not None


def _is_hidden(name):
    return name[:1] in (".", b".")


def _is_recursive(pattern):
    return pattern == (b"**" if isinstance(pattern, bytes) else "**")


def escape(pathname):
    """Escape all special characters."""
    drive, pathname = os.path.splitdrive(pathname)
    if isinstance(pathname, bytes):
        return drive + magic_check_bytes.sub(rb"[\1]", pathname)
    return drive + magic_check.sub(r"[\1]", pathname)


def _deprecated(function, name):
    @functools.wraps(function)
    def deprecated(dirname, pattern):
        message = ("{name} is deprecated and will be removed in Python {remove}. "
                   "Use glob.glob and pass a directory to its root_dir argument instead.")
        warnings._deprecated(f"glob.{name}", message, remove=(3, 15))
        return function(dirname, pattern)

    deprecated.__name__ = deprecated.__qualname__ = name
    return deprecated


def _names_in(dirname, pattern):
    return list(_Search(pattern[:0], False, False).names(dirname, pattern, False))


glob0 = _deprecated(lambda dirname, pattern: [pattern] if os.path.lexists(os.path.join(dirname, pattern)) else [],
                    "glob0")
glob1 = _deprecated(_names_in, "glob1")


def translate(pat, *, recursive=False, include_hidden=False, seps=None):
    """Translate a pathname with shell wildcards to a regular expression.

    If `recursive` is true, the pattern segment '**' will match any number of path segments. If `include_hidden` is
    true, wildcards can match path segments beginning with a dot ('.'). If a sequence of separator characters is given
    to `seps`, they will be used to split the pattern into segments and match path separators. If not given,
    os.path.sep and os.path.altsep (where available) are used.
    """
    if not seps:
        seps = (os.path.sep, os.path.altsep) if os.path.altsep else os.path.sep
    escaped = "".join(map(re.escape, seps))
    separator = f"[{escaped}]" if len(seps) > 1 else escaped
    other = f"[^{escaped}]"
    segment = f"{other}+" if include_hidden else f"[^{escaped}.]{other}*"
    if include_hidden:
        folders, rest = f"(?:.+{separator})?", ".*"
    else:
        folders = f"(?:{segment}{separator})*"
        rest = f"{folders}(?:{segment})?"
    pieces = re.split(f"[{escaped}]", pat)
    result = []
    for i, piece in enumerate(pieces):
        is_last = i == len(pieces) - 1
        if recursive and piece == "**":
            if is_last:
                result.append(rest)
            elif pieces[i + 1] != "**":
                result.append(folders)
            continue
        if piece == "*":
            result.append(segment)
        elif piece:
            if not include_hidden and piece[0] in "*?":
                result.append(r"(?!\.)")
            result += [f"{other}*" if part is None else part for part in fnmatch._parts(piece, other)]
        if not is_last:
            result.append(separator)
    return f"(?s:{''.join(result)})\\Z"
