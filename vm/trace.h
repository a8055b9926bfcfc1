#ifndef MPY_VM_TRACE_H
#define MPY_VM_TRACE_H

/*
 * sys.settrace and sys.setprofile, and where the events of sys.monitoring come from.
 *
 * The loop is compiled twice (vm/eval.c): eval_run, which knows nothing of this, and eval_traced, which stops in front
 * of each instruction. While there is a function to tell, vm->interrupted stays set, so eval_run passes on what it runs
 * when it enters a frame, jumps backward or comes back from a call; eval_traced goes on until the frame that C entered
 * ends.
 *
 * An event that a function of the program fails on takes the function off and raises its error. All hooks do nothing
 * while such a function runs.
 */

#include "vm/frame.h"
#include "vm/machine.h"
#include "vm/monitor.h"

static inline bool trace_has_function(const VM *vm) {
    const Machine *machine = vm_machine(vm);
    return !is_absent(machine->trace_function) || !is_absent(machine->profile_function);
}

/* Is there anybody to tell? */
static inline bool trace_is_on(const VM *vm) { return trace_has_function(vm) || monitor_is_on(vm); }

/* Somebody is to be told from now on: frames that run already are to notice when they are returned to. */
RAISES bool trace_observe(VM *vm);

/* The frame starts, or a generator's goes on. */
RAISES bool trace_call(VM *vm, Frame *frame);
/* The instruction at frame->ip comes next: "line" and "opcode". */
RAISES bool trace_instruction(VM *vm, Frame *frame);
/* The frame returns or yields a value, or (ABSENT) ends by the raised exception; an error replaces that. */
RAISES bool trace_return(VM *vm, Frame *frame, Value result);
/* An exception was raised, or came from a callee; an error replaces it. */
void trace_exception(VM *vm, Frame *frame);
/* A handler puts the raised exception up again. */
void trace_reraise(VM *vm, Frame *frame);
/* What the frame iterates over has come to its end by StopIteration(value), which nothing raised; false RAISES. `sent`:
 * it is a generator that the frame delegates to. */
RAISES bool trace_stop(VM *vm, Frame *frame, Value value, bool sent);
/* Does an iterator that is delegated to raise StopIteration(value) at its end? */
bool ends_by_stop(Value iterator, Value value);
/* Around the call of a callable, which is told of when it is native; `first` is the first argument, if any. */
RAISES bool trace_native_call(VM *vm, Frame *frame, Value callable, const Value *first);
NEW RAISES Value trace_native_end(VM *vm, Frame *frame, Value callable, const Value *first,
                                  STEALS Value result);

/* Is the instruction in front of a function's body? It belongs to no line of it. */
bool trace_is_prologue(const Code *code, uint32_t index);
/* frame.f_lineno = value: the trace function that is told of a line sends the frame to another one (vm/jump.c). */
RAISES bool trace_set_line(VM *vm, Value frame, Value value);

/* sys.settrace, sys.setprofile, sys.gettrace, sys.getprofile. */
RAISES bool trace_init(VM *vm);

#endif
