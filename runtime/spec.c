/* ModuleSpec: making, attributes, text, comparison; what others ask of any spec. */

#include "runtime/spec.h"

#include "runtime/classes/instance.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/errors/error.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/builder.h"
#include "runtime/text/str.h"

/* --- life --- */

Value spec_new(VM *vm, Value name, Value loader, Value origin, Value locations) {
    Value v = instance_new_blank(vm, &module_spec_type, NULL, 0, ABSENT);
    if (is_absent(v)) return v;
    ModuleSpec *spec = as_spec(v);
    spec->name = value_ref(name);
    spec->loader = value_xref(loader);
    spec->origin = value_xref(origin);
    spec->locations = value_xref(locations);
    return v;
}

static bool init(VM *vm, Value self, Value *args, int nargs, Value names) {
    Value row[5];
    if (!arguments_bind(vm, "ModuleSpec.__init__",
                        "name, loader, *, origin=None, loader_state=None, is_package=None", args, nargs,
                        names, row))
        return false;
    int package = is_absent(row[4]) ? 0 : object_truth(vm, row[4]);
    Value locations = package > 0 ? list_new(vm, 0) : NONE;
    if (package < 0 || is_absent(locations)) return false;
    ModuleSpec *spec = as_spec(self);
    value_set(vm, &spec->name, value_ref(row[0]));
    value_set(vm, &spec->loader, value_ref(row[1]));
    value_set(vm, &spec->origin, value_xref(row[2]));
    value_set(vm, &spec->loader_state, value_xref(row[3]));
    value_set(vm, &spec->locations, locations);
    return true;
}

static int traverse(Object *self, VisitFn visit, void *context) {
    ModuleSpec *spec = (ModuleSpec *)self;
    VISIT(spec->name);
    VISIT(spec->loader);
    VISIT(spec->origin);
    VISIT(spec->loader_state);
    VISIT(spec->locations);
    VISIT(spec->cached);
    return attributes_traverse_own(self, visit, context);
}

static void clear(VM *vm, Object *self) {
    ModuleSpec *spec = (ModuleSpec *)self;
    Value *fields[] = {&spec->name,         &spec->loader,    &spec->origin,
                       &spec->loader_state, &spec->locations, &spec->cached};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        value_clear(vm, fields[i]);
    attributes_clear_own(vm, self);
}

static void dealloc(VM *vm, Object *self) {
    object_untrack(vm, self);
    clear(vm, self);
    object_free(vm, self, instance_size(self, 0));
}

/* --- attributes --- */

/* The package that the module is in, or is. */
static Value get_parent(VM *vm, Value self) {
    const ModuleSpec *spec = as_spec(self);
    if (is_absent(spec->name) || !is_string(spec->name)) return NONE;
    if (value_is_given(spec->locations)) return value_ref(spec->name);
    const String *s = as_string(spec->name);
    int64_t end = string_length(s);
    while (end > 0 && string_at(s, end - 1) != '.')
        end--;
    return end ? string_slice(vm, spec->name, 0, end - 1) : value_ref(vm->empty_string);
}

#define FLAG(name, field) \
    static Value get_##name(VM *vm, Value self) { return bool_from(as_spec(self)->field); } \
    static bool set_##name(VM *vm, Value self, Value value) { \
        int truth = is_absent(value) ? 0 : object_truth(vm, value); \
        if (truth >= 0) as_spec(self)->field = truth; \
        return truth >= 0; \
    }

FLAG(has_location, has_location)
FLAG(initializing, initializing)

static const GetSetDef getsets[] = {
    {"parent", get_parent, NULL, "The name of the module's parent."},
    {"has_location", get_has_location, set_has_location, "Is the origin a place to load from?"},
    {"_set_fileattr", get_has_location, set_has_location, "The same, as finders set it."},
    {"_initializing", get_initializing, set_initializing, "Does the module's code run?"},
    {0},
};

static const MemberDef members[] = {
    {"name", offsetof(ModuleSpec, name), MEMBER_NONE_IF_ABSENT, NULL},
    {"loader", offsetof(ModuleSpec, loader), MEMBER_NONE_IF_ABSENT, NULL},
    {"origin", offsetof(ModuleSpec, origin), MEMBER_NONE_IF_ABSENT, NULL},
    {"loader_state", offsetof(ModuleSpec, loader_state), MEMBER_NONE_IF_ABSENT, NULL},
    {"submodule_search_locations", offsetof(ModuleSpec, locations), MEMBER_NONE_IF_ABSENT, NULL},
    {"cached", offsetof(ModuleSpec, cached), MEMBER_NONE_IF_ABSENT, NULL},
    {0},
};

static Value repr(VM *vm, Value self) {
    const ModuleSpec *spec = as_spec(self);
    Value name = value_or_none(spec->name), loader = value_or_none(spec->loader);
    Value origin = value_or_none(spec->origin), locations = value_or_none(spec->locations);
    Builder b;
    builder_init(&b, vm);
    builder_format(&b, "%s(name=%R, loader=%R", type_short_name(type_of(self)), name, loader);
    if (value_is_given(origin)) builder_format(&b, ", origin=%R", origin);
    if (value_is_given(locations)) builder_format(&b, ", submodule_search_locations=%R", locations);
    builder_char(&b, ')');
    value_drop(vm, name);
    value_drop(vm, loader);
    value_drop(vm, origin);
    value_drop(vm, locations);
    return builder_finish(&b);
}

static Value compare(VM *vm, Value a, Value b, CompareOp op) {
    bool specs = value_is_instance(a, &module_spec_type) && value_is_instance(b, &module_spec_type);
    if (!specs || (op != COMPARE_EQ && op != COMPARE_NE)) return NOT_IMPLEMENTED;
    const ModuleSpec *x = as_spec(a), *y = as_spec(b);
    Value mine[] = {value_or_none(x->name), value_or_none(x->loader), value_or_none(x->origin),
                    value_or_none(x->locations), value_or_none(x->cached)};
    Value theirs[] = {value_or_none(y->name), value_or_none(y->loader), value_or_none(y->origin),
                      value_or_none(y->locations), value_or_none(y->cached)};
    int equal = x->has_location == y->has_location;
    for (int i = 0; i < 5; i++) {
        if (equal > 0) equal = object_equal(vm, mine[i], theirs[i]);
        value_drop(vm, mine[i]);
        value_drop(vm, theirs[i]);
    }
    return compare_equality(equal, op);
}

static bool hash(VM *vm, Value self, int64_t *result) {
    raise_type(vm, "unhashable type: '%s'", type_short_name(type_of(self)));
    return false;
}

Type module_spec_type = {
    TYPE_HEAD(module_spec_type, "_frozen_importlib.ModuleSpec", .traverse = traverse, .clear = clear,
              .dealloc = dealloc),
    .flags = TYPE_BASE,
    .basic_size = sizeof(ModuleSpec),
    .attributes_offset = sizeof(ModuleSpec),
    .base = &object_type,
    .doc = "What a finder has found: the module's name, the loader that makes it, where it comes from.",
    .new = instance_new_blank,
    .init = init,
    .repr = repr,
    .hash = hash,
    .compare = compare,
    .members = members,
    .getsets = getsets,
};

/* --- for others --- */

bool spec_is_initializing(VM *vm, Value module_dict) {
    Value spec = dict_get_string(vm, module_dict, NAME_OF(vm, spec)), flag;
    if (!value_is_given(spec)) return false;
    if (is_spec(spec)) return as_spec(spec)->initializing;
    value_ref(spec);
    int found = object_find_attribute(vm, spec, NAME_OF(vm, initializing), &flag);
    value_drop(vm, spec);
    if (found < 0) error_clear(vm);
    if (found <= 0) return false;
    bool result = value_same(flag, TRUE_VALUE);
    value_drop(vm, flag);
    return result;
}

bool spec_set_initializing(VM *vm, Value spec, bool running) {
    if (!is_spec(spec)) return object_set_attribute(vm, spec, NAME_OF(vm, initializing), bool_from(running));
    as_spec(spec)->initializing = running;
    return true;
}

/* An attribute of a spec of any type; NEW, None when it is missing. */
static Value field(VM *vm, Value spec, NameIndex name) {
    Value found;
    int there = object_find_attribute(vm, spec, vm->names[name], &found);
    return there < 0 ? ABSENT : there ? found : NONE;
}

static Value repr_with(VM *vm, Value name, Value origin, Value loader, Value locations, int located) {
    if (is_none(origin) && is_none(loader)) return string_format(vm, "<module %R>", name);
    if (!is_none(origin))
        return string_format(vm, located ? "<module %R from %R>" : "<module %R (%S)>", name, origin);
    if (strcmp(type_name_of(loader), "NamespaceLoader") == 0 && !is_none(locations)) {
        Value list = list_from_iterable(vm, locations);
        if (is_absent(list)) return ABSENT;
        Value result = string_format(vm, "<module %R (namespace) from %R>", name, list);
        value_drop(vm, list);
        return result;
    }
    return string_format(vm, "<module %R (%R)>", name, loader);
}

Value spec_module_repr(VM *vm, Value spec) {
    static const NameIndex wanted[] = {NAME_spec_name, NAME_spec_origin, NAME_spec_loader,
                                       NAME_spec_locations, NAME_spec_has_location};
    enum { COUNT = sizeof wanted / sizeof *wanted };
    Value v[COUNT] = {0}, result = ABSENT;
    bool ok = true;
    for (int i = 0; ok && i < COUNT; i++)
        ok = !is_absent(v[i] = field(vm, spec, wanted[i]));
    int located = ok ? object_truth(vm, v[4]) : -1;
    if (ok && is_none(v[0])) value_set(vm, &v[0], string_from_c(vm, "?"));
    if (located >= 0 && !is_absent(v[0])) result = repr_with(vm, v[0], v[1], v[2], v[3], located);
    for (int i = 0; i < COUNT; i++)
        value_xdrop(vm, v[i]);
    return result;
}
