/* TextIOWrapper: str in front of a buffered file; its life, writing, and how it is set up. */
#include "runtime/files/filetext.h"

#include <unistd.h>

#include "runtime/bytes/bytes.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/tuple.h"
#include "runtime/errors/error.h"
#include "runtime/errors/warn.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/codec.h"

enum { TEXT_PENDING_SIZE = 2 * FILE_BUFFER_SIZE }; /* less than a chunk, and another such piece */

/* --- encoding --- */

/* Only the first piece has a byte order mark: the encoding of those behind it. `data` is the first piece. */
const char *text_file_encoding_after_mark(const char *encoding, const uint8_t *data, int64_t length) {
    static const struct {
        const char *name, *big, *little;
    } rows[] = {{"utf-8-sig", "utf-8", "utf-8"},
                {"utf-16", "utf-16-be", "utf-16-le"},
                {"utf-32", "utf-32-be", "utf-32-le"}};
    bool big = length >= 2 && (data[0] == 0xFE || (data[0] == 0 && data[1] == 0));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(encoding, rows[i].name) == 0) return big ? rows[i].big : rows[i].little;
    }
    return encoding;
}

Value text_file_encode(VM *vm, TextFile *t, Value string, const char *encoding) {
    bool busy = t->busy;
    t->busy = true;
    Value bytes = codec_encode(vm, string, encoding, text_file_errors(t));
    t->busy = busy;
    return bytes;
}

/* Use the encoding from here on; LookupError when there is none of that name. */
static bool set_encoding(VM *vm, TextFile *t, Value encoding) {
    const String *s = as_string(encoding);
    if (!s->ascii) return raise_error(vm, &exc_LookupError, "unknown encoding: %S", encoding), false;
    const char *name = (const char *)s->data;
    if (!codec_check(vm, name)) return false;
    Value probe = codec_encode(vm, vm->characters['a'], name, "strict");
    if (is_absent(probe)) return false;
    t->ascii_superset = codec_canonical(name) && as_bytes(probe)->length == 1;
    value_drop(vm, probe);
    value_set(vm, &t->encoding, value_ref(encoding));
    const char *canonical = codec_canonical(name);
    t->coder = t->decoder = t->encoder = canonical ? canonical : name;
    t->marked = text_file_encoding_after_mark(t->coder, NULL, 0) != t->coder;
    t->utf8 = codec_is_utf8(name);
    return true;
}

/* As at the beginning of a stream: a byte order mark may come. */
void text_file_reset_decoder(TextFile *t) {
    t->decoder = t->coder;
    t->source_length = t->decoded = 0;
    t->last_cr = false;
    t->seen = 0;
}

/* --- life --- */

/* newline= as given to open: None, '', '\n', '\r' or '\r\n'. */
static bool newline_mode(VM *vm, Value newline, NewlineMode *mode) {
    if (!value_is_given(newline)) {
        *mode = NEWLINE_UNIVERSAL;
    } else if (!is_string(newline)) {
        raise_type(vm, "open() argument 'newline' must be str or None, not %Q", newline);
        return false;
    } else if (string_length(as_string(newline)) == 0) {
        *mode = NEWLINE_KEEP;
    } else if (string_equal_c(newline, "\n")) {
        *mode = NEWLINE_LF;
    } else if (string_equal_c(newline, "\r")) {
        *mode = NEWLINE_CR;
    } else if (string_equal_c(newline, "\r\n")) {
        *mode = NEWLINE_CRLF;
    } else {
        raise_value(vm, "illegal newline value: %S", newline);
        return false;
    }
    return true;
}

/* What is appended gets no byte order mark. */
static bool place_encoder(VM *vm, TextFile *t) {
    if (!t->seekable || !t->writable || !t->marked) return true;
    t->busy = true;
    int64_t at = stream_tell(vm, t->buffer);
    t->busy = false;
    if (at > 0) t->encoder = text_file_encoding_after_mark(t->encoder, NULL, 0);
    return at >= 0;
}

/* Make it a layer over `buffer`. */
static bool set_up(VM *vm, TextFile *t, Value buffer, Value encoding, Value errors, Value newline) {
    NewlineMode mode;
    if (t->busy) return raise_error(vm, &exc_RuntimeError, "reentrant call inside %T", from_object(t)), false;
    if (!newline_mode(vm, newline, &mode)) return false;
    t->detached = false;
    value_clear(vm, &t->buffer); /* or streams could lie over each other in a circle */
    int reads = stream_can(vm, buffer, "readable");
    int writes = reads < 0 ? -1 : stream_can(vm, buffer, "writable");
    int seeks = writes < 0 ? -1 : stream_can(vm, buffer, "seekable");
    if (seeks < 0) return false;
    if (!t->pending) t->pending = memory_alloc(vm, TEXT_PENDING_SIZE);
    if (!t->pending || !set_encoding(vm, t, encoding)) return false;
    value_set(vm, &t->errors, value_ref(errors));
    value_clear(vm, &t->chunk);
    t->pending_length = t->position = t->source_length = t->decoded = 0;
    t->last_cr = t->held_before = t->iterating = t->detached = t->snapshot = false;
    t->seen = 0;
    t->newline = mode;
    t->readable = reads, t->writable = writes, t->seekable = seeks;
    t->chunk_size = FILE_BUFFER_SIZE;
    value_set(vm, &t->buffer, value_ref(buffer));
    return place_encoder(vm, t);
}

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    Object *self = instance_new(vm, type, 0);
    if (!self) return ABSENT;
    object_track(self);
    return from_object(self);
}

Value text_file_new(VM *vm, Value buffer, Value encoding, Value errors, Value newline, bool line_buffered) {
    Value self = new (vm, &text_file_type, NULL, 0, ABSENT);
    if (is_absent(self)) return ABSENT;
    as_text_file(self)->line_buffered = line_buffered;
    if (set_up(vm, as_text_file(self), buffer, encoding, errors, newline)) return self;
    value_drop(vm, self);
    return ABSENT;
}

Value text_file_encoding(VM *vm, Value asked) {
    if (!value_is_given(asked) && !warn_of_encoding(vm, 1)) return ABSENT;
    return value_is_given(asked) && !string_equal_c(asked, "locale") ? value_ref(asked)
                                                                     : string_from_c(vm, "UTF-8");
}

/* A str or None; TypeError for anything else. */
static bool check_text(VM *vm, Value v, const char *name) {
    if (!value_is_given(v)) return true;
    if (is_string(v)) return codec_check_argument(vm, "TextIOWrapper", name, v);
    raise_type(vm, "TextIOWrapper() argument '%s' must be str or None, not %Q", name, v);
    return false;
}

static bool flag_argument(VM *vm, Value v, bool *flag) {
    int truth = is_absent(v) ? 0 : object_truth(vm, v);
    *flag = truth > 0;
    return truth >= 0;
}

static bool init(VM *vm, Value self, Value *args, int nargs, Value names) {
    static const char params[] =
        "buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False";
    Value row[6];
    TextFile *t = as_text_file(self);
    if (!arguments_bind(vm, "TextIOWrapper", params, args, nargs, names, row)) return false;
    if (!check_text(vm, row[1], "encoding") || !check_text(vm, row[2], "errors") ||
        !check_text(vm, row[3], "newline") || !flag_argument(vm, row[4], &t->line_buffered) ||
        !flag_argument(vm, row[5], &t->write_through)) {
        return false;
    }
    bool strict = !value_is_given(row[2]);
    Value encoding = text_file_encoding(vm, row[1]);
    Value errors = strict ? string_from_c(vm, "strict") : value_ref(row[2]);
    bool ok = !is_absent(encoding) && !is_absent(errors) && set_up(vm, t, row[0], encoding, errors, row[3]);
    value_xdrop(vm, encoding);
    value_xdrop(vm, errors);
    return ok;
}

static int traverse(Object *self, VisitFn visit, void *context) {
    TextFile *t = (TextFile *)self;
    VISIT(t->buffer);
    VISIT(t->encoding);
    VISIT(t->errors);
    VISIT(t->mode);
    VISIT(t->chunk);
    return attributes_traverse_own(self, visit, context);
}

static void clear(VM *vm, Object *self) {
    value_clear(vm, &((TextFile *)self)->buffer);
    attributes_clear_own(vm, self);
}

/* There is a stream below, and it is not just being called. */
bool text_file_check_usable(VM *vm, const TextFile *t) {
    if (is_absent(t->buffer)) {
        raise_value(vm, t->detached ? "underlying buffer has been detached"
                                    : "I/O operation on uninitialized object");
    } else if (t->busy) {
        raise_error(vm, &exc_RuntimeError, "reentrant call inside %R", from_object(t));
    }
    return !error_raised(vm);
}

/* Calls of the stream below. */

static bool below_write(VM *vm, TextFile *t, const void *from, int64_t size) {
    t->busy = true;
    bool done = stream_write(vm, t->buffer, from, size) == size;
    t->busy = false;
    return done;
}

static bool below_flush(VM *vm, TextFile *t) {
    t->busy = true;
    bool done = stream_flush(vm, t->buffer);
    t->busy = false;
    return done;
}

static bool close_file(VM *vm, TextFile *t) {
    if (!text_file_check_usable(vm, t)) return false;
    int was_closed = stream_closed(vm, t->buffer);
    if (was_closed) return was_closed > 0;
    bool plain = t->head.type == &text_file_type;
    Value done = plain ? NONE : io_ask(vm, from_object(t), "flush", ABSENT);
    bool flushed = plain ? text_file_flush(vm, t) : !is_absent(done);
    value_xdrop(vm, done);
    Value raised = error_take(vm);
    bool closed = text_file_check_usable(vm, t);
    if (closed) {
        t->busy = true;
        closed = stream_close(vm, t->buffer);
        t->busy = false;
    }
    io_raise_first(vm, raised);
    return flushed && closed;
}

static void finalize(VM *vm, Object *self) {
    if (is_absent(((TextFile *)self)->buffer)) return;
    if (self->type != &text_file_type || !is_buffered(((TextFile *)self)->buffer)) {
        io_finalize(vm, self);
        return;
    }
    Value raised = error_take(vm);
    file_warn_unclosed(vm, from_object(self));
    bool attached = !is_absent(((TextFile *)self)->buffer);
    if (attached && !close_file(vm, (TextFile *)self)) error_unraisable(vm, NULL, from_object(self));
    error_restore(vm, raised);
}

static void dealloc(VM *vm, Object *self) {
    TextFile *t = (TextFile *)self;
    value_xdrop(vm, t->buffer);
    value_xdrop(vm, t->encoding);
    value_xdrop(vm, t->errors);
    value_xdrop(vm, t->mode);
    value_xdrop(vm, t->chunk);
    memory_free(vm, t->source, (size_t)t->source_capacity);
    if (t->pending) memory_free(vm, t->pending, TEXT_PENDING_SIZE);
    attributes_clear_own(vm, self);
    object_free(vm, self, instance_size(self, 0));
}

/* Checked twice: whether the stream below is closed may be asked of code of the program, which may detach it. */
bool text_file_check_open(VM *vm, const TextFile *t) {
    bool ours = !is_absent(t->buffer) && is_buffered(t->buffer) && !t->busy;
    if (ours && buffered_is_plainly_open(as_buffered(t->buffer))) return true;
    return text_file_check_usable(vm, t) && stream_check_open(vm, t->buffer) && text_file_check_usable(vm, t);
}

/* --- writing --- */

bool text_file_write_pending(VM *vm, TextFile *t) {
    int64_t size = t->pending_length;
    t->pending_length = 0;
    return size == 0 || below_write(vm, t, t->pending, size);
}

bool text_file_flush(VM *vm, TextFile *t) {
    if (!text_file_check_open(vm, t)) return false;
    t->iterating = false;
    return text_file_write_pending(vm, t) && below_flush(vm, t);
}

/* Less than a chunk is held back, what is more goes out in one piece with it. */
static bool put(VM *vm, TextFile *t, const uint8_t *data, int64_t size) {
    int64_t most = t->chunk_size < FILE_BUFFER_SIZE ? t->chunk_size : FILE_BUFFER_SIZE;
    if (size >= most) return text_file_write_pending(vm, t) && below_write(vm, t, data, size);
    memcpy(t->pending + t->pending_length, data, (size_t)size);
    t->pending_length += size;
    return t->pending_length < most || text_file_write_pending(vm, t);
}

/* '\n' as the file wants it: NULL when it stays. */
static const char *line_end(const TextFile *t) {
    return t->newline == NEWLINE_CR ? "\r" : t->newline == NEWLINE_CRLF ? "\r\n" : NULL;
}

static Value with_line_ends(VM *vm, Value string, const char *end) {
    const String *s = as_string(string);
    Builder b;
    builder_init(&b, vm);
    for (int64_t i = 0, at; i < string_length(s); i = at + 1) {
        at = text_find_char(s, '\n', i, string_length(s));
        if (at < 0) at = string_length(s);
        builder_slice(&b, string, i, at);
        if (at < string_length(s)) builder_c(&b, end);
    }
    return builder_finish(&b);
}

/* Whoever writes has done with what was decoded; the stream below stands behind the bytes of it. */
static void leave_reading(VM *vm, TextFile *t) {
    if (t->snapshot) value_clear(vm, &t->chunk), t->position = 0;
    t->snapshot = false;
    text_file_reset_decoder(t);
}

bool text_file_write(VM *vm, TextFile *t, Value string) {
    const String *s = as_string(string);
    bool has_newline = (t->line_buffered || line_end(t)) && text_find_char(s, '\n', 0, string_length(s)) >= 0;
    bool flushes = t->line_buffered && (has_newline || text_find_char(s, '\r', 0, string_length(s)) >= 0);
    bool ok;
    if (s->ascii && t->ascii_superset && !(has_newline && line_end(t))) {
        ok = put(vm, t, s->data, string_length(s));
    } else {
        Value text = has_newline && line_end(t) ? with_line_ends(vm, string, line_end(t)) : value_ref(string);
        Value bytes = is_absent(text) ? ABSENT : text_file_encode(vm, t, text, t->encoder);
        ok = !is_absent(bytes) && put(vm, t, as_bytes(bytes)->data, as_bytes(bytes)->length);
        value_xdrop(vm, text);
        value_xdrop(vm, bytes);
    }
    if (t->marked) t->encoder = text_file_encoding_after_mark(t->encoder, NULL, 0);
    if (!ok) return false;
    if ((flushes || t->write_through) && !text_file_write_pending(vm, t)) return false;
    if (flushes && !below_flush(vm, t)) return false;
    if (t->readable) leave_reading(vm, t);
    return true;
}

bool text_file_print(VM *vm, TextFile *t, Value string) {
    if (!text_file_check_open(vm, t)) return false;
    if (!t->writable) return raise_unsupported(vm, "not writable"), false;
    return text_file_write(vm, t, string);
}

NATIVE(write_method) {
    if (!is_string(args[1])) return raise_type(vm, "write() argument must be str, not %Q", args[1]);
    if (!text_file_print(vm, as_text_file(args[0]), args[1])) return ABSENT;
    return int_small(string_length(as_string(args[1])));
}

/* --- the other methods --- */

NATIVE(flush_method) { return text_file_flush(vm, as_text_file(args[0])) ? NONE : ABSENT; }

static Value get_closed(VM *vm, Value self) {
    TextFile *t = as_text_file(self);
    if (is_absent(t->buffer)) return text_file_check_usable(vm, t) ? NONE : ABSENT;
    if (is_buffered(t->buffer) && is_absent(as_buffered(t->buffer)->raw))
        return raise_value(vm, "raw stream has been detached");
    int closed = stream_closed(vm, t->buffer);
    return bool_from_truth(closed);
}

NATIVE(close_method) {
    Value closed = get_closed(vm, args[0]);
    if (is_absent(closed)) return ABSENT;
    return close_file(vm, as_text_file(args[0])) ? NONE : ABSENT;
}

NATIVE(detach_method) {
    TextFile *t = as_text_file(args[0]);
    if (!text_file_flush(vm, t)) return ABSENT;
    Value buffer = t->buffer;
    t->buffer = ABSENT;
    t->detached = true;
    return buffer;
}

static Value ask_buffer(VM *vm, Value self, const char *method) {
    TextFile *t = as_text_file(self);
    return text_file_check_usable(vm, t) ? io_ask(vm, t->buffer, method, ABSENT) : ABSENT;
}

#define ASK(name) \
    NATIVE(name##_method) { return ask_buffer(vm, args[0], #name); }
ASK(fileno)
ASK(isatty)
ASK(seekable)
ASK(readable)
ASK(writable)

/* Each setting that is given replaces the present one. */
NATIVE(reconfigure_method) {
    TextFile *t = as_text_file(args[0]);
    Value encoding = args[1], errors = args[2], newline = args[3];
    bool flags[] = {t->line_buffered, t->write_through};
    for (int i = 0; i < 3; i++) {
        static const char *const names[] = {"encoding", "errors", "newline"};
        if (!value_is_given(args[1 + i]) || is_string(args[1 + i])) continue;
        return raise_type(vm, "reconfigure() argument '%s' must be str or None, not %Q", names[i],
                          args[1 + i]);
    }
    for (int i = 0; i < 2; i++) {
        int flag = 0;
        if (!value_is_given(args[4 + i])) continue;
        if (!object_to_c_int(vm, args[4 + i], &flag)) return ABSENT;
        flags[i] = flag != 0;
    }
    bool recoded = value_is_given(encoding), lines = !is_absent(newline);
    if (!is_absent(t->chunk) && (recoded || lines || value_is_given(errors))) {
        return raise_unsupported(
            vm, "It is not possible to set the encoding or newline of stream after the first read");
    }
    NewlineMode mode = t->newline;
    if ((lines && !newline_mode(vm, newline, &mode)) || !text_file_flush(vm, t)) return ABSENT;
    if (recoded && !set_encoding(vm, t, encoding)) return ABSENT;
    if (recoded && !value_is_given(errors)) {
        Value strict = string_from_c(vm, "strict");
        if (is_absent(strict)) return ABSENT;
        value_set(vm, &t->errors, strict);
    }
    if (value_is_given(errors)) value_set(vm, &t->errors, value_ref(errors));
    t->newline = mode;
    if (recoded || lines || value_is_given(errors)) {
        text_file_reset_decoder(t);
        t->encoder = t->coder;
        if (!place_encoder(vm, t)) return ABSENT;
    }
    t->line_buffered = flags[0];
    t->write_through = flags[1];
    return NONE;
}

static const NativeDef methods[] = {
    {"write", write_method, "text, /", "Write a string; return how many characters."},
    {"read", text_file_read, "size=-1, /", "Read at most size characters."},
    {"readline", text_file_readline, "size=-1, /", "Read until a line's end or the file's."},
    {"tell", text_file_tell, "", "Return the stream position."},
    {"seek", text_file_seek, "cookie, whence=0, /", "Set the stream position."},
    {"truncate", text_file_truncate, "pos=None, /", NULL},
    {"flush", flush_method, "", "Write out what is held back."},
    {"close", close_method, "", "Flush and close the file."},
    {"detach", detach_method, "", "Separate the buffer from the wrapper and return it."},
    {"reconfigure", reconfigure_method,
     "*, encoding=None, errors=None, newline=None, line_buffering=None, write_through=None",
     "Reconfigure the text stream with new parameters."},
    {"fileno", fileno_method, "", "The file descriptor."},
    {"isatty", isatty_method, "", NULL},
    {"seekable", seekable_method, "", NULL},
    {"readable", readable_method, "", NULL},
    {"writable", writable_method, "", NULL},
    {0},
};

static Value get_name(VM *vm, Value self) {
    TextFile *t = as_text_file(self);
    return is_absent(t->buffer) && !text_file_check_usable(vm, t) ? ABSENT
                                                                  : io_attribute(vm, t->buffer, "name");
}

static Value get_newlines(VM *vm, Value self) {
    static const char *const ends[] = {"\r", "\n", "\r\n"};
    TextFile *t = as_text_file(self);
    if (is_absent(t->buffer) && !text_file_check_usable(vm, t)) return ABSENT;
    unsigned seen = t->seen;
    Value items[3];
    int count = 0;
    for (int i = 0; i < 3; i++) {
        if (!(seen >> i & 1)) continue;
        items[count] = string_from_c(vm, ends[i]);
        if (is_absent(items[count++])) {
            while (--count > 0)
                value_drop(vm, items[count - 1]);
            return ABSENT;
        }
    }
    return count == 0 ? NONE : count == 1 ? items[0] : tuple_from_owned(vm, items, count);
}

static Value get_chunk_size(VM *vm, Value self) {
    TextFile *t = as_text_file(self);
    return is_absent(t->buffer) && !text_file_check_usable(vm, t) ? ABSENT : int_from(vm, t->chunk_size);
}

static bool set_chunk_size(VM *vm, Value self, Value value) {
    int64_t size;
    if (is_absent(as_text_file(self)->buffer)) return text_file_check_usable(vm, as_text_file(self));
    if (is_absent(value)) return raise_error(vm, &exc_AttributeError, "cannot delete attribute"), false;
    if (!object_to_int64(vm, value, &exc_ValueError, &size)) return false;
    if (size <= 0) return raise_value(vm, "a strictly positive integer is required"), false;
    as_text_file(self)->chunk_size = size;
    return true;
}

static Value get_line_buffering(VM *vm, Value self) { return bool_from(as_text_file(self)->line_buffered); }

static Value get_write_through(VM *vm, Value self) { return bool_from(as_text_file(self)->write_through); }

static Value get_errors(VM *vm, Value self) {
    TextFile *t = as_text_file(self);
    return is_absent(t->errors) ? (text_file_check_usable(vm, t) ? NONE : ABSENT) : value_ref(t->errors);
}

static bool refuse(VM *vm, Value self, Value value) {
    return raise_error(vm, &exc_AttributeError, "readonly attribute"), false;
}

static const GetSetDef getsets[] = {{"closed", get_closed, NULL, NULL},
                                    {"name", get_name, NULL, NULL},
                                    {"newlines", get_newlines, NULL, NULL},
                                    {"line_buffering", get_line_buffering, refuse, NULL},
                                    {"errors", get_errors, NULL, NULL},
                                    {"write_through", get_write_through, refuse, NULL},
                                    {"_CHUNK_SIZE", get_chunk_size, set_chunk_size, NULL},
                                    {0}};

static const MemberDef members[] = {
    {"buffer", offsetof(TextFile, buffer), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, NULL},
    {"encoding", offsetof(TextFile, encoding), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, NULL},
    {"mode", offsetof(TextFile, mode), 0, NULL},
    {0}};

static Value repr(VM *vm, Value self) {
    TextFile *t = as_text_file(self);
    Builder b;
    builder_init(&b, vm);
    builder_c(&b, "<_io.TextIOWrapper");
    if (is_absent(t->encoding)) {
        builder_fini(&b);
        return raise_value(vm, "I/O operation on uninitialized object");
    }
    Value name = is_absent(t->buffer) ? ABSENT : io_attribute(vm, t->buffer, "name");
    error_clear(vm);
    if (!is_absent(name)) builder_format(&b, " name=%R", name);
    value_xdrop(vm, name);
    if (!is_absent(t->mode)) builder_format(&b, " mode=%R", t->mode);
    builder_format(&b, " encoding=%R>", t->encoding);
    return builder_finish(&b);
}

static Value iterate(VM *vm, Value self) {
    return text_file_check_open(vm, as_text_file(self)) ? value_ref(self) : ABSENT;
}

Type text_file_type = {
    TYPE_HEAD(text_file_type, "_io.TextIOWrapper", .traverse = traverse, .clear = clear, .finalize = finalize,
              .dealloc = dealloc),
    .flags = TYPE_BASE | TYPE_WEAKLY_REFERABLE,
    .basic_size = sizeof(TextFile),
    .attributes_offset = sizeof(TextFile),
    .new = new,
    .init = init,
    .base = &text_io_base_type,
    .doc = "(buffer, encoding=None, errors=None, newline=None, line_buffering=False, "
           "write_through=False)\n--\n\nCharacter and line based layer over a buffered file.",
    .repr = repr,
    .iterate = iterate,
    .next = text_file_next,
    .methods = methods,
    .getsets = getsets,
    .members = members,
};
