/* What all files can do: the base types of io, whose methods work through those of the file at hand. */
#include "runtime/bytes.h"
#include "runtime/error.h"
#include "runtime/file.h"
#include "runtime/list.h"
#include "runtime/protocol.h"
#include "runtime/str.h"

#define METHOD(name) \
    static Value name(VM *vm, Value *args, __attribute__((unused)) int nargs, \
                      __attribute__((unused)) Value names)

bool file_count_argument(VM *vm, Value v, int64_t *size) {
    *size = -1;
    if (is_absent(v) || is_none(v)) return true;
    if (!is_int(v) && !type_of(v)->number.index) {
        return raise_type(vm, "argument should be integer or None, not '%T'", v), false;
    }
    return object_to_int64(vm, v, &exc_OverflowError, size);
}

/* self.name(argument); ABSENT: without one. NEW. */
static Value ask(VM *vm, Value self, const char *name, Value argument) {
    Value method = string_intern_c(vm, name);
    if (is_absent(method)) return ABSENT;
    Value result = call_method(vm, self, method, &argument, !is_absent(argument));
    value_drop(vm, method);
    return result;
}

/* ValueError unless self.closed is false. */
static bool check_open(VM *vm, Value self) {
    Value name = string_intern_c(vm, "closed");
    Value closed = is_absent(name) ? ABSENT : object_get_attribute(vm, self, name);
    value_xdrop(vm, name);
    int truth = is_absent(closed) ? -1 : object_truth(vm, closed);
    value_xdrop(vm, closed);
    if (truth > 0) raise_value(vm, "I/O operation on closed file.");
    return truth == 0;
}

static Value iterate(VM *vm, Value self) { return check_open(vm, self) ? value_ref(self) : ABSENT; }

static Value next(VM *vm, Value self) {
    Value line = ask(vm, self, "readline", ABSENT);
    if (is_absent(line)) return ABSENT;
    int64_t length = object_length(vm, line);
    if (length > 0) return line;
    value_drop(vm, line);
    return ABSENT;
}

/* A byte at a time: there is nothing to read ahead into. */
METHOD(readline) {
    int64_t limit;
    if (!file_count_argument(vm, args[1], &limit)) return ABSENT;
    Bytes *line = bytes_new(vm, 0);
    for (int64_t count = 0; line && (limit < 0 || count < limit); count++) {
        Value one = ask(vm, args[0], "read", int_small(1));
        if (!is_absent(one) && !is_none(one) && !is_bytes(one)) {
            raise_error(vm, &exc_OSError, "read() should have returned a bytes object, not '%T'", one);
            value_clear(vm, &one);
        }
        if (is_absent(one) || is_none(one) || as_bytes(one)->length == 0) {
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

METHOD(readlines) {
    int64_t hint, total = 0;
    if (!file_count_argument(vm, args[1], &hint) || !check_open(vm, args[0])) return ABSENT;
    Value lines = list_new(vm, 0);
    while (!is_absent(lines) && (hint <= 0 || total <= hint)) {
        Value line = iterator_next(vm, args[0]);
        int64_t length = is_absent(line) ? 0 : object_length(vm, line);
        if (is_absent(line) && !error_raised(vm)) break;
        total += length;
        if (is_absent(line) || length < 0 || !list_append(vm, lines, line)) value_clear(vm, &lines);
        value_xdrop(vm, line);
    }
    return lines;
}

static bool write_item(VM *vm, Value item, void *context) {
    Value written = call_method(vm, *(Value *)context, NAME_OF(vm, write), &item, 1);
    value_xdrop(vm, written);
    return !is_absent(written);
}

METHOD(writelines) {
    return check_open(vm, args[0]) && object_each(vm, args[1], write_item, &args[0]) ? NONE : ABSENT;
}

METHOD(enter) { return iterate(vm, args[0]); }

METHOD(leave) {
    Value result = ask(vm, args[0], "close", ABSENT);
    value_xdrop(vm, result);
    return is_absent(result) ? ABSENT : NONE;
}

static const NativeDef base_methods[] = {
    {"readline", readline, "size=-1, /", "Read and return a line from the stream.", 0},
    {"readlines", readlines, "hint=-1, /", "Return a list of lines from the stream.", 0},
    {"writelines", writelines, "lines, /", "Write a list of lines to stream.", 0},
    {"__enter__", enter, "", NULL, 0},
    {"__exit__", leave, "*args", NULL, 0},
    {0},
};

#define BASE_TYPE(variable, name_text, parent, ...) \
    Type variable = { \
        TYPE_HEAD(variable, name_text), \
        .flags = TYPE_NO_NEW | TYPE_WEAKLY_REFERABLE, \
        .basic_size = sizeof(Object), \
        .base = &parent, \
        __VA_ARGS__, \
    }

BASE_TYPE(io_base_type, "_io._IOBase", object_type, .doc = "The abstract base class for all I/O classes.",
          .iterate = iterate, .next = next, .methods = base_methods);
BASE_TYPE(raw_io_base_type, "_io._RawIOBase", io_base_type, .doc = "Base class for raw binary I/O.");
BASE_TYPE(buffered_io_base_type, "_io._BufferedIOBase", io_base_type,
          .doc = "Base class for buffered IO objects.");
BASE_TYPE(text_io_base_type, "_io._TextIOBase", io_base_type, .doc = "Base class for text I/O.");
