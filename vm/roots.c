/* The roots above the runtime: the frames of the value stack, what the machine owns. */
#include "vm/frame.h"
#include "vm/machine.h"
#include "vm/roots.h"
#include "vm/specialise.h"
#include "vm/tracemalloc.h"

/* A frame's operands are known up to its saved stack pointer, which is up to date if it entered the frame `callee`
 * itself; those of a frame that is in a native function are the C code's. */
static int visit_frame(Frame *frame, const Frame *callee, VisitFn visit, void *context) {
    bool saved = callee != NULL && !(callee->flags & FRAME_ENTRY);
    for (const Value *v = frame->locals; v < (const Value *)frame; v++)
        VISIT(*v);
    VISIT(frame->function);
    VISIT(frame->names);
    VISIT(frame->object);
    for (const Value *v = frame_operands(frame); saved && v < frame->sp; v++)
        VISIT(*v);
    return 0;
}

static int visit_machine(const VM *vm, VisitFn visit, void *context) {
    const Machine *machine = vm_machine(vm);
    VISIT(machine->file_loader);
    VISIT(machine->trace_function);
    VISIT(machine->profile_function);
    VISIT(machine->native_import);
    VISIT(machine->monitoring.disable);
    VISIT(machine->monitoring.missing);
    for (int tool = 0; tool < MONITOR_TOOLS; tool++) {
        VISIT(machine->monitoring.tools[tool].name);
        for (int event = 0; event < MONITOR_EVENTS; event++)
            VISIT(machine->monitoring.tools[tool].callbacks[event]);
    }
    VISIT(machine->sources);
    for (int i = 1; i < SIGNAL_COUNT; i++)
        VISIT(machine->signals.handlers[i]);
    for (int i = 0; machine->attribute_cache != NULL && i < ATTRIBUTE_CACHE_SIZE; i++)
        VISIT(machine->attribute_cache[i].name);
    return tracemalloc_visit(vm, visit, context);
}

int machine_visit_roots(VM *vm, VisitFn visit, void *context) {
    const Frame *callee = NULL;
    for (Frame *frame = vm->frame; frame != NULL; callee = frame, frame = frame->previous) {
        int stop = visit_frame(frame, callee, visit, context);
        if (stop) return stop;
    }
    return visit_machine(vm, visit, context);
}
