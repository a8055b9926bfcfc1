/*
 * An expression as source text, with the spacing and the parentheses that CPython gives annotations which
 * `from __future__ import annotations` turns into strings.
 */

#include "compiler/compiler.h"

#include <string.h>

#include "base/buffer.h"
#include "runtime/errors/error.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* How tightly an operator binds; a part is put in parentheses where it binds more loosely than its place asks. */
typedef enum {
    LEVEL_TUPLE,
    LEVEL_TEST,
    LEVEL_OR,
    LEVEL_AND,
    LEVEL_NOT,
    LEVEL_COMPARE,
    LEVEL_BIT_OR,
    LEVEL_BIT_XOR,
    LEVEL_BIT_AND,
    LEVEL_SHIFT,
    LEVEL_SUM,
    LEVEL_TERM,
    LEVEL_FACTOR,
    LEVEL_POWER,
    LEVEL_AWAIT,
    LEVEL_ATOM,
} Level;

typedef struct {
    Compiler *c;
    Buffer out;
} Writer;

static void write_node(Writer *w, Node *node, Level level);

static void put(Writer *w, const char *text) { buffer_append_text(&w->out, text); }
static void put_if(Writer *w, bool condition, const char *text) {
    if (condition) put(w, text);
}
static void put_identifier(Writer *w, Identifier id) { buffer_append(&w->out, id.utf8, id.length); }

static void write_list(Writer *w, NodeList list, Level level) {
    for (uint32_t i = 0; i < list.count; i++) {
        put_if(w, i > 0, ", ");
        write_node(w, list.items[i], level);
    }
}

static void put_value(Writer *w, Value string) {
    size_t length;
    Value keeper = ABSENT;
    const char *text = is_absent(string) ? NULL : string_utf8(w->c->vm, string, &length, &keeper);
    if (text)
        buffer_append(&w->out, text, length);
    else
        compile_fail_memory(w->c);
    value_xdrop(w->c->vm, keeper);
}

static void put_repr(Writer *w, Value v) {
    if (w->c->failed) return;
    Value repr = object_repr(w->c->vm, v);
    put_value(w, repr);
    value_xdrop(w->c->vm, repr);
}

/* ---- Operators --------------------------------------------------------------------------------------------------- */

static Level binary_level(Operator op) {
    switch (op) {
    case OPERATOR_Add:
    case OPERATOR_Sub: return LEVEL_SUM;
    case OPERATOR_LShift:
    case OPERATOR_RShift: return LEVEL_SHIFT;
    case OPERATOR_BitOr: return LEVEL_BIT_OR;
    case OPERATOR_BitXor: return LEVEL_BIT_XOR;
    case OPERATOR_BitAnd: return LEVEL_BIT_AND;
    case OPERATOR_Pow: return LEVEL_POWER;
    default: return LEVEL_TERM;
    }
}

static void write_binary(Writer *w, Node *node, Level level) {
    Operator op = node->BinOp.op;
    Level own = binary_level(op);
    bool from_right = op == OPERATOR_Pow;
    put_if(w, level > own, "(");
    write_node(w, node->BinOp.left, own + from_right);
    put(w, " ");
    put(w, operator_spelling(op));
    put(w, " ");
    write_node(w, node->BinOp.right, own + !from_right);
    put_if(w, level > own, ")");
}

static void write_unary(Writer *w, Node *node, Level level) {
    Level own = node->UnaryOp.op == OPERATOR_Not ? LEVEL_NOT : LEVEL_FACTOR;
    put_if(w, level > own, "(");
    put(w, operator_spelling(node->UnaryOp.op));
    put_if(w, own == LEVEL_NOT, " ");
    write_node(w, node->UnaryOp.operand, own);
    put_if(w, level > own, ")");
}

static void write_boolean(Writer *w, Node *node, Level level) {
    Level own = node->BoolOp.op == OPERATOR_And ? LEVEL_AND : LEVEL_OR;
    NodeList values = node->BoolOp.values;
    put_if(w, level > own, "(");
    for (uint32_t i = 0; i < values.count; i++) {
        put_if(w, i > 0, own == LEVEL_AND ? " and " : " or ");
        write_node(w, values.items[i], own + 1);
    }
    put_if(w, level > own, ")");
}

static void write_compare(Writer *w, Node *node, Level level) {
    put_if(w, level > LEVEL_COMPARE, "(");
    write_node(w, node->Compare.left, LEVEL_COMPARE + 1);
    for (uint32_t i = 0; i < node->Compare.ops.count; i++) {
        put(w, " ");
        put(w, operator_spelling(node->Compare.ops.items[i]));
        put(w, " ");
        write_node(w, node->Compare.comparators.items[i], LEVEL_COMPARE + 1);
    }
    put_if(w, level > LEVEL_COMPARE, ")");
}

static void write_conditional(Writer *w, Node *node, Level level) {
    put_if(w, level > LEVEL_TEST, "(");
    write_node(w, node->IfExp.body, LEVEL_TEST + 1);
    put(w, " if ");
    write_node(w, node->IfExp.test, LEVEL_TEST + 1);
    put(w, " else ");
    write_node(w, node->IfExp.orelse, LEVEL_TEST);
    put_if(w, level > LEVEL_TEST, ")");
}

static void write_walrus(Writer *w, Node *node, Level level) {
    put_if(w, level > LEVEL_TUPLE, "(");
    write_node(w, node->NamedExpr.target, LEVEL_ATOM);
    put(w, " := ");
    write_node(w, node->NamedExpr.value, LEVEL_ATOM);
    put_if(w, level > LEVEL_TUPLE, ")");
}

/* ---- Lambdas ----------------------------------------------------------------------------------------------------- */

static void write_parameter(Writer *w, Node *arg, const char *star, Node *default_value, bool *first) {
    put_if(w, !*first, ", ");
    *first = false;
    put(w, star);
    if (arg) put_identifier(w, arg->arg.arg);
    if (!default_value) return;
    put(w, "=");
    write_node(w, default_value, LEVEL_TEST);
}

static void write_arguments(Writer *w, Node *node) {
    __typeof__(node->arguments) *a = &node->arguments;
    bool first = true;
    uint32_t positional = a->posonlyargs.count + a->args.count;
    for (uint32_t i = 0; i < positional; i++) {
        bool only = i < a->posonlyargs.count;
        Node *arg = only ? a->posonlyargs.items[i] : a->args.items[i - a->posonlyargs.count];
        uint32_t without = positional - a->defaults.count;
        write_parameter(w, arg, "", i >= without ? a->defaults.items[i - without] : NULL, &first);
        put_if(w, only && i + 1 == a->posonlyargs.count, ", /");
    }
    if (a->vararg || a->kwonlyargs.count) write_parameter(w, a->vararg, "*", NULL, &first);
    for (uint32_t i = 0; i < a->kwonlyargs.count; i++)
        write_parameter(w, a->kwonlyargs.items[i], "", a->kw_defaults.items[i], &first);
    if (a->kwarg) write_parameter(w, a->kwarg, "**", NULL, &first);
}

static void write_lambda(Writer *w, Node *node, Level level) {
    __typeof__(node->arguments) *a = &node->Lambda.args->arguments;
    bool any = a->posonlyargs.count || a->args.count || a->vararg || a->kwonlyargs.count || a->kwarg;
    put_if(w, level > LEVEL_TEST, "(");
    put(w, any ? "lambda " : "lambda");
    write_arguments(w, node->Lambda.args);
    put(w, ": ");
    write_node(w, node->Lambda.body, LEVEL_TEST);
    put_if(w, level > LEVEL_TEST, ")");
}

/* ---- Displays, comprehensions, calls ----------------------------------------------------------------------------- */

static void write_dict(Writer *w, Node *node) {
    put(w, "{");
    for (uint32_t i = 0; i < node->Dict.values.count; i++) {
        Node *key = node->Dict.keys.items[i];
        put_if(w, i > 0, ", ");
        if (key) {
            write_node(w, key, LEVEL_TEST);
            put(w, ": ");
        } else {
            put(w, "**");
        }
        write_node(w, node->Dict.values.items[i], key ? LEVEL_TEST : LEVEL_BIT_OR);
    }
    put(w, "}");
}

static void write_tuple(Writer *w, Node *node, Level level) {
    NodeList elements = node->Tuple.elts;
    bool parentheses = level > LEVEL_TUPLE || elements.count == 0;
    put_if(w, parentheses, "(");
    write_list(w, elements, LEVEL_TEST);
    put_if(w, elements.count == 1, ",");
    put_if(w, parentheses, ")");
}

static void write_generators(Writer *w, NodeList generators) {
    for (uint32_t i = 0; i < generators.count; i++) {
        __typeof__(generators.items[i]->comprehension) *g = &generators.items[i]->comprehension;
        put(w, g->is_async ? " async for " : " for ");
        write_node(w, g->target, LEVEL_TUPLE);
        put(w, " in ");
        write_node(w, g->iter, LEVEL_TEST + 1);
        for (uint32_t k = 0; k < g->ifs.count; k++) {
            put(w, " if ");
            write_node(w, g->ifs.items[k], LEVEL_TEST + 1);
        }
    }
}

static void write_comprehension(Writer *w, Node *node, const char *open, const char *close) {
    bool dict = node->kind == AST_DictComp;
    put(w, open);
    write_node(w, node->ListComp.elt, LEVEL_TEST);
    if (dict) {
        put(w, ": ");
        write_node(w, node->DictComp.value, LEVEL_TEST);
    }
    write_generators(w, dict ? node->DictComp.generators : node->ListComp.generators);
    put(w, close);
}

static void write_call(Writer *w, Node *node) {
    NodeList args = node->Call.args, keywords = node->Call.keywords;
    write_node(w, node->Call.func, LEVEL_ATOM);
    if (args.count == 1 && keywords.count == 0 && args.items[0]->kind == AST_GeneratorExp) {
        write_node(w, args.items[0], LEVEL_TEST);
        return;
    }
    put(w, "(");
    write_list(w, args, LEVEL_TEST);
    for (uint32_t i = 0; i < keywords.count; i++) {
        __typeof__(node->keyword) *k = &keywords.items[i]->keyword;
        put_if(w, i > 0 || args.count > 0, ", ");
        if (k->arg.utf8) put_identifier(w, k->arg);
        put(w, k->arg.utf8 ? "=" : "**");
        write_node(w, k->value, LEVEL_TEST);
    }
    put(w, ")");
}

/* ---- Strings and numbers ----------------------------------------------------------------------------------------- */

/* Infinity has no literal; one that overflows stands for it. */
static void write_number(Writer *w, Value v) {
    size_t start = w->out.length;
    put_repr(w, v);
    if (w->out.failed || w->c->failed || w->out.length - start < 3) return;
    const char *text = w->out.data + start;
    if (memcmp(text, "inf", 3) != 0) return;
    bool imaginary = w->out.data[w->out.length - 1] == 'j';
    w->out.length = start;
    put(w, imaginary ? "1e309j" : "1e309");
}

static void write_constant(Writer *w, Node *node) {
    const Constant *constant = &node->Constant.value;
    Value v = constant_literal(w->c, node);
    if (is_absent(v)) return;
    put_if(w, constant->has_u_prefix, "u");
    if (constant->kind == CONSTANT_ELLIPSIS)
        put(w, "...");
    else if (is_float(v) || is_exactly(v, &float_type) || is_exactly(v, &complex_type))
        write_number(w, v);
    else
        put_repr(w, v);
}

static void write_string_parts(Writer *w, NodeList values);

static void write_field(Writer *w, Node *node) {
    put(w, "{");
    size_t start = w->out.length;
    write_node(w, node->FormattedValue.value, LEVEL_TEST + 1);
    bool brace = !w->out.failed && w->out.length > start && w->out.data[start] == '{';
    if (brace) { /* "{{" would be a brace by itself */
        put(w, " ");
        if (!w->out.failed) {
            memmove(w->out.data + start + 1, w->out.data + start, w->out.length - start - 1);
            w->out.data[start] = ' ';
        }
    }
    if (node->FormattedValue.conversion > 0) {
        buffer_append_char(&w->out, '!');
        buffer_append_char(&w->out, (char)node->FormattedValue.conversion);
    }
    if (node->FormattedValue.format_spec) {
        put(w, ":");
        write_string_parts(w, (NodeList){&node->FormattedValue.format_spec, 1});
    }
    put(w, "}");
}

static void write_string_parts(Writer *w, NodeList values) {
    for (uint32_t i = 0; i < values.count; i++) {
        Node *node = values.items[i];
        if (node->kind == AST_FormattedValue) {
            write_field(w, node);
            continue;
        }
        if (node->kind == AST_JoinedStr) {
            write_string_parts(w, node->JoinedStr.values);
            continue;
        }
        const Constant *constant = &node->Constant.value;
        if (node->kind != AST_Constant || constant->kind != CONSTANT_STR) {
            raise_error(w->c->vm, &exc_SystemError, "unknown expression kind inside f-string");
            compile_fail_memory(w->c);
            return;
        }
        for (uint32_t k = 0; k < constant->length; k++) {
            char byte = constant->text[k];
            buffer_append_char(&w->out, byte);
            if (byte == '{' || byte == '}') buffer_append_char(&w->out, byte);
        }
    }
}

/* f and the repr of the text between the quotes. */
static void write_joined(Writer *w, Node *node) {
    size_t start = w->out.length;
    write_string_parts(w, node->JoinedStr.values);
    if (w->out.failed || w->c->failed) return;
    Value body = string_from_utf8(w->c->vm, w->out.data ? w->out.data + start : "", w->out.length - start);
    w->out.length = start;
    put(w, "f");
    if (is_absent(body))
        compile_fail_memory(w->c);
    else
        put_repr(w, body);
    value_xdrop(w->c->vm, body);
}

/* ---- Attributes, items, the rest --------------------------------------------------------------------------------- */

static void write_attribute(Writer *w, Node *node) {
    Node *value = node->Attribute.value;
    write_node(w, value, LEVEL_ATOM);
    Value constant = value->kind == AST_Constant ? constant_literal(w->c, value) : NONE;
    bool integer = !is_absent(constant) && (is_int(constant) || is_exactly(constant, &int_type));
    put(w, integer ? " ." : ".");
    put_identifier(w, node->Attribute.attr);
}

static void write_slice(Writer *w, Node *node) {
    if (node->Slice.lower) write_node(w, node->Slice.lower, LEVEL_TEST);
    put(w, ":");
    if (node->Slice.upper) write_node(w, node->Slice.upper, LEVEL_TEST);
    if (!node->Slice.step) return;
    put(w, ":");
    write_node(w, node->Slice.step, LEVEL_TEST);
}

static void write_prefixed(Writer *w, const char *prefix, Node *value, Level level) {
    put(w, prefix);
    if (value) write_node(w, value, level);
}

static void write_node(Writer *w, Node *node, Level level) {
    if (w->c->failed) return;
    switch (node->kind) {
    case AST_BoolOp: write_boolean(w, node, level); break;
    case AST_NamedExpr: write_walrus(w, node, level); break;
    case AST_BinOp: write_binary(w, node, level); break;
    case AST_UnaryOp: write_unary(w, node, level); break;
    case AST_Lambda: write_lambda(w, node, level); break;
    case AST_IfExp: write_conditional(w, node, level); break;
    case AST_Dict: write_dict(w, node); break;
    case AST_ListComp: write_comprehension(w, node, "[", "]"); break;
    case AST_SetComp:
    case AST_DictComp: write_comprehension(w, node, "{", "}"); break;
    case AST_GeneratorExp: write_comprehension(w, node, "(", ")"); break;
    case AST_Compare: write_compare(w, node, level); break;
    case AST_Call: write_call(w, node); break;
    case AST_JoinedStr: write_joined(w, node); break;
    case AST_Constant: write_constant(w, node); break;
    case AST_Attribute: write_attribute(w, node); break;
    case AST_Starred: write_prefixed(w, "*", node->Starred.value, LEVEL_BIT_OR); break;
    case AST_Name: put_identifier(w, node->Name.id); break;
    case AST_Slice: write_slice(w, node); break;
    case AST_Tuple: write_tuple(w, node, level); break;
    case AST_Set:
    case AST_List:
        put(w, node->kind == AST_List ? "[" : "{");
        write_list(w, node->List.elts, LEVEL_TEST);
        put(w, node->kind == AST_List ? "]" : "}");
        break;
    case AST_Subscript:
        write_node(w, node->Subscript.value, LEVEL_ATOM);
        put(w, "[");
        write_node(w, node->Subscript.slice, LEVEL_TUPLE);
        put(w, "]");
        break;
    default: compile_fail(w->c, node->span, "cannot be used within an annotation");
    }
}

Value unparse(Compiler *c, Node *node) {
    Writer w = {.c = c};
    buffer_init(&w.out, c->arena->allocator);
    write_node(&w, node, LEVEL_TEST);
    if (w.out.failed) compile_fail_memory(c);
    Value text = c->failed ? ABSENT : text_value(c, w.out.data ? w.out.data : "", w.out.length);
    buffer_fini(&w.out);
    return text;
}
