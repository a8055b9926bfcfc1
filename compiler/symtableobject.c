/*
 * The symbol table as objects, for the library's module symtable.
 *
 * A scope is a tuple (type, name, line, is it nested in a function?, {name: flags}, [scopes inside]); type and flags
 * are numbers as CPython has them. Comprehensions are no scopes there: their names count among those of the scope
 * around.
 */
#include "compiler/symtableobject.h"

#include <stddef.h>

#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/text/str.h"

enum { TYPE_FUNCTION, TYPE_CLASS, TYPE_MODULE, TYPE_ANNOTATION, TYPE_ALIAS, TYPE_PARAMETERS, TYPE_VARIABLE };
enum { FLAG_GLOBAL = 1, FLAG_PARAM = 4, FLAG_SCOPE_SHIFT = 12, FLAG_SCOPE_GLOBAL = 2 };

static int scope_type(const Scope *scope) {
    switch (scope->kind) {
    case SCOPE_MODULE: return TYPE_MODULE;
    case SCOPE_CLASS: return TYPE_CLASS;
    case SCOPE_ANNOTATION: return TYPE_ANNOTATION;
    case SCOPE_TYPE_ALIAS: return TYPE_ALIAS;
    case SCOPE_TYPE_PARAMETERS: return TYPE_PARAMETERS;
    case SCOPE_TYPE_BOUND:
    case SCOPE_TYPE_DEFAULT:
    case SCOPE_TUPLE_DEFAULT:
    case SCOPE_SPEC_DEFAULT: return TYPE_VARIABLE;
    default: return TYPE_FUNCTION;
    }
}

/* The definition that a scope belongs to. Those of defaults have the address of the default in its node for a key,
 * those of type parameters the address of the list: the definition is their last scope. */
static const Node *definition(const Scope *scope) {
    const char *key = (const char *)scope->key;
    switch (scope->kind) {
    case SCOPE_TYPE_PARAMETERS: return definition(scope->last);
    case SCOPE_TYPE_DEFAULT: return (const Node *)(key - offsetof(Node, TypeVar.default_value));
    case SCOPE_TUPLE_DEFAULT: return (const Node *)(key - offsetof(Node, TypeVarTuple.default_value));
    case SCOPE_SPEC_DEFAULT: return (const Node *)(key - offsetof(Node, ParamSpec.default_value));
    default: return scope->key;
    }
}

static const char *scope_title(const Scope *scope) {
    const Node *node = definition(scope);
    switch (scope->kind) {
    case SCOPE_MODULE: return "top";
    case SCOPE_LAMBDA: return "lambda";
    case SCOPE_GENERATOR: return "genexpr";
    default: break;
    }
    switch (node->kind) {
    case AST_FunctionDef: return node->FunctionDef.name.utf8;
    case AST_AsyncFunctionDef: return node->AsyncFunctionDef.name.utf8;
    case AST_ClassDef: return node->ClassDef.name.utf8;
    case AST_TypeAlias: return node->TypeAlias.name->Name.id.utf8;
    case AST_TypeVar: return node->TypeVar.name.utf8;
    case AST_TypeVarTuple: return node->TypeVarTuple.name.utf8;
    case AST_ParamSpec: return node->ParamSpec.name.utf8;
    default: return "";
    }
}

static int64_t symbol_flags(const Symbol *symbol) {
    static const struct {
        uint16_t ours, theirs;
    } rows[] = {{SYMBOL_GLOBAL, FLAG_GLOBAL}, {SYMBOL_LOCAL, 2},       {SYMBOL_PARAM, FLAG_PARAM},
                {SYMBOL_NONLOCAL, 8},         {SYMBOL_USE, 16},        {SYMBOL_IMPORT, 128},
                {SYMBOL_ANNOTATED, 256},      {SYMBOL_ITERATION, 512}, {SYMBOL_TYPE_PARAM, 1024}};
    static const uint8_t scopes[] = {[RESOLVED_LOCAL] = 1,
                                     [RESOLVED_GLOBAL_EXPLICIT] = FLAG_SCOPE_GLOBAL,
                                     [RESOLVED_GLOBAL_IMPLICIT] = 3,
                                     [RESOLVED_FREE] = 4,
                                     [RESOLVED_CELL] = 5};
    int64_t flags = (int64_t)scopes[symbol->resolution] << FLAG_SCOPE_SHIFT;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (symbol->flags & rows[i].ours) flags |= rows[i].theirs;
    return flags;
}

/* Add a name, unless it is there. */
static bool add_symbol(VM *vm, Value symbols, const Name *name, int64_t flags) {
    Value key = string_intern_utf8(vm, name->utf8, name->length);
    if (is_absent(key)) return false;
    Value known = dict_get(vm, symbols, key);
    bool ok = !is_absent(known) || (!error_raised(vm) && dict_set(vm, symbols, key, int_small(flags)));
    value_drop(vm, key);
    return ok;
}

static bool add_symbols(VM *vm, Value symbols, const Scope *scope) {
    static const Name iterable = {.utf8 = ".0", .length = 2}; /* what a generator expression is called with */
    if (scope->kind == SCOPE_GENERATOR &&
        !add_symbol(vm, symbols, &iterable, 1 << FLAG_SCOPE_SHIFT | FLAG_PARAM))
        return false;
    for (const Symbol *s = scope->symbols; s; s = s->next) {
        bool hidden = scope->kind == SCOPE_COMPREHENSION && s->flags & SYMBOL_PARAM;
        if (!hidden && !add_symbol(vm, symbols, s->name, symbol_flags(s))) return false;
    }
    return true;
}

/* What functions declare global is a global name of the module, too. */
static bool add_declared(VM *vm, Value symbols, const Scope *scope) {
    for (const Symbol *s = scope->symbols; s; s = s->next) {
        int64_t flags = FLAG_SCOPE_GLOBAL << FLAG_SCOPE_SHIFT | FLAG_GLOBAL;
        if (s->flags & SYMBOL_GLOBAL && !add_symbol(vm, symbols, s->name, flags)) return false;
    }
    for (const Scope *child = scope->first; child; child = child->next)
        if (!add_declared(vm, symbols, child)) return false;
    return true;
}

static Value scope_object(VM *vm, const Scope *scope, bool nested);

/* The names and scopes inside, and those of the comprehensions, which run in this scope. */
static bool add_inside(VM *vm, Value symbols, Value children, const Scope *scope, bool nested) {
    for (const Scope *child = scope->first; child; child = child->next) {
        bool ok;
        if (child->kind == SCOPE_ANNOTATION) continue;
        if (child->kind == SCOPE_COMPREHENSION) {
            ok = add_symbols(vm, symbols, child) && add_inside(vm, symbols, children, child, true);
        } else {
            Value object = scope_object(vm, child, nested);
            ok = !is_absent(object) && list_append_owned(vm, children, object);
        }
        if (!ok) return false;
    }
    return true;
}

static Value scope_object(VM *vm, const Scope *scope, bool nested) {
    bool function = scope_type(scope) != TYPE_MODULE && scope_type(scope) != TYPE_CLASS;
    int64_t line = scope->kind == SCOPE_MODULE ? 0 : definition(scope)->span.line;
    Value symbols = dict_new(vm), children = list_new(vm, 0), result = ABSENT;
    Value name = string_from_c(vm, scope_title(scope));
    if (!is_absent(symbols) && !is_absent(children) && !is_absent(name) && add_symbols(vm, symbols, scope) &&
        (scope->kind != SCOPE_MODULE || add_declared(vm, symbols, scope)) &&
        add_inside(vm, symbols, children, scope, nested || function))
        result = tuple_pack(vm, 6, int_small(scope_type(scope)), name, int_small(line), bool_from(nested),
                            symbols, children);
    value_xdrop(vm, name), value_xdrop(vm, children), value_xdrop(vm, symbols);
    return result;
}

Value symtable_to_object(VM *vm, const SymbolTable *table) { return scope_object(vm, table->module, false); }
