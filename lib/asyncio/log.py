"""The logger of the package. It is made when something is logged: most programs need none."""

import sys


def debug(message, *args):
    """Log a detail, if the program logs at all."""
    if 'logging' in sys.modules:
        sys.modules[__name__].logger.debug(message, *args)


def __getattr__(name):
    if name != 'logger':
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import logging
    return logging.getLogger(__package__)
