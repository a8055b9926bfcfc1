/* Images of code objects: what is written is read back, and no part of an image can be taken for a whole. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/compile.h"
#include "gc/heap.h"
#include "runtime/code/code.h"
#include "runtime/code/image.h"
#include "runtime/containers/dict.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "vm/eval.h"
#include "vm/frozen.h"
#include "vm/machine.h"

static const char text[] = "def f(a, /, b=2, *c, d, **e):\n"
                           "    try:\n"
                           "        return a + b\n"
                           "    except TypeError:\n"
                           "        return [a for a in (1, 2.5, 1e300, 10 ** 30, -10 ** 30, 'text', "
                           "'\\u00e9\\ud800', b'bytes', 3j, None, ...)]\n"
                           "class C:\n"
                           "    'doc'\n"
                           "    x = 1 in {1, 2, 3}\n"
                           "    def m(self): return lambda: (self, f, 'text')\n"
                           "result = [f(1, d=0), f('', d=0), C.x, C().m()()[2]]\n";

static VM *vm;
static Buffer image;

static void write_image(void) {
    vm = vm_new(NULL);
    ck_assert(vm != NULL);
    buffer_init(&image, (Allocator){heap_allocate_fn, vm_heap(vm)});
    Value name = string_from_c(vm, "t.mpy");
    Value code = compile_source(vm, text, strlen(text), name, COMPILE_EXEC, 0);
    ck_assert(!is_absent(code) && image_write(vm, code, &image));
    value_drop(vm, code);
    value_drop(vm, name);
}

static void free_image(void) {
    buffer_fini(&image);
    vm_free(vm);
}

/* The repr of `result` after the code has run. NEW. */
static Value result_of(STEALS Value code) {
    ck_assert(!is_absent(code));
    Value dict = as_module(machine_main_module(vm))->dict;
    Value done = eval_code(vm, code, dict, ABSENT, ABSENT);
    ck_assert(!is_absent(done));
    value_drop(vm, done);
    value_drop(vm, code);
    return object_repr(vm, dict_get_c(vm, dict, "result"));
}

START_TEST(code_comes_back) {
    Value name = string_from_c(vm, "t.mpy");
    Value expected = result_of(compile_source(vm, text, strlen(text), name, COMPILE_EXEC, 0));
    Value code = image_read(vm, (const uint8_t *)image.data, image.length);
    ck_assert(string_equal(as_code(code)->filename, name));
    Value got = result_of(code);
    ck_assert(string_equal(expected, got));
    value_drop(vm, got);
    value_drop(vm, expected);
    value_drop(vm, name);
}
END_TEST

START_TEST(no_part_is_a_whole) {
    for (size_t size = 0; size < image.length; size++) {
        uint8_t *part = malloc(size + 1); /* so that a sanitizer sees a read behind the end */
        memcpy(part, image.data, size);
        ck_assert(is_absent(image_read(vm, part, size)));
        ck_assert(error_is(vm, &exc_ValueError));
        error_clear(vm);
        free(part);
    }
}
END_TEST

START_TEST(library_is_sorted) {
    for (size_t i = 0; i < frozen_count; i++) {
        ck_assert_ptr_eq(frozen_find(frozen_modules[i].name), &frozen_modules[i]);
        if (i) ck_assert_int_lt(strcmp(frozen_modules[i - 1].name, frozen_modules[i].name), 0);
    }
    ck_assert_ptr_null(frozen_find("no_such_module"));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("image");
    TCase *tests = tcase_create("image");
    tcase_add_checked_fixture(tests, write_image, free_image);
    tcase_add_test(tests, code_comes_back);
    tcase_add_test(tests, no_part_is_a_whole);
    tcase_add_test(tests, library_is_sorted);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
