#ifndef MPY_RUNTIME_SETBODY_H
#define MPY_RUNTIME_SETBODY_H

/* Between the files of set: its table's operations with the hash at hand. Whatever user code does to the set
 * while keys are compared, these end with the table in order. */

#include "runtime/set.h"

static inline void set_init(Set *set) {
    set->mask = SET_MINIMUM - 1;
    set->hash = -1;
}

RAISES bool set_add_hashed(VM *vm, Set *set, Value key, int64_t hash);
RAISES int set_contains_hashed(VM *vm, Set *set, Value key, int64_t hash);
RAISES int set_discard_hashed(VM *vm, Set *set, Value key, int64_t hash);
/* A table of more than `minimum` cells, without the deleted ones. */
RAISES bool set_resize(VM *vm, Set *set, int64_t minimum);
/* After many discards: rebuild if more than a quarter of the cells are deleted ones. */
RAISES bool set_shed_deleted(VM *vm, Set *set);
size_t set_table_size(const Set *set); /* bytes */
/* A set of exactly this type, set_type or frozenset_type, with the same items. */
NEW RAISES Value set_copy_as(VM *vm, Type *type, Value set);

#endif
