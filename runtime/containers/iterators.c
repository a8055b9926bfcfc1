/* Iterators over sequences, reversed, and iter(callable, sentinel). */

#include "runtime/containers/iterators.h"

#include "runtime/arguments.h"
#include "runtime/classes/class.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/row.h"
#include "runtime/errors/error.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/reduce.h"

static SequenceIterator *as_iterator(Value v) { return (SequenceIterator *)as_object(v); }

/* --- making, life --- */

Value sequence_iterator_make(VM *vm, Type *type, Value sequence, int64_t index) {
    SequenceIterator *it = (SequenceIterator *)object_new_container(vm, type, sizeof(SequenceIterator));
    if (!it) return raise_memory(vm);
    it->index = index;
    it->sequence = value_ref(sequence);
    object_track(&it->head);
    return from_object(it);
}

Value sequence_iterator_new(VM *vm, Value sequence) {
    return sequence_iterator_make(vm, &sequence_iterator_type, sequence, 0);
}

int sequence_iterator_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((SequenceIterator *)self)->sequence);
    return 0;
}

void sequence_iterator_dealloc(VM *vm, Object *self) {
    size_t size = self->type->flags & TYPE_HEAP ? instance_size(self, 0) : sizeof(SequenceIterator);
    value_xdrop(vm, ((SequenceIterator *)self)->sequence);
    object_free(vm, self, size);
}

/* --- advancing --- */

static Value exhausted(VM *vm, SequenceIterator *it) {
    value_clear(vm, &it->sequence);
    return ABSENT;
}

static Value row_next(VM *vm, Value self) {
    SequenceIterator *it = as_iterator(self);
    if (is_absent(it->sequence)) return ABSENT;
    Row row = row_of(it->sequence);
    if (it->index >= row.length) return exhausted(vm, it);
    return value_ref(row.items[it->index++]);
}

/* The next item of a tuple's iterator that is not at its end, or a range's; of any other by `rest`. */
static inline __attribute__((always_inline)) Value step_other_or(VM *vm, Value iterator,
                                                                 Value (*rest)(VM *, Value)) {
    if (is_exactly(iterator, &tuple_iterator_type)) {
        SequenceIterator *row = as_iterator(iterator);
        if (!is_absent(row->sequence) && row->index < as_tuple(row->sequence)->length)
            return value_ref(as_tuple(row->sequence)->items[row->index++]);
    }
    if (!is_exactly(iterator, &range_iterator_type)) return rest(vm, iterator);
    RangeIterator *it = (RangeIterator *)as_object(iterator);
    if (it->remaining <= 0) return ABSENT;
    int64_t next = it->next;
    it->next = next + it->step;
    it->remaining--;
    return int_small(next);
}

static __attribute__((noinline)) Value step_down(VM *vm, Value iterator) {
    return iterator_may_nest(vm) ? iterator_next(vm, iterator) : ABSENT;
}
static __attribute__((noinline)) Value forward_down(VM *vm, Value iterator) {
    return iterator_may_nest(vm) ? iterator_pull(vm, iterator) : ABSENT;
}

Value iterator_step_other(VM *vm, Value iterator) { return step_other_or(vm, iterator, step_down); }
Value iterator_forward_other(VM *vm, Value iterator) { return step_other_or(vm, iterator, forward_down); }

static int64_t row_next_row(VM *vm, Value self, Value *row, int64_t room) {
    SequenceIterator *it = as_iterator(self);
    if (is_absent(it->sequence)) return 0;
    Row items = row_of(it->sequence);
    int64_t left = items.length - it->index, count = left < room ? left : room;
    if (count <= 0) return exhausted(vm, it), 0;
    row_copy(row, items.items + it->index, count);
    it->index += count;
    return count;
}

int64_t iterator_take_other(VM *vm, Value iterator, NEW Value *row, int64_t room) {
    int64_t (*next_row)(VM *, Value, Value *, int64_t) = type_of(iterator)->next_row;
    if (!iterator_may_nest(vm)) return 0;
    value_ref(iterator);
    int64_t count =
        next_row ? next_row(vm, iterator, row, room) : !is_absent(row[0] = iterator_next(vm, iterator));
    value_drop(vm, iterator);
    return count;
}

static Value list_reverse_next(VM *vm, Value self) {
    SequenceIterator *it = as_iterator(self);
    if (is_absent(it->sequence)) return ABSENT;
    Row row = row_of(it->sequence);
    if (it->index < 0 || it->index >= row.length) return exhausted(vm, it);
    return value_ref(row.items[it->index--]);
}

/* The item at the index through __getitem__; IndexError and StopIteration are the end. */
static Value get_next(VM *vm, SequenceIterator *it, int step) {
    if (!iterator_may_nest(vm)) return ABSENT;
    if (is_absent(it->sequence)) return ABSENT;
    if (it->index < 0) return exhausted(vm, it);
    if (it->index >= INT_MAX_IMMEDIATE) return raise_overflow(vm, "iter index too large");
    Value sequence = value_ref(it->sequence);
    Value item = object_get_item(vm, sequence, int_small(it->index));
    value_drop(vm, sequence);
    if (!is_absent(item)) {
        it->index += step;
        return item;
    }
    if (!error_is(vm, &exc_IndexError) && !error_is(vm, &exc_StopIteration)) return ABSENT;
    error_clear(vm);
    return exhausted(vm, it);
}

static Value sequence_next(VM *vm, Value self) { return get_next(vm, as_iterator(self), 1); }
static Value reversed_next(VM *vm, Value self) { return get_next(vm, as_iterator(self), -1); }

/* --- methods --- */

Value iterators_of(VM *vm, Value *args, int count) {
    Tuple *iterators = tuple_new(vm, count);
    for (int i = 0; iterators && i < count; i++)
        tuple_fill(vm, &iterators, i, object_iterate(vm, args[i]));
    return iterators ? tuple_finish(iterators) : ABSENT;
}

Value iterator_type_reduction(VM *vm, Value self, STEALS Value arguments, STEALS Value state) {
    Value type = from_object(type_of(self)), result = ABSENT;
    if (!is_absent(arguments)) {
        result =
            is_absent(state) ? tuple_pack(vm, 2, type, arguments) : tuple_pack(vm, 3, type, arguments, state);
    }
    value_xdrop(vm, arguments);
    value_xdrop(vm, state);
    return result;
}

Value iterator_reduction(VM *vm, const char *function, Value argument, Value state) {
    return reduce_to_builtin(vm, function, tuple_from_owned(vm, &argument, 1), state);
}

/* (function, (sequence,), index); of an exhausted iterator (function, (empty,)). */
static Value reduce(VM *vm, Value self, const char *function) {
    SequenceIterator *it = as_iterator(self);
    const Type *type = it->head.type;
    bool list = type == &list_iterator_type || type == &list_reverse_iterator_type;
    if (!is_absent(it->sequence) && !(list && it->index < 0))
        return iterator_reduction(vm, function, value_ref(it->sequence), int_small(it->index));
    bool string = type == &string_ascii_iterator_type || type == &string_iterator_type;
    Value empty = list ? list_new(vm, 0) : value_ref(string ? vm->empty_string : vm->empty_tuple);
    return is_absent(empty) ? ABSENT : iterator_reduction(vm, function, empty, ABSENT);
}

METHOD(reduce) { return reduce(vm, args[0], "iter"); }

METHOD(list_reverse_reduce) { return reduce(vm, args[0], "reversed"); }

/* The length of what is walked; a list or tuple says it itself, whatever __len__ a subclass of it has. */
static int64_t sequence_length(VM *vm, Value sequence) {
    return is_family(sequence, TYPE_LIST | TYPE_TUPLE) ? row_of(sequence).length
                                                       : object_length(vm, sequence);
}

METHOD(length_hint) {
    const SequenceIterator *it = as_iterator(args[0]);
    if (is_absent(it->sequence)) return int_small(0);
    if (!type_of(it->sequence)->container.length) return NOT_IMPLEMENTED;
    int64_t length = sequence_length(vm, it->sequence);
    if (length < 0) return ABSENT;
    return int_small(length > it->index ? length - it->index : 0);
}

METHOD(reverse_length_hint) {
    const SequenceIterator *it = as_iterator(args[0]);
    if (is_absent(it->sequence)) return int_small(0);
    int64_t length = sequence_length(vm, it->sequence);
    if (length < 0) return ABSENT;
    return int_small(length > it->index ? it->index + 1 : 0);
}

static bool state_index(VM *vm, Value state, int64_t *index) {
    if (is_int_family(state)) return row_position(vm, state, index);
    return raise_type(vm, "an integer is required"), false;
}

METHOD(setstate) {
    int64_t index;
    SequenceIterator *it = as_iterator(args[0]);
    if (!state_index(vm, args[1], &index)) return ABSENT;
    if (is_absent(it->sequence)) return NONE;
    if (index < 0 && is_family(it->sequence, TYPE_LIST)) {
        value_clear(vm, &it->sequence); /* behind the end */
        return NONE;
    }
    bool bounded = !is_exactly(args[0], &sequence_iterator_type);
    int64_t length = bounded ? sequence_length(vm, it->sequence) : INT64_MAX;
    if (length < 0) return ABSENT;
    it->index = index < 0 ? 0 : index < length ? index : length;
    return NONE;
}

METHOD(reverse_setstate) {
    int64_t index;
    if (!state_index(vm, args[1], &index)) return ABSENT;
    SequenceIterator *it = as_iterator(args[0]);
    if (is_absent(it->sequence)) return NONE;
    int64_t length = sequence_length(vm, it->sequence);
    if (length < 0) return ABSENT;
    it->index = index < -1 ? -1 : index > length - 1 ? length - 1 : index;
    return NONE;
}

#define ITERATOR_METHODS(hint, reduction, state) \
    { \
        {"__length_hint__", hint, "", "Private method returning an estimate of len(list(it))."}, \
            {"__reduce__", reduction, "", "Return state information for pickling."}, \
            {"__setstate__", state, "object, /", "Set state information for unpickling."}, { \
            NULL, NULL, NULL, NULL, 0 \
        } \
    }

static const NativeDef list_reverse_methods[] =
    ITERATOR_METHODS(method_reverse_length_hint, method_list_reverse_reduce, method_reverse_setstate);
const NativeDef sequence_iterator_methods[] =
    ITERATOR_METHODS(method_length_hint, method_reduce, method_setstate);

#define SEQUENCE_ITERATOR(variable, name_text, next_function, next_row_function, table) \
    Type variable = { \
        TYPE_HEAD(variable, name_text, .traverse = sequence_iterator_traverse, \
                  .dealloc = sequence_iterator_dealloc), \
        .flags = TYPE_NO_NEW, \
        .basic_size = sizeof(SequenceIterator), \
        .base = &object_type, \
        .iterate = iterator_itself, \
        .next = next_function, \
        .next_row = next_row_function, \
        .methods = table, \
    };

SEQUENCE_ITERATOR(list_iterator_type, "list_iterator", row_next, row_next_row, sequence_iterator_methods)
SEQUENCE_ITERATOR(list_reverse_iterator_type, "list_reverseiterator", list_reverse_next, NULL,
                  list_reverse_methods)
SEQUENCE_ITERATOR(tuple_iterator_type, "tuple_iterator", row_next, row_next_row, sequence_iterator_methods)
SEQUENCE_ITERATOR(sequence_iterator_type, "iterator", sequence_next, NULL, sequence_iterator_methods)

/* --- reversed --- */

static Value not_reversible(VM *vm, Value v) { return raise_type(vm, "'%T' object is not reversible", v); }

/* reversed(v) as an instance of `type`, where v's own __reversed__ does not say otherwise. */
static Value reversed_of(VM *vm, Type *type, Value v) {
    Value attribute = type_lookup(vm, type_of(v), NAME_OF(vm, reversed));
    if (!is_absent(attribute) && is_none(attribute)) return not_reversible(vm, v);
    if (!is_absent(attribute)) return call_method(vm, v, NAME_OF(vm, reversed), NULL, 0);
    if (!type_of(v)->container.get_item || is_family(v, TYPE_DICT)) return not_reversible(vm, v);
    int64_t length = object_length(vm, v);
    if (length < 0) return ABSENT;
    if (type == &reversed_type) return sequence_iterator_make(vm, type, v, length - 1);
    SequenceIterator *it = (SequenceIterator *)instance_new(vm, type, 0);
    if (!it) return ABSENT;
    it->index = length - 1;
    it->sequence = value_ref(v);
    object_track(&it->head);
    return from_object(it);
}

static Value new_reversed(VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (!arguments_check(vm, "reversed", nargs, names, 1, 1)) return ABSENT;
    return reversed_of(vm, type, args[0]);
}

METHOD(reversed_reduce) {
    const SequenceIterator *it = as_iterator(args[0]);
    Value type = from_object(type_of(args[0])),
          sequence = is_absent(it->sequence) ? vm->empty_tuple : it->sequence;
    Value arguments = tuple_pack(vm, 1, sequence);
    if (is_absent(arguments)) return ABSENT;
    Value result = is_absent(it->sequence) ? tuple_pack(vm, 2, type, arguments)
                                           : tuple_pack(vm, 3, type, arguments, int_small(it->index));
    value_drop(vm, arguments);
    return result;
}

static const NativeDef reversed_methods[] =
    ITERATOR_METHODS(method_reverse_length_hint, method_reversed_reduce, method_reverse_setstate);

Type reversed_type = {
    TYPE_HEAD(reversed_type, "reversed", .traverse = sequence_iterator_traverse,
              .dealloc = sequence_iterator_dealloc),
    .flags = TYPE_BASE,
    .basic_size = sizeof(SequenceIterator),
    .base = &object_type,
    .doc = "(sequence, /)\n--\n\nReturn a reverse iterator over the values of the given sequence.",
    .new = new_reversed,
    .iterate = iterator_itself,
    .next = reversed_next,
    .methods = reversed_methods,
};

/* --- iter(callable, sentinel) --- */

typedef struct {
    Object head;
    Value callable, sentinel; /* owned; both ABSENT: exhausted */
} CallableIterator;

Value callable_iterator_new(VM *vm, Value callable, Value sentinel) {
    CallableIterator *it = (CallableIterator *)object_new_container(vm, &callable_iterator_type, sizeof *it);
    if (!it) return raise_memory(vm);
    it->callable = value_ref(callable);
    it->sentinel = value_ref(sentinel);
    object_track(&it->head);
    return from_object(it);
}

static int callable_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((CallableIterator *)self)->callable);
    VISIT(((CallableIterator *)self)->sentinel);
    return 0;
}

static void callable_clear(VM *vm, Object *self) {
    CallableIterator *it = (CallableIterator *)self;
    value_clear(vm, &it->callable);
    value_clear(vm, &it->sentinel);
}

static void callable_dealloc(VM *vm, Object *self) {
    callable_clear(vm, self);
    object_free(vm, self, sizeof(CallableIterator));
}

static Value callable_next(VM *vm, Value self) {
    if (!iterator_may_nest(vm)) return ABSENT;
    CallableIterator *it = (CallableIterator *)as_object(self);
    if (is_absent(it->callable)) return ABSENT;
    Value callable = value_ref(it->callable);
    Value item = call_0(vm, callable);
    value_drop(vm, callable);
    bool end = is_absent(item) && error_is(vm, &exc_StopIteration);
    if (end) error_clear(vm);
    if (!is_absent(item)) {
        if (is_absent(it->sentinel)) { /* the call has exhausted its own iterator */
            value_drop(vm, item);
            return ABSENT;
        }
        Value sentinel = value_ref(it->sentinel);
        int equal = object_equal(vm, sentinel, item);
        value_drop(vm, sentinel);
        if (equal == 0) return item;
        value_drop(vm, item);
        end = equal > 0;
    }
    if (end) callable_clear(vm, &it->head);
    return ABSENT;
}

METHOD(callable_reduce) {
    const CallableIterator *it = (const CallableIterator *)as_object(args[0]);
    if (is_absent(it->callable)) return iterator_reduction(vm, "iter", value_ref(vm->empty_tuple), ABSENT);
    return reduce_to_builtin(vm, "iter", tuple_pack(vm, 2, it->callable, it->sentinel), ABSENT);
}

static const NativeDef callable_methods[] = {
    {"__reduce__", method_callable_reduce, "", "Return state information for pickling."},
    {0},
};

Type callable_iterator_type = {
    TYPE_HEAD(callable_iterator_type, "callable_iterator", .traverse = callable_traverse,
              .clear = callable_clear, .dealloc = callable_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(CallableIterator),
    .base = &object_type,
    .iterate = iterator_itself,
    .next = callable_next,
    .methods = callable_methods,
};
