"""The standard codecs: those between str and bytes that are made in C, and some transforms."""
import codecs
from _codecs import canonical as _canonical

from encodings import aliases


class CodecRegistryError(LookupError, SystemError):
    pass


def normalize_encoding(encoding):
    """Letters, digits and dots; anything else between them is one '_'."""
    if isinstance(encoding, bytes):
        encoding = str(encoding, 'ascii')
    words = ''.join(c if c.isalnum() and c.isascii() or c == '.' else ' ' for c in encoding).split()
    return '_'.join(words)


def _classes(encode, decode, chars=str):
    """The incremental and the stream classes made of functions (input, errors) -> (result, used)."""

    class Codec(codecs.Codec):
        def encode(self, input, errors='strict'):
            return encode(input, errors)

        def decode(self, input, errors='strict'):
            return decode(input, errors)

    class IncrementalEncoder(codecs.IncrementalEncoder):
        def encode(self, input, final=False):
            return encode(input, self.errors)[0]

    class IncrementalDecoder(codecs.IncrementalDecoder):
        def decode(self, input, final=False):
            return decode(input, self.errors)[0]

    class StreamWriter(Codec, codecs.StreamWriter):
        pass

    class StreamReader(Codec, codecs.StreamReader):
        charbuffertype = chars

    return IncrementalEncoder, IncrementalDecoder, StreamReader, StreamWriter


def _info(name, encode, decode, chars=str, is_text=True):
    """The CodecInfo of such functions; its stream reader yields `chars`."""
    encoder, decoder, reader, writer = _classes(encode, decode, chars)
    return codecs.CodecInfo(encode, decode, reader, writer, encoder, decoder, name, _is_text_encoding=is_text)


def _buffered(decode_part):
    class IncrementalDecoder(codecs.BufferedIncrementalDecoder):
        def _buffer_decode(self, input, errors, final):
            return decode_part(input, errors, final)

    return IncrementalDecoder


def _whole(decode_part):
    """A decoder of a whole input."""
    def decode(input, errors='strict'):
        return decode_part(input, errors, True)
    return decode


def _streaming(reader, decode_part):
    """A StreamReader that leaves incomplete bytes at the end."""
    class StreamReader(reader):
        def decode(self, input, errors='strict'):
            return decode_part(input, errors, False)

    return StreamReader


def _marked_encoder(marked, plain, fresh=2):
    """Encoders that write a mark in front of the first piece only; `fresh` is their state before it."""
    class IncrementalEncoder(codecs.IncrementalEncoder):
        def __init__(self, errors='strict'):
            codecs.IncrementalEncoder.__init__(self, errors)
            self.encoder = None

        def encode(self, input, final=False):
            if self.encoder is not None:
                return self.encoder(input, self.errors)[0]
            result = marked(input, self.errors)[0]
            self.encoder = plain
            return result

        def reset(self):
            codecs.IncrementalEncoder.reset(self)
            self.encoder = None

        def getstate(self):
            return 0 if self.encoder else fresh

        def setstate(self, state):
            self.encoder = None if state else plain

    return IncrementalEncoder


def _ordered_decoder(title, ex_decode, little, big):
    """Decoders that find out the byte order from a mark."""
    import sys
    native_big = sys.byteorder == 'big'

    class IncrementalDecoder(codecs.BufferedIncrementalDecoder):
        def __init__(self, errors='strict'):
            codecs.BufferedIncrementalDecoder.__init__(self, errors)
            self.decoder = None

        def _buffer_decode(self, input, errors, final):
            if self.decoder is not None:
                return self.decoder(input, self.errors, final)
            output, used, order = ex_decode(input, errors, 0, final)
            if order:
                self.decoder = little if order < 0 else big
            elif used >= 2:
                raise UnicodeDecodeError(title, input, 0, int(title[-2:]) // 8, 'Stream does not start with BOM')
            return output, used

        def reset(self):
            codecs.BufferedIncrementalDecoder.reset(self)
            self.decoder = None

        def getstate(self):
            state = codecs.BufferedIncrementalDecoder.getstate(self)[0]
            if self.decoder is None:
                return state, 2
            return state, int(native_big != (self.decoder is big))

        def setstate(self, state):
            codecs.BufferedIncrementalDecoder.setstate(self, state)
            order = state[1]
            self.decoder = None if order not in (0, 1) else big if native_big != bool(order) else little

    return IncrementalDecoder


def _ordered_streams(title, marked, little_encode, big_encode, ex_decode, little, big, native_little, reader, writer):
    class StreamWriter(writer):
        def __init__(self, stream, errors='strict'):
            codecs.StreamWriter.__init__(self, stream, errors)
            self.encoder = None

        def reset(self):
            codecs.StreamWriter.reset(self)
            self.encoder = None

        def encode(self, input, errors='strict'):
            if self.encoder is not None:
                return self.encoder(input, errors)
            result = marked(input, errors)
            self.encoder = little_encode if native_little else big_encode
            return result

    class StreamReader(reader):
        def reset(self):
            codecs.StreamReader.reset(self)
            self.__dict__.pop('decode', None)

        def decode(self, input, errors='strict'):
            output, used, order = ex_decode(input, errors, 0, False)
            if order:
                self.decode = little if order < 0 else big
            elif used >= 2:
                raise UnicodeDecodeError(title, input, 0, int(title[-2:]) // 8, 'Stream does not start with BOM')
            return output, used

    return StreamReader, StreamWriter


def _sig_encode(input, errors='strict'):
    return codecs.BOM_UTF8 + codecs.utf_8_encode(input, errors)[0], len(input)


def _sig_decode(input, errors='strict', final=True):
    prefix = 0
    if input[:3] == codecs.BOM_UTF8:
        input = input[3:]
        prefix = 3
    output, used = codecs.utf_8_decode(input, errors, final)
    return output, used + prefix


def _sig_decode_part(input, errors, final):
    if not final and len(input) < 3 and codecs.BOM_UTF8.startswith(input):
        return '', 0
    return _sig_decode(input, errors, final)


def _sig_streams(reader, writer):
    class StreamWriter(writer):
        def reset(self):
            codecs.StreamWriter.reset(self)
            self.__dict__.pop('encode', None)

        def encode(self, input, errors='strict'):
            self.encode = codecs.utf_8_encode
            return _sig_encode(input, errors)

    class StreamReader(reader):
        def reset(self):
            codecs.StreamReader.reset(self)
            self.__dict__.pop('decode', None)

        def decode(self, input, errors='strict'):
            output, used = _sig_decode_part(input, errors, False)
            if used:
                self.decode = codecs.utf_8_decode
            return output, used

    return StreamReader, StreamWriter


class _SigDecoder(codecs.BufferedIncrementalDecoder):
    def __init__(self, errors='strict'):
        codecs.BufferedIncrementalDecoder.__init__(self, errors)
        self.first = 1

    def _buffer_decode(self, input, errors, final):
        if not self.first:
            return codecs.utf_8_decode(input, errors, final)
        output, used = _sig_decode_part(input, errors, final)
        self.first = int(not used)
        return output, used

    def reset(self):
        codecs.BufferedIncrementalDecoder.reset(self)
        self.first = 1

    def getstate(self):
        return codecs.BufferedIncrementalDecoder.getstate(self)[0], self.first

    def setstate(self, state):
        codecs.BufferedIncrementalDecoder.setstate(self, state)
        self.first = state[1]


def _native(name):
    """The CodecInfo of an encoding made in C."""
    import sys
    if name == 'utf-8-sig':
        encode, decode_part = _sig_encode, _sig_decode_part
    elif name == 'cp1252':
        def encode(input, errors='strict'):
            codecs._encodings._check_encode('charmap_encode', input, errors)
            return input.encode('cp1252', errors), len(input)

        def decode_part(input, errors, final):
            input = codecs._encodings._bytes_of(input)
            return input.decode('cp1252', errors), len(input)
    else:
        stem = {'iso8859-1': 'latin_1'}.get(name, name.replace('-', '_'))
        encode = getattr(codecs, stem + '_encode')
        decode_part = getattr(codecs, stem + '_decode')
        if name in ('ascii', 'iso8859-1'):
            bare = decode_part

            def decode_part(input, errors, final):
                return bare(input, errors)
    decode = _whole(decode_part)
    encoder, decoder, reader, writer = _classes(encode, decode)
    if name not in ('ascii', 'iso8859-1', 'cp1252'):
        decoder = _buffered(decode_part)
        reader = _streaming(reader, decode_part)
    if name in ('utf-16', 'utf-32'):
        stem = name.replace('-', '_')
        get = lambda suffix: getattr(codecs, stem + suffix)
        little = sys.byteorder == 'little'
        encoder = _marked_encoder(encode, get('_le_encode' if little else '_be_encode'))
        decodes = get('_ex_decode'), get('_le_decode'), get('_be_decode')
        decoder = _ordered_decoder(name, *decodes)
        reader, writer = _ordered_streams(name, encode, get('_le_encode'), get('_be_encode'), *decodes,
                                          little, reader, writer)
    elif name == 'utf-8-sig':
        encoder = _marked_encoder(_sig_encode, codecs.utf_8_encode, fresh=1)
        decoder = _SigDecoder
        reader, writer = _sig_streams(reader, writer)
    return codecs.CodecInfo(encode, decode, reader, writer, encoder, decoder, name)


# --- transforms ---

_ROT = str.maketrans('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
                     'NOPQRSTUVWXYZABCDEFGHIJKLMnopqrstuvwxyzabcdefghijklm')


def _rot13(input, errors='strict'):
    return str.translate(input, _ROT), len(input)


def _strictly(function):
    def convert(input, errors='strict'):
        assert errors == 'strict'
        return function(input), len(input)
    return convert


def _transform(name, encode, decode, chars=bytes):
    return _info(name, encode, decode, chars, is_text=False)


def _base64_decode(data):
    import base64
    return base64.decodebytes(data)


def _base64_encode(data):
    import base64
    return base64.encodebytes(data)


def _of_module(module, function):
    return _strictly(getattr(__import__(module), function))


def _quopri_encode(data):
    import quopri
    return quopri.encodestring(data, quotetabs=True)


def _uu_encode(data):
    import binascii
    lines = [binascii.b2a_uu(data[i:i + 45]) for i in range(0, len(data), 45)]
    return b'begin 666 <data>\n' + b''.join(lines) + b' \nend\n'


def _uu_decode(data):
    import binascii
    lines = iter(bytes(data).splitlines(keepends=True))
    if not any(line.startswith(b'begin') for line in lines):
        raise ValueError('Missing "begin" line in input data')
    result = []
    for line in lines:
        if line == b'end\n':
            return b''.join(result)
        try:
            result.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some encoders pad the last line wrongly: read as much as its first character says.
            result.append(binascii.a2b_uu(line[:((line[0] - 32 & 63) * 4 + 5) // 3]))
    raise ValueError('Truncated input data')


def _code_page(name):
    """The CodecInfo of an encoding of single bytes, or None."""
    from encodings._codepages import tables
    table = tables.get(name)
    if table is None:
        return None
    if len(table) == 128:
        table = ''.join(map(chr, range(128))) + table
    mapping = codecs.charmap_build(table)

    def encode(input, errors='strict'):
        return codecs.charmap_encode(input, errors, mapping)

    def decode(input, errors='strict'):
        return codecs.charmap_decode(input, errors, table)

    return _info(name.replace('_', '-'), encode, decode)


def _refuse(input, errors='strict'):
    raise UnicodeError('undefined encoding')


_OTHERS = {
    'rot_13': lambda: _transform('rot-13', _rot13, _rot13, str),
    'hex_codec': lambda: _transform('hex', _of_module('binascii', 'b2a_hex'), _of_module('binascii', 'a2b_hex')),
    'base64_codec': lambda: _transform('base64', _strictly(_base64_encode), _strictly(_base64_decode)),
    'quopri_codec': lambda: _transform('quopri', _strictly(_quopri_encode), _of_module('quopri', 'decodestring')),
    'uu_codec': lambda: _transform('uu', _strictly(_uu_encode), _strictly(_uu_decode)),
    'zlib_codec': lambda: _transform('zlib', _of_module('zlib', 'compress'), _of_module('zlib', 'decompress')),
    'charmap': lambda: _info('charmap', codecs.charmap_encode, codecs.charmap_decode),
    'undefined': lambda: _info('undefined', _refuse, _refuse),
}


_MODULES = ('idna', 'punycode', 'utf_7')   # encodings with a module of their own


def search_function(encoding):
    """The CodecInfo of a standard encoding by any of its names, or None."""
    name = normalize_encoding(encoding)
    canonical = _canonical(name)
    if canonical is not None:
        return _native(canonical)
    name = aliases.aliases.get(name) or aliases.aliases.get(name.replace('.', '_'), name)
    if name in _MODULES:
        return getattr(__import__('encodings.' + name), name).getregentry()
    make = _OTHERS.get(name)
    return make() if make else _code_page(name)
