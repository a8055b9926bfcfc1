#ifndef MPY_CLI_RUN_H
#define MPY_CLI_RUN_H

/*
 * Running what the command line names, in the module __main__; and the three dumps.
 *
 * Each function returns the status that the process should exit with; exceptions have been shown by then.
 */

#include "cli/options.h"
#include "runtime/state.h"

/* Fill in sys: argv, orig_argv, path, executable, flags, the streams. False RAISES. */
RAISES bool run_prepare(VM *vm, const Options *options, int argc, char **argv);

/* The script, code, module or text on standard input (ACTION_STDIN: all of it). */
int run_program(VM *vm, const Options *options);

/* The file that PYTHONSTARTUP names, before a prompt: -1, or the status of the SystemExit that it raised. */
int run_startup(VM *vm, const Options *options);

/* --tokens, --ast, --dis. */
int run_dump(VM *vm, const Options *options);

/* A program's argument as str: UTF-8, other bytes as lone surrogates. NEW. */
NEW RAISES Value run_decode(VM *vm, const char *argument);

/* The script could not be read: the raised OSError on one line. Gives the exit status. */
int run_unreadable(VM *vm, Value filename);

/* The program has ended, perhaps by an exception: show it, and give its exit status. Output to a pipe that
 * nobody reads any more ends quietly. */
int run_finish(VM *vm);

#endif
