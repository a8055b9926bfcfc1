#ifndef MPY_RUNTIME_MEMORYVIEW_H
#define MPY_RUNTIME_MEMORYVIEW_H

/*
 * memoryview: an object's memory, seen as an array of items.
 *
 * A view stands on a ManagedBuffer, the one export that it shares with all views made from it (slices, casts, views of
 * the view); the export ends when the last of them is released or dies. A view has its own data pointer, format, shape
 * and strides. `base` is ABSENT once it is released: from then on nothing of its memory may be touched. As __index__,
 * __float__ and the like may release the view, whoever runs them looks again before touching the memory.
 *
 * `exports` counts the Buffers acquired from the view itself, which may not be released before them.
 */

#include "runtime/bytes/buffer.h"

typedef struct {
    Object head;
    BufferView buffer; /* owned */
} ManagedBuffer;

typedef struct {
    BufferHead buffer; /* simple: C-contiguous and not released */
    Value base;        /* the ManagedBuffer; owned; ABSENT: released */
    int64_t exports;
    int64_t hash; /* -1: not computed */
    int64_t item_size;
    const char *format; /* the base's, or static */
    char code;          /* the format's one native character; 0: items cannot be read */
    bool readonly;
    bool f_contiguous;
    int ndim;
    int64_t dimensions[]; /* the shape, then the strides */
} MemoryView;

static inline MemoryView *as_memoryview(Value v) { return (MemoryView *)as_object(v); }

/* A view of all of an exporter's memory, or of another view's. */
NEW RAISES Value memoryview_new(VM *vm, Value exporter);
/* What the __buffer__ method of a built-in type returns: a view of what its get_buffer slot gives. */
NEW RAISES Value memoryview_of_slot(VM *vm, Value exporter, unsigned flags,
                                    bool (*get_buffer)(VM *vm, Value self, BufferView *buffer,
                                                       unsigned flags));
/* An export of the view is over. */
void memoryview_end_export(Value view);
/* The method __release_buffer__ of built-in exporters. */
NEW RAISES Value memoryview_release_buffer(VM *vm, Value *args, int nargs, Value names);

#endif
