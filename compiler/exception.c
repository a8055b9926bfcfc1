/*
 * try, with, and leaving blocks early.
 *
 * A finally clause is compiled once for each way out of what it guards: falling off the end, an exception, and every
 * return, break and continue. While such a copy or a handler is written, `unit->handler` is what covers the code
 * outside the statement.
 */

#include "compiler/compiler.h"

#include "runtime/code/code.h"

/* ---- Handlers ---------------------------------------------------------------------------------------------------- */

/* (exception) -> (handled before, exception), with `cleanup` taking care of errors in what follows: not in this
 * instruction itself, at which a trace function may fail. */
static Label begin_handler(Compiler *c, Span span) {
    Label cleanup = label_new(c);
    emit(c, OP_PUSH_EXC_INFO, 0, span);
    handler_push(c, cleanup, true, -1);
    return cleanup;
}

/* An error left a handler: (handled before, index, exception). Put things back and let it go on. */
static void end_handler(Compiler *c, Label cleanup) {
    handler_pop(c);
    label_place(c, cleanup);
    emit(c, OP_COPY, 3, NO_SPAN);
    emit(c, OP_POP_EXCEPT, 0, NO_SPAN);
    emit(c, OP_RERAISE, 1, NO_SPAN);
}

/* The name of `except ... as name` is unbound after the clause. */
static void forget_name(Compiler *c, Node *handler) {
    Name *name = name_identifier(c, handler->ExceptHandler.name);
    if (!c->failed) variable_forget(c, name);
}

/* The clause is done: leave the state of handling, uncovered by the handlers around the clauses. */
static void finish_clause(Compiler *c, Node *handler, uint32_t outer, Label end) {
    uint32_t covered = c->unit->handler;
    c->unit->handler = outer;
    emit(c, OP_POP_EXCEPT, 0, NO_SPAN);
    if (handler->ExceptHandler.name.utf8) forget_name(c, handler);
    emit_jump(c, OP_JUMP, end, NO_SPAN);
    c->unit->handler = covered;
}

static void named_clause_body(Compiler *c, Node *handler, uint32_t outer, Label end) {
    Block block;
    Label failed = label_new(c);
    identifier_access(c, handler->ExceptHandler.name, ACCESS_STORE, handler->span);
    block_push(c, &block, BLOCK_HANDLER, handler);
    block.handler = outer;
    handler_push(c, failed, true, 0);
    statements(c, handler->ExceptHandler.body);
    handler_pop(c);
    block_pop(c);
    finish_clause(c, handler, outer, end);
    label_place(c, failed);
    forget_name(c, handler);
    emit(c, OP_RERAISE, 1, NO_SPAN);
}

static void clause_body(Compiler *c, Node *handler, uint32_t outer, Label end) {
    Block block;
    emit(c, OP_POP_TOP, 0, handler->span);
    block_push(c, &block, BLOCK_HANDLER, handler);
    block.handler = outer;
    statements(c, handler->ExceptHandler.body);
    block_pop(c);
    finish_clause(c, handler, outer, end);
}

/* (handled before, exception): one except clause, or on to the next. */
static void except_clause(Compiler *c, Node *handler, uint32_t outer, Label end) {
    Label next = label_new(c);
    if (handler->ExceptHandler.type) {
        expression(c, handler->ExceptHandler.type);
        emit(c, OP_CHECK_EXC_MATCH, 0, handler->span);
        emit_jump(c, OP_POP_JUMP_IF_FALSE, next, handler->span);
    }
    if (handler->ExceptHandler.name.utf8)
        named_clause_body(c, handler, outer, end);
    else
        clause_body(c, handler, outer, end);
    label_place(c, next);
}

static void except_clauses(Compiler *c, NodeList handlers, Label end) {
    Block block;
    uint32_t outer = c->unit->handler;
    block_push(c, &block, BLOCK_EXCEPT, NULL);
    Label cleanup = begin_handler(c, NO_SPAN);
    for (uint32_t i = 0; i < handlers.count && !c->failed; i++) {
        if (!handlers.items[i]->ExceptHandler.type && i + 1 < handlers.count)
            compile_fail(c, handlers.items[i]->span, "default 'except:' must be last");
        except_clause(c, handlers.items[i], outer, end);
    }
    emit(c, OP_RERAISE, 0, handlers.items[handlers.count - 1]->span);
    end_handler(c, cleanup);
    block_pop(c);
}

/* ---- except* ----------------------------------------------------------------------------------------------------- */

/*
 * Through all clauses the stack holds (handled before, group, list, rest): what was raised; the exceptions that clauses
 * raised, in order; and what no clause has taken yet, or None.
 */

/* The body of a clause; an error in it goes to the list, and the next clause has its turn. */
static void star_clause_body(Compiler *c, Node *handler, Label next) {
    Block block;
    Label failed = label_new(c);
    bool named = handler->ExceptHandler.name.utf8;
    if (named)
        identifier_access(c, handler->ExceptHandler.name, ACCESS_STORE, handler->span);
    else
        emit(c, OP_POP_TOP, 0, handler->span);
    block_push(c, &block, BLOCK_GROUP_HANDLER, handler);
    handler_push(c, failed, false, 0);
    statements(c, handler->ExceptHandler.body);
    handler_pop(c);
    block_pop(c);
    if (named) forget_name(c, handler);
    emit_jump(c, OP_JUMP, next, NO_SPAN);
    label_place(c, failed); /* (..., list, rest, exception) */
    if (named) forget_name(c, handler);
    emit(c, OP_LIST_APPEND, 2, NO_SPAN);
    emit_jump(c, OP_JUMP, next, NO_SPAN);
}

static void star_clause(Compiler *c, Node *handler) {
    Label no_match = label_new(c), next = label_new(c);
    expression(c, handler->ExceptHandler.type);
    emit(c, OP_CHECK_GROUP_MATCH, 0, handler->span);
    emit(c, OP_COPY, 1, handler->span);
    emit_jump(c, OP_POP_JUMP_IF_NONE, no_match, handler->span);
    star_clause_body(c, handler, next);
    label_place(c, no_match);
    emit(c, OP_POP_TOP, 0, handler->span);
    label_place(c, next);
}

static void star_clauses(Compiler *c, NodeList handlers, Label end) {
    Block block;
    uint32_t outer = c->unit->handler;
    Label handled = label_new(c);
    block_push(c, &block, BLOCK_EXCEPT, NULL);
    Label cleanup = begin_handler(c, NO_SPAN);
    emit(c, OP_COPY, 1, NO_SPAN);
    emit(c, OP_BUILD_LIST, 0, NO_SPAN);
    emit(c, OP_SWAP, 2, NO_SPAN);
    for (uint32_t i = 0; i < handlers.count && !c->failed; i++)
        star_clause(c, handlers.items[i]);
    emit(c, OP_LIST_APPEND, 1, NO_SPAN);
    emit(c, OP_MERGE_GROUPS, 0, NO_SPAN);
    emit(c, OP_COPY, 1, NO_SPAN);
    emit_jump(c, OP_POP_JUMP_IF_NONE, handled, NO_SPAN);
    emit(c, OP_RERAISE, 0, NO_SPAN);
    label_place(c, handled);
    emit(c, OP_POP_TOP, 0, NO_SPAN);
    uint32_t covered = c->unit->handler;
    c->unit->handler = outer;
    emit(c, OP_POP_EXCEPT, 0, NO_SPAN);
    emit_jump(c, OP_JUMP, end, NO_SPAN);
    c->unit->handler = covered;
    end_handler(c, cleanup);
    block_pop(c);
}

/* ---- try --------------------------------------------------------------------------------------------------------- */

static void try_except(Compiler *c, Node *node) {
    Block block;
    Label except = label_new(c), end = label_new(c);
    block_push(c, &block, BLOCK_TRY, node);
    handler_push(c, except, false, 0);
    statements(c, node->Try.body);
    handler_pop(c);
    block_pop(c);
    statements(c, node->Try.orelse);
    emit_jump(c, OP_JUMP, end, NO_SPAN);
    Stream *before = cold_begin(c);
    label_place(c, except);
    if (node->kind == AST_TryStar)
        star_clauses(c, node->Try.handlers, end);
    else
        except_clauses(c, node->Try.handlers, end);
    cold_end(c, before);
    label_place(c, end);
}

static void try_finally(Compiler *c, Node *node) {
    Block block;
    Label failed = label_new(c), end = label_new(c);
    block_push(c, &block, BLOCK_FINALLY_TRY, node);
    handler_push(c, failed, false, 0);
    if (node->Try.handlers.count)
        try_except(c, node);
    else
        statements(c, node->Try.body);
    handler_pop(c);
    block_pop(c);
    statements(c, node->Try.finalbody);
    emit_jump(c, OP_JUMP, end, NO_SPAN);
    Stream *before = cold_begin(c);
    label_place(c, failed);
    block_push(c, &block, BLOCK_FINALLY_END, node);
    Label cleanup = begin_handler(c, NO_SPAN);
    statements(c, node->Try.finalbody);
    block_pop(c);
    emit(c, OP_RERAISE, 0, NO_SPAN);
    end_handler(c, cleanup);
    cold_end(c, before);
    label_place(c, end);
}

void try_statement(Compiler *c, Node *node) {
    emit_line(c, node->span);
    if (node->Try.finalbody.count)
        try_finally(c, node);
    else
        try_except(c, node);
}

/* ---- with -------------------------------------------------------------------------------------------------------- */

/* (__exit__, self) -> (result of __exit__(None, None, None)) */
static void call_exit(Compiler *c, Span span) {
    for (int i = 0; i < 3; i++)
        emit_const(c, NONE, span);
    emit(c, OP_CALL, 3, span);
}

/* (__exit__, self) -> ()  */
static void leave_with(Compiler *c, bool async, Span span) {
    call_exit(c, span);
    if (async) await_top(c, AWAIT_EXIT, span);
    emit(c, OP_POP_TOP, 0, span);
}

/* (__exit__, self, index, exception): ask __exit__; end with nothing of it on the stack, or raise again. */
static void with_handler(Compiler *c, bool async, Label end, Span span) {
    Label suppressed = label_new(c);
    uint32_t outer = c->unit->handler;
    Label cleanup = begin_handler(c, span);
    emit(c, OP_WITH_EXCEPT_START, 0, span);
    if (async) await_top(c, AWAIT_EXIT, span);
    emit_jump(c, OP_POP_JUMP_IF_TRUE, suppressed, span);
    emit(c, OP_RERAISE, 2, span);
    label_place(c, suppressed);
    emit(c, OP_POP_TOP, 0, span);
    uint32_t covered = c->unit->handler;
    c->unit->handler = outer;
    emit(c, OP_POP_EXCEPT, 0, span);
    for (int i = 0; i < 3; i++)
        emit(c, OP_POP_TOP, 0, span);
    emit_jump(c, OP_JUMP, end, span);
    c->unit->handler = covered;
    end_handler(c, cleanup);
}

static void with_item(Compiler *c, Node *node, uint32_t index) {
    if (index == node->With.items.count) {
        statements(c, node->With.body);
        return;
    }
    __typeof__(node->withitem) *item = &node->With.items.items[index]->withitem;
    Span span = item->context_expr->span;
    Block block;
    bool async = node->kind == AST_AsyncWith;
    Label failed = label_new(c), end = label_new(c);
    expression(c, item->context_expr);
    emit(c, OP_WITH_ENTER, async, span);
    if (async) await_top(c, AWAIT_ENTER, span);
    block_push(c, &block, async ? BLOCK_ASYNC_WITH : BLOCK_WITH, item->context_expr);
    handler_push(c, failed, true, -1);
    if (item->optional_vars)
        assign(c, item->optional_vars);
    else
        emit(c, OP_POP_TOP, 0, span);
    if (!c->failed) with_item(c, node, index + 1);
    handler_pop(c);
    block_pop(c);
    leave_with(c, async, span);
    emit_jump(c, OP_JUMP, end, span);
    Stream *before = cold_begin(c);
    label_place(c, failed);
    with_handler(c, async, end, span);
    cold_end(c, before);
    label_place(c, end);
}

void with_statement(Compiler *c, Node *node) { with_item(c, node, 0); }

/* ---- Leaving blocks ---------------------------------------------------------------------------------------------- */

static void pop_below(Compiler *c, bool keep) {
    if (keep) emit(c, OP_SWAP, 2, NO_SPAN);
    emit(c, OP_POP_TOP, 0, NO_SPAN);
}

static void unwind_finally(Compiler *c, Node *node, bool keep) {
    Block value;
    if (keep) block_push(c, &value, BLOCK_VALUE, node);
    statements(c, node->Try.finalbody);
    if (keep) block_pop(c);
}

static void unwind_with(Compiler *c, Node *manager, bool async, bool keep) {
    if (keep) { /* (__exit__, self, value) -> (value, __exit__, self) */
        emit(c, OP_SWAP, 3, manager->span);
        emit(c, OP_SWAP, 2, manager->span);
    }
    leave_with(c, async, manager->span);
}

static void unwind_block(Compiler *c, const Block *block, bool keep) {
    switch (block->kind) {
    case BLOCK_FOR:
    case BLOCK_VALUE: pop_below(c, keep); break;
    case BLOCK_FINALLY_TRY: unwind_finally(c, block->node, keep); break;
    case BLOCK_FINALLY_END:
        pop_below(c, keep);
        if (keep) emit(c, OP_SWAP, 2, NO_SPAN);
        emit(c, OP_POP_EXCEPT, 0, NO_SPAN);
        break;
    case BLOCK_WITH:
    case BLOCK_ASYNC_WITH: unwind_with(c, block->node, block->kind == BLOCK_ASYNC_WITH, keep); break;
    case BLOCK_HANDLER:
        if (keep) emit(c, OP_SWAP, 2, NO_SPAN);
        emit(c, OP_POP_EXCEPT, 0, NO_SPAN);
        if (block->node->ExceptHandler.name.utf8) forget_name(c, block->node);
        break;
    default: break;
    }
}

typedef struct {
    Block *blocks;
    uint32_t depth, handler;
} Position;

static Position blocks_position(const Compiler *c) {
    return (Position){c->unit->blocks, c->unit->block_depth, c->unit->handler};
}

static void blocks_restore(Compiler *c, Position position) {
    c->unit->blocks = position.blocks;
    c->unit->block_depth = position.depth;
    c->unit->handler = position.handler;
}

/* Leave the innermost blocks up to, not including, `until` (NULL: all), as if control went past their ends. With
 * `keep`, a value on top of the stack stays there. The caller puts the position back after its jump. */
static void unwind_blocks(Compiler *c, const Block *until, bool keep) {
    while (c->unit->blocks != until && !c->failed) {
        const Block *block = c->unit->blocks;
        block_pop(c);
        c->unit->handler = block->handler;
        unwind_block(c, block, keep);
    }
}

/* The exceptions that clauses of except* leave are merged at the end, so it has to be reached. */
static bool refuse_in_group_handler(Compiler *c, const Block *block, Span span) {
    if (block->kind != BLOCK_GROUP_HANDLER) return false;
    compile_fail(c, span, "'break', 'continue' and 'return' cannot appear in an except* block");
    return true;
}

/* Does leaving the blocks up to `until` run code of other lines? Then the statement's line comes before it, and what
 * follows belongs to no line, as in CPython. */
static bool runs_code(const Block *block, const Block *until) {
    while (block != until && block->kind != BLOCK_FINALLY_TRY && block->kind != BLOCK_WITH &&
           block->kind != BLOCK_ASYNC_WITH)
        block = block->outer;
    return block != until;
}

void loop_exit(Compiler *c, Node *node) {
    bool leave = node->kind == AST_Break;
    Block *loop = c->unit->blocks;
    while (loop && loop->kind != BLOCK_WHILE && loop->kind != BLOCK_FOR) {
        if (refuse_in_group_handler(c, loop, node->span)) return;
        loop = loop->outer;
    }
    if (!loop) {
        compile_fail(c, node->span, leave ? "'break' outside loop" : "'continue' not properly in loop");
        return;
    }
    Position position = blocks_position(c);
    const Block *until = leave ? loop->outer : loop;
    bool code = runs_code(c->unit->blocks, until);
    if (code) emit_line(c, node->span);
    unwind_blocks(c, until, false);
    emit_jump(c, OP_JUMP, leave ? loop->exit : loop->start, code ? NO_SPAN : node->span);
    blocks_restore(c, position);
}

void return_statement(Compiler *c, Node *node) {
    Node *value = node->Return.value;
    if (!scope_is_function(c->unit->scope)) {
        compile_fail(c, node->span, "'return' outside function");
        return;
    }
    if (value && c->unit->flags & CODE_ASYNC_GENERATOR) {
        compile_fail(c, node->span, "'return' with value in async generator");
        return;
    }
    Value constant = value ? fold_constant(c, value) : NONE;
    bool keep = is_absent(constant);
    if (keep && !c->failed) expression(c, value);
    for (const Block *block = c->unit->blocks; block; block = block->outer)
        if (refuse_in_group_handler(c, block, keep || !value ? node->span : value->span)) return;
    Position position = blocks_position(c);
    bool code = runs_code(c->unit->blocks, NULL);
    if (code && !keep) emit_line(c, value ? value->span : node->span);
    unwind_blocks(c, NULL, keep);
    if (!keep) emit_const(c, constant, code ? NO_SPAN : value ? value->span : node->span);
    emit(c, OP_RETURN, 0, code ? NO_SPAN : node->span);
    blocks_restore(c, position);
}
