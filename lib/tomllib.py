"""Reading of TOML 1.0.0: load() takes a binary file, loads() a str; both return a dict."""
import re

__all__ = ('loads', 'load', 'TOMLDecodeError')


class TOMLDecodeError(ValueError):
    """The text is not valid TOML."""


_blank = re.compile(r'[ \t]*').match
_KEY_START = frozenset('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"\'')
_ESCAPES = {'b': '\b', 't': '\t', 'n': '\n', 'f': '\f', 'r': '\r', '"': '"', '\\': '\\'}
_WORDS = {'true': True, 'false': False}
_patterns = []


def _matchers():
    """The match methods of the expressions that most documents need, compiled when the first one is read."""
    if not _patterns:
        clock = r'([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]{1,6})[0-9]*)?'
        _patterns.extend(re.compile(pattern).match for pattern in (
            r'[A-Za-z0-9_-]+',
            r'[^\x00-\x08\n-\x1f\x7f"\\]*',
            r'[^\x00-\x08\x0b-\x1f\x7f"\\]*',
            r'(?:[ \t\n]|#[^\n]*)*',
            r'0(?:x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|o[0-7](?:_?[0-7])*|b[01](?:_?[01])*)'
            r'|[+-]?(?:0|[1-9](?:_?[0-9])*)((?:\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?)',
            r'([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])'
            rf'(?:[Tt ]{clock}(?:([Zz])|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))?)?',
            clock))
    return _patterns


def load(fp, /, *, parse_float=float):
    """Parse a file that is open in binary mode."""
    data = fp.read()
    try:
        text = data.decode()
    except AttributeError:
        raise TypeError("File must be opened in binary mode, e.g. use `open('foo.toml', 'rb')`") from None
    return loads(text, parse_float=parse_float)


def loads(s, /, *, parse_float=float):
    """Parse a str; parse_float makes a value of the text of a float."""
    return _Parser(s.replace('\r\n', '\n'), parse_float).document()


class _Parser:
    """One run over a text.

    Tables and arrays become dicts and lists at once. Which of them may be added to no more is kept in sets of ids,
    which are safe because nothing that has been stored is ever removed: `closed` holds the tables and arrays that were
    written as values, `declared` the tables and arrays that have had a header or have been opened by a dotted key of
    an earlier section. Methods leave `pos` behind what they have read.
    """

    def __init__(self, text, parse_float):
        self.text = text
        self.pos = 0
        self.parse_float = parse_float
        self.root = {}
        self.closed = set()
        self.declared = set()
        (self.match_key, self.match_line, self.match_lines, self.match_gap, self.match_number, self.match_date,
         self.match_time) = _matchers()

    def fail(self, message, pos=None):
        pos = self.pos if pos is None else pos
        if pos >= len(self.text):
            where = 'end of document'
        else:
            line = self.text.count('\n', 0, pos) + 1
            where = f'line {line}, column {pos - self.text.rfind('\n', 0, pos)}'
        raise TOMLDecodeError(f'{message} (at {where})')

    # --- statements ---

    def document(self):
        text, end = self.text, len(self.text)
        table, header, opened = self.root, (), []
        while True:
            self.pos = _blank(text, self.pos).end()
            c = text[self.pos:self.pos + 1]
            if c in _KEY_START:
                self.assignment(table, header, opened)
            elif c == '[':
                self.declared.update(map(id, opened))
                opened.clear()
                table, header = self.header()
            elif c not in '#\n':
                self.fail('Invalid statement')
            self.pos = _blank(text, self.pos).end()
            self.comment()
            if self.pos >= end:
                return self.root
            if text[self.pos] != '\n':
                self.fail('Expected newline or end of document after a statement')
            self.pos += 1

    def comment(self):
        if self.text.startswith('#', self.pos):
            end = self.text.find('\n', self.pos)
            self.check(self.pos + 1, len(self.text) if end < 0 else end, '')

    def check(self, start, end, allowed):
        """Move on to end if there are no control characters up to there."""
        part = self.text[start:end]
        if not part.isprintable():
            for pos, c in enumerate(part, start):
                if (c < ' ' and c != '\t' or c == '\x7f') and c not in allowed:
                    self.fail(f'Found invalid character {c!r}', pos)
        self.pos = end

    def header(self):
        """[key] or [[key]]: the table that it opens, and the key."""
        array = self.text.startswith('[[', self.pos)
        self.pos = _blank(self.text, self.pos + 1 + array).end()
        key = self.key()
        *parents, last = key
        table, closed = self.root, False
        for name in parents:
            table, closed = self.step(table, name, closed)
            if table is None:
                break
        held = table.get(last) if table is not None else None
        closed = closed or id(held) in self.closed
        if array:
            if closed:
                self.fail(f'Cannot mutate immutable namespace {key}')
        elif closed or id(held) in self.declared:
            self.fail(f'Cannot declare {key} twice')
        if table is None or held is not None and not isinstance(held, list if array else dict):
            self.fail('Cannot overwrite a value')
        if held is None:
            held = table[last] = [] if array else {}
        self.declared.add(id(held))
        if array:
            held.append({})
            held = held[-1]
        ending = ']]' if array else ']'
        if not self.text.startswith(ending, self.pos):
            self.fail(f"Expected {ending!r} at the end of a{'n array' if array else ' table'} declaration")
        self.pos += len(ending)
        return held, key

    def step(self, table, name, closed):
        """The table of that name, made if there is none; (None, ...) if something else is there.

        The way on through an array is its last table. What is closed closes all that is below it.
        """
        held = table.get(name)
        if held is None:
            if not closed:
                held = table[name] = {}
            return held, closed
        closed = closed or id(held) in self.closed
        if isinstance(held, list):
            held = held[-1] if held else None
        return (held if isinstance(held, dict) else None), closed

    def assignment(self, table, header, opened):
        """key = value in a table; the tables that a dotted key leads through are added to opened."""
        key = self.key()
        value = self.value_of_key()
        closed = id(table) in self.closed
        for depth, name in enumerate(key[:-1], 1):
            if id(table.get(name)) in self.declared:
                self.fail(f'Cannot redefine namespace {header + key[:depth]}')
            table, closed = self.step(table, name, closed)
            if table is None:
                break
            opened.append(table)
        if closed:
            self.fail(f'Cannot mutate immutable namespace {header + key[:-1]}')
        if table is None or key[-1] in table:
            self.fail('Cannot overwrite a value')
        if isinstance(value, (dict, list)):
            self.closed.add(id(value))
        table[key[-1]] = value

    def key(self):
        """A tuple of the parts of a key, and the white space behind it."""
        text, parts = self.text, []
        while True:
            match = self.match_key(text, self.pos)
            if match:
                parts.append(match.group())
                self.pos = match.end()
            elif text.startswith("'", self.pos):
                parts.append(self.literal("'", ''))
            elif text.startswith('"', self.pos):
                self.pos += 1
                parts.append(self.basic(False))
            else:
                self.fail('Invalid initial character for a key part')
            self.pos = _blank(text, self.pos).end()
            if not text.startswith('.', self.pos):
                return tuple(parts)
            self.pos = _blank(text, self.pos + 1).end()

    def value_of_key(self):
        if not self.text.startswith('=', self.pos):
            self.fail("Expected '=' after a key in a key/value pair")
        self.pos = _blank(self.text, self.pos + 1).end()
        return self.value()

    # --- values ---

    def value(self):
        text, pos = self.text, self.pos
        c = text[pos:pos + 1]
        if c == '"':
            if text.startswith('"""', pos):
                return self.long_string('"')
            self.pos = pos + 1
            return self.basic(False)
        if c == "'":
            return self.long_string("'") if text.startswith("'''", pos) else self.literal("'", '')
        if c == '[':
            return self.array()
        if c == '{':
            return self.inline_table()
        match = self.match_date(text, pos) or self.match_time(text, pos)
        if match:
            return self.moment(match)
        match = self.match_number(text, pos)
        if match:
            self.pos = match.end()
            return self.number(match.group()) if match.group(1) else int(match.group(), 0)
        for word, value in _WORDS.items():
            if text.startswith(word, pos):
                self.pos += len(word)
                return value
        length = 4 if c in ('+', '-') else 3
        if text.endswith(('inf', 'nan'), pos, pos + length) and len(text) >= pos + length:
            self.pos += length
            return self.number(text[pos:self.pos])
        self.fail('Invalid value')

    def number(self, text):
        value = self.parse_float(text)
        if isinstance(value, (dict, list)):
            raise ValueError('parse_float must not return dicts or lists')
        return value

    def moment(self, match):
        """A date, time, or both."""
        import datetime
        self.pos = match.end()
        if match.re.groups == 4:
            return datetime.time(*self.clock(*match.groups()))
        year, month, day, hour, minute, second, fraction, utc, sign, hours, minutes = match.groups()
        date = int(year), int(month), int(day)
        try:
            if hour is None:
                return datetime.date(*date)
            zone = None
            if utc:
                zone = datetime.timezone.utc
            elif sign:
                offset = datetime.timedelta(hours=int(hours), minutes=int(minutes))
                zone = datetime.timezone(-offset if sign == '-' else offset)
            return datetime.datetime(*date, *self.clock(hour, minute, second, fraction), tzinfo=zone)
        except ValueError:
            self.fail('Invalid date or datetime', match.start())

    def clock(self, hour, minute, second, fraction):
        return int(hour), int(minute), int(second), int((fraction or '').ljust(6, '0'))

    def gap(self):
        """Skip white space, newlines and comments."""
        start = self.pos
        end = self.match_gap(self.text, start).end()
        if end > start and '#' in self.text[start:end]:
            self.check(start, end, '\n')
        self.pos = end

    def array(self):
        text, items = self.text, []
        self.pos += 1
        self.gap()
        while not text.startswith(']', self.pos):
            items.append(self.value())
            self.gap()
            if text.startswith(',', self.pos):
                self.pos += 1
                self.gap()
            elif not text.startswith(']', self.pos):
                self.fail('Unclosed array')
        self.pos += 1
        return items

    def inline_table(self):
        text, root, closed_keys = self.text, {}, set()
        self.pos = _blank(text, self.pos + 1).end()
        if text.startswith('}', self.pos):
            self.pos += 1
            return root
        while True:
            key = self.key()
            self.inline_assignment(root, key, self.value_of_key(), closed_keys)
            self.pos = _blank(text, self.pos).end()
            c = text[self.pos:self.pos + 1]
            if c == '}':
                self.pos += 1
                return root
            if c != ',':
                self.fail('Unclosed inline table')
            self.pos = _blank(text, self.pos + 1).end()

    def inline_assignment(self, table, key, value, closed_keys):
        """As assignment(), where no headers are; closed_keys holds the keys whose values are tables and arrays."""
        if any(key[:depth] in closed_keys for depth in range(1, len(key) + 1)):
            self.fail(f'Cannot mutate immutable namespace {key}')
        for name in key[:-1]:
            table = table.setdefault(name, {})
            if not isinstance(table, dict):
                self.fail('Cannot overwrite a value')
        if key[-1] in table:
            self.fail(f'Duplicate inline table key {key[-1]!r}')
        table[key[-1]] = value
        if isinstance(value, (dict, list)):
            closed_keys.add(key)

    # --- strings ---

    def literal(self, quote, allowed):
        """A string without escapes, at its opening quote."""
        start = self.pos + len(quote)
        end = self.text.find(quote, start)
        if end < 0:
            self.fail(f'Expected {quote!r}', len(self.text))
        self.check(start, end, allowed)
        self.pos = end + len(quote)
        return self.text[start:end]

    def long_string(self, quote):
        """A string in three quotes. One or two quotes more at the end belong to it, a newline at the start does not."""
        skip = self.text.startswith('\n', self.pos + 3)
        if quote == "'":
            result = self.literal("'''", '\n')[skip:]
        else:
            self.pos += 3 + skip
            result = self.basic(True)
        for _ in range(2):
            if self.text.startswith(quote, self.pos):
                self.pos += 1
                result += quote
        return result

    def basic(self, multiline):
        """A string with escapes, behind its opening quote."""
        text = self.text
        match = self.match_lines if multiline else self.match_line
        quote = '"""' if multiline else '"'
        parts = []
        while True:
            run = match(text, self.pos)
            parts.append(run.group())
            self.pos = run.end()
            c = text[self.pos:self.pos + 1]
            if text.startswith(quote, self.pos):
                self.pos += len(quote)
                return ''.join(parts)
            if not c:
                self.fail('Unterminated string')
            if c == '"':
                parts.append(c)
                self.pos += 1
            elif c == '\\':
                parts.append(self.escape(multiline))
            else:
                self.fail(f'Illegal character {c!r}')

    def escape(self, multiline):
        text, start = self.text, self.pos
        c = text[start + 1:start + 2]
        self.pos = start + 2
        if c in _ESCAPES:
            return _ESCAPES[c]
        if c == 'u' or c == 'U':
            return self.code_point(4 if c == 'u' else 8)
        if multiline and c and c in ' \t\n':
            # the end of a line: skip it and all white space after it
            self.pos = _blank(text, start + 1).end()
            if self.pos >= len(text):
                return ''
            if text[self.pos] == '\n':
                while text[self.pos:self.pos + 1] in (' ', '\t', '\n'):
                    self.pos += 1
                return ''
        self.fail("Unescaped '\\' in a string")

    def code_point(self, length):
        digits = self.text[self.pos:self.pos + length]
        if len(digits) != length or not all(c in '0123456789abcdefABCDEF' for c in digits):
            self.fail('Invalid hex value')
        self.pos += length
        code = int(digits, 16)
        if code > 0x10ffff or 0xd800 <= code <= 0xdfff:
            self.fail('Escaped character is not a Unicode scalar value')
        return chr(code)
