#ifndef MPY_COMPILER_ASTOBJECT_H
#define MPY_COMPILER_ASTOBJECT_H

/*
 * The syntax tree and the objects of the library's module ast.
 *
 * lib/ast.py makes a class for each kind of node from the table that the native module _ast gives it, which is that of
 * parser/ast.def, and keeps three tuples: `_nodes` (classes by AstKind), `_operators` (instances by Operator) and
 * `_contexts` (instances by Context). A tree becomes objects by them, and objects that came from elsewhere lend their
 * positions to the tree that was parsed from their text.
 */

#include "compiler/compiler.h"

/* The tree as an object of the class its root's kind has. */
NEW RAISES Value ast_to_object(Compiler *c, Node *root);

/* Give the nodes of a tree that was parsed from the text of `object` the positions that its nodes have. Where the two
 * are not alike, and where an object has no position, the tree keeps its own. */
RAISES bool ast_take_positions(VM *vm, Node *root, Value object);

#endif
