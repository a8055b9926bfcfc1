/*
 * FrameLocalsProxy: what f_locals of a function's frame gives (PEP 667).
 *
 * Reading and writing go to the frame's variables themselves. Names that are no variables live in a dict of the frame
 * object. A proxy owns nothing but its frame object.
 */

#include "runtime/arguments.h"
#include "runtime/classes/slots.h"
#include "runtime/code/cell.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"
#include "vm/frame.h"

typedef struct {
    Object head;
    Value frame; /* a frame object */
} LocalsProxy;

static inline FrameObject *frame_of(Value self) {
    return as_frame_object(((LocalsProxy *)as_object(self))->frame);
}

Value locals_proxy_new(VM *vm, Value frame_object) {
    LocalsProxy *proxy = (LocalsProxy *)object_new_container(vm, &locals_proxy_type, sizeof *proxy);
    if (proxy == NULL) return raise_memory(vm);
    proxy->frame = value_ref(frame_object);
    object_track(&proxy->head);
    return from_object(proxy);
}

/* --- variables --- */

/* The place of a variable's value, in a cell or not; NULL when there is no such variable. Those of comprehensions are
   there while they are bound, and go before others of the name. */
static Value *find_variable(const FrameObject *object, Value key) {
    const Code *code = object->code;
    Value *variables = object->frame ? object->frame->locals : object->variables;
    if (!is_string(key) || variables == NULL) return NULL;
    Value *place = NULL;
    for (uint32_t i = 0; i < code->variable_count; i++) {
        bool hidden = code->kinds[i] & VARIABLE_HIDDEN;
        if (hidden ? is_absent(variables[i]) : place != NULL) continue;
        if (!string_equal(code->variables->items[i], key)) continue;
        bool cell = code->kinds[i] & (VARIABLE_CELL | VARIABLE_FREE) && !is_absent(variables[i]) &&
                    is_cell(variables[i]);
        place = cell ? &as_cell(variables[i])->content : &variables[i];
    }
    return place;
}

/* 1 found, NEW in *result; 0 missing; -1 RAISES. */
static int find(VM *vm, Value self, Value key, Value *result) {
    const FrameObject *object = frame_of(self);
    const Value *place = find_variable(object, key);
    if (place != NULL && !is_absent(*place)) {
        *result = value_ref(*place);
        return 1;
    }
    int64_t hash;
    if (!object_hash(vm, key, &hash)) return -1;
    if (is_absent(object->extra_locals)) return 0;
    Value found = dict_get(vm, object->extra_locals, key);
    if (is_absent(found)) return error_raised(vm) ? -1 : 0;
    *result = value_ref(found);
    return 1;
}

static Value get_item(VM *vm, Value self, Value key) {
    Value result;
    int found = find(vm, self, key, &result);
    if (found == 0) raise_error(vm, &exc_KeyError, "local variable '%R' is not defined", key);
    return found > 0 ? result : ABSENT;
}

static bool set_item(VM *vm, Value self, Value key, Value value) {
    FrameObject *object = frame_of(self);
    if (is_absent(value)) return raise_type(vm, "cannot remove variables from FrameLocalsProxy"), false;
    Value *place = find_variable(object, key);
    if (place != NULL) {
        value_set(vm, place, value_ref(value));
        return true;
    }
    if (is_absent(object->extra_locals)) object->extra_locals = dict_new(vm);
    return !is_absent(object->extra_locals) && dict_set(vm, object->extra_locals, key, value);
}

static int contains(VM *vm, Value self, Value key) {
    Value found;
    int result = find(vm, self, key, &found);
    if (result > 0) value_drop(vm, found);
    return result;
}

/* --- through a snapshot --- */

static Value snapshot(VM *vm, Value self) { return frame_object_snapshot(vm, frame_of(self)); }

static int64_t length(VM *vm, Value self) {
    Value dict = snapshot(vm, self);
    if (is_absent(dict)) return -1;
    int64_t count = as_dict(dict)->count;
    value_drop(vm, dict);
    return count;
}

static Value repr(VM *vm, Value self) {
    int entered = repr_enter(vm, self);
    if (entered <= 0) return entered < 0 ? ABSENT : string_from_c(vm, "{...}");
    Value dict = snapshot(vm, self), text = is_absent(dict) ? ABSENT : object_repr(vm, dict);
    value_xdrop(vm, dict);
    repr_leave(vm, self);
    return text;
}

static bool is_proxy(Value v) { return is_exactly(v, &locals_proxy_type); }

static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if (op != COMPARE_EQ && op != COMPARE_NE) return NOT_IMPLEMENTED;
    if (is_proxy(other)) return bool_from((frame_of(self) == frame_of(other)) == (op == COMPARE_EQ));
    if (!is_dict(other)) return NOT_IMPLEMENTED;
    Value dict = snapshot(vm, self), result = is_absent(dict) ? ABSENT : object_compare(vm, dict, other, op);
    value_xdrop(vm, dict);
    return result;
}

/* The keys, values or items, or what `convert` makes of the dict. */
static Value listed(VM *vm, Value self, const char *method, Value (*convert)(VM *, Value)) {
    Value dict = snapshot(vm, self), name = ABSENT, view = ABSENT, result = ABSENT;
    if (!is_absent(dict)) name = string_intern_c(vm, method);
    if (!is_absent(name)) view = call_method(vm, dict, name, NULL, 0);
    if (!is_absent(view)) result = convert(vm, view);
    value_xdrop(vm, view);
    value_xdrop(vm, name);
    value_xdrop(vm, dict);
    return result;
}

static Value itself(VM *vm, Value v) { return value_ref(v); }

static Value iterate(VM *vm, Value self) { return listed(vm, self, "__iter__", itself); }

/* --- methods --- */

METHOD(keys) { return listed(vm, args[0], "keys", list_from_iterable); }

METHOD(values) { return listed(vm, args[0], "values", list_from_iterable); }

METHOD(items) { return listed(vm, args[0], "items", list_from_iterable); }

METHOD(reversed) { return listed(vm, args[0], "__reversed__", itself); }

METHOD(copy) { return snapshot(vm, args[0]); }

METHOD(get) {
    Value result;
    int found = find(vm, args[0], args[1], &result);
    if (found < 0) return ABSENT;
    return found ? result : value_or_none(args[2]);
}

METHOD(setdefault) {
    Value result;
    int found = find(vm, args[0], args[1], &result);
    if (found) return found < 0 ? ABSENT : result;
    result = value_or_none(args[2]);
    if (!set_item(vm, args[0], args[1], result)) value_clear(vm, &result);
    return result;
}

/* Store what another mapping has. */
static bool update(VM *vm, Value self, Value other) {
    Value copy = is_proxy(other)  ? snapshot(vm, other)
                 : is_dict(other) ? dict_copy(vm, other)
                                  : NOT_IMPLEMENTED;
    if (value_same(copy, NOT_IMPLEMENTED))
        return raise_type(vm, "update() argument must be dict or another FrameLocalsProxy"), false;
    bool ok = !is_absent(copy);
    Value key, value;
    for (int64_t position = 0; ok && dict_next(copy, &position, &key, &value);)
        ok = set_item(vm, self, key, value);
    value_xdrop(vm, copy);
    return ok;
}

METHOD(update) { return update(vm, args[0], args[1]) ? NONE : ABSENT; }

static Value merge(VM *vm, Value left, Value right) {
    if (!is_dict(left) && !is_proxy(left)) return NOT_IMPLEMENTED;
    if (!is_dict(right) && !is_proxy(right)) return NOT_IMPLEMENTED;
    Value dict = is_proxy(left) ? snapshot(vm, left) : dict_copy(vm, left);
    if (!is_absent(dict) && !dict_update(vm, dict, right)) value_clear(vm, &dict);
    return dict;
}

static Value merge_in_place(VM *vm, Value self, Value other) {
    if (!is_dict(other) && !is_proxy(other)) return NOT_IMPLEMENTED;
    return update(vm, self, other) ? value_ref(self) : ABSENT;
}

static const NativeDef methods[] = {
    {"__reversed__", method_reversed, "", NULL},
    {"copy", method_copy, "", NULL},
    {"get", method_get, "key, default=None, /", NULL},
    {"items", method_items, "", NULL},
    {"keys", method_keys, "", NULL},
    {"setdefault", method_setdefault, "key, default=None, /", NULL},
    {"update", method_update, "other, /", NULL},
    {"values", method_values, "", NULL},
    {0},
};

static int traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((LocalsProxy *)self)->frame);
    return 0;
}

static void dealloc(VM *vm, Object *self) {
    object_untrack(vm, self);
    value_clear(vm, &((LocalsProxy *)self)->frame);
    object_free(vm, self, sizeof(LocalsProxy));
}

static Value proxy_make(VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (!arguments_count(vm, "FrameLocalsProxy", nargs, 1, 1)) return ABSENT;
    if (!is_exactly(args[0], &frame_type)) return raise_type(vm, "expect frame, not %T", args[0]);
    return locals_proxy_new(vm, args[0]);
}

Type locals_proxy_type = {
    TYPE_HEAD(locals_proxy_type, "FrameLocalsProxy", .traverse = traverse, .dealloc = dealloc),
    .flags = TYPE_MAPPING,
    .new = proxy_make,
    .basic_size = sizeof(LocalsProxy),
    .base = &object_type,
    .repr = repr,
    .hash = hash_unhashable,
    .compare = compare,
    .iterate = iterate,
    .number = {.binary = {[BINARY_OR] = merge}, .inplace = {[BINARY_OR] = merge_in_place}},
    .container = {.length = length, .get_item = get_item, .set_item = set_item, .contains = contains},
    .methods = methods,
};
