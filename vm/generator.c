/* Generators: their frames' life, resuming from C, send, throw and close, the type. */

#include "vm/generator.h"

#include "compiler/opcode.h"
#include "runtime/auditevent.h"
#include "runtime/classes/genericalias.h"
#include "runtime/containers/list.h"
#include "runtime/containers/row.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/errors/warn.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "vm/asyncgen.h"
#include "vm/eval.h"
#include "vm/machine.h"

/* --- life --- */

const char *generator_kind(uint32_t code_flags) {
    if (code_flags & CODE_COROUTINE) return "coroutine";
    return code_flags & CODE_ASYNC_GENERATOR ? "async generator" : "generator";
}

static const char *kind_of(const Generator *g) {
    if (g->head.type == &coroutine_type) return "coroutine";
    return g->head.type == &async_generator_type ? "async generator" : "generator";
}

static Type *type_for(uint32_t code_flags) {
    if (code_flags & CODE_COROUTINE) return &coroutine_type;
    return code_flags & CODE_ASYNC_GENERATOR ? &async_generator_type : &generator_type;
}

/* Drop all that an unlinked generator's frame holds. */
static void dispose(VM *vm, Generator *g) {
    Frame *frame = g->frame;
    g->state = GENERATOR_FINISHED;
    if (!is_absent(frame->object)) frame_object_take(vm, frame);
    Value *operands = frame_operands(frame);
    while (frame->sp > operands) {
        Value v = *--frame->sp;
        value_xdrop(vm, v);
    }
    for (Value *v = frame->locals; v < (Value *)frame; v++)
        value_clear(vm, v);
    value_clear(vm, &g->handled.exception);
    value_clear(vm, &frame->names);
    value_set(vm, &frame->function, value_ref(from_object(frame->code))); /* for gi_code */
}

/* Where a coroutine was made: (file, line, function) of so many frames, the innermost first. */
static Value origin_of(VM *vm, const Frame *frame, uint32_t depth) {
    Value list = list_new(vm, 0);
    for (; !is_absent(list) && frame && depth--; frame = frame->previous) {
        const Code *code = frame->code;
        Value entry =
            tuple_pack(vm, 3, code->filename, int_small(code_line(code, frame_index(frame))), code->name);
        if (is_absent(entry) || !list_append_owned(vm, list, entry)) value_clear(vm, &list);
    }
    if (is_absent(list)) return ABSENT;
    Value origin = tuple_from(vm, as_list(list)->items, as_list(list)->length);
    value_drop(vm, list);
    return origin;
}

Value generator_new(VM *vm, Frame *frame) {
    Code *code = frame->code;
    const Function *function = frame_function(frame);
    uint32_t words = (uint32_t)frame_words(code);
    Generator *g = (Generator *)object_new_container_to_fill(
        vm, type_for(code->flags), sizeof *g + words * sizeof(Value), offsetof(Generator, memory));
    if (g == NULL) {
        frame_pop(vm, frame);
        return raise_memory(vm);
    }
    g->words = words;
    g->name = value_ref(function->name);
    g->qualified_name = value_ref(function->qualified_name);
    row_move(g->memory, frame->locals, code->variable_count);
    Frame *moved = g->frame = (Frame *)(g->memory + code->variable_count);
    moved->code = code; /* each by itself, as in row_move: the frame has just been written */
    moved->ip = frame->ip;
    moved->sp = frame_operands(moved);
    moved->locals = moved->top = g->memory; /* `top` is set when it is entered */
    moved->previous = NULL;
    moved->function = row_load(&frame->function);
    moved->names = row_load(&frame->names);
    moved->object = row_load(&frame->object);
    moved->flags = FRAME_GENERATOR;
    if (!is_absent(moved->object)) as_frame_object(moved->object)->frame = moved;
    vm->frame = frame->previous;
    vm->depth--;
    object_track(&g->head);
    if (vm->coroutine_origin_depth && code->flags & CODE_COROUTINE) {
        g->extra = origin_of(vm, vm->frame, vm->coroutine_origin_depth);
        if (is_absent(g->extra)) {
            dispose(vm, g);
            value_drop(vm, from_object(g));
            return ABSENT;
        }
    }
    return from_object(g);
}

void generator_finish(VM *vm, Generator *g) {
    generator_leave(vm, g);
    object_ref(&g->head);
    dispose(vm, g);
    object_drop(vm, &g->head);
}

static bool is_waiting(const Generator *g) {
    return g->state == GENERATOR_CREATED || g->state == GENERATOR_SUSPENDED;
}

int generator_traverse(Object *self, VisitFn visit, void *context) {
    Generator *g = (Generator *)self;
    VISIT(g->name);
    VISIT(g->qualified_name);
    VISIT(g->extra);
    if (g->frame == NULL || g->state == GENERATOR_RUNNING)
        return 0; /* what a running frame holds is reachable: leave it alone */
    VISIT(g->frame->function);
    if (g->state == GENERATOR_FINISHED) return 0;
    VISIT(g->frame->object);
    VISIT(g->handled.exception);
    for (Value *v = g->frame->locals; v < (Value *)g->frame; v++)
        VISIT(*v);
    for (Value *v = frame_operands(g->frame); v < g->frame->sp; v++)
        VISIT(*v);
    return 0;
}

void generator_clear(VM *vm, Object *self) {
    Generator *g = (Generator *)self;
    if (g->frame != NULL && is_waiting(g)) dispose(vm, g);
}

void generator_dealloc(VM *vm, Object *self) {
    object_untrack(vm, self);
    Generator *g = (Generator *)self;
    generator_clear(vm, self);
    if (g->frame != NULL) value_clear(vm, &g->frame->function);
    value_clear(vm, &g->name);
    value_clear(vm, &g->qualified_name);
    value_clear(vm, &g->extra);
    object_free(vm, self, sizeof *g + g->words * sizeof(Value));
}

/* --- resuming --- */

bool generator_check(VM *vm, const Generator *g, Value value) {
    if (g->state == GENERATOR_RUNNING) return raise_value(vm, "%s already executing", kind_of(g)), false;
    if (g->state == GENERATOR_CREATED && !is_none(value)) {
        return raise_type(vm, "can't send non-None value to a just-started %s", kind_of(g)), false;
    }
    if (vm->depth < vm->recursion_limit) return true;
    raise_error(vm, &exc_RecursionError, "maximum recursion depth exceeded");
    return false;
}

Value generator_resume(VM *vm, Generator *g, STEALS Value value, NEW Value *result) {
    *result = ABSENT;
    object_ref(&g->head);
    generator_enter(vm, g, is_absent(value) ? NONE : value, FRAME_ENTRY);
    /* What is thrown into an except clause happens during its handling. */
    if (error_raised(vm) && !is_absent(g->handled.exception)) raise_object(vm, error_take(vm));
    Value out = eval_run(vm);
    if (!is_absent(out) && g->state == GENERATOR_FINISHED) {
        *result = out;
        out = ABSENT;
    }
    object_drop(vm, &g->head);
    return out;
}

Value generator_delegate(const Generator *g) {
    if (g->state != GENERATOR_SUSPENDED) return ABSENT;
    uint32_t word = g->frame->ip[-1];
    return word_opcode(word) == OP_YIELD && word_a24(word) == YIELD_DELEGATED ? g->frame->sp[-1] : ABSENT;
}

/* The frame has returned `result`: the exception that tells so. Always ABSENT. */
static Value raise_end(VM *vm, const Generator *g, STEALS Value result) {
    if (g->head.type == &async_generator_type) {
        raise_new(vm, &exc_StopAsyncIteration, ABSENT);
    } else {
        raise_stop(vm, is_none(result) ? ABSENT : result);
    }
    value_drop(vm, result);
    return ABSENT;
}

static Value raise_reused(VM *vm) {
    return raise_error(vm, &exc_RuntimeError, "cannot reuse already awaited coroutine");
}

/* Raise what waits in the VM inside the generator. */
static Value throw_in(VM *vm, Generator *g) {
    Value result;
    if (g->state == GENERATOR_FINISHED) {
        if (g->head.type != &coroutine_type) return ABSENT;
        error_clear(vm);
        return raise_reused(vm);
    }
    Value out = generator_resume(vm, g, ABSENT, &result);
    return is_absent(result) ? out : raise_end(vm, g, result);
}

/* `raise`: a generator's end is a StopIteration, not just ABSENT. */
static Value send(VM *vm, Generator *g, Value value, bool raise) {
    Value result;
    if (g->state == GENERATOR_FINISHED) {
        if (g->head.type == &coroutine_type) return raise_reused(vm);
        return raise ? raise_end(vm, g, NONE) : ABSENT;
    }
    if (!generator_check(vm, g, value)) return ABSENT;
    Value out = generator_resume(vm, g, value_ref(value), &result);
    if (is_absent(result)) return out;
    if (raise || !is_none(result)) return raise_end(vm, g, result);
    return ABSENT;
}

Value generator_send(VM *vm, Generator *g, Value value) { return send(vm, g, value, true); }

static Value next(VM *vm, Value self) { return send(vm, as_generator(self), NONE, false); }

bool generator_visit(VM *vm, Generator *g, Value item) {
    Visitor *visitor = vm_machine(vm)->visitor;
    visitor->wants_more = visitor->visit(vm, item, visitor->context);
    value_drop(vm, item);
    if (visitor->wants_more) visitor->wants_more = vm_may_go_on(vm);
    if (!visitor->wants_more || g->state == GENERATOR_FINISHED) return false;
    generator_enter(vm, g, NONE, FRAME_ENTRY | FRAME_VISITED);
    return true;
}

static bool each(VM *vm, Value self, bool (*visit)(VM *vm, Value item, void *context), void *context) {
    Generator *g = as_generator(self);
    if (g->state == GENERATOR_FINISHED) return true;
    if (!generator_check(vm, g, NONE)) return false;
    Visitor visitor = {visit, context, true, vm_machine(vm)->visitor};
    vm_machine(vm)->visitor = &visitor;
    object_ref(&g->head);
    generator_enter(vm, g, NONE, FRAME_ENTRY | FRAME_VISITED);
    Value returned = eval_run(vm);
    vm_machine(vm)->visitor = visitor.outer;
    value_xdrop(vm, returned);
    object_drop(vm, &g->head);
    return visitor.wants_more && !error_raised(vm);
}

int iterator_send(VM *vm, Value iterator, Value value, NEW Value *result) {
    if (is_sendable(iterator) && as_generator(iterator)->state != GENERATOR_FINISHED) {
        Generator *g = as_generator(iterator);
        if (!generator_check(vm, g, value)) return -1;
        Value returned, yielded = generator_resume(vm, g, value_ref(value), &returned);
        *result = is_absent(yielded) ? returned : yielded;
        return is_absent(*result) ? -1 : !is_absent(yielded);
    }
    if (is_exactly(iterator, &async_send_type)) return async_send_step(vm, iterator, value, result);
    if (is_none(value) && type_of(iterator)->next != NULL)
        *result = type_of(iterator)->next(vm, iterator);
    else
        *result = call_method(vm, iterator, NAME_OF(vm, send), &value, 1);
    if (!is_absent(*result)) return 1;
    if (!error_raised(vm)) {
        *result = NONE;
        return 0;
    }
    if (!error_is(vm, &exc_StopIteration)) return -1;
    Value stop = error_take(vm);
    *result = value_ref(stop_iteration_value(stop));
    value_drop(vm, stop);
    return 0;
}

/* --- close --- */

/* Close what the generator delegates to; -1 RAISES. */
static int close_delegate(VM *vm, Value delegate) {
    Value result, method;
    if (!recursion_enter(vm, "")) return -1;
    if (is_sendable(delegate)) {
        result = generator_close(vm, as_generator(delegate));
    } else {
        int found = object_find_attribute(vm, delegate, NAME_OF(vm, close), &method);
        if (found < 0) error_unraisable(vm, NULL, delegate); /* looking for it is no reason not to close */
        if (found <= 0) return 0;
        result = call_0(vm, method);
        value_drop(vm, method);
    }
    value_xdrop(vm, result);
    return is_absent(result) ? -1 : 0;
}

/* Does anything but the frame's own end handle an exception where the generator stands? */
static bool has_handler(const Generator *g) {
    const Code *code = g->frame->code;
    const ExceptionEntry *entry = code_handler(code, frame_index(g->frame));
    return entry != NULL && word_opcode(code->instructions[entry->handler]) != OP_STOP_ITERATION_ERROR;
}

/* Runs the delegate's close with the generator marked as running, so that it cannot be re-entered. */
static int close_inner(VM *vm, Generator *g) {
    Value delegate = generator_delegate(g);
    if (is_absent(delegate)) return 0;
    value_ref(delegate);
    g->state = GENERATOR_RUNNING;
    int status = close_delegate(vm, delegate);
    g->state = GENERATOR_SUSPENDED;
    value_drop(vm, delegate);
    return status;
}

/* What the generator delegates to is closed; `failed`: it has raised. */
static Value close_outer(VM *vm, Generator *g, bool failed) {
    if (!failed && !has_handler(g)) {
        dispose(vm, g);
        return NONE;
    }
    if (!failed) raise_new(vm, &exc_GeneratorExit, ABSENT);
    Value result, yielded = generator_resume(vm, g, ABSENT, &result);
    if (!is_absent(yielded)) {
        value_drop(vm, yielded);
        return raise_error(vm, &exc_RuntimeError, "%s ignored GeneratorExit", kind_of(g));
    }
    if (!is_absent(result)) return result;
    if (!error_is(vm, &exc_GeneratorExit) && !error_is(vm, &exc_StopIteration)) return ABSENT;
    error_clear(vm);
    return NONE;
}

/* Generators that delegate to one another are closed and thrown into from the innermost outwards, in a loop: a chain of
 * them may be longer than the C stack. Here, down to the innermost one that is suspended. Those on the way are marked
 * as running, and each one's frame is linked to that of who delegates to it. */
static Generator *descend(Generator *g) {
    for (;;) {
        Value delegate = generator_delegate(g);
        if (is_absent(delegate) || !is_sendable(delegate)) return g;
        Generator *inner = as_generator(delegate);
        if (inner->state != GENERATOR_SUSPENDED) return g;
        g->state = GENERATOR_RUNNING;
        inner->frame->previous = g->frame;
        g = inner;
    }
}

/* Who delegates to `inner`, which is unlinked from it; NULL: it is where the walk began. */
static Generator *ascend(Generator *inner, const Generator *start) {
    if (inner == start) return NULL;
    Generator *outer = frame_generator(inner->frame->previous);
    inner->frame->previous = NULL;
    return outer;
}

Value generator_close(VM *vm, Generator *g) {
    if (g->state == GENERATOR_FINISHED) return NONE;
    if (g->state == GENERATOR_RUNNING) return raise_value(vm, "%s already executing", kind_of(g));
    if (g->state == GENERATOR_CREATED) {
        dispose(vm, g);
        return NONE;
    }
    Generator *inner = descend(g), *outer = ascend(inner, g);
    Value result = close_outer(vm, inner, close_inner(vm, inner) < 0);
    while (outer) {
        inner = outer;
        outer = ascend(inner, g);
        inner->state = GENERATOR_SUSPENDED;
        bool failed = is_absent(result);
        value_xdrop(vm, result);
        result = close_outer(vm, inner, failed);
    }
    return result;
}

void generator_finalize(VM *vm, Object *self) {
    Generator *g = (Generator *)self;
    object_kill_weak_references(vm, self);
    if (self->type == &coroutine_type && g->state == GENERATOR_CREATED) {
        coroutine_warn_unawaited(vm, from_object(self));
        return;
    }
    if (g->state != GENERATOR_SUSPENDED || async_generator_hand_over(vm, g)) return;
    if (is_absent(generator_delegate(g)) && !has_handler(g)) {
        dispose(vm, g);
        return;
    }
    Value raised = error_take(vm);
    Value result = generator_close(vm, g);
    if (is_absent(result))
        error_unraisable(vm, NULL, from_object(self));
    else
        value_drop(vm, result);
    error_restore(vm, raised);
}

/* --- throw --- */

/* Is it GeneratorExit, or an instance? */
static bool is_exit(Value thrown) {
    if (is_exception_class(thrown)) return type_is_subtype(as_type(thrown), &exc_GeneratorExit);
    return value_is_instance(thrown, &exc_GeneratorExit);
}

/* An exception of the class. What its making raises is thrown in its place. */
static Value make_exception(VM *vm, Value type, Value value) {
    Value exception;
    if (is_absent(value) || is_none(value))
        exception = call_0(vm, type);
    else if (is_tuple(value))
        exception = call_with(vm, type, value, ABSENT);
    else
        exception = call_1(vm, type, value);
    if (!is_absent(exception) && !is_exception(exception)) {
        raise_type(vm, "calling %R should have returned an instance of BaseException, not %T", type,
                   exception);
        value_clear(vm, &exception);
    }
    return is_absent(exception) ? error_take(vm) : exception;
}

/* The exception of throw(type, value, traceback); NEW RAISES. */
static Value thrown_exception(VM *vm, const Value *thrown) {
    Value type = thrown[0], value = thrown[1], traceback = thrown[2], exception;
    bool has_value = value_is_given(value);
    if (value_is_given(traceback) && !is_exactly(traceback, &traceback_type)) {
        return raise_type(vm, "throw() third argument must be a traceback object");
    }
    if (is_exception(type)) {
        if (has_value) return raise_type(vm, "instance exception may not have a separate value");
        exception = value_ref(type);
    } else if (is_exception_class(type)) {
        bool made = has_value && value_is_instance(value, as_type(type));
        exception = made ? value_ref(value) : make_exception(vm, type, value);
    } else {
        return raise_type(vm, "exceptions must be classes or instances deriving from BaseException, not %T",
                          type);
    }
    if (value_is_given(traceback)) value_set(vm, &as_exception(exception)->traceback, value_ref(traceback));
    return exception;
}

/* Throw into the delegate. False: it has no throw(). */
static bool throw_delegate(VM *vm, Value delegate, Value *thrown, Value *out) {
    Value method;
    *out = ABSENT;
    if (!recursion_enter(vm, "")) return true;
    if (is_sendable(delegate)) {
        *out = generator_throw(vm, as_generator(delegate), thrown);
        return true;
    }
    int found = object_find_attribute(vm, delegate, NAME_OF(vm, throw), &method);
    if (found == 0) return false;
    if (found > 0) {
        *out = object_call(vm, method, thrown, generator_thrown_count(thrown), ABSENT);
        value_drop(vm, method);
    }
    return true;
}

/* Into one that delegates to no suspended generator; or a GeneratorExit, for which the delegate is closed. */
static Value throw_inner(VM *vm, Generator *g, Value *thrown) {
    Value delegate = generator_delegate(g);
    if (!is_absent(delegate)) {
        if (is_exit(thrown[0])) {
            if (close_inner(vm, g) < 0) return throw_in(vm, g);
        } else {
            Value out;
            value_ref(delegate);
            g->state = GENERATOR_RUNNING;
            bool delegated = throw_delegate(vm, delegate, thrown, &out);
            g->state = GENERATOR_SUSPENDED;
            value_drop(vm, delegate);
            if (delegated) return is_absent(out) ? throw_in(vm, g) : out;
        }
    }
    Value exception = thrown_exception(vm, thrown);
    if (is_absent(exception)) return ABSENT;
    error_restore(vm, exception);
    return throw_in(vm, g);
}

Value generator_throw(VM *vm, Generator *g, Value *thrown) {
    if (g->state == GENERATOR_RUNNING) return raise_value(vm, "%s already executing", kind_of(g));
    Generator *inner = is_exit(thrown[0]) ? g : descend(g);
    Generator *outer = ascend(inner, g);
    Value out = throw_inner(vm, inner, thrown);
    while (outer) {
        inner = outer;
        outer = ascend(inner, g);
        inner->state = GENERATOR_SUSPENDED;
        if (is_absent(out)) out = throw_in(vm, inner);
    }
    return out;
}

/* --- the type --- */

Value generator_send_method(VM *vm, Value *args, int nargs, Value names) {
    return send(vm, as_generator(args[0]), args[1], true);
}

int generator_thrown_count(const Value *thrown) {
    return !is_absent(thrown[2]) ? 3 : !is_absent(thrown[1]) ? 2 : 1;
}

bool generator_check_thrown(VM *vm, const char *method, int count) {
    return count < 2 ||
           warn(vm, &exc_DeprecationWarning, 1,
                "the (type, exc, tb) signature of %s() is deprecated, use the single-arg signature instead.",
                method);
}

Value generator_throw_method(VM *vm, Value *args, int nargs, Value names) {
    if (!generator_check_thrown(vm, "throw", generator_thrown_count(args + 1))) return ABSENT;
    return generator_throw(vm, as_generator(args[0]), args + 1);
}

Value generator_close_method(VM *vm, Value *args, int nargs, Value names) {
    return generator_close(vm, as_generator(args[0]));
}

static const NativeDef methods[] = {
    {"send", generator_send_method, "arg, /",
     "send(arg) -> send 'arg' into generator,\nreturn next yielded value or raise StopIteration."},
    {"throw", generator_throw_method, "typ, val=None, tb=None, /",
     "throw(value)\nthrow(type[,value[,tb]])\n\nRaise exception in generator, return next yielded value or "
     "raise\n"
     "StopIteration."},
    {"close", generator_close_method, "", "close() -> raise GeneratorExit inside generator."},
    {"__class_getitem__", generic_alias_class_getitem, "object, /", "See PEP 585", NATIVE_CLASS_METHOD},
    {0},
};

Value generator_get_frame(VM *vm, Value self) {
    Generator *g = as_generator(self);
    return g->state == GENERATOR_FINISHED ? NONE : frame_object(vm, g->frame);
}

Value generator_get_code(VM *vm, Value self) {
    const char *name = is_exactly(self, &generator_type)   ? "gi_code"
                       : is_exactly(self, &coroutine_type) ? "cr_code"
                                                           : "ag_code";
    if (!audit_get(vm, self, name)) return ABSENT;
    return value_ref(from_object(as_generator(self)->frame->code));
}

Value generator_get_running(VM *vm, Value self) {
    return bool_from(as_generator(self)->state == GENERATOR_RUNNING);
}

Value generator_get_suspended(VM *vm, Value self) {
    return bool_from(as_generator(self)->state == GENERATOR_SUSPENDED);
}

Value generator_get_delegate(VM *vm, Value self) {
    Value delegate = generator_delegate(as_generator(self));
    return value_or_none(delegate);
}

static bool set_text(VM *vm, Value *place, Value value, const char *name) {
    if (is_absent(value) || !is_string(value))
        return raise_type(vm, "%s must be set to a string object", name), false;
    value_set(vm, place, value_ref(value));
    return true;
}

Value generator_get_name(VM *vm, Value self) { return value_ref(as_generator(self)->name); }

bool generator_set_name(VM *vm, Value self, Value value) {
    return set_text(vm, &as_generator(self)->name, value, "__name__");
}

Value generator_get_qualified_name(VM *vm, Value self) {
    return value_ref(as_generator(self)->qualified_name);
}

bool generator_set_qualified_name(VM *vm, Value self, Value value) {
    return set_text(vm, &as_generator(self)->qualified_name, value, "__qualname__");
}

static const GetSetDef getsets[] = {
    {"gi_frame", generator_get_frame, NULL, NULL},
    {"gi_code", generator_get_code, NULL, NULL},
    {"gi_running", generator_get_running, NULL, NULL},
    {"gi_suspended", generator_get_suspended, NULL, NULL},
    {"gi_yieldfrom", generator_get_delegate, NULL, "object being iterated by yield from, or None"},
    {"__name__", generator_get_name, generator_set_name, "name of the generator"},
    {"__qualname__", generator_get_qualified_name, generator_set_qualified_name,
     "qualified name of the generator"},
    {0},
};

Value generator_repr(VM *vm, Value self) {
    static const char *const names[] = {"generator", "coroutine", "async_generator"};
    const Type *type = type_of(self);
    int kind = type == &coroutine_type ? 1 : type == &async_generator_type ? 2 : 0;
    return string_format(vm, "<%s object %S at 0x%llx>", names[kind], as_generator(self)->qualified_name,
                         (unsigned long long)self.bits);
}

Type generator_type = {
    TYPE_HEAD(generator_type, "generator", .traverse = generator_traverse, .clear = generator_clear,
              .finalize = generator_finalize, .dealloc = generator_dealloc),
    .flags = TYPE_WEAKLY_REFERABLE | TYPE_NO_NEW,
    .basic_size = sizeof(Generator),
    .item_size = sizeof(Value),
    .base = &object_type,
    .repr = generator_repr,
    .iterate = iterator_itself,
    .next = next,
    .each = each,
    .methods = methods,
    .getsets = getsets,
};
