/* The module _weakref: the core of the module weakref. */

#include "runtime/weakref.h"

#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"

NATIVE(proxy) {
    Type *type = type_of(args[0])->call != NULL ? &weak_callable_proxy_type : &weak_proxy_type;
    return weak_reference_new(vm, type, args[0], args[1]);
}

static WeakReference *first_of(VM *vm, Value v) {
    bool may = is_object(v) && type_is_weakly_referable(type_of(v));
    return may ? weak_references_of(vm, as_object(v)) : NULL;
}

NATIVE(getweakrefcount) {
    int64_t count = 0;
    for (const WeakReference *w = first_of(vm, args[0]); w != NULL; w = w->next)
        count += !object_is_dying(&w->head);
    return int_from(vm, count);
}

NATIVE(getweakrefs) {
    Value list = list_new(vm, 0);
    for (WeakReference *w = first_of(vm, args[0]); !is_absent(list) && w != NULL; w = w->next) {
        if (object_is_dying(&w->head) || list_append(vm, list, from_object(w))) continue;
        value_clear(vm, &list);
    }
    return list;
}

NATIVE(remove_dead) {
    if (!is_dict(args[0])) {
        return raise_type(vm, "_remove_dead_weakref() argument 1 must be dict, not %Q", args[0]);
    }
    Value held = dict_get(vm, args[0], args[1]);
    if (is_absent(held)) return error_raised(vm) ? ABSENT : NONE;
    if (!value_is_instance(held, &weak_ref_type)) return raise_type(vm, "not a weakref");
    Value referent = weak_reference_get((WeakReference *)as_object(held));
    bool alive = !is_absent(referent);
    value_xdrop(vm, referent);
    return alive || dict_delete(vm, args[0], args[1]) >= 0 ? NONE : ABSENT;
}

static const NativeDef functions[] = {
    {"proxy", proxy, "object, callback=None, /",
     "Create a proxy object that weakly references 'object'.\n\n"
     "'callback', if given, is called with a reference to the\n"
     "proxy when 'object' is about to be finalized."},
    {"getweakrefcount", getweakrefcount, "object, /", "Return the number of weak references to 'object'."},
    {"getweakrefs", getweakrefs, "object, /",
     "Return a list of all weak reference objects pointing to 'object'."},
    {"_remove_dead_weakref", remove_dead, "dct, key, /",
     "Atomically remove key from dict if it points to a dead weakref."},
    {0},
};

static const NamedType types[] = {{"ref", &weak_ref_type},
                                  {"ReferenceType", &weak_ref_type},
                                  {"ProxyType", &weak_proxy_type},
                                  {"CallableProxyType", &weak_callable_proxy_type},
                                  {0}};

Value module__weakref_new(VM *vm) {
    return module_make(vm, &(ModuleDef){.name = "_weakref",
                                        .doc = "Weak-reference support module.",
                                        .types = types,
                                        .functions = functions});
}
