"""re._constants: names that some programs look for there."""

from re import PatternError, error

MAXREPEAT = 4294967295
MAXGROUPS = 1073741823
