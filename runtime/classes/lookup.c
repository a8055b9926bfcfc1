/*
 * Finding attributes through types. In order: what varies with a VM for built-in types, filling their dicts, the mro,
 * look-up with its cache, versions, who is a subclass of whom.
 */

#include "runtime/classes/class.h"

#include <pthread.h>

#include "runtime/classes/descriptor.h"
#include "runtime/classes/shape.h"
#include "runtime/classes/slots.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/structseq.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- built-in types, once a process --- */

static Type *const static_types[STATIC_TYPE_COUNT] = {
    NULL,
#define X(type) &type,
#include "runtime/types.def"
#undef X
};

static void prepare_type(Type *type) {
    const Type *base = type->base;
    type->version = type->static_index; /* built-in types do not change: one version for ever */
    if (base == NULL) return;
    type->flags |= base->flags & TYPE_FAMILIES;
    if (type->basic_size == 0) {
        type->basic_size = base->basic_size;
        type->item_size = base->item_size;
        type->attributes_offset = base->attributes_offset;
    }
    slots_inherit(type);
    if (type->attributes_offset != 0 && type->head.traverse == NULL) { /* the attributes are all it owns */
        type->head.traverse = attributes_traverse_own;
        type->head.clear = attributes_clear_own;
    }
}

static void prepare_types(void) {
    exceptions_prepare();
    for (int i = 1; i < STATIC_TYPE_COUNT; i++)
        prepare_type(static_types[i]);
}

bool types_init(VM *vm) {
    static pthread_once_t prepared = PTHREAD_ONCE_INIT;
    pthread_once(&prepared, prepare_types);
    vm->next_type_version = STATIC_TYPE_COUNT;
    size_t size = METHOD_CACHE_SIZE * sizeof *vm->method_cache;
    vm->method_cache = memory_alloc(vm, size);
    if (vm->method_cache == NULL) return false;
    memset(vm->method_cache, 0, size);
    return shapes_init(vm) && signatures_init(vm);
}

Type *static_type_at(int index) { return static_types[index]; }

static void drop_state(VM *vm, StaticTypeState *state) {
    Dict *dict = state->dict;
    Tuple *mro = state->mro;
    state->dict = NULL;
    state->mro = NULL;
    value_clear(vm, &state->subclasses);
    if (dict != NULL) object_drop(vm, &dict->head);
    if (mro != NULL) object_drop(vm, &mro->head);
}

void types_fini(VM *vm) {
    for (int i = 0; vm->method_cache != NULL && i < METHOD_CACHE_SIZE; i++) {
        value_clear(vm, &vm->method_cache[i].name);
        vm->method_cache[i] = (MethodCacheEntry){0};
    }
    for (int i = STATIC_TYPE_COUNT - 1; i > 0; i--)
        drop_state(vm, &vm->static_types[i]);
    memory_errors_fini(vm);
    shapes_fini(vm);
    signatures_fini(vm);
    memory_free(vm, vm->method_cache, METHOD_CACHE_SIZE * sizeof *vm->method_cache);
    vm->method_cache = NULL;
}

/* --- the dict of a built-in type --- */

static bool add(VM *vm, Value dict, const char *name, STEALS Value v) {
    bool ok = !is_absent(v) && dict_set_c(vm, dict, name, v);
    value_xdrop(vm, v);
    return ok;
}

static Value method_value(VM *vm, Type *type, const NativeDef *def) {
    if (def->kind != NATIVE_STATIC_METHOD) return method_descriptor_new(vm, type, def);
    Value function = native_function_new(vm, def, ABSENT, ABSENT);
    if (is_absent(function)) return ABSENT;
    ((NativeFunction *)as_object(function))->owner = type;
    Value method = static_method_new(vm, function);
    value_drop(vm, function);
    return method;
}

static bool add_members(VM *vm, Type *type, Value dict) {
    for (const MemberDef *m = type->members; m != NULL && m->name != NULL; m++) {
        Value name = string_intern_c(vm, m->name);
        if (is_absent(name)) return false;
        Value member = member_descriptor_new(vm, type, name, m->offset, m->flags, m->doc);
        value_drop(vm, name);
        if (!add(vm, dict, m->name, member)) return false;
    }
    return true;
}

/* The `__new__` of a type that has a `new` slot of its own. */
static bool add_new(VM *vm, Type *type, Value dict) {
    static const NativeDef def = {"__new__", type_new_native, "*args, **kwargs",
                                  "Create and return a new object.  See help(type) for accurate signature."};
    if (type->new == NULL || (type->base != NULL && type->new == type->base->new)) return true;
    return add(vm, dict, "__new__", native_function_new(vm, &def, from_object(type), ABSENT));
}

static bool fill_dict(VM *vm, Type *type, Value dict) {
    if (!add_new(vm, type, dict) || !slots_fill_dict(vm, type, dict)) return false;
    for (const NativeDef *def = type->methods; def != NULL && def->name != NULL; def++) {
        if (!add(vm, dict, def->name, method_value(vm, type, def))) return false;
    }
    if (!add_members(vm, type, dict)) return false;
    if (type->repr == structseq_repr && !structseq_fill_dict(vm, type, dict)) return false;
    for (const GetSetDef *def = type->getsets; def != NULL && def->name != NULL; def++) {
        if (!add(vm, dict, def->name, getset_descriptor_new(vm, type, def))) return false;
    }
    const char *dot = strrchr(type->head.name, '.'); /* the module, where it is not builtins */
    if (dot != NULL && is_absent(dict_get_string(vm, dict, NAME_OF(vm, module)))) {
        size_t length = (size_t)(dot - type->head.name);
        if (!add(vm, dict, "__module__", string_from_utf8(vm, type->head.name, length))) return false;
    }
    if (!is_absent(dict_get_string(vm, dict, NAME_OF(vm, doc)))) return true;
    return add(vm, dict, "__doc__", type->doc == NULL ? NONE : string_from_c(vm, type_plain_doc(type->doc)));
}

Dict *type_dict(VM *vm, Type *type) {
    if (type->flags & TYPE_HEAP) return type->dict;
    StaticTypeState *state = &vm->static_types[type->static_index];
    if (state->dict != NULL) return state->dict;
    Value dict = dict_new(vm);
    if (is_absent(dict)) return NULL;
    if (!fill_dict(vm, type, dict)) return value_drop(vm, dict), NULL;
    return state->dict = as_dict(dict);
}

bool types_complete(VM *vm) {
    for (int i = 1; i < STATIC_TYPE_COUNT; i++) {
        if (type_dict(vm, static_types[i]) == NULL) return false;
    }
    return true;
}

/* --- the mro --- */

/* What follows `type` in the mro of the built-in type `start`. Only ExceptionGroup has two bases. */
static Type *static_next(const Type *start, const Type *type) {
    if (type == &exc_BaseExceptionGroup && start == &exc_ExceptionGroup) return &exc_Exception;
    return type->base;
}

bool type_is_subtype(const Type *type, const Type *of) {
    if (type == of) return true;
    if (type->mro == NULL) {
        for (const Type *t = type; t != NULL; t = static_next(type, t)) {
            if (t == of) return true;
        }
        return false;
    }
    for (int64_t i = 0; i < type->mro->length; i++) {
        if (as_object(type->mro->items[i]) == &of->head.object) return true;
    }
    return false;
}

Tuple *type_mro(VM *vm, Type *type) {
    if (type->flags & TYPE_HEAP) return type->mro;
    StaticTypeState *state = &vm->static_types[type->static_index];
    if (state->mro != NULL) return state->mro;
    Value chain[16];
    int64_t length = 0;
    for (Type *t = type; t != NULL; t = static_next(type, t))
        chain[length++] = from_object(t);
    Value mro = tuple_from(vm, chain, length);
    if (is_absent(mro)) return NULL;
    if (state->mro != NULL)
        value_drop(vm, mro); /* as above */
    else
        state->mro = as_tuple(mro);
    return state->mro;
}

/* --- look-up --- */

bool type_dicts_missing(VM *vm, Type *type) {
    Tuple *mro = type_mro(vm, type);
    for (int64_t i = 0; mro != NULL && i < mro->length; i++) {
        if (type_dict(vm, as_type(mro->items[i])) == NULL) return true;
    }
    return mro == NULL;
}

/* *whole becomes false when there is no memory for a type's dict: what is found then must not be remembered. */
static Value find_in_dict(VM *vm, Type *type, Value name, bool *whole) {
    Dict *dict = type_dict(vm, type);
    if (dict != NULL) return dict_get_string(vm, from_object(dict), name);
    error_clear(vm);
    vm->type_dict_refused = true;
    *whole = false;
    return ABSENT;
}

static Value find_in_mro(VM *vm, Type *type, Value name, bool *whole) {
    Tuple *mro = type->mro;
    if (mro == NULL) {
        for (Type *t = type; t != NULL; t = static_next(type, t)) {
            Value found = find_in_dict(vm, t, name, whole);
            if (!is_absent(found)) return found;
        }
        return ABSENT;
    }
    for (int64_t i = 0; i < mro->length; i++) {
        Value found = find_in_dict(vm, as_type(mro->items[i]), name, whole);
        if (!is_absent(found)) return found;
    }
    return ABSENT;
}

Value type_lookup(VM *vm, Type *type, Value name) {
    uint32_t version = as_string(name)->interned ? type_version(vm, type) : 0;
    bool whole = true;
    if (version == 0) return find_in_mro(vm, type, name, &whole);
    MethodCacheEntry *entry = method_cache_entry(vm, version, name);
    if (entry->version == version && value_same(entry->name, name)) return entry->attribute;
    Value found = find_in_mro(vm, type, name, &whole);
    if (!whole) return found;
    Value old = entry->name;
    *entry = (MethodCacheEntry){version, value_ref(name), found};
    value_xdrop(vm, old);
    return found;
}

/* --- versions --- */

uint32_t type_version(VM *vm, Type *type) {
    if (type->version != 0) return type->version;
    /* A type has a version only while all in its mro have: then type_modified reaches it through them. */
    if (type->mro == NULL) return 0;
    for (int64_t i = type->mro->length - 1; i >= 0; i--) {
        Type *t = as_type(type->mro->items[i]);
        if (t->version != 0) continue;
        if (vm->next_type_version == UINT32_MAX) return 0;
        t->version = vm->next_type_version++;
    }
    return type->version;
}

void type_modified(VM *vm, Type *type) {
    if (type->version == 0) return;
    if (type->flags & TYPE_HEAP) type->version = 0;
    Value key, value, subclasses = *type_subclasses(vm, type);
    if (is_absent(subclasses)) return;
    for (int64_t position = 0; dict_next(subclasses, &position, &key, &value);) {
        type_modified(vm, (Type *)(uintptr_t)int_get(key));
    }
}

/* Through *most classes; false: there are more of them. */
static bool forget(VM *vm, Type *type, Value name, int *most) {
    if (type->version == 0) return true;
    if (--*most < 0) return false;
    MethodCacheEntry *entry = method_cache_entry(vm, type->version, name);
    if (value_same(entry->name, name)) {
        value_clear(vm, &entry->name);
        *entry = (MethodCacheEntry){0};
    }
    Value key, value, subclasses = *type_subclasses(vm, type);
    if (is_absent(subclasses)) return true;
    if (as_dict(subclasses)->count > *most) return false;
    for (int64_t position = 0; dict_next(subclasses, &position, &key, &value);) {
        if (!forget(vm, (Type *)(uintptr_t)int_get(key), name, most)) return false;
    }
    return true;
}

/* A walk through many classes for each change would cost more than new versions, which are not given before the next
 * look-up. */
void type_forget(VM *vm, Type *type, Value name) {
    int most = 8;
    if (!forget(vm, type, name, &most)) type_modified(vm, type);
}

/* --- subclasses: a dict whose keys are the addresses of the classes, which it does not own --- */

Value *type_subclasses(VM *vm, Type *type) {
    return type->flags & TYPE_HEAP ? &type->subclasses : &vm->static_types[type->static_index].subclasses;
}

static Value weak_key(const Type *type) { return int_small((int64_t)(uintptr_t)type); }

bool type_add_subclass(VM *vm, Type *type, Type *subclass) {
    Value *subclasses = type_subclasses(vm, type);
    if (is_absent(*subclasses) && is_absent(*subclasses = dict_new(vm))) return false;
    return dict_set(vm, *subclasses, weak_key(subclass), NONE);
}

void type_remove_subclass(VM *vm, Type *type, Type *subclass) {
    Value *subclasses = type_subclasses(vm, type);
    if (!is_absent(*subclasses)) dict_delete(vm, *subclasses, weak_key(subclass));
}
