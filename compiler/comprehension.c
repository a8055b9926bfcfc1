/*
 * Comprehensions. List, set and dict comprehensions run in the code around them (PEP 709): only their variables are
 * their own, and are unbound when the comprehension is done or fails. A generator expression is a function.
 */

#include "compiler/compiler.h"

#include "runtime/code/code.h"

typedef struct {
    Label next; /* where the loop takes its next item */
    Label end;
} Loop;

typedef __typeof__(((Node *)0)->comprehension) Clause;

static void open_iterable(Compiler *c, const Clause *clause) {
    iterable(c, clause->iter);
    emit(c, clause->is_async ? OP_GET_AITER : OP_GET_ITER, 0, clause->iter->span);
}

/* The heads of all loops: (iterator of the first) -> (iterator, ..., innermost iterator) at the element. */
static Loop *open_loops(Compiler *c, NodeList generators) {
    Loop *loops = arena_alloc(c->arena, generators.count * sizeof *loops);
    if (!loops) compile_fail_memory(c);
    for (uint32_t i = 0; i < generators.count && !c->failed; i++) {
        const Clause *g = &generators.items[i]->comprehension;
        loops[i] = (Loop){label_new(c), label_new(c)};
        if (i) open_iterable(c, g);
        label_place(c, loops[i].next);
        if (g->is_async)
            async_next(c, loops[i].end, g->iter->span);
        else
            emit_jump(c, OP_FOR_ITER, loops[i].end, g->iter->span);
        assign(c, g->target);
        for (uint32_t k = 0; k < g->ifs.count && !c->failed; k++)
            jump_if(c, g->ifs.items[k], loops[i].next, false);
    }
    return loops;
}

static void close_loops(Compiler *c, const Loop *loops, NodeList generators, Span span) {
    for (uint32_t i = generators.count; i-- && !c->failed;) {
        emit_jump(c, OP_JUMP, loops[i].next, span);
        label_place(c, loops[i].end);
        if (generators.items[i]->comprehension.is_async)
            emit(c, OP_END_ASYNC_FOR, 0, generators.items[i]->comprehension.iter->span);
    }
}

static void element(Compiler *c, Node *node, int32_t depth) {
    Node *elt = node->ListComp.elt;
    if (node->kind == AST_DictComp) {
        Span span = {elt->span.line, elt->span.column, node->DictComp.value->span.end_line,
                     node->DictComp.value->span.end_column};
        expression(c, node->DictComp.key);
        expression(c, node->DictComp.value);
        emit(c, OP_MAP_ADD, depth, span);
        return;
    }
    expression(c, elt);
    emit(c, node->kind == AST_SetComp ? OP_SET_ADD : OP_LIST_APPEND, depth, elt->span);
}

static bool is_own_variable(const Symbol *symbol) {
    return symbol->resolution == RESOLVED_LOCAL || symbol->resolution == RESOLVED_CELL;
}

static void make_cells(Compiler *c, Span span) {
    for (Symbol *s = c->scope->symbols; s; s = s->next)
        if (s->resolution == RESOLVED_CELL) emit(c, OP_MAKE_CELL, (int32_t)s->slot, span);
}

static void clear_variables(Compiler *c, Span span) {
    for (Symbol *s = c->scope->symbols; s; s = s->next)
        if (is_own_variable(s)) emit(c, OP_CLEAR_LOCAL, (int32_t)s->slot, span);
}

static NodeList generators_of(Node *node) {
    return node->kind == AST_DictComp ? node->DictComp.generators : node->ListComp.generators;
}

void comprehension(Compiler *c, Node *node) {
    static const uint8_t builds[] = {
        [AST_ListComp] = OP_BUILD_LIST, [AST_SetComp] = OP_BUILD_SET, [AST_DictComp] = OP_BUILD_MAP};
    NodeList generators = generators_of(node);
    Scope *outer = c->scope;
    Label failed = label_new(c), done = label_new(c);
    open_iterable(c, &generators.items[0]->comprehension);
    c->scope = symtable_scope(&c->symbols, node);
    handler_push(c, failed, false, -1); /* an error drops the iterator, too */
    make_cells(c, node->span);
    emit(c, (Opcode)builds[node->kind], 0, node->span);
    emit(c, OP_SWAP, 2, node->span);
    Loop *loops = open_loops(c, generators);
    if (!c->failed) element(c, node, (int32_t)generators.count + 1);
    if (!c->failed) close_loops(c, loops, generators, node->ListComp.elt->span);
    handler_pop(c);
    clear_variables(c, node->span);
    emit_jump(c, OP_JUMP, done, NO_SPAN);
    Stream *before = cold_begin(c);
    label_place(c, failed);
    clear_variables(c, node->span);
    emit(c, OP_RERAISE, 0, node->span);
    cold_end(c, before);
    label_place(c, done);
    c->scope = outer;
}

void generator_expression(Compiler *c, Node *node) {
    NodeList generators = node->GeneratorExp.generators;
    Node *elt = node->GeneratorExp.elt;
    Unit *unit = arena_alloc(c->arena, sizeof *unit);
    if (!unit) compile_fail_memory(c);
    if (c->failed) return;
    Scope *scope = symtable_scope(&c->symbols, node);
    unit_enter(c, unit, scope, text_value(c, "<genexpr>", 9), node->span.line);
    emit(c, OP_LOAD_LOCAL, 0, node->span);
    Loop *loops = open_loops(c, generators);
    expression(c, elt);
    emit(c, OP_YIELD, unit->flags & CODE_ASYNC_GENERATOR ? YIELD_ASYNC : YIELD_PLAIN, elt->span);
    emit(c, OP_POP_TOP, 0, elt->span);
    if (!c->failed) close_loops(c, loops, generators, elt->span);
    emit_const(c, NONE, NO_SPAN);
    emit(c, OP_RETURN, 0, NO_SPAN);
    make_closure(c, unit_leave(c), unit, 0, node->span);
    emit(c, OP_PUSH_ABSENT, 0, node->span);
    open_iterable(c, &generators.items[0]->comprehension);
    emit(c, OP_CALL, 1, node->span);
}
