#ifndef MPY_LEXER_ENCODING_H
#define MPY_LEXER_ENCODING_H

/*
 * Which encoding a source says it is in (PEP 263): a byte order mark, a coding cookie in a comment of the
 * first or second line, or else UTF-8.
 */

#include <stdbool.h>
#include <stddef.h>

typedef enum { ENCODING_UTF8, ENCODING_LATIN1, ENCODING_ASCII, ENCODING_UNKNOWN } Encoding;

enum { ENCODING_NAME_MAX = 64 };

typedef struct {
    Encoding encoding;
    bool declared;                /* by cookie or mark */
    bool mark;                    /* the source begins with a byte order mark, three bytes long */
    bool disagrees;               /* there is a mark and the cookie names another encoding than utf-8 */
    char name[ENCODING_NAME_MAX]; /* as the cookie says, shortened if longer, the common spellings made one */
} SourceEncoding;

SourceEncoding encoding_detect(const char *bytes, size_t length);

#endif
