/*
 * Type parameters (PEP 695). A generic function, class or alias is made by a function of its own, in which the type
 * parameters are variables: it makes them, makes the definition, and is called at once. Bounds, and the values of
 * aliases, are functions that are called when somebody asks.
 */

#include "compiler/compiler.h"

#include "runtime/errors/error.h"
#include "runtime/text/str.h"

/* Push a function without parameters that returns the value of `value`; of *value, the one item of it. */
static void lazy_value(Compiler *c, const void *key, Identifier name, Node *value) {
    Unit *unit = unit_new(c);
    if (!unit) return;
    unit_enter(c, unit, symtable_scope(&c->symbols, key), text_value(c, name.utf8, name.length),
               value->span.line);
    if (value->kind == AST_Starred) {
        expression(c, value->Starred.value);
        emit(c, OP_UNPACK, 1, value->span);
    } else {
        expression(c, value);
    }
    emit(c, OP_RETURN, 0, value->span);
    make_closure(c, unit_leave(c), unit, 0, value->span);
}

/* Make a type parameter, push it and store it. */
static void type_parameter(Compiler *c, Node *node) {
    enum {
        PLAIN,
        BOUNDED,
        PARAM_SPEC,
        TYPE_VAR_TUPLE,
        WITH_DEFAULT,
        CONSTRAINED = 8
    }; /* operands of TYPE_PARAM */
    Identifier name = node->TypeVar.name;
    Value text = text_value(c, name.utf8, name.length);
    if (c->failed) return;
    emit_const(c, text, node->span);
    int32_t kind = node->kind == AST_ParamSpec      ? PARAM_SPEC
                   : node->kind == AST_TypeVarTuple ? TYPE_VAR_TUPLE
                                                    : PLAIN;
    if (kind == PLAIN && node->TypeVar.bound) {
        lazy_value(c, node, name, node->TypeVar.bound);
        /* As CPython's compiler sees it, which has folded constants by now: a tuple of them is a bound. */
        bool constrained =
            node->TypeVar.bound->kind == AST_Tuple && is_absent(fold_constant(c, node->TypeVar.bound));
        kind = constrained ? BOUNDED | CONSTRAINED : BOUNDED;
    }
    Node **place = type_default(node);
    if (*place) {
        lazy_value(c, place, name, *place);
        kind |= WITH_DEFAULT;
    }
    emit(c, OP_TYPE_PARAM, kind, node->span);
    emit(c, OP_COPY, 1, node->span);
    identifier_access(c, name, ACCESS_STORE, node->span);
}

/* Push the tuple of type parameters. */
static void type_parameters(Compiler *c, NodeList type_params, Span span) {
    bool optional = false;
    for (uint32_t i = 0; i < type_params.count && !c->failed; i++) {
        Node *param = type_params.items[i];
        if (optional && !*type_default(param)) {
            compile_fail(c, param->span, "non-default type parameter '%s' follows default type parameter",
                         param->TypeVar.name.utf8);
            return;
        }
        optional |= *type_default(param) != NULL;
        type_parameter(c, param);
    }
    emit(c, OP_BUILD_TUPLE, (int32_t)type_params.count, span);
}

/* Begin the function that makes a generic definition. NULL: failed. */
static Unit *begin_generic(Compiler *c, Identifier name, NodeList type_params, uint32_t line) {
    Unit *unit = unit_new(c);
    if (!unit) return NULL;
    Value text = compile_pin(c, string_format(c->vm, "<generic parameters of %s>", name.utf8));
    if (c->failed) return NULL;
    unit_enter(c, unit, symtable_type_scope(&c->symbols, type_params), text, line);
    return unit;
}

/* Return the top of stack from that function; outside, push (function, ABSENT), ready to be called. */
static void end_generic(Compiler *c, Unit *unit, Span span) {
    emit(c, OP_RETURN, 0, span);
    make_closure(c, unit_leave(c), unit, 0, span);
    emit(c, OP_PUSH_ABSENT, 0, span);
}

/* Load the defaults that were handed in, of which there are as many as parameters. */
static int load_defaults(Compiler *c, Node *node) {
    bool positional = node->FunctionDef.args->arguments.defaults.count;
    bool keyword = c->unit->positional_count > positional;
    for (uint32_t i = 0; i < c->unit->positional_count; i++)
        emit(c, OP_LOAD_LOCAL, (int32_t)i, node->span);
    return (positional ? HAS_DEFAULTS : 0) | (keyword ? HAS_KEYWORD_DEFAULTS : 0);
}

void generic_function(Compiler *c, Node *node) {
    __typeof__(node->FunctionDef) *f = &node->FunctionDef;
    Unit *unit = begin_generic(c, f->name, f->type_params, definition_line(node, f->decorator_list));
    if (!unit) return;
    type_parameters(c, f->type_params, node->span);
    function_object(c, node, load_defaults(c, node));
    emit(c, OP_SWAP, 2, node->span);
    emit(c, OP_SET_TYPE_PARAMS, 0, node->span);
    end_generic(c, unit, node->span);
    int flags = function_defaults(c, f->args, node->span);
    emit(c, OP_CALL, __builtin_popcount((unsigned)flags), node->span);
}

void generic_class(Compiler *c, Node *node) {
    __typeof__(node->ClassDef) *k = &node->ClassDef;
    Unit *unit = begin_generic(c, k->name, k->type_params, definition_line(node, k->decorator_list));
    if (!unit) return;
    type_parameters(c, k->type_params, node->span);
    emit(c, OP_COPY, 1, node->span);
    variable_access(c, name_c(c, NAME_TYPE_PARAMS), ACCESS_STORE, node->span);
    emit(c, OP_GENERIC_BASE, 0, node->span);
    variable_access(c, name_c(c, NAME_GENERIC_BASE), ACCESS_STORE, node->span);
    class_object(c, node);
    end_generic(c, unit, node->span);
    emit(c, OP_CALL, 0, node->span);
}

/* Push (name, type parameters or None, function that gives the value) and make the alias of them. */
static void type_alias(Compiler *c, Node *node) {
    __typeof__(node->TypeAlias) *a = &node->TypeAlias;
    Identifier name = a->name->Name.id;
    Value text = text_value(c, name.utf8, name.length);
    if (c->failed) return;
    emit_const(c, text, node->span);
    if (a->type_params.count)
        type_parameters(c, a->type_params, node->span);
    else
        emit_const(c, NONE, node->span);
    lazy_value(c, node, name, a->value);
    emit(c, OP_TYPE_ALIAS, 0, node->span);
}

void type_alias_statement(Compiler *c, Node *node) {
    __typeof__(node->TypeAlias) *a = &node->TypeAlias;
    if (a->type_params.count) {
        Unit *unit = begin_generic(c, a->name->Name.id, a->type_params, node->span.line);
        if (!unit) return;
        type_alias(c, node);
        end_generic(c, unit, node->span);
        emit(c, OP_CALL, 0, node->span);
    } else {
        type_alias(c, node);
    }
    assign(c, a->name);
}
