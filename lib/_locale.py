"""Where programs look for what locale asks the system for."""
from locale import *
from locale import bind_textdomain_codeset, bindtextdomain, dcgettext, dgettext, gettext, nl_langinfo, textdomain
import locale as _locale

globals().update({name: value for name, value in vars(_locale).items() if name.isupper() and isinstance(value, int)})
