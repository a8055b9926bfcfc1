/* The built-in functions open and input; the standard streams. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/auditevent.h"
#include "runtime/containers/dict.h"
#include "runtime/errors/error.h"
#include "runtime/errors/warn.h"
#include "runtime/files/file.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/codec.h"
#include "runtime/text/str.h"

/* --- open --- */

typedef struct {
    char raw[4]; /* for file_open: the kind, 'b', '+' */
    bool text, binary, plus;
    char kind; /* r w a x; 0: none was said */
} OpenMode;

/* Which letters a mode has; a combination that makes no sense RAISES. */
static bool parse_mode(VM *vm, Value mode, OpenMode *m) {
    *m = (OpenMode){.kind = '\0'};
    const String *s = as_string(mode);
    int kinds = 0;
    for (int64_t i = 0; i < string_length(s); i++) {
        uint32_t c = string_at(s, i);
        bool known = c < 0x80 && c && strchr("rwax+tb", (int)c);
        for (int64_t j = 0; j < i && known; j++)
            known = string_at(s, j) != c;
        if (!known) return raise_value(vm, "invalid mode: %R", mode), false;
        if (c == '+')
            m->plus = true;
        else if (c == 't')
            m->text = true;
        else if (c == 'b')
            m->binary = true;
        else
            m->kind = (char)c, kinds++;
    }
    if (m->text && m->binary) return raise_value(vm, "can't have text and binary mode at once"), false;
    if (kinds > 1) return raise_value(vm, "must have exactly one of create/read/write/append mode"), false;
    char *to = m->raw;
    if (m->kind) *to++ = m->kind;
    if (m->plus) *to++ = '+';
    return true;
}

/* An optional str argument of open. */
static bool check_text(VM *vm, Value v, const char *name) {
    if (!value_is_given(v)) return true;
    if (!is_string(v))
        return raise_type(vm, "open() argument '%s' must be str or None, not %Q", name, v), false;
    return codec_check_argument(vm, "open", name, v);
}

enum { ARG_FILE, ARG_MODE, ARG_BUFFERING, ARG_ENCODING, ARG_ERRORS, ARG_NEWLINE, ARG_CLOSE_FD, ARG_OPENER };

/* Arguments that only make sense for text. */
static bool check_binary(VM *vm, Value *args, int buffering) {
    static const struct {
        int index;
        const char *text;
    } rows[] = {{ARG_ENCODING, "an encoding"}, {ARG_ERRORS, "an errors"}, {ARG_NEWLINE, "a newline"}};
    for (int i = 0; i < 3; i++) {
        if (!value_is_given(args[rows[i].index])) continue;
        return raise_value(vm, "binary mode doesn't take %s argument", rows[i].text), false;
    }
    return buffering != 1 || warn(vm, &exc_RuntimeWarning, 1,
                                  "line buffering (buffering=1) isn't supported in binary mode, the default "
                                  "buffer size will be used");
}

Value file_target(VM *vm, Value file) {
    if (is_string(file) || is_bytes(file) || is_int_family(file)) return value_ref(file);
    Value name = string_intern_fixed(vm, "__fspath__");
    Value method = is_absent(name) ? ABSENT : object_special(vm, file, name);
    value_xdrop(vm, name);
    if (!value_is_given(method)) {
        if (error_raised(vm)) return ABSENT;
        return raise_type(vm, "expected str, bytes or os.PathLike object, not %s",
                          type_short_name(type_of(file)));
    }
    Value path = call_0(vm, method);
    value_drop(vm, method);
    if (is_absent(path) || is_string(path) || is_bytes(path)) return path;
    raise_type(vm, "expected %T.__fspath__() to return str or bytes, not %T", file, path);
    value_drop(vm, path);
    return ABSENT;
}

static Value buffer_over(VM *vm, const OpenMode *m, Value raw, int64_t size) {
    Type *type = m->plus          ? &buffered_random_type
                 : m->kind == 'r' ? &buffered_reader_type
                                  : &buffered_writer_type;
    if (m->plus && lseek(as_file(raw)->fd, 0, SEEK_CUR) < 0) {
        return raise_unsupported(vm, "File or stream is not seekable.");
    }
    return buffered_new(vm, type, raw, size > 1 ? size : as_file(raw)->block_size);
}

static Value text_over(VM *vm, Value *args, Value buffer, bool line_buffered) {
    Value encoding = args[ARG_ENCODING], errors = args[ARG_ERRORS], mode = args[ARG_MODE];
    encoding = text_file_encoding(vm, encoding);
    errors = value_is_given(errors) ? value_ref(errors) : string_from_c(vm, "strict");
    mode = is_absent(mode) ? value_ref(vm->characters['r']) : value_ref(mode);
    Value result = ABSENT;
    if (!is_absent(encoding) && !is_absent(errors)) {
        result = text_file_new(vm, buffer, encoding, errors, args[ARG_NEWLINE], line_buffered);
    }
    value_xdrop(vm, encoding);
    value_xdrop(vm, errors);
    if (!is_absent(result)) as_text_file(result)->mode = value_ref(mode);
    value_drop(vm, mode);
    return result;
}

/* The layers that the mode and the buffering ask for, over an open file. */
static Value layers_over(VM *vm, const OpenMode *m, Value *args, Value raw, int buffering) {
    bool line_buffered = !m->binary && (buffering == 1 || (buffering < 0 && isatty(as_file(raw)->fd)));
    if (buffering == 0) {
        return m->binary ? value_ref(raw) : raise_value(vm, "can't have unbuffered text I/O");
    }
    Value buffer = buffer_over(vm, m, raw, buffering);
    if (is_absent(buffer) || m->binary) return buffer;
    Value text = text_over(vm, args, buffer, line_buffered);
    value_drop(vm, buffer);
    return text;
}

NATIVE(open_function) {
    OpenMode mode = {.raw = "r", .kind = 'r'};
    int buffering = -1;
    if (!codec_check_argument(vm, "open", "mode", args[ARG_MODE])) return ABSENT;
    if (!is_absent(args[ARG_BUFFERING]) && !object_to_c_int(vm, args[ARG_BUFFERING], &buffering))
        return ABSENT;
    if (!check_text(vm, args[ARG_ENCODING], "encoding") || !check_text(vm, args[ARG_ERRORS], "errors") ||
        !check_text(vm, args[ARG_NEWLINE], "newline")) {
        return ABSENT;
    }
    int close_fd = is_absent(args[ARG_CLOSE_FD]) ? true : object_truth(vm, args[ARG_CLOSE_FD]);
    if (close_fd < 0) return ABSENT;
    Value target = file_target(vm, args[ARG_FILE]);
    if (is_absent(target)) return ABSENT;
    Value raw = ABSENT;
    if ((is_absent(args[ARG_MODE]) || parse_mode(vm, args[ARG_MODE], &mode)) &&
        (!mode.binary || check_binary(vm, args, buffering))) {
        raw = file_open(vm, target, mode.raw, close_fd, args[ARG_OPENER]);
    }
    value_drop(vm, target);
    if (is_absent(raw)) return ABSENT;
    Value result = layers_over(vm, &mode, args, raw, buffering);
    value_drop(vm, raw);
    return result;
}

/* --- input --- */

/* A standard stream that input needs. BORROWED; ABSENT RAISES. */
static Value needed_stream(VM *vm, const char *name) {
    Value stream = dict_get_c(vm, vm->sys, name);
    if (!value_is_given(stream)) return raise_error(vm, &exc_RuntimeError, "input(): lost sys.%s", name);
    return stream;
}

static bool flush_stream(VM *vm, Value stream) {
    Value done = call_method(vm, stream, NAME_OF(vm, flush), NULL, 0);
    value_xdrop(vm, done);
    return !is_absent(done);
}

/* The next line of sys.stdin without its end: NEW; EOFError when there is none. */
static Value read_stdin_line(VM *vm, Value in) {
    Value name = string_intern_fixed(vm, "readline");
    Value line = is_absent(name) ? ABSENT : call_method(vm, in, name, NULL, 0);
    value_xdrop(vm, name);
    if (is_absent(line)) return ABSENT;
    if (!is_string(line)) {
        value_drop(vm, line);
        return raise_type(vm, "object.readline() returned non-string");
    }
    int64_t length = string_length(as_string(line));
    Value text = line;
    if (length == 0)
        text = raise_error(vm, &exc_EOFError, "EOF when reading a line");
    else if (string_at(as_string(line), length - 1) == '\n')
        text = string_slice(vm, line, 0, length - 1);
    else
        value_ref(line);
    value_drop(vm, line);
    return text;
}

static bool is_terminal(Value stream, int fd) {
    if (!is_exactly(stream, &text_file_type)) return false;
    Value buffer = as_text_file(stream)->buffer;
    if (is_absent(buffer) || !is_buffered(buffer)) return false;
    Value raw = as_buffered(buffer)->raw;
    return !is_absent(raw) && is_exactly(raw, &file_io_type) && as_file(raw)->fd == fd && isatty(fd);
}

/* Show the prompt and read a line, all streams held. */
static Value input_from(VM *vm, Value prompt, Value in, Value out) {
    Value text = is_absent(prompt) ? value_ref(vm->empty_string) : object_str(vm, prompt);
    if (is_absent(text) || !flush_stream(vm, out)) {
        value_xdrop(vm, text);
        return ABSENT;
    }
    Value line = ABSENT;
    if (vm->hooks.read_terminal && is_terminal(in, STDIN_FILENO) && is_terminal(out, STDOUT_FILENO)) {
        line = vm->hooks.read_terminal(vm, text);
        if (is_absent(line) && !error_raised(vm)) raise_new(vm, &exc_EOFError, ABSENT);
        if (!is_absent(line) && !AUDIT(vm, "builtins.input/result", line)) value_clear(vm, &line);
    } else {
        Value written = call_method(vm, out, NAME_OF(vm, write), &text, 1);
        value_xdrop(vm, written);
        if (!is_absent(written) && flush_stream(vm, out)) line = read_stdin_line(vm, in);
    }
    value_drop(vm, text);
    return line;
}

NATIVE(input_function) {
    Value in = needed_stream(vm, "stdin"), out = is_absent(in) ? ABSENT : needed_stream(vm, "stdout");
    Value error = is_absent(out) ? ABSENT : needed_stream(vm, "stderr");
    if (is_absent(error) || !AUDIT(vm, "builtins.input", args[0])) return ABSENT;
    value_ref(in), value_ref(out), value_ref(error);
    if (!flush_stream(vm, error)) error_clear(vm);
    Value line = input_from(vm, args[0], in, out);
    value_drop(vm, in), value_drop(vm, out), value_drop(vm, error);
    return line;
}

static const NativeDef open_functions[] = {
    {"open", open_function,
     "file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None",
     "Open file and return a stream.  Raise OSError upon failure."},
    {0},
};

static const NativeDef input_functions[] = {
    {"input", input_function, "prompt='', /",
     "Read a string from standard input.  The trailing newline is stripped."},
    {0},
};

/* --- the standard streams --- */

/* In the locales C and POSIX, bytes that are not UTF-8 pass through standard input and output. */
static const char *stdio_errors(void) {
    static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    static const char *const plain[] = {"C", "POSIX", "C.UTF-8", "C.utf8", "UTF-8"};
    const char *locale = NULL;
    for (int i = 0; i < 3 && !(locale && *locale); i++)
        locale = getenv(variables[i]);
    if (!locale || !*locale) return "surrogateescape";
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (strcmp(locale, plain[i]) == 0) return "surrogateescape";
    }
    return "strict";
}

typedef struct {
    int fd;
    const char *name, *dunder, *label;
    const char *errors; /* NULL: what is said for all, or by the locale */
} Stream;

/* What is said before or behind the colon of `encoding:errors`, each of which may be missing; else `usual`. NEW. */
static Value coding_part(VM *vm, const char *coding, bool behind, const char *usual) {
    const char *colon = strchrnul(coding, ':'), *part = !behind ? coding : *colon ? colon + 1 : colon;
    size_t length = behind ? strlen(part) : (size_t)(colon - coding);
    return length ? string_decode_utf8(vm, part, length, "surrogateescape") : string_from_c(vm, usual);
}

/* The text file over a descriptor; None when it is closed. NEW. */
static Value stream_new(VM *vm, const Stream *s, bool unbuffered, const char *coding) {
    if (fcntl(s->fd, F_GETFD) < 0) return NONE;
    bool reads = s->fd == STDIN_FILENO;
    Value label = string_from_c(vm, s->label), encoding = coding_part(vm, coding, false, "utf-8");
    const char *usual = is_absent(encoding) ? NULL : codec_canonical((const char *)as_string(encoding)->data);
    if (usual) value_set(vm, &encoding, string_from_c(vm, usual));
    Value errors = s->errors ? string_from_c(vm, s->errors)
                             : coding_part(vm, coding, true, *coding ? "strict" : stdio_errors());
    Value raw = ABSENT, buffer = ABSENT, text = ABSENT;
    if (!is_absent(label)) raw = file_new(vm, s->fd, reads, !reads, label, false);
    if (!is_absent(raw)) {
        int64_t size = unbuffered && !reads ? 0 : FILE_BUFFER_SIZE;
        buffer = buffered_new(vm, reads ? &buffered_reader_type : &buffered_writer_type, raw, size);
    }
    bool lines = !unbuffered && (s->fd == STDERR_FILENO || isatty(s->fd));
    if (!is_absent(buffer) && !is_absent(encoding) && !is_absent(errors)) {
        text = text_file_new(vm, buffer, encoding, errors, vm->characters['\n'], lines);
    }
    if (!is_absent(text)) {
        as_text_file(text)->mode = value_ref(vm->characters[reads ? 'r' : 'w']);
        as_text_file(text)->write_through = unbuffered && !reads;
    }
    value_xdrop(vm, label), value_xdrop(vm, encoding), value_xdrop(vm, errors);
    value_xdrop(vm, raw), value_xdrop(vm, buffer);
    return text;
}

bool streams_init(VM *vm, bool unbuffered, const char *coding) {
    static const Stream streams[] = {
        {STDIN_FILENO, "stdin", "__stdin__", "<stdin>", NULL},
        {STDOUT_FILENO, "stdout", "__stdout__", "<stdout>", NULL},
        {STDERR_FILENO, "stderr", "__stderr__", "<stderr>", "backslashreplace"},
    };
    for (int i = 0; i < 3; i++) {
        Value stream = stream_new(vm, &streams[i], unbuffered, coding ? coding : "");
        bool done = !is_absent(stream) && dict_set_c(vm, vm->sys, streams[i].name, stream) &&
                    dict_set_c(vm, vm->sys, streams[i].dunder, stream);
        value_xdrop(vm, stream);
        if (!done) return false;
    }
    return module_add_functions(vm, vm->builtins, open_functions, "_io") &&
           module_add_functions(vm, vm->builtins, input_functions, "builtins");
}

/* What a standard stream could not write will never be written: do not try again when it is closed. */
static void discard(Value stream) {
    if (!is_exactly(stream, &text_file_type)) return;
    TextFile *text = as_text_file(stream);
    text->pending_length = 0;
    if (!is_absent(text->buffer) && is_buffered(text->buffer)) buffered_discard(as_buffered(text->buffer));
}

/* Flush a stream that is there and open. A failure is reported, but for a pipe that nobody reads any more. */
static bool flush_at_exit(VM *vm, const char *name, bool report) {
    Value stream = dict_get_c(vm, vm->sys, name), closed = ABSENT;
    if (!value_is_given(stream)) return true;
    value_ref(stream);
    Value attribute = string_intern_fixed(vm, "closed");
    if (!is_absent(attribute) && object_find_attribute(vm, stream, attribute, &closed) < 0) error_clear(vm);
    value_xdrop(vm, attribute);
    bool open = is_absent(closed) || object_truth(vm, closed) == 0;
    value_xdrop(vm, closed);
    bool flushed = !open || flush_stream(vm, stream);
    if (!flushed && report && !error_is(vm, &exc_BrokenPipeError))
        error_unraisable(vm, "Exception ignored on flushing sys.stdout:", ABSENT);
    if (!flushed) discard(stream);
    error_clear(vm);
    value_drop(vm, stream);
    return flushed;
}

bool streams_flush(VM *vm) {
    Value raised = error_take(vm);
    bool flushed = flush_at_exit(vm, "stdout", true);
    flushed &= flush_at_exit(vm, "stderr", false);
    error_restore(vm, raised);
    return flushed;
}
