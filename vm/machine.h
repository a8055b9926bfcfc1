#ifndef MPY_VM_MACHINE_H
#define MPY_VM_MACHINE_H

/*
 * A whole machine: a VM that is ready to run code, and its end.
 *
 * vm_new brings the rooms up in the order in which they need each other: heap, strings, types, built-ins, the
 * value stack, sys. vm_free takes them down as CPython does: what sys.exitfunc-like hooks there are, then the
 * main module's and the other modules' names are cleared so that objects die in an orderly way, then a
 * collection, then the rest. In a debug build it asserts that no block of memory is left.
 */

#include "runtime/code/code.h"
#include "runtime/state.h"
#include "vm/signal.h"

enum { MONITOR_EVENTS = 17 };

/* sys.monitoring: see vm/monitor.h. */
typedef struct {
    struct {
        Value name; /* ABSENT: not in use */
        Value callbacks[MONITOR_EVENTS];
        uint32_t events; /* wanted everywhere */
    } tools[MONITOR_TOOLS];
    uint32_t events;        /* wanted everywhere by any tool */
    uint32_t restarts;      /* calls of restart_events */
    Value disable, missing; /* the marks */
} Monitoring;

/* What a trace function is told of, for what it may do then. */
typedef enum { TOLD_OTHER, TOLD_START, TOLD_RESUME, TOLD_LINE } ToldEvent;

typedef struct Machine {
    Value file_loader;   /* the class of loaders of source files; ABSENT before the first one is loaded */
    Value native_import; /* builtins.__import__ as it was made: import statements need no call while it is
                            there */
    Value sources; /* dict: filename -> text of code that is in no file (-c, the prompt), for tracebacks */
    struct AttributeCacheEntry *attribute_cache; /* vm/specialise.h; ATTRIBUTE_CACHE_SIZE entries, owned */
    Value trace_function, profile_function;      /* vm/trace.h; ABSENT: none */
    Monitoring monitoring;
    uint32_t trace_depth; /* calls of functions and callbacks that trace or monitor under way */
    struct {
        const void *frame; /* the frame object that the innermost call is about */
        ToldEvent event;
    } told;
    struct Tracer *tracer; /* vm/tracemalloc.h; owned; NULL: allocations are not traced */
    SignalState signals;
    struct {
        bool told;      /* -X importtime: each import prints a line when it is done */
        bool begun;     /* the line above those is printed */
        int depth;      /* imports under way */
        int64_t nested; /* nanoseconds that those took which the innermost one has done */
    } import_times;
    bool imports_ended;      /* modules are cleared: one that is imported now would outlive the program */
    bool inspected;          /* a prompt follows the program, -i: SystemExit does not end it, and is shown */
    bool library_off;        /* -X lib=FOLDER: the library is read from there, not from the binary */
    struct Visitor *visitor; /* vm/generator.h: of the generator that is run last by such a one */
    size_t stack_size;       /* bytes of the value stack's mapping, guard page included */
} Machine;

static inline Machine *vm_machine(const VM *vm) { return (Machine *)vm->upper; }

/* A VM, or NULL when there is no memory for one. */
VM *vm_new(const HeapOptions *heap);
void vm_free(VM *vm);

/* The module __main__ (made now if need be) and its dict. BORROWED. */
BORROWED RAISES Value machine_main_module(VM *vm);

/* Let tracebacks show the lines of code that came from no file. `text` is a str. */
RAISES bool machine_add_source(VM *vm, Value filename, Value text);

enum { STATUS_INTERRUPTED = 256 }; /* beyond what a program can choose: the process is to end by SIGINT */

/*
 * The raised exception ends the program: print it through sys.excepthook unless it is SystemExit, clear it,
 * and return the exit status (1; SystemExit's; STATUS_INTERRUPTED for KeyboardInterrupt). Nothing raised: 0.
 */
int machine_finish(VM *vm);

#endif
