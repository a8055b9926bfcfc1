#ifndef MPY_COMPILER_COMPILE_H
#define MPY_COMPILER_COMPILE_H

/*
 * Source text, or a syntax tree that a program made, to code object: the way into the compiler for the built-ins
 * compile, exec and eval, for import, and for the command line and its prompt.
 *
 * Errors of the lexer, the parser and the compiler become SyntaxError, IndentationError or TabError instances with
 * CPython's arguments and attributes. Warnings go through the library's module warnings, which a filter may turn into
 * errors. Refused memory is a MemoryError, a program nested too deep for the C stack a RecursionError. Scratch memory
 * comes from the VM's heap and is given back before the function returns.
 */

#include "runtime/state.h"

typedef enum {
    COMPILE_EXEC,   /* a module's text */
    COMPILE_EVAL,   /* one expression, whose value is returned */
    COMPILE_SINGLE, /* one interactive statement; values of expressions are shown */
} CompileMode;

enum {
    COMPILE_FILE = 1 << 0,               /* the text is a script's bytes: coding cookie honoured */
    COMPILE_BYTES = 1 << 1,              /* the text is a bytes object's content: the same */
    COMPILE_ALLOW_INCOMPLETE = 1 << 2,   /* text that more lines could mend raises _IncompleteInputError */
    COMPILE_FUTURE_ANNOTATIONS = 1 << 3, /* as if the text began with the future import */
    COMPILE_NO_ASSERTS = 1 << 4,         /* optimize=1, -O: __debug__ is False */
    COMPILE_NO_DOCSTRINGS = 1 << 5,      /* optimize=2, -OO */
    COMPILE_OPEN_BLOCKS = 1 << 6, /* the end of the text ends no indented block of a single statement */
    COMPILE_ONLY_TREE = 1 << 7,   /* the result is the syntax tree, as an object of the module ast */
    COMPILE_ONLY_SYMBOLS =
        1 << 8,                  /* the result is the symbol table, as a tuple (compiler/symtableobject.c) */
    COMPILE_NO_COLUMNS = 1 << 9, /* places in the text are lines alone: -X no_debug_ranges */
    COMPILE_TYPED = 1 << 11,     /* the text was typed at the prompt: every error shows its line */
    COMPILE_MODULE_MAY_AWAIT = 1 << 12,
    COMPILE_LEVEL = 1 << 10, /* the flags say how to optimize, whatever the command line has said */
};

/* A code object. `filename` is a str. */
NEW RAISES Value compile_source(VM *vm, const char *text, size_t length, Value filename, CompileMode mode,
                                int flags);

/* The same for a tree of the module ast, an object that is an instance of ast.AST. */
NEW RAISES Value compile_tree(VM *vm, Value tree, Value filename, CompileMode mode, int flags);

/* The text of a file in the encoding that its coding cookie names, for showing lines of it. ABSENT where that is UTF-8
 * and nothing is to be done, or raised. */
NEW RAISES Value source_decode(VM *vm, const char *text, size_t length);

#endif
