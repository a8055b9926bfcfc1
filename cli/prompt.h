#ifndef MPY_CLI_PROMPT_H
#define MPY_CLI_PROMPT_H

/*
 * The interactive prompt.
 *
 * It reads a statement, which may take several lines, runs it in __main__, shows its value through
 * sys.displayhook and goes on, whatever happened, until end of input or SystemExit. Lines come from GNU
 * readline when there is one and both standard input and output are terminals; then earlier lines are kept
 * in ~/.mpy_history and the tab key completes names. Otherwise lines are read plainly and prompts go to
 * standard error, as CPython's do.
 */

#include "cli/options.h"
#include "runtime/state.h"

/* Run the prompt, after the file that PYTHONSTARTUP names; the status to exit with. */
int prompt_run(VM *vm, const Options *options);

/* Run the program that the command line names, then the prompt (-i), whatever came of the program. */
int prompt_after(VM *vm, const Options *options);

#endif
