#ifndef MPY_RUNTIME_WEAKREF_H
#define MPY_RUNTIME_WEAKREF_H

/*
 * Weak references: weakref.ref and the two proxies.
 *
 * A weak reference knows its referent without owning it. The references to one object form a list: the ref without a
 * callback first, then the proxy without one (these two are handed out again when somebody asks for the like), then the
 * others, newest first, which is the order in which their callbacks are called. The lists hang in a table of the VM,
 * by the referent's address: an object that nobody refers to weakly pays nothing, and its death looks no further than
 * at the flag GC_WEAKLY_REFERENCED in its header. Built-in types are shared by all VMs, so the flag is never set in
 * them; they do not die either.
 *
 * Neither the list nor the table owns a reference. A WeakReference that dies takes itself out; when the referent dies,
 * or is found to be garbage, the heap's hooks take the whole list apart before anything else can look at the object.
 * Removing from the table needs no memory.
 */

#include "runtime/state.h"

typedef struct WeakReference WeakReference;
struct WeakReference {
    Object head;
    Object *referent; /* borrowed; NULL: dead */
    Value callback;   /* owned; ABSENT: none, or called */
    int64_t hash;     /* of the referent, kept for when it is gone */
    bool hashed;
    WeakReference *previous, *next; /* in the referent's list */
};

/* Install the heap's hooks. */
void weak_references_init(VM *vm);

/* May values of this type be referred to weakly? */
static inline bool type_is_weakly_referable(const Type *type) { return type->flags & TYPE_WEAKLY_REFERABLE; }

/* The first of the references to an object, which is what its __weakref__ shows; NULL: none. */
BORROWED WeakReference *weak_references_of(VM *vm, const Object *object);

/* A reference or proxy of this type to `object`, perhaps one that there is already. `callback`: ABSENT or None for
 * none. TypeError when the object cannot be referred to weakly. */
NEW RAISES Value weak_reference_new(VM *vm, Type *type, Value object, Value callback);

/* The referent, ABSENT when it is gone. Raises nothing. */
NEW Value weak_reference_get(const WeakReference *reference);

/* The life-cycle slots of the three types. */
int weak_reference_traverse(Object *self, VisitFn visit, void *context);
void weak_reference_clear(VM *vm, Object *self);
void weak_reference_dealloc(VM *vm, Object *self);

#endif
