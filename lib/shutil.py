"""Operations on files and trees of files: copying, moving, removing, finding programs."""
import collections
import fnmatch
import os
import stat
import sys

__all__ = ['copyfileobj', 'copyfile', 'copymode', 'copystat', 'copy', 'copy2', 'copytree', 'move', 'rmtree', 'Error',
           'SpecialFileError', 'ExecError', 'make_archive', 'get_archive_formats', 'register_archive_format',
           'unregister_archive_format', 'get_unpack_formats', 'register_unpack_format', 'unregister_unpack_format',
           'unpack_archive', 'ignore_patterns', 'which', 'get_terminal_size', 'SameFileError',
           'chown', 'disk_usage']

COPY_BUFSIZE = 64 * 1024


class Error(OSError):
    pass


class SameFileError(Error):
    """Source and destination are the same file."""


class SpecialFileError(OSError):
    """Something cannot be done with a special file such as a named pipe."""


class ExecError(OSError):
    """A command could not be run."""


class ReadError(OSError):
    """An archive cannot be read."""


class RegistryError(Exception):
    """An archive format cannot be registered, or is not there."""


# --- one file ---


def copyfileobj(fsrc, fdst, length=0):
    """Copy what is left in one open file to another, `length` bytes or characters at a time."""
    length = length or COPY_BUFSIZE
    read, write = fsrc.read, fdst.write
    while piece := read(length):
        write(piece)


def _samefile(src, dst):
    if isinstance(src, os.DirEntry) and hasattr(os.path, 'samestat'):
        try:
            return os.path.samestat(src.stat(), os.stat(dst))
        except OSError:
            return False
    try:
        return os.path.samefile(src, dst)
    except OSError:
        return False


def copyfile(src, dst, *, follow_symlinks=True):
    """Copy the content of a file, and return dst. Not following symbolic links, a link is copied as one."""
    sys.audit('shutil.copyfile', src, dst)
    if _samefile(src, dst):
        raise SameFileError('{!r} and {!r} are the same file'.format(src, dst))
    for path in src, dst:
        try:
            mode = os.stat(path).st_mode
        except OSError:
            continue
        if stat.S_ISFIFO(mode):
            path = path.path if isinstance(path, os.DirEntry) else path
            raise SpecialFileError('`%s` is a named pipe' % path)
    if not follow_symlinks and os.path.islink(src):
        os.symlink(os.readlink(src), dst)
        return dst
    with open(src, 'rb') as source:
        try:
            with open(dst, 'wb') as target:
                copyfileobj(source, target)
        except IsADirectoryError as error:
            if os.path.exists(dst):
                raise
            raise FileNotFoundError(f'Directory does not exist: {dst}') from error
    return dst


def copymode(src, dst, *, follow_symlinks=True):
    """Copy the permissions of a file. Those of symbolic links themselves cannot be set."""
    sys.audit('shutil.copymode', src, dst)
    if not follow_symlinks and os.path.islink(src) and os.path.islink(dst):
        return
    os.chmod(dst, stat.S_IMODE(os.stat(src).st_mode))


def copystat(src, dst, *, follow_symlinks=True):
    """Copy the permissions and times of a file; of symbolic links themselves, if they are not to be followed, nothing
    can be set."""
    sys.audit('shutil.copystat', src, dst)
    if not follow_symlinks and os.path.islink(src) and os.path.islink(dst):
        return
    status = os.stat(src)
    os.utime(dst, ns=(status.st_atime_ns, status.st_mtime_ns))
    os.chmod(dst, stat.S_IMODE(status.st_mode))


def _into(src, dst):
    return os.path.join(dst, os.path.basename(src)) if os.path.isdir(dst) else dst


def copy(src, dst, *, follow_symlinks=True):
    """Copy a file and its permissions to a file or into a directory, and return where it is."""
    dst = _into(src, dst)
    copyfile(src, dst, follow_symlinks=follow_symlinks)
    copymode(src, dst, follow_symlinks=follow_symlinks)
    return dst


def copy2(src, dst, *, follow_symlinks=True):
    """As copy(), with the times."""
    dst = _into(src, dst)
    copyfile(src, dst, follow_symlinks=follow_symlinks)
    copystat(src, dst, follow_symlinks=follow_symlinks)
    return dst


# --- trees ---


def ignore_patterns(*patterns):
    """A function for copytree's ignore: it leaves out the names that match a pattern."""
    def _ignore_patterns(path, names):
        ignored = []
        for pattern in patterns:
            ignored.extend(fnmatch.filter(names, pattern))
        return set(ignored)
    return _ignore_patterns


def copytree(src, dst, symlinks=False, ignore=None, copy_function=copy2, ignore_dangling_symlinks=False,
             dirs_exist_ok=False):
    """Copy a directory with all below it, and return dst. What cannot be copied is collected in one Error at the end.

    symlinks: copy links as links; ignore(directory, names): names to leave out.
    """
    sys.audit('shutil.copytree', src, dst)
    with os.scandir(src) as entries:
        entries = list(entries)
    ignored = ignore(os.fspath(src), [entry.name for entry in entries]) if ignore is not None else ()
    os.makedirs(dst, exist_ok=dirs_exist_ok)
    errors = []
    for entry in entries:
        if entry.name in ignored:
            continue
        source, target = os.path.join(src, entry.name), os.path.join(dst, entry.name)
        argument = entry if copy_function is copy2 or copy_function is copy else source
        try:
            if entry.is_symlink():
                points_to = os.readlink(source)
                if symlinks:
                    os.symlink(points_to, target)
                    continue
                if ignore_dangling_symlinks and not os.path.exists(source):
                    continue
            if entry.is_dir():
                copytree(source, target, symlinks, ignore, copy_function, ignore_dangling_symlinks, dirs_exist_ok)
            else:
                copy_function(argument, target)
        except Error as error:
            errors.extend(error.args[0])
        except OSError as error:
            errors.append((source, target, str(error)))
    try:
        copystat(src, dst)
    except OSError as error:
        errors.append((src, dst, str(error)))
    if errors:
        raise Error(errors)
    return dst


def _is_directory(entry):
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _remove_below(path, onexc):
    """Remove what is in a directory."""
    try:
        with os.scandir(path) as entries:
            entries = list(entries)
    except FileNotFoundError:
        return
    except OSError as error:
        error.filename = path
        onexc(os.scandir, path, error)
        return
    for entry in entries:
        name = os.path.join(path, entry.name)
        function = os.rmdir if _is_directory(entry) else os.unlink
        if function is os.rmdir:
            _remove_below(name, onexc)
        try:
            function(name)
        except FileNotFoundError:
            pass
        except OSError as error:
            onexc(function, name, error)


def rmtree(path, ignore_errors=False, onerror=None, *, onexc=None, dir_fd=None):
    """Remove a directory with all below it; symbolic links are not followed. onexc(function, path, error) is called
    for what cannot be removed."""
    sys.audit('shutil.rmtree', path, dir_fd)
    if ignore_errors:
        def report(function, path, error):
            pass
    elif onexc is not None:
        report = onexc
    elif onerror is not None:
        def report(function, path, error):
            onerror(function, path, (type(error), error, error.__traceback__))
    else:
        def report(function, path, error):
            raise error
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    if dir_fd is not None:
        path = os.path.join(f'/proc/self/fd/{dir_fd}', path)
    try:
        status = os.lstat(path)
    except OSError as error:
        report(os.lstat, path, error)
        return
    if stat.S_ISLNK(status.st_mode):
        error = OSError('Cannot call rmtree on a symbolic link')
        error.filename = path
        report(os.path.islink, path, error)
        return
    if not stat.S_ISDIR(status.st_mode):
        import errno
        report(os.scandir, path, NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path))
        return
    _remove_below(path, report)
    try:
        os.rmdir(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        report(os.rmdir, path, error)


rmtree.avoids_symlink_attacks = False


def _basename(path):
    return os.path.basename(path.rstrip(os.path.sep))


def _inside(src, dst):
    """Whether dst lies in src."""
    src, dst = os.path.abspath(src), os.path.abspath(dst)
    return (dst + os.path.sep).startswith(src if src.endswith(os.path.sep) else src + os.path.sep)


def move(src, dst, copy_function=copy2):
    """Move a file or tree, into dst if that is a directory, and return where it is. Where it cannot be renamed it is
    copied and removed."""
    sys.audit('shutil.move', src, dst)
    real = dst
    if os.path.isdir(dst):
        if _samefile(src, dst) and not os.path.islink(src):
            os.rename(src, dst)
            return
        real = os.path.join(dst, _basename(os.fspath(src)))
        if os.path.exists(real):
            raise Error("Destination path '%s' already exists" % real)
    try:
        os.rename(src, real)
    except OSError:
        if os.path.islink(src):
            os.symlink(os.readlink(src), real)
            os.unlink(src)
        elif os.path.isdir(src):
            if _inside(src, dst):
                raise Error("Cannot move a directory '%s' into itself '%s'." % (src, dst))
            copytree(src, real, copy_function=copy_function, symlinks=True)
            rmtree(src)
        else:
            copy_function(src, real)
            os.unlink(src)
    return real


# --- archives: the formats that a program registers ---

_archive_formats = {}
_unpack_formats = {}


def get_archive_formats():
    """Sorted pairs (name, description) of what make_archive can make."""
    return sorted((name, entry[2]) for name, entry in _archive_formats.items())


def register_archive_format(name, function, extra_args=None, description=''):
    """Add a format: function(base_name, base_dir, **extra_args) makes an archive."""
    extra_args = [] if extra_args is None else extra_args
    if not callable(function):
        raise TypeError('The %s object is not callable' % function)
    if not isinstance(extra_args, (tuple, list)):
        raise TypeError('extra_args needs to be a sequence')
    for element in extra_args:
        if not isinstance(element, (tuple, list)) or len(element) != 2:
            raise TypeError('extra_args elements are : (arg_name, value)')
    _archive_formats[name] = function, extra_args, description


def unregister_archive_format(name):
    del _archive_formats[name]


def make_archive(base_name, format, root_dir=None, base_dir=None, verbose=0, dry_run=0, owner=None, group=None,
                 logger=None):
    """Make an archive of base_dir below root_dir with a registered format, and return its name."""
    sys.audit('shutil.make_archive', base_name, format, root_dir, base_dir)
    try:
        function, extra, _ = _archive_formats[format]
    except KeyError:
        raise ValueError("unknown archive format '%s'" % format) from None
    arguments = {'dry_run': dry_run, 'logger': logger, 'owner': owner, 'group': group, **dict(extra)}
    base_dir = os.curdir if base_dir is None else base_dir
    current = os.getcwd()
    if root_dir is not None:
        base_name = os.path.abspath(base_name)
        if getattr(function, 'supports_root_dir', False):
            arguments['root_dir'] = root_dir
        elif not dry_run:
            os.chdir(root_dir)
    try:
        return function(base_name, base_dir, **arguments)
    finally:
        os.chdir(current)


def get_unpack_formats():
    """Sorted triples (name, extensions, description) of what unpack_archive can read."""
    return sorted((name, entry[0], entry[3]) for name, entry in _unpack_formats.items())


def register_unpack_format(name, extensions, function, extra_args=None, description=''):
    """Add a format: function(archive, directory, **extra_args) unpacks what has one of the extensions."""
    extra_args = [] if extra_args is None else extra_args
    taken = {extension: other for other, entry in _unpack_formats.items() for extension in entry[0]}
    for extension in extensions:
        if extension in taken:
            raise RegistryError('%s is already registered for "%s"' % (extension, taken[extension]))
    if not callable(function):
        raise TypeError('The registered function must be a callable')
    _unpack_formats[name] = extensions, function, extra_args, description


def unregister_unpack_format(name):
    """Forget an archive format that unpack_archive knows."""
    del _unpack_formats[name]


def unpack_archive(filename, extract_dir=None, format=None, *, filter=None):
    """Unpack an archive by a registered format, that of its extension if none is named."""
    sys.audit('shutil.unpack_archive', filename, extract_dir, format)
    extract_dir = os.fspath(os.getcwd() if extract_dir is None else extract_dir)
    filename = os.fspath(filename)
    if format is None:
        format = next((name for name, entry in _unpack_formats.items()
                       for extension in entry[0] if filename.endswith(extension)), None)
        if format is None:
            raise ReadError("Unknown archive format '{0}'".format(filename))
    elif format not in _unpack_formats:
        raise ValueError("Unknown unpack format '{0}'".format(format)) from None
    _, function, extra, _ = _unpack_formats[format]
    arguments = dict(extra) if filter is None else {'filter': filter, **dict(extra)}
    function(filename, extract_dir, **arguments)


# --- the system ---

_ntuple_diskusage = collections.namedtuple('usage', 'total used free')
_ntuple_diskusage.total.__doc__ = 'Total space in bytes'
_ntuple_diskusage.used.__doc__ = 'Used space in bytes'
_ntuple_diskusage.free.__doc__ = 'Free space in bytes'


def disk_usage(path):
    """(total, used, free) bytes of the file system that the path lies on."""
    status = os.statvfs(path)
    return _ntuple_diskusage(status.f_blocks * status.f_frsize,
                             (status.f_blocks - status.f_bfree) * status.f_frsize, status.f_bavail * status.f_frsize)


def chown(path, user=None, group=None, *, dir_fd=None, follow_symlinks=True):
    """Give a file to another user or group, each by its name or number."""
    sys.audit('shutil.chown', path, user, group)
    if user is None and group is None:
        raise ValueError("user and/or group must be set")
    ids = []
    for kind, owner in ("user", user), ("group", group):
        if isinstance(owner, str):
            import grp
            import pwd
            try:
                ids.append((pwd.getpwnam if kind == "user" else grp.getgrnam)(owner)[2])
            except KeyError:
                raise LookupError(f"no such {kind}: {owner!r}") from None
        elif kind == "group" and owner is not None and not isinstance(owner, int):
            import grp
            ids.append(grp.getgrnam(owner)[2])
        else:
            ids.append(-1 if owner is None else owner)
    os.chown(path, *ids, dir_fd=dir_fd, follow_symlinks=follow_symlinks)


def get_terminal_size(fallback=(80, 24)):
    """The size of the terminal: COLUMNS and LINES, or what the system says of standard output, or the fallback."""
    sizes = []
    for name in 'COLUMNS', 'LINES':
        try:
            sizes.append(int(os.environ[name]))
        except (KeyError, ValueError):
            sizes.append(0)
    columns, lines = sizes
    if columns <= 0 or lines <= 0:
        try:
            size = os.get_terminal_size(sys.__stdout__.fileno())
        except (AttributeError, ValueError, OSError):
            size = fallback
        columns = columns if columns > 0 else size[0] or fallback[0]
        lines = lines if lines > 0 else size[1] or fallback[1]
    return os.terminal_size((columns, lines))


def _is_program(path, mode):
    return os.path.exists(path) and os.access(path, mode) and not os.path.isdir(path)


def which(cmd, mode=os.F_OK | os.X_OK, path=None):
    """The path of a program along PATH (or `path`), None if it is not there."""
    as_bytes = isinstance(cmd, bytes)
    if os.path.dirname(cmd):
        return cmd if _is_program(cmd, mode) else None
    if path is None:
        path = os.environ.get('PATH', None)
        if path is None:
            path = os.defpath
    if not path:
        return None
    path = os.fsencode(path) if as_bytes else os.fsdecode(path)
    seen = set()
    for folder in path.split(os.fsencode(os.pathsep) if as_bytes else os.pathsep):
        if folder in seen:
            continue
        seen.add(folder)
        name = os.path.join(folder, cmd)
        if _is_program(name, mode):
            return name
    return None
