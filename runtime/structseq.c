#include "runtime/structseq.h"

#include "runtime/builder.h"
#include "runtime/error.h"

static int64_t field_count(const Type *type) {
    int64_t count = 0;
    while (type->members[count].name) count++;
    return count;
}

Value structseq_new(VM *vm, Type *type, Value *items) {
    int64_t count = field_count(type);
    bool complete = true;
    for (int64_t i = 0; i < count; i++) complete = complete && !is_absent(items[i]);
    Tuple *self = NULL;
    if (complete) {
        self = (Tuple *)object_new_container(vm, type, sizeof *self + (size_t)count * sizeof(Value));
        if (!self) raise_memory(vm);
    }
    if (!self) {
        for (int64_t i = 0; i < count; i++) value_xdrop(vm, items[i]);
        return ABSENT;
    }
    self->length = count;
    memcpy(self->items, items, (size_t)count * sizeof(Value));
    return tuple_finish(self);
}

Value structseq_construct(VM *vm, Type *type, Value *args, int nargs, Value names) {
    Value sequence;
    if (!arguments_bind(vm, type_name(type), "sequence", args, nargs, names, &sequence)) return ABSENT;
    Value tuple = tuple_from_iterable(vm, sequence);
    if (is_absent(tuple)) return ABSENT;
    int64_t count = field_count(type), given = as_tuple(tuple)->length;
    Value result = ABSENT;
    if (given != count) {
        raise_type(vm, "%N() takes a %lld-sequence (%lld-sequence given)", type, (long long)count, (long long)given);
    } else {
        for (int64_t i = 0; i < count; i++) value_ref(as_tuple(tuple)->items[i]);
        result = structseq_new(vm, type, as_tuple(tuple)->items);
    }
    value_drop(vm, tuple);
    return result;
}

Value structseq_repr(VM *vm, Value self) {
    const Type *type = type_of(self);
    Builder b;
    builder_init(&b, vm);
    builder_format(&b, "%N(", type);
    for (int64_t i = 0; type->members[i].name && !b.failed; i++) {
        builder_format(&b, "%s%s=", i ? ", " : "", type->members[i].name);
        builder_repr(&b, as_tuple(self)->items[i]);
    }
    builder_char(&b, ')');
    return builder_finish(&b);
}
