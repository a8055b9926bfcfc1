"""Temporary files and directories, with names that nobody else has."""
import errno
import io
import os
import shutil
import sys
import weakref
from random import Random
from types import GenericAlias

__all__ = ['NamedTemporaryFile', 'TemporaryFile', 'SpooledTemporaryFile', 'TemporaryDirectory', 'mkstemp', 'mkdtemp',
           'mktemp', 'TMP_MAX', 'gettempprefix', 'tempdir', 'gettempdir', 'gettempprefixb', 'gettempdirb']

TMP_MAX = os.TMP_MAX
template = 'tmp'
tempdir = None

_TEXT_FLAGS = _BINARY_FLAGS = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


# --- names ---


class _RandomNameSequence:
    """An endless iterator of names of eight letters, digits and '_'."""

    characters = 'abcdefghijklmnopqrstuvwxyz0123456789_'

    @property
    def rng(self):
        process = os.getpid()
        if process != getattr(self, '_process', None):
            self._rng = Random()
            self._process = process
        return self._rng

    def __iter__(self):
        return self

    def __next__(self):
        return ''.join(self.rng.choices(self.characters, k=8))


_names = None


def _get_candidate_names():
    global _names
    if _names is None:
        _names = _RandomNameSequence()
    return _names


def _candidate_tempdir_list():
    """Where temporary files may go, best first."""
    folders = [os.environ[name] for name in ('TMPDIR', 'TEMP', 'TMP') if os.environ.get(name)]
    folders += ['/tmp', '/var/tmp', '/usr/tmp']
    try:
        folders.append(os.getcwd())
    except OSError:
        folders.append(os.curdir)
    return folders


def _get_default_tempdir(dirlist=None):
    """The first of the folders in which a file can be made."""
    if dirlist is None:
        dirlist = _candidate_tempdir_list()
    names = _get_candidate_names()
    for folder in dirlist:
        if folder != os.curdir:
            folder = os.path.abspath(folder)
        for _ in range(100):
            name = os.path.join(folder, next(names))
            try:
                fd = os.open(name, _BINARY_FLAGS, 0o600)
            except FileExistsError:
                continue
            except OSError:
                break
            try:
                os.write(fd, b'blat')
            except OSError:
                break
            finally:
                os.close(fd)
                os.unlink(name)
            return folder
    raise FileNotFoundError(errno.ENOENT, 'No usable temporary directory found in %s' % dirlist)


def _gettempdir():
    global tempdir
    if tempdir is None:
        tempdir = _get_default_tempdir()
    return tempdir


def gettempdir():
    """The folder for temporary files, as str."""
    return os.fsdecode(_gettempdir())


def gettempdirb():
    """The folder for temporary files, as bytes."""
    return os.fsencode(_gettempdir())


def gettempprefix():
    """The beginning of names that are not given one."""
    return os.fsdecode(template)


def gettempprefixb():
    """The same as bytes."""
    return os.fsencode(template)


def _type_of_names(*values):
    """str or bytes, whichever the given ones are."""
    kind = None
    for value in values:
        if value is None:
            continue
        if isinstance(value, os.PathLike):
            value = os.fspath(value)
        this = bytes if isinstance(value, bytes) else str
        if kind not in (None, this):
            raise TypeError("Can't mix bytes and non-bytes in path components.")
        kind = this
    if kind is None:
        return str if tempdir is None or isinstance(tempdir, str) else bytes
    return kind


def _sanitize(prefix, suffix, dir):
    """All three given, and of one type."""
    kind = _type_of_names(prefix, suffix, dir)
    if suffix is None:
        suffix = kind()
    if prefix is None:
        prefix = template if kind is str else os.fsencode(template)
    if dir is None:
        dir = gettempdir() if kind is str else gettempdirb()
    return prefix, suffix, dir, kind


def _try_names(prefix, suffix, dir, kind, make, what):
    """The first result of make(path) that does not meet something of that name."""
    names = _get_candidate_names()
    for _ in range(TMP_MAX):
        name = next(names)
        if kind is bytes:
            name = os.fsencode(name)
        path = os.path.join(dir, prefix + name + suffix)
        try:
            return make(path)
        except FileExistsError:
            continue
    raise FileExistsError(errno.EEXIST, f'No usable temporary {what} name found')


def _make_file(prefix, suffix, dir, kind, flags=_BINARY_FLAGS):
    dir = os.path.abspath(dir)

    def make(path):
        sys.audit('tempfile.mkstemp', path)
        return os.open(path, flags, 0o600), path

    return _try_names(prefix, suffix, dir, kind, make, 'file')


def mkstemp(suffix=None, prefix=None, dir=None, text=False):
    """Make a file that only this user can read and write: (file descriptor, path). Removing it is up to the caller."""
    prefix, suffix, dir, kind = _sanitize(prefix, suffix, dir)
    return _make_file(prefix, suffix, dir, kind, _TEXT_FLAGS if text else _BINARY_FLAGS)


def mkdtemp(suffix=None, prefix=None, dir=None):
    """Make a directory that only this user can use, and return its path. Removing it is up to the caller."""
    prefix, suffix, dir, kind = _sanitize(prefix, suffix, dir)

    def make(path):
        sys.audit('tempfile.mkdtemp', path)
        os.mkdir(path, 0o700)
        return os.path.abspath(path)

    return _try_names(prefix, suffix, dir, kind, make, 'directory')


def mktemp(suffix='', prefix=template, dir=None):
    """A path at which there is nothing now; deprecated, because there may be a moment later."""
    if dir is None:
        dir = gettempdir()
    names = _get_candidate_names()
    for _ in range(TMP_MAX):
        path = os.path.join(dir, prefix + next(names) + suffix)
        if not os.path.lexists(path):
            return path
    raise FileExistsError(errno.EEXIST, 'No usable temporary filename found')


# --- files ---


class _Closer:
    """Closes a file and removes it by its name, once each; also when it is forgotten."""

    def __init__(self, file, name, delete, delete_on_close):
        self.file = file
        self.name = name
        self.delete = delete
        self.delete_on_close = delete_on_close
        self.closed = False

    def remove(self, unlink=os.unlink):
        if self.delete:
            self.delete = False
            try:
                unlink(self.name)
            except FileNotFoundError:
                pass

    def close(self):
        if self.closed:
            return
        self.closed = True
        try:
            self.file.close()
        finally:
            if self.delete_on_close:
                self.remove()

    def forget(self):
        try:
            if not self.closed:
                self.closed = True
                self.file.close()
        finally:
            self.remove()

    def __del__(self):
        self.forget()


class _TemporaryFileWrapper:
    """What NamedTemporaryFile returns: the file with a name, removed when it is closed."""

    def __init__(self, file, name, delete=True, delete_on_close=True):
        self.file = file
        self.name = name
        self.delete = delete
        self._closer = _Closer(file, name, delete, delete_on_close)

    def __getattr__(self, name):
        attribute = getattr(self.__dict__['file'], name)
        if callable(attribute) and not isinstance(attribute, type):
            # a bound method keeps the wrapper, and so the file, alive
            closer = self._closer

            def method(*args, **kwargs):
                closer
                return attribute(*args, **kwargs)

            method.__name__ = name
            setattr(self, name, method)
            return method
        return attribute

    def __enter__(self):
        self.file.__enter__()
        return self

    def __exit__(self, exc, value, tb):
        result = self.file.__exit__(exc, value, tb)
        self._closer.forget()
        return result

    def close(self):
        """Close the file, and remove it unless it is to stay."""
        self._closer.close()

    def __iter__(self):
        # not the file's iterator: that would not keep this object
        for line in self.file:
            yield line


def NamedTemporaryFile(mode='w+b', buffering=-1, encoding=None, newline=None, suffix=None, prefix=None, dir=None,
                       delete=True, *, errors=None, delete_on_close=True):
    """A temporary file with a name (`name`), which is removed when it is closed (delete and delete_on_close), or at
    the end of its with statement (delete alone)."""
    prefix, suffix, dir, kind = _sanitize(prefix, suffix, dir)
    if 'b' not in mode:
        encoding = io.text_encoding(encoding)
    name = None

    def opener(*args):
        nonlocal name
        fd, name = _make_file(prefix, suffix, dir, kind)
        return fd

    try:
        file = io.open(dir, mode, buffering=buffering, newline=newline, encoding=encoding, errors=errors,
                       opener=opener)
        try:
            raw = getattr(file, 'buffer', file)
            raw = getattr(raw, 'raw', raw)
            raw.name = name
            return _TemporaryFileWrapper(file, name, delete, delete_on_close)
        except:
            file.close()
            raise
    except:
        if name is not None:
            os.unlink(name)
        raise


def TemporaryFile(mode='w+b', buffering=-1, encoding=None, newline=None, suffix=None, prefix=None, dir=None, *,
                  errors=None):
    """A temporary file without a name: it is gone when it is closed."""
    if 'b' not in mode:
        encoding = io.text_encoding(encoding)
    prefix, suffix, dir, kind = _sanitize(prefix, suffix, dir)

    def opener(*args):
        try:
            return os.open(dir, os.O_TMPFILE | os.O_RDWR | os.O_EXCL, 0o600)
        except OSError:
            # not every file system has files without names
            fd, name = _make_file(prefix, suffix, dir, kind)
            os.unlink(name)
            return fd

    file = io.open(dir, mode, buffering=buffering, newline=newline, encoding=encoding, errors=errors, opener=opener)
    raw = getattr(file, 'buffer', file)
    raw = getattr(raw, 'raw', raw)
    raw.name = file.fileno()
    return file


class SpooledTemporaryFile(io.IOBase):
    """A file in memory that becomes a TemporaryFile when it grows beyond max_size or a file descriptor is needed."""

    _rolled = False

    def __init__(self, max_size=0, mode='w+b', buffering=-1, encoding=None, newline=None, suffix=None, prefix=None,
                 dir=None, *, errors=None):
        if 'b' in mode:
            self._file = io.BytesIO()
        else:
            encoding = io.text_encoding(encoding)
            self._file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors=errors, newline=newline)
        self._max_size = max_size
        self._rolled = False
        self._TemporaryFileArgs = {'mode': mode, 'buffering': buffering, 'suffix': suffix, 'prefix': prefix,
                                   'encoding': encoding, 'newline': newline, 'dir': dir, 'errors': errors}

    __class_getitem__ = classmethod(GenericAlias)

    def _check(self, file):
        if not self._rolled and self._max_size and file.tell() > self._max_size:
            self.rollover()

    def rollover(self):
        """Go over to a file on disk."""
        if self._rolled:
            return
        old = self._file
        new = self._file = TemporaryFile(**self._TemporaryFileArgs)
        del self._TemporaryFileArgs
        position = old.tell()
        if hasattr(new, 'buffer'):
            new.buffer.write(old.detach().getvalue())
        else:
            new.write(old.getvalue())
        new.seek(position, 0)
        self._rolled = True

    def __enter__(self):
        if self._file.closed:
            raise ValueError('Cannot enter context with closed file')
        return self

    def __exit__(self, exc, value, tb):
        self._file.close()

    def __iter__(self):
        return self._file.__iter__()

    def __del__(self):
        if not self.closed:
            self.close()

    def __next__(self):
        return self._file.__next__()

    def close(self):
        self._file.close()

    @property
    def closed(self):
        return self._file.closed

    @property
    def encoding(self):
        return self._file.encoding

    @property
    def errors(self):
        return self._file.errors

    @property
    def mode(self):
        return self._file.mode if self._rolled else self._TemporaryFileArgs['mode']

    @property
    def name(self):
        return self._file.name if self._rolled else None

    @property
    def newlines(self):
        return self._file.newlines

    def fileno(self):
        self.rollover()
        return self._file.fileno()

    def flush(self):
        self._file.flush()

    def isatty(self):
        return self._file.isatty()

    def detach(self):
        return self._file.detach()

    def read(self, *args):
        return self._file.read(*args)

    def read1(self, *args):
        return self._file.read1(*args)

    def readinto(self, b):
        return self._file.readinto(b)

    def readinto1(self, b):
        return self._file.readinto1(b)

    def readline(self, *args):
        return self._file.readline(*args)

    def readlines(self, *args):
        return self._file.readlines(*args)

    def readable(self):
        return self._file.readable()

    def seekable(self):
        return self._file.seekable()

    def writable(self):
        return self._file.writable()

    def seek(self, *args):
        return self._file.seek(*args)

    def tell(self):
        return self._file.tell()

    def truncate(self, size=None):
        if size is None:
            return self._file.truncate()
        if size > self._max_size:
            self.rollover()
        return self._file.truncate(size)

    def write(self, s):
        file = self._file
        result = file.write(s)
        self._check(file)
        return result

    def writelines(self, iterable):
        if self._max_size == 0 or self._rolled:
            return self._file.writelines(iterable)
        for line in iterable:
            self.write(line)


# --- directories ---


class TemporaryDirectory:
    """A temporary directory: `name` is its path. It is removed with all below it by cleanup(), at the end of a with
    statement, or, with a ResourceWarning, when the object dies."""

    def __init__(self, suffix=None, prefix=None, dir=None, ignore_cleanup_errors=False, *, delete=True):
        self.name = mkdtemp(suffix, prefix, dir)
        self._ignore_cleanup_errors = ignore_cleanup_errors
        self._delete = delete
        self._finalizer = weakref.finalize(self, self._cleanup, self.name,
                                           warn_message='Implicitly cleaning up {!r}'.format(self),
                                           ignore_errors=ignore_cleanup_errors, delete=delete)

    @classmethod
    def _rmtree(cls, name, ignore_errors=False):
        def onexc(function, path, error):
            if isinstance(error, FileNotFoundError):
                return
            if isinstance(error, PermissionError) and path != name:
                # the folder may not allow it
                try:
                    os.chmod(os.path.dirname(path), 0o700)
                    if function is os.scandir:
                        os.chmod(path, 0o700)
                        cls._rmtree(path, ignore_errors=ignore_errors)
                    else:
                        function(path)
                    return
                except FileNotFoundError:
                    return
                except OSError:
                    pass
            if not ignore_errors:
                raise error

        shutil.rmtree(name, onexc=onexc)

    @classmethod
    def _cleanup(cls, name, warn_message, ignore_errors=False, delete=True):
        if delete:
            import warnings
            cls._rmtree(name, ignore_errors=ignore_errors)
            warnings.warn(warn_message, ResourceWarning)

    def __repr__(self):
        return '<{} {!r}>'.format(self.__class__.__name__, self.name)

    def __enter__(self):
        return self.name

    def __exit__(self, exc, value, tb):
        if self._delete:
            self.cleanup()

    def cleanup(self):
        """Remove it now."""
        if self._finalizer.detach() or os.path.exists(self.name):
            self._rmtree(self.name, ignore_errors=self._ignore_cleanup_errors)

    __class_getitem__ = classmethod(GenericAlias)
