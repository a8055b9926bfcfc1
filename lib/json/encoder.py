"""Writing JSON."""

try:
    from _json import (encode_basestring as c_encode_basestring, encode_basestring_ascii as c_encode_basestring_ascii,
                       make_encoder as c_make_encoder)
except ImportError:
    c_encode_basestring = c_encode_basestring_ascii = c_make_encoder = None
    from _pure.json import py_encode_basestring, py_encode_basestring_ascii
encode_basestring = c_encode_basestring or py_encode_basestring
encode_basestring_ascii = c_encode_basestring_ascii or py_encode_basestring_ascii

__all__ = ["JSONEncoder"]

INFINITY = float("inf")


def __getattr__(name):
    """What there is in Python, for programs that want that."""
    if name in ("py_encode_basestring", "py_encode_basestring_ascii", "_make_encoder", "ESCAPE", "ESCAPE_ASCII",
                "ESCAPE_DCT"):
        from _pure import json as pure

        return getattr(pure, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


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
        encode = encode_basestring_ascii if self.ensure_ascii else encode_basestring
        make_encoder = c_make_encoder or __getattr__("_make_encoder")
        write = make_encoder({} if self.check_circular else None, self.default, encode, indent,
                             self.key_separator, self.item_separator, self.sort_keys, self.skipkeys, self.allow_nan)
        return write(o, 0) if _one_shot else _Pieces(self, indent, encode, write).of(o, 0)


class _Pieces:
    """Gives a text in pieces: for each part of each container, while the containers are gone through."""

    def __init__(self, encoder, indent, encode, write):
        self.encoder = encoder
        self.indent = indent
        self.encode = encode
        self.write = write  # a whole object at once: for all that is no container
        self.open = {}  # the containers and objects that are being written, by id

    def plain(self, o):
        return "".join(self.write(o, 0))

    def of(self, o, level):
        """The pieces of an object at so many levels of containers."""
        if o is None or isinstance(o, (str, int, float)):
            yield self.plain(o)
            return
        if self.encoder.check_circular:
            if id(o) in self.open:
                raise ValueError("Circular reference detected")
            self.open[id(o)] = o
        if isinstance(o, (list, tuple)):
            yield from self.of_list(o, level + 1)
        elif isinstance(o, dict):
            yield from self.of_dict(o, level + 1)
        else:
            yield from self.of(self.encoder.default(o), level)
        self.open.pop(id(o), None)

    def new_line(self, level):
        return "" if self.indent is None else "\n" + self.indent * level

    def of_list(self, items, level):
        if not items:
            yield "[]"
            return
        before = "[" + self.new_line(level)
        for item in items:
            if item is None or isinstance(item, (str, int, float)):
                yield before + self.plain(item)
            else:
                yield before
                yield from self.of(item, level)
            before = self.encoder.item_separator + self.new_line(level)
        if self.indent is not None:
            yield self.new_line(level - 1)
        yield "]"

    def key(self, key):
        """A key as a str, None for one that is left out."""
        if isinstance(key, str):
            return self.encode(key)
        if key is None or isinstance(key, (int, float)):
            return self.encode(self.plain(key))
        if self.encoder.skipkeys:
            return None
        raise TypeError(f"keys must be str, int, float, bool or None, not {key.__class__.__name__}")

    def of_dict(self, items, level):
        if not items:
            yield "{}"
            return
        yield "{"
        if self.indent is not None:
            yield self.new_line(level)
        first = True
        for key, value in sorted(items.items()) if self.encoder.sort_keys else items.items():
            key = self.key(key)
            if key is None:
                continue
            if not first:
                yield self.encoder.item_separator + self.new_line(level)
            first = False
            yield key
            yield self.encoder.key_separator
            yield from self.of(value, level)
        if self.indent is not None:
            yield self.new_line(level - 1)
        yield "}"
