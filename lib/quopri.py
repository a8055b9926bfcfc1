"""quopri: bytes as quoted-printable text (RFC 1521), and back."""

from binascii import a2b_qp, b2a_qp, hexlify

__all__ = ["encode", "decode", "encodestring", "decodestring"]

ESCAPE = b"="
MAXLINESIZE = 76
HEX = b"0123456789ABCDEF"
EMPTYSTRING = b""


def needsquoting(c, quotetabs, header):
    """Must the byte c be quoted? Spaces and tabs where quotetabs says so, underscores in headers."""
    assert isinstance(c, bytes)
    if c in b" \t":
        return quotetabs
    if c == b"_":
        return header
    return c == ESCAPE or not b" " <= c <= b"~"


def quote(c):
    """The byte c as = and two digits."""
    assert isinstance(c, bytes) and len(c) == 1
    return ESCAPE + hexlify(c).upper()


def encode(input, output, quotetabs, header=False):
    """Encode a binary file into another; with header, spaces become underscores (RFC 1522)."""
    output.write(b2a_qp(input.read(), quotetabs=quotetabs, header=header))


def encodestring(s, quotetabs=False, header=False):
    return b2a_qp(s, quotetabs=quotetabs, header=header)


def decode(input, output, header=False):
    """Decode a binary file into another; with header, underscores become spaces."""
    output.write(a2b_qp(input.read(), header=header))


def decodestring(s, header=False):
    return a2b_qp(s, header=header)


def ishex(c):
    """Is the byte c a hexadecimal digit?"""
    assert isinstance(c, bytes)
    return b"0" <= c <= b"9" or b"a" <= c <= b"f" or b"A" <= c <= b"F"


def unhex(s):
    """The value of hexadecimal digits."""
    return int(s, 16)


def main():
    """Encode files, or with -d decode them, to standard output."""
    import getopt
    import sys
    try:
        options, files = getopt.getopt(sys.argv[1:], "td")
    except getopt.error as message:
        sys.stdout = sys.stderr
        print(message)
        print("usage: quopri [-t | -d] [file] ...")
        print("-t: quote tabs")
        print("-d: decode; default encode")
        sys.exit(2)
    names = [name for name, _ in options]
    tabs, back = "-t" in names, "-d" in names
    if tabs and back:
        sys.stdout = sys.stderr
        print("-t and -d are mutually exclusive")
        sys.exit(2)
    status = 0
    for name in files or ["-"]:
        try:
            file = sys.stdin.buffer if name == "-" else open(name, "rb")
        except OSError as message:
            sys.stderr.write(f"{name}: can't open ({message})\n")
            status = 1
            continue
        try:
            if back:
                decode(file, sys.stdout.buffer)
            else:
                encode(file, sys.stdout.buffer, tabs)
        finally:
            if file is not sys.stdin.buffer:
                file.close()
    if status:
        sys.exit(status)


if __name__ == "__main__":
    main()
