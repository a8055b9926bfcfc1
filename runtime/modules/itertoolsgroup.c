/*
 * The module itertools: groupby and tee, whose iterators share state.
 *
 * A groupby owns its source and looks one item ahead; the groups it gives out read through it, and only the group given
 * out last is alive. The copies of a tee read a common list of blocks: each block is filled from the source by whoever
 * comes first, and dies when the slowest copy has left it.
 */
#include "runtime/modules/itertools.h"

#include "runtime/containers/list.h"
#include "runtime/text/str.h"

/* --- groupby --- */

typedef struct {
    Object head;
    Value source, key; /* an iterator; a function or None; owned */
    Value group_key, next_key,
        next_item;       /* of the group given out; of the item ahead, and it; owned or ABSENT */
    const Object *group; /* the group that is alive; only compared; not owned */
} Groupby;

typedef struct {
    Object head;
    Value parent, key; /* owned */
} Group;

static Groupby *as_groupby(Value v) { return (Groupby *)as_object(v); }
static Group *as_group(Value v) { return (Group *)as_object(v); }

static int groupby_traverse(Object *self, VisitFn visit, void *context) {
    const Groupby *g = (Groupby *)self;
    VISIT(g->source);
    VISIT(g->key);
    VISIT(g->group_key);
    VISIT(g->next_key);
    VISIT(g->next_item);
    return 0;
}

static void groupby_clear(VM *vm, Object *self) {
    Groupby *g = (Groupby *)self;
    value_clear(vm, &g->source);
    value_clear(vm, &g->key);
    value_clear(vm, &g->group_key);
    value_clear(vm, &g->next_key);
    value_clear(vm, &g->next_item);
}

static void groupby_dealloc(VM *vm, Object *self) {
    size_t size = self->type->flags & TYPE_HEAP ? instance_size(self, 0) : sizeof(Groupby);
    groupby_clear(vm, self);
    object_free(vm, self, size);
}

static Value groupby_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[2];
    if (!arguments_bind(vm, "groupby", "iterable, key=None", args, nargs, names, row)) return ABSENT;
    Value source = object_iterate(vm, row[0]);
    if (is_absent(source)) return ABSENT;
    Groupby *g = (Groupby *)iterator_make(vm, type, sizeof *g);
    if (!g) return value_drop(vm, source), ABSENT;
    g->source = source;
    g->key = value_or_none(row[1]);
    object_track(&g->head);
    return from_object(g);
}

/* Look at the next item of the source; false at its end, or RAISES. */
static bool look_ahead(VM *vm, Groupby *g) {
    if (is_absent(g->source)) return false;
    Value item = iterator_step(vm, g->source);
    if (is_absent(item)) return false;
    Value key = is_none(g->key) ? value_ref(item) : call_1(vm, g->key, item);
    if (is_absent(key)) return value_drop(vm, item), false;
    value_set(vm, &g->next_item, item);
    value_set(vm, &g->next_key, key);
    return true;
}

/* Are the key of the item ahead and this one equal? 1, 0, -1 RAISES. */
static int same_key(VM *vm, const Groupby *g, Value key) {
    if (value_same(key, g->next_key)) return 1;
    Value next = value_ref(g->next_key);
    value_ref(key);
    int same = object_equal(vm, key, next);
    value_drop(vm, key);
    value_drop(vm, next);
    return same;
}

static Value group_new(VM *vm, Groupby *g, Value key) {
    Group *group = (Group *)object_new_container(vm, &itertools_grouper_type, sizeof *group);
    if (!group) return raise_memory(vm);
    group->parent = value_ref(from_object(g));
    group->key = value_ref(key);
    object_track(&group->head);
    g->group = &group->head;
    return from_object(group);
}

static Value groupby_next(VM *vm, Value self) {
    Groupby *g = as_groupby(self);
    if (!iterator_may_nest(vm)) return ABSENT;
    g->group = NULL;
    for (;;) { /* past what is left of the group before */
        if (!is_absent(g->next_key)) {
            if (is_absent(g->group_key)) break;
            int same = same_key(vm, g, g->group_key);
            if (same < 0) return ABSENT;
            if (same == 0) break;
        }
        if (!look_ahead(vm, g) || !vm_may_go_on(vm)) return ABSENT;
    }
    if (is_absent(g->next_key)) return ABSENT;
    Value key = value_ref(g->next_key);
    value_set(vm, &g->group_key, value_ref(key));
    Value group = group_new(vm, g, key);
    if (is_absent(group)) return value_drop(vm, key), ABSENT;
    return tuple_pair(vm, key, group);
}

COPYING(groupby_reduce) {
    const Groupby *g = as_groupby(args[0]);
    Value state = ABSENT;
    if (!is_absent(g->group_key) && !is_absent(g->next_key) && !is_absent(g->next_item)) {
        state = tuple_pack(vm, 3, g->next_item, g->group_key, g->next_key);
        if (is_absent(state)) return ABSENT;
    }
    return iterator_type_reduction(vm, args[0], tuple_pack(vm, 2, g->source, g->key), state);
}

COPYING(groupby_setstate) {
    Groupby *g = as_groupby(args[0]);
    if (!is_tuple(args[1])) return raise_type(vm, "state is not a tuple");
    const Tuple *state = as_tuple(args[1]);
    if (state->length != 3) {
        return raise_type(vm, "function takes exactly 3 arguments (%lld given)", (long long)state->length);
    }
    value_set(vm, &g->next_item, value_ref(state->items[0]));
    value_set(vm, &g->group_key, value_ref(state->items[1]));
    value_set(vm, &g->next_key, value_ref(state->items[2]));
    return NONE;
}

static const NativeDef groupby_methods[] = {
    {"__reduce__", method_groupby_reduce, "", REDUCE_DOC},
    {"__setstate__", method_groupby_setstate, "object, /", SETSTATE_DOC},
    {0},
};

Type itertools_groupby_type = {
    TYPE_HEAD(itertools_groupby_type, "itertools.groupby", .traverse = groupby_traverse,
              .clear = groupby_clear, .dealloc = groupby_dealloc),
    .flags = TYPE_BASE,
    .basic_size = sizeof(Groupby),
    .base = &object_type,
    .doc = "(iterable, key=None)\n--\n\nmake an iterator that returns consecutive keys and groups from the "
           "iterable\n\n  iterable\n    Elements to divide into groups according to the key function.\n  "
           "key\n    A function for computing the group category for each element.\n    If the key function "
           "is not specified or is None, the element itself\n    is used for grouping.",
    .new = groupby_new,
    .iterate = iterator_itself,
    .next = groupby_next,
    .methods = groupby_methods,
};

static int group_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((Group *)self)->parent);
    VISIT(((Group *)self)->key);
    return 0;
}

static void group_dealloc(VM *vm, Object *self) {
    Group *group = (Group *)self;
    Groupby *parent = is_absent(group->parent) ? NULL : as_groupby(group->parent);
    if (parent && parent->group == self) parent->group = NULL;
    value_xdrop(vm, group->parent);
    value_xdrop(vm, group->key);
    object_free(vm, self, sizeof *group);
}

static Value group_next(VM *vm, Value self) {
    Groupby *g = as_groupby(as_group(self)->parent);
    if (!iterator_may_nest(vm) || g->group != as_object(self)) return ABSENT;
    if (is_absent(g->next_item) && !look_ahead(vm, g)) return ABSENT;
    if (is_absent(g->next_key) || same_key(vm, g, as_group(self)->key) <= 0) return ABSENT;
    Value item = g->next_item;
    g->next_item = ABSENT;
    return item;
}

COPYING(group_reduce) {
    const Group *group = as_group(args[0]);
    if (as_groupby(group->parent)->group != &group->head) {
        return iterator_reduction(vm, "iter", value_ref(vm->empty_tuple), ABSENT);
    }
    return iterator_type_reduction(vm, args[0], tuple_pack(vm, 2, group->parent, group->key), ABSENT);
}

static Value grouper_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (!arguments_check(vm, "_grouper", nargs, names, 2, 2)) return ABSENT;
    if (!value_is_instance(args[0], &itertools_groupby_type)) {
        return raise_type(vm, "_grouper() argument 1 must be itertools.groupby, not %Q", args[0]);
    }
    return group_new(vm, as_groupby(args[0]), args[1]);
}

static const NativeDef group_methods[] = {
    {"__reduce__", method_group_reduce, "", REDUCE_DOC},
    {0},
};

Type itertools_grouper_type = {
    TYPE_HEAD(itertools_grouper_type, "itertools._grouper", .traverse = group_traverse,
              .dealloc = group_dealloc),
    .basic_size = sizeof(Group),
    .base = &object_type,
    .new = grouper_new,
    .iterate = iterator_itself,
    .next = group_next,
    .methods = group_methods,
};

/* --- tee --- */

enum { TEE_BLOCK = 57 }; /* items: a block of half a kilobyte */

typedef struct {
    Object head;
    Value source;  /* an iterator; owned */
    Value next;    /* the block behind this one; owned; ABSENT: none yet */
    int32_t count; /* items filled in */
    bool running;  /* the source is being asked */
    Value items[TEE_BLOCK];
} TeeData;

typedef struct {
    Object head;
    Value data;    /* the block that the next item is in, or, at its end, the next one; owned */
    int64_t index; /* of that item */
} Tee;

static TeeData *as_data(Value v) { return (TeeData *)as_object(v); }
static Tee *as_tee(Value v) { return (Tee *)as_object(v); }

static int data_traverse(Object *self, VisitFn visit, void *context) {
    const TeeData *data = (TeeData *)self;
    VISIT(data->source);
    for (int32_t i = 0; i < data->count; i++)
        VISIT(data->items[i]);
    VISIT(data->next);
    return 0;
}

static void data_clear(VM *vm, Object *self) {
    TeeData *data = (TeeData *)self;
    value_clear(vm, &data->source);
    for (int32_t i = 0; i < data->count; i++)
        value_set(vm, &data->items[i], NONE);
    value_clear(vm, &data->next);
}

static void data_dealloc(VM *vm, Object *self) {
    data_clear(vm, self);
    object_free(vm, self, sizeof(TeeData));
}

static Value data_new(VM *vm, Value source) {
    TeeData *data = (TeeData *)object_new_container(vm, &itertools_tee_data_type, sizeof *data);
    if (!data) return raise_memory(vm);
    data->source = value_ref(source);
    object_track(&data->head);
    return from_object(data);
}

/* Item `index` of a block, asked of the source if nobody did before. NEW; ABSENT at the end, or RAISES. */
static Value data_item(VM *vm, TeeData *data, int64_t index) {
    if (index < data->count) return value_ref(data->items[index]);
    if (data->running) return raise_error(vm, &exc_RuntimeError, "cannot re-enter the tee iterator");
    if (is_absent(data->source)) return ABSENT;
    data->running = true;
    Value item = step_held(vm, &data->source);
    data->running = false;
    if (!is_absent(item)) data->items[data->count++] = value_ref(item);
    return item;
}

/* (source, [items], next block or None) */
COPYING(data_reduce) {
    const TeeData *data = as_data(args[0]);
    Tuple *items = tuple_new(vm, data->count);
    if (!items) return ABSENT;
    for (int32_t i = 0; i < data->count; i++)
        items->items[i] = value_ref(data->items[i]);
    Value tuple = tuple_finish(items), list = list_from_iterable(vm, tuple), arguments = ABSENT;
    value_drop(vm, tuple);
    if (!is_absent(list)) {
        Value source = is_absent(data->source) ? NONE : data->source;
        arguments = tuple_pack(vm, 3, source, list, is_absent(data->next) ? NONE : data->next);
        value_drop(vm, list);
    }
    return iterator_type_reduction(vm, args[0], arguments, ABSENT);
}

static Value tee_data_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (!arguments_check(vm, "_tee_dataobject", nargs, names, 3, 3)) return ABSENT;
    if (!is_exactly(args[1], &list_type)) {
        return raise_type(vm, "_tee_dataobject() argument 2 must be list, not %Q", args[1]);
    }
    const List *values = as_list(args[1]);
    bool full = values->length == TEE_BLOCK;
    if (values->length > TEE_BLOCK || (!is_none(args[2]) && !full) ||
        (!is_none(args[2]) && !is_exactly(args[2], &itertools_tee_data_type))) {
        return raise_value(vm, "Invalid arguments");
    }
    Value self = data_new(vm, args[0]);
    if (is_absent(self)) return ABSENT;
    TeeData *data = as_data(self);
    for (int64_t i = 0; i < values->length && i < TEE_BLOCK; i++)
        data->items[data->count++] = value_ref(values->items[i]);
    if (!is_none(args[2])) data->next = value_ref(args[2]);
    return self;
}

static const NativeDef data_methods[] = {
    {"__reduce__", method_data_reduce, "", REDUCE_DOC},
    {0},
};

Type itertools_tee_data_type = {
    TYPE_HEAD(itertools_tee_data_type, "itertools._tee_dataobject", .traverse = data_traverse,
              .clear = data_clear, .dealloc = data_dealloc),
    .basic_size = sizeof(TeeData),
    .base = &object_type,
    .doc = "teedataobject(iterable, values, next, /)\n--\n\nData container common to multiple tee objects.",
    .new = tee_data_new,
    .methods = data_methods,
};

static int tee_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((Tee *)self)->data);
    return 0;
}

static void tee_clear(VM *vm, Object *self) { value_clear(vm, &((Tee *)self)->data); }

static void tee_dealloc(VM *vm, Object *self) {
    tee_clear(vm, self);
    object_free(vm, self, sizeof(Tee));
}

/* A tee at an item of a block. STEALS data; ABSENT passes a failure on. */
static Value tee_make(VM *vm, STEALS Value data, int64_t index) {
    if (is_absent(data)) return ABSENT;
    Tee *tee = (Tee *)object_new_container(vm, &itertools_tee_type, sizeof *tee);
    if (!tee) return value_drop(vm, data), raise_memory(vm);
    tee->data = data;
    tee->index = index;
    object_track(&tee->head);
    return from_object(tee);
}

/* A tee over an iterable; one over a tee is a copy of it. NEW, RAISES. */
static Value tee_over(VM *vm, Value iterable) {
    Value source = object_iterate(vm, iterable);
    if (is_absent(source)) return ABSENT;
    Value tee = is_exactly(source, &itertools_tee_type)
                    ? tee_make(vm, value_xref(as_tee(source)->data), as_tee(source)->index)
                    : tee_make(vm, data_new(vm, source), 0);
    value_drop(vm, source);
    return tee;
}

/* Go on to the block behind; false RAISES, or the tee was cleared. */
static bool tee_advance(VM *vm, Tee *tee) {
    TeeData *data = as_data(tee->data);
    if (is_absent(data->next)) {
        if (is_absent(data->source)) return false;
        Value next = data_new(vm, data->source);
        if (is_absent(next)) return false;
        data = as_data(tee->data);
        if (is_absent(data->next)) {
            data->next = next;
        } else {
            value_drop(vm, next);
        }
    }
    value_set(vm, &tee->data, value_ref(data->next));
    tee->index = 0;
    return true;
}

static Value tee_next(VM *vm, Value self) {
    Tee *tee = as_tee(self);
    if (!iterator_may_nest(vm) || is_absent(tee->data)) return ABSENT;
    if (tee->index >= TEE_BLOCK && !tee_advance(vm, tee)) return ABSENT;
    Value data = value_ref(tee->data), item = data_item(vm, as_data(data), tee->index);
    value_drop(vm, data);
    if (!is_absent(item)) tee->index++;
    return item;
}

METHOD(tee_copy) {
    const Tee *tee = as_tee(args[0]);
    return tee_make(vm, value_xref(tee->data), tee->index);
}

COPYING(tee_reduce) {
    const Tee *tee = as_tee(args[0]);
    Value state = tuple_pack(vm, 2, tee->data, int_small(tee->index));
    if (is_absent(state)) return ABSENT;
    return iterator_type_reduction(vm, args[0], tuple_pack(vm, 1, vm->empty_tuple), state);
}

COPYING(tee_setstate) {
    int64_t index;
    if (!is_tuple(args[1]) || as_tuple(args[1])->length != 2) return raise_type(vm, "state is not a tuple");
    Value data = as_tuple(args[1])->items[0];
    if (!is_exactly(data, &itertools_tee_data_type)) {
        return raise_type(vm, "state is not a tuple of a _tee_dataobject and an int");
    }
    if (!object_to_int64(vm, as_tuple(args[1])->items[1], &exc_OverflowError, &index)) return ABSENT;
    if (index < 0 || index > TEE_BLOCK) return raise_value(vm, "Index out of range");
    value_set(vm, &as_tee(args[0])->data, value_ref(data));
    as_tee(args[0])->index = index;
    return NONE;
}

static Value tee_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (!arguments_check(vm, "_tee", nargs, names, 1, 1)) return ABSENT;
    return tee_over(vm, args[0]);
}

static const NativeDef tee_methods[] = {
    {"__copy__", method_tee_copy, "", "Returns an independent iterator."},
    {"__reduce__", method_tee_reduce, "", REDUCE_DOC},
    {"__setstate__", method_tee_setstate, "object, /", SETSTATE_DOC},
    {0},
};

Type itertools_tee_type = {
    TYPE_HEAD(itertools_tee_type, "itertools._tee", .traverse = tee_traverse, .clear = tee_clear,
              .dealloc = tee_dealloc),
    .flags = TYPE_WEAKLY_REFERABLE,
    .basic_size = sizeof(Tee),
    .base = &object_type,
    .doc = "Iterator wrapped to make it copyable.",
    .new = tee_new,
    .iterate = iterator_itself,
    .next = tee_next,
    .methods = tee_methods,
};

/* An iterator that can be copied: itself if it has a __copy__, else a tee over it. NEW, RAISES. */
static Value copyable(VM *vm, Value iterable, Value copy_name) {
    Value iterator = object_iterate(vm, iterable), copy;
    if (is_absent(iterator)) return ABSENT;
    int found = object_find_attribute(vm, iterator, copy_name, &copy);
    if (found > 0) return value_drop(vm, copy), iterator;
    Value tee = found < 0 ? ABSENT : tee_over(vm, iterator);
    value_drop(vm, iterator);
    return tee;
}

Value itertools_tee(VM *vm, Value *args, int nargs, Value names) {
    int64_t count = 2;
    if (!is_absent(args[1]) && !object_to_int64(vm, args[1], &exc_OverflowError, &count)) return ABSENT;
    if (count < 0) return raise_value(vm, "n must be >= 0");
    Tuple *result = tuple_new(vm, count);
    if (!result || count == 0) return from_object(result);
    Value copy_name = string_intern_c(vm, "__copy__");
    Value iterator = is_absent(copy_name) ? ABSENT : copyable(vm, args[0], copy_name);
    for (int64_t i = 0; i < count && !is_absent(iterator); i++) {
        result->items[i] = iterator;
        if (i + 1 < count) iterator = call_method(vm, iterator, copy_name, NULL, 0);
    }
    value_xdrop(vm, copy_name);
    if (!is_absent(iterator)) return tuple_finish(result);
    object_drop(vm, &result->head);
    return ABSENT;
}
