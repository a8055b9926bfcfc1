"""What the built-ins help, copyright, credits, license and breakpoint do when they are asked."""

import sys

_COPYRIGHT = "mpy and its library: see the file LICENSE that comes with the program."
_NOTICES = {
    "copyright": _COPYRIGHT,
    "credits": "mpy is the work of its contributors. It runs the language of Python (https://www.python.org).",
}


def notice(name):
    """The text that a notice shows as its repr."""
    return _NOTICES.get(name, f"Type {name}() to see the full {name} text")


def show(name):
    """Print the whole text of a notice."""
    print(_NOTICES.get(name, _COPYRIGHT))


def help(*args, **kwargs):
    """Print help about an object."""
    import pydoc

    return pydoc.help(*args, **kwargs)


def breakpointhook():
    """What sys.breakpointhook calls: what PYTHONBREAKPOINT names, by default pdb.set_trace; None: nothing."""
    from os import environ

    name = "" if sys.flags.ignore_environment else environ.get("PYTHONBREAKPOINT", "")
    if name == "0":
        return None
    module_name, dot, function = (name or "pdb.set_trace").rpartition(".")
    try:
        module = __import__(module_name or "builtins", fromlist=["*"])
        return getattr(module, function)
    except (ImportError, AttributeError, ValueError):
        import warnings

        warnings.warn(f'Ignoring unimportable $PYTHONBREAKPOINT: "{name}"', RuntimeWarning, stacklevel=2)
        return None
