/* BaseExceptionGroup and ExceptionGroup: a message and a tuple of exceptions, some of them groups again. */

#include "runtime/exception_group.h"

#include "runtime/exception.h"
#include "runtime/dict.h"
#include "runtime/protocol.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

/* Are all items exceptions? *plain tells whether they all derive from Exception. */
static bool check_items(VM *vm, Tuple *items, bool *plain) {
    *plain = true;
    if (items->length == 0) raise_value(vm, "second argument (exceptions) must be a non-empty sequence");
    for (int64_t i = 0; i < items->length; i++) {
        if (!is_exception(items->items[i])) {
            raise_value(vm, "Item %lld of second argument (exceptions) is not an exception", (long long)i);
            return false;
        }
        if (!value_is_instance(items->items[i], &exc_Exception)) *plain = false;
    }
    return items->length > 0;
}

/* The type of a group with these items, for one asked for as `type`. */
static Type *group_type(VM *vm, Type *type, bool plain) {
    if (plain) return type == &exc_BaseExceptionGroup ? &exc_ExceptionGroup : type;
    if (type == &exc_ExceptionGroup) {
        raise_type(vm, "Cannot nest BaseExceptions in an ExceptionGroup");
        return NULL;
    }
    if (type_is_subtype(type, &exc_Exception)) {
        raise_type(vm, "Cannot nest BaseExceptions in '%N'", type);
        return NULL;
    }
    return type;
}

Value group_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    if (nargs != 2) {
        return raise_type(vm, "BaseExceptionGroup.__new__() takes exactly 2 arguments (%d given)", nargs);
    }
    if (!is_string(args[0])) {
        return raise_type(vm, "BaseExceptionGroup.__new__() argument 1 must be str, not %T", args[0]);
    }
    if (type_of(args[1])->container.get_item == NULL || is_dict(args[1])) {
        return raise_type(vm, "second argument (exceptions) must be a sequence");
    }
    Value items = tuple_from_iterable(vm, args[1]);
    if (is_absent(items)) return ABSENT;
    bool plain;
    Value self = ABSENT;
    if (check_items(vm, as_tuple(items), &plain) && (type = group_type(vm, type, plain)) != NULL) {
        self = exc_Exception.new(vm, type, args, nargs, names);
    }
    if (!is_absent(self)) {
        value_set(vm, &as_exception(self)->fields[GROUP_MESSAGE], value_ref(args[0]));
        value_set(vm, &as_exception(self)->fields[GROUP_EXCEPTIONS], value_ref(items));
    }
    value_drop(vm, items);
    return self;
}

bool group_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    return exc_Exception.init(vm, self, args, nargs, names);
}

Value group_str(VM *vm, Value self) {
    Exception *e = as_exception(self);
    int64_t count = as_tuple(e->fields[GROUP_EXCEPTIONS])->length;
    return string_format(vm, "%S (%lld sub-exception%s)", e->fields[GROUP_MESSAGE], (long long)count,
                         count == 1 ? "" : "s");
}

static Value group_derive(VM *vm, Value *args, int nargs, Value names) {
    (void)nargs;
    (void)names;
    return call_2(vm, from_object(&exc_BaseExceptionGroup), as_exception(args[0])->fields[GROUP_MESSAGE],
                  args[1]);
}

const NativeDef group_methods[] = {
    {"derive", group_derive, "excs, /", NULL, NATIVE_METHOD},
    {0},
};
