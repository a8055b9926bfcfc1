/* object.__getstate__, __reduce__ and __reduce_ex__. In order: state, the arguments of __new__, the whole. */

#include "runtime/reduce.h"

#include "runtime/bytes/memoryview.h"
#include "runtime/classes/class.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- state --- */

static bool has_slots(const Type *type) {
    for (; type->flags & TYPE_HEAP; type = type->base) {
        if (!is_absent(type->slot_names) && as_tuple(type->slot_names)->length > 0) return true;
    }
    return false;
}

/* The list of the names of all __slots__ of a class that has some: copyreg keeps it in the class. NEW RAISES. */
static Value all_slot_names(VM *vm, Type *type) {
    Value kept = dict_get_c(vm, from_object(type->dict), "__slotnames__");
    if (!is_absent(kept) && is_list(kept)) return value_ref(kept);
    Value find = module_get(vm, "copyreg", "_slotnames");
    if (is_absent(find)) return ABSENT;
    Value names = call_1(vm, find, from_object(type));
    value_drop(vm, find);
    if (is_absent(names) || is_list(names)) return names;
    value_drop(vm, names);
    return raise_type(vm, "copyreg._slotnames didn't return a list or None");
}

/* Those of the named attributes that there are, in a dict. NEW RAISES. */
static Value slots_state(VM *vm, Value self, Value slot_names) {
    Value state = dict_new(vm);
    for (int64_t i = 0; !is_absent(state) && i < as_list(slot_names)->length; i++) {
        Value name = value_ref(as_list(slot_names)->items[i]), value;
        int found = is_string(name) ? object_find_attribute(vm, self, name, &value) : 0;
        bool ok = found >= 0 && (found == 0 || dict_set(vm, state, name, value));
        if (found > 0) value_drop(vm, value);
        value_drop(vm, name);
        if (!ok) value_clear(vm, &state);
    }
    return state;
}

Value object_attributes_state(VM *vm, Value self) {
    if (type_of(self)->attributes_offset == 0) return NONE;
    Value dict = attributes_dict(vm, as_object(self));
    return is_absent(dict) || as_dict(dict)->count > 0 ? dict : NONE;
}

/* `whole`: the state must tell everything, since no arguments of __new__ or items do. */
static Value default_state(VM *vm, Value self, bool whole) {
    Type *type = type_of(self);
    Value dict = object_attributes_state(vm, self);
    if (is_absent(dict)) return ABSENT;
    if (whole && (type->item_size != 0 || type == &memoryview_type))
        return raise_type(vm, "cannot pickle %T objects", self);
    const Type *base = type_native_base(type);
    bool opaque = base->basic_size > sizeof(Object) || base->item_size != 0;
    if (whole && opaque) return raise_type(vm, "cannot pickle '%T' object", self);
    value_ref(dict);
    if (!has_slots(type)) return dict;
    Value names = all_slot_names(vm, type);
    Value slots = is_absent(names) ? ABSENT : slots_state(vm, self, names), state = ABSENT;
    value_xdrop(vm, names);
    if (!is_absent(slots))
        state = as_dict(slots)->count > 0 ? tuple_pack(vm, 2, dict, slots) : value_ref(dict);
    value_xdrop(vm, slots);
    value_drop(vm, dict);
    return state;
}

Value object_get_state(VM *vm, Value *args, int nargs, Value names) {
    return default_state(vm, args[0], false);
}

static Value state_of(VM *vm, Value self, bool whole) {
    Value own = type_lookup(vm, type_of(self), NAME_OF(vm, getstate));
    if (value_same(own, type_lookup(vm, &object_type, NAME_OF(vm, getstate))))
        return default_state(vm, self, whole);
    return call_method(vm, self, NAME_OF(vm, getstate), NULL, 0);
}

/* --- the arguments of __new__ --- */

typedef struct {
    Value positional; /* a tuple; ABSENT: the object has no say in it. Owned */
    Value keywords;   /* a dict, not empty, or ABSENT. Owned */
} NewArguments;

static bool take_pair(VM *vm, Value pair, NewArguments *arguments) {
    if (!is_family(pair, TYPE_TUPLE)) {
        raise_type(vm, "__getnewargs_ex__ should return a tuple, not '%T'", pair);
        return false;
    }
    if (as_tuple(pair)->length != 2) {
        raise_value(vm, "__getnewargs_ex__ should return a tuple of length 2, not %zd",
                    as_tuple(pair)->length);
        return false;
    }
    Value positional = as_tuple(pair)->items[0], keywords = as_tuple(pair)->items[1];
    if (!is_family(positional, TYPE_TUPLE)) {
        raise_type(vm, "first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '%T'",
                   positional);
        return false;
    }
    if (!is_dict(keywords)) {
        raise_type(vm, "second item of the tuple returned by __getnewargs_ex__ must be a dict, not '%T'",
                   keywords);
        return false;
    }
    arguments->positional = value_ref(positional);
    if (as_dict(keywords)->count > 0) arguments->keywords = value_ref(keywords);
    return true;
}

/* What the special method of that name says: 1, 0 if there is none, -1 RAISES. */
static int ask(VM *vm, Value self, const char *method, NEW Value *answer) {
    Value name = string_intern_fixed(vm, method), bound;
    if (is_absent(name)) return -1;
    int found = object_find_attribute(vm, self, name, &bound);
    value_drop(vm, name);
    if (found <= 0) return found;
    *answer = call_0(vm, bound);
    value_drop(vm, bound);
    return is_absent(*answer) ? -1 : 1;
}

static bool new_arguments(VM *vm, Value self, NewArguments *arguments) {
    *arguments = (NewArguments){ABSENT, ABSENT};
    Value answer;
    int found = ask(vm, self, "__getnewargs_ex__", &answer);
    if (found > 0) {
        bool ok = take_pair(vm, answer, arguments);
        value_drop(vm, answer);
        return ok;
    }
    if (found == 0) found = ask(vm, self, "__getnewargs__", &answer);
    if (found <= 0) return found == 0;
    if (is_family(answer, TYPE_TUPLE)) {
        arguments->positional = answer;
        return true;
    }
    raise_type(vm, "__getnewargs__ should return a tuple, not '%T'", answer);
    value_drop(vm, answer);
    return false;
}

/* --- the whole --- */

/* (class, *arguments), or with keywords (class, arguments, keywords). NEW RAISES. */
static Value constructor_arguments(VM *vm, Value class, const NewArguments *arguments) {
    if (is_absent(arguments->positional)) return tuple_pack(vm, 1, class);
    if (!is_absent(arguments->keywords)) {
        return tuple_pack(vm, 3, class, arguments->positional, arguments->keywords);
    }
    Tuple *given = as_tuple(arguments->positional), *all = tuple_new(vm, given->length + 1);
    if (all == NULL) return ABSENT;
    all->items[0] = value_ref(class);
    for (int64_t i = 0; i < given->length; i++)
        all->items[i + 1] = value_ref(given->items[i]);
    return tuple_finish(all);
}

/* What to append to, or set in, the new object: an iterator of a list's items or a dict's pairs, else None. */
static Value items_of(VM *vm, Value self, bool pairs) {
    if (!is_family(self, pairs ? TYPE_DICT : TYPE_LIST)) return NONE;
    if (!pairs) return object_iterate(vm, self);
    Value name = string_intern_fixed(vm, "items");
    Value items = is_absent(name) ? ABSENT : call_method(vm, self, name, NULL, 0);
    Value iterator = is_absent(items) ? ABSENT : object_iterate(vm, items);
    value_xdrop(vm, name);
    value_xdrop(vm, items);
    return iterator;
}

static Value reduce_by_new(VM *vm, Value self) {
    if (type_of(self)->new == NULL || (type_of(self)->flags & TYPE_NO_NEW)) {
        return raise_type(vm, "cannot pickle '%T' object", self);
    }
    NewArguments arguments;
    if (!new_arguments(vm, self, &arguments)) return ABSENT;
    bool whole = is_absent(arguments.positional) && !is_family(self, TYPE_LIST | TYPE_DICT);
    Value parts[5] = {ABSENT};
    parts[0] = module_get(vm, "copyreg", is_absent(arguments.keywords) ? "__newobj__" : "__newobj_ex__");
    if (!is_absent(parts[0])) parts[1] = constructor_arguments(vm, from_object(type_of(self)), &arguments);
    if (!is_absent(parts[1])) parts[2] = state_of(vm, self, whole);
    if (!is_absent(parts[2])) parts[3] = items_of(vm, self, false);
    if (!is_absent(parts[3])) parts[4] = items_of(vm, self, true);
    Value reduced = is_absent(parts[4]) ? ABSENT : tuple_from(vm, parts, 5);
    for (int i = 0; i < 5; i++)
        value_xdrop(vm, parts[i]);
    value_xdrop(vm, arguments.positional);
    value_xdrop(vm, arguments.keywords);
    return reduced;
}

static Value reduce_by_protocol(VM *vm, Value self, int64_t protocol) {
    if (protocol >= 2) return reduce_by_new(vm, self);
    Value reduce = module_get(vm, "copyreg", "_reduce_ex");
    if (is_absent(reduce)) return ABSENT;
    Value reduced = call_2(vm, reduce, self, int_small(protocol));
    value_drop(vm, reduce);
    return reduced;
}

Value object_reduce(VM *vm, Value *args, int nargs, Value names) {
    return reduce_by_protocol(vm, args[0], 0);
}

/* A class with a __reduce__ of its own has the say. */
Value object_reduce_ex(VM *vm, Value *args, int nargs, Value names) {
    int protocol;
    if (!object_to_c_int(vm, args[1], &protocol)) return ABSENT;
    Value own = type_lookup(vm, type_of(args[0]), NAME_OF(vm, reduce));
    if (value_same(own, type_lookup(vm, &object_type, NAME_OF(vm, reduce))))
        return reduce_by_protocol(vm, args[0], protocol < -1 ? -1 : protocol > 5 ? 5 : protocol);
    return call_method(vm, args[0], NAME_OF(vm, reduce), NULL, 0);
}

/* --- by a built-in function --- */

Value reduce_to_builtin(VM *vm, const char *function, Value arguments, Value state) {
    Value callable = dict_get_c(vm, vm->builtins, function), result = ABSENT;
    if (is_absent(callable)) {
        raise_error(vm, &exc_AttributeError, "module 'builtins' has no attribute '%s'", function);
    } else if (!is_absent(arguments)) {
        result = is_absent(state) ? tuple_pack(vm, 2, callable, arguments)
                                  : tuple_pack(vm, 3, callable, arguments, state);
    }
    value_xdrop(vm, arguments);
    value_xdrop(vm, state);
    return result;
}

static Value get_fixed(VM *vm, Value self, const char *name) {
    Value text = string_intern_fixed(vm, name);
    Value found = is_absent(text) ? ABSENT : object_get_attribute(vm, self, text);
    value_xdrop(vm, text);
    return found;
}

/* (getattr, (the object that it is found in, its name)) */
static Value reduce_to_attribute(VM *vm, Value self, const char *owner) {
    Value pair[2] = {get_fixed(vm, self, owner), ABSENT};
    if (!is_absent(pair[0])) pair[1] = get_fixed(vm, self, "__name__");
    return reduce_to_builtin(vm, "getattr", tuple_from_made(vm, pair, 2), ABSENT);
}

NATIVE(bound_reduce) { return reduce_to_attribute(vm, args[0], "__self__"); }
NATIVE(member_reduce) { return reduce_to_attribute(vm, args[0], "__objclass__"); }

const NativeDef bound_reduce_methods[] = {{"__reduce__", bound_reduce, "", NULL}, {0}};
const NativeDef member_reduce_methods[] = {{"__reduce__", member_reduce, "", NULL}, {0}};
