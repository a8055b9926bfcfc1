/* Shapes and attribute areas: transitions are shared, wide shapes are found through their index, slots move inline as
 * a class learns, deletion and __dict__ turn to dict mode, shapes die with their class, ids are not used again. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/classes/class.h"
#include "runtime/classes/instance.h"
#include "runtime/classes/shape.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "vm/machine.h"

static VM *vm;

static void start(void) {
    vm = vm_new(NULL);
    ck_assert_ptr_nonnull(vm);
}

static void stop(void) { vm_free(vm); }

static Value name_of(int i) {
    char text[16];
    snprintf(text, sizeof text, "a%d", i);
    Value name = string_intern_c(vm, text);
    ck_assert(!is_absent(name));
    return name;
}

static Type *new_class(void) {
    Value name = string_intern_c(vm, "C"), dict = dict_new(vm);
    Value class = class_new(vm, &type_type, name, vm->empty_tuple, dict, NULL, ABSENT);
    ck_assert(!is_absent(class));
    value_drop(vm, name);
    value_drop(vm, dict);
    return as_type(class);
}

static Object *new_instance(Type *type) {
    Value self = call_0(vm, from_object(type));
    ck_assert(!is_absent(self));
    return as_object(self);
}

static void set(Object *object, int attribute, int value) {
    Value name = name_of(attribute);
    ck_assert(attributes_set(vm, object, name, int_small(value)));
    value_drop(vm, name);
}

/* The attribute's value, or -1. */
static int64_t get(Object *object, int attribute) {
    Value name = name_of(attribute);
    Value value = attributes_get(vm, object, name);
    value_drop(vm, name);
    return is_absent(value) ? -1 : int_get(value);
}

static int delete (Object *object, int attribute) {
    Value name = name_of(attribute);
    int deleted = attributes_delete(vm, object, name);
    value_drop(vm, name);
    return deleted;
}

static uint32_t shape_id(Object *object) { return object_attributes(object)->shape_id; }

static void drop_class(Type *type) {
    object_drop(vm, &type->head.object);
    gc_collect(vm_heap(vm), 2); /* a class is a cycle with its mro */
}

START_TEST(test_shared_transitions) {
    Type *type = new_class();
    Object *a = new_instance(type), *b = new_instance(type), *c = new_instance(type);
    ck_assert_uint_eq(shape_id(a), type->root_shape->id);
    for (int i = 0; i < 5; i++) {
        set(a, i, i);
        set(b, i, 10 * i);
        set(c, 4 - i, i);
    }
    ck_assert_uint_eq(shape_id(a), shape_id(b));
    ck_assert_uint_ne(shape_id(a), shape_id(c));
    ck_assert_uint_eq(shape_of(vm, shape_id(a))->count, 5);
    ck_assert_int_eq(get(a, 3), 3);
    ck_assert_int_eq(get(b, 3), 30);
    ck_assert_int_eq(get(c, 3), 1);
    ck_assert_int_eq(get(a, 5), -1);
    object_drop(vm, a);
    object_drop(vm, b);
    object_drop(vm, c);
    drop_class(type);
}
END_TEST

START_TEST(test_slots_are_learned) {
    Type *type = new_class();
    Object *first = new_instance(type);
    for (int i = 0; i < 6; i++)
        set(first, i, i);
    Object *second = new_instance(type);
    ck_assert_uint_eq(object_attributes(second)->inline_slots, 6);
    for (int i = 0; i < 6; i++)
        set(second, i, i);
    ck_assert_uint_eq(object_attributes(second)->extra_capacity, 0);
    ck_assert_uint_eq(shape_id(first), shape_id(second));
    for (int i = 6; i < SHAPE_SLOTS_MAX; i++)
        set(second, i, i);
    ck_assert_uint_eq(type->attribute_slots, INLINE_SLOTS_MAX);
    for (int i = 0; i < SHAPE_SLOTS_MAX; i++)
        ck_assert_int_eq(get(second, i), i);
    object_drop(vm, first);
    object_drop(vm, second);
    drop_class(type);
}
END_TEST

/* At the limit an instance still has a shape; one attribute more makes it a dict, with nothing lost. */
START_TEST(test_width_limit) {
    Type *type = new_class();
    Object *object = new_instance(type);
    for (int i = 0; i < SHAPE_SLOTS_MAX; i++)
        set(object, i, i);
    ck_assert_uint_ge(shape_id(object), SHAPE_FIRST);
    set(object, SHAPE_SLOTS_MAX, SHAPE_SLOTS_MAX);
    ck_assert_uint_eq(shape_id(object), SHAPE_DICT);
    for (int i = 0; i <= SHAPE_SLOTS_MAX; i++)
        ck_assert_int_eq(get(object, i), i);
    ck_assert_int_eq(as_dict(attributes_dict(vm, object))->count, SHAPE_SLOTS_MAX + 1);
    object_drop(vm, object);
    drop_class(type);
}
END_TEST

START_TEST(test_deletion) {
    Type *type = new_class();
    Object *object = new_instance(type);
    for (int i = 0; i < 4; i++)
        set(object, i, i);
    uint32_t three = shape_of(vm, shape_id(object))->parent->id;
    ck_assert_int_eq(delete (object, 3), 1);
    ck_assert_uint_eq(shape_id(object), three);
    ck_assert_int_eq(delete (object, 3), 0);
    ck_assert_int_eq(delete (object, 0), 1); /* not the newest */
    ck_assert_uint_eq(shape_id(object), SHAPE_DICT);
    ck_assert_int_eq(get(object, 0), -1);
    ck_assert_int_eq(get(object, 1), 1);
    ck_assert_int_eq(get(object, 2), 2);
    object_drop(vm, object);
    drop_class(type);
}
END_TEST

START_TEST(test_dict_stays_in_step) {
    Type *type = new_class();
    Object *object = new_instance(type);
    set(object, 0, 7);
    set(object, 1, 8);
    Value dict = value_ref(attributes_dict(vm, object)), name = name_of(0);
    ck_assert_int_eq(as_dict(dict)->count, 2);
    ck_assert(dict_set(vm, dict, name, int_small(9)));
    ck_assert_int_eq(get(object, 0), 9);
    set(object, 2, 3);
    ck_assert_int_eq(as_dict(dict)->count, 3);
    object_drop(vm, object);
    ck_assert_int_eq(as_dict(dict)->count, 3); /* the dict outlives its object */
    value_drop(vm, name);
    value_drop(vm, dict);
    drop_class(type);
}
END_TEST

/* A store that is refused memory raises MemoryError and leaves the instance as it was. */
START_TEST(test_refused_memory) {
    Type *type = new_class();
    Object *object = new_instance(type);
    for (int i = 0; i < 3; i++)
        set(object, i, i);
    Value name = name_of(3);
    heap_watch(vm_heap(vm), 1, true);
    bool stored = attributes_set(vm, object, name, int_small(3));
    heap_watch(vm_heap(vm), 0, false);
    ck_assert(stored || error_is(vm, &exc_MemoryError));
    error_clear(vm);
    value_drop(vm, name);
    set(object, 3, 3);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(get(object, i), i);
    object_drop(vm, object);
    drop_class(type);
}
END_TEST

START_TEST(test_classes_that_die) {
    uint32_t last = 0;
    size_t blocks = 0;
    for (int round = 0; round < 2000; round++) {
        Type *type = new_class();
        Object *object = new_instance(type);
        for (int i = 0; i < 4; i++)
            set(object, i, i);
        ck_assert_uint_gt(shape_id(object), last);
        last = shape_id(object);
        object_drop(vm, object);
        object_drop(vm, &type->head.object);
        if (round % 500 != 499) continue;
        gc_collect(vm_heap(vm), 2);
        if (round == 999) blocks = heap_live_blocks(vm_heap(vm));
    }
    ck_assert_uint_le(heap_live_blocks(vm_heap(vm)), blocks + 8);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("shapes");
    TCase *cases = tcase_create("shapes");
    tcase_add_checked_fixture(cases, start, stop);
    tcase_add_test(cases, test_shared_transitions);
    tcase_add_test(cases, test_slots_are_learned);
    tcase_add_test(cases, test_width_limit);
    tcase_add_test(cases, test_deletion);
    tcase_add_test(cases, test_dict_stays_in_step);
    tcase_add_test(cases, test_refused_memory);
    tcase_add_test(cases, test_classes_that_die);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
