/* Frames that are refused or end out of line, frame objects, locals(). */

#include "vm/frame.h"

#include "runtime/auditevent.h"
#include "runtime/code/cell.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "vm/generator.h"
#include "vm/machine.h"
#include "vm/trace.h"

Value *frame_base(VM *vm) { return vm->frame ? vm->frame->top : vm->stack; }

Frame *frame_refuse(VM *vm, STEALS Value function, STEALS Value *locals, uint32_t filled) {
    /* Room for what raising and dropping may call; and it must not begin on the variables. */
    uint32_t limit = vm->recursion_limit;
    Value *top = vm->frame ? vm->frame->top : NULL, *end = locals + filled;
    if (top != NULL && end > top && end <= vm->stack_end) vm->frame->top = end;
    vm->recursion_limit = limit + 50;
    for (uint32_t i = 0; i < filled; i++)
        value_clear(vm, &locals[i]);
    raise_error(vm, &exc_RecursionError, "maximum recursion depth exceeded");
    vm->recursion_limit = limit;
    if (top != NULL) vm->frame->top = top;
    value_drop(vm, function);
    return NULL;
}

void frame_pop(VM *vm, Frame *frame) {
    if (!is_absent(frame->object)) frame_object_take(vm, frame);
    frame->flags |= FRAME_LEAVING;
    for (Value *v = frame->locals; v < (Value *)frame; v++)
        value_clear(vm, v);
    /* The traceback of a failing finalizer looked outward. */
    if (!is_absent(frame->object)) frame_object_take(vm, frame);
    Value function = frame->function, names = frame->names;
    vm->frame = frame->previous;
    vm->depth--;
    value_drop(vm, function);
    value_xdrop(vm, names);
}

/* --- frame objects --- */

Value frame_object(VM *vm, Frame *frame) {
    if (is_absent(frame->object)) {
        FrameObject *object = (FrameObject *)object_new_container(vm, &frame_type, sizeof *object);
        if (object == NULL) return raise_memory(vm);
        object->frame = frame;
        object->function = value_ref(frame->function);
        object->code = (Code *)as_object(value_ref(from_object(frame->code)));
        object_track(&object->head);
        frame->object = from_object(object);
        frame->flags |= FRAME_OBSERVED;
    }
    return value_ref(frame->object);
}

void frame_object_take(VM *vm, Frame *frame) {
    FrameObject *object = as_frame_object(frame->object);
    uint32_t count = frame->code->variable_count;
    object->frame = NULL;
    frame->object = ABSENT;
    object->index = frame_index(frame);
    if (object->head.refs > 1) {
        object->names = value_xref(frame->names);
        object->variables = count ? heap_alloc(vm_heap(vm), count * sizeof(Value)) : NULL;
        if (object->variables != NULL) {
            memcpy(object->variables, frame->locals, count * sizeof(Value));
            for (uint32_t i = 0; i < count; i++)
                frame->locals[i] = ABSENT;
        }
        /* Whoever looks at this object may walk outward, too. No memory: then the walk ends here. */
        Value raised = error_take(vm);
        Frame *back = frame_seen(frame->previous);
        if (back) object->back = frame_object(vm, back);
        error_clear(vm);
        error_restore(vm, raised);
    }
    object_drop(vm, &object->head);
}

Value frame_object_globals(const FrameObject *object) { return as_function(object->function)->globals; }

static uint32_t line_of(const FrameObject *object) {
    /* What belongs to no line, as the return at a function's end, belongs to the line that was traced last. */
    bool traced = object->frame && !is_absent(object->trace) && object->last_line;
    if (traced && code_line(object->code, frame_index(object->frame)) == 0) return object->last_line;
    return object->frame ? frame_line(object->frame) : code_line_near(object->code, object->index);
}

/* --- locals() --- */

/* Store a function's bound variables into a dict: either those of comprehensions or the others. */
static bool collect_variables(VM *vm, const Code *code, const Value *variables, uint8_t hidden, Value dict) {
    for (uint32_t i = 0; variables != NULL && i < code->variable_count; i++) {
        Value v = variables[i];
        if ((code->kinds[i] & VARIABLE_HIDDEN) != hidden) continue;
        if (!is_absent(v) && code->kinds[i] & (VARIABLE_CELL | VARIABLE_FREE) && is_cell(v))
            v = as_cell(v)->content;
        if (!is_absent(v) && !dict_set(vm, dict, code->variables->items[i], v)) return false;
    }
    return true;
}

static Value variables_dict(VM *vm, const Code *code, const Value *variables) {
    Value dict = dict_new(vm);
    if (is_absent(dict) || (collect_variables(vm, code, variables, 0, dict) &&
                            collect_variables(vm, code, variables, VARIABLE_HIDDEN, dict)))
        return dict;
    value_drop(vm, dict);
    return ABSENT;
}

Value frame_object_snapshot(VM *vm, const FrameObject *object) {
    const Value *variables = object->frame ? object->frame->locals : object->variables;
    Value dict = variables_dict(vm, object->code, variables), extra = object->extra_locals;
    if (is_absent(dict) || is_absent(extra) || dict_update(vm, dict, extra)) return dict;
    value_drop(vm, dict);
    return ABSENT;
}

/* Is a comprehension under way whose variables are not in the frame's namespace? */
static bool has_hidden_variables(const Code *code, const Value *variables) {
    for (uint32_t i = 0; variables != NULL && i < code->variable_count; i++)
        if (code->kinds[i] & VARIABLE_HIDDEN && !is_absent(variables[i])) return true;
    return false;
}

Value frame_locals(VM *vm, Frame *frame) {
    if (!is_absent(frame->names) && !has_hidden_variables(frame->code, frame->locals))
        return value_ref(frame->names);
    if (!is_absent(frame->object)) return frame_object_snapshot(vm, as_frame_object(frame->object));
    return variables_dict(vm, frame->code, frame->locals);
}

/* --- frame_type --- */

static Value get_locals(VM *vm, Value self) {
    FrameObject *object = as_frame_object(self);
    const Value *variables = object->frame ? object->frame->locals : object->variables;
    Value names = object->frame ? object->frame->names : object->names;
    bool proxy = is_absent(names) || has_hidden_variables(object->code, variables);
    return proxy ? locals_proxy_new(vm, self) : value_ref(names);
}

static Value get_code(VM *vm, Value self) {
    if (!audit_get(vm, self, "f_code")) return ABSENT;
    return value_ref(from_object(as_frame_object(self)->code));
}

static Value get_globals(VM *vm, Value self) {
    return value_ref(frame_object_globals(as_frame_object(self)));
}

static Value get_builtins(VM *vm, Value self) {
    return value_ref(as_function(as_frame_object(self)->function)->builtins);
}

static Value get_line(VM *vm, Value self) {
    uint32_t line = line_of(as_frame_object(self));
    return line ? int_small(line) : NONE;
}

static Value get_lasti(VM *vm, Value self) {
    FrameObject *object = as_frame_object(self);
    return int_small(4 * (int64_t)(object->frame ? frame_index(object->frame) : object->index));
}

static Value get_back(VM *vm, Value self) {
    FrameObject *object = as_frame_object(self);
    if (object->frame == NULL) return value_or_none(object->back);
    Frame *back = frame_seen(object->frame->previous);
    return back ? frame_object(vm, back) : NONE;
}

static Value get_trace(VM *vm, Value self) {
    Value trace = as_frame_object(self)->trace;
    return value_or_none(trace);
}

static bool set_trace(VM *vm, Value self, Value value) {
    bool none = !value_is_given(value);
    FrameObject *object = as_frame_object(self);
    if (object->frame && is_absent(object->trace)) { /* the line under way is no news */
        object->last_index = frame_index(object->frame);
        object->last_line = code_line_near(object->code, object->last_index);
    }
    value_set(vm, &object->trace, none ? ABSENT : value_ref(value));
    return true;
}

static bool set_bool(VM *vm, Value value, bool *field) {
    if (is_absent(value))
        raise_type(vm, "can't delete numeric/char attribute");
    else if (!value_same(value, TRUE_VALUE) && !value_same(value, FALSE_VALUE))
        raise_type(vm, "attribute value type must be bool");
    else
        *field = value_same(value, TRUE_VALUE);
    return !error_raised(vm);
}

static Value get_trace_lines(VM *vm, Value self) { return bool_from(!as_frame_object(self)->lines_off); }

static bool set_trace_lines(VM *vm, Value self, Value value) {
    bool on = false;
    if (!set_bool(vm, value, &on)) return false;
    as_frame_object(self)->lines_off = !on;
    return true;
}

static Value get_trace_opcodes(VM *vm, Value self) { return bool_from(as_frame_object(self)->trace_opcodes); }

static bool set_trace_opcodes(VM *vm, Value self, Value value) {
    return set_bool(vm, value, &as_frame_object(self)->trace_opcodes);
}

static const GetSetDef frame_getsets[] = {
    {"f_back", get_back, NULL, "Return the previous stack frame (toward the caller)."},
    {"f_builtins", get_builtins, NULL, "Return the built-in variables in the frame."},
    {"f_code", get_code, NULL, "Return the code object being executed in this frame."},
    {"f_globals", get_globals, NULL, "Return the global variables in the frame."},
    {"f_lasti", get_lasti, NULL, "Return the index of the last attempted instruction in the frame."},
    {"f_lineno", get_line, trace_set_line, "Return the current line number in the frame."},
    {"f_locals", get_locals, NULL, "Return the mapping used by the frame to look up local variables."},
    {"f_trace", get_trace, set_trace,
     "Return the trace function for this frame, or None if no trace function is set."},
    {"f_trace_lines", get_trace_lines, set_trace_lines, NULL},
    {"f_trace_opcodes", get_trace_opcodes, set_trace_opcodes, NULL},
    {0},
};

static void clear_variables(VM *vm, FrameObject *object) {
    Value *variables = object->variables;
    if (variables == NULL) return;
    uint32_t count = object->code->variable_count;
    object->variables = NULL;
    for (uint32_t i = 0; i < count; i++)
        value_xdrop(vm, variables[i]);
    memory_free(vm, variables, count * sizeof(Value));
}

NATIVE(frame_clear_method) {
    FrameObject *object = as_frame_object(args[0]);
    if (object->frame == NULL) {
        clear_variables(vm, object);
        value_clear(vm, &object->extra_locals);
        return NONE;
    }
    if (object->frame->flags & FRAME_GENERATOR) {
        Generator *generator = frame_generator(object->frame);
        if (generator->state == GENERATOR_SUSPENDED || generator->state == GENERATOR_CREATED) {
            return raise_error(vm, &exc_RuntimeError, "cannot clear a suspended frame");
        }
    }
    return raise_error(vm, &exc_RuntimeError, "cannot clear an executing frame");
}

static const NativeDef frame_methods[] = {
    {"clear", frame_clear_method, "", "Clear all references held by the frame."},
    {0},
};

static Value frame_repr(VM *vm, Value self) {
    const FrameObject *object = as_frame_object(self);
    const Code *code = object->code;
    return string_format(vm, "<frame at 0x%llx, file %R, line %u, code %S>", (unsigned long long)self.bits,
                         code->filename, line_of(object), code->name);
}

static int frame_traverse(Object *self, VisitFn visit, void *context) {
    FrameObject *object = (FrameObject *)self;
    VISIT(object->function);
    VISIT(from_object(object->code));
    VISIT(object->names);
    VISIT(object->back);
    VISIT(object->trace);
    VISIT(object->extra_locals);
    if (object->variables != NULL) {
        uint32_t count = object->code->variable_count;
        for (uint32_t i = 0; i < count; i++)
            VISIT(object->variables[i]);
    }
    return 0;
}

static void frame_clear(VM *vm, Object *self) {
    FrameObject *object = (FrameObject *)self;
    clear_variables(vm, object);
    value_clear(vm, &object->back);
    value_clear(vm, &object->trace);
    value_clear(vm, &object->extra_locals);
    value_clear(vm, &object->names);
}

static void frame_dealloc(VM *vm, Object *self) {
    FrameObject *object = (FrameObject *)self;
    object_untrack(vm, self);
    value_clear(vm, &object->function); /* before the variables, as in CPython */
    frame_clear(vm, self);
    value_drop(vm, from_object(object->code));
    object_free(vm, self, sizeof(FrameObject));
}

Type frame_type = {
    TYPE_HEAD(frame_type, "frame", .traverse = frame_traverse, .clear = frame_clear,
              .dealloc = frame_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(FrameObject),
    .base = &object_type,
    .repr = frame_repr,
    .getsets = frame_getsets,
    .methods = frame_methods,
};

/* --- tracebacks --- */

/* The library's module warnings stands for functions in C, which no traceback shows. */
static bool is_hidden(const Frame *frame) {
    return string_equal_c(frame->code->filename, "<frozen warnings>");
}

void traceback_add(VM *vm, Frame *frame, uint32_t index) {
    if (is_hidden(frame)) return;
    Value exception = error_take(vm), next = ABSENT;
    vm_heap(vm)->no_emergency = true;
    Value object = frame_object(vm, frame);
    Traceback *entry =
        is_absent(object) ? NULL : (Traceback *)object_new_container(vm, &traceback_type, sizeof *entry);
    vm_heap(vm)->no_emergency = false;
    error_clear(vm);
    if (entry == NULL) { /* no memory: the traceback lacks an entry */
        value_xdrop(vm, object);
        error_restore(vm, exception);
        return;
    }
    Exception *e = as_exception(exception);
    next = e->traceback;
    entry->next = next;
    entry->frame = object;
    entry->index = index;
    object_track(&entry->head);
    e->traceback = from_object(entry);
    error_restore(vm, exception);
}

uint32_t traceback_line(const Traceback *entry) {
    if (entry->line) return entry->line;
    return code_line_near(as_frame_object(entry->frame)->code, entry->index);
}

static Value get_next(VM *vm, Value self) {
    Value next = as_traceback(self)->next;
    return value_or_none(next);
}

static bool set_next(VM *vm, Value self, Value value) {
    if (is_absent(value)) return raise_type(vm, "can't delete tb_next attribute"), false;
    if (!is_none(value) && !is_exactly(value, &traceback_type)) {
        raise_type(vm, "expected traceback object, got '%T'", value);
        return false;
    }
    for (Value v = value; !is_none(v) && !is_absent(v); v = as_traceback(v)->next) {
        if (value_same(v, self)) return raise_value(vm, "traceback loop detected"), false;
    }
    value_set(vm, &as_traceback(self)->next, is_none(value) ? ABSENT : value_ref(value));
    return true;
}

static Value get_tb_line(VM *vm, Value self) {
    uint32_t line = traceback_line(as_traceback(self));
    return line ? int_small(line) : NONE;
}

static Value get_tb_lasti(VM *vm, Value self) { return int_small(4 * (int64_t)as_traceback(self)->index); }

METHOD(traceback_dir) {
    static const char *const fields[] = {"tb_frame", "tb_next", "tb_lasti", "tb_lineno"};
    Value list = list_new(vm, 4);
    for (size_t i = 0; i < sizeof fields / sizeof *fields && !is_absent(list); i++) {
        Value name = string_intern_fixed(vm, fields[i]);
        if (is_absent(name) || !list_append_owned(vm, list, name)) value_clear(vm, &list);
    }
    return list;
}

static const NativeDef traceback_methods[] = {{"__dir__", method_traceback_dir, "", NULL}, {0}};

static const GetSetDef traceback_getsets[] = {
    {"tb_next", get_next, set_next, NULL},
    {"tb_lineno", get_tb_line, NULL, NULL},
    {"tb_lasti", get_tb_lasti, NULL, NULL},
    {0},
};

static const MemberDef traceback_members[] = {
    {"tb_frame", offsetof(Traceback, frame), MEMBER_READONLY, NULL},
    {0},
};

static int traceback_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((Traceback *)self)->next);
    VISIT(((Traceback *)self)->frame);
    return 0;
}

static void traceback_clear(VM *vm, Object *self) {
    value_clear(vm, &((Traceback *)self)->next);
    value_clear(vm, &((Traceback *)self)->frame);
}

static void traceback_dealloc(VM *vm, Object *self) {
    object_untrack(vm, self);
    traceback_clear(vm, self);
    object_free(vm, self, sizeof(Traceback));
}

static Value traceback_make(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[4];
    int64_t lasti, line;
    if (!arguments_bind(vm, "traceback", "tb_next, tb_frame, tb_lasti, tb_lineno", args, nargs, names, row))
        return ABSENT;
    if (!is_none(row[0]) && !is_exactly(row[0], &traceback_type))
        return raise_type(vm, "expected traceback object or None, got '%T'", row[0]);
    if (!is_exactly(row[1], &frame_type))
        return raise_type(vm, "traceback() argument 'tb_frame' must be frame, not %Q", row[1]);
    if (!object_to_int64(vm, row[2], &exc_OverflowError, &lasti)) return ABSENT;
    if (!object_to_int64(vm, row[3], &exc_OverflowError, &line)) return ABSENT;
    Traceback *entry = (Traceback *)object_new_container(vm, &traceback_type, sizeof *entry);
    if (entry == NULL) return raise_memory(vm);
    entry->next = is_none(row[0]) ? ABSENT : value_ref(row[0]);
    entry->frame = value_ref(row[1]);
    int64_t words = as_frame_object(row[1])->code->instruction_count;
    entry->index = lasti < 0 ? 0 : lasti / 4 < words ? (uint32_t)(lasti / 4) : (uint32_t)words - 1;
    entry->line = line > 0 && line <= INT32_MAX ? (uint32_t)line : 0;
    object_track(&entry->head);
    return from_object(entry);
}

Type traceback_type = {
    TYPE_HEAD(traceback_type, "traceback", .traverse = traceback_traverse, .clear = traceback_clear,
              .dealloc = traceback_dealloc),
    .basic_size = sizeof(Traceback),
    .base = &object_type,
    .doc = "(tb_next, tb_frame, tb_lasti, tb_lineno)\n--\n\nCreate a new traceback object.",
    .new = traceback_make,
    .methods = traceback_methods,
    .getsets = traceback_getsets,
    .members = traceback_members,
};
