#ifndef MPY_COMPILER_COMPILER_H
#define MPY_COMPILER_COMPILER_H

/*
 * The state of one compilation, shared by the files of this room and by nobody else.
 *
 * A Compiler turns one tree into code objects. It has a Unit for each block under way, innermost first. Code goes into
 * the unit as a row of Instructions with symbolic jump targets (Labels) and, on each, the exception handler that
 * covers it; assemble.c turns the row into words.
 *
 * Failure is a flag: whatever goes wrong (a syntax error in `diagnostics`, an exception in the VM, a refused arena)
 * sets `failed`, after which every emitting function does nothing. So code generators return nothing and test the flag
 * only where they loop over much.
 *
 * Ownership: everything is in the arena, except Values. Those that a compilation makes or interns are owned by its
 * `pins`, once each, and dropped at its end; every other field that holds a Value borrows from there.
 */

#include "compiler/compile.h"
#include "compiler/map.h"
#include "compiler/opcode.h"
#include "compiler/symtable.h"
#include "lexer/source.h"
#include "parser/ast.h"
#include "runtime/state.h"

enum {
    NESTED_BLOCKS_MAX = 21,          /* CPython's limit of loops, try and with inside each other */
    UNIT_INSTRUCTIONS_MAX = 1 << 24, /* bounds what duplicated finally blocks can grow to */
    PSEUDO_SETUP = OP_COUNT, /* an Instruction that records the depth at which handler `a` begins to cover */
};

typedef uint32_t Label; /* index into Unit.labels; 0: none */

typedef struct {
    uint16_t op;          /* Opcode or PSEUDO_SETUP */
    uint8_t compare;      /* of a COMPARE_JUMP form: sense << 3 | CompareOp */
    bool reached, target; /* assembler: can be executed; a jump leads here */
    bool bound;           /* fuse.c: a LOAD_LOCAL that cannot fail */
    int32_t a, b;
    Label label;      /* of a jump */
    uint32_t handler; /* index into Unit.handlers of what covers it; 0: nothing */
    int32_t depth;    /* assembler: of the stack before it */
    Span span;        /* line 0: none */
} Instruction;

/* Instructions under construction. What runs rarely (exception handlers) goes to a second stream, put behind. */
typedef struct {
    Instruction *items;
    uint32_t count, capacity;
} Stream;

typedef struct {
    uint32_t position; /* in its stream; UINT32_MAX until the label is placed */
    bool cold;
} LabelPlace;

typedef struct {
    uint32_t outer;
    Label label;
    bool lasti;     /* the index of the failed instruction is pushed below the exception */
    int32_t adjust; /* added to the depth at the PSEUDO_SETUP */
    int32_t depth;  /* assembler: what the stack is cut down to; -1: never set up */
} Handler;

/* A statement that a return, break or continue may have to leave. */
typedef enum {
    BLOCK_WHILE,
    BLOCK_FOR,
    BLOCK_TRY,         /* body of try ... except */
    BLOCK_FINALLY_TRY, /* what a finally clause guards */
    BLOCK_FINALLY_END, /* the finally clause, run by an exception */
    BLOCK_WITH,
    BLOCK_ASYNC_WITH,
    BLOCK_EXCEPT,        /* the tests of except clauses */
    BLOCK_HANDLER,       /* an except clause's body */
    BLOCK_GROUP_HANDLER, /* an except* clause's body */
    BLOCK_VALUE,         /* a value to be kept lies on the stack */
} BlockKind;

typedef struct Block Block;
struct Block {
    BlockKind kind;
    Label start;      /* loops: where continue goes */
    Label exit;       /* loops: where break goes */
    uint32_t handler; /* what covers the code outside the block */
    Node *
        node; /* BLOCK_FINALLY_TRY: the Try; BLOCK_HANDLER: the ExceptHandler; BLOCK_WITH: the item's expression */
    Block *outer;
};

typedef struct Unit Unit;
struct Unit {
    Unit *outer;
    Scope *scope; /* the scope whose code this is */
    Value name, qualified_name;
    uint32_t flags; /* CODE_* */
    uint32_t first_line;
    uint32_t positional_count, positional_only_count, keyword_only_count;

    Stream hot, cold;
    Stream *stream; /* the one being written */
    LabelPlace *labels;
    uint32_t label_count, label_capacity;
    Handler *handlers;
    uint32_t handler_count, handler_capacity;
    uint32_t handler; /* covers what is emitted now */
    Block *blocks;    /* innermost first */
    uint32_t block_depth;

    Value *constants;
    uint32_t constant_count, constant_capacity;
    WordMap constant_index; /* Value bits -> index */
    Name **names;
    uint32_t name_count, name_capacity;
    WordMap name_index; /* Name * -> index */
    Name **variables;
    uint8_t *kinds; /* VARIABLE_* */
    uint32_t variable_count, variable_capacity;
    uint32_t free_count;
    WordMap free_index;  /* Name * -> variable */
    uint32_t class_cell; /* variable of `__class__` in a class body that needs it */
    uint32_t class_dict; /* the same of NAME_CLASS_DICT */

    WordMap static_attributes; /* class bodies: Name * of self.name = ... in methods -> 1 */
    Name **static_names;
    uint32_t static_count, static_capacity;
};

typedef struct {
    VM *vm;
    Arena *arena;
    Diagnostics *diagnostics;
    const Diagnostic *parser_warning; /* the last one of the parser; NULL: none */
    const Source *source;
    SymbolTable symbols;
    NameTable names;
    Value filename;
    Value tree; /* the object of module ast that is compiled instead of the source; else ABSENT */
    CompileMode mode;
    int flags; /* COMPILE_* */
    bool failed;
    uint32_t future_end; /* last line of the future imports at the head */
    Unit *unit;
    Scope *scope; /* the unit's scope, or a comprehension's inside it */

    Value *pins; /* owned references, in a heap block */
    size_t pin_count, pin_capacity;
    Value *constants; /* every constant once: a hash table over borrowed Values, in the arena */
    uint32_t constant_count, constant_capacity;
} Compiler;

/* ---- compile.c: failure, values
 * ------------------------------------------------------------------------------------ */

void compile_fail(Compiler *c, Span span, const char *format, ...) __attribute__((format(printf, 3, 4)));
void compile_warn(Compiler *c, Span span, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Is the node the one that the symbol table found wrong where it stands? That is reported now. */
bool compile_refused(Compiler *c, const Node *node);
/* The arena or the heap refused, or an exception is raised already. */
void compile_fail_memory(Compiler *c);

/* Keep a new reference until the compilation ends; an ABSENT one (raised) fails it. Returns it, BORROWED. */
BORROWED Value compile_pin(Compiler *c, STEALS Value v);

/* An array in the arena, grown to hold one more item; false and failed when refused. */
bool array_grow(Compiler *c, void *array, uint32_t count, uint32_t *capacity, size_t item_size);
#define ARRAY_GROW(c, array, count, capacity) array_grow(c, &(array), count, &(capacity), sizeof *(array))

/* ---- constant.c: constants and names as Values
 * --------------------------------------------------------------------- */

/* The constant equal to `v` in type and value that the compilation has already, or `v`. BORROWED, ABSENT on failure. */
BORROWED Value constant_unique(Compiler *c, STEALS Value v);
BORROWED Value constant_literal(Compiler *c, Node *node);
BORROWED Value name_value(Compiler *c, Name *name);
BORROWED Value text_value(Compiler *c, const char *utf8, size_t length); /* interned */
BORROWED Value tuple_value(Compiler *c, const Value *items, uint32_t count);
Name *name_c(Compiler *c, const char *text);
/* The Name of an identifier as the class around makes it. */
Name *name_identifier(Compiler *c, Identifier identifier);

/* ---- fold.c
 * -------------------------------------------------------------------------------------------------------- */

/* The value of a constant expression. BORROWED; ABSENT when it is none (or the compilation failed). */
BORROWED Value fold_constant(Compiler *c, Node *node);
/* 1 or 0 for an expression whose truth is known and that does nothing else, otherwise -1. */
int fold_truth(Compiler *c, Node *node);
/* `not` in front of `is` and `in` is a comparison of its own: the comparison node behind it, or NULL. */
Node *fold_not_comparison(Node *node);

/* ---- emit.c
 * -------------------------------------------------------------------------------------------------------- */

enum { NOP_STAYS = 1 }; /* operand of a NOP that is not dropped */

void emit(Compiler *c, Opcode op, int32_t a, Span span);
void emit_ab(Compiler *c, Opcode op, int32_t a, int32_t b, Span span);
void emit_jump(Compiler *c, Opcode op, Label label, Span span);
void emit_const(Compiler *c, Value v, Span span); /* LOAD_CONST or LOAD_INT */
void emit_line(Compiler *c, Span span);           /* a line that nothing else stands for: tracing passes it */
void emit_name(Compiler *c, Opcode op, Name *name, Span span);
Label label_new(Compiler *c);
void label_place(Compiler *c, Label label);

/* From here on `label` handles exceptions, until handler_pop puts back what `unit->handler` was before. */
void handler_push(Compiler *c, Label label, bool lasti, int32_t adjust);
void handler_pop(Compiler *c);
/* What follows, up to cold_end, runs rarely. Nothing may fall into it, nor out of it. Returns what cold_end wants. */
Stream *cold_begin(Compiler *c);
void cold_end(Compiler *c, Stream *before);

void block_push(Compiler *c, Block *block, BlockKind kind, Node *node);
void block_pop(Compiler *c);

int32_t unit_constant(Compiler *c, Value v);
int32_t unit_name(Compiler *c, Name *name);

/* ---- unit.c: entering and leaving a block of code, variables
 * -------------------------------------------------------- */

void unit_enter(Compiler *c, Unit *unit, Scope *scope, Value name, uint32_t first_line);
/* Assemble the innermost unit and leave it: the code object, BORROWED, or ABSENT. */
BORROWED Value unit_leave(Compiler *c);

/* The order of two `Name *` by their bytes, for qsort. */
int name_compare(const void *a, const void *b);

typedef enum { ACCESS_LOAD, ACCESS_STORE, ACCESS_DELETE } Access;

/* Load, store or delete a variable by its scope. `name` is mangled. */
void variable_access(Compiler *c, Name *name, Access access, Span span);
void identifier_access(Compiler *c, Identifier identifier, Access access, Span span);
/* Unbind a variable that the program may have unbound itself. */
void variable_forget(Compiler *c, Name *name);
/* The slot that holds the cell of a variable that an inner block uses. */
uint32_t variable_cell(Compiler *c, Name *name);
/* Is `name`, as the current scope sees it, a global nobody declared? */
bool variable_is_global(Compiler *c, Name *name);
bool variable_is_local(Compiler *c, Name *name); /* a slot of the unit, and no cell */

/* ---- assemble.c
 * ---------------------------------------------------------------------------------------------------- */

/* The unit's code object. NEW, RAISES; without an exception raised, the arena refused. */
NEW Value assemble(Compiler *c, Unit *unit);

/* fuse.c: replace runs of instructions by the superinstructions that do the same. */
bool fuse_instructions(Compiler *c, Unit *u);

/* ---- Code generation, by topic
 * -------------------------------------------------------------------------------------- */

void statement(Compiler *c, Node *node);
void statements(Compiler *c, NodeList list);
/* A module's or class's statements: annotations set up, the docstring stored. */
void block_body(Compiler *c, NodeList body);

void expression(Compiler *c, Node *node);
/* Jump to `label` when the truth of `node` is `sense`, else go on. */
void jump_if(Compiler *c, Node *node, Label label, bool sense);
void comparison(Compiler *c, Node *node, bool negated);
/* The tuple of a row of constant expressions; ABSENT when one is none, or the row is empty. */
BORROWED Value constant_row(Compiler *c, NodeList list);
/* What is only iterated or searched: a list or set of constants is a constant. */
void iterable(Compiler *c, Node *node);
/* (x) -> (result): x, which is what `what` says (AWAIT_*), is awaited. */
void await_top(Compiler *c, int32_t what, Span span);
/* (asynchronous iterator) -> (it, its next item); at its end go to the handler `ended`. */
void async_next(Compiler *c, Label ended, Span span);

typedef enum { SEQUENCE_LIST, SEQUENCE_SET, SEQUENCE_TUPLE } SequenceKind;
/* Build one of these elements; `extra` items before them lie on the stack already. */
void sequence(Compiler *c, uint32_t extra, NodeList elements, SequenceKind kind, Span span);

/* pieces.c: an f-string, and one of its values. */
void joined_string(Compiler *c, Node *node);
void formatted_value(Compiler *c, Node *node);
/* A text constant % a display of a tuple becomes what an f-string is, if all conversions are %s, %r or %a: each element
 * is converted before the next is evaluated, as in CPython. False: it is another operation. */
bool percent_display(Compiler *c, Node *node);

bool is_plain_slice(const Node *node); /* start:stop without a step */
void slice_bounds(Compiler *c, Node *slice);
/* `span`, beginning at the attribute's name when that is on a later line than the object. */
Span attribute_span(Node *attribute, Span span);
/* If `node` is a super() whose class and object are at hand: push (super, class, self). */
bool super_arguments(Compiler *c, Node *node);

void call(Compiler *c, Node *node);
/* The arguments of a call whose callable and self lie on the stack, and the call; `extra` values lie there already. */
void call_arguments(Compiler *c, uint32_t extra, NodeList args, NodeList keywords, Span span);

void assign(Compiler *c, Node *target);
void assign_statement(Compiler *c, Node *node);
void delete_target(Compiler *c, Node *target);
void augmented_assign(Compiler *c, Node *node);
void annotated_assign(Compiler *c, Node *node);
void annotation(Compiler *c, Node *node); /* its value, or its text under the annotations future */

/* A finished code object's function, made with what HAS_* says lies on the stack. */
enum {
    HAS_DEFAULTS = 1,
    HAS_KEYWORD_DEFAULTS = 2,
    HAS_ANNOTATIONS = 4,
    HAS_CLOSURE = 8
}; /* of MAKE_FUNCTION */

/* Push the tuple and dict of defaults that there are, and say which. */
int function_defaults(Compiler *c, Node *arguments, Span span);
/* Push the function, or class, of a definition without its decorators. */
void function_object(Compiler *c, Node *node, int flags);
void class_object(Compiler *c, Node *node);
/* The first line of a definition: its first decorator's, if there is one. */
uint32_t definition_line(const Node *node, NodeList decorators);
Unit *unit_new(Compiler *c); /* NULL: failed */

/* generic.c: the same for those with type parameters (PEP 695), and type aliases. */
void generic_function(Compiler *c, Node *node);
void generic_class(Compiler *c, Node *node);
void type_alias_statement(Compiler *c, Node *node);

void function_definition(Compiler *c, Node *node);
void class_definition(Compiler *c, Node *node);
void lambda(Compiler *c, Node *node);
/* The docstring of a body, cleaned; `present` says whether the first statement is one. ABSENT: none, or not wanted. */
BORROWED Value docstring(Compiler *c, NodeList body, bool *present);
void comprehension(Compiler *c, Node *node);
void generator_expression(Compiler *c, Node *node);
/* Push a function of a finished code object; `flags` says what lies on the stack, as MAKE_FUNCTION has it. */
void make_closure(Compiler *c, Value code, const Unit *inner, int flags, Span span);

void match_statement(Compiler *c, Node *node);
void try_statement(Compiler *c, Node *node);
void with_statement(Compiler *c, Node *node);
void loop_exit(Compiler *c, Node *node);
void return_statement(Compiler *c, Node *node);

/* unparse.c: an expression as source text, as `from __future__ import annotations` stores it. BORROWED str. */
BORROWED Value unparse(Compiler *c, Node *node);

#define NO_SPAN ((Span){0})

/* The binary opcode of an operator of the tree. */
static inline Opcode binary_opcode(Operator op) {
    static const uint8_t opcodes[] = {
        [OPERATOR_Add] = OP_ADD,
        [OPERATOR_Sub] = OP_SUBTRACT,
        [OPERATOR_Mult] = OP_MULTIPLY,
        [OPERATOR_MatMult] = OP_MATMUL,
        [OPERATOR_Div] = OP_TRUE_DIVIDE,
        [OPERATOR_Mod] = OP_MODULO,
        [OPERATOR_Pow] = OP_POWER,
        [OPERATOR_LShift] = OP_LSHIFT,
        [OPERATOR_RShift] = OP_RSHIFT,
        [OPERATOR_BitOr] = OP_OR,
        [OPERATOR_BitXor] = OP_XOR,
        [OPERATOR_BitAnd] = OP_AND,
        [OPERATOR_FloorDiv] = OP_FLOOR_DIVIDE,
    };
    return (Opcode)opcodes[op];
}

#endif
