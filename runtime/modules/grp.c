/* The module grp: the groups of users that the system knows. */
#include <errno.h>
#include <grp.h>

#include "runtime/containers/list.h"
#include "runtime/containers/structseq.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/modules/posix.h"
#include "runtime/protocol.h"
#include "runtime/text/codec.h"
#include "runtime/text/str.h"

#define F STRUCTSEQ_FIELD
static const MemberDef fields[] = {F(0, "gr_name", "group name"),
                                   F(1, "gr_passwd", "password"),
                                   F(2, "gr_gid", "group id"),
                                   F(3, "gr_mem", "group members"),
                                   {0}};
#undef F
STRUCTSEQ_TYPE(grp_struct_type, "grp.struct_group", fields,
               "grp.struct_group: Results from getgr*() routines.");

static Value text(VM *vm, const char *s) {
    return s ? string_decode_utf8(vm, s, strlen(s), "surrogateescape") : NONE;
}

static Value members(VM *vm, char *const *names) {
    Value list = list_new(vm, 0);
    for (; !is_absent(list) && names && *names; names++) {
        Value name = text(vm, *names);
        if (is_absent(name) || !list_append_owned(vm, list, name)) {
            value_drop(vm, list);
            return ABSENT;
        }
    }
    return list;
}

static Value entry(VM *vm, const struct group *g) {
    Value items[] = {text(vm, g->gr_name), text(vm, g->gr_passwd), posix_id_value(vm, g->gr_gid),
                     members(vm, g->gr_mem)};
    return structseq_new(vm, &grp_struct_type, items);
}

/* Look an entry up by name (not NULL) or number; `block` and *found are there until the caller frees the block. */
static bool look_up(VM *vm, const char *name, uint32_t id, PosixDatabase *d, struct group *p,
                    struct group **found) {
    for (;;) {
        if (!posix_database_grow(vm, d)) return false;
        int error = name ? getgrnam_r(name, p, d->block, d->size, found)
                         : getgrgid_r(id, p, d->block, d->size, found);
        if (error != ERANGE) return true;
    }
}

NATIVE(grp_getgrnam) {
    PosixPath name;
    if (!is_string(args[0])) return raise_type(vm, "getgrnam() argument 1 must be str, not %Q", args[0]);
    if (!posix_name_init(vm, &name, args[0])) return ABSENT;
    PosixDatabase d = {0};
    struct group p, *found = NULL;
    Value result = ABSENT;
    if (look_up(vm, name.text, 0, &d, &p, &found))
        result = found ? entry(vm, found)
                       : raise_error(vm, &exc_KeyError, "getgrnam(): name not found: %R", args[0]);
    posix_database_fini(vm, &d);
    posix_path_fini(vm, &name);
    return result;
}

NATIVE(grp_getgrgid) {
    uint32_t id;
    if (!posix_id(vm, args[0], "gid", &id)) return ABSENT;
    PosixDatabase d = {0};
    struct group p, *found = NULL;
    Value result = ABSENT, number = posix_id_value(vm, id);
    if (!is_absent(number) && look_up(vm, NULL, id, &d, &p, &found))
        result = found ? entry(vm, found)
                       : raise_error(vm, &exc_KeyError, "getgrgid(): gid not found: %S", number);
    value_xdrop(vm, number);
    posix_database_fini(vm, &d);
    return result;
}

NATIVE(grp_getgrall) {
    Value list = list_new(vm, 0);
    if (is_absent(list)) return ABSENT;
    setgrent();
    bool ok = true;
    for (struct group *p; ok && (p = getgrent());) {
        Value item = entry(vm, p);
        ok = !is_absent(item) && list_append(vm, list, item);
        value_xdrop(vm, item);
    }
    endgrent();
    if (ok) return list;
    value_drop(vm, list);
    return ABSENT;
}

static const NativeDef functions[] = {
    {"getgrall", grp_getgrall, "", "Return a list of all available group entries, in arbitrary order."},
    {"getgrnam", grp_getgrnam, "name", "Return the group database entry for the given group name."},
    {"getgrgid", grp_getgrgid, "id", "Return the group database entry for the given numeric group ID."},
    {0},
};

static const NamedType types[] = {{"struct_group", &grp_struct_type}, {0}};

Value module_grp_new(VM *vm) {
    return module_make(
        vm, &(ModuleDef){.name = "grp",
                         .doc = "The groups of users that the system knows, as tuples with named fields.",
                         .functions = functions,
                         .types = types});
}
