#ifndef MPY_CLI_COMPLETE_H
#define MPY_CLI_COMPLETE_H

/*
 * What a word typed at the prompt may go on as: keywords, names of __main__ and of the builtins; behind a
 * dot, attributes. An expression in front of a dot is looked up name by name, so only properties run code.
 */

#include "runtime/state.h"

/* A sorted list of strs that begin with `word`, each the whole word completed. NEW, RAISES. */
NEW RAISES Value complete_word(VM *vm, const char *word);

#endif
