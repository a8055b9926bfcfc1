/* The machine room: instruction words, position tables, exception tables, specialisation, suggestions, two machines. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/compile.h"
#include "compiler/opcode.h"
#include "runtime/code/code.h"
#include "runtime/code/function.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "vm/arithmetic.h"
#include "vm/eval.h"
#include "vm/machine.h"
#include "vm/suggest.h"

static VM *machine(void) {
    VM *vm = vm_new(NULL);
    ck_assert(vm != NULL);
    return vm;
}

/* Run a module's text; its dict, BORROWED from sys.modules. */
static Value run(VM *vm, const char *text) {
    Value module = machine_main_module(vm), name = string_from_c(vm, "t.mpy");
    Value code = compile_source(vm, text, strlen(text), name, COMPILE_EXEC, 0);
    ck_assert(!is_absent(code));
    Value result = eval_code(vm, code, as_module(module)->dict, ABSENT, ABSENT);
    ck_assert_msg(!is_absent(result), "%s", text);
    value_drop(vm, result);
    value_drop(vm, code);
    value_drop(vm, name);
    return as_module(module)->dict;
}

/* ---- Words ------------------------------------------------------------------------------------------------------- */

START_TEST(operands_survive_the_word) {
    uint32_t word = instruction_a(OP_LOAD_INT, OPERAND_INT24_MIN);
    ck_assert_int_eq(word_opcode(word), OP_LOAD_INT);
    ck_assert_int_eq(word_operand_a(word), OPERAND_INT24_MIN);
    word = instruction_ab(OP_ADD_LOCAL_INT, 255, OPERAND_INT16_MIN);
    ck_assert_int_eq(word_operand_a(word), 255);
    ck_assert_int_eq(word_operand_b(word), OPERAND_INT16_MIN);
    word = compare_jump_word(COMPARE_JUMP_MIN, true, 5);
    ck_assert_int_eq(compare_jump_distance(word), COMPARE_JUMP_MIN);
    for (uint32_t compare = 0; compare < 6; compare++) {
        for (int sense = 0; sense < 2; sense++) {
            word = compare_jump_word(COMPARE_JUMP_MAX, sense, compare);
            ck_assert_int_eq(compare_jump_distance(word), COMPARE_JUMP_MAX);
            ck_assert_int_eq(compare_jump_sense(word), sense);
            ck_assert_uint_eq(compare_jump_op(word), compare);
        }
    }
}
END_TEST

START_TEST(special_forms_look_like_their_family) {
    for (int op = 0; op < OP_COUNT; op++) {
        const OpcodeInfo *info = &opcode_info[op], *family = &opcode_info[info->family];
        ck_assert_int_eq(!(info->flags & OPF_SPECIAL), info->family == op);
        ck_assert_int_eq(info->a, family->a);
        ck_assert_int_eq(info->b, family->b);
        ck_assert_int_eq(info->cache, family->cache);
        ck_assert_int_eq(opcode_pops((Opcode)op, 1, 1), opcode_pops((Opcode)info->family, 1, 1));
    }
}
END_TEST

START_TEST(positions_survive_packing) {
    CodePosition spans[] = {
        {10, 10, 4, 9}, {10, 12, 0, 1},     {3, 3, 300, 70000},
        {0, 0, -1, -1}, {500, 500, -1, -1}, {500, 501, 8, 2},
    };
    enum { COUNT = sizeof spans / sizeof *spans };
    Buffer buffer;
    buffer_init(&buffer, allocator_libc());
    PositionWriter writer = {&buffer, 7};
    for (uint32_t i = 0; i < COUNT; i++)
        position_write(&writer, i + 1, spans[i]);
    Code code = {.first_line = 7, .positions = (uint8_t *)buffer.data, .positions_size = buffer.length};
    for (uint32_t i = 0, word = 0; i < COUNT; i++) {
        for (uint32_t k = 0; k <= i; k++, word++) {
            CodePosition p = code_position(&code, word);
            ck_assert_int_eq(p.line, spans[i].line);
            ck_assert_int_eq(p.end_line, spans[i].end_line);
            ck_assert_int_eq(p.column, spans[i].column);
            ck_assert_int_eq(p.end_column, spans[i].end_column);
        }
    }
    ck_assert_int_eq(code_position(&code, 1000).line, 0);
    buffer_fini(&buffer);
}
END_TEST

START_TEST(the_first_entry_that_covers_an_instruction_handles_it) {
    ExceptionEntry entries[] = {{4, 6, 100, 1, 0}, {2, 8, 200, 0, 1}};
    Code code = {.handlers = entries, .handler_count = 2};
    ck_assert_ptr_null(code_handler(&code, 1));
    ck_assert_ptr_eq(code_handler(&code, 3), &entries[1]);
    ck_assert_ptr_eq(code_handler(&code, 4), &entries[0]);
    ck_assert_ptr_eq(code_handler(&code, 6), &entries[1]);
    ck_assert_ptr_null(code_handler(&code, 8));
}
END_TEST

/* ---- Arithmetic -------------------------------------------------------------------------------------------------- */

START_TEST(ints_at_the_edge_are_left_to_the_slow_path) {
    Value greatest = int_small(INT_MAX_IMMEDIATE), smallest = int_small(INT_MIN_IMMEDIATE), v = ABSENT;
    ck_assert(!ints_add(greatest, int_small(1), &v));
    ck_assert(ints_add(greatest, int_small(-1), &v) && int_get(v) == INT_MAX_IMMEDIATE - 1);
    ck_assert(!ints_subtract(smallest, int_small(1), &v));
    ck_assert(!ints_multiply(greatest, int_small(2), &v));
    ck_assert(ints_multiply(smallest, int_small(1), &v) && value_same(v, smallest));
    ck_assert(!ints_floor_divide(smallest, int_small(-1), &v));
    ck_assert(!ints_floor_divide(greatest, int_small(0), &v));
    ck_assert(!ints_lshift(int_small(1), int_small(61), &v));
    ck_assert(ints_lshift(int_small(-1), int_small(61), &v) && value_same(v, smallest));
    ck_assert(!are_ints(ABSENT, int_small(1)));
}
END_TEST

START_TEST(floats_take_only_floats) {
    Value half, huge;
    double v;
    ck_assert(float_immediate(0.5, &half) && !float_immediate(1e300, &huge));
    ck_assert(floats_add(half, half, &v) && v == 1.0);
    ck_assert(!floats_add(half, int_small(1), &v) && !floats_add(int_small(1), half, &v));
    ck_assert(!floats_multiply(half, ABSENT, &v) && !floats_multiply(NONE, half, &v));
    ck_assert(!floats_true_divide(half, (Value){1}, &v)); /* by zero */
    ck_assert(is_mixed(half, int_small(1)) && is_mixed(int_small(1), half));
    ck_assert(!is_mixed(half, half) && !is_mixed(int_small(1), int_small(1)) && !is_mixed(half, ABSENT));
}
END_TEST

START_TEST(division_rounds_down) {
    Value v = ABSENT;
    for (int64_t x = -7; x <= 7; x++) {
        for (int64_t y = -3; y <= 3; y++) {
            if (y == 0) continue;
            int64_t quotient, remainder;
            ck_assert(ints_floor_divide(int_small(x), int_small(y), &v));
            quotient = int_get(v);
            ck_assert(ints_modulo(int_small(x), int_small(y), &v));
            remainder = int_get(v);
            ck_assert_int_eq(quotient * y + remainder, x);
            ck_assert(remainder == 0 || (remainder < 0) == (y < 0));
        }
    }
}
END_TEST

START_TEST(orders_answer_each_comparison) {
    Value floats[2];
    ck_assert(float_immediate(1.5, &floats[0]) && float_immediate(2.0, &floats[1]));
    ck_assert_int_eq(fast_order(int_small(1), int_small(2)), 0);
    ck_assert_int_eq(fast_order(floats[1], int_small(2)), 1);
    ck_assert_int_eq(fast_order(int_small(2), floats[0]), 2);
    ck_assert_int_eq(fast_order(ABSENT, int_small(2)), -1);
    for (unsigned op = COMPARE_LT; op <= COMPARE_GE; op++) {
        bool less = op == COMPARE_LT || op == COMPARE_LE || op == COMPARE_NE;
        bool equal = op == COMPARE_LE || op == COMPARE_EQ || op == COMPARE_GE;
        bool greater = op == COMPARE_GT || op == COMPARE_GE || op == COMPARE_NE;
        ck_assert_int_eq(order_satisfies(0, op), less);
        ck_assert_int_eq(order_satisfies(1, op), equal);
        ck_assert_int_eq(order_satisfies(2, op), greater);
        ck_assert_int_eq(order_satisfies(3, op), op == COMPARE_NE);
    }
}
END_TEST

/* ---- Specialisation ---------------------------------------------------------------------------------------------- */

/* Does the function `name` hold an instruction of this opcode now? */
static bool has_opcode(Value dict, VM *vm, const char *name, Opcode op) {
    const Code *code = as_function(dict_get_c(vm, dict, name))->code;
    for (uint32_t i = 0; i < code->instruction_count;) {
        Opcode here = word_opcode(code->instructions[i]);
        if (here == op) return true;
        i += 1 + (uint32_t)opcode_extra_words(here);
    }
    return false;
}

START_TEST(sites_specialise_and_go_back) {
    VM *vm = machine();
    Value dict = run(vm, "class A:\n"
                         "    def __init__(self): self.x = 1\n"
                         "class B:\n"
                         "    x = 2\n"
                         "def get(o): return o.x\n"
                         "a, b = A(), B()\n"
                         "for i in range(3): get(a)\n");
    ck_assert(has_opcode(dict, vm, "get", OP_LOAD_LOCAL_ATTR_SLOT));
    dict = run(vm, "assert get(b) == 2\n");
    ck_assert(has_opcode(dict, vm, "get", OP_LOAD_LOCAL_ATTR));
    dict = run(vm, "for i in range(8): assert get(b) == 2\n");
    ck_assert(has_opcode(dict, vm, "get", OP_LOAD_LOCAL_ATTR_CLASS));
    run(vm, "B.x = property(lambda self: 3)\nassert get(b) == 3 and get(a) == 1\n");
    vm_free(vm);
}
END_TEST

START_TEST(globals_are_found_by_the_version_of_their_dict) {
    VM *vm = machine();
    Value dict = run(vm, "g = 1\ndef f(): return g, len\nf()\nf()\n");
    ck_assert(has_opcode(dict, vm, "f", OP_LOAD_GLOBAL_MODULE));
    ck_assert(has_opcode(dict, vm, "f", OP_LOAD_GLOBAL_BUILTIN));
    run(vm, "g = 2\nlen = 5\nassert f() == (2, 5)\ndel len\nassert f()[1]([0]) == 1\n");
    vm_free(vm);
}
END_TEST

/* ---- Suggestions, machines --------------------------------------------------------------------------------------- */

START_TEST(the_nearest_name_is_suggested) {
    VM *vm = machine();
    static const char *const cases[][2] = {
        {"bluch", "bluchin"}, {"nothing", NULL}, {"Value", "value"}, {"lenght", "length"}};
    static const char *const known[] = {"bluchin", "value", "length", "x"};
    Value names[4];
    for (int i = 0; i < 4; i++)
        names[i] = string_from_c(vm, known[i]);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Value wrong = string_from_c(vm, cases[i][0]), near = suggest_name(vm, names, 4, wrong);
        if (cases[i][1] == NULL)
            ck_assert(is_absent(near));
        else
            ck_assert(!is_absent(near) && string_equal_c(near, cases[i][1]));
        value_drop(vm, wrong);
    }
    for (int i = 0; i < 4; i++)
        value_drop(vm, names[i]);
    vm_free(vm);
}
END_TEST

START_TEST(two_machines_know_nothing_of_each_other) {
    VM *first = machine(), *second = machine();
    run(first, "x = [1]\nclass C: pass\nC.y = x\n");
    Value dict = run(second, "x = 2\n");
    ck_assert_int_eq(int_get(dict_get_c(second, dict, "x")), 2);
    ck_assert(is_absent(dict_get_c(second, dict, "C")));
    vm_free(first);
    run(second, "class C: pass\nassert not hasattr(C, 'y')\n");
    vm_free(second);
}
END_TEST

START_TEST(refused_memory_makes_no_machine_and_leaves_nothing) {
    for (uint64_t n = 1; n < 400; n += 7) {
        HeapOptions options = {.fail_at = n};
        ck_assert_ptr_null(vm_new(&options));
    }
}
END_TEST

int main(void) {
    TCase *tests = tcase_create("machine");
    tcase_add_test(tests, operands_survive_the_word);
    tcase_add_test(tests, special_forms_look_like_their_family);
    tcase_add_test(tests, positions_survive_packing);
    tcase_add_test(tests, the_first_entry_that_covers_an_instruction_handles_it);
    tcase_add_test(tests, ints_at_the_edge_are_left_to_the_slow_path);
    tcase_add_test(tests, floats_take_only_floats);
    tcase_add_test(tests, division_rounds_down);
    tcase_add_test(tests, orders_answer_each_comparison);
    tcase_add_test(tests, sites_specialise_and_go_back);
    tcase_add_test(tests, globals_are_found_by_the_version_of_their_dict);
    tcase_add_test(tests, the_nearest_name_is_suggested);
    tcase_add_test(tests, two_machines_know_nothing_of_each_other);
    tcase_add_test(tests, refused_memory_makes_no_machine_and_leaves_nothing);
    tcase_set_timeout(tests, 60);
    Suite *suite = suite_create("machine");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
