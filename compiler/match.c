/*
 * match: patterns (PEP 634).
 *
 * A pattern finds its subject on top of the stack and takes it off, whether it matches or not. What it captures stays
 * on the stack below the values that are still to be looked at, the first capture uppermost, and is bound only when the
 * whole pattern has matched; so the depth of the stack at each point of failure is known, and for each such depth there
 * is a label that pops that much on the way to the next case.
 */

#include "compiler/compiler.h"

#include <string.h>

#include "runtime/containers/set.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

typedef struct {
    Name **captures; /* in the order in which they were met */
    uint32_t capture_count, capture_capacity;
    Label *failures; /* by the number of values to be popped there; 0: not used so far */
    uint32_t failure_count, failure_capacity;
    uint32_t pending;       /* values above the captures that a failure has to pop */
    bool allow_irrefutable; /* may the pattern match anything? */
} Patterns;

static void pattern(Compiler *c, Patterns *p, Node *node);

static bool is_wildcard(const Node *node) {
    return node->kind == AST_MatchAs && !node->MatchAs.pattern && !node->MatchAs.name.utf8;
}

static bool is_wildcard_star(const Node *node) {
    return node->kind == AST_MatchStar && !node->MatchStar.name.utf8;
}

/* ---- Failing ----------------------------------------------------------------------------------------------------- */

static Label failure_label(Compiler *c, Patterns *p) {
    uint32_t pops = p->pending + p->capture_count;
    while (p->failure_count <= pops) {
        if (!ARRAY_GROW(c, p->failures, p->failure_count, p->failure_capacity)) return 0;
        p->failures[p->failure_count++] = 0;
    }
    if (!p->failures[pops]) p->failures[pops] = label_new(c);
    return p->failures[pops];
}

/* `op` jumps when the pattern does not match; what it tests is gone from the stack then. */
static void fail_by(Compiler *c, Patterns *p, Opcode op, Span span) {
    emit_jump(c, op, failure_label(c, p), span);
}

/* Where the failures lead: pop what each left. */
static void place_failures(Compiler *c, Patterns *p) {
    for (uint32_t pops = p->failure_count; pops-- > 0 && !c->failed;) {
        if (p->failures[pops]) label_place(c, p->failures[pops]);
        if (pops) emit(c, OP_POP_TOP, 0, NO_SPAN);
    }
    p->failure_count = 0;
}

/* ---- Capturing --------------------------------------------------------------------------------------------------- */

/* Move the top of the stack down to depth `count`. */
static void rotate(Compiler *c, uint32_t count) {
    for (; count > 1; count--)
        emit(c, OP_SWAP, (int32_t)count, NO_SPAN);
}

static void note_capture(Compiler *c, Patterns *p, Name *name, Span span) {
    for (uint32_t i = 0; i < p->capture_count; i++)
        if (p->captures[i] == name)
            compile_fail(c, span, "multiple assignments to name '%s' in pattern", name->utf8);
    if (!ARRAY_GROW(c, p->captures, p->capture_count, p->capture_capacity)) return;
    p->captures[p->capture_count++] = name;
}

/* (value) -> (): put it under everything else, to be bound at the end. */
static void capture(Compiler *c, Patterns *p, Identifier identifier, Span span) {
    if (strcmp(identifier.utf8, "__debug__") == 0) compile_fail(c, span, "cannot assign to __debug__");
    Name *name = c->failed ? NULL : name_identifier(c, identifier);
    if (!name) return;
    rotate(c, p->pending + p->capture_count + 1);
    note_capture(c, p, name, span);
}

static void bind_captures(Compiler *c, const Patterns *p, Span span) {
    for (uint32_t i = 0; i < p->capture_count && !c->failed; i++)
        variable_access(c, p->captures[i], ACCESS_STORE, span);
}

/* ---- Values, captures -------------------------------------------------------------------------------------------- */

static bool is_value(Compiler *c, Node *node) {
    return node->kind == AST_Attribute || !is_absent(fold_constant(c, node));
}

static void value_pattern(Compiler *c, Patterns *p, Node *node) {
    Node *value = node->MatchValue.value;
    if (value->kind == AST_JoinedStr || (!is_value(c, value) && !c->failed)) {
        compile_fail(c, node->span, "patterns may only match literals and attribute lookups");
        return;
    }
    expression(c, value);
    emit(c, OP_COMPARE, COMPARE_EQ, node->span);
    fail_by(c, p, OP_POP_JUMP_IF_FALSE, node->span);
}

static void singleton_pattern(Compiler *c, Patterns *p, Node *node) {
    const Value values[] = {
        [CONSTANT_NONE] = NONE, [CONSTANT_TRUE] = TRUE_VALUE, [CONSTANT_FALSE] = FALSE_VALUE};
    emit_const(c, values[node->MatchSingleton.value.kind], node->span);
    emit(c, OP_IS, 0, node->span);
    fail_by(c, p, OP_POP_JUMP_IF_FALSE, node->span);
}

static void as_pattern(Compiler *c, Patterns *p, Node *node) {
    Node *inner = node->MatchAs.pattern;
    Identifier name = node->MatchAs.name;
    if (!inner && !p->allow_irrefutable) {
        if (name.utf8)
            compile_fail(c, node->span, "name capture '%s' makes remaining patterns unreachable", name.utf8);
        else
            compile_fail(c, node->span, "wildcard makes remaining patterns unreachable");
        return;
    }
    if (!inner && !name.utf8) {
        emit(c, OP_POP_TOP, 0, node->span);
        return;
    }
    if (inner) {
        p->pending++;
        emit(c, OP_COPY, 1, node->span);
        pattern(c, p, inner);
        p->pending--;
    }
    capture(c, p, name, node->span);
}

/* A pattern inside another may match anything. */
static void inner_pattern(Compiler *c, Patterns *p, Node *node) {
    bool allowed = p->allow_irrefutable;
    p->allow_irrefutable = true;
    pattern(c, p, node);
    p->allow_irrefutable = allowed;
}

/* The values of `patterns` lie on the stack, the first on top, all but `p->pending` of them counted so far. */
static void pushed_patterns(Compiler *c, Patterns *p, NodeList patterns) {
    for (uint32_t i = 0; i < patterns.count && !c->failed; i++) {
        p->pending--;
        inner_pattern(c, p, patterns.items[i]);
    }
}

/* ---- Sequences --------------------------------------------------------------------------------------------------- */

static void length_test(Compiler *c, Patterns *p, uint32_t length, CompareOp op, Span span) {
    emit(c, OP_MATCH_LENGTH, 0, span);
    emit_const(c, int_small(length), span);
    emit(c, OP_COMPARE, op, span);
    fail_by(c, p, OP_POP_JUMP_IF_FALSE, span);
}

/* (sequence) -> (): unpack it and match each item. */
static void sequence_unpacked(Compiler *c, Patterns *p, NodeList patterns, uint32_t star, Span span) {
    uint32_t after = star < patterns.count ? patterns.count - star - 1 : 0;
    if (star == patterns.count)
        emit(c, OP_UNPACK, (int32_t)patterns.count, span);
    else if (star > OPERAND_A8_MAX || after > OPERAND_B16_MAX)
        compile_fail(c, span, "too many expressions in star-unpacking sequence pattern");
    else
        emit_ab(c, OP_UNPACK_STAR, (int32_t)star, (int32_t)after, span);
    p->pending += patterns.count;
    pushed_patterns(c, p, patterns);
}

/* (sequence) -> (): the star takes what nobody wants, so fetch the other items one by one. */
static void sequence_fetched(Compiler *c, Patterns *p, NodeList patterns, uint32_t star, Span span) {
    p->pending++;
    for (uint32_t i = 0; i < patterns.count && !c->failed; i++) {
        Node *item = patterns.items[i];
        if (i == star || is_wildcard(item)) continue;
        emit(c, OP_COPY, 1, span);
        if (i > star) { /* counted from the end */
            emit(c, OP_MATCH_LENGTH, 0, span);
            emit_const(c, int_small(patterns.count - i), span);
            emit(c, OP_SUBTRACT, 0, span);
        } else {
            emit_const(c, int_small(i), span);
        }
        emit(c, OP_GET_ITEM, 0, span);
        inner_pattern(c, p, item);
    }
    p->pending--;
    emit(c, OP_POP_TOP, 0, span);
}

/* The place of the star; the number of patterns when there is none. */
static uint32_t find_star(Compiler *c, NodeList patterns, Span span) {
    uint32_t star = patterns.count;
    for (uint32_t i = 0; i < patterns.count; i++) {
        if (patterns.items[i]->kind != AST_MatchStar) continue;
        if (star < patterns.count) compile_fail(c, span, "multiple starred names in sequence pattern");
        star = i;
    }
    return star;
}

static void sequence_pattern(Compiler *c, Patterns *p, Node *node) {
    NodeList patterns = node->MatchSequence.patterns;
    Span span = node->span;
    uint32_t star = find_star(c, patterns, span);
    bool starred = star < patterns.count, all_wild = true;
    for (uint32_t i = 0; i < patterns.count; i++)
        all_wild = all_wild && (is_wildcard(patterns.items[i]) || is_wildcard_star(patterns.items[i]));
    p->pending++;
    emit(c, OP_MATCH_SEQUENCE, 0, span);
    fail_by(c, p, OP_POP_JUMP_IF_FALSE, span);
    if (!starred)
        length_test(c, p, patterns.count, COMPARE_EQ, span);
    else if (patterns.count > 1)
        length_test(c, p, patterns.count - 1, COMPARE_GE, span);
    p->pending--;
    if (all_wild)
        emit(c, OP_POP_TOP, 0, span);
    else if (starred && is_wildcard_star(patterns.items[star]))
        sequence_fetched(c, p, patterns, star, span);
    else
        sequence_unpacked(c, p, patterns, star, span);
}

static void star_pattern(Compiler *c, Patterns *p, Node *node) {
    if (node->MatchStar.name.utf8)
        capture(c, p, node->MatchStar.name, node->span);
    else
        emit(c, OP_POP_TOP, 0, node->span);
}

/* ---- Mappings ---------------------------------------------------------------------------------------------------- */

static void fail_duplicate_key(Compiler *c, Value key, Span span) {
    size_t length;
    Value keeper = ABSENT, text = object_repr(c->vm, key);
    const char *utf8 = is_absent(text) ? NULL : string_utf8(c->vm, text, &length, &keeper);
    if (utf8)
        compile_fail(c, span, "mapping pattern checks duplicate key (%s)", utf8);
    else
        compile_fail_memory(c);
    value_xdrop(c->vm, keeper);
    value_xdrop(c->vm, text);
}

/* Push the keys; literal ones must differ. */
static void mapping_keys(Compiler *c, NodeList keys, Span span) {
    Value seen = compile_pin(c, set_new(c->vm));
    for (uint32_t i = 0; i < keys.count && !c->failed; i++) {
        Node *node = keys.items[i];
        Value key = node->kind == AST_JoinedStr ? ABSENT : fold_constant(c, node);
        if (is_absent(key) && node->kind != AST_Attribute)
            compile_fail(c, span, "mapping pattern keys may only match literals and attribute lookups");
        if (!is_absent(key)) {
            int found = set_contains(c->vm, seen, key);
            if (found > 0) fail_duplicate_key(c, key, span);
            if (found < 0 || !set_add(c->vm, seen, key)) compile_fail_memory(c);
        }
        expression(c, node);
    }
    emit(c, OP_BUILD_TUPLE, (int32_t)keys.count, span);
}

static void mapping_pattern(Compiler *c, Patterns *p, Node *node) {
    NodeList keys = node->MatchMapping.keys;
    Identifier rest = node->MatchMapping.rest;
    Span span = node->span;
    p->pending++;
    emit(c, OP_MATCH_MAPPING, 0, span);
    fail_by(c, p, OP_POP_JUMP_IF_FALSE, span);
    if (keys.count) length_test(c, p, keys.count, COMPARE_GE, span);
    if (!keys.count && !rest.utf8) {
        p->pending--;
        emit(c, OP_POP_TOP, 0, span);
        return;
    }
    mapping_keys(c, keys, span);
    emit(c, OP_MATCH_KEYS, 0, span); /* (subject, keys, values or None) */
    p->pending += 2;
    emit(c, OP_COPY, 1, span);
    fail_by(c, p, OP_POP_JUMP_IF_NONE, span);
    emit(c, OP_UNPACK, (int32_t)keys.count, span);
    p->pending += keys.count - 1;
    pushed_patterns(c, p, node->MatchMapping.patterns);
    p->pending -= 2;
    emit(c, rest.utf8 ? OP_MATCH_REST : OP_POP_TOP, 0, span);
    if (rest.utf8)
        capture(c, p, rest, span);
    else
        emit(c, OP_POP_TOP, 0, span);
}

/* ---- Classes ----------------------------------------------------------------------------------------------------- */

/* The tuple of attribute names. They are taken as they stand, unmangled. */
static Value attribute_names(Compiler *c, Node *node) {
    IdentifierList names = node->MatchClass.kwd_attrs;
    Value *items = arena_alloc(c->arena, (names.count + 1) * sizeof *items);
    if (!items) compile_fail_memory(c);
    for (uint32_t i = 0; i < names.count && !c->failed; i++) {
        Span span = node->MatchClass.kwd_patterns.items[i]->span;
        if (strcmp(names.items[i].utf8, "__debug__") == 0)
            compile_fail(c, span, "cannot assign to __debug__");
        items[i] = name_value(c, name_of(&c->names, names.items[i].utf8, names.items[i].length, false));
        for (uint32_t k = 0; k < i && !c->failed; k++)
            if (value_same(items[k], items[i]))
                compile_fail(c, span, "attribute name repeated in class pattern: %s", names.items[i].utf8);
    }
    return tuple_value(c, items, names.count);
}

static void class_pattern(Compiler *c, Patterns *p, Node *node) {
    NodeList positional = node->MatchClass.patterns, named = node->MatchClass.kwd_patterns;
    Span span = node->span;
    Value names = attribute_names(c, node);
    if (c->failed) return;
    expression(c, node->MatchClass.cls);
    emit_const(c, names, span);
    emit(c, OP_MATCH_CLASS, (int32_t)positional.count, span);
    p->pending++;
    emit(c, OP_COPY, 1, span);
    fail_by(c, p, OP_POP_JUMP_IF_NONE, span);
    emit(c, OP_UNPACK, (int32_t)(positional.count + named.count), span);
    p->pending += positional.count + named.count - 1;
    pushed_patterns(c, p, positional);
    pushed_patterns(c, p, named);
}

/* ---- Alternatives ------------------------------------------------------------------------------------------------ */

/* Exchange the values at two depths. */
static void exchange(Compiler *c, uint32_t a, uint32_t b) {
    if (a > 1) emit(c, OP_SWAP, (int32_t)a, NO_SPAN);
    emit(c, OP_SWAP, (int32_t)b, NO_SPAN);
    if (a > 1) emit(c, OP_SWAP, (int32_t)a, NO_SPAN);
}

/* Bring the captures into the order that the first alternative gave them. */
static void order_captures(Compiler *c, Patterns *p, const Patterns *wanted, Span span) {
    bool same = p->capture_count == wanted->capture_count;
    for (uint32_t i = 0; i < wanted->capture_count && same; i++) {
        uint32_t k = i;
        while (k < p->capture_count && p->captures[k] != wanted->captures[i])
            k++;
        same = k < p->capture_count;
        if (!same || k == i) continue;
        exchange(c, i + 1, k + 1);
        p->captures[k] = p->captures[i];
        p->captures[i] = wanted->captures[i];
    }
    if (!same) compile_fail(c, span, "alternative patterns bind different names");
}

/* (subject, captures, the first on top) -> () */
static void adopt_captures(Compiler *c, Patterns *p, const Patterns *from, Span span) {
    uint32_t depth = from->capture_count + 1 + p->pending + p->capture_count;
    for (uint32_t i = 0; i < from->capture_count && !c->failed; i++) {
        rotate(c, depth);
        note_capture(c, p, from->captures[i], span);
    }
    emit(c, OP_POP_TOP, 0, span);
}

static void or_pattern(Compiler *c, Patterns *p, Node *node) {
    NodeList patterns = node->MatchOr.patterns;
    Label end = label_new(c);
    Patterns first = {0};
    for (uint32_t i = 0; i < patterns.count && !c->failed; i++) {
        Patterns inner = {.allow_irrefutable = p->allow_irrefutable && i + 1 == patterns.count};
        emit(c, OP_COPY, 1, node->span);
        pattern(c, &inner, patterns.items[i]);
        if (i == 0)
            first = inner;
        else if (!c->failed)
            order_captures(c, &inner, &first, node->span);
        emit_jump(c, OP_JUMP, end, NO_SPAN);
        place_failures(c, &inner);
    }
    emit(c, OP_POP_TOP, 0, node->span);
    fail_by(c, p, OP_JUMP, NO_SPAN);
    label_place(c, end);
    adopt_captures(c, p, &first, node->span);
}

static void pattern(Compiler *c, Patterns *p, Node *node) {
    if (c->failed) return;
    switch (node->kind) {
    case AST_MatchValue: value_pattern(c, p, node); break;
    case AST_MatchSingleton: singleton_pattern(c, p, node); break;
    case AST_MatchSequence: sequence_pattern(c, p, node); break;
    case AST_MatchMapping: mapping_pattern(c, p, node); break;
    case AST_MatchClass: class_pattern(c, p, node); break;
    case AST_MatchStar: star_pattern(c, p, node); break;
    case AST_MatchAs: as_pattern(c, p, node); break;
    default: or_pattern(c, p, node);
    }
}

/* ---- The statement ----------------------------------------------------------------------------------------------- */

/* (subject) -> (subject), at the next case, or () at `end`. The last case has the subject to itself: () -> (). */
static void match_case(Compiler *c, Node *node, bool last, Label end) {
    __typeof__(node->match_case) *m = &node->match_case;
    Patterns p = {.allow_irrefutable = m->guard || last};
    if (!last) emit(c, OP_COPY, 1, m->pattern->span);
    pattern(c, &p, m->pattern);
    if (c->failed) return;
    bind_captures(c, &p, m->pattern->span);
    p.capture_count = 0;
    if (m->guard) jump_if(c, m->guard, failure_label(c, &p), false);
    if (!last) emit(c, OP_POP_TOP, 0, m->pattern->span);
    statements(c, m->body);
    emit_jump(c, OP_JUMP, end, NO_SPAN);
    place_failures(c, &p);
}

void match_statement(Compiler *c, Node *node) {
    NodeList cases = node->Match.cases;
    Label end = label_new(c);
    expression(c, node->Match.subject);
    for (uint32_t i = 0; i < cases.count && !c->failed; i++)
        match_case(c, cases.items[i], i + 1 == cases.count, end);
    label_place(c, end);
}
