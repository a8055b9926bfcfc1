#include "runtime/containers/slice.h"

#include "runtime/arguments.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/hash.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"

/* --- making --- */

Value slice_new(VM *vm, Value start, Value stop, Value step) {
    Slice *slice = (Slice *)object_new_container(vm, &slice_type, sizeof(Slice));
    if (!slice) return raise_memory(vm);
    slice->start = value_or_none(start);
    slice->stop = value_or_none(stop);
    slice->step = value_or_none(step);
    object_track(&slice->head);
    return from_object(slice);
}

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (!arguments_check(vm, "slice", nargs, names, 1, 3)) return ABSENT;
    if (nargs == 1) return slice_new(vm, ABSENT, args[0], ABSENT);
    return slice_new(vm, args[0], args[1], nargs == 3 ? args[2] : ABSENT);
}

static int traverse(Object *self, VisitFn visit, void *context) {
    Slice *slice = (Slice *)self;
    VISIT(slice->start);
    VISIT(slice->stop);
    VISIT(slice->step);
    return 0;
}

static void dealloc(VM *vm, Object *self) {
    Slice *slice = (Slice *)self;
    value_xdrop(vm, slice->step);
    value_xdrop(vm, slice->start);
    value_xdrop(vm, slice->stop);
    object_free(vm, self, sizeof(Slice));
}

/* --- normalising --- */

static bool bound(VM *vm, Value v, const char *message, int64_t *result) {
    if (is_int(v)) {
        *result = int_get(v);
        return true;
    }
    if (type_of(v)->number.index) return object_to_int64(vm, v, NULL, result);
    raise_type(vm, "%s", message);
    return false;
}

bool slice_bound(VM *vm, Value v, int64_t *result) {
    if (!value_is_given(v)) return true;
    return bound(vm, v, "slice indices must be integers or have an __index__ method", result);
}

bool slice_unpack(VM *vm, Value self, int64_t *start, int64_t *stop, int64_t *step) {
    const char *message = "slice indices must be integers or None or have an __index__ method";
    const Slice *slice = as_slice(self);
    *step = 1;
    if (!is_none(slice->step) && !bound(vm, slice->step, message, step)) return false;
    if (*step == 0) {
        raise_value(vm, "slice step cannot be zero");
        return false;
    }
    if (*step < -INT64_MAX) *step = -INT64_MAX; /* so that it can be negated */
    *start = *step < 0 ? INT64_MAX : 0;
    *stop = *step < 0 ? INT64_MIN : INT64_MAX;
    if (!is_none(slice->start) && !bound(vm, slice->start, message, start)) return false;
    return is_none(slice->stop) || bound(vm, slice->stop, message, stop);
}

static int64_t clip(int64_t i, int64_t length, int64_t step) {
    if (i < 0) {
        i += length;
        if (i < 0) return step < 0 ? -1 : 0;
    }
    if (i >= length) return step < 0 ? length - 1 : length;
    return i;
}

int64_t slice_adjust(int64_t length, int64_t *start, int64_t *stop, int64_t step) {
    *start = clip(*start, length, step);
    *stop = clip(*stop, length, step);
    if (step < 0) return *stop < *start ? (*start - *stop - 1) / -step + 1 : 0;
    return *start < *stop ? (*stop - *start - 1) / step + 1 : 0;
}

bool slice_indices(VM *vm, Value slice, int64_t length, int64_t *start, int64_t *stop, int64_t *step,
                   int64_t *count) {
    if (!slice_unpack(vm, slice, start, stop, step)) return false;
    *count = slice_adjust(length, start, stop, *step);
    return true;
}

/* --- any size --- */

/* A bound of the slice for indices(): None is `otherwise`, a negative one counts from `length`, and the
 * result is between `lowest` and `highest`. NEW, RAISES. */
static Value big_bound(VM *vm, Value v, Value otherwise, Value length, Value lowest, Value highest) {
    if (is_none(v)) return value_ref(otherwise);
    if (!type_of(v)->number.index) {
        return raise_type(vm, "slice indices must be integers or None or have an __index__ method");
    }
    Value i = object_index(vm, v);
    if (is_absent(i)) return ABSENT;
    if (int_sign(i) < 0) {
        value_set(vm, &i, int_binary(vm, BINARY_ADD, i, length));
        if (is_absent(i)) return ABSENT;
        int below = object_compare_truth(vm, i, lowest, COMPARE_LT);
        if (below) value_set(vm, &i, below < 0 ? ABSENT : value_ref(lowest));
        return i;
    }
    int above = object_compare_truth(vm, i, highest, COMPARE_GT);
    if (above) value_set(vm, &i, above < 0 ? ABSENT : value_ref(highest));
    return i;
}

bool slice_big_indices(VM *vm, Value self, Value length, Value result[3]) {
    const Slice *slice = as_slice(self);
    Value step = is_none(slice->step) ? int_small(1) : ABSENT, last = ABSENT;
    if (is_absent(step)) {
        if (!type_of(slice->step)->number.index) {
            raise_type(vm, "slice indices must be integers or None or have an __index__ method");
            return false;
        }
        step = object_index(vm, slice->step);
        if (is_absent(step)) return false;
    }
    if (int_sign(step) == 0) {
        raise_value(vm, "slice step cannot be zero");
        return false;
    }
    bool down = int_sign(step) < 0;
    result[0] = result[1] = ABSENT;
    result[2] = step;
    last = down ? int_binary(vm, BINARY_SUBTRACT, length, int_small(1)) : value_ref(length);
    if (!is_absent(last)) {
        Value lowest = int_small(down ? -1 : 0);
        result[0] = big_bound(vm, slice->start, down ? last : lowest, length, lowest, last);
        if (!is_absent(result[0])) {
            result[1] = big_bound(vm, slice->stop, down ? lowest : last, length, lowest, last);
        }
        value_drop(vm, last);
    }
    if (!is_absent(result[0]) && !is_absent(result[1])) return true;
    value_xdrop(vm, result[0]);
    value_drop(vm, step);
    return false;
}

/* --- slots --- */

static Value repr(VM *vm, Value self) {
    const Slice *slice = as_slice(self);
    return string_format(vm, "slice(%R, %R, %R)", slice->start, slice->stop, slice->step);
}

static bool hash(VM *vm, Value self, int64_t *result) {
    const Slice *slice = as_slice(self);
    const Value parts[3] = {slice->start, slice->stop, slice->step};
    Hasher h = hasher_begin();
    for (int i = 0; i < 3; i++) {
        int64_t lane;
        if (!hash_nested(vm, parts[i], &lane)) return false;
        hasher_add(&h, lane);
    }
    *result = hasher_end(&h);
    return true;
}

static Value as_triple(VM *vm, Value self) {
    const Slice *slice = as_slice(self);
    return tuple_pack(vm, 3, slice->start, slice->stop, slice->step);
}

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!is_slice(self) || !is_slice(other)) return NOT_IMPLEMENTED;
    if (value_same(self, other)) return bool_from(op == COMPARE_EQ || op == COMPARE_LE || op == COMPARE_GE);
    Value a = as_triple(vm, self), b = is_absent(a) ? ABSENT : as_triple(vm, other);
    Value result = is_absent(b) ? ABSENT : object_compare(vm, a, b, op);
    value_xdrop(vm, a);
    value_xdrop(vm, b);
    return result;
}

/* --- methods --- */

METHOD(indices) {
    Value length = object_index(vm, args[1]), result[3];
    if (is_absent(length)) return ABSENT;
    Value triple = ABSENT;
    if (int_sign(length) < 0) {
        raise_value(vm, "length should not be negative");
    } else if (slice_big_indices(vm, args[0], length, result)) {
        triple = tuple_from_owned(vm, result, 3);
    }
    value_drop(vm, length);
    return triple;
}

METHOD(reduce) {
    Value triple = as_triple(vm, args[0]);
    if (is_absent(triple)) return ABSENT;
    Value result = tuple_pack(vm, 2, from_object(&slice_type), triple);
    value_drop(vm, triple);
    return result;
}

static const NativeDef methods[] = {
    {"__reduce__", method_reduce, "", "Return state information for pickling."},
    {"indices", method_indices, "object, /",
     "S.indices(len) -> (start, stop, stride)\n\nAssuming a sequence of length len, calculate the start and "
     "stop\n"
     "indices, and the stride length of the extended slice described by\nS. Out of bounds indices are "
     "clipped."},
    {0},
};

static const MemberDef members[] = {
    {"start", offsetof(Slice, start), MEMBER_READONLY, NULL},
    {"stop", offsetof(Slice, stop), MEMBER_READONLY, NULL},
    {"step", offsetof(Slice, step), MEMBER_READONLY, NULL},
    {0},
};

Type slice_type = {
    TYPE_HEAD(slice_type, "slice", .traverse = traverse, .dealloc = dealloc),
    .basic_size = sizeof(Slice),
    .base = &object_type,
    .doc = "slice(stop)\nslice(start, stop[, step])\n\nCreate a slice object.  This is used for extended "
           "slicing (e.g. a[0:10:2]).",
    .new = new,
    .repr = repr,
    .hash = hash,
    .compare = compare,
    .methods = methods,
    .members = members,
};
