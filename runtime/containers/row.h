#ifndef MPY_RUNTIME_ROW_H
#define MPY_RUNTIME_ROW_H

/*
 * What list and tuple share: both are a row of values.
 *
 * A Row is a momentary view; user code (an item's __eq__, a finalizer) may change a list, so the functions
 * here take it anew after every step that can run any. They work for subclasses too, on the items themselves.
 */

#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

enum { ROW_MOVE_SINGLY = 16 };

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

/* A value on its own. Values have often just been pushed, one by one; a copy by wider words would have to wait until
 * those stores have left the processor's store buffer. */
static inline Value row_load(const Value *place) {
    Value v = *place;
    __asm__("" : "+r"(v.bits)); /* keeps the compiler from joining neighbouring loads */
    return v;
}

/* Copy, references included. */
static inline void row_move(Value *target, const Value *items, int64_t length) {
    if (length > ROW_MOVE_SINGLY) {
        memcpy(target, items, (size_t)length * sizeof(Value));
    } else {
        for (int64_t i = 0; i < length; i++)
            target[i] = row_load(items + i);
    }
}

/* Four ints at once: a row of numbers is the commonest long one, and they are not counted. */
static inline bool row_four_ints(const Value *v) { return v[0].bits & v[1].bits & v[2].bits & v[3].bits & 2; }

/* object_equal with the commonest pairs inlined. */
RAISES static inline int row_equal(VM *vm, Value a, Value b) {
    if (are_ints(a, b)) return value_same(a, b);
    if (is_exactly(a, &str_type) && is_exactly(b, &str_type)) {
        const String *s = as_string(a), *t = as_string(b);
        if (s->hash && t->hash && s->hash != t->hash) return false;
        return s->length == t->length && string_equal(a, b);
    }
    return object_equal(vm, a, b);
}

/* The order of two rows, for == and != just zero or not, when no type need be asked: up to the first that differ all
 * items are the same, or ints, floats, strs or tuples of such. */
bool row_order(Row a, Row b, CompareOp op, int64_t *order);

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
/* Write `count` copies of a row, with new references. False, with no references taken: a signal waits (never without a
 * VM). The caller throws the target away before it is handled, since the copies are not complete. */
bool row_repeat(const VM *vm, Value *target, const Value *items, int64_t length, int64_t count);
/* Copy with new references. */
void row_copy(Value *target, const Value *items, int64_t length);
/* For a traverse slot. */
int row_traverse(const Value *items, int64_t length, VisitFn visit, void *context);
void row_reverse(Row row); /* in place */
/* Drop the references to items[0..length), last first. */
void row_drop(VM *vm, Value *items, int64_t length);

#endif
