/* Numbers at their boundaries: float tagging, ints on both sides of 62 bits, and UTF-8 on both sides of each width. */

#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "runtime/errors/error.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/text/str.h"
#include "runtime/text/utf8.h"
#include "vm/machine.h"

static VM *vm;

static void start(void) {
    vm = vm_new(NULL);
    ck_assert_ptr_nonnull(vm);
}

static void stop(void) { vm_free(vm); }

static uint64_t bits_of(double d) {
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return bits;
}

/* Is `d`, and is `-d`, immediate or on the heap as expected, and does it come back bit for bit? */
static void check_float(double d, bool immediate) {
    for (int sign = 0; sign < 2; sign++, d = -d) {
        Value v;
        ck_assert_int_eq(float_immediate(d, &v), immediate);
        Value made = float_from(vm, d);
        ck_assert_int_eq(is_float(made), immediate);
        ck_assert(!is_int(made));
        ck_assert_int_eq(is_object(made), !immediate);
        ck_assert_uint_eq(bits_of(float_number(made)), bits_of(d));
        value_drop(vm, made);
    }
}

START_TEST(test_float_tags_at_their_edges) {
    check_float(0.0, true);
    check_float(0x1p-1074, true);
    check_float(nextafter(0x1p-767, 0), true);
    check_float(0x1p-767, false);
    check_float(nextafter(0x1p-255, 0), false);
    check_float(0x1p-255, true);
    check_float(1.0, true);
    check_float(nextafter(0x1p257, 0), true);
    check_float(0x1p257, false);
    check_float(0x1.fffffffffffffp1023, false);
    check_float(INFINITY, false);
    check_float(NAN, false);
}
END_TEST

START_TEST(test_random_floats_come_back) {
    uint64_t seed = 88172645463325252u;
    for (int i = 0; i < 100000; i++) {
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17; /* xorshift64 */
        double d;
        memcpy(&d, &seed, sizeof d);
        Value v = float_from(vm, d);
        ck_assert_uint_eq(bits_of(float_number(v)), seed);
        value_drop(vm, v);
    }
}
END_TEST

static Value binary(BinaryOp op, Value a, Value b) {
    Value result = int_binary(vm, op, a, b);
    ck_assert(!is_absent(result));
    return result;
}

START_TEST(test_ints_cross_62_bits_and_come_back) {
    const struct {
        int64_t edge;
        int step;
    } edges[] = {{INT_MAX_IMMEDIATE, 1}, {INT_MIN_IMMEDIATE, -1}};
    for (int i = 0; i < 2; i++) {
        Value inside = int_from(vm, edges[i].edge), one = int_small(edges[i].step);
        ck_assert(is_int(inside));
        Value outside = binary(BINARY_ADD, inside, one);
        ck_assert(!is_int(outside));
        ck_assert(is_exactly(outside, &int_type));
        int64_t number;
        ck_assert(int_to_int64(outside, &number));
        ck_assert_int_eq(number, edges[i].edge + edges[i].step);
        ck_assert_int_eq(int_order(outside, inside), edges[i].step);
        Value back = binary(BINARY_SUBTRACT, outside, one);
        ck_assert(value_same(back, inside));
        value_drop(vm, outside);
    }
}
END_TEST

START_TEST(test_int64_limits) {
    const int64_t numbers[] = {INT64_MAX, INT64_MIN, INT64_C(1) << 62, -(INT64_C(1) << 62), 0, -1};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        Value v = int_from(vm, numbers[i]);
        int64_t back;
        ck_assert(int_to_int64(v, &back));
        ck_assert_int_eq(back, numbers[i]);
        value_drop(vm, v);
    }
    Value most = int_from_unsigned(vm, UINT64_MAX);
    int64_t none;
    ck_assert(!int_to_int64(most, &none));
    value_drop(vm, most);
}
END_TEST

/* (a // b) * b + a % b == a, and the remainder has the divisor's sign, for numbers of one, two and three limbs. */
START_TEST(test_floor_division_identity) {
    for (int left = 1; left <= 180; left += 31) {
        for (int right = 1; right <= 130; right += 43) {
            for (int signs = 0; signs < 4; signs++) {
                Value a = int_shift(vm, int_small(signs & 1 ? -12345677 : 12345677), left);
                Value b = int_shift(vm, int_small(signs & 2 ? -7654321 : 7654321), right), q, r;
                ck_assert(int_divmod(vm, a, b, &q, &r));
                Value product = binary(BINARY_MULTIPLY, q, b), sum = binary(BINARY_ADD, product, r);
                ck_assert_int_eq(int_order(sum, a), 0);
                ck_assert(int_sign(r) == 0 || int_sign(r) == int_sign(b));
                Value all[] = {a, b, q, r, product, sum};
                for (int i = 0; i < 6; i++)
                    value_drop(vm, all[i]);
            }
        }
    }
}
END_TEST

START_TEST(test_int_to_double_rounds_half_to_even) {
    const struct {
        uint64_t number;
        double expected;
    } rows[] = {{(UINT64_C(1) << 53) + 1, 0x1p53},
                {(UINT64_C(1) << 53) + 3, 0x1p53 + 4},
                {(UINT64_C(1) << 63) + 1024, 0x1p63},
                {(UINT64_C(1) << 63) + 1025, 0x1p63 + 2048},
                {UINT64_MAX, 0x1p64}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Value v = int_from_unsigned(vm, rows[i].number);
        double d;
        ck_assert(int_to_double(vm, v, &d));
        ck_assert(d == rows[i].expected);
        value_drop(vm, v);
    }
    Value huge = int_shift(vm, int_small(1), 1024);
    double d;
    ck_assert(!int_to_double(vm, huge, &d));
    ck_assert(error_is(vm, &exc_OverflowError));
    error_clear(vm);
    value_drop(vm, huge);
}
END_TEST

START_TEST(test_equal_numbers_hash_equal) {
    for (int power = 0; power < 200; power++) {
        Value v = int_shift(vm, int_small(-3), power);
        ck_assert_int_eq(int_hash(v), float_hash(ldexp(-3.0, power)));
        value_drop(vm, v);
    }
}
END_TEST

START_TEST(test_digits_come_back_in_every_base) {
    const int bases[] = {2, 8, 10, 16, 36};
    for (int base = 0; base < 5; base++) {
        for (int bits = 60; bits <= 200; bits += 1) {
            Value power = int_shift(vm, int_small(1), bits), v = binary(BINARY_SUBTRACT, power, int_small(1));
            Value text = int_to_string(vm, v, bases[base]);
            const String *s = as_string(text);
            Value back = int_from_digits(vm, (const char *)s->data, (size_t)s->length, bases[base]);
            ck_assert_int_eq(int_order(back, v), 0);
            Value all[] = {power, v, text, back};
            for (int i = 0; i < 4; i++)
                value_drop(vm, all[i]);
        }
    }
}
END_TEST

START_TEST(test_utf8_on_both_sides_of_each_width) {
    const struct {
        uint32_t code_point;
        size_t bytes;
        unsigned width_log;
    } rows[] = {{0x7F, 1, 0},  {0x80, 2, 0},   {0xFF, 2, 0},   {0x100, 2, 1},   {0x7FF, 2, 1},
                {0x800, 3, 1}, {0xD800, 3, 1}, {0xFFFF, 3, 1}, {0x10000, 4, 2}, {0x10FFFF, 4, 2}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t c = rows[i].code_point;
        char text[8] = "x";
        ck_assert_uint_eq(utf8_size(c), rows[i].bytes);
        ck_assert_ptr_eq(utf8_encode(text + 1, c), text + 1 + rows[i].bytes);
        const char *next = text + 1;
        ck_assert_uint_eq(utf8_decode(&next), c);
        Value v = string_from_utf8(vm, text, rows[i].bytes + 1), keeper;
        const String *s = as_string(v);
        ck_assert_int_eq(string_length(s), 2);
        ck_assert_uint_eq(string_at(s, 1), c);
        ck_assert_uint_eq(s->width_log, rows[i].width_log);
        ck_assert_int_eq(s->ascii, c < 0x80);
        size_t length;
        const char *back = string_utf8(vm, v, &length, &keeper);
        ck_assert_uint_eq(length, rows[i].bytes + 1);
        ck_assert(memcmp(back, text, length) == 0);
        value_xdrop(vm, keeper);
        Value narrow = string_slice(vm, v, 0, 1);
        ck_assert(as_string(narrow)->ascii);
        value_drop(vm, narrow);
        value_drop(vm, v);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("numbers");
    TCase *numbers = tcase_create("boundaries");
    tcase_set_timeout(numbers, 60);
    tcase_add_checked_fixture(numbers, start, stop);
    tcase_add_test(numbers, test_float_tags_at_their_edges);
    tcase_add_test(numbers, test_random_floats_come_back);
    tcase_add_test(numbers, test_ints_cross_62_bits_and_come_back);
    tcase_add_test(numbers, test_int64_limits);
    tcase_add_test(numbers, test_floor_division_identity);
    tcase_add_test(numbers, test_int_to_double_rounds_half_to_even);
    tcase_add_test(numbers, test_equal_numbers_hash_equal);
    tcase_add_test(numbers, test_digits_come_back_in_every_base);
    tcase_add_test(numbers, test_utf8_on_both_sides_of_each_width);
    suite_add_tcase(suite, numbers);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
