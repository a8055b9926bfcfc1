/* What all files can do: the base types of io, whose methods work through those of the file at hand. */
#include "runtime/bytes/buffer.h"
#include "runtime/bytes/bytearray.h"
#include "runtime/bytes/bytes.h"
#include "runtime/classes/instance.h"
#include "runtime/containers/dict.h"
#include "runtime/containers/list.h"
#include "runtime/containers/row.h"
#include "runtime/errors/error.h"
#include "runtime/errors/warn.h"
#include "runtime/files/file.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

bool file_count_argument(VM *vm, Value v, int64_t *size) {
    *size = -1;
    if (!value_is_given(v)) return true;
    if (!is_int(v) && !type_of(v)->number.index) {
        return raise_type(vm, "argument should be integer or None, not '%T'", v), false;
    }
    return object_to_int64(vm, v, &exc_OverflowError, size);
}

/* `self` is held: its method may run code that lets go of it. */
Value io_ask(VM *vm, Value self, const char *name, Value argument) {
    Value method = recursion_enter(vm, "") ? string_intern_fixed(vm, name) : ABSENT;
    if (is_absent(method)) return ABSENT;
    value_ref(self);
    Value result = call_method(vm, self, method, &argument, !is_absent(argument));
    value_drop(vm, self);
    value_drop(vm, method);
    return result;
}

Value io_attribute(VM *vm, Value self, const char *name) {
    Value interned = recursion_enter(vm, "") ? string_intern_fixed(vm, name) : ABSENT;
    if (is_absent(interned)) return ABSENT;
    value_ref(self);
    Value result = object_get_attribute(vm, self, interned);
    value_drop(vm, self);
    value_drop(vm, interned);
    return result;
}

int io_question(VM *vm, STEALS Value answer) {
    int truth = is_absent(answer) ? -1 : object_truth(vm, answer);
    value_xdrop(vm, answer);
    return truth;
}

bool io_check_open(VM *vm, Value self) {
    int closed = io_question(vm, io_attribute(vm, self, "closed"));
    if (closed > 0) raise_value(vm, "I/O operation on closed file.");
    return closed == 0;
}

/* What was raised first stays raised, the later exception is forgotten. */
void io_raise_first(VM *vm, STEALS Value first) {
    if (is_absent(first)) return;
    error_clear(vm);
    error_restore(vm, first);
}

static FileIO *descriptor_below(Value stream) {
    while (!is_absent(stream) && !value_is_instance(stream, &file_io_type)) {
        if (value_is_instance(stream, &text_file_type))
            stream = as_text_file(stream)->buffer;
        else if (is_buffered(stream))
            stream = ((Buffered *)as_object(stream))->raw;
        else
            return NULL;
    }
    return is_absent(stream) ? NULL : (FileIO *)as_object(stream);
}

void file_warn_unclosed(VM *vm, Value stream) {
    const FileIO *file = descriptor_below(stream);
    if (file && file->fd >= 0 && file->close_fd)
        warn_unclosed(vm, "unclosed file %R", stream, from_object(file));
}

void io_finalize(VM *vm, Object *self) {
    Value raised = error_take(vm), file = from_object(self);
    int closed = io_question(vm, io_attribute(vm, file, "closed"));
    if (closed < 0) error_clear(vm); /* no usable object, and nothing to close */
    if (closed == 0) {
        file_warn_unclosed(vm, file);
        Value done = io_ask(vm, file, "close", ABSENT);
        if (is_absent(done)) error_unraisable(vm, NULL, file);
        value_xdrop(vm, done);
    }
    error_restore(vm, raised);
}

static Value iterate(VM *vm, Value self) { return io_check_open(vm, self) ? value_ref(self) : ABSENT; }

static Value next(VM *vm, Value self) {
    Value line = io_ask(vm, self, "readline", ABSENT);
    if (is_absent(line)) return ABSENT;
    int64_t length = object_length(vm, line);
    if (length > 0) return line;
    value_drop(vm, line);
    return ABSENT;
}

/* A byte at a time: there is nothing to read ahead into. */
NATIVE(readline) {
    int64_t limit;
    if (!file_count_argument(vm, args[1], &limit)) return ABSENT;
    Bytes *line = bytes_new(vm, 0);
    for (int64_t count = 0; line && (limit < 0 || count < limit); count++) {
        Value one = io_ask(vm, args[0], "read", int_small(1));
        if (value_is_given(one) && !is_bytes(one)) {
            raise_error(vm, &exc_OSError, "read() should have returned a bytes object, not '%T'", one);
            value_clear(vm, &one);
        }
        if (!value_is_given(one) || as_bytes(one)->length == 0) {
            if (is_absent(one)) value_drop(vm, from_object(line)), line = NULL;
            value_xdrop(vm, one);
            break;
        }
        uint8_t byte = as_bytes(one)->data[0];
        value_drop(vm, one);
        line =
            count ? bytes_resize(vm, line, count + 1) : (value_drop(vm, from_object(line)), bytes_new(vm, 1));
        if (line) line->data[count] = byte;
        if (byte == '\n') break;
    }
    return from_object(line);
}

NATIVE(readlines) {
    int64_t hint, total = 0;
    if (!file_count_argument(vm, args[1], &hint)) return ABSENT;
    if (hint <= 0) return list_from_iterable(vm, args[0]);
    Value iterator = object_iterate(vm, args[0]), lines = is_absent(iterator) ? ABSENT : list_new(vm, 0);
    while (!is_absent(lines) && total <= hint) {
        Value line = iterator_next(vm, iterator);
        int64_t length = is_absent(line) ? 0 : object_length(vm, line);
        if (is_absent(line) && !error_raised(vm)) break;
        total += length;
        if (is_absent(line) || length < 0 || !list_append(vm, lines, line)) value_clear(vm, &lines);
        value_xdrop(vm, line);
    }
    value_xdrop(vm, iterator);
    return lines;
}

static bool write_item(VM *vm, Value item, void *context) {
    Value stream = *(Value *)context;
    if (is_exactly(stream, &text_file_type) && is_string(item))
        return text_file_print(vm, as_text_file(stream), item);
    Value written = call_method(vm, *(Value *)context, NAME_OF(vm, write), &item, 1);
    value_xdrop(vm, written);
    return !is_absent(written);
}

NATIVE(writelines) {
    return io_check_open(vm, args[0]) && object_each(vm, args[1], write_item, &args[0]) ? NONE : ABSENT;
}

NATIVE(enter) { return iterate(vm, args[0]); }

NATIVE(leave) {
    Value result = io_ask(vm, args[0], "close", ABSENT);
    value_xdrop(vm, result);
    return is_absent(result) ? ABSENT : NONE;
}

Value file_set_attributes(VM *vm, Value self, Value state, const char *place) {
    if (is_none(state)) return NONE;
    if (!is_family(state, TYPE_DICT))
        return raise_type(vm, "%s item of state should be a dict, got a %T", place, state);
    Value dict = attributes_dict(vm, as_object(self));
    return !is_absent(dict) && dict_update(vm, dict, state) ? NONE : ABSENT;
}

/* --- what a stream says that can do nothing --- */

#define UNSUPPORTED(name) \
    NATIVE(no_##name) { return raise_unsupported(vm, #name); }
UNSUPPORTED(seek)
UNSUPPORTED(truncate)
UNSUPPORTED(fileno)
UNSUPPORTED(detach)
UNSUPPORTED(write)

/* Those that take a size, an int, look at it first. */
#define UNSUPPORTED_SIZED(name) \
    NATIVE(no_##name) { \
        int size; \
        if (!is_absent(args[1]) && !object_to_c_int(vm, args[1], &size)) return ABSENT; \
        return raise_unsupported(vm, #name); \
    }
UNSUPPORTED_SIZED(read)
UNSUPPORTED_SIZED(read1)
UNSUPPORTED_SIZED(readline)

NATIVE(is_false) { return FALSE_VALUE; }

NATIVE(is_terminal) { return io_check_open(vm, args[0]) ? FALSE_VALUE : ABSENT; }

NATIVE(base_tell) {
    Value seek = string_intern_fixed(vm, "seek"), row[] = {int_small(0), int_small(1)};
    Value at = is_absent(seek) ? ABSENT : call_method(vm, args[0], seek, row, 2);
    value_xdrop(vm, seek);
    return at;
}

/* --- being closed: an attribute of the instance, for streams that know nothing better --- */

#define CLOSED "__IOBase_closed"

static int is_closed(VM *vm, Value self) {
    Value name = string_intern_fixed(vm, CLOSED), mark = ABSENT;
    int found = is_absent(name) ? -1 : object_find_attribute(vm, self, name, &mark);
    value_xdrop(vm, name);
    value_xdrop(vm, mark);
    return found;
}

static Value get_closed(VM *vm, Value self) {
    int closed = is_closed(vm, self);
    return bool_from_truth(closed);
}

NATIVE(base_flush) {
    int closed = is_closed(vm, args[0]);
    if (closed > 0) raise_value(vm, "I/O operation on closed file.");
    return closed == 0 ? NONE : ABSENT;
}

NATIVE(base_close) {
    int closed = is_closed(vm, args[0]);
    if (closed) return closed < 0 ? ABSENT : NONE;
    Value flushed = io_ask(vm, args[0], "flush", ABSENT), raised = error_take(vm);
    Value name = string_intern_fixed(vm, CLOSED);
    bool marked = !is_absent(name) && object_set_attribute(vm, args[0], name, TRUE_VALUE);
    value_xdrop(vm, name);
    io_raise_first(vm, raised);
    bool done = !is_absent(flushed) && marked;
    value_xdrop(vm, flushed);
    return done ? NONE : ABSENT;
}

NATIVE(check_closed) { return io_check_open(vm, args[0]) ? NONE : ABSENT; }

static Value check_can(VM *vm, Value self, const char *question, const char *text) {
    Value answer = io_ask(vm, self, question, ABSENT);
    bool can = answer.bits == TRUE_VALUE.bits;
    value_xdrop(vm, answer);
    return can ? TRUE_VALUE : is_absent(answer) ? ABSENT : raise_unsupported(vm, text);
}

bool file_check_seekable(VM *vm, Value self) {
    if (is_buffered(self) && is_exactly(as_buffered(self)->raw, &file_io_type)) {
        if (file_can_seek(as_file(as_buffered(self)->raw))) return true;
        return raise_unsupported(vm, "File or stream is not seekable."), false;
    }
    Value done = check_can(vm, self, "seekable", "File or stream is not seekable.");
    return !is_absent(done);
}

NATIVE(check_readable) { return check_can(vm, args[0], "readable", "File or stream is not readable."); }
NATIVE(check_writable) { return check_can(vm, args[0], "writable", "File or stream is not writable."); }
NATIVE(check_seekable) { return check_can(vm, args[0], "seekable", "File or stream is not seekable."); }

static const NativeDef base_methods[] = {
    {"seek", no_seek, "offset, whence=0, /", "Change the stream position to the given byte offset."},
    {"tell", base_tell, "", "Return current stream position."},
    {"truncate", no_truncate, "size=None, /", "Truncate file to size bytes.", NATIVE_NAMED_METHOD},
    {"flush", base_flush, "", "Flush write buffers, if applicable."},
    {"close", base_close, "", "Flush and close the IO object."},
    {"seekable", is_false, "", "Return whether object supports random access."},
    {"readable", is_false, "", "Return whether object was opened for reading."},
    {"writable", is_false, "", "Return whether object was opened for writing."},
    {"fileno", no_fileno, "", "Return underlying file descriptor if one exists.", NATIVE_NAMED_METHOD},
    {"isatty", is_terminal, "", "Return whether this is an 'interactive' stream."},
    {"_checkClosed", check_closed, "", NULL},
    {"_checkReadable", check_readable, "", NULL},
    {"_checkWritable", check_writable, "", NULL},
    {"_checkSeekable", check_seekable, "", NULL},
    {"readline", readline, "size=-1, /", "Read and return a line from the stream."},
    {"readlines", readlines, "hint=-1, /", "Return a list of lines from the stream."},
    {"writelines", writelines, "lines, /", "Write a list of lines to stream."},
    {"__enter__", enter, "", NULL},
    {"__exit__", leave, "*args", NULL},
    {0},
};

static const GetSetDef base_getsets[] = {
    {"closed", get_closed, NULL, NULL}, {"__dict__", instance_get_dict, NULL, NULL}, {0}};

/* --- RawIOBase: read by readinto --- */

NATIVE(raw_read) {
    int64_t size = -1;
    if (!is_absent(args[1]) && !row_position(vm, args[1], &size)) return ABSENT;
    if (size < 0) return io_ask(vm, args[0], "readall", ABSENT);
    Value into = bytearray_new(vm, size), result = ABSENT;
    if (is_absent(into)) return ABSENT;
    if (size) memset(as_bytearray(into)->data, 0, (size_t)size);
    Value count = io_ask(vm, args[0], "readinto", into);
    int64_t got;
    if (is_none(count)) {
        result = NONE;
    } else if (!is_absent(count) && object_to_int64(vm, count, &exc_ValueError, &got)) {
        int64_t most = as_bytearray(into)->length;
        result = bytes_from(vm, as_bytearray(into)->data, got < 0 ? 0 : got < most ? got : most);
    }
    value_xdrop(vm, count);
    value_drop(vm, into);
    return result;
}

NATIVE(raw_readall) {
    Value all = bytearray_new(vm, 0), result = ABSENT;
    while (!is_absent(all)) {
        Value piece = io_ask(vm, args[0], "read", int_small(FILE_BUFFER_SIZE));
        if (is_absent(piece)) break;
        bool is_end = is_none(piece) || (is_bytes(piece) && as_bytes(piece)->length == 0);
        if (is_none(piece) && as_bytearray(all)->length == 0) {
            result = piece;
            break;
        }
        if (is_end) {
            value_drop(vm, piece);
            result = bytes_from(vm, as_bytearray(all)->data, as_bytearray(all)->length);
            break;
        }
        ByteArray *to = as_bytearray(all);
        int64_t before = to->length;
        bool done = is_bytes(piece) && bytearray_replace(vm, to, before, before, as_bytes(piece)->length);
        if (done) {
            memcpy(to->data + before, as_bytes(piece)->data, (size_t)as_bytes(piece)->length);
        } else if (!error_raised(vm)) {
            raise_type(vm, "read() should return bytes");
        }
        value_drop(vm, piece);
        if (!done) break;
    }
    value_xdrop(vm, all);
    return result;
}

/* A raw stream of a program's own has these itself. */
NATIVE(raw_missing) {
    Value error = call_0(vm, from_object(&exc_NotImplementedError));
    return is_absent(error) ? ABSENT : raise_object(vm, error);
}

static const NativeDef raw_methods[] = {
    {"readinto", raw_missing, "*args", NULL},
    {"write", raw_missing, "*args", NULL},
    {"read", raw_read, "size=-1, /", NULL},
    {"readall", raw_readall, "", "Read until EOF, using multiple read() call."},
    {0},
};

/* --- BufferedIOBase: readinto by read --- */

static Value into_by(VM *vm, Value self, Value target, const char *reader, const char *function) {
    BufferView to;
    if (!buffer_writable_argument(vm, function, target, &to)) return ABSENT;
    Value data = io_ask(vm, self, reader, int_small(to.size)), result = ABSENT;
    if (!is_absent(data) && !is_bytes(data)) {
        raise_type(vm, "read() should return bytes");
    } else if (!is_absent(data) && as_bytes(data)->length > to.size) {
        raise_value(vm, "read() returned too much data: %lld bytes requested, %lld returned",
                    (long long)to.size, (long long)as_bytes(data)->length);
    } else if (!is_absent(data)) {
        memcpy(to.data, as_bytes(data)->data, (size_t)as_bytes(data)->length);
        result = int_small(as_bytes(data)->length);
    }
    value_xdrop(vm, data);
    buffer_release(vm, &to);
    return result;
}

NATIVE(buffered_readinto) { return into_by(vm, args[0], args[1], "read", "readinto"); }
NATIVE(buffered_readinto1) { return into_by(vm, args[0], args[1], "read1", "readinto1"); }

static const NativeDef buffered_methods[] = {
    {"detach", no_detach, "", "Disconnect this buffer from its underlying raw stream and return it.",
     NATIVE_NAMED_METHOD},
    {"read", no_read, "size=-1, /", "Read and return up to n bytes.", NATIVE_NAMED_METHOD},
    {"read1", no_read1, "size=-1, /", "Read and return up to size bytes, with at most one read() call.",
     NATIVE_NAMED_METHOD},
    {"write", no_write, "b, /", "Write buffer b to the IO stream.", NATIVE_NAMED_METHOD},
    {"readinto", buffered_readinto, "buffer, /", NULL},
    {"readinto1", buffered_readinto1, "buffer, /", NULL},
    {0},
};

/* --- TextIOBase --- */

static const NativeDef text_methods[] = {
    {"detach", no_detach, "", "Separate the underlying buffer from the TextIOBase and return it.",
     NATIVE_NAMED_METHOD},
    {"read", no_read, "size=-1, /", "Read at most size characters from stream.", NATIVE_NAMED_METHOD},
    {"readline", no_readline, "size=-1, /", "Read until newline or EOF."},
    {"write", no_write, "s, /", "Write string s to stream.", NATIVE_NAMED_METHOD},
    {0},
};

static Value get_none(VM *vm, Value self) { return NONE; }

static const GetSetDef text_getsets[] = {{"encoding", get_none, NULL, "Encoding of the text stream."},
                                         {"newlines", get_none, NULL, "Line endings translated so far."},
                                         {"errors", get_none, NULL, "The error setting."},
                                         {0}};

static void dealloc(VM *vm, Object *self) {
    attributes_clear_own(vm, self);
    object_free(vm, self, instance_size(self, 0));
}

#define BASE_TYPE(variable, name_text, parent, ...) \
    Type variable = { \
        TYPE_HEAD(variable, name_text, .traverse = attributes_traverse_own, .clear = attributes_clear_own, \
                  .finalize = io_finalize, .dealloc = dealloc), \
        .flags = TYPE_BASE | TYPE_WEAKLY_REFERABLE, \
        .basic_size = sizeof(Object), \
        .attributes_offset = sizeof(Object), \
        .base = &parent, \
        __VA_ARGS__, \
    }

BASE_TYPE(io_base_type, "_io._IOBase", object_type, .doc = "The abstract base class for all I/O classes.",
          .iterate = iterate, .next = next, .methods = base_methods, .getsets = base_getsets);
BASE_TYPE(raw_io_base_type, "_io._RawIOBase", io_base_type, .doc = "Base class for raw binary I/O.",
          .methods = raw_methods);
BASE_TYPE(buffered_io_base_type, "_io._BufferedIOBase", io_base_type,
          .doc = "Base class for buffered IO objects.", .methods = buffered_methods);
BASE_TYPE(text_io_base_type, "_io._TextIOBase", io_base_type, .doc = "Base class for text I/O.",
          .methods = text_methods, .getsets = text_getsets);
