#include "runtime/structseq.h"

#include "runtime/builder.h"
#include "runtime/dict.h"
#include "runtime/error.h"

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

static size_t size_of(const Type *type) { return sizeof(Tuple) + (size_t)field_count(type) * sizeof(Value); }

Value structseq_new(VM *vm, Type *type, Value *items) {
    int64_t count = field_count(type), visible = visible_count(type);
    bool complete = true;
    for (int64_t i = 0; i < visible; i++)
        complete = complete && !is_absent(items[i]);
    Tuple *self = NULL;
    if (complete) {
        self = (Tuple *)object_new_container(vm, type, size_of(type));
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
    for (int64_t i = 0; i < field_count(self->type); i++)
        VISIT(((Tuple *)self)->items[i]);
    return 0;
}

void structseq_dealloc(VM *vm, Object *self) {
    Type *type = self->type;
    for (int64_t i = 0; i < field_count(type); i++)
        value_xdrop(vm, ((Tuple *)self)->items[i]);
    object_free(vm, self, size_of(type));
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

/* The fields behind the first `given` ones, from the dict of the second argument. */
static void take_hidden(VM *vm, const Type *type, Value dict, int64_t given, Value *items) {
    for (int64_t i = given; i < field_count(type); i++) {
        items[i] = is_absent(dict) ? ABSENT : value_xref(dict_get_c(vm, dict, type->members[i].name));
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
