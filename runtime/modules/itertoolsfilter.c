/* The module itertools: streams that leave items out - compress, dropwhile, takewhile, filterfalse, islice - and
 * starmap, which is made like them. */
#include "runtime/modules/itertoolsstream.h"

/* --- a function over one iterable --- */

/* A stream of a function over one iterable: dropwhile and its like. */
static Value make_filter(VM *vm, Type *type, const char *name, const Type *plain, Value *args, int nargs,
                         Value names) {
    if (type->init != plain->init) names = ABSENT;
    if (!arguments_check(vm, name, nargs, names, 2, 2)) return ABSENT;
    return stream_make(vm, type, args[0], object_iterate(vm, args[1]));
}

/* Is the function's answer for the item true? 1, 0, -1 RAISES. */
static int test(VM *vm, Value function, Value item) {
    if (value_same(function, from_object(&bool_type))) return object_truth(vm, item);
    Value answer = call_1(vm, function, item);
    if (is_absent(answer)) return -1;
    int truth = is_bool(answer) ? value_same(answer, TRUE_VALUE) : object_truth(vm, answer);
    value_drop(vm, answer);
    return truth;
}

/* `flag` set from any object, as __setstate__ of dropwhile and takewhile. */
COPYING(set_flag) {
    int truth = object_truth(vm, args[1]);
    if (truth < 0) return ABSENT;
    as_stream(args[0])->flag = truth;
    return NONE;
}

COPYING(reduce_filter) { return stream_reduce_pair(vm, args[0], as_stream(args[0])->function, ABSENT); }

COPYING(reduce_flagged) {
    const Stream *stream = as_stream(args[0]);
    return stream_reduce_pair(vm, args[0], stream->function, int_small(stream->flag));
}

static const NativeDef filter_methods[] = {
    {"__reduce__", method_reduce_filter, "", REDUCE_DOC},
    {0},
};

static const NativeDef flagged_methods[] = {
    {"__reduce__", method_reduce_flagged, "", REDUCE_DOC},
    {"__setstate__", method_set_flag, "object, /", SETSTATE_DOC},
    {0},
};

/* --- compress --- */

static Value compress_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[2];
    if (!arguments_bind(vm, "compress", "data, selectors", args, nargs, names, row)) return ABSENT;
    Value data = object_iterate(vm, row[0]);
    if (is_absent(data)) return ABSENT;
    Value selectors = object_iterate(vm, row[1]);
    if (is_absent(selectors)) return value_drop(vm, data), ABSENT;
    Value self = stream_make(vm, type, ABSENT, data);
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
        if (selected < 0 || !vm_may_go_on(vm)) return ABSENT;
    }
    return ABSENT;
}

COPYING(compress_reduce) {
    const Stream *stream = as_stream(args[0]);
    return iterator_type_reduction(vm, args[0], tuple_pack(vm, 2, stream->source, stream->extra), ABSENT);
}

static const NativeDef compress_methods[] = {
    {"__reduce__", method_compress_reduce, "", REDUCE_DOC},
    {0},
};

STREAM_TYPE(
    itertools_compress_type, "compress", compress_new, compress_next, compress_methods,
    "(data, selectors)\n--\n\nReturn data elements corresponding to true selector elements.\n\nForms a "
    "shorter iterator from selected data elements using the selectors to\nchoose the data elements.")

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
        if (dropped < 0 || !vm_may_go_on(vm)) return ABSENT;
    }
    return ABSENT;
}

STREAM_TYPE(itertools_dropwhile_type, "dropwhile", dropwhile_new, dropwhile_next, flagged_methods,
            "(predicate, iterable, /)\n--\n\nDrop items from the iterable while predicate(item) is "
            "true.\n\nAfterwards, return every element until the iterable is exhausted.")

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
            "(predicate, iterable, /)\n--\n\nReturn successive entries from an iterable as long as the "
            "predicate evaluates to true for each entry.")

static Value filterfalse_next(VM *vm, Value self) {
    const Stream *stream = as_stream(self);
    if (!iterator_may_nest(vm)) return ABSENT;
    while (!is_absent(stream->source)) {
        Value item = iterator_step(vm, stream->source);
        if (is_absent(item)) return ABSENT;
        int passes = is_none(stream->function) ? object_truth(vm, item) : test(vm, stream->function, item);
        if (passes == 0) return item;
        value_drop(vm, item);
        if (passes < 0 || !vm_may_go_on(vm)) return ABSENT;
    }
    return ABSENT;
}

STREAM_TYPE(itertools_filterfalse_type, "filterfalse", filterfalse_new, filterfalse_next, filter_methods,
            "(function, iterable, /)\n--\n\nReturn those items of iterable for which function(item) is "
            "false.\n\nIf function is None, return the items that are false.")

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
            "(function, iterable, /)\n--\n\nReturn an iterator whose values are returned from the function "
            "evaluated with an argument tuple taken from the given sequence.")

/* --- islice: `index` items of the source are consumed; `flag`: there is no end, and `stop` the greatest number --- */

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
    int64_t start = 0, stop = INT64_MAX, step = 1;
    bool begins = nargs == 2 || islice_bound(vm, args[1], 0, &start);
    bool bounded = islice_bound(vm, args[nargs == 2 ? 1 : 2], INT64_MIN, &stop);
    if (!bounded || stop == -1) { /* -1 is how CPython's conversion says that it failed */
        return raise_value(vm,
                           "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.");
    }
    if (stop < 0 || !begins) {
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
    slice->stream.flag = is_none(args[nargs == 2 ? 1 : 2]);
    slice->wanted = start;
    object_track(&slice->stream.head);
    return from_object(slice);
}

/* The source has given nothing, be it at its end or failed: it is let go. */
static Value islice_end(VM *vm, Stream *stream) {
    Value raised = error_take(vm);
    value_clear(vm, &stream->source);
    error_restore(vm, raised);
    return ABSENT;
}

/* The next item of the source, counted. */
static inline Value islice_step(VM *vm, Stream *stream) {
    if (is_absent(stream->source)) return ABSENT;
    Value item = step_held(vm, &stream->source);
    if (is_absent(item)) return islice_end(vm, stream);
    stream->index++;
    return item;
}

/* Drop the items before the next one to yield. False at the end, or RAISES. */
static bool islice_skip(VM *vm, Islice *slice) {
    while (slice->stream.index < slice->wanted) {
        Value skipped = islice_step(vm, &slice->stream);
        if (is_absent(skipped)) return false;
        value_drop(vm, skipped);
        if (!vm_may_go_on(vm)) return false;
    }
    return true;
}

static inline void islice_go_on(Islice *slice) {
    int64_t stop = slice->stream.stop;
    bool over = __builtin_add_overflow(slice->wanted, slice->stream.step, &slice->wanted);
    if (over || slice->wanted > stop) slice->wanted = stop;
}

static Value islice_next(VM *vm, Value self) {
    Islice *slice = (Islice *)as_object(self);
    Stream *stream = &slice->stream;
    if (stream->index < slice->wanted && !islice_skip(vm, slice)) return ABSENT;
    if (stream->index >= stream->stop) {
        value_clear(vm, &stream->source);
        return ABSENT;
    }
    Value item = islice_step(vm, stream);
    if (!is_absent(item)) islice_go_on(slice);
    return item;
}

static int64_t islice_next_row(VM *vm, Value self, Value *row, int64_t room) {
    Islice *slice = (Islice *)as_object(self);
    Stream *stream = &slice->stream;
    int64_t kept = 0;
    while (kept == 0) {
        int64_t left = stream->stop - stream->index;
        if (is_absent(stream->source) || left <= 0 || !type_of(stream->source)->next_row) {
            row[0] = islice_next(vm, self);
            return !is_absent(row[0]);
        }
        int64_t count = iterator_take(vm, stream->source, row, left < room ? left : room);
        if (count == 0) return islice_end(vm, stream), 0;
        for (int64_t i = 0; i < count; i++) {
            bool is_wanted = stream->index++ == slice->wanted;
            if (is_wanted) {
                row[kept++] = row[i];
                islice_go_on(slice);
            } else {
                value_drop(vm, row[i]);
            }
        }
        if (kept == 0 && !vm_may_go_on(vm)) return 0;
    }
    return kept;
}

COPYING(islice_reduce) {
    const Islice *slice = (Islice *)as_object(args[0]);
    const Stream *stream = &slice->stream;
    if (is_absent(stream->source)) {
        Value empty = stream_source_shown(vm, stream), arguments = ABSENT;
        if (!is_absent(empty)) arguments = tuple_pack(vm, 2, empty, int_small(0));
        value_xdrop(vm, empty);
        return iterator_type_reduction(vm, args[0], arguments, int_small(0));
    }
    Value stop = stream->flag ? NONE : int_from(vm, stream->stop);
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

COPYING(islice_setstate) {
    int64_t index;
    if (!int_required(vm, args[1], &index)) return ABSENT;
    as_stream(args[0])->index = index;
    return NONE;
}

static void islice_dealloc(VM *vm, Object *self) {
    size_t size = self->type->flags & TYPE_HEAP ? instance_size(self, 0) : sizeof(Islice);
    stream_clear(vm, self);
    object_free(vm, self, size);
}

static const NativeDef islice_methods[] = {
    {"__reduce__", method_islice_reduce, "", REDUCE_DOC},
    {"__setstate__", method_islice_setstate, "object, /", SETSTATE_DOC},
    {0},
};

Type itertools_islice_type = {
    TYPE_HEAD(itertools_islice_type, "itertools.islice", .traverse = stream_traverse, .clear = stream_clear,
              .dealloc = islice_dealloc),
    .flags = TYPE_BASE,
    .basic_size = sizeof(Islice),
    .base = &object_type,
    .doc = "islice(iterable, stop) --> islice object\nislice(iterable, start, stop[, step]) --> islice "
           "object\n\nReturn an iterator whose next() method returns selected values from an\niterable.",
    .new = islice_new,
    .iterate = iterator_itself,
    .next = islice_next,
    .next_row = islice_next_row,
    .methods = islice_methods,
};
