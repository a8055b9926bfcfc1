"""Regular expressions.

The syntax is Python's; the search is PCRE2's. _translate reads an expression and writes it in PCRE2's syntax, the
native module _re does the rest. The expressions compiled last are kept.
"""

import enum

import _re
from re import _translate

__all__ = [
    "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer", "compile", "purge", "escape",
    "error", "Pattern", "Match", "A", "I", "L", "M", "S", "X", "U", "ASCII", "IGNORECASE", "LOCALE", "MULTILINE",
    "DOTALL", "VERBOSE", "UNICODE", "NOFLAG", "RegexFlag", "PatternError",
]

__version__ = "2.2.1"

Pattern = _re.Pattern
Match = _re.Match


@enum.global_enum
class RegexFlag(enum.IntFlag, boundary=enum.KEEP):
    """What changes the meaning of an expression as a whole."""

    NOFLAG = 0
    ASCII = A = 256
    IGNORECASE = I = 2
    LOCALE = L = 4
    UNICODE = U = 32
    MULTILINE = M = 8
    DOTALL = S = 16
    VERBOSE = X = 64
    DEBUG = 128
    __str__ = object.__str__
    _numeric_repr_ = hex


class PatternError(Exception):
    """An expression is not valid.

    msg: what is wrong; pattern: the expression; pos: where, or None; lineno, colno: the line and column of pos.
    """

    __module__ = "re"

    def __init__(self, msg, pattern=None, pos=None):
        self.msg = msg
        self.pattern = pattern
        self.pos = pos
        self.lineno = self.colno = None
        if pattern is not None and pos is not None:
            newline = "\n" if isinstance(pattern, str) else b"\n"
            msg = "%s at position %d" % (msg, pos)
            self.lineno = pattern.count(newline, 0, pos) + 1
            self.colno = pos - pattern.rfind(newline, 0, pos)
            if newline in pattern:
                msg = f"{msg} (line {self.lineno}, column {self.colno})"
        super().__init__(msg)


error = PatternError

_MAXCACHE = 512
_cache = {}  # the expressions compiled last
_templates = {}  # and the templates: the key is (pattern, repl)


def _warn_of_sets(suspects):
    import warnings
    for position, what in suspects.items():
        warnings.warn(f"Possible {what} at position {position}", FutureWarning, stacklevel=5)


def _translated(pattern, flags):
    suspects = {}
    try:
        parts = _translate.translate(pattern, flags, suspects)
    except _translate.Invalid as invalid:
        raise PatternError(invalid.message, pattern, invalid.position) from None
    finally:
        if suspects:
            _warn_of_sets(suspects)
    compiled = _re.compile(pattern, *parts, _template)
    if isinstance(compiled, str):
        raise PatternError(compiled, pattern)
    return compiled


def _compile(pattern, flags):
    if isinstance(flags, RegexFlag):
        flags = flags.value
    try:
        return _cache[type(pattern), pattern, flags]
    except KeyError:
        pass
    if isinstance(pattern, Pattern):
        if flags:
            raise ValueError("cannot process flags argument with a compiled pattern")
        return pattern
    if not isinstance(pattern, (str, bytes)):
        raise TypeError("first argument must be string or compiled pattern")
    compiled = _translated(pattern, flags)
    if not flags & DEBUG:
        if len(_cache) >= _MAXCACHE:
            del _cache[next(iter(_cache))]
        _cache[type(pattern), pattern, flags] = compiled
    return compiled


def match(pattern, string, flags=0):
    """Try to apply the pattern at the start of the string: a Match, or None."""
    return _compile(pattern, flags).match(string)


def fullmatch(pattern, string, flags=0):
    """Try to apply the pattern to all of the string: a Match, or None."""
    return _compile(pattern, flags).fullmatch(string)


def search(pattern, string, flags=0):
    """Scan through the string for a match of the pattern: a Match, or None."""
    return _compile(pattern, flags).search(string)


class _ZeroSentinel(int):
    pass


_zero_sentinel = _ZeroSentinel()


def _positional(function, names, args, given):
    """The options of a function that were given by position, which is deprecated."""
    import warnings
    if len(args) > len(names):
        raise TypeError(f"{function}() takes from {3 - len(names) % 2} to {5 - len(names) % 2} positional arguments "
                        f"but {3 - len(names) % 2 + len(args)} were given")
    for name, value in zip(names, args):
        if given[name] is not _zero_sentinel:
            raise TypeError(f"{function}() got multiple values for argument {name!r}")
        given[name] = value
    warnings.warn(f"{names[0]!r} is passed as positional argument", DeprecationWarning, stacklevel=3)
    return given[names[0]], given["flags"]


def sub(pattern, repl, string, *args, count=_zero_sentinel, flags=_zero_sentinel):
    """The string with the leftmost matches that do not overlap replaced by repl.

    repl is a template, in which backslash escapes are processed, or a function from a Match to a string.
    """
    if args:
        count, flags = _positional("sub", ("count", "flags"), args, {"count": count, "flags": flags})
    return _compile(pattern, flags).sub(repl, string, count)


sub.__text_signature__ = '(pattern, repl, string, count=0, flags=0)'


def subn(pattern, repl, string, *args, count=_zero_sentinel, flags=_zero_sentinel):
    """As sub, but a tuple: the new string, and how many replacements were made."""
    if args:
        count, flags = _positional("subn", ("count", "flags"), args, {"count": count, "flags": flags})
    return _compile(pattern, flags).subn(repl, string, count)


subn.__text_signature__ = sub.__text_signature__


def split(pattern, string, *args, maxsplit=_zero_sentinel, flags=_zero_sentinel):
    """The parts of the string between matches; the text of groups in the pattern is put between them."""
    if args:
        maxsplit, flags = _positional("split", ("maxsplit", "flags"), args, {"maxsplit": maxsplit, "flags": flags})
    return _compile(pattern, flags).split(string, maxsplit)


split.__text_signature__ = '(pattern, string, maxsplit=0, flags=0)'


def findall(pattern, string, flags=0):
    """A list of all matches that do not overlap: of the whole, the only group, or tuples of the groups."""
    return _compile(pattern, flags).findall(string)


def finditer(pattern, string, flags=0):
    """An iterator over a Match for each match that does not overlap one before."""
    return _compile(pattern, flags).finditer(string)


def compile(pattern, flags=0):
    """Compile an expression: a Pattern."""
    return _compile(pattern, flags)


def purge():
    """Forget the compiled expressions and templates."""
    _cache.clear()
    _templates.clear()


_special_chars_map = {i: "\\" + chr(i) for i in b"()[]{}?*+-|^$\\.&~# \t\n\r\v\f"}


def escape(pattern):
    """The string with the characters escaped that have a meaning in expressions."""
    if isinstance(pattern, str):
        return pattern.translate(_special_chars_map)
    return str(pattern, "latin1").translate(_special_chars_map).encode("latin1")


_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}


def _group(pattern, name, position):
    """The number of the group that \\g<name> means."""
    if name.isdecimal() and name.isascii():
        number = int(name)
    else:
        if not (name.isidentifier() and (isinstance(pattern.pattern, str) or name.isascii())):
            raise _translate.Invalid(f"bad character in group name {name!r}", position)
        if name not in pattern.groupindex:
            raise IndexError(f"unknown group name {name!r}")
        number = pattern.groupindex[name]
    if number > pattern.groups:
        raise _translate.Invalid(f"invalid group reference {number}", position)
    return number


def _octal(text, at, digits):
    code = int(digits, 8)
    if code > 0o377:
        raise _translate.Invalid(f"octal escape value \\{digits} outside of range 0-0o377", at)
    return chr(code)


def _numbered(pattern, text, at):
    """What \\ and a digit at `at` stand for, a character or a group's number, and where it ends."""
    octal = "01234567"
    end = at + 2
    if text[at + 1] == "0":
        while end < at + 4 and text[end:end + 1] and text[end] in octal:
            end += 1
        return _octal(text, at, text[at + 1:end]), end
    if text[end:end + 1].isdecimal() and text[end].isascii():
        end += 1
        if text[at + 1] in octal and text[at + 2] in octal and text[end:end + 1] and text[end] in octal:
            return _octal(text, at, text[at + 1:end + 1]), end + 1
    number = int(text[at + 1:end])
    if number > pattern.groups:
        raise _translate.Invalid(f"invalid group reference {number}", at + 1)
    return number, end


def _pieces(pattern, text):
    """Literals and the numbers of groups, as they come."""
    at = 0
    while True:
        backslash = text.find("\\", at)
        if backslash < 0 or backslash == len(text) - 1:
            if backslash >= 0:
                raise _translate.Invalid("bad escape (end of pattern)", backslash)
            yield text[at:]
            return
        yield text[at:backslash]
        kind = text[backslash + 1]
        at = backslash + 2
        if kind == "g":
            if text[at:at + 1] != "<":
                raise _translate.Invalid("missing <", at)
            end = text.find(">", at + 1)
            if end == at + 1 or at + 1 == len(text):
                raise _translate.Invalid("missing group name", at + 1)
            if end < 0:
                raise _translate.Invalid("missing >, unterminated name", at + 1)
            yield _group(pattern, text[at + 1:end], at + 1)
            at = end + 1
        elif kind.isdecimal() and kind.isascii():
            piece, at = _numbered(pattern, text, backslash)
            yield piece
        elif kind in _ESCAPES:
            yield _ESCAPES[kind]
        elif kind.isalpha() and kind.isascii():
            raise _translate.Invalid(f"bad escape \\{kind}", backslash)
        else:
            yield "\\" + kind


def _template(pattern, repl):
    """A template as Pattern.sub wants it: a literal, or a list of literals and the numbers of groups."""
    if not isinstance(repl, (str, bytes)):
        given, repl = repl, None
        try:
            repl = memoryview(given).tobytes()
        except TypeError:
            pass
        if repl is None:  # the errors have no context
            hash(given)  # templates are looked up before they are looked at
            raise TypeError(f"decoding to str: need a bytes-like object, {type(given).__name__} found")
    try:
        return _templates[pattern, repl]
    except KeyError:
        pass
    parts = _parsed_template(pattern, repl)
    if len(_templates) >= _MAXCACHE:
        del _templates[next(iter(_templates))]
    _templates[pattern, repl] = parts
    return parts


def _parsed_template(pattern, repl):
    is_bytes = not isinstance(repl, str)
    text = str(repl, "latin1") if is_bytes else repl
    parts = []
    literal = ""
    try:
        for piece in _pieces(pattern, text):
            if isinstance(piece, str):
                literal += piece
                continue
            if literal:
                parts.append(literal)
                literal = ""
            parts.append(piece)
    except _translate.Invalid as invalid:
        raise PatternError(invalid.message, repl, invalid.position) from None
    if literal or not parts:
        parts.append(literal)
    if is_bytes:
        parts = [part if isinstance(part, int) else part.encode("latin1") for part in parts]
    if len(parts) == 1 and not isinstance(parts[0], int):
        return parts[0]
    return parts


class Scanner:
    """Split a text into tokens: a lexicon is a list of (expression, action)."""

    def __init__(self, lexicon, flags=0):
        from re import _phrases
        if isinstance(flags, RegexFlag):
            flags = flags.value
        self.lexicon = lexicon
        self.scanner = _phrases.PhrasePattern([phrase for phrase, _ in lexicon], flags)

    def scan(self, string):
        """The results of the actions, and the rest of the text that none matched."""
        result = []
        match = self.scanner.scanner(string).match
        end = 0
        while True:
            found = match()
            if not found or end == found.end():
                break
            action = self.lexicon[found.lastindex - 1][1]
            if callable(action):
                self.match = found
                action = action(self, found.group())
            if action is not None:
                result.append(action)
            end = found.end()
        return result, string[end:]


def _pickle(pattern):
    return _compile, (pattern.pattern, pattern.flags)


import copyreg

copyreg.pickle(Pattern, _pickle, _compile)
