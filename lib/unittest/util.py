"""What messages are made of."""

__unittest = True

_MAX_LENGTH = 80
_PLACEHOLDER_LEN = 12
_MIN_BEGIN_LEN = 5
_MIN_END_LEN = 5
_MIN_COMMON_LEN = 5
_MIN_DIFF_LEN = _MAX_LENGTH - (_MIN_BEGIN_LEN + _PLACEHOLDER_LEN + _MIN_COMMON_LEN + _PLACEHOLDER_LEN + _MIN_END_LEN)


def _shorten(s, prefixlen, suffixlen):
    skipped = len(s) - prefixlen - suffixlen
    if skipped > _PLACEHOLDER_LEN:
        s = f"{s[:prefixlen]}[{skipped} chars]{s[len(s) - suffixlen:]}"
    return s


def _common_prefix(texts):
    first, last = min(texts), max(texts)
    at = 0
    while at < len(first) and first[at] == last[at]:
        at += 1
    return first[:at]


def _common_shorten_repr(*args):
    """The reprs of args, what they begin with in common shortened where they are long."""
    args = tuple(map(safe_repr, args))
    longest = max(map(len, args))
    if longest <= _MAX_LENGTH:
        return args
    prefix = _common_prefix(args)
    prefixlen = len(prefix)
    common_len = _MAX_LENGTH - (longest - prefixlen + _MIN_BEGIN_LEN + _PLACEHOLDER_LEN)
    if common_len > _MIN_COMMON_LEN:
        prefix = _shorten(prefix, _MIN_BEGIN_LEN, common_len)
        return tuple(prefix + s[prefixlen:] for s in args)
    prefix = _shorten(prefix, _MIN_BEGIN_LEN, _MIN_COMMON_LEN)
    return tuple(prefix + _shorten(s[prefixlen:], _MIN_DIFF_LEN, _MIN_END_LEN) for s in args)


def safe_repr(obj, short=False):
    """repr(obj), or object's when that fails."""
    try:
        result = repr(obj)
    except Exception:
        result = object.__repr__(obj)
    if not short or len(result) < _MAX_LENGTH:
        return result
    return result[:_MAX_LENGTH] + " [truncated]..."


def strclass(cls):
    """A class's module and name."""
    return f"{cls.__module__}.{cls.__qualname__}"


def sorted_list_difference(expected, actual):
    """(missing, unexpected) of two sorted lists."""
    missing = [x for x in dict.fromkeys(expected) if x not in actual]
    unexpected = [x for x in dict.fromkeys(actual) if x not in expected]
    return missing, unexpected


def _differences(expected, actual):
    """(count in the first, count in the second, item) for items of which there are not as many in both."""
    first, second = list(expected), list(actual)
    result = []
    for items, others, swapped in ((first, second, False), (second, first, True)):
        seen = []
        for item in items:
            if any(item == x for x in seen):
                continue
            seen.append(item)
            here = sum(1 for x in items if x == item)
            there = sum(1 for x in others if x == item)
            if swapped and there:
                continue
            if here != there:
                result.append((there, here, item) if swapped else (here, there, item))
    return result
