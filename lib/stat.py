"""What the numbers in os.stat_result.st_mode mean."""

ST_MODE, ST_INO, ST_DEV, ST_NLINK, ST_UID, ST_GID, ST_SIZE, ST_ATIME, ST_MTIME, ST_CTIME = range(10)

S_IFDIR = 0o040000
S_IFCHR = 0o020000
S_IFBLK = 0o060000
S_IFREG = 0o100000
S_IFIFO = 0o010000
S_IFLNK = 0o120000
S_IFSOCK = 0o140000
S_IFDOOR = S_IFPORT = S_IFWHT = 0

S_ISUID = 0o4000
S_ISGID = S_ENFMT = 0o2000
S_ISVTX = 0o1000
S_IREAD = S_IRUSR = 0o400
S_IWRITE = S_IWUSR = 0o200
S_IEXEC = S_IXUSR = 0o100
S_IRWXU = 0o700
S_IRGRP = 0o040
S_IWGRP = 0o020
S_IXGRP = 0o010
S_IRWXG = 0o070
S_IROTH = 0o004
S_IWOTH = 0o002
S_IXOTH = 0o001
S_IRWXO = 0o007


def _looked_over(mode):
    """A mode that is no unsigned int of 32 bits is refused."""
    if not isinstance(mode, int):
        raise TypeError("an integer is required")
    if mode < 0:
        raise OverflowError("can't convert negative value to unsigned int")
    if mode >> 64:
        raise OverflowError("Python int too large to convert to C unsigned long")
    if mode >> 32:
        raise OverflowError("mode out of range")
    return mode


def S_IMODE(mode):
    """The permission bits of a mode."""
    return _looked_over(mode) & 0o7777


def S_IFMT(mode):
    """The bits of a mode that tell the kind of file."""
    return _looked_over(mode) & 0o170000


def _kind_test(kind, name, what):
    def test(mode):
        return S_IFMT(mode) == kind != 0
    test.__name__ = test.__qualname__ = name
    test.__doc__ = f"Return True if mode is from {what}."
    return test


S_ISDIR = _kind_test(S_IFDIR, "S_ISDIR", "a directory")
S_ISCHR = _kind_test(S_IFCHR, "S_ISCHR", "a character special device file")
S_ISBLK = _kind_test(S_IFBLK, "S_ISBLK", "a block special device file")
S_ISREG = _kind_test(S_IFREG, "S_ISREG", "a regular file")
S_ISFIFO = _kind_test(S_IFIFO, "S_ISFIFO", "a FIFO (named pipe)")
S_ISLNK = _kind_test(S_IFLNK, "S_ISLNK", "a symbolic link")
S_ISSOCK = _kind_test(S_IFSOCK, "S_ISSOCK", "a socket")
S_ISDOOR = _kind_test(S_IFDOOR, "S_ISDOOR", "a door")
S_ISPORT = _kind_test(S_IFPORT, "S_ISPORT", "an event port")
S_ISWHT = _kind_test(S_IFWHT, "S_ISWHT", "a whiteout")

_LETTERS = {S_IFDIR: "d", S_IFCHR: "c", S_IFBLK: "b", S_IFREG: "-", S_IFIFO: "p", S_IFLNK: "l", S_IFSOCK: "s"}


def filemode(mode):
    """A mode as `ls -l` shows it: '-rwxr-xr-x'."""
    text = [_LETTERS.get(S_IFMT(mode), "?")]
    for shift, special, letter in (6, S_ISUID, "s"), (3, S_ISGID, "s"), (0, S_ISVTX, "t"):
        bits = mode >> shift
        text.append("r" if bits & 4 else "-")
        text.append("w" if bits & 2 else "-")
        if mode & special:
            text.append(letter if bits & 1 else letter.upper())
        else:
            text.append("x" if bits & 1 else "-")
    return "".join(text)


# --- numbers of other systems: st_flags of BSD and macOS, st_file_attributes of Windows ---

UF_SETTABLE, SF_SETTABLE = 0xffff, 0xffff0000
UF_NODUMP, UF_IMMUTABLE, UF_APPEND, UF_OPAQUE, UF_NOUNLINK, UF_COMPRESSED, UF_TRACKED, UF_DATAVAULT = (
    1 << n for n in range(8))
UF_HIDDEN = 0x8000
SF_ARCHIVED, SF_IMMUTABLE, SF_APPEND, SF_RESTRICTED, SF_NOUNLINK, SF_SNAPSHOT = (1 << n for n in range(16, 22))
SF_FIRMLINK, SF_DATALESS = 1 << 23, 1 << 30

FILE_ATTRIBUTE_READONLY, FILE_ATTRIBUTE_HIDDEN, FILE_ATTRIBUTE_SYSTEM = 1, 2, 4
(FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_ARCHIVE, FILE_ATTRIBUTE_DEVICE, FILE_ATTRIBUTE_NORMAL,
 FILE_ATTRIBUTE_TEMPORARY, FILE_ATTRIBUTE_SPARSE_FILE, FILE_ATTRIBUTE_REPARSE_POINT, FILE_ATTRIBUTE_COMPRESSED,
 FILE_ATTRIBUTE_OFFLINE, FILE_ATTRIBUTE_NOT_CONTENT_INDEXED, FILE_ATTRIBUTE_ENCRYPTED,
 FILE_ATTRIBUTE_INTEGRITY_STREAM, FILE_ATTRIBUTE_VIRTUAL, FILE_ATTRIBUTE_NO_SCRUB_DATA) = (
    1 << n for n in range(4, 18))
