/*
 * enumerate, zip, map, filter: iterators over other iterators.
 *
 * All four are a Pipe. A result tuple that nobody else holds when the next one is wanted is used again.
 */

#include "runtime/arguments.h"
#include "runtime/classes/genericalias.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/iterators.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

enum { LOCAL_ARGUMENTS = 8 }; /* a map over so many iterables needs no block for a call's arguments */

typedef struct {
    Object head;
    Value function; /* map and filter */
    Value source;   /* an iterator; zip and map: a tuple of iterators */
    Value result;   /* enumerate and zip: the tuple yielded last, or ABSENT */
    Value count;    /* enumerate: the next number, an exact int */
    bool strict;    /* zip */
} Pipe;

static Pipe *as_pipe(Value v) { return (Pipe *)as_object(v); }

/* --- life --- */

static int traverse(Object *self, VisitFn visit, void *context) {
    Pipe *pipe = (Pipe *)self;
    VISIT(pipe->function);
    VISIT(pipe->source);
    VISIT(pipe->result);
    VISIT(pipe->count);
    return 0;
}

/* What it has yielded may be itself. Everything else is older than it is, and cleared elsewhere. */
static void clear(VM *vm, Object *self) { value_clear(vm, &((Pipe *)self)->result); }

static void dealloc(VM *vm, Object *self) {
    Pipe *pipe = (Pipe *)self;
    size_t size = self->type->flags & TYPE_HEAP ? instance_size(self, 0) : sizeof(Pipe);
    value_xdrop(vm, pipe->function);
    value_xdrop(vm, pipe->source);
    value_xdrop(vm, pipe->result);
    value_xdrop(vm, pipe->count);
    object_free(vm, self, size);
}

/* A pipe from `source`, whose reference it takes; ABSENT passes a failure on. */
static Value make(VM *vm, Type *type, Value function, STEALS Value source) {
    if (is_absent(source)) return ABSENT;
    bool heap = type->flags & TYPE_HEAP;
    Pipe *pipe = (Pipe *)(heap ? instance_new(vm, type, 0) : object_new_container(vm, type, sizeof(Pipe)));
    if (!pipe) {
        value_drop(vm, source);
        return heap ? ABSENT : raise_memory(vm);
    }
    pipe->function = value_xref(function);
    pipe->source = source;
    object_track(&pipe->head);
    return from_object(pipe);
}

#define PIPE_TYPE(variable, name_text, new_function, next_function, next_pair_function, table, ...) \
    Type variable = { \
        TYPE_HEAD(variable, name_text, .traverse = traverse, .clear = clear, .dealloc = dealloc), \
        .next_pair = next_pair_function, \
        ITERATOR_SLOTS(Pipe, new_function, next_function, table, __VA_ARGS__), \
    };

/* --- enumerate --- */

/* With at most two arguments, a wrong keyword is named in words of enumerate's own. */
static bool check_enumerate_names(VM *vm, int nargs, Value names) {
    int64_t named = names_count(names);
    if (named == 0 || nargs + named > 2) return true;
    for (int64_t i = 0; i < named; i++) {
        Value name = as_tuple(names)->items[i];
        if ((string_equal_c(name, "start") && nargs + named == 2) ||
            (nargs == 0 && string_equal_c(name, "iterable")))
            continue;
        return raise_type(vm, "'%S' is an invalid keyword argument for enumerate()", name), false;
    }
    return true;
}

static Value enumerate_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[2];
    if (nargs == 0 && names_count(names) == 0) {
        return raise_type(vm, "enumerate() missing required argument 'iterable'");
    }
    if (!check_enumerate_names(vm, nargs, names)) return ABSENT;
    if (!arguments_bind(vm, "enumerate", "iterable, start=0", args, nargs, names, row)) return ABSENT;
    Value start = is_absent(row[1]) ? int_small(0) : object_index(vm, row[1]);
    if (is_absent(start)) return ABSENT;
    Value self = make(vm, type, ABSENT, object_iterate(vm, row[0]));
    if (is_absent(self)) {
        value_drop(vm, start);
    } else {
        as_pipe(self)->count = start;
    }
    return self;
}

static inline int enumerate_next_pair(VM *vm, Value self, Value *number, Value *item) {
    Pipe *pipe = as_pipe(self);
    *item = iterator_forward(vm, pipe->source);
    if (is_absent(*item)) return 0;
    *number = pipe->count;
    Value after = is_int(*number) && int_get(*number) < INT_MAX_IMMEDIATE
                      ? int_small(int_get(*number) + 1)
                      : int_binary(vm, BINARY_ADD, *number, int_small(1));
    if (is_absent(after)) {
        value_drop(vm, *item);
        return 0;
    }
    pipe->count = after;
    return 1;
}

static Value enumerate_next(VM *vm, Value self) {
    Value number, item;
    if (!enumerate_next_pair(vm, self, &number, &item)) return ABSENT;
    return tuple_reuse_pair(vm, &as_pipe(self)->result, number, item);
}

METHOD(enumerate_reduce) {
    const Pipe *pipe = as_pipe(args[0]);
    return iterator_type_reduction(vm, args[0], tuple_pack(vm, 2, pipe->source, pipe->count), ABSENT);
}

static const NativeDef enumerate_methods[] = {
    {"__class_getitem__", generic_alias_class_getitem, "object, /",
     "An alias of the class with type arguments.", NATIVE_CLASS_METHOD},
    {"__reduce__", method_enumerate_reduce, "", "Return state information for pickling."},
    {0},
};

PIPE_TYPE(enumerate_type, "enumerate", enumerate_new, enumerate_next, enumerate_next_pair, enumerate_methods,
          "(iterable, start=0)\n--\n\nReturn an enumerate object.\n\n  iterable\n    an object supporting "
          "iteration\n\nThe enumerate object yields pairs containing a count (from start, which\ndefaults to "
          "zero) and a value yielded by the iterable argument.")

/* --- zip --- */

/* The keyword strict; false RAISES. */
static bool strict_argument(VM *vm, Value names, const Value *values, bool *strict) {
    *strict = false;
    for (int64_t i = 0; i < names_count(names); i++) {
        Value name = as_tuple(names)->items[i];
        if (!string_equal_c(name, "strict")) {
            raise_type(vm, "zip() got an unexpected keyword argument '%S'", name);
            return false;
        }
        int truth = object_truth(vm, values[i]);
        if (truth < 0) return false;
        *strict = truth;
    }
    return true;
}

static Value zip_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    bool strict;
    if (!strict_argument(vm, names, args + nargs, &strict)) return ABSENT;
    Value self = make(vm, type, ABSENT, iterators_of(vm, args, nargs));
    if (!is_absent(self)) as_pipe(self)->strict = strict;
    return self;
}

static Value raise_lengths(VM *vm, int64_t argument, const char *relation) {
    if (argument == 1) return raise_value(vm, "zip() argument 2 is %s than argument 1", relation);
    return raise_value(vm, "zip() argument %lld is %s than arguments 1-%lld", (long long)argument + 1,
                       relation, (long long)argument);
}

/* Iterator `ended` of a strict zip has come to its end: have all? Always ABSENT. */
static Value check_lengths(VM *vm, const Tuple *iterators, int64_t ended) {
    if (!iterator_ended(vm)) return ABSENT;
    if (ended > 0) return raise_lengths(vm, ended, "shorter");
    for (int64_t i = 1; i < iterators->length; i++) {
        Value item = iterator_step(vm, iterators->items[i]);
        if (!is_absent(item)) {
            value_drop(vm, item);
            return raise_lengths(vm, i, "longer");
        }
        if (error_raised(vm)) return ABSENT;
    }
    return ABSENT;
}

static inline int zip_next_pair(VM *vm, Value self, Value *first, Value *second) {
    const Tuple *iterators = as_tuple(as_pipe(self)->source);
    if (iterators->length != 2 || as_pipe(self)->strict) return -1;
    if (is_absent(*first = iterator_forward(vm, iterators->items[0]))) return 0;
    if (!is_absent(*second = iterator_forward(vm, iterators->items[1]))) return 1;
    value_drop(vm, *first);
    return 0;
}

static Value zip_next(VM *vm, Value self) {
    Pipe *pipe = as_pipe(self);
    const Tuple *iterators = as_tuple(pipe->source);
    Value first, second; /* two are the commonest */
    int pair = zip_next_pair(vm, self, &first, &second);
    if (pair >= 0) return pair ? tuple_reuse_pair(vm, &pipe->result, first, second) : ABSENT;
    if (iterators->length == 0) return ABSENT;
    Tuple *result = tuple_reuse(vm, &pipe->result, iterators->length);
    if (!result) return ABSENT;
    for (int64_t i = 0; i < iterators->length; i++) {
        Value item = iterator_forward(vm, iterators->items[i]);
        if (is_absent(item)) {
            bool whole = !is_absent(result->items[iterators->length - 1]);
            if (!whole) value_clear(vm, &pipe->result);
            object_drop(vm, &result->head);
            return pipe->strict ? check_lengths(vm, iterators, i) : ABSENT;
        }
        value_set(vm, &result->items[i], item);
    }
    return tuple_finish(result);
}

METHOD(zip_reduce) {
    const Pipe *pipe = as_pipe(args[0]);
    return iterator_type_reduction(vm, args[0], value_ref(pipe->source),
                                   pipe->strict ? value_ref(TRUE_VALUE) : ABSENT);
}

METHOD(zip_setstate) {
    int truth = object_truth(vm, args[1]);
    if (truth < 0) return ABSENT;
    as_pipe(args[0])->strict = truth;
    return NONE;
}

static const NativeDef zip_methods[] = {
    {"__reduce__", method_zip_reduce, "", "Return state information for pickling."},
    {"__setstate__", method_zip_setstate, "object, /", "Set state information for unpickling."},
    {0},
};

PIPE_TYPE(
    zip_type, "zip", zip_new, zip_next, zip_next_pair, zip_methods,
    "(*iterables, strict=False)\n--\n\nThe zip object yields n-length tuples, where n is the number of "
    "iterables\npassed as positional arguments to zip().  The i-th element in every tuple\ncomes from the "
    "i-th iterable argument to zip().  This continues until the\nshortest argument is exhausted.\n\nIf "
    "strict is true and one of the arguments is exhausted before the others,\nraise a ValueError.")

/* --- map --- */

static Value map_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    bool plain = type == &map_type || type->init == map_type.init;
    if (plain && names_count(names) > 0) return raise_type(vm, "map() takes no keyword arguments");
    if (nargs < 2) return raise_type(vm, "map() must have at least two arguments.");
    return make(vm, type, args[0], iterators_of(vm, args + 1, nargs - 1));
}

static Value map_next(VM *vm, Value self) {
    if (!iterator_may_nest(vm)) return ABSENT;
    const Pipe *pipe = as_pipe(self);
    const Tuple *iterators = as_tuple(pipe->source);
    size_t size = (size_t)iterators->length * sizeof(Value);
    Value local[LOCAL_ARGUMENTS], *args = local;
    if (iterators->length > LOCAL_ARGUMENTS && !(args = memory_alloc(vm, size))) return ABSENT;
    int64_t count = 0;
    while (count < iterators->length) {
        args[count] = iterator_forward(vm, iterators->items[count]);
        if (is_absent(args[count])) break;
        count++;
    }
    Value result = ABSENT;
    if (count == iterators->length) result = object_call(vm, pipe->function, args, (int)count, ABSENT);
    while (--count >= 0)
        value_drop(vm, args[count]);
    if (args != local) memory_free(vm, args, size);
    return result;
}

METHOD(map_reduce) {
    const Pipe *pipe = as_pipe(args[0]);
    int64_t length = as_tuple(pipe->source)->length;
    Tuple *arguments = tuple_new(vm, length + 1);
    if (!arguments) return ABSENT;
    arguments->items[0] = value_ref(pipe->function);
    for (int64_t i = 0; i < length; i++)
        arguments->items[i + 1] = value_ref(as_tuple(pipe->source)->items[i]);
    return iterator_type_reduction(vm, args[0], tuple_finish(arguments), ABSENT);
}

static const NativeDef map_methods[] = {
    {"__reduce__", method_map_reduce, "", "Return state information for pickling."},
    {0},
};

PIPE_TYPE(map_type, "map", map_new, map_next, NULL, map_methods,
          "(function, iterable, /, *iterables)\n--\n\nMake an iterator that computes the function using "
          "arguments from\neach of the iterables.  Stops when the shortest iterable is exhausted.")

/* --- filter --- */

static Value filter_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    bool plain = type == &filter_type || type->init == filter_type.init;
    if (plain && names_count(names) > 0) return raise_type(vm, "filter() takes no keyword arguments");
    if (!arguments_count(vm, "filter", nargs, 2, 2)) return ABSENT;
    return make(vm, type, args[0], object_iterate(vm, args[1]));
}

/* Does the item pass? 1, 0, -1 RAISES. */
static int passes(VM *vm, Value function, Value item) {
    if (is_none(function) || value_same(function, from_object(&bool_type)))
        return is_int(item) ? int_get(item) != 0 : object_truth(vm, item);
    Value answer = call_1(vm, function, item);
    if (is_absent(answer)) return -1;
    int truth = object_truth(vm, answer);
    value_drop(vm, answer);
    return truth;
}

static Value filter_next(VM *vm, Value self) {
    if (!iterator_may_nest(vm)) return ABSENT;
    const Pipe *pipe = as_pipe(self);
    for (;;) {
        Value item = iterator_forward(vm, pipe->source);
        if (is_absent(item)) return ABSENT;
        int pass = passes(vm, pipe->function, item);
        if (pass > 0) return item;
        value_drop(vm, item);
        if (pass < 0 || !vm_may_go_on(vm)) return ABSENT;
    }
}

METHOD(filter_reduce) {
    const Pipe *pipe = as_pipe(args[0]);
    return iterator_type_reduction(vm, args[0], tuple_pack(vm, 2, pipe->function, pipe->source), ABSENT);
}

static const NativeDef filter_methods[] = {
    {"__reduce__", method_filter_reduce, "", "Return state information for pickling."},
    {0},
};

PIPE_TYPE(filter_type, "filter", filter_new, filter_next, NULL, filter_methods,
          "(function, iterable, /)\n--\n\nReturn an iterator yielding those items of iterable for which "
          "function(item)\nis true. If function is None, return the items that are true.")
