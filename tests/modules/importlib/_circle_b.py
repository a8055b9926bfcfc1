import _circle_a as a
try: a.x
except AttributeError as e: print(str(e).partition(" (")[0])
try:
  from _circle_a import x
except ImportError as e: print(e.name, e.name_from, e.msg.partition(" (/")[0])
