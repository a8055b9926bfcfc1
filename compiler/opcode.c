#include "compiler/opcode.h"

/* What a special form takes over from its family, by name. */
enum {
#define OP(name, a, b, word, cache, ...) \
    A_##name = OPERAND_##a, B_##name = OPERAND_##b, WORD_##name = OPERAND_##word, CACHE_##name = cache,
#define SPECIAL(name, family, meaning)
#include "compiler/opcodes.def"
};

const OpcodeInfo opcode_info[OP_COUNT] = {
#define OP(name, a, b, word, cache, pops, pushes, taken, flags, meaning) \
    [OP_##name] = {#name, OPERAND_##a, OPERAND_##b, OPERAND_##word, cache, flags, OP_##name, meaning},
#define SPECIAL(name, family, meaning) \
    [OP_##name] = {#name,          A_##family,  B_##family,  WORD_##family, \
                   CACHE_##family, OPF_SPECIAL, OP_##family, meaning},
#include "compiler/opcodes.def"
};

int opcode_pops(Opcode op, int a, int b) {
    switch (opcode_info[op].family) {
#define OP(name, ka, kb, word, cache, pops, pushes, ...) \
    case OP_##name: \
        return (pops);
#define SPECIAL(name, family, meaning)
#include "compiler/opcodes.def"
    default: return 0;
    }
}

int opcode_pushes(Opcode op, int a, int b) {
    switch (opcode_info[op].family) {
#define OP(name, ka, kb, word, cache, pops, pushes, ...) \
    case OP_##name: \
        return (pushes);
#define SPECIAL(name, family, meaning)
#include "compiler/opcodes.def"
    default: return 0;
    }
}

int opcode_taken(Opcode op) {
    switch (opcode_info[op].family) {
#define OP(name, ka, kb, word, cache, pops, pushes, taken, ...) \
    case OP_##name: \
        return (taken);
#define SPECIAL(name, family, meaning)
#include "compiler/opcodes.def"
    default: return 0;
    }
}

static bool kind_is_signed(OperandKind kind) { return kind == OPERAND_INT || kind == OPERAND_JUMP; }

int32_t word_operand_a(uint32_t word) {
    const OpcodeInfo *info = &opcode_info[word_opcode(word)];
    if (info->b != OPERAND_NO) return (int32_t)word_a8(word);
    return kind_is_signed(info->a) ? word_signed24(word) : (int32_t)word_a24(word);
}

int32_t word_operand_b(uint32_t word) {
    const OpcodeInfo *info = &opcode_info[word_opcode(word)];
    if (info->b == OPERAND_NO) return 0;
    return kind_is_signed(info->b) ? word_signed16(word) : (int32_t)word_b16(word);
}

int64_t opcode_jump_distance(const uint32_t *words) {
    const OpcodeInfo *info = &opcode_info[word_opcode(words[0])];
    if (info->a == OPERAND_JUMP) return word_signed24(words[0]);
    return info->word == OPERAND_JUMP ? (int32_t)words[1] : compare_jump_distance(words[1]);
}
