/* code: making and dropping one, its side tables, the type and its co_* attributes. */

#include "runtime/code/code.h"

#include "runtime/bytes/bytes.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/warn.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- life --- */

static void drop_parts(VM *vm, const CodeParts *p) {
    memory_free(vm, p->instructions, p->instruction_count * sizeof *p->instructions);
    memory_free(vm, p->handlers, p->handler_count * sizeof *p->handlers);
    memory_free(vm, p->positions, p->positions_size);
    memory_free(vm, p->kinds, (size_t)as_tuple(p->variables)->length);
    Value values[] = {p->constants, p->names, p->variables, p->name, p->qualified_name, p->filename};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        value_drop(vm, values[i]);
}

static bool acyclic(const Object *self) {
    return object_place(&((const Code *)self)->constants->head) == GC_UNTRACKED;
}

enum { SETTLED_DEPTH = 8 }; /* of tuples in tuples; the collector finds out about deeper ones */

/* Take a tuple of constants out of the collector's sight, as they close no cycle; false if they might. (What
 * replace() was given may be another matter.) */
static bool settle(VM *vm, Tuple *constants, int depth) {
    if (object_place(&constants->head) == GC_UNTRACKED) return true;
    for (int64_t i = 0; i < constants->length; i++) {
        Value v = constants->items[i];
        if (is_exactly(v, &tuple_type) && (depth == SETTLED_DEPTH || !settle(vm, as_tuple(v), depth + 1)))
            return false;
    }
    if (!tuple_is_acyclic(&constants->head)) return false;
    object_untrack(vm, &constants->head);
    return true;
}

Value code_new(VM *vm, STEALS const CodeParts *parts) {
    Code *code = (Code *)object_new_container(vm, &code_type, sizeof *code);
    if (code == NULL) {
        drop_parts(vm, parts);
        return raise_memory(vm);
    }
    bool variadic = parts->flags & (CODE_VARARGS | CODE_VARKEYWORDS);
    code->flags = parts->flags;
    code->positional_count = parts->positional_count;
    code->positional_only_count = parts->positional_only_count;
    code->keyword_only_count = parts->keyword_only_count;
    code->parameter_count = parts->positional_count + parts->keyword_only_count +
                            !!(parts->flags & CODE_VARARGS) + !!(parts->flags & CODE_VARKEYWORDS);
    code->variable_count = (uint32_t)as_tuple(parts->variables)->length;
    code->stack_size = parts->stack_size;
    code->first_line = parts->first_line;
    code->simple = !variadic && parts->keyword_only_count == 0;
    code->exact_count = code->simple ? (int32_t)parts->positional_count : -1;
    code->instruction_count = parts->instruction_count;
    code->handler_count = parts->handler_count;
    code->instructions = parts->instructions;
    code->handlers = parts->handlers;
    code->positions = parts->positions;
    code->positions_size = parts->positions_size;
    code->constants = as_tuple(parts->constants);
    code->names = as_tuple(parts->names);
    code->variables = as_tuple(parts->variables);
    code->kinds = parts->kinds;
    code->name = parts->name;
    code->qualified_name = parts->qualified_name;
    code->filename = parts->filename;
    object_track(&code->head);
    if (settle(vm, code->constants, 1)) object_untrack(vm, &code->head);
    return from_object(code);
}

/* Constants may be reached from the outside (co_consts), and nested code is one of them. */
static int traverse(Object *self, VisitFn visit, void *context) {
    Code *code = (Code *)self;
    if (code->constants != NULL) VISIT(from_object(code->constants));
    if (visit != visit_all_values) return 0;
    if (code->names != NULL) VISIT(from_object(code->names));
    if (code->variables != NULL) VISIT(from_object(code->variables));
    VISIT(code->name);
    VISIT(code->qualified_name);
    VISIT(code->filename);
    return 0;
}

void code_enable_events(VM *vm, Code *code) {
    for (int event = 0; event < CODE_LOCAL_EVENTS; event++) {
        memory_free(vm, code->monitoring->disabled[event], code->instruction_count);
        code->monitoring->disabled[event] = NULL;
    }
}

static void forget_monitoring(VM *vm, Code *code) {
    if (!code->monitoring) return;
    vm->monitored_codes -= code->monitoring->all != 0;
    code_enable_events(vm, code);
    memory_free(vm, code->monitoring, sizeof *code->monitoring);
    code->monitoring = NULL;
}

static void dealloc(VM *vm, Object *self) {
    object_untrack(vm, self);
    Code *code = (Code *)self;
    forget_monitoring(vm, code);
    CodeParts parts = {
        .instruction_count = code->instruction_count,
        .handler_count = code->handler_count,
        .instructions = code->instructions,
        .handlers = code->handlers,
        .positions = code->positions,
        .positions_size = code->positions_size,
        .kinds = code->kinds,
        .constants = from_object(code->constants),
        .names = from_object(code->names),
        .variables = from_object(code->variables),
        .name = code->name,
        .qualified_name = code->qualified_name,
        .filename = code->filename,
    };
    if (code->constants != NULL) drop_parts(vm, &parts);
    object_free(vm, self, sizeof(Code));
}

/* --- exception table --- */

int64_t code_free_variables(const Code *code) {
    int64_t count = 0;
    for (uint32_t i = 0; i < code->variable_count; i++)
        count += !!(code->kinds[i] & VARIABLE_FREE);
    return count;
}

const ExceptionEntry *code_handler(const Code *code, uint32_t index) {
    for (uint32_t i = 0; i < code->handler_count; i++) {
        if (code->handlers[i].start <= index && index < code->handlers[i].end) return &code->handlers[i];
    }
    return NULL;
}

/* --- position table --- */

enum { FORM_NONE, FORM_LINE, FORM_SPAN };

static void write_varint(Buffer *buffer, uint32_t n) {
    for (; n >= 0x80; n >>= 7)
        buffer_append_char(buffer, (char)(0x80 | (n & 0x7F)));
    buffer_append_char(buffer, (char)n);
}

static uint32_t read_varint(const uint8_t **next) {
    uint32_t n = 0;
    int shift = 0;
    do
        n |= (uint32_t)(**next & 0x7F) << shift, shift += 7;
    while (*(*next)++ & 0x80);
    return n;
}

static uint32_t zigzag(int32_t n) { return (uint32_t)n << 1 ^ (uint32_t)(n >> 31); }
static int32_t unzigzag(uint32_t n) { return (int32_t)(n >> 1) ^ -(int32_t)(n & 1); }

void position_write(PositionWriter *writer, uint32_t words, CodePosition p) {
    uint32_t form = p.line <= 0 ? FORM_NONE : p.column < 0 || p.end_column < 0 ? FORM_LINE : FORM_SPAN;
    write_varint(writer->buffer, words << 2 | form);
    if (form == FORM_NONE) return;
    write_varint(writer->buffer, zigzag(p.line - writer->line));
    writer->line = p.line;
    if (form == FORM_LINE) return;
    write_varint(writer->buffer, zigzag(p.end_line - p.line));
    write_varint(writer->buffer, (uint32_t)p.column);
    write_varint(writer->buffer, zigzag(p.end_line == p.line ? p.end_column - p.column : p.end_column));
}

PositionReader position_reader(const Code *code) {
    return (PositionReader){
        .next = code->positions,
        .end = code->positions + code->positions_size,
        .line = (int32_t)code->first_line,
    };
}

bool position_next(PositionReader *r) {
    if (r->next >= r->end) return false;
    uint32_t head = read_varint(&r->next);
    r->start = r->stop;
    r->stop += head >> 2;
    r->position = (CodePosition){.line = 0, .end_line = 0, .column = -1, .end_column = -1};
    if ((head & 3) == FORM_NONE) return true;
    r->line += unzigzag(read_varint(&r->next));
    r->position.line = r->position.end_line = r->line;
    if ((head & 3) == FORM_LINE) return true;
    r->position.end_line += unzigzag(read_varint(&r->next));
    r->position.column = (int32_t)read_varint(&r->next);
    r->position.end_column = unzigzag(read_varint(&r->next));
    if (r->position.end_line == r->line) r->position.end_column += r->position.column;
    return true;
}

CodePosition code_position(const Code *code, uint32_t index) {
    PositionReader reader = position_reader(code);
    while (position_next(&reader)) {
        if (index < reader.stop) return reader.position;
    }
    return (CodePosition){.line = 0, .end_line = 0, .column = -1, .end_column = -1};
}

/* Like position_next, of which it needs little: frames are asked for their lines often. */
uint32_t code_line_near(const Code *code, uint32_t index) {
    const uint8_t *next = code->positions, *end = next + code->positions_size;
    uint32_t line = code->first_line;
    for (uint32_t stop = 0; next < end && stop <= index;) {
        uint32_t head = read_varint(&next);
        stop += head >> 2;
        if ((head & 3) == FORM_NONE) continue;
        line += (uint32_t)unzigzag(read_varint(&next));
        for (int left = (head & 3) == FORM_LINE ? 0 : 3; left > 0; next++)
            left -= !(*next & 0x80);
    }
    return line;
}

/* --- attributes --- */

#define NUMBER_GETTER(name, field) \
    static Value get_##name(VM *vm, Value self) { return int_small(as_code(self)->field); }

NUMBER_GETTER(argcount, positional_count)
NUMBER_GETTER(posonlyargcount, positional_only_count)
NUMBER_GETTER(kwonlyargcount, keyword_only_count)
NUMBER_GETTER(stacksize, stack_size)
static Value get_flags(VM *vm, Value self) { return int_small(as_code(self)->flags & ~CODE_PRIVATE); }
NUMBER_GETTER(firstlineno, first_line)

#define TUPLE_GETTER(name, field) \
    static Value get_##name(VM *vm, Value self) { return value_ref(from_object(as_code(self)->field)); }

TUPLE_GETTER(consts, constants)
TUPLE_GETTER(names, names)

static bool has_name_before(const Code *code, uint32_t index, int kind) {
    for (uint32_t i = 0; i < index; i++) {
        if (code->kinds[i] & kind && value_same(code->variables->items[i], code->variables->items[index]))
            return true;
    }
    return false;
}

/* The names of the variables of a kind. Those of comprehensions share a name with others: it is there once. */
static Value variables_of(VM *vm, Value self, int kind) {
    const Code *code = as_code(self);
    Value list = list_new(vm, 0);
    for (uint32_t i = 0; !is_absent(list) && i < code->variable_count; i++) {
        if (!(code->kinds[i] & kind)) continue;
        if (code->kinds[i] & VARIABLE_HIDDEN && has_name_before(code, i, kind)) continue;
        if (!list_append(vm, list, code->variables->items[i])) value_clear(vm, &list);
    }
    if (is_absent(list)) return ABSENT;
    Value tuple = tuple_from(vm, as_list(list)->items, as_list(list)->length);
    value_drop(vm, list);
    return tuple;
}

static Value get_varnames(VM *vm, Value self) {
    return variables_of(vm, self, VARIABLE_LOCAL | VARIABLE_HIDDEN);
}
static Value get_cellvars(VM *vm, Value self) { return variables_of(vm, self, VARIABLE_CELL); }
static Value get_freevars(VM *vm, Value self) { return variables_of(vm, self, VARIABLE_FREE); }

static Value get_nlocals(VM *vm, Value self) {
    Value names = get_varnames(vm, self);
    if (is_absent(names)) return ABSENT;
    int64_t count = as_tuple(names)->length;
    value_drop(vm, names);
    return int_small(count);
}

static Value get_code(VM *vm, Value self) { return code_words(vm, as_code(self)); }

static Value get_adaptive(VM *vm, Value self) {
    const Code *code = as_code(self);
    return bytes_from(vm, code->instructions, (int64_t)(code->instruction_count * sizeof(uint32_t)));
}

static Value get_linetable(VM *vm, Value self) {
    return bytes_from(vm, as_code(self)->positions, (int64_t)as_code(self)->positions_size);
}

static Value get_exceptiontable(VM *vm, Value self) {
    const Code *code = as_code(self);
    return bytes_from(vm, code->handlers, (int64_t)(code->handler_count * sizeof *code->handlers));
}

/* Pairs of steps in bytes and in lines, the old form of co_lines. */
static bool write_steps(Buffer *buffer, const Code *code) {
    PositionReader reader = position_reader(code);
    int64_t line = code->first_line, at = 0;
    while (position_next(&reader)) {
        int64_t here = 4 * (int64_t)reader.start, rise = reader.position.line - line;
        if (reader.position.line <= 0 || rise == 0) continue;
        for (; here - at > 254; at += 254)
            buffer_append(buffer, "\xFE\0", 2);
        while (rise < -128 || rise > 127) {
            int part = rise < 0 ? -128 : 127;
            buffer_append_char(buffer, (char)(here - at));
            buffer_append_char(buffer, (char)part);
            at = here;
            rise -= part;
        }
        buffer_append_char(buffer, (char)(here - at));
        buffer_append_char(buffer, (char)rise);
        at = here;
        line = reader.position.line;
    }
    return !buffer->failed;
}

static Value get_lnotab(VM *vm, Value self) {
    if (!warn(vm, &exc_DeprecationWarning, 1, "co_lnotab is deprecated, use co_lines instead."))
        return ABSENT;
    Buffer buffer;
    buffer_init(&buffer, (Allocator){heap_allocate_fn, vm_heap(vm)});
    bool ok = write_steps(&buffer, as_code(self));
    Value bytes = ok ? bytes_from(vm, buffer.data, (int64_t)buffer.length) : raise_memory(vm);
    buffer_fini(&buffer);
    return bytes;
}

static const GetSetDef getsets[] = {
    {"co_argcount", get_argcount, NULL, NULL},
    {"co_posonlyargcount", get_posonlyargcount, NULL, NULL},
    {"co_kwonlyargcount", get_kwonlyargcount, NULL, NULL},
    {"co_nlocals", get_nlocals, NULL, NULL},
    {"co_stacksize", get_stacksize, NULL, NULL},
    {"co_flags", get_flags, NULL, NULL},
    {"co_firstlineno", get_firstlineno, NULL, NULL},
    {"co_consts", get_consts, NULL, NULL},
    {"co_names", get_names, NULL, NULL},
    {"co_varnames", get_varnames, NULL, NULL},
    {"co_cellvars", get_cellvars, NULL, NULL},
    {"co_freevars", get_freevars, NULL, NULL},
    {"co_code", get_code, NULL, NULL},
    {"_co_code_adaptive", get_adaptive, NULL, NULL},
    {"co_linetable", get_linetable, NULL, NULL},
    {"co_lnotab", get_lnotab, NULL, NULL},
    {"co_exceptiontable", get_exceptiontable, NULL, NULL},
    {0},
};

static const MemberDef members[] = {
    {"co_name", offsetof(Code, name), MEMBER_READONLY, NULL},
    {"co_qualname", offsetof(Code, qualified_name), MEMBER_READONLY, NULL},
    {"co_filename", offsetof(Code, filename), MEMBER_READONLY, NULL},
    {0},
};

/* An item of co_lines or co_positions; ABSENT numbers read as None. */
/* [each(code, index)] for all words, as an iterator. */
static Value iterate_runs(VM *vm, Value self, bool spans) {
    PositionReader reader = position_reader(as_code(self));
    Value list = list_new(vm, 0);
    while (!is_absent(list) && position_next(&reader)) {
        CodePosition p = reader.position;
        Value line = p.line > 0 ? int_small(p.line) : NONE;
        uint32_t times = spans ? reader.stop - reader.start : 1;
        for (uint32_t i = 0; i < times && !is_absent(list); i++) {
            Value item = spans ? tuple_pack(vm, 4, line, p.line > 0 ? int_small(p.end_line) : NONE,
                                            column_or_none(p.column), column_or_none(p.end_column))
                               : tuple_pack(vm, 3, int_small(4 * (int64_t)reader.start),
                                            int_small(4 * (int64_t)reader.stop), line);
            if (is_absent(item) || !list_append_owned(vm, list, item)) value_clear(vm, &list);
        }
    }
    if (is_absent(list)) return ABSENT;
    Value iterator = object_iterate(vm, list);
    value_drop(vm, list);
    return iterator;
}

NATIVE(co_lines) { return iterate_runs(vm, args[0], false); }

NATIVE(co_positions) { return iterate_runs(vm, args[0], true); }

NATIVE(varname_from_oparg) {
    const Code *code = as_code(args[0]);
    int64_t index;
    if (!object_to_int64(vm, args[1], &exc_OverflowError, &index)) return ABSENT;
    if (index < 0 || index >= code->variable_count) return raise_index(vm, "tuple index out of range");
    return value_ref(code->variables->items[index]);
}

#define REPLACE_PARAMETERS \
    "*, co_argcount=None, co_posonlyargcount=None, co_kwonlyargcount=None, co_nlocals=None, " \
    "co_stacksize=None, co_flags=None, co_firstlineno=None, co_code=None, co_consts=None, co_names=None, " \
    "co_varnames=None, co_freevars=None, co_cellvars=None, co_filename=None, co_name=None, " \
    "co_qualname=None, " \
    "co_linetable=None, co_exceptiontable=None"

static const NativeDef methods[] = {
    {"replace", code_replace, REPLACE_PARAMETERS,
     "Return a copy of the code object with new values for the specified fields."},
    {"__replace__", code_replace, REPLACE_PARAMETERS, "The same as replace()."},
    {"_varname_from_oparg", varname_from_oparg, "oparg",
     "(internal-only) Return the local variable name for the given oparg."},
    {"co_lines", co_lines, "", NULL},
    {"co_positions", co_positions, "", NULL},
    {0},
};

static Value repr(VM *vm, Value self) {
    const Code *code = as_code(self);
    return string_format(vm, "<code object %S at 0x%llx, file \"%S\", line %u>", code->name,
                         (unsigned long long)self.bits, code->filename, code->first_line);
}

Type code_type = {
    TYPE_HEAD(code_type, "code", .traverse = traverse, .dealloc = dealloc, .acyclic = acyclic),
    .flags = TYPE_WEAKLY_REFERABLE | TYPE_NO_NEW,
    .basic_size = sizeof(Code),
    .base = &object_type,
    .doc = "Create a code object.  Not for mere mortals.",
    .repr = repr,
    .hash = code_hash,
    .compare = code_compare,
    .getsets = getsets,
    .members = members,
    .methods = methods,
};
