/* Is a tree that a program made one that can be compiled? What the parser sees to is asked here. */

#include <string.h>

#include "compiler/astobject.h"
#include "runtime/containers/set.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/type.h"

static bool check_node(Compiler *c, Node *node, Context context);

/* --- names and constants --- */

/* A name that is bound or read; those of attributes, arguments and definitions may be anything. */
static bool check_name(Compiler *c, Identifier name) {
    static const char *const constants[] = {"None", "True", "False"};
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
        if (!name.utf8 || strcmp(name.utf8, constants[i]) != 0) continue;
        raise_value(c->vm, "identifier field can't represent '%s' constant", constants[i]);
        return false;
    }
    return true;
}

static bool check_capture(Compiler *c, Identifier name) {
    if (!name.utf8 || strcmp(name.utf8, "_") != 0) return check_name(c, name);
    return raise_value(c->vm, "can't capture name '_' in patterns"), false;
}

static bool check_names(Compiler *c, IdentifierList names) {
    for (uint32_t i = 0; i < names.count; i++)
        if (!check_name(c, names.items[i])) return false;
    return true;
}

/* What code objects may hold: it is compared, hashed and written without calling the program. */
static bool check_value(Compiler *c, Value v) {
    if (!is_object(v) || is_bool(v) || is_none(v) || value_same(v, ELLIPSIS)) return true;
    const Type *type = type_of(v);
    bool leaf = type == &int_type || type == &float_type || type == &complex_type || type == &str_type ||
                type == &bytes_type;
    if (leaf) return true;
    if (type != &tuple_type && type != &frozenset_type)
        return raise_type(c->vm, "got an invalid type in Constant: %T", v), false;
    if (!recursion_enter(c->vm, " during compilation")) return false;
    bool ok = true;
    int64_t place = 0, hash;
    Value item;
    if (type == &tuple_type) {
        for (int64_t i = 0; ok && i < as_tuple(v)->length; i++)
            ok = check_value(c, as_tuple(v)->items[i]);
    } else {
        while (ok && set_next(as_set(v), &place, &item, &hash))
            ok = check_value(c, item);
    }
    recursion_leave(c->vm);
    return ok;
}

static Value given(const Compiler *c, const Node *node) {
    const Constant *constant = &node->Constant.value;
    return constant->kind == CONSTANT_GIVEN ? c->pins[constant->length] : NONE;
}

/* --- patterns --- */

static bool is_number(Compiler *c, const Node *node, bool real, bool imaginary) {
    if (node->kind != AST_Constant || node->Constant.value.kind != CONSTANT_GIVEN) return false;
    Value v = given(c, node);
    bool complex = is_exactly(v, &complex_type);
    bool number = is_int(v) || is_float(v) || is_exactly(v, &int_type) || is_exactly(v, &float_type);
    return complex ? imaginary : real && number;
}

static bool is_signed_number(Compiler *c, const Node *node, bool real, bool imaginary) {
    bool negative = node->kind == AST_UnaryOp && node->UnaryOp.op == OPERATOR_USub;
    return is_number(c, negative ? node->UnaryOp.operand : node, real, imaginary);
}

/* -1, 1 + 2j: what a literal pattern may compute. */
static bool is_computed_number(Compiler *c, const Node *node) {
    if (node->kind == AST_UnaryOp) return is_signed_number(c, node, true, true);
    if (node->kind != AST_BinOp) return false;
    if (node->BinOp.op != OPERATOR_Add && node->BinOp.op != OPERATOR_Sub) return false;
    return is_signed_number(c, node->BinOp.left, true, false) && is_number(c, node->BinOp.right, false, true);
}

/* The value of a literal pattern, or the key of a mapping's (where None, True and False may stand, too). */
static bool check_literal(Compiler *c, const Node *node, bool key) {
    if (node->kind == AST_Attribute || node->kind == AST_JoinedStr || is_computed_number(c, node))
        return true;
    if (node->kind != AST_Constant)
        return raise_value(c->vm, "patterns may only match literals and attribute lookups"), false;
    ConstantKind kind = (ConstantKind)node->Constant.value.kind;
    Value v = given(c, node);
    bool collection = kind == CONSTANT_GIVEN && is_object(v) &&
                      (is_exactly(v, &tuple_type) || is_exactly(v, &frozenset_type));
    if (kind == CONSTANT_ELLIPSIS || collection || (kind <= CONSTANT_FALSE && !key))
        return raise_value(c->vm, "unexpected constant inside of a literal pattern"), false;
    return true;
}

static bool check_class_name(Compiler *c, const Node *node) {
    while (node->kind == AST_Attribute)
        node = node->Attribute.value;
    if (node->kind == AST_Name) return true;
    return raise_value(c->vm, "MatchClass cls field can only contain Name or Attribute nodes."), false;
}

/* A star may stand in a sequence only. */
static bool check_stars(Compiler *c, const Node *node, NodeList patterns) {
    for (uint32_t i = 0; i < patterns.count && node->kind != AST_MatchSequence; i++)
        if (patterns.items[i] && patterns.items[i]->kind == AST_MatchStar)
            return raise_value(c->vm, "can't use MatchStar here"), false;
    return true;
}

static bool check_pattern(Compiler *c, Node *node) {
    VM *vm = c->vm;
    switch (node->kind) {
    case AST_MatchValue: return check_literal(c, node->MatchValue.value, false);
    case AST_MatchSingleton:
        if (node->MatchSingleton.value.kind <= CONSTANT_FALSE) return true;
        return raise_value(vm, "MatchSingleton can only contain True, False and None"), false;
    case AST_MatchMapping:
        if (node->MatchMapping.keys.count != node->MatchMapping.patterns.count)
            return raise_value(vm, "MatchMapping doesn't have the same number of keys as patterns"), false;
        for (uint32_t i = 0; i < node->MatchMapping.keys.count; i++)
            if (node->MatchMapping.keys.items[i] && !check_literal(c, node->MatchMapping.keys.items[i], true))
                return false;
        return check_capture(c, node->MatchMapping.rest) && check_stars(c, node, node->MatchMapping.patterns);
    case AST_MatchClass:
        if (node->MatchClass.kwd_attrs.count != node->MatchClass.kwd_patterns.count) {
            raise_value(vm, "MatchClass doesn't have the same number of keyword attributes as patterns");
            return false;
        }
        return check_class_name(c, node->MatchClass.cls) && check_names(c, node->MatchClass.kwd_attrs) &&
               check_stars(c, node, node->MatchClass.patterns) &&
               check_stars(c, node, node->MatchClass.kwd_patterns);
    case AST_MatchStar: return check_capture(c, node->MatchStar.name);
    case AST_MatchAs:
        if (node->MatchAs.pattern && !node->MatchAs.name.utf8)
            return raise_value(vm, "MatchAs must specify a target name if a pattern is given"), false;
        return check_capture(c, node->MatchAs.name) &&
               check_stars(c, node, (NodeList){&node->MatchAs.pattern, 1});
    case AST_MatchOr:
        if (node->MatchOr.patterns.count < 2)
            return raise_value(vm, "MatchOr requires at least 2 patterns"), false;
        return check_stars(c, node, node->MatchOr.patterns);
    default: return true;
    }
}

/* --- what must hold between the fields of a node --- */

static bool check_expression(Compiler *c, Node *node) {
    VM *vm = c->vm;
    switch (node->kind) {
    case AST_BoolOp:
        if (node->BoolOp.values.count >= 2) return true;
        return raise_value(vm, "BoolOp with less than 2 values"), false;
    case AST_Compare:
        if (node->Compare.comparators.count == 0)
            return raise_value(vm, "Compare with no comparators"), false;
        if (node->Compare.comparators.count == node->Compare.ops.count) return true;
        return raise_value(vm, "Compare has a different number of comparators and operands"), false;
    case AST_Dict:
        if (node->Dict.keys.count == node->Dict.values.count) return true;
        return raise_value(vm, "Dict doesn't have the same number of keys as values"), false;
    case AST_ListComp:
    case AST_SetComp:
    case AST_GeneratorExp:
    case AST_DictComp: {
        bool empty =
            (node->kind == AST_DictComp ? node->DictComp.generators : node->ListComp.generators).count == 0;
        return !empty || (raise_value(vm, "comprehension with no generators"), false);
    }
    case AST_NamedExpr:
        if (node->NamedExpr.target->kind != AST_Name)
            return raise_type(vm, "NamedExpr target must be a Name"), false;
        node->NamedExpr.target->Name.ctx = CONTEXT_STORE;
        return true;
    case AST_FormattedValue: {
        int conversion = node->FormattedValue.conversion;
        if (conversion == -1 || conversion == 's' || conversion == 'r' || conversion == 'a') return true;
        return raise_error(vm, &exc_SystemError, "Unrecognized conversion character %d", conversion), false;
    }
    case AST_Constant: return check_value(c, given(c, node));
    case AST_Name: return check_name(c, node->Name.id);
    default: return true;
    }
}

static bool check_handlers(Compiler *c, const Node *node) {
    const char *name = ast_nodes[node->kind].name;
    NodeList handlers = node->Try.handlers;
    if (!handlers.count && !node->Try.finalbody.count)
        return raise_value(c->vm, "%s has neither except handlers nor finalbody", name), false;
    if (!handlers.count && node->Try.orelse.count)
        return raise_value(c->vm, "%s has orelse but no except handlers", name), false;
    for (uint32_t i = 0; i < handlers.count && node->kind == AST_TryStar; i++)
        if (handlers.items[i] && !handlers.items[i]->ExceptHandler.type)
            return raise_value(c->vm, "TryStar with an except handler without a type"), false;
    return true;
}

/* A target that only Name, Attribute and Subscript can be, by the number that CPython has for its kind. */
static bool check_single_target(Compiler *c, const Node *target, const char *what) {
    bool single = target->kind == AST_Name || target->kind == AST_Attribute || target->kind == AST_Subscript;
    if (single || target->kind < AST_Starred || target->kind > AST_Tuple) return true;
    int number = target->kind - AST_BoolOp + 1;
    return raise_error(c->vm, &exc_SystemError, "invalid node type (%d) for %s assignment", number, what),
           false;
}

static bool check_arguments(Compiler *c, const Node *node) {
    __typeof__(node->arguments) const *a = &node->arguments;
    if (a->defaults.count > a->posonlyargs.count + a->args.count)
        return raise_value(c->vm, "more positional defaults than args on arguments"), false;
    if (a->kw_defaults.count == a->kwonlyargs.count) return true;
    return raise_value(c->vm, "length of kwonlyargs is not the same as kw_defaults on arguments"), false;
}

static bool check_statement(Compiler *c, Node *node) {
    VM *vm = c->vm;
    switch (node->kind) {
    case AST_Try:
    case AST_TryStar: return check_handlers(c, node);
    case AST_Raise:
        if (!node->Raise.cause || node->Raise.exc) return true;
        return raise_value(vm, "Raise with cause but no exception"), false;
    case AST_ImportFrom:
        if (node->ImportFrom.level >= 0) return true;
        return raise_value(vm, "Negative ImportFrom level"), false;
    case AST_TypeAlias:
        if (node->TypeAlias.name->kind == AST_Name) return true;
        return raise_type(vm, "TypeAlias with non-Name name"), false;
    case AST_AugAssign: return check_single_target(c, node->AugAssign.target, "augmented");
    case AST_AnnAssign: {
        Node *target = node->AnnAssign.target;
        if (node->AnnAssign.simple && target->kind != AST_Name)
            return raise_type(vm, "AnnAssign with simple non-Name target"), false;
        bool starred = target->kind == AST_Starred && node->AnnAssign.value;
        return starred || check_single_target(c, target, "annotated");
    }
    case AST_arguments: return check_arguments(c, node);
    case AST_match_case: return check_stars(c, node, (NodeList){&node->match_case.pattern, 1});
    case AST_TypeVar: return check_name(c, node->TypeVar.name);
    case AST_ParamSpec: return check_name(c, node->ParamSpec.name);
    case AST_TypeVarTuple: return check_name(c, node->TypeVarTuple.name);
    default: return true;
    }
}

/* --- contexts, lists --- */

/* The field of `node` that is assigned to, or deleted; NULL: none is. */
static const void *target_field(const Node *node) {
    switch (node->kind) {
    case AST_Assign: return &node->Assign.targets;
    case AST_Delete: return &node->Delete.targets;
    case AST_AugAssign: return &node->AugAssign.target;
    case AST_AnnAssign: return &node->AnnAssign.target;
    case AST_For:
    case AST_AsyncFor: return &node->For.target;
    case AST_comprehension: return &node->comprehension.target;
    case AST_withitem: return &node->withitem.optional_vars;
    case AST_TypeAlias: return &node->TypeAlias.name;
    case AST_NamedExpr: return &node->NamedExpr.target;
    default: return NULL;
    }
}

static Context child_context(const Node *node, const void *field, Context context) {
    bool part = node->kind == AST_Tuple || node->kind == AST_List || node->kind == AST_Starred;
    if (part) return context;
    if (field != target_field(node)) return CONTEXT_LOAD;
    return node->kind == AST_Delete ? CONTEXT_DEL : CONTEXT_STORE;
}

/* An expression must be used as its own context says. */
static bool check_context(Compiler *c, const Node *node, Context context) {
    static const char *const names[] = {"Load", "Store", "Del"};
    if (ast_nodes[node->kind].group != GROUP_expr) return true;
    Context own = CONTEXT_LOAD;
    switch (node->kind) {
    case AST_Attribute: own = node->Attribute.ctx; break;
    case AST_Subscript: own = node->Subscript.ctx; break;
    case AST_Starred: own = node->Starred.ctx; break;
    case AST_Name: own = node->Name.ctx; break;
    case AST_List: own = node->List.ctx; break;
    case AST_Tuple: own = node->Tuple.ctx; break;
    default:
        if (context == CONTEXT_LOAD) return true;
        raise_value(c->vm, "expression which can't be assigned to in %s context", names[context]);
        return false;
    }
    if (own == context) return true;
    raise_value(c->vm, "expression must have %s context but has %s instead", names[context], names[own]);
    return false;
}

static bool may_be_empty(const Node *node, const char *field) {
    static const char *const filled[] = {"body", "targets", "items", "cases", "names"};
    for (size_t i = 0; i < sizeof filled / sizeof *filled && ast_nodes[node->kind].group != GROUP_mod; i++)
        if (strcmp(field, filled[i]) == 0) return false;
    return true;
}

/* Its length is checked before anything that is in it; so is that of names, which begin as other lists do. */
static bool check_list(Compiler *c, const Node *node, const AstCursor *cursor, Context context) {
    const AstField *field = cursor->field;
    const NodeList *list = cursor->value;
    bool elif = node->kind == AST_If && list == &node->If.orelse && list->count && list->items[0] &&
                ast_is_elif(*list);
    if (!list->count && !may_be_empty(node, field->name)) {
        raise_value(c->vm, "empty %s on %s", field->name, ast_nodes[node->kind].name);
        return false;
    }
    for (uint32_t i = 0; i < list->count && field->type == FIELD_CHILDREN && !elif; i++) {
        if (!list->items[i] && field->optional) continue;
        if (!list->items[i]) {
            raise_value(c->vm, "None disallowed in %s list",
                        field->group == GROUP_stmt ? "statement" : "expression");
            return false;
        }
        if (!check_node(c, list->items[i], context)) return false;
    }
    return true;
}

/* A node and what it holds, but for an elif. */
static bool check_one(Compiler *c, Node *node, Context context) {
    bool ok = check_context(c, node, context) && check_expression(c, node) && check_statement(c, node) &&
              check_pattern(c, node);
    for (AstCursor cursor = ast_first(node); ok && cursor.field->name; ast_next(&cursor)) {
        Context inner = child_context(node, cursor.value, context);
        AstFieldType type = cursor.field->type;
        if (type == FIELD_CHILDREN || type == FIELD_IDENTS) ok = check_list(c, node, &cursor, inner);
        if (type == FIELD_CHILD && *(Node **)cursor.value) ok = check_node(c, *(Node **)cursor.value, inner);
    }
    return ok;
}

static bool check_node(Compiler *c, Node *node, Context context) {
    if (!recursion_enter(c->vm, " during compilation")) return false;
    bool ok = check_one(c, node, context);
    while (ok && node->kind == AST_If && node->If.orelse.count && ast_is_elif(node->If.orelse)) {
        node = node->If.orelse.items[0];
        ok = check_one(c, node, CONTEXT_LOAD);
    }
    recursion_leave(c->vm);
    return ok;
}

bool ast_check(Compiler *c, Node *root) { return check_node(c, root, CONTEXT_LOAD); }
