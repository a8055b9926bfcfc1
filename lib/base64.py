"""Base16, Base32, Base64 (RFC 4648), Base85, Ascii85 and Z85 encodings of binary data."""
import binascii
import functools
import struct

__all__ = [
    'encode', 'decode', 'encodebytes', 'decodebytes',
    'b64encode', 'b64decode', 'b32encode', 'b32decode', 'b32hexencode', 'b32hexdecode', 'b16encode', 'b16decode',
    'b85encode', 'b85decode', 'a85encode', 'a85decode', 'z85encode', 'z85decode',
    'standard_b64encode', 'standard_b64decode', 'urlsafe_b64encode', 'urlsafe_b64decode',
]

MAXLINESIZE = 76
MAXBINSIZE = MAXLINESIZE // 4 * 3
bytes_types = (bytes, bytearray)  # the objects that are taken as they are

_URLSAFE = b'-_'
_HEX = b'0123456789ABCDEF'
_BASE32 = b'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
_BASE32_HEX = b'0123456789ABCDEFGHIJKLMNOPQRSTUV'
_ASCII85 = bytes(range(33, 33 + 85))
_BASE85 = b'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~'
_Z85 = b'0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#'


def _encoded(s):
    """What is to be decoded, ASCII text or a bytes-like object, as bytes."""
    if isinstance(s, str):
        try:
            return s.encode('ascii')
        except UnicodeEncodeError:
            raise ValueError('string argument should contain only ASCII characters') from None
    if isinstance(s, bytes_types):
        return s
    try:
        return memoryview(s).tobytes()
    except TypeError:
        raise TypeError('argument should be a bytes-like object or ASCII string, '
                        f'not {s.__class__.__name__!r}') from None


# --- base64 ---

def b64encode(s, altchars=None):
    """Encode the bytes-like object s; altchars are two bytes that stand for + and /."""
    encoded = binascii.b2a_base64(s, newline=False)
    if altchars is None:
        return encoded
    assert len(altchars) == 2, repr(altchars)
    return encoded.translate(bytes.maketrans(b'+/', altchars))


def b64decode(s, altchars=None, validate=False):
    """Decode s; what is not of the alphabet is left out, or, with validate, a binascii.Error."""
    s = _encoded(s)
    if altchars is not None:
        altchars = _encoded(altchars)
        assert len(altchars) == 2, repr(altchars)
        s = s.translate(bytes.maketrans(altchars, b'+/'))
    return binascii.a2b_base64(s, strict_mode=validate)


def standard_b64encode(s):
    """Encode with the standard alphabet."""
    return b64encode(s)


def standard_b64decode(s):
    """Decode from the standard alphabet."""
    return b64decode(s)


def urlsafe_b64encode(s):
    """Encode with - and _ instead of + and /."""
    return b64encode(s, _URLSAFE)


def urlsafe_b64decode(s):
    """Decode what has - and _ instead of + and /."""
    return b64decode(s, _URLSAFE)


def encode(input, output):
    """Encode a binary file, in lines."""
    while chunk := input.read(MAXBINSIZE):
        while len(chunk) < MAXBINSIZE and (more := input.read(MAXBINSIZE - len(chunk))):
            chunk += more
        output.write(binascii.b2a_base64(chunk))


def decode(input, output):
    """Decode a binary file of lines."""
    while line := input.readline():
        output.write(binascii.a2b_base64(line))


def _check_row_of_bytes(s):
    try:
        m = memoryview(s)
    except TypeError as error:
        raise TypeError(f'expected bytes-like object, not {s.__class__.__name__}') from error
    if m.format not in ('c', 'b', 'B'):
        raise TypeError(f'expected single byte elements, not {m.format!r} from {s.__class__.__name__}')
    if m.ndim != 1:
        raise TypeError(f'expected 1-D data, not {m.ndim}-D data from {s.__class__.__name__}')


def encodebytes(s):
    """Encode in lines of at most 76 characters, each with a newline."""
    _check_row_of_bytes(s)
    return b''.join([binascii.b2a_base64(s[i:i + MAXBINSIZE]) for i in range(0, len(s), MAXBINSIZE)])


def decodebytes(s):
    """Decode lines."""
    _check_row_of_bytes(s)
    return binascii.a2b_base64(s)


# --- base32 and base16 ---

@functools.cache
def _pairs(alphabet):
    """All pairs of characters, by the number that they stand for."""
    return [bytes((a, b)) for a in alphabet for b in alphabet]


@functools.cache
def _values(alphabet):
    return {c: i for i, c in enumerate(alphabet)}


def _b32encode(alphabet, s):
    if not isinstance(s, bytes_types):
        s = memoryview(s).tobytes()
    pairs = _pairs(alphabet)
    rest = len(s) % 5
    if rest:
        s = s + bytes(5 - rest)
    out = []
    for i in range(0, len(s), 5):
        n = int.from_bytes(s[i:i + 5])
        out += pairs[n >> 30], pairs[n >> 20 & 1023], pairs[n >> 10 & 1023], pairs[n & 1023]
    encoded = b''.join(out)
    pad = (0, 6, 4, 3, 1)[rest]
    return encoded[:-pad] + b'=' * pad if pad else encoded


def _b32decode(alphabet, s, casefold, map01=None):
    s = _encoded(s)
    if len(s) % 8:
        raise binascii.Error('Incorrect padding')
    if map01 is not None:
        map01 = _encoded(map01)
        assert len(map01) == 1, repr(map01)
        s = s.translate(bytes.maketrans(b'01', b'O' + map01))
    if casefold:
        s = s.upper()
    digits = s.rstrip(b'=')
    pad = len(s) - len(digits)
    values = _values(alphabet)
    out = []
    try:
        for i in range(0, len(digits), 8):
            n = 0
            for c in digits[i:i + 8]:
                n = n << 5 | values[c]
            out.append(n)
    except KeyError:
        raise binascii.Error('Non-base32 digit found') from None
    if pad not in (0, 1, 3, 4, 6):
        raise binascii.Error('Incorrect padding')
    if pad:
        out[-1] <<= 5 * pad
    decoded = b''.join([n.to_bytes(5) for n in out])
    return decoded[:-((5 * pad + 7) // 8)] if pad else decoded


def b32encode(s):
    """Encode with the base32 alphabet of RFC 4648."""
    return _b32encode(_BASE32, s)


def b32decode(s, casefold=False, map01=None):
    """Decode; casefold takes lower case too, map01 is what 1 stands for (0 is then O)."""
    return _b32decode(_BASE32, s, casefold, map01)


def b32hexencode(s):
    """Encode with the extended hex alphabet of RFC 4648."""
    return _b32encode(_BASE32_HEX, s)


def b32hexdecode(s, casefold=False):
    """Decode from the extended hex alphabet."""
    return _b32decode(_BASE32_HEX, s, casefold)


def b16encode(s):
    """Encode in hexadecimal digits, upper case."""
    return binascii.hexlify(s).upper()


def b16decode(s, casefold=False):
    """Decode hexadecimal digits, of lower case only with casefold."""
    s = _encoded(s)
    if casefold:
        s = s.upper()
    if s.translate(None, _HEX):
        raise binascii.Error('Non-base16 digit found')
    return binascii.unhexlify(s)


# --- base 85: four bytes as five digits ---

def _words(b):
    """Big-endian words of four bytes, and how many zeros the last one was filled up with."""
    if not isinstance(b, bytes_types):
        b = memoryview(b).tobytes()
    pad = -len(b) % 4
    if pad:
        b = b + bytes(pad)
    return struct.unpack(f'!{len(b) // 4}I', b), pad


def _groups(words, alphabet):
    pairs = _pairs(alphabet)
    return [pairs[w // 614125] + pairs[w // 85 % 7225] + alphabet[w % 85:w % 85 + 1] for w in words]


def a85encode(b, *, foldspaces=False, wrapcol=0, pad=False, adobe=False):
    """Encode as Ascii85: z for four zeros, y for four spaces (foldspaces), in lines of wrapcol, <~ and ~> (adobe)."""
    words, padding = _words(b)
    groups = _groups(words, _ASCII85)
    for i, word in enumerate(words):
        if word == 0:
            groups[i] = b'z'
        elif foldspaces and word == 0x20202020:
            groups[i] = b'y'
    if padding and not pad:
        if groups[-1] == b'z':
            groups[-1] = b'!!!!!'
        groups[-1] = groups[-1][:-padding]
    result = b''.join(groups)
    if adobe:
        result = b'<~' + result
    if wrapcol:
        wrapcol = max(2 if adobe else 1, wrapcol)
        lines = [result[i:i + wrapcol] for i in range(0, len(result), wrapcol)]
        if adobe and len(lines[-1]) + 2 > wrapcol:
            lines.append(b'')
        result = b'\n'.join(lines)
    return result + b'~>' if adobe else result


def _word(digits):
    word = 0
    for digit in digits:
        word = word * 85 + digit
    if word > 0xFFFFFFFF:
        raise ValueError('Ascii85 overflow')
    return word.to_bytes(4)


def a85decode(b, *, foldspaces=False, adobe=False, ignorechars=b' \t\n\r\v'):
    """Decode Ascii85; the bytes of ignorechars are left out."""
    b = _encoded(b)
    if adobe:
        if not b.endswith(b'~>'):
            raise ValueError("Ascii85 encoded byte sequences must end with b'~>'")
        b = b[2:-2] if b.startswith(b'<~') else b[:-2]
    out = []
    digits = []
    for c in b:
        if 33 <= c <= 117:
            digits.append(c - 33)
            if len(digits) == 5:
                out.append(_word(digits))
                digits.clear()
        elif c == 122 or (foldspaces and c == 121):
            if digits:
                raise ValueError(f'{chr(c)} inside Ascii85 5-tuple')
            out.append(bytes(4) if c == 122 else b'    ')
        elif c not in ignorechars:
            raise ValueError(f'Non-Ascii85 digit found: {chr(c)}')
    if digits:
        missing = 5 - len(digits)
        out.append(_word(digits + [84] * missing)[:-missing])
    return b''.join(out)


def _encode85(b, alphabet, pad):
    words, padding = _words(b)
    result = b''.join(_groups(words, alphabet))
    return result[:-padding] if padding and not pad else result


def _decode85(b, alphabet, name):
    b = _encoded(b)
    values = _values(alphabet)
    padding = -len(b) % 5
    b = b + alphabet[84:] * padding
    out = []
    for i in range(0, len(b), 5):
        word = 0
        for j in range(i, i + 5):
            value = values.get(b[j])
            if value is None:
                raise ValueError(f'bad {name} character at position {j}')
            word = word * 85 + value
        if word > 0xFFFFFFFF:
            raise ValueError(f'{name} overflow in hunk starting at byte {i}')
        out.append(word)
    result = struct.pack(f'!{len(out)}I', *out)
    return result[:-padding] if padding else result


def b85encode(b, pad=False):
    """Encode with the alphabet of git and Mercurial; with pad the data is filled up with zeros to whole words."""
    return _encode85(b, _BASE85, pad)


def b85decode(b):
    """Decode base85."""
    return _decode85(b, _BASE85, 'base85')


def z85encode(s):
    """Encode with the alphabet of ZeroMQ."""
    return _encode85(s, _Z85, False)


def z85decode(s):
    """Decode Z85."""
    return _decode85(s, _Z85, 'z85')


# --- the command line ---

def main():
    """Encode a file, or standard input, or with -d decode it, to standard output."""
    import getopt
    import sys
    usage = (f'usage: {sys.argv[0]} [-h|-d|-e|-u] [file|-]\n'
             '        -h: print this help message and exit\n'
             '        -d, -u: decode\n'
             '        -e: encode (default)')
    try:
        options, files = getopt.getopt(sys.argv[1:], 'hdeu')
    except getopt.error as message:
        sys.stdout = sys.stderr
        print(message)
        print(usage)
        sys.exit(2)
    work = encode
    for option, _ in options:
        if option == '-h':
            print(usage)
            return
        work = encode if option == '-e' else decode
    if files and files[0] != '-':
        with open(files[0], 'rb') as file:
            work(file, sys.stdout.buffer)
    else:
        work(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == '__main__':
    main()
