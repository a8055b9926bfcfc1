"""The scanner of one value."""

from _json import make_scanner

__all__ = ["make_scanner"]
