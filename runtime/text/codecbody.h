#ifndef MPY_RUNTIME_CODECBODY_H
#define MPY_RUNTIME_CODECBODY_H

/*
 * What decoding (codec.c) and encoding (codecencode.c) share: the encodings, the error handlers, the error; and the
 * way to the library's module codecs (codeclibrary.c), which knows other encodings and handlers and runs the
 * program's code.
 */

#include "runtime/text/codec.h"

typedef enum {
    CODEC_UNKNOWN,
    CODEC_UTF_8, /* up to CP1252: bytes below 128 are ASCII */
    CODEC_UTF_8_SIG,
    CODEC_ASCII,
    CODEC_LATIN_1,
    CODEC_CP1252,
    CODEC_UNICODE_ESCAPE,
    CODEC_RAW_UNICODE_ESCAPE,
    CODEC_UTF_16, /* these six last, and in this order */
    CODEC_UTF_16_LE,
    CODEC_UTF_16_BE,
    CODEC_UTF_32,
    CODEC_UTF_32_LE,
    CODEC_UTF_32_BE,
} CodecId;

typedef enum {
    HANDLER_STRICT,
    HANDLER_IGNORE,
    HANDLER_REPLACE,
    HANDLER_BACKSLASH,
    HANDLER_XML,
    HANDLER_NAME,
    HANDLER_SURROGATE_ESCAPE,
    HANDLER_SURROGATE_PASS,
    HANDLER_UNKNOWN,
} ErrorHandler;

static inline bool is_surrogate(uint32_t c) { return c >= 0xD800 && c <= 0xDFFF; }

CodecId codec_find(const char *encoding);
/* NULL means strict. HANDLER_UNKNOWN: it is not one of those made here. */
ErrorHandler codec_handler(const char *errors);
/* A UnicodeDecodeError or UnicodeEncodeError, made or raised; `object` may be ABSENT when making it has failed
 * already. */
NEW RAISES Value codec_error(VM *vm, Type *type, const char *encoding, Value object, int64_t start,
                             int64_t end, const char *reason);
void codec_raise(VM *vm, Type *type, const char *encoding, Value object, int64_t start, int64_t end,
                 const char *reason);

/* By codecs of the library or registered by the program. The object may be anything bytes-like; it may change. */
NEW RAISES Value codec_library_decode(VM *vm, Value bytes_like, const char *encoding, const char *errors);
/* A part of a stream, a bytes; *taken: what is behind so many of them is not complete. */
NEW RAISES Value codec_library_decode_part(VM *vm, Value bytes, const char *encoding, const char *errors,
                                           size_t *taken);
NEW RAISES Value codec_library_encode(VM *vm, Value string, const char *encoding, const char *errors);
RAISES bool codec_library_check(VM *vm, const char *encoding);
/* Ask the error handler of that name. Where to go on, from 0 to `length`, and a str or bytes (NEW) to put there. -1:
 * RAISES, as when `error` is ABSENT. */
RAISES int64_t codec_library_handle(VM *vm, const char *errors, STEALS Value error, int64_t length,
                                    Value *replacement);

extern const uint16_t codec_cp1252[32];

/* A unit of UTF-16 or UTF-32. */
static inline uint32_t codec_wide_unit(const uint8_t *p, unsigned width, bool big_endian) {
    uint32_t unit = 0;
    for (unsigned i = 0; i < width; i++)
        unit = unit << 8 | p[big_endian ? i : width - 1 - i];
    return unit;
}

/* UTF-16 or UTF-32 all of which is right. ABSENT with nothing raised when it is not, and when there are so few
 * characters that it is left to others. */
NEW RAISES Value codec_decode_wide(VM *vm, CodecId id, const uint8_t *data, size_t size);

#endif
