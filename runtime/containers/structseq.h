#ifndef MPY_RUNTIME_STRUCTSEQ_H
#define MPY_RUNTIME_STRUCTSEQ_H

/*
 * Tuples with named fields, as sys and time return them (sys.version_info, time.struct_time).
 *
 * Such a type is a static type whose base is tuple and whose `members` name the items: STRUCTSEQ_FIELD(i,
 * "name"). STRUCTSEQ_TYPE writes the initialiser. Fields with MEMBER_NONE_IF_ABSENT are hidden: attributes
 * that are no items of the tuple; they lie behind the others. An item of the tuple that has the
 * name of a hidden field is without a name: the attribute is the field.
 */

#include "runtime/containers/tuple.h"
#include "runtime/native.h"

#define STRUCTSEQ_FIELD(i, name_text, doc_text) \
    { name_text, offsetof(Tuple, items) + (i) * sizeof(Value), MEMBER_READONLY, doc_text }

#define STRUCTSEQ_HIDDEN(i, name_text) \
    { name_text, offsetof(Tuple, items) + (i) * sizeof(Value), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, NULL }

#define STRUCTSEQ_TYPE(type, name_text, member_table, doc_text) \
    STRUCTSEQ_TYPE_FLAGGED(type, 0, name_text, member_table, doc_text)

/* With further flags: TYPE_NO_NEW for one that scripts make no instances of. */
#define STRUCTSEQ_TYPE_FLAGGED(type, more_flags, name_text, member_table, doc_text) \
    Type type = { \
        TYPE_HEAD(type, name_text, .traverse = structseq_traverse, .dealloc = structseq_dealloc), \
        .flags = TYPE_TUPLE | (more_flags), \
        .basic_size = sizeof(Tuple), \
        .item_size = sizeof(Value), \
        .base = &tuple_type, \
        .doc = doc_text, \
        .new = structseq_construct, \
        .repr = structseq_repr, \
        .members = member_table, \
        .methods = structseq_methods, \
    }

/* An instance from its items, one for each member (hidden ones may be ABSENT); takes the references, also
 * on failure. */
NEW RAISES Value structseq_new(VM *vm, Type *type, STEALS Value *items);
int structseq_traverse(Object *self, VisitFn visit, void *context);
void structseq_dealloc(VM *vm, Object *self);
/* The slots: type(sequence), and name(field=value, ...). */
NEW RAISES Value structseq_construct(VM *vm, Type *type, Value *args, int nargs, Value names);
NEW RAISES Value structseq_repr(VM *vm, Value self);
extern const NativeDef structseq_methods[];
/* What a type's dict has beyond slots, methods and members: n_fields, __match_args__ ... */
RAISES bool structseq_fill_dict(VM *vm, Type *type, Value dict);

#endif
