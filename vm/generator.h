#ifndef MPY_VM_GENERATOR_H
#define MPY_VM_GENERATOR_H

/*
 * generator: a frame that can stop and go on.
 *
 * The frame and its operand stack lie in the generator object, laid out as on the VM's stack. While it is
 * suspended nothing else refers to the frame; while it runs it is linked under whoever resumed it, and its
 * own item of handled exceptions is linked in front of the VM's chain. Resumed from C it is an entry frame of
 * a new eval_run; resumed by FOR_ITER, SEND and the like it runs in the same loop, which reads from the
 * resumer's instruction what to do with the value. Coroutines and async generators are the same object with
 * other types.
 */

#include "vm/frame.h"

typedef enum {
    GENERATOR_CREATED,
    GENERATOR_SUSPENDED,
    GENERATOR_RUNNING,
    GENERATOR_FINISHED,
} GeneratorState;

/* Of an asynchronous generator, beside its state. */
enum {
    GENERATOR_YIELDED = 1, /* what it has just yielded is an item, not for the event loop */
    GENERATOR_AWAITED = 2, /* one of its methods' awaitables is under way */
    GENERATOR_CLOSED = 4,  /* aclose() has begun, or it has ended */
    GENERATOR_HOOKED = 8,  /* the hooks of sys.set_asyncgen_hooks have been asked */
};

typedef struct {
    Object head;
    Frame *frame;             /* inside `memory`; in place of the function it owns the code when finished */
    HandledException handled; /* what the generator is handling; `outer` is valid while it runs */
    Value name, qualified_name;
    Value extra; /* a coroutine's cr_origin, an asynchronous generator's finalizer hook; or ABSENT. Owned */
    uint32_t words; /* of memory */
    uint8_t state;  /* GeneratorState */
    uint8_t async;  /* GENERATOR_* */
    Value memory[];
} Generator;

static inline Generator *as_generator(Value v) { return (Generator *)as_object(v); }
static inline bool is_generator(Value v) { return is_exactly(v, &generator_type); }
/* Does SEND run it in the same loop? */
static inline bool is_sendable(Value v) {
    return is_object(v) && (as_object(v)->type == &generator_type || as_object(v)->type == &coroutine_type);
}
static inline Generator *frame_generator(const Frame *frame) {
    return (Generator *)((char *)frame->locals - offsetof(Generator, memory));
}

/* A generator that takes over the frame, which is at its start: variables and function move, and the frame is
 * popped (also on failure). */
NEW RAISES Value generator_new(VM *vm, Frame *frame);

/* "generator", "coroutine" or "async generator", by the flags of the code. */
const char *generator_kind(uint32_t code_flags);

/* What the methods of all kinds do. An asynchronous generator's end is a StopAsyncIteration. */
NEW RAISES Value generator_send(VM *vm, Generator *generator, Value value);
/* `thrown`: the three arguments of throw(), an exception or type, value and traceback, ABSENT where they are not given.
 * They go to what the generator delegates to as they are. */
NEW RAISES Value generator_throw(VM *vm, Generator *generator, Value *thrown);
NEW RAISES Value generator_close(VM *vm, Generator *generator);
/* How many of the three are given; and the warning that more than one gives. */
int generator_thrown_count(const Value *thrown);
RAISES bool generator_check_thrown(VM *vm, const char *method, int count);

/* Slots and attributes that the kinds share. */
int generator_traverse(Object *self, VisitFn visit, void *context);
void generator_clear(VM *vm, Object *self);
void generator_finalize(VM *vm, Object *self);
void generator_dealloc(VM *vm, Object *self);
NEW RAISES Value generator_get_frame(VM *vm, Value self);
NEW RAISES Value generator_get_code(VM *vm, Value self);
NEW RAISES Value generator_get_running(VM *vm, Value self);
NEW RAISES Value generator_get_suspended(VM *vm, Value self);
NEW RAISES Value generator_get_delegate(VM *vm, Value self);
NEW RAISES Value generator_get_name(VM *vm, Value self);
NEW RAISES Value generator_get_qualified_name(VM *vm, Value self);
RAISES bool generator_set_name(VM *vm, Value self, Value value);
RAISES bool generator_set_qualified_name(VM *vm, Value self, Value value);
NEW RAISES Value generator_send_method(VM *vm, Value *args, int nargs, Value names);
NEW RAISES Value generator_throw_method(VM *vm, Value *args, int nargs, Value names);
NEW RAISES Value generator_close_method(VM *vm, Value *args, int nargs, Value names);
NEW RAISES Value generator_repr(VM *vm, Value self);

/* May it be resumed with this value? It must not be running, take None first, and find room to recur. */
RAISES bool generator_check(VM *vm, const Generator *generator, Value value);

/* Link a suspended generator in as vm->frame, handing it the sent value. STEALS the value. The caller has
 * checked that it may run (generator_check) and the recursion depth. */
static inline Frame *generator_enter(VM *vm, Generator *generator, STEALS Value value, uint32_t flags) {
    Frame *frame = generator->frame, *resumer = vm->frame;
    frame->previous = resumer;
    frame->top = resumer ? resumer->top : vm->stack;
    frame->flags = FRAME_GENERATOR | flags;
    *frame->sp++ = value;
    generator->state = GENERATOR_RUNNING;
    generator->handled.outer = vm->handled;
    generator->handled.nearest = is_absent(vm->handled->exception) ? vm->handled->nearest : vm->handled;
    vm->handled = &generator->handled;
    vm->frame = frame;
    vm->depth++;
    return frame;
}

/* The running generator stops at a yield: unlink it. */
static inline void generator_leave(VM *vm, Generator *generator) {
    vm->handled = generator->handled.outer;
    vm->frame = generator->frame->previous;
    generator->frame->previous = NULL;
    generator->state = GENERATOR_SUSPENDED;
    vm->depth--;
}

/* The running generator's frame has ended, by return or exception: unlink it and drop what it holds. */
void generator_finish(VM *vm, Generator *generator);

/* Go on with `value`, or (ABSENT) with the raised exception. What is yielded; ABSENT at the end, with the
 * exception raised, or, for a return, *result set (NEW). */
NEW RAISES Value generator_resume(VM *vm, Generator *generator, STEALS Value value, NEW Value *result);

/* What a native function that takes all of a generator's items does with each. It is called where the generator stands
 * at its yield, so that neither it nor the eval loop is left for it. */
typedef struct Visitor {
    bool (*visit)(VM *vm, Value item, void *context); /* false: it wants no more, or RAISES */
    void *context;
    bool wants_more;
    struct Visitor *outer;
} Visitor;

/* The generator, suspended now, has yielded `item` to the visitor. Is it linked in again, to go on? */
bool generator_visit(VM *vm, Generator *generator, STEALS Value item);

/* The iterator that a suspended generator delegates to (`yield from`), or ABSENT. */
BORROWED Value generator_delegate(const Generator *generator);

/* Send `value` into any iterator, as SEND does: 1 and what it yields, 0 and its result, -1 RAISES. */
RAISES int iterator_send(VM *vm, Value iterator, Value value, NEW Value *result);

#endif
