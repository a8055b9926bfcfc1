/* Units: entering and leaving a block of code, and the variables in it. */

#include "compiler/compiler.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/code/code.h"
#include "runtime/errors/error.h"
#include "runtime/text/str.h"

/* ---- Numbering variables ----------------------------------------------------------------------------------------- */

static uint32_t add_variable(Compiler *c, Name *name, uint8_t kind) {
    Unit *u = c->unit;
    if (!name) compile_fail_memory(c);
    if (u->variable_count >= OPERAND_A24_MAX) compile_fail_memory(c);
    uint32_t capacity = u->variable_capacity;
    if (!ARRAY_GROW(c, u->variables, u->variable_count, u->variable_capacity)) return 0;
    if (!ARRAY_GROW(c, u->kinds, u->variable_count, capacity)) return 0;
    u->variables[u->variable_count] = name;
    u->kinds[u->variable_count] = kind;
    return u->variable_count++;
}

static void add_symbol(Compiler *c, Symbol *symbol, uint8_t kind) {
    symbol->slot = add_variable(c, symbol->name, kind);
}

static void add_parameter(Compiler *c, Name *name) {
    Symbol *symbol = name ? scope_find(c->unit->scope, name) : NULL;
    if (symbol)
        add_symbol(c, symbol, VARIABLE_LOCAL | (symbol->resolution == RESOLVED_CELL ? VARIABLE_CELL : 0));
}

static void add_parameters(Compiler *c, NodeList args) {
    for (uint32_t i = 0; i < args.count && !c->failed; i++)
        add_parameter(c, name_identifier(c, args.items[i]->arg.arg));
}

static void add_arguments(Compiler *c, Node *node) {
    Unit *u = c->unit;
    __typeof__(node->arguments) *a = &node->arguments;
    add_parameters(c, a->posonlyargs);
    add_parameters(c, a->args);
    add_parameters(c, a->kwonlyargs);
    if (a->vararg) add_parameter(c, name_identifier(c, a->vararg->arg.arg));
    if (a->kwarg) add_parameter(c, name_identifier(c, a->kwarg->arg.arg));
    u->positional_only_count = a->posonlyargs.count;
    u->positional_count = a->posonlyargs.count + a->args.count;
    u->keyword_only_count = a->kwonlyargs.count;
    u->flags |= (a->vararg ? CODE_VARARGS : 0) | (a->kwarg ? CODE_VARKEYWORDS : 0);
}

/* The next scope of a walk over `top` and the comprehensions inlined into it; NULL at the end. */
static Scope *next_inlined(const Scope *top, Scope *scope) {
    Scope *next = scope->first;
    while (true) {
        while (next && next->kind != SCOPE_COMPREHENSION)
            next = next->next;
        if (next) return next;
        if (scope == top) return NULL;
        next = scope->next;
        scope = scope->parent;
    }
}

static int compare_symbols(const void *a, const void *b) {
    return strcmp((*(Symbol *const *)a)->name->utf8, (*(Symbol *const *)b)->name->utf8);
}

/* Variables of one resolution, of the unit's own scope (functions only) and its comprehensions. Those that are kept in
 * cells come in order of their names. */
static void add_resolved(Compiler *c, Scope *top, Resolution resolution, uint8_t kind) {
    for (Scope *scope = top; scope && !c->failed; scope = next_inlined(top, scope)) {
        if (!scope_is_function(scope)) continue;
        Symbol **found = NULL;
        uint32_t count = 0, capacity = 0;
        for (Symbol *symbol = scope->symbols; symbol; symbol = symbol->next) {
            if (symbol->resolution != resolution || symbol->flags & SYMBOL_PARAM) continue;
            if (!ARRAY_GROW(c, found, count, capacity)) return;
            found[count++] = symbol;
        }
        if (resolution == RESOLVED_CELL && count > 1) qsort(found, count, sizeof *found, compare_symbols);
        for (uint32_t i = 0; i < count && !c->failed; i++)
            add_symbol(c, found[i], kind | (scope == top ? 0 : VARIABLE_HIDDEN));
    }
}

int name_compare(const void *a, const void *b) {
    return strcmp((*(Name *const *)a)->utf8, (*(Name *const *)b)->utf8);
}

static void add_free_variables(Compiler *c, Scope *scope) {
    Unit *u = c->unit;
    uint32_t first = u->variable_count;
    for (Symbol *symbol = scope->symbols; symbol && !c->failed; symbol = symbol->next)
        if (symbol->resolution == RESOLVED_FREE || (symbol->flags & SYMBOL_PASSED))
            add_variable(c, symbol->name, VARIABLE_FREE);
    if (c->failed) return;
    u->free_count = u->variable_count - first;
    if (u->free_count) qsort(u->variables + first, u->free_count, sizeof *u->variables, name_compare);
    for (uint32_t i = first; i < u->variable_count && !c->failed; i++)
        if (!word_map_put(&u->free_index, c->arena, (uintptr_t)u->variables[i], i)) compile_fail_memory(c);
}

static void add_variables(Compiler *c, Scope *scope) {
    Unit *u = c->unit;
    if (scope->kind == SCOPE_FUNCTION) add_arguments(c, scope->node->FunctionDef.args);
    if (scope->kind == SCOPE_LAMBDA) add_arguments(c, scope->node->Lambda.args);
    if (scope->kind == SCOPE_GENERATOR) {
        add_variable(c, name_c(c, ".0"), VARIABLE_LOCAL);
        u->positional_count = u->positional_only_count = 1;
    }
    if (scope->kind == SCOPE_TYPE_PARAMETERS) {
        add_parameter(c, name_c(c, NAME_DEFAULTS));
        add_parameter(c, name_c(c, NAME_KEYWORD_DEFAULTS));
        u->positional_count = u->variable_count;
    }
    add_resolved(c, scope, RESOLVED_LOCAL, VARIABLE_LOCAL);
    add_resolved(c, scope, RESOLVED_CELL, VARIABLE_CELL);
    if (scope->needs_class_cell) u->class_cell = add_variable(c, name_c(c, "__class__"), VARIABLE_CELL);
    if (scope->needs_class_dict) u->class_dict = add_variable(c, name_c(c, NAME_CLASS_DICT), VARIABLE_CELL);
    add_free_variables(c, scope);
}

/* ---- Entering and leaving ---------------------------------------------------------------------------------------- */

static bool declared_global(const Scope *scope, const Name *name) {
    const Symbol *symbol = name ? scope_find(scope, name) : NULL;
    return symbol && symbol->resolution == RESOLVED_GLOBAL_EXPLICIT;
}

/* Scopes of which what is inside is named as if it stood around them. */
static bool is_passed_over(const Scope *scope) {
    return scope->kind == SCOPE_TYPE_PARAMETERS || scope->kind == SCOPE_TYPE_BOUND ||
           scope->kind == SCOPE_TYPE_DEFAULT || scope->kind == SCOPE_TUPLE_DEFAULT ||
           scope->kind == SCOPE_SPEC_DEFAULT;
}

static void set_qualified_name(Compiler *c, Unit *u) {
    const Unit *outer = u->outer;
    u->qualified_name = u->name;
    if (outer && is_passed_over(outer->scope)) outer = outer->outer;
    if (!outer || outer->scope->kind == SCOPE_MODULE) return;
    bool named = u->scope->kind == SCOPE_FUNCTION || u->scope->kind == SCOPE_CLASS;
    if (named && declared_global(outer->scope, name_identifier(c, u->scope->node->FunctionDef.name))) return;
    bool locals = outer->scope->kind == SCOPE_FUNCTION || outer->scope->kind == SCOPE_LAMBDA ||
                  outer->scope->kind == SCOPE_TYPE_ALIAS;
    const char *format = locals ? "%S.<locals>.%S" : "%S.%S";
    if (!c->failed)
        u->qualified_name = compile_pin(c, string_format(c->vm, format, outer->qualified_name, u->name));
}

static void emit_prologue(Compiler *c) {
    Unit *u = c->unit;
    Span span = {u->first_line, 0, u->first_line, 0};
    if (u->flags & (CODE_GENERATOR | CODE_COROUTINE | CODE_ASYNC_GENERATOR)) {
        Span start = {u->first_line, SPAN_NO_END, u->first_line, SPAN_NO_END};
        emit(c, OP_RETURN_GENERATOR, 0, start);
        emit(c, OP_POP_TOP, 0, start);
    }
    if (u->free_count) emit(c, OP_COPY_FREE_VARS, (int32_t)u->free_count, span);
    for (uint32_t i = 0; i < u->variable_count && !c->failed; i++)
        if ((u->kinds[i] & VARIABLE_CELL) && !(u->kinds[i] & VARIABLE_HIDDEN))
            emit(c, OP_MAKE_CELL, (int32_t)i, span);
}

/* What a call of the scope's code gives: the flag of a generator, a coroutine, an asynchronous generator; or 0. */
static uint32_t resumable_flag(const Scope *scope) {
    if (scope->is_generator) return scope->is_asynchronous ? CODE_ASYNC_GENERATOR : CODE_GENERATOR;
    bool coroutine = scope->kind == SCOPE_FUNCTION || scope->kind == SCOPE_MODULE;
    return scope->is_asynchronous && coroutine ? CODE_COROUTINE : 0;
}

void unit_enter(Compiler *c, Unit *u, Scope *scope, Value name, uint32_t first_line) {
    *u = (Unit){.outer = c->unit, .scope = scope, .name = name, .first_line = first_line, .stream = &u->hot};
    set_qualified_name(c, u);
    if (scope_is_function(scope)) u->flags |= CODE_OPTIMIZED | CODE_NEW_LOCALS;
    if (scope_is_function(scope) && c->unit && scope_is_function(c->unit->scope)) u->flags |= CODE_NESTED;
    if (scope->kind == SCOPE_FUNCTION && c->unit->scope->kind == SCOPE_CLASS) u->flags |= CODE_METHOD;
    u->flags |= resumable_flag(scope);
    if (c->symbols.future_annotations) u->flags |= CODE_FUTURE_ANNOTATIONS;
    c->unit = u;
    c->scope = scope;
    if (c->failed) return;
    add_variables(c, scope);
    emit_prologue(c);
    if (!resumable_flag(scope)) return;
    /* A StopIteration that leaves a generator's body turns into a RuntimeError. */
    Label stop = label_new(c);
    handler_push(c, stop, true, 0);
    uint32_t covered = u->handler;
    Stream *before = cold_begin(c);
    u->handler = 0;
    label_place(c, stop);
    emit(c, OP_STOP_ITERATION_ERROR, 0, NO_SPAN);
    emit(c, OP_RERAISE, 1, NO_SPAN);
    cold_end(c, before);
    u->handler = covered;
}

Value unit_leave(Compiler *c) {
    Unit *u = c->unit;
    Value code = ABSENT;
    if (!c->failed) code = compile_pin(c, assemble(c, u));
    c->unit = u->outer;
    c->scope = u->scope->parent;
    return code;
}

/* ---- Access ------------------------------------------------------------------------------------------------------ */

typedef enum {
    STORAGE_LOCAL,
    STORAGE_CELL,
    STORAGE_FREE,
    STORAGE_GLOBAL,
    STORAGE_IMPLICIT,
    STORAGE_NAME
} Storage;

typedef struct {
    Storage storage;
    uint32_t slot;
} Variable;

static Variable free_variable(const Unit *u, const Name *name) {
    uint64_t *slot = word_map_find(&u->free_index, (uintptr_t)name);
    return (Variable){STORAGE_FREE, slot ? (uint32_t)*slot : 0};
}

/* What an inner block captures from a class body: the class itself, its namespace, or what the class passes on. */
static Variable class_variable(const Unit *u, const Name *name) {
    if (u->scope->needs_class_cell && strcmp(name->utf8, "__class__") == 0)
        return (Variable){STORAGE_CELL, u->class_cell};
    if (u->scope->needs_class_dict && strcmp(name->utf8, NAME_CLASS_DICT) == 0)
        return (Variable){STORAGE_CELL, u->class_dict};
    return free_variable(u, name);
}

/* Where a name lives, as the current scope sees it; `for_closure` looks for what an inner block captures. */
static Variable find_variable(const Compiler *c, const Name *name, bool for_closure) {
    const Unit *u = c->unit;
    const Scope *scope = c->scope;
    const Symbol *symbol = scope_find(scope, name);
    if (for_closure && scope->kind == SCOPE_CLASS) return class_variable(u, name);
    if (!symbol) return (Variable){STORAGE_IMPLICIT, 0};
    if (symbol->resolution == RESOLVED_FREE) {
        if (symbol->binding->unit != u->scope) return free_variable(u, name);
        if (symbol->binding->kind == SCOPE_CLASS) return class_variable(u, name);
        scope = symbol->binding;
        symbol = scope_find(scope, name);
    }
    switch (symbol->resolution) {
    case RESOLVED_GLOBAL_EXPLICIT: return (Variable){STORAGE_GLOBAL, 0};
    case RESOLVED_GLOBAL_IMPLICIT: return (Variable){STORAGE_IMPLICIT, 0};
    case RESOLVED_CELL: return (Variable){STORAGE_CELL, symbol->slot};
    default: break;
    }
    if (!scope_is_function(scope)) return (Variable){STORAGE_NAME, 0};
    return (Variable){STORAGE_LOCAL, symbol->slot};
}

bool variable_is_global(Compiler *c, Name *name) {
    return name && find_variable(c, name, false).storage == STORAGE_IMPLICIT;
}

bool variable_is_local(Compiler *c, Name *name) {
    return name && find_variable(c, name, false).storage == STORAGE_LOCAL;
}

uint32_t variable_cell(Compiler *c, Name *name) { return find_variable(c, name, true).slot; }

/* A name that no scope declares: global in a function, and in a comprehension inside a class, which does not see it. */
static Opcode implicit_opcode(const Compiler *c, Access access) {
    static const uint8_t names[] = {OP_LOAD_NAME, OP_STORE_NAME, OP_DELETE_NAME};
    static const uint8_t globals[] = {OP_LOAD_GLOBAL, OP_STORE_GLOBAL, OP_DELETE_GLOBAL};
    bool global = scope_is_function(c->unit->scope) ||
                  (c->unit->scope->kind == SCOPE_CLASS && c->scope != c->unit->scope);
    return (Opcode)(global ? globals : names)[access];
}

/* In a scope that sees a class: the class's namespace first. False: the name cannot be there. */
static bool load_through_class(Compiler *c, Name *name, Variable v, Span span) {
    bool cell = v.storage == STORAGE_FREE || v.storage == STORAGE_CELL;
    if ((!cell && v.storage != STORAGE_IMPLICIT) || strcmp(name->utf8, NAME_CLASS_DICT) == 0) return false;
    variable_access(c, name_c(c, NAME_CLASS_DICT), ACCESS_LOAD, span);
    if (cell)
        emit(c, OP_LOAD_DICT_OR_CELL, (int32_t)v.slot, span);
    else
        emit_name(c, OP_LOAD_DICT_OR_GLOBAL, name, span);
    return true;
}

void variable_access(Compiler *c, Name *name, Access access, Span span) {
    static const uint8_t locals[] = {OP_LOAD_LOCAL, OP_STORE_LOCAL, OP_DELETE_LOCAL};
    static const uint8_t cells[] = {OP_LOAD_CELL, OP_STORE_CELL, OP_DELETE_CELL};
    static const uint8_t globals[] = {OP_LOAD_GLOBAL, OP_STORE_GLOBAL, OP_DELETE_GLOBAL};
    static const uint8_t names[] = {OP_LOAD_NAME, OP_STORE_NAME, OP_DELETE_NAME};
    if (!name) compile_fail_memory(c);
    if (c->failed) return;
    Variable v = find_variable(c, name, false);
    if (access == ACCESS_LOAD && c->scope->sees_class && load_through_class(c, name, v, span)) return;
    switch (v.storage) {
    case STORAGE_LOCAL: emit(c, (Opcode)locals[access], (int32_t)v.slot, span); break;
    case STORAGE_FREE:
        if (c->scope->kind == SCOPE_CLASS && access == ACCESS_LOAD) {
            emit(c, OP_LOAD_LOCALS, 0, span);
            emit(c, OP_LOAD_DICT_OR_CELL, (int32_t)v.slot, span);
            break;
        }
        /* fall through */
    case STORAGE_CELL: emit(c, (Opcode)cells[access], (int32_t)v.slot, span); break;
    case STORAGE_GLOBAL: emit_name(c, (Opcode)globals[access], name, span); break;
    case STORAGE_NAME: emit_name(c, (Opcode)names[access], name, span); break;
    case STORAGE_IMPLICIT: emit_name(c, implicit_opcode(c, access), name, span); break;
    }
}

void identifier_access(Compiler *c, Identifier identifier, Access access, Span span) {
    if (!c->failed) variable_access(c, name_identifier(c, identifier), access, span);
}

void variable_forget(Compiler *c, Name *name) {
    Variable v = find_variable(c, name, false);
    if (v.storage == STORAGE_LOCAL) {
        emit(c, OP_CLEAR_LOCAL, (int32_t)v.slot, NO_SPAN);
        return;
    }
    emit_const(c, NONE, NO_SPAN); /* so that deleting it cannot fail */
    variable_access(c, name, ACCESS_STORE, NO_SPAN);
    variable_access(c, name, ACCESS_DELETE, NO_SPAN);
}
