"""Where programs that want queue's classes in C look for them."""
from queue import Empty, SimpleQueue
