"""Configuration files of sections with options: [section], key = value, values over several lines, interpolation."""
import functools
import io
import os
import re
import sys
from collections import ChainMap
from collections.abc import MutableMapping

__all__ = ('NoSectionError', 'DuplicateOptionError', 'DuplicateSectionError', 'NoOptionError', 'InterpolationError',
           'InterpolationDepthError', 'InterpolationMissingOptionError', 'InterpolationSyntaxError', 'ParsingError',
           'MissingSectionHeaderError', 'MultilineContinuationError', 'ConfigParser', 'RawConfigParser',
           'Interpolation', 'BasicInterpolation', 'ExtendedInterpolation', 'SectionProxy', 'ConverterMapping',
           'DEFAULTSECT', 'MAX_INTERPOLATION_DEPTH', 'UNNAMED_SECTION')

DEFAULTSECT = 'DEFAULT'
MAX_INTERPOLATION_DEPTH = 10
_UNSET = object()


class _UnnamedSection:
    """What the options before the first header are found under."""

    def __repr__(self):
        return '<UNNAMED_SECTION>'


UNNAMED_SECTION = _UnnamedSection()


# --- errors ---


class Error(Exception):
    """Base class of the module's errors; `message` is what they say."""

    def __init__(self, msg=''):
        self.message = msg
        super().__init__(msg)

    def __repr__(self):
        return self.message

    __str__ = __repr__


class NoSectionError(Error):
    """There is no such section."""

    def __init__(self, section):
        super().__init__(f'No section: {section!r}')
        self.section = section
        self.args = (section,)


def _place(what, source, lineno):
    """The beginning of a message about something that is there twice, as far as the place is known."""
    if source is None:
        return what.capitalize()
    line = '' if lineno is None else f' [line {lineno:2d}]'
    return f'While reading from {source!r}{line}: {what}'


class DuplicateSectionError(Error):
    """A section is there already."""

    def __init__(self, section, source=None, lineno=None):
        super().__init__(f'{_place('section', source, lineno)} {section!r} already exists')
        self.section = section
        self.source = source
        self.lineno = lineno
        self.args = (section, source, lineno)


class DuplicateOptionError(Error):
    """An option stands twice in one source."""

    def __init__(self, section, option, source=None, lineno=None):
        super().__init__(f'{_place('option', source, lineno)} {option!r} in section {section!r} already exists')
        self.section = section
        self.option = option
        self.source = source
        self.lineno = lineno
        self.args = (section, option, source, lineno)


class NoOptionError(Error):
    """The section has no such option."""

    def __init__(self, option, section):
        super().__init__(f'No option {option!r} in section: {section!r}')
        self.option = option
        self.section = section
        self.args = (option, section)


class InterpolationError(Error):
    """Base class of errors in values that refer to others."""

    def __init__(self, option, section, msg):
        super().__init__(msg)
        self.option = option
        self.section = section
        self.args = (option, section, msg)


class InterpolationMissingOptionError(InterpolationError):
    """A value refers to an option that is not there."""

    def __init__(self, option, section, rawval, reference):
        super().__init__(option, section,
                         f'Bad value substitution: option {option!r} in section {section!r} contains an '
                         f'interpolation key {reference!r} which is not a valid option name. Raw value: {rawval!r}')
        self.reference = reference
        self.args = (option, section, rawval, reference)


class InterpolationSyntaxError(InterpolationError):
    """A reference is not well formed."""


class InterpolationDepthError(InterpolationError):
    """References lead on and on."""

    def __init__(self, option, section, rawval):
        super().__init__(option, section,
                         f'Recursion limit exceeded in value substitution: option {option!r} in section {section!r} '
                         f'contains an interpolation key which cannot be substituted in {MAX_INTERPOLATION_DEPTH} '
                         f'steps. Raw value: {rawval!r}')
        self.args = (option, section, rawval)


class ParsingError(Error):
    """Lines that are no options; `errors` has (number, line) of each."""

    def __init__(self, source, *args):
        super().__init__(f'Source contains parsing errors: {source!r}')
        self.source = source
        self.errors = []
        self.args = (source,)
        for error in args:
            self.append(*error)

    def append(self, lineno, line):
        """Add a line."""
        self.errors.append((lineno, line))
        self.message += f'\n\t[line {lineno:2d}]: {line!r}'

    def combine(self, others):
        """Add the lines of other such errors."""
        for other in others:
            for error in other.errors:
                self.append(*error)
        return self


class MissingSectionHeaderError(ParsingError):
    """Options stand before the first header."""

    _text = 'File contains no section headers.'

    def __init__(self, filename, lineno, line):
        Error.__init__(self, f'{self._text}\nfile: {filename!r}, line: {lineno}\n{line!r}')
        self.source = filename
        self.lineno = lineno
        self.line = line
        self.args = (filename, lineno, line)


class MultilineContinuationError(ParsingError):
    """An indented line follows a key without a value."""

    _text = 'Key without value continued with an indented line.'
    __init__ = MissingSectionHeaderError.__init__


# --- interpolation ---


class Interpolation:
    """Changes values on their way in and out; this one leaves them as they are."""

    def before_get(self, parser, section, option, value, defaults):
        return value

    def before_set(self, parser, section, option, value):
        return value

    def before_read(self, parser, section, option, value):
        return value

    def before_write(self, parser, section, option, value):
        return value


class _Substitution(Interpolation):
    """References that a sign begins; subclasses have the sign, what opens a reference, and the form of one."""

    def before_get(self, parser, section, option, value, defaults):
        parts = []
        self._expand(parser, option, parts, value, section, defaults, 1)
        return ''.join(parts)

    def before_set(self, parser, section, option, value):
        left = self._reference.sub('', value.replace(self._sign * 2, ''))
        if self._sign in left:
            raise ValueError(f'invalid interpolation syntax in {value!r} at position {left.find(self._sign)}')
        return value

    def _expand(self, parser, option, parts, rest, section, known, depth):
        sign = self._sign
        raw = parser.get(section, option, raw=True, fallback=rest)
        if depth > MAX_INTERPOLATION_DEPTH:
            raise InterpolationDepthError(option, section, raw)
        while rest:
            text, found, after = rest.partition(sign)
            parts.append(text)
            if not found:
                return
            rest = found + after
            if after.startswith(sign):
                parts.append(sign)
                rest = after[1:]
            elif after.startswith(self._opening):
                match = self._reference.match(rest)
                if match is None:
                    raise InterpolationSyntaxError(option, section, f'bad interpolation variable reference {rest!r}')
                rest = rest[match.end():]
                value, *where = self._find(parser, option, section, known, match.group(1), raw, rest)
                if sign in value:
                    self._expand(parser, where[0], parts, value, where[1], where[2], depth + 1)
                else:
                    parts.append(value)
            else:
                raise InterpolationSyntaxError(
                    option, section, f"'{sign}' must be followed by '{sign}' or '{self._opening}', found: {rest!r}")


class BasicInterpolation(_Substitution):
    """%(option)s is the value of another option of the section or of the default one; %% is a %."""

    _sign = '%'
    _opening = '('
    _reference = re.compile(r'%\(([^)]+)\)s')

    def _find(self, parser, option, section, known, name, raw, rest):
        name = parser.optionxform(name)
        try:
            return known[name], option, section, known
        except KeyError:
            raise InterpolationMissingOptionError(option, section, raw, name) from None


class ExtendedInterpolation(_Substitution):
    """${option} or ${section:option} is the value of another option; $$ is a $."""

    _sign = '$'
    _opening = '{'
    _reference = re.compile(r'\$\{([^}]+)\}')

    def _find(self, parser, option, section, known, name, raw, rest):
        path = name.split(':')
        try:
            if len(path) == 1:
                target = parser.optionxform(path[0])
                value = known[target]
            elif len(path) == 2:
                section_there, target = path[0], parser.optionxform(path[1])
                value = parser.get(section_there, target, raw=True)
            else:
                raise InterpolationSyntaxError(option, section, f"More than one ':' found: {rest!r}")
        except (KeyError, NoSectionError, NoOptionError):
            raise InterpolationMissingOptionError(option, section, raw, name) from None
        where = section if len(path) == 1 else section_there
        lookup = dict(parser.items(where, raw=True)) if value and '$' in value else known
        return value, target, where, lookup


# --- parsers ---


def _option_pattern(delimiters, optional):
    vi = '|'.join(re.escape(d) for d in delimiters)
    return re.compile(rf'(?P<option>.*?)\s*(?:(?P<vi>{vi})\s*(?P<value>.*)){'?' if optional else ''}$')


class _Reading:
    """Where the reading of a source is."""

    def __init__(self):
        self.section = self.options = self.option = None
        self.indent = 0
        self.lineno = 0
        self.added = set()
        self.errors = []


class RawConfigParser(MutableMapping):
    """A mapping of sections, which are mappings of options. Values are what they are, without interpolation."""

    SECTCRE = re.compile(r'\[(?P<header>.+)\]')
    OPTCRE = _option_pattern('=:', False)
    OPTCRE_NV = _option_pattern('=:', True)
    NONSPACECRE = re.compile(r'\S')
    BOOLEAN_STATES = {'1': True, 'yes': True, 'true': True, 'on': True,
                      '0': False, 'no': False, 'false': False, 'off': False}
    _DEFAULT_INTERPOLATION = Interpolation()

    def __init__(self, defaults=None, dict_type=dict, allow_no_value=False, *, delimiters=('=', ':'),
                 comment_prefixes=('#', ';'), inline_comment_prefixes=None, strict=True, empty_lines_in_values=True,
                 default_section=DEFAULTSECT, interpolation=_UNSET, converters=_UNSET, allow_unnamed_section=False):
        self._dict = dict_type
        self._sections = dict_type()
        self._defaults = dict_type()
        self._converters = ConverterMapping(self)
        self._proxies = dict_type()
        self._proxies[default_section] = SectionProxy(self, default_section)
        self._delimiters = tuple(delimiters)
        if delimiters == ('=', ':'):
            self._optcre = self.OPTCRE_NV if allow_no_value else self.OPTCRE
        else:
            self._optcre = _option_pattern(self._delimiters, allow_no_value)
        self._comment_prefixes = tuple(comment_prefixes or ())
        self._inline_comment_prefixes = tuple(inline_comment_prefixes or ())
        self._strict = strict
        self._allow_no_value = allow_no_value
        self._empty_lines_in_values = empty_lines_in_values
        self._allow_unnamed_section = allow_unnamed_section
        self.default_section = default_section
        if interpolation is _UNSET:
            interpolation = self._DEFAULT_INTERPOLATION
        elif interpolation is None:
            interpolation = Interpolation()
        if not isinstance(interpolation, Interpolation):
            raise TypeError('interpolation= must be None or an instance of Interpolation; got an object of type '
                            f'{type(interpolation)}')
        self._interpolation = interpolation
        if converters is not _UNSET:
            self._converters.update(converters)
        if defaults:
            self._read_defaults(defaults)

    # sections and options

    def defaults(self):
        """The options of the default section."""
        return self._defaults

    def sections(self):
        """The names of the sections, the default one left out."""
        return list(self._sections)

    def add_section(self, section):
        """Make a section; DuplicateSectionError, or ValueError for the default one."""
        if section == self.default_section:
            raise ValueError(f'Invalid section name: {section!r}')
        if section in self._sections:
            raise DuplicateSectionError(section)
        self._new_section(section)

    def _new_section(self, section):
        self._sections[section] = self._dict()
        self._proxies[section] = SectionProxy(self, section)
        return self._sections[section]

    def has_section(self, section):
        """Whether there is such a section; the default one does not count."""
        return section in self._sections

    def options(self, section):
        """The names of a section's options, with the default ones."""
        try:
            names = self._sections[section].copy()
        except KeyError:
            raise NoSectionError(section) from None
        names.update(self._defaults)
        return list(names)

    def optionxform(self, optionstr):
        """The form in which the name of an option is kept: in lower case."""
        return optionstr.lower()

    def has_option(self, section, option):
        """Whether the section, the default one if it is None or '', has the option."""
        option = self.optionxform(option)
        if not section or section == self.default_section:
            return option in self._defaults
        if section not in self._sections:
            return False
        return option in self._sections[section] or option in self._defaults

    def _target(self, section):
        if not section or section == self.default_section:
            return self._defaults
        try:
            return self._sections[section]
        except KeyError:
            raise NoSectionError(section) from None

    def set(self, section, option, value=None):
        """Set an option."""
        if value:
            value = self._interpolation.before_set(self, section, option, value)
        self._target(section)[self.optionxform(option)] = value

    def remove_option(self, section, option):
        """Remove an option; whether it was there."""
        options, option = self._target(section), self.optionxform(option)
        existed = option in options
        if existed:
            del options[option]
        return existed

    def remove_section(self, section):
        """Remove a section; whether it was there."""
        existed = section in self._sections
        if existed:
            del self._sections[section], self._proxies[section]
        return existed

    # values

    def _unify_values(self, section, vars):
        """One mapping of what counts for a section: vars, its options, the default ones."""
        try:
            options = self._sections[section]
        except KeyError:
            if section != self.default_section:
                raise NoSectionError(section) from None
            options = {}
        given = {self.optionxform(k): v if v is None else str(v) for k, v in vars.items()} if vars else {}
        return ChainMap(given, options, self._defaults)

    def get(self, section, option, *, raw=False, vars=None, fallback=_UNSET):
        """The value of an option, interpolated unless raw; vars goes before the section."""
        try:
            known = self._unify_values(section, vars)
        except NoSectionError:
            if fallback is _UNSET:
                raise
            return fallback
        option = self.optionxform(option)
        try:
            value = known[option]
        except KeyError:
            if fallback is _UNSET:
                raise NoOptionError(option, section) from None
            return fallback
        if raw or value is None:
            return value
        return self._interpolation.before_get(self, section, option, value, known)

    def _get(self, section, conv, option, **kwargs):
        return conv(self.get(section, option, **kwargs))

    def _get_conv(self, section, option, conv, *, raw=False, vars=None, fallback=_UNSET, **kwargs):
        try:
            return self._get(section, conv, option, raw=raw, vars=vars, **kwargs)
        except (NoSectionError, NoOptionError):
            if fallback is _UNSET:
                raise
            return fallback

    def getint(self, section, option, *, raw=False, vars=None, fallback=_UNSET, **kwargs):
        """An option's value as an int."""
        return self._get_conv(section, option, int, raw=raw, vars=vars, fallback=fallback, **kwargs)

    def getfloat(self, section, option, *, raw=False, vars=None, fallback=_UNSET, **kwargs):
        """An option's value as a float."""
        return self._get_conv(section, option, float, raw=raw, vars=vars, fallback=fallback, **kwargs)

    def getboolean(self, section, option, *, raw=False, vars=None, fallback=_UNSET, **kwargs):
        """An option's value as a bool, by BOOLEAN_STATES."""
        return self._get_conv(section, option, self._convert_to_boolean, raw=raw, vars=vars, fallback=fallback,
                              **kwargs)

    def _convert_to_boolean(self, value):
        if value.lower() not in self.BOOLEAN_STATES:
            raise ValueError(f'Not a boolean: {value}')
        return self.BOOLEAN_STATES[value.lower()]

    def items(self, section=_UNSET, raw=False, vars=None):
        """The (name, section) pairs, or the (name, value) pairs of a section with the default options."""
        if section is _UNSET:
            return super().items()
        options = self._defaults.copy()
        try:
            options.update(self._sections[section])
        except KeyError:
            if section != self.default_section:
                raise NoSectionError(section) from None
        names = list(options)
        if vars:
            for name, value in vars.items():
                options[self.optionxform(name)] = value
        if raw:
            return [(name, options[name]) for name in names]
        before_get = self._interpolation.before_get
        return [(name, before_get(self, section, name, options[name], options)) for name in names]

    @property
    def converters(self):
        return self._converters

    # the mapping of sections

    def __getitem__(self, key):
        if key != self.default_section and not self.has_section(key):
            raise KeyError(key)
        return self._proxies[key]

    def __setitem__(self, key, value):
        if key in self and self[key] is value:
            return
        if key == self.default_section:
            self._defaults.clear()
        elif key in self._sections:
            self._sections[key].clear()
        self.read_dict({key: value})

    def __delitem__(self, key):
        if key == self.default_section:
            raise ValueError('Cannot remove the default section.')
        if not self.has_section(key):
            raise KeyError(key)
        self.remove_section(key)

    def __contains__(self, key):
        return key == self.default_section or self.has_section(key)

    def __len__(self):
        return len(self._sections) + 1

    def __iter__(self):
        yield self.default_section
        yield from self._sections

    def popitem(self):
        """Remove the first section and return (name, section)."""
        for key in self.sections():
            value = self[key]
            del self[key]
            return key, value
        raise KeyError

    # reading

    def read(self, filenames, encoding=None):
        """Read the files of these names that can be opened; their names are returned."""
        if isinstance(filenames, (str, bytes, os.PathLike)):
            filenames = [filenames]
        encoding = io.text_encoding(encoding)
        done = []
        for filename in filenames:
            try:
                with open(filename, encoding=encoding) as file:
                    self._read(file, filename)
            except OSError:
                continue
            done.append(os.fspath(filename) if isinstance(filename, os.PathLike) else filename)
        return done

    def read_file(self, f, source=None):
        """Read an iterable of lines."""
        if source is None:
            source = getattr(f, 'name', '<???>')
        self._read(f, source)

    def read_string(self, string, source='<string>'):
        """Read a str."""
        self.read_file(io.StringIO(string), source)

    def read_dict(self, dictionary, source='<dict>'):
        """Take sections and options from a mapping of mappings."""
        added = set()
        for section, options in dictionary.items():
            section = str(section)
            try:
                self.add_section(section)
            except (DuplicateSectionError, ValueError):
                if self._strict and section in added:
                    raise
            added.add(section)
            for key, value in options.items():
                key = self.optionxform(str(key))
                if value is not None:
                    value = str(value)
                if self._strict and (section, key) in added:
                    raise DuplicateOptionError(section, key, source)
                added.add((section, key))
                self.set(section, key, value)

    def _read_defaults(self, defaults):
        self.read_dict({self.default_section: defaults})

    def _read(self, fp, fpname):
        reading = _Reading()
        try:
            for reading.lineno, line in enumerate(fp, 1):
                self._read_line(reading, line, fpname)
            if reading.errors:
                raise ParsingError(fpname, *reading.errors)
        finally:
            self._join_multiline_values()

    def _without_comment(self, line):
        """The line's text without white space around it, and whether there was a comment."""
        text = line.strip()
        if text.startswith(self._comment_prefixes):
            return '', True
        start = len(line)
        for prefix in self._inline_comment_prefixes:
            at = line.find(prefix)
            while at >= 0:
                if at == 0 or line[at - 1].isspace():
                    start = min(start, at)
                    break
                at = line.find(prefix, at + 1)
        return (line[:start].strip(), True) if start < len(line) else (text, False)

    def _read_line(self, reading, line, fpname):
        text, comment = self._without_comment(line)
        if not text:
            if not self._empty_lines_in_values:
                reading.indent = sys.maxsize
            elif not comment and reading.option and reading.options[reading.option] is not None:
                reading.options[reading.option].append('')
            return
        indent = len(line) - len(line.lstrip())
        if reading.option and indent > reading.indent:
            if reading.options[reading.option] is None:
                raise MultilineContinuationError(fpname, reading.lineno, line)
            reading.options[reading.option].append(text)
            return
        reading.indent = indent
        if self._allow_unnamed_section and reading.options is None:
            self._enter(reading, UNNAMED_SECTION, fpname)
        match = self.SECTCRE.match(text)
        if match:
            self._enter(reading, match.group('header'), fpname)
        elif reading.options is None:
            raise MissingSectionHeaderError(fpname, reading.lineno, line)
        else:
            self._read_option(reading, text, line, fpname)

    def _enter(self, reading, section, fpname):
        if section in self._sections:
            if self._strict and section in reading.added:
                raise DuplicateSectionError(section, fpname, reading.lineno)
            reading.options = self._sections[section]
        elif section == self.default_section:
            reading.options = self._defaults
        else:
            reading.options = self._new_section(section)
        reading.added.add(section)
        reading.section, reading.option = section, None

    def _read_option(self, reading, text, line, fpname):
        match = self._optcre.match(text)
        if not match:
            reading.errors.append((reading.lineno, line))
            return
        name = self.optionxform(match.group('option').rstrip())
        if not name:
            # an error, too, but a second one of these is first of all there twice
            reading.errors.append((reading.lineno, line))
        if self._strict and (reading.section, name) in reading.added:
            raise DuplicateOptionError(reading.section, name, fpname, reading.lineno)
        reading.added.add((reading.section, name))
        value = match.group('value')
        reading.options[name] = None if value is None else [value.strip()]
        reading.option = name

    def _join_multiline_values(self):
        for section, options in ((self.default_section, self._defaults), *self._sections.items()):
            for name, value in options.items():
                if isinstance(value, list):
                    value = '\n'.join(value).rstrip()
                options[name] = self._interpolation.before_read(self, section, name, value)

    # writing

    def write(self, fp, space_around_delimiters=True):
        """Write everything as read() would read it; comments are not kept."""
        delimiter = f' {self._delimiters[0]} ' if space_around_delimiters else self._delimiters[0]
        if self._defaults:
            self._write_section(fp, self.default_section, self._defaults.items(), delimiter)
        if UNNAMED_SECTION in self._sections:
            self._write_section(fp, UNNAMED_SECTION, self._sections[UNNAMED_SECTION].items(), delimiter, unnamed=True)
        for section, options in self._sections.items():
            if section is not UNNAMED_SECTION:
                self._write_section(fp, section, options.items(), delimiter)

    def _write_section(self, fp, section_name, section_items, delimiter, unnamed=False):
        if not unnamed:
            fp.write(f'[{section_name}]\n')
        for key, value in section_items:
            value = self._interpolation.before_write(self, section_name, key, value)
            if value is None and self._allow_no_value:
                fp.write(f'{key}\n')
            else:
                fp.write(f'{key}{delimiter}{str(value).replace('\n', '\n\t')}\n')
        fp.write('\n')

    def _validate_value_types(self, *, section='', option='', value=''):
        if not isinstance(section, str):
            raise TypeError('section names must be strings')
        if not isinstance(option, str):
            raise TypeError('option keys must be strings')
        if (not self._allow_no_value or value) and not isinstance(value, str):
            raise TypeError('option values must be strings')


class ConfigParser(RawConfigParser):
    """A parser with interpolation; names and values are strs."""

    _DEFAULT_INTERPOLATION = BasicInterpolation()

    def set(self, section, option, value=None):
        self._validate_value_types(option=option, value=value)
        super().set(section, option, value)

    def add_section(self, section):
        self._validate_value_types(section=section)
        super().add_section(section)

    def _read_defaults(self, defaults):
        """Defaults may have references that only sections can resolve."""
        interpolation, self._interpolation = self._interpolation, Interpolation()
        try:
            self.read_dict({self.default_section: defaults})
        finally:
            self._interpolation = interpolation


class SectionProxy(MutableMapping):
    """A section of a parser as a mapping of its options."""

    def __init__(self, parser, name):
        self._parser = parser
        self._name = name
        for conv in parser.converters:
            key = 'get' + conv
            setattr(self, key, functools.partial(self.get, _impl=getattr(parser, key)))

    def __repr__(self):
        return f'<Section: {self._name}>'

    def __getitem__(self, key):
        if not self._parser.has_option(self._name, key):
            raise KeyError(key)
        return self._parser.get(self._name, key)

    def __setitem__(self, key, value):
        self._parser._validate_value_types(option=key, value=value)
        self._parser.set(self._name, key, value)

    def __delitem__(self, key):
        if not (self._parser.has_option(self._name, key) and self._parser.remove_option(self._name, key)):
            raise KeyError(key)

    def __contains__(self, key):
        return self._parser.has_option(self._name, key)

    def _options(self):
        if self._name == self._parser.default_section:
            return list(self._parser.defaults())
        return self._parser.options(self._name)

    def __len__(self):
        return len(self._options())

    def __iter__(self):
        return iter(self._options())

    @property
    def parser(self):
        return self._parser

    @property
    def name(self):
        return self._name

    def get(self, option, fallback=None, *, raw=False, vars=None, _impl=None, **kwargs):
        """The value of an option, or the fallback."""
        return (_impl or self._parser.get)(self._name, option, raw=raw, vars=vars, fallback=fallback, **kwargs)


class ConverterMapping(MutableMapping):
    """The converters of a parser: one that is stored under a name makes a method get<name> of it and its sections."""

    GETTERCRE = re.compile('^get(?P<name>.+)$')

    def __init__(self, parser):
        self._parser = parser
        self._data = {}
        for getter in dir(parser):
            match = self.GETTERCRE.match(getter)
            if match and callable(getattr(parser, getter)):
                self._data[match.group('name')] = None

    def __getitem__(self, key):
        return self._data[key]

    def __setitem__(self, key, value):
        if not isinstance(key, str):
            raise ValueError(f'Incompatible key: {key} (type: {type(key)})')
        if not key:
            raise ValueError('Incompatible key: cannot use "" as a name')
        self._data[key] = value
        getter = functools.partial(self._parser._get_conv, conv=value)
        getter.converter = value
        setattr(self._parser, 'get' + key, getter)
        for proxy in self._parser.values():
            setattr(proxy, 'get' + key, functools.partial(proxy.get, _impl=getter))

    def __delitem__(self, key):
        del self._data[key]
        for holder in self._parser, *self._parser.values():
            try:
                delattr(holder, 'get' + key)
            except AttributeError:
                pass  # the class has it

    def __iter__(self):
        return iter(self._data)

    def __len__(self):
        return len(self._data)
