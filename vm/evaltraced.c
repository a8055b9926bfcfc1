/* The eval loop once more, with a stop in front of each instruction: see vm/trace.h. */

#define EVAL_TRACED 1
#include "vm/eval.c"
