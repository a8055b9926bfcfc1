/* Functions, lambdas and classes: their bodies as units of their own, and what is evaluated around them. */

#include "compiler/compiler.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/code/code.h"

/* ---- Closures ---------------------------------------------------------------------------------------------------- */

void make_closure(Compiler *c, Value code, const Unit *inner, int flags, Span span) {
    if (c->failed) return;
    uint32_t first = inner->variable_count - inner->free_count;
    for (uint32_t i = 0; i < inner->free_count; i++)
        emit(c, OP_LOAD_LOCAL, (int32_t)variable_cell(c, inner->variables[first + i]), span);
    if (inner->free_count) {
        emit(c, OP_BUILD_TUPLE, (int32_t)inner->free_count, span);
        flags |= HAS_CLOSURE;
    }
    emit(c, OP_LOAD_CONST, unit_constant(c, code), span);
    emit(c, OP_MAKE_FUNCTION, flags, span);
}

/* ---- Defaults and annotations ------------------------------------------------------------------------------------ */

static int keyword_defaults(Compiler *c, Node *arguments, Span span) {
    NodeList names = arguments->arguments.kwonlyargs, defaults = arguments->arguments.kw_defaults;
    int32_t count = 0;
    for (uint32_t i = 0; i < names.count && !c->failed; i++) {
        if (!defaults.items[i]) continue;
        emit_const(c, name_value(c, name_identifier(c, names.items[i]->arg.arg)), span);
        expression(c, defaults.items[i]);
        count++;
    }
    if (count) emit(c, OP_BUILD_MAP, count, span);
    return count ? HAS_KEYWORD_DEFAULTS : 0;
}

/* Is all of it in one line? Else a trace function is told of each. */
static bool in_line(NodeList nodes, uint32_t line) {
    for (uint32_t i = 0; i < nodes.count; i++)
        if (nodes.items[i]->span.line != line) return false;
    return true;
}

int function_defaults(Compiler *c, Node *arguments, Span span) {
    NodeList positional = arguments->arguments.defaults;
    int flags = 0;
    if (positional.count) {
        Value row = in_line(positional, span.line) ? constant_row(c, positional) : ABSENT;
        if (!is_absent(row))
            emit_const(c, row, span);
        else
            sequence(c, 0, positional, SEQUENCE_TUPLE, span);
        flags = HAS_DEFAULTS;
    }
    return flags | keyword_defaults(c, arguments, span);
}

/* Push (name, annotation) if there is one. Of `*args: *T` the annotation is what T unpacks to. */
static int32_t annotated(Compiler *c, Identifier name, Node *node, Span span) {
    if (!node || c->failed) return 0;
    emit_const(c, name_value(c, name_identifier(c, name)), span);
    if (node->kind == AST_Starred && !c->symbols.future_annotations) {
        expression(c, node->Starred.value);
        emit(c, OP_UNPACK, 1, span);
    } else {
        annotation(c, node);
    }
    return 1;
}

static int32_t annotated_list(Compiler *c, NodeList args, Span span) {
    int32_t count = 0;
    for (uint32_t i = 0; i < args.count; i++)
        count += annotated(c, args.items[i]->arg.arg, args.items[i]->arg.annotation, span);
    return count;
}

static int annotations(Compiler *c, Node *node) {
    __typeof__(node->arguments) *a = &node->FunctionDef.args->arguments;
    Span span = node->span;
    int32_t count = annotated_list(c, a->posonlyargs, span) + annotated_list(c, a->args, span);
    if (a->vararg) count += annotated(c, a->vararg->arg.arg, a->vararg->arg.annotation, span);
    count += annotated_list(c, a->kwonlyargs, span);
    if (a->kwarg) count += annotated(c, a->kwarg->arg.arg, a->kwarg->arg.annotation, span);
    count += annotated(c, (Identifier){"return", 6}, node->FunctionDef.returns, span);
    if (count) emit(c, OP_BUILD_MAP, count, span);
    return count ? HAS_ANNOTATIONS : 0;
}

/* ---- Docstrings -------------------------------------------------------------------------------------------------- */

static Node *docstring_node(NodeList body) {
    if (body.count == 0 || body.items[0]->kind != AST_Expr) return NULL;
    Node *value = body.items[0]->Expr.value;
    return value->kind == AST_Constant && value->Constant.value.kind == CONSTANT_STR ? value : NULL;
}

/* Columns that a line's leading white space takes, tabs expanded; *length gets its bytes. Blank: UINT32_MAX. */
static uint32_t indentation(const char *line, const char *end, size_t *length) {
    enum { TAB_SIZE = 8 };
    uint32_t columns = 0;
    const char *p = line;
    for (; p < end && (*p == ' ' || *p == '\t'); p++)
        columns = *p == ' ' ? columns + 1 : (columns / TAB_SIZE + 1) * TAB_SIZE;
    *length = (size_t)(p - line);
    return p == end || *p == '\n' ? UINT32_MAX : columns;
}

static const char *line_end(const char *line, const char *end) {
    const char *newline = memchr(line, '\n', (size_t)(end - line));
    return newline ? newline + 1 : end;
}

/* The smallest indentation of the lines after the first, blank ones aside. */
static uint32_t docstring_margin(const char *text, const char *end) {
    uint32_t margin = UINT32_MAX;
    for (const char *line = line_end(text, end); line < end; line = line_end(line, end)) {
        size_t length;
        uint32_t columns = indentation(line, end, &length);
        if (columns < margin) margin = columns;
    }
    return margin == UINT32_MAX ? 0 : margin;
}

/* The text with tabs expanded and the common indentation removed, as CPython 3.13 stores docstrings. */
static Value clean_docstring(Compiler *c, const Constant *constant) {
    const char *text = constant->text, *end = text + constant->length;
    uint32_t margin = docstring_margin(text, end);
    Buffer out;
    buffer_init(&out, c->arena->allocator);
    for (const char *line = text; line < end;) {
        const char *next = line_end(line, end);
        bool first = line == text;
        uint32_t column = 0;
        for (; line < next; line++) {
            uint32_t width = *line == '\t' ? 8 - column % 8 : 1;
            bool leading = (*line == '\t' || *line == ' ') && (first ? out.length == 0 : column < margin);
            for (uint32_t i = 0; leading && i < width; i++)
                if (!first && column + i >= margin) buffer_append_char(&out, ' ');
            for (uint32_t i = 0; !leading && i < width; i++)
                buffer_append_char(&out, *line == '\t' ? ' ' : *line);
            bool continuation = ((unsigned char)*line & 0xC0) == 0x80;
            if (!continuation) column += width;
        }
    }
    Value v = out.failed ? ABSENT : text_value(c, out.data ? out.data : "", out.length);
    if (out.failed) compile_fail_memory(c);
    buffer_fini(&out);
    return v;
}

Value docstring(Compiler *c, NodeList body, bool *present) {
    Node *node = docstring_node(body);
    *present = node != NULL;
    bool wanted = node && !(c->flags & COMPILE_NO_DOCSTRINGS);
    return wanted && !c->failed ? clean_docstring(c, &node->Constant.value) : ABSENT;
}

/* ---- Functions --------------------------------------------------------------------------------------------------- */

uint32_t definition_line(const Node *node, NodeList decorators) {
    return decorators.count ? decorators.items[0]->span.line : node->span.line;
}

/* (decorator, ABSENT) for each, to be called once what they decorate lies on top. */
static void decorators_push(Compiler *c, NodeList decorators) {
    for (uint32_t i = 0; i < decorators.count && !c->failed; i++) {
        expression(c, decorators.items[i]);
        emit(c, OP_PUSH_ABSENT, 0, decorators.items[i]->span);
    }
}

static void decorators_call(Compiler *c, NodeList decorators) {
    for (uint32_t i = decorators.count; i-- > 0;)
        emit(c, OP_CALL, 1, decorators.items[i]->span);
}

/* In the line of a `pass` that is the whole body. */
static void return_none(Compiler *c) {
    Stream *stream = c->unit->stream;
    Instruction *only = stream->count == 1 ? &stream->items[0] : NULL;
    Span span = NO_SPAN;
    if (only && only->op == OP_NOP && only->a == NOP_STAYS) {
        span = only->span;
        only->a = 0;
    }
    emit_const(c, NONE, span);
    emit(c, OP_RETURN, 0, span);
}

Unit *unit_new(Compiler *c) {
    Unit *unit = arena_alloc(c->arena, sizeof *unit);
    if (!unit) compile_fail_memory(c);
    return c->failed ? NULL : unit;
}

static void function_body(Compiler *c, Node *node) {
    bool present;
    Value doc = docstring(c, node->FunctionDef.body, &present);
    if (!is_absent(doc)) {
        unit_constant(c, doc);
        c->unit->flags |= CODE_HAS_DOCSTRING;
    }
    NodeList body = node->FunctionDef.body;
    if (present) body.items++, body.count--;
    statements(c, body);
    return_none(c);
}

void function_object(Compiler *c, Node *node, int flags) {
    __typeof__(node->FunctionDef) *f = &node->FunctionDef;
    flags |= annotations(c, node);
    Unit *unit = unit_new(c);
    if (!unit) return;
    Value name = text_value(c, f->name.utf8, f->name.length);
    unit_enter(c, unit, symtable_scope(&c->symbols, node), name, definition_line(node, f->decorator_list));
    function_body(c, node);
    make_closure(c, unit_leave(c), unit, flags, node->span);
}

void function_definition(Compiler *c, Node *node) {
    __typeof__(node->FunctionDef) *f = &node->FunctionDef;
    decorators_push(c, f->decorator_list);
    if (f->type_params.count)
        generic_function(c, node);
    else
        function_object(c, node, function_defaults(c, f->args, node->span));
    decorators_call(c, f->decorator_list);
    identifier_access(c, f->name, ACCESS_STORE, node->span);
}

void lambda(Compiler *c, Node *node) {
    int flags = function_defaults(c, node->Lambda.args, node->span);
    Unit *unit = unit_new(c);
    if (!unit) return;
    unit_enter(c, unit, symtable_scope(&c->symbols, node), text_value(c, "<lambda>", 8), node->span.line);
    expression(c, node->Lambda.body);
    emit(c, OP_RETURN, 0, node->Lambda.body->span);
    make_closure(c, unit_leave(c), unit, flags, node->span);
}

/* ---- Classes ----------------------------------------------------------------------------------------------------- */

static Value static_attributes(Compiler *c) {
    Unit *u = c->unit;
    Value *items = arena_alloc(c->arena, u->static_count * sizeof *items + 1);
    if (!items) compile_fail_memory(c);
    if (u->static_count) qsort(u->static_names, u->static_count, sizeof *u->static_names, name_compare);
    for (uint32_t i = 0; i < u->static_count && !c->failed; i++)
        items[i] = name_value(c, u->static_names[i]);
    return tuple_value(c, items, u->static_count);
}

/* `name = value` in the namespace of a class body. */
static void set_name(Compiler *c, const char *name, Value v, Span span) {
    if (!c->failed) emit_const(c, v, span);
    emit_name(c, OP_STORE_NAME, name_c(c, name), span);
}

static void class_head(Compiler *c, uint32_t line) {
    Span span = {line, 0, line, 0};
    emit_name(c, OP_LOAD_NAME, name_c(c, "__name__"), span);
    emit_name(c, OP_STORE_NAME, name_c(c, "__module__"), span);
    set_name(c, "__qualname__", c->unit->qualified_name, span);
    set_name(c, "__firstlineno__", int_small(line), span);
}

static void class_body(Compiler *c, Node *node, uint32_t line) {
    class_head(c, line);
    Span span = {line, 0, line, 0};
    if (node->ClassDef.type_params.count) {
        variable_access(c, name_c(c, NAME_TYPE_PARAMS), ACCESS_LOAD, span);
        emit_name(c, OP_STORE_NAME, name_c(c, "__type_params__"), span);
    }
    if (c->unit->scope->needs_class_dict) {
        emit(c, OP_LOAD_LOCALS, 0, span);
        emit(c, OP_STORE_CELL, (int32_t)c->unit->class_dict, span);
    }
    block_body(c, node->ClassDef.body);
    set_name(c, "__static_attributes__", static_attributes(c), NO_SPAN);
    if (c->unit->scope->needs_class_dict) {
        emit(c, OP_LOAD_LOCAL, (int32_t)c->unit->class_dict, NO_SPAN);
        emit_name(c, OP_STORE_NAME, name_c(c, "__classdictcell__"), NO_SPAN);
    }
    if (!c->unit->scope->needs_class_cell) {
        return_none(c);
        return;
    }
    emit(c, OP_LOAD_LOCAL, (int32_t)c->unit->class_cell, NO_SPAN);
    emit(c, OP_COPY, 1, NO_SPAN);
    emit_name(c, OP_STORE_NAME, name_c(c, "__classcell__"), NO_SPAN);
    emit(c, OP_RETURN, 0, NO_SPAN);
}

/* The bases of a generic class: those written, and typing.Generic of its type parameters. */
static NodeList class_bases(Compiler *c, Node *node) {
    NodeList bases = node->ClassDef.bases;
    if (node->ClassDef.type_params.count == 0) return bases;
    Node **items = arena_alloc(c->arena, (bases.count + 1) * sizeof *items);
    Node *generic = arena_alloc(c->arena, sizeof *generic);
    if (!items || !generic) {
        compile_fail_memory(c);
        return bases;
    }
    *generic = (Node){.kind = AST_Name, .depth = 1, .span = node->span};
    generic->Name.id = (Identifier){NAME_GENERIC_BASE, sizeof NAME_GENERIC_BASE - 1};
    if (bases.count) memcpy(items, bases.items, bases.count * sizeof *items);
    items[bases.count] = generic;
    return (NodeList){items, bases.count + 1};
}

void class_object(Compiler *c, Node *node) {
    __typeof__(node->ClassDef) *k = &node->ClassDef;
    uint32_t line = definition_line(node, k->decorator_list);
    emit(c, OP_LOAD_BUILD_CLASS, 0, node->span);
    emit(c, OP_PUSH_ABSENT, 0, node->span);
    Unit *unit = unit_new(c);
    if (!unit) return;
    Value name = text_value(c, k->name.utf8, k->name.length);
    unit_enter(c, unit, symtable_scope(&c->symbols, node), name, line);
    class_body(c, node, line);
    make_closure(c, unit_leave(c), unit, 0, node->span);
    if (!c->failed) emit_const(c, name, node->span);
    call_arguments(c, 2, class_bases(c, node), k->keywords, node->span);
}

void class_definition(Compiler *c, Node *node) {
    __typeof__(node->ClassDef) *k = &node->ClassDef;
    decorators_push(c, k->decorator_list);
    if (k->type_params.count)
        generic_class(c, node);
    else
        class_object(c, node);
    decorators_call(c, k->decorator_list);
    identifier_access(c, k->name, ACCESS_STORE, node->span);
}
