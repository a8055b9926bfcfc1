"""gzip: files in the format of GNU zip (RFC 1952), read and written like other binary files."""

import builtins
import io
import os
import struct
import sys
import time
import weakref
import zlib

__all__ = ["BadGzipFile", "GzipFile", "open", "compress", "decompress"]

FTEXT, FHCRC, FEXTRA, FNAME, FCOMMENT = 1, 2, 4, 8, 16  # the header's flags

READ = "rb"
WRITE = "wb"

_COMPRESS_LEVEL_FAST = 1
_COMPRESS_LEVEL_TRADEOFF = 6
_COMPRESS_LEVEL_BEST = 9

READ_BUFFER_SIZE = 128 * 1024
_WRITE_BUFFER_SIZE = 4 * io.DEFAULT_BUFFER_SIZE

_TRUNCATED = "Compressed file ended before the end-of-stream marker was reached"


class BadGzipFile(OSError):
    """What is no gzip file, or a damaged one."""


def open(filename, mode="rb", compresslevel=_COMPRESS_LEVEL_BEST, encoding=None, errors=None, newline=None):
    """Open a gzip file by name, or over another file; with "t" in its mode it is a text file."""
    if "t" in mode:
        if "b" in mode:
            raise ValueError(f"Invalid mode: {mode!r}")
    else:
        for name, value in ("encoding", encoding), ("errors", errors), ("newline", newline):
            if value is not None:
                raise ValueError(f"Argument '{name}' not supported in binary mode")
    binary_mode = mode.replace("t", "")
    if isinstance(filename, (str, bytes, os.PathLike)):
        file = GzipFile(filename, binary_mode, compresslevel)
    elif hasattr(filename, "read") or hasattr(filename, "write"):
        file = GzipFile(None, binary_mode, compresslevel, filename)
    else:
        raise TypeError("filename must be a str or bytes object, or a file")
    if "t" in mode:
        return io.TextIOWrapper(file, io.text_encoding(encoding), errors, newline)
    return file


def write32u(output, value):
    """Write 32 bits, the lowest first."""
    output.write(struct.pack("<L", value))


class _WriteBufferStream(io.RawIOBase):
    """What a writing GzipFile's buffer writes to."""

    def __init__(self, gzip_file):
        self.gzip_file = weakref.ref(gzip_file)

    def write(self, data):
        gzip_file = self.gzip_file()
        if gzip_file is None:
            raise RuntimeError("lost gzip_file")
        return gzip_file._write_raw(data)

    def seekable(self):
        return False

    def writable(self):
        return True


class GzipFile(io.BufferedIOBase):
    """A binary file that is compressed as it is written, or decompressed as it is read."""

    myfileobj = None  # the file that was opened for this one, and is closed with it

    def __init__(self, filename=None, mode=None, compresslevel=_COMPRESS_LEVEL_BEST, fileobj=None, mtime=None):
        self._buffer = None  # or close() would look for it where this fails
        if mode and ("t" in mode or "U" in mode):
            raise ValueError(f"Invalid mode: {mode!r}")
        if mode and "b" not in mode:
            mode += "b"
        try:
            if fileobj is None:
                fileobj = self.myfileobj = builtins.open(filename, mode or "rb")
            if filename is None:
                filename = getattr(fileobj, "name", "")
                if not isinstance(filename, (str, bytes)):
                    filename = ""
            else:
                filename = os.fspath(filename)
            if mode is None:
                mode = getattr(fileobj, "mode", "rb")
            self._start(filename, mode, compresslevel, fileobj, mtime)
        except:
            self._close()
            raise

    def _start(self, filename, mode, compresslevel, fileobj, mtime):
        self.fileobj = fileobj
        if mode.startswith("r"):
            self.mode = READ
            self._buffer = io.BufferedReader(_GzipReader(fileobj), READ_BUFFER_SIZE)
            self.name = filename
        elif mode.startswith(("w", "a", "x")):
            self.mode = WRITE
            self._init_write(filename)
            self.compress = zlib.compressobj(compresslevel, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, 0)
            self._write_mtime = mtime
            self._buffer_size = _WRITE_BUFFER_SIZE
            self._buffer = io.BufferedWriter(_WriteBufferStream(self), buffer_size=self._buffer_size)
            self._write_gzip_header(compresslevel)
        else:
            raise ValueError(f"Invalid mode: {mode!r}")

    @property
    def mtime(self):
        """The time in the header read last."""
        return self._buffer.raw._last_mtime

    def __repr__(self):
        return f"<gzip {repr(self.fileobj)[1:-1]} {hex(id(self))}>"

    def _init_write(self, filename):
        self.name = filename
        self.crc = zlib.crc32(b"")
        self.size = 0
        self.writebuf = []
        self.bufsize = 0
        self.offset = 0

    def tell(self):
        self._check_not_closed()
        self._buffer.flush()
        return super().tell()

    def _write_gzip_header(self, compresslevel):
        name = os.path.basename(self.name)
        if not isinstance(name, bytes):
            try:
                name = name.encode("latin-1")
            except UnicodeEncodeError:
                name = b""
        if name.endswith(b".gz"):
            name = name[:-3]
        mtime = time.time() if self._write_mtime is None else self._write_mtime
        self.fileobj.write(struct.pack("<2sBBLBB", b"\037\213", 8, FNAME if name else 0, int(mtime),
                                       _extra_flags(compresslevel), 255))
        if name:
            self.fileobj.write(name + b"\0")

    def write(self, data):
        self._check_not_closed()
        if self.mode != WRITE:
            import errno
            raise OSError(errno.EBADF, "write() on read-only GzipFile object")
        if self.fileobj is None:
            raise ValueError("write() on closed GzipFile object")
        return self._buffer.write(data)

    def _write_raw(self, data):
        if isinstance(data, (bytes, bytearray)):
            length = len(data)
        else:
            data = memoryview(data)
            length = data.nbytes
        if length > 0:
            self.fileobj.write(self.compress.compress(data))
            self.size += length
            self.crc = zlib.crc32(data, self.crc)
            self.offset += length
        return length

    def _check_read(self, name):
        self._check_not_closed()
        if self.mode != READ:
            import errno
            raise OSError(errno.EBADF, f"{name}() on write-only GzipFile object")

    def read(self, size=-1):
        self._check_read("read")
        return self._buffer.read(size)

    def read1(self, size=-1):
        """Read what is at hand, at most `size` bytes."""
        self._check_read("read1")
        return self._buffer.read1(io.DEFAULT_BUFFER_SIZE if size < 0 else size)

    def peek(self, n):
        self._check_read("peek")
        return self._buffer.peek(n)

    def readline(self, size=-1):
        self._check_not_closed()
        if self.mode != READ:
            raise io.UnsupportedOperation("read")
        return self._buffer.readline(size)

    @property
    def closed(self):
        return self.fileobj is None

    def close(self):
        file = self.fileobj
        if file is None:
            return
        try:
            if self.mode == WRITE:
                self._buffer.flush()
                file.write(self.compress.flush())
                write32u(file, self.crc)
                write32u(file, self.size & 0xFFFFFFFF)
            elif self.mode == READ:
                self._buffer.close()
        finally:
            self._close()

    def _close(self):
        file, self.fileobj = self.myfileobj, None
        if file is not None:
            self.myfileobj = None
            file.close()

    def flush(self, zlib_mode=zlib.Z_SYNC_FLUSH):
        self._check_not_closed()
        if self.mode == WRITE:
            self._buffer.flush()
            self.fileobj.write(self.compress.flush(zlib_mode))
            self.fileobj.flush()

    def fileno(self):
        """The descriptor of the file below."""
        return self.fileobj.fileno()

    def rewind(self):
        """Go back to the beginning of a file that is read."""
        if self.mode != READ:
            raise OSError("Can't rewind in write mode")
        self._buffer.seek(0)

    def readable(self):
        return self.mode == READ

    def writable(self):
        return self.mode == WRITE

    def seekable(self):
        return True

    def seek(self, offset, whence=io.SEEK_SET):
        """Go to a place; a file that is written can only go on, and has zeros in between."""
        if self.mode == READ:
            self._check_not_closed()
            return self._buffer.seek(offset, whence)
        self._check_not_closed()
        self._buffer.flush()
        if whence:
            if whence != io.SEEK_CUR:
                raise ValueError("Seek from end not supported")
            offset += self.offset
        if offset < self.offset:
            raise OSError("Negative seek in write mode")
        count = offset - self.offset
        chunk = b"\0" * self._buffer_size
        while count > 0:
            count -= self.write(chunk[:count])
        return self.offset

    def _check_not_closed(self):
        if self.closed:
            raise ValueError("I/O operation on closed file")

    def __del__(self):
        if getattr(self, "_buffer", None) is not None and not self.closed:
            super().__del__()

    def __iter__(self):
        self._check_not_closed_iter()
        return self

    def _check_not_closed_iter(self):
        if self.closed:
            raise ValueError("I/O operation on closed file.")


def _extra_flags(compresslevel):
    return {_COMPRESS_LEVEL_BEST: 2, _COMPRESS_LEVEL_FAST: 4}.get(compresslevel, 0)


def _read_exact(file, count):
    """So many bytes of a file, or EOFError."""
    data = file.read(count)
    while len(data) < count:
        more = file.read(count - len(data))
        if not more:
            raise EOFError(_TRUNCATED)
        data += more
    return data


def _read_gzip_header(file):
    """Read a member's header; returns its time, or None at the end of the file."""
    magic = file.read(2)
    if magic == b"":
        return None
    if magic != b"\037\213":
        raise BadGzipFile(f"Not a gzipped file ({magic!r})")
    method, flags, mtime = struct.unpack("<BBIxx", _read_exact(file, 8))
    if method != 8:
        raise BadGzipFile("Unknown compression method")
    if flags & FEXTRA:
        (length,) = struct.unpack("<H", _read_exact(file, 2))
        _read_exact(file, length)
    for flag in FNAME, FCOMMENT:
        while flags & flag:
            if file.read(1) in (b"", b"\0"):
                break
    if flags & FHCRC:
        _read_exact(file, 2)
    return mtime


class _Pushback:
    """A file some of whose bytes can be given back."""

    def __init__(self, file):
        self.file = file
        self.waiting = b""

    def read(self, size):
        if not self.waiting:
            return self.file.read(size)
        data, self.waiting = self.waiting[:size], self.waiting[size:]
        return data if len(data) == size else data + self.file.read(size - len(data))

    def give_back(self, data):
        self.waiting = data + self.waiting

    def seek(self, offset):
        self.waiting = b""
        return self.file.seek(offset)

    def seekable(self):
        return self.file.seekable()


class _GzipReader(io.RawIOBase):
    """The data of a file's members, one behind the other."""

    def __init__(self, file):
        self._fp = _Pushback(file)
        self._last_mtime = None
        self._size = -1  # of the data, once it is known
        self._begin()

    def _begin(self):
        self._eof = False
        self._pos = 0
        self._decompressor = None  # of the member that is being read

    def readable(self):
        return True

    def readinto(self, buffer):
        with memoryview(buffer) as view, view.cast("B") as bytes_of_it:
            data = self.read(len(bytes_of_it))
            bytes_of_it[:len(data)] = data
        return len(data)

    def readall(self):
        parts = []
        while data := self.read(sys.maxsize):
            parts.append(data)
        return b"".join(parts)

    def read(self, size=-1):
        if size < 0:
            return self.readall()
        if not size or self._eof:
            return b""
        while True:
            if self._decompressor is not None and self._decompressor.eof:
                self._end_member()
            if self._decompressor is None and not self._next_member():
                self._size = self._pos
                self._eof = True
                return b""
            source = self._decompressor.unconsumed_tail or self._fp.read(READ_BUFFER_SIZE)
            data = self._decompressor.decompress(source, 0 if size == sys.maxsize else size)
            self._crc = zlib.crc32(data, self._crc)
            self._stream_size += len(data)
            self._pos += len(data)
            if data:
                return data
            if not source and not self._decompressor.eof:
                raise EOFError(_TRUNCATED)

    def _next_member(self):
        """Begin a member; False at the end of the file."""
        mtime = _read_gzip_header(self._fp)
        if mtime is None:
            return False
        self._last_mtime = mtime
        self._crc = zlib.crc32(b"")
        self._stream_size = 0
        self._decompressor = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
        return True

    def _end_member(self):
        """Check what stands behind the data, and go over the zeros that may follow."""
        self._fp.give_back(self._decompressor.unused_data)
        crc, size = struct.unpack("<II", _read_exact(self._fp, 8))
        if crc != self._crc:
            raise BadGzipFile(f"CRC check failed {hex(crc)} != {hex(self._crc)}")
        if size != self._stream_size & 0xFFFFFFFF:
            raise BadGzipFile("Incorrect length of data produced")
        c = b"\0"
        while c == b"\0":
            c = self._fp.read(1)
        if c:
            self._fp.give_back(c)
        self._decompressor = None

    def seekable(self):
        return self._fp.seekable()

    def tell(self):
        return self._pos

    def seek(self, offset, whence=io.SEEK_SET):
        if whence == io.SEEK_CUR:
            offset += self._pos
        elif whence == io.SEEK_END:
            while self._size < 0 and self.read(io.DEFAULT_BUFFER_SIZE):
                pass
            offset += self._size
        elif whence != io.SEEK_SET:
            raise ValueError(f"Invalid value for whence: {whence}")
        if offset < self._pos:
            self._fp.seek(0)
            self._begin()
        while self._pos < offset and self.read(min(io.DEFAULT_BUFFER_SIZE, offset - self._pos)):
            pass
        return self._pos


def compress(data, compresslevel=_COMPRESS_LEVEL_BEST, *, mtime=None):
    """The data as a gzip file of one member; mtime 0 makes the result depend on nothing else."""
    packed = zlib.compress(data, level=compresslevel, wbits=31)
    mtime = time.time() if mtime is None else mtime
    header = struct.pack("<4sLBB", packed[:4], int(mtime), packed[8], 255)
    return header + packed[10:]


def decompress(data):
    """The data of a gzip file with any number of members."""
    parts = []
    while True:
        file = io.BytesIO(data)
        if _read_gzip_header(file) is None:
            return b"".join(parts)
        decompressor = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
        part = decompressor.decompress(data[file.tell():])
        rest = decompressor.unused_data
        if not decompressor.eof or len(rest) < 8:
            raise EOFError(_TRUNCATED)
        crc, size = struct.unpack("<II", rest[:8])
        if crc != zlib.crc32(part):
            raise BadGzipFile("CRC check failed")
        if size != len(part) & 0xFFFFFFFF:
            raise BadGzipFile("Incorrect length of data produced")
        parts.append(part)
        data = rest[8:].lstrip(b"\0")


def main():
    """Compress files, or with -d decompress them; "-" stands for the standard streams."""
    from argparse import ArgumentParser
    parser = ArgumentParser(description="A simple command line interface for the gzip module: act like gzip, but do "
                            "not delete the input file.")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--fast", action="store_true", help="compress faster")
    group.add_argument("--best", action="store_true", help="compress better")
    group.add_argument("-d", "--decompress", action="store_true", help="act like gunzip instead of gzip")
    parser.add_argument("args", nargs="*", default=["-"], metavar="file")
    args = parser.parse_args()
    level = _COMPRESS_LEVEL_FAST if args.fast else _COMPRESS_LEVEL_BEST if args.best else _COMPRESS_LEVEL_TRADEOFF
    for name in args.args:
        if args.decompress and name == "-":
            source, target = GzipFile(filename="", mode="rb", fileobj=sys.stdin.buffer), sys.stdout.buffer
        elif args.decompress:
            if name[-3:] != ".gz":
                sys.exit(f"filename doesn't end in .gz: {name!r}")
            source, target = open(name, "rb"), builtins.open(name[:-3], "wb")
        elif name == "-":
            source = sys.stdin.buffer
            target = GzipFile(filename="", mode="wb", fileobj=sys.stdout.buffer, compresslevel=level)
        else:
            source, target = builtins.open(name, "rb"), open(name + ".gz", "wb")
        while chunk := source.read(READ_BUFFER_SIZE):
            target.write(chunk)
        if target is not sys.stdout.buffer:
            target.close()
        if source is not sys.stdin.buffer:
            source.close()


if __name__ == "__main__":
    main()
