"""Differences of sequences, and of texts line by line.

The matching is that of Ratcliff and Obershelp ("Pattern Matching: The Gestalt Approach", Dr. Dobb's Journal,
July 1988): the longest common block first, then the same on either side of it.
"""

from collections import namedtuple
from heapq import nlargest
from types import GenericAlias

__all__ = ["get_close_matches", "ndiff", "restore", "SequenceMatcher", "Differ", "IS_CHARACTER_JUNK", "IS_LINE_JUNK",
           "context_diff", "unified_diff", "diff_bytes", "HtmlDiff", "Match"]

Match = namedtuple("Match", "a b size")


def _ratio(matches, length):
    return 2.0 * matches / length if length else 1.0


class SequenceMatcher:
    """Compares two sequences of hashable items. isjunk(item) says what no block may begin with; items that make up more
    than 1 % of a long second sequence are passed over as well, unless autojunk is false."""

    def __init__(self, isjunk=None, a="", b="", autojunk=True):
        self.isjunk = isjunk
        self.a = self.b = None
        self.autojunk = autojunk
        self.set_seqs(a, b)

    def set_seqs(self, a, b):
        """Compare these."""
        self.set_seq1(a)
        self.set_seq2(b)

    def set_seq1(self, a):
        """Compare this as the first."""
        if a is self.a:
            return
        self.a = a
        self.matching_blocks = self.opcodes = None

    def set_seq2(self, b):
        """Compare this as the second, about which most is remembered."""
        if b is self.b:
            return
        self.b = b
        self.matching_blocks = self.opcodes = None
        self.fullbcount = None
        self._index()

    def _index(self):
        """b2j: where each item of b is."""
        b = self.b
        self.b2j = b2j = {}
        for i, item in enumerate(b):
            b2j.setdefault(item, []).append(i)
        self.bjunk = junk = set()
        if self.isjunk:
            junk.update(filter(self.isjunk, b2j))
            for item in junk:
                del b2j[item]
        self.bpopular = popular = set()
        if self.autojunk and len(b) >= 200:
            limit = len(b) // 100 + 1
            popular.update(item for item, places in b2j.items() if len(places) > limit)
            for item in popular:
                del b2j[item]

    def find_longest_match(self, alo=0, ahi=None, blo=0, bhi=None):
        """The longest block in a[alo:ahi] and b[blo:bhi], of several the first in a, then in b."""
        a, b, b2j, isbjunk = self.a, self.b, self.b2j, self.bjunk.__contains__
        if ahi is None:
            ahi = len(a)
        if bhi is None:
            bhi = len(b)
        besti, bestj, bestsize = alo, blo, 0
        lengths = {}
        nothing = []
        for i in range(alo, ahi):
            new_lengths = {}
            for j in b2j.get(a[i], nothing):
                if j < blo:
                    continue
                if j >= bhi:
                    break
                k = new_lengths[j] = lengths.get(j - 1, 0) + 1
                if k > bestsize:
                    besti, bestj, bestsize = i - k + 1, j - k + 1, k
            lengths = new_lengths
        # Items that no block may begin with, popular ones first, then junk, may still lengthen it.
        for junk in (False, True):
            while besti > alo and bestj > blo and isbjunk(b[bestj - 1]) == junk and a[besti - 1] == b[bestj - 1]:
                besti, bestj, bestsize = besti - 1, bestj - 1, bestsize + 1
            while (besti + bestsize < ahi and bestj + bestsize < bhi and isbjunk(b[bestj + bestsize]) == junk
                   and a[besti + bestsize] == b[bestj + bestsize]):
                bestsize += 1
        return Match(besti, bestj, bestsize)

    def get_matching_blocks(self):
        """All blocks (i, j, n) with a[i:i+n] == b[j:j+n], in order; the last is (len(a), len(b), 0)."""
        if self.matching_blocks is not None:
            return self.matching_blocks
        la, lb = len(self.a), len(self.b)
        queue = [(0, la, 0, lb)]
        blocks = []
        while queue:
            alo, ahi, blo, bhi = queue.pop()
            i, j, k = x = self.find_longest_match(alo, ahi, blo, bhi)
            if k:
                blocks.append(x)
                if alo < i and blo < j:
                    queue.append((alo, i, blo, j))
                if i + k < ahi and j + k < bhi:
                    queue.append((i + k, ahi, j + k, bhi))
        blocks.sort()
        joined = []
        i1 = j1 = k1 = 0
        for i2, j2, k2 in blocks:
            if i1 + k1 == i2 and j1 + k1 == j2:
                k1 += k2
            else:
                if k1:
                    joined.append((i1, j1, k1))
                i1, j1, k1 = i2, j2, k2
        if k1:
            joined.append((i1, j1, k1))
        joined.append((la, lb, 0))
        self.matching_blocks = list(map(Match._make, joined))
        return self.matching_blocks

    def get_opcodes(self):
        """(tag, i1, i2, j1, j2) for each step from a to b; the tags are replace, delete, insert, equal."""
        if self.opcodes is not None:
            return self.opcodes
        i = j = 0
        self.opcodes = answer = []
        for ai, bj, size in self.get_matching_blocks():
            tag = ""
            if i < ai and j < bj:
                tag = "replace"
            elif i < ai:
                tag = "delete"
            elif j < bj:
                tag = "insert"
            if tag:
                answer.append((tag, i, ai, j, bj))
            i, j = ai + size, bj + size
            if size:
                answer.append(("equal", ai, i, bj, j))
        return answer

    def get_grouped_opcodes(self, n=3):
        """The opcodes in groups with at most n equal items around each."""
        codes = self.get_opcodes() or [("equal", 0, 1, 0, 1)]
        if codes[0][0] == "equal":
            tag, i1, i2, j1, j2 = codes[0]
            codes[0] = tag, max(i1, i2 - n), i2, max(j1, j2 - n), j2
        if codes[-1][0] == "equal":
            tag, i1, i2, j1, j2 = codes[-1]
            codes[-1] = tag, i1, min(i2, i1 + n), j1, min(j2, j1 + n)
        group = []
        for tag, i1, i2, j1, j2 in codes:
            if tag == "equal" and i2 - i1 > n + n:
                group.append((tag, i1, min(i2, i1 + n), j1, min(j2, j1 + n)))
                yield group
                group = []
                i1, j1 = max(i1, i2 - n), max(j1, j2 - n)
            group.append((tag, i1, i2, j1, j2))
        if group and not (len(group) == 1 and group[0][0] == "equal"):
            yield group

    def ratio(self):
        """How alike they are, from 0 to 1."""
        matches = sum(block[-1] for block in self.get_matching_blocks())
        return _ratio(matches, len(self.a) + len(self.b))

    def quick_ratio(self):
        """An upper bound of ratio(), by how often items are in both."""
        if self.fullbcount is None:
            self.fullbcount = counts = {}
            for item in self.b:
                counts[item] = counts.get(item, 0) + 1
        available = {}
        matches = 0
        for item in self.a:
            left = available.get(item, self.fullbcount.get(item, 0))
            available[item] = left - 1
            if left > 0:
                matches += 1
        return _ratio(matches, len(self.a) + len(self.b))

    def real_quick_ratio(self):
        """An upper bound by the lengths."""
        la, lb = len(self.a), len(self.b)
        return _ratio(min(la, lb), la + lb)

    __class_getitem__ = classmethod(GenericAlias)


def get_close_matches(word, possibilities, n=3, cutoff=0.6):
    """The n best matches of word among the possibilities, the best first, that are alike by at least cutoff."""
    if not n > 0:
        raise ValueError("n must be > 0: %r" % (n,))
    if not 0.0 <= cutoff <= 1.0:
        raise ValueError("cutoff must be in [0.0, 1.0]: %r" % (cutoff,))
    result = []
    s = SequenceMatcher()
    s.set_seq2(word)
    for x in possibilities:
        s.set_seq1(x)
        if s.real_quick_ratio() >= cutoff and s.quick_ratio() >= cutoff and s.ratio() >= cutoff:
            result.append((s.ratio(), x))
    return [x for score, x in nlargest(n, result)]


def _keep_original_ws(s, tag_s):
    """White space as in s where the tags are blank."""
    return "".join(c if tag_c == " " and c.isspace() else tag_c for c, tag_c in zip(s, tag_s))


class Differ:
    """Compares texts line by line: "- " only in the first, "+ " only in the second, "  " in both, "? " where in
    the line."""

    def __init__(self, linejunk=None, charjunk=None):
        self.linejunk = linejunk
        self.charjunk = charjunk

    def compare(self, a, b):
        """The lines of the comparison."""
        cruncher = SequenceMatcher(self.linejunk, a, b)
        for tag, alo, ahi, blo, bhi in cruncher.get_opcodes():
            if tag == "replace":
                yield from self._fancy_replace(a, alo, ahi, b, blo, bhi)
            elif tag == "delete":
                yield from self._dump("-", a, alo, ahi)
            elif tag == "insert":
                yield from self._dump("+", b, blo, bhi)
            else:
                yield from self._dump(" ", a, alo, ahi)

    def _dump(self, tag, x, lo, hi):
        for i in range(lo, hi):
            yield f"{tag} {x[i]}"

    def _plain_replace(self, a, alo, ahi, b, blo, bhi):
        """The shorter part first."""
        if bhi - blo < ahi - alo:
            yield from self._dump("+", b, blo, bhi)
            yield from self._dump("-", a, alo, ahi)
        else:
            yield from self._dump("-", a, alo, ahi)
            yield from self._dump("+", b, blo, bhi)

    def _fancy_replace(self, a, alo, ahi, b, blo, bhi):
        """Lines that are alike side by side: the most alike pair divides the rest, and so on in either part."""
        cruncher = SequenceMatcher(self.charjunk)
        waiting = [(alo, ahi, blo, bhi)]   # parts and pairs of lines, the next one last
        while waiting:
            part = waiting.pop()
            if len(part) == 2:
                yield from self._pair(cruncher, *part)
                continue
            alo, ahi, blo, bhi = part
            if alo == ahi:
                yield from self._dump("+", b, blo, bhi)
            elif blo == bhi:
                yield from self._dump("-", a, alo, ahi)
            elif (found := self._most_alike(cruncher, a, alo, ahi, b, blo, bhi)) is None:
                yield from self._plain_replace(a, alo, ahi, b, blo, bhi)
            else:
                i, j = found
                waiting += [(i + 1, ahi, j + 1, bhi), (a[i], b[j]), (alo, i, blo, j)]

    def _most_alike(self, cruncher, a, alo, ahi, b, blo, bhi):
        """The places of the two lines to put side by side: the most alike of those that differ, or else equal ones."""
        equal = best = None
        best_ratio = 0.74
        for j in range(blo, bhi):
            line = b[j]
            cruncher.set_seq2(line)
            for i in range(alo, ahi):
                if a[i] == line:
                    equal = equal or (i, j)
                    continue
                cruncher.set_seq1(a[i])
                if (cruncher.real_quick_ratio() > best_ratio and cruncher.quick_ratio() > best_ratio
                        and (ratio := cruncher.ratio()) > best_ratio):
                    best, best_ratio = (i, j), ratio
        return equal if best_ratio < 0.75 else best

    def _pair(self, cruncher, aelt, belt):
        """Two lines with marks below what differs."""
        if aelt == belt:
            yield "  " + aelt
            return
        atags = btags = ""
        cruncher.set_seqs(aelt, belt)
        for tag, ai1, ai2, bj1, bj2 in cruncher.get_opcodes():
            if tag == "equal":
                atags += " " * (ai2 - ai1)
                btags += " " * (bj2 - bj1)
            else:
                atags += ("^" if tag == "replace" else "-") * (ai2 - ai1)
                btags += ("^" if tag == "replace" else "+") * (bj2 - bj1)
        yield from self._qformat(aelt, belt, atags, btags)

    def _qformat(self, aline, bline, atags, btags):
        atags = _keep_original_ws(aline, atags).rstrip()
        btags = _keep_original_ws(bline, btags).rstrip()
        yield "- " + aline
        if atags:
            yield f"? {atags}\n"
        yield "+ " + bline
        if btags:
            yield f"? {btags}\n"


def IS_LINE_JUNK(line, pat=None):
    """Is the line empty, or a single #?"""
    return line.strip() in ("", "#")


def IS_CHARACTER_JUNK(ch, ws=" \t"):
    """Is it a blank or tab?"""
    return ch in ws


def _format_range_unified(start, stop):
    beginning = start + 1
    length = stop - start
    if length == 1:
        return f"{beginning}"
    if not length:
        beginning -= 1
    return f"{beginning},{length}"


def _check_types(a, b, *args):
    if a and not isinstance(a[0], str):
        raise TypeError(f"lines to compare must be str, not {type(a[0]).__name__} ({a[0]!r})")
    if b and not isinstance(b[0], str):
        raise TypeError(f"lines to compare must be str, not {type(b[0]).__name__} ({b[0]!r})")
    for arg in args:
        if not isinstance(arg, str):
            raise TypeError("all arguments must be str, not: %r" % (arg,))


def unified_diff(a, b, fromfile="", tofile="", fromfiledate="", tofiledate="", n=3, lineterm="\n"):
    """The lines of a unified diff with n lines of context."""
    _check_types(a, b, fromfile, tofile, fromfiledate, tofiledate, lineterm)
    started = False
    for group in SequenceMatcher(None, a, b).get_grouped_opcodes(n):
        if not started:
            started = True
            fromdate = f"\t{fromfiledate}" if fromfiledate else ""
            todate = f"\t{tofiledate}" if tofiledate else ""
            yield f"--- {fromfile}{fromdate}{lineterm}"
            yield f"+++ {tofile}{todate}{lineterm}"
        first, last = group[0], group[-1]
        yield (f"@@ -{_format_range_unified(first[1], last[2])} +{_format_range_unified(first[3], last[4])} @@"
               f"{lineterm}")
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                for line in a[i1:i2]:
                    yield " " + line
                continue
            if tag in ("replace", "delete"):
                for line in a[i1:i2]:
                    yield "-" + line
            if tag in ("replace", "insert"):
                for line in b[j1:j2]:
                    yield "+" + line


def _format_range_context(start, stop):
    beginning = start + 1
    length = stop - start
    if not length:
        beginning -= 1
    if length <= 1:
        return f"{beginning}"
    return f"{beginning},{beginning + length - 1}"


def context_diff(a, b, fromfile="", tofile="", fromfiledate="", tofiledate="", n=3, lineterm="\n"):
    """The lines of a context diff with n lines of context."""
    _check_types(a, b, fromfile, tofile, fromfiledate, tofiledate, lineterm)
    prefix = {"insert": "+ ", "delete": "- ", "replace": "! ", "equal": "  "}
    started = False
    for group in SequenceMatcher(None, a, b).get_grouped_opcodes(n):
        if not started:
            started = True
            fromdate = f"\t{fromfiledate}" if fromfiledate else ""
            todate = f"\t{tofiledate}" if tofiledate else ""
            yield f"*** {fromfile}{fromdate}{lineterm}"
            yield f"--- {tofile}{todate}{lineterm}"
        first, last = group[0], group[-1]
        yield "***************" + lineterm
        yield f"*** {_format_range_context(first[1], last[2])} ****{lineterm}"
        if any(tag in ("replace", "delete") for tag, _, _, _, _ in group):
            for tag, i1, i2, _, _ in group:
                if tag != "insert":
                    for line in a[i1:i2]:
                        yield prefix[tag] + line
        yield f"--- {_format_range_context(first[3], last[4])} ----{lineterm}"
        if any(tag in ("replace", "insert") for tag, _, _, _, _ in group):
            for tag, _, _, j1, j2 in group:
                if tag != "delete":
                    for line in b[j1:j2]:
                        yield prefix[tag] + line


def diff_bytes(dfunc, a, b, fromfile=b"", tofile=b"", fromfiledate=b"", tofiledate=b"", n=3, lineterm=b"\n"):
    """unified_diff or context_diff of lines of bytes."""
    def decode(s):
        try:
            return s.decode("ascii", "surrogateescape")
        except AttributeError as err:
            raise TypeError(f"all arguments must be bytes, not {type(s).__name__} ({s!r})") from err
    for line in dfunc(list(map(decode, a)), list(map(decode, b)), decode(fromfile), decode(tofile),
                      decode(fromfiledate), decode(tofiledate), n, decode(lineterm)):
        yield line.encode("ascii", "surrogateescape")


def ndiff(a, b, linejunk=None, charjunk=IS_CHARACTER_JUNK):
    """The comparison of a Differ."""
    return Differ(linejunk, charjunk).compare(a, b)


def restore(delta, which):
    """The first (1) or second (2) text of a comparison."""
    try:
        tag = {1: "- ", 2: "+ "}[int(which)]
    except KeyError:
        raise ValueError("unknown delta choice (must be 1 or 2): %r" % which) from None
    for line in delta:
        if line[:2] in ("  ", tag):
            yield line[2:]


# --- side by side, in HTML ---

# In the text of a cell, \0 and one of + - ^ stand in front of characters that are new, gone or changed, \1 behind them.

def _marked(text, guide):
    """A line with marks where the guide line of a Differ has them."""
    result, at = [], 0
    while at < len(guide):
        kind, end = guide[at], at + 1
        while end < len(guide) and guide[end] == kind:
            end += 1
        part = text[at:end]
        result.append(f"\0{kind}{part}\1" if kind in "+-^" and part else part)
        at = end
    return "".join(result) + text[at:]


def _whole(kind, text):
    return f"\0{kind}{text or ' '}\1"


def _changes(delta):
    """Of a delta, (old line, new line, guide of the old, guide of the new, is it a change?) for each line that is there
    still, was changed, is gone or is new; None for what is not there."""
    delta = list(delta)
    at = 0

    def guide():
        nonlocal at
        if at < len(delta) and delta[at][0] == "?":
            at += 1
            return delta[at - 1][2:]

    while at < len(delta):
        code, text = delta[at][0], delta[at][2:]
        at += 1
        if code == " ":
            yield text, text, None, None, False
        elif code == "+":
            yield None, text, None, None, True
        else:
            old = guide()
            changed = at < len(delta) and delta[at][0] == "+" and (
                old is not None or at + 1 < len(delta) and delta[at + 1][0] == "?")
            if changed:
                at += 1
                new_text = delta[at - 1][2:]
                yield text, new_text, old or "", guide() or "", True
            else:
                yield text, None, None, None, True


def _side_by_side(delta):
    """The rows of a table: ((number, text), (number, text), is it a change?). Lines that are gone stand beside those
    that have come in their place, one by one."""
    numbers = [0, 0]
    gone, come = [], []

    def cell(side, text):
        numbers[side] += 1
        return numbers[side], text

    def pairs():
        for i in range(max(len(gone), len(come))):
            yield (cell(0, _whole("-", gone[i])) if i < len(gone) else ("", "\n"),
                   cell(1, _whole("+", come[i])) if i < len(come) else ("", "\n"), True)
        gone.clear()
        come.clear()

    for old, new, old_guide, new_guide, changed in _changes(delta):
        if changed and old is None:
            come.append(new)
        elif changed and new is None:
            gone.append(old)
        else:
            yield from pairs()
            if changed:
                old, new = _marked(old, old_guide), _marked(new, new_guide)
            yield cell(0, old), cell(1, new), changed
    yield from pairs()


def _in_context(rows, n):
    """The rows that are changes, or at most n away from one; None before those with a gap in front of them."""
    rows = list(rows)
    changes = [i for i, row in enumerate(rows) if row[2]]
    shown = 0
    for change in changes:
        first = max(change - n, shown)
        if first > shown:
            yield None
        last = min(change + n + 1, len(rows))
        yield from rows[first:last]
        shown = max(last, shown)


def _split_marked(number, text, width):
    """A cell's (number, text) for each of its lines, at most `width` wide; '>' is the number of all but the first."""
    lines = []
    while width and len(text) - 3 * text.count("\0") > width:
        at, seen, mark = 0, 0, ""
        while seen < width and at < len(text):
            if text[at] == "\0":
                mark = text[at + 1]
                at += 2
            elif text[at] == "\1":
                mark = ""
                at += 1
            else:
                at += 1
                seen += 1
        lines.append((number, text[:at] + "\1" * bool(mark)))
        text = (f"\0{mark}" if mark else "") + text[at:]
        number = ">"
    return lines + [(number, text)]


def _wrapped(rows, width):
    for row in rows:
        if row is None:
            yield row
            continue
        old, new = (_split_marked(*cell, width) for cell in row[:2])
        for i in range(max(len(old), len(new))):
            yield old[i] if i < len(old) else ("", " "), new[i] if i < len(new) else ("", " "), row[2]


_file_template = """
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
          "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">

<html>

<head>
    <meta http-equiv="Content-Type"
          content="text/html; charset=%(charset)s" />
    <title></title>
    <style type="text/css">%(styles)s
    </style>
</head>

<body>
    %(table)s%(legend)s
</body>

</html>"""

_styles = "".join("\n        " + rule for rule in (
    "table.diff {font-family:Courier; border:medium;}", ".diff_header {background-color:#e0e0e0}",
    "td.diff_header {text-align:right}", ".diff_next {background-color:#c0c0c0}",
    ".diff_add {background-color:#aaffaa}", ".diff_chg {background-color:#ffff77}",
    ".diff_sub {background-color:#ffaaaa}"))

_table_template = f"""
    <table class="diff" id="difflib_chg_%(prefix)s_top"
           cellspacing="0" cellpadding="0" rules="groups" >
        {' '.join(['<colgroup></colgroup>'] * 3)}
        {' '.join(['<colgroup></colgroup>'] * 3)}
        %(header_row)s
        <tbody>
%(data_rows)s        </tbody>
    </table>"""

_legend = """
    <table class="diff" summary="Legends">
        <tr> <th colspan="2"> Legends </th> </tr>
        <tr> <td> <table border="" summary="Colors">
                      <tr><th> Colors </th> </tr>
                      <tr><td class="diff_add">&nbsp;Added&nbsp;</td></tr>
                      <tr><td class="diff_chg">Changed</td> </tr>
                      <tr><td class="diff_sub">Deleted</td> </tr>
                  </table></td>
             <td> <table border="" summary="Links">
                      <tr><th colspan="2"> Links </th> </tr>
                      <tr><td>(f)irst change</td> </tr>
                      <tr><td>(n)ext change</td> </tr>
                      <tr><td>(t)op</td> </tr>
                  </table></td> </tr>
    </table>"""

_SPANS = {"\0+": '<span class="diff_add">', "\0-": '<span class="diff_sub">', "\0^": '<span class="diff_chg">',
          "\1": "</span>", "\t": "&nbsp;"}


class HtmlDiff:
    """Two texts side by side as an HTML table or page, changes coloured and linked with each other.

    Tabs are as wide as `tabsize` says, lines longer than wrapcolumn are broken; the junk functions are ndiff()'s.
    """

    _file_template = _file_template
    _styles = _styles
    _table_template = _table_template
    _legend = _legend
    _default_prefix = 0

    def __init__(self, tabsize=8, wrapcolumn=None, linejunk=None, charjunk=IS_CHARACTER_JUNK):
        self._tabsize = tabsize
        self._wrapcolumn = wrapcolumn
        self._linejunk = linejunk
        self._charjunk = charjunk

    def make_file(self, fromlines, tolines, fromdesc="", todesc="", context=False, numlines=5, *, charset="utf-8"):
        """A whole page, as text in which what `charset` lacks is written as references."""
        table = self.make_table(fromlines, tolines, fromdesc, todesc, context=context, numlines=numlines)
        page = self._file_template % {"styles": self._styles, "legend": self._legend, "table": table,
                                      "charset": charset}
        return page.encode(charset, "xmlcharrefreplace").decode(charset)

    def make_table(self, fromlines, tolines, fromdesc="", todesc="", context=False, numlines=5):
        """The table alone; with `context` only changes and `numlines` lines around each."""
        number = HtmlDiff._default_prefix
        HtmlDiff._default_prefix += 1
        prefixes = f"from{number}_", f"to{number}_"
        delta = ndiff([self._visible(line) for line in fromlines], [self._visible(line) for line in tolines],
                      self._linejunk, self._charjunk)
        rows = _side_by_side(delta)
        if context:
            rows = _in_context(rows, numlines)
        rows = list(_wrapped(rows, self._wrapcolumn))
        table = self._table_template % {"data_rows": self._data_rows(rows, prefixes, context, numlines),
                                        "header_row": self._header(fromdesc, todesc), "prefix": prefixes[1]}
        for mark, html in _SPANS.items():
            table = table.replace(mark, html)
        return table

    def _visible(self, line):
        """A line without its end, the blanks that its tabs make as tabs."""
        line = line.replace(" ", "\0").expandtabs(self._tabsize).replace(" ", "\t")
        return line.replace("\0", " ").rstrip("\n")

    def _header(self, fromdesc, todesc):
        if not fromdesc and not todesc:
            return ""
        cells = [f'<th class="diff_next"><br /></th><th colspan="2" class="diff_header">{title}</th>'
                 for title in (fromdesc, todesc)]
        return f"<thead><tr>{cells[0]}{cells[1]}</tr></thead>"

    def _data_rows(self, rows, prefixes, context, numlines):
        title = f"difflib_chg_{prefixes[1]}_"
        if not rows:
            cell = f'<td></td><td>&nbsp;{"No Differences Found" if context else "Empty File"}&nbsp;</td>'
            return self._row("", f'<a href="#{title}top">t</a>', cell, cell)
        ids, links = self._links(rows, title, numlines)
        result = []
        for i, row in enumerate(rows):
            if row is not None:
                cells = [self._cell(prefix, *cell) for prefix, cell in zip(prefixes, row)]
                result.append(self._row(ids[i], links[i], *cells))
            elif i > 0:
                result.append("        </tbody>        \n        <tbody>\n")
        return "".join(result)

    def _links(self, rows, title, numlines):
        """The anchors and links of the rows: a change leads to the next, whose anchor is `numlines` rows before it."""
        ids, links = [""] * len(rows), [""] * len(rows)
        count, last, inside = 0, 0, False
        for i, row in enumerate(rows):
            changed = row is not None and row[2]
            if changed and not inside:
                last = i
                ids[max(0, i - numlines)] = f' id="{title}{count}"'
                count += 1
                links[last] = f'<a href="#{title}{count}">n</a>'
            inside = changed
        if rows[0] is None or not rows[0][2]:
            links[0] = f'<a href="#{title}0">f</a>'
        links[last] = f'<a href="#{title}top">t</a>'
        return ids, links

    def _row(self, anchor, link, old, new):
        return (f'            <tr><td class="diff_next"{anchor}>{link}</td>{old}'
                f'<td class="diff_next">{link}</td>{new}</tr>\n')

    def _cell(self, prefix, number, text):
        anchor = f' id="{prefix}{number}"' if isinstance(number, int) else ""
        text = text.replace("&", "&amp;").replace(">", "&gt;").replace("<", "&lt;").replace(" ", "&nbsp;").rstrip()
        return f'<td class="diff_header"{anchor}>{number}</td><td nowrap="nowrap">{text}</td>'
