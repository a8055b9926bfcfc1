/* Objects of the module ast, made or changed by a program, read as the tree that the compiler takes. */

#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "compiler/astobject.h"
#include "runtime/bytes/bytes.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

typedef struct {
    Compiler *c;
    VM *vm;
    AstLibrary library;
} Reader;

static Node *read_node(Reader *r, Value object, AstGroup group);

/* --- attributes --- */

/* 1 found (NEW), 0 missing, -1 RAISES. */
static int find_attribute(VM *vm, Value object, const char *name, Value *found) {
    Value key = string_intern_c(vm, name);
    int result = is_absent(key) ? -1 : object_find_attribute(vm, object, key, found);
    value_xdrop(vm, key);
    return result;
}

static bool read_int(VM *vm, Value v, int *result) {
    int64_t number;
    if (!is_int(v) && !is_family(v, TYPE_INT)) return raise_value(vm, "invalid integer value: %R", v), false;
    bool fits = int_to_int64(v, &number) && number >= INT_MIN && number <= INT_MAX;
    if (!fits) return raise_error(vm, &exc_OverflowError, "Python int too large to convert to C int"), false;
    *result = (int)number;
    return true;
}

/* A number of a position. `otherwise`: what a missing one or None is; NULL: it may not be missing. */
static bool read_place(VM *vm, Value object, const char *owner, const char *name, const int *otherwise,
                       int *result) {
    Value v;
    int found = find_attribute(vm, object, name, &v);
    if (found < 0) return false;
    if (otherwise && (!found || is_none(v))) {
        *result = *otherwise;
        return true;
    }
    if (!found) return raise_type(vm, "required field \"%s\" missing from %s", name, owner), false;
    bool ok = read_int(vm, v, result);
    value_drop(vm, v);
    return ok;
}

/* Where the node stands. What cannot be shown in a traceback is no place: a Span has no negative numbers. */
static bool read_position(VM *vm, Value object, const char *owner, Span *span) {
    int line, column, end_line, end_column;
    if (!read_place(vm, object, owner, "lineno", NULL, &line) ||
        !read_place(vm, object, owner, "col_offset", NULL, &column) ||
        !read_place(vm, object, owner, "end_lineno", &line, &end_line) ||
        !read_place(vm, object, owner, "end_col_offset", &column, &end_column))
        return false;
    if (line > end_line)
        return raise_value(vm, "AST node line range (%d, %d) is not valid", line, end_line), false;
    if ((line < 0 && end_line != line) || (column < 0 && column != end_column)) {
        raise_value(vm, "AST node column range (%d, %d) for line range (%d, %d) is not valid", column,
                    end_column, line, end_line);
        return false;
    }
    if (line == end_line && column > end_column) {
        raise_value(vm, "line %d, column %d-%d is not a valid range", line, column, end_column);
        return false;
    }
    if (line <= 0 || end_line >= SPAN_UNKNOWN_END || end_column >= SPAN_UNKNOWN_END) return true;
    if (column < 0) column = end_column = 0;
    if (end_column < 0) end_column = 0;
    *span = (Span){(uint32_t)line, (uint32_t)column, (uint32_t)end_line, (uint32_t)end_column};
    return true;
}

/* --- leaves --- */

/* A copy in the arena of a str's WTF-8, NUL-terminated. */
static const char *copy_text(Reader *r, Value v, uint32_t *length) {
    size_t size;
    Value keeper = ABSENT;
    const char *utf8 = string_utf8(r->vm, v, &size, &keeper), *copy = NULL;
    if (utf8 && size >= UINT32_MAX) raise_error(r->vm, &exc_MemoryError, "");
    if (utf8 && size < UINT32_MAX) copy = arena_copy(r->c->arena, utf8, size);
    if (utf8 && !copy && !error_raised(r->vm)) raise_memory(r->vm);
    value_xdrop(r->vm, keeper);
    *length = (uint32_t)size;
    return copy;
}

static bool read_identifier(Reader *r, Value v, Identifier *name) {
    if (!is_exactly(v, &str_type)) return raise_type(r->vm, "AST identifier must be of type str"), false;
    name->utf8 = copy_text(r, v, &name->length);
    return name->utf8 != NULL;
}

/* Numbers and collections are kept as they are, among what the compilation pins. */
static bool read_constant(Reader *r, Value v, Constant *constant) {
    static const uint8_t kinds[] = {CONSTANT_NONE, CONSTANT_TRUE, CONSTANT_FALSE, CONSTANT_ELLIPSIS};
    const Value named[] = {NONE, TRUE_VALUE, FALSE_VALUE, ELLIPSIS};
    *constant = (Constant){.kind = CONSTANT_GIVEN};
    for (size_t i = 0; i < sizeof kinds; i++)
        if (value_same(v, named[i])) return constant->kind = kinds[i], true;
    if (is_exactly(v, &str_type)) {
        constant->kind = CONSTANT_STR;
        constant->text = copy_text(r, v, &constant->length);
        return constant->text != NULL;
    }
    if (r->c->pin_count >= UINT32_MAX) return raise_memory(r->vm), false;
    constant->length = (uint32_t)r->c->pin_count;
    return !is_absent(compile_pin(r->c, value_ref(v)));
}

/* The index of an operator or context: the mark whose class, or whose class' base, the object's is. -1 RAISES. */
static int read_mark(Reader *r, Value v, Value marks, int first, int last, const char *group) {
    for (int i = first; i <= last; i++)
        if (is_object(v) && type_of(v) == type_of(as_tuple(marks)->items[i])) return i;
    for (int i = first; i <= last; i++) {
        int is = object_is_instance(r->vm, v, from_object(type_of(as_tuple(marks)->items[i])));
        if (is) return is < 0 ? -1 : i;
    }
    raise_type(r->vm, "expected some sort of %s, but got %R", group, v);
    return -1;
}

static int read_operator(Reader *r, Value v, const Node *node) {
    Value marks = r->library.operators;
    switch (node->kind) {
    case AST_BoolOp: return read_mark(r, v, marks, OPERATOR_BINARY_LAST + 1, OPERATOR_BOOLEAN_LAST, "boolop");
    case AST_UnaryOp:
        return read_mark(r, v, marks, OPERATOR_BOOLEAN_LAST + 1, OPERATOR_UNARY_LAST, "unaryop");
    case AST_Compare: return read_mark(r, v, marks, OPERATOR_UNARY_LAST + 1, OPERATOR_COUNT - 1, "cmpop");
    default: return read_mark(r, v, marks, 0, OPERATOR_BINARY_LAST, "operator");
    }
}

/* --- lists --- */

static bool read_item(Reader *r, const Node *node, const AstCursor *cursor, Value item, uint32_t i) {
    switch (cursor->field->type) {
    case FIELD_IDENTS: return read_identifier(r, item, &((IdentifierList *)cursor->value)->items[i]);
    case FIELD_OPERATORS: {
        int op = read_operator(r, item, node);
        if (op >= 0) ((OperatorList *)cursor->value)->items[i] = (uint8_t)op;
        return op >= 0;
    }
    default: {
        Node **place = &((NodeList *)cursor->value)->items[i];
        bool product = cursor->field->group > GROUP_excepthandler;
        *place = is_none(item) && !product ? NULL : read_node(r, item, cursor->field->group);
        return *place || !error_raised(r->vm);
    }
    }
}

/* All lists begin alike: the items, and how many there are. */
static bool read_list(Reader *r, const Node *node, const AstCursor *cursor, Value list) {
    const char *owner = ast_nodes[node->kind].name, *field = cursor->field->name;
    if (!is_list(list)) {
        raise_type(r->vm, "%s field \"%s\" must be a list, not a %T", owner, field, list);
        return false;
    }
    int64_t count = as_list(list)->length;
    size_t size = cursor->field->type == FIELD_IDENTS      ? sizeof(Identifier)
                  : cursor->field->type == FIELD_OPERATORS ? 1
                                                           : sizeof(Node *);
    NodeList *place = cursor->value;
    if (count == 0) return true;
    place->items = count < INT32_MAX ? arena_alloc(r->c->arena, (size_t)count * size) : NULL;
    if (!place->items) return raise_memory(r->vm), false;
    place->count = (uint32_t)count;
    for (int64_t i = 0; i < count; i++) {
        if (as_list(list)->length != count) {
            raise_error(r->vm, &exc_RuntimeError, "%s field \"%s\" changed size during iteration", owner,
                        field);
            return false;
        }
        Value item = value_ref(as_list(list)->items[i]);
        bool ok = read_item(r, node, cursor, item, (uint32_t)i);
        value_drop(r->vm, item);
        if (!ok) return false;
    }
    return true;
}

/* --- nodes --- */

/* The level of an import may be missing, and is 0 then. */
static bool may_miss(const Node *node, const AstField *field) {
    return field->optional || (node->kind == AST_ImportFrom && field->type == FIELD_INTEGER);
}

/* A field that is there. None is an empty place where a node or a name could be. */
static bool read_value(Reader *r, const Node *node, const AstCursor *cursor, Value v) {
    const AstField *field = cursor->field;
    bool product = field->group > GROUP_excepthandler;
    if (is_none(v) && may_miss(node, field)) return true;
    bool empty = is_none(v) && (field->type == FIELD_IDENT || (field->type == FIELD_CHILD && !product));
    if (empty) {
        raise_value(r->vm, "field '%s' is required for %s", field->name, ast_nodes[node->kind].name);
        return false;
    }
    switch (field->type) {
    case FIELD_IDENT: return read_identifier(r, v, cursor->value);
    case FIELD_CHILD: return (*(Node **)cursor->value = read_node(r, v, field->group)) != NULL;
    case FIELD_INTEGER: return read_int(r->vm, v, cursor->value);
    case FIELD_CONSTANT: return read_constant(r, v, cursor->value);
    case FIELD_OPERATOR: {
        int op = read_operator(r, v, node);
        *(Operator *)cursor->value = op < 0 ? 0 : (Operator)op;
        return op >= 0;
    }
    case FIELD_CONTEXT: {
        int mark = read_mark(r, v, r->library.contexts, 0, CONTEXT_DEL, "expr_context");
        *(Context *)cursor->value = mark < 0 ? CONTEXT_LOAD : (Context)mark;
        return mark >= 0;
    }
    default: return read_list(r, node, cursor, v);
    }
}

static bool is_list_field(AstFieldType type) {
    return type == FIELD_CHILDREN || type == FIELD_IDENTS || type == FIELD_OPERATORS;
}

/* Is `v` the list of a single If? Then it is an elif. */
static bool is_elif_list(Reader *r, Value v) {
    if (!is_list(v) || as_list(v)->length != 1) return false;
    Value item = as_list(v)->items[0], class = as_tuple(r->library.nodes)->items[AST_If];
    return is_object(item) && from_object(type_of(item)).bits == class.bits;
}

/* `elif`: of an If, takes the object that its orelse consists of and that is left to read_chain. */
static bool read_field(Reader *r, Node *node, const AstCursor *cursor, Value object, Value *elif) {
    Value v;
    int found = find_attribute(r->vm, object, cursor->field->name, &v);
    if (found < 0) return false;
    if (!found) {
        if (is_list_field(cursor->field->type) || may_miss(node, cursor->field)) return true;
        raise_type(r->vm, "required field \"%s\" missing from %s", cursor->field->name,
                   ast_nodes[node->kind].name);
        return false;
    }
    bool ok = true, chained = node->kind == AST_If && cursor->value == &node->If.orelse && is_elif_list(r, v);
    if (chained)
        *elif = value_ref(as_list(v)->items[0]);
    else
        ok = read_value(r, node, cursor, v);
    value_drop(r->vm, v);
    return ok;
}

/* Fields that the tree does not have: type comments are a str, as is the prefix of a constant. */
static bool read_unused(Reader *r, Node *node, Value object) {
    bool constant = node->kind == AST_Constant, ok = true;
    switch (node->kind) {
    case AST_FunctionDef:
    case AST_AsyncFunctionDef:
    case AST_Assign:
    case AST_For:
    case AST_AsyncFor:
    case AST_With:
    case AST_AsyncWith:
    case AST_arg:
    case AST_Constant: break;
    default: return true;
    }
    Value v;
    int found = find_attribute(r->vm, object, constant ? "kind" : "type_comment", &v);
    if (found <= 0) return found == 0;
    if (!is_none(v) && !is_exactly(v, &str_type) && !is_exactly(v, &bytes_type))
        ok = (raise_type(r->vm, "AST string must be of type str"), false);
    if (ok && constant && !is_none(v)) node->Constant.value.has_u_prefix = true;
    value_drop(r->vm, v);
    return ok;
}

static bool read_fields(Reader *r, Node *node, Value object, Value *elif) {
    for (AstCursor cursor = ast_first(node); cursor.field->name; ast_next(&cursor))
        if (!read_field(r, node, &cursor, object, elif)) return false;
    return read_unused(r, node, object);
}

/* The kind of an object that stands where one of `group` is wanted. -1 RAISES. */
static int read_kind(Reader *r, Value object, AstGroup group) {
    const Value *classes = as_tuple(r->library.nodes)->items;
    for (int kind = 0; kind < AST_KIND_COUNT; kind++)
        if (ast_nodes[kind].group == group &&
            (group > GROUP_excepthandler ||
             (is_object(object) && from_object(type_of(object)).bits == classes[kind].bits)))
            return kind;
    for (int kind = 0; kind < AST_KIND_COUNT; kind++) {
        if (ast_nodes[kind].group != group) continue;
        int is = object_is_instance(r->vm, object, classes[kind]);
        if (is) return is < 0 ? -1 : kind;
    }
    raise_type(r->vm, "expected some sort of %s, but got %R", ast_group_name(group), object);
    return -1;
}

static unsigned child_depth(const Node *child, unsigned depth) {
    return child && child->depth > depth ? child->depth : depth;
}

static bool set_depth(Reader *r, Node *node) {
    unsigned depth = 0;
    for (AstCursor cursor = ast_first(node); cursor.field->name; ast_next(&cursor)) {
        const NodeList *list = cursor.value;
        if (cursor.field->type == FIELD_CHILD) depth = child_depth(*(Node **)cursor.value, depth);
        for (uint32_t i = 0; cursor.field->type == FIELD_CHILDREN && i < list->count; i++)
            depth = child_depth(list->items[i], depth);
    }
    node->depth = (uint16_t)(depth + 1);
    if (depth < AST_MAX_DEPTH) return true;
    raise_error(r->vm, &exc_RecursionError, "maximum recursion depth exceeded during compilation");
    return false;
}

/* A node with all that it holds, but for an elif. */
static Node *read_one(Reader *r, Value object, AstGroup group, Value *elif) {
    bool product = group > GROUP_excepthandler;
    Span span = {0};
    const char *owner = product ? ast_nodes[read_kind(r, object, group)].name : ast_group_name(group);
    bool positioned = group != GROUP_mod && (!product || ast_nodes[read_kind(r, object, group)].positioned);
    if (positioned && !read_position(r->vm, object, owner, &span)) return NULL;
    int kind = read_kind(r, object, group);
    if (kind < 0) return NULL;
    Node *node = arena_alloc(r->c->arena, sizeof *node);
    if (!node) return raise_memory(r->vm), NULL;
    node->kind = (uint8_t)kind;
    node->span = span;
    return read_fields(r, node, object, elif) && set_depth(r, node) ? node : NULL;
}

/* `node`, behind which an elif comes, and another behind that, ...: they may be more than the tree is deep. All count
 * as deep as the deepest. Takes `elif`. */
static Node *read_chain(Reader *r, Node *node, STEALS Value elif) {
    for (Node *last = node; !is_absent(elif);) {
        Value next = ABSENT;
        Node **items = arena_alloc(r->c->arena, sizeof *items);
        if (!items) raise_memory(r->vm);
        Node *inner = items ? read_one(r, elif, GROUP_stmt, &next) : NULL;
        value_drop(r->vm, elif);
        elif = next;
        if (!inner) {
            value_xdrop(r->vm, elif);
            return NULL;
        }
        items[0] = inner;
        last->If.orelse = (NodeList){items, 1};
        if (inner->depth > node->depth) node->depth = inner->depth;
        last = inner;
    }
    return node;
}

static Node *read_node(Reader *r, Value object, AstGroup group) {
    Value elif = ABSENT;
    if (!recursion_enter(r->vm, " during compilation")) return NULL;
    Node *node = read_one(r, object, group, &elif);
    if (node)
        node = read_chain(r, node, elif);
    else
        value_xdrop(r->vm, elif);
    recursion_leave(r->vm);
    return node;
}

/* --- the root --- */

/* Nothing is made of a module's type_ignores, but they must be what their name says. */
static bool check_ignores(Reader *r, Value object) {
    Value list, class = ABSENT;
    int found = find_attribute(r->vm, object, "type_ignores", &list);
    if (found <= 0) return found == 0;
    bool ok = is_list(list);
    if (!ok) raise_type(r->vm, "Module field \"type_ignores\" must be a list, not a %T", list);
    if (ok && as_list(list)->length) ok = find_attribute(r->vm, r->library.module, "TypeIgnore", &class) > 0;
    for (int64_t i = 0; ok && !is_absent(class) && i < as_list(list)->length; i++) {
        Value item = value_ref(as_list(list)->items[i]);
        int is = object_is_instance(r->vm, item, class);
        if (is == 0) raise_type(r->vm, "expected some sort of type_ignore, but got %R", item);
        value_drop(r->vm, item);
        ok = is > 0;
    }
    value_xdrop(r->vm, class);
    value_drop(r->vm, list);
    return ok;
}

/* The root must be of the kind that the mode of compilation wants. */
static Node *read_root(Reader *r, Value object) {
    static const uint8_t roots[] = {AST_Module, AST_Expression, AST_Interactive};
    AstKind kind = (AstKind)roots[r->c->mode];
    Value unused = ABSENT;
    int is = object_is_instance(r->vm, object, as_tuple(r->library.nodes)->items[kind]);
    if (is == 0) raise_type(r->vm, "expected %s node, got %T", ast_nodes[kind].name, object);
    if (is <= 0) return NULL;
    Node *node = arena_alloc(r->c->arena, sizeof *node);
    if (!node) return raise_memory(r->vm), NULL;
    node->kind = (uint8_t)kind;
    node->span = (Span){1, 0, 1, 0};
    if (!read_fields(r, node, object, &unused) || !set_depth(r, node)) return NULL;
    return kind != AST_Module || check_ignores(r, object) ? node : NULL;
}

Node *ast_from_object(Compiler *c, Value object) {
    Reader r = {.c = c, .vm = c->vm};
    if (!ast_library_init(c->vm, &r.library)) return NULL;
    Node *root = read_root(&r, object);
    ast_library_fini(c->vm, &r.library);
    if (!root || !ast_check(c, root)) return c->failed = true, NULL;
    return root;
}
