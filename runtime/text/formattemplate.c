/*
 * str.format: templates with replacement fields (PEP 3101).
 *
 * A template is literal text and fields {name!conversion:spec}; a name is a number, an identifier or nothing
 * (the next number), followed by .attribute and [index] steps; a spec may hold fields itself, one level deep.
 */
#include "base/unicode.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/builder.h"
#include "runtime/text/format.h"
#include "runtime/text/str.h"

enum { TEMPLATE_DEPTH_MAX = 2 };

typedef enum { NUMBERING_UNKNOWN, NUMBERING_AUTOMATIC, NUMBERING_MANUAL } Numbering;

typedef struct {
    VM *vm;
    Value *args;
    int64_t count; /* -1: only a mapping (format_map) */
    Value mapping;
    const Tuple *
        names; /* of few keyword arguments, whose values are behind the others in args; NULL: ask the mapping */
    Numbering numbering;
    int64_t next; /* the next automatic number */
} Template;

static bool expand(Template *t, Builder *out, Value text, int64_t start, int64_t end, int depth);

static bool fail(VM *vm, const char *message) {
    raise_value(vm, "%s", message);
    return false;
}

/* --- cutting a field out --- */

/* After the name stands '!' or ':' or the closing brace at `*at`, which moves behind the field. */
static bool scan_conversion(VM *vm, const String *s, int64_t *at, int64_t end, FormatField *f) {
    if (*at >= end) return fail(vm, "end of string while looking for conversion specifier");
    f->conversion = string_at(s, (*at)++);
    if (*at >= end) return fail(vm, "unmatched '{' in format spec");
    uint32_t c = string_at(s, *at);
    if (c != ':' && c != '}') return fail(vm, "expected ':' after conversion specifier");
    return true;
}

static bool scan_spec(VM *vm, const String *s, int64_t *at, int64_t end, FormatField *f) {
    f->spec_start = *at;
    for (int depth = 1; *at < end; ++*at) {
        uint32_t c = string_at(s, *at);
        if (c == '{') {
            f->nested = true;
            depth++;
        } else if (c == '}' && --depth == 0) {
            f->spec_end = (*at)++;
            return true;
        }
    }
    return fail(vm, "unmatched '{' in format spec");
}

/* The field that begins behind its '{' at `*at`. */
static bool scan_field(VM *vm, const String *s, int64_t *at, int64_t end, FormatField *f) {
    *f = (FormatField){.name_start = *at};
    uint32_t c = 0;
    for (bool bracket = false; *at < end; ++*at) {
        c = string_at(s, *at);
        if (c == '{' && !bracket) return fail(vm, "unexpected '{' in field name");
        if (c == '[') bracket = true;
        if (c == ']') bracket = false;
        if (!bracket && (c == '}' || c == ':' || c == '!')) break;
    }
    if (*at >= end) return fail(vm, "expected '}' before end of string");
    f->name_end = (*at)++;
    if (c == '!') {
        if (!scan_conversion(vm, s, at, end, f)) return false;
        c = string_at(s, (*at)++);
    }
    if (c == ':') return scan_spec(vm, s, at, end, f);
    f->spec_start = f->spec_end = *at;
    return true;
}

int format_next_part(VM *vm, const String *s, int64_t *at, int64_t end, FormatPart *part) {
    int64_t start = *at;
    if (start == end) return 0;
    while (*at < end && string_at(s, *at) != '{' && string_at(s, *at) != '}')
        ++*at;
    *part = (FormatPart){.literal_start = start, .literal_end = *at};
    if (*at == end) return 1;
    uint32_t brace = string_at(s, (*at)++);
    if (*at < end && string_at(s, *at) == brace) {
        part->literal_end = (*at)++; /* one of the two */
        return 1;
    }
    part->has_field = true;
    if (brace == '}') return fail(vm, "Single '}' encountered in format string") - 1;
    if (*at == end) return fail(vm, "Single '{' encountered in format string") - 1;
    return scan_field(vm, s, at, end, &part->field) ? 1 : -1;
}

/* --- finding its value --- */

/* The slice as a number; -1 when it is none, -2 RAISES. */
static int64_t as_number(VM *vm, const String *s, int64_t start, int64_t end) {
    if (start == end) return -1;
    int64_t n = 0;
    for (int64_t i = start; i < end; i++) {
        int64_t digit = unicode_decimal(string_at(s, i));
        if (digit < 0) return -1;
        if (n > (INT64_MAX - digit) / 10) {
            raise_value(vm, "Too many decimal digits in format string");
            return -2;
        }
        n = n * 10 + digit;
    }
    return n;
}

Value format_key(VM *vm, Value text, int64_t start, int64_t end) {
    int64_t number = as_number(vm, as_string(text), start, end);
    if (number == -2) return ABSENT;
    return number >= 0 ? int_from(vm, number) : string_slice(vm, text, start, end);
}

int64_t format_first_end(const String *s, int64_t start, int64_t end) {
    while (start < end && string_at(s, start) != '.' && string_at(s, start) != '[')
        start++;
    return start;
}

static Value first_by_number(Template *t, int64_t number) {
    VM *vm = t->vm;
    if (t->count < 0) return raise_value(vm, "Format string contains positional fields");
    if (number >= t->count) {
        return raise_index(vm, "Replacement index %lld out of range for positional args tuple",
                           (long long)number);
    }
    return value_ref(t->args[number]);
}

/* The value of one of a few keyword arguments, BORROWED; ABSENT when there is none of that name. */
static Value named_value(const Template *t, Value name) {
    for (int64_t i = 0; i < t->names->length; i++) {
        if (string_equal(t->names->items[i], name)) return t->args[t->count + i];
    }
    return ABSENT;
}

static Value first_by_name(Template *t, Value text, int64_t start, int64_t end) {
    VM *vm = t->vm;
    Value name = string_slice(vm, text, start, end), result = ABSENT;
    if (is_absent(name)) return ABSENT;
    if (t->names) {
        result = value_xref(named_value(t, name));
        if (is_absent(result)) raise_key(vm, name);
    } else if (is_absent(t->mapping)) {
        raise_key(vm, name);
    } else if (is_exactly(t->mapping, &dict_type)) {
        result = dict_get(vm, t->mapping, name);
        if (!is_absent(result)) {
            value_ref(result);
        } else if (!error_raised(vm)) {
            raise_key(vm, name);
        }
    } else {
        result = object_get_item(vm, t->mapping, name);
    }
    value_drop(vm, name);
    return result;
}

static bool settle_numbering(Template *t, Numbering wanted) {
    if (t->numbering == NUMBERING_UNKNOWN) t->numbering = wanted;
    if (t->numbering == wanted) return true;
    return fail(t->vm, wanted == NUMBERING_MANUAL
                           ? "cannot switch from automatic field numbering to manual field specification"
                           : "cannot switch from manual field specification to automatic field numbering");
}

static Value first_value(Template *t, Value text, int64_t start, int64_t end) {
    int64_t number = as_number(t->vm, as_string(text), start, end);
    if (number == -2) return ABSENT;
    if (start != end && number < 0) return first_by_name(t, text, start, end);
    if (t->count >= 0 && !settle_numbering(t, start == end ? NUMBERING_AUTOMATIC : NUMBERING_MANUAL))
        return ABSENT;
    return first_by_number(t, start == end ? t->next++ : number);
}

Value format_next_step(VM *vm, Value text, int64_t *at, int64_t end, bool *attribute) {
    const String *s = as_string(text);
    *attribute = string_at(s, *at) == '.';
    if (!*attribute && string_at(s, *at) != '[')
        return raise_value(vm, "Only '.' or '[' may follow ']' in format field specifier");
    int64_t start = ++*at;
    while (*at < end &&
           (*attribute ? string_at(s, *at) != '.' && string_at(s, *at) != '[' : string_at(s, *at) != ']'))
        ++*at;
    int64_t stop = *at;
    if (!*attribute && (*at)++ == end) return raise_value(vm, "Missing ']' in format string");
    if (start == stop) return raise_value(vm, "Empty attribute in format string");
    return *attribute ? string_slice(vm, text, start, stop) : format_key(vm, text, start, stop);
}

/* The value that a step leads to; takes `value`. */
static Value step(Template *t, Value text, int64_t *at, int64_t end, STEALS Value value) {
    bool attribute;
    Value key = format_next_step(t->vm, text, at, end, &attribute), result = ABSENT;
    if (!is_absent(key))
        result = attribute ? object_get_attribute(t->vm, value, key) : object_get_item(t->vm, value, key);
    value_xdrop(t->vm, key);
    value_drop(t->vm, value);
    return result;
}

static Value field_value(Template *t, Value text, const FormatField *f) {
    int64_t at = format_first_end(as_string(text), f->name_start, f->name_end);
    Value value = first_value(t, text, f->name_start, at);
    while (!is_absent(value) && at < f->name_end)
        value = step(t, text, &at, f->name_end, value);
    return value;
}

static Value convert(VM *vm, STEALS Value value, uint32_t conversion) {
    Value result;
    switch (conversion) {
    case 0: return value;
    case 's': result = object_str(vm, value); break;
    case 'r': result = object_repr(vm, value); break;
    case 'a': result = object_ascii(vm, value); break;
    default:
        result = conversion > 32 && conversion < 127
                     ? raise_value(vm, "Unknown conversion specifier %c", conversion)
                     : raise_value(vm, "Unknown conversion specifier \\x%x", conversion);
    }
    value_drop(vm, value);
    return result;
}

/* --- putting it together --- */

static Value field_spec(Template *t, Value text, const FormatField *f, int depth) {
    VM *vm = t->vm;
    if (!f->nested) return string_slice(vm, text, f->spec_start, f->spec_end);
    Builder spec;
    builder_init(&spec, vm);
    if (expand(t, &spec, text, f->spec_start, f->spec_end, depth + 1)) return builder_finish(&spec);
    builder_fini(&spec);
    return ABSENT;
}

static bool append_field(Template *t, Builder *out, Value text, const FormatField *f, int depth) {
    VM *vm = t->vm;
    Value value = field_value(t, text, f);
    if (is_absent(value)) return false;
    value = convert(vm, value, f->conversion);
    if (is_absent(value)) return false;
    Value spec = field_spec(t, text, f, depth);
    Value formatted = is_absent(spec) ? ABSENT : object_format(vm, value, spec);
    value_xdrop(vm, spec);
    value_drop(vm, value);
    if (is_absent(formatted)) return false;
    builder_string(out, formatted);
    value_drop(vm, formatted);
    return !out->failed;
}

static bool expand(Template *t, Builder *out, Value text, int64_t start, int64_t end, int depth) {
    VM *vm = t->vm;
    if (depth > TEMPLATE_DEPTH_MAX) return fail(vm, "Max string recursion exceeded");
    FormatPart part;
    int more;
    while ((more = format_next_part(vm, as_string(text), &start, end, &part)) > 0) {
        builder_slice(out, text, part.literal_start, part.literal_end);
        if (part.has_field && !append_field(t, out, text, &part.field, depth)) return false;
    }
    return more == 0 && !out->failed;
}

static Value fill_in(Template t, Value template) {
    Builder out;
    builder_init(&out, t.vm);
    if (expand(&t, &out, template, 0, string_length(as_string(template)), 1)) return builder_finish(&out);
    builder_fini(&out);
    return ABSENT;
}

Value format_mapped(VM *vm, Value template, Value mapping) {
    return fill_in((Template){.vm = vm, .count = -1, .mapping = mapping}, template);
}

/* Are the names so few that a field's is found by looking at each, and plain strs, as nearly always? */
static bool few_plain_names(const Tuple *names) {
    enum { FEW = 32 };
    for (int64_t i = 0; i < names->length && names->length <= FEW; i++) {
        if (!is_exactly(names->items[i], &str_type)) return false;
    }
    return names->length <= FEW;
}

Value format_call(VM *vm, Value template, Value *args, int64_t count, Value names) {
    Template t = {.vm = vm, .args = args, .count = count};
    if (is_absent(names)) return fill_in(t, template);
    t.names = as_tuple(names);
    if (few_plain_names(t.names)) return fill_in(t, template);
    t.mapping = dict_new_sized(vm, t.names->length);
    Value result = ABSENT;
    int64_t set = 0;
    while (!is_absent(t.mapping) && set < t.names->length &&
           dict_set(vm, t.mapping, t.names->items[set], args[count + set]))
        set++;
    bool complete = !is_absent(t.mapping) && set == t.names->length;
    t.names = NULL;
    if (complete) result = fill_in(t, template);
    value_xdrop(vm, t.mapping);
    return result;
}
