/* list: the type, its slots and its methods. */

#include "runtime/arguments.h"
#include "runtime/classes/genericalias.h"
#include "runtime/classes/instance.h"
#include "runtime/classes/slots.h"
#include "runtime/containers/iterators.h"
#include "runtime/containers/listbody.h"
#include "runtime/containers/row.h"
#include "runtime/containers/slice.h"
#include "runtime/errors/error.h"
#include "runtime/native.h"
#include "runtime/protocol.h"

/* --- life --- */

static int traverse(Object *self, VisitFn visit, void *context) {
    const List *list = (const List *)self;
    return row_traverse(list->items, list->length, visit, context);
}

static int rows(Object *self, ReferenceRow *rows) {
    const List *list = (const List *)self;
    if (list->length == 0) return 0;
    rows[0] = (ReferenceRow){&list->items->bits, (size_t)list->length, 1};
    return 1;
}

/* The list is empty before the first item dies: what finalizers then do to it is kept. */
static void clear(VM *vm, Object *self) {
    List *list = (List *)self;
    Value *items = list->items;
    int64_t length = list->length, capacity = list->capacity;
    list->items = NULL;
    list->length = list->capacity = 0;
    row_drop(vm, items, length);
    memory_free(vm, items, (size_t)capacity * sizeof(Value));
}

static void dealloc(VM *vm, Object *self) {
    size_t size = self->type == &list_type ? sizeof(List) : instance_size(self, 0);
    clear(vm, self);
    object_free(vm, self, size);
}

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (type == &list_type) return list_new(vm, 0);
    Object *self = instance_new(vm, type, 0);
    if (self) object_track(self);
    return from_object(self);
}

static bool init(VM *vm, Value self, Value *args, int nargs, Value names) {
    if (!arguments_check(vm, "list", nargs, names, 0, 1)) return false;
    if (as_list(self)->length > 0) clear(vm, as_object(self));
    return nargs == 0 || list_extend(vm, self, args[0]);
}

/* --- slots --- */

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!is_list(self) || !is_list(other)) return NOT_IMPLEMENTED;
    return row_compare(vm, self, other, op);
}

static int64_t length(VM *vm, Value self) { return as_list(self)->length; }

static Value get_item(VM *vm, Value self, Value key) {
    int64_t index;
    int kind = row_subscript(vm, key, "list", &index);
    if (kind < 0) return ABSENT;
    if (kind == 0) return list_get_slice(vm, self, key);
    List *list = as_list(self);
    if (index < 0) index += list->length;
    if ((uint64_t)index >= (uint64_t)list->length) return raise_index(vm, "list index out of range");
    return value_ref(list->items[index]);
}

/* The item at `index`, its reference now the caller's. */
static Value take(VM *vm, List *list, int64_t index) {
    Value item = list->items[index];
    list->length--;
    memmove(list->items + index, list->items + index + 1, (size_t)(list->length - index) * sizeof(Value));
    list_shrink(vm, list);
    return item;
}

static bool set_item(VM *vm, Value self, Value key, Value value) {
    int64_t index;
    int kind = row_subscript(vm, key, "list", &index);
    if (kind < 0) return false;
    if (kind == 0) return list_set_slice(vm, self, key, value);
    List *list = as_list(self);
    if (index < 0) index += list->length;
    if ((uint64_t)index >= (uint64_t)list->length) {
        raise_index(vm, "list assignment index out of range");
        return false;
    }
    if (is_absent(value)) {
        value_drop(vm, take(vm, list, index));
    } else {
        value_set(vm, &list->items[index], value_ref(value));
    }
    return true;
}

static Value concat(VM *vm, Value self, Value other) {
    if (!is_list(other)) return raise_type(vm, "can only concatenate list (not \"%T\") to list", other);
    Value result = list_new(vm, 0);
    if (is_absent(result)) return ABSENT;
    Row a = row_of(self), b = row_of(other);
    List *list = as_list(result);
    if (!list_reserve(vm, list, a.length + b.length)) {
        value_drop(vm, result);
        return ABSENT;
    }
    row_copy(list->items, a.items, a.length);
    row_copy(list->items + a.length, b.items, b.length);
    list->length = a.length + b.length;
    return result;
}

static Value inplace_concat(VM *vm, Value self, Value other) {
    return list_extend(vm, self, other) ? value_ref(self) : ABSENT;
}

/* *signalled: nothing is made, since a signal waits; NULL: signals may wait. */
static Value repeat_unless(VM *vm, Value self, Value factor, bool *signalled) {
    int64_t count;
    Value result = list_new(vm, 0);
    if (is_absent(result)) return ABSENT;
    List *list = as_list(result);
    if (!row_repeat_count(vm, factor, 0, &count)) goto failed;
    Row row = row_of(self);
    if (row.length > 0 && count > ROW_LENGTH_MAX / row.length) {
        raise_memory(vm);
        goto failed;
    }
    if (!list_reserve(vm, list, row.length * count)) goto failed;
    if (row_repeat(signalled ? vm : NULL, list->items, row.items, row.length, count)) {
        list->length = row.length * count;
        return result;
    }
    *signalled = true;
failed:
    value_drop(vm, result);
    return ABSENT;
}

/* What a signal's handler does not end is made once more, without regard to further signals. */
static Value repeat(VM *vm, Value self, Value factor) {
    bool signalled = false;
    Value result = repeat_unless(vm, self, factor, &signalled);
    if (!signalled) return result;
    return vm->hooks.run_pending(vm) ? repeat_unless(vm, self, factor, NULL) : ABSENT;
}

static Value inplace_repeat(VM *vm, Value self, Value factor) {
    int64_t count;
    List *list = as_list(self);
    if (!row_repeat_count(vm, factor, list->length, &count)) return ABSENT;
    if (count == 0) {
        clear(vm, &list->head);
    } else if (count > 1 && list->length > 0) {
        if (!list_reserve(vm, list, list->length * count)) return ABSENT;
        row_repeat(NULL, list->items + list->length, list->items, list->length, count - 1);
        list->length *= count;
    }
    return value_ref(self);
}

static Value iterate(VM *vm, Value self) { return sequence_iterator_make(vm, &list_iterator_type, self, 0); }

/* --- methods --- */

METHOD(append) { return list_append(vm, args[0], args[1]) ? NONE : ABSENT; }

METHOD(extend) { return list_extend(vm, args[0], args[1]) ? NONE : ABSENT; }

METHOD(insert) {
    int64_t index;
    if (!row_position(vm, args[1], &index)) return ABSENT;
    List *list = as_list(args[0]);
    if (!list_grow(vm, list)) return ABSENT;
    if (index < 0 && (index += list->length) < 0) index = 0;
    if (index > list->length) index = list->length;
    memmove(list->items + index + 1, list->items + index, (size_t)(list->length - index) * sizeof(Value));
    list->items[index] = value_ref(args[2]);
    list->length++;
    return NONE;
}

METHOD(pop) {
    List *list = as_list(args[0]);
    int64_t index = -1;
    if (!is_absent(args[1]) && !row_position(vm, args[1], &index)) return ABSENT;
    if (list->length == 0) return raise_index(vm, "pop from empty list");
    if (index < 0) index += list->length;
    if ((uint64_t)index >= (uint64_t)list->length) return raise_index(vm, "pop index out of range");
    return take(vm, list, index);
}

METHOD(remove) {
    int64_t index = row_find(vm, args[0], args[1], 0, INT64_MAX);
    if (index == -1) return raise_value(vm, "list.remove(x): x not in list");
    if (index < 0) return ABSENT;
    List *list = as_list(args[0]);
    if (index < list->length) value_drop(vm, take(vm, list, index));
    return NONE;
}

METHOD(clear) {
    clear(vm, as_object(args[0]));
    return NONE;
}

METHOD(copy) {
    Row row = row_of(args[0]);
    return list_from(vm, row.items, row.length);
}

METHOD(index) {
    int64_t start, stop;
    if (!row_bounds(vm, args[2], args[3], &start, &stop)) return ABSENT;
    int64_t index = row_find(vm, args[0], args[1], start, stop);
    if (index == -1) return raise_value(vm, "%R is not in list", args[1]);
    return index < 0 ? ABSENT : int_small(index);
}

METHOD(reverse) {
    row_reverse(row_of(args[0]));
    return NONE;
}

METHOD(sort) {
    int reverse = is_absent(args[2]) ? 0 : object_truth(vm, args[2]);
    if (reverse < 0) return ABSENT;
    Value key = !is_absent(args[1]) && is_none(args[1]) ? ABSENT : args[1];
    return list_sort(vm, args[0], key, reverse) ? NONE : ABSENT;
}

METHOD(reversed) {
    return sequence_iterator_make(vm, &list_reverse_iterator_type, args[0], as_list(args[0])->length - 1);
}

METHOD(sizeof) {
    Object *self = as_object(args[0]);
    return int_small((int64_t)self->type->basic_size + as_list(args[0])->capacity * (int64_t)sizeof(Value));
}

static const NativeDef methods[] = {
    {"__class_getitem__", generic_alias_class_getitem, "object, /",
     "An alias of the class with type arguments.", NATIVE_CLASS_METHOD},
    {"__reversed__", method_reversed, "", "Return a reverse iterator over the list."},
    {"__sizeof__", method_sizeof, "", "Return the size of the list in memory, in bytes."},
    {"append", method_append, "object, /", "Append object to the end of the list."},
    {"clear", method_clear, "", "Remove all items from list."},
    {"copy", method_copy, "", "Return a shallow copy of the list."},
    {"count", row_count, "value, /", "Return number of occurrences of value."},
    {"extend", method_extend, "iterable, /", "Extend list by appending elements from the iterable."},
    {"index", method_index, "value, start=0, stop=9223372036854775807, /",
     "Return first index of value.\n\nRaises ValueError if the value is not present."},
    {"insert", method_insert, "index, object, /", "Insert object before index."},
    {"pop", method_pop, "index=-1, /",
     "Remove and return item at index (default last).\n\nRaises IndexError if list is empty or index is out "
     "of range."},
    {"remove", method_remove, "value, /",
     "Remove first occurrence of value.\n\nRaises ValueError if the value is not present."},
    {"reverse", method_reverse, "", "Reverse *IN PLACE*."},
    {"sort", method_sort, "*, key=None, reverse=False",
     "Sort the list in ascending order and return None.\n\nThe sort is in-place and stable: equal items keep "
     "their order. A key function is called once for each item,\nwhich are then sorted by its results. The "
     "reverse flag sorts in descending order."},
    {0},
};

Type list_type = {
    TYPE_HEAD(list_type, "list", .traverse = traverse, .rows = rows, .clear = clear, .dealloc = dealloc),
    .flags = TYPE_BASE | TYPE_LIST | TYPE_SEQUENCE,
    .basic_size = sizeof(List),
    .base = &object_type,
    .doc = "(iterable=(), /)\n--\n\nBuilt-in mutable sequence.\n\nIf no argument is given, the constructor "
           "creates a new empty list.\nThe argument must be an iterable if specified.",
    .new = new,
    .convert = list_from_iterable,
    .init = init,
    .repr = row_repr,
    .hash = hash_unhashable,
    .compare = compare,
    .iterate = iterate,
    .container = {.length = length,
                  .get_item = get_item,
                  .set_item = set_item,
                  .contains = row_contains,
                  .concat = concat,
                  .repeat = repeat,
                  .inplace_concat = inplace_concat,
                  .inplace_repeat = inplace_repeat},
    .methods = methods,
};
