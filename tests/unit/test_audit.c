/* The audit: a clean machine passes, and every kind of damage is found and named. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/compile.h"
#include "gc/collector.h"
#include "runtime/audit.h"
#include "runtime/containers/dict.h"
#include "runtime/classes/instance.h"
#include "runtime/module.h"
#include "runtime/text/str.h"
#include "vm/eval.h"
#include "vm/machine.h"

static const char program[] = "class C:\n"
                              "    def __init__(self):\n"
                              "        self.a, self.b = [1], {'k': (2, 'x' * 3)}\n"
                              "def gen():\n"
                              "    yield from range(10**30, 10**30 + 5)\n"
                              "instance, running = C(), gen()\n"
                              "next(running)\n"
                              "table = {'one': 1, 'two': [instance]}\n"
                              "items = [object()]\n";

/* A machine at rest that has run the program, and the value of one of its globals. BORROWED. */
static VM *machine(Value *global, const char *name) {
    VM *vm = vm_new(NULL);
    Value module = machine_main_module(vm), file = string_from_c(vm, "t.mpy");
    Value code = compile_source(vm, program, sizeof program - 1, file, COMPILE_EXEC, 0);
    Value result = eval_code(vm, code, as_module(module)->dict, ABSENT, ABSENT);
    ck_assert(!is_absent(result));
    value_drop(vm, code);
    value_drop(vm, file);
    *global = dict_get_c(vm, as_module(module)->dict, name);
    return vm;
}

static void expect_clean(VM *vm) {
    AuditReport report;
    AuditResult result = audit_heap(vm, true, &report);
    ck_assert_msg(result == AUDIT_CLEAN, "%s", report.problem);
    ck_assert_uint_gt(report.objects, 100);
    ck_assert_uint_ge(report.references, report.objects);
    ck_assert_uint_eq(report.held, 0);
}

static void expect_problem(VM *vm, bool at_rest, const char *words) {
    AuditReport report;
    ck_assert_int_eq(audit_heap(vm, at_rest, &report), AUDIT_PROBLEM);
    ck_assert_msg(strstr(report.problem, words) != NULL, "%s", report.problem);
}

START_TEST(a_machine_at_rest_is_clean) {
    Value v;
    VM *vm = machine(&v, "table");
    expect_clean(vm);
    gc_collect(&vm->heap, OLDEST);
    expect_clean(vm);
    vm_free(vm);
}
END_TEST

START_TEST(counts_that_are_wrong_are_found) {
    Value v;
    AuditReport report;
    VM *vm = machine(&v, "items");
    as_object(v)->refs++;
    expect_problem(vm, true, "list object at");
    expect_problem(vm, true, "2 references counted, 1 found");
    ck_assert_int_eq(audit_heap(vm, false, &report), AUDIT_CLEAN);
    ck_assert_uint_eq(report.held, 1);
    as_object(v)->refs--;
    v = dict_get_c(vm, as_module(machine_main_module(vm))->dict, "instance");
    as_object(v)->refs--;
    expect_problem(vm, false, "C object at");
    expect_problem(vm, false, "1 references counted, 2 found");
    as_object(v)->refs++;
    expect_clean(vm);
    vm_free(vm);
}
END_TEST

START_TEST(dicts_that_are_wrong_are_found) {
    Value v;
    VM *vm = machine(&v, "table");
    Dict *dict = as_dict(v);
    dict->count++;
    expect_problem(vm, true, "miscounts its entries");
    dict->count--;
    DictEntry *entries = dict_entries(dict), first = entries[0];
    entries[0].key = int_small(5);
    entries[0].value = ABSENT;
    expect_problem(vm, true, "half an entry");
    entries[0] = first;
    entries[0].key = entries[1].key;
    entries[1].key = first.key;
    expect_problem(vm, true, "a key that its index does not find");
    entries[1].key = entries[0].key;
    entries[0] = first;
    expect_clean(vm);
    vm_free(vm);
}
END_TEST

START_TEST(shapes_that_are_wrong_are_found) {
    Value v;
    VM *vm = machine(&v, "instance");
    Attributes *area = object_attributes(as_object(v));
    Shape *shape = shape_of(vm, area->shape_id), *parent = shape->parent;
    uint32_t id = area->shape_id;
    area->shape_id = parent->id;
    expect_problem(vm, true, "has slots that its shape does not");
    area->shape_id = id;
    shape->count++;
    expect_problem(vm, true, "a shape miscounts its attributes");
    shape->count--;
    Shape *children = parent->children;
    parent->children = NULL;
    expect_problem(vm, true, "not among its parent's children");
    parent->children = children;
    expect_clean(vm);
    vm_free(vm);
}
END_TEST

START_TEST(pools_and_generations_that_are_wrong_are_found) {
    Value v;
    VM *vm = machine(&v, "items");
    if (vm->heap.mode != HEAP_POOLS) return vm_free(vm);
    Generation *young = &vm->heap.generations[YOUNGEST];
    young->holes++;
    expect_problem(vm, true, "generation");
    young->holes--;
    Page *pool = &vm->heap.pages[page_of(&vm->heap.spans.range, as_object(v))];
    pool->countdown++;
    expect_problem(vm, true, "pool at page");
    pool->countdown--;
    expect_clean(vm);
    vm_free(vm);
}
END_TEST

int main(void) {
    setenv("PYTHONHASHSEED", "1", 1); /* the damage must not happen to be none */
    TCase *tests = tcase_create("audit");
    tcase_add_test(tests, a_machine_at_rest_is_clean);
    tcase_add_test(tests, counts_that_are_wrong_are_found);
    tcase_add_test(tests, dicts_that_are_wrong_are_found);
    tcase_add_test(tests, shapes_that_are_wrong_are_found);
    tcase_add_test(tests, pools_and_generations_that_are_wrong_are_found);
    Suite *suite = suite_create("audit");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
