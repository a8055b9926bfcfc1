#include "compiler/disassemble.h"

#include <string.h>

#include "compiler/opcode.h"
#include "runtime/containers/tuple.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

typedef struct {
    VM *vm;
    const Code *code;
    const Source *source;
    Buffer *out;
} Printer;

static bool print_string(Printer *p, Value string) {
    size_t length;
    Value keeper = ABSENT;
    const char *text = string_utf8(p->vm, string, &length, &keeper);
    if (text) buffer_append(p->out, text, length);
    value_xdrop(p->vm, keeper);
    return text != NULL;
}

/* A code object's repr holds its address, which is no use to a reader. */
static bool print_constant(Printer *p, Value v) {
    if (is_code(v)) {
        buffer_append_text(p->out, "code ");
        return print_string(p, as_code(v)->qualified_name);
    }
    Value repr = object_repr(p->vm, v);
    if (is_absent(repr)) return false;
    bool ok = print_string(p, repr);
    value_drop(p->vm, repr);
    return ok;
}

static const char *const comparisons[] = {"<", "<=", "==", "!=", ">", ">="};

/* What an operand stands for, in parentheses. */
static bool print_meaning(Printer *p, OperandKind kind, int32_t operand) {
    bool ok = true;
    switch (kind) {
    case OPERAND_CONST:
    case OPERAND_NAME:
    case OPERAND_LOCAL: {
        const Tuple *table = kind == OPERAND_CONST  ? p->code->constants
                             : kind == OPERAND_NAME ? p->code->names
                                                    : p->code->variables;
        buffer_append_text(p->out, " (");
        ok = kind == OPERAND_CONST ? print_constant(p, table->items[operand])
                                   : print_string(p, table->items[operand]);
        buffer_append_char(p->out, ')');
        break;
    }
    case OPERAND_COMPARE: buffer_printf(p->out, " (%s)", comparisons[operand]); break;
    default: break;
    }
    return ok;
}

static bool print_operand(Printer *p, OperandKind kind, int32_t operand, uint32_t next) {
    if (kind == OPERAND_NO) return true;
    if (kind == OPERAND_JUMP)
        buffer_printf(p->out, " to %u", (unsigned)((int64_t)next + operand));
    else
        buffer_printf(p->out, " %d", (int)operand);
    return print_meaning(p, kind, operand);
}

static void print_operand_word(Printer *p, OperandKind kind, uint32_t word, uint32_t next) {
    if (kind == OPERAND_JUMP) {
        buffer_printf(p->out, " to %u", (unsigned)((int64_t)next + (int32_t)word));
    } else if (kind == OPERAND_COMPARE_JUMP) {
        unsigned target = (unsigned)((int64_t)next + compare_jump_distance(word));
        buffer_printf(p->out, " %s%s to %u", compare_jump_sense(word) ? "" : "not ",
                      comparisons[compare_jump_op(word)], target);
    }
}

static bool print_instruction(Printer *p, uint32_t index) {
    const uint32_t *words = &p->code->instructions[index];
    const OpcodeInfo *info = &opcode_info[word_opcode(words[0])];
    uint32_t next = index + 1 + (uint32_t)opcode_extra_words(word_opcode(words[0]));
    bool plain = info->a == OPERAND_NO && info->word == OPERAND_NO;
    buffer_printf(p->out, plain ? "%11u  %s" : "%11u  %-24s", (unsigned)index, info->name);
    bool ok = print_operand(p, info->a, word_operand_a(words[0]), next) &&
              print_operand(p, info->b, word_operand_b(words[0]), next);
    if (info->word != OPERAND_NO) print_operand_word(p, info->word, words[1], next);
    buffer_append_char(p->out, '\n');
    return ok;
}

static void print_source_line(Printer *p, uint32_t line) {
    size_t length = 0;
    const char *text = p->source ? source_line(p->source, line, &length) : NULL;
    buffer_printf(p->out, "%5u", (unsigned)line);
    if (text) {
        buffer_append_text(p->out, "  | ");
        buffer_append(p->out, text, length);
    }
    buffer_append_char(p->out, '\n');
}

static bool print_instructions(Printer *p) {
    PositionReader reader = position_reader(p->code);
    uint32_t line = 0;
    for (uint32_t i = 0; i < p->code->instruction_count;) {
        while (reader.stop <= i && position_next(&reader))
            continue;
        uint32_t at = (uint32_t)reader.position.line;
        if (at && at != line) print_source_line(p, line = at);
        if (!print_instruction(p, i)) return false;
        i += 1 + (uint32_t)opcode_extra_words(word_opcode(p->code->instructions[i]));
    }
    return true;
}

static void print_handlers(Printer *p) {
    if (p->code->handler_count) buffer_append_text(p->out, "Exception table:\n");
    for (uint32_t i = 0; i < p->code->handler_count; i++) {
        const ExceptionEntry *e = &p->code->handlers[i];
        buffer_printf(p->out, "  %u to %u -> %u [%u]%s\n", (unsigned)e->start, (unsigned)e->end,
                      (unsigned)e->handler, (unsigned)e->depth, e->lasti ? " lasti" : "");
    }
}

static bool print_code(Printer *p) {
    buffer_append_text(p->out, "Disassembly of ");
    if (!print_string(p, p->code->qualified_name)) return false;
    buffer_printf(p->out, " (line %u, %u variables, stack %u):\n", (unsigned)p->code->first_line,
                  (unsigned)p->code->variable_count, (unsigned)p->code->stack_size);
    if (!print_instructions(p)) return false;
    print_handlers(p);
    return true;
}

bool disassemble(VM *vm, Value code, const Source *source, Buffer *out) {
    Printer printer = {vm, as_code(code), source, out};
    if (!recursion_enter(vm, "")) return false;
    bool ok = print_code(&printer);
    const Tuple *constants = as_code(code)->constants;
    for (int64_t i = 0; i < constants->length && ok; i++) {
        if (!is_code(constants->items[i])) continue;
        buffer_append_char(out, '\n');
        ok = disassemble(vm, constants->items[i], source, out);
    }
    recursion_leave(vm);
    return ok;
}
