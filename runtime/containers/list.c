/*
 * list: life, growth, the sequence slots. Methods are in listmethods.c, slices in listslice.c, sort in
 * listsort.c.
 */

#include "runtime/containers/list.h"

#include "runtime/bytes/bytes.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/iterators.h"
#include "runtime/containers/listbody.h"
#include "runtime/containers/range.h"
#include "runtime/containers/row.h"
#include "runtime/containers/set.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"

/* --- growth --- */

static bool set_capacity(VM *vm, List *list, int64_t capacity) {
    if (capacity > ROW_LENGTH_MAX) {
        raise_memory(vm);
        return false;
    }
    size_t old_size = (size_t)list->capacity * sizeof(Value), new_size = (size_t)capacity * sizeof(Value);
    Value *items =
        list->capacity ? memory_resize(vm, list->items, old_size, new_size) : memory_alloc(vm, new_size);
    if (!items) return false;
    list->items = items;
    list->capacity = capacity;
    return true;
}

bool list_reserve(VM *vm, List *list, int64_t capacity) {
    return capacity <= list->capacity || set_capacity(vm, list, capacity);
}

static int64_t growth(int64_t length) { return (length + (length >> 3) + 6) & ~INT64_C(3); }

bool list_make_room(VM *vm, List *list, int64_t length) {
    return length <= list->capacity || set_capacity(vm, list, growth(length));
}

bool list_grow(VM *vm, List *list) { return list_make_room(vm, list, list->length + 1); }

void list_shrink(VM *vm, List *list) {
    if (list->length >= list->capacity / 2) return;
    size_t old_size = (size_t)list->capacity * sizeof(Value);
    if (list->length == 0) {
        memory_free(vm, list->items, old_size);
        list->items = NULL;
        list->capacity = 0;
        return;
    }
    int64_t capacity = growth(list->length);
    if (capacity >= list->capacity) return;
    Value *items = heap_resize(vm_heap(vm), list->items, old_size, (size_t)capacity * sizeof(Value));
    if (!items) return; /* it stays as large as it is */
    list->items = items;
    list->capacity = capacity;
}

void list_trim(VM *vm, List *list) {
    if (list->capacity - list->length < 16 || list->length == 0) return; /* a little room is no waste */
    Value *items = heap_shorten(vm_heap(vm), list->items, (size_t)list->capacity * sizeof(Value),
                                (size_t)list->length * sizeof(Value));
    if (!items) return; /* it stays as large as it is */
    list->items = items;
    list->capacity = list->length;
}

/* --- making --- */

Value list_new(VM *vm, int64_t capacity) {
    List *list = (List *)object_new_container(vm, &list_type, sizeof(List));
    if (!list) return raise_memory(vm);
    object_track(&list->head);
    if (capacity <= 0) return from_object(list);
    if (capacity <= ROW_LENGTH_MAX) list->items = heap_alloc(vm_heap(vm), (size_t)capacity * sizeof(Value));
    if (list->items) {
        list->capacity = capacity;
        return from_object(list);
    }
    object_drop(vm, &list->head);
    return raise_memory(vm);
}

Value list_from(VM *vm, const Value *items, int64_t length) {
    Value list = list_new(vm, length);
    if (is_absent(list)) return ABSENT;
    row_copy(as_list(list)->items, items, length);
    as_list(list)->length = length;
    return list;
}

Value list_from_owned(VM *vm, Value *items, int64_t length) {
    Value list = list_new(vm, length);
    if (is_absent(list)) {
        row_drop(vm, items, length);
        return ABSENT;
    }
    row_move(as_list(list)->items, items, length);
    as_list(list)->length = length;
    return list;
}

Value list_from_iterable(VM *vm, Value iterable) {
    Value list = list_new(vm, 0);
    if (is_absent(list)) return ABSENT;
    if (list_extend(vm, list, iterable)) return list;
    value_drop(vm, list);
    return ABSENT;
}

Value row_from_iterable(VM *vm, Value iterable, const char *type_error) {
    if (is_exactly(iterable, &list_type) || is_exactly(iterable, &tuple_type)) return value_ref(iterable);
    Value iterator = object_iterate(vm, iterable);
    if (is_absent(iterator)) {
        if (!error_is(vm, &exc_TypeError)) return ABSENT;
        error_clear(vm);
        return raise_type(vm, "%s", type_error);
    }
    Value list = list_from_iterable(vm, iterator);
    value_drop(vm, iterator);
    return list;
}

/* --- appending --- */

bool list_append_growing(VM *vm, Value self, STEALS Value item) {
    List *list = as_list(self);
    if (!list_grow(vm, list)) {
        value_drop(vm, item);
        return false;
    }
    list->items[list->length++] = item;
    return true;
}

/* The first of many rows fits exactly, as most lists made of one iterable never grow. */
static bool room_for_more(VM *vm, List *list, int64_t count) {
    if (count > ROW_LENGTH_MAX - list->length) {
        raise_memory(vm);
        return false;
    }
    if (list->length == 0) return list_reserve(vm, list, count);
    return list_make_room(vm, list, list->length + count);
}

bool list_append_row(VM *vm, List *list, const Value *items, int64_t count) {
    bool own = items == list->items;
    if (!room_for_more(vm, list, count)) return false;
    if (own) items = list->items;
    row_copy(list->items + list->length, items, count);
    list->length += count;
    return true;
}

static bool extend_range(VM *vm, List *list, const Range *range) {
    int64_t count = int_get(range->length), step = int_get(range->step), next = int_get(range->start);
    for (;;) { /* so many at a time: what a signal runs may change the list */
        if (!room_for_more(vm, list, count)) return false;
        Value *target = list->items + list->length;
        int64_t piece = count < RANGE_PIECE ? count : RANGE_PIECE;
        for (int64_t i = 0; i < piece; i++, next += step)
            target[i] = int_small(next);
        list->length += piece;
        count -= piece;
        if (count == 0) return true;
        if (!vm_may_go_on(vm)) return false;
    }
}

static bool extend_dict(VM *vm, List *list, Value dict) {
    if (!room_for_more(vm, list, as_dict(dict)->count)) return false;
    int64_t position = 0;
    Value key, value;
    while (dict_next(dict, &position, &key, &value))
        list->items[list->length++] = value_ref(key);
    return true;
}

static bool extend_values(VM *vm, List *list, Value dict) {
    if (!room_for_more(vm, list, as_dict(dict)->count)) return false;
    int64_t position = 0;
    Value key, value;
    while (dict_next(dict, &position, &key, &value))
        list->items[list->length++] = value_ref(value);
    return true;
}

static bool extend_set(VM *vm, List *list, Value set) {
    if (!room_for_more(vm, list, as_set(set)->used)) return false;
    int64_t position = 0, hash;
    Value key;
    while (set_next(as_set(set), &position, &key, &hash))
        list->items[list->length++] = value_ref(key);
    return true;
}

/* The characters of a str, most of which the VM has ready. */
static bool extend_string(VM *vm, List *list, Value string) {
    const String *s = as_string(string);
    int64_t length = string_length(s);
    if (!room_for_more(vm, list, length)) return false;
    if (length && s->width_log == 0) {
        Value *items = list->items + list->length;
        for (int64_t i = 0; i < length; i++)
            items[i] = value_ref(vm->characters[s->data[i]]);
        list->length += length;
        return true;
    }
    for (int64_t i = 0; i < length; i++) {
        Value character = string_from_char(vm, string_at(s, i));
        if (is_absent(character)) return false;
        list->items[list->length++] = character;
    }
    return true;
}

static bool extend_bytes(VM *vm, List *list, const Bytes *bytes) {
    if (bytes->length == 0) return true;
    if (!room_for_more(vm, list, bytes->length)) return false;
    Value *items = list->items + list->length;
    for (int64_t i = 0; i < bytes->length; i++)
        items[i] = int_small(bytes->data[i]);
    list->length += bytes->length;
    return true;
}

/* The items of a list from the last one to the first, or what a reversed() of it has left. */
static bool extend_backwards(VM *vm, Value self, Value iterator) {
    SequenceIterator *it = (SequenceIterator *)as_object(iterator);
    List *list = as_list(self);
    if (is_absent(it->sequence) || it->index >= as_list(it->sequence)->length) it->index = -1;
    if (it->index >= 0 && !room_for_more(vm, list, it->index + 1)) return false;
    for (; it->index >= 0; it->index--)
        list->items[list->length++] = value_ref(as_list(it->sequence)->items[it->index]);
    value_clear(vm, &it->sequence);
    return true;
}

/* Append all that an iterator yields, of one that yields many at once. */
static bool append_rows(VM *vm, Value self, Value iterator) {
    enum { ROOM = 32 };
    Value row[ROOM];
    for (;;) {
        int64_t count = type_of(iterator)->next_row(vm, iterator, row, ROOM);
        if (count == 0) return iterator_ended(vm);
        if (!list_make_room(vm, as_list(self), as_list(self)->length + count))
            return row_drop(vm, row, count), false;
        List *list = as_list(self);
        row_move(list->items + list->length, row, count);
        list->length += count;
        if (!vm_may_go_on(vm)) return false;
    }
}

static bool append_item(VM *vm, Value item, void *self) {
    return list_append_owned(vm, *(Value *)self, value_ref(item));
}

/* Append all that an iterator yields. */
static bool append_all(VM *vm, Value self, Value iterator) {
    if (type_of(iterator)->next_row) return append_rows(vm, self, iterator);
    if (type_of(iterator)->each) return type_of(iterator)->each(vm, iterator, append_item, &self);
    Value (*next)(VM *, Value) = iterator_next_of(iterator);
    for (;;) {
        Value item = next(vm, iterator);
        if (is_absent(item)) return iterator_ended(vm);
        if (!list_append_owned(vm, self, item)) return false;
        if (!vm_may_go_on(vm)) return false;
    }
}

static bool extend_iterator(VM *vm, Value self, Value iterable) {
    Value iterator = object_iterate(vm, iterable);
    if (is_absent(iterator)) return false;
    int64_t hint = object_length_hint(vm, iterable, 8);
    List *list = as_list(self);
    bool done = hint >= 0 && (list->length > INT64_MAX - hint || room_for_more(vm, list, hint));
    done = done && append_all(vm, self, iterator);
    if (done) list_shrink(vm, list);
    value_drop(vm, iterator);
    return done;
}

/* A tuple of a class that leaves it as it is: nobody can tell that its items are read directly. */
static bool is_plain_tuple(Value v) {
    const Type *type = type_of(v);
    return type->iterate == tuple_type.iterate && type->container.length == tuple_type.container.length;
}

bool list_extend(VM *vm, Value self, Value iterable) {
    List *list = as_list(self);
    bool row_itself = is_exactly(iterable, &list_type) || is_plain_tuple(iterable);
    if (row_itself || value_same(iterable, self)) {
        Row row = row_of(iterable);
        return list_append_row(vm, list, row.items, row.length);
    }
    if (is_range(iterable) && as_range(iterable)->small) return extend_range(vm, list, as_range(iterable));
    if (is_exactly(iterable, &dict_type)) return extend_dict(vm, list, iterable);
    if (is_exactly(iterable, &dict_keys_type)) return extend_dict(vm, list, dict_viewed(iterable));
    if (is_exactly(iterable, &dict_values_type)) return extend_values(vm, list, dict_viewed(iterable));
    if (is_exactly(iterable, &set_type)) return extend_set(vm, list, iterable);
    if (is_exactly(iterable, &str_type)) return extend_string(vm, list, iterable);
    if (is_exactly(iterable, &bytes_type)) return extend_bytes(vm, list, as_bytes(iterable));
    if (is_exactly(iterable, &list_reverse_iterator_type)) return extend_backwards(vm, self, iterable);
    return extend_iterator(vm, self, iterable);
}
