/*
 * f_lineno set by a trace function: the frame goes on at another line.
 *
 * An instruction counts on what lies on the stack, so what each one finds there is worked out first: for every slot who
 * has pushed it, and whether it is an iterator, an exception or something else. A line can be jumped to when the stack
 * there is what remains of the present one after some of it has been dropped: out of blocks, not into them. More than
 * CPython does, which tells plain values apart by nothing, this asks that they come from the same instruction.
 *
 * In order: the stacks, which of them fit, the jump, the attribute's setter.
 */

#include "compiler/opcode.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/errors/warn.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "vm/trace.h"

/* --- the stacks --- */

typedef enum {
    SLOT_BOTTOM,
    SLOT_OBJECT,
    SLOT_ITERATOR,
    SLOT_ASYNC_ITERATOR,
    SLOT_RAISED,  /* an exception that a handler has caught */
    SLOT_HANDLED, /* the exception that was handled before it, and is again when this goes */
    SLOT_INDEX,   /* of the instruction that failed */
} SlotKind;

/* A slot and what is below it: stacks share what they have in common. Slot 0 is the bottom. */
typedef struct {
    uint32_t below, depth;
    uint32_t origin; /* the instruction that pushed it */
    SlotKind kind;
} Slot;

enum { UNREACHED = UINT32_MAX };

typedef struct {
    VM *vm;
    const Code *code;
    Slot *slots;
    uint32_t count, capacity;
    uint32_t *tops;    /* for each word: the top of the stack there, or UNREACHED */
    uint32_t *pending; /* words to be looked at */
    uint32_t pending_count;
    bool failed; /* RAISED */
} Stacks;

static uint32_t push(Stacks *s, uint32_t below, SlotKind kind, uint32_t origin) {
    if (s->count == s->capacity) {
        uint32_t capacity = s->capacity * 2;
        Slot *grown = s->failed ? NULL : memory_alloc(s->vm, capacity * sizeof *grown);
        if (grown == NULL) {
            s->failed = true;
            return 0;
        }
        for (uint32_t i = 0; i < s->count; i++)
            grown[i] = s->slots[i];
        memory_free(s->vm, s->slots, s->capacity * sizeof *s->slots);
        s->slots = grown;
        s->capacity = capacity;
    }
    s->slots[s->count] = (Slot){below, s->slots[below].depth + 1, origin, kind};
    return s->count++;
}

static uint32_t push_objects(Stacks *s, uint32_t top, int count, uint32_t origin) {
    while (count-- > 0)
        top = push(s, top, SLOT_OBJECT, origin);
    return top;
}

static uint32_t pop(const Stacks *s, uint32_t top, uint32_t count) {
    while (count-- > 0)
        top = s->slots[top].below;
    return top;
}

static uint32_t pop_to(const Stacks *s, uint32_t top, uint32_t depth) {
    return s->slots[top].depth > depth ? pop(s, top, s->slots[top].depth - depth) : top;
}

/* Exchange the top with the slot at depth `n`. */
static uint32_t swap(Stacks *s, uint32_t top, uint32_t n) {
    uint32_t other = pop(s, top, n - 1), result = s->slots[other].below;
    if (n < 2) return top;
    result = push(s, result, s->slots[top].kind, s->slots[top].origin);
    for (uint32_t i = n - 2; i > 0; i--) {
        uint32_t kept = pop(s, top, i);
        result = push(s, result, s->slots[kept].kind, s->slots[kept].origin);
    }
    return push(s, result, s->slots[other].kind, s->slots[other].origin);
}

/* The stack behind instruction `index`, when control goes on there. */
static uint32_t after(Stacks *s, uint32_t index, uint32_t top) {
    uint32_t word = s->code->instructions[index];
    Opcode op = word_opcode(word);
    int a = word_operand_a(word), b = word_operand_b(word);
    switch (opcode_info[op].family) {
    case OP_COPY: return push(s, top, s->slots[pop(s, top, (uint32_t)a - 1)].kind, index);
    case OP_SWAP: return swap(s, top, (uint32_t)a);
    case OP_GET_ITER: return push(s, pop(s, top, 1), SLOT_ITERATOR, index);
    case OP_GET_AITER: return push(s, pop(s, top, 1), SLOT_ASYNC_ITERATOR, index);
    case OP_PUSH_EXC_INFO: return push(s, push(s, pop(s, top, 1), SLOT_HANDLED, index), SLOT_RAISED, index);
    default:
        return push_objects(s, pop(s, top, (uint32_t)opcode_pops(op, a, b)), opcode_pushes(op, a, b), index);
    }
}

static void reach(Stacks *s, uint32_t index, uint32_t top) {
    if (s->failed || s->tops[index] != UNREACHED) return;
    s->tops[index] = top;
    s->pending[s->pending_count++] = index;
}

static void follow(Stacks *s, uint32_t index) {
    const uint32_t *words = &s->code->instructions[index];
    Opcode op = word_opcode(words[0]);
    const OpcodeInfo *info = &opcode_info[op];
    uint32_t top = s->tops[index], next = index + 1 + (uint32_t)opcode_extra_words(op);
    const ExceptionEntry *handler = code_handler(s->code, index);
    if (handler != NULL) {
        uint32_t caught = pop_to(s, top, handler->depth);
        if (handler->lasti) caught = push(s, caught, SLOT_INDEX, handler->handler);
        reach(s, handler->handler, push(s, caught, SLOT_RAISED, handler->handler));
    }
    if (info->flags & OPF_JUMPS) {
        int taken = opcode_taken(op);
        uint32_t there = taken < 0 ? pop(s, top, (uint32_t)-taken) : push_objects(s, top, taken, index);
        reach(s, (uint32_t)((int64_t)next + opcode_jump_distance(words)), there);
    }
    if (!(info->flags & OPF_ENDS)) reach(s, next, after(s, index, top));
}

static void stacks_fini(Stacks *s) {
    size_t words = s->code->instruction_count;
    memory_free(s->vm, s->slots, s->capacity * sizeof *s->slots);
    memory_free(s->vm, s->tops, words * sizeof *s->tops);
    memory_free(s->vm, s->pending, words * sizeof *s->pending);
}

RAISES static bool stacks_init(Stacks *s, VM *vm, const Code *code) {
    size_t words = code->instruction_count;
    *s = (Stacks){.vm = vm, .code = code, .count = 1, .capacity = code->instruction_count + 8};
    s->slots = memory_alloc(vm, s->capacity * sizeof *s->slots);
    s->tops = s->slots ? memory_alloc(vm, words * sizeof *s->tops) : NULL;
    s->pending = s->tops ? memory_alloc(vm, words * sizeof *s->pending) : NULL;
    if (s->pending) {
        s->slots[0] = (Slot){0, 0, 0, SLOT_BOTTOM};
        for (size_t i = 0; i < words; i++)
            s->tops[i] = UNREACHED;
        reach(s, 0, 0);
    }
    while (s->pending && s->pending_count && !s->failed)
        follow(s, s->pending[--s->pending_count]);
    if (s->pending && !s->failed) return true;
    if (s->slots) memory_free(vm, s->slots, s->capacity * sizeof *s->slots);
    if (s->tops) memory_free(vm, s->tops, words * sizeof *s->tops);
    if (s->pending) memory_free(vm, s->pending, words * sizeof *s->pending);
    return false;
}

/* --- which of them fit --- */

/*
 * A line may begin inside an instruction that stores what the line before has computed and then loads. The store is
 * made up for when the line is left, and has no effect when it is entered: what it finds is the variable's own value.
 */
static bool begins_with_store(const Code *code, uint32_t index) {
    return word_opcode(code->instructions[index]) == OP_STORE_LOCAL_LOAD_LOCAL;
}

static uint32_t top_without_store(const Stacks *s, uint32_t index) {
    uint32_t top = s->tops[index];
    return begins_with_store(s->code, index) && top != UNREACHED ? s->slots[top].below : top;
}

static bool fits(const Stacks *s, uint32_t from, uint32_t to) {
    if (s->slots[from].depth < s->slots[to].depth) return false;
    for (from = pop_to(s, from, s->slots[to].depth); from != to;) {
        const Slot *x = &s->slots[from], *y = &s->slots[to];
        if (x->kind != y->kind || (x->kind == SLOT_OBJECT && x->origin != y->origin)) return false;
        from = x->below;
        to = y->below;
    }
    return true;
}

static const char *explain(const Stacks *s, uint32_t top) {
    if (top == UNREACHED) return "can't jump into an exception handler, or code may be unreachable";
    switch (s->slots[top].kind) {
    case SLOT_ITERATOR:
    case SLOT_ASYNC_ITERATOR: return "can't jump into the body of a for loop";
    case SLOT_RAISED:
    case SLOT_HANDLED: return "can't jump into an 'except' block as there's no exception";
    case SLOT_INDEX: return "can't jump into a re-raising block since there's no location";
    default: return "incompatible stacks";
    }
}

/* The next run of instructions that belong to a line; false at the end. */
static bool next_run(PositionReader *reader, const Code *code) {
    while (position_next(reader))
        if (reader->position.line > 0 && !trace_is_prologue(code, reader->start)) return true;
    return false;
}

/* The instruction of the line that keeps most of the stack `from`; UNREACHED, and why in *problem. */
static uint32_t find_target(const Stacks *s, uint32_t from, uint32_t line, const char **problem) {
    uint32_t best = UNREACHED, depth = 0;
    *problem = NULL;
    PositionReader reader = position_reader(s->code);
    while (next_run(&reader, s->code)) {
        if ((uint32_t)reader.position.line != line) continue;
        uint32_t top = top_without_store(s, reader.start);
        if (top == UNREACHED || !fits(s, from, top)) {
            if (*problem == NULL) *problem = explain(s, top);
        } else if (best == UNREACHED || s->slots[top].depth > depth) {
            best = reader.start;
            depth = s->slots[top].depth;
        }
    }
    return best;
}

/* The first line from `line` on that has instructions; 0: none has. */
static uint32_t first_line_from(const Code *code, uint32_t line) {
    uint32_t found = 0;
    PositionReader reader = position_reader(code);
    while (next_run(&reader, code)) {
        uint32_t here = (uint32_t)reader.position.line;
        if (here >= line && (found == 0 || here < found)) found = here;
    }
    return found;
}

/* --- the jump --- */

/* CPython's instructions do not check all variables, so it leaves none unbound; the program sees that. */
static bool bind_locals(VM *vm, const Frame *frame) {
    uint32_t unbound = 0;
    for (uint32_t i = 0; i < frame->code->variable_count; i++)
        unbound += is_absent(frame->locals[i]);
    if (unbound == 0) return true;
    if (!warn(vm, &exc_RuntimeWarning, 0, "assigning None to %u unbound local%s", unbound,
              unbound == 1 ? "" : "s"))
        return false;
    for (uint32_t i = 0; i < frame->code->variable_count; i++)
        if (is_absent(frame->locals[i])) frame->locals[i] = NONE;
    return true;
}

static uint32_t stored_local(const Code *code, uint32_t index) {
    return (uint32_t)word_operand_a(code->instructions[index]);
}

static void drop_top(VM *vm, Frame *frame, SlotKind kind) {
    Value v = *--frame->sp;
    if (kind == SLOT_HANDLED)
        value_set(vm, &vm->handled->exception, v);
    else
        value_xdrop(vm, v);
}

static void move(const Stacks *s, Frame *frame, uint32_t from, uint32_t to) {
    VM *vm = s->vm;
    uint32_t top = s->tops[from], wanted = s->slots[top_without_store(s, to)].depth;
    for (; s->slots[top].depth > wanted; top = s->slots[top].below)
        drop_top(vm, frame, s->slots[top].kind);
    if (begins_with_store(s->code, to)) *frame->sp++ = value_ref(frame->locals[stored_local(s->code, to)]);
}

static bool jump(VM *vm, FrameObject *f, uint32_t from, uint32_t line) {
    Frame *frame = f->frame;
    Stacks stacks;
    const char *problem;
    if (!stacks_init(&stacks, vm, frame->code)) return false;
    uint32_t start = stacks.tops[from] == UNREACHED ? 0 : top_without_store(&stacks, from);
    uint32_t target = find_target(&stacks, start, line, &problem);
    bool stores = begins_with_store(frame->code, from) && vm_machine(vm)->told.event != TOLD_LINE;
    if (target != UNREACHED && stores)
        value_set(vm, &frame->locals[stored_local(frame->code, from)], value_ref(frame->sp[-1]));
    bool ok = target != UNREACHED && bind_locals(vm, frame);
    if (ok) {
        move(&stacks, frame, from, target);
        frame->ip += (int64_t)target - from;
        f->last_index = target;
        f->last_line = line;
    } else if (target == UNREACHED) {
        raise_value(vm, "%s", problem ? problem : "cannot find bytecode for specified line");
    }
    stacks_fini(&stacks);
    return ok;
}

/* --- the setter --- */

static bool check_event(VM *vm, const FrameObject *f) {
    const Machine *machine = vm_machine(vm);
    const char *problem = "can only jump from a 'line' trace event";
    if (machine->trace_depth == 0)
        problem = "f_lineno can only be set in a trace function";
    else if (machine->told.event == TOLD_START)
        problem = "can't jump from the 'call' trace event of a new frame";
    else if (machine->told.frame == f && f->frame && machine->told.event != TOLD_OTHER)
        return true;
    raise_value(vm, "%s", problem);
    return false;
}

bool trace_set_line(VM *vm, Value self, Value value) {
    FrameObject *f = as_frame_object(self);
    if (is_absent(value)) return raise_error(vm, &exc_AttributeError, "cannot delete attribute"), false;
    if (!is_int(value) && !is_exactly(value, &int_type))
        return raise_value(vm, "lineno must be an integer"), false;
    if (!check_event(vm, f)) return false;
    int64_t line = is_int(value) ? int_get(value) : INT64_MAX;
    if (line != (int32_t)line) return raise_value(vm, "lineno out of range"), false;
    const Code *code = f->code;
    if (line < code->first_line)
        return raise_value(vm, "line %lld comes before the current code block", (long long)line), false;
    uint32_t found = first_line_from(code, (uint32_t)line);
    if (found == 0)
        return raise_value(vm, "line %lld comes after the current code block", (long long)line), false;
    uint32_t next = (uint32_t)(f->frame->ip - code->instructions);
    return jump(vm, f, vm_machine(vm)->told.event == TOLD_LINE ? next - 1 : next, found);
}
