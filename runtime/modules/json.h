#ifndef MPY_RUNTIME_MODULES_JSON_H
#define MPY_RUNTIME_MODULES_JSON_H

/* The module _json: reading JSON texts (jsonread.c) and writing them (jsonwrite.c), for lib/json. */

#include "runtime/state.h"

/* scanstring(string, end, strict=True): the str behind the quotation mark before `end`, and where it ends. */
NEW RAISES Value json_scan_string(VM *vm, Value *args, int nargs, Value names);
/* A text as a JSON string: with \u escapes for all that is not ASCII, or without. */
NEW RAISES Value json_quote_ascii(VM *vm, Value *args, int nargs, Value names);
NEW RAISES Value json_quote(VM *vm, Value *args, int nargs, Value names);

#endif
