/* The module _opcode: compiler/opcodes.def for the library's modules opcode and dis. */
#include "compiler/opcode.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

static const char *const kind_names[] = {
    [OPERAND_NO] = "",
    [OPERAND_LOCAL] = "local",
    [OPERAND_CONST] = "const",
    [OPERAND_NAME] = "name",
    [OPERAND_COUNT] = "count",
    [OPERAND_INT] = "int",
    [OPERAND_JUMP] = "jump",
    [OPERAND_COMPARE] = "compare",
    [OPERAND_FLAG] = "flag",
    [OPERAND_DEPTH] = "depth",
    [OPERAND_COMPARE_JUMP] = "compare_jump",
};

static Value row(VM *vm, Opcode op) {
    const OpcodeInfo *info = &opcode_info[op];
    const char *texts[] = {info->name, kind_names[info->a], kind_names[info->b], kind_names[info->word],
                           info->meaning};
    Value values[8];
    for (int i = 0; i < 5; i++)
        values[i] = string_from_c(vm, texts[i]);
    values[5] = int_small(info->cache);
    values[6] = int_small(info->flags);
    values[7] = int_small(info->family);
    return tuple_from_made(vm, values, 8);
}

NATIVE(function_table) {
    Value rows[OP_COUNT];
    for (int i = 0; i < OP_COUNT; i++)
        rows[i] = row(vm, (Opcode)i);
    return tuple_from_made(vm, rows, OP_COUNT);
}

enum { OPCODE, OPARG, JUMP };

static int effect(uint32_t word, bool jump) {
    Opcode op = word_opcode(word);
    if (jump) return opcode_taken(op);
    int a = (int)word_operand_a(word), b = (int)word_operand_b(word);
    return opcode_pushes(op, a, b) - opcode_pops(op, a, b);
}

NATIVE(function_stack_effect) {
    int64_t op, arg = 0;
    if (!object_to_int64(vm, args[OPCODE], NULL, &op)) return ABSENT;
    if (!is_absent(args[OPARG]) && !is_none(args[OPARG]) && !object_to_int64(vm, args[OPARG], NULL, &arg))
        return ABSENT;
    Value jump = is_absent(args[JUMP]) ? NONE : args[JUMP];
    if (!is_none(jump) && !is_bool(jump))
        return raise_value(vm, "stack_effect: jump must be False, True or None");
    if (op < 0 || op >= OP_COUNT || arg < OPERAND_INT24_MIN || arg > OPERAND_A24_MAX)
        return raise_value(vm, "invalid opcode or oparg");
    uint32_t word = (uint32_t)op | (uint32_t)arg << 8;
    bool jumps = opcode_info[op].flags & OPF_JUMPS;
    int next = effect(word, false), taken = jumps ? effect(word, true) : next;
    int result = is_none(jump) ? (next > taken ? next : taken) : jump.bits == TRUE_VALUE.bits ? taken : next;
    return int_small(result);
}

static const NativeDef functions[] = {
    {"table", function_table, "",
     "A tuple with a row for each instruction: name, kinds of its operands and of its operand word, "
     "meaning,\n"
     "number of cache words, flags, number of its family."},
    {"stack_effect", function_stack_effect, "opcode, oparg=None, /, *, jump=None",
     "Compute the stack effect of the opcode."},
    {0},
};

NEW RAISES Value module__opcode_new(VM *vm);

Value module__opcode_new(VM *vm) {
    return module_make(
        vm, &(ModuleDef){.name = "_opcode", .doc = "Opcode support module.", .functions = functions});
}
