/* The module _collections: what collections' classes need in C: the attributes of named tuples. */
#include <stddef.h>

#include "runtime/arguments.h"
#include "runtime/dict.h"
#include "runtime/error.h"
#include "runtime/int.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

/* A descriptor: item `index` of a tuple. */
typedef struct {
    Object head;
    int64_t index;
    Value doc; /* owned */
} TupleGetter;

static TupleGetter *as_getter(Value v) { return (TupleGetter *)as_object(v); }

static int traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((TupleGetter *)self)->doc);
    return 0;
}

static void clear(VM *vm, Object *self) { value_set(vm, &((TupleGetter *)self)->doc, NONE); }

static void dealloc(VM *vm, Object *self) {
    value_xdrop(vm, ((TupleGetter *)self)->doc);
    object_free(vm, self, sizeof(TupleGetter));
}

static Value getter_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    int64_t index;
    if (!arguments_check(vm, "_tuplegetter", nargs, names, 2, 2)) return ABSENT;
    if (!object_to_int64(vm, args[0], &exc_OverflowError, &index)) return ABSENT;
    TupleGetter *getter = (TupleGetter *)object_new_container(vm, type, sizeof *getter);
    if (!getter) return raise_memory(vm);
    getter->index = index;
    getter->doc = value_ref(args[1]);
    object_track(&getter->head);
    return from_object(getter);
}

static Value getter_get(VM *vm, Value self, Value instance, Value owner) {
    (void)owner;
    int64_t index = as_getter(self)->index;
    if (is_absent(instance) || is_none(instance)) return value_ref(self);
    if (!is_tuple(instance)) {
        return raise_type(vm, "descriptor for index '%lld' for tuple subclasses doesn't apply to '%T' object",
                          (long long)index, instance);
    }
    const Tuple *tuple = as_tuple(instance);
    if (index < 0 || index >= tuple->length) return raise_index(vm, "tuple index out of range");
    return value_ref(tuple->items[index]);
}

static bool getter_set(VM *vm, Value self, Value instance, Value value) {
    (void)self, (void)instance;
    raise_error(vm, &exc_AttributeError, is_absent(value) ? "can't delete attribute" : "can't set attribute");
    return false;
}

static Value getter_repr(VM *vm, Value self) {
    int enter = repr_enter(vm, self);
    if (enter < 0) return ABSENT;
    if (enter == 0) return string_from_c(vm, "_tuplegetter(...)");
    Value doc = value_ref(as_getter(self)->doc);
    Value text = string_format(vm, "_tuplegetter(%lld, %R)", (long long)as_getter(self)->index, doc);
    value_drop(vm, doc);
    repr_leave(vm, self);
    return text;
}

static Value getter_reduce(VM *vm, Value *args, int nargs, Value names) {
    (void)nargs, (void)names;
    Value index = int_from(vm, as_getter(args[0])->index), result = ABSENT;
    if (is_absent(index)) return ABSENT;
    Value arguments = tuple_pack(vm, 2, index, as_getter(args[0])->doc);
    value_drop(vm, index);
    if (is_absent(arguments)) return ABSENT;
    result = tuple_pack(vm, 2, from_object(&tuple_getter_type), arguments);
    value_drop(vm, arguments);
    return result;
}

static const NativeDef getter_methods[] = {
    {"__reduce__", getter_reduce, "", NULL, 0},
    {0},
};

static const MemberDef getter_members[] = {
    {"__doc__", offsetof(TupleGetter, doc), 0, NULL},
    {0},
};

Type tuple_getter_type = {
    TYPE_HEAD(tuple_getter_type, "collections._tuplegetter", .traverse = traverse, .clear = clear,
              .dealloc = dealloc),
    .basic_size = sizeof(TupleGetter),
    .base = &object_type,
    .new = getter_new,
    .repr = getter_repr,
    .descriptor_get = getter_get,
    .descriptor_set = getter_set,
    .methods = getter_methods,
    .members = getter_members,
};

Value module__collections_new(VM *vm) {
    Value module = module_new_c(vm, "_collections", "What collections' classes need in C.");
    if (is_absent(module)) return ABSENT;
    if (!dict_set_c(vm, as_module(module)->dict, "_tuplegetter", from_object(&tuple_getter_type))) {
        value_clear(vm, &module);
    }
    return module;
}
