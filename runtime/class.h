#ifndef MPY_RUNTIME_CLASS_H
#define MPY_RUNTIME_CLASS_H

/*
 * Classes: making them, finding attributes through them, keeping caches honest.
 *
 * Attribute look-up through a type walks the dicts along its mro; a direct-mapped cache in the VM remembers results by
 * (type version, name). A type's version is given when a cache first wants it and taken away, with that of all its
 * subclasses, when the type or a base changes; so a cache that checks the version never sees a stale attribute.
 */

#include "runtime/state.h"

/* The attribute `name` (a str) along the mro. BORROWED; ABSENT when missing. Never runs user code. */
BORROWED Value type_lookup(VM *vm, Type *type, Value name);
/* The version of what type_lookup finds, assigned now if needed; 0 when numbers have run out. */
uint32_t type_version(VM *vm, Type *type);
/* The type, or something in its mro, has changed. */
void type_modified(VM *vm, Type *type);
BORROWED RAISES Dict *type_dict(VM *vm, Type *type); /* fills a built-in type's dict at first use */
Tuple *type_mro(VM *vm, Type *type);

/* type(name, bases, dict): a heap type. NEW RAISES. */
NEW RAISES Value class_new(VM *vm, Type *metatype, Value name, Value bases, Value dict, Value *keyword_args,
                           Value keyword_names);
/* The built-in function __build_class__. */
NEW RAISES Value build_class(VM *vm, Value *args, int nargs, Value names);

/* Slot inheritance for the built-in types, names, static type state: once when a VM starts. */
RAISES bool types_init(VM *vm);
void types_fini(VM *vm);

#endif
