#ifndef MPY_RUNTIME_ITERATORS_H
#define MPY_RUNTIME_ITERATORS_H

/*
 * The built-in iterators over sequences, and the iterator-making built-in types.
 *
 * A SequenceIterator walks anything indexable. When it is exhausted `sequence` becomes ABSENT, so that it
 * stays exhausted even if a list grows again. list_iterator and tuple_iterator advance by index over the
 * items themselves (the eval loop does so inline); `iterator` calls __getitem__ until IndexError; the
 * reversed ones count down.
 *
 * enumerate and zip keep their last result tuple and use it again if nobody else does.
 */

#include "runtime/containers/list.h"
#include "runtime/containers/range.h"
#include "runtime/native.h"
#include "runtime/protocol.h"

typedef struct {
    Object head;
    int64_t index;  /* of the next item */
    Value sequence; /* owned; ABSENT: exhausted */
} SequenceIterator;

/* What the Types of iterators that a program may make and derive from have in common; behind TYPE_HEAD. The docstring
 * comes last, for it may have commas. */
#define ITERATOR_SLOTS(struct_type, new_function, next_function, table, ...) \
    .flags = TYPE_BASE, .basic_size = sizeof(struct_type), .base = &object_type, .doc = __VA_ARGS__, \
    .new = new_function, .iterate = iterator_itself, .next = next_function, .methods = table

/* Iterators over iterators nest as deep as a script likes: each asks before it goes down. */
RAISES static inline bool iterator_may_nest(VM *vm) { return recursion_enter(vm, ""); }

/* iterator_next and iterator_pull with the commonest iterators before all others, before which they ask. */
NEW RAISES Value iterator_step_other(VM *vm, Value iterator);
NEW RAISES Value iterator_forward_other(VM *vm, Value iterator);

/* The next item of a list's iterator that is not at its end, here; else by `rest`. */
NEW RAISES static inline __attribute__((always_inline)) Value iterator_step_or(VM *vm, Value iterator,
                                                                               Value (*rest)(VM *, Value)) {
    if (is_exactly(iterator, &list_iterator_type)) {
        SequenceIterator *it = (SequenceIterator *)as_object(iterator);
        if (!is_absent(it->sequence) && it->index < as_list(it->sequence)->length) {
            return value_ref(as_list(it->sequence)->items[it->index++]);
        }
    }
    return rest(vm, iterator);
}

/* iterator_next with the commonest iterators inlined. */
NEW RAISES static inline __attribute__((always_inline)) Value iterator_step(VM *vm, Value iterator) {
    return iterator_step_or(vm, iterator, iterator_step_other);
}

/* The same for another iterator's `next`: a StopIteration stays raised, for a trace function to be told of it. */
NEW RAISES static inline Value iterator_forward(VM *vm, Value iterator) {
    return iterator_step_or(vm, iterator, iterator_forward_other);
}

/* The next items of another iterator, as its `next_row` if it has one, else one. It is held meanwhile. */
RAISES int64_t iterator_take_other(VM *vm, Value iterator, NEW Value *row, int64_t room);
RAISES static inline int64_t iterator_take(VM *vm, Value iterator, NEW Value *row, int64_t room) {
    if (!is_exactly(iterator, &list_iterator_type)) return iterator_take_other(vm, iterator, row, room);
    SequenceIterator *it = (SequenceIterator *)as_object(iterator);
    int64_t count = 0;
    if (is_absent(it->sequence)) return 0;
    const List *list = as_list(it->sequence);
    while (count < room && it->index < list->length)
        row[count++] = value_ref(list->items[it->index++]);
    if (count == 0) value_clear(vm, &it->sequence);
    return count;
}

/* A SequenceIterator of the given type that begins at `index`; refs the sequence. */
extern const NativeDef sequence_iterator_methods[];
int sequence_iterator_traverse(Object *self, VisitFn visit, void *context);
void sequence_iterator_dealloc(VM *vm, Object *self);
NEW RAISES Value sequence_iterator_make(VM *vm, Type *type, Value sequence, int64_t index);
/* iter() of an object that has only __getitem__. */
NEW RAISES Value sequence_iterator_new(VM *vm, Value sequence);
/* iter(callable, sentinel). */
NEW RAISES Value callable_iterator_new(VM *vm, Value callable, Value sentinel);

/* What iterators' __reduce__ methods return: (builtins.<function>, (argument,)[, state]). STEALS argument and
 * state; ABSENT state leaves it out. */
NEW RAISES Value iterator_reduction(VM *vm, const char *function, STEALS Value argument, STEALS Value state);

/* The same of iterators that their type makes: (type(self), arguments[, state]). STEALS both; ABSENT arguments pass a
 * failure on. */
NEW RAISES Value iterator_type_reduction(VM *vm, Value self, STEALS Value arguments, STEALS Value state);

/* A tuple of iterators over args[0..count). */
NEW RAISES Value iterators_of(VM *vm, Value *args, int count);

#endif
