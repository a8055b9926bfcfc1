__all__ = ["shown", "_listed"]
shown = 1
_listed = 2
not_listed = 3
