"""What re.Scanner searches with: an expression that is any of several phrases, and its matches.

There is a group for each phrase, numbered from 1 on, and a phrase's own groups have the numbers that they have in it
alone. Where the two meet, the group begins where the phrase's own does and ends where the phrase does.
"""

import re
import sys

import _re
from re import _translate


class PhraseMatch:
    """As re.Match: `found` is the match of the native expression, `outer` the numbers of the phrases' groups in it."""

    __slots__ = ("re", "lastindex", "_found", "_first", "_own")

    def __init__(self, pattern, found):
        self.re = pattern
        self._found = found
        self._first = found.lastindex  # the phrase's group is the one closed last
        self.lastindex = pattern._outer.index(self._first) + 1
        self._own = pattern._outer[self.lastindex] - self._first - 1  # how many groups the phrase has itself

    lastgroup = None
    string = property(lambda self: self._found.string)
    pos = property(lambda self: self._found.pos)
    endpos = property(lambda self: self._found.endpos)
    regs = property(lambda self: tuple([self.span(group) for group in range(self.re.groups + 1)]))

    def span(self, group=0, /):
        if group == 0:
            return self._found.span()
        if group not in range(1, self.re.groups + 1):
            raise IndexError("no such group")
        start, end = self._found.span(self._first + group) if group <= self._own else (-1, -1)
        if group == self.lastindex:
            first, end = self._found.span(self._first)
            if start < 0:
                start = first
        return start, end

    def start(self, group=0, /):
        return self.span(group)[0]

    def end(self, group=0, /):
        return self.span(group)[1]

    def __getitem__(self, group):
        start, end = self.span(group)
        return None if start < 0 else self.string[start:end]

    def group(self, *groups):
        if len(groups) <= 1:
            return self[groups[0] if groups else 0]
        return tuple([self[group] for group in groups])

    def groups(self, default=None):
        found = [self[group] for group in range(1, self.re.groups + 1)]
        return tuple([default if text is None else text for text in found])

    def groupdict(self, default=None):
        return {}

    def expand(self, template):
        parts = re._template(self.re, template)
        if isinstance(parts, (str, bytes)):
            return parts
        return template[:0].join([(self[part] or template[:0]) if isinstance(part, int) else part for part in parts])

    def __repr__(self):
        return repr(self._found)


class PhraseScanner:
    """The matches of a text, one a call."""

    def __init__(self, pattern, scanner):
        self.pattern = pattern
        self._scanner = scanner

    def match(self):
        return self.pattern._match(self._scanner.match())

    def search(self):
        return self.pattern._match(self._scanner.search())


class PhrasePattern:
    """As re.Pattern."""

    pattern = None

    def __init__(self, phrases, flags):
        translated, self._outer = _translate.translate_phrases(phrases, flags, re.PatternError)
        self._searched = _re.compile(phrases[0][:0] if phrases else "", *translated, re._template)
        if isinstance(self._searched, str):
            raise re.PatternError(self._searched)
        self._outer.append(self._searched.groups + 1)
        self.groups = len(phrases)
        self.groupindex = {}
        self.flags = flags

    def _match(self, found):
        return found and PhraseMatch(self, found)

    def scanner(self, string, pos=0, endpos=sys.maxsize):
        return PhraseScanner(self, self._searched.scanner(string, pos, endpos))

    def match(self, string, pos=0, endpos=sys.maxsize):
        return self._match(self._searched.match(string, pos, endpos))

    def fullmatch(self, string, pos=0, endpos=sys.maxsize):
        return self._match(self._searched.fullmatch(string, pos, endpos))

    def search(self, string, pos=0, endpos=sys.maxsize):
        return self._match(self._searched.search(string, pos, endpos))

    def finditer(self, string, pos=0, endpos=sys.maxsize):
        return iter(self.scanner(string, pos, endpos).search, None)

    def __repr__(self):
        return "re.compile(None)"
