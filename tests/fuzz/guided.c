/*
 * A fuzzer that is guided by coverage (libFuzzer), for the parsers and for the machine itself.
 *
 * One VM lives through all inputs. tests/fuzz/_targets.mpy is run in it once; the environment variable FUZZ_TARGET
 * names one of its functions, which gets each input as bytes and swallows every exception: what ends the process is a
 * finding. Built with clang by `make fuzz`, with asserts and the sanitizers.
 */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/options.h"
#include "cli/run.h"
#include "runtime/bytes/bytes.h"
#include "runtime/containers/dict.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/protocol.h"
#include "vm/machine.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
    VM *vm;
    Value target;
} fuzz;

/* What the function was not to let out. */
static void fail(VM *vm, const char *what) {
    fprintf(stderr, "guided: %s\n", what);
    if (error_raised(vm)) machine_finish(vm);
    abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    static char program[] = "mpy", script[] = "tests/fuzz/_targets.mpy";
    char *line[] = {program, script, NULL}, *name = getenv("FUZZ_TARGET");
    Options options;
    HeapOptions heap = {.mode = HEAP_SYSTEM, .limit = (size_t)1 << 28};
    VM *vm = fuzz.vm = vm_new(&heap);
    (void)argv;
    if (!vm || options_read(&options, 2, line) >= 0 || !run_prepare(vm, &options, 2, line)) abort();
    if (run_program(vm, &options) != 0) fail(vm, "the targets do not run");
    Value dict = as_module(machine_main_module(vm))->dict;
    fuzz.target = dict_get_c(vm, dict, name ? name : "compiled");
    if (is_absent(fuzz.target)) fail(vm, "no such target");
    signals_catch(vm);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    VM *vm = fuzz.vm;
    Value input = bytes_from(vm, data, (int64_t)size), result = ABSENT;
    if (!is_absent(input)) result = object_call(vm, fuzz.target, &input, 1, ABSENT);
    if (is_absent(result) && error_raised(vm) && !error_is(vm, &exc_MemoryError))
        fail(vm, "an exception came out");
    error_clear(vm);
    value_xdrop(vm, result);
    value_xdrop(vm, input);
    return 0;
}
