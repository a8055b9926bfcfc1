#include "compiler/symtable.h"

#include <string.h>

/* Sections: scopes and symbols; visiting definitions; statements; expressions; resolution. */

static bool visit(SymbolTable *t, Node *node);
static bool visit_list(SymbolTable *t, NodeList list);
static bool visit_children(SymbolTable *t, Node *node);

/* ---- Scopes and symbols ------------------------------------------------------------------------------------------ */

#define fail(t, span, ...) diagnostics_fail((t)->diagnostics, DIAGNOSTIC_SYNTAX_ERROR, span, __VA_ARGS__)

/* An error that CPython reports later, from its code generator. */
#define fail_located(t, ...) ((t)->located = true, fail(t, __VA_ARGS__))

/* One that the code generator is to report when it comes to the node, if no other comes first. */
static void refuse(SymbolTable *t, const Node *node, const char *message) {
    if (t->refused) return;
    t->refused = node;
    t->refusal = message;
}

Symbol *scope_find(const Scope *scope, const Name *name) {
    uint64_t *place = word_map_find(&scope->table, (uintptr_t)name);
    return place ? (Symbol *)(uintptr_t)*place : NULL;
}

Scope *symtable_scope(const SymbolTable *table, const Node *node) {
    uint64_t *place = word_map_find(&table->scopes, (uintptr_t)node);
    return place ? (Scope *)(uintptr_t)*place : NULL;
}

Scope *symtable_type_scope(const SymbolTable *table, NodeList type_params) {
    return type_params.count ? symtable_scope(table, (const Node *)type_params.items) : NULL;
}

/* `node` is the key: two scopes of one definition need different ones. */
static bool scope_enter(SymbolTable *t, ScopeKind kind, const Node *node) {
    Scope *parent = t->current;
    Scope *scope = arena_alloc(t->arena, sizeof *scope);
    if (!scope || !word_map_put(&t->scopes, t->arena, (uintptr_t)node, (uintptr_t)scope)) return false;
    *scope = (Scope){.kind = kind, .node = (Node *)node, .key = node, .parent = parent, .unit = scope};
    if (parent) {
        scope->class_name = parent->class_name;
        scope->iteration_depth = parent->iteration_depth;
        if (kind == SCOPE_COMPREHENSION) scope->unit = parent->unit;
        if (!parent->first)
            parent->first = scope;
        else
            parent->last->next = scope;
        parent->last = scope;
    }
    t->current = scope;
    return true;
}

static void scope_leave(SymbolTable *t) { t->current = t->current->parent; }

static Symbol *scope_intern(SymbolTable *t, Scope *scope, Name *name) {
    Symbol *symbol = scope_find(scope, name);
    if (symbol) return symbol;
    symbol = arena_alloc(t->arena, sizeof *symbol);
    if (!symbol || !word_map_put(&scope->table, t->arena, (uintptr_t)name, (uintptr_t)symbol)) return NULL;
    symbol->name = name;
    symbol->resolution = RESOLVED_GLOBAL_IMPLICIT;
    if (!scope->symbols)
        scope->symbols = symbol;
    else
        scope->last_symbol->next = symbol;
    scope->last_symbol = symbol;
    return symbol;
}

/* The unique, mangled name of an identifier in the current scope. */
static Name *scope_name(SymbolTable *t, Identifier identifier) {
    Name *name = name_of(t->names, identifier.utf8, identifier.length, false);
    return name_mangle(t->names, t->current->class_name, name);
}

static bool define_in(SymbolTable *t, Scope *scope, Name *name, int flag, Span span) {
    Symbol *symbol = name ? scope_intern(t, scope, name) : NULL;
    if (!symbol) return false;
    if ((flag & SYMBOL_PARAM) && (symbol->flags & SYMBOL_PARAM))
        return fail(t, span, "duplicate argument '%s' in function definition", name->utf8);
    if ((flag & SYMBOL_TYPE_PARAM) && (symbol->flags & SYMBOL_TYPE_PARAM))
        return fail(t, span, "duplicate type parameter '%s'", name->utf8);
    symbol->flags |= flag;
    if (t->current->in_iteration_target) {
        if (symbol->flags & (SYMBOL_GLOBAL | SYMBOL_NONLOCAL))
            return fail(t, span, "comprehension inner loop cannot rebind assignment expression target '%s'",
                        name->utf8);
        symbol->flags |= SYMBOL_ITERATION;
    }
    return true;
}

static bool define(SymbolTable *t, Identifier identifier, int flag, Span span) {
    if (flag != SYMBOL_USE && strcmp(identifier.utf8, "__debug__") == 0)
        return fail_located(t, span, "cannot assign to __debug__");
    return define_in(t, t->current, scope_name(t, identifier), flag, span);
}

/* ---- Definitions ------------------------------------------------------------------------------------------------- */

/* Under the annotations future they become text, but what they may hold is still checked. */
static bool visit_annotation(SymbolTable *t, Node *annotation) {
    if (!annotation) return true;
    if (!t->future_annotations) return visit(t, annotation);
    if (!scope_enter(t, SCOPE_ANNOTATION, annotation)) return false;
    bool ok = visit(t, annotation);
    scope_leave(t);
    return ok;
}

static bool visit_list_annotations(SymbolTable *t, NodeList args) {
    for (uint32_t i = 0; i < args.count; i++)
        if (!visit_annotation(t, args.items[i]->arg.annotation)) return false;
    return true;
}

static bool visit_annotations(SymbolTable *t, Node *arguments, Node *returns) {
    __typeof__(arguments->arguments) *a = &arguments->arguments;
    return visit_list_annotations(t, a->posonlyargs) && visit_list_annotations(t, a->args) &&
           (!a->vararg || visit_annotation(t, a->vararg->arg.annotation)) &&
           (!a->kwarg || visit_annotation(t, a->kwarg->arg.annotation)) &&
           visit_list_annotations(t, a->kwonlyargs) && visit_annotation(t, returns);
}

static bool define_parameters(SymbolTable *t, NodeList args) {
    for (uint32_t i = 0; i < args.count; i++)
        if (!define(t, args.items[i]->arg.arg, SYMBOL_PARAM, args.items[i]->span)) return false;
    return true;
}

static bool define_arguments(SymbolTable *t, Node *arguments) {
    __typeof__(arguments->arguments) *a = &arguments->arguments;
    return define_parameters(t, a->posonlyargs) && define_parameters(t, a->args) &&
           define_parameters(t, a->kwonlyargs) &&
           (!a->vararg || define(t, a->vararg->arg.arg, SYMBOL_PARAM, a->vararg->span)) &&
           (!a->kwarg || define(t, a->kwarg->arg.arg, SYMBOL_PARAM, a->kwarg->span));
}

static bool visit_defaults(SymbolTable *t, Node *arguments) {
    return visit_list(t, arguments->arguments.defaults) && visit_list(t, arguments->arguments.kw_defaults);
}

/* A name that the compiler itself stores or loads. */
static bool define_hidden(SymbolTable *t, const char *text, int flag) {
    return define_in(t, t->current, name_of(t->names, text, strlen(text), false), flag,
                     t->current->node->span);
}

/* A scope in which a class around it is looked at first has to get at the class's namespace. */
static bool see_class(SymbolTable *t, bool sees) {
    t->current->sees_class = sees;
    return !sees || define_hidden(t, NAME_CLASS_DICT, SYMBOL_USE);
}

static bool visit_lazily(SymbolTable *t, ScopeKind kind, Node *key, Node *value) {
    bool sees = t->current->kind == SCOPE_CLASS || t->current->sees_class;
    if (!scope_enter(t, kind, key)) return false;
    t->current->node = value;
    bool ok = see_class(t, sees) && visit(t, value);
    scope_leave(t);
    return ok;
}

Node **type_default(Node *node) {
    switch (node->kind) {
    case AST_TypeVar: return &node->TypeVar.default_value;
    case AST_ParamSpec: return &node->ParamSpec.default_value;
    default: return &node->TypeVarTuple.default_value;
    }
}

static bool visit_type_param(SymbolTable *t, Node *node) {
    if (!define(t, node->TypeVar.name, SYMBOL_TYPE_PARAM | SYMBOL_LOCAL, node->span)) return false;
    Node *bound = node->kind == AST_TypeVar ? node->TypeVar.bound : NULL, **place = type_default(node);
    if (bound && !visit_lazily(t, SCOPE_TYPE_BOUND, node, bound)) return false;
    ScopeKind kind = node->kind == AST_TypeVar     ? SCOPE_TYPE_DEFAULT
                     : node->kind == AST_ParamSpec ? SCOPE_SPEC_DEFAULT
                                                   : SCOPE_TUPLE_DEFAULT;
    return !*place || visit_lazily(t, kind, (Node *)place, *place);
}

/* Enter the scope of type parameters, if there are any, and define them. Leave it with leave_type_params. */
static bool enter_type_params(SymbolTable *t, NodeList type_params) {
    if (type_params.count == 0) return true;
    bool sees = t->current->kind == SCOPE_CLASS;
    Node *first = type_params.items[0];
    if (!scope_enter(t, SCOPE_TYPE_PARAMETERS, (const Node *)type_params.items)) return false;
    t->current->node = first;
    bool ok = see_class(t, sees);
    for (uint32_t i = 0; ok && i < type_params.count; i++)
        ok = visit_type_param(t, type_params.items[i]);
    return ok;
}

static void leave_type_params(SymbolTable *t, NodeList type_params) {
    if (type_params.count) scope_leave(t);
}

static bool has_keyword_default(const Node *arguments) {
    NodeList defaults = arguments->arguments.kw_defaults;
    for (uint32_t i = 0; i < defaults.count; i++)
        if (defaults.items[i]) return true;
    return false;
}

/* Defaults are worked out outside the scope of type parameters and handed in. */
static bool define_handed_in(SymbolTable *t, Node *arguments) {
    if (arguments->arguments.defaults.count && !define_hidden(t, NAME_DEFAULTS, SYMBOL_PARAM)) return false;
    return !has_keyword_default(arguments) || define_hidden(t, NAME_KEYWORD_DEFAULTS, SYMBOL_PARAM);
}

static bool visit_function_inside(SymbolTable *t, Node *node) {
    __typeof__(node->FunctionDef) *f = &node->FunctionDef;
    if (f->type_params.count && !define_handed_in(t, f->args)) return false;
    if (!visit_annotations(t, f->args, f->returns) || !scope_enter(t, SCOPE_FUNCTION, node)) return false;
    t->current->is_asynchronous = node->kind == AST_AsyncFunctionDef;
    bool ok = define_arguments(t, f->args) && visit_list(t, f->body);
    scope_leave(t);
    return ok;
}

static bool visit_function(SymbolTable *t, Node *node) {
    __typeof__(node->FunctionDef) *f = &node->FunctionDef;
    if (!define(t, f->name, SYMBOL_LOCAL, node->span) || !visit_defaults(t, f->args) ||
        !visit_list(t, f->decorator_list) || !enter_type_params(t, f->type_params) ||
        !visit_function_inside(t, node))
        return false;
    leave_type_params(t, f->type_params);
    return true;
}

static bool visit_lambda(SymbolTable *t, Node *node) {
    if (!visit_defaults(t, node->Lambda.args) || !scope_enter(t, SCOPE_LAMBDA, node)) return false;
    bool ok = define_arguments(t, node->Lambda.args) && visit(t, node->Lambda.body);
    scope_leave(t);
    return ok;
}

static bool visit_class_inside(SymbolTable *t, Node *node, const Name *name) {
    __typeof__(node->ClassDef) *c = &node->ClassDef;
    bool generic = c->type_params.count;
    if (generic && (!define_hidden(t, NAME_TYPE_PARAMS, SYMBOL_LOCAL) ||
                    !define_hidden(t, NAME_GENERIC_BASE, SYMBOL_LOCAL)))
        return false;
    if (!visit_list(t, c->bases) || !visit_list(t, c->keywords) || !scope_enter(t, SCOPE_CLASS, node))
        return false;
    t->current->class_name = name;
    bool ok = !generic || define_hidden(t, NAME_TYPE_PARAMS, SYMBOL_USE);
    ok = ok && visit_list(t, c->body);
    scope_leave(t);
    return ok;
}

static bool visit_class(SymbolTable *t, Node *node) {
    __typeof__(node->ClassDef) *c = &node->ClassDef;
    const Name *name = name_of(t->names, c->name.utf8, c->name.length, false);
    if (!name || !define(t, c->name, SYMBOL_LOCAL, node->span) || !visit_list(t, c->decorator_list) ||
        !enter_type_params(t, c->type_params))
        return false;
    if (c->type_params.count) t->current->class_name = name;
    if (!visit_class_inside(t, node, name)) return false;
    leave_type_params(t, c->type_params);
    return true;
}

static bool visit_type_alias(SymbolTable *t, Node *node) {
    NodeList type_params = node->TypeAlias.type_params;
    if (!define(t, node->TypeAlias.name->Name.id, SYMBOL_LOCAL, node->span) ||
        !enter_type_params(t, type_params) || !visit_lazily(t, SCOPE_TYPE_ALIAS, node, node->TypeAlias.value))
        return false;
    leave_type_params(t, type_params);
    return true;
}

/* ---- Statements -------------------------------------------------------------------------------------------------- */

/* What is wrong with declaring a name that the scope has used so; NULL: nothing. */
static const char *directive_problem(int flags, bool global) {
    if (flags & SYMBOL_PARAM) return "name '%s' is parameter and %s";
    if (flags & SYMBOL_USE) return "name '%s' is used prior to %s declaration";
    if (flags & SYMBOL_ANNOTATED)
        return global ? "annotated name '%s' can't be global" : "annotated name '%s' can't be nonlocal";
    return flags & SYMBOL_LOCAL ? "name '%s' is assigned to before %s declaration" : NULL;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
static bool visit_directive(SymbolTable *t, Node *node) {
    bool global = node->kind == AST_Global;
    IdentifierList names = node->Global.names;
    for (uint32_t i = 0; i < names.count; i++) {
        Name *name = scope_name(t, names.items[i]);
        Symbol *symbol = name ? scope_intern(t, t->current, name) : NULL;
        if (!symbol) return false;
        const char *problem = directive_problem(symbol->flags, global);
        if (problem) return fail(t, node->span, problem, name->utf8, global ? "global" : "nonlocal");
        symbol->flags |= global ? SYMBOL_GLOBAL : SYMBOL_NONLOCAL;
        if (symbol->directive.line == 0) symbol->directive = node->span;
    }
    return true;
}
#pragma GCC diagnostic pop

static bool visit_import(SymbolTable *t, Node *node) {
    NodeList names = node->kind == AST_Import ? node->Import.names : node->ImportFrom.names;
    for (uint32_t i = 0; i < names.count; i++) {
        Node *alias = names.items[i];
        Identifier bound = alias->alias.asname.utf8 ? alias->alias.asname : alias->alias.name;
        if (strcmp(bound.utf8, "*") == 0) {
            if (t->current->kind != SCOPE_MODULE)
                return fail(t, alias->span, "import * only allowed at module level");
            continue;
        }
        const char *dot = alias->alias.asname.utf8 ? NULL : memchr(bound.utf8, '.', bound.length);
        if (dot) {
            bound.length = (uint32_t)(dot - bound.utf8);
            bound.utf8 = arena_copy(t->arena, bound.utf8, bound.length);
            if (!bound.utf8) return false;
        }
        if (!define(t, bound, SYMBOL_IMPORT, node->span)) return false;
    }
    return true;
}

static bool visit_annotated(SymbolTable *t, Node *node) {
    __typeof__(node->AnnAssign) *a = &node->AnnAssign;
    if (a->target->kind == AST_Name) {
        Identifier id = a->target->Name.id;
        Name *name = scope_name(t, id);
        Symbol *symbol = name ? scope_find(t->current, name) : NULL;
        int declared = symbol ? symbol->flags & (SYMBOL_GLOBAL | SYMBOL_NONLOCAL) : 0;
        if (declared && a->simple && t->current->kind != SCOPE_MODULE)
            return fail(t, node->span, "annotated name '%s' can't be %s", name->utf8,
                        declared & SYMBOL_GLOBAL ? "global" : "nonlocal");
        int flags = a->simple ? SYMBOL_ANNOTATED | SYMBOL_LOCAL : a->value ? SYMBOL_LOCAL : 0;
        if (flags && !define(t, id, flags, a->value ? a->target->span : node->span)) return false;
    } else if (!visit(t, a->target)) {
        return false;
    }
    return visit_annotation(t, a->annotation) && (!a->value || visit(t, a->value));
}

static bool visit_handler(SymbolTable *t, Node *node) {
    __typeof__(node->ExceptHandler) *h = &node->ExceptHandler;
    return (!h->type || visit(t, h->type)) &&
           (!h->name.utf8 || define(t, h->name, SYMBOL_LOCAL, node->span)) && visit_list(t, h->body);
}

/* Patterns that bind a name. */
static bool visit_capture(SymbolTable *t, Node *node) {
    Identifier name = node->kind == AST_MatchAs     ? node->MatchAs.name
                      : node->kind == AST_MatchStar ? node->MatchStar.name
                                                    : node->MatchMapping.rest;
    return visit_children(t, node) && (!name.utf8 || define(t, name, SYMBOL_LOCAL, node->span));
}

/* A chain of elifs is as long as its source: a loop, not a recursion. */
static bool visit_if(SymbolTable *t, Node *node) {
    for (;; node = node->If.orelse.items[0]) {
        if (!visit(t, node->If.test) || !visit_list(t, node->If.body)) return false;
        if (!ast_is_elif(node->If.orelse)) return visit_list(t, node->If.orelse);
    }
}

static bool is_async_function(const Scope *scope) {
    return scope->kind == SCOPE_FUNCTION && scope->is_asynchronous;
}

/* May code of the scope itself await? */
static bool may_await(const SymbolTable *t, const Scope *scope) {
    return is_async_function(scope) || (t->module_may_await && scope->kind == SCOPE_MODULE);
}

static bool visit_async_block(SymbolTable *t, Node *node) {
    if (may_await(t, t->current))
        t->current->is_asynchronous = true;
    else
        refuse(t, node,
               node->kind == AST_AsyncFor ? "'async for' outside async function"
                                          : "'async with' outside async function");
    return visit_children(t, node);
}

/* ---- Expressions ------------------------------------------------------------------------------------------------- */

/* The scopes in which nothing may be bound or yielded, by what messages call them; NULL: no such scope. */
static const char *restricted_scope(const Scope *scope) {
    switch (scope->kind) {
    case SCOPE_ANNOTATION: return "an annotation";
    case SCOPE_TYPE_BOUND: return "a TypeVar bound";
    case SCOPE_TYPE_DEFAULT: return "a TypeVar default";
    case SCOPE_TUPLE_DEFAULT: return "a TypeVarTuple default";
    case SCOPE_SPEC_DEFAULT: return "a ParamSpec default";
    case SCOPE_TYPE_ALIAS: return "a type alias";
    case SCOPE_TYPE_PARAMETERS: return "the definition of a generic";
    default: return NULL;
    }
}

static bool is_type_default(const Scope *scope) {
    return scope->kind == SCOPE_TYPE_DEFAULT || scope->kind == SCOPE_TUPLE_DEFAULT ||
           scope->kind == SCOPE_SPEC_DEFAULT;
}

static bool check_allowed(SymbolTable *t, Node *node, const char *what) {
    const char *scope = restricted_scope(t->current);
    return !scope || fail(t, node->span, "%s cannot be used within %s", what, scope);
}

/* `target :=` in a comprehension binds in the nearest function or module around it. */
static bool bind_outside_comprehension(SymbolTable *t, Node *target) {
    Name *name = scope_name(t, target->Name.id);
    if (!name) return false;
    Span span = target->span;
    for (Scope *scope = t->current; scope; scope = scope->parent) {
        Symbol *symbol = scope_find(scope, name);
        if (scope->kind == SCOPE_COMPREHENSION || scope->kind == SCOPE_GENERATOR) {
            if (symbol && (symbol->flags & SYMBOL_ITERATION) &&
                (symbol->flags & (SYMBOL_LOCAL | SYMBOL_GLOBAL)))
                return fail(t, span,
                            "assignment expression cannot rebind comprehension iteration variable '%s'",
                            name->utf8);
            continue;
        }
        if (scope->kind == SCOPE_CLASS)
            return fail(t, span,
                        "assignment expression within a comprehension cannot be used in a class body");
        if (restricted_scope(scope)) {
            bool generic = scope->kind == SCOPE_TYPE_PARAMETERS;
            return fail(t, span, "assignment expression within a comprehension cannot be used %s %s",
                        generic ? "within" : "in",
                        is_type_default(scope) ? "a TypeVar bound"
                                               : restricted_scope(scope)); /* as CPython says */
        }
        bool global = scope->kind == SCOPE_MODULE || (symbol && symbol->flags & SYMBOL_GLOBAL);
        if (!define_in(t, t->current, name, global ? SYMBOL_GLOBAL : SYMBOL_NONLOCAL, span)) return false;
        scope_find(t->current, name)->directive = span;
        return define_in(t, scope, name, scope->kind == SCOPE_MODULE ? SYMBOL_GLOBAL : SYMBOL_LOCAL, span);
    }
    return true;
}

static bool visit_walrus(SymbolTable *t, Node *node) {
    Node *target = node->NamedExpr.target;
    if (!check_allowed(t, node, "named expression")) return false;
    if (t->current->iteration_depth)
        return fail(t, node->span,
                    "assignment expression cannot be used in a comprehension iterable expression");
    bool inside = t->current->kind == SCOPE_COMPREHENSION || t->current->kind == SCOPE_GENERATOR;
    if (inside && !bind_outside_comprehension(t, target)) return false;
    return visit(t, node->NamedExpr.value) && visit(t, target);
}

static bool visit_target(SymbolTable *t, Node *target) {
    t->current->in_iteration_target = true;
    bool ok = visit(t, target);
    t->current->in_iteration_target = false;
    return ok;
}

/* The iterable is looked at in `t->current`, where no assignment expression may stand in it. */
static bool visit_iterable(SymbolTable *t, Node *iterable) {
    t->current->iteration_depth++;
    bool ok = visit(t, iterable);
    t->current->iteration_depth--;
    return ok;
}

static bool visit_generators(SymbolTable *t, NodeList generators) {
    for (uint32_t i = 0; i < generators.count; i++) {
        __typeof__(generators.items[i]->comprehension) *g = &generators.items[i]->comprehension;
        if (!visit_target(t, g->target) || (i && !visit_iterable(t, g->iter)) || !visit_list(t, g->ifs))
            return false;
        if (g->is_async) t->current->is_asynchronous = true;
    }
    return true;
}

/* A list, set or dict comprehension that awaits makes what it stands in await. */
static void await_in_comprehension(SymbolTable *t, const Node *node) {
    Scope *scope = t->current;
    bool inner = scope->kind == SCOPE_COMPREHENSION || scope->kind == SCOPE_GENERATOR;
    if (!inner && !may_await(t, scope))
        refuse(t, node, "asynchronous comprehension outside of an asynchronous function");
    else
        scope->is_asynchronous = true;
}

static bool visit_comprehension(SymbolTable *t, Node *node, NodeList generators, Node *element, Node *value) {
    ScopeKind kind = node->kind == AST_GeneratorExp ? SCOPE_GENERATOR : SCOPE_COMPREHENSION;
    if (!visit_iterable(t, generators.items[0]->comprehension.iter) || !scope_enter(t, kind, node))
        return false;
    bool ok = visit_generators(t, generators) && (!value || visit(t, value)) && visit(t, element);
    t->current->is_generator = kind == SCOPE_GENERATOR;
    bool awaits = kind == SCOPE_COMPREHENSION && t->current->is_asynchronous;
    scope_leave(t);
    if (ok && awaits) await_in_comprehension(t, node);
    return ok;
}

static const char *comprehension_description(const Scope *scope) {
    switch (scope->node->kind) {
    case AST_ListComp: return "'yield' inside list comprehension";
    case AST_SetComp: return "'yield' inside set comprehension";
    case AST_DictComp: return "'yield' inside dict comprehension";
    default: return "'yield' inside generator expression";
    }
}

static bool visit_yield(SymbolTable *t, Node *node) {
    Node *value = node->kind == AST_Yield ? node->Yield.value : node->YieldFrom.value;
    if (!check_allowed(t, node, "yield expression") || (value && !visit(t, value))) return false;
    t->current->is_generator = true;
    if (t->current->kind == SCOPE_GENERATOR || t->current->kind == SCOPE_COMPREHENSION)
        return fail(t, node->span, "%s", comprehension_description(t->current));
    if (node->kind == AST_YieldFrom && is_async_function(t->current))
        refuse(t, node, "'yield from' inside async function");
    return true;
}

static bool visit_await(SymbolTable *t, Node *node) {
    if (!check_allowed(t, node, "await expression")) return false;
    Scope *scope = t->current;
    bool inner = scope->kind == SCOPE_COMPREHENSION || scope->kind == SCOPE_GENERATOR;
    if (!inner && !may_await(t, scope))
        refuse(t, node,
               scope_is_function(scope) ? "'await' outside async function" : "'await' outside function");
    else
        scope->is_asynchronous = true;
    return visit(t, node->Await.value);
}

static bool visit_name(SymbolTable *t, Node *node) {
    Identifier id = node->Name.id;
    if (node->Name.ctx != CONTEXT_LOAD) {
        if (node->Name.ctx == CONTEXT_DEL && strcmp(id.utf8, "__debug__") == 0)
            return fail_located(t, node->span, "cannot delete __debug__");
        return define(t, id, SYMBOL_LOCAL, node->span);
    }
    if (!define(t, id, SYMBOL_USE, node->span)) return false;
    if (!scope_is_function(t->current) || strcmp(id.utf8, "super") != 0) return true;
    return define(t, (Identifier){"__class__", 9}, SYMBOL_USE, node->span);
}

static bool visit_attribute(SymbolTable *t, Node *node) {
    if (node->Attribute.ctx == CONTEXT_STORE && strcmp(node->Attribute.attr.utf8, "__debug__") == 0)
        return fail_located(t, node->span, "cannot assign to __debug__");
    return visit(t, node->Attribute.value);
}

static bool visit_keyword(SymbolTable *t, Node *node) {
    if (node->keyword.arg.utf8 && strcmp(node->keyword.arg.utf8, "__debug__") == 0)
        return fail_located(t, node->span, "cannot assign to __debug__");
    return visit(t, node->keyword.value);
}

/* Any kind without rules of its own: its children in the order of their fields. */
static bool visit_children(SymbolTable *t, Node *node) {
    for (AstCursor c = ast_first(node); c.field->name; ast_next(&c)) {
        if (c.field->type == FIELD_CHILD) {
            Node *child = *(Node **)c.value;
            if (child && !visit(t, child)) return false;
        } else if (c.field->type == FIELD_CHILDREN) {
            if (!visit_list(t, *(NodeList *)c.value)) return false;
        }
    }
    return true;
}

static bool visit_list(SymbolTable *t, NodeList list) {
    for (uint32_t i = 0; i < list.count; i++)
        if (list.items[i] && !visit(t, list.items[i])) return false;
    return true;
}

static bool visit(SymbolTable *t, Node *node) {
    switch (node->kind) {
    case AST_FunctionDef:
    case AST_AsyncFunctionDef: return visit_function(t, node);
    case AST_ClassDef: return visit_class(t, node);
    case AST_Lambda: return visit_lambda(t, node);
    case AST_Global:
    case AST_Nonlocal: return visit_directive(t, node);
    case AST_Import:
    case AST_ImportFrom: return visit_import(t, node);
    case AST_AnnAssign: return visit_annotated(t, node);
    case AST_ExceptHandler: return visit_handler(t, node);
    case AST_If: return visit_if(t, node);
    case AST_MatchAs:
    case AST_MatchStar:
    case AST_MatchMapping: return visit_capture(t, node);
    case AST_Name: return visit_name(t, node);
    case AST_Attribute: return visit_attribute(t, node);
    case AST_keyword: return visit_keyword(t, node);
    case AST_NamedExpr: return visit_walrus(t, node);
    case AST_ListComp:
    case AST_SetComp:
    case AST_GeneratorExp:
        return visit_comprehension(t, node, node->ListComp.generators, node->ListComp.elt, NULL);
    case AST_DictComp:
        return visit_comprehension(t, node, node->DictComp.generators, node->DictComp.key,
                                   node->DictComp.value);
    case AST_Yield:
    case AST_YieldFrom: return visit_yield(t, node);
    case AST_Await: return visit_await(t, node);
    case AST_TypeAlias: return visit_type_alias(t, node);
    case AST_AsyncFor:
    case AST_AsyncWith: return visit_async_block(t, node);
    default: return visit_children(t, node);
    }
}

/* ---- Resolution -------------------------------------------------------------------------------------------------- */

/* What a class keeps in cells for the code inside it. */
static bool is_class_cell(const Scope *scope, const Name *name) {
    if (scope->kind != SCOPE_CLASS) return false;
    return strcmp(name->utf8, "__class__") == 0 || strcmp(name->utf8, NAME_CLASS_DICT) == 0;
}

/* The function around `scope` that binds `name`, or the class for `__class__`; NULL when it can only be global. */
static Scope *find_binding(Scope *scope, const Name *name) {
    for (Scope *s = scope->parent; s && s->kind != SCOPE_MODULE; s = s->parent) {
        if (is_class_cell(s, name)) return s;
        if (s->kind == SCOPE_CLASS || s->kind == SCOPE_ANNOTATION) continue;
        Symbol *symbol = scope_find(s, name);
        if (!symbol) continue;
        if (symbol->flags & SYMBOL_GLOBAL) return NULL;
        if ((symbol->flags & SYMBOL_BOUND) && !(symbol->flags & SYMBOL_NONLOCAL)) return s;
    }
    return NULL;
}

/* A scope between user and binder has to hand the cell through. */
static bool pass_through(SymbolTable *t, Scope *scope, Name *name, Scope *binding) {
    Symbol *symbol = scope_intern(t, scope, name);
    if (!symbol) return false;
    symbol->binding = binding;
    if (scope->kind == SCOPE_CLASS && (symbol->flags & (SYMBOL_BOUND | SYMBOL_GLOBAL)))
        symbol->flags |= SYMBOL_PASSED;
    else
        symbol->resolution = RESOLVED_FREE;
    return true;
}

/* Make `symbol` of `scope` the variable of that name in `binding`. Only a use from other code needs a cell. */
static bool resolve_free(SymbolTable *t, Scope *scope, Symbol *symbol, Scope *binding) {
    symbol->resolution = RESOLVED_FREE;
    symbol->binding = binding;
    for (Scope *s = scope->parent; s != binding; s = s->parent)
        if (!pass_through(t, s, symbol->name, binding)) return false;
    if (binding->kind == SCOPE_CLASS) {
        bool dict = strcmp(symbol->name->utf8, NAME_CLASS_DICT) == 0;
        *(dict ? &binding->needs_class_dict : &binding->needs_class_cell) = true;
    } else if (scope->unit != binding->unit) {
        scope_find(binding, symbol->name)->resolution = RESOLVED_CELL;
    }
    return true;
}

static bool resolve_nonlocal(SymbolTable *t, Scope *scope, Symbol *symbol) {
    if (scope->kind == SCOPE_MODULE)
        return fail(t, symbol->directive, "nonlocal declaration not allowed at module level");
    Scope *binding = find_binding(scope, symbol->name);
    if (!binding) return fail(t, symbol->directive, "no binding for nonlocal '%s' found", symbol->name->utf8);
    const Symbol *bound = scope_find(binding, symbol->name);
    if (bound && (bound->flags & SYMBOL_TYPE_PARAM))
        return fail(t, symbol->directive, "nonlocal binding not allowed for type parameter '%s'",
                    symbol->name->utf8);
    return resolve_free(t, scope, symbol, binding);
}

/* What the class that a scope sees says of a name: it goes before enclosing functions. False: nothing. */
static bool resolve_by_class(const Scope *scope, Symbol *symbol) {
    const Scope *class_scope = scope;
    if (!scope->sees_class) return false;
    while (class_scope->kind != SCOPE_CLASS)
        class_scope = class_scope->parent;
    const Symbol *in_class = scope_find(class_scope, symbol->name);
    if (!in_class || (in_class->flags & SYMBOL_NONLOCAL)) return false;
    if (in_class->flags & SYMBOL_GLOBAL) symbol->resolution = RESOLVED_GLOBAL_EXPLICIT;
    return in_class->flags & (SYMBOL_GLOBAL | SYMBOL_BOUND);
}

static bool resolve_symbol(SymbolTable *t, Scope *scope, Symbol *symbol) {
    if (symbol->flags & SYMBOL_GLOBAL) {
        if (symbol->flags & SYMBOL_NONLOCAL)
            return fail(t, symbol->directive, "name '%s' is nonlocal and global", symbol->name->utf8);
        symbol->resolution = RESOLVED_GLOBAL_EXPLICIT;
        return true;
    }
    if (symbol->flags & SYMBOL_NONLOCAL) return resolve_nonlocal(t, scope, symbol);
    if (symbol->flags & SYMBOL_BOUND) {
        if (symbol->resolution != RESOLVED_CELL) symbol->resolution = RESOLVED_LOCAL;
        return true;
    }
    if (!(symbol->flags & SYMBOL_USE) || resolve_by_class(scope, symbol)) return true;
    Scope *binding = find_binding(scope, symbol->name);
    /* A class body's own comprehensions do not see its __class__, which is not made yet. */
    bool visible = binding && (binding->kind != SCOPE_CLASS || scope->unit != binding->unit);
    return !visible || resolve_free(t, scope, symbol, binding);
}

/* The scope after `scope` in a walk that has parents before their children. */
static Scope *next_scope(Scope *scope) {
    if (scope->first && scope->kind != SCOPE_ANNOTATION) return scope->first;
    while (scope && !scope->next)
        scope = scope->parent;
    return scope ? scope->next : NULL;
}

static bool resolve_all(SymbolTable *t) {
    for (Scope *scope = t->module; scope; scope = next_scope(scope)) {
        if (scope->kind == SCOPE_ANNOTATION) continue;
        for (Symbol *symbol = scope->symbols; symbol; symbol = symbol->next)
            if (!resolve_symbol(t, scope, symbol)) return false;
    }
    return true;
}

bool symtable_build(SymbolTable *t, Node *root) {
    if (!scope_enter(t, SCOPE_MODULE, root)) return false;
    t->module = t->current;
    return visit_children(t, root) && resolve_all(t);
}
