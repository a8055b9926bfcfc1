/* Targets: what `=`, `for`, `with`, `del`, `+=` and annotations store to. */

#include "compiler/compiler.h"

#include <string.h>

/* ---- Plain assignment -------------------------------------------------------------------------------------------- */

/* `self.name = ...` in a method is noted in the class: __static_attributes__. */
static void note_static_attribute(Compiler *c, Node *node) {
    Node *object = node->Attribute.value;
    if (object->kind != AST_Name || strcmp(object->Name.id.utf8, "self") != 0) return;
    Unit *u = c->unit->outer;
    while (u && u->scope->kind != SCOPE_CLASS)
        u = u->outer;
    Name *name = name_of(&c->names, node->Attribute.attr.utf8, node->Attribute.attr.length, false);
    if (!name) compile_fail_memory(c);
    if (!u || c->failed || word_map_find(&u->static_attributes, (uintptr_t)name)) return;
    if (!ARRAY_GROW(c, u->static_names, u->static_count, u->static_capacity)) return;
    if (!word_map_put(&u->static_attributes, c->arena, (uintptr_t)name, 1)) compile_fail_memory(c);
    u->static_names[u->static_count++] = name;
}

static void assign_subscript(Compiler *c, Node *node) {
    Node *key = node->Subscript.slice;
    expression(c, node->Subscript.value);
    if (is_plain_slice(key))
        slice_bounds(c, key);
    else
        expression(c, key);
    emit(c, is_plain_slice(key) ? OP_SET_SLICE : OP_SET_ITEM, 0, node->span);
}

/* (iterable) -> (items, the first on top) */
static void unpack(Compiler *c, Node *node) {
    NodeList targets = node->Tuple.elts;
    uint32_t star = targets.count;
    for (uint32_t i = 0; i < targets.count; i++) {
        if (targets.items[i]->kind != AST_Starred) continue;
        if (star < targets.count) {
            compile_fail(c, node->span, "multiple starred expressions in assignment");
            return;
        }
        star = i;
    }
    if (star == targets.count) {
        emit(c, OP_UNPACK, (int32_t)targets.count, node->span);
        return;
    }
    uint32_t after = targets.count - star - 1;
    if (star > OPERAND_A8_MAX || after > OPERAND_B16_MAX)
        compile_fail(c, node->span, "too many expressions in star-unpacking assignment");
    else
        emit_ab(c, OP_UNPACK_STAR, (int32_t)star, (int32_t)after, node->span);
}

static void assign_row(Compiler *c, Node *node) {
    NodeList targets = node->Tuple.elts;
    unpack(c, node);
    for (uint32_t i = 0; i < targets.count && !c->failed; i++) {
        Node *target = targets.items[i];
        assign(c, target->kind == AST_Starred ? target->Starred.value : target);
    }
}

void assign(Compiler *c, Node *node) {
    if (c->failed) return;
    switch (node->kind) {
    case AST_Name: identifier_access(c, node->Name.id, ACCESS_STORE, node->span); break;
    case AST_Attribute:
        note_static_attribute(c, node);
        expression(c, node->Attribute.value);
        emit_name(c, OP_STORE_ATTR, name_identifier(c, node->Attribute.attr),
                  attribute_span(node, node->span));
        break;
    case AST_Subscript: assign_subscript(c, node); break;
    case AST_Tuple:
    case AST_List: assign_row(c, node); break;
    default: compile_fail(c, node->span, "starred assignment target must be in a list or tuple");
    }
}

/* `a, b = x, y` without a tuple in between. The values are pushed in order; then either every target is a different
 * local, so that nobody can tell that the last is stored first, or two or three values are turned round. */
static bool is_row(const Node *node) { return node->kind == AST_Tuple || node->kind == AST_List; }

static bool are_different_locals(Compiler *c, NodeList targets) {
    WordMap seen = {0};
    for (uint32_t i = 0; i < targets.count && !c->failed; i++) {
        Node *target = targets.items[i];
        if (target->kind != AST_Name) return false;
        Name *name = name_identifier(c, target->Name.id);
        if (c->failed || !variable_is_local(c, name) || word_map_find(&seen, (uintptr_t)name)) return false;
        if (!word_map_put(&seen, c->arena, (uintptr_t)name, 1)) compile_fail_memory(c);
    }
    return true;
}

static bool assign_in_parallel(Compiler *c, Node *target, Node *value) {
    enum { PARALLEL_MAX = 30 };
    if (!is_row(target) || value->kind != AST_Tuple) return false;
    NodeList targets = target->Tuple.elts, values = value->Tuple.elts;
    if (targets.count != values.count || targets.count < 2 || targets.count > PARALLEL_MAX) return false;
    for (uint32_t i = 0; i < targets.count; i++)
        if (targets.items[i]->kind == AST_Starred || values.items[i]->kind == AST_Starred) return false;
    bool reversed = are_different_locals(c, targets);
    if (!reversed && targets.count > 3) return false;
    for (uint32_t i = 0; i < values.count; i++)
        expression(c, values.items[i]);
    if (!reversed) emit(c, OP_SWAP, (int32_t)targets.count, target->span);
    for (uint32_t i = 0; i < targets.count; i++)
        assign(c, targets.items[reversed ? targets.count - 1 - i : i]);
    return true;
}

void assign_statement(Compiler *c, Node *node) {
    NodeList targets = node->Assign.targets;
    if (targets.count == 1 && assign_in_parallel(c, targets.items[0], node->Assign.value)) return;
    expression(c, node->Assign.value);
    for (uint32_t i = 0; i < targets.count && !c->failed; i++) {
        if (i + 1 < targets.count) emit(c, OP_COPY, 1, node->span);
        assign(c, targets.items[i]);
    }
}

/* ---- Deleting ---------------------------------------------------------------------------------------------------- */

void delete_target(Compiler *c, Node *node) {
    if (c->failed) return;
    switch (node->kind) {
    case AST_Name: identifier_access(c, node->Name.id, ACCESS_DELETE, node->span); break;
    case AST_Attribute:
        expression(c, node->Attribute.value);
        emit_name(c, OP_DELETE_ATTR, name_identifier(c, node->Attribute.attr),
                  attribute_span(node, node->span));
        break;
    case AST_Subscript:
        expression(c, node->Subscript.value);
        expression(c, node->Subscript.slice);
        emit(c, OP_DELETE_ITEM, 0, node->span);
        break;
    case AST_Starred: compile_fail(c, node->span, "can't use starred expression here"); break;
    default:
        for (uint32_t i = 0; i < node->Tuple.elts.count && !c->failed; i++)
            delete_target(c, node->Tuple.elts.items[i]);
    }
}

/* ---- Augmented assignment ---------------------------------------------------------------------------------------- */

static void augment(Compiler *c, Node *node) {
    expression(c, node->AugAssign.value);
    emit(c, binary_opcode(node->AugAssign.op), 1, node->span);
}

static bool binds_names(const Node *node) {
    if (node->kind == AST_NamedExpr) return true;
    for (AstCursor cursor = ast_first(node); cursor.field->name; ast_next(&cursor)) {
        if (cursor.field->type == FIELD_CHILD) {
            const Node *child = *(Node **)cursor.value;
            if (child && binds_names(child)) return true;
        } else if (cursor.field->type == FIELD_CHILDREN) {
            const NodeList *list = cursor.value;
            for (uint32_t i = 0; i < list->count; i++)
                if (list->items[i] && binds_names(list->items[i])) return true;
        }
    }
    return false;
}

/* May `node` be evaluated twice instead of copied? A local, which nothing in between can bind again, or a constant. */
static bool is_stable(Compiler *c, Node *node) {
    if (node->kind == AST_Name) return variable_is_local(c, name_identifier(c, node->Name.id));
    return !is_absent(fold_constant(c, node));
}

static void augment_stable_attribute(Compiler *c, Node *node, Node *target) {
    Span span = attribute_span(target, target->span);
    Name *name = name_identifier(c, target->Attribute.attr);
    note_static_attribute(c, target);
    expression(c, target->Attribute.value);
    emit_name(c, OP_LOAD_ATTR, name, span);
    augment(c, node);
    expression(c, target->Attribute.value);
    emit_name(c, OP_STORE_ATTR, name, span);
}

static void augment_stable_item(Compiler *c, Node *node, Node *target) {
    expression(c, target->Subscript.value);
    expression(c, target->Subscript.slice);
    emit(c, OP_GET_ITEM, 0, target->span);
    augment(c, node);
    expression(c, target->Subscript.value);
    expression(c, target->Subscript.slice);
    emit(c, OP_SET_ITEM, 0, target->span);
}

/* The short form, if the object (and key) of the target may be evaluated twice. */
static bool augment_stable(Compiler *c, Node *node, Node *target) {
    bool attribute = target->kind == AST_Attribute;
    Node *object = attribute ? target->Attribute.value : target->Subscript.value;
    bool stable = object->kind == AST_Name && is_stable(c, object) &&
                  (attribute || is_stable(c, target->Subscript.slice)) && !binds_names(node->AugAssign.value);
    if (!stable || c->failed) return false;
    if (attribute)
        augment_stable_attribute(c, node, target);
    else
        augment_stable_item(c, node, target);
    return true;
}

static void augment_attribute(Compiler *c, Node *node, Node *target) {
    Span span = attribute_span(target, target->span);
    Name *name = name_identifier(c, target->Attribute.attr);
    note_static_attribute(c, target);
    expression(c, target->Attribute.value);
    emit(c, OP_COPY, 1, span);
    emit_name(c, OP_LOAD_ATTR, name, span);
    augment(c, node);
    emit(c, OP_SWAP, 2, span);
    emit_name(c, OP_STORE_ATTR, name, span);
}

static void augment_subscript(Compiler *c, Node *node, Node *target) {
    Node *key = target->Subscript.slice;
    bool slice = is_plain_slice(key);
    int32_t operands = slice ? 3 : 2;
    expression(c, target->Subscript.value);
    if (slice)
        slice_bounds(c, key);
    else
        expression(c, key);
    for (int32_t i = 0; i < operands; i++)
        emit(c, OP_COPY, operands, target->span);
    emit(c, slice ? OP_GET_SLICE : OP_GET_ITEM, 0, target->span);
    augment(c, node);
    for (int32_t i = operands + 1; i > 1; i--)
        emit(c, OP_SWAP, i, target->span);
    emit(c, slice ? OP_SET_SLICE : OP_SET_ITEM, 0, target->span);
}

void augmented_assign(Compiler *c, Node *node) {
    Node *target = node->AugAssign.target;
    if (target->kind != AST_Name && augment_stable(c, node, target)) return;
    switch (target->kind) {
    case AST_Attribute: augment_attribute(c, node, target); break;
    case AST_Subscript: augment_subscript(c, node, target); break;
    default:
        identifier_access(c, target->Name.id, ACCESS_LOAD, target->span);
        augment(c, node);
        identifier_access(c, target->Name.id, ACCESS_STORE, target->span);
    }
}

/* ---- Annotated assignment ---------------------------------------------------------------------------------------- */

static void evaluate(Compiler *c, Node *node) {
    expression(c, node);
    emit(c, OP_POP_TOP, 0, node->span);
}

void annotation(Compiler *c, Node *node) {
    if (!c->symbols.future_annotations)
        expression(c, node);
    else if (!c->failed)
        emit_const(c, unparse(c, node), node->span);
}

/* x: T in a module or class: __annotations__['x'] = T. */
static void store_annotation(Compiler *c, Node *node) {
    annotation(c, node->AnnAssign.annotation);
    emit_name(c, OP_LOAD_NAME, name_c(c, "__annotations__"), node->span);
    if (c->failed) return;
    emit_const(c, name_value(c, name_identifier(c, node->AnnAssign.target->Name.id)), node->span);
    emit(c, OP_SET_ITEM, 0, node->span);
}

void annotated_assign(Compiler *c, Node *node) {
    Node *target = node->AnnAssign.target, *value = node->AnnAssign.value;
    bool recorded = !scope_is_function(c->unit->scope);
    if (value) {
        expression(c, value);
        assign(c, target);
    }
    if (target->kind == AST_Name && node->AnnAssign.simple) {
        if (recorded) store_annotation(c, node);
        return;
    }
    if (target->kind == AST_Attribute && !value) evaluate(c, target->Attribute.value);
    if (target->kind == AST_Subscript && !value) {
        evaluate(c, target->Subscript.value);
        evaluate(c, target->Subscript.slice);
    }
    if (recorded && !c->symbols.future_annotations) evaluate(c, node->AnnAssign.annotation);
}
