"""Codecs: encodings by name, error handlers, encoding and decoding in pieces and of streams.

The encodings that are made in C are found by str.encode and bytes.decode without this module. They come here for any
other name and error handler, and then call _encode_text, _decode_text, _lookup_text and _handle_error.
"""
import sys

import _codecs

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


_HEAPTYPE = 1 << 9


def _type_name(value):
    """The name in messages about wrong arguments: with the module's for types written in C."""
    cls = type(value)
    if value is None:
        return 'None'
    plain = cls.__flags__ & _HEAPTYPE or cls.__module__ == 'builtins'
    return cls.__name__ if plain else f'{cls.__module__}.{cls.__name__}'


def _check_type(function, value, parameter=None):
    if not isinstance(value, str):
        what = 'argument' if parameter is None else f'argument {parameter}'
        raise TypeError(f'{function}() {what} must be str, not {_type_name(value)}')
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
    if not encoding.isascii():
        encoding.encode()
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
            raise LookupError('unknown encoding: ' + str.__str__(encoding))
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


def _decode_part(data, encoding, errors):
    """(text, how many bytes that took) of a part of a file: a decoder for pieces may keep some of them back."""
    make = _lookup_text(encoding).incrementaldecoder
    decoder = None if make is None else make(errors)
    if not isinstance(decoder, BufferedIncrementalDecoder):
        return _decode_text(data, encoding, errors), len(data)
    try:
        text = decoder.decode(data)
    except Exception as error:
        _annotate(error, 'decoding', encoding)
        raise
    if not isinstance(text, str):
        raise TypeError(f"decoder should return a string result, not '{type(text).__name__}'")
    return text, len(data) - len(decoder.getstate()[0])


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
    errors.encode()
    if not callable(handler):
        raise TypeError('handler must be callable')
    _handlers[errors] = handler


def lookup_error(name, /):
    """The error handler of that name; LookupError if there is none."""
    _check_type('lookup_error', name)
    name.encode()
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
    from operator import index   # which hardly any program needs from here
    position = index(position)
    length = len(error.object)
    if position < 0:
        position += length
    if not 0 <= position <= length:
        raise IndexError(f'position {position} from error handler out of bounds')
    return replacement, position


# What follows needs the registry and the error handlers.
from codecs._encodings import *
from codecs._streams import *

# What CPython has in _codecs calls that its home, and is found there: pickles of bytes name _codecs.encode.
for _function in (register, unregister, lookup, encode, decode, register_error, lookup_error):
    _function.__module__ = '_codecs'
for _function in make_identity_dict, make_encoding_map:
    _function.__module__ = 'codecs'
for _name, _function in list(globals().items()):
    if getattr(_function, '__module__', None) == '_codecs':
        setattr(_codecs, _name, _function)
del _name, _function
