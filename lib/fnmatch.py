"""Filename matching with shell patterns.

Patterns are Unix shell style: `*` matches everything, `?` any single character, `[seq]` any character in seq, `[!seq]`
any character not in seq. A pattern becomes a regular expression; the latest ones are kept compiled.
"""

import functools
import os
import re

__all__ = ["filter", "fnmatch", "fnmatchcase", "translate"]

_STAR = None  # among the translated parts of a pattern


def fnmatch(name, pat):
    """Test whether `name` matches `pat`, both in the normal case of the operating system."""
    return fnmatchcase(os.path.normcase(name), os.path.normcase(pat))


def fnmatchcase(name, pat):
    """Test whether `name` matches `pat`, including case."""
    return _compile_pattern(pat)(name) is not None


def filter(names, pat):
    """The list of those `names` that match `pat`."""
    match = _compile_pattern(os.path.normcase(pat))
    return [name for name in names if match(name) is not None]


def translate(pat):
    """The regular expression that matches what the shell pattern `pat` does.

    There is no way to quote meta-characters. Each star but the last takes as little as it can and does not come back
    to it, so that no pattern takes exponential time.
    """
    chunks = [""]
    for part in _parts(pat, "."):
        if part is _STAR:
            chunks.append("")
        else:
            chunks[-1] += part
    first, *others = chunks
    middle = "".join(f"(?>.*?{chunk})" for chunk in others[:-1])
    last = ".*" + others[-1] if others else ""
    return f"(?s:{first}{middle}{last})\\Z"


@functools.lru_cache(maxsize=32768, typed=True)
def _compile_pattern(pat):
    if isinstance(pat, bytes):
        return re.compile(translate(pat.decode("latin-1")).encode("latin-1")).match
    return re.compile(translate(pat)).match


def _parts(pat, any_character):
    """The pattern's parts as regular expressions, a row of stars as one _STAR."""
    i, n = 0, len(pat)
    star = False
    while i < n:
        c = pat[i]
        i += 1
        if c == "*":
            if not star:
                yield _STAR
        elif c == "?":
            yield any_character
        elif c == "[" and (end := _class_end(pat, i)) >= 0:
            yield _class(pat[i:end])
            i = end + 1
        else:
            yield re.escape(c)
        star = c == "*"


def _class_end(pat, start):
    """Where the bracket that ends the class lies, -1 if there is none. The first character never ends it."""
    if pat[start:start + 1] == "!":
        start += 1
    return pat.find("]", start + 1)


def _class(text):
    """The regular expression of a class by what is between its brackets. Ranges that run backward are empty."""
    negative = text[0] == "!"
    if negative:
        text = text[1:]
    items, i = [], 0
    while i < len(text):
        width = 3 if i + 2 < len(text) and text[i + 1] == "-" else 1
        first, last = text[i], text[i + width - 1]
        if width == 1:
            items.append(_escape(first))
        elif first <= last:
            items.append(f"{_escape(first)}-{_escape(last)}")
        i += width
    if not items:
        return "." if negative else "(?!)"
    inner = "".join(items)
    if negative:
        return f"[^{inner}]"
    return f"[\\{inner}]" if inner[0] in "^[" else f"[{inner}]"


def _escape(c):
    return "\\" + c if c in "\\-&~|" else c
