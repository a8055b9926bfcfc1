/* Calls. The stack before one: (callable, self or ABSENT, arguments...). */

#include "compiler/compiler.h"

#include "compiler/warn.h"

enum {
    DIRECT_ARGUMENTS_MAX = 255
}; /* more are gathered in a list and a dict, so that the stack stays small */

static bool is_unpacking(NodeList args, NodeList keywords) {
    for (uint32_t i = 0; i < args.count; i++)
        if (args.items[i]->kind == AST_Starred) return true;
    for (uint32_t i = 0; i < keywords.count; i++)
        if (!keywords.items[i]->keyword.arg.utf8) return true;
    return false;
}

static void check_keywords(Compiler *c, NodeList keywords) {
    WordMap seen = {0};
    for (uint32_t i = 0; i < keywords.count && !c->failed; i++) {
        Identifier arg = keywords.items[i]->keyword.arg;
        Name *name = arg.utf8 ? name_of(&c->names, arg.utf8, arg.length, false) : NULL;
        if (!arg.utf8) continue;
        if (name && word_map_find(&seen, (uintptr_t)name))
            compile_fail(c, keywords.items[i]->span, "keyword argument repeated: %s", arg.utf8);
        else if (!name || !word_map_put(&seen, c->arena, (uintptr_t)name, 1))
            compile_fail_memory(c);
    }
}

static Value keyword_name(Compiler *c, Node *keyword) {
    Identifier arg = keyword->keyword.arg; /* never private */
    return name_value(c, name_of(&c->names, arg.utf8, arg.length, false));
}

static void direct_call(Compiler *c, uint32_t extra, NodeList args, NodeList keywords, Span span) {
    int32_t count = (int32_t)(extra + args.count + keywords.count);
    for (uint32_t i = 0; i < args.count; i++)
        expression(c, args.items[i]);
    if (keywords.count == 0) {
        emit(c, OP_CALL, count, span);
        return;
    }
    Value *names = arena_alloc(c->arena, keywords.count * sizeof *names);
    if (!names) compile_fail_memory(c);
    for (uint32_t i = 0; i < keywords.count && !c->failed; i++) {
        names[i] = keyword_name(c, keywords.items[i]);
        expression(c, keywords.items[i]->keyword.value);
    }
    if (c->failed) return;
    emit_const(c, tuple_value(c, names, keywords.count), span);
    emit(c, OP_CALL_KEYWORDS, count, span);
}

/* Push the dict of keywords [from, to), none of them `**`. */
static void keyword_dict(Compiler *c, NodeList keywords, uint32_t from, uint32_t to, Span span) {
    enum { DIRECT_PAIRS_MAX = 15 };
    bool small = to - from <= DIRECT_PAIRS_MAX;
    if (!small) emit(c, OP_BUILD_MAP, 0, span);
    for (uint32_t i = from; i < to && !c->failed; i++) {
        emit_const(c, keyword_name(c, keywords.items[i]), span);
        expression(c, keywords.items[i]->keyword.value);
        if (!small) emit(c, OP_MAP_ADD, 1, span);
    }
    if (small) emit(c, OP_BUILD_MAP, (int32_t)(to - from), span);
}

/* Push a dict of all keywords, runs of plain ones first gathered by themselves so that `**` finds duplicates. */
static void merged_keywords(Compiler *c, NodeList keywords, Span span) {
    bool started = false;
    for (uint32_t i = 0; i < keywords.count && !c->failed;) {
        uint32_t end = i;
        while (end < keywords.count && keywords.items[end]->keyword.arg.utf8)
            end++;
        if (end > i) {
            keyword_dict(c, keywords, i, end, span);
            if (started) emit(c, OP_DICT_MERGE, 1, span);
            i = end;
        } else {
            if (!started) emit(c, OP_BUILD_MAP, 0, span);
            expression(c, keywords.items[i++]->keyword.value);
            emit(c, OP_DICT_MERGE, 1, span);
        }
        started = true;
    }
}

void call_arguments(Compiler *c, uint32_t extra, NodeList args, NodeList keywords, Span span) {
    check_keywords(c, keywords);
    if (!is_unpacking(args, keywords) && extra + args.count + keywords.count <= DIRECT_ARGUMENTS_MAX) {
        direct_call(c, extra, args, keywords, span);
        return;
    }
    /* f(*x) hands x over as it is, so that a wrong one is reported with the function's name. */
    if (extra == 0 && args.count == 1 && args.items[0]->kind == AST_Starred)
        expression(c, args.items[0]->Starred.value);
    else
        sequence(c, extra, args, SEQUENCE_TUPLE, span);
    /* So is the mapping of f(**y). */
    if (keywords.count == 1 && !keywords.items[0]->keyword.arg.utf8)
        expression(c, keywords.items[0]->keyword.value);
    else if (keywords.count)
        merged_keywords(c, keywords, span);
    emit(c, OP_CALL_EX, keywords.count != 0, span);
}

static bool is_method_call(Node *node) {
    Node *func = node->Call.func;
    NodeList args = node->Call.args, keywords = node->Call.keywords;
    return func->kind == AST_Attribute && args.count + keywords.count <= DIRECT_ARGUMENTS_MAX &&
           !is_unpacking(args, keywords);
}

/* A call through an imported module is reported as one of a plain function. */
static bool is_import(Compiler *c, Node *node) {
    if (node->kind != AST_Name) return false;
    Name *name = name_of(&c->names, node->Name.id.utf8, node->Name.id.length, false);
    const Symbol *symbol = name ? scope_find(c->symbols.module, name) : NULL;
    return symbol && (symbol->flags & SYMBOL_IMPORT);
}

void call(Compiler *c, Node *node) {
    Node *func = node->Call.func;
    Span span = node->span;
    warn_callee(c, func);
    if (is_method_call(node)) {
        bool super = super_arguments(c, func->Attribute.value);
        if (!super) expression(c, func->Attribute.value);
        Name *name = name_identifier(c, func->Attribute.attr);
        emit_name(c, super ? OP_LOAD_SUPER_METHOD : OP_LOAD_METHOD, name, attribute_span(func, func->span));
        if (!is_import(c, func->Attribute.value)) span = attribute_span(func, span);
    } else {
        expression(c, func);
        emit(c, OP_PUSH_ABSENT, 0, func->span);
    }
    call_arguments(c, 0, node->Call.args, node->Call.keywords, span);
}
