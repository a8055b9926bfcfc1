#ifndef MPY_RUNTIME_CODEC_H
#define MPY_RUNTIME_CODEC_H

/*
 * Text encodings: str to bytes and back.
 *
 * A fixed table of encodings is made here: UTF-8, UTF-16, UTF-32, ASCII, Latin-1, Windows-1252 and the two escaped
 * forms. Names are compared as CPython does: case, and the difference between '-', '_' and ' ', do not count. Any
 * other name is looked up by the library's module codecs.
 *
 * What cannot be decoded or encoded goes to an error handler, named by `errors`: strict, ignore, replace,
 * backslashreplace, xmlcharrefreplace, namereplace, surrogateescape or surrogatepass, or one that the program has given
 * to codecs.register_error. An unknown handler is an error only when it is needed. User code runs only where an
 * encoding or handler is none of those; a failure raises UnicodeDecodeError or UnicodeEncodeError.
 */

#include "runtime/state.h"

/* The bytes of a bytes-like object as a str; the str as bytes. LookupError: "unknown encoding: x". */
NEW RAISES Value codec_decode(VM *vm, Value bytes_like, const char *encoding, const char *errors);
NEW RAISES Value codec_encode(VM *vm, Value string, const char *encoding, const char *errors);
NEW RAISES Value string_decode_utf8(VM *vm, const char *data, size_t length, const char *errors);

/* LookupError unless there is such an encoding. */
RAISES bool codec_check(VM *vm, const char *encoding);
/* How codecs.lookup calls the encoding of that name that is made here; NULL: it is another one. */
const char *codec_canonical(const char *encoding);
/* Is it a name of UTF-8? */
bool codec_is_utf8(const char *encoding);
/* For decoding a stream in pieces: how many bytes at the end of `data` begin a character that is not complete. */
size_t codec_incomplete_tail(const char *encoding, const uint8_t *data, size_t length);
/* Decode a piece of a stream, that more may follow. *taken: the bytes behind it begin a character that is not
 * complete. */
NEW RAISES Value codec_decode_part(VM *vm, const char *encoding, const uint8_t *data, size_t size,
                                   const char *errors, size_t *taken);
/* Is it the beginning of utf-8-sig's mark, and not yet the whole? */
bool codec_is_part_of_mark(const char *encoding, const uint8_t *data, size_t size);
/* A stream in utf-16 or utf-32 must begin with a byte order mark, as soon as there are bytes enough for one. */
RAISES bool codec_check_mark(VM *vm, const char *encoding, const uint8_t *data, size_t length);

/* Decode and encode for a method with the optional arguments `encoding` and `errors`, strs or ABSENT: TypeErrors in
 * the name of `function`, ValueError for a zero character in them. */
RAISES bool codec_check_argument(VM *vm, const char *function, const char *parameter, Value v);
NEW RAISES Value codec_decode_by(VM *vm, const char *function, Value bytes_like, Value encoding,
                                 Value errors);
NEW RAISES Value codec_encode_by(VM *vm, const char *function, Value string, Value encoding, Value errors);

#endif
