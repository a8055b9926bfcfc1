#ifndef MPY_VM_FRAME_H
#define MPY_VM_FRAME_H

/*
 * Frames: one for each call of Python code that has not ended, linked from the innermost outward.
 *
 * A frame lies in one piece of the value stack:
 *
 *     [ parameters | other locals | cells | free ][ struct Frame ][ operand stack ... ]
 *     ^ locals                                    ^ frame          ^ frame_operands     ^ top
 *
 * A caller pushes the callable, then self or ABSENT, then the arguments; the callee's locals begin right
 * there, so a call from Python to Python copies nothing. The callable's reference moves into the frame, and
 * its slot is where the result goes: a caller's `sp` points there while the callee runs. A generator owns a
 * piece of memory of the same layout (runtime form: Generator) and is linked in while it runs; its callees
 * still lie on the VM's stack, at `top`, which it takes over from whoever resumed it.
 *
 * `ip` and `sp` are registers of the eval loop and saved here when another frame is entered, and `ip` before
 * anything that may look at frames. `ip` always points behind the first word of the instruction under way or
 * behind the whole of it, so that ip[-1] belongs to it.
 *
 * Ownership: a frame owns its variables, the values on its operand stack, its function, namespace and frame
 * object.
 */

#include "gc/likely.h"
#include "runtime/code/function.h"

enum {
    FRAME_ENTRY = 1,     /* its end leaves the eval loop that entered it */
    FRAME_GENERATOR = 2, /* lies in a generator */
    FRAME_INIT =
        4, /* an __init__ called by a class: must return None, the instance is in the result's place */
    FRAME_OPERATOR = 8, /* an operator's method, or a __new__: the operands are still on the caller's stack */
    FRAME_OBSERVED = 16, /* has a frame object */
    FRAME_GETTER = 32,   /* a property's function, for an attribute that the caller loads */
    FRAME_VISITED = 64,  /* a generator whose items go to the VM's visitor as it yields them */
    FRAME_LEAVING = 128, /* it is over, its variables are being dropped: finalizers see its caller instead */
};

typedef struct Frame Frame;
struct Frame {
    Code *code; /* borrowed from the function */
    const uint32_t *ip;
    Value *sp; /* first free slot of the operand stack */
    Value *locals;
    Value *top;      /* where frames entered from C, and a generator's callees, may begin */
    Frame *previous; /* the caller; NULL for the outermost */
    Value function;
    Value names;  /* the namespace of a class body or module, a mapping; ABSENT in functions */
    Value object; /* the frame object, if one was asked for; or ABSENT */
    uint32_t flags;
};

enum {
    FRAME_WORDS = (sizeof(Frame) + sizeof(Value) - 1) / sizeof(Value),
    /* Slots above a frame's operand stack where a native's missing arguments can be filled in, and operands
       copied. */
    FRAME_SLACK = 8,
};

static inline Value *frame_operands(Frame *frame) { return (Value *)frame + FRAME_WORDS; }
/* The frame, or the next one outward that is not being left: what looks at the stack sees that one. */
static inline Frame *frame_seen(Frame *frame) {
    while (frame && frame->flags & FRAME_LEAVING)
        frame = frame->previous;
    return frame;
}
static inline Function *frame_function(const Frame *frame) { return as_function(frame->function); }
static inline Value frame_globals(const Frame *frame) { return frame_function(frame)->globals; }
static inline Value frame_builtins(const Frame *frame) { return frame_function(frame)->builtins; }
/* Words that a frame of this code needs in all. */
static inline size_t frame_words(const Code *code) {
    return (size_t)code->variable_count + FRAME_WORDS + code->stack_size + FRAME_SLACK;
}

/* Index of the word that the frame is at. */
static inline uint32_t frame_index(const Frame *frame) {
    uint32_t index = (uint32_t)(frame->ip - frame->code->instructions);
    return index > 0 ? index - 1 : 0;
}
static inline uint32_t frame_line(const Frame *frame) {
    if (frame->ip == frame->code->instructions) return frame->code->first_line; /* nothing has run yet */
    return code_line_near(frame->code, frame_index(frame));
}

/* Where a frame entered from C begins. */
Value *frame_base(VM *vm);

/* Why a frame was refused: RecursionError or MemoryError. Drops the variables and the function. Returns NULL.
 */
RAISES Frame *frame_refuse(VM *vm, STEALS Value function, STEALS Value *locals, uint32_t filled);

/*
 * A frame for `function` with its variables at `locals`, of which those before `filled` are set; the others are
 * made ABSENT. Becomes vm->frame. STEALS the function's reference. On failure (recursion, stack) NULL RAISES,
 * and the variables, dropped, and the function are gone.
 */
RAISES static inline Frame *frame_push_filled(VM *vm, STEALS Value function, Value *locals, Value *filled,
                                              uint32_t flags) {
    Code *code = as_function(function)->code;
    Frame *frame = (Frame *)(locals + code->variable_count);
    Value *top = frame_operands(frame) + code->stack_size + FRAME_SLACK;
    if (UNLIKELY(vm->depth >= vm->recursion_limit || top > vm->stack_end)) {
        return frame_refuse(vm, function, locals, (uint32_t)(filled - locals));
    }
    for (Value *v = filled; v < (Value *)frame; v++)
        *v = ABSENT;
    frame->code = code;
    frame->ip = code->instructions;
    frame->sp = frame_operands(frame);
    frame->locals = locals;
    frame->top = top;
    frame->previous = vm->frame;
    frame->function = function;
    frame->names = ABSENT;
    frame->object = ABSENT;
    frame->flags = flags;
    vm->frame = frame;
    vm->depth++;
    return frame;
}

/* The same, with the number of those that are set. */
RAISES static inline Frame *frame_push(VM *vm, STEALS Value function, Value *locals, uint32_t filled,
                                       uint32_t flags) {
    return frame_push_filled(vm, function, locals, locals + filled, flags);
}
/* The frame has ended: drop what it owns and unlink it. Its memory is the caller's again. */
void frame_pop(VM *vm, Frame *frame);

/* --- frame objects: what tracebacks and sys._getframe see --- */

typedef struct {
    Object head;
    Frame *frame; /* NULL once the frame has ended; then the rest is the object's own */
    Value function;
    Code *code; /* the function may have got another one since */
    Value names;
    Value back;         /* the caller's frame object, or ABSENT */
    Value extra_locals; /* a dict: what was stored through f_locals and is no variable; or ABSENT */
    Value *variables;   /* owned block, variable_count long; NULL: cleared */
    uint32_t index;     /* of the instruction at which it ended */
    Value trace;        /* f_trace, or ABSENT */
    bool lines_off, trace_opcodes;
    uint32_t jump; /* vm/trace.c: 1 + the index of a jump that was the last instruction; 0: none was */
    uint32_t last_index, last_line;         /* vm/trace.c: the instruction and line that were traced last */
    uint32_t run_start, run_stop, run_line; /* the words around it that are of one line */
} FrameObject;

static inline FrameObject *as_frame_object(Value v) { return (FrameObject *)as_object(v); }

NEW RAISES Value frame_object(VM *vm, Frame *frame);
/* The frame ends while others hold its object: the object takes over its variables. */
void frame_object_take(VM *vm, Frame *frame);
BORROWED Value frame_object_globals(const FrameObject *object);

/* locals(): the namespace, or a new dict of a function's variables. */
NEW RAISES Value frame_locals(VM *vm, Frame *frame);

/* A new dict of the frame's variables and extra_locals. */
NEW RAISES Value frame_object_snapshot(VM *vm, const FrameObject *object);
/* localsproxy.c: what f_locals of a function's frame gives. */
NEW RAISES Value locals_proxy_new(VM *vm, Value frame_object);

/* --- traceback objects --- */

typedef struct {
    Object head;
    Value next;     /* towards where it was raised, or ABSENT */
    Value frame;    /* a frame object */
    uint32_t index; /* of the instruction that failed */
    uint32_t line;  /* tb_lineno of one that a program made; 0: the instruction's */
} Traceback;

static inline Traceback *as_traceback(Value v) { return (Traceback *)as_object(v); }

uint32_t traceback_line(const Traceback *entry); /* 0: none */

/* Put an entry for `frame` in front of the raised exception's traceback. */
void traceback_add(VM *vm, Frame *frame, uint32_t index);

#endif
