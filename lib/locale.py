"""locale: numbers and money as people write them, and what is set for the process.

There are the locales "C" (also called "POSIX") and "C.UTF-8", which differ in their names only. What the environment
asks for by setlocale(category, "") is C.UTF-8 where it is none of these. The functions that format go by localeconv(),
in whose place a program may put a dict of its own (`_override_localeconv`).
"""

import functools
import os
import re
from builtins import str as _builtin_str
from encodings import normalize_encoding as _normalize_encoding
from operator import index as _index

__all__ = ["getlocale", "getdefaultlocale", "getpreferredencoding", "Error", "setlocale", "localeconv", "strcoll",
           "strxfrm", "str", "atof", "atoi", "format_string", "currency", "normalize", "LC_CTYPE", "LC_COLLATE",
           "LC_TIME", "LC_MONETARY", "LC_NUMERIC", "LC_ALL", "CHAR_MAX", "getencoding", "LC_MESSAGES"]

LC_CTYPE, LC_NUMERIC, LC_TIME, LC_COLLATE, LC_MONETARY, LC_MESSAGES, LC_ALL = range(7)
CHAR_MAX = 127  # in a localeconv(): not said

# The parts of the name of a locale that is mixed, in glibc's order, with their categories' numbers.
_PARTS = {"LC_CTYPE": 0, "LC_NUMERIC": 1, "LC_TIME": 2, "LC_COLLATE": 3, "LC_MONETARY": 4, "LC_MESSAGES": 5,
          "LC_PAPER": 7, "LC_NAME": 8, "LC_ADDRESS": 9, "LC_TELEPHONE": 10, "LC_MEASUREMENT": 11,
          "LC_IDENTIFICATION": 12}
_set = dict.fromkeys(_PARTS.values(), "C") | {LC_CTYPE: "C.UTF-8"}  # what is set for each category

Error = type("Error", (Exception,), {"__module__": __name__, "__doc__": "A locale that there is not."})


# --- what is set ---


def _known(name):
    """The name by which a locale is set, or None."""
    if name == "POSIX":
        return "C"
    return name if name == "C" or name.lower() in ("c.utf-8", "c.utf8") else None


def _from_environment(part):
    for variable in "LC_ALL", part, "LANG":
        if value := os.environ.get(variable):
            return _known(value) or "C.UTF-8"
    return "C"


def setlocale(category, locale=None):
    """Set a category's locale, by name or (language, encoding); "" is what the environment says. Returns its name.

    Without a locale, tell what is set."""
    if locale and not isinstance(locale, _builtin_str):
        locale = normalize(_build_localename(locale))
    category = _index(category)
    if not -1 << 31 <= category < 1 << 31:
        raise OverflowError("Python int too large to convert to C int")
    _text("setlocale", locale, 2, or_none=True)
    if category != LC_ALL and category not in _set:
        raise Error("unsupported locale setting")
    parts = {part: number for part, number in _PARTS.items() if category in (LC_ALL, number)}
    if locale is not None:
        if ";" in locale:
            names = dict(piece.partition("=")[::2] for piece in locale.split(";"))
            wanted = {part: _known(names.get(part, "")) for part in parts}
        else:
            wanted = {part: _known(locale) if locale else _from_environment(part) for part in parts}
        if None in wanted.values():
            raise Error("unsupported locale setting")
        for part, name in wanted.items():
            _set[parts[part]] = name
    names = {part: _set[number] for part, number in parts.items()}
    if len(set(names.values())) == 1:
        return _set[LC_CTYPE if category == LC_ALL else category]
    return ";".join(f"{part}={name}" for part, name in names.items())


def getlocale(category=LC_CTYPE):
    """(language, encoding) of what is set, either None where it has none."""
    try:
        name = setlocale(category)
    except Error:
        raise Error("locale query failed") from None
    if category == LC_ALL and ";" in name:
        raise TypeError("category LC_ALL is not supported")
    return _parse_localename(name)


def getdefaultlocale(envvars=("LC_ALL", "LC_CTYPE", "LANG", "LANGUAGE")):
    """(language, encoding) of what the environment asks for."""
    import warnings
    warnings.warn("'locale.getdefaultlocale' is deprecated and slated for removal in Python 3.15. Use setlocale(), "
                  "getencoding() and getlocale() instead.", DeprecationWarning, 2)
    name = "C"
    for variable in envvars:
        if value := os.environ.get(variable):
            name = value.split(":")[0] if variable == "LANGUAGE" else value
            break
    return _parse_localename(name)


def getencoding():
    """The encoding of text in files for which none is said."""
    return "UTF-8"


def getpreferredencoding(do_setlocale=True):
    """The same; the argument means nothing."""
    return "UTF-8"


_FIELDS = {"int_curr_symbol": "", "currency_symbol": "", "mon_decimal_point": "", "mon_thousands_sep": "",
           "mon_grouping": [], "positive_sign": "", "negative_sign": "", "int_frac_digits": CHAR_MAX,
           "frac_digits": CHAR_MAX, "p_cs_precedes": CHAR_MAX, "p_sep_by_space": CHAR_MAX, "n_cs_precedes": CHAR_MAX,
           "n_sep_by_space": CHAR_MAX, "p_sign_posn": CHAR_MAX, "n_sign_posn": CHAR_MAX, "decimal_point": ".",
           "thousands_sep": "", "grouping": []}
_override_localeconv = {}


def localeconv():
    """How numbers and money are written, as a dict."""
    return {name: value[:] if isinstance(value, list) else value for name, value in _FIELDS.items()} \
        | _override_localeconv


def strcoll(os1, os2, /):
    """Which of two strings comes first: a number below, at or above zero."""
    _text("strcoll", os1, 1)
    _text("strcoll", os2, 2)
    return (os1 > os2) - (os1 < os2)


def strxfrm(string, /):
    """A string whose place among others is as by strcoll()."""
    return _text("strxfrm", string)


# --- names ---

# The usual country and encoding of a language, where somebody names only that.
locale_alias = {"c": "C", "posix": "C", "c.utf8": "C.UTF-8", "c.en": "C", "english": "en_EN.ISO8859-1"}
locale_alias |= {
    f"{name[:2]}": f"{name}.{encoding}"
    for encoding, names in {
        "ISO8859-1": "af_ZA ca_ES da_DK de_DE en_US es_ES eu_ES fi_FI fr_FR ga_IE gl_ES is_IS it_IT nb_NO nl_NL nn_NO "
                     "no_NO pt_PT sq_AL sv_SE",
        "ISO8859-2": "bs_BA cs_CZ hr_HR hu_HU pl_PL ro_RO sk_SK sl_SI",
        "ISO8859-5": "mk_MK",
        "ISO8859-6": "ar_AA",
        "ISO8859-7": "el_GR",
        "ISO8859-8": "he_IL",
        "ISO8859-9": "tr_TR",
        "ISO8859-13": "lt_LT lv_LV",
        "UTF-8": "ru_RU hi_IN bn_BD sr_RS",
        "CP1251": "bg_BG be_BY",
        "KOI8-U": "uk_UA",
        "eucJP": "ja_JP",
        "eucKR": "ko_KR",
        "gb2312": "zh_CN",
        "ISO8859-11": "th_TH",
        "TCVN": "vi_VN",
    }.items()
    for name in names.split()
}
locale_alias |= {name.split(".")[0].lower(): name for name in list(locale_alias.values()) if "_" in name}
locale_alias |= {"en_gb": "en_GB.ISO8859-1", "en_ca": "en_CA.ISO8859-1", "en_au": "en_AU.ISO8859-1",
                 "de_at": "de_AT.ISO8859-1", "de_ch": "de_CH.ISO8859-1", "fr_ca": "fr_CA.ISO8859-1",
                 "fr_ch": "fr_CH.ISO8859-1", "pt_br": "pt_BR.ISO8859-1", "zh_tw": "zh_TW.big5"}
locale_encoding_alias = {"utf8": "UTF-8", "utf_8": "UTF-8", "utf": "UTF-8", "ascii": "ISO8859-1", "437": "C",
                         "eucjp": "eucJP", "euc_jp": "eucJP", "euckr": "eucKR", "euc_kr": "eucKR", "big5": "big5",
                         "koi8_r": "KOI8-R", "koi8r": "KOI8-R", "koi8_u": "KOI8-U", "gbk": "GBK", "cp1251": "CP1251",
                         "shift_jis": "SJIS", "sjis": "SJIS"}
locale_encoding_alias |= {f"iso8859{between}{n}": f"ISO8859-{n}" for n in range(1, 17) for between in ("_", "")}
locale_encoding_alias |= {"latin_1": "ISO8859-1", "latin1": "ISO8859-1", "iso_8859_1": "ISO8859-1"}


def _encoding_name(encoding):
    plain = _normalize_encoding(encoding).lower()
    return locale_encoding_alias.get(plain) or locale_encoding_alias.get(plain.replace("_", ""), encoding)


def normalize(localename):
    """The name as setlocale() knows it, with an encoding; a name that is not known stays."""
    lower = localename.lower().replace(":", ".")
    code, _, modifier = lower.partition("@")
    language, _, encoding = code.partition(".")
    name = locale_alias.get(language)
    if encoding:
        plain = f"{language}.{_normalize_encoding(encoding).replace('_', '')}"
        if plain not in locale_alias and name is None:
            return localename
        name = locale_alias.get(plain) or f"{name.split('.')[0]}.{_encoding_name(encoding)}"
    elif name is None:
        return localename
    if modifier == "euro":
        territory, _, encoding = name.partition(".")
        if encoding in ("", "ISO8859-1", "ISO8859-15"):  # the old encoding with the new sign
            return f"{territory}.ISO8859-15"
        if encoding == "UTF-8":
            return name
    return f"{name}@{modifier}" if modifier else name


def _parse_localename(localename):
    code = normalize(localename)
    if "@" in code:
        code, modifier = code.split("@", 1)
        if modifier == "euro" and "." not in code:
            return code, "iso-8859-15"
    if "." in code:
        return tuple(code.split(".")[:2])
    if code == "C":
        return None, None
    if code == "UTF-8":
        return None, "UTF-8"
    raise ValueError(f"unknown locale: {localename}")


def _build_localename(localetuple):
    try:
        language, encoding = localetuple
        language = "C" if language is None else language
        return language if encoding is None else language + "." + encoding
    except (TypeError, ValueError):
        raise TypeError("Locale must be None, a string, or an iterable of two strings -- language code, encoding."
                        ) from None


# --- numbers ---


def _grouping_intervals(grouping):
    """How many digits each group has, from the right: a 0 at the end repeats the last, CHAR_MAX is the end."""
    last = None
    for interval in grouping:
        if interval == CHAR_MAX:
            return
        if interval == 0:
            if last is None:
                raise ValueError("invalid grouping")
            while True:
                yield last
        yield interval
        last = interval


def _group(text, monetary=False):
    """(the digits in groups, how many characters that added)."""
    fields = localeconv()
    separator = fields["mon_thousands_sep" if monetary else "thousands_sep"]
    grouping = fields["mon_grouping" if monetary else "grouping"]
    if not grouping:
        return text, 0
    digits = text.rstrip(" ")
    after, before, groups = text[len(digits):], "", []
    for interval in _grouping_intervals(grouping):
        if not digits or digits[-1] not in "0123456789":
            before, digits = digits, ""
            break
        groups.append(digits[-interval:])
        digits = digits[:-interval]
    if digits:
        groups.append(digits)
    groups.reverse()
    return before + separator.join(groups) + after, len(separator) * (len(groups) - 1)


def _strip_padding(text, amount):
    """Without so many of the spaces around it, those on the left first. `amount` is negative of a word (inf): none."""
    if amount < 0:
        return text.strip(" ")
    left = min(len(text) - len(text.lstrip(" ")), amount)
    text, amount = text[left:], amount - left
    right = min(len(text) - len(text.rstrip(" ")), amount)
    return text[:len(text) - right]


def _localize(formatted, grouping=False, monetary=False):
    whole, *fraction = formatted.split(".")
    added = 0
    if grouping:
        whole, added = _group(whole, monetary)
    formatted = localeconv()["mon_decimal_point" if monetary else "decimal_point"].join([whole, *fraction])
    return _strip_padding(formatted, added) if added else formatted


def _format(percent, value, grouping, monetary, *additional):
    formatted = percent % ((*additional, value) if additional else value)
    return _localize(formatted, grouping, monetary) if percent[-1] in "eEfFgGdiu" else formatted


@functools.cache
def _specifications():
    return re.compile(r"%(?:\((?P<key>.*?)\))?(?P<modifiers>[-#0-9 +*.hlL]*?)[eEfFgGdiouxXcrs%]")


def format_string(f, val, grouping=False, monetary=False):
    """f % val, numbers as they are written here, in groups of digits where grouping is true."""
    specifications = _specifications()
    found = list(specifications.finditer(f))
    new_f = specifications.sub("%s", f)
    values = []
    if hasattr(val, "keys"):
        for spec in found:
            values.append("%" if spec[0][-1] == "%" else _format(spec[0], val, grouping, monetary))
    else:
        val = val if isinstance(val, tuple) else (val,)
        i = 0
        for spec in found:
            if spec[0][-1] == "%":
                values.append("%")
                continue
            stars = spec["modifiers"].count("*")
            values.append(_format(spec[0], val[i + stars], grouping, monetary, *val[i:i + stars]))
            i += stars + 1
    return new_f % tuple(values)


def currency(val, symbol=True, grouping=False, international=False):
    """An amount of money as it is written here."""
    fields = localeconv()
    digits = fields["int_frac_digits" if international else "frac_digits"]
    if digits == CHAR_MAX:
        raise ValueError("Currency formatting is not possible using the 'C' locale.")
    number = _localize(f"{abs(val):.{digits}f}", grouping, monetary=True)
    kind = "n" if val < 0 else "p"
    before = after = ""
    if symbol:
        sign = fields["int_curr_symbol" if international else "currency_symbol"]
        space = " " if fields[f"{kind}_sep_by_space"] else ""
        if fields[f"{kind}_cs_precedes"]:
            before = sign + space
        else:
            after = space + (sign[:-1] if international and sign[-1:] == " " else sign)
    position = fields[f"{kind}_sign_posn"]
    sign = fields["negative_sign" if val < 0 else "positive_sign"]
    if position == 0:
        return f"({before}{number}{after})"
    if position == 2:
        return f"{before}{number}{after}{sign}"
    if position == 3:
        return f"{before}{sign}{number}{after}"
    if position == 4:
        return f"{before}{number}{sign}{after}"
    return f"{sign}{before}{number}{after}"


def str(val):
    """A float as text, to 12 digits."""
    return _format("%.12g", val, False, False)


def delocalize(string):
    """A number as it is written here, in Python's form."""
    fields = localeconv()
    if separator := fields["thousands_sep"]:
        string = string.replace(separator, "")
    if point := fields["decimal_point"]:
        string = string.replace(point, ".")
    return string


def localize(string, grouping=False, monetary=False):
    """A number in Python's form, as it is written here."""
    return _localize(string, grouping, monetary)


def atof(string, func=float):
    """The number in a string as it is written here."""
    return func(delocalize(string))


def atoi(string):
    """The int in a string as it is written here."""
    return int(delocalize(string))


# --- what the C library would tell ---

CODESET, RADIXCHAR, THOUSEP, YESEXPR, NOEXPR, CRNCYSTR = 14, 0x10000, 0x10001, 0x50000, 0x50001, 0x4000F
_TEXTS = {CODESET: "UTF-8", RADIXCHAR: ".", THOUSEP: "", YESEXPR: "^[yY]", NOEXPR: "^[nN]", CRNCYSTR: "-"}


def _number_texts():
    days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
              "November", "December"]
    rows = [(f"ABDAY_{i}", day[:3]) for i, day in enumerate(days, 1)]
    rows += [(f"DAY_{i}", day) for i, day in enumerate(days, 1)]
    rows += [(f"ABMON_{i}", month[:3]) for i, month in enumerate(months, 1)]
    rows += [(f"MON_{i}", month) for i, month in enumerate(months, 1)]
    rows += [("AM_STR", "AM"), ("PM_STR", "PM"), ("D_T_FMT", "%a %b %e %H:%M:%S %Y"), ("D_FMT", "%m/%d/%y"),
             ("T_FMT", "%H:%M:%S"), ("T_FMT_AMPM", "%I:%M:%S %p"), ("ERA", ""), (None, ""), ("ERA_D_FMT", ""),
             ("ALT_DIGITS", ""), ("ERA_D_T_FMT", ""), ("ERA_T_FMT", "")]
    for number, (name, text) in enumerate(rows, 0x20000):
        if name:
            globals()[name] = number
            _TEXTS[number] = text


_number_texts()


def nl_langinfo(key, /):
    """A text of the locale by its number."""
    try:
        return _TEXTS[_index(key)]
    except KeyError:
        raise ValueError("unsupported langinfo constant") from None


# --- messages, which are in no other language ---

_domain = "messages"
_folders, _codesets = {}, {}  # by domain


def _text(function, value, number=None, or_none=False):
    """The value, a str without zero bytes, or None where the argument may be."""
    if value is None and or_none:
        return None
    if not isinstance(value, _builtin_str):
        argument = "argument" if number is None else f"argument {number}"
        kind = "str or None" if or_none else "str"
        given = None if value is None else type(value).__name__
        raise TypeError(f"{function}() {argument} must be {kind}, not {given}")
    if "\0" in value:
        raise ValueError("embedded null character")
    return value


def textdomain(domain, /):
    """Set the domain of gettext(), and tell it; None only asks, "" is that of the beginning."""
    global _domain
    if _text("textdomain", domain, or_none=True) is not None:
        _domain = domain or "messages"
    return _domain


def bindtextdomain(domain, dir, /):
    """Set and tell the folder of a domain's messages, which are not looked for."""
    if not _text("bindtextdomain", domain, 1):
        raise Error("domain must be a non-empty string")
    if dir is not None:
        _folders[domain] = os.fsdecode(dir)
    return _folders.get(domain, "/usr/share/locale")


def bind_textdomain_codeset(domain, codeset, /):
    """Set and tell the encoding of a domain's messages."""
    _text("bind_textdomain_codeset", domain, 1)
    if domain and _text("bind_textdomain_codeset", codeset, 2, or_none=True) is not None:
        _codesets[domain] = codeset
    return _codesets.get(domain)


def gettext(msg, /):
    """The message itself, for want of a translation."""
    return _text("gettext", msg)


def dgettext(domain, msg, /):
    """As gettext, of a domain."""
    _text("dgettext", domain, 1, or_none=True)
    return _text("dgettext", msg, 2)


def dcgettext(domain, msg, category, /):
    """As dgettext, for a category of the locale."""
    _text("dcgettext", domain, 1, or_none=True)
    _text("dcgettext", msg, 2)
    _index(category)
    return msg


def _print_locale():
    for name, number in _PARTS.items():
        if number < 6:
            print(name, "...", getlocale(number))


if __name__ == "__main__":
    _print_locale()
