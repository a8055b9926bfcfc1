#ifndef MPY_RUNTIME_CLASS_H
#define MPY_RUNTIME_CLASS_H

/*
 * Classes: making them, finding attributes through them, keeping caches honest.
 *
 * Attribute look-up through a type walks the dicts along its mro; a direct-mapped cache in the VM remembers results by
 * (type version, name). A type's version is given when a cache first wants it and taken away, with that of all its
 * subclasses, when the type or a base changes; so a cache that checks the version never sees a stale attribute.
 */

#include "gc/likely.h"
#include "runtime/state.h"

/* The attribute `name` (a str) along the mro; ABSENT when missing, and nothing raised. Never runs user code. */
BORROWED Value type_lookup(VM *vm, Type *type, Value name);

/* The dicts of built-in types are made when they are first looked into. When type_lookup has found nothing: may it have
 * missed something, because there was no memory for the dict of a type in the mro? Then RAISES MemoryError. */
bool type_dicts_missing(VM *vm, Type *type);
static inline bool type_lookup_refused(VM *vm, Type *type) {
    return UNLIKELY(vm->type_dict_refused) && type_dicts_missing(vm, type);
}

static inline MethodCacheEntry *method_cache_entry(VM *vm, uint32_t version, Value name) {
    uint32_t hash = version * UINT32_C(0x9E3779B1) ^ (uint32_t)(name.bits >> 4);
    return &vm->method_cache[hash & (METHOD_CACHE_SIZE - 1)];
}

/* The same without a call when it is in the cache, as interned names may be. (No entry with a name has version 0.) */
static inline BORROWED Value type_lookup_interned(VM *vm, Type *type, Value name) {
    const MethodCacheEntry *entry = method_cache_entry(vm, type->version, name);
    bool cached = entry->version == type->version && value_same(entry->name, name);
    return LIKELY(cached) ? entry->attribute : type_lookup(vm, type, name);
}
/* Is __init__ called on a new instance, made with this many positional arguments? That of object does nothing but
 * refuse arguments, and none if there is another __new__. */
static inline bool type_inits(const Type *type, int64_t nargs) {
    return type->init != object_type.init || (nargs > 0 && type->new == object_type.new);
}
/* The docstring of a built-in type without the parameters that it may begin with. */
const char *type_plain_doc(const char *doc);
/* Those parameters, "(x, /)"; None without them. Docstrings of functions may begin so, too. */
NEW RAISES Value type_doc_signature(VM *vm, const char *doc);
/* An attribute of a class as type.__getattribute__ finds it: 1 (*result is NEW), 0 missing, -1 RAISES. */
RAISES int type_find_attribute(VM *vm, Value class, Value name /* a str */, Value *result);
/* Does __class__ tell an object's type, as nearly always, for it is object's attribute? */
bool type_is_claimed(VM *vm, Value v);
/* Does `v`, not an instance of `type`, say by its __class__ that it is one? 1, 0, -1 RAISES. */
RAISES int type_claims(VM *vm, Value v, const Type *type);
/* The version of what type_lookup finds, assigned now if needed; 0 when numbers have run out. */
uint32_t type_version(VM *vm, Type *type);
/* The type, or something in its mro, has changed. */
void type_modified(VM *vm, Type *type);
/* Just the data that it has by this name, a program's counter say: what else is known of the type holds on. */
void type_forget(VM *vm, Type *type, Value name);
/* What is a descriptor now, and of which kind, may differ: so may what any class makes of its attributes. */
static inline void descriptors_modified(VM *vm) { type_modified(vm, &object_type); }
BORROWED RAISES Dict *type_dict(VM *vm, Type *type); /* fills a built-in type's dict at first use */
BORROWED RAISES Tuple *type_mro(VM *vm, Type *type);

/* The direct subclasses, weakly held: a dict whose keys are their addresses as ints, or ABSENT. A class that dies
 * removes itself. */
Value *type_subclasses(VM *vm, Type *type);
NEW RAISES Value type_subclass_list(VM *vm, Type *type); /* the classes themselves */
RAISES bool type_add_subclass(VM *vm, Type *type, Type *subclass);
void type_remove_subclass(VM *vm, Type *type, Type *subclass);

/* type(name, bases, dict, **keywords): a heap type. */
NEW RAISES Value class_new(VM *vm, Type *metatype, Value name, Value bases, Value dict, Value *keyword_args,
                           Value keyword_names);
/* The most derived metaclass of the bases and `metatype`; NULL RAISES TypeError (conflict). */
BORROWED RAISES Type *class_metatype(VM *vm, Type *metatype, Value bases);
/* What `__bases__ = bases` and `object.__class__ = type` do. */
RAISES bool class_set_bases(VM *vm, Type *type, Value bases);
RAISES bool object_set_class(VM *vm, Value v, Value type);
/* "module.qualname", or the qualname alone where the module is builtins, __main__ or no str. */
NEW RAISES Value type_full_name(VM *vm, Type *type);
/* Give a heap type a name (a str). */
RAISES bool type_set_name(VM *vm, Type *type, Value name);
/* Add all names in the dicts along the mro to the dict `names`, as dir() wants. */
RAISES bool type_collect_names(VM *vm, Type *type, Value names);
/* The mro by C3 of a class with these bases, `type` in front. */
NEW RAISES Value class_linearize(VM *vm, Type *type, Tuple *bases);
/* The built-in function __build_class__. */
NEW RAISES Value build_class(VM *vm, Value *args, int nargs, Value names);

/* The built-in types and this VM's caches: first thing when a VM starts, before any object is made; types_fini is the
 * last. */
RAISES bool types_init(VM *vm);
void types_fini(VM *vm);
/* Make the dicts of all built-in types now, not at their first use: a look-up cannot say that there was no memory. */
RAISES bool types_complete(VM *vm);
/* The built-in type of that static_index. */
Type *static_type_at(int index);

#endif
