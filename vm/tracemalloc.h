#ifndef MPY_VM_TRACEMALLOC_H
#define MPY_VM_TRACEMALLOC_H

/*
 * Tracing allocations: where in the program each live block of the heap was asked for.
 *
 * While it is on, the heap tells it of every block (HeapRecorder in gc/heap.h), and a table keeps, for each that is
 * live, its size and a traceback: the innermost frames of Python code, as file names and lines. Equal tracebacks are
 * one, kept until tracing ends or is cleared. The tables are blocks of the heap themselves, which are not traced.
 * The module tracemalloc in lib/ counts and compares what is found here.
 *
 * A block for whose trace there is no memory is not traced. What was asked for before is not known.
 */

#include "runtime/state.h"

typedef struct Tracer Tracer;

enum { TRACE_FRAMES_MAX = 65535 };

/* Begin, keeping so many frames of each traceback, 1 to TRACE_FRAMES_MAX; nothing if it is on. False RAISES. */
RAISES bool tracemalloc_start(VM *vm, int frames);
/* End, and forget everything; nothing if it is off. */
void tracemalloc_stop(VM *vm);
/* The file names that the tables hold. */
int tracemalloc_visit(const VM *vm, VisitFn visit, void *context);

#endif
