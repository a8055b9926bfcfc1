/* BytesIO: a binary file in memory. */
#include "runtime/bytes/buffer.h"
#include "runtime/bytes/bytearray.h"
#include "runtime/bytes/bytes.h"
#include "runtime/bytes/memoryview.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
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
    Value data; /* a bytearray; owned. ABSENT: closed, or not yet made */
    int64_t position;
} BytesFile;

static BytesFile *as_bytes_file(Value v) { return (BytesFile *)as_object(v); }

/* --- life --- */

static Value new (VM *vm, Type *type, Value *args, int nargs, Value names) {
    BytesFile *f = (BytesFile *)instance_new(vm, type, 0);
    if (!f) return ABSENT;
    f->data = bytearray_new(vm, 0);
    object_track(&f->head);
    if (!is_absent(f->data)) return from_object(f);
    value_drop(vm, from_object(f));
    return ABSENT;
}

static int traverse(Object *self, VisitFn visit, void *context) {
    VISIT(((BytesFile *)self)->data);
    return attributes_traverse_own(self, visit, context);
}

static void clear(VM *vm, Object *self) { attributes_clear_own(vm, self); }

static void dealloc(VM *vm, Object *self) {
    value_xdrop(vm, ((BytesFile *)self)->data);
    attributes_clear_own(vm, self);
    object_free(vm, self, instance_size(self, 0));
}

/* The open file's bytes. */
static ByteArray *open_data(VM *vm, Value self) {
    Value data = as_bytes_file(self)->data;
    if (is_absent(data)) raise_value(vm, "I/O operation on closed file.");
    return is_absent(data) ? NULL : as_bytearray(data);
}

/* Put `size` bytes at the position, zeros where nothing was. */
static bool put(VM *vm, Value self, const void *from, int64_t size) {
    BytesFile *f = as_bytes_file(self);
    ByteArray *data = open_data(vm, self);
    if (!data) return false;
    if (data->exports) return bytearray_replace(vm, data, 0, 0, 1);
    if (size == 0) return true;
    int64_t end, length = data->length;
    if (__builtin_add_overflow(f->position, size, &end))
        return raise_overflow(vm, "new position too large"), false;
    if (end > length && !bytearray_replace(vm, data, length, length, end - length)) return false;
    if (f->position > length) memset(data->data + length, 0, (size_t)(f->position - length));
    memcpy(data->data + f->position, from, (size_t)size);
    f->position = end;
    return true;
}

static bool put_object(VM *vm, Value self, Value v, int64_t *size) {
    BufferView from;
    if (!open_data(vm, self) || !buffer_borrow(vm, v, &from)) return false;
    bool done = put(vm, self, from.data, from.size);
    *size = from.size;
    buffer_release(vm, &from);
    return done;
}

static bool init(VM *vm, Value self, Value *args, int nargs, Value names) {
    Value row[1];
    int64_t size;
    BytesFile *f = as_bytes_file(self);
    if (!arguments_bind(vm, "BytesIO", "initial_bytes=b''", args, nargs, names, row)) return false;
    Value data = bytearray_new(vm, 0);
    if (is_absent(data)) return false;
    value_set(vm, &f->data, data);
    f->position = 0;
    if (!value_is_given(row[0])) return true;
    bool done = put_object(vm, self, row[0], &size);
    f->position = 0;
    return done;
}

/* --- reading --- */

/* Where the next `size` bytes (-1: all) lie, and how many there are; the position goes behind them. */
static const uint8_t *take(BytesFile *f, const ByteArray *data, int64_t *size) {
    int64_t left = data->length > f->position ? data->length - f->position : 0;
    if (*size < 0 || *size > left) *size = left;
    const uint8_t *at = data->data + (left ? f->position : 0);
    f->position += *size;
    return at;
}

NATIVE(read) {
    int64_t size;
    ByteArray *data = file_count_argument(vm, args[1], &size) ? open_data(vm, args[0]) : NULL;
    if (!data) return ABSENT;
    const uint8_t *at = take(as_bytes_file(args[0]), data, &size);
    return bytes_from(vm, at, size);
}

static int64_t line_size(const BytesFile *f, const ByteArray *data) {
    if (f->position >= data->length) return 0;
    const uint8_t *start = data->data + f->position;
    const uint8_t *end = memchr(start, '\n', (size_t)(data->length - f->position));
    return end ? end + 1 - start : data->length - f->position;
}

NATIVE(readline) {
    int64_t limit;
    ByteArray *data = file_count_argument(vm, args[1], &limit) ? open_data(vm, args[0]) : NULL;
    if (!data) return ABSENT;
    BytesFile *f = as_bytes_file(args[0]);
    int64_t size = line_size(f, data);
    if (limit >= 0 && size > limit) size = limit;
    const uint8_t *at = take(f, data, &size);
    return bytes_from(vm, at, size);
}

static Value next(VM *vm, Value self) {
    ByteArray *data = open_data(vm, self);
    int64_t size = data ? line_size(as_bytes_file(self), data) : 0;
    if (size == 0) return ABSENT;
    const uint8_t *at = take(as_bytes_file(self), data, &size);
    return bytes_from(vm, at, size);
}

NATIVE(readlines) {
    int64_t hint = -1, total = 0;
    if (!open_data(vm, args[0])) return ABSENT;
    if (value_is_given(args[1]) && !is_int_family(args[1]))
        return raise_type(vm, "integer argument expected, got '%T'", args[1]);
    if (value_is_given(args[1]) && !int_to_int64(args[1], &hint))
        return raise_overflow(vm, "Python int too large to convert to C ssize_t");
    Value lines = list_new(vm, 0);
    while (!is_absent(lines) && (hint <= 0 || total < hint)) {
        Value line = next(vm, args[0]);
        if (is_absent(line) && !error_raised(vm)) break;
        total += is_absent(line) ? 0 : as_bytes(line)->length;
        if (is_absent(line) || !list_append_owned(vm, lines, line)) value_clear(vm, &lines);
    }
    return lines;
}

NATIVE(readinto) {
    BufferView to;
    if (!buffer_writable_argument(vm, "readinto", args[1], &to)) return ABSENT;
    ByteArray *data = open_data(vm, args[0]);
    int64_t size = to.size;
    if (data) {
        const uint8_t *at = take(as_bytes_file(args[0]), data, &size);
        memmove(to.data, at, (size_t)size);
    }
    buffer_release(vm, &to);
    return data ? int_from(vm, size) : ABSENT;
}

/* --- writing --- */

NATIVE(write) {
    int64_t size;
    return put_object(vm, args[0], args[1], &size) ? int_from(vm, size) : ABSENT;
}

static bool write_item(VM *vm, Value item, void *context) {
    int64_t size;
    return put_object(vm, *(Value *)context, item, &size);
}

NATIVE(writelines) {
    return open_data(vm, args[0]) && object_each(vm, args[1], write_item, &args[0]) ? NONE : ABSENT;
}

NATIVE(truncate) {
    int64_t size = as_bytes_file(args[0])->position;
    if (value_is_given(args[1]) && !file_count_argument(vm, args[1], &size)) return ABSENT;
    ByteArray *data = open_data(vm, args[0]);
    if (!data) return ABSENT;
    if (data->exports) return bytearray_replace(vm, data, 0, 0, 1) ? NONE : ABSENT;
    if (size < 0) return raise_value(vm, "negative size value %lld", (long long)size);
    if ((size < data->length && !bytearray_replace(vm, data, size, data->length, 0))) return ABSENT;
    return int_from(vm, size);
}

/* --- position and the rest --- */

NATIVE(seek) {
    int64_t offset, base;
    int whence = 0;
    if (!row_position(vm, args[1], &offset)) return ABSENT;
    if (!is_absent(args[2]) && !object_to_c_int(vm, args[2], &whence)) return ABSENT;
    ByteArray *data = open_data(vm, args[0]);
    if (!data) return ABSENT;
    if (whence == 0 && offset < 0) return raise_value(vm, "negative seek value %lld", (long long)offset);
    if (whence < 0 || whence > 2) return raise_value(vm, "invalid whence (%d, should be 0, 1 or 2)", whence);
    BytesFile *f = as_bytes_file(args[0]);
    base = whence == 0 ? 0 : whence == 1 ? f->position : data->length;
    if (__builtin_add_overflow(base, offset, &offset)) return raise_overflow(vm, "new position too large");
    f->position = offset < 0 ? 0 : offset;
    return int_from(vm, f->position);
}

NATIVE(tell) { return open_data(vm, args[0]) ? int_from(vm, as_bytes_file(args[0])->position) : ABSENT; }
NATIVE(flush) { return open_data(vm, args[0]) ? NONE : ABSENT; }
NATIVE(yes) { return open_data(vm, args[0]) ? TRUE_VALUE : ABSENT; }
NATIVE(isatty) { return open_data(vm, args[0]) ? FALSE_VALUE : ABSENT; }

NATIVE(close_method) {
    BytesFile *f = as_bytes_file(args[0]);
    if (!is_absent(f->data) && as_bytearray(f->data)->exports)
        return raise_error(vm, &exc_BufferError, "Existing exports of data: object cannot be re-sized");
    value_clear(vm, &f->data);
    return NONE;
}

NATIVE(getvalue) {
    ByteArray *data = open_data(vm, args[0]);
    return data ? bytes_from(vm, data->data, data->length) : ABSENT;
}

NATIVE(getbuffer) {
    return open_data(vm, args[0]) ? memoryview_new(vm, as_bytes_file(args[0])->data) : ABSENT;
}

NATIVE(getstate) {
    Value items[] = {getvalue(vm, args, 1, ABSENT), ABSENT, NONE};
    if (is_absent(items[0])) return ABSENT;
    items[1] = int_from(vm, as_bytes_file(args[0])->position);
    Value dict = is_absent(items[1]) ? ABSENT : object_attributes_state(vm, args[0]);
    Value state = is_absent(dict) ? ABSENT : tuple_pack(vm, 3, items[0], items[1], dict);
    value_drop(vm, items[0]);
    value_xdrop(vm, items[1]);
    return state;
}

NATIVE(setstate) {
    int64_t size, position;
    Value state = args[1];
    if (!is_family(state, TYPE_TUPLE) || as_tuple(state)->length < 3)
        return raise_type(vm, "%T.__setstate__ argument should be 3-tuple, got %T", args[0], state);
    const Value *items = as_tuple(state)->items;
    Value data = bytearray_new(vm, 0);
    if (is_absent(data)) return ABSENT;
    BytesFile *f = as_bytes_file(args[0]);
    value_set(vm, &f->data, data);
    f->position = 0;
    if (!put_object(vm, args[0], items[0], &size)) return ABSENT;
    if (!is_int_family(items[1]))
        return raise_type(vm, "second item of state must be an integer, not %T", items[1]);
    if (!object_to_int64(vm, items[1], &exc_OverflowError, &position)) return ABSENT;
    if (position < 0) return raise_value(vm, "position value cannot be negative");
    f->position = position;
    return file_set_attributes(vm, args[0], items[2], "third");
}

static const NativeDef methods[] = {
    {"read", read, "size=-1, /", "Read at most size bytes, returned as a bytes object."},
    {"read1", read, "size=-1, /", "Read at most size bytes, returned as a bytes object."},
    {"readline", readline, "size=-1, /", "Next line from the file, as a bytes object."},
    {"readlines", readlines, "size=None, /", "List of bytes objects, each a line from the file."},
    {"readinto", readinto, "buffer, /", "Read bytes into buffer."},
    {"write", write, "b, /", "Write bytes to file."},
    {"writelines", writelines, "lines, /", "Write lines to the file."},
    {"truncate", truncate, "size=None, /", "Truncate the file to at most size bytes."},
    {"seek", seek, "pos, whence=0, /", "Change stream position."},
    {"tell", tell, "", "Current file position, an integer."},
    {"flush", flush, "", "Does nothing."},
    {"close", close_method, "", "Disable all I/O operations."},
    {"isatty", isatty, "", "Always returns False."},
    {"readable", yes, "", "Returns True if the IO object can be read."},
    {"writable", yes, "", "Returns True if the IO object can be written."},
    {"seekable", yes, "", "Returns True if the IO object can be seeked."},
    {"getvalue", getvalue, "", "Retrieve the entire contents of the BytesIO object."},
    {"getbuffer", getbuffer, "", "Get a read-write view over the contents of the BytesIO object.",
     NATIVE_NAMED_METHOD},
    {"__getstate__", getstate, "", NULL},
    {"__setstate__", setstate, "state, /", NULL},
    {0},
};

bool bytes_file_closed(Value self) { return is_absent(as_bytes_file(self)->data); }

static Value get_closed(VM *vm, Value self) { return bool_from(bytes_file_closed(self)); }

static const GetSetDef getsets[] = {{"closed", get_closed, NULL, "True if the file is closed."}, {0}};

static Value iterate(VM *vm, Value self) { return value_ref(self); }

/* Nothing is lost when it dies open: only what a class of a program's own adds is closed. */
static void finalize(VM *vm, Object *self) {
    if (self->type != &bytes_io_type) io_finalize(vm, self);
}

Type bytes_io_type = {
    TYPE_HEAD(bytes_io_type, "_io.BytesIO", .traverse = traverse, .clear = clear, .finalize = finalize,
              .dealloc = dealloc),
    .flags = TYPE_BASE | TYPE_WEAKLY_REFERABLE,
    .basic_size = sizeof(BytesFile),
    .attributes_offset = sizeof(BytesFile),
    .base = &buffered_io_base_type,
    .doc = "(initial_bytes=b'')\n--\n\nBuffered I/O implementation using an in-memory bytes buffer.",
    .new = new,
    .init = init,
    .iterate = iterate,
    .next = next,
    .methods = methods,
    .getsets = getsets,
};
