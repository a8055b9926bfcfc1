"""re._constants: the names of what a tree of re._parser is made of."""

from re import PatternError, error

MAXGROUPS = 1073741823


class _NamedIntConstant(int):
    """A number that shows its name."""

    def __new__(cls, value, name):
        self = super().__new__(cls, value)
        self.name = name
        return self

    def __repr__(self):
        return self.name

    __reduce__ = None


def _named(numbers):
    """{name: constant}"""
    return {name: _NamedIntConstant(number, name) for name, number in numbers.items()}


MAXREPEAT = _NamedIntConstant(4294967295, "MAXREPEAT")

# What an item of a tree may be; the numbers are CPython's.
_OPERATIONS = _named({
    "FAILURE": 0, "ANY": 2, "ASSERT": 4, "ASSERT_NOT": 5, "AT": 6, "BRANCH": 7, "CATEGORY": 8, "GROUPREF": 11,
    "GROUPREF_EXISTS": 12, "IN": 13, "LITERAL": 16, "NOT_LITERAL": 20, "NEGATE": 21, "RANGE": 22, "SUBPATTERN": 25,
    "ATOMIC_GROUP": 27, "POSSESSIVE_REPEAT": 28, "MIN_REPEAT": 43, "MAX_REPEAT": 44,
})
# Places that an AT asks for, and kinds of characters in a CATEGORY.
_PLACES = _named({
    "AT_BEGINNING": 0, "AT_BEGINNING_STRING": 2, "AT_BOUNDARY": 3, "AT_NON_BOUNDARY": 4, "AT_END": 5,
    "AT_END_STRING": 7,
})
_CATEGORIES = _named({
    "CATEGORY_DIGIT": 0, "CATEGORY_NOT_DIGIT": 1, "CATEGORY_SPACE": 2, "CATEGORY_NOT_SPACE": 3, "CATEGORY_WORD": 4,
    "CATEGORY_NOT_WORD": 5,
})
globals().update(_OPERATIONS | _PLACES | _CATEGORIES)
