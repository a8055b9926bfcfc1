"""The scanner of one value."""

__all__ = ["make_scanner"]

try:
    from _json import make_scanner as c_make_scanner
except ImportError:
    c_make_scanner = None
    from _pure.json import py_make_scanner
make_scanner = c_make_scanner or py_make_scanner


def __getattr__(name):
    """What there is in Python, for programs that want that."""
    if name in ("py_make_scanner", "NUMBER_RE"):
        from _pure import json as pure

        return getattr(pure, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
