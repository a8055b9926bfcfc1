"""Pure paths: arithmetic of names, in the form of POSIX or of Windows. Which one a class tells by its parser, the
os.path of that system; the two differ little, and PurePath has the methods of both.

A path is its anchor, that is drive and root, and the names behind it. They are taken from its text when they are
asked for, and the text from them where a path is made of another.
"""

import functools
import ntpath
import operator
import os
import posixpath
from collections.abc import Sequence

__name__ = 'pathlib._local'  # the home that the classes tell


class UnsupportedOperation(NotImplementedError):
    """An operation that a kind of path does not have."""

    __module__ = "pathlib._abc"


@functools.lru_cache(maxsize=512)
def _pattern_matcher(pattern, recursive, sep, case_sensitive):
    """A function that tells whether a part of a path, or with `recursive` the whole text, matches."""
    import glob
    import re
    expression = glob.translate(pattern, recursive=recursive, include_hidden=True, seps=sep)
    return re.compile(expression, 0 if case_sensitive else re.IGNORECASE).match


class _PathParents(Sequence):
    """The parents of a path, nearest first: a sequence that is made as it is read."""

    __slots__ = ('_path', '_anchor', '_tail')

    def __init__(self, path):
        self._path = path
        self._anchor = path.anchor
        self._tail = path._tail

    def __len__(self):
        return len(self._tail)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        if index >= len(self) or index < -len(self):
            raise IndexError(index)
        if index < 0:
            index += len(self)
        return self._path._from_parts(self._anchor, self._tail[:len(self._tail) - index - 1])

    def __repr__(self):
        return '<{}.parents>'.format(type(self._path).__name__)


def _path_text(arg):
    """The text of an argument that is no PurePath."""
    try:
        path = os.fspath(arg)
    except TypeError:
        path = arg
    if not isinstance(path, str):
        raise TypeError('argument should be a str or an os.PathLike object where __fspath__ returns a str, '
                        f'not {type(path).__name__!r}')
    return path


class PurePath:
    """A path as its names, without asking the system about it. PurePath() makes a PurePosixPath."""

    __slots__ = ('_raw_paths', '_anchor_cached', '_tail_cached', '_text', '_key', '_hash')
    parser = os.path   # posixpath or ntpath

    def __new__(cls, *args, **kwargs):
        return object.__new__(PurePosixPath if cls is PurePath else cls)

    def __init__(self, *args):
        paths, own = [], type(self)
        for arg in args:
            kind = type(arg)
            if kind is str:
                paths.append(arg)
            elif kind is own or isinstance(arg, PurePath) and arg.parser is self.parser:
                paths.extend(arg._raw_paths)
            elif isinstance(arg, PurePath):
                paths.extend([path.replace(arg.parser.sep, '/') for path in arg._raw_paths])
            else:
                paths.append(_path_text(arg))
        self._raw_paths = paths
        self._tail_cached = self._text = self._key = self._hash = None  # until they are asked for

    def with_segments(self, *pathsegments):
        """A path of the same kind made of strs or paths. What a class redefines this for is carried over to all paths
        that come from its own."""
        return type(self)(*pathsegments)

    # the parts: an anchor ('', '/', 'c:', 'c:\\' ...) and a list of names

    def _parse(self):
        paths, parser = self._raw_paths, self.parser
        path = paths[0] if len(paths) == 1 else parser.join(*paths) if paths else ''
        if parser is not posixpath:
            self._anchor_cached, path = _split_windows(path)
        elif path[:1] == '/':
            self._anchor_cached = '//' if path[:2] == '//' and path[2:3] != '/' else '/'
        else:
            self._anchor_cached = ''
        self._tail_cached = [name for name in path.split(parser.sep) if name and name != '.']

    @property
    def _tail(self):
        if self._tail_cached is None:
            self._parse()
        return self._tail_cached

    @property
    def anchor(self):
        """Drive and root."""
        if self._tail_cached is None:
            self._parse()
        return self._anchor_cached

    @property
    def drive(self):
        """The drive or share of a path of Windows; '' if there is none."""
        return '' if self.parser is posixpath else self.parser.splitroot(self.anchor)[0]

    @property
    def root(self):
        """The slash or backslash behind the drive, or '' of a relative path."""
        if self._tail_cached is None:
            self._parse()
        anchor = self._anchor_cached
        return anchor if self.parser is posixpath else self.parser.splitroot(anchor)[1]

    @property
    def parts(self):
        """The anchor, if there is one, and the names."""
        if self._tail_cached is None:
            self._parse()
        anchor = self._anchor_cached
        return (anchor, *self._tail_cached) if anchor else tuple(self._tail_cached)

    def _from_parts(self, anchor, names):
        text = self._join(anchor, names)
        path = self.with_segments(text)
        path._anchor_cached = anchor
        path._tail_cached = list(names)
        path._text = text or '.'
        return path

    def _join(self, anchor, names):
        """The text of a path of these parts."""
        parser = self.parser
        if parser is not posixpath and not anchor and names and parser.splitdrive(names[0])[0]:
            return parser.sep.join(['.', *names])   # a name that looks like a drive
        return anchor + parser.sep.join(names)

    def __reduce__(self):
        return self.__class__, tuple(self._raw_paths)

    def __repr__(self):
        return '{}({!r})'.format(type(self).__name__, self.as_posix())

    def __str__(self):
        if self._text is None:
            if self._tail_cached is None:
                self._parse()
            self._text = self._join(self._anchor_cached, self._tail_cached) or '.'
        return self._text

    def __fspath__(self):
        return str(self)

    def __bytes__(self):
        """The path as the system has it."""
        return os.fsencode(self)

    def as_posix(self):
        """The path with slashes."""
        return str(self).replace(self.parser.sep, '/')

    def as_uri(self):
        """The path as a URI that begins with 'file://'."""
        if not self.is_absolute():
            raise ValueError("relative path can't be expressed as a file URI")
        path, drive, prefix = self.as_posix(), self.drive, 'file://'
        if drive[1:2] == ':':
            path, prefix = path[2:], 'file:///' + drive
        elif drive:
            prefix = 'file:'
        return prefix + _quote(os.fsencode(path))

    def __eq__(self, other):
        if not isinstance(other, PurePath):
            return NotImplemented
        return ((self._key or self._make_key()) == (other._key or other._make_key())
                and self.parser is other.parser)

    def _make_key(self):
        """The text that is the same for equal paths."""
        text = str(self)
        self._key = text if self.parser is posixpath else text.lower()
        return self._key

    def __hash__(self):
        if self._hash is None:
            self._hash = hash(self._key or self._make_key())
        return self._hash

    def _ordered(self, other, compare):
        if not isinstance(other, PurePath) or self.parser is not other.parser:
            return NotImplemented
        sep = self.parser.sep
        return compare((self._key or self._make_key()).split(sep), (other._key or other._make_key()).split(sep))

    def __lt__(self, other):
        return self._ordered(other, operator.lt)

    def __le__(self, other):
        return self._ordered(other, operator.le)

    def __gt__(self, other):
        return self._ordered(other, operator.gt)

    def __ge__(self, other):
        return self._ordered(other, operator.ge)

    # names

    @property
    def name(self):
        """The last name, '' if there is none."""
        if self._tail_cached is None:
            self._parse()
        return self._tail_cached[-1] if self._tail_cached else ''

    @property
    def suffix(self):
        """What the name has from its last dot on; a dot at either end does not count."""
        name = self.name
        dot = name.rfind('.')
        return name[dot:] if 0 < dot < len(name) - 1 else ''

    @property
    def suffixes(self):
        """All that is behind dots: ['.tar', '.gz']."""
        name = self.name
        if name.endswith('.'):
            return []
        return ['.' + suffix for suffix in name.lstrip('.').split('.')[1:]]

    @property
    def stem(self):
        """The name without its suffix."""
        name = self.name
        dot = name.rfind('.')
        return name[:dot] if 0 < dot < len(name) - 1 else name

    def with_name(self, name):
        """The path with another last name."""
        parser = self.parser
        if not name or parser.sep in name or parser.altsep and parser.altsep in name or name == '.':
            raise ValueError(f'Invalid name {name!r}')
        if not self._tail:
            raise ValueError(f'{self!r} has an empty name')
        return self._from_parts(self.anchor, self._tail[:-1] + [name])

    def with_stem(self, stem):
        """The path with another stem and the same suffix."""
        suffix = self.suffix
        if not suffix:
            return self.with_name(stem)
        if not stem:
            raise ValueError(f'{self!r} has a non-empty suffix')
        return self.with_name(stem + suffix)

    def with_suffix(self, suffix):
        """The path with another suffix, or without one if it is empty."""
        stem = self.stem
        if not stem:
            raise ValueError(f'{self!r} has an empty name')
        if suffix and not (suffix.startswith('.') and len(suffix) > 1):
            raise ValueError(f'Invalid suffix {suffix!r}')
        return self.with_name(stem + suffix)

    @property
    def parent(self):
        """The path without its last name."""
        tail = self._tail
        return self._from_parts(self.anchor, tail[:-1]) if tail else self

    @property
    def parents(self):
        """A sequence of all parents."""
        return _PathParents(self)

    # relations

    def relative_to(self, other, /, *_deprecated, walk_up=False):
        """The path from `other` to this one; ValueError if it does not lie below it, unless walk_up allows '..'."""
        if _deprecated:
            import warnings
            warnings._deprecated('pathlib.PurePath.relative_to', _segments_message('relative_to', 'positional '),
                                 remove=(3, 14))
            other = self.with_segments(other, *_deprecated)
        elif not isinstance(other, PurePath):
            other = self.with_segments(other)
        common = self._common_names(other)
        if common != len(other._tail):
            if not walk_up:
                raise ValueError(f'{str(self)!r} is not in the subpath of {str(other)!r}')
            if '..' in other._tail[common:]:
                raise ValueError(f"'..' segment in {str(other)!r} cannot be walked")
            if common is None:
                raise ValueError(f'{str(self)!r} and {str(other)!r} have different anchors')
        return self._from_parts('', ['..'] * (len(other._tail) - common) + self._tail[common:])

    def is_relative_to(self, other, /, *_deprecated):
        """Whether this is `other` or below it."""
        if _deprecated:
            import warnings
            warnings._deprecated('pathlib.PurePath.is_relative_to', _segments_message('is_relative_to', ''),
                                 remove=(3, 14))
            other = self.with_segments(other, *_deprecated)
        elif not isinstance(other, PurePath):
            other = self.with_segments(other)
        return self._common_names(other) == len(other._tail)

    def _common_names(self, other):
        """How many names both have in front; None if they are of different kinds, or begin at different anchors."""
        mine, its = self.anchor, other.anchor
        if self.parser is not other.parser or mine != its and (self.parser is posixpath or mine.lower() != its.lower()):
            return None
        count = 0
        for name, its_name in zip(self._names_key(), other._names_key()):
            if name != its_name:
                break
            count += 1
        return count

    def _names_key(self):
        """The names as they are compared."""
        tail = self._tail
        if self.parser is posixpath or not tail:
            return tail
        return (self._key or self._make_key()).split(self.parser.sep)[-len(tail):]

    def joinpath(self, *pathsegments):
        """The path with others behind it; an absolute one replaces all before it."""
        return self.with_segments(self, *pathsegments)

    def __truediv__(self, key):
        try:
            return self.with_segments(self, key)
        except TypeError:
            return NotImplemented

    def __rtruediv__(self, key):
        try:
            return self.with_segments(key, self)
        except TypeError:
            return NotImplemented

    def is_absolute(self):
        """Whether it begins at the root."""
        if self.parser is posixpath:
            return any(path[:1] == '/' for path in self._raw_paths)
        return self.parser.isabs(self)

    def is_reserved(self):
        """Whether Windows reserves a name in it, as ntpath.isreserved; False of other paths. Deprecated."""
        import warnings
        warnings._deprecated('pathlib.PurePath.is_reserved', 'pathlib.PurePath.is_reserved() is deprecated and '
                             'scheduled for removal in Python 3.15. Use os.path.isreserved() to detect '
                             'reserved paths on Windows.', remove=(3, 15))
        return self.parser is not posixpath and self.parser.isreserved(self)

    def _is_case_sensitive(self, asked):
        return self.parser is posixpath if asked is None else bool(asked)

    def full_match(self, pattern, *, case_sensitive=None):
        """Whether the whole path matches a pattern, in which '**' is any number of names."""
        if not isinstance(pattern, PurePath):
            pattern = self.with_segments(pattern)
        text, expression = (str(path) if path.parts else '' for path in (self, pattern))
        sensitive = self._is_case_sensitive(case_sensitive)
        return _pattern_matcher(expression, True, pattern.parser.sep, sensitive)(text) is not None

    def match(self, path_pattern, *, case_sensitive=None):
        """Whether the last names match a relative pattern, or all an absolute one; '**' is one name."""
        if not isinstance(path_pattern, PurePath):
            path_pattern = self.with_segments(path_pattern)
        names, patterns = self.parts[::-1], path_pattern.parts[::-1]
        if not patterns:
            raise ValueError('empty pattern')
        if len(names) < len(patterns) or len(names) > len(patterns) and path_pattern.anchor:
            return False
        sep, sensitive = path_pattern.parser.sep, self._is_case_sensitive(case_sensitive)
        for name, pattern in zip(names, patterns):
            if not _pattern_matcher(pattern, False, sep, sensitive)(name):
                return False
        return True


os.PathLike.register(PurePath)


class PurePosixPath(PurePath):
    """A PurePath with slashes."""

    __slots__ = ()
    parser = posixpath


class PureWindowsPath(PurePath):
    """A PurePath with drives and backslashes. What differs only in the case of letters is equal."""

    __slots__ = ()
    parser = ntpath


def _split_windows(path):
    """The anchor of a path of Windows, and the rest with backslashes. A share has a root, be it written or not."""
    drive, root, rest = ntpath.splitroot(path.replace('/', '\\'))
    if not root and drive[:1] == '\\' != drive[-1:]:
        parts = drive.split('\\')   # ['', '', server, share] or ['', '', '?', 'UNC', server, share]
        if len(parts) == 6 or len(parts) == 4 and parts[2] not in ('', '?', '.'):
            root = '\\'
    return drive + root, rest


def _segments_message(method, kind):
    return (f'support for supplying more than one {kind}argument to pathlib.PurePath.{method}() is deprecated and '
            'scheduled for removal in Python 3.14')


def _quote(data):
    """Bytes as in a URI."""
    safe = b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~/'
    return ''.join(chr(byte) if byte in safe else f'%{byte:02X}' for byte in data)
