/* sys.monitoring: the tools, the calls of their callbacks, the module. */

#include "vm/monitor.h"

#include <limits.h>
#include <string.h>

#include "runtime/auditevent.h"
#include "runtime/classes/namespace.h"
#include "runtime/containers/dict.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "vm/trace.h"

static const char *const event_names[MONITOR_EVENTS] = {
    "PY_START",    "PY_RESUME", "PY_RETURN", "PY_YIELD",       "CALL",    "LINE",
    "INSTRUCTION", "JUMP",      "BRANCH",    "STOP_ITERATION", "RAISE",   "EXCEPTION_HANDLED",
    "PY_UNWIND",   "PY_THROW",  "RERAISE",   "C_RETURN",       "C_RAISE",
};

enum {
    LOCAL_EVENTS = (1 << CODE_LOCAL_EVENTS) - 1,
    AFTER_CALL = 1 << MONITOR_C_RETURN | 1 << MONITOR_C_RAISE,
    ALL_EVENTS = (1 << MONITOR_EVENTS) - 1,
};

/* --- what is kept with a code object --- */

static CodeMonitoring *code_monitoring(VM *vm, Code *code) {
    if (code->monitoring) return code->monitoring;
    CodeMonitoring *m = memory_alloc(vm, sizeof *m);
    if (!m) return NULL;
    *m = (CodeMonitoring){.restarts = vm_machine(vm)->monitoring.restarts};
    return code->monitoring = m;
}

/* Turn an event off at an instruction, for one tool. */
static bool disable(VM *vm, Code *code, uint32_t index, MonitorEvent event, int tool) {
    CodeMonitoring *m = code_monitoring(vm, code);
    if (!m) return false;
    if (m->restarts != vm_machine(vm)->monitoring.restarts) code_enable_events(vm, code);
    m->restarts = vm_machine(vm)->monitoring.restarts;
    if (!m->disabled[event]) {
        m->disabled[event] = memory_alloc(vm, code->instruction_count);
        if (!m->disabled[event]) return false;
        memset(m->disabled[event], 0, code->instruction_count);
    }
    m->disabled[event][index] |= (uint8_t)(1u << tool);
    return true;
}

/* What comes after a call follows what is wanted of the call. */
static bool tool_wants(VM *vm, const Code *code, uint32_t index, MonitorEvent event, int tool) {
    const Monitoring *monitoring = &vm_machine(vm)->monitoring;
    const CodeMonitoring *m = code->monitoring;
    if (event >= MONITOR_C_RETURN) event = MONITOR_CALL;
    uint32_t events = monitoring->tools[tool].events | (m ? m->events[tool] : 0);
    if (!(events >> event & 1)) return false;
    bool current = m && m->restarts == monitoring->restarts && (int)event < CODE_LOCAL_EVENTS;
    return !current || !m->disabled[event] || !(m->disabled[event][index] >> tool & 1);
}

/* --- calls --- */

/* The callback returned DISABLE. */
static bool turn_off(VM *vm, Code *code, uint32_t index, MonitorEvent event, int tool) {
    if ((int)event < CODE_LOCAL_EVENTS) return disable(vm, code, index, event, tool);
    raise_value(vm, "Cannot disable %s events. Callback removed.", event_names[event]);
    Value raised = error_take(vm);
    value_clear(vm, &vm_machine(vm)->monitoring.tools[tool].callbacks[event]);
    error_restore(vm, raised);
    return false;
}

static bool tell_tool(VM *vm, Code *code, uint32_t index, MonitorEvent event, int tool, Value *row,
                      int count) {
    Machine *machine = vm_machine(vm);
    Value callback = machine->monitoring.tools[tool].callbacks[event];
    if (is_absent(callback)) return true;
    value_ref(callback);
    machine->trace_depth++;
    Value result = object_call(vm, callback, row, count, ABSENT);
    machine->trace_depth--;
    value_drop(vm, callback);
    if (is_absent(result)) return false;
    bool off = value_same(result, machine->monitoring.disable);
    value_drop(vm, result);
    return !off || turn_off(vm, code, index, event, tool);
}

bool monitor_tell(VM *vm, Frame *frame, MonitorEvent event, Value third, Value fourth) {
    Code *code = frame->code;
    uint32_t index = frame_index(frame);
    Value raised = error_take(vm);
    Value row[4] = {value_ref(from_object(code)), int_small(4 * (int64_t)index), third, fourth};
    if (event == MONITOR_LINE) row[1] = third, row[2] = ABSENT;
    int count = is_absent(row[2]) ? 2 : is_absent(row[3]) ? 3 : 4;
    bool ok = true;
    for (int tool = 0; tool < MONITOR_TOOLS && ok; tool++)
        if (tool_wants(vm, code, index, event, tool))
            ok = tell_tool(vm, code, index, event, tool, row, count);
    value_drop(vm, row[0]);
    if (ok)
        error_restore(vm, raised);
    else
        value_xdrop(vm, raised);
    return ok;
}

bool monitor_exception(VM *vm, Frame *frame, MonitorEvent event) {
    if (!monitor_wants(vm, frame->code, event)) return true;
    Value exception = value_ref(vm->raised);
    bool ok = monitor_tell(vm, frame, event, exception, ABSENT);
    value_drop(vm, exception);
    return ok;
}

bool monitor_call(VM *vm, Frame *frame, Value callable, const Value *first) {
    Value argument = value_ref(first ? *first : vm_machine(vm)->monitoring.missing);
    bool ok = monitor_tell(vm, frame, MONITOR_CALL, callable, argument);
    value_drop(vm, argument);
    return ok;
}

Value monitor_call_end(VM *vm, Frame *frame, Value callable, const Value *first, STEALS Value result) {
    Value argument = value_ref(first ? *first : vm_machine(vm)->monitoring.missing);
    MonitorEvent event = is_absent(result) ? MONITOR_C_RAISE : MONITOR_C_RETURN;
    if (!monitor_tell(vm, frame, event, callable, argument) && !is_absent(result)) value_clear(vm, &result);
    value_drop(vm, argument);
    return result;
}

/* --- the module's functions --- */

static bool int_argument(VM *vm, Value v, int *result) {
    int64_t number;
    if (!object_to_int64(vm, v, &exc_OverflowError, &number)) {
        if (!error_is(vm, &exc_OverflowError)) return false;
        error_clear(vm);
        number = INT64_MAX;
    }
    *result = (int)number;
    if (number >= INT_MIN && number <= INT_MAX) return true;
    return raise_error(vm, &exc_OverflowError, "Python int too large to convert to C int"), false;
}

static bool tool_argument(VM *vm, Value v, int *tool) {
    if (!int_argument(vm, v, tool)) return false;
    if (*tool >= 0 && *tool < MONITOR_TOOLS) return true;
    return raise_value(vm, "invalid tool %d (must be between 0 and 5)", *tool), false;
}

static bool used_tool_argument(VM *vm, Value v, int *tool) {
    if (!tool_argument(vm, v, tool)) return false;
    if (!is_absent(vm_machine(vm)->monitoring.tools[*tool].name)) return true;
    return raise_value(vm, "tool %d is not in use", *tool), false;
}

static bool code_argument(VM *vm, Value v) {
    return is_code(v) || (raise_type(vm, "code must be a code object"), false);
}

/* A set of events of those in `known`. Those after a call are wanted with it. */
static bool events_argument(VM *vm, Value v, uint32_t known, const char *what, uint32_t *events) {
    int number;
    if (!int_argument(vm, v, &number)) return false;
    *events = (uint32_t)number;
    if (known == ALL_EVENTS && *events & ~known)
        return raise_value(vm, "invalid %s set 0x%x", what, *events), false;
    bool call = *events >> MONITOR_CALL & 1 && (*events & AFTER_CALL) == AFTER_CALL;
    if (*events & AFTER_CALL && number > 0 && !call)
        return raise_value(vm, "cannot set C_RETURN or C_RAISE events independently"), false;
    *events &= ~(uint32_t)AFTER_CALL;
    if (*events & ~known) return raise_value(vm, "invalid %s set 0x%x", what, *events), false;
    return true;
}

NATIVE(use_tool_id) {
    int tool;
    if (!tool_argument(vm, args[0], &tool)) return ABSENT;
    if (!is_string(args[1])) return raise_value(vm, "tool name must be a str");
    Value *name = &vm_machine(vm)->monitoring.tools[tool].name;
    if (!is_absent(*name)) return raise_value(vm, "tool %d is already in use", tool);
    *name = value_ref(args[1]);
    return NONE;
}

NATIVE(free_tool_id) {
    int tool;
    if (!tool_argument(vm, args[0], &tool)) return ABSENT;
    value_clear(vm, &vm_machine(vm)->monitoring.tools[tool].name);
    return NONE;
}

NATIVE(get_tool) {
    int tool;
    if (!tool_argument(vm, args[0], &tool)) return ABSENT;
    return value_or_none(vm_machine(vm)->monitoring.tools[tool].name);
}

NATIVE(register_callback) {
    int tool, event;
    if (!tool_argument(vm, args[0], &tool) || !int_argument(vm, args[1], &event)) return ABSENT;
    if (event <= 0 || event & (event - 1))
        return raise_value(vm, "The callback can only be set for one event at a time");
    int number = __builtin_ctz((unsigned)event);
    if (number >= MONITOR_EVENTS) return raise_value(vm, "invalid event %d", event);
    if (!AUDIT(vm, "sys.monitoring.register_callback", args[2])) return ABSENT;
    Value *place = &vm_machine(vm)->monitoring.tools[tool].callbacks[number], old = *place;
    *place = is_none(args[2]) ? ABSENT : value_ref(args[2]);
    return is_absent(old) ? NONE : old;
}

static Value listen(VM *vm) {
    Monitoring *monitoring = &vm_machine(vm)->monitoring;
    monitoring->events = 0;
    for (int tool = 0; tool < MONITOR_TOOLS; tool++)
        monitoring->events |= monitoring->tools[tool].events;
    return monitor_is_on(vm) && !trace_observe(vm) ? ABSENT : NONE;
}

NATIVE(get_events) {
    int tool;
    if (!tool_argument(vm, args[0], &tool)) return ABSENT;
    return int_small(vm_machine(vm)->monitoring.tools[tool].events);
}

NATIVE(set_events) {
    int tool;
    uint32_t events;
    if (!tool_argument(vm, args[0], &tool) || !events_argument(vm, args[1], ALL_EVENTS, "event", &events) ||
        !used_tool_argument(vm, args[0], &tool))
        return ABSENT;
    vm_machine(vm)->monitoring.tools[tool].events = events;
    return listen(vm);
}

NATIVE(get_local_events) {
    int tool;
    if (!code_argument(vm, args[1]) || !tool_argument(vm, args[0], &tool)) return ABSENT;
    const CodeMonitoring *m = as_code(args[1])->monitoring;
    return int_small(m ? m->events[tool] : 0);
}

/* Where a tool has turned off events that it does not want any more, it will be told of them when it wants them
 * again. */
static void enable_again(VM *vm, Code *code, uint32_t events, int tool) {
    events &= ~vm_machine(vm)->monitoring.tools[tool].events;
    for (int event = 0; event < CODE_LOCAL_EVENTS; event++) {
        uint8_t *disabled = events >> event & 1 ? code->monitoring->disabled[event] : NULL;
        for (uint32_t i = 0; disabled && i < code->instruction_count; i++)
            disabled[i] &= (uint8_t) ~(1u << tool);
    }
}

NATIVE(set_local_events) {
    int tool;
    uint32_t events;
    if (!code_argument(vm, args[1]) || !tool_argument(vm, args[0], &tool) ||
        !events_argument(vm, args[2], LOCAL_EVENTS, "local event", &events) ||
        !used_tool_argument(vm, args[0], &tool))
        return ABSENT;
    CodeMonitoring *m = code_monitoring(vm, as_code(args[1]));
    if (!m) return ABSENT;
    enable_again(vm, as_code(args[1]), m->events[tool] & ~events, tool);
    vm->monitored_codes -= m->all != 0;
    m->events[tool] = events;
    m->all = 0;
    for (int i = 0; i < MONITOR_TOOLS; i++)
        m->all |= m->events[i];
    vm->monitored_codes += m->all != 0;
    return listen(vm);
}

/* What was turned off is wanted again: what code objects know of it is out of date. */
NATIVE(restart_events) {
    vm_machine(vm)->monitoring.restarts++;
    return NONE;
}

/* The tools that want each event everywhere, as a set of bits. */
NATIVE(all_events) {
    const Monitoring *monitoring = &vm_machine(vm)->monitoring;
    Value dict = dict_new(vm);
    for (int event = 0; event < MONITOR_EVENTS && !is_absent(dict); event++) {
        int64_t tools = 0;
        for (int tool = 0; tool < MONITOR_TOOLS; tool++)
            tools |= (int64_t)(monitoring->tools[tool].events >> event & 1) << tool;
        if (tools && !dict_set_c(vm, dict, event_names[event], int_small(tools))) value_clear(vm, &dict);
    }
    return dict;
}

void monitor_fini(VM *vm) {
    Monitoring *monitoring = &vm_machine(vm)->monitoring;
    monitoring->events = 0;
    for (int tool = 0; tool < MONITOR_TOOLS; tool++) {
        monitoring->tools[tool].events = 0;
        value_clear(vm, &monitoring->tools[tool].name);
        for (int event = 0; event < MONITOR_EVENTS; event++)
            value_clear(vm, &monitoring->tools[tool].callbacks[event]);
    }
}

/* --- the module --- */

static bool set_number(VM *vm, Value object, const char *name, int64_t number) {
    Value key = string_intern_c(vm, name);
    bool ok = !is_absent(key) && object_set_attribute(vm, object, key, int_small(number));
    value_xdrop(vm, key);
    return ok;
}

static Value events_new(VM *vm) {
    Value events = namespace_new(vm);
    for (int event = 0; event < MONITOR_EVENTS && !is_absent(events); event++)
        if (!set_number(vm, events, event_names[event], INT64_C(1) << event)) value_clear(vm, &events);
    if (!is_absent(events) && !set_number(vm, events, "NO_EVENTS", 0)) value_clear(vm, &events);
    return events;
}

/* An object that is told by being itself. */
static Value mark_new(VM *vm, Value *place) {
    *place = call_0(vm, from_object(&object_type));
    return value_xref(*place);
}

static bool fill(VM *vm, Value dict) {
    Monitoring *monitoring = &vm_machine(vm)->monitoring;
    return module_add(vm, dict, "DISABLE", mark_new(vm, &monitoring->disable)) &&
           module_add(vm, dict, "MISSING", mark_new(vm, &monitoring->missing)) &&
           module_add(vm, dict, "events", events_new(vm));
}

Value monitor_module_new(VM *vm) {
    static const NativeDef functions[] = {
        {"use_tool_id", use_tool_id, "tool_id, name, /", NULL},
        {"free_tool_id", free_tool_id, "tool_id, /", NULL},
        {"get_tool", get_tool, "tool_id, /", NULL},
        {"register_callback", register_callback, "tool_id, event, func, /", NULL},
        {"get_events", get_events, "tool_id, /", NULL},
        {"set_events", set_events, "tool_id, event_set, /", NULL},
        {"get_local_events", get_local_events, "tool_id, code, /", NULL},
        {"set_local_events", set_local_events, "tool_id, code, event_set, /", NULL},
        {"restart_events", restart_events, "", NULL},
        {"_all_events", all_events, "", NULL},
        {0},
    };
    static const NamedNumber numbers[] = {
        {"DEBUGGER_ID", 0}, {"COVERAGE_ID", 1}, {"PROFILER_ID", 2}, {"OPTIMIZER_ID", 5}, {0}};
    return module_make(
        vm, &(ModuleDef){.name = "sys.monitoring", .functions = functions, .numbers = numbers, .fill = fill});
}
