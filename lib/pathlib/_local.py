"""Paths of this system: Path asks it about its file."""

import functools
import io
import os
import stat
from errno import EBADF, ELOOP, ENOENT, ENOTDIR

from pathlib._pure import PurePath, PurePosixPath, PureWindowsPath, UnsupportedOperation

# what says that there is no such file, when one is looked for
_ABSENT_ERRORS = (ENOENT, ENOTDIR, EBADF, ELOOP)


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
        return self._from_parts(self.anchor, self._tail + [name])

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
        sensitive = self._is_case_sensitive(case_sensitive)
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
        if path[:3] == '///' or (path[:1] == '/' and path[2:3] in (':', '|')):
            path = path[1:]   # an empty host, or a drive
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
        if self.anchor or not self._tail or self._tail[0][:1] != '~':
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


def _unquote(text):
    import re
    data = re.sub(rb'%([0-9a-fA-F]{2})', lambda match: bytes.fromhex(match[1].decode()), text.encode())
    return os.fsdecode(data)


@functools.lru_cache(maxsize=512)
def _name_matcher(pattern, case_sensitive):
    """A function that tells whether a name matches."""
    import fnmatch
    import re
    return re.compile(fnmatch.translate(pattern), 0 if case_sensitive else re.IGNORECASE).match


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


class WindowsPath(Path, PureWindowsPath):
    """A Path of Windows: there is none on this system."""

    __slots__ = ()

    def __new__(cls, *args, **kwargs):
        raise UnsupportedOperation(f'cannot instantiate {cls.__name__!r} on your system')
