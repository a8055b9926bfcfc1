"""UTF-7: Unicode for channels of seven bits (RFC 2152).

Characters that may stand for themselves do; others stand between + and -, as UTF-16 in base64 without padding.
"""
import codecs
from binascii import b2a_base64
from codecs import _handle_error

_BASE64 = {c: i for i, c in enumerate(b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')}
_DIRECT = frozenset('\t\n\r !"#$%&\'()*,-./:;<=>?@[]^_`{|}'
                    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789')


def encode(input, errors='strict'):
    """(bytes, length of the text)."""
    result = []
    shifted = ''   # characters between + and -

    def end(following):
        units = shifted.encode('utf-16-be', 'surrogatepass')
        result.append(b'+' + b2a_base64(units, newline=False).rstrip(b'='))
        # The shift ends by itself in front of what is neither base64 nor the hyphen that ends it.
        if not following or following == '-' or ord(following) in _BASE64:
            result.append(b'-')

    for c in input:
        if c in _DIRECT or c == '+' and not shifted:
            if shifted:
                end(c)
                shifted = ''
            result.append(b'+-' if c == '+' else c.encode('ascii'))
        else:
            shifted += c
    if shifted:
        end('')
    return b''.join(result), len(input)


class _Shift:
    """What has been read behind a +."""

    def __init__(self, start):
        self.start = start
        self.text = ''
        self.bits = self.count = 0   # those that are no whole unit yet
        self.high = ''               # a surrogate whose other half may follow

    def add(self, digit):
        self.bits = self.bits << 6 | digit
        self.count += 6
        if self.count < 16:
            return
        self.count -= 16
        unit = chr(self.bits >> self.count)
        self.bits &= (1 << self.count) - 1
        if self.high and '\udc00' <= unit <= '\udfff':
            self.text += (self.high + unit).encode('utf-16', 'surrogatepass').decode('utf-16')
            self.high = ''
            return
        self.text += self.high
        self.high = unit if '\ud800' <= unit <= '\udbff' else ''
        if not self.high:
            self.text += unit

    def flaw(self):
        """What is wrong with an end here, or None."""
        if self.count >= 6:
            return 'partial character in shift sequence'
        return 'non-zero padding bits in shift sequence' if self.bits else None

    def is_complete(self):
        return not self.high and self.count < 6 and not self.bits


def decode_part(data, errors=None, final=False):
    """(text, how many bytes that took): what stands behind a + that nothing ends is left, unless this is the end."""
    result = []
    at, shift = 0, None

    def fail(start, end, reason):
        error = UnicodeDecodeError('utf7', data, start, end, reason)
        replacement, place = _handle_error(errors or 'strict', error)
        result.append(replacement)
        return place

    while at < len(data):
        c = data[at]
        if shift is not None:
            if c in _BASE64:
                shift.add(_BASE64[c])
                at += 1
                continue
            started, bad = shift.start, shift.flaw()
            empty = at == started + 1
            result.append(shift.text)
            if bad is None and c < 0x80:
                result.append(shift.high)
            shift = None
            if bad is not None:
                at = fail(started, at + 1, bad)
            elif empty and c != ord('-'):
                at = fail(started, at + 1, 'ill-formed sequence')
            elif c == ord('-'):
                if empty:
                    result.append('+')
                at += 1
            continue
        if c == ord('+'):
            shift = _Shift(at)
            at += 1
        elif c < 0x80:
            result.append(chr(c))
            at += 1
        else:
            at = fail(at, at + 1, 'unexpected special character')
    if shift is None:
        return ''.join(result), at
    if not final:
        return ''.join(result), shift.start
    result.append(shift.text)
    if not shift.is_complete():
        at = fail(shift.start, len(data), 'unterminated shift sequence')
        if at < len(data):
            return ''.join(result) + decode_part(data[at:], errors, True)[0], len(data)
    return ''.join(result), len(data)


def decode(input, errors='strict'):
    """(text, length of the input)."""
    return codecs.utf_7_decode(input, errors, True)


class IncrementalEncoder(codecs.IncrementalEncoder):
    def encode(self, input, final=False):
        return codecs.utf_7_encode(input, self.errors)[0]


class IncrementalDecoder(codecs.BufferedIncrementalDecoder):
    def _buffer_decode(self, input, errors, final):
        return codecs.utf_7_decode(input, errors, final)


class StreamWriter(codecs.StreamWriter):
    def encode(self, input, errors='strict'):
        return codecs.utf_7_encode(input, errors)


class StreamReader(codecs.StreamReader):
    def decode(self, input, errors='strict'):
        return codecs.utf_7_decode(input, errors)


def getregentry():
    """What the registry keeps."""
    return codecs.CodecInfo(codecs.utf_7_encode, decode, StreamReader, StreamWriter, IncrementalEncoder,
                            IncrementalDecoder, 'utf-7')
