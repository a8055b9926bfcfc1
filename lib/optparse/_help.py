"""How help is laid out."""

import os
import textwrap
from gettext import gettext as _

from optparse._option import NO_DEFAULT

__name__ = 'optparse'  # the home that the classes tell


class HelpFormatter:
    """Lays help out. A subclass says how usage and headings look.

    indent_increment   columns to indent by at each level
    max_help_position  the last column where the options' help may begin
    width              that of the text; None: that of the terminal, by the variable COLUMNS, or 80, less 2
    short_first        whether short names stand in front of long ones
    """

    NO_DEFAULT_VALUE = 'none'

    def __init__(self, indent_increment, max_help_position, width, short_first):
        self.parser = None
        self.indent_increment = indent_increment
        if width is None:
            try:
                width = int(os.environ['COLUMNS'])
            except (KeyError, ValueError):
                width = 80
            width -= 2
        self.width = width
        self.help_position = self.max_help_position = min(max_help_position, max(width - 20, indent_increment * 2))
        self.current_indent = 0
        self.level = 0
        self.help_width = None  # until the options are known
        self.short_first = short_first
        self.default_tag = '%default'
        self.option_strings = {}
        self._short_opt_fmt = '%s %s'
        self._long_opt_fmt = '%s=%s'

    def set_parser(self, parser):
        self.parser = parser

    def set_short_opt_delimiter(self, delim):
        """What stands between a short name and its value."""
        if delim not in ('', ' '):
            raise ValueError(f'invalid metavar delimiter for short options: {delim!r}')
        self._short_opt_fmt = '%s' + delim + '%s'

    def set_long_opt_delimiter(self, delim):
        """What stands between a long name and its value."""
        if delim not in ('=', ' '):
            raise ValueError(f'invalid metavar delimiter for long options: {delim!r}')
        self._long_opt_fmt = '%s' + delim + '%s'

    def indent(self):
        self.current_indent += self.indent_increment
        self.level += 1

    def dedent(self):
        self.current_indent -= self.indent_increment
        assert self.current_indent >= 0, 'Indent decreased below 0.'
        self.level -= 1

    def format_usage(self, usage):
        raise NotImplementedError('subclasses must implement')

    def format_heading(self, heading):
        raise NotImplementedError('subclasses must implement')

    def _format_text(self, text):
        """A paragraph at the present indentation."""
        indent = ' ' * self.current_indent
        return textwrap.fill(text, max(self.width - self.current_indent, 11), initial_indent=indent,
                             subsequent_indent=indent)

    def format_description(self, description):
        return self._format_text(description) + '\n' if description else ''

    def format_epilog(self, epilog):
        return '\n' + self._format_text(epilog) + '\n' if epilog else ''

    def expand_default(self, option):
        """An option's help with its default for %default."""
        if self.parser is None or not self.default_tag:
            return option.help
        default = self.parser.defaults.get(option.dest)
        if default is NO_DEFAULT or default is None:
            default = self.NO_DEFAULT_VALUE
        return option.help.replace(self.default_tag, str(default))

    def format_option(self, option):
        """An option's names and, beside or below them, its help."""
        names = self.option_strings[option]
        room = self.help_position - self.current_indent - 2
        indent = ' ' * self.current_indent
        if len(names) > room:
            result, first = f'{indent}{names}\n', ' ' * self.help_position
        else:
            result, first = f'{indent}{names:<{room}}  ', ''
        if option.help:
            lines = textwrap.wrap(self.expand_default(option), self.help_width)
            result += first + lines[0] + '\n' if lines else ''
            result += ''.join([' ' * self.help_position + line + '\n' for line in lines[1:]])
        elif result[-1] != '\n':
            result += '\n'
        return result

    def store_option_strings(self, parser):
        """Make the names of all options, and find the column where the help begins."""
        self.indent()
        longest = 0
        groups = [parser.option_list, *(group.option_list for group in parser.option_groups)]
        for number, options in enumerate(groups):
            if number == 1:
                self.indent()
            for option in options:
                names = self.option_strings[option] = self.format_option_strings(option)
                longest = max(longest, len(names) + self.current_indent)
        if len(groups) > 1:
            self.dedent()
        self.dedent()
        self.help_position = min(longest + 2, self.max_help_position)
        self.help_width = max(self.width - self.help_position, 11)

    def format_option_strings(self, option):
        """An option's names, each with its value."""
        short, long = option._short_opts, option._long_opts
        if option.takes_value():
            metavar = option.metavar or option.dest.upper()
            short = [self._short_opt_fmt % (name, metavar) for name in short]
            long = [self._long_opt_fmt % (name, metavar) for name in long]
        return ', '.join(short + long if self.short_first else long + short)


class IndentedHelpFormatter(HelpFormatter):
    """Help with sections that are indented."""

    def __init__(self, indent_increment=2, max_help_position=24, width=None, short_first=1):
        HelpFormatter.__init__(self, indent_increment, max_help_position, width, short_first)

    def format_usage(self, usage):
        return _('Usage: %s\n') % usage

    def format_heading(self, heading):
        return f"{'':{self.current_indent}}{heading}:\n"


class TitledHelpFormatter(HelpFormatter):
    """Help with underlined headings."""

    def __init__(self, indent_increment=0, max_help_position=24, width=None, short_first=0):
        HelpFormatter.__init__(self, indent_increment, max_help_position, width, short_first)

    def format_usage(self, usage):
        return f"{self.format_heading(_('Usage'))}  {usage}\n"

    def format_heading(self, heading):
        return f"{heading}\n{'=-'[self.level] * len(heading)}\n"
