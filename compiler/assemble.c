/*
 * From a unit's instructions to its code object.
 *
 * Phases: join the two streams and find where labels are; thread jumps that lead to jumps; trace what can be reached,
 * with the stack's depth before each instruction; drop the rest; fuse (fuse.c); drop constants that nothing uses;
 * encode words, exception entries and positions.
 */

#include "compiler/compiler.h"
#include "compiler/verifier.h"

#include <assert.h>
#include <string.h>

#include "base/buffer.h"
#include "runtime/code/code.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"

/* ---- Joining and threading --------------------------------------------------------------------------------------- */

static bool join_streams(Compiler *c, Unit *u) {
    uint32_t hot = u->hot.count, total = hot + u->cold.count;
    Instruction *items = arena_alloc(c->arena, (total + 1) * sizeof *items);
    if (!items) return false;
    if (hot) memcpy(items, u->hot.items, hot * sizeof *items);
    if (u->cold.count) memcpy(items + hot, u->cold.items, u->cold.count * sizeof *items);
    for (uint32_t i = 1; i < u->label_count; i++)
        if (u->labels[i].cold) u->labels[i].position += hot;
    u->hot = (Stream){items, total, total};
    return true;
}

/* Is the jump a statement of its own, on a line that a trace function is told of? */
static bool is_statement(const Instruction *jump, const Instruction *before) {
    return jump->span.line != 0 && jump->span.line != before->span.end_line;
}

/* Jumps on a value that lead to a jump on the same value stay: CPython asks the value for its truth again, too. */
static void thread_jumps(Unit *u) {
    enum { HOPS_MAX = 16 }; /* `while 1: continue` leads in a circle */
    for (uint32_t i = 0; i < u->hot.count; i++) {
        Instruction *jump = &u->hot.items[i];
        for (int hops = 0; jump->label && hops < HOPS_MAX; hops++) {
            const Instruction *target = &u->hot.items[u->labels[jump->label].position];
            if (target->op != OP_JUMP || is_statement(target, jump)) break;
            jump->label = target->label;
        }
    }
}

/* ---- Reaching and depth ------------------------------------------------------------------------------------------ */

typedef struct {
    uint32_t position;
    int32_t depth;
} Entry;

typedef struct {
    Compiler *c;
    Unit *u;
    Entry *entries; /* yet to be traced */
    uint32_t count, capacity;
    int32_t max;
} Trace;

static void trace_add(Trace *t, Label label, int32_t depth) {
    if (!ARRAY_GROW(t->c, t->entries, t->count, t->capacity)) return;
    t->entries[t->count++] = (Entry){t->u->labels[label].position, depth};
}

/* The effect of one reached instruction on the depth; other places that it leads to are added. */
static int32_t trace_effect(Trace *t, const Instruction *x, int32_t depth) {
    if (x->op == PSEUDO_SETUP) {
        Handler *handler = &t->u->handlers[x->a];
        handler->depth = depth + handler->adjust;
        trace_add(t, handler->label, handler->depth + handler->lasti + 1);
        return depth;
    }
    Opcode op = (Opcode)x->op;
    int32_t low = depth - opcode_pops(op, x->a, x->b);
    assert(low >= 0);
    if (opcode_info[op].flags & OPF_JUMPS) trace_add(t, x->label, depth + opcode_taken(op));
    return low + opcode_pushes(op, x->a, x->b);
}

static void trace_from(Trace *t, Entry entry) {
    int32_t depth = entry.depth;
    if (depth > t->max) t->max = depth;
    for (uint32_t i = entry.position; !t->c->failed; i++) {
        assert(i < t->u->hot.count);
        Instruction *x = &t->u->hot.items[i];
        if (x->reached) {
            assert(x->depth == depth);
            return;
        }
        x->reached = true;
        x->depth = depth;
        depth = trace_effect(t, x, depth);
        if (depth > t->max) t->max = depth;
        if (x->op != PSEUDO_SETUP && (opcode_info[x->op].flags & OPF_ENDS)) return;
    }
}

/* Mark what can be executed; the greatest depth. */
static int32_t trace(Compiler *c, Unit *u) {
    Trace t = {.c = c, .u = u};
    trace_from(&t, (Entry){0, 0});
    while (t.count && !c->failed)
        trace_from(&t, t.entries[--t.count]);
    return t.max;
}

/* ---- Dropping ---------------------------------------------------------------------------------------------------- */

static bool is_needless(const Instruction *x) {
    return !x->reached || x->op == PSEUDO_SETUP || (x->op == OP_NOP && x->a != NOP_STAYS);
}

/* next[i]: the first instruction from i on that stays. Jumps to just behind themselves go, too. */
static uint32_t *find_kept(Compiler *c, Unit *u) {
    uint32_t count = u->hot.count;
    uint32_t *next = arena_alloc(c->arena, (count + 1) * sizeof *next);
    if (!next) return NULL;
    next[count] = count;
    for (uint32_t i = count; i-- > 0;) {
        Instruction *x = &u->hot.items[i];
        bool needless = is_needless(x);
        if (!needless && x->op == OP_JUMP) {
            uint32_t target = u->labels[x->label].position;
            needless = target > i && next[target] == next[i + 1] && !(i && is_statement(x, x - 1));
        }
        next[i] = needless ? next[i + 1] : i;
    }
    return next;
}

static bool drop_needless(Compiler *c, Unit *u) {
    uint32_t count = u->hot.count, kept = 0;
    uint32_t *next = find_kept(c, u), *moved = arena_alloc(c->arena, (count + 1) * sizeof *moved);
    if (!next || !moved) return false;
    for (uint32_t i = 0; i < count; i++) {
        moved[i] = kept;
        if (next[i] == i) u->hot.items[kept++] = u->hot.items[i];
    }
    moved[count] = u->hot.count = kept;
    for (uint32_t i = 1; i < u->label_count; i++)
        if (u->labels[i].position != UINT32_MAX) u->labels[i].position = moved[u->labels[i].position];
    return true;
}

/* Constants that no instruction is left to use go, too; the docstring stays first. */
static bool drop_constants(Compiler *c, Unit *u) {
    uint32_t *places = arena_alloc(c->arena, (u->constant_count + 1) * sizeof *places), kept = 0;
    if (!places) return false;
    places[0] = u->flags & CODE_HAS_DOCSTRING ? 1 : 0;
    for (uint32_t i = 0; i < u->hot.count; i++) {
        const Instruction *x = &u->hot.items[i];
        if (opcode_info[x->op].a == OPERAND_CONST) places[x->a] = 1;
        if (opcode_info[x->op].b == OPERAND_CONST) places[x->b] = 1;
    }
    for (uint32_t i = 0; i < u->constant_count; i++) {
        bool used = places[i];
        places[i] = kept;
        if (used) u->constants[kept++] = u->constants[i];
    }
    for (uint32_t i = 0; i < u->hot.count; i++) {
        Instruction *x = &u->hot.items[i];
        if (opcode_info[x->op].a == OPERAND_CONST) x->a = (int32_t)places[x->a];
        if (opcode_info[x->op].b == OPERAND_CONST) x->b = (int32_t)places[x->b];
    }
    u->constant_count = kept;
    return true;
}

/* ---- Encoding ---------------------------------------------------------------------------------------------------- */

static uint32_t *word_offsets(Compiler *c, const Unit *u) {
    uint32_t *offsets = arena_alloc(c->arena, (u->hot.count + 1) * sizeof *offsets);
    if (!offsets) return NULL;
    for (uint32_t i = 0; i < u->hot.count; i++)
        offsets[i + 1] = offsets[i] + 1 + (uint32_t)opcode_extra_words((Opcode)u->hot.items[i].op);
    return offsets;
}

static bool encode_jump(VM *vm, const Instruction *x, int64_t distance, uint32_t *words) {
    const OpcodeInfo *info = &opcode_info[x->op];
    if (info->a == OPERAND_JUMP) {
        words[0] = instruction_a((Opcode)x->op, (int32_t)distance);
        if (distance >= OPERAND_INT24_MIN && distance <= OPERAND_INT24_MAX) return true;
    } else if (info->word == OPERAND_JUMP) {
        words[1] = (uint32_t)distance;
        return true;
    } else {
        words[1] = compare_jump_word((int32_t)distance, x->compare >> 3, x->compare & 7);
        if (distance >= COMPARE_JUMP_MIN && distance <= COMPARE_JUMP_MAX) return true;
    }
    raise_overflow(vm, "too large a block of code");
    return false;
}

static bool encode_words(Compiler *c, const Unit *u, const uint32_t *offsets, uint32_t *words) {
    memset(words, 0, offsets[u->hot.count] * sizeof *words);
    for (uint32_t i = 0; i < u->hot.count; i++) {
        const Instruction *x = &u->hot.items[i];
        const OpcodeInfo *info = &opcode_info[x->op];
        uint32_t *word = words + offsets[i];
        *word = info->b == OPERAND_NO ? instruction_a((Opcode)x->op, x->a)
                                      : instruction_ab((Opcode)x->op, (uint32_t)x->a, x->b);
        if (!(info->flags & OPF_JUMPS)) continue;
        int64_t distance = (int64_t)offsets[u->labels[x->label].position] - offsets[i + 1];
        if (!encode_jump(c->vm, x, distance, word)) return false;
    }
    return true;
}

/* How many entries the exception table has; with `entries`, write them. */
static uint32_t encode_handlers(const Unit *u, const uint32_t *offsets, ExceptionEntry *entries) {
    uint32_t count = 0;
    for (uint32_t i = 0, end; i < u->hot.count; i = end) {
        uint32_t handler = u->hot.items[i].handler;
        for (end = i + 1; end < u->hot.count && u->hot.items[end].handler == handler;)
            end++;
        if (!handler) continue;
        const Handler *h = &u->handlers[handler];
        if (entries)
            entries[count] = (ExceptionEntry){.start = offsets[i],
                                              .end = offsets[end],
                                              .handler = offsets[u->labels[h->label].position],
                                              .depth = (uint32_t)h->depth & INT32_MAX,
                                              .lasti = h->lasti};
        count++;
    }
    return count;
}

static CodePosition code_position_of(Span span) {
    if (span.line == 0) return (CodePosition){0, 0, -1, -1};
    if (span.column == SPAN_NO_END) return (CodePosition){(int32_t)span.line, (int32_t)span.line, -1, -1};
    return (CodePosition){(int32_t)span.line, (int32_t)span.end_line, (int32_t)span.column,
                          (int32_t)span.end_column};
}

static bool same_span(Span a, Span b) {
    return a.line == b.line && a.column == b.column && a.end_line == b.end_line &&
           a.end_column == b.end_column;
}

static void encode_positions(const Compiler *c, const Unit *u, const uint32_t *offsets, Buffer *buffer) {
    PositionWriter writer = {buffer, (int32_t)u->first_line};
    for (uint32_t i = 0, end; i < u->hot.count; i = end) {
        Span span = u->hot.items[i].span;
        if (c->flags & COMPILE_NO_COLUMNS) span.column = SPAN_NO_END;
        for (end = i + 1; end < u->hot.count && same_span(u->hot.items[end].span, span);)
            end++;
        position_write(&writer, offsets[end] - offsets[i], code_position_of(span));
    }
}

/* ---- The code object --------------------------------------------------------------------------------------------- */

static Value names_tuple(Compiler *c, Name **names, uint32_t count) {
    Tuple *tuple = tuple_new(c->vm, count);
    if (!tuple) return ABSENT;
    for (uint32_t i = 0; i < count; i++) {
        Value name = name_value(c, names[i]);
        if (is_absent(name)) {
            value_drop(c->vm, from_object(tuple));
            return ABSENT;
        }
        tuple->items[i] = value_ref(name);
    }
    return tuple_finish(tuple);
}

/* An exact copy in the heap; NULL for no bytes, or when it RAISES. */
static void *heap_copy(VM *vm, const void *data, size_t size) {
    void *copy = size ? memory_alloc(vm, size) : NULL;
    if (copy) memcpy(copy, data, size);
    return copy;
}

static void parts_drop(VM *vm, CodeParts *p) {
    memory_free(vm, p->instructions, p->instruction_count * sizeof *p->instructions);
    memory_free(vm, p->handlers, p->handler_count * sizeof *p->handlers);
    memory_free(vm, p->positions, p->positions_size);
    uint32_t variables = is_absent(p->variables) ? 0 : (uint32_t)as_tuple(p->variables)->length;
    memory_free(vm, p->kinds, variables);
    value_xdrop(vm, p->constants);
    value_xdrop(vm, p->names);
    value_xdrop(vm, p->variables);
    value_drop(vm, p->name);
    value_drop(vm, p->qualified_name);
    value_drop(vm, p->filename);
}

static bool parts_fill_tables(Compiler *c, Unit *u, CodeParts *p) {
    uint32_t *offsets = word_offsets(c, u);
    if (!offsets) return false;
    p->instruction_count = offsets[u->hot.count];
    p->instructions = memory_alloc(c->vm, p->instruction_count * sizeof *p->instructions);
    if (!p->instructions || !encode_words(c, u, offsets, p->instructions)) return false;
    p->handler_count = encode_handlers(u, offsets, NULL);
    if (p->handler_count) {
        p->handlers = memory_alloc(c->vm, p->handler_count * sizeof *p->handlers);
        if (!p->handlers) return false;
        encode_handlers(u, offsets, p->handlers);
    }
    Buffer buffer;
    buffer_init(&buffer, c->arena->allocator);
    encode_positions(c, u, offsets, &buffer);
    if (!buffer.failed) p->positions = heap_copy(c->vm, buffer.data, buffer.length);
    if (p->positions) p->positions_size = buffer.length;
    bool ok = !buffer.failed && (p->positions || buffer.length == 0);
    buffer_fini(&buffer);
    return ok;
}

static bool parts_fill_names(Compiler *c, Unit *u, CodeParts *p) {
    p->constants = tuple_from(c->vm, u->constants, u->constant_count);
    if (is_absent(p->constants)) return false;
    p->names = names_tuple(c, u->names, u->name_count);
    if (is_absent(p->names)) return false;
    p->variables = names_tuple(c, u->variables, u->variable_count);
    if (is_absent(p->variables)) return false;
    p->kinds = heap_copy(c->vm, u->kinds, u->variable_count);
    return p->kinds || u->variable_count == 0;
}

static Value build_code(Compiler *c, Unit *u, uint32_t stack_size) {
    CodeParts parts = {.flags = u->flags,
                       .positional_count = u->positional_count,
                       .positional_only_count = u->positional_only_count,
                       .keyword_only_count = u->keyword_only_count,
                       .stack_size = stack_size,
                       .first_line = u->first_line,
                       .name = value_ref(u->name),
                       .qualified_name = value_ref(u->qualified_name),
                       .filename = value_ref(c->filename)};
    if (!parts_fill_names(c, u, &parts) || !parts_fill_tables(c, u, &parts)) {
        parts_drop(c->vm, &parts);
        return ABSENT;
    }
    Value code = code_new(c->vm, &parts);
    assert(is_absent(code) || !code_verify(as_code(code), c->arena->allocator));
    return code;
}

Value assemble(Compiler *c, Unit *u) {
    if (!join_streams(c, u)) return ABSENT;
    thread_jumps(u);
    int32_t depth = trace(c, u);
    if (c->failed || !drop_needless(c, u) || !fuse_instructions(c, u) || !drop_constants(c, u)) return ABSENT;
    return build_code(c, u, (uint32_t)depth);
}
