"""calendar: weekdays, months and years of the Gregorian calendar, as numbers, as text and as HTML.

Weekdays are numbered from 0, Monday. Years may be any ints: what repeats every 400 years is taken from there. Only the
methods that give dates (itermonthdates and alike) need the module datetime.
"""

import sys
import time
from enum import IntEnum, global_enum
from itertools import repeat

__all__ = [
    "IllegalMonthError", "IllegalWeekdayError", "setfirstweekday", "firstweekday", "isleap", "leapdays", "weekday",
    "monthrange", "monthcalendar", "prmonth", "month", "prcal", "calendar", "timegm", "month_name", "month_abbr",
    "day_name", "day_abbr", "Calendar", "TextCalendar", "HTMLCalendar", "LocaleTextCalendar", "LocaleHTMLCalendar",
    "weekheader", "Day", "Month", "JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST",
    "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY",
    "SATURDAY", "SUNDAY",
]


class IllegalMonthError(ValueError, IndexError):
    def __init__(self, month):
        self.month = month

    def __str__(self):
        return f"bad month number {self.month!r}; must be 1-12"


class IllegalWeekdayError(ValueError):
    def __init__(self, weekday):
        self.weekday = weekday

    def __str__(self):
        return f"bad weekday number {self.weekday!r}; must be 0 (Monday) to 6 (Sunday)"


def __getattr__(name):
    if name in ("January", "February"):
        import warnings

        warnings.warn(
            f"The '{name}' attribute is deprecated, use '{name.upper()}' instead", DeprecationWarning, stacklevel=2
        )
        return Month[name.upper()].value
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


@global_enum
class Month(IntEnum):
    JANUARY = 1
    FEBRUARY = 2
    MARCH = 3
    APRIL = 4
    MAY = 5
    JUNE = 6
    JULY = 7
    AUGUST = 8
    SEPTEMBER = 9
    OCTOBER = 10
    NOVEMBER = 11
    DECEMBER = 12


@global_enum
class Day(IntEnum):
    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


# --- numbers ---

mdays = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def isleap(year):
    """Has the year a 29th of February?"""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def leapdays(y1, y2):
    """How many leap years there are from y1 up to y2, which does not count."""
    return _leaps_before(y2) - _leaps_before(y1)


def _leaps_before(year):
    year -= 1
    return year // 4 - year // 100 + year // 400


def _monthlen(year, month):
    return mdays[month] + (month == FEBRUARY and isleap(year))


def _ordinal(year, month):
    """How many days there are before the month, from the first of January of the year 1."""
    return (year - 1) * 365 + _leaps_before(year) + sum(_monthlen(year, m) for m in range(1, month))


def _check_date(year, month, day=1):
    for number in year, month, day:
        if not hasattr(number, "__index__"):
            raise TypeError(f"{type(number).__name__!r} object cannot be interpreted as an integer")
    if not 1 <= month <= 12:
        raise ValueError("month must be in 1..12")
    if not 1 <= day <= _monthlen(year, month):
        raise ValueError("day is out of range for month")


def weekday(year, month, day):
    """The weekday of a date."""
    if not 1 <= year <= 9999:
        year = 2000 + year % 400
    _check_date(year, month, day)
    return Day((_ordinal(year, month) + day - 1) % 7)


def monthrange(year, month):
    """The weekday of the month's first day, and how many days it has."""
    if not 1 <= month <= 12:
        raise IllegalMonthError(month)
    return weekday(year, month, 1), _monthlen(year, month)


def _before(year, month):
    return (year - 1, 12) if month == 1 else (year, month - 1)


def _behind(year, month):
    return (year + 1, 1) if month == 12 else (year, month + 1)


EPOCH = 1970


def timegm(tuple):
    """The seconds since 1970 of a time in UTC, given as time.gmtime gives it."""
    year, month, day, hour, minute, second = tuple[:6]
    _check_date(year, month)
    if not 1 <= year <= 9999:
        raise ValueError(f"year {year} is out of range")
    days = _ordinal(year, month) - _ordinal(EPOCH, 1) + day - 1
    return ((days * 24 + hour) * 60 + minute) * 60 + second


# --- names ---


class _Names:
    """A sequence of names in the language that is set when they are asked for."""

    def __init__(self, format):
        self.format = format

    def __len__(self):
        return len(self._times)

    def __getitem__(self, i):
        if isinstance(i, slice):
            return [self._named(t) for t in self._times[i]]
        return self._named(self._times[i])

    def _named(self, moment):
        return time.strftime(self.format, moment) if moment else ""


class _localized_month(_Names):
    """The names of the months, the first one's index being 1."""

    _times = [None] + [(2001, month, 1, 0, 0, 0, 0, 1, 0) for month in range(1, 13)]


class _localized_day(_Names):
    # The year 2001 began on a Monday.
    _times = [(2001, 1, day + 1, 0, 0, 0, day, 1, 0) for day in range(7)]


day_name = _localized_day("%A")
day_abbr = _localized_day("%a")
month_name = _localized_month("%B")
month_abbr = _localized_month("%b")


# --- calendars ---


class Calendar:
    """The days of months and years in weeks that begin with `firstweekday`."""

    def __init__(self, firstweekday=0):
        self.firstweekday = firstweekday

    def getfirstweekday(self):
        return self._firstweekday % 7

    def setfirstweekday(self, firstweekday):
        self._firstweekday = firstweekday

    firstweekday = property(getfirstweekday, setfirstweekday)

    def iterweekdays(self):
        """Yield the numbers of the weekdays as a week has them."""
        for i in range(self.firstweekday, self.firstweekday + 7):
            yield i % 7

    def itermonthdates(self, year, month):
        """Yield a date for each day of the month's weeks, which are whole."""
        import datetime

        for y, m, d in self.itermonthdays3(year, month):
            yield datetime.date(y, m, d)

    def itermonthdays(self, year, month):
        """Yield the number of each day of the month's weeks, 0 for those of other months."""
        first, length = monthrange(year, month)
        before = (first - self.firstweekday) % 7
        yield from repeat(0, before)
        yield from range(1, length + 1)
        yield from repeat(0, -(before + length) % 7)

    def itermonthdays2(self, year, month):
        """The same as (day, weekday)."""
        for i, day in enumerate(self.itermonthdays(year, month), self.firstweekday):
            yield day, i % 7

    def itermonthdays3(self, year, month):
        """Yield (year, month, day) of all days of the month's weeks."""
        first, length = monthrange(year, month)
        before = (first - self.firstweekday) % 7
        y, m = _before(year, month)
        end = _monthlen(y, m) + 1
        for day in range(end - before, end):
            yield y, m, day
        for day in range(1, length + 1):
            yield year, month, day
        y, m = _behind(year, month)
        for day in range(1, -(before + length) % 7 + 1):
            yield y, m, day

    def itermonthdays4(self, year, month):
        """The same as (year, month, day, weekday)."""
        for i, date in enumerate(self.itermonthdays3(year, month)):
            yield *date, (self.firstweekday + i) % 7

    def monthdatescalendar(self, year, month):
        """The weeks of a month as lists of dates."""
        return _in_rows(self.itermonthdates(year, month), 7)

    def monthdays2calendar(self, year, month):
        """The weeks of a month as lists of (day, weekday)."""
        return _in_rows(self.itermonthdays2(year, month), 7)

    def monthdayscalendar(self, year, month):
        """The weeks of a month as lists of days."""
        return _in_rows(self.itermonthdays(year, month), 7)

    def yeardatescalendar(self, year, width=3):
        """The months of a year, `width` in a row, as monthdatescalendar gives them."""
        return _in_rows([self.monthdatescalendar(year, m) for m in Month], width)

    def yeardays2calendar(self, year, width=3):
        return _in_rows([self.monthdays2calendar(year, m) for m in Month], width)

    def yeardayscalendar(self, year, width=3):
        return _in_rows([self.monthdayscalendar(year, m) for m in Month], width)


def _in_rows(items, width):
    items = list(items)
    return [items[i : i + width] for i in range(0, len(items), width)]


class TextCalendar(Calendar):
    """Calendars as text."""

    def prweek(self, theweek, width):
        print(self.formatweek(theweek, width), end="")

    def formatday(self, day, weekday, width):
        text = "%2i" % day if day else ""
        return text.center(width)

    def formatweek(self, theweek, width):
        """One line of a week's days."""
        return " ".join(self.formatday(day, weekday, width) for day, weekday in theweek)

    def formatweekday(self, day, width):
        names = day_name if width >= 9 else day_abbr
        return names[day][:width].center(width)

    def formatweekheader(self, width):
        """The line of the weekdays' names."""
        return " ".join(self.formatweekday(day, width) for day in self.iterweekdays())

    def formatmonthname(self, theyear, themonth, width, withyear=True):
        text = month_name[themonth]
        if withyear:
            text = f"{text} {theyear!r}"
        return text.center(width)

    def prmonth(self, theyear, themonth, w=0, l=0):
        print(self.formatmonth(theyear, themonth, w, l), end="")

    def formatmonth(self, theyear, themonth, w=0, l=0):
        """A month; w is the width of a day, l how many lines a week has."""
        w, l = max(2, w), max(1, l)
        lines = [self.formatmonthname(theyear, themonth, 7 * (w + 1) - 1), self.formatweekheader(w)]
        lines += [self.formatweek(week, w) for week in self.monthdays2calendar(theyear, themonth)]
        return "".join(line.rstrip() + "\n" * l for line in lines)

    def formatyear(self, theyear, w=2, l=1, c=6, m=3):
        """A year; c is the space between the months, m how many are in a row."""
        w, l, c = max(2, w), max(1, l), max(2, c)
        width = (w + 1) * 7 - 1
        lines = [repr(theyear).center(width * m + c * (m - 1))]
        header = self.formatweekheader(w)
        for i, row in enumerate(self.yeardays2calendar(theyear, m)):
            months = range(m * i + 1, min(m * (i + 1) + 1, 13))
            lines.append("")
            lines.append(formatstring((self.formatmonthname(theyear, k, width, False) for k in months), width, c))
            lines.append(formatstring((header for k in months), width, c))
            for j in range(max(map(len, row))):
                weeks = [self.formatweek(month[j], w) if j < len(month) else "" for month in row]
                lines.append(formatstring(weeks, width, c))
        return "".join(line.rstrip() + "\n" * l for line in lines)

    def pryear(self, theyear, w=0, l=0, c=6, m=3):
        print(self.formatyear(theyear, w, l, c, m), end="")


class HTMLCalendar(Calendar):
    """Calendars as tables of HTML."""

    cssclasses = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    cssclasses_weekday_head = cssclasses
    cssclass_noday = "noday"
    cssclass_month_head = "month"
    cssclass_month = "month"
    cssclass_year_head = "year"
    cssclass_year = "year"

    def formatday(self, day, weekday):
        if day == 0:
            return f'<td class="{self.cssclass_noday}">&nbsp;</td>'
        return '<td class="%s">%d</td>' % (self.cssclasses[weekday], day)

    def formatweek(self, theweek):
        return f"<tr>{''.join(self.formatday(day, weekday) for day, weekday in theweek)}</tr>"

    def formatweekday(self, day):
        return f'<th class="{self.cssclasses_weekday_head[day]}">{day_abbr[day]}</th>'

    def formatweekheader(self):
        return f"<tr>{''.join(map(self.formatweekday, self.iterweekdays()))}</tr>"

    def formatmonthname(self, theyear, themonth, withyear=True):
        text = f"{month_name[themonth]} {theyear}" if withyear else f"{month_name[themonth]}"
        return f'<tr><th colspan="7" class="{self.cssclass_month_head}">{text}</th></tr>'

    def formatmonth(self, theyear, themonth, withyear=True):
        """The table of a month."""
        lines = [
            f'<table border="0" cellpadding="0" cellspacing="0" class="{self.cssclass_month}">',
            self.formatmonthname(theyear, themonth, withyear=withyear),
            self.formatweekheader(),
            *map(self.formatweek, self.monthdays2calendar(theyear, themonth)),
            "</table>",
        ]
        return "".join(line + "\n" for line in lines)

    def formatyear(self, theyear, width=3):
        """A table of the year's months, `width` in a row."""
        width = max(width, 1)
        parts = [
            f'<table border="0" cellpadding="0" cellspacing="0" class="{self.cssclass_year}">\n',
            '<tr><th colspan="%d" class="%s">%s</th></tr>' % (width, self.cssclass_year_head, theyear),
        ]
        for months in _in_rows(range(1, 13), width):
            cells = (f"<td>{self.formatmonth(theyear, m, withyear=False)}</td>" for m in months)
            parts.append(f"<tr>{''.join(cells)}</tr>")
        return "".join(parts) + "</table>"

    def formatyearpage(self, theyear, width=3, css="calendar.css", encoding=None):
        """The bytes of a whole page with the year's calendar."""
        if encoding is None:
            encoding = sys.getdefaultencoding()
        page = [
            f'<?xml version="1.0" encoding="{encoding}"?>\n',
            '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" '
            '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\n',
            "<html>\n<head>\n",
            f'<meta http-equiv="Content-Type" content="text/html; charset={encoding}" />\n',
            f'<link rel="stylesheet" type="text/css" href="{css}" />\n' if css is not None else "",
            "<title>Calendar for %d</title>\n" % theyear,
            "</head>\n<body>\n",
            self.formatyear(theyear, width),
            "</body>\n</html>\n",
        ]
        return "".join(page).encode(encoding, "xmlcharrefreplace")


class different_locale:
    """A context in which another locale is set for times."""

    def __init__(self, locale):
        self.locale = locale
        self.oldlocale = None

    def __enter__(self):
        import locale

        self.oldlocale = locale.setlocale(locale.LC_TIME, None)
        locale.setlocale(locale.LC_TIME, self.locale)

    def __exit__(self, *args):
        import locale

        locale.setlocale(locale.LC_TIME, self.oldlocale)


def _get_default_locale():
    import locale

    current = locale.setlocale(locale.LC_TIME, None)
    if current == "C":
        with different_locale(""):
            # What the environment asks for.
            return locale.setlocale(locale.LC_TIME, None)
    return current


class LocaleTextCalendar(TextCalendar):
    """Calendars as text in the language of a locale."""

    def __init__(self, firstweekday=0, locale=None):
        super().__init__(firstweekday)
        self.locale = _get_default_locale() if locale is None else locale

    def formatweekday(self, day, width):
        with different_locale(self.locale):
            return super().formatweekday(day, width)

    def formatmonthname(self, theyear, themonth, width, withyear=True):
        with different_locale(self.locale):
            return super().formatmonthname(theyear, themonth, width, withyear)


class LocaleHTMLCalendar(HTMLCalendar):
    """Calendars as HTML in the language of a locale."""

    def __init__(self, firstweekday=0, locale=None):
        super().__init__(firstweekday)
        self.locale = _get_default_locale() if locale is None else locale

    def formatweekday(self, day):
        with different_locale(self.locale):
            return super().formatweekday(day)

    def formatmonthname(self, theyear, themonth, withyear=True):
        with different_locale(self.locale):
            return super().formatmonthname(theyear, themonth, withyear)


# --- functions of a calendar of their own ---

c = TextCalendar()

firstweekday = c.getfirstweekday
monthcalendar = c.monthdayscalendar
prweek = c.prweek
week = c.formatweek
weekheader = c.formatweekheader
prmonth = c.prmonth
month = c.formatmonth
calendar = c.formatyear
prcal = c.pryear


def setfirstweekday(firstweekday):
    """Let the weeks of the module's functions begin with that day."""
    if not MONDAY <= firstweekday <= SUNDAY:
        raise IllegalWeekdayError(firstweekday)
    c.firstweekday = firstweekday


_colwidth = 7 * 3 - 1
_spacing = 6


def format(cols, colwidth=_colwidth, spacing=_spacing):
    """Print columns side by side."""
    print(formatstring(cols, colwidth, spacing))


def formatstring(cols, colwidth=_colwidth, spacing=_spacing):
    """Columns side by side, each centred."""
    return (" " * spacing).join(col.center(colwidth) for col in cols)


def main(args=None):
    import argparse

    parser = argparse.ArgumentParser()
    text = parser.add_argument_group("text only arguments")
    html = parser.add_argument_group("html only arguments")
    text.add_argument("-w", "--width", type=int, default=2, help="width of date column (default 2)")
    text.add_argument("-l", "--lines", type=int, default=1, help="number of lines for each week (default 1)")
    text.add_argument("-s", "--spacing", type=int, default=6, help="spacing between months (default 6)")
    text.add_argument("-m", "--months", type=int, default=3, help="months per row (default 3)")
    html.add_argument("-c", "--css", default="calendar.css", help="CSS to use for page")
    parser.add_argument("-L", "--locale", default=None, help="locale to use for month and weekday names")
    parser.add_argument("-e", "--encoding", default=None, help="encoding to use for output")
    parser.add_argument("-t", "--type", default="text", choices=("text", "html"), help="output type (text or html)")
    parser.add_argument("-f", "--first-weekday", type=int, default=0,
                        help="weekday (0 is Monday, 6 is Sunday) to start each week (default 0)")
    parser.add_argument("year", nargs="?", type=int, help="year number")
    parser.add_argument("month", nargs="?", type=int, help="month number (1-12, text only)")
    options = parser.parse_args(args)
    if options.locale and not options.encoding:
        parser.error("if --locale is specified --encoding is required")

    locale = {"locale": options.locale} if options.locale else {}
    if options.type == "html":
        if options.month is not None:
            parser.error("incorrect number of arguments")
        cal = LocaleHTMLCalendar(**locale) if locale else HTMLCalendar()
        cal.setfirstweekday(options.first_weekday)
        encoding = options.encoding or sys.getdefaultencoding()
        year = time.localtime().tm_year if options.year is None else options.year
        sys.stdout.buffer.write(cal.formatyearpage(year, css=options.css, encoding=encoding))
        return
    cal = LocaleTextCalendar(**locale) if locale else TextCalendar()
    cal.setfirstweekday(options.first_weekday)
    shape = {"w": options.width, "l": options.lines}
    if options.month is None:
        shape.update(c=options.spacing, m=options.months)
        year = time.localtime().tm_year if options.year is None else options.year
        result = cal.formatyear(year, **shape)
    else:
        result = cal.formatmonth(options.year, options.month, **shape)
    if options.encoding:
        sys.stdout.buffer.write(result.encode(options.encoding))
    else:
        sys.stdout.write(result)


if __name__ == "__main__":
    main()
