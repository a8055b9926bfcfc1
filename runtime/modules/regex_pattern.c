/*
 * The module _re: re.Pattern, its searches, and what makes one.
 *
 * Every method that looks at a string opens it, so that its memory stays where it is, and walks over the matches with a
 * Walk: each search begins where the last match ended, and may be empty there only if that one was not.
 */
#include "runtime/arguments.h"
#include "runtime/bytes/bytes.h"
#include "runtime/classes/descriptor.h"
#include "runtime/classes/genericalias.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/iterators.h"
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/hash.h"
#include "runtime/module.h"
#include "runtime/modules/regex.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/builder.h"
#include "runtime/text/str.h"
#include "runtime/text/text.h"

/* --- strings --- */

bool regex_open(VM *vm, const Pattern *pattern, Value string, RegexText *text) {
    *text = (RegexText){.string = string};
    if (is_string(string)) {
        if (pattern->bytes)
            return raise_type(vm, "cannot use a bytes pattern on a string-like object"), false;
        const String *s = as_string(string);
        text->subject = (RegexSubject){s->data, string_length(s), s->width_log};
        return true;
    }
    if (!is_bytes(string)) {
        if (!has_buffer(string)) {
            return raise_type(vm, "expected string or bytes-like object, got '%T'", string), false;
        }
        if (!buffer_acquire(vm, string, BUFFER_SIMPLE, &text->view)) return false;
        text->viewed = true;
        text->subject = (RegexSubject){text->view.data, text->view.size, 0};
    } else {
        text->subject = (RegexSubject){as_bytes(string)->data, as_bytes(string)->length, 0};
    }
    if (pattern->bytes) return true;
    regex_close(vm, text);
    return raise_type(vm, "cannot use a string pattern on a bytes-like object"), false;
}

/* Make the text's units as wide as the pattern's engine wants them: before the first search in it. */
static bool fit_text(VM *vm, Pattern *pattern, RegexText *text) {
    RegexSubject *subject = &text->subject;
    int width = regex_engine_width(vm, &pattern->engine, subject->width_log);
    if (width < 0) return false;
    if ((unsigned)width == subject->width_log) return true;
    text->widened = regex_subject_widen(vm, subject, &text->widened_size);
    return text->widened != NULL;
}

void regex_close(VM *vm, RegexText *text) {
    if (text->widened) memory_free(vm, text->widened, text->widened_size);
    text->widened = NULL;
    if (text->viewed) buffer_release(vm, &text->view);
    text->viewed = false;
}

Value regex_slice(VM *vm, const RegexText *text, int64_t start, int64_t stop) {
    if (is_string(text->string)) return string_slice(vm, text->string, start, stop);
    if (is_exactly(text->string, &bytes_type)) return text_slice(vm, text->string, start, stop);
    return bytes_from(vm, text->view.data + start, stop - start);
}

Value regex_slice_of(VM *vm, Value string, int64_t start, int64_t stop) {
    if (is_string(string)) return string_slice(vm, string, start, stop);
    if (is_exactly(string, &bytes_type)) return text_slice(vm, string, start, stop);
    BufferView view;
    if (!buffer_acquire(vm, string, BUFFER_SIMPLE, &view)) return ABSENT;
    /* The memory may have shrunk since it was searched. */
    int64_t from = start < view.size ? start : view.size, to = stop < view.size ? stop : view.size;
    Value part = bytes_from(vm, view.data + from, to - from);
    buffer_release(vm, &view);
    return part;
}

Value regex_join(VM *vm, bool bytes, Value pieces) {
    if (!bytes) return string_join(vm, vm->empty_string, as_list(pieces)->items, as_list(pieces)->length);
    Value empty = bytes_from(vm, NULL, 0);
    Value result = is_absent(empty) ? ABSENT : call_method(vm, empty, NAME_OF(vm, join), &pieces, 1);
    value_xdrop(vm, empty);
    return result;
}

/* --- walking over matches --- */

enum { LOCAL_GROUPS = 16 };

typedef struct {
    VM *vm;
    Pattern *pattern;
    RegexText text;
    int64_t pos, endpos; /* what may be searched */
    int64_t next;        /* where the next search begins */
    bool empty_before;   /* the last match was empty: none that is may begin at `next` */
    int64_t *spans;      /* of the last match; `local` or a block of its own */
    int64_t local[2 * LOCAL_GROUPS];
} Walk;

static size_t spans_size(const Pattern *p) { return (size_t)(p->engine.groups + 1) * sizeof(int64_t[2]); }

static void walk_end(Walk *w) {
    if (w->spans && w->spans != w->local) memory_free(w->vm, w->spans, spans_size(w->pattern));
    regex_close(w->vm, &w->text);
}

/* `first` and `last` are the arguments pos and endpos, or ABSENT. */
static bool walk_begin(Walk *w, VM *vm, Value pattern, Value string, Value first, Value last) {
    int64_t pos = 0, endpos = INT64_MAX;
    w->vm = vm;
    w->pattern = as_pattern(pattern);
    w->spans = NULL;
    if (!text_size_argument(vm, first, &pos) || !text_size_argument(vm, last, &endpos) ||
        !regex_open(vm, w->pattern, string, &w->text))
        return false;
    int64_t length = w->text.subject.length;
    w->pos = w->next = pos < 0 ? 0 : pos > length ? length : pos;
    w->endpos = w->text.subject.length = endpos < 0 ? 0 : endpos > length ? length : endpos;
    w->empty_before = false;
    w->spans = w->pattern->engine.groups < LOCAL_GROUPS ? w->local : memory_alloc(vm, spans_size(w->pattern));
    if (w->spans && fit_text(vm, w->pattern, &w->text)) return true;
    walk_end(w);
    return false;
}

/* 1 found, 0 there is no other, -1 RAISES. */
static int walk_step(Walk *w, unsigned how) {
    if (w->next > w->endpos) return 0;
    if (!vm_may_go_on(w->vm)) return -1;
    if (w->empty_before) how |= REGEX_NOT_EMPTY_AT_START;
    int found = regex_engine_match(w->vm, &w->pattern->engine, &w->text.subject, w->next, how, w->spans);
    if (found <= 0) return found;
    w->empty_before = w->spans[0] == w->spans[1];
    w->next = w->spans[1];
    return 1;
}

static Value walk_match(const Walk *w) {
    return match_new(w->vm, from_object(w->pattern), w->text.string, w->pos, w->endpos, w->spans);
}

static Value walk_group(const Walk *w, int64_t group) {
    const int64_t *span = &w->spans[2 * group];
    return regex_slice(w->vm, &w->text, span[0] < 0 ? 0 : span[0], span[0] < 0 ? 0 : span[1]);
}

/* --- one match --- */

static Value single(VM *vm, Value *args, unsigned how) {
    Walk w;
    if (!walk_begin(&w, vm, args[0], args[1], args[2], args[3])) return ABSENT;
    int found = walk_step(&w, how);
    Value result = found > 0 ? walk_match(&w) : found < 0 ? ABSENT : NONE;
    walk_end(&w);
    return result;
}

NATIVE(pattern_search) { return single(vm, args, 0); }

NATIVE(pattern_match) { return single(vm, args, REGEX_ANCHORED); }

NATIVE(pattern_fullmatch) { return single(vm, args, REGEX_ANCHORED | REGEX_TO_END); }

/* --- all matches --- */

/* What findall gives for a match: the whole, the only group, or a tuple of the groups. */
static Value found_item(const Walk *w) {
    int64_t groups = w->pattern->engine.groups;
    if (groups <= 1) return walk_group(w, groups);
    Tuple *tuple = tuple_new(w->vm, groups);
    for (int64_t i = 0; tuple && i < groups; i++)
        tuple_fill(w->vm, &tuple, i, walk_group(w, i + 1));
    return tuple ? tuple_finish(tuple) : ABSENT;
}

NATIVE(pattern_findall) {
    Walk w;
    Value list = list_new(vm, 0);
    if (is_absent(list) || !walk_begin(&w, vm, args[0], args[1], args[2], args[3])) {
        value_xdrop(vm, list);
        return ABSENT;
    }
    int found;
    while ((found = walk_step(&w, 0)) > 0) {
        Value item = found_item(&w);
        if (is_absent(item) || !list_append_owned(vm, list, item)) {
            found = -1;
            break;
        }
    }
    walk_end(&w);
    if (found < 0) value_clear(vm, &list);
    return list;
}

/* The part between two matches. */
static bool append_part(Walk *w, Value list, int64_t start, int64_t stop) {
    Value part = regex_slice(w->vm, &w->text, start, stop);
    return !is_absent(part) && list_append_owned(w->vm, list, part);
}

static bool split_once(Walk *w, Value list, int64_t *last) {
    if (!append_part(w, list, *last, w->spans[0])) return false;
    for (int64_t i = 1; i <= w->pattern->engine.groups; i++) {
        Value group = w->spans[2 * i] < 0 ? NONE : walk_group(w, i);
        if (is_absent(group) || !list_append_owned(w->vm, list, group)) return false;
    }
    *last = w->spans[1];
    return true;
}

NATIVE(pattern_split) {
    Walk w;
    int64_t limit = 0, last = 0;
    if (!text_size_argument(vm, args[2], &limit)) return ABSENT;
    Value list = list_new(vm, 0);
    if (is_absent(list) || !walk_begin(&w, vm, args[0], args[1], ABSENT, ABSENT)) {
        value_xdrop(vm, list);
        return ABSENT;
    }
    int found = 1;
    for (int64_t n = 0; found > 0 && (limit == 0 || n < limit); n++) {
        found = walk_step(&w, 0);
        if (found > 0 && !split_once(&w, list, &last)) found = -1;
    }
    if (found >= 0 && !append_part(&w, list, last, w.endpos)) found = -1;
    walk_end(&w);
    if (found < 0) value_clear(vm, &list);
    return list;
}

/* --- substitution --- */

typedef enum { BY_LITERAL, BY_PARTS, BY_CALL } SubstitutionKind;

/* What to put in place of a match: the same text, a template's parts, or what a function says. */
typedef struct {
    SubstitutionKind kind;
    Value by; /* owned */
} Substitution;

static bool has_backslash(Value template) {
    if (!is_string(template) && !is_bytes_like(template)) return true;
    Text t = text_of(template);
    for (int64_t i = 0; i < text_length(t); i++) {
        if (text_at(t, i) == '\\') return true;
    }
    return false;
}

static bool substitution_init(VM *vm, Substitution *s, Value pattern, Value by) {
    *s = (Substitution){BY_CALL, ABSENT};
    bool text = is_string(by) || is_bytes_like(by);
    if (!text && type_of(by)->call != NULL) {
        s->by = value_ref(by);
    } else if (text && !has_backslash(by)) {
        *s = (Substitution){BY_LITERAL, value_ref(by)};
    } else {
        Value row[2] = {pattern, by};
        s->by = object_call(vm, as_pattern(pattern)->template, row, 2, ABSENT);
        if (!is_absent(s->by)) s->kind = is_list(s->by) ? BY_PARTS : BY_LITERAL;
    }
    return !is_absent(s->by);
}

/* Append what comes in the place of the last match. */
static bool substitute(Walk *w, const Substitution *s, Value pieces) {
    VM *vm = w->vm;
    if (s->kind == BY_PARTS) return match_expand(vm, s->by, &w->text, w->spans, pieces);
    if (s->kind == BY_LITERAL) return list_append(vm, pieces, s->by);
    Value match = walk_match(w);
    if (is_absent(match)) return false;
    Value piece = call_1(vm, s->by, match);
    value_drop(vm, match);
    if (is_absent(piece)) return false;
    return is_none(piece) || list_append_owned(vm, pieces, piece);
}

/* The pieces of the new text; -1 RAISES, or the number of substitutions. */
static int64_t substitute_all(Walk *w, const Substitution *s, int64_t limit, Value pieces) {
    int64_t last = 0, count = 0;
    while (limit == 0 || count < limit) { /* a negative limit lets nothing be replaced */
        int found = walk_step(w, 0);
        if (found < 0) return -1;
        if (found == 0) break;
        if (last < w->spans[0] && !append_part(w, pieces, last, w->spans[0])) return -1;
        last = w->spans[1];
        int64_t begin = w->next;
        if (!substitute(w, s, pieces)) return -1;
        w->next = begin;
        count++;
    }
    if (last < w->endpos && !append_part(w, pieces, last, w->endpos)) return -1;
    return count;
}

/* The new text, and how many substitutions were made. */
static Value substituted(VM *vm, Value *args, int64_t *count) {
    Substitution s;
    Walk w;
    int64_t limit = 0;
    if (!text_size_argument(vm, args[3], &limit) || !substitution_init(vm, &s, args[0], args[1]))
        return ABSENT;
    Value pieces = list_new(vm, 0), result = ABSENT;
    if (!is_absent(pieces) && walk_begin(&w, vm, args[0], args[2], ABSENT, ABSENT)) {
        *count = substitute_all(&w, &s, limit, pieces);
        if (*count == 0 && (is_exactly(args[2], &str_type) || is_exactly(args[2], &bytes_type))) {
            result = value_ref(args[2]);
        } else if (*count >= 0) {
            result = regex_join(vm, as_pattern(args[0])->bytes, pieces);
        }
        walk_end(&w);
    }
    value_xdrop(vm, pieces);
    value_drop(vm, s.by);
    return result;
}

NATIVE(pattern_sub) {
    int64_t count;
    return substituted(vm, args, &count);
}

NATIVE(pattern_subn) {
    int64_t count;
    Value text = substituted(vm, args, &count);
    if (is_absent(text)) return ABSENT;
    Value pair = tuple_pack(vm, 2, text, int_small(count));
    value_drop(vm, text);
    return pair;
}

/* --- scanners: the same walk, a step at a time --- */

typedef struct {
    Object head;
    Value pattern; /* owned */
    Value string;  /* owned */
    int64_t pos, endpos, next;
    bool empty_before;
} Scanner;

static int scanner_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((Scanner *)self)->pattern);
    VISIT(((Scanner *)self)->string);
    return 0;
}

static void scanner_dealloc(VM *vm, Object *self) {
    value_xdrop(vm, ((Scanner *)self)->pattern);
    value_xdrop(vm, ((Scanner *)self)->string);
    object_free(vm, self, sizeof(Scanner));
}

NATIVE(pattern_scanner) {
    Walk w;
    if (!walk_begin(&w, vm, args[0], args[1], args[2], args[3])) return ABSENT;
    Scanner *s = (Scanner *)object_new_container(vm, &regex_scanner_type, sizeof(Scanner));
    if (s) {
        s->pattern = value_ref(args[0]);
        s->string = value_ref(args[1]);
        s->pos = s->next = w.pos;
        s->endpos = w.endpos;
        object_track(&s->head);
    }
    walk_end(&w);
    return s ? from_object(s) : raise_memory(vm);
}

static Value scan(VM *vm, Value self, unsigned how) {
    Scanner *s = (Scanner *)as_object(self);
    Walk w;
    if (!walk_begin(&w, vm, s->pattern, s->string, ABSENT, ABSENT)) return ABSENT;
    if (s->endpos < w.endpos) w.endpos = w.text.subject.length = s->endpos;
    w.pos = s->pos;
    w.next = s->next;
    w.empty_before = s->empty_before;
    int found = walk_step(&w, how);
    s->next = found > 0 ? w.next : INT64_MAX;
    s->empty_before = w.empty_before;
    Value result = found > 0 ? walk_match(&w) : found < 0 ? ABSENT : NONE;
    walk_end(&w);
    return result;
}

NATIVE(scanner_match) { return scan(vm, args[0], REGEX_ANCHORED); }

NATIVE(scanner_search) { return scan(vm, args[0], 0); }

static const NativeDef scanner_methods[] = {
    {"match", scanner_match, "", NULL},
    {"search", scanner_search, "", NULL},
    {0},
};

static const MemberDef scanner_members[] = {{"pattern", offsetof(Scanner, pattern), MEMBER_READONLY, NULL},
                                            {0}};

Type regex_scanner_type = {
    TYPE_HEAD(regex_scanner_type, "_sre.SRE_Scanner", .traverse = scanner_traverse,
              .dealloc = scanner_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(Scanner),
    .base = &object_type,
    .methods = scanner_methods,
    .members = scanner_members,
};

NATIVE(pattern_finditer) {
    Value scanner = pattern_scanner(vm, args, nargs, names);
    if (is_absent(scanner)) return ABSENT;
    Value name = string_intern_c(vm, "search");
    Value search = is_absent(name) ? ABSENT : object_get_attribute(vm, scanner, name);
    Value result = is_absent(search) ? ABSENT : callable_iterator_new(vm, search, NONE);
    value_xdrop(vm, search);
    value_xdrop(vm, name);
    value_drop(vm, scanner);
    return result;
}

/* --- the type --- */

static int traverse(Object *self, VisitFn visit, void *context) {
    const Pattern *p = (const Pattern *)self;
    VISIT(p->pattern);
    VISIT(p->flags);
    VISIT(p->group_index);
    VISIT(p->names);
    VISIT(p->order);
    VISIT(p->template);
    for (int i = 0; i < 3; i++)
        VISIT(p->engine.forms[i].text);
    return 0;
}

static void dealloc(VM *vm, Object *self) {
    Pattern *p = (Pattern *)self;
    regex_engine_fini(vm, &p->engine);
    value_xdrop(vm, p->pattern);
    value_xdrop(vm, p->flags);
    value_xdrop(vm, p->group_index);
    value_xdrop(vm, p->names);
    value_xdrop(vm, p->order);
    value_xdrop(vm, p->template);
    object_free(vm, self, sizeof(Pattern));
}

/* `pattern` and `flags` tell two patterns apart; a bytes one never equals one of str. */
static Value compare(VM *vm, Value self, Value other, CompareOp op) {
    if ((op != COMPARE_EQ && op != COMPARE_NE) || !is_exactly(other, &pattern_type)) return NOT_IMPLEMENTED;
    const Pattern *a = as_pattern(self), *b = as_pattern(other);
    int equal = a == b;
    if (!equal && a->bytes == b->bytes) {
        equal = object_equal(vm, a->flags, b->flags);
        if (equal > 0) equal = object_equal(vm, a->pattern, b->pattern);
    }
    return compare_equality(equal, op);
}

static bool hash(VM *vm, Value self, int64_t *hash) {
    int64_t flags;
    if (!hash_value(vm, as_pattern(self)->pattern, hash) || !hash_value(vm, as_pattern(self)->flags, &flags))
        return false;
    *hash ^= flags * 31;
    if (*hash == -1) *hash = -2;
    return true;
}

enum { FLAG_UNICODE = 32 };

static void put_flags(Builder *b, int64_t flags) {
    static const struct {
        int64_t flag;
        const char *name;
    } known[] = {{2, "re.IGNORECASE"}, {4, "re.LOCALE"},  {8, "re.MULTILINE"}, {16, "re.DOTALL"},
                 {64, "re.VERBOSE"},   {128, "re.DEBUG"}, {256, "re.ASCII"}};
    bool first = true;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!(flags & known[i].flag)) continue;
        builder_c(b, first ? ", " : "|");
        builder_c(b, known[i].name);
        first = false;
        flags &= ~known[i].flag;
    }
    if (flags) builder_format(b, "%s0x%x", first ? ", " : "|", (unsigned)flags);
}

enum { REPR_LENGTH = 200 }; /* of the expression; more is cut off */

static Value repr(VM *vm, Value self) {
    const Pattern *p = as_pattern(self);
    int64_t flags = is_int(p->flags) ? int_get(p->flags) : 0;
    if (!p->bytes && (flags & (4 | 256 | FLAG_UNICODE)) == FLAG_UNICODE) flags &= ~(int64_t)FLAG_UNICODE;
    Value text = object_repr(vm, p->pattern);
    if (is_absent(text)) return ABSENT;
    int64_t length = string_length(as_string(text));
    Builder b;
    builder_init(&b, vm);
    builder_c(&b, "re.compile(");
    builder_slice(&b, text, 0, length < REPR_LENGTH ? length : REPR_LENGTH);
    put_flags(&b, flags);
    builder_char(&b, ')');
    value_drop(vm, text);
    return builder_finish(&b);
}

NATIVE(pattern_copy) { return value_ref(args[0]); }

/* As in CPython, a dict where there are no names. */
static Value get_group_index(VM *vm, Value self) {
    Value index = as_pattern(self)->group_index;
    return object_length(vm, index) ? value_ref(index) : dict_new(vm);
}

static Value get_groups(VM *vm, Value self) { return int_from(vm, as_pattern(self)->engine.groups); }

static const NativeDef methods[] = {
    {"__class_getitem__", generic_alias_class_getitem, "object, /", "See PEP 585", NATIVE_CLASS_METHOD},
    {"__copy__", pattern_copy, "", NULL},
    {"__deepcopy__", pattern_copy, "memo, /", NULL},
    {"findall", pattern_findall, "string, pos=0, endpos=sys.maxsize",
     "Return a list of all non-overlapping matches of pattern in string."},
    {"finditer", pattern_finditer, "string, pos=0, endpos=sys.maxsize",
     "Return an iterator over all non-overlapping matches for the RE pattern in string.\n\nFor each match, "
     "the iterator returns a match object."},
    {"fullmatch", pattern_fullmatch, "string, pos=0, endpos=sys.maxsize",
     "Matches against all of the string."},
    {"match", pattern_match, "string, pos=0, endpos=sys.maxsize",
     "Matches zero or more characters at the beginning of the string."},
    {"scanner", pattern_scanner, "string, pos=0, endpos=sys.maxsize", NULL},
    {"search", pattern_search, "string, pos=0, endpos=sys.maxsize",
     "Scan through string looking for a match, and return a corresponding match object instance.\n\nReturn "
     "None if no position in the string matches."},
    {"split", pattern_split, "string, maxsplit=0", "Split string by the occurrences of pattern."},
    {"sub", pattern_sub, "repl, string, count=0",
     "Return the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string "
     "by the replacement repl."},
    {"subn", pattern_subn, "repl, string, count=0",
     "Return the tuple (new_string, number_of_subs_made) found by replacing the leftmost non-overlapping "
     "occurrences of pattern with the replacement repl."},
    {0},
};

static const GetSetDef getsets[] = {
    {"groupindex", get_group_index, NULL, "A dictionary mapping group names to group numbers."},
    {"groups", get_groups, NULL, "The number of capturing groups in the pattern."},
    {0},
};

static const MemberDef members[] = {
    {"pattern", offsetof(Pattern, pattern), MEMBER_READONLY,
     "The pattern string from which the RE object was compiled."},
    {"flags", offsetof(Pattern, flags), MEMBER_READONLY, "The regex matching flags."},
    {0},
};

Type pattern_type = {
    TYPE_HEAD(pattern_type, "re.Pattern", .traverse = traverse, .dealloc = dealloc),
    .flags = TYPE_NO_NEW | TYPE_WEAKLY_REFERABLE,
    .basic_size = sizeof(Pattern),
    .base = &object_type,
    .doc = "Compiled regular expression object.",
    .repr = repr,
    .hash = hash,
    .compare = compare,
    .methods = methods,
    .getsets = getsets,
    .members = members,
};

/* --- the module --- */

/* Is it what re._translate makes: three ASCII texts, and as many names and numbers as groups? */
static bool is_translation(Value texts, int64_t width, int64_t groups, Value group_names, Value order) {
    if (!is_exactly(texts, &tuple_type) || as_tuple(texts)->length != 3 || width < 0 || width > 2)
        return false;
    if (!is_exactly(group_names, &tuple_type) || !is_exactly(order, &tuple_type) || groups < 0 ||
        as_tuple(group_names)->length != groups || as_tuple(order)->length != groups)
        return false;
    for (int64_t i = 0; i < groups; i++) {
        if (!is_int(as_tuple(order)->items[i])) return false;
    }
    for (int i = 0; i < 3; i++) {
        Value text = as_tuple(texts)->items[i];
        if (!is_string(text) || !as_string(text)->ascii) return false;
    }
    return true;
}

/* compile(pattern, flags, texts, options, width, groups, index, names, order, template): a Pattern, or the reason why
 * PCRE2 does not take the expression, as a str. */
NATIVE(re_compile) {
    int64_t options, width, groups;
    if (!object_to_int64(vm, args[3], NULL, &options) || !object_to_int64(vm, args[4], NULL, &width) ||
        !object_to_int64(vm, args[5], NULL, &groups))
        return ABSENT;
    if (!is_translation(args[2], width, groups, args[7], args[8]))
        return raise_type(vm, "compile() wants what re._translate makes");
    char reason[256];
    RegexEngine engine;
    if (!regex_engine_init(vm, &engine, as_tuple(args[2])->items, (unsigned)options, (unsigned)width, groups,
                           reason))
        return error_raised(vm) ? ABSENT : string_from_c(vm, reason);
    Value index = mapping_proxy_new(vm, args[6]);
    Pattern *p =
        is_absent(index) ? NULL : (Pattern *)object_new_container(vm, &pattern_type, sizeof(Pattern));
    if (!p) {
        value_xdrop(vm, index);
        regex_engine_fini(vm, &engine);
        return raise_memory(vm);
    }
    p->pattern = value_ref(args[0]);
    p->flags = value_ref(args[1]);
    p->group_index = index;
    p->names = value_ref(args[7]);
    p->order = value_ref(args[8]);
    p->template = value_ref(args[9]);
    p->bytes = !is_string(args[0]);
    p->engine = engine;
    object_track(&p->head);
    return from_object(p);
}

static const NativeDef functions[] = {
    {"compile", re_compile, "pattern, flags, texts, options, width, groups, index, names, order, template, /",
     "A Pattern from its translation."},
    {0},
};

NEW RAISES Value module__re_new(VM *vm) {
    Value module = module_new_c(vm, "_re", "Regular expressions: the matching half of the module re.");
    if (is_absent(module)) return ABSENT;
    Value dict = as_module(module)->dict;
    if (module_add_functions(vm, dict, functions, "_re") &&
        dict_set_c(vm, dict, "Pattern", from_object(&pattern_type)) &&
        dict_set_c(vm, dict, "Match", from_object(&match_type)))
        return module;
    value_drop(vm, module);
    return ABSENT;
}
