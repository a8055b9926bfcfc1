"""Paths of the file system as objects: PurePath is arithmetic of names alone, Path asks the operating system."""
import functools
import io
import os
import posixpath
import stat
from collections.abc import Sequence
from errno import EBADF, ELOOP, ENOENT, ENOTDIR

__all__ = ['UnsupportedOperation', 'PurePath', 'PurePosixPath', 'Path', 'PosixPath']

# what says that there is no such file, when one is looked for
_ABSENT_ERRORS = (ENOENT, ENOTDIR, EBADF, ELOOP)


class UnsupportedOperation(NotImplementedError):
    """An operation that a kind of path does not have."""


# --- patterns: rows of names with wildcards ---


@functools.lru_cache(maxsize=512)
def _name_matcher(pattern, case_sensitive):
    """A function that tells whether a name matches."""
    import fnmatch
    import re
    return re.compile(fnmatch.translate(pattern), 0 if case_sensitive else re.IGNORECASE).match


@functools.lru_cache(maxsize=512)
def _pattern_matcher(pattern, recursive, case_sensitive):
    """A function that tells whether a part of a path, or with `recursive` the whole text, matches."""
    import glob
    import re
    expression = glob.translate(pattern, recursive=recursive, include_hidden=True, seps='/')
    return re.compile(expression, 0 if case_sensitive else re.IGNORECASE).match


class _PathParents:
    """The parents of a path, nearest first: a sequence that is made as it is read."""

    __slots__ = ('_path', '_drv', '_root', '_tail')

    def __init__(self, path):
        self._path = path
        self._drv = path.drive
        self._root = path.root
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
        return self._path._from_parts(self._root, self._tail[:len(self._tail) - index - 1])

    def __repr__(self):
        return '<{}.parents>'.format(type(self._path).__name__)


Sequence.register(_PathParents)


class PurePath:
    """A path as its names, without asking the system about it. PurePath() makes a PurePosixPath."""

    __slots__ = ('_raw_paths', '_root_cached', '_tail_cached', '_text', '_hash')
    parser = os.path

    def __new__(cls, *args, **kwargs):
        return object.__new__(PurePosixPath if cls is PurePath else cls)

    def __init__(self, *args):
        paths = []
        for arg in args:
            if isinstance(arg, PurePath):
                paths.extend(arg._raw_paths)
                continue
            try:
                path = os.fspath(arg) if not isinstance(arg, str) else arg
            except TypeError:
                path = arg
            if not isinstance(path, str):
                raise TypeError('argument should be a str or an os.PathLike object where __fspath__ returns a str, '
                                f'not {type(path).__name__!r}')
            paths.append(path)
        self._raw_paths = paths
        self._tail_cached = self._text = self._hash = None  # until they are asked for

    def with_segments(self, *pathsegments):
        """A path of the same kind made of strs or paths. What a class redefines this for is carried over to all paths
        that come from its own."""
        return type(self)(*pathsegments)

    # the parts: a root ('', '/' or '//') and a list of names

    def _parse(self):
        paths = self._raw_paths
        path = paths[0] if len(paths) == 1 else posixpath.join(*paths) if paths else ''
        root = ''
        if path[:1] == '/':
            root = '//' if path[:2] == '//' and path[2:3] != '/' else '/'
        self._root_cached = root
        self._tail_cached = [name for name in path.split('/') if name and name != '.']

    @property
    def _tail(self):
        if self._tail_cached is None:
            self._parse()
        return self._tail_cached

    @property
    def root(self):
        """'/', or '' of a relative path."""
        if self._tail_cached is None:
            self._parse()
        return self._root_cached

    @property
    def drive(self):
        """''"""
        return ''

    @property
    def anchor(self):
        """Drive and root."""
        return self.root

    @property
    def parts(self):
        """The root, if there is one, and the names."""
        root = self.root
        return (root, *self._tail) if root else tuple(self._tail)

    def _from_parts(self, root, names):
        path = self.with_segments(root + '/'.join(names) or '.')
        path._root_cached = root
        path._tail_cached = list(names)
        path._text = root + '/'.join(names) or '.'
        return path

    def __reduce__(self):
        return self.__class__, tuple(self._raw_paths)

    def __repr__(self):
        return '{}({!r})'.format(type(self).__name__, self.as_posix())

    def __str__(self):
        if self._text is None:
            self._text = self.root + '/'.join(self._tail) or '.'
        return self._text

    def __fspath__(self):
        return str(self)

    def __bytes__(self):
        """The path as the system has it."""
        return os.fsencode(self)

    def as_posix(self):
        """The path with slashes."""
        return str(self)

    def as_uri(self):
        """The path as a URI that begins with 'file://'."""
        if not self.is_absolute():
            raise ValueError("relative path can't be expressed as a file URI")
        return 'file://' + _quote(bytes(self))

    def __eq__(self, other):
        if not isinstance(other, PurePath):
            return NotImplemented
        return str(self) == str(other) and self.parser is other.parser

    def __hash__(self):
        if self._hash is None:
            self._hash = hash(str(self))
        return self._hash

    def _compared(self, other):
        return isinstance(other, PurePath) and self.parser is other.parser

    def __lt__(self, other):
        return str(self).split('/') < str(other).split('/') if self._compared(other) else NotImplemented

    def __le__(self, other):
        return str(self).split('/') <= str(other).split('/') if self._compared(other) else NotImplemented

    def __gt__(self, other):
        return str(self).split('/') > str(other).split('/') if self._compared(other) else NotImplemented

    def __ge__(self, other):
        return str(self).split('/') >= str(other).split('/') if self._compared(other) else NotImplemented

    # names

    @property
    def name(self):
        """The last name, '' if there is none."""
        tail = self._tail
        return tail[-1] if tail else ''

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
        if not name or '/' in name or name == '.':
            raise ValueError(f'Invalid name {name!r}')
        if not self._tail:
            raise ValueError(f'{self!r} has an empty name')
        return self._from_parts(self.root, self._tail[:-1] + [name])

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
        return self._from_parts(self.root, tail[:-1]) if tail else self

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
        for step, path in enumerate([other, *other.parents]):
            if path == self or path in self.parents:
                break
            if not walk_up:
                raise ValueError(f'{str(self)!r} is not in the subpath of {str(other)!r}')
            if path.name == '..':
                raise ValueError(f"'..' segment in {str(other)!r} cannot be walked")
        else:
            raise ValueError(f'{str(self)!r} and {str(other)!r} have different anchors')
        return self._from_parts('', ['..'] * step + self._tail[len(path._tail):])

    def is_relative_to(self, other, /, *_deprecated):
        """Whether this is `other` or below it."""
        if _deprecated:
            import warnings
            warnings._deprecated('pathlib.PurePath.is_relative_to', _segments_message('is_relative_to', ''),
                                 remove=(3, 14))
            other = self.with_segments(other, *_deprecated)
        elif not isinstance(other, PurePath):
            other = self.with_segments(other)
        return other == self or other in self.parents

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
        return any(path[:1] == '/' for path in self._raw_paths)

    def is_reserved(self):
        """False; deprecated."""
        import warnings
        warnings._deprecated('pathlib.PurePath.is_reserved', 'pathlib.PurePath.is_reserved() is deprecated and '
                             'scheduled for removal in Python 3.15. Use os.path.isreserved() to detect '
                             'reserved paths on Windows.', remove=(3, 15))
        return False

    def full_match(self, pattern, *, case_sensitive=None):
        """Whether the whole path matches a pattern, in which '**' is any number of names."""
        if not isinstance(pattern, PurePath):
            pattern = self.with_segments(pattern)
        text, expression = (str(path) if path.parts else '' for path in (self, pattern))
        return _pattern_matcher(expression, True, case_sensitive in (None, True))(text) is not None

    def match(self, path_pattern, *, case_sensitive=None):
        """Whether the last names match a relative pattern, or all an absolute one; '**' is one name."""
        if not isinstance(path_pattern, PurePath):
            path_pattern = self.with_segments(path_pattern)
        names, patterns = self.parts[::-1], path_pattern.parts[::-1]
        if not patterns:
            raise ValueError('empty pattern')
        if len(names) < len(patterns) or len(names) > len(patterns) and path_pattern.anchor:
            return False
        sensitive = case_sensitive in (None, True)
        return all(_pattern_matcher(pattern, False, sensitive)(name) for name, pattern in zip(names, patterns))


os.PathLike.register(PurePath)


class PurePosixPath(PurePath):
    """A PurePath with slashes."""

    __slots__ = ()


def _segments_message(method, kind):
    return (f'support for supplying more than one {kind}argument to pathlib.PurePath.{method}() is deprecated and '
            'scheduled for removal in Python 3.14')


def _quote(data):
    """Bytes as in a URI."""
    safe = b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~/'
    return ''.join(chr(byte) if byte in safe else f'%{byte:02X}' for byte in data)


def _unquote(text):
    import re
    data = re.sub(rb'%([0-9a-fA-F]{2})', lambda match: bytes.fromhex(match[1].decode()), text.encode())
    return os.fsdecode(data)


# --- paths of this system ---


class Path(PurePath):
    """A path that can ask the operating system about its file. Path() makes a PosixPath."""

    __slots__ = ()

    def __new__(cls, *args, **kwargs):
        return object.__new__(PosixPath if cls is Path else cls)

    def __init__(self, *args, **kwargs):
        if kwargs:
            import warnings
            warnings._deprecated('pathlib.PurePath(**kwargs)',
                                 'support for supplying keyword arguments to pathlib.PurePath is deprecated and '
                                 'scheduled for removal in Python 3.14', remove=(3, 14))
        super().__init__(*args)

    # what it is

    def stat(self, *, follow_symlinks=True):
        """os.stat of it."""
        return os.stat(self, follow_symlinks=follow_symlinks)

    def lstat(self):
        """os.stat of it; of a symbolic link itself."""
        return os.lstat(self)

    def exists(self, *, follow_symlinks=True):
        """Whether there is something there."""
        return os.path.exists(self) if follow_symlinks else os.path.lexists(self)

    def _has_mode(self, test, follow_symlinks=True):
        try:
            return test(self.stat(follow_symlinks=follow_symlinks).st_mode)
        except OSError as error:
            if error.errno not in _ABSENT_ERRORS:
                raise
            return False
        except ValueError:
            return False

    def is_dir(self, *, follow_symlinks=True):
        """Whether it is a directory."""
        return os.path.isdir(self) if follow_symlinks else self._has_mode(stat.S_ISDIR, False)

    def is_file(self, *, follow_symlinks=True):
        """Whether it is a regular file."""
        return os.path.isfile(self) if follow_symlinks else self._has_mode(stat.S_ISREG, False)

    def is_mount(self):
        """Whether another file system begins there."""
        return os.path.ismount(self)

    def is_symlink(self):
        """Whether it is a symbolic link."""
        return os.path.islink(self)

    def is_junction(self):
        """False."""
        return False

    def is_block_device(self):
        """Whether it is a block device."""
        return self._has_mode(stat.S_ISBLK)

    def is_char_device(self):
        """Whether it is a character device."""
        return self._has_mode(stat.S_ISCHR)

    def is_fifo(self):
        """Whether it is a named pipe."""
        return self._has_mode(stat.S_ISFIFO)

    def is_socket(self):
        """Whether it is a socket."""
        return self._has_mode(stat.S_ISSOCK)

    def samefile(self, other_path):
        """Whether both are the same file."""
        mine = self.stat()
        try:
            other = other_path.stat()
        except AttributeError:
            other = self.with_segments(other_path).stat()
        return os.path.samestat(mine, other)

    def owner(self, *, follow_symlinks=True):
        """The name of its owner."""
        import pwd
        return pwd.getpwuid(self.stat(follow_symlinks=follow_symlinks).st_uid).pw_name

    def group(self, *, follow_symlinks=True):
        """The name of its group."""
        import grp
        return grp.getgrgid(self.stat(follow_symlinks=follow_symlinks).st_gid).gr_name

    # what is in it

    def open(self, mode='r', buffering=-1, encoding=None, errors=None, newline=None):
        """The file opened as by open()."""
        if 'b' not in mode:
            encoding = io.text_encoding(encoding)
        return io.open(self, mode, buffering, encoding, errors, newline)

    def read_bytes(self):
        """The file's bytes."""
        with self.open(mode='rb') as file:
            return file.read()

    def read_text(self, encoding=None, errors=None, newline=None):
        """The file's text."""
        encoding = io.text_encoding(encoding)
        with self.open(mode='r', encoding=encoding, errors=errors, newline=newline) as file:
            return file.read()

    def write_bytes(self, data):
        """Make the file hold these bytes, and return how many there are."""
        view = memoryview(data)
        with self.open(mode='wb') as file:
            return file.write(view)

    def write_text(self, data, encoding=None, errors=None, newline=None):
        """Make the file hold this text, and return its length."""
        if not isinstance(data, str):
            raise TypeError('data must be str, not %s' % data.__class__.__name__)
        encoding = io.text_encoding(encoding)
        with self.open(mode='w', encoding=encoding, errors=errors, newline=newline) as file:
            return file.write(data)

    def iterdir(self):
        """An iterator of the paths in a directory, in no order."""
        return map(self._child, os.listdir(self))

    def _child(self, name):
        return self._from_parts(self.root, self._tail + [name])

    def walk(self, top_down=True, on_error=None, follow_symlinks=False):
        """(path, names of directories, names of others) of this directory and all below it, as os.walk."""
        import sys
        sys.audit('pathlib.Path.walk', self, on_error, follow_symlinks)
        waiting = [self]
        while waiting:
            path = waiting.pop()
            if isinstance(path, tuple):
                yield path
                continue
            try:
                with os.scandir(path) as entries:
                    entries = list(entries)
            except OSError as error:
                if on_error is not None:
                    on_error(error)
                continue
            directories, files = [], []
            for entry in entries:
                (directories if _is_directory(entry, follow_symlinks) else files).append(entry.name)
            if top_down:
                yield path, directories, files
            else:
                waiting.append((path, directories, files))
            waiting += [path._child(name) for name in reversed(directories)]

    # patterns

    def _pattern(self, pattern):
        """(names, only directories?)"""
        if not isinstance(pattern, PurePath):
            path = self.with_segments(pattern)
            text = os.fspath(pattern)
        else:
            text, path = str(pattern), pattern
        if path.anchor:
            raise NotImplementedError('Non-relative patterns are unsupported')
        if not path._tail:
            raise ValueError('Unacceptable pattern: {!r}'.format(path))
        return path._tail, text[-1] == '/'

    def glob(self, pattern, *, case_sensitive=None, recurse_symlinks=False):
        """An iterator of the paths below this one that match a relative pattern."""
        import sys
        sys.audit('pathlib.Path.glob', self, pattern)
        names, directories = self._pattern(pattern)
        return self._select(names, directories, case_sensitive, recurse_symlinks)

    def rglob(self, pattern, *, case_sensitive=None, recurse_symlinks=False):
        """As glob of '**/' and the pattern."""
        import sys
        sys.audit('pathlib.Path.rglob', self, pattern)
        given = pattern
        if not isinstance(given, PurePath):
            pattern = self.with_segments(given)
        directories = not pattern._tail or pattern is not given and os.fspath(given).endswith('/')
        if pattern.anchor:
            raise NotImplementedError('Non-relative patterns are unsupported')
        return self._select(['**'] + pattern._tail, directories, case_sensitive, recurse_symlinks)

    def _select(self, names, directories, case_sensitive, recurse_symlinks):
        """Yield what matches. A state is a path as text and how much of the pattern it has used; no path comes
        twice."""
        steps = []
        for name in names:
            if not (name == '**' and steps and steps[-1] == '**'):
                steps.append(name)
        seen = set() if steps.count('**') > 1 else None
        sensitive = case_sensitive in (None, True)
        base = str(self)
        prefix = '' if base == '.' and not self._tail else base if base.endswith('/') else base + '/'
        for text in self._walk_pattern(base, prefix, steps, 0, directories, sensitive, recurse_symlinks):
            if seen is not None:
                if text in seen:
                    continue
                seen.add(text)
            yield self.with_segments(text)

    def _walk_pattern(self, path, prefix, steps, i, directories, sensitive, follow):
        if i == len(steps):
            if os.path.lexists(path) and (not directories or os.path.isdir(path)):
                yield path
            return
        step = steps[i]
        last = i + 1 == len(steps)
        if step == '..' or sensitive and not any(c in step for c in '*?['):
            inner = prefix + step
            yield from self._walk_pattern(inner, inner + '/', steps, i + 1, directories, sensitive, follow)
            return
        entries = _entries(path)
        if entries is None:
            return
        if step == '**':
            yield from self._walk_pattern(path, prefix, steps, i + 1, directories, sensitive, follow)
            # any depth; what is no directory can only be the end of the pattern
            for name, is_directory in [(e.name, _is_directory(e, follow)) for e in entries]:
                inner = prefix + name
                if is_directory:
                    yield from self._walk_pattern(inner, inner + '/', steps, i, directories, sensitive, follow)
                elif last and not directories:
                    yield inner
            return
        match = _name_matcher(step, sensitive)
        for entry in entries:
            if not match(entry.name):
                continue
            inner = prefix + entry.name
            if last:
                if not directories or _is_directory(entry):
                    yield inner
            elif _is_directory(entry):
                yield from self._walk_pattern(inner, inner + '/', steps, i + 1, directories, sensitive, follow)

    # where it is

    @classmethod
    def cwd(cls):
        """The current directory."""
        return cls(os.getcwd())

    @classmethod
    def home(cls):
        """The user's home directory."""
        return cls('~').expanduser()

    @classmethod
    def from_uri(cls, uri):
        """The path of a 'file' URI."""
        if not uri.startswith('file:'):
            raise ValueError(f"URI does not start with 'file:': {uri!r}")
        path = uri[5:]
        if path[:3] == '///':
            path = path[2:]
        elif path[:12] == '//localhost/':
            path = path[11:]
        if path[:3] == '///' or (path[1:2] == ':' and path[2:3] == '/'):
            path = path[1:]
        path = cls(_unquote(path))
        if not path.is_absolute():
            raise ValueError(f'URI is not absolute: {uri!r}')
        return path

    def absolute(self):
        """The path from the root on, without resolving links and '..'."""
        if self.is_absolute():
            return self
        return self.with_segments(os.getcwd(), *([str(self)] if self._tail else []))

    def resolve(self, strict=False):
        """The path from the root on, without symbolic links and '..'; strict: it must exist."""
        return self.with_segments(os.path.realpath(self, strict=strict))

    def expanduser(self):
        """The path with the home directory for '~' or '~user' in front."""
        if self.root or not self._tail or self._tail[0][:1] != '~':
            return self
        home = os.path.expanduser(self._tail[0])
        if home[:1] == '~':
            raise RuntimeError('Could not determine home directory.')
        return self.with_segments(home, *self._tail[1:])

    def readlink(self):
        """What a symbolic link points to."""
        return self.with_segments(os.readlink(self))

    # changes

    def touch(self, mode=0o666, exist_ok=True):
        """Make an empty file, or set the times of one that exists, if it may."""
        if exist_ok:
            try:
                os.utime(self, None)
            except OSError:
                pass
            else:
                return
        flags = os.O_CREAT | os.O_WRONLY
        if not exist_ok:
            flags |= os.O_EXCL
        os.close(os.open(self, flags, mode))

    def mkdir(self, mode=0o777, parents=False, exist_ok=False):
        """Make a directory; parents: and those above it; exist_ok: it may be there already."""
        try:
            os.mkdir(self, mode)
        except FileNotFoundError:
            if not parents or self.parent == self:
                raise
            self.parent.mkdir(parents=True, exist_ok=True)
            self.mkdir(mode, parents=False, exist_ok=exist_ok)
        except OSError:
            if not exist_ok or not self.is_dir():
                raise

    def chmod(self, mode, *, follow_symlinks=True):
        """Set its permissions."""
        os.chmod(self, mode, follow_symlinks=follow_symlinks)

    def lchmod(self, mode):
        """Set its permissions; those of a symbolic link itself."""
        self.chmod(mode, follow_symlinks=False)

    def unlink(self, missing_ok=False):
        """Remove the file or symbolic link."""
        try:
            os.unlink(self)
        except FileNotFoundError:
            if not missing_ok:
                raise

    def rmdir(self):
        """Remove the directory, which must be empty."""
        os.rmdir(self)

    def rename(self, target):
        """Give it another name, and return the path with that."""
        os.rename(self, target)
        return self.with_segments(target)

    def replace(self, target):
        """Give it another name, over what has it, and return the path with that."""
        os.replace(self, target)
        return self.with_segments(target)

    def symlink_to(self, target, target_is_directory=False):
        """Make it a symbolic link to the target."""
        os.symlink(target, self, target_is_directory)

    def hardlink_to(self, target):
        """Make it another name of the target."""
        os.link(target, self)


def _is_directory(entry, follow_symlinks=True):
    try:
        return entry.is_dir(follow_symlinks=follow_symlinks)
    except OSError:
        return False


def _entries(path):
    try:
        with os.scandir(path) as entries:
            return list(entries)
    except OSError:
        return None


class PosixPath(Path, PurePosixPath):
    """A Path of this system."""

    __slots__ = ()
