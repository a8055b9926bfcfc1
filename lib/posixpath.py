"""Paths in the POSIX form: the module os.path."""

import posix
import stat

__all__ = ["normcase", "isabs", "join", "splitdrive", "splitroot", "split", "splitext", "basename", "dirname",
           "commonprefix", "getsize", "getmtime", "getatime", "getctime", "islink", "exists", "lexists", "isdir",
           "isfile", "ismount", "expanduser", "expandvars", "normpath", "abspath", "samefile", "sameopenfile",
           "samestat", "curdir", "pardir", "sep", "pathsep", "defpath", "altsep", "extsep", "devnull", "realpath",
           "supports_unicode_filenames", "relpath", "commonpath", "isjunction", "isdevdrive"]

curdir = "."
pardir = ".."
extsep = "."
sep = "/"
pathsep = ":"
defpath = "/bin:/usr/bin"
altsep = None
devnull = "/dev/null"
supports_unicode_filenames = False

fspath = posix.fspath
normpath = posix._path_normpath
_path_mode = posix._path_mode


def _like(path, text):
    """ASCII text as the type of the path."""
    return text.encode("ascii") if isinstance(path, bytes) else text


def _check_types(function, *paths):
    """TypeError for arguments that are no paths, or of both kinds."""
    kinds = set()
    for path in paths:
        if not isinstance(path, (str, bytes)):
            raise TypeError(f"{function}() argument must be str, bytes, or os.PathLike object, not "
                            f"{type(path).__name__!r}") from None
        kinds.add(isinstance(path, bytes))
    if len(kinds) > 1:
        raise TypeError("Can't mix strings and bytes in path components") from None


def normcase(s):
    """The path with its case normalised, which on POSIX it is: unchanged, as str or bytes."""
    return fspath(s)


def isabs(s):
    """Does the path begin at the root?"""
    s = fspath(s)
    return s.startswith(_like(s, "/"))


def join(a, *p):
    """Join paths: an absolute one makes those in front of it void."""
    path = a = fspath(a)
    slash = _like(a, "/")
    try:
        for part in map(fspath, p):
            if part.startswith(slash) or not path:
                path = part
            elif path.endswith(slash):
                path += part
            else:
                path += slash + part
    except (TypeError, AttributeError, BytesWarning):
        _check_types("join", a, *p)
        raise
    return path


def split(p):
    """The last component, and all in front of it."""
    p = fspath(p)
    slash = _like(p, "/")
    at = p.rfind(slash) + 1
    head, tail = p[:at], p[at:]
    if head and head != slash * len(head):
        head = head.rstrip(slash)
    return head, tail


def splitext(p):
    """The extension, from the last dot of the last component, and all in front of it."""
    p = fspath(p)
    start = p.rfind(_like(p, "/")) + 1
    dot = p.rfind(_like(p, "."))
    name = p[start:dot] if dot > start else p[:0]
    if not name.strip(_like(p, ".")):
        return p, p[:0]
    return p[:dot], p[dot:]


def splitdrive(p):
    """(drive, rest): on POSIX there are no drives, the first is always empty."""
    p = fspath(p)
    return p[:0], p


def splitroot(path):
    """Drive, root and the rest; exactly two slashes in front are a root of their own."""
    if not isinstance(path, (str, bytes)) and not hasattr(type(path), "__fspath__"):
        raise TypeError("_path_splitroot_ex: path should be string, bytes or os.PathLike, not "
                        + type(path).__name__)
    path = fspath(path)
    slash, empty = _like(path, "/"), path[:0]
    if path[:1] != slash:
        return empty, empty, path
    if path[1:2] != slash or path[2:3] == slash:
        return empty, slash, path[1:]
    return empty, path[:2], path[2:]


def basename(p):
    """What stands behind the last slash."""
    p = fspath(p)
    return p[p.rfind(_like(p, "/")) + 1:]


def dirname(p):
    """What stands in front of the last slash, without it unless that is the root."""
    return split(p)[0]


def abspath(path):
    """The path made absolute by the current directory and normalised. Symbolic links are not looked at."""
    path = fspath(path)
    if not path.startswith(_like(path, "/")):
        path = join(posix.getcwdb() if isinstance(path, bytes) else posix.getcwd(), path)
    return normpath(path)


def realpath(filename, *, strict=False):
    """The path without symbolic links. What does not exist is kept as it is, unless `strict`."""
    filename = fspath(filename)
    slash, dot, dots = _like(filename, "/"), _like(filename, "."), _like(filename, "..")
    if filename.startswith(slash):
        path = slash
    else:
        path = posix.getcwdb() if isinstance(filename, bytes) else posix.getcwd()
    rest = [part for part in reversed(filename.split(slash))]
    seen = {}   # link -> what it leads to; None while that is being found out
    while rest:
        part = rest.pop()
        if isinstance(part, tuple):   # all parts of this link have been followed
            seen[part[0]] = path
            continue
        if not part or part == dot:
            continue
        if part == dots:
            path = dirname(path)
            continue
        new = path + part if path == slash else path + slash + part
        try:
            if not stat.S_ISLNK(posix.lstat(new).st_mode):
                path = new
                continue
        except OSError:
            if strict:
                raise
            path = new
            continue
        if new in seen:
            if seen[new] is not None:
                path = seen[new]
                continue
            if strict:
                posix.stat(new)   # raises the error of a loop
            path = new
            continue
        seen[new] = None
        target = posix.readlink(new)
        rest.append((new,))
        if target.startswith(slash):
            path = slash
        rest.extend(reversed(target.split(slash)))
    return path


def relpath(path, start=None):
    """The path as seen from `start`."""
    path = fspath(path)
    if not path:
        raise ValueError("no path specified")
    slash, dots = _like(path, "/"), _like(path, "..")
    start = _like(path, ".") if start is None else fspath(start)
    try:
        here = [part for part in abspath(start).split(slash) if part]
        there = [part for part in abspath(path).split(slash) if part]
    except (TypeError, AttributeError):
        _check_types("relpath", path, start)
        raise
    common = _common(here, there)
    parts = [dots] * (len(here) - common) + there[common:]
    return slash.join(parts) if parts else _like(path, ".")


def _common(these, those):
    """How many items are the same at the beginning."""
    count = 0
    for this, that in zip(these, those):
        if this != that:
            break
        count += 1
    return count


def commonprefix(m):
    """The longest string that all begin with, character by character."""
    if not m:
        return ""
    if not isinstance(m[0], (list, tuple)):
        m = tuple(map(fspath, m))
    low, high = min(m), max(m)
    return low[:_common(low, high)]


def commonpath(paths):
    """The longest path that leads to all."""
    paths = tuple(map(fspath, paths))
    if not paths:
        raise ValueError("commonpath() arg is an empty sequence")
    _check_types("commonpath", *paths)
    slash, dot = _like(paths[0], "/"), _like(paths[0], ".")
    absolute = {path.startswith(slash) for path in paths}
    if len(absolute) > 1:
        raise ValueError("Can't mix absolute and relative paths") from None
    rows = [[part for part in path.split(slash) if part and part != dot] for path in paths]
    low, high = min(rows), max(rows)
    return (slash if absolute.pop() else slash[:0]) + slash.join(low[:_common(low, high)])


def _lstat_or_none(path):
    try:
        return posix.lstat(path)
    except (OSError, ValueError):
        return None


def exists(path):
    """Does the path lead to something? False for a broken symbolic link."""
    return _path_mode(path, True) != 0


def lexists(path):
    """Is there something of that name, be it a broken symbolic link? False when the path cannot be looked up."""
    return _path_mode(path, False) != 0


def isfile(path):
    """Is it a regular file, or a link to one? False when the path cannot be looked up."""
    return stat.S_ISREG(_path_mode(path, True))


def isdir(s):
    """Is it a directory, or a link to one? False when the path cannot be looked up."""
    return stat.S_ISDIR(_path_mode(s, True))


def islink(path):
    """Is it a symbolic link? False when the path cannot be looked up."""
    return stat.S_ISLNK(_path_mode(path, False))


def isjunction(path):
    """Is it a junction? On POSIX there are none."""
    fspath(path)
    return False


def isdevdrive(path):
    """Is it on a Windows Dev Drive? On POSIX there are none."""
    fspath(path)
    return False


def ismount(path):
    """Is it a mount point?"""
    own = _lstat_or_none(path)
    if own is None or stat.S_ISLNK(own.st_mode):
        return False
    path = fspath(path)
    above = _lstat_or_none(realpath(join(path, _like(path, ".."))))
    return above is not None and (own.st_dev != above.st_dev or own.st_ino == above.st_ino)


def getsize(filename):
    """The size of the file in bytes. OSError when the path cannot be looked up."""
    return posix.stat(filename).st_size


def getmtime(filename):
    """When the file was modified last, in seconds since the epoch. OSError when the path cannot be looked up."""
    return posix.stat(filename).st_mtime


def getatime(filename):
    """When the file was read last, in seconds since the epoch. OSError when the path cannot be looked up."""
    return posix.stat(filename).st_atime


def getctime(filename):
    """When the file's inode changed last, in seconds since the epoch. OSError when the path cannot be looked up."""
    return posix.stat(filename).st_ctime


def samestat(s1, s2):
    """Are these two results of os.stat of the same file?"""
    return s1.st_ino == s2.st_ino and s1.st_dev == s2.st_dev


def samefile(f1, f2):
    """Do two paths lead to the same file? OSError when one cannot be looked up."""
    return samestat(posix.stat(f1), posix.stat(f2))


def sameopenfile(fp1, fp2):
    """Do two file descriptors refer to the same file? OSError for one that is not open."""
    return samestat(posix.fstat(fp1), posix.fstat(fp2))


def _home(user):
    """The home directory of a user ("": of this process's), or None."""
    import pwd
    try:
        return (pwd.getpwnam(user) if user else pwd.getpwuid(posix.getuid())).pw_dir
    except (KeyError, ValueError):
        return None


def expanduser(path):
    """Put home directories in the place of ~ and ~user."""
    path = fspath(path)
    if not path.startswith(_like(path, "~")):
        return path
    at = path.find(_like(path, "/"), 1)
    if at < 0:
        at = len(path)
    user = path[1:at]
    if isinstance(user, bytes):
        user = user.decode("utf-8", "surrogateescape")
    import os
    home = os.environ.get("HOME") if not user else None
    if home is None:
        home = _home(user)
    if home is None:
        return path
    if isinstance(path, bytes):
        home = home.encode("utf-8", "surrogateescape")
    slash = _like(path, "/")
    return (home.rstrip(slash) + path[at:]) or slash


def expandvars(path):
    """Put the values of environment variables in the place of $name and ${name}; unknown ones stay."""
    path = fspath(path)
    if isinstance(path, bytes):
        return expandvars(path.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    import os
    out, i = [], 0
    while (dollar := path.find("$", i)) >= 0:
        out.append(path[i:dollar])
        if path[dollar + 1:dollar + 2] == "{":
            end = path.find("}", dollar + 2)
            name, after = (path[dollar + 2:end], end + 1) if end >= 0 else ("", len(path))
        else:
            after = dollar + 1
            while after < len(path) and path[after].isascii() and (path[after].isalnum() or path[after] == "_"):
                after += 1
            name = path[dollar + 1:after]
        out.append(os.environ.get(name, path[dollar:after]) if name else path[dollar:after])
        i = after
    out.append(path[i:])
    return "".join(out)
