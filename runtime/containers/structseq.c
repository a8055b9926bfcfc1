#include "runtime/containers/structseq.h"

#include "runtime/arguments.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/int.h"
#include "runtime/text/builder.h"
#include "runtime/text/str.h"

/* All fields; and those that are items of the tuple, too: the hidden ones come last. */
static int64_t field_count(const Type *type) {
    int64_t count = 0;
    while (type->members[count].name)
        count++;
    return count;
}

static int64_t visible_count(const Type *type) {
    int64_t count = 0;
    while (type->members[count].name && !(type->members[count].flags & MEMBER_NONE_IF_ABSENT))
        count++;
    return count;
}

static size_t size_of(int64_t count) { return sizeof(Tuple) + (size_t)count * sizeof(Value); }

Value structseq_new(VM *vm, Type *type, Value *items) {
    int64_t count = field_count(type), visible = visible_count(type);
    bool complete = !error_raised(vm); /* a hidden item may be missing, but not for want of memory */
    for (int64_t i = 0; i < visible; i++)
        complete = complete && !is_absent(items[i]);
    Tuple *self = NULL;
    if (complete) {
        self = (Tuple *)object_new_container(vm, type, size_of(count));
        if (!self) raise_memory(vm);
    }
    if (!self) {
        for (int64_t i = 0; i < count; i++)
            value_xdrop(vm, items[i]);
        return ABSENT;
    }
    self->length = visible;
    memcpy(self->items, items, (size_t)count * sizeof(Value));
    return tuple_finish(self);
}

int structseq_traverse(Object *self, VisitFn visit, void *context) {
    for (int64_t i = 0, count = field_count(self->type); i < count; i++)
        VISIT(((Tuple *)self)->items[i]);
    return 0;
}

void structseq_dealloc(VM *vm, Object *self) {
    int64_t count = field_count(self->type);
    for (int64_t i = 0; i < count; i++)
        value_xdrop(vm, ((Tuple *)self)->items[i]);
    object_free(vm, self, size_of(count));
}

/* Does the sequence have as many items as the type wants, hidden ones being optional? */
static bool check_length(VM *vm, const Type *type, int64_t given) {
    int64_t least = visible_count(type), most = field_count(type);
    if (given >= least && given <= most) return true;
    const char *bound = least == most ? "a" : given < least ? "an at least" : "an at most";
    raise_type(vm, "%N() takes %s %lld-sequence (%lld-sequence given)", type, bound,
               (long long)(given < least ? least : most), (long long)given);
    return false;
}

enum { STRUCTSEQ_FIELDS_MAX = 24 };

/* The item that a hidden field is another form of: the times of os.stat_result. ABSENT: it stands for itself. */
static Value item_of_name(const Type *type, const char *name, const Value *items) {
    for (int64_t i = 0; i < visible_count(type); i++) {
        if (strcmp(type->members[i].name, name) == 0) return items[i];
    }
    return ABSENT;
}

/* The fields behind the first `given` ones, from the dict of the second argument. */
static void take_hidden(VM *vm, const Type *type, Value dict, int64_t given, Value *items) {
    for (int64_t i = given; i < field_count(type); i++) {
        const char *name = type->members[i].name;
        items[i] = is_absent(dict) ? ABSENT : value_xref(dict_get_c(vm, dict, name));
        if (!value_is_given(items[i])) value_set(vm, &items[i], value_xref(item_of_name(type, name, items)));
    }
}

Value structseq_construct(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value row[2], items[STRUCTSEQ_FIELDS_MAX];
    if (!arguments_bind(vm, type_name(type), "sequence, dict={}", args, nargs, names, row)) return ABSENT;
    if (!is_absent(row[1]) && !is_dict(row[1])) {
        return raise_type(vm, "%N() takes a dict as second arg, if any", type);
    }
    Value tuple = tuple_from_iterable(vm, row[0]);
    if (is_absent(tuple)) return ABSENT;
    int64_t given = as_tuple(tuple)->length;
    Value result = ABSENT;
    if (check_length(vm, type, given)) {
        for (int64_t i = 0; i < given; i++)
            items[i] = value_ref(as_tuple(tuple)->items[i]);
        take_hidden(vm, type, row[1], given, items);
        result = structseq_new(vm, type, items);
    }
    value_drop(vm, tuple);
    return result;
}

Value structseq_repr(VM *vm, Value self) {
    const Type *type = type_of(self);
    Builder b;
    builder_init(&b, vm);
    builder_format(&b, "%N(", type);
    for (int64_t i = 0; i < visible_count(type) && !b.failed; i++) {
        builder_format(&b, "%s%s=", i ? ", " : "", type->members[i].name);
        builder_repr(&b, as_tuple(self)->items[i]);
    }
    builder_char(&b, ')');
    return builder_finish(&b);
}

/* --- methods --- */

/* An item whose name stands for a hidden field has no name of its own: the seconds of os.stat_result. */
static bool is_unnamed(const Type *type, int64_t index) {
    for (int64_t i = visible_count(type); i < field_count(type); i++) {
        if (strcmp(type->members[i].name, type->members[index].name) == 0) return true;
    }
    return false;
}

static int64_t unnamed_count(const Type *type) {
    int64_t count = 0;
    for (int64_t i = 0; i < visible_count(type); i++)
        count += is_unnamed(type, i);
    return count;
}

/* The dict of the hidden fields, which the constructor takes as its second argument. */
static Value hidden_fields(VM *vm, Value self) {
    const Type *type = type_of(self);
    Value dict = dict_new(vm);
    for (int64_t i = visible_count(type); !is_absent(dict) && i < field_count(type); i++) {
        Value item = as_tuple(self)->items[i];
        if (!dict_set_c(vm, dict, type->members[i].name, is_absent(item) ? NONE : item))
            value_clear(vm, &dict);
    }
    return dict;
}

METHOD(reduce) {
    Tuple *self = as_tuple(args[0]);
    Value items = tuple_from(vm, self->items, self->length);
    Value hidden = is_absent(items) ? ABSENT : hidden_fields(vm, args[0]);
    Value row = is_absent(hidden) ? ABSENT : tuple_pack(vm, 2, items, hidden);
    Value result = is_absent(row) ? ABSENT : tuple_pack(vm, 2, from_object(self->head.type), row);
    value_xdrop(vm, items);
    value_xdrop(vm, hidden);
    value_xdrop(vm, row);
    return result;
}

static int64_t field_index(const Type *type, Value name) {
    for (int64_t i = 0; i < field_count(type); i++) {
        if (string_equal_c(name, type->members[i].name)) return i;
    }
    return -1;
}

/* Put the keywords' values into the row of borrowed items; the names that fit nothing into a list. */
static Value apply_changes(VM *vm, const Type *type, Value names, Value *values, Value *items) {
    Value unknown = list_new(vm, 0);
    for (int64_t i = 0; !is_absent(unknown) && i < names_count(names); i++) {
        Value name = as_tuple(names)->items[i];
        int64_t index = field_index(type, name);
        if (index >= 0)
            items[index] = values[i];
        else if (!list_append(vm, unknown, name))
            value_clear(vm, &unknown);
    }
    return unknown;
}

METHOD(replace) {
    Type *type = type_of(args[0]);
    Value items[STRUCTSEQ_FIELDS_MAX];
    int64_t count = field_count(type);
    if (nargs > 1) return raise_type(vm, "__replace__() takes no positional arguments");
    if (unnamed_count(type) > 0) {
        return raise_type(vm, "__replace__() is not supported for %s because it has unnamed field(s)",
                          type->head.name);
    }
    memcpy(items, as_tuple(args[0])->items, (size_t)count * sizeof(Value));
    Value unknown = apply_changes(vm, type, names, args + nargs, items);
    if (is_absent(unknown)) return ABSENT;
    bool ok = as_list(unknown)->length == 0;
    if (!ok) raise_type(vm, "Got unexpected field name(s): %R", unknown);
    value_drop(vm, unknown);
    if (!ok) return ABSENT;
    for (int64_t i = 0; i < count; i++)
        value_xref(items[i]);
    return structseq_new(vm, type, items);
}

const NativeDef structseq_methods[] = {
    {"__reduce__", method_reduce, "", "Helper for pickle."},
    {"__replace__", method_replace, "*args, **changes",
     "($self, /, **changes)\n--\n\nReturn a copy of the structure with new values for the specified fields."},
    {0},
};

bool structseq_fill_dict(VM *vm, Type *type, Value dict) {
    Value names[STRUCTSEQ_FIELDS_MAX];
    int64_t named = 0, visible = visible_count(type);
    bool ok = true;
    for (int64_t i = 0; ok && i < visible; i++) {
        if (is_unnamed(type, i)) continue;
        names[named] = string_intern_c(vm, type->members[i].name);
        ok = !is_absent(names[named]);
        named += ok;
    }
    if (!ok) {
        while (named > 0)
            value_drop(vm, names[--named]);
        return false;
    }
    Value match = tuple_from_owned(vm, names, named);
    ok = !is_absent(match) && dict_set_c(vm, dict, "n_sequence_fields", int_small(visible)) &&
         dict_set_c(vm, dict, "n_fields", int_small(field_count(type))) &&
         dict_set_c(vm, dict, "n_unnamed_fields", int_small(visible - named)) &&
         dict_set_c(vm, dict, "__match_args__", match);
    value_xdrop(vm, match);
    return ok;
}
