"""Writing JSON."""

from _json import encode_basestring, encode_basestring_ascii, make_encoder

__all__ = ["JSONEncoder"]

INFINITY = float("inf")


class JSONEncoder:
    """Makes JSON texts of objects: dict, list and tuple, str, int, float, True, False, None.

    skipkeys leaves out keys that are none of these; ensure_ascii escapes all that is not ASCII; check_circular
    looks for containers within themselves; allow_nan writes NaN and the infinities, which are no JSON;
    sort_keys sorts; indent (a number of blanks, or a str) puts each item on a line of its own; separators are
    those of items and of keys; default is called for other objects, and gives one that can be written.
    """

    item_separator = ", "
    key_separator = ": "

    def __init__(self, *, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, sort_keys=False,
                 indent=None, separators=None, default=None):
        self.skipkeys = skipkeys
        self.ensure_ascii = ensure_ascii
        self.check_circular = check_circular
        self.allow_nan = allow_nan
        self.sort_keys = sort_keys
        self.indent = indent
        if separators is not None:
            self.item_separator, self.key_separator = separators
        elif indent is not None:
            self.item_separator = ","
        if default is not None:
            self.default = default

    def default(self, o):
        """An object that can be written in the place of o. May be overridden."""
        raise TypeError(f"Object of type {o.__class__.__name__} is not JSON serializable")

    def encode(self, o):
        """o as JSON, a str."""
        if isinstance(o, str):
            return encode_basestring_ascii(o) if self.ensure_ascii else encode_basestring(o)
        chunks = self.iterencode(o, _one_shot=True)
        if not isinstance(chunks, (list, tuple)):
            chunks = list(chunks)
        return "".join(chunks)

    def iterencode(self, o, _one_shot=False):
        """o as JSON, in pieces."""
        indent = self.indent
        if indent is not None and not isinstance(indent, str):
            indent = " " * indent
        write = make_encoder({} if self.check_circular else None, self.default,
                             encode_basestring_ascii if self.ensure_ascii else encode_basestring, indent,
                             self.key_separator, self.item_separator, self.sort_keys, self.skipkeys, self.allow_nan)
        return write(o, 0)
