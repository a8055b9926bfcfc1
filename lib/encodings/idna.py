"""Internationalised host names (RFC 3490): each label of a name as ASCII, in Punycode where it must be.

Labels are prepared as Nameprep says (RFC 3491, with the tables of RFC 3454): letters folded, forms of a letter made
one, what has no place in a name refused. Code points that Unicode 3.2 did not have pass as they are in `unicodedata`.
"""
import codecs
import re
from unicodedata import bidirectional, normalize

dots = re.compile('[.\u3002\uff0e\uff61]')
ace_prefix = b'xn--'
sace_prefix = 'xn--'


# --- preparing a label ---

_NOTHING = re.compile('[\xad\u034f\u1806\u180b-\u180d\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]')
_PROHIBITED = re.compile(
    '[\x80-\xa0\u0340\u0341\u06dd\u070f\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2063\u206a-\u206f\u2ff0-\u2ffb'
    '\u3000\ud800-\uf8ff\ufdd0-\ufdef\ufeff\ufff9-\uffff\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f'
    '\U000f0000-\U0010ffff' + ''.join(f'{chr(plane + 0xfffe)}{chr(plane + 0xffff)}'
                                      for plane in range(0x10000, 0xf0000, 0x10000)) + ']')


def _folded(c):
    """A character for comparing: folded, also behind its compatible form."""
    once = c.casefold()
    return normalize('NFKC', normalize('NFKC', once).casefold())


def _refuse(label, start, end, reason):
    raise UnicodeEncodeError('idna', label, start, end, reason)


def _check_directions(label):
    """Text from right to left has no letters of the other direction, and begins and ends in its own."""
    right = [bidirectional(c) in ('R', 'AL') for c in label]
    if not any(right):
        return
    for i, c in enumerate(label):
        if bidirectional(c) == 'L':
            _refuse(label, i, i + 1, 'Violation of BIDI requirement 2')
    if not right[0]:
        _refuse(label, 0, 1, 'Violation of BIDI requirement 3')
    if not right[-1]:
        _refuse(label, len(label) - 1, len(label), 'Violation of BIDI requirement 3')


def nameprep(label):
    """A label in the form in which labels are compared; UnicodeEncodeError for one that is none."""
    label = normalize('NFKC', ''.join(map(_folded, _NOTHING.sub('', label))))
    if bad := _PROHIBITED.search(label):
        _refuse(label, bad.start(), bad.end(), f'Invalid character {bad[0]!r}')
    _check_directions(label)
    return label


# --- labels ---

def _checked(label, encoded):
    """The encoded form of a label, which has a length."""
    if not encoded:
        _refuse(label, 0, 1, 'label empty')
    if len(encoded) >= 64:
        _refuse(label, 0, len(label), 'label too long')
    return encoded


def ToASCII(label):
    """A label as bytes."""
    if label.isascii():
        return _checked(label, label.encode('ascii'))
    prepared = nameprep(label)
    if prepared.isascii():
        return _checked(label, prepared.encode('ascii'))
    if prepared.startswith(sace_prefix):
        _refuse(label, 0, len(sace_prefix), 'Label starts with ACE prefix')
    return _checked(label, ace_prefix + prepared.encode('punycode'))


def ToUnicode(label):
    """What a label, a str or bytes, stands for."""
    if len(label) > 1024:
        data = label.encode() if isinstance(label, str) else label
        raise UnicodeDecodeError('idna', data, 0, len(data), 'label way too long')
    coded = label
    if isinstance(coded, str):
        if not coded.isascii():
            coded = nameprep(label)
            if not coded.isascii():
                at = next(i for i, c in enumerate(coded) if c >= '\x80')
                _refuse(label, at, at + 1, 'Invalid character in IDN label')
        coded = coded.encode('ascii')
    if not coded.lower().startswith(ace_prefix):
        return str(coded, 'ascii')
    behind = len(ace_prefix)
    try:
        text = coded[behind:].decode('punycode')
    except UnicodeDecodeError as error:
        raise UnicodeDecodeError('idna', coded, behind + error.start, behind + error.end, error.reason) from None
    again = ToASCII(text)
    if str(coded, 'ascii').lower() != str(again, 'ascii'):
        raise UnicodeDecodeError('idna', label, 0, len(label), f"IDNA does not round-trip, '{label!r}' != '{again!r}'")
    return text


# --- names ---

def _check_errors(errors):
    if errors != 'strict':
        raise UnicodeError(f'Unsupported error handling: {errors}')


def _converted(convert, error_class, name, labels):
    """The labels at the beginning of a name, each converted; an `error_class` tells its place in the name."""
    result = []
    at = 0
    for label in labels:
        try:
            result.append(convert(label))
        except (UnicodeEncodeError, UnicodeDecodeError) as error:
            raise error_class('idna', name, at + error.start, at + error.end, error.reason) from None
        at += len(label) + 1
    return result


def _encoded(text, labels, dot):
    return b'.'.join(_converted(ToASCII, UnicodeEncodeError, text, labels)) + b'.' * dot


def _decoded(data, labels, dot):
    return '.'.join(_converted(ToUnicode, UnicodeDecodeError, data, labels)) + '.' * dot


def _ascii(data):
    """Bytes as text; the error names this encoding."""
    try:
        return str(data, 'ascii')
    except UnicodeDecodeError as error:
        raise UnicodeDecodeError('idna', data, error.start, error.end, error.reason) from None


def _split(labels):
    """Labels, and whether a dot ends the name."""
    return (labels[:-1], True) if labels and not labels[-1] else (labels, False)


def _take(labels, final):
    """For a name in pieces: the labels that are whole, whether a dot stands behind them, and the size of all that."""
    whole, dot = _split(labels)
    if not dot and not final:
        whole = labels[:-1]
        dot = bool(whole)
    return whole, dot, sum(map(len, whole)) + max(len(whole) - 1, 0) + dot


class Codec(codecs.Codec):
    def encode(self, input, errors='strict'):
        _check_errors(errors)
        if not input:
            return b'', 0
        if input.isascii():
            at = 0
            labels = input.split('.')
            for i, label in enumerate(labels):
                if not label and i < len(labels) - 1:
                    _refuse(input, at, at + 1, 'label empty')
                if len(label) >= 64:
                    _refuse(input, at, at + len(label), 'label too long')
                at += len(label) + 1
            return input.encode('ascii'), len(input)
        return _encoded(input, *_split(dots.split(input))), len(input)

    def decode(self, input, errors='strict'):
        _check_errors(errors)
        if not input:
            return '', 0
        if not isinstance(input, bytes):
            input = bytes(input)
        if ace_prefix not in input.lower():
            return _ascii(input), len(input)
        return _decoded(input, *_split(input.split(b'.'))), len(input)


class IncrementalEncoder(codecs.BufferedIncrementalEncoder):
    def _buffer_encode(self, input, errors, final):
        _check_errors(errors)
        if not input:
            return b'', 0
        labels, dot, size = _take(dots.split(input), final)
        return _encoded(input, labels, dot), size


class IncrementalDecoder(codecs.BufferedIncrementalDecoder):
    def _buffer_decode(self, input, errors, final):
        _check_errors(errors)
        if not input:
            return '', 0
        labels, dot, size = _take(dots.split(input) if isinstance(input, str) else _ascii(input).split('.'), final)
        return _decoded(input, labels, dot), size


class StreamWriter(Codec, codecs.StreamWriter):
    pass


class StreamReader(Codec, codecs.StreamReader):
    pass


def getregentry():
    """What the registry keeps."""
    return codecs.CodecInfo(Codec().encode, Codec().decode, StreamReader, StreamWriter, IncrementalEncoder,
                            IncrementalDecoder, 'idna')
