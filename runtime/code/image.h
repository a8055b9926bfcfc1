#ifndef MPY_RUNTIME_IMAGE_H
#define MPY_RUNTIME_IMAGE_H

/*
 * Code objects as bytes: how the library's modules lie in the binary.
 *
 * The build compiles lib/ once and writes the modules' code objects as images; a program that imports one reads the
 * image back, in much less time than compiling takes. Writer and reader are built from the same source on the same
 * machine, so instructions and tables are copied as they lie in memory, and nothing is kept compatible; the first
 * byte is the version of the format all the same, and the reader never looks beyond the image's end.
 *
 * A value is a tag byte and what it needs; numbers are varints, signed ones zigzag. Every heap object but code gets
 * the next number when it is complete, and is only referred to when it comes again: strings and constants that are
 * shared stay shared. Strings that are interned come back interned.
 */

#include "base/buffer.h"
#include "runtime/state.h"

/* Append the image of a code object that has not run yet (running specialises its instructions). False RAISES:
 * MemoryError, or a constant of a type that no compiler makes. */
RAISES bool image_write(VM *vm, Value code, Buffer *image);

/* The code object of an image; ValueError when it is none. */
NEW RAISES Value image_read(VM *vm, const uint8_t *image, size_t size);

#endif
