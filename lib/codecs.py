"""Codecs: encodings by name, error handlers, encoding and decoding in pieces and of streams.

The encodings that are made in C are found by str.encode and bytes.decode without this module. They come here for any
other name and error handler, and then call _encode_text, _decode_text, _lookup_text and _handle_error.
"""
import builtins
import operator
import re
import sys

from _codecs import incomplete_tail as _incomplete_tail

__all__ = ['register', 'lookup', 'open', 'EncodedFile', 'BOM', 'BOM_BE', 'BOM_LE', 'BOM32_BE', 'BOM32_LE',
           'BOM64_BE', 'BOM64_LE', 'BOM_UTF8', 'BOM_UTF16', 'BOM_UTF16_LE', 'BOM_UTF16_BE', 'BOM_UTF32',
           'BOM_UTF32_LE', 'BOM_UTF32_BE', 'CodecInfo', 'Codec', 'IncrementalEncoder', 'IncrementalDecoder',
           'StreamReader', 'StreamWriter', 'StreamReaderWriter', 'StreamRecoder', 'getencoder', 'getdecoder',
           'getincrementalencoder', 'getincrementaldecoder', 'getreader', 'getwriter', 'encode', 'decode',
           'iterencode', 'iterdecode', 'strict_errors', 'ignore_errors', 'replace_errors', 'xmlcharrefreplace_errors',
           'backslashreplace_errors', 'namereplace_errors', 'register_error', 'lookup_error']

BOM_UTF8 = b'\xef\xbb\xbf'
BOM_LE = BOM_UTF16_LE = BOM32_LE = b'\xff\xfe'
BOM_BE = BOM_UTF16_BE = BOM32_BE = b'\xfe\xff'
BOM_UTF32_LE = BOM64_LE = b'\xff\xfe\x00\x00'
BOM_UTF32_BE = BOM64_BE = b'\x00\x00\xfe\xff'
if sys.byteorder == 'little':
    BOM = BOM_UTF16 = BOM_UTF16_LE
    BOM_UTF32 = BOM_UTF32_LE
else:
    BOM = BOM_UTF16 = BOM_UTF16_BE
    BOM_UTF32 = BOM_UTF32_BE


# --- the registry ---


class CodecInfo(tuple):
    """What codecs.lookup finds: (encoder, decoder, stream reader, stream writer), and the same as attributes."""

    _is_text_encoding = True

    def __new__(cls, encode, decode, streamreader=None, streamwriter=None, incrementalencoder=None,
                incrementaldecoder=None, name=None, *, _is_text_encoding=None):
        self = tuple.__new__(cls, (encode, decode, streamreader, streamwriter))
        self.name = name
        self.encode = encode
        self.decode = decode
        self.incrementalencoder = incrementalencoder
        self.incrementaldecoder = incrementaldecoder
        self.streamwriter = streamwriter
        self.streamreader = streamreader
        if _is_text_encoding is not None:
            self._is_text_encoding = _is_text_encoding
        return self

    def __repr__(self):
        return '<%s.%s object for encoding %s at %#x>' % (self.__class__.__module__, self.__class__.__qualname__,
                                                          self.name, id(self))

    def __getnewargs__(self):
        return tuple(self)


_searches = []
_found = {}


def _check_type(function, value, parameter=None):
    if not isinstance(value, str):
        what = 'argument' if parameter is None else f'argument {parameter}'
        shown = 'None' if value is None else type(value).__name__
        raise TypeError(f'{function}() {what} must be str, not {shown}')
    if '\0' in value:
        raise ValueError('embedded null character')


def register(search_function, /):
    """Add a function that is asked for a codec by its normalised name (lower case, '_' for ' ' and '-'): it returns a
    CodecInfo or None."""
    if not callable(search_function):
        raise TypeError('argument must be callable')
    _searches.append(search_function)


def unregister(search_function, /):
    """Take a search function away, and forget what has been found."""
    if search_function in _searches:
        _searches.remove(search_function)
        _found.clear()


def lookup(encoding, /):
    """The CodecInfo of an encoding; LookupError if there is none."""
    _check_type('lookup', encoding)
    info = _found.get(encoding)
    if info is not None:
        return info
    import encodings
    name = encodings.normalize_encoding(encoding).lower()
    info = _found.get(name)
    if info is None:
        for search in [encodings.search_function, *_searches]:
            info = search(name)
            if info is None:
                continue
            if not isinstance(info, tuple) or len(info) != 4:
                raise TypeError('codec search functions must return 4-tuples')
            _found[name] = info
            break
        else:
            raise LookupError(f'unknown encoding: {encoding}')
    return info


def _annotate(error, operation, encoding):
    error.add_note(f'{operation} with {encoding!r} codec failed')


def _convert(info, index, operation, obj, encoding, errors):
    try:
        result = info[index](obj, errors)
    except Exception as error:
        _annotate(error, operation, encoding)
        raise
    if not isinstance(result, tuple) or len(result) != 2:
        space = ' ' if index == 0 else ''
        raise TypeError(f'{operation[:-3]}er must return a tuple (object,{space}integer)')
    return result[0]


def encode(obj, encoding='utf-8', errors='strict'):
    """The object encoded by the codec of that name."""
    _check_type('encode', encoding, "'encoding'")
    _check_type('encode', errors, "'errors'")
    return _convert(lookup(encoding), 0, 'encoding', obj, encoding, errors)


def decode(obj, encoding='utf-8', errors='strict'):
    """The object decoded by the codec of that name."""
    _check_type('decode', encoding, "'encoding'")
    _check_type('decode', errors, "'errors'")
    return _convert(lookup(encoding), 1, 'decoding', obj, encoding, errors)


def _lookup_text(encoding, instead='codecs.open()'):
    """The codec, if it is one between str and bytes."""
    info = lookup(encoding)
    if not getattr(info, '_is_text_encoding', True):
        raise LookupError(f"'{encoding}' is not a text encoding; use {instead} to handle arbitrary codecs")
    return info


def _encode_text(text, encoding, errors):
    info = _lookup_text(encoding, 'codecs.encode()')
    result = _convert(info, 0, 'encoding', text, encoding, errors)
    if not isinstance(result, (bytes, bytearray)):
        raise TypeError(f"'{encoding}' encoder returned '{type(result).__name__}' instead of 'bytes'; "
                        'use codecs.encode() to encode to arbitrary types')
    return bytes(result)


def _decode_text(data, encoding, errors):
    info = _lookup_text(encoding, 'codecs.decode()')
    result = _convert(info, 1, 'decoding', memoryview(data), encoding, errors)
    if not isinstance(result, str):
        raise TypeError(f"'{encoding}' decoder returned '{type(result).__name__}' instead of 'str'; "
                        'use codecs.decode() to decode to arbitrary types')
    return result


def getencoder(encoding):
    """The encoder of an encoding: a function (object, errors='strict') -> (result, length of what it has taken)."""
    return lookup(encoding).encode


def getdecoder(encoding):
    """The decoder of an encoding."""
    return lookup(encoding).decode


def getincrementalencoder(encoding):
    """The class of encoders that work in pieces; LookupError if the codec has none."""
    encoder = lookup(encoding).incrementalencoder
    if encoder is None:
        raise LookupError(encoding)
    return encoder


def getincrementaldecoder(encoding):
    """The class of decoders that work in pieces; LookupError if the codec has none."""
    decoder = lookup(encoding).incrementaldecoder
    if decoder is None:
        raise LookupError(encoding)
    return decoder


def getreader(encoding):
    """The codec's class of StreamReaders."""
    return lookup(encoding).streamreader


def getwriter(encoding):
    """The codec's class of StreamWriters."""
    return lookup(encoding).streamwriter


# --- error handlers: (exception) -> (replacement, where to go on) ---


def _unable(error):
    return TypeError(f"don't know how to handle {type(error).__name__} in error callback")


_UNICODE_ERRORS = (UnicodeEncodeError, UnicodeDecodeError, UnicodeTranslateError)


def _check_error(error, *kinds):
    if not isinstance(error, kinds or _UNICODE_ERRORS):
        raise _unable(error)


def strict_errors(error, /):
    """Raise the error."""
    if not isinstance(error, BaseException):
        raise TypeError('codec must pass exception instance')
    raise error


def ignore_errors(error, /):
    """Leave it out."""
    _check_error(error)
    return '', error.end


def replace_errors(error, /):
    """'?' when encoding, else U+FFFD."""
    _check_error(error)
    if isinstance(error, UnicodeEncodeError):
        return '?' * (error.end - error.start), error.end
    if isinstance(error, UnicodeDecodeError):
        return '\ufffd', error.end
    return '\ufffd' * (error.end - error.start), error.end


def _escaped(c):
    n = ord(c)
    return f'\\x{n:02x}' if n < 0x100 else f'\\u{n:04x}' if n < 0x10000 else f'\\U{n:08x}'


def backslashreplace_errors(error, /):
    r"""\xhh, \uhhhh, \Uhhhhhhhh."""
    _check_error(error)
    part = error.object[error.start:error.end]
    if isinstance(error, UnicodeDecodeError):
        return ''.join(f'\\x{byte:02x}' for byte in part), error.end
    return ''.join(map(_escaped, part)), error.end


def xmlcharrefreplace_errors(error, /):
    """&#number;"""
    _check_error(error, UnicodeEncodeError)
    return ''.join(f'&#{ord(c)};' for c in error.object[error.start:error.end]), error.end


def namereplace_errors(error, /):
    r"""\N{name}"""
    _check_error(error, UnicodeEncodeError)
    return error.object[error.start:error.end].encode('ascii', 'namereplace').decode('ascii'), error.end


def _surrogateescape(error, /):
    if isinstance(error, UnicodeEncodeError):
        part = error.object[error.start:error.end]
        if not all('\udc80' <= c <= '\udcff' for c in part):
            raise error
        return bytes(ord(c) - 0xdc00 for c in part), error.end
    _check_error(error, UnicodeDecodeError)
    text = ''
    for byte in error.object[error.start:min(error.end, error.start + 4)]:
        if byte < 128:
            break
        text += chr(0xdc00 + byte)
    if not text:
        raise error
    return text, error.start + len(text)


def _surrogatepass(error, /):
    _check_error(error, UnicodeEncodeError, UnicodeDecodeError)
    name = error.encoding.lower().replace('_', '-')
    if not name.startswith(('utf-8', 'utf-16', 'utf-32', 'cp65001')):
        raise error
    if isinstance(error, UnicodeEncodeError):
        part = error.object[error.start:error.end]
        if not all('\ud800' <= c <= '\udfff' for c in part):
            raise error
        if name in ('utf-16', 'utf-32'):
            name += '-le' if sys.byteorder == 'little' else '-be'
        return part.encode(name, 'surrogatepass'), error.end
    size = 3 if name.startswith(('utf-8', 'cp')) else int(name[4:6]) // 8
    try:
        text = error.object[error.start:error.start + size].decode(name, 'surrogatepass')
    except UnicodeDecodeError:
        raise error from None
    if len(text) != 1 or not '\ud800' <= text <= '\udfff':
        raise error
    return text, error.start + size


_surrogateescape.__name__ = _surrogateescape.__qualname__ = 'surrogateescape'
_surrogatepass.__name__ = _surrogatepass.__qualname__ = 'surrogatepass'

_handlers = {'strict': strict_errors, 'ignore': ignore_errors, 'replace': replace_errors,
             'xmlcharrefreplace': xmlcharrefreplace_errors, 'backslashreplace': backslashreplace_errors,
             'namereplace': namereplace_errors, 'surrogateescape': _surrogateescape,
             'surrogatepass': _surrogatepass}


def register_error(errors, handler, /):
    """Make a function known under a name that can be given as `errors`. The encodings made in C keep their own
    handlers of the eight standard names."""
    _check_type('register_error', errors, '1')
    if not callable(handler):
        raise TypeError('handler must be callable')
    _handlers[errors] = handler


def lookup_error(name, /):
    """The error handler of that name; LookupError if there is none."""
    _check_type('lookup_error', name)
    try:
        return _handlers[name]
    except KeyError:
        raise LookupError(f"unknown error handler name '{name}'") from None


def _handle_error(name, error):
    """(replacement, where to go on) by the handler of that name, checked."""
    result = lookup_error(name)(error)
    encoding = isinstance(error, UnicodeEncodeError)
    kinds, shown = ((str, bytes), 'encoding error handler must return (str/bytes, int) tuple') if encoding else \
        (str, 'decoding error handler must return (str, int) tuple')
    if not isinstance(result, tuple) or len(result) != 2 or not isinstance(result[0], kinds):
        raise TypeError(shown)
    replacement, position = result
    position = operator.index(position)
    length = len(error.object)
    if position < 0:
        position += length
    if not 0 <= position <= length:
        raise IndexError(f'position {position} from error handler out of bounds')
    return replacement, position


# --- the functions of single encodings ---


def _type_name(value):
    """The name in messages about wrong arguments."""
    return 'None' if value is None else type(value).__name__


def _bytes_of(data):
    if isinstance(data, bytes):
        return data
    try:
        view = memoryview(data)
    except TypeError:
        raise TypeError(f"a bytes-like object is required, not '{type(data).__name__}'") from None
    return view.tobytes()


def _functions(function_name, encoding, whole=False):
    """name_encode and name_decode; `whole`: incomplete input at the end is always an error."""

    def encode(text, errors=None, /):
        if not isinstance(text, str):
            raise TypeError(f'{function_name}_encode() argument 1 must be str, not {_type_name(text)}')
        return text.encode(encoding, errors or 'strict'), len(text)

    if whole:
        def decode(data, errors=None, /):
            data = _bytes_of(data)
            return data.decode(encoding, errors or 'strict'), len(data)
    else:
        def decode(data, errors=None, final=False, /):
            data = _bytes_of(data)
            size = len(data) if final else len(data) - _incomplete_tail(encoding, data)
            return data[:size].decode(encoding, errors or 'strict'), size

    for function, suffix in ((encode, '_encode'), (decode, '_decode')):
        function.__name__ = function.__qualname__ = function_name + suffix
        globals()[function.__name__] = function


for _name in ('utf_8', 'utf_16', 'utf_16_le', 'utf_16_be', 'utf_32', 'utf_32_le', 'utf_32_be'):
    _functions(_name, _name.replace('_', '-'))
for _name in ('ascii', 'latin_1'):
    _functions(_name, _name.replace('_', '-'), whole=True)
for _name in ('unicode_escape', 'raw_unicode_escape'):
    _functions(_name, _name)
del _name


def _incomplete_escape(data, letters):
    match = re.search(rb'(?<!\\)(?:\\\\)*(\\(?:' + letters + rb')?)\Z', data)
    return len(match[1]) if match else 0


def _escape_decoder(name, letters):
    def decode(data, errors=None, final=True, /):
        data = data.encode('utf-8') if isinstance(data, str) else _bytes_of(data)
        size = len(data) if final else len(data) - _incomplete_escape(data, letters)
        return data[:size].decode(name, errors or 'strict'), size

    decode.__name__ = decode.__qualname__ = name + '_decode'
    return decode


unicode_escape_decode = _escape_decoder(
    'unicode_escape', rb'[0-7]{1,2}|x[0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}|N(?:\{[^}]*)?')
raw_unicode_escape_decode = _escape_decoder('raw_unicode_escape', rb'u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}')


def _ex_decode(encoding, little, big):
    def decode(data, errors=None, byteorder=0, final=False, /):
        data = _bytes_of(data)
        used = 0
        if byteorder == 0 and len(data) >= len(little):
            if data.startswith(little):
                byteorder, used = -1, len(little)
            elif data.startswith(big):
                byteorder, used = 1, len(big)
        if byteorder == 0 and len(data) < len(little) and not final:
            return '', 0, 0
        name = encoding + {-1: '-le', 1: '-be', 0: '-le' if sys.byteorder == 'little' else '-be'}[byteorder]
        body = data[used:]
        size = len(body) if final else len(body) - _incomplete_tail(name, body)
        return body[:size].decode(name, errors or 'strict'), used + size, byteorder

    decode.__name__ = decode.__qualname__ = encoding.replace('-', '_') + '_ex_decode'
    return decode


utf_16_ex_decode = _ex_decode('utf-16', BOM_UTF16_LE, BOM_UTF16_BE)
utf_32_ex_decode = _ex_decode('utf-32', BOM_UTF32_LE, BOM_UTF32_BE)


def readbuffer_encode(data, errors=None, /):
    """The bytes of a buffer, or of a str in UTF-8."""
    data = data.encode() if isinstance(data, str) else _bytes_of(data)
    return data, len(data)


_ESCAPES = {ord('\n'): b'', ord('\\'): b'\\', ord("'"): b"'", ord('"'): b'"', ord('a'): b'\a', ord('b'): b'\b',
            ord('f'): b'\f', ord('n'): b'\n', ord('r'): b'\r', ord('t'): b'\t', ord('v'): b'\v'}


def escape_decode(data, errors=None, /):
    """Bytes with the escapes of a bytes literal."""
    data = data.encode() if isinstance(data, str) else _bytes_of(data)
    result = bytearray()
    i, end = 0, len(data)
    invalid = None
    while i < end:
        at = data.find(b'\\', i)
        if at < 0:
            result += data[i:]
            break
        result += data[i:at]
        if at + 1 == end:
            raise ValueError('Trailing \\ in string')
        c = data[at + 1]
        i = at + 2
        if c in _ESCAPES:
            result += _ESCAPES[c]
        elif 48 <= c < 56:
            digits = re.match(rb'[0-7]{1,3}', data[at + 1:at + 4])[0]
            value = int(digits, 8)
            if value > 255 and invalid is None:
                invalid = f"invalid octal escape sequence '\\{digits.decode()}'"
            result.append(value & 255)
            i = at + 1 + len(digits)
        elif c == ord('x'):
            digits = re.match(rb'[0-9a-fA-F]{0,2}', data[i:i + 2])[0]
            i += len(digits)
            if len(digits) == 2:
                result.append(int(digits, 16))
            elif errors is None or errors == 'strict':
                raise ValueError(f'invalid \\x escape at position {at}')
            elif errors == 'replace':
                result += b'?'
            elif errors != 'ignore':
                raise ValueError(f'decoding error; unknown error handling code: {errors}')
        else:
            if invalid is None:
                invalid = f"invalid escape sequence '\\{chr(c)}'"
            result += data[at:i]
    if invalid is not None:
        import warnings
        warnings.warn(invalid, DeprecationWarning, stacklevel=2)
    return bytes(result), end


def escape_encode(data, errors=None, /):
    """Bytes as they stand in a bytes literal between single quotes."""
    if not isinstance(data, bytes):
        raise TypeError(f'escape_encode() argument 1 must be bytes, not {_type_name(data)}')
    text = repr(b'"' + data)[3:-1] if b"'" not in data else \
        b"\\'".join(escape_encode(part)[0] for part in data.split(b"'")).decode()
    return text.encode(), len(data)


# --- single bytes by a table ---


def charmap_build(decoding_table, /):
    """The mapping for charmap_encode that belongs to a decoding table of 256 characters."""
    return {ord(c): i for i, c in enumerate(decoding_table) if c != '\ufffe'}


def _mapped(mapping, key):
    try:
        return mapping[key]
    except LookupError:
        return None


def _charmap_bytes(c, mapping):
    """What a character is encoded as, or None."""
    value = _mapped(mapping, ord(c))
    if value is None or isinstance(value, bytes):
        return value
    if not isinstance(value, int):
        raise TypeError(f'character mapping must return integer, bytes or None, not {type(value).__name__}')
    if not 0 <= value < 256:
        raise TypeError('character mapping must be in range(256)')
    return bytes((value,))


def charmap_encode(text, errors=None, mapping=None, /):
    """Encode by a mapping of code points to bytes or numbers below 256; Latin-1 without one."""
    if mapping is None:
        return text.encode('latin-1', errors or 'strict'), len(text)
    result = bytearray()
    i, length = 0, len(text)
    while i < length:
        encoded = _charmap_bytes(text[i], mapping)
        if encoded is not None:
            result += encoded
            i += 1
            continue
        end = i + 1
        while end < length and _charmap_bytes(text[end], mapping) is None:
            end += 1
        error = UnicodeEncodeError('charmap', text, i, end, 'character maps to <undefined>')
        replacement, i = _handle_error(errors or 'strict', error)
        if isinstance(replacement, bytes):
            result += replacement
            continue
        for c in replacement:
            encoded = _charmap_bytes(c, mapping)
            if encoded is None:
                raise error
            result += encoded
    return bytes(result), length


def charmap_decode(data, errors=None, mapping=None, /):
    """Decode by a str of 256 characters or a mapping of bytes to code points or strs; Latin-1 without one."""
    data = _bytes_of(data)
    if mapping is None:
        return data.decode('latin-1'), len(data)
    result = []
    i = 0
    table = isinstance(mapping, str)
    while i < len(data):
        byte = data[i]
        value = (mapping[byte] if byte < len(mapping) else None) if table else _mapped(mapping, byte)
        if isinstance(value, int):
            if not 0 <= value <= 0x10ffff:
                raise TypeError('character mapping must be in range(0x110000)')
            value = chr(value)
        if value is not None and not isinstance(value, str):
            raise TypeError('character mapping must return integer, None or str')
        if value is not None and value != '\ufffe':
            result.append(value)
            i += 1
            continue
        error = UnicodeDecodeError('charmap', data, i, i + 1, 'character maps to <undefined>')
        replacement, i = _handle_error(errors or 'strict', error)
        result.append(replacement)
    return ''.join(result), len(data)


def make_identity_dict(rng):
    """{i: i} for the numbers."""
    return {i: i for i in rng}


def make_encoding_map(decoding_map):
    """A decoding map the other way round; what several bytes stand for is undefined (None)."""
    result = {}
    for byte, character in decoding_map.items():
        result[character] = None if character in result else byte
    return result


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
        """Decoded input: about `size` bytes of it, `chars` characters at most, all if both are negative. firstline: errors
        behind the first line do not matter yet."""
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
    """A stream of bytes in one encoding seen as one in another: what Reader has decoded is encoded by `encode`, and what
    is written is decoded by `decode` and goes through Writer."""

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
