"""The classes that codecs derive theirs from: encoders and decoders in pieces, of streams and of iterators."""

import builtins

from codecs import decode, encode, getincrementaldecoder, getincrementalencoder, lookup

__name__ = 'codecs'  # the home that classes and functions tell


# --- the interfaces ---


class Codec:
    """An encoder and decoder without state."""

    def encode(self, input, errors='strict'):
        """(encoded object, how much of the input has been used)"""
        raise NotImplementedError

    def decode(self, input, errors='strict'):
        """(decoded object, how much of the input has been used)"""
        raise NotImplementedError


class IncrementalEncoder(object):
    """Encodes an input that comes in pieces, and remembers what it must between them."""

    def __init__(self, errors='strict'):
        """Begin; errors is the name of an error handler."""
        self.errors = errors
        self.buffer = ''

    def encode(self, input, final=False):
        """The next piece encoded."""
        raise NotImplementedError

    def reset(self):
        """Begin anew."""

    def getstate(self):
        """The state as an int."""
        return 0

    def setstate(self, state):
        """Go back to a state."""


class BufferedIncrementalEncoder(IncrementalEncoder):
    """An IncrementalEncoder that keeps what cannot be encoded yet."""

    def __init__(self, errors='strict'):
        IncrementalEncoder.__init__(self, errors)
        self.buffer = ''

    def _buffer_encode(self, input, errors, final):
        """To be defined: (encoded object, how much of the input has been used)"""
        raise NotImplementedError

    def encode(self, input, final=False):
        data = self.buffer + input
        result, used = self._buffer_encode(data, self.errors, final)
        self.buffer = data[used:]
        return result

    def reset(self):
        IncrementalEncoder.reset(self)
        self.buffer = ''

    def getstate(self):
        return self.buffer or 0

    def setstate(self, state):
        self.buffer = state or ''


class IncrementalDecoder(object):
    """Decodes an input that comes in pieces, and remembers what it must between them."""

    def __init__(self, errors='strict'):
        """Begin; errors is the name of an error handler."""
        self.errors = errors

    def decode(self, input, final=False):
        """The next piece decoded."""
        raise NotImplementedError

    def reset(self):
        """Begin anew."""

    def getstate(self):
        """(bytes that are not decoded yet, the other state as an int)"""
        return b'', 0

    def setstate(self, state):
        """Go back to a state."""


class BufferedIncrementalDecoder(IncrementalDecoder):
    """An IncrementalDecoder that keeps bytes that cannot be decoded yet."""

    def __init__(self, errors='strict'):
        IncrementalDecoder.__init__(self, errors)
        self.buffer = b''

    def _buffer_decode(self, input, errors, final):
        """To be defined: (decoded object, how much of the input has been used)"""
        raise NotImplementedError

    def decode(self, input, final=False):
        data = self.buffer + input
        result, used = self._buffer_decode(data, self.errors, final)
        self.buffer = data[used:]
        return result

    def reset(self):
        IncrementalDecoder.reset(self)
        self.buffer = b''

    def getstate(self):
        return self.buffer, 0

    def setstate(self, state):
        self.buffer = state[0]


# --- streams ---


class _Delegating:
    """Attributes that a class does not have are those of its stream."""

    def __getattr__(self, name, getattr=getattr):
        return getattr(self.stream, name)

    def __enter__(self):
        return self

    def __exit__(self, type, value, tb):
        self.stream.close()

    def __reduce_ex__(self, proto):
        raise TypeError("can't serialize %s" % self.__class__.__name__)


class StreamWriter(_Delegating, Codec):
    """Writes encoded objects to a stream."""

    def __init__(self, stream, errors='strict'):
        """stream: something with write(); errors: the name of an error handler, which may be changed later."""
        self.stream = stream
        self.errors = errors

    def write(self, object):
        """Write the object encoded."""
        data, _ = self.encode(object, self.errors)
        self.stream.write(data)

    def writelines(self, list):
        """Write the objects one behind the other."""
        self.write(''.join(list))

    def reset(self):
        """Write what has been kept."""

    def seek(self, offset, whence=0):
        self.stream.seek(offset, whence)
        if whence == 0 and offset == 0:
            self.reset()


class StreamReader(_Delegating, Codec):
    """Reads from a stream and decodes."""

    charbuffertype = str

    def __init__(self, stream, errors='strict'):
        """stream: something with read(); errors: the name of an error handler, which may be changed later."""
        self.stream = stream
        self.errors = errors
        self.bytebuffer = b''
        self._empty_charbuffer = self.charbuffertype()
        self.charbuffer = self._empty_charbuffer
        self.linebuffer = None

    def decode(self, input, errors='strict'):
        raise NotImplementedError

    def _join_lines(self):
        if self.linebuffer:
            self.charbuffer = self._empty_charbuffer.join(self.linebuffer)
            self.linebuffer = None

    def read(self, size=-1, chars=-1, firstline=False):
        """Decoded input: about `size` bytes of it, `chars` characters at most, all if both are negative. firstline:
        errors behind the first line do not matter yet."""
        self._join_lines()
        if chars < 0:
            chars = size
        while not 0 <= chars <= len(self.charbuffer):
            new = self.stream.read() if size < 0 else self.stream.read(size)
            data = self.bytebuffer + new
            if not data:
                break
            try:
                text, used = self.decode(data, self.errors)
            except UnicodeDecodeError as error:
                if not firstline:
                    raise
                text, used = self.decode(data[:error.start], self.errors)
                if len(text.splitlines(keepends=True)) <= 1:
                    raise
            self.bytebuffer = data[used:]
            self.charbuffer += text
            if not new or size < 0:
                break
        if chars < 0:
            result, self.charbuffer = self.charbuffer, self._empty_charbuffer
        else:
            result, self.charbuffer = self.charbuffer[:chars], self.charbuffer[chars:]
        return result

    def readline(self, size=None, keepends=True):
        """The next line; size is how many bytes are asked of the stream at first."""
        if self.linebuffer:
            line = self.linebuffer.pop(0)
            if len(self.linebuffer) == 1:
                self.charbuffer = self.linebuffer[0]
                self.linebuffer = None
            return line if keepends else line.splitlines(keepends=False)[0]
        step = size or 72
        line = self._empty_charbuffer
        while True:
            data = self.read(step, firstline=True)
            if data.endswith('\r'):
                # its '\n' may be the next character
                data += self.read(size=1, chars=1)
            line += data
            lines = line.splitlines(keepends=True)
            if lines:
                first = lines[0]
                bare = first.splitlines(keepends=False)[0]
                if len(lines) > 1:
                    rest = lines[1:]
                    if len(rest) > 1:
                        rest[-1] += self.charbuffer
                        self.linebuffer, self.charbuffer = rest, None
                    else:
                        self.charbuffer = rest[0] + self.charbuffer
                    return first if keepends else bare
                if first != bare:
                    return first if keepends else bare
            if not data or size is not None:
                if line and not keepends:
                    line = line.splitlines(keepends=False)[0]
                return line
            step = min(step * 2, 8000)

    def readlines(self, sizehint=None, keepends=True):
        """All lines that are left; the hint is not used."""
        return self.read().splitlines(keepends)

    def reset(self):
        """Forget what has been read ahead."""
        self.bytebuffer = b''
        self.charbuffer = self._empty_charbuffer
        self.linebuffer = None

    def seek(self, offset, whence=0):
        self.stream.seek(offset, whence)
        self.reset()

    def __next__(self):
        line = self.readline()
        if line:
            return line
        raise StopIteration

    def __iter__(self):
        return self


class StreamReaderWriter(_Delegating):
    """A stream that is read by one class and written by another."""

    encoding = 'unknown'

    def __init__(self, stream, Reader, Writer, errors='strict'):
        """Reader and Writer: functions or classes with the interface of StreamReader and StreamWriter."""
        self.stream = stream
        self.reader = Reader(stream, errors)
        self.writer = Writer(stream, errors)
        self.errors = errors

    def read(self, size=-1):
        return self.reader.read(size)

    def readline(self, size=None):
        return self.reader.readline(size)

    def readlines(self, sizehint=None):
        return self.reader.readlines(sizehint)

    def __next__(self):
        return next(self.reader)

    def __iter__(self):
        return self

    def write(self, data):
        return self.writer.write(data)

    def writelines(self, list):
        return self.writer.writelines(list)

    def reset(self):
        self.reader.reset()
        self.writer.reset()

    def seek(self, offset, whence=0):
        self.stream.seek(offset, whence)
        self.reader.reset()
        if whence == 0 and offset == 0:
            self.writer.reset()


class StreamRecoder(_Delegating):
    """A stream of bytes in one encoding seen as one in another: what Reader has decoded is encoded by `encode`, and
    what is written is decoded by `decode` and goes through Writer."""

    data_encoding = 'unknown'
    file_encoding = 'unknown'

    def __init__(self, stream, encode, decode, Reader, Writer, errors='strict'):
        self.stream = stream
        self.encode = encode
        self.decode = decode
        self.reader = Reader(stream, errors)
        self.writer = Writer(stream, errors)
        self.errors = errors

    def _encoded(self, data):
        return self.encode(data, self.errors)[0]

    def read(self, size=-1):
        return self._encoded(self.reader.read(size))

    def readline(self, size=None):
        return self._encoded(self.reader.readline() if size is None else self.reader.readline(size))

    def readlines(self, sizehint=None):
        return self._encoded(self.reader.read()).splitlines(keepends=True)

    def __next__(self):
        return self._encoded(next(self.reader))

    def __iter__(self):
        return self

    def write(self, data):
        data, _ = self.decode(data, self.errors)
        return self.writer.write(data)

    def writelines(self, list):
        data, _ = self.decode(b''.join(list), self.errors)
        return self.writer.write(data)

    def reset(self):
        self.reader.reset()
        self.writer.reset()

    def seek(self, offset, whence=0):
        self.reader.seek(offset, whence)
        self.writer.seek(offset, whence)


def open(filename, mode='r', encoding=None, errors='strict', buffering=-1):
    """A file opened in binary mode behind a StreamReaderWriter; without an encoding the file itself."""
    if encoding is not None and 'b' not in mode:
        mode += 'b'
    file = builtins.open(filename, mode, buffering)
    if encoding is None:
        return file
    try:
        info = lookup(encoding)
        result = StreamReaderWriter(file, info.streamreader, info.streamwriter, errors)
        result.encoding = encoding
        return result
    except:
        file.close()
        raise


def EncodedFile(file, data_encoding, file_encoding=None, errors='strict'):
    """A StreamRecoder: the caller reads and writes data_encoding, the file has file_encoding."""
    if file_encoding is None:
        file_encoding = data_encoding
    data, outside = lookup(data_encoding), lookup(file_encoding)
    result = StreamRecoder(file, data.encode, data.decode, outside.streamreader, outside.streamwriter, errors)
    result.data_encoding = data_encoding
    result.file_encoding = file_encoding
    return result


def _in_pieces(pieces, convert, empty):
    for piece in pieces:
        output = convert(piece)
        if output:
            yield output
    output = convert(empty, True)
    if output:
        yield output


def iterencode(iterator, encoding, errors='strict', **kwargs):
    """The pieces of an iterator encoded one after the other."""
    yield from _in_pieces(iterator, getincrementalencoder(encoding)(errors, **kwargs).encode, '')


def iterdecode(iterator, encoding, errors='strict', **kwargs):
    """The pieces of an iterator decoded one after the other."""
    yield from _in_pieces(iterator, getincrementaldecoder(encoding)(errors, **kwargs).decode, b'')
