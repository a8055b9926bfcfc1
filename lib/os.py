"""The operating system: files, directories, the environment, the process.

The system calls are in the module posix; paths are os.path's. Starting processes is left out.
"""

import abc
import posix
import stat as _stat
import sys
from _collections_abc import MutableMapping
from posix import *
from posix import _exit

import posixpath as path
from posixpath import altsep, curdir, defpath, devnull, extsep, pardir, pathsep, sep

sys.modules["os.path"] = path

name = "posix"
linesep = "\n"
SEEK_SET, SEEK_CUR, SEEK_END = 0, 1, 2
EX_OK = 0
supports_bytes_environ = True
supports_dir_fd = {posix.access, posix.chmod, posix.chown, posix.link, posix.mkdir, posix.mkfifo, posix.mknod,
                   posix.open, posix.readlink, posix.rename, posix.rmdir, posix.stat, posix.symlink, posix.unlink,
                   posix.utime}
supports_fd = {posix.chdir, posix.chmod, posix.chown, posix.listdir, posix.pathconf, posix.scandir, posix.stat,
               posix.statvfs, posix.truncate, posix.utime}
supports_follow_symlinks = {posix.access, posix.chown, posix.link, posix.stat, posix.utime}
supports_effective_ids = {posix.access}


# --- names as str and bytes ---

def fsencode(filename):
    """A path as bytes."""
    filename = fspath(filename)
    return filename.encode("utf-8", "surrogateescape") if isinstance(filename, str) else filename


def fsdecode(filename):
    """A path as str; bytes that are no UTF-8 become lone surrogates."""
    filename = fspath(filename)
    return filename.decode("utf-8", "surrogateescape") if isinstance(filename, bytes) else filename


class PathLike(abc.ABC):
    """What has a path: __fspath__ returns it."""

    __slots__ = ()

    @abc.abstractmethod
    def __fspath__(self):
        """Return the file system path representation of the object."""
        raise NotImplementedError

    @classmethod
    def __subclasshook__(cls, subclass):
        if cls is PathLike:
            return any("__fspath__" in c.__dict__ for c in subclass.__mro__) or NotImplemented
        return NotImplemented

    __class_getitem__ = classmethod(type(list[int]))


# --- the environment ---

class _Environ(MutableMapping):
    """The environment: a change is made in the process, too."""

    def __init__(self, data, encodekey, decodekey, encodevalue, decodevalue):
        self.encodekey = encodekey
        self.decodekey = decodekey
        self.encodevalue = encodevalue
        self.decodevalue = decodevalue
        self._data = data

    def __getitem__(self, key):
        try:
            value = self._data[self.encodekey(key)]
        except KeyError:
            raise KeyError(key) from None
        return self.decodevalue(value)

    def __setitem__(self, key, value):
        key, value = self.encodekey(key), self.encodevalue(value)
        putenv(key, value)
        self._data[key] = value

    def __delitem__(self, key):
        encoded = self.encodekey(key)
        unsetenv(encoded)
        try:
            del self._data[encoded]
        except KeyError:
            raise KeyError(key) from None

    def __iter__(self):
        for key in list(self._data):
            yield self.decodekey(key)

    def __len__(self):
        return len(self._data)

    def __repr__(self):
        items = ", ".join(f"{self.decodekey(k)!r}: {self.decodevalue(v)!r}" for k, v in self._data.items())
        return f"environ({{{items}}})"

    def copy(self):
        return dict(self)

    def setdefault(self, key, value):
        if key not in self:
            self[key] = value
        return self[key]

    def __ior__(self, other):
        self.update(other)
        return self

    def __or__(self, other):
        if not isinstance(other, _MAPPING):
            return NotImplemented
        return {**dict(self), **other}

    def __ror__(self, other):
        if not isinstance(other, _MAPPING):
            return NotImplemented
        return {**other, **dict(self)}


from _collections_abc import Mapping as _MAPPING


def _encode_str(value):
    if not isinstance(value, str):
        raise TypeError("str expected, not %s" % type(value).__name__)
    return value.encode("utf-8", "surrogateescape")


def _decode_str(value):
    return value.decode("utf-8", "surrogateescape")


def _check_bytes(value):
    if not isinstance(value, bytes):
        raise TypeError("bytes expected, not %s" % type(value).__name__)
    return value


environ = _Environ(posix.environ, _encode_str, _decode_str, _encode_str, _decode_str)
environb = _Environ(environ._data, _check_bytes, bytes, _check_bytes, bytes)


def getenv(key, default=None):
    """The value of an environment variable, or the default."""
    return environ.get(key, default)


def getenvb(key, default=None):
    """The bytes of an environment variable, or the default."""
    return environb.get(key, default)


def get_exec_path(env=None):
    """The folders in which programs are looked for."""
    return (environ if env is None else env).get("PATH", defpath).split(pathsep)


# --- directories ---

def makedirs(name, mode=0o777, exist_ok=False):
    """Make a directory and those above it that are missing."""
    head, tail = path.split(name)
    if not tail:
        head, tail = path.split(head)
    if head and tail and not path.exists(head):
        try:
            makedirs(head, exist_ok=exist_ok)
        except FileExistsError:
            pass   # somebody else was faster
        if tail == (curdir if isinstance(tail, str) else b"."):
            return
    try:
        mkdir(name, mode)
    except OSError:
        if not exist_ok or not path.isdir(name):
            raise


def removedirs(name):
    """Remove an empty directory, and those above it that are empty then."""
    rmdir(name)
    head, tail = path.split(name)
    if not tail:
        head, tail = path.split(head)
    while head and tail:
        try:
            rmdir(head)
        except OSError:
            break
        head, tail = path.split(head)


def renames(old, new):
    """Rename, making the directories of the new name and removing empty ones of the old."""
    head, tail = path.split(new)
    if head and tail and not path.exists(head):
        makedirs(head)
    rename(old, new)
    head, tail = path.split(old)
    if head and tail:
        try:
            removedirs(head)
        except OSError:
            pass


def walk(top, topdown=True, onerror=None, followlinks=False):
    """(folder, names of folders, names of other files) of a tree of directories."""
    sys.audit("os.walk", top, topdown, onerror, followlinks)
    pending = [fspath(top)]
    while pending:
        top = pending.pop()
        if isinstance(top, tuple):
            yield top
            continue
        folders, files, below = [], [], []
        try:
            with scandir(top) as entries:
                for entry in entries:
                    try:
                        is_folder = entry.is_dir()
                    except OSError:
                        is_folder = False
                    (folders if is_folder else files).append(entry.name)
                    if is_folder and not topdown and (followlinks or not entry.is_symlink()):
                        below.append(entry.path)
        except OSError as error:
            if onerror is not None:
                onerror(error)
            continue
        if topdown:
            yield top, folders, files
            for folder in reversed(folders):
                new = path.join(top, folder)
                if followlinks or not path.islink(new):
                    pending.append(new)
        else:
            pending.append((top, folders, files))
            pending.extend(reversed(below))


def fwalk(top=".", topdown=True, onerror=None, *, follow_symlinks=False, dir_fd=None):
    """The same with an open descriptor of each folder, (folder, folders, other files, descriptor), which is closed
    after."""
    sys.audit("os.fwalk", top, topdown, onerror, follow_symlinks, dir_fd)
    yield from _walk_open(fspath(top), top, dir_fd, topdown, onerror, follow_symlinks, True)


def _walk_open(shown, name, above, topdown, onerror, follow_symlinks, is_top):
    try:
        before = None if follow_symlinks else stat(name, dir_fd=above, follow_symlinks=False)
        folder = open(name, O_RDONLY | O_NONBLOCK, dir_fd=above)
    except OSError as error:
        if is_top:
            raise
        if onerror is not None:
            onerror(error)
        return
    try:
        # What was a folder may have become a link to one meanwhile.
        if before and not (_stat.S_ISDIR(before.st_mode) and path.samestat(before, stat(folder))):
            return
        folders, files = [], []
        for entry in listdir(folder):
            entry = fsencode(entry) if isinstance(shown, bytes) else entry
            try:
                is_folder = _stat.S_ISDIR(stat(entry, dir_fd=folder).st_mode)
            except OSError:
                is_folder = False
            (folders if is_folder else files).append(entry)
        if topdown:
            yield shown, folders, files, folder
        for entry in folders:
            yield from _walk_open(path.join(shown, entry), entry, folder, topdown, onerror, follow_symlinks, False)
        if not topdown:
            yield shown, folders, files, folder
    finally:
        close(folder)


# --- the rest ---

def fdopen(fd, mode="r", buffering=-1, encoding=None, *args, **kwargs):
    """A file object over a descriptor."""
    if not isinstance(fd, int):
        raise TypeError("invalid fd type (%s, expected integer)" % type(fd))
    import io
    if "b" not in mode:
        encoding = io.text_encoding(encoding)
    return io.open(fd, mode, buffering, encoding, *args, **kwargs)


def closerange(fd_low, fd_high, /):
    """Close all descriptors in [fd_low, fd_high), ignoring errors."""
    for fd in range(fd_low, fd_high):
        try:
            close(fd)
        except OSError:
            pass


process_cpu_count = cpu_count

__all__ = [n for n in globals() if not n.startswith("_") and n not in ("abc", "posix", "sys", "MutableMapping")]
__all__.append("_exit")
