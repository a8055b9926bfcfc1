"""Messages in other languages, from the .mo files of GNU gettext.

A program asks for the translation of a message by the functions gettext, ngettext (a singular and a plural form),
pgettext and npgettext (messages of a context), by default those of the domain that textdomain has set; or it makes an
object by translation(). Where there is no translation, the message itself is shown.
"""

import os
import re
import sys

__all__ = ['NullTranslations', 'GNUTranslations', 'Catalog', 'bindtextdomain', 'find', 'translation', 'install',
           'textdomain', 'dgettext', 'dngettext', 'gettext', 'ngettext', 'pgettext', 'dpgettext', 'npgettext',
           'dnpgettext']

_default_localedir = os.path.join(sys.base_prefix, 'share', 'locale')


# --- plural forms: expressions of C about a number n ---

_token = re.compile(r'\s*(?:([0-9]+\b)|(n\b)|([()])|(\|\||&&|==|!=|<=|>=|[<>%*/+\-?:!])|(\w+|.))', re.DOTALL)

_PRECEDENCE = {'||': 1, '&&': 2, '==': 3, '!=': 3, '<': 4, '>': 4, '<=': 4, '>=': 4,
               '+': 5, '-': 5, '*': 6, '/': 6, '%': 6}
_PYTHON = {'||': 'or', '&&': 'and', '/': '//'}
_COMPARISONS = frozenset(('==', '!=', '<', '>', '<=', '>='))
_DEPTH_MAX = 20
_LENGTH_MAX = 1000


def _tokens(plural):
    for match in _token.finditer(plural.rstrip()):
        number, name, bracket, symbol, other = match.groups()
        if other:
            raise ValueError(f'invalid token in plural form: {other}')
        yield number and str(int(number)) or name or bracket or symbol
    yield ''


class _PluralParser:
    """Turns an expression of C into one of Python."""

    def __init__(self, plural):
        self.following = _tokens(plural).__next__
        self.depth = 0
        self.next()

    def next(self):
        self.token = self.following()

    def refuse(self):
        raise ValueError(f'unexpected token in plural form: {self.token}' if self.token
                         else 'unexpected end of plural form')

    def operand(self):
        negations = ''
        while self.token == '!':
            negations += 'not '
            self.next()
        if negations:
            return f'({negations}{self.operand()})'
        token = self.token
        if token == '(':
            self.depth += 1
            if self.depth > _DEPTH_MAX:
                raise ValueError('plural form expression is too complex')
            self.next()
            inner = self.conditional()
            if self.token != ')':
                raise ValueError('unbalanced parenthesis in plural form')
            self.depth -= 1
            token = f'({inner})'
        elif token != 'n' and not token.isdecimal():
            self.refuse()
        self.next()
        return token

    def binary(self, least):
        left = self.operand()
        while _PRECEDENCE.get(self.token, 0) >= least:
            symbol = self.token
            self.next()
            right = self.binary(_PRECEDENCE[symbol] + 1)
            left = f'{left} {_PYTHON.get(symbol, symbol)} {right}'
            if symbol in _COMPARISONS:  # which Python would chain
                left = f'({left})'
        return left

    def conditional(self):
        test = self.binary(1)
        if self.token != '?':
            return test
        self.next()
        yes = self.conditional()
        if self.token != ':':
            self.refuse()
        self.next()
        return f'({yes}) if {test} else {self.conditional()}'


def _as_int(n):
    try:
        rounded = round(n)
    except TypeError:
        raise TypeError(f'Plural value must be an integer, got {n.__class__.__name__}') from None
    import warnings
    warnings.warn(f'Plural value must be an integer, got {n.__class__.__name__}', DeprecationWarning, stacklevel=4)
    return rounded if isinstance(n, float) and n == rounded else n


def c2py(plural):
    """A function of n that gives the number of the plural form, for an expression of C."""
    if len(plural) > _LENGTH_MAX:
        raise ValueError('plural form expression is too long')
    parser = _PluralParser(plural)
    try:
        text = parser.conditional()
        if parser.token == ')':
            parser.refuse()
        if parser.token:
            parser.refuse()
        number = eval(f'lambda n: int({text})')
    except (RecursionError, MemoryError, SyntaxError):  # SyntaxError: of too many nested parentheses
        raise ValueError('plural form expression is too complex') from None
    return lambda n: number(n if isinstance(n, int) else _as_int(n))


# --- translations ---

class NullTranslations:
    """Translates nothing: gives what the fallback does, if there is one, else the messages themselves."""

    def __init__(self, fp=None):
        self._info = {}
        self._charset = None
        self._fallback = None
        if fp is not None:
            self._parse(fp)

    def _parse(self, fp):
        pass

    def add_fallback(self, fallback):
        """Ask this one for what has no translation here."""
        if self._fallback:
            self._fallback.add_fallback(fallback)
        else:
            self._fallback = fallback

    def gettext(self, message):
        """The translation of a message."""
        return self._fallback.gettext(message) if self._fallback else message

    def ngettext(self, msgid1, msgid2, n):
        """The translation in the form for the number n."""
        if self._fallback:
            return self._fallback.ngettext(msgid1, msgid2, n)
        return msgid1 if n == 1 else msgid2

    def pgettext(self, context, message):
        """The translation of a message of a context."""
        return self._fallback.pgettext(context, message) if self._fallback else message

    def npgettext(self, context, msgid1, msgid2, n):
        """The translation of a message of a context in the form for the number n."""
        if self._fallback:
            return self._fallback.npgettext(context, msgid1, msgid2, n)
        return msgid1 if n == 1 else msgid2

    def info(self):
        """The header of the file, as a dict."""
        return self._info

    def charset(self):
        """The encoding of the file."""
        return self._charset

    def install(self, names=None):
        """Make gettext a built-in function `_`, and others of the methods under their names."""
        import builtins
        builtins.__dict__['_'] = self.gettext
        if names is not None:
            for name in {'gettext', 'ngettext', 'npgettext', 'pgettext'} & set(names):
                builtins.__dict__[name] = getattr(self, name)


_missing = object()


class GNUTranslations(NullTranslations):
    """The translations of a .mo file."""

    LE_MAGIC = 0x950412de
    BE_MAGIC = 0xde120495
    CONTEXT = '%s\x04%s'  # how the file has a message of a context
    VERSIONS = (0, 1)

    def _get_versions(self, version):
        """The major and minor version."""
        return version >> 16, version & 0xffff

    def _parse(self, fp):
        """Read the file: a magic number, the version, the number of messages, and where two tables of lengths and
        offsets are."""
        from struct import unpack
        filename = getattr(fp, 'name', '')
        self._catalog = {}
        self.plural = lambda n: int(n != 1)
        data = fp.read()
        magic = unpack('<I', data[:4])[0]
        if magic == self.LE_MAGIC:
            order = '<'
        elif magic == self.BE_MAGIC:
            order = '>'
        else:
            raise OSError(0, 'Bad magic number', filename)
        version, count, messages, translations = unpack(order + '4I', data[4:20])
        major, _ = self._get_versions(version)
        if major not in self.VERSIONS:
            raise OSError(0, f'Bad version number {major}', filename)
        for i in range(count):
            pair = []
            for table in messages, translations:
                length, start = unpack(order + 'II', data[table + 8 * i:table + 8 * i + 8])
                if start + length >= len(data):
                    raise OSError(0, 'File is corrupt', filename)
                pair.append(data[start:start + length])
            self._add(*pair)

    def _add(self, message, translation):
        if not message:
            self._read_header(translation)
        charset = self._charset or 'ascii'
        if b'\0' in message:
            singular = str(message.split(b'\0')[0], charset)
            for i, form in enumerate(translation.split(b'\0')):
                self._catalog[singular, i] = str(form, charset)
        else:
            self._catalog[str(message, charset)] = str(translation, charset)

    def _read_header(self, text):
        key = None
        for line in text.decode().split('\n'):
            line = line.strip()
            if not line or line.startswith('#-#-#-#-#') and line.endswith('#-#-#-#-#'):
                continue
            if ':' in line:
                key, value = line.split(':', 1)
                key, value = key.strip().lower(), value.strip()
                self._info[key] = value
            elif key is not None:
                self._info[key] += '\n' + line
                continue
            if key == 'content-type':
                self._charset = value.split('charset=')[1]
            elif key == 'plural-forms':
                self.plural = c2py(value.split(';')[1].split('plural=')[1])

    def _translated(self, message):
        """The translation of a message, or of its form for one; _missing."""
        found = self._catalog.get(message, _missing)
        return self._catalog.get((message, self.plural(1)), _missing) if found is _missing else found

    def gettext(self, message):
        """The translation of a message."""
        found = self._translated(message)
        return super().gettext(message) if found is _missing else found

    def ngettext(self, msgid1, msgid2, n):
        """The translation in the form for the number n."""
        found = self._catalog.get((msgid1, self.plural(n)), _missing)
        return super().ngettext(msgid1, msgid2, n) if found is _missing else found

    def pgettext(self, context, message):
        """The translation of a message of a context."""
        found = self._translated(self.CONTEXT % (context, message))
        return super().pgettext(context, message) if found is _missing else found

    def npgettext(self, context, msgid1, msgid2, n):
        """The translation of a message of a context in the form for the number n."""
        found = self._catalog.get((self.CONTEXT % (context, msgid1), self.plural(n)), _missing)
        return super().npgettext(context, msgid1, msgid2, n) if found is _missing else found


# --- finding files ---

def _expand_lang(loc):
    """The names under which translations for a locale may be, the most special first: de_DE.UTF-8, de_DE, ..."""
    import locale
    loc = locale.normalize(loc)
    parts = []
    for mark in '@._':
        at = loc.find(mark)
        parts.append(loc[at:] if at >= 0 else '')
        loc = loc[:at] if at >= 0 else loc
    modifier, codeset, territory = parts
    result = []
    for some in range(8):
        if some & 1 and not codeset or some & 2 and not territory or some & 4 and not modifier:
            continue
        result.append(loc + (territory if some & 2 else '') + (codeset if some & 1 else '') +
                      (modifier if some & 4 else ''))
    return result[::-1]


def find(domain, localedir=None, languages=None, all=False):
    """The path of the .mo file for the first of the languages that has one, or None; a list of all paths if `all`.

    The languages are by default those of the variables LANGUAGE, LC_ALL, LC_MESSAGES or LANG.
    """
    if localedir is None:
        localedir = _default_localedir
    if languages is None:
        languages = []
        for variable in ('LANGUAGE', 'LC_ALL', 'LC_MESSAGES', 'LANG'):
            value = os.environ.get(variable)
            if value:
                languages = value.split(':')
                break
        if 'C' not in languages:
            languages.append('C')
    found = []
    for name in dict.fromkeys(name for language in languages for name in _expand_lang(language)):
        if name == 'C':
            break
        path = os.path.join(localedir, name, 'LC_MESSAGES', f'{domain}.mo')
        if os.path.exists(path):
            if not all:
                return path
            found.append(path)
    return found if all else None


_translations = {}  # (class, path) -> what has been read


def translation(domain, localedir=None, languages=None, class_=None, fallback=False):
    """The translations of a domain: of the first language that has a file, with those of the others for fallbacks.
    Without any file OSError, or NullTranslations if `fallback`."""
    if class_ is None:
        class_ = GNUTranslations
    paths = find(domain, localedir, languages, all=True)
    if not paths:
        if fallback:
            return NullTranslations()
        from errno import ENOENT
        raise FileNotFoundError(ENOENT, 'No translation file found for domain', domain)
    import copy
    result = None
    for path in paths:
        key = class_, os.path.abspath(path)
        if key not in _translations:
            with open(path, 'rb') as file:
                _translations[key] = class_(file)
        # A copy each time: its fallbacks are its own.
        read = copy.copy(_translations[key])
        if result is None:
            result = read
        else:
            result.add_fallback(read)
    return result


Catalog = translation


def install(domain, localedir=None, *, names=None):
    """Make the domain's gettext the built-in function `_`: see NullTranslations.install."""
    translation(domain, localedir, fallback=True).install(names)


# --- domains ---

_localedirs = {}
_current_domain = 'messages'


def textdomain(domain=None):
    """Set the domain that gettext and its like ask, if one is given. Returns the one that counts."""
    global _current_domain
    if domain is not None:
        _current_domain = domain
    return _current_domain


def bindtextdomain(domain, localedir=None):
    """Set where the files of a domain are, if that is given. Returns where they are."""
    if localedir is not None:
        _localedirs[domain] = localedir
    return _localedirs.get(domain, _default_localedir)


def _of_domain(domain):
    try:
        return translation(domain, _localedirs.get(domain))
    except OSError:
        return NullTranslations()


def dgettext(domain, message):
    """The translation of a message in a domain."""
    return _of_domain(domain).gettext(message)


def dngettext(domain, msgid1, msgid2, n):
    """The translation in a domain in the form for the number n."""
    return _of_domain(domain).ngettext(msgid1, msgid2, n)


def dpgettext(domain, context, message):
    """The translation of a message of a context in a domain."""
    return _of_domain(domain).pgettext(context, message)


def dnpgettext(domain, context, msgid1, msgid2, n):
    """The translation of a message of a context in a domain in the form for the number n."""
    return _of_domain(domain).npgettext(context, msgid1, msgid2, n)


def gettext(message):
    """The translation of a message."""
    return dgettext(_current_domain, message)


def ngettext(msgid1, msgid2, n):
    """The translation in the form for the number n."""
    return dngettext(_current_domain, msgid1, msgid2, n)


def pgettext(context, message):
    """The translation of a message of a context."""
    return dpgettext(_current_domain, context, message)


def npgettext(context, msgid1, msgid2, n):
    """The translation of a message of a context in the form for the number n."""
    return dnpgettext(_current_domain, context, msgid1, msgid2, n)
