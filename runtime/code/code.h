#ifndef MPY_RUNTIME_CODE_H
#define MPY_RUNTIME_CODE_H

/*
 * code: one compiled block (module, function, class body, ...), as the compiler leaves it and the machine
 * runs it.
 *
 * Instructions are 32-bit words (compiler/opcodes.def); the machine specialises them in place, so a code
 * object's words are the only part of it that changes. Variables are numbered through: parameters first
 * (positional-only, positional, keyword-only, *args, **kwargs), other locals, cells that are no parameters,
 * free variables. A captured parameter keeps its number: MAKE_CELL puts its cell there.
 *
 * Two side tables: where exceptions go (handlers, innermost first for any instruction: the first entry that
 * covers it counts) and where instructions come from (positions, packed runs; code_position reads them).
 *
 * Ownership: a code object owns everything it points to; code_new takes it from the caller.
 */

#include "base/buffer.h"
#include "runtime/state.h"

/* co_flags, CPython's numbers. */
enum {
    CODE_OPTIMIZED = 0x1, /* a function: variables by number */
    CODE_NEW_LOCALS = 0x2,
    CODE_VARARGS = 0x4,
    CODE_VARKEYWORDS = 0x8,
    CODE_NESTED = 0x10,
    CODE_GENERATOR = 0x20,
    CODE_COROUTINE = 0x80,
    CODE_ITERABLE_COROUTINE = 0x100, /* a generator that may be awaited: types.coroutine */
    CODE_ASYNC_GENERATOR = 0x200,
    CODE_FUTURE_ANNOTATIONS = 0x1000000,
    CODE_HAS_DOCSTRING = 0x4000000,                  /* constant 0 is the docstring */
    CODE_METHOD = 0x8000000,                         /* defined in a class body */
    CODE_PRIVATE = CODE_HAS_DOCSTRING | CODE_METHOD, /* what co_flags does not show */
};

/* What a variable is, one byte each in Code.kinds. */
enum {
    VARIABLE_LOCAL = 1,  /* a parameter or plain local */
    VARIABLE_CELL = 2,   /* captured by an inner block; with VARIABLE_LOCAL too: a captured parameter */
    VARIABLE_FREE = 4,   /* comes from the closure */
    VARIABLE_HIDDEN = 8, /* of an inlined comprehension: in locals() only while it runs */
};

/* Instructions start <= i < end: drop the stack to `depth`, push the index of the failed instruction if
 * `lasti`, push the exception, go to `handler`. */
typedef struct {
    uint32_t start, end;
    uint32_t handler;
    uint32_t depth : 31;
    uint32_t lasti : 1;
} ExceptionEntry;

/* Source span of an instruction: lines from 1, 0: none; columns in bytes of UTF-8 from 0, -1: none. */
typedef struct {
    int32_t line, end_line;
    int32_t column, end_column;
} CodePosition;

static inline Value column_or_none(int32_t column) { return column < 0 ? NONE : int_small(column); }

enum { MONITOR_TOOLS = 6, CODE_LOCAL_EVENTS = 10 };

/* What sys.monitoring keeps with a code object (vm/monitor.h). */
typedef struct {
    uint32_t all, events[MONITOR_TOOLS];  /* wanted here, a bit for each event: by any tool, by each */
    uint32_t restarts;                    /* as of when `disabled` is */
    uint8_t *disabled[CODE_LOCAL_EVENTS]; /* owned, a byte of tools for each instruction; NULL: none is */
} CodeMonitoring;

typedef struct Code {
    Object head;
    uint32_t flags;            /* CODE_* */
    uint32_t positional_count; /* positional parameters, positional-only ones included */
    uint32_t positional_only_count;
    uint32_t keyword_only_count;
    uint32_t parameter_count; /* all, *args and **kwargs included */
    uint32_t variable_count;  /* all variables */
    uint32_t stack_size;      /* greatest depth of the operand stack */
    uint32_t first_line;
    bool simple;         /* only positional parameters */
    int32_t exact_count; /* a call with so many positional arguments needs no binding; -1: all do */

    uint32_t instruction_count; /* words */
    uint32_t handler_count;
    uint32_t *instructions;
    ExceptionEntry *handlers;
    uint8_t *positions; /* see PositionWriter */
    size_t positions_size;

    Tuple *constants;
    Tuple *names;                         /* interned strings */
    Tuple *variables;                     /* names of the variables; interned */
    uint8_t *kinds;                       /* VARIABLE_* of each variable */
    Value name, qualified_name, filename; /* strings */
    CodeMonitoring *monitoring;           /* owned; NULL: no tool has asked for anything here */
} Code;

/* All that code_new needs. The four blocks come from memory_alloc, exactly as large as their counts say (NULL
 * for a count of 0), and go to the code object; so do the references of the Values. On failure all of it is
 * given back. */
typedef struct {
    uint32_t flags;
    uint32_t positional_count, positional_only_count, keyword_only_count;
    uint32_t stack_size;
    uint32_t first_line;
    uint32_t instruction_count, handler_count;
    uint32_t *instructions;
    ExceptionEntry *handlers;
    uint8_t *positions;
    size_t positions_size;
    uint8_t *kinds;                    /* as many as `variables` has items */
    Value constants, names, variables; /* tuples */
    Value name, qualified_name, filename;
} CodeParts;

static inline Code *as_code(Value v) { return (Code *)as_object(v); }
static inline bool is_code(Value v) { return is_exactly(v, &code_type); }

NEW RAISES Value code_new(VM *vm, STEALS const CodeParts *parts);

/* The instructions as the compiler made them, as bytes. */
NEW RAISES Value code_words(VM *vm, const Code *code);

/* runtime/code/codevalue.c: equality and hash by value, and code.replace. */
NEW RAISES Value code_compare(VM *vm, Value self, Value other, CompareOp op);
RAISES bool code_hash(VM *vm, Value self, int64_t *result);
NEW RAISES Value code_replace(VM *vm, Value *args, int nargs, Value names);

/* How many of its variables are free: cells that a function around it owns. */
int64_t code_free_variables(const Code *code);

/* The span of the instruction whose first word is at `index` (for an extra word: of the instruction it
 * belongs to). */
CodePosition code_position(const Code *code, uint32_t index);
static inline uint32_t code_line(const Code *code, uint32_t index) {
    return (uint32_t)code_position(code, index).line;
}

/* The same; for an instruction without a line, that of the nearest one in front of it. */
uint32_t code_line_near(const Code *code, uint32_t index);

/* The entry that handles an exception from `index`, or NULL. */
const ExceptionEntry *code_handler(const Code *code, uint32_t index);

/*
 * Writing a position table: for each run of words with the same span, in order of the words. Packed: varint
 * (run << 2 | form); form 0 has nothing (no line), form 1 the line, form 2 the line, end line and columns.
 * Lines are signed differences (zigzag) to the line before, end lines differences to the line, end columns to
 * the column when on the same line.
 */
typedef struct {
    Buffer *buffer; /* refused memory shows in buffer->failed */
    int32_t line;   /* of the run before; starts as the code's first_line */
} PositionWriter;

void position_write(PositionWriter *writer, uint32_t words, CodePosition position);

/* Step through a position table, run by run. */
typedef struct {
    const uint8_t *next, *end;
    int32_t line;
    uint32_t start, stop; /* words of the current run */
    CodePosition position;
} PositionReader;

PositionReader position_reader(const Code *code);
bool position_next(PositionReader *reader); /* false at the end */

/* Forget what sys.monitoring's callbacks have turned off in this code. */
void code_enable_events(VM *vm, Code *code);

#endif
