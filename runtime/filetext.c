/* TextIOWrapper: str in front of a buffered file. */
#include <unistd.h>

#include "runtime/buffer.h"
#include "runtime/bytes.h"
#include "runtime/codec.h"
#include "runtime/error.h"
#include "runtime/file.h"
#include "runtime/instance.h"
#include "runtime/int.h"
#include "runtime/protocol.h"
#include "runtime/row.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

enum {
    SEEN_CR = 1,
    SEEN_LF = 2,
    SEEN_CRLF = 4,
    TEXT_PENDING_SIZE = 2 * FILE_BUFFER_SIZE, /* less than a chunk, and another such piece */
};

static int64_t find_char(const String *s, uint8_t c, int64_t start, int64_t stop) {
    if (s->width_log == 0) {
        const uint8_t *at = memchr(s->data + start, c, (size_t)(stop - start));
        return at ? at - s->data : -1;
    }
    unsigned log = s->width_log; /* the byte is the lowest of a unit, the others are 0 */
    while (start < stop) {
        const uint8_t *at = memchr(s->data + (start << log), c, (size_t)(stop - start) << log);
        if (!at) return -1;
        start = (at - s->data) >> log;
        if (string_at(s, start) == c) return start;
        start++;
    }
    return -1;
}

/* --- encoding --- */

static const char *errors_of(const TextFile *t) { return (const char *)as_string(t->errors)->data; }

/* Only the first piece has a byte order mark: the encoding of those behind it. `data` is the first piece. */
static const char *encoding_after_mark(const char *encoding, const uint8_t *data, int64_t length) {
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

/* The place of a byte order mark, if there was one, is behind the first `decoded` bytes: what follows has none. */
static bool learn_mark(TextFile *t, int64_t decoded) {
    bool wide = strcmp(t->decoder, "utf-32") == 0;
    int64_t least = wide ? 4 : strcmp(t->decoder, "utf-16") == 0 ? 2 : 0;
    const char *after = encoding_after_mark(t->decoder, t->source, t->source_length);
    if (decoded < least || t->source_length == 0 || after == t->decoder) return false;
    t->decoder = after;
    return true;
}

/* How many bytes the mark at the source's beginning has, where there may be one. */
static int64_t mark_length(const TextFile *t) {
    static const char utf_8[] = "\xEF\xBB\xBF";
    if (strcmp(t->decoder, "utf-8") != 0) return strncmp(t->decoder, "utf-32", 6) == 0 ? 4 : 2;
    return t->source_length >= 3 && memcmp(t->source, utf_8, 3) == 0 ? 3 : 0;
}

/* The text of the source's bytes from `from` on. `taken` NULL: nothing follows them; else how many are whole characters. */
static Value decode(VM *vm, TextFile *t, int64_t from, int64_t length, int64_t *taken) {
    bool busy = t->busy;
    Value text = ABSENT;
    size_t whole = (size_t)length;
    t->busy = true; /* a codec or an error handler may be the program's */
    if (taken) {
        text = codec_decode_part(vm, t->decoder, t->source + from, (size_t)length, errors_of(t), &whole);
        *taken = (int64_t)whole;
    } else if (t->utf8) {
        text = string_decode_utf8(vm, (const char *)t->source + from, (size_t)length, errors_of(t));
    } else {
        Value bytes = bytes_from(vm, t->source + from, length);
        if (!is_absent(bytes)) text = codec_decode(vm, bytes, t->decoder, errors_of(t));
        value_xdrop(vm, bytes);
    }
    t->busy = busy;
    return text;
}

static Value encode(VM *vm, TextFile *t, Value string, const char *encoding) {
    bool busy = t->busy;
    t->busy = true;
    Value bytes = codec_encode(vm, string, encoding, errors_of(t));
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
    t->marked = encoding_after_mark(t->coder, NULL, 0) != t->coder;
    t->utf8 = codec_is_utf8(name);
    return true;
}

/* As at the beginning of a stream: a byte order mark may come. */
static void reset_decoder(TextFile *t) {
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
    if (at > 0) t->encoder = encoding_after_mark(t->encoder, NULL, 0);
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
    (void)args, (void)nargs, (void)names;
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
    bool locale = !value_is_given(row[1]) || string_equal_c(row[1], "locale");
    bool strict = !value_is_given(row[2]);
    Value encoding = locale ? string_from_c(vm, "UTF-8") : value_ref(row[1]);
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
static bool check_usable(VM *vm, const TextFile *t) {
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

static int64_t below_seek(VM *vm, TextFile *t, int64_t offset, int whence) {
    t->busy = true;
    int64_t at = stream_seek(vm, t->buffer, offset, whence);
    t->busy = false;
    return at;
}

static bool close_file(VM *vm, TextFile *t) {
    if (!check_usable(vm, t)) return false;
    int was_closed = stream_closed(vm, t->buffer);
    if (was_closed) return was_closed > 0;
    bool plain = t->head.type == &text_file_type;
    Value done = plain ? NONE : io_ask(vm, from_object(t), "flush", ABSENT);
    bool flushed = plain ? text_file_flush(vm, t) : !is_absent(done);
    value_xdrop(vm, done);
    Value raised = error_take(vm);
    t->busy = true;
    bool closed = stream_close(vm, t->buffer);
    t->busy = false;
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

static bool check_open(VM *vm, const TextFile *t) {
    return check_usable(vm, t) && stream_check_open(vm, t->buffer);
}

/* --- writing --- */

static bool write_pending(VM *vm, TextFile *t) {
    int64_t size = t->pending_length;
    t->pending_length = 0;
    return size == 0 || below_write(vm, t, t->pending, size);
}

bool text_file_flush(VM *vm, TextFile *t) {
    if (!check_open(vm, t)) return false;
    t->iterating = false;
    return write_pending(vm, t) && below_flush(vm, t);
}

/* Less than a chunk is held back, what is more goes out in one piece with it. */
static bool put(VM *vm, TextFile *t, const uint8_t *data, int64_t size) {
    int64_t most = t->chunk_size < FILE_BUFFER_SIZE ? t->chunk_size : FILE_BUFFER_SIZE;
    if (size >= most) return write_pending(vm, t) && below_write(vm, t, data, size);
    memcpy(t->pending + t->pending_length, data, (size_t)size);
    t->pending_length += size;
    return t->pending_length < most || write_pending(vm, t);
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
        at = find_char(s, '\n', i, string_length(s));
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
    reset_decoder(t);
}

bool text_file_write(VM *vm, TextFile *t, Value string) {
    const String *s = as_string(string);
    bool has_newline = (t->line_buffered || line_end(t)) && find_char(s, '\n', 0, string_length(s)) >= 0;
    bool flushes = t->line_buffered && (has_newline || find_char(s, '\r', 0, string_length(s)) >= 0);
    bool ok;
    if (s->ascii && t->ascii_superset && !(has_newline && line_end(t))) {
        ok = put(vm, t, s->data, string_length(s));
    } else {
        Value text = has_newline && line_end(t) ? with_line_ends(vm, string, line_end(t)) : value_ref(string);
        Value bytes = is_absent(text) ? ABSENT : encode(vm, t, text, t->encoder);
        ok = !is_absent(bytes) && put(vm, t, as_bytes(bytes)->data, as_bytes(bytes)->length);
        value_xdrop(vm, text);
        value_xdrop(vm, bytes);
    }
    if (t->marked) t->encoder = encoding_after_mark(t->encoder, NULL, 0);
    if (!ok) return false;
    if ((flushes || t->write_through) && !write_pending(vm, t)) return false;
    if (flushes && !below_flush(vm, t)) return false;
    if (t->readable) leave_reading(vm, t);
    return true;
}

bool text_file_print(VM *vm, TextFile *t, Value string) {
    if (!check_open(vm, t)) return false;
    if (!t->writable) return raise_unsupported(vm, "not writable"), false;
    return text_file_write(vm, t, string);
}

NATIVE(write_method) {
    if (!is_string(args[1])) return raise_type(vm, "write() argument must be str, not %Q", args[1]);
    if (!text_file_print(vm, as_text_file(args[0]), args[1])) return ABSENT;
    return int_small(string_length(as_string(args[1])));
}

/* --- reading --- */

/* Line ends made '\n' (in universal mode), and noted. A '\r' at the chunk's end waits for the next one,
 * unless `last`. Takes the text. */
static Value translate(VM *vm, TextFile *t, STEALS Value text, bool last) {
    const String *s = as_string(text);
    int64_t length = string_length(s);
    if (length == 0 && !last) return text;
    bool held = t->last_cr, ends_in_cr = length > 0 && string_at(s, length - 1) == '\r' && !last;
    if (!held && !ends_in_cr && find_char(s, '\r', 0, length) < 0) {
        if (find_char(s, '\n', 0, length) >= 0) t->seen |= SEEN_LF;
        return text;
    }
    Builder b;
    builder_init(&b, vm);
    bool keep = t->newline != NEWLINE_UNIVERSAL;
    for (int64_t i = held ? -1 : 0; i < length - ends_in_cr; i++) {
        uint32_t c = i < 0 ? '\r' : string_at(s, i);
        bool pair = c == '\r' && i + 1 < length && string_at(s, i + 1) == '\n';
        if (c == '\r') t->seen |= pair ? SEEN_CRLF : SEEN_CR;
        if (c == '\n') t->seen |= SEEN_LF;
        if (pair) i++;
        if (c == '\r' && keep) {
            builder_c(&b, pair ? "\r\n" : "\r");
        } else {
            builder_char(&b, c == '\r' ? '\n' : c);
        }
    }
    t->last_cr = ends_in_cr;
    value_drop(vm, text);
    return builder_finish(&b);
}

static bool reserve_source(VM *vm, TextFile *t, int64_t room) {
    if (t->source_capacity >= room) return true;
    uint8_t *source = memory_resize(vm, t->source, (size_t)t->source_capacity, (size_t)room);
    if (!source) return false;
    t->source = source;
    t->source_capacity = room;
    return true;
}

/* The text of the source, but for an incomplete character at its end that may be going on; `last`: nothing follows.
 * NEW, RAISES. */
static Value decode_source(VM *vm, TextFile *t, bool last) {
    int64_t taken = t->source_length;
    size_t length = (size_t)taken;
    bool undecided = t->marked && codec_is_part_of_mark(t->decoder, t->source, length); /* even at the end */
    Value text = decode(vm, t, 0, taken, last && !undecided ? NULL : &taken);
    if (!is_absent(text) && t->marked && !codec_check_mark(vm, t->decoder, t->source, (size_t)taken)) {
        value_clear(vm, &text);
    }
    t->mark = 0;
    if (t->marked && !undecided && learn_mark(t, is_absent(text) ? 0 : taken)) t->mark = mark_length(t);
    if (is_absent(text)) return ABSENT;
    t->decoded = taken;
    t->held_before = t->last_cr;
    bool looks = t->newline == NEWLINE_UNIVERSAL || t->newline == NEWLINE_KEEP;
    return looks ? translate(vm, t, text, last) : text;
}

/* How many bytes to ask for where `hint` characters are wanted, by what came of those before. */
static int64_t next_size(const TextFile *t, int64_t hint) {
    double wanted = (t->bytes_for_character > 1 ? t->bytes_for_character : 1) * (double)hint;
    return wanted <= (double)t->chunk_size ? t->chunk_size : wanted < 1e18 ? (int64_t)wanted : hint;
}

/* Decode the next block of bytes into the chunk, whose characters have all been taken: 1 there are some, 0
 * there are none for now, -1 RAISES. `hint`: so many characters are wanted, 0: as they come. */
static int next_chunk(VM *vm, TextFile *t, int64_t hint) {
    for (;;) {
        int64_t rest = t->source_length - t->decoded, size = next_size(t, hint);
        if (rest) memmove(t->source, t->source + t->decoded, (size_t)rest);
        t->source_length = rest;
        t->decoded = 0;
        if (!reserve_source(vm, t, size + rest)) return -1;
        t->busy = true;
        int64_t got = stream_read(vm, t->buffer, t->source + rest, size);
        t->busy = false;
        if (got == STREAM_BLOCKED) got = 0;
        if (got < 0) return -1;
        t->source_length += got;
        Value text = decode_source(vm, t, got == 0);
        if (is_absent(text)) {
            t->source_length = rest; /* what could not be decoded is lost */
            return -1;
        }
        int64_t length = string_length(as_string(text));
        value_set(vm, &t->chunk, text);
        t->position = 0;
        t->bytes_for_character = length ? (double)got / (double)length : 0;
        t->snapshot |= !t->iterating && t->seekable;
        if (length > 0 || got == 0) return length > 0;
    }
}

static void forget_chunk(VM *vm, TextFile *t) {
    value_clear(vm, &t->chunk);
    t->position = 0;
    t->snapshot = false;
}

static int64_t chunk_left(const TextFile *t) {
    return is_absent(t->chunk) ? 0 : string_length(as_string(t->chunk)) - t->position;
}

/* The place behind the next line end in the chunk, or -1. */
static int64_t find_line_end(const TextFile *t) {
    const String *s = as_string(t->chunk);
    int64_t length = string_length(s);
    if (t->newline == NEWLINE_UNIVERSAL || t->newline == NEWLINE_LF) {
        int64_t at = find_char(s, '\n', t->position, length);
        return at < 0 ? -1 : at + 1;
    }
    for (int64_t i = t->position; i < length; i++) {
        uint32_t c = string_at(s, i);
        bool pair = c == '\r' && i + 1 < length && string_at(s, i + 1) == '\n';
        if (t->newline == NEWLINE_CR && c == '\r') return i + 1;
        if (t->newline == NEWLINE_CRLF ? pair : c == '\r') return i + 1 + pair;
        if (t->newline == NEWLINE_KEEP && c == '\n') return i + 1;
    }
    return -1;
}

Value text_file_read_line(VM *vm, TextFile *t, int64_t limit) {
    Builder b;
    bool building = false, after_cr = false; /* the last chunk ended in \r, which \r\n may begin with */
    int64_t count = 0;
    bool has_chunk = !is_absent(t->chunk) && string_length(as_string(t->chunk)) > 0;
    if (limit == 0 && has_chunk) return value_ref(vm->empty_string); /* nothing is read */
    for (;;) {
        if (chunk_left(t) == 0) {
            int more = next_chunk(vm, t, 0);
            if (more < 0 && building) builder_fini(&b);
            if (more < 0) return ABSENT;
            if (more == 0) {
                forget_chunk(vm, t);
                break;
            }
        }
        int64_t start = t->position, end = find_line_end(t), last = string_length(as_string(t->chunk));
        if (after_cr && string_at(as_string(t->chunk), start) == '\n') end = start + 1;
        bool whole = end >= 0;
        if (!whole) end = last;
        if (limit >= 0 && end - start >= limit - count) end = start + limit - count, whole = true;
        t->position = end;
        count += end - start;
        after_cr = t->newline == NEWLINE_CRLF && string_at(as_string(t->chunk), end - 1) == '\r';
        if (!building && whole) return string_slice(vm, t->chunk, start, end);
        if (!building) builder_init(&b, vm), building = true;
        builder_slice(&b, t->chunk, start, end);
        if (whole || b.failed) break;
    }
    return building ? builder_finish(&b) : value_ref(vm->empty_string);
}

static Value read_characters(VM *vm, TextFile *t, int64_t size) {
    Builder b;
    builder_init(&b, vm);
    for (int64_t left = size; left > 0 && !b.failed;) {
        if (chunk_left(t) == 0) {
            int more = next_chunk(vm, t, left);
            if (more == 0) break;
            if (more < 0) {
                builder_fini(&b);
                return ABSENT;
            }
        }
        int64_t count = chunk_left(t) < left ? chunk_left(t) : left;
        builder_slice(&b, t->chunk, t->position, t->position + count);
        t->position += count;
        left -= count;
    }
    return builder_finish(&b);
}

/* Append what read of the stream below gives to the source. */
static bool read_below(VM *vm, TextFile *t) {
    t->busy = true;
    Value all = io_ask(vm, t->buffer, "read", ABSENT);
    t->busy = false;
    BufferView view;
    if (is_absent(all)) return false;
    bool ok = is_none(all); /* it would block */
    if (!ok && !has_buffer(all)) {
        raise_type(vm, "underlying read() should have returned a bytes-like object, not '%T'", all);
    } else if (!ok && buffer_acquire(vm, all, BUFFER_SIMPLE, &view)) {
        int64_t rest = t->source_length;
        ok = reserve_source(vm, t, rest + view.size);
        if (ok && view.size) memcpy(t->source + rest, view.data, (size_t)view.size);
        if (ok) t->source_length += view.size;
        buffer_release(vm, &view);
    }
    value_drop(vm, all);
    return ok;
}

/* All to the end, decoded in one piece. */
static Value read_rest(VM *vm, TextFile *t) {
    Value before = chunk_left(t) ? string_slice(vm, t->chunk, t->position, string_length(as_string(t->chunk)))
                                 : value_ref(vm->empty_string);
    if (is_absent(before)) return ABSENT;
    int64_t rest = t->source_length - t->decoded;
    if (rest && t->decoded) memmove(t->source, t->source + t->decoded, (size_t)rest);
    t->source_length = rest;
    t->decoded = 0;
    Value text = read_below(vm, t) ? decode_source(vm, t, true) : ABSENT;
    t->source_length = is_absent(text) ? rest : 0;
    t->decoded = 0;
    if (!is_absent(text) && t->snapshot) forget_chunk(vm, t);
    t->position += chunk_left(t);
    Value both = is_absent(text) ? ABSENT : string_concat(vm, before, text);
    value_drop(vm, before);
    value_xdrop(vm, text);
    return both;
}

/* A file ready to be read: what was written goes out first. */
static TextFile *reading(VM *vm, Value self) {
    TextFile *t = as_text_file(self);
    if (!check_open(vm, t) || !write_pending(vm, t)) return NULL;
    return t->readable ? t : (raise_unsupported(vm, "not readable"), NULL);
}

NATIVE(read_method) {
    int64_t size;
    if (!file_count_argument(vm, args[1], &size)) return ABSENT;
    if (check_open(vm, as_text_file(args[0])) && !as_text_file(args[0])->readable)
        return raise_unsupported(vm, "not readable"); /* before anything is written */
    TextFile *t = error_raised(vm) ? NULL : reading(vm, args[0]);
    return !t ? ABSENT : size < 0 ? read_rest(vm, t) : read_characters(vm, t, size);
}

NATIVE(readline_method) {
    int64_t limit = -1;
    if (!is_absent(args[1]) && !row_position(vm, args[1], &limit)) return ABSENT;
    TextFile *t = reading(vm, args[0]);
    return t ? text_file_read_line(vm, t, limit < 0 ? -1 : limit) : ABSENT;
}

/* The line of a class whose readline may be another. NEW, RAISES. */
static Value next_by_method(VM *vm, Value self) {
    Value line = io_ask(vm, self, "readline", ABSENT);
    if (is_absent(line) || is_string(line)) return line;
    raise_error(vm, &exc_OSError, "readline() should have returned a str object, not '%T'", line);
    value_drop(vm, line);
    return ABSENT;
}

static Value next(VM *vm, Value self) {
    TextFile *t = as_text_file(self);
    bool plain = t->head.type == &text_file_type;
    if (is_absent(t->buffer) && !check_usable(vm, t)) return ABSENT;
    t->iterating = true;
    Value line = !plain              ? next_by_method(vm, self)
                 : reading(vm, self) ? text_file_read_line(vm, t, -1)
                                     : ABSENT;
    if (is_absent(line) || string_length(as_string(line)) > 0) return line;
    value_drop(vm, line);
    t->iterating = t->snapshot = false;
    return ABSENT;
}

/* --- positions --- */

/* How many characters the bytes of the source before `end` are; `whole`: without an incomplete one there. -1 RAISES. */
static int64_t count_decoded(VM *vm, TextFile *t, int64_t end, bool whole) {
    int64_t length = end - t->mark;
    Value text = decode(vm, t, t->mark, length, whole ? &length : NULL);
    if (is_absent(text)) return -1;
    int64_t count = string_length(as_string(text));
    value_drop(vm, text);
    return count;
}

/* How few bytes of the source are so many characters, where an error handler may have made characters, or one has several
 * spellings: by halving. If that is too many, a little before lie bytes that only look like the beginning of a character. */
static int64_t find_taken(VM *vm, TextFile *t, int64_t characters) {
    int64_t low = t->mark, high = t->decoded, found = 0;
    while (low < high) {
        int64_t middle = low + (high - low) / 2, count = count_decoded(vm, t, middle, true);
        if (count < 0) return -1;
        if (count < characters)
            low = middle + 1;
        else
            high = middle;
    }
    if ((found = count_decoded(vm, t, low, true)) == characters) return low;
    for (int64_t at = low; at > t->mark && at > low - 4 && found >= 0;) {
        found = count_decoded(vm, t, --at, false);
        if (found == characters) return at;
    }
    return found < 0 ? -1 : low;
}

/* How many characters of the source's text, before line ends were translated, the chunk's first `position` are. A \r that was
 * kept back before is the first of the chunk, and lies before the source. */
static int64_t untranslated(const TextFile *t, const String *text) {
    bool joins = t->newline == NEWLINE_UNIVERSAL; /* \r\n is one character */
    int64_t characters = t->held_before, i = 0, length = string_length(text);
    if (t->held_before && joins && length > 0 && string_at(text, 0) == '\n') i = 1;
    while (characters < t->position && i < length) {
        bool pair = string_at(text, i) == '\r' && i + 1 < length && string_at(text, i + 1) == '\n';
        i += pair && joins ? 2 : 1;
        characters++;
    }
    return i;
}

/* How many bytes of the source the first `position` characters of the chunk came from; those of a \r before the source are
 * negative. */
static int64_t bytes_taken(VM *vm, TextFile *t) {
    const String *chunk = as_string(t->chunk);
    if (t->position == string_length(chunk) && !t->last_cr) return t->decoded;
    if (t->position == 0 && t->held_before)
        return strncmp(t->decoder, "utf-32", 6) == 0 ? -4 : strncmp(t->decoder, "utf-16", 6) == 0 ? -2 : -1;
    bool strict = strcmp(errors_of(t), "strict") == 0 && !strstr(t->coder, "unicode_escape");
    bool one_to_one = strict && chunk->ascii && t->ascii_superset && !(t->seen & (SEEN_CR | SEEN_CRLF));
    if (one_to_one) return t->mark + t->position;
    Value text = decode(vm, t, t->mark, t->decoded - t->mark, NULL);
    if (is_absent(text)) return -1;
    int64_t count = untranslated(t, as_string(text));
    Value part = strict ? string_slice(vm, text, 0, count) : ABSENT, bytes = ABSENT;
    value_drop(vm, text);
    if (!strict) return find_taken(vm, t, count);
    if (!is_absent(part)) bytes = encode(vm, t, part, t->decoder);
    value_xdrop(vm, part);
    if (is_absent(bytes)) return -1;
    int64_t length = t->mark + as_bytes(bytes)->length;
    value_drop(vm, bytes);
    return length;
}

static int64_t tell(VM *vm, TextFile *t) {
    t->busy = true;
    int64_t at = stream_tell(vm, t->buffer);
    t->busy = false;
    if (at < 0 || !t->snapshot) return at;
    if (is_absent(t->chunk)) return at - (t->source_length - t->decoded);
    int64_t taken = bytes_taken(vm, t);
    return error_raised(vm) ? -1 : at - t->source_length + taken;
}

/* RAISES where there are no positions. */
static bool check_positions(VM *vm, TextFile *t) {
    if (!check_open(vm, t)) return false;
    return t->seekable ? true : (raise_unsupported(vm, "underlying stream is not seekable"), false);
}

static bool flush_by_method(VM *vm, TextFile *t) {
    if (t->head.type == &text_file_type) return text_file_flush(vm, t);
    Value done = io_ask(vm, from_object(t), "flush", ABSENT);
    value_xdrop(vm, done);
    return !is_absent(done);
}

NATIVE(tell_method) {
    TextFile *t = as_text_file(args[0]);
    if (!check_positions(vm, t)) return ABSENT;
    if (t->iterating) return raise_error(vm, &exc_OSError, "telling position disabled by next() call");
    if (!write_pending(vm, t) || !flush_by_method(vm, t) || !check_open(vm, t)) return ABSENT;
    int64_t at = tell(vm, t);
    return at < 0 ? ABSENT : int_from(vm, at);
}

/* Put the stream below there: the place. Both coders begin anew. */
static int64_t move(VM *vm, TextFile *t, int64_t offset, int whence) {
    if (!flush_by_method(vm, t) || !check_open(vm, t)) return -1;
    int64_t at = below_seek(vm, t, offset, whence);
    if (at < 0) return -1;
    const char *decoder = t->decoder;
    uint8_t seen = t->seen;
    forget_chunk(vm, t);
    reset_decoder(t);
    if (at > 0 && whence == SEEK_SET) t->seen = seen;
    t->snapshot = whence == SEEK_SET;
    t->encoder = t->decoder;
    if (at > 0) t->encoder = encoding_after_mark(t->encoder, NULL, 0);
    if (at > 0 && whence == SEEK_SET) t->decoder = encoding_after_mark(decoder, NULL, 0);
    return at;
}

/* Is it the number 0? */
static int is_zero(VM *vm, Value v) {
    return is_int(v) ? int_get(v) == 0 : object_compare_truth(vm, v, int_small(0), COMPARE_EQ);
}

/* A place of seek(place) as a number: 0 and more. -1 RAISES. */
static int64_t place_argument(VM *vm, Value place) {
    int64_t offset = -1;
    int negative = object_compare_truth(vm, place, int_small(0), COMPARE_LT);
    if (negative > 0) raise_value(vm, "negative seek position %R", place);
    Value number = negative == 0 ? call_1(vm, from_object(&int_type), place) : ABSENT;
    bool ok = !is_absent(number) && object_to_int64(vm, number, &exc_OverflowError, &offset);
    value_xdrop(vm, number);
    return ok ? offset : -1;
}

NATIVE(seek_method) {
    TextFile *t = as_text_file(args[0]);
    int whence = SEEK_SET;
    if (!is_absent(args[2]) && !object_to_c_int(vm, args[2], &whence)) return ABSENT;
    if (!check_positions(vm, t)) return ABSENT;
    if (whence < SEEK_SET || whence > SEEK_END)
        return raise_value(vm, "invalid whence (%d, should be 0, 1 or 2)", whence);
    int zero = whence == SEEK_SET ? 1 : is_zero(vm, args[1]);
    if (zero == 0) {
        return raise_unsupported(vm, whence == SEEK_CUR ? "can't do nonzero cur-relative seeks"
                                                        : "can't do nonzero end-relative seeks");
    }
    if (zero < 0) return ABSENT;
    if (whence == SEEK_END) {
        int64_t at = move(vm, t, 0, SEEK_END);
        return at < 0 ? ABSENT : int_from(vm, at);
    }
    Value place = whence == SEEK_CUR ? io_ask(vm, args[0], "tell", ABSENT) : value_ref(args[1]);
    int64_t offset = is_absent(place) ? -1 : place_argument(vm, place);
    if (offset >= 0 && move(vm, t, offset, SEEK_SET) >= 0) return place;
    value_xdrop(vm, place);
    return ABSENT;
}

NATIVE(truncate_method) {
    TextFile *t = as_text_file(args[0]);
    if (!check_usable(vm, t) || !flush_by_method(vm, t) || !check_usable(vm, t)) return ABSENT;
    t->busy = true;
    Value result = io_ask(vm, t->buffer, "truncate", is_absent(args[1]) ? NONE : args[1]);
    t->busy = false;
    return result;
}

/* --- the other methods --- */

NATIVE(flush_method) { return text_file_flush(vm, as_text_file(args[0])) ? NONE : ABSENT; }

static Value get_closed(VM *vm, Value self) {
    TextFile *t = as_text_file(self);
    if (is_absent(t->buffer)) return check_usable(vm, t) ? NONE : ABSENT;
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
    return check_usable(vm, t) ? io_ask(vm, t->buffer, method, ABSENT) : ABSENT;
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
        reset_decoder(t);
        t->encoder = t->coder;
        if (!place_encoder(vm, t)) return ABSENT;
    }
    t->line_buffered = flags[0];
    t->write_through = flags[1];
    return NONE;
}

static const NativeDef methods[] = {
    {"write", write_method, "text, /", "Write a string; return how many characters.", 0},
    {"read", read_method, "size=-1, /", "Read at most size characters.", 0},
    {"readline", readline_method, "size=-1, /", "Read until a line's end or the file's.", 0},
    {"tell", tell_method, "", "Return the stream position.", 0},
    {"seek", seek_method, "cookie, whence=0, /", "Set the stream position.", 0},
    {"truncate", truncate_method, "pos=None, /", NULL, 0},
    {"flush", flush_method, "", "Write out what is held back.", 0},
    {"close", close_method, "", "Flush and close the file.", 0},
    {"detach", detach_method, "", "Separate the buffer from the wrapper and return it.", 0},
    {"reconfigure", reconfigure_method,
     "*, encoding=None, errors=None, newline=None, line_buffering=None, write_through=None",
     "Reconfigure the text stream with new parameters.", 0},
    {"fileno", fileno_method, "", "The file descriptor.", 0},
    {"isatty", isatty_method, "", NULL, 0},
    {"seekable", seekable_method, "", NULL, 0},
    {"readable", readable_method, "", NULL, 0},
    {"writable", writable_method, "", NULL, 0},
    {0},
};

static Value get_name(VM *vm, Value self) {
    TextFile *t = as_text_file(self);
    return is_absent(t->buffer) && !check_usable(vm, t) ? ABSENT : io_attribute(vm, t->buffer, "name");
}

static Value get_newlines(VM *vm, Value self) {
    static const char *const ends[] = {"\r", "\n", "\r\n"};
    TextFile *t = as_text_file(self);
    if (is_absent(t->buffer) && !check_usable(vm, t)) return ABSENT;
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
    return is_absent(t->buffer) && !check_usable(vm, t) ? ABSENT : int_from(vm, t->chunk_size);
}

static bool set_chunk_size(VM *vm, Value self, Value value) {
    int64_t size;
    if (is_absent(as_text_file(self)->buffer)) return check_usable(vm, as_text_file(self));
    if (is_absent(value)) return raise_error(vm, &exc_AttributeError, "cannot delete attribute"), false;
    if (!object_to_int64(vm, value, &exc_ValueError, &size)) return false;
    if (size <= 0) return raise_value(vm, "a strictly positive integer is required"), false;
    as_text_file(self)->chunk_size = size;
    return true;
}

static Value get_line_buffering(VM *vm, Value self) {
    (void)vm;
    return bool_from(as_text_file(self)->line_buffered);
}

static Value get_write_through(VM *vm, Value self) {
    (void)vm;
    return bool_from(as_text_file(self)->write_through);
}

static Value get_errors(VM *vm, Value self) {
    TextFile *t = as_text_file(self);
    return is_absent(t->errors) ? (check_usable(vm, t) ? NONE : ABSENT) : value_ref(t->errors);
}

static bool refuse(VM *vm, Value self, Value value) {
    (void)self, (void)value;
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
    return check_open(vm, as_text_file(self)) ? value_ref(self) : ABSENT;
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
    .next = next,
    .methods = methods,
    .getsets = getsets,
    .members = members,
};
