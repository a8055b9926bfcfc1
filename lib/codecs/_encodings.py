"""The functions of single encodings, as CPython's `_codecs` has them, and encodings of single bytes by a table."""

import sys
from operator import index as _index

from _codecs import decode_table as _decode_table, encode_table as _encode_table
from _codecs import incomplete_tail as _incomplete_tail
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE, _handle_error, _type_name, decode, encode

__name__ = '_codecs'  # the home that classes and functions tell


# --- the functions of single encodings ---


def _bytes_of(data):
    if isinstance(data, bytes):
        return data
    try:
        view = memoryview(data)
    except TypeError:
        raise TypeError(f"a bytes-like object is required, not '{type(data).__name__}'") from None
    return view.tobytes()


def _handler(errors):
    return 'strict' if errors is None else errors


def _check_encode(function_name, text, errors):
    if not isinstance(text, str):
        raise TypeError(f'{function_name}() argument 1 must be str, not {_type_name(text)}')
    _check_errors(function_name, errors)


def _check_errors(function_name, errors):
    if errors is None:
        return
    if not isinstance(errors, str):
        raise TypeError(f'{function_name}() argument 2 must be str or None, not {_type_name(errors)}')
    errors.encode()  # a text that the interpreter's own functions could take
    if '\0' in errors:
        raise ValueError('embedded null character')


def _functions(function_name, encoding, whole=False):
    """name_encode and name_decode; `whole`: incomplete input at the end is always an error."""

    def encode(str, errors=None, /):
        _check_encode(f'{function_name}_encode', str, errors)
        return str.encode(encoding, _handler(errors)), len(str)

    if whole:
        def decode(data, errors=None, /):
            data = _bytes_of(data)
            _check_errors(f'{function_name}_decode', errors)
            return data.decode(encoding, _handler(errors)), len(data)
    else:
        def decode(data, errors=None, final=False, /):
            data = _bytes_of(data)
            _check_errors(f'{function_name}_decode', errors)
            size = len(data) if final else len(data) - _incomplete_tail(encoding, data)
            return data[:size].decode(encoding, _handler(errors)), size

    def encode_ordered(str, errors=None, byteorder=0, /):
        _check_encode(f'{function_name}_encode', str, errors)
        order = _index(byteorder)
        if not -2**31 <= order < 2**31:
            raise OverflowError('Python int too large to convert to C int')
        name = encoding + ('-le' if order < 0 else '-be' if order > 0 else '')
        return str.encode(name, _handler(errors)), len(str)

    if function_name in ('utf_16', 'utf_32'):
        encode = encode_ordered
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


def utf_7_encode(str, errors=None, /):
    """A text in UTF-7, which has a module of its own."""
    from encodings.utf_7 import encode
    _check_encode('utf_7_encode', str, errors)
    return encode(str, errors)


def utf_7_decode(data, errors=None, final=False, /):
    """Bytes in UTF-7, all of them if they are the last part."""
    from encodings.utf_7 import decode_part
    data = _bytes_of(data)
    _check_errors('utf_7_decode', errors)
    return decode_part(data, errors, final)


def _incomplete_escape(data, letters):
    import re
    match = re.search(rb'(?<!\\)(?:\\\\)*(\\(?:' + letters + rb')?)\Z', data)
    return len(match[1]) if match else 0


def _escape_decoder(name, letters):
    def decode(data, errors=None, final=True, /):
        data = data.encode('utf-8') if isinstance(data, str) else _bytes_of(data)
        _check_errors(decode.__name__, errors)
        size = len(data) if final else len(data) - _incomplete_escape(data, letters)
        return data[:size].decode(name, _handler(errors)), size

    decode.__name__ = decode.__qualname__ = name + '_decode'
    return decode


unicode_escape_decode = _escape_decoder(
    'unicode_escape', rb'[0-7]{1,2}|x[0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}|N(?:\{[^}]*)?')
raw_unicode_escape_decode = _escape_decoder('raw_unicode_escape', rb'u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}')


def _ex_decode(encoding, little, big):
    def decode(data, errors=None, byteorder=0, final=False, /):
        data = _bytes_of(data)
        _check_errors(decode.__name__, errors)
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
        return body[:size].decode(name, _handler(errors)), used + size, byteorder

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
    import re
    data = data.encode() if isinstance(data, str) else _bytes_of(data)
    _check_errors('escape_decode', errors)
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
    _check_errors('escape_encode', errors)
    text = repr(b'"' + data)[3:-1] if b"'" not in data else \
        b"\\'".join(escape_encode(part)[0] for part in data.split(b"'")).decode()
    return text.encode(), len(data)


# --- single bytes by a table ---


def charmap_build(map, /):
    """The mapping for charmap_encode that belongs to a decoding table of 256 characters."""
    return {ord(c): i for i, c in enumerate(map) if c != '\ufffe'}


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


def charmap_encode(str, errors=None, mapping=None, /):
    """Encode by a mapping of code points to bytes or numbers below 256; Latin-1 without one."""
    _check_encode('charmap_encode', str, errors)
    if mapping is None:
        return str.encode('latin-1', _handler(errors)), len(str)
    result = bytearray()
    i, length = 0, len(str)
    plain = type(mapping) is dict
    while i < length:
        if plain:
            part, i = _encode_table(str, mapping, i)
            if i == length and not result:
                return part, length
            result += part
            if i == length:
                break
        encoded = _charmap_bytes(str[i], mapping)
        if encoded is not None:
            result += encoded
            i += 1
            continue
        end = i + 1
        while end < length and _charmap_bytes(str[end], mapping) is None:
            end += 1
        error = UnicodeEncodeError('charmap', str, i, end, 'character maps to <undefined>')
        replacement, i = _handle_error(_handler(errors), error)
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
    _check_errors('charmap_decode', errors)
    if mapping is None:
        return data.decode('latin-1'), len(data)
    result = []
    i = 0
    table = isinstance(mapping, str)
    while i < len(data):
        if table:
            part, i = _decode_table(data, mapping, i)
            result.append(part)
            if i == len(data):
                break
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
        replacement, i = _handle_error(_handler(errors), error)
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
