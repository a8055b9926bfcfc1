/*
 * Making classes. In order: which metaclass and which base give the layout, __slots__, filling the new type, its mro,
 * what happens when it stands (__set_name__, __init_subclass__), class_new, __bases__ and __class__ assignment.
 */

#include "runtime/classes/class.h"

#include "runtime/auditevent.h"
#include "runtime/classes/descriptor.h"
#include "runtime/classes/instance.h"
#include "runtime/classes/shape.h"
#include "runtime/classes/slots.h"
#include "runtime/code/cell.h"
#include "runtime/code/function.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/errors/warn.h"
#include "runtime/protocol.h"
#include "runtime/text/codec.h"
#include "runtime/text/str.h"
#include "runtime/weakref.h"

/* --- metaclass and layout base --- */

Type *class_metatype(VM *vm, Type *metatype, Value bases) {
    Type *winner = metatype;
    for (int64_t i = 0; i < as_tuple(bases)->length; i++) {
        Type *type = type_of(as_tuple(bases)->items[i]);
        if (type_is_subtype(winner, type)) continue;
        if (!type_is_subtype(type, winner)) {
            raise_type(vm, "metaclass conflict: the metaclass of a derived class must be a (non-strict) "
                           "subclass of the metaclasses of all its bases");
            return NULL;
        }
        winner = type;
    }
    return winner;
}

/* The ancestor that last changed what an instance looks like, attributes apart. */
static Type *solid_base(Type *type) {
    while (type->base != NULL && type->basic_size == type->base->basic_size &&
           type->item_size == type->base->item_size) {
        type = type->base;
    }
    return type;
}

/* The base whose layout the class extends. NULL RAISES. */
static Type *best_base(VM *vm, Tuple *bases) {
    Type *best = NULL, *winner = NULL;
    for (int64_t i = 0; i < bases->length; i++) {
        if (!is_family(bases->items[i], TYPE_TYPE)) {
            raise_type(vm, "bases must be types");
            return NULL;
        }
        Type *base = as_type(bases->items[i]);
        if (!(base->flags & TYPE_BASE)) {
            raise_type(vm, "type '%N' is not an acceptable base type", base);
            return NULL;
        }
        Type *candidate = solid_base(base);
        if (winner == NULL || (candidate != winner && type_is_subtype(candidate, winner))) {
            winner = candidate;
            best = base;
        } else if (!type_is_subtype(winner, candidate)) {
            raise_type(vm, "multiple bases have instance lay-out conflict");
            return NULL;
        }
    }
    return best;
}

/* --- __slots__ --- */

/* What __slots__ asks for. */
typedef struct {
    Value names; /* a list of mangled names for values; owned; ABSENT: no __slots__ */
    bool wants_dict, wants_weak_references;
} SlotsPlan;

/* Types and modules have a dict of another kind. */
static bool may_add_dict(const Type *base) {
    return base->attributes_offset == 0 && base->dict_offset == 0 && !(base->flags & TYPE_TYPE);
}

/* Numbers, tuples and bytes have no place for it in CPython, where it is a field behind the fixed ones. */
static bool may_add_weak_references(const Type *base) {
    bool variable = base->flags & (TYPE_INT | TYPE_TUPLE | TYPE_BYTES);
    return !variable && !(base->flags & TYPE_WEAKLY_REFERABLE);
}

/* `__x` in class C is `_C__x`. NEW RAISES. */
static Value mangle(VM *vm, Value class_name, Value name) {
    String *s = as_string(name), *c = as_string(class_name);
    int64_t length = string_length(s), start = 0;
    bool private = length > 2 && string_at(s, 0) == '_' && string_at(s, 1) == '_' &&
                   !(string_at(s, length - 1) == '_' && string_at(s, length - 2) == '_');
    while (start < string_length(c) && string_at(c, start) == '_')
        start++;
    if (!private || start == string_length(c)) return string_intern(vm, value_ref(name));
    Value bare = string_slice(vm, class_name, start, string_length(c));
    if (is_absent(bare)) return ABSENT;
    Value mangled = string_format(vm, "_%S%S", bare, name);
    value_drop(vm, bare);
    return is_absent(mangled) ? ABSENT : string_intern(vm, mangled);
}

static bool is_identifier(const String *s) {
    for (int64_t i = 0; i < string_length(s); i++) {
        uint32_t c = string_at(s, i);
        bool digit = c >= '0' && c <= '9', letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        if (!(letter || c == '_' || c >= 0x80 || (digit && i > 0))) return false;
    }
    return string_length(s) > 0;
}

static bool check_slot_name(VM *vm, Value name) {
    if (!is_string(name)) {
        raise_type(vm, "__slots__ items must be strings, not '%T'", name);
        return false;
    }
    if (!is_identifier(as_string(name))) {
        raise_type(vm, "__slots__ must be identifiers");
        return false;
    }
    return true;
}

static bool plan_slot(VM *vm, const Type *base, Value class_name, Value dict, Value name, SlotsPlan *plan) {
    if (!check_slot_name(vm, name)) return false;
    if (string_equal_c(name, "__weakref__")) {
        if (!may_add_weak_references(base) || plan->wants_weak_references) {
            raise_type(vm, "__weakref__ slot disallowed: we already got one");
            return false;
        }
        return plan->wants_weak_references = true;
    }
    if (string_equal_c(name, "__dict__")) {
        if (!may_add_dict(base) || plan->wants_dict) {
            raise_type(vm, "__dict__ slot disallowed: we already got one");
            return false;
        }
        return plan->wants_dict = true;
    }
    Value mangled = mangle(vm, class_name, name);
    if (is_absent(mangled)) return false;
    bool special = string_equal_c(mangled, "__qualname__") || string_equal_c(mangled, "__classcell__");
    bool ok = special || is_absent(dict_get_string(vm, dict, mangled));
    if (!ok) raise_value(vm, "%R in __slots__ conflicts with class variable", mangled);
    ok = ok && list_append(vm, plan->names, mangled);
    value_drop(vm, mangled);
    return ok;
}

/* The names of __slots__ as a tuple: it may be one string or any iterable. NEW RAISES. */
static Value slots_tuple(VM *vm, Value slots) {
    return is_string(slots) ? tuple_pack(vm, 1, slots) : tuple_from_iterable(vm, slots);
}

static bool plan_slots(VM *vm, const Type *base, Value class_name, Value dict, SlotsPlan *plan) {
    *plan = (SlotsPlan){.names = ABSENT};
    Value slots = dict_get_string(vm, dict, NAME_OF(vm, slots));
    if (is_absent(slots)) {
        plan->wants_dict = may_add_dict(base);
        plan->wants_weak_references = may_add_weak_references(base);
        return true;
    }
    Value names = slots_tuple(vm, slots);
    if (is_absent(names)) return false;
    plan->names = list_new(vm, as_tuple(names)->length);
    bool ok = !is_absent(plan->names);
    bool variable = (base->item_size != 0 && !(base->flags & TYPE_STR)) || base->flags & TYPE_TYPE;
    if (ok && variable && as_tuple(names)->length > 0) {
        raise_type(vm, "nonempty __slots__ not supported for subtype of '%N'", base);
        ok = false;
    }
    for (int64_t i = 0; ok && i < as_tuple(names)->length; i++) {
        ok = plan_slot(vm, base, class_name, dict, as_tuple(names)->items[i], plan);
    }
    value_drop(vm, names);
    if (ok) ok = list_sort(vm, plan->names, ABSENT, false);
    if (!ok) value_clear(vm, &plan->names);
    return ok;
}

static bool add_slot_members(VM *vm, Type *type, Value dict, const SlotsPlan *plan) {
    List *names = is_absent(plan->names) ? NULL : as_list(plan->names);
    uint32_t offset = type->base->basic_size;
    for (int64_t i = 0; names != NULL && i < names->length; i++, offset += sizeof(Value)) {
        Value member = member_descriptor_new(vm, type, names->items[i], offset, 0, NULL);
        if (is_absent(member)) return false;
        bool ok = dict_set(vm, dict, names->items[i], member);
        value_drop(vm, member);
        if (!ok) return false;
    }
    return true;
}

/* --- the type object --- */

/* Take the class's qualified name out of its dict; its name serves otherwise. NEW RAISES. */
static Value take_qualified_name(VM *vm, Value name, Value dict) {
    Value qualified = dict_get_string(vm, dict, NAME_OF(vm, qualname));
    if (is_absent(qualified)) return value_ref(name);
    if (!is_string(qualified)) return raise_type(vm, "type __qualname__ must be a str, not %T", qualified);
    value_ref(qualified);
    if (dict_delete(vm, dict, NAME_OF(vm, qualname)) >= 0) return qualified;
    value_drop(vm, qualified);
    return ABSENT;
}

/* A name that is more than ASCII may hold what UTF-8 cannot tell. */
static bool check_name_text(VM *vm, Value name, size_t length) {
    if (length == (size_t)string_length(as_string(name))) return true;
    Value bytes = codec_encode(vm, name, "utf-8", "strict");
    value_xdrop(vm, bytes);
    return !is_absent(bytes);
}

bool type_set_name(VM *vm, Type *type, Value name) {
    size_t length;
    Value keeper = ABSENT;
    const char *utf8 = string_utf8(vm, name, &length, &keeper);
    if (utf8 == NULL) return false;
    char *copy = NULL;
    bool told = check_name_text(vm, name, length);
    if (told && strlen(utf8) != length) {
        raise_value(vm, "type name must not contain null characters");
    } else if (told && (copy = memory_alloc(vm, length + 1)) != NULL) {
        memcpy(copy, utf8, length + 1);
    }
    value_xdrop(vm, keeper);
    if (copy == NULL) return false;
    char *old = (char *)type->head.name;
    String *old_name = type->name;
    type->head.name = copy;
    value_ref(name);
    type->name = as_string(name);
    if (old_name != NULL) {
        memory_free(vm, old, strlen(old) + 1);
        object_drop(vm, &old_name->head);
    }
    return true;
}

/* What patterns see an instance as comes from the first base that says it, whichever gives the layout. */
static void inherit_pattern(Type *type) {
    const uint32_t kinds = TYPE_SEQUENCE | TYPE_MAPPING;
    type->flags &= ~kinds;
    for (int64_t i = 0; i < type->bases->length && !(type->flags & kinds); i++)
        type->flags |= as_type(type->bases->items[i])->flags & kinds;
}

static void inherit_layout(Type *type, Type *base, const SlotsPlan *plan) {
    int64_t slots = is_absent(plan->names) ? 0 : as_list(plan->names)->length;
    object_ref(&base->head.object);
    type->base = base;
    type->flags =
        TYPE_HEAP | TYPE_BASE | (base->flags & (TYPE_FAMILIES | TYPE_NO_NEW | TYPE_WEAKLY_REFERABLE));
    if (plan->wants_weak_references) type->flags |= TYPE_WEAKLY_REFERABLE;
    type->basic_size = base->basic_size + (uint32_t)slots * (uint32_t)sizeof(Value);
    type->item_size = base->item_size;
    type->dict_offset = base->dict_offset;
    if (base->attributes_offset != 0 || plan->wants_dict) {
        type->attributes_offset = type->basic_size;
        type->attribute_slots = base->attribute_slots;
    }
    type->head.traverse = instance_traverse;
    type->head.rows = type_native_base(base) == &object_type ? instance_rows : NULL;
    type->head.counts_instances = true;
    type->head.leaves = instance_leaves;
    type->head.clear = instance_clear;
    type->head.dealloc = instance_dealloc;
    type->head.finalize = base->head.finalize;
    size_t from = offsetof(Type, new), to = offsetof(Type, methods);
    memcpy((char *)type + from, (const char *)base + from, to - from);
}

static Type *allocate(VM *vm, Type *metatype, Type *base, Value name, Value qualified, Tuple *bases,
                      Value dict, const SlotsPlan *plan) {
    Type *type = (Type *)instance_new(vm, metatype, 0);
    if (type == NULL) return NULL;
    type->flags = TYPE_HEAP;
    type->qualified_name = as_string(value_ref(qualified));
    object_ref(&bases->head);
    type->bases = bases;
    type->dict = as_dict(value_ref(dict));
    inherit_layout(type, base, plan);
    inherit_pattern(type);
    bool ok = type_set_name(vm, type, name);
    if (ok && type->attributes_offset != 0) ok = (type->root_shape = shape_new_root(vm, type)) != NULL;
    object_track(&type->head.object);
    if (ok) return type;
    if (!error_raised(vm)) raise_memory(vm);
    object_drop(vm, &type->head.object);
    return NULL;
}

/* --- the dict --- */

/* Replace dict[name], if it is a plain function, with wrap(function). */
static bool wrap_function(VM *vm, Value dict, Value name, Value (*wrap)(VM *vm, Value callable)) {
    Value function = dict_get_string(vm, dict, name);
    if (is_absent(function) || !is_exactly(function, &function_type)) return true;
    Value wrapped = wrap(vm, function);
    if (is_absent(wrapped)) return false;
    bool ok = dict_set(vm, dict, name, wrapped);
    value_drop(vm, wrapped);
    return ok;
}

static bool set_module(VM *vm, Value dict) {
    if (!is_absent(dict_get_string(vm, dict, NAME_OF(vm, module)))) return true;
    Value globals = vm->hooks.current_globals == NULL ? ABSENT : vm->hooks.current_globals(vm);
    Value module = is_absent(globals) ? ABSENT : dict_get_string(vm, globals, NAME_OF(vm, name));
    return is_absent(module) || dict_set(vm, dict, NAME_OF(vm, module), module);
}

static Value get_weak_reference(VM *vm, Value self) {
    WeakReference *first = weak_references_of(vm, as_object(self));
    while (first != NULL && object_is_dying(&first->head))
        first = first->next;
    return first != NULL ? value_ref(from_object(first)) : NONE;
}

static const GetSetDef dict_getset = {"__dict__", instance_get_dict, instance_set_dict,
                                      "dictionary for instance variables"};
static const GetSetDef weakref_getset = {"__weakref__", get_weak_reference, NULL,
                                         "list of weak references to the object"};

static bool add_getset(VM *vm, Type *type, Value dict, Value name, const GetSetDef *def) {
    if (!is_absent(dict_get_string(vm, dict, name))) return true;
    Value getset = getset_descriptor_new(vm, type, def);
    if (is_absent(getset)) return false;
    bool ok = dict_set(vm, dict, name, getset);
    value_drop(vm, getset);
    return ok;
}

/* What a class's dict has beside what its body put there. */
static bool complete_dict(VM *vm, Type *type, Value dict, const SlotsPlan *plan) {
    if (!set_module(vm, dict)) return false;
    if (!wrap_function(vm, dict, NAME_OF(vm, new), static_method_new) ||
        !wrap_function(vm, dict, NAME_OF(vm, init_subclass), class_method_new) ||
        !wrap_function(vm, dict, NAME_OF(vm, class_getitem), class_method_new)) {
        return false;
    }
    if (!add_slot_members(vm, type, dict, plan)) return false;
    if (plan->wants_dict && !add_getset(vm, type, dict, NAME_OF(vm, dict), &dict_getset)) return false;
    if (plan->wants_weak_references && !add_getset(vm, type, dict, NAME_OF(vm, weakref), &weakref_getset)) {
        return false;
    }
    if (is_absent(dict_get_string(vm, dict, NAME_OF(vm, doc))) &&
        !dict_set(vm, dict, NAME_OF(vm, doc), NONE)) {
        return false;
    }
    bool eq_alone = !is_absent(dict_get_string(vm, dict, NAME_OF(vm, eq))) &&
                    is_absent(dict_get_string(vm, dict, NAME_OF(vm, hash)));
    return !eq_alone || dict_set(vm, dict, NAME_OF(vm, hash), NONE);
}

/* --- mro --- */

static bool check_mro(VM *vm, Type *type, Tuple *mro) {
    Type *solid = solid_base(type);
    if (mro->length == 0) return raise_type(vm, "type MRO must not be empty"), false;
    for (int64_t i = 0; i < mro->length; i++) {
        Value item = mro->items[i];
        if (!is_family(item, TYPE_TYPE)) {
            raise_type(vm, "mro() returned a non-class ('%T')", item);
            return false;
        }
        if (!type_is_subtype(solid, solid_base(as_type(item)))) {
            raise_type(vm, "mro() returned base with unsuitable layout ('%N')", as_object(item));
            return false;
        }
    }
    return true;
}

/* The mro of a class whose metaclass has a method for that. */
static Value custom_mro(VM *vm, Type *type) {
    Value listed = call_method(vm, from_object(type), NAME_OF(vm, mro), NULL, 0);
    if (is_absent(listed)) return ABSENT;
    Value mro = tuple_from_iterable(vm, listed);
    value_drop(vm, listed);
    if (!is_absent(mro) && !check_mro(vm, type, as_tuple(mro))) value_clear(vm, &mro);
    return mro;
}

static bool set_mro(VM *vm, Type *type) {
    Type *metatype = type->head.object.type;
    bool custom = metatype != &type_type && !value_same(type_lookup(vm, metatype, NAME_OF(vm, mro)),
                                                        type_lookup(vm, &type_type, NAME_OF(vm, mro)));
    Value mro = custom ? custom_mro(vm, type) : class_linearize(vm, type, type->bases);
    if (is_absent(mro)) return false;
    Tuple *old = type->mro;
    type->mro = as_tuple(mro);
    if (old != NULL) object_drop(vm, &old->head);
    return true;
}

/* The slots: those of the base, changed by the class's own methods; all anew with several bases. */
static void set_slots(VM *vm, Type *type) {
    if (type->bases->length > 1) {
        slots_resolve(vm, type);
        return;
    }
    /* As in CPython, += of a sequence is tried before + in classes that inherit it, in the sequence itself behind. */
    Value (**add)(VM *, Value, Value) = &type->number.inplace[BINARY_ADD];
    if (*add == NULL) *add = type->container.inplace_concat;
    Value key, value;
    for (int64_t position = 0; dict_next(from_object(type->dict), &position, &key, &value);) {
        if (!is_string(key) || string_length(as_string(key)) <= 4 || string_at(as_string(key), 0) != '_')
            continue;
        /* Only interned names are compared by address: others are looked for by what they say. */
        if (!as_string(key)->interned) return slots_resolve(vm, type);
        slots_update(vm, type, key);
    }
}

/* Which patterns match the instances: the first class of the mro that says so decides. */
static void set_pattern_flags(Type *type) {
    enum { PATTERNS = TYPE_SEQUENCE | TYPE_MAPPING };
    type->flags &= ~(uint32_t)PATTERNS;
    for (int64_t i = 1; i < type->mro->length && !(type->flags & PATTERNS); i++)
        type->flags |= as_type(type->mro->items[i])->flags & PATTERNS;
}

static bool add_to_bases(VM *vm, Type *type) {
    for (int64_t i = 0; i < type->bases->length; i++) {
        if (!type_add_subclass(vm, as_type(type->bases->items[i]), type)) return false;
    }
    return true;
}

/* --- when the class stands --- */

/* Put `content` into the cell that the class body left under `name`, if there is one. */
static bool fill_cell(VM *vm, Type *type, Value name, Value content) {
    Value dict = from_object(type->dict), cell = dict_get_string(vm, dict, name);
    if (is_absent(cell)) return true;
    if (!is_cell(cell)) {
        raise_type(vm, "%S must be a nonlocal cell, not %R", name, from_object(type_of(cell)));
        return false;
    }
    value_set(vm, &as_cell(cell)->content, value_ref(content));
    return dict_delete(vm, dict, name) >= 0;
}

static bool fill_class_cells(VM *vm, Type *type) {
    return fill_cell(vm, type, NAME_OF(vm, classcell), from_object(type)) &&
           fill_cell(vm, type, NAME_OF(vm, classdictcell), from_object(type->dict));
}

static bool call_set_name(VM *vm, Type *type, Value key, Value value) {
    bool missing;
    Value row[3] = {value, from_object(type), key};
    Value result = special_call(vm, NAME_set_name, row, 3, &missing);
    value_xdrop(vm, result);
    if (missing || !is_absent(result)) return true;
    Value error = error_take(vm);
    Value note =
        string_format(vm, "Error calling __set_name__ on '%T' instance %R in '%N'", value, key, type);
    Value done = is_absent(note) ? ABSENT : call_method(vm, error, NAME_OF(vm, add_note), &note, 1);
    value_xdrop(vm, note);
    value_xdrop(vm, done);
    error_restore(vm, error);
    return false;
}

static bool set_names(VM *vm, Type *type) {
    Value key, value, dict = from_object(type->dict);
    bool any = false;
    for (int64_t position = 0; !any && dict_next(dict, &position, &key, &value);) {
        any = !is_absent(type_lookup(vm, type_of(value), NAME_OF(vm, set_name)));
    }
    if (!any) return true;
    Value copy = dict_copy(vm, dict); /* the methods may change the class */
    bool ok = !is_absent(copy);
    for (int64_t position = 0; ok && dict_next(copy, &position, &key, &value);) {
        ok = call_set_name(vm, type, key, value);
    }
    value_xdrop(vm, copy);
    return ok;
}

/* super(type, type).__init_subclass__(**keywords) */
static bool init_subclass(VM *vm, Type *type, Value *values, Value names) {
    Value super = call_2(vm, from_object(&super_type), from_object(type), from_object(type));
    if (is_absent(super)) return false;
    Value method = object_get_attribute(vm, super, NAME_OF(vm, init_subclass));
    value_drop(vm, super);
    if (is_absent(method)) return false;
    Value result = object_call(vm, method, values, 0, names);
    value_drop(vm, method);
    value_xdrop(vm, result);
    return !is_absent(result);
}

/* --- class_new --- */

static Value bases_or_object(VM *vm, Value bases) {
    if (as_tuple(bases)->length > 0) return value_ref(bases);
    return tuple_pack(vm, 1, from_object(&object_type));
}

/* The type with its dict completed, its mro and its slots; nothing has been called yet. */
static Type *make_type(VM *vm, Type *metatype, Type *base, Value name, Tuple *bases, Value dict) {
    SlotsPlan plan;
    Value qualified = take_qualified_name(vm, name, dict);
    if (is_absent(qualified)) return NULL;
    Type *type = NULL;
    if (plan_slots(vm, base, name, dict, &plan)) {
        for (int64_t i = 0; i < bases->length && !is_absent(plan.names); i++) {
            /* Another base than that of the layout may still bring attributes. */
            const Type *other = as_type(bases->items[i]);
            if (other->attributes_offset != 0 && may_add_dict(base)) plan.wants_dict = true;
            if (type_is_weakly_referable(other) && may_add_weak_references(base))
                plan.wants_weak_references = true;
        }
        type = allocate(vm, metatype, base, name, qualified, bases, dict, &plan);
    }
    value_drop(vm, qualified);
    if (type != NULL && !is_absent(plan.names)) {
        type->slot_names = tuple_from(vm, as_list(plan.names)->items, as_list(plan.names)->length);
    }
    bool ok = type != NULL && is_absent(type->slot_names) == is_absent(plan.names) &&
              complete_dict(vm, type, dict, &plan) && fill_class_cells(vm, type) && set_mro(vm, type) &&
              add_to_bases(vm, type);
    value_xdrop(vm, plan.names);
    if (ok) {
        set_slots(vm, type);
        set_pattern_flags(type);
        return type;
    }
    if (type != NULL) object_drop(vm, &type->head.object);
    return NULL;
}

static bool warn_of_keys(VM *vm, const Type *type) {
    Value key, value;
    for (int64_t position = 0; dict_next(from_object(&type->dict->head), &position, &key, &value);) {
        if (!is_string(key))
            return warn(vm, &exc_RuntimeWarning, 1, "non-string key in the __dict__ of class %N", type);
    }
    return true;
}

static Value make_class(VM *vm, Type *metatype, Value name, Tuple *bases, Value dict, Value *values,
                        Value names) {
    Type *base = best_base(vm, bases);
    if (base == NULL) return ABSENT;
    Value own = dict_copy(vm, dict);
    if (is_absent(own)) return ABSENT;
    Type *type = make_type(vm, metatype, base, name, bases, own);
    value_drop(vm, own);
    if (type == NULL) return ABSENT;
    if (warn_of_keys(vm, type) && set_names(vm, type) && init_subclass(vm, type, values, names))
        return from_object(type);
    object_drop(vm, &type->head.object);
    return ABSENT;
}

static bool check_bases(VM *vm, Tuple *bases) {
    for (int64_t i = 0; i < bases->length; i++) {
        if (is_family(bases->items[i], TYPE_TYPE)) continue;
        Value entries;
        int found = object_find_attribute(vm, bases->items[i], NAME_OF(vm, mro_entries), &entries);
        if (found < 0) return false;
        if (!found) continue;
        value_drop(vm, entries);
        raise_type(vm, "type() doesn't support MRO entry resolution; use types.new_class()");
        return false;
    }
    return true;
}

/* type(name, bases, dict) by a metaclass that wants to make it itself. */
static Value delegate(VM *vm, Type *metatype, Value name, Value bases, Value dict, Value *values,
                      Value names) {
    int64_t count = is_absent(names) ? 0 : as_tuple(names)->length;
    size_t size = (size_t)(count + 3) * sizeof(Value);
    Value *row = memory_alloc(vm, size);
    if (row == NULL) return ABSENT;
    row[0] = name;
    row[1] = bases;
    row[2] = dict;
    if (count) memcpy(row + 3, values, (size_t)count * sizeof(Value));
    Value result = metatype->new (vm, metatype, row, 3, names);
    memory_free(vm, row, size);
    return result;
}

Value class_new(VM *vm, Type *metatype, Value name, Value bases, Value dict, Value *keyword_args,
                Value keyword_names) {
    if (!check_bases(vm, as_tuple(bases))) return ABSENT;
    Type *winner = class_metatype(vm, metatype, bases);
    if (winner == NULL) return ABSENT;
    if (winner != metatype && winner->new != type_type.new) {
        return delegate(vm, winner, name, bases, dict, keyword_args, keyword_names);
    }
    Value actual = bases_or_object(vm, bases);
    if (is_absent(actual)) return ABSENT;
    Value result = make_class(vm, winner, name, as_tuple(actual), dict, keyword_args, keyword_names);
    value_drop(vm, actual);
    return result;
}

/* --- __bases__ and __class__ assignment --- */

/* May an instance of one type become one of the other? */
static bool same_layout(Type *a, Type *b) {
    if (solid_base(a) != solid_base(b)) {
        /* Each class made its own __slots__, but they may be the same ones. */
        Type *x = solid_base(a), *y = solid_base(b);
        bool both = x->flags & y->flags & TYPE_HEAP;
        if (!both || x->base != y->base || x->basic_size != y->basic_size) return false;
        if (is_absent(x->slot_names) || is_absent(y->slot_names)) return false;
        Tuple *s = as_tuple(x->slot_names), *t = as_tuple(y->slot_names);
        for (int64_t i = 0; i < s->length; i++) {
            if (i >= t->length || !value_same(s->items[i], t->items[i])) return false;
        }
    }
    return (a->attributes_offset != 0) == (b->attributes_offset != 0) &&
           type_is_weakly_referable(a) == type_is_weakly_referable(b);
}

/* Are the type's instances such as CPython's collector sees, which frees them in its own way? */
static bool is_collected(const Type *type) { return type->flags & TYPE_HEAP || type->head.traverse != NULL; }

/* May what is assigned to `attribute` take the place of the old type? */
static bool check_layout(VM *vm, const char *attribute, Type *old, Type *new) {
    bool same_native = type_native_base(old)->head.dealloc == type_native_base(new)->head.dealloc;
    bool same_freeing = is_collected(old) == is_collected(new);
    if (same_freeing && same_native && same_layout(old, new)) return true;
    const char *what = same_freeing ? "object layout" : "deallocator";
    raise_type(vm, "%s assignment: '%N' %s differs from '%N'", attribute, new, what, old);
    return false;
}

static bool check_new_bases(VM *vm, Type *type, Value bases) {
    if (!(type->flags & TYPE_HEAP)) {
        raise_type(vm, "cannot set '__bases__' attribute of immutable type '%N'", type);
    } else if (is_absent(bases)) {
        raise_type(vm, "cannot delete '__bases__' attribute of immutable type '%N'", type);
    } else if (!audit_set(vm, from_object(type), "__bases__", bases)) {
        return false;
    } else if (!is_tuple(bases)) {
        raise_type(vm, "can only assign tuple to %N.__bases__, not %T", type, bases);
    } else if (as_tuple(bases)->length == 0) {
        raise_type(vm, "can only assign non-empty tuple to %N.__bases__, not ()", type);
    } else {
        return true;
    }
    return false;
}

static bool check_new_base_types(VM *vm, Type *type, Tuple *bases) {
    for (int64_t i = 0; i < bases->length; i++) {
        if (!is_family(bases->items[i], TYPE_TYPE)) {
            raise_type(vm, "%N.__bases__ must be tuple of classes, not '%T'", type, bases->items[i]);
            return false;
        }
        if (type_is_subtype(as_type(bases->items[i]), type)) {
            raise_type(vm, "a __bases__ item causes an inheritance cycle");
            return false;
        }
    }
    return true;
}

/* The mro and the slots of a class and its subclasses anew. */
static bool rebuild(VM *vm, Type *type) {
    type_modified(vm, type);
    if (!set_mro(vm, type)) return false;
    slots_resolve(vm, type);
    Value subclasses = type_subclass_list(vm, type);
    bool ok = !is_absent(subclasses);
    for (int64_t i = 0; ok && i < as_list(subclasses)->length; i++) {
        ok = rebuild(vm, as_type(as_list(subclasses)->items[i]));
    }
    value_xdrop(vm, subclasses);
    return ok;
}

static void exchange_bases(VM *vm, Type *type, Tuple *bases, Type *base) {
    for (int64_t i = 0; i < type->bases->length; i++) {
        type_remove_subclass(vm, as_type(type->bases->items[i]), type);
    }
    type->bases = bases;
    type->base = base;
}

bool class_set_bases(VM *vm, Type *type, Value bases) {
    if (!check_new_bases(vm, type, bases) || !check_new_base_types(vm, type, as_tuple(bases))) return false;
    Type *base = best_base(vm, as_tuple(bases));
    if (base == NULL) return false;
    if (!check_layout(vm, "__bases__", type->base, base)) return false;
    Tuple *old_bases = type->bases;
    Type *old_base = type->base;
    value_ref(bases);
    object_ref(&base->head.object);
    exchange_bases(vm, type, as_tuple(bases), base);
    descriptors_modified(vm);
    if (rebuild(vm, type) && add_to_bases(vm, type)) {
        object_drop(vm, &old_bases->head);
        object_drop(vm, &old_base->head.object);
        return true;
    }
    Value error = error_take(vm);
    exchange_bases(vm, type, old_bases, old_base);
    if (!rebuild(vm, type) || !add_to_bases(vm, type)) error_clear(vm);
    value_drop(vm, bases);
    object_drop(vm, &base->head.object);
    error_restore(vm, error);
    return false;
}

bool object_set_class(VM *vm, Value v, Value type) {
    if (is_absent(type)) {
        raise_type(vm, "can't delete __class__ attribute");
        return false;
    }
    if (!is_family(type, TYPE_TYPE)) {
        raise_type(vm, "__class__ must be set to a class, not '%T' object", type);
        return false;
    }
    if (!audit_set(vm, v, "__class__", type)) return false;
    Type *old = type_of(v), *new = as_type(type);
    bool modules = type_is_subtype(old, &module_type) && type_is_subtype(new, &module_type);
    if (!modules && !(old->flags & new->flags &TYPE_HEAP)) {
        raise_type(vm, "__class__ assignment only supported for mutable types or ModuleType subclasses");
        return false;
    }
    if (old == new) return true;
    if (!check_layout(vm, "__class__", old, new)) return false;
    /* A shape belongs to its class: the attributes move into a dict. */
    if (old->attributes_offset != 0 && is_absent(attributes_dict(vm, as_object(v)))) return false;
    if (new->flags & TYPE_HEAP) object_ref(&new->head.object);
    as_object(v)->type = new;
    if (old->descriptor_get != new->descriptor_get || old->descriptor_set != new->descriptor_set)
        descriptors_modified(vm);
    if (old->flags & TYPE_HEAP) object_drop(vm, &old->head.object);
    return true;
}

Value type_full_name(VM *vm, Type *type) {
    Value module = object_get_attribute(vm, from_object(type), NAME_OF(vm, module)), text = ABSENT;
    Value qualname =
        is_absent(module) ? ABSENT : object_get_attribute(vm, from_object(type), NAME_OF(vm, qualname));
    bool shown = !is_absent(module) && is_string(module) && !string_equal_c(module, "builtins") &&
                 !string_equal_c(module, "__main__");
    if (!is_absent(qualname))
        text = shown ? string_format(vm, "%S.%S", module, qualname) : value_ref(qualname);
    value_xdrop(vm, module);
    value_xdrop(vm, qualname);
    return text;
}
