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

typedef struct {
    Object head;
    Frame *frame;             /* inside `memory`; its function is ABSENT when the generator has finished */
    HandledException handled; /* what the generator is handling; `outer` is valid while it runs */
    Value name, qualified_name;
    uint32_t words; /* of memory */
    uint8_t state;  /* GeneratorState */
    Value memory[];
} Generator;

static inline Generator *as_generator(Value v) { return (Generator *)as_object(v); }
static inline bool is_generator(Value v) { return is_exactly(v, &generator_type); }
static inline Generator *frame_generator(const Frame *frame) {
    return (Generator *)((char *)frame->locals - offsetof(Generator, memory));
}

/* A generator that takes over the frame, which is at its start: variables and function move, and the frame is
 * popped (also on failure). */
NEW RAISES Value generator_new(VM *vm, Frame *frame);

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

/* The iterator that a suspended generator delegates to (`yield from`), or ABSENT. */
BORROWED Value generator_delegate(const Generator *generator);

/* Send `value` into any iterator, as SEND does: 1 and what it yields, 0 and its result, -1 RAISES. */
RAISES int iterator_send(VM *vm, Value iterator, Value value, NEW Value *result);

#endif
