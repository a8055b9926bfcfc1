/* Deciding on special forms, and taking them back. */

#include "vm/specialise.h"

#include "compiler/opcode.h"
#include "runtime/classes/class.h"
#include "runtime/classes/descriptor.h"
#include "runtime/classes/instance.h"
#include "runtime/classes/slots.h"
#include "runtime/containers/dict.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "vm/call.h"
#include "vm/machine.h"

enum {
    EXPONENT_SHIFT = 16,
    EXPONENT_MAX = 12, /* wait at most 4096 executions */
    INDEX_SHIFT = 20,  /* of a builtins entry, or of the area's offset */
    INDEX_LIMIT = 1 << (32 - INDEX_SHIFT),
};

/* Count down from the next power of two. */
static void back_off(uint32_t *cache) {
    uint32_t exponent = cache[0] >> EXPONENT_SHIFT & 15;
    if (exponent < EXPONENT_MAX) exponent++;
    cache[0] = exponent << EXPONENT_SHIFT | ((1u << exponent) - 1);
}

static void set_opcode(uint32_t *instruction, Opcode op) { *instruction = (*instruction & ~255u) | op; }

void specialise_undo(uint32_t *instruction) {
    set_opcode(instruction, (Opcode)opcode_info[word_opcode(*instruction)].family);
    back_off(instruction + 1);
}

static void set_cached_value(uint32_t *cache, Value v) {
    cache[3] = (uint32_t)v.bits;
    cache[4] = (uint32_t)(v.bits >> 32);
}

/* --- names --- */

void specialise_load_name(VM *vm, const Frame *frame, uint32_t *instruction, Value name, bool in_body) {
    uint32_t *cache = instruction + 1;
    Value globals_value = frame_globals(frame), builtins_value = frame_builtins(frame);
    back_off(cache);
    if (in_body && !value_same(frame->names, globals_value)) return;
    Dict *globals = as_dict(globals_value), *builtins = as_dict(builtins_value);
    uint32_t version = dict_keys_version(vm, globals);
    int64_t index = dict_entry_index(vm, globals, name);
    bool called = word_opcode(instruction[1 + opcode_info[OP_LOAD_GLOBAL].cache]) == OP_PUSH_ABSENT;
    if (version == 0) return;
    if (index >= 0) {
        cache[1] = version;
        cache[2] = (uint32_t)index;
        set_opcode(instruction, in_body  ? OP_LOAD_NAME_MODULE
                                : called ? OP_LOAD_GLOBAL_MODULE_CALL
                                         : OP_LOAD_GLOBAL_MODULE);
        return;
    }
    uint32_t builtins_version = dict_keys_version(vm, builtins);
    index = dict_entry_index(vm, builtins, name);
    if (builtins_version == 0 || index < 0 || index >= INDEX_LIMIT) return;
    cache[0] = (cache[0] & ((1u << INDEX_SHIFT) - 1)) | (uint32_t)index << INDEX_SHIFT;
    cache[1] = version;
    cache[2] = builtins_version;
    set_opcode(instruction, in_body  ? OP_LOAD_NAME_BUILTIN
                            : called ? OP_LOAD_GLOBAL_BUILTIN_CALL
                                     : OP_LOAD_GLOBAL_BUILTIN);
}

void specialise_store_name(VM *vm, const Frame *frame, uint32_t *instruction, Value name) {
    uint32_t *cache = instruction + 1;
    back_off(cache);
    if (!value_same(frame->names, frame_globals(frame))) return;
    Dict *globals = as_dict(frame->names);
    uint32_t version = dict_keys_version(vm, globals);
    int64_t index = dict_entry_index(vm, globals, name);
    if (version == 0 || index < 0) return;
    cache[1] = version;
    cache[2] = (uint32_t)index;
    set_opcode(instruction, OP_STORE_NAME_MODULE);
}

/* --- attributes --- */

/* A module's entry: its version and index into the cache. */
static bool module_entry(VM *vm, uint32_t *cache, Value module, Value name) {
    if (module_type.get_attribute != type_of(module)->get_attribute || is_absent(as_module(module)->dict) ||
        !is_absent(type_lookup(vm, &module_type, name))) {
        return false;
    }
    Dict *dict = as_dict(as_module(module)->dict);
    cache[1] = dict_keys_version(vm, dict);
    int64_t index = dict_entry_index(vm, dict, name);
    cache[3] = (uint32_t)index;
    return cache[1] != 0 && index >= 0;
}

static bool is_class(const Type *type) { return type->get_attribute == type_type.get_attribute; }

/* A class's attribute, for the version of the class and of its metaclass, which has no data descriptor of that name; or
 * ABSENT. */
static Value type_entry(VM *vm, uint32_t *cache, Type *type, Value name) {
    Type *metaclass = type_of(from_object(type));
    Value above = type_lookup(vm, metaclass, name);
    if (!is_absent(above) && is_data_descriptor(above)) return ABSENT;
    cache[2] = type_version(vm, metaclass);
    if (cache[2] == 0) return ABSENT;
    Value found = type_lookup(vm, type, name);
    cache[1] = type_version(vm, type);
    if (is_absent(found) || cache[1] == 0) return ABSENT;
    set_cached_value(cache, found);
    return found;
}

/* Does it stand in a class as it is to be used through the class? */
static bool is_plain_in_class(Value v) { return is_function(v) || type_of(v)->descriptor_get == NULL; }

static bool is_wrapper(Value v) {
    return is_exactly(v, &class_method_type) || is_exactly(v, &static_method_type);
}

/* The shape of an instance whose slots a cache can name, or NULL. */
static const Shape *cacheable_shape(VM *vm, Value object) {
    const Type *type = type_of(object);
    if (!is_object(object) || type->attributes_offset == 0 || type->item_size != 0) return NULL;
    uint32_t id = attributes_at(as_object(object), type->attributes_offset)->shape_id;
    return id >= SHAPE_FIRST ? shape_of(vm, id) : NULL;
}

/* The shape, and where the area of `object` is. */
static bool set_area(uint32_t *cache, Value object, uint32_t shape_id) {
    uint32_t offset = type_of(object)->attributes_offset;
    if (offset % 8 != 0 || offset / 8 >= INDEX_LIMIT) return false;
    cache[0] = (cache[0] & ((1u << INDEX_SHIFT) - 1)) | offset / 8 << INDEX_SHIFT;
    cache[2] = shape_id;
    return true;
}

/* The object of a built-in type that has got no attributes of its own yet. */
static bool set_no_area(uint32_t *cache, Value object) {
    const Type *type = type_of(object);
    return is_object(object) && type->item_size == 0 && set_area(cache, object, SHAPE_NONE) &&
           attributes_at(as_object(object), type->attributes_offset)->shape_id == SHAPE_NONE;
}

/* A slot in the object itself. */
static bool set_slot(uint32_t *cache, Value object, const Shape *shape, uint32_t slot) {
    const Attributes *area = attributes_at(as_object(object), type_of(object)->attributes_offset);
    if (slot >= area->inline_slots || !set_area(cache, object, shape->id)) return false;
    cache[3] = slot;
    cache[4] = (uint32_t)((const char *)&area->slots[slot] - (const char *)as_object(object));
    return true;
}

/* One that the object does not have yet; the store leads to the shape `next`. */
static bool set_new_slot(uint32_t *cache, Value object, const Shape *shape, const Shape *next) {
    const Attributes *area = attributes_at(as_object(object), type_of(object)->attributes_offset);
    type_learn_slots(type_of(object), next->count);
    cache[3] = next->count - 1;
    cache[4] = next->id;
    return cache[3] < area->inline_slots && set_area(cache, object, shape->id);
}

/* A descriptor of __slots__ or of a built-in type's field, to be read or stored by its offset. */
static bool set_member(uint32_t *cache, Value found, bool store) {
    if (is_absent(found) || !is_exactly(found, &member_descriptor_type)) return false;
    const MemberDescriptor *member = (const MemberDescriptor *)as_object(found);
    bool fixed = member->owner->item_size == 0; /* else its place depends on the object's length */
    if (!fixed || member->flags & (MEMBER_DOUBLE | MEMBER_INTEGER)) return false;
    cache[2] = member->offset;
    return !store || !(member->flags & MEMBER_READONLY);
}

static bool is_plain_property(Value attribute) {
    if (!is_exactly(attribute, &property_type)) return false;
    Value getter = ((Property *)as_object(attribute))->get;
    return !is_absent(getter) && is_function(getter) && as_function(getter)->code->simple &&
           as_function(getter)->code->positional_count == 1;
}

/* One of a class that no program can change. */
static bool is_native_descriptor(Value v) {
    if (is_absent(v) || type_of(v)->flags & TYPE_HEAP) return false;
    return is_data_descriptor(v) && type_of(v)->descriptor_get != NULL;
}

/* Which form serves `object.name`; its cache is filled. The family's own opcode: none. */
static Opcode load_attr_form(VM *vm, uint32_t *cache, Opcode family, Value object, Value name) {
    bool local = family == OP_LOAD_LOCAL_ATTR;
    Type *type = type_of(object);
    if (type == &module_type) {
        if (!module_entry(vm, cache, object, name)) return family;
        return local ? OP_LOAD_LOCAL_ATTR_MODULE : OP_LOAD_ATTR_MODULE;
    }
    if (is_class(type)) {
        Value found = type_lookup(vm, type, name);
        if (is_native_descriptor(found)) { /* __name__, say */
            cache[1] = type_version(vm, type);
            set_cached_value(cache, found);
            if (cache[1] == 0) return family;
            return local ? OP_LOAD_LOCAL_ATTR_DESCRIPTOR : OP_LOAD_ATTR_DESCRIPTOR;
        }
        found = type_entry(vm, cache, as_type(object), name);
        if (is_absent(found) || !is_plain_in_class(found)) return family;
        return local ? OP_LOAD_LOCAL_ATTR_TYPE : OP_LOAD_ATTR_TYPE;
    }
    if (!slots_find_as_usual(vm, type)) return family;
    bool last =
        type->get_attribute == object_type.get_attribute; /* is no __getattr__ asked when a getter fails? */
    Value found = type_lookup(vm, type, name);
    cache[1] = type_version(vm, type);
    if (cache[1] == 0) return family;
    if (last && !is_absent(found) && is_plain_property(found)) {
        set_cached_value(cache, found);
        return local ? OP_LOAD_LOCAL_ATTR_PROPERTY : OP_LOAD_ATTR_PROPERTY;
    }
    if (is_object(object) && set_member(cache, found, false)) {
        return local ? OP_LOAD_LOCAL_ATTR_MEMBER : OP_LOAD_ATTR_MEMBER;
    }
    if (last && is_native_descriptor(found)) {
        set_cached_value(cache, found);
        return local ? OP_LOAD_LOCAL_ATTR_DESCRIPTOR : OP_LOAD_ATTR_DESCRIPTOR;
    }
    bool plain = !is_absent(found) && type_of(found)->descriptor_get == NULL;
    if (plain && is_object(object) && !type_keeps_attributes(type))
        return local ? OP_LOAD_LOCAL_ATTR_PLAIN : OP_LOAD_ATTR_PLAIN;
    const Shape *shape = cacheable_shape(vm, object);
    if (shape == NULL || (!is_absent(found) && is_data_descriptor(found))) return family;
    int slot = shape_find(shape, name);
    if (slot >= 0) {
        if (!set_slot(cache, object, shape, (uint32_t)slot)) return family;
        return local ? OP_LOAD_LOCAL_ATTR_SLOT : OP_LOAD_ATTR_SLOT;
    }
    if (!plain || !set_area(cache, object, shape->id)) return family;
    return local ? OP_LOAD_LOCAL_ATTR_CLASS : OP_LOAD_ATTR_CLASS;
}

void specialise_load_attr(VM *vm, uint32_t *instruction, Value object, Value name) {
    back_off(instruction + 1);
    set_opcode(instruction, load_attr_form(vm, instruction + 1, word_opcode(*instruction), object, name));
}

static Opcode store_attr_form(VM *vm, uint32_t *cache, Opcode family, Value object, Value name) {
    bool local = family == OP_STORE_LOCAL_ATTR;
    Type *type = type_of(object);
    if (type->set_attribute != object_type.set_attribute) return family;
    Value found = type_lookup(vm, type, name);
    cache[1] = type_version(vm, type);
    if (cache[1] == 0) return family;
    if (is_object(object) && set_member(cache, found, true)) {
        return local ? OP_STORE_LOCAL_ATTR_MEMBER : OP_STORE_ATTR_MEMBER;
    }
    Shape *shape = (Shape *)cacheable_shape(vm, object);
    if (shape == NULL || (!is_absent(found) && is_data_descriptor(found))) return family;
    int slot = shape_find(shape, name);
    if (slot >= 0) {
        if (!set_slot(cache, object, shape, (uint32_t)slot)) return family;
        return local ? OP_STORE_LOCAL_ATTR_SLOT : OP_STORE_ATTR_SLOT;
    }
    const Shape *next = shape_add(vm, shape, name);
    error_clear(vm); /* no memory for the shape: the generic form will say so */
    if (next == NULL || !set_new_slot(cache, object, shape, next)) return family;
    return local ? OP_STORE_LOCAL_ATTR_ADD : OP_STORE_ATTR_ADD;
}

void specialise_store_attr(VM *vm, uint32_t *instruction, Value object, Value name) {
    back_off(instruction + 1);
    set_opcode(instruction, store_attr_form(vm, instruction + 1, word_opcode(*instruction), object, name));
}

static Opcode load_method_form(VM *vm, uint32_t *cache, Value object, Value name) {
    Type *type = type_of(object);
    if (type == &module_type)
        return module_entry(vm, cache, object, name) ? OP_LOAD_METHOD_MODULE : OP_LOAD_METHOD;
    if (is_class(type)) {
        Value found = type_entry(vm, cache, as_type(object), name);
        if (is_absent(found)) return OP_LOAD_METHOD;
        if (is_plain_in_class(found)) return OP_LOAD_METHOD_TYPE;
        bool wrapped = is_wrapper(found) || is_exactly(found, &class_method_descriptor_type);
        return wrapped ? OP_LOAD_METHOD_TYPE_WRAPPED : OP_LOAD_METHOD;
    }
    if (!slots_find_as_usual(vm, type)) return OP_LOAD_METHOD;
    Value found = type_lookup(vm, type, name);
    cache[1] = type_version(vm, type);
    if (cache[1] == 0) return OP_LOAD_METHOD;
    if (is_object(object) && set_member(cache, found, false)) return OP_LOAD_METHOD_MEMBER;
    if (!is_absent(found) && is_data_descriptor(found)) return OP_LOAD_METHOD;
    bool method = !is_absent(found) && type_of(found)->flags & TYPE_METHOD_DESCRIPTOR;
    bool wrapped = !is_absent(found) && is_wrapper(found);
    if (method || wrapped) set_cached_value(cache, found);
    if (!type_keeps_attributes(type)) return method ? OP_LOAD_METHOD_PLAIN : OP_LOAD_METHOD;
    const Shape *shape = cacheable_shape(vm, object);
    if (shape == NULL) {
        return method && set_no_area(cache, object) ? OP_LOAD_METHOD_CLASS : OP_LOAD_METHOD;
    }
    int slot = shape_find(shape, name);
    if (slot >= 0)
        return set_slot(cache, object, shape, (uint32_t)slot) ? OP_LOAD_METHOD_SLOT : OP_LOAD_METHOD;
    if (!(method || wrapped) || !set_area(cache, object, shape->id)) return OP_LOAD_METHOD;
    return wrapped ? OP_LOAD_METHOD_WRAPPED : OP_LOAD_METHOD_CLASS;
}

void specialise_load_method(VM *vm, uint32_t *instruction, Value object, Value name) {
    back_off(instruction + 1);
    set_opcode(instruction, load_method_form(vm, instruction + 1, object, name));
}

void specialise_call(uint32_t *instruction, Value called) {
    const Type *type = as_object(called)->type;
    uint32_t count = word_a24(*instruction);
    Opcode form = OP_CALL;
    if (type == &native_function_type) {
        form = count == 1 ? OP_CALL_NATIVE_ONE : OP_CALL_NATIVE;
    } else if (type == &method_descriptor_type) {
        form = count == 0 ? OP_CALL_METHOD_ALONE : count == 1 ? OP_CALL_METHOD_ONE : OP_CALL_METHOD;
    } else if (calls_as_class(type)) {
        form = count == 1 && as_type(called)->convert ? OP_CALL_CONVERT : OP_CALL_CLASS;
    } else if (calls_by_slot(type)) {
        form = OP_CALL_OBJECT;
    }
    set_opcode(instruction, form);
}

/* How many different attributes of its first parameter a function stores. */
static uint32_t count_stored(const Code *code) {
    uint32_t names[INLINE_SLOTS_MAX], count = 0;
    for (uint32_t i = 0; i < code->instruction_count && count < INLINE_SLOTS_MAX;) {
        uint32_t word = code->instructions[i];
        Opcode op = word_opcode(word);
        i += 1 + (uint32_t)opcode_extra_words(op);
        if (opcode_info[op].family != OP_STORE_LOCAL_ATTR || word_a8(word) != 0) continue;
        uint32_t k = 0;
        while (k < count && names[k] != word_b16(word))
            k++;
        if (k == count) names[count++] = word_b16(word);
    }
    return count;
}

void specialise_instances(Type *class, const Code *init) {
    if (class->attributes_offset == 0 || class->item_size != 0) return;
    if (class->attribute_slots != class->base->attribute_slots) return; /* done, or learned since */
    uint32_t slots = class->attribute_slots + count_stored(init);
    class->attribute_slots = slots < INLINE_SLOTS_MAX ? slots : INLINE_SLOTS_MAX;
}

/* --- the cache of sites that see many classes --- */

/* Fill an entry with what the attribute is. */
static void cache_fill(VM *vm, AttributeCacheEntry *entry, Value object, Value name, AttributeUse use) {
    Type *type = type_of(object);
    Value found = type_lookup(vm, type, name);
    bool generic = use == ATTRIBUTE_STORE ? type->set_attribute == object_type.set_attribute
                                          : slots_find_as_usual(vm, type);
    uint32_t version = type_version(vm, type); /* looking up may have given it one */
    const Shape *shape = cacheable_shape(vm, object);
    value_set(vm, &entry->name, value_ref(name));
    entry->version = version;
    entry->shape = shape->id;
    entry->method = ABSENT;
    entry->is_simple = false;
    if (version == 0 || !generic || (!is_absent(found) && is_data_descriptor(found))) return;
    int slot = shape_find(shape, name);
    bool is_method = slot < 0 && use == ATTRIBUTE_METHOD && !is_absent(found) &&
                     type_of(found)->flags & TYPE_METHOD_DESCRIPTOR;
    if (is_method) entry->method = found;
    entry->slot = (uint32_t)slot;
    entry->is_simple = slot >= 0 || is_method;
}

const AttributeCacheEntry *attribute_cache_make(VM *vm, Value object, Value name, AttributeUse use) {
    const Type *type = as_object(object)->type;
    if (type->attributes_offset == 0 || type->item_size != 0 || type->version == 0) return NULL;
    uint32_t shape = attributes_at(as_object(object), type->attributes_offset)->shape_id;
    if (shape < SHAPE_FIRST) return NULL;
    AttributeCacheEntry *entry = &vm_machine(vm)->attribute_cache[attribute_cache_index(shape, name, use)];
    cache_fill(vm, entry, object, name, use);
    return entry;
}

void attribute_cache_clear(VM *vm) {
    AttributeCacheEntry *cache = vm_machine(vm)->attribute_cache;
    for (int i = 0; cache != NULL && i < ATTRIBUTE_CACHE_SIZE; i++) {
        value_clear(vm, &cache[i].name);
        cache[i] = (AttributeCacheEntry){0};
    }
}

void specialise_plain(const Code *code, uint32_t *words) {
    for (uint32_t i = 0; i < code->instruction_count;) {
        const OpcodeInfo *info = &opcode_info[word_opcode(code->instructions[i])];
        words[i] = (code->instructions[i] & ~255u) | info->family;
        i++;
        if (info->word != OPERAND_NO) words[i] = code->instructions[i], i++;
        for (int k = 0; k < info->cache; k++)
            words[i++] = 0;
    }
}
