"""Translate Python's regular expressions into PCRE2's.

An expression is read character by character, checked as the documentation of re says, and written anew in ASCII:
literals other than letters and digits as \\x{...}, groups by number, classes where the two languages differ by their
members. translate() gives what _re.compile takes.

PCRE2 works on the characters of a str as they lie in memory, so a text of narrow characters is searched with a form of
the expression that names no wide ones: they could not occur. Each form is a translation with another limit.
"""

IGNORECASE = 2
LOCALE = 4
MULTILINE = 8
DOTALL = 16
UNICODE = 32
VERBOSE = 64
ASCII = 256

_MAXREPEAT = 4294967295
_MAXWIDTH = 1 << 64  # of what is not bounded
_REPEAT_LIMIT = 65535  # the most that PCRE2 counts to; what allows more is not counted
_LIMITS = (0xFF, 0xFFFF, 0x10FFFF)

_FLAGS = {"i": IGNORECASE, "L": LOCALE, "m": MULTILINE, "s": DOTALL, "x": VERBOSE, "a": ASCII, "u": UNICODE}
_TYPE_FLAGS = ASCII | LOCALE | UNICODE
_GLOBAL_FLAGS = VERBOSE | 128  # and DEBUG

_DIGITS = frozenset("0123456789")
_OCTAL = frozenset("01234567")
_HEX = frozenset("0123456789abcdefABCDEF")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_PLAIN = _LETTERS | _DIGITS
_BLANK = frozenset(" \t\n\r\v\f")
_REPEATS = frozenset("*+?{")
_SET_OPERATORS = {"-": "set difference", "&": "set intersection", "|": "set union", "~": "set symmetric difference"}
_ESCAPED = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92}

# Marks: each is good as it stands for texts of narrow characters, and replaced for wider ones (_widened).
_I_ALONE = r"\x{69}"  # i, which dotted and dotless i are the same as when case does not count
_I_MEMBER = r"\x{069}"
_LAST = r"\x{00ff}"
_LAST_OF_SPACES = r"\x{00a0}"
_LAST_NO_SPACES = r"\x{000ff}"
_WIDE_SPACES = r"\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
_WIDE_NO_SPACES = (r"\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}"
                   r"\x{2060}-\x{2fff}\x{3001}-\x{%x}")

# Members of a class. PCRE2's own escapes are those of the flags of the whole expression; its spaces are others.
_SPACES = {"s": r"\x09-\x0d\x1c-\x20\x85" + _LAST_OF_SPACES,
           "S": r"\x00-\x08\x0e-\x1b!-\x{84}\x{86}-\x{9f}\x{a1}-" + _LAST_NO_SPACES}
_NATIVE = {kind: "\\" + kind for kind in "dDwWsS"}
_UNICODE_WHOLE = _NATIVE | _SPACES
_UNICODE_PART = {"d": r"\p{Nd}", "D": r"\P{Nd}", "w": r"\p{Xwd}", "W": r"\P{Xwd}"} | _SPACES
_ASCII_PART = {"d": "0-9", "D": r"\x00-/:-" + _LAST, "w": "a-zA-Z0-9_", "W": r"\x00-/:-@\[-\^`\{-" + _LAST,
               "s": r"\x09-\x0d\x20", "S": r"\x00-\x08\x0e-\x1f!-" + _LAST}

# Narrow letters that are the same as wide ones when case does not count, and pairs of wide ones unknown to PCRE2.
_NARROW_CASES = {0x178: 0xFF, 0x17F: 0x73, 0x1E9E: 0xDF, 0x212A: 0x6B, 0x212B: 0xE5, 0x39C: 0xB5, 0x3BC: 0xB5}
_TWINS = {0x390: 0x1FD3, 0x1FD3: 0x390, 0x3B0: 0x1FE3, 0x1FE3: 0x3B0, 0xFB05: 0xFB06, 0xFB06: 0xFB05}
_I_CASES = frozenset((0x49, 0x69, 0x130, 0x131))

ATOM, POSITION, REPEAT = range(3)  # what an item of a branch is, for the repetition that follows it


class Invalid(Exception):
    """The expression is wrong: a message, and the position or None."""

    def __init__(self, message, position=None):
        self.message = message
        self.position = position


class _Restart(Exception):
    """The expression turns VERBOSE on for itself: it must be read again."""


def _literal(code):
    character = chr(code)
    return character if character in _PLAIN else rf"\x{{{code:x}}}"


def _widened(text, limit):
    """A translation with its marks replaced for characters up to the limit."""
    for mark, wide in ((_I_ALONE, r"[i\x{130}\x{131}]"), (_I_MEMBER, r"i\x{130}\x{131}"), (_LAST, rf"\x{{{limit:x}}}"),
                       (_LAST_OF_SPACES, _WIDE_SPACES), (_LAST_NO_SPACES, _WIDE_NO_SPACES % limit)):
        text = text.replace(mark, wide)
    return text


class _Translator:
    def __init__(self, text, flags, is_bytes, limit, suspects, base):
        self.text = text
        self.base = base  # how many groups are before this expression in the one that it becomes part of
        self.suspects = suspects  # what may once mean something else: {place: what}
        self.at = 0
        self.flags = flags
        self.is_bytes = is_bytes
        self.limit = limit
        self.widest = 0
        self.names = {}
        self.widths = [None]  # of each group, (least, most); None while it is open
        self.order = []  # numbers of groups as they are closed
        self.lookbehind_groups = None  # how many groups there were when the look-behind began
        self.references = []  # conditional references to groups yet to come: (number, position)
        self.interpreted = False  # machine code does not compare as this expression wants
        self.atomic = False  # a group is not gone back into, which PCRE2's possessive repetitions overlook

    # --- characters ---

    def peek(self):
        """The next token: a character, an escape of two characters, or "" at the end."""
        token = self.text[self.at:self.at + 1]
        if token == "\\":
            token = self.text[self.at:self.at + 2]
            if len(token) == 1:
                raise Invalid("bad escape (end of pattern)", self.at)
        return token

    def take(self):
        token = self.peek()
        self.at += len(token)
        return token

    def accept(self, token):
        if self.peek() != token:
            return False
        self.at += len(token)
        return True

    def take_while(self, most, allowed):
        start = self.at
        while self.at < start + most and self.text[self.at:self.at + 1] in allowed and self.at < len(self.text):
            self.at += 1
        return self.text[start:self.at]

    def take_until(self, terminator, what):
        start = self.at
        end = self.text.find(terminator, start)
        if start == len(self.text) or end == start:
            raise Invalid("missing " + what, start)
        if end < 0:
            raise Invalid(f"missing {terminator}, unterminated name", start)
        self.at = end + 1
        return self.text[start:end]

    def is_ascii(self, flags):
        return bool(flags & ASCII) or self.is_bytes

    def folds(self, flags):
        """Are letters beyond ASCII the same in either case?"""
        return flags & IGNORECASE and not self.is_ascii(flags)

    def folds_ascii(self, flags):
        """Are only letters of ASCII the same in either case, in a part of what is Unicode as a whole?"""
        return flags & IGNORECASE and self.is_ascii(flags) and not self.is_ascii(self.flags)

    def character(self, code, flags):
        """An expression for one character."""
        if code > self.widest:
            self.widest = code
        if self.folds_ascii(flags) and code <= self.limit:
            other = ord(chr(code).swapcase()) if code < 128 else code
            return f"(?-i:[{_literal(code)}{_literal(other)}])"
        folds = self.folds(flags)
        if folds and code in _I_CASES:
            return _I_ALONE
        if code <= self.limit:
            return f"[{_literal(code)}{_literal(_TWINS[code])}]" if folds and code in _TWINS else _literal(code)
        narrow = _NARROW_CASES.get(code, code) if folds else code
        return _literal(narrow) if narrow <= self.limit else "(?!)"

    # --- escapes ---

    def number(self, escape, digits, start):
        text = self.take_while(digits, _HEX)
        if len(text) < digits:
            raise Invalid(f"incomplete escape {escape}{text}", start)
        return int(text, 16)

    def named_character(self, start):
        if not self.accept("{"):
            raise Invalid("missing {", self.at)
        name = self.take_until("}", "character name")
        try:
            if not all(c.isalnum() or c in " -()" for c in name):
                raise SyntaxError
            return ord(eval(f'"\\N{{{name}}}"'))
        except (SyntaxError, TypeError):
            raise Invalid(f"undefined character name {name!r}", start) from None

    def wide_escape(self, escape, start):
        """The code of \\x, \\u, \\U or \\N, or None."""
        kind = escape[1]
        if kind == "x":
            return self.number(escape, 2, start)
        if self.is_bytes:
            return None
        if kind == "u":
            return self.number(escape, 4, start)
        if kind == "U":
            code = self.number(escape, 8, start)
            if code > 0x10FFFF:
                raise Invalid(f"bad escape \\U{code:08x}", start)
            return code
        return self.named_character(start) if kind == "N" else None

    def octal(self, digits, start):
        code = int(digits, 8)
        if code > 0o377:
            raise Invalid(f"octal escape value \\{digits} outside of range 0-0o377", start)
        return code

    def class_members(self, kind, ascii):
        if ascii == self.is_ascii(self.flags):
            return (_NATIVE if ascii else _UNICODE_WHOLE)[kind]
        return (_ASCII_PART if ascii else _UNICODE_PART)[kind]

    def class_escape(self, escape, start, ascii):
        """An escape in a class: a code, or the members it stands for."""
        kind = escape[1]
        if kind in _ESCAPED:
            return _ESCAPED[kind]
        if kind in "dDsSwW":
            return self.class_members(kind, ascii)
        code = self.wide_escape(escape, start)
        if code is not None:
            return code
        if kind in _OCTAL:
            return self.octal(kind + self.take_while(2, _OCTAL), start)
        if kind in _DIGITS:
            raise ValueError
        if kind not in _LETTERS:
            return ord(kind)
        raise Invalid(f"bad escape {escape}", start)

    def escape(self, escape, flags):
        """An item for an escape outside a class."""
        start = self.at - len(escape)
        kind = escape[1]
        ascii = self.is_ascii(flags)
        if kind in "dDsSwW":
            members = self.class_members(kind, ascii)
            if members != _NATIVE[kind]:
                members = f"[^{self.class_members(kind.lower(), ascii)}]" if kind in "DSW" else f"[{members}]"
                if self.folds_ascii(flags):
                    members = f"(?-i:{members})"
            return members, 1, 1, ATOM
        if kind == "A":
            return r"\A", 0, 0, POSITION
        if kind == "Z":
            return r"\z", 0, 0, POSITION
        if kind == "b" or kind == "B":
            return self.boundary(kind, ascii), 0, 0, POSITION
        code = _ESCAPED.get(kind)
        if code is None:
            code = self.wide_escape(escape, start)
        if code is None and kind == "0":
            code = self.octal("0" + self.take_while(2, _OCTAL), start)
        if code is None and kind in _DIGITS:
            return self.reference_or_octal(kind, start, flags)
        if code is None and kind not in _LETTERS:
            code = ord(kind)
        if code is None:
            raise Invalid(f"bad escape {escape}", start)
        return self.character(code, flags), 1, 1, ATOM

    def boundary(self, kind, ascii):
        """A word boundary; no \\B is in an empty text."""
        if ascii == self.is_ascii(self.flags):
            return r"\b" if kind == "b" else r"\B(?!\A\z)"
        word = "[a-zA-Z0-9_]" if ascii else r"\p{Xwd}"
        at = rf"(?:(?<={word})(?!{word})|(?<!{word})(?={word}))"
        return at if kind == "b" else rf"(?!{at})(?!\A\z)"

    def reference_or_octal(self, kind, start, flags):
        digits = kind
        if self.text[self.at:self.at + 1] in _DIGITS and self.at < len(self.text):
            digits += self.text[self.at]
            self.at += 1
            third = self.text[self.at:self.at + 1]
            if kind in _OCTAL and digits[1] in _OCTAL and third and third in _OCTAL:
                self.at += 1
                return self.character(self.octal(digits + third, start), flags), 1, 1, ATOM
        number = int(digits)
        if number >= len(self.widths):
            raise Invalid(f"invalid group reference {number}", start + 1)
        return self.reference(number, start, flags)

    def reference(self, number, position, flags):
        if self.widths[number] is None:
            raise Invalid("cannot refer to an open group", position)
        self.check_lookbehind(number, self.at)
        least, most = self.widths[number]
        self.interpreted |= bool(self.folds(flags))
        return rf"\g{{{self.base + number}}}", least, most, ATOM

    def check_lookbehind(self, number, position):
        if self.lookbehind_groups is None:
            return
        if number >= len(self.widths) or self.widths[number] is None:
            raise Invalid("cannot refer to an open group", position)
        if number >= self.lookbehind_groups:
            raise Invalid("cannot refer to group defined in the same lookbehind subpattern", position)

    # --- classes ---

    def character_class(self, flags):
        start = self.at - 1
        ascii = self.is_ascii(flags)
        if self.peek() == "[":
            self.suspects[self.at] = "nested set"
        negated = self.accept("^")
        members = []
        first = True
        while True:
            here = self.at
            token = self.take()
            if not token:
                raise Invalid("unterminated character set", start)
            if token == "]" and not first:
                break
            if not first and token in _SET_OPERATORS and self.text.startswith(token, self.at):
                self.suspects[here] = _SET_OPERATORS[token]
            first = False
            low = self.member(token, here, ascii)
            if not self.accept("-"):
                self.add_member(members, low, flags)
                continue
            after = self.at
            token = self.take()
            if not token:
                raise Invalid("unterminated character set", start)
            if token == "]":
                self.add_member(members, low, flags)
                self.add_member(members, ord("-"), flags)
                break
            if token == "-":
                self.suspects[after - 1] = _SET_OPERATORS["-"]
            high = self.member(token, after, ascii)
            if isinstance(low, str) or isinstance(high, str) or high < low:
                raise Invalid(f"bad character range {self.text[here:self.at]}", here)
            self.add_range(members, low, high, flags)
        inside = "".join(members)
        if not inside:
            return "(?s:.)" if negated else "(?!)"
        whole = f"[^{inside}]" if negated else f"[{inside}]"
        return f"(?-i:{whole})" if self.folds_ascii(flags) else whole

    def member(self, token, start, ascii):
        if token[0] != "\\":
            return ord(token)
        try:
            return self.class_escape(token, start, ascii)
        except ValueError:
            raise Invalid(f"bad escape {token}", start) from None

    def add_member(self, members, member, flags):
        if isinstance(member, str):
            members.append(member)
        else:
            self.add_range(members, member, member, flags)

    def add_range(self, members, low, high, flags):
        if high > self.widest:
            self.widest = high
        if self.folds(flags):
            self.add_cases(members, low, high)
        elif self.folds_ascii(flags):
            for first, last, away in ((65, 90, 32), (97, 122, -32)):
                if low <= last and high >= first:
                    members.append(f"{chr(max(low, first) + away)}-{chr(min(high, last) + away)}")
        high = min(high, self.limit)
        if low <= high:
            members.append(_literal(low) if low == high else f"{_literal(low)}-{_literal(high)}")

    def add_cases(self, members, low, high):
        """What PCRE2 does not know to be the same letters as those of a range."""
        if any(low <= code <= high for code in _I_CASES):
            members.append(_I_MEMBER)
        if high > self.limit:
            members.extend(_literal(narrow) for wide, narrow in _NARROW_CASES.items()
                           if low <= wide <= high and narrow <= self.limit < wide)
        if high >= 0x390:
            members.extend(_literal(twin) for code, twin in _TWINS.items()
                           if low <= code <= high and twin <= self.limit)

    # --- repetition ---

    def counts(self, token):
        """The least and greatest number of a repetition; None when the brace is a literal."""
        if token == "*":
            return 0, _MAXREPEAT
        if token == "+":
            return 1, _MAXREPEAT
        if token == "?":
            return 0, 1
        start = self.at
        low = self.take_while(len(self.text), _DIGITS)
        high = low
        if self.accept(","):
            high = self.take_while(len(self.text), _DIGITS)
        if not self.accept("}") or self.text[start] == "}":
            self.at = start
            return None
        least = int(low) if low else 0
        most = int(high) if high else _MAXREPEAT
        if least >= _MAXREPEAT or high and most >= _MAXREPEAT:
            raise OverflowError("the repetition number is too large")
        if most < least:
            raise Invalid("min repeat greater than max repeat", start)
        return least, most

    def repeat(self, items, token, here):
        counts = self.counts(token)
        if counts is None:
            items.append((self.character(ord(token), 0), 1, 1, ATOM))
            return
        if not items or items[-1][3] == POSITION:
            raise Invalid("nothing to repeat", here)
        if items[-1][3] == REPEAT:
            raise Invalid("multiple repeat", here)
        least, most = counts
        suffix = "?" if self.accept("?") else "+" if self.accept("+") else ""
        text, low, high, _ = items[-1]
        self.atomic |= suffix == "+" and text[-1:] == ")"
        if least > _REPEAT_LIMIT:
            raise OverflowError("the repetition number is too large")
        bound = "" if most > _REPEAT_LIMIT else most
        times = f"{{{least}}}" if least == most else f"{{{least},{bound}}}"
        high = high * most if most < _MAXREPEAT or not high else _MAXWIDTH
        items[-1] = (text + times + suffix, low * least, high, REPEAT)

    # --- groups ---

    def open_group(self, name, position):
        number = len(self.widths)
        self.widths.append(None)
        if name is not None:
            if name in self.names:
                raise Invalid(f"redefinition of group name {name!r} as group {number}; "
                              f"was group {self.names[name]}", position)
            self.names[name] = number
        return number

    def group_name(self, terminator, position=None):
        start = self.at
        name = self.take_until(terminator, "group name")
        self.check_name(name, start)
        return name

    def check_name(self, name, start):
        if not (name.isidentifier() and (not self.is_bytes or name.isascii())):
            raise Invalid(f"bad character in group name {ascii(name) if self.is_bytes else repr(name)}", start)

    def close(self, start):
        if not self.accept(")"):
            raise Invalid("missing ), unterminated subpattern", start)

    def group(self, items, flags, first):
        """What begins with a parenthesis that has just been taken."""
        start = self.at - 1
        if not self.accept("?"):
            return items.append(self.capture(None, start, flags))
        kind = self.take()
        if not kind:
            raise Invalid("unexpected end of pattern", self.at)
        if kind == "P":
            return self.named(items, start, flags)
        if kind == ":":
            return items.append(self.plain_group("(?:", start, flags))
        if kind == ">":
            self.atomic = True
            return items.append(self.plain_group("(?>", start, flags))
        if kind == "#":
            return self.comment(start)
        if kind in "=!":
            text, _, _ = self.alternatives(flags)
            self.close(start)
            return items.append((f"(?{kind}{text})", 0, 0, ATOM))
        if kind == "<":
            return self.lookbehind(items, start, flags)
        if kind == "(":
            return self.conditional(items, start, flags)
        if kind in _FLAGS or kind == "-":
            return self.inline_flags(items, kind, start, flags, first)
        raise Invalid(f"unknown extension ?{kind}", self.at - len(kind) - 1 + (len(kind) - 1))

    def capture(self, name, start, flags):
        number = self.open_group(name, start + 4)
        text, least, most = self.alternatives(flags)
        self.close(start)
        self.widths[number] = least, most
        self.order.append(number)
        return f"({text})", least, most, ATOM

    def plain_group(self, opening, start, flags):
        text, least, most = self.alternatives(flags)
        self.close(start)
        return f"{opening}{text})", least, most, ATOM

    def comment(self, start):
        end = self.text.find(")", self.at)
        if end < 0:
            raise Invalid("missing ), unterminated comment", start)
        self.at = end + 1

    def named(self, items, start, flags):
        if self.accept("<"):
            return items.append(self.capture(self.group_name(">"), start, flags))
        if self.accept("="):
            position = self.at
            name = self.group_name(")")
            number = self.names.get(name)
            if number is None:
                raise Invalid(f"unknown group name {name!r}", position)
            return items.append(self.reference(number, position, flags))
        kind = self.take()
        if not kind:
            raise Invalid("unexpected end of pattern", self.at)
        raise Invalid(f"unknown extension ?P{kind}", self.at - len(kind) - 2)

    def lookbehind(self, items, start, flags):
        kind = self.take()
        if not kind:
            raise Invalid("unexpected end of pattern", self.at)
        if kind not in "=!":
            raise Invalid(f"unknown extension ?<{kind}", self.at - len(kind) - 2)
        outer = self.lookbehind_groups
        if outer is None:
            self.lookbehind_groups = len(self.widths)
        text, least, most = self.alternatives(flags)
        self.lookbehind_groups = outer
        self.close(start)
        if least != most:
            raise Invalid("look-behind requires fixed-width pattern")
        items.append((f"(?<{kind}{text})", 0, 0, ATOM))

    def conditional(self, items, start, flags):
        position = self.at
        name = self.take_until(")", "group name")
        if name.isdecimal() and name.isascii():
            number = int(name)
            if number == 0:
                raise Invalid("bad group number", position)
            if number >= 65536:
                raise Invalid(f"invalid group reference {number}", position)
            if number >= len(self.widths):
                self.references.append((number, position))
        else:
            self.check_name(name, position)
            number = self.names.get(name)
            if number is None:
                raise Invalid(f"unknown group name {name!r}", position)
        self.check_lookbehind(number, self.at)
        yes, least, most = self.branch(flags)
        no, other_least, other_most = "", 0, 0
        if self.accept("|"):
            no, other_least, other_most = self.branch(flags)
            if self.peek() == "|":
                raise Invalid("conditional backref with more than two branches", self.at)
        self.close(start)
        items.append((f"(?({self.base + number}){yes}|{no})", min(least, other_least), max(most, other_most), ATOM))

    # --- flags within the expression ---

    def take_flags(self, letter, flags, wanted):
        """The flags of letters from `letter` on; the token that ended them."""
        while True:
            flag = _FLAGS[letter]
            if self.is_bytes:
                if letter == "u":
                    raise Invalid("bad inline flags: cannot use 'u' flag with a bytes pattern", self.at)
            elif letter == "L":
                raise Invalid("bad inline flags: cannot use 'L' flag with a str pattern", self.at)
            flags |= flag
            if flag & _TYPE_FLAGS and (flags & _TYPE_FLAGS) != flag:
                raise Invalid("bad inline flags: flags 'a', 'u' and 'L' are incompatible", self.at)
            letter = self.take()
            if not letter:
                raise Invalid(wanted, self.at)
            if letter in ")-:":
                return flags, letter
            if letter not in _FLAGS:
                raise Invalid("unknown flag" if letter.isalpha() else wanted, self.at - len(letter))

    def removed_flags(self, added):
        removed = 0
        letter = self.take()
        if not letter:
            raise Invalid("missing flag", self.at)
        if letter not in _FLAGS:
            raise Invalid("unknown flag" if letter.isalpha() else "missing flag", self.at - len(letter))
        while True:
            flag = _FLAGS[letter]
            if flag & _TYPE_FLAGS:
                raise Invalid("bad inline flags: cannot turn off flags 'a', 'u' and 'L'", self.at)
            removed |= flag
            letter = self.take()
            if not letter:
                raise Invalid("missing :", self.at)
            if letter == ":":
                break
            if letter not in _FLAGS:
                raise Invalid("unknown flag" if letter.isalpha() else "missing :", self.at - len(letter))
        if added & removed:
            raise Invalid("bad inline flags: flag turned on and off", self.at - 1)
        return removed

    def inline_flags(self, items, letter, start, flags, first):
        added = removed = 0
        if letter != "-":
            added, letter = self.take_flags(letter, 0, "missing -, : or )")
            if letter == ")":
                return self.global_flags(added, start, first)
            if added & 128:
                raise Invalid("bad inline flags: cannot turn on global flag", self.at)
        if letter == "-":
            removed = self.removed_flags(added)
        inner = flags & ~removed
        if added & _TYPE_FLAGS:
            inner &= ~_TYPE_FLAGS
        inner |= added
        letters = "".join(name for name, flag in (("i", IGNORECASE), ("m", MULTILINE), ("s", DOTALL)) if added & flag)
        off = "".join(name for name, flag in (("i", IGNORECASE), ("m", MULTILINE), ("s", DOTALL)) if removed & flag)
        opening = f"(?{letters}-{off}:" if off else f"(?{letters}:"
        items.append(self.plain_group(opening, start, inner))

    def global_flags(self, added, start, first):
        if not first:
            raise Invalid("global flags not at the start of the expression", start)
        if added & VERBOSE and not self.flags & VERBOSE:
            self.flags |= added
            raise _Restart
        self.flags |= added

    # --- the whole ---

    def skip_blank(self):
        while self.at < len(self.text):
            if self.text[self.at] in _BLANK:
                self.at += 1
            elif self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end + 1
            else:
                return

    def branch(self, flags, first=False):
        """Items up to a bar, a closing parenthesis or the end: their text and widths."""
        items = []
        at_start = first
        while True:
            if first:
                flags = self.flags  # those that the expression has set for itself
            if flags & VERBOSE:
                self.skip_blank()
            here = self.at
            token = self.peek()
            if not token or token == "|" or token == ")":
                break
            self.at += len(token)
            if token[0] == "\\":
                items.append(self.escape(token, flags))
            elif token in _PLAIN and (not flags & IGNORECASE or token not in "iI" and not self.folds_ascii(flags)):
                items.append((token, 1, 1, ATOM))
            elif token == "[":
                items.append((self.character_class(flags), 1, 1, ATOM))
            elif token in _REPEATS:
                self.repeat(items, token, here)
            elif token == ".":
                items.append((".", 1, 1, ATOM))
            elif token == "(":
                self.group(items, flags, at_start and not items)
            elif token == "^":
                items.append(("^", 0, 0, POSITION))
            elif token == "$":
                items.append(("$", 0, 0, POSITION))
            else:
                items.append((self.character(ord(token), flags), 1, 1, ATOM))
        return ("".join([item[0] for item in items]), min(sum([item[1] for item in items]), _MAXWIDTH),
                min(sum([item[2] for item in items]), _MAXWIDTH))

    def alternatives(self, flags, first=False):
        text, least, most = self.branch(flags, first)
        if self.peek() != "|":
            return text, least, most
        texts = [text]
        while self.accept("|"):
            text, low, high = self.branch(self.flags if first else flags)
            texts.append(text)
            least = min(least, low)
            most = max(most, high)
        return "|".join(texts), least, most

    def whole(self):
        """The expression's text and widths."""
        text, least, most = self.alternatives(self.flags, True)
        if self.at < len(self.text):
            raise Invalid("unbalanced parenthesis", self.at)
        for number, position in self.references:
            if number >= len(self.widths):
                raise Invalid(f"invalid group reference {number}", position)
        return text, least, most


def _fix_flags(flags, is_bytes):
    """The flags as a whole, once those within the expression are known."""
    if is_bytes:
        if flags & UNICODE:
            raise ValueError("cannot use UNICODE flag with a bytes pattern")
        if flags & LOCALE and flags & ASCII:
            raise ValueError("ASCII and LOCALE flags are incompatible")
        return flags
    if flags & LOCALE:
        raise ValueError("cannot use LOCALE flag with a str pattern")
    if flags & ASCII and flags & UNICODE:
        raise ValueError("ASCII and UNICODE flags are incompatible")
    return flags if flags & ASCII else flags | UNICODE


def _translated(text, flags, is_bytes, limit, suspects, base):
    """The translator that has read the expression, the expression's text in PCRE2's syntax, its least width and its
    greatest."""
    while True:
        t = _Translator(text, flags, is_bytes, limit, suspects, base)
        try:
            return t, *t.whole()
        except _Restart:
            flags = t.flags
        except RecursionError:
            raise RecursionError("maximum recursion depth exceeded") from None


def flags_of(pattern, flags):
    """The flags of an expression as a whole. Raises Invalid."""
    is_bytes = not isinstance(pattern, str)
    text = str(pattern, "latin-1") if is_bytes else pattern
    return _fix_flags(_translated(text, flags, is_bytes, _LIMITS[-1], {}, 0)[0].flags, is_bytes)


def _forms(pattern, flags, suspects, base=0):
    """The translator of the expression and its texts for characters up to each limit."""
    is_bytes = not isinstance(pattern, str)
    text = str(pattern, "latin-1") if is_bytes else pattern
    # A text of one byte a character is what is searched most.
    t, narrow, _, _ = _translated(text, flags, is_bytes, _LIMITS[0], suspects, base)
    texts = [narrow]
    for limit in _LIMITS[1:]:
        wide = _translated(text, flags, is_bytes, limit, suspects, base)[1] if t.widest > 0xFF else narrow
        wide = _widened(wide, limit) if r"\x{" in wide else wide
        texts.append(texts[-1] if wide == texts[-1] else wide)
    return t, texts


def _options(flags):
    return (flags & IGNORECASE and 1) | (flags & MULTILINE and 2) | (flags & DOTALL and 4) | (flags & UNICODE and 8)


def _settings(t):
    return "(*NO_JIT)" * t.interpreted + "(*NO_AUTO_POSSESS)" * t.atomic


def translate(pattern, flags, suspects):
    """(flags, texts, options, width, groups, index, names, order) of an expression. Raises Invalid.

    In `suspects`, a dict, are then the places of what a class may mean when it knows the operations of sets."""
    t, texts = _forms(pattern, flags, suspects)
    width = 0 if t.widest <= 0xFF else 1 if t.widest <= 0xFFFF else 2
    settings = _settings(t)
    if settings:
        texts = [settings + text for text in texts]
    flags = _fix_flags(t.flags, t.is_bytes)
    groups = len(t.widths) - 1
    names = [None] * groups
    for name, number in t.names.items():
        names[number - 1] = name
    order = [0] * groups
    for i, number in enumerate(t.order):
        order[number - 1] = i
    return flags, tuple(texts), _options(flags), width, groups, t.names, tuple(names), tuple(order)


def translate_phrases(phrases, flags, error):
    """The same of an expression that is any of several phrases, each a group with the phrase's own groups behind it;
    and a list of the groups' numbers. Within a phrase, groups have the numbers that they have in it alone. Raises
    error(message, phrase, position)."""
    if not flags & UNICODE:
        flags |= ASCII
    alternatives, outer, order, base = ([], [], []), [], [], 1
    settings = set()
    for phrase in phrases:
        try:
            t, texts = _forms(phrase, flags, {}, base)
        except Invalid as invalid:
            raise error(invalid.message, phrase, invalid.position) from None
        settings.add(_settings(t))
        for part, text in zip(alternatives, texts):
            part.append(f"({text})")
        outer.append(base)
        order += [len(t.widths) - 1, *[t.order.index(number) for number in range(1, len(t.widths))]]
        base += len(t.widths)
    texts = tuple(["".join(settings) + "|".join(part) for part in alternatives])
    groups = len(order)
    return (flags & ~ASCII, texts, _options(flags), 2, groups, {}, (None,) * groups, tuple(order)), outer
