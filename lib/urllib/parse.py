"""urllib.parse: URLs taken apart, put together and joined (RFC 3986 and its forerunners), and their texts quoted.

Everything takes strs, or bytes of ASCII, and answers in kind. Inside there are strs only: what comes as bytes is
decoded by _as_strs, which also gives the function that turns a result back.
"""

import functools
import re
import unicodedata
import warnings
from collections import namedtuple

__all__ = [
    "urlparse", "urlunparse", "urljoin", "urldefrag", "urlsplit", "urlunsplit", "urlencode", "parse_qs",
    "parse_qsl", "quote", "quote_plus", "quote_from_bytes", "unquote", "unquote_plus", "unquote_to_bytes",
    "DefragResult", "ParseResult", "SplitResult", "DefragResultBytes", "ParseResultBytes", "SplitResultBytes",
]

# What the schemes know. The empty one is that of a relative URL.
uses_relative = [
    "", "ftp", "http", "gopher", "nntp", "imap", "wais", "file", "https", "shttp", "mms", "prospero", "rtsp", "rtsps",
    "rtspu", "sftp", "svn", "svn+ssh", "ws", "wss",
]
uses_netloc = [
    "", "ftp", "http", "gopher", "nntp", "telnet", "imap", "wais", "file", "mms", "https", "shttp", "snews", "prospero",
    "rtsp", "rtsps", "rtspu", "rsync", "svn", "svn+ssh", "sftp", "nfs", "git", "git+ssh", "ws", "wss", "itms-services",
]
uses_params = [
    "", "ftp", "hdl", "prospero", "http", "imap", "https", "shttp", "rtsp", "rtsps", "rtspu", "sip", "sips", "mms",
    "sftp", "tel",
]
# For programs that look into them; nothing here does.
non_hierarchical = ["gopher", "hdl", "mailto", "news", "telnet", "wais", "imap", "snews", "sip", "sips"]
uses_query = ["", "http", "wais", "imap", "https", "shttp", "mms", "gopher", "rtsp", "rtsps", "rtspu", "sip", "sips"]
uses_fragment = [
    "", "ftp", "hdl", "http", "gopher", "news", "nntp", "wais", "https", "shttp", "snews", "file", "prospero",
]

scheme_chars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-."

_STRIPPED = "".join(map(chr, range(0x21)))  # around a URL: control characters and blanks
_REMOVED = str.maketrans("", "", "\t\r\n")  # anywhere in it


def clear_cache():
    """Forget what urlsplit has parsed."""
    urlsplit.cache_clear()


# --- strs and bytes ---


def _same(value):
    return value


def _as_strs(*args):
    """Return the function that makes a result of the arguments' kind, and the arguments as strs.

    None is an empty one.
    """
    given_str = isinstance(args[0], str)
    for arg in args[1:]:
        if arg and isinstance(arg, str) != given_str:
            raise TypeError("Cannot mix str and non-str arguments")
    if given_str:
        return _same, *args
    return _encoded, *(arg.decode("ascii", "strict") if arg else "" for arg in args)


def _encoded(value):
    return value.encode("ascii", "strict")


# --- results ---


class _StrResult:
    __slots__ = ()

    def encode(self, encoding="ascii", errors="strict"):
        """The result of bytes that says the same."""
        return self._encoded_counterpart(*(part.encode(encoding, errors) for part in self))


class _BytesResult:
    __slots__ = ()

    def decode(self, encoding="ascii", errors="strict"):
        """The result of strs that says the same."""
        return self._decoded_counterpart(*(part.decode(encoding, errors) for part in self))


class _NetlocParts:
    """The parts of a network location: [username[:password]@]hostname[:port]."""

    __slots__ = ()

    @property
    def username(self):
        return self._user()[0]

    @property
    def password(self):
        return self._user()[1]

    @property
    def hostname(self):
        name = self._host()[0]
        if not name:
            return None
        # The zone of an IPv6 address keeps its case.
        name, percent, zone = name.partition(self._sign("%"))
        return name.lower() + percent + zone

    @property
    def port(self):
        port = self._host()[1]
        if port is None:
            return None
        if not (port.isdigit() and port.isascii()):
            raise ValueError(f"Port could not be cast to integer value as {port!r}")
        port = int(port)
        if not 0 <= port <= 65535:
            raise ValueError("Port out of range 0-65535")
        return port

    def _user(self):
        user, at, _ = self.netloc.rpartition(self._sign("@"))
        if not at:
            return None, None
        name, colon, password = user.partition(self._sign(":"))
        return name, password if colon else None

    def _host(self):
        host = self.netloc.rpartition(self._sign("@"))[2]
        _, bracket, inside = host.partition(self._sign("["))
        if bracket:
            name, _, rest = inside.partition(self._sign("]"))
            port = rest.partition(self._sign(":"))[2]
        else:
            name, _, port = host.partition(self._sign(":"))
        return name, port or None

    __class_getitem__ = classmethod(__import__("types").GenericAlias)


class _NetlocResultMixinStr(_NetlocParts, _StrResult):
    __slots__ = ()
    _sign = staticmethod(_same)


class _NetlocResultMixinBytes(_NetlocParts, _BytesResult):
    __slots__ = ()
    _sign = staticmethod(_encoded)


_Defrag = namedtuple("_DefragResultBase", "url fragment")
_Split = namedtuple("_SplitResultBase", "scheme netloc path query fragment")
_Parsed = namedtuple("_ParseResultBase", "scheme netloc path params query fragment")

# An old name of what all results have.
ResultBase = _NetlocResultMixinStr


class _Unsplit:
    __slots__ = ()

    def geturl(self):
        return urlunsplit(self)


class _Unparsed:
    __slots__ = ()

    def geturl(self):
        return urlunparse(self)


class DefragResult(_Defrag, _StrResult):
    """A URL without its fragment, and the fragment."""

    __slots__ = ()

    def geturl(self):
        return self.url + "#" + self.fragment if self.fragment else self.url


class DefragResultBytes(_Defrag, _BytesResult):
    __slots__ = ()

    def geturl(self):
        return self.url + b"#" + self.fragment if self.fragment else self.url


class SplitResult(_Split, _Unsplit, _NetlocResultMixinStr):
    """The five parts of a URL."""

    __slots__ = ()


class SplitResultBytes(_Split, _Unsplit, _NetlocResultMixinBytes):
    __slots__ = ()


class ParseResult(_Parsed, _Unparsed, _NetlocResultMixinStr):
    """The six parts of a URL: the parameters of the path's last segment are one."""

    __slots__ = ()


class ParseResultBytes(_Parsed, _Unparsed, _NetlocResultMixinBytes):
    __slots__ = ()


for _str, _bytes in (DefragResult, DefragResultBytes), (SplitResult, SplitResultBytes), (ParseResult, ParseResultBytes):
    _str._encoded_counterpart = _bytes
    _bytes._decoded_counterpart = _str
del _str, _bytes


# --- taking apart ---


def urlparse(url, scheme="", allow_fragments=True):
    """Take a URL apart: scheme://netloc/path;params?query#fragment.

    `scheme` is the one of a URL that tells none. Without allow_fragments a '#' is a character like others.
    """
    in_kind, url, scheme = _as_strs(url, scheme)
    scheme, netloc, path, query, fragment = urlsplit(url, scheme, allow_fragments)
    params = ""
    if scheme in uses_params and ";" in path:
        path, params = _split_params(path)
    return in_kind(ParseResult(scheme, netloc, path, params, query, fragment))


def _split_params(path):
    """Split the last segment's parameters off."""
    start = path.find(";", path.rfind("/") if "/" in path else 0)
    return (path, "") if start < 0 else (path[:start], path[start + 1 :])


@functools.lru_cache(typed=True)
def urlsplit(url, scheme="", allow_fragments=True):
    """Take a URL apart: scheme://netloc/path?query#fragment."""
    in_kind, url, scheme = _as_strs(url, scheme)
    url = url.lstrip(_STRIPPED).translate(_REMOVED)
    scheme = scheme.strip(_STRIPPED).translate(_REMOVED)
    netloc = query = fragment = ""
    colon = url.find(":")
    if colon > 0 and url[0].isascii() and url[0].isalpha() and all(c in scheme_chars for c in url[:colon]):
        scheme, url = url[:colon].lower(), url[colon + 1 :]
    if url.startswith("//"):
        end = min((at for at in (url.find(c, 2) for c in "/?#") if at >= 0), default=len(url))
        netloc, url = url[2:end], url[end:]
        if ("[" in netloc) != ("]" in netloc):
            raise ValueError("Invalid IPv6 URL")
        if "[" in netloc:
            _check_bracketed(netloc.partition("[")[2].partition("]")[0])
    if allow_fragments and "#" in url:
        url, _, fragment = url.partition("#")
    if "?" in url:
        url, _, query = url.partition("?")
    _check_normalized(netloc)
    return in_kind(SplitResult(scheme, netloc, url, query, fragment))


def _check_bracketed(host):
    """Only an address of version 6, or of one to come, may stand in brackets."""
    if host.startswith("v"):
        if not re.match(r"\Av[a-fA-F0-9]+\..+\Z", host):
            raise ValueError("IPvFuture address is invalid")
        return
    import ipaddress

    if isinstance(ipaddress.ip_address(host), ipaddress.IPv4Address):
        raise ValueError("An IPv4 address cannot be in brackets")


def _check_normalized(netloc):
    """Refuse a name that becomes something else when it is normalized for the domain name system."""
    if not netloc or netloc.isascii():
        return
    plain = netloc.translate(dict.fromkeys(map(ord, "@:#?")))
    normal = unicodedata.normalize("NFKC", plain)
    if plain != normal and any(c in normal for c in "/?#@:"):
        raise ValueError("netloc '" + netloc + "' contains invalid characters under NFKC normalization")


def urldefrag(url):
    """Split the fragment off."""
    in_kind, url = _as_strs(url)
    fragment = ""
    if "#" in url:
        *parts, fragment = urlparse(url)
        url = urlunparse((*parts, ""))
    return in_kind(DefragResult(url, fragment))


# --- putting together ---


def urlunparse(components):
    """Put a URL of six parts together; what means the same may be written in a shorter way than it was."""
    in_kind, scheme, netloc, path, params, query, fragment = _as_strs(*components)
    if params:
        path = f"{path};{params}"
    return in_kind(urlunsplit((scheme, netloc, path, query, fragment)))


def urlunsplit(components):
    """Put a URL of five parts together."""
    in_kind, scheme, netloc, url, query, fragment = _as_strs(*components)
    if netloc:
        url = "//" + netloc + ("/" if url and url[0] != "/" else "") + url
    elif url.startswith("//") or (scheme and scheme in uses_netloc and (not url or url[0] == "/")):
        url = "//" + url
    if scheme:
        url = scheme + ":" + url
    if query:
        url = url + "?" + query
    if fragment:
        url = url + "#" + fragment
    return in_kind(url)


def urljoin(base, url, allow_fragments=True):
    """The absolute URL that `url` means in a document whose address is `base` (RFC 3986, 5.2)."""
    if not base:
        return url
    if not url:
        return base
    in_kind, base, url = _as_strs(base, url)
    base_scheme, base_netloc, base_path, base_params, base_query, _ = urlparse(base, "", allow_fragments)
    scheme, netloc, path, params, query, fragment = urlparse(url, base_scheme, allow_fragments)
    if scheme != base_scheme or scheme not in uses_relative:
        return in_kind(url)
    if scheme in uses_netloc:
        if netloc:
            return in_kind(urlunparse((scheme, netloc, path, params, query, fragment)))
        netloc = base_netloc
    if not path and not params:
        path, params = base_path, base_params
        query = query or base_query
    else:
        path = _join_paths(base_path, path)
    return in_kind(urlunparse((scheme, netloc, path, params, query, fragment)))


def _join_paths(base, path):
    """Merge two paths and take the dots out."""
    segments = path.split("/")
    if path[:1] != "/":
        folders = base.split("/")
        if folders[-1]:
            del folders[-1]
        segments = folders + segments
        segments[1:-1] = filter(None, segments[1:-1])
    result = []
    for segment in segments:
        if segment == "..":
            if result:
                result.pop()
        elif segment != ".":
            result.append(segment)
    if segments[-1] in (".", ".."):
        result.append("")
    return "/".join(result) or "/"


# --- quoting ---

_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~")
_SAFE_BYTES = bytes(_SAFE)


class _Quoter(dict):
    """The text of each byte, made when it is first asked for."""

    def __init__(self, safe):
        self.safe = _SAFE.union(safe)

    def __repr__(self):
        return f"<Quoter {dict(self)!r}>"

    def __missing__(self, byte):
        text = self[byte] = chr(byte) if byte in self.safe else f"%{byte:02X}"
        return text


def quote(string, safe="/", encoding=None, errors=None):
    """Write every character but letters, digits, '_.-~' and those in `safe` as %xx for each byte of its encoding."""
    if isinstance(string, str):
        if not string:
            return string
        string = string.encode("utf-8" if encoding is None else encoding, "strict" if errors is None else errors)
    elif encoding is not None:
        raise TypeError("quote() doesn't support 'encoding' for bytes")
    elif errors is not None:
        raise TypeError("quote() doesn't support 'errors' for bytes")
    return quote_from_bytes(string, safe)


def quote_plus(string, safe="", encoding=None, errors=None):
    """The same with '+' for blanks, as in the values of forms."""
    blank = " " if isinstance(string, str) else b" "
    if isinstance(string, (str, bytes)) and blank not in string:
        return quote(string, safe, encoding, errors)
    return quote(string, safe + (" " if isinstance(safe, str) else b" "), encoding, errors).replace(" ", "+")


@functools.lru_cache
def _quoter(safe):
    return _Quoter(safe).__getitem__


def quote_from_bytes(bs, safe="/"):
    """Quote bytes."""
    if not isinstance(bs, (bytes, bytearray)):
        raise TypeError("quote_from_bytes() expected bytes")
    if not bs:
        return ""
    safe = safe.encode("ascii", "ignore") if isinstance(safe, str) else bytes(c for c in safe if c < 128)
    if not bs.rstrip(_SAFE_BYTES + safe):
        return bs.decode()
    return "".join(map(_quoter(safe), bs))


_ESCAPE = re.compile(rb"%([0-9a-fA-F]{2})")
_ASCII_RUN = re.compile("([\0-\x7f]+)")


def unquote_to_bytes(string):
    """Replace each %xx by its byte; other characters of a str are encoded in UTF-8."""
    string.split  # what is no text is an error even when it is empty
    if not string:
        return b""
    if isinstance(string, str):
        string = string.encode("utf-8")
    return _ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()), string)


def unquote(string, encoding="utf-8", errors="replace"):
    """Replace %xx by characters: runs of them are decoded together."""
    if isinstance(string, bytes):
        return unquote_to_bytes(string).decode(encoding, errors)
    if "%" not in string:
        string.split
        return string
    if encoding is None:
        encoding = "utf-8"
    if errors is None:
        errors = "replace"
    parts = _ASCII_RUN.split(string)  # every second one is ASCII
    parts[1::2] = [unquote_to_bytes(part).decode(encoding, errors) for part in parts[1::2]]
    return "".join(parts)


def unquote_plus(string, encoding="utf-8", errors="replace"):
    """The same with '+' for blanks."""
    return unquote(string.replace("+", " "), encoding, errors)


# --- queries ---


def parse_qs(qs, keep_blank_values=False, strict_parsing=False, encoding="utf-8", errors="replace", max_num_fields=None,
             separator="&"):
    """The fields of a query as {name: [values]}; the arguments are those of parse_qsl."""
    result = {}
    for name, value in parse_qsl(qs, keep_blank_values, strict_parsing, encoding, errors, max_num_fields, separator):
        result.setdefault(name, []).append(value)
    return result


def parse_qsl(qs, keep_blank_values=False, strict_parsing=False, encoding="utf-8", errors="replace",
              max_num_fields=None, separator="&"):
    """The fields of a query as a list of (name, value).

    Fields without a value are left out unless keep_blank_values; with strict_parsing one without '=' is a ValueError,
    and so are more than max_num_fields of them.
    """
    if not separator or not isinstance(separator, (str, bytes)):
        raise ValueError("Separator must be of type string or bytes.")
    if isinstance(qs, str):
        if not isinstance(separator, str):
            separator = str(separator, "ascii")
        equals, plus, blank = "=", "+", " "

        def decoded(text):
            return unquote(text, encoding, errors)
    else:
        if not qs:
            return []
        # What has a buffer will do.
        qs = bytes(memoryview(qs))
        if isinstance(separator, str):
            separator = bytes(separator, "ascii")
        equals, plus, blank = b"=", b"+", b" "
        decoded = unquote_to_bytes
    if not qs:
        return []
    if max_num_fields is not None and max_num_fields < 1 + qs.count(separator):
        raise ValueError("Max number of fields exceeded")
    result = []
    for field in qs.split(separator):
        if field or strict_parsing:
            name, has_value, value = field.partition(equals)
            if not has_value and strict_parsing:
                raise ValueError(f"bad query field: {field!r}")
            if value or keep_blank_values:
                result.append((decoded(name.replace(plus, blank)), decoded(value.replace(plus, blank))))
    return result


def urlencode(query, doseq=False, safe="", encoding=None, errors=None, quote_via=quote_plus):
    """A query of the fields in a mapping, or in a sequence of pairs.

    With doseq a value that is a sequence makes a field of each of its items. quote_via is called with the text and
    safe, and with encoding and errors where the text is a str.
    """
    if hasattr(query, "items"):
        query = query.items()
    else:
        try:
            if len(query) and not isinstance(query[0], tuple):
                raise TypeError
        except TypeError as error:
            raise TypeError("not a valid non-string sequence or mapping object") from error

    def quoted(value):
        if isinstance(value, bytes):
            return quote_via(value, safe)
        return quote_via(str(value), safe, encoding, errors)

    fields = []
    for name, value in query:
        name, values = quoted(name), [value]
        if doseq and not isinstance(value, (str, bytes)):
            try:
                len(value)
            except TypeError:
                pass
            else:
                values = value
        fields.extend(f"{name}={quoted(value)}" for value in values)
    return "&".join(fields)


# --- the functions of old ---


def unwrap(url):
    """The URL in <URL:scheme://host/path>."""
    url = str(url).strip()
    if url[:1] == "<" and url[-1:] == ">":
        url = url[1:-1].strip()
    return url[4:].strip() if url[:4] == "URL:" else url


def _deprecated(function):
    """Warn of a function that is there for old programs: its first line tells what is better, if there is anything."""
    name, instead = function.__name__, function.__doc__ and function.__doc__.partition(":")[0]
    message = f"urllib.parse.{name}() is deprecated as of 3.8"
    if instead:
        message += f", use urllib.parse.{instead}() instead"

    @functools.wraps(function)
    def warning(*args, **keywords):
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return function(*args, **keywords)

    return warning


@_deprecated
def to_bytes(url):
    if isinstance(url, str):
        try:
            url = url.encode("ASCII").decode()
        except UnicodeError:
            raise UnicodeError("URL " + repr(url) + " contains non-ASCII characters")
    return url


def _split_last(text, sign):
    """What stands before and behind the last sign; the first part is None without one."""
    before, found, behind = text.rpartition(sign)
    return before if found else None, behind


def _split_ending(text, sign):
    """The other way round: (what stands before the last sign, what behind), (text, None) without one."""
    before, found, behind = text.rpartition(sign)
    return (before, behind) if found else (text, None)


@_deprecated
def splittype(url):
    """urlparse: 'type:rest' -> 'type', 'rest'"""
    found = re.match("([^/:]+):(.*)", url, re.DOTALL)
    return (found[1].lower(), found[2]) if found else (None, url)


@_deprecated
def splithost(url):
    """urlparse: '//host/path' -> 'host', '/path'"""
    found = re.match("//([^/#?]*)(.*)", url, re.DOTALL)
    if not found:
        return None, url
    host, path = found.groups()
    return host, "/" + path if path and path[0] != "/" else path


@_deprecated
def splituser(host):
    """urlparse: 'user@host' -> 'user', 'host'"""
    return _split_last(host, "@")


@_deprecated
def splitpasswd(user):
    """urlparse: 'user:password' -> 'user', 'password'"""
    name, colon, password = user.partition(":")
    return name, password if colon else None


@_deprecated
def splitport(host):
    """urlparse: 'host:port' -> 'host', 'port'"""
    found = re.fullmatch("(.*):([0-9]*)", host, re.DOTALL)
    if found:
        return found[1] if found[2] else host[:-1], found[2] or None
    return host, None


@_deprecated
def splitnport(host, defport=-1):
    """urlparse: 'host:port' -> 'host', port; defport without one, None for one that is no number"""
    name, colon, port = host.rpartition(":")
    if not colon:
        return host, defport
    return name, (int(port) if port.isdigit() and port.isascii() else None) if port else defport


@_deprecated
def splitquery(url):
    """urlparse: '/path?query' -> '/path', 'query'"""
    return _split_ending(url, "?")


@_deprecated
def splittag(url):
    """urlparse: '/path#tag' -> '/path', 'tag'"""
    return _split_ending(url, "#")


@_deprecated
def splitattr(url):
    """urlparse: '/path;attr1;attr2' -> '/path', ['attr1', 'attr2']"""
    path, *attributes = url.split(";")
    return path, attributes


@_deprecated
def splitvalue(attr):
    """parse_qsl: 'attr=value' -> 'attr', 'value'"""
    name, equals, value = attr.partition("=")
    return name, value if equals else None


def __getattr__(name):
    if name == "Quoter":
        warnings.warn(
            "Deprecated in 3.11. urllib.parse.Quoter will be removed in Python 3.14. "
            "It was not intended to be a public API.",
            DeprecationWarning,
            stacklevel=2,
        )
        return _Quoter
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
