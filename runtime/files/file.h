#ifndef MPY_RUNTIME_FILE_H
#define MPY_RUNTIME_FILE_H

/*
 * Files: three layers, as in CPython's io.
 *
 *   FileIO         a file descriptor: bytes in and out by system calls
 *   Buffered       a block of bytes in front of a FileIO; three types, for reading, writing and both
 *   TextIOWrapper  str in front of a Buffered: an encoding, line ends, lines
 *
 * Their base types, as CPython's: _IOBase has what can be done by read, readline and write alone.
 *
 * A layer works over an object of a program's own as well as over ours (stream_read and so on); ours are called
 * directly. While the stream below is being called a layer is busy, and refuses to be used by the code that runs.
 *
 * Each layer owns the one below; closing one flushes and closes those below it, and a file that dies closed
 * nothing is closed then. System calls interrupted by a signal run the signal's handler and go on (PEP
 * 475).
 *
 * A Buffered holds either bytes read ahead or bytes not yet written, never both: [begin, end) of `data` are
 * unread, or [0, end) unwritten when `dirty`.
 *
 * A TextIOWrapper keeps one decoded chunk, the bytes it came from (so that tell can count back), and bytes
 * not yet written. Positions that tell gives are byte offsets.
 */

#include "runtime/bytes/bytes.h"
#include "runtime/native.h"
#include "runtime/text/builder.h"

enum {
    FILE_BUFFER_SIZE = 8192, /* io.DEFAULT_BUFFER_SIZE of 3.13 */
};

typedef enum { SEEKS_UNKNOWN, SEEKS, SEEKS_NOT } Seeks;

typedef struct {
    Object head;
    int fd;      /* -1: closed */
    Seeks seeks; /* what file_can_seek has found out */
    bool readable, writable, appending, created;
    bool close_fd;
    int64_t block_size; /* of the file system: the size of a buffer in front */
    Value name;         /* as given to open; owned */
} FileIO;

typedef struct {
    Object head;
    Value raw;     /* a FileIO or another raw stream; owned. ABSENT: detached, or not yet made */
    uint8_t *data; /* capacity bytes; owned */
    int64_t capacity;
    int64_t begin, end;
    bool dirty;
    bool reads, writes;
    bool busy;     /* the raw stream is being called: its code may not use this one */
    bool detached; /* why raw is ABSENT */
} Buffered;

typedef enum { NEWLINE_UNIVERSAL, NEWLINE_KEEP, NEWLINE_LF, NEWLINE_CR, NEWLINE_CRLF } NewlineMode;

typedef struct {
    Object head;
    Value buffer;   /* a Buffered or another buffered stream; owned. ABSENT: detached, or not yet made */
    Value encoding; /* str; owned */
    Value errors;   /* str; owned */
    Value mode;     /* str; owned */
    NewlineMode newline;
    const char *coder;             /* the encoding's first name, or its only one */
    const char *decoder, *encoder; /* names of the encodings from here on, without the byte order mark */
    bool marked;                   /* text begins with a byte order mark */
    bool utf8;                     /* the encoding is UTF-8: no look-up by name */
    bool ascii_superset;           /* ASCII text is its own encoding */
    bool iterating;                /* next() was called: tell is off */
    bool snapshot;                 /* a place is known that tell can count from */
    bool line_buffered, write_through;
    bool detached; /* why buffer is ABSENT */
    bool readable, writable, seekable;
    bool busy;                  /* the stream below is being called */
    bool last_cr;               /* the chunk's last character was \r, kept back until the next one is known */
    bool held_before;           /* the same of the chunk before: this one begins with that \r */
    uint8_t seen;               /* line ends met: bits 1 \r, 2 \n, 4 \r\n */
    Value chunk;                /* str, decoded; owned; or ABSENT */
    int64_t position;           /* in the chunk, of the next character */
    int64_t chunk_size;         /* how many bytes are read at once, at least */
    double bytes_for_character; /* in the chunk; 0: there was none */
    uint8_t *source; /* the bytes of the chunk and, behind them, an incomplete character's; owned */
    int64_t mark;    /* how many bytes of the source, at its beginning, are a byte order mark */
    int64_t source_length, source_capacity, decoded; /* of them decoded */
    uint8_t *pending;                                /* encoded, not yet in the buffer; owned */
    int64_t pending_length;
} TextFile;

static inline FileIO *as_file(Value v) { return (FileIO *)as_object(v); }
static inline Buffered *as_buffered(Value v) { return (Buffered *)as_object(v); }
static inline TextFile *as_text_file(Value v) { return (TextFile *)as_object(v); }

static inline bool is_buffered(Value v) {
    const Type *type = is_object(v) ? as_object(v)->type : NULL;
    return type == &buffered_reader_type || type == &buffered_writer_type || type == &buffered_random_type;
}

/* Over an open file of ours and not in use, as nearly always? */
static inline bool buffered_is_plainly_open(const Buffered *b) {
    return !b->busy && !is_absent(b->raw) && is_exactly(b->raw, &file_io_type) && as_file(b->raw)->fd >= 0;
}

/* --- what all streams share --- */

NEW RAISES Value io_ask(VM *vm, Value self, const char *method,
                        Value argument); /* self.method(argument or nothing) */
NEW RAISES Value io_attribute(VM *vm, Value self, const char *name);
RAISES int io_question(VM *vm, STEALS Value answer); /* its truth; an ABSENT answer RAISED already */
RAISES bool io_check_open(VM *vm, Value self);       /* by self.closed */
bool bytes_file_closed(Value self);                  /* of a BytesIO */
void io_raise_first(VM *vm, STEALS Value first);
/* A file dies that nobody has closed: ResourceWarning, told of the outermost stream. No exception is left. */
void file_warn_unclosed(VM *vm, Value stream);
/* The slots: a stream that dies is closed by its method close; the attributes of instances of the type itself. */
void io_finalize(VM *vm, Object *self);

/* --- the stream below a layer --- */

enum { STREAM_BLOCKED = -2 }; /* of stream_read: there is nothing yet */

RAISES int stream_closed(VM *vm, Value stream);
RAISES bool stream_check_open(VM *vm, Value stream);
RAISES int stream_can(VM *vm, Value stream, const char *question); /* "readable", "writable", "seekable" */
/* At most one call of the stream's: `as_raw` of readinto if it is a raw one, else of read1 or read. */
RAISES int64_t stream_read(VM *vm, Value stream, void *to, int64_t size, bool as_raw);
/* BlockingIOError of a write that would block, `taken` bytes of which are written or kept. */
void stream_raise_blocked(VM *vm, int64_t taken);
RAISES int64_t stream_write(VM *vm, Value stream, const void *from,
                            int64_t size); /* fewer than size RAISES */
RAISES int64_t stream_seek(VM *vm, Value stream, int64_t offset, int whence);
RAISES int64_t stream_tell(VM *vm, Value stream);
RAISES bool stream_flush(VM *vm, Value stream);
RAISES bool stream_close(VM *vm, Value stream);

/* --- FileIO --- */

/* A path, str or bytes, as the system wants it; lone surrogates stand for bytes that are not UTF-8. Valid
 * until *keeper, which is the caller's, is dropped (value_xdrop). NULL RAISES. */
RAISES const char *file_path(VM *vm, Value name, NEW Value *keeper);
NEW RAISES Value file_new(VM *vm, int fd, bool readable, bool writable, Value name, bool close_fd);
/* The path or descriptor that is meant: what __fspath__ gives, if there is one. */
NEW RAISES Value file_target(VM *vm, Value file);
/* open(2) by a mode such as "rb" or "x+"; `name` a path or an fd. */
NEW RAISES Value file_open(VM *vm, Value name, const char *mode, bool close_fd, Value opener);
RAISES int64_t file_read(VM *vm, FileIO *file, void *to, int64_t size); /* as stream_read; 0: the end */
/* How many bytes were written: fewer than all RAISES. */
RAISES int64_t file_write(VM *vm, FileIO *file, const void *from, int64_t size);
RAISES int64_t file_seek(VM *vm, FileIO *file, int64_t offset, int whence);
bool file_can_seek(FileIO *file); /* an open one */
RAISES bool file_close(VM *vm, FileIO *file);

/* --- Buffered --- */
NEW RAISES Value buffered_new(VM *vm, Type *type, Value raw, int64_t capacity);
RAISES bool buffered_flush(VM *vm, Buffered *b);
RAISES bool buffered_write(VM *vm, Buffered *b, const void *from, int64_t size);
RAISES int64_t buffered_read_some(VM *vm, Buffered *b, void *to,
                                  int64_t size); /* at most one read call; 0: the end */
RAISES int64_t buffered_tell(VM *vm, Buffered *b);
RAISES int64_t buffered_seek(VM *vm, Buffered *b, int64_t offset, int whence);
void buffered_discard(Buffered *b); /* forget what was read ahead or is not yet written */
RAISES bool buffered_close(VM *vm, Buffered *b);

/* --- TextIOWrapper --- */
/* The encoding that a file is to have, whose argument is `asked`. */
NEW RAISES Value text_file_encoding(VM *vm, Value asked);
NEW RAISES Value text_file_new(VM *vm, Value buffer, Value encoding, Value errors, Value newline,
                               bool line_buffered);
RAISES bool text_file_write(VM *vm, TextFile *t, Value string); /* an open file that may be written */
RAISES bool text_file_print(VM *vm, TextFile *t, Value string); /* the method write: any file */
RAISES bool text_file_flush(VM *vm, TextFile *t);
NEW RAISES Value text_file_read_line(VM *vm, TextFile *t,
                                     int64_t limit /* -1: none */); /* empty str: the end */

/* The attributes in the state that the __setstate__ of a file in memory is given, None or a dict; None. `place` is what
 * errors call the item. */
NEW RAISES Value file_set_attributes(VM *vm, Value self, Value state, const char *place);
/* As _checkSeekable; `self` is ready to be used. */
RAISES bool file_check_seekable(VM *vm, Value self);
/* An optional size argument: None and nothing mean -1. */
RAISES bool file_count_argument(VM *vm, Value v, int64_t *size);

BORROWED RAISES Value unsupported_operation(VM *vm); /* the class io.UnsupportedOperation */
/* io.UnsupportedOperation(text). */
RAISES Value raise_unsupported(VM *vm, const char *text);

/* sys.stdin, stdout and stderr (and __stdin__ ...), and the functions open and input in builtins. `coding` is
 * `encoding:errors`, or NULL. */
RAISES bool streams_init(VM *vm, bool unbuffered, const char *coding);
/* Flush sys.stdout and sys.stderr at exit; false when stdout could not be written. Raises nothing. */
bool streams_flush(VM *vm);

#endif
