/* Out-of-line parts of instructions, in the order of vm/steps.h. */

#include "vm/steps.h"

#include "compiler/opcode.h"
#include "runtime/bytes/bytearray.h"
#include "runtime/bytes/bytes.h"
#include "runtime/classes/class.h"
#include "runtime/classes/descriptor.h"
#include "runtime/classes/instance.h"
#include "runtime/code/cell.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/row.h"
#include "runtime/containers/set.h"
#include "runtime/containers/slice.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/errors/exception_group.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- names --- */

/* A NameError of the given type with its `name` set. */
static Value raise_name(VM *vm, Type *type, const char *format, Value name) {
    raise_error(vm, type, format, name);
    if (error_is(vm, &exc_NameError) && !error_is(vm, &exc_UnboundLocalError)) {
        value_set(vm, &as_exception(vm->raised)->fields[NAME_ERROR_NAME], value_ref(name));
    }
    return ABSENT;
}

void step_getter_failed(VM *vm, const Frame *getter) {
    const Frame *caller = getter->previous;
    uint32_t word = caller->ip[-1 - opcode_info[OP_LOAD_ATTR].cache];
    bool local = opcode_info[word_opcode(word)].family == OP_LOAD_LOCAL_ATTR;
    Value object = getter->locals[0];
    if (!is_absent(object) && is_cell(object)) object = as_cell(object)->content;
    if (is_absent(object)) return;
    attribute_error_complete(vm, object, caller->code->names->items[local ? word >> 16 : word >> 8]);
}

bool step_unbound(VM *vm, const Code *code, uint32_t variable) {
    Value name = code->variables->items[variable];
    if (code->kinds[variable] & VARIABLE_FREE) {
        raise_name(
            vm, &exc_NameError,
            "cannot access free variable '%S' where it is not associated with a value in enclosing scope",
            name);
    } else {
        raise_name(vm, &exc_UnboundLocalError,
                   "cannot access local variable '%S' where it is not associated with a value", name);
    }
    return false;
}

/* A name that is not among the builtins: __builtins__ may be something else than a dict or module. ABSENT with nothing
   raised when that does not have it either. NEW RAISES. */
static Value strange_builtin(VM *vm, const Frame *frame, Value name) {
    Value given = dict_get_string(vm, frame_globals(frame), NAME_OF(vm, builtins));
    if (is_absent(given) || is_dict(given) || is_exactly(given, &module_type)) return ABSENT;
    value_ref(given);
    Value found = object_get_item(vm, given, name);
    value_drop(vm, given);
    if (is_absent(found) && error_is(vm, &exc_KeyError)) error_clear(vm);
    return found;
}

Value step_load_global(VM *vm, const Frame *frame, Value name) {
    Value found = dict_get_string(vm, frame_globals(frame), name);
    if (is_absent(found)) found = dict_get_string(vm, frame_builtins(frame), name);
    if (!is_absent(found)) return value_ref(found);
    found = strange_builtin(vm, frame, name);
    if (!is_absent(found) || error_raised(vm)) return found;
    return raise_name(vm, &exc_NameError, "name '%S' is not defined", name);
}

int step_mapping_find(VM *vm, Value mapping, Value name, Value *result) {
    if (is_exactly(mapping, &dict_type)) {
        *result = value_xref(dict_get_string(vm, mapping, name));
        return !is_absent(*result);
    }
    *result = object_get_item(vm, mapping, name);
    if (!is_absent(*result)) return 1;
    if (!error_is(vm, &exc_KeyError)) return -1;
    error_clear(vm);
    return 0;
}

Value step_load_name(VM *vm, const Frame *frame, Value name) {
    Value result;
    if (is_absent(frame->names)) return step_load_global(vm, frame, name);
    int found = step_mapping_find(vm, frame->names, name, &result);
    return found < 0 ? ABSENT : found ? result : step_load_global(vm, frame, name);
}

bool step_store_name(VM *vm, const Frame *frame, Value name, Value value) {
    Value names = frame->names;
    if (is_absent(names)) names = frame_globals(frame);
    if (is_exactly(names, &dict_type)) return dict_set(vm, names, name, value);
    return object_set_item(vm, names, name, value);
}

static bool delete_from(VM *vm, Value mapping, Value name) {
    if (object_set_item(vm, mapping, name, ABSENT)) return true;
    /* As in CPython, whatever a mapping of a program's own raises. */
    if (!is_exactly(mapping, &dict_type) || error_is(vm, &exc_KeyError)) {
        error_clear(vm);
        raise_name(vm, &exc_NameError, "name '%S' is not defined", name);
    }
    return false;
}

bool step_delete_name(VM *vm, const Frame *frame, Value name) {
    return delete_from(vm, is_absent(frame->names) ? frame_globals(frame) : frame->names, name);
}

bool step_delete_global(VM *vm, const Frame *frame, Value name) {
    return delete_from(vm, frame_globals(frame), name);
}

Value step_builtin(VM *vm, const Frame *frame, Value name) {
    Value found = dict_get_string(vm, frame_builtins(frame), name);
    if (!is_absent(found)) return value_ref(found);
    found = strange_builtin(vm, frame, name);
    if (!is_absent(found) || error_raised(vm)) return found;
    return raise_error(vm, &exc_NameError, "%S not found", name);
}

bool step_setup_annotations(VM *vm, const Frame *frame) {
    Value found;
    int there = step_mapping_find(vm, frame->names, NAME_OF(vm, annotations), &found);
    if (there) value_xdrop(vm, found);
    if (there) return there > 0;
    Value dict = dict_new(vm);
    bool ok = !is_absent(dict) && object_set_item(vm, frame->names, NAME_OF(vm, annotations), dict);
    value_xdrop(vm, dict);
    return ok;
}

/* --- attributes --- */

/* What an attribute found through the type becomes for the object: (function, object), or bound. */
static bool bind_found(VM *vm, Value found, Value object, Value *pair) {
    const Type *type = type_of(found);
    if (type->flags & TYPE_METHOD_DESCRIPTOR) {
        pair[0] = value_ref(found);
        pair[1] = value_ref(object);
        return true;
    }
    pair[1] = ABSENT;
    if (type->descriptor_get == NULL) {
        pair[0] = value_ref(found);
        return true;
    }
    value_ref(found); /* the class may lose it meanwhile */
    pair[0] = type->descriptor_get(vm, found, object, from_object(type_of(object)));
    value_drop(vm, found);
    return !is_absent(pair[0]);
}

bool step_load_method(VM *vm, Value object, Value name, Value *pair) {
    Type *type = type_of(object);
    if (type->get_attribute != object_type.get_attribute) {
        pair[0] = object_get_attribute(vm, object, name);
        pair[1] = ABSENT;
        return !is_absent(pair[0]);
    }
    Value found = type_lookup(vm, type, name);
    if (is_absent(found) || !is_data_descriptor(found)) {
        Value own = object_own_attribute(vm, object, name);
        if (!is_absent(own)) {
            pair[0] = value_ref(own);
            pair[1] = ABSENT;
            return true;
        }
    }
    if (!is_absent(found)) return bind_found(vm, found, object, pair);
    if (!type_lookup_refused(vm, type)) raise_attribute(vm, object, name);
    return false;
}

/* A special method of the type, the same way; 0 when missing. */
static int load_special(VM *vm, Value object, Value name, Value *pair) {
    Value found = type_lookup(vm, type_of(object), name);
    if (is_absent(found)) return type_lookup_refused(vm, type_of(object)) ? -1 : 0;
    return bind_found(vm, found, object, pair) ? 1 : -1;
}

/* The attribute behind `type` in the mro of self's class. BORROWED, or ABSENT. */
static Value super_lookup(VM *vm, Type *start, const Type *type, Value name) {
    const Tuple *mro = type_mro(vm, start);
    int64_t i = 0;
    while (i < mro->length && !value_same(mro->items[i], from_object(type)))
        i++;
    for (i++; i < mro->length; i++) {
        Dict *dict = type_dict(vm, as_type(mro->items[i]));
        Value found = dict == NULL ? ABSENT : dict_get_string(vm, from_object(dict), name);
        if (!is_absent(found) || error_raised(vm)) return found;
    }
    return ABSENT;
}

bool step_super(VM *vm, Value super, Value type, Value self, Value name, bool method, Value *pair) {
    pair[1] = ABSENT;
    bool builtin = value_same(super, from_object(&super_type));
    if (builtin && method && is_family(type, TYPE_TYPE) && !is_family(self, TYPE_TYPE) &&
        type_is_subtype(type_of(self), as_type(type)) && !value_same(name, NAME_OF(vm, class))) {
        Value found = super_lookup(vm, type_of(self), as_type(type), name);
        if (!is_absent(found)) return bind_found(vm, found, self, pair);
        if (error_raised(vm)) return false;
    }
    Value object = builtin ? call_2(vm, super, type, self) : call_0(vm, super);
    if (is_absent(object)) return false;
    pair[0] = object_get_attribute(vm, object, name);
    value_drop(vm, object);
    return !is_absent(pair[0]);
}

/* --- items and iteration --- */

/* A bound that needs no __index__, clipped to a length; false: let the slice do it. */
static bool plain_bound(Value v, int64_t length, int64_t otherwise, int64_t *bound) {
    if (is_none(v)) {
        *bound = otherwise;
        return true;
    }
    if (!is_int(v)) return false;
    int64_t i = int_get(v);
    if (i < 0) i += length;
    *bound = i < 0 ? 0 : i > length ? length : i;
    return true;
}

/* Of the containers that step_get_slice knows; -1: of any other. */
static inline int64_t sliced_length(Value container) {
    if (!is_object(container)) return -1;
    const Type *type = as_object(container)->type;
    return type == &list_type        ? as_list(container)->length
           : type == &str_type       ? string_length(as_string(container))
           : type == &bytes_type     ? as_bytes(container)->length
           : type == &tuple_type     ? as_tuple(container)->length
           : type == &bytearray_type ? as_bytearray(container)->length
                                     : -1;
}

Value step_get_slice(VM *vm, Value container, Value start, Value stop) {
    int64_t length = sliced_length(container), from, to;
    if (length >= 0 && plain_bound(start, length, 0, &from) && plain_bound(stop, length, length, &to)) {
        const Type *type = as_object(container)->type;
        if (to < from) to = from;
        if (type == &list_type) return list_from(vm, as_list(container)->items + from, to - from);
        if (type == &str_type) return string_slice(vm, container, from, to);
        if (type == &bytearray_type)
            return bytearray_from(vm, as_bytearray(container)->data + from, to - from);
        if (to - from == length) return value_ref(container);
        return type == &bytes_type ? bytes_part(vm, as_bytes(container)->data + from, to - from)
                                   : tuple_from(vm, as_tuple(container)->items + from, to - from);
    }
    Value slice = slice_new(vm, start, stop, ABSENT);
    if (is_absent(slice)) return ABSENT;
    Value result = object_get_item(vm, container, slice);
    value_drop(vm, slice);
    return result;
}

enum { REPLACED_MAX = 32 };

/* list[start:stop] = another list of the same length: its items go where the old ones were. */
static bool replace_items(VM *vm, List *list, int64_t from, const List *source) {
    Value old[REPLACED_MAX];
    int64_t count = source->length;
    for (int64_t i = 0; i < count; i++) {
        old[i] = list->items[from + i];
        list->items[from + i] = value_ref(source->items[i]);
    }
    for (int64_t i = 0; i < count; i++)
        value_drop(vm, old[i]);
    return true;
}

bool step_set_slice(VM *vm, Value container, Value start, Value stop, Value value) {
    if (is_exactly(container, &list_type) && is_exactly(value, &list_type)) {
        List *list = as_list(container);
        int64_t length = list->length, count = as_list(value)->length, from, to;
        if (plain_bound(start, length, 0, &from) && plain_bound(stop, length, length, &to)) {
            bool few = count <= REPLACED_MAX && to - from == count && !value_same(container, value);
            return few ? replace_items(vm, list, from, as_list(value))
                       : list_assign(vm, container, from, to, value);
        }
    }
    Value slice = slice_new(vm, start, stop, ABSENT);
    if (is_absent(slice)) return false;
    bool ok = object_set_item(vm, container, slice, value);
    value_drop(vm, slice);
    return ok;
}

/* Take up to `count` items into to[-1], to[-2], ...; how many came, -1 RAISES. */
static int64_t take_items(VM *vm, Value iterator, int64_t count, Value *to) {
    int64_t i = 0;
    for (; i < count; i++) {
        Value item = iterator_next(vm, iterator);
        if (is_absent(item)) break;
        to[-1 - i] = item;
    }
    if (i == count || !error_raised(vm)) return i;
    while (i > 0)
        value_drop(vm, to[-i--]);
    return -1;
}

static void drop_items(VM *vm, Value *to, int64_t count) {
    for (int64_t i = 1; i <= count; i++)
        value_drop(vm, to[-i]);
}

/* The items behind the first ones: a list of the middle and the last `after`. */
static bool unpack_star(VM *vm, Value iterator, int64_t before, int64_t after, Value *to) {
    Value list_value = list_from_iterable(vm, iterator);
    if (is_absent(list_value)) return false;
    List *list = as_list(list_value);
    if (list->length < after) {
        raise_value(vm, "not enough values to unpack (expected at least %lld, got %lld)",
                    (long long)(before + after), (long long)(before + list->length));
        value_drop(vm, list_value);
        return false;
    }
    to[-1] = list_value;
    list->length -= after;
    for (int64_t i = 0; i < after; i++)
        to[-2 - i] = list->items[list->length + i];
    return true;
}

/* A tuple or list that has enough items is taken apart as it lies. 1 done, 0 there is another way, -1 RAISES. */
static int unpack_row(VM *vm, Value iterable, int64_t before, int64_t after, Value *to) {
    if (!is_exactly(iterable, &tuple_type) && !is_exactly(iterable, &list_type)) return 0;
    Row row = row_of(iterable);
    int64_t rest = row.length - before - after;
    if (rest < 0) return 0;
    Value middle = list_from(vm, row.items + before, rest);
    if (is_absent(middle)) return -1;
    to += before + 1 + after;
    for (int64_t i = 0; i < before; i++)
        *--to = value_ref(row.items[i]);
    *--to = middle;
    for (int64_t i = before + rest; i < row.length; i++)
        *--to = value_ref(row.items[i]);
    return 1;
}

static bool unpack_iterator(VM *vm, Value iterator, int64_t before, int64_t after, Value *to) {
    bool star = after >= 0;
    to += before + (star ? 1 + after : 0);
    int64_t came = take_items(vm, iterator, before, to);
    if (came < 0) return false;
    bool ok = came == before;
    if (!ok) {
        raise_value(vm, "not enough values to unpack (expected %s%lld, got %lld)", star ? "at least " : "",
                    (long long)(before + (star ? after : 0)), (long long)came);
    } else if (star) {
        ok = unpack_star(vm, iterator, before, after, to - before);
    } else {
        Value extra = iterator_next(vm, iterator);
        ok = is_absent(extra) && !error_raised(vm);
        if (!is_absent(extra)) {
            value_drop(vm, extra);
            raise_value(vm, "too many values to unpack (expected %lld)", (long long)before);
        }
    }
    if (!ok) drop_items(vm, to, came);
    return ok;
}

bool step_unpack(VM *vm, Value iterable, int64_t before, int64_t after, Value *to) {
    const Type *type = type_of(iterable);
    if (type->iterate == NULL && type->container.get_item == NULL) {
        raise_type(vm, "cannot unpack non-iterable %T object", iterable);
        return false;
    }
    int unpacked = after >= 0 ? unpack_row(vm, iterable, before, after, to) : 0;
    if (unpacked) return unpacked > 0;
    Value iterator = object_iterate(vm, iterable);
    if (is_absent(iterator)) return false;
    bool ok = unpack_iterator(vm, iterator, before, after, to);
    value_drop(vm, iterator);
    return ok;
}

/* --- operators --- */

enum { TEMPORARY_REPEAT_MAX = 1000 }; /* more take a moment, in which a signal may end it */

static __attribute__((noinline)) Value binary_of_any(VM *vm, Value left, Value right, BinaryOp op,
                                                     bool inplace) {
    const Type *type = type_of(left), *other = type_of(right);
    Value (*slot)(VM *, Value, Value) = type->number.binary[op];
    if (type->flags & TYPE_HEAP) { /* a class of ints, say, that leaves the operator as it is? */
        if (!(type->flags & TYPE_FAMILIES) || slot != type_native_base(type)->number.binary[op])
            return NOT_IMPLEMENTED;
        bool one_slot = slot && slot == other->number.binary[op];
        if (one_slot && !(inplace && type->number.inplace[op])) return slot(vm, left, right);
    }
    if (type->flags & TYPE_HEAP) return NOT_IMPLEMENTED;
    if (slot && !inplace && !(other->flags & TYPE_HEAP) && (!other->number.binary[op] || type == &str_type)) {
        Value result = slot(vm, left, right); /* nothing of the other's comes first */
        if (!value_same(result, NOT_IMPLEMENTED)) return result;
    }
    if (op == BINARY_MULTIPLY && !slot && !inplace && is_int(right) && type->container.repeat) {
        /* An int leaves it to the row. Of a list that only the operand stack holds nobody else sees that it grows. */
        bool temporary =
            type == &list_type && as_object(left)->refs == 1 && int_get(right) <= TEMPORARY_REPEAT_MAX;
        return (temporary ? type->container.inplace_repeat : type->container.repeat)(vm, left, right);
    }
    if (op == BINARY_ADD && !slot && !other->number.binary[op] && !type->number.inplace[op]) { /* rows? */
        const ContainerSlots *row = &type->container;
        Value (*concat)(VM *, Value, Value) =
            inplace && row->inplace_concat ? row->inplace_concat : row->concat;
        if (concat) return concat(vm, left, right);
    }
    return (inplace ? object_inplace : object_binary)(vm, op, left, right);
}

Value step_binary(VM *vm, BinaryOp op, bool inplace, Value left, Value right) {
    const Type *type = type_of(left);
    Value (*slot)(VM *, Value, Value) = type->number.binary[op];
    bool one_slot = slot && slot == type_of(right)->number.binary[op];
    /* A class of ints whose operator is that of a number itself leaves it as it is. */
    bool built_in = !(type->flags & TYPE_HEAP) || !is_object(right);
    Value (*in_place)(VM *, Value, Value) = inplace ? type->number.inplace[op] : NULL;
    if (in_place && !(type->flags & TYPE_HEAP)) return in_place(vm, left, right);
    if (one_slot && built_in && !in_place) return slot(vm, left, right);
    return binary_of_any(vm, left, right, op, inplace);
}

/* The place of the variable that the next instruction stores into; NULL: it stores into none that is there. */
static Value *stored_next(VM *vm, const Frame *frame) {
    uint32_t operand = word_a24(*frame->ip);
    Value space = frame->names;
    switch (opcode_info[word_opcode(*frame->ip)].family) {
    case OP_STORE_LOCAL: return &frame->locals[operand];
    case OP_STORE_CELL: return &as_cell(frame->locals[operand])->content;
    case OP_STORE_GLOBAL: space = frame_globals(frame); break;
    case OP_STORE_NAME: break;
    default: return NULL;
    }
    if (is_absent(space)) space = frame_globals(frame);
    if (!is_exactly(space, &dict_type)) return NULL;
    int64_t index = dict_entry_index(vm, as_dict(space), frame->code->names->items[operand]);
    return index < 0 ? NULL : &dict_entries(as_dict(space))[index].value;
}

bool step_append(VM *vm, const Frame *frame, Value *text, Value more) {
    Value *variable = as_object(*text)->refs == 2 ? stored_next(vm, frame) : NULL;
    if (variable && !value_same(*variable, *text)) variable = NULL;
    if (variable) value_set(vm, variable, NONE);
    bool done = string_append(vm, text, more);
    if (variable && !done) value_set(vm, variable, value_ref(*text));
    return done;
}

/* --- building --- */

Value step_build_set(VM *vm, Value *items, int64_t count) {
    Value set = set_new(vm);
    for (int64_t i = 0; i < count && !is_absent(set); i++) {
        if (!set_add(vm, set, items[i])) value_clear(vm, &set);
    }
    return set;
}

Value step_format(VM *vm, Value v, Value spec, unsigned conversion) {
    static Value (*const convert[])(VM *, Value) = {NULL, object_str, object_repr, object_ascii};
    if (conversion == 0) return object_format(vm, v, spec);
    Value text = convert[conversion](vm, v);
    if (is_absent(text) || is_absent(spec)) return text;
    Value result = object_format(vm, text, spec);
    value_drop(vm, text);
    return result;
}

bool step_list_extend(VM *vm, Value list, Value iterable) {
    const Type *type = type_of(iterable);
    if (type->iterate == NULL && type->container.get_item == NULL) {
        raise_type(vm, "Value after * must be an iterable, not %T", iterable);
        return false;
    }
    return list_extend(vm, list, iterable);
}

bool step_dict_update(VM *vm, Value dict, Value mapping) {
    if (!is_dict(mapping)) {
        Value keys;
        int found = object_find_attribute(vm, mapping, NAME_OF(vm, keys), &keys);
        if (found == 0) raise_type(vm, "'%T' object is not a mapping", mapping);
        if (found <= 0) return false;
        value_drop(vm, keys);
    }
    return dict_update(vm, dict, mapping);
}

Value step_make_function(VM *vm, const Frame *frame, Value *parts, unsigned flags) {
    Value made = function_new(vm, parts[function_parts(flags)], frame_globals(frame));
    if (is_absent(made)) return ABSENT;
    Function *function = as_function(made);
    Value *fields[] = {&function->defaults, &function->keyword_defaults, &function->annotations,
                       &function->closure};
    for (int bit = 0; bit < 4; bit++) {
        if (flags >> bit & 1) *fields[bit] = value_ref(*parts++);
    }
    return made;
}

/* --- exceptions and with --- */

/* The exception that `from cause` names; NONE for none. */
static Value cause_from(VM *vm, Value cause) {
    bool class = is_exception_class(cause);
    Value made = class ? call_0(vm, cause) : value_ref(cause);
    if (is_absent(made) || is_exception(made) || (!class && is_none(made))) return made;
    if (class)
        raise_type(vm, "calling %R should have returned an instance of BaseException, not %R", cause,
                   from_object(type_of(made)));
    else
        raise_type(vm, "exception causes must derive from BaseException");
    value_drop(vm, made);
    return ABSENT;
}

bool step_raise(VM *vm, Value exception, Value cause) {
    if (is_absent(exception)) {
        Value handled = error_handled(vm);
        if (is_absent(handled)) {
            raise_error(vm, &exc_RuntimeError, "No active exception to reraise");
            return false;
        }
        error_restore(vm, value_ref(handled));
        return true;
    }
    Value made = exception_from(vm, exception);
    if (is_absent(made)) return false;
    if (!is_absent(cause)) {
        Value made_cause = cause_from(vm, cause);
        if (is_absent(made_cause)) {
            value_drop(vm, made);
            return false;
        }
        exception_set_cause(vm, made, made_cause);
    }
    raise_object(vm, made);
    return false;
}

Value step_cleanup_throw(VM *vm, STEALS Value exception) {
    if (!value_is_instance(exception, &exc_StopIteration)) {
        error_restore(vm, exception);
        return ABSENT;
    }
    Value value = value_ref(stop_iteration_value(exception));
    value_drop(vm, exception);
    return value;
}

Value step_stop_iteration_error(VM *vm, uint32_t code_flags, Value exception) {
    bool asynchronous = code_flags & CODE_ASYNC_GENERATOR;
    bool ends_iteration = asynchronous && value_is_instance(exception, &exc_StopAsyncIteration);
    if (!ends_iteration && !value_is_instance(exception, &exc_StopIteration)) return value_ref(exception);
    const char *kind = asynchronous                  ? "async generator"
                       : code_flags & CODE_COROUTINE ? "coroutine"
                                                     : "generator";
    raise_error(vm, &exc_RuntimeError, "%s raised Stop%sIteration", kind, ends_iteration ? "Async" : "");
    if (!error_is(vm, &exc_RuntimeError)) return ABSENT;
    Value error = error_take(vm);
    exception_set_cause(vm, error, value_ref(exception));
    value_set(vm, &as_exception(error)->context, value_ref(exception));
    return error;
}

bool step_end_async_for(VM *vm, STEALS Value exception) {
    if (value_is_instance(exception, &exc_StopAsyncIteration)) {
        value_drop(vm, exception);
        return true;
    }
    error_restore(vm, exception);
    return false;
}

static bool raise_no_manager(VM *vm, Value manager, bool asynchronous, const char *missed) {
    raise_type(vm, "'%T' object does not support the %scontext manager protocol%s", manager,
               asynchronous ? "asynchronous " : "", missed);
    return false;
}

bool step_group_match(VM *vm, Value exception, Value type, Value *match, Value *rest) {
    if (!group_match(vm, exception, type, match, rest)) return false;
    if (!is_none(*match)) value_set(vm, &vm->handled->exception, value_ref(*match));
    return true;
}

bool step_with_methods(VM *vm, bool asynchronous, Value *stack) {
    Value methods[4], *exit = methods, *enter = methods + 2, manager = *stack;
    int found = load_special(vm, manager, asynchronous ? NAME_OF(vm, aenter) : NAME_OF(vm, enter), enter);
    if (found <= 0) return found < 0 ? false : raise_no_manager(vm, manager, asynchronous, "");
    found = load_special(vm, manager, asynchronous ? NAME_OF(vm, aexit) : NAME_OF(vm, exit), exit);
    if (found > 0) {
        memcpy(stack, methods, sizeof methods);
        value_drop(vm, manager);
        return true;
    }
    if (found == 0) {
        const char *missed = asynchronous ? " (missed __aexit__ method)" : " (missed __exit__ method)";
        raise_no_manager(vm, manager, asynchronous, missed);
    }
    value_drop(vm, enter[0]);
    value_xdrop(vm, enter[1]);
    return false;
}

Value step_with_exit(VM *vm, Value exit, Value self, Value exception) {
    Value traceback = as_exception(exception)->traceback;
    Value row[] = {self, from_object(type_of(exception)), exception, is_absent(traceback) ? NONE : traceback};
    return is_absent(self) ? object_call(vm, exit, row + 1, 3, ABSENT)
                           : object_call(vm, exit, row, 4, ABSENT);
}

/* --- the rest --- */

bool step_print(VM *vm, Value v) {
    Value hook = dict_get_c(vm, vm->sys, "displayhook");
    if (is_absent(hook)) {
        raise_error(vm, &exc_RuntimeError, "lost sys.displayhook");
        return false;
    }
    value_ref(hook);
    Value result = call_1(vm, hook, v);
    value_drop(vm, hook);
    value_xdrop(vm, result);
    return !is_absent(result);
}
