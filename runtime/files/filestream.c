/* What a layer does with the file below it: ours directly, any other object through its methods. Layers may lie over
 * each other as deep as a program likes. */
#include <errno.h>
#include <unistd.h>

#include "runtime/bytes/buffer.h"
#include "runtime/bytes/bytearray.h"
#include "runtime/bytes/bytes.h"
#include "runtime/bytes/memoryview.h"
#include "runtime/errors/error.h"
#include "runtime/files/file.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

int stream_closed(VM *vm, Value stream) {
    if (is_exactly(stream, &file_io_type)) return as_file(stream)->fd < 0;
    if (is_exactly(stream, &bytes_io_type)) return bytes_file_closed(stream);
    if (!recursion_enter(vm, "")) return -1;
    if (is_buffered(stream) && !is_absent(as_buffered(stream)->raw)) {
        return stream_closed(vm, as_buffered(stream)->raw);
    }
    return io_question(vm, io_attribute(vm, stream, "closed"));
}

bool stream_check_open(VM *vm, Value stream) {
    int closed = stream_closed(vm, stream);
    if (closed > 0) raise_value(vm, "I/O operation on closed file.");
    return closed == 0;
}

int stream_can(VM *vm, Value stream, const char *question) {
    return io_question(vm, io_ask(vm, stream, question, ABSENT));
}

/* The int that a method of the stream returned. */
static int64_t count_from(VM *vm, STEALS Value answer) {
    int64_t count = -1;
    bool ok = !is_absent(answer) && object_to_int64(vm, answer, &exc_ValueError, &count);
    value_xdrop(vm, answer);
    return ok ? count : -1;
}

/* readinto of a raw stream, by way of memory that the stream may keep. */
static int64_t read_into(VM *vm, Value stream, void *to, int64_t size) {
    Value block = bytearray_new(vm, size);
    if (is_absent(block)) return -1;
    if (size) memset(as_bytearray(block)->data, 0, (size_t)size);
    Value view = memoryview_new(vm, block);
    Value count = is_absent(view) ? ABSENT : io_ask(vm, stream, "readinto", view);
    bool blocked = is_none(count);
    int64_t got = blocked ? STREAM_BLOCKED : count_from(vm, count);
    if (!blocked && !error_raised(vm) && (got < 0 || got > size)) {
        raise_error(vm, &exc_OSError,
                    "raw readinto() returned invalid length %lld (should have been between 0 and %lld)",
                    (long long)got, (long long)size);
        got = -1;
    }
    if (got > 0) memcpy(to, as_bytearray(block)->data, (size_t)got);
    value_xdrop(vm, view);
    value_drop(vm, block);
    return got;
}

/* read1, or read where there is none. */
static int64_t read_piece(VM *vm, Value stream, void *to, int64_t size) {
    Value name = string_intern_fixed(vm, "read1"), method = ABSENT;
    int found = is_absent(name) ? -1 : object_find_attribute(vm, stream, name, &method);
    value_xdrop(vm, name);
    value_xdrop(vm, method);
    if (found < 0) return -1;
    Value piece = io_ask(vm, stream, found ? "read1" : "read", int_small(size));
    int64_t got = -1;
    BufferView view;
    if (is_absent(piece)) return -1;
    if (!has_buffer(piece)) {
        raise_type(vm, "underlying %s() should have returned a bytes-like object, not '%T'",
                   found ? "read1" : "read", piece);
    } else if (buffer_acquire(vm, piece, BUFFER_SIMPLE, &view)) {
        got = view.size <= size ? view.size : -1;
        if (got > 0) memcpy(to, view.data, (size_t)got);
        if (got < 0) raise_value(vm, "underlying read() returned more bytes than it was asked for");
        buffer_release(vm, &view);
    }
    value_drop(vm, piece);
    return got;
}

int64_t stream_read(VM *vm, Value stream, void *to, int64_t size, bool as_raw) {
    if (is_exactly(stream, &file_io_type)) return file_read(vm, as_file(stream), to, size);
    if (!recursion_enter(vm, "")) return -1;
    if (is_buffered(stream)) return buffered_read_some(vm, as_buffered(stream), to, size);
    bool raw = as_raw && value_is_instance(stream, &raw_io_base_type);
    return raw ? read_into(vm, stream, to, size) : read_piece(vm, stream, to, size);
}

void stream_raise_blocked(VM *vm, int64_t taken) {
    Value text = string_from_c(vm, "write could not complete without blocking");
    Value error = is_absent(text) ? ABSENT
                                  : call_3(vm, from_object(&exc_BlockingIOError), int_small(EAGAIN), text,
                                           int_small(taken));
    value_xdrop(vm, text);
    if (!is_absent(error)) raise_object(vm, error);
}

/* One call of the stream's write. */
static int64_t write_piece(VM *vm, Value stream, const char *from, int64_t size) {
    Value bytes = bytes_from(vm, from, size);
    Value count = is_absent(bytes) ? ABSENT : call_method(vm, stream, NAME_OF(vm, write), &bytes, 1);
    value_xdrop(vm, bytes);
    if (is_none(count)) return stream_raise_blocked(vm, 0), -1;
    int64_t put = count_from(vm, count);
    if (!error_raised(vm) && (put < 0 || put > size)) {
        raise_error(vm, &exc_OSError,
                    "raw write() returned invalid length %lld (should have been between 0 and %lld)",
                    (long long)put, (long long)size);
        put = -1;
    }
    return put;
}

int64_t stream_write(VM *vm, Value stream, const void *from, int64_t size) {
    if (is_exactly(stream, &file_io_type)) return file_write(vm, as_file(stream), from, size);
    if (!recursion_enter(vm, "")) return 0;
    if (is_buffered(stream)) return buffered_write(vm, as_buffered(stream), from, size) ? size : 0;
    bool raw = value_is_instance(stream, &raw_io_base_type);
    int64_t done = 0;
    while (done < size) {
        if (!raw) { /* a buffered stream takes all */
            Value bytes = bytes_from(vm, from, size);
            Value count = is_absent(bytes) ? ABSENT : call_method(vm, stream, NAME_OF(vm, write), &bytes, 1);
            value_xdrop(vm, bytes);
            value_xdrop(vm, count);
            return is_absent(count) ? 0 : size;
        }
        int64_t put = write_piece(vm, stream, (const char *)from + done, size - done);
        if (put < 0) break;
        done += put;
    }
    return done;
}

int64_t stream_seek(VM *vm, Value stream, int64_t offset, int whence) {
    if (is_exactly(stream, &file_io_type)) return file_seek(vm, as_file(stream), offset, whence);
    if (!recursion_enter(vm, "")) return -1;
    if (is_buffered(stream)) return buffered_seek(vm, as_buffered(stream), offset, whence);
    Value name = string_intern_fixed(vm, "seek"), row[] = {int_from(vm, offset), int_small(whence)};
    bool ok = !is_absent(name) && !is_absent(row[0]);
    int64_t at = ok ? count_from(vm, call_method(vm, stream, name, row, 2)) : -1;
    value_xdrop(vm, name);
    value_xdrop(vm, row[0]);
    if (at < 0 && !error_raised(vm))
        raise_error(vm, &exc_OSError, "Raw stream returned invalid position %lld", (long long)at);
    return at;
}

int64_t stream_tell(VM *vm, Value stream) {
    if (is_exactly(stream, &file_io_type)) return file_seek(vm, as_file(stream), 0, SEEK_CUR);
    if (!recursion_enter(vm, "")) return -1;
    if (is_buffered(stream)) return buffered_tell(vm, as_buffered(stream));
    int64_t at = count_from(vm, io_ask(vm, stream, "tell", ABSENT));
    if (at < 0 && !error_raised(vm))
        raise_error(vm, &exc_OSError, "Raw stream returned invalid position %lld", (long long)at);
    return at;
}

static bool command(VM *vm, Value stream, const char *method) {
    Value done = io_ask(vm, stream, method, ABSENT);
    value_xdrop(vm, done);
    return !is_absent(done);
}

bool stream_flush(VM *vm, Value stream) {
    if (is_exactly(stream, &file_io_type)) return true;
    if (!recursion_enter(vm, "")) return false;
    if (is_buffered(stream)) return buffered_flush(vm, as_buffered(stream));
    return command(vm, stream, "flush");
}

bool stream_close(VM *vm, Value stream) {
    if (is_exactly(stream, &file_io_type)) return file_close(vm, as_file(stream));
    if (!recursion_enter(vm, "")) return false;
    if (is_buffered(stream)) return buffered_close(vm, as_buffered(stream));
    return command(vm, stream, "close");
}
