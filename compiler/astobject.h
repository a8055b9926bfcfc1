#ifndef MPY_COMPILER_ASTOBJECT_H
#define MPY_COMPILER_ASTOBJECT_H

/*
 * The syntax tree and the objects of the library's module ast.
 *
 * lib/ast makes a class for each kind of node from the table that the native module _astnodes gives it, which is that
 * of parser/ast.def, and keeps three tuples: `_nodes` (classes by AstKind), `_operators` (instances by Operator) and
 * `_contexts` (instances by Context). A tree becomes objects by them, and objects that came from elsewhere a tree.
 *
 * Those a program may have made or changed, and looking at them may call it. They are therefore read once, field by
 * field, by a reader that trusts nothing (astread.c), and the tree that comes of it, which nobody else sees, is looked
 * over for what the parser would have seen to (astcheck.c).
 */

#include "compiler/compiler.h"

typedef struct {
    Value module, nodes, operators, contexts; /* owned */
} AstLibrary;

RAISES bool ast_library_init(VM *vm, AstLibrary *library);
void ast_library_fini(VM *vm, AstLibrary *library);
const char *ast_group_name(AstGroup group);

/* The tree as an object of the class its root's kind has. */
NEW RAISES Value ast_to_object(Compiler *c, Node *root);

/* The tree, in the compilation's arena, that an object of the module ast stands for, with its positions. What its
 * constants cannot say as text the compilation pins. NULL RAISES. */
RAISES Node *ast_from_object(Compiler *c, Value object);

/* Has a tree, read from objects, what the compiler relies on, beyond fields of the right kinds? */
RAISES bool ast_check(Compiler *c, Node *root);

#endif
