#ifndef MPY_CLI_OPTIONS_H
#define MPY_CLI_OPTIONS_H

/*
 * The command line, read: what to do, with what, and how the interpreter is to be set up.
 *
 * Options end at the first of: a script's name, `-`, -c CODE, -m MODULE, a dump (--tokens FILE ...); what
 * follows is the program's own. Environment variables give the defaults of options (PYTHONINSPECT,
 * PYTHONUNBUFFERED, MPYMALLOC, MPYHEAPSIZE, MPYFAILALLOC, MPYGCSTRESS) unless -E or -I is there; they are
 * looked at last, so an option wins.
 *
 * All texts are borrowed from argv and the environment.
 */

#include <stdbool.h>

#include "gc/heap.h"

typedef enum {
    ACTION_STDIN, /* nothing is named: the prompt, or a script on standard input */
    ACTION_FILE,
    ACTION_CODE,
    ACTION_MODULE,
    ACTION_TOKENS,
    ACTION_AST,
    ACTION_DISASSEMBLE,
} Action;

typedef struct {
    Action action;
    const char *target; /* file, code or module */
    int argc;           /* what sys.argv shows; argv[0] is the target's place */
    char **argv;
    bool inspect;    /* -i: a prompt after the program */
    bool unbuffered; /* -u */
    bool quiet;      /* -q */
    bool no_bytecode, ignore_environment, isolated, safe_path, no_user_site, no_site; /* -B -E -I -P -s -S */
    int extra_count;   /* of -X options, in order */
    char **extra;      /* owned */
    int warning_count; /* of -W options, in order */
    char **warnings;   /* owned */
    HeapOptions heap;
} Options;

/* Read the command line; -1 to go on, else the status to exit with (help, version, or a complaint was
 * printed). */
int options_read(Options *options, int argc, char **argv);
void options_free(Options *options);

#endif
