#ifndef MPY_PARSER_AST_H
#define MPY_PARSER_AST_H

/*
 * The abstract syntax tree: what the parser makes and the compiler reads.
 *
 * Node kinds, fields and their order are those of CPython's `ast` module and stand in one table, ast.def;
 * from it come the enum (AST_Name), one struct a kind (node->Name.id), and `ast_nodes`, by which a printer or
 * a walker can visit any node's fields without knowing its kind. Everything lives in the parse's Arena and
 * dies with it: nodes, arrays, texts. The tree knows no objects: an identifier is its UTF-8 bytes
 * (NFKC-normalised by the lexer), a number is its spelling, a string is its decoded WTF-8 bytes (a lone
 * surrogate is the three bytes its code point would have).
 *
 * Invariants of a tree that the parser returned:
 *   - a CHILD and every item of a list is non-NULL unless ast.def says otherwise;
 *   - `depth` is 1 for a leaf, else one more than the deepest child's, and at most AST_MAX_DEPTH: a pass may
 *     recurse one C call chain a level and be safe. An `elif` (an If that is the only item of an If's orelse)
 *     does not count as a level, since chains of thousands are ordinary: a pass must follow it in a loop;
 *   - contexts are Store or Del exactly on targets;
 *   - only the bytes of the kind's own struct exist behind a node: never copy a whole `Node`.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lexer/diagnostic.h"

/*
 * The deepest tree the parser returns; a deeper one is a RecursionError diagnostic. CPython 3.13 gives up
 * between 3,000 (nested lambdas) and 10,000 (a chain of `+`) levels. 3,000 levels of a pass that takes 1 KiB
 * a level (2.5 KiB in a sanitizer build) fit an 8 MiB stack.
 */
enum { AST_MAX_DEPTH = 9990 };

typedef enum {
#define NODE(kind, group, positioned, fields) AST_##kind,
#include "parser/ast.def"
    AST_KIND_COUNT
} AstKind;

typedef enum {
#define OPERATOR_ROW(name, spelling) OPERATOR_##name,
#include "parser/operators.def"
    OPERATOR_COUNT,
    OPERATOR_BINARY_LAST = OPERATOR_FloorDiv,
    OPERATOR_BOOLEAN_LAST = OPERATOR_Or,
    OPERATOR_UNARY_LAST = OPERATOR_USub,
} Operator;

typedef enum { CONTEXT_LOAD, CONTEXT_STORE, CONTEXT_DEL } Context;

typedef struct {
    const char *utf8; /* NUL-terminated; NULL where an optional name is absent */
    uint32_t length;
} Identifier;

typedef enum {
    CONSTANT_NONE,
    CONSTANT_TRUE,
    CONSTANT_FALSE,
    CONSTANT_ELLIPSIS,
    CONSTANT_INT,
    CONSTANT_FLOAT,
    CONSTANT_IMAGINARY,
    CONSTANT_STR,
    CONSTANT_BYTES,
    CONSTANT_GIVEN,
} ConstantKind;

/*
 * A literal's value as text. INT: digits without prefix or underscores, in `base` (2, 8, 10 or 16). FLOAT,
 * IMAGINARY: the literal without underscores and without the `j`, as strtod reads it. STR: WTF-8. BYTES: the
 * bytes. GIVEN, only in a tree that a program made: a value that the compiler has, `length` being its number there;
 * no text. `text` is NUL-terminated beyond `length`, and may hold NULs before it; it is NULL for the four named
 * constants.
 */
typedef struct {
    const char *text;
    uint32_t length;
    uint8_t kind; /* ConstantKind */
    uint8_t base;
    bool has_u_prefix; /* the (first) string literal was u'...' */
} Constant;

typedef struct Node Node;

typedef struct {
    Node **items;
    uint32_t count;
} NodeList;

typedef struct {
    Identifier *items;
    uint32_t count;
} IdentifierList;

typedef struct {
    uint8_t *items; /* Operator */
    uint32_t count;
} OperatorList;

#define IDENT(field) Identifier field;
#define IDENT_OPT(field) Identifier field;
#define IDENTS(field) IdentifierList field;
#define CHILD(group, field) Node *field;
#define CHILD_OPT(group, field) Node *field;
#define CHILDREN(group, field) NodeList field;
#define CHILDREN_OPT(group, field) NodeList field;
#define INTEGER(field) int field;
#define CONSTANT(field) Constant field;
#define OPERATOR(field) Operator field;
#define OPERATORS(field) OperatorList field;
#define CONTEXT(field) Context field;

struct Node {
    uint8_t kind;       /* AstKind */
    bool parenthesized; /* an expression that stood in its own parentheses, a tuple with them included */
    uint16_t depth;
    Span span; /* parentheses around an expression are outside it, except a tuple's and a generator's own */
    union {
#define NODE(kind, group, positioned, fields) \
    struct { \
        fields \
    } kind;
#include "parser/ast.def"
    };
};

#undef IDENT
#undef IDENT_OPT
#undef IDENTS
#undef CHILD
#undef CHILD_OPT
#undef CHILDREN
#undef CHILDREN_OPT
#undef INTEGER
#undef CONSTANT
#undef OPERATOR
#undef OPERATORS
#undef CONTEXT

/* What a field holds, for code that visits nodes by table. */
typedef enum {
    FIELD_IDENT,
    FIELD_IDENTS,
    FIELD_CHILD,
    FIELD_CHILDREN,
    FIELD_INTEGER,
    FIELD_CONSTANT,
    FIELD_OPERATOR,
    FIELD_OPERATORS,
    FIELD_CONTEXT,
} AstFieldType;

/* Which nodes may stand in a place. */
typedef enum {
    GROUP_NONE, /* a field that holds no nodes */
    GROUP_mod,
    GROUP_stmt,
    GROUP_expr,
    GROUP_pattern,
    GROUP_type_param,
    GROUP_excepthandler,
    GROUP_comprehension,
    GROUP_arguments,
    GROUP_arg,
    GROUP_keyword,
    GROUP_alias,
    GROUP_withitem,
    GROUP_match_case,
    GROUP_COUNT
} AstGroup;

typedef struct {
    const char *name;
    AstFieldType type;
    AstGroup group;
    bool optional; /* may be missing; of a list, its items */
} AstField;

enum { AST_MAX_FIELDS = 7 };

typedef struct {
    const char *name;
    AstGroup group;
    bool positioned;
    AstField fields[AST_MAX_FIELDS + 1]; /* up to one without a name */
} AstNodeInfo;

extern const AstNodeInfo ast_nodes[AST_KIND_COUNT];

/* A walk over a node's fields: `for (AstCursor c = ast_first(node); c.field->name; ast_next(&c))`. */
typedef struct {
    const AstField *field;
    void *value; /* its place in the node: a Node **, a NodeList *, ... as field->type says */
} AstCursor;

AstCursor ast_first(const Node *node);
void ast_next(AstCursor *cursor);

/* CPython's class name of an operator ("Add") and its spelling ("+"). */
const char *operator_name(Operator op);
const char *operator_spelling(Operator op);

/* True when `node` is an elif: follow it in a loop, since it did not count in `depth`. */
static inline bool ast_is_elif(NodeList orelse) {
    return orelse.count == 1 && orelse.items[0]->kind == AST_If;
}

#endif
