/* TextIOWrapper: str in front of a buffered file. */
#include <unistd.h>

#include "runtime/bytes.h"
#include "runtime/codec.h"
#include "runtime/error.h"
#include "runtime/file.h"
#include "runtime/instance.h"
#include "runtime/int.h"
#include "runtime/protocol.h"
#include "runtime/str.h"
#include "runtime/tuple.h"

enum { SEEN_CR = 1, SEEN_LF = 2, SEEN_CRLF = 4 };

static int64_t find_char(const String *s, uint8_t c, int64_t start, int64_t stop) {
    if (s->width_log == 0) {
        const uint8_t *at = memchr(s->data + start, c, (size_t)(stop - start));
        return at ? at - s->data : -1;
    }
    while (start < stop && string_at(s, start) != c)
        start++;
    return start < stop ? start : -1;
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
        if (strcasecmp(encoding, rows[i].name) == 0) return big ? rows[i].big : rows[i].little;
    }
    return encoding;
}

/* The text of the first bytes of the source. */
static Value decode(VM *vm, TextFile *t, int64_t length) {
    bool busy = t->busy;
    Value text = ABSENT;
    t->busy = true; /* a codec or an error handler may be the program's */
    if (t->utf8) {
        text = string_decode_utf8(vm, (const char *)t->source, (size_t)length, errors_of(t));
    } else {
        Value bytes = bytes_from(vm, t->source, length);
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
    t->decoder = t->encoder = name;
    t->marked = encoding_after_mark(name, NULL, 0) != name;
    t->utf8 = codec_is_utf8(name);
    return true;
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
    if (!t->pending) t->pending = memory_alloc(vm, FILE_BUFFER_SIZE);
    if (!t->pending || !set_encoding(vm, t, encoding)) return false;
    value_set(vm, &t->errors, value_ref(errors));
    value_clear(vm, &t->chunk);
    t->pending_length = t->position = t->source_length = t->decoded = 0;
    t->ended = t->last_cr = t->held_before = t->iterating = t->detached = false;
    t->seen = 0;
    t->newline = mode;
    t->readable = reads, t->writable = writes;
    int64_t at = seeks && writes && t->marked ? stream_tell(vm, buffer) : 0;
    if (at < 0) return false;
    if (at > 0) t->encoder = encoding_after_mark(t->encoder, NULL, 0); /* what is appended gets no mark */
    value_set(vm, &t->buffer, value_ref(buffer));
    return true;
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
    if (!is_string(v))
        raise_type(vm, "TextIOWrapper() argument '%s' must be str or None, not %Q", name, v);
    else if (as_string(v)->ascii && strlen((const char *)as_string(v)->data) < as_string(v)->length)
        raise_value(vm, "embedded null character");
    return !error_raised(vm);
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
    if (t->pending) memory_free(vm, t->pending, FILE_BUFFER_SIZE);
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
    return write_pending(vm, t) && below_flush(vm, t);
}

static bool put(VM *vm, TextFile *t, const uint8_t *data, int64_t size) {
    if (size > FILE_BUFFER_SIZE - t->pending_length && !write_pending(vm, t)) return false;
    if (size > FILE_BUFFER_SIZE) return below_write(vm, t, data, size);
    memcpy(t->pending + t->pending_length, data, (size_t)size);
    t->pending_length += size;
    return true;
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

/* Reading and writing a file in turn: what was read ahead is forgotten first. */
static bool leave_reading(VM *vm, TextFile *t);

bool text_file_write(VM *vm, TextFile *t, Value string) {
    const String *s = as_string(string);
    bool has_newline = t->line_buffered || line_end(t) ? find_char(s, '\n', 0, string_length(s)) >= 0 : false;
    if (!is_absent(t->chunk) && !leave_reading(vm, t)) return false;
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
    if (t->write_through && !write_pending(vm, t)) return false;
    return !(t->line_buffered && has_newline) || text_file_flush(vm, t);
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

/* Decode the next block of bytes into the chunk, whose characters have all been taken: 1 there are some, 0
 * the end, -1 RAISES. */
static int next_chunk(VM *vm, TextFile *t) {
    for (;;) {
        int64_t rest = t->source_length - t->decoded;
        if (rest) memmove(t->source, t->source + t->decoded, (size_t)rest);
        t->source_length = rest;
        t->decoded = 0;
        if (t->ended) {
            value_clear(vm, &t->chunk);
            t->position = 0;
            return 0;
        }
        if (!reserve_source(vm, t, rest + FILE_BUFFER_SIZE)) return -1;
        t->busy = true;
        int64_t got = stream_read(vm, t->buffer, t->source + rest, FILE_BUFFER_SIZE);
        t->busy = false;
        if (got == STREAM_BLOCKED) got = 0;
        if (got < 0) return -1;
        t->source_length += got;
        t->ended = got == 0;
        t->held_before = t->last_cr;
        int64_t tail =
            got ? (int64_t)codec_incomplete_tail(t->decoder, t->source, (size_t)t->source_length) : 0;
        Value text = decode(vm, t, t->source_length - tail);
        if (is_absent(text)) return -1;
        t->decoded = t->source_length - tail;
        if (t->marked && t->decoded)
            t->decoder = encoding_after_mark(t->decoder, t->source, t->source_length);
        if (t->newline == NEWLINE_UNIVERSAL || t->newline == NEWLINE_KEEP)
            text = translate(vm, t, text, t->ended);
        if (is_absent(text)) return -1;
        value_set(vm, &t->chunk, text);
        t->position = 0;
        if (string_length(as_string(text)) > 0) return 1;
    }
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
        if (t->newline == NEWLINE_CRLF ? pair : c == '\r') return i + 1 + pair;
        if (t->newline == NEWLINE_KEEP && c == '\n') return i + 1;
    }
    return -1;
}

Value text_file_read_line(VM *vm, TextFile *t, int64_t limit) {
    Builder b;
    bool building = false;
    int64_t count = 0;
    for (;;) {
        if (chunk_left(t) == 0) {
            int more = next_chunk(vm, t);
            if (more < 0 && building) builder_fini(&b);
            if (more < 0) return ABSENT;
            if (more == 0) break;
        }
        int64_t start = t->position, end = find_line_end(t), last = string_length(as_string(t->chunk));
        bool whole = end >= 0;
        if (!whole) end = last;
        if (limit >= 0 && end - start >= limit - count) end = start + limit - count, whole = true;
        t->position = end;
        count += end - start;
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
    for (int64_t left = size; size < 0 || left > 0;) {
        if (chunk_left(t) == 0) {
            int more = next_chunk(vm, t);
            if (more == 0) break;
            if (more < 0) {
                builder_fini(&b);
                return ABSENT;
            }
        }
        int64_t count = chunk_left(t);
        if (size >= 0 && count > left) count = left;
        builder_slice(&b, t->chunk, t->position, t->position + count);
        t->position += count;
        left -= count;
        if (b.failed) break;
    }
    return builder_finish(&b);
}

/* A file ready to be read: what was written goes out first. */
static TextFile *reading(VM *vm, Value self) {
    TextFile *t = as_text_file(self);
    if (!check_open(vm, t)) return NULL;
    if (!t->readable) return raise_unsupported(vm, "not readable"), NULL;
    return write_pending(vm, t) ? t : NULL;
}

NATIVE(read_method) {
    int64_t size;
    if (!file_count_argument(vm, args[1], &size)) return ABSENT;
    TextFile *t = reading(vm, args[0]);
    return t ? read_characters(vm, t, size) : ABSENT;
}

NATIVE(readline_method) {
    int64_t limit = -1;
    if (!is_absent(args[1]) && !object_to_int64(vm, args[1], &exc_OverflowError, &limit)) return ABSENT;
    TextFile *t = reading(vm, args[0]);
    return t ? text_file_read_line(vm, t, limit < 0 ? -1 : limit) : ABSENT;
}

static Value next(VM *vm, Value self) {
    TextFile *t = reading(vm, self);
    if (!t) return ABSENT;
    t->iterating = true;
    Value line = text_file_read_line(vm, t, -1);
    if (is_absent(line) || string_length(as_string(line)) > 0) return line;
    value_drop(vm, line);
    t->iterating = false;
    return ABSENT;
}

/* --- positions --- */

/* How many characters the first bytes of the source are; `whole`: without an incomplete one at their end. -1 RAISES. */
static int64_t count_decoded(VM *vm, TextFile *t, int64_t length, bool whole) {
    if (whole) length -= (int64_t)codec_incomplete_tail(t->decoder, t->source, (size_t)length);
    Value text = decode(vm, t, length);
    if (is_absent(text)) return -1;
    int64_t count = string_length(as_string(text));
    value_drop(vm, text);
    return count;
}

/* How few bytes of the source are so many characters, where an error handler may have made characters: by halving. If
 * that is too many, a little before lie bytes that only look like the beginning of a character. */
static int64_t find_taken(VM *vm, TextFile *t, int64_t characters) {
    int64_t low = 0, high = t->decoded, found = 0;
    while (low < high) {
        int64_t middle = low + (high - low) / 2, count = count_decoded(vm, t, middle, true);
        if (count < 0) return -1;
        if (count < characters)
            low = middle + 1;
        else
            high = middle;
    }
    if ((found = count_decoded(vm, t, low, true)) == characters) return low;
    for (int64_t at = low; at > 0 && at > low - 4 && found >= 0;) {
        found = count_decoded(vm, t, --at, false);
        if (found == characters) return at;
    }
    return found < 0 ? -1 : low;
}

/* How many bytes of the source the first `position` characters of the chunk came from. */
static int64_t bytes_taken(VM *vm, TextFile *t) {
    const String *chunk = as_string(t->chunk);
    if (t->position == string_length(chunk) && !t->last_cr) return t->decoded;
    bool strict = strcmp(errors_of(t), "strict") == 0;
    bool one_to_one = strict && chunk->ascii && t->ascii_superset && !(t->seen & (SEEN_CR | SEEN_CRLF));
    if (one_to_one) return t->position;
    Value text = decode(vm, t, t->decoded);
    if (is_absent(text)) return -1;
    int64_t characters = t->held_before ? -1 : 0, i = 0; /* walk the untranslated text along */
    const String *s = as_string(text);
    while (characters < t->position && i < string_length(s)) {
        bool pair = string_at(s, i) == '\r' && i + 1 < string_length(s) && string_at(s, i + 1) == '\n';
        bool after_held = characters < 0 && string_at(s, i) == '\n';
        if (characters < 0) characters = 0;
        if (!after_held || t->newline == NEWLINE_KEEP) characters++;
        i += pair && t->newline == NEWLINE_UNIVERSAL ? 2 : 1;
    }
    Value part = string_slice(vm, text, 0, i), bytes = ABSENT;
    value_drop(vm, text);
    if (!strict) {
        value_xdrop(vm, part);
        return is_absent(part) ? -1 : find_taken(vm, t, i);
    }
    if (!is_absent(part)) bytes = encode(vm, t, part, t->decoder);
    value_xdrop(vm, part);
    if (is_absent(bytes)) return -1;
    int64_t length = as_bytes(bytes)->length;
    value_drop(vm, bytes);
    return length;
}

static int64_t tell(VM *vm, TextFile *t) {
    if (!write_pending(vm, t)) return -1;
    t->busy = true;
    int64_t at = stream_tell(vm, t->buffer);
    t->busy = false;
    if (at < 0 || is_absent(t->chunk)) return at < 0 ? -1 : at - (t->source_length - t->decoded);
    int64_t taken = bytes_taken(vm, t);
    return taken < 0 ? -1 : at - t->source_length + taken;
}

static void forget_chunk(VM *vm, TextFile *t) {
    value_clear(vm, &t->chunk);
    t->position = t->source_length = t->decoded = 0;
    t->ended = t->last_cr = t->iterating = false;
}

static bool leave_reading(VM *vm, TextFile *t) {
    if (!t->readable) return true;
    int64_t at = tell(vm, t);
    if (at < 0 || below_seek(vm, t, at, SEEK_SET) < 0) return false;
    forget_chunk(vm, t);
    return true;
}

NATIVE(tell_method) {
    TextFile *t = as_text_file(args[0]);
    if (!check_open(vm, t)) return ABSENT;
    if (t->iterating) return raise_error(vm, &exc_OSError, "telling position disabled by next() call");
    int64_t at = tell(vm, t);
    return at < 0 ? ABSENT : int_from(vm, at);
}

NATIVE(seek_method) {
    TextFile *t = as_text_file(args[0]);
    int64_t offset, whence = 0;
    if (!is_absent(args[2]) && !object_to_int64(vm, args[2], &exc_OverflowError, &whence)) return ABSENT;
    if (!check_open(vm, t) || !object_to_int64(vm, args[1], &exc_OverflowError, &offset)) return ABSENT;
    if (whence < 0 || whence > 2)
        return raise_value(vm, "invalid whence (%lld, should be 0, 1 or 2)", (long long)whence);
    if (whence == SEEK_CUR && offset != 0)
        return raise_unsupported(vm, "can't do nonzero cur-relative seeks");
    if (whence == SEEK_END && offset != 0)
        return raise_unsupported(vm, "can't do nonzero end-relative seeks");
    if (whence == SEEK_SET && offset < 0)
        return raise_value(vm, "negative seek position %lld", (long long)offset);
    if (!text_file_flush(vm, t)) return ABSENT;
    if (whence == SEEK_CUR) {
        offset = tell(vm, t);
        if (offset < 0) return ABSENT;
    }
    int64_t at = below_seek(vm, t, offset, whence == SEEK_END ? SEEK_END : SEEK_SET);
    if (at < 0) return ABSENT;
    forget_chunk(vm, t);
    t->encoder = (const char *)as_string(t->encoding)->data;
    if (at == 0)
        t->decoder = t->encoder;
    else
        t->encoder = encoding_after_mark(t->encoder, NULL, 0);
    return int_from(vm, at);
}

NATIVE(truncate_method) {
    TextFile *t = as_text_file(args[0]);
    int64_t size;
    if (!check_open(vm, t) || !text_file_flush(vm, t)) return ABSENT;
    if (!t->writable) return raise_unsupported(vm, "truncate");
    if (!value_is_given(args[1])) {
        size = tell(vm, t);
        if (size < 0) return ABSENT;
    } else if (!object_to_int64(vm, args[1], &exc_OverflowError, &size)) {
        return ABSENT;
    }
    Value wanted = check_usable(vm, t) ? int_from(vm, size) : ABSENT; /* __index__ may have detached it */
    if (is_absent(wanted)) return ABSENT;
    Value result = io_ask(vm, t->buffer, "truncate", wanted);
    value_drop(vm, wanted);
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
    bool recoded = value_is_given(encoding), lines = !is_absent(newline);
    if (!is_absent(t->chunk) && (recoded || lines)) {
        return raise_unsupported(
            vm, "It is not possible to set the encoding or newline of stream after the first read");
    }
    NewlineMode mode = t->newline;
    if ((lines && !newline_mode(vm, newline, &mode)) || !text_file_flush(vm, t)) return ABSENT;
    if (recoded && (!is_string(encoding) || !set_encoding(vm, t, encoding))) {
        return error_raised(vm)
                   ? ABSENT
                   : raise_type(vm, "reconfigure() argument 'encoding' must be str or None, not %Q",
                                encoding);
    }
    if (value_is_given(errors)) value_set(vm, &t->errors, value_ref(errors));
    t->newline = mode;
    bool *flags[] = {&t->line_buffered, &t->write_through};
    for (int i = 0; i < 2; i++) {
        if (is_absent(args[4 + i]) || is_none(args[4 + i])) continue;
        int truth = object_truth(vm, args[4 + i]);
        if (truth < 0) return ABSENT;
        *flags[i] = truth;
    }
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
    unsigned seen = as_text_file(self)->seen;
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

static Value get_line_buffering(VM *vm, Value self) {
    (void)vm;
    return bool_from(as_text_file(self)->line_buffered);
}

static Value get_write_through(VM *vm, Value self) {
    (void)vm;
    return bool_from(as_text_file(self)->write_through);
}

static const GetSetDef getsets[] = {{"closed", get_closed, NULL, NULL},
                                    {"name", get_name, NULL, NULL},
                                    {"newlines", get_newlines, NULL, NULL},
                                    {"line_buffering", get_line_buffering, NULL, NULL},
                                    {"write_through", get_write_through, NULL, NULL},
                                    {0}};

static const MemberDef members[] = {
    {"buffer", offsetof(TextFile, buffer), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, NULL},
    {"encoding", offsetof(TextFile, encoding), MEMBER_READONLY, NULL},
    {"errors", offsetof(TextFile, errors), MEMBER_READONLY, NULL},
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
    .doc = "Character and line based layer over a buffered file.",
    .repr = repr,
    .iterate = iterate,
    .next = next,
    .methods = methods,
    .getsets = getsets,
    .members = members,
};
