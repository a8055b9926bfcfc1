"""html.parser: a parser of HTML and XHTML that calls a method for each thing that it meets.

It takes what it is given: markup that cannot be read is passed on as text. Text may come in pieces (`feed`); what may
still go on waits for the next piece or the end (`close`).
"""

from html import unescape

__all__ = ["HTMLParser"]

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS = frozenset("0123456789")
_HEX_DIGITS = _DIGITS | frozenset("abcdefABCDEF")
_ALNUM = _LETTERS | _DIGITS
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
        number = data.startswith("&#", i)
        if number:
            hexadecimal = data[i + 2:i + 3] in ("x", "X")
            start = i + 2 + hexadecimal
            j = self._run(start, _HEX_DIGITS if hexadecimal else _DIGITS)
            if not hexadecimal and data[j:j + 1] in _HEX_DIGITS:
                j = start  # a digit follows that cannot be one
        else:
            start = i + 1
            j = self._run(start, _ALNUM | {"-", "."}) if data[start:start + 1] in _LETTERS else start
            if j < len(data) and data[j] in "-." or j > start + 1 and j == len(data):
                j = self._shorten(start, j)
        if start < j < len(data):
            name = data[i + 2 if number else start:j]
            self.handle_charref(name) if number else self.handle_entityref(name)
            return j + 1 if data[j] == ";" else j
        if number:
            if ";" in data[i:]:
                self.handle_data("&#")
                return ~self.updatepos(i, i + 2)
            return ~i
        if data[start:start + 1] in _LETTERS:
            return ~i
        if start < len(data):
            self.handle_data("&")
            return start
        return ~i

    def _shorten(self, start, j):
        """A name at the end of the text may do without a last - or . and what is behind it."""
        while j > start and self.rawdata[j:j + 1] not in ("-", "."):
            j -= 1
        return j

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
        j, k = self._find_closing(i + 4, "--", "")
        if k >= 0 and report:
            self.handle_comment(self.rawdata[i + 4:j])
        return k

    def parse_pi(self, i):
        """A processing instruction."""
        j = self.rawdata.find(">", i + 2)
        if j >= 0:
            self.handle_pi(self.rawdata[i + 2:j])
        return j + 1 or -1

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
            j, k = self._find_closing(start, "]", "]")
        elif name in ("if", "else", "endif"):
            j, k = self._find_closing(start, "]", "")
        else:
            keyword = data[start:self._spaces(j)]
            raise AssertionError(f"unknown status keyword {keyword!r} in marked section")
        if k >= 0 and report:
            self.unknown_decl(data[start:j])
        return k

    def _find_closing(self, i, first, second):
        """(start, end) of `first`, `second` and >, with spaces between them; (-1, -1) where there are none."""
        data = self.rawdata
        while (i := data.find(first, i)) >= 0:
            j = self._spaces(i + len(first))
            if data.startswith(second, j):
                j = self._spaces(j + len(second))
                if data[j:j + 1] == ">":
                    return i, j + 1
            i += 1
        return -1, -1

    # tags

    def _tag_name_end(self, i):
        data = self.rawdata
        while i < len(data) and data[i] not in "\t\n\r\f />\0":
            i += 1
        return i

    def _separators(self, i):
        """Where spaces and slashes end, a slash before > being none of them."""
        data = self.rawdata
        while i < len(data) and (data[i].isspace() or data[i] == "/" and data[i + 1:i + 2] != ">"):
            i += 1
        return i

    def _attributes(self, i):
        """The attributes (name, value or None) that begin at i, and where they end."""
        data, found = self.rawdata, []
        while i < len(data) and (data[i - 1] in "'\"/" or data[i - 1].isspace()):
            j = i
            if data[j] in "/>" or data[j].isspace():
                break
            j += 1
            while j < len(data) and data[j] not in "/=>" and not data[j].isspace():
                j += 1
            name = data[i:j].lower()
            value, end = self._attribute_value(j)
            found.append((name, value))
            i = self._separators(end)
        return found, i

    def _attribute_value(self, i):
        """(value, end) of what may follow an attribute's name; (None, i) if nothing does."""
        data = self.rawdata
        start = self._spaces(i)
        equals = self._run(start, "=")
        if equals == start:
            return None, i
        j = self._spaces(equals)
        quote = data[j:j + 1]
        if quote in ("'", '"'):
            end = data.find(quote, j + 1)
            if end >= 0:
                return unescape(data[j + 1:end]), end + 1
            if j > equals:
                return "", j
            if equals - start < 2:
                return None, i
            j = equals - 1
        end = j
        while end < len(data) and data[end] != ">" and not data[end].isspace():
            end += 1
        return unescape(data[j:end]), end

    def parse_starttag(self, i):
        self.__starttag_text = None
        end = self.check_for_whole_start_tag(i)
        if end < 0:
            return end
        data = self.rawdata
        self.__starttag_text = data[i:end]
        name_end = self._tag_name_end(i + 1)
        self.lasttag = tag = data[i + 1:name_end].lower()
        attributes, j = self._attributes(self._separators(name_end))
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
        start = self._tag_name_end(i + 1)
        j = start
        while j < len(data) and (data[j] == "/" or data[j].isspace()):
            j += 1
        j = self._spaces(self._attributes(j)[1])
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
        end = data.find(">", i + 1) + 1
        if not end:
            return -1
        start = self._spaces(i + 2)
        j = self._run(start, _ALNUM | frozenset("-.:_")) if data[start:start + 1] in _LETTERS else start
        plain = j > start and data[self._spaces(j):][:1] == ">"
        if self.cdata_elem is not None:
            if not plain or data[start:j].lower() != self.cdata_elem:
                self.handle_data(data[i:end])
                return end
        if plain:
            self.handle_endtag(data[start:j].lower())
            self.clear_cdata_mode()
            return end
        if data[i + 2] not in _LETTERS:
            return i + 3 if data[i + 2] == ">" else self.parse_bogus_comment(i)
        name_end = self._tag_name_end(i + 2)
        end = data.find(">", self._separators(name_end))
        self.handle_endtag(data[i + 2:name_end].lower())
        return end + 1

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
