import _pkg.c
