"""Where the functions of struct say that they come from."""
from struct import *
from struct import _clearcache
