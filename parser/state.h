#ifndef MPY_PARSER_STATE_H
#define MPY_PARSER_STATE_H

/*
 * What the parts of the parser share: the state of one parse and the constructors that the grammar's actions
 * call. Private to this room.
 *
 * A Parser lives for one parse_source call. It keeps the tokens of the logical line being read (`line`),
 * because an error message depends on what stands around the offending token. The first error is held in
 * `error` until the rest of the text has been tokenised, since CPython lets an error of the lexer anywhere in
 * the file go first.
 *
 * Constructors never fail loudly: when the arena refuses memory they return NULL or an empty value, accept
 * such values as arguments, and the parse loop stops at the next token.
 */

#include "base/arena.h"
#include "base/buffer.h"
#include "lexer/lexer.h"
#include "parser/ast.h"
#include "parser/parser.h"

/*
 * Entries of the LALR stack; deeper source is a MemoryError, as in CPython, whose own limit is about as many
 * calls. The lexer allows 200 brackets; what goes deeper is chains of prefix operators, lambdas and
 * conditionals.
 */
#define PARSER_STACK_MAX 15000 /* a macro, for Lemon's template asks in an #if */

typedef struct {
    bool set;
    DiagnosticKind kind;
    bool incomplete;
    bool no_caret;
    bool conclusive; /* nothing in the rest of the text explains it better */
    bool early;      /* CPython finds it before its lexer has left the line */
    bool literal;    /* of what a literal stands for: wherever that is looked at, it is the error */
    Span span;
    const char *message;
} ParseError;

typedef struct {
    Lexer lexer;
    const Source *source;
    Arena *arena;
    Diagnostics *diagnostics;
    Node *root; /* set by the grammar when it accepts */
    ParseError error;
    bool rejected; /* the grammar has no place for the last token */
    Token *line;   /* tokens of the logical line; at its first token still those of the line before */
    uint32_t line_count;
    uint32_t line_capacity;
    Buffer scratch; /* a string under construction */
} Parser;

/* An expression and the text it covers, its parentheses included (node->span leaves them out). */
typedef struct {
    Node *node;
    Span span;
} Expr;

/* Nodes with the text they cover; `comma` says that a tuple is meant even if there is one item. */
typedef struct {
    NodeList nodes;
    Span span;
    bool comma;
} Sequence;

/* What stands behind a `for`. */
typedef struct {
    Node *target, *iterable;
} Loop;

/* Names with the text they cover, as in `import a.b`. */
typedef struct {
    IdentifierList names;
    Span span;
} NameSequence;

/* The items of a subscript-like `key: value` list. */
typedef struct {
    NodeList keys, values;
} Pairs;

/* What stands in the parentheses of a call or behind a class's name. */
typedef struct {
    NodeList positional, keywords;
} Arguments;

/* One parameter of a def or lambda, and the marks `/`, `*` and `**` before or between them. */
typedef enum {
    PARAMETER_PLAIN,
    PARAMETER_SLASH,
    PARAMETER_BARE_STAR,
    PARAMETER_STAR,
    PARAMETER_DOUBLE_STAR
} ParameterKind;

typedef struct Parameter Parameter;
struct Parameter {
    ParameterKind kind;
    Node *arg;
    Node *default_value; /* or NULL */
    Span span;
    Parameter *next;
};

typedef struct {
    Parameter *first, *last;
} ParameterList;

/* ---- Errors ---------------------------------------------------------------------------------------- */

/* Hold an error, unless one is held already. */
void parser_fail(Parser *p, DiagnosticKind kind, Span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
#define syntax_error(p, span, ...) parser_fail(p, DIAGNOSTIC_SYNTAX_ERROR, span, __VA_ARGS__)

/* ---- Spans, lists, nodes --------------------------------------------------------------------------- */

static inline Span span_join(Span first, Span last) {
    return (Span){first.line, first.column, last.end_line, last.end_column};
}

/* From the start of `first` to the end of `rest`, which may be empty. */
static inline Span span_through(Span first, Sequence rest) {
    return rest.nodes.count ? span_join(first, rest.span) : first;
}

void nodes_append(Parser *p, NodeList *list, Node *node);
void names_append(Parser *p, IdentifierList *list, Identifier name);
NodeList list_of(Parser *p, Node *node);
Identifier identifier(Parser *p, Token name);

/* A node of `kind` whose fields are the `size` bytes at `fields`. Depth is computed here. */
Node *node_new(Parser *p, AstKind kind, Span span, const void *fields, size_t size);

/* node_new with the fields spelled out: NODE_NEW(BinOp, span, .left = a, .op = OPERATOR_Add, .right = b). */
#define NODE_NEW(kind_, span_, ...) \
    node_new(p, AST_##kind_, span_, &(__typeof__(((Node *)0)->kind_)){__VA_ARGS__}, \
             sizeof(((Node *)0)->kind_))

/* The same, as an Expr. */
#define EXPR_NEW(kind_, span_, ...) ((Expr){NODE_NEW(kind_, span_, __VA_ARGS__), span_})

/* A node's fields were changed after it was made: compute its depth again. */
void node_seal(Parser *p, Node *node);

/* ---- Expressions ----------------------------------------------------------------------------------- */

static inline Expr expr_of(Node *node) { return (Expr){node, node ? node->span : (Span){0}}; }

Expr expr_name(Parser *p, Token name);
Expr expr_number(Parser *p, Token number);
Expr expr_constant(Parser *p, ConstantKind kind, Span span);
Expr expr_binary(Parser *p, Expr left, Token operator, Expr right);
Expr expr_unary(Parser *p, Token operator, Expr operand);
Expr expr_boolean(Parser *p, Expr left, Operator op, Expr right);
Expr expr_compare(Parser *p, Expr left, Operator op, Expr right);
Expr expr_group(Expr inner, Token open, Token close);
Expr expr_call(Parser *p, Expr func, Sequence arguments, Token open, Token close);
Expr expr_starred(Parser *p, Token star, Expr value);
Expr expr_walrus(Parser *p, Expr target, Expr value);

/* A single expression as it is, several (or one and a comma) as a Tuple. */
Expr expr_from_sequence(Parser *p, Sequence items);
Expr expr_tuple(Parser *p, NodeList items, Token open, Token close);
Sequence sequence_of(Parser *p, Expr item);
void sequence_append(Parser *p, Sequence *items, Expr item);
Sequence sequence_join(Parser *p, Sequence first, Sequence second);

/* The operator that a token, or a compound assignment's token, stands for. */
Operator operator_of(TokenKind kind);

/* The `name=` of an argument; another `name` than a Name is an error. The argument, when its value has been read. */
Expr argument_name(Parser *p, Expr name, Token equal);
Expr argument_keyword(Parser *p, Expr name, Expr value);
/*
 * Check the order of arguments and split them; their span is that of the parentheses. A generator expression
 * without parentheses of its own is right only alone in those of a `call`, and then has their span.
 */
Arguments arguments_split(Parser *p, Sequence arguments, bool call);

ParameterList parameter_append(Parser *p, ParameterList list, Parameter parameter);
/* `colon` is that of a lambda, or NULL. */
Node *parameters_finish(Parser *p, ParameterList list, const Token *colon);

/* ---- Strings --------------------------------------------------------------------------------------- */

/* Adjacent literals in the making: a value is Constant or, for an f-string, JoinedStr. */
Node *string_piece(Parser *p, Token string);
Node *fstring_text(Parser *p, Token middle);
/*
 * The nodes of `{expression=!conversion:spec}`: one FormattedValue, or text and value when `equal` is given.
 */
void fstring_field(Parser *p, NodeList *parts, Token open, Expr value, Token equal, Token conversion,
                   Expr spec, Token close);
Expr strings_join(Parser *p, Sequence pieces);

/* ---- Targets --------------------------------------------------------------------------------------- */

typedef enum {
    TARGET_ASSIGN,
    TARGET_DELETE,
    TARGET_BEFORE_IN, /* what was read up to a `for` loop's colon: the `in` looks like a comparison */
} TargetUse;

/* What messages call a kind of expression: "function call", "literal". */
const char *expression_description(const Node *node);

/* Make `node` a target; what cannot be one is an error. */
void target_set(Parser *p, Node *node, TargetUse use);
/* The part of `node` that cannot be a target, or NULL. */
Node *target_invalid_part(Node *node, TargetUse use);

/* ---- Statements ------------------------------------------------------------------------------------ */

/* Report the wrong part of `target` of a `=`; `value` is what follows the only one, or NULL. */
void assignment_refuse(Parser *p, Node *target, const Node *value);
/* `==` is suggested where a condition may have been meant: `target` is before the `=`, `value` behind it. */
void comparison_suggest(Parser *p, const Node *target, Span value);
/* Is this wrong target one that CPython would compare with the value instead? */
bool target_is_comparable(const Node *target);
Node *statement_assign(Parser *p, Sequence targets, Expr value);
Node *statement_augmented(Parser *p, Expr target, Token operator, Expr value);
Node *statement_annotated(Parser *p, Expr target, Token colon, Expr annotation, Expr value);
Node *statement_if(Parser *p, NodeList chain, Sequence orelse);
Node *statement_try(Parser *p, AstKind kind, Token keyword, Sequence body, Sequence handlers, Sequence orelse,
                    Sequence finalbody);
Node *statement_async(Token keyword, Node *statement);
Node *statement_decorated(Parser *p, NodeList decorators, Node *definition);
Node *statement_import_from(Parser *p, Token keyword, int level, NameSequence module, Sequence names);
Node *alias_new(Parser *p, NameSequence name, Token asname);
NodeList with_items_of(Parser *p, Node *value, Span outer);
NodeList with_items_before(Parser *p, NodeList values);

/* ---- The generated grammar ------------------------------------------------------------------------- */

size_t grammar_size(void);
void grammar_init(void *grammar, Parser *p);
void grammar_feed(void *grammar, int symbol, Token token);
/* Could `symbol` come next? Nothing changes. */
bool grammar_accepts(const void *grammar, int symbol);
/* Symbol of a token, and of the marks that choose a start rule. */
int grammar_symbol(TokenKind kind);

typedef enum {
    START_FILE,
    START_EVAL,
    START_SINGLE,
    START_EXPRESSION,
    START_DISJUNCTION,
    START_ARITHMETIC,
    START_EXPRESSIONS,
    START_TARGETS,
    START_GENERATORS,
    START_FIELD,
    START_COUNT,
} StartRule;

int grammar_start_symbol(StartRule rule);

/* ---- Errors, continued ----------------------------------------------------------------------------- */

/*
 * Token `index` of the line, read from the lexer if need be; the last one is ENDMARKER or TK_ERROR, repeated.
 */
Token parser_token(Parser *p, uint32_t index);

/* The grammar refused the last token fed: hold the error that CPython would report. */
void diagnose(Parser *p, const void *grammar);
/* The text ends inside brackets: hold an error if CPython finds one before it notices. */
void diagnose_unclosed(Parser *p, void *grammar);

#endif
