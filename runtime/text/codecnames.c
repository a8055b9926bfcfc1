/* Text encodings: their names, and those of the error handlers. */
#include "base/copy.h"
#include "runtime/text/codecbody.h"

enum { CODEC_NAME_MAX = 32 }; /* no name in the table is that long */

/* The normalised names of each encoding, in the first of which no '_' may be written as a dot. */
static const char *const codec_names[] = {
    [CODEC_UTF_8] = "utf_8 utf8 utf u8 utf8_ucs2 utf8_ucs4 cp65001",
    [CODEC_UTF_8_SIG] = "utf_8_sig",
    [CODEC_ASCII] = "ascii us_ascii us 646 ansi_x3_4_1968 ansi_x3_4_1986 cp367 csascii ibm367 iso646_us "
                    "iso_646_irv_1991 iso_ir_6",
    [CODEC_LATIN_1] = "latin_1 latin1 latin l1 8859 cp819 csisolatin1 ibm819 iso8859 iso8859_1 iso_8859_1 "
                      "iso_8859_1_1987 iso_ir_100",
    [CODEC_CP1252] = "cp1252 1252 windows_1252",
    [CODEC_UNICODE_ESCAPE] = "unicode_escape",
    [CODEC_RAW_UNICODE_ESCAPE] = "raw_unicode_escape",
    [CODEC_UTF_16] = "utf_16 utf16 u16",
    [CODEC_UTF_16_LE] = "utf_16_le utf_16le unicodelittleunmarked",
    [CODEC_UTF_16_BE] = "utf_16_be utf_16be unicodebigunmarked",
    [CODEC_UTF_32] = "utf_32 utf32 u32",
    [CODEC_UTF_32_LE] = "utf_32_le utf_32le",
    [CODEC_UTF_32_BE] = "utf_32_be utf_32be",
};

static bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (uint8_t)c >= 0x80;
}

/* Lower case, anything but letters and digits one '_' between them; a dot is a '_' of its own. */
static void normalise(const char *name, char to[CODEC_NAME_MAX]) {
    size_t length = 0;
    bool gap = false;
    for (; *name && length + 2 < CODEC_NAME_MAX; name++) {
        if (!is_alphanumeric(*name) && *name != '.') {
            gap = length > 0;
            continue;
        }
        if (gap) to[length++] = '_';
        gap = false;
        char lower = *name >= 'A' && *name <= 'Z' ? (char)(*name | 0x20) : *name;
        to[length++] = *name == '.' ? '_' : lower;
    }
    if (*name) length = 0;
    to[length] = 0;
}

/* The names most programs write, as they write them. */
static CodecId find_common(const char *encoding) {
    static const struct {
        char name[20];
        uint8_t length;
        uint8_t id;
    } common[] = {
#define NAME(name, id) {name, sizeof name - 1, id}
        NAME("utf-8", CODEC_UTF_8),
        NAME("latin-1", CODEC_LATIN_1),
        NAME("ascii", CODEC_ASCII),
        NAME("utf-16", CODEC_UTF_16),
        NAME("utf-16-le", CODEC_UTF_16_LE),
        NAME("utf8", CODEC_UTF_8),
        NAME("utf-32", CODEC_UTF_32),
        NAME("utf-8-sig", CODEC_UTF_8_SIG),
        NAME("utf-16-be", CODEC_UTF_16_BE),
        NAME("cp1252", CODEC_CP1252),
        NAME("UTF-8", CODEC_UTF_8),
        NAME("latin1", CODEC_LATIN_1),
        NAME("iso-8859-1", CODEC_LATIN_1),
        NAME("us-ascii", CODEC_ASCII),
        NAME("unicode_escape", CODEC_UNICODE_ESCAPE),
        NAME("unicode-escape", CODEC_UNICODE_ESCAPE),
        NAME("raw_unicode_escape", CODEC_RAW_UNICODE_ESCAPE),
        NAME("utf-32-le", CODEC_UTF_32_LE),
        NAME("utf-32-be", CODEC_UTF_32_BE),
#undef NAME
    };
    size_t length = strlen(encoding);
    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        if (length == common[i].length && equal_bytes(encoding, common[i].name, length)) return common[i].id;
    }
    return CODEC_UNKNOWN;
}

/* CODEC_UNKNOWN when there is none; nothing is raised. */
CodecId codec_find(const char *encoding) {
    char name[CODEC_NAME_MAX];
    CodecId common = find_common(encoding);
    if (common != CODEC_UNKNOWN) return common;
    normalise(encoding, name);
    size_t length = strlen(name);
    bool dotted = strchr(encoding, '.');
    for (int id = CODEC_UTF_8; length && id <= CODEC_UTF_32_BE; id++) {
        for (const char *next = codec_names[id]; *next; next += *next == ' ') {
            size_t size = strcspn(next, " ");
            bool allowed = !dotted || next != codec_names[id];
            if (size == length && allowed && memcmp(next, name, length) == 0) return (CodecId)id;
            next += size;
        }
    }
    return CODEC_UNKNOWN;
}

bool codec_check(VM *vm, const char *encoding) {
    return codec_find(encoding) != CODEC_UNKNOWN || codec_library_check(vm, encoding);
}

const char *codec_canonical(const char *encoding) {
    static const char *const names[] = {
        [CODEC_UNKNOWN] = NULL,
        [CODEC_UTF_8] = "utf-8",
        [CODEC_UTF_8_SIG] = "utf-8-sig",
        [CODEC_ASCII] = "ascii",
        [CODEC_LATIN_1] = "iso8859-1",
        [CODEC_CP1252] = "cp1252",
        [CODEC_UNICODE_ESCAPE] = "unicode-escape",
        [CODEC_RAW_UNICODE_ESCAPE] = "raw-unicode-escape",
        [CODEC_UTF_16] = "utf-16",
        [CODEC_UTF_16_LE] = "utf-16-le",
        [CODEC_UTF_16_BE] = "utf-16-be",
        [CODEC_UTF_32] = "utf-32",
        [CODEC_UTF_32_LE] = "utf-32-le",
        [CODEC_UTF_32_BE] = "utf-32-be",
    };
    return names[codec_find(encoding)];
}

bool codec_is_utf8(const char *encoding) { return codec_find(encoding) == CODEC_UTF_8; }

ErrorHandler codec_handler(const char *errors) {
    static const char *const names[] = {
        [HANDLER_STRICT] = "strict",
        [HANDLER_IGNORE] = "ignore",
        [HANDLER_REPLACE] = "replace",
        [HANDLER_BACKSLASH] = "backslashreplace",
        [HANDLER_XML] = "xmlcharrefreplace",
        [HANDLER_NAME] = "namereplace",
        [HANDLER_SURROGATE_ESCAPE] = "surrogateescape",
        [HANDLER_SURROGATE_PASS] = "surrogatepass",
    };
    if (!errors) return HANDLER_STRICT;
    for (int i = 0; i < HANDLER_UNKNOWN; i++) {
        if (errors[0] == names[i][0] && strcmp(errors, names[i]) == 0) return (ErrorHandler)i;
    }
    return HANDLER_UNKNOWN;
}
