#ifndef MPY_COMPILER_SYMTABLE_H
#define MPY_COMPILER_SYMTABLE_H

/*
 * The symbol table: which scope every name of a program belongs to.
 *
 * Two passes. The first walks the tree, opens a Scope for each block of code and notes how each name is used there
 * (SYMBOL_* flags); it reports what can be seen at once, such as `x = 1; global x`. The second resolves every symbol:
 * bound in its own scope, taken from an enclosing function (free there, and a cell in the scope that binds it), or
 * global. Messages and positions are CPython's.
 *
 * List, set and dict comprehensions have a Scope but run inside the code of the scope around them (PEP 709); `unit`
 * leads from any scope to the one whose code object it becomes part of. Their own variables get slots of their own
 * in that code, so nothing around them is shadowed or has to be saved.
 *
 * All of it lives in the compilation's arena. Names are mangled already.
 */

#include "compiler/map.h"
#include "parser/ast.h"

typedef enum {
    SCOPE_MODULE,
    SCOPE_CLASS,
    SCOPE_FUNCTION, /* def */
    SCOPE_LAMBDA,
    SCOPE_GENERATOR,       /* generator expression */
    SCOPE_TYPE_PARAMETERS, /* around a generic function, class or alias: PEP 695 */
    SCOPE_TYPE_ALIAS,      /* the value of one, worked out when asked for */
    SCOPE_TYPE_BOUND,      /* the bound of a type variable, likewise */
    SCOPE_TYPE_DEFAULT,    /* its default, likewise: PEP 696 */
    SCOPE_TUPLE_DEFAULT,   /* that of a TypeVarTuple */
    SCOPE_SPEC_DEFAULT,    /* that of a ParamSpec */
    SCOPE_COMPREHENSION,   /* list, set, dict: inlined */
    SCOPE_ANNOTATION,      /* under `from __future__ import annotations`: looked at, then forgotten */
} ScopeKind;

enum {
    SYMBOL_GLOBAL = 1 << 0,   /* declared */
    SYMBOL_NONLOCAL = 1 << 1, /* declared */
    SYMBOL_PARAM = 1 << 2,
    SYMBOL_LOCAL = 1 << 3, /* assigned */
    SYMBOL_IMPORT = 1 << 4,
    SYMBOL_USE = 1 << 5,
    SYMBOL_ANNOTATED = 1 << 6,
    SYMBOL_ITERATION = 1 << 7, /* a comprehension's loop variable */
    SYMBOL_TYPE_PARAM = 1 << 9,
    SYMBOL_PASSED = 1 << 8, /* a class binds it, and functions inside take it from an enclosing function */
    SYMBOL_BOUND = SYMBOL_PARAM | SYMBOL_LOCAL | SYMBOL_IMPORT,
};

typedef enum {
    RESOLVED_LOCAL, /* in its own scope: a slot of a function, a name in the dict of a class or module */
    RESOLVED_CELL,  /* the same, and functions inside see it */
    RESOLVED_FREE,
    RESOLVED_GLOBAL_EXPLICIT,
    RESOLVED_GLOBAL_IMPLICIT,
} Resolution;

typedef struct Scope Scope;
typedef struct Symbol Symbol;

struct Symbol {
    Name *name;
    uint16_t flags;
    uint8_t resolution;
    Span directive; /* of the global or nonlocal statement */
    Scope *binding; /* where a free variable is bound; NULL unless it is free or passed */
    uint32_t slot;  /* the code generator's: its place in the unit */
    Symbol *next;   /* in order of appearance */
};

struct Scope {
    ScopeKind kind;
    Node *node;
    const Node *
        key; /* under which symtable_scope finds it: the node's or, of a part of a definition, another address */
    Scope *parent;
    Scope *unit;            /* this scope, or the one whose code it is inlined into */
    Scope *first, *last;    /* children, in order */
    Scope *next;            /* the parent's next child */
    const Name *class_name; /* for mangling; NULL outside classes */
    WordMap table;          /* Name * -> Symbol * */
    Symbol *symbols, *last_symbol;
    bool is_generator;    /* it yields */
    bool is_asynchronous; /* it awaits: an async function, or a comprehension with await or async for in it */
    bool sees_class;      /* a scope of type parameters in a class: the class's names come first in it */
    bool needs_class_dict;    /* a class with such scopes inside */
    bool needs_class_cell;    /* a class whose methods use super() or __class__ */
    bool in_iteration_target; /* first pass: inside a comprehension's targets */
    uint16_t iteration_depth; /* first pass: inside that many comprehensions' iterables */
};

typedef struct {
    Arena *arena;
    Diagnostics *diagnostics;
    NameTable *names;
    bool future_annotations;
    bool module_may_await; /* then one that does is a coroutine */
    const Node *
        refused; /* the first node that is wrong where it stands, for the code generator to report; or NULL */
    const char *refusal; /* what it says then */
    bool located; /* the error has its place among its arguments: one that CPython's code generator reports */
    Scope *module;
    Scope *current; /* first pass */
    WordMap scopes; /* Node * -> Scope * */
} SymbolTable;

/* Build the table of a tree; false leaves the reason in `diagnostics` (or a failed arena). */
bool symtable_build(SymbolTable *table, Node *root);

/* Names that no program can spell: what the scope of type parameters keeps for the definition inside. */
#define NAME_DEFAULTS ".defaults"
#define NAME_KEYWORD_DEFAULTS ".kwdefaults"
#define NAME_TYPE_PARAMS ".type_params"
#define NAME_GENERIC_BASE ".generic_base"
#define NAME_CLASS_DICT "__classdict__"

/* The scope that a function, class, lambda or comprehension opens. */
Scope *symtable_scope(const SymbolTable *table, const Node *node);

/* The scope of a definition's type parameters; NULL when it has none. */
Scope *symtable_type_scope(const SymbolTable *table, NodeList type_params);

/* Where the default of a type parameter stands in its node, NULL inside when it has none: also the key of the
 * default's scope. */
Node **type_default(Node *type_param);

/* NULL when the scope does not mention the name. */
Symbol *scope_find(const Scope *scope, const Name *name);

static inline bool scope_is_function(const Scope *scope) {
    return scope->kind >= SCOPE_FUNCTION && scope->kind <= SCOPE_COMPREHENSION;
}

#endif
