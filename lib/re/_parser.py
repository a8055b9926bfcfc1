"""re._parser: what some programs ask about an expression beyond searching for it, how long its matches are.

CPython's module of this name gives the expression as a tree; here there is none.
"""

from re import PatternError, _translate

MAXWIDTH = _translate._MAXWIDTH


class SubPattern:
    """An expression that has been read."""

    def __init__(self, least, most):
        self._width = least, most

    def getwidth(self):
        """The least and the greatest number of characters that it matches; MAXWIDTH where that is not bounded."""
        return self._width


def parse(str, flags=0, state=None):
    """Read the expression; raises PatternError."""
    try:
        return SubPattern(*_translate.width(str, flags))
    except _translate.Invalid as invalid:
        raise PatternError(invalid.message, str, invalid.position) from None
