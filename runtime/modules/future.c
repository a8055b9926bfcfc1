/* The module _future under __future__: what its import statements name, as rows (name, optional since, mandatory since,
 * flag). What the statements do is the compiler's. */
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/module.h"
#include "runtime/text/str.h"

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

static Value feature_row(VM *vm, size_t index) {
    Value name = string_from_c(vm, features[index].name);
    Value from = is_absent(name) ? ABSENT : release_tuple(vm, &features[index].optional);
    Value until = is_absent(from) ? ABSENT : release_tuple(vm, &features[index].mandatory);
    Value row =
        is_absent(until) ? ABSENT : tuple_pack(vm, 4, name, from, until, int_small(features[index].flag));
    value_xdrop(vm, name);
    value_xdrop(vm, from);
    value_xdrop(vm, until);
    return row;
}

static bool fill(VM *vm, Value dict) {
    Value rows = list_new(vm, 0);
    for (size_t i = 0; !is_absent(rows) && i < sizeof features / sizeof *features; i++) {
        Value row = feature_row(vm, i);
        if (is_absent(row) || !list_append_owned(vm, rows, row)) value_clear(vm, &rows);
    }
    return module_add(vm, dict, "features", rows);
}

Value module__future_new(VM *vm) {
    return module_make(
        vm, &(ModuleDef){.name = "_future", .doc = "The rows of the module __future__.", .fill = fill});
}
