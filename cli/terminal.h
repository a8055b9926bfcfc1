#ifndef MPY_CLI_TERMINAL_H
#define MPY_CLI_TERMINAL_H

/*
 * Lines typed at a terminal, edited by GNU readline: history in ~/.mpy_history, completion of names by the
 * tab key.
 *
 * readline belongs to the process, not to a VM: it serves the VM that asked last. Without readline (a build
 * that did not find it, or standard input or output that is no terminal) terminal_begin says so and lines
 * are read plainly.
 */

#include "runtime/state.h"

/* Make ready for editing; false when there will be none. Reads the history. */
bool terminal_begin(VM *vm);
/* Write the history. */
void terminal_end(VM *vm);
/* A line without its end. ABSENT: end of input, or RAISES (KeyboardInterrupt, MemoryError). */
NEW RAISES Value terminal_read(VM *vm, Value prompt);

#endif
