"""Sets of characters, templates with $-substitution, and str.format() made extensible."""

__all__ = ["ascii_letters", "ascii_lowercase", "ascii_uppercase", "capwords", "digits", "hexdigits", "octdigits",
           "printable", "punctuation", "whitespace", "Formatter", "Template"]

from _string import formatter_field_name_split, formatter_parser

whitespace = " \t\n\r\v\f"
ascii_lowercase = "abcdefghijklmnopqrstuvwxyz"
ascii_uppercase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ascii_letters = ascii_lowercase + ascii_uppercase
digits = "0123456789"
hexdigits = digits + "abcdef" + "ABCDEF"
octdigits = "01234567"
punctuation = r"""!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~"""
printable = digits + ascii_letters + punctuation + whitespace


def capwords(s, sep=None):
    """The words of s capitalised and joined again by sep, or by single blanks where there was any white space."""
    return (sep or " ").join([str.capitalize(word) for word in s.split(sep)])


# --- templates ---

class _Keywords:
    """A mapping in front of another one."""

    def __init__(self, first, second):
        self.first = first
        self.second = second

    def __getitem__(self, key):
        try:
            return self.first[key]
        except KeyError:
            return self.second[key]


_NOT_GIVEN = {}


class Template:
    """A text with placeholders: $name or ${name}; $$ is a $.

    Subclasses may change delimiter, idpattern, braceidpattern and flags, or the whole pattern, which must have
    the groups escaped, named, braced and invalid.
    """

    delimiter = "$"
    idpattern = r"(?a:[_a-z][_a-z0-9]*)"
    braceidpattern = None
    flags = 2  # re.IGNORECASE; the object itself takes its place in __init_subclass__

    def __init_subclass__(cls):
        super().__init_subclass__()
        import re
        if "pattern" in cls.__dict__:
            pattern = cls.pattern
        else:
            delimiter = re.escape(cls.delimiter)
            identifier = cls.idpattern
            braced = cls.braceidpattern or cls.idpattern
            pattern = (rf"{delimiter}(?:(?P<escaped>{delimiter})|(?P<named>{identifier})|"
                       rf"{{(?P<braced>{braced})}}|(?P<invalid>))")
        if cls.flags == 2:
            cls.flags = re.IGNORECASE
        cls.pattern = re.compile(pattern, cls.flags | re.VERBOSE)

    def __init__(self, template):
        self.template = template

    def _invalid(self, match):
        at = match.start("invalid")
        lines = self.template[:at].splitlines(keepends=True)
        column = at - len("".join(lines[:-1])) if lines else 1
        line = len(lines) if lines else 1
        raise ValueError(f"Invalid placeholder in string: line {line}, col {column}")

    def _unknown(self):
        raise ValueError("Unrecognized named group in pattern", self.pattern)

    @staticmethod
    def _mapping(mapping, kws):
        if mapping is _NOT_GIVEN:
            return kws
        return _Keywords(kws, mapping) if kws else mapping

    def substitute(self, mapping=_NOT_GIVEN, /, **kws):
        """The text with every placeholder replaced; KeyError if there is nothing for one."""
        mapping = self._mapping(mapping, kws)

        def convert(match):
            name = match.group("named") or match.group("braced")
            if name is not None:
                return str(mapping[name])
            if match.group("escaped") is not None:
                return self.delimiter
            if match.group("invalid") is not None:
                self._invalid(match)
            self._unknown()
        return self.pattern.sub(convert, self.template)

    def safe_substitute(self, mapping=_NOT_GIVEN, /, **kws):
        """The same, but placeholders that there is nothing for stay as they are."""
        mapping = self._mapping(mapping, kws)

        def convert(match):
            name = match.group("named") or match.group("braced")
            if name is not None:
                try:
                    return str(mapping[name])
                except KeyError:
                    return match.group()
            if match.group("escaped") is not None:
                return self.delimiter
            if match.group("invalid") is not None:
                return match.group()
            self._unknown()
        return self.pattern.sub(convert, self.template)

    def is_valid(self):
        """Has the template no invalid placeholder?"""
        for match in self.pattern.finditer(self.template):
            if match.group("invalid") is not None:
                return False
            if match.group("named") is match.group("braced") is match.group("escaped") is None:
                self._unknown()
        return True

    def get_identifiers(self):
        """The names of the placeholders, each once, as they come."""
        names = []
        for match in self.pattern.finditer(self.template):
            name = match.group("named") or match.group("braced")
            if name is not None and name not in names:
                names.append(name)
            elif name is None and match.group("invalid") is None and match.group("escaped") is None:
                self._unknown()
        return names


class _CompiledAtFirstUse:
    """Template's own pattern: re is imported when it is wanted."""

    def __get__(self, instance, owner):
        del Template.pattern
        Template.__init_subclass__()
        return Template.pattern


Template.pattern = _CompiledAtFirstUse()


# --- formatting ---

class Formatter:
    """str.format() in parts that subclasses may override."""

    def format(self, format_string, /, *args, **kwargs):
        """The format string with its fields replaced."""
        return self.vformat(format_string, args, kwargs)

    def vformat(self, format_string, args, kwargs):
        """The same with the arguments in a sequence and a mapping."""
        used_args = set()
        result, _ = self._vformat(format_string, args, kwargs, used_args, 2)
        self.check_unused_args(used_args, args, kwargs)
        return result

    def _vformat(self, format_string, args, kwargs, used_args, recursion_depth, auto_arg_index=0):
        if recursion_depth < 0:
            raise ValueError("Max string recursion exceeded")
        result = []
        usual = type(self).parse is Formatter.parse  # then a text without braces is its own format
        for literal_text, field_name, format_spec, conversion in self.parse(format_string):
            if literal_text:
                result.append(literal_text)
            if field_name is None:
                continue
            if field_name == "":
                if auto_arg_index is False:
                    raise ValueError("cannot switch from manual field specification to automatic field numbering")
                field_name = str(auto_arg_index)
                auto_arg_index += 1
            elif field_name.isdigit():
                if auto_arg_index:
                    raise ValueError("cannot switch from manual field specification to automatic field numbering")
                auto_arg_index = False
            obj, arg_used = self.get_field(field_name, args, kwargs)
            used_args.add(arg_used)
            obj = self.convert_field(obj, conversion)
            if "{" in format_spec or "}" in format_spec or recursion_depth == 0 or not usual:
                format_spec, auto_arg_index = self._vformat(format_spec, args, kwargs, used_args, recursion_depth - 1,
                                                            auto_arg_index)
            result.append(self.format_field(obj, format_spec))
        return "".join(result), auto_arg_index

    def get_value(self, key, args, kwargs):
        """The argument of that number or name."""
        return args[key] if isinstance(key, int) else kwargs[key]

    def check_unused_args(self, used_args, args, kwargs):
        """Called at the end with what was used. May raise."""

    def format_field(self, value, format_spec):
        """The value as text."""
        return format(value, format_spec)

    def convert_field(self, value, conversion):
        """The value by its conversion: None, 's', 'r' or 'a'."""
        if conversion is None:
            return value
        if conversion == "s":
            return str(value)
        if conversion == "r":
            return repr(value)
        if conversion == "a":
            return ascii(value)
        raise ValueError(f"Unknown conversion specifier {conversion!s}")

    def parse(self, format_string):
        """(literal text, field name, format spec, conversion) of each part of a format string."""
        return formatter_parser(format_string)

    def get_field(self, field_name, args, kwargs):
        """The object that a field's name means, and the key of the argument it begins with."""
        first, rest = formatter_field_name_split(field_name)
        obj = self.get_value(first, args, kwargs)
        for is_attr, i in rest:
            obj = getattr(obj, i) if is_attr else obj[i]
        return obj, first
