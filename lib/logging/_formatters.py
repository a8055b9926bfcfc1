"""How the text of a record is made: formats of three styles, and what uses them."""

import io
import re
import time
import traceback
from string import Formatter as _StringFormatter
from string import Template

__name__ = 'logging'  # the home that the classes tell

_str_formatter = _StringFormatter()


class PercentStyle:
    """Formats like '%(message)s'."""

    default_format = '%(message)s'
    asctime_format = '%(asctime)s'
    asctime_search = '%(asctime)'
    validation_pattern = re.compile(r'%\(\w+\)[#0+ -]*(\*|\d+)?(\.(\*|\d+))?[diouxefgcrsa%]', re.I)

    def __init__(self, fmt, *, defaults=None):
        self._fmt = fmt or self.default_format
        self._defaults = defaults

    def usesTime(self):
        return self.asctime_search in self._fmt

    def validate(self):
        if not self.validation_pattern.search(self._fmt):
            raise ValueError(f"Invalid format '{self._fmt}' for '{self.default_format[0]}' style")

    def _values(self, record):
        return {**self._defaults, **record.__dict__} if self._defaults else record.__dict__

    def _format(self, record):
        return self._fmt % self._values(record)

    def format(self, record):
        try:
            return self._format(record)
        except KeyError as error:
            raise ValueError(f'Formatting field not found in record: {error}')


class StrFormatStyle(PercentStyle):
    """Formats like '{message}'."""

    default_format = '{message}'
    asctime_format = '{asctime}'
    asctime_search = '{asctime'
    fmt_spec = re.compile(r'^(.?[<=>^])?[+ -]?#?0?(\d+|{\w+})?[,_]?(\.(\d+|{\w+}))?[bcdefgnosx%]?$', re.I)
    field_spec = re.compile(r'^(\d+|\w+)(\.\w+|\[[^]]+\])*$')

    def _format(self, record):
        return self._fmt.format(**self._values(record))

    def validate(self):
        fields = set()
        try:
            for _, name, spec, conversion in _str_formatter.parse(self._fmt):
                if name:
                    if not self.field_spec.match(name):
                        raise ValueError(f'invalid field name/expression: {name!r}')
                    fields.add(name)
                if conversion and conversion not in 'rsa':
                    raise ValueError(f'invalid conversion: {conversion!r}')
                if spec and not self.fmt_spec.match(spec):
                    raise ValueError(f'bad specifier: {spec!r}')
        except ValueError as error:
            raise ValueError(f'invalid format: {error}')
        if not fields:
            raise ValueError('invalid format: no fields')


class StringTemplateStyle(PercentStyle):
    """Formats like '${message}'."""

    default_format = '${message}'
    asctime_format = '${asctime}'
    asctime_search = '${asctime}'

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._tpl = Template(self._fmt)

    def usesTime(self):
        return '$asctime' in self._fmt or self.asctime_search in self._fmt

    def validate(self):
        fields = set()
        for match in Template.pattern.finditer(self._fmt):
            name = match['named'] or match['braced']
            if name:
                fields.add(name)
            elif match[0] == '$':
                raise ValueError("invalid format: bare '$' not allowed")
        if not fields:
            raise ValueError('invalid format: no fields')

    def _format(self, record):
        return self._tpl.substitute(**self._values(record))


BASIC_FORMAT = '%(levelname)s:%(name)s:%(message)s'
_STYLES = {'%': (PercentStyle, BASIC_FORMAT), '{': (StrFormatStyle, '{levelname}:{name}:{message}'),
           '$': (StringTemplateStyle, '${levelname}:${name}:${message}')}


def _style_error():
    return ValueError(f"Style must be one of: {','.join(_STYLES)}")


class Formatter:
    """Makes a record's text, by a format in one of three styles. asctime in it is the time, in the form `datefmt` of
    time.strftime()."""

    converter = time.localtime
    default_time_format = '%Y-%m-%d %H:%M:%S'
    default_msec_format = '%s,%03d'

    def __init__(self, fmt=None, datefmt=None, style='%', validate=True, *, defaults=None):
        if style not in _STYLES:
            raise _style_error()
        self._style = _STYLES[style][0](fmt, defaults=defaults)
        if validate:
            self._style.validate()
        self._fmt = self._style._fmt
        self.datefmt = datefmt

    def formatTime(self, record, datefmt=None):
        """The time of the record."""
        when = self.converter(record.created)
        if datefmt:
            return time.strftime(datefmt, when)
        text = time.strftime(self.default_time_format, when)
        if self.default_msec_format:
            text = self.default_msec_format % (text, record.msecs)
        return text

    def formatException(self, ei):
        """The text of an exception: (type, value, traceback)."""
        file = io.StringIO()
        traceback.print_exception(ei[0], ei[1], ei[2], limit=None, file=file)
        return file.getvalue().removesuffix('\n')

    def usesTime(self):
        """Does the format show the time?"""
        return self._style.usesTime()

    def formatMessage(self, record):
        """The line without exception and stack."""
        return self._style.format(record)

    def formatStack(self, stack_info):
        """The text of the stack."""
        return stack_info

    def format(self, record):
        """The whole text."""
        record.message = record.getMessage()
        if self.usesTime():
            record.asctime = self.formatTime(record, self.datefmt)
        text = self.formatMessage(record)
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            text = _with_newline(text) + record.exc_text
        if record.stack_info:
            text = _with_newline(text) + self.formatStack(record.stack_info)
        return text


def _with_newline(text):
    return text if text[-1:] == '\n' else text + '\n'


_defaultFormatter = Formatter()


class BufferingFormatter:
    """Makes the text of several records."""

    def __init__(self, linefmt=None):
        self.linefmt = linefmt or _defaultFormatter

    def formatHeader(self, records):
        return ''

    def formatFooter(self, records):
        return ''

    def format(self, records):
        if not records:
            return ''
        return self.formatHeader(records) + ''.join(map(self.linefmt.format, records)) + self.formatFooter(records)
