/* The audit: a clean machine passes, and every kind of damage is found and named. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "compiler/compile.h"
#include "gc/collector.h"
#include "runtime/audit.h"
#include "runtime/classes/instance.h"
#include "runtime/code/function.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/module.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "runtime/weakref.h"
#include "tests/unit/sanitizer.h"
#include "vm/eval.h"
#include "vm/machine.h"

static const char program[] =
    "class C:\n"
    "    def __init__(self):\n"
    "        self.a, self.b = [1], {'k': (2, 'x' * 3)}\n"
    "def gen():\n"
    "    yield from range(10**30, 10**30 + 5)\n"
    "instance, running = C(), gen()\n"
    "next(running)\n"
    "table = {'one': 1, 'two': [instance]}\n"
    "class Exporter:\n"
    "    def __buffer__(self, flags): return memoryview(b'exported')\n"
    "other = Exporter()\n"
    "other.a = other.b = 1\n"
    "def call(reference): pass\n"
    "from _weakref import ref\n"
    "referring, views = ref(C, call), [memoryview(Exporter()), memoryview(bytearray(5))[1:]]\n"
    "odd = 'a\\x01\\x7f\\u20ac' + 'so long that it is cut' * 5\n"
    "items = [object()]\n";

static void run(VM *vm, const char *text) {
    Value module = machine_main_module(vm), file = string_from_c(vm, "t.mpy");
    Value code = compile_source(vm, text, strlen(text), file, COMPILE_EXEC, 0);
    Value result = eval_code(vm, code, as_module(module)->dict, ABSENT, ABSENT);
    ck_assert(!is_absent(result));
    value_drop(vm, code);
    value_drop(vm, file);
}

/* A machine at rest that has run the program, and the value of one of its globals. BORROWED. */
static VM *machine(Value *global, const char *name) {
    VM *vm = vm_new(NULL);
    run(vm, program);
    *global = dict_get_c(vm, as_module(machine_main_module(vm))->dict, name);
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

/* Objects are named with what is known of them. */
START_TEST(objects_are_described) {
    Value v;
    VM *vm = machine(&v, "gen");
    const struct {
        Value value;
        const char *words;
    } cases[] = {
        {v, " gen: "},
        {from_object(as_function(v)->code), " gen: "},
        {dict_get_c(vm, as_module(machine_main_module(vm))->dict, "C"), " C: "},
        {dict_get_c(vm, as_module(machine_main_module(vm))->dict, "odd"), " a???so long that it is cut"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        as_object(cases[i].value)->refs++;
        expect_problem(vm, true, cases[i].words);
        as_object(cases[i].value)->refs--;
    }
    expect_clean(vm);
    vm_free(vm);
}
END_TEST

START_TEST(the_dead_and_the_half_made) {
    Value v;
    VM *vm = machine(&v, "items");
    Object *leaf = as_object(as_list(v)->items[0]);
    leaf->refs = 0;
    expect_problem(vm, true, "dead, but referred to");
    leaf->refs = 1;
    Object *made = object_new_container(vm, &list_type, sizeof(List));
    as_list(v)->items[0] = from_object(made); /* not looked into */
    leaf->refs = 0;
    expect_clean(vm);
    leaf->refs = 1;
    as_list(v)->items[0] = from_object(leaf);
    object_track(made);
    object_drop(vm, made);
    Object *table = as_object(dict_get_c(vm, as_module(machine_main_module(vm))->dict, "table"));
    object_untrack(vm, table);
    expect_problem(vm, true, "untracked, but not acyclic");
    object_track_again(vm, table);
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
    uint32_t limit = dict->limit;
    dict->limit = dict->fill - 1;
    expect_problem(vm, true, "more entries than its table has room for");
    dict->limit = limit;
    entries[0].key = from_object(&none_object); /* and the key is missed */
    as_object(first.key)->refs--;
    expect_problem(vm, true, "a key that is not simple");
    as_object(first.key)->refs++;
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
    while (shape_of(vm, area->shape_id) != NULL)
        area->shape_id++;
    expect_problem(vm, true, "has a shape that is gone");
    Value other = dict_get_c(vm, as_module(machine_main_module(vm))->dict, "other");
    area->shape_id = object_attributes(as_object(other))->shape_id;
    expect_problem(vm, false, "has a shape of another class");
    area->shape_id = id;
    uint8_t slots = area->inline_slots;
    area->inline_slots = 0;
    expect_problem(vm, false, "has a shape with more attributes than slots");
    area->inline_slots = slots;
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

/* ---- Rows and visitors ---- */

static int no_rows(Object *self, ReferenceRow *rows) {
    (void)self, (void)rows;
    return 0;
}

static const ReferenceWord *strange_words;
static size_t strange_count;

static int strange_rows(Object *self, ReferenceRow *rows) {
    (void)self;
    rows[0] = (ReferenceRow){strange_words, strange_count, 1};
    return 1;
}

START_TEST(rows_that_are_wrong_are_found) {
    Value v;
    VM *vm = machine(&v, "instance");
    TypeHead *slots = (TypeHead *)object_slots(as_object(v));
    int (*rows)(Object *, ReferenceRow *) = slots->rows;
    slots->rows = no_rows;
    expect_problem(vm, true, "has rows that are not what its traversal visits");
    const ReferenceWord words[] = {v.bits, v.bits, v.bits, v.bits, v.bits}; /* as many as there are, once */
    strange_words = words;
    slots->rows = strange_rows;
    for (strange_count = 1; strange_count <= sizeof words / sizeof *words; strange_count++)
        expect_problem(vm, true, "has rows that are not what its traversal visits");
    slots->rows = rows;
    expect_clean(vm);
    vm_free(vm);
}
END_TEST

static int stop_at(Object *object, void *context) {
    (void)object;
    return --*(int *)context == 0;
}

/* Each visit of a traversal ends it when the visitor says so. */
static void stop_everywhere(const Object *object) {
    int visits = 1, left;
    do {
        left = visits++;
    } while (object_slots(object)->traverse((Object *)object, stop_at, &left));
}

static int stop_in_referent(Object *referent, void *context) {
    (void)context;
    if (object_slots(referent)->traverse != NULL) stop_everywhere(referent);
    return 0;
}

static int stop_in(Object *object, void *context) {
    stop_everywhere(object);
    return object_slots(object)->traverse(object, stop_in_referent, context);
}

START_TEST(traversals_stop) {
    Value v;
    VM *vm = machine(&v, "views");
    ck_assert_int_eq(gc_each(&vm->heap, -1, stop_in, NULL), 0);
    gc_each(&vm->heap, PERMANENT, stop_in, NULL);
    vm_free(vm);
}
END_TEST

START_TEST(roots_stop) {
    Value v;
    VM *vm = machine(&v, "referring");
    Value *roots[] = {&vm->raised,
                      &vm->memory_error,
                      &vm->last_memory_error,
                      &vm->asyncgen_first_iteration,
                      &vm->asyncgen_finalizer,
                      &vm->asyncio,
                      &vm->context,
                      &vm->exit_functions,
                      &vm->audit_hooks,
                      &vm->gc_callbacks,
                      &vm->gc_garbage,
                      &vm->unsupported_operation,
                      &vm->struct_cache,
                      &vm->repr_running};
    enum { ROOTS = sizeof roots / sizeof *roots };
    Value before[ROOTS];
    for (int i = 0; i < ROOTS; i++) {
        before[i] = *roots[i];
        if (is_absent(before[i])) *roots[i] = vm->empty_tuple;
    }
    Value fixed = vm->fixed_names[0].name;
    if (is_absent(fixed)) vm->fixed_names[0].name = vm->empty_tuple;
    HandledException handled = {vm->empty_tuple, vm->handled};
    vm->handled = &handled;
    vm->weak_table.pending = (WeakReference *)as_object(v);
    int visits = 1, left;
    do {
        left = visits++;
    } while (roots_visit(vm, stop_at, &left));
    ck_assert_int_gt(visits, 500);
    vm->weak_table.pending = NULL;
    vm->handled = handled.outer;
    vm->fixed_names[0].name = fixed;
    int (*hook)(VM *, VisitFn, void *) = vm->hooks.visit_roots;
    vm->hooks.visit_roots = NULL;
    left = 0;
    ck_assert_int_eq(roots_visit(vm, stop_at, &left), 0);
    vm->hooks.visit_roots = hook;
    for (int i = 0; i < ROOTS; i++)
        *roots[i] = before[i];
    expect_clean(vm);
    vm_free(vm);
}
END_TEST

/* ---- Without memory, and from a program ---- */

/* The bytes of address space that the process has. */
static size_t address_space(void) {
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%lu", &pages) != 1) pages = 0;
    if (file != NULL) fclose(file);
    return pages * (size_t)4096;
}

START_TEST(the_audit_without_memory) {
    if (UNDER_ASAN) return;
    Value v;
    VM *vm = machine(&v, "items");
    run(vm, "many = [[i] for i in range(60000)]"); /* more than the first table holds */
    struct rlimit old;
    size_t space = address_space();
    AuditResult result = AUDIT_NO_MEMORY;
    getrlimit(RLIMIT_AS, &old);
    for (size_t more = 0; space > 0 && result != AUDIT_CLEAN && more < 64 << 20; more += 16 << 10) {
        AuditReport report;
        struct rlimit little = {space + more, old.rlim_max};
        setrlimit(RLIMIT_AS, &little);
        result = audit_heap(vm, true, &report);
        setrlimit(RLIMIT_AS, &old);
        ck_assert_int_ne(result, AUDIT_PROBLEM);
    }
    expect_clean(vm);
    vm_free(vm);
}
END_TEST

/* Run heap.check(); the exception it raises, NEW, or ABSENT. */
static Value checked(VM *vm) {
    Value dict = as_module(machine_main_module(vm))->dict, file = string_from_c(vm, "c.mpy");
    Value code = compile_source(vm, "check()", 7, file, COMPILE_EXEC, 0);
    Value result = eval_code(vm, code, dict, ABSENT, ABSENT);
    value_drop(vm, code);
    value_drop(vm, file);
    if (is_absent(result)) return error_take(vm);
    value_drop(vm, result);
    return ABSENT;
}

START_TEST(programs_are_told) {
    Value v;
    VM *vm = machine(&v, "items");
    run(vm, "from heap import check");
    ck_assert(is_absent(checked(vm)));
    as_object(v)->refs--;
    Value error = checked(vm);
    as_object(v)->refs++;
    ck_assert(value_is_instance(error, &exc_SystemError));
    value_drop(vm, error);
    struct rlimit old, little;
    getrlimit(RLIMIT_AS, &old);
    little = UNDER_ASAN ? old : (struct rlimit){1 << 20, old.rlim_max};
    setrlimit(RLIMIT_AS, &little);
    error = checked(vm);
    setrlimit(RLIMIT_AS, &old);
    ck_assert(is_absent(error) ||
              value_is_instance(error, &exc_MemoryError)); /* the C library may have kept enough */
    value_xdrop(vm, error);
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
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, objects_are_described);
    tcase_add_test(tests, the_dead_and_the_half_made);
    tcase_add_test(tests, rows_that_are_wrong_are_found);
    tcase_add_test(tests, traversals_stop);
    tcase_add_test(tests, roots_stop);
    tcase_add_test(tests, the_audit_without_memory);
    tcase_add_test(tests, programs_are_told);
    Suite *suite = suite_create("audit");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
