/*
 * The module _string: a format string's parts and a field name's parts one by one, for string.Formatter.
 */
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/protocol.h"
#include "runtime/text/format.h"
#include "runtime/text/str.h"

/* Both iterators: where the next part begins. */
typedef struct {
    Object head;
    Value text; /* a str; owned */
    int64_t at;
} PartIterator;

static void iterator_dealloc(VM *vm, Object *self) {
    value_drop(vm, ((PartIterator *)self)->text);
    object_free(vm, self, sizeof(PartIterator));
}

static int iterator_leaves(Object *self, VisitFn visit, void *context) {
    VISIT(((PartIterator *)self)->text);
    return 0;
}

static Value iterator_new(VM *vm, Type *type, Value text, int64_t at) {
    PartIterator *it = (PartIterator *)object_new(vm, type, sizeof *it);
    if (!it) return raise_memory(vm);
    it->text = value_ref(text);
    it->at = at;
    return from_object(it);
}

static bool check_text(VM *vm, Value v) {
    if (!is_string(v)) raise_type(vm, "expected str, got %T", v);
    return is_string(v);
}

static Value next_field(VM *vm, Value self) {
    PartIterator *it = (PartIterator *)as_object(self);
    Value text = it->text;
    FormatPart part;
    if (format_next_part(vm, as_string(text), &it->at, string_length(as_string(text)), &part) <= 0)
        return ABSENT;
    Value row[4] = {string_slice(vm, text, part.literal_start, part.literal_end), NONE, NONE, NONE};
    if (part.has_field) {
        const FormatField *f = &part.field;
        row[1] = string_slice(vm, text, f->name_start, f->name_end);
        row[2] = string_slice(vm, text, f->spec_start, f->spec_end);
        if (f->conversion) row[3] = string_from_char(vm, f->conversion);
    }
    return tuple_from_made(vm, row, 4);
}

static Value next_step(VM *vm, Value self) {
    PartIterator *it = (PartIterator *)as_object(self);
    int64_t end = string_length(as_string(it->text));
    bool attribute;
    if (it->at >= end) return ABSENT;
    Value key = format_next_step(vm, it->text, &it->at, end, &attribute);
    return tuple_from_made(vm, (Value[]){bool_from(attribute), key}, 2);
}

Type formatter_iterator_type = {
    TYPE_HEAD(formatter_iterator_type, "formatteriterator", .leaves = iterator_leaves,
              .dealloc = iterator_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(PartIterator),
    .base = &object_type,
    .iterate = iterator_itself,
    .next = next_field,
};

Type field_name_iterator_type = {
    TYPE_HEAD(field_name_iterator_type, "fieldnameiterator", .leaves = iterator_leaves,
              .dealloc = iterator_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(PartIterator),
    .base = &object_type,
    .iterate = iterator_itself,
    .next = next_step,
};

NATIVE(function_formatter_parser) {
    return check_text(vm, args[0]) ? iterator_new(vm, &formatter_iterator_type, args[0], 0) : ABSENT;
}

NATIVE(function_formatter_field_name_split) {
    if (!check_text(vm, args[0])) return ABSENT;
    const String *s = as_string(args[0]);
    int64_t stop = format_first_end(s, 0, string_length(s));
    return tuple_from_made(vm,
                           (Value[]){format_key(vm, args[0], 0, stop),
                                     iterator_new(vm, &field_name_iterator_type, args[0], stop)},
                           2);
}

static const NativeDef functions[] = {
    {"formatter_field_name_split", function_formatter_field_name_split, "string, /",
     "split the argument as a field name"},
    {"formatter_parser", function_formatter_parser, "string, /", "parse the argument as a format string"},
    {0},
};

Value module__string_new(VM *vm) {
    return module_make(
        vm, &(ModuleDef){.name = "_string", .doc = "string helper module", .functions = functions});
}
