import _pkg
try: _pkg.c
except AttributeError as e: print(str(e).partition(" (")[0])
try:
  from _pkg import zz
except ImportError as e: print(e.name, e.name_from, e.msg.partition(" (/")[0])
import _pkg.c as q; print(q.__name__)
from . import c; print(c.__name__)
