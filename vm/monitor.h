#ifndef MPY_VM_MONITOR_H
#define MPY_VM_MONITOR_H

/*
 * sys.monitoring (PEP 669): up to six tools, each of which has callbacks for kinds of events and says for which it
 * wants them called: everywhere, or in single code objects.
 *
 * The events come from the loop's second form, eval_traced (vm/trace.h), which runs everything as long as any tool
 * wants any event. Where they come from a function here is called; it finds out quickly that no tool wants it. While a
 * callback or trace function runs there are no events.
 *
 * What a callback has turned off by returning DISABLE, and the events wanted in one code object, are kept with the code
 * object, which owns the memory (runtime/code/code.h). Offsets are those of mpy's instructions, as f_lasti.
 */

#include "vm/frame.h"
#include "vm/machine.h"

/* Numbers as CPython's: a set of events has the bits 1 << event. */
typedef enum {
    MONITOR_PY_START,
    MONITOR_PY_RESUME,
    MONITOR_PY_RETURN,
    MONITOR_PY_YIELD,
    MONITOR_CALL,
    MONITOR_LINE,
    MONITOR_INSTRUCTION,
    MONITOR_JUMP,
    MONITOR_BRANCH,
    MONITOR_STOP_ITERATION, /* the last that can be wanted in one code object, and turned off in one place */
    MONITOR_RAISE,
    MONITOR_EXCEPTION_HANDLED,
    MONITOR_PY_UNWIND,
    MONITOR_PY_THROW,
    MONITOR_RERAISE,
    MONITOR_C_RETURN, /* these two belong to CALL */
    MONITOR_C_RAISE,
} MonitorEvent;

_Static_assert(MONITOR_C_RAISE + 1 == MONITOR_EVENTS, "machine.h has a callback for each event");
_Static_assert(MONITOR_STOP_ITERATION + 1 == CODE_LOCAL_EVENTS, "code.h has a place for each local event");

/* Does any tool want any event anywhere? */
static inline bool monitor_is_on(const VM *vm) {
    return vm_machine(vm)->monitoring.events || vm->monitored_codes;
}

/* Does a tool want this event of this code? */
static inline bool monitor_wants(const VM *vm, const Code *code, MonitorEvent event) {
    const Machine *machine = vm_machine(vm);
    uint32_t local = code->monitoring ? code->monitoring->all : 0;
    return (machine->monitoring.events | local) >> event & 1 && !machine->trace_depth;
}

/*
 * Call those who want the event of the instruction under way: callback(code, offset or line, third, fourth), as far as
 * these are given. What is raised meanwhile stays raised, unless a callback fails: then its error replaces it.
 */
RAISES bool monitor_tell(VM *vm, Frame *frame, MonitorEvent event, Value third, Value fourth);

/* monitor_tell, for one value more than the place; no event when no tool wants it. */
RAISES static inline bool monitor(VM *vm, Frame *frame, MonitorEvent event, Value third) {
    return !monitor_wants(vm, frame->code, event) || monitor_tell(vm, frame, event, third, ABSENT);
}

/* The same with the raised exception for a value; an error replaces it. */
RAISES bool monitor_exception(VM *vm, Frame *frame, MonitorEvent event);

/* Around a call: before it, and, of what is no Python function, after it. `first` is the first argument, if any. */
RAISES bool monitor_call(VM *vm, Frame *frame, Value callable, const Value *first);
NEW RAISES Value monitor_call_end(VM *vm, Frame *frame, Value callable, const Value *first,
                                  STEALS Value result);

/* Forget the tools and their callbacks. A finalizer may still make new ones. */
void monitor_fini(VM *vm);

/* The module. */
NEW RAISES Value monitor_module_new(VM *vm);

#endif
