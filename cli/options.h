#ifndef MPY_CLI_OPTIONS_H
#define MPY_CLI_OPTIONS_H

/*
 * The command line, read: what to do, with what, and how the interpreter is to be set up.
 *
 * Options end at the first of: a script's name, `-`, -c CODE, -m MODULE, a dump (--tokens FILE ...); what
 * follows is the program's own. Environment variables give the defaults of options (PYTHONOPTIMIZE, MPYMALLOC, ...)
 * unless -E or -I is there; they are looked at last, so an option wins.
 *
 * All texts are borrowed from argv and the environment.
 */

#include <stdbool.h>

#include "gc/heap.h"
#include "runtime/modules/sys.h"

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
    SysFlags flags;
    int unbuffered;    /* -u */
    int no_columns;    /* -X no_debug_ranges */
    int import_times;  /* -X importtime */
    int trace_frames;  /* -X tracemalloc; 0: off */
    int skip_line;     /* -x */
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
