"""The native part of json in Python: the scanner of values, and the encoders of strings and of all else."""

import re

NUMBER_RE = re.compile(r"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?", re.DOTALL)
_STRING_CHUNK = re.compile(r'(.*?)(["\\\x00-\x1f])', re.DOTALL)
_HEX_DIGITS = re.compile("[0-9A-Fa-f]{4}", re.DOTALL)
_BLANKS = re.compile(r"[ \t\n\r]*", re.DOTALL)
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def _error(msg, doc, pos):
    from json.decoder import JSONDecodeError

    return JSONDecodeError(msg, doc, pos)


# --- reading ---

__name__ = "json.decoder"


def _code_unit(s, pos):
    found = _HEX_DIGITS.match(s, pos + 1)
    if found is None:
        raise _error("Invalid \\uXXXX escape", s, pos)
    return int(found[0], 16)


def py_scanstring(s, end, strict=True):
    """The string whose text begins at `end`, behind the quotation mark, and where the text ends."""
    parts = []
    begin = end - 1
    while True:
        found = _STRING_CHUNK.match(s, end)
        if found is None:
            raise _error("Unterminated string starting at", s, begin)
        end = found.end()
        content, stop = found.groups()
        if content:
            parts.append(content)
        if stop == '"':
            return "".join(parts), end
        if stop != "\\":
            if strict:
                raise _error(f"Invalid control character {stop!r} at", s, end)
            parts.append(stop)
            continue
        if end >= len(s):
            raise _error("Unterminated string starting at", s, begin)
        escape = s[end]
        if escape != "u":
            if escape not in _ESCAPES:
                raise _error(f"Invalid \\escape: {escape!r}", s, end)
            parts.append(_ESCAPES[escape])
            end += 1
            continue
        code = _code_unit(s, end)
        end += 5
        if 0xD800 <= code <= 0xDBFF and s[end : end + 2] == "\\u":
            low = _code_unit(s, end + 1)
            if 0xDC00 <= low <= 0xDFFF:
                code = 0x10000 + ((code - 0xD800) << 10 | low - 0xDC00)
                end += 6
        parts.append(chr(code))


def JSONObject(s_and_end, strict, scan_once, object_hook, object_pairs_hook, memo=None):
    """The object whose text begins at `end`, behind the brace, and where it ends."""
    s, end = s_and_end
    pairs = []
    keys = {} if memo is None else memo
    end = _BLANKS.match(s, end).end()
    if s[end : end + 1] == "}":
        end += 1
    else:
        if s[end : end + 1] != '"':
            raise _error("Expecting property name enclosed in double quotes", s, end)
        while True:
            key, end = py_scanstring(s, end + 1, strict)
            key = keys.setdefault(key, key)
            end = _BLANKS.match(s, end).end()
            if s[end : end + 1] != ":":
                raise _error("Expecting ':' delimiter", s, end)
            end = _BLANKS.match(s, end + 1).end()
            value, end = _value(s, end, scan_once)
            pairs.append((key, value))
            end = _BLANKS.match(s, end).end()
            if s[end : end + 1] == "}":
                end += 1
                break
            if s[end : end + 1] != ",":
                raise _error("Expecting ',' delimiter", s, end)
            comma = end
            end = _BLANKS.match(s, end + 1).end()
            if s[end : end + 1] != '"':
                if s[end : end + 1] == "}":
                    raise _error("Illegal trailing comma before end of object", s, comma)
                raise _error("Expecting property name enclosed in double quotes", s, end)
    if object_pairs_hook is not None:
        return object_pairs_hook(pairs), end
    result = dict(pairs)
    return result if object_hook is None else object_hook(result), end


def JSONArray(s_and_end, scan_once):
    """The list whose text begins at `end`, behind the bracket, and where it ends."""
    s, end = s_and_end
    values = []
    end = _BLANKS.match(s, end).end()
    if s[end : end + 1] == "]":
        return values, end + 1
    while True:
        value, end = _value(s, end, scan_once)
        values.append(value)
        end = _BLANKS.match(s, end).end()
        if s[end : end + 1] == "]":
            return values, end + 1
        if s[end : end + 1] != ",":
            raise _error("Expecting ',' delimiter", s, end)
        comma = end
        end = _BLANKS.match(s, end + 1).end()
        if s[end : end + 1] == "]":
            raise _error("Illegal trailing comma before end of array", s, comma)


def _value(s, end, scan_once):
    try:
        return scan_once(s, end)
    except StopIteration as stop:
        raise _error("Expecting value", s, stop.value) from None


__name__ = "json.scanner"


def py_make_scanner(context):
    """The function that gives the value whose text begins at a place, and where it ends, as a JSONDecoder wants it."""
    constants = {"null": None, "true": True, "false": False}
    parse_object = getattr(context, "parse_object", JSONObject)
    parse_array = getattr(context, "parse_array", JSONArray)
    memo = context.memo

    def scan(string, idx):
        first = string[idx : idx + 1]
        if not first:
            raise StopIteration(idx)
        if first == '"':
            return context.parse_string(string, idx + 1, context.strict)
        if first == "{":
            return parse_object(
                (string, idx + 1), context.strict, scan, context.object_hook, context.object_pairs_hook, memo
            )
        if first == "[":
            return parse_array((string, idx + 1), scan)
        for name, value in constants.items():
            if string.startswith(name, idx):
                return value, idx + len(name)
        found = NUMBER_RE.match(string, idx)
        if found is not None:
            integer, fraction, exponent = found.groups()
            if fraction or exponent:
                return context.parse_float(integer + (fraction or "") + (exponent or "")), found.end()
            return context.parse_int(integer), found.end()
        for name in "NaN", "Infinity", "-Infinity":
            if string.startswith(name, idx):
                return context.parse_constant(name), idx + len(name)
        raise StopIteration(idx)

    def scan_once(string, idx):
        if idx < 0:
            raise ValueError("idx cannot be negative")
        try:
            return scan(string, idx)
        finally:
            memo.clear()

    return scan_once


# --- writing ---

__name__ = "json.encoder"

ESCAPE = re.compile(r'[\x00-\x1f\\"\b\f\n\r\t]')
ESCAPE_ASCII = re.compile(r'([\\"]|[^\ -~])')
ESCAPE_DCT = {chr(i): f"\\u{i:04x}" for i in range(0x20)} | {
    "\\": "\\\\", '"': '\\"', "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t",
}


def py_encode_basestring(s):
    """The JSON of a str, everything that may be in it being written as it is."""
    return '"' + ESCAPE.sub(lambda found: ESCAPE_DCT[found[0]], s) + '"'


def py_encode_basestring_ascii(s):
    """The JSON of a str in ASCII."""

    def replacement(found):
        char = found[0]
        if char in ESCAPE_DCT:
            return ESCAPE_DCT[char]
        code = ord(char)
        if code < 0x10000:
            return f"\\u{code:04x}"
        code -= 0x10000
        return f"\\u{0xD800 | code >> 10:04x}\\u{0xDC00 | code & 0x3FF:04x}"

    return '"' + ESCAPE_ASCII.sub(replacement, s) + '"'


def _float_text(number, allow_nan):
    if number != number:
        text = "NaN"
    elif number in (float("inf"), float("-inf")):
        text = "Infinity" if number > 0 else "-Infinity"
    else:
        return float.__repr__(number)
    if not allow_nan:
        raise ValueError("Out of range float values are not JSON compliant: " + repr(number))
    return text


def _make_encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan):
    """The function that gives the pieces of an object's JSON at a level of containers."""

    def plain(o):
        """The text of what is no container, or None."""
        if isinstance(o, str):
            return encoder(o)
        if o is None:
            return "null"
        if o is True:
            return "true"
        if o is False:
            return "false"
        if isinstance(o, int):
            return int.__repr__(o)
        if isinstance(o, float):
            return _float_text(o, allow_nan)
        return None

    def key_text(key):
        if isinstance(key, str):
            return encoder(key)
        text = plain(key)
        if text is not None:
            return encoder(text)
        if skipkeys:
            return None
        raise TypeError(f"keys must be str, int, float, bool or None, not {key.__class__.__name__}")

    def enclosed(opening, closing, items, level):
        """The pieces between brackets: items yields the pieces of each."""
        yield opening
        before = "" if indent is None else "\n" + indent * (level + 1)
        for pieces in items:
            yield before
            yield from pieces
            before = item_separator + ("" if indent is None else "\n" + indent * (level + 1))
        if indent is not None:
            yield "\n" + indent * level
        yield closing

    def member(key, value, level):
        yield key
        yield key_separator
        yield from pieces(value, level)

    def pieces(o, level):
        text = plain(o)
        if text is not None:
            yield text
            return
        if markers is not None:
            if id(o) in markers:
                raise ValueError("Circular reference detected")
            markers[id(o)] = o
        if isinstance(o, (list, tuple)):
            if o:
                yield from enclosed("[", "]", (pieces(item, level + 1) for item in o), level)
            else:
                yield "[]"
        elif isinstance(o, dict):
            if o:
                items = sorted(o.items()) if sort_keys else o.items()
                keyed = ((key_text(key), value) for key, value in items)
                members = (member(key, value, level + 1) for key, value in keyed if key is not None)
                yield from enclosed("{", "}", members, level)
            else:
                yield "{}"
        else:
            yield from pieces(default(o), level)
        if markers is not None:
            del markers[id(o)]

    return pieces
