"""tokenize: the tokens of Python source text, comments and line ends among them, and text from tokens.

`tokenize(readline)` reads bytes and finds out their encoding, `generate_tokens(readline)` reads str. Tokens come one
by one as TokenInfo(type, string, start, end, line). The text need not be a valid program: brackets need not match.
"""

import re
from builtins import open as _open
from codecs import BOM_UTF8, lookup
from collections import namedtuple
from io import TextIOWrapper
from token import *
from token import EXACT_TOKEN_TYPES
import token as _token

__all__ = _token.__all__ + ["tokenize", "generate_tokens", "detect_encoding", "untokenize", "TokenInfo", "open",
                            "TokenError"]

cookie_re = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
blank_re = re.compile(rb"^[ \t\f]*(?:[#\r\n]|$)", re.ASCII)


class TokenError(Exception):
    """Text that has no tokens; args are the message and the place (row, column)."""


class TokenInfo(namedtuple("TokenInfo", "type string start end line")):
    def __repr__(self):
        kind = f"{self.type} ({tok_name[self.type]})"
        rest = f"string={self.string!r}, start={self.start!r}, end={self.end!r}, line={self.line!r}"
        return f"TokenInfo(type={kind}, {rest})"

    @property
    def exact_type(self):
        """The operator's own number, where type is OP."""
        if self.type == OP and self.string in EXACT_TOKEN_TYPES:
            return EXACT_TOKEN_TYPES[self.string]
        return self.type


# --- from text to tokens ---

_NAME = re.compile(r"[a-zA-Z_\x80-\U0010ffff][a-zA-Z0-9_\x80-\U0010ffff]*")
_SPACE = re.compile(r"[ \t\f]*")
_COMMENT = re.compile(r"#[^\r\n]*")
_QUOTE = re.compile(r"(?i:([rbuf]|[bf]r|r[bf])?)('''|\"\"\"|'|\")")
_OPERATOR = re.compile("|".join(re.escape(text) for text in sorted([*EXACT_TOKEN_TYPES, "<>"], key=len, reverse=True)))
_BASES = {  # of numbers with a prefix: the digits, their pattern
    "x": ("hexadecimal", re.compile(r"(?:_?[0-9a-fA-F])*")),
    "o": ("octal", re.compile(r"(?:_?[0-7])*")),
    "b": ("binary", re.compile(r"(?:_?[01])*")),
}
_DIGITS = re.compile(r"[0-9](?:_?[0-9])*")

_LEVELS = 200  # of brackets, one in the other; of expressions in an f-string
_TAB = 8


class _FString:
    """An f-string that is being read: at `level` brackets open inside it, `fields` of them replacement fields."""

    def __init__(self, prefix, quote, start, line):
        self.quote = quote
        self.raw = "r" in prefix.lower()
        self.start = start  # (row, column)
        self.line = line  # where its line begins in the whole text
        self.level = 0
        self.fields = []  # the level of each field that is open
        self.text = True  # reading text, not the expression of a field
        self.spec = False  # that text is a field's format


class _Scanner:
    """The tokens of lines of str. `line` is the one being read, with a newline even where the text lacks it."""

    def __init__(self, readline):
        self.readline = readline
        self.line = self.whole = ""
        self.row = self.at = self.size = 0  # the size of all lines
        self.level = 0
        self.indents = [(0, 0)]  # columns with tabs to 8, and with tabs to 1
        self.fstrings = []
        self.lines = []  # of a token of several lines: those before this one

    def tokens(self):
        line_start = True  # of a statement: indentation counts
        while True:
            if self.fstrings and self.fstrings[-1].text:
                yield from self.fstring_text()
                continue
            blank = False
            if self.at >= len(self.line):
                if not self.next_line():
                    break
                if line_start and not self.level:
                    blank = self.blank = yield from self.indentation()
                    if self.at >= len(self.line):
                        break
                line_start = False
            token = self.token()
            if token is None:
                continue
            yield token
            line_start = token.type == NEWLINE or token.type == NL and not self.level
        if self.level or not line_start:
            column = self.size - self.fstrings[-1].line if self.fstrings else 0
            self.fail("unexpected EOF in multi-line statement", column)
        end = (self.row + 1, 0)
        for _ in self.indents[1:]:
            yield TokenInfo(DEDENT, "", end, end, "")
        yield TokenInfo(ENDMARKER, "", end, end, "")

    def next_line(self):
        """Read a line; False at the end, where the last line stays."""
        try:
            line = self.readline()
        except StopIteration:
            line = ""
        if not isinstance(line, str):
            raise TypeError("readline() returned a non-string object")
        if not line:
            return False
        if "\0" in line:
            self.row += 1
            self.fail("source code cannot contain null bytes", 0)
        self.whole = line
        self.line = line if line[-1] == "\n" else line + "\n"
        self.size += len(self.line)
        self.row += 1
        self.at = 0
        self.blank = False
        return True

    def fail(self, message, column):
        raise TokenError(message, (self.row, column))

    def make(self, kind, start, end):
        """The token of this line's text from start to end."""
        self.at = end
        return TokenInfo(kind, self.whole[start:end], (self.row, start), (self.row, end), self.whole)

    def indentation(self):
        """Read the spaces that begin a line; yields INDENT and DEDENT. Returns whether the line is blank."""
        column = other = 0
        kept = 0  # the indentation before a backslash, if there was any
        while True:
            c = self.line[self.at]
            if c == " ":
                column += 1
                other += 1
            elif c == "\t":
                column = (column // _TAB + 1) * _TAB
                other += 1
            elif c == "\f":
                column = other = 0
            elif c == "\\":
                kept = kept or column
                if not self.continuation():
                    self.fail("unexpected EOF in multi-line statement", 0)
                continue
            else:
                break
            self.at += 1
        if c in "#\r\n":
            return True
        yield from self.indent(kept or column, kept or other)
        return False

    def indent(self, column, other):
        top = self.indents[-1]
        if (column, other) == top:
            return
        if (column > top[0]) != (other > top[1]) or (column == top[0]) != (other == top[1]):
            if column >= top[0]:
                self.fail_indentation(TabError, "inconsistent use of tabs and spaces in indentation")
        if column > top[0]:
            self.indents.append((column, other))
            if len(self.indents) > 100:
                self.fail_indentation(IndentationError, "too many levels of indentation")
            yield self.make(INDENT, 0, self.at)
            return
        place, count = (self.row, self.at), 0
        while column < self.indents[-1][0]:
            self.indents.pop()
            count += 1
        if column != self.indents[-1][0]:
            self.fail_indentation(IndentationError, "unindent does not match any outer indentation level")
        if other != self.indents[-1][1]:
            self.fail_indentation(TabError, "inconsistent use of tabs and spaces in indentation")
        for _ in range(count):
            yield TokenInfo(DEDENT, "", place, place, self.whole)

    def fail_indentation(self, error, message):
        text = self.whole.rstrip("\r\n")
        raise error(message, ("<string>", self.row, len(text) + 1, text, None, None))

    def continuation(self):
        """Go behind a backslash at the end of a line; False where the text ends."""
        self.at += 1
        if self.line[self.at] == "\r":
            self.at += 1
        if self.line[self.at] != "\n":
            self.fail("unexpected character after line continuation character", len(self.line))
        return self.next_line()

    def token(self):
        """The next token that begins in this line; None where it goes on in the next one."""
        line = self.line
        start = self.at = _SPACE.match(line, self.at).end()
        c = line[start]
        if c in "\r\n" and (c == "\n" or line[start + 1] == "\n"):
            return self.make(NL if self.blank or self.level else NEWLINE, start, len(line))
        if match := _QUOTE.match(line, start):
            return self.string(match)
        if match := _NAME.match(line, start):
            return self.make(NAME, start, match.end())
        if c.isdigit() or c == "." and line[start + 1] in "0123456789":
            return self.make(NUMBER, start, self.number(start))
        if c == "#":
            return self.make(COMMENT, start, _COMMENT.match(line, start).end())
        if c == "\\":
            if not self.continuation():
                self.fail("unexpected EOF in multi-line statement", len(line))
            return None
        return self.operator(start)

    def number(self, start):
        """Where the number ends that begins at `start`."""
        line = self.line
        if line[start] == "0" and line[start + 1].lower() in _BASES:
            name, digits = _BASES[line[start + 1].lower()]
            end = digits.match(line, start + 2).end()
            if line[end] == "_":
                end += 1
            elif end > start + 2 and not line[end].isdigit():
                return end
            if line[end] in "0123456789":
                self.fail(f"invalid digit '{line[end]}' in {name} literal", end + 1)
            self.fail(f"invalid {name} literal", end)
        end = self.digits(start) if line[start] != "." else start
        if line[end] == ".":
            end += 1
            if line[end] in "0123456789":
                end = self.digits(end)
        if line[end] in "eE":
            if line[end + 1] in "0123456789":
                end = self.digits(end + 1)
            elif line[end + 1] in "+-":
                if line[end + 2] not in "0123456789":
                    self.fail("invalid decimal literal", end + 2)
                end = self.digits(end + 2)
        return end + 1 if line[end] in "jJ" else end

    def digits(self, start):
        end = _DIGITS.match(self.line, start).end()
        if self.line[end] == "_":
            self.fail("invalid decimal literal", end + 1)
        return end

    def operator(self, start):
        c = self.line[start]
        fstring = self.fstrings[-1] if self.fstrings else None
        if c in "([{":
            if self.level >= _LEVELS:
                self.fail("too many nested parentheses", start + 1)
            self.level += 1
            if fstring:
                fstring.level += 1
        elif c in ")]}":
            self.close(fstring, c, start)
        elif c == ":" and fstring and fstring.fields and fstring.level == fstring.fields[-1]:
            fstring.text = fstring.spec = True
            return self.make(OP, start, start + 1)
        match = _OPERATOR.match(self.line, start)
        end = match.end() if match else start + 1
        return self.make(OP, start, end + 1 if c == "\r" else end)

    def close(self, fstring, c, start):
        if fstring and not fstring.level and c == "}":
            self.fail("f-string: single '}' is not allowed", start + 1)
        if self.level:
            self.level -= 1
        if fstring:
            fstring.level -= 1
            if fstring.level < 0:
                self.fail(f"f-string: unmatched '{c}'", start + 1)
            if c == "}" and fstring.fields and fstring.level == fstring.fields[-1] - 1:
                fstring.fields.pop()
                fstring.text = True
                fstring.spec = False

    # strings

    def string(self, match):
        prefix, quote = match[1] or "", match[2]
        start, self.at = match.start(), match.end()
        if "f" in prefix.lower():
            if len(self.fstrings) >= 150:
                self.fail("too many nested f-strings", start + 1)
            self.fstrings.append(_FString(prefix, quote, (self.row, start), self.size - len(self.line)))
            return self.make(FSTRING_START, start, match.end())
        begin = (self.row, start)
        self.lines = []
        escaped = False  # a quote
        while not self.line.startswith(quote, self.at):
            c = self.line[self.at]
            if c == "\\":
                escaped = escaped or self.line[self.at + 1] == quote
                self.at += 2 if self.line[self.at + 1] != "\r" else 3
            elif c == "\n" and len(quote) == 1:
                self.fail_string(quote, begin, escaped)
            else:
                self.at += 1
            if self.at >= len(self.line):
                self.lines.append(self.whole)
                if not self.next_line():
                    self.fail_string(quote, begin, escaped)
        return self.finish(STRING, begin, start, self.at + len(quote))

    def finish(self, kind, begin, start, end):
        """The token from column `start` of the first of self.lines to `end` of this one."""
        self.at = end
        if not self.lines:
            return TokenInfo(kind, self.whole[start:end], begin, (self.row, end), self.whole)
        lines = "".join(self.lines)
        string = lines[start:] + self.whole[:end]
        self.lines = []
        return TokenInfo(kind, string, begin, (self.row, end), lines + self.whole)

    def fail_string(self, quote, place, escaped):
        if self.fstrings and self.fstrings[-1].quote == quote:
            message = "f-string: expecting '}'"
        elif len(quote) == 3:
            message = "EOF in multi-line string"
        else:
            message = f"unterminated string literal (detected at line {self.row})"
            message += "; perhaps you escaped the end quote?" if escaped else ""
        raise TokenError(message, (place[0], place[1] + 1))

    def fstring_text(self):
        """The text of an f-string up to a field, the end of a field or that of the string."""
        fstring = self.fstrings[-1]
        if self.at < len(self.line):
            if self.line[self.at] == "{" and (self.line[self.at + 1] != "{"):
                self.open_field(fstring)
                return
            if self.line.startswith(fstring.quote, self.at):
                self.fstrings.pop()
                yield self.make(FSTRING_END, self.at, self.at + len(fstring.quote))
                return
        begin, start = (self.row, self.at), self.at
        if self.at >= len(self.line) and self.next_line():
            begin, start = (self.row, 0), 0
        self.lines = []
        end = self.fstring_end(fstring)
        if end is None:
            yield self.finish(FSTRING_MIDDLE, begin, start, self.at)
        else:  # of a doubled brace the token has one
            after = end + 1
            yield self.finish(FSTRING_MIDDLE, begin, start, end)
            self.at = after

    def open_field(self, fstring):
        if len(fstring.fields) >= _LEVELS:
            self.fail("f-string: expressions nested too deeply", self.at + 1)
        fstring.fields.append(fstring.level + 1)
        fstring.text = False

    def fstring_end(self, fstring):
        """Go to where a piece of text ends; where that is a doubled brace, return the place between the two."""
        name = False  # inside \N{...}
        while True:
            if self.at >= len(self.line):
                self.lines.append(self.whole)
                if not self.next_line():
                    self.fail_fstring(fstring)
                continue
            line, at = self.line, self.at
            c = line[at]
            if c == fstring.quote[0] and line.startswith(fstring.quote, at):
                return None
            if c == "\n" and len(fstring.quote) == 1:
                if not fstring.spec:
                    self.fail_fstring(fstring)
                fstring.text = fstring.spec = False
                return None
            if c == "{":
                if line[at + 1] != "{" or fstring.spec:
                    self.open_field(fstring)
                    return None
                return at + 1
            if c == "}" and name:
                self.at += 1
                return None
            if c == "}":
                if line[at + 1] == "}" and not fstring.spec and not fstring.level:
                    return at + 1
                fstring.text = False
                return None
            if c == "\\":
                name = self.escape(fstring, at)
            else:
                self.at += 1

    def escape(self, fstring, at):
        """Go over a backslash and what it stands before; does the name of a character begin?"""
        line = self.line
        if line[at + 1] == "\r":
            at += 1
        if line[at + 1] in "{}":
            self.at = at + 1
        elif line.startswith("N{", at + 1) and not fstring.raw:
            self.at = at + 3
            return True
        else:
            self.at = at + 2
        return False

    def fail_fstring(self, fstring):
        triple = "triple-quoted " if len(fstring.quote) == 3 else ""
        row, column = fstring.start
        raise TokenError(f"unterminated {triple}f-string literal (detected at line {self.row})", (row, column + 1))


def generate_tokens(readline):
    """The tokens of text that `readline` gives line by line, as str."""
    return _Scanner(readline).tokens()


def tokenize(readline):
    """The tokens of source code that `readline` gives line by line, as bytes; the first one tells the encoding."""
    encoding, first = detect_encoding(readline)
    first.reverse()
    encoding = "utf-8" if encoding == "utf-8-sig" else encoding
    yield TokenInfo(ENCODING, encoding, (0, 0), (0, 0), "")

    def next_line():
        line = first.pop() if first else readline()
        if not isinstance(line, bytes):
            raise TypeError("readline() returned a non-bytes object")
        return line.decode(encoding, "replace")

    yield from _Scanner(next_line).tokens()


# --- encodings ---


def _normal_name(name):
    """The names that a cookie may have of the two commonest encodings."""
    plain = name[:12].lower().replace("_", "-")
    if plain == "utf-8" or plain.startswith("utf-8-"):
        return "utf-8"
    for latin in ("latin-1", "iso-8859-1", "iso-latin-1"):
        if plain == latin or plain.startswith(latin + "-"):
            return "iso-8859-1"
    return name


def detect_encoding(readline):
    """The encoding of source code, and the lines (none to two) that were read to find it out."""
    name = getattr(getattr(readline, "__self__", None), "name", None)
    where = "" if name is None else f" for {name!r}"
    lines, bom, default = [], False, "utf-8"

    def read():
        try:
            return readline()
        except StopIteration:
            return b""

    def cookie(line):
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            raise SyntaxError(f"invalid or missing encoding declaration{where}")
        match = cookie_re.match(text)
        if not match:
            return None
        encoding = _normal_name(match[1])
        try:
            lookup(encoding)
        except LookupError:
            raise SyntaxError(f"unknown encoding{where}: {encoding}" if where else f"unknown encoding: {encoding}")
        if bom:
            if encoding != "utf-8":
                raise SyntaxError(f"encoding problem{where}: utf-8" if where else "encoding problem: utf-8")
            encoding += "-sig"
        return encoding

    first = read()
    if first.startswith(BOM_UTF8):
        bom, first, default = True, first[3:], "utf-8-sig"
    if not first:
        return default, []
    if encoding := cookie(first):
        return encoding, [first]
    if not blank_re.match(first):
        return default, [first]
    second = read()
    if not second:
        return default, [first]
    return cookie(second) or default, [first, second]


def open(filename):
    """Open a file of source code to read text, in the encoding that it says it has."""
    buffer = _open(filename, "rb")
    try:
        encoding, _ = detect_encoding(buffer.readline)
        buffer.seek(0)
        text = TextIOWrapper(buffer, encoding, line_buffering=True)
        text.mode = "r"
        return text
    except:
        buffer.close()
        raise


# --- from tokens to text ---


class Untokenizer:
    """Text from tokens: at their places, or, from the first token on that has none, with a space between them."""

    def __init__(self):
        self.tokens = []
        self.prev_row = 1
        self.prev_col = 0
        self.prev_type = None
        self.prev_line = ""
        self.encoding = None

    def add_whitespace(self, start):
        """What stands between the last token and this place."""
        row, column = start
        if (row, column) < (self.prev_row, self.prev_col):
            raise ValueError(f"start ({row},{column}) precedes previous end ({self.prev_row},{self.prev_col})")
        if row > self.prev_row:
            self.tokens.append("\\\n" * (row - self.prev_row))
            self.prev_col = 0
        self.tokens.append(" " * (column - self.prev_col))

    def untokenize(self, iterable):
        rest = iter(iterable)
        indents, line_start = [], False
        for token in rest:
            if len(token) == 2:
                self.compat(token, rest)
                break
            kind, string, start, end, line = token
            if kind == ENCODING:
                self.encoding = string
                continue
            if kind == ENDMARKER:
                break
            if kind == INDENT:
                indents.append(string)
                continue
            if kind == DEDENT:
                indents.pop()
                self.prev_row, self.prev_col = end
                continue
            if kind in (NEWLINE, NL):
                line_start = True
            elif line_start and indents:
                if start[1] >= len(indents[-1]):
                    self.tokens.append(indents[-1])
                    self.prev_col = len(indents[-1])
                line_start = False
            elif kind == FSTRING_MIDDLE and ("{" in string or "}" in string):
                start, end, string = self.braces(string, start, end)
            elif kind in (STRING, FSTRING_START) and self.prev_type in (STRING, FSTRING_END):
                self.tokens.append(" ")
            self.add_whitespace(start)
            self.tokens.append(string)
            self.prev_row, self.prev_col = end
            if kind in (NEWLINE, NL):
                self.prev_row += 1
                self.prev_col = 0
            self.prev_type, self.prev_line = kind, line
        return "".join(self.tokens)

    def braces(self, string, start, end):
        """Double the braces of an f-string's text, and move its end by those in its last line."""
        doubled = self.escape_brackets(string)
        last = doubled.rpartition("\n")[2]
        more = last.count("{{") + last.count("}}")
        return start, (end[0], end[1] + more), doubled

    def escape_brackets(self, token):
        """The text with each brace doubled, those of names of characters left alone."""
        pieces = re.split(r"(\\N\{[^{}]*\})", token)
        pieces[::2] = [piece.replace("{", "{{").replace("}", "}}") for piece in pieces[::2]]
        return "".join(pieces)

    def compat(self, token, iterable):
        """The rest of the tokens, of which only kind and text are known."""
        out, indents = self.tokens.append, []
        line_start = token[0] in (NEWLINE, NL)
        previous, brace = None, False
        for token in _chain(token, iterable):
            kind, string = token[:2]
            if kind == ENCODING:
                self.encoding = string
                continue
            if kind in (NAME, NUMBER):
                string += " "
            if kind == INDENT:
                indents.append(string)
                continue
            if kind == DEDENT:
                indents.pop()
                continue
            if kind in (NEWLINE, NL):
                line_start = True
            elif line_start and indents:
                out(indents[-1])
                line_start = False
            elif kind == FSTRING_MIDDLE:
                string = self.escape_brackets(string)
            if kind in (STRING, FSTRING_START) and previous in (STRING, FSTRING_END):
                string = " " + string
            if brace and kind == OP and string == "{":
                string = " " + string
            brace = kind == OP and string.endswith("{")
            previous = kind
            out(string)


def _chain(first, rest):
    yield first
    yield from rest


def untokenize(iterable):
    """Text from tokens, as str, or as bytes where they tell an encoding.

    Tokens are at least (type, string); with their places the text is that which they were read from."""
    untokenizer = Untokenizer()
    text = untokenizer.untokenize(iterable)
    return text if untokenizer.encoding is None else text.encode(untokenizer.encoding)


# --- the command ---


def main():
    """Print a file's tokens, or those of standard input."""
    import argparse
    import sys
    parser = argparse.ArgumentParser(prog="python -m tokenize")
    parser.add_argument("filename", nargs="?", metavar="filename.py", help="the file to tokenize; defaults to stdin")
    parser.add_argument("-e", "--exact", action="store_true", help="display token names using the exact type")
    options = parser.parse_args()
    filename = options.filename or "<stdin>"

    def complain(message, place=None):
        where = f"{filename}:{place[0]}:{place[1]}: " if place else f"{filename}: " if place is None else ""
        sys.stderr.write(f"{where}error: {message}\n")
        sys.exit(1)

    try:
        if options.filename:
            with _open(filename, "rb") as file:
                tokens = list(tokenize(file.readline))
        else:
            tokens = generate_tokens(sys.stdin.readline)
        for token in tokens:
            kind = token.exact_type if options.exact else token.type
            (row, column), (end_row, end_column) = token.start, token.end
            place = f"{row},{column}-{end_row},{end_column}:"
            print(f"{place:<20}{tok_name[kind]:<15}{token.string!r:<15}")
    except IndentationError as error:
        complain(error.args[0], error.args[1][1:3])
    except TokenError as error:
        complain(error.args[0], error.args[1])
    except SyntaxError as error:
        complain(error)
    except OSError as error:
        complain(error, ())
    except KeyboardInterrupt:
        print("interrupted\n")


if __name__ == "__main__":
    main()
