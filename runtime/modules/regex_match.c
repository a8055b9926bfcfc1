/* re.Match: what a successful search has found. */
#include "runtime/arguments.h"
#include "runtime/bytes/bytes.h"
#include "runtime/classes/genericalias.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/modules/regex.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- life --- */

static size_t size_of(int64_t count) { return sizeof(Match) + (size_t)count * sizeof(int64_t[2]); }

Value match_new(VM *vm, Value pattern, Value string, int64_t pos, int64_t endpos, const int64_t *spans) {
    int64_t count = as_pattern(pattern)->engine.groups + 1;
    Match *m = (Match *)object_new_container(vm, &match_type, size_of(count));
    if (!m) return raise_memory(vm);
    m->pattern = value_ref(pattern);
    m->string = value_ref(string);
    m->pos = pos;
    m->endpos = endpos;
    m->count = count;
    memcpy(m->spans, spans, (size_t)count * sizeof m->spans[0]);
    object_track(&m->head);
    return from_object(m);
}

static int traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((Match *)self)->pattern);
    VISIT(((Match *)self)->string);
    return 0;
}

static void dealloc(VM *vm, Object *self) {
    Match *m = (Match *)self;
    size_t size = size_of(m->count);
    value_xdrop(vm, m->pattern);
    value_xdrop(vm, m->string);
    object_free(vm, self, size);
}

/* --- groups --- */

static Value group_text(VM *vm, const Match *m, int64_t group, Value otherwise) {
    if (m->spans[group][0] < 0) return value_ref(otherwise);
    return regex_slice_of(vm, m->string, m->spans[group][0], m->spans[group][1]);
}

/* The number that a group's name or number stands for; -1 RAISES IndexError. */
static int64_t group_number(VM *vm, const Match *m, Value key) {
    int64_t number = -1;
    if (is_int_family(key) || type_of(key)->number.index) {
        Value index = object_index(vm, key);
        if (is_absent(index)) return -1;
        if (is_int(index)) number = int_get(index);
        value_drop(vm, index);
    } else if (object_length(vm, as_pattern(m->pattern)->group_index)) {
        Value found = object_get_item(vm, as_pattern(m->pattern)->group_index, key);
        if (is_absent(found) && !error_is(vm, &exc_LookupError)) return -1;
        error_clear(vm);
        if (!is_absent(found) && is_int(found)) number = int_get(found);
        value_xdrop(vm, found);
    }
    if (number >= 0 && number < m->count) return number;
    raise_index(vm, "no such group");
    return -1;
}

static Value group_of(VM *vm, const Match *m, Value key) {
    int64_t number = group_number(vm, m, key);
    return number < 0 ? ABSENT : group_text(vm, m, number, NONE);
}

METHOD(group) {
    const Match *m = as_match(args[0]);
    if (nargs <= 2) return nargs == 1 ? group_text(vm, m, 0, NONE) : group_of(vm, m, args[1]);
    Tuple *groups = tuple_new(vm, nargs - 1);
    for (int i = 1; groups && i < nargs; i++)
        tuple_fill(vm, &groups, i - 1, group_of(vm, m, args[i]));
    return groups ? tuple_finish(groups) : ABSENT;
}

METHOD(groups) {
    const Match *m = as_match(args[0]);
    Value otherwise = is_absent(args[1]) ? NONE : args[1];
    Tuple *groups = tuple_new(vm, m->count - 1);
    for (int64_t i = 1; groups && i < m->count; i++)
        tuple_fill(vm, &groups, i - 1, group_text(vm, m, i, otherwise));
    return groups ? tuple_finish(groups) : ABSENT;
}

METHOD(groupdict) {
    const Match *m = as_match(args[0]);
    Value otherwise = is_absent(args[1]) ? NONE : args[1], dict = dict_new(vm);
    const Tuple *group_names = as_tuple(as_pattern(m->pattern)->names);
    for (int64_t i = 0; !is_absent(dict) && i < group_names->length; i++) {
        if (is_none(group_names->items[i])) continue;
        Value text = group_text(vm, m, i + 1, otherwise);
        bool done = !is_absent(text) && dict_set(vm, dict, group_names->items[i], text);
        value_xdrop(vm, text);
        if (!done) value_clear(vm, &dict);
    }
    return dict;
}

typedef enum { SPAN_START, SPAN_END, SPAN_BOTH } SpanPart;

static Value span_pair(VM *vm, const int64_t span[2]) {
    return tuple_pack(vm, 2, int_small(span[0]), int_small(span[1]));
}

static Value span_part(VM *vm, Value *args, SpanPart part) {
    const Match *m = as_match(args[0]);
    int64_t group = is_absent(args[1]) ? 0 : group_number(vm, m, args[1]);
    if (group < 0) return ABSENT;
    return part == SPAN_BOTH ? span_pair(vm, m->spans[group]) : int_small(m->spans[group][part]);
}

METHOD(start) { return span_part(vm, args, SPAN_START); }

METHOD(end) { return span_part(vm, args, SPAN_END); }

METHOD(span) { return span_part(vm, args, SPAN_BOTH); }

/* The number of the group whose parenthesis was closed last in the match; 0: none took part. Of groups that end at the
 * same place it is the one closed last in the expression. */
static int64_t last_group(const Match *m) {
    const Tuple *order = as_tuple(as_pattern(m->pattern)->order);
    int64_t last = 0;
    for (int64_t i = 1; i < m->count; i++) {
        if (m->spans[i][0] < 0) continue;
        bool later = last == 0 || m->spans[i][1] > m->spans[last][1] ||
                     (m->spans[i][1] == m->spans[last][1] &&
                      int_get(order->items[i - 1]) > int_get(order->items[last - 1]));
        if (later) last = i;
    }
    return last;
}

/* --- templates --- */

bool match_expand(VM *vm, Value parts, const RegexText *text, const int64_t *spans, Value pieces) {
    const List *list = as_list(parts);
    for (int64_t i = 0; i < list->length; i++) {
        Value part = list->items[i];
        if (!is_int(part)) {
            if (!list_append(vm, pieces, part)) return false;
            continue;
        }
        const int64_t *span = &spans[2 * int_get(part)];
        if (span[0] < 0) continue;
        Value piece = regex_slice(vm, text, span[0], span[1]);
        if (is_absent(piece) || !list_append_owned(vm, pieces, piece)) return false;
    }
    return true;
}

static Value expand(VM *vm, const Match *m, Value parts, bool bytes) {
    RegexText text;
    Value pieces = list_new(vm, 0), result = ABSENT;
    if (is_absent(pieces)) return ABSENT;
    bool group_first = as_list(parts)->length && is_int(as_list(parts)->items[0]);
    if (group_first && !list_append(vm, pieces, bytes ? vm->empty_bytes : vm->empty_string)) {
        value_drop(vm, pieces); /* it has a text in front, as in CPython, which errors of the join count */
        return ABSENT;
    }
    if (regex_open(vm, as_pattern(m->pattern), m->string, &text)) {
        if (match_expand(vm, parts, &text, &m->spans[0][0], pieces)) result = regex_join(vm, bytes, pieces);
        regex_close(vm, &text);
    }
    value_drop(vm, pieces);
    return result;
}

METHOD(expand) {
    const Match *m = as_match(args[0]);
    Value row[2] = {m->pattern, args[1]};
    Value parts = object_call(vm, as_pattern(m->pattern)->template, row, 2, ABSENT);
    if (is_absent(parts) || !is_list(parts)) return parts;
    Value result = expand(vm, m, parts, !is_string(args[1]));
    value_drop(vm, parts);
    return result;
}

/* --- the rest --- */

static Value repr(VM *vm, Value self) {
    const Match *m = as_match(self);
    Value text = group_text(vm, m, 0, NONE);
    if (is_absent(text)) return ABSENT;
    Value result = string_format(vm, "<re.Match object; span=(%lld, %lld), match=%R>",
                                 (long long)m->spans[0][0], (long long)m->spans[0][1], text);
    value_drop(vm, text);
    return result;
}

static Value get_item(VM *vm, Value self, Value key) { return group_of(vm, as_match(self), key); }

METHOD(copy) { return value_ref(args[0]); }

static Value get_pos(VM *vm, Value self) { return int_from(vm, as_match(self)->pos); }

static Value get_endpos(VM *vm, Value self) { return int_from(vm, as_match(self)->endpos); }

static Value get_lastindex(VM *vm, Value self) {
    int64_t last = last_group(as_match(self));
    return last ? int_from(vm, last) : NONE;
}

static Value get_lastgroup(VM *vm, Value self) {
    const Match *m = as_match(self);
    int64_t last = last_group(m);
    return last ? value_ref(as_tuple(as_pattern(m->pattern)->names)->items[last - 1]) : NONE;
}

static Value get_regs(VM *vm, Value self) {
    const Match *m = as_match(self);
    Tuple *regs = tuple_new(vm, m->count);
    for (int64_t i = 0; regs && i < m->count; i++)
        tuple_fill(vm, &regs, i, span_pair(vm, m->spans[i]));
    return regs ? tuple_finish(regs) : ABSENT;
}

static const NativeDef methods[] = {
    {"__class_getitem__", generic_alias_class_getitem, "object, /", "See PEP 585", NATIVE_CLASS_METHOD},
    {"__copy__", method_copy, "", NULL},
    {"__deepcopy__", method_copy, "memo, /", NULL},
    {"end", method_end, "group=0, /", "Return index of the end of the substring matched by group."},
    {"expand", method_expand, "template",
     "Return the string obtained by doing backslash substitution on the string template, as done by the "
     "sub() method."},
    {"group", method_group, "*args",
     "group([group1, ...]) -> str or tuple.\nReturn subgroup(s) of the match by indices or names.\nFor 0 "
     "returns the entire match."},
    {"groupdict", method_groupdict, "default=None",
     "Return a dictionary containing all the named subgroups of the match, keyed by the subgroup name."},
    {"groups", method_groups, "default=None",
     "Return a tuple containing all the subgroups of the match, from 1."},
    {"span", method_span, "group=0, /",
     "For match object m, return the 2-tuple (m.start(group), m.end(group))."},
    {"start", method_start, "group=0, /", "Return index of the start of the substring matched by group."},
    {0},
};

static const GetSetDef getsets[] = {
    {"endpos", get_endpos, NULL, "The index into the string beyond which the RE engine will not go."},
    {"lastgroup", get_lastgroup, NULL, "The name of the last matched capturing group."},
    {"lastindex", get_lastindex, NULL, "The integer index of the last matched capturing group."},
    {"pos", get_pos, NULL, "The index into the string at which the RE engine started looking for a match."},
    {"regs", get_regs, NULL, NULL},
    {0},
};

static const MemberDef members[] = {
    {"re", offsetof(Match, pattern), MEMBER_READONLY, "The regular expression object."},
    {"string", offsetof(Match, string), MEMBER_READONLY, "The string passed to match() or search()."},
    {0},
};

Type match_type = {
    TYPE_HEAD(match_type, "re.Match", .traverse = traverse, .dealloc = dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(Match),
    .base = &object_type,
    .doc = "The result of re.match() and re.search().\nMatch objects always have a boolean value of True.",
    .repr = repr,
    .container = {.get_item = get_item},
    .methods = methods,
    .getsets = getsets,
    .members = members,
};
