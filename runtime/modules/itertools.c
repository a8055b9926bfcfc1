/*
 * The module itertools, and its streams: accumulate, batched, chain, compress, count, cycle, dropwhile, filterfalse,
 * islice, pairwise, repeat, starmap, takewhile, zip_longest. All are a Stream.
 */
#include "runtime/modules/itertools.h"

#include "runtime/dict.h"
#include "runtime/genericalias.h"
#include "runtime/list.h"
#include "runtime/module.h"
#include "runtime/str.h"

typedef struct {
    Object head;
    Value function; /* what to call with the items; count: the next number; repeat: the object */
    Value source;   /* an iterator, zip_longest's tuple of them; ABSENT: exhausted */
    Value result;   /* the tuple yielded last; accumulate: the total; pairwise: the item before */
    Value extra;    /* a second iterator; count's step; cycle's saved items; zip_longest's fill value */
    int64_t index, stop, step;
    bool flag;
} Stream;

static Stream *as_stream(Value v) { return (Stream *)as_object(v); }

/* --- life --- */

static int traverse(Object *self, VisitFn visit, void *context) {
    const Stream *stream = (Stream *)self;
    VISIT(stream->function);
    VISIT(stream->source);
    VISIT(stream->result);
    VISIT(stream->extra);
    return 0;
}

static void clear(VM *vm, Object *self) {
    Stream *stream = (Stream *)self;
    value_clear(vm, &stream->function);
    value_clear(vm, &stream->source);
    value_clear(vm, &stream->result);
    value_clear(vm, &stream->extra);
}

static void dealloc(VM *vm, Object *self) {
    size_t size = self->type->flags & TYPE_HEAP ? instance_size(self, 0) : sizeof(Stream);
    clear(vm, self);
    object_free(vm, self, size);
}

/* A stream from `source`, whose reference it takes; ABSENT passes a failure on. */
static Value make(VM *vm, Type *type, Value function, STEALS Value source) {
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

/* What an exhausted stream has in place of its source: an empty iterator. NEW, RAISES. */
static Value source_shown(VM *vm, const Stream *stream) {
    return is_absent(stream->source) ? object_iterate(vm, vm->empty_tuple) : value_ref(stream->source);
}

/* (type, (first, source)[, state]); STEALS state. */
static Value reduce_pair(VM *vm, Value self, Value first, STEALS Value state) {
    Value source = source_shown(vm, as_stream(self)), arguments = ABSENT;
    if (!is_absent(source)) arguments = tuple_pack(vm, 2, first, source);
    value_xdrop(vm, source);
    return iterator_type_reduction(vm, self, arguments, state);
}

/* A stream of a function over one iterable: dropwhile and its like. */
static Value make_filter(VM *vm, Type *type, const char *name, const Type *plain, Value *args, int nargs,
                         Value names) {
    if (type->init != plain->init) names = ABSENT;
    if (!arguments_check(vm, name, nargs, names, 2, 2)) return ABSENT;
    return make(vm, type, args[0], object_iterate(vm, args[1]));
}

/* Is the function's answer for the item true? 1, 0, -1 RAISES. */
static int test(VM *vm, Value function, Value item) {
    if (is_none(function) || value_same(function, from_object(&bool_type))) return object_truth(vm, item);
    Value answer = call_1(vm, function, item);
    if (is_absent(answer)) return -1;
    int truth = is_bool(answer) ? value_same(answer, TRUE_VALUE) : object_truth(vm, answer);
    value_drop(vm, answer);
    return truth;
}

/* May a loop that yields nothing go on? */
static bool may_go_on(VM *vm) { return !vm_interrupted(vm) || vm->hooks.handle_signals(vm); }

#define STREAM_TYPE(variable, name_text, new_function, next_function, table, ...) \
    Type variable = { \
        TYPE_HEAD(variable, "itertools." name_text, .traverse = traverse, .clear = clear, \
                  .dealloc = dealloc), \
        .flags = TYPE_BASE, \
        .basic_size = sizeof(Stream), \
        .base = &object_type, \
        .doc = __VA_ARGS__, \
        .new = new_function, \
        .iterate = iterator_itself, \
        .next = next_function, \
        .methods = table, \
    };

/* `flag` set from any object, as __setstate__ of dropwhile and takewhile. */
METHOD(set_flag) {
    int truth = object_truth(vm, args[1]);
    if (truth < 0) return ABSENT;
    as_stream(args[0])->flag = truth;
    return NONE;
}

METHOD(reduce_filter) { return reduce_pair(vm, args[0], as_stream(args[0])->function, ABSENT); }

METHOD(reduce_flagged) {
    const Stream *stream = as_stream(args[0]);
    return reduce_pair(vm, args[0], stream->function, int_small(stream->flag));
}

static const NativeDef filter_methods[] = {
    {"__reduce__", method_reduce_filter, "", REDUCE_DOC, 0},
    {0},
};

static const NativeDef flagged_methods[] = {
    {"__reduce__", method_reduce_flagged, "", REDUCE_DOC, 0},
    {"__setstate__", method_set_flag, "object, /", SETSTATE_DOC, 0},
    {0},
};

/* --- accumulate --- */

static Value accumulate_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[3];
    if (!arguments_bind(vm, "accumulate", "iterable, func=None, *, initial=None", args, nargs, names, row))
        return ABSENT;
    Value self = make(vm, type, is_absent(row[1]) ? NONE : row[1], object_iterate(vm, row[0]));
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
    Value total =
        is_none(function) ? object_binary(vm, BINARY_ADD, before, item) : call_2(vm, function, before, item);
    value_drop(vm, function);
    value_drop(vm, before);
    value_drop(vm, item);
    if (!is_absent(total)) value_set(vm, &stream->result, value_ref(total));
    return total;
}

/* An accumulate that has not yet given its initial value out: one over it and the rest. */
METHOD(accumulate_reduce) {
    const Stream *stream = as_stream(args[0]);
    if (is_absent(stream->extra)) {
        Value source = source_shown(vm, stream), arguments = ABSENT;
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

METHOD(accumulate_setstate) {
    value_set(vm, &as_stream(args[0])->result, is_none(args[1]) ? ABSENT : value_ref(args[1]));
    return NONE;
}

static const NativeDef accumulate_methods[] = {
    {"__reduce__", method_accumulate_reduce, "", REDUCE_DOC, 0},
    {"__setstate__", method_accumulate_setstate, "object, /", SETSTATE_DOC, 0},
    {0},
};

STREAM_TYPE(itertools_accumulate_type, "accumulate", accumulate_new, accumulate_next, accumulate_methods,
            "Return series of accumulated sums.")

/* --- batched --- */

static Value batched_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[3];
    int64_t size;
    if (!arguments_bind(vm, "batched", "iterable, n, *, strict=False", args, nargs, names, row))
        return ABSENT;
    Value n = object_index(vm, row[1]);
    if (is_absent(n)) return ABSENT;
    bool fits = int_to_int64(n, &size);
    value_drop(vm, n);
    if (!fits) return raise_overflow(vm, "Python int too large to convert to C ssize_t");
    int strict = is_absent(row[2]) ? 0 : object_truth(vm, row[2]);
    if (strict < 0) return ABSENT;
    if (size < 1) return raise_value(vm, "n must be at least one");
    Value self = make(vm, type, ABSENT, object_iterate(vm, row[0]));
    if (is_absent(self)) return ABSENT;
    as_stream(self)->stop = size;
    as_stream(self)->flag = strict;
    return self;
}

static Value batched_next(VM *vm, Value self) {
    Stream *stream = as_stream(self);
    if (!iterator_may_nest(vm) || is_absent(stream->source)) return ABSENT;
    Tuple *batch = tuple_new(vm, stream->stop);
    if (!batch) return ABSENT;
    int64_t count = 0;
    while (count < batch->length && !is_absent(stream->source)) {
        Value item = step_held(vm, &stream->source);
        if (is_absent(item)) break;
        batch->items[count++] = item;
    }
    if (count == batch->length) return tuple_finish(batch);
    value_clear(vm, &stream->source);
    Value rest = ABSENT;
    if (!error_raised(vm) && count > 0) {
        rest = stream->flag ? raise_value(vm, "batched(): incomplete batch")
                            : tuple_from(vm, batch->items, count);
    }
    object_drop(vm, &batch->head);
    return rest;
}

STREAM_TYPE(
    itertools_batched_type, "batched", batched_new, batched_next, NULL,
    "Batch data into tuples of length n. The last batch may be shorter than n.\n\nLoops over the input "
    "iterable and accumulates data into tuples up to size n.")

/* --- chain: `source` yields the iterables, `extra` is the iterator of the one under way --- */

static Value chain_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (type->init == itertools_chain_type.init && !arguments_no_names(vm, "chain", names)) return ABSENT;
    Value all = tuple_from(vm, args, nargs);
    if (is_absent(all)) return ABSENT;
    Value self = make(vm, type, ABSENT, object_iterate(vm, all));
    value_drop(vm, all);
    return self;
}

METHOD(chain_from_iterable) {
    return make(vm, (Type *)as_object(args[0]), ABSENT, object_iterate(vm, args[1]));
}

/* Begin the next iterable; false at the end of them all, or RAISES. */
static bool chain_open(VM *vm, Stream *stream) {
    if (is_absent(stream->source)) return false;
    Value iterable = step_held(vm, &stream->source), iterator = ABSENT;
    if (!is_absent(iterable)) {
        iterator = object_iterate(vm, iterable);
        value_drop(vm, iterable);
    }
    if (is_absent(iterator)) return value_clear(vm, &stream->source), false;
    value_set(vm, &stream->extra, iterator);
    return true;
}

static Value chain_next(VM *vm, Value self) {
    Stream *stream = as_stream(self);
    if (!iterator_may_nest(vm)) return ABSENT;
    for (;;) {
        if (is_absent(stream->extra) && !chain_open(vm, stream)) return ABSENT;
        Value item = step_held(vm, &stream->extra);
        if (!is_absent(item) || error_raised(vm)) return item;
        value_clear(vm, &stream->extra);
        if (!may_go_on(vm)) return ABSENT;
    }
}

METHOD(chain_reduce) {
    const Stream *stream = as_stream(args[0]);
    Value state = ABSENT;
    if (!is_absent(stream->source)) {
        state = is_absent(stream->extra) ? tuple_pack(vm, 1, stream->source)
                                         : tuple_pack(vm, 2, stream->source, stream->extra);
        if (is_absent(state)) return ABSENT;
    }
    return iterator_type_reduction(vm, args[0], value_ref(vm->empty_tuple), state);
}

METHOD(chain_setstate) {
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
    {"__reduce__", method_chain_reduce, "", REDUCE_DOC, 0},
    {"__setstate__", method_chain_setstate, "object, /", SETSTATE_DOC, 0},
    {"from_iterable", method_chain_from_iterable, "iterable, /",
     "Alternative chain() constructor taking a single iterable argument that evaluates lazily.",
     NATIVE_CLASS_METHOD},
    {0},
};

STREAM_TYPE(
    itertools_chain_type, "chain", chain_new, chain_next, chain_methods,
    "Return a chain object whose .__next__() method returns elements from the\nfirst iterable until it "
    "is exhausted, then elements from the next iterable,\nuntil all of the iterables are exhausted.")

/* --- compress --- */

static Value compress_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[2];
    if (!arguments_bind(vm, "compress", "data, selectors", args, nargs, names, row)) return ABSENT;
    Value data = object_iterate(vm, row[0]);
    if (is_absent(data)) return ABSENT;
    Value selectors = object_iterate(vm, row[1]);
    if (is_absent(selectors)) return value_drop(vm, data), ABSENT;
    Value self = make(vm, type, ABSENT, data);
    if (is_absent(self)) return value_drop(vm, selectors), ABSENT;
    as_stream(self)->extra = selectors;
    return self;
}

static Value compress_next(VM *vm, Value self) {
    const Stream *stream = as_stream(self);
    if (!iterator_may_nest(vm)) return ABSENT;
    while (!is_absent(stream->source) && !is_absent(stream->extra)) {
        Value item = iterator_step(vm, stream->source);
        if (is_absent(item)) return ABSENT;
        Value selector = iterator_step(vm, stream->extra);
        int selected = is_absent(selector) ? -1 : object_truth(vm, selector);
        value_xdrop(vm, selector);
        if (selected > 0) return item;
        value_drop(vm, item);
        if (selected < 0 || !may_go_on(vm)) return ABSENT;
    }
    return ABSENT;
}

METHOD(compress_reduce) {
    const Stream *stream = as_stream(args[0]);
    return iterator_type_reduction(vm, args[0], tuple_pack(vm, 2, stream->source, stream->extra), ABSENT);
}

static const NativeDef compress_methods[] = {
    {"__reduce__", method_compress_reduce, "", REDUCE_DOC, 0},
    {0},
};

STREAM_TYPE(itertools_compress_type, "compress", compress_new, compress_next, compress_methods,
            "Return data elements corresponding to true selector elements.\n\nForms a shorter iterator from "
            "selected data elements using the selectors to\nchoose the data elements.")

/* The type's name without its module, as repr shows it. */
static const char *short_name(Value self) {
    const char *name = type_name_of(self), *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

/* --- count: `function` is the next number, `extra` the step --- */

static bool is_number(Value v) {
    const NumberSlots *number = &type_of(v)->number;
    return number->index || number->to_int || number->to_float || is_family(v, TYPE_COMPLEX);
}

static Value count_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[2];
    if (!arguments_bind(vm, "count", "start=0, step=1", args, nargs, names, row)) return ABSENT;
    Value start = is_absent(row[0]) ? int_small(0) : row[0], step = is_absent(row[1]) ? int_small(1) : row[1];
    if (!is_number(start) || !is_number(step)) return raise_type(vm, "a number is required");
    Value self = make(vm, type, start, NONE);
    if (!is_absent(self)) as_stream(self)->extra = value_ref(step);
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

/* A step of the int 1 is not shown. */
static bool is_one(Value step) {
    int64_t one;
    return is_int_family(step) && int_to_int64(step, &one) && one == 1;
}

static Value count_repr(VM *vm, Value self) {
    const Stream *stream = as_stream(self);
    if (!recursion_enter(vm, " while getting the repr of an object")) return ABSENT;
    Value number = value_ref(stream->function), step = value_ref(stream->extra);
    Value text = is_one(step) ? string_format(vm, "%s(%R)", short_name(self), number)
                              : string_format(vm, "%s(%R, %R)", short_name(self), number, step);
    value_drop(vm, number);
    value_drop(vm, step);
    recursion_leave(vm);
    return text;
}

METHOD(count_reduce) {
    const Stream *stream = as_stream(args[0]);
    Value arguments = is_one(stream->extra) ? tuple_pack(vm, 1, stream->function)
                                            : tuple_pack(vm, 2, stream->function, stream->extra);
    return iterator_type_reduction(vm, args[0], arguments, ABSENT);
}

static const NativeDef count_methods[] = {
    {"__reduce__", method_count_reduce, "", REDUCE_DOC, 0},
    {0},
};

Type itertools_count_type = {
    TYPE_HEAD(itertools_count_type, "itertools.count", .traverse = traverse, .clear = clear,
              .dealloc = dealloc),
    .flags = TYPE_BASE,
    .basic_size = sizeof(Stream),
    .base = &object_type,
    .doc = "Return a count object whose .__next__() method returns consecutive values.",
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
    Value self = make(vm, type, ABSENT, object_iterate(vm, args[0]));
    if (is_absent(self)) return ABSENT;
    as_stream(self)->extra = list_new(vm, 0);
    if (is_absent(as_stream(self)->extra)) value_clear(vm, &self);
    return self;
}

static Value cycle_next(VM *vm, Value self) {
    Stream *stream = as_stream(self);
    if (!iterator_may_nest(vm) || is_absent(stream->extra)) return ABSENT;
    if (!is_absent(stream->source)) {
        Value item = step_held(vm, &stream->source);
        if (!is_absent(item)) {
            if (stream->flag || is_absent(stream->extra) || list_append(vm, stream->extra, item)) return item;
            value_drop(vm, item);
            return ABSENT;
        }
        if (error_raised(vm)) return ABSENT;
        value_clear(vm, &stream->source);
        if (is_absent(stream->extra)) return ABSENT;
    }
    const List *saved = as_list(stream->extra);
    if (saved->length == 0) return ABSENT;
    if (stream->index >= saved->length) stream->index = 0;
    return value_ref(saved->items[stream->index++]);
}

/* The source is exhausted: an iterator over the saved items, at the place, stands for it. */
METHOD(cycle_reduce) {
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

METHOD(cycle_setstate) {
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
    {"__reduce__", method_cycle_reduce, "", REDUCE_DOC, 0},
    {"__setstate__", method_cycle_setstate, "object, /", SETSTATE_DOC, 0},
    {0},
};

STREAM_TYPE(itertools_cycle_type, "cycle", cycle_new, cycle_next, cycle_methods,
            "Return elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.")

/* --- dropwhile, takewhile, filterfalse, starmap --- */

#define FILTER_NEW(name) \
    static Value name##_new(VM *vm, Type *type, Value *args, int nargs, Value names) { \
        return make_filter(vm, type, #name, &itertools_##name##_type, args, nargs, names); \
    }

FILTER_NEW(dropwhile)
FILTER_NEW(takewhile)
FILTER_NEW(filterfalse)
FILTER_NEW(starmap)

static Value dropwhile_next(VM *vm, Value self) {
    Stream *stream = as_stream(self);
    if (!iterator_may_nest(vm)) return ABSENT;
    while (!is_absent(stream->source)) {
        Value item = iterator_step(vm, stream->source);
        if (is_absent(item) || stream->flag) return item;
        int dropped = test(vm, stream->function, item);
        if (dropped == 0) {
            stream->flag = true;
            return item;
        }
        value_drop(vm, item);
        if (dropped < 0 || !may_go_on(vm)) return ABSENT;
    }
    return ABSENT;
}

STREAM_TYPE(itertools_dropwhile_type, "dropwhile", dropwhile_new, dropwhile_next, flagged_methods,
            "Drop items from the iterable while predicate(item) is true.\n\nAfterwards, return every element "
            "until the iterable is exhausted.")

static Value takewhile_next(VM *vm, Value self) {
    Stream *stream = as_stream(self);
    if (!iterator_may_nest(vm) || stream->flag || is_absent(stream->source)) return ABSENT;
    Value item = iterator_step(vm, stream->source);
    if (is_absent(item)) return ABSENT;
    int taken = test(vm, stream->function, item);
    if (taken > 0) return item;
    if (taken == 0) stream->flag = true;
    value_drop(vm, item);
    return ABSENT;
}

STREAM_TYPE(itertools_takewhile_type, "takewhile", takewhile_new, takewhile_next, flagged_methods,
            "Return successive entries from an iterable as long as the predicate evaluates to true for each "
            "entry.")

static Value filterfalse_next(VM *vm, Value self) {
    const Stream *stream = as_stream(self);
    if (!iterator_may_nest(vm)) return ABSENT;
    while (!is_absent(stream->source)) {
        Value item = iterator_step(vm, stream->source);
        if (is_absent(item)) return ABSENT;
        int passes = test(vm, stream->function, item);
        if (passes == 0) return item;
        value_drop(vm, item);
        if (passes < 0 || !may_go_on(vm)) return ABSENT;
    }
    return ABSENT;
}

STREAM_TYPE(
    itertools_filterfalse_type, "filterfalse", filterfalse_new, filterfalse_next, filter_methods,
    "Return those items of iterable for which function(item) is false.\n\nIf function is None, return "
    "the items that are false.")

static Value starmap_next(VM *vm, Value self) {
    const Stream *stream = as_stream(self);
    if (!iterator_may_nest(vm) || is_absent(stream->source)) return ABSENT;
    Value row = iterator_step(vm, stream->source);
    if (is_absent(row)) return ABSENT;
    if (!is_exactly(row, &tuple_type)) {
        Value tuple = tuple_from_iterable(vm, row);
        value_drop(vm, row);
        if (is_absent(tuple)) return ABSENT;
        row = tuple;
    }
    Tuple *arguments = as_tuple(row);
    Value result = object_call(vm, stream->function, arguments->items, (int)arguments->length, ABSENT);
    value_drop(vm, row);
    return result;
}

STREAM_TYPE(itertools_starmap_type, "starmap", starmap_new, starmap_next, filter_methods,
            "Return an iterator whose values are returned from the function evaluated with an argument tuple "
            "taken from the given sequence.")

/* --- islice: `index` items of the source are consumed; a `stop` of -1 is no end --- */

typedef struct {
    Stream stream;
    int64_t wanted; /* the number of the next item to yield */
} Islice;

/* A bound of islice: None leaves *bound. False RAISES nothing: the caller says what was wrong. */
static bool islice_bound(VM *vm, Value v, int64_t minimum, int64_t *bound) {
    if (is_none(v)) return true;
    Value index = object_index(vm, v);
    if (is_absent(index)) return error_clear(vm), false;
    bool ok = int_to_int64(index, bound) && *bound >= minimum;
    value_drop(vm, index);
    return ok;
}

static Value islice_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (type->init != itertools_islice_type.init) names = ABSENT;
    if (!arguments_check(vm, "islice", nargs, names, 2, 4)) return ABSENT;
    int64_t start = 0, stop = -1, step = 1;
    if (!islice_bound(vm, args[nargs == 2 ? 1 : 2], 0, &stop)) {
        return raise_value(vm,
                           "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.");
    }
    if (nargs > 2 && !islice_bound(vm, args[1], 0, &start)) {
        return raise_value(vm, "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.");
    }
    if (nargs > 3 && !islice_bound(vm, args[3], 1, &step)) {
        return raise_value(vm, "Step for islice() must be a positive integer or None.");
    }
    Value source = object_iterate(vm, args[0]);
    if (is_absent(source)) return ABSENT;
    Islice *slice = (Islice *)iterator_make(vm, type, sizeof(Islice));
    if (!slice) return value_drop(vm, source), ABSENT;
    slice->stream.source = source;
    slice->stream.stop = stop;
    slice->stream.step = step;
    slice->wanted = start;
    object_track(&slice->stream.head);
    return from_object(slice);
}

/* The next item of the source, counted; the source is let go at its end. */
static Value islice_step(VM *vm, Stream *stream) {
    if (is_absent(stream->source)) return ABSENT;
    Value item = step_held(vm, &stream->source);
    if (is_absent(item)) {
        if (!error_raised(vm)) value_clear(vm, &stream->source);
    } else {
        stream->index++;
    }
    return item;
}

static Value islice_next(VM *vm, Value self) {
    Islice *slice = (Islice *)as_object(self);
    Stream *stream = &slice->stream;
    if (!iterator_may_nest(vm)) return ABSENT;
    while (stream->index < slice->wanted) {
        Value skipped = islice_step(vm, stream);
        if (is_absent(skipped)) return ABSENT;
        value_drop(vm, skipped);
        if (!may_go_on(vm)) return ABSENT;
    }
    if (stream->stop >= 0 && stream->index >= stream->stop) {
        value_clear(vm, &stream->source);
        return ABSENT;
    }
    Value item = islice_step(vm, stream);
    if (is_absent(item)) return ABSENT;
    bool over = __builtin_add_overflow(slice->wanted, stream->step, &slice->wanted);
    if (over) slice->wanted = INT64_MAX;
    if (stream->stop >= 0 && slice->wanted > stream->stop) slice->wanted = stream->stop;
    return item;
}

METHOD(islice_reduce) {
    const Islice *slice = (Islice *)as_object(args[0]);
    const Stream *stream = &slice->stream;
    if (is_absent(stream->source)) {
        Value empty = source_shown(vm, stream), arguments = ABSENT;
        if (!is_absent(empty)) arguments = tuple_pack(vm, 2, empty, int_small(0));
        value_xdrop(vm, empty);
        return iterator_type_reduction(vm, args[0], arguments, int_small(0));
    }
    Value stop = stream->stop < 0 ? NONE : int_from(vm, stream->stop);
    Value wanted = int_from(vm, slice->wanted), step = int_from(vm, stream->step), state = ABSENT;
    Value arguments = ABSENT;
    if (!is_absent(stop) && !is_absent(wanted) && !is_absent(step)) {
        state = int_from(vm, stream->index);
        if (!is_absent(state)) arguments = tuple_pack(vm, 4, stream->source, wanted, stop, step);
    }
    value_xdrop(vm, stop);
    value_xdrop(vm, wanted);
    value_xdrop(vm, step);
    return iterator_type_reduction(vm, args[0], arguments, state);
}

METHOD(islice_setstate) {
    int64_t index;
    if (!object_to_int64(vm, args[1], &exc_OverflowError, &index)) return ABSENT;
    as_stream(args[0])->index = index;
    return NONE;
}

static void islice_dealloc(VM *vm, Object *self) {
    size_t size = self->type->flags & TYPE_HEAP ? instance_size(self, 0) : sizeof(Islice);
    clear(vm, self);
    object_free(vm, self, size);
}

static const NativeDef islice_methods[] = {
    {"__reduce__", method_islice_reduce, "", REDUCE_DOC, 0},
    {"__setstate__", method_islice_setstate, "object, /", SETSTATE_DOC, 0},
    {0},
};

Type itertools_islice_type = {
    TYPE_HEAD(itertools_islice_type, "itertools.islice", .traverse = traverse, .clear = clear,
              .dealloc = islice_dealloc),
    .flags = TYPE_BASE,
    .basic_size = sizeof(Islice),
    .base = &object_type,
    .doc = "islice(iterable, stop) --> islice object\nislice(iterable, start, stop[, step]) --> islice "
           "object\n\nReturn an iterator whose next() method returns selected values from an\niterable.",
    .new = islice_new,
    .iterate = iterator_itself,
    .next = islice_next,
    .methods = islice_methods,
};

/* --- pairwise: `result` is the item before, `extra` the tuple yielded last --- */

static Value pairwise_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (type->init != itertools_pairwise_type.init) names = ABSENT;
    if (!arguments_check(vm, "pairwise", nargs, names, 1, 1)) return ABSENT;
    return make(vm, type, ABSENT, object_iterate(vm, args[0]));
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
    if (!iterator_may_nest(vm) || is_absent(stream->source)) return ABSENT;
    if (is_absent(stream->result)) {
        Value first = step_held(vm, &stream->source);
        if (is_absent(first)) return pairwise_end(vm, stream);
        value_set(vm, &stream->result, first);
        if (is_absent(stream->source)) return pairwise_end(vm, stream);
    }
    Value before = value_ref(stream->result), item = step_held(vm, &stream->source);
    if (is_absent(item)) return value_drop(vm, before), pairwise_end(vm, stream);
    Tuple *pair = tuple_reuse(vm, &stream->extra, 2);
    if (!pair) return value_drop(vm, before), value_drop(vm, item), ABSENT;
    value_set(vm, &stream->result, value_ref(item));
    value_set(vm, &pair->items[0], before);
    value_set(vm, &pair->items[1], item);
    return tuple_finish(pair);
}

STREAM_TYPE(
    itertools_pairwise_type, "pairwise", pairwise_new, pairwise_next, NULL,
    "Return an iterator of overlapping pairs taken from the input iterator.\n\n    s -> (s0,s1), (s1,s2), "
    "(s2, s3), ...")

/* --- repeat: `function` is the object, `index` how often yet, -1 for ever --- */

static Value repeat_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[2];
    int64_t times = -1;
    if (!arguments_bind(vm, "repeat", "object, times=None", args, nargs, names, row)) return ABSENT;
    if (!is_absent(row[1])) {
        Value index = object_index(vm, row[1]);
        if (is_absent(index)) return ABSENT;
        bool fits = int_to_int64(index, &times);
        value_drop(vm, index);
        if (!fits) return raise_overflow(vm, "Python int too large to convert to C ssize_t");
        if (times < 0) times = 0;
    }
    Value self = make(vm, type, row[0], NONE);
    if (!is_absent(self)) as_stream(self)->index = times;
    return self;
}

static Value repeat_next(VM *vm, Value self) {
    (void)vm;
    Stream *stream = as_stream(self);
    if (stream->index == 0) return ABSENT;
    if (stream->index > 0) stream->index--;
    return value_xref(stream->function);
}

static Value repeat_repr(VM *vm, Value self) {
    const Stream *stream = as_stream(self);
    if (!recursion_enter(vm, " while getting the repr of an object")) return ABSENT;
    Value object = value_ref(stream->function);
    Value text = stream->index < 0
                     ? string_format(vm, "%s(%R)", short_name(self), object)
                     : string_format(vm, "%s(%R, %lld)", short_name(self), object, (long long)stream->index);
    value_drop(vm, object);
    recursion_leave(vm);
    return text;
}

METHOD(repeat_reduce) {
    const Stream *stream = as_stream(args[0]);
    if (stream->index < 0)
        return iterator_type_reduction(vm, args[0], tuple_pack(vm, 1, stream->function), ABSENT);
    Value left = int_from(vm, stream->index);
    if (is_absent(left)) return ABSENT;
    Value arguments = tuple_pack(vm, 2, stream->function, left);
    value_drop(vm, left);
    return iterator_type_reduction(vm, args[0], arguments, ABSENT);
}

METHOD(repeat_length_hint) {
    int64_t left = as_stream(args[0])->index;
    return left < 0 ? raise_type(vm, "len() of unsized object") : int_from(vm, left);
}

static const NativeDef repeat_methods[] = {
    {"__length_hint__", method_repeat_length_hint, "",
     "Private method returning an estimate of len(list(it)).", 0},
    {"__reduce__", method_repeat_reduce, "", REDUCE_DOC, 0},
    {0},
};

Type itertools_repeat_type = {
    TYPE_HEAD(itertools_repeat_type, "itertools.repeat", .traverse = traverse, .clear = clear,
              .dealloc = dealloc),
    .flags = TYPE_BASE,
    .basic_size = sizeof(Stream),
    .base = &object_type,
    .doc =
        "repeat(object [,times]) -> create an iterator which returns the object\nfor the specified number of "
        "times.  If not specified, returns the object\nendlessly.",
    .new = repeat_new,
    .repr = repeat_repr,
    .iterate = iterator_itself,
    .next = repeat_next,
    .methods = repeat_methods,
};

/* --- zip_longest: an iterator that has ended is None in the tuple `source`; `index` of them are left --- */

static Value zip_longest_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value fill = NONE;
    if (names_count(names) > 0) {
        if (names_count(names) > 1 || !string_equal_c(as_tuple(names)->items[0], "fillvalue")) {
            return raise_type(vm, "zip_longest() got an unexpected keyword argument");
        }
        fill = args[nargs];
    }
    Value self = make(vm, type, ABSENT, iterators_of(vm, args, nargs));
    if (is_absent(self)) return ABSENT;
    as_stream(self)->extra = value_ref(fill);
    as_stream(self)->index = nargs;
    return self;
}

/* The next item of one iterator, or the fill value; ABSENT when it was the last to end, or RAISES. */
static Value zip_longest_item(VM *vm, Stream *stream, Value *iterator) {
    if (is_none(*iterator)) return value_ref(stream->extra);
    Value item = step_held(vm, iterator);
    if (!is_absent(item)) return item;
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

static Value zip_longest_next(VM *vm, Value self) {
    Stream *stream = as_stream(self);
    if (!iterator_may_nest(vm) || stream->index == 0 || is_absent(stream->source)) return ABSENT;
    Tuple *iterators = as_tuple(value_ref(stream->source));
    Tuple *result = tuple_reuse(vm, &stream->result, iterators->length);
    for (int64_t i = 0; result && i < iterators->length; i++) {
        Value item = zip_longest_item(vm, stream, &iterators->items[i]);
        if (is_absent(item)) {
            value_clear(vm, &stream->result);
            object_drop(vm, &result->head);
            result = NULL;
        } else {
            value_set(vm, &result->items[i], item);
        }
    }
    object_drop(vm, &iterators->head);
    return result ? tuple_finish(result) : ABSENT;
}

METHOD(zip_longest_reduce) {
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

METHOD(zip_longest_setstate) {
    value_set(vm, &as_stream(args[0])->extra, value_ref(args[1]));
    return NONE;
}

static const NativeDef zip_longest_methods[] = {
    {"__reduce__", method_zip_longest_reduce, "", REDUCE_DOC, 0},
    {"__setstate__", method_zip_longest_setstate, "object, /", SETSTATE_DOC, 0},
    {0},
};

STREAM_TYPE(
    itertools_zip_longest_type, "zip_longest", zip_longest_new, zip_longest_next, zip_longest_methods,
    "Return a zip_longest object whose .__next__() method returns a tuple where\nthe i-th element comes "
    "from the i-th iterable argument.  The .__next__()\nmethod continues until the longest iterable in "
    "the argument sequence\nis exhausted and then it raises StopIteration.")

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
    {"tee", itertools_tee, "iterable, n=2, /", "Returns a tuple of n independent iterators.", 0},
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
