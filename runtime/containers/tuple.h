#ifndef MPY_RUNTIME_TUPLE_H
#define MPY_RUNTIME_TUPLE_H

/* tuple: an immutable row of values inside the object. The empty tuple is one object a VM. */

#include "runtime/state.h"

struct Tuple {
    Object head;
    int64_t length;
    Value items[]; /* owned */
};

static inline Tuple *as_tuple(Value v) { return (Tuple *)as_object(v); }
static inline bool is_tuple(Value v) { return is_family(v, TYPE_TUPLE); }

/* The type's `acyclic` slot: items that are numbers, leaves, or tuples and code that were found to be so before. */
bool tuple_is_acyclic(const Object *self);

/* Whether the collector need not look at the tuple: if it is acyclic, it is taken out of the collector's sight. */
bool tuple_settle(VM *vm, Value tuple);

/* A tuple whose items are ABSENT: fill them all, then object_track it (tuple_finish). */
NEW RAISES Tuple *tuple_new(VM *vm, int64_t length);
/* Fill in the item at i; one that is ABSENT, as its making RAISED, ends the tuple: *tuple is NULL. */
void tuple_fill(VM *vm, Tuple **tuple, int64_t i, STEALS Value item);
/* The same with its items undefined, and tracked: nothing may be called before all of them are filled. */
NEW RAISES Tuple *tuple_new_unfilled(VM *vm, int64_t length);
/* The same, not tracked and not empty: for items of a tuple that is settled. */
NEW RAISES Tuple *tuple_new_settled(VM *vm, int64_t length);
NEW RAISES Value tuple_from(VM *vm, const Value *items, int64_t length);        /* refs the items */
NEW RAISES Value tuple_from_owned(VM *vm, STEALS Value *items, int64_t length); /* takes the references */
/* tuple_from_owned for items that were just made: if one is ABSENT, its making has raised, the others are dropped. */
NEW RAISES Value tuple_from_made(VM *vm, STEALS Value *items, int64_t length);
NEW RAISES Value tuple_pack(VM *vm, int count, ...);                /* refs the Values */
NEW RAISES Tuple *tuple_renew(VM *vm, Value *kept, int64_t length); /* tuple_reuse's rarer cases */
/* For iterators that yield tuples of one length, not 0: the tuple in *kept, which was yielded last, if nobody else
 * holds it any more, else a new one, its items ABSENT, which is kept if it is the first. Fill it with value_set, then
 * tuple_finish. */
static inline NEW RAISES Tuple *tuple_reuse(VM *vm, Value *kept, int64_t length) {
    bool ours =
        !is_absent(*kept) && as_object(*kept)->refs == 1 && object_place(as_object(*kept)) != GC_UNTRACKED;
    return ours ? as_tuple(value_ref(*kept)) : tuple_renew(vm, kept, length);
}
NEW RAISES Value tuple_pair(VM *vm, STEALS Value first, STEALS Value second);
NEW RAISES Value tuple_triple(VM *vm, STEALS Value first, STEALS Value second, STEALS Value third);
NEW RAISES Value tuple_reuse_pair_own(VM *vm, Value *kept, STEALS Value first, STEALS Value second);
NEW RAISES Value tuple_reuse_row_own(VM *vm, Value *kept, STEALS Value *items, int64_t length);
/* Somebody keeps the tuples that are yielded. */
static inline bool tuple_is_kept(Value latest) { return !is_absent(latest) && as_object(latest)->refs != 1; }
/* tuple_reuse, filled: for a pair, and for a row of any length but 0. */
static inline NEW RAISES Value tuple_reuse_pair(VM *vm, Value *kept, STEALS Value first,
                                                STEALS Value second) {
    return tuple_is_kept(*kept) ? tuple_pair(vm, first, second)
                                : tuple_reuse_pair_own(vm, kept, first, second);
}
static inline NEW RAISES Value tuple_reuse_row(VM *vm, Value *kept, STEALS Value *items, int64_t length) {
    return tuple_is_kept(*kept) ? tuple_from_owned(vm, items, length)
                                : tuple_reuse_row_own(vm, kept, items, length);
}
NEW RAISES Value tuple_from_iterable(VM *vm, Value iterable);
static inline Value tuple_finish(NEW Tuple *tuple) {
    object_track(&tuple->head);
    return from_object(tuple);
}

#endif
