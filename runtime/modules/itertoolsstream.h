#ifndef MPY_RUNTIME_MODULES_ITERTOOLSSTREAM_H
#define MPY_RUNTIME_MODULES_ITERTOOLSSTREAM_H

/*
 * The streams of the module itertools: iterators that are made of other iterators, a function and a few numbers.
 *
 * All have one struct, whose fields mean what each one's section says; all own what they refer to. So one set of life
 * cycle slots and one way to make and to reduce them serves them all.
 */

#include "runtime/modules/itertools.h"

typedef struct {
    Object head;
    Value function; /* what to call with the items; count: the next number */
    Value source;   /* an iterator, zip_longest's tuple of them; ABSENT: exhausted */
    Value result;   /* the tuple yielded last; accumulate: the total; pairwise: the item before */
    Value extra;    /* a second iterator; count's step; cycle's saved items; zip_longest's fill value */
    int64_t index, stop, step;
    bool flag;
} Stream;

static inline Stream *as_stream(Value v) { return (Stream *)as_object(v); }

int stream_traverse(Object *self, VisitFn visit, void *context);
void stream_clear(VM *vm, Object *self);
void stream_dealloc(VM *vm, Object *self);

/* A stream from `source`; ABSENT passes a failure on. */
NEW RAISES Value stream_make(VM *vm, Type *type, Value function, STEALS Value source);

/* The stream's source for its reduction: in place of that of an exhausted one, an empty iterator. */
NEW RAISES Value stream_source_shown(VM *vm, const Stream *stream);

/* (type, (first, source)[, state]). */
NEW RAISES Value stream_reduce_pair(VM *vm, Value self, Value first, STEALS Value state);

/* `next_row_function` may be NULL. */
#define STREAM_ROW_TYPE(variable, name_text, new_function, next_function, next_row_function, table, ...) \
    Type variable = { \
        TYPE_HEAD(variable, "itertools." name_text, .traverse = stream_traverse, .clear = stream_clear, \
                  .dealloc = stream_dealloc), \
        ITERATOR_SLOTS(Stream, new_function, next_function, table, __VA_ARGS__), \
        .next_row = next_row_function, \
    };

#define STREAM_TYPE(variable, name_text, new_function, next_function, table, ...) \
    STREAM_ROW_TYPE(variable, name_text, new_function, next_function, NULL, table, __VA_ARGS__)

#endif
