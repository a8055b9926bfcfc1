/* Tracing and profiling: when which event is due, and the call. */

#include "vm/trace.h"

#include <string.h>

#include "compiler/opcode.h"
#include "runtime/auditevent.h"
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

/* function(frame, event, argument) -> its result; what is raised meanwhile comes back after it, unless it fails.
 * Whoever calls this raises trace_depth until the result is gone: nobody is told of what its finalizer does, either. */
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

RAISES static bool has_object(VM *vm, Frame *frame) {
    if (!is_absent(frame->object)) return true;
    Value object = frame_object(vm, frame);
    value_xdrop(vm, object);
    return !is_absent(object);
}

/* Is a function listening? Then the frame's object is BORROWED from the frame. */
static bool is_heard(VM *vm, Frame *frame, bool *failed) {
    *failed = false;
    if (vm_machine(vm)->trace_depth || !trace_has_function(vm)) return false;
    *failed = !has_object(vm, frame);
    return !*failed;
}

/* --- events --- */

/* A generator function that is called only makes its generator. */
static bool makes_generator(const Frame *frame) {
    enum { MAKERS = CODE_GENERATOR | CODE_COROUTINE | CODE_ASYNC_GENERATOR };
    return frame->code->flags & MAKERS && !(frame->flags & FRAME_GENERATOR);
}

/* Is it a generator's frame that goes on? */
static bool is_resumed(const Frame *frame) {
    return frame->ip > frame->code->instructions + 1 && word_opcode(frame->ip[-1]) != OP_RETURN_GENERATOR;
}

static bool monitor_entry(VM *vm, Frame *frame) {
    if (!error_raised(vm))
        return monitor(vm, frame, is_resumed(frame) ? MONITOR_PY_RESUME : MONITOR_PY_START, ABSENT);
    monitor_exception(vm, frame, MONITOR_PY_THROW);
    return true;
}

bool trace_call(VM *vm, Frame *frame) {
    bool failed;
    if (makes_generator(frame)) return true;
    if (!monitor_entry(vm, frame)) return false;
    if (!is_heard(vm, frame, &failed)) return !failed;
    Value object = value_ref(frame->object);
    FrameObject *f = as_frame_object(object);
    f->last_index = NO_INDEX;
    f->last_line = is_resumed(frame) ? code_line_near(frame->code, frame_index(frame)) : 0;
    bool ok =
        trace(vm, vm_machine(vm)->trace_function, object, "call", NONE) && profile(vm, object, "call", NONE);
    value_drop(vm, object);
    return ok;
}

static bool monitor_exit(VM *vm, Frame *frame, Value result) {
    if (is_absent(result)) return monitor_exception(vm, frame, MONITOR_PY_UNWIND), true;
    bool yields = word_opcode(frame->code->instructions[frame_index(frame)]) == OP_YIELD;
    return monitor(vm, frame, yields ? MONITOR_PY_YIELD : MONITOR_PY_RETURN, result);
}

bool trace_return(VM *vm, Frame *frame, Value result) {
    bool failed;
    if (!makes_generator(frame) && !monitor_exit(vm, frame, result)) return false;
    if (!is_heard(vm, frame, &failed)) return !failed;
    Value object = value_ref(frame->object), argument = is_absent(result) ? NONE : result;
    bool traced = !is_absent(vm_machine(vm)->trace_function);
    bool ok = (!traced || trace(vm, as_frame_object(object)->trace, object, "return", argument)) &&
              profile(vm, object, "return", argument);
    value_drop(vm, object);
    return ok;
}

/* A jump that failed has led nowhere. */
static void forget_jump(Frame *frame) {
    if (!is_absent(frame->object)) as_frame_object(frame->object)->jump = 0;
}

void trace_reraise(VM *vm, Frame *frame) {
    forget_jump(frame);
    monitor_exception(vm, frame, MONITOR_RERAISE);
}

static void tell_exception(VM *vm, Frame *frame) {
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

void trace_exception(VM *vm, Frame *frame) {
    forget_jump(frame);
    monitor_exception(vm, frame, MONITOR_RAISE);
    tell_exception(vm, frame);
}

bool trace_stop(VM *vm, Frame *frame, Value value, bool sent) {
    MonitorEvent event = sent ? MONITOR_STOP_ITERATION : MONITOR_RAISE;
    bool traced = !is_absent(vm_machine(vm)->trace_function);
    if ((!traced && !monitor_wants(vm, frame->code, event)) || vm_machine(vm)->trace_depth) return true;
    raise_stop(vm, value);
    monitor_exception(vm, frame, event);
    if (traced) tell_exception(vm, frame);
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

/* How an instruction comes to begin a line: not at all, by being of the same line but before the last one, or of
 * another line. */
typedef enum { LINE_SAME, LINE_AGAIN, LINE_NEW } LineStep;

static LineStep line_step(FrameObject *f, const Frame *frame, uint32_t index) {
    if (trace_is_prologue(frame->code, index)) return LINE_SAME;
    uint32_t line = line_at(f, frame->code, index);
    /* To wait once more for what is delegated to is no new line. */
    bool again = f->last_index != NO_INDEX && index < f->last_index &&
                 word_opcode(frame->code->instructions[index]) != OP_SEND;
    f->last_index = index;
    bool same = line == f->last_line;
    if (line == 0 || (same && !again)) return LINE_SAME;
    f->last_line = line;
    return same ? LINE_AGAIN : LINE_NEW;
}

/* sys.monitoring has a line begin again only where it begins in the code, too. */
static bool monitors_line(const FrameObject *f, const Code *code, uint32_t index, LineStep step) {
    return step == LINE_NEW ||
           (step == LINE_AGAIN && (index == 0 || code_line_near(code, index - 1) != f->last_line));
}

/* Of the last instruction it is now known where it led. Not told: the jump back to wait once more for what is delegated
 * to. */
static bool monitor_jump(VM *vm, FrameObject *f, Frame *frame, uint32_t index) {
    uint32_t from = f->jump;
    f->jump = 0;
    if (!from) return true;
    const uint32_t *instructions = frame->code->instructions;
    bool plain = word_opcode(instructions[from - 1]) == OP_JUMP;
    MonitorEvent event = plain ? MONITOR_JUMP : MONITOR_BRANCH;
    if (plain && word_opcode(instructions[index]) == OP_SEND) return true;
    const uint32_t *here = frame->ip;
    frame->ip = instructions + from;
    bool ok = monitor(vm, frame, event, int_small(4 * (int64_t)index));
    frame->ip = here;
    return ok;
}

static bool is_jump(Opcode op) {
    const OpcodeInfo *info = &opcode_info[opcode_info[op].family];
    return info->flags & OPF_JUMPS && opcode_info[op].family != OP_SEND;
}

/* The events of sys.monitoring in front of an instruction, which counts as under way. */
static bool monitor_instruction(VM *vm, FrameObject *f, Frame *frame, uint32_t index, LineStep step) {
    if (!monitor_jump(vm, f, frame, index)) return false;
    if (is_jump(word_opcode(frame->code->instructions[index]))) f->jump = index + 1;
    bool line = monitor_wants(vm, frame->code, MONITOR_LINE) && monitors_line(f, frame->code, index, step);
    return (!line || monitor(vm, frame, MONITOR_LINE, int_small(f->last_line))) &&
           monitor(vm, frame, MONITOR_INSTRUCTION, ABSENT);
}

static bool is_monitored(const VM *vm, const Code *code) {
    return monitor_wants(vm, code, MONITOR_LINE) || monitor_wants(vm, code, MONITOR_INSTRUCTION) ||
           monitor_wants(vm, code, MONITOR_JUMP) || monitor_wants(vm, code, MONITOR_BRANCH);
}

/* The local that an instruction stores first, which does another line's work with the load behind it; NULL: none. */
static Value *stored_first(const Frame *frame, uint32_t index) {
    uint32_t word = frame->code->instructions[index];
    return word_opcode(word) == OP_STORE_LOCAL_LOAD_LOCAL ? &frame->locals[word_operand_a(word)] : NULL;
}

bool trace_instruction(VM *vm, Frame *frame) {
    const Machine *machine = vm_machine(vm);
    bool monitored = is_monitored(vm, frame->code);
    if (monitored && !has_object(vm, frame)) return false;
    if (is_absent(frame->object) || machine->trace_depth) return true;
    FrameObject *f = as_frame_object(frame->object);
    bool traced = !is_absent(machine->trace_function) && !is_absent(f->trace);
    if (!traced && !monitored) return true;
    uint32_t index = (uint32_t)(frame->ip - frame->code->instructions);
    LineStep line = line_step(f, frame, index);
    bool ok = true;
    if (!line && !f->trace_opcodes && !monitored) return true;
    value_ref(frame->object);
    frame->ip++; /* for its line, the instruction is under way */
    Value *stored = line ? stored_first(frame, index) : NULL;
    if (stored) value_set(vm, stored, value_ref(frame->sp[-1])); /* what is told of the line finds it there */
    if (monitored) ok = monitor_instruction(vm, f, frame, index, line);
    if (ok && traced && line && !f->lines_off) ok = trace(vm, f->trace, from_object(f), "line", NONE);
    if (ok && traced && f->trace_opcodes) ok = trace(vm, f->trace, from_object(f), "opcode", NONE);
    bool jumped = frame->ip != frame->code->instructions + index + 1;
    if (stored && !jumped) value_set(vm, &frame->sp[-1], value_ref(*stored)); /* it may have been changed */
    frame->ip -= ok;
    object_drop(vm, &f->head);
    return ok;
}

/* --- sys --- */

/* The innermost frame notices when this call is over. */
bool trace_observe(VM *vm) {
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
    return trace_is_on(vm) && !trace_observe(vm) ? ABSENT : NONE;
}

NATIVE(set_trace) {
    if (!AUDIT_PLAIN(vm, "sys.settrace")) return ABSENT;
    return set_function(vm, &vm_machine(vm)->trace_function, args[0]);
}

NATIVE(set_profile) {
    if (!AUDIT_PLAIN(vm, "sys.setprofile")) return ABSENT;
    return set_function(vm, &vm_machine(vm)->profile_function, args[0]);
}

NATIVE(get_trace) { return value_or_none(vm_machine(vm)->trace_function); }

NATIVE(get_profile) { return value_or_none(vm_machine(vm)->profile_function); }

/* As if no trace function were running; tracing inside of one. */
NATIVE(call_tracing) {
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
        {"settrace", set_trace, "function, /", "Set the global debug tracing function."},
        {"setprofile", set_profile, "function, /", "Set the profiling function."},
        {"_settraceallthreads", set_trace, "function, /",
         "Set the global debug tracing function in all running threads."},
        {"_setprofileallthreads", set_profile, "function, /",
         "Set the profiling function in all running threads."},
        {"call_tracing", call_tracing, "func, args, /", "Call func(*args), while tracing is enabled."},
        {"gettrace", get_trace, "", "Return the global debug tracing function set with sys.settrace."},
        {"getprofile", get_profile, "", "Return the profiling function set with sys.setprofile."},
        {0},
    };
    return module_add_functions(vm, vm->sys, functions, "sys") &&
           module_add(vm, vm->sys, "monitoring", monitor_module_new(vm));
}
