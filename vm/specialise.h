#ifndef MPY_VM_SPECIALISE_H
#define MPY_VM_SPECIALISE_H

/*
 * Specialisation: instructions rewritten in place for what they see (PEP 659).
 *
 * A generic instruction with a cache counts cache word 0 down each time it runs; at zero it calls one of the
 * functions below, which write a special form over it if the values allow one. A special form checks its
 * guards (class version, shape, keys version) before it acts; when one fails it calls specialise_undo and
 * runs as the generic form. Every failure doubles the time until the next try, so that a site that sees many
 * types settles on the generic form.
 *
 * Words of the attribute caches: 0 count down (16 bits), its exponent (4), offset of the attributes area in units of
 * 8 bytes (12); 1 type or keys version; for a slot 2 the shape id, 3 the slot, 4 its distance from the beginning of
 * the object, or, for a new one, the shape id that the store leads to; for an attribute of the class 2 the shape id,
 * and for a function or a descriptor 3 and 4 its address, which the version keeps alive (data, which programs
 * replace, is looked up by its name); for a member 2 its offset; for a module 3 the entry's index. Of the name
 * caches: 0 as above, 1 version of the globals, 2 entry index; for builtins 2 their version, and the index lies in
 * the upper 12 bits of word 0.
 *
 * Sites that see many classes stay generic; for them there is one cache a VM, from (class version, shape,
 * name) to slot or method (attribute_cache_find).
 */

#include "gc/likely.h"
#include "runtime/classes/instance.h"
#include "vm/frame.h"
#include "vm/machine.h"

/* Is it time to try? */
static inline bool specialise_due(uint32_t *cache) {
    if (LIKELY((cache[0] & 0xFFFF) != 0)) {
        cache[0]--;
        return false;
    }
    return true;
}

/* Put the generic form back and wait. `instruction` is the first word. */
void specialise_undo(uint32_t *instruction);

/* The instructions in their generic forms, with empty caches; room for as many words at `words`. */
void specialise_plain(const Code *code, uint32_t *words);

void specialise_load_name(VM *vm, const Frame *frame, uint32_t *instruction, Value name, bool in_body);
void specialise_store_name(VM *vm, const Frame *frame, uint32_t *instruction, Value name);
void specialise_load_attr(VM *vm, uint32_t *instruction, Value object, Value name);
void specialise_store_attr(VM *vm, uint32_t *instruction, Value object, Value name);
void specialise_load_method(VM *vm, uint32_t *instruction, Value object, Value name);

/* CALL has no cache and needs none: it is specialised for what it calls as soon as it is no Python function. A special
 * form whose guards fail runs as CALL, which may write another. */
void specialise_call(uint32_t *instruction, Value called /* an object */);

static inline Value cache_value(const uint32_t *words) {
    return (Value){words[0] | (uint64_t)words[1] << 32};
}

static inline Attributes *cache_area(const uint32_t *cache, Object *object) {
    return (Attributes *)((char *)object + (size_t)(cache[0] >> 20) * 8);
}

/* A class is about to get its first instance, through `init`: give instances room for what it will store. */
void specialise_instances(Type *class, const Code *init);

/* --- the cache of sites that see many classes --- */

typedef enum { ATTRIBUTE_LOAD, ATTRIBUTE_STORE, ATTRIBUTE_METHOD, ATTRIBUTE_USES } AttributeUse;

typedef struct AttributeCacheEntry {
    uint32_t version, shape;
    Value name; /* owned, so that no other string can come to have its address */
    Value
        method; /* ATTRIBUTE_METHOD: a function of the class, borrowed; ABSENT: the attribute is in the slot */
    uint32_t slot;  /* where it is */
    bool is_simple; /* or it is out of the ordinary: neither in a slot nor such a function */
} AttributeCacheEntry;

enum { ATTRIBUTE_CACHE_BITS = 9, ATTRIBUTE_CACHE_SIZE = ATTRIBUTE_USES << ATTRIBUTE_CACHE_BITS };

/* Where an entry is: a part of the cache for each use, in it by the shape and the name. */
static inline uint32_t attribute_cache_index(uint32_t shape, Value name, AttributeUse use) {
    /* Fibonacci hashing of both: names are made one behind the other, and shapes numbered so. */
    enum { MIX = 0x9E3779B1u, NAME_SHIFT = 4 };
    uint32_t hash = (shape * MIX >> 16) ^ ((uint32_t)(name.bits >> NAME_SHIFT) * MIX >> 24);
    return use << ATTRIBUTE_CACHE_BITS | (hash & ((1u << ATTRIBUTE_CACHE_BITS) - 1));
}

/* The entry that was not found, made now; NULL when the object is none of a class whose instances have shapes. */
const AttributeCacheEntry *attribute_cache_make(VM *vm, Value object, Value name, AttributeUse use);

/* The entry for an attribute of an object; NULL: look it up in the general way. A type of other objects has a version
 * that no entry has, so whatever stands at the offset may be taken for a shape. */
static inline const AttributeCacheEntry *attribute_cache_find(VM *vm, Value v, Value name, AttributeUse use) {
    if (!is_object(v)) return NULL;
    Object *object = as_object(v);
    uint32_t shape = attributes_at(object, object->type->attributes_offset)->shape_id;
    if (shape < SHAPE_FIRST) return NULL;
    const AttributeCacheEntry *entry =
        &vm_machine(vm)->attribute_cache[attribute_cache_index(shape, name, use)];
    if (UNLIKELY(entry->version != object->type->version || entry->shape != shape ||
                 !value_same(entry->name, name))) {
        entry = attribute_cache_make(vm, v, name, use);
    }
    return entry != NULL && entry->is_simple ? entry : NULL;
}

void attribute_cache_clear(VM *vm);

#endif
