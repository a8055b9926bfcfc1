/* What exceptions are made of: __reduce__ of all, and of those whose fields are more than their arguments. */
#include "runtime/classes/instance.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/exception.h"
#include "runtime/native.h"

/* (type, arguments) or (type, arguments, state). */
static Value reduction(VM *vm, Value self, Value arguments, Value state) {
    Value type = from_object(type_of(self));
    return is_absent(state) ? tuple_pack(vm, 2, type, arguments) : tuple_pack(vm, 3, type, arguments, state);
}

/* The exception with other arguments, and its dict if there is anything in it. */
static Value reduce_with(VM *vm, Value self, Value arguments) {
    Value dict = attributes_dict(vm, as_object(self));
    if (is_absent(dict)) return ABSENT;
    return reduction(vm, self, arguments, as_dict(dict)->count ? dict : ABSENT);
}

Value exception_reduce(NATIVE_PARAMETERS) { return reduce_with(vm, args[0], as_exception(args[0])->args); }

/* A copy of the exception's dict. NEW, RAISES. */
static Value state_of(VM *vm, Value self) {
    Value dict = attributes_dict(vm, as_object(self));
    return is_absent(dict) ? ABSENT : dict_copy(vm, dict);
}

/* A field that is set goes into the state; a failure leaves *state ABSENT. */
static void add_field(VM *vm, Value *state, const char *name, Value value) {
    if (is_absent(*state) || is_absent(value)) return;
    if (!dict_set_c(vm, *state, name, value)) value_clear(vm, state);
}

Value import_error_reduce(NATIVE_PARAMETERS) {
    Exception *e = as_exception(args[0]);
    Value state = state_of(vm, args[0]);
    add_field(vm, &state, "name", e->fields[IMPORT_NAME]);
    add_field(vm, &state, "path", e->fields[IMPORT_PATH]);
    add_field(vm, &state, "name_from", e->fields[IMPORT_NAME_FROM]);
    if (is_absent(state)) return ABSENT;
    Value result = reduction(vm, args[0], e->args, as_dict(state)->count ? state : ABSENT);
    value_drop(vm, state);
    return result;
}

/* The names of files were taken out of the arguments. */
Value os_error_reduce(NATIVE_PARAMETERS) {
    Exception *e = as_exception(args[0]);
    const Tuple *given = as_tuple(e->args);
    Value file = e->fields[OS_FILENAME], other = e->fields[OS_FILENAME2];
    if (given->length != 2 || is_absent(file)) return reduce_with(vm, args[0], e->args);
    Value first = given->items[0], second = given->items[1];
    Value arguments = is_absent(other) ? tuple_pack(vm, 3, first, second, file)
                                       : tuple_pack(vm, 5, first, second, file, NONE, other);
    Value result = is_absent(arguments) ? ABSENT : reduce_with(vm, args[0], arguments);
    value_xdrop(vm, arguments);
    return result;
}

Value attribute_error_get_state(NATIVE_PARAMETERS) {
    Exception *e = as_exception(args[0]);
    Value state = state_of(vm, args[0]);
    add_field(vm, &state, "name", e->fields[ATTRIBUTE_NAME]);
    add_field(vm, &state, "args", e->args);
    return state;
}

Value attribute_error_reduce(NATIVE_PARAMETERS) {
    Value state = attribute_error_get_state(vm, args, 1, ABSENT);
    if (is_absent(state)) return ABSENT;
    Value result = reduction(vm, args[0], as_exception(args[0])->args, state);
    value_drop(vm, state);
    return result;
}
