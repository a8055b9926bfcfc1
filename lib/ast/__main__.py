"""python -m ast: show the tree of a file."""

from ast import main

main()
