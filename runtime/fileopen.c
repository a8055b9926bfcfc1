/* open(), input(), and the standard streams. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "runtime/dict.h"
#include "runtime/error.h"
#include "runtime/file.h"
#include "runtime/int.h"
#include "runtime/protocol.h"
#include "runtime/str.h"

/* --- open --- */

/* A mode such as "rb+", taken apart. */
typedef struct {
    char raw[8]; /* the letters that FileIO takes */
    bool binary, reading, updating;
} Mode;

static bool parse_mode(VM *vm, Value text, Mode *mode) {
    *mode = (Mode){0};
    const String *s = as_string(text);
    int kinds = 0, count = 0;
    bool text_mode = false;
    for (int64_t i = 0; i < string_length(s); i++) {
        uint32_t c = string_at(s, i);
        bool known = c < 128 && c != 0 && strchr("rwax+bt", (int)c), again = false;
        for (int64_t j = 0; j < i; j++) again = again || string_at(s, j) == c;
        if (!known || again) return raise_value(vm, "invalid mode: %R", text), false;
        kinds += strchr("rwax", (int)c) != NULL;
        mode->binary = mode->binary || c == 'b';
        text_mode = text_mode || c == 't';
        mode->reading = mode->reading || c == 'r';
        mode->updating = mode->updating || c == '+';
        if (c != 't' && c != 'b') mode->raw[count++] = (char)c;
    }
    if (mode->binary && text_mode) return raise_value(vm, "can't have text and binary mode at once"), false;
    if (kinds > 1) return raise_value(vm, "must have exactly one of create/read/write/append mode"), false;
    if (kinds == 0) {
        raise_value(vm, "Must have exactly one of create/read/write/append mode and at most one plus");
        return false;
    }
    return true;
}

/* Is an optional argument given, and not None? */
static bool given(Value v) { return !is_absent(v) && !is_none(v); }

static bool check_text_arguments(VM *vm, const Mode *mode, Value encoding, Value errors, Value newline) {
    const struct {
        const char *name;
        Value value;
    } rows[] = {{"encoding", encoding}, {"errors", errors}, {"newline", newline}};
    for (int i = 0; i < 3; i++) {
        if (!given(rows[i].value)) continue;
        if (!is_string(rows[i].value)) {
            raise_type(vm, "open() argument '%s' must be str or None, not %T", rows[i].name, rows[i].value);
            return false;
        }
        if (mode->binary) {
            raise_value(vm, "binary mode doesn't take %s %s argument", i < 2 ? "an" : "a", rows[i].name);
            return false;
        }
    }
    return true;
}

static Value wrap_text(VM *vm, Value buffer, Value encoding, Value errors, Value newline, Value mode, bool lines) {
    Value utf8 = string_from_c(vm, "utf-8"), strict = is_absent(utf8) ? ABSENT : string_from_c(vm, "strict");
    Value text = ABSENT;
    if (!is_absent(strict)) {
        text = text_file_new(vm, buffer, given(encoding) ? encoding : utf8, given(errors) ? errors : strict, newline,
                             lines);
    }
    if (!is_absent(text)) value_set(vm, &as_text_file(text)->mode, value_ref(mode));
    value_xdrop(vm, utf8);
    value_xdrop(vm, strict);
    return text;
}

/* The layers above a raw file, which is taken. */
static Value build(VM *vm, STEALS Value raw, const Mode *mode, int64_t buffering, Value mode_text, Value *text_args) {
    bool lines = buffering == 1 || (buffering < 0 && isatty(as_file(raw)->fd));
    if (buffering == 0 && mode->binary) return raw;
    if (buffering == 0) {
        raise_value(vm, "can't have unbuffered text I/O");
        value_drop(vm, raw);
        return ABSENT;
    }
    Type *type = mode->updating ? &buffered_random_type : mode->reading ? &buffered_reader_type : &buffered_writer_type;
    Value buffer = buffered_new(vm, type, raw, buffering > 1 ? buffering : FILE_BUFFER_SIZE);
    value_drop(vm, raw);
    if (is_absent(buffer) || mode->binary) return buffer;
    Value text = wrap_text(vm, buffer, text_args[0], text_args[1], text_args[2], mode_text, lines);
    value_drop(vm, buffer);
    return text;
}

/* args: file, mode, buffering, encoding, errors, newline, closefd, opener */
static Value open_function(VM *vm, Value *args, int nargs, Value names) {
    (void)nargs, (void)names;
    Mode mode;
    int64_t buffering = -1;
    Value mode_text = is_absent(args[1]) ? vm->characters['r'] : args[1];
    if (!is_string(mode_text)) return raise_type(vm, "open() argument 'mode' must be str, not %T", mode_text);
    if (!is_absent(args[2]) && !object_to_int64(vm, args[2], &exc_OverflowError, &buffering)) return ABSENT;
    if (!parse_mode(vm, mode_text, &mode) || !check_text_arguments(vm, &mode, args[3], args[4], args[5])) return ABSENT;
    int close_fd = is_absent(args[6]) ? 1 : object_truth(vm, args[6]);
    if (close_fd < 0) return ABSENT;
    Value path = args[0], made = ABSENT;
    if (!is_string(path) && !is_int_family(path) && is_object(path)) {
        Value name = string_intern_c(vm, "__fspath__"), method = ABSENT;
        if (!is_absent(name)) method = object_special(vm, path, name);
        if (!is_absent(method)) path = made = call_0(vm, method);
        value_xdrop(vm, name);
        value_xdrop(vm, method);
        if (error_raised(vm)) return ABSENT;
    }
    Value raw = file_open(vm, path, mode.raw, close_fd, args[7]);
    value_xdrop(vm, made);
    return is_absent(raw) ? ABSENT : build(vm, raw, &mode, buffering, mode_text, args + 3);
}

/* --- input --- */

static bool write_text(VM *vm, Value stream, Value text) {
    Value written = call_method(vm, stream, NAME_OF(vm, write), &text, 1);
    value_xdrop(vm, written);
    return !is_absent(written);
}

static bool flush_stream(VM *vm, Value stream) {
    Value flushed = call_method(vm, stream, NAME_OF(vm, flush), NULL, 0);
    value_xdrop(vm, flushed);
    return !is_absent(flushed);
}

/* sys.<name>, NEW; RuntimeError when it was removed or set to None. */
static Value stream_of(VM *vm, const char *name) {
    Value stream = dict_get_c(vm, vm->sys, name);
    if (!is_absent(stream) && !is_none(stream)) return value_ref(stream);
    return raise_error(vm, &exc_RuntimeError, "input(): lost sys.%s", name);
}

/* A line without its end; EOFError at the end of the input. */
static Value read_input(VM *vm, Value in) {
    Value name = string_intern_c(vm, "readline");
    Value line = is_absent(name) ? ABSENT : call_method(vm, in, name, NULL, 0);
    value_xdrop(vm, name);
    if (is_absent(line)) return ABSENT;
    if (!is_string(line)) {
        raise_type(vm, "object.readline() returned non-string");
        value_drop(vm, line);
        return ABSENT;
    }
    const String *s = as_string(line);
    int64_t length = string_length(s);
    Value result;
    if (length == 0) {
        result = raise_error(vm, &exc_EOFError, "EOF when reading a line");
    } else {
        result = string_slice(vm, line, 0, string_at(s, length - 1) == '\n' ? length - 1 : length);
    }
    value_drop(vm, line);
    return result;
}

static Value input_function(VM *vm, Value *args, int nargs, Value names) {
    (void)nargs, (void)names;
    Value in = stream_of(vm, "stdin"), out = is_absent(in) ? ABSENT : stream_of(vm, "stdout"), result = ABSENT;
    if (!is_absent(out)) {
        Value prompt = is_absent(args[0]) ? value_ref(vm->empty_string) : object_str(vm, args[0]);
        bool shown = !is_absent(prompt) && (is_absent(args[0]) || write_text(vm, out, prompt)) && flush_stream(vm, out);
        value_xdrop(vm, prompt);
        if (shown) result = read_input(vm, in);
    }
    value_xdrop(vm, in);
    value_xdrop(vm, out);
    return result;
}

/* --- the standard streams --- */

static const NativeDef functions[] = {
    {"open", open_function,
     "file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None",
     "Open file and return a stream. Raise OSError upon failure.", 0},
    {"input", input_function, "prompt='', /", "Read a string from standard input. The trailing newline is stripped.", 0},
    {0},
};

/* One stream as sys.<name> and sys.__<name>__; None when its descriptor is closed. */
static bool add_stream(VM *vm, int fd, const char *name, bool reading, const char *errors, bool unbuffered) {
    char shown[16], kept[16];
    snprintf(shown, sizeof shown, "<%s>", name);
    snprintf(kept, sizeof kept, "__%s__", name);
    Value stream = NONE;
    if (lseek(fd, 0, SEEK_CUR) >= 0 || isatty(fd) || fcntl(fd, F_GETFD) >= 0) {
        Value label = string_from_c(vm, shown), handler = string_from_c(vm, errors);
        Value raw = is_absent(label) ? ABSENT : file_new(vm, fd, reading, !reading, label, false);
        Value mode = vm->characters[reading ? 'r' : 'w'];
        Value buffer = is_absent(raw) || is_absent(handler)
                           ? ABSENT
                           : buffered_new(vm, reading ? &buffered_reader_type : &buffered_writer_type, raw, FILE_BUFFER_SIZE);
        bool lines = fd == STDERR_FILENO || isatty(fd);
        stream = is_absent(buffer) ? ABSENT : wrap_text(vm, buffer, ABSENT, handler, ABSENT, mode, lines);
        if (!is_absent(stream)) as_text_file(stream)->write_through = unbuffered && !reading;
        value_xdrop(vm, label), value_xdrop(vm, handler), value_xdrop(vm, raw), value_xdrop(vm, buffer);
    }
    bool done = !is_absent(stream) && dict_set_c(vm, vm->sys, name, stream) && dict_set_c(vm, vm->sys, kept, stream);
    value_xdrop(vm, stream);
    return done;
}

bool streams_init(VM *vm, bool unbuffered) {
    return module_add_functions(vm, vm->builtins, functions, "builtins") &&
           add_stream(vm, STDIN_FILENO, "stdin", true, "strict", unbuffered) &&
           add_stream(vm, STDOUT_FILENO, "stdout", false, "strict", unbuffered) &&
           add_stream(vm, STDERR_FILENO, "stderr", false, "backslashreplace", unbuffered);
}

bool streams_flush(VM *vm) {
    static const char *const names[] = {"stdout", "stderr"};
    Value raised = error_take(vm);
    bool flushed = true;
    for (int i = 0; i < 2; i++) {
        Value stream = is_absent(vm->sys) ? ABSENT : dict_get_c(vm, vm->sys, names[i]);
        if (is_absent(stream) || is_none(stream)) continue;
        value_ref(stream);
        if (is_exactly(stream, &text_file_type) && !text_file_is_open(as_text_file(stream))) {
            value_drop(vm, stream);
            continue;
        }
        if (!flush_stream(vm, stream)) {
            if (i == 0) flushed = false;
            if (error_is(vm, &exc_BrokenPipeError)) error_clear(vm);
            error_unraisable(vm, NULL, stream);
        }
        value_drop(vm, stream);
    }
    error_clear(vm);
    error_restore(vm, raised);
    return flushed;
}
