"""Where the functions of operator say that they come from."""
from operator import *
