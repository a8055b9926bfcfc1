"""Reading and writing of comma-separated values. The work on a line or row is done by _csv."""
import _csv
import types
from io import StringIO

__all__ = ['QUOTE_MINIMAL', 'QUOTE_ALL', 'QUOTE_NONNUMERIC', 'QUOTE_NONE', 'QUOTE_STRINGS', 'QUOTE_NOTNULL', 'Error',
           'Dialect', 'excel', 'excel_tab', 'field_size_limit', 'reader', 'writer', 'register_dialect', 'get_dialect',
           'list_dialects', 'Sniffer', 'unregister_dialect', 'DictReader', 'DictWriter', 'unix_dialect']

__version__ = '1.0'

QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONNUMERIC, QUOTE_NONE, QUOTE_STRINGS, QUOTE_NOTNULL = range(6)


class Error(Exception):
    pass


Error.__module__ = '_csv'
_csv.Error = Error


# --- dialects ---

_DEFAULTS = {'delimiter': ',', 'doublequote': True, 'escapechar': None, 'lineterminator': '\r\n', 'quotechar': '"',
             'quoting': QUOTE_MINIMAL, 'skipinitialspace': False, 'strict': False}


def _character(name, value, optional):
    if value is None and optional:
        return
    if not isinstance(value, str):
        kind = 'string or None' if optional else 'string'
        raise TypeError(f'"{name}" must be {kind}, not {type(value).__name__}')
    if len(value) != 1:
        raise TypeError(f'"{name}" must be a 1-character string')


def _check_characters(options):
    """No two characters may have the same meaning, nor one that lines need."""
    taken = []
    for name in 'delimiter', 'escapechar', 'quotechar':
        c = options[name]
        if c is None:
            continue
        if c in '\r\n' or c == ' ' and options['skipinitialspace'] and name != 'delimiter':
            raise ValueError(f'bad {name} value')
    for name in 'delimiter', 'escapechar', 'quotechar':
        c = options[name]
        if c is not None:
            taken.append((name, c))
    for one, other in ((0, 1), (0, 2), (1, 2)):
        names = ('delimiter', 'escapechar', 'quotechar')
        a, b = names[one], names[other]
        if options[a] is not None and options[a] == options[b]:
            raise ValueError(f'bad {a} or {b} value')
    for name, c in taken:
        if c in options['lineterminator']:
            raise ValueError(f'bad {name} or lineterminator value')


class _Settings:
    """A checked dialect. `row` is what _csv takes."""

    __slots__ = ('delimiter', 'doublequote', 'escapechar', 'lineterminator', 'quotechar', 'quoting',
                 'skipinitialspace', 'strict', 'row')

    def __init__(self, dialect=None, **given):
        unknown = next((name for name in given if name not in _DEFAULTS), None)
        if unknown is not None:
            raise TypeError(f"this function got an unexpected keyword argument '{unknown}'")
        options = dict(_DEFAULTS)
        if dialect is not None:
            for name in _DEFAULTS:
                value = getattr(dialect, name, options)
                if value is not options:
                    options[name] = value
        options.update(given)
        _character('delimiter', options['delimiter'], False)
        for name in 'doublequote', 'skipinitialspace', 'strict':
            options[name] = bool(options[name])
        _character('escapechar', options['escapechar'], True)
        _character('quotechar', options['quotechar'], True)
        if not isinstance(options['lineterminator'], str | None):
            raise TypeError('"lineterminator" must be a string')
        if type(options['quoting']) is not int:
            raise TypeError('"quoting" must be an integer')
        if not -2**31 <= options['quoting'] < 2**31:
            raise OverflowError('Python int too large to convert to C int')
        if not QUOTE_MINIMAL <= options['quoting'] <= QUOTE_NOTNULL:
            raise TypeError('bad "quoting" value')
        if options['quotechar'] is None and 'quoting' not in given and getattr(dialect, 'quoting', None) is None:
            options['quoting'] = QUOTE_NONE
        if options['quoting'] != QUOTE_NONE and options['quotechar'] is None:
            raise TypeError('quotechar must be set if quoting enabled')
        if options['lineterminator'] is None:
            raise TypeError('lineterminator must be set')
        _check_characters(options)
        for name, value in options.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, 'row', (self.delimiter, self.quotechar, self.escapechar, self.doublequote,
                                         self.skipinitialspace, self.quoting, self.strict, self.lineterminator))

    def __setattr__(self, name, value):
        if name in _DEFAULTS:
            raise AttributeError(f"attribute '{name}' of '_csv.Dialect' objects is not writable")
        raise AttributeError(f"'_csv.Dialect' object has no attribute '{name}' "
                             'and no __dict__ for setting new attributes')

    def __delattr__(self, name):
        self.__setattr__(name, None)

    def __reduce_ex__(self, protocol):
        raise TypeError("cannot pickle 'Dialect' instances")


_Settings.__name__ = _Settings.__qualname__ = 'Dialect'
_Settings.__module__ = '_csv'


_default = _Settings()


def _settings(dialect, options):
    if dialect is None and not options:
        return _default
    if isinstance(dialect, str):
        dialect = get_dialect(dialect)
    if isinstance(dialect, _Settings) and not options:
        return dialect
    return _Settings(dialect, **options)


_dialects = {}


def register_dialect(name, /, dialect=None, **fmtparams):
    """Make a dialect known under a name: a class or object with its attributes, or options."""
    if not isinstance(name, str):
        raise TypeError('dialect name must be a string')
    _dialects[name] = _settings(dialect, fmtparams)


def unregister_dialect(name):
    """Forget the dialect of that name."""
    if _dialects.pop(name, None) is None:
        raise Error('unknown dialect')


def get_dialect(name):
    """The dialect of that name."""
    try:
        return _dialects[name]
    except KeyError:
        raise Error('unknown dialect') from None


def list_dialects():
    """The names of all registered dialects."""
    return list(_dialects)


class Dialect:
    """What a dialect's class is derived from: it sets the attributes, and an instance checks them."""

    _name = ''
    _valid = False
    delimiter = None
    quotechar = None
    escapechar = None
    doublequote = None
    skipinitialspace = None
    lineterminator = None
    quoting = None

    def __init__(self):
        if self.__class__ != Dialect:
            self._valid = True
        self._validate()

    def _validate(self):
        try:
            _Settings(self)
        except TypeError as error:
            raise Error(str(error)) from None
        except ValueError as error:
            raise Error(str(error)) from None


class excel(Dialect):
    """What Excel writes as CSV."""
    delimiter = ','
    quotechar = '"'
    doublequote = True
    skipinitialspace = False
    lineterminator = '\r\n'
    quoting = QUOTE_MINIMAL


class excel_tab(excel):
    """What Excel writes with tabs."""
    delimiter = '\t'


class unix_dialect(Dialect):
    """All fields quoted, lines ended by '\\n'."""
    delimiter = ','
    quotechar = '"'
    doublequote = True
    skipinitialspace = False
    lineterminator = '\n'
    quoting = QUOTE_ALL


register_dialect('excel', excel)
register_dialect('excel-tab', excel_tab)
register_dialect('unix', unix_dialect)

_limits = [128 * 1024]  # of one field; readers hold the list


def field_size_limit(*args):
    """The greatest length of a field; with an argument, set it. The old one is returned."""
    if len(args) > 1:
        raise TypeError(f'field_size_limit expected at most 1 argument, got {len(args)}')
    old = _limits[0]
    if args:
        if type(args[0]) is not int:
            raise TypeError('limit must be an integer')
        if not -1 << 63 <= args[0] < 1 << 63:
            raise OverflowError('Python int too large to convert to C long')
        _limits[0] = args[0]
    return old


# --- rows ---


def reader(iterable, /, dialect=None, **fmtparams):
    """An iterator of records, lists of strs, of an iterable of lines such as a file opened with newline=''."""
    lines = iter(iterable)
    settings = _settings(dialect, fmtparams)
    return _csv.reader(lines, settings, settings.row, Error, _limits)


class _Writer:
    """Writes rows as lines to something with a method write."""

    __slots__ = ('_write', 'dialect', '_row', '__weakref__')

    def __init__(self, file, dialect, options):
        write = getattr(file, 'write', None)
        if not callable(write):
            raise TypeError('argument 1 must have a "write" method')
        self._write = write
        self.dialect = _settings(dialect, options)
        self._row = self.dialect.row

    def writerow(self, row, /):
        """Write an iterable of fields; what write() returns is returned."""
        return self._write(_csv.join(row, self._row, Error))

    def writerows(self, rows, /):
        """Write an iterable of rows."""
        join, write, dialect = _csv.join, self._write, self._row
        for row in rows:
            write(join(row, dialect, Error))


_Writer.__name__ = _Writer.__qualname__ = 'writer'
_Writer.__module__ = '_csv'


def writer(fileobj, /, dialect=None, **fmtparams):
    """A writer of rows to a file opened with newline=''."""
    return _Writer(fileobj, dialect, fmtparams)


class DictReader:
    """Records as dicts: the names of fields are given, or stand in the first row."""

    def __init__(self, f, fieldnames=None, restkey=None, restval=None, dialect='excel', *args, **kwds):
        if fieldnames is not None and iter(fieldnames) is fieldnames:
            fieldnames = list(fieldnames)
        self._fieldnames = fieldnames
        self.restkey = restkey
        self.restval = restval
        self.reader = reader(f, dialect, *args, **kwds)
        self.dialect = dialect
        self.line_num = 0

    def __iter__(self):
        return self

    @property
    def fieldnames(self):
        if self._fieldnames is None:
            try:
                self._fieldnames = next(self.reader)
            except StopIteration:
                pass
        self.line_num = self.reader.line_num
        return self._fieldnames

    @fieldnames.setter
    def fieldnames(self, value):
        self._fieldnames = value

    def __next__(self):
        names = self._fieldnames
        if names is None or self.line_num == 0:
            names = self.fieldnames
        row = next(self.reader)
        while not row:
            row = next(self.reader)
        self.line_num = self.reader.line_num
        record = dict(zip(names, row))
        if len(names) < len(row):
            record[self.restkey] = row[len(names):]
        elif len(names) > len(row):
            for name in names[len(row):]:
                record[name] = self.restval
        return record

    __class_getitem__ = classmethod(types.GenericAlias)


class DictWriter:
    """Writes dicts as rows in the order of fieldnames."""

    def __init__(self, f, fieldnames, restval='', extrasaction='raise', dialect='excel', *args, **kwds):
        if fieldnames is not None and iter(fieldnames) is fieldnames:
            fieldnames = list(fieldnames)
        self.fieldnames = fieldnames
        self.restval = restval
        extrasaction = extrasaction.lower()
        if extrasaction not in ('raise', 'ignore'):
            raise ValueError("extrasaction (%s) must be 'raise' or 'ignore'" % extrasaction)
        self.extrasaction = extrasaction
        self.writer = writer(f, dialect, *args, **kwds)

    def writeheader(self):
        """Write the names."""
        return self.writerow(dict(zip(self.fieldnames, self.fieldnames)))

    def _values(self, record):
        if self.extrasaction == 'raise':
            wrong = record.keys() - self.fieldnames
            if wrong:
                raise ValueError('dict contains fields not in fieldnames: ' + ', '.join([repr(x) for x in wrong]))
        get, default = record.get, self.restval
        return [get(name, default) for name in self.fieldnames]

    def writerow(self, rowdict):
        return self.writer.writerow(self._values(rowdict))

    def writerows(self, rowdicts):
        return self.writer.writerows(map(self._values, rowdicts))

    __class_getitem__ = classmethod(types.GenericAlias)


# --- finding out a dialect ---


class Sniffer:
    """Guesses the dialect of a sample."""

    def __init__(self):
        self.preferred = [',', '\t', ';', ' ', ':']

    def sniff(self, sample, delimiters=None):
        """A class of a dialect that suits the sample; the delimiter is one of `delimiters`, if they are given."""
        quote, double, delimiter, skip = self._by_quotes(sample, delimiters)
        if not delimiter:
            delimiter, skip = self._by_frequency(sample, delimiters)
        if not delimiter:
            raise Error('Could not determine delimiter')

        class dialect(Dialect):
            _name = 'sniffed'
            lineterminator = '\r\n'
            quoting = QUOTE_MINIMAL

        dialect.doublequote = double
        dialect.delimiter = delimiter
        dialect.quotechar = quote or '"'
        dialect.skipinitialspace = skip
        return dialect

    def _by_quotes(self, sample, delimiters):
        """What stands at quoted fields: (quote, is it doubled inside?, delimiter, is it followed by a space?)."""
        import re
        from collections import Counter
        matches = []
        for pattern in (r'''(?P<delim>[^\w\n"'])(?P<space> ?)(?P<quote>["']).*?(?P=quote)(?P=delim)''',
                        r'''(?:^|\n)(?P<quote>["']).*?(?P=quote)(?P<delim>[^\w\n"'])(?P<space> ?)''',
                        r'''(?P<delim>[^\w\n"'])(?P<space> ?)(?P<quote>["']).*?(?P=quote)(?:$|\n)''',
                        r'''(?:^|\n)(?P<quote>["']).*?(?P=quote)(?:$|\n)'''):
            matches = [match.groupdict() for match in re.finditer(pattern, sample, re.DOTALL | re.MULTILINE)]
            if matches:
                break
        if not matches:
            return '', False, None, False
        quote = Counter(match['quote'] for match in matches).most_common(1)[0][0]
        found = Counter(match['delim'] for match in matches if match.get('delim') and
                        (delimiters is None or match['delim'] in delimiters))
        delimiter, skip = '', False
        if found:
            delimiter = found.most_common(1)[0][0]
            skip = found[delimiter] == sum(bool(match['space']) for match in matches)
            if delimiter == '\n':
                delimiter = ''
        double = re.search(r'((%s)|^)\W*%s[^%s\n]*%s[^%s\n]*%s\W*((%s)|$)' % (
            re.escape(delimiter), quote, re.escape(delimiter), quote, re.escape(delimiter), quote,
            re.escape(delimiter)), sample, re.MULTILINE)
        return quote, bool(double), delimiter, skip

    def _by_frequency(self, sample, delimiters):
        """The character that is there equally often in most lines."""
        from collections import Counter
        lines = [line for line in sample.split('\n') if line]
        candidates = {}
        for c in filter(sample.__contains__, map(chr, range(127))):
            counts = Counter(line.count(c) for line in lines)
            count, many = max(counts.items(), key=lambda pair: pair[1]) if counts else (0, 0)
            # lines that differ speak against it
            agreement = (many - (len(lines) - many)) / len(lines) if lines else 0
            if count > 0 and (delimiters is None or c in delimiters):
                candidates[c] = agreement, count
        for least in (1.0, 0.99, 0.98, 0.97, 0.96, 0.95, 0.94, 0.93, 0.92, 0.91, 0.9):
            good = {c: count for c, (agreement, count) in candidates.items() if agreement >= least}
            if len(good) == 1:
                delimiter = next(iter(good))
                return delimiter, self._spaced(lines, delimiter)
            if good:
                for delimiter in self.preferred:
                    if delimiter in good:
                        return delimiter, self._spaced(lines, delimiter)
                delimiter = max(good, key=lambda c: (good[c], c))
                return delimiter, self._spaced(lines, delimiter)
        return '', False

    @staticmethod
    def _spaced(lines, delimiter):
        return bool(lines) and lines[0].count(delimiter) == lines[0].count(f'{delimiter} ')

    def has_header(self, sample):
        """Whether the first row looks like names: in other columns than the rows below it there are no numbers, or
        texts of one length."""
        rows = reader(StringIO(sample), self.sniff(sample))
        header = next(rows)
        kinds = dict.fromkeys(range(len(header)))
        for checked, row in enumerate(rows):
            if checked > 20:
                break
            if len(row) != len(header):
                continue
            for column in list(kinds):
                try:
                    complex(row[column])
                    kind = complex
                except (ValueError, OverflowError):
                    kind = len(row[column])
                if kinds[column] is None:
                    kinds[column] = kind
                elif kinds[column] != kind:
                    del kinds[column]
        votes = 0
        for column, kind in kinds.items():
            if isinstance(kind, int):
                votes += 1 if len(header[column]) != kind else -1
            elif kind is None:
                votes += 1
            else:
                try:
                    kind(header[column])
                    votes -= 1
                except (ValueError, TypeError):
                    votes += 1
        return votes > 0
