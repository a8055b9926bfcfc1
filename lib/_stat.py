"""Where programs that want stat in C look for it."""
from stat import *
