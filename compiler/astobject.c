/* The syntax tree as objects of the module ast; the native module _astnodes, which shows it the table of nodes. */

#include "compiler/astobject.h"

#include <string.h>

#include "runtime/classes/class.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- tree to objects --- */

typedef struct {
    Compiler *c;
    VM *vm;
    AstLibrary library;
} Maker;

static bool set_field(VM *vm, Value object, const char *name, STEALS Value v) {
    Value key = is_absent(v) ? ABSENT : string_intern_fixed(vm, name);
    bool ok = !is_absent(key) && object_set_attribute(vm, object, key, v);
    value_xdrop(vm, key), value_xdrop(vm, v);
    return ok;
}

static Value make_object(Maker *m, Node *node);

static Value identifier(VM *vm, Identifier name) {
    return name.utf8 ? string_intern_utf8(vm, name.utf8, name.length) : NONE;
}

static Value identifiers(VM *vm, const IdentifierList *names) {
    Value list = list_new(vm, 0);
    for (uint32_t i = 0; !is_absent(list) && i < names->count; i++)
        if (!list_append_owned(vm, list, identifier(vm, names->items[i]))) value_clear(vm, &list);
    return list;
}

static Value children(Maker *m, const NodeList *nodes) {
    Value list = list_new(m->vm, 0);
    for (uint32_t i = 0; !is_absent(list) && i < nodes->count; i++) {
        Value item = nodes->items[i] ? make_object(m, nodes->items[i]) : NONE;
        if (is_absent(item) || !list_append_owned(m->vm, list, item)) value_clear(m->vm, &list);
    }
    return list;
}

static Value operators(Maker *m, const OperatorList *ops) {
    Value list = list_new(m->vm, 0);
    for (uint32_t i = 0; !is_absent(list) && i < ops->count; i++) {
        Value op = value_ref(as_tuple(m->library.operators)->items[ops->items[i]]);
        if (!list_append_owned(m->vm, list, op)) value_clear(m->vm, &list);
    }
    return list;
}

static Value field_object(Maker *m, Node *node, const AstCursor *cursor) {
    const void *value = cursor->value;
    switch (cursor->field->type) {
    case FIELD_IDENT: return identifier(m->vm, *(const Identifier *)value);
    case FIELD_IDENTS: return identifiers(m->vm, value);
    case FIELD_CHILD: {
        Node *child = *(Node *const *)value;
        return child ? make_object(m, child) : NONE;
    }
    case FIELD_CHILDREN: return children(m, value);
    case FIELD_INTEGER: return int_small(*(const int *)value);
    case FIELD_CONSTANT: return value_xref(constant_literal(m->c, node));
    case FIELD_OPERATOR: return value_ref(as_tuple(m->library.operators)->items[*(const Operator *)value]);
    case FIELD_OPERATORS: return operators(m, value);
    case FIELD_CONTEXT: return value_ref(as_tuple(m->library.contexts)->items[*(const Context *)value]);
    }
    return ABSENT;
}

static bool set_position(VM *vm, Value object, Span span) {
    return set_field(vm, object, "lineno", int_small(span.line)) &&
           set_field(vm, object, "col_offset", int_small(span.column)) &&
           set_field(vm, object, "end_lineno", int_small(span.end_line)) &&
           set_field(vm, object, "end_col_offset", int_small(span.end_column));
}

/* One node with all that it holds, but for an elif, which is left to make_object. */
static Value make_node(Maker *m, Node *node) {
    const AstNodeInfo *info = &ast_nodes[node->kind];
    bool chained = node->kind == AST_If && ast_is_elif(node->If.orelse);
    Type *class = as_type(as_tuple(m->library.nodes)->items[node->kind]);
    Value object = instance_new_blank(m->vm, class, NULL, 0, ABSENT);
    if (is_absent(object)) return ABSENT;
    for (AstCursor cursor = ast_first(node); cursor.field->name; ast_next(&cursor)) {
        if (chained && cursor.value == &node->If.orelse) continue;
        if (set_field(m->vm, object, cursor.field->name, field_object(m, node, &cursor))) continue;
        value_drop(m->vm, object);
        return ABSENT;
    }
    if (node->kind == AST_Constant) {
        Value kind = node->Constant.value.has_u_prefix ? string_intern_c(m->vm, "u") : NONE;
        if (!set_field(m->vm, object, "kind", kind)) value_clear(m->vm, &object);
    }
    if (node->kind == AST_Module && !set_field(m->vm, object, "type_ignores", list_new(m->vm, 0)))
        value_clear(m->vm, &object);
    if (!is_absent(object) && info->positioned && !set_position(m->vm, object, node->span))
        value_clear(m->vm, &object);
    return object;
}

/* Chains of elif are followed in a loop: they may be longer than the tree is deep. */
static Value make_object(Maker *m, Node *node) {
    Value top = make_node(m, node), last = top;
    while (!is_absent(last) && node->kind == AST_If && ast_is_elif(node->If.orelse)) {
        node = node->If.orelse.items[0];
        Value next = make_node(m, node);
        Value list = is_absent(next) ? ABSENT : list_from_owned(m->vm, &next, 1);
        if (!set_field(m->vm, last, "orelse", list)) {
            value_drop(m->vm, top);
            return ABSENT;
        }
        last = next;
    }
    return top;
}

/* A tuple of lib/ast.py, which has an item for each of `count` enumerators. */
static Value library_tuple(VM *vm, Value module, const char *name, int64_t count) {
    Value key = string_intern_c(vm, name);
    Value tuple = is_absent(key) ? ABSENT : object_get_attribute(vm, module, key);
    value_xdrop(vm, key);
    if (is_absent(tuple) || (is_tuple(tuple) && as_tuple(tuple)->length == count)) return tuple;
    value_drop(vm, tuple);
    return raise_error(vm, &exc_SystemError, "ast.%s is not as the module made it", name), ABSENT;
}

static bool are_classes(VM *vm, Value nodes) {
    for (int64_t i = 0; i < as_tuple(nodes)->length; i++) {
        Value class = as_tuple(nodes)->items[i];
        if (is_family(class, TYPE_TYPE) && type_native_base(as_type(class)) == &object_type) continue;
        raise_error(vm, &exc_SystemError, "ast._nodes is not as the module made it");
        return false;
    }
    return true;
}

static bool are_objects(VM *vm, Value marks) {
    for (int64_t i = 0; i < as_tuple(marks)->length; i++) {
        if (is_object(as_tuple(marks)->items[i])) continue;
        raise_error(vm, &exc_SystemError, "ast._operators is not as the module made it");
        return false;
    }
    return true;
}

bool ast_library_init(VM *vm, AstLibrary *library) {
    *library = (AstLibrary){ABSENT, ABSENT, ABSENT, ABSENT};
    library->module = vm->hooks.library(vm, "ast");
    if (is_absent(library->module)) return false;
    library->nodes = library_tuple(vm, library->module, "_nodes", AST_KIND_COUNT);
    if (!is_absent(library->nodes))
        library->operators = library_tuple(vm, library->module, "_operators", OPERATOR_COUNT);
    if (!is_absent(library->operators))
        library->contexts = library_tuple(vm, library->module, "_contexts", CONTEXT_DEL + 1);
    if (!is_absent(library->contexts) && are_classes(vm, library->nodes) &&
        are_objects(vm, library->operators) && are_objects(vm, library->contexts))
        return true;
    ast_library_fini(vm, library);
    return false;
}

void ast_library_fini(VM *vm, AstLibrary *library) {
    value_xdrop(vm, library->module), value_xdrop(vm, library->nodes);
    value_xdrop(vm, library->operators), value_xdrop(vm, library->contexts);
}

Value ast_to_object(Compiler *c, Node *root) {
    Maker m = {.c = c, .vm = c->vm};
    if (!ast_library_init(c->vm, &m.library)) return ABSENT;
    Value object = make_object(&m, root);
    ast_library_fini(c->vm, &m.library);
    return object;
}

/* --- the module _astnodes --- */

static const char *const group_names[GROUP_COUNT] = {
    [GROUP_NONE] = "",
    [GROUP_mod] = "mod",
    [GROUP_stmt] = "stmt",
    [GROUP_expr] = "expr",
    [GROUP_pattern] = "pattern",
    [GROUP_type_param] = "type_param",
    [GROUP_excepthandler] = "excepthandler",
    [GROUP_comprehension] = "comprehension",
    [GROUP_arguments] = "arguments",
    [GROUP_arg] = "arg",
    [GROUP_keyword] = "keyword",
    [GROUP_alias] = "alias",
    [GROUP_withitem] = "withitem",
    [GROUP_match_case] = "match_case",
};

const char *ast_group_name(AstGroup group) { return group_names[group]; }

/* What a field holds in the words of the abstract grammar, such as "expr?" or "stmt*". */
static Value field_type(VM *vm, const AstField *field, bool boolean, bool unary) {
    static const char *const plain[] = {
        [FIELD_IDENT] = "identifier",     [FIELD_IDENTS] = "identifier*", [FIELD_INTEGER] = "int",
        [FIELD_CONSTANT] = "constant",    [FIELD_OPERATOR] = "operator",  [FIELD_OPERATORS] = "cmpop*",
        [FIELD_CONTEXT] = "expr_context",
    };
    if (field->type == FIELD_OPERATOR && boolean) return string_from_c(vm, "boolop");
    if (field->type == FIELD_OPERATOR && unary) return string_from_c(vm, "unaryop");
    const char *name = field->group == GROUP_NONE ? plain[field->type] : group_names[field->group];
    bool list = field->type == FIELD_CHILDREN;
    return string_format(vm, "%s%s", name, list ? "*" : field->optional ? "?" : "");
}

static Value node_row(VM *vm, AstKind kind) {
    const AstNodeInfo *info = &ast_nodes[kind];
    Value fields = list_new(vm, 0);
    for (const AstField *field = info->fields; !is_absent(fields) && field->name; field++) {
        Value name = string_intern_c(vm, field->name);
        Value type =
            is_absent(name) ? ABSENT : field_type(vm, field, kind == AST_BoolOp, kind == AST_UnaryOp);
        Value pair = is_absent(type) ? ABSENT : tuple_pack(vm, 2, name, type);
        value_xdrop(vm, name), value_xdrop(vm, type);
        if (is_absent(pair) || !list_append_owned(vm, fields, pair)) value_clear(vm, &fields);
    }
    Value name = is_absent(fields) ? ABSENT : string_intern_c(vm, info->name);
    Value group = is_absent(name) ? ABSENT : string_intern_c(vm, group_names[info->group]);
    Value positioned = info->positioned ? TRUE_VALUE : FALSE_VALUE;
    Value row = is_absent(group) ? ABSENT : tuple_pack(vm, 4, name, group, positioned, fields);
    value_xdrop(vm, name), value_xdrop(vm, group), value_xdrop(vm, fields);
    return row;
}

NATIVE(function_nodes) {
    Value list = list_new(vm, 0);
    for (int kind = 0; !is_absent(list) && kind < AST_KIND_COUNT; kind++) {
        Value row = node_row(vm, (AstKind)kind);
        if (is_absent(row) || !list_append_owned(vm, list, row)) value_clear(vm, &list);
    }
    return list;
}

NATIVE(function_operators) {
    Value list = list_new(vm, 0);
    for (int op = 0; !is_absent(list) && op < OPERATOR_COUNT; op++) {
        const char *group = op <= OPERATOR_BINARY_LAST    ? "operator"
                            : op <= OPERATOR_BOOLEAN_LAST ? "boolop"
                            : op <= OPERATOR_UNARY_LAST   ? "unaryop"
                                                          : "cmpop";
        Value name = string_intern_c(vm, operator_name((Operator)op));
        Value kind = is_absent(name) ? ABSENT : string_intern_c(vm, group);
        Value pair = is_absent(kind) ? ABSENT : tuple_pack(vm, 2, name, kind);
        value_xdrop(vm, name), value_xdrop(vm, kind);
        if (is_absent(pair) || !list_append_owned(vm, list, pair)) value_clear(vm, &list);
    }
    return list;
}

static const NativeDef functions[] = {
    {"nodes", function_nodes, "",
     "A list with a row for each kind of node: its name, its group, whether it has a position,\nand its "
     "fields with the names of what they hold."},
    {"operators", function_operators, "", "A list with a pair for each operator: its name and its group."},
    {0},
};

NEW RAISES Value module__astnodes_new(VM *vm);

Value module__astnodes_new(VM *vm) {
    return module_make(vm, &(ModuleDef){.name = "_astnodes",
                                        .doc = "The table of the syntax tree's nodes.",
                                        .functions = functions});
}
