"""Punycode: any text in the letters, digits and hyphens of a host name's label (RFC 3492).

The ASCII characters of a text stand in front, behind them what says where the others belong: for each, in the order of
their code points, how many positions and code points lie between it and the one before, as a number whose digits end
themselves.
"""
import codecs

BASE, T_MIN, T_MAX = 36, 1, 26
SKEW, DAMP = 38, 700
FIRST_BIAS, FIRST_POINT = 72, 128
_DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789'


def _adapted(delta, first, count):
    """The bias for the next number, from the size of this one."""
    delta = delta // DAMP if first else delta // 2
    delta += delta // count
    divisions = 0
    while delta > (BASE - T_MIN) * T_MAX // 2:
        delta //= BASE - T_MIN
        divisions += BASE
    return divisions + (BASE - T_MIN + 1) * delta // (delta + SKEW)


def _threshold(place, bias):
    """A digit below this one is a number's last, at the place'th digit (from 1)."""
    return min(max(BASE * place - bias, T_MIN), T_MAX)


def _number(value, bias):
    """The digits of a number."""
    digits = ''
    place = 1
    while value >= (t := _threshold(place, bias)):
        value, digit = divmod(value - t, BASE - t)
        digits += _DIGITS[t + digit]
        place += 1
    return digits + _DIGITS[value]


def punycode_encode(text):
    """A text as Punycode, in bytes."""
    ascii_part = ''.join(c for c in text if c < '\x80')
    numbers = ''
    done = len(ascii_part)
    bias, delta, last = FIRST_BIAS, 0, FIRST_POINT
    for point in sorted({ord(c) for c in text if c >= '\x80'}):
        delta += (point - last) * (done + 1)
        for c in text:
            if ord(c) < point:
                delta += 1
            elif ord(c) == point:
                numbers += _number(delta, bias)
                bias = _adapted(delta, done == len(ascii_part), done + 1)
                done += 1
                delta = 0
        delta += 1
        last = point + 1
    return (ascii_part + '-' + numbers if ascii_part else numbers).encode('ascii')


def _read_number(data, at, bias):
    """(value, place behind it) of the number at data[at:]."""
    value, weight, place = 0, 1, 1
    while True:
        if at == len(data):
            raise UnicodeDecodeError('punycode', data, at, at + 1, 'incomplete punycode string')
        c = data[at]
        at += 1
        if 0x41 <= c <= 0x5a or 0x61 <= c <= 0x7a:
            digit = (c | 0x20) - 0x61
        elif 0x30 <= c <= 0x39:
            digit = c - 0x30 + 26
        else:
            raise UnicodeDecodeError('punycode', data, at - 1, at, f"Invalid extended code point '{c}'")
        t = _threshold(place, bias)
        value += digit * weight
        if digit < t:
            return value, at
        weight *= BASE - t
        place += 1


def _insert(text, data, at, errors):
    """Put the characters that the numbers from `at` on tell into the text, a list."""
    point, position, bias = FIRST_POINT, -1, FIRST_BIAS
    start = at
    while at < len(data):
        try:
            delta, behind = _read_number(data, at, bias)
        except UnicodeDecodeError:
            if errors == 'strict':
                raise
            return
        count = len(text) + 1
        steps, position = divmod(position + 1 + delta, count)
        point += steps
        if point > 0x10ffff:
            if errors == 'strict':
                raise UnicodeDecodeError('punycode', data, at, behind, f'Invalid character U+{point:x}')
            point = ord('?')
        text.insert(position, chr(point))
        bias = _adapted(delta, at == start, count)
        at = behind


def punycode_decode(data, errors):
    """The text that Punycode stands for."""
    if errors not in ('strict', 'replace', 'ignore'):
        raise UnicodeError(f'Unsupported error handling: {errors}')
    if isinstance(data, str):
        data = data.encode('ascii')
    elif isinstance(data, memoryview):
        data = data.tobytes()
    end = data.rfind(b'-')
    try:
        text = list(str(data[:max(end, 0)], 'ascii', errors))
    except UnicodeDecodeError as error:
        raise UnicodeDecodeError('ascii', data, error.start, error.end, error.reason) from None
    _insert(text, data, end + 1, errors)
    return ''.join(text)


class Codec(codecs.Codec):
    def encode(self, input, errors='strict'):
        return punycode_encode(input), len(input)

    def decode(self, input, errors='strict'):
        return punycode_decode(input, errors), len(input)


class IncrementalEncoder(codecs.IncrementalEncoder):
    def encode(self, input, final=False):
        return punycode_encode(input)


class IncrementalDecoder(codecs.IncrementalDecoder):
    def decode(self, input, final=False):
        if self.errors not in ('strict', 'replace', 'ignore'):
            raise UnicodeError(f'Unsupported error handling: {self.errors}')
        return punycode_decode(input, self.errors)


class StreamWriter(Codec, codecs.StreamWriter):
    pass


class StreamReader(Codec, codecs.StreamReader):
    pass


def getregentry():
    """What the registry keeps."""
    return codecs.CodecInfo(Codec().encode, Codec().decode, StreamReader, StreamWriter, IncrementalEncoder,
                            IncrementalDecoder, 'punycode')
