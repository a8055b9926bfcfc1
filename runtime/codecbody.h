#ifndef MPY_RUNTIME_CODECBODY_H
#define MPY_RUNTIME_CODECBODY_H

/* What decoding (codec.c) and encoding (codecencode.c) share: the encodings, the error handlers, the error. */

#include "runtime/codec.h"

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

RAISES CodecId codec_named(VM *vm, const char *encoding); /* CODEC_UNKNOWN with LookupError */
/* NULL means strict. HANDLER_UNKNOWN RAISES LookupError. */
RAISES ErrorHandler codec_handler(VM *vm, const char *errors);
/* Raise UnicodeDecodeError or UnicodeEncodeError; `object` may be ABSENT when making it has failed already. */
void codec_raise(VM *vm, Type *type, const char *encoding, Value object, int64_t start, int64_t end,
                 const char *reason);

extern const uint16_t codec_cp1252[32];

#endif
