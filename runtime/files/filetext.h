#ifndef MPY_RUNTIME_FILETEXT_H
#define MPY_RUNTIME_FILETEXT_H

/*
 * What the two halves of TextIOWrapper know of each other: filetext.c has its life, what it writes and what says how it
 * is set up; filetextread.c reads, and knows where it stands in the bytes. The struct and what others may ask of a text
 * file are in runtime/files/file.h.
 */

#include <string.h>

#include "runtime/files/file.h"
#include "runtime/native.h"
#include "runtime/text/str.h"

/* TextFile.seen: the line ends that were read. */
enum { SEEN_CR = 1, SEEN_LF = 2, SEEN_CRLF = 4 };

/* The first place of the ASCII character `c` in s[start:stop], or -1. */
static inline int64_t text_find_char(const String *s, uint8_t c, int64_t start, int64_t stop) {
    if (s->width_log == 0) {
        const uint8_t *at = memchr(s->data + start, c, (size_t)(stop - start));
        return at ? at - s->data : -1;
    }
    unsigned log = s->width_log; /* the byte is the lowest of a unit, the others are 0 */
    while (start < stop) {
        const uint8_t *at = memchr(s->data + (start << log), c, (size_t)(stop - start) << log);
        if (!at) return -1;
        start = (at - s->data) >> log;
        if (string_at(s, start) == c) return start;
        start++;
    }
    return -1;
}

static inline const char *text_file_errors(const TextFile *t) {
    return (const char *)as_string(t->errors)->data;
}

/* filetext.c. The encoding of what follows the first piece, `data`, which alone may have a byte order mark. */
const char *text_file_encoding_after_mark(const char *encoding, const uint8_t *data, int64_t length);
NEW RAISES Value text_file_encode(VM *vm, TextFile *t, Value string, const char *encoding);
void text_file_reset_decoder(TextFile *t); /* as at the beginning of a stream: a byte order mark may come */
RAISES bool text_file_check_usable(VM *vm, const TextFile *t); /* made and not detached */
RAISES bool text_file_check_open(VM *vm, const TextFile *t);
RAISES bool text_file_write_pending(VM *vm, TextFile *t); /* hand what is held back to the stream below */

/* filetextread.c: slots and methods of TextIOWrapper. */
NEW RAISES Value text_file_next(VM *vm, Value self);
NEW RAISES Value text_file_read(NATIVE_PARAMETERS);
NEW RAISES Value text_file_readline(NATIVE_PARAMETERS);
NEW RAISES Value text_file_tell(NATIVE_PARAMETERS);
NEW RAISES Value text_file_seek(NATIVE_PARAMETERS);
NEW RAISES Value text_file_truncate(NATIVE_PARAMETERS);

#endif
