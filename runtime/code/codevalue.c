/* code as a value: equality, hash, replace(), and the words and tables as bytes. */

#include <string.h>

#include "runtime/auditevent.h"
#include "runtime/bytes/bytes.h"
#include "runtime/code/code.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/hash.h"
#include "runtime/numbers/complex.h"
#include "runtime/numbers/float.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- words --- */

Value code_words(VM *vm, const Code *code) {
    size_t size = code->instruction_count * sizeof(uint32_t);
    uint32_t *words = memory_alloc(vm, size);
    if (words == NULL) return raise_memory(vm);
    vm->hooks.plain_code(code, words);
    Value bytes = bytes_from(vm, words, (int64_t)size);
    memory_free(vm, words, size);
    return bytes;
}

/* 1, 0, or -1 RAISES. */
static int same_words(VM *vm, const Code *a, const Code *b) {
    if (a->instruction_count != b->instruction_count) return 0;
    Value x = code_words(vm, a), y = is_absent(x) ? ABSENT : code_words(vm, b);
    int same =
        is_absent(y) ? -1 : memcmp(as_bytes(x)->data, as_bytes(y)->data, 4 * a->instruction_count) == 0;
    value_xdrop(vm, x);
    value_xdrop(vm, y);
    return same;
}

/* --- equality and hash --- */

static int same_code(VM *vm, const Code *a, const Code *b);

/* Constants are the same if they are equal and of one type, and so are their parts: 1 is not True. */
static int same_constant(VM *vm, Value a, Value b) {
    if (value_same(a, b)) return 1;
    if (type_of(a) != type_of(b)) return 0;
    if (is_code(a)) return same_code(vm, as_code(a), as_code(b));
    if (is_float_family(a)) {
        double x = float_number(a), y = float_number(b);
        return memcmp(&x, &y, sizeof x) == 0;
    }
    if (is_complex(a)) {
        ComplexNumber x = complex_number(a), y = complex_number(b);
        return memcmp(&x, &y, sizeof x) == 0;
    }
    if (!is_tuple(a)) return object_equal(vm, a, b);
    const Tuple *x = as_tuple(a), *y = as_tuple(b);
    int same = x->length == y->length;
    for (int64_t i = 0; same == 1 && i < x->length; i++)
        same = same_constant(vm, x->items[i], y->items[i]);
    return same;
}

static int same_code(VM *vm, const Code *a, const Code *b) {
    bool numbers = a->flags == b->flags && a->positional_count == b->positional_count &&
                   a->positional_only_count == b->positional_only_count &&
                   a->keyword_only_count == b->keyword_only_count && a->first_line == b->first_line &&
                   a->handler_count == b->handler_count && a->positions_size == b->positions_size &&
                   a->variable_count == b->variable_count;
    if (!numbers || (a->variable_count && memcmp(a->kinds, b->kinds, a->variable_count) != 0)) return 0;
    if (a->positions_size && memcmp(a->positions, b->positions, a->positions_size) != 0) return 0;
    if (a->handler_count && memcmp(a->handlers, b->handlers, a->handler_count * sizeof *a->handlers) != 0)
        return 0;
    const Value parts[][2] = {
        {a->name, b->name},
        {from_object(a->names), from_object(b->names)},
        {from_object(a->variables), from_object(b->variables)},
        {from_object(a->constants), from_object(b->constants)},
    };
    int same = 1;
    for (int i = 0; same == 1 && i < 4; i++)
        same = same_constant(vm, parts[i][0], parts[i][1]);
    return same == 1 ? same_words(vm, a, b) : same;
}

Value code_compare(VM *vm, Value self, Value other, CompareOp op) {
    if (!is_code(self) || !is_code(other) || (op != COMPARE_EQ && op != COMPARE_NE)) return NOT_IMPLEMENTED;
    int same = value_same(self, other) ? 1 : same_code(vm, as_code(self), as_code(other));
    return compare_equality(same, op);
}

bool code_hash(VM *vm, Value self, int64_t *result) {
    const Code *code = as_code(self);
    const Value parts[] = {code->name,
                           from_object(code->names),
                           from_object(code->variables),
                           int_small(code->first_line),
                           int_small(code->instruction_count),
                           int_small(code->flags)};
    Hasher h = hasher_begin();
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        int64_t lane;
        if (!hash_nested(vm, parts[i], &lane)) return false;
        hasher_add(&h, lane);
    }
    *result = hasher_end(&h);
    return true;
}

/* --- replace --- */

/* The machine relies on what the compiler made of a code's numbers, words and tables, so those can only be
 * given as they are; what merely names or is a value can be another. */
enum { ROW_FIXED, ROW_FLAGS, ROW_TEXT, ROW_LINE, ROW_NAMES, ROW_VARIABLES, ROW_CONSTANTS };

typedef struct {
    const char *attribute;
    int kind;
} Row;

/* In the order of replace's parameters. */
static const Row rows[] = {
    {"co_argcount", ROW_FIXED},
    {"co_posonlyargcount", ROW_FIXED},
    {"co_kwonlyargcount", ROW_FIXED},
    {"co_nlocals", ROW_FIXED},
    {"co_stacksize", ROW_FIXED},
    {"co_flags", ROW_FLAGS},
    {"co_firstlineno", ROW_LINE},
    {"co_code", ROW_FIXED},
    {"co_consts", ROW_CONSTANTS},
    {"co_names", ROW_NAMES},
    {"co_varnames", ROW_VARIABLES},
    {"co_freevars", ROW_VARIABLES},
    {"co_cellvars", ROW_VARIABLES},
    {"co_filename", ROW_TEXT},
    {"co_name", ROW_TEXT},
    {"co_qualname", ROW_TEXT},
    {"co_linetable", ROW_FIXED},
    {"co_exceptiontable", ROW_FIXED},
};
enum { ROW_COUNT = sizeof rows / sizeof *rows };

static bool refuse(VM *vm, const char *attribute) {
    raise_value(vm, "code: %s cannot be changed", attribute);
    return false;
}

/* May `b` stand where the compiler put `a`? Plain values of one representation, tuples of such, code with the
 * same parameters and variables. */
static bool fits(Value a, Value b) {
    if (type_of(a) != type_of(b) || is_object(a) != is_object(b)) return false;
    if (is_code(a)) {
        const Code *x = as_code(a), *y = as_code(b);
        bool same = x->flags == y->flags && x->variable_count == y->variable_count;
        return same && (!x->variable_count || memcmp(x->kinds, y->kinds, x->variable_count) == 0);
    }
    if (!is_tuple(a)) return true;
    const Tuple *x = as_tuple(a), *y = as_tuple(b);
    bool all = x->length == y->length;
    for (int64_t i = 0; all && i < x->length; i++)
        all = fits(x->items[i], y->items[i]);
    return all;
}

/* A tuple of interned names instead of `old`. */
static Value new_names(VM *vm, Value given, int64_t length, const char *attribute) {
    if (as_tuple(given)->length != length) return refuse(vm, attribute), ABSENT;
    Value names = tuple_from(vm, as_tuple(given)->items, length);
    for (int64_t i = 0; !is_absent(names) && i < length; i++) {
        Value *item = &as_tuple(names)->items[i];
        if (is_string(*item)) {
            Value interned = string_intern(vm, value_ref(*item));
            if (is_absent(interned))
                value_clear(vm, &names);
            else
                value_set(vm, item, interned);
        } else {
            raise_error(vm, &exc_SystemError, "non-string found in code slot");
            value_clear(vm, &names);
        }
    }
    return names;
}

/* The attribute's names stand here and there in `variables`: put `given` in their places. */
static bool rename_variables(VM *vm, const Code *code, CodeParts *parts, Value old, Value given,
                             const Row *row) {
    Value names = new_names(vm, given, as_tuple(old)->length, row->attribute);
    if (is_absent(names)) return false;
    Value variables = tuple_from(vm, as_tuple(parts->variables)->items, as_tuple(parts->variables)->length);
    int kind = row->attribute[3] == 'f'   ? VARIABLE_FREE
               : row->attribute[3] == 'c' ? VARIABLE_CELL
                                          : VARIABLE_LOCAL | VARIABLE_HIDDEN;
    for (uint32_t i = 0; !is_absent(variables) && i < code->variable_count; i++) {
        if (!(code->kinds[i] & kind)) continue;
        Value *item = &as_tuple(variables)->items[i];
        int64_t at = 0; /* variables of comprehensions may share a name */
        while (!value_same(as_tuple(old)->items[at], *item))
            at++;
        value_set(vm, item, value_ref(as_tuple(names)->items[at]));
    }
    value_drop(vm, names);
    if (is_absent(variables)) return false;
    value_set(vm, &parts->variables, variables);
    return true;
}

/* Is the given attribute of the type of the present one? */
static bool check_type(VM *vm, Value old, Value given, const char *attribute) {
    if (is_int_family(old)) {
        int64_t number;
        return object_to_int64(vm, given, &exc_OverflowError, &number);
    }
    if (type_is_subtype(type_of(given), type_of(old))) return true;
    raise_type(vm, "replace() argument '%s' must be %s, not %Q", attribute, type_of(old)->head.name, given);
    return false;
}

static bool set_line(VM *vm, Value given, CodeParts *parts) {
    int64_t line = 0;
    if (!object_to_int64(vm, given, &exc_OverflowError, &line)) return false;
    if (line < 0) return raise_value(vm, "co_firstlineno must be a positive integer"), false;
    if (line > INT32_MAX) return raise_overflow(vm, "Python int too large to convert to C int"), false;

    parts->first_line = (uint32_t)line;
    return true;
}

/* Nothing but what types.coroutine does may change: that a generator can be awaited. */
static bool set_flags(VM *vm, const Code *code, CodeParts *parts, Value given) {
    int64_t flags = 0;
    if (!object_to_int64(vm, given, &exc_OverflowError, &flags)) return false;
    uint32_t free = code->flags & CODE_GENERATOR ? CODE_ITERABLE_COROUTINE : 0;
    if ((uint64_t)flags >> 32 || ((uint32_t)flags ^ (code->flags & ~CODE_PRIVATE)) & ~free)
        return refuse(vm, "co_flags");
    parts->flags = (uint32_t)flags | (code->flags & CODE_PRIVATE);
    return true;
}

static bool set_row(VM *vm, const Code *code, CodeParts *parts, const Row *row, Value old, Value given) {
    if (!check_type(vm, old, given, row->attribute)) return false;
    int same = object_equal(vm, old, given);
    if (same < 0) return false;
    switch (row->kind) {
    case ROW_TEXT: {
        Value *place = row->attribute[3] == 'f'   ? &parts->filename
                       : row->attribute[3] == 'n' ? &parts->name
                                                  : &parts->qualified_name;
        value_set(vm, place, value_ref(given));
        return true;
    }
    case ROW_LINE: return set_line(vm, given, parts);
    case ROW_NAMES: {
        Value names = new_names(vm, given, code->names->length, row->attribute);
        if (!is_absent(names)) value_set(vm, &parts->names, names);
        return !is_absent(names);
    }
    case ROW_VARIABLES: return rename_variables(vm, code, parts, old, given, row);
    case ROW_CONSTANTS:
        if (!fits(from_object(code->constants), given)) return refuse(vm, row->attribute);
        value_set(vm, &parts->constants, value_ref(given));
        return true;
    case ROW_FLAGS: return set_flags(vm, code, parts, given);
    default: return same || refuse(vm, row->attribute);
    }
}

/* The four blocks once more. */
static bool copy_blocks(VM *vm, const Code *code, CodeParts *parts) {
    size_t words = code->instruction_count * sizeof(uint32_t);
    size_t handlers = code->handler_count * sizeof *code->handlers;
    parts->instructions = memory_alloc(vm, words);
    parts->handlers = handlers ? memory_alloc(vm, handlers) : NULL;
    parts->positions = code->positions_size ? memory_alloc(vm, code->positions_size) : NULL;
    parts->kinds = code->variable_count ? memory_alloc(vm, code->variable_count) : NULL;
    bool ok = parts->instructions != NULL && (parts->handlers != NULL || !handlers) &&
              (parts->positions != NULL || !code->positions_size) &&
              (parts->kinds != NULL || !code->variable_count);
    if (!ok) return raise_memory(vm), false;
    vm->hooks.plain_code(code, parts->instructions);
    if (handlers) memcpy(parts->handlers, code->handlers, handlers);
    if (code->positions_size) memcpy(parts->positions, code->positions, code->positions_size);
    if (code->variable_count) memcpy(parts->kinds, code->kinds, code->variable_count);
    return true;
}

static void drop_all(VM *vm, const Code *code, CodeParts *parts) {
    if (parts->instructions) memory_free(vm, parts->instructions, code->instruction_count * sizeof(uint32_t));
    if (parts->handlers) memory_free(vm, parts->handlers, code->handler_count * sizeof *code->handlers);
    if (parts->positions) memory_free(vm, parts->positions, code->positions_size);
    if (parts->kinds) memory_free(vm, parts->kinds, code->variable_count);
    Value values[] = {parts->constants, parts->names,          parts->variables,
                      parts->name,      parts->qualified_name, parts->filename};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        value_drop(vm, values[i]);
}

/* Tell of a code object that has been made, but that nobody has yet. */
static bool audit_code(VM *vm, Value code) {
    static const char *const names[] = {"co_code",     "co_filename",        "co_name",
                                        "co_argcount", "co_posonlyargcount", "co_kwonlyargcount",
                                        "co_nlocals",  "co_stacksize",       "co_flags"};
    enum { COUNT = sizeof names / sizeof *names };
    if (is_absent(vm->audit_hooks)) return true;
    Value row[COUNT];
    bool ok = true;
    for (int i = 0; i < COUNT; i++) {
        Value name = ok ? string_intern_c(vm, names[i]) : ABSENT;
        row[i] = is_absent(name) ? ABSENT : object_get_attribute(vm, code, name);
        ok = !is_absent(row[i]);
        value_xdrop(vm, name);
    }
    ok = ok && audit_tell(vm, "code.__new__", row, COUNT);
    for (int i = 0; i < COUNT; i++)
        value_xdrop(vm, row[i]);
    return ok;
}

Value code_replace(VM *vm, Value *args, int nargs, Value names) {
    const Code *code = as_code(args[0]);
    CodeParts parts = {
        .flags = code->flags,
        .positional_count = code->positional_count,
        .positional_only_count = code->positional_only_count,
        .keyword_only_count = code->keyword_only_count,
        .stack_size = code->stack_size,
        .first_line = code->first_line,
        .instruction_count = code->instruction_count,
        .handler_count = code->handler_count,
        .positions_size = code->positions_size,
        .constants = value_ref(from_object(code->constants)),
        .names = value_ref(from_object(code->names)),
        .variables = value_ref(from_object(code->variables)),
        .name = value_ref(code->name),
        .qualified_name = value_ref(code->qualified_name),
        .filename = value_ref(code->filename),
    };
    bool ok = copy_blocks(vm, code, &parts);
    for (int i = 0; ok && i < ROW_COUNT; i++) {
        if (is_absent(args[1 + i])) continue;
        Value name = string_intern_c(vm, rows[i].attribute);
        Value old = is_absent(name) ? ABSENT : object_get_attribute(vm, args[0], name);
        ok = !is_absent(old) && set_row(vm, code, &parts, &rows[i], old, args[1 + i]);
        value_xdrop(vm, old);
        value_xdrop(vm, name);
    }
    if (ok) {
        Value made = code_new(vm, &parts);
        if (!is_absent(made) && !audit_code(vm, made)) value_clear(vm, &made);
        return made;
    }
    drop_all(vm, code, &parts);
    return ABSENT;
}
