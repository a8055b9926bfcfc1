#ifndef MPY_RUNTIME_ROW_H
#define MPY_RUNTIME_ROW_H

/*
 * What list and tuple share: both are a row of values.
 *
 * A Row is a momentary view; user code (an item's __eq__, a finalizer) may change a list, so the functions
 * here take it anew after every step that can run any. They work for subclasses too, on the items themselves.
 */

#include "runtime/list.h"
#include "runtime/tuple.h"

typedef struct {
    Value *items; /* borrowed */
    int64_t length;
} Row;

static inline Row row_of(Value v) {
    if (is_tuple(v)) return (Row){as_tuple(v)->items, as_tuple(v)->length};
    return (Row){as_list(v)->items, as_list(v)->length};
}

/* More values than any block could hold. */
#define ROW_LENGTH_MAX ((int64_t)(PTRDIFF_MAX / sizeof(Value)) - 16)

NEW RAISES Value row_repr(VM *vm, Value self);
NEW RAISES Value row_compare(VM *vm, Value self, Value other, CompareOp op); /* rows of one family */
RAISES int row_contains(VM *vm, Value self, Value item);
/* The index of the first item equal to `item` in [start, stop), bounds as index() takes them; -1 missing, -2
 * RAISES. */
RAISES int64_t row_find(VM *vm, Value self, Value item, int64_t start, int64_t stop);
/* The bounds given to index(), either of which may be ABSENT. */
RAISES bool row_bounds(VM *vm, Value first, Value last, int64_t *start, int64_t *stop);
NEW RAISES Value row_count(VM *vm, Value *args, int nargs, Value names); /* the method count */

/* A subscript: 1 and *index (not yet checked against the length) for an integer, 0 for a slice, -1 RAISES. */
RAISES int row_subscript(VM *vm, Value key, const char *kind, int64_t *index);

/* The index argument of pop and insert: through __index__, and it must fit. */
RAISES bool row_position(VM *vm, Value v, int64_t *position);

/* The factor of a repetition, not negative, such that length * *count fits a row. */
RAISES bool row_repeat_count(VM *vm, Value factor, int64_t length, int64_t *count);
/* Write `count` copies of a row, with new references. */
void row_repeat(Value *target, const Value *items, int64_t length, int64_t count);
/* Copy with new references. */
void row_copy(Value *target, const Value *items, int64_t length);
/* Drop the references to items[0..length), last first. */
void row_drop(VM *vm, Value *items, int64_t length);

#endif
