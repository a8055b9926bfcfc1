#ifndef MPY_RUNTIME_LIST_H
#define MPY_RUNTIME_LIST_H

/* list: a growing row of values in a block of its own. 0 <= length <= capacity; items[length..capacity) is
 * garbage. */

#include "gc/likely.h"
#include "runtime/state.h"

typedef struct {
    Object head;
    int64_t length;
    int64_t capacity;
    Value *items; /* owned; NULL while capacity is 0 */
} List;

static inline List *as_list(Value v) { return (List *)as_object(v); }
static inline bool is_list(Value v) { return is_family(v, TYPE_LIST); }

NEW RAISES Value list_new(VM *vm, int64_t capacity);                           /* empty, with room */
NEW RAISES Value list_from(VM *vm, const Value *items, int64_t length);        /* refs the items */
NEW RAISES Value list_from_owned(VM *vm, STEALS Value *items, int64_t length); /* takes the references */
NEW RAISES Value list_from_iterable(VM *vm, Value iterable);
/* A row (runtime/containers/row.h) of the items: an exact list or tuple itself, of anything else a list of what its
 * iterator gives. The TypeError for what has none says `type_error`. */
NEW RAISES Value row_from_iterable(VM *vm, Value iterable, const char *type_error);
RAISES bool list_reserve(VM *vm, List *list,
                         int64_t capacity); /* at least; amortised growth is the caller's */
void list_trim(VM *vm, List *list);         /* no more room than its items need, if that can be had */
RAISES bool list_grow(VM *vm, List *list);  /* room for one more, by the growth pattern */
RAISES bool list_append_growing(VM *vm, Value list, STEALS Value item);

RAISES static inline bool list_append_owned(VM *vm, Value self, STEALS Value item) {
    List *list = as_list(self);
    if (UNLIKELY(list->length >= list->capacity)) return list_append_growing(vm, self, item);
    list->items[list->length++] = item;
    return true;
}

RAISES static inline bool list_append(VM *vm, Value list, Value item) { /* refs the item */
    return list_append_owned(vm, list, value_ref(item));
}

RAISES bool list_extend(VM *vm, Value list, Value iterable);
RAISES bool list_sort(VM *vm, Value list, Value key /* or ABSENT */, bool reverse);

/* list[start:stop] = iterable, the bounds as a slice's. */
RAISES bool list_assign(VM *vm, Value list, int64_t start, int64_t stop, Value iterable);

#endif
