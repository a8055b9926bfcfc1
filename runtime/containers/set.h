#ifndef MPY_RUNTIME_SET_H
#define MPY_RUNTIME_SET_H

/*
 * set and frozenset: one table of (key, hash) cells.
 *
 * Open addressing, a power of two of cells. A probe looks at a run of SET_LINEAR_PROBES neighbours (one or
 * two cache lines), then jumps by the perturbed recurrence that dict uses too. The order of iteration is the
 * order of the cells: sizes and probes are CPython's, so that sets of ints print alike.
 *
 * A cell is free (ABSENT, hash 0), deleted (ABSENT, hash -1: the chain goes on) or live. used counts live
 * cells, fill the deleted ones too. The table is NULL while fill is 0 and mask is SET_MINIMUM - 1.
 */

#include "runtime/state.h"

enum { SET_LINEAR_PROBES = 9, SET_MINIMUM = 8, SET_FREE_HASH = 0, SET_DELETED_HASH = -1 };

typedef struct {
    Value key; /* owned; ABSENT: free or deleted */
    int64_t hash;
} SetEntry;

typedef struct {
    Object head;
    int64_t used;
    int64_t fill;
    uint64_t mask;
    SetEntry *table; /* owned; mask + 1 cells */
    uint64_t finger; /* where the next pop begins to look */
    int64_t hash;    /* of a frozenset; -1: not computed */
} Set;

static inline Set *as_set(Value v) { return (Set *)as_object(v); }
static inline bool is_set(Value v) { return is_family(v, TYPE_SET); } /* set or frozenset */

NEW RAISES Value set_new(VM *vm);
NEW RAISES Value set_from_iterable(VM *vm, Value iterable);
NEW RAISES Value frozenset_from_iterable(VM *vm, Value iterable /* ABSENT: empty */);
/* The constant that a display of constants in source text becomes. It is built, walked, and built again, as CPython
 * does when it merges constants: that shows in the order in which ints are printed. */
NEW RAISES Value frozenset_constant(VM *vm, Value iterable);
/* Also fills a frozenset that nobody else has seen. */
RAISES bool set_add(VM *vm, Value set, Value item);
RAISES int set_discard(VM *vm, Value set, Value item);  /* 1 removed, 0 missing, -1 */
RAISES int set_contains(VM *vm, Value set, Value item); /* 1, 0, -1 */
RAISES bool set_update(VM *vm, Value set, Value iterable);
RAISES bool set_difference_update(VM *vm, Value set, Value iterable);
RAISES bool set_intersection_update(VM *vm, Value set, Value iterable);
NEW RAISES Value set_intersection(VM *vm, Value set, Value iterable);
RAISES bool set_symmetric_difference_update(VM *vm, Value set, Value iterable);
void set_clear(VM *vm, Value set);

/* Walk: *position starts at 0; false at the end. BORROWED; the set must not change meanwhile. */
static inline bool set_next(const Set *set, int64_t *position, BORROWED Value *key, int64_t *hash) {
    if (!set->table) return false;
    for (uint64_t i = (uint64_t)*position; i <= set->mask; i++) {
        const SetEntry *entry = &set->table[i];
        if (is_absent(entry->key)) continue;
        *key = entry->key;
        *hash = entry->hash;
        *position = (int64_t)i + 1;
        return true;
    }
    return false;
}

#endif
