/*
 * Weak references. In order: the table, the lists, making references, the death of referents, the type weakref.ref.
 * The proxies are in runtime/weakproxy.c.
 */

#include "runtime/weakref.h"

#include "runtime/arguments.h"
#include "runtime/classes/class.h"
#include "runtime/classes/genericalias.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/hash.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- the table: open addressing, linear probing. A cell holds the head of a list --- */

enum { CELLS_LEAST = 16 };

static size_t home_cell(const WeakTable *table, const Object *object) {
    uint64_t mixed = ((uint64_t)(uintptr_t)object >> 4) * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(mixed >> 32) & (table->capacity - 1);
}

/* The cell of the object's list, or the free cell where it would be. The table has a capacity. */
static WeakReference **find_cell(const WeakTable *table, const Object *object) {
    size_t i = home_cell(table, object);
    while (table->cells[i] != NULL && table->cells[i]->referent != object)
        i = (i + 1) & (table->capacity - 1);
    return &table->cells[i];
}

static bool table_resize(VM *vm, WeakTable *table, size_t capacity) {
    WeakTable bigger = {.capacity = capacity, .count = table->count};
    bigger.cells = heap_alloc(vm_heap(vm), capacity * sizeof *bigger.cells);
    if (bigger.cells == NULL) return false;
    memset(bigger.cells, 0, capacity * sizeof *bigger.cells);
    for (size_t i = 0; i < table->capacity; i++) {
        if (table->cells[i] != NULL) *find_cell(&bigger, table->cells[i]->referent) = table->cells[i];
    }
    memory_free(vm, table->cells, table->capacity * sizeof *table->cells);
    bigger.pending = table->pending;
    *table = bigger;
    return true;
}

/* Room for one list more. */
static bool table_reserve(VM *vm, WeakTable *table) {
    if (table->capacity == 0) return table_resize(vm, table, CELLS_LEAST);
    return (table->count + 1) * 3 <= table->capacity * 2 || table_resize(vm, table, table->capacity * 2);
}

/* Free a cell, and close the gap for those that had to give way to it. The table shrinks when it has become too wide:
 * if that is refused, it stays wide. */
static void table_remove(VM *vm, WeakTable *table, WeakReference **cell) {
    size_t mask = table->capacity - 1, gap = (size_t)(cell - table->cells);
    for (size_t i = (gap + 1) & mask; table->cells[i] != NULL; i = (i + 1) & mask) {
        size_t home = home_cell(table, table->cells[i]->referent);
        if (((i - home) & mask) < ((i - gap) & mask)) continue;
        table->cells[gap] = table->cells[i];
        gap = i;
    }
    table->cells[gap] = NULL;
    if (--table->count == 0) {
        memory_free(vm, table->cells, table->capacity * sizeof *table->cells);
        table->cells = NULL;
        table->capacity = 0;
    } else if (table->capacity > CELLS_LEAST && table->count * 8 < table->capacity) {
        table_resize(vm, table, table->capacity / 2);
    }
}

WeakReference *weak_references_of(VM *vm, const Object *object) {
    const WeakTable *table = &vm->weak_table;
    if (table->capacity == 0) return NULL;
    if (!(object->gc & GC_WEAKLY_REFERENCED) && !object_is_immortal(object)) return NULL;
    return *find_cell(table, object);
}

/* --- lists --- */

/* Put a reference behind another, or (NULL) in front. The table has room. */
static void list_insert(VM *vm, Object *referent, WeakReference *w, WeakReference *behind) {
    WeakTable *table = &vm->weak_table;
    WeakReference **cell = find_cell(table, referent);
    w->referent = referent;
    w->previous = behind;
    w->next = behind != NULL ? behind->next : *cell;
    if (w->next != NULL) w->next->previous = w;
    if (behind != NULL) {
        behind->next = w;
        return;
    }
    table->count += *cell == NULL;
    *cell = w;
    if (!object_is_immortal(referent)) referent->gc |= GC_WEAKLY_REFERENCED;
}

static void list_remove(VM *vm, WeakReference *w) {
    if (w->referent == NULL) return;
    if (w->previous != NULL) {
        w->previous->next = w->next;
    } else {
        WeakTable *table = &vm->weak_table;
        WeakReference **cell = find_cell(table, w->referent);
        if (w->next != NULL) {
            *cell = w->next;
        } else {
            if (!object_is_immortal(w->referent)) w->referent->gc &= ~(uint32_t)GC_WEAKLY_REFERENCED;
            table_remove(vm, table, cell);
        }
    }
    if (w->next != NULL) w->next->previous = w->previous;
    w->referent = NULL;
    w->previous = w->next = NULL;
}

/* --- making --- */

static bool is_reusable(const WeakReference *w, const Type *type) {
    return is_absent(w->callback) && w->head.type == type && !object_is_dying(&w->head);
}

/* The list's reference of this type without a callback, if there is one: it is among the first. */
static WeakReference *find_reusable(VM *vm, const Object *referent, const Type *type) {
    WeakReference *w = weak_references_of(vm, referent);
    while (w != NULL && is_absent(w->callback) && !is_reusable(w, type))
        w = w->next;
    return w != NULL && is_reusable(w, type) ? w : NULL;
}

/* Behind which reference a new one goes: the plain ref is the first, the plain proxy comes next. */
static WeakReference *place_for(VM *vm, const Object *referent, const Type *type, bool plain) {
    if (plain && type == &weak_ref_type) return NULL;
    WeakReference *place = NULL, *w = weak_references_of(vm, referent);
    if (w != NULL && is_reusable(w, &weak_ref_type)) place = w, w = w->next;
    if (plain) return place;
    bool is_proxy =
        w != NULL && (is_reusable(w, &weak_proxy_type) || is_reusable(w, &weak_callable_proxy_type));
    return is_proxy ? w : place;
}

Value weak_reference_new(VM *vm, Type *type, Value object, Value callback) {
    if (!type_is_weakly_referable(type_of(object))) {
        return raise_type(vm, "cannot create weak reference to '%T' object", object);
    }
    Object *referent = as_object(object);
    bool subclass = type->flags & TYPE_HEAP;
    bool plain = !subclass && !value_is_given(callback);
    WeakReference *old = plain ? find_reusable(vm, referent, type) : NULL;
    if (old != NULL) return value_ref(from_object(old));
    WeakReference *w =
        (WeakReference *)(subclass ? instance_new(vm, type, 0) : object_new_container(vm, type, sizeof *w));
    if (w == NULL) return subclass ? ABSENT : raise_memory(vm);
    object_track(&w->head);
    if (!table_reserve(vm, &vm->weak_table)) return object_drop(vm, &w->head), raise_memory(vm);
    if (value_is_given(callback)) w->callback = value_ref(callback);
    list_insert(vm, referent, w, place_for(vm, referent, type, plain));
    return from_object(w);
}

Value weak_reference_get(const WeakReference *w) {
    if (w->referent == NULL || object_is_dying(w->referent)) return ABSENT;
    return value_ref(from_object(w->referent));
}

/* --- the death of referents --- */

/* Take an object's list apart. Those that have a callback to be called are chained in order, through `next`, behind
 * *end, with a reference to each. */
static WeakReference **take_apart(VM *vm, Object *object, WeakReference **end,
                                  bool (*is_called)(VM *, Object *)) {
    WeakReference **cell = find_cell(&vm->weak_table, object), *w = *cell;
    table_remove(vm, &vm->weak_table, cell);
    while (w != NULL) {
        WeakReference *next = w->next;
        w->referent = NULL;
        w->previous = w->next = NULL;
        if (!is_absent(w->callback) && !object_is_dying(&w->head) && is_called(vm, &w->head)) {
            object_ref(&w->head);
            *end = w;
            end = &w->next;
        }
        w = next;
    }
    return end;
}

/* Call a reference's callback, if it still has it, with the reference. An error that is on its way stays so. */
static void notify(VM *vm, STEALS WeakReference *w) {
    Value callback = w->callback;
    w->callback = ABSENT;
    if (!is_absent(callback)) {
        Value raised = error_take(vm);
        Value result = call_1(vm, callback, from_object(w));
        if (is_absent(result)) error_unraisable(vm, NULL, callback);
        value_xdrop(vm, result);
        if (!is_absent(raised)) error_restore(vm, raised);
        value_drop(vm, callback);
    }
    object_drop(vm, &w->head);
}

static void notify_all(VM *vm, WeakReference **chain) {
    while (*chain != NULL) {
        WeakReference *w = *chain;
        *chain = w->next;
        w->next = NULL;
        notify(vm, w);
    }
}

static bool always(VM *vm, Object *reference) { return true; }

static bool is_no_garbage(VM *vm, Object *reference) { return !gc_is_garbage(vm_heap(vm), reference); }

static void on_death(VM *vm, Object *object) {
    WeakReference *chain = NULL;
    take_apart(vm, object, &chain, always);
    notify_all(vm, &chain);
}

static void on_garbage(VM *vm, Object *object) {
    WeakReference **end = &vm->weak_table.pending;
    while (*end != NULL)
        end = &(*end)->next;
    take_apart(vm, object, end, is_no_garbage);
}

static void on_notify(VM *vm) { notify_all(vm, &vm->weak_table.pending); }

void weak_references_init(VM *vm) {
    HeapHooks *hooks = &vm_heap(vm)->hooks;
    hooks->weak_references_died = on_death;
    hooks->weak_references_garbage = on_garbage;
    hooks->weak_references_notify = on_notify;
}

/* --- weakref.ref --- */

static WeakReference *as_weak(Value v) { return (WeakReference *)as_object(v); }

int weak_reference_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((WeakReference *)self)->callback);
    return 0;
}

void weak_reference_clear(VM *vm, Object *self) {
    list_remove(vm, (WeakReference *)self);
    value_clear(vm, &((WeakReference *)self)->callback);
}

void weak_reference_dealloc(VM *vm, Object *self) {
    object_untrack(vm, self);
    weak_reference_clear(vm, self);
    object_free(vm, self, self->type->flags & TYPE_HEAP ? instance_size(self, 0) : sizeof(WeakReference));
}

static bool check_count(VM *vm, const char *function, int nargs) {
    if (nargs >= 1 && nargs <= 2) return true;
    raise_type(vm, "%s expected at %s, got %d", function, nargs < 1 ? "least 1 argument" : "most 2 arguments",
               nargs);
    return false;
}

static bool check_names(VM *vm, const char *function, Value names) {
    if (names_count(names) == 0) return true;
    raise_type(vm, "%s() takes no keyword arguments", function);
    return false;
}

/* Keywords are refused by init: a subclass may have another opinion. */
static Value ref_new(VM *vm, Type *type, Value *args, int nargs, Value names) {
    (void)names; /* init refuses them; a subclass may have another opinion */
    if (!check_count(vm, "__new__", nargs)) return ABSENT;
    return weak_reference_new(vm, type, args[0], nargs > 1 ? args[1] : ABSENT);
}

static bool ref_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    return check_names(vm, "ref", names) && check_count(vm, "__init__", nargs);
}

static Value ref_call(VM *vm, Value callable, Value *args, int nargs, Value names) {
    if (!check_names(vm, "weakref", names)) return ABSENT;
    if (nargs > 0) return raise_type(vm, "weakref expected 0 arguments, got %d", nargs);
    Value referent = weak_reference_get(as_weak(callable));
    return is_absent(referent) ? NONE : referent;
}

static Value ref_repr(VM *vm, Value self) {
    Value referent = weak_reference_get(as_weak(self));
    unsigned long long address = self.bits;
    if (is_absent(referent)) return string_format(vm, "<weakref at 0x%llx; dead>", address);
    Value name = ABSENT, text = ABSENT, type = type_full_name(vm, type_of(referent));
    bool is_named = !is_absent(type_lookup(vm, type_of(referent), NAME_OF(vm, name)));
    bool ok = !is_absent(type);
    if (ok && is_named) ok = object_find_attribute(vm, referent, NAME_OF(vm, name), &name) >= 0;
    if (ok) {
        text =
            string_format(vm,
                          !is_absent(name) && is_string(name) ? "<weakref at 0x%llx; to '%S' at 0x%llx (%S)>"
                                                              : "<weakref at 0x%llx; to '%S' at 0x%llx>",
                          address, type, (unsigned long long)referent.bits, name);
    }
    value_xdrop(vm, name);
    value_xdrop(vm, type);
    value_drop(vm, referent);
    return text;
}

static bool ref_hash(VM *vm, Value self, int64_t *hash) {
    WeakReference *w = as_weak(self);
    if (!w->hashed) {
        Value referent = weak_reference_get(w);
        if (is_absent(referent)) {
            raise_type(vm, "weak object has gone away");
            return false;
        }
        bool ok = hash_nested(vm, referent, &w->hash);
        value_drop(vm, referent);
        if (!ok) return false;
        w->hashed = true;
    }
    *hash = w->hash;
    return true;
}

/* By the referents while both are alive, else by identity. */
static Value ref_compare(VM *vm, Value self, Value other, CompareOp op) {
    bool equality = op == COMPARE_EQ || op == COMPARE_NE;
    if (!equality || !value_is_instance(other, &weak_ref_type)) return NOT_IMPLEMENTED;
    Value a = weak_reference_get(as_weak(self)), b = weak_reference_get(as_weak(other));
    Value result = is_absent(a) || is_absent(b) ? bool_from(value_same(self, other) == (op == COMPARE_EQ))
                                                : object_compare(vm, a, b, op);
    value_xdrop(vm, a);
    value_xdrop(vm, b);
    return result;
}

static const MemberDef ref_members[] = {
    {"__callback__", offsetof(WeakReference, callback), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, NULL},
    {0},
};

static const NativeDef ref_methods[] = {
    {"__class_getitem__", generic_alias_class_getitem, "object, /", "See PEP 585", NATIVE_CLASS_METHOD},
    {0},
};

Type weak_ref_type = {
    TYPE_HEAD(weak_ref_type, "weakref.ReferenceType", .traverse = weak_reference_traverse,
              .clear = weak_reference_clear, .dealloc = weak_reference_dealloc),
    .flags = TYPE_BASE,
    .basic_size = sizeof(WeakReference),
    .base = &object_type,
    .new = ref_new,
    .init = ref_init,
    .repr = ref_repr,
    .hash = ref_hash,
    .compare = ref_compare,
    .call = ref_call,
    .methods = ref_methods,
    .members = ref_members,
};
