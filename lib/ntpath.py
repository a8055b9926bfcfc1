"""Paths in the form of Windows: what os.path is there, and on other systems the way to work with such paths.

A path is a drive ('c:', or the share '\\\\server\\share'), a root and names, with backslashes or slashes between them.
What asks the file system asks that of this system. The current directory is this system's too, and there are no
drives but in the text.
"""

import os
import posixpath
from posixpath import (_check_types, _common, _like, commonprefix, exists, getatime, getctime, getmtime, getsize,
                       isdevdrive, isdir, isfile, isjunction, islink, lexists, samefile, sameopenfile, samestat)

__all__ = ["normcase", "isabs", "join", "splitdrive", "splitroot", "split", "splitext", "basename", "dirname",
           "commonprefix", "getsize", "getmtime", "getatime", "getctime", "islink", "exists", "lexists", "isdir",
           "isfile", "ismount", "isreserved", "expanduser", "expandvars", "normpath", "abspath", "curdir", "pardir",
           "sep", "pathsep", "defpath", "altsep", "extsep", "devnull", "realpath", "supports_unicode_filenames",
           "relpath", "samefile", "sameopenfile", "samestat", "commonpath", "isjunction", "isdevdrive"]

curdir = "."
pardir = ".."
extsep = "."
sep = "\\"
pathsep = ";"
altsep = "/"
defpath = ".;C:\\bin"
devnull = "nul"
supports_unicode_filenames = True

fspath = os.fspath

# the devices of DOS: reserved with any extension, in every folder
_DEVICES = frozenset(["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
                      *(port + digit for port in ("COM", "LPT") for digit in "123456789\xb9\xb2\xb3")])
_RESERVED_CHARACTERS = frozenset(['"', "*", ":", "<", ">", "?", "|", "/", "\\", *map(chr, range(32))])


# what the beginning of a path consists of
_SIGNS = ("\\", "/", ":", "\\\\", "\\\\?\\UNC\\")
_BYTES_SIGNS = tuple(sign.encode() for sign in _SIGNS)


def _backslashed(path):
    return path.replace(_like(path, "/"), _like(path, "\\"))


def _names(path):
    """The names in a path without drive and root, for which only backslashes stand between names."""
    dot = _like(path, ".")
    return [name for name in path.split(_like(path, "\\")) if name and name != dot]


def normcase(s):
    """The path in lower case with backslashes: equal for paths that differ only in these."""
    s = fspath(s)
    if isinstance(s, bytes):
        return os.fsencode(normcase(os.fsdecode(s)))
    return s.replace("/", "\\").lower()


def isabs(s):
    """Does the path begin with a drive and its root, or with two slashes?"""
    start = _backslashed(fspath(s)[:3])
    return start.startswith(_like(start, ":\\"), 1) or start.startswith(_like(start, "\\\\"))


def join(path, *paths):
    """Join paths: one with a root, or of another drive, makes those in front of it void but for the drive that it
    does not have itself."""
    path = fspath(path)
    try:
        drive, root, rest = splitroot(path)
        slash, slashes, colon = _like(path, "\\"), _like(path, "\\/"), _like(path, ":")
        for part in map(fspath, paths):
            own_drive, own_root, own_rest = splitroot(part)
            if own_root:
                if own_drive or not drive:
                    drive = own_drive
                root, rest = own_root, own_rest
                continue
            if own_drive:
                if own_drive.lower() != drive.lower():
                    drive, root, rest = own_drive, own_root, own_rest
                    continue
                drive = own_drive
            if rest and rest[-1:] not in slashes:
                rest += slash
            rest += own_rest
        if rest and not root and drive and drive[-1:] not in colon + slashes:
            root = slash   # a share has no current directory
        return drive + root + rest
    except (TypeError, AttributeError, BytesWarning):
        _check_types("join", path, *paths)
        raise


def splitdrive(p):
    """The drive, or share, and the rest."""
    drive, root, rest = splitroot(p)
    return drive, root + rest


def splitroot(p):
    """Drive, root and the rest. The drive is a letter with a colon, or with two slashes in front '//server/share',
    '//?/UNC/server/share' or '//./device'; the root is a slash or nothing."""
    p = fspath(p)
    slash, altslash, colon, slashes, share = _BYTES_SIGNS if isinstance(p, bytes) else _SIGNS
    text = p.replace(altslash, slash)
    if text.startswith(slashes):
        end = text.find(slash, 8 if text[:8].upper() == share else 2)
        if end >= 0:
            end = text.find(slash, end + 1)
        if end < 0:
            end = len(p)
    else:
        end = 2 if text[1:2] == colon else 0
    rest = end + (text[end:end + 1] == slash)
    return p[:end], p[end:rest], p[rest:]


def split(p):
    """The last name, and all in front of it."""
    p = fspath(p)
    slashes = _like(p, "\\/")
    drive, root, rest = splitroot(p)
    at = _last_name(rest)
    return drive + root + rest[:at].rstrip(slashes), rest[at:]


def _last_name(path):
    """Where the last name begins."""
    return _backslashed(path).rfind(_like(path, "\\")) + 1


def splitext(p):
    """The extension, from the last dot of the last name, and all in front of it."""
    p = fspath(p)
    extension = posixpath.splitext(p[_last_name(p):])[1]
    return p[:len(p) - len(extension)], extension


def basename(p):
    """The last name."""
    return split(p)[1]


def dirname(p):
    """What stands in front of the last name, without the slash between them unless that is the root."""
    return split(p)[0]


def ismount(path):
    """Is it the root of a drive or of a share?"""
    drive, root, rest = splitroot(abspath(path))
    if drive and drive[:1] in _like(drive, "\\/"):
        return not rest
    return bool(root and not rest)


def isreserved(path):
    """Is one of its names reserved by the system: a device, or a name that no file may have?"""
    rest = os.fsdecode(splitroot(path)[2])
    return any(map(_is_reserved_name, _backslashed(rest).split("\\")))


def _is_reserved_name(name):
    if name[-1:] in (".", " "):
        return name not in (".", "..")
    if not _RESERVED_CHARACTERS.isdisjoint(name):
        return True
    return name.partition(".")[0].rstrip(" ").upper() in _DEVICES


def expanduser(path):
    """Put home directories in the place of ~ and ~user: USERPROFILE, or HOMEDRIVE and HOMEPATH in the environment. The
    home of another user is taken to stand beside it."""
    path = fspath(path)
    if isinstance(path, bytes):
        return os.fsencode(expanduser(os.fsdecode(path)))
    if not path.startswith("~"):
        return path
    end = _backslashed(path).find("\\")
    if end < 0:
        end = len(path)
    get = os.environ.get
    home = get("USERPROFILE")
    if home is None:
        if get("HOMEPATH") is None:
            return path
        home = join(get("HOMEDRIVE", ""), get("HOMEPATH"))
    user, own = path[1:end], get("USERNAME")
    if user and user != own:
        if own != basename(home):   # homes do not have the names of their users
            return path
        home = join(dirname(home), user)
    return home + path[end:]


def expandvars(path):
    """Put the values of environment variables in the place of $name, ${name} and %name%; unknown ones stay, and so
    does all between single quotes. $$ and %% are the signs themselves."""
    path = fspath(path)
    if isinstance(path, bytes):
        return os.fsencode(expandvars(os.fsdecode(path)))
    out, i = [], 0
    while i < len(path):
        if path[i] in "$%'":
            end = _variable_end(path, i)
            out.append(_variable_value(path[i:end]))
        else:
            end = i + 1
            out.append(path[i])
        i = end
    return "".join(out)


def _variable_end(path, i):
    """Where the variable, or what is quoted, at i ends: with the path if nothing closes it."""
    sign, after = path[i], path[i + 1:i + 2]
    if sign == "$" and after != "{":
        end = i + 1
        if after == "$":
            return end + 1
        while end < len(path) and path[end].isascii() and (path[end].isalnum() or path[end] in "_-"):
            end += 1
        return end
    return path.find("}" if sign == "$" else sign, i + 1) + 1 or len(path)


def _variable_value(text):
    if text in ("$$", "%%"):
        return text[0]
    if text[0] == "%":
        name = text[1:-1] if text[-1] == "%" else ""
    elif text[0] == "$":
        name = text[1:] if text[1:2] != "{" else text[2:-1] if text[-1] == "}" else ""
    else:
        name = ""
    return os.environ.get(name, text) if name else text


def normpath(path):
    """The path with backslashes, without empty names and '.', and without '..' where that can be told."""
    path = fspath(path)
    drive, root, rest = splitroot(_backslashed(path))
    dots, names = _like(path, ".."), []
    for name in _names(rest):
        if name != dots or not root and (not names or names[-1] == dots):
            names.append(name)
        elif names:
            names.pop()
    return drive + root + _like(path, "\\").join(names) or _like(path, ".")


def abspath(path):
    """The path made absolute by the current directory and normalised."""
    path = fspath(path)
    if not isabs(path):
        path = join(os.getcwdb() if isinstance(path, bytes) else os.getcwd(), path)
    return normpath(path)


realpath = abspath


def relpath(path, start=None):
    """The path as seen from `start`. ValueError when they are on different drives."""
    path = fspath(path)
    if not path:
        raise ValueError("no path specified")
    start = _like(path, ".") if start is None else fspath(start)
    _check_types("relpath", path, start)
    here_drive, _, here = splitroot(abspath(start))
    there_drive, _, there = splitroot(abspath(path))
    if normcase(here_drive) != normcase(there_drive):
        raise ValueError(f"path is on mount {there_drive!r}, start on mount {here_drive!r}")
    here, there = _names(here), _names(there)
    common = _common(map(normcase, here), map(normcase, there))
    names = [_like(path, "..")] * (len(here) - common) + there[common:]
    return _like(path, "\\").join(names) or _like(path, ".")


def commonpath(paths):
    """The longest path that leads to all, spelled as in the first."""
    paths = tuple(map(fspath, paths))
    if not paths:
        raise ValueError("commonpath() arg is an empty iterable")
    _check_types("commonpath", *paths)
    split_paths = [splitroot(_backslashed(path).lower()) for path in paths]
    if len({drive for drive, _, _ in split_paths}) > 1:
        raise ValueError("Paths don't have the same drive")
    drive, root, rest = splitroot(_backslashed(paths[0]))
    if len({root for _, root, _ in split_paths}) > 1:
        raise ValueError("Can't mix absolute and relative paths" if drive else
                         "Can't mix rooted and not-rooted paths")
    rows = [_names(rest) for _, _, rest in split_paths]
    common = _common(min(rows), max(rows))
    return drive + root + _like(drive, "\\").join(_names(rest)[:common])
