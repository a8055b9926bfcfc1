"""Options, the objects that their values are put into, and what can be wrong with them."""

import sys
from gettext import gettext as _

__name__ = 'optparse'  # the home that classes and functions tell

NO_DEFAULT = ('NO', 'DEFAULT')
SUPPRESS_HELP = 'SUPPRESSHELP'


# --- errors ---

class OptParseError(Exception):
    """What is wrong with an option or a command line."""

    def __init__(self, msg):
        self.msg = msg

    def __str__(self):
        return self.msg


class OptionError(OptParseError):
    """An Option was made of arguments that do not agree."""

    def __init__(self, msg, option):
        self.msg = msg
        self.option_id = str(option)

    def __str__(self):
        return f'option {self.option_id}: {self.msg}' if self.option_id else self.msg


class OptionConflictError(OptionError):
    """An option has a name that another one has."""


class OptionValueError(OptParseError):
    """A word of the command line is no value for its option."""


class BadOptionError(OptParseError):
    """There is no such option."""

    def __init__(self, opt_str):
        self.opt_str = opt_str

    def __str__(self):
        return _('no such option: %s') % self.opt_str


class AmbiguousOptionError(BadOptionError):
    """A word may be short for several options."""

    def __init__(self, opt_str, possibilities):
        BadOptionError.__init__(self, opt_str)
        self.possibilities = possibilities

    def __str__(self):
        return _('ambiguous option: %s (%s?)') % (self.opt_str, ', '.join(self.possibilities))


# --- types of values ---

def _parse_int(text):
    """An int, in the base that it begins with: 0x, 0b, 0."""
    start = text[:2].lower()
    if start == '0x':
        return int(text, 16)
    if start == '0b':
        return int(text[2:] or '0', 2)
    return int(text, 8 if text[:1] == '0' else 10)


_CONVERSIONS = {'int': (_parse_int, 'integer'), 'long': (_parse_int, 'integer'), 'float': (float, 'floating-point'),
                'complex': (complex, 'complex')}


def check_builtin(option, opt, value):
    """The number that a word is, of the option's type."""
    convert, what = _CONVERSIONS[option.type]
    try:
        return convert(value)
    except ValueError:
        raise OptionValueError(_(f'option %s: invalid {what} value: %r') % (opt, value))


def check_choice(option, opt, value):
    """The word, if it is one of the option's choices."""
    if value in option.choices:
        return value
    choices = ', '.join(map(repr, option.choices))
    raise OptionValueError(_('option %s: invalid choice: %r (choose from %s)') % (opt, value, choices))


# --- options ---

class Option:
    """An option: its names, what it does (action), and with which values.

    dest      the attribute that it sets
    type      what its values are converted to; choices: the only ones that there are
    default   the attribute's value without the option
    nargs     how many values it takes
    const     what store_const and append_const store
    callback, callback_args, callback_kwargs   what the action callback calls
    help, metavar   what the help shows
    """

    ATTRS = ['action', 'type', 'dest', 'default', 'nargs', 'const', 'choices', 'callback', 'callback_args',
             'callback_kwargs', 'help', 'metavar']
    ACTIONS = ('store', 'store_const', 'store_true', 'store_false', 'append', 'append_const', 'count', 'callback',
               'help', 'version')
    STORE_ACTIONS = ('store', 'store_const', 'store_true', 'store_false', 'append', 'append_const', 'count')
    TYPED_ACTIONS = ('store', 'append', 'callback')  # may have a type
    ALWAYS_TYPED_ACTIONS = ('store', 'append')
    CONST_ACTIONS = ('store_const', 'append_const')
    TYPES = ('string', 'int', 'long', 'float', 'complex', 'choice')
    TYPE_CHECKER = {'int': check_builtin, 'long': check_builtin, 'float': check_builtin, 'complex': check_builtin,
                    'choice': check_choice}
    CHECK_METHODS = None  # set below

    def __init__(self, *opts, **attrs):
        self._short_opts = []
        self._long_opts = []
        self._set_opt_strings(self._check_opt_strings(opts))
        self._set_attrs(attrs)
        for check in self.CHECK_METHODS:
            check(self)

    def _check_opt_strings(self, opts):
        opts = [opt for opt in opts if opt]
        if not opts:
            raise TypeError('at least one option string must be supplied')
        return opts

    def _set_opt_strings(self, opts):
        for opt in opts:
            if len(opt) < 2:
                raise OptionError(f'invalid option string {opt!r}: must be at least two characters long', self)
            if len(opt) == 2:
                if not (opt[0] == '-' and opt[1] != '-'):
                    raise OptionError(f'invalid short option string {opt!r}: must be of the form -x, '
                                      f'(x any non-dash char)', self)
                self._short_opts.append(opt)
            else:
                if not (opt[:2] == '--' and opt[2] != '-'):
                    raise OptionError(f'invalid long option string {opt!r}: must start with --, followed by non-dash',
                                      self)
                self._long_opts.append(opt)

    def _set_attrs(self, attrs):
        for name in self.ATTRS:
            setattr(self, name, attrs.pop(name, NO_DEFAULT if name == 'default' else None))
        if attrs:
            raise OptionError(f"invalid keyword arguments: {', '.join(sorted(attrs))}", self)

    # --- checks ---

    def _check_action(self):
        if self.action is None:
            self.action = 'store'
        elif self.action not in self.ACTIONS:
            raise OptionError(f'invalid action: {self.action!r}', self)

    def _check_type(self):
        if self.type is None:
            if self.action in self.ALWAYS_TYPED_ACTIONS:
                self.type = 'string' if self.choices is None else 'choice'
            return
        if isinstance(self.type, type):
            self.type = self.type.__name__
        if self.type == 'str':
            self.type = 'string'
        if self.type not in self.TYPES:
            raise OptionError(f'invalid option type: {self.type!r}', self)
        if self.action not in self.TYPED_ACTIONS:
            raise OptionError(f'must not supply a type for action {self.action!r}', self)

    def _check_choice(self):
        if self.type == 'choice':
            if self.choices is None:
                raise OptionError("must supply a list of choices for type 'choice'", self)
            if not isinstance(self.choices, (tuple, list)):
                name = str(type(self.choices)).split("'")[1]
                raise OptionError(f"choices must be a list of strings ('{name}' supplied)", self)
        elif self.choices is not None:
            raise OptionError(f'must not supply choices for type {self.type!r}', self)

    def _check_dest(self):
        takes_value = self.action in self.STORE_ACTIONS or self.type is not None
        if self.dest is None and takes_value:
            if self._long_opts:
                self.dest = self._long_opts[0][2:].replace('-', '_')
            else:
                self.dest = self._short_opts[0][1]

    def _check_const(self):
        if self.action not in self.CONST_ACTIONS and self.const is not None:
            raise OptionError(f"'const' must not be supplied for action {self.action!r}", self)

    def _check_nargs(self):
        if self.action in self.TYPED_ACTIONS:
            if self.nargs is None:
                self.nargs = 1
        elif self.nargs is not None:
            raise OptionError(f"'nargs' must not be supplied for action {self.action!r}", self)

    def _check_callback(self):
        if self.action != 'callback':
            if self.callback is not None:
                raise OptionError(f'callback supplied ({self.callback!r}) for non-callback option', self)
            for name in 'callback_args', 'callback_kwargs':
                if getattr(self, name) is not None:
                    raise OptionError(f'{name} supplied for non-callback option', self)
            return
        if not callable(self.callback):
            raise OptionError(f'callback not callable: {self.callback!r}', self)
        for name, kind in ('callback_args', tuple), ('callback_kwargs', dict):
            value = getattr(self, name)
            if value is not None and not isinstance(value, kind):
                raise OptionError(f'{name}, if supplied, must be a {kind.__name__}: not {value!r}', self)

    CHECK_METHODS = [_check_action, _check_type, _check_choice, _check_dest, _check_const, _check_nargs,
                     _check_callback]

    def __str__(self):
        return '/'.join(self._short_opts + self._long_opts)

    def __repr__(self):
        return f'<{self.__class__.__name__} at {id(self):#x}: {self}>'

    # --- in use ---

    def takes_value(self):
        return self.type is not None

    def get_opt_string(self):
        """The name by which the option is told."""
        return (self._long_opts or self._short_opts)[0]

    def check_value(self, opt, value):
        """The value that a word is."""
        checker = self.TYPE_CHECKER.get(self.type)
        return value if checker is None else checker(self, opt, value)

    def convert_value(self, opt, value):
        """The value of one word, or of each of several."""
        if value is not None:
            if self.nargs == 1:
                return self.check_value(opt, value)
            return tuple([self.check_value(opt, word) for word in value])

    def process(self, opt, value, values, parser):
        """Do what the option does: `opt` has been met with a value."""
        value = self.convert_value(opt, value)
        return self.take_action(self.action, self.dest, opt, value, values, parser)

    def take_action(self, action, dest, opt, value, values, parser):
        """Do what the action says with a converted value."""
        if action == 'store':
            setattr(values, dest, value)
        elif action == 'store_const':
            setattr(values, dest, self.const)
        elif action == 'store_true':
            setattr(values, dest, True)
        elif action == 'store_false':
            setattr(values, dest, False)
        elif action == 'append':
            values.ensure_value(dest, []).append(value)
        elif action == 'append_const':
            values.ensure_value(dest, []).append(self.const)
        elif action == 'count':
            setattr(values, dest, values.ensure_value(dest, 0) + 1)
        elif action == 'callback':
            self.callback(self, opt, value, parser, *(self.callback_args or ()), **(self.callback_kwargs or {}))
        elif action == 'help':
            parser.print_help()
            parser.exit()
        elif action == 'version':
            parser.print_version()
            parser.exit()
        else:
            raise ValueError(f'unknown action {self.action!r}')
        return 1


class Values:
    """The values of options, as attributes."""

    def __init__(self, defaults=None):
        if defaults:
            for name, value in defaults.items():
                setattr(self, name, value)

    def __str__(self):
        return str(self.__dict__)

    def __repr__(self):
        return f'<{self.__class__.__name__} at {id(self):#x}: {self}>'

    def __eq__(self, other):
        if isinstance(other, Values):
            return self.__dict__ == other.__dict__
        if isinstance(other, dict):
            return self.__dict__ == other
        return NotImplemented

    def _update_careful(self, dict):
        """Take values for what there is already; None counts as none."""
        for name in dir(self):
            if name in dict and dict[name] is not None:
                setattr(self, name, dict[name])

    def _update_loose(self, dict):
        """Take all values."""
        self.__dict__.update(dict)

    def _update(self, dict, mode):
        if mode == 'careful':
            self._update_careful(dict)
        elif mode == 'loose':
            self._update_loose(dict)
        else:
            raise ValueError(f'invalid update mode: {mode!r}')

    def read_module(self, modname, mode='careful'):
        """Take the values of a module's variables, of those that there are already or (mode 'loose') all."""
        __import__(modname)
        self._update(vars(sys.modules[modname]), mode)

    def read_file(self, filename, mode='careful'):
        """Take the values that a file of Python gives to variables, in the same way."""
        variables = {}
        with open(filename) as file:
            exec(file.read(), variables)
        self._update(variables, mode)

    def ensure_value(self, attr, value):
        """The value of an attribute, which is set to this one if there is none."""
        if getattr(self, attr, None) is None:
            setattr(self, attr, value)
        return getattr(self, attr)
