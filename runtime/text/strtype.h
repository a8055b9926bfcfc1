#ifndef MPY_RUNTIME_STRTYPE_H
#define MPY_RUNTIME_STRTYPE_H

/* What the files that make up the type str share: its text forms, its method table, its iterator. */

#include "runtime/native.h"
#include "runtime/text/builder.h"

extern const NativeDef string_methods[];

/* 'text' in quotes, with CPython's choice of quote and escapes. */
NEW RAISES Value string_repr(VM *vm, Value self);
/* b'data' between two texts: `before` is "b" or "bytearray(b", `after` "" or ")". `escape_single`: ' is escaped also
 * within the other quotes. */
NEW RAISES Value bytes_quote(VM *vm, const char *before, const uint8_t *data, int64_t length,
                             const char *after, bool escape_single);
/* The escape of a code point: \xhh, \uhhhh or \Uhhhhhhhh. */
void builder_escape(Builder *b, uint32_t c);

#endif
