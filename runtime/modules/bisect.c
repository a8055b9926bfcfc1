/* The module _bisect: where an item belongs in a sorted sequence. */
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/row.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

enum { SEQUENCE, ITEM, LOW, HIGH, KEY }; /* the parameters */

/* An item of the sequence, or its key. NEW, RAISES. */
static Value rank_at(VM *vm, Value sequence, int64_t i, Value key) {
    Value item;
    if (is_exactly(sequence, &list_type) && i < as_list(sequence)->length) {
        item = value_ref(as_list(sequence)->items[i]);
    } else {
        item = object_get_item(vm, sequence, int_small(i));
    }
    if (is_absent(item) || is_absent(key)) return item;
    Value rank = call_1(vm, key, item);
    value_drop(vm, item);
    return rank;
}

/* hi is the length if it is None or, as in CPython, -1. RAISES. */
static bool read_bounds(VM *vm, Value *args, int64_t *low, int64_t *high) {
    *low = 0, *high = -1;
    if (!is_absent(args[LOW]) && !row_position(vm, args[LOW], low)) return false;
    if (value_is_given(args[HIGH]) && type_of(args[HIGH])->number.index == NULL) {
        raise_type(vm, "argument should be integer or None, not '%T'", args[HIGH]);
        return false;
    }
    if (value_is_given(args[HIGH]) && !row_position(vm, args[HIGH], high)) return false;
    if (*low < 0) return raise_value(vm, "lo must be non-negative"), false;
    return *high != -1 || (*high = object_length(vm, args[SEQUENCE])) >= 0;
}

/* The index in front of (left) or behind the items that are equal to `item`; -1 RAISES. */
static int64_t find(VM *vm, Value *args, Value item, bool left) {
    Value key = !is_absent(args[KEY]) && is_none(args[KEY]) ? ABSENT : args[KEY];
    int64_t low, high;
    if (!read_bounds(vm, args, &low, &high)) return -1;
    if (type_of(args[SEQUENCE])->container.get_item == NULL)
        return raise_type(vm, "'%T' object does not support indexing", args[SEQUENCE]), -1;
    if (is_dict(args[SEQUENCE]) || is_exactly(args[SEQUENCE], &mapping_proxy_type))
        return raise_type(vm, "%T is not a sequence", args[SEQUENCE]), -1;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        Value rank = rank_at(vm, args[SEQUENCE], middle, key);
        if (is_absent(rank)) return -1;
        int smaller = left ? object_less(vm, rank, item) : object_less(vm, item, rank);
        value_drop(vm, rank);
        if (smaller < 0) return -1;
        if (smaller == left) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static Value bisect(VM *vm, Value *args, bool left) {
    int64_t index = find(vm, args, args[ITEM], left);
    return index < 0 ? ABSENT : int_from(vm, index);
}

static Value insort(VM *vm, Value *args, bool left) {
    bool keyed = value_is_given(args[KEY]);
    Value rank = keyed ? call_1(vm, args[KEY], args[ITEM]) : value_ref(args[ITEM]);
    if (is_absent(rank)) return ABSENT;
    int64_t index = find(vm, args, rank, left);
    value_drop(vm, rank);
    Value name = index < 0 ? ABSENT : string_intern_fixed(vm, "insert");
    Value position = is_absent(name) ? ABSENT : int_from(vm, index);
    if (is_absent(position)) return value_xdrop(vm, name), ABSENT;
    Value row[2] = {position, args[ITEM]};
    Value result = call_method(vm, args[SEQUENCE], name, row, 2);
    value_drop(vm, name), value_drop(vm, position);
    if (is_absent(result)) return ABSENT;
    value_drop(vm, result);
    return NONE;
}

NATIVE(function_bisect_left) { return bisect(vm, args, true); }
NATIVE(function_bisect_right) { return bisect(vm, args, false); }
NATIVE(function_insort_left) { return insort(vm, args, true); }
NATIVE(function_insort_right) { return insort(vm, args, false); }

#define PARAMETERS "a, x, lo=0, hi=None, *, key=None"
#define BOUNDS \
    "\n\nOptional args lo (default 0) and hi (default len(a)) bound the\nslice of a to be searched.\n\nA " \
    "custom " \
    "key function can be supplied to customize the sort order."

static const NativeDef functions[] = {
    {"bisect_left", function_bisect_left, PARAMETERS,
     "Return the index where to insert item x in list a, assuming a is sorted.\n\nAll items in front of it "
     "are less than x, all others are not." BOUNDS},
    {"bisect_right", function_bisect_right, PARAMETERS,
     "Return the index where to insert item x in list a, assuming a is sorted.\n\nAll items in front of it "
     "are not greater than x, all others are." BOUNDS},
    {"insort_left", function_insort_left, PARAMETERS,
     "Insert item x in list a, and keep it sorted assuming a is sorted.\n\nIf x is already in a, insert it "
     "to the left of the leftmost x." BOUNDS},
    {"insort_right", function_insort_right, PARAMETERS,
     "Insert item x in list a, and keep it sorted assuming a is sorted.\n\nIf x is already in a, insert it "
     "to the right of the rightmost x." BOUNDS},
    {0},
};

Value module__bisect_new(VM *vm) {
    return module_make(
        vm, &(ModuleDef){.name = "_bisect", .doc = "Bisection of sorted sequences.", .functions = functions});
}
