#ifndef MPY_RUNTIME_BYTESMETHODS_H
#define MPY_RUNTIME_BYTESMETHODS_H

/* What bytes and bytearray share beyond str (runtime/text/textmethods.h): slots that work on either, the bytes-only
 * methods, and the method tables. */

#include "runtime/native.h"
#include "runtime/text/text.h"

extern const NativeDef bytes_methods[];

NEW RAISES Value bytes_str(VM *vm, Value self);
NEW RAISES Value bytes_compare(VM *vm, Value self, Value other, CompareOp op);
RAISES int bytes_contains(VM *vm, Value self, Value item);
NEW RAISES Value bytes_concat(VM *vm, Value self, Value other);
NEW RAISES Value bytes_repeat(VM *vm, Value self, Value count);
NEW RAISES Value bytes_get_slice(VM *vm, Value self, Value slice);

NEW RAISES Value bytes_method_decode(VM *vm, Value *args, int nargs, Value names);
NEW RAISES Value bytes_method_fromhex(VM *vm, Value *args, int nargs, Value names);
NEW RAISES Value bytes_method_hex(VM *vm, Value *args, int nargs, Value names);
NEW RAISES Value bytes_method_maketrans(VM *vm, Value *args, int nargs, Value names);
NEW RAISES Value bytes_method_translate(VM *vm, Value *args, int nargs, Value names);

/* The rows of both types' tables for these. */
#define BYTES_METHODS \
    {"decode", bytes_method_decode, "encoding='utf-8', errors='strict'", \
     "Decode the bytes using the codec registered for encoding."}, \
        {"fromhex", bytes_method_fromhex, "string, /", \
         "Make one from pairs of hexadecimal digits; spaces between pairs are ignored.", \
         NATIVE_CLASS_METHOD}, \
        {"hex", bytes_method_hex, "sep=<unrepresentable>, bytes_per_sep=1", \
         "The bytes as hexadecimal digits, with a separator after every group of bytes_per_sep,\n" \
         "counted from the right, or from the left when it is negative."}, \
        {"maketrans", bytes_method_maketrans, "frm, to, /", \
         "A translation table that maps each byte in frm to the byte at the same place in to.", \
         NATIVE_STATIC_METHOD}, \
    { \
        "translate", bytes_method_translate, "table, /, delete=b''", \
            "Replace each byte by its entry in the table, without those in delete." \
    }

#endif
