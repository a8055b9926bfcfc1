"""The native part of bisect in Python."""

__name__ = "bisect"


def bisect_right(a, x, lo=0, hi=None, *, key=None):
    """Where x belongs in the sorted list a, behind items equal to it: all in a[:i] are <= x, all in a[i:] > x."""
    if lo < 0:
        raise ValueError("lo must be non-negative")
    if hi is None:
        hi = len(a)
    while lo < hi:
        middle = (lo + hi) // 2
        item = a[middle] if key is None else key(a[middle])
        if x < item:
            hi = middle
        else:
            lo = middle + 1
    return lo


def bisect_left(a, x, lo=0, hi=None, *, key=None):
    """Where x belongs in the sorted list a, before items equal to it: all in a[:i] are < x, all in a[i:] >= x."""
    if lo < 0:
        raise ValueError("lo must be non-negative")
    if hi is None:
        hi = len(a)
    while lo < hi:
        middle = (lo + hi) // 2
        item = a[middle] if key is None else key(a[middle])
        if item < x:
            lo = middle + 1
        else:
            hi = middle
    return lo


def insort_right(a, x, lo=0, hi=None, *, key=None):
    """Insert x behind items equal to it. The key is that of x, too."""
    a.insert(bisect_right(a, x if key is None else key(x), lo, hi, key=key), x)


def insort_left(a, x, lo=0, hi=None, *, key=None):
    """Insert x before items equal to it. The key is that of x, too."""
    a.insert(bisect_left(a, x if key is None else key(x), lo, hi, key=key), x)
