/* Buffered files: BufferedReader, BufferedWriter, BufferedRandom. One implementation, three method tables. */
#include <unistd.h>

#include "runtime/bytes/buffer.h"
#include "runtime/bytes/bytearray.h"
#include "runtime/bytes/bytes.h"
#include "runtime/bytes/bytesmethods.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/row.h"
#include "runtime/errors/error.h"
#include "runtime/files/file.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

/* --- life --- */

/* Put a buffer of `capacity` bytes in front of `raw`. */
static bool set_up(VM *vm, Buffered *b, Value raw, int64_t capacity) {
    if (b->busy) return raise_error(vm, &exc_RuntimeError, "reentrant call inside %T", from_object(b)), false;
    uint8_t *data = memory_alloc(vm, (size_t)capacity);
    if (!data) return false;
    memory_free(vm, b->data, (size_t)b->capacity);
    b->data = data;
    b->capacity = capacity;
    b->begin = b->end = 0;
    b->dirty = b->detached = false;
    value_set(vm, &b->raw, value_ref(raw));
    return true;
}

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    Buffered *b = (Buffered *)instance_new(vm, type, 0);
    if (!b) return ABSENT;
    b->reads = !type_is_subtype(type, &buffered_writer_type);
    b->writes = !type_is_subtype(type, &buffered_reader_type);
    object_track(&b->head);
    return from_object(b);
}

Value buffered_new(VM *vm, Type *type, Value raw, int64_t capacity) {
    Value self = new (vm, type, NULL, 0, ABSENT);
    if (is_absent(self) || set_up(vm, as_buffered(self), raw, capacity)) return self;
    value_drop(vm, self);
    return ABSENT;
}

/* The raw stream must be able to do what the type is for. */
static bool check_raw(VM *vm, const Type *type, Value raw) {
    static const struct {
        const char *question, *text;
    } rows[] = {{"seekable", "File or stream is not seekable."},
                {"readable", "File or stream is not readable."},
                {"writable", "File or stream is not writable."}};
    bool reader = type_is_subtype(type, &buffered_reader_type);
    bool writer = type_is_subtype(type, &buffered_writer_type);
    bool wanted[] = {!reader && !writer, !writer, !reader};
    for (int i = 0; i < 3; i++) {
        int can = wanted[i] ? stream_can(vm, raw, rows[i].question) : 1;
        if (can == 0) raise_unsupported(vm, rows[i].text);
        if (can <= 0) return false;
    }
    return true;
}

static bool init(VM *vm, Value self, Value *args, int nargs, Value names) {
    Value row[2];
    int64_t size = FILE_BUFFER_SIZE;
    const char *name = type_short_name(type_of(self));
    if (!arguments_bind(vm, name, "raw, buffer_size=8192", args, nargs, names, row)) return false;
    if (!is_absent(row[1]) && !object_to_int64(vm, row[1], &exc_OverflowError, &size)) return false;
    Buffered *b = as_buffered(self);
    if (!b->busy)
        b->detached = false, value_clear(vm, &b->raw); /* or streams could lie over each other in a circle */
    if (!check_raw(vm, type_of(self), row[0])) return false;
    if (size <= 0) return raise_value(vm, "buffer size must be strictly positive"), false;
    return set_up(vm, b, row[0], size);
}

static int traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((Buffered *)self)->raw);
    return attributes_traverse_own(self, visit, context);
}

static void clear(VM *vm, Object *self) {
    value_clear(vm, &((Buffered *)self)->raw);
    attributes_clear_own(vm, self);
}

/* A file that nobody closed writes out what it holds and is closed. */
static void finalize(VM *vm, Object *self) {
    Buffered *b = (Buffered *)self;
    if (is_absent(b->raw)) return;
    if (!is_buffered(from_object(self)) || !is_exactly(b->raw, &file_io_type)) {
        io_finalize(vm, self);
        return;
    }
    Value raised = error_take(vm);
    file_warn_unclosed(vm, from_object(self));
    if (!is_absent(b->raw) && !buffered_close(vm, b)) error_unraisable(vm, NULL, from_object(self));
    error_restore(vm, raised);
}

static void dealloc(VM *vm, Object *self) {
    Buffered *b = (Buffered *)self;
    value_xdrop(vm, b->raw);
    memory_free(vm, b->data, (size_t)b->capacity);
    attributes_clear_own(vm, self);
    object_free(vm, self, instance_size(self, 0));
}

/* --- moving bytes --- */

/* There is a raw stream, and it is not just being called. */
static bool check_usable(VM *vm, const Buffered *b) {
    if (is_absent(b->raw)) {
        raise_value(vm,
                    b->detached ? "raw stream has been detached" : "I/O operation on uninitialized object");
    } else if (b->busy) {
        raise_error(vm, &exc_RuntimeError, "reentrant call inside %R", from_object(b));
    }
    return !error_raised(vm);
}

/* Is the raw stream closed? That question may run code of the program, which may detach it. -1 RAISES. */
static int raw_closed(VM *vm, const Buffered *b) {
    if (buffered_is_plainly_open(b)) return 0;
    int closed = check_usable(vm, b) ? stream_closed(vm, b->raw) : -1;
    return closed == 0 && !check_usable(vm, b) ? -1 : closed;
}

static bool buffered_check_open(VM *vm, const Buffered *b) {
    int closed = raw_closed(vm, b);
    if (closed > 0) raise_value(vm, "I/O operation on closed file.");
    return closed == 0;
}

/* Calls of the raw stream. */

static int64_t raw_read(VM *vm, Buffered *b, void *to, int64_t size) {
    b->busy = true;
    int64_t got = stream_read(vm, b->raw, to, size, true);
    b->busy = false;
    return got;
}

static int64_t raw_write(VM *vm, Buffered *b, const void *from, int64_t size) {
    b->busy = true;
    int64_t put = stream_write(vm, b->raw, from, size);
    b->busy = false;
    return put;
}

static int64_t raw_seek(VM *vm, Buffered *b, int64_t offset, int whence) {
    b->busy = true;
    int64_t at = stream_seek(vm, b->raw, offset, whence);
    b->busy = false;
    return at;
}

/* Write out what is not yet written. What could not be written stays. */
static bool write_out(VM *vm, Buffered *b) {
    if (!b->dirty) return true;
    int64_t written = raw_write(vm, b, b->data, b->end);
    b->end -= written;
    b->dirty = b->end > 0;
    if (b->dirty) memmove(b->data, b->data + written, (size_t)b->end);
    return !b->dirty;
}

/* Forget what was read ahead, so that the descriptor stands where the reader thinks it does. */
static bool forget_read(VM *vm, Buffered *b) {
    if (b->dirty || b->begin == b->end) {
        if (!b->dirty) b->begin = b->end = 0;
        return true;
    }
    int64_t ahead = b->end - b->begin;
    b->begin = b->end = 0;
    return raw_seek(vm, b, -ahead, SEEK_CUR) >= 0;
}

/* A file for both is put where its user thinks it is, so that others see it so. */
bool buffered_flush(VM *vm, Buffered *b) { return write_out(vm, b) && (!b->writes || forget_read(vm, b)); }

static void keep(Buffered *b, const void *from, int64_t size) {
    memcpy(b->data + b->end, from, (size_t)size);
    b->end += size;
    b->dirty = b->end > 0;
}

/* Where the raw stream would block behind `taken` bytes, the buffer keeps what it has room for. False RAISES: there was
 * more, or another error. */
static bool keep_blocked(VM *vm, Buffered *b, const char *from, int64_t size, int64_t taken) {
    if (!error_is(vm, &exc_BlockingIOError)) return false;
    int64_t room = b->capacity - b->end, count = size - taken < room ? size - taken : room;
    error_clear(vm);
    keep(b, from + taken, count);
    if (taken + count == size) return true;
    stream_raise_blocked(vm, taken + count);
    return false;
}

bool buffered_write(VM *vm, Buffered *b, const void *from, int64_t size) {
    if (!forget_read(vm, b)) return false;
    if (size > b->capacity - b->end && !write_out(vm, b)) return keep_blocked(vm, b, from, size, 0);
    if (size >= b->capacity) {
        int64_t written = raw_write(vm, b, from, size);
        return written == size || keep_blocked(vm, b, from, size, written);
    }
    keep(b, from, size);
    return true;
}

/* Read a block into the empty buffer; how much there is now, -1 RAISES. */
static int64_t fill(VM *vm, Buffered *b) {
    if (b->dirty && !write_out(vm, b)) return -1;
    b->begin = b->end = 0;
    int64_t got = raw_read(vm, b, b->data, b->capacity);
    if (got > 0) b->end = got;
    return got;
}

static int64_t take(Buffered *b, void *to, int64_t size) {
    if (b->dirty) return 0;
    int64_t count = b->end - b->begin < size ? b->end - b->begin : size;
    memcpy(to, b->data + b->begin, (size_t)count);
    b->begin += count;
    return count;
}

int64_t buffered_read_some(VM *vm, Buffered *b, void *to, int64_t size) {
    int64_t count = take(b, to, size);
    if (count > 0 || size == 0) return count;
    if (b->dirty && !write_out(vm, b)) return -1;
    b->begin = b->end = 0;
    return raw_read(vm, b, to, size);
}

/* Where the buffer stands, less than 0 where the raw stream tells less than has been read from it. False RAISES. */
static bool find_place(VM *vm, Buffered *b, int64_t *place) {
    b->busy = true;
    int64_t at = stream_tell(vm, b->raw);
    b->busy = false;
    *place = at + (b->dirty ? b->end : b->begin - b->end);
    return at >= 0;
}

static int64_t not_before_start(int64_t place) { return place < 0 ? 0 : place; }

int64_t buffered_tell(VM *vm, Buffered *b) {
    int64_t place;
    return find_place(vm, b, &place) ? not_before_start(place) : -1;
}

/* Within what was read ahead nothing is read again. */
static bool is_ahead(const Buffered *b, int64_t by) {
    return !b->dirty && by >= -b->begin && by < b->end - b->begin;
}

int64_t buffered_seek(VM *vm, Buffered *b, int64_t offset, int whence) {
    if (whence <= SEEK_CUR && b->end > b->begin && !b->dirty) {
        int64_t at, by;
        if (!find_place(vm, b, &at)) return -1;
        bool fits = !__builtin_sub_overflow(offset, whence == SEEK_SET ? at : 0, &by);
        if (fits && is_ahead(b, by)) return b->begin += by, not_before_start(at + by);
    }
    if (!write_out(vm, b)) return -1;
    if (whence == SEEK_CUR) offset -= b->end - b->begin; /* the descriptor is ahead of the reader */
    int64_t at = raw_seek(vm, b, offset, whence);
    if (at >= 0) b->begin = b->end = 0;
    return at;
}

void buffered_discard(Buffered *b) {
    b->begin = b->end = 0;
    b->dirty = false;
}

bool buffered_close(VM *vm, Buffered *b) {
    int was_closed = raw_closed(vm, b);
    if (was_closed) return was_closed > 0;
    bool flushed = write_out(vm, b);
    Value raised = error_take(vm);
    b->busy = true;
    bool closed = stream_close(vm, b->raw);
    b->busy = false;
    buffered_discard(b);
    io_raise_first(vm, raised);
    return flushed && closed;
}

/* --- reading methods --- */

/* The buffer, if it can be used; `closed` is what is said of one that is closed: "read of closed file". */
static Buffered *open_for(VM *vm, Value self, const char *closed) {
    Buffered *b = as_buffered(self);
    int is_closed = raw_closed(vm, b);
    if (is_closed > 0) raise_value(vm, "%s", closed);
    return is_closed == 0 ? b : NULL;
}

/* More of the `size` bytes that are wanted, of which `count` are there: whole blocks past the buffer, the rest through
 * it. */
static int64_t read_more(VM *vm, Buffered *b, uint8_t *to, int64_t count, int64_t size) {
    int64_t left = size - count, got = take(b, to + count, left);
    if (got > 0) return got;
    if (b->dirty && !write_out(vm, b)) return -1;
    if (left >= b->capacity) {
        b->begin = b->end = 0;
        return raw_read(vm, b, to + count, left - left % b->capacity);
    }
    got = fill(vm, b);
    return got <= 0 ? got : take(b, to + count, left);
}

/* `size` bytes. NEW, RAISES. */
static Value read_bytes(VM *vm, Buffered *b, int64_t size) {
    if (!b->dirty && size > 0 && size <= b->end - b->begin) {
        b->begin += size;
        return bytes_part(vm, b->data + b->begin - size, size);
    }
    Bytes *bytes = bytes_new(vm, size);
    for (int64_t count = 0, got; bytes && count < size; count += got) {
        got = read_more(vm, b, bytes->data, count, size);
        if (got > 0) continue;
        if (got == -1 || (got == STREAM_BLOCKED && count == 0)) {
            value_drop(vm, from_object(bytes));
            return got == -1 ? ABSENT : NONE;
        }
        return from_object(bytes_resize(vm, bytes, count));
    }
    return from_object(bytes);
}

/* What the raw stream's read gives, again and again until there is no more: bytes or None. NEW, RAISES. */
static Value raw_pieces(VM *vm, Buffered *b) {
    Value all = bytearray_new(vm, 0), result = ABSENT;
    while (!is_absent(all)) {
        Value piece = io_ask(vm, b->raw, "read", ABSENT);
        int64_t before = as_bytearray(all)->length;
        if (is_absent(piece)) break;
        if (!is_none(piece) && !is_bytes(piece)) {
            value_drop(vm, piece);
            raise_type(vm, "read() should return bytes");
            break;
        }
        if (is_none(piece) || as_bytes(piece)->length == 0) {
            bool some = before > 0 || !is_none(piece);
            result = some ? bytes_from(vm, as_bytearray(all)->data, before) : NONE;
            value_drop(vm, piece);
            break;
        }
        const Bytes *from = as_bytes(piece);
        bool done = bytearray_replace(vm, as_bytearray(all), before, before, from->length);
        if (done) memcpy(as_bytearray(all)->data + before, from->data, (size_t)from->length);
        value_drop(vm, piece);
        if (!done) break;
    }
    value_xdrop(vm, all);
    return result;
}

/* The rest of the raw stream by its readall, if it has one: bytes or None. NEW, RAISES. */
static Value raw_rest(VM *vm, Buffered *b) {
    Value name = string_intern_c(vm, "readall"), method = ABSENT;
    int found = is_absent(name) ? -1 : object_find_attribute(vm, b->raw, name, &method);
    value_xdrop(vm, name);
    if (found <= 0) return found < 0 ? ABSENT : raw_pieces(vm, b);
    Value all = call_0(vm, method);
    value_drop(vm, method);
    if (is_absent(all) || is_none(all) || is_bytes(all)) return all;
    value_drop(vm, all);
    return raise_type(vm, "readall() should return bytes");
}

/* All to the end. NEW, RAISES. */
static Value read_all(VM *vm, Buffered *b) {
    if (b->dirty && !write_out(vm, b)) return ABSENT;
    Value ahead = bytes_from(vm, b->data + b->begin, b->end - b->begin);
    if (is_absent(ahead)) return ABSENT;
    b->begin = b->end = 0;
    b->busy = true;
    Value rest = raw_rest(vm, b);
    b->busy = false;
    if (is_absent(rest) || as_bytes(ahead)->length == 0 || is_none(rest)) {
        bool kept = is_none(rest) && as_bytes(ahead)->length;
        value_drop(vm, kept ? rest : ahead);
        return kept ? ahead : rest;
    }
    Value both = bytes_concat(vm, ahead, rest);
    value_drop(vm, ahead);
    value_drop(vm, rest);
    return both;
}

NATIVE(read_method) {
    int64_t size;
    if (!file_count_argument(vm, args[1], &size) || !check_usable(vm, as_buffered(args[0]))) return ABSENT;
    if (size < -1) return raise_value(vm, "read length must be non-negative or -1");
    Buffered *b = open_for(vm, args[0], "read of closed file");
    return !b ? ABSENT : size < 0 ? read_all(vm, b) : read_bytes(vm, b, size);
}

NATIVE(read1_method) {
    int64_t size = -1;
    if (!is_absent(args[1]) && !row_position(vm, args[1], &size)) return ABSENT;
    Buffered *b = open_for(vm, args[0], "read of closed file");
    if (!b) return ABSENT;
    if (size < 0) size = b->capacity;
    Bytes *bytes = bytes_new(vm, size);
    if (!bytes) return ABSENT;
    int64_t got = buffered_read_some(vm, b, bytes->data, size);
    if (got >= 0 || got == STREAM_BLOCKED) return from_object(bytes_resize(vm, bytes, got < 0 ? 0 : got));
    value_drop(vm, from_object(bytes));
    return ABSENT;
}

/* Fill a bytearray; `once`: with at most one call of the system. */
static Value read_into(VM *vm, Value self, Value target, bool once) {
    BufferView to;
    if (!buffer_writable_argument(vm, once ? "readinto1" : "readinto", target, &to)) return ABSENT;
    Buffered *b = open_for(vm, self, "readinto of closed file");
    int64_t count = b ? take(b, to.data, to.size) : 0, got = 0;
    if (b && b->dirty && !write_out(vm, b)) got = -1;
    while (b && got != -1 && count < to.size) {
        int64_t left = to.size - count;
        if (once && count && left <= b->capacity) break;
        if (left > b->capacity)
            got = raw_read(vm, b, to.data + count, left);
        else if ((got = fill(vm, b)) > 0)
            got = take(b, to.data + count, left);
        count += got > 0 ? got : 0;
        if (once || got <= 0) break;
    }
    buffer_release(vm, &to);
    if (!b || got == -1) return ABSENT;
    return got == STREAM_BLOCKED && !count ? NONE : int_from(vm, count);
}

NATIVE(readinto_method) { return read_into(vm, args[0], args[1], false); }

NATIVE(readinto1_method) { return read_into(vm, args[0], args[1], true); }

NATIVE(peek_method) {
    int64_t size;
    if (!is_absent(args[1]) && !row_position(vm, args[1], &size)) return ABSENT;
    Buffered *b = open_for(vm, args[0], "peek of closed file");
    if (!b || ((b->dirty || b->begin == b->end) && fill(vm, b) == -1)) return ABSENT;
    return bytes_from(vm, b->data + b->begin, b->end - b->begin);
}

/* A line with its end, of at most `limit` bytes (-1: any length); empty at the end of the file. */
static Value read_line(VM *vm, Buffered *b, int64_t limit) {
    Bytes *line = NULL;
    int64_t length = 0;
    for (bool ended = false; !ended && length != limit;) {
        if (b->dirty || b->begin == b->end) {
            int64_t got = fill(vm, b);
            if (got == -1) return value_xdrop(vm, from_object(line)), ABSENT;
            if (got <= 0) break;
        }
        int64_t count = b->end - b->begin;
        if (limit >= 0 && count > limit - length) count = limit - length;
        const uint8_t *newline = memchr(b->data + b->begin, '\n', (size_t)count);
        if (newline) count = newline + 1 - (b->data + b->begin), ended = true;
        line = line ? bytes_resize(vm, line, length + count) : bytes_new(vm, count);
        if (!line) return ABSENT;
        take(b, line->data + length, count);
        length += count;
    }
    return from_object(line ? line : bytes_new(vm, 0));
}

NATIVE(readline_method) {
    int64_t limit;
    if (!file_count_argument(vm, args[1], &limit)) return ABSENT;
    Buffered *b = open_for(vm, args[0], "readline of closed file");
    return b ? read_line(vm, b, limit < 0 ? -1 : limit) : ABSENT;
}

static Value next(VM *vm, Value self) {
    if (!as_buffered(self)->reads) return raise_unsupported(vm, "read");
    Buffered *b = open_for(vm, self, "readline of closed file");
    if (!b) return ABSENT;
    Value line = read_line(vm, b, -1);
    if (is_absent(line) || as_bytes(line)->length) return line;
    value_drop(vm, line);
    return ABSENT;
}

/* --- writing methods --- */

NATIVE(write_method) {
    BufferView from;
    if (!buffer_acquire(vm, args[1], BUFFER_SIMPLE, &from)) return ABSENT;
    Buffered *b = open_for(vm, args[0], "write to closed file");
    bool done = b && buffered_write(vm, b, from.data, from.size);
    int64_t size = from.size;
    buffer_release(vm, &from);
    return done ? int_from(vm, size) : ABSENT;
}

NATIVE(flush_method) {
    Buffered *b = as_buffered(args[0]);
    if (b->writes && !open_for(vm, args[0], "flush of closed file")) return ABSENT;
    return buffered_check_open(vm, b) && buffered_flush(vm, b) ? NONE : ABSENT;
}

NATIVE(truncate_method) {
    Buffered *b = open_for(vm, args[0], "truncate of closed file");
    if (!b) return ABSENT;
    if (!b->writes) return raise_unsupported(vm, "truncate");
    if (!buffered_flush(vm, b)) return ABSENT;
    b->busy = true;
    Value result = io_ask(vm, b->raw, "truncate", is_absent(args[1]) ? NONE : args[1]);
    b->busy = false;
    return result;
}

/* --- methods of all three --- */

NATIVE(tell_method) {
    Buffered *b = open_for(vm, args[0], "I/O operation on closed file");
    int64_t at = b ? buffered_tell(vm, b) : -1;
    return at < 0 ? ABSENT : int_from(vm, at);
}

NATIVE(seek_method) {
    int whence = SEEK_SET;
    int64_t offset;
    if (!is_absent(args[2]) && !object_to_c_int(vm, args[2], &whence)) return ABSENT;
    if (!check_usable(vm, as_buffered(args[0]))) return ABSENT;
    if (whence < SEEK_SET || whence > SEEK_HOLE)
        return raise_value(vm, "whence value %d unsupported", whence);
    if (!open_for(vm, args[0], "seek of closed file") || !file_check_seekable(vm, args[0]) ||
        !object_to_int64(vm, args[1], &exc_ValueError, &offset)) {
        return ABSENT;
    }
    Buffered *b =
        open_for(vm, args[0], "seek of closed file"); /* the questions may have run a program's code */
    int64_t at = b ? buffered_seek(vm, b, offset, whence) : -1;
    return at < 0 ? ABSENT : int_from(vm, at);
}

NATIVE(close_method) {
    Buffered *b = as_buffered(args[0]);
    bool plain = is_buffered(args[0]);
    int closed = plain ? 0 : raw_closed(vm, b);
    if (closed) return closed > 0 ? NONE : ABSENT;
    Value flushed = plain ? NONE : io_ask(vm, args[0], "flush", ABSENT), raised = error_take(vm);
    bool done = buffered_close(vm, b);
    io_raise_first(vm, raised);
    value_xdrop(vm, flushed);
    return done && !is_absent(flushed) ? NONE : ABSENT;
}

NATIVE(detach_method) {
    Buffered *b = as_buffered(args[0]);
    if (b->writes && !open_for(vm, args[0], "flush of closed file")) return ABSENT;
    if (!buffered_check_open(vm, b) || !write_out(vm, b)) return ABSENT;
    Value raw = b->raw;
    b->raw = ABSENT;
    b->detached = true;
    return raw;
}

/* A question that the raw file answers. */
static Value ask_raw(VM *vm, Value self, const char *method) {
    Buffered *b = as_buffered(self);
    return check_usable(vm, b) ? io_ask(vm, b->raw, method, ABSENT) : ABSENT;
}

#define ASK(name) \
    NATIVE(name##_method) { return ask_raw(vm, args[0], #name); }
ASK(fileno)
ASK(isatty)
ASK(seekable)

/* What the type rules out is answered whether the file is open or not. */
NATIVE(readable_method) {
    return as_buffered(args[0])->reads ? ask_raw(vm, args[0], "readable") : FALSE_VALUE;
}

NATIVE(writable_method) {
    return as_buffered(args[0])->writes ? ask_raw(vm, args[0], "writable") : FALSE_VALUE;
}

#define COMMON_METHODS \
    {"tell", tell_method, "", "Return the current stream position."}, \
        {"seek", seek_method, "target, whence=0, /", "Change the stream position."}, \
        {"close", close_method, "", "Flush and close the file."}, \
        {"flush", flush_method, "", "Write out what is held back."}, \
        {"detach", detach_method, "", "Separate the raw file from the buffer and return it."}, \
        {"fileno", fileno_method, "", "The file descriptor."}, {"isatty", isatty_method, "", NULL}, \
        {"seekable", seekable_method, "", NULL}, {"readable", readable_method, "", NULL}, \
        {"writable", writable_method, "", NULL}, { \
        "truncate", truncate_method, "pos=None, /", NULL, NATIVE_NAMED_METHOD \
    }

#define READING_METHODS \
    {"read", read_method, "size=-1, /", "Read and return up to size bytes."}, \
        {"read1", read1_method, "size=-1, /", "Read with at most one call of the system."}, \
        {"readinto", readinto_method, "buffer, /", NULL}, \
        {"readinto1", readinto1_method, "buffer, /", NULL}, \
        {"readline", readline_method, "size=-1, /", "Read and return one line."}, { \
        "peek", peek_method, "size=0, /", "What the next read would give, without reading on.", 0 \
    }

#define WRITE_METHOD(function) \
    { "write", function, "buffer, /", "Write a bytes-like object." }

static const NativeDef reader_methods[] = {COMMON_METHODS, READING_METHODS, {0}};
static const NativeDef writer_methods[] = {COMMON_METHODS, WRITE_METHOD(write_method), {0}};
static const NativeDef random_methods[] = {COMMON_METHODS, READING_METHODS, WRITE_METHOD(write_method), {0}};

static Value get_closed(VM *vm, Value self) {
    Buffered *b = as_buffered(self);
    if (is_absent(b->raw)) return check_usable(vm, b) ? NONE : ABSENT;
    int closed = stream_closed(vm, b->raw);
    return bool_from_truth(closed);
}

static Value raw_attribute(VM *vm, Value self, const char *name) {
    Buffered *b = as_buffered(self);
    return is_absent(b->raw) && !check_usable(vm, b) ? ABSENT : io_attribute(vm, b->raw, name);
}

static Value get_name(VM *vm, Value self) { return raw_attribute(vm, self, "name"); }
static Value get_mode(VM *vm, Value self) { return raw_attribute(vm, self, "mode"); }

static const GetSetDef getsets[] = {
    {"closed", get_closed, NULL, NULL}, {"name", get_name, NULL, NULL}, {"mode", get_mode, NULL, NULL}, {0}};

static const MemberDef members[] = {
    {"raw", offsetof(Buffered, raw), MEMBER_READONLY | MEMBER_NONE_IF_ABSENT, NULL}, {0}};

static Value repr(VM *vm, Value self) {
    Value name = get_name(vm, self);
    if (is_absent(name)) {
        error_clear(vm);
        return string_format(vm, "<%T>", self);
    }
    Value text = string_format(vm, "<%T name=%R>", self, name);
    value_drop(vm, name);
    return text;
}

static Value iterate(VM *vm, Value self) {
    return buffered_check_open(vm, as_buffered(self)) ? value_ref(self) : ABSENT;
}

#define BUFFERED_TYPE(variable, name_text, table, doc_text) \
    Type variable = { \
        TYPE_HEAD(variable, name_text, .traverse = traverse, .clear = clear, .finalize = finalize, \
                  .dealloc = dealloc), \
        .flags = TYPE_BASE | TYPE_WEAKLY_REFERABLE, \
        .basic_size = sizeof(Buffered), \
        .attributes_offset = sizeof(Buffered), \
        .new = new, \
        .init = init, \
        .base = &buffered_io_base_type, \
        .doc = doc_text, \
        .repr = repr, \
        .iterate = iterate, \
        .next = next, \
        .methods = table, \
        .getsets = getsets, \
        .members = members, \
    }

BUFFERED_TYPE(buffered_reader_type, "_io.BufferedReader", reader_methods,
              "(raw, buffer_size=8192)\n--\n\nA file read through a buffer.");
BUFFERED_TYPE(buffered_writer_type, "_io.BufferedWriter", writer_methods,
              "(raw, buffer_size=8192)\n--\n\nA file written through a buffer.");
BUFFERED_TYPE(buffered_random_type, "_io.BufferedRandom", random_methods,
              "(raw, buffer_size=8192)\n--\n\nA file read and written through a buffer.");
