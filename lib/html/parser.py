"""html.parser: a parser of HTML and XHTML that calls a method for each thing that it meets.

It takes what it is given: markup that cannot be read is passed on as text. Text may come in pieces (`feed`); what may
still go on waits for the next piece or the end (`close`).
"""

import re
from html import unescape

__all__ = ["HTMLParser"]

# What tags, references and instructions look like, in variables that programs may put other expressions into: they
# are looked up at each use.
_NAME = r"[a-zA-Z][^\t\n\r\f />\x00]*"
_KEY = r"""(?<=['"\s/])[^\s/>][^\s/=>]*"""
_VALUE = r"""(?:'[^']*'|"[^"]*"|(?!['"])[^>\s]*)"""  # in quotes, or bare
_SEPARATORS = r"(?:\s|/(?!>))*"
tagfind_tolerant = re.compile(f"({_NAME}){_SEPARATORS}")
attrfind_tolerant = re.compile(rf"({_KEY})(\s*=+\s*({_VALUE}))?{_SEPARATORS}")
locatestarttagend_tolerant = re.compile(rf"<{_NAME}(?:[\s/]*(?:{_KEY}(?:\s*=+\s*{_VALUE})?{_SEPARATORS})*)?\s*")
entityref = re.compile(r"&([a-zA-Z][-.a-zA-Z0-9]*)[^a-zA-Z0-9]")
charref = re.compile(r"&#(?:[0-9]+|[xX][0-9a-fA-F]+)[^0-9a-fA-F]")
incomplete = re.compile(r"&[a-zA-Z#]")
piclose = endendtag = re.compile(">")
_comment_end = re.compile(r"--\s*>")
_section_end = re.compile(r"\]\s*\]\s*>")
_condition_end = re.compile(r"\]\s*>")
endtagfind = re.compile(r"</\s*([a-zA-Z][-.a-zA-Z0-9:_]*)\s*>")

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_ALNUM = _LETTERS | frozenset("0123456789")
_LONGEST_REFERENCE = 34  # of the references by name, with & and ;


class HTMLParser:
    """For subclasses, which define the handle_ methods that they need.

    With convert_charrefs, references to characters are replaced in text, and do not come to handle_charref and
    handle_entityref; the text comes in longer pieces then.
    """

    CDATA_CONTENT_ELEMENTS = ("script", "style")  # in these there is no markup but their own end

    __starttag_text = None

    def __init__(self, *, convert_charrefs=True):
        self.convert_charrefs = convert_charrefs
        self.reset()

    def reset(self):
        """Forget everything, also what waits."""
        self.rawdata = ""
        self.lasttag = "???"
        self.cdata_elem = None
        self.lineno = 1
        self.offset = 0

    def feed(self, data):
        """Take more text."""
        self.rawdata = self.rawdata + data
        self.goahead(0)

    def close(self):
        """Take what waits as if the text ended here."""
        self.goahead(1)

    def getpos(self):
        """(line, column) of what is being handled."""
        return self.lineno, self.offset

    def updatepos(self, i, j):
        """Count the text from i to j; returns j."""
        if i >= j:
            return j
        if lines := self.rawdata.count("\n", i, j):
            self.lineno += lines
            self.offset = j - (self.rawdata.rindex("\n", i, j) + 1)
        else:
            self.offset += j - i
        return j

    def get_starttag_text(self):
        """The text of the start tag that was handled last."""
        return self.__starttag_text

    def set_cdata_mode(self, elem):
        """From here on everything is text up to the end tag of `elem`."""
        self.cdata_elem = elem.lower()

    def clear_cdata_mode(self):
        self.cdata_elem = None

    # the text as a whole

    def goahead(self, end):
        """Handle what has come, but for what may go on; where `end` is true, that too."""
        i, size = 0, len(self.rawdata)
        while i < size:
            j = self._text_end(i)
            if j < 0:
                break
            if i < j:
                self._text(i, j)
            i = self.updatepos(i, j)
            if i == size:
                break
            j = self._markup(i, end) if self.rawdata[i] == "<" else self._reference(i)
            if j < 0:
                i = ~j
                break
            i = self.updatepos(i, j)
        if end and i < size and not self.cdata_elem:
            self._text(i, size)
            i = self.updatepos(i, size)
        self.rawdata = self.rawdata[i:]

    def _text(self, i, j):
        text = self.rawdata[i:j]
        self.handle_data(unescape(text) if self.convert_charrefs and not self.cdata_elem else text)

    def _text_end(self, i):
        """Where the text that begins at i ends; -1 where that is not known yet."""
        data = self.rawdata
        if self.cdata_elem:
            return self._cdata_end(i)
        j = data.find("<", i)
        if not self.convert_charrefs:
            other = data.find("&", i)
            return min((k for k in (j, other) if k >= 0), default=len(data))
        if j >= 0:
            return j
        reference = data.rfind("&", max(i, len(data) - _LONGEST_REFERENCE))
        if reference >= 0 and not any(c == ";" or c.isspace() for c in data[reference:]):
            return -1  # it may go on
        return len(data)

    def _cdata_end(self, i):
        """Where the end tag of the element begins whose content is all text, or -1."""
        data, name = self.rawdata, self.cdata_elem
        while (i := data.find("</", i)) >= 0:
            j = self._spaces(i + 2)
            if data[j:j + len(name)].lower() == name:
                j = self._spaces(j + len(name))
                if data[j:j + 1] == ">":
                    return i
            i += 1
        return -1

    def _spaces(self, i):
        """Where the spaces end that begin at i."""
        data = self.rawdata
        while i < len(data) and data[i].isspace():
            i += 1
        return i

    # Each of the following reads what begins at i and returns where it ends; a negative number says that the end has
    # not come yet.

    def _markup(self, i, end):
        """What begins with <; ~i where it waits."""
        data = self.rawdata
        following = data[i + 1:i + 2]
        if following in _LETTERS:
            j = self.parse_starttag(i)
        elif following == "/":
            j = self.parse_endtag(i)
        elif data.startswith("<!--", i):
            j = self.parse_comment(i)
        elif following == "?":
            j = self.parse_pi(i)
        elif following == "!":
            j = self.parse_html_declaration(i)
        elif following:
            self.handle_data("<")
            j = i + 1
        else:
            return ~i
        if j >= 0:
            return j
        if not end:
            return ~i
        j = data.find(">", i + 1) + 1
        if not j:
            j = data.find("<", i + 1)
            if j < 0:
                j = i + 1
        self._text(i, j)
        return j

    def _reference(self, i):
        """What begins with &; ~(the place to go on from) where it waits."""
        data = self.rawdata
        if found := charref.match(data, i):
            self.handle_charref(found.group()[2:-1])
        elif found := entityref.match(data, i):
            self.handle_entityref(found[1])
        if found:
            j = found.end()
            return j if data[j - 1] == ";" else j - 1
        if data.startswith("&#", i):
            if ";" not in data[i:]:
                return ~i
            self.handle_data("&#")
            return ~self.updatepos(i, i + 2)
        if incomplete.match(data, i) or i + 1 == len(data):
            return ~i
        self.handle_data("&")
        return i + 1

    def _run(self, i, characters):
        """Where the characters end that begin at i."""
        data = self.rawdata
        while i < len(data) and data[i] in characters:
            i += 1
        return i

    # markup

    def parse_html_declaration(self, i):
        data = self.rawdata
        if data.startswith("<!--", i):
            return self.parse_comment(i)
        if data.startswith("<![", i):
            return self.parse_marked_section(i)
        if data[i:i + 9].lower() != "<!doctype":
            return self.parse_bogus_comment(i)
        j = data.find(">", i + 9)
        if j >= 0:
            self.handle_decl(data[i + 2:j])
        return j + 1 or -1

    def parse_bogus_comment(self, i, report=1):
        """What is no right markup and counts as a comment, up to >."""
        j = self.rawdata.find(">", i + 2)
        if j >= 0 and report:
            self.handle_comment(self.rawdata[i + 2:j])
        return j + 1 or -1

    def parse_comment(self, i, report=1):
        found = _comment_end.search(self.rawdata, i + 4)
        if found and report:
            self.handle_comment(self.rawdata[i + 4:found.start()])
        return found.end() if found else -1

    def parse_pi(self, i):
        """A processing instruction."""
        found = piclose.search(self.rawdata, i + 2)
        if not found:
            return -1
        self.handle_pi(self.rawdata[i + 2:found.start()])
        return found.end()

    def parse_marked_section(self, i, report=1):
        """<![name[...]]>, and <![if ...]> and the like as some word processors write it."""
        data = self.rawdata
        start = i + 3
        j = self._run(start, _ALNUM | {"-", "_", "."}) if data[start:start + 1] in _LETTERS else start
        if start == len(data) or j > start and self._spaces(j) == len(data):
            return -1
        if j == start:
            raise AssertionError(f"expected name token at {data[i:i + 20]!r}")
        name = data[start:j].lower()
        if name in ("temp", "cdata", "ignore", "include", "rcdata"):
            end = _section_end
        elif name in ("if", "else", "endif"):
            end = _condition_end
        else:
            keyword = data[start:self._spaces(j)]
            raise AssertionError(f"unknown status keyword {keyword!r} in marked section")
        found = end.search(data, start)
        if found and report:
            self.unknown_decl(data[start:found.start()])
        return found.end() if found else -1

    # tags

    def _attributes(self, i, end):
        """The attributes (name, value or None) that begin at i, and where they end."""
        found = []
        while i < end and (match := attrfind_tolerant.match(self.rawdata, i)):
            name, rest, value = match.group(1, 2, 3)
            if not rest:
                value = None
            elif value[:1] in ("'", '"') and value[:1] == value[-1:]:
                value = value[1:-1]
            found.append((name.lower(), unescape(value) if value else value))
            i = match.end()
        return found, i

    def parse_starttag(self, i):
        self.__starttag_text = None
        end = self.check_for_whole_start_tag(i)
        if end < 0:
            return end
        data = self.rawdata
        self.__starttag_text = data[i:end]
        name = tagfind_tolerant.match(data, i + 1)
        self.lasttag = tag = name[1].lower()
        attributes, j = self._attributes(name.end(), end)
        closing = data[j:end].strip()
        if closing not in (">", "/>"):
            self.handle_data(data[i:end])
        elif closing == "/>":
            self.handle_startendtag(tag, attributes)
        else:
            self.handle_starttag(tag, attributes)
            if tag in self.CDATA_CONTENT_ELEMENTS:
                self.set_cdata_mode(tag)
        return end

    def check_for_whole_start_tag(self, i):
        """Where the start tag that begins at i ends, or -1."""
        data = self.rawdata
        j = locatestarttagend_tolerant.match(data, i).end()
        following = data[j:j + 1]
        if following == ">":
            return j + 1
        if following == "/":
            return j + 2 if data.startswith("/>", j) else -1
        if following == "" or following in _LETTERS or following == "=":
            return -1
        return j if j > i else i + 1

    def parse_endtag(self, i):
        data = self.rawdata
        closing = endendtag.search(data, i + 1)
        if not closing:
            return -1
        end = closing.end()
        plain = endtagfind.match(data, i)
        if self.cdata_elem is not None:
            if not plain or plain[1].lower() != self.cdata_elem:
                self.handle_data(data[i:end])
                return end
        if plain:
            self.handle_endtag(plain[1].lower())
            self.clear_cdata_mode()
            return end
        if data[i + 2] not in _LETTERS:
            return i + 3 if data[i + 2] == ">" else self.parse_bogus_comment(i)
        name = tagfind_tolerant.match(data, i + 2)
        self.handle_endtag(name[1].lower())
        return data.find(">", name.end()) + 1

    # for subclasses to define

    def handle_startendtag(self, tag, attrs):
        """An empty element, <tag ... />: by default as the start and the end."""
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_starttag(self, tag, attrs):
        """A start tag; attrs are (name, value) in order, the value None where there is none."""

    def handle_endtag(self, tag):
        """An end tag."""

    def handle_charref(self, name):
        """A reference by number, &#name; and &#xname;."""

    def handle_entityref(self, name):
        """A reference by name, &name;."""

    def handle_data(self, data):
        """Text."""

    def handle_comment(self, data):
        """A comment."""

    def handle_decl(self, decl):
        """A declaration of the document's type."""

    def handle_pi(self, data):
        """A processing instruction, <?data>."""

    def unknown_decl(self, data):
        """A marked section, <![data]]>."""
