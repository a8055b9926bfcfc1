"""re._parser: an expression as a tree, for programs that ask more about it than to search for it.

A tree is a SubPattern, a list of pairs: an operation of re._constants and what belongs to it. The search does not need
it. An expression is translated first, which tells everything that can be wrong with it; the reader here has the right
ones before it.
"""

from re import PatternError, _translate
from re._constants import *

MAXWIDTH = _translate._MAXWIDTH

_PLACES = {"A": AT_BEGINNING_STRING, "b": AT_BOUNDARY, "B": AT_NON_BOUNDARY, "Z": AT_END_STRING}
_CATEGORIES = {"d": CATEGORY_DIGIT, "D": CATEGORY_NOT_DIGIT, "s": CATEGORY_SPACE, "S": CATEGORY_NOT_SPACE,
               "w": CATEGORY_WORD, "W": CATEGORY_NOT_WORD}
_SINGLE = (ANY, CATEGORY, IN, LITERAL, NOT_LITERAL, RANGE)
_REPEATS = {"?": MIN_REPEAT, "+": POSSESSIVE_REPEAT}


class State:
    """What is known of an expression as a whole: its flags, the numbers of its named groups and the widths of all."""

    def __init__(self):
        self.flags = 0
        self.groupdict = {}
        self.groupwidths = [None]

    @property
    def groups(self):
        """How many groups there are, the whole match among them."""
        return len(self.groupwidths)


class SubPattern:
    """A sequence of items."""

    def __init__(self, state, data=None):
        self.state = state
        self.data = [] if data is None else data
        self.width = None

    def __repr__(self):
        return repr(self.data)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return SubPattern(self.state, self.data[index])
        return self.data[index]

    def __setitem__(self, index, item):
        self.data[index] = item

    def __delitem__(self, index):
        del self.data[index]

    def insert(self, index, item):
        self.data.insert(index, item)

    def append(self, item):
        self.data.append(item)

    def getwidth(self):
        """The least and the greatest number of characters that it matches; MAXWIDTH where that is not bounded."""
        if self.width is None:
            widths = [_width(operation, value, self.state) for operation, value in self.data]
            self.width = tuple(min(sum(ends), MAXWIDTH) for ends in zip((0, 0), *widths))
        return self.width


def _either(*patterns):
    widths = [(0, 0) if p is None else p.getwidth() for p in patterns]
    return min(low for low, _ in widths), max(high for _, high in widths)


def _width(operation, value, state):
    if operation in _SINGLE:
        return 1, 1
    if operation is SUBPATTERN:
        return value[-1].getwidth()
    if operation is BRANCH:
        return _either(*value[1])
    if operation is ATOMIC_GROUP:
        return value.getwidth()
    if operation in (MAX_REPEAT, MIN_REPEAT, POSSESSIVE_REPEAT):
        least, most, pattern = value
        low, high = pattern.getwidth()
        return low * least, MAXWIDTH if most == MAXREPEAT and high else high * most
    if operation is GROUPREF:
        return state.groupwidths[value]
    if operation is GROUPREF_EXISTS:
        return _either(*value[1:])
    return 0, 0


def _members(items):
    """A set, or the one character that it is."""
    items = list(dict.fromkeys(items))
    if len(items) == 1 and items[0][0] is LITERAL:
        return items[0]
    if len(items) == 2 and items[0][0] is NEGATE and items[1][0] is LITERAL:
        return NOT_LITERAL, items[1][1]
    return IN, items


class _Reader(_translate._Translator):
    """Makes the tree. Of the flags only VERBOSE means anything for it."""

    def __init__(self, text, flags, is_bytes):
        super().__init__(text, flags, is_bytes, 0, {}, 0)
        self.state = State()

    def alternatives(self, verbose):
        branches = [self.branch(verbose)]
        while self.accept("|"):
            branches.append(self.branch(verbose))
        if len(branches) == 1:
            return branches[0]
        result = SubPattern(self.state)
        while all(branches) and all(b[0] == branches[0][0] for b in branches):  # what all begin with
            result.append(branches[0][0])
            for b in branches:
                del b[0]
        members = []
        for b in branches:
            if len(b) != 1 or b[0][0] is not LITERAL and (b[0][0] is not IN or b[0][1][0][0] is NEGATE):
                result.append((BRANCH, (None, branches)))
                return result
            members.extend([b[0]] if b[0][0] is LITERAL else b[0][1])
        result.append((IN, list(dict.fromkeys(members))))
        return result

    def branch(self, verbose):
        result = SubPattern(self.state)
        while True:
            if verbose:
                self.skip_blank()
            token = self.peek()
            if not token or token == "|" or token == ")":
                break
            self.at += len(token)
            if token[0] == "\\":
                item = self.escape(token)
            elif token == "[":
                item = self.character_class()
            elif token in "*+?{" and (counts := self.counts(token)):
                self.repeat(result, *counts)
                continue
            elif token == "(":
                item = self.group(verbose)
            else:
                item = {".": (ANY, None), "^": (AT, AT_BEGINNING), "$": (AT, AT_END)}.get(token, (LITERAL, ord(token)))
            if item:
                result.append(item)
        for i in reversed(range(len(result))):
            if (inside := _inside(result[i])) is not None:
                result[i:i + 1] = inside
        return result

    def escape(self, token):
        kind = token[1]
        if kind in _PLACES:
            return AT, _PLACES[kind]
        if kind in _CATEGORIES:
            return IN, [(CATEGORY, _CATEGORIES[kind])]
        if kind in "123456789":
            digits = kind + self.take_while(1, _translate._DIGITS)
            third = self.text[self.at:self.at + 1]
            if len(digits) == 2 and third and {*digits, third} <= _translate._OCTAL:
                self.at += 1
                return LITERAL, int(digits + third, 8)
            return GROUPREF, int(digits)
        return LITERAL, self.class_escape(token, 0, True)

    def member(self, token):
        if token[0] != "\\":
            return LITERAL, ord(token)
        if token[1] in _CATEGORIES:
            return CATEGORY, _CATEGORIES[token[1]]
        return LITERAL, self.class_escape(token, 0, True)

    def character_class(self):
        items = [(NEGATE, None)] if self.accept("^") else []
        start = self.at
        while (token := self.take()) != "]" or self.at == start + 1:
            item = self.member(token)
            if self.peek() == "-" and self.text[self.at + 1] != "]":
                self.at += 1
                item = RANGE, (item[1], self.member(self.take())[1])
            items.append(item)
        return _members(items)

    def repeat(self, result, least, most):
        suffix = self.text[self.at:self.at + 1]
        operation = _REPEATS.get(suffix, MAX_REPEAT)
        self.at += operation is not MAX_REPEAT
        inside = _inside(result[-1])
        pattern = result[-1:] if inside is None else inside
        result[-1] = operation, (least, MAXREPEAT if most == MAXREPEAT else most, pattern)

    def group(self, verbose):
        """The item for what begins with a parenthesis, or None."""
        name = None
        if self.accept("?"):
            kind = self.take()
            if kind == "#":
                return self.comment(0)
            if kind == "P" and self.accept("="):
                return GROUPREF, self.state.groupdict[self.take_until(")", "group name")]
            if kind == "(":
                return self.conditional(verbose)
            if kind == "P":
                self.at += 1
                name = self.take_until(">", "group name")
            else:
                return self.extension(kind, verbose)
        number = self.state.groups
        self.state.groupwidths.append(None)
        if name:
            self.state.groupdict[name] = number
        pattern = self.inside(verbose)
        self.state.groupwidths[number] = pattern.getwidth()
        return SUBPATTERN, (number, 0, 0, pattern)

    def inside(self, verbose):
        """The alternatives up to the closing parenthesis."""
        pattern = self.alternatives(verbose)
        self.at += 1
        return pattern

    def extension(self, kind, verbose):
        direction = 1
        if kind == "<":
            direction, kind = -1, self.take()
        if kind == ">":
            return ATOMIC_GROUP, self.inside(verbose)
        if kind in "=!":
            pattern = self.inside(verbose)
            if kind == "!" and not pattern:
                return FAILURE, ()
            return ASSERT if kind == "=" else ASSERT_NOT, (direction, pattern)
        added = removed = 0
        if kind not in ":-":
            added, kind = self.take_flags(kind, 0, "")
            if kind == ")":
                return None
        if kind == "-":
            removed = self.removed_flags(added)
        verbose = (verbose | added) & ~removed & _translate.VERBOSE
        return SUBPATTERN, (None, added, removed, self.inside(verbose))

    def conditional(self, verbose):
        name = self.take_until(")", "group name")
        number = int(name) if name.isdecimal() else self.state.groupdict[name]
        yes = self.branch(verbose)
        no = self.branch(verbose) if self.accept("|") else None
        self.at += 1
        return GROUPREF_EXISTS, (number, yes, no)


def _inside(item):
    """The pattern of a group that only holds it together, else None."""
    return item[1][3] if item[0] is SUBPATTERN and item[1][:3] == (None, 0, 0) else None


def parse(str, flags=0, state=None):
    """The expression's tree; raises PatternError."""
    try:
        flags = _translate.flags_of(str, flags)
    except _translate.Invalid as invalid:
        raise PatternError(invalid.message, str, invalid.position) from None
    is_bytes = isinstance(str, (bytes, bytearray))
    reader = _Reader(str.decode("latin-1") if is_bytes else str, flags, is_bytes)
    reader.state.flags = flags
    reader.state.str = str
    return reader.alternatives(flags & _translate.VERBOSE)
