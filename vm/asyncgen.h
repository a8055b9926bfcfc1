#ifndef MPY_VM_ASYNCGEN_H
#define MPY_VM_ASYNCGEN_H

/*
 * Coroutines and asynchronous generators (PEP 492, PEP 525): what awaiting needs beside the resuming of frames.
 *
 * All three resumable kinds are Generators (vm/generator.h). An asynchronous generator yields in two ways: what it
 * awaits yields goes through to the event loop, what it yields itself ends the awaiting of __anext__() and is its
 * result; GENERATOR_YIELDED tells the two apart. The awaitables of its methods - async_generator_asend for __anext__
 * and asend, async_generator_athrow for athrow and aclose - run it on behalf of who awaits.
 */

#include "vm/generator.h"

/* What awaiting `v` sends to, `v` being what AWAIT_* in compiler/opcode.h says: NEW, RAISES. */
NEW RAISES Value awaitable(VM *vm, Value v, uint32_t what);
/* What `yield from v` in this code sends to: an iterator, in code that types.coroutine has marked a coroutine itself.
 * */
NEW RAISES Value yield_from_iterator(VM *vm, const Code *code, Value v);
NEW RAISES Value async_iterate(VM *vm, Value v);               /* v.__aiter__() */
NEW RAISES Value async_next_awaitable(VM *vm, Value iterator); /* of iterator.__anext__() */
/* An async generator's __anext__(), and sending to the result of that or of asend(), with iterator_send's outcome. */
NEW RAISES Value async_generator_next(VM *vm, Value generator);
RAISES int async_send_step(VM *vm, Value awaitable, Value value, NEW Value *out);

/* A coroutine dies without having been awaited: warn. */
void coroutine_warn_unawaited(VM *vm, Value coroutine);
/* An asynchronous generator dies half-way: call its finalizer hook. False: it has none. */
bool async_generator_hand_over(VM *vm, Generator *generator);

/* The built-in functions aiter and anext, and what sys has for asynchronous generators and coroutines. */
RAISES bool asyncgen_init(VM *vm);

#endif
