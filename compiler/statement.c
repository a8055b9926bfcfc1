/* Statements, but for those that have a file of their own. */

#include "compiler/compiler.h"

#include <string.h>

#include "compiler/warn.h"

/* ---- Branches and loops ------------------------------------------------------------------------------------------ */

/* A chain of elifs is as long as its source: a loop, not a recursion. */
static void if_statement(Compiler *c, Node *node) {
    Label end = label_new(c);
    for (;;) {
        NodeList orelse = node->If.orelse;
        Label next = orelse.count ? label_new(c) : end;
        if (fold_truth(c, node->If.test) >= 0) emit_line(c, node->If.test->span);
        jump_if(c, node->If.test, next, false);
        statements(c, node->If.body);
        if (orelse.count == 0 || c->failed) break;
        emit_jump(c, OP_JUMP, end, NO_SPAN);
        label_place(c, next);
        if (!ast_is_elif(orelse)) {
            statements(c, orelse);
            break;
        }
        node = orelse.items[0];
    }
    label_place(c, end);
}

/*
 * The test stands in front of the body and, again, behind it, so that each round takes one jump. Of `while True` only
 * its line is left there, which each round comes by.
 */
static void while_statement(Compiler *c, Node *node) {
    Block block;
    Label test = label_new(c), body = label_new(c), otherwise = label_new(c), end = label_new(c);
    block_push(c, &block, BLOCK_WHILE, node);
    block.start = test;
    block.exit = end;
    int constant = fold_truth(c, node->While.test);
    if (constant >= 0) emit_line(c, node->While.test->span);
    jump_if(c, node->While.test, otherwise, false);
    label_place(c, body);
    statements(c, node->While.body);
    label_place(c, test);
    if (constant > 0)
        emit_jump(c, OP_JUMP, body, node->While.test->span);
    else if (!c->failed)
        jump_if(c, node->While.test, body, true);
    block_pop(c);
    label_place(c, otherwise);
    statements(c, node->While.orelse);
    label_place(c, end);
}

static void for_statement(Compiler *c, Node *node) {
    Block block;
    Label next = label_new(c), otherwise = label_new(c), end = label_new(c);
    Span span = node->For.iter->span;
    block_push(c, &block, BLOCK_FOR, node);
    block.start = next;
    block.exit = end;
    iterable(c, node->For.iter);
    emit(c, OP_GET_ITER, 0, span);
    label_place(c, next);
    emit_jump(c, OP_FOR_ITER, otherwise, span);
    assign(c, node->For.target);
    statements(c, node->For.body);
    emit_jump(c, OP_JUMP, next, NO_SPAN);
    block_pop(c);
    label_place(c, otherwise);
    statements(c, node->For.orelse);
    label_place(c, end);
}

/* The next item is awaited; the StopAsyncIteration that ends the loop comes to a handler of its own. */
static void async_for_statement(Compiler *c, Node *node) {
    Block block;
    Label next = label_new(c), ended = label_new(c), end = label_new(c);
    Span span = node->For.iter->span;
    block_push(c, &block, BLOCK_FOR, node);
    block.start = next;
    block.exit = end;
    expression(c, node->For.iter);
    emit(c, OP_GET_AITER, 0, span);
    label_place(c, next);
    async_next(c, ended, span);
    assign(c, node->For.target);
    statements(c, node->For.body);
    emit_jump(c, OP_JUMP, next, NO_SPAN);
    block_pop(c);
    label_place(c, ended);
    emit(c, OP_END_ASYNC_FOR, 0, span);
    statements(c, node->For.orelse);
    label_place(c, end);
}

/* ---- Import ------------------------------------------------------------------------------------------------------ */

/* import a.b.c as name: (a) -> c, stored */
static void import_as(Compiler *c, Identifier module, Identifier asname, Span span) {
    const char *dot = memchr(module.utf8, '.', module.length), *end = module.utf8 + module.length;
    bool dotted = dot != NULL;
    while (dot && !c->failed) {
        const char *part = dot + 1;
        dot = memchr(part, '.', (size_t)(end - part));
        Name *name = name_of(&c->names, part, (size_t)((dot ? dot : end) - part), true);
        emit_name(c, OP_IMPORT_FROM, name, span);
        if (!dot) break;
        emit(c, OP_SWAP, 2, span);
        emit(c, OP_POP_TOP, 0, span);
    }
    identifier_access(c, asname, ACCESS_STORE, span);
    if (dotted) emit(c, OP_POP_TOP, 0, span);
}

/* Private like any name, unless it has parts. */
static Name *module_name(Compiler *c, Identifier name) {
    bool dotted = memchr(name.utf8, '.', name.length) != NULL;
    return dotted ? name_of(&c->names, name.utf8, name.length, false) : name_identifier(c, name);
}

static void import_statement(Compiler *c, Node *node) {
    Span span = node->span;
    for (uint32_t i = 0; i < node->Import.names.count && !c->failed; i++) {
        __typeof__(node->alias) *alias = &node->Import.names.items[i]->alias;
        emit_const(c, int_small(0), span);
        emit_const(c, NONE, span);
        emit_name(c, OP_IMPORT_NAME, module_name(c, alias->name), span);
        if (alias->asname.utf8) {
            import_as(c, alias->name, alias->asname, span);
            continue;
        }
        const char *dot = memchr(alias->name.utf8, '.', alias->name.length);
        size_t length = dot ? (size_t)(dot - alias->name.utf8) : alias->name.length;
        Name *top = name_of(&c->names, alias->name.utf8, length, true);
        variable_access(c, name_mangle(&c->names, c->scope->class_name, top), ACCESS_STORE, span);
    }
}

static Value import_names(Compiler *c, NodeList names) {
    Value *items = arena_alloc(c->arena, names.count * sizeof *items);
    if (!items) compile_fail_memory(c);
    for (uint32_t i = 0; i < names.count && !c->failed; i++) {
        Identifier name = names.items[i]->alias.name;
        items[i] = name_value(c, name_of(&c->names, name.utf8, name.length, false));
    }
    return tuple_value(c, items, names.count);
}

static void import_from_statement(Compiler *c, Node *node) {
    __typeof__(node->ImportFrom) *f = &node->ImportFrom;
    Span span = node->span;
    bool future = f->level == 0 && f->module.utf8 && strcmp(f->module.utf8, "__future__") == 0;
    if (future && span.line > c->future_end)
        compile_fail(c, span, "from __future__ imports must occur at the beginning of the file");
    Value names = import_names(c, f->names);
    if (c->failed) return;
    emit_const(c, int_small(f->level), span);
    emit_const(c, names, span);
    emit_name(c, OP_IMPORT_NAME, f->module.utf8 ? module_name(c, f->module) : name_c(c, ""), span);
    if (strcmp(f->names.items[0]->alias.name.utf8, "*") == 0) {
        emit(c, OP_IMPORT_STAR, 0, span);
        return;
    }
    for (uint32_t i = 0; i < f->names.count && !c->failed; i++) {
        __typeof__(node->alias) *alias = &f->names.items[i]->alias;
        emit_name(c, OP_IMPORT_FROM, name_identifier(c, alias->name), span);
        identifier_access(c, alias->asname.utf8 ? alias->asname : alias->name, ACCESS_STORE, span);
    }
    emit(c, OP_POP_TOP, 0, span);
}

/* ---- The rest ---------------------------------------------------------------------------------------------------- */

static void raise_statement(Compiler *c, Node *node) {
    if (node->Raise.exc) expression(c, node->Raise.exc);
    if (node->Raise.cause) expression(c, node->Raise.cause);
    emit(c, OP_RAISE, (node->Raise.exc != NULL) + (node->Raise.cause != NULL), node->span);
}

static void assert_statement(Compiler *c, Node *node) {
    warn_assert(c, node);
    if (c->flags & COMPILE_NO_ASSERTS) return;
    Label end = label_new(c);
    jump_if(c, node->Assert.test, end, true);
    emit(c, OP_LOAD_ASSERTION_ERROR, 0, node->span);
    if (node->Assert.msg) {
        emit(c, OP_PUSH_ABSENT, 0, node->span);
        expression(c, node->Assert.msg);
        emit(c, OP_CALL, 1, node->span);
    }
    emit(c, OP_RAISE, 1, node->Assert.test->span);
    label_place(c, end);
}

static void expression_statement(Compiler *c, Node *node) {
    Node *value = node->Expr.value;
    if (c->mode == COMPILE_SINGLE && !c->unit->outer) {
        expression(c, value);
        emit(c, OP_PRINT_EXPR, 0, node->span);
    } else if (value->kind != AST_Constant) {
        expression(c, value);
        emit(c, OP_POP_TOP, 0, node->span);
    } else {
        fold_constant(c, value); /* a wrong literal is an error even if nobody uses it */
        emit_line(c, node->span);
    }
}

void statement(Compiler *c, Node *node) {
    if (c->failed || compile_refused(c, node)) return;
    switch (node->kind) {
    case AST_Expr: expression_statement(c, node); break;
    case AST_Assign: assign_statement(c, node); break;
    case AST_AugAssign: augmented_assign(c, node); break;
    case AST_AnnAssign: annotated_assign(c, node); break;
    case AST_If: if_statement(c, node); break;
    case AST_For: for_statement(c, node); break;
    case AST_AsyncFor: async_for_statement(c, node); break;
    case AST_While: while_statement(c, node); break;
    case AST_Return: return_statement(c, node); break;
    case AST_Break:
    case AST_Continue: loop_exit(c, node); break;
    case AST_FunctionDef:
    case AST_AsyncFunctionDef: function_definition(c, node); break;
    case AST_ClassDef: class_definition(c, node); break;
    case AST_TypeAlias: type_alias_statement(c, node); break;
    case AST_Match: match_statement(c, node); break;
    case AST_Try:
    case AST_TryStar: try_statement(c, node); break;
    case AST_With:
    case AST_AsyncWith: with_statement(c, node); break;
    case AST_Raise: raise_statement(c, node); break;
    case AST_Assert: assert_statement(c, node); break;
    case AST_Delete:
        for (uint32_t i = 0; i < node->Delete.targets.count; i++)
            delete_target(c, node->Delete.targets.items[i]);
        break;
    case AST_Import: import_statement(c, node); break;
    case AST_ImportFrom: import_from_statement(c, node); break;
    case AST_Pass: emit_line(c, node->span); break;
    default: break; /* global, nonlocal */
    }
}

void statements(Compiler *c, NodeList list) {
    for (uint32_t i = 0; i < list.count && !c->failed; i++)
        statement(c, list.items[i]);
}

/* ---- Bodies of modules and classes ------------------------------------------------------------------------------- */

static bool has_annotations(const Node *node);

static bool list_has_annotations(NodeList list) {
    for (uint32_t i = 0; i < list.count; i++)
        if (has_annotations(list.items[i])) return true;
    return false;
}

/* Does running the statement record an annotation in the namespace around it? */
static bool has_annotations(const Node *node) {
    while (node->kind == AST_If && ast_is_elif(node->If.orelse)) {
        if (list_has_annotations(node->If.body)) return true;
        node = node->If.orelse.items[0];
    }
    switch (node->kind) {
    case AST_AnnAssign: return true;
    case AST_For:
    case AST_AsyncFor: return list_has_annotations(node->For.body) || list_has_annotations(node->For.orelse);
    case AST_While: return list_has_annotations(node->While.body) || list_has_annotations(node->While.orelse);
    case AST_If: return list_has_annotations(node->If.body) || list_has_annotations(node->If.orelse);
    case AST_With:
    case AST_AsyncWith: return list_has_annotations(node->With.body);
    case AST_ExceptHandler: return list_has_annotations(node->ExceptHandler.body);
    case AST_match_case: return list_has_annotations(node->match_case.body);
    case AST_Match: return list_has_annotations(node->Match.cases);
    case AST_Try:
    case AST_TryStar:
        return list_has_annotations(node->Try.body) || list_has_annotations(node->Try.handlers) ||
               list_has_annotations(node->Try.orelse) || list_has_annotations(node->Try.finalbody);
    default: return false;
    }
}

void block_body(Compiler *c, NodeList body) {
    bool present = false;
    Span start = {c->unit->first_line, 0, c->unit->first_line, 0};
    if (list_has_annotations(body)) emit(c, OP_SETUP_ANNOTATIONS, 0, start);
    Value doc = c->mode == COMPILE_SINGLE && !c->unit->outer ? ABSENT : docstring(c, body, &present);
    if (!is_absent(doc)) {
        emit_const(c, doc, body.items[0]->span);
        emit_name(c, OP_STORE_NAME, name_c(c, "__doc__"), body.items[0]->span);
    }
    if (present) body.items++, body.count--;
    statements(c, body);
}
