#ifndef MPY_PARSER_DUMP_H
#define MPY_PARSER_DUMP_H

/*
 * `mpy --ast`: the tree as text, byte for byte what CPython 3.13's ast.dump(tree, indent=2) prints: fields
 * that are None or empty left out, constants by their repr. With `positions`, what include_attributes=True
 * adds.
 *
 * Floats are the shortest digits that read back the same. Two things differ from CPython, which fails on
 * them: an int literal too long for its int-to-text limit (4300 digits) is printed in its own base, and
 * nesting past what any expression can reach (a chain of elifs) is cut with `...`.
 */

#include <stdbool.h>
#include <stdio.h>

#include "parser/ast.h"

void ast_print(const Node *root, bool positions, FILE *out);

#endif
