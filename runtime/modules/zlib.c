/*
 * The module zlib: compression by the library of that name, and two checksums.
 *
 * A Stream is a compressor or decompressor object around the library's z_stream, whose memory comes from the VM's heap.
 * Whoever moves data through one (`pump`) sets the stream's pointers anew for each step, so that a signal's handler
 * between two steps may use the same object. Where a stream's end has been taken (`live` is false), the library itself
 * answers every step with Z_STREAM_ERROR.
 */
#include <limits.h>
#include <zlib.h>

#include "runtime/bytes/buffer.h"
#include "runtime/bytes/bytes.h"
#include "runtime/errors/error.h"
#include "runtime/module.h"
#include "runtime/modules/zlib.h"
#include "runtime/native.h"
#include "runtime/numbers/int.h"
#include "runtime/protocol.h"
#include "runtime/text/str.h"

enum { BUFFER_SIZE = 16 * 1024, MEMORY_LEVEL = 8, NO_LIMIT = -1 };

typedef struct {
    Object head;
    z_stream z;
    bool live;
    Value eof;                                      /* True or False */
    Value dictionary, unused_data, unconsumed_tail; /* exact bytes, or ABSENT; owned */
} Stream;

static Stream *as_stream(Value v) { return (Stream *)as_object(v); }

/* --- memory: zlib does not say how large a block is that it frees, so each begins with its size --- */

enum { SIZE_FIELD = 16 };

static void *allocate(void *vm, unsigned count, unsigned size) {
    size_t bytes = (size_t)count * size + SIZE_FIELD;
    char *block = memory_alloc(vm, bytes);
    if (!block) return NULL;
    memcpy(block, &bytes, sizeof bytes);
    return block + SIZE_FIELD;
}

static void release(void *vm, void *place) {
    char *block = (char *)place - SIZE_FIELD;
    size_t bytes;
    memcpy(&bytes, block, sizeof bytes);
    memory_free(vm, block, bytes);
}

static void prepare(VM *vm, z_stream *z) {
    *z = (z_stream){.zalloc = allocate, .zfree = release, .opaque = vm};
}

bool zlib_unpack(VM *vm, const uint8_t *packed, size_t packed_size, uint8_t *to, size_t size) {
    z_stream z;
    prepare(vm, &z);
    int status = inflateInit(&z);
    if (status == Z_OK) {
        z.next_in = (Bytef *)packed, z.avail_in = (uInt)packed_size;
        z.next_out = to, z.avail_out = (uInt)size;
        status = inflate(&z, Z_FINISH);
        inflateEnd(&z);
    }
    if (status == Z_STREAM_END && z.avail_out == 0) return true;
    if (!error_raised(vm)) raise_memory(vm);
    return false;
}

/* --- errors --- */

static Value fail(VM *vm, const z_stream *z, int status, const char *doing) {
    if (status == Z_MEM_ERROR) return error_raised(vm) ? ABSENT : raise_memory(vm);
    const char *text = z->msg;
    if (!text && status == Z_BUF_ERROR) text = "incomplete or truncated stream";
    if (!text && status == Z_STREAM_ERROR) text = "inconsistent stream state";
    if (!text && status == Z_DATA_ERROR) text = "invalid input data";
    return raise_error(vm, &zlib_error_type, text ? "Error %d %s: %.200s" : "Error %d %s", status, doing,
                       text);
}

/* What the making of a compressor or decompressor says. */
static Value fail_start(VM *vm, const z_stream *z, int status, const char *doing) {
    if (status == Z_STREAM_ERROR) return raise_value(vm, "Invalid initialization option");
    return fail(vm, z, status, doing);
}

static bool int_argument(VM *vm, Value v, int otherwise, int *result) {
    *result = otherwise;
    return is_absent(v) || object_to_c_int(vm, v, result);
}

static bool size_argument(VM *vm, Value v, int64_t otherwise, int64_t *result) {
    *result = otherwise;
    if (is_absent(v)) return true;
    Value index = object_index(vm, v);
    if (is_absent(index)) return false;
    bool fits = int_required(vm, index, result);
    value_drop(vm, index);
    return fits;
}

/* --- data through a stream --- */

typedef struct {
    const uint8_t *in; /* what is left of the input */
    size_t left;
    Bytes *out; /* NULL at first, and when an exception waits */
    int64_t done, limit;
    int64_t size; /* the room to begin with */
} Pump;

enum { RAISED = -100 }; /* beside zlib's results */

/* Room for more output; 0 when the limit is reached, -1 RAISES. */
static int more_room(VM *vm, Pump *p) {
    int64_t length = p->out ? p->out->length : 0;
    if (p->out && p->done < length) return 1;
    int64_t wanted = !p->out ? p->size : length < INT64_MAX / 2 ? length * 2 : INT64_MAX;
    if (p->limit != NO_LIMIT && wanted > p->limit) wanted = p->limit;
    if (p->out && wanted <= length) return 0;
    p->out = p->out ? bytes_resize(vm, p->out, wanted) : bytes_new(vm, wanted);
    return p->out ? 1 : -1;
}

/* Take steps until the input is used up and all output is there, or the limit is reached, or the stream ends or fails.
 * The last step's result. */
static int pump(VM *vm, z_stream *z, Pump *p, int (*step)(z_stream *, int), int flush) {
    for (;;) {
        int room = more_room(vm, p);
        if (room <= 0) return room ? RAISED : Z_OK;
        size_t space = (size_t)(p->out->length - p->done);
        unsigned in = p->left < UINT_MAX ? (unsigned)p->left : UINT_MAX;
        unsigned out = space < UINT_MAX ? (unsigned)space : UINT_MAX;
        z->next_in = (uint8_t *)p->in, z->avail_in = in;
        z->next_out = p->out->data + p->done, z->avail_out = out;
        int status = step(z, p->left > in ? Z_NO_FLUSH : flush);
        p->in += in - z->avail_in, p->left -= in - z->avail_in;
        p->done += out - z->avail_out;
        bool full = z->avail_out == 0;
        z->next_in = z->next_out = NULL;
        z->avail_in = z->avail_out = 0;
        if (status != Z_OK && status != Z_BUF_ERROR) return status;
        if (!full && (p->left == 0 || status == Z_BUF_ERROR)) return status;
        if (!vm_may_go_on(vm)) return RAISED;
    }
}

static Value pump_result(VM *vm, Pump *p) { return from_object(bytes_resize(vm, p->out, p->done)); }

static void pump_drop(VM *vm, Pump *p) {
    if (p->out) object_drop(vm, &p->out->head);
}

/* --- all at once --- */

/* The result when a stream of one use has ended; takes what `p` has. */
static Value finish(VM *vm, z_stream *z, Pump *p, int status, const char *doing) {
    if (status == Z_STREAM_END) return pump_result(vm, p);
    if (status != RAISED) fail(vm, z, status == Z_OK ? Z_BUF_ERROR : status, doing);
    pump_drop(vm, p);
    return ABSENT;
}

NATIVE(zlib_compress) {
    BufferView data;
    int level, wbits;
    if (!buffer_acquire(vm, args[0], BUFFER_SIMPLE, &data)) return ABSENT;
    if (!int_argument(vm, args[1], Z_DEFAULT_COMPRESSION, &level) ||
        !int_argument(vm, args[2], MAX_WBITS, &wbits))
        return buffer_release(vm, &data), ABSENT;
    z_stream z;
    prepare(vm, &z);
    int status = deflateInit2(&z, level, Z_DEFLATED, wbits, MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
    Value result = ABSENT;
    if (status == Z_OK) {
        Pump p = {.in = data.data, .left = (size_t)data.size, .limit = NO_LIMIT, .size = BUFFER_SIZE};
        status = pump(vm, &z, &p, deflate, Z_FINISH);
        result = finish(vm, &z, &p, status, "while compressing data");
        deflateEnd(&z);
    } else if (status == Z_STREAM_ERROR) {
        raise_error(vm, &zlib_error_type, "Bad compression level");
    } else {
        fail(vm, &z, status, "while compressing data");
    }
    buffer_release(vm, &data);
    return result;
}

NATIVE(zlib_decompress) {
    BufferView data;
    int wbits;
    int64_t size;
    if (!buffer_acquire(vm, args[0], BUFFER_SIMPLE, &data)) return ABSENT;
    bool known =
        int_argument(vm, args[1], MAX_WBITS, &wbits) && size_argument(vm, args[2], BUFFER_SIZE, &size);
    if (known && size < 0) known = (raise_value(vm, "bufsize must be non-negative"), false);
    if (!known) return buffer_release(vm, &data), ABSENT;
    z_stream z;
    prepare(vm, &z);
    int status = inflateInit2(&z, wbits);
    Value result = ABSENT;
    if (status == Z_OK) {
        Pump p = {.in = data.data, .left = (size_t)data.size, .limit = NO_LIMIT, .size = size ? size : 1};
        status = pump(vm, &z, &p, inflate, Z_SYNC_FLUSH);
        result = finish(vm, &z, &p, status, "while decompressing data");
        inflateEnd(&z);
    } else {
        fail(vm, &z, status, "while preparing to decompress data");
    }
    buffer_release(vm, &data);
    return result;
}

/* --- objects --- */

static Stream *stream_new(VM *vm, Type *type) {
    Stream *s = (Stream *)object_new_container(vm, type, sizeof(Stream));
    if (!s) return raise_memory(vm), NULL;
    prepare(vm, &s->z);
    s->eof = FALSE_VALUE;
    Value empty = bytes_from(vm, NULL, 0);
    if (is_absent(empty)) return object_drop(vm, &s->head), NULL;
    s->unused_data = empty;
    s->unconsumed_tail = value_ref(empty);
    return s;
}

static void stream_end(Stream *s) {
    if (!s->live) return;
    s->live = false;
    if (s->head.type == &zlib_compress_type)
        deflateEnd(&s->z);
    else
        inflateEnd(&s->z);
}

static int stream_traverse(Object *self, VisitFn visit, void *context) {
    Stream *s = (Stream *)self;
    VISIT(s->dictionary);
    VISIT(s->unused_data);
    VISIT(s->unconsumed_tail);
    return 0;
}

static void stream_dealloc(VM *vm, Object *self) {
    Stream *s = (Stream *)self;
    stream_end(s);
    value_xdrop(vm, s->dictionary);
    value_xdrop(vm, s->unused_data);
    value_xdrop(vm, s->unconsumed_tail);
    object_free(vm, self, sizeof(Stream));
}

/* A started stream, or NULL where it could not be started. */
static Value started(VM *vm, Stream *s, int status, const char *doing) {
    if (status == Z_OK) {
        s->live = true;
        object_track(&s->head);
        return from_object(s);
    }
    fail_start(vm, &s->z, status, doing);
    object_drop(vm, &s->head);
    return ABSENT;
}

/* The bytes of the argument zdict, in s->dictionary. */
static bool take_dictionary(VM *vm, Stream *s, Value v) {
    BufferView view;
    if (!buffer_acquire(vm, v, BUFFER_SIMPLE, &view)) return false;
    if (view.size > UINT_MAX)
        raise_overflow(vm, "zdict length does not fit in an unsigned int");
    else
        s->dictionary = bytes_from(vm, view.data, view.size);
    buffer_release(vm, &view);
    return !is_absent(s->dictionary);
}

static bool set_inflate_dictionary(VM *vm, Stream *s) {
    const Bytes *d = as_bytes(s->dictionary);
    int status = inflateSetDictionary(&s->z, d->data, (unsigned)d->length);
    if (status != Z_OK) fail(vm, &s->z, status, "while setting zdict");
    return status == Z_OK;
}

NATIVE(zlib_compressobj) {
    int level, method, wbits, memory, strategy;
    if (!int_argument(vm, args[0], Z_DEFAULT_COMPRESSION, &level) ||
        !int_argument(vm, args[1], Z_DEFLATED, &method) || !int_argument(vm, args[2], MAX_WBITS, &wbits) ||
        !int_argument(vm, args[3], MEMORY_LEVEL, &memory) ||
        !int_argument(vm, args[4], Z_DEFAULT_STRATEGY, &strategy))
        return ABSENT;
    Stream *s = stream_new(vm, &zlib_compress_type);
    if (!s) return ABSENT;
    if (value_is_given(args[5]) && !take_dictionary(vm, s, args[5])) return object_drop(vm, &s->head), ABSENT;
    int status = deflateInit2(&s->z, level, method, wbits, memory, strategy);
    Value result = started(vm, s, status, "while creating compression object");
    if (is_absent(result) || is_absent(s->dictionary)) return result;
    const Bytes *d = as_bytes(s->dictionary);
    status = deflateSetDictionary(&s->z, d->data, (unsigned)d->length);
    if (status == Z_OK) return result;
    value_drop(vm, result);
    return raise_value(vm, status == Z_STREAM_ERROR ? "Invalid dictionary" : "deflateSetDictionary()");
}

NATIVE(zlib_decompressobj) {
    int wbits;
    if (!int_argument(vm, args[0], MAX_WBITS, &wbits)) return ABSENT;
    if (!is_absent(args[1]) && !has_buffer(args[1]))
        return raise_type(vm, "zdict argument must support the buffer protocol");
    Stream *s = stream_new(vm, &zlib_decompress_type);
    if (!s) return ABSENT;
    if (!is_absent(args[1]) && !take_dictionary(vm, s, args[1])) return object_drop(vm, &s->head), ABSENT;
    Value result = started(vm, s, inflateInit2(&s->z, wbits), "while creating decompression object");
    bool raw = wbits < 0; /* has no header that would ask for a dictionary */
    if (is_absent(result) || !raw || is_absent(s->dictionary) || set_inflate_dictionary(vm, s)) return result;
    value_drop(vm, result);
    return ABSENT;
}

NATIVE(compress_compress) {
    Stream *s = as_stream(args[0]);
    BufferView data;
    if (!buffer_acquire(vm, args[1], BUFFER_SIMPLE, &data)) return ABSENT;
    Pump p = {.in = data.data, .left = (size_t)data.size, .limit = NO_LIMIT, .size = BUFFER_SIZE};
    int status = pump(vm, &s->z, &p, deflate, Z_NO_FLUSH);
    buffer_release(vm, &data);
    if (status == Z_OK || status == Z_BUF_ERROR) return pump_result(vm, &p);
    if (status != RAISED) fail(vm, &s->z, status, "while compressing data");
    pump_drop(vm, &p);
    return ABSENT;
}

NATIVE(compress_flush) {
    Stream *s = as_stream(args[0]);
    int mode;
    if (!int_argument(vm, args[1], Z_FINISH, &mode)) return ABSENT;
    if (mode == Z_NO_FLUSH) return bytes_from(vm, NULL, 0);
    Pump p = {.limit = NO_LIMIT, .size = BUFFER_SIZE};
    int status = pump(vm, &s->z, &p, deflate, mode);
    if (status == Z_STREAM_END) stream_end(s);
    if (status == Z_OK || status == Z_BUF_ERROR || status == Z_STREAM_END) return pump_result(vm, &p);
    if (status != RAISED) fail(vm, &s->z, status, "while flushing");
    pump_drop(vm, &p);
    return ABSENT;
}

/* Keep the input that was not used: behind the end it is unused data, before it the tail that waits. */
static bool keep_rest(VM *vm, Stream *s, const Pump *p, int status) {
    Value tail = bytes_from(vm, p->in, status == Z_STREAM_END ? 0 : (int64_t)p->left);
    if (is_absent(tail)) return false;
    if (status == Z_STREAM_END && p->left) {
        const Bytes *old = as_bytes(s->unused_data);
        Bytes *all = bytes_new(vm, old->length + (int64_t)p->left);
        if (!all) return value_drop(vm, tail), false;
        memcpy(all->data, old->data, (size_t)old->length);
        memcpy(all->data + old->length, p->in, p->left);
        value_set(vm, &s->unused_data, from_object(all));
    }
    value_set(vm, &s->unconsumed_tail, tail);
    return true;
}

/* Steps of decompression, with the dictionary where the stream asks for it. */
static int pump_inflate(VM *vm, Stream *s, Pump *p, int flush) {
    int status = pump(vm, &s->z, p, inflate, flush);
    if (status != Z_NEED_DICT || is_absent(s->dictionary)) return status;
    return set_inflate_dictionary(vm, s) ? pump(vm, &s->z, p, inflate, flush) : RAISED;
}

NATIVE(decompress_decompress) {
    Stream *s = as_stream(args[0]);
    BufferView data;
    int64_t limit;
    if (!buffer_acquire(vm, args[1], BUFFER_SIMPLE, &data)) return ABSENT;
    bool known = size_argument(vm, args[2], 0, &limit);
    if (known && limit < 0) known = (raise_value(vm, "max_length must be non-negative"), false);
    if (!known) return buffer_release(vm, &data), ABSENT;
    Pump p = {
        .in = data.data, .left = (size_t)data.size, .limit = limit ? limit : NO_LIMIT, .size = BUFFER_SIZE};
    int status = pump_inflate(vm, s, &p, Z_SYNC_FLUSH);
    if (status != RAISED && !keep_rest(vm, s, &p, status)) status = RAISED;
    buffer_release(vm, &data);
    if (status == Z_STREAM_END) s->eof = TRUE_VALUE;
    if (status == Z_OK || status == Z_BUF_ERROR || status == Z_STREAM_END) return pump_result(vm, &p);
    if (status != RAISED) fail(vm, &s->z, status, "while decompressing data");
    pump_drop(vm, &p);
    return ABSENT;
}

NATIVE(decompress_flush) {
    Stream *s = as_stream(args[0]);
    int64_t size;
    if (!size_argument(vm, args[1], BUFFER_SIZE, &size)) return ABSENT;
    if (size <= 0) return raise_value(vm, "length must be greater than zero");
    Value tail = value_ref(s->unconsumed_tail);
    Pump p = {
        .in = as_bytes(tail)->data, .left = (size_t)as_bytes(tail)->length, .limit = NO_LIMIT, .size = size};
    int status = pump_inflate(vm, s, &p, Z_FINISH);
    if (status != RAISED && !keep_rest(vm, s, &p, status)) status = RAISED;
    value_drop(vm, tail);
    if (status == Z_STREAM_END) s->eof = TRUE_VALUE, stream_end(s);
    if (status == Z_MEM_ERROR) fail(vm, &s->z, status, "");
    if (status != RAISED && status != Z_MEM_ERROR) return pump_result(vm, &p);
    pump_drop(vm, &p);
    return ABSENT;
}

NATIVE(stream_copy) {
    Stream *s = as_stream(args[0]);
    bool compressor = s->head.type == &zlib_compress_type;
    Stream *copy = stream_new(vm, s->head.type);
    if (!copy) return ABSENT;
    int status = compressor ? deflateCopy(&copy->z, &s->z) : inflateCopy(&copy->z, &s->z);
    if (status == Z_OK) {
        copy->live = true;
        copy->eof = s->eof;
        copy->dictionary = value_xref(s->dictionary);
        value_set(vm, &copy->unused_data, value_ref(s->unused_data));
        value_set(vm, &copy->unconsumed_tail, value_ref(s->unconsumed_tail));
        object_track(&copy->head);
        return from_object(copy);
    }
    if (status == Z_STREAM_ERROR)
        raise_value(vm, "Inconsistent stream state");
    else
        fail(vm, &s->z, status,
             compressor ? "while copying compression object" : "while copying decompression object");
    object_drop(vm, &copy->head);
    return ABSENT;
}

static const MemberDef decompress_members[] = {
    {"eof", offsetof(Stream, eof), MEMBER_READONLY, NULL},
    {"unused_data", offsetof(Stream, unused_data), MEMBER_READONLY, NULL},
    {"unconsumed_tail", offsetof(Stream, unconsumed_tail), MEMBER_READONLY, NULL},
    {0},
};

static const NativeDef compress_methods[] = {
    {"compress", compress_compress, "data, /",
     "Compress data; the result may lack what is kept back for later. flush() gives the rest.",
     NATIVE_NAMED_METHOD},
    {"flush", compress_flush, "mode=zlib.Z_FINISH, /",
     "The compressed data that was kept back. With Z_FINISH, the default, the object is of no further use."},
    {"copy", stream_copy, "", "A compressor that goes on from here.", NATIVE_NAMED_METHOD},
    {"__copy__", stream_copy, "", NULL, NATIVE_NAMED_METHOD},
    {"__deepcopy__", stream_copy, "memo, /", NULL, NATIVE_NAMED_METHOD},
    {0},
};

static const NativeDef decompress_methods[] = {
    {"decompress", decompress_decompress, "data, /, max_length=0",
     "Decompress data, to at most max_length bytes unless that is 0; the input that is left is "
     "unconsumed_tail."},
    {"flush", decompress_flush, "length=zlib.DEF_BUF_SIZE, /",
     "Decompress what is left. length is the room to begin with.", NATIVE_NAMED_METHOD},
    {"copy", stream_copy, "", "A decompressor that goes on from here.", NATIVE_NAMED_METHOD},
    {"__copy__", stream_copy, "", NULL, NATIVE_NAMED_METHOD},
    {"__deepcopy__", stream_copy, "memo, /", NULL, NATIVE_NAMED_METHOD},
    {0},
};

Type zlib_compress_type = {
    TYPE_HEAD(zlib_compress_type, "zlib.Compress", .traverse = stream_traverse, .dealloc = stream_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(Stream),
    .base = &object_type,
    .methods = compress_methods,
};

Type zlib_decompress_type = {
    TYPE_HEAD(zlib_decompress_type, "zlib.Decompress", .traverse = stream_traverse,
              .dealloc = stream_dealloc),
    .flags = TYPE_NO_NEW,
    .basic_size = sizeof(Stream),
    .base = &object_type,
    .methods = decompress_methods,
    .members = decompress_members,
};

Type zlib_error_type = {
    TYPE_HEAD(zlib_error_type, "zlib.error", .traverse = NULL),
    .flags = TYPE_WEAKLY_REFERABLE | TYPE_BASE | TYPE_EXCEPTION,
    .base = &exc_Exception,
};

/* --- checksums --- */

/* A checksum to go on from: the low 32 bits of an int. */
static bool low_word(VM *vm, Value v, uint32_t otherwise, uint32_t *word) {
    *word = otherwise;
    if (is_absent(v)) return true;
    Value integer = object_index(vm, v);
    if (is_absent(integer)) return false;
    IntView view;
    int_view(integer, &view);
    *word = view.count ? (uint32_t)view.limbs[0] : 0;
    if (int_sign(integer) < 0) *word = -*word;
    value_drop(vm, integer);
    return true;
}

static Value checksum(VM *vm, Value *args, uint32_t start, uLong (*sum)(uLong, const Bytef *, z_size_t)) {
    BufferView data;
    uint32_t value;
    if (!buffer_acquire(vm, args[0], BUFFER_SIMPLE, &data)) return ABSENT;
    if (!low_word(vm, args[1], start, &value)) return buffer_release(vm, &data), ABSENT;
    uLong result = sum(value, data.data, (z_size_t)data.size);
    buffer_release(vm, &data);
    return int_small((int64_t)(result & UINT32_MAX));
}

NATIVE(zlib_crc32) { return checksum(vm, args, 0, crc32_z); }
NATIVE(zlib_adler32) { return checksum(vm, args, 1, adler32_z); }

/* --- the module --- */

static const NativeDef functions[] = {
    {"adler32", zlib_adler32, "data, value=1, /", "The Adler-32 checksum of data, going on from another."},
    {"compress", zlib_compress, "data, /, level=Z_DEFAULT_COMPRESSION, wbits=MAX_WBITS",
     "The compressed data. level is 0 to 9 or -1, wbits says the size of the window and the container's "
     "format."},
    {"compressobj", zlib_compressobj,
     "level=Z_DEFAULT_COMPRESSION, method=DEFLATED, wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL, "
     "strategy=Z_DEFAULT_STRATEGY, zdict=None",
     "A compressor object, for data that comes in pieces."},
    {"crc32", zlib_crc32, "data, value=0, /", "The CRC-32 checksum of data, going on from another."},
    {"decompress", zlib_decompress, "data, /, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE",
     "The data that was compressed. bufsize is the room for it to begin with."},
    {"decompressobj", zlib_decompressobj, "wbits=MAX_WBITS, zdict=b''",
     "A decompressor object, for data that comes in pieces."},
    {0},
};

static const NamedType types[] = {{"error", &zlib_error_type}, {0}};

#define N(name) \
    { #name, name }
static const NamedNumber numbers[] = {
    {"DEFLATED", Z_DEFLATED},
    {"DEF_BUF_SIZE", BUFFER_SIZE},
    {"DEF_MEM_LEVEL", MEMORY_LEVEL},
    N(MAX_WBITS),
    N(Z_BEST_COMPRESSION),
    N(Z_BEST_SPEED),
    N(Z_BLOCK),
    N(Z_DEFAULT_COMPRESSION),
    N(Z_DEFAULT_STRATEGY),
    N(Z_FILTERED),
    N(Z_FINISH),
    N(Z_FIXED),
    N(Z_FULL_FLUSH),
    N(Z_HUFFMAN_ONLY),
    N(Z_NO_COMPRESSION),
    N(Z_NO_FLUSH),
    N(Z_PARTIAL_FLUSH),
    N(Z_RLE),
    N(Z_SYNC_FLUSH),
    N(Z_TREES),
    {0},
};
#undef N

static bool fill(VM *vm, Value dict) {
    return module_add(vm, dict, "ZLIB_VERSION", string_from_c(vm, ZLIB_VERSION)) &&
           module_add(vm, dict, "ZLIB_RUNTIME_VERSION", string_from_c(vm, zlibVersion())) &&
           module_add(vm, dict, "__version__", string_from_c(vm, "1.0"));
}

Value module_zlib_new(VM *vm) {
    return module_make(vm, &(ModuleDef){.name = "zlib",
                                        .doc = "Compression and decompression with the library zlib.",
                                        .functions = functions,
                                        .types = types,
                                        .numbers = numbers,
                                        .fill = fill});
}
