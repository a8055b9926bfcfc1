/*
 * Superinstructions: short runs of instructions that one instruction does as well.
 *
 * A run is fused only if nothing jumps into it, one handler covers it, it is of one line (each has its event when the
 * program is traced), and an error in it is reported at the same place as before. The last condition concerns loads of
 * locals, which fail when the variable is unbound: they are taken into an instruction with another span only where the
 * variable is known to be bound. So a first pass follows the first 64 variables through the code (a bit set means: may
 * be unbound).
 */

#include "compiler/compiler.h"

#include <string.h>

#include "runtime/code/code.h"

/* ---- Which variables may be unbound ------------------------------------------------------------------------------ */

enum { TRACKED_VARIABLES = 64 };

typedef struct {
    const Unit *u;
    uint64_t *unbound; /* at each jump target */
    bool changed;
} Flow;

static void mark_targets(Unit *u) {
    for (uint32_t i = 0; i < u->hot.count; i++)
        u->hot.items[i].target = false;
    for (uint32_t i = 0; i < u->hot.count; i++) {
        const Instruction *x = &u->hot.items[i];
        if (x->label) u->hot.items[u->labels[x->label].position].target = true;
        if (x->handler) u->hot.items[u->labels[u->handlers[x->handler].label].position].target = true;
    }
}

static void flow_into(Flow *f, Label label, uint64_t unbound) {
    uint64_t *place = &f->unbound[f->u->labels[label].position];
    if ((*place | unbound) == *place) return;
    *place |= unbound;
    f->changed = true;
}

static uint64_t variable_bit(int32_t variable) {
    return variable < TRACKED_VARIABLES ? UINT64_C(1) << variable : 0;
}

static uint64_t flow_effect(const Instruction *x, uint64_t unbound) {
    switch (x->op) {
    case OP_LOAD_LOCAL:
    case OP_STORE_LOCAL: return unbound & ~variable_bit(x->a);
    case OP_DELETE_LOCAL:
    case OP_CLEAR_LOCAL: return unbound | variable_bit(x->a);
    default: return unbound;
    }
}

static void flow_pass(Flow *f, uint64_t unbound) {
    for (uint32_t i = 0; i < f->u->hot.count; i++) {
        Instruction *x = &f->u->hot.items[i];
        bool ended = i && (opcode_info[f->u->hot.items[i - 1].op].flags & OPF_ENDS);
        if (ended) unbound = 0;
        if (x->target) unbound = f->unbound[i] |= unbound;
        if (x->handler) flow_into(f, f->u->handlers[x->handler].label, unbound);
        x->bound = x->op == OP_LOAD_LOCAL && x->a < TRACKED_VARIABLES && !(unbound & variable_bit(x->a));
        unbound = flow_effect(x, unbound);
        if (x->label) flow_into(f, x->label, unbound);
    }
}

static uint32_t parameter_count(const Unit *u) {
    return u->positional_count + u->keyword_only_count + !!(u->flags & CODE_VARARGS) +
           !!(u->flags & CODE_VARKEYWORDS);
}

static bool find_bound(Compiler *c, Unit *u) {
    uint32_t parameters = parameter_count(u);
    Flow f = {
        .u = u, .unbound = arena_alloc(c->arena, (u->hot.count + 1) * sizeof(uint64_t)), .changed = true};
    if (!f.unbound) return false;
    uint64_t unbound = parameters < TRACKED_VARIABLES ? ~UINT64_C(0) << parameters : 0;
    while (f.changed) {
        f.changed = false;
        flow_pass(&f, unbound);
    }
    return true;
}

/* ---- Fusing ------------------------------------------------------------------------------------------------------ */

typedef struct {
    Compiler *c;
    const Unit *u;
    Instruction *out; /* what is done, in the place of what was read */
    uint32_t count;
    uint32_t barrier;        /* instructions before it are not to be touched: something jumps behind them */
    const Instruction *next; /* the one to be read after this */
} Fuser;

static bool in_one_line(const Instruction *p, const Instruction *x) {
    return p->span.line == x->span.line || p->span.line == 0 || x->span.line == 0;
}

/* The instruction `back` places before the end of the output, if it may be fused with `x` but for its line. */
static Instruction *before_anywhere(const Fuser *f, const Instruction *x, uint32_t back) {
    if (f->count < f->barrier + back) return NULL;
    Instruction *p = &f->out[f->count - back];
    return p->handler == x->handler ? p : NULL;
}

static Instruction *before(const Fuser *f, const Instruction *x, uint32_t back) {
    Instruction *p = before_anywhere(f, x, back);
    return p && in_one_line(p, x) ? p : NULL;
}

static bool is_local(const Instruction *p, int32_t max) {
    return p && p->op == OP_LOAD_LOCAL && p->bound && p->a <= max;
}

static bool is_int16(const Instruction *p) {
    return p && p->op == OP_LOAD_INT && p->a >= OPERAND_INT16_MIN && p->a <= OPERAND_INT16_MAX;
}

/* Put `op` in the place of the last `used` instructions, with the span of `x`. */
static bool replace(Fuser *f, const Instruction *x, uint32_t used, Opcode op, int32_t a, int32_t b) {
    f->count -= used;
    Instruction *p = &f->out[f->count++];
    int32_t depth = used ? p->depth : x->depth;
    bool target = used ? p->target : x->target;
    *p = *x;
    p->op = (uint16_t)op;
    p->a = a;
    p->b = b;
    p->depth = depth;
    p->target = target;
    return true;
}

static bool is_const(const Instruction *x, int32_t max) { return x && x->op == OP_LOAD_CONST && x->a <= max; }

static bool fuse_arithmetic(Fuser *f, const Instruction *x) {
    static const struct {
        uint8_t op, locals, with_local, local_int, with_int, with_const, const_local; /* OP_NOP: none */
    } forms[] = {
        {OP_ADD, OP_ADD_LOCAL_LOCAL, OP_ADD_WITH_LOCAL, OP_ADD_LOCAL_INT, OP_ADD_INT, OP_ADD_WITH_CONST,
         OP_NOP},
        {OP_SUBTRACT, OP_SUBTRACT_LOCAL_LOCAL, OP_SUBTRACT_WITH_LOCAL, OP_SUBTRACT_LOCAL_INT, OP_SUBTRACT_INT,
         OP_SUBTRACT_WITH_CONST, OP_SUBTRACT_CONST_LOCAL},
        {OP_MULTIPLY, OP_MULTIPLY_LOCAL_LOCAL, OP_MULTIPLY_WITH_LOCAL, OP_NOP, OP_MULTIPLY_INT,
         OP_MULTIPLY_WITH_CONST, OP_MULTIPLY_CONST_LOCAL},
        {OP_TRUE_DIVIDE, OP_NOP, OP_TRUE_DIVIDE_WITH_LOCAL, OP_NOP, OP_NOP, OP_NOP, OP_NOP},
        {OP_FLOOR_DIVIDE, OP_NOP, OP_NOP, OP_NOP, OP_FLOOR_DIVIDE_INT, OP_NOP, OP_NOP},
        {OP_MODULO, OP_NOP, OP_NOP, OP_NOP, OP_MODULO_INT, OP_NOP, OP_NOP},
        {OP_LSHIFT, OP_NOP, OP_NOP, OP_NOP, OP_LSHIFT_INT, OP_NOP, OP_NOP},
        {OP_RSHIFT, OP_NOP, OP_NOP, OP_NOP, OP_RSHIFT_INT, OP_NOP, OP_NOP},
        {OP_AND, OP_NOP, OP_NOP, OP_NOP, OP_AND_INT, OP_NOP, OP_NOP},
    };
    const Instruction *right = before(f, x, 1), *left = before(f, x, 2);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (forms[i].op != x->op) continue;
        bool plain = x->a == 0 && is_local(left, OPERAND_A8_MAX);
        if (is_local(right, OPERAND_B16_MAX)) {
            if (plain && forms[i].locals) return replace(f, x, 2, (Opcode)forms[i].locals, left->a, right->a);
            if (x->a == 0 && forms[i].const_local && is_const(left, OPERAND_A8_MAX))
                return replace(f, x, 2, (Opcode)forms[i].const_local, left->a, right->a);
            return forms[i].with_local && replace(f, x, 1, (Opcode)forms[i].with_local, x->a, right->a);
        }
        if (is_const(right, OPERAND_B16_MAX))
            return forms[i].with_const && replace(f, x, 1, (Opcode)forms[i].with_const, x->a, right->a);
        if (!is_int16(right) || !forms[i].with_int) return false;
        if (plain && forms[i].local_int)
            return replace(f, x, 2, (Opcode)forms[i].local_int, left->a, right->a);
        return replace(f, x, 1, (Opcode)forms[i].with_int, x->a, right->a);
    }
    return false;
}

static bool fuse_get_item(Fuser *f, const Instruction *x) {
    const Instruction *key = before(f, x, 1), *container = before(f, x, 2);
    if (key && key->op == OP_LOAD_INT) return replace(f, x, 1, OP_GET_ITEM_INT, key->a, 0);
    if (!is_local(key, OPERAND_B16_MAX) || !is_local(container, OPERAND_A8_MAX)) return false;
    return replace(f, x, 2, OP_GET_ITEM_LOCAL_LOCAL, container->a, key->a);
}

static bool fuse_set_item(Fuser *f, const Instruction *x) {
    const Instruction *key = before(f, x, 1), *container = before(f, x, 2);
    if (!is_local(key, OPERAND_B16_MAX) || !is_local(container, OPERAND_A8_MAX)) return false;
    return replace(f, x, 2, OP_SET_ITEM_LOCAL_LOCAL, container->a, key->a);
}

static bool fuse_attribute(Fuser *f, const Instruction *x) {
    const Instruction *object = before(f, x, 1);
    if (!is_local(object, OPERAND_A8_MAX) || x->a > OPERAND_B16_MAX) return false;
    return replace(f, x, 1, x->op == OP_LOAD_ATTR ? OP_LOAD_LOCAL_ATTR : OP_STORE_LOCAL_ATTR, object->a,
                   x->a);
}

/* The forms of operators that do the STORE_LOCAL behind them as well; OP_NOP for others. */
static Opcode storing_form(uint16_t op) {
    switch (op) {
    case OP_ADD: return OP_ADD_STORE;
    case OP_MULTIPLY: return OP_MULTIPLY_STORE;
    case OP_ADD_LOCAL_LOCAL: return OP_ADD_LOCAL_LOCAL_STORE;
    case OP_SUBTRACT_LOCAL_LOCAL: return OP_SUBTRACT_LOCAL_LOCAL_STORE;
    case OP_MULTIPLY_LOCAL_LOCAL: return OP_MULTIPLY_LOCAL_LOCAL_STORE;
    case OP_ADD_WITH_LOCAL: return OP_ADD_WITH_LOCAL_STORE;
    case OP_SUBTRACT_WITH_LOCAL: return OP_SUBTRACT_WITH_LOCAL_STORE;
    case OP_MULTIPLY_WITH_LOCAL: return OP_MULTIPLY_WITH_LOCAL_STORE;
    default: return OP_NOP;
    }
}

/* An operator and the store of its result: the store stays, for results that the operator's short way does not make. */
static void join_store(Fuser *f, const Instruction *x, Instruction *operator) {
    const Instruction *left = before(f, x, 2);
    bool with_local = operator->op == OP_ADD_WITH_LOCAL || operator->op == OP_SUBTRACT_WITH_LOCAL;
    if (with_local && operator->a == 1 && is_local(left, OPERAND_A8_MAX) && left->a == x->a) {
        Instruction change = *operator;
        replace(f, &change, 2, change.op == OP_ADD_WITH_LOCAL ? OP_ADD_TO_LOCAL : OP_SUBTRACT_FROM_LOCAL,
                x->a, change.b);
    } else if (storing_form(operator->op) != OP_NOP) {
        operator->op = storing_form(operator->op);
    }
}

static bool fuse_store(Fuser *f, const Instruction *x) {
    Instruction *last = before(f, x, 1);
    const Instruction *first = before(f, x, 2);
    if (last && last->op == OP_FOR_ITER) {
        last->op = OP_FOR_ITER_LOCAL;
        last->a = x->a;
        return true;
    }
    bool increment =
        last && last->op == OP_ADD_INT && last->a == 1 && is_local(first, OPERAND_A8_MAX) && first->a == x->a;
    if (!increment) {
        if (last) join_store(f, x, last);
        return false;
    }
    Instruction sum = *last;
    return replace(f, &sum, 2, OP_INCREMENT_LOCAL, x->a, sum.b);
}

static bool fuse_return(Fuser *f, const Instruction *x) {
    const Instruction *value = before(f, x, 1);
    bool loads =
        value && (value->op == OP_LOAD_LOCAL || value->op == OP_LOAD_CONST || value->op == OP_LOAD_INT);
    if (!loads) return false;
    Instruction load = *value;
    if (load.op == OP_LOAD_INT) load.a = unit_constant(f->c, int_small(load.a));
    load.label = 0;
    return replace(f, &load, 1, load.op == OP_LOAD_LOCAL ? OP_RETURN_LOCAL : OP_RETURN_CONST, load.a, 0);
}

static Opcode inverted_jump(Opcode op) {
    switch (op) {
    case OP_POP_JUMP_IF_TRUE: return OP_POP_JUMP_IF_FALSE;
    case OP_POP_JUMP_IF_FALSE: return OP_POP_JUMP_IF_TRUE;
    default: return op;
    }
}

static bool fuse_comparison(Fuser *f, const Instruction *jump, const Instruction *compare) {
    const Instruction *right = before(f, jump, 2), *left = before(f, jump, 3);
    Instruction x = *jump;
    x.compare = (uint8_t)((jump->op == OP_POP_JUMP_IF_TRUE) << 3 | compare->a);
    if (is_local(left, OPERAND_A8_MAX)) {
        if (is_local(right, OPERAND_B16_MAX))
            return replace(f, &x, 3, OP_COMPARE_LOCAL_LOCAL_JUMP, left->a, right->a);
        if (is_int16(right)) return replace(f, &x, 3, OP_COMPARE_LOCAL_INT_JUMP, left->a, right->a);
        if (is_const(right, OPERAND_B16_MAX))
            return replace(f, &x, 3, OP_COMPARE_LOCAL_CONST_JUMP, left->a, right->a);
    }
    if (right && right->op == OP_LOAD_INT) return replace(f, &x, 2, OP_COMPARE_INT_JUMP, right->a, 0);
    if (right && right->op == OP_LOAD_CONST) return replace(f, &x, 2, OP_COMPARE_CONST_JUMP, right->a, 0);
    return replace(f, &x, 1, OP_COMPARE_JUMP, 0, 0);
}

static bool fuse_jump(Fuser *f, const Instruction *x) {
    const Instruction *test = before(f, x, 1), *operand = before(f, x, 2);
    if (!test) return false;
    if (test->op == OP_COMPARE) return fuse_comparison(f, x, test);
    if (test->op == OP_NOT) return replace(f, x, 1, inverted_jump((Opcode)x->op), 0, 0);
    bool none =
        test->op == OP_IS && operand && operand->op == OP_LOAD_CONST && is_none(f->u->constants[operand->a]);
    if (!none) return false;
    bool if_none = (x->op == OP_POP_JUMP_IF_TRUE) != test->a;
    return replace(f, x, 2, if_none ? OP_POP_JUMP_IF_NONE : OP_POP_JUMP_IF_NOT_NONE, 0, 0);
}

/* What a comprehension makes is stored, or dropped, before its variables are cleared: so objects die in CPython's
 * order. */
static bool take_before_clears(Fuser *f, const Instruction *x) {
    uint32_t back = 0;
    const Instruction *clear;
    while ((clear = before(f, x, back + 1)) && clear->op == OP_CLEAR_LOCAL &&
           (x->op == OP_POP_TOP || clear->a != x->a))
        back++;
    if (back == 0) return false;
    Instruction *first = &f->out[f->count++ - back];
    memmove(first + 1, first, back * sizeof *first);
    bool target = first->target;
    *first = *x;
    first->target = target;
    first[1].target = false;
    return true;
}

static bool fuse(Fuser *f, const Instruction *x) {
    if ((x->op == OP_STORE_LOCAL || x->op == OP_POP_TOP) && take_before_clears(f, x)) return true;
    switch (x->op) {
    case OP_GET_ITEM: return fuse_get_item(f, x);
    case OP_SET_ITEM: return fuse_set_item(f, x);
    case OP_LOAD_ATTR:
    case OP_STORE_ATTR: return fuse_attribute(f, x);
    case OP_STORE_LOCAL: return fuse_store(f, x);
    case OP_RETURN: return fuse_return(f, x);
    case OP_POP_JUMP_IF_TRUE:
    case OP_POP_JUMP_IF_FALSE: return fuse_jump(f, x);
    default: return fuse_arithmetic(f, x);
    }
}

/* Does the instruction look at the STORE_LOCAL behind it? So do the storing forms; and a sum may be a string's
 * growth. */
static bool needs_store(const Instruction *x) {
    if (!x) return false;
    bool to_local = x->op == OP_ADD_TO_LOCAL || x->op == OP_SUBTRACT_FROM_LOCAL;
    for (uint16_t op = 0; op < OP_COUNT && !to_local; op++)
        to_local = storing_form(op) == x->op && x->op != OP_NOP;
    return to_local || x->op == OP_ADD_WITH_CONST;
}

/* Second pass: neighbouring loads and stores of locals that no operation took. */
static bool pair_locals(Fuser *f, const Instruction *x) {
    Instruction *first = before_anywhere(f, x, 1);
    /* A statement may begin in the pair: the line's event comes with what follows in it. */
    const Instruction *stored = before_anywhere(f, x, 2);
    bool follows = first && first->op == OP_STORE_LOCAL && f->next && in_one_line(x, f->next) &&
                   (!stored || in_one_line(stored, first));
    if (!first || (!follows && !in_one_line(first, x))) return false;
    if (first->a > OPERAND_A8_MAX || x->a > OPERAND_B16_MAX) return false;
    bool loads = first->op == OP_LOAD_LOCAL;
    bool stores = first->op == OP_STORE_LOCAL && !needs_store(stored);
    Instruction fused = *x;
    if (x->op == OP_LOAD_LOCAL && loads && (first->bound || x->bound)) {
        if (!first->bound) fused.span = first->span;
        return replace(f, &fused, 1, OP_LOAD_LOCAL_LOCAL, first->a, x->a);
    }
    if (x->op == OP_LOAD_LOCAL && stores)
        return replace(f, &fused, 1, OP_STORE_LOCAL_LOAD_LOCAL, first->a, x->a);
    if (x->op == OP_STORE_LOCAL && stores)
        return replace(f, &fused, 1, OP_STORE_LOCAL_STORE_LOCAL, first->a, x->a);
    return false;
}

/* `if x: continue` is a conditional jump over a jump: one jump the other way round does, unless a line begins
 * between. */
static bool is_jump_over(const Unit *u, uint32_t i) {
    const Instruction *x = &u->hot.items[i];
    if (inverted_jump((Opcode)x->op) == (Opcode)x->op || i + 2 >= u->hot.count) return false;
    const Instruction *next = &u->hot.items[i + 1];
    bool in_line = next->span.line == 0 || next->span.line == x->span.end_line;
    return next->op == OP_JUMP && !next->target && in_line && u->labels[x->label].position == i + 2;
}

static bool run_pass(Compiler *c, Unit *u, bool (*pass)(Fuser *, const Instruction *), bool invert) {
    uint32_t *moved = arena_alloc(c->arena, (u->hot.count + 1) * sizeof *moved);
    if (!moved) return false;
    Fuser f = {.c = c, .u = u, .out = u->hot.items};
    for (uint32_t i = 0; i < u->hot.count; i++) {
        Instruction x = u->hot.items[i];
        f.next = i + 1 < u->hot.count ? &u->hot.items[i + 1] : NULL;
        if (x.target) f.barrier = f.count;
        moved[i] = f.count;
        if (invert && is_jump_over(u, i)) {
            moved[++i] = f.count;
            x.op = (uint16_t)inverted_jump((Opcode)x.op);
            x.label = u->hot.items[i].label;
        }
        if (!pass(&f, &x)) f.out[f.count++] = x;
    }
    moved[u->hot.count] = f.count;
    for (uint32_t i = 1; i < u->label_count; i++)
        if (u->labels[i].position != UINT32_MAX) u->labels[i].position = moved[u->labels[i].position];
    u->hot.count = f.count;
    return !c->failed;
}

bool fuse_instructions(Compiler *c, Unit *u) {
    mark_targets(u);
    return find_bound(c, u) && run_pass(c, u, fuse, true) && run_pass(c, u, pair_locals, false);
}
