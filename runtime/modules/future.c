/* The module __future__: what its import statements name, as tuples (optional since, mandatory since, flag). What the
 * statements do is the compiler's. */
#include "runtime/dict.h"
#include "runtime/list.h"
#include "runtime/module.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

typedef struct {
    int major, minor, micro;
    const char *level;
    int serial;
} Release;

#define RELEASE(...) \
    { __VA_ARGS__ }

static const struct {
    const char *name;
    Release optional, mandatory;
    int flag;
} features[] = {
#define FUTURE(name, optional, mandatory, flag) {#name, RELEASE optional, RELEASE mandatory, flag},
#include "runtime/modules/futures.def"
#undef FUTURE
};

static Value release_tuple(VM *vm, const Release *r) {
    if (r->major == 0) return NONE;
    Value level = string_from_c(vm, r->level);
    if (is_absent(level)) return ABSENT;
    Value tuple = tuple_pack(vm, 5, int_small(r->major), int_small(r->minor), int_small(r->micro), level,
                             int_small(r->serial));
    value_drop(vm, level);
    return tuple;
}

static Value feature_tuple(VM *vm, const Release *optional, const Release *mandatory, int flag) {
    Value from = release_tuple(vm, optional);
    Value until = is_absent(from) ? ABSENT : release_tuple(vm, mandatory);
    Value feature = is_absent(until) ? ABSENT : tuple_pack(vm, 3, from, until, int_small(flag));
    value_xdrop(vm, from);
    value_xdrop(vm, until);
    return feature;
}

static bool add_feature(VM *vm, Value dict, Value names, size_t index) {
    Value feature =
        feature_tuple(vm, &features[index].optional, &features[index].mandatory, features[index].flag);
    bool ok = !is_absent(feature) && dict_set_c(vm, dict, features[index].name, feature);
    value_xdrop(vm, feature);
    if (!ok) return false;
    Value name = string_from_c(vm, features[index].name);
    return !is_absent(name) && list_append_owned(vm, names, name);
}

static bool fill(VM *vm, Value dict) {
    Value names = list_new(vm, 0);
    bool ok = !is_absent(names);
    for (size_t i = 0; ok && i < sizeof features / sizeof *features; i++)
        ok = add_feature(vm, dict, names, i);
    ok = ok && dict_set_c(vm, dict, "all_feature_names", names);
    value_xdrop(vm, names);
    return ok;
}

Value module___future___new(VM *vm) {
    return module_make(vm, &(ModuleDef){.name = "__future__",
                                        .doc = "Names of the features that future statements ask for.",
                                        .fill = fill});
}
