"""genericpath: what os.path has in common on all systems."""

from posixpath import (
    commonprefix, exists, getatime, getctime, getmtime, getsize, isdevdrive, isdir, isfile, isjunction, islink, lexists,
    samefile, sameopenfile, samestat,
)

__all__ = [
    "commonprefix", "exists", "getatime", "getctime", "getmtime", "getsize", "isdevdrive", "isdir", "isfile",
    "isjunction", "islink", "lexists", "samefile", "sameopenfile", "samestat",
]
