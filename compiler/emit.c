#include "compiler/compiler.h"

#include <string.h>

/* ---- Arrays ------------------------------------------------------------------------------------------------------ */

bool array_grow(Compiler *c, void *array, uint32_t count, uint32_t *capacity, size_t item_size) {
    if (c->failed) return false;
    if (count < *capacity) return true;
    void **items = array;
    uint32_t larger = *capacity ? *capacity * 2 : 8;
    void *grown = larger > *capacity ? arena_alloc(c->arena, larger * item_size) : NULL;
    if (!grown) {
        compile_fail_memory(c);
        return false;
    }
    if (*items) memcpy(grown, *items, count * item_size);
    *items = grown;
    *capacity = larger;
    return true;
}

/* ---- Instructions ------------------------------------------------------------------------------------------------ */

static void append(Compiler *c, Instruction instruction) {
    Stream *stream = c->unit->stream;
    if (stream->count >= UNIT_INSTRUCTIONS_MAX) compile_fail_memory(c);
    if (!ARRAY_GROW(c, stream->items, stream->count, stream->capacity)) return;
    instruction.handler = c->unit->handler;
    stream->items[stream->count++] = instruction;
}

void emit_ab(Compiler *c, Opcode op, int32_t a, int32_t b, Span span) {
    append(c, (Instruction){.op = (uint16_t)op, .a = a, .b = b, .span = span});
}

void emit(Compiler *c, Opcode op, int32_t a, Span span) { emit_ab(c, op, a, 0, span); }

void emit_line(Compiler *c, Span span) {
    const Stream *stream = c->unit->stream;
    bool known = stream->count && stream->items[stream->count - 1].span.line == span.line;
    if (!known) emit(c, OP_NOP, NOP_STAYS, (Span){span.line, span.column, span.line, span.column});
}

void emit_jump(Compiler *c, Opcode op, Label label, Span span) {
    append(c, (Instruction){.op = (uint16_t)op, .label = label, .span = span});
}

void emit_const(Compiler *c, Value v, Span span) {
    if (c->failed) return;
    bool small = is_int(v) && int_get(v) >= OPERAND_INT24_MIN && int_get(v) <= OPERAND_INT24_MAX;
    if (small)
        emit(c, OP_LOAD_INT, (int32_t)int_get(v), span);
    else
        emit(c, OP_LOAD_CONST, unit_constant(c, v), span);
}

void emit_name(Compiler *c, Opcode op, Name *name, Span span) { emit(c, op, unit_name(c, name), span); }

/* ---- Labels, handlers, streams ----------------------------------------------------------------------------------- */

Label label_new(Compiler *c) {
    Unit *u = c->unit;
    if (u->label_count == 0) u->label_count = 1; /* 0 means none */
    if (!ARRAY_GROW(c, u->labels, u->label_count, u->label_capacity)) return 0;
    u->labels[u->label_count] = (LabelPlace){.position = UINT32_MAX};
    return u->label_count++;
}

void label_place(Compiler *c, Label label) {
    if (c->failed) return;
    Unit *u = c->unit;
    u->labels[label] = (LabelPlace){u->stream->count, u->stream == &u->cold};
}

void handler_push(Compiler *c, Label label, bool lasti, int32_t adjust) {
    Unit *u = c->unit;
    if (u->handler_count == 0) u->handler_count = 1;
    if (!ARRAY_GROW(c, u->handlers, u->handler_count, u->handler_capacity)) return;
    uint32_t handler = u->handler_count++;
    u->handlers[handler] = (Handler){u->handler, label, lasti, adjust, -1};
    append(c, (Instruction){.op = PSEUDO_SETUP, .a = (int32_t)handler});
    u->handler = handler;
}

void handler_pop(Compiler *c) {
    if (!c->failed) c->unit->handler = c->unit->handlers[c->unit->handler].outer;
}

Stream *cold_begin(Compiler *c) {
    Stream *before = c->unit->stream;
    c->unit->stream = &c->unit->cold;
    return before;
}

void cold_end(Compiler *c, Stream *before) { c->unit->stream = before; }

/* ---- Blocks ------------------------------------------------------------------------------------------------------ */

void block_push(Compiler *c, Block *block, BlockKind kind, Node *node) {
    Unit *u = c->unit;
    *block = (Block){.kind = kind, .node = node, .handler = u->handler, .outer = u->blocks};
    u->blocks = block;
    if (++u->block_depth > NESTED_BLOCKS_MAX && !c->failed)
        compile_fail(c, node ? node->span : NO_SPAN, "too many statically nested blocks");
}

void block_pop(Compiler *c) {
    c->unit->blocks = c->unit->blocks->outer;
    c->unit->block_depth--;
}

/* ---- Constants and names of the unit ----------------------------------------------------------------------------- */

int32_t unit_constant(Compiler *c, Value v) {
    Unit *u = c->unit;
    if (c->failed) return 0;
    uint64_t *known = word_map_find(&u->constant_index, v.bits);
    if (known) return (int32_t)*known;
    if (u->constant_count >= OPERAND_A24_MAX) compile_fail_memory(c);
    if (!ARRAY_GROW(c, u->constants, u->constant_count, u->constant_capacity)) return 0;
    if (!word_map_put(&u->constant_index, c->arena, v.bits, u->constant_count)) compile_fail_memory(c);
    u->constants[u->constant_count] = v;
    return (int32_t)u->constant_count++;
}

int32_t unit_name(Compiler *c, Name *name) {
    Unit *u = c->unit;
    if (c->failed) return 0;
    uint64_t *known = word_map_find(&u->name_index, (uintptr_t)name);
    if (known) return (int32_t)*known;
    if (u->name_count >= OPERAND_A24_MAX || is_absent(name_value(c, name))) compile_fail_memory(c);
    if (!ARRAY_GROW(c, u->names, u->name_count, u->name_capacity)) return 0;
    if (!word_map_put(&u->name_index, c->arena, (uintptr_t)name, u->name_count)) compile_fail_memory(c);
    u->names[u->name_count] = name;
    return (int32_t)u->name_count++;
}
