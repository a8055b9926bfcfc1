/* Tracing and profiling: when which event is due, and the call. */

#include "vm/trace.h"

#include <string.h>

#include "compiler/opcode.h"
#include "runtime/classes/descriptor.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

enum { NO_INDEX = UINT32_MAX };

/* --- calling the program's function --- */

/* A generator that something is thrown into goes on nowhere but at its handlers. */
static ToldEvent told_event(VM *vm, const FrameObject *frame, const char *event) {
    if (strcmp(event, "line") == 0) return TOLD_LINE;
    if (strcmp(event, "call") != 0 || error_raised(vm)) return TOLD_OTHER;
    return frame->last_line ? TOLD_RESUME : TOLD_START;
}

/* function(frame, event, argument) -> its result; what is raised meanwhile comes back after it, unless it fails. Whoever
 * calls this raises trace_depth until the result is gone: nobody is told of what its finalizer does, either. */
static Value notify(VM *vm, Value function, Value frame, const char *event, Value argument) {
    Machine *machine = vm_machine(vm);
    const __typeof__(machine->told) outer = machine->told;
    machine->told.frame = as_object(frame);
    machine->told.event = told_event(vm, as_frame_object(frame), event);
    Value raised = error_take(vm), result = ABSENT;
    Value name = string_intern_c(vm, event);
    value_ref(function);
    if (!is_absent(name)) result = call_3(vm, function, frame, name, argument);
    machine->told = outer;
    value_drop(vm, function);
    value_xdrop(vm, name);
    if (is_absent(result))
        value_xdrop(vm, raised);
    else
        error_restore(vm, raised);
    return result;
}

static bool profile(VM *vm, Value frame, const char *event, Value argument) {
    Machine *machine = vm_machine(vm);
    if (is_absent(machine->profile_function)) return true;
    machine->trace_depth++;
    Value result = notify(vm, machine->profile_function, frame, event, argument);
    bool ok = !is_absent(result);
    if (!ok) value_clear(vm, &machine->profile_function);
    value_xdrop(vm, result);
    machine->trace_depth--;
    return ok;
}

/* Tell `function`; what it returns traces the frame from now on. */
static bool trace(VM *vm, Value function, Value frame, const char *event, Value argument) {
    Machine *machine = vm_machine(vm);
    FrameObject *object = as_frame_object(frame);
    if (is_absent(function)) return true;
    machine->trace_depth++;
    Value result = notify(vm, function, frame, event, argument);
    bool ok = !is_absent(result);
    if (!ok) {
        value_clear(vm, &machine->trace_function);
        value_clear(vm, &object->trace);
    } else if (is_none(result)) {
        value_drop(vm, result);
    } else {
        value_set(vm, &object->trace, result);
    }
    machine->trace_depth--;
    return ok;
}

/* Is anybody listening? Then the frame's object is BORROWED from the frame. */
static bool is_heard(VM *vm, Frame *frame, bool *failed) {
    *failed = false;
    if (vm_machine(vm)->trace_depth || !trace_is_on(vm)) return false;
    if (!is_absent(frame->object)) return true;
    Value object = frame_object(vm, frame);
    *failed = is_absent(object);
    value_xdrop(vm, object);
    return !*failed;
}

/* --- events --- */

/* A generator function that is called only makes its generator. */
static bool makes_generator(const Frame *frame) {
    enum { MAKERS = CODE_GENERATOR | CODE_COROUTINE | CODE_ASYNC_GENERATOR };
    return frame->code->flags & MAKERS && !(frame->flags & FRAME_GENERATOR);
}

bool trace_call(VM *vm, Frame *frame) {
    bool failed;
    if (makes_generator(frame) || !is_heard(vm, frame, &failed)) return makes_generator(frame) || !failed;
    Value object = value_ref(frame->object);
    FrameObject *f = as_frame_object(object);
    f->last_index = NO_INDEX;
    bool resumed =
        frame->ip > frame->code->instructions + 1 && word_opcode(frame->ip[-1]) != OP_RETURN_GENERATOR;
    f->last_line = resumed ? code_line_near(frame->code, frame_index(frame)) : 0;
    bool ok =
        trace(vm, vm_machine(vm)->trace_function, object, "call", NONE) && profile(vm, object, "call", NONE);
    value_drop(vm, object);
    return ok;
}

bool trace_return(VM *vm, Frame *frame, Value result) {
    bool failed;
    if (!is_heard(vm, frame, &failed)) return !failed;
    Value object = value_ref(frame->object), argument = is_absent(result) ? NONE : result;
    bool traced = !is_absent(vm_machine(vm)->trace_function);
    bool ok = (!traced || trace(vm, as_frame_object(object)->trace, object, "return", argument)) &&
              profile(vm, object, "return", argument);
    value_drop(vm, object);
    return ok;
}

void trace_exception(VM *vm, Frame *frame) {
    bool failed;
    if (is_absent(vm_machine(vm)->trace_function) || !is_heard(vm, frame, &failed)) return;
    Value object = value_ref(frame->object), exception = vm->raised;
    Value traceback = as_exception(exception)->traceback;
    Value argument = tuple_pack(vm, 3, from_object(type_of(exception)), exception,
                                is_absent(traceback) ? NONE : traceback);
    if (!is_absent(argument)) trace(vm, as_frame_object(object)->trace, object, "exception", argument);
    value_xdrop(vm, argument);
    value_drop(vm, object);
}

bool trace_stop(VM *vm, Frame *frame, Value value) {
    if (is_absent(vm_machine(vm)->trace_function) || vm_machine(vm)->trace_depth) return true;
    raise_stop(vm, value);
    trace_exception(vm, frame);
    return iterator_ended(vm);
}

bool ends_by_stop(Value iterator, Value value) {
    return !is_none(value) || type_of(iterator)->flags & TYPE_HEAP || is_exactly(iterator, &async_send_type);
}

/* `self`: of a method descriptor. */
static bool trace_native(VM *vm, Frame *frame, const char *event, Value callable, Value self) {
    bool failed;
    if (is_absent(vm_machine(vm)->profile_function) || !is_heard(vm, frame, &failed)) return true;
    Value bound = is_absent(self) || type_of(callable)->descriptor_get == NULL
                      ? value_ref(callable)
                      : type_of(callable)->descriptor_get(vm, callable, self, from_object(type_of(self)));
    if (is_absent(bound)) return false;
    Value object = value_ref(frame->object);
    bool ok = profile(vm, object, event, bound);
    value_drop(vm, object);
    value_drop(vm, bound);
    return ok;
}

static bool is_native(Value callable) {
    return is_exactly(callable, &native_function_type) || is_exactly(callable, &method_descriptor_type);
}

bool trace_native_call(VM *vm, Frame *frame, Value callable, const Value *first) {
    if (!is_native(callable)) return true;
    bool bind = is_exactly(callable, &method_descriptor_type) && first != NULL;
    return trace_native(vm, frame, "c_call", callable, bind ? *first : ABSENT);
}

Value trace_native_end(VM *vm, Frame *frame, Value callable, const Value *first, STEALS Value result) {
    if (!is_native(callable)) return result;
    bool bind = is_exactly(callable, &method_descriptor_type) && first != NULL;
    const char *event = is_absent(result) ? "c_exception" : "c_return";
    if (!trace_native(vm, frame, event, callable, bind ? *first : ABSENT)) value_clear(vm, &result);
    return result;
}

/* --- lines --- */

bool trace_is_prologue(const Code *code, uint32_t index) {
    Opcode op = word_opcode(code->instructions[index]);
    if (op == OP_COPY_FREE_VARS || op == OP_MAKE_CELL || op == OP_RETURN_GENERATOR) return true;
    return index && op == OP_POP_TOP && word_opcode(code->instructions[index - 1]) == OP_RETURN_GENERATOR;
}

/* The line of an instruction; looked up once a run of them. */
static uint32_t line_at(FrameObject *f, const Code *code, uint32_t index) {
    if (index >= f->run_start && index < f->run_stop) return f->run_line;
    PositionReader reader = position_reader(code);
    while (position_next(&reader))
        if (index < reader.stop) break;
    f->run_start = reader.start;
    f->run_stop = reader.stop;
    return f->run_line = (uint32_t)reader.position.line;
}

static bool begins_line(FrameObject *f, const Frame *frame, uint32_t index) {
    if (trace_is_prologue(frame->code, index)) return false;
    uint32_t line = line_at(f, frame->code, index);
    /* To wait once more for what is delegated to is no new line. */
    bool again = f->last_index != NO_INDEX && index < f->last_index &&
                 word_opcode(frame->code->instructions[index]) != OP_SEND;
    f->last_index = index;
    if (line == 0 || (line == f->last_line && !again)) return false;
    f->last_line = line;
    return true;
}

bool trace_instruction(VM *vm, Frame *frame) {
    const Machine *machine = vm_machine(vm);
    if (is_absent(frame->object) || machine->trace_depth || is_absent(machine->trace_function)) return true;
    FrameObject *f = as_frame_object(frame->object);
    if (is_absent(f->trace)) return true;
    uint32_t index = (uint32_t)(frame->ip - frame->code->instructions);
    bool line = begins_line(f, frame, index), ok = true;
    if (!line && !f->trace_opcodes) return true;
    value_ref(frame->object);
    frame->ip++; /* for its line, the instruction is under way */
    if (line && !f->lines_off) ok = trace(vm, f->trace, from_object(f), "line", NONE);
    if (ok && f->trace_opcodes) ok = trace(vm, f->trace, from_object(f), "opcode", NONE);
    frame->ip -= ok;
    object_drop(vm, &f->head);
    return ok;
}

/* --- sys --- */

/* Frames that run already are to notice when they are returned to, the innermost when this call is over. */
static bool observe_frames(VM *vm) {
    for (Frame *frame = vm->frame; frame != NULL; frame = frame->previous) {
        Value object = frame_object(vm, frame);
        if (is_absent(object)) return false;
        FrameObject *f = as_frame_object(object);
        f->last_index = frame_index(frame); /* the line under way is no news */
        f->last_line = code_line_near(frame->code, f->last_index);
        value_drop(vm, object);
    }
    vm->interrupted = 2;
    return true;
}

static Value set_function(VM *vm, Value *place, Value function) {
    value_set(vm, place, is_none(function) ? ABSENT : value_ref(function));
    return trace_is_on(vm) && !observe_frames(vm) ? ABSENT : NONE;
}

NATIVE(set_trace) {
    (void)nargs, (void)names;
    return set_function(vm, &vm_machine(vm)->trace_function, args[0]);
}

NATIVE(set_profile) {
    (void)nargs, (void)names;
    return set_function(vm, &vm_machine(vm)->profile_function, args[0]);
}

NATIVE(get_trace) {
    (void)args, (void)nargs, (void)names;
    return value_or_none(vm_machine(vm)->trace_function);
}

NATIVE(get_profile) {
    (void)args, (void)nargs, (void)names;
    return value_or_none(vm_machine(vm)->profile_function);
}

/* As if no trace function were running; tracing inside of one. */
NATIVE(call_tracing) {
    (void)nargs, (void)names;
    if (!is_tuple(args[1])) return raise_type(vm, "call_tracing() argument 2 must be tuple, not %Q", args[1]);
    Machine *machine = vm_machine(vm);
    uint32_t depth = machine->trace_depth;
    machine->trace_depth = 0;
    if (trace_is_on(vm)) vm->interrupted = 2;
    Value result = call_with(vm, args[0], args[1], ABSENT);
    machine->trace_depth = depth;
    return result;
}

bool trace_init(VM *vm) {
    static const NativeDef functions[] = {
        {"settrace", set_trace, "function, /", "Set the global debug tracing function.", 0},
        {"setprofile", set_profile, "function, /", "Set the profiling function.", 0},
        {"_settraceallthreads", set_trace, "function, /",
         "Set the global debug tracing function in all running threads.", 0},
        {"_setprofileallthreads", set_profile, "function, /",
         "Set the profiling function in all running threads.", 0},
        {"call_tracing", call_tracing, "func, args, /", "Call func(*args), while tracing is enabled.", 0},
        {"gettrace", get_trace, "", "Return the global debug tracing function set with sys.settrace.", 0},
        {"getprofile", get_profile, "", "Return the profiling function set with sys.setprofile.", 0},
        {0},
    };
    return module_add_functions(vm, vm->sys, functions, "sys");
}
