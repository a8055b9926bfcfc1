#ifndef MPY_COMPILER_WARN_H
#define MPY_COMPILER_WARN_H

/* SyntaxWarnings about expressions that are legal and very likely mistakes. Texts are CPython's. */

#include "compiler/compiler.h"

void warn_comparison(Compiler *c, Node *node, bool negated); /* 'is' with a literal */
void warn_callee(Compiler *c, Node *func);                   /* calling a literal: a comma is missing */
void warn_subscript(Compiler *c, Node *node);                /* indexing one */
void warn_assert(Compiler *c, Node *node);                   /* assert (condition, message) */

#endif
