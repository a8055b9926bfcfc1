/*
 * Tracebacks as text. In order: one frame's entry, the entries of a traceback, the last line of an exception, groups,
 * the chain of exceptions. The lines of source come from vm/sourcetext.h.
 */

#include "vm/traceback.h"

#include <stdio.h>
#include <utf8proc.h>

#include "base/unicode.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/set.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/exception.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/builder.h"
#include "runtime/text/str.h"
#include "vm/frame.h"
#include "vm/sourcetext.h"
#include "vm/suggest.h"

typedef struct {
    VM *vm;
    Builder *out;
    SourceText source;
    int depth;       /* exception groups around what is printed now */
    Value followed;  /* set of the addresses of exceptions that stand behind their cause or context */
    bool need_close; /* the innermost group's last frame is still open */
    bool plain; /* as CPython reports what nobody can catch: no carets, no chain, no notes, no suggestions */
} Printer;

/* --- one entry --- */

/* Each statement typed at the prompt is a source of its own, "<stdin>-7", but is shown as one. */
static void print_filename(Printer *p, Value filename) {
    static const char typed[] = "<stdin>-";
    const String *s = as_string(filename);
    builder_c(p->out, "  File \"");
    if (s->ascii && strncmp((const char *)s->data, typed, sizeof typed - 1) == 0)
        builder_c(p->out, "<stdin>");
    else
        builder_string(p->out, filename);
}

static void print_entry(Printer *p, const Traceback *entry) {
    const Code *code = as_frame_object(entry->frame)->code;
    print_filename(p, code->filename);
    uint32_t line = traceback_line(entry);
    builder_format(p->out, "\", line %u, in ", line);
    builder_string(p->out, code->name);
    builder_char(p->out, '\n');
    source_text_print(&p->source, p->out, code, entry->index, line, !p->plain);
}

static void print_repeats(Printer *p, uint32_t times) {
    enum { SHOWN = 3 };
    if (times <= SHOWN) return;
    times -= SHOWN;
    builder_format(p->out, "  [Previous line repeated %u more time%s]\n", times, times == 1 ? "" : "s");
}

static bool same_place(const Traceback *a, const Traceback *b) {
    const Code *x = as_frame_object(a->frame)->code, *y = as_frame_object(b->frame)->code;
    return traceback_line(a) == traceback_line(b) && string_equal(x->filename, y->filename) &&
           string_equal(x->name, y->name);
}

/* The first one of the entries that sys.tracebacklimit lets through, which are the innermost; ABSENT: none. */
static Value first_shown(Printer *p, Value traceback) {
    Value limit = dict_get_c(p->vm, p->vm->sys, "tracebacklimit");
    if (!is_int(limit)) return traceback;
    int64_t surplus = -(int_get(limit) < 0 ? 0 : int_get(limit));
    for (Value t = traceback; !is_absent(t); t = as_traceback(t)->next)
        surplus++;
    for (; surplus > 0; surplus--)
        traceback = as_traceback(traceback)->next;
    return traceback;
}

static void print_entries(Printer *p, Value traceback) {
    const Traceback *before = NULL;
    uint32_t times = 0;
    for (traceback = first_shown(p, traceback); !is_absent(traceback);
         traceback = as_traceback(traceback)->next) {
        const Traceback *entry = as_traceback(traceback);
        if (before != NULL && !same_place(before, entry)) {
            print_repeats(p, times);
            times = 0;
        }
        if (++times <= 3) print_entry(p, entry);
        before = entry;
    }
    print_repeats(p, times);
}

/* --- the exception itself --- */

/* module.Class, without `builtins` and `__main__`. */
static void print_type(Printer *p, Value exception) {
    VM *vm = p->vm;
    Value type = from_object(type_of(exception)), module, name;
    int found = object_find_attribute(vm, type, NAME_OF(vm, module), &module);
    if (found > 0) {
        bool plain =
            is_string(module) && (string_equal_c(module, "builtins") || string_equal_c(module, "__main__"));
        if (!is_string(module))
            builder_c(p->out, "<unknown>.");
        else if (!plain)
            builder_string(p->out, module), builder_char(p->out, '.');
        value_drop(vm, module);
    }
    error_clear(vm);
    found = object_find_attribute(vm, type, NAME_OF(vm, qualname), &name);
    if (found > 0 && is_string(name))
        builder_string(p->out, name);
    else
        builder_c(p->out, type_name_of(exception));
    if (found > 0) value_drop(vm, name);
    error_clear(vm);
}

/* A field that is a number; -1 when it is none. */
static int64_t number_field(Value exception, int field) {
    Value v = as_exception(exception)->fields[field];
    return !is_absent(v) && is_int(v) ? int_get(v) : -1;
}

static bool is_text(Value v) { return !is_absent(v) && is_string(v); }

/* The offending line of a SyntaxError with carets. Offsets count code points from 1. */
static void print_syntax_line(Printer *p, Value exception, Value text) {
    const String *s = as_string(text);
    int64_t end = string_length(s), start = 0;
    while (end > 0 && string_at(s, end - 1) == '\n')
        end--;
    while (start < end &&
           (string_at(s, start) == ' ' || string_at(s, start) == '\n' || string_at(s, start) == '\f'))
        start++;
    builder_c(p->out, "    ");
    builder_slice(p->out, text, start, end);
    builder_char(p->out, '\n');
    int64_t offset = number_field(exception, SYNTAX_OFFSET),
            end_offset = number_field(exception, SYNTAX_END_OFFSET);
    if (offset < 0) return;
    int64_t line = number_field(exception, SYNTAX_LINE), end_line = number_field(exception, SYNTAX_END_LINE);
    if (line != end_line)
        end_offset = end + 1;
    else if (end_offset <= 0)
        end_offset = offset;
    if (offset > end + 1) offset = end + 1;
    if (end_offset > end + 1) end_offset = end + 1;
    if (end_offset <= offset) end_offset = offset + 1;
    int64_t column = offset - 1 - start, end_column = end_offset - 1 - start;
    if (column < 0) return;
    builder_c(p->out, "    ");
    for (int64_t i = 0; i < column; i++) {
        uint32_t c = start + i < end ? string_at(s, start + i) : ' ';
        builder_char(p->out, unicode_is_space(c) ? c : ' ');
    }
    builder_repeat(p->out, '^', end_column - column);
    builder_char(p->out, '\n');
}

static void print_syntax_error(Printer *p, Value exception) {
    const Exception *e = as_exception(exception);
    Value filename = e->fields[SYNTAX_FILENAME], text = e->fields[SYNTAX_TEXT],
          message = e->fields[SYNTAX_MESSAGE];
    int64_t line = number_field(exception, SYNTAX_LINE);
    if (line >= 0) {
        if (is_text(filename))
            print_filename(p, filename);
        else
            builder_c(p->out, "  File \"<string>");
        builder_format(p->out, "\", line %lld\n", (long long)line);
    }
    if (is_text(text)) print_syntax_line(p, exception, text);
    print_type(p, exception);
    builder_c(p->out, ": ");
    if (!value_is_given(message))
        builder_c(p->out, "<no detail available>");
    else
        builder_str(p->out, message);
    if (line < 0 && is_text(filename)) builder_format(p->out, " (%S)", filename);
    builder_char(p->out, '\n');
}

/* str(v), or a stand-in when that fails. NEW. */
static Value safe_text(VM *vm, Value v, const char *otherwise, Value (*convert)(VM *, Value)) {
    Value text = convert(vm, v);
    if (!is_absent(text)) return text;
    error_clear(vm);
    return string_from_c(vm, otherwise);
}

static void print_plain_error(Printer *p, Value exception) {
    VM *vm = p->vm;
    Value text = safe_text(vm, exception, "<exception str() failed>", object_str);
    Value more = p->plain ? ABSENT : suggest_for(vm, exception);
    print_type(p, exception);
    bool empty = is_absent(text) || string_length(as_string(text)) == 0;
    if (!empty || !is_absent(more)) builder_c(p->out, ": ");
    if (!empty) builder_string(p->out, text);
    if (!is_absent(more)) builder_string(p->out, more);
    builder_char(p->out, '\n');
    value_xdrop(vm, text);
    value_xdrop(vm, more);
}

static void print_note(Printer *p, Value note) {
    Value text = safe_text(p->vm, note, "<note str() failed>", object_str);
    if (!is_absent(text)) {
        builder_string(p->out, text);
        builder_char(p->out, '\n');
        value_drop(p->vm, text);
    }
}

static void print_notes(Printer *p, Value exception) {
    VM *vm = p->vm;
    Value notes;
    int found = object_find_attribute(vm, exception, NAME_OF(vm, notes), &notes);
    error_clear(vm);
    if (found <= 0) return;
    if (is_list(notes) || is_tuple(notes)) {
        Value copy = tuple_from_iterable(vm, notes);
        for (int64_t i = 0; !is_absent(copy) && i < as_tuple(copy)->length; i++) {
            print_note(p, as_tuple(copy)->items[i]);
        }
        value_xdrop(vm, copy);
    } else if (!is_none(notes)) {
        Value text = safe_text(vm, notes, "<__notes__ repr() failed>", object_repr);
        if (!is_absent(text)) builder_string(p->out, text), builder_char(p->out, '\n');
        value_xdrop(vm, text);
    }
    value_drop(vm, notes);
    error_clear(vm);
}

/* --- groups --- */

/* What stands in front of a line, by depth. */
static void print_indent(Printer *p, char margin) {
    builder_repeat(p->out, ' ', 2 * p->depth);
    if (margin) builder_format(p->out, "%c ", margin);
}

/* Print a part of an exception; inside groups, line by line behind the margin. */
static void emit(Printer *p, void (*part)(Printer *, Value), Value v, char margin) {
    if (p->depth == 0) {
        part(p, v);
        return;
    }
    Builder inner, *outer = p->out;
    builder_init(&inner, p->vm);
    p->out = &inner;
    part(p, v);
    p->out = outer;
    Value text = builder_finish(&inner);
    if (is_absent(text)) {
        error_clear(p->vm);
        return;
    }
    int64_t length = string_length(as_string(text));
    for (int64_t start = 0, end; start < length; start = end) {
        for (end = start; end < length && string_at(as_string(text), end) != '\n';)
            end++;
        if (end < length) end++;
        print_indent(p, margin);
        builder_slice(p->out, text, start, end);
    }
    value_drop(p->vm, text);
}

static void print_traceback(Printer *p, Value exception) {
    Value traceback = as_exception(exception)->traceback;
    if (is_absent(first_shown(p, traceback))) return;
    builder_c(p->out, "Traceback (most recent call last):\n");
    print_entries(p, traceback);
}

static void print_group_head(Printer *p, Value exception) {
    builder_c(p->out, "Exception Group Traceback (most recent call last):\n");
}

static void print_group_entries(Printer *p, Value exception) {
    print_entries(p, as_exception(exception)->traceback);
}

static void print_itself(Printer *p, Value exception) {
    if (value_is_instance(exception, &exc_SyntaxError) && !p->plain)
        print_syntax_error(p, exception);
    else
        print_plain_error(p, exception);
    if (!p->plain) print_notes(p, exception);
}

static void print_remaining(Printer *p, Value count) {
    builder_format(p->out, "and %S more exception%s\n", count, int_get(count) > 1 ? "s" : "");
}

static void print_too_deep(Printer *p, Value limit) {
    builder_format(p->out, "... (max_group_depth is %S)\n", limit);
}

enum { GROUP_WIDTH = 15, GROUP_DEPTH = 10 };

static void print_chain(Printer *p, Value exception);

/* The members of a group, each in a frame of its own. */
static void print_members(Printer *p, const Tuple *members) {
    int64_t count = members->length, shown = count > GROUP_WIDTH ? GROUP_WIDTH + 1 : count;
    p->need_close = false;
    for (int64_t i = 0; i < shown; i++) {
        if (i == shown - 1) p->need_close = true;
        print_indent(p, 0);
        builder_c(p->out, i ? "  " : "+-");
        if (i < GROUP_WIDTH)
            builder_format(p->out, "+---------------- %lld ----------------\n", (long long)i + 1);
        else
            builder_c(p->out, "+---------------- ... ----------------\n");
        p->depth++;
        if (i < GROUP_WIDTH)
            print_chain(p, members->items[i]);
        else
            emit(p, print_remaining, int_small(count - GROUP_WIDTH), '|');
        if (i == shown - 1 && p->need_close) {
            print_indent(p, 0);
            builder_c(p->out, "+------------------------------------\n");
            p->need_close = false;
        }
        p->depth--;
    }
}

static void print_group(Printer *p, Value exception, const Tuple *members) {
    bool outermost = p->depth == 0;
    if (p->depth > GROUP_DEPTH) {
        emit(p, print_too_deep, int_small(GROUP_DEPTH), '|');
        return;
    }
    p->depth += outermost;
    if (!is_absent(first_shown(p, as_exception(exception)->traceback))) {
        emit(p, print_group_head, exception, outermost ? '+' : '|');
        emit(p, print_group_entries, exception, '|');
    }
    emit(p, print_itself, exception, '|');
    print_members(p, members);
    p->depth -= outermost;
}

static void print_one(Printer *p, Value exception) {
    bool group = !p->plain && value_is_instance(exception, &exc_BaseExceptionGroup);
    Value members = group ? as_exception(exception)->fields[GROUP_EXCEPTIONS] : ABSENT;
    if (group && !is_absent(members) && is_tuple(members)) {
        print_group(p, exception, as_tuple(members));
        return;
    }
    emit(p, print_traceback, exception, '|');
    emit(p, print_itself, exception, '|');
}

/* --- the chain --- */

/* The exception that is to be shown before this one, or ABSENT. */
static Value exception_before(Value exception, bool *is_cause) {
    const Exception *e = as_exception(exception);
    *is_cause = value_is_given(e->cause);
    if (*is_cause) return e->cause;
    bool suppressed = value_same(e->suppress_context, TRUE_VALUE);
    return suppressed || is_none(e->context) ? ABSENT : e->context;
}

static Value address_of(Value v) { return int_small((int64_t)(v.bits >> 4)); }

/* Note an exception in a set of addresses; false when it is there already, or memory is refused. */
static bool note(VM *vm, Value set, Value v) {
    if (set_contains(vm, set, address_of(v)) != 0 || !set_add(vm, set, address_of(v))) {
        error_clear(vm);
        return false;
    }
    return true;
}

static void push(VM *vm, Value stack, Value v) {
    if (!list_append(vm, stack, v)) error_clear(vm);
}

/* Which exceptions are shown with what came before them: each cause or context appears once, in CPython's
 * order of looking, the last members of groups first. */
static void plan_chain(Printer *p, Value exception, Value seen, Value stack) {
    VM *vm = p->vm;
    bool is_cause;
    note(vm, seen, exception);
    push(vm, stack, exception);
    while (as_list(stack)->length > 0) {
        List *list = as_list(stack);
        Value v = list->items[--list->length], before = exception_before(v, &is_cause);
        if (!is_absent(before) && note(vm, seen, before) && note(vm, p->followed, v)) push(vm, stack, before);
        Value members = value_is_instance(v, &exc_BaseExceptionGroup)
                            ? as_exception(v)->fields[GROUP_EXCEPTIONS]
                            : ABSENT;
        for (int64_t i = 0; !is_absent(members) && is_tuple(members) && i < as_tuple(members)->length; i++) {
            Value member = as_tuple(members)->items[i];
            if (note(vm, seen, member)) push(vm, stack, member);
        }
        value_drop(vm, v);
    }
}

static void make_plan(Printer *p, Value exception) {
    Value seen = set_new(p->vm), stack = list_new(p->vm, 1);
    p->followed = set_new(p->vm);
    if (!is_absent(p->followed) && !is_absent(seen) && !is_absent(stack))
        plan_chain(p, exception, seen, stack);
    error_clear(p->vm);
    value_xdrop(p->vm, seen);
    value_xdrop(p->vm, stack);
}

/* The exception that stands before this one, if it is to be shown. */
static Value shown_before(Printer *p, Value exception, bool *is_cause) {
    bool follows = !is_absent(p->followed) && set_contains(p->vm, p->followed, address_of(exception)) > 0;
    return follows ? exception_before(exception, is_cause) : ABSENT;
}

static void print_cause_line(Printer *p, Value exception) {
    builder_c(p->out, "\nThe above exception was the direct cause of the following exception:\n\n");
}

static void print_context_line(Printer *p, Value exception) {
    builder_c(p->out, "\nDuring handling of the above exception, another exception occurred:\n\n");
}

static void print_chain(Printer *p, Value exception) {
    VM *vm = p->vm;
    Value chain = list_new(vm, 1);
    bool is_cause;
    for (Value v = exception; !is_absent(chain) && !is_absent(v); v = shown_before(p, v, &is_cause)) {
        if (!list_append(vm, chain, v)) break;
    }
    error_clear(vm);
    if (is_absent(chain)) {
        print_one(p, exception);
        return;
    }
    for (int64_t i = as_list(chain)->length - 1; i >= 0; i--) {
        Value v = as_list(chain)->items[i];
        print_one(p, v);
        if (i == 0) break;
        exception_before(as_list(chain)->items[i - 1], &is_cause);
        emit(p, is_cause ? print_cause_line : print_context_line, v, '|');
    }
    value_drop(vm, chain);
}

static Value format(VM *vm, Value exception, bool plain) {
    Builder out;
    Printer p = {
        .vm = vm, .out = &out, .source = {.vm = vm, .filename = ABSENT}, .followed = ABSENT, .plain = plain};
    builder_init(&out, vm);
    value_ref(exception);
    if (plain) {
        print_one(&p, exception);
    } else {
        make_plan(&p, exception);
        print_chain(&p, exception);
    }
    value_xdrop(vm, p.followed);
    value_drop(vm, exception);
    source_text_fini(&p.source);
    return builder_finish(&out);
}

static bool write_to(VM *vm, Value stream, Value text) {
    value_ref(stream);
    Value written = call_method(vm, stream, NAME_OF(vm, write), &text, 1);
    if (!is_absent(written)) value_set(vm, &written, call_method(vm, stream, NAME_OF(vm, flush), NULL, 0));
    value_drop(vm, stream);
    bool ok = !is_absent(written);
    value_xdrop(vm, written);
    return ok;
}

static void print(VM *vm, Value exception, bool plain) {
    Value raised = error_take(vm), text = format(vm, exception, plain);
    Value stream = is_absent(vm->sys) ? ABSENT : dict_get_c(vm, vm->sys, "stderr");
    bool silent = !is_absent(stream) && is_none(stream);
    if (!is_absent(text) && !silent && (is_absent(stream) || !write_to(vm, stream, text))) {
        size_t length;
        Value keeper = ABSENT;
        error_clear(vm);
        const char *utf8 = string_utf8(vm, text, &length, &keeper);
        if (utf8 != NULL) fwrite(utf8, 1, length, stderr);
        value_xdrop(vm, keeper);
    }
    /* No memory for more than its type. */
    if (is_absent(text)) fprintf(stderr, "%s\n", type_of(exception)->head.name);
    value_xdrop(vm, text);
    error_clear(vm);
    error_restore(vm, raised);
}

void traceback_print(VM *vm, Value exception) { print(vm, exception, false); }

void traceback_print_plain(VM *vm, Value exception) { print(vm, exception, true); }
