#ifndef MPY_COMPILER_SYMTABLEOBJECT_H
#define MPY_COMPILER_SYMTABLEOBJECT_H

/*
 * The symbol table of a program as objects, which lib/symtable.py dresses up.
 *
 * The table and the tree belong to the compilation; the objects stand for themselves.
 */

#include "compiler/symtable.h"
#include "runtime/state.h"

/* The module's scope. No deeper than the tree, whose depth the compiler has checked. */
NEW RAISES Value symtable_to_object(VM *vm, const SymbolTable *table);

#endif
