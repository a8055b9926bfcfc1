#ifndef MPY_RUNTIME_SETBODY_H
#define MPY_RUNTIME_SETBODY_H

/* Between the files of set: its table's operations with the hash at hand. Whatever user code does to the set
 * while keys are compared, these end with the table in order. */

#include "gc/likely.h"
#include "runtime/containers/set.h"

static inline void set_init(Set *set) {
    set->mask = SET_MINIMUM - 1;
    set->hash = -1;
}

/* A table of more than `minimum` cells, without the deleted ones. */
RAISES bool set_resize(VM *vm, Set *set, int64_t minimum);

/* The cell of the key, or the one where it belongs: the last deleted one on its way, else the free one that ends it.
 * NULL RAISES. The table is there. */
RAISES SetEntry *set_look_further(VM *vm, Set *set, Value key, int64_t hash);
RAISES static inline SetEntry *set_look_up(VM *vm, Set *set, Value key, int64_t hash) {
    SetEntry *entry = &set->table[(uint64_t)hash & set->mask];
    bool found = is_absent(entry->key) ? entry->hash == SET_FREE_HASH : value_same(entry->key, key);
    return LIKELY(found) ? entry : set_look_further(vm, set, key, hash);
}

RAISES static inline int set_contains_hashed(VM *vm, Set *set, Value key, int64_t hash) {
    if (set->used == 0) return 0;
    SetEntry *entry = set_look_up(vm, set, key, hash);
    return entry ? !is_absent(entry->key) : -1;
}

/* Put a key into the cell that it belongs in, which is not live. */
RAISES bool set_fill_cell(VM *vm, Set *set, SetEntry *entry, Value key, int64_t hash);

RAISES static inline bool set_add_hashed(VM *vm, Set *set, Value key, int64_t hash) {
    if (!set->table && !set_resize(vm, set, 0)) return false;
    SetEntry *entry = set_look_up(vm, set, key, hash);
    return entry && (!is_absent(entry->key) || set_fill_cell(vm, set, entry, key, hash));
}

RAISES int set_discard_hashed(VM *vm, Set *set, Value key, int64_t hash);
/* After many discards: rebuild if more than a quarter of the cells are deleted ones. */
RAISES bool set_shed_deleted(VM *vm, Set *set);
size_t set_table_size(const Set *set); /* bytes */
/* A set of exactly this type, set_type or frozenset_type, with the same items. */
NEW RAISES Value set_copy_as(VM *vm, Type *type, Value set);

#endif
