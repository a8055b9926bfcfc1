/*
 * The module itertools, and most of its streams: accumulate, batched, chain, count, cycle, pairwise, repeat,
 * zip_longest. Those that leave items out are in itertoolsfilter.c.
 */
#include "runtime/modules/itertoolsstream.h"

#include "runtime/classes/genericalias.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/row.h"
#include "runtime/errors/exception.h"
#include "runtime/errors/warn.h"
#include "runtime/module.h"
#include "runtime/text/str.h"

/* --- life --- */

int stream_traverse(Object *self, VisitFn visit, void *context) {
    const Stream *stream = (Stream *)self;
    VISIT(stream->function);
    VISIT(stream->source);
    VISIT(stream->result);
    VISIT(stream->extra);
    return 0;
}

void stream_clear(VM *vm, Object *self) {
    Stream *stream = (Stream *)self;
    value_clear(vm, &stream->function);
    value_clear(vm, &stream->source);
    value_clear(vm, &stream->result);
    value_clear(vm, &stream->extra);
}

void stream_dealloc(VM *vm, Object *self) {
    size_t size = self->type->flags & TYPE_HEAP ? instance_size(self, 0) : sizeof(Stream);
    stream_clear(vm, self);
    object_free(vm, self, size);
}

Value stream_make(VM *vm, Type *type, Value function, STEALS Value source) {
    if (is_absent(source)) return ABSENT;
    Stream *stream = (Stream *)iterator_make(vm, type, sizeof(Stream));
    if (!stream) {
        value_drop(vm, source);
        return ABSENT;
    }
    stream->function = value_xref(function);
    stream->source = source;
    object_track(&stream->head);
    return from_object(stream);
}

Value step_held_unusual(VM *vm, Value iterator) {
    if (is_exactly(iterator, &range_iterator_type)) return iterator_step_other(vm, iterator);
    if (!iterator_may_nest(vm)) return ABSENT;
    Object *object = as_object(iterator); /* whatever has a `next` is an object */
    object_ref(object);
    Value item = iterator_pull_unusual(vm, iterator);
    if (is_absent(item)) iterator_ended(vm);
    object_drop(vm, object);
    return item;
}

bool itertools_warn_of_copying(VM *vm) {
    return warn(vm, &exc_DeprecationWarning, 1,
                "Pickle, copy, and deepcopy support will be removed from itertools in Python 3.14.");
}

Value step_held_other(VM *vm, Value iterator) { return step_held_here(vm, iterator); }

Value stream_source_shown(VM *vm, const Stream *stream) {
    return is_absent(stream->source) ? object_iterate(vm, vm->empty_tuple) : value_ref(stream->source);
}

Value stream_reduce_pair(VM *vm, Value self, Value first, STEALS Value state) {
    Value source = stream_source_shown(vm, as_stream(self)), arguments = ABSENT;
    if (!is_absent(source)) arguments = tuple_pack(vm, 2, first, source);
    value_xdrop(vm, source);
    return iterator_type_reduction(vm, self, arguments, state);
}

/* --- accumulate --- */

static Value accumulate_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[3];
    if (!arguments_bind(vm, "accumulate", "iterable, func=None, *, initial=None", args, nargs, names, row))
        return ABSENT;
    Value self = stream_make(vm, type, is_absent(row[1]) ? NONE : row[1], object_iterate(vm, row[0]));
    if (!is_absent(self) && value_is_given(row[2])) {
        as_stream(self)->extra = value_ref(row[2]);
    }
    return self;
}

static Value accumulate_next(VM *vm, Value self) {
    Stream *stream = as_stream(self);
    if (!iterator_may_nest(vm) || is_absent(stream->source)) return ABSENT;
    if (!is_absent(stream->extra)) {
        value_set(vm, &stream->result, stream->extra);
        stream->extra = ABSENT;
        return value_ref(stream->result);
    }
    Value item = iterator_step(vm, stream->source);
    if (is_absent(item)) return ABSENT;
    if (is_absent(stream->result)) {
        stream->result = item;
        return value_ref(item);
    }
    Value before = value_ref(stream->result), function = value_ref(stream->function);
    Value total = !is_none(function)       ? call_2(vm, function, before, item)
                  : are_ints(before, item) ? int_from(vm, int_get(before) + int_get(item))
                                           : object_binary(vm, BINARY_ADD, before, item);
    value_drop(vm, function);
    value_drop(vm, before);
    value_drop(vm, item);
    if (!is_absent(total)) value_set(vm, &stream->result, value_ref(total));
    return total;
}

/* An accumulate that has not yet given its initial value out: one over it and the rest. */
COPYING(accumulate_reduce) {
    const Stream *stream = as_stream(args[0]);
    if (is_absent(stream->extra)) {
        Value source = stream_source_shown(vm, stream), arguments = ABSENT;
        if (!is_absent(source)) arguments = tuple_pack(vm, 2, source, stream->function);
        value_xdrop(vm, source);
        Value total = value_or_none(stream->result);
        return iterator_type_reduction(vm, args[0], arguments, total);
    }
    Value first = tuple_pack(vm, 1, stream->extra), both = ABSENT, arguments = ABSENT, all = ABSENT;
    if (!is_absent(first)) both = tuple_pack(vm, 2, first, stream->source);
    if (!is_absent(both)) all = call_with(vm, from_object(&itertools_chain_type), both, ABSENT);
    if (!is_absent(all)) arguments = tuple_pack(vm, 2, all, stream->function);
    value_xdrop(vm, first);
    value_xdrop(vm, both);
    value_xdrop(vm, all);
    return iterator_type_reduction(vm, args[0], arguments, NONE);
}

COPYING(accumulate_setstate) {
    value_set(vm, &as_stream(args[0])->result, is_none(args[1]) ? ABSENT : value_ref(args[1]));
    return NONE;
}

static const NativeDef accumulate_methods[] = {
    {"__reduce__", method_accumulate_reduce, "", REDUCE_DOC},
    {"__setstate__", method_accumulate_setstate, "object, /", SETSTATE_DOC},
    {0},
};

STREAM_TYPE(itertools_accumulate_type, "accumulate", accumulate_new, accumulate_next, accumulate_methods,
            "(iterable, func=None, *, initial=None)\n--\n\nReturn series of accumulated sums.")

/* --- batched --- */

static Value batched_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[3];
    int64_t size;
    if (!arguments_bind(vm, "batched", "iterable, n, *, strict=False", args, nargs, names, row))
        return ABSENT;
    Value n = object_index(vm, row[1]);
    if (is_absent(n)) return ABSENT;
    bool fits = int_required(vm, n, &size);
    value_drop(vm, n);
    if (!fits) return ABSENT;
    int strict = is_absent(row[2]) ? 0 : object_truth(vm, row[2]);
    if (strict < 0) return ABSENT;
    if (size < 1) return raise_value(vm, "n must be at least one");
    Value self = stream_make(vm, type, ABSENT, object_iterate(vm, row[0]));
    if (is_absent(self)) return ABSENT;
    as_stream(self)->stop = size;
    as_stream(self)->flag = strict;
    return self;
}

static Value batched_next(VM *vm, Value self) {
    Stream *stream = as_stream(self);
    if (is_absent(stream->source)) return ABSENT;
    Tuple *batch = tuple_new(vm, stream->stop);
    if (!batch) return ABSENT;
    int64_t count = 0;
    while (count < batch->length && !is_absent(stream->source)) {
        Value item = step_held(vm, &stream->source);
        if (is_absent(item)) break;
        batch->items[count++] = item;
    }
    if (count == batch->length) return tuple_finish(batch);
    Value rest = ABSENT;
    if (!error_raised(vm) && count > 0) {
        rest = stream->flag ? raise_value(vm, "batched(): incomplete batch")
                            : tuple_from(vm, batch->items, count);
    }
    if (is_absent(rest)) value_clear(vm, &stream->source);
    object_drop(vm, &batch->head);
    return rest;
}

STREAM_TYPE(itertools_batched_type, "batched", batched_new, batched_next, NULL,
            "(iterable, n, *, strict=False)\n--\n\nBatch data into tuples of length n. The last batch may be "
            "shorter than n.\n\nLoops over the input iterable and accumulates data into tuples up to size n.")

/* --- chain: `source` yields the iterables, `extra` is the iterator of the one under way --- */

static Value chain_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (type->init == itertools_chain_type.init && !arguments_no_names(vm, "chain", names)) return ABSENT;
    Value all = tuple_from(vm, args, nargs);
    if (is_absent(all)) return ABSENT;
    Value self = stream_make(vm, type, ABSENT, object_iterate(vm, all));
    value_drop(vm, all);
    return self;
}

METHOD(chain_from_iterable) { return stream_make(vm, as_type(args[0]), ABSENT, object_iterate(vm, args[1])); }

/* A list's iterator at its end that nobody else has: it may walk the next list. */
static bool is_spent(Value iterator) {
    return is_exactly(iterator, &list_iterator_type) && as_object(iterator)->refs == 1 &&
           is_absent(((SequenceIterator *)as_object(iterator))->sequence);
}

/* Begin the next iterable; false at the end of them all, or RAISES. */
static bool chain_open(VM *vm, Stream *stream) {
    if (is_absent(stream->source)) return false;
    Value iterable = step_held(vm, &stream->source), iterator = ABSENT;
    if (!is_absent(iterable)) {
        if (!is_absent(stream->extra) && is_exactly(iterable, &list_type) && is_spent(stream->extra)) {
            SequenceIterator *it = (SequenceIterator *)as_object(stream->extra);
            it->sequence = iterable;
            it->index = 0;
            return true;
        }
        iterator = object_iterate(vm, iterable);
        value_drop(vm, iterable);
    }
    if (is_absent(iterator)) return value_clear(vm, &stream->source), false;
    value_set(vm, &stream->extra, iterator);
    return true;
}

/* From an iterable that has nothing more, if there is one, to the next; false at the end of them all, or RAISES. */
static __attribute__((noinline)) bool chain_go_on(VM *vm, Stream *stream) {
    if (error_raised(vm)) return false;
    if (!is_absent(stream->extra)) {
        if (!is_spent(stream->extra)) value_clear(vm, &stream->extra);
        if (!vm_may_go_on(vm)) return false;
    }
    if (chain_open(vm, stream)) return true;
    return value_clear(vm, &stream->extra), false;
}

static Value chain_next(VM *vm, Value self) {
    Stream *stream = as_stream(self);
    do {
        if (is_absent(stream->extra)) continue;
        Value item = iterator_step_or(vm, stream->extra, step_held_here);
        if (!is_absent(item)) return item;
    } while (chain_go_on(vm, stream));
    return ABSENT;
}

static int64_t chain_next_row(VM *vm, Value self, Value *row, int64_t room) {
    Stream *stream = as_stream(self);
    do {
        int64_t count = is_absent(stream->extra) ? 0 : iterator_take(vm, stream->extra, row, room);
        if (count > 0) return count;
    } while (chain_go_on(vm, stream));
    return 0;
}

COPYING(chain_reduce) {
    const Stream *stream = as_stream(args[0]);
    Value state = ABSENT;
    if (!is_absent(stream->source)) {
        state = is_absent(stream->extra) ? tuple_pack(vm, 1, stream->source)
                                         : tuple_pack(vm, 2, stream->source, stream->extra);
        if (is_absent(state)) return ABSENT;
    }
    return iterator_type_reduction(vm, args[0], value_ref(vm->empty_tuple), state);
}

COPYING(chain_setstate) {
    Stream *stream = as_stream(args[0]);
    if (!is_tuple(args[1])) return raise_type(vm, "state is not a tuple");
    const Tuple *state = as_tuple(args[1]);
    if (state->length < 1 || state->length > 2) {
        return raise_type(vm, "function takes at %s argument%s (%lld given)",
                          state->length < 1 ? "least 1" : "most 2", state->length < 1 ? "" : "s",
                          (long long)state->length);
    }
    for (int64_t i = 0; i < state->length; i++) {
        if (!type_of(state->items[i])->next) return raise_type(vm, "Arguments must be iterators.");
    }
    value_set(vm, &stream->source, value_ref(state->items[0]));
    value_set(vm, &stream->extra, state->length > 1 ? value_ref(state->items[1]) : ABSENT);
    return NONE;
}

static const NativeDef chain_methods[] = {
    {"__class_getitem__", generic_alias_class_getitem, "object, /", "See PEP 585", NATIVE_CLASS_METHOD},
    {"__reduce__", method_chain_reduce, "", REDUCE_DOC},
    {"__setstate__", method_chain_setstate, "object, /", SETSTATE_DOC},
    {"from_iterable", method_chain_from_iterable, "iterable, /",
     "Alternative chain() constructor taking a single iterable argument that evaluates lazily.",
     NATIVE_CLASS_METHOD},
    {0},
};

STREAM_ROW_TYPE(itertools_chain_type, "chain", chain_new, chain_next, chain_next_row, chain_methods,
                "(*iterables)\n--\n\nReturn a chain object whose .__next__() method returns elements from "
                "the\nfirst iterable until it is exhausted, then elements from the next iterable,\nuntil all "
                "of the iterables are exhausted.")

/* --- count: `function` is the next number, `extra` the step --- */

static bool is_number(Value v) {
    const NumberSlots *number = &type_of(v)->number;
    return number->index || number->to_int || number->to_float || is_family(v, TYPE_COMPLEX);
}

/* As in CPython, a machine's int that goes on by 1 is plain from the beginning, whatever its class. */
static bool is_machine_int(Value number, int64_t *result) {
    return is_int_family(number) && int_to_int64(number, result) && *result != INT64_MAX;
}

/* A step of the int 1 is not shown. */
static bool is_one(Value step) {
    int64_t one;
    return is_int_family(step) && int_to_int64(step, &one) && one == 1;
}

static Value count_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[2];
    if (!arguments_bind(vm, "count", "start=0, step=1", args, nargs, names, row)) return ABSENT;
    Value start = is_absent(row[0]) ? int_small(0) : row[0], step = is_absent(row[1]) ? int_small(1) : row[1];
    if (!is_number(start) || !is_number(step)) return raise_type(vm, "a number is required");
    int64_t first;
    bool machine = is_machine_int(start, &first) && is_one(step);
    Value number = machine ? int_from(vm, first) : value_ref(start);
    Value self = is_absent(number) ? ABSENT : stream_make(vm, type, number, NONE);
    if (!is_absent(self)) as_stream(self)->extra = machine ? int_small(1) : value_ref(step);
    value_xdrop(vm, number);
    return self;
}

static Value count_next(VM *vm, Value self) {
    Stream *stream = as_stream(self);
    Value number = stream->function, step = stream->extra;
    if (is_absent(number) || is_absent(step)) return ABSENT;
    if (are_ints(number, step) && int_fits(int_get(number) + int_get(step))) {
        stream->function = int_small(int_get(number) + int_get(step));
        return number;
    }
    if (!iterator_may_nest(vm)) return ABSENT;
    value_ref(number), value_ref(step);
    Value after = object_binary(vm, BINARY_ADD, number, step);
    value_drop(vm, step);
    if (is_absent(after)) return value_drop(vm, number), ABSENT;
    value_set(vm, &stream->function, after);
    return number;
}

static Value count_repr(VM *vm, Value self) {
    const Stream *stream = as_stream(self);
    if (!recursion_enter(vm, " while getting the repr of an object")) return ABSENT;
    Value number = value_ref(stream->function), step = value_ref(stream->extra);
    Value text = is_one(step) ? string_format(vm, "%s(%R)", type_short_name(type_of(self)), number)
                              : string_format(vm, "%s(%R, %R)", type_short_name(type_of(self)), number, step);
    value_drop(vm, number);
    value_drop(vm, step);
    recursion_leave(vm);
    return text;
}

COPYING(count_reduce) {
    const Stream *stream = as_stream(args[0]);
    int64_t number;
    bool machine = is_machine_int(stream->function, &number) && value_same(stream->extra, int_small(1));
    Value arguments =
        machine ? tuple_pack(vm, 1, stream->function) : tuple_pack(vm, 2, stream->function, stream->extra);
    return iterator_type_reduction(vm, args[0], arguments, ABSENT);
}

static const NativeDef count_methods[] = {
    {"__reduce__", method_count_reduce, "", REDUCE_DOC},
    {0},
};

Type itertools_count_type = {
    TYPE_HEAD(itertools_count_type, "itertools.count", .traverse = stream_traverse, .clear = stream_clear,
              .dealloc = stream_dealloc),
    .flags = TYPE_BASE,
    .basic_size = sizeof(Stream),
    .base = &object_type,
    .doc =
        "(start=0, step=1)\n--\n\nReturn a count object whose .__next__() method returns consecutive values.",
    .new = count_new,
    .repr = count_repr,
    .iterate = iterator_itself,
    .next = count_next,
    .methods = count_methods,
};

/* --- cycle: `extra` is the list of the items seen, `index` the next of them once the source is done --- */

static Value cycle_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (type->init != itertools_cycle_type.init) names = ABSENT;
    if (!arguments_check(vm, "cycle", nargs, names, 1, 1)) return ABSENT;
    Value self = stream_make(vm, type, ABSENT, object_iterate(vm, args[0]));
    if (is_absent(self)) return ABSENT;
    as_stream(self)->extra = list_new(vm, 0);
    if (is_absent(as_stream(self)->extra)) value_clear(vm, &self);
    return self;
}

/* The next item of the source, saved unless __setstate__ brought it with it; the source is let go at its end. */
static Value cycle_first_round(VM *vm, Stream *stream) {
    Value item = step_held(vm, &stream->source);
    if (is_absent(item)) {
        if (!error_raised(vm)) value_clear(vm, &stream->source);
        return ABSENT;
    }
    if (stream->flag || is_absent(stream->extra) || list_append(vm, stream->extra, item)) return item;
    value_drop(vm, item);
    return ABSENT;
}

/* The next of the saved items. */
static inline Value cycle_again(Stream *stream) {
    const List *saved = as_list(stream->extra);
    if (is_absent(stream->extra) || saved->length == 0) return ABSENT;
    if (stream->index >= saved->length) stream->index = 0;
    return value_ref(saved->items[stream->index++]);
}

static __attribute__((noinline)) Value cycle_first_next(VM *vm, Stream *stream) {
    if (is_absent(stream->extra)) return ABSENT;
    Value item = cycle_first_round(vm, stream);
    return !is_absent(item) || error_raised(vm) ? item : cycle_again(stream);
}

static Value cycle_next(VM *vm, Value self) {
    Stream *stream = as_stream(self);
    return is_absent(stream->source) ? cycle_again(stream) : cycle_first_next(vm, stream);
}

static int64_t cycle_next_row(VM *vm, Value self, Value *row, int64_t room) {
    row[0] = cycle_next(vm, self);
    if (is_absent(row[0])) return 0;
    int64_t count = 1;
    while (count < room && is_absent(as_stream(self)->source))
        row[count++] = cycle_again(as_stream(self));
    return count;
}

/* The source is exhausted: an iterator over the saved items, at the place, stands for it. */
COPYING(cycle_reduce) {
    const Stream *stream = as_stream(args[0]);
    Value source = is_absent(stream->source)
                       ? sequence_iterator_make(vm, &list_iterator_type, stream->extra, stream->index)
                       : value_ref(stream->source);
    if (is_absent(source)) return ABSENT;
    Value arguments = tuple_from_owned(vm, &source, 1);
    Value state = is_absent(arguments)
                      ? ABSENT
                      : tuple_pack(vm, 2, stream->extra, bool_from(is_absent(stream->source)));
    if (is_absent(state)) return value_xdrop(vm, arguments), ABSENT;
    return iterator_type_reduction(vm, args[0], arguments, state);
}

COPYING(cycle_setstate) {
    Stream *stream = as_stream(args[0]);
    if (!is_tuple(args[1])) return raise_type(vm, "state is not a tuple");
    const Tuple *state = as_tuple(args[1]);
    if (state->length != 2 || !is_exactly(state->items[0], &list_type) || !is_int_family(state->items[1])) {
        return raise_type(vm, "state is not a list and an int");
    }
    stream->flag = int_sign(state->items[1]) != 0;
    stream->index = 0;
    value_set(vm, &stream->extra, value_ref(state->items[0]));
    return NONE;
}

static const NativeDef cycle_methods[] = {
    {"__reduce__", method_cycle_reduce, "", REDUCE_DOC},
    {"__setstate__", method_cycle_setstate, "object, /", SETSTATE_DOC},
    {0},
};

STREAM_ROW_TYPE(itertools_cycle_type, "cycle", cycle_new, cycle_next, cycle_next_row, cycle_methods,
                "(iterable, /)\n--\n\nReturn elements from the iterable until it is exhausted. Then repeat "
                "the sequence indefinitely.")

/* --- pairwise: `result` is the item before, `extra` the tuple yielded last --- */

static Value pairwise_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (type->init != itertools_pairwise_type.init) names = ABSENT;
    if (!arguments_check(vm, "pairwise", nargs, names, 1, 1)) return ABSENT;
    return stream_make(vm, type, ABSENT, object_iterate(vm, args[0]));
}

static Value pairwise_end(VM *vm, Stream *stream) {
    Value raised = error_take(vm);
    value_clear(vm, &stream->source);
    value_clear(vm, &stream->result);
    error_restore(vm, raised);
    return ABSENT;
}

static Value pairwise_next(VM *vm, Value self) {
    Stream *stream = as_stream(self);
    if (is_absent(stream->source)) return ABSENT;
    if (is_absent(stream->result)) {
        Value first = step_held(vm, &stream->source);
        if (is_absent(first)) return pairwise_end(vm, stream);
        value_set(vm, &stream->result, first);
        if (is_absent(stream->source)) return pairwise_end(vm, stream);
    }
    Value before = value_ref(stream->result), item = step_held(vm, &stream->source);
    if (is_absent(item)) return value_drop(vm, before), pairwise_end(vm, stream);
    value_set(vm, &stream->result, value_ref(item));
    return tuple_reuse_pair(vm, &stream->extra, before, item);
}

STREAM_TYPE(itertools_pairwise_type, "pairwise", pairwise_new, pairwise_next, NULL,
            "(iterable, /)\n--\n\nReturn an iterator of overlapping pairs taken from the input iterator.\n\n "
            "   s -> (s0,s1), (s1,s2), (s2, s3), ...")

/* --- repeat --- */

typedef struct {
    Object head;
    Value object; /* owned; ABSENT when a collection has cleared it */
    int64_t left; /* how often yet; -1: for ever */
} Repeat;

static Repeat *as_repeat(Value v) { return (Repeat *)as_object(v); }

static int repeat_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((Repeat *)self)->object);
    return 0;
}

static void repeat_clear(VM *vm, Object *self) { value_clear(vm, &((Repeat *)self)->object); }

static void repeat_dealloc(VM *vm, Object *self) {
    size_t size = self->type->flags & TYPE_HEAP ? instance_size(self, 0) : sizeof(Repeat);
    value_xdrop(vm, ((Repeat *)self)->object);
    object_free(vm, self, size);
}

static Value repeat_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[2];
    int64_t times = -1;
    if (nargs == 2 && is_absent(names))
        memcpy(row, args, sizeof row);
    else if (!arguments_bind(vm, "repeat", "object, times=None", args, nargs, names, row))
        return ABSENT;
    if (is_int(row[1])) {
        times = int_get(row[1]) < 0 ? 0 : int_get(row[1]);
    } else if (!is_absent(row[1])) {
        Value index = object_index(vm, row[1]);
        if (is_absent(index)) return ABSENT;
        bool fits = int_required(vm, index, &times);
        value_drop(vm, index);
        if (!fits) return ABSENT;
        if (times < 0) times = 0;
    }
    Repeat *repeat = (Repeat *)iterator_make(vm, type, sizeof *repeat);
    if (!repeat) return ABSENT;
    repeat->object = value_ref(row[0]);
    repeat->left = times;
    object_track(&repeat->head);
    return from_object(repeat);
}

static Value repeat_next(VM *vm, Value self) {
    Repeat *repeat = as_repeat(self);
    if (repeat->left == 0) return ABSENT;
    if (repeat->left > 0) repeat->left--;
    return value_xref(repeat->object);
}

static int64_t repeat_next_row(VM *vm, Value self, Value *row, int64_t room) {
    Repeat *repeat = as_repeat(self);
    Value object = repeat->object;
    int64_t count = repeat->left >= 0 && repeat->left < room ? repeat->left : room;
    if (is_absent(object)) return 0;
    if (repeat->left > 0) repeat->left -= count;
    if (is_object(object)) as_object(object)->refs += (uint32_t)count;
    for (int64_t i = 0; i < count; i++)
        row[i] = object;
    return count;
}

static Value repeat_repr(VM *vm, Value self) {
    const Repeat *repeat = as_repeat(self);
    if (!recursion_enter(vm, " while getting the repr of an object")) return ABSENT;
    Value object = value_ref(repeat->object);
    Value text = repeat->left < 0 ? string_format(vm, "%s(%R)", type_short_name(type_of(self)), object)
                                  : string_format(vm, "%s(%R, %lld)", type_short_name(type_of(self)), object,
                                                  (long long)repeat->left);
    value_drop(vm, object);
    recursion_leave(vm);
    return text;
}

COPYING(repeat_reduce) {
    const Repeat *repeat = as_repeat(args[0]);
    if (repeat->left < 0)
        return iterator_type_reduction(vm, args[0], tuple_pack(vm, 1, repeat->object), ABSENT);
    Value left = int_from(vm, repeat->left);
    if (is_absent(left)) return ABSENT;
    Value arguments = tuple_pack(vm, 2, repeat->object, left);
    value_drop(vm, left);
    return iterator_type_reduction(vm, args[0], arguments, ABSENT);
}

METHOD(repeat_length_hint) {
    int64_t left = as_repeat(args[0])->left;
    return left < 0 ? raise_type(vm, "len() of unsized object") : int_from(vm, left);
}

static const NativeDef repeat_methods[] = {
    {"__length_hint__", method_repeat_length_hint, "",
     "Private method returning an estimate of len(list(it))."},
    {"__reduce__", method_repeat_reduce, "", REDUCE_DOC},
    {0},
};

Type itertools_repeat_type = {
    TYPE_HEAD(itertools_repeat_type, "itertools.repeat", .traverse = repeat_traverse, .clear = repeat_clear,
              .dealloc = repeat_dealloc),
    .flags = TYPE_BASE,
    .basic_size = sizeof(Repeat),
    .base = &object_type,
    .doc = "repeat(object [,times]) -> create an iterator which returns the object\nfor the specified number "
           "of times.  If not specified, returns the object\nendlessly.",
    .new = repeat_new,
    .repr = repeat_repr,
    .iterate = iterator_itself,
    .next = repeat_next,
    .next_row = repeat_next_row,
    .methods = repeat_methods,
};

/* --- zip_longest: an iterator that has ended is None in the tuple `source`; `index` of them are left --- */

enum { LOCAL_ITEMS = 8 };

static Value zip_longest_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value fill = NONE;
    if (names_count(names) > 0) {
        if (names_count(names) > 1 || !string_equal_c(as_tuple(names)->items[0], "fillvalue")) {
            return raise_type(vm, "zip_longest() got an unexpected keyword argument");
        }
        fill = args[nargs];
    }
    Value self = stream_make(vm, type, ABSENT, iterators_of(vm, args, nargs));
    if (is_absent(self)) return ABSENT;
    as_stream(self)->extra = value_ref(fill);
    as_stream(self)->index = nargs;
    return self;
}

/* One iterator has nothing more: the fill value; ABSENT when it was the last to end, or RAISES. */
static __attribute__((noinline)) Value zip_longest_ended(VM *vm, Stream *stream, Value *iterator) {
    if (error_raised(vm)) {
        stream->index = 0;
        return ABSENT;
    }
    if (!is_none(*iterator)) {
        value_set(vm, iterator, NONE);
        if (stream->index > 0) stream->index--;
    }
    return stream->index > 0 ? value_xref(stream->extra) : ABSENT;
}

/* The next item of one iterator, or the fill value; ABSENT as zip_longest_ended. */
static inline Value zip_longest_item(VM *vm, Stream *stream, Value *iterator) {
    if (is_none(*iterator)) return value_ref(stream->extra);
    Value item = step_held(vm, iterator);
    return is_absent(item) ? zip_longest_ended(vm, stream, iterator) : item;
}

/* The commonest number of iterators. */
static Value zip_longest_two(VM *vm, Stream *stream, Tuple *iterators) {
    Value first = zip_longest_item(vm, stream, &iterators->items[0]);
    if (is_absent(first)) return ABSENT;
    Value second = zip_longest_item(vm, stream, &iterators->items[1]);
    if (!is_absent(second)) return tuple_reuse_pair(vm, &stream->result, first, second);
    value_drop(vm, first);
    return ABSENT;
}

static Value zip_longest_row(VM *vm, Stream *stream, Tuple *iterators) {
    int64_t length = iterators->length, count = 0;
    size_t size = (size_t)length * sizeof(Value);
    Value local[LOCAL_ITEMS], *items = length > LOCAL_ITEMS ? memory_alloc(vm, size) : local, result = ABSENT;
    while (items && count < length) {
        items[count] = zip_longest_item(vm, stream, &iterators->items[count]);
        if (is_absent(items[count])) break;
        count++;
    }
    if (count == length)
        result = tuple_reuse_row(vm, &stream->result, items, length);
    else
        row_drop(vm, items, count);
    if (items && items != local) memory_free(vm, items, size);
    return result;
}

static Value zip_longest_next(VM *vm, Value self) {
    Stream *stream = as_stream(self);
    if (stream->index == 0 || is_absent(stream->source)) return ABSENT;
    Tuple *iterators = as_tuple(value_ref(stream->source));
    Value result = (iterators->length == 2 ? zip_longest_two : zip_longest_row)(vm, stream, iterators);
    object_drop(vm, &iterators->head);
    return result;
}

COPYING(zip_longest_reduce) {
    const Stream *stream = as_stream(args[0]);
    const Tuple *iterators = as_tuple(stream->source);
    Tuple *shown = tuple_new(vm, iterators->length);
    if (!shown) return ABSENT;
    for (int64_t i = 0; i < iterators->length; i++) {
        Value iterator = iterators->items[i];
        shown->items[i] = value_ref(is_none(iterator) ? vm->empty_tuple : iterator);
    }
    return iterator_type_reduction(vm, args[0], tuple_finish(shown), value_ref(stream->extra));
}

COPYING(zip_longest_setstate) {
    value_set(vm, &as_stream(args[0])->extra, value_ref(args[1]));
    return NONE;
}

static const NativeDef zip_longest_methods[] = {
    {"__reduce__", method_zip_longest_reduce, "", REDUCE_DOC},
    {"__setstate__", method_zip_longest_setstate, "object, /", SETSTATE_DOC},
    {0},
};

STREAM_TYPE(
    itertools_zip_longest_type, "zip_longest", zip_longest_new, zip_longest_next, zip_longest_methods,
    "(*iterables, fillvalue=None)\n--\n\nReturn a zip_longest object whose .__next__() method returns a "
    "tuple where\nthe i-th element comes from the i-th iterable argument.  The .__next__()\nmethod continues "
    "until the longest iterable in the argument sequence\nis exhausted and then it raises StopIteration.")

/* --- the module --- */

static Type *const types[] = {
    &itertools_accumulate_type,   &itertools_batched_type,     &itertools_chain_type,
    &itertools_combinations_type, &itertools_replacement_type, &itertools_compress_type,
    &itertools_count_type,        &itertools_cycle_type,       &itertools_dropwhile_type,
    &itertools_filterfalse_type,  &itertools_groupby_type,     &itertools_grouper_type,
    &itertools_islice_type,       &itertools_pairwise_type,    &itertools_permutations_type,
    &itertools_product_type,      &itertools_repeat_type,      &itertools_starmap_type,
    &itertools_takewhile_type,    &itertools_tee_type,         &itertools_tee_data_type,
    &itertools_zip_longest_type,
};

static const NativeDef functions[] = {
    {"tee", itertools_tee, "iterable, n=2, /", "Returns a tuple of n independent iterators."},
    {0},
};

static bool add_types(VM *vm, Value dict) {
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const char *name = type_name(types[i]) + sizeof "itertools." - 1;
        if (!dict_set_c(vm, dict, name, from_object(types[i]))) return false;
    }
    return true;
}

Value module_itertools_new(VM *vm) {
    return module_make(vm, &(ModuleDef){.name = "itertools",
                                        .doc = "Functional tools for creating and using iterators.",
                                        .functions = functions,
                                        .fill = add_types});
}
