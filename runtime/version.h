#ifndef MPY_RUNTIME_VERSION_H
#define MPY_RUNTIME_VERSION_H

/* What the interpreter says of itself: the version of mpy, and the version of Python whose behaviour it has. */

#define MPY_VERSION "0.1.0"

#define VERSION_MAJOR 3
#define VERSION_MINOR 13
#define VERSION_MICRO 0
#define VERSION_HEX 0x030D00F0
#define VERSION_TEXT "3.13.0 (mpy " MPY_VERSION ")"

#ifdef __clang__
#define VERSION_COMPILER "Clang " __clang_version__
#else
#define VERSION_COMPILER "GCC " __VERSION__
#endif

#endif
