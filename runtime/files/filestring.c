/* StringIO: a text file in memory. IncrementalNewlineDecoder. */
#include "runtime/classes/instance.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/row.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/files/file.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/reduce.h"
#include "runtime/text/str.h"

typedef struct {
    Object head;
    Builder text; /* all of it */
    int64_t position;
    bool open;
    bool ready; /* __init__ has done its work */
    NewlineMode newline;
    bool translates; /* newline=None: line ends become '\n' as they are written */
    uint8_t seen;    /* line ends met: bits 1 \r, 2 \n, 4 \r\n */
} StringFile;

static StringFile *as_string_file(Value v) { return (StringFile *)as_object(v); }

/* --- the text --- */

static uint32_t char_at(const Builder *b, int64_t i) {
    return b->width_log == 0   ? b->data[i]
           : b->width_log == 1 ? ((const uint16_t *)b->data)[i]
                               : ((const uint32_t *)b->data)[i];
}

static Value slice(VM *vm, const Builder *b, int64_t start, int64_t stop) {
    int64_t length = stop - start;
    if (length == 0) return value_ref(vm->empty_string);
    if (b->ascii) return string_from_ascii(vm, (const char *)b->data + start, (size_t)length);
    if (length == 1) return string_from_char(vm, char_at(b, start));
    uint32_t maximum = 0;
    for (int64_t i = start; i < stop; i++)
        maximum = char_at(b, i) > maximum ? char_at(b, i) : maximum;
    String *s = string_new(vm, length, maximum);
    for (int64_t i = 0; s && i < length; i++)
        string_store(s, i, char_at(b, start + i));
    return from_object(s);
}

static bool keep_going(StringFile *f) {
    bool failed = f->text.failed;
    f->text.failed = false;
    return !failed;
}

static void cut(VM *vm, StringFile *f) {
    builder_fini(&f->text);
    builder_init(&f->text, vm);
}

/* Put the string at the position. */
static bool put(VM *vm, StringFile *f, Value string) {
    const String *s = as_string(string);
    int64_t length = string_length(s), end = f->position + length;
    Builder *b = &f->text;
    if (length == 0) return true;
    if (end > INT64_C(1) << 56) return raise_overflow(vm, "new position too large"), false;
    if (f->position > b->length) builder_repeat(b, 0, f->position - b->length);
    if (f->position == b->length || b->failed) {
        builder_string(b, string);
    } else if (b->width_log == 0 && s->width_log == 0 && end <= b->length) {
        memcpy(b->data + f->position, s->data, (size_t)length);
        b->ascii &= s->ascii;
    } else {
        Value old = slice(vm, b, 0, b->length);
        if (is_absent(old)) return false;
        cut(vm, f);
        builder_slice(b, old, 0, f->position);
        builder_string(b, string);
        if (end < string_length(as_string(old))) builder_slice(b, old, end, string_length(as_string(old)));
        value_drop(vm, old);
    }
    if (!keep_going(f)) return false;
    f->position = end;
    return true;
}

/* --- line ends --- */

enum { SEEN_CR = 1, SEEN_LF = 2, SEEN_CRLF = 4 };

/* The string with line ends made '\n' (or kept), which are noted in *seen. NEW. */
static Value translate_in(VM *vm, Value string, bool translates, uint8_t *seen) {
    const String *s = as_string(string);
    Builder b;
    builder_init(&b, vm);
    for (int64_t i = 0; i < string_length(s); i++) {
        uint32_t c = string_at(s, i);
        bool pair = c == '\r' && i + 1 < string_length(s) && string_at(s, i + 1) == '\n';
        if (c == '\r') *seen |= pair ? SEEN_CRLF : SEEN_CR;
        if (c == '\n') *seen |= SEEN_LF;
        i += pair;
        if (pair && !translates) builder_c(&b, "\r");
        builder_char(&b, pair || (c == '\r' && translates) ? '\n' : c);
    }
    return builder_finish(&b);
}

static Value translate_out(VM *vm, Value string, const char *end) {
    const String *s = as_string(string);
    Builder b;
    builder_init(&b, vm);
    for (int64_t i = 0; i < string_length(s); i++) {
        if (string_at(s, i) == '\n')
            builder_c(&b, end);
        else
            builder_char(&b, string_at(s, i));
    }
    return builder_finish(&b);
}

static Value newlines_seen(VM *vm, unsigned seen) {
    static const char *const ends[] = {"\r", "\n", "\r\n"};
    Value items[3];
    int count = 0;
    for (int i = 0; i < 3; i++) {
        if (!(seen >> i & 1)) continue;
        items[count] = string_from_c(vm, ends[i]);
        if (!is_absent(items[count])) {
            count++;
            continue;
        }
        while (count > 0)
            value_drop(vm, items[--count]);
        return ABSENT;
    }
    return count == 0 ? NONE : count == 1 ? items[0] : tuple_from_owned(vm, items, count);
}

static bool write_string(VM *vm, StringFile *f, Value string) {
    if (f->newline == NEWLINE_LF) return put(vm, f, string);
    Value text = f->newline == NEWLINE_CR     ? translate_out(vm, string, "\r")
                 : f->newline == NEWLINE_CRLF ? translate_out(vm, string, "\r\n")
                                              : translate_in(vm, string, f->translates, &f->seen);
    bool done = !is_absent(text) && put(vm, f, text);
    value_xdrop(vm, text);
    return done;
}

/* --- life --- */

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    StringFile *f = (StringFile *)instance_new(vm, type, 0);
    if (!f) return ABSENT;
    builder_init(&f->text, vm);
    object_track(&f->head);
    return from_object(f);
}

static void dealloc(VM *vm, Object *self) {
    builder_fini(&((StringFile *)self)->text);
    attributes_clear_own(vm, self);
    object_free(vm, self, instance_size(self, 0));
}

static bool set_newline(VM *vm, StringFile *f, Value newline) {
    static const char *const texts[] = {NULL, "", "\n", "\r", "\r\n"};
    if (value_is_given(newline) && !is_string(newline))
        return raise_type(vm, "newline must be str or None, not %T", newline), false;
    f->newline = is_absent(newline) ? NEWLINE_LF : NEWLINE_UNIVERSAL;
    f->translates = !is_absent(newline) && is_none(newline);
    if (!value_is_given(newline)) return true;
    for (int i = NEWLINE_KEEP; i <= NEWLINE_CRLF; i++) {
        f->newline = (NewlineMode)i;
        if (string_equal_c(newline, texts[i])) return true;
    }
    return raise_value(vm, "illegal newline value: %R", newline), false;
}

static bool init(VM *vm, Value self, Value *args, int nargs, Value names) {
    Value row[2];
    StringFile *f = as_string_file(self);
    if (!arguments_bind(vm, "StringIO", "initial_value='', newline='\\n'", args, nargs, names, row))
        return false;
    f->open = f->ready = false;
    if (!set_newline(vm, f, row[1])) return false;
    bool given = value_is_given(row[0]);
    if (given && !is_string(row[0]))
        return raise_type(vm, "initial_value must be str or None, not %T", row[0]), false;
    cut(vm, f);
    f->position = 0;
    f->seen = 0;
    bool done = !given || write_string(vm, f, row[0]);
    f->position = 0;
    f->open = f->ready = done;
    return done;
}

static StringFile *open_file(VM *vm, Value self) {
    StringFile *f = as_string_file(self);
    if (!f->open) raise_value(vm, "I/O operation on %s", f->ready ? "closed file" : "uninitialized object");
    return f->open ? f : NULL;
}

/* --- reading --- */

NATIVE(read) {
    int64_t size;
    if (!file_count_argument(vm, args[1], &size)) return ABSENT;
    StringFile *f = open_file(vm, args[0]);
    if (!f) return ABSENT;
    int64_t left = f->text.length > f->position ? f->text.length - f->position : 0, start = f->position;
    if (size < 0 || size > left) size = left;
    f->position += size;
    return slice(vm, &f->text, left ? start : 0, left ? start + size : 0);
}

/* The place behind the line that begins at the position. */
static int64_t line_end(const StringFile *f) {
    const Builder *b = &f->text;
    if (b->width_log == 0 && f->newline <= NEWLINE_LF && f->newline != NEWLINE_KEEP) {
        const uint8_t *at = memchr(b->data + f->position, '\n', (size_t)(b->length - f->position));
        return at ? at + 1 - b->data : b->length;
    }
    for (int64_t i = f->position; i < b->length; i++) {
        uint32_t c = char_at(b, i);
        bool pair = c == '\r' && i + 1 < b->length && char_at(b, i + 1) == '\n';
        bool ends = f->newline == NEWLINE_CRLF   ? pair
                    : f->newline == NEWLINE_CR   ? c == '\r'
                    : f->newline == NEWLINE_KEEP ? c == '\r' || c == '\n'
                                                 : c == '\n';
        if (ends) return i + 1 + (pair && f->newline != NEWLINE_CR);
    }
    return b->length;
}

static Value read_line(VM *vm, StringFile *f, int64_t limit) {
    if (f->position >= f->text.length) return value_ref(vm->empty_string);
    int64_t start = f->position, end = line_end(f);
    if (limit >= 0 && end - start > limit) end = start + limit;
    f->position = end;
    return slice(vm, &f->text, start, end);
}

NATIVE(readline) {
    int64_t limit;
    if (!file_count_argument(vm, args[1], &limit)) return ABSENT;
    StringFile *f = open_file(vm, args[0]);
    return f ? read_line(vm, f, limit) : ABSENT;
}

static Value next(VM *vm, Value self) {
    StringFile *f = open_file(vm, self);
    return f && f->position < f->text.length ? read_line(vm, f, -1) : ABSENT;
}

/* --- writing --- */

NATIVE(write) {
    if (!is_string(args[1])) return raise_type(vm, "string argument expected, got '%T'", args[1]);
    StringFile *f = open_file(vm, args[0]);
    return f && write_string(vm, f, args[1]) ? int_from(vm, string_length(as_string(args[1]))) : ABSENT;
}

NATIVE(truncate) {
    int64_t size = -1;
    if (value_is_given(args[1]) && !file_count_argument(vm, args[1], &size)) return ABSENT;
    StringFile *f = open_file(vm, args[0]);
    if (!f) return ABSENT;
    if (!value_is_given(args[1])) size = f->position;
    if (size < 0) return raise_value(vm, "Negative size value %lld", (long long)size);
    if (size < f->text.length) f->text.length = size;
    return int_from(vm, size);
}

/* --- position and the rest --- */

NATIVE(seek) {
    int64_t offset;
    int whence = 0;
    if (!row_position(vm, args[1], &offset)) return ABSENT;
    if (!is_absent(args[2]) && !object_to_c_int(vm, args[2], &whence)) return ABSENT;
    StringFile *f = open_file(vm, args[0]);
    if (!f) return ABSENT;
    if (whence < 0 || whence > 2) return raise_value(vm, "Invalid whence (%d, should be 0, 1 or 2)", whence);
    if (whence == 0 && offset < 0) return raise_value(vm, "Negative seek position %lld", (long long)offset);
    if (whence != 0 && offset != 0)
        return raise_error(vm, &exc_OSError, "Can't do nonzero cur-relative seeks");
    f->position = whence == 0 ? offset : whence == 1 ? f->position : f->text.length;
    return int_from(vm, f->position);
}

NATIVE(tell) { return open_file(vm, args[0]) ? int_from(vm, as_string_file(args[0])->position) : ABSENT; }
NATIVE(yes) { return open_file(vm, args[0]) ? TRUE_VALUE : ABSENT; }

NATIVE(getvalue) {
    StringFile *f = open_file(vm, args[0]);
    return f ? slice(vm, &f->text, 0, f->text.length) : ABSENT;
}

NATIVE(close_method) {
    StringFile *f = as_string_file(args[0]);
    f->open = false;
    cut(vm, f);
    return NONE;
}

static Value newline_name(VM *vm, const StringFile *f) {
    static const char *const texts[] = {NULL, "", "\n", "\r", "\r\n"};
    return f->newline == NEWLINE_UNIVERSAL ? NONE : string_from_c(vm, texts[f->newline]);
}

NATIVE(getstate) {
    Value text = getvalue(vm, args, 1, ABSENT);
    if (is_absent(text)) return ABSENT;
    StringFile *f = as_string_file(args[0]);
    Value newline = newline_name(vm, f), position = int_from(vm, f->position), state = ABSENT;
    Value dict = object_attributes_state(vm, args[0]);
    if (!is_absent(newline) && !is_absent(position) && !is_absent(dict))
        state = tuple_pack(vm, 4, text, newline, position, dict);
    value_drop(vm, text), value_xdrop(vm, newline), value_xdrop(vm, position);
    return state;
}

NATIVE(setstate) {
    int64_t position;
    if (!is_family(args[1], TYPE_TUPLE) || as_tuple(args[1])->length < 4)
        return raise_type(vm, "%T.__setstate__ argument should be 4-tuple, got %T", args[0], args[1]);
    Value *items = as_tuple(args[1])->items;
    if (!is_int_family(items[2]))
        return raise_type(vm, "third item of state must be an integer, got %T", items[2]);
    if (!init(vm, args[0], items, 2, ABSENT) ||
        !object_to_int64(vm, items[2], &exc_OverflowError, &position)) {
        return ABSENT;
    }
    if (position < 0) return raise_value(vm, "position value cannot be negative");
    as_string_file(args[0])->position = position;
    return file_set_attributes(vm, args[0], items[3], "fourth");
}

static const NativeDef methods[] = {
    {"read", read, "size=-1, /", "Read at most size characters, returned as a string."},
    {"readline", readline, "size=-1, /", "Read until newline or EOF."},
    {"write", write, "s, /", "Write string to file."},
    {"truncate", truncate, "pos=None, /", "Truncate size to pos."},
    {"seek", seek, "pos, whence=0, /", "Change stream position."},
    {"tell", tell, "", "Tell the current file position."},
    {"getvalue", getvalue, "", "Retrieve the entire contents of the object."},
    {"close", close_method, "", "Close the IO object."},
    {"readable", yes, "", "Returns True if the IO object can be read."},
    {"writable", yes, "", "Returns True if the IO object can be written."},
    {"seekable", yes, "", "Returns True if the IO object can be seeked."},
    {"__getstate__", getstate, "", NULL},
    {"__setstate__", setstate, "state, /", NULL},
    {0},
};

static Value get_closed(VM *vm, Value self) {
    const StringFile *f = as_string_file(self);
    return f->ready ? bool_from(!f->open) : raise_value(vm, "I/O operation on uninitialized object");
}

static Value get_newlines(VM *vm, Value self) {
    return open_file(vm, self) ? newlines_seen(vm, as_string_file(self)->seen) : ABSENT;
}

static Value get_line_buffering(VM *vm, Value self) { return open_file(vm, self) ? FALSE_VALUE : ABSENT; }

static const GetSetDef getsets[] = {{"closed", get_closed, NULL, NULL},
                                    {"newlines", get_newlines, NULL, NULL},
                                    {"line_buffering", get_line_buffering, NULL, NULL},
                                    {0}};

static void finalize(VM *vm, Object *self) {
    if (self->type != &string_io_type) io_finalize(vm, self);
}

Type string_io_type = {
    TYPE_HEAD(string_io_type, "_io.StringIO", .traverse = attributes_traverse_own,
              .clear = attributes_clear_own, .finalize = finalize, .dealloc = dealloc),
    .flags = TYPE_BASE | TYPE_WEAKLY_REFERABLE,
    .basic_size = sizeof(StringFile),
    .attributes_offset = sizeof(StringFile),
    .base = &text_io_base_type,
    .doc = "(initial_value='', newline='\\n')\n--\n\nText I/O implementation using an in-memory buffer.",
    .new = new,
    .init = init,
    .next = next,
    .methods = methods,
    .getsets = getsets,
};

/* --- IncrementalNewlineDecoder --- */

typedef struct {
    Object head;
    Value decoder; /* owned; None: the input is str */
    bool made, translates;
    bool held; /* a '\r' at the end of the last input, whose line end is not known yet */
    uint8_t seen;
} NewlineDecoder;

static NewlineDecoder *as_decoder(VM *vm, Value v) {
    NewlineDecoder *d = (NewlineDecoder *)as_object(v);
    if (!d->made) raise_value(vm, "IncrementalNewlineDecoder.__init__() not called");
    return d->made ? d : NULL;
}

static bool decoder_init(VM *vm, Value self, Value *args, int nargs, Value names) {
    Value row[3];
    NewlineDecoder *d = (NewlineDecoder *)as_object(self);
    static const char params[] = "decoder, translate, errors='strict'";
    if (!arguments_bind(vm, "IncrementalNewlineDecoder", params, args, nargs, names, row)) return false;
    int translates = object_truth(vm, row[1]);
    if (translates < 0) return false;
    value_set(vm, &d->decoder, value_ref(row[0]));
    d->translates = translates;
    d->made = true;
    d->held = false;
    d->seen = 0;
    return true;
}

static int decoder_traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((NewlineDecoder *)self)->decoder);
    return 0;
}

static void decoder_clear(VM *vm, Object *self) { value_clear(vm, &((NewlineDecoder *)self)->decoder); }

static void decoder_dealloc(VM *vm, Object *self) {
    value_xdrop(vm, ((NewlineDecoder *)self)->decoder);
    object_free(vm, self, instance_size(self, 0));
}

/* The '\r' kept back goes in front; one at the end is kept back. NEW. */
static Value hold(VM *vm, NewlineDecoder *d, Value text, bool final) {
    const String *s = as_string(text);
    int64_t length = string_length(s);
    bool ends = !final && length > 0 && string_at(s, length - 1) == '\r', had = d->held;
    if (had && length == 0 && !final) return value_ref(text);
    Builder b;
    builder_init(&b, vm);
    if (had) builder_c(&b, "\r");
    builder_slice(&b, text, 0, length - ends);
    d->held = ends;
    return builder_finish(&b);
}

NATIVE(decoder_decode) {
    NewlineDecoder *d = as_decoder(vm, args[0]);
    int final = is_absent(args[2]) ? 0 : object_truth(vm, args[2]);
    if (!d || final < 0) return ABSENT;
    Value text = value_ref(args[1]);
    if (!is_none(d->decoder)) {
        Value name = string_intern_fixed(vm, "decode"), row[] = {args[1], bool_from(final)};
        value_set(vm, &text, is_absent(name) ? ABSENT : call_method(vm, d->decoder, name, row, 2));
        value_xdrop(vm, name);
    }
    if (is_absent(text)) return ABSENT;
    Value result = ABSENT;
    if (!is_string(text)) {
        raise_type(vm, "decoder should return a string result, not '%T'", text);
    } else {
        Value whole = hold(vm, d, text, final);
        if (!is_absent(whole)) result = translate_in(vm, whole, d->translates, &d->seen);
        value_xdrop(vm, whole);
    }
    value_drop(vm, text);
    return result;
}

/* The state is the decoder's, with the '\r' kept back as the lowest bit of its flags. */
NATIVE(decoder_getstate) {
    NewlineDecoder *d = as_decoder(vm, args[0]);
    if (!d) return ABSENT;
    Value inner = is_none(d->decoder) ? ABSENT : io_ask(vm, d->decoder, "getstate", ABSENT);
    if (error_raised(vm)) return ABSENT;
    Value pending = ABSENT, flag = ABSENT, state = ABSENT;
    int64_t flags = 0;
    if (is_absent(inner)) {
        pending = bytes_from(vm, "", 0);
    } else if (!is_family(inner, TYPE_TUPLE) || as_tuple(inner)->length != 2) {
        raise_type(vm, "illegal decoder state");
    } else if (object_to_int64(vm, as_tuple(inner)->items[1], &exc_OverflowError, &flags)) {
        pending = value_ref(as_tuple(inner)->items[0]);
    }
    if (!is_absent(pending)) flag = int_from(vm, (int64_t)((uint64_t)flags << 1 | d->held));
    if (!is_absent(flag)) state = tuple_pack(vm, 2, pending, flag);
    value_xdrop(vm, inner), value_xdrop(vm, pending), value_xdrop(vm, flag);
    return state;
}

NATIVE(decoder_setstate) {
    NewlineDecoder *d = as_decoder(vm, args[0]);
    int64_t flags;
    if (!d) return ABSENT;
    if (!is_family(args[1], TYPE_TUPLE)) return raise_type(vm, "state argument must be a tuple");
    if (as_tuple(args[1])->length != 2) return raise_type(vm, "setstate(): illegal state argument");
    if (!object_to_int64(vm, as_tuple(args[1])->items[1], &exc_OverflowError, &flags)) return ABSENT;
    d->held = flags & 1;
    if (is_none(d->decoder)) return NONE;
    Value flag = int_from(vm, flags >> 1);
    Value state = is_absent(flag) ? ABSENT : tuple_pack(vm, 2, as_tuple(args[1])->items[0], flag);
    Value result = is_absent(state) ? ABSENT : io_ask(vm, d->decoder, "setstate", state);
    value_xdrop(vm, flag), value_xdrop(vm, state);
    return result;
}

NATIVE(decoder_reset) {
    NewlineDecoder *d = as_decoder(vm, args[0]);
    if (!d) return ABSENT;
    d->seen = 0;
    d->held = false;
    return is_none(d->decoder) ? NONE : io_ask(vm, d->decoder, "reset", ABSENT);
}

static const NativeDef decoder_methods[] = {
    {"decode", decoder_decode, "input, final=False", NULL},
    {"getstate", decoder_getstate, "", NULL},
    {"setstate", decoder_setstate, "state, /", NULL},
    {"reset", decoder_reset, "", NULL},
    {0},
};

static Value decoder_newlines(VM *vm, Value self) {
    NewlineDecoder *d = as_decoder(vm, self);
    return d ? newlines_seen(vm, d->seen) : ABSENT;
}

static const GetSetDef decoder_getsets[] = {{"newlines", decoder_newlines, NULL, NULL}, {0}};

Type newline_decoder_type = {
    TYPE_HEAD(newline_decoder_type, "_io.IncrementalNewlineDecoder", .traverse = decoder_traverse,
              .clear = decoder_clear, .dealloc = decoder_dealloc),
    .flags = TYPE_BASE,
    .basic_size = sizeof(NewlineDecoder),
    .base = &object_type,
    .doc = "(decoder, translate, errors='strict')\n--\n\nCodec used when reading a file in universal "
           "newlines mode.",
    .new = instance_new_blank,
    .init = decoder_init,
    .methods = decoder_methods,
    .getsets = decoder_getsets,
};
