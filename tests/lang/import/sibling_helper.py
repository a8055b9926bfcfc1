print("helper runs once, as", __name__)
CONSTANT = 42
_private = "hidden"
_calls = 0


def double(x):
    return x * 2


def public():
    return "public", _private


def count():
    global _calls
    _calls += 1
    return _calls
