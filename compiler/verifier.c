#include "compiler/verifier.h"

#include <string.h>

#include "compiler/opcode.h"
#include "runtime/containers/tuple.h"

enum { DEPTH_UNKNOWN = -1, DEPTH_NO_START = -2 }; /* of a word that is no instruction's first */

typedef struct {
    const Code *code;
    int32_t *depths;   /* of each word */
    uint32_t *pending; /* instructions to be traced */
    uint32_t pending_count;
    const char *problem;
} Verifier;

static void report(Verifier *v, const char *problem) {
    if (!v->problem) v->problem = problem;
}

static uint32_t instruction_words(uint32_t word) {
    return 1 + (uint32_t)opcode_extra_words(word_opcode(word));
}

/* ---- Words ------------------------------------------------------------------------------------------------------- */

static void check_operand(Verifier *v, OperandKind kind, int32_t operand) {
    const Code *code = v->code;
    switch (kind) {
    case OPERAND_LOCAL:
        if ((uint32_t)operand >= code->variable_count) report(v, "variable out of range");
        break;
    case OPERAND_CONST:
        if (operand >= code->constants->length) report(v, "constant out of range");
        break;
    case OPERAND_NAME:
        if (operand >= code->names->length) report(v, "name out of range");
        break;
    case OPERAND_COMPARE:
        if (operand > COMPARE_GE) report(v, "unknown comparison");
        break;
    case OPERAND_DEPTH:
        if (operand < 1) report(v, "depth below the top of stack");
        break;
    default: break;
    }
}

/* Mark the first words of instructions; check what can be checked of each by itself. */
static void check_words(Verifier *v) {
    const Code *code = v->code;
    for (uint32_t i = 0; i < code->instruction_count && !v->problem;) {
        uint32_t word = code->instructions[i];
        if ((word & 255) >= OP_COUNT) {
            report(v, "unknown opcode");
            return;
        }
        const OpcodeInfo *info = &opcode_info[word_opcode(word)];
        uint32_t words = instruction_words(word);
        if (words > code->instruction_count - i) report(v, "instruction cut off at the end");
        check_operand(v, info->a, word_operand_a(word));
        check_operand(v, info->b, word_operand_b(word));
        v->depths[i] = DEPTH_UNKNOWN;
        i += words;
    }
}

static bool is_start(const Verifier *v, int64_t index) {
    return index >= 0 && index < v->code->instruction_count && v->depths[index] != DEPTH_NO_START;
}

static void check_handlers(Verifier *v) {
    const Code *code = v->code;
    for (uint32_t i = 0; i < code->handler_count; i++) {
        const ExceptionEntry *e = &code->handlers[i];
        bool end_fits = e->end == code->instruction_count || is_start(v, e->end);
        if (e->start >= e->end || !is_start(v, e->start) || !end_fits)
            report(v, "bad range of an exception entry");
        if (!is_start(v, e->handler)) report(v, "handler inside an instruction");
        if ((uint32_t)e->depth + e->lasti + 1u > code->stack_size) report(v, "handler deeper than the stack");
    }
}

/* ---- Depths ------------------------------------------------------------------------------------------------------ */

static void reach(Verifier *v, int64_t index, int64_t depth) {
    if (!is_start(v, index))
        report(v, "jump to no instruction");
    else if (depth < 0)
        report(v, "stack underflow");
    else if (depth > (int64_t)v->code->stack_size)
        report(v, "stack overflow");
    else if (v->depths[index] == DEPTH_UNKNOWN) {
        v->depths[index] = (int32_t)depth;
        v->pending[v->pending_count++] = (uint32_t)index;
    } else if (v->depths[index] != depth) {
        report(v, "different depths meet");
    }
}

static void check_return(Verifier *v, Opcode op, int32_t depth) {
    bool returns = op == OP_RETURN || op == OP_RETURN_LOCAL || op == OP_RETURN_CONST;
    if (returns && depth != (op == OP_RETURN)) report(v, "return with values on the stack");
}

static void trace(Verifier *v, uint32_t index) {
    const uint32_t *words = &v->code->instructions[index];
    Opcode op = word_opcode(words[0]);
    const OpcodeInfo *info = &opcode_info[op];
    int32_t a = word_operand_a(words[0]), b = word_operand_b(words[0]), depth = v->depths[index];
    int32_t low = depth - opcode_pops(op, a, b);
    int64_t next = (int64_t)index + instruction_words(words[0]);
    if (low < 0 || (info->a == OPERAND_DEPTH && a > (op == OP_COPY || op == OP_SWAP ? depth : low)))
        report(v, "stack underflow");
    check_return(v, op, depth);
    const ExceptionEntry *handler = code_handler(v->code, index);
    if (handler && (int64_t)handler->depth > depth) report(v, "handler above the stack it covers");
    if (handler) reach(v, handler->handler, (int64_t)handler->depth + handler->lasti + 1);
    if (info->flags & OPF_JUMPS)
        reach(v, next + opcode_jump_distance(words), (int64_t)depth + opcode_taken(op));
    if (!(info->flags & OPF_ENDS)) reach(v, next, (int64_t)low + opcode_pushes(op, a, b));
}

static void verify(Verifier *v) {
    const Code *code = v->code;
    for (uint32_t i = 0; i < code->instruction_count; i++)
        v->depths[i] = DEPTH_NO_START;
    check_words(v);
    if (!v->problem) check_handlers(v);
    if (!v->problem) reach(v, 0, 0);
    while (v->pending_count && !v->problem)
        trace(v, v->pending[--v->pending_count]);
}

const char *code_verify(const Code *code, Allocator allocator) {
    size_t count = code->instruction_count;
    if (count == 0) return "no instructions";
    Verifier v = {.code = code};
    v.depths = allocator_resize(allocator, NULL, 0, count * sizeof *v.depths);
    v.pending = allocator_resize(allocator, NULL, 0, count * sizeof *v.pending);
    if (v.depths && v.pending) verify(&v);
    if (v.depths) allocator_resize(allocator, v.depths, count * sizeof *v.depths, 0);
    if (v.pending) allocator_resize(allocator, v.pending, count * sizeof *v.pending, 0);
    return v.problem;
}
