"""time.strptime: the text that strftime would make of a time, read back.

A format becomes one regular expression, a group for each directive; the weekday and the day of the year are counted
where the text does not tell them. Names of months and days are the English ones of the C locale.
"""
import re
import time
import warnings
from functools import lru_cache as _lru_cache

_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december"]
_DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365]


def _choice(name, words):
    words = sorted(filter(None, words), key=len, reverse=True)
    return f"(?P<{name}>{'|'.join(map(re.escape, words))})"


def _directives():
    """{letter: expression}; what stands for several directives is written out in _SHORT."""
    zones = {"utc", "gmt", *(name.lower() for name in time.tzname)}
    return {
        "d": r"(?P<d>3[0-1]|[1-2]\d|0[1-9]|[1-9]| [1-9])", "f": r"(?P<f>[0-9]{1,6})",
        "H": r"(?P<H>2[0-3]|[0-1]\d|\d)", "I": r"(?P<I>1[0-2]|0[1-9]|[1-9]| [1-9])", "G": r"(?P<G>\d\d\d\d)",
        "j": r"(?P<j>36[0-6]|3[0-5]\d|[1-2]\d\d|0[1-9]\d|00[1-9]|[1-9]\d|0[1-9]|[1-9])",
        "m": r"(?P<m>1[0-2]|0[1-9]|[1-9])", "M": r"(?P<M>[0-5]\d|\d)", "S": r"(?P<S>6[0-1]|[0-5]\d|\d)",
        "U": r"(?P<U>5[0-3]|[0-4]\d|\d)", "W": r"(?P<W>5[0-3]|[0-4]\d|\d)", "V": r"(?P<V>5[0-3]|0[1-9]|[1-4]\d|\d)",
        "w": r"(?P<w>[0-6])", "u": r"(?P<u>[1-7])", "y": r"(?P<y>\d\d)", "Y": r"(?P<Y>\d\d\d\d)",
        "z": r"(?P<z>[+-]\d\d:?[0-5]\d(:?[0-5]\d(\.\d{1,6})?)?|(?-i:Z))",
        "A": _choice("A", _DAYS), "a": _choice("a", [day[:3] for day in _DAYS]),
        "B": _choice("B", _MONTHS), "b": _choice("b", [month[:3] for month in _MONTHS]),
        "p": _choice("p", ["am", "pm"]), "Z": _choice("Z", zones), "%": "%",
    }


_SHORT = {"c": "%a %b %d %H:%M:%S %Y", "x": "%m/%d/%y", "X": "%H:%M:%S"}


@_lru_cache(maxsize=16)
def _expression(format, zones):
    """The compiled expression of a format; `zones`, time.tzname, is only part of the cache's key."""
    table = _directives()
    pattern = re.sub(r"\s+", r"\\s+", re.sub(r"([\\.^$*+?\(\){}\[\]|])", r"\\\1", format))
    pattern = re.sub(r"%([cxX])", lambda match: re.sub(r"\s+", r"\\s+", _SHORT[match[1]]), pattern)

    def directive(match):
        letter = match[1]
        if not letter:
            raise ValueError(f"stray % in format {format!r}")
        if letter not in table:
            letter = "\\" if letter == "\\" else letter
            raise ValueError(f"{letter!r} is a bad directive in format {format!r}")
        return table[letter]

    pattern = re.sub(r"%(.?)", directive, pattern, flags=re.S)
    letters = re.findall(r"%(.)", format)
    if "d" in letters and not any(letter in letters for letter in "yYcxG"):
        warnings.warn("""\
Parsing dates involving a day of month without a year specified is ambiguious
and fails to parse leap day. The default behavior will change in Python 3.15
to either always raise an exception or to use a different default year (TBD).
To avoid trouble, add a specific year to the input & format.
See https://github.com/python/cpython/issues/70647.""", DeprecationWarning, skip_file_prefixes=("<frozen",))
    return re.compile(pattern, re.IGNORECASE)


# --- the calendar ---

def _is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _ordinal(year, yearday):
    """Days since the day before 1 January of year 1."""
    before = year - 1
    return before * 365 + before // 4 - before // 100 + before // 400 + yearday


def _days_before(year, month):
    return _DAYS_BEFORE[month - 1] + (month > 2 and _is_leap(year))


def _date(ordinal):
    """(year, month, day) of an ordinal."""
    year = max(1, ordinal * 400 // 146097)
    while _ordinal(year + 1, 1) <= ordinal:
        year += 1
    while _ordinal(year, 1) > ordinal:
        year -= 1
    yearday = ordinal - _ordinal(year, 0)
    month = next(m for m in range(12, 0, -1) if _days_before(year, m) < yearday)
    return year, month, yearday - _days_before(year, month)


def _week_yearday(year, week, weekday, starts_monday):
    """The day of the year of a weekday (Monday: 0) in a week that begins on Monday or Sunday; week 0 is the first
    part."""
    first = (_ordinal(year, 1) - 1) % 7
    if not starts_monday:
        first, weekday = (first + 1) % 7, (weekday + 1) % 7
    days_in_week_0 = (7 - first) % 7
    return 1 + weekday - first if week == 0 else 1 + days_in_week_0 + 7 * (week - 1) + weekday


def _iso_ordinal(year, week, weekday):
    """The ordinal of an ISO date, weekday from 1."""
    fourth = (_ordinal(year, 4) - 1) % 7
    if week == 53:
        first = (_ordinal(year, 1) - 1) % 7
        if not (first == 3 or first == 2 and _is_leap(year)):
            raise ValueError(f"Invalid week: {week}")
    return _ordinal(year, 4) - fourth + 7 * (week - 1) + weekday - 1


# --- reading ---

def _offset(text):
    """(seconds, microseconds) of an offset from UTC such as +05:30 or Z."""
    if text == "Z":
        return 0, 0
    if text[3] == ":":
        text = text[:3] + text[4:]
        if len(text) > 5:
            if text[5] != ":":
                raise ValueError(f"Inconsistent use of : in {text[:3]}:{text[3:]}")
            text = text[:5] + text[6:]
    seconds = int(text[1:3]) * 3600 + int(text[3:5]) * 60 + int(text[5:7] or 0)
    fraction = int(text[8:].ljust(6, "0")) if len(text) > 8 else 0
    return (-seconds, -fraction) if text[0] == "-" else (seconds, fraction)


def _zone(name):
    """tm_isdst of a zone's name, -1 where it does not tell."""
    for is_dst, names in enumerate([("utc", "gmt", time.tzname[0].lower()), (time.tzname[1].lower(),)]):
        if name in names:
            if time.tzname[0] == time.tzname[1] and time.daylight and name not in ("utc", "gmt"):
                return -1
            return is_dst
    return -1


def _hour(found):
    if "I" not in found:
        return int(found.get("H", 0))
    hour, half = int(found["I"]), found.get("p", "").lower()
    if half == "pm":
        return 12 if hour == 12 else hour + 12
    return 0 if half in ("", "am") and hour == 12 else hour


def _weekday(found):
    for letter, names in ("A", _DAYS), ("a", [day[:3] for day in _DAYS]):
        if letter in found:
            return names.index(found[letter].lower())
    if "w" in found:
        return (int(found["w"]) - 1) % 7
    return int(found["u"]) - 1 if "u" in found else None


def _month(found):
    for letter, names in ("B", _MONTHS), ("b", [month[:3] for month in _MONTHS]):
        if letter in found:
            return names.index(found[letter].lower()) + 1
    return int(found.get("m", 1))


def _year(found):
    if "Y" in found:
        return int(found["Y"])
    if "y" in found:
        short = int(found["y"])
        return short + (2000 if short <= 68 else 1900)
    return None


def _check_iso(found, year, weekday):
    needs = "a weekday directive ('%A', '%a', '%w', or '%u')."
    if "G" in found:
        if "j" in found:
            raise ValueError("Day of the year directive '%j' is not compatible with ISO year directive '%G'. "
                             "Use '%Y' instead.")
        if "V" not in found or weekday is None:
            raise ValueError(f"ISO year directive '%G' must be used with the ISO week directive '%V' and {needs}")
    elif "V" in found:
        if year is None or weekday is None:
            raise ValueError(f"ISO week directive '%V' must be used with the ISO year directive '%G' and {needs}")
        raise ValueError("ISO week directive '%V' is incompatible with the year directive '%Y'. Use the ISO year "
                         "'%G' instead.")


def _match(data_string, format):
    for index, argument in enumerate([data_string, format]):
        if not isinstance(argument, str):
            raise TypeError(f"strptime() argument {index} must be str, not {type(argument)}")
    match = _expression(format, time.tzname).match(data_string)
    if match is None:
        raise ValueError(f"time data {data_string!r} does not match format {format!r}")
    if match.end() != len(data_string):
        raise ValueError(f"unconverted data remains: {data_string[match.end():]}")
    return {name: text for name, text in match.groupdict().items() if text is not None}


def _day(found, year, weekday):
    """(year, month, day, yearday) by whichever directives tell the day; `year` may be None."""
    _check_iso(found, year, weekday)
    month, day, yearday = _month(found), int(found.get("d", 1)), int(found["j"]) if "j" in found else None
    leap_day = year is None and month == 2 and day == 29
    if year is None:
        year = 1904 if leap_day else 1900
    if yearday is None and weekday is not None:
        if "G" in found:
            year, month, day = _date(_iso_ordinal(int(found["G"]), int(found["V"]), weekday + 1))
            yearday = _days_before(year, month) + day
        elif ("U" in found or "W" in found) and ("Y" in found or "y" in found):
            letter = "U" if "U" in found else "W"
            yearday = _week_yearday(year, int(found[letter]), weekday, letter == "W")
            if yearday <= 0:
                year -= 1
                yearday += 365 + _is_leap(year)
    if yearday is None:
        last = _DAYS_BEFORE[month] - _DAYS_BEFORE[month - 1] + (month == 2 and _is_leap(year))
        if not 1 <= day <= last:
            raise ValueError("day is out of range for month")
        yearday = _days_before(year, month) + day
    else:
        year, month, day = _date(_ordinal(year, yearday))
    return year, month, day, yearday, leap_day


def _strptime(data_string, format="%a %b %d %H:%M:%S %Y"):
    """(the items of a struct_time with its hidden ones, microseconds, microseconds of the offset)."""
    found = _match(data_string, format)
    weekday = _weekday(found)
    year, month, day, yearday, leap_day = _day(found, _year(found), weekday)
    if weekday is None:
        weekday = (_ordinal(year, _days_before(year, month) + day) - 1) % 7
    offset, offset_fraction = _offset(found["z"].upper()) if "z" in found else (None, 0)
    zone = found["Z"] if "Z" in found else None
    is_dst = _zone(zone.lower()) if zone else -1
    fraction = int(found["f"].ljust(6, "0")) if "f" in found else 0
    minute, second = int(found.get("M", 0)), int(found.get("S", 0))
    return (1900 if leap_day else year, month, day, _hour(found), minute, second, weekday,
            yearday, is_dst, zone, offset), fraction, offset_fraction


def _strptime_time(data_string, format="%a %b %d %H:%M:%S %Y"):
    """A time.struct_time."""
    items, _, _ = _strptime(data_string, format)
    return time.struct_time(items)


def _strptime_datetime(cls, data_string, format="%a %b %d %H:%M:%S %Y"):
    """A datetime of the class `cls`, for a module datetime that a program brings with it."""
    items, fraction, offset_fraction = _strptime(data_string, format)
    *_, zone, offset = items
    if offset is None:
        return cls(*items[:6], fraction)
    from datetime import timedelta, timezone
    offset = timedelta(seconds=offset, microseconds=offset_fraction)
    return cls(*items[:6], fraction, timezone(offset, zone) if zone else timezone(offset))
