/* The dict's table: storing and finding against a plain model, order, deletion and the reuse of the tail, the width of
 * its cells, keys of every kind, key versions, and refused memory. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/containers/dict.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/text/str.h"
#include "vm/machine.h"

static VM *vm;

static void start(void) {
    vm = vm_new(NULL);
    ck_assert_ptr_nonnull(vm);
}

static void stop(void) { vm_free(vm); }

static Value new_dict(void) {
    Value dict = dict_new(vm);
    ck_assert(!is_absent(dict));
    return dict;
}

static void put(Value dict, int64_t key, int64_t value) {
    ck_assert(dict_set(vm, dict, int_small(key), int_small(value)));
}

static int64_t at(Value dict, int64_t key) {
    Value value = dict_get(vm, dict, int_small(key));
    return is_absent(value) ? -1 : int_get(value);
}

/* A small generator of our own, so that a failure can be repeated. */
static uint32_t next_random(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

START_TEST(test_empty) {
    Value dict = new_dict();
    Value key, value;
    int64_t position = 0;
    ck_assert_int_eq(as_dict(dict)->count, 0);
    ck_assert(is_absent(dict_get(vm, dict, int_small(1))) && !error_raised(vm));
    ck_assert_int_eq(dict_delete(vm, dict, int_small(1)), 0);
    ck_assert(!dict_next(dict, &position, &key, &value));
    ck_assert(!dict_take_last(as_dict(dict), &key, &value));
    value_drop(vm, dict);
}
END_TEST

START_TEST(test_small_dict_is_small) {
    Value dict = new_dict();
    for (int i = 0; i < 5; i++)
        put(dict, i, i);
    ck_assert_uint_eq(sizeof(Dict), 48);
    ck_assert_uint_eq(dict_table_size(as_dict(dict)), 5 * 16 + 8);
    put(dict, 5, 5);
    ck_assert_uint_eq(dict_table_size(as_dict(dict)), 10 * 16 + 16);
    value_drop(vm, dict);
}
END_TEST

/* Cells become 2 bytes wide at 512 of them and 4 at 131072. */
START_TEST(test_every_cell_width) {
    enum { COUNT = 200000 };
    Value dict = new_dict();
    for (int64_t i = 0; i < COUNT; i++) {
        put(dict, i * 7, i);
        if (i == 170 || i == 171 || i == 43689 || i == 43690) ck_assert_int_eq(at(dict, 0), 0);
    }
    ck_assert_int_eq(as_dict(dict)->count, COUNT);
    for (int64_t i = 0; i < COUNT; i++)
        ck_assert_int_eq(at(dict, i * 7), i);
    ck_assert_int_eq(at(dict, 1), -1);
    value_drop(vm, dict);
}
END_TEST

START_TEST(test_order_is_of_insertion) {
    Value dict = new_dict();
    for (int i = 9; i >= 0; i--)
        put(dict, i, i);
    put(dict, 5, 55); /* keeps its place */
    ck_assert_int_eq(dict_delete(vm, dict, int_small(7)), 1);
    put(dict, 7, 77); /* goes to the end */
    const int expected[] = {9, 8, 6, 5, 4, 3, 2, 1, 0, 7};
    int64_t position = 0;
    Value key, value;
    for (int i = 0; i < 10; i++) {
        ck_assert(dict_next(dict, &position, &key, &value));
        ck_assert_int_eq(int_get(key), expected[i]);
    }
    ck_assert(!dict_next(dict, &position, &key, &value));
    value_drop(vm, dict);
}
END_TEST

START_TEST(test_against_a_model) {
    enum { KEYS = 3000, STEPS = 400000 };
    static int64_t model[KEYS]; /* 0: missing */
    memset(model, 0, sizeof model);
    uint64_t seed = 1;
    int64_t count = 0;
    Value dict = new_dict();
    for (int64_t i = 1; i <= STEPS; i++) {
        int64_t k = next_random(&seed) % KEYS;
        uint32_t action = next_random(&seed) % 10;
        Value key, value;
        if (action < 5) {
            count += model[k] == 0;
            model[k] = i;
            put(dict, k, i);
        } else if (action < 8) {
            ck_assert_int_eq(dict_delete(vm, dict, int_small(k)), model[k] != 0);
            count -= model[k] != 0;
            model[k] = 0;
        } else if (action == 8 && dict_take_last(as_dict(dict), &key, &value)) {
            ck_assert_int_eq(model[int_get(key)], int_get(value));
            model[int_get(key)] = 0;
            count--;
        }
        ck_assert_int_eq(at(dict, k), model[k] ? model[k] : -1);
        ck_assert_int_eq(as_dict(dict)->count, count);
    }
    Value copy = dict_copy(vm, dict);
    for (int k = 0; k < KEYS; k++)
        ck_assert_int_eq(at(copy, k), model[k] ? model[k] : -1);
    value_drop(vm, copy);
    value_drop(vm, dict);
}
END_TEST

/* Stacking and unstacking for ever must not fill the index up. */
START_TEST(test_the_tail_is_used_again) {
    Value dict = new_dict(), key, value;
    put(dict, -1, 0);
    for (int64_t i = 0; i < 100000; i++) {
        put(dict, i, i);
        ck_assert(dict_take_last(as_dict(dict), &key, &value));
        ck_assert_int_eq(int_get(key), i);
        ck_assert_int_eq(at(dict, i), -1);
    }
    ck_assert_int_eq(at(dict, -1), 0);
    ck_assert_uint_le(as_dict(dict)->index_log, 4);
    value_drop(vm, dict);
}
END_TEST

START_TEST(test_keys_of_one_value_are_one_key) {
    Value dict = new_dict(), half = float_from(vm, 0.5);
    put(dict, 1, 10);
    ck_assert_int_eq(as_dict(dict)->kind, DICT_SIMPLE);
    Value one = float_from(vm, 1.0);
    ck_assert_int_eq(int_get(dict_get(vm, dict, one)), 10);
    ck_assert_int_eq(int_get(dict_get(vm, dict, TRUE_VALUE)), 10);
    ck_assert(dict_set(vm, dict, TRUE_VALUE, int_small(11)));
    ck_assert_int_eq(at(dict, 1), 11);
    ck_assert_int_eq(as_dict(dict)->count, 1);
    ck_assert_int_eq(as_dict(dict)->kind, DICT_SIMPLE);
    ck_assert(dict_set(vm, dict, half, int_small(12)));
    ck_assert_int_eq(as_dict(dict)->kind, DICT_GENERAL);
    ck_assert_int_eq(at(dict, 1), 11);
    ck_assert_int_eq(int_get(dict_get(vm, dict, half)), 12);
    value_drop(vm, dict);
}
END_TEST

START_TEST(test_strings) {
    Value dict = new_dict();
    char text[32];
    for (int i = 0; i < 1000; i++) {
        snprintf(text, sizeof text, "key %d", i);
        ck_assert(dict_set_c(vm, dict, text, int_small(i)));
    }
    for (int i = 0; i < 1000; i++) {
        snprintf(text, sizeof text, "key %d", i);
        Value plain = string_from_c(vm, text); /* not the interned one */
        ck_assert_int_eq(int_get(dict_get(vm, dict, plain)), i);
        ck_assert_int_eq(int_get(dict_get_string(vm, dict, plain)), i);
        ck_assert_int_eq(int_get(dict_get_c(vm, dict, text)), i);
        value_drop(vm, plain);
    }
    ck_assert(is_absent(dict_get_c(vm, dict, "key")));
    value_drop(vm, dict);
}
END_TEST

START_TEST(test_unhashable_key_raises) {
    Value dict = new_dict();
    ck_assert(!dict_set(vm, dict, dict, int_small(1)));
    ck_assert(error_is(vm, &exc_TypeError));
    error_clear(vm);
    ck_assert_int_eq(dict_delete(vm, dict, dict), -1);
    error_clear(vm);
    ck_assert_int_eq(dict_contains(vm, dict, dict), -1);
    error_clear(vm);
    value_drop(vm, dict);
}
END_TEST

START_TEST(test_versions_change_with_the_keys) {
    Value dict = new_dict();
    put(dict, 1, 1);
    uint32_t version = dict_keys_version(vm, as_dict(dict));
    ck_assert_uint_ne(version, 0);
    put(dict, 1, 2);
    ck_assert_uint_eq(as_dict(dict)->keys_version, version);
    put(dict, 2, 2);
    ck_assert_uint_eq(as_dict(dict)->keys_version, 0);
    uint32_t second = dict_keys_version(vm, as_dict(dict));
    ck_assert_uint_ne(second, version);
    ck_assert_int_eq(dict_delete(vm, dict, int_small(2)), 1);
    ck_assert_uint_eq(as_dict(dict)->keys_version, 0);
    dict_keys_version(vm, as_dict(dict));
    dict_clear(vm, dict);
    ck_assert_uint_eq(as_dict(dict)->keys_version, 0);
    value_drop(vm, dict);
}
END_TEST

/* References go up and down with what the dict holds. */
START_TEST(test_references) {
    Value dict = new_dict(), half = float_from(vm, 0.5);
    Value tuple = tuple_pack(vm, 1, half);
    ck_assert(dict_set(vm, dict, tuple, tuple));
    ck_assert_uint_eq(as_object(tuple)->refs, 3);
    ck_assert(dict_set(vm, dict, tuple, tuple));
    ck_assert_uint_eq(as_object(tuple)->refs, 3);
    Value popped = dict_pop(vm, dict, tuple);
    ck_assert_uint_eq(as_object(tuple)->refs, 2);
    value_drop(vm, popped);
    Value same = dict_set_default(vm, dict, int_small(1), tuple);
    ck_assert(value_same(same, tuple));
    ck_assert_uint_eq(as_object(tuple)->refs, 3);
    value_drop(vm, same);
    value_drop(vm, dict);
    ck_assert_uint_eq(as_object(tuple)->refs, 1);
    value_drop(vm, tuple);
}
END_TEST

START_TEST(test_refused_memory_leaves_the_dict_whole) {
    Value dict = new_dict();
    for (int64_t i = 0; i < 5; i++)
        put(dict, i, i);
    heap_watch(vm_heap(vm), 1, true);
    ck_assert(!dict_set(vm, dict, int_small(5), int_small(5)));
    heap_watch(vm_heap(vm), 0, false);
    ck_assert(error_is(vm, &exc_MemoryError));
    error_clear(vm);
    ck_assert_int_eq(as_dict(dict)->count, 5);
    for (int64_t i = 0; i < 5; i++)
        ck_assert_int_eq(at(dict, i), i);
    put(dict, 5, 5);
    ck_assert_int_eq(at(dict, 5), 5);
    value_drop(vm, dict);
}
END_TEST

/* Keys with the same low bits, and with the same hash, all find their places. */
START_TEST(test_collisions) {
    Value dict = new_dict();
    for (int64_t i = 0; i < 2000; i++)
        put(dict, i << 40, i);
    for (int64_t i = 0; i < 2000; i++)
        ck_assert_int_eq(at(dict, i << 40), i);
    const int64_t modulus = (INT64_C(1) << 61) - 1; /* hashes like 0 */
    put(dict, modulus, -5);
    put(dict, -modulus, -6);
    ck_assert_int_eq(at(dict, modulus), -5);
    ck_assert_int_eq(at(dict, -modulus), -6);
    ck_assert_int_eq(at(dict, 0), 0);
    value_drop(vm, dict);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dict");
    TCase *table = tcase_create("table");
    tcase_set_timeout(table, 60);
    tcase_add_checked_fixture(table, start, stop);
    tcase_add_test(table, test_empty);
    tcase_add_test(table, test_small_dict_is_small);
    tcase_add_test(table, test_every_cell_width);
    tcase_add_test(table, test_order_is_of_insertion);
    tcase_add_test(table, test_against_a_model);
    tcase_add_test(table, test_the_tail_is_used_again);
    tcase_add_test(table, test_keys_of_one_value_are_one_key);
    tcase_add_test(table, test_strings);
    tcase_add_test(table, test_unhashable_key_raises);
    tcase_add_test(table, test_versions_change_with_the_keys);
    tcase_add_test(table, test_references);
    tcase_add_test(table, test_refused_memory_leaves_the_dict_whole);
    tcase_add_test(table, test_collisions);
    suite_add_tcase(suite, table);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
