"""Parsing of command lines in the style of C's getopt().

A string names the short options, a colon behind those with an argument; a list of words the long ones, `=` behind those
with an argument.
"""

import os

__all__ = ["GetoptError", "error", "getopt", "gnu_getopt"]


class GetoptError(Exception):
    """An option that is not known, or wrongly used; `opt` is its name, `msg` what is wrong."""

    opt = ""
    msg = ""

    def __init__(self, msg, opt=""):
        self.msg = msg
        self.opt = opt
        Exception.__init__(self, msg, opt)

    def __str__(self):
        return self.msg


error = GetoptError


def getopt(args, shortopts, longopts=[]):
    """Parse the options in front; return their list of pairs (option, value) and the list of arguments left.

    Parsing stops at the first argument that is no option, behind `--`, and at `-`.
    """
    opts = []
    longopts = _words(longopts)
    while args and args[0].startswith("-") and args[0] != "-":
        if args[0] == "--":
            return opts, args[1:]
        args = _option(opts, args, shortopts, longopts)
    return opts, args


def gnu_getopt(args, shortopts, longopts=[]):
    """As getopt(), but options and other arguments may be mixed.

    A `+` in front of the short options, or POSIXLY_CORRECT in the environment, makes the first argument that is no
    option the end of them.
    """
    opts, others = [], []
    longopts = _words(longopts)
    options_first = shortopts.startswith("+")
    if options_first:
        shortopts = shortopts[1:]
    elif os.environ.get("POSIXLY_CORRECT"):
        options_first = True
    while args:
        if args[0] == "--":
            return opts, others + args[1:]
        if args[0].startswith("-") and args[0] != "-":
            args = _option(opts, args, shortopts, longopts)
        elif options_first:
            return opts, others + args
        else:
            others.append(args[0])
            args = args[1:]
    return opts, others


def _words(longopts):
    return [longopts] if isinstance(longopts, str) else list(longopts)


def _option(opts, args, shortopts, longopts):
    """Take the word in front, which holds options; return the arguments behind it and what it took."""
    word, rest = args[0], args[1:]
    if word.startswith("--"):
        return do_longs(opts, word[2:], longopts, rest)[1]
    return do_shorts(opts, word[1:], shortopts, rest)[1]


def do_longs(opts, opt, longopts, args):
    """Add a long option, `name` or `name=value`; return the options and the arguments left."""
    opt, equals, value = opt.partition("=")
    has_arg, opt = long_has_args(opt, longopts)
    if has_arg and not equals:
        if not args:
            raise GetoptError(f"option --{opt} requires argument", opt)
        value, args = args[0], args[1:]
    elif equals and not has_arg:
        raise GetoptError(f"option --{opt} must not have an argument", opt)
    opts.append(("--" + opt, value))
    return opts, args


def long_has_args(opt, longopts):
    """(has the option an argument?, its whole name), for an option's name or the unique beginning of one."""
    possible = [word for word in longopts if word.startswith(opt)]
    if not possible:
        raise GetoptError(f"option --{opt} not recognized", opt)
    if opt in possible:
        return False, opt
    if opt + "=" in possible:
        return True, opt
    if len(possible) > 1:
        raise GetoptError(f"option --{opt} not a unique prefix", opt)
    name = possible[0]
    return name.endswith("="), name.removesuffix("=")


def do_shorts(opts, optstring, shortopts, args):
    """Add the short options of one word; return the options and the arguments left."""
    while optstring:
        opt, optstring = optstring[0], optstring[1:]
        value = ""
        if short_has_arg(opt, shortopts):
            if not optstring:
                if not args:
                    raise GetoptError(f"option -{opt} requires argument", opt)
                optstring, args = args[0], args[1:]
            value, optstring = optstring, ""
        opts.append(("-" + opt, value))
    return opts, args


def short_has_arg(opt, shortopts):
    """Has the short option an argument?"""
    at = shortopts.find(opt) if opt != ":" else -1
    if at < 0:
        raise GetoptError(f"option -{opt} not recognized", opt)
    return shortopts.startswith(":", at + 1)
