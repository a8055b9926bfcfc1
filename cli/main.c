/* The program mpy: read the command line, make a machine, run, say how it went. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/options.h"
#include "cli/prompt.h"
#include "cli/run.h"
#include "runtime/files/file.h"
#include "runtime/modules/atexit.h"
#include "vm/machine.h"

enum {
    STATUS_NO_START = 1,
    STATUS_UNWRITTEN = 120 /* CPython's, when the last output could not be written */
};

/* Ctrl-C is ours unless whoever started us had it ignored; writing to a closed pipe, or beyond the limit for files, is
 * an error, not a death. */
static void take_signals(VM *vm) {
    struct sigaction now;
    if (sigaction(SIGINT, NULL, &now) == 0 && now.sa_handler != SIG_IGN) signals_catch(vm);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

static int run(VM *vm, const Options *o) {
    switch (o->action) {
    case ACTION_TOKENS:
    case ACTION_AST:
    case ACTION_DISASSEMBLE: return run_dump(vm, o);
    case ACTION_STDIN:
        if (o->flags.interactive || isatty(STDIN_FILENO)) return prompt_run(vm, o);
        return run_program(vm, o);
    default:
        if (o->flags.interactive || (o->flags.inspect && isatty(STDIN_FILENO))) return prompt_after(vm, o);
        return run_program(vm, o);
    }
}

int main(int argc, char **argv) {
    Options options;
    int status = options_read(&options, argc, argv);
    HeapOptions heap = options.heap;
    heap.fail_at = 0; /* the watch begins with the program */
    VM *vm = status < 0 ? vm_new(&heap) : NULL;
    if (vm) {
        take_signals(vm);
        if (run_prepare(vm, &options, argc, argv)) {
            if (options.heap.fail_at)
                heap_watch(vm_heap(vm), options.heap.fail_at, options.heap.fail_forever);
            status = run(vm, &options);
        } else {
            status = run_finish(vm);
        }
        if (options.heap.tell_requests)
            fprintf(stderr, "heap: %llu requests\n", (unsigned long long)vm_heap(vm)->requests);
        heap_watch(vm_heap(vm), 0, false);
        atexit_run(vm);
        if (!streams_flush(vm) && status == 0) status = STATUS_UNWRITTEN;
        signals_catch(NULL);
        vm_free(vm);
    } else if (status < 0) {
        fputs("mpy: not enough memory to start\n", stderr);
        status = STATUS_NO_START;
    }
    options_free(&options);
    if (status == STATUS_INTERRUPTED) { /* so that whoever waits for the process learns what has ended it */
        signal(SIGINT, SIG_DFL);
        raise(SIGINT);
        status = 128 + SIGINT; /* it is blocked */
    }
    return status;
}
