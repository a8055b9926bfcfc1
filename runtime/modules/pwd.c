/* The module pwd: the users that the system knows. */
#include <errno.h>
#include <pwd.h>

#include "runtime/containers/list.h"
#include "runtime/containers/structseq.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/modules/posix.h"
#include "runtime/protocol.h"
#include "runtime/text/codec.h"
#include "runtime/text/str.h"

#define F STRUCTSEQ_FIELD
static const MemberDef fields[] = {F(0, "pw_name", "user name"),      F(1, "pw_passwd", "password"),
                                   F(2, "pw_uid", "user id"),         F(3, "pw_gid", "group id"),
                                   F(4, "pw_gecos", "real name"),     F(5, "pw_dir", "home directory"),
                                   F(6, "pw_shell", "shell program"), {0}};
#undef F
STRUCTSEQ_TYPE(pwd_struct_type, "pwd.struct_passwd", fields,
               "pwd.struct_passwd: Results from getpw*() routines.");

static Value text(VM *vm, const char *s) {
    return s ? string_decode_utf8(vm, s, strlen(s), "surrogateescape") : NONE;
}

static Value entry(VM *vm, const struct passwd *p) {
    Value items[] = {text(vm, p->pw_name),          text(vm, p->pw_passwd), posix_id_value(vm, p->pw_uid),
                     posix_id_value(vm, p->pw_gid), text(vm, p->pw_gecos),  text(vm, p->pw_dir),
                     text(vm, p->pw_shell)};
    return structseq_new(vm, &pwd_struct_type, items);
}

/* Look an entry up by name (not NULL) or number; `block` and *found are there until the caller frees the block. */
static bool look_up(VM *vm, const char *name, uint32_t id, PosixDatabase *d, struct passwd *p,
                    struct passwd **found) {
    for (;;) {
        if (!posix_database_grow(vm, d)) return false;
        int error = name ? getpwnam_r(name, p, d->block, d->size, found)
                         : getpwuid_r(id, p, d->block, d->size, found);
        if (error != ERANGE) return true;
    }
}

NATIVE(pwd_getpwnam) {
    PosixPath name;
    if (!is_string(args[0])) return raise_type(vm, "getpwnam() argument must be str, not %Q", args[0]);
    if (!posix_name_init(vm, &name, args[0])) return ABSENT;
    PosixDatabase d = {0};
    struct passwd p, *found = NULL;
    Value result = ABSENT;
    if (look_up(vm, name.text, 0, &d, &p, &found))
        result = found ? entry(vm, found)
                       : raise_error(vm, &exc_KeyError, "getpwnam(): name not found: %R", args[0]);
    posix_database_fini(vm, &d);
    posix_path_fini(vm, &name);
    return result;
}

NATIVE(pwd_getpwuid) {
    uint32_t id;
    if (!posix_id(vm, args[0], "uid", &id)) {
        if (!error_is(vm, &exc_OverflowError)) return ABSENT;
        error_clear(vm);
        return raise_error(vm, &exc_KeyError, "getpwuid(): uid not found");
    }
    PosixDatabase d = {0};
    struct passwd p, *found = NULL;
    Value result = ABSENT, number = posix_id_value(vm, id);
    if (!is_absent(number) && look_up(vm, NULL, id, &d, &p, &found))
        result = found ? entry(vm, found)
                       : raise_error(vm, &exc_KeyError, "getpwuid(): uid not found: %S", number);
    value_xdrop(vm, number);
    posix_database_fini(vm, &d);
    return result;
}

NATIVE(pwd_getpwall) {
    Value list = list_new(vm, 0);
    if (is_absent(list)) return ABSENT;
    setpwent();
    bool ok = true;
    for (struct passwd *p; ok && (p = getpwent());) {
        Value item = entry(vm, p);
        ok = !is_absent(item) && list_append(vm, list, item);
        value_xdrop(vm, item);
    }
    endpwent();
    if (ok) return list;
    value_drop(vm, list);
    return ABSENT;
}

static const NativeDef functions[] = {
    {"getpwall", pwd_getpwall, "",
     "Return a list of all available password database entries, in arbitrary order."},
    {"getpwnam", pwd_getpwnam, "name, /", "Return the password database entry for the given user name."},
    {"getpwuid", pwd_getpwuid, "uidobj, /",
     "Return the password database entry for the given numeric user ID."},
    {0},
};

static const NamedType types[] = {{"struct_passwd", &pwd_struct_type}, {0}};

Value module_pwd_new(VM *vm) {
    return module_make(vm,
                       &(ModuleDef){.name = "pwd",
                                    .doc = "The users that the system knows, as tuples with named fields.",
                                    .functions = functions,
                                    .types = types});
}
