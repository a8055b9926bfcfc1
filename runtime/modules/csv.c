/*
 * The module _csv: what lib/csv.py does for each line and row, and the iterator of records.
 *
 * A dialect comes as the tuple (delimiter, quotechar, escapechar, doublequote, skipinitialspace, quoting, strict,
 * lineterminator): characters are strs of length 1 or None. Errors are instances of the class given with it.
 */
#include "runtime/containers/list.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/builder.h"
#include "runtime/text/str.h"

enum { QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONNUMERIC, QUOTE_NONE, QUOTE_STRINGS, QUOTE_NOTNULL };
enum { NO_CHARACTER = 0xFFFFFFFFu, END_OF_LINE = 0xFFFFFFFEu }; /* no code points */
enum { DIALECT_FIELDS = 8, SMALL = 128 };

typedef struct {
    uint32_t delimiter, quote, escape; /* or NO_CHARACTER */
    bool double_quote, skip_space, strict;
    int64_t quoting;
    Value terminator; /* BORROWED str */
} Dialect;

static uint32_t character(Value v) {
    return is_string(v) && string_length(as_string(v)) == 1 ? string_at(as_string(v), 0) : NO_CHARACTER;
}

static bool read_dialect(VM *vm, Value v, Dialect *d) {
    const Tuple *t = is_exactly(v, &tuple_type) ? as_tuple(v) : NULL;
    if (!t || t->length != DIALECT_FIELDS || !is_int(t->items[5]) || !is_string(t->items[7]))
        return raise_type(vm, "a dialect's tuple is required, not %T", v), false;
    *d = (Dialect){.delimiter = character(t->items[0]),
                   .quote = character(t->items[1]),
                   .escape = character(t->items[2]),
                   .double_quote = t->items[3].bits == TRUE_VALUE.bits,
                   .skip_space = t->items[4].bits == TRUE_VALUE.bits,
                   .quoting = int_get(t->items[5]),
                   .strict = t->items[6].bits == TRUE_VALUE.bits,
                   .terminator = t->items[7]};
    return true;
}

/* Raise an instance of the class with the text, which is dropped. */
static bool fail(VM *vm, Value error_class, STEALS Value text) {
    Value error = is_absent(text) ? ABSENT : call_1(vm, error_class, text);
    value_xdrop(vm, text);
    if (is_absent(error)) return false;
    if (is_family(error, TYPE_EXCEPTION)) return raise_object(vm, error), false;
    value_drop(vm, error);
    return raise_type(vm, "exceptions must derive from BaseException"), false;
}

static bool fail_c(VM *vm, Value error_class, const char *text) {
    return fail(vm, error_class, string_from_c(vm, text));
}

/* --- reading --- */

typedef enum {
    START_RECORD,
    START_FIELD,
    ESCAPED,
    IN_FIELD,
    IN_QUOTES,
    ESCAPED_IN_QUOTES,
    QUOTE_IN_QUOTES,
    BEHIND_RECORD,
    BEHIND_ESCAPED_NEWLINE,
    STATE_COUNT,
} State;

typedef struct {
    VM *vm;
    Dialect dialect;
    Value error_class;
    Value fields; /* the list being filled; BORROWED */
    int64_t limit;
    State state;
    bool unquoted;
    Builder field;
} Reader;

static Value take_field(Reader *r) {
    int64_t quoting = r->dialect.quoting, length = r->field.length;
    Value text = builder_finish(&r->field);
    builder_init(&r->field, r->vm);
    bool typed = quoting == QUOTE_NONNUMERIC || quoting == QUOTE_STRINGS;
    bool empty = r->unquoted && length == 0 && (quoting == QUOTE_STRINGS || quoting == QUOTE_NOTNULL);
    if (is_absent(text) || (!empty && !(r->unquoted && length && typed))) return text;
    Value value = empty ? NONE : call_1(r->vm, from_object(&float_type), text);
    value_drop(r->vm, text);
    return value;
}

static bool save_field(Reader *r) {
    Value value = take_field(r);
    return !is_absent(value) && list_append_owned(r->vm, r->fields, value);
}

static bool add(Reader *r, uint32_t c) {
    if (r->field.length >= r->limit)
        return fail(r->vm, r->error_class,
                    string_format(r->vm, "field larger than field limit (%d)", (int)r->limit));
    builder_char(&r->field, c == END_OF_LINE ? '\n' : c);
    return !r->field.failed;
}

static bool ends_line(uint32_t c) { return c == '\n' || c == '\r' || c == END_OF_LINE; }

static bool end_record(Reader *r, uint32_t c) {
    r->state = c == END_OF_LINE ? START_RECORD : BEHIND_RECORD;
    return save_field(r);
}

static bool start_field(Reader *r, uint32_t c) {
    const Dialect *d = &r->dialect;
    r->unquoted = true;
    if (ends_line(c)) return end_record(r, c);
    if (c == d->quote && d->quoting != QUOTE_NONE) {
        r->unquoted = false;
        r->state = IN_QUOTES;
    } else if (c == d->escape) {
        r->state = ESCAPED;
    } else if (c == ' ' && d->skip_space) {
        r->state = START_FIELD;
    } else if (c == d->delimiter) {
        r->state = START_FIELD;
        return save_field(r);
    } else {
        r->state = IN_FIELD;
        return add(r, c);
    }
    return true;
}

static bool in_field(Reader *r, uint32_t c) {
    if (ends_line(c)) return end_record(r, c);
    if (c == r->dialect.escape) {
        r->state = ESCAPED;
        return true;
    }
    if (c != r->dialect.delimiter) return add(r, c);
    r->state = START_FIELD;
    return save_field(r);
}

static bool in_quotes(Reader *r, uint32_t c) {
    const Dialect *d = &r->dialect;
    if (c == END_OF_LINE) return true;
    if (c == d->escape) {
        r->state = ESCAPED_IN_QUOTES;
    } else if (c == d->quote && d->quoting != QUOTE_NONE) {
        r->state = d->double_quote ? QUOTE_IN_QUOTES : IN_FIELD;
    } else {
        return add(r, c);
    }
    return true;
}

static bool behind_quote(Reader *r, uint32_t c) {
    const Dialect *d = &r->dialect;
    if (c == d->quote && d->quoting != QUOTE_NONE) {
        r->state = IN_QUOTES;
        return add(r, c);
    }
    if (c == d->delimiter) {
        r->state = START_FIELD;
        return save_field(r);
    }
    if (ends_line(c)) return end_record(r, c);
    if (!d->strict) {
        r->state = IN_FIELD;
        return add(r, c);
    }
    Builder b;
    builder_init(&b, r->vm);
    builder_char(&b, '\'');
    builder_char(&b, d->delimiter);
    builder_c(&b, "' expected after '");
    builder_char(&b, d->quote);
    builder_char(&b, '\'');
    return fail(r->vm, r->error_class, builder_finish(&b));
}

static bool step(Reader *r, uint32_t c) {
    switch (r->state) {
    case START_RECORD:
        if (c == END_OF_LINE) return true;
        if (ends_line(c)) {
            r->state = BEHIND_RECORD;
            return true;
        }
        return start_field(r, c);
    case START_FIELD: return start_field(r, c);
    case ESCAPED: r->state = c == '\n' || c == '\r' ? BEHIND_ESCAPED_NEWLINE : IN_FIELD; return add(r, c);
    case BEHIND_ESCAPED_NEWLINE:
        if (c == END_OF_LINE) return true;
        r->state = IN_FIELD;
        return in_field(r, c);
    case IN_FIELD: return in_field(r, c);
    case IN_QUOTES: return in_quotes(r, c);
    case ESCAPED_IN_QUOTES: r->state = IN_QUOTES; return add(r, c);
    case QUOTE_IN_QUOTES: return behind_quote(r, c);
    default:
        if (c == '\n' || c == '\r') return true;
        if (c == END_OF_LINE) {
            r->state = START_RECORD;
            return true;
        }
        return fail_c(
            r->vm, r->error_class,
            "new-line character seen in unquoted field - do you need to open the file with newline=''?");
    }
}

/* How many characters from `i` on are nothing special inside a field, or inside quotes. */
static int64_t plain_run(const Dialect *d, bool quoted, const String *s, int64_t i, int64_t length) {
    int64_t start = i;
    uint32_t escape = d->escape, end = quoted ? d->quote : d->delimiter;
    uint32_t newline = quoted ? end : '\n', carriage_return = quoted ? end : '\r';
    if (quoted && s->width_log == 0 && escape > UINT8_MAX) { /* as a rule only the quote is special */
        while (i < length && s->data[i] != end)
            i++;
        return i - start;
    }
    for (; i < length; i++) {
        uint32_t c = s->width_log == 0 ? s->data[i] : string_at(s, i);
        if (c == end || c == escape || c == newline || c == carriage_return) break;
    }
    return i - start;
}

/* A whole field that begins at *i and is the text of the line as it stands there, with the delimiter or the end of
 * the line behind it. *i becomes the last character read. 0: it must be looked at by characters; -1 RAISES. */
static int plain_field(Reader *r, Value line, int64_t *i) {
    const Dialect *d = &r->dialect;
    const String *s = as_string(line);
    int64_t start = *i, length = string_length(s);
    uint32_t first = string_at(s, start);
    bool quoted = first == d->quote;
    if (d->quoting > QUOTE_ALL || (first == ' ' && d->skip_space) || first == d->escape) return 0;
    start += quoted;
    int64_t run = plain_run(d, quoted, s, start, length), end = start + run + quoted;
    if (end >= length || run > r->limit) return 0;
    uint32_t last = string_at(s, end);
    bool ends = last == '\n' || last == '\r';
    if ((!ends && last != d->delimiter) || (end == *i && ends)) return 0;
    if (quoted && string_at(s, end - 1) != d->quote) return 0;
    Value text = string_slice(r->vm, line, start, start + run);
    if (is_absent(text) || !list_append_owned(r->vm, r->fields, text)) return -1;
    *i = end;
    r->state = ends ? BEHIND_RECORD : START_FIELD;
    return 1;
}

static bool read_line(Reader *r, Value line) {
    const String *s = as_string(line);
    int64_t length = string_length(s);
    for (int64_t i = 0; i < length; i++) {
        if (r->state <= START_FIELD) {
            int whole = plain_field(r, line, &i);
            if (whole < 0) return false;
            if (whole) continue;
        }
        bool inside = r->state == IN_FIELD || r->state == IN_QUOTES;
        int64_t run = inside ? plain_run(&r->dialect, r->state == IN_QUOTES, s, i, length) : 0;
        int64_t room = r->limit - r->field.length;
        if (run > room) run = room; /* the next step refuses what is more */
        if (run > 0) {
            builder_slice(&r->field, line, i, i + run);
            i += run;
            if (r->field.failed) return false;
            if (i == length) break;
        }
        if (!step(r, string_at(s, i))) return false;
    }
    return step(r, END_OF_LINE);
}

/* Where the line before has left off: (fields, text of the field, state, unquoted). */
static bool resume(VM *vm, Reader *r, Value pending) {
    if (is_none(pending)) return !is_absent(r->fields = list_new(vm, 8));
    const Tuple *t = is_exactly(pending, &tuple_type) ? as_tuple(pending) : NULL;
    if (!t || t->length != 4 || !is_exactly(t->items[0], &list_type) || !is_string(t->items[1]) ||
        !is_int(t->items[2]) || int_get(t->items[2]) < 0 || int_get(t->items[2]) >= STATE_COUNT)
        return raise_type(vm, "not a state of parse()"), false;
    r->fields = value_ref(t->items[0]);
    builder_string(&r->field, t->items[1]);
    r->state = (State)int_get(t->items[2]);
    r->unquoted = t->items[3].bits == TRUE_VALUE.bits;
    return !r->field.failed;
}

/* An iterator of the records of lines. */
typedef struct {
    Object head;
    Value lines;    /* an iterator; owned, as all that follow */
    Value dialect;  /* the object that programs see */
    Value row;      /* its tuple */
    Value error;    /* the class */
    Value limits;   /* a list of one int: the greatest length of a field */
    Value line_num; /* an int */
} Records;

static Records *as_records(Value v) { return (Records *)as_object(v); }

/* The greatest length of a field. The list is the module's own. */
static bool limit_of(VM *vm, const Records *records, int64_t *limit) {
    if (!is_exactly(records->limits, &list_type) || as_list(records->limits)->length != 1)
        return raise_type(vm, "a list of one limit is required, not %T", records->limits), false;
    return object_to_int64(vm, as_list(records->limits)->items[0], NULL, limit);
}

static bool reader_init(VM *vm, Reader *r, const Records *records) {
    *r = (Reader){.vm = vm, .error_class = records->error, .fields = ABSENT, .unquoted = true};
    builder_init(&r->field, vm);
    return limit_of(vm, records, &r->limit) && read_dialect(vm, records->row, &r->dialect);
}

/* The fields of a line as a list, or where it leaves off as a tuple. */
static Value parse(VM *vm, const Records *records, Value line, Value pending) {
    Reader r;
    if (!reader_init(vm, &r, records)) return ABSENT;
    if (!is_string(line)) {
        fail(vm, records->error,
             string_format(vm,
                           "iterator should return strings, not %T (the file should be opened in text mode)",
                           line));
        return ABSENT;
    }
    Value result = ABSENT;
    if (resume(vm, &r, pending) && read_line(&r, line)) {
        if (r.state == START_RECORD) {
            builder_fini(&r.field);
            return r.fields;
        }
        Value text = builder_finish(&r.field);
        if (!is_absent(text))
            result = tuple_pack(vm, 4, r.fields, text, int_small(r.state), bool_from(r.unquoted));
        value_xdrop(vm, text);
    } else {
        builder_fini(&r.field);
    }
    value_xdrop(vm, r.fields);
    return result;
}

/* At the end of input: the fields of a record that is not complete, or ABSENT. */
static Value finish(VM *vm, const Records *records, Value pending) {
    Reader r;
    if (!reader_init(vm, &r, records)) return ABSENT;
    bool ok = resume(vm, &r, pending), left = ok && (r.field.length || r.state == IN_QUOTES);
    if (left && r.dialect.strict) ok = fail_c(vm, r.error_class, "unexpected end of data");
    if (left && ok) ok = save_field(&r);
    builder_fini(&r.field);
    if (ok && left) return r.fields;
    value_xdrop(vm, r.fields);
    return ABSENT;
}

static Value records_next(VM *vm, Value self) {
    Value result = NONE;
    do { /* more than once: a quoted field goes on in the next line */
        Value lines = as_records(self)->lines;
        if (is_absent(lines)) return value_drop(vm, result), ABSENT;
        value_ref(lines);
        Value line = iterator_next(vm, lines), pending = result;
        value_drop(vm, lines);
        if (is_absent(line)) {
            result = is_none(pending) || error_raised(vm) ? ABSENT : finish(vm, as_records(self), pending);
        } else {
            Value number = int_from(vm, int_get(as_records(self)->line_num) + 1);
            if (!is_absent(number)) value_set(vm, &as_records(self)->line_num, number);
            result = parse(vm, as_records(self), line, pending);
        }
        value_drop(vm, pending);
        if (is_absent(line)) return result;
        value_drop(vm, line);
    } while (!is_absent(result) && is_exactly(result, &tuple_type));
    return result;
}

static int records_traverse(Object *self, VisitFn visit, void *context) {
    const Records *records = (const Records *)self;
    VISIT(records->lines);
    VISIT(records->dialect);
    VISIT(records->row);
    VISIT(records->error);
    VISIT(records->limits);
    return 0;
}

/* The lines are what closes cycles; without them there are no records. */
static void records_clear(VM *vm, Object *self) {
    value_clear(vm, &((Records *)self)->lines);
    value_clear(vm, &((Records *)self)->dialect);
}

static void records_dealloc(VM *vm, Object *self) {
    Records *records = (Records *)self;
    records_clear(vm, self);
    value_xdrop(vm, records->row);
    value_xdrop(vm, records->error);
    value_xdrop(vm, records->limits);
    object_free(vm, self, sizeof *records);
}

NATIVE(function_reader) {
    Records *records = (Records *)object_new_container(vm, &csv_reader_type, sizeof *records);
    if (!records) return raise_memory(vm);
    records->line_num = int_small(0);
    Value *place = &records->lines;
    for (int i = 0; i < 5; i++)
        place[i] = value_ref(args[i]);
    object_track(&records->head);
    return from_object(records);
}

static const MemberDef records_members[] = {
    {"dialect", offsetof(Records, dialect), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, NULL},
    {"line_num", offsetof(Records, line_num), MEMBER_READONLY, NULL},
    {0},
};

Type csv_reader_type = {
    TYPE_HEAD(csv_reader_type, "_csv.reader", .traverse = records_traverse, .clear = records_clear,
              .dealloc = records_dealloc),
    .basic_size = sizeof(Records),
    .base = &object_type,
    .doc =
        "CSV reader\n\nReader objects are responsible for reading and parsing tabular data\nin CSV format.\n",
    .iterate = iterator_itself,
    .next = records_next,
    .members = records_members,
};

/* --- writing --- */

typedef struct {
    VM *vm;
    Dialect dialect;
    Value error_class;
    int64_t count;       /* fields written */
    bool null;           /* the last one was None */
    bool special[SMALL]; /* of each of the first characters, whether it needs quotes or an escape */
    Builder out;
} Writer;

static bool is_number(Value v) {
    const NumberSlots *n = &type_of(v)->number;
    return is_int(v) || is_float(v) || n->index || n->to_int || n->to_float || is_family(v, TYPE_COMPLEX);
}

static bool must_quote(const Writer *w, Value field) {
    switch (w->dialect.quoting) {
    case QUOTE_ALL: return true;
    case QUOTE_NONNUMERIC: return !is_number(field);
    case QUOTE_STRINGS: return is_string(field);
    case QUOTE_NOTNULL: return !is_none(field);
    default: return false;
    }
}

static bool is_special(const Writer *w, uint32_t c) {
    if (c < SMALL) return w->special[c];
    const Dialect *d = &w->dialect;
    if (c == d->delimiter || c == d->escape || c == d->quote) return true;
    const String *t = as_string(d->terminator);
    for (int64_t i = 0; i < string_length(t); i++) {
        if (string_at(t, i) == c) return true;
    }
    return false;
}

static void mark(Writer *w, uint32_t c) {
    if (c < SMALL) w->special[c] = true;
}

static void mark_special(Writer *w) {
    const Dialect *d = &w->dialect;
    const String *t = as_string(d->terminator);
    mark(w, d->delimiter), mark(w, d->escape), mark(w, d->quote), mark(w, '\n'), mark(w, '\r');
    for (int64_t i = 0; i < string_length(t); i++)
        mark(w, string_at(t, i));
}

/* The characters of a field, special ones escaped or doubled. *quoted: it has become necessary to quote it. */
static bool put_text(Writer *w, Value text, bool *quoted) {
    const Dialect *d = &w->dialect;
    const String *s = as_string(text);
    int64_t length = string_length(s), start = 0;
    for (int64_t i = 0; i < length; i++) {
        uint32_t c = string_at(s, i);
        if (!is_special(w, c)) continue;
        bool escape = d->quoting == QUOTE_NONE || c == d->escape || (c == d->quote && !d->double_quote);
        if (!escape) *quoted = true;
        if (escape && d->escape == NO_CHARACTER)
            return fail_c(w->vm, w->error_class, "need to escape, but no escapechar set");
        builder_slice(&w->out, text, start, i);
        start = i;
        if (escape)
            builder_char(&w->out, d->escape);
        else if (c == d->quote)
            builder_char(&w->out, c);
    }
    builder_slice(&w->out, text, start, length);
    return !w->out.failed;
}

/* Whether a field of plain text, which is most, needs a second look. */
static bool has_special(const Writer *w, Value text) {
    const String *s = as_string(text);
    for (int64_t i = 0, length = string_length(s); i < length; i++) {
        if (is_special(w, string_at(s, i))) return true;
    }
    return false;
}

static bool put_quoted(Writer *w, Value text) {
    bool quoted = true;
    builder_char(&w->out, w->dialect.quote);
    if (!put_text(w, text, &quoted)) return false;
    builder_char(&w->out, w->dialect.quote);
    return !w->out.failed;
}

static bool put_field(Writer *w, Value field, Value text) {
    const Dialect *d = &w->dialect;
    bool quoted = must_quote(w, field);
    w->null = is_none(field);
    if (string_length(as_string(text)) == 0 && d->delimiter == ' ' && d->skip_space) {
        if (d->quoting == QUOTE_NONE || (w->null && d->quoting >= QUOTE_STRINGS))
            return fail_c(w->vm, w->error_class,
                          "empty field must be quoted if delimiter is a space and skipinitialspace is true");
        quoted = true;
    }
    if (w->count++ > 0) builder_char(&w->out, d->delimiter);
    if (!quoted && has_special(w, text)) {
        /* what is escaped alone needs no quotes: find out before anything is written */
        Writer trial = *w;
        builder_init(&trial.out, w->vm);
        bool ok = put_text(&trial, text, &quoted);
        Value escaped = ok ? builder_finish(&trial.out) : ABSENT;
        if (!ok) builder_fini(&trial.out);
        if (is_absent(escaped)) return false;
        if (!quoted) builder_string(&w->out, escaped);
        value_drop(w->vm, escaped);
        if (!quoted) return !w->out.failed;
    } else if (!quoted) {
        builder_string(&w->out, text);
        return !w->out.failed;
    }
    return put_quoted(w, text);
}

static bool each_field(VM *vm, Value field, void *context) {
    Value text = is_string(field) ? value_ref(field)
                 : is_none(field) ? value_ref(vm->empty_string)
                                  : object_str(vm, field);
    bool ok = !is_absent(text) && put_field(context, field, text);
    value_xdrop(vm, text);
    return ok;
}

/* A record of one empty field would look like no record. */
static bool quote_single(Writer *w) {
    if (w->count == 0 || w->out.length > 0) return true;
    if (w->dialect.quoting == QUOTE_NONE || (w->null && w->dialect.quoting >= QUOTE_STRINGS))
        return fail_c(w->vm, w->error_class, "single empty field record must be quoted");
    return put_quoted(w, w->vm->empty_string);
}

NATIVE(function_join) {
    Writer w = {.vm = vm, .error_class = args[2]};
    if (!read_dialect(vm, args[1], &w.dialect)) return ABSENT;
    Value iterator = object_iterate(vm, args[0]);
    if (is_absent(iterator)) {
        if (!error_is(vm, &exc_TypeError)) return ABSENT;
        error_clear(vm);
        fail(vm, args[2], string_format(vm, "iterable expected, not %T", args[0]));
        return ABSENT;
    }
    mark_special(&w);
    builder_init(&w.out, vm);
    bool ok = object_each(vm, iterator, each_field, &w) && quote_single(&w);
    value_drop(vm, iterator);
    if (ok) {
        builder_string(&w.out, w.dialect.terminator);
        return builder_finish(&w.out);
    }
    builder_fini(&w.out);
    return ABSENT;
}

static const NativeDef functions[] = {
    {"reader", function_reader, "lines, dialect, row, error, limits, /",
     "An iterator of the records of an iterator of lines."},
    {"join", function_join, "row, dialect, error, /", "A row as a line."},
    {0},
};

Value module__csv_new(VM *vm) {
    return module_make(vm, &(ModuleDef){.name = "_csv", .doc = "Lines and rows.", .functions = functions});
}
