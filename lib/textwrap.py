"""Text wrapped, shortened, indented and dedented."""

import re

__all__ = ["TextWrapper", "wrap", "fill", "dedent", "indent", "shorten"]

_whitespace = "\t\n\x0b\x0c\r "


class TextWrapper:
    """Breaks text into lines of at most `width` characters.

    initial_indent and subsequent_indent stand in front of the first line and the others; expand_tabs and
    replace_whitespace make blanks of tabs and of other white space; fix_sentence_endings puts two blanks
    between sentences; break_long_words and break_on_hyphens say where words may be broken; drop_whitespace
    takes blanks from the lines' ends; max_lines and placeholder cut the text off.
    """

    unicode_whitespace_trans = dict.fromkeys(map(ord, _whitespace), ord(" "))
    # Words, with what hyphens and dashes divide them into; and words alone.
    wordsep_re = re.compile(
        r"""(
            [\t\n\x0b\x0c\r\ ]+
          | (?<=[\w!"'&.,?]) -{2,} (?=\w)
          | [^\t\n\x0b\x0c\r\ ] (?:
                [^\t\n\x0b\x0c\r\ ]*? (?:
                    -(?: (?<=[^\d\W]{2}-) | (?<=[^\d\W]-[^\d\W]-))
                    (?= [^\d\W] -? [^\d\W])
                  | (?=[\t\n\x0b\x0c\r\ ]|\Z)
                  | (?<=[\w!"'&.,?]) (?=-{2,}\w)
                )
            )
        )""", re.VERBOSE)
    wordsep_simple_re = re.compile(r"([\t\n\x0b\x0c\r ]+)")
    sentence_end_re = re.compile(r"[a-z][\.\!\?][\"\']?\Z")

    def __init__(self, width=70, initial_indent="", subsequent_indent="", expand_tabs=True, replace_whitespace=True,
                 fix_sentence_endings=False, break_long_words=True, drop_whitespace=True, break_on_hyphens=True,
                 tabsize=8, *, max_lines=None, placeholder=" [...]"):
        self.width = width
        self.initial_indent = initial_indent
        self.subsequent_indent = subsequent_indent
        self.expand_tabs = expand_tabs
        self.replace_whitespace = replace_whitespace
        self.fix_sentence_endings = fix_sentence_endings
        self.break_long_words = break_long_words
        self.drop_whitespace = drop_whitespace
        self.break_on_hyphens = break_on_hyphens
        self.tabsize = tabsize
        self.max_lines = max_lines
        self.placeholder = placeholder

    def _munge_whitespace(self, text):
        if self.expand_tabs:
            text = text.expandtabs(self.tabsize)
        if self.replace_whitespace:
            text = text.translate(self.unicode_whitespace_trans)
        return text

    def _split(self, text):
        """Chunks of which no line may break but between them."""
        pattern = self.wordsep_re if self.break_on_hyphens is True else self.wordsep_simple_re
        return [chunk for chunk in pattern.split(text) if chunk]

    def _fix_sentence_endings(self, chunks):
        for i in range(len(chunks) - 1):
            if chunks[i + 1] == " " and self.sentence_end_re.search(chunks[i]):
                chunks[i + 1] = "  "

    def _handle_long_word(self, chunks, line, length, width):
        """A chunk longer than a line: part of it, or all of it on a line of its own."""
        space = 1 if width < 1 else width - length
        if not self.break_long_words:
            if not line:
                line.append(chunks.pop())
            return
        chunk = chunks[-1]
        end = space
        if self.break_on_hyphens and len(chunk) > space:
            hyphen = chunk.rfind("-", 0, space)
            if hyphen > 0 and any(c != "-" for c in chunk[:hyphen]):
                end = hyphen + 1
        line.append(chunk[:end])
        chunks[-1] = chunk[end:]

    def _cut_off(self, lines, line, indent, length, width):
        """End the last line allowed with the placeholder; it may take the place of words, or of the line before."""
        while line:
            if line[-1].strip() and length + len(self.placeholder) <= width:
                lines.append(indent + "".join(line) + self.placeholder)
                return
            length -= len(line.pop())
        if lines:
            before = lines[-1].rstrip()
            if len(before) + len(self.placeholder) <= self.width:
                lines[-1] = before + self.placeholder
                return
        lines.append(indent + self.placeholder.lstrip())

    def _wrap_chunks(self, chunks):
        if self.width <= 0:
            raise ValueError("invalid width %r (must be > 0)" % self.width)
        if self.max_lines is not None:
            indent = self.subsequent_indent if self.max_lines > 1 else self.initial_indent
            if len(indent) + len(self.placeholder.lstrip()) > self.width:
                raise ValueError("placeholder too large for max width")
        lines = []
        chunks.reverse()
        while chunks:
            line = []
            length = 0
            indent = self.subsequent_indent if lines else self.initial_indent
            width = self.width - len(indent)
            if self.drop_whitespace and lines and not chunks[-1].strip():
                del chunks[-1]
            while chunks and length + len(chunks[-1]) <= width:
                length += len(chunks[-1])
                line.append(chunks.pop())
            if chunks and len(chunks[-1]) > width:
                self._handle_long_word(chunks, line, length, width)
                length = sum(map(len, line))
            if self.drop_whitespace and line and not line[-1].strip():
                length -= len(line.pop())
            if not line:
                continue
            rest = bool(chunks) and not (self.drop_whitespace and len(chunks) == 1 and not chunks[0].strip())
            if self.max_lines is None or len(lines) + 1 < self.max_lines or not rest and length <= width:
                lines.append(indent + "".join(line))
            else:
                self._cut_off(lines, line, indent, length, width)
                break
        return lines

    def wrap(self, text):
        """The lines of the text as one paragraph, without newlines."""
        chunks = self._split(self._munge_whitespace(text))
        if self.fix_sentence_endings:
            self._fix_sentence_endings(chunks)
        return self._wrap_chunks(chunks)

    def fill(self, text):
        """The same as one str."""
        return "\n".join(self.wrap(text))


def wrap(text, width=70, **kwargs):
    """The lines of a paragraph. The options are TextWrapper's."""
    return TextWrapper(width=width, **kwargs).wrap(text)


def fill(text, width=70, **kwargs):
    """A paragraph wrapped. The options are TextWrapper's."""
    return TextWrapper(width=width, **kwargs).fill(text)


def shorten(text, width, **kwargs):
    """The text on one line, white space collapsed, cut off behind a word with a placeholder."""
    return TextWrapper(width=width, max_lines=1, **kwargs).fill(" ".join(text.strip().split()))


def dedent(text):
    """The text without the white space that all its lines begin with; lines of white space alone become empty."""
    try:
        lines = text.split("\n")
    except (AttributeError, TypeError):
        try:
            memoryview(text)
        except TypeError:
            raise TypeError(f"expected string or bytes-like object, got {type(text).__qualname__!r}") from None
        raise TypeError("cannot use a string pattern on a bytes-like object") from None
    lines = [line if line.strip(" \t") else "" for line in lines]
    full = [line for line in lines if line]
    if not full:
        return "\n".join(lines)
    # What the first and the last in order begin with, all between them do, too.
    first, last = min(full), max(full)
    margin = len(first) - len(first.lstrip(" \t"))
    while not last.startswith(first[:margin]):
        margin -= 1
    return "\n".join([line[margin:] for line in lines]) if margin else "\n".join(lines)


def indent(text, prefix, predicate=None):
    """The text with a prefix in front of each line that is not blank, or that predicate says yes to."""
    lines = text.splitlines(True)
    if predicate is None:
        return "".join([part for line in lines for part in ((line,) if line.isspace() else (prefix, line))])
    return "".join([part for line in lines for part in ((prefix, line) if predicate(line) else (line,))])
