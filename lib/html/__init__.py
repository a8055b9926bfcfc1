"""Characters of HTML: escape and unescape."""
import re

__all__ = ['escape', 'unescape']


def escape(s, quote=True):
    """The text with &, <, > and, if quote is true, both kinds of quotes as character references."""
    s = s.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')
    if quote:
        s = s.replace('"', '&quot;').replace("'", '&#x27;')
    return s


def _numeric(digits):
    """The character of a number, as the standard has it: Windows-1252 from 128 to 159, nothing for no character."""
    number = int(digits[1:], 16) if digits[0] in 'xX' else int(digits)
    if number == 0 or 0xd800 <= number <= 0xdfff or number > 0x10ffff:
        return '\ufffd'
    if 0x80 <= number < 0xa0:
        try:
            return bytes((number,)).decode('cp1252')
        except UnicodeDecodeError:
            return chr(number)
    if number < 0x20 and number not in (9, 10, 12, 13) or number == 0x7f or 0xfdd0 <= number <= 0xfdef or \
            number & 0xfffe == 0xfffe:
        return ''
    return chr(number)


_references = None  # html.entities.html5, when it has been needed


def _replacement(match):
    reference = match[1]
    if reference[0] == '#':
        return _numeric(reference[1:].rstrip(';'))
    global _references
    if _references is None:
        from html.entities import html5 as _references
    html5 = _references
    if reference in html5:
        return html5[reference]
    # the longest name at the beginning that needs no ';'
    for end in range(len(reference) - 1, 1, -1):
        if reference[:end] in html5:
            return html5[reference[:end]] + reference[end:]
    return '&' + reference


_find = re.compile(r'&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)')


def unescape(s):
    """The text with the characters that named and numeric character references stand for."""
    if '&' not in s:
        return s
    return _find.sub(_replacement, s)
