"""Reading JSON."""

from json.scanner import make_scanner

try:
    from _json import scanstring as c_scanstring
except ImportError:
    c_scanstring = None
    from _pure.json import py_scanstring
scanstring = c_scanstring or py_scanstring

__all__ = ["JSONDecoder", "JSONDecodeError"]

NaN = float("nan")
PosInf = float("inf")
NegInf = float("-inf")

_CONSTANTS = {"-Infinity": NegInf, "Infinity": PosInf, "NaN": NaN}
_BLANK = " \t\n\r"


class JSONDecodeError(ValueError):
    """A text is not JSON.

    msg: what is wrong; doc: the text; pos: where; lineno, colno: the line and column of pos.
    """

    def __init__(self, msg, doc, pos):
        lineno = doc.count("\n", 0, pos) + 1
        colno = pos - doc.rfind("\n", 0, pos)
        super().__init__(f"{msg}: line {lineno} column {colno} (char {pos})")
        self.msg = msg
        self.doc = doc
        self.pos = pos
        self.lineno = lineno
        self.colno = colno

    def __reduce__(self):
        return self.__class__, (self.msg, self.doc, self.pos)


def _behind_blank(s, at):
    length = len(s)
    while at < length and s[at] in _BLANK:
        at += 1
    return at


class JSONDecoder:
    """Makes objects of JSON texts: dict, list, str, int, float, True, False, None.

    object_hook is called with each dict, object_pairs_hook with each list of pairs in its place; parse_float, parse_int
    and parse_constant with the text of numbers, of NaN and of the infinities. strict refuses control characters in
    strings.
    """

    def __init__(self, *, object_hook=None, parse_float=None, parse_int=None, parse_constant=None, strict=True,
                 object_pairs_hook=None):
        self.object_hook = object_hook
        self.parse_float = parse_float or float
        self.parse_int = parse_int or int
        self.parse_constant = parse_constant or _CONSTANTS.__getitem__
        self.strict = strict
        self.object_pairs_hook = object_pairs_hook
        self.parse_string = scanstring
        self.memo = {}
        self.scan_once = make_scanner(self)

    def decode(self, s):
        """The object that s, a str, stands for as a whole."""
        if not isinstance(s, str):
            if isinstance(s, (bytes, bytearray, memoryview)) or hasattr(type(s), "__buffer__"):
                raise TypeError("cannot use a string pattern on a bytes-like object")
            raise TypeError(f"expected string or bytes-like object, got '{type(s).__name__}'")
        obj, end = self.raw_decode(s, idx=_behind_blank(s, 0))
        end = _behind_blank(s, end)
        if end != len(s):
            raise JSONDecodeError("Extra data", s, end)
        return obj

    def raw_decode(self, s, idx=0):
        """The object whose text begins at idx, and where that text ends; something else may follow."""
        try:
            return self.scan_once(s, idx)
        except StopIteration as err:
            raise JSONDecodeError("Expecting value", s, err.value) from None


def __getattr__(name):
    """What there is in Python, for programs that want that."""
    if name in ("py_scanstring", "JSONObject", "JSONArray"):
        from _pure import json as pure

        return getattr(pure, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
