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


def breakpointhook(*args, **kwargs):
    """sys.breakpointhook: what PYTHONBREAKPOINT names, or a prompt in the frame that called breakpoint()."""
    from os import environ

    name = "" if sys.flags.ignore_environment else environ.get("PYTHONBREAKPOINT", "")
    if name == "0":
        return None
    if not name:
        return prompt(sys._getframe(1), *args, **kwargs)
    module_name, dot, function = name.rpartition(".")
    try:
        module = __import__(module_name or "builtins", fromlist=["*"])
        hook = getattr(module, function)
    except (ImportError, AttributeError, ValueError):
        import warnings

        warnings.warn(f'Ignoring unimportable $PYTHONBREAKPOINT: "{name}"', RuntimeWarning, stacklevel=2)
        return None
    return hook(*args, **kwargs)


def prompt(frame, *, header=None):
    """Talk to the program at the frame, until the end of input. Names that are bound there live in a namespace of
    their own, over the frame's."""
    import code

    if header is not None:
        print(header)
    names = frame.f_globals if frame.f_locals is frame.f_globals else {**frame.f_globals, **frame.f_locals}
    place = f"> {frame.f_code.co_filename}({frame.f_lineno}){frame.f_code.co_name}()"
    code.interact(place, local=names, exitmsg="")
