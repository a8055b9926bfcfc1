/*
 * The module itertools: product, permutations, combinations, combinations_with_replacement.
 *
 * All are a Selection: a pool, and the row of indices into it that makes the next result. The first result is the row
 * as it was set up; each later one advances the row in lexicographic order and rewrites the places that changed.
 */
#include "runtime/containers/row.h"
#include "runtime/modules/itertools.h"

typedef struct {
    Object head;
    Value pool;       /* a tuple of the items; product: a tuple of such tuples, one a place; owned */
    Value result;     /* the tuple yielded last; owned; ABSENT before the first */
    int64_t *indices; /* of `count` places; permutations: of all items, then `count` cycles; owned */
    Value spare;      /* the one before that; owned, or ABSENT; as neighbours they would be moved as a pair */
    int64_t room;     /* numbers in the block of indices */
    int64_t count;    /* places of a result */
    bool pools;       /* product: the pool is one of pools */
    bool settled;     /* no item of the pool can be part of a cycle, so no result can */
    bool stopped;
} Selection;

static Selection *as_selection(Value v) { return (Selection *)as_object(v); }

static int traverse(Object *self, VisitFn visit, void *context) {
    const Selection *selection = (Selection *)self;
    VISIT(selection->pool);
    VISIT(selection->result);
    VISIT(selection->spare);
    return 0;
}

static void clear(VM *vm, Object *self) {
    Selection *selection = (Selection *)self;
    selection->stopped = true;
    value_clear(vm, &selection->pool);
    value_clear(vm, &selection->result);
    value_clear(vm, &selection->spare);
}

static void dealloc(VM *vm, Object *self) {
    Selection *selection = (Selection *)self;
    size_t size = self->type->flags & TYPE_HEAP ? instance_size(self, 0) : sizeof(Selection);
    memory_free(vm, selection->indices, (size_t)selection->room * sizeof(int64_t));
    clear(vm, self);
    object_free(vm, self, size);
}

/* A selection of `count` places from the pool, with room for that many indices, zeroed. STEALS pool. */
static Value make(VM *vm, Type *type, STEALS Value pool, int64_t count, int64_t room) {
    Selection *selection = (Selection *)iterator_make(vm, type, sizeof(Selection));
    if (!selection) return value_drop(vm, pool), ABSENT;
    selection->pool = pool;
    selection->settled = tuple_settle(vm, pool);
    selection->count = count;
    object_track(&selection->head);
    size_t size;
    bool over = __builtin_mul_overflow((size_t)room, sizeof(int64_t), &size);
    if (over || (room > 0 && !(selection->indices = memory_alloc(vm, size)))) {
        if (over) raise_memory(vm);
        object_drop(vm, &selection->head);
        return ABSENT;
    }
    selection->room = room;
    if (room > 0) memset(selection->indices, 0, size);
    return from_object(selection);
}

/* How many items the place has to choose from. */
static int64_t pool_length(const Selection *selection) { return as_tuple(selection->pool)->length; }

/* The item that the row has at a place. NEW. */
static inline Value item_at(const Selection *selection, int64_t place) {
    const Tuple *pool = as_tuple(selection->pool);
    if (selection->pools) pool = as_tuple(pool->items[place]);
    return value_ref(pool->items[selection->indices[place]]);
}

/* The items of the row, into a new tuple. */
static inline void fill(const Selection *selection, Value *item, int64_t count) {
    const int64_t *index = selection->indices;
    const Tuple *pool = as_tuple(selection->pool);
    Value *end = item + count;
    if (selection->pools) {
        for (const Value *pools = pool->items; item < end;)
            *item++ = value_ref(as_tuple(*pools++)->items[*index++]);
    } else {
        while (item < end)
            *item++ = value_ref(pool->items[*index++]);
    }
}

/* The result for the row in a tuple of its own. NEW, RAISES. */
static inline Tuple *result_new(VM *vm, const Selection *selection) {
    int64_t count = selection->count;
    Tuple *result = selection->settled ? tuple_new_settled(vm, count) : tuple_new_unfilled(vm, count);
    if (result) fill(selection, result->items, count);
    return result;
}

/* The same; it becomes the latest result, too. */
static Value yield_new(VM *vm, Selection *selection) {
    Tuple *result = result_new(vm, selection);
    if (!result) return ABSENT;
    result->head.refs++; /* for the selection, too */
    Value before = selection->result;
    selection->result = from_object(result);
    value_set(vm, &selection->spare, before);
    return from_object(result);
}

/* The latest result, which nobody else holds, made that for the row; the places from `changed` on differ. NEW,
 * RAISES. */
static Value yield_again(VM *vm, Selection *selection, int64_t changed) {
    Value before = selection->result;
    Tuple *result = tuple_reuse(vm, &selection->result, selection->count);
    if (!result) return ABSENT;
    if (!value_same(before, from_object(result))) {
        object_drop(vm, &result->head);
        return yield_new(vm, selection);
    }
    for (int64_t i = changed; i < selection->count; i++)
        value_set(vm, &result->items[i], item_at(selection, i));
    return tuple_finish(result);
}

/* The result for the row, of which the places from `changed` on differ from the result before. NEW, RAISES. */
static inline Value yield(VM *vm, Selection *selection, int64_t changed) {
    if (selection->count == 0) return value_ref(vm->empty_tuple);
    Value before = selection->result, spare = selection->spare;
    if (is_absent(before)) return yield_new(vm, selection);
    if (as_object(before)->refs == 1) return yield_again(vm, selection, changed);
    if (is_absent(spare) || as_object(spare)->refs > 1) return yield_new(vm, selection);
    selection->result = spare; /* a loop's variable still holds the latest, but no more the one before */
    selection->spare = before;
    return yield_again(vm, selection, 0);
}

/* The end: nothing more. */
static Value stop(Selection *selection) {
    selection->stopped = true;
    return ABSENT;
}

/* Whether the first result has been given out: with places, `result` tells. */
static bool begun(const Selection *selection) { return !is_absent(selection->result); }

/* The first result; one of no places is the only one. */
static Value first(VM *vm, Selection *selection) {
    if (selection->count == 0) selection->stopped = true;
    return yield(vm, selection, 0);
}

/* Make the row that of the next result: the first place that is not as it was, or -1 at the end. */
typedef int64_t (*Advance)(Selection *selection);

static inline __attribute__((always_inline)) Value step(VM *vm, Selection *selection, Advance advance) {
    if (selection->stopped) return ABSENT;
    if (!begun(selection)) return first(vm, selection);
    int64_t changed = advance(selection);
    return changed < 0 ? stop(selection) : yield(vm, selection, changed);
}

/* Many at once. */
static inline __attribute__((always_inline)) int64_t step_row(VM *vm, Selection *selection, Value *row,
                                                              int64_t room, Advance advance) {
    int64_t made = 1;
    row[0] = step(vm, selection, advance);
    if (is_absent(row[0])) return 0;
    if (selection->count == 0) return 1;
    for (; made < room && advance(selection) >= 0; made++) {
        Tuple *result = result_new(vm, selection);
        if (!result) return row_drop(vm, row, made), 0;
        row[made] = from_object(result);
    }
    selection->stopped = made < room;
    value_set(vm, &selection->result, value_ref(row[made - 1]));
    return made;
}

/* --- what __reduce__ and __setstate__ share --- */

/* A tuple of `count` of the numbers. NEW, RAISES. */
static Value numbers(VM *vm, const int64_t *from, int64_t count) {
    Tuple *tuple = tuple_new(vm, count);
    if (!tuple) return ABSENT;
    for (int64_t i = 0; i < count; i++)
        tuple->items[i] = int_small(from[i]);
    return tuple_finish(tuple);
}

/* Read the numbers of a tuple of that length, each brought into range. RAISES. */
static bool read_numbers(VM *vm, Value tuple, int64_t *to, int64_t count,
                         int64_t (*limit)(const Selection *, int64_t), const Selection *selection) {
    if (!is_tuple(tuple) || as_tuple(tuple)->length != count) {
        return raise_value(vm, "invalid arguments"), false;
    }
    for (int64_t i = 0; i < count; i++) {
        int64_t number;
        if (!int_required(vm, as_tuple(tuple)->items[i], &number)) return false;
        int64_t most = limit(selection, i);
        to[i] = number < 0 ? 0 : number > most ? most : number;
    }
    return true;
}

/* Rebuild the result from restored indices, so that the next one is computed from it. */
static Value restore(VM *vm, Selection *selection) {
    if (selection->stopped) return NONE;
    Value result = yield(vm, selection, 0);
    if (is_absent(result)) return ABSENT;
    value_drop(vm, result);
    return NONE;
}

static int64_t last_of_pool(const Selection *selection, int64_t i) { return pool_length(selection) - 1; }

COPYING(reduce_choice) {
    const Selection *selection = as_selection(args[0]);
    Value pool = selection->stopped ? vm->empty_tuple : selection->pool, state = ABSENT;
    if (!selection->stopped && begun(selection)) {
        state = numbers(vm, selection->indices, selection->count);
        if (is_absent(state)) return ABSENT;
    }
    return iterator_type_reduction(vm, args[0], tuple_pack(vm, 2, pool, int_small(selection->count)), state);
}

static Value set_choice(VM *vm, Value self, Value state, int64_t (*limit)(const Selection *, int64_t)) {
    Selection *selection = as_selection(self);
    if (is_absent(selection->pool) || selection->stopped) return NONE;
    if (!read_numbers(vm, state, selection->indices, selection->count, limit, selection)) return ABSENT;
    return restore(vm, selection);
}

METHOD(sizeof) {
    const Selection *selection = as_selection(args[0]);
    return int_small((int64_t)sizeof *selection + selection->room * (int64_t)sizeof(int64_t));
}

#define SIZEOF_ROW \
    { "__sizeof__", method_sizeof, "", "Returns size in memory, in bytes." }

/* `advance` is an Advance. */
#define SELECTION_TYPE(variable, name_text, new_function, advance, table, ...) \
    static Value advance##_next(VM *vm, Value self) { return step(vm, as_selection(self), advance); } \
    static int64_t advance##_next_row(VM *vm, Value self, Value *row, int64_t room) { \
        return step_row(vm, as_selection(self), row, room, advance); \
    } \
    Type variable = { \
        TYPE_HEAD(variable, "itertools." name_text, .traverse = traverse, .clear = clear, \
                  .dealloc = dealloc), \
        ITERATOR_SLOTS(Selection, new_function, advance##_next, table, __VA_ARGS__), \
        .next_row = advance##_next_row, \
    };

/* --- product --- */

static bool repeat_argument(VM *vm, Value *args, int nargs, Value names, int64_t *repeat) {
    *repeat = 1;
    if (names_count(names) == 0) return true;
    Value row[1];
    if (!arguments_bind(vm, "product", "*, repeat=1", args + nargs, 0, names, row)) return false;
    if (!object_to_int64(vm, row[0], &exc_OverflowError, repeat)) return false;
    if (*repeat < 0) return raise_value(vm, "repeat argument cannot be negative"), false;
    return true;
}

/* The pools: a tuple for each argument, all of them `repeat` times. NEW, RAISES. */
static Value product_pools(VM *vm, Value *args, int64_t nargs, int64_t repeat) {
    int64_t count;
    if (__builtin_mul_overflow(nargs, repeat, &count) || count > INT64_MAX / 16) return raise_memory(vm);
    Tuple *pools = tuple_new(vm, count);
    if (!pools) return ABSENT;
    for (int64_t i = 0; i < count; i++) {
        pools->items[i] = i < nargs ? tuple_from_iterable(vm, args[i]) : value_ref(pools->items[i - nargs]);
        if (is_absent(pools->items[i])) return object_drop(vm, &pools->head), ABSENT;
        if (i < nargs) tuple_settle(vm, pools->items[i]);
    }
    return tuple_finish(pools);
}

static Value product_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    int64_t repeat;
    if (!repeat_argument(vm, args, nargs, names, &repeat)) return ABSENT;
    Value pools = product_pools(vm, args, repeat == 0 ? 0 : nargs, repeat);
    if (is_absent(pools)) return ABSENT;
    int64_t count = as_tuple(pools)->length;
    Value self = make(vm, type, pools, count, count);
    if (!is_absent(self)) as_selection(self)->pools = true;
    for (int64_t i = 0; !is_absent(self) && i < count; i++) {
        if (as_tuple(as_tuple(pools)->items[i])->length == 0) as_selection(self)->stopped = true;
    }
    return self;
}

static inline int64_t advance_product(Selection *selection) {
    const Tuple *pools = as_tuple(selection->pool);
    int64_t i = selection->count - 1;
    while (i >= 0 && selection->indices[i] + 1 >= as_tuple(pools->items[i])->length)
        selection->indices[i--] = 0;
    if (i < 0) return -1;
    selection->indices[i]++;
    return i;
}

COPYING(product_reduce) {
    const Selection *selection = as_selection(args[0]);
    if (selection->stopped)
        return iterator_type_reduction(vm, args[0], tuple_pack(vm, 1, vm->empty_tuple), ABSENT);
    Value state = ABSENT;
    if (begun(selection)) {
        state = numbers(vm, selection->indices, selection->count);
        if (is_absent(state)) return ABSENT;
    }
    return iterator_type_reduction(vm, args[0], value_ref(selection->pool), state);
}

static int64_t last_of_place(const Selection *selection, int64_t i) {
    return as_tuple(as_tuple(selection->pool)->items[i])->length - 1;
}

COPYING(product_setstate) { return set_choice(vm, args[0], args[1], last_of_place); }

static const NativeDef product_methods[] = {
    {"__reduce__", method_product_reduce, "", REDUCE_DOC},
    {"__setstate__", method_product_setstate, "object, /", SETSTATE_DOC},
    SIZEOF_ROW,
    {0},
};

SELECTION_TYPE(
    itertools_product_type, "product", product_new, advance_product, product_methods,
    "(*iterables, repeat=1)\n--\n\nCartesian product of input iterables.  Equivalent to nested for-loops.")

/* --- combinations, with and without replacement --- */

static Value choice_new(VM *vm, Type *type, const char *name, Value *args, int nargs, Value names,
                        bool replace) {
    Value row[2];
    int64_t count;
    if (!arguments_bind(vm, name, "iterable, r", args, nargs, names, row)) return ABSENT;
    if (!object_to_int64(vm, row[1], &exc_OverflowError, &count)) return ABSENT;
    Value pool = tuple_from_iterable(vm, row[0]);
    if (is_absent(pool)) return ABSENT;
    if (count < 0) {
        value_drop(vm, pool);
        return raise_value(vm, "r must be non-negative");
    }
    int64_t length = as_tuple(pool)->length;
    bool none = replace ? length == 0 && count > 0 : count > length;
    Value self = make(vm, type, pool, count, none && !replace ? 0 : count);
    if (is_absent(self)) return ABSENT;
    as_selection(self)->stopped = none;
    for (int64_t i = 0; !none && !replace && i < count; i++)
        as_selection(self)->indices[i] = i;
    return self;
}

static Value combinations_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    return choice_new(vm, type, "combinations", args, nargs, names, false);
}

static inline int64_t advance_combinations(Selection *selection) {
    int64_t count = selection->count, spare = pool_length(selection) - count, *indices = selection->indices;
    int64_t i = count - 1;
    while (i >= 0 && indices[i] == i + spare)
        i--;
    if (i < 0) return -1;
    indices[i]++;
    for (int64_t j = i + 1; j < count; j++)
        indices[j] = indices[j - 1] + 1;
    return i;
}

/* The greatest item that may stand at a place, for those behind it to be greater. */
static int64_t last_before_others(const Selection *selection, int64_t i) {
    return pool_length(selection) - selection->count + i;
}

COPYING(combinations_setstate) { return set_choice(vm, args[0], args[1], last_before_others); }

static const NativeDef combinations_methods[] = {
    {"__reduce__", method_reduce_choice, "", REDUCE_DOC},
    {"__setstate__", method_combinations_setstate, "object, /", SETSTATE_DOC},
    SIZEOF_ROW,
    {0},
};

SELECTION_TYPE(itertools_combinations_type, "combinations", combinations_new, advance_combinations,
               combinations_methods,
               "(iterable, r)\n--\n\nReturn successive r-length combinations of elements in the "
               "iterable.\n\ncombinations(range(4), 3) --> (0,1,2), (0,1,3), (0,2,3), (1,2,3)")

static Value replacement_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    return choice_new(vm, type, "combinations_with_replacement", args, nargs, names, true);
}

static inline int64_t advance_replacement(Selection *selection) {
    int64_t last = pool_length(selection) - 1, i = selection->count - 1;
    while (i >= 0 && selection->indices[i] == last)
        i--;
    if (i < 0) return -1;
    int64_t index = selection->indices[i] + 1;
    for (int64_t j = i; j < selection->count; j++)
        selection->indices[j] = index;
    return i;
}

COPYING(replacement_setstate) { return set_choice(vm, args[0], args[1], last_of_pool); }

static const NativeDef replacement_methods[] = {
    {"__reduce__", method_reduce_choice, "", REDUCE_DOC},
    {"__setstate__", method_replacement_setstate, "object, /", SETSTATE_DOC},
    SIZEOF_ROW,
    {0},
};

SELECTION_TYPE(
    itertools_replacement_type, "combinations_with_replacement", replacement_new, advance_replacement,
    replacement_methods,
    "(iterable, r)\n--\n\nReturn successive r-length combinations of elements in the iterable allowing "
    "individual elements to have successive repeats.\n\ncombinations_with_replacement('ABC', 2) --> "
    "('A','A'), ('A','B'), ('A','C'), ('B','B'), ('B','C'), ('C','C')")

/* --- permutations: indices[0..n) is a permutation of all, indices[n..n+count) the turns left of each place --- */

static Value permutations_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[2];
    if (!arguments_bind(vm, "permutations", "iterable, r=None", args, nargs, names, row)) return ABSENT;
    Value pool = tuple_from_iterable(vm, row[0]);
    if (is_absent(pool)) return ABSENT;
    int64_t length = as_tuple(pool)->length, count = length;
    bool ok = true;
    if (value_is_given(row[1])) {
        if (!is_int_family(row[1])) {
            ok = (raise_type(vm, "Expected int as r"), false);
        } else {
            ok = object_to_int64(vm, row[1], &exc_OverflowError, &count);
        }
        if (ok && count < 0) ok = (raise_value(vm, "r must be non-negative"), false);
    }
    if (!ok) return value_drop(vm, pool), ABSENT;
    bool none = count > length;
    Value self = make(vm, type, pool, count, none ? 0 : length + count);
    if (is_absent(self)) return ABSENT;
    Selection *selection = as_selection(self);
    selection->stopped = none;
    for (int64_t i = 0; !none && i < length; i++)
        selection->indices[i] = i;
    for (int64_t i = 0; !none && i < count; i++)
        selection->indices[length + i] = length - i;
    return self;
}

static inline int64_t advance_permutations(Selection *selection) {
    int64_t length = pool_length(selection), *indices = selection->indices, *cycles = indices + length;
    for (int64_t i = selection->count - 1; i >= 0; i--) {
        if (--cycles[i] == 0) {
            int64_t index = indices[i];
            memmove(&indices[i], &indices[i + 1], (size_t)(length - 1 - i) * sizeof *indices);
            indices[length - 1] = index;
            cycles[i] = length - i;
        } else {
            int64_t j = length - cycles[i], index = indices[i];
            indices[i] = indices[j];
            indices[j] = index;
            return i;
        }
    }
    return -1;
}

COPYING(permutations_reduce) {
    const Selection *selection = as_selection(args[0]);
    if (selection->stopped || !begun(selection)) return reduce_choice(vm, args, nargs, names);
    int64_t length = pool_length(selection);
    Value indices = numbers(vm, selection->indices, length), cycles = ABSENT, state = ABSENT;
    if (!is_absent(indices)) cycles = numbers(vm, selection->indices + length, selection->count);
    if (!is_absent(cycles)) state = tuple_pack(vm, 2, indices, cycles);
    value_xdrop(vm, indices);
    value_xdrop(vm, cycles);
    if (is_absent(state)) return ABSENT;
    Value arguments = tuple_pack(vm, 2, selection->pool, int_small(selection->count));
    return iterator_type_reduction(vm, args[0], arguments, state);
}

static int64_t turns_of_place(const Selection *selection, int64_t i) { return pool_length(selection) - i; }

COPYING(permutations_setstate) {
    Selection *selection = as_selection(args[0]);
    if (!is_tuple(args[1])) return raise_type(vm, "state is not a tuple");
    const Tuple *state = as_tuple(args[1]);
    if (state->length != 2)
        return raise_type(vm, "function takes exactly 2 arguments (%lld given)", (long long)state->length);
    for (int i = 0; i < 2; i++) {
        if (!is_tuple(state->items[i]))
            return raise_type(vm, "argument %d must be tuple, not %T", i + 1, state->items[i]);
    }
    if (is_absent(selection->pool) || selection->stopped) return NONE;
    int64_t length = pool_length(selection), *cycles = selection->indices + length;
    if (!read_numbers(vm, state->items[0], selection->indices, length, last_of_pool, selection) ||
        !read_numbers(vm, state->items[1], cycles, selection->count, turns_of_place, selection)) {
        return ABSENT;
    }
    for (int64_t i = 0; i < selection->count; i++) {
        if (cycles[i] < 1) cycles[i] = 1;
    }
    return restore(vm, selection);
}

static const NativeDef permutations_methods[] = {
    {"__reduce__", method_permutations_reduce, "", REDUCE_DOC},
    {"__setstate__", method_permutations_setstate, "object, /", SETSTATE_DOC},
    SIZEOF_ROW,
    {0},
};

SELECTION_TYPE(itertools_permutations_type, "permutations", permutations_new, advance_permutations,
               permutations_methods,
               "(iterable, r=None)\n--\n\nReturn successive r-length permutations of elements in the "
               "iterable.\n\npermutations(range(3), 2) --> (0,1), (0,2), (1,0), (1,2), (2,0), (2,1)")
