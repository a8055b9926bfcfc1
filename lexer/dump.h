#ifndef MPY_LEXER_DUMP_H
#define MPY_LEXER_DUMP_H

/*
 * `mpy --tokens`: one line a token, in the manner of CPython's tokenize module, columns in code points:
 *
 *     1,0-1,3:            NAME           'foo'
 */

#include <stdio.h>

#include "lexer/lexer.h"

/* Print all tokens of a source up to ENDMARKER or the first error; false if there was one (see
 * `diagnostics`). */
bool lexer_print_tokens(const Source *source, Diagnostics *diagnostics, FILE *out);

#endif
