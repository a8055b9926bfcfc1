#ifndef MPY_COMPILER_OPCODE_H
#define MPY_COMPILER_OPCODE_H

/*
 * Instructions as numbers: the enum made from compiler/opcodes.def, how a word is put together and taken apart, and
 * what the table says of each opcode.
 *
 * The properties are a static array in opcode.c; stack effects are functions, since they may depend on the operands.
 */

#include <stdbool.h>
#include <stdint.h>

typedef enum {
#define OP(name, ...) OP_##name,
#define SPECIAL(name, family, meaning) OP_##name,
#include "compiler/opcodes.def"
    OP_COUNT,
} Opcode;

_Static_assert(OP_COUNT <= 256, "an opcode has 8 bits");

typedef enum {
    OPERAND_NO,
    OPERAND_LOCAL,
    OPERAND_CONST,
    OPERAND_NAME,
    OPERAND_COUNT,
    OPERAND_INT,
    OPERAND_JUMP,
    OPERAND_COMPARE,
    OPERAND_FLAG,
    OPERAND_DEPTH,
    OPERAND_COMPARE_JUMP, /* only in the operand word */
} OperandKind;

enum {
    OPF_JUMPS = 1,
    OPF_ENDS = 2,
    OPF_RAISES = 4,
    OPF_SPECIAL = 8, /* written by the machine only */
};

typedef struct {
    const char *name;
    uint8_t a, b, word; /* OperandKind */
    uint8_t cache;      /* words */
    uint8_t flags;
    uint8_t family; /* the generic opcode: itself, unless OPF_SPECIAL */
    const char *meaning;
} OpcodeInfo;

extern const OpcodeInfo opcode_info[OP_COUNT];

/* How many values an instruction takes from the stack and puts there, and its net effect when it jumps. */
int opcode_pops(Opcode op, int a, int b);
int opcode_pushes(Opcode op, int a, int b);
int opcode_taken(Opcode op);

/* Words of an instruction after its first. */
static inline int opcode_extra_words(Opcode op) {
    return (opcode_info[op].word != OPERAND_NO) + opcode_info[op].cache;
}

/* The operand of YIELD; of GET_AWAITABLE. */
enum { YIELD_PLAIN, YIELD_DELEGATED, YIELD_ASYNC };
enum { AWAIT_EXPRESSION, AWAIT_ENTER, AWAIT_EXIT };

enum {
    OPERAND_A24_MAX = (1 << 24) - 1,
    OPERAND_INT24_MAX = (1 << 23) - 1,
    OPERAND_INT24_MIN = -(1 << 23),
    OPERAND_A8_MAX = 255,
    OPERAND_B16_MAX = 65535,
    OPERAND_INT16_MAX = INT16_MAX,
    OPERAND_INT16_MIN = INT16_MIN,
    COMPARE_JUMP_MAX = (1 << 26) - 1, /* distance in a COMPARE_JUMP word */
    COMPARE_JUMP_MIN = -(1 << 26),
};

static inline uint32_t instruction_a(Opcode op, int32_t a) { return (uint32_t)op | (uint32_t)a << 8; }
static inline uint32_t instruction_ab(Opcode op, uint32_t a, int32_t b) {
    return (uint32_t)op | a << 8 | (uint32_t)b << 16;
}

/* The orders of two operands, one bit each, of which a comparison is true: less 1, equal 2, greater 4, unordered 8. */
static inline uint32_t compare_mask(uint32_t compare) { return 0x64D231U >> (compare * 4) & 15; }

static inline uint32_t compare_jump_word(int32_t distance, bool sense, uint32_t compare) {
    uint32_t mask = sense ? compare_mask(compare) : ~compare_mask(compare) & 15;
    return (uint32_t)distance << 5 | (uint32_t)sense << 4 | mask;
}
static inline int32_t compare_jump_distance(uint32_t word) { return (int32_t)word >> 5; }
static inline bool compare_jump_sense(uint32_t word) { return word & 16; }
/* Is a mask, or a COMPARE_JUMP word, the same for less and greater: does it only ask whether they are equal? */
static inline bool compare_asks_equality(uint32_t mask) { return !((mask ^ mask >> 2) & 1); }

/* The CompareOp of a COMPARE_JUMP word. */
static inline uint32_t compare_jump_op(uint32_t word) {
    uint32_t mask = compare_jump_sense(word) ? word & 15 : ~word & 15, compare = 0;
    while (compare_mask(compare) != mask)
        compare++;
    return compare;
}

static inline Opcode word_opcode(uint32_t word) { return (Opcode)(word & 255); }
static inline uint32_t word_a24(uint32_t word) { return word >> 8; }
static inline int32_t word_signed24(uint32_t word) { return (int32_t)word >> 8; }
static inline uint32_t word_a8(uint32_t word) { return word >> 8 & 255; }
static inline uint32_t word_b16(uint32_t word) { return word >> 16; }
static inline int32_t word_signed16(uint32_t word) { return (int32_t)word >> 16; }

/* The operands of a word by its opcode's kinds, sign-extended where signed. */
int32_t word_operand_a(uint32_t word);
int32_t word_operand_b(uint32_t word);
/* How far a jumping instruction jumps, counted in words from the next one. */
int64_t opcode_jump_distance(const uint32_t *words);

#endif
